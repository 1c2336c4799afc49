//! The rows of several inputs under one another: by position, or by name where most inputs lack most columns.

use super::block::{BREAK, Block, name, nested};
use super::node::Writer;
use crate::plan::{ColId, Expr, ExprKind, Rel};
use crate::types::Type;
use crate::value::Value;

/// So many values that inputs lack are written out. Of 196 tables with 2,400 different columns among them they are
/// 460,000, and DuckDB plans such a union for minutes (docs/PERFORMANCE.md).
const ABSENT_MAX: usize = 1000;

impl Writer<'_> {
    pub(super) fn union(&mut self, inputs: &[Rel], items: &[(ColId, Type)], maps: &[Vec<Expr>]) -> Block {
        let by_name = maps.iter().flatten().filter(|value| absent(value)).count() > ABSENT_MAX;
        // A column that no input has is the first one's.
        let nowhere: Vec<bool> = (0..items.len()).map(|at| maps.iter().all(|map| absent(&map[at]))).collect();
        let mut parts = Vec::with_capacity(inputs.len());
        for (input, map) in inputs.iter().zip(maps) {
            let mut block = self.rel(input);
            if !block.takes_items() {
                block = self.closed(block);
            }
            let has = |at: usize| !by_name || !absent(&map[at]) || parts.is_empty() && nowhere[at];
            let mut own: Vec<usize> = (0..items.len()).filter(|at| has(*at)).collect();
            if own.is_empty() && !items.is_empty() {
                own.push(0);
            }
            block.items = own.iter().map(|at| (items[*at].0, self.expr(&map[*at], &block))).collect();
            parts.push(nested(&block.sql()));
        }
        let lacked = |at: usize| by_name && maps.iter().any(|map| absent(&map[at]));
        let item = |(at, (id, ty)): (usize, &(ColId, Type))| match ty {
            Type::String if lacked(at) => (*id, format!("coalesce({}, '')", name(*id))),
            _ => (*id, name(*id)),
        };
        let items = items.iter().enumerate().map(item).collect();
        let all = if by_name { balanced(&parts) } else { parts.join(&format!("{BREAK}UNION ALL{BREAK}")) };
        Block { items, from: format!("{} AS {}", nested(&all), self.alias()), ..Block::default() }
    }
}

/// What an input gives for a column that it lacks.
fn absent(value: &Expr) -> bool {
    match &value.kind {
        ExprKind::Lit(Value::String(text)) => text.is_empty(),
        ExprKind::Lit(value) => value.is_null(),
        _ => false,
    }
}

/// Unions of unions, so that a column passes few of them on its way up.
fn balanced(parts: &[String]) -> String {
    if let [one] = parts {
        return one.clone();
    }
    let (left, right) = parts.split_at(parts.len() / 2);
    let half = |half: &[String]| if half.len() > 1 { nested(&balanced(half)) } else { half.concat() };
    [half(left), half(right)].join(&format!("{BREAK}UNION ALL BY NAME{BREAK}"))
}
