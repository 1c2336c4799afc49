//! Kept results: copies in ordinary tables of the main database, which every connection sees; or, where a
//! result's rows are rows of a stored table, that table and their numbers.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError, RwLock, RwLockReadGuard};

use super::ffi::{Appender, Connection};
use super::layout::number;
use super::reader::Order;
use super::{Cancel, ResultId, RowIds, Sql};
use crate::error::Result;
use crate::schema::{Schema, Table, TableColumn};
use crate::types::{ColumnType, Type};
use crate::value::Grid;

/// Rows that a run hands over at once for the first screen.
pub const FIRST_ROWS: u64 = 500;

/// A streaming result of more values is begun anew, in the way that suits large ones.
const COPY_VALUES: u64 = 200_000;

/// How much DuckDB computes ahead of who reads rows: by default, and for a result whose first rows are waited for.
const BUFFER: &str = "1MB";
const STREAM_BUFFER: &str = "1B";

/// Where kept results and their orders are.
pub const CREATE: &str = "CREATE SCHEMA memory.result";

/// What engines and readers of one database share.
#[derive(Default)]
pub struct Shared {
    results: Mutex<HashMap<ResultId, Kept>>,
    /// The inputs that are there, by table, with the stamps of what they were read from.
    inputs: Mutex<HashMap<String, u64>>,
    numbers: AtomicU64,
    /// Counts what may have changed the schema.
    pub loads: AtomicU64,
    /// What queries call kept results.
    named: Mutex<Vec<(String, ResultId)>>,
    /// Held for reading by those who read the hunt file, for writing while it is detached.
    pub hunt: RwLock<()>,
}

/// One kept result.
#[derive(Clone)]
pub struct Kept {
    pub columns: Vec<ColumnType>,
    pub rows: u64,
    /// What FROM names: the copy, or a table of the hunt database.
    pub from: String,
    /// For each column its name in `from`, unquoted.
    pub stored: Vec<String>,
    pub in_hunt: bool,
    /// The table of the row numbers in `from`, in the result's order; without it they are 0 to `rows` - 1.
    pub ids: Option<String>,
    /// More such tables, one for each choice of rows that was asked for.
    pub picks: Vec<(Pick, Picked)>,
    /// What was looked for last.
    pub matches: Option<Matches>,
}

/// The table of the places of rows that were looked for, among those of a pick.
#[derive(Clone)]
pub struct Matches {
    pub pick: Pick,
    pub wanted: String,
    pub table: String,
}

/// Which rows of a kept result, and in which order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Pick {
    /// Exactly one SELECT of the numbers of its rows in what [`Reader::source`](super::Reader::source) names;
    /// `None` for all.
    pub rows: Option<String>,
    /// Empty is the query's own order.
    pub order: Vec<Order>,
    /// Of rows that are equal in these columns only the first by the query's own order; empty for all of them.
    pub distinct: Vec<usize>,
}

/// The table of the row numbers of a [`Pick`], and how many there are.
#[derive(Clone, Debug)]
pub struct Picked {
    pub table: String,
    pub rows: u64,
}

impl Shared {
    /// Keeps the hunt file attached as long as the guard lives.
    pub fn attached(&self) -> RwLockReadGuard<'_, ()> {
        self.hunt.read().unwrap_or_else(PoisonError::into_inner)
    }

    pub fn inputs(&self) -> MutexGuard<'_, HashMap<String, u64>> {
        self.inputs.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub fn named(&self) -> MutexGuard<'_, Vec<(String, ResultId)>> {
        self.named.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Another number each time, for names.
    pub fn number(&self) -> u64 {
        self.numbers.fetch_add(1, Ordering::Relaxed)
    }

    pub fn results(&self) -> MutexGuard<'_, HashMap<ResultId, Kept>> {
        self.results.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Kept {
    /// A table of a schema that reads `from`.
    pub fn as_table(&self, name: &str, from: String) -> Table {
        let columns = self.columns.iter().zip(&self.stored).map(|(column, stored)| TableColumn {
            stored: stored.clone(),
            ..TableColumn::new(column.name.as_str(), column.ty)
        });
        Table { name: name.into(), from, columns: columns.collect() }
    }

    /// What FROM names for exactly this result's rows.
    pub fn rows_only(&self) -> String {
        let Kept { from, rows, .. } = self;
        match &self.ids {
            Some(ids) => format!("(SELECT t.* FROM {ids} AS i JOIN {from} AS t ON t.rowid = i.row)"),
            None if self.in_hunt => format!("(SELECT t.* FROM {from} AS t WHERE t.rowid < {rows})"),
            None => from.clone(),
        }
    }

    /// A copy of so many rows, with tables and columns of our own naming.
    pub fn copied(id: ResultId, columns: Vec<ColumnType>, rows: u64) -> Kept {
        let stored = (0..columns.len()).map(|index| format!("c{index}")).collect();
        let from = format!("memory.result.{}", Kept::table(id));
        Kept { columns, rows, from, stored, in_hunt: false, ids: None, picks: Vec::new(), matches: None }
    }

    /// The table of a result's copy.
    pub fn table(id: ResultId) -> String {
        format!("r{}", id.0)
    }

    /// Makes the copy's table, without rows.
    pub fn create(&self, connection: &Connection) -> Result<()> {
        create(connection, &self.from, &self.stored, &self.columns)
    }

    /// Values that were copied for it.
    pub fn values(&self) -> u64 {
        let copied = match (self.in_hunt, &self.ids) {
            (true, None) => 0,
            (true, Some(_)) => 1,
            (false, _) => self.columns.len() as u64,
        };
        copied.saturating_mul(self.rows)
    }

    /// Frees what only this result needs.
    pub fn drop_tables(&self, connection: &Connection) -> Result<()> {
        let copy = (!self.in_hunt).then_some(&self.from);
        let picks = self.picks.iter().map(|(_, picked)| &picked.table);
        let matches = self.matches.iter().map(|matches| &matches.table);
        let made = self.ids.iter().chain(picks).chain(matches);
        copy.into_iter().chain(made).try_for_each(|table| drop_table(connection, table))
    }
}

