//! Events of the terminal, read by a thread that does nothing else.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::Sender;
use std::sync::{Condvar, Mutex, PoisonError};
use std::thread;
use std::time::Duration;
use std::{env, io};

use crossterm::event::{
    Event as Input, KeyCode, KeyEvent, KeyEventKind, KeyModifiers, MouseButton, MouseEvent, MouseEventKind,
    poll, read,
};
use rustix::event::{PollFd, PollFlags, Timespec};
use rustix::io::Errno;

use super::run::Event;
use super::sequence::{Sequence, Whole, letter};
use super::terminal::dimensions;
use crate::app::mouse::{Does, Mouse};
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
    wake_reader();
    let _ = BELL.wait_timeout_while(state, HANDOVER, |state| !state.1);
}

/// A change of size wakes the reader, which then finds what it shall do.
fn wake_reader() {
    let _ = rustix::process::kill_process(rustix::process::getpid(), rustix::process::Signal::WINCH);
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
            if BYTES.load(Ordering::SeqCst) && waiting.is_none() && !read_bytes(&events) {
                return;
            }
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
                    let (msg, rest) = escaped(key, wait);
                    waiting = rest;
                    msg.into_iter().collect()
                }
                Input::Key(key) if written(&key).is_some() => {
                    let (msgs, rest) = at_once(key);
                    waiting = rest;
                    msgs
                }
                other => message(other).into_iter().collect(),
            };
            for msg in next {
                if events.send(Event::Msg(msg)).is_err() {
                    return;
                }
            }
        }
    })?;
    Ok(())
}

/// Whether keys are wanted as the bytes that they come in.
static BYTES: AtomicBool = AtomicBool::new(false);
/// How long the end of that is not noticed.
const NOTICED: Timespec = Timespec { tv_sec: 0, tv_nsec: 50_000_000 };
/// No key takes more bytes.
const KEY_BYTES: usize = 64;

/// Keys come as bytes, or as keys again.
pub fn as_bytes(on: bool) {
    BYTES.store(on, Ordering::SeqCst);
    if on {
        wake_reader();
    }
}

/// Hands on bytes until keys are wanted again. False when nobody listens or nothing can come any more.
fn read_bytes(events: &Sender<Event>) -> bool {
    let mut buffer = [0; KEY_BYTES];
    while BYTES.load(Ordering::SeqCst) {
        let stdin = rustix::stdio::stdin();
        match rustix::event::poll(&mut [PollFd::new(&stdin, PollFlags::IN)], Some(&NOTICED)) {
            Ok(0) | Err(Errno::INTR) => continue,
            Ok(_) => {}
            Err(_) => return false,
        }
        match rustix::io::read(stdin, &mut buffer) {
            Ok(count @ 1..) => {
                let bytes = buffer[..count].to_vec();
                if events.send(Event::Msg(Msg::Bytes(bytes))).is_err() {
                    return false;
                }
            }
            Ok(0) => return false,
            Err(Errno::INTR | Errno::AGAIN) => {}
            Err(_) => return false,
        }
    }
    true
}

fn pressed(event: MouseEvent) -> Option<Msg> {
    let does = match event.kind {
        MouseEventKind::Down(MouseButton::Left) => Does::Press,
        MouseEventKind::ScrollUp => Does::Up,
        MouseEventKind::ScrollDown => Does::Down,
        _ => return None,
    };
    Some(Msg::Mouse(Mouse { x: event.column, y: event.row, does }))
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
        Input::Mouse(event) => pressed(event),
        Input::Key(_) | Input::FocusGained | Input::FocusLost => None,
    }
}

/// Nobody types that many keys, several lines of them, before the first is read.
const PASTED: usize = 64;
/// What comes no later came at once. With no time at all crossterm does not look at what it has read already.
const AT_ONCE: Duration = Duration::from_micros(200);

