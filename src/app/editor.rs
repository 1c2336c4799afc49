//! The query pane's state: the text with its cursor, selection and undo (a `tui-textarea` as the buffer),
//! the remarks on it, and what of it is in view. Of KQL it knows the tokens, and draws nothing.

mod history;
mod lines;
mod moves;
mod reading;

use history::Step;
use reading::Reading;

use std::cell::OnceCell;
use std::ops::Range;
use std::path::PathBuf;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use tui_textarea::{CursorMove, TextArea};

use super::remarks::Remark;

/// Edits that undo can take back.
const UNDO_MAX: usize = 10_000;
/// Typed characters further apart than this are undone apart.
const TYPING_MS: u64 = 1_000;
/// Spaces that the Tab key fills up to.
const TAB: usize = 4;

pub struct Editor {
    area: TextArea<'static>,
    /// Rises with every edit.
    pub version: u64,
    /// First line and first column in view.
    pub top: usize,
    pub left: usize,
    pub file: Option<PathBuf>,
    /// What the file held when it was read or written last.
    pub file_text: Option<String>,
    /// The version that is the same as the file.
    pub saved: u64,
    pub remarks: Vec<Remark>,
    /// The messages stand under all of their lines, as after a run.
    pub explained: bool,
    /// The bracket at the cursor and its other one: line and character of each.
    pub pair: Option<[(usize, usize); 2]>,
    /// What was looked for last.
    pub sought: String,
    /// What is selected by other means than the buffer's own: line and character of start and end.
    pub visual: Option<((usize, usize), (usize, usize))>,
    lines_before: usize,
    /// Of this version of the text.
    reading: OnceCell<Reading>,
    /// Where the cursor was before a change that moves it first.
    from: Option<(usize, usize)>,
    /// The steps of undo, the newest last.
    done: Vec<Step>,
    undone: Vec<Step>,
    /// The newest step is of a change that goes on.
    stepped: bool,
    /// Until when a typed character joins the newest step.
    joins_until: u64,
}

impl Default for Editor {
    fn default() -> Self {
        Editor::new("")
    }
}

impl Editor {
    pub fn new(text: &str) -> Editor {
        let mut area = TextArea::new(clean(text).split('\n').map(str::to_string).collect());
        area.set_max_histories(UNDO_MAX);
        area.set_tab_length(TAB as u8);
        Editor {
            lines_before: area.lines().len(),
            pair: None,
            sought: String::new(),
            visual: None,
            reading: OnceCell::new(),
            area,
            version: 0,
            top: 0,
            left: 0,
            file: None,
            file_text: None,
            saved: 0,
            remarks: Vec::new(),
            explained: false,
            from: None,
            done: Vec::new(),
            undone: Vec::new(),
            stepped: false,
            joins_until: 0,
        }
    }

    pub fn lines(&self) -> &[String] {
        self.area.lines()
    }

    pub fn blank(&self) -> bool {
        self.lines().iter().all(|line| line.trim().is_empty())
    }

    pub fn unsaved(&self) -> bool {
        self.file.is_some() && self.version != self.saved
    }

    /// Line and character of the cursor, from 0.
    pub fn cursor(&self) -> (usize, usize) {
        let cursor = self.area.cursor();
        (cursor.0, cursor.1)
    }

    fn selected(&self) -> Option<((usize, usize), (usize, usize))> {
        self.visual.or_else(|| self.area.selection_range())
    }

    /// The selected bytes of [`Editor::text`]; `None` when nothing is.
    pub fn selection(&self) -> Option<(usize, usize)> {
        let (start, end) = self.selected()?;
        let range = (self.byte_of(start.0, start.1), self.byte_of(end.0, end.1));
        (range.0 < range.1).then_some(range)
    }

    /// The selected characters of a line, from 0; the end may be beyond the line for its line break.
    pub fn selected_in(&self, line: usize) -> Option<(usize, usize)> {
        let (start, end) = self.selected()?;
        if line < start.0 || line > end.0 {
            return None;
        }
        let from = if line == start.0 { start.1 } else { 0 };
        let to = if line == end.0 { end.1 } else { self.lines()[line].chars().count() + 1 };
        (from < to).then_some((from, to))
    }

