//! Why an operator leaves none of the rows: the conditions that are false, the values that decided, and an
//! edit that lets them through. Each edit is tried before it is shown.

use super::chain::Step;
use super::compared::{Compared, compared, compares};
use super::edits::Edits;
use super::map::{Map, Place};
use super::spelling::{mended, visible};
use super::stages::prefix;
use super::why::Condition;
use super::{Ask, number, one_line};
use crate::compile::{quoted, reference};
use crate::diag::Fix;
use crate::span::Span;
use crate::syntax::ast::{BinaryOp, Expr, ExprKind, ListOp, Op, OpKind};
use crate::syntax::below::{Part, below_expr};
use crate::ticks;
use crate::types::Type;
use crate::value::{Grid, Value};

/// The operator that leaves no row.
pub(super) struct Lost<'l> {
    pub text: &'l str,
    pub map: &'l Map<'l>,
    pub value: &'l str,
    pub op: &'l Op,
    pub step: &'l Step,
    /// Where the table is named whose rows are followed.
    pub table: Span,
    /// What the rows before the operator are asked with.
    pub edits: &'l Edits,
}

/// Values of a key that are shown.
const KEYS_MAX: usize = 5;
/// Characters of a value that are shown.
const VALUE_MAX: usize = 200;

pub(super) fn reasons(lost: &Lost, ask: &mut Ask) -> Vec<Condition> {
    match &lost.op.kind {
        OpKind::Where(predicate) => match lost.step.operand {
            Some(_) => vec![super::keys::unmatched(lost, predicate, ask)],
            None => lost.conditions(predicate, ask),
        },
        OpKind::Join { on, .. } | OpKind::Lookup { on, .. } => super::keys::reasons(lost, on, ask),
        _ => {
            let text = one_line(lost.op.span.text(lost.text));
            let said = format!("{} gives no row for them", lost.op.name.text);
            vec![Condition { span: lost.op.span, text, values: Vec::new(), said, edit: None, then: None }]
        }
    }
}

/// Networks of indicators that hold this address.
pub(super) fn networks(ask: &mut Ask, table: &str, value: &str) -> Vec<String> {
    let kql = format!(
        "{}\n| extend Network = extract_all(@\"'([0-9A-Fa-f.:]+/[0-9]{{1,3}})'\", Pattern)\n\
         | mv-expand Network to typeof(string)\n| where kqlhunt_in_network({}, Network)\n\
         | distinct Network\n| take {KEYS_MAX}",
        reference(table),
        quoted(value),
    );
    // A table without patterns has no networks.
    let grid = ask(&kql).unwrap_or_default();
    grid.rows.iter().filter_map(|row| row.first()).map(Value::text).collect()
}

/// Where what stands before an operator ends.
pub(super) fn end_before(map: &Map, at: Place) -> u32 {
    let pipe = map.lines[at.line].pipe;
    let before = at.op.and_then(|op| op.checked_sub(1)).map(|op| pipe.ops[op].span.end);
    before.or(pipe.source.as_ref().map(|source| source.span.end)).unwrap_or(pipe.span.start)
}

