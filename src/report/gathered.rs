//! What the rows of results name: indicators, and what was noted on. Taken in while the rows go by.

use std::collections::{BTreeMap, BTreeSet};

use super::indicators::{Indicator, Known, found};
use super::{Report, Tlp};
use crate::compile::Compiled;
use crate::hunt::notes::{Notes, Subject};
use crate::value::{Grid, Value};

/// Goes through all rows of a report's results.
#[derive(Clone, Debug, Default)]
pub struct Gathered {
    known: Known,
    named: BTreeMap<String, Indicator>,
    notes: Notes,
    /// The columns of notes' subjects, each list once.
    columns: BTreeSet<Vec<String>>,
    about: BTreeSet<Subject>,
}

impl Gathered {
    /// `indicators` is an answer to [`OBSERVABLES`](super::OBSERVABLES), `notes` all that there are on the data.
    pub fn new(indicators: &Grid, notes: Notes) -> Gathered {
        let names = |subject: &Subject| subject.values().map(|(column, _)| column.to_owned()).collect();
        let columns = notes.all().map(|note| names(&note.subject)).collect();
        Gathered { known: Known::new(indicators), notes, columns, ..Gathered::default() }
    }

    /// Some rows of a result.
    pub fn rows(&mut self, compiled: &Compiled, rows: &[Vec<Value>]) {
        self.named.extend(found(rows.iter(), &self.known));
        for names in &self.columns {
            let Some(places) = places(compiled, names) else { continue };
            for row in rows {
                let values = names.iter().zip(&places);
                let values = values
                    .map(|(name, at)| (name.clone(), row.get(*at).map(Value::text).unwrap_or_default()));
                let subject = Subject::new(values);
                if self.notes.about(&subject).is_some() {
                    self.about.insert(subject);
                }
            }
        }
    }

    /// A report with all that was found, marked at least as strictly as the strictest indicator in it.
    pub fn report(self, tlp: Option<Tlp>) -> Report {
        let indicators: Vec<Indicator> = self.named.into_values().collect();
        let strictest = indicators.iter().filter_map(|one| one.tlp).max();
        let mut notes = Notes::default();
        self.about
            .iter()
            .filter_map(|subject| self.notes.about(subject))
            .for_each(|note| notes.put(note.clone()));
        let other_notes = self.notes.all().count() - notes.all().count();
        Report {
            tlp: tlp.max(strictest),
            strictest,
            indicators,
            known: self.known,
            notes,
            other_notes,
            unread_notes: self.notes.unread,
            ..Report::default()
        }
    }
}

/// Where a result has these columns: by the stored column that they hold, as notes name them, or by their names.
fn places(compiled: &Compiled, names: &[String]) -> Option<Vec<usize>> {
    let place = |name: &String| {
        let stored =
            compiled.origins.iter().position(|origin| origin.as_ref().is_some_and(|one| one.column == *name));
        stored.or_else(|| compiled.columns.iter().position(|column| column.name == *name))
    };
    names.iter().map(place).collect()
}
