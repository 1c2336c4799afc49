//! One value of a file into one column: every form that exports write a KQL type in. What does not fit
//! is said, never guessed. Knows no rows, tables or file formats.

use super::json::{self, Kind, Slice};
use super::misfit::Misfits;
use super::number::{is_plain_long, is_real, keeps_digits, long_of, real_of};
use super::time::{self, DateOrder, Evidence};
use crate::batch::{Buffer, Data};
use crate::kernels::decimal::Decimal;
use crate::ticks;
use crate::types::Type;

/// A value as it stands in a file.
#[derive(Clone, Copy, Debug)]
pub enum Raw<'a> {
    /// `slice` of a JSON text.
    Json(&'a str, &'a Slice),
    /// A cell of CSV, quotes undone.
    Text(&'a str),
    /// A datetime that kqlhunt itself gives.
    Ticks(i64),
    Bool(bool),
}

/// What became of a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fit {
    Stored,
    /// There was no value: null, or an empty text.
    Empty,
    /// Stored, but less than the original says; keep that too.
    Cut,
    /// The column cannot hold it; keep the original.
    Misfit,
}

/// How texts are read, and what was learned on the way.
#[derive(Clone, Debug)]
pub struct Reading {
    pub order: DateOrder,
    pub evidence: Evidence,
    /// Dynamics that no Unicode text can hold, stored as JSON strings of themselves.
    pub surrogates: u64,
    pub misfits: Misfits,
    scratch: String,
}

impl Reading {
    pub fn new(order: DateOrder) -> Reading {
        Reading {
            order,
            evidence: Evidence::default(),
            surrogates: 0,
            misfits: Misfits::default(),
            scratch: String::new(),
        }
    }
}

impl Raw<'_> {
    /// Nothing that any column would hold.
    pub fn is_empty(&self) -> bool {
        match self {
            Raw::Json(text, slice) => {
                slice.kind == Kind::Null || (slice.kind == Kind::String && &text[slice.at.clone()] == "\"\"")
            }
            Raw::Text(text) => text.is_empty(),
            Raw::Ticks(_) | Raw::Bool(_) => false,
        }
    }
}

impl<'a> Raw<'a> {
    /// The value as the file has it.
    pub fn shown(&self) -> &'a str {
        match self {
            Raw::Json(text, slice) => &text[slice.at.clone()],
            Raw::Text(text) => text,
            Raw::Ticks(_) => "a time",
            Raw::Bool(_) => "a bool",
        }
    }
}

/// Puts a value into the buffer as that of `row`, filling up the rows before. `offset` in ticks belongs
/// to times that name no zone.
pub fn put(buffer: &mut Buffer, row: usize, raw: Raw<'_>, offset: i64, reading: &mut Reading) -> Fit {
    if raw.is_empty() {
        return Fit::Empty;
    }
    match buffer.ty {
        Type::String => return string(buffer, row, raw),
        Type::Dynamic => return dynamic(buffer, row, raw, reading),
        Type::Bool
        | Type::Datetime
        | Type::Decimal
        | Type::Guid
        | Type::Int
        | Type::Long
        | Type::Real
        | Type::Timespan => {}
    }
    let fit = |stored: Option<()>| if stored.is_some() { Fit::Stored } else { Fit::Misfit };
    match raw {
        Raw::Ticks(value) if buffer.ty == Type::Datetime => fit(long(buffer, row, Some(value))),
        Raw::Bool(value) if buffer.ty == Type::Bool => fit(boolean(buffer, row, Some(value))),
        Raw::Ticks(_) | Raw::Bool(_) => Fit::Misfit,
        Raw::Text(text) => scalar(buffer, row, text.trim(), true, offset, reading),
        Raw::Json(text, slice) => match slice.kind {
            Kind::Null => Fit::Empty,
            Kind::Array | Kind::Object => Fit::Misfit,
            Kind::Bool | Kind::Number => scalar(buffer, row, &text[slice.at.clone()], false, offset, reading),
            Kind::String => {
                let inside = json::unescape(text, slice);
                scalar(buffer, row, inside.trim(), true, offset, reading)
            }
        },
    }
}

