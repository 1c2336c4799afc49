//! What `parse` looks for in a text: its pattern as one regular expression, and the values of its columns.
//! Knows text only. The rules are those of the "parse operator" in the Kusto reference and of answers
//! measured on the emulator.

mod fragment;
mod shape;

use std::borrow::Cow;

use super::{Cell, Kernel, Phys, convert, datetime, fail, packed, regexes, strict};
use crate::ticks;
use crate::types::Type;

pub use fragment::Fragment;

pub const KERNELS: &[Kernel] = &[
    // The text and a `program`; NULL when the text does not fit.
    strict("kql_parse", &[Phys::Text, Phys::Text], Phys::Text, |args, out| {
        match (args[0].text(), args[1].text().and_then(Program::read)) {
            (Some(text), Some(program)) => run(&program, text, out),
            _ => Cell::Null,
        }
    }),
];

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Texts are texts; a value that does not convert spoils the whole row.
    Simple,
    /// Texts are texts; each value is converted for itself.
    Relaxed,
    /// Texts are regular expressions; a value that does not convert spoils the whole row.
    Regex,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step<'a> {
    Text(&'a str),
    Skip,
    Column(Type),
}

/// The letters that stand for the types of columns, in a program.
const LETTERS: [(char, Type); 9] = [
    ('b', Type::Bool),
    ('t', Type::Datetime),
    ('j', Type::Dynamic),
    ('g', Type::Guid),
    ('i', Type::Int),
    ('l', Type::Long),
    ('r', Type::Real),
    ('s', Type::String),
    ('p', Type::Timespan),
];

