//! Which part of the text a run is of.

use super::App;
use crate::syntax::statement_at;

/// A part of the text: its first byte and what it says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Statement {
    pub offset: usize,
    pub text: String,
}

/// The query that the cursor is in, for who writes on, and its first byte. After a blank line it is a new one.
pub fn around(app: &App) -> (String, usize) {
    let (text, cursor) = (app.editor.text(), app.editor.cursor_byte());
    let span = statement_at(&text, cursor);
    let (start, end) = (span.start as usize, span.end as usize);
    if cursor < start {
        return (String::new(), cursor);
    }
    match text.get(end..cursor) {
        Some(gap) if gap.matches('\n').count() > 1 => (String::new(), cursor),
        Some(_) => (text[start..cursor].to_owned(), start),
        None => (text[start..end].to_owned(), start),
    }
}

/// The selection if there is one, else the query at the cursor.
pub fn current(app: &App) -> Statement {
    let text = app.editor.text();
    let (start, end) = match app.editor.selection() {
        Some(range) => range,
        None => {
            let span = statement_at(&text, app.editor.cursor_byte());
            (span.start as usize, span.end as usize)
        }
    };
    Statement { offset: start, text: text[start..end].to_string() }
}
