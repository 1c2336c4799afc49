//! What is known of every run of this workbench: for the journal, for what lies beside exports, for reports.
//! Results are hashed on a thread of its own once they are there, so that nobody waits for it.

use std::collections::VecDeque;
use std::io;
use std::sync::mpsc::Sender;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use super::run::Event;
use crate::app::msg::Msg;
use crate::compile::{Compiled, Looked};
use crate::display::thousands;
use crate::engine::{Cancel, Handle, ResultId};
use crate::error::Result;
use crate::journal::{self, Digest, Entry, KEPT_RESULT, KeptRun, Outcome, ROWS_MAX, Read};

/// Runs that are remembered; more results are not kept.
const KNOWN_MAX: usize = 64;
/// Results of more values are counted only: their hash would keep a core busy for seconds, unasked.
const VALUES_MAX: u64 = 20_000_000;
/// The end of the program waits this long for results to be hashed.
const CLOSING: Duration = Duration::from_millis(1_000);
/// The end that nobody asked for waits this long for what is to be told of a run.
const GIVING_UP: Duration = Duration::from_millis(150);

/// A run that gave a result, which is kept under its number.
#[derive(Clone)]
pub struct Ran {
    pub run: u64,
    /// Without its result.
    pub entry: Entry,
    pub compiled: Arc<Compiled>,
    pub rows: u64,
    /// What its data are known not to leave open.
    pub looked: Looked,
    /// Kept results that the query read, by the names it has for them.
    pub read: Vec<(String, u64)>,
    pub handle: Handle,
}

/// A run with what is known of its result.
#[derive(Clone)]
pub struct Known {
    pub run: u64,
    pub entry: Entry,
    pub compiled: Arc<Compiled>,
    /// Of a difference the run that it is compared with.
    pub pair: Option<Pair>,
}

/// What makes a result a difference.
#[derive(Clone)]
pub struct Pair {
    pub before: Entry,
    /// For people, such as `by UserId: 1 added`.
    pub summary: String,
}

/// `Clone` gives another way to the same.
#[derive(Clone, Default)]
pub struct Ledger(Arc<Desk>);

#[derive(Default)]
struct Desk {
    state: Mutex<State>,
    bell: Condvar,
}

#[derive(Default)]
struct State {
    /// Runs whose results are there and of which the rest will be told.
    expected: Vec<u64>,
    waiting: VecDeque<Ran>,
    hashing: Option<(Ran, Cancel)>,
    known: VecDeque<Known>,
    /// Whether runs go into the journal.
    journal: bool,
    closed: bool,
}

impl State {
    fn remember(&mut self, known: Known) {
        self.known.push_back(known);
        if self.known.len() > KNOWN_MAX {
            self.known.pop_front();
        }
    }

    fn idle(&self) -> bool {
        self.waiting.is_empty() && self.hashing.is_none() && self.expected.is_empty()
    }

    fn on_its_way(&self, run: u64) -> bool {
        let hashing = self.hashing.iter().map(|(ran, _)| ran.run);
        self.waiting.iter().map(|ran| ran.run).chain(hashing).any(|one| one == run)
            || self.expected.contains(&run)
    }
}

