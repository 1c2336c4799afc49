//! Ctrl-C and its like: the first stops the work, the second the process.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;

use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use signal_hook::iterator::Signals;

use super::exit::{Exit, Failure};

/// The signal that stopped the work, if one did.
#[derive(Clone, Default)]
pub struct Stopped(Arc<AtomicUsize>);

impl Stopped {
    /// The failure of the work, with the exit code that the signal asks for when it was cancelled.
    pub fn failure(&self, failure: Failure) -> Failure {
        let exit = match i32::try_from(self.0.load(Ordering::SeqCst)).unwrap_or(0) {
            SIGTERM => Exit::Terminated,
            SIGHUP => Exit::HungUp,
            _ => failure.exit,
        };
        if failure.exit == Exit::Cancelled { Failure { exit, ..failure } } else { failure }
    }
}

/// Calls `stop` at the first signal. A second one ends the process on the spot, as it does by default.
pub fn watch(stop: impl Fn() + Send + 'static) -> Result<Stopped, Failure> {
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
            stop();
        }
    });
    Ok(stopped)
}
