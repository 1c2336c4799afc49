//! A finding as a document: what was run, what came out, what it means, and how to run it again. Pure: plain data
//! in, Markdown or HTML out. Whatever comes from data is text in it, never markup and never a link.

mod html;
mod indicators;
mod markdown;
mod tlp;

pub use html::html;
pub use indicators::{Indicator, OBSERVABLES, defanged, found, observables};
pub use markdown::markdown;
pub use tlp::Tlp;

use crate::chart::{self, Chart};
use crate::display;
use crate::hunt::notes::Notes;
use crate::journal::Entry;
use crate::value::Grid;

/// Rows of a result that a report shows; the rest is counted.
pub const ROWS_SHOWN: usize = 100;

/// All that a report says.
#[derive(Clone, Debug, Default)]
pub struct Report {
    pub title: String,
    /// The strictest marking of the indicators in it, or one above that.
    pub tlp: Option<Tlp>,
    /// When it was made, by the wall clock, as an ISO 8601 text.
    pub made: String,
    pub findings: Vec<Finding>,
    /// Those that results name.
    pub indicators: Vec<Indicator>,
    pub notes: Notes,
}

/// One query with its result.
#[derive(Clone, Debug, Default)]
pub struct Finding {
    pub name: String,
    pub description: String,
    pub tactics: Vec<String>,
    pub techniques: Vec<String>,
    /// The run; its line is what a replay reads.
    pub run: Entry,
    /// The first rows of the last result.
    pub shown: Grid,
    pub chart: Option<Chart>,
    /// How the run compares with the one that it repeats, if it does.
    pub again: Option<String>,
}

impl Finding {
    /// `12 rows`, with what is left out.
    fn rows(&self) -> String {
        let rows = self.run.results.last().map_or(0, |result| result.rows);
        let all = display::count(rows, "row");
        match rows as usize > self.shown.rows.len() {
            true => {
                let shown = self.shown.rows.len();
                format!("{all}, of which the first {shown} are shown")
            }
            false => all,
        }
    }

    /// Names and values that say how it was run.
    fn facts(&self) -> Vec<(&'static str, String)> {
        let run = &self.run;
        let mut facts = vec![
            ("Clock", run.clock.clone()),
            ("Data", run.data.title.clone()),
            ("Fingerprint", run.data.fingerprint.clone()),
            ("Rows", self.rows()),
        ];
        facts.extend(run.params.iter().map(|(name, value)| ("Parameter", format!("{name} = {value}"))));
        if let Some(result) = run.results.last() {
            let why = result.unhashed.as_deref().unwrap_or("it has too many rows");
            facts.push(("SHA-256", result.sha256.clone().unwrap_or_else(|| format!("none, since {why}"))));
            let open =
                if result.rows_vary { "which rows there are".to_owned() } else { result.free.join(", ") };
            if !open.is_empty() {
                facts.push(("The query leaves open", open));
            }
        }
        facts.extend(self.again.clone().map(|words| ("Run again", words)));
        if !self.tactics.is_empty() {
            facts.push(("Tactics", self.tactics.join(", ")));
        }
        if !self.techniques.is_empty() {
            facts.push(("Techniques", self.techniques.join(", ")));
        }
        facts
    }

    fn drawing(&self) -> Option<String> {
        let chart = self.chart.as_ref()?;
        Some(chart::text(chart, &chart::View::new(chart), 80, chart::Style { ascii: false }))
    }
}

/// Its title, the heads of its columns, its rows.
type Appendix = (&'static str, Vec<&'static str>, Vec<Vec<String>>);

impl Report {
    /// Techniques of all findings, each once, with the findings that are for it.
    fn techniques(&self) -> Vec<(String, String)> {
        let mut all: Vec<(String, Vec<&str>)> = Vec::new();
        for finding in &self.findings {
            for technique in &finding.techniques {
                match all.iter_mut().find(|(known, _)| known == technique) {
                    Some((_, names)) => names.push(&finding.name),
                    None => all.push((technique.clone(), vec![&finding.name])),
                }
            }
        }
        all.sort();
        all.into_iter().map(|(technique, names)| (technique, names.join(", "))).collect()
    }

    fn marking(&self) -> String {
        self.tlp.map_or_else(|| "no marking is known".into(), |tlp| tlp.name().to_owned())
    }

