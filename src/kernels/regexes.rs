//! Regular expressions. KQL's dialect is that of the `regex` crate ("Regex syntax" in the Kusto
//! reference): no look-around, Unicode classes. Knows text only.

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;

use regex::{CaptureLocations, Captures, Regex, RegexBuilder};

use super::memo::Memo;
use super::text::{countof, push_texts};
use super::{Cell, Kernel, Phys, Test, fail, json, lenient, strict};

/// Those whose name ends in `known` are for patterns that were compiled before the query runs: they cannot
/// fail, which lets DuckDB move their calls and make one for each entry of a stored dictionary.
pub const KERNELS: &[Kernel] = &[
    strict("kql_matches_regex", &[Phys::Text, Phys::Text], Phys::Bool, matches),
    strict("kql_matches_known", &[Phys::Text, Phys::Text], Phys::Bool, matches)
        .infallible()
        .prepare(|rest| Some(Rc::new(Known(compiled(rest.first()?.text()?).ok()?)))),
    strict("kql_extract", &[Phys::Text, Phys::Long, Phys::Text], Phys::Text, extract),
    strict("kql_extract_known", &[Phys::Text, Phys::Long, Phys::Text], Phys::Text, extract).infallible(),
    lenient("kql_extract_all", &[Phys::Text, Phys::Text, Phys::Text], Phys::Text, |args, out| {
        with(args[0], out, |regex, out| extract_all(regex, args[1].text(), args[2].text(), out))
    }),
    strict("kql_replace_regex", &[Phys::Text, Phys::Text, Phys::Text], Phys::Text, |args, out| {
        with(args[1], out, |regex, out| replace(regex, args[0], args[2], out))
    }),
    strict("kql_replace_known", &[Phys::Text, Phys::Text, Phys::Text], Phys::Text, |args, out| {
        with(args[1], out, |regex, out| replace(regex, args[0], args[2], out))
    })
    .infallible(),
    strict("kql_countof_kind", &[Phys::Text, Phys::Text, Phys::Text], Phys::Long, countof_kind),
    lenient(
        "kql_indexof_regex",
        &[Phys::Text, Phys::Text, Phys::Long, Phys::Long, Phys::Long],
        Phys::Long,
        |args, out| with(args[1], out, |regex, _| indexof(regex, args)),
    ),
    strict("kql_trim", &[Phys::Text, Phys::Text], Phys::Text, |args, out| trim(args, true, true, out)),
    strict("kql_trim_start", &[Phys::Text, Phys::Text], Phys::Text, |args, out| trim(args, true, false, out)),
    strict("kql_trim_end", &[Phys::Text, Phys::Text], Phys::Text, |args, out| trim(args, false, true, out)),
    strict("kql_regex_quote", &[Phys::Text], Phys::Text, |args, out| {
        out.push_str(&regex::escape(args[0].text().unwrap_or("")));
        Cell::Text(out)
    }),
];

/// Compiled size of a pattern, in bytes.
const SIZE_MAX: usize = 10 << 20;
/// Patterns that a thread keeps.
const KEPT: usize = 8;

/// A pattern that was compiled, room for the places of its groups, and where they were in the last texts.
struct Compiled {
    pattern: String,
    regex: Arc<Regex>,
    places: CaptureLocations,
    memo: Memo,
}

thread_local! {
    /// The last patterns, newest first.
    static RECENT: RefCell<Vec<Compiled>> = const { RefCell::new(Vec::new()) };
}

/// The compiled pattern, or why it is none: lower case, no full stop.
pub fn compiled(pattern: &str) -> Result<Arc<Regex>, String> {
    RECENT.with_borrow_mut(|recent| newest(recent, pattern).map(|newest| Arc::clone(&newest.regex)))
}

