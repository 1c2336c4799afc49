//! What came of hunts that were run on each of some days. Plain data.

use crate::catalog::tables::TIMES;
use crate::types::{ColumnType, Type};

/// What came of one rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// Its place in the order's rules.
    pub rule: usize,
    pub outcome: Outcome,
    /// How far each day looked back from its clock, in ticks; `None` for as far as the rule's own text does.
    pub back: Option<i64>,
    /// The first and the last time in the rows of all days, in ticks, where they have times.
    pub seen: Option<(i64, i64)>,
    pub milliseconds: u64,
}

/// The columns of a result that say when what it tells of was: the time columns of tables, firsts and lasts; else the
/// first time of any name.
pub fn times(columns: &[ColumnType]) -> Vec<usize> {
    const BEGINNINGS: [&str; 4] = ["First", "Last", "Start", "End"];
    let told = |column: &ColumnType| {
        TIMES.contains(&column.name.as_str()) || BEGINNINGS.iter().any(|word| column.name.starts_with(word))
    };
    let of_type = || (0..columns.len()).filter(|at| columns[*at].ty == Type::Datetime);
    let named: Vec<usize> = of_type().filter(|at| told(&columns[*at])).collect();
    if named.is_empty() { of_type().take(1).collect() } else { named }
}

/// The earlier first and the later last of two.
pub fn both(one: Option<(i64, i64)>, other: Option<(i64, i64)>) -> Option<(i64, i64)> {
    match (one, other) {
        (Some(one), Some(other)) => Some((one.0.min(other.0), one.1.max(other.1))),
        (one, other) => one.or(other),
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Rows of each day, the oldest first.
    Ran(Vec<u64>),
    /// Tables that it reads and the data lack.
    NoTable(Vec<String>),
    /// Files that it reads and nobody supplies: watchlists, feeds, where addresses are.
    NoFile(Vec<String>),
    /// A mistake in its text, with its place.
    Wrong(String),
    /// It could not be run, or not to its end.
    Failed(String),
}

impl Outcome {
    /// The rows of the last day.
    pub fn hits(&self) -> Option<u64> {
        match self {
            Outcome::Ran(days) => days.last().copied(),
            _ => None,
        }
    }

    /// Whether any of the days has rows; `None` where it did not run.
    pub fn hit(&self) -> Option<bool> {
        match self {
            Outcome::Ran(days) => Some(days.iter().any(|rows| *rows > 0)),
            _ => None,
        }
    }

    pub fn found(&self) -> bool {
        self.hit() == Some(true)
    }

    /// How many more the last day has than the one before.
    pub fn change(&self) -> Option<i64> {
        let Outcome::Ran(days) = self else { return None };
        let [.., before, last] = days.as_slice() else { return None };
        Some(i64::try_from(*last).ok()? - i64::try_from(*before).ok()?)
    }

    /// One word for what came of it.
    pub fn word(&self) -> &'static str {
        match self {
            Outcome::Ran(_) => "ran",
            Outcome::NoTable(_) => "no table",
            Outcome::NoFile(_) => "no file",
            Outcome::Wrong(_) => "wrong",
            Outcome::Failed(_) => "failed",
        }
    }

    /// What stood in its way.
    pub fn problem(&self) -> String {
        match self {
            Outcome::Ran(_) => String::new(),
            Outcome::NoTable(names) | Outcome::NoFile(names) => format!("needs {}", names.join(", ")),
            Outcome::Wrong(problem) | Outcome::Failed(problem) => problem.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_found_by_their_names() {
        let columns = |names: &[&str]| -> Vec<ColumnType> {
            names.iter().map(|name| ColumnType::new(*name, Type::Datetime)).collect()
        };
        assert_eq!(times(&columns(&["ValidUntil", "FirstSeen", "Timestamp"])), [1, 2]);
        assert_eq!(times(&columns(&["When", "ValidUntil"])), [0]);
        assert_eq!(times(&[ColumnType::new("TimeGenerated", Type::String)]), [] as [usize; 0]);
        assert_eq!(both(Some((3, 5)), Some((1, 4))), Some((1, 5)));
        assert_eq!(both(None, Some((1, 4))), Some((1, 4)));
    }

    #[test]
    fn rows_of_any_day_are_a_hit() {
        assert_eq!(Outcome::Ran(vec![3, 0]).hit(), Some(true));
        assert_eq!(Outcome::Ran(vec![0, 0]).hit(), Some(false));
        assert_eq!(Outcome::Wrong("1:1".into()).hit(), None);
    }
}
