//! Conversions between text, numbers, booleans and guids; failure is null, never an error. Knows
//! values and JSON scalars; datetimes and timespans only as texts of ticks.

use std::borrow::Cow;

use super::real::push_real;
use super::{Cell, Kernel, Phys, infallible, json, lenient, strict};
use crate::ticks;

pub const KERNELS: &[Kernel] = &infallible([
    // Strings are never null: the text of a null is empty.
    lenient("kql_tostring_real", &[Phys::Real], Phys::Text, |args, out| {
        args[0].real().inspect(|value| push_real(*value, out));
        Cell::Text(out)
    }),
    lenient("kql_tostring_datetime", &[Phys::Long], Phys::Text, |args, out| {
        args[0].long().inspect(|value| out.push_str(&ticks::iso_full(*value)));
        Cell::Text(out)
    }),
    lenient("kql_tostring_timespan", &[Phys::Long], Phys::Text, |args, out| {
        args[0].long().inspect(|value| out.push_str(&ticks::timespan_text(*value)));
        Cell::Text(out)
    }),
    strict("kql_tolong_text", &[Phys::Text], Phys::Long, |args, _| args[0].text().and_then(long).into()),
    strict("kql_tolong_real", &[Phys::Real], Phys::Long, |args, _| {
        args[0].real().and_then(long_of_real).into()
    })
    .constant(|args, _| args[0].real().and_then(constant_long_of_real).into()),
    strict("kql_tolong_json", &[Phys::Text], Phys::Long, |args, _| match scalar(args[0]) {
        Scalar::Null => Cell::Null,
        Scalar::Bool(value) => Cell::Long(value.into()),
        Scalar::Long(value) => Cell::Long(value),
        Scalar::Real(value) => long_of_real(value).into(),
        Scalar::Text(text) => long(&text).into(),
    }),
    strict("kql_toint_text", &[Phys::Text], Phys::Int, |args, _| int_cell(args[0].text().and_then(int))),
    strict("kql_toint_long", &[Phys::Long], Phys::Int, |args, _| int_cell(args[0].long().map(int_of_long))),
    strict("kql_toint_real", &[Phys::Real], Phys::Int, |args, _| {
        int_cell(args[0].real().and_then(int_of_real))
    }),
    strict("kql_toint_json", &[Phys::Text], Phys::Int, |args, _| match scalar(args[0]) {
        Scalar::Null => Cell::Null,
        Scalar::Bool(value) => Cell::Int(value.into()),
        Scalar::Long(value) => Cell::Int(int_of_long(value)),
        Scalar::Real(value) => int_cell(int_of_real(value)),
        Scalar::Text(text) => int_cell(int(&text)),
    }),
    strict("kql_toreal_text", &[Phys::Text], Phys::Real, |args, _| args[0].text().and_then(real).into()),
    strict("kql_toreal_json", &[Phys::Text], Phys::Real, |args, _| match scalar(args[0]) {
        Scalar::Null => Cell::Null,
        Scalar::Bool(value) => Cell::Real(value.into()),
        Scalar::Long(value) => Cell::Real(value as f64),
        Scalar::Real(value) => Cell::Real(value),
        Scalar::Text(text) => real(&text).into(),
    }),
    strict("kql_tobool_text", &[Phys::Text], Phys::Bool, |args, _| args[0].text().and_then(bool).into()),
    strict("kql_tobool_json", &[Phys::Text], Phys::Bool, |args, _| match scalar(args[0]) {
        Scalar::Null => Cell::Null,
        Scalar::Bool(value) => Cell::Bool(value),
        Scalar::Long(value) => Cell::Bool(value != 0),
        Scalar::Real(value) => Cell::Bool(value != 0.0),
        Scalar::Text(text) => bool(&text).into(),
    }),
    // Elements as `to typeof()` has them: a number is not read out of a text, nor made of a bool.
    strict("kql_element_long", &[Phys::Text], Phys::Long, |args, _| match scalar(args[0]) {
        Scalar::Long(value) => Cell::Long(value),
        Scalar::Real(value) => long_of_real(value).into(),
        Scalar::Null | Scalar::Bool(_) | Scalar::Text(_) => Cell::Null,
    }),
    strict("kql_element_int", &[Phys::Text], Phys::Int, |args, _| match scalar(args[0]) {
        Scalar::Long(value) => Cell::Int(int_of_long(value)),
        Scalar::Real(value) => int_cell(int_of_real(value)),
        Scalar::Null | Scalar::Bool(_) | Scalar::Text(_) => Cell::Null,
    }),
    strict("kql_element_real", &[Phys::Text], Phys::Real, |args, _| match scalar(args[0]) {
        Scalar::Long(value) => Cell::Real(value as f64),
        Scalar::Real(value) => Cell::Real(value),
        Scalar::Null | Scalar::Bool(_) | Scalar::Text(_) => Cell::Null,
    }),
    strict("kql_element_bool", &[Phys::Text], Phys::Bool, |args, _| match scalar(args[0]) {
        Scalar::Bool(value) => Cell::Bool(value),
        Scalar::Long(value) => Cell::Bool(value != 0),
        Scalar::Null | Scalar::Real(_) | Scalar::Text(_) => Cell::Null,
    }),
    strict("kql_element_text", &[Phys::Text], Phys::Text, |args, out| match scalar(args[0]) {
        Scalar::Text(text) => {
            out.push_str(&text);
            Cell::Text(out)
        }
        Scalar::Null | Scalar::Bool(_) | Scalar::Long(_) | Scalar::Real(_) => Cell::Null,
    }),
    strict("kql_toguid", &[Phys::Text], Phys::Text, |args, out| match args[0].text() {
        Some(text) if push_guid(text, out) => Cell::Text(out),
        _ => Cell::Null,
    }),
    lenient("kql_tohex", &[Phys::Long, Phys::Long], Phys::Text, |args, out| tohex(args, u64::MAX, out)),
    // A negative int has 8 digits.
    lenient("kql_tohex_int", &[Phys::Int, Phys::Long], Phys::Text, |args, out| {
        tohex(args, u64::from(u32::MAX), out)
    }),
]);

