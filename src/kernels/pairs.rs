//! Values by their keys, as `parse-kv` finds them in a text: between delimiters, in a row of words, or
//! by a regular expression. Knows text only. The rules are those of the "parse-kv operator" in the Kusto
//! reference and of recorded answers.

mod quotes;
mod scan;

use super::{Cell, Kernel, Phys, fail, packed, regexes, strict};
use quotes::Quotes;

pub const KERNELS: &[Kernel] = &[
    // The text and a `program`; the values of its keys, packed.
    strict("kql_parse_kv", &[Phys::Text, Phys::Text], Phys::Text, |args, out| {
        match (args[0].text(), args[1].text()) {
            (Some(text), Some(program)) => run(program, text, out),
            _ => Cell::Null,
        }
    }),
];

/// How keys and values are told apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Layout {
    /// With `greedy` an unquoted value goes on until the next key.
    Delimited { pair: String, kv: String, greedy: bool },
    /// Everything but letters and digits is a delimiter.
    Words,
    /// The first group is the key, the second the value.
    Regex(String),
}

/// What to look for, as a constant of the SQL: packed texts, the keys last.
pub fn program(layout: &Layout, quotes: &[(char, char)], escapes: &str, keys: &[&str]) -> String {
    let (letter, one, other) = match layout {
        Layout::Delimited { pair, kv, greedy: false } => ("d", pair.as_str(), kv.as_str()),
        Layout::Delimited { pair, kv, greedy: true } => ("g", pair.as_str(), kv.as_str()),
        Layout::Words => ("w", "", ""),
        Layout::Regex(regex) => ("x", regex.as_str(), ""),
    };
    let quotes: String = quotes.iter().flat_map(|(open, close)| [*open, *close]).collect();
    let mut program = String::new();
    let head = [letter, one, other, quotes.as_str(), escapes];
    head.iter().chain(keys).for_each(|text| packed::push(Some(text), &mut program));
    program
}

/// The first value of each key.
struct Found<'k, 't> {
    keys: Vec<(&'k str, Option<std::borrow::Cow<'t, str>>)>,
}

impl<'t> Found<'_, 't> {
    fn note(&mut self, key: &str, value: impl Into<std::borrow::Cow<'t, str>>) {
        if let Some((_, slot)) = self.keys.iter_mut().find(|(known, _)| *known == key) {
            slot.get_or_insert(value.into());
        }
    }

    fn knows(&self, key: &str) -> bool {
        self.keys.iter().any(|(known, _)| *known == key)
    }
}

fn run<'a>(program: &str, text: &str, out: &'a mut String) -> Cell<'a> {
    let mut parts = packed::values(program).map(Option::unwrap_or_default);
    let mut next = || parts.next().unwrap_or_default();
    let (letter, one, other) = (next(), next(), next());
    let (quotes, escapes) = (next(), next());
    let quotes = Quotes::new(quotes, escapes);
    let mut found = Found { keys: parts.map(|key| (key, None)).collect() };
    let done = match letter {
        "x" => by_regex(one, text, &mut found),
        "w" => scan::words(text, &quotes, &mut found),
        letter => scan::delimited(text, (one, other), letter == "g", &quotes, &mut found),
    };
    if let Err(message) = done {
        return fail(out, message);
    }
    found.keys.iter().for_each(|(_, value)| packed::push(value.as_deref(), out));
    Cell::Text(out)
}

fn by_regex<'t>(regex: &str, text: &'t str, found: &mut Found<'_, 't>) -> Result<(), String> {
    let regex = regexes::compiled(regex)?;
    for captures in regex.captures_iter(text) {
        if let (Some(key), Some(value)) = (captures.get(1), captures.get(2)) {
            found.note(key.as_str().trim(), value.as_str().trim());
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests;
