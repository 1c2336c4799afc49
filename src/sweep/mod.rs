//! All hunts against the data: what each finds on each of the last days, each day at its own clock. Knows engines and
//! hunts; nothing of commands and screens.
//!
//! What a rule sees on a day is what it would have seen when it ran at that day's end. With a `queryPeriod` it sees
//! that much, as Sentinel's rules do; without one and without a time of its own in the text it sees the day, as
//! under a portal's time picker; and never what came later. [`Seen::as_of`](crate::facts::Seen::as_of) says that in one
//! place, for a sweep's days and for whoever opens one of them.

mod resume;
mod rule;

pub use resume::Clock;

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::channel;
use std::thread;
use std::time::UNIX_EPOCH;

use crate::engine::{Cancel, Engine};
use crate::error::{Error, Result};
use crate::hunt::pack::Hunt;
use crate::hunt::sweep::Row;
use crate::outside::Folders;
use crate::places;
use resume::Resume;

/// What is swept, and how.
#[derive(Clone)]
pub struct Order {
    pub rules: Vec<Hunt>,
    /// The clock of the last day, in ticks.
    pub now: i64,
    /// At least one.
    pub days: usize,
    pub folders: Folders,
    /// Rules that run at once, at least one.
    pub workers: usize,
}

/// Stops a sweep; what is done stays done.
#[derive(Clone)]
pub struct Stop(Vec<Cancel>);

impl Stop {
    pub fn new(workers: usize) -> Stop {
        // One more for what runs alone at the end.
        Stop((0..=workers).map(|_| Cancel::new()).collect())
    }

    pub fn stop(&self) {
        self.0.iter().for_each(Cancel::cancel);
    }

    fn of(&self, worker: usize) -> &Cancel {
        &self.0[worker.min(self.0.len() - 1)]
    }
}

/// What tells the data of an engine from others, and from the same before a load.
///
/// # Errors
/// The data cannot be read.
fn identity(engine: &mut Engine) -> Result<(String, u64, u128)> {
    let found = engine.handle().file().and_then(|path| path.metadata().ok());
    let written = found.as_ref().and_then(|found| found.modified().ok()?.duration_since(UNIX_EPOCH).ok());
    let size = found.as_ref().map_or(0, std::fs::Metadata::len);
    Ok((engine.fingerprint()?, size, written.map_or(0, |written| written.as_nanos())))
}

/// One rule on each of the last days, on this engine.
///
/// # Errors
/// [`Error::Cancelled`].
pub fn one(engine: &mut Engine, order: &Order, cancel: &Cancel) -> Result<Row> {
    let row = rule::run(engine, order, 0, &order.folders.listing(), cancel, Some(&order.folders))?;
    row.ok_or_else(|| Error::message("it was not run"))
}

/// What is heard of a sweep while it goes on.
pub enum Heard {
    /// Why it begins anew after it was stopped.
    NotKept(Error),
    /// It begins, or goes on at the clock and with the rows of one that was stopped.
    Begun {
        now: i64,
        before: Vec<Row>,
    },
    Done(Row),
}

/// Runs all rules, those of a sweep that was stopped only where they are not done or read files; `fresh` begins anew.
/// The order's clock becomes that of the sweep that goes on.
///
/// # Errors
/// [`Error::Cancelled`] after a stop; no second connection can be made.
pub fn run(
    engine: &mut Engine,
    order: &mut Order,
    (clock, fresh): (Clock, bool),
    stop: &Stop,
    hear: &mut dyn FnMut(Heard),
) -> Result<()> {
    let listing = order.folders.listing();
    let functions: Vec<_> =
        listing.functions.iter().map(|(name, file)| (name.clone(), file.text.clone())).collect();
    let data = (identity(engine)?, functions);
    let resume = places::cache_folder()
        .and_then(|folder| Resume::open(&folder.join("sweep"), &data, order, clock, fresh));
    let mut resume = match resume {
        Ok(resume) => Some(resume),
        Err(error) => {
            hear(Heard::NotKept(error));
            None
        }
    };
    let before = resume.as_ref().map(|resume| resume.done(order)).unwrap_or_default();
    let done: Vec<usize> = before.iter().map(|row| row.rule).collect();
    hear(Heard::Begun { now: order.now, before });
    run_those(engine, order, stop, &|at| !done.contains(&at), &mut |row, read| {
        if let (Some(resume), Read::Data) = (&mut resume, read) {
            // What cannot be kept is run again.
            let _ = resume.keep(order, &row);
        }
        hear(Heard::Done(row));
    })?;
    if let Some(resume) = resume {
        // At worst it is taken for one of a sweep that was stopped, and says the same.
        let _ = resume.finish();
    }
    Ok(())
}

/// What a rule read.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Read {
    /// Tables of the database, which are known again.
    Data,
    /// Files too, such as a watchlist, which may be others by the time that a sweep goes on.
    Files,
}

/// Runs the rules for which `wanted` says so, several at once, and hands each row over as it comes.
fn run_those(
    engine: &mut Engine,
    order: &Order,
    stop: &Stop,
    wanted: &dyn Fn(usize) -> bool,
    each: &mut dyn FnMut(Row, Read),
) -> Result<()> {
    let listing = order.folders.listing();
    let todo: Vec<usize> = (0..order.rules.len()).filter(|at| wanted(*at)).collect();
    let next = AtomicUsize::new(0);
    let workers = order.workers.clamp(1, todo.len().max(1));
    let engines = (0..workers).map(|_| engine.handle().engine()).collect::<Result<Vec<_>>>()?;
    let (sender, rows) = channel();
    let mut alone = Vec::new();
    thread::scope(|scope| {
        for (worker, mut engine) in engines.into_iter().enumerate() {
            let (sender, todo, next, listing, cancel) =
                (sender.clone(), &todo, &next, listing.clone(), stop.of(worker));
            scope.spawn(move || {
                while let Some(at) = todo.get(next.fetch_add(1, Ordering::Relaxed)) {
                    if cancel.cancelled() {
                        break;
                    }
                    let done = rule::run(&mut engine, order, *at, &listing, cancel, None);
                    // The receiver goes last.
                    let _ = sender.send((*at, done));
                }
            });
        }
        drop(sender);
        for (at, done) in rows {
            match done {
                Ok(Some(row)) => each(row, Read::Data),
                Ok(None) => alone.push(at),
                Err(_) => {}
            }
        }
    });
    // What comes from outside is put into the engine for one rule at a time.
    let cancel = stop.of(usize::MAX);
    for at in alone {
        if let Some(row) = rule::run(engine, order, at, &listing, cancel, Some(&order.folders))? {
            each(row, Read::Files);
        }
    }
    if cancel.cancelled() { Err(Error::Cancelled) } else { Ok(()) }
}
