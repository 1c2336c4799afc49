//! What completion learns from the data: the commonest values of a column, the properties of a dynamic one.

use std::collections::BTreeMap;

use crate::app::completion::Found;
use crate::compile::{Options, quoted, reference};
use crate::engine::{Cancel, Engine};
use crate::error::Result;
use crate::ide::complete::{Ask, Source};
use crate::value::Value;

/// Values that are offered, and how long one may be, in bytes; longer ones nobody chooses.
const VALUES: usize = 50;
const VALUE_BYTES: usize = 200;
/// Rows that are looked at for properties and their values: each is parsed.
const ROWS: usize = 20_000;
/// Properties that are offered, and how deep they lie.
const PATHS: usize = 1_000;
const DEEP: usize = 6;

pub fn found(engine: &mut Engine, ask: &Ask, cancel: &Cancel) -> Result<Found> {
    match ask {
        Ask::Values(source) => values(engine, source, cancel),
        Ask::Paths(source) => paths(engine, source, cancel),
    }
}

fn values(engine: &mut Engine, source: &Source, cancel: &Cancel) -> Result<Found> {
    let (table, column) = (reference(&source.table), reference(&source.column));
    let path: String = source.path.iter().map(|part| format!("[{}]", quoted(part))).collect();
    let few = if path.is_empty() { String::new() } else { format!(" | take {ROWS}") };
    let kql = format!(
        "{table}{few} | summarize rows = count() by value = tostring({column}{path}) \
         | where isnotempty(value) and strlen(value) <= {VALUE_BYTES} | top {VALUES} by rows"
    );
    let grid = engine.rows(&kql, &Options::default(), cancel)?;
    let column = |name: &str| grid.columns.iter().position(|column| column.name == name);
    let (Some(value), Some(rows)) = (column("value"), column("rows")) else {
        return Ok(Found::Values(Vec::new()));
    };
    let pair = |row: &Vec<Value>| match (&row[value], &row[rows]) {
        (Value::String(text), Value::Long(count)) => Some((text.to_string(), u64::try_from(*count).ok()?)),
        _ => None,
    };
    Ok(Found::Values(grid.rows.iter().filter_map(pair).collect()))
}

fn paths(engine: &mut Engine, source: &Source, cancel: &Cancel) -> Result<Found> {
    let (table, column) = (reference(&source.table), reference(&source.column));
    let kql = format!(
        "{table} | take {ROWS} | summarize take_any({column}) by value = tostring({column}) | project value"
    );
    let grid = engine.rows(&kql, &Options::default(), cancel)?;
    let mut counts: BTreeMap<Vec<String>, u64> = BTreeMap::new();
    for row in &grid.rows {
        let Some(Value::String(text)) = row.first() else { continue };
        if let Ok(value) = serde_json::from_str(text.as_str()) {
            collect(&value, &mut Vec::new(), &mut counts);
        }
    }
    let mut paths: Vec<(Vec<String>, u64)> = counts.into_iter().collect();
    paths.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    Ok(Found::Paths(paths.into_iter().map(|(path, _)| path).collect()))
}

/// Counts the properties of a value; elements of arrays are looked into as if they stood in their place.
fn collect(value: &serde_json::Value, path: &mut Vec<String>, counts: &mut BTreeMap<Vec<String>, u64>) {
    if path.len() >= DEEP {
        return;
    }
    let Some(bag) = value.as_object() else { return };
    for (name, below) in bag {
        path.push(name.clone());
        if counts.len() < PATHS || counts.contains_key(path) {
            *counts.entry(path.clone()).or_default() += 1;
        }
        collect(below, path, counts);
        path.pop();
    }
}
