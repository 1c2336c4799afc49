//! JSON: an array of objects a result, in one array where there are several, or one object a line. Characters that a terminal would obey
//! or hide are written as `\u` escapes, which changes no value. Dynamic values are embedded as they are.

use std::io::{self, Write};

use serde_json::value::RawValue;

use super::{Exporter, Options};
use crate::display;
use crate::types::ColumnType;
use crate::value::{self, Value};

/// Rows as objects.
pub struct Json {
    array: bool,
    /// An array is around those of the results.
    framed: bool,
    names: Vec<String>,
    results: usize,
    rows: u64,
}

impl Json {
    /// A result is one array; several are an array of such arrays, so that the text stays one document.
    pub fn array(options: Options) -> Self {
        Json { array: true, framed: options.results > 1, names: Vec::new(), results: 0, rows: 0 }
    }

    /// Each row is one line; results follow each other.
    pub fn lines() -> Self {
        Json { array: false, framed: false, names: Vec::new(), results: 0, rows: 0 }
    }
}

impl Exporter for Json {
    fn begin(&mut self, columns: &[ColumnType], out: &mut dyn Write) -> io::Result<()> {
        self.names = columns.iter().map(|column| quoted(&column.name)).collect();
        self.rows = 0;
        if self.framed {
            out.write_all(if self.results > 0 { b",\n" } else { b"[\n" })?;
        }
        self.results += 1;
        if self.array { out.write_all(b"[") } else { Ok(()) }
    }

    fn rows(&mut self, rows: &[Vec<Value>], out: &mut dyn Write) -> io::Result<()> {
        for row in rows {
            if self.array {
                out.write_all(if self.rows > 0 { b",\n" } else { b"\n" })?;
            }
            self.rows += 1;
            let mut line = String::with_capacity(256);
            for (name, value) in self.names.iter().zip(row) {
                line.push(if line.is_empty() { '{' } else { ',' });
                line.push_str(name);
                line.push(':');
                push_value(&mut line, value);
            }
            line.push_str(if line.is_empty() { "{}" } else { "}" });
            if !self.array {
                line.push('\n');
            }
            out.write_all(line.as_bytes())?;
        }
        Ok(())
    }

    fn end(&mut self, out: &mut dyn Write) -> io::Result<()> {
        if !self.array {
            return Ok(());
        }
        out.write_all(if self.rows > 0 { b"\n]" } else { b"]" })?;
        if self.framed { Ok(()) } else { out.write_all(b"\n") }
    }

    fn finish(&mut self, out: &mut dyn Write) -> io::Result<()> {
        if self.framed { out.write_all(b"\n]\n") } else { Ok(()) }
    }

    fn neutralised(&self) -> u64 {
        0
    }
}

/// One value as JSON on one line. NaN and the infinities have no JSON number and are strings, as in
/// Kusto's answers; so are decimals, which a reader's double would round.
pub fn push_value(line: &mut String, value: &Value) {
    match value {
        Value::Null => line.push_str("null"),
        Value::Bool(_) | Value::Int(_) | Value::Long(_) => line.push_str(&value.text()),
        Value::Real(real) if real.is_finite() => line.push_str(&value::real_text(*real)),
        Value::Real(_)
        | Value::Decimal(_)
        | Value::Datetime(_)
        | Value::Timespan(_)
        | Value::Guid(_)
        | Value::String(_) => push_quoted(line, &value.text()),
        Value::Dynamic(json) => push_dynamic(line, json),
    }
}

/// Text as a JSON string.
pub fn quoted(text: &str) -> String {
    let mut line = String::with_capacity(text.len() + 2);
    push_quoted(&mut line, text);
    line
}

/// JSON as serde_json writes it, with what a terminal may not see escaped: it leaves C1 controls and marks that turn
/// the direction of text as they are.
pub fn escaped(json: &str) -> String {
    let mut text = String::with_capacity(json.len());
    for character in json.chars() {
        match character {
            // Only between tokens: in a string it is escaped already.
            '\n' => text.push('\n'),
            _ => push_character(&mut text, character),
        }
    }
    text
}

fn push_quoted(line: &mut String, text: &str) {
    line.push('"');
    for character in text.chars() {
        match character {
            '"' => line.push_str("\\\""),
            '\\' => line.push_str("\\\\"),
            '\n' => line.push_str("\\n"),
            '\r' => line.push_str("\\r"),
            '\t' => line.push_str("\\t"),
            _ => push_character(line, character),
        }
    }
    line.push('"');
}

fn push_character(line: &mut String, character: char) {
    if display::dangerous(character) {
        for unit in character.encode_utf16(&mut [0; 2]) {
            line.push_str(&format!("\\u{unit:04x}"));
        }
    } else {
        line.push(character);
    }
}

/// Text that is no JSON, which a correct engine never hands out, is shown as a string, not hidden.
fn push_dynamic(line: &mut String, json: &str) {
    if serde_json::from_str::<&RawValue>(json).is_err() {
        return push_quoted(line, json);
    }
    for character in json.trim().chars() {
        match character {
            // JSON allows these only between tokens, where a space says the same.
            '\n' | '\r' | '\t' => line.push(' '),
            _ => push_character(line, character),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn json(value: Value) -> String {
        let mut line = String::new();
        push_value(&mut line, &value);
        line
    }

    #[test]
    fn values_as_json() {
        assert_eq!(json(Value::Real(f64::NAN)), "\"NaN\"");
        assert_eq!(json(Value::Real(f64::NEG_INFINITY)), "\"-Infinity\"");
        assert_eq!(json(Value::Real(1e300)), "1e300");
        assert_eq!(json(Value::Real(-0.0)), "-0.0");
        assert_eq!(json(Value::Long(i64::MIN)), "-9223372036854775808");
        assert_eq!(json(Value::Decimal("0.10".into())), "\"0.10\"");
        assert_eq!(json(Value::Timespan(-36_000_000_001)), "\"-01:00:00.0000001\"");
        assert_eq!(
            json(Value::String("a\"\\\u{1b}\u{e0001}é".into())),
            "\"a\\\"\\\\\\u001b\\udb40\\udc01é\""
        );
    }

    #[test]
    fn what_serde_leaves_is_escaped() {
        let json = serde_json::json!({ "a\u{9b}": "\u{202e}\u{1b}é\n" });
        assert_eq!(escaped(&json.to_string()), r#"{"a\u009b":"\u202e\u001bé\n"}"#);
        assert_eq!(escaped(&format!("{:#}", serde_json::json!([1]))), "[\n  1\n]");
    }

    #[test]
    fn dynamic_keeps_its_text_on_one_line() {
        assert_eq!(
            json(Value::Dynamic("{\"b\": 1.10,\n\"a\": 1e400}".into())),
            "{\"b\": 1.10, \"a\": 1e400}"
        );
        assert_eq!(json(Value::Dynamic("\"\u{202e}x\"".into())), "\"\\u202ex\"");
        assert_eq!(json(Value::Dynamic("not json".into())), "\"not json\"");
        let deep = "[".repeat(5_000) + &"]".repeat(5_000);
        assert_eq!(json(Value::Dynamic(deep.clone())), deep);
    }
}
