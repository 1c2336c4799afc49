//! Functions over rows in an order: each becomes columns of a window node below its operator.

use super::check::{Binder, Checked, Stop};
use super::expr::Cx;
use super::{Expr, ExprKind, WindowFunc};
use crate::diag::code;
use crate::span::Span;
use crate::syntax::ast::{self, Name};
use crate::types::Type;
use crate::value::Value;

impl Binder<'_> {
    pub fn window(
        &mut self,
        func: WindowFunc,
        name: &Name,
        args: &[ast::Arg],
        span: Span,
        cx: &mut Cx<'_>,
    ) -> Checked<Expr> {
        if cx.windows.is_none() {
            self.error(
                code::SYNTAX,
                span,
                format!("{}() needs rows in an order", name.text),
                "Use it in extend, project or where, after sort or serialize.",
            );
            return Err(Stop);
        }
        let (counts, wants) = match func {
            WindowFunc::RowNumber => (0..=2, "at most a start and a restart condition"),
            WindowFunc::Prev | WindowFunc::Next => (1..=3, "a column, and perhaps an offset and a default"),
            WindowFunc::RowCumsum => (1..=2, "a number, and perhaps a restart condition"),
            WindowFunc::RankDense | WindowFunc::RankMin => {
                (1..=2, "a value, and perhaps a restart condition")
            }
            WindowFunc::Session => (3..=4, "a datetime, two timespans, and perhaps a restart condition"),
            WindowFunc::RunCount | WindowFunc::Changed | WindowFunc::Near | WindowFunc::Position => {
                return Err(Stop);
            }
        };
        if !counts.contains(&args.len()) {
            return self.arity(name, wants);
        }
        // Window functions may stand in the arguments: `row_cumsum(x, user != prev(user))`.
        let bound: Checked<Vec<Expr>> = args.iter().map(|arg| self.expr(&arg.expr, cx)).collect();
        let bound = bound?;
        match func {
            WindowFunc::Prev | WindowFunc::Next => self.neighbour(func, name, bound, span, cx),
            WindowFunc::RowNumber => {
                let mut bound = bound.into_iter();
                let start = match bound.next() {
                    Some(start) => self.coerce(start, Type::Long, "the start")?,
                    None => Expr::long(1, span),
                };
                let run = self.run(bound.next(), span, cx)?;
                Ok(self.over(func, [Some(start), run], Type::Long, span, cx))
            }
            WindowFunc::RowCumsum => {
                let mut bound = bound.into_iter();
                let Some(term) = bound.next() else { return Err(Stop) };
                let ty = term.ty;
                if !matches!(ty, Type::Int | Type::Long | Type::Real | Type::Timespan) {
                    return self.arity(name, wants);
                }
                let run = self.run(bound.next(), span, cx)?;
                Ok(self.over(func, [Some(term), run], ty, span, cx))
            }
            WindowFunc::Session => self.session(bound, span, cx),
            _ => self.rank(func, bound, span, cx),
        }
    }

    /// `prev(x, offset, default)` and `next(...)`.
    fn neighbour(
        &mut self,
        func: WindowFunc,
        name: &Name,
        mut bound: Vec<Expr>,
        span: Span,
        cx: &mut Cx<'_>,
    ) -> Checked<Expr> {
        let ty = bound[0].ty;
        // An offset of 0, or a default that is no constant, Kusto refuses too (agent-probe-0003).
        let constant = |at: usize, fits: fn(&Value) -> bool| {
            bound.get(at).is_none_or(|value| value.literal().is_some_and(fits))
        };
        if !constant(1, |offset| matches!(offset, Value::Int(1..) | Value::Long(1..)))
            || !constant(2, |_| true)
        {
            self.error(
                code::TYPE,
                span,
                format!("{}() wants a constant offset above 0 and a constant default", name.text),
                "Write a number.",
            );
            return Err(Stop);
        }
        if let Some(default) = bound.get(2).cloned() {
            bound[2] = self.coerce(default, ty, "the default")?;
        }
        Ok(self.over(func, bound.into_iter().map(Some), ty, span, cx))
    }

    /// A rank counts the stretches of equal values, or names the number of the row where one began.
    fn rank(&mut self, func: WindowFunc, bound: Vec<Expr>, span: Span, cx: &mut Cx<'_>) -> Checked<Expr> {
        let mut bound = bound.into_iter();
        let value = bound.next();
        let run = self.run(bound.next(), span, cx)?;
        let changed = [value.clone(), run.clone()];
        let changed = self.over(WindowFunc::Changed, changed, Type::Bool, span, cx);
        if func == WindowFunc::RankDense {
            return Ok(self.over(WindowFunc::RunCount, [Some(changed), run], Type::Long, span, cx));
        }
        let first = Some(Expr::long(1, span));
        let number = self.over(WindowFunc::RowNumber, [first, run.clone()], Type::Long, span, cx);
        Ok(self.over(func, [Some(number), Some(changed), value, run], Type::Long, span, cx))
    }

    fn session(&mut self, bound: Vec<Expr>, span: Span, cx: &mut Cx<'_>) -> Checked<Expr> {
        let mut args = Vec::new();
        for (value, (ty, what)) in bound.into_iter().zip([
            (Type::Datetime, "the time"),
            (Type::Timespan, "the longest session"),
            (Type::Timespan, "the longest gap"),
            (Type::Bool, "the restart condition"),
        ]) {
            args.push(Some(self.coerce(value, ty, what)?));
        }
        Ok(self.over(WindowFunc::Session, args, Type::Datetime, span, cx))
    }

    /// The number of the run that a row is in, when a restart condition begins runs.
    fn run(&mut self, restart: Option<Expr>, span: Span, cx: &mut Cx<'_>) -> Checked<Option<Expr>> {
        let Some(restart) = restart else { return Ok(None) };
        let restart = self.condition(restart, span)?;
        Ok(Some(self.over(WindowFunc::RunCount, [Some(restart)], Type::Long, span, cx)))
    }

    /// A window function as a column below the operator.
    fn over(
        &mut self,
        func: WindowFunc,
        args: impl IntoIterator<Item = Option<Expr>>,
        ty: Type,
        span: Span,
        cx: &mut Cx<'_>,
    ) -> Expr {
        let args = args.into_iter().flatten().collect();
        let column = self.new_column("", ty);
        let found = Expr::col(&column, span);
        if let Some(windows) = &mut cx.windows {
            windows.push((column, Expr::new(ExprKind::Over { func, args }, ty, span)));
        }
        found
    }
}