    /// Keys that edit or move and are not in the table of commands. False when the key is none of them.
    pub fn key(&mut self, key: &KeyEvent, at: u64) -> bool {
        let control = key.modifiers.intersects(KeyModifiers::CONTROL | KeyModifiers::ALT);
        let movement = match key.code {
            KeyCode::Char('j') if key.modifiers == KeyModifiers::CONTROL => return self.newline(),
            KeyCode::Char('h') if key.modifiers == KeyModifiers::CONTROL => return self.backspace(),
            KeyCode::Char('d') if key.modifiers == KeyModifiers::CONTROL => return self.delete(),
            KeyCode::Char(_) | KeyCode::Enter | KeyCode::Tab if control => return false,
            KeyCode::Char(letter) => return self.type_char(letter, at),
            KeyCode::Enter => return self.newline(),
            KeyCode::Tab => return self.tab(),
            KeyCode::Backspace => return self.backspace(),
            KeyCode::Delete if !control => return self.delete(),
            KeyCode::Delete if control => {
                return self.deletion(|area| area.delete_next_word());
            }
            KeyCode::Left if control => CursorMove::WordBack,
            KeyCode::Right if control => CursorMove::WordForward,
            KeyCode::Home | KeyCode::End if control => return self.go_to_end(key),
            KeyCode::Left => CursorMove::Back,
            KeyCode::Right => CursorMove::Forward,
            KeyCode::Up => CursorMove::Up,
            KeyCode::Down => CursorMove::Down,
            KeyCode::Home => CursorMove::Head,
            KeyCode::End => CursorMove::End,
            _ => return false,
        };
        self.go(movement, key.modifiers.contains(KeyModifiers::SHIFT));
        true
    }

    /// Moves the cursor, and with `select` the end of the selection.
    pub fn go(&mut self, movement: CursorMove, select: bool) {
        if select && !self.area.is_selecting() {
            self.area.start_selection();
        } else if !select {
            self.area.cancel_selection();
        }
        self.area.move_cursor(movement);
        self.joins_until = 0;
    }

    /// Puts text in place of the selection, or at the cursor, as one step of undo.
    pub fn insert(&mut self, pasted: &str) {
        let pasted = clean(pasted);
        if !pasted.is_empty() {
            self.insertion(|area| {
                area.insert_str(&pasted);
            });
        }
    }

    /// Replaces everything, as one step of undo.
    pub fn replace_all(&mut self, text: &str) {
        let text = clean(text);
        self.from = Some(self.cursor());
        self.select_all();
        if text.is_empty() {
            self.deletion(|area| area.delete_char());
            self.from = None;
            return;
        }
        self.insertion(|area| {
            area.insert_str(&text);
        });
        self.set_cursor(0, 0);
    }

    /// Puts text in place of some bytes, as one step of undo; the cursor goes `back` characters from its end.
    pub fn replace(&mut self, bytes: Range<usize>, text: &str, back: usize) {
        let (start, end) = (self.place_of(bytes.start), self.place_of(bytes.end));
        self.from = Some(self.cursor());
        self.set_cursor(start.0, start.1);
        if start != end {
            self.area.start_selection();
            self.jump(end.0, end.1);
        }
        if text.is_empty() {
            if start != end {
                self.deletion(|area| area.delete_char());
            }
            self.from = None;
            return;
        }
        self.insert(text);
        self.from = None;
        for _ in 0..back {
            self.go(CursorMove::Back, false);
        }
    }

    pub fn kill_line(&mut self) {
        self.deletion(|area| area.delete_line_by_end());
    }

    pub fn kill_to_start(&mut self) {
        self.deletion(|area| area.delete_line_by_head());
    }

    pub fn kill_word(&mut self) {
        self.deletion(|area| area.delete_word());
    }

