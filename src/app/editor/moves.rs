//! Moves over more than a character, with or without the selection.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use tui_textarea::CursorMove;

use super::Editor;

impl Editor {
    /// To the start or the end of the text.
    pub(super) fn go_to_end(&mut self, key: &KeyEvent) -> bool {
        let select = key.modifiers.contains(KeyModifiers::SHIFT);
        let (line, column) = match key.code {
            KeyCode::Home => (CursorMove::Top, CursorMove::Head),
            _ => (CursorMove::Bottom, CursorMove::End),
        };
        self.go(line, select);
        self.go(column, select);
        true
    }

    pub fn page(&mut self, rows: usize, down: bool, select: bool) {
        for _ in 0..rows {
            self.go(if down { CursorMove::Down } else { CursorMove::Up }, select);
        }
    }

    pub fn select_all(&mut self) {
        self.area.select_all();
        self.joins_until = 0;
    }
}
