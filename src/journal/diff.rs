//! What is different between two results: rows that were added or removed, and those whose key stayed and whose other
//! values changed. Sets are the same in any order, and sums of reals but for their last digits.

use std::collections::hash_map::Entry;
use std::collections::{BTreeMap, HashMap, HashSet};

use super::digest::{ROWS_MAX, push_value};
use crate::compile::Steady;
use crate::display::thousands;
use crate::types::{ColumnType, Type};
use crate::value::{Grid, Value};

/// A result and what it leaves open.
#[derive(Clone, Debug, Default)]
pub struct Side {
    pub grid: Grid,
    pub steady: Vec<Steady>,
}

/// One row that is not the same on both sides; cells of the columns that both have.
#[derive(Clone, Debug, PartialEq)]
pub enum Change {
    Removed(Vec<Value>),
    Added(Vec<Value>),
    /// The columns whose values differ, by their place.
    Changed {
        before: Vec<Value>,
        after: Vec<Value>,
        columns: Vec<usize>,
    },
}

/// How two results compare.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Diff {
    /// Those that both have, by name and type.
    pub columns: Vec<ColumnType>,
    /// Places of the columns that say which row is which; without any whole rows are compared, unless neither side
    /// has more than one.
    pub key: Vec<usize>,
    /// In the order of the results: what was removed and changed first.
    pub changes: Vec<Change>,
    pub same: usize,
    /// What the numbers alone do not tell.
    pub remarks: Vec<String>,
    /// Whether a side has columns that the other has not, or has with another type.
    pub other_columns: bool,
}

impl Diff {
    /// Rows that were added, removed, changed.
    pub fn counts(&self) -> (usize, usize, usize) {
        self.changes.iter().fold((0, 0, 0), |(added, removed, changed), change| match change {
            Change::Added(_) => (added + 1, removed, changed),
            Change::Removed(_) => (added, removed + 1, changed),
            Change::Changed { .. } => (added, removed, changed + 1),
        })
    }

    /// Whether anything differs, be it columns that are not compared.
    pub fn differs(&self) -> bool {
        self.other_columns || !self.changes.is_empty()
    }

    /// In one line: `by UserId: 3 rows added, 1 removed, 2 changed, 8 the same`.
    pub fn summary(&self) -> String {
        let (added, removed, changed) = self.counts();
        let key: Vec<&str> = self.key.iter().map(|at| self.columns[*at].name.as_str()).collect();
        let by = if key.is_empty() { "whole rows".to_owned() } else { format!("by {}", key.join(", ")) };
        format!("{by}: {added} added, {removed} removed, {changed} changed, {} the same", self.same)
    }

    /// The columns of [`Diff::rows`].
    pub fn table_columns(&self) -> Vec<ColumnType> {
        let own = ["Change", "Columns"].map(|name| ColumnType::new(name, Type::String));
        own.into_iter().chain(self.columns.iter().cloned()).collect()
    }

    /// The changes as a table: a changed row is two, before and after, with the columns that differ.
    pub fn rows(&self) -> Vec<Vec<Value>> {
        let row = |word: &str, columns: &[usize], cells: &[Value]| {
            let names: Vec<&str> = columns.iter().map(|at| self.columns[*at].name.as_str()).collect();
            let own = [Value::String(word.into()), Value::String(names.join(", "))];
            own.into_iter().chain(cells.iter().cloned()).collect::<Vec<Value>>()
        };
        let rows = self.changes.iter().flat_map(|change| match change {
            Change::Added(cells) => vec![row("added", &[], cells)],
            Change::Removed(cells) => vec![row("removed", &[], cells)],
            Change::Changed { before, after, columns } => {
                vec![row("before", columns, before), row("after", columns, after)]
            }
        });
        rows.collect()
    }
}

/// Values of a side; both are held in memory.
const VALUES_MAX: usize = 20_000_000;

/// Whether so much of a side can be compared.
///
/// # Errors
/// It has too many rows or values; how to have less.
pub fn few_enough(side: &Grid) -> Result<(), String> {
    let (rows, values) = (side.rows.len(), side.rows.len().saturating_mul(side.columns.len()));
    let end = "end the query with a summarize";
    match () {
        () if rows as u64 > ROWS_MAX => {
            Err(format!("more than {} rows to compare; {end}", thousands(ROWS_MAX)))
        }
        () if values > VALUES_MAX => {
            Err(format!("more than {} values to compare; {end}", thousands(VALUES_MAX as u64)))
        }
        () => Ok(()),
    }
}