    fn newline(&mut self) -> bool {
        let (line, column) = self.cursor();
        let indent: String =
            self.lines()[line].chars().take(column).take_while(|letter| letter.is_whitespace()).collect();
        self.insertion(|area| {
            area.insert_str(format!("\n{indent}"));
        });
        true
    }

    fn tab(&mut self) -> bool {
        if self.area.selection_range().is_some_and(|(start, end)| start.0 < end.0) {
            self.indent_lines();
            return true;
        }
        let spaces = TAB - self.cursor().1 % TAB;
        self.insertion(|area| {
            area.insert_str(" ".repeat(spaces));
        });
        true
    }

    fn backspace(&mut self) -> bool {
        self.deletion(|area| area.delete_char())
    }

    fn delete(&mut self) -> bool {
        self.deletion(|area| area.delete_next_char())
    }

    fn type_char(&mut self, letter: char, at: u64) -> bool {
        let joins = at <= self.joins_until && self.selection().is_none() && !self.done.is_empty();
        self.insertion(|area| area.insert_char(letter));
        if joins && let (Some(newest), Some(previous)) = (self.done.pop(), self.done.last_mut()) {
            previous.edits += newest.edits;
        }
        self.joins_until = at + TYPING_MS;
        true
    }

    /// One step of undo that puts something in. The buffer takes the removal of a selection for an edit
    /// of its own, so it is done apart and counted.
    fn insertion(&mut self, change: impl FnOnce(&mut TextArea<'static>)) {
        let before = self.cursor();
        let selected = self.buffer_selects();
        if selected {
            self.area.delete_char();
        } else {
            self.area.cancel_selection();
        }
        change(&mut self.area);
        self.step(1 + usize::from(selected), before);
    }

    /// One step of undo that takes something out: the selection when there is one.
    fn deletion(&mut self, change: impl FnOnce(&mut TextArea<'static>) -> bool) -> bool {
        let before = self.cursor();
        if !self.buffer_selects() {
            self.area.cancel_selection();
        }
        if change(&mut self.area) {
            self.step(1, before);
        }
        true
    }

    fn buffer_selects(&self) -> bool {
        self.area.selection_range().is_some_and(|(start, end)| start != end)
    }

    /// Remarks on other lines stay until the next check, so that nothing flickers.
    fn changed(&mut self) {
        self.version += 1;
        let (line, lines) = (self.cursor().0, self.lines().len());
        let same_lines = lines == self.lines_before;
        self.remarks.retain(|remark| same_lines && remark.line != line);
        // Their places are those of the text before; the next check gives them anew.
        self.remarks.iter_mut().for_each(|remark| remark.fix = None);
        self.lines_before = lines;
        self.reading = OnceCell::new();
        self.explained = false;
        self.joins_until = 0;
    }
}

/// What a text file or a paste becomes: line breaks of every kind are `\n`, and control characters,
/// which no query needs and no screen shows, are dropped, tabs excepted.
fn clean(text: &str) -> String {
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    text.chars().filter(|letter| *letter == '\n' || *letter == '\t' || !letter.is_control()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diag::Diagnostic;
    use crate::span::Span;

    fn typed(editor: &mut Editor, text: &str, at: u64) {
        for letter in text.chars() {
            editor.key(&KeyEvent::new(KeyCode::Char(letter), KeyModifiers::NONE), at);
        }
    }

    fn press(editor: &mut Editor, code: KeyCode, modifiers: KeyModifiers) {
        editor.key(&KeyEvent::new(code, modifiers), 0);
    }

    #[test]
    fn undo_takes_back_words_typed_in_one_go_and_whole_pastes() {
        let mut editor = Editor::new("");
        typed(&mut editor, "take", 0);
        typed(&mut editor, " 5", 5_000);
        editor.insert("a\r\nb\x1b[2J\rc");
        assert_eq!(editor.text(), "take 5a\nb[2J\nc");
        assert!(editor.undo());
        assert_eq!(editor.text(), "take 5");
        assert!(editor.undo());
        assert_eq!(editor.text(), "take");
        assert!(editor.undo());
        assert_eq!(editor.text(), "");
        assert!(!editor.undo());
        while editor.redo() {}
        assert_eq!(editor.text(), "take 5a\nb[2J\nc");
    }

    #[test]
    fn typing_over_a_selection_is_one_step() {
        let mut editor = Editor::new("one two");
        for _ in 0..3 {
            press(&mut editor, KeyCode::Right, KeyModifiers::SHIFT);
        }
        assert_eq!(editor.selection(), Some((0, 3)));
        assert_eq!(editor.selected_in(0), Some((0, 3)));
        typed(&mut editor, "x", 0);
        assert_eq!(editor.text(), "x two");
        editor.undo();
        assert_eq!(editor.text(), "one two");
        editor.replace_all("");
        assert_eq!(editor.text(), "");
        editor.undo();
        assert_eq!(editor.text(), "one two");
    }

    #[test]
    fn places_count_characters_and_bytes() {
        let mut editor = Editor::new("é\nab");
        editor.set_cursor(1, 1);
        assert_eq!(editor.cursor_byte(), 4);
        assert_eq!(editor.place_of(4), (1, 1));
        assert_eq!(editor.place_of(99), (1, 2));
        let error = Diagnostic::error("X", Span::new(0, 1), "m");
        assert!(editor.remark(0, 3, &[error]));
        assert_eq!((editor.remarks[0].line, editor.remarks[0].start, editor.remarks[0].end), (1, 0, 1));
    }

    #[test]
    fn a_change_waits_for_the_next_check_after_an_edit() {
        let mut editor = Editor::new("T\n| where Opration == 1");
        let error = Diagnostic::error("X", Span::new(10, 18), "m").fix(Span::new(10, 18), "Operation");
        editor.remark(0, 0, &[error]);
        assert!(editor.fixable().is_some());
        editor.set_cursor(0, 1);
        typed(&mut editor, "able", 0);
        assert_eq!(editor.remarks.len(), 1);
        assert!(editor.fixable().is_none());
    }

    #[test]
    fn a_fix_that_may_give_other_rows_says_so() {
        let mut editor = Editor::new("T | where Name contains 'mail'");
        let place = Span::new(15, 23);
        let advice = Diagnostic::warning("X", place, "m").help("Use has.").fix(place, "has");
        editor.remark(0, 0, std::slice::from_ref(&advice));
        assert_eq!(editor.remarks[0].said(), "m. Use has.");
        editor.remark(0, 0, &[Diagnostic { fix_differs: true, ..advice }]);
        assert_eq!(editor.remarks[0].said(), "m. Use has. The fix may give other rows.");
    }

    /// The buffer is told lines and columns in 16 bits.
    #[test]
    fn places_far_down_and_far_right_are_reached() {
        let line: String = (0..10_000).map(|at| format!("'user{at}', ")).collect();
        let mut editor = Editor::new(&line);
        let at = line.find("user8000").unwrap();
        editor.replace(at..at + 4, "name", 2);
        assert_eq!(editor.text(), line.replace("user8000", "name8000"));
        assert_eq!(editor.cursor(), (0, at + 2));
        editor.undo();
        editor.set_cursor(0, usize::MAX);
        assert_eq!((editor.text(), editor.cursor()), (line.as_str(), (0, line.len())));

        let lines: Vec<String> = (0..70_000).map(|at| at.to_string()).collect();
        let mut editor = Editor::new(&lines.join("\n"));
        editor.set_cursor(69_000, 2);
        assert_eq!(editor.cursor(), (69_000, 2));
        editor.replace_all("take 5");
        assert_eq!(editor.text(), "take 5");
    }

    #[test]
    fn a_new_line_keeps_the_indentation() {
        let mut editor = Editor::new("  | a");
        editor.set_cursor(0, 5);
        press(&mut editor, KeyCode::Enter, KeyModifiers::NONE);
        assert_eq!(editor.text(), "  | a\n  ");
    }
}
