//! What plugins over time share: which column is the time, its bins, and expressions over them.

use super::Given;
use crate::plan::check::{Binder, Checked, Stop};
use crate::plan::env::Env;
use crate::plan::{Column, Rel};
use crate::span::Span;
use crate::syntax::ast::{self, Arg, BinaryOp, ExprKind as Ast, Literal, Name, Named};
use crate::types::Type;
use crate::value::Value;

/// What is analysed: which column is the time, and from when to when, in ticks.
pub struct Period {
    pub time: Column,
    pub start: i64,
    pub end: i64,
}

/// The analysis: which column is the time, and its bins, in ticks.
pub struct Timeline {
    pub time: Column,
    pub start: i64,
    pub end: i64,
    pub bin: i64,
    /// The plugin's name.
    pub span: Span,
}

impl Binder<'_> {
    /// The column that is the time.
    fn time_argument(&mut self, arg: &Arg, given: &Given<'_>, input: &Rel, env: &Env) -> Checked<Column> {
        let time = self.column_argument(arg, given, &input.cols, env)?;
        if time.ty != Type::Datetime && !self.unknown.contains(&time.id) {
            let what = format!("a timeline of type {}", time.ty.name());
            self.refuse(arg.expr.span, &what, "Use a datetime column.");
            return Err(Stop);
        }
        Ok(time)
    }

    /// The three arguments that say what is analysed: the time, the start and the end.
    pub fn period(
        &mut self,
        [time, start, end]: [&Arg; 3],
        given: &Given<'_>,
        input: &Rel,
        env: &Env,
    ) -> Checked<Period> {
        Ok(Period {
            time: self.time_argument(time, given, input, env)?,
            start: self.ticks(start, Type::Datetime, given, env)?,
            end: self.ticks(end, Type::Datetime, given, env)?,
        })
    }

    /// A constant datetime or timespan, in ticks.
    pub fn ticks(&mut self, arg: &Arg, ty: Type, given: &Given<'_>, env: &Env) -> Checked<i64> {
        let value = self.scalar(&arg.expr, env, &[])?;
        match (value.literal(), ty) {
            (Some(Value::Datetime(ticks)), Type::Datetime)
            | (Some(Value::Timespan(ticks)), Type::Timespan) => Ok(*ticks),
            _ => {
                let what = format!("'{}' by anything but constant datetimes and timespans", given.name.text);
                self.refuse(
                    arg.expr.span,
                    &what,
                    "Write datetimes for start and end, timespans for the rest.",
                );
                Err(Stop)
            }
        }
    }
}

impl Timeline {
    pub fn expr(&self, kind: Ast) -> ast::Expr {
        ast::Expr { kind, span: self.span }
    }

    pub fn name(&self, text: &str) -> Name {
        Name { text: text.to_owned(), span: self.span }
    }

    pub fn named(&self, name: &str, expr: ast::Expr) -> Named {
        Named { names: vec![self.name(name)], expr, span: self.span }
    }

    pub fn column(&self, name: &str) -> ast::Expr {
        self.expr(Ast::Name(self.name(name)))
    }

    pub fn time(&self) -> ast::Expr {
        self.column(&self.time.name)
    }

    pub fn datetime(&self, ticks: i64) -> ast::Expr {
        self.expr(Ast::Literal(Literal::Datetime(ticks)))
    }

    pub fn timespan(&self, ticks: i64) -> ast::Expr {
        self.expr(Ast::Literal(Literal::Timespan(ticks)))
    }

    pub fn call(&self, name: &str, args: Vec<ast::Expr>) -> ast::Expr {
        let args = args.into_iter().map(|expr| Arg { name: None, expr }).collect();
        self.expr(Ast::Call { name: self.name(name), args })
    }

    pub fn compare(&self, op: BinaryOp, left: ast::Expr, right: ast::Expr) -> ast::Expr {
        let (left, right) = (Box::new(left), Box::new(right));
        self.expr(Ast::Binary { op, op_span: self.span, left, right })
    }

    /// The bin of a row's time; the first begins at the start.
    pub fn bin(&self) -> ast::Expr {
        self.call("bin_at", vec![self.time(), self.timespan(self.bin), self.datetime(self.start)])
    }
}
