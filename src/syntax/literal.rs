//! The text of a literal token to its value. Knows one token at a time, no grammar.

use super::ast::Literal;
use crate::ticks::{Civil, parse_datetime, parse_timespan};
use crate::types::Type;

/// What is wrong with a literal: where inside its token, and what to do.
#[derive(Debug, PartialEq)]
pub(super) struct Wrong {
    pub start: usize,
    pub end: usize,
    pub message: String,
    pub help: String,
}

impl Wrong {
    fn whole(token: &str, message: impl Into<String>, help: impl Into<String>) -> Wrong {
        Wrong { start: 0, end: token.len(), message: message.into(), help: help.into() }
    }
}

/// The value of a string token in any of its forms. One without its closing quote has its value too.
pub(super) fn string_value(token: &str) -> Result<String, Wrong> {
    let body = token.strip_prefix(['h', 'H']).unwrap_or(token);
    let (verbatim, body) = match body.strip_prefix('@') {
        Some(rest) => (true, rest),
        None => (false, body),
    };
    for fence in ["```", "~~~"] {
        if let Some(rest) = body.strip_prefix(fence) {
            return Ok(rest.strip_suffix(fence).unwrap_or(rest).to_owned());
        }
    }
    let quote = if body.starts_with('\'') { "'" } else { "\"" };
    let inside = body.strip_prefix(quote).unwrap_or(body);
    if verbatim {
        let doubled = quote.repeat(2);
        return Ok(inside.strip_suffix(quote).unwrap_or(inside).replace(&doubled, quote));
    }
    unescape(inside, quote, token.len() - inside.len())
}

/// Reads to the closing quote; `offset` is where `inside` stands in its token.
fn unescape(inside: &str, quote: &str, offset: usize) -> Result<String, Wrong> {
    let mut value = String::with_capacity(inside.len());
    let mut rest = inside;
    loop {
        let Some(at) = rest.find(['\\', quote.as_bytes()[0] as char]) else {
            value.push_str(rest);
            return Ok(value);
        };
        value.push_str(&rest[..at]);
        rest = &rest[at..];
        if rest.starts_with(quote) {
            return Ok(value);
        }
        if rest.len() == 1 {
            return Ok(value);
        }
        match escape(rest) {
            Some((char, length)) => {
                value.push(char);
                rest = &rest[length..];
            }
            None => {
                let start = offset + inside.len() - rest.len();
                let shown: String = rest.chars().take(2).collect();
                return Err(Wrong {
                    start,
                    end: start + shown.len(),
                    message: format!("unknown escape '{shown}' in a string"),
                    help: format!("Write '\\{shown}', or put @ before the string: @{quote}...{quote}."),
                });
            }
        }
    }
}

/// The character that an escape stands for, and its length. The escapes are those of Kusto's lexer.
fn escape(text: &str) -> Option<(char, usize)> {
    let bytes = text.as_bytes();
    let char = match bytes.get(1)? {
        b'\\' => '\\',
        b'\'' => '\'',
        b'"' => '"',
        b'a' => '\u{7}',
        b'b' => '\u{8}',
        b'f' => '\u{c}',
        b'n' => '\n',
        b'r' => '\r',
        b't' => '\t',
        b'v' => '\u{b}',
        b'x' => return Some((char::from_u32(hex(text, 2, 2)?)?, 4)),
        b'U' => return Some((char::from_u32(hex(text, 2, 8)?)?, 10)),
        b'u' => {
            let first = hex(text, 2, 4)?;
            // Beyond the first plane a character is written as two surrogates.
            if (0xd800..0xdc00).contains(&first) && text.get(6..8) == Some("\\u") {
                let second = hex(text, 8, 4).filter(|second| (0xdc00..0xe000).contains(second))?;
                return Some((char::from_u32(0x10000 + ((first - 0xd800) << 10) + (second - 0xdc00))?, 12));
            }
            return Some((char::from_u32(first)?, 6));
        }
        b'0'..=b'7' => return octal(bytes),
        _ => return None,
    };
    Some((char, 2))
}

