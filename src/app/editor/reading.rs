//! The text in one piece and what the lexer says of it, made once for each version, when it is asked for first.

use std::ops::Range;

use super::Editor;
use crate::ide::highlight::{Class, brackets, highlight};
use crate::span::Span;
use crate::syntax::token::Token;
use crate::syntax::{statement_at, statements, tokens};

pub(super) struct Reading {
    text: String,
    /// The first byte of each line.
    starts: Vec<usize>,
    tokens: Vec<Token>,
    /// The queries that blank lines part.
    queries: Vec<Span>,
}

impl Reading {
    fn of(lines: &[String]) -> Reading {
        let text = lines.join("\n");
        let tokens = tokens(&text);
        let after = |place: &mut usize, line: &String| {
            let start = *place;
            *place += line.len() + 1;
            Some(start)
        };
        Reading {
            starts: lines.iter().scan(0, after).collect(),
            queries: statements(&text, &tokens),
            tokens,
            text,
        }
    }
}

impl Editor {
    fn reading(&self) -> &Reading {
        self.reading.get_or_init(|| Reading::of(self.lines()))
    }

    pub fn text(&self) -> &str {
        &self.reading().text
    }

    /// The queries of the text, which blank lines part.
    pub fn queries(&self) -> &[Span] {
        &self.reading().queries
    }

    /// The query around a byte of the text.
    pub fn query_at(&self, byte: usize) -> Span {
        statement_at(self.queries(), byte)
    }

    /// Looks for the bracket that belongs to the one at the cursor.
    pub fn pair_brackets(&mut self) {
        let found = brackets(&self.reading().tokens, self.cursor_byte());
        self.pair = found
            .map(|(one, other)| [self.place_of(one.start as usize), self.place_of(other.start as usize)]);
    }

    /// The colored parts of a line, by its own bytes.
    pub fn colors_of(&self, line: usize) -> Vec<(Range<usize>, Class)> {
        let Reading { text, tokens, .. } = self.reading();
        let start = self.byte_of(line, 0);
        let end = start + self.lines()[line].len();
        let within = |byte: usize| byte.clamp(start, end) - start;
        let first = tokens.partition_point(|token| token.span.end as usize <= start);
        let after = tokens.partition_point(|token| (token.span.start as usize) < end);
        highlight(text, tokens, first..after)
            .into_iter()
            .map(|(span, class)| (within(span.start as usize)..within(span.end as usize), class))
            .filter(|(part, _)| !part.is_empty())
            .collect()
    }

    /// The cursor as a byte of the text.
    pub fn cursor_byte(&self) -> usize {
        let (line, column) = self.cursor();
        self.byte_of(line, column)
    }

    /// The byte of a character of a line; beyond its last one, where the line ends.
    pub(super) fn byte_of(&self, line: usize, column: usize) -> usize {
        let within = self.lines()[line].char_indices().nth(column).map(|(at, _)| at);
        self.reading().starts[line] + within.unwrap_or(self.lines()[line].len())
    }

    /// Line and character of a byte of the text.
    pub fn place_of(&self, byte: usize) -> (usize, usize) {
        let starts = &self.reading().starts;
        let line = starts.partition_point(|start| *start <= byte).saturating_sub(1);
        let within = byte - starts[line];
        (line, self.lines()[line].char_indices().take_while(|(start, _)| *start < within).count())
    }
}
