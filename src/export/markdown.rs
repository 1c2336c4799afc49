//! Tables of Markdown as GitHub shows them. What comes from data stands in spans of code, in which nothing is
//! markup or a link, unless no character of it could be either.

use std::io::{self, Write};

use super::table::aligns_right;
use super::{Exporter, Options};
use crate::display;
use crate::types::ColumnType;
use crate::value::Value;

/// Rows of a table; a value is one line, whatever is in it.
pub struct Markdown {
    options: Options,
    /// For each column whether it holds numbers, in which nothing is markup.
    numbers: Vec<bool>,
    results: usize,
    /// Stands above the next result.
    title: Option<String>,
}

impl Markdown {
    pub fn new(options: Options) -> Self {
        Markdown { options, numbers: Vec::new(), results: 0, title: None }
    }

    fn cell(&self, text: &str) -> String {
        if self.options.ascii { cell(&display::safe_ascii(text)) } else { cell(text) }
    }
}

impl Exporter for Markdown {
    fn title(&mut self, name: &str) {
        self.title = Some(self.cell(name));
    }

    fn begin(&mut self, columns: &[ColumnType], out: &mut dyn Write) -> io::Result<()> {
        if self.results > 0 {
            out.write_all(b"\n")?;
        }
        self.results += 1;
        if let Some(title) = self.title.take() {
            // A table begins behind an empty line.
            writeln!(out, "{title}:\n")?;
        }
        let heads: Vec<String> = columns.iter().map(|column| self.cell(&column.name)).collect();
        self.numbers = columns.iter().map(|column| aligns_right(column.ty)).collect();
        let sides = self.numbers.iter().map(|number| if *number { "---:" } else { "---" }.to_owned());
        out.write_all(line(&heads).as_bytes())?;
        out.write_all(line(&sides.collect::<Vec<_>>()).as_bytes())
    }

    fn rows(&mut self, rows: &[Vec<Value>], out: &mut dyn Write) -> io::Result<()> {
        for row in rows {
            let cells = row.iter().enumerate().map(|(at, value)| match self.numbers.get(at) {
                Some(true) => value.text(),
                Some(false) | None => self.cell(&value.text()),
            });
            out.write_all(line(&cells.collect::<Vec<_>>()).as_bytes())?;
        }
        Ok(())
    }

    fn end(&mut self, _out: &mut dyn Write) -> io::Result<()> {
        Ok(())
    }

    fn finish(&mut self, _out: &mut dyn Write) -> io::Result<()> {
        Ok(())
    }

    fn neutralised(&self) -> u64 {
        0
    }
}

/// A line of a table.
pub fn line(cells: &[String]) -> String {
    format!("| {} |\n", cells.join(" | "))
}

/// Words that nothing takes for markup, a link or somebody's name as they are; else code within a line, with more
/// backticks around it than in it.
pub fn span(text: &str) -> String {
    let text = display::safe(text);
    if text.is_empty() || is_plain(&text) {
        return text.into_owned();
    }
    code(&text)
}

fn code(text: &str) -> String {
    if text.is_empty() {
        return String::new();
    }
    let fence = "`".repeat(longest(text) + 1);
    let edge = |letter: char| letter == '`' || letter == ' ';
    let blank = if text.starts_with(edge) || text.ends_with(edge) { " " } else { "" };
    format!("{fence}{blank}{text}{blank}{fence}")
}

/// Letters, digits and blanks, with some signs between them; no point within a word but one in a number, since
/// `evil.example` becomes a link in some readers.
fn is_plain(text: &str) -> bool {
    let known = |letter: char| letter.is_alphanumeric() || " ,;:-.%+'()/".contains(letter);
    let number = |part: &str| {
        !part.is_empty() && part.chars().all(|letter| letter.is_ascii_digit() || ":-TZ".contains(letter))
    };
    let word = |word: &str| match word.split_once('.') {
        None => true,
        Some((_, "")) => true,
        Some((whole, fraction)) => number(whole) && number(fraction),
    };
    text.chars().all(known)
        && text.starts_with(char::is_alphanumeric)
        && !text.ends_with(' ')
        && !["//", "  ", "--", "::"].iter().any(|sign| text.contains(sign))
        && text.split([' ', ',', ';', '/', '(', ')', '\'']).all(word)
}

/// As [`span`] in a cell of a table, where a `|` needs a backslash even in code. A backslash of the text's own before
/// it would end the cell, and stands outside of the code, as a backslash that has one before it.
pub fn cell(text: &str) -> String {
    let text = display::safe(text);
    let mut parts = text.split("\\|");
    let first = parts.next().unwrap_or_default();
    let mut rest = parts.peekable();
    let begin = if rest.peek().is_some() { code(first) } else { span(first) };
    let mut cell = begin.replace('|', "\\|");
    for part in rest {
        // What was split at: the backslash, then the bar before the next part.
        cell.push_str(&format!("\\\\{}", code(&format!("|{part}")).replace('|', "\\|")));
    }
    cell
}

/// The longest row of backticks in a text.
pub fn longest(text: &str) -> usize {
    text.split(|letter| letter != '`').map(str::len).max().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_bar_ends_a_cell() {
        assert_eq!(cell("a|b"), r"`a\|b`");
        assert_eq!(cell(r"dir \| more"), r"` dir  `\\`\| more`");
        assert_eq!(cell(r"\\|"), r"`\`\\`\|`");
        assert_eq!((cell("two\nlines"), cell("<b>")), ("`two␊lines`".into(), "`<b>`".into()));
    }

    #[test]
    fn words_are_words_and_all_else_is_code() {
        for plain in [
            "High",
            "GreyHeron C2, State: active",
            "2026-05-14T11:27:00.2639317Z",
            "1.5",
            "95",
            "Übersicht",
            "a.",
        ] {
            assert_eq!(span(plain), plain);
        }
        for code in [
            "evil.example",
            "192.0.2.1",
            "a@b",
            "a_b",
            "*a*",
            "1. ",
            "- a",
            "http://x",
            "a#1",
            "<b>",
            "x|y",
            "::1",
            "a  b",
            "+1",
        ] {
            assert!(span(code).starts_with('`') && span(code).ends_with('`'), "{code}");
        }
        assert_eq!((span("a|b"), span("`a"), span("")), ("`a|b`".into(), "`` `a ``".into(), String::new()));
    }
}
