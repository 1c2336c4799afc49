//! What lies over the panes: lists with a line of input, and texts. Knows no keys and no commands.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use super::grid::Step;
use super::text;

/// A line that is typed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Input {
    pub text: String,
    /// Characters before the cursor.
    pub cursor: usize,
    /// The byte from which on the text is a proposal: what is typed first comes in its place, another key takes it.
    offered: Option<usize>,
}

impl Input {
    pub fn new(text: impl Into<String>) -> Input {
        let text = text.into();
        Input { cursor: text.chars().count(), text, offered: None }
    }

    /// A text with a proposal behind it.
    pub fn offering(text: &str, proposal: &str) -> Input {
        Input { offered: Some(text.len()), ..Input::new([text, proposal].concat()) }
    }

    fn byte(&self) -> usize {
        self.text.char_indices().nth(self.cursor).map_or(self.text.len(), |(at, _)| at)
    }

    pub fn insert(&mut self, pasted: &str) {
        let pasted: String = pasted.chars().filter(|letter| !letter.is_control()).collect();
        if let Some(at) = self.offered.take() {
            *self = Input::new(&self.text[..at]);
        }
        let at = self.byte();
        self.text.insert_str(at, &pasted);
        self.cursor += pasted.chars().count();
    }

    /// Moves the cursor by a character.
    pub fn step(&mut self, on: bool) {
        self.offered = None;
        let length = self.text.chars().count();
        self.cursor = if on { (self.cursor + 1).min(length) } else { self.cursor.saturating_sub(1) };
    }

    /// False when the key is not for a line of text.
    pub fn key(&mut self, key: &KeyEvent) -> bool {
        let control = key.modifiers.contains(KeyModifiers::CONTROL);
        let inserts =
            matches!(key.code, KeyCode::Char(_)) && !control && !key.modifiers.contains(KeyModifiers::ALT);
        if !inserts {
            self.offered = None;
        }
        let length = self.text.chars().count();
        match key.code {
            KeyCode::Char('u') if control => {
                self.text.drain(..self.byte());
                self.cursor = 0;
            }
            KeyCode::Char('w') if control => {
                let end = self.byte();
                let kept = self.text[..end].trim_end().rfind(' ').map_or(0, |at| at + 1);
                self.text.drain(kept..end);
                self.cursor = self.text[..kept].chars().count();
            }
            KeyCode::Char('a') if control => self.cursor = 0,
            KeyCode::Char('e') if control => self.cursor = length,
            KeyCode::Char('h') if control => {
                return self.key(&KeyEvent::new(KeyCode::Backspace, KeyModifiers::NONE));
            }
            KeyCode::Char(letter) if inserts => {
                self.insert(letter.encode_utf8(&mut [0; 4]));
            }
            KeyCode::Backspace if self.cursor > 0 => {
                self.cursor -= 1;
                let at = self.byte();
                self.text.remove(at);
            }
            KeyCode::Delete if self.cursor < length => {
                let at = self.byte();
                self.text.remove(at);
            }
            KeyCode::Backspace | KeyCode::Delete => {}
            KeyCode::Left => self.step(false),
            KeyCode::Right => self.step(true),
            KeyCode::Home => self.cursor = 0,
            KeyCode::End => self.cursor = length,
            _ => return false,
        }
        true
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Popup {
    List(List),
    Text(Text),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ListKind {
    Palette,
    Hunts,
    Schema,
    /// What was run.
    History,
    /// The parameters of a query; the line is for the selected one.
    Parameters,
    /// What all hunts found.
    Sweep,
    /// The techniques of ATT&CK that hunts are for.
    Coverage,
    /// Rows of the query on each of the last days.
    Days,
    /// Conditions on the result.
    Filters,
    /// The commonest values of a column.
    Values,
}

/// A list; what is in it follows from its kind and the input.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct List {
    pub kind: ListKind,
    pub input: Input,
    pub selected: usize,
    pub top: usize,
}

impl List {
    pub fn new(kind: ListKind, input: &str) -> List {
        List { kind, input: Input::new(input), selected: 0, top: 0 }
    }

    /// With a proposal behind the input.
    pub fn offering(kind: ListKind, input: &str, proposal: &str) -> List {
        List { input: Input::offering(input, proposal), ..List::new(kind, "") }
    }

    pub fn step(&mut self, step: Step, items: usize, page: usize) {
        self.selected = stepped(self.selected, step, items, page);
        self.scroll_into(page);
    }

    pub fn scroll_into(&mut self, page: usize) {
        let page = page.max(1);
        self.top = self.top.clamp((self.selected + 1).saturating_sub(page), self.selected);
    }
}

/// The place in a list after a step.
pub fn stepped(selected: usize, step: Step, items: usize, page: usize) -> usize {
    let last = items.saturating_sub(1);
    let page = page.max(1);
    match step {
        Step::Up => selected.saturating_sub(1),
        Step::Down => (selected + 1).min(last),
        Step::PageUp => selected.saturating_sub(page),
        Step::PageDown => (selected + page).min(last),
        Step::Top => 0,
        Step::Bottom => last,
        Step::Left | Step::Right => selected,
    }
}

/// Some lines of our own words; safe for the screen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Text {
    pub title: String,
    pub lines: Vec<String>,
    pub top: usize,
}

impl Text {
    pub fn new(title: impl Into<String>, lines: Vec<String>) -> Text {
        Text { title: title.into(), lines, top: 0 }
    }

    /// The lines in so many columns. Those that were made for a wider screen go on below, as far in as they begin.
    pub fn rows(&self, columns: usize) -> Vec<String> {
        let broken = |line: &String| {
            if text::width(line) <= columns {
                return vec![line.clone()];
            }
            let indent = (line.len() - line.trim_start_matches(' ').len()).min(columns / 2);
            let rows = text::wrap(line.trim_start_matches(' '), columns - indent);
            rows.into_iter().map(|row| format!("{:indent$}{row}", "")).collect()
        };
        self.lines.iter().flat_map(broken).collect()
    }

    /// `rows` is how many there are, `page` how many are in view.
    pub fn step(&mut self, step: Step, rows: usize, page: usize) {
        let last = rows.saturating_sub(page);
        self.top = match step {
            Step::Up => self.top.saturating_sub(1),
            Step::Down => (self.top + 1).min(last),
            Step::PageUp => self.top.saturating_sub(page),
            Step::PageDown => (self.top + page).min(last),
            Step::Top => 0,
            Step::Bottom => last,
            Step::Left | Step::Right => self.top,
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_edited() {
        let mut input = Input::new("load é");
        for code in [KeyCode::Backspace, KeyCode::Char('x'), KeyCode::Home, KeyCode::Delete] {
            input.key(&KeyEvent::new(code, KeyModifiers::NONE));
        }
        assert_eq!(input, Input { cursor: 0, ..Input::new("oad x") });
        input.key(&KeyEvent::new(KeyCode::End, KeyModifiers::NONE));
        input.key(&KeyEvent::new(KeyCode::Char('w'), KeyModifiers::CONTROL));
        assert_eq!(input, Input::new("oad "));
        input.insert("a\x1b\nb");
        assert_eq!(input.text, "oad ab");
    }
}
