//! Performs effects: each on the thread that it belongs to. What draws or ends is left to the loop.

use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc::Sender;

use super::clipboard::{self, Copy};
use super::export::{self, Drawing, Export};
use super::ledger::Ledger;
use super::library;
use super::queries::{Check, Checker, Job, Queries};
use super::run::Event;
use super::runner::{Runner, Source, Work};
use super::windows::Windows;
use super::{files, input, report, terminal};
use crate::app::msg::{Effect, Msg};
use crate::app::preferences::Clipboard;
use crate::engine::{Cancel, Data, Handle, ResultId};
use crate::hunt::pack::Hunt;
use crate::journal;
use crate::outside::Folders;
use crate::schema::Schema;
use crate::sweep::Stop;

pub struct Effects {
    events: Sender<Event>,
    ledger: Ledger,
    runner: Runner,
    files: Sender<files::Job>,
    checker: Checker,
    folders: Folders,
    /// What needs the open database.
    open: Option<Open>,
    /// Stops an export that runs when the program ends.
    exports: Cancel,
    sweeping: Option<Stop>,
    /// Folders of hunts.
    library: Vec<PathBuf>,
    clipboard: Clipboard,
}

struct Open {
    handle: Handle,
    windows: Windows,
    queries: Queries,
}

/// What is left for the loop to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Left {
    Nothing,
    Repaint,
    Suspend,
    /// A text for the user's editor, and the line to begin on.
    Edit(String, usize),
    Quit,
}

impl Effects {
    pub fn start(
        source: Source,
        library: Vec<PathBuf>,
        clipboard: Clipboard,
        session_file: Option<PathBuf>,
        ledger: Ledger,
        events: Sender<Event>,
    ) -> io::Result<Effects> {
        let folders = source.folders.clone();
        let database = match &source.data {
            Data::File(path) => Some(path.as_path()),
            Data::Memory(_) | Data::Tables(_) | Data::Empty => None,
        };
        let notes_file = journal::notes_file(database).ok();
        let files = files::start(session_file, notes_file, events.clone())?;
        // A thread of files that is gone says so itself.
        let _ = files.send(files::Job::Notes);
        Ok(Effects {
            runner: Runner::start(source, ledger.clone(), events.clone())?,
            ledger,
            files,
            checker: Checker::start(folders.clone(), events.clone())?,
            folders,
            open: None,
            exports: Cancel::new(),
            sweeping: None,
            library,
            clipboard,
            events,
        })
    }

    /// The database is open, or another one is.
    pub fn opened(&mut self, handle: Handle) -> io::Result<()> {
        let windows = Windows::start(handle.clone(), self.events.clone())?;
        let queries = Queries::start(handle.clone(), self.folders.clone(), self.events.clone())?;
        let (folders, outside) = (self.library.clone(), self.folders.clone());
        library::read(folders, outside, handle.clone(), self.events.clone())?;
        self.open = Some(Open { handle, windows, queries });
        Ok(())
    }

    /// As [`Runner::progress`].
    pub fn progress(&self) -> (Option<f64>, u64) {
        self.runner.progress()
    }

    /// Called before the process ends: what is half done is undone, rows that were spilled are removed.
    pub fn close(&mut self) {
        self.exports.cancel();
        self.stop_sweep();
        self.ledger.close();
        self.open = None;
        self.runner.close();
    }

