//! Rows that name a value and that the query is not shown, since they lie after its clock or before its look-back.

use super::{Ask, number};
use crate::catalog::{tables, views};
use crate::compile::{quoted, reference};
use crate::display::count;
use crate::facts::Seen;
use crate::schema::Schema;
use crate::ticks;
use crate::types::Type;
use crate::value::Value;

/// What a query sees of stored tables, and how to ask without that limit.
pub struct Beyond<'a> {
    pub seen: Seen,
    pub ask: &'a mut Ask<'a>,
}

/// Rows of one table that name the value and lie outside, and the one that is nearest on either side.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unseen {
    pub later: u64,
    /// In ticks.
    pub first_later: Option<i64>,
    pub earlier: u64,
    pub last_earlier: Option<i64>,
    /// What is seen.
    pub seen: Seen,
}

/// How many rows of a table, or of what a view reads, lie outside of what is seen; `None` when none does, or when that
/// cannot be asked.
pub(super) fn unseen(table: &str, value: &str, schema: &Schema, beyond: &mut Beyond) -> Option<Unseen> {
    let stored = views::find(table).map_or(table, |view| view.reads);
    let time = time_column(stored, schema)?;
    let named = format!("{}\n| where * has {}", reference(stored), quoted(value));
    let Seen { since, until } = beyond.seen;
    let mut side = |sign: &str, at: i64, nearest: &str| {
        let some = format!("{named}\n| where {time} {sign} datetime({})", ticks::iso_full(at));
        let rows = number(beyond.ask, &some).ok().filter(|rows| *rows > 0)?;
        let grid = (beyond.ask)(&format!("{some}\n| summarize {nearest}({time})")).ok()?;
        match grid.rows.first().and_then(|row| row.first()) {
            Some(Value::Datetime(at)) => Some((rows, *at)),
            Some(_) | None => None,
        }
    };
    let later = side(">", until, "min");
    let earlier = since.and_then(|since| side("<", since, "max"));
    (later.is_some() || earlier.is_some()).then(|| Unseen {
        later: later.map_or(0, |(rows, _)| rows),
        first_later: later.map(|(_, at)| at),
        earlier: earlier.map_or(0, |(rows, _)| rows),
        last_earlier: earlier.map(|(_, at)| at),
        seen: beyond.seen,
    })
}

/// The column by which rows are hidden.
fn time_column(table: &str, schema: &Schema) -> Option<String> {
    let columns = || schema.table(table).into_iter().flat_map(|table| table.listed());
    let found = tables::times(table)
        .find_map(|name| columns().find(|column| column.name == name && column.ty == Type::Datetime));
    found.map(|column| reference(&column.name))
}

impl Unseen {
    /// As sentences.
    pub fn said(&self) -> Vec<String> {
        let mut said = Vec::new();
        if let Some(first) = self.first_later {
            said.push(format!(
                "{} later than the clock, {}, and not seen: the first is of {}.",
                names_it(self.later),
                ticks::iso(self.seen.until),
                ticks::iso(first)
            ));
        }
        if let (Some(last), Some(since)) = (self.last_earlier, self.seen.since) {
            said.push(format!(
                "{} earlier than what is looked at, from {} on, and not seen: the last is of {}.",
                names_it(self.earlier),
                ticks::iso(since),
                ticks::iso(last)
            ));
        }
        said
    }
}

fn names_it(rows: u64) -> String {
    match rows {
        1 => "1 row that names it is".into(),
        rows => format!("{} that name it are", count(rows, "row")),
    }
}
