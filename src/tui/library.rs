//! The hunts of the user's folders, read while the workbench is open already; and all hunts at once.

use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc::Sender;
use std::thread;

use super::run::Event;
use crate::app::msg::Msg;
use crate::app::sweep::State;
use crate::compile::Options;
use crate::engine::{Engine, Handle};
use crate::error::{Error, Result};
use crate::hunt::pack::{self, Hunt};
use crate::hunt::ready::ready;
use crate::library;
use crate::outside::Folders;
use crate::sweep::{self, Clock, Heard, Order, Stop};
use crate::sys::wall_clock;

/// Reads the folders, and says which hunts the open tables can serve.
pub fn read(
    folders: Vec<PathBuf>,
    outside: Folders,
    handle: Handle,
    events: Sender<Event>,
) -> io::Result<()> {
    let work = move || {
        let found = hunts(&folders, &outside, &handle);
        let msg = match found {
            Ok(msg) => msg,
            Err(error) => Msg::Broken(format!("the hunts cannot be read: {error}")),
        };
        // A screen that is gone needs no answer.
        let _ = events.send(Event::Msg(msg));
    };
    thread::Builder::new().name("library".into()).spawn(work).map(drop)
}

fn hunts(folders: &[PathBuf], outside: &Folders, handle: &Handle) -> Result<Msg> {
    let schema = handle.engine()?.schema();
    let mut hunts = pack::shipped()?;
    let library = library::read(folders);
    hunts.extend(library.hunts);
    let options = Options { now: wall_clock(), outside: outside.listing(), ..Options::default() };
    let ready = hunts.iter().map(|hunt| ready(&hunt.query, &schema, &options)).collect();
    let said = |problem: &library::Problem| format!("{}: {}", problem.path.display(), problem.what);
    let problems = library.problems.iter().map(said).collect();
    Ok(Msg::Library { hunts: Arc::new(hunts), ready, problems })
}

/// How hunts are to be run.
#[derive(Clone, Copy, Debug)]
pub struct Asked {
    pub ticket: u64,
    /// Without it the wall's clock, or that of the sweep that goes on.
    pub now: Option<i64>,
    pub days: usize,
    pub fresh: bool,
}

/// Runs all hunts on a thread of their own, those of a sweep that was stopped only where they are not done, and
/// gives what stops it.
pub fn sweep(
    handle: Handle,
    rules: &[Hunt],
    asked: Asked,
    folders: Folders,
    events: Sender<Event>,
) -> io::Result<Stop> {
    let workers = thread::available_parallelism().map_or(1, usize::from);
    let now = asked.now.unwrap_or_else(wall_clock);
    let order = Order { rules: rules.to_vec(), now, days: asked.days, folders, workers };
    let stop = Stop::new(workers);
    let stopped = stop.clone();
    let work = move || {
        let ran = handle.engine().and_then(|mut engine| swept(&mut engine, order, asked, &stopped, &events));
        let state = match ran {
            Ok(()) => State::Done,
            Err(Error::Cancelled) => State::Stopped,
            Err(error) => State::Failed(error.to_string()),
        };
        let _ = events.send(Event::Msg(Msg::SweepEnded { ticket: asked.ticket, state }));
    };
    thread::Builder::new().name("sweep".into()).spawn(work)?;
    Ok(stop)
}

fn swept(
    engine: &mut Engine,
    mut order: Order,
    asked: Asked,
    stop: &Stop,
    events: &Sender<Event>,
) -> Result<()> {
    let Asked { ticket, now, fresh, .. } = asked;
    let clock = if now.is_some() { Clock::Given } else { Clock::Wall };
    // A screen that is gone needs no answer.
    let send = |msg| drop(events.send(Event::Msg(msg)));
    sweep::run(engine, &mut order, (clock, fresh), stop, &mut |heard| match heard {
        // Nobody is told here that a sweep goes on before it does.
        Heard::NotKept(_) => {}
        Heard::Begun { now, before } => {
            send(Msg::Sweeping { ticket, now, before: before.len() });
            before.into_iter().for_each(|row| send(Msg::Swept { ticket, row }));
        }
        Heard::Done(row) => send(Msg::Swept { ticket, row }),
    })
}
