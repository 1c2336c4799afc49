//! What vim's commands do to the query pane.

use std::ops::Range;

use super::letters::cased;
use super::motions::{self, Reach, Target};
use super::table::Insert;
use super::{Find, Mode, Motion, Operator, Text, Vim};
use crate::app::editor::Editor;
use crate::app::layout::{self, Part};
use crate::app::msg::Effect;
use crate::app::{App, NoteKind, commands};

/// Columns that `>` and `<` move lines by.
const INDENT: usize = 4;

/// The text and the cursor in it, in characters.
pub(super) fn view(editor: &Editor) -> (Text, usize) {
    let text = editor.text();
    let at = text[..editor.cursor_byte()].chars().count();
    (Text::new(text), at)
}

fn byte(text: &Text, at: usize) -> usize {
    text.letters[..at].iter().map(|letter| letter.len_utf8()).sum()
}

pub(super) fn put(editor: &mut Editor, text: &Text, range: Range<usize>, new: &str) {
    editor.replace(byte(text, range.start)..byte(text, range.end), new, 0);
}

pub(super) fn set_cursor(editor: &mut Editor, at: usize) {
    let text = editor.text();
    let byte = text.char_indices().nth(at).map_or(text.len(), |(byte, _)| byte);
    let (line, column) = editor.place_of(byte);
    editor.set_cursor(line, column);
}

fn taken(text: &Text, range: &Range<usize>) -> String {
    text.letters[range.clone()].iter().collect()
}

/// Moves the cursor, or lets the operator that waits take what is between.
pub fn operate_motion(app: &mut App, motion: Motion) -> Vec<Effect> {
    let Some(vim) = app.vim.as_mut() else { return Vec::new() };
    let (text, at) = view(&app.editor);
    let column = at - text.line_start(at);
    let goal = vim.goal.unwrap_or(column);
    let motion = match motion {
        // As vim does: a changed word leaves the blanks after it.
        Motion::Word if changes_word(vim.operator, &text, at) => Motion::WordRest,
        Motion::BigWord if changes_word(vim.operator, &text, at) => Motion::BigWordRest,
        motion => motion,
    };
    let changes = vim.operator == Some(Operator::Change);
    let target = motions::target(&text, at, motion, vim.counted(), goal);
    vim.goal = match motion {
        Motion::Down | Motion::Up => Some(goal),
        Motion::LineEnd => Some(usize::MAX),
        _ => None,
    };
    let Some(mut target) = target else {
        vim.rest();
        return Vec::new();
    };
    if vim.operator.is_some() && matches!(motion, Motion::Word | Motion::BigWord) {
        target.at = within_line(&text, at, target.at);
        // Of blanks at the end of a line, or of an empty one, the line break stays.
        if changes && text.letters[at..target.at].iter().all(|letter| letter.is_whitespace()) {
            target.at = target.at.min(text.line_end(at));
        }
    }
    reach(app, &text, at, target)
}

fn changes_word(operator: Option<Operator>, text: &Text, at: usize) -> bool {
    operator == Some(Operator::Change) && text.letters.get(at).is_some_and(|letter| !letter.is_whitespace())
}

/// An operator that goes to the first word of another line ends with the last word before it.
fn within_line(text: &Text, at: usize, end: usize) -> usize {
    let blank = text.letters[at..end].iter().rev().take_while(|letter| letter.is_whitespace());
    let tail: Vec<&char> = blank.collect();
    match tail.iter().rposition(|letter| **letter == '\n') {
        Some(line_break) if end - line_break - 1 > at => end - line_break - 1,
        _ => end,
    }
}

