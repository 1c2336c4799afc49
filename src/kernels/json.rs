//! JSON text, read and written where it stands: no tree is built, nothing recurses, and text that is
//! not JSON makes no more than a missing value. Knows JSON; no KQL function, no DuckDB.

mod check;
mod print;
mod together;

pub use check::{DEPTH_MAX, check};
pub use print::{canonical, compact, is_canonical, is_compact, quote};
pub use together::get_all;

use memchr::memchr;
use std::borrow::Cow;
use std::cmp::Ordering;
use std::fmt::Write;

/// What a JSON text is, told by its first byte.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Null,
    Bool,
    Number,
    String,
    Array,
    Object,
}

/// One step from a value into it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step<'a> {
    Key(&'a str),
    /// Counted from 0; below 0 from the end, -1 the last.
    Index(i64),
    /// All elements of an array, as the shadows of arrays name them.
    Every,
}

const fn space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | b'\r')
}

/// The text without white space around it. JSON knows four kinds of it, Unicode many more.
pub fn trim(json: &str) -> &str {
    json.trim_matches([' ', '\t', '\n', '\r'])
}

pub fn kind(json: &str) -> Option<Kind> {
    match trim(json).as_bytes().first()? {
        b'n' => Some(Kind::Null),
        b't' | b'f' => Some(Kind::Bool),
        b'"' => Some(Kind::String),
        b'[' => Some(Kind::Array),
        b'{' => Some(Kind::Object),
        b'-' | b'0'..=b'9' => Some(Kind::Number),
        _ => None,
    }
}

fn skip_space(bytes: &[u8], mut at: usize) -> usize {
    while bytes.get(at).copied().is_some_and(space) {
        at += 1;
    }
    at
}

/// The index after the closing quote of the string that opens at `at`.
fn skip_string(bytes: &[u8], mut at: usize) -> Option<usize> {
    at += 1;
    loop {
        at = quote_or_backslash(bytes, at)?;
        if bytes[at] == b'"' {
            return Some(at + 1);
        }
        at += 2;
    }
}

/// The next of both at or after `at`. Eight bytes at a time, in place: most strings are too short for a
/// call of memchr to pay.
#[inline(always)]
fn quote_or_backslash(bytes: &[u8], mut at: usize) -> Option<usize> {
    const ONES: u64 = 0x0101_0101_0101_0101;
    const HIGHS: u64 = ONES << 7;
    while let Some(eight) = bytes.get(at..at + 8) {
        let word = u64::from_le_bytes([
            eight[0], eight[1], eight[2], eight[3], eight[4], eight[5], eight[6], eight[7],
        ]);
        let quotes = word ^ (ONES * b'"' as u64);
        let slashes = word ^ (ONES * b'\\' as u64);
        let found = ((quotes.wrapping_sub(ONES) & !quotes) | (slashes.wrapping_sub(ONES) & !slashes)) & HIGHS;
        if found != 0 {
            return Some(at + found.trailing_zeros() as usize / 8);
        }
        at += 8;
    }
    bytes.get(at..)?.iter().position(|byte| matches!(byte, b'"' | b'\\')).map(|more| at + more)
}

/// The index after the value that begins at `at`.
fn skip_value(bytes: &[u8], at: usize) -> Option<usize> {
    match *bytes.get(at)? {
        b'"' => skip_string(bytes, at),
        b'{' | b'[' => skip_container(bytes, at),
        _ => {
            let rest = &bytes[at..];
            let end = rest.iter().position(|&byte| space(byte) || matches!(byte, b',' | b'}' | b']'));
            Some(at + end.unwrap_or(rest.len()))
        }
    }
}

fn skip_container(bytes: &[u8], mut at: usize) -> Option<usize> {
    let mut depth = 0usize;
    loop {
        match *bytes.get(at)? {
            b'"' => {
                at = skip_string(bytes, at)?;
                continue;
            }
            b'{' | b'[' => depth += 1,
            b'}' | b']' => {
                depth -= 1;
                if depth == 0 {
                    return Some(at + 1);
                }
            }
            _ => {}
        }
        at += 1;
    }
}

/// The properties of an object in their order: the key as it stands between its quotes, and the value.
#[derive(Clone)]
pub struct Members<'a> {
    json: &'a str,
    at: usize,
}

