//! A report as one HTML file that names no other and runs nothing: its policy forbids scripts and pictures, its links
//! lead within it and to ATT&CK, and text from data is text.

use super::markdown::lines;
use super::{Appendix, Finding, Report, technique_page};
use crate::chart::{View, svg};
use crate::display::safe;

const HEAD: &str = "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
    <meta http-equiv=\"Content-Security-Policy\" content=\"script-src 'none'; img-src 'none'; media-src 'none'; font-src 'none'; connect-src 'none'; \
    frame-src 'none'; object-src 'none'; form-action 'none'; base-uri 'none'\">\n\
    <meta name=\"referrer\" content=\"no-referrer\">\n\
    <meta name=\"viewport\" content=\"width=device-width\">\n";

const STYLE: &str = "<style>\n\
    body{font:15px/1.5 system-ui,sans-serif;max-width:80rem;margin:2rem auto;padding:0 1rem;color:#1b1f24;background:#fff}\n\
    h2{margin-top:2.5rem;border-top:1px solid #c9ced6;padding-top:1rem}\n\
    pre{background:#f4f5f7;padding:.8rem;overflow:auto;font-size:13px}\n\
    .wide{overflow:auto}\n\
    table{border-collapse:collapse;margin:1rem 0;font-size:13px}\n\
    th,td{border:1px solid #c9ced6;padding:.2rem .5rem;text-align:left;vertical-align:top;max-width:26rem;overflow-wrap:anywhere}\n\
    th{background:#eef0f3;overflow-wrap:normal}\n\
    .number{text-align:right}\n\
    .added{background:#e6f6e8}.removed{background:#fbe9e9}.changed{background:#fff7dd}\n\
    .tlp{background:#000;color:#fff;padding:.2rem .6rem;font-weight:700}\n\
    .red{color:#ff2b2b}.amber{color:#ffc000}.green{color:#33ff00}\n\
    svg{max-width:100%;height:auto}\n\
    @media print{@page{size:landscape;margin:1.5cm}body{max-width:none;margin:0;font-size:11px}table{font-size:9px}\
    pre{white-space:pre-wrap;font-size:9px}.wide{overflow:visible}thead{display:table-header-group}\
    tr,figure{break-inside:avoid}*{print-color-adjust:exact}}\n\
    </style>\n";

/// The whole document.
pub fn html(report: &Report) -> String {
    let title = escaped(&safe(&report.title));
    let mut page = format!("{HEAD}<title>{title}</title>\n{STYLE}</head>\n<body>\n");
    page.push_str(&format!("<p>{}</p>\n<h1>{title}</h1>\n", marking(report)));
    page.push_str(&format!("<p>Made {}.</p>\n", escaped(&safe(&report.made))));
    page.push_str(&appendix(&report.summary()));
    report.said().iter().for_each(|said| page.push_str(&format!("<p>{}</p>\n", escaped(said))));
    for (at, finding) in report.findings.iter().enumerate() {
        page.push_str(&section(report, finding, at + 1));
    }
    for one in report.appendices() {
        page.push_str(&format!("<h2>{}</h2>\n{}", escaped(one.title), appendix(&one)));
    }
    page.push_str(
        "<h2>Replay</h2>\n<p><code>kqlhunt replay</code> of this file runs these again and says what differs.</p>\n<pre>\n",
    );
    let runs = super::replay_lines(&report.findings).into_iter().map(|line| line + "\n");
    page.push_str(&runs.collect::<String>());
    page.push_str(&format!("</pre>\n<p>{}</p>\n</body>\n</html>\n", marking(report)));
    page
}

