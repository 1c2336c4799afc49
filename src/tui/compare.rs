//! Compares two results, on the engine's thread: rows that are kept, or of a query at another clock.

use std::sync::Arc;
use std::time::Instant;

use super::ledger::{Known, Pair};
use super::queries::options;
use super::runner::{Runner, failure};
use crate::app::clock::Clock;
use crate::app::diff::{self as shown, Compared, Side};
use crate::app::msg::{Failure, Msg};
use crate::diag::any_error;
use crate::engine::{Cancel, Engine, Pick, ResultId, Sql};
use crate::error::{Error, Result};
use crate::journal::{self, Digest, Entry, Outcome, Read, diff, few_enough};
use crate::sys::wall_clock;
use crate::value::Grid;

/// Rows that are sent to the screen at once.
const FIRST_ROWS: usize = 500;

/// A side with what is known of the run that made it.
struct Found {
    side: journal::Side,
    now: i64,
    entry: Option<Entry>,
}

impl Runner {
    pub(super) fn compare(&self, engine: &mut Engine, run: u64, wanted: &Compared, cancel: &Cancel) {
        let started = Instant::now();
        let ms = || started.elapsed().as_millis() as u64;
        let told = |failure: Failure| self.tell(Msg::Failed { run, failure, rows: 0, ms: ms() });
        let mut side = |side: &Side| self.side(engine, side, cancel);
        let sides = side(&wanted.before).and_then(|before| Ok((before, side(&wanted.after)?)));
        let (before, after) = match sides {
            Ok(sides) => sides,
            Err(error) => return told(failure(error)),
        };
        let found = match diff(&before.side, &after.side, wanted.key.as_deref()) {
            Ok(found) => found,
            Err(why) => return told(Failure::Other(why)),
        };
        let compiled = Arc::new(shown::compiled(found.table_columns(), after.now));
        let mut rows = found.rows();
        let values = match engine.keep(ResultId(run), &compiled.columns, &rows) {
            Ok(kept) => kept.values,
            Err(error) => return told(failure(error)),
        };
        let total = rows.len() as u64;
        rows.truncate(FIRST_ROWS);
        let said = [vec![found.summary()], found.remarks].concat().join("; ");
        if let (Some(before), Some(after)) = (before.entry, after.entry) {
            let pair = Some(Pair { before, summary: said.clone() });
            self.ledger.put(Known { run, entry: after, compiled: compiled.clone(), pair });
        }
        let (ended, warnings, skipped) = (wall_clock(), Vec::new(), 0);
        self.tell(Msg::Ran { run, compiled, rows, total, values, ms: ms(), ended, warnings, skipped, said });
    }

    fn side(&self, engine: &mut Engine, side: &Side, cancel: &Cancel) -> Result<Found> {
        match side {
            Side::Kept { run, now, steady } => {
                let mut grid = Grid::default();
                engine.handle().reader()?.rows(ResultId(*run), &Pick::default(), cancel, &mut |part| {
                    grid.columns = part.columns;
                    grid.rows.extend(part.rows);
                    few_enough(&grid).map_err(Error::message)
                })?;
                let entry = self.ledger.known(*run).map(|known| known.entry);
                let side = journal::Side { grid, steady: steady.clone() };
                Ok(Found { side, now: *now, entry })
            }
            Side::Clock { text, clock } => self.run_at(engine, text, *clock, cancel),
        }
    }

    /// Runs a query at another clock; that is a run like any other.
    fn run_at(&self, engine: &mut Engine, text: &str, clock: Clock, cancel: &Cancel) -> Result<Found> {
        let started = Instant::now();
        let options = options(clock, &self.folders);
        let mut problems = self.folders.supply(engine, text, &options)?;
        let compilation = engine.compile(text, &options, cancel)?;
        problems.extend(compilation.diagnostics);
        let skipped = compilation.results.len().saturating_sub(1);
        let Some(compiled) = compilation.results.last().filter(|_| !any_error(&problems)) else {
            let first = problems.into_iter().find(|one| one.is_error());
            let why = first.map_or_else(|| "there is no query in the text".into(), |one| one.message);
            return Err(Error::message(why));
        };
        let mut digest = Digest::of(compiled);
        let mut grid = Grid { columns: compiled.columns.clone(), rows: Vec::new() };
        engine.stream(&Sql::from(compiled), cancel, &mut |part| {
            digest.add(&part.rows);
            grid.rows.extend(part.rows);
            few_enough(&grid).map_err(Error::message)
        })?;
        let ms = started.elapsed().as_millis() as u64;
        let looked = engine.looked(text, skipped, compiled, &options, cancel);
        let read = Read::all(self.folders.digests(std::slice::from_ref(compiled), &options.outside));
        let entry = Entry::new(text, &options, wall_clock(), self.data(engine)?);
        let entry =
            Entry { ms, skipped, read, results: vec![Outcome::new(compiled, digest, looked)], ..entry };
        self.ledger.journal(&entry)?;
        let side = journal::Side { grid, steady: compiled.steadiness.columns.clone() };
        Ok(Found { side, now: options.now, entry: Some(entry) })
    }
}
