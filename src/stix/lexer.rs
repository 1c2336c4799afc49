//! A pattern's tokens.

use super::Problem;

/// A value as a pattern writes it.
#[derive(Clone, Debug, PartialEq)]
pub enum Literal {
    /// Escapes undone.
    Text(String),
    /// A whole number, as it is written: it may be longer than any machine's.
    Whole(String),
    /// A number with a point, as it is written.
    Real(String),
    Bool(bool),
    /// `t'...'`: what stands between the quotes.
    Time(String),
    /// `b'...'`: base64.
    Binary(String),
    /// `h'...'`: digits.
    Hex(String),
}

impl Literal {
    /// The value as a text, without quotes.
    pub fn text(&self) -> &str {
        match self {
            Literal::Text(text)
            | Literal::Whole(text)
            | Literal::Real(text)
            | Literal::Time(text)
            | Literal::Binary(text)
            | Literal::Hex(text) => text,
            Literal::Bool(true) => "true",
            Literal::Bool(false) => "false",
        }
    }
}

#[derive(Clone, Debug, PartialEq)]
pub enum Kind {
    Literal(Literal),
    /// A keyword or a name without hyphens.
    Word,
    /// A name with hyphens.
    Hyphenated,
    /// An operator or bracket.
    Sign,
    End,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Token<'t> {
    pub kind: Kind,
    pub text: &'t str,
    pub at: usize,
}

pub const KEYWORDS: &[&str] = &[
    "AND",
    "OR",
    "NOT",
    "FOLLOWEDBY",
    "LIKE",
    "MATCHES",
    "ISSUPERSET",
    "ISSUBSET",
    "EXISTS",
    "LAST",
    "IN",
    "START",
    "STOP",
    "SECONDS",
    "true",
    "false",
    "WITHIN",
    "REPEATS",
    "TIMES",
];

/// The longer ones first.
const SIGNS: &[&str] = &["==", "!=", "<>", "<=", ">=", "=", "<", ">", ":", ".", ",", ")", "(", "]", "[", "*"];

/// All tokens, the end last. What is odd and yet readable goes into `remarks`.
pub fn tokens<'t>(text: &'t str, remarks: &mut Vec<Problem>) -> Result<Vec<Token<'t>>, Problem> {
    let mut tokens = Vec::new();
    let mut at = 0;
    loop {
        at = after_space(text, at)?;
        let rest = &text[at..];
        let Some(first) = rest.chars().next() else {
            tokens.push(Token { kind: Kind::End, text: "", at });
            return Ok(tokens);
        };
        let (kind, length) = match first {
            '\'' => {
                let (value, length) = quoted(rest, at, remarks)?;
                (Kind::Literal(Literal::Text(value)), length)
            }
            't' | 'b' | 'h' if rest[1..].starts_with('\'') => typed(rest, at)?,
            'a'..='z' | 'A'..='Z' | '_' => word(rest),
            _ => match number(rest) {
                Some(found) => found,
                None => match SIGNS.iter().find(|sign| rest.starts_with(**sign)) {
                    Some(sign) => (Kind::Sign, sign.len()),
                    None => {
                        let shown: String = first.escape_debug().collect();
                        return Err(Problem::new(format!("'{shown}' means nothing in a pattern"), at));
                    }
                },
            },
        };
        tokens.push(Token { kind, text: &rest[..length], at });
        at += length;
    }
}

/// Where white space and comments end.
fn after_space(text: &str, mut at: usize) -> Result<usize, Problem> {
    loop {
        let rest = &text[at..];
        let trimmed = rest.trim_start();
        at += rest.len() - trimmed.len();
        if trimmed.starts_with("/*") {
            let Some(end) = trimmed.find("*/") else {
                return Err(Problem::new("the comment has no end", at));
            };
            at += end + 2;
        } else if trimmed.starts_with("//") {
            at += trimmed.find('\n').unwrap_or(trimmed.len());
        } else {
            return Ok(at);
        }
    }
}

