//! The way of a table's rows through a text: from its name through pipelines, names and joins to the result.

use super::map::{Map, Place, Role, Use};
use crate::span::Span;
use crate::syntax::ast::{LetValue, OpKind, StatementKind};

/// More ways than this are not followed.
const CHAINS_MAX: usize = 16;

/// One way of the rows of one table.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Chain {
    /// Where the table is named.
    pub table: Span,
    pub steps: Vec<Step>,
    pub end: Goal,
}

/// An operator that the rows pass.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Step {
    pub at: Place,
    /// The part of the operator that brings the rows; without it they come from before the operator.
    pub operand: Option<Span>,
}

/// Where a way ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Goal {
    /// In the result.
    Result,
    /// They become a single value.
    Value,
    /// They leave out other rows.
    Excludes,
    /// The name that holds them is not used.
    Unused,
}

/// All ways from a name of a table.
pub(super) fn chains(map: &Map, from: &Use) -> Vec<Chain> {
    let mut walk = Walk { map, table: from.name.span, found: Vec::new() };
    walk.on(from, Vec::new());
    walk.found
}

struct Walk<'m, 't> {
    map: &'m Map<'t>,
    table: Span,
    found: Vec<Chain>,
}

impl Walk<'_, '_> {
    fn end(&mut self, steps: Vec<Step>, end: Goal) {
        if self.found.len() < CHAINS_MAX {
            self.found.push(Chain { table: self.table, steps, end });
        }
    }

    /// From a name that holds the rows. `let`s only look back, so that this ends.
    fn on(&mut self, from: &Use, mut steps: Vec<Step>) {
        let Some(mut place) = from.place else {
            return self.named(from.statement, steps, from.role);
        };
        let mut operand = from.name.span;
        loop {
            let line = self.map.lines[place.line];
            if let Some(op) = self.map.op(place) {
                steps.push(Step { at: place, operand: super::map::operand(op, operand) });
            }
            match from.role {
                Role::Rows => {}
                Role::Value => return self.end(steps, Goal::Value),
                Role::Excludes => return self.end(steps, Goal::Excludes),
            }
            let next = place.op.map_or(0, |at| at + 1);
            for position in next..line.pipe.ops.len() {
                if matches!(line.pipe.ops[position].kind, OpKind::Render { .. } | OpKind::Consume) {
                    continue;
                }
                steps.push(Step { at: Place { op: Some(position), ..place }, operand: None });
            }
            match line.outer {
                Some(outer) => {
                    operand = line.pipe.span;
                    place = outer;
                }
                None => return self.named(line.statement, steps, from.role),
            }
        }
    }

    /// From a whole statement: to the uses of its name.
    fn named(&mut self, statement: usize, steps: Vec<Step>, role: Role) {
        let StatementKind::Let(given) = &self.map.script.statements[statement].kind else {
            return self.end(steps, Goal::Result);
        };
        if role == Role::Value || matches!(given.value, LetValue::Function(_)) {
            return self.end(steps, Goal::Value);
        }
        let uses = self
            .map
            .uses
            .iter()
            .filter(|one| one.name.text == given.name.text && self.map.gives(one) == Some(statement));
        let uses: Vec<_> = uses.copied().collect();
        if uses.is_empty() {
            return self.end(steps, Goal::Unused);
        }
        for one in uses {
            if self.found.len() < CHAINS_MAX {
                self.on(&one, steps.clone());
            }
        }
    }
}
