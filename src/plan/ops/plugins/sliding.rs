//! sliding_window_counts: each row counts in the bin of its time and in the bins after it that look back on
//! it, as the page "Perform aggregations over a sliding window" of the Kusto reference computes it.

use super::Given;
use super::timeline::{Period, Timeline};
use crate::diag::code;
use crate::plan::Rel;
use crate::plan::check::{Binder, Checked, Stop};
use crate::plan::env::Env;
use crate::span::Span;
use crate::syntax::ast::{self, BinaryOp, Expand, Named};
use crate::types::Type;

/// Bins that one row may count in: `range()`, which makes them, gives no more.
const BINS_MAX: i64 = 1 << 20;

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
        let Period { time, start, end } = self.period([time, start, end], given, &input, env)?;
        let mut groups = vec![time.name.clone()];
        for arg in dimensions {
            groups.push(self.column_argument(arg, given, &input.cols, env)?.name);
        }
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
        let after = width / bin * bin - bin;
        let sliding = Timeline { time, start, end, bin, span: given.name.span };
        self.nothing_after_the_end(&sliding, &input)?;
        let env = Env::default();
        let bins = Expand {
            item: sliding.named(&sliding.time.name, bins(&sliding, after)),
            to: Some((Type::Datetime, sliding.span)),
        };
        let expanded = self.mv_expand(&[], &[bins], None, false, input, &env, span)?;
        let counted = sliding.compare(BinaryOp::Ge, sliding.time(), sliding.datetime(sliding.start));
        let counted = self.filter(&counted, expanded, &env, span)?;
        let aggs = [
            sliding.named("Count", sliding.call("count", Vec::new())),
            sliding.named("Dcount", sliding.call("dcount", vec![sliding.column(&id.name)])),
        ];
        let by: Vec<Named> = groups.iter().map(|name| sliding.named(name, sliding.column(name))).collect();
        self.summarize(&aggs, &by, counted, &env, span)
    }

    /// Whether rows after the end that fall into its bin count is not recorded.
    fn nothing_after_the_end(&mut self, timeline: &Timeline, input: &Rel) -> Checked<()> {
        let (env, span) = (Env::default(), timeline.span);
        let end = || timeline.datetime(timeline.end);
        let after = timeline.compare(BinaryOp::Gt, timeline.time(), end());
        let inside = timeline.compare(BinaryOp::Le, timeline.bin(), end());
        let late = self.filter(&after, input.clone(), &env, span)?;
        let late = self.filter(&inside, late, &env, span)?;
        if self.any_row_in(late, timeline.span)? == Some(true) {
            let what = "rows after the end of sliding_window_counts in its last bin";
            let help = format!("Leave them out before: where {} <= the end.", timeline.time.name);
            self.refuse(span, what, &help);
            return Err(Stop);
        }
        Ok(())
    }
}

/// All bins that a row counts in, none after the end: its own, and those that begin up to `after` ticks later.
fn bins(timeline: &Timeline, after: i64) -> ast::Expr {
    let last = timeline.compare(BinaryOp::Add, timeline.bin(), timeline.timespan(after));
    let end = || timeline.datetime(timeline.end);
    let beyond = timeline.compare(BinaryOp::Gt, last.clone(), end());
    let last = timeline.call("iff", vec![beyond, end(), last]);
    timeline.call("range", vec![timeline.bin(), last, timeline.timespan(timeline.bin)])
}