/// A text in quotes, `\'` and `\\` undone, and how long it is as written.
fn quoted(rest: &str, at: usize, remarks: &mut Vec<Problem>) -> Result<(String, usize), Problem> {
    let mut value = String::new();
    let mut letters = rest.char_indices().skip(1);
    while let Some((place, letter)) = letters.next() {
        match letter {
            '\'' => return Ok((value, place + 1)),
            '\\' => match letters.next() {
                Some((_, escaped @ ('\'' | '\\'))) => value.push(escaped),
                Some((_, other)) => {
                    remarks.push(Problem::new("a backslash is written as two", at + place));
                    value.extend(['\\', other]);
                }
                None => break,
            },
            other => value.push(other),
        }
    }
    Err(Problem::new("the text has no closing quote", at))
}

/// `t'...'`, `b'...'`, `h'...'`
fn typed(rest: &str, at: usize) -> Result<(Kind, usize), Problem> {
    let Some(length) = rest[2..].find('\'') else {
        return Err(Problem::new("the value has no closing quote", at));
    };
    let inside = &rest[2..2 + length];
    let (fits, what, literal): (_, _, fn(String) -> Literal) = match &rest[..1] {
        "t" => (time(inside), "a time, such as t'2026-05-14T12:00:00Z'", Literal::Time),
        "b" => (base64(inside), "base64", Literal::Binary),
        _ => (hex(inside), "pairs of hexadecimal digits", Literal::Hex),
    };
    match fits {
        true => Ok((Kind::Literal(literal(inside.to_owned())), length + 3)),
        false => Err(Problem::new(format!("what stands in the quotes is not {what}"), at)),
    }
}

/// `YYYY-MM-DDTHH:MM:SS.sssZ`; as in OASIS's grammar any month may have 31 days.
fn time(text: &str) -> bool {
    let Some(text) = text.strip_suffix('Z') else { return false };
    let (whole, fraction) = match text.split_once('.') {
        Some((whole, fraction)) => (whole, Some(fraction)),
        None => (text, None),
    };
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let form = "0000-00-00T00:00:00";
    let formed = whole.len() == form.len()
        && whole.bytes().zip(form.bytes()).all(|(found, wanted)| match wanted {
            b'0' => found.is_ascii_digit(),
            _ => found == wanted,
        });
    if !formed || !fraction.is_none_or(digits) {
        return false;
    }
    let within = |from: usize, least: u32, most: u32| {
        whole[from..from + 2].parse().is_ok_and(|number: u32| (least..=most).contains(&number))
    };
    within(5, 1, 12) && within(8, 1, 31) && within(11, 0, 23) && within(14, 0, 59) && within(17, 0, 60)
}

fn base64(text: &str) -> bool {
    let data = text.trim_end_matches('=');
    !text.is_empty()
        && text.len().is_multiple_of(4)
        && text.len() - data.len() <= 2
        && data.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/'))
}

fn hex(text: &str) -> bool {
    text.len().is_multiple_of(2) && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

fn word(rest: &str) -> (Kind, usize) {
    let inside = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
    let length = rest.find(|c: char| !inside(c)).unwrap_or(rest.len());
    let kind = match &rest[..length] {
        "true" => Kind::Literal(Literal::Bool(true)),
        "false" => Kind::Literal(Literal::Bool(false)),
        word if word.contains('-') => Kind::Hyphenated,
        _ => Kind::Word,
    };
    (kind, length)
}

/// `+5`, `-5`, `0`, `7.0`, `.5`; no zero before other digits.
fn number(rest: &str) -> Option<(Kind, usize)> {
    let sign = usize::from(rest.starts_with(['+', '-']));
    let count = |from: usize| rest[from..].find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len() - from);
    let whole = count(sign);
    let point = sign + whole;
    if rest[point..].starts_with('.') && count(point + 1) > 0 {
        let length = point + 1 + count(point + 1);
        return Some((Kind::Literal(Literal::Real(rest[..length].to_owned())), length));
    }
    let length = match rest[sign..].starts_with('0') {
        true => sign + 1,
        false if whole == 0 => return None,
        false => point,
    };
    Some((Kind::Literal(Literal::Whole(rest[..length].to_owned())), length))
}
