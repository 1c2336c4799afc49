//! Values and small tables of them. Knows types; no SQL, no screen, no file format.

use crate::ticks;
use crate::types::{ColumnType, Type};

/// One value of a result. The null of a type is `Null`; strings have none.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    Null,
    Bool(bool),
    Int(i32),
    Long(i64),
    Real(f64),
    /// The digits.
    Decimal(String),
    /// Ticks of 100 ns since 0001-01-01T00:00:00Z.
    Datetime(i64),
    /// Ticks of 100 ns.
    Timespan(i64),
    Guid(String),
    String(String),
    /// JSON text.
    Dynamic(String),
}

/// Some rows of a result with all of its columns.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Grid {
    pub columns: Vec<ColumnType>,
    pub rows: Vec<Vec<Value>>,
}

impl Value {
    pub fn is_null(&self) -> bool {
        matches!(self, Value::Null)
    }

    /// The value as people read it and as CSV holds it: null is empty, a dynamic is its JSON text,
    /// a dynamic string is unwrapped nowhere. Not safe for a terminal: see `display`.
    pub fn text(&self) -> String {
        match self {
            Value::Null => String::new(),
            Value::Bool(value) => value.to_string(),
            Value::Int(value) => value.to_string(),
            Value::Long(value) => value.to_string(),
            Value::Real(value) => real_text(*value),
            Value::Datetime(value) => ticks::iso(*value),
            Value::Timespan(value) => ticks::timespan_text(*value),
            Value::Decimal(text) | Value::Guid(text) | Value::String(text) | Value::Dynamic(text) => {
                text.clone()
            }
        }
    }
}

/// A real as KQL prints it: always with a point or an exponent; `NaN`, `Infinity`, `-Infinity`.
pub fn real_text(value: f64) -> String {
    if value.is_nan() {
        "NaN".into()
    } else if value.is_infinite() {
        if value > 0.0 { "Infinity".into() } else { "-Infinity".into() }
    } else {
        format!("{value:?}")
    }
}

/// The SQL that reads a stored value and this function belong together: physical value to [`Value`].
impl Value {
    pub fn from_long(ty: Type, value: i64) -> Value {
        match ty {
            Type::Datetime => Value::Datetime(value),
            Type::Timespan => Value::Timespan(value),
            _ => Value::Long(value),
        }
    }

    pub fn from_text(ty: Type, text: String) -> Value {
        match ty {
            Type::Dynamic => Value::Dynamic(text),
            Type::Guid => Value::Guid(text),
            Type::Decimal => Value::Decimal(text),
            _ => Value::String(text),
        }
    }
}
