//! Arrays in cells, as `make-series` gives them: an axis in one column, its values in others.

use serde_json::Value as Json;

use crate::ticks::parse_datetime;
use crate::types::Type;
use crate::value::Value;

/// The elements of a dynamic array as values; `None` for what is no array. Null stays null, since in a
/// series it is a gap.
pub fn elements(value: &Value) -> Option<Vec<Value>> {
    let Value::Dynamic(text) = value else { return None };
    match serde_json::from_str(text) {
        Ok(Json::Array(items)) => Some(items.iter().map(element).collect()),
        Ok(_) | Err(_) => None,
    }
}

fn element(item: &Json) -> Value {
    match item {
        Json::Null => Value::Null,
        Json::Bool(value) => Value::Bool(*value),
        Json::Number(number) => number
            .as_i64()
            .map(Value::Long)
            .or_else(|| number.as_f64().map(Value::Real))
            .unwrap_or(Value::Null),
        Json::String(text) => match parse_datetime(text).filter(|_| text.contains('-')) {
            Some(at) => Value::Datetime(at),
            None => Value::String(text.clone()),
        },
        Json::Array(_) | Json::Object(_) => Value::Dynamic(item.to_string()),
    }
}

/// The type of elements that were seen and of one more; `None` for nulls alone.
pub fn joined(known: Option<Type>, element: &Value) -> Option<Type> {
    let ty = match element {
        Value::Null => return known,
        Value::Datetime(_) => Type::Datetime,
        Value::Long(_) => Type::Long,
        Value::Real(_) => Type::Real,
        Value::Bool(_) => Type::Bool,
        _ => Type::String,
    };
    Some(match known {
        None => ty,
        Some(known) if known == ty => ty,
        Some(Type::Long | Type::Real) if matches!(ty, Type::Long | Type::Real) => Type::Real,
        Some(_) => Type::String,
    })
}

/// What the arrays of a column hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Holds {
    Times,
    Numbers,
    Other,
}

/// What the first array of a column holds, by its first element that is not null.
pub fn holds(rows: &[Vec<Value>], column: usize) -> Option<Holds> {
    const ROWS_LOOKED_AT: usize = 100;
    let found = rows.iter().take(ROWS_LOOKED_AT).find_map(|row| elements(row.get(column)?))?;
    Some(match found.iter().find(|value| !value.is_null()) {
        Some(Value::Datetime(_)) => Holds::Times,
        Some(Value::Long(_) | Value::Real(_)) => Holds::Numbers,
        Some(_) | None => Holds::Other,
    })
}