/// A pattern as a constant of the SQL: the letter of its kind, those of its columns' types, a colon, and
/// the regular expression with a group for each column. The kind's letter is a capital when the pattern
/// begins with a text, and the last type's when nothing follows that column.
pub fn program(kind: Kind, flags: &str, steps: &[Step<'_>]) -> String {
    let mut program = String::new();
    program.push(match (kind, steps.first()) {
        (Kind::Simple, Some(Step::Text(_))) => 'S',
        (Kind::Simple, _) => 's',
        (Kind::Relaxed, Some(Step::Text(_))) => 'R',
        (Kind::Relaxed, _) => 'r',
        (Kind::Regex, _) => 'x',
    });
    for (at, step) in steps.iter().enumerate() {
        let Step::Column(ty) = step else { continue };
        let letter = LETTERS.iter().find(|(_, known)| known == ty).map_or('s', |(letter, _)| *letter);
        program.push(if at + 1 == steps.len() { letter.to_ascii_uppercase() } else { letter });
    }
    program.push(':');
    program.push_str(&regex(kind, flags, steps));
    program
}

/// In simple and relaxed kind the pattern reaches the end of the text, in regex kind it need not.
fn regex(kind: Kind, flags: &str, steps: &[Step<'_>]) -> String {
    let mut regex = match (kind, flags) {
        (Kind::Regex, "") => String::new(),
        (Kind::Regex, flags) => format!("(?{flags})"),
        (Kind::Simple | Kind::Relaxed, _) => "(?s)".to_owned(),
    };
    for (at, step) in steps.iter().enumerate() {
        match step {
            Step::Text(text) if kind == Kind::Regex => regex.push_str(&Fragment::read(text).regex),
            Step::Text(text) => regex.push_str(&regex::escape(text)),
            Step::Skip if at + 1 == steps.len() => {}
            Step::Skip => regex.push_str(".*?"),
            Step::Column(ty) => {
                regex.push('(');
                regex.push_str(&capture(kind, *ty, &steps[at + 1..]));
                regex.push(')');
            }
        }
    }
    if kind != Kind::Regex && steps.last() != Some(&Step::Skip) {
        regex.push_str(r"\z");
    }
    regex
}

/// A column takes as little as it can, in regex kind as much; where nothing would stop it, and everywhere
/// in regex kind, a typed one takes what looks like its type.
fn capture(kind: Kind, ty: Type, rest: &[Step<'_>]) -> Cow<'static, str> {
    if kind == Kind::Regex {
        return shape::in_regex(ty).map_or(Cow::Borrowed(".*"), Cow::Borrowed);
    }
    match (rest, shape::before_skip(ty)) {
        ([Step::Skip], Some(shape)) => Cow::Owned(format!("(?:{shape})?")),
        ([Step::Skip, ..], Some(shape)) => Cow::Borrowed(shape),
        _ => Cow::Borrowed(".*?"),
    }
}

struct Program<'a> {
    kind: char,
    types: &'a str,
    regex: &'a str,
}

impl<'a> Program<'a> {
    fn read(text: &'a str) -> Option<Program<'a>> {
        let (head, regex) = text.split_once(':')?;
        let kind = head.chars().next()?;
        let types = &head[kind.len_utf8()..];
        Some(Program { kind, types, regex })
    }
}

fn run<'a>(program: &Program<'_>, text: &str, out: &'a mut String) -> Cell<'a> {
    let regex = match regexes::compiled(program.regex) {
        Ok(regex) => regex,
        Err(message) => return fail(out, message),
    };
    let Some(found) = regex.captures(text) else { return Cell::Null };
    let relaxed = program.kind.eq_ignore_ascii_case(&'r');
    for (at, letter) in program.types.chars().enumerate() {
        let captured = found.get(at + 1).map_or("", |group| group.as_str());
        let value = value(letter, captured);
        if value.is_none() && program.kind != 'x' && letter == 'T' && shape::starts_with_datetime(captured) {
            return fail(out, trailing(captured));
        }
        if value.is_none() && !relaxed {
            return Cell::Null;
        }
        packed::push(value.as_deref(), out);
    }
    let start = found.get(0).map_or(0, |all| all.start());
    if start > 0 && matches!(program.kind, 'S' | 'R') {
        return fail(out, not_at_start(text));
    }
    Cell::Text(out)
}

/// Neither the reference nor a recorded answer says whether the pattern may begin further on.
fn not_at_start(text: &str) -> String {
    format!(
        "parse found its pattern inside '{}', not at its start; write * before the first text of the \
         pattern to skip what comes before it, or drop such rows with where ... startswith",
        start_of(text)
    )
}

/// Kusto reads the beginning of such a value; how much of it is not known.
fn trailing(captured: &str) -> String {
    format!(
        "parse has '{}' for a datetime, with more behind it; end the pattern with the text that follows \
         the datetime, or with another column",
        start_of(captured)
    )
}

fn start_of(text: &str) -> Cow<'_, str> {
    match text.char_indices().nth(60) {
        Some((end, _)) => Cow::Owned(format!("{}...", &text[..end])),
        None => Cow::Borrowed(text),
    }
}

/// The text that converts to the type as by `tolong()` and its kin, when this one does.
fn value(letter: char, text: &str) -> Option<Cow<'_, str>> {
    let trimmed = text.trim();
    let fits = match letter.to_ascii_lowercase() {
        's' => return Some(Cow::Borrowed(text)),
        'l' => trimmed.parse::<i64>().is_ok(),
        'i' => trimmed.parse::<i32>().is_ok(),
        'r' => convert::real(trimmed).is_some(),
        'b' => convert::bool(trimmed).is_some(),
        't' => ticks::parse_datetime(trimmed).is_some(),
        'p' => datetime::totimespan(trimmed).is_some(),
        'g' => return guid(trimmed).map(Cow::Owned),
        _ => !trimmed.is_empty(),
    };
    fits.then_some(Cow::Borrowed(trimmed))
}

fn guid(text: &str) -> Option<String> {
    let inside = text.strip_prefix('{').and_then(|text| text.strip_suffix('}')).unwrap_or(text);
    let mut guid = String::new();
    convert::push_guid(inside, &mut guid).then_some(guid)
}

#[cfg(test)]
mod tests;