impl Lost<'_> {
    /// The query that ends before the operator.
    pub fn before(&self) -> String {
        let op = self.step.at.op.and_then(|op| op.checked_sub(1));
        prefix(self.text, self.map, self.edits, Place { op, ..self.step.at })
    }

    /// What decided for those rows that the operator leaves out while it lets others pass.
    pub fn some(&self, ask: &mut Ask) -> Vec<Condition> {
        let before = self.before();
        match &self.op.kind {
            OpKind::Where(predicate) => {
                let text = predicate.span.text(self.text);
                let mut parts = Vec::new();
                split(predicate, BinaryOp::And, &mut parts);
                // A null condition is false, too.
                let base = format!("{before}\n| where iff({text}, false, true)");
                self.untried(&parts, &base, ask)
            }
            OpKind::Join { right, on, .. } | OpKind::Lookup { right, on, .. }
                if self.step.operand.is_none() =>
            {
                let operands = Span { start: right.span.start, end: self.op.span.end }.text(self.text);
                let base = format!("{before}\n| join kind=leftanti {operands}");
                super::keys::alone(self, on, &base, ask)
            }
            _ => Vec::new(),
        }
    }

    /// The conditions that let none of these rows pass, without edits.
    fn untried(&self, parts: &[&Expr], base: &str, ask: &mut Ask) -> Vec<Condition> {
        let passing = |part: &Expr| format!("{base}\n| where {}", part.span.text(self.text));
        let mut found: Vec<_> =
            parts.iter().filter(|part| number(ask, &passing(part)) == Ok(0)).copied().collect();
        if found.is_empty() {
            found.extend(parts.iter().filter(|part| {
                let failing = format!("{base}\n| where iff({}, false, true)", part.span.text(self.text));
                number(ask, &failing).is_ok_and(|rows| rows > 0)
            }));
        }
        found
            .into_iter()
            .map(|part| {
                let failing = format!("{base}\n| where iff({}, false, true)", part.span.text(self.text));
                Condition { edit: None, ..self.condition(part, &[], &failing, ask) }
            })
            .collect()
    }

    fn conditions(&self, predicate: &Expr, ask: &mut Ask) -> Vec<Condition> {
        let mut parts = Vec::new();
        split(predicate, BinaryOp::And, &mut parts);
        let base = self.before();
        let passing = |part: &Expr| format!("{base}\n| where {}", part.span.text(self.text));
        let mut found = Vec::new();
        for part in &parts {
            if number(ask, &passing(part)) == Ok(0) {
                found.push(self.condition(part, &parts, &base, ask));
            }
        }
        // Each passes some rows, all together pass none: the one that takes the last of them.
        let mut left = base;
        for part in parts.iter().take_while(|_| found.is_empty()) {
            let next = format!("{left}\n| where {}", part.span.text(self.text));
            if number(ask, &next) == Ok(0) {
                found.push(self.condition(part, &parts, &left, ask));
                break;
            }
            left = next;
        }
        found
    }

    fn condition(&self, part: &Expr, all: &[&Expr], base: &str, ask: &mut Ask) -> Condition {
        let text = |expr: &Expr| expr.span.text(self.text);
        let mut choices = Vec::new();
        split(part, BinaryOp::Or, &mut choices);
        let compared: Vec<_> =
            choices.iter().flat_map(|choice| compared(choice, self.text, base, ask)).collect();
        let row = ask(&format!("{base}\n| take 1")).unwrap_or_default();
        let mut values = self.values(part, &row);
        for one in compared.iter().rev() {
            values.retain(|(name, _)| *name != one.left);
            values.insert(0, (one.left.clone(), one.left_value.text()));
        }
        let mut said: Vec<_> = compared.iter().map(Compared::said).collect();
        // Of what else `or` would let through; a comparison says itself what its columns are.
        let mut uncompared = Vec::new();
        choices
            .iter()
            .filter(|choice| !compares(choice))
            .for_each(|choice| names_in(choice, &mut uncompared));
        let told = |(name, _): &&(String, String)| {
            compared.is_empty()
                || uncompared.contains(&name.as_str()) && compared.iter().all(|one| one.left != *name)
        };
        let others: Vec<_> = values.iter().filter(told).cloned().collect();
        if said.is_empty() || !others.is_empty() {
            said.push(said_of(&others));
        }
        let said = said.join("; ");
        for (_, value) in &mut values {
            *value = shorten(value);
        }
        let edit = if all.is_empty() { None } else { self.edit(part, all, compared.first(), ask) };
        Condition { span: part.span, text: one_line(text(part)), values, said, edit, then: None }
    }

    /// The columns that an expression reads, with their values in a row, and those from which they were made.
    pub fn values(&self, expr: &Expr, row: &Grid) -> Vec<(String, String)> {
        let mut values = Vec::new();
        let mut todo = vec![expr];
        let ops = &self.map.lines[self.step.at.line].pipe.ops;
        let before = &ops[..self.step.at.op.unwrap_or(0).min(ops.len())];
        while let Some(next) = todo.pop() {
            let mut names = Vec::new();
            names_in(next, &mut names);
            for name in names {
                let column = row.columns.iter().position(|column| column.name == name);
                let value = column.and_then(|at| row.rows.first().and_then(|cells| cells.get(at)));
                if values.iter().any(|(known, _)| known == name) || values.len() >= KEYS_MAX {
                    continue;
                }
                if let Some(value) = value {
                    values.push((name.to_owned(), value.text()));
                    todo.extend(made_by(before, name));
                }
            }
        }
        values
    }

    /// The first edit that lets rows through this operator.
    fn edit(&self, part: &Expr, all: &[&Expr], compared: Option<&Compared>, ask: &mut Ask) -> Option<Fix> {
        let mut tries = Vec::new();
        if let Some(compared) = compared {
            tries.extend(self.wider(part, compared));
            tries.extend(self.or_null(part, compared));
        }
        tries.extend(folded(part, self.text));
        tries.extend(self.mended(part, ask));
        tries.push(self.without(part, all));
        tries.into_iter().find(|fix| {
            let from = end_before(self.map, self.step.at);
            let rest = replaced(self.text, Span { start: from, end: self.op.span.end }, fix);
            number(ask, &format!("{}{rest}", self.before())).is_ok_and(|rows| rows > 0)
        })
    }

    /// The columns of texts that a condition asks for a value, brought to another spelling.
    fn mended(&self, part: &Expr, ask: &mut Ask) -> Vec<Fix> {
        let asks = match &part.kind {
            ExprKind::Binary { op: BinaryOp::Eq | BinaryOp::EqFold, .. } => true,
            ExprKind::Call { name, .. } => name.text.starts_with("ipv"),
            ExprKind::In { op, .. } => matches!(op, ListOp::In | ListOp::InFold),
            _ => false,
        };
        let mut names = Vec::new();
        if asks {
            names_in(part, &mut names);
        }
        let columns = ask(&format!("{}\n| take 0", self.before())).unwrap_or_default().columns;
        names.retain(|name| columns.iter().any(|one| one.name == **name && one.ty == Type::String));
        let end = end_before(self.map, self.step.at);
        let fix = |name: &str, value: String| Fix {
            span: Span { start: end, end },
            text: format!("\n| extend {} = {value}", reference(name)),
        };
        let first = names.first().into_iter();
        first.flat_map(|name| mended(name).map(|value| fix(name, value))).collect()
    }

    /// Lets rows through that have no value to compare.
    fn or_null(&self, part: &Expr, compared: &Compared) -> Option<Fix> {
        let ordered = compared.ordered && matches!(part.kind, ExprKind::Binary { .. });
        (ordered && compared.left_value.is_null()).then(|| Fix {
            span: part.span,
            text: format!("(isnull({}) or {})", compared.left, part.span.text(self.text)),
        })
    }

    /// A look-back that holds the row.
    fn wider(&self, part: &Expr, compared: &Compared) -> Option<Fix> {
        let ExprKind::Binary { op: BinaryOp::Gt | BinaryOp::Ge, right, .. } = &part.kind else { return None };
        let ExprKind::Call { name, args } = &right.kind else { return None };
        let argument = args.first().filter(|_| name.text == "ago")?;
        let span = look_back(compared.age?);
        Some(Fix { span: argument.expr.span, text: span })
    }

    /// Leaves the condition out, and with the last one the operator.
    fn without(&self, part: &Expr, all: &[&Expr]) -> Fix {
        let at = all.iter().position(|one| one.span == part.span).unwrap_or(0);
        let start_of_op = end_before(self.map, self.step.at);
        let span = match (at, all) {
            (_, [_]) => Span { start: start_of_op, end: self.op.span.end },
            (0, [_, next, ..]) => Span { start: part.span.start, end: next.span.start },
            (_, _) => Span { start: all[at - 1].span.end, end: part.span.end },
        };
        Fix { span, text: String::new() }
    }
}