/// Empty when the text is no object.
pub fn members(json: &str) -> Members<'_> {
    let json = trim(json);
    let at = if json.starts_with('{') { 1 } else { json.len() };
    Members { json, at }
}

impl<'a> Iterator for Members<'a> {
    type Item = (&'a str, &'a str);

    fn next(&mut self) -> Option<Self::Item> {
        let bytes = self.json.as_bytes();
        let key = skip_space(bytes, self.at);
        if bytes.get(key) != Some(&b'"') {
            return None;
        }
        let key_end = skip_string(bytes, key)?;
        let colon = skip_space(bytes, key_end);
        if bytes.get(colon) != Some(&b':') {
            return None;
        }
        let value = skip_space(bytes, colon + 1);
        let value_end = skip_value(bytes, value)?;
        let comma = skip_space(bytes, value_end);
        self.at = if bytes.get(comma) == Some(&b',') { comma + 1 } else { self.json.len() };
        (value_end > value).then(|| (&self.json[key + 1..key_end - 1], &self.json[value..value_end]))
    }
}

/// The elements of an array in their order.
#[derive(Clone)]
pub struct Elements<'a> {
    json: &'a str,
    at: usize,
}

/// Empty when the text is no array.
pub fn elements(json: &str) -> Elements<'_> {
    let json = trim(json);
    let at = if json.starts_with('[') { 1 } else { json.len() };
    Elements { json, at }
}

impl<'a> Iterator for Elements<'a> {
    type Item = &'a str;

    fn next(&mut self) -> Option<Self::Item> {
        let bytes = self.json.as_bytes();
        let value = skip_space(bytes, self.at);
        if matches!(bytes.get(value), None | Some(b']')) {
            return None;
        }
        let value_end = skip_value(bytes, value)?;
        let comma = skip_space(bytes, value_end);
        self.at = if bytes.get(comma) == Some(&b',') { comma + 1 } else { self.json.len() };
        (value_end > value).then(|| &self.json[value..value_end])
    }
}

/// The value of a property; of several with one name the first.
pub fn member<'a>(json: &'a str, name: &str) -> Option<&'a str> {
    members(json).find(|(key, _)| key_is(key, name)).map(|(_, value)| value)
}

/// The element at an index, counted from the end when it is negative.
pub fn element(json: &str, index: i64) -> Option<&str> {
    if index >= 0 {
        return elements(json).nth(usize::try_from(index).ok()?);
    }
    let from_end = usize::try_from(index.unsigned_abs()).ok()?;
    let count = elements(json).count();
    elements(json).nth(count.checked_sub(from_end)?)
}

/// Does a key, as it stands in the text, spell this name?
pub fn key_is(key: &str, name: &str) -> bool {
    // An escape is longer than what it stands for.
    match key.len().cmp(&name.len()) {
        Ordering::Less => false,
        Ordering::Equal => key == name && !key.contains('\\'),
        Ordering::Greater => key.contains('\\') && unescape(key) == name,
    }
}

/// Do two keys, as they stand in their texts, spell the same?
pub fn same_key(left: &str, right: &str) -> bool {
    left == right || ((left.contains('\\') || right.contains('\\')) && unescape(left) == unescape(right))
}

/// The text of the inside of a JSON string.
pub fn unescape(inside: &str) -> Cow<'_, str> {
    if memchr(b'\\', inside.as_bytes()).is_none() {
        return Cow::Borrowed(inside);
    }
    let mut out = String::with_capacity(inside.len());
    unescape_into(inside, &mut out);
    Cow::Owned(out)
}

/// Half of a surrogate pair alone is U+FFFD: no Rust string can hold it.
pub fn unescape_into(inside: &str, out: &mut String) {
    let mut rest = inside;
    while let Some(at) = memchr(b'\\', rest.as_bytes()) {
        out.push_str(&rest[..at]);
        rest = &rest[at + 1..];
        let Some(escape) = rest.chars().next() else { return };
        rest = &rest[escape.len_utf8()..];
        match escape {
            'b' => out.push('\u{8}'),
            'f' => out.push('\u{c}'),
            'n' => out.push('\n'),
            'r' => out.push('\r'),
            't' => out.push('\t'),
            'u' => {
                let Some(unit) = hex4(rest) else { continue };
                rest = &rest[4..];
                if let (0xd800..=0xdbff, Some(low)) = (unit, low_surrogate(rest)) {
                    rest = &rest[6..];
                    let scalar = 0x1_0000 + ((unit - 0xd800) << 10) + (low - 0xdc00);
                    out.push(char::from_u32(scalar).unwrap_or('\u{fffd}'));
                } else {
                    out.push(char::from_u32(unit).unwrap_or('\u{fffd}'));
                }
            }
            other => out.push(other),
        }
    }
    out.push_str(rest);
}

