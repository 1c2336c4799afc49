//! A report as one HTML file that names no other and runs nothing: its policy forbids scripts, pictures and links to
//! elsewhere, and text from data is text.

use super::markdown::{cell, lines};
use super::{Report, replay_line};
use crate::chart::{View, svg};
use crate::display::safe;

const HEAD: &str = "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
    <meta http-equiv=\"Content-Security-Policy\" content=\"script-src 'none'; img-src 'none'; media-src 'none'; font-src 'none'; connect-src 'none'; \
    frame-src 'none'; object-src 'none'; form-action 'none'; base-uri 'none'\">\n\
    <meta name=\"referrer\" content=\"no-referrer\">\n";

const STYLE: &str = "<style>\n\
    body{font:15px/1.5 system-ui,sans-serif;max-width:70rem;margin:2rem auto;padding:0 1rem;color:#1b1f24}\n\
    pre{background:#f4f5f7;padding:.8rem;overflow:auto}\n\
    .wide{overflow:auto}\n\
    table{border-collapse:collapse;margin:1rem 0;font-size:13px}\n\
    th,td{border:1px solid #c9ced6;padding:.2rem .5rem;text-align:left;vertical-align:top;overflow-wrap:anywhere}\n\
    .tlp{background:#000;color:#fff;padding:.2rem .6rem;font-weight:700}\n\
    svg{max-width:100%;height:auto}\n\
    @media print{body{max-width:none;margin:0}pre{white-space:pre-wrap}}\n\
    </style>\n";

/// The whole document.
pub fn html(report: &Report) -> String {
    let title = escaped(&safe(&report.title));
    let mut page = format!("{HEAD}<title>{title}</title>\n{STYLE}</head>\n<body>\n<h1>{title}</h1>\n");
    let (marking, made) = (escaped(&report.marking()), escaped(&safe(&report.made)));
    page.push_str(&format!("<p><span class=\"tlp\">{marking}</span> Made {made}.</p>\n"));
    for (at, finding) in report.findings.iter().enumerate() {
        page.push_str(&format!("<h2>{}. {}</h2>\n", at + 1, escaped(&safe(&finding.name))));
        if !finding.description.trim().is_empty() {
            let said = escaped(&lines(&finding.description)).replace('\n', "<br>\n");
            page.push_str(&format!("<p>{said}</p>\n"));
        }
        page.push_str(&format!("<pre><code>{}</code></pre>\n", escaped(&lines(&finding.run.query))));
        let facts: Vec<Vec<String>> =
            finding.facts().into_iter().map(|(name, value)| vec![name.to_owned(), value]).collect();
        page.push_str(&table(&[], &facts));
        if let Some(chart) = &finding.chart {
            page.push_str(&format!("<figure>\n{}\n</figure>\n", svg(chart, &View::new(chart))));
        }
        let heads: Vec<&str> = finding.shown.columns.iter().map(|column| column.name.as_str()).collect();
        let rows: Vec<Vec<String>> =
            finding.shown.rows.iter().map(|row| row.iter().map(cell).collect()).collect();
        page.push_str(&table(&heads, &rows));
    }
    for (title, heads, rows) in report.appendices() {
        page.push_str(&format!("<h2>{}</h2>\n{}", escaped(title), table(&heads, &rows)));
    }
    page.push_str(
        "<h2>Replay</h2>\n<p><code>kqlhunt replay</code> of this file runs these again.</p>\n<pre>\n",
    );
    let runs = report.findings.iter().map(|finding| replay_line(&finding.run) + "\n");
    page.push_str(&runs.collect::<String>());
    page.push_str("</pre>\n</body>\n</html>\n");
    page
}

fn table(heads: &[&str], rows: &[Vec<String>]) -> String {
    let mut text = String::from("<div class=\"wide\"><table>\n");
    if !heads.is_empty() {
        let cells: String = heads.iter().map(|head| format!("<th>{}</th>", escaped(&safe(head)))).collect();
        text.push_str(&format!("<tr>{cells}</tr>\n"));
    }
    for row in rows {
        let cells: String = row.iter().map(|value| format!("<td>{}</td>", escaped(&safe(value)))).collect();
        text.push_str(&format!("<tr>{cells}</tr>\n"));
    }
    text.push_str("</table></div>\n");
    text
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
