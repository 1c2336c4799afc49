//! What is wrong with the text, at its places, and the scrolling that keeps it in view.

use std::ops::Range;

use super::editor::Editor;
use super::text;
use crate::diag::{Diagnostic, Severity};

/// Carets under a place, at most; the line itself is underlined as far as the remark goes.
const MARKS_MAX: usize = 20;
const NOTE_ROWS_MAX: usize = 3;
/// With less room than this beside the marks, all that is said stands below them.
const BESIDE_MIN: usize = 10;
/// What is said behind the help of a remark whose fix leaves a right query, but another one.
const DIFFERS: &str = " The fix may give other rows.";

/// A diagnostic in the text's own coordinates: a line and characters in it, from 0.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Remark {
    pub line: usize,
    pub start: usize,
    /// After the last character; more than `start`.
    pub end: usize,
    pub severity: Severity,
    pub message: String,
    pub help: Option<String>,
    /// A change that follows the help: bytes of the text, and what stands there then.
    pub fix: Option<(Range<usize>, String)>,
    /// The change may give other rows or values.
    pub fix_differs: bool,
}

impl Remark {
    pub fn said(&self) -> String {
        let differs = if self.fix.is_some() && self.fix_differs { DIFFERS } else { "" };
        match &self.help {
            Some(help) => format!("{}. {help}{differs}", self.message),
            None => self.message.clone(),
        }
    }
}

impl Editor {
    /// Takes the remarks on the text of `version`; on an older text they say nothing of this one.
    pub fn remark(&mut self, version: u64, offset: usize, diagnostics: &[Diagnostic]) -> bool {
        if version != self.version {
            return false;
        }
        let remarks: Vec<_> = diagnostics.iter().map(|one| self.located(offset, one)).collect();
        let changed = remarks != self.remarks;
        self.remarks = remarks;
        changed
    }

    /// A span over several lines is marked to the end of its first.
    fn located(&self, offset: usize, diagnostic: &Diagnostic) -> Remark {
        let (line, start) = self.place_of(offset + diagnostic.span.start as usize);
        let (last, end) = self.place_of(offset + diagnostic.span.end as usize);
        let length = self.lines()[line].chars().count();
        let end = if last == line { end } else { length };
        Remark {
            line,
            start,
            end: end.max(start + 1),
            severity: diagnostic.severity,
            message: diagnostic.message.clone(),
            help: diagnostic.help.clone(),
            fix_differs: diagnostic.fix_differs,
            fix: diagnostic.fix.as_ref().map(|fix| {
                let place = offset + fix.span.start as usize..offset + fix.span.end as usize;
                (place, fix.text.clone())
            }),
        }
    }

    pub fn errors(&self) -> usize {
        self.remarks.iter().filter(|remark| remark.severity == Severity::Error).count()
    }

    /// The remark at the cursor that has a change of the text, or else one on its line, the next or the first.
    pub fn fixable(&self) -> Option<&Remark> {
        let (line, column) = self.cursor();
        let all = || self.remarks.iter().filter(|one| one.fix.is_some());
        let at = |one: &&Remark| one.line == line && (one.start..=one.end).contains(&column);
        let after = |one: &&Remark| one.line >= line;
        let first = |found: &Remark, one: &Remark| (found.line, found.start) <= (one.line, one.start);
        let least = |left, right| if first(left, right) { left } else { right };
        all().find(at).or_else(|| all().filter(after).reduce(least)).or_else(|| all().reduce(least))
    }

    /// Every change of the text that mends an error, the last place first; none touches another. What is advised may
    /// change what a query finds, as `has` for `contains` does, and is taken one by one.
    pub fn fixes(&self) -> Vec<(Range<usize>, String)> {
        let errors = self.remarks.iter().filter(|remark| remark.severity == Severity::Error);
        let mut fixes: Vec<_> = errors.filter_map(|remark| remark.fix.clone()).collect();
        fixes.sort_by_key(|(place, _)| (place.start, place.end));
        let mut end = 0;
        fixes.retain(|(place, _)| {
            let apart = place.start >= end;
            end = if apart { place.end } else { end };
            apart
        });
        fixes.reverse();
        fixes
    }

    /// Moves to the remark before the cursor, or to the last. `None` when there is none.
    pub fn previous_remark(&mut self) -> Option<&Remark> {
        let cursor = self.cursor();
        let mut places: Vec<_> = self.remarks.iter().map(|one| (one.line, one.start)).collect();
        places.sort_unstable();
        let place = *places.iter().rfind(|place| **place < cursor).or(places.last())?;
        self.set_cursor(place.0, place.1);
        self.remarks.iter().find(|one| (one.line, one.start) == place)
    }

    /// Moves to the next remark after the cursor, or to the first. `None` when there is none.
    pub fn next_remark(&mut self) -> Option<&Remark> {
        let cursor = self.cursor();
        let mut places: Vec<_> = self.remarks.iter().map(|one| (one.line, one.start)).collect();
        places.sort_unstable();
        let place = *places.iter().find(|place| **place > cursor).or(places.first())?;
        self.set_cursor(place.0, place.1);
        self.remarks.iter().find(|one| (one.line, one.start) == place)
    }