/// The pattern, which is the newest then.
fn newest<'r>(recent: &'r mut Vec<Compiled>, pattern: &str) -> Result<&'r mut Compiled, String> {
    match recent.iter().position(|known| known.pattern == pattern) {
        Some(0) => {}
        Some(at) => recent[..=at].rotate_right(1),
        None => {
            let regex = RegexBuilder::new(pattern).size_limit(SIZE_MAX).build();
            let regex = regex.map_err(|error| reason(pattern, &error))?;
            let places = regex.capture_locations();
            recent.truncate(KEPT - 1);
            let (regex, memo) = (Arc::new(regex), Memo::default());
            recent.insert(0, Compiled { pattern: pattern.to_owned(), regex, places, memo });
        }
    }
    Ok(&mut recent[0])
}

fn reason(pattern: &str, error: &regex::Error) -> String {
    let why = match error {
        regex::Error::CompiledTooBig(_) => "it is too big when compiled".to_owned(),
        // The crate draws the place over several lines; the last one says what is wrong.
        other => {
            let text = other.to_string();
            let last = text.lines().last().unwrap_or_default();
            last.trim_start_matches("error: ").to_owned()
        }
    };
    format!("invalid regular expression '{pattern}': {why}")
}

/// Runs with the compiled pattern, which must not compile another one.
fn with<'a>(
    pattern: Cell<'a>,
    out: &'a mut String,
    run: impl FnOnce(&Regex, &'a mut String) -> Cell<'a>,
) -> Cell<'a> {
    with_compiled(pattern, out, |compiled, out| run(&compiled.regex, out))
}

fn with_compiled<'a>(
    pattern: Cell<'a>,
    out: &'a mut String,
    run: impl FnOnce(&mut Compiled, &'a mut String) -> Cell<'a>,
) -> Cell<'a> {
    let Some(pattern) = pattern.text() else {
        return Cell::Null;
    };
    RECENT.with_borrow_mut(|recent| match newest(recent, pattern) {
        Ok(compiled) => run(compiled, out),
        Err(message) => fail(out, message),
    })
}

/// A pattern that is known.
struct Known(Arc<Regex>);

impl Test for Known {
    fn test(&self, text: &str) -> Cell<'static> {
        Cell::Bool(self.0.is_match(text))
    }
}

fn matches<'a>(args: &[Cell<'a>], out: &'a mut String) -> Cell<'a> {
    with(args[1], out, |regex, _| Cell::Bool(regex.is_match(args[0].text().unwrap_or(""))))
}

fn countof_kind<'a>(args: &[Cell<'a>], out: &'a mut String) -> Cell<'a> {
    match args[2].text() {
        Some("normal") => countof(args),
        Some("regex") => with(args[1], out, |regex, _| {
            Cell::Long(regex.find_iter(args[0].text().unwrap_or("")).count() as i64)
        }),
        _ => fail(out, "the kind of countof() is 'normal' or 'regex'"),
    }
}

fn extract<'a>(args: &[Cell<'a>], out: &'a mut String) -> Cell<'a> {
    with_compiled(args[0], out, |compiled, _| Cell::Text(extracted(compiled, args[1], args[2]).unwrap_or("")))
}

fn extracted<'a>(compiled: &mut Compiled, group: Cell<'a>, text: Cell<'a>) -> Option<&'a str> {
    let Compiled { regex, places, memo, .. } = compiled;
    let (group, text) = (usize::try_from(group.long()?).ok()?, text.text()?);
    if group == 0 {
        return regex.find(text).map(|found| found.as_str());
    }
    let (start, end) = memo.places(group, text, || {
        regex.captures_read(places, text)?;
        places.get(group)
    })?;
    text.get(start..end)
}

/// No match is null, one group a flat array, several an array of arrays.
fn extract_all<'a>(regex: &Regex, wanted: Option<&str>, text: Option<&str>, out: &'a mut String) -> Cell<'a> {
    let Some(text) = text else {
        return Cell::Null;
    };
    let groups = match groups(regex, wanted) {
        Ok(groups) => groups,
        Err(message) => return fail(out, message),
    };
    let of = |captures: &Captures<'_>, group: usize, out: &mut String| {
        json::quote(captures.get(group).map_or("", |found| found.as_str()), out);
    };
    for captures in regex.captures_iter(text) {
        out.push(if out.is_empty() { '[' } else { ',' });
        match groups.as_slice() {
            [group] => of(&captures, *group, out),
            several => {
                let texts =
                    several.iter().map(|group| captures.get(*group).map_or("", |found| found.as_str()));
                push_texts(&mut { texts }, out);
            }
        }
    }
    if out.is_empty() {
        return Cell::Null;
    }
    out.push(']');
    Cell::Text(out)
}