/// A type of fixed width, guid and decimal too, from a text. `quoted` texts may be anything; the others
/// are JSON's words and numbers.
fn scalar(
    buffer: &mut Buffer,
    row: usize,
    text: &str,
    quoted: bool,
    offset: i64,
    reading: &mut Reading,
) -> Fit {
    if text.is_empty() {
        return Fit::Empty;
    }
    let stored = match buffer.ty {
        Type::Bool => boolean(buffer, row, bool_of(text)),
        Type::Int => {
            let value = long_of(text).and_then(|value| i32::try_from(value).ok());
            value.map(|value| {
                buffer.pad(row);
                if let Data::Int(values) = &mut buffer.data {
                    values.push(value);
                }
                buffer.present();
            })
        }
        Type::Long => long(buffer, row, long_of(text)),
        Type::Real => match real_of(text, quoted) {
            Some(value) => {
                buffer.pad(row);
                if let Data::Real(values) = &mut buffer.data {
                    values.push(value);
                }
                buffer.present();
                let same = keeps_digits(text, value) && (!quoted || !value.is_finite() || is_real(text));
                return if same { Fit::Stored } else { Fit::Cut };
            }
            None => None,
        },
        Type::Datetime if quoted => match time::read(text, reading.order, offset, &mut reading.evidence) {
            Some(read) => {
                let _ = long(buffer, row, Some(read.ticks));
                return if read.exact { Fit::Stored } else { Fit::Cut };
            }
            None => None,
        },
        Type::Timespan if quoted => long(buffer, row, timespan_of(text)),
        Type::Datetime | Type::Timespan => None,
        Type::Guid => guid_of(text).map(|guid| push_text(buffer, row, &guid)),
        Type::Decimal => {
            // As in a literal and in todecimal(): `-2.5e3` too, and no infinity.
            let digits = text.bytes().all(|byte| byte.is_ascii_digit() || b".eE+-".contains(&byte))
                && text.bytes().any(|byte| byte.is_ascii_digit());
            let canonical = digits.then(|| Decimal::canonical(text)).flatten();
            canonical.and_then(Result::ok).map(|text| push_text(buffer, row, &text))
        }
        Type::String | Type::Dynamic => unreachable!("they are not of fixed form"),
    };
    // `007` in a text may be no number at all.
    let respelled = quoted && matches!(buffer.ty, Type::Int | Type::Long) && !is_plain_long(text);
    match stored {
        Some(()) if respelled => Fit::Cut,
        Some(()) => Fit::Stored,
        None => Fit::Misfit,
    }
}

/// A string column takes everything: other values as their JSON text.
fn string(buffer: &mut Buffer, row: usize, raw: Raw<'_>) -> Fit {
    buffer.pad(row);
    let Data::Text(values) = &mut buffer.data else { unreachable!("strings are texts") };
    let mut fit = Fit::Stored;
    match raw {
        Raw::Text(text) => values.bytes.push_str(text),
        Raw::Ticks(ticks) => values.bytes.push_str(&ticks::iso(ticks)),
        Raw::Bool(value) => values.bytes.push_str(if value { "true" } else { "false" }),
        Raw::Json(text, slice) => {
            if slice.lone {
                fit = Fit::Cut;
            }
            match slice.kind {
                Kind::String => {
                    let inside = &text[slice.at.start + 1..slice.at.end - 1];
                    if slice.plain {
                        values.bytes.push_str(inside);
                    } else {
                        json::unescape_into(inside, &mut values.bytes);
                    }
                }
                Kind::Null => {}
                Kind::Bool | Kind::Number | Kind::Array | Kind::Object => {
                    json::compact_into(text, slice, &mut values.bytes);
                }
            }
        }
    }
    values.ends.push(values.bytes.len());
    buffer.present();
    fit
}

