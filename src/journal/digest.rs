//! The hash of a result: each row has one, and those are sorted, so that the order of the rows is of no matter.

use sha2::{Digest as _, Sha256};

use crate::compile::{Compiled, Looked, Steadiness, Steady};
use crate::kernels::json;
use crate::types::ColumnType;
use crate::value::Value;

/// More rows than this are counted and not hashed: each takes 32 bytes, or twice as many.
pub const ROWS_MAX: u64 = 1_000_000;

type Sum = [u8; 32];

/// Takes a result's rows as they come.
#[derive(Debug)]
pub struct Digest {
    /// Of names and types.
    header: Vec<u8>,
    columns: Vec<Steady>,
    rows: u64,
    all: Vec<Sum>,
    /// Without free columns, by what is known not to be in the data; those that are as the one before stand there only.
    fixed: [Option<Fixed>; 3],
    places: [usize; 3],
}

/// Sums of the columns that are not free.
#[derive(Debug)]
struct Fixed {
    kept: Vec<bool>,
    sums: Vec<Sum>,
}

impl Fixed {
    /// `None` when no column is free, or when the rows themselves may be others.
    fn new(steadiness: &Steadiness) -> Option<Fixed> {
        let kept: Vec<bool> = steadiness.columns.iter().map(|steady| *steady != Steady::Free).collect();
        (steadiness.rows && kept.contains(&false)).then_some(Fixed { kept, sums: Vec::new() })
    }
}

impl Digest {
    /// For a result that is as steady as this where nothing, no tie and no choice is known not to be in the data.
    pub fn new(columns: &[ColumnType], [plain, untied, settled]: [&Steadiness; 3]) -> Digest {
        let mut header = Vec::new();
        for column in columns {
            push(&mut header, column.name.as_bytes());
            push(&mut header, column.ty.name().as_bytes());
        }
        let mut steady = settled.columns.clone();
        steady.resize(columns.len(), Steady::Exact);
        let second = if untied == plain { 0 } else { 1 };
        let places = [0, second, if settled == untied { second } else { 2 }];
        let own = |place: usize, of: &Steadiness| (places[place] == place).then(|| Fixed::new(of)).flatten();
        let fixed = [own(0, plain), own(1, untied), own(2, settled)];
        Digest { header, columns: steady, rows: 0, all: Vec::new(), fixed, places }
    }

    /// For a compiled query.
    pub fn of(compiled: &Compiled) -> Digest {
        let steady = [Looked::Nothing, Looked::Ties, Looked::Choices].map(|looked| compiled.steadier(looked));
        Digest::new(&compiled.columns, steady)
    }

    pub fn add(&mut self, rows: &[Vec<Value>]) {
        self.rows += rows.len() as u64;
        if self.rows > ROWS_MAX {
            self.all = Vec::new();
            self.fixed.iter_mut().flatten().for_each(|fixed| fixed.sums = Vec::new());
            return;
        }
        let (mut all, mut part, mut ends) = (Vec::new(), Vec::new(), Vec::new());
        for row in rows {
            all.clear();
            ends.clear();
            for (value, steady) in row.iter().zip(&self.columns) {
                push_value(&mut all, value, *steady);
                ends.push(all.len());
            }
            self.all.push(Sha256::digest(&all).into());
            for fixed in self.fixed.iter_mut().flatten() {
                part.clear();
                for (at, end) in ends.iter().enumerate() {
                    if fixed.kept.get(at).copied().unwrap_or(true) {
                        let start = at.checked_sub(1).map_or(0, |before| ends[before]);
                        part.extend_from_slice(&all[start..*end]);
                    }
                }
                fixed.sums.push(Sha256::digest(&part).into());
            }
        }
    }

    pub fn rows(&self) -> u64 {
        self.rows
    }

    /// Over all columns, and over those that are not free where some are; none for too many rows.
    pub fn sums(self, looked: Looked) -> (Option<String>, Option<String>) {
        let Digest { header, rows, mut all, mut fixed, places, .. } = self;
        if rows > ROWS_MAX {
            return (None, None);
        }
        let fixed = fixed[places[looked as usize]].take();
        let fixed = fixed.map(|mut fixed| sum(&header, &mut fixed.sums));
        (Some(sum(&header, &mut all)), fixed)
    }
}

fn sum(header: &[u8], rows: &mut [Sum]) -> String {
    rows.sort_unstable();
    let mut hash = Sha256::new();
    hash.update(header);
    rows.iter().for_each(|row| hash.update(row));
    hex(&hash.finalize())
}

/// Digits of a hash.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn push(bytes: &mut Vec<u8>, part: &[u8]) {
    bytes.extend_from_slice(&(part.len() as u64).to_le_bytes());
    bytes.extend_from_slice(part);
}

/// What a value is told from others by.
pub fn push_value(bytes: &mut Vec<u8>, value: &Value, steady: Steady) {
    bytes.push(match value {
        Value::Null => return bytes.push(0),
        _ => 1,
    });
    match (value, steady) {
        (Value::Real(real), Steady::Rounded) => push(bytes, format!("{real:.9e}").as_bytes()),
        (Value::Dynamic(array), Steady::AnyOrder) if json::kind(array) == Some(json::Kind::Array) => {
            let mut elements: Vec<&str> = json::elements(array).map(json::trim).collect();
            elements.sort_unstable();
            bytes.extend_from_slice(&(elements.len() as u64).to_le_bytes());
            elements.iter().for_each(|element| push(bytes, element.as_bytes()));
        }
        _ => push(bytes, value.text().as_bytes()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::types::Type;

    fn sums(rows: &[Vec<Value>], steady: &[Steady]) -> (Option<String>, Option<String>) {
        let columns = [ColumnType::new("User", Type::String), ColumnType::new("Seen", Type::Dynamic)];
        let mut digest = Digest::new(&columns, [&Steadiness { columns: steady.to_vec(), rows: true }; 3]);
        rows.chunks(2).for_each(|rows| digest.add(rows));
        digest.sums(Looked::Nothing)
    }

    fn row(user: &str, seen: &str) -> Vec<Value> {
        vec![Value::String(user.into()), Value::Dynamic(seen.into())]
    }

    #[test]
    fn the_order_of_rows_and_of_sets_is_of_no_matter() {
        let one = [row("ada", "[\"a\",\"b\"]"), row("lee", "[1]"), row("ada", "[]")];
        let other = [row("ada", "[]"), row("ada", "[\"b\",\"a\"]"), row("lee", "[1]")];
        let exact = [Steady::Exact; 2];
        let set = [Steady::Exact, Steady::AnyOrder];
        assert_eq!(sums(&one, &set), sums(&other, &set));
        assert_ne!(sums(&one, &exact), sums(&other, &exact));
        assert_ne!(sums(&one, &set), sums(&one[..2], &set));
        assert_ne!(sums(&[row("a", "1")], &exact), sums(&[row("a1", "")], &exact), "cells have borders");
    }

    #[test]
    fn free_columns_are_left_out_of_the_second_sum() {
        let free = [Steady::Exact, Steady::Free];
        let (one, one_fixed) = sums(&[row("ada", "[1]")], &free);
        let (other, other_fixed) = sums(&[row("ada", "[2]")], &free);
        assert!(one != other && one_fixed == other_fixed && one_fixed.is_some());
        assert_eq!(sums(&[row("ada", "[1]")], &[Steady::Exact; 2]).1, None);
    }
}