/// The numbers of the groups that a JSON array of numbers or names asks for; all without one.
fn groups(regex: &Regex, wanted: Option<&str>) -> Result<Vec<usize>, String> {
    let last = regex.captures_len() - 1;
    if last == 0 {
        return Err(format!("the regular expression '{regex}' of extract_all() has no group in parentheses"));
    }
    let Some(wanted) = wanted else {
        return Ok((1..=last).collect());
    };
    if json::kind(wanted) != Some(json::Kind::Array) {
        return Err(format!("the groups of extract_all() are an array, not {wanted}"));
    }
    // Kusto drops groups that are not there, and takes all when none is left.
    let found: Vec<usize> = json::elements(wanted).filter_map(|element| group(regex, element)).collect();
    Ok(if found.is_empty() { (1..=last).collect() } else { found })
}

/// The number of the group that an element of extract_all()'s array names, if it is there.
fn group(regex: &Regex, element: &str) -> Option<usize> {
    let number = match json::string_inside(element).map(json::unescape) {
        Some(name) => regex.capture_names().position(|given| given == Some(&name)),
        None => json::whole_number(element).and_then(|number| usize::try_from(number).ok()),
    };
    number.filter(|number| *number < regex.captures_len())
}

/// The first element of an array of groups that names none of a pattern, or names the whole match; and how many
/// groups there are.
pub fn odd_group<'a>(pattern: &str, wanted: &'a str) -> Option<(&'a str, usize)> {
    let regex = compiled(pattern).ok().filter(|_| json::kind(wanted) == Some(json::Kind::Array))?;
    let odd = |element: &&str| group(&regex, element).is_none_or(|number| number == 0);
    Some((json::trim(json::elements(wanted).find(odd)?), regex.captures_len() - 1))
}

/// `\1` is a group and `\\` a backslash; `$1` is plain text.
fn replace<'a>(regex: &Regex, text: Cell<'a>, rewrite: Cell<'a>, out: &'a mut String) -> Cell<'a> {
    let (Some(text), Some(rewrite)) = (text.text(), rewrite.text()) else {
        return Cell::Null;
    };
    let mut end = 0;
    for captures in regex.captures_iter(text) {
        let Some(found) = captures.get(0) else {
            continue;
        };
        out.push_str(&text[end..found.start()]);
        end = found.end();
        let mut parts = rewrite.chars().peekable();
        while let Some(c) = parts.next() {
            match (c, parts.peek()) {
                ('\\', Some(next)) if next.is_ascii_digit() => {
                    let group = next.to_digit(10).unwrap_or(0) as usize;
                    parts.next();
                    out.push_str(captures.get(group).map_or("", |found| found.as_str()));
                }
                ('\\', Some('\\')) => {
                    parts.next();
                    out.push('\\');
                }
                _ => out.push(c),
            }
        }
    }
    if end == 0 && out.is_empty() {
        return Cell::Text(text);
    }
    out.push_str(&text[end..]);
    Cell::Text(out)
}

fn indexof<'a>(regex: &Regex, args: &[Cell<'a>]) -> Cell<'a> {
    let Some(text) = args[0].text() else {
        return Cell::Null;
    };
    let numbers = (args[2].long().unwrap_or(0), args[3].long().unwrap_or(-1), args[4].long().unwrap_or(1));
    // The reference gives null for a negative start or occurrence and a length below -1.
    let (Ok(start), length, Ok(occurrence @ 1..)) =
        (usize::try_from(numbers.0), numbers.1, usize::try_from(numbers.2))
    else {
        return Cell::Null;
    };
    if length < -1 {
        return Cell::Null;
    }
    let length = usize::try_from(length).unwrap_or(usize::MAX);
    let window: String = text.chars().skip(start).take(length).collect();
    match regex.find_iter(&window).nth(occurrence - 1) {
        Some(found) => Cell::Long((start + window[..found.start()].chars().count()) as i64),
        None => Cell::Long(-1),
    }
}

