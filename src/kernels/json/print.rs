//! JSON text written: strings with their escapes, whole values compact or as Kusto prints them. Knows
//! text; no KQL function.

use super::{skip_space, skip_string, space, unescape};
use crate::kernels::real;
use std::fmt::Write;

/// Writes a text as a JSON string.
pub fn quote(text: &str, out: &mut String) {
    out.push('"');
    let mut written = 0;
    for (at, byte) in text.bytes().enumerate() {
        if byte >= b' ' && byte != b'"' && byte != b'\\' {
            continue;
        }
        out.push_str(&text[written..at]);
        written = at + 1;
        match byte {
            b'"' => out.push_str("\\\""),
            b'\\' => out.push_str("\\\\"),
            b'\n' => out.push_str("\\n"),
            b'\r' => out.push_str("\\r"),
            b'\t' => out.push_str("\\t"),
            8 => out.push_str("\\b"),
            12 => out.push_str("\\f"),
            other => {
                // Writing to a String cannot fail.
                let _ = write!(out, "\\u{other:04X}");
            }
        }
    }
    out.push_str(&text[written..]);
    out.push('"');
}

/// Writes the value without the white space between its parts; numbers stay as they are written.
pub fn compact(json: &str, out: &mut String) {
    let bytes = json.as_bytes();
    let (mut at, mut written) = (0, 0);
    while at < bytes.len() {
        if bytes[at] == b'"' {
            at = skip_string(bytes, at).unwrap_or(bytes.len());
        } else if space(bytes[at]) {
            out.push_str(&json[written..at]);
            at = skip_space(bytes, at);
            written = at;
        } else {
            at += 1;
        }
    }
    out.push_str(&json[written..]);
}

/// Is there white space between the parts of the value?
pub fn is_compact(json: &str) -> bool {
    let bytes = json.as_bytes();
    let mut at = 0;
    while at < bytes.len() {
        if bytes[at] == b'"' {
            at = skip_string(bytes, at).unwrap_or(bytes.len());
        } else if space(bytes[at]) {
            return false;
        } else {
            at += 1;
        }
    }
    true
}

/// Writes the value as Kusto prints it: no white space, reals by [`real::push_real`], escapes only where
/// JSON needs them.
pub fn canonical(json: &str, out: &mut String) {
    let bytes = json.as_bytes();
    let mut at = 0;
    while at < bytes.len() {
        let end = token_end(bytes, at);
        let token = &json[at..end];
        match bytes[at] {
            b'"' if token.contains('\\') => {
                quote(&unescape(token[1..].strip_suffix('"').unwrap_or(&token[1..])), out);
            }
            b'-' | b'0'..=b'9' if !plain_integer(token) => match token.parse::<f64>() {
                Ok(value) if value.is_finite() => real::push_real(value, out),
                Ok(_) | Err(_) => out.push_str(token),
            },
            byte if space(byte) => {}
            _ => out.push_str(token),
        }
        at = end;
    }
}

/// Is it certain that [`canonical`] would change nothing? Reals are not looked into.
pub fn is_canonical(json: &str) -> bool {
    let bytes = json.as_bytes();
    let mut at = 0;
    while at < bytes.len() {
        let end = token_end(bytes, at);
        let token = &json[at..end];
        let same = match bytes[at] {
            b'"' => !token.contains('\\'),
            b'-' | b'0'..=b'9' => plain_integer(token),
            byte => !space(byte),
        };
        if !same {
            return false;
        }
        at = end;
    }
    true
}

/// The index after the string, the number or the single other character that begins at `at`.
fn token_end(bytes: &[u8], at: usize) -> usize {
    let number = |byte: &u8| matches!(byte, b'0'..=b'9' | b'-' | b'+' | b'.' | b'e' | b'E');
    match bytes[at] {
        b'"' => skip_string(bytes, at).unwrap_or(bytes.len()),
        b'-' | b'0'..=b'9' => {
            at + bytes[at..].iter().position(|byte| !number(byte)).unwrap_or(bytes.len() - at)
        }
        byte if byte.is_ascii() => at + 1,
        _ => at + bytes[at..].iter().position(u8::is_ascii).unwrap_or(bytes.len() - at),
    }
}

fn plain_integer(token: &str) -> bool {
    !token.bytes().any(|byte| matches!(byte, b'.' | b'e' | b'E'))
}

#[cfg(test)]
mod tests {
    use super::super::{check, string_inside};
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn as_kusto_prints() {
        let show = |json: &str| {
            let mut out = String::new();
            canonical(json, &mut out);
            assert!(!is_canonical(json) || out == json, "{json}");
            out
        };
        assert_eq!(
            show(r#"{ "a" : [1, 2.50, 1e3], "\u0041\/" : "x  y" }"#),
            r#"{"a":[1,2.5,1000.0],"A/":"x  y"}"#
        );
        assert_eq!(show("1e400"), "1e400");
        assert_eq!(show("12345678901234567890123"), "12345678901234567890123");
    }

    proptest! {
        #[test]
        fn quoting_there_and_back(text in "\\PC*|[\\x00-\\x7f]*") {
            let mut out = String::new();
            quote(&text, &mut out);
            prop_assert!(check(&out));
            prop_assert_eq!(unescape(string_inside(&out).unwrap()), text);
        }
    }
}
