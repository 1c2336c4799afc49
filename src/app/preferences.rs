//! What a user's settings say of the workbench.

use super::keymap::Keymap;
use super::look::{Depth, Look};

#[derive(Clone, Debug, Default)]
pub struct Preferences {
    pub keymap: Keymap,
    /// Vim's keys in the query pane.
    pub vim: bool,
    pub mouse: bool,
    /// Empty columns are shown even where there is no room for all.
    pub show_empty: bool,
    pub look: Look,
    pub depth: Depth,
    /// What in the settings may not be as wanted, with its place.
    pub warnings: Vec<String>,
}