fn int_cell(value: Option<i32>) -> Cell<'static> {
    value.map_or(Cell::Null, Cell::Int)
}

/// A whole number in decimal or `0x` digits, with blanks around it. `"5.7"` and `"1e3"` are none.
fn long(text: &str) -> Option<i64> {
    let text = text.trim();
    match hex_digits(text) {
        // All 64 bits count: "0xFFFFFFFFFFFFFFFF" is -1.
        Some(digits) => u64::from_str_radix(digits, 16).ok().map(|value| value as i64),
        None => text.parse().ok(),
    }
}

/// As [`long`], of 32 bits; beyond them it is null, unlike a long that is made an int.
fn int(text: &str) -> Option<i32> {
    let text = text.trim();
    match hex_digits(text) {
        Some(digits) => u32::from_str_radix(digits, 16).ok().map(|value| value as i32),
        None => text.parse().ok(),
    }
}

fn hex_digits(text: &str) -> Option<&str> {
    let digits = text.strip_prefix("0x").or_else(|| text.strip_prefix("0X"))?;
    // The standard parser takes a sign here; Kusto does not.
    digits.bytes().all(|byte| byte.is_ascii_hexdigit()).then_some(digits)
}

/// Decimal digits with point and exponent; also NaN and infinity, the latter not as "INF" (recorded).
pub(super) fn real(text: &str) -> Option<f64> {
    let text = text.trim();
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    if digits.starts_with(|c: char| c.is_ascii_digit() || c == '.') {
        return text.parse().ok();
    }
    if digits == "inf" || digits == "Inf" || digits.eq_ignore_ascii_case("infinity") {
        return Some(if text.starts_with('-') { f64::NEG_INFINITY } else { f64::INFINITY });
    }
    digits.eq_ignore_ascii_case("nan").then_some(f64::NAN)
}

