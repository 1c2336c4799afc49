//! The only code that knows ratatui's frames and the terminal.

pub mod draw;
mod paint;
mod panes;
pub mod theme;
