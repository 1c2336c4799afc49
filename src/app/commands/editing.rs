//! Editing beyond typing.

use tui_textarea::CursorMove;

use super::nothing;
use crate::app::editor::Editor;
use crate::app::msg::Effect;
use crate::app::{App, NoteKind};

pub fn edit(app: &mut App, change: impl FnOnce(&mut Editor)) -> Vec<Effect> {
    change(&mut app.editor);
    app.dirty = true;
    nothing()
}

pub fn undo(app: &mut App, _: &str) -> Vec<Effect> {
    if app.editor.undo() { edit(app, |_| ()) } else { app.say(NoteKind::Plain, "nothing to undo") }
}

pub fn redo(app: &mut App, _: &str) -> Vec<Effect> {
    if app.editor.redo() { edit(app, |_| ()) } else { app.say(NoteKind::Plain, "nothing to redo") }
}

pub fn line_start(app: &mut App, _: &str) -> Vec<Effect> {
    edit(app, |editor| editor.go(CursorMove::Head, false))
}

pub fn line_end(app: &mut App, _: &str) -> Vec<Effect> {
    edit(app, |editor| editor.go(CursorMove::End, false))
}

pub fn kill_line(app: &mut App, _: &str) -> Vec<Effect> {
    edit(app, |editor| editor.kill_line())
}

pub fn kill_to_start(app: &mut App, _: &str) -> Vec<Effect> {
    edit(app, |editor| editor.kill_to_start())
}

pub fn kill_word(app: &mut App, _: &str) -> Vec<Effect> {
    edit(app, |editor| editor.kill_word())
}

pub fn word_left(app: &mut App, _: &str) -> Vec<Effect> {
    edit(app, |editor| editor.go(CursorMove::WordBack, false))
}

pub fn word_right(app: &mut App, _: &str) -> Vec<Effect> {
    edit(app, |editor| editor.go(CursorMove::WordForward, false))
}
