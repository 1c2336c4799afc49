//! Why a join has no partner for the rows: the keys on their side, and what the other side has instead.

use super::map::Place;
use super::reason::{Lost, end_before, shorten};
use super::stages::prefix;
use super::why::Condition;
use super::{Ask, number, one_line};
use crate::compile::{quoted, reference};
use crate::diag::Fix;
use crate::span::Span;
use crate::syntax::ast::{BinaryOp, Expr, ExprKind, OpKind};

/// Values of a key that are shown.
const KEYS_MAX: usize = 5;

/// An equal pair of columns.
struct Pair<'e> {
    span: Span,
    left: &'e str,
    right: &'e str,
}

pub(super) fn reasons(lost: &Lost, on: &[Expr], ask: &mut Ask) -> Vec<Condition> {
    let (OpKind::Join { right, .. } | OpKind::Lookup { right, .. }) = &lost.op.kind else {
        return Vec::new();
    };
    let left_rows = lost.before();
    let right_rows = beside(lost, right.span);
    let from_right = lost.step.operand.is_some();
    on.iter()
        .filter_map(pair)
        .map(|pair| {
            let (ours, other) = match from_right {
                true => ((&right_rows, pair.right), (&left_rows, pair.left)),
                false => ((&left_rows, pair.left), (&right_rows, pair.right)),
            };
            let keys = values(ask, ours.0, ours.1, None);
            let near = values(ask, other.0, other.1, Some(lost.value));
            let said = match near.is_empty() {
                true => format!("{} is {}; on the other side no {} names it", ours.1, listed(&keys), other.1),
                false => format!("{} is {}, but {} is {}", ours.1, listed(&keys), other.1, listed(&near)),
            };
            let edit = (!near.is_empty()).then(|| bared(lost, &pair, right.span, ask)).flatten();
            let column = |side: &str, name: &str| format!("{side}.{name}");
            let (here, there) = if from_right { ("$right", "$left") } else { ("$left", "$right") };
            let mut shown = vec![(column(here, ours.1), listed(&keys))];
            if !near.is_empty() {
                shown.push((column(there, other.1), listed(&near)));
            }
            Condition {
                span: pair.span,
                text: one_line(pair.span.text(lost.text)),
                values: shown,
                said,
                edit,
            }
        })
        .collect()
}

/// The keys of rows that have no partner while others have one.
pub(super) fn alone(lost: &Lost, on: &[Expr], rows: &str, ask: &mut Ask) -> Vec<Condition> {
    let condition = |pair: Pair| {
        let keys = listed(&values(ask, rows, pair.left, None));
        Condition {
            span: pair.span,
            text: one_line(pair.span.text(lost.text)),
            said: format!("{} is {keys}", pair.left),
            values: vec![(format!("$left.{}", pair.left), keys)],
            edit: None,
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

fn values(ask: &mut Ask, rows: &str, column: &str, naming: Option<&str>) -> Vec<String> {
    let column = reference(column);
    let filter = naming.map_or(String::new(), |value| format!("\n| where Key has {}", quoted(value)));
    let kql =
        format!("{rows}\n| project Key = tostring({column}){filter}\n| distinct Key\n| take {KEYS_MAX}");
    let grid = ask(&kql).unwrap_or_default();
    grid.rows.iter().filter_map(|row| row.first()).map(|value| value.text()).collect()
}

fn listed(values: &[String]) -> String {
    match values {
        [] => "not there".into(),
        values => shorten(
            &values
                .iter()
                .map(|value| if value.is_empty() { "empty" } else { value.as_str() })
                .collect::<Vec<_>>()
                .join(", "),
        ),
    }
}

/// A key without port and brackets, on the side that has them.
fn bared(lost: &Lost, pair: &Pair, right: Span, ask: &mut Ask) -> Option<Fix> {
    let extend = |column: &str| {
        let column = reference(column);
        format!("| extend {column} = extract({}, 1, {column})", super::reason::BARE)
    };
    let at = end_before(lost.map, lost.step.at);
    let mut before = lost.edits.clone();
    before.insert(at, format!("\n{}", extend(pair.left)));
    let of_left = Fix { span: Span { start: at, end: at }, text: format!("\n{}", extend(pair.left)) };
    let mut within = lost.edits.clone();
    within.pipe_on(right, &extend(pair.right));
    let of_right = Fix { span: right, text: format!("({} {})", right.text(lost.text), extend(pair.right)) };
    [(before, of_left), (within, of_right)].into_iter().find_map(|(edits, fix)| {
        let tried = prefix(lost.text, lost.map, &edits, lost.step.at);
        number(ask, &tried).is_ok_and(|rows| rows > 0).then_some(fix)
    })
}
