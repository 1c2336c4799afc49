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
            Lower::Sql(template) => arguments(template).filter(|place| *place == at).count(),
            _ => 1,
        },
        _ => 1,
    }
}

/// The arguments that a template names, by their places.
fn arguments(template: &str) -> impl Iterator<Item = usize> {
    memchr::memchr_iter(b'{', template.as_bytes()).filter_map(|at| {
        let key = &template[at + 1..];
        key[..key.find('}')?].parse().ok()
    })
}

#[cfg(test)]
mod tests {
    use super::arguments;

    #[test]
    fn arguments_are_found_by_their_places() {
        let found = |template: &str| arguments(template).collect::<Vec<usize>>();
        assert_eq!(found("f({0}, {10}, {0}, {*}) || {order} {"), [0, 10, 0]);
        assert!(found("now()").is_empty());
    }
}
