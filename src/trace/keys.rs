//! Why a join has no partner for the rows: the keys on their side, and what the other side has instead.

use super::map::Place;
use super::reason::{Lost, end_before, shorten};
use super::spelling::{mended, others, visible};
use super::stages::prefix;
use super::why::{Condition, kind};
use super::{Ask, number, one_line};
use crate::compile::{quoted, reference};
use crate::diag::Fix;
use crate::span::Span;
use crate::syntax::ast::{BinaryOp, Expr, ExprKind, OpKind};
use crate::syntax::below::{Part, below_expr};

/// Values of a key that are shown.
const KEYS_MAX: usize = 5;

/// An equal pair of columns.
struct Pair<'e> {
    span: Span,
    left: &'e str,
    right: &'e str,
}

pub(super) fn reasons(lost: &Lost, on: &[Expr], ask: &mut Ask) -> Vec<Condition> {
    let (OpKind::Join { right, params, .. } | OpKind::Lookup { right, params, .. }) = &lost.op.kind else {
        return Vec::new();
    };
    let left_rows = lost.before();
    let right_rows = beside(lost, right.span);
    let from_right = lost.step.operand.is_some();
    let leaves_out = kind(params).filter(|kind| kind.contains("anti"));
    let spellings = others(lost.value, ask);
    let mut condition = |pair: Pair| {
        let (ours, other) = match from_right {
            true => ((&right_rows, pair.right), (&left_rows, pair.left)),
            false => ((&left_rows, pair.left), (&right_rows, pair.right)),
        };
        let keys = values(ask, ours.0, ours.1, "");
        let near = values(ask, other.0, other.1, &named(lost.value, &spellings));
        let said = match (leaves_out, near.is_empty()) {
            (Some(kind), _) => {
                format!(
                    "{} is {}; the other side has it, and {kind} leaves out what it has",
                    ours.1,
                    listed(&keys)
                )
            }
            (None, true) => {
                format!("{} is {}; on the other side no {} names it", ours.1, listed(&keys), other.1)
            }
            (None, false) => format!("{} is {}, but {} is {}", ours.1, listed(&keys), other.1, listed(&near)),
        };
        let mends = !near.is_empty() && leaves_out.is_none();
        let edit = mends.then(|| respelled(lost, &pair, right.span, ask)).flatten();
        let column = |side: &str, name: &str| format!("{side}.{name}");
        let (here, there) = if from_right { ("$right", "$left") } else { ("$left", "$right") };
        let mut shown = vec![(column(here, ours.1), listed(&keys))];
        if !near.is_empty() {
            shown.push((column(there, other.1), listed(&near)));
        }
        let text = one_line(pair.span.text(lost.text));
        Condition { span: pair.span, text, values: shown, said, edit, then: None }
    };
    on.iter().filter_map(pair).map(&mut condition).collect()
}

/// What a list of a condition gives, where no row has one of its values.
pub(super) fn unmatched(lost: &Lost, predicate: &Expr, ask: &mut Ask) -> Condition {
    let whole = Condition {
        span: predicate.span,
        text: one_line(predicate.span.text(lost.text)),
        values: Vec::new(),
        said: "no row that comes in fits what they give".to_owned(),
        edit: None,
        then: None,
    };
    let Some((compared, given)) = list_of(predicate, lost.table) else { return whole };
    let grid = ask(&format!("{}\n| take {KEYS_MAX}", beside(lost, given.span))).unwrap_or_default();
    let Some(column) = grid.columns.first() else { return whole };
    let mut values: Vec<_> =
        grid.rows.iter().filter_map(|row| row.first()).map(|value| value.text()).collect();
    values.sort();
    values.dedup();
    let values = listed(&values);
    let compared = one_line(compared.span.text(lost.text));
    let said = format!("{} is {values}, and {compared} is that in no row that comes in", column.name);
    Condition { values: vec![(column.name.clone(), values)], said, ..whole }
}

/// The list with a table in it, and what is looked for in the list.
fn list_of(expr: &Expr, table: Span) -> Option<(&Expr, &Expr)> {
    let holds = |expr: &Expr| expr.span.start <= table.start && table.end <= expr.span.end;
    if let ExprKind::In { expr: compared, list, .. } = &expr.kind
        && let Some(given) = list.iter().find(|one| holds(one))
    {
        return Some((compared, given));
    }
    below_expr(expr).into_iter().find_map(|part| match part {
        Part::Expr(inner) => list_of(inner, table),
        Part::Pipe(_) => None,
    })
}

