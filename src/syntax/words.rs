//! Words that KQL's grammar knows, and where each may still be a name. Data only.
//!
//! The facts are those of Kusto's language service (SyntaxFacts.cs and KustoFacts.cs of
//! microsoft/Kusto-Query-Language). Words of management commands are plain names here.

/// Where a word of the grammar may be a name all the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Use {
    /// Anywhere, as `count` and `kind` may.
    Anywhere,
    /// Only where a name is given (`by = 1`, `let`, `name:type`), not where one is read.
    Given,
    /// Nowhere without brackets: `['and']`.
    Nowhere,
}

use Use::{Anywhere, Given, Nowhere};

/// In alphabetical order of bytes.
pub const WORDS: &[(&str, Use)] = &[
    ("!between", Nowhere),
    ("!contains", Nowhere),
    ("!contains_cs", Nowhere),
    ("!endswith", Nowhere),
    ("!endswith_cs", Nowhere),
    ("!has", Nowhere),
    ("!has_cs", Nowhere),
    ("!hasprefix", Nowhere),
    ("!hasprefix_cs", Nowhere),
    ("!hassuffix", Nowhere),
    ("!hassuffix_cs", Nowhere),
    ("!in", Nowhere),
    ("!in~", Nowhere),
    ("!startswith", Nowhere),
    ("!startswith_cs", Nowhere),
    ("__executeAndCache", Nowhere),
    ("__partitionby", Anywhere),
    ("access", Anywhere),
    ("accumulate", Given),
    ("alias", Anywhere),
    ("and", Nowhere),
    ("as", Given),
    ("asc", Nowhere),
    ("assert-schema", Nowhere),
    ("between", Nowhere),
    ("bin", Anywhere),
    ("bool", Anywhere),
    ("boolean", Nowhere),
    ("by", Given),
    ("consume", Anywhere),
    ("contains", Given),
    ("contains_cs", Nowhere),
    ("containscs", Nowhere),
    ("count", Anywhere),
    ("database", Anywhere),
    ("datatable", Given),
    ("date", Nowhere),
    ("datetime", Nowhere),
    ("decimal", Nowhere),
    ("declare", Anywhere),
    ("default", Anywhere),
    ("desc", Nowhere),
    ("distinct", Anywhere),
    ("double", Nowhere),
    ("dynamic", Nowhere),
    ("edges", Anywhere),
    ("endswith", Nowhere),
    ("endswith_cs", Nowhere),
    ("entity_group", Anywhere),
    ("evaluate", Anywhere),
    ("extend", Anywhere),
    ("external_data", Nowhere),
    ("externaldata", Given),
    ("facet", Anywhere),
    ("filter", Anywhere),
    ("find", Given),
    ("first", Nowhere),
    ("fork", Anywhere),
    ("from", Anywhere),
    ("getschema", Anywhere),
    ("granny-asc", Nowhere),
    ("granny-desc", Nowhere),
    ("graph", Anywhere),
    ("graph-mark-components", Nowhere),
    ("graph-match", Nowhere),
    ("graph-shortest-paths", Nowhere),
    ("graph-to-table", Nowhere),
    ("graph-where-edges", Nowhere),
    ("graph-where-nodes", Nowhere),
    ("guid", Anywhere),
    ("has", Given),
    ("has_all", Nowhere),
    ("has_any", Nowhere),
    ("has_cs", Nowhere),
    ("hasprefix", Nowhere),
    ("hasprefix_cs", Nowhere),
    ("hassuffix", Nowhere),
    ("hassuffix_cs", Nowhere),
    ("id", Anywhere),
    ("in", Given),
    ("inline_external_table", Anywhere),
    ("int", Nowhere),
    ("int32", Nowhere),
    ("int64", Nowhere),
    ("invoke", Given),
    ("in~", Nowhere),
    ("join", Anywhere),
    ("kind", Anywhere),
    ("last", Nowhere),
    ("let", Anywhere),
    ("like", Nowhere),
    ("likecs", Nowhere),
    ("limit", Anywhere),
    ("long", Nowhere),
    ("lookup", Anywhere),
    ("macro-expand", Nowhere),
    ("make-graph", Nowhere),
    ("make-series", Nowhere),
    ("materialize", Given),
    ("materialized-view-combine", Nowhere),
    ("mv-apply", Nowhere),
    ("mv-expand", Nowhere),
    ("mvapply", Anywhere),
    ("mvexpand", Anywhere),
    ("nodes", Anywhere),
    ("notcontains", Nowhere),
    ("notcontainscs", Nowhere),
    ("notlike", Nowhere),
    ("notlikecs", Nowhere),
    ("null", Anywhere),
    ("nulls", Anywhere),
    ("of", Given),
    ("on", Anywhere),
    ("optional", Anywhere),
    ("or", Nowhere),
    ("order", Anywhere),
    ("others", Nowhere),
    ("output", Anywhere),
    ("pack", Anywhere),
    ("parse", Anywhere),
    ("parse-kv", Nowhere),
    ("parse-where", Nowhere),
    ("partition", Anywhere),
    ("partitioned-by", Nowhere),
    ("pattern", Anywhere),
    ("print", Given),
    ("project", Nowhere),
    ("project-away", Nowhere),
    ("project-by-names", Nowhere),
    ("project-keep", Nowhere),
    ("project-rename", Nowhere),
    ("project-reorder", Nowhere),
    ("project-smart", Nowhere),
    ("query_parameters", Anywhere),
    ("range", Anywhere),
    ("real", Nowhere),
    ("reduce", Anywhere),
    ("regex", Anywhere),
    ("render", Anywhere),
    ("restrict", Anywhere),
    ("sample", Given),
    ("sample-distinct", Given),
    ("scan", Anywhere),
    ("search", Given),
    ("serialize", Anywhere),
    ("set", Given),
    ("sort", Anywhere),
    ("startswith", Nowhere),
    ("startswith_cs", Nowhere),
    ("step", Anywhere),
    ("string", Nowhere),
    ("summarize", Anywhere),
    ("take", Anywhere),
    ("time", Nowhere),
    ("timespan", Nowhere),
    ("title", Given),
    ("to", Given),
    ("top", Anywhere),
    ("top-hitters", Given),
    ("top-nested", Given),
    ("toscalar", Given),
    ("totable", Given),
    ("typeof", Anywhere),
    ("union", Nowhere),
    ("uniqueid", Nowhere),
    ("uuid", Anywhere),
    ("view", Anywhere),
    ("where", Given),
    ("with", Anywhere),
    ("with_source", Anywhere),
    ("withsource", Anywhere),
];

