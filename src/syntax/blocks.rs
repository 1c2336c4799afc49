//! Which query of a text the cursor is in: the rule of Kusto's own editors, blank lines separate queries.
//! Knows tokens, no grammar.

use super::token::{Token, TokenKind};
use crate::span::Span;

/// Lines without a blank one among them.
struct Block {
    start: usize,
    end: usize,
    /// The first token that is no comment.
    first: Option<TokenKind>,
    /// Nothing but `let` and its kind, each with its `;`.
    definitions: bool,
    /// Brackets that it opens and does not close.
    open: isize,
}

/// The words that begin a statement which gives no rows.
const DEFINING: &[&str] = &["alias", "declare", "let", "restrict", "set"];

/// The one of these queries around a byte of their text. A blank line belongs to the query above it; an empty text
/// has an empty query.
pub fn statement_at(queries: &[Span], cursor: usize) -> Span {
    let below = queries.partition_point(|query| query.start as usize <= cursor);
    queries.get(below.saturating_sub(1)).copied().unwrap_or_default()
}

/// The queries of a text, of which these are the tokens.
///
/// A blank line inside a string separates nothing. Comments and definitions belong to the query below them, over
/// a blank line too, a block that begins with `|` to the one above, and what closes a bracket to what opens it: none
/// of them could run alone.
pub fn statements(text: &str, tokens: &[Token]) -> Vec<Span> {
    let mut blocks = bracketed(blocks(text, tokens));
    for block in &mut blocks {
        block.definitions = only_definitions(text, within(tokens, block));
    }
    merged(blocks).iter().map(|block| Span::new(block.start, block.end)).collect()
}

fn blocks(text: &str, tokens: &[Token]) -> Vec<Block> {
    let mut rest = tokens;
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
                blocks.push(Block { start: place, end, first: None, definitions: false, open: 0 });
                open = true;
            }
            if let Some(block) = blocks.last_mut() {
                block.end = block.end.max(end);
                block.first = block.first.or_else(|| first_of_line(rest, next));
            }
        }
        place = next;
    }
    for block in &mut blocks {
        block.open = within(tokens, block).iter().map(opened).sum();
    }
    blocks
}

fn within<'t>(tokens: &'t [Token], block: &Block) -> &'t [Token] {
    let place = |byte: usize| tokens.partition_point(|token| (token.span.start as usize) < byte);
    &tokens[place(block.start)..place(block.end)]
}

/// What a token adds to the depth of brackets.
fn opened(token: &Token) -> isize {
    match token.kind {
        TokenKind::LeftBrace | TokenKind::LeftBracket | TokenKind::LeftParen => 1,
        TokenKind::RightBrace | TokenKind::RightBracket | TokenKind::RightParen => -1,
        _ => 0,
    }
}

fn only_definitions(text: &str, tokens: &[Token]) -> bool {
    let (mut depth, mut begins) = (0, true);
    for token in tokens.iter().filter(|token| token.kind != TokenKind::Comment) {
        if begins && !DEFINING.contains(&token.span.text(text)) {
            return false;
        }
        depth += opened(token);
        begins = depth == 0 && token.kind == TokenKind::Semicolon;
    }
    begins
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

/// Blocks between a bracket and the one that closes it are one. A bracket that nothing closes holds nothing.
fn bracketed(blocks: Vec<Block>) -> Vec<Block> {
    let mut whole: Vec<Block> = Vec::new();
    // Where brackets were opened, and how deep it was before.
    let (mut depth, mut opened) = (0, Vec::<(usize, isize)>::new());
    for block in blocks {
        let (before, place) = (depth, whole.len());
        depth += block.open;
        whole.push(block);
        let mut first = place;
        while let Some((at, _)) = opened.pop_if(|(_, before)| *before >= depth) {
            first = at;
        }
        if first < place {
            let end = whole[place].end;
            whole.truncate(first + 1);
            whole[first].end = end;
        } else if depth > before {
            opened.push((place, before));
        }
        if opened.is_empty() {
            depth = 0;
        }
    }
    whole
}

fn merged(blocks: Vec<Block>) -> Vec<Block> {
    let mut merged: Vec<Block> = Vec::new();
    for block in blocks {
        let block = match merged.pop_if(|last| last.first.is_none()) {
            Some(comments) => Block { start: comments.start, ..block },
            None => block,
        };
        match merged.last_mut() {
            Some(last) if last.definitions || block.first == Some(TokenKind::Bar) => {
                last.end = block.end;
                last.definitions &= block.definitions;
            }
            Some(_) | None => merged.push(block),
        }
    }
    merged
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::syntax::tokens;

    fn around(text: &str, cursor: usize) -> Span {
        statement_at(&statements(text, &tokens(text)), cursor)
    }

    fn at<'t>(text: &'t str, marker: &str) -> &'t str {
        let cursor = text.find(marker).unwrap();
        around(text, cursor).text(text)
    }

    #[test]
    fn blank_lines_separate_queries() {
        let text = "\nlet x = 1;\nA\n| take x\n \t\n\nB | count  \n";
        assert_eq!(at(text, "let"), "let x = 1;\nA\n| take x");
        assert_eq!(at(text, "take"), "let x = 1;\nA\n| take x");
        assert_eq!(at(text, " \t"), "let x = 1;\nA\n| take x");
        assert_eq!(at(text, "count"), "B | count");
        assert_eq!(around(text, 0).text(text), "let x = 1;\nA\n| take x");
        assert_eq!(around(text, text.len()).text(text), "B | count");
    }

    #[test]
    fn definitions_belong_to_the_query_below() {
        let text = "let x = 1;\n\n// f\nlet f = () { let y = 2; y };\n\nprint x\n\nprint f()";
        assert_eq!(at(text, "print x"), "let x = 1;\n\n// f\nlet f = () { let y = 2; y };\n\nprint x");
        assert_eq!(at(text, "let y"), at(text, "print x"));
        assert_eq!(at(text, "print f"), "print f()");
        assert_eq!(at("let x = 1; A | count;\n\nB", "B"), "B");
        assert_eq!(at("let x = 1\n\nB", "B"), "B");
    }

    #[test]
    fn brackets_hold_over_blank_lines() {
        let text = "let f = () {\n  let y = 2;\n\n  y\n};\nA\n| join (\n\nB\n) on x\n\nC";
        assert_eq!(at(text, "y = 2"), &text[..text.len() - 3]);
        assert_eq!(at(text, "C"), "C");
        let text = "A | where (x == 1\n\nB (\n\n) | count\n\nC | where y)\n\nD";
        assert_eq!(at(text, "A"), "A | where (x == 1\n\nB (\n\n) | count\n\nC | where y)");
        let text = "A | where (x == 1\n\nB (\n\n) | count\n\nD";
        assert_eq!(
            ["A", "B", "D"].map(|mark| at(text, mark)),
            ["A | where (x == 1", "B (\n\n) | count", "D"]
        );
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
        let text = "A\n\n// kept below\n\n| count\n\nB";
        assert_eq!(at(text, "kept"), "A\n\n// kept below\n\n| count");
        assert_eq!(at(text, "A"), at(text, "kept"));
        assert_eq!(at(text, "B"), "B");
    }

    #[test]
    fn an_empty_text_has_an_empty_query() {
        assert_eq!(around("", 0), Span::new(0, 0));
        assert_eq!(around(" \n\n", 2), Span::new(0, 0));
        assert_eq!(around("A", 99), Span::new(0, 1));
    }
}