fn reach(app: &mut App, text: &Text, at: usize, target: Target) -> Vec<Effect> {
    let Some(vim) = app.vim.as_mut() else { return Vec::new() };
    let Some(operator) = vim.operator else {
        vim.rest();
        set_cursor(&mut app.editor, target.at);
        return Vec::new();
    };
    let (start, end) = (at.min(target.at), at.max(target.at));
    let (range, lines) = match target.reach {
        Reach::Until => until(text, start, end),
        Reach::With => (start..(end + 1).min(text.letters.len()), false),
        Reach::Lines => (text.line_start(start)..text.line_end(end), true),
    };
    match operator == Operator::Delete && !lines && is_all_of_lines(text, &range) {
        true => {
            let lines = text.line_start(range.start)..text.line_end(range.end);
            operate(app, text, operator, lines, true)
        }
        false => operate(app, text, operator, range, lines),
    }
}

/// Whether a range of several lines leaves only blanks of its first and its last one (vim's "d-special").
fn is_all_of_lines(text: &Text, range: &Range<usize>) -> bool {
    let blank = |range: Range<usize>| text.letters[range].iter().all(|letter| letter.is_whitespace());
    text.letters[range.clone()].contains(&'\n')
        && blank(text.line_start(range.start)..range.start)
        && blank(range.end..text.line_end(range.end))
}

/// What an operator takes of a motion that ends before a place. At the start of a line that is the line before, without
/// its line break; and whole lines where the motion began before the first letter of one (vim's "exclusive").
fn until(text: &Text, start: usize, end: usize) -> (Range<usize>, bool) {
    let other = text.line_start(end) > start && text.line_start(end) == end;
    let begins = start <= text.first_letter(start);
    match (other, begins) {
        (true, true) => (text.line_start(start)..end - 1, true),
        (true, false) => (start..end - 1, false),
        (false, _) => (start..end, false),
    }
}

pub fn operate_object(app: &mut App, letter: char, around: bool) -> Vec<Effect> {
    let (text, at) = view(&app.editor);
    let range = match letter {
        'w' => text.word(at, false, around),
        'W' => text.word(at, true, around),
        '(' => text.bracketed(at, '(', ')', around),
        '[' => text.bracketed(at, '[', ']', around),
        '{' => text.bracketed(at, '{', '}', around),
        quote => text.quoted(at, quote, around),
    };
    let Some(vim) = app.vim.as_mut() else { return Vec::new() };
    let operator = vim.operator;
    match (range, operator) {
        (Some(range), Some(operator)) => return operate(app, &text, operator, range, false),
        (Some(range), None) if !range.is_empty() => {
            vim.mode = Mode::Visual { lines: false };
            vim.anchor = range.start;
            set_cursor(&mut app.editor, range.end - 1);
        }
        _ => {}
    }
    if let Some(vim) = app.vim.as_mut() {
        vim.rest();
    }
    Vec::new()
}

/// The selected characters, and whether they are whole lines.
pub(super) fn selected(app: &App, text: &Text, at: usize) -> Option<(Range<usize>, bool)> {
    let vim = app.vim.as_ref()?;
    let Mode::Visual { lines } = vim.mode else { return None };
    let anchor = vim.anchor.min(text.letters.len());
    let (start, end) = (at.min(anchor), at.max(anchor));
    Some(match lines {
        true => (text.line_start(start)..text.line_end(end), true),
        false => (start..(end + 1).min(text.letters.len()), false),
    })
}

pub fn operate_selection(app: &mut App, operator: Operator) -> Vec<Effect> {
    let (text, at) = view(&app.editor);
    let Some((range, lines)) = selected(app, &text, at) else { return Vec::new() };
    if let Some(vim) = app.vim.as_mut() {
        vim.mode = Mode::Normal;
    }
    operate(app, &text, operator, range, lines)
}

