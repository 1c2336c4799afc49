//! Keys and values one after the other, by delimiters or by words.

use std::borrow::Cow;

use super::Found;
use super::quotes::Quotes;

type Done = Result<(), String>;

/// Blanks around keys and values do not count, not even where a blank is the delimiter (recorded).
pub fn delimited<'t>(
    text: &'t str,
    (pair, kv): (&str, &str),
    greedy: bool,
    quotes: &Quotes<'_>,
    found: &mut Found<'_, 't>,
) -> Done {
    if pair.is_empty() || kv.is_empty() {
        return Err("parse-kv wants delimiters that are not empty".to_owned());
    }
    let mut rest = text.trim_start();
    while !rest.is_empty() {
        let Some((key, after)) = key(rest, pair, kv, quotes)? else {
            rest = after_pair(rest, pair);
            continue;
        };
        let start = after.trim_start();
        if let Some((value, after)) = quotes.open(start)? {
            found.note(&key, value);
            rest = after_pair(after, pair);
        } else if greedy {
            let end = next_key(start, pair, kv, found)?;
            found.note(&key, start[..end].trim_end());
            rest = after_pair(&start[end..], pair);
        } else {
            let end = start.find(pair).unwrap_or(start.len());
            found.note(&key, start[..end].trim_end());
            rest = after_pair(&start[end..], pair);
        }
    }
    Ok(())
}

/// What follows the next delimiter of pairs.
fn after_pair<'t>(text: &'t str, pair: &str) -> &'t str {
    text.find(pair).map_or("", |at| text[at + pair.len()..].trim_start())
}

/// The key that the text begins with and what follows its delimiter; `None` when a pair ends before one.
fn key<'t>(
    text: &'t str,
    pair: &str,
    kv: &str,
    quotes: &Quotes<'_>,
) -> Result<Option<(Cow<'t, str>, &'t str)>, String> {
    if let Some((key, after)) = quotes.open(text)? {
        return Ok(after.trim_start().strip_prefix(kv).map(|after| (key, after)));
    }
    let Some(end) = text.find(kv) else { return Ok(None) };
    let key = text[..end].trim_end();
    // A blank that is a delimiter may stand between the key and its own.
    if key.contains(pair) {
        return Ok(None);
    }
    Ok(Some((Cow::Borrowed(key), &text[end + kv.len()..])))
}

/// Where the next pair begins: at the last delimiter before a key.
fn next_key(text: &str, pair: &str, kv: &str, found: &Found<'_, '_>) -> Result<usize, String> {
    let mut from = 0;
    while let Some(at) = text[from..].find(kv).map(|at| from + at) {
        let head = text[..at].trim_end();
        if let Some(start) = head.rfind(pair) {
            let key = head[start + pair.len()..].trim_start();
            if !found.knows(key) {
                return Err(format!(
                    "parse-kv with greedy=true meets '{key}', and cannot tell whether it is a key; add it to the list of keys"
                ));
            }
            return Ok(start);
        }
        from = at + kv.len();
    }
    Ok(text.len())
}

/// Each key is followed by its value. Whether words are taken two by two or keys are looked for is not
/// known, so both must give the same.
pub fn words<'t>(text: &'t str, quotes: &Quotes<'_>, found: &mut Found<'_, 't>) -> Done {
    let mut words: Vec<Cow<'t, str>> = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        if let Some((word, after)) = quotes.open(rest)? {
            words.push(word);
            rest = after;
        } else if first.is_alphanumeric() {
            let end = rest.find(|c: char| !c.is_alphanumeric()).unwrap_or(rest.len());
            words.push(Cow::Borrowed(&rest[..end]));
            rest = &rest[end..];
        } else {
            rest = &rest[first.len_utf8()..];
        }
    }
    let searched = |key: &str| words.windows(2).find(|both| both[0] == key).map(|both| &both[1]);
    let paired = |key: &str| words.chunks_exact(2).find(|both| both[0] == key).map(|both| &both[1]);
    for (key, slot) in &mut found.keys {
        let value = searched(key);
        if value != paired(key) {
            return Err(format!(
                "parse-kv without delimiters cannot tell whether '{key}' is a key or a value; give pair_delimiter and kv_delimiter"
            ));
        }
        *slot = value.cloned();
    }
    Ok(())
}
