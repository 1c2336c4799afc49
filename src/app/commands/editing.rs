//! Editing beyond typing.

use tui_textarea::CursorMove;

use super::nothing;
use super::panes::{palette, popup, propose};
use crate::app::editor::Editor;
use crate::app::msg::Effect;
use crate::app::popup::{Popup, Text};
use crate::app::{App, Focus, Note, NoteKind, completion, parameters, search, statement, text};
use crate::facts::Options;
use crate::ide::names;

pub fn edit(app: &mut App, change: impl FnOnce(&mut Editor)) -> Vec<Effect> {
    change(&mut app.editor);
    app.dirty = true;
    nothing()
}

pub fn undo(app: &mut App, _: &str) -> Vec<Effect> {
    if app.editor.undo() { taken_back(app) } else { app.say(NoteKind::Plain, "nothing to undo") }
}

/// What was said of a change says nothing of the text any more.
fn taken_back(app: &mut App) -> Vec<Effect> {
    app.note = Note::default();
    edit(app, |_| ())
}

pub fn redo(app: &mut App, _: &str) -> Vec<Effect> {
    if app.editor.redo() { taken_back(app) } else { app.say(NoteKind::Plain, "nothing to redo") }
}

pub fn comment(app: &mut App, _: &str) -> Vec<Effect> {
    edit(app, Editor::toggle_comment)
}

/// Gives the query at the cursor its form; the cursor stays on its line as far as that is there.
pub fn format(app: &mut App, _: &str) -> Vec<Effect> {
    let statement = statement::current(app);
    match parameters::formatted(&statement.text) {
        Err(diagnostics) => {
            let said = diagnostics.first().map_or("the query has errors", |one| one.message.as_str());
            let said = format!("no form for a query with errors: {}", text::shown(said, app.ascii));
            app.say(NoteKind::Error, said)
        }
        Ok(formatted) => {
            let formatted = formatted.trim_end();
            if formatted == statement.text {
                return app.say(NoteKind::Good, "the query has its form already");
            }
            let (line, column) = app.editor.cursor();
            let end = statement.offset + statement.text.len();
            app.editor.replace(statement.offset..end, formatted, 0);
            app.editor.set_cursor(line.min(app.editor.lines().len() - 1), column);
            app.say(NoteKind::Good, "formatted; undo brings the old text back")
        }
    }
}

/// Goes to the next place of a text, whatever the case, from the top again after the last.
pub fn find(app: &mut App, typed: &str) -> Vec<Effect> {
    if typed.is_empty() {
        let again = app.editor.sought.clone();
        return propose(app, "find", &again);
    }
    app.focus = Focus::Editor;
    let cursor = app.editor.cursor_byte();
    app.editor.sought = typed.to_owned();
    let places = search::places(app.editor.text(), typed);
    match places.iter().find(|place| place.start > cursor).or(places.first()) {
        Some(place) => {
            let (line, column) = app.editor.place_of(place.start);
            app.editor.set_cursor(line, column);
            let said =
                format!("{}; Ctrl-F Enter goes to the next", text::count(places.len() as u64, "place"));
            app.say(NoteKind::Plain, said)
        }
        None => app.say(NoteKind::Warning, "the text is nowhere in the query pane"),
    }
}

/// Goes to a line, counted from 1; to the last one where there are fewer.
pub fn line(app: &mut App, typed: &str) -> Vec<Effect> {
    if typed.is_empty() {
        return palette(app, "line ");
    }
    match typed.parse::<usize>() {
        Ok(line @ 1..) => {
            app.focus = Focus::Editor;
            edit(app, |editor| editor.set_cursor((line - 1).min(editor.lines().len() - 1), 0))
        }
        Ok(_) | Err(_) => app.say(NoteKind::Warning, "lines are counted from 1"),
    }
}

/// `/old/new`: replaces a text wherever it is; the first character parts the two.
pub fn replace(app: &mut App, typed: &str) -> Vec<Effect> {
    let mark = typed.chars().next().filter(|mark| !mark.is_alphanumeric());
    let parts = mark.and_then(|mark| typed[mark.len_utf8()..].split_once(mark).map(|parts| (mark, parts)));
    let Some((mark, (old, new))) = parts.filter(|(_, (old, _))| !old.is_empty()) else {
        return palette(app, "replace /");
    };
    let new = new.strip_suffix(mark).unwrap_or(new);
    let before = app.editor.text();
    let count = before.matches(old).count();
    // Finding ignores case. KQL does not, so that what is changed is what was typed.
    let others = search::places(before, old).iter().filter(|place| before[(*place).clone()] != *old).count();
    match (count, others) {
        (0, 0) => return app.say(NoteKind::Warning, "the text is nowhere in the query pane"),
        (0, _) => {
            let said =
                format!("in the query pane it is written otherwise: {}", text::count(others as u64, "place"));
            return app.say(NoteKind::Warning, said);
        }
        _ => {}
    }
    let cursor = app.editor.cursor();
    app.editor.replace_all(&before.replace(old, new));
    app.editor.set_cursor(cursor.0, cursor.1);
    let left = if others > 0 { format!(", {others} in another case left") } else { String::new() };
    let said = format!("{} changed{left}; undo brings the old text back", text::count(count as u64, "place"));
    app.say(NoteKind::Good, said)
}

/// What is known of the word at the cursor.
pub fn docs(app: &mut App, _: &str) -> Vec<Effect> {
    match completion::docs(app) {
        Some(found) => {
            let title = text::shown(&found.word, app.ascii).into_owned();
            let width = usize::from(app.size.0.clamp(40, 90)) - 10;
            let shown = found.lines.iter().map(|line| text::shown(line, app.ascii).into_owned());
            let lines = shown.flat_map(|line| text::wrap(&line, width)).collect();
            popup(app, Popup::Text(Text::new(title, lines)))
        }
        None => app.say(NoteKind::Plain, "nothing is known of what is at the cursor"),
    }
}

/// Goes to the `let` or the parameter that gives the name at the cursor.
pub fn definition(app: &mut App, _: &str) -> Vec<Effect> {
    let (text, start) = statement::whole(app);
    let cursor = app.editor.cursor_byte().saturating_sub(start);
    match names::definition(&text, cursor) {
        Some(span) => {
            let (line, column) = app.editor.place_of(start + span.start as usize);
            app.editor.set_cursor(line, column);
            app.dirty = true;
            nothing()
        }
        None => app.say(NoteKind::Plain, "no let or parameter gives the name at the cursor"),
    }
}

/// Gives the name at the cursor another one wherever it is used.
pub fn rename(app: &mut App, typed: &str) -> Vec<Effect> {
    if typed.is_empty() {
        return palette(app, "rename ");
    }
    let (text, start) = statement::whole(app);
    let cursor = app.editor.cursor_byte().saturating_sub(start);
    let options = Options { now: app.clock.now().unwrap_or_default(), ..Options::default() };
    match names::rename(&text, cursor, typed, &app.database.schema, &options) {
        Ok(renamed) => {
            let (line, column) = app.editor.cursor();
            app.editor.replace(start..start + text.len(), &renamed, 0);
            app.editor.set_cursor(line, column);
            app.say(NoteKind::Good, "renamed; undo brings the old name back")
        }
        Err(why) => {
            let said = text::shown(&why, app.ascii).into_owned();
            app.say(NoteKind::Warning, said)
        }
    }
}

/// Hands the text to the user's own editor.
pub fn edit_outside(app: &mut App, _: &str) -> Vec<Effect> {
    app.suggestions = None;
    vec![Effect::Edit { text: app.editor.text().to_owned(), line: app.editor.cursor().0 }]
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