/// Compares two results. `key` names the columns that say which row is which; without it the first columns that do.
///
/// # Errors
/// A column of the key is not on both sides; the sides have no column in common.
pub fn diff(before: &Side, after: &Side, key: Option<&[String]>) -> Result<Diff, String> {
    let (columns, steady, places) = common(before, after)?;
    let mut remarks = Vec::new();
    for (side, other, word) in [(before, after, "before"), (after, before, "after")] {
        let only = |column: &&ColumnType| named_alike(column, other).is_none();
        let names: Vec<&str> =
            side.grid.columns.iter().filter(only).map(|column| column.name.as_str()).collect();
        if !names.is_empty() {
            remarks.push(format!("only {word}, and not compared: {}", names.join(", ")));
        }
    }
    for column in &before.grid.columns {
        if let Some(other) = named_alike(column, after).filter(|other| other.ty != column.ty) {
            remarks.push(format!(
                "{} was of type {} and is of type {}, and is not compared",
                column.name,
                column.ty.name(),
                other.ty.name()
            ));
        }
    }
    let other_columns = !remarks.is_empty();
    let open: Vec<&str> = columns
        .iter()
        .zip(&steady)
        .filter(|(_, steady)| **steady == Steady::Free)
        .map(|(column, _)| column.name.as_str())
        .collect();
    if !open.is_empty() {
        remarks.push(format!(
            "the query leaves these open, so that they may differ by themselves: {}",
            open.join(", ")
        ));
    }
    let old = Rows::new(&before.grid, places.iter().map(|place| place.0).collect(), &steady);
    let new = Rows::new(&after.grid, places.iter().map(|place| place.1).collect(), &steady);
    let key = match key {
        Some(names) => named(names, &columns)?,
        None => found(&old, &new, columns.len()),
    };
    let mut made = Diff { columns, key, remarks, other_columns, ..Diff::default() };
    made.compare(&old, &new);
    Ok(made)
}

/// The column of the same name on another side.
fn named_alike<'s>(column: &ColumnType, side: &'s Side) -> Option<&'s ColumnType> {
    side.grid.columns.iter().find(|other| other.name == column.name)
}

type Common = (Vec<ColumnType>, Vec<Steady>, Vec<(usize, usize)>);

/// The columns of both sides, what is open of them, and where they are.
fn common(before: &Side, after: &Side) -> Result<Common, String> {
    let (mut columns, mut steady, mut places) = (Vec::new(), Vec::new(), Vec::new());
    for (at, column) in before.grid.columns.iter().enumerate() {
        let Some(there) = after.grid.columns.iter().position(|other| other == column) else { continue };
        let open = |side: &Side, at: usize| side.steady.get(at).copied().unwrap_or_default();
        let (one, other) = (open(before, at), open(after, there));
        columns.push(column.clone());
        steady.push(if one == other || other == Steady::Exact { one } else { other });
        places.push((at, there));
    }
    match columns.is_empty() {
        true => Err("the two results have no column in common".into()),
        false => Ok((columns, steady, places)),
    }
}

fn named(names: &[String], columns: &[ColumnType]) -> Result<Vec<usize>, String> {
    let place = |name: &String| {
        let found = columns.iter().position(|column| column.name == *name);
        found.ok_or_else(|| format!("no column of both results is called '{name}'"))
    };
    names.iter().map(place).collect()
}

/// The fewest first columns whose values no two rows of a side share; none when it takes all of them, or when there
/// is a row a side at most.
fn found(old: &Rows, new: &Rows, columns: usize) -> Vec<usize> {
    if old.count() <= 1 && new.count() <= 1 {
        return Vec::new();
    }
    let prefix = |length: &usize| {
        let key: Vec<usize> = (0..*length).collect();
        [old, new].iter().all(|rows| {
            let mut seen = HashSet::with_capacity(rows.count());
            (0..rows.count()).all(|at| seen.insert(rows.first(at, key.len())))
        })
    };
    (1..columns).find(prefix).map(|length| (0..length).collect()).unwrap_or_default()
}

/// Rows and, for each cell, what it is compared by.
struct Rows<'g> {
    grid: &'g Grid,
    /// Where the columns are that are compared.
    places: Vec<usize>,
    /// What cells are compared by, one behind the other, and where each ends.
    bytes: Vec<u8>,
    ends: Vec<usize>,
}

