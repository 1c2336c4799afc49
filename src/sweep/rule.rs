//! One rule on each day.

use std::sync::Arc;
use std::time::Instant;

use super::Order;
use crate::compile::{Compilation, Options};
use crate::diag::{Diagnostic, any_error};
use crate::engine::{Cancel, Engine, Sql};
use crate::error::{Error, Result};
use crate::facts::{Outside, Seen};
use crate::hunt::ready::{Ready, judge};
use crate::hunt::sweep::{Outcome, Row, both, times};
use crate::outside::Folders;
use crate::ticks::DAY;

/// Runs a rule; `None` when it reads from outside and no folders are given to supply it.
///
/// # Errors
/// It was cancelled. Anything else is the row's.
pub fn run(
    engine: &mut Engine,
    order: &Order,
    at: usize,
    listing: &Arc<Outside>,
    cancel: &Cancel,
    folders: Option<&Folders>,
) -> Result<Option<Row>> {
    let started = Instant::now();
    let mut sweep = OneRule { engine, order, at, listing, cancel, folders };
    let (outcome, back, seen) = match sweep.days() {
        Ok(Some(found)) => found,
        Ok(None) => return Ok(None),
        Err(Error::Cancelled) => return Err(Error::Cancelled),
        Err(error) => (Outcome::Failed(error.to_string()), None, None),
    };
    let milliseconds = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
    Ok(Some(Row { rule: at, outcome, back, seen, milliseconds }))
}

/// What came of the days, how far each looked back, and the times in the rows.
type Found = (Outcome, Option<i64>, Span);

/// The first and the last time in some rows, in ticks.
type Span = Option<(i64, i64)>;

struct OneRule<'s> {
    engine: &'s mut Engine,
    order: &'s Order,
    at: usize,
    listing: &'s Arc<Outside>,
    cancel: &'s Cancel,
    folders: Option<&'s Folders>,
}

impl OneRule<'_> {
    fn options(&self, now: i64, seen: Option<Seen>) -> Options {
        Options { now, seen, outside: self.listing.clone(), ..Options::default() }
    }

    fn compile(&mut self, now: i64, seen: Option<Seen>) -> Result<Compilation> {
        let options = self.options(now, seen);
        self.engine.compile(&self.order.rules[self.at].query, &options, self.cancel)
    }

    fn days(&mut self) -> Result<Option<Found>> {
        let rule = &self.order.rules[self.at];
        let (now, text) = (self.order.now, rule.query.as_str());
        // Without the data: a text that cannot be run asks them nothing.
        let schema = self.engine.schema();
        let options = self.options(now, None);
        let plain = crate::compile::compile(text, &schema, &options);
        if let Some(folders) = self.folders
            && any_error(&folders.supply(self.engine, text, &options)?)
        {
            return Ok(Some((Outcome::NoFile(folders.lacking(&plain.results)), None, None)));
        }
        if let Some(outcome) = mistake(text, &plain.diagnostics) {
            return Ok(Some((outcome, None, None)));
        }
        if self.folders.is_none() && plain.results.iter().any(|result| !result.inputs.is_empty()) {
            return Ok(None);
        }
        let own_time =
            plain.results.iter().flat_map(|result| &result.tables).any(|used| used.since.is_some());
        let back = rule.period.or((!own_time).then_some(DAY));
        let mut days = Vec::with_capacity(self.order.days);
        let mut before: Option<(Vec<String>, u64)> = None;
        let mut seen = None;
        for day in (0..self.order.days).rev() {
            let clock = now.saturating_sub(i64::try_from(day).unwrap_or(i64::MAX).saturating_mul(DAY)).max(0);
            let compilation = self.compile(clock, Some(Seen::as_of(clock, back)))?;
            if let Some(outcome) = mistake(text, &compilation.diagnostics) {
                return Ok(Some((outcome, None, None)));
            }
            let texts: Vec<String> = compilation.results.iter().map(|result| result.sql.clone()).collect();
            let count = match &before {
                // What names no clock gives the same on each day.
                Some((same, count)) if *same == texts => *count,
                _ => {
                    let (count, found) = self.count(&compilation)?;
                    seen = both(seen, found);
                    count
                }
            };
            days.push(count);
            before = Some((texts, count));
        }
        Ok(Some((Outcome::Ran(days), back, seen)))
    }

    fn count(&mut self, compilation: &Compilation) -> Result<(u64, Span)> {
        let (mut count, mut seen) = (0, None);
        for result in &compilation.results {
            let times = times(&result.columns);
            let (rows, found) = self.engine.extent(&Sql::from(result), &times, self.cancel)?;
            count += rows;
            seen = both(seen, found);
        }
        Ok((count, seen))
    }
}

fn mistake(text: &str, diagnostics: &[Diagnostic]) -> Option<Outcome> {
    match judge(text, diagnostics) {
        Ready::Yes => None,
        Ready::NoTable(tables) => Some(Outcome::NoTable(tables)),
        Ready::Wrong(problem) => Some(Outcome::Wrong(problem)),
    }
}
