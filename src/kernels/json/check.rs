//! Whether a text is JSON, as strictly as DuckDB's reader takes it. Knows RFC 8259; reads no value.

use super::{hex4, low_surrogate, skip_space};

/// Nesting that [`check`] allows; DuckDB's own JSON reader stops near here.
pub const DEPTH_MAX: usize = 1000;

/// Is this one JSON value and nothing else, by RFC 8259, no deeper than [`DEPTH_MAX`], and without
/// half a surrogate pair (which no engine string can hold)?
pub fn check(json: &str) -> bool {
    let bytes = json.as_bytes();
    let mut open: Vec<u8> = Vec::new();
    let mut at = skip_space(bytes, 0);
    loop {
        // A value is expected here.
        match bytes.get(at) {
            Some(b'{') => {
                open.push(b'{');
                if open.len() > DEPTH_MAX {
                    return false;
                }
                at = skip_space(bytes, at + 1);
                if bytes.get(at) != Some(&b'}') {
                    let Some(next) = check_key(bytes, at) else { return false };
                    at = next;
                    continue;
                }
            }
            Some(b'[') => {
                open.push(b'[');
                if open.len() > DEPTH_MAX {
                    return false;
                }
                at = skip_space(bytes, at + 1);
                if bytes.get(at) != Some(&b']') {
                    continue;
                }
            }
            Some(_) => {
                let Some(next) = check_scalar(json, at) else { return false };
                at = next;
            }
            None => return false,
        }
        // A value, or the opening of an empty container, is behind us.
        loop {
            at = skip_space(bytes, at);
            match (bytes.get(at), open.last()) {
                (None, None) => return true,
                (Some(b'}'), Some(b'{')) | (Some(b']'), Some(b'[')) => {
                    open.pop();
                    at += 1;
                }
                (Some(b','), Some(b'{')) => {
                    let Some(next) = check_key(bytes, skip_space(bytes, at + 1)) else { return false };
                    at = next;
                    break;
                }
                (Some(b','), Some(_)) => {
                    at = skip_space(bytes, at + 1);
                    break;
                }
                (Some(_) | None, _) => return false,
            }
        }
    }
}

/// The index of the value after a key and its colon.
fn check_key(bytes: &[u8], at: usize) -> Option<usize> {
    let colon = skip_space(bytes, check_string(bytes, at)?);
    (bytes.get(colon) == Some(&b':')).then(|| skip_space(bytes, colon + 1))
}

fn check_scalar(json: &str, at: usize) -> Option<usize> {
    let bytes = json.as_bytes();
    if bytes[at] == b'"' {
        return check_string(bytes, at);
    }
    for word in ["true", "false", "null"] {
        if json[at..].starts_with(word) {
            return Some(at + word.len());
        }
    }
    check_number(bytes, at)
}

fn check_string(bytes: &[u8], at: usize) -> Option<usize> {
    if bytes.get(at) != Some(&b'"') {
        return None;
    }
    let mut at = at + 1;
    loop {
        match *bytes.get(at)? {
            b'"' => return Some(at + 1),
            b'\\' => match *bytes.get(at + 1)? {
                b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't' => at += 2,
                b'u' => {
                    let text = std::str::from_utf8(bytes.get(at + 2..at + 6)?).ok()?;
                    match hex4(text)? {
                        0xd800..=0xdbff => {
                            let low = std::str::from_utf8(bytes.get(at + 6..at + 12)?).ok()?;
                            low_surrogate(low)?;
                            at += 12;
                        }
                        0xdc00..=0xdfff => return None,
                        _ => at += 6,
                    }
                }
                _ => return None,
            },
            0..=0x1f => return None,
            _ => at += 1,
        }
    }
}

fn check_number(bytes: &[u8], at: usize) -> Option<usize> {
    let digits = |mut at: usize| {
        let start = at;
        while bytes.get(at).is_some_and(u8::is_ascii_digit) {
            at += 1;
        }
        (at > start).then_some(at)
    };
    let mut at = at + usize::from(bytes[at] == b'-');
    at = if bytes.get(at) == Some(&b'0') { at + 1 } else { digits(at)? };
    if bytes.get(at) == Some(&b'.') {
        at = digits(at + 1)?;
    }
    if matches!(bytes.get(at), Some(b'e' | b'E')) {
        at += 1 + usize::from(matches!(bytes.get(at + 1), Some(b'+' | b'-')));
        at = digits(at)?;
    }
    Some(at)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn strictness() {
        for json in [
            "01",
            "1.",
            ".5",
            "+1",
            "nul",
            "tru",
            "[1,]",
            "{\"a\":1,}",
            "\"\\ud800\"",
            "\"\t\"",
            "1 2",
            "'a'",
            "{a:1}",
            "NaN",
            "\"\\x\"",
            "-",
        ] {
            assert!(!check(json), "{json}");
        }
        for json in
            ["-0", "1e400", "[]", " {} ", "\"\\ud83d\\ude00\"", "[[],{}]", "{\"a\":{\"a\":1}}", "0.10E+2"]
        {
            assert!(check(json), "{json}");
        }
        assert!(check(&("[".repeat(DEPTH_MAX) + &"]".repeat(DEPTH_MAX))));
        assert!(!check(&("[".repeat(DEPTH_MAX + 1) + &"]".repeat(DEPTH_MAX + 1))));
    }

    proptest! {
        #[test]
        fn checks_as_serde_does(text in "[\\[\\]{}\",:0-9eE.+\\-a-bu\\\\ntrflsu ]{0,12}") {
            prop_assert_eq!(check(&text), serde_json::from_str::<serde_json::Value>(&text).is_ok());
        }
    }
}
