//! Values as literals of KQL: the one way of them into the text of a query.

use super::words::quoted;
use crate::ticks;
use crate::types::Type;
use crate::value::{Value, real_text};

/// A value of this type as KQL writes it ("Scalar data types", the literals of each).
pub fn literal(value: &Value, ty: Type) -> String {
    match value {
        Value::Null if ty == Type::String => quoted(""),
        Value::Null => format!("{}(null)", ty.name()),
        Value::Bool(value) => value.to_string(),
        Value::Int(value) => value.to_string(),
        // Without its type, the least long would be a minus before a number that is too large.
        Value::Long(i64::MIN) => format!("long({})", i64::MIN),
        Value::Long(value) => value.to_string(),
        Value::Real(value) if value.is_nan() => "real(nan)".into(),
        Value::Real(value) if value.is_infinite() => {
            if *value > 0.0 { "real(+inf)" } else { "real(-inf)" }.into()
        }
        Value::Real(value) => real_text(*value),
        Value::Decimal(digits) => format!("decimal({digits})"),
        Value::Datetime(at) => format!("datetime({})", ticks::iso(*at)),
        Value::Timespan(ticks) => format!("timespan({})", ticks::timespan_text(*ticks)),
        Value::Guid(text) => format!("guid({text})"),
        Value::String(text) => quoted(text),
        Value::Dynamic(json) => format!("dynamic({json})"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_type_has_its_literal() {
        let text = |value: Value, ty| literal(&value, ty);
        assert_eq!(text(Value::Null, Type::Long), "long(null)");
        assert_eq!(text(Value::Real(1.0), Type::Real), "1.0");
        assert_eq!(
            text(Value::Datetime(ticks::UNIX_EPOCH), Type::Datetime),
            "datetime(1970-01-01T00:00:00Z)"
        );
        assert_eq!(text(Value::Timespan(-ticks::HOUR), Type::Timespan), "timespan(-01:00:00)");
        assert_eq!(text(Value::String("\"\\\n".into()), Type::String), r#""\"\\\n""#);
    }
}
