//! Completion by key.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use super::nothing;
use crate::app::completion;
use crate::app::msg::Effect;
use crate::app::{App, NoteKind};

pub fn complete_here(app: &mut App, _: &str) -> Vec<Effect> {
    let effects = completion::open(app);
    if app.suggestions.is_none() && effects.is_empty() {
        return app.say(NoteKind::Plain, "nothing is known that fits here");
    }
    effects
}

/// As shells do it: Tab completes where something is written, and indents where nothing is.
pub fn complete_or_indent(app: &mut App, _: &str) -> Vec<Effect> {
    let (line, column) = app.editor.cursor();
    let before = app.editor.lines()[line].chars().nth(column.wrapping_sub(1));
    if before.is_some_and(|letter| !letter.is_whitespace()) && app.editor.selection().is_none() {
        let effects = completion::open(app);
        if app.suggestions.is_some() || !effects.is_empty() {
            return effects;
        }
    }
    app.editor.key(&KeyEvent::new(KeyCode::Tab, KeyModifiers::NONE), app.at);
    app.dirty = true;
    nothing()
}

pub fn accept_or_newline(app: &mut App, _: &str) -> Vec<Effect> {
    if app.suggestions.as_ref().is_some_and(|shown| shown.changes_something()) {
        return completion::accept(app);
    }
    app.suggestions = None;
    app.editor.key(&KeyEvent::new(KeyCode::Enter, KeyModifiers::NONE), app.at);
    app.dirty = true;
    nothing()
}
