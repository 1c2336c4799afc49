//! A text with insertions, cut where a query shall end.

use crate::span::Span;

/// What is put into a text, at places of the text as it was. Of several at one place the first comes first.
#[derive(Clone, Debug, Default)]
pub(super) struct Edits {
    inserted: Vec<(u32, String)>,
}

impl Edits {
    pub fn insert(&mut self, at: u32, text: impl Into<String>) {
        let after = self.inserted.partition_point(|(place, _)| *place <= at);
        self.inserted.insert(after, (at, text.into()));
    }

    /// Puts a part into parentheses with more operators behind it.
    pub fn pipe_on(&mut self, part: Span, operators: &str) {
        self.insert(part.start, "(");
        self.insert(part.end, format!(" {operators})"));
    }

    /// A part of the text with what is put into it.
    pub fn cut(&self, text: &str, part: Span) -> String {
        let mut cut = String::new();
        let mut from = part.start;
        for (at, inserted) in self.inserted.iter().filter(|(at, _)| (part.start..=part.end).contains(at)) {
            cut.push_str(Span { start: from, end: *at }.text(text));
            cut.push_str(inserted);
            from = *at;
        }
        cut.push_str(Span { start: from, end: part.end }.text(text));
        cut
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn inner_parts_are_closed_before_outer_ones() {
        let text = "union A, B";
        let mut edits = Edits::default();
        edits.pipe_on(Span::new(9, 10), "| where x");
        edits.pipe_on(Span::new(9, 10), "| extend y");
        edits.insert(10, " | where y");
        assert_eq!(edits.cut(text, Span::new(0, 10)), "union A, ((B | where x) | extend y) | where y");
        assert_eq!(edits.cut(text, Span::new(0, 5)), "union");
    }
}
