//! Queries beside the running one, on an engine of their own: how old tables are, events, indicators; and
//! compiling alone, which needs no engine. Of each kind the newest is done, an older one is stopped.

use std::collections::HashMap;
use std::io;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use super::follow::follow;
use super::learn;
use super::picks;
use super::run::Event;
use crate::app::clock::Clock;
use crate::app::columns::Why;
use crate::app::msg::{AgePurpose, Follow, Msg, Question, Survey, TableAge, Topic};
use crate::compile::{self, Options, TableUse};
use crate::engine::{Cancel, Engine, Handle};
use crate::error::Result;
use crate::hunt::pivot;
use crate::ide::complete::Ask;
use crate::outside::Folders;
use crate::schema::Schema;
use crate::sys::wall_clock;
use crate::ticks;
use crate::value::Value;

pub enum Job {
    Ages { purpose: AgePurpose, text: String, clock: Clock },
    Ask { question: Question, ticket: u64, kql: String, clock: Clock },
    Follow { follow: Follow, ticket: u64, text: String, clock: Clock },
    Learn(Ask),
    Survey(Survey),
}

/// Jobs of one kind take each other's place.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum Kind {
    Ages,
    Events,
    Context,
    Indicators,
    Sightings,
    Sample,
    Follow,
    Learn,
    Survey,
    Aside(Why),
}

impl Job {
    fn kind(&self) -> Kind {
        match self {
            Job::Ages { .. } => Kind::Ages,
            Job::Ask { question: Question::Events, .. } => Kind::Events,
            Job::Ask { question: Question::Context, .. } => Kind::Context,
            Job::Ask { question: Question::Indicators, .. } => Kind::Indicators,
            Job::Ask { question: Question::Sightings, .. } => Kind::Sightings,
            Job::Ask { question: Question::Sample, .. } => Kind::Sample,
            Job::Follow { .. } => Kind::Follow,
            Job::Learn(_) => Kind::Learn,
            Job::Survey(survey) => match survey.topic {
                Topic::Aside(why) => Kind::Aside(why),
                Topic::Values { .. } | Topic::Statistics { .. } | Topic::Histogram { .. } => Kind::Survey,
            },
        }
    }
}

/// The way to the thread.
pub struct Queries {
    jobs: Sender<(Job, Cancel)>,
    newest: HashMap<Kind, Cancel>,
}

impl Queries {
    pub fn start(handle: Handle, folders: Folders, events: Sender<Event>) -> io::Result<Queries> {
        let (jobs, todo) = channel();
        let work = move || serve(&handle, &folders, &todo, &events);
        thread::Builder::new().name("queries".into()).spawn(work)?;
        Ok(Queries { jobs, newest: HashMap::new() })
    }

    pub fn ask(&mut self, job: Job) {
        let cancel = Cancel::new();
        if let Some(older) = self.newest.insert(job.kind(), cancel.clone()) {
            older.cancel();
        }
        // A thread that is gone said so itself.
        let _ = self.jobs.send((job, cancel));
    }
}

fn serve(handle: &Handle, folders: &Folders, todo: &Receiver<(Job, Cancel)>, events: &Sender<Event>) {
    let mut kept = None;
    while let Ok((job, cancel)) = todo.recv() {
        if cancel.cancelled() {
            continue;
        }
        let answer = current(&mut kept, handle);
        let msg = match job {
            Job::Ages { purpose, text, clock } => {
                let ages = answer.and_then(|engine| ages(engine, folders, &text, clock, &cancel));
                Msg::Ages { purpose, ages: ages.map_err(|error| error.to_string()) }
            }
            Job::Ask { question, ticket, kql, clock } => {
                let answer = answer.and_then(|engine| engine.rows(&kql, &options(clock, folders), &cancel));
                Msg::Answered { question, ticket, answer: answer.map_err(|error| error.to_string()) }
            }
            Job::Follow { follow: wanted, ticket, text, clock } => {
                let answer =
                    answer.and_then(|engine| follow(engine, folders, &wanted, &text, clock, &cancel));
                Msg::Followed { ticket, answer: answer.map_err(|error| error.to_string()) }
            }
            Job::Survey(survey) => {
                let answer = answer.and_then(|engine| picks::survey(engine, handle, &survey, &cancel));
                Msg::Surveyed { survey, answer: answer.map_err(|error| error.to_string()) }
            }
            Job::Learn(ask) => {
                let found = answer.and_then(|engine| learn::found(engine, &ask, &cancel));
                Msg::Learned { ask, found: found.map_err(|error| error.to_string()) }
            }
        };
        if !cancel.cancelled() && events.send(Event::Msg(msg)).is_err() {
            return;
        }
    }
}

