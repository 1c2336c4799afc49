//! The tokens before the cursor as frames: what each bracket that is still open holds so far. Works on any
//! text; knows no names.

use crate::span::Span;
use crate::syntax::token::{Token, TokenKind};

/// What stands between an open bracket, or the start of the text, and the cursor. Brackets that are closed
/// again are one item, their closing token.
pub struct Frame {
    /// The token that opens it; `None` for the text itself.
    pub open: Option<usize>,
    pub items: Vec<usize>,
}

/// The tokens before the cursor and the frames that they leave open, the innermost last.
pub struct View<'t> {
    pub text: &'t str,
    pub tokens: Vec<Token>,
    /// For each closing token the one that opens it.
    opened: Vec<usize>,
    pub frames: Vec<Frame>,
}

impl<'t> View<'t> {
    pub fn new(text: &'t str, tokens: Vec<Token>) -> View<'t> {
        let mut frames = vec![Frame { open: None, items: Vec::new() }];
        let mut opened = vec![0; tokens.len()];
        for (at, token) in tokens.iter().enumerate() {
            if token.kind.opens() {
                frames.push(Frame { open: Some(at), items: Vec::new() });
                continue;
            }
            if token.kind.closes()
                && frames.len() > 1
                && let Some(frame) = frames.pop()
            {
                opened[at] = frame.open.unwrap_or(at);
            }
            if let Some(frame) = frames.last_mut() {
                frame.items.push(at);
            }
        }
        View { text, tokens, opened, frames }
    }

    pub fn kind(&self, item: usize) -> TokenKind {
        self.tokens[item].kind
    }

    pub fn span(&self, item: usize) -> Span {
        self.tokens[item].span
    }

    /// The word that an item is, or nothing.
    pub fn word(&self, item: usize) -> &'t str {
        match self.kind(item) {
            TokenKind::Word => self.span(item).text(self.text),
            _ => "",
        }
    }

    /// The first token of an item: of a closed bracket the one that opens it.
    pub fn first(&self, item: usize) -> usize {
        if self.kind(item).closes() { self.opened[item] } else { item }
    }

    /// Whether nothing stands between an item and the token after it.
    pub fn touches(&self, item: usize, next: usize) -> bool {
        self.span(item).end == self.span(next).start
    }

    /// The text from the start of one item to the start of the token after another, or to its end.
    pub fn between(&self, first: usize, last: usize) -> &'t str {
        let (from, to) = (self.span(self.first(first)).start, self.span(last).end);
        if from < to { Span { start: from, end: to }.text(self.text) } else { "" }
    }

    /// The items of a frame since its last `;`.
    pub fn statement(&self, frame: usize) -> &[usize] {
        self.since(&self.frames[frame].items, TokenKind::Semicolon)
    }

    /// The items after the last token of a kind.
    pub fn since<'i>(&self, items: &'i [usize], kind: TokenKind) -> &'i [usize] {
        let start = items.iter().rposition(|item| self.kind(*item) == kind).map_or(0, |at| at + 1);
        &items[start..]
    }

    /// Where in a list the last bar stands.
    pub fn last_bar(&self, items: &[usize]) -> Option<usize> {
        items.iter().rposition(|item| self.kind(*item) == TokenKind::Bar)
    }
}
