//! The engine's own thread: opens the data, runs one query at a time, loads files. The newest run counts: one that
//! waits is replaced. A run that does not answer to a stop in time is left behind with its thread, and
//! another thread takes over with an engine of its own.

use std::collections::VecDeque;
use std::io;
use std::path::PathBuf;
use std::sync::mpsc::Sender;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use super::ledger::{Ledger, Ran};
use super::queries::options;
use super::run::Event;
use crate::app::clock::Clock;
use crate::app::diff::Compared;
use crate::app::msg::{Failure, Msg, Opened, ToLoad};
use crate::compile::Looked;
use crate::contained;
use crate::diag::any_error;
use crate::engine::{self, Cancel, Data, Engine, Handle, Progress, ResultId, Sql};
use crate::error::{Error, Result};
use crate::journal::{DataName, Entry, Read};
use crate::outside::Folders;
use crate::sys::wall_clock;
use crate::value::Value;

/// A run that was stopped and does not end in this time is left behind: DuckDB does not look for
/// interrupts while it plans.
const PATIENCE: Duration = Duration::from_millis(150);
/// The end of the program does not wait longer.
const CLOSING: Duration = Duration::from_millis(300);

/// What stands between the screen and the engine's thread.
#[derive(Clone)]
pub struct Runner {
    desk: Arc<Desk>,
    pub(super) folders: Folders,
    pub(super) ledger: Ledger,
    events: Sender<Event>,
}

struct Desk {
    state: Mutex<State>,
    bell: Condvar,
    threads: Mutex<Vec<JoinHandle<()>>>,
}

#[derive(Default)]
struct State {
    /// Which thread is at work; an older one that comes back from a run ends.
    shift: u64,
    waiting: Option<Run>,
    loading: Option<Cancel>,
    loads: VecDeque<ToLoad>,
    /// Nothing more is begun.
    closed: bool,
    running: Option<(u64, Cancel)>,
    progress: Option<Progress>,
    handle: Option<Handle>,
    /// What is open, for the journal; without its fingerprint.
    data: DataName,
}

struct Run {
    run: u64,
    work: Work,
    cancel: Cancel,
}

/// What is run.
pub enum Work {
    Query { text: String, clock: Clock },
    Compare(Compared),
}

enum Job {
    Run(Run),
    Load(ToLoad, Cancel),
}

/// What is opened first, and where files are loaded to while the data are in memory.
#[derive(Clone, Debug)]
pub struct Source {
    pub data: Data,
    /// What the data are called.
    pub title: String,
    pub options: engine::Options,
    pub fallback: Option<PathBuf>,
    /// What queries may name outside of the data.
    pub folders: Folders,
}

impl Runner {
    /// Starts the first thread, which opens the data.
    pub fn start(source: Source, ledger: Ledger, events: Sender<Event>) -> io::Result<Runner> {
        let desk =
            Arc::new(Desk { state: Mutex::default(), bell: Condvar::new(), threads: Mutex::default() });
        let runner = Runner { desk, events, ledger, folders: source.folders.clone() };
        let worker = runner.clone();
        runner.state().data = data_name(&source.title, &source.data);
        runner.spawn(move || match Engine::open(&source.data, &source.options) {
            Ok(engine) => {
                worker.opened(&engine, None);
                worker.work(0, engine, source);
            }
            Err(error) => worker.tell(Msg::OpenFailed(error.to_string())),
        })?;
        Ok(runner)
    }

    /// Runs something as soon as the engine is free; what runs is stopped.
    pub fn run(&self, run: u64, work: Work) {
        let mut state = self.state();
        // Before the thread is free to begin what waits, or that would be stopped.
        let older = state.running.clone();
        state.waiting = Some(Run { run, work, cancel: Cancel::new() });
        self.desk.bell.notify_all();
        drop(state);
        self.stop(older);
    }

    pub fn load(&self, wanted: ToLoad) {
        self.state().loads.push_back(wanted);
        self.desk.bell.notify_all();
    }

    /// Stops what runs and what waits, a load too.
    pub fn cancel(&self) {
        let mut state = self.state();
        let waiting = state.waiting.take();
        if let Some(cancel) = &state.loading {
            cancel.cancel();
        }
        let running = state.running.clone();
        drop(state);
        if let Some(run) = waiting {
            self.tell(Msg::Failed { run: run.run, failure: Failure::Cancelled, rows: 0, ms: 0 });
        }
        self.stop(running);
    }