/// `true` and `false` in any case, or a whole number; no blanks around it (recorded).
pub(super) fn bool(text: &str) -> Option<bool> {
    if text.eq_ignore_ascii_case("true") {
        Some(true)
    } else if text.eq_ignore_ascii_case("false") {
        Some(false)
    } else if text.trim().len() == text.len() {
        long(text).map(|value| value != 0)
    } else {
        None
    }
}

/// Cuts the fraction and stays inside 64 bits, over rows as agent-type-casts-coercion-0034 has it; NaN and
/// the infinities are null.
fn long_of_real(value: f64) -> Option<i64> {
    value.is_finite().then_some(value as i64)
}

/// A constant that is too great becomes the least long, where a row's becomes the greatest
/// (agent-type-casts-coercion-0033).
fn constant_long_of_real(value: f64) -> Option<i64> {
    if value >= 9_223_372_036_854_775_808.0 && value.is_finite() {
        return Some(i64::MIN);
    }
    long_of_real(value)
}

fn int_of_real(value: f64) -> Option<i32> {
    value.is_finite().then_some(value as i32)
}

/// A long that does not fit keeps its low bits.
fn int_of_long(value: i64) -> i32 {
    value as i32
}

fn tohex<'a>(args: &[Cell<'a>], bits: u64, out: &'a mut String) -> Cell<'a> {
    if let Some(value) = args[0].long() {
        let width = args[1].long().unwrap_or(0).clamp(0, 16) as usize;
        out.push_str(&format!("{:0width$x}", value as u64 & bits));
    }
    Cell::Text(out)
}

/// The first 32 characters that are no hyphens are hexadecimal digits; what follows does not matter.
/// A guid as it is written everywhere, from a text that `toguid()` reads.
pub fn guid_text(text: &str) -> Option<String> {
    let mut out = String::new();
    push_guid(text, &mut out).then_some(out)
}

pub(super) fn push_guid(text: &str, out: &mut String) -> bool {
    let mut count = 0;
    for byte in text.bytes().filter(|byte| *byte != b'-').take(32) {
        if !byte.is_ascii_hexdigit() {
            return false;
        }
        if matches!(count, 8 | 12 | 16 | 20) {
            out.push('-');
        }
        out.push(byte.to_ascii_lowercase() as char);
        count += 1;
    }
    count == 32
}

/// What a JSON text holds when it is no array or object; those are `Null` here.
pub(super) enum Scalar<'j> {
    Null,
    Bool(bool),
    Long(i64),
    Real(f64),
    Text(Cow<'j, str>),
}