impl<'g> Rows<'g> {
    fn new(grid: &'g Grid, places: Vec<usize>, steady: &[Steady]) -> Rows<'g> {
        let (mut bytes, mut ends) = (Vec::new(), Vec::with_capacity(grid.rows.len() * places.len()));
        for row in &grid.rows {
            for (at, steady) in places.iter().zip(steady) {
                push_cell(&mut bytes, row.get(*at).unwrap_or(&Value::Null), *steady);
                ends.push(bytes.len());
            }
        }
        Rows { grid, places, bytes, ends }
    }

    fn count(&self) -> usize {
        self.grid.rows.len()
    }

    /// The values of a row that are compared.
    fn values(&self, at: usize) -> Vec<Value> {
        let row = &self.grid.rows[at];
        self.places.iter().map(|place| row.get(*place).cloned().unwrap_or(Value::Null)).collect()
    }

    fn start(&self, cell: usize) -> usize {
        cell.checked_sub(1).map_or(0, |before| self.ends[before])
    }

    fn cell(&self, at: usize, column: usize) -> &[u8] {
        let cell = at * self.places.len() + column;
        &self.bytes[self.start(cell)..self.ends[cell]]
    }

    /// The first columns of a row.
    fn first(&self, at: usize, columns: usize) -> &[u8] {
        let cell = at * self.places.len();
        &self.bytes[self.start(cell)..self.start(cell + columns)]
    }

    fn row(&self, at: usize) -> &[u8] {
        self.first(at, self.places.len())
    }

    fn part(&self, at: usize, columns: &[usize]) -> Vec<&[u8]> {
        columns.iter().map(|column| self.cell(at, *column)).collect()
    }
}

/// No two cells that differ are written alike, nor is one the beginning of another.
fn push_cell(bytes: &mut Vec<u8>, value: &Value, steady: Steady) {
    // Numbers of the same column are told apart without their texts.
    let number = match value {
        Value::Datetime(number) | Value::Timespan(number) | Value::Long(number) => *number,
        _ => return push_value(bytes, value, steady),
    };
    bytes.push(1);
    bytes.extend_from_slice(&number.to_le_bytes());
}

/// Of rows on the one side and on the other.
type Places = (Vec<usize>, Vec<usize>);

impl Diff {
    fn compare(&mut self, old: &Rows, new: &Rows) {
        // Whole rows that are on both sides, as many times as they are; of those that are alike the next one.
        let mut waiting: HashMap<&[u8], usize> = HashMap::with_capacity(new.count());
        let mut next = vec![None; new.count()];
        for at in (0..new.count()).rev() {
            next[at] = waiting.insert(new.row(at), at);
        }
        let mut fresh = vec![true; new.count()];
        let mut gone = Vec::new();
        for at in 0..old.count() {
            let Entry::Occupied(mut there) = waiting.entry(old.row(at)) else {
                gone.push(at);
                continue;
            };
            fresh[*there.get()] = false;
            match next[*there.get()] {
                Some(other) => drop(there.insert(other)),
                None => drop(there.remove()),
            }
        }
        self.same = old.count() - gone.len();
        let mut by_key: BTreeMap<Vec<&[u8]>, Places> = BTreeMap::new();
        let keyed = !self.key.is_empty() || (old.count() <= 1 && new.count() <= 1);
        if keyed {
            for at in &gone {
                by_key.entry(old.part(*at, &self.key)).or_default().0.push(*at);
            }
            for at in (0..fresh.len()).filter(|at| fresh[*at]) {
                by_key.entry(new.part(at, &self.key)).or_default().1.push(at);
            }
        }
        let mut pairs = HashMap::new();
        let mut several = 0;
        for (was, is) in by_key.values() {
            match (was.as_slice(), is.as_slice()) {
                ([was], [is]) => drop(pairs.insert(*was, *is)),
                ([], _) | (_, []) => {}
                _ => several += 1,
            }
        }
        if several > 0 {
            let keys = if several == 1 { "one key has" } else { "some keys have" };
            self.remarks.push(format!("{keys} several rows that differ, which count as removed and added"));
        }
        for at in gone {
            let before = old.values(at);
            self.changes.push(match pairs.get(&at) {
                Some(there) => {
                    fresh[*there] = false;
                    let differs = |column: &usize| old.cell(at, *column) != new.cell(*there, *column);
                    let columns = (0..self.columns.len()).filter(differs).collect();
                    Change::Changed { before, after: new.values(*there), columns }
                }
                None => Change::Removed(before),
            });
        }
        let added = (0..fresh.len()).filter(|at| fresh[*at]);
        self.changes.extend(added.map(|at| Change::Added(new.values(at))));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn side(rows: &[(&str, &str, i64)]) -> Side {
        let columns = vec![
            ColumnType::new("UserId", Type::String),
            ColumnType::new("ClientIP", Type::String),
            ColumnType::new("Events", Type::Long),
        ];
        let row = |(user, address, events): &(&str, &str, i64)| {
            vec![Value::String((*user).into()), Value::String((*address).into()), Value::Long(*events)]
        };
        Side { grid: Grid { columns, rows: rows.iter().map(row).collect() }, steady: vec![Steady::Exact; 3] }
    }

    #[test]
    fn rows_are_told_by_the_first_columns_that_tell_them() {
        let before =
            side(&[("ada", "203.0.113.9", 2), ("ada", "198.51.100.7", 1), ("lee", "203.0.113.9", 4)]);
        let after = side(&[("lee", "203.0.113.9", 4), ("ada", "203.0.113.9", 5), ("may", "192.0.2.1", 1)]);
        let found = diff(&before, &after, None).expect("have columns");
        assert_eq!(found.summary(), "by UserId, ClientIP: 1 added, 1 removed, 1 changed, 1 the same");
        let Change::Changed { columns, .. } = &found.changes[0] else { panic!("{:?}", found.changes) };
        assert_eq!(columns, &[2]);
        assert_eq!(found.rows().len(), 4);
        assert_eq!(found.rows()[0].len(), found.table_columns().len());
    }

    #[test]
    fn a_key_with_several_rows_is_told() {
        let before = side(&[("ada", "a", 1), ("ada", "b", 1)]);
        let after = side(&[("ada", "c", 1), ("ada", "b", 1), ("ada", "d", 1)]);
        let found = diff(&before, &after, Some(&["UserId".into()])).expect("have columns");
        assert_eq!(found.counts(), (2, 1, 0));
        assert_eq!(found.remarks.len(), 1);
        assert!(diff(&before, &after, Some(&["User".into()])).is_err());
    }

    #[test]
    fn what_memory_does_not_hold_is_refused() {
        let wide = |rows: usize, columns: usize| Grid {
            columns: vec![ColumnType::new("x", Type::Long); columns],
            rows: vec![Vec::new(); rows],
        };
        assert_eq!(few_enough(&wide(1_000, 20_000)), Ok(()));
        assert!(few_enough(&wide(1_000, 20_001)).is_err_and(|why| why.contains("20,000,000 values")));
        assert!(few_enough(&wide(1_000_001, 1)).is_err_and(|why| why.contains("1,000,000 rows")));
    }

    #[test]
    fn columns_that_are_not_compared_differ() {
        let rows = [("ada", "203.0.113.9", 2)];
        let (before, mut after) = (side(&rows), side(&rows));
        assert!(!diff(&before, &after, None).expect("have columns").differs());
        after.grid.columns[1].name = "Address".into();
        after.grid.columns[2].ty = Type::Real;
        let found = diff(&before, &after, None).expect("have columns");
        assert_eq!((found.counts(), found.differs()), ((0, 0, 0), true));
        assert_eq!(
            found.remarks,
            [
                "only before, and not compared: ClientIP",
                "only after, and not compared: Address",
                "Events was of type long and is of type real, and is not compared",
            ]
        );
    }

    #[test]
    fn one_number_changes() {
        let count = |count: i64| Side {
            grid: Grid {
                columns: vec![ColumnType::new("Count", Type::Long)],
                rows: vec![vec![Value::Long(count)]],
            },
            steady: vec![Steady::Exact],
        };
        assert_eq!(diff(&count(1), &count(2), None).expect("have columns").counts(), (0, 0, 1));
    }

    #[test]
    fn rows_count_as_often_as_they_are_there() {
        let before = side(&[("ada", "a", 1), ("ada", "a", 1)]);
        let after = side(&[("ada", "a", 1)]);
        let found = diff(&before, &after, None).expect("have columns");
        assert_eq!((found.counts(), found.same, found.key.len()), ((0, 1, 0), 1, 0));
    }
}