impl Ledger {
    /// Starts the thread that hashes. `journal` says whether runs go into the journal.
    pub fn start(&self, journal: bool, events: Sender<Event>) -> io::Result<()> {
        // Without a home there is no journal.
        self.state().journal = journal && journal::journal_file().is_ok();
        let ledger = self.clone();
        thread::Builder::new().name("ledger".into()).spawn(move || ledger.work(&events)).map(drop)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The result of a run is there, and [`Ledger::add`] follows.
    pub fn expect(&self, run: u64) {
        self.state().expected.push(run);
    }

    pub fn add(&self, ran: Ran) {
        let mut state = self.state();
        state.expected.retain(|other| *other != ran.run);
        state.waiting.push_back(ran);
        self.0.bell.notify_all();
    }

    /// Puts a run into the journal that kept no result, behind those that were before it.
    ///
    /// # Errors
    /// The journal cannot be written.
    pub fn journal(&self, entry: &Entry) -> Result<()> {
        let waited = self.0.bell.wait_while(self.state(), |state| !state.closed && !state.idle());
        let state = waited.unwrap_or_else(PoisonError::into_inner);
        if state.journal { journal::keep(entry) } else { Ok(()) }
    }

    /// Takes in what is known already.
    pub fn put(&self, known: Known) {
        self.state().remember(known);
    }

    /// What is known of a run; waits while its result is hashed. `None` for what was no run.
    pub fn known(&self, run: u64) -> Option<Known> {
        let state = self.state();
        let waited = self.0.bell.wait_while(state, |state| !state.closed && state.on_its_way(run));
        let state = waited.unwrap_or_else(PoisonError::into_inner);
        state.known.iter().find(|known| known.run == run).cloned()
    }

    /// Waits a little for what is being hashed, and then writes the rest without hashes.
    pub fn close(&self) {
        let started = Instant::now();
        let mut state = self.state();
        while !state.idle() && started.elapsed() < CLOSING {
            let waited = self.0.bell.wait_timeout(state, CLOSING);
            state = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
        if let Some((_, cancel)) = &state.hashing {
            cancel.cancel();
        }
        drop(state);
        self.give_up();
    }

    /// Writes what is not hashed yet as it is: the program ends at once. What another thread holds for long, perhaps
    /// since it panicked, is left.
    pub fn give_up(&self) {
        let started = Instant::now();
        let mut state = loop {
            let late = started.elapsed() > GIVING_UP;
            match self.0.state.try_lock() {
                Ok(state) if state.expected.is_empty() || late => break state,
                Err(_) if late => return,
                Ok(_) | Err(_) => thread::sleep(Duration::from_millis(2)),
            }
        };
        state.closed = true;
        let hashing = state.hashing.take().map(|(ran, _)| ran);
        let rest: Vec<Ran> = hashing.into_iter().chain(std::mem::take(&mut state.waiting)).collect();
        for ran in rest.into_iter().filter(|_| state.journal) {
            let outcome = Outcome::counted(&ran.compiled, ran.rows, "the workbench ended first");
            // Nobody is left to tell.
            let _ = journal::keep(&Entry { results: vec![outcome], ..ran.entry });
        }
        self.0.bell.notify_all();
    }

    fn work(&self, events: &Sender<Event>) {
        while let Some((ran, cancel)) = self.next() {
            let outcome = match hashed(&ran, &cancel) {
                Ok(outcome) => outcome,
                Err(error) => Outcome::counted(&ran.compiled, ran.rows, &format!("it was not read: {error}")),
            };
            let mut state = self.state();
            // Whoever ends the program has written it.
            if state.hashing.take().is_none() {
                return;
            }
            let (read, kept) = (read(&ran, &state.known), kept(&ran, &state.known));
            let entry = Entry { results: vec![outcome], read: [ran.entry.read, read].concat(), ..ran.entry };
            let entry = entry.with_kept(kept);
            let kept = if state.journal { journal::keep(&entry) } else { Ok(()) };
            if kept.is_err() {
                // It would be told of each run.
                state.journal = false;
            }
            state.remember(Known { run: ran.run, entry, compiled: ran.compiled, pair: None });
            drop(state);
            self.0.bell.notify_all();
            if let Err(error) = kept {
                let _ = events.send(Event::Msg(Msg::Broken(format!("runs are not in the journal: {error}"))));
            }
        }
    }

    /// Waits for a run to hash; `None` at the end of the program.
    fn next(&self) -> Option<(Ran, Cancel)> {
        let mut state = self.state();
        loop {
            if state.closed {
                return None;
            }
            if let Some(ran) = state.waiting.pop_front() {
                let cancel = Cancel::new();
                state.hashing = Some((ran.clone(), cancel.clone()));
                return Some((ran, cancel));
            }
            state = self.0.bell.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }
}

fn hashed(ran: &Ran, cancel: &Cancel) -> Result<Outcome> {
    let values = ran.rows.saturating_mul(ran.compiled.columns.len() as u64);
    if ran.rows > ROWS_MAX || values > VALUES_MAX {
        let why = format!("it has more than {} values", thousands(VALUES_MAX));
        return Ok(Outcome::counted(&ran.compiled, ran.rows, &why));
    }
    let mut digest = Digest::of(&ran.compiled);
    // The hash is the same in every order.
    ran.handle.reader()?.rows_in_any_order(ResultId(ran.run), cancel, &mut |grid| {
        digest.add(&grid.rows);
        Ok(())
    })?;
    Ok(Outcome::new(&ran.compiled, digest, ran.looked))
}

/// The runs that made the kept results that a query read. A difference was made by none.
fn kept(ran: &Ran, known: &VecDeque<Known>) -> Vec<KeptRun> {
    let made = |run: u64| known.iter().find(|known| known.run == run && known.pair.is_none());
    let kept =
        |(name, run): &(String, u64)| Some(KeptRun { name: name.clone(), run: made(*run)?.entry.clone() });
    ran.read.iter().filter_map(kept).collect()
}

/// The kept results that a query read, as what is known of the runs that made them.
fn read(ran: &Ran, known: &VecDeque<Known>) -> Vec<Read> {
    let sum = |run: u64| {
        let made = known.iter().find(|known| known.run == run)?;
        made.entry.results.last()?.sha256.clone()
    };
    let read = ran.read.iter().map(|(name, run)| Read {
        name: format!("{KEPT_RESULT}{name}"),
        sha256: sum(*run).unwrap_or_default(),
    });
    read.collect()
}