/// The condition on `Key` that it names a value in any of its spellings.
fn named(value: &str, spellings: &[String]) -> String {
    let any = std::iter::once(value).chain(spellings.iter().map(String::as_str));
    let has: Vec<_> = any.map(|one| format!("Key has {}", quoted(one))).collect();
    let address = format!("kqlhunt_address({})", quoted(value));
    let same = format!("isnotempty({address}) and kqlhunt_address(Key) == {address}");
    format!("\n| where {} or {same}", has.join(" or "))
}

/// The keys of rows that have no partner while others have one.
pub(super) fn alone(lost: &Lost, on: &[Expr], rows: &str, ask: &mut Ask) -> Vec<Condition> {
    let condition = |pair: Pair| {
        let keys = listed(&values(ask, rows, pair.left, ""));
        Condition {
            span: pair.span,
            text: one_line(pair.span.text(lost.text)),
            said: format!("{} is {keys}", pair.left),
            values: vec![(format!("$left.{}", pair.left), keys)],
            edit: None,
            then: None,
        }
    };
    on.iter().filter_map(pair).map(condition).collect()
}

fn pair(on: &Expr) -> Option<Pair<'_>> {
    match &on.kind {
        ExprKind::Name(name) => Some(Pair { span: on.span, left: &name.text, right: &name.text }),
        ExprKind::Binary { op: BinaryOp::Eq, left: first, right: second, .. } => {
            let ((first_left, first), (_, second)) = (sided(first)?, sided(second)?);
            let (left, right) = if first_left { (first, second) } else { (second, first) };
            Some(Pair { span: on.span, left, right })
        }
        _ => None,
    }
}

/// `$left.Name`: whether it is the left side, and the column.
fn sided(expr: &Expr) -> Option<(bool, &str)> {
    let ExprKind::Path(base, column) = &expr.kind else { return None };
    let ExprKind::Name(side) = &base.kind else { return None };
    Some((side.text == "$left", &column.text))
}

/// The query of an operand alone.
fn beside(lost: &Lost, operand: Span) -> String {
    let start = Place { line: lost.step.at.line, op: None };
    let pipe = lost.map.lines[start.line].pipe.span;
    let whole = prefix(lost.text, lost.map, lost.edits, start);
    let source = lost.edits.cut(
        lost.text,
        Span { start: pipe.start, end: end_before(lost.map, Place { op: Some(0), ..start }) },
    );
    let lets = whole.strip_suffix(source.as_str()).unwrap_or("");
    format!("{lets}{}", lost.edits.cut(lost.text, operand))
}

fn values(ask: &mut Ask, rows: &str, column: &str, filter: &str) -> Vec<String> {
    let column = reference(column);
    let kql =
        format!("{rows}\n| project Key = tostring({column}){filter}\n| distinct Key\n| take {KEYS_MAX}");
    let grid = ask(&kql).unwrap_or_default();
    grid.rows.iter().filter_map(|row| row.first()).map(|value| value.text()).collect()
}

fn listed(values: &[String]) -> String {
    match values {
        [] => "not there".into(),
        values => shorten(&values.iter().map(|value| visible(value)).collect::<Vec<_>>().join(", ")),
    }
}

/// A key in the spelling of the other side.
fn respelled(lost: &Lost, pair: &Pair, right: Span, ask: &mut Ask) -> Option<Fix> {
    let at = end_before(lost.map, lost.step.at);
    let mut tries = Vec::new();
    for (of_left, of_right) in mended(pair.left).into_iter().zip(mended(pair.right)) {
        let left = format!("| extend {} = {of_left}", reference(pair.left));
        let mut before = lost.edits.clone();
        before.insert(at, format!("\n{left}"));
        tries.push((before, Fix { span: Span { start: at, end: at }, text: format!("\n{left}") }));
        let of_right = format!("| extend {} = {of_right}", reference(pair.right));
        let mut within = lost.edits.clone();
        within.pipe_on(right, &of_right);
        tries.push((within, Fix { span: right, text: format!("({} {of_right})", right.text(lost.text)) }));
    }
    tries.into_iter().find_map(|(edits, fix)| {
        let tried = prefix(lost.text, lost.map, &edits, lost.step.at);
        number(ask, &tried).is_ok_and(|rows| rows > 0).then_some(fix)
    })
}