fn create(connection: &Connection, table: &str, names: &[String], columns: &[ColumnType]) -> Result<()> {
    let defined = names.iter().zip(columns).map(|(name, column)| format!("{name} {}", column.ty.sql()));
    let defined: Vec<String> = defined.collect();
    connection.execute(&format!("CREATE OR REPLACE TABLE {table} ({})", defined.join(", ")))
}

pub fn drop_table(connection: &Connection, table: &str) -> Result<()> {
    connection.execute(&format!("DROP TABLE IF EXISTS {table}"))
}

/// One query on its way to a kept result.
pub struct Run<'a> {
    pub reading: &'a Connection,
    /// Writes while the other streams.
    pub writing: &'a Connection,
    /// Set when stored tables have row numbers.
    pub schema: Option<&'a Schema>,
    pub id: ResultId,
    pub sql: &'a Sql,
    pub cancel: &'a Cancel,
    /// Counts the rows that come.
    pub arrived: &'a AtomicU64,
}

impl Run<'_> {
    /// Keeps the result, and says whether `first` has had its rows.
    pub fn keep(&self, first: &mut dyn FnMut(Grid)) -> Result<(Kept, bool)> {
        if let Some(kept) = self.bare()? {
            return Ok((kept, false));
        }
        let rows_of = self.rows_of();
        match &rows_of {
            Some(rows_of) if !self.sql.streams => return Ok((self.row_ids(rows_of)?, false)),
            Some(_) | None => {}
        }
        // What does not stream is computed in full before its first row comes, so nothing is gained by
        // beginning anew.
        let values_max = if self.sql.streams { COPY_VALUES } else { u64::MAX };
        match (self.copy(values_max, first)?, rows_of) {
            (Some(kept), _) => Ok((kept, true)),
            (None, Some(rows_of)) => Ok((self.row_ids(&rows_of)?, true)),
            (None, None) => Ok((self.copy_all()?, true)),
        }
    }

    fn table(&self) -> String {
        Kept::table(self.id)
    }

    /// The stored table itself, when that is what the query is and its row numbers have no gaps.
    fn bare(&self) -> Result<Option<Kept>> {
        let table = self.sql.bare_table.as_deref().and_then(|name| self.schema?.table(name));
        let Some(table) = table else { return Ok(None) };
        let listed: Vec<_> = table.listed().collect();
        let same = listed.len() == self.sql.columns.len()
            && listed
                .iter()
                .zip(&self.sql.columns)
                .all(|(own, asked)| own.name == asked.name && own.ty == asked.ty);
        if !same {
            return Ok(None);
        }
        let count = |expr: &str| number(self.reading, &format!("SELECT {expr} FROM {}", table.from));
        let rows = count("count(*)")?.unwrap_or_default();
        if rows > 0 && count("max(rowid)")? != Some(rows - 1) {
            return Ok(None);
        }
        Ok(Some(Kept {
            columns: self.sql.columns.clone(),
            rows: rows.unsigned_abs(),
            from: table.from.clone(),
            stored: listed.iter().map(|column| column.stored.clone()).collect(),
            in_hunt: true,
            ids: None,
            picks: Vec::new(),
            matches: None,
        }))
    }

    /// The result as rows of a stored table, its row numbers still to be found.
    fn rows_of(&self) -> Option<RowsOf<'_>> {
        let row_ids = self.sql.row_ids.as_ref()?;
        let table = self.schema?.table(&row_ids.table)?;
        let stored = row_ids.columns.iter().zip(&self.sql.columns).map(|(name, asked)| {
            let column = table.column(name).filter(|column| column.ty == asked.ty)?;
            Some(column.stored.clone())
        });
        let stored: Vec<String> = stored.collect::<Option<_>>()?;
        (stored.len() == self.sql.columns.len()).then(|| RowsOf { row_ids, from: table.from.clone(), stored })
    }

    /// Keeps the numbers of the rows.
    fn row_ids(&self, rows_of: &RowsOf<'_>) -> Result<Kept> {
        let columns = [ColumnType::new("row", Type::Long)];
        let rows = self.fill(&rows_of.row_ids.text, &columns, &["row".to_owned()], u64::MAX, &mut |_| ())?;
        Ok(Kept {
            columns: self.sql.columns.clone(),
            rows: rows.unwrap_or_default(),
            from: rows_of.from.clone(),
            stored: rows_of.stored.clone(),
            in_hunt: true,
            ids: Some(format!("memory.result.{}", self.table())),
            picks: Vec::new(),
            matches: None,
        })
    }

    /// Copies the rows, and hands the first ones over as soon as they come; `None` when they hold more
    /// than `values_max` values.
    fn copy(&self, values_max: u64, first: &mut dyn FnMut(Grid)) -> Result<Option<Kept>> {
        let names = self.copied(0).stored;
        let rows_max = values_max / names.len().max(1) as u64;
        let rows = self.fill(&self.sql.text, &self.sql.columns, &names, rows_max, first)?;
        Ok(rows.map(|rows| self.copied(rows)))
    }

    /// Copies all rows at once, which DuckDB does on all cores and our loop on one. Only after
    /// [`Run::copy`], which ran the same text as the one reading SELECT that it must be.
    fn copy_all(&self) -> Result<Kept> {
        let kept = self.copied(0);
        kept.create(self.writing)?;
        let from = kept.from;
        let sql = format!("INSERT INTO {from} {}", self.sql.text);
        let outcome = self.cancel.guard(self.reading, || self.reading.execute(&sql)).and_then(|()| {
            let rows = number(self.reading, &format!("SELECT count(*) FROM {from}"))?;
            Ok(self.copied(rows.unwrap_or_default().unsigned_abs()))
        });
        outcome.inspect_err(|_| {
            // The run's own error is the one to tell.
            let _ = drop_table(self.writing, &from);
        })
    }

    fn copied(&self, rows: u64) -> Kept {
        Kept::copied(self.id, self.sql.columns.clone(), rows)
    }

    /// Runs a query into the result's table, and gives the number of rows; `None`, and no table, when
    /// there are more than `rows_max`.
    fn fill(
        &self,
        text: &str,
        columns: &[ColumnType],
        names: &[String],
        rows_max: u64,
        first: &mut dyn FnMut(Grid),
    ) -> Result<Option<u64>> {
        let from = format!("memory.result.{}", self.table());
        create(self.writing, &from, names, columns)?;
        let outcome = self.cancel.guard(self.reading, || self.append(text, columns, names, rows_max, first));
        if !matches!(outcome, Ok(Some(_))) {
            // The run's own error is the one to tell.
            let _ = drop_table(self.writing, &from);
        }
        outcome
    }

    fn append(
        &self,
        text: &str,
        columns: &[ColumnType],
        names: &[String],
        rows_max: u64,
        first: &mut dyn FnMut(Grid),
    ) -> Result<Option<u64>> {
        // Rows that are there are not held back until there are more of them.
        let buffer = if self.sql.streams { STREAM_BUFFER } else { BUFFER };
        self.reading.execute(&format!("SET streaming_buffer_size = '{buffer}'"))?;
        let mut result = self.reading.select(text, columns)?;
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let mut appender = Appender::new(self.writing, ["memory", "result", &self.table()], &names)?;
        let mut rows = 0;
        while let Some(chunk) = result.chunk()? {
            self.cancel.check()?;
            if rows < FIRST_ROWS {
                let mut grid = Grid { columns: columns.to_vec(), rows: Vec::new() };
                chunk.decode(columns, &mut grid.rows)?;
                grid.rows.truncate((FIRST_ROWS - rows) as usize);
                first(grid);
            }
            rows += chunk.rows() as u64;
            self.arrived.fetch_max(rows, Ordering::Relaxed);
            if rows > rows_max {
                return Ok(None);
            }
            appender.chunk(&chunk)?;
        }
        appender.flush()?;
        if rows == 0 {
            first(Grid { columns: columns.to_vec(), rows: Vec::new() });
        }
        Ok(Some(rows))
    }
}

struct RowsOf<'a> {
    row_ids: &'a RowIds,
    from: String,
    stored: Vec<String>,
}
