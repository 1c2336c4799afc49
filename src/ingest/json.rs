//! A strict JSON scanner over raw bytes: where the fields of an object are, without building a tree. As
//! strict as RFC 8259 and DuckDB's own parser. Knows nothing of rows, columns or files.

use std::borrow::Cow;
use std::ops::Range;

/// How deep arrays and objects may nest.
pub const DEPTH_MAX: usize = 128;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Null,
    Bool,
    Number,
    String,
    Array,
    Object,
}

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

/// The fields at the top of the object that `text` begins with: key, first byte of the value, and the
/// value's text when it is whole. `text` may be cut off anywhere; also says whether the object is whole.
pub fn outline(text: &str) -> (Vec<(String, u8, Option<&str>)>, bool) {
    let mut scanner = Scanner::new(text);
    let mut found: Vec<(String, u8, Option<&str>)> = Vec::new();
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

/// A string's text, without its quotes and escapes. Half a surrogate pair becomes U+FFFD.
pub fn unescape<'a>(text: &'a str, slice: &Slice) -> Cow<'a, str> {
    let inside = &text[slice.at.start + 1..slice.at.end - 1];
    if slice.plain {
        return Cow::Borrowed(inside);
    }
    let mut out = String::with_capacity(inside.len());
    unescape_into(inside, &mut out);
    Cow::Owned(out)
}

/// As [`unescape`], behind what `out` has. `inside` must be the inside of a valid JSON string.
pub fn unescape_into(inside: &str, out: &mut String) {
    let mut rest = inside;
    while let Some(at) = memchr::memchr(b'\\', rest.as_bytes()) {
        out.push_str(&rest[..at]);
        let code = rest.as_bytes()[at + 1];
        let mut taken = at + 2;
        match code {
            b'b' => out.push('\u{8}'),
            b'f' => out.push('\u{c}'),
            b'n' => out.push('\n'),
            b'r' => out.push('\r'),
            b't' => out.push('\t'),
            b'u' => {
                let (character, length) = unicode_escape(&rest[at..]);
                out.push(character.unwrap_or(char::REPLACEMENT_CHARACTER));
                taken = at + length;
            }
            other => out.push(char::from(other)),
        }
        rest = &rest[taken..];
    }
    out.push_str(rest);
}

/// The character of `\uXXXX` or of a pair of them, and how many bytes it takes.
fn unicode_escape(text: &str) -> (Option<char>, usize) {
    let unit = |at: usize| text.get(at..at + 4).and_then(|hex| u32::from_str_radix(hex, 16).ok());
    let Some(first) = unit(2) else { return (None, 2) };
    if (0xd800..0xdc00).contains(&first) && text[6..].starts_with("\\u") {
        if let Some(second @ 0xdc00..0xe000) = unit(8) {
            return (char::from_u32(0x10000 + ((first - 0xd800) << 10) + (second - 0xdc00)), 12);
        }
    }
    (char::from_u32(first), 6)
}

/// Appends a text as a JSON string, escaping what must be and nothing else, as Kusto prints dynamics.
pub fn quote_into(text: &str, out: &mut String) {
    out.push('"');
    let mut from = 0;
    for (at, byte) in text.bytes().enumerate() {
        if byte >= 0x20 && byte != b'"' && byte != b'\\' {
            continue;
        }
        out.push_str(&text[from..at]);
        from = at + 1;
        match byte {
            b'"' => out.push_str("\\\""),
            b'\\' => out.push_str("\\\\"),
            b'\n' => out.push_str("\\n"),
            b'\r' => out.push_str("\\r"),
            b'\t' => out.push_str("\\t"),
            8 => out.push_str("\\b"),
            12 => out.push_str("\\f"),
            control => out.push_str(&format!("\\u{control:04x}")),
        }
    }
    out.push_str(&text[from..]);
    out.push('"');
}

