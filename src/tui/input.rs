//! Events of the terminal, read by a thread that does nothing else.

use std::sync::mpsc::Sender;
use std::sync::{Condvar, Mutex, PoisonError};
use std::thread;
use std::time::Duration;
use std::{env, io};

use crossterm::event::{Event as Input, KeyCode, KeyEvent, KeyEventKind, KeyModifiers, poll, read};

use super::run::Event;
use super::terminal::dimensions;
use crate::app::msg::Msg;

/// How long after an Esc a key is taken for the rest of the same sequence: a link may split Alt-Enter.
const ESCAPE: Duration = Duration::from_millis(25);
const ESCAPE_REMOTE: Duration = Duration::from_millis(100);
/// The reader of keys is not waited for any longer.
const HANDOVER: Duration = Duration::from_secs(1);

/// Whether keys are another program's, and whether the thread has stopped reading them.
static ELSEWHERE: Mutex<(bool, bool)> = Mutex::new((false, false));
static BELL: Condvar = Condvar::new();

/// Leaves the keys to another program; returns when the thread reads no more.
pub fn pause() {
    let mut state = ELSEWHERE.lock().unwrap_or_else(PoisonError::into_inner);
    state.0 = true;
    // A change of size wakes the reader, which then finds that it shall wait.
    let _ = rustix::process::kill_process(rustix::process::getpid(), rustix::process::Signal::WINCH);
    let _ = BELL.wait_timeout_while(state, HANDOVER, |state| !state.1);
}

pub fn resume() {
    ELSEWHERE.lock().unwrap_or_else(PoisonError::into_inner).0 = false;
    BELL.notify_all();
}

fn wait_while_elsewhere() {
    let mut state = ELSEWHERE.lock().unwrap_or_else(PoisonError::into_inner);
    while state.0 {
        state.1 = true;
        BELL.notify_all();
        state = BELL.wait(state).unwrap_or_else(PoisonError::into_inner);
    }
    state.1 = false;
}

pub fn start(events: Sender<Event>) -> io::Result<()> {
    let wait = if env::var_os("SSH_CONNECTION").is_some() { ESCAPE_REMOTE } else { ESCAPE };
    thread::Builder::new().name("input".into()).spawn(move || {
        let mut waiting = None;
        loop {
            wait_while_elsewhere();
            let next = match waiting.take() {
                Some(input) => input,
                None => match read() {
                    Ok(input) => input,
                    // The hang-up watch ends the process; reading on would spin.
                    Err(_) => return,
                },
            };
            let next = match next {
                Input::Key(key) if key.code == KeyCode::Esc && key.modifiers.is_empty() => {
                    let (key, rest) = escaped(key, wait);
                    waiting = rest;
                    Input::Key(key)
                }
                other => other,
            };
            if let Some(msg) = message(next)
                && events.send(Event::Msg(msg)).is_err()
            {
                return;
            }
        }
    })?;
    Ok(())
}

fn message(input: Input) -> Option<Msg> {
    match input {
        Input::Key(key) if key.kind != KeyEventKind::Release => Some(Msg::Key(key)),
        Input::Paste(text) => Some(Msg::Paste(text)),
        // What a terminal of no size is taken for.
        Input::Resize(_, _) => {
            let (width, height) = dimensions();
            Some(Msg::Resize(width, height))
        }
        Input::Key(_) | Input::FocusGained | Input::FocusLost | Input::Mouse(_) => None,
    }
}

/// An Esc with the key that follows at once is that key with Alt; else it stays, and what came after it.
fn escaped(escape: KeyEvent, wait: Duration) -> (KeyEvent, Option<Input>) {
    if !poll(wait).unwrap_or(false) {
        return (escape, None);
    }
    match read() {
        Ok(Input::Key(key)) if key.modifiers.is_empty() && key.code != KeyCode::Esc => {
            (KeyEvent::new(key.code, KeyModifiers::ALT), None)
        }
        Ok(other) => (escape, Some(other)),
        Err(_) => (escape, None),
    }
}
