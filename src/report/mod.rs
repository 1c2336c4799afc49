//! A finding as a document: what was run, what came out, what it means, and how to run it again. Pure: plain data
//! in, Markdown or HTML out. Whatever comes from data is text in it, never markup and never a link.

mod gathered;
mod html;
mod indicators;
mod markdown;
#[cfg(test)]
mod tests;

pub use crate::hunt::tlp::Tlp;
pub use gathered::Gathered;
pub use html::html;
pub use indicators::{Indicator, Known, OBSERVABLES, answered};
pub use markdown::markdown;

use crate::chart::{self, Chart};
use crate::display::{self, thousands};
use crate::export::json::push_value;
use crate::hunt::attack;
use crate::hunt::defang::{defanged, defanged_if};
use crate::hunt::notes::{Notes, VERDICTS};
use crate::journal::{Entry, Part};
use crate::ticks;
use crate::value::{Grid, Value};

/// Rows of a result that a report shows; the rest is counted.
pub const ROWS_SHOWN: usize = 100;

/// All that a report says.
#[derive(Clone, Debug, Default)]
pub struct Report {
    pub title: String,
    pub tlp: Option<Tlp>,
    /// The strictest marking of the indicators in it, below which its own never is.
    pub strictest: Option<Tlp>,
    /// When it was made, by the wall clock, as an ISO 8601 text.
    pub made: String,
    pub findings: Vec<Finding>,
    /// Those that results name.
    pub indicators: Vec<Indicator>,
    /// All that the data have.
    pub known: Known,
    /// Why they are not known, where the data have some.
    pub unread: Option<String>,
    /// On rows of the results.
    pub notes: Notes,
    /// Notes on the same data that are on no row of them.
    pub other_notes: usize,
    /// Lines of the notes that say nothing, such as one that was cut off.
    pub unread_notes: usize,
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
    /// Which of the run's results it is about.
    pub result: usize,
    /// How many rows the result has.
    pub rows: u64,
    /// The first rows of the result, or of a part of it.
    pub shown: Grid,
    /// Which part, when it is not all as it came.
    pub part: Option<Part>,
    /// Columns that were hidden.
    pub left_out: Vec<String>,
    pub chart: Option<Chart>,
    /// Of a difference the run that this one is compared with, and what differs.
    pub compared: Option<(Entry, String)>,
    /// How the run compares with the one that it repeats, if it does.
    pub again: Option<String>,
}

fn counted(rows: u64) -> String {
    format!("{} {}", thousands(rows), if rows == 1 { "row" } else { "rows" })
}

impl Finding {
    /// `12 rows`, with what is left out.
    fn rows(&self) -> String {
        let mut said = counted(self.rows);
        let picked = self.part.as_ref().map_or(self.rows, |part| part.rows);
        if let Some(part) = &self.part {
            let conditions: Vec<String> = part.filters.iter().map(|kql| format!("where {kql}")).collect();
            let sorted = Some(part.sorted_by.join(", ")).filter(|sorted| !sorted.is_empty());
            let sorted = sorted.map(|sorted| format!("sorted by {sorted}"));
            let apart = Some(part.distinct_by.join(", ")).filter(|columns| !columns.is_empty());
            let apart = apart.map(|columns| format!("the first of those that are equal in {columns}"));
            let how: Vec<String> = conditions.into_iter().chain(apart).chain(sorted).collect();
            said.push_str(&format!("; shown are {} ({})", thousands(picked), how.join(", ")));
        }
        match usize::try_from(picked).unwrap_or(usize::MAX) > self.shown.rows.len() {
            true => format!("{said}, of which the first {} are shown", self.shown.rows.len()),
            false => said,
        }
    }

