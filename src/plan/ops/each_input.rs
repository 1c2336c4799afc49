//! A filter over a union as one over each of its inputs: what an input lacks falls out of its predicate, so that
//! a term in hundreds of tables costs what it costs in each of them, and not the columns of all of them each time.

use crate::plan::fold::fold;
use crate::plan::{ColId, Expr, ExprKind, Node, Rel};
use crate::quick::QuickMap;
use crate::types::Type;
use crate::value::Value;

/// The rows of a union for which the predicate holds.
pub fn filtered(rel: Rel, predicate: Expr) -> Rel {
    let Rel { node, cols, order, span } = rel;
    let node = match node {
        Node::Union { inputs, items, maps } if !has_subquery(&predicate) => {
            let input = |(input, map): (Rel, &Vec<Expr>)| {
                let by = items.iter().map(|(id, _)| *id).zip(map).collect();
                let (cols, order) = (input.cols.clone(), input.order.clone());
                let node = Node::Filter { input: Box::new(input), predicate: of_input(&predicate, &by) };
                Rel { node, cols, order, span }
            };
            let inputs = inputs.into_iter().zip(&maps).map(input).collect();
            Node::Union { inputs, items, maps }
        }
        node => {
            let input = Rel { node, cols: cols.clone(), order: order.clone(), span };
            Node::Filter { input: Box::new(input), predicate }
        }
    };
    Rel { node, cols, order, span }
}

/// Such a predicate stays one filter: a copy for each input would run its subquery each time.
fn has_subquery(predicate: &Expr) -> bool {
    let mut found = false;
    predicate.walk(&mut |expr| {
        found |= matches!(expr.kind, ExprKind::InRel { .. } | ExprKind::Scalar(_));
    });
    found
}

/// The predicate with columns replaced by what one input has for them, without the alternatives that never hold: most
/// do not, and are never copied, as [`super::walk::substitute`] would.
pub fn of_input(expr: &Expr, by: &QuickMap<ColId, &Expr>) -> Expr {
    match &expr.kind {
        ExprKind::Col(id) => match by.get(id) {
            Some(value) => Expr { span: expr.span, ..(*value).clone() },
            None => expr.clone(),
        },
        ExprKind::Or(items) => {
            let items = items.iter().map(|item| of_input(item, by));
            let mut items: Vec<Expr> =
                items.filter(|item| item.literal() != Some(&Value::Bool(false))).collect();
            match items.len() {
                0 => Expr::lit(Value::Bool(false), Type::Bool, expr.span),
                1 => items.swap_remove(0),
                _ => Expr { kind: ExprKind::Or(items), ..*expr },
            }
        }
        _ => {
            let mut own = expr.clone();
            own.children_mut().for_each(|child| *child = of_input(child, by));
            match &own.kind {
                // A text is never null.
                ExprKind::Convert(inner)
                    if own.ty == Type::String && inner.literal() == Some(&Value::Null) =>
                {
                    Expr::lit(Value::String(String::new()), Type::String, own.span)
                }
                _ => fold(own),
            }
        }
    }
}
