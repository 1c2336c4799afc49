//! What a reader points at with the cursor or the brush, as values of columns of the result.

use super::list::rows_of;
use super::{Axis, Body, Chart, Place, View};
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
                let rows = rows_of(&tree.branches);
                each(&|at| {
                    let path = rows.get(at)?.path.iter().map(|branch| branch.of.clone());
                    Some(tree.levels.iter().copied().zip(path).collect())
                })
            }
            Body::Lanes(lanes) => each(&|at| {
                let of = lanes.lanes.get(at)?.of.iter().cloned();
                Some(lanes.names.iter().copied().zip(of).collect())
            }),
            Body::Card(_) => None,
        }
    }

    /// The columns that were drawn, the axis first, where each row holds a whole series as arrays.
    pub fn arrays(&self) -> &[usize] {
        match &self.body {
            Body::Plot(plot) => &plot.arrays,
            Body::Card(_) | Body::Tree(_) | Body::Lanes(_) => &[],
        }
    }
}
