//! How often a filter reads stored columns once the expressions of computed ones stand in place of their names:
//! DuckDB puts them there when it moves the filter down. A column that is made of itself, as scores are
//! (`extend Score = iff(a, Score + 1, Score)`), doubles with each step then.

use super::copies::written;
use crate::plan::{ColId, Expr, ExprKind, Node};
use crate::quick::QuickMap;

/// What a filter may come to: ten steps that double.
const READS_MAX: u64 = 1000;

/// The columns that come to more than one read, with how many.
#[derive(Default)]
pub struct Inlined(QuickMap<ColId, u64>);

impl Inlined {
    /// Keeps what is known of the columns that a node computes.
    pub fn add(&mut self, node: &Node) {
        match node {
            Node::Project { items, .. } | Node::Aggregate { groups: items, .. } => {
                items.iter().for_each(|(id, expr)| self.set(*id, self.reads(expr)));
            }
            _ if self.0.is_empty() => {}
            Node::Let { items, .. } => {
                items.iter().for_each(|(here, there)| self.set(*here, self.of(*there)))
            }
            Node::Join { items, .. } => {
                items.iter().for_each(|item| self.set(item.id, self.reads(&item.expr)))
            }
            Node::Union { items, maps, .. } => {
                for (at, (id, _)) in items.iter().enumerate() {
                    let most = maps.iter().map(|map| self.reads(&map[at])).max();
                    self.set(*id, most.unwrap_or(0));
                }
            }
            _ => {}
        }
    }

    /// Whether the filter has to stay where it is.
    pub fn too_many(&self, predicate: &Expr) -> bool {
        self.reads(predicate) > READS_MAX
    }

    /// The column is one that no filter is moved past.
    pub fn settle(&mut self, id: ColId) {
        self.0.remove(&id);
    }

    fn set(&mut self, id: ColId, reads: u64) {
        if reads > 1 {
            self.0.insert(id, reads);
        }
    }

    fn of(&self, id: ColId) -> u64 {
        self.0.get(&id).copied().unwrap_or(1)
    }

    fn reads(&self, expr: &Expr) -> u64 {
        if let ExprKind::Col(id) = &expr.kind {
            return self.of(*id);
        }
        let each = |(at, child)| self.reads(child).saturating_mul(written(expr, at) as u64);
        expr.children().enumerate().map(each).fold(0, u64::saturating_add)
    }
}
