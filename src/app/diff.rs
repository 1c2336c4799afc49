//! The difference of two results: rows that came, went and changed, as a result of its own with a sign before each.

use super::clock::{self, Clock, Wanted};
use super::commands::run_compared;
use super::grid::Grid;
use super::msg::Effect;
use super::results::Kept;
use super::{App, NoteKind, text};
use crate::compile::{Compiled, Seen, Steadiness, Steady};
use crate::types::ColumnType;
use crate::value::Value;

/// Two results to compare.
#[derive(Clone, Debug, PartialEq)]
pub struct Compared {
    pub before: Side,
    pub after: Side,
    /// The columns that say which row is which; by default the first ones that do.
    pub key: Option<Vec<String>>,
}

/// One of two results.
#[derive(Clone, Debug, PartialEq)]
pub enum Side {
    /// Made at this clock, in ticks; what of its columns is open.
    Kept { run: u64, now: i64, steady: Vec<Steady> },
    /// What a query gave as of a clock.
    Clock { text: String, clock: Clock },
}

/// The columns that a difference has before those that it compares.
pub const OWN: [&str; 2] = ["Change", "Columns"];

/// What became of a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mark {
    Added,
    Removed,
    /// A row as it was or is, of which some values differ.
    Changed,
}

impl Mark {
    /// Before the row, for screens without colors too.
    pub fn sign(self) -> &'static str {
        match self {
            Mark::Added => "+",
            Mark::Removed => "-",
            Mark::Changed => "~",
        }
    }
}

/// The mark of a row of a difference.
pub fn mark(row: &[Value]) -> Option<Mark> {
    match row.first() {
        Some(Value::String(word)) => match word.as_str() {
            "added" => Some(Mark::Added),
            "removed" => Some(Mark::Removed),
            "before" | "after" => Some(Mark::Changed),
            _ => None,
        },
        _ => None,
    }
}

/// Whether the values of this column differ between a row and the other one of its pair.
pub fn differs(row: &[Value], column: &str) -> bool {
    row.get(1).is_some_and(|names| names.text().split(", ").any(|name| name == column))
}

/// What the grid knows of a difference as of a query's result; no query gives it.
pub fn compiled(columns: Vec<ColumnType>, now: i64) -> Compiled {
    let steadiness = Steadiness { columns: vec![Steady::Exact; columns.len()], rows: true };
    Compiled { steadiness, ..Compiled::of_columns(columns, now) }
}

/// Whether a result is a difference.
pub fn is_difference(compiled: &Compiled) -> bool {
    let own = compiled.columns.iter().take(OWN.len()).map(|column| column.name.as_str());
    compiled.sql.is_empty() && compiled.tables.is_empty() && own.eq(OWN)
}

/// `:diff`: the result in the grid and another, or the same query at another clock: `Result2`, `2`, `-1d`, a time;
/// then perhaps `by COLUMN, COLUMN`. Without a word, the result of the same statement before it, or the one before.
pub fn start(app: &mut App, typed: &str) -> Vec<Effect> {
    match compared(app, typed) {
        Ok((compared, text)) => run_compared(app, &compared, text),
        Err(why) => {
            let why = text::shown(&why, app.ascii).into_owned();
            app.say(NoteKind::Warning, why)
        }
    }
}

fn compared(app: &App, typed: &str) -> Result<(Compared, String), String> {
    let grid = app.grid.as_ref().ok_or("there is no result to compare")?;
    if let Some(why) = grid.extent.unfinished("the result can be compared") {
        return Err(why);
    }
    if is_difference(&grid.compiled) {
        return Err("this is a difference already; go to the result that is to be compared".into());
    }
    let (other, key) = match typed.split_once(" by ").or(typed.strip_prefix("by ").map(|key| ("", key))) {
        Some((other, key)) => (other.trim(), Some(columns(grid, key)?)),
        None => (typed.trim(), None),
    };
    let side = |run: u64, compiled: &Compiled| Side::Kept {
        run,
        now: compiled.now,
        steady: compiled.steadiness.columns.clone(),
    };
    let here = side(grid.run, &grid.compiled);
    let kept = |kept: &Kept| side(kept.run, &kept.compiled);
    let named = app.results.named();
    let wanted = |name: &str| name.eq_ignore_ascii_case(other) || name.strip_prefix("Result") == Some(other);
    let (before, after) = if other.is_empty() {
        (kept(before(app, grid)?), here)
    } else if let Some((_, found)) = named.iter().find(|(name, _)| wanted(name)) {
        (kept(found), here)
    } else {
        let at = clock_of(grid, other)?;
        let text = grid.ran.clone();
        // As it would have been then, without what came later.
        let clock = Clock::AsOf { at, back: grid.compiled.seen.and_then(Seen::back) };
        let there = Side::Clock { text, clock };
        if at <= grid.compiled.now { (there, here) } else { (here, there) }
    };
    if let (Side::Kept { run: one, .. }, Side::Kept { run: other, .. }) = (&before, &after)
        && one == other
    {
        return Err("this is the result that is shown; name another one, or a clock such as -1d".into());
    }
    Ok((Compared { before, after, key }, grid.text.clone()))
}

/// The result that the one in the grid is compared with when none is named.
fn before<'a>(app: &'a App, grid: &Grid) -> Result<&'a Kept, String> {
    let place = app.results.place(grid.run).ok_or("the result is kept no longer; run the query again")?;
    let older: Vec<&Kept> =
        app.results.kept[..place].iter().filter(|kept| !is_difference(&kept.compiled)).collect();
    let same = older.iter().rev().find(|kept| kept.past.text == grid.text);
    let found = same.or(older.last()).copied();
    found.ok_or_else(|| "no result was kept before this one; :diff -1d compares with the day before".into())
}

fn clock_of(grid: &Grid, typed: &str) -> Result<i64, String> {
    let now = grid.compiled.now;
    let bad = || {
        format!("'{typed}' is neither a kept result nor a clock: try Result1, -1d or 2026-05-14T12:00:00Z")
    };
    match clock::parse(typed).map_err(|_| bad())? {
        Wanted::Set(Clock::Fixed(at) | Clock::AsOf { at, .. }) => Ok(at),
        Wanted::Shift(ticks) => {
            let at = now.checked_add(ticks).and_then(crate::ticks::datetime);
            at.ok_or_else(|| "that is before year 1 or after year 9999".into())
        }
        Wanted::Set(Clock::Wall) | Wanted::Newest => Err(bad()),
    }
}

fn columns(grid: &Grid, typed: &str) -> Result<Vec<String>, String> {
    let known = |name: &str| {
        let found = grid.compiled.columns.iter().find(|column| column.name.eq_ignore_ascii_case(name));
        found
            .map(|column| column.name.to_string())
            .ok_or_else(|| format!("the result has no column '{name}'"))
    };
    typed.split(',').map(|name| known(name.trim())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_have_signs_and_changed_columns() {
        let row = |word: &str, columns: &str| vec![Value::String(word.into()), Value::String(columns.into())];
        assert_eq!(mark(&row("added", "")), Some(Mark::Added));
        assert_eq!(mark(&row("after", "A, B")).map(Mark::sign), Some("~"));
        assert_eq!(mark(&[Value::Long(1)]), None);
        assert!(differs(&row("before", "A, B"), "B") && !differs(&row("before", "AB"), "B"));
    }
}
