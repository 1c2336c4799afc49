//! How far the data of a query can be trusted: for each table its first and last time, rows per day or hour
//! of the look-back, hours without rows, and how much of the columns that the query names is empty.

use super::Ask;
use crate::catalog::tables;
use crate::compile::{TableUse, reference};
use crate::display;
use crate::schema::{Schema, Table, TableColumn};
use crate::syntax::token::TokenKind;
use crate::syntax::tokens;
use crate::ticks::{self, DAY, HOUR};
use crate::types::Type;
use crate::value::Value;

/// Columns and gaps that are listed.
const LISTED_MAX: usize = 8;
/// Bins that are drawn, the latest.
const BINS_MAX: usize = 48;
/// A look-back of this many hours or less is told by the hour.
const HOURS_MAX: i64 = 48;

/// What is known of one table.
#[derive(Clone, Debug, PartialEq)]
pub struct Health {
    pub table: String,
    pub rows: u64,
    /// In ticks.
    pub first: Option<i64>,
    pub last: Option<i64>,
    /// The part of the look-back that the clock has reached.
    pub from: i64,
    pub to: i64,
    pub unit: i64,
    /// Rows of each unit from `from` on.
    pub bins: Vec<u64>,
    /// Columns that the query names, and in how many rows of the look-back they are null or empty.
    pub empty: Vec<(String, u64)>,
}

/// What is known of a table that a query reads.
///
/// Errors: the table has no time; a question failed.
pub fn health(
    used: &TableUse,
    schema: &Schema,
    text: &str,
    now: i64,
    ask: &mut Ask,
) -> Result<Health, String> {
    let table = schema.table(&used.table).ok_or_else(|| format!("{} is not there", used.table))?;
    let time = time_column(table, used).ok_or_else(|| format!("{} has no column of times", used.table))?;
    let (source, time) = (reference(&used.table), reference(&time));
    let whole = ask(&format!("{source} | summarize count(), min({time}), max({time})"))?;
    let (rows, first, last) = match whole.rows.first().map(Vec::as_slice) {
        Some([Value::Long(rows), first, last]) => (*rows as u64, datetime(first), datetime(last)),
        _ => return Err("a count gave no number".into()),
    };
    let to = used.until.unwrap_or(now).min(now);
    let from = used.since.or(first).unwrap_or(to).min(to);
    let unit = if to - from <= HOURS_MAX * HOUR { HOUR } else { DAY };
    let within = format!(
        "{source} | where {time} >= datetime({}) and {time} <= datetime({})",
        ticks::iso_full(from),
        ticks::iso_full(to)
    );
    let grid = ask(&format!("{within} | summarize count() by bin({time}, {}h)", unit / HOUR))?;
    let start = from - from.rem_euclid(unit);
    let mut bins = vec![0; ((to - start) / unit + 1).clamp(1, 10_000) as usize];
    for row in &grid.rows {
        if let [Value::Datetime(at), Value::Long(count)] = row.as_slice()
            && let Some(bin) = usize::try_from((at - start) / unit).ok().and_then(|at| bins.get_mut(at))
        {
            *bin = *count as u64;
        }
    }
    let named = named(table, text);
    let counts: Vec<_> = named
        .iter()
        .map(|column| match column.ty {
            Type::String => format!("countif(isempty({}))", reference(&column.name)),
            _ => format!("countif(isnull({}))", reference(&column.name)),
        })
        .collect();
    let mut empty = Vec::new();
    if !counts.is_empty() {
        let grid = ask(&format!("{within} | summarize {}", counts.join(", ")))?;
        for (column, value) in named.iter().zip(grid.rows.into_iter().flatten()) {
            if let Value::Long(count) = value {
                empty.push((column.name.clone(), count as u64));
            }
        }
    }
    Ok(Health { table: used.table.clone(), rows, first, last, from: start, to, unit, bins, empty })
}

fn datetime(value: &Value) -> Option<i64> {
    match value {
        Value::Datetime(at) => Some(*at),
        _ => None,
    }
}

/// The column that the query compares with the clock, else the table's own.
fn time_column(table: &Table, used: &TableUse) -> Option<String> {
    let known = tables::find(&table.name).map(|row| row.time.to_string());
    let first =
        || table.listed().find(|column| column.ty == Type::Datetime).map(|column| column.name.clone());
    used.time_column.clone().or(known).or_else(first)
}