/// Does what an operator does to a range; of lines without the last line break.
fn operate(app: &mut App, text: &Text, operator: Operator, range: Range<usize>, lines: bool) -> Vec<Effect> {
    let (_, at) = view(&app.editor);
    let Some(vim) = app.vim.as_mut() else { return Vec::new() };
    vim.rest();
    if matches!(operator, Operator::Delete | Operator::Change | Operator::Yank) {
        vim.register = taken(text, &range);
        vim.register_lines = lines;
    }
    match operator {
        Operator::Yank => {
            let lines_copied =
                text.letters[range.clone()].iter().filter(|letter| **letter == '\n').count() + 1;
            if !lines {
                set_cursor(&mut app.editor, range.start);
            } else if text.line_start(at) > range.start {
                let column = at - text.line_start(at);
                set_cursor(&mut app.editor, (range.start + column).min(text.line_last(range.start)));
            }
            if lines_copied > 2 {
                return app.say(NoteKind::Plain, format!("{lines_copied} lines copied; p puts them"));
            }
        }
        Operator::Delete if lines => delete_lines(&mut app.editor, text, range),
        Operator::Delete => {
            put(&mut app.editor, text, range.clone(), "");
            set_cursor(&mut app.editor, range.start);
        }
        Operator::Change => {
            let start = if lines { text.first_letter(range.start).min(range.end) } else { range.start };
            put(&mut app.editor, text, start..range.end.max(start), "");
            set_cursor(&mut app.editor, start);
            vim.mode = Mode::Insert;
        }
        Operator::Lower | Operator::Upper | Operator::Turn => {
            let new =
                text.letters[range.clone()].iter().map(|letter| cased(operator, *letter)).collect::<String>();
            put(&mut app.editor, text, range.clone(), &new);
            set_cursor(&mut app.editor, if lines { at } else { range.start });
        }
        Operator::Nothing => {}
        Operator::Indent | Operator::Dedent => {
            let (start, end) = (text.line_start(range.start), text.line_end(range.end.max(range.start)));
            let moved: Vec<String> = taken(text, &(start..end))
                .split('\n')
                .map(|line| moved_line(line, operator == Operator::Indent))
                .collect();
            put(&mut app.editor, text, start..end, &moved.join("\n"));
            let (text, _) = view(&app.editor);
            set_cursor(&mut app.editor, text.first_letter(start));
        }
    }
    Vec::new()
}

fn moved_line(line: &str, right: bool) -> String {
    if right {
        return if line.is_empty() { String::new() } else { " ".repeat(INDENT) + line };
    }
    let blanks = line.chars().take(INDENT).take_while(|letter| *letter == ' ').count();
    line.strip_prefix('\t').unwrap_or(&line[blanks..]).to_string()
}

fn delete_lines(editor: &mut Editor, text: &Text, range: Range<usize>) {
    // With the line break after them, or of the last ones with the one before.
    let range = match (range.end < text.letters.len(), range.start) {
        (true, start) => start..range.end + 1,
        (false, start) => start.saturating_sub(1)..range.end,
    };
    put(editor, text, range.clone(), "");
    let (text, _) = view(editor);
    set_cursor(editor, text.first_letter(range.start.min(text.letters.len())));
}

pub fn go_find(app: &mut App, find: Find, letter: char, again: bool) -> Vec<Effect> {
    let (text, at) = view(&app.editor);
    let Some(vim) = app.vim.as_mut() else { return Vec::new() };
    vim.goal = None;
    match motions::find(&text, at, find, letter, vim.times(), again) {
        Some(target) => reach(app, &text, at, target),
        None => {
            vim.rest();
            Vec::new()
        }
    }
}

pub fn go_next(app: &mut App, back: bool) -> Vec<Effect> {
    let (text, at) = view(&app.editor);
    let Some(vim) = app.vim.as_mut() else { return Vec::new() };
    vim.goal = None;
    let sought = app.editor.sought.clone();
    let place = (0..vim.times()).try_fold(at, |at, _| text.search(at, &sought, back));
    match place {
        Some(place) => reach(app, &text, at, Target { at: place, reach: Reach::Until }),
        None => {
            vim.rest();
            let said = if sought.is_empty() { "nothing was looked for yet" } else { "the text is nowhere" };
            app.say(NoteKind::Warning, said)
        }
    }
}

