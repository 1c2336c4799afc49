//! sliding_window_counts: each row counts in the bin of its time and in the bins after it that look back on
//! it, as the page "Perform aggregations over a sliding window" of the Kusto reference computes it.

use super::Given;
use crate::diag::code;
use crate::plan::check::{Binder, Checked, Stop};
use crate::plan::env::Env;
use crate::plan::{Column, Expr, Node, Rel};
use crate::span::Span;
use crate::syntax::ast::{self, Arg, BinaryOp, Expand, ExprKind as Ast, Literal, Name, Named};
use crate::types::Type;
use crate::value::Value;

/// Bins that one row may count in: `range()`, which makes them, gives no more.
const BINS_MAX: i64 = 1 << 20;

/// The analysis: which column is the time, and its bins, in ticks.
struct Sliding {
    time: Column,
    start: i64,
    end: i64,
    /// How long after its own bin a row still counts.
    after: i64,
    bin: i64,
    span: Span,
}

impl Binder<'_> {
    pub fn sliding_window_counts(
        &mut self,
        given: &Given<'_>,
        input: Rel,
        env: &Env,
        span: Span,
    ) -> Checked<Rel> {
        let [id, time, start, end, lookback, bin, dimensions @ ..] = given.args else {
            return Err(self.wrong_arguments(given, given.name.span, "wants at least six arguments"));
        };
        let id = self.column_argument(id, given, &input.cols, env)?;
        let time = self.column_argument(time, given, &input.cols, env)?;
        if time.ty != Type::Datetime {
            let what = format!("a timeline of type {}", time.ty.name());
            self.refuse(given.args[1].expr.span, &what, "Use a datetime column.");
            return Err(Stop);
        }
        let mut groups = vec![time.name.clone()];
        for arg in dimensions {
            groups.push(self.column_argument(arg, given, &input.cols, env)?.name);
        }
        let start = self.ticks(start, Type::Datetime, given, env)?;
        let end = self.ticks(end, Type::Datetime, given, env)?;
        let width = self.ticks(lookback, Type::Timespan, given, env)?;
        let bin = self.ticks(bin, Type::Timespan, given, env)?;
        if bin <= 0 || width < bin {
            let message = "the look-back must hold a bin, and a bin some time";
            self.error(code::TYPE, lookback.expr.span, message, "Write sliding_window_counts(..., 7d, 1d).");
            return Err(Stop);
        }
        if width / bin > BINS_MAX {
            let message = format!("a row would count in {} bins", width / bin);
            self.error(code::LIMIT, lookback.expr.span, message, format!("At most {BINS_MAX} fit."));
            return Err(Stop);
        }
        let sliding =
            Sliding { time, start, end, after: width / bin * bin - bin, bin, span: given.name.span };
        self.nothing_after_the_end(&sliding, &input)?;
        let env = Env::default();
        let bins = Expand {
            item: sliding.named(&sliding.time.name, sliding.bins()),
            to: Some((Type::Datetime, sliding.span)),
        };
        let expanded = self.mv_expand(&[], &[bins], None, input, &env, span)?;
        let counted = sliding.compare(BinaryOp::Ge, sliding.time(), sliding.datetime(sliding.start));
        let counted = self.filter(&counted, expanded, &env, span)?;
        let aggs = [
            sliding.named("Count", sliding.call("count", Vec::new())),
            sliding.named("Dcount", sliding.call("dcount", vec![sliding.column(&id.name)])),
        ];
        let by: Vec<Named> = groups.iter().map(|name| sliding.named(name, sliding.column(name))).collect();
        self.summarize(&aggs, &by, counted, &env, span)
    }

    fn ticks(&mut self, arg: &Arg, ty: Type, given: &Given<'_>, env: &Env) -> Checked<i64> {
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

    /// Whether rows after the end that fall into its bin count is not recorded.
    fn nothing_after_the_end(&mut self, sliding: &Sliding, input: &Rel) -> Checked<()> {
        if self.ask.is_none() {
            return Ok(());
        }
        let (env, span) = (Env::default(), sliding.span);
        let end = || sliding.datetime(sliding.end);
        let after = sliding.compare(BinaryOp::Gt, sliding.time(), end());
        let inside = sliding.compare(BinaryOp::Le, sliding.bin(), end());
        let late = self.filter(&after, input.clone(), &env, span)?;
        let late = self.filter(&inside, late, &env, span)?;
        let cols = vec![sliding.time.clone()];
        let node = Node::Limit { input: Box::new(late), count: Expr::long(1, span) };
        let rows = self.ask(Rel { node, cols, order: Vec::new(), span }, span)?;
        if rows.is_some_and(|rows| !rows.is_empty()) {
            let what = "rows after the end of sliding_window_counts in its last bin";
            let help = format!("Leave them out before: where {} <= the end.", sliding.time.name);
            self.refuse(span, what, &help);
            return Err(Stop);
        }
        Ok(())
    }
}

impl Sliding {
    fn expr(&self, kind: Ast) -> ast::Expr {
        ast::Expr { kind, span: self.span }
    }

    fn name(&self, text: &str) -> Name {
        Name { text: text.to_owned(), span: self.span }
    }

    fn named(&self, name: &str, expr: ast::Expr) -> Named {
        Named { names: vec![self.name(name)], expr, span: self.span }
    }

    fn column(&self, name: &str) -> ast::Expr {
        self.expr(Ast::Name(self.name(name)))
    }

    fn time(&self) -> ast::Expr {
        self.column(&self.time.name)
    }

    fn datetime(&self, ticks: i64) -> ast::Expr {
        self.expr(Ast::Literal(Literal::Datetime(ticks)))
    }

    fn timespan(&self, ticks: i64) -> ast::Expr {
        self.expr(Ast::Literal(Literal::Timespan(ticks)))
    }

    fn call(&self, name: &str, args: Vec<ast::Expr>) -> ast::Expr {
        let args = args.into_iter().map(|expr| Arg { name: None, expr }).collect();
        self.expr(Ast::Call { name: self.name(name), args })
    }

    fn compare(&self, op: BinaryOp, left: ast::Expr, right: ast::Expr) -> ast::Expr {
        let (left, right) = (Box::new(left), Box::new(right));
        self.expr(Ast::Binary { op, op_span: self.span, left, right })
    }

    /// The bin of a row's time; the first begins at the start.
    fn bin(&self) -> ast::Expr {
        self.call("bin_at", vec![self.time(), self.timespan(self.bin), self.datetime(self.start)])
    }

    /// All bins that a row counts in, none after the end.
    fn bins(&self) -> ast::Expr {
        let last = self.compare(BinaryOp::Add, self.bin(), self.timespan(self.after));
        let end = || self.datetime(self.end);
        let beyond = self.compare(BinaryOp::Gt, last.clone(), end());
        let last = self.call("iff", vec![beyond, end(), last]);
        self.call("range", vec![self.bin(), last, self.timespan(self.bin)])
    }
}