    /// Ends the threads, as far as they end in time: one does not while DuckDB plans a query.
    pub fn close(&self) {
        self.state().closed = true;
        self.cancel();
        self.desk.bell.notify_all();
        let started = Instant::now();
        loop {
            let threads = self.desk.threads.lock().unwrap_or_else(PoisonError::into_inner);
            if threads.iter().all(JoinHandle::is_finished) || started.elapsed() > CLOSING {
                return;
            }
            drop(threads);
            thread::sleep(Duration::from_millis(5));
        }
    }

    fn spawn(&self, work: impl FnOnce() + Send + 'static) -> io::Result<()> {
        let thread = thread::Builder::new().name("engine".into()).spawn(work)?;
        let mut threads = self.desk.threads.lock().unwrap_or_else(PoisonError::into_inner);
        threads.retain(|thread| !thread.is_finished());
        threads.push(thread);
        Ok(())
    }

    /// How far the running query is, from 0 to 1, and how many rows have come.
    pub fn progress(&self) -> (Option<f64>, u64) {
        let progress = {
            let state = self.state();
            state.progress.clone().filter(|_| state.running.is_some())
        };
        progress.map_or((None, 0), |progress| (progress.fraction(), progress.rows()))
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.desk.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A screen that is gone needs no answer.
    pub(super) fn tell(&self, msg: Msg) {
        let _ = self.events.send(Event::Msg(msg));
    }

    pub(super) fn opened(&self, engine: &Engine, other: Option<(String, &Data)>) {
        let mut state = self.state();
        let title = other.map(|(title, data)| {
            state.data = data_name(&title, data);
            title
        });
        state.handle = Some(engine.handle());
        state.progress = Some(engine.progress());
        drop(state);
        let _ = self.events.send(Event::Handle(engine.handle()));
        let notes = engine.notes().to_vec();
        self.tell(Msg::Opened(Opened { schema: engine.schema(), clock: engine.clock(), title, notes }));
    }

    fn stop(&self, running: Option<(u64, Cancel)>) {
        let Some((id, cancel)) = running else { return };
        cancel.cancel();
        let runner = self.clone();
        let watched = self.spawn(move || {
            let state = runner.state();
            let still = |state: &mut State| state.running.as_ref().is_some_and(|(other, _)| *other == id);
            let waited = runner.desk.bell.wait_timeout_while(state, PATIENCE, still);
            let (state, late) = waited.unwrap_or_else(PoisonError::into_inner);
            if late.timed_out() {
                runner.take_over(state, id);
            }
        });
        if let Err(error) = watched {
            self.tell(Msg::Broken(format!("a thread cannot be made: {error}")));
        }
    }

    /// Another thread takes the place of one that does not answer.
    fn take_over(&self, mut state: MutexGuard<'_, State>, run: u64) {
        let Some(handle) = state.handle.clone() else { return };
        state.shift += 1;
        state.running = None;
        let progress = state.progress.clone();
        let shift = state.shift;
        drop(state);
        let rows = progress.map_or(0, |progress| progress.rows());
        self.tell(Msg::Failed { run, failure: Failure::Cancelled, rows, ms: 0 });
        match handle.engine() {
            Ok(engine) => {
                self.state().progress = Some(engine.progress());
                let source = Source {
                    data: Data::Empty,
                    title: String::new(),
                    options: engine::Options::default(),
                    fallback: None,
                    folders: self.folders.clone(),
                };
                self.work(shift, engine, source);
            }
            Err(error) => self.tell(Msg::Broken(format!("the engine does not answer: {error}"))),
        }
    }

    fn work(&self, shift: u64, mut engine: Engine, mut source: Source) {
        while let Some(job) = self.next(shift) {
            match job {
                Job::Run(Run { run, work: Work::Query { text, clock }, cancel }) => {
                    self.perform(&mut engine, run, text, clock, &cancel);
                }
                Job::Run(Run { run, work: Work::Compare(wanted), cancel }) => {
                    self.compare(&mut engine, run, &wanted, &cancel);
                }
                Job::Load(wanted, cancel) => self.perform_load(&mut engine, &mut source, &wanted, &cancel),
            }
            let mut state = self.state();
            if state.shift != shift {
                return;
            }
            (state.running, state.loading) = (None, None);
            self.desk.bell.notify_all();
        }
    }

    /// Waits for something to do; `None` when another thread has taken over.
    fn next(&self, shift: u64) -> Option<Job> {
        let mut state = self.state();
        loop {
            if state.shift != shift || state.closed {
                return None;
            }
            if let Some(wanted) = state.loads.pop_front() {
                let cancel = Cancel::new();
                state.loading = Some(cancel.clone());
                return Some(Job::Load(wanted, cancel));
            }
            if let Some(run) = state.waiting.take() {
                state.running = Some((run.run, run.cancel.clone()));
                return Some(Job::Run(run));
            }
            state = self.desk.bell.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }

    fn perform(&self, engine: &mut Engine, run: u64, text: String, clock: Clock, cancel: &Cancel) {
        contained::rehearse("engine");
        let started = Instant::now();
        let ms = || started.elapsed().as_millis() as u64;
        let options = options(clock, &self.folders);
        let progress = engine.progress();
        progress.begin();
        let told =
            |failure: Failure| self.tell(Msg::Failed { run, failure, rows: progress.rows(), ms: ms() });
        match self.folders.supply(engine, &text, &options) {
            Ok(refusals) if refusals.is_empty() => {}
            Ok(refusals) => return told(Failure::Query(refusals)),
            Err(error) => return told(failure(error)),
        }
        let mut compilation = match engine.compile(&text, &options, cancel) {
            Ok(compilation) => compilation,
            Err(error) => return told(failure(error)),
        };
        let skipped = compilation.results.len().saturating_sub(1);
        let compiled = match compilation.results.pop() {
            Some(compiled) if !any_error(&compilation.diagnostics) => Arc::new(compiled),
            Some(_) | None => {
                let failure = match compilation.diagnostics.is_empty() {
                    true => Failure::Other("there is no query in the text, only definitions".into()),
                    false => Failure::Query(compilation.diagnostics),
                };
                return told(failure);
            }
        };
        // Once the result is told of, they are others.
        let names = engine.handle().named_results();
        let read = names.into_iter().map(|(name, result)| (name, result.0));
        let read: Vec<(String, u64)> =
            read.filter(|(name, _)| compiled.tables.iter().any(|used| used.table == *name)).collect();
        let mut rows: Vec<Vec<Value>> = Vec::new();
        let stored = engine.store(ResultId(run), &Sql::from(&*compiled), cancel, &mut |grid| {
            rows.extend(grid.rows);
            if compiled.streams && !rows.is_empty() {
                self.tell(Msg::First { run, compiled: compiled.clone(), rows: rows.clone() });
            }
        });
        let stored = match stored {
            Ok(stored) => stored,
            Err(error) => return told(failure(error)),
        };
        let warnings = compilation.diagnostics;
        let (total, values, ended, ms) = (stored.rows, stored.values, wall_clock(), ms());
        let kept = compiled.clone();
        self.ledger.expect(run);
        self.tell(Msg::Ran {
            run,
            compiled,
            rows,
            total,
            values,
            ms,
            ended,
            warnings,
            skipped,
            said: String::new(),
        });
        let entry = Entry { ms, skipped, ..Entry::new(&text, &options, ended, DataName::default()) };
        // What is called Last is another result by now.
        let looked = match read.is_empty() {
            true => engine.looked(&text, skipped, &kept, &options, cancel),
            false => Looked::Nothing,
        };
        let files = Read::all(self.folders.digests(std::slice::from_ref(&kept), &options.outside));
        let (entry, handle) = (Entry { read: files, ..entry }, engine.handle());
        self.note(engine, Ran { run, entry, compiled: kept, rows: total, looked, read, handle });
    }

    /// What the open data are called, for the journal.
    pub(super) fn data(&self, engine: &mut Engine) -> Result<DataName> {
        Ok(DataName { fingerprint: engine.fingerprint()?, ..self.state().data.clone() })
    }

    /// The ledger gets to know of a run that gave a result. After that is on the screen: the first fingerprint
    /// counts all tables.
    fn note(&self, engine: &mut Engine, ran: Ran) {
        // Data that cannot be counted have a name all the same.
        let data = self.data(engine).unwrap_or_else(|_| self.state().data.clone());
        self.ledger.add(Ran { entry: Entry { data, ..ran.entry }, ..ran });
    }
}

pub fn failure(error: Error) -> Failure {
    match error {
        Error::Cancelled => Failure::Cancelled,
        other => Failure::Other(other.to_string()),
    }
}

fn data_name(title: &str, data: &Data) -> DataName {
    let path = match data {
        Data::File(path) => std::path::absolute(path).ok(),
        Data::Memory(_) | Data::Tables(_) | Data::Empty => None,
    };
    DataName { title: title.to_owned(), path, fingerprint: String::new() }
}