pub fn begin_insert(app: &mut App, place: Insert) -> Vec<Effect> {
    let (text, at) = view(&app.editor);
    let Some(vim) = app.vim.as_mut() else { return Vec::new() };
    vim.rest();
    vim.mode = Mode::Insert;
    let editor = &mut app.editor;
    let indent: String = text.letters[text.line_start(at)..text.first_letter(at)].iter().collect();
    match place {
        Insert::Here => {}
        Insert::After => set_cursor(editor, (at + 1).min(text.line_end(at))),
        Insert::LineStart => set_cursor(editor, text.first_letter(at)),
        Insert::LineEnd => set_cursor(editor, text.line_end(at)),
        Insert::Below => {
            let end = text.line_end(at);
            put(editor, &text, end..end, &format!("\n{indent}"));
        }
        Insert::Above => {
            let start = text.line_start(at);
            put(editor, &text, start..start, &format!("{indent}\n"));
            set_cursor(editor, start + indent.chars().count());
        }
    }
    Vec::new()
}

/// Back to normal mode; the cursor stands on the last letter that was typed.
pub fn end_insert(app: &mut App) {
    let (text, at) = view(&app.editor);
    if at > text.line_start(at) {
        set_cursor(&mut app.editor, at - 1);
    }
    if let Some(vim) = app.vim.as_mut() {
        vim.mode = Mode::Normal;
        vim.goal = None;
    }
}

pub fn paste(app: &mut App, before: bool) -> Vec<Effect> {
    let (text, at) = view(&app.editor);
    let chosen = selected(app, &text, at);
    let Some(vim) = app.vim.as_mut() else { return Vec::new() };
    let (register, lines, times) = (vim.register.clone(), vim.register_lines, vim.times());
    vim.rest();
    if register.is_empty() && !lines {
        return app.say(NoteKind::Plain, "nothing was copied or deleted yet");
    }
    let editor = &mut app.editor;
    if let Some((range, whole)) = chosen {
        vim.mode = Mode::Normal;
        // `P` leaves the register as it is.
        if !before {
            vim.register = taken(&text, &range);
            vim.register_lines = whole;
        }
        let start = range.start;
        let (new, place) = match (lines, whole) {
            (true, true) => (vec![register; times].join("\n"), start),
            (true, false) => (format!("\n{}\n", vec![register; times].join("\n")), start + 1),
            (false, _) => {
                let new = register.repeat(times);
                let last = start + new.chars().count() - 1;
                (new, last)
            }
        };
        put(editor, &text, range, &new);
        let (text, _) = view(editor);
        set_cursor(editor, if lines { text.first_letter(place) } else { place });
    } else if lines {
        let repeated = vec![register; times].join("\n");
        let (place, new) = match before {
            true => (text.line_start(at), format!("{repeated}\n")),
            false => (text.line_end(at), format!("\n{repeated}")),
        };
        put(editor, &text, place..place, &new);
        let (text, _) = view(editor);
        set_cursor(editor, text.first_letter(place + usize::from(!before)));
    } else {
        let repeated = register.repeat(times);
        let place = if before { at } else { (at + 1).min(text.line_end(at)) };
        put(editor, &text, place..place, &repeated);
        set_cursor(editor, place + repeated.chars().count() - 1);
    }
    Vec::new()
}

/// Undo or redo; the cursor goes to what has changed.
pub fn travel(app: &mut App, command: &str) -> Vec<Effect> {
    let times = app.vim.as_ref().map_or(1, Vim::times);
    if let Some(vim) = app.vim.as_mut() {
        vim.rest();
    }
    let (before, _) = view(&app.editor);
    let Some(command) = commands::by_name(command) else { return Vec::new() };
    let effects = (0..times).flat_map(|_| (command.run)(app, "")).collect();
    let (after, _) = view(&app.editor);
    let same = before.letters.iter().zip(&after.letters).take_while(|(old, new)| old == new).count();
    if before.letters != after.letters {
        set_cursor(&mut app.editor, same.min(after.letters.len()));
    }
    effects
}