fn octal(bytes: &[u8]) -> Option<(char, usize)> {
    let most = if bytes[1] <= b'3' { 3 } else { 2 };
    let digits: Vec<u32> = bytes[1..]
        .iter()
        .take(most)
        .take_while(|byte| matches!(byte, b'0'..=b'7'))
        .map(|byte| u32::from(byte - b'0'))
        .collect();
    let code = digits.iter().fold(0, |code, digit| code * 8 + digit);
    Some((char::from_u32(code)?, 1 + digits.len()))
}

fn hex(text: &str, start: usize, length: usize) -> Option<u32> {
    let digits = text.get(start..start + length)?;
    digits.bytes().all(|byte| byte.is_ascii_hexdigit()).then_some(())?;
    u32::from_str_radix(digits, 16).ok()
}

/// A bare number, with the sign before it.
pub(super) fn long_value(token: &str, negative: bool) -> Result<Literal, Wrong> {
    integer(token, negative).and_then(|value| i64::try_from(value).ok()).map(Literal::Long).ok_or_else(|| {
        let help = "Use real() or decimal() for larger numbers.";
        Wrong::whole(token, format!("{token} does not fit a long"), help)
    })
}

pub(super) fn real_value(token: &str, negative: bool) -> Result<Literal, Wrong> {
    let value: f64 = token.parse().map_err(|_| Wrong::whole(token, "not a real", "Write it as 1.5e3."))?;
    Ok(Literal::Real(if negative { -value } else { value }))
}

pub(super) fn timespan_value(token: &str, negative: bool) -> Result<Literal, Wrong> {
    parse_timespan(token).map(|ticks| Literal::Timespan(if negative { -ticks } else { ticks })).ok_or_else(
        || Wrong::whole(token, format!("{token} is longer than a timespan can be"), "Use at most 10675199d."),
    )
}

/// Decimal or, after `0x`, hexadecimal digits.
fn integer(text: &str, negative: bool) -> Option<i128> {
    let value = match text.strip_prefix("0x").or_else(|| text.strip_prefix("0X")) {
        Some(digits) if digits.len() <= 16 => i128::from_str_radix(digits, 16).ok()?,
        Some(_) => return None,
        None if text.len() <= 20 && !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) => {
            text.parse().ok()?
        }
        None => return None,
    };
    Some(if negative { -value } else { value })
}

/// `datetime(...)` and its kind: the token from its word to its closing parenthesis.
pub(super) fn typed_value(ty: Type, token: &str) -> Result<Literal, Wrong> {
    let open = token.find('(').map_or(0, |at| at + 1);
    let inside = token[open..].strip_suffix(')').unwrap_or(&token[open..]).trim();
    if inside == "null" {
        return Ok(Literal::Null(ty));
    }
    let text = unquote(inside);
    let value = match ty {
        Type::Bool => boolean(inside).map(Literal::Bool),
        Type::Int => signed(text).and_then(|value| i32::try_from(value).ok()).map(Literal::Int),
        Type::Long => signed(text).and_then(|value| i64::try_from(value).ok()).map(Literal::Long),
        Type::Real => real(text).map(Literal::Real),
        Type::Decimal => decimal(text).map(Literal::Decimal),
        Type::Guid => guid(text).map(Literal::Guid),
        Type::Timespan => parse_timespan(text).map(Literal::Timespan),
        Type::Datetime => datetime(text),
        Type::Dynamic | Type::String => None,
    };
    value.ok_or_else(|| not_a(ty, token, inside, open))
}

