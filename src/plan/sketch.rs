//! Sketches stay inside of a query: how one looks is our own and no text of Kusto's, so that no value of
//! a result, and no choice of rows, may depend on it.

use std::collections::{HashMap, HashSet};

use super::check::{Binder, Checked, Stop};
use super::{ColId, Expr, ExprKind, Node, Rel};
use crate::catalog::sketch::{READING, makes};
use crate::span::Span;

impl Binder<'_> {
    /// Refuses a result that shows a sketch, or depends on how one looks.
    pub fn hides_sketches(&mut self, root: &Rel) -> Checked<()> {
        if !self.any_sketch {
            return Ok(());
        }
        let Some(place) = shown(&self.reached(root), root) else { return Ok(()) };
        let help = "Read it with dcount_hll() or percentile_tdigest(), or project it away; Kusto's own text of a sketch cannot be had.";
        self.refuse(place, "a sketch as a value", help);
        Err(Stop)
    }
}

/// The first call that makes a sketch which is shown.
fn shown(rels: &[&Rel], root: &Rel) -> Option<Span> {
    let made = rels.iter().rev().find_map(|rel| maker(rel))?;
    let mut columns = Columns::of(rels);
    columns.hold();
    let shows = root.cols.iter().any(|column| columns.held.contains(&column.id))
        || rels.iter().any(|rel| columns.decide(rel));
    shows.then_some(made)
}

fn maker(rel: &Rel) -> Option<Span> {
    let mut found = None;
    super::ops::own_exprs(rel, &mut |expr| {
        expr.walk(&mut |inner| match &inner.kind {
            ExprKind::Call { name, .. } if makes(name) => found = found.or(Some(inner.span)),
            _ => {}
        });
    });
    found
}

/// How the columns of a plan are computed, and which of them hold sketches or what shows one.
struct Columns<'r> {
    made: Vec<(ColId, &'r Expr)>,
    renamed: Vec<(ColId, ColId)>,
    packed: HashMap<ColId, &'r Expr>,
    held: HashSet<ColId>,
}

impl<'r> Columns<'r> {
    fn of(rels: &[&'r Rel]) -> Self {
        let (mut made, mut renamed): (Vec<(ColId, &Expr)>, _) = (Vec::new(), Vec::new());
        for rel in rels {
            match &rel.node {
                Node::Scan { .. } | Node::Range { .. } | Node::Filter { .. } | Node::Limit { .. } => {}
                Node::Values { items, rows } => {
                    for row in rows {
                        made.extend(items.iter().zip(row).map(|((id, _), value)| (*id, value)));
                    }
                }
                Node::Let { items, .. } => renamed.extend(items),
                Node::Project { items, .. } | Node::Window { items, .. } => made.extend(pairs(items)),
                Node::Walk { state, layers, .. } => {
                    made.extend(pairs(state));
                    made.extend(layers.iter().flat_map(|layer| pairs(layer)));
                }
                Node::Aggregate { groups, aggs, .. } => {
                    made.extend(pairs(groups));
                    made.extend(pairs(aggs));
                }
                Node::Join { items, .. } => made.extend(items.iter().map(|item| (item.id, &item.expr))),
                Node::Union { items, maps, .. } => {
                    for map in maps {
                        made.extend(items.iter().zip(map).map(|((id, _), value)| (*id, value)));
                    }
                }
                Node::Unnest { items, .. } => {
                    made.extend(items.iter().map(|item| (item.element, &item.array)));
                }
            }
        }
        let packed = made.iter().filter(|(_, expr)| matches!(expr.kind, ExprKind::ArgMost { .. }));
        let packed = packed.map(|(id, expr)| (*id, *expr)).collect();
        Columns { made, renamed, packed, held: HashSet::new() }
    }

    /// Finds what holds a sketch, from one column to those that are computed from it.
    fn hold(&mut self) {
        loop {
            let known = self.held.len();
            for at in 0..self.made.len() {
                let (id, expr) = self.made[at];
                if !self.held.contains(&id) && self.carries(expr) {
                    self.held.insert(id);
                }
            }
            for (here, there) in &self.renamed {
                if self.held.contains(there) {
                    self.held.insert(*here);
                }
            }
            if self.held.len() == known {
                return;
            }
        }
    }

    fn carries(&self, expr: &Expr) -> bool {
        match &expr.kind {
            ExprKind::Col(id) => self.held.contains(id),
            ExprKind::Call { name, .. } if READING.contains(name) => false,
            ExprKind::Call { name, .. } if makes(name) => true,
            ExprKind::Scalar(rel) => rel.cols.first().is_some_and(|column| self.held.contains(&column.id)),
            ExprKind::InRel { needle, item, .. } => self.carries(needle) || self.carries(item),
            ExprKind::Field { base, index } => match self.one_of(base, *index) {
                Some(value) => self.carries(value),
                None => self.carries(base),
            },
            _ => expr.children().any(|child| self.carries(child)),
        }
    }

    /// A value out of those that arg_max() and its kin pack.
    fn one_of(&self, base: &Expr, index: usize) -> Option<&'r Expr> {
        let ExprKind::Col(id) = &base.kind else { return None };
        match &self.packed.get(id)?.kind {
            ExprKind::ArgMost { values, .. } => values.get(index),
            _ => None,
        }
    }

    /// Whether how a sketch looks says which rows there are, or in what order.
    fn decide(&self, rel: &Rel) -> bool {
        let decides = match &rel.node {
            Node::Filter { predicate, .. } => self.carries(predicate),
            Node::Limit { count, .. } => self.carries(count),
            Node::Aggregate { groups, .. } => groups.iter().any(|(_, group)| self.carries(group)),
            Node::Join { on, ranges, .. } => {
                on.iter().chain(ranges).any(|(left, right)| self.carries(left) || self.carries(right))
            }
            _ => false,
        };
        decides || rel.order.iter().any(|key| self.held.contains(&key.col))
    }
}

fn pairs(items: &[(ColId, Expr)]) -> impl Iterator<Item = (ColId, &Expr)> {
    items.iter().map(|(id, expr)| (*id, expr))
}
