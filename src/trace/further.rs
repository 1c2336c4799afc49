//! What is beyond the first loss: rows that reach the result without their name, rows that others push out of it, and
//! where rows come to that an edit lets through.

use super::among::Walk;
use super::chain::{Chain, Step, chains};
use super::edits::Edits;
use super::map::Map;
use super::reason::{Lost, said_of};
use super::spelling;
use super::stages::prefix;
use super::why::{Condition, End, Follower};
use super::{number, one_line};
use crate::compile::{quoted, reference};
use crate::diag::Fix;
use crate::span::Span;
use crate::syntax::ast::{Expr, ExprKind, Op, OpKind};
use crate::syntax::parse;

impl Follower<'_, '_> {
    /// Other spellings of the value that rows of a table name.
    pub(super) fn spelled(&mut self, table: &str) -> Vec<(String, u64)> {
        let mut found = Vec::new();
        for other in spelling::others(self.value, self.ask) {
            let named = format!("{}\n| where * has {}", reference(table), quoted(&other));
            if let Ok(rows @ 1..) = number(self.ask, &named) {
                found.push((other, rows));
            }
        }
        found
    }

    /// Why rows that reach the result are not seen in it; `None` when that cannot be told.
    pub(super) fn hidden(&mut self, chain: &Chain, ways: usize) -> Option<End> {
        let mut walk = Walk::new(self, chain, u64::MAX, ways);
        for step in &chain.steps {
            let op = self.map.op(step.at)?;
            let Some(passed) = self.pass(&mut walk, op, step).ok()? else { break };
            let here = prefix(self.text, self.map, &walk.edits, step.at);
            let named = format!("{here}\n{}", self.names_it());
            if number(self.ask, &named).ok()? == 0 {
                return Some(End::Unnamed(self.unnamed(op, (step, chain.table), &passed.before)));
            }
        }
        for step in &chain.steps {
            let op = self.map.op(step.at)?;
            let all = prefix(self.text, self.map, &Edits::default(), step.at);
            let named = format!("{all}\n{}", self.names_it());
            if number(self.ask, &named).ok()? == 0 {
                let said = "of all rows that come out none names it".to_owned();
                return Some(End::Outnumbered(condition(self.text, op, Vec::new(), said, None)));
            }
        }
        None
    }

    fn unnamed(&mut self, op: &Op, (step, table): (&Step, Span), edits: &Edits) -> Condition {
        let lost = Lost { text: self.text, map: self.map, value: self.value, op, step, table, edits };
        let row = (self.ask)(&format!("{}\n| take 1", lost.before())).unwrap_or_default();
        let mut values: Vec<(String, String)> = Vec::new();
        for expr in kept(op) {
            values.extend(lost.values(expr, &row));
        }
        let mut seen = std::collections::BTreeSet::new();
        values.retain(|(name, _)| seen.insert(name.clone()));
        let said = match values.is_empty() {
            true => "none of its columns has it".to_owned(),
            false => said_of(&values),
        };
        let edit = self.all_of_them(step, &values);
        condition(self.text, op, values, said, edit)
    }

    /// `extract()` takes the first match only; all of them may bring the value into the result.
    fn all_of_them(&mut self, step: &Step, values: &[(String, String)]) -> Option<Fix> {
        let ops = &self.map.lines[step.at.line].pipe.ops;
        let before = &ops[..step.at.op.unwrap_or(0).min(ops.len())];
        let (op, name, args) = before.iter().rev().find_map(|op| {
            let OpKind::Extend(items) = &op.kind else { return None };
            items.iter().find_map(|item| match (item.names.as_slice(), &item.expr.kind) {
                ([name], ExprKind::Call { name: called, args }) if called.text == "extract" => {
                    values.iter().any(|(known, _)| *known == name.text).then_some((op, name, args))
                }
                _ => None,
            })
        })?;
        let [regex, _, source, ..] = args.as_slice() else { return None };
        let part = |expr: &Expr| expr.span.text(self.text);
        let all = format!("extract_all({}, {})", part(&regex.expr), part(&source.expr));
        let text = format!("\n| mv-expand {} = {all} to typeof(string)", reference(&name.text));
        let fix = Fix { span: Span { start: op.span.end, end: op.span.end }, text };
        (self.edited(&fix, |follower| follower.shown()) > Some(0)).then_some(fix)
    }

    /// Follows the value through the text as an edit makes it.
    fn edited<T>(&mut self, fix: &Fix, follow: impl FnOnce(&mut Follower<'_, '_>) -> T) -> T {
        let changed = changed(self.text, fix);
        let (script, _) = parse(&changed);
        let map = Map::of(&script);
        follow(&mut Follower {
            text: &changed,
            map: &map,
            value: self.value,
            schema: self.schema,
            in_result: None,
            ask: &mut *self.ask,
            beyond: None,
        })
    }

    /// Says of each edit where the rows come to with it, if it is not the result.
    pub(super) fn further(&mut self, chain: &Chain, conditions: &mut [Condition]) {
        for condition in conditions {
            if let Some(fix) = &condition.edit {
                condition.then = self.lost_with(chain, fix);
            }
        }
    }

    fn lost_with(&mut self, chain: &Chain, fix: &Fix) -> Option<(Span, String)> {
        // The same way in the changed text, by its place among all: an edit adds no table.
        let at = ways(self.map).iter().position(|one| one == chain)?;
        let (op, text) = self.edited(fix, |follower| {
            let other = ways(follower.map).into_iter().nth(at)?;
            let same = |one: &&Chain| one.table == other.table;
            let all = ways(follower.map).iter().filter(same).count();
            follower.first_lost(&other, all)
        })?;
        // Its place in the text as it is.
        let grown = fix.text.len() as i64 - i64::from(fix.span.end - fix.span.start);
        let moved = |at: u32| match at >= fix.span.start {
            true => u32::try_from(i64::from(at) - grown).unwrap_or(at),
            false => at,
        };
        Some((Span { start: moved(op.start), end: moved(op.end) }, text))
    }

    /// The first operator that leaves none of the rows.
    fn first_lost(&mut self, chain: &Chain, ways: usize) -> Option<(Span, String)> {
        let mut walk = Walk::new(self, chain, u64::MAX, ways);
        for step in &chain.steps {
            let op = self.map.op(step.at)?;
            self.pass(&mut walk, op, step).ok()??;
            if walk.rows == 0 {
                return Some((op.span, one_line(op.span.text(self.text))));
            }
        }
        None
    }
}

/// All ways of all tables, in the order of the text.
fn ways(map: &Map) -> Vec<Chain> {
    let stored = map.uses.iter().filter(|one| map.gives(one).is_none());
    stored.flat_map(|one| chains(map, one)).collect()
}

/// What an operator keeps of its rows, where it says so.
fn kept(op: &Op) -> Vec<&Expr> {
    match &op.kind {
        OpKind::Summarize { by: items, .. } | OpKind::Project(items) | OpKind::Distinct(items) => {
            items.iter().map(|item| &item.expr).collect()
        }
        _ => Vec::new(),
    }
}

fn condition(
    text: &str,
    op: &Op,
    values: Vec<(String, String)>,
    said: String,
    edit: Option<Fix>,
) -> Condition {
    Condition { span: op.span, text: one_line(op.span.text(text)), values, said, edit, then: None }
}

fn changed(text: &str, fix: &Fix) -> String {
    let (start, end) = (fix.span.start as usize, fix.span.end as usize);
    format!("{}{}{}", &text[..start], fix.text, &text[end..])
}
