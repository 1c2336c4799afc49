//! Stopping a run and asking how far it is, from another thread.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use super::ffi::{Connection, Interrupt};
use crate::error::{Error, Result};

/// How often a run that does not answer is interrupted again.
const REPEAT: Duration = Duration::from_millis(5);

/// Stops one run. Make a new one for each run; a run whose `Cancel` was used before it began does not
/// begin. The run then gives `Error::Cancelled`.
#[derive(Clone, Default)]
pub struct Cancel {
    shared: Arc<Shared>,
}

#[derive(Default)]
struct Shared {
    asked: AtomicBool,
    /// The connection that runs.
    target: Mutex<Option<Interrupt>>,
}

impl Shared {
    fn target(&self) -> std::sync::MutexGuard<'_, Option<Interrupt>> {
        self.target.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Cancel {
    pub fn new() -> Cancel {
        Cancel::default()
    }

    /// Returns at once.
    pub fn cancel(&self) {
        if self.shared.asked.swap(true, Ordering::SeqCst) || !self.interrupt() {
            return;
        }
        // DuckDB forgets an interrupt that comes before the query executes, so one is not enough.
        let again = self.clone();
        thread::spawn(move || {
            while again.interrupt() {
                thread::sleep(REPEAT);
            }
        });
    }

    pub fn cancelled(&self) -> bool {
        self.shared.asked.load(Ordering::SeqCst)
    }

    /// Whether something runs.
    fn interrupt(&self) -> bool {
        self.shared.target().as_ref().map(Interrupt::interrupt).is_some()
    }

    /// Runs `work` on a connection so that it can be stopped.
    pub(super) fn guard<T>(&self, connection: &Connection, work: impl FnOnce() -> Result<T>) -> Result<T> {
        *self.shared.target() = Some(connection.interrupt());
        let _end = End(self);
        self.check()?;
        work()
    }

    /// Between steps of a run.
    pub(super) fn check(&self) -> Result<()> {
        if self.cancelled() { Err(Error::Cancelled) } else { Ok(()) }
    }
}

struct End<'a>(&'a Cancel);

impl Drop for End<'_> {
    fn drop(&mut self) {
        *self.0.shared.target() = None;
    }
}

/// How far the engine's running query is; `Clone`, `Send` and `Sync`.
#[derive(Clone)]
pub struct Progress {
    pub(super) interrupt: Interrupt,
    pub(super) arrived: Arc<AtomicU64>,
}

impl Progress {
    /// 0 to 1; `None` when nothing runs or DuckDB cannot tell.
    pub fn fraction(&self) -> Option<f64> {
        self.interrupt.progress()
    }

    /// Rows of the result that is being kept that have come; there may be more where the engine works alone.
    pub fn rows(&self) -> u64 {
        self.arrived.load(Ordering::Relaxed)
    }

    /// What is run next has no rows yet.
    pub fn begin(&self) {
        self.arrived.store(0, Ordering::Relaxed);
    }
}
