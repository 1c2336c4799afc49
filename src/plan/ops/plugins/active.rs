//! active_users_count: for each bin of time the values that were seen in several periods of the time before one of
//! their rows ("active_users_count plugin" in the Kusto reference). Recorded: bins begin at the start, those
//! without such a value are absent, and a row that lies the whole look-back before another does not count for it.

use super::Given;
use super::said::{headed, listed, named};
use super::timeline::Period;
use crate::diag::code;
use crate::plan::check::{Binder, Checked, Stop};
use crate::plan::env::Env;
use crate::plan::{Column, Rel};
use crate::span::Span;
use crate::types::Type;

impl Binder<'_> {
    pub fn active_users_count(
        &mut self,
        given: &Given<'_>,
        input: Rel,
        env: &Env,
        span: Span,
    ) -> Checked<Rel> {
        let [id, time, start, end, lookback, period, active, bin, dimensions @ ..] = given.args else {
            return Err(self.wrong_arguments(given, given.name.span, "wants at least eight arguments"));
        };
        let id = self.sliced_by(id, given, &input, env)?;
        let Period { time, start, end } = self.period([time, start, end], given, &input, env)?;
        let mut spans = [0; 3];
        for (ticks, arg) in spans.iter_mut().zip([lookback, period, bin]) {
            *ticks = self.ticks(arg, Type::Timespan, given, env)?;
            if *ticks <= 0 {
                let help = "Write active_users_count(..., 30d, 1d, 3, 7d).";
                self.error(code::TYPE, arg.expr.span, "a span of time must hold some time", help);
                return Err(Stop);
            }
        }
        let [lookback, period, bin] = spans;
        let active = self.whole(active, given, env)?;
        let parts = self.parts(dimensions, given, &input, env)?;
        let names = headed(&time, &parts, "dcount");
        let by = listed(&parts);
        let known = id.ty != Type::String;
        let columns: Vec<(String, Column)> =
            [("id".to_owned(), id), ("at".to_owned(), time)].into_iter().chain(parts).collect();
        let told = self.told(input, &columns, span);
        let (start, end) = (datetime(start), datetime(end));
        let open = format!(
            "T | where at == {end} or isnull(at) {}
                 or bin_at(at, {period}tick, {start}) != at or {lookback} % {period} != 0",
            if known { "or isnull(id)" } else { "" }
        );
        let open = self.said(&open, &told, given)?;
        if self.any_row_in(open, given.name.span)? == Some(true) {
            let what = "active_users_count over times inside of a period, at the end, or without a value";
            let help =
                "Put each time at the start of its period with bin_at(), and leave the other rows out.";
            self.refuse(given.name.span, what, help);
            return Err(Stop);
        }
        let query = format!(
            "T | where at >= {start} and at < {end} | summarize by id, at{by}
             | join kind=inner (T | where at < {end} | summarize by id, before = at{by}) on id{by}
             | where before > at - {lookback}tick and before <= at
             | summarize periods = count() by id, at{by}
             | where periods >= {active}
             | summarize by id, at = bin_at(at, {bin}tick, {start}){by}
             | summarize dcount = count() by at{by}"
        );
        Ok(named(self.said(&query, &told, given)?, names.into_iter()))
    }
}

/// A datetime of so many ticks, as KQL.
fn datetime(ticks: i64) -> String {
    format!("todatetime({ticks})")
}