fn hex4(text: &str) -> Option<u32> {
    let digits = text.get(..4)?;
    if !digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return None;
    }
    u32::from_str_radix(digits, 16).ok()
}

fn low_surrogate(text: &str) -> Option<u32> {
    let unit = hex4(text.strip_prefix("\\u")?)?;
    (0xdc00..=0xdfff).contains(&unit).then_some(unit)
}

/// The inside of a JSON string; `None` for any other value.
pub fn string_inside(json: &str) -> Option<&str> {
    trim(json).strip_prefix('"')?.strip_suffix('"')
}

/// A number without point and exponent that is a long.
pub fn whole_number(json: &str) -> Option<i64> {
    trim(json).parse().ok()
}

/// Steps as the one text that `kql_json_get` takes: `k3:abc` for a key of three bytes, `i-1:` for an index.
pub fn path_text(steps: &[Step<'_>]) -> String {
    let mut out = String::new();
    for step in steps {
        // Writing to a String cannot fail.
        let _ = match step {
            Step::Key(name) => write!(out, "k{}:{name}", name.len()),
            Step::Index(index) => write!(out, "i{index}:"),
            Step::Every => write!(out, "{EVERY}"),
        };
    }
    out
}

/// [`Step::Every`] in a path.
pub const EVERY: &str = "e:";

/// The path of an array, and the path below each of its elements; `None` where no step is [`Step::Every`].
pub fn split_every(path: &str) -> Option<(&str, &str)> {
    let mut at = 0;
    loop {
        let rest = path.get(at..)?;
        if let Some(below) = rest.strip_prefix(EVERY) {
            return Some((&path[..at], below));
        }
        let colon = memchr(b':', rest.as_bytes())?;
        let key = if rest.starts_with('k') { rest.get(1..colon)?.parse().ok()? } else { 0 };
        at += colon + 1 + key;
    }
}

/// The value at the end of a path that [`path_text`] wrote; `None` when it is missing or null.
pub fn get<'a>(json: &'a str, path: &str) -> Option<&'a str> {
    let mut value = trim(json);
    let mut rest = path;
    while let Some(colon) = memchr(b':', rest.as_bytes()) {
        let number = rest.get(1..colon)?;
        if rest.starts_with('k') {
            let end = colon + 1 + number.parse::<usize>().ok()?;
            value = member(value, rest.get(colon + 1..end)?)?;
            rest = &rest[end..];
        } else {
            value = element(value, number.parse().ok()?)?;
            rest = &rest[colon + 1..];
        }
    }
    (value != "null").then_some(value)
}

