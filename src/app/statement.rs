//! Which part of the text a run is of.

use super::App;
use crate::syntax::statement_at;

/// A part of the text: its first byte and what it says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Statement {
    pub offset: usize,
    pub text: String,
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
