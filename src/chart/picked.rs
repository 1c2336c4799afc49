//! What a reader points at with the cursor or the brush, as values of columns of the result.

use super::list::rows_of;
use super::{Axis, Body, Chart, Place, View};
use crate::types::Type;
use crate::value::Value;

/// Which rows are meant. Columns are their places in the result.
#[derive(Clone, Debug, PartialEq)]
pub enum Picked {
    /// Those whose value is from the first to the last place of an axis that has room between its places.
    Range { column: usize, first: Place, last: Place },
    /// Those that have every value of one of these.
    Any(Vec<Vec<(usize, Value)>>),
}

impl Chart {
    /// The place under the cursor, or all from where the brush was put down. `None` before the cursor was moved, and
    /// on a card, which is a row alone.
    pub fn picked(&self, view: &View) -> Option<Picked> {
        let (first, last) = view.brushed()?;
        let each = |of: &dyn Fn(usize) -> Option<Vec<(usize, Value)>>| {
            (first..=last).map(of).collect::<Option<Vec<_>>>().map(Picked::Any)
        };
        match &self.body {
            Body::Plot(plot) => match &plot.x {
                Axis::Labels(labels) => {
                    each(&|at| Some(vec![(plot.x_column, labels.values.get(at)?.clone())]))
                }
                Axis::Time { .. } | Axis::Number { .. } => {
                    let (first, last) = (*plot.stops.get(first)?, *plot.stops.get(last)?);
                    Some(Picked::Range { column: plot.x_column, first, last })
                }
            },
            Body::Tree(tree) => {
                let (mut path, mut all, mut covered) = (Vec::new(), Vec::new(), None);
                for (at, row) in rows_of(&tree.branches).into_iter().enumerate().take(last + 1) {
                    path.truncate(row.depth);
                    path.push((*tree.levels.get(row.depth)?, row.branch.of.clone()));
                    // What is of a branch that is meant is meant with it.
                    if at >= first && covered.is_none_or(|depth| row.depth <= depth) {
                        covered = Some(row.depth);
                        all.push(path.clone());
                    }
                }
                (!all.is_empty()).then_some(Picked::Any(all))
            }
            Body::Lanes(lanes) => each(&|at| {
                let of = lanes.lanes.get(at)?.of.iter().cloned();
                Some(lanes.names.iter().copied().zip(of).collect())
            }),
            Body::Card(_) => None,
        }
    }

    /// The columns that were drawn, the axis first, and what their elements are, where each row holds a whole series
    /// as arrays.
    pub fn arrays(&self) -> &[(usize, Type)] {
        match &self.body {
            Body::Plot(plot) => &plot.arrays,
            Body::Card(_) | Body::Tree(_) | Body::Lanes(_) => &[],
        }
    }
}
