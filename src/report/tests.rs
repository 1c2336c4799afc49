//! A report is text whatever the data say: none of it becomes markup, and a replay finds its runs.

use proptest::prelude::*;

use super::*;
use crate::compile::Options;
use crate::hunt::notes::{Note, Subject, Verdict};
use crate::journal::{DataName, Outcome, entries};
use crate::types::{ColumnType, Type};

const EVIL: &str =
    "<script>alert(1)</script>|`](http://evil.example)\n\u{202e}&\\|[x](http://evil.example/y)";

/// A report in which all that can come from data says this.
fn report(evil: &str) -> Report {
    let data = DataName { title: evil.into(), ..DataName::default() };
    let mut run = Entry::new(&format!("print '{evil}' // ```"), &Options::default(), 0, data);
    run.results = vec![Outcome { rows: 1, sha256: Some("00".into()), ..Outcome::default() }];
    let shown = Grid {
        columns: vec![ColumnType::new(evil, Type::String), ColumnType::new("Nothing", Type::String)],
        rows: vec![vec![Value::String(evil.into()), Value::Null]],
    };
    let finding = Finding {
        name: evil.into(),
        description: evil.into(),
        tactics: vec![evil.into()],
        // Sorted behind the real one.
        techniques: vec!["T1078.004".into(), format!("Z{evil}")],
        rows: 240,
        part: Some(Part {
            rows: 1,
            filters: vec![evil.into()],
            sorted_by: vec![evil.into()],
            distinct_by: vec![evil.into()],
        }),
        left_out: vec![evil.into()],
        compared: Some((run.clone(), evil.into())),
        run,
        shown,
        ..Finding::default()
    };
    let mut notes = Notes::default();
    notes.put(Note {
        subject: Subject::new([("UserId".into(), evil.into())]),
        verdict: Some(Verdict::TruePositive),
        text: evil.into(),
        at: evil.into(),
        ..Note::default()
    });
    let indicators = vec![Indicator {
        value: format!("http://evil.example/{evil}"),
        kind: evil.into(),
        confidence: evil.into(),
        valid_until: evil.into(),
        tlp: Some(Tlp::Red),
        name: evil.into(),
        source: evil.into(),
    }];
    let (title, made) = (evil.into(), evil.into());
    let findings = vec![finding];
    Report { title, made, tlp: Some(Tlp::Red), findings, indicators, notes, ..Report::default() }
}

/// What of a page is no text from data: the tags of HTML.
fn tags(page: &str) -> Vec<String> {
    let tags = page.split('<').skip(1).map(|rest| rest.split('>').next().unwrap_or(rest));
    tags.filter(|tag| *tag != "br").map(str::to_owned).collect()
}

/// What of a page is no code: its lines, with a sign for each span and block of code.
fn skeleton(page: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut lines = page.lines();
    while let Some(line) = lines.next() {
        let fence = line.len() - line.trim_start_matches('`').len();
        if fence >= 3 && !line[fence..].contains('`') {
            let ends = |line: &&str| line.len() >= fence && line.bytes().all(|byte| byte == b'`');
            found.push(if lines.by_ref().any(|line| ends(&line)) { "block" } else { "open block" }.into());
        } else if line.starts_with('|') {
            // A backslash before a bar stands between two spans, behind another.
            let whole =
                |cell: &String| without_spans(cell).replace("code\\\\", "").replace("\\\\code", "code");
            found.push(split_cells(line).iter().map(whole).collect::<Vec<_>>().join("|"));
        } else {
            found.push(without_spans(line));
        }
    }
    found
}

/// As GitHub splits a line of a table: a backslash takes the sign after it along.
fn split_cells(line: &str) -> Vec<String> {
    let mut cells = vec![String::new()];
    let mut letters = line.chars().peekable();
    while let Some(letter) = letters.next() {
        match (letter, letters.peek()) {
            ('\\', Some(next)) if next.is_ascii_punctuation() => {
                if let Some(cell) = cells.last_mut() {
                    cell.extend([letter, *next]);
                }
                letters.next();
            }
            ('|', _) => cells.push(String::new()),
            (letter, _) => cells.extend_last(letter),
        }
    }
    cells
}

trait Cells {
    fn extend_last(&mut self, letter: char);
}

impl Cells for Vec<String> {
    fn extend_last(&mut self, letter: char) {
        if let Some(cell) = self.last_mut() {
            cell.push(letter);
        }
    }
}