/// The key that a path begins with, and the rest of the path.
pub fn first_key(path: &str) -> Option<(&str, &str)> {
    let (length, rest) = path.strip_prefix('k')?.split_once(':')?;
    let length = length.parse().ok()?;
    Some((rest.get(..length)?, rest.get(length..)?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn steps_reach_what_they_name() {
        let json = r#" {"a" : {"b c":[10, {"x":"y,}]"}, null]}, "q\"":1, "z":[]} "#;
        let at = |steps: &[Step<'_>]| get(json, &path_text(steps));
        assert_eq!(at(&[Step::Key("a"), Step::Key("b c"), Step::Index(0)]), Some("10"));
        assert_eq!(
            at(&[Step::Key("a"), Step::Key("b c"), Step::Index(1), Step::Key("x")]),
            Some(r#""y,}]""#)
        );
        assert_eq!(at(&[Step::Key("a"), Step::Key("b c"), Step::Index(-1)]), None);
        assert_eq!(at(&[Step::Key("a"), Step::Key("b c"), Step::Index(-3)]), Some("10"));
        assert_eq!(at(&[Step::Key("a"), Step::Key("b c"), Step::Index(-4)]), None);
        assert_eq!(at(&[Step::Key("q\"")]), Some("1"));
        assert_eq!(at(&[Step::Key("A")]), None);
        assert_eq!(at(&[Step::Key("z"), Step::Index(0)]), None);
        assert_eq!(at(&[Step::Index(0)]), None);
        assert_eq!(get("{\"é:1\":7}", &path_text(&[Step::Key("é:1")])), Some("7"));
    }

    #[test]
    fn a_path_is_split_at_the_step_to_every_element() {
        let path = |steps: &[Step<'_>]| path_text(steps);
        let whole = path(&[Step::Key("e:k1"), Step::Index(2), Step::Every, Step::Key("Name")]);
        let before = path(&[Step::Key("e:k1"), Step::Index(2)]);
        assert_eq!(split_every(&whole), Some((before.as_str(), "k4:Name")));
        assert_eq!(split_every("e:k1:a"), Some(("", "k1:a")));
        assert_eq!(split_every(&before), None);
        assert_eq!(split_every("k9:a"), None);
        assert_eq!(get("[{\"a\":1}]", "e:k1:a"), None);
    }

    #[test]
    fn broken_text_is_a_missing_value() {
        for json in
            ["", "{", "{\"a", "{\"a\":", "{\"a\"", "[", "[1", "{\"a\":\"\\", "}", "{\"b\":[{\"a\":1", "[,]"]
        {
            let _ = (get(json, "k1:a"), element(json, 0), element(json, -1));
            assert_eq!(elements(json).filter(|value| value.is_empty()).count(), 0, "{json}");
            assert!(!check(json), "{json}");
        }
    }

    #[test]
    fn escapes() {
        assert_eq!(unescape(r"a\n\u0041\ud83d\ude00\/\ud800x"), "a\nA😀/\u{fffd}x");
        let mut out = String::new();
        quote("a\"\\\n\u{1}é", &mut out);
        assert_eq!(out, r#""a\"\\\n\u0001é""#);
    }

    /// Any JSON value, with texts that need escapes.
    pub fn any_json() -> impl Strategy<Value = serde_json::Value> {
        let text = "[a-c\"\\\\\n\u{7f}é😀{}\\[\\],: ]{0,20}";
        let leaf = prop_oneof![
            Just(serde_json::Value::Null),
            any::<bool>().prop_map(Into::into),
            any::<i64>().prop_map(Into::into),
            (-1e9..1e9f64).prop_map(Into::into),
            text.prop_map(Into::into),
        ];
        leaf.prop_recursive(4, 40, 6, move |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..5).prop_map(Into::into),
                prop::collection::vec((text, inner), 0..5)
                    .prop_map(|pairs| serde_json::Value::Object(pairs.into_iter().collect())),
            ]
        })
    }

    fn walk(value: &serde_json::Value, json: &str) {
        match value {
            serde_json::Value::Object(map) => {
                assert_eq!(members(json).count(), map.len());
                for (name, value) in map {
                    let found = member(json, name);
                    assert!(found.is_some(), "{name} in {json}");
                    walk(value, found.unwrap_or_default());
                }
            }
            serde_json::Value::Array(values) => {
                assert_eq!(elements(json).count(), values.len());
                for (index, value) in values.iter().enumerate() {
                    let found = element(json, index as i64 - values.len() as i64);
                    assert_eq!(found, element(json, index as i64));
                    walk(value, found.unwrap_or_default());
                }
            }
            leaf => assert_eq!(&serde_json::from_str::<serde_json::Value>(json).unwrap(), leaf),
        }
    }

    proptest! {
        #[test]
        fn agrees_with_serde(value in any_json(), pretty in any::<bool>()) {
            let json = if pretty { serde_json::to_string_pretty(&value).unwrap() } else { value.to_string() };
            walk(&value, &json);
            let plain = value.to_string();
            prop_assert!(check(&json));
            prop_assert_eq!(is_compact(&json), json == plain);
            let mut out = String::new();
            compact(&json, &mut out);
            prop_assert_eq!(out, plain);
        }

        #[test]
        fn finds_the_end_of_a_string(text in "[a\"\\\\é]{0,30}", at in 0..40usize) {
            let bytes = text.as_bytes();
            let plain = (at..bytes.len()).find(|at| matches!(bytes[*at], b'"' | b'\\'));
            prop_assert_eq!(quote_or_backslash(bytes, at), plain);
        }

        #[test]
        fn never_panics(text in "\\PC{0,40}", path in "[ki0-9:a\\-]{0,8}") {
            let _ = (get(&text, &path), check(&text), kind(&text), unescape(&text), is_compact(&text));
        }

    }
}
