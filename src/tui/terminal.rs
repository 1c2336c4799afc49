//! The terminal: taking it, giving it back whatever happens, and one write a frame.

use std::sync::atomic::{AtomicBool, Ordering};
use std::{env, io};

use crossterm::cursor::{Hide, Show};
use crossterm::event::{DisableBracketedPaste, EnableBracketedPaste};
use crossterm::queue;
use crossterm::terminal::{
    EnterAlternateScreen, LeaveAlternateScreen, disable_raw_mode, enable_raw_mode, size,
};
use ratatui::Terminal;
use ratatui::layout::Rect;

use super::draw::draw;
use super::painter::{Bytes, Painter};
use super::theme::Theme;
use crate::app::App;

/// Whether the terminal is ours; threads that end the process ask it too.
static TAKEN: AtomicBool = AtomicBool::new(false);
/// Whether the terminal tells of the mouse.
static MOUSE: AtomicBool = AtomicBool::new(false);

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
    if MOUSE.load(Ordering::SeqCst) {
        let _ = mouse(false);
    }
    let mut bytes = Vec::new();
    // Into memory; nothing is left to be done if the terminal does not take it.
    let _ = queue!(bytes, DisableBracketedPaste, LeaveAlternateScreen, Show);
    let _ = send(&bytes);
    let _ = disable_raw_mode();
}

/// Presses and the wheel, and nothing of where the mouse goes meanwhile.
pub fn mouse(on: bool) -> io::Result<()> {
    MOUSE.store(on, Ordering::SeqCst);
    send(if on { b"\x1b[?1000h\x1b[?1006h" } else { b"\x1b[?1006l\x1b[?1000l" })
}

/// Past Rust's own buffer of stdout, which would write at every line.
pub fn send(bytes: &[u8]) -> io::Result<()> {
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

/// Columns and rows; where the terminal does not say, those of the environment, else 80 by 24.
pub fn dimensions() -> (u16, u16) {
    let variable = |name: &str| env::var(name).ok()?.parse::<u16>().ok().filter(|cells| *cells > 0);
    let (width, height) = size().unwrap_or_default();
    let said = |cells: u16, name: &str, usual| match cells {
        0 => variable(name).unwrap_or(usual),
        cells => cells,
    };
    (said(width, "COLUMNS", 80), said(height, "LINES", 24))
}

pub struct Screen {
    terminal: Terminal<Painter>,
    bytes: Bytes,
    drawn: (u16, u16),
}

impl Screen {
    pub fn new() -> Screen {
        let bytes = Bytes::default();
        let Ok(terminal) = Terminal::new(Painter::new(bytes.clone(), dimensions));
        Screen { terminal, bytes, drawn: dimensions() }
    }

    /// Columns and rows of the frame before.
    pub fn size(&self) -> (u16, u16) {
        self.drawn
    }

    /// The next frame is drawn in full. Not by ratatui's `clear`, which asks the terminal where the cursor
    /// is and takes the answer from the thread that reads keys.
    pub fn forget(&mut self) {
        let (width, height) = dimensions();
        let Ok(()) = self.terminal.resize(Rect::new(0, 0, width, height));
    }

    /// Draws and sends what changed, at once.
    pub fn draw(&mut self, app: &App, theme: &Theme) -> io::Result<()> {
        let Ok(_) = self.terminal.draw(|frame| {
            if let Some(place) = draw(app, theme, frame.buffer_mut()) {
                frame.set_cursor_position(place);
            }
        });
        self.drawn = app.size;
        send(self.bytes.take().as_bytes())
    }
}