pub fn join_lines(app: &mut App) -> Vec<Effect> {
    let (text, at) = view(&app.editor);
    let chosen = selected(app, &text, at).map(|(range, _)| range);
    let Some(vim) = app.vim.as_mut() else { return Vec::new() };
    let mut times = vim.times().saturating_sub(1).max(1);
    vim.rest();
    vim.mode = Mode::Normal;
    if let Some(range) = chosen {
        let within = &text.letters[range.start..range.end - usize::from(range.end > range.start)];
        times = within.iter().filter(|letter| **letter == '\n').count().max(1);
        set_cursor(&mut app.editor, range.start);
    }
    for _ in 0..times {
        let (text, at) = view(&app.editor);
        let end = text.line_end(at);
        if end >= text.letters.len() {
            break;
        }
        let next = text.first_letter(end + 1).min(text.line_end(end + 1));
        let blank = next < text.letters.len() && text.letters[next] != '\n' && end > text.line_start(at);
        put(&mut app.editor, &text, end..next, if blank { " " } else { "" });
        set_cursor(&mut app.editor, end);
    }
    Vec::new()
}

/// Makes the selected lines comments, or queries again.
pub fn comment(app: &mut App) -> Vec<Effect> {
    let (text, at) = view(&app.editor);
    let Some((range, _)) = selected(app, &text, at) else { return Vec::new() };
    let start = text.line_start(range.start);
    let Some(vim) = app.vim.as_mut() else { return Vec::new() };
    vim.rest();
    vim.mode = Mode::Normal;
    let effects = commands::by_name("comment").map_or(Vec::new(), |command| (command.run)(app, ""));
    let (text, _) = view(&app.editor);
    set_cursor(&mut app.editor, text.first_letter(start));
    effects
}

/// Begins to select, selects in the other way, or ends.
pub fn visual(app: &mut App, lines: bool) {
    let (_, at) = view(&app.editor);
    let Some(vim) = app.vim.as_mut() else { return };
    vim.rest();
    vim.mode = match vim.mode {
        Mode::Visual { lines: now } if now == lines => Mode::Normal,
        Mode::Visual { .. } => Mode::Visual { lines },
        Mode::Normal | Mode::Insert => {
            vim.anchor = at;
            Mode::Visual { lines }
        }
    };
}

pub fn swap_ends(app: &mut App) {
    let (_, at) = view(&app.editor);
    let Some(vim) = app.vim.as_mut() else { return };
    vim.rest();
    let anchor = std::mem::replace(&mut vim.anchor, at);
    set_cursor(&mut app.editor, anchor);
}

pub fn scroll(app: &mut App, down: bool) -> Vec<Effect> {
    let rows = usize::from(layout::layout(app).inner(Part::Editor).height / 2).max(1);
    if let Some(vim) = app.vim.as_mut() {
        vim.rest();
    }
    app.editor.page(rows, down, false);
    Vec::new()
}

/// Outside of insertion the cursor stands on a letter; what is selected is shown so.
pub fn settle(app: &mut App) {
    let Some(vim) = app.vim.as_ref() else { return };
    if vim.mode == Mode::Insert {
        app.editor.visual = None;
        return;
    }
    let (text, at) = view(&app.editor);
    let last = text.line_last(at);
    if at > last {
        set_cursor(&mut app.editor, last);
    }
    let chosen = selected(app, &text, at.min(last)).map(|(range, lines)| {
        let end = range.end + usize::from(lines && range.end < text.letters.len());
        (byte(&text, range.start), byte(&text, end))
    });
    app.editor.visual = chosen.map(|(start, end)| (app.editor.place_of(start), app.editor.place_of(end)));
}
