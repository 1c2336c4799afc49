//! What a hunter thinks of what was found: a verdict, a bookmark, words. Pure: lines of text in, lines of text out.
//! Lines are only added; the last one about a subject holds. The evidence is never touched.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// What was decided about a hit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    TruePositive,
    Benign,
    Unsure,
}

/// Every verdict, in the order in which they are offered.
pub const VERDICTS: [Verdict; 3] = [Verdict::TruePositive, Verdict::Benign, Verdict::Unsure];

impl Verdict {
    /// For people.
    pub fn name(self) -> &'static str {
        match self {
            Verdict::TruePositive => "true positive",
            Verdict::Benign => "benign",
            Verdict::Unsure => "unsure",
        }
    }

    /// One to three letters, for a column of a list.
    pub fn short(self) -> &'static str {
        match self {
            Verdict::TruePositive => "TP",
            Verdict::Benign => "ben",
            Verdict::Unsure => "?",
        }
    }
}

/// What a note is about: columns of a row with their values as text, such as a user and an address. The order in
/// which they are given does not matter.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Subject(BTreeMap<String, String>);

impl Subject {
    pub fn new(values: impl IntoIterator<Item = (String, String)>) -> Subject {
        Subject(values.into_iter().collect())
    }

    /// Columns and values, by the name of the column.
    pub fn values(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(column, value)| (column.as_str(), value.as_str()))
    }
}

/// All that is known about a subject.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Note {
    pub subject: Subject,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub verdict: Option<Verdict>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub bookmarked: bool,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub text: String,
    /// The query whose result had the subject.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub query: String,
    /// When it was written, by the wall clock, as an ISO 8601 text.
    pub at: String,
}

impl Note {
    /// Whether nothing is left of it.
    pub fn is_blank(&self) -> bool {
        self.verdict.is_none() && !self.bookmarked && self.text.is_empty()
    }

    /// Its line in the file, without a line feed.
    pub fn line(&self) -> String {
        // Texts and flags cannot fail to be JSON.
        serde_json::to_string(self).unwrap_or_default()
    }
}

/// The notes on one database.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Notes {
    notes: BTreeMap<Subject, Note>,
    /// Lines that are none: of a later version, or damaged. They stay in the file.
    pub unread: usize,
}

impl Notes {
    /// Reads the lines of a file.
    pub fn read(text: &str) -> Notes {
        let mut notes = Notes::default();
        for line in text.lines().filter(|line| !line.trim().is_empty()) {
            match serde_json::from_str(line) {
                Ok(note) => notes.put(note),
                Err(_) => notes.unread += 1,
            }
        }
        notes
    }

    /// Takes a note in; the one before it about the same subject is replaced. A blank one takes that away.
    pub fn put(&mut self, note: Note) {
        match note.is_blank() {
            true => self.notes.remove(&note.subject),
            false => self.notes.insert(note.subject.clone(), note),
        };
    }

    pub fn about(&self, subject: &Subject) -> Option<&Note> {
        self.notes.get(subject)
    }

    /// By their subjects.
    pub fn all(&self) -> impl Iterator<Item = &Note> {
        self.notes.values()
    }

    /// How many subjects have this verdict.
    pub fn count(&self, verdict: Verdict) -> usize {
        self.all().filter(|note| note.verdict == Some(verdict)).count()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn subject(user: &str, address: &str) -> Subject {
        Subject::new([("UserId".into(), user.into()), ("ClientIP".into(), address.into())])
    }

    fn note(subject: &Subject, verdict: Option<Verdict>, text: &str) -> Note {
        let (text, at) = (text.into(), "2026-05-14T12:00:00Z".into());
        Note { subject: subject.clone(), verdict, text, at, ..Note::default() }
    }

    #[test]
    fn the_last_line_about_a_subject_holds() {
        let (ada, lee) =
            (subject("ada@example.org", "203.0.113.9"), subject("lee@example.org", "203.0.113.9"));
        let lines = [
            note(&ada, Some(Verdict::Unsure), "ask her"),
            note(&lee, Some(Verdict::Benign), "the office's exit"),
            note(&ada, Some(Verdict::TruePositive), "token replay\n\u{202e}"),
            note(&lee, None, ""),
        ];
        let mut text = lines.iter().map(|note| note.line() + "\n").collect::<String>();
        assert_eq!(text.lines().count(), 4, "one line a note");
        text.push_str("{\"verdict\":\"guilty\"}\n{\"verd");
        let notes = Notes::read(&text);
        assert_eq!(notes.about(&ada), Some(&lines[2]));
        assert_eq!(notes.about(&lee), None);
        assert!(notes.all().all(|note| !note.bookmarked));
        assert_eq!((notes.count(Verdict::TruePositive), notes.unread), (1, 2));
    }

    #[test]
    fn a_subject_does_not_depend_on_the_order_of_its_columns() {
        let turned =
            Subject::new([("ClientIP".into(), "203.0.113.9".into()), ("UserId".into(), "ada".into())]);
        assert_eq!(turned, subject("ada", "203.0.113.9"));
        assert_eq!(turned.values().next(), Some(("ClientIP", "203.0.113.9")));
    }
}
