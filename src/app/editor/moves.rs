//! Moves over more than a character, with or without the selection.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use tui_textarea::CursorMove;

use super::Editor;

/// The furthest line and column that the buffer can be told to go to.
const NEAR: usize = u16::MAX as usize;
/// Characters that are walked one by one; a place further on is looked for by as many of its characters.
const STEPS: usize = 256;

impl Editor {
    pub fn set_cursor(&mut self, line: usize, column: usize) {
        self.area.cancel_selection();
        self.jump(line, column);
        self.joins_until = 0;
    }

    /// To a place, or the nearest that there is; a selection goes with it.
    pub(super) fn jump(&mut self, line: usize, column: usize) {
        let line = line.min(self.lines().len() - 1);
        let near = |number: usize| number.min(NEAR) as u16;
        self.area.move_cursor(CursorMove::Jump(near(line), near(column)));
        if line > NEAR {
            self.area.move_cursor(CursorMove::Head);
            while self.cursor().0 < line {
                self.area.move_cursor(CursorMove::Down);
            }
        }
        if self.cursor().1 < column {
            self.go_along(line, column);
        }
    }

    /// Along the cursor's line, which a list of ten thousand values makes longer than the buffer can be told.
    fn go_along(&mut self, line: usize, column: usize) {
        let text = &self.lines()[line];
        let beyond: String = text.chars().skip(column).take(STEPS).collect();
        if beyond.is_empty() {
            self.area.move_cursor(CursorMove::End);
        } else if column - self.cursor().1 <= STEPS {
            while self.cursor().1 < column {
                self.area.move_cursor(CursorMove::Forward);
            }
        } else if self.area.set_search_pattern(regex::escape(&beyond)).is_ok() {
            while self.cursor().1 < column && self.area.search_forward(false) {}
            self.area.set_search_pattern("").ok();
        }
    }

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
        self.set_cursor(0, 0);
        self.area.start_selection();
        self.area.move_cursor(CursorMove::Bottom);
        self.area.move_cursor(CursorMove::End);
    }
}