    /// Heads and rows of the tables that stand behind the findings; those without rows are left out.
    fn appendices(&self) -> Vec<Appendix> {
        let triage = self.notes.all().map(|note| {
            let subject: Vec<String> =
                note.subject.values().map(|(column, value)| format!("{column} = {value}")).collect();
            let verdict = note.verdict.map_or("", |verdict| verdict.name());
            let mark = if note.bookmarked { "bookmarked" } else { "" };
            vec![subject.join(", "), verdict.into(), mark.into(), note.text.clone(), note.at.clone()]
        });
        let indicators = self.indicators.iter().map(|one| {
            let tlp = one.tlp.map_or("", Tlp::name);
            vec![
                defanged(&one.value),
                one.kind.clone(),
                one.confidence.clone(),
                one.valid_until.clone(),
                tlp.into(),
                one.name.clone(),
                one.source.clone(),
            ]
        });
        let attack = self.techniques().into_iter().map(|(technique, names)| vec![technique, names]);
        let all = [
            ("Triage", vec!["Subject", "Verdict", "Mark", "Note", "Written"], triage.collect::<Vec<_>>()),
            (
                "Indicators, defanged",
                vec!["Value", "Type", "Confidence", "Valid until", "TLP", "Name", "Source"],
                indicators.collect(),
            ),
            ("ATT&CK", vec!["Technique", "Queries"], attack.collect()),
        ];
        all.into_iter().filter(|(_, _, rows)| !rows.is_empty()).collect()
    }
}

/// The line that a replay reads. In it no character is hidden, and nothing ends an element of HTML.
fn replay_line(run: &Entry) -> String {
    let mut line = String::new();
    for letter in run.line().chars() {
        if display::dangerous(letter) || matches!(letter, '<' | '>' | '&') {
            letter.encode_utf16(&mut [0; 2]).iter().for_each(|unit| line.push_str(&format!("\\u{unit:04x}")));
        } else {
            line.push(letter);
        }
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hunt::notes::{Note, Subject, Verdict};
    use crate::journal::{DataName, Outcome, entries};
    use crate::types::{ColumnType, Type};
    use crate::value::Value;

    fn report() -> Report {
        let evil = "<script>alert(1)</script>|`](http://evil.example)\n\u{202e}&";
        let data = DataName { title: evil.into(), ..DataName::default() };
        let mut run = Entry::new(&format!("print '{evil}' // ```"), &[], 0, 0, data);
        run.results = vec![Outcome { rows: 1, sha256: Some("00".into()), ..Outcome::default() }];
        let shown = Grid {
            columns: vec![ColumnType::new(evil, Type::String)],
            rows: vec![vec![Value::String(evil.into())]],
        };
        let finding = Finding {
            name: evil.into(),
            description: evil.into(),
            techniques: vec!["T1078".into(), evil.into()],
            run,
            shown,
            ..Finding::default()
        };
        let mut notes = Notes::default();
        notes.put(Note {
            subject: Subject::new([("UserId".into(), evil.into())]),
            verdict: Some(Verdict::TruePositive),
            text: evil.into(),
            ..Note::default()
        });
        let indicators = vec![Indicator {
            value: "http://evil.example/a".into(),
            kind: "url".into(),
            tlp: Some(Tlp::Red),
            ..Indicator::default()
        }];
        let findings = vec![finding];
        Report { title: evil.into(), tlp: Some(Tlp::Red), findings, indicators, notes, ..Report::default() }
    }

    #[test]
    fn what_comes_from_data_is_text() {
        let report = report();
        let page = html(&report);
        assert!(!page.contains("<script>alert") && !page.contains("href") && !page.contains('\u{202e}'));
        assert!(page.contains("TLP:RED") && page.contains("hxxp[:]//evil[.]example/a"), "{page}");
        let text = markdown(&report);
        assert!(!text.contains('\u{202e}'));
        for line in text.lines().filter(|line| line.contains("script")) {
            // In a span or block of code, or as JSON.
            assert!(line.contains('`') || line.starts_with('{') || line.starts_with("print"), "{line}");
        }
    }

    #[test]
    fn a_replay_finds_the_runs_in_either_form() {
        let report = report();
        let run = &report.findings[0].run;
        assert_eq!(entries(&markdown(&report)), std::slice::from_ref(run));
        assert_eq!(entries(&html(&report)), std::slice::from_ref(run));
    }
}
