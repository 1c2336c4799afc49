//! Which query of a text the cursor is in: the rule of Kusto's own editors, blank lines separate queries.
//! Knows tokens, no grammar.

use super::lexer::tokens;
use super::token::{Token, TokenKind};
use crate::span::Span;

/// Lines without a blank one among them.
struct Block {
    start: usize,
    end: usize,
    /// The first token that is no comment.
    first: Option<TokenKind>,
}

/// The query around this byte of the text, without the blank lines around it. A blank line belongs to the
/// query above it; an empty text has an empty query.
///
/// A blank line inside a string separates nothing. Comments belong to the query below them, over a blank
/// line too, and a block that begins with `|` to the one above: neither could run alone.
pub fn statement_at(text: &str, cursor: usize) -> Span {
    let blocks = merged(blocks(text));
    let above = blocks.iter().rev().find(|block| block.start <= cursor);
    above.or(blocks.first()).map_or(Span::new(0, 0), |block| Span::new(block.start, block.end))
}

fn blocks(text: &str) -> Vec<Block> {
    let tokens = tokens(text);
    let mut rest = tokens.as_slice();
    let mut blocks: Vec<Block> = Vec::new();
    let (mut place, mut open) = (0, false);
    for line in text.split_inclusive('\n') {
        let next = place + line.len();
        rest = skip_to(rest, place);
        let inside = rest.first().is_some_and(|token| (token.span.start as usize) < place);
        let end = place + line.trim_end().len();
        if line.trim().is_empty() && !inside {
            open = false;
        } else {
            if !open {
                blocks.push(Block { start: place, end, first: None });
                open = true;
            }
            if let Some(block) = blocks.last_mut() {
                block.end = block.end.max(end);
                block.first = block.first.or_else(|| first_of_line(rest, next));
            }
        }
        place = next;
    }
    blocks
}

/// The tokens that end after this place.
fn skip_to(tokens: &[Token], place: usize) -> &[Token] {
    let passed = tokens.iter().take_while(|token| token.span.end as usize <= place).count();
    &tokens[passed..]
}

fn first_of_line(tokens: &[Token], line_end: usize) -> Option<TokenKind> {
    let line = tokens.iter().take_while(|token| (token.span.start as usize) < line_end);
    line.map(|token| token.kind).find(|kind| *kind != TokenKind::Comment)
}

fn merged(blocks: Vec<Block>) -> Vec<Block> {
    let mut merged: Vec<Block> = Vec::new();
    for block in blocks {
        match merged.last_mut() {
            Some(last) if last.first.is_none() || block.first == Some(TokenKind::Bar) => {
                last.end = block.end;
                last.first = last.first.or(block.first);
            }
            Some(_) | None => merged.push(block),
        }
    }
    merged
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at<'t>(text: &'t str, marker: &str) -> &'t str {
        let cursor = text.find(marker).unwrap();
        statement_at(text, cursor).text(text)
    }

    #[test]
    fn blank_lines_separate_queries() {
        let text = "\nlet x = 1;\nA\n| take x\n \t\n\nB | count  \n";
        assert_eq!(at(text, "let"), "let x = 1;\nA\n| take x");
        assert_eq!(at(text, "take"), "let x = 1;\nA\n| take x");
        assert_eq!(at(text, " \t"), "let x = 1;\nA\n| take x");
        assert_eq!(at(text, "count"), "B | count");
        assert_eq!(statement_at(text, 0).text(text), "let x = 1;\nA\n| take x");
        assert_eq!(statement_at(text, text.len()).text(text), "B | count");
    }

    #[test]
    fn a_let_before_a_blank_line_is_alone() {
        let text = "let x = 1;\n\nprint x";
        assert_eq!(at(text, "print"), "print x");
    }

    #[test]
    fn comments_belong_to_the_query_below() {
        let text = "A\n\n// about B\n\n// more\nB\n\n// the end";
        assert_eq!(at(text, "about"), "// about B\n\n// more\nB");
        assert_eq!(at(text, "\nB"), "// about B\n\n// more\nB");
        assert_eq!(at(text, "end"), "// the end");
    }

    #[test]
    fn blank_lines_in_strings_and_before_a_pipe_separate_nothing() {
        let text = "print ```a\n\nb```\n\n| extend c = 1\n\nD";
        assert_eq!(at(text, "b"), "print ```a\n\nb```\n\n| extend c = 1");
        assert_eq!(at(text, "D"), "D");
    }

    #[test]
    fn an_empty_text_has_an_empty_query() {
        assert_eq!(statement_at("", 0), Span::new(0, 0));
        assert_eq!(statement_at(" \n\n", 2), Span::new(0, 0));
        assert_eq!(statement_at("A", 99), Span::new(0, 1));
    }
}
