//! What would be written more than once: SQL has no names inside of one SELECT, so that a column which is read
//! twice is computed twice, unless it has a SELECT of its own.

use super::block::Block;
use crate::catalog::func::Lower;
use crate::plan::{ColId, Expr, ExprKind};
use crate::types::Type;

/// A text longer than this is not written twice into one SELECT.
const COPY_MAX: usize = 60;

/// Whether a long text would be written more often than `allowed` times, beside the columns that are kept.
pub fn repeats<'e>(
    kept: &[ColId],
    exprs: impl Iterator<Item = &'e Expr>,
    block: &Block,
    allowed: usize,
) -> bool {
    let long = block.items.iter().filter(|(_, text)| text.len() > COPY_MAX);
    let mut seen: Vec<(ColId, usize)> = long.map(|(id, _)| (*id, 0)).collect();
    if seen.is_empty() {
        return false;
    }
    let mut count =
        |id: ColId| seen.iter_mut().filter(|(known, _)| *known == id).for_each(|(_, count)| *count += 1);
    kept.iter().for_each(|id| count(*id));
    for expr in exprs {
        expr.walk(&mut |inner| {
            if let ExprKind::Col(id) = &inner.kind {
                count(*id);
            }
            for (at, child) in inner.children().enumerate() {
                if let ExprKind::Col(id) = &child.kind {
                    (1..written(inner, at)).for_each(|_| count(*id));
                }
            }
        });
    }
    seen.iter().any(|(_, count)| *count > allowed)
}

/// How often SQL says the operand at this place.
pub fn written(expr: &Expr, at: usize) -> usize {
    match &expr.kind {
        ExprKind::Compare { left, right, .. } => {
            let both_null = left.nullable() && right.nullable();
            1 + usize::from(both_null || left.ty == Type::Real || right.ty == Type::Real)
        }
        ExprKind::ArgMost { .. } => 2,
        ExprKind::Call { sig, .. } => match sig.lower {
            Lower::Sql(template) => template.matches(&format!("{{{at}}}")).count(),
            _ => 1,
        },
        _ => 1,
    }
}