    /// What stands under a line in a view of this width: how far in, and a row of text. After a run that of
    /// every line, while typing that of the cursor's only: others would make lines jump.
    pub fn notes_under(&self, line: usize, width: usize, ascii: bool) -> Vec<(usize, String, Severity)> {
        let mut notes = Vec::new();
        if !self.explained && line != self.cursor().0 {
            return notes;
        }
        for remark in self.remarks.iter().filter(|remark| remark.line == line) {
            let start = self.column(line, remark.start, ascii);
            let end = self.column(line, remark.end, ascii).max(start + 1);
            let said = text::shown(&remark.said(), ascii).into_owned();
            let rows = noted((start, end), self.left, &said, width);
            notes.extend(rows.into_iter().map(|(indent, row)| (indent, row, remark.severity)));
        }
        notes
    }

    /// The column of the screen that so many characters of a line reach, before scrolling.
    pub fn column(&self, line: usize, characters: usize, ascii: bool) -> usize {
        self.lines()[line].chars().take(characters).map(|letter| wide(letter, ascii)).sum()
    }

    /// The character of a line that stands at a column of the screen, before scrolling.
    pub fn character(&self, line: usize, column: usize, ascii: bool) -> usize {
        let ends = self.lines()[line].chars().scan(0, |end, letter| {
            *end += wide(letter, ascii);
            Some(*end)
        });
        ends.take_while(|end| *end <= column).count()
    }

    /// Scrolls so that the cursor and what is said of its line are in a view of this size.
    pub fn scroll_into(&mut self, width: usize, height: usize, ascii: bool) {
        let (line, column) = self.cursor();
        let rows_of = |editor: &Editor, line| 1 + editor.notes_under(line, width, ascii).len();
        self.top = self.top.min(line);
        let mut rows: usize = (self.top..=line).map(|line| rows_of(self, line)).sum();
        while rows > height.max(1) && self.top < line {
            rows -= rows_of(self, self.top);
            self.top += 1;
        }
        // No room is left below the text while lines above it are out of view.
        let mut shown: usize =
            (self.top..self.lines().len()).map(|line| rows_of(self, line)).take(height).sum();
        while self.top > 0 && shown + rows_of(self, self.top - 1) <= height {
            self.top -= 1;
            shown += rows_of(self, self.top);
        }
        let place = self.column(line, column, ascii);
        let width = width.max(4);
        // Nothing is scrolled away before a line that fits.
        if self.column(line, self.lines()[line].chars().count(), ascii) < width {
            self.left = 0;
        }
        if place < self.left {
            self.left = place.saturating_sub(width / 4);
        } else if place >= self.left + width {
            self.left = place + 1 + width / 4 - width;
        }
    }
}

fn wide(letter: char, ascii: bool) -> usize {
    if matches!(letter, ' '..='~') { 1 } else { text::width(&drawn(letter, ascii)) }
}

/// A character of the text as it is drawn: a tab as spaces, what a terminal would obey as a picture of it.
pub fn drawn(letter: char, ascii: bool) -> String {
    match letter {
        '\t' => "    ".into(),
        _ => text::shown(letter.encode_utf8(&mut [0; 4]), ascii).into_owned(),
    }
}

/// Marks under the columns of a place, and what is said of it: beside them, on the side that has the room for it or
/// for more of it, and on below. Each row with its indentation.
fn noted((start, end): (usize, usize), scrolled: usize, said: &str, width: usize) -> Vec<(usize, String)> {
    let indent = start.saturating_sub(scrolled).min(width.saturating_sub(1));
    let marks = "^".repeat((end - start).clamp(1, MARKS_MAX).min((width - indent).max(1)));
    let right = width.saturating_sub(indent + marks.len() + 1);
    let left = indent.saturating_sub(1);
    let to_the_right = right >= text::width(said).min(left);
    let room = if to_the_right { right } else { left };
    if room < BESIDE_MIN {
        let below = text::wrap(said, width).into_iter().map(|row| (0, row));
        return std::iter::once((indent, marks)).chain(below).take(1 + NOTE_ROWS_MAX).collect();
    }
    let first = text::wrap(said, room).swap_remove(0);
    let rest = said[first.len()..].trim_start();
    let below = if rest.is_empty() { Vec::new() } else { text::wrap(rest, width) };
    let beside = match to_the_right {
        true => (indent, format!("{marks} {first}")),
        false => (indent - 1 - text::width(&first), format!("{first} {marks}")),
    };
    std::iter::once(beside).chain(below.into_iter().map(|row| (0, row))).take(NOTE_ROWS_MAX).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_stand_under_their_place() {
        let row = |indent, text: &str| (indent, text.to_owned());
        assert_eq!(noted((2, 4), 0, "no such name", 30), [row(2, "^^ no such name")]);
        assert_eq!(noted((20, 22), 0, "no such name", 30), [row(7, "no such name ^^")]);
        assert_eq!(noted((9, 11), 0, "no such name", 14), [row(9, "^^"), row(0, "no such name")]);
        assert_eq!(noted((10, 12), 0, "no such name here", 26), [row(10, "^^ no such name"), row(0, "here")]);
        assert_eq!(
            noted((20, 22), 0, "no such name here at all", 26),
            [row(2, "no such name here ^^"), row(0, "at all")]
        );
        assert_eq!(noted((92, 95), 80, "no such", 14), [row(4, "no such ^^")]);
    }
}
