//! One file a pane: its title, and its state drawn into an area. A pane never calls another.

pub mod chart;
pub mod completion;
pub mod editor;
pub mod grid;
pub mod hits;
pub mod matrix;
pub mod popup;
pub mod record;
pub mod table;
pub mod tabs;
