//! rows_near: hits with the rows around them.

use super::Given;
use crate::diag::code;
use crate::plan::check::{Binder, Checked, Stop};
use crate::plan::env::Env;
use crate::plan::ops::over;
use crate::plan::{Expr, ExprKind, Node, Rel, WindowFunc};
use crate::span::Span;
use crate::syntax::ast::Arg;
use crate::types::Type;
use crate::value::Value;

impl Binder<'_> {
    /// Each row that a condition holds for, with the rows up to so many before and after it, once each ("rows_near
    /// plugin" in the Kusto reference).
    pub fn rows_near(&mut self, given: &Given<'_>, input: Rel, env: &Env, span: Span) -> Checked<Rel> {
        let (condition, before, after) = match given.args {
            [condition, rows] => (condition, rows, rows),
            [condition, before, after] => (condition, before, after),
            _ => {
                let message = "wants a condition and one or two numbers of rows";
                return Err(self.wrong_arguments(given, given.name.span, message));
            }
        };
        let bound = self.scalar(&condition.expr, env, &input.cols)?;
        let condition = self.condition(bound, condition.expr.span)?;
        let before = self.rows_around(before, env)?;
        let after = self.rows_around(after, env)?;
        if !self.serialized(&input) {
            let help = "Put 'sort by' or 'serialize' before this operator.";
            self.error(code::SYNTAX, given.name.span, "rows_near needs rows in an order", help);
            return Err(Stop);
        }
        let input = self.positioned(input);
        // A row is kept for a hit that comes up to `before` rows later, or stood up to `after` rows earlier.
        let args = vec![condition, Expr::long(after, span), Expr::long(before, span)];
        let near = self.new_column("", Type::Bool);
        let kind = ExprKind::Over { func: WindowFunc::Near, args };
        let (cols, order) = (input.cols.clone(), input.order.clone());
        let marked = over(input, &[], vec![(near.id, Expr::new(kind, Type::Bool, span))]);
        let node = Node::Filter { input: Box::new(marked), predicate: Expr::col(&near, span) };
        Ok(Rel { node, cols, order, span })
    }

    fn rows_around(&mut self, arg: &Arg, env: &Env) -> Checked<i64> {
        let bound = self.row_count(&arg.expr, env)?;
        match bound.literal() {
            Some(Value::Int(rows @ 0..)) => Ok(i64::from(*rows)),
            Some(Value::Long(rows @ 0..)) => Ok(*rows),
            _ => {
                let message = "the number of rows around a hit must be a constant from 0 on";
                self.error(code::INTEGER, arg.expr.span, message, "Write a number, such as 3.");
                Err(Stop)
            }
        }
    }
}
