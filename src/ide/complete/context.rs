//! What the brackets around a cursor hold, and which part of which operator the cursor is in.

use super::frames::View;
use super::place::{Place, infix_word};
use crate::catalog;
use crate::catalog::clauses::{self, Clause, Parameter, Shape, Takes};
use crate::syntax::token::TokenKind;
use crate::syntax::{LIST_OPS, OPERATORS, Start};

/// What a bracket holds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Inside<'t> {
    Statements,
    /// A pipeline.
    Source,
    /// Operators that go on with the rows of the pipeline around them.
    Sub,
    /// The steps of `scan`.
    Steps,
    /// An expression or a pipeline.
    Either,
    Expression,
    Args(&'t str),
    Declarations,
    Properties(&'static [&'static str]),
    Type,
    Literals,
    Index,
}

/// An operator with the part of it that the cursor is in.
pub struct Spot {
    pub shape: &'static Shape,
    pub clause: &'static Clause,
    /// The index of the clause.
    pub number: usize,
    /// The items since the clause's word or the last comma.
    pub rest: Vec<usize>,
    /// A parameter whose value is missing.
    pub param: Option<&'static Parameter>,
    /// Parameters may stand here still.
    pub open: bool,
    /// The item before which the first operand begins, by its index in the segment.
    pub operands: usize,
}