/// The columns whose names stand in the text.
fn named<'s>(table: &'s Table, text: &str) -> Vec<&'s TableColumn> {
    let tokens = tokens(text);
    let words: Vec<_> = tokens
        .iter()
        .filter(|token| token.kind == TokenKind::Word)
        .map(|token| token.span.text(text))
        .collect();
    table.listed().filter(|column| words.contains(&column.name.as_str())).take(LISTED_MAX).collect()
}

impl Health {
    /// For people. The bars are digits from 0 to 9, so that every terminal can show them.
    pub fn lines(&self) -> Vec<String> {
        let Health { table, rows, .. } = self;
        let (Some(first), Some(last)) = (self.first, self.last) else {
            return vec![format!("{table}: no rows")];
        };
        let mut lines =
            vec![format!("{table}: {}, {} to {}", display::count(*rows, "row"), minute(first), minute(last))];
        let (name, count) =
            if self.unit == HOUR { ("hour", self.bins.len()) } else { ("day", self.bins.len()) };
        let within: u64 = self.bins.iter().sum();
        lines.push(format!(
            "  look-back {} to {}, {}: {}",
            minute(self.from),
            minute(self.to),
            display::count(count as u64, name),
            display::count(within, "row")
        ));
        lines.push(format!("  rows per {name}: {}", self.bars()));
        let gaps = self.gaps();
        for (from, to) in gaps.iter().take(LISTED_MAX) {
            lines.push(format!("  no rows from {} to {}", minute(*from), minute(*to)));
        }
        if gaps.len() > LISTED_MAX {
            lines.push(format!("  and {} more gaps", gaps.len() - LISTED_MAX));
        }
        if within > 0 && !self.empty.is_empty() {
            let share = |(name, count): &(String, u64)| format!("{name} {} %", percent(*count, within));
            lines.push(format!("  empty: {}", self.empty.iter().map(share).collect::<Vec<_>>().join(", ")));
        }
        lines
    }

    fn bars(&self) -> String {
        let most = self.bins.iter().copied().max().unwrap_or(0).max(1);
        let skipped = self.bins.len().saturating_sub(BINS_MAX);
        let bar = |count: &u64| match count {
            0 => '.',
            count => char::from(b'0' + (count * 9 / most).clamp(1, 9) as u8),
        };
        let bars: String = self.bins[skipped..].iter().map(bar).collect();
        if skipped > 0 { format!("...{bars}") } else { bars }
    }

    /// Units without rows, those that follow each other as one.
    fn gaps(&self) -> Vec<(i64, i64)> {
        let mut gaps: Vec<(i64, i64)> = Vec::new();
        for (at, _) in self.bins.iter().enumerate().filter(|(_, count)| **count == 0) {
            let from = self.from + at as i64 * self.unit;
            let to = (from + self.unit).min(self.to);
            match gaps.last_mut() {
                Some(last) if last.1 == from => last.1 = to,
                Some(_) | None => gaps.push((from, to)),
            }
        }
        gaps
    }
}

/// Whole percent; none and all only where it is none and all.
fn percent(part: u64, of: u64) -> u64 {
    match part * 100 / of.max(1) {
        0 if part > 0 => 1,
        share => share,
    }
}

fn minute(at: i64) -> String {
    ticks::iso(at - at.rem_euclid(ticks::MINUTE)).replace(":00Z", "Z").replace('T', " ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gaps_and_shares_are_told() {
        let health = Health {
            table: "T".into(),
            rows: 100,
            first: Some(0),
            last: Some(30 * HOUR),
            from: 0,
            to: 5 * HOUR + HOUR / 2,
            unit: HOUR,
            bins: vec![4, 0, 0, 40, 1, 0],
            empty: vec![("A".into(), 1), ("B".into(), 45)],
        };
        assert_eq!(
            health.lines(),
            [
                "T: 100 rows, 0001-01-01 00:00Z to 0001-01-02 06:00Z",
                "  look-back 0001-01-01 00:00Z to 0001-01-01 05:30Z, 6 hours: 45 rows",
                "  rows per hour: 1..91.",
                "  no rows from 0001-01-01 01:00Z to 0001-01-01 03:00Z",
                "  no rows from 0001-01-01 05:00Z to 0001-01-01 05:30Z",
                "  empty: A 2 %, B 100 %",
            ]
        );
    }
}
