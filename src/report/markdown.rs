//! A report as Markdown of GitHub's flavour. What comes from data stands in spans and blocks of code, in which
//! nothing is markup or a link, unless no character of it could be either.

use super::{Appendix, Report, technique_page};
use crate::display::safe;
use crate::export::markdown::{cell, line, longest, span};

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
    let runs = super::replay_lines(&report.findings);
    page.push_str(&block("json", &runs.join("\n")));
    page.push_str(&format!("**{}**\n", report.marking()));
    page
}

/// Each line made safe, line breaks kept.
pub fn lines(text: &str) -> String {
    text.lines().map(safe).collect::<Vec<_>>().join("\n")
}

fn cells(rows: &[Vec<String>]) -> Vec<Vec<String>> {
    rows.iter().map(|row| row.iter().map(|value| cell(value)).collect()).collect()
}

/// Lines of code; a longer fence than any in them.
fn block(language: &str, text: &str) -> String {
    let fence = "`".repeat(longest(text).max(2) + 1);
    format!("{fence}{language}\n{}\n{fence}\n\n", text.trim_end())
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
    let mut text = line(heads);
    text.push_str(&format!("|{}\n", " --- |".repeat(heads.len())));
    rows.iter().for_each(|row| text.push_str(&line(row)));
    text.push('\n');
    text
}
