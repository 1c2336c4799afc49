//! What is wrong with the text, at its places, and the scrolling that keeps it in view.

use std::ops::Range;

use super::editor::{Editor, untabbed};
use super::text;
use crate::diag::{Diagnostic, Severity};

/// Carets under a place, at most; the line itself is underlined as far as the remark goes.
const MARKS_MAX: usize = 20;
const NOTE_ROWS_MAX: usize = 3;

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
}

impl Remark {
    pub fn said(&self) -> String {
        match &self.help {
            Some(help) => format!("{}. {help}", self.message),
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
            fix: diagnostic.fix.as_ref().map(|fix| {
                let place = offset + fix.span.start as usize..offset + fix.span.end as usize;
                (place, fix.text.clone())
            }),
        }
    }

    pub fn errors(&self) -> usize {
        self.remarks.iter().filter(|remark| remark.severity == Severity::Error).count()
    }

    /// The remark at the cursor that has a change of the text, or else one on its line.
    pub fn fixable(&self) -> Option<&Remark> {
        let (line, column) = self.cursor();
        let mut here = self.remarks.iter().filter(|one| one.line == line && one.fix.is_some());
        let at = |one: &&Remark| (one.start..=one.end).contains(&column);
        here.clone().find(at).or_else(|| here.next())
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
            let (start, end) = self.columns_of(remark);
            let marks = "^".repeat((end - start).clamp(1, MARKS_MAX));
            let said = format!("{marks} {}", text::shown(&remark.said(), ascii));
            let indent = start.saturating_sub(self.left);
            if indent + text::width(&said) <= width {
                notes.push((indent, said, remark.severity));
            } else {
                let rows = text::wrap(&said, width);
                notes.extend(rows.into_iter().take(NOTE_ROWS_MAX).map(|row| (0, row, remark.severity)));
            }
        }
        notes
    }

    /// The columns of the screen that a remark marks, before scrolling.
    fn columns_of(&self, remark: &Remark) -> (usize, usize) {
        let upto = |count| {
            let part: String = self.lines()[remark.line].chars().take(count).collect();
            text::width(&untabbed(&part))
        };
        let start = upto(remark.start);
        (start, upto(remark.end).max(start + 1))
    }

    /// Scrolls so that the cursor and what is said of its line are in a view of this size.
    pub fn scroll_into(&mut self, width: usize, height: usize) {
        let (line, column) = self.cursor();
        let rows_of = |editor: &Editor, line| 1 + editor.notes_under(line, width, false).len();
        self.top = self.top.min(line);
        let mut rows: usize = (self.top..=line).map(|line| rows_of(self, line)).sum();
        while rows > height.max(1) && self.top < line {
            rows -= rows_of(self, self.top);
            self.top += 1;
        }
        let before: String = self.lines()[line].chars().take(column).collect();
        let place = text::width(&untabbed(&before));
        let width = width.max(4);
        if place < self.left {
            self.left = place.saturating_sub(width / 4);
        } else if place >= self.left + width {
            self.left = place + 1 + width / 4 - width;
        }
    }
}