fn section(report: &Report, finding: &Finding, number: usize) -> String {
    let mut page =
        format!("<h2 id=\"f{number}\">{number}. {}</h2>\n", escaped(&safe(&report.harmless(&finding.name))));
    if !finding.description.trim().is_empty() {
        let said = escaped(&lines(&report.harmless(&finding.description))).replace('\n', "<br>\n");
        page.push_str(&format!("<p>{said}</p>\n"));
    }
    if let Some(chart) = &finding.chart {
        page.push_str(&format!("<figure>\n{}\n</figure>\n", svg(chart, &View::new(chart))));
    }
    let (heads, rows) = finding.table(report);
    let heads: Vec<&str> = heads.iter().map(String::as_str).collect();
    if !heads.is_empty() && !rows.is_empty() {
        let numeric: Vec<bool> = heads.iter().map(|head| finding.numeric(head)).collect();
        let class = |row: &[String]| finding.compared.as_ref().and_then(|_| changed(row.first()?));
        let lines: String = rows.iter().map(|row| line(row, class(row), &numeric)).collect();
        page.push_str(&table(&heads, &lines));
    }
    let fact = |name: &str, value: String| format!("<tr><th>{name}</th><td>{value}</td></tr>\n");
    let mut facts: String =
        finding.facts().into_iter().map(|(name, value)| fact(name, escaped(&safe(&value)))).collect();
    if !finding.techniques.is_empty() {
        let linked: Vec<String> = finding.techniques.iter().map(|one| technique(one)).collect();
        facts.push_str(&fact("Techniques", linked.join(", ")));
    }
    page.push_str(&table(&[], &facts));
    page.push_str(&format!("<pre><code>{}</code></pre>\n", escaped(&lines(&finding.run.query))));
    page
}

fn marking(report: &Report) -> String {
    let name = report.marking();
    let color = match name.split_once(':').map(|(_, color)| color) {
        Some("RED") => " red",
        Some("AMBER" | "AMBER+STRICT") => " amber",
        Some("GREEN") => " green",
        _ => "",
    };
    format!("<span class=\"tlp{color}\">{}</span>", escaped(&name))
}

/// How a row of a difference looks.
fn changed(word: &str) -> Option<&'static str> {
    match word {
        "added" => Some("added"),
        "removed" => Some("removed"),
        "before" | "after" => Some("changed"),
        _ => None,
    }
}

fn technique(name: &str) -> String {
    let shown = escaped(&safe(name));
    match technique_page(name) {
        Some(page) => format!("<a href=\"{page}\">{shown}</a>"),
        None => shown,
    }
}

fn appendix(one: &Appendix) -> String {
    let lines = one.rows.iter().enumerate().map(|(at, row)| {
        let cell = |(column, value): (usize, &String)| match (one.heads[column], value) {
            ("Technique", value) => format!("<td>{}</td>", technique(value)),
            ("Finding", value) => format!("<td><a href=\"#f{}\">{}</a></td>", at + 1, escaped(&safe(value))),
            (_, value) => format!("<td>{}</td>", escaped(&safe(value))),
        };
        format!("<tr>{}</tr>\n", row.iter().enumerate().map(cell).collect::<String>())
    });
    table(&one.heads, &lines.collect::<String>())
}

fn line(row: &[String], class: Option<&str>, numeric: &[bool]) -> String {
    let cell = |(value, numeric): (&String, &bool)| {
        let class = if *numeric { " class=\"number\"" } else { "" };
        format!("<td{class}>{}</td>", escaped(&safe(value)))
    };
    let class = class.map(|class| format!(" class=\"{class}\"")).unwrap_or_default();
    format!("<tr{class}>{}</tr>\n", row.iter().zip(numeric).map(cell).collect::<String>())
}

fn table(heads: &[&str], lines: &str) -> String {
    let cells: String = heads.iter().map(|head| format!("<th>{}</th>", escaped(&safe(head)))).collect();
    let head = if heads.is_empty() { String::new() } else { format!("<thead><tr>{cells}</tr></thead>\n") };
    format!("<div class=\"wide\"><table>\n{head}<tbody>\n{lines}</tbody></table></div>\n")
}

fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            letter => escaped.push(letter),
        }
    }
    escaped
}