/// Microsoft's parser does not look into literals; the engine does, and refuses these as a syntax error
/// (microsoft/Kusto-Query-Language, issue 81).
fn not_a(ty: Type, token: &str, inside: &str, open: usize) -> Wrong {
    let (name, help) = match ty {
        Type::Datetime => {
            ("datetime", "Write it as datetime(2026-05-14 12:00:00); a value is converted by todatetime().")
        }
        Type::Timespan => {
            ("timespan", "Write it as 1.5h or time(1.02:03:04); a value is converted by totimespan().")
        }
        Type::Guid => {
            ("guid", "Write its 32 hexadecimal digits with dashes; a value is converted by toguid().")
        }
        Type::Bool => ("bool", "Write true or false; a value is converted by tobool()."),
        Type::Int => ("int", "Write digits that fit 32 bits; a value is converted by toint()."),
        Type::Long => ("long", "Write digits that fit 64 bits; a value is converted by tolong()."),
        Type::Real => ("real", "Write a number, nan, +inf or -inf; a value is converted by toreal()."),
        Type::Decimal => ("decimal", "Write a number; a value is converted by todecimal()."),
        Type::Dynamic | Type::String => ("value", "Write it between quotes."),
    };
    if inside.is_empty() {
        // The binder takes `datetime()`; what it is, no source tells.
        let message = format!("a {name} without a value");
        return Wrong { start: 0, end: token.len(), message, help: format!("Write {name}(null).") };
    }
    let start = open + token[open..].find(inside).unwrap_or(0);
    let end = start + inside.len();
    Wrong { start, end, message: format!("'{inside}' is not a literal of type {name}"), help: help.into() }
}

/// All but bools may stand between quotes inside the parentheses (Kusto's language service reads `int("5")` as 5,
/// and `bool("true")` as no bool).
fn unquote(text: &str) -> &str {
    for quote in ['"', '\''] {
        if let Some(inside) = text.strip_prefix(quote).and_then(|rest| rest.strip_suffix(quote)) {
            return inside;
        }
    }
    text
}

pub(super) fn boolean(text: &str) -> Option<bool> {
    match text {
        "true" | "True" | "TRUE" => Some(true),
        "false" | "False" | "FALSE" => Some(false),
        _ => None,
    }
}

fn signed(text: &str) -> Option<i128> {
    match text.strip_prefix('-') {
        Some(digits) => integer(digits, true),
        None => integer(text.strip_prefix('+').unwrap_or(text), false),
    }
}

fn real(text: &str) -> Option<f64> {
    match text {
        "nan" => Some(f64::NAN),
        "inf" | "+inf" => Some(f64::INFINITY),
        "-inf" => Some(f64::NEG_INFINITY),
        _ => decimal(text)?.parse().ok(),
    }
}

/// Digits with a sign, a point and an exponent, as written.
fn decimal(text: &str) -> Option<String> {
    let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
    let begins = digits.trim_start_matches('.').starts_with(|char: char| char.is_ascii_digit());
    let plain = digits.bytes().all(|byte| byte.is_ascii_digit() || b".eE+-".contains(&byte));
    (begins && plain && text.parse::<f64>().is_ok()).then(|| text.to_owned())
}

/// 32 hexadecimal digits, with dashes at their places or with none, in lower case with dashes.
fn guid(text: &str) -> Option<String> {
    let lower = text.to_ascii_lowercase();
    if super::lexer::guid(lower.as_bytes()) && lower.len() == 36 {
        return Some(lower);
    }
    let plain = lower.len() == 32 && lower.bytes().all(|byte| byte.is_ascii_hexdigit());
    plain.then(|| {
        let part = |from: usize, to: usize| &lower[from..to];
        [part(0, 8), part(8, 12), part(12, 16), part(16, 20), part(20, 32)].join("-")
    })
}

fn datetime(text: &str) -> Option<Literal> {
    // The engine makes `datetime(2025)` null (recorded), though a year alone is ISO 8601.
    if text.len() == 4 && text.bytes().all(|byte| byte.is_ascii_digit()) {
        return Some(Literal::Null(Type::Datetime));
    }
    comma_datetime(text).or_else(|| parse_datetime(text)).map(Literal::Datetime)
}

