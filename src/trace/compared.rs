//! Comparisons that rows do not pass: what stands on both sides in the row that is nearest to passing.

use super::reason::shorten;
use super::spelling::visible;
use super::{Ask, one_line};
use crate::syntax::ast::{BinaryOp, Expr, ExprKind};
use crate::ticks;
use crate::value::Value;

/// A comparison in the row that is nearest to passing.
pub(super) struct Compared {
    pub left: String,
    right: String,
    pub left_value: Value,
    right_value: Value,
    /// The left value's distance to the clock, for times.
    pub age: Option<i64>,
    pub ordered: bool,
}

impl Compared {
    fn of(op: BinaryOp, left: &str, right: &str, base: &str, ask: &mut Ask) -> Option<Compared> {
        let order = comparison(op)?;
        let values = format!("{base}\n| project L = ({left}), R = ({right})");
        let nearest = order.and_then(|order| {
            ask(&format!("{values}\n| top 1 by (L - R) {order}\n| project L, R, Age = now() - L")).ok()
        });
        let grid = nearest.or_else(|| ask(&format!("{values}\n| take 1")).ok())?;
        let [left_value, right_value, ..] = grid.rows.first()?.as_slice() else { return None };
        let age = match grid.rows[0].get(2) {
            Some(Value::Timespan(ticks)) => Some(*ticks),
            Some(_) | None => None,
        };
        Some(Compared {
            left: one_line(left),
            right: one_line(right),
            left_value: left_value.clone(),
            right_value: right_value.clone(),
            age,
            ordered: order.is_some(),
        })
    }

    pub fn said(&self) -> String {
        let Compared { left, right, left_value, right_value, .. } = self;
        let shown = shown(left_value);
        match (left_value, right_value) {
            (Value::Datetime(at), Value::Datetime(limit)) if self.ordered => {
                let side = if at < limit { "before" } else { "after" };
                let far = distance(at.abs_diff(*limit));
                format!("{left} is {shown}, {far} {side} {right}, which is {}", ticks::iso(*limit))
            }
            (_, other) if *right == other.text() || right.starts_with(['"', '\'', '@']) => {
                format!("{left} is {shown}")
            }
            (_, other) => format!("{left} is {shown}, {right} is {}", self::shown(other)),
        }
    }
}

/// Whether [`compared`] tells the values of a condition.
pub(super) fn compares(choice: &Expr) -> bool {
    match &choice.kind {
        ExprKind::Binary { op, .. } => {
            !matches!(op, BinaryOp::And | BinaryOp::Or) && comparison(*op).is_some()
        }
        ExprKind::Between { negated, .. } => !negated,
        _ => false,
    }
}

/// The comparisons of a condition; of a range those bounds that the row is beyond.
pub(super) fn compared(choice: &Expr, text: &str, base: &str, ask: &mut Ask) -> Vec<Compared> {
    let mut of = |op, left: &Expr, right: &Expr| {
        Compared::of(op, left.span.text(text), right.span.text(text), base, ask)
    };
    match &choice.kind {
        ExprKind::Binary { op, left, right, .. } => of(*op, left, right).into_iter().collect(),
        ExprKind::Between { negated: false, expr, low, high, .. } => {
            let bounds = [(BinaryOp::Ge, low), (BinaryOp::Le, high)].map(|(op, bound)| of(op, expr, bound));
            let (low, high) = bounds.into();
            let beyond = |one: &Compared, by: std::cmp::Ordering| match (&one.left_value, &one.right_value) {
                (Value::Datetime(at), Value::Datetime(bound)) => at.cmp(bound) == by,
                _ => one.left_value.is_null(),
            };
            let low = low.filter(|one| beyond(one, std::cmp::Ordering::Less));
            let high =
                high.filter(|one| beyond(one, std::cmp::Ordering::Greater) && !one.left_value.is_null());
            low.into_iter().chain(high).collect()
        }
        _ => Vec::new(),
    }
}

/// The order in which the row that is nearest to passing comes first, where there is one; `None` for what does not
/// compare.
fn comparison(op: BinaryOp) -> Option<Option<&'static str>> {
    match op {
        BinaryOp::Gt | BinaryOp::Ge => Some(Some("desc")),
        BinaryOp::Lt | BinaryOp::Le => Some(Some("asc")),
        BinaryOp::Eq | BinaryOp::Ne | BinaryOp::EqFold | BinaryOp::NeFold => Some(None),
        _ => None,
    }
}

fn shown(value: &Value) -> String {
    shorten(&visible(&value.text()))
}

/// Two units at most: `3 h 20 min`.
pub fn distance(ticks: u64) -> String {
    let units = [(ticks::DAY, "d"), (ticks::HOUR, "h"), (ticks::MINUTE, "min"), (ticks::SECOND, "s")];
    let mut left = ticks;
    let mut parts = Vec::new();
    for (unit, name) in units {
        let count = left / unit as u64;
        left %= unit as u64;
        if count > 0 {
            parts.push(format!("{count} {name}"));
        }
    }
    parts.truncate(2);
    match parts.is_empty() {
        true => "less than a second".into(),
        false => parts.join(" "),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distances_have_two_units() {
        assert_eq!(distance(3 * ticks::HOUR as u64 + 61 * ticks::SECOND as u64), "3 h 1 min");
        assert_eq!(distance(0), "less than a second");
    }
}
