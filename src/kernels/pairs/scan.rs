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
    let mut next = [kv, pair].map(|delimiter| Next::of(text, delimiter));
    while !rest.is_empty() {
        let Some((key, after)) = key(rest, &mut next, quotes)? else {
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

/// A delimiter in a text: where it comes next. Places only grow, so that no part of the text is read twice.
struct Next<'t, 'd> {
    text: &'t str,
    delimiter: &'d str,
    at: Option<usize>,
}

impl<'t, 'd> Next<'t, 'd> {
    fn of(text: &'t str, delimiter: &'d str) -> Next<'t, 'd> {
        Next { text, delimiter, at: text.find(delimiter) }
    }

    fn at_or_after(&mut self, place: usize) -> Option<usize> {
        if self.at.is_some_and(|at| at < place) {
            self.at = self.text[place..].find(self.delimiter).map(|at| place + at);
        }
        self.at
    }
}

/// The key that the rest of the text begins with and what follows its delimiter; `None` when a pair ends
/// before one.
fn key<'t>(
    rest: &'t str,
    [kv, pair]: &mut [Next<'t, '_>; 2],
    quotes: &Quotes<'_>,
) -> Result<Option<(Cow<'t, str>, &'t str)>, String> {
    if let Some((key, after)) = quotes.open(rest)? {
        return Ok(after.trim_start().strip_prefix(kv.delimiter).map(|after| (key, after)));
    }
    let start = kv.text.len() - rest.len();
    let Some(end) = kv.at_or_after(start) else { return Ok(None) };
    if let Some(after) = pair.at_or_after(start).map(|at| at + pair.delimiter.len())
        && after <= end
    {
        // A blank that is a delimiter may stand between the key and its own.
        let blank = pair.delimiter.ends_with(char::is_whitespace);
        if !blank || !kv.text[after..end].trim_start().is_empty() {
            return Ok(None);
        }
    }
    Ok(Some((Cow::Borrowed(kv.text[start..end].trim_end()), &kv.text[end + kv.delimiter.len()..])))
}

/// Where the next pair begins: at the last delimiter before a key.
fn next_key(text: &str, pair: &str, kv: &str, found: &Found<'_, '_>) -> Result<usize, String> {
    let mut from = 0;
    // No delimiter of pairs begins before this.
    let mut searched = 0;
    while let Some(at) = text[from..].find(kv).map(|at| from + at) {
        let head = text[..at].trim_end();
        let unread = head.as_bytes().get(searched..).unwrap_or_default();
        if let Some(start) = memchr::memmem::rfind(unread, pair.as_bytes()).map(|start| searched + start) {
            let key = head[start + pair.len()..].trim_start();
            if !found.knows(key) {
                return Err(format!(
                    "parse-kv with greedy=true meets '{key}', and cannot tell whether it is a key; add it to the list of keys"
                ));
            }
            return Ok(start);
        }
        searched = searched.max(head.len().saturating_sub(pair.len() - 1));
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