/// At most one match goes at each end. Both are looked for in the whole text, so the second is not
/// at a new start; the pattern is wrapped as Kusto wraps it and its first match taken, so that even
/// `a)|(b` gives Kusto's answers.
fn trim<'a>(args: &[Cell<'a>], start: bool, end: bool, out: &'a mut String) -> Cell<'a> {
    let (Some(pattern), Some(text)) = (args[0].text(), args[1].text()) else {
        return Cell::Null;
    };
    let [at_start, at_end] = match wrapped(pattern) {
        Ok(wrapped) => wrapped,
        Err(message) => return fail(out, message),
    };
    let found = |wanted: bool, regex: &Regex| {
        wanted.then(|| regex.find(text)).flatten().map_or(0..0, |found| found.range())
    };
    let mut gone = [found(start, &at_start), found(end, &at_end)];
    gone.sort_by_key(|range| range.start);
    let [first, second] = gone;
    let between = &text[first.end.min(second.start)..second.start];
    let (head, tail) = (&text[..first.start], &text[first.end.max(second.end)..]);
    match [head, between, tail] {
        [kept, "", ""] | ["", kept, ""] | ["", "", kept] => Cell::Text(kept),
        // Only a pattern that breaks out of the parentheses gets here.
        parts => {
            parts.iter().for_each(|part| out.push_str(part));
            Cell::Text(out)
        }
    }
}

/// A pattern and what it becomes at the start and at the end of a text.
type Wrapped = (String, [Arc<Regex>; 2]);

thread_local! {
    static TRIM: RefCell<Option<Wrapped>> = const { RefCell::new(None) };
}

/// Whether the pattern can be looked for at the ends of a text, or why not: lower case, no full stop.
pub fn compiled_to_trim(pattern: &str) -> Result<(), String> {
    wrapped(pattern).map(drop)
}

