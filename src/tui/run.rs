//! The loop: waits for an event, lets the state machine handle all that have come, performs what it asks
//! for, draws once. While nothing happens nothing runs.

use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant};

use rustix::io::Errno;

use super::effects::{Effects, Left};
use super::ledger::Ledger;
use super::runner::Source;
use super::signals::{self, Rescue};
use super::terminal::{self, Screen};
use super::theme::Theme;
use super::{editor, files, input, sessions};
use crate::app::clock::Clock;
use crate::app::msg::{Effect, Msg};
use crate::app::preferences::Preferences;
use crate::app::session::{Ended, Session};
use crate::app::{App, NoteKind, Start, text, update};
use crate::contained;
use crate::engine::{self, Data, Handle};
use crate::error::{Error, Result};
use crate::hunt::pack;
use crate::outside::Folders;

/// How the workbench starts.
#[derive(Clone, Debug)]
pub struct Options {
    pub data: Data,
    /// What the data are called on the screen, such as `sample` or a path; sessions are kept by it.
    pub title: String,
    pub engine: engine::Options,
    /// What queries may name outside of the data.
    pub folders: Folders,
    /// Folders of hunts.
    pub library: Vec<PathBuf>,
    /// Where `:load` puts rows while the data are in memory.
    pub fallback: Option<PathBuf>,
    /// A query file to open.
    pub file: Option<PathBuf>,
    /// The query clock, where it is chosen.
    pub clock: Option<Clock>,
    pub ascii: bool,
    /// Whether runs go into the journal.
    pub journal: bool,
    pub preferences: Preferences,
}

/// What wakes the loop.
pub enum Event {
    Msg(Msg),
    /// The database is open, or another one is.
    Handle(Handle),
    /// The shell wants the terminal.
    Suspend,
    /// Bytes that the terminal obeys and does not show.
    Send(Vec<u8>),
}

/// No more events are handled before a draw, so that a flood of them does not freeze the screen.
const EVENTS_MAX: usize = 10_000;

/// While the terminal's size changes again and again, as when a window is dragged, no frame follows another
/// sooner: each is a whole screen.
const RESIZED: Duration = Duration::from_millis(100);

/// Runs until the user ends it.
///
/// # Errors
/// The terminal cannot be taken; a query file that was named cannot be read.
pub fn run(options: Options) -> Result<()> {
    let data = match &options.data {
        Data::File(path) => std::path::absolute(path)?.display().to_string(),
        Data::Memory(_) | Data::Tables(_) | Data::Empty => options.title.clone(),
    };
    let place = sessions::take(&data, options.file.as_deref());
    let session_file = place.as_ref().map(|place| place.file.clone());
    let restored = restored(&options, place.as_ref())?;
    let hunts = Arc::new(pack::shipped()?);
    terminal::take().map_err(Error::Io)?;
    let ledger = Ledger::default();
    let rescue = Rescue::new(session_file.clone(), ledger.clone());
    signals::on_panic(rescue.clone());
    let mut desk =
        Desk::start(&options, hunts, rescue, ledger, session_file).inspect_err(|_| terminal::give_back())?;
    let ended = desk.run(restored);
    desk.rescue.set(desk.app.session());
    desk.rescue.save(Ended::Left);
    if let Err(error) = ended {
        // What cannot be written to any more is gone.
        if matches!(Errno::from_io_error(&error), Some(Errno::IO | Errno::PIPE)) {
            desk.rescue.save_and_exit(128 + signal_hook::consts::SIGHUP, Ended::LinkLost);
        }
        terminal::give_back();
        return Err(error.into());
    }
    terminal::give_back();
    desk.effects.close();
    // Not by returning: destructors of the engine would run under threads that still use it, such as those
    // that look for values to complete.
    desk.rescue.save_and_exit(0, Ended::Left)
}

/// What the tabs begin with: those of the last time, and the named file.
fn restored(options: &Options, place: Option<&sessions::Place>) -> Result<Option<Session>> {
    let mut session = place.and_then(|place| sessions::read(&place.file));
    let number = place.map_or(0, |place| place.number);
    if number > 1 {
        session.get_or_insert_default();
    }
    if let Some(file) = &options.file {
        let text = files::read_text(file).map_err(Error::message)?;
        session.get_or_insert_default().open_file(file.clone(), text);
    }
    Ok(session.map(|session| Session { place: number, ..session }))
}

struct Desk {
    app: App,
    theme: Theme,
    screen: Screen,
    effects: Effects,
    events: Receiver<Event>,
    rescue: Rescue,
    started: Instant,
    /// When a frame was drawn because of another size, and whether another such one is due.
    resized: Option<Instant>,
    resizing: bool,
    /// What the rescue holds: version of the text, cursor. What else it holds changes no sooner than the screen.
    rescued: Option<(u64, (usize, usize))>,
}

impl Desk {
    fn start(
        options: &Options,
        hunts: Arc<Vec<pack::Hunt>>,
        rescue: Rescue,
        ledger: Ledger,
        session_file: Option<PathBuf>,
    ) -> Result<Desk> {
        let (sender, events) = channel();
        let mut app = App::new(Start {
            size: terminal::dimensions(),
            ascii: options.ascii,
            keymap: Arc::new(options.preferences.keymap.clone()),
            vim: options.preferences.vim,
            mouse: options.preferences.mouse,
            show_empty: options.preferences.show_empty,
            zone: options.preferences.zone.clone(),
            title: options.title.clone(),
            clock: options.clock,
            hunts,
        });
        let Preferences { look, depth, warnings, .. } = &options.preferences;
        if let Some(first) = warnings.first() {
            app.say(NoteKind::Warning, text::shown(first, app.ascii));
        }
        let theme = Theme::new(look, *depth, options.ascii);
        let mut screen = Screen::new();
        // Before the database is opened, before any thread.
        screen.draw(&app, &theme)?;
        if app.mouse {
            terminal::mouse(true)?;
        }
        signals::watch(rescue.clone(), sender.clone())?;
        input::start(sender.clone())?;
        let (data, engine) = (options.data.clone(), options.engine);
        let (fallback, folders) = (options.fallback.clone(), options.folders.clone());
        let source = Source { data, title: options.title.clone(), options: engine, fallback, folders };
        ledger.start(options.journal, sender.clone())?;
        let effects = Effects::start(
            source,
            options.library.clone(),
            options.preferences.clipboard,
            session_file,
            ledger,
            sender,
        )?;
        Ok(Desk {
            app,
            theme,
            screen,
            effects,
            events,
            rescue,
            started: Instant::now(),
            resized: None,
            resizing: false,
            rescued: None,
        })
    }