/// The engine of the thread, with the schema as it is after the last load.
fn current<'a>(kept: &'a mut Option<Engine>, handle: &Handle) -> Result<&'a mut Engine> {
    let mut engine = match kept.take() {
        Some(engine) => engine,
        None => handle.engine()?,
    };
    engine.refresh()?;
    Ok(kept.insert(engine))
}

/// What queries mean at a clock.
pub fn options(clock: Clock, folders: &Folders) -> Options {
    let now = clock.now().unwrap_or_else(wall_clock);
    Options { now, seen: clock.seen(), outside: folders.listing(), ..Options::default() }
}

/// The age of each table of a text, or of every table when it reads none.
fn ages(
    engine: &mut Engine,
    folders: &Folders,
    text: &str,
    clock: Clock,
    cancel: &Cancel,
) -> Result<Vec<TableAge>> {
    let schema = engine.schema();
    let options = options(clock, folders);
    // Of all rows, seen or not.
    let all = Options { now: options.now, ..Options::default() };
    let compilation = compile::compile(text, &schema, &options);
    let mut ages = Vec::new();
    for (used, now) in tables(&compilation, &schema, options.now) {
        let Some(time_column) = used.time_column.or_else(|| pivot::time_column(&schema, &used.table)) else {
            continue;
        };
        let (from, time) = (pivot::name(&used.table), pivot::name(&time_column));
        let clock = ticks::iso(now);
        let kql = format!("{from} | summarize max({time}), countif({time} > datetime({clock}))");
        let grid = engine.rows(&kql, &all, cancel)?;
        let (newest, later) = match grid.rows.first().map(Vec::as_slice) {
            Some([Value::Datetime(at), Value::Long(later)]) => (Some(*at), later.unsigned_abs()),
            Some(_) | None => (None, 0),
        };
        let (table, since, until) = (used.table, used.since, used.until);
        let later = if until.is_none_or(|until| until > now) { later } else { 0 };
        ages.push(TableAge { table, time_column, newest, since, until, now, later });
    }
    Ok(ages)
}

fn tables(compilation: &compile::Compilation, schema: &Schema, now: i64) -> Vec<(TableUse, i64)> {
    let used: Vec<_> = compilation
        .results
        .iter()
        .flat_map(|result| result.tables.iter().map(|used| (used.clone(), result.now)))
        .collect();
    if !used.is_empty() {
        return used;
    }
    let bare = |name: &str| TableUse {
        table: name.into(),
        time_column: None,
        since: None,
        until: None,
        readings: 0,
    };
    schema.tables.iter().map(|table| (bare(&table.name), now)).collect()
}

/// One text to check; a newer one takes its place.
pub struct Check {
    pub version: u64,
    pub offset: usize,
    pub text: String,
    pub clock: Clock,
    pub schema: Arc<Schema>,
}

/// Compiles on a thread of its own.
pub struct Checker {
    newest: Arc<Mutex<Option<Check>>>,
    bell: Sender<()>,
}

impl Checker {
    pub fn start(folders: Folders, events: Sender<Event>) -> io::Result<Checker> {
        let newest: Arc<Mutex<Option<Check>>> = Arc::default();
        let (bell, rung) = channel();
        let todo = newest.clone();
        thread::Builder::new().name("checks".into()).spawn(move || {
            // Before the first query is typed.
            if events.send(Event::Msg(Msg::Outside(folders.listing()))).is_err() {
                return;
            }
            while rung.recv().is_ok() {
                let check = todo.lock().unwrap_or_else(PoisonError::into_inner).take();
                let Some(Check { version, offset, text, clock, schema }) = check else { continue };
                let options = Options { advice: true, ..options(clock, &folders) };
                if events.send(Event::Msg(Msg::Outside(options.outside.clone()))).is_err() {
                    return;
                }
                let compilation = compile::compile(&text, &schema, &options);
                let missing = folders.missing(&compilation.results);
                let diagnostics = [compilation.diagnostics, missing].concat();
                let msg = Msg::Checked { version, offset, diagnostics };
                if events.send(Event::Msg(msg)).is_err() {
                    return;
                }
            }
        })?;
        Ok(Checker { newest, bell })
    }

    pub fn check(&self, check: Check) {
        *self.newest.lock().unwrap_or_else(PoisonError::into_inner) = Some(check);
        let _ = self.bell.send(());
    }
}