    /// Names and values that say how it was run.
    fn facts(&self) -> Vec<(&'static str, String)> {
        let run = &self.run;
        let mut facts = vec![
            ("Rows", self.rows()),
            ("Clock", run.clock.clone()),
            ("Data", run.data.title.clone()),
            ("Fingerprint", run.data.fingerprint.clone()),
        ];
        facts.extend(run.seen.as_ref().map(|seen| ("Seen", seen.words())));
        if let Some((before, summary)) = &self.compared {
            facts.push(("Compared with", format!("the run at {}: {summary}", before.clock)));
            if before.query != run.query {
                facts.push(("Query before", before.query.clone()));
            }
        }
        facts.extend(run.params.iter().map(|(name, value)| ("Parameter", format!("{name} = {value}"))));
        facts.extend(run.read.iter().map(|read| ("Also read", format!("{} {}", read.name, read.sha256))));
        if let Some(result) = run.results.get(self.result) {
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
        let left_out = [self.left_out.clone(), self.without_values()].concat();
        if !left_out.is_empty() {
            facts.push(("Columns left out", left_out.join(", ")));
        }
        facts
    }

    /// Columns without a value in the rows that are shown.
    fn without_values(&self) -> Vec<String> {
        let empty = (0..self.shown.columns.len()).filter(|at| !self.has_value(*at));
        empty.map(|at| self.shown.columns[at].name.to_string()).collect()
    }

    fn has_value(&self, at: usize) -> bool {
        self.shown.rows.is_empty()
            || self.shown.rows.iter().any(|row| row.get(at).is_some_and(|value| !blank(value)))
    }

    /// Heads and cells of the columns that have values.
    fn table(&self, report: &Report) -> (Vec<String>, Vec<Vec<String>>) {
        let columns: Vec<usize> = (0..self.shown.columns.len()).filter(|at| self.has_value(*at)).collect();
        let heads = columns.iter().map(|at| self.shown.columns[*at].name.to_string()).collect();
        let row = |row: &Vec<Value>| columns.iter().map(|at| report.harmless(&cell(&row[*at]))).collect();
        (heads, self.shown.rows.iter().map(row).collect())
    }

    fn numeric(&self, column: &str) -> bool {
        self.shown.columns.iter().any(|one| one.name == column && one.ty.numeric())
    }

    fn drawing(&self) -> Option<String> {
        let chart = self.chart.as_ref()?;
        Some(chart::text(chart, &chart::View::new(chart), 80, chart::Style { ascii: false }))
    }

    /// The lines that a replay reads.
    fn replay_lines(&self) -> Vec<String> {
        let before = self.compared.iter().map(|(before, _)| before);
        before.chain([&self.run]).map(replay_line).collect()
    }
}

/// The lines that a replay reads; a run of several results has one.
fn replay_lines(findings: &[Finding]) -> Vec<String> {
    let told = |at: &usize| {
        let before = at.checked_sub(1).map(|before| &findings[before]);
        before.is_some_and(|one| one.run == findings[*at].run && one.result < findings[*at].result)
    };
    let untold = (0..findings.len()).filter(|at| !told(at));
    untold.flat_map(|at| findings[at].replay_lines()).collect()
}

/// Nothing that a reader would see.
fn blank(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.is_empty(),
        Value::Dynamic(text) => matches!(text.as_str(), "" | "null" | "[]" | "{}"),
        _ => false,
    }
}

