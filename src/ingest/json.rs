//! A strict JSON scanner over raw bytes: where the fields of an object are, without building a tree. As
//! strict as RFC 8259 and DuckDB's own parser. Knows nothing of rows, columns or files.

mod scan;
mod text;

use std::ops::Range;

pub use crate::kernels::json::{quote, unescape_into};
use scan::Scanner;
pub use text::{compact_into, unescape};

pub use crate::kernels::json::Kind;

/// How deep arrays and objects may nest.
pub const DEPTH_MAX: usize = 128;

/// A value in some JSON text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Slice {
    /// Where it stands; a string's quotes belong to it.
    pub at: Range<usize>,
    pub kind: Kind,
    /// It has no backslash, and no white space outside of strings: it is its own compact form.
    pub plain: bool,
    /// It has an escape such as `\ud800` without its other half, which no Unicode text can hold.
    pub lone: bool,
}

/// A field of an object. The key is a string slice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Field {
    pub key: Slice,
    pub value: Slice,
}

/// Why a text is not JSON, and at which byte.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    pub at: usize,
    pub what: &'static str,
}

/// Reads one object and puts its fields into `fields`; where the value of `unfold` is an object, its
/// fields go into `inner`. Nothing but white space may follow.
pub fn object(
    text: &str,
    unfold: &str,
    fields: &mut Vec<Field>,
    inner: &mut Vec<Field>,
) -> Result<(), Fault> {
    fields.clear();
    inner.clear();
    let mut scanner = Scanner::new(text);
    scanner.space();
    if scanner.peek() != Some(b'{') {
        return Err(scanner.fault("it is not an object"));
    }
    scanner.fields(0, &mut |scanner, key| {
        let value =
            if &scanner.text[key.at.start + 1..key.at.end - 1] == unfold && scanner.peek() == Some(b'{') {
                let start = scanner.begin();
                scanner.fields(1, &mut |scanner, key| {
                    let value = scanner.value(2)?;
                    inner.push(Field { key, value });
                    Ok(())
                })?;
                scanner.end(start, Kind::Object)
            } else {
                scanner.value(1)?
            };
        fields.push(Field { key, value });
        Ok(())
    })?;
    scanner.finish()
}

/// A field at the top of an object: key, first byte of the value, the value's text when it is whole.
pub type Outline<'a> = (String, u8, Option<&'a str>);

/// The fields at the top of the object that `text` begins with; `text` may be cut off anywhere. Also says
/// whether the object is whole.
pub fn outline(text: &str) -> (Vec<Outline<'_>>, bool) {
    let mut scanner = Scanner::new(text);
    let mut found: Vec<Outline<'_>> = Vec::new();
    scanner.space();
    if scanner.peek() != Some(b'{') {
        return (found, false);
    }
    let whole = scanner.fields(0, &mut |scanner, key| {
        found.push((unescape(text, &key).into_owned(), scanner.peek().unwrap_or(0), None));
        let value = scanner.value(1)?;
        if let Some(last) = found.last_mut() {
            last.2 = Some(&text[value.at]);
        }
        Ok(())
    });
    (found, whole.is_ok())
}

/// Reads one array and gives its elements.
pub fn array(text: &str) -> Result<Vec<Slice>, Fault> {
    let mut scanner = Scanner::new(text);
    let mut elements = Vec::new();
    scanner.space();
    if scanner.peek() != Some(b'[') {
        return Err(scanner.fault("it is not an array"));
    }
    scanner.elements(0, &mut |scanner| {
        elements.push(scanner.value(1)?);
        Ok(())
    })?;
    scanner.finish()?;
    Ok(elements)
}