pub(super) fn scalar<'j>(json: Cell<'j>) -> Scalar<'j> {
    let json = json::trim(json.text().unwrap_or(""));
    match json.as_bytes().first() {
        Some(b'"') => {
            json::string_inside(json).map_or(Scalar::Null, |inside| Scalar::Text(json::unescape(inside)))
        }
        Some(b't') => Scalar::Bool(true),
        Some(b'f') => Scalar::Bool(false),
        Some(b'-' | b'0'..=b'9') => match json.parse() {
            Ok(value) => Scalar::Long(value),
            Err(_) => json.parse().map_or(Scalar::Null, Scalar::Real),
        },
        _ => Scalar::Null,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernels::testing::{call, texts};

    fn of_real(name: &str, value: f64) -> String {
        call(name, &[Cell::Real(value)])
    }

    #[test]
    fn texts_to_numbers() {
        let long = |text| texts("kql_tolong_text", &[text]);
        assert_eq!(long(" 77 "), "77");
        assert_eq!(long("7.0"), "NULL");
        assert_eq!(long("0XfF"), "255");
        assert_eq!(long("0xfffffffffffffffe"), "-2");
        assert_eq!(long("-0x1"), "NULL");
        assert_eq!(long("0x+1"), "NULL");
        assert_eq!(long("9223372036854775808"), "NULL");
        assert_eq!(texts("kql_toint_text", &["2147483648"]), "NULL");
        let real = |text| texts("kql_toreal_text", &[text]);
        assert_eq!(real(" 1e400 "), "inf");
        assert_eq!(real("INF"), "NULL");
        assert_eq!(real("-inf"), "-inf");
        assert_eq!(real("nan"), "NaN");
        assert_eq!(real("1_000"), "NULL");
        assert_eq!(real("0x10"), "NULL");
        assert_eq!(real(""), "NULL");
    }

    #[test]
    fn numbers_to_numbers() {
        assert_eq!(of_real("kql_tolong_real", -3.9), "-3");
        assert_eq!(of_real("kql_tolong_real", 1e300), i64::MAX.to_string());
        assert_eq!(of_real("kql_tolong_real", f64::INFINITY), "NULL");
        assert_eq!(of_real("kql_toint_real", -1e300), i32::MIN.to_string());
        assert_eq!(call("kql_toint_long", &[Cell::Long(1 << 31)]), i32::MIN.to_string());
    }

    #[test]
    fn texts_to_bool() {
        for (text, value) in [("TRUE", "true"), ("-3", "true"), ("0", "false"), ("0x10", "true")] {
            assert_eq!(texts("kql_tobool_text", &[text]), value);
        }
        for text in [" true", "1.0", "yes", ""] {
            assert_eq!(texts("kql_tobool_text", &[text]), "NULL", "{text:?}");
        }
    }

    #[test]
    fn from_dynamic() {
        assert_eq!(texts("kql_toint_json", &["4294967297"]), "1");
        assert_eq!(texts("kql_tolong_json", &["\"0x11\""]), "17");
        assert_eq!(texts("kql_tolong_json", &["8.9"]), "8");
        assert_eq!(texts("kql_tolong_json", &["[8]"]), "NULL");
        assert_eq!(texts("kql_toreal_json", &["true"]), "1.0");
        assert_eq!(texts("kql_tobool_json", &["0.5"]), "true");
        assert_eq!(texts("kql_tobool_json", &["null"]), "NULL");
    }

    #[test]
    fn elements_of_another_kind_are_null() {
        let answers = [
            ("kql_element_long", ["7", "-2", "NULL", "NULL", "NULL", "NULL"]),
            ("kql_element_int", ["7", "-2", "NULL", "NULL", "NULL", "NULL"]),
            ("kql_element_real", ["7.0", "-2.5", "NULL", "NULL", "NULL", "NULL"]),
            ("kql_element_bool", ["true", "NULL", "NULL", "true", "NULL", "NULL"]),
            ("kql_element_text", ["NULL", "NULL", "7", "NULL", "NULL", "NULL"]),
        ];
        for (kernel, answers) in answers {
            for (json, answer) in ["7", "-2.5", "\"7\"", "true", "null", "[7]"].iter().zip(answers) {
                assert_eq!(texts(kernel, &[json]), answer, "{kernel} of {json}");
            }
        }
    }

    #[test]
    fn guids_and_hex() {
        let plain = "0F0e0d0c-0b0a-0908-0706-050403020100";
        assert_eq!(texts("kql_toguid", &[plain]), plain.to_lowercase());
        assert_eq!(
            texts("kql_toguid", &["0f0e0d0c0b0a-090807060504-03020100 and more"]),
            plain.to_lowercase()
        );
        assert_eq!(texts("kql_toguid", &["0f0e"]), "NULL");
        assert_eq!(call("kql_tohex", &[Cell::Long(-2), Cell::Null]), "fffffffffffffffe");
        assert_eq!(call("kql_tohex_int", &[Cell::Int(-2), Cell::Null]), "fffffffe");
        assert_eq!(call("kql_tohex", &[Cell::Long(200), Cell::Long(4)]), "00c8");
    }

    #[test]
    fn nulls_have_an_empty_text() {
        for name in ["kql_tostring_real", "kql_tostring_datetime", "kql_tostring_timespan"] {
            assert_eq!(call(name, &[Cell::Null]), "");
        }
        assert_eq!(call("kql_tostring_datetime", &[Cell::Long(0)]), "0001-01-01T00:00:00.0000000Z");
    }
}