/// Appends a value that was scanned before, without white space outside of strings and with no more
/// escapes than needed. Key order and number text stay.
pub fn compact_into(text: &str, slice: &Slice, out: &mut String) {
    let text = &text[slice.at.clone()];
    if slice.plain {
        out.push_str(text);
        return;
    }
    let bytes = text.as_bytes();
    let mut at = 0;
    let mut scratch = String::new();
    while at < bytes.len() {
        match bytes[at] {
            b' ' | b'\t' | b'\n' | b'\r' => at += 1,
            b'"' => {
                let end = string_end(bytes, at);
                let inside = &text[at + 1..end - 1];
                if memchr::memchr(b'\\', inside.as_bytes()).is_none() {
                    out.push_str(&text[at..end]);
                } else {
                    scratch.clear();
                    unescape_into(inside, &mut scratch);
                    quote_into(&scratch, out);
                }
                at = end;
            }
            _ => {
                let end = bytes[at..]
                    .iter()
                    .position(|byte| matches!(byte, b' ' | b'\t' | b'\n' | b'\r' | b'"'))
                    .map_or(bytes.len(), |length| at + length);
                out.push_str(&text[at..end]);
                at = end;
            }
        }
    }
}

/// Behind the closing quote of the valid string that begins at `at`.
fn string_end(bytes: &[u8], at: usize) -> usize {
    let mut at = at + 1;
    while let Some(found) = memchr::memchr2(b'"', b'\\', &bytes[at..]) {
        if bytes[at + found] == b'"' {
            return at + found + 1;
        }
        at += found + 2;
    }
    bytes.len()
}

struct Scanner<'a> {
    text: &'a str,
    bytes: &'a [u8],
    at: usize,
    plain: bool,
    lone: bool,
}

/// What a slice needs to know of its start, and the flags of what encloses it.
struct Begun {
    at: usize,
    plain: bool,
    lone: bool,
}

type Each<'s, 'a, T> = &'s mut dyn FnMut(&mut Scanner<'a>, T) -> Result<(), Fault>;

impl<'a> Scanner<'a> {
    fn new(text: &'a str) -> Self {
        Scanner { text, bytes: text.as_bytes(), at: 0, plain: true, lone: false }
    }

    fn fault(&self, what: &'static str) -> Fault {
        Fault { at: self.at, what }
    }

    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    fn space(&mut self) {
        while let Some(b' ' | b'\t' | b'\n' | b'\r') = self.peek() {
            self.at += 1;
            self.plain = false;
        }
    }

    fn begin(&mut self) -> Begun {
        let begun = Begun { at: self.at, plain: self.plain, lone: self.lone };
        (self.plain, self.lone) = (true, false);
        begun
    }

    fn end(&mut self, begun: Begun, kind: Kind) -> Slice {
        let slice = Slice { at: begun.at..self.at, kind, plain: self.plain, lone: self.lone };
        self.plain &= begun.plain;
        self.lone |= begun.lone;
        slice
    }

    fn finish(&mut self) -> Result<(), Fault> {
        self.space();
        if self.at < self.bytes.len() { Err(self.fault("text follows the value")) } else { Ok(()) }
    }

    fn value(&mut self, depth: usize) -> Result<Slice, Fault> {
        let begun = self.begin();
        let kind = match self.peek() {
            Some(b'"') => {
                self.string()?;
                Kind::String
            }
            Some(b'{') => {
                self.fields(depth, &mut |scanner, _| scanner.value(depth + 1).map(drop))?;
                Kind::Object
            }
            Some(b'[') => {
                self.elements(depth, &mut |scanner| scanner.value(depth + 1).map(drop))?;
                Kind::Array
            }
            Some(b'-' | b'0'..=b'9') => {
                self.number()?;
                Kind::Number
            }
            Some(b't') => self.word("true", Kind::Bool)?,
            Some(b'f') => self.word("false", Kind::Bool)?,
            Some(b'n') => self.word("null", Kind::Null)?,
            Some(_) => return Err(self.fault("a value is missing")),
            None => return Err(self.fault("it ends too early")),
        };
        Ok(self.end(begun, kind))
    }

    fn word(&mut self, word: &str, kind: Kind) -> Result<Kind, Fault> {
        if !self.bytes[self.at..].starts_with(word.as_bytes()) {
            return Err(self.fault("an unknown word"));
        }
        self.at += word.len();
        Ok(kind)
    }

