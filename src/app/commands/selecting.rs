//! The query as something to take away: selecting and copying it.

use super::editing::edit;
use super::{Command, always, row};
use crate::app::editor::Editor;
use crate::app::msg::{CopyText, Effect};
use crate::app::{App, NoteKind, statement};

/// In the order of the hint bar.
pub const ROWS: &[Command] = &[
    row("select-all", &["select"], "", "", "Selects the whole text of the query pane.", always, select_all),
    row(
        "copy-query",
        &[],
        "",
        "",
        "Copies the selection, or the query at the cursor; also as :copy query.",
        always,
        copy_query,
    ),
];

fn select_all(app: &mut App, _: &str) -> Vec<Effect> {
    edit(app, Editor::select_all)
}

pub fn copy_query(app: &mut App, _: &str) -> Vec<Effect> {
    let text = statement::current(app).text;
    if text.trim().is_empty() {
        return app.say(NoteKind::Plain, "there is no query to copy");
    }
    let what = if app.editor.selection().is_some() { "selection" } else { "query" };
    vec![Effect::Copy { what, text: CopyText::Ready(text), defang: false }]
}
