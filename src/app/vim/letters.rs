//! What vim's commands do to letters where they stand.

use super::changes::{put, selected, set_cursor, view};
use super::{Mode, Operator};
use crate::app::App;
use crate::app::msg::Effect;

/// A letter as an operator of cases leaves it.
pub fn cased(operator: Operator, letter: char) -> String {
    let large = operator == Operator::Upper || operator == Operator::Turn && !letter.is_uppercase();
    if large { letter.to_uppercase().to_string() } else { letter.to_lowercase().to_string() }
}

pub fn turn_case(app: &mut App) -> Vec<Effect> {
    let (text, at) = view(&app.editor);
    let chosen = selected(app, &text, at);
    let Some(vim) = app.vim.as_mut() else { return Vec::new() };
    let times = vim.times();
    vim.rest();
    let range = match &chosen {
        Some((range, _)) => range.clone(),
        None => at..(at + times).min(text.line_end(at)),
    };
    vim.mode = Mode::Normal;
    let turned: String =
        text.letters[range.clone()].iter().map(|letter| cased(Operator::Turn, *letter)).collect();
    put(&mut app.editor, &text, range.clone(), &turned);
    set_cursor(&mut app.editor, if chosen.is_some() { range.start } else { range.end });
    Vec::new()
}

/// Puts a letter over those at the cursor, as many as the count says.
pub fn replace_letters(app: &mut App, letter: char) -> Vec<Effect> {
    let (text, at) = view(&app.editor);
    let chosen = selected(app, &text, at).map(|(range, _)| range);
    let Some(vim) = app.vim.as_mut() else { return Vec::new() };
    let end = at + vim.times();
    vim.rest();
    vim.mode = Mode::Normal;
    if let Some(range) = chosen.filter(|_| !letter.is_control()) {
        let over = |old: &char| if *old == '\n' { '\n' } else { letter };
        let new: String = text.letters[range.clone()].iter().map(over).collect();
        put(&mut app.editor, &text, range.clone(), &new);
        set_cursor(&mut app.editor, range.start);
    } else if end <= text.line_end(at) && !letter.is_control() {
        put(&mut app.editor, &text, at..end, &letter.to_string().repeat(end - at));
        set_cursor(&mut app.editor, end - 1);
    }
    Vec::new()
}
