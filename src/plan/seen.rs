//! Which rows of stored tables a query sees, where it is told so: those of a span of time.

use super::check::Binder;
use super::{CompareOp, Expr, ExprKind, Node, Rel};
use crate::catalog::tables;
use crate::diag::code;
use crate::facts::Seen;
use crate::span::Span;
use crate::types::Type;
use crate::value::Value;

impl Binder<'_> {
    /// A stored table without the rows that lie outside of what may be seen.
    pub fn seen(&mut self, table: &str, rel: Rel, span: Span) -> Rel {
        let Some(Seen { since, until }) = self.options.seen else { return rel };
        let time = tables::times(table)
            .find_map(|name| rel.column(name).filter(|column| column.ty == Type::Datetime).cloned());
        let Some(time) = time else {
            let names = tables::TIMES.join(" or ");
            let message =
                format!("'{table}' has no datetime column {names}, so that all of its rows are seen");
            let help = "Write a condition on its own time into the query, or load it with such a column.";
            self.warn(code::SUSPICIOUS, span, message, help);
            return rel;
        };
        let bound = |op: CompareOp, ticks: i64| {
            let left = Box::new(Expr::col(&time, span));
            let right = Box::new(Expr::lit(Value::Datetime(ticks), Type::Datetime, span));
            Expr::new(ExprKind::Compare { op, left, right }, Type::Bool, span)
        };
        let mut bounds = vec![bound(CompareOp::Le, until)];
        bounds.extend(since.map(|since| bound(CompareOp::Ge, since)));
        let predicate = match bounds.len() {
            1 => bounds.remove(0),
            _ => Expr::new(ExprKind::And(bounds), Type::Bool, span),
        };
        let (cols, order) = (rel.cols.clone(), rel.order.clone());
        Rel { node: Node::Filter { input: Box::new(rel), predicate }, cols, order, span }
    }
}
