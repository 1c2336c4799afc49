//! Kept results: ordinary tables of the main database, which every connection sees, or a stored table
//! itself when the query was nothing but that.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError, RwLock, RwLockReadGuard};

use super::ffi::{Appender, Connection};
use super::reader::Order;
use super::{Cancel, ResultId, Sql};
use crate::error::Result;
use crate::schema::Schema;
use crate::sql::quote;
use crate::types::ColumnType;
use crate::value::Grid;

/// Rows that a run hands over at once for the first screen.
pub const FIRST_ROWS: u64 = 500;

/// Where kept results and their orders are.
pub const CREATE: &str = "CREATE SCHEMA memory.result";

/// What engines and readers of one database share.
#[derive(Default)]
pub struct Shared {
    results: Mutex<HashMap<ResultId, Kept>>,
    /// Held for reading by those who read the hunt file, for writing while it is detached.
    pub hunt: RwLock<()>,
}

/// One kept result.
#[derive(Clone)]
pub struct Kept {
    pub columns: Vec<ColumnType>,
    pub rows: u64,
    /// What FROM names. Its row numbers are 0 to `rows` - 1 in the result's order.
    pub from: String,
    /// For each column what SELECT names.
    pub exprs: Vec<String>,
    /// It is part of the hunt database, not a copy.
    pub in_hunt: bool,
    /// Tables of row numbers, one for each order that was asked for.
    pub orders: Vec<(Vec<Order>, String)>,
}

impl Shared {
    /// Keeps the hunt file attached as long as the guard lives.
    pub fn attached(&self) -> RwLockReadGuard<'_, ()> {
        self.hunt.read().unwrap_or_else(PoisonError::into_inner)
    }

    pub fn results(&self) -> MutexGuard<'_, HashMap<ResultId, Kept>> {
        self.results.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Kept {
    /// The tables that only this result needs.
    pub fn own_tables(&self) -> impl Iterator<Item = &str> {
        let copy = (!self.in_hunt).then_some(self.from.as_str());
        copy.into_iter().chain(self.orders.iter().map(|(_, table)| table.as_str()))
    }
}

/// The stored table itself as a result, when that is what the query is and its row numbers have no gaps.
pub fn bare(connection: &Connection, schema: &Schema, sql: &Sql) -> Result<Option<Kept>> {
    let Some(table) = sql.bare_table.as_deref().and_then(|name| schema.table(name)) else { return Ok(None) };
    let listed: Vec<_> = table.listed().collect();
    let same = listed.len() == sql.columns.len()
        && listed.iter().zip(&sql.columns).all(|(own, asked)| own.name == asked.name && own.ty == asked.ty);
    if !same {
        return Ok(None);
    }
    let count = |expr: &str| super::layout::number(connection, &format!("SELECT {expr} FROM {}", table.from));
    let rows = count("count(*)")?.unwrap_or_default();
    if rows > 0 && count("max(rowid)")? != Some(rows - 1) {
        return Ok(None);
    }
    Ok(Some(Kept {
        columns: sql.columns.clone(),
        rows: rows.unsigned_abs(),
        from: table.from.clone(),
        exprs: listed.iter().map(|column| quote::name(&column.stored)).collect(),
        in_hunt: true,
        orders: Vec::new(),
    }))
}

/// Runs the query once, hands its first rows over as soon as they come, and copies all of them.
pub fn copy(
    [reading, writing]: [&Connection; 2],
    id: ResultId,
    sql: &Sql,
    cancel: &Cancel,
    first: &mut dyn FnMut(Grid),
) -> Result<Kept> {
    let name = format!("r{}", id.0);
    let exprs: Vec<String> = (0..sql.columns.len()).map(|index| format!("c{index}")).collect();
    let from = format!("memory.result.{name}");
    let defined = exprs.iter().zip(&sql.columns).map(|(expr, column)| format!("{expr} {}", column.ty.sql()));
    let defined: Vec<String> = defined.collect();
    writing.execute(&format!("CREATE OR REPLACE TABLE {from} ({})", defined.join(", ")))?;
    let rows = cancel
        .guard(reading, || {
            let names: Vec<&str> = exprs.iter().map(String::as_str).collect();
            fill([reading, writing], &name, &names, sql, cancel, first)
        })
        .inspect_err(|_| {
            // The run's own error is the one to tell.
            let _ = writing.execute(&format!("DROP TABLE {from}"));
        })?;
    Ok(Kept { columns: sql.columns.clone(), rows, from, exprs, in_hunt: false, orders: Vec::new() })
}

fn fill(
    [reading, writing]: [&Connection; 2],
    name: &str,
    columns: &[&str],
    sql: &Sql,
    cancel: &Cancel,
    first: &mut dyn FnMut(Grid),
) -> Result<u64> {
    let mut result = reading.select(&sql.text, &sql.columns)?;
    let mut appender = Appender::new(writing, ["memory", "result", name], columns)?;
    let mut rows = 0;
    while let Some(chunk) = result.chunk()? {
        cancel.check()?;
        if rows < FIRST_ROWS {
            let mut grid = Grid { columns: sql.columns.clone(), rows: Vec::new() };
            chunk.decode(&sql.columns, &mut grid.rows)?;
            grid.rows.truncate((FIRST_ROWS - rows) as usize);
            first(grid);
        }
        rows += chunk.rows() as u64;
        appender.chunk(&chunk)?;
    }
    appender.flush()?;
    if rows == 0 {
        first(Grid { columns: sql.columns.clone(), rows: Vec::new() });
    }
    Ok(rows)
}
