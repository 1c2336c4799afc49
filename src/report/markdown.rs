//! A report as Markdown of GitHub's flavour. What comes from data stands in spans and blocks of code, in which
//! nothing is markup or a link.

use super::{Report, replay_line};
use crate::display::safe;
use crate::export::json::push_value;
use crate::value::Value;

/// The whole document.
pub fn markdown(report: &Report) -> String {
    let mut page = format!("# {}\n\n", span(&report.title));
    page.push_str(&format!("Marking: **{}**. Made {}.\n", report.marking(), span(&report.made)));
    for (at, finding) in report.findings.iter().enumerate() {
        page.push_str(&format!("\n## {}. {}\n\n", at + 1, span(&finding.name)));
        if !finding.description.trim().is_empty() {
            page.push_str(&block("text", &lines(&finding.description)));
        }
        page.push_str(&block("kql", &lines(&finding.run.query)));
        let facts: Vec<Vec<String>> =
            finding.facts().into_iter().map(|(name, value)| vec![name.to_owned(), span(&value)]).collect();
        page.push_str(&table(&["Fact".into(), "Value".into()], &facts));
        if let Some(drawing) = finding.drawing() {
            page.push_str(&block("text", &drawing));
        }
        let heads: Vec<String> = finding.shown.columns.iter().map(|column| span(&column.name)).collect();
        let cells = |row: &Vec<Value>| row.iter().map(|value| span(&cell(value))).collect();
        let rows: Vec<Vec<String>> = finding.shown.rows.iter().map(cells).collect();
        if !heads.is_empty() {
            page.push_str(&table(&heads, &rows));
        }
    }
    for (title, heads, rows) in report.appendices() {
        page.push_str(&format!("\n## {title}\n\n"));
        let heads: Vec<String> = heads.into_iter().map(str::to_owned).collect();
        let rows: Vec<Vec<String>> =
            rows.iter().map(|row| row.iter().map(|value| span(value)).collect()).collect();
        page.push_str(&table(&heads, &rows));
    }
    page.push_str("\n## Replay\n\n`kqlhunt replay` of this file runs these again and says what differs.\n\n");
    let runs: Vec<String> = report.findings.iter().map(|finding| replay_line(&finding.run)).collect();
    page.push_str(&block("json", &runs.join("\n")));
    page
}

/// A value as people read it.
pub fn cell(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::Dynamic(_) => {
            let mut line = String::new();
            push_value(&mut line, value);
            line
        }
        value => value.text(),
    }
}

/// Each line made safe, line breaks kept.
pub fn lines(text: &str) -> String {
    text.lines().map(safe).collect::<Vec<_>>().join("\n")
}

/// Code within a line; more backticks around it than in it.
fn span(text: &str) -> String {
    let text = safe(text);
    if text.is_empty() {
        return String::new();
    }
    let fence = "`".repeat(longest(&text) + 1);
    format!("{fence} {} {fence}", text.replace('|', "\\|"))
}

/// Lines of code; a longer fence than any in them.
fn block(language: &str, text: &str) -> String {
    let fence = "`".repeat(longest(text).max(2) + 1);
    format!("{fence}{language}\n{}\n{fence}\n\n", text.trim_end())
}

fn longest(text: &str) -> usize {
    text.split(|letter| letter != '`').map(str::len).max().unwrap_or(0)
}

fn table(heads: &[String], rows: &[Vec<String>]) -> String {
    let line = |cells: &[String]| format!("| {} |\n", cells.join(" | "));
    let mut text = line(heads);
    text.push_str(&format!("|{}\n", " --- |".repeat(heads.len())));
    rows.iter().for_each(|row| text.push_str(&line(row)));
    text.push('\n');
    text
}