    pub fn perform(&mut self, effect: Effect, schema: &Arc<Schema>) -> Left {
        match effect {
            Effect::Run { run, text, clock } => self.runner.run(run, Work::Query { text, clock }),
            Effect::Compare { run, compared } => self.runner.run(run, Work::Compare(compared)),
            Effect::Cancel => self.runner.cancel(),
            Effect::Load(wanted) => self.runner.load(wanted),
            Effect::Check { version, offset, text, clock } => {
                self.checker.check(Check { version, offset, text, clock, schema: schema.clone() });
            }
            Effect::Read(window) => {
                if let Some(open) = &mut self.open {
                    open.windows.read(window);
                }
            }
            Effect::Copy { what, text, defang } => {
                let handle = self.open.as_ref().map(|open| open.handle.clone());
                let copy = Copy { what, text, defang };
                if let Err(error) = clipboard::start(copy, self.clipboard, handle, self.events.clone()) {
                    self.broken(&error);
                }
            }
            Effect::Find(find) => {
                if let Some(open) = &mut self.open {
                    open.windows.find(find);
                }
            }
            Effect::Drop(result) => {
                if let Some(open) = &self.open {
                    open.windows.drop_result(result);
                }
            }
            Effect::NameResults(names) => {
                if let Some(open) = &self.open {
                    let names = names.into_iter().map(|(name, run)| (name, ResultId(run)));
                    open.handle.name_results(names.collect());
                }
            }
            Effect::Ages { purpose, text, clock } => self.ask(Job::Ages { purpose, text, clock }),
            Effect::Ask { question, ticket, kql, clock } => {
                self.ask(Job::Ask { question, ticket, kql, clock })
            }
            Effect::Follow { follow, ticket, text, clock } => {
                self.ask(Job::Follow { follow, ticket, text, clock })
            }
            Effect::Survey(survey) => self.ask(Job::Survey(survey)),
            Effect::Learn(ask) => self.ask(Job::Learn(ask)),
            Effect::Sweep { ticket, rules, now, days, fresh } => {
                self.sweep(&rules, library::Asked { ticket, now, days, fresh });
            }
            Effect::StopSweep => self.stop_sweep(),
            Effect::Export { result, columns, order, filters, hidden, path, raw, over } => {
                if let Some(open) = &self.open {
                    let export = Export { result, columns, order, filters, hidden, path, raw, over };
                    let (handle, ledger) = (open.handle.clone(), self.ledger.clone());
                    let (cancel, events) = (self.exports.clone(), self.events.clone());
                    if let Err(error) = export::start(export, handle, ledger, cancel, events) {
                        self.broken(&error);
                    }
                }
            }
            Effect::Report(wanted) => {
                if let Some(open) = &self.open {
                    let (handle, ledger) = (open.handle.clone(), self.ledger.clone());
                    let (cancel, events) = (self.exports.clone(), self.events.clone());
                    if let Err(error) = report::start(*wanted, handle, ledger, cancel, events) {
                        self.broken(&error);
                    }
                }
            }
            Effect::Note(note) => self.file(files::Job::Note(note)),
            Effect::Save(session) => self.file(files::Job::Save(session)),
            Effect::WriteChart { result, path, content, over } => {
                let drawing = Drawing { result, path, content, over };
                if let Err(error) = export::draw(drawing, self.ledger.clone(), self.events.clone()) {
                    self.broken(&error);
                }
            }
            Effect::WriteLayer { path, content, over } => {
                if let Err(error) = export::layer(path, content, over, self.events.clone()) {
                    self.broken(&error);
                }
            }
            Effect::ReadFile(path) => self.file(files::Job::Read(path)),
            Effect::WriteFile { path, text, version, over } => {
                self.file(files::Job::Write { path, text, version, over });
            }
            Effect::Mouse(on) => {
                // A terminal that takes nothing any more is noticed by the next frame.
                let _ = terminal::mouse(on);
            }
            Effect::KeyTest(on) => input::as_bytes(on),
            Effect::Repaint => return Left::Repaint,
            Effect::Suspend => return Left::Suspend,
            Effect::Edit { text, line } => return Left::Edit(text, line),
            Effect::Quit => return Left::Quit,
        }
        Left::Nothing
    }

    fn sweep(&mut self, rules: &[Hunt], order: library::Asked) {
        self.stop_sweep();
        let Some(open) = &self.open else { return };
        match library::sweep(open.handle.clone(), rules, order, self.folders.clone(), self.events.clone()) {
            Ok(stop) => self.sweeping = Some(stop),
            Err(error) => self.broken(&error),
        }
    }

    fn stop_sweep(&mut self) {
        if let Some(stop) = self.sweeping.take() {
            stop.stop();
        }
    }

    fn ask(&mut self, job: Job) {
        if let Some(open) = &mut self.open {
            open.queries.ask(job);
        }
    }

    /// A thread of files that is gone has said so itself.
    fn file(&self, job: files::Job) {
        let _ = self.files.send(job);
    }

    fn broken(&self, error: &io::Error) {
        let _ = self.events.send(Event::Msg(Msg::Broken(format!("a thread cannot be made: {error}"))));
    }
}