    fn run(&mut self, restored: Option<Session>) -> io::Result<()> {
        if let Some(session) = restored
            && self.handle(Event::Msg(Msg::Restored(session)))? == Flow::End
        {
            return Ok(());
        }
        loop {
            self.keep();
            if self.app.dirty && self.storm().is_none() {
                self.app.dirty = false;
                self.draw()?;
            }
            let Some(event) = self.wait() else { return Ok(()) };
            if self.handle(event)? == Flow::End {
                return Ok(());
            }
            for _ in 0..EVENTS_MAX {
                let Ok(event) = self.events.try_recv() else { break };
                if self.handle(event)? == Flow::End {
                    return Ok(());
                }
            }
        }
    }

    fn now_ms(&self) -> u64 {
        self.started.elapsed().as_millis() as u64
    }

    /// The next event. Sleeps until the state machine wants to be woken, for ever if it does not.
    fn wait(&self) -> Option<Event> {
        let woken = self.app.wake_at().map(|at| Duration::from_millis(at.saturating_sub(self.now_ms())));
        let held_back = self.storm().filter(|_| self.app.dirty);
        let Some(left) = [woken, held_back].into_iter().flatten().min() else {
            return self.events.recv().ok();
        };
        match self.events.recv_timeout(left) {
            Ok(event) => Some(event),
            Err(RecvTimeoutError::Timeout) => Some(Event::Msg(Msg::Wake(self.effects.progress()))),
            Err(RecvTimeoutError::Disconnected) => None,
        }
    }

    fn handle(&mut self, event: Event) -> io::Result<Flow> {
        let effects = match event {
            Event::Msg(msg) => {
                self.resizing |=
                    matches!(msg, Msg::Resize(width, height) if (width, height) != self.screen.size());
                let now = self.now_ms();
                update(&mut self.app, now, msg)
            }
            Event::Handle(handle) => {
                self.effects.opened(handle)?;
                Vec::new()
            }
            Event::Suspend => vec![Effect::Suspend],
            Event::Send(bytes) => {
                terminal::send(&bytes)?;
                Vec::new()
            }
        };
        for effect in effects {
            let schema = self.app.database.schema.clone();
            match self.effects.perform(effect, &schema) {
                Left::Nothing => {}
                Left::Repaint => {
                    contained::rehearse("screen");
                    self.screen.forget();
                    self.app.dirty = true;
                }
                Left::Suspend => self.suspend()?,
                Left::Edit(text, line) => return self.edit_outside(&text, line),
                Left::Quit => return Ok(Flow::End),
            }
        }
        Ok(Flow::On)
    }

    /// How long a frame is to wait, since its size is new and so was that of the one before.
    fn storm(&self) -> Option<Duration> {
        let left = RESIZED.saturating_sub(self.resized?.elapsed());
        (self.resizing && !left.is_zero()).then_some(left)
    }

    fn draw(&mut self) -> io::Result<()> {
        // A resize whose event is still on its way.
        let size = terminal::dimensions();
        if size != self.app.size {
            self.resizing = true;
            if self.storm().is_some() {
                self.app.dirty = true;
                return Ok(());
            }
            let now = self.now_ms();
            for effect in update(&mut self.app, now, Msg::Resize(size.0, size.1)) {
                let schema = self.app.database.schema.clone();
                self.effects.perform(effect, &schema);
            }
            self.app.dirty = false;
        }
        if std::mem::take(&mut self.resizing) {
            self.resized = Some(Instant::now());
            if self.screen.size() == self.app.size {
                // It was another one in between, which took letters away.
                self.screen.forget();
            }
        }
        self.screen.draw(&self.app, &self.theme)
    }

    /// Gives the user's editor the terminal until it ends.
    fn edit_outside(&mut self, text: &str, line: usize) -> io::Result<Flow> {
        signals::ELSEWHERE.store(true, Ordering::SeqCst);
        input::pause();
        terminal::give_back();
        let edited = editor::edit(text, line);
        terminal::take()?;
        input::resume();
        signals::ELSEWHERE.store(false, Ordering::SeqCst);
        self.screen.forget();
        self.app.dirty = true;
        self.handle(Event::Msg(Msg::Edited(edited)))
    }

    /// Gives the shell its terminal until `fg`.
    fn suspend(&mut self) -> io::Result<()> {
        terminal::give_back();
        signals::stop()?;
        terminal::take()?;
        if self.app.mouse {
            terminal::mouse(true)?;
        }
        self.screen.forget();
        self.app.dirty = true;
        Ok(())
    }

    /// Keeps what would be lost with the process where other threads find it.
    fn keep(&mut self) {
        let state = (self.app.editor.version, self.app.editor.cursor());
        if self.app.dirty || self.rescued != Some(state) {
            self.rescued = Some(state);
            self.rescue.set(self.app.session());
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Flow {
    On,
    End,
}
