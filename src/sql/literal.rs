//! Constants as SQL. A literal carries its type, so that DuckDB never guesses one.

use super::quote;
use crate::types::Type;
use crate::value::Value;

pub fn literal(value: &Value, ty: Type) -> String {
    match value {
        Value::Null => format!("NULL::{}", ty.sql()),
        Value::Bool(value) => value.to_string(),
        Value::Int(value) => number(i64::from(*value)) + "::INTEGER",
        Value::Long(value) | Value::Datetime(value) | Value::Timespan(value) => long(*value),
        Value::Real(value) => real(*value),
        Value::Decimal(text) | Value::Guid(text) | Value::String(text) | Value::Dynamic(text) => {
            quote::text(text)
        }
    }
}

/// With its type also where DuckDB would find it: a bare number in GROUP BY, ORDER BY or DISTINCT ON is the place
/// of a column.
fn long(value: i64) -> String {
    number(value) + BIGINT
}

const BIGINT: &str = "::BIGINT";

/// A literal where a number of its size stands on the other side of a comparison: DuckDB takes that one's type.
pub fn compared(text: &str) -> &str {
    text.strip_suffix(BIGINT).unwrap_or(text)
}

/// A cast binds tighter than a minus, so negative numbers stand in parentheses.
fn number(value: i64) -> String {
    match value {
        i64::MIN => "(-9223372036854775807 - 1)".to_owned(),
        value if value < 0 => format!("({value})"),
        value => value.to_string(),
    }
}

fn real(value: f64) -> String {
    if value.is_nan() {
        "'nan'::DOUBLE".to_owned()
    } else if value.is_infinite() {
        if value > 0.0 { "'inf'::DOUBLE".to_owned() } else { "'-inf'::DOUBLE".to_owned() }
    } else if value.is_sign_negative() {
        format!("(-{:e})", value.abs())
    } else {
        format!("{value:e}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_literal_has_its_type() {
        assert_eq!(literal(&Value::Null, Type::Datetime), "NULL::BIGINT");
        assert_eq!(literal(&Value::Long(-5), Type::Long), "(-5)::BIGINT");
        assert_eq!(literal(&Value::Long(3_000_000_000), Type::Long), "3000000000::BIGINT");
        assert_eq!(literal(&Value::Real(0.1), Type::Real), "1e-1");
        assert_eq!(literal(&Value::Real(-0.0), Type::Real), "(-0e0)");
        assert_eq!(literal(&Value::String("a'b".into()), Type::String), "'a''b'");
    }
}