fn wrapped(pattern: &str) -> Result<[Arc<Regex>; 2], String> {
    TRIM.with_borrow_mut(|last| {
        if let Some((text, both)) = last
            && text == pattern
        {
            return Ok(both.clone());
        }
        let own = |whole: String| {
            // The reason names the text that was written.
            compiled(&whole).map_err(|why| why.replacen(&format!("'{whole}'"), &format!("'{pattern}'"), 1))
        };
        let both = [own(format!("^({pattern})"))?, own(format!("({pattern})$"))?];
        *last = Some((pattern.to_owned(), both.clone()));
        Ok(both)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernels::testing::{bool_of, call, texts};

    fn extracted(pattern: &str, group: i64, text: &str) -> String {
        call("kql_extract", &[Cell::Text(pattern), Cell::Long(group), Cell::Text(text)])
    }

    fn all(pattern: &str, groups: Cell<'_>, text: &str) -> String {
        call("kql_extract_all", &[Cell::Text(pattern), groups, Cell::Text(text)])
    }

    #[test]
    fn matches_in_part_and_in_unicode() {
        let matches = |text, pattern| bool_of("kql_matches_regex", &[Cell::Text(text), Cell::Text(pattern)]);
        assert!(matches("user-42", "r-[0-9]"));
        assert!(matches("٣", r"^\d$"), "a digit of any script");
        assert!(matches("a\u{a0}b", r"a\sb"));
        assert!(!matches("Ab", "^b"));
    }

    #[test]
    fn a_bad_pattern_ends_the_query() {
        let message = texts("kql_matches_regex", &["x", "a(?=b)"]);
        assert!(message.starts_with("error: invalid regular expression 'a(?=b)': "), "{message}");
        assert!(!message.contains('\n'), "{message}");
        assert!(texts("kql_trim", &["(", "x"]).starts_with("error: "));
        let big = texts("kql_matches_regex", &["x", r"\w{1000}{1000}"]);
        assert!(big.contains("too big"), "{big}");
    }

    #[test]
    fn extract_gives_the_empty_text_without_a_match() {
        assert_eq!(extracted("u=([a-z]+)", 1, "id=1 u=eve"), "eve");
        assert_eq!(extracted("u=([a-z]+)", 0, "id=1 u=eve"), "u=eve");
        assert_eq!(extracted("u=([a-z]+)", 7, "u=eve"), "");
        assert_eq!(extracted("u=([a-z]+)", 1, "none"), "");
        assert_eq!(extracted("u=(x)?", 1, "u="), "");
    }

    #[test]
    fn extract_all_is_flat_for_one_group() {
        assert_eq!(all("([a-z])=", Cell::Null, "a=1 b=2"), r#"["a","b"]"#);
        assert_eq!(all("([a-z])=([0-9])", Cell::Null, "a=1 b=2"), r#"[["a","1"],["b","2"]]"#);
        assert_eq!(all("([a-z])=(?P<n>[0-9])", Cell::Text(r#"["n"]"#), "a=1 b=2"), r#"["1","2"]"#);
        assert_eq!(all("([a-z])=", Cell::Null, "none"), "NULL");
        assert!(all("[a-z]", Cell::Null, "a").starts_with("error: "), "it wants a group");
        let all_of = r#"[["a","1"]]"#;
        assert_eq!(all("([a-z])=([0-9])", Cell::Text("[]"), "a=1"), all_of, "none is all");
        assert_eq!(all("([a-z])=([0-9])", Cell::Text("[1,7]"), "a=1"), r#"["a"]"#, "no such group");
    }

    #[test]
    fn replace_takes_backslash_groups_only() {
        assert_eq!(texts("kql_replace_regex", &["ab cd", r"(\w)(\w)", r"\2$1\\"]), r"b$1\ d$1\");
        assert_eq!(texts("kql_replace_regex", &["none", "[0-9]", "x"]), "none");
        assert_eq!(texts("kql_replace_regex", &["ab", "x*", "-"]), "-a-b-");
        assert_eq!(texts("kql_replace_regex", &["ab", "ab", ""]), "");
    }

    #[test]
    fn trim_takes_one_match_from_each_end() {
        assert_eq!(texts("kql_trim", &["-", "--x--"]), "-x-");
        assert_eq!(texts("kql_trim", &["-+", "--x--"]), "x");
        assert_eq!(texts("kql_trim_start", &["-+", "--x--"]), "x--");
        assert_eq!(
            texts("kql_trim_end", &["-+?", "--x--"]),
            "--x",
            "the leftmost match that reaches the end"
        );
        assert_eq!(texts("kql_trim", &["q)|(r", "-q-r-q"]), "---q", "the pattern is not seen as a unit");
        assert_eq!(texts("kql_trim", &["-|^x", "-x"]), "x", "the rest is no new start");
        assert_eq!(texts("kql_trim", &["xy|yz", "xyz"]), "");
        assert_eq!(texts("kql_trim", &["-", "-"]), "");
    }

    #[test]
    fn places_and_counts() {
        let at = |text, start, occurrence| {
            let args = [Cell::Text(text), Cell::Text("[0-9]"), start, Cell::Null, occurrence];
            call("kql_indexof_regex", &args)
        };
        assert_eq!(at("é1a2", Cell::Null, Cell::Null), "1");
        assert_eq!(at("é1a2", Cell::Long(2), Cell::Null), "3");
        assert_eq!(at("é1a2", Cell::Null, Cell::Long(2)), "3");
        assert_eq!(at("é1a2", Cell::Null, Cell::Long(3)), "-1");
        assert_eq!(at("é1a2", Cell::Long(-1), Cell::Null), "NULL");
        assert_eq!(texts("kql_countof_kind", &["aaaa", "aa", "regex"]), "2", "no overlap here");
        assert_eq!(texts("kql_countof_kind", &["aaaa", "aa", "normal"]), "3");
        assert!(texts("kql_countof_kind", &["aaaa", "aa", "Regex"]).starts_with("error: "));
        assert_eq!(texts("kql_regex_quote", &["1+1"]), r"1\+1");
    }
}
