//! Follows rows through a query, on the thread of the small queries.

use std::cell::RefCell;

use super::queries::options;
use crate::app::clock::Clock;
use crate::app::days::Days;
use crate::app::msg::{Follow, Followed};
use crate::compile::{Options, Seen};
use crate::engine::{Cancel, Engine};
use crate::error::{Error, Result};
use crate::hunt::pack::Hunt;
use crate::hunt::sweep::Outcome;
use crate::outside::Folders;
use crate::sweep::{self, Order};
use crate::trace;

/// Groups whose keys are told one by one.
const KEYS_SHOWN: usize = 4;

/// Answers what was asked of this statement.
pub fn follow(
    engine: &mut Engine,
    folders: &Folders,
    wanted: &Follow,
    text: &str,
    clock: Clock,
    cancel: &Cancel,
) -> Result<Followed> {
    let options = options(clock, folders);
    folders.supply(engine, text, &options)?;
    let compilation = engine.compile(text, &options, cancel)?;
    if let Some(first) = compilation.diagnostics.iter().find(|one| one.is_error()) {
        return Err(Error::message(format!("the query has a mistake: {}", first.message)));
    }
    let schema = engine.schema();
    let mut ask = |kql: &str| engine.rows(kql, &options, cancel).map_err(|error| error.to_string());
    let answer = match wanted {
        Follow::Counts => {
            let counted = trace::count(&trace::stages(text), &mut ask);
            Followed::Counts(counted.into_iter().map(|(span, rows)| (span.start as usize, rows)).collect())
        }
        Follow::Why(value) => {
            let all = Options { seen: None, ..options.clone() };
            let engine = RefCell::new(engine);
            let rows = |kql: &str, options: &Options| {
                engine.borrow_mut().rows(kql, options, cancel).map_err(|error| error.to_string())
            };
            let (mut ask, mut ask_all) = (|kql: &str| rows(kql, &options), |kql: &str| rows(kql, &all));
            let beyond = options.seen.map(|seen| trace::Beyond { seen, ask: &mut ask_all });
            let reads = trace::reads(&compilation.results);
            let report = trace::why(text, value, &schema, &reads, &mut ask, beyond);
            Followed::Report { title: format!("Why not {value}"), lines: trace::lines(&report, text) }
        }
        Follow::Behind { columns, rows, bins, said } => {
            let opened = trace::Opened { columns, rows, bins: *bins };
            let found = trace::behind(text, &opened, &mut ask).map_err(Error::message)?;
            let keys = match found.keys.as_slice() {
                [] => "all rows".into(),
                keys if keys.len() > KEYS_SHOWN => format!("{} groups", keys.len()),
                keys => keys.join(" or "),
            };
            let said =
                [vec![format!("rows behind: {keys}")], said.clone(), found.remarks].concat().join("; ");
            Followed::Query { kql: found.kql, said }
        }
        Follow::Days(days) => {
            let period = clock.seen().and_then(Seen::back);
            let rule = Hunt { query: text.to_owned(), period, ..Hunt::default() };
            let (now, rules) = (options.now, vec![rule]);
            let order = Order { rules, now, days: *days, folders: folders.clone(), workers: 1 };
            let found = sweep::one(engine, &order, cancel)?;
            match found.outcome {
                Outcome::Ran(rows) => Followed::Days(Days { now, back: found.back, rows }),
                other => return Err(Error::message(other.problem())),
            }
        }
        Follow::Health => {
            let mut lines = Vec::new();
            for result in &compilation.results {
                for used in &result.tables {
                    let told = trace::health(used, &schema, text, result.now, &mut ask);
                    lines.extend(told.map_or_else(|why| vec![why], |health| health.lines()));
                }
            }
            Followed::Report { title: "Data of the query".into(), lines }
        }
    };
    match cancel.cancelled() {
        true => Err(Error::Cancelled),
        false => Ok(answer),
    }
}
