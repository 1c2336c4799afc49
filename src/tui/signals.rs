//! What ends or stops the process from outside: signals, and a terminal that is gone. Crossterm's reader
//! spins for ever on a hung-up terminal (its issue 793), so the way out never goes through it.

use std::io;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::Sender;
use std::sync::{Arc, Mutex, PoisonError, TryLockError};
use std::thread;
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, poll};
use signal_hook::consts::{SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGTSTP};
use signal_hook::iterator::Signals;

use super::ledger::Ledger;
use super::run::Event;
use super::{sessions, terminal};
use crate::app::session::{Ended, Session};
use crate::contained;

/// The terminal is given back within this time or left as it is.
const LAST_WORDS: Duration = Duration::from_millis(200);

/// How long the end waits for a thread that writes the state.
const SAVING: Duration = Duration::from_millis(500);

/// Another program has the terminal: what is typed for it, such as Ctrl-C, is not for us.
pub static ELSEWHERE: AtomicBool = AtomicBool::new(false);

/// The newest state of the query pane, and where it is kept, for whoever ends the process.
#[derive(Clone)]
pub struct Rescue {
    session: Arc<Mutex<Option<Session>>>,
    file: Option<Arc<std::path::PathBuf>>,
    ledger: Ledger,
}

impl Rescue {
    pub fn new(file: Option<std::path::PathBuf>, ledger: Ledger) -> Rescue {
        Rescue { session: Arc::default(), file: file.map(Arc::new), ledger }
    }

    pub fn set(&self, session: Session) {
        *self.session.lock().unwrap_or_else(PoisonError::into_inner) = Some(session);
    }

    /// Writes the state; nothing can be done any more when that fails. Two threads may end the process at
    /// once, so one waits until the other has written; not for ever, since the holder may have panicked.
    pub fn save(&self, ended: Ended) {
        let started = Instant::now();
        let session = loop {
            match self.session.try_lock() {
                Ok(session) => break session,
                Err(TryLockError::Poisoned(session)) => break session.into_inner(),
                Err(TryLockError::WouldBlock) if started.elapsed() > SAVING => return,
                Err(TryLockError::WouldBlock) => thread::sleep(Duration::from_millis(2)),
            }
        };
        if let (Some(session), Some(file)) = (&*session, &self.file) {
            let _ = sessions::save(file, &Session { ended, ..session.clone() });
        }
    }

    /// Ends the process on the spot: destructors of a running engine would wait for its threads.
    pub fn save_and_exit(&self, code: i32, ended: Ended) -> ! {
        self.save(ended);
        self.ledger.give_up();
        signal_hook::low_level::exit(code)
    }
}

/// Watches for signals and for the terminal's end, on threads of their own.
pub fn watch(rescue: Rescue, events: Sender<Event>) -> io::Result<()> {
    let mut signals = Signals::new([SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGTSTP])?;
    let of_signals = rescue.clone();
    thread::Builder::new().name("signals".into()).spawn(move || {
        for signal in signals.forever() {
            match signal {
                SIGINT | SIGQUIT | SIGTSTP if ELSEWHERE.load(Ordering::SeqCst) => {}
                SIGTSTP => {
                    let _ = events.send(Event::Suspend);
                }
                signal => {
                    of_signals.save(if signal == SIGHUP { Ended::LinkLost } else { Ended::Killed });
                    of_signals.ledger.give_up();
                    // Writing to a terminal that is gone may block.
                    thread::spawn(move || {
                        thread::sleep(LAST_WORDS);
                        signal_hook::low_level::exit(128 + signal);
                    });
                    terminal::give_back();
                    signal_hook::low_level::exit(128 + signal);
                }
            }
        }
    })?;
    thread::Builder::new().name("hang-up".into()).spawn(move || {
        // A hang-up is reported even though nothing is asked for, so this sleeps until then.
        let stdin = io::stdin();
        loop {
            let mut watched = [PollFd::new(&stdin, PollFlags::empty())];
            match poll(&mut watched, None) {
                Err(rustix::io::Errno::INTR) => {}
                Ok(_) if watched[0].revents().intersects(PollFlags::HUP | PollFlags::ERR) => {
                    rescue.save_and_exit(128 + SIGHUP, Ended::LinkLost)
                }
                Ok(_) | Err(_) => return,
            }
        }
    })?;
    Ok(())
}

/// A panic in any thread gives the terminal back, keeps the text, and ends the process, unless it ends a piece of
/// work only: a query, a check.
pub fn on_panic(rescue: Rescue) {
    std::panic::set_hook(Box::new(move |panic| {
        if contained::is_contained() {
            return contained::keep(panic);
        }
        terminal::give_back();
        let said = panic.to_string();
        eprintln!("kqlhunt: a mistake of ours: {}", crate::display::safe(&said));
        eprintln!("kqlhunt: the text of the query pane is kept for the next start");
        if let Some(file) = &rescue.file {
            let file = file.display().to_string();
            eprintln!("kqlhunt: should that end in the same way, move {} away", crate::display::safe(&file));
        }
        rescue.save_and_exit(101, Ended::Killed)
    }));
}

/// Stops the process as the shell's job control does; returns when it goes on.
pub fn stop() -> io::Result<()> {
    signal_hook::low_level::emulate_default_handler(SIGTSTP)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_end_waits_for_a_thread_that_holds_the_state() {
        let folder = tempfile::tempdir().expect("makes a folder");
        let file = folder.path().join("session.json");
        let rescue = Rescue::new(Some(file.clone()), Ledger::default());
        let mut session = Session::default();
        session.open_file("q.kql".into(), "print 1".into());
        rescue.set(session);
        let (held, go) = (rescue.clone(), Arc::new(std::sync::Barrier::new(2)));
        let ready = go.clone();
        let holder = thread::spawn(move || {
            let _session = held.session.lock().expect("locks");
            ready.wait();
            thread::sleep(Duration::from_millis(50));
        });
        go.wait();
        rescue.save(Ended::Left);
        let kept = sessions::read(&file).expect("is there");
        assert_eq!((kept.tabs[0].text.as_str(), kept.ended), ("print 1", Ended::Left));
        holder.join().expect("ends");
    }
}
