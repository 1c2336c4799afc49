//! activity_counts_metrics: how many rows and different values each window of time has, and how many of the
//! values no window before had. Windows begin at the start, as the periods of active_users_count do in its
//! recorded answer; those without rows are absent.

use super::Given;
use super::timeline::{Period, Timeline};
use crate::diag::code;
use crate::plan::check::{Binder, Checked, Stop};
use crate::plan::env::Env;
use crate::plan::names::Namer;
use crate::plan::{ColId, Column, CompareOp, Expr, ExprKind, Node, OrderKey, Rel, WindowFunc};
use crate::span::Span;
use crate::syntax::ast::BinaryOp;
use crate::types::Type;

impl Binder<'_> {
    pub fn activity_counts_metrics(
        &mut self,
        given: &Given<'_>,
        input: Rel,
        env: &Env,
        span: Span,
    ) -> Checked<Rel> {
        let [id, time, start, end, step, dimensions @ ..] = given.args else {
            return Err(self.wrong_arguments(given, given.name.span, "wants at least five arguments"));
        };
        let id = self.sliced_by(id, given, &input, env)?;
        let Period { time, start, end } = self.period([time, start, end], given, &input, env)?;
        let bin = self.ticks(step, Type::Timespan, given, env)?;
        if bin <= 0 {
            let help = "Write activity_counts_metrics(..., 1d).";
            self.error(code::TYPE, step.expr.span, "a window must hold some time", help);
            return Err(Stop);
        }
        let mut slices = Vec::new();
        for arg in dimensions {
            slices.push(self.sliced_by(arg, given, &input, env)?);
        }
        let timeline = Timeline { time, start, end, bin, span: given.name.span };
        self.nothing_but_the_analysis(&timeline, &id, &input)?;
        let window = self.scalar(&timeline.bin(), &Env::default(), &input.cols)?;
        let mut keys = vec![(timeline.time.clone(), window)];
        keys.extend(slices.into_iter().map(|column| (column.clone(), Expr::col(&column, span))));
        let mut namer = Namer::default();
        for (column, _) in &mut keys {
            *column = Column { id: self.new_col(), name: namer.free(&column.name), ..column.clone() };
        }
        let counted = self.values_of_windows(&keys, &id, input, span)?;
        self.windows_of_values(keys, counted, &mut namer, span)
    }

    /// What becomes of rows outside of the time from start to end, and of rows without a time or a value, is
    /// not recorded.
    fn nothing_but_the_analysis(&mut self, timeline: &Timeline, id: &Column, input: &Rel) -> Checked<()> {
        let either = |left, right| timeline.compare(BinaryOp::Or, left, right);
        let limit = |op, ticks| timeline.compare(op, timeline.time(), timeline.datetime(ticks));
        let outside = either(limit(BinaryOp::Lt, timeline.start), limit(BinaryOp::Gt, timeline.end));
        let without = timeline.call("isnull", vec![timeline.time()]);
        let mut open = either(outside, without);
        let mut help = format!("where {} between (start .. end)", timeline.time.name);
        if id.ty != Type::String {
            open = either(open, timeline.call("isnull", vec![timeline.column(&id.name)]));
            help = format!("{help} and isnotnull({})", id.name);
        }
        let found = self.filter(&open, input.clone(), &Env::default(), timeline.span)?;
        if self.any_row_in(found, timeline.span)? == Some(true) {
            let what = "activity_counts_metrics over rows outside of its start and end, or without a value";
            self.refuse(timeline.span, what, &format!("Leave them out before: {help}."));
            return Err(Stop);
        }
        Ok(())
    }

    /// A row for each value of a window: how many rows it has, and its number among the value's windows.
    fn values_of_windows(
        &mut self,
        keys: &[(Column, Expr)],
        id: &Column,
        input: Rel,
        span: Span,
    ) -> Checked<Counted> {
        let value = self.new_col();
        let mut groups: Vec<(ColId, Expr)> = keys.iter().map(|(key, expr)| (key.id, expr.clone())).collect();
        groups.push((value, Expr::col(id, span)));
        let count = self.aggregate("count", Vec::new(), span)?;
        let rows = self.new_column("", count.ty);
        let node = Node::Aggregate { input: Box::new(input), groups, aggs: vec![(rows.id, count)] };
        let order = vec![by_time(&keys[0].0)];
        let groups = Rel { node, cols: Vec::new(), order, span };
        let parts = keys[1..].iter().map(|(key, _)| key.id).chain([value]).collect();
        let kind = ExprKind::Over { func: WindowFunc::RowNumber, args: vec![Expr::long(1, span)] };
        let number = self.new_column("", Type::Long);
        let items = vec![(number.id, Expr::new(kind, Type::Long, span))];
        let node = Node::Window { input: Box::new(groups), parts, items };
        let rel = Rel { node, cols: Vec::new(), order: Vec::new(), span };
        Ok(Counted { rel, rows, number })
    }

    /// A row for each window: a value is new in its first.
    fn windows_of_values(
        &mut self,
        keys: Vec<(Column, Expr)>,
        counted: Counted,
        namer: &mut Namer,
        span: Span,
    ) -> Checked<Rel> {
        let kind = ExprKind::Compare {
            op: CompareOp::Eq,
            left: Box::new(Expr::col(&counted.number, span)),
            right: Box::new(Expr::long(1, span)),
        };
        let first = Expr::new(kind, Type::Bool, span);
        let mut aggs = Vec::new();
        let mut metrics = Vec::new();
        for (name, aggregate, args) in [
            ("count", "sum", vec![Expr::col(&counted.rows, span)]),
            ("dcount", "count", Vec::new()),
            ("new_dcount", "countif", vec![first]),
        ] {
            let call = self.aggregate(aggregate, args, span)?;
            let column = self.new_column(namer.free(name), call.ty);
            aggs.push((column.id, call));
            metrics.push(column);
        }
        let groups = keys.iter().map(|(key, _)| (key.id, Expr::col(key, span))).collect();
        let node = Node::Aggregate { input: Box::new(counted.rel), groups, aggs };
        let order = vec![by_time(&keys[0].0)];
        let windows = Rel { node, cols: Vec::new(), order, span };
        let parts = keys[1..].iter().map(|(key, _)| key.id).collect();
        let args = metrics.last().map(|new| Expr::col(new, span)).into_iter().collect();
        let sum = Expr::new(ExprKind::Over { func: WindowFunc::RowCumsum, args }, Type::Long, span);
        let all = self.new_column(namer.free("aggregated_dcount"), Type::Long);
        let node = Node::Window { input: Box::new(windows), parts, items: vec![(all.id, sum)] };
        let cols = keys.into_iter().map(|(key, _)| key).chain(metrics).chain([all]).collect();
        Ok(Rel { node, cols, order: Vec::new(), span })
    }

    fn aggregate(&mut self, name: &'static str, args: Vec<Expr>, span: Span) -> Checked<Expr> {
        let Some(row) = crate::catalog::aggregate(name) else { return Err(Stop) };
        self.apply(row, name, args, span)
    }
}

struct Counted {
    rel: Rel,
    rows: Column,
    number: Column,
}

fn by_time(window: &Column) -> OrderKey {
    OrderKey { col: window.id, ty: window.ty, ascending: true, nulls_first: true }
}