/// A name as it is written where it is read: in brackets when it is no plain word.
pub fn reference(name: &str) -> String {
    let plain = name.chars().all(|letter| letter.is_ascii_alphanumeric() || letter == '_')
        && name.starts_with(|letter: char| letter.is_ascii_alphabetic() || letter == '_')
        && matches!(known(name), None | Some(Anywhere));
    if plain { name.to_owned() } else { format!("[{}]", quoted(name)) }
}

/// A string literal of any text ("The string data type", escapes).
pub fn quoted(text: &str) -> String {
    format!("\"{}\"", escaped(text))
}

/// The inside of a string literal between double quotes.
pub fn escaped(text: &str) -> String {
    escaped_between('"', text)
}

/// The inside of a verbatim literal, such as `@"C:\temp"`; none for what stands in no such literal.
pub fn verbatim(quote: char, text: &str) -> Option<String> {
    let plain = !text.contains(char::is_control);
    plain.then(|| text.replace(quote, &format!("{quote}{quote}")))
}

/// The inside of a string literal between such quotes.
pub fn escaped_between(quote: char, text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            _ if letter == quote => escaped.extend(['\\', quote]),
            '\\' => escaped.push_str("\\\\"),
            '\n' => escaped.push_str("\\n"),
            '\r' => escaped.push_str("\\r"),
            '\t' => escaped.push_str("\\t"),
            _ if letter.is_control() => escaped.push_str(&format!("\\u{:04x}", letter as u32)),
            _ => escaped.push(letter),
        }
    }
    escaped
}

/// Where this word may be a name; `None` when the grammar does not know it, so that it is one anywhere.
pub fn known(word: &str) -> Option<Use> {
    let first = usize::from(*word.as_bytes().first()?);
    let (from, to) = (*STARTS.get(first)?, *STARTS.get(first + 1)?);
    let same_start = WORDS.get(usize::from(from)..usize::from(to))?;
    same_start.iter().find(|row| row.0 == word).map(|row| row.1)
}

/// For each byte where the words begin that start with it or a greater one; the parser asks for each name.
static STARTS: [u8; 129] = {
    let mut starts = [0; 129];
    let mut byte = 0;
    while byte < starts.len() {
        let mut at = 0;
        while at < WORDS.len() && (WORDS[at].0.as_bytes()[0] as usize) < byte {
            at += 1;
        }
        starts[byte] = at as u8;
        byte += 1;
    }
    starts
};

const _: () = assert!(WORDS.len() <= u8::MAX as usize);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn operators_of_one_word_are_known() {
        use crate::syntax::{BINARY_OPS, LIST_OPS};
        let names = BINARY_OPS.iter().map(|row| row.0).chain(LIST_OPS.iter().map(|row| row.0));
        let words =
            names.filter(|name| name.ends_with(|char: char| char.is_ascii_alphabetic() || char == '~'));
        for word in words.filter(|name| !name.contains([' ', '='])) {
            assert!(word == "!~" || known(word).is_some(), "{word}");
        }
    }

    #[test]
    fn words_are_sorted_and_unique() {
        assert!(WORDS.windows(2).all(|pair| pair[0].0 < pair[1].0));
        assert_eq!(known("by"), Some(Use::Given));
        assert!(WORDS.iter().all(|(word, usage)| known(word) == Some(*usage)));
        assert!(["Account", "", "{", "zone", "é", "b"].into_iter().all(|word| known(word).is_none()));
    }
}
