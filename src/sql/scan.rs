//! What conditions tell of the rows below them, in the form in which DuckDB makes use of it.

use super::block::Block;
use crate::kernels::among;
use crate::plan::{ColId, CompareOp, Expr, ExprKind, Node, conjuncts};
use crate::types::Type;
use crate::value::Value;

/// Whether DuckDB would ask a condition on one stored column above the scan, which then reads all columns of all rows.
/// That is what it makes of IN and of OR between comparisons, unless they stand inside of something; times are left
/// alone, since the blocks of a table are told apart by them.
pub fn takes(condition: &Expr, block: &Block) -> bool {
    let several = match &condition.kind {
        ExprKind::In { negated, items, .. } => !negated && items.len() > 1,
        ExprKind::Or(_) => true,
        _ => false,
    };
    let mut columns = Columns::default();
    several && columns.alternatives(condition) && columns.one.is_some_and(|id| block.stored.contains(id))
}

/// Parts of a condition up to which DuckDB may look for what its alternatives share. It takes the third power of their
/// number: 18 s for a thousand pairs of a user and an address.
const PARTS_MAX: usize = 64;

/// Whether a predicate has so many parts that DuckDB shall not look into those of its conditions that have several.
pub fn wide(predicate: &Expr) -> bool {
    parts(predicate) > PARTS_MAX
}

/// Comparisons and the like that a condition is made of.
pub fn parts(condition: &Expr) -> usize {
    let below = condition.children().map(parts);
    match &condition.kind {
        ExprKind::And(_) | ExprKind::Or(_) => below.sum(),
        _ => below.max().unwrap_or(1),
    }
}

/// The condition for the scan, or one that is asked as it is. As a filter it means the same: null drops a row, too.
pub fn taken(condition: &str) -> String {
    ["(", condition, " IS TRUE)"].concat()
}

/// The column of alternatives.
#[derive(Default)]
struct Columns {
    one: Option<ColId>,
}

impl Columns {
    /// Whether a condition is made of comparisons of one column with constants.
    fn alternatives(&mut self, condition: &Expr) -> bool {
        match &condition.kind {
            ExprKind::Or(items) => items.iter().all(|item| self.alternatives(item)),
            ExprKind::In { needle, items, negated: false } if items.len() < among::LIST_MIN => {
                self.is_same(needle) && items.iter().all(|item| item.literal().is_some())
            }
            ExprKind::Compare { left, right, .. } => {
                (self.is_same(left) && right.literal().is_some())
                    || (self.is_same(right) && left.literal().is_some())
            }
            _ => false,
        }
    }

    fn is_same(&mut self, expr: &Expr) -> bool {
        match expr.kind {
            ExprKind::Col(id) if expr.ty != Type::Datetime => *self.one.get_or_insert(id) == id,
            _ => false,
        }
    }
}

/// Whether a condition right above an expansion of stored lists drops the rows that it makes of nulls: their texts
/// are empty.
pub fn drops_empty(node: &Node, predicate: &Expr) -> bool {
    let full = |expr: &Expr| matches!(expr.literal(), Some(Value::String(text)) if !text.is_empty());
    conjuncts(predicate).iter().any(|condition| match &condition.kind {
        ExprKind::Compare { op: CompareOp::Eq, left, right } => full(right) && is_expanded(node, left),
        ExprKind::In { negated: false, needle, items } => items.iter().all(full) && is_expanded(node, needle),
        _ => false,
    })
}

/// Whether an expression is a text out of lists that are expanded in step, all of them stored.
fn is_expanded(node: &Node, expr: &Expr) -> bool {
    let ExprKind::Col(column) = expr.kind else { return false };
    match node {
        Node::Project { input, kept, items } => match items.iter().find(|(id, _)| *id == column) {
            Some((_, below)) => is_expanded(&input.node, below),
            None => kept.contains(&column) && is_expanded(&input.node, expr),
        },
        Node::Unnest { items, index: None, limit: None, .. } => {
            items.iter().any(|item| item.element == column)
                && items.iter().all(|item| item.list_of.is_some() && item.root() == items[0].root())
        }
        _ => false,
    }
}