    /// An object at `{`. `each` gets a key and must read its value.
    fn fields(&mut self, depth: usize, each: Each<'_, 'a, Slice>) -> Result<(), Fault> {
        self.open(depth)?;
        if self.peek() == Some(b'}') {
            self.at += 1;
            return Ok(());
        }
        loop {
            if self.peek() != Some(b'"') {
                return Err(self.fault(if self.at == self.bytes.len() {
                    "it ends too early"
                } else {
                    "a field name in quotes is missing"
                }));
            }
            let begun = self.begin();
            self.string()?;
            let key = self.end(begun, Kind::String);
            self.space();
            if self.peek() != Some(b':') {
                return Err(self.fault("a colon is missing"));
            }
            self.at += 1;
            self.space();
            each(self, key)?;
            if self.close(b'}', "a comma or '}' is missing")? {
                return Ok(());
            }
        }
    }

    /// An array at `[`. `each` must read one element.
    fn elements(
        &mut self,
        depth: usize,
        each: &mut dyn FnMut(&mut Scanner<'a>) -> Result<(), Fault>,
    ) -> Result<(), Fault> {
        self.open(depth)?;
        if self.peek() == Some(b']') {
            self.at += 1;
            return Ok(());
        }
        loop {
            each(self)?;
            if self.close(b']', "a comma or ']' is missing")? {
                return Ok(());
            }
        }
    }

    fn open(&mut self, depth: usize) -> Result<(), Fault> {
        if depth >= DEPTH_MAX {
            return Err(self.fault("it nests deeper than 128 levels"));
        }
        self.at += 1;
        self.space();
        Ok(())
    }

    /// After a field or an element: whether this was the last.
    fn close(&mut self, bracket: u8, missing: &'static str) -> Result<bool, Fault> {
        self.space();
        match self.peek() {
            Some(b',') => {
                self.at += 1;
                self.space();
                Ok(false)
            }
            Some(byte) if byte == bracket => {
                self.at += 1;
                Ok(true)
            }
            Some(_) => Err(self.fault(missing)),
            None => Err(self.fault("it ends too early")),
        }
    }

    fn string(&mut self) -> Result<(), Fault> {
        self.at += 1;
        loop {
            let rest = &self.bytes[self.at..];
            // Most strings of audit records are short: a plain loop beats a search set up for each.
            let Some(stop) = rest.iter().position(|byte| ENDS_RUN[usize::from(*byte)]) else {
                self.at = self.bytes.len();
                return Err(self.fault("a string does not end"));
            };
            self.at += stop;
            match rest[stop] {
                b'"' => {
                    self.at += 1;
                    return Ok(());
                }
                b'\\' => self.escape()?,
                _ => return Err(self.fault("a control character stands in a string")),
            }
        }
    }

    fn escape(&mut self) -> Result<(), Fault> {
        self.plain = false;
        match self.bytes.get(self.at + 1) {
            Some(b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't') => self.at += 2,
            Some(b'u') => {
                let hex = self.bytes.get(self.at + 2..self.at + 6);
                if !hex.is_some_and(|hex| hex.iter().all(u8::is_ascii_hexdigit)) {
                    return Err(self.fault("an escape is not whole"));
                }
                let (character, length) = unicode_escape(&self.text[self.at..]);
                self.lone |= character.is_none();
                self.at += length;
            }
            _ => return Err(self.fault("an unknown escape")),
        }
        Ok(())
    }

    fn number(&mut self) -> Result<(), Fault> {
        if self.peek() == Some(b'-') {
            self.at += 1;
        }
        match self.peek() {
            Some(b'0') => self.at += 1,
            _ => self.digits()?,
        }
        if self.peek() == Some(b'.') {
            self.at += 1;
            self.digits()?;
        }
        if let Some(b'e' | b'E') = self.peek() {
            self.at += 1;
            if let Some(b'+' | b'-') = self.peek() {
                self.at += 1;
            }
            self.digits()?;
        }
        Ok(())
    }

    fn digits(&mut self) -> Result<(), Fault> {
        let start = self.at;
        while let Some(b'0'..=b'9') = self.peek() {
            self.at += 1;
        }
        if self.at == start { Err(self.fault("a digit is missing")) } else { Ok(()) }
    }
}

/// The bytes at which a run of a string's plain characters ends: quote, backslash, controls.
const ENDS_RUN: [bool; 256] = {
    let mut table = [false; 256];
    let mut byte = 0;
    while byte < 0x20 {
        table[byte] = true;
        byte += 1;
    }
    table[b'"' as usize] = true;
    table[b'\\' as usize] = true;
    table
};

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
