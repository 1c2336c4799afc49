//! Rows column by column, as they go into the store in bulk: one physical buffer a column. Knows types
//! and their physical forms, no column names, no store.

use crate::types::Type;
use crate::value::Value;

/// Some rows of some columns, in order.
#[derive(Clone, Debug, Default)]
pub struct Batch {
    pub rows: usize,
    pub columns: Vec<Buffer>,
}

/// The values of one column. A buffer may be shorter than its batch has rows, and is empty for a column
/// that no row fills: the values that it lacks are the default (null; '' for strings).
#[derive(Clone, Debug)]
pub struct Buffer {
    pub ty: Type,
    pub data: Data,
    /// One bit a value, lowest first, set where there is one. Bits beyond the data's length are zero.
    pub valid: Vec<u64>,
}

/// The physical form that the row of [`crate::types::TYPES`] names. Invalid values are zero or ''.
#[derive(Clone, Debug)]
pub enum Data {
    Bool(Vec<bool>),
    Int(Vec<i32>),
    /// Long, and the ticks of datetime and timespan.
    Long(Vec<i64>),
    Real(Vec<f64>),
    /// String, and the text of dynamic, guid and decimal.
    Text(Text),
    /// Lists of strings. Only shadows of arrays have them; the buffer's type is that of their entries.
    Texts(Texts),
}

/// Lists of texts one behind the other.
#[derive(Clone, Debug, Default)]
pub struct Texts {
    pub entries: Text,
    /// Where each list ends among the entries.
    pub ends: Vec<usize>,
}

/// Texts one behind the other.
#[derive(Clone, Debug, Default)]
pub struct Text {
    pub bytes: String,
    /// Where each text ends in `bytes`.
    pub ends: Vec<usize>,
}

impl Text {
    pub fn get(&self, row: usize) -> Option<&str> {
        let end = *self.ends.get(row)?;
        let start = if row == 0 { 0 } else { self.ends[row - 1] };
        self.bytes.get(start..end)
    }

    pub fn push(&mut self, text: &str) {
        self.bytes.push_str(text);
        self.ends.push(self.bytes.len());
    }
}

impl Texts {
    /// The places of a list's entries.
    pub fn list(&self, row: usize) -> std::ops::Range<usize> {
        let start = row.checked_sub(1).and_then(|before| self.ends.get(before)).copied().unwrap_or_default();
        start..self.ends.get(row).copied().unwrap_or(start)
    }
}

impl Buffer {
    pub fn new(ty: Type) -> Buffer {
        let data = match ty {
            Type::Bool => Data::Bool(Vec::new()),
            Type::Int => Data::Int(Vec::new()),
            Type::Long | Type::Datetime | Type::Timespan => Data::Long(Vec::new()),
            Type::Real => Data::Real(Vec::new()),
            Type::String | Type::Dynamic | Type::Guid | Type::Decimal => Data::Text(Text::default()),
        };
        Buffer { ty, data, valid: Vec::new() }
    }

    /// For lists of strings.
    pub fn lists() -> Buffer {
        Buffer { ty: Type::String, data: Data::Texts(Texts::default()), valid: Vec::new() }
    }

    pub fn len(&self) -> usize {
        match &self.data {
            Data::Bool(values) => values.len(),
            Data::Int(values) => values.len(),
            Data::Long(values) => values.len(),
            Data::Real(values) => values.len(),
            Data::Text(values) => values.ends.len(),
            Data::Texts(values) => values.ends.len(),
        }
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    pub fn is_valid(&self, row: usize) -> bool {
        self.valid.get(row / 64).is_some_and(|word| word >> (row % 64) & 1 == 1)
    }

    /// Fills up with defaults until there are `rows` values.
    pub fn pad(&mut self, rows: usize) {
        if rows <= self.len() {
            return;
        }
        match &mut self.data {
            Data::Bool(values) => values.resize(rows, false),
            Data::Int(values) => values.resize(rows, 0),
            Data::Long(values) => values.resize(rows, 0),
            Data::Real(values) => values.resize(rows, 0.0),
            Data::Text(values) => values.ends.resize(rows, values.bytes.len()),
            Data::Texts(values) => values.ends.resize(rows, values.entries.ends.len()),
        }
        self.valid.resize(rows.div_ceil(64), 0);
    }

    /// Marks the last value as present. Call it after each push to `data`.
    pub fn present(&mut self) {
        let row = self.len() - 1;
        self.valid.resize((row + 1).div_ceil(64), 0);
        self.valid[row / 64] |= 1 << (row % 64);
    }

    /// Puts a value behind the others; one of another type is none.
    pub fn push(&mut self, value: &Value) {
        match (&mut self.data, value) {
            (Data::Bool(values), Value::Bool(value)) => values.push(*value),
            (Data::Int(values), Value::Int(value)) => values.push(*value),
            (Data::Long(values), Value::Long(value) | Value::Datetime(value) | Value::Timespan(value)) => {
                values.push(*value);
            }
            (Data::Real(values), Value::Real(value)) => values.push(*value),
            (
                Data::Text(values),
                Value::String(text) | Value::Dynamic(text) | Value::Guid(text) | Value::Decimal(text),
            ) => values.push(text),
            _ => return self.pad(self.len() + 1),
        }
        self.present();
    }

    /// One value, as a result would show it. Slow; for tests and small tables.
    pub fn value(&self, row: usize) -> Value {
        match &self.data {
            Data::Texts(values) if self.is_valid(row) => {
                let texts: Vec<&str> = values.list(row).filter_map(|at| values.entries.get(at)).collect();
                Value::Dynamic(format!("{texts:?}"))
            }
            Data::Texts(_) => Value::Null,
            Data::Text(_) if self.ty == Type::String && !self.is_valid(row) => Value::String(String::new()),
            _ if !self.is_valid(row) => Value::Null,
            Data::Bool(values) => Value::Bool(values[row]),
            Data::Int(values) => Value::Int(values[row]),
            Data::Long(values) => Value::from_long(self.ty, values[row]),
            Data::Real(values) => Value::Real(values[row]),
            Data::Text(values) => Value::from_text(self.ty, values.get(row).unwrap_or("").into()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gaps_are_defaults() {
        let mut text = Buffer::new(Type::String);
        text.pad(1);
        if let Data::Text(values) = &mut text.data {
            values.push("b");
        }
        text.present();
        assert_eq!(text.value(0), Value::String("".into()));
        assert_eq!(text.value(1), Value::String("b".into()));
        assert_eq!(text.value(2), Value::String("".into()));
        let mut long = Buffer::new(Type::Datetime);
        long.pad(69);
        long.push(&Value::Null);
        long.push(&Value::Datetime(5));
        assert_eq!(
            (long.value(69), long.value(70), long.value(71)),
            (Value::Null, Value::Datetime(5), Value::Null)
        );
    }
}
