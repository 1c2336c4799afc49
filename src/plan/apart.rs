//! What `arg_max()` takes of one row of each group becomes an aggregate for each value. DuckDB sorts structs by a key
//! that it makes of all their fields for each row that is ahead of those before it; single values it copies. Call it
//! when nothing asks any more which values are of one row.

use super::ops::each_input_mut;
use super::prune::takes;
use super::{ColId, Expr, ExprKind, Node, Plan, Rel};
use crate::types::Type;

/// Takes apart what can be.
pub fn take_apart(plan: &mut Plan) {
    let next = &mut plan.next_col;
    plan.lets.iter_mut().map(|item| &mut item.rel).chain([&mut plan.root]).for_each(|rel| within(rel, next));
}

fn within(rel: &mut Rel, next: &mut u32) {
    if let Node::Project { input, kept, items } = &mut rel.node
        && let Node::Aggregate { groups, aggs, .. } = &mut input.node
        && !groups.is_empty()
    {
        split(aggs, kept, items, next);
    }
    match &mut rel.node {
        Node::Filter { predicate, .. } => tables_in(predicate, next),
        Node::Project { items, .. } => items.iter_mut().for_each(|(_, item)| tables_in(item, next)),
        _ => {}
    }
    each_input_mut(rel, &mut |input| within(input, next));
}

/// Conditions and columns may hold tables.
fn tables_in(expr: &mut Expr, next: &mut u32) {
    if let ExprKind::Scalar(rel) | ExprKind::InRel { rel, .. } = &mut expr.kind {
        within(rel, next);
    }
    expr.children_mut().filter(|child| !child.is_leaf()).for_each(|child| tables_in(child, next));
}

/// `items` and `kept` are those of a projection right above.
fn split(aggs: &mut Vec<(ColId, Expr)>, kept: &[ColId], items: &mut [(ColId, Expr)], next: &mut u32) {
    for (packed, agg) in std::mem::take(aggs) {
        let span = agg.span;
        match agg.kind {
            ExprKind::ArgMost { greatest, by, values }
                if decides(&by) && !kept.contains(&packed) && all_take(items, packed, values.len()) =>
            {
                let first = *next;
                *next += values.len() as u32;
                items.iter_mut().for_each(|(_, item)| read(item, packed, first));
                for (id, value) in (first..).map(ColId).zip(values) {
                    let ty = value.ty;
                    let kind = ExprKind::ArgMostOf { greatest, by: by.clone(), value: Box::new(value) };
                    aggs.push((id, Expr::new(kind, ty, span)));
                }
            }
            kind => aggs.push((packed, Expr { kind, ..agg })),
        }
    }
}

/// Whether it is cheap, the same each time it is computed, and has something to compare in each row: SQL has a value
/// for a datetime that is null.
fn decides(by: &Expr) -> bool {
    by.is_leaf() && (by.ty == Type::Datetime || !by.nullable())
}

fn all_take(items: &[(ColId, Expr)], packed: ColId, values: usize) -> bool {
    let mut taken = vec![false; values];
    items.iter().all(|(_, item)| takes(item, packed, &mut taken))
}

/// Reads the columns from `first` on instead of what was packed.
fn read(expr: &mut Expr, packed: ColId, first: u32) {
    match &expr.kind {
        ExprKind::Field { base, index } if matches!(base.kind, ExprKind::Col(id) if id == packed) => {
            expr.kind = ExprKind::Col(ColId(first + *index as u32));
        }
        _ => expr.children_mut().for_each(|child| read(child, packed, first)),
    }
}