/// `datetime(2025, 6, 14)`, from two to six numbers (recorded).
fn comma_datetime(text: &str) -> Option<i64> {
    let mut parts = [0, 1, 1, 0, 0, 0];
    let mut count = 0;
    for part in text.split(',') {
        *parts.get_mut(count)? = part.trim().parse::<u16>().ok()?.into();
        count += 1;
    }
    let [year, month, day, hour, minute, second] = parts;
    let whole = Civil { year, month, day, hour, minute, second, tick: 0 };
    if count < 2 { None } else { whole.ticks() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strings_in_all_their_forms() {
        for (token, value) in [
            (r#""a\tb""#, "a\tb"),
            (r"'it\'s'", "it's"),
            (r#"@"C:\x""y""#, r#"C:\x"y"#),
            (r"@'a''b\'", r"a'b\"),
            (r#"h"secret""#, "secret"),
            (r"H@'se\cret'", r"se\cret"),
            ("```a\n\"b\"```", "a\n\"b\""),
            ("~~~x~~~", "x"),
            (r#""\x41\u0042\U00000043\104\0""#, "ABCD\0"),
            (r#""\ud83d\ude00""#, "😀"),
            ("\"open", "open"),
            ("\"", ""),
        ] {
            assert_eq!(string_value(token).as_deref(), Ok(value), "{token}");
        }
    }

    #[test]
    fn an_unknown_escape_is_shown_where_it_stands() {
        let wrong = string_value(r#""a\d""#).unwrap_err();
        assert_eq!((wrong.start, wrong.end), (2, 4));
        assert!(string_value(r#""\ud83d""#).is_err());
        assert!(string_value("\"\\é\"").is_err());
    }

    #[test]
    fn typed_literals() {
        for (ty, token, value) in [
            (Type::Int, "int( -7 )", Literal::Int(-7)),
            (Type::Int, "int(0xFF)", Literal::Int(255)),
            (Type::Int, "int(null)", Literal::Null(Type::Int)),
            (Type::Int, "int('5')", Literal::Int(5)),
            (Type::Long, "long(\"-6\")", Literal::Long(-6)),
            (Type::Real, "real('1.5')", Literal::Real(1.5)),
            (Type::Decimal, "decimal('1.50')", Literal::Decimal("1.50".into())),
            (Type::Long, "long(-9223372036854775808)", Literal::Long(i64::MIN)),
            (Type::Real, "real(-inf)", Literal::Real(f64::NEG_INFINITY)),
            (Type::Real, "double(.5e-1)", Literal::Real(0.05)),
            (Type::Decimal, "decimal(1.50)", Literal::Decimal("1.50".into())),
            (Type::Bool, "bool(True)", Literal::Bool(true)),
            (Type::Timespan, "time('1.00:00:00')", Literal::Timespan(864_000_000_000)),
            (Type::Datetime, "datetime(2025)", Literal::Null(Type::Datetime)),
            (Type::Datetime, "datetime(1, 1, 2)", Literal::Datetime(864_000_000_000)),
            (
                Type::Guid,
                "guid(0123456789ABCDEF0123456789abcdef)",
                Literal::Guid("01234567-89ab-cdef-0123-456789abcdef".into()),
            ),
        ] {
            assert_eq!(typed_value(ty, token), Ok(value), "{token}");
        }
        for (ty, token) in [
            (Type::Int, "int(2147483648)"),
            (Type::Long, "long(x)"),
            (Type::Real, "real(infinity)"),
            (Type::Decimal, "decimal()"),
            (Type::Datetime, "datetime(soon)"),
            (Type::Bool, "bool(2)"),
        ] {
            assert!(typed_value(ty, token).is_err(), "{token}");
        }
    }
}
