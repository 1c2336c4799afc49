//! Follows rows through a query: how many come out of each operator, and where those that name a value are
//! lost. Works on the text: the beginning of a pipeline is a query of its own, so that what an operator
//! gives is asked with the query that ends there. Knows no engine; whoever calls brings the answers.

mod among;
mod aside;
mod behind;
mod chain;
mod compared;
mod edits;
mod further;
mod health;
mod keys;
mod map;
mod reason;
mod shown;
mod spelling;
mod stages;
mod unseen;
mod why;

pub use behind::{Behind, Opened, aggregates, behind};
pub use compared::distance;
pub use health::{Health, health};
pub use shown::{json, lines};
pub use stages::{Counted, count, stages};
pub use unseen::{Beyond, Unseen};
pub use why::{Condition, End, Report, Stage, Trace, why};

use crate::compile::Compiled;
use crate::value::{Grid, Value};

/// Answers queries on the data: all rows of a KQL text that gives one result. What is asked here gives few. Its
/// errors are told to the user as they are.
pub type Ask<'a> = dyn FnMut(&str) -> Result<Grid, String> + 'a;

/// The stored tables that the results of a compilation read.
pub fn reads(results: &[Compiled]) -> Vec<String> {
    results.iter().flat_map(|result| &result.tables).map(|used| used.table.clone()).collect()
}

/// How many rows a query gives.
fn number(ask: &mut Ask, kql: &str) -> Result<u64, String> {
    let grid = ask(&format!("{kql}\n| count"))?;
    match grid.rows.first().and_then(|row| row.first()) {
        Some(Value::Long(count)) => Ok((*count).max(0) as u64),
        Some(_) | None => Err("a count gave no number".into()),
    }
}

/// On one line, without comments' line breaks: for lists.
fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
