//! Searching the result.

use super::nothing;
use super::panes::palette;
use crate::app::msg::Effect;
use crate::app::{App, search as looking};

pub fn search(app: &mut App, typed: &str) -> Vec<Effect> {
    if typed.is_empty() {
        return palette(app, "search ");
    }
    looking::begin(app, typed)
}

pub fn search_next(app: &mut App, _: &str) -> Vec<Effect> {
    looking::go(app, true)
}

pub fn search_previous(app: &mut App, _: &str) -> Vec<Effect> {
    looking::go(app, false)
}

pub fn search_end(app: &mut App, _: &str) -> Vec<Effect> {
    if let Some(grid) = &mut app.grid {
        grid.search = None;
    }
    app.dirty = true;
    nothing()
}
