//! The only code that knows ratatui's frames and the terminal. What a frame shows is in `draw`; what needs
//! the engine, from the loop on, is in the rest.

pub mod draw;
mod paint;
pub mod painter;
mod panes;
pub mod theme;

#[cfg(feature = "engine")]
mod clipboard;
#[cfg(feature = "engine")]
mod compare;
#[cfg(feature = "engine")]
mod editor;
#[cfg(feature = "engine")]
mod effects;
#[cfg(feature = "engine")]
mod export;
#[cfg(feature = "engine")]
mod files;
#[cfg(feature = "engine")]
mod follow;
#[cfg(feature = "engine")]
mod input;
#[cfg(feature = "engine")]
mod learn;
#[cfg(feature = "engine")]
mod ledger;
#[cfg(feature = "engine")]
mod library;
#[cfg(feature = "engine")]
mod load;
#[cfg(feature = "engine")]
mod picks;
#[cfg(feature = "engine")]
mod queries;
#[cfg(feature = "engine")]
mod report;
#[cfg(feature = "engine")]
mod run;
#[cfg(feature = "engine")]
mod runner;
#[cfg(feature = "engine")]
mod sequence;
#[cfg(feature = "engine")]
mod sessions;
#[cfg(feature = "engine")]
mod signals;
#[cfg(feature = "engine")]
mod terminal;
#[cfg(feature = "engine")]
mod windows;

#[cfg(feature = "engine")]
pub use run::{Options, run};
