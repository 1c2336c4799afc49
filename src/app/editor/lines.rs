//! Changes of whole lines: those of the selection, or the cursor's.

use super::{Editor, TAB};

impl Editor {
    /// Begins the lines with `//`, or takes it away where all have it.
    pub fn toggle_comment(&mut self) {
        self.change_lines(|lines| {
            let written = || lines.iter().filter(|line| !line.trim().is_empty());
            let all = written().all(|line| line.trim_start().starts_with("//"));
            let indent = written().map(|line| line.len() - line.trim_start().len()).min().unwrap_or(0);
            let toggled = lines.iter().map(|line| match line.trim().is_empty() {
                true => line.clone(),
                false if all => {
                    let (before, rest) = line.split_at(line.len() - line.trim_start().len());
                    let rest = rest.trim_start_matches("//");
                    format!("{before}{}", rest.strip_prefix(' ').unwrap_or(rest))
                }
                false => format!("{}// {}", &line[..indent], &line[indent..]),
            });
            toggled.collect()
        });
    }

    /// Moves the lines to the right by a tab stop.
    pub(super) fn indent_lines(&mut self) {
        let indented = |line: &String| match line.trim().is_empty() {
            true => line.clone(),
            false => format!("{}{line}", " ".repeat(TAB)),
        };
        self.change_lines(|lines| lines.iter().map(indented).collect());
    }

    fn change_lines(&mut self, change: impl FnOnce(&[String]) -> Vec<String>) {
        let (cursor, marked, selection) = (self.cursor(), self.visual.is_none(), self.selected());
        let (first, last) = match selection {
            // A selection that ends before the first character of a line is not of that line.
            Some((start, end)) => (start.0, if end.1 == 0 && end.0 > start.0 { end.0 - 1 } else { end.0 }),
            None => (cursor.0, cursor.0),
        };
        let changed = change(&self.lines()[first..=last]);
        if changed == self.lines()[first..=last] {
            return;
        }
        self.replace(self.byte_of(first, 0)..self.byte_of(last, usize::MAX), &changed.join("\n"), 0);
        self.set_cursor(cursor.0, cursor.1);
        // The lines stay selected, so that the same key goes on, or undoes it.
        if marked && selection.is_some() {
            self.set_cursor(first, 0);
            self.area.start_selection();
            self.jump(last, usize::MAX);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

    #[test]
    fn tab_moves_the_selected_lines() {
        let mut editor = Editor::new("a\n\n  b\nc");
        let tab = KeyEvent::new(KeyCode::Tab, KeyModifiers::NONE);
        for _ in 0..3 {
            editor.key(&KeyEvent::new(KeyCode::Down, KeyModifiers::SHIFT), 0);
        }
        editor.key(&tab, 0);
        editor.key(&tab, 0);
        assert_eq!(editor.text(), "        a\n\n          b\nc");
        editor.undo();
        editor.undo();
        assert_eq!(editor.text(), "a\n\n  b\nc");
    }
}
