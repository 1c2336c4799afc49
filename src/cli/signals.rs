//! Ctrl-C and its like: the first stops the query, the second the process.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;

use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use signal_hook::iterator::Signals;

use super::exit::{Exit, Failure};
use crate::engine::Cancel;

/// The signal that stopped the process's query, if one did.
#[derive(Clone, Default)]
pub struct Stopped(Arc<AtomicUsize>);

impl Stopped {
    /// The exit code that the signal asks for.
    pub fn exit(&self) -> Option<Exit> {
        match i32::try_from(self.0.load(Ordering::SeqCst)).unwrap_or(0) {
            SIGINT => Some(Exit::Cancelled),
            SIGTERM => Some(Exit::Terminated),
            SIGHUP => Some(Exit::HungUp),
            _ => None,
        }
    }
}

/// Uses `cancel` at the first signal. A second one ends the process on the spot, as it does by default.
pub fn watch(cancel: Cancel) -> Result<Stopped, Failure> {
    let stopped = Stopped::default();
    let again = Arc::new(AtomicBool::new(false));
    for signal in [SIGINT, SIGTERM, SIGHUP] {
        signal_hook::flag::register_conditional_default(signal, again.clone())?;
    }
    let mut signals = Signals::new([SIGINT, SIGTERM, SIGHUP])?;
    let found = stopped.clone();
    thread::spawn(move || {
        for signal in signals.forever() {
            found.0.store(usize::try_from(signal).unwrap_or(0), Ordering::SeqCst);
            again.store(true, Ordering::SeqCst);
            cancel.cancel();
        }
    });
    Ok(stopped)
}