/// Equality that does not look at the case.
fn folded(part: &Expr, text: &str) -> Option<Fix> {
    match &part.kind {
        ExprKind::Binary { op: BinaryOp::Eq, op_span, right, .. } => {
            let quoted = right.span.text(text).starts_with(['"', '\'', '@', 'h']);
            quoted.then(|| Fix { span: *op_span, text: "=~".into() })
        }
        ExprKind::In { op: ListOp::In, op_span, .. } => Some(Fix { span: *op_span, text: "in~".into() }),
        _ => None,
    }
}

/// The operands of `and` or of `or`, however many.
fn split<'e>(expr: &'e Expr, by: BinaryOp, found: &mut Vec<&'e Expr>) {
    match &expr.kind {
        ExprKind::Binary { op, left, right, .. } if *op == by => {
            split(left, by, found);
            split(right, by, found);
        }
        _ => found.push(expr),
    }
}

fn names_in<'e>(expr: &'e Expr, found: &mut Vec<&'e str>) {
    if let ExprKind::Name(name) = &expr.kind {
        found.push(&name.text);
    }
    for part in below_expr(expr) {
        if let Part::Expr(inner) = part {
            names_in(inner, found);
        }
    }
}

/// The expression that gave a column its value.
fn made_by<'o>(before: &'o [Op], column: &str) -> Option<&'o Expr> {
    before.iter().rev().find_map(|op| match &op.kind {
        OpKind::Extend(items) | OpKind::Project(items) => items
            .iter()
            .find(|item| matches!(item.names.as_slice(), [name] if name.text == column))
            .map(|item| &item.expr),
        _ => None,
    })
}

pub(super) fn said_of(values: &[(String, String)]) -> String {
    let parts: Vec<_> =
        values.iter().map(|(name, value)| format!("{name} is {}", shorten(&visible(value)))).collect();
    match parts.is_empty() {
        true => "it is false for them".into(),
        false => parts.join("; "),
    }
}

pub(super) fn shorten(text: &str) -> String {
    match text.char_indices().nth(VALUE_MAX) {
        Some((end, _)) => format!("{}...", &text[..end]),
        None => text.to_owned(),
    }
}

/// A part of the text with one change in it, if the change is there.
fn replaced(text: &str, part: Span, fix: &Fix) -> String {
    let before = Span { start: part.start, end: fix.span.start }.text(text);
    let after = Span { start: fix.span.end, end: part.end }.text(text);
    format!("{before}{}{after}", fix.text)
}

/// The shortest look-back in whole units that holds a time of this age.
fn look_back(age: i64) -> String {
    let whole = |unit: i64| age.div_euclid(unit) + 1;
    match age {
        _ if age >= 2 * ticks::DAY => format!("{}d", whole(ticks::DAY)),
        _ if age >= ticks::HOUR => format!("{}h", whole(ticks::HOUR)),
        _ => format!("{}m", whole(ticks::MINUTE)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn look_backs_are_whole_units() {
        assert_eq!(look_back(3 * ticks::HOUR), "4h");
        assert_eq!(look_back(50 * ticks::DAY + 1), "51d");
    }
}
