//! The steps of `scan`: `step NAME output=last: condition => column = value;`.

use super::context::Inside;
use super::place::{Operand, Place, Wants};
use crate::catalog::clauses::{Takes, Values};
use crate::syntax::token::TokenKind;

/// Which rows of a step are given: its parameter `output`.
const OUTPUT: Values = Values::Words(&["all", "last", "none"]);

impl<'t> Place<'t> {
    /// What may stand at the cursor among steps.
    pub fn step(&self, items: &[usize]) -> Wants<'t> {
        let view = &self.view;
        let kind = |item: &usize| view.kind(*item);
        let Some(colon) = items.iter().position(|item| kind(item) == TokenKind::Colon) else {
            return match items {
                [] => Wants::Words(vec!["step"]),
                [_] => Wants::Nothing,
                [.., assign] if kind(assign) == TokenKind::Assign => Wants::Value(OUTPUT),
                [_, _] => Wants::Words(vec!["output"]),
                _ => Wants::Nothing,
            };
        };
        let rest = &items[colon + 1..];
        let arrow = rest.iter().position(|item| kind(item) == TokenKind::Arrow);
        let (part, after): (&[usize], &[&'static str]) = match arrow {
            Some(arrow) => (view.since(&rest[arrow + 1..], TokenKind::Comma), &[]),
            None => (rest, &["=>"]),
        };
        let operand =
            Operand { takes: Takes::Exprs, tables: false, words: Vec::new(), params: &[], call: None };
        self.expression(part, operand, after)
    }

    /// The names of the steps that are written so far, of the `scan` that the cursor is in.
    pub fn step_names(&self) -> Vec<&'t str> {
        let view = &self.view;
        let Some(frame) = self.inside.iter().rposition(|inside| *inside == Inside::Steps) else {
            return Vec::new();
        };
        let pairs = view.frames[frame].items.windows(2);
        pairs.filter(|pair| view.word(pair[0]) == "step").map(|pair| view.word(pair[1])).collect()
    }
}
