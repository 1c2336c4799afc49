//! Windows of kept results, read on a connection of their own, so that an old result scrolls while a query
//! runs. Of each pane the newest wish counts.

use std::io;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;

use super::run::Event;
use crate::app::msg::{Msg, Window};
use crate::engine::{Cancel, Handle, Order, Reader, ResultId};

enum Job {
    Read(Window, Cancel),
    Drop(u64),
}

pub struct Windows {
    jobs: Sender<Job>,
    /// What was asked for last, to stop it when it is of no use any more.
    newest: Vec<(Window, Cancel)>,
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
        Ok(Windows { jobs, newest: Vec::new() })
    }

    pub fn read(&mut self, window: Window) {
        self.newest.retain(|(older, cancel)| {
            if older.purpose != window.purpose {
                return true;
            }
            // Another place of the same order has use of the sorting that is being done.
            if (older.result, &older.order) != (window.result, &window.order) {
                cancel.cancel();
            }
            false
        });
        let cancel = Cancel::new();
        self.newest.push((window.clone(), cancel.clone()));
        let _ = self.jobs.send(Job::Read(window, cancel));
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
                Job::Read(window, cancel) => {
                    let newer = jobs[at + 1..]
                        .iter()
                        .any(|later| matches!(later, Job::Read(other, _) if other.purpose == window.purpose));
                    if newer || cancel.cancelled() {
                        continue;
                    }
                    let order: Vec<Order> = window
                        .order
                        .iter()
                        .map(|(column, ascending)| Order { column: *column, ascending: *ascending })
                        .collect();
                    let id = ResultId(window.result);
                    let rows = reader.window(id, &order, window.offset, window.limit, cancel);
                    if cancel.cancelled() {
                        continue;
                    }
                    let rows = rows.map(|grid| grid.rows).map_err(|error| error.to_string());
                    if events.send(Event::Msg(Msg::Window { window: window.clone(), rows })).is_err() {
                        return;
                    }
                }
            }
        }
    }
}
