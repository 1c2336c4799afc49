//! What the rows of a result are asked for by: conditions in KQL, and columns in which equal rows are one.

/// Conditions that rows of a result meet.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Conditions {
    /// Expressions of KQL over the result's columns.
    pub kql: Vec<String>,
    /// The clock that they count from, in ticks.
    pub now: i64,
    /// Of rows that are equal in these columns, the first; all rows without any.
    pub distinct: Vec<usize>,
}

impl Conditions {
    /// Whether all rows meet them.
    pub fn none(&self) -> bool {
        self.kql.is_empty() && self.distinct.is_empty()
    }

    /// The query for the rows of a table that meet those of KQL, and what a pipe makes of those.
    pub fn over(&self, table: &str, pipe: &str) -> String {
        let mut text = table.to_owned();
        for condition in &self.kql {
            text.push_str(&format!("\n| where ({condition}\n)"));
        }
        format!("{text}\n{pipe}")
    }
}