/// Reads one value of any kind.
pub fn value(text: &str) -> Result<Slice, Fault> {
    let mut scanner = Scanner::new(text);
    scanner.space();
    let slice = scanner.value(0)?;
    scanner.finish()?;
    Ok(slice)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn compact(text: &str) -> String {
        let mut out = String::new();
        compact_into(text, &value(text).unwrap(), &mut out);
        out
    }

    #[test]
    fn compact_keeps_order_and_number_text() {
        let text = " { \"b\" : 1.0 , \"a\" : [ 1e400 , -640236721980338696 ] , \"b\" : \"x y\" } ";
        assert_eq!(compact(text), r#"{"b":1.0,"a":[1e400,-640236721980338696],"b":"x y"}"#);
        assert_eq!(compact(r#""\u00e9\/\u0041\n\u0001\ud83d\ude00\"""#), "\"é/A\\n\\u0001😀\\\"\"");
        assert!(value("{\"a\":\"b c\"}").unwrap().plain);
    }

    #[test]
    fn half_a_surrogate_pair_is_seen() {
        assert!(value(r#"{"a":"\ud800x"}"#).unwrap().lone);
        assert!(value(r#"["\udc00"]"#).unwrap().lone);
        assert!(!value(r#"["\ud83d\ude00"]"#).unwrap().lone);
        let slice = value(r#""\ud800""#).unwrap();
        assert_eq!(unescape(r#""\ud800""#, &slice), "\u{fffd}");
    }

    #[test]
    fn an_outline_takes_what_there_is() {
        let (found, whole) = outline(r#" {"type": "bundle", "objects": [{"a": "#);
        assert_eq!(found, [("type".into(), b'"', Some("\"bundle\"")), ("objects".into(), b'[', None)]);
        assert!(!whole);
        assert!(outline("{\"a\":1}\n{").1);
        assert!(outline("[").0.is_empty());
    }

    #[test]
    fn nesting_has_a_limit() {
        let deep = |levels: usize| format!("{}{}", "[".repeat(levels), "]".repeat(levels));
        assert!(value(&deep(128)).is_ok());
        assert!(value(&deep(129)).is_err());
        assert!(value(&"[".repeat(1_000_000)).is_err());
    }

    #[test]
    fn as_strict_as_the_standard() {
        let bad = [
            "",
            " ",
            "{",
            "}",
            "{]",
            "[}",
            "[1,]",
            "[,1]",
            "{\"a\"}",
            "{\"a\":}",
            "{\"a\":1,}",
            "{a:1}",
            "01",
            "1.",
            ".5",
            "-",
            "+1",
            "1e",
            "NaN",
            "nul",
            "tru",
            "'a'",
            "\"a",
            "\"\\x\"",
            "\"\\u12g4\"",
            "\"\t\"",
            "1 2",
            "[1 2]",
            "{\"a\" 1}",
            "\"\\",
            "\"\\u12",
            "--1",
            "1e+",
        ];
        for text in bad {
            assert!(value(text).is_err(), "{text}");
        }
        for text in ["0", "-0.0e-1", "\"\"", "[]", "{}", " [ ] ", "true", "null", "[[],{}]", "1E5"] {
            assert!(value(text).is_ok(), "{text}");
        }
    }

    #[test]
    fn agrees_with_serde_on_mutations() {
        let good = r#"{"a":[1,-2.5e3,"x\u00e9\\",{"b":null}],"c":true,"d":"\ud83d\ude00 é"}"#;
        let mut seed = 1_u64;
        for _ in 0..20_000 {
            let mut bytes = good.as_bytes().to_vec();
            for _ in 0..2 {
                seed = seed.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
                let at = (seed >> 33) as usize % bytes.len();
                let new = br#"{}[]",:\u0e19-+.tfn d8"#[(seed >> 20) as usize % 22];
                bytes[at] = new;
            }
            let Ok(text) = std::str::from_utf8(&bytes) else { continue };
            let ours = value(text);
            // Half pairs are errors to serde, and marked here.
            let valid = ours.as_ref().is_ok_and(|slice| !slice.lone);
            let theirs = serde_json::from_str::<serde_json::Value>(text);
            // Unlike serde, a number may be out of any range: its text is kept.
            if theirs.as_ref().is_err_and(|error| error.to_string().contains("out of range")) {
                continue;
            }
            assert_eq!(valid, theirs.is_ok(), "{text}: {ours:?} {theirs:?}");
            if let (true, Ok(theirs)) = (valid, theirs) {
                assert_eq!(
                    serde_json::from_str::<serde_json::Value>(&compact(text)).unwrap(),
                    theirs,
                    "{text}"
                );
            }
        }
    }
}
