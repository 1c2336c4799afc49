//! Windows of kept results, read on a connection of their own, so that an old result scrolls while a query
//! runs. Of each pane the newest wish counts.

use std::io;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;

use super::picks;
use super::run::Event;
use crate::app::msg::{Find, Msg, Rows, Window};
use crate::engine::{Cancel, Handle, Reader, ResultId};
use crate::error::Result;

enum Job {
    Read(Window, Cancel),
    Find(Find, Cancel),
    Drop(u64),
}

pub struct Windows {
    jobs: Sender<Job>,
    /// What was asked for last, to stop it when it is of no use any more.
    newest: Vec<(Window, Cancel)>,
    finding: Cancel,
}

impl Windows {
    pub fn start(handle: Handle, events: Sender<Event>) -> io::Result<Windows> {
        let (jobs, todo) = channel();
        thread::Builder::new().name("windows".into()).spawn(move || match handle.reader() {
            Ok(mut reader) => serve(&mut reader, &todo, &events),
            Err(error) => {
                let _ = events.send(Event::Msg(Msg::Broken(format!("results cannot be read: {error}"))));
            }
        })?;
        Ok(Windows { jobs, newest: Vec::new(), finding: Cancel::new() })
    }

    pub fn read(&mut self, window: Window) {
        self.newest.retain(|(older, cancel)| {
            if older.purpose != window.purpose {
                return true;
            }
            // Another place of the same rows has use of the sorting that is being done.
            let rows = |window: &Window| (window.result, window.order.clone(), window.filters.clone());
            if rows(older) != rows(&window) {
                cancel.cancel();
            }
            false
        });
        let cancel = Cancel::new();
        self.newest.push((window.clone(), cancel.clone()));
        let _ = self.jobs.send(Job::Read(window, cancel));
    }

    /// Looks for a row; what was looked for before is stopped.
    pub fn find(&mut self, find: Find) {
        let older = std::mem::replace(&mut self.finding, Cancel::new());
        older.cancel();
        let _ = self.jobs.send(Job::Find(find, self.finding.clone()));
    }

    pub fn drop_result(&self, result: u64) {
        let _ = self.jobs.send(Job::Drop(result));
    }
}

fn serve(reader: &mut Reader, todo: &Receiver<Job>, events: &Sender<Event>) {
    while let Ok(first) = todo.recv() {
        let mut jobs = vec![first];
        jobs.extend(todo.try_iter());
        for at in 0..jobs.len() {
            match &jobs[at] {
                Job::Drop(result) => {
                    // A result that cannot be freed costs memory and nothing else.
                    let _ = reader.drop_result(ResultId(*result));
                }
                Job::Find(find, cancel) => {
                    if cancel.cancelled() {
                        continue;
                    }
                    let found = picks::find(reader, find, cancel).map_err(|error| error.to_string());
                    let msg = Msg::Found { find: find.clone(), found };
                    if !cancel.cancelled() && events.send(Event::Msg(msg)).is_err() {
                        return;
                    }
                }
                Job::Read(window, cancel) => {
                    let newer = jobs[at + 1..]
                        .iter()
                        .any(|later| matches!(later, Job::Read(other, _) if other.purpose == window.purpose));
                    if newer || cancel.cancelled() {
                        continue;
                    }
                    let rows = read(reader, window, cancel);
                    if cancel.cancelled() {
                        continue;
                    }
                    let rows = rows.map_err(|error| error.to_string());
                    if events.send(Event::Msg(Msg::Window { window: window.clone(), rows })).is_err() {
                        return;
                    }
                }
            }
        }
    }
}

fn read(reader: &mut Reader, window: &Window, cancel: &Cancel) -> Result<Rows> {
    let pick = picks::pick(reader, window.result, &window.order, &window.filters)?;
    let (grid, total) = reader.window(ResultId(window.result), &pick, window.offset, window.limit, cancel)?;
    Ok(Rows { rows: grid.rows, total })
}
