//! Which part of the text a run is of.

use std::ops::Range;

use super::App;
use super::editor::Editor;

/// A part of the text: its first byte and what it says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Statement {
    pub offset: usize,
    pub text: String,
}

/// The query that the cursor is in, for who writes on, and its first byte. After a blank line it is a new one.
pub fn around(app: &App) -> (String, usize) {
    let (text, cursor) = (app.editor.text(), app.editor.cursor_byte());
    let span = app.editor.query_at(cursor);
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

/// Where a statement that ran stands in the text: the one at the cursor, else the first that says the same; a part
/// of a statement, as a selection runs it, only where it stands once. `None` when it is not there any more.
pub fn place(app: &App, ran: &str) -> Option<Range<usize>> {
    let text = app.editor.text();
    let places: Vec<usize> = text.match_indices(ran).map(|(at, _)| at).collect();
    let whole = |at: &usize| app.editor.query_at(*at).text(text).trim() == ran.trim();
    let cursor = app.editor.cursor_byte();
    let held = |at: &&usize| (**at..=**at + ran.len()).contains(&cursor);
    let wholes: Vec<usize> = places.iter().copied().filter(whole).collect();
    let at = match (wholes.iter().find(held).or(wholes.first()), places.as_slice()) {
        (Some(at), _) => *at,
        (None, [only]) => *only,
        (None, _) => return None,
    };
    Some(at..at + ran.len())
}

/// The query that the cursor is in, whatever is selected, and its first byte.
pub fn whole(app: &App) -> (String, usize) {
    let span = app.editor.query_at(app.editor.cursor_byte());
    (span.text(app.editor.text()).to_owned(), span.start as usize)
}

/// The whole text as one: where a blank line parts statements, a `;` does. Nothing else moves.
pub fn joined(editor: &Editor) -> String {
    let mut joined = editor.text().to_owned();
    for pair in editor.queries().windows(2) {
        let (end, next) = (pair[0].end as usize, pair[1].start as usize);
        // The last line break of the gap: an earlier one may end a comment.
        if !joined[..end].ends_with(';')
            && let Some(at) = joined[end..next].rfind('\n')
        {
            joined.replace_range(end + at..=end + at, ";");
        }
    }
    joined
}

/// The selection if there is one, else the query at the cursor.
pub fn current(app: &App) -> Statement {
    let text = app.editor.text();
    let (start, end) = match app.editor.selection() {
        Some(range) => range,
        None => {
            let span = app.editor.query_at(app.editor.cursor_byte());
            (span.start as usize, span.end as usize)
        }
    };
    Statement { offset: start, text: text[start..end].to_string() }
}

#[cfg(test)]
mod tests {
    use super::Editor;

    #[test]
    fn statements_that_blank_lines_part_are_joined_in_their_places() {
        let joined = |text| super::joined(&Editor::new(text));
        assert_eq!(joined("A\n| count\n\nB // b\n\n\nC"), "A\n| count\n;B // b\n\n;C");
        assert_eq!(joined("let x = 1;\n\nprint x"), "let x = 1;\n\nprint x");
        assert_eq!(joined("A\n\n| take 1\n"), "A\n\n| take 1\n");
        assert_eq!(joined(""), "");
    }
}