impl<'t> Place<'t> {
    /// What each frame holds, from the text inwards.
    pub fn insides(&mut self) -> Vec<Inside<'t>> {
        self.inside = vec![Inside::Statements];
        for frame in 1..self.view.frames.len() {
            let inside = self.inside_of(frame);
            self.inside.push(inside);
        }
        std::mem::take(&mut self.inside)
    }

    fn inside_of(&self, frame: usize) -> Inside<'t> {
        let view = &self.view;
        let Some(open) = view.frames[frame].open else { return Inside::Statements };
        let (items, piped) = self.segment(frame - 1);
        let before = items.last().copied();
        let word = before.map_or("", |item| view.word(item));
        match view.kind(open) {
            TokenKind::LeftBrace => return Inside::Statements,
            TokenKind::LeftBracket => {
                let operand = before.is_some_and(|item| {
                    (view.kind(item) == TokenKind::Word || view.kind(item).closes())
                        && view.touches(item, open)
                });
                return if operand { Inside::Index } else { Inside::Literals };
            }
            _ => {}
        }
        match word {
            "typeof" => return Inside::Type,
            _ if clauses::special(word).is_some_and(|row| row.takes_table) => return Inside::Source,
            _ if LIST_OPS.iter().any(|row| row.0 == word) => return self.list_of(&items, piped),
            "between" | "!between" => return Inside::Expression,
            _ => {}
        }
        if before.is_some_and(|item| view.kind(item) == TokenKind::Colon) {
            return Inside::Declarations;
        }
        if let Some(spot) = self.spot(&items, piped) {
            return self.inside_operator(&spot, open);
        }
        match before {
            None => match self.inside[frame - 1] {
                Inside::Args(_) => Inside::Either,
                Inside::Statements if self.gives_a_name(frame - 1) => Inside::Either,
                Inside::Statements | Inside::Sub => Inside::Source,
                around => around,
            },
            Some(item) if view.kind(item) == TokenKind::Assign => Inside::Either,
            Some(item) if !infix_word(word) && view.touches(item, open) && !word.is_empty() => {
                Inside::Args(word)
            }
            Some(_) => Inside::Expression,
        }
    }

    /// Whether the statement is a `let` whose value has begun.
    pub fn gives_a_name(&self, frame: usize) -> bool {
        let items = self.view.statement(frame);
        let word = items.first().map_or("", |item| self.view.word(*item));
        word == "let" && items.iter().any(|item| self.view.kind(*item) == TokenKind::Assign)
    }

    /// `in (` of a condition holds values or a table; of `search` and `find` tables only.
    fn list_of(&self, items: &[usize], piped: bool) -> Inside<'t> {
        match self.spot(items, piped) {
            Some(spot) if spot.clause.word == "in" && spot.rest.is_empty() => Inside::Source,
            _ => Inside::Either,
        }
    }

    fn inside_operator(&self, spot: &Spot, open: usize) -> Inside<'t> {
        let view = &self.view;
        let before = spot.rest.last().copied();
        let called = before
            .map(|item| (item, view.word(item)))
            .filter(|(item, word)| !word.is_empty() && !infix_word(word) && view.touches(*item, open));
        match spot.clause.takes {
            Takes::Subquery => return Inside::Sub,
            Takes::Steps => return Inside::Steps,
            Takes::Tables if called.is_none() => return Inside::Source,
            Takes::Columns if spot.shape.name == "partition" && before.is_some() => return Inside::Sub,
            Takes::Declarations if before.is_none() => return Inside::Declarations,
            Takes::Properties(names) => return Inside::Properties(names),
            _ => {}
        }
        called.map_or(Inside::Expression, |(_, word)| Inside::Args(word))
    }

    /// The items of the operator or expression that the cursor, or an inner bracket, is in; whether operators
    /// are expected, as after a bar.
    pub fn segment(&self, frame: usize) -> (Vec<usize>, bool) {
        let view = &self.view;
        let items = view.statement(frame);
        if let Some(bar) = view.last_bar(items) {
            return (items[bar + 1..].to_vec(), true);
        }
        let inside = self.inside.get(frame).copied().unwrap_or(Inside::Statements);
        let items = match inside {
            Inside::Statements => after_let(view, items),
            _ => items,
        };
        (items.to_vec(), inside == Inside::Sub)
    }

    /// The operator of a segment and what of it the cursor is in.
    pub fn spot(&self, items: &[usize], piped: bool) -> Option<Spot> {
        let view = &self.view;
        let word = view.word(*items.first()?);
        if !piped && !OPERATORS.iter().any(|row| row.name == word && row.start == Start::Source) {
            return None;
        }
        let shape = clauses::shape_of(word)?;
        let (mut at, param) = self.params(shape, items);
        let operands = at;
        if let Some(param) = param {
            let clause = &shape.clauses[0];
            let open = false;
            return Some(Spot {
                shape,
                clause,
                number: 0,
                rest: Vec::new(),
                param: Some(param),
                open,
                operands,
            });
        }
        let (mut number, mut start) = (0, at);
        while at < items.len() {
            let word = view.word(items[at]);
            let path = at > 0 && view.kind(items[at - 1]) == TokenKind::Dot;
            let found =
                shape.clauses.iter().position(|clause| !path && !word.is_empty() && clause.word == word);
            let clause = &shape.clauses[number];
            if let Some(next) = found {
                (number, start) = (next, at + 1);
            } else if view.kind(items[at]) == TokenKind::Comma {
                number = if clause.takes.is_list() { number } else { 0 };
                // `top-nested 3 of a by count(), top-nested 2 of b by count()`
                let again =
                    number == 0 && items.get(at + 1).is_some_and(|next| view.word(*next) == shape.name);
                at += usize::from(again);
                start = at + 1;
            } else if shape.name == "search" && clause.word == "in" && view.kind(items[at]).closes() {
                (number, start) = (0, at + 1);
            }
            at += 1;
        }
        Some(Spot {
            shape,
            clause: &shape.clauses[number],
            number,
            rest: items[start..].to_vec(),
            param: None,
            open: number == 0 && start == operands,
            operands,
        })
    }

    /// Passes over an operator's parameters: the index after them, and the one that lacks its value.
    fn params(&self, shape: &'static Shape, items: &[usize]) -> (usize, Option<&'static Parameter>) {
        let view = &self.view;
        let mut at = 1;
        while at < items.len() {
            let dotted = view.word(items[at]) == "hint"
                && items.get(at + 1).is_some_and(|item| view.kind(*item) == TokenKind::Dot);
            let last = if dotted { at + 2 } else { at };
            if items.get(last + 1).is_none_or(|item| view.kind(*item) != TokenKind::Assign) {
                break;
            }
            let name = view.between(items[at], items[last]);
            let Some(param) = shape.params.iter().find(|param| param.name == name) else { break };
            if last + 2 >= items.len() {
                return (last + 2, Some(param));
            }
            at = last + 3;
        }
        (at, None)
    }

    /// What an operand takes inside of calls: aggregates, where the operator takes them and none of the calls
    /// is one.
    pub fn around(&self) -> Takes {
        for frame in (1..=self.last()).rev() {
            match self.inside[frame] {
                Inside::Args(name) if catalog::aggregate(name).is_some() => return Takes::Exprs,
                Inside::Args(_) | Inside::Expression => {}
                _ => return Takes::Exprs,
            }
            let (items, piped) = self.segment(frame - 1);
            if let Some(spot) = self.spot(&items, piped) {
                return if spot.clause.takes.aggregates() { Takes::Aggregates } else { Takes::Exprs };
            }
        }
        Takes::Exprs
    }
}

/// The items of a `let` statement after its `=`; other statements as they are.
pub fn after_let<'i>(view: &View<'_>, items: &'i [usize]) -> &'i [usize] {
    if items.first().is_none_or(|item| view.word(*item) != "let") {
        return items;
    }
    let assign = items.iter().position(|item| view.kind(*item) == TokenKind::Assign);
    assign.map_or(items, |at| &items[at + 1..])
}