/// A span ends at the next run of as many backticks as it began with.
fn without_spans(text: &str) -> String {
    let (mut rest, mut kept) = (text, String::new());
    while let Some(at) = rest.find('`') {
        let run = rest[at..].len() - rest[at..].trim_start_matches('`').len();
        kept.push_str(&rest[..at]);
        let mut from = at + run;
        let end = loop {
            let Some(next) = rest[from..].find('`') else { break None };
            let start = from + next;
            let length = rest[start..].len() - rest[start..].trim_start_matches('`').len();
            from = start + length;
            if length == run {
                break Some(from);
            }
        };
        match end {
            Some(end) => {
                kept.push_str("code");
                rest = &rest[end..];
            }
            None => {
                kept.push_str("OPEN");
                rest = &rest[at + run..];
            }
        }
    }
    kept + rest
}

#[test]
fn what_comes_from_data_is_text() {
    let report = report(EVIL);
    let page = html(&report);
    assert!(!page.contains("<script>alert") && !page.contains('\u{202e}'));
    assert!(page.contains("TLP:RED") && page.contains("hxxp[:]//evil[.]example/"), "{page}");
    let links: Vec<&str> = page.split("href=\"").skip(1).filter_map(|rest| rest.split('"').next()).collect();
    let techniques = "https://attack.mitre.org/techniques/T1078/004/";
    assert_eq!(links, ["#f1", techniques, techniques]);
    let text = markdown(&report);
    assert!(!text.contains('\u{202e}'));
    assert_eq!(skeleton(&text).join("\n").matches("](").count(), 2, "{text}");
    let marked = "**TLP:RED**";
    assert!(
        text.starts_with(marked) && text.trim_end().ends_with(marked),
        "the head and the foot are marked"
    );
}

#[test]
fn a_replay_finds_the_runs_in_either_form() {
    let report = report(EVIL);
    let run = &report.findings[0].run;
    let both = [run.clone(), run.clone()];
    assert_eq!(entries(&markdown(&report)), both);
    assert_eq!(entries(&html(&report)), both);
}

#[test]
fn links_lead_to_techniques_only() {
    assert_eq!(technique_page("T1078").as_deref(), Some("https://attack.mitre.org/techniques/T1078/"));
    for name in ["T107", "T1078.04", "T1078/../x", "T1078.004)](http://evil", "t1078", "T１078", ""] {
        assert_eq!(technique_page(name), None, "{name}");
    }
}

#[test]
fn what_is_left_out_is_said() {
    let report = report("x");
    let facts = report.findings[0].facts();
    assert!(facts.contains(&("Columns left out", "x, Nothing".into())), "{facts:?}");
    let said = Report { unread_notes: 2, unread: Some("no".into()), ..Report::default() }.said();
    assert!(
        said[0].starts_with("2 lines of the notes cannot be read") && said[1].contains("stricter"),
        "{said:?}"
    );
    assert!(
        facts.contains(&(
            "Rows",
            "240 rows; shown are 1 (where x, the first of those that are equal in x, sorted by x)".into()
        )),
        "{facts:?}"
    );
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    /// Links, pictures, HTML, ends of cells, spans and blocks, characters that hide or turn.
    #[test]
    fn no_value_makes_markup(parts in prop::collection::vec(prop::sample::select(vec![
        "`", "``", "```\n", "|", "\\", "\\|", "[x](http://e.example)", "![x](y)", "<b>", "</td>", "<!--", "]]>", "\"", "'",
        "\n", "\r", "\n\n", "\n# ", "\n- ", "\n~~~\n", "&lt;", "&", "\u{202e}", "\u{200b}", "*", "_", "www.e.example", "$", "x",
        "{\"query\":\"print 1\"}", "\n{", "T1078", " ", "é",
    ]), 1..8)) {
        // Words alone are no code, and a value of blanks alone is none in either form.
        let evil = parts.concat() + "_x";
        let (hostile, plain) = (report(&evil), report("_x"));
        prop_assert_eq!(tags(&html(&hostile)), tags(&html(&plain)));
        prop_assert_eq!(skeleton(&markdown(&hostile)), skeleton(&markdown(&plain)));
        let runs = vec![hostile.findings[0].run.clone(); 2];
        prop_assert_eq!(entries(&markdown(&hostile)), runs.clone());
        prop_assert_eq!(entries(&html(&hostile)), runs);
    }
}
