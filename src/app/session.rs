//! What is kept from one start to the next: tabs, clock, what was run. Knows no file.

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::chart::ChartLook;
use super::clock::Clock;
use super::grid::Look;

/// The state of the workbench, as the session file holds it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Session {
    /// In their order; at least one.
    pub tabs: Vec<TabState>,
    /// The open one, from 0.
    pub open: usize,
    /// `None` leaves the data's own.
    pub clock: Option<Clock>,
    /// Where times are shown as they are there; `None` where none was chosen.
    pub zone: Option<String>,
    /// What was run, the latest first.
    pub history: Vec<Past>,
    /// What was typed for parameters of queries, by their names.
    pub parameters: BTreeMap<String, String>,
    /// How the workbench that wrote this ended.
    pub ended: Ended,
    /// When it was written, by the wall clock, in ticks; known once it is read.
    #[serde(skip)]
    pub saved: Option<i64>,
    /// Another workbench has the session of these data, and this is the one of so many workbenches.
    #[serde(skip)]
    pub place: usize,
}

/// How a workbench ended; `Working` is also what one leaves that had no time for last words.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Ended {
    #[default]
    Working,
    /// The user ended it.
    Left,
    /// The terminal was gone.
    LinkLost,
    /// A signal, or a mistake of ours.
    Killed,
}

/// A query tab.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct TabState {
    pub text: String,
    /// Line and character of the cursor, from 0.
    pub cursor: (usize, usize),
    pub file: Option<PathBuf>,
    /// Whether the text differs from the file.
    pub unsaved: bool,
    /// What the file held when it was read or written.
    pub file_text: Option<String>,
    pub left: Option<Left>,
}

/// How a result was left that is gone with its workbench: a run of the same statement looks so again.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Left {
    pub text: String,
    /// The names of the result's columns.
    pub columns: Vec<String>,
    pub look: Look,
    pub row: u64,
    pub column: usize,
    #[serde(default)]
    pub chart: Option<ChartLook>,
}

/// A query that was run to its end.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Past {
    pub text: String,
    /// When it ended, by the wall clock, in ticks.
    pub ended: i64,
    pub rows: u64,
    pub ms: u64,
    /// What was typed for its parameters.
    #[serde(default)]
    pub values: BTreeMap<String, String>,
}

/// Queries that are kept, and the bytes of one; a longer text is not.
const PAST: usize = 200;
const PAST_BYTES: usize = 64 << 10;

/// Puts a query first; the same text with the same parameters stands in the list once.
pub fn remember(history: &mut Vec<Past>, past: Past) {
    if past.text.len() > PAST_BYTES {
        return;
    }
    history.retain(|older| (&older.text, &older.values) != (&past.text, &past.values));
    history.insert(0, past);
    history.truncate(PAST);
}

impl Session {
    /// Opens a file that was just read. A tab that has it stays as it is when the file is still what it was
    /// then, so that what was typed into it is not lost; else the file gets a tab of its own.
    pub fn open_file(&mut self, file: PathBuf, text: String) {
        let has = |tab: &TabState| {
            tab.file.as_ref() == Some(&file) && (!tab.unsaved || tab.file_text.as_ref() == Some(&text))
        };
        if let Some(at) = self.tabs.iter().position(has) {
            self.open = at;
            let tab = &mut self.tabs[at];
            if !tab.unsaved {
                (tab.text, tab.file_text) = (text.clone(), Some(text));
            }
            return;
        }
        self.tabs.retain(|tab| !tab.text.trim().is_empty());
        self.open = self.tabs.len();
        let (file, file_text) = (Some(file), Some(text.clone()));
        self.tabs.push(TabState { text, file, file_text, ..TabState::default() });
    }

    /// What is said of it at the start; nothing when there was nothing.
    pub fn said(&self) -> Option<String> {
        let texts = self.tabs.iter().filter(|tab| !tab.text.trim().is_empty()).count();
        let said = match (texts, self.tabs.len()) {
            // A file was opened, and nothing kept before.
            _ if self.saved.is_none() => None,
            (0, _) => None,
            (_, 1) => Some("restored the query".to_owned()),
            (_, tabs) => Some(format!("restored {tabs} tabs")),
        };
        let when = self.saved.map(|at| format!(" from {}", super::clock::short(at))).unwrap_or_default();
        let why = match self.ended {
            Ended::Left => "",
            Ended::LinkLost => ", link lost",
            Ended::Killed => ", ended by a signal",
            Ended::Working => ", which did not end in order",
        };
        let left = self.tabs.get(self.open).and_then(|tab| tab.left.as_ref());
        let changed = |left: &Left| {
            let chart = left.chart.as_ref().is_some_and(|chart| *chart != ChartLook::default());
            left.look != Look::default() || chart
        };
        let run = match left {
            Some(left) if changed(left) => "; F5 shows its result as it was",
            Some(_) => "; F5 runs it again",
            None => "",
        };
        let said = said.map(|said| format!("{said}{when}{why}{run}"));
        if self.place < 2 {
            return said;
        }
        let other = format!("another workbench has these data open; this is number {}", self.place);
        Some(said.map_or(other.clone(), |said| format!("{said}; {other}")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_comes_back_with_what_was_typed_unless_it_has_changed() {
        let typed = TabState {
            text: "typed".into(),
            file: Some("a.kql".into()),
            unsaved: true,
            file_text: Some("old".into()),
            ..TabState::default()
        };
        let mut session = Session { tabs: vec![TabState::default(), typed], ..Session::default() };
        session.open_file("a.kql".into(), "old".into());
        assert_eq!((session.open, session.tabs[1].text.as_str()), (1, "typed"));
        session.open_file("a.kql".into(), "new".into());
        assert_eq!(session.tabs.len(), 2, "the blank tab goes, the typed text stays");
        assert_eq!(
            (session.open, session.tabs[0].text.as_str(), session.tabs[1].text.as_str()),
            (1, "typed", "new")
        );
        session.open_file("a.kql".into(), "newer".into());
        assert_eq!((session.tabs.len(), session.tabs[1].text.as_str()), (2, "newer"));
    }

    #[test]
    fn what_came_back_is_said() {
        let tab = TabState { text: "T".into(), ..TabState::default() };
        let mut session = Session { tabs: vec![tab], ended: Ended::LinkLost, ..Session::default() };
        session.saved = Some(14 * crate::ticks::HOUR + 2 * crate::ticks::MINUTE);
        assert_eq!(session.said().unwrap(), "restored the query from 0001-01-01 14:02Z, link lost");
        session.tabs.push(TabState::default());
        (session.ended, session.place) = (Ended::Left, 2);
        let said =
            "restored 2 tabs from 0001-01-01 14:02Z; another workbench has these data open; this is number 2";
        assert_eq!(session.said().unwrap(), said);
        assert_eq!(Session::default().said(), None);
    }
}
