//! The terminal: taking it, giving it back whatever happens, and one write a frame.

use std::cell::RefCell;
use std::io::{self, Write};
use std::rc::Rc;
use std::sync::atomic::{AtomicBool, Ordering};

use crossterm::cursor::{Hide, Show};
use crossterm::event::{DisableBracketedPaste, EnableBracketedPaste};
use crossterm::queue;
use crossterm::terminal::{
    EnterAlternateScreen, LeaveAlternateScreen, disable_raw_mode, enable_raw_mode, size,
};
use ratatui::Terminal;
use ratatui::backend::CrosstermBackend;
use ratatui::layout::Rect;

use super::draw::draw;
use super::theme::Theme;
use crate::app::App;

/// Whether the terminal is ours; threads that end the process ask it too.
static TAKEN: AtomicBool = AtomicBool::new(false);

/// Raw mode, the other screen, pastes as such.
pub fn take() -> io::Result<()> {
    enable_raw_mode()?;
    TAKEN.store(true, Ordering::SeqCst);
    let mut bytes = Vec::new();
    queue!(bytes, EnterAlternateScreen, EnableBracketedPaste, Hide)?;
    send(&bytes)
}

/// As it was before [`take`]. Does nothing the second time; can be called from any thread.
pub fn give_back() {
    if !TAKEN.swap(false, Ordering::SeqCst) {
        return;
    }
    let mut bytes = Vec::new();
    // Into memory; nothing is left to be done if the terminal does not take it.
    let _ = queue!(bytes, DisableBracketedPaste, LeaveAlternateScreen, Show);
    let _ = send(&bytes);
    let _ = disable_raw_mode();
}

/// Past Rust's own buffer of stdout, which would write at every line.
fn send(bytes: &[u8]) -> io::Result<()> {
    let mut left = bytes;
    while !left.is_empty() {
        match rustix::io::write(rustix::stdio::stdout(), left) {
            Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
            Ok(written) => left = &left[written..],
            Err(rustix::io::Errno::INTR) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Ok(())
}

/// Columns and rows; 80 by 24 where the terminal does not say.
pub fn dimensions() -> (u16, u16) {
    size().ok().filter(|(width, height)| *width > 0 && *height > 0).unwrap_or((80, 24))
}

/// Collects what a frame is made of. Ratatui flushes several times a frame; only [`Screen::draw`] sends.
#[derive(Clone, Default)]
struct Collected(Rc<RefCell<Vec<u8>>>);

impl Write for Collected {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.borrow_mut().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

pub struct Screen {
    terminal: Terminal<CrosstermBackend<Collected>>,
    collected: Collected,
}

impl Screen {
    pub fn new() -> io::Result<Screen> {
        let collected = Collected::default();
        let terminal = Terminal::new(CrosstermBackend::new(collected.clone()))?;
        Ok(Screen { terminal, collected })
    }

    /// The next frame is drawn in full. Not by ratatui's `clear`, which asks the terminal where the cursor
    /// is and takes the answer from the thread that reads keys.
    pub fn forget(&mut self) -> io::Result<()> {
        let size = self.terminal.size()?;
        self.terminal.resize(Rect::new(0, 0, size.width, size.height))
    }

    /// Draws and sends what changed, at once.
    pub fn draw(&mut self, app: &App, theme: &Theme) -> io::Result<()> {
        self.terminal.draw(|frame| {
            if let Some(place) = draw(app, theme, frame.buffer_mut()) {
                frame.set_cursor_position(place);
            }
        })?;
        let bytes = std::mem::take(&mut *self.collected.0.borrow_mut());
        send(&bytes)
    }
}