/// JSON text in a string counts as the JSON that it is: exports write dynamics in both ways.
fn dynamic(buffer: &mut Buffer, row: usize, raw: Raw<'_>, reading: &mut Reading) -> Fit {
    buffer.pad(row);
    let Data::Text(values) = &mut buffer.data else { unreachable!("dynamics are texts") };
    let out = &mut values.bytes;
    match raw {
        Raw::Bool(value) => out.push_str(if value { "true" } else { "false" }),
        Raw::Ticks(ticks) => json::quote(&ticks::iso(ticks), out),
        Raw::Text(text) => dynamic_text(text, true, out, &mut reading.surrogates),
        Raw::Json(text, slice) if slice.lone => {
            reading.surrogates += 1;
            json::quote(&text[slice.at.clone()], out);
        }
        Raw::Json(text, slice) => match slice.kind {
            Kind::String => {
                let inside = &text[slice.at.start + 1..slice.at.end - 1];
                if inside.trim_start().starts_with(['{', '[']) || inside.starts_with('\\') {
                    reading.scratch.clear();
                    json::unescape_into(inside, &mut reading.scratch);
                    dynamic_text(&reading.scratch, false, out, &mut reading.surrogates);
                } else {
                    json::compact_into(text, slice, out);
                }
            }
            Kind::Null | Kind::Bool | Kind::Number | Kind::Array | Kind::Object => {
                json::compact_into(text, slice, out);
            }
        },
    }
    values.ends.push(values.bytes.len());
    buffer.present();
    Fit::Stored
}

/// A text as a dynamic: what it holds when that is an object or an array (with `words` a number or a
/// word too, as CSV cannot say which it is), else itself as a JSON string.
fn dynamic_text(text: &str, words: bool, out: &mut String, surrogates: &mut u64) {
    let start = text.trim_start().bytes().next();
    let may_be = match start {
        Some(b'{' | b'[') => true,
        Some(b'-' | b'0'..=b'9' | b't' | b'f') => words,
        _ => false,
    };
    match may_be.then(|| json::value(text)) {
        Some(Ok(slice)) if slice.lone => {
            *surrogates += 1;
            json::quote(text, out);
        }
        Some(Ok(slice)) => json::compact_into(text, &slice, out),
        _ => json::quote(text, out),
    }
}

fn push_text(buffer: &mut Buffer, row: usize, text: &str) {
    buffer.pad(row);
    if let Data::Text(values) = &mut buffer.data {
        values.push(text);
    }
    buffer.present();
}

fn boolean(buffer: &mut Buffer, row: usize, value: Option<bool>) -> Option<()> {
    let value = value?;
    buffer.pad(row);
    if let Data::Bool(values) = &mut buffer.data {
        values.push(value);
    }
    buffer.present();
    Some(())
}

fn long(buffer: &mut Buffer, row: usize, value: Option<i64>) -> Option<()> {
    let value = value?;
    buffer.pad(row);
    if let Data::Long(values) = &mut buffer.data {
        values.push(value);
    }
    buffer.present();
    Some(())
}

/// All of these occur in one and the same Defender file; Excel writes TRUE.
pub fn bool_of(text: &str) -> Option<bool> {
    match text {
        "true" | "1" => Some(true),
        "false" | "0" => Some(false),
        _ if text.eq_ignore_ascii_case("true") => Some(true),
        _ if text.eq_ignore_ascii_case("false") => Some(false),
        _ => None,
    }
}

/// As Kusto reads it, but not a bare number: that could be seconds, or anything.
fn timespan_of(text: &str) -> Option<i64> {
    text.contains(':').then(|| ticks::parse_timespan(text)).flatten()
}

