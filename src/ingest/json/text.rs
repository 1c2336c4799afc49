//! Texts out of JSON, escapes undone, and values without their white space. Works on what was scanned
//! before; checks nothing itself.

use std::borrow::Cow;

use super::Slice;
use crate::kernels::json::{quote, unescape_into};

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

/// The character of `\uXXXX` or of a pair of them, and how many bytes it takes.
pub(super) fn unicode_escape(text: &str) -> (Option<char>, usize) {
    let unit = |at: usize| text.get(at..at + 4).and_then(|hex| u32::from_str_radix(hex, 16).ok());
    let Some(first) = unit(2) else { return (None, 2) };
    if (0xd800..0xdc00).contains(&first)
        && text[6..].starts_with("\\u")
        && let Some(second @ 0xdc00..0xe000) = unit(8)
    {
        return (char::from_u32(0x10000 + ((first - 0xd800) << 10) + (second - 0xdc00)), 12);
    }
    (char::from_u32(first), 6)
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
                    quote(&scratch, out);
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