/// A value as people read it.
fn cell(value: &Value) -> String {
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

/// Where ATT&CK describes a technique, of whose name nothing but letters and digits is in the address.
fn technique_page(technique: &str) -> Option<String> {
    let digits =
        |text: &str, count: usize| text.len() == count && text.bytes().all(|byte| byte.is_ascii_digit());
    let name = technique.strip_prefix('T')?;
    let page = match name.split_once('.') {
        Some((main, sub)) if digits(main, 4) && digits(sub, 3) => format!("T{main}/{sub}"),
        None if digits(name, 4) => technique.to_owned(),
        _ => return None,
    };
    Some(format!("https://attack.mitre.org/techniques/{page}/"))
}

/// A time as people read it; what is none stays as it is.
fn to_the_second(time: &str) -> String {
    ticks::parse_datetime(time).map_or_else(|| time.to_owned(), ticks::iso_second)
}

/// A table behind the findings.
struct Appendix {
    title: &'static str,
    heads: Vec<&'static str>,
    rows: Vec<Vec<String>>,
}

impl Report {
    /// Such as `TLP:RED`.
    pub fn marking(&self) -> String {
        self.tlp.map_or_else(|| "no marking is known".into(), |tlp| tlp.name().to_owned())
    }

    /// The text with links and indicators, also those that no result names, so that nobody opens one by accident.
    fn harmless(&self, text: &str) -> String {
        defanged_if(text, |word| word.contains("://") || self.known.names(word))
    }

    /// Techniques of all findings, each once, with the findings that are for it.
    fn techniques(&self) -> Vec<Vec<String>> {
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
        let row = |(technique, names): (String, Vec<&str>)| {
            let name = attack::name(&technique).unwrap_or_default();
            vec![technique, name, self.harmless(&names.join("; "))]
        };
        all.into_iter().map(row).collect()
    }

    /// What stands at the head: each finding with its rows and clock.
    fn summary(&self) -> Appendix {
        let row = |(at, finding): (usize, &Finding)| {
            let rows = thousands(finding.rows);
            vec![(at + 1).to_string(), self.harmless(&finding.name), rows, finding.run.clock.clone()]
        };
        let rows = self.findings.iter().enumerate().map(row).collect();
        Appendix { title: "Summary", heads: vec!["No.", "Finding", "Rows", "Clock"], rows }
    }

    /// What the triage came to, in sentences.
    fn said(&self) -> Vec<String> {
        let mut said = Vec::new();
        let verdicts = VERDICTS.iter().map(|verdict| (self.notes.count(*verdict), verdict.name()));
        let verdicts: Vec<String> =
            verdicts.filter(|(count, _)| *count > 0).map(|(count, name)| format!("{count} {name}")).collect();
        if !verdicts.is_empty() {
            said.push(format!("Triage: {}.", verdicts.join(", ")));
        }
        if self.other_notes > 0 {
            let other = match self.other_notes {
                1 => "One more note on these data is".to_owned(),
                count => format!("{count} more notes on these data are"),
            };
            said.push(format!("{other} about rows of other results, and not in here."));
        }
        if self.unread_notes > 0 {
            said.push(format!(
                "{} of the notes cannot be read: what they judged is not in here.",
                display::count(self.unread_notes as u64, "line")
            ));
        }
        if self.unread.is_some() {
            said.push(
                "The indicators of these data could not be read, so that none is listed here, and the marking may have to \
                 be stricter."
                    .into(),
            );
        }
        if !self.indicators.is_empty() {
            said.push(format!(
                "Indicators that the results name: {}. They and all links stand in a form that opens nothing; the \
                 queries and the replay block are as they were run.",
                self.indicators.len()
            ));
        }
        said
    }

    /// The tables that stand behind the findings; those without rows are left out.
    fn appendices(&self) -> Vec<Appendix> {
        let triage = self.notes.all().map(|note| {
            let subject: Vec<String> = note
                .subject
                .values()
                .map(|(column, value)| format!("{column} = {}", self.harmless(value)))
                .collect();
            let verdict = note.verdict.map_or("", |verdict| verdict.name());
            let mark = if note.bookmarked { "bookmarked" } else { "" };
            let text = self.harmless(&note.text);
            vec![subject.join(", "), verdict.into(), mark.into(), text, to_the_second(&note.at)]
        });
        let indicators = self.indicators.iter().map(|one| {
            let tlp = one.tlp.map_or("", Tlp::name);
            vec![
                defanged(&one.value),
                one.kind.clone(),
                one.confidence.clone(),
                one.valid_until.clone(),
                tlp.into(),
                defanged(&one.name),
                defanged(&one.source),
            ]
        });
        let table = |title, heads: &[&'static str], rows| Appendix { title, heads: heads.to_vec(), rows };
        let all = [
            table("Triage", &["Subject", "Verdict", "Mark", "Note", "Written"], triage.collect()),
            table(
                "Indicators, defanged",
                &["Value", "Type", "Confidence", "Valid until", "TLP", "Name", "Source"],
                indicators.collect(),
            ),
            table("ATT&CK", &["Technique", "Name", "Findings"], self.techniques()),
        ];
        all.into_iter().filter(|table| !table.rows.is_empty()).collect()
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