/// A key with what came with it. Many lines at once are a paste of a terminal that does not say so: as keys, a line
/// break would take what is offered for the word before it, and letters could be commands.
fn at_once(first: KeyEvent) -> (Vec<Msg>, Option<Input>) {
    let (mut keys, mut after) = (vec![first], None);
    while poll(AT_ONCE).unwrap_or(false) {
        match read() {
            Ok(Input::Key(key)) if written(&key).is_some() => keys.push(key),
            Ok(other) => {
                after = Some(other);
                break;
            }
            Err(_) => break,
        }
    }
    let text: String = keys.iter().filter_map(written).collect();
    let lines = text.trim_end().contains('\n');
    match keys.len() >= PASTED && lines {
        true => (vec![Msg::Paste(text)], after),
        false => (keys.into_iter().map(Msg::Key).collect(), after),
    }
}

/// What a key writes. A line break comes as Enter, or as Ctrl-J.
fn written(key: &KeyEvent) -> Option<char> {
    let plain = !key.modifiers.intersects(KeyModifiers::CONTROL | KeyModifiers::ALT);
    match key.code {
        _ if key.kind == KeyEventKind::Release => None,
        KeyCode::Char('j') if key.modifiers == KeyModifiers::CONTROL => Some('\n'),
        KeyCode::Char(letter) if plain => Some(letter),
        KeyCode::Enter if plain => Some('\n'),
        KeyCode::Tab if plain => Some('\t'),
        _ => None,
    }
}

/// What an Esc is with what follows at once: a key with Alt, or the sequence that a link has split behind its
/// first byte; else it stays itself. Also what came after it.
fn escaped(escape: KeyEvent, wait: Duration) -> (Option<Msg>, Option<Input>) {
    let alone = Some(Msg::Key(escape));
    if !poll(wait).unwrap_or(false) {
        return (alone, None);
    }
    match read() {
        Ok(Input::Key(key)) if key.code != KeyCode::Esc => match Sequence::begun(&key) {
            Some(sequence) => rest_of(sequence, with_alt(&key), wait),
            None if key.modifiers.is_empty() => (Some(with_alt(&key)), None),
            None => (alone, Some(Input::Key(key))),
        },
        Ok(other) => (alone, Some(other)),
        Err(_) => (alone, None),
    }
}

fn with_alt(key: &KeyEvent) -> Msg {
    Msg::Key(KeyEvent::new(key.code, KeyModifiers::ALT))
}

/// Reads a sequence to its end. When nothing follows its first letter, that was a key with Alt.
fn rest_of(mut sequence: Sequence, alone: Msg, wait: Duration) -> (Option<Msg>, Option<Input>) {
    let mut alone = Some(alone);
    while poll(wait).unwrap_or(false) {
        let Ok(input) = read() else { break };
        let letter = match &input {
            Input::Key(key) => letter(key),
            _ => None,
        };
        let Some(letter) = letter else { return (alone, Some(input)) };
        alone = None;
        match sequence.push(letter) {
            None => {}
            Some(Whole::Key(key)) => return (Some(Msg::Key(key)), None),
            Some(Whole::Paste) => return pasted(wait),
            Some(Whole::Other) => return (None, None),
        }
    }
    (alone, None)
}

/// The text of a paste whose beginning was split. crossterm does not hand on where it ends: with a pause.
fn pasted(wait: Duration) -> (Option<Msg>, Option<Input>) {
    let mut text = String::new();
    let mut after = None;
    while poll(wait).unwrap_or(false) {
        match read() {
            Ok(Input::Key(KeyEvent { code: KeyCode::Char(letter), .. })) => text.push(letter),
            Ok(Input::Key(KeyEvent { code: KeyCode::Enter, .. })) => text.push('\n'),
            Ok(Input::Key(KeyEvent { code: KeyCode::Tab, .. })) => text.push('\t'),
            Ok(Input::Key(_)) => {}
            Ok(other) => {
                after = Some(other);
                break;
            }
            Err(_) => break,
        }
    }
    (Some(Msg::Paste(text)), after)
}