fn guid_of(text: &str) -> Option<String> {
    let dashes = [8, 13, 18, 23];
    let shaped = text.len() == 36
        && text
            .bytes()
            .enumerate()
            .all(|(at, byte)| if dashes.contains(&at) { byte == b'-' } else { byte.is_ascii_hexdigit() });
    shaped.then(|| text.to_ascii_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::Value;

    fn store(ty: Type, text: &str) -> (Fit, Value) {
        let mut buffer = Buffer::new(ty);
        let slice = json::value(text).unwrap();
        let fit = put(&mut buffer, 0, Raw::Json(text, &slice), 0, &mut Reading::new(DateOrder::MonthFirst));
        (fit, buffer.value(0))
    }

    fn dynamic(text: &str) -> Value {
        store(Type::Dynamic, text).1
    }

    #[test]
    fn bools_in_all_seen_forms() {
        for text in ["true", "1", "\"1\"", "\"True\"", "\"TRUE\"", "1.0"] {
            let expected = if text == "1.0" { Value::Null } else { Value::Bool(true) };
            assert_eq!(store(Type::Bool, text).1, expected, "{text}");
        }
        for text in ["false", "0", "\"0\"", "\"false\""] {
            assert_eq!(store(Type::Bool, text), (Fit::Stored, Value::Bool(false)), "{text}");
        }
        assert_eq!(store(Type::Bool, "\"\""), (Fit::Empty, Value::Null));
        assert_eq!(store(Type::Bool, "null"), (Fit::Empty, Value::Null));
        assert_eq!(store(Type::Bool, "\"yes\""), (Fit::Misfit, Value::Null));
    }

    #[test]
    fn numbers_stay_exact_or_are_misfits() {
        assert_eq!(store(Type::Long, "-640236721980338696").1, Value::Long(-640236721980338696));
        assert_eq!(store(Type::Long, "\"42\"").1, Value::Long(42));
        assert_eq!(store(Type::Int, "5.0"), (Fit::Stored, Value::Int(5)));
        assert_eq!(store(Type::Int, "3000000000"), (Fit::Misfit, Value::Null));
        assert_eq!(store(Type::Long, "9223372036854775808"), (Fit::Misfit, Value::Null));
        assert_eq!(store(Type::Int, "\"4 2\""), (Fit::Misfit, Value::Null));
        assert_eq!(store(Type::Real, "1e400"), (Fit::Misfit, Value::Null));
        assert_eq!(store(Type::Real, "-640236721980338696").0, Fit::Cut);
        assert_eq!(store(Type::Real, "4503599627370496"), (Fit::Stored, Value::Real(4503599627370496.0)));
        assert_eq!(store(Type::Real, "\"Infinity\"").1, Value::Real(f64::INFINITY));
        assert_eq!(store(Type::Real, "\"inf\""), (Fit::Misfit, Value::Null));
        assert_eq!(store(Type::Int, "[1]"), (Fit::Misfit, Value::Null));
    }

    #[test]
    fn a_text_that_a_number_spells_otherwise_is_kept_too() {
        for text in ["\"00123\"", "\"+123\"", "\"123.0\"", "\"1.23e2\""] {
            assert_eq!(store(Type::Long, text), (Fit::Cut, Value::Long(123)), "{text}");
        }
        for (text, value) in [("\"+1.1\"", 1.1), ("\"12e5\"", 1_200_000.0), ("\"01.5\"", 1.5)] {
            assert_eq!(store(Type::Real, text), (Fit::Cut, Value::Real(value)), "{text}");
        }
        for text in ["1.10", "\"1.10\"", "\"1.1\"", "\"2.0\"", "\"2\"", "\"1e-05\"", "\"NaN\""] {
            assert_eq!(store(Type::Real, text).0, Fit::Stored, "{text}");
        }
        let long = "1234567890123456789012345678901234567890";
        assert_eq!(store(Type::Real, long).0, Fit::Cut);
        assert_eq!(store(Type::Real, "0.12345678901234567890123").0, Fit::Cut);
    }

    #[test]
    fn dynamics_arrive_as_json_and_as_text() {
        assert_eq!(dynamic(r#"{ "b": 1.0, "a": [] }"#), Value::Dynamic(r#"{"b":1.0,"a":[]}"#.into()));
        assert_eq!(dynamic(r#"" {\"b\": \"x y\"} ""#), Value::Dynamic(r#"{"b":"x y"}"#.into()));
        assert_eq!(dynamic(r#""\u005b1]""#), Value::Dynamic("[1]".into()));
        assert_eq!(dynamic("\"\""), Value::Null);
        assert_eq!(dynamic("null"), Value::Null);
        assert_eq!(dynamic(r#""{broken""#), Value::Dynamic(r#""{broken""#.into()));
        assert_eq!(dynamic("\"plain\""), Value::Dynamic("\"plain\"".into()));
        assert_eq!(dynamic("\"12\""), Value::Dynamic("\"12\"".into()));
        assert_eq!(dynamic("12"), Value::Dynamic("12".into()));
    }

    #[test]
    fn half_pairs_are_kept_as_strings_of_themselves() {
        let mut reading = Reading::new(DateOrder::MonthFirst);
        let mut buffer = Buffer::new(Type::Dynamic);
        for (row, text) in [r#"{"a":"\ud800"}"#, r#""{\"a\":\"\\ud800\"}""#].iter().enumerate() {
            let slice = json::value(text).unwrap();
            assert_eq!(put(&mut buffer, row, Raw::Json(text, &slice), 0, &mut reading), Fit::Stored);
            assert_eq!(buffer.value(row), Value::Dynamic(r#""{\"a\":\"\\ud800\"}""#.into()));
        }
        assert_eq!(reading.surrogates, 2);
        assert_eq!(store(Type::String, r#""a\ud800""#), (Fit::Cut, Value::String("a\u{fffd}".into())));
    }

    #[test]
    fn string_columns_take_json_as_text() {
        let text = r#"[{"Name": "To", "Value": "a\/b"}]"#;
        let expected = Value::String(r#"[{"Name":"To","Value":"a/b"}]"#.into());
        assert_eq!(store(Type::String, text), (Fit::Stored, expected));
        assert_eq!(store(Type::String, "1.50"), (Fit::Stored, Value::String("1.50".into())));
        assert_eq!(store(Type::String, r#""a\r\n\u00e9""#).1, Value::String("a\r\né".into()));
        assert_eq!(store(Type::String, "null"), (Fit::Empty, Value::String("".into())));
    }

    #[test]
    fn times_timespans_and_guids() {
        let ticks = |text| match store(Type::Datetime, text).1 {
            Value::Datetime(ticks) => ticks::iso(ticks),
            other => format!("{other:?}"),
        };
        assert_eq!(ticks("\"2026-07-18T17:00:07.1234567Z\""), "2026-07-18T17:00:07.1234567Z");
        assert_eq!(store(Type::Datetime, "1700000000"), (Fit::Misfit, Value::Null));
        assert_eq!(store(Type::Datetime, "\"2026-07-18T17:00:07.12345678Z\"").0, Fit::Cut);
        assert_eq!(store(Type::Datetime, "\"soon\""), (Fit::Misfit, Value::Null));
        let span = Value::Timespan(-(ticks::DAY + ticks::HOUR + 5));
        assert_eq!(store(Type::Timespan, "\"-1.01:00:00.0000005\"").1, span);
        assert_eq!(store(Type::Timespan, "\"01:60:00\"").0, Fit::Misfit);
        let guid = "\"44444444-4444-4444-8444-44444444ABCD\"";
        assert_eq!(store(Type::Guid, guid).1, Value::Guid("44444444-4444-4444-8444-44444444abcd".into()));
    }
}
