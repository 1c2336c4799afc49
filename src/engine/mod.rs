//! The engine: DuckDB behind plain types. Runs SELECTs that others wrote, keeps results, reads windows
//! of them. Knows values, types and where tables are stored; knows nothing of KQL, plans or screens.

mod cancel;
mod reader;
pub mod store;

pub use cancel::{Cancel, Progress};
pub use reader::{Order, Reader};

use std::path::PathBuf;
use std::sync::Arc;

use crate::error::{Error, Result};
use crate::schema::Schema;
use crate::types::ColumnType;
use crate::value::Grid;
use store::Store;

/// Which data a process works on.
#[derive(Clone, Debug)]
pub enum Data {
    /// Tables in memory that this function fills.
    Memory(fn(&mut Store) -> Result<()>),
    /// A hunt file, opened read-only.
    File(PathBuf),
    /// No tables.
    Empty,
}

/// What the engine may use.
#[derive(Clone, Copy, Debug, Default)]
pub struct Options {
    /// Bytes of memory; `None` is the least of 4 GB, half of RAM and half of the cgroup's limit.
    pub memory_bytes: Option<u64>,
    /// `None` is one for each core.
    pub threads: Option<usize>,
}

/// A compiled query, as the engine needs it.
#[derive(Clone, Debug)]
pub struct Sql {
    /// Exactly one SELECT.
    pub text: String,
    /// What its columns are, in order.
    pub columns: Vec<ColumnType>,
    /// First rows can come before the last are known.
    pub streams: bool,
    /// The query is this whole table, all listed columns in stored order.
    pub bare_table: Option<String>,
}

/// The name of a kept result, given by the caller; unique in a process.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ResultId(pub u64);

/// A kept result.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stored {
    pub rows: u64,
}

/// One open database with a connection that runs queries, one at a time. `Send`, not `Sync`.
pub struct Engine {
    schema: Arc<Schema>,
    clock: Option<i64>,
}

/// Makes engines and readers on the same database; `Clone`, `Send` and `Sync`.
#[derive(Clone)]
pub struct Handle {}

impl Engine {
    /// Opens the data and locks the settings: from then on no SQL reads files or the network.
    ///
    /// Errors: the file is missing, held by another process (named by its PID), newer, corrupt or foreign.
    pub fn open(data: &Data, options: &Options) -> Result<Engine> {
        let _ = (data, options);
        Err(Error::message("the engine is not there yet"))
    }

    /// The tables that a query may name; a new one after [`Engine::detached`].
    pub fn schema(&self) -> Arc<Schema> {
        self.schema.clone()
    }

    /// The data's own clock in ticks, such as the sample's.
    pub fn clock(&self) -> Option<i64> {
        self.clock
    }

    pub fn handle(&self) -> Handle {
        Handle {}
    }

    /// Runs a query and gives all rows.
    pub fn fetch(&mut self, sql: &Sql, cancel: &Cancel) -> Result<Grid> {
        let mut all = Grid { columns: sql.columns.clone(), rows: Vec::new() };
        self.stream(sql, cancel, &mut |grid| {
            all.rows.extend(grid.rows);
            Ok(())
        })?;
        Ok(all)
    }

    /// Runs a query and gives its rows in batches of at most 2,048, the columns with each; the first batch
    /// comes even when there are no rows. An error of `each` ends the run and is returned.
    pub fn stream(
        &mut self,
        sql: &Sql,
        cancel: &Cancel,
        each: &mut dyn FnMut(Grid) -> Result<()>,
    ) -> Result<()> {
        let _ = (sql, cancel, each);
        Err(Error::message("the engine is not there yet"))
    }

    /// Runs a query and keeps its rows for [`Reader`]s under `id`. `first` gets the first rows (at most
    /// 500) once, before the rest is there when the query streams.
    pub fn store(
        &mut self,
        id: ResultId,
        sql: &Sql,
        cancel: &Cancel,
        first: &mut dyn FnMut(Grid),
    ) -> Result<Stored> {
        let _ = (id, sql, cancel, first);
        Err(Error::message("the engine is not there yet"))
    }

    /// Lets go of the hunt file while `work` writes to it, then opens it again and reads its schema.
    /// Kept results survive. Does nothing but `work` when the data is in memory.
    pub fn detached<T>(&mut self, work: impl FnOnce() -> Result<T>) -> Result<T> {
        work()
    }

    /// How far the running query is.
    pub fn progress(&self) -> Progress {
        Progress {}
    }
}

impl Handle {
    /// A second connection for windows of kept results, for another thread.
    pub fn reader(&self) -> Result<Reader> {
        Err(Error::message("the engine is not there yet"))
    }

    /// A new engine on the same database, for when the first does not answer to a cancel in time.
    pub fn engine(&self) -> Result<Engine> {
        Err(Error::message("the engine is not there yet"))
    }
}
