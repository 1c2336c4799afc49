//! A report as Markdown of GitHub's flavour. What comes from data stands in spans and blocks of code, in which
//! nothing is markup or a link, unless no character of it could be either.

use super::{Appendix, Report, technique_page};
use crate::display::safe;

/// The whole document.
pub fn markdown(report: &Report) -> String {
    let mut page = format!("**{}**\n\n# {}\n\n", report.marking(), span(&report.title));
    page.push_str(&format!("Made {}.\n\n", span(&report.made)));
    page.push_str(&appendix(&report.summary()));
    report.said().iter().for_each(|sentence| page.push_str(&format!("{sentence}\n\n")));
    for (at, finding) in report.findings.iter().enumerate() {
        page.push_str(&format!("## {}. {}\n\n", at + 1, span(&report.harmless(&finding.name))));
        if !finding.description.trim().is_empty() {
            page.push_str(&block("text", &lines(&report.harmless(&finding.description))));
        }
        if let Some(drawing) = finding.drawing() {
            page.push_str(&block("text", &drawing));
        }
        let (heads, rows) = finding.table(report);
        if !heads.is_empty() && !rows.is_empty() {
            let heads: Vec<String> = heads.iter().map(|head| cell(head)).collect();
            page.push_str(&table(&heads, &cells(&rows)));
        }
        let facts = finding.facts().into_iter().map(|(name, value)| vec![name.to_owned(), cell(&value)]);
        let mut facts: Vec<Vec<String>> = facts.collect();
        if !finding.techniques.is_empty() {
            let linked: Vec<String> = finding.techniques.iter().map(|one| technique(one)).collect();
            facts.push(vec!["Techniques".into(), linked.join(", ")]);
        }
        page.push_str(&table(&["Fact".into(), "Value".into()], &facts));
        page.push_str(&block("kql", &lines(&finding.run.query)));
    }
    for one in report.appendices() {
        page.push_str(&format!("## {}\n\n{}", one.title, appendix(&one)));
    }
    page.push_str("## Replay\n\n`kqlhunt replay` of this file runs these again and says what differs.\n\n");
    let runs: Vec<String> = report.findings.iter().flat_map(super::Finding::replay_lines).collect();
    page.push_str(&block("json", &runs.join("\n")));
    page.push_str(&format!("**{}**\n", report.marking()));
    page
}

/// Each line made safe, line breaks kept.
pub fn lines(text: &str) -> String {
    text.lines().map(safe).collect::<Vec<_>>().join("\n")
}

/// Words that nothing takes for markup, a link or somebody's name as they are; else code within a line, with more
/// backticks around it than in it.
fn span(text: &str) -> String {
    let text = safe(text);
    if text.is_empty() || is_plain(&text) {
        return text.into_owned();
    }
    let fence = "`".repeat(longest(&text) + 1);
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

/// Code within a cell of a table, where a `|` needs a backslash. Behind one of the text's own it would end the
/// cell, whatever is done, and stands as `¦`.
fn cell(text: &str) -> String {
    span(&text.replace("\\|", "\\¦")).replace('|', "\\|")
}

fn cells(rows: &[Vec<String>]) -> Vec<Vec<String>> {
    rows.iter().map(|row| row.iter().map(|value| cell(value)).collect()).collect()
}

/// Lines of code; a longer fence than any in them.
fn block(language: &str, text: &str) -> String {
    let fence = "`".repeat(longest(text).max(2) + 1);
    format!("{fence}{language}\n{}\n{fence}\n\n", text.trim_end())
}

fn longest(text: &str) -> usize {
    text.split(|letter| letter != '`').map(str::len).max().unwrap_or(0)
}

fn technique(name: &str) -> String {
    match technique_page(name) {
        Some(page) => format!("[{name}]({page})"),
        None => cell(name),
    }
}

fn appendix(one: &Appendix) -> String {
    let heads: Vec<String> = one.heads.iter().map(|head| (*head).to_owned()).collect();
    let mut rows = cells(&one.rows);
    if one.heads.first() == Some(&"Technique") {
        rows.iter_mut().zip(&one.rows).for_each(|(row, name)| row[0] = technique(&name[0]));
    }
    table(&heads, &rows)
}

fn table(heads: &[String], rows: &[Vec<String>]) -> String {
    let line = |cells: &[String]| format!("| {} |\n", cells.join(" | "));
    let mut text = line(heads);
    text.push_str(&format!("|{}\n", " --- |".repeat(heads.len())));
    rows.iter().for_each(|row| text.push_str(&line(row)));
    text.push('\n');
    text
}

#[cfg(test)]
mod tests {
    use super::*;

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
