//! Columns and their properties around a cursor: after a dot, and inside of a text that is compared.

use super::context::Inside;
use super::frames::View;
use super::place::{Place, Side, Wants, closed, compares, infix_word};
use crate::span::Span;
use crate::syntax::LIST_OPS;
use crate::syntax::token::{Token, TokenKind};

impl<'t> Place<'t> {
    /// What follows a dot.
    pub fn path(&self, items: &[usize], frame: usize) -> Option<Wants<'t>> {
        let view = &self.view;
        let (dot, rest) = items.split_last()?;
        if view.kind(*dot) != TokenKind::Dot {
            return None;
        }
        let parts = path_of(view, rest);
        Some(match parts.as_slice() {
            ["$left"] => Wants::Side(Side::Left),
            ["$right"] => Wants::Side(Side::Right),
            ["hint"] => {
                let (items, piped) = self.segment(frame);
                let spot = self.spot(&items, piped);
                spot.map_or(Wants::Nothing, |spot| Wants::Hints(spot.shape.params))
            }
            [] => Wants::Nothing,
            // What a step of `scan` remembers are columns.
            [name] if self.step_names().contains(name) => Wants::Side(Side::Left),
            _ => Wants::Path(parts),
        })
    }

    /// Inside of a string; the tokens are those of the whole text.
    pub fn in_text(&mut self, token: Option<&Token>, cursor: usize, tokens: &[Token]) -> Wants<'t> {
        let Some(token) = token else { return Wants::Nothing };
        let text = self.view.text;
        let literal = token.span.text(text);
        let quote = literal.find(['"', '\'']).map_or(literal.len(), |at| at + 1);
        let start = token.span.start as usize + quote;
        if literal.starts_with('`') || literal.starts_with('~') || cursor < start {
            return Wants::Nothing;
        }
        let whole = closed(literal) && !opens_anew(text, token, tokens);
        let end = if whole { token.span.end as usize - 1 } else { cursor };
        self.span = Span::new(start, end.max(cursor));
        self.typed = text.get(start..cursor).unwrap_or("");
        let frame = self.last();
        let view = &self.view;
        if self.lists_files(frame) {
            return Wants::File;
        }
        let (items, _) = self.segment(frame);
        let arg = view.since(&items, TokenKind::Comma);
        match (self.inside[frame], arg.split_last()) {
            (Inside::Either, None) => self.listed(frame),
            (Inside::Index, None) => self.indexed(frame),
            (Inside::Args(name), None) => {
                let commas = items.iter().filter(|item| view.kind(**item) == TokenKind::Comma).count();
                Wants::Choice(name, commas)
            }
            (_, Some((last, rest))) if compares(view, *last) => {
                let path = path_of(view, rest);
                if path.is_empty() { Wants::Nothing } else { Wants::Text(path) }
            }
            _ => Wants::Nothing,
        }
    }

    /// `externaldata(a: string) ["`
    fn lists_files(&self, frame: usize) -> bool {
        let named = || self.segment(frame - 1).0.iter().any(|item| self.view.word(*item) == "externaldata");
        frame > 0 && matches!(self.inside[frame], Inside::Literals | Inside::Index) && named()
    }

    /// `x in ("`
    fn listed(&self, frame: usize) -> Wants<'t> {
        let (items, _) = self.segment(frame - 1);
        match items.split_last() {
            Some((last, rest)) if LIST_OPS.iter().any(|row| row.0 == self.view.word(*last)) => {
                let path = path_of(&self.view, rest);
                if path.is_empty() { Wants::Nothing } else { Wants::Text(path) }
            }
            _ => Wants::Nothing,
        }
    }

    /// `x["`
    fn indexed(&self, frame: usize) -> Wants<'t> {
        let (items, _) = self.segment(frame - 1);
        let path = path_of(&self.view, &items);
        if path.is_empty() { Wants::Nothing } else { Wants::Path(path) }
    }
}

/// Whether a string ends only with the quote that another begins with: then the last quote of the line is one too
/// many. `a == "| and b == "x"`
fn opens_anew(text: &str, token: &Token, tokens: &[Token]) -> bool {
    let end = token.span.end as usize;
    let line = text[end..].find('\n').map_or(text.len(), |at| end + at);
    let mut later = tokens.iter().filter(|one| (end..line).contains(&(one.span.start as usize)));
    later.any(|one| one.kind == TokenKind::String && !closed(one.span.text(text)))
}

/// The column and the properties that the last items are: `a.b['c']`, also inside of `tostring(...)`.
fn path_of<'t>(view: &View<'t>, items: &[usize]) -> Vec<&'t str> {
    let mut path = Vec::new();
    let mut at = items.len();
    while at > 0 {
        let item = items[at - 1];
        match view.kind(item) {
            TokenKind::Word if !infix_word(view.word(item)) => {
                path.push(view.word(item));
                if at >= 2 && view.kind(items[at - 2]) == TokenKind::Dot {
                    at -= 2;
                    continue;
                }
                break;
            }
            TokenKind::RightBracket => {
                let inner = view.between(item, item);
                let name = inner.trim_start_matches(['[', '"', '\'']).trim_end_matches([']', '"', '\'']);
                path.push(name);
                at -= 1;
            }
            TokenKind::RightParen => {
                let called =
                    at >= 2 && matches!(view.word(items[at - 2]), "tostring" | "tolower" | "toupper");
                return if called { inner_path(view, item) } else { Vec::new() };
            }
            _ => return Vec::new(),
        }
    }
    path.reverse();
    path
}

/// The path that stands between two brackets.
fn inner_path<'t>(view: &View<'t>, close: usize) -> Vec<&'t str> {
    let items: Vec<usize> = (view.first(close) + 1..close).collect();
    path_of(view, &items)
}
