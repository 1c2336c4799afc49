//! What came of hunts that were run on each of some days. Plain data.

/// What came of one rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// Its place in the order's rules.
    pub rule: usize,
    pub outcome: Outcome,
    pub milliseconds: u64,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Rows of each day, the oldest first.
    Ran(Vec<u64>),
    /// Tables that it reads and the data lack.
    NoTable(Vec<String>),
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
            Outcome::NoTable(_) | Outcome::Wrong(_) | Outcome::Failed(_) => None,
        }
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
            Outcome::Wrong(_) => "wrong",
            Outcome::Failed(_) => "failed",
        }
    }

    /// What stood in its way.
    pub fn problem(&self) -> String {
        match self {
            Outcome::Ran(_) => String::new(),
            Outcome::NoTable(tables) => format!("needs {}", tables.join(", ")),
            Outcome::Wrong(problem) | Outcome::Failed(problem) => problem.clone(),
        }
    }
}
