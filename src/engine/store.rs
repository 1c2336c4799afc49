//! The hunt file: its layout, and the one way to write into it. Tables keep their KQL names and types in
//! tables of our own, since DuckDB folds case. Knows no file formats.

use std::path::Path;

use crate::batch::Batch;
use crate::error::{Error, Result};
use crate::schema::Schema;
use crate::types::Type;
use crate::value::Value;

/// A column that a table shall have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewColumn {
    pub name: String,
    pub ty: Type,
    /// Set for a name that resolves but is never listed: the official column that it stands for.
    pub alias_of: Option<String>,
    /// Resolves without being listed, but stands for itself: `catalog::tables::EXTRA`.
    pub unlisted: bool,
}

/// One file that was loaded before, as the manifest keeps it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LoadedFile {
    pub path: String,
    pub table: String,
    /// Bytes of content, after any decompression.
    pub length: u64,
    /// Lower-case hex of those bytes.
    pub sha256: String,
    /// Where to go on when the file has grown: at `length`, or before a last line that was not whole.
    pub resume: u64,
    pub rows: u64,
    pub quarantined: u64,
    pub blank: u64,
    /// When, in ticks.
    pub time: i64,
}

/// A hunt database open for writing. Every change is part of a transaction: what was not committed
/// is gone when the store is dropped.
pub struct Store {}

/// Appends rows to some columns of one table; the other columns get their defaults (null, or '' for strings).
pub struct Writer<'a> {
    store: &'a mut Store,
}

impl Store {
    /// Opens a hunt file for writing; makes it (mode 0600) and its folder (0700) when missing.
    ///
    /// Errors: held by another process, newer, corrupt, or a DuckDB file that is not ours.
    pub fn open(path: &Path) -> Result<Store> {
        let _ = path;
        Err(Error::message("the engine is not there yet"))
    }

    /// The tables as they are now.
    pub fn schema(&self) -> Result<Schema> {
        Err(Error::message("the engine is not there yet"))
    }

    /// Makes the table, or adds the columns that it lacks. Errors when a column exists with another type.
    pub fn ensure_table(&mut self, name: &str, columns: &[NewColumn]) -> Result<()> {
        let _ = (name, columns);
        Err(Error::message("the engine is not there yet"))
    }

    pub fn begin(&mut self) -> Result<()> {
        Err(Error::message("the engine is not there yet"))
    }

    pub fn commit(&mut self) -> Result<()> {
        Err(Error::message("the engine is not there yet"))
    }

    pub fn rollback(&mut self) -> Result<()> {
        Err(Error::message("the engine is not there yet"))
    }

    /// Begins to append to `columns` (KQL names) of `table`. Rows count from the commit on.
    pub fn writer<'a>(&'a mut self, table: &str, columns: &[&str]) -> Result<Writer<'a>> {
        let _ = (table, columns);
        Ok(Writer { store: self })
    }

    /// Appends a batch: one buffer for each of `columns` (KQL names) of `table`; the others get their
    /// defaults. The fast way: no `Value` is made.
    pub fn append(&mut self, table: &str, columns: &[&str], batch: &Batch) -> Result<()> {
        let _ = (table, columns, batch);
        Err(Error::message("the engine is not there yet"))
    }

    /// The manifest, oldest first.
    pub fn files(&self) -> Result<Vec<LoadedFile>> {
        Err(Error::message("the engine is not there yet"))
    }

    pub fn add_file(&mut self, file: &LoadedFile) -> Result<()> {
        let _ = file;
        Err(Error::message("the engine is not there yet"))
    }

    /// The data's own clock, in ticks.
    pub fn set_clock(&mut self, ticks: i64) -> Result<()> {
        let _ = ticks;
        Err(Error::message("the engine is not there yet"))
    }

    /// CHECKPOINT and fsync; a file is whole after it.
    pub fn finish(self) -> Result<()> {
        Err(Error::message("the engine is not there yet"))
    }
}

impl Writer<'_> {
    /// Appends one row: a value for each column of the writer, of its type or `Null` (a string's is '').
    pub fn append(&mut self, row: &[Value]) -> Result<()> {
        let _ = (row, &self.store);
        Err(Error::message("the engine is not there yet"))
    }

    /// Hands over what is buffered, and gives the number of rows appended. Without it they are lost.
    pub fn finish(self) -> Result<u64> {
        Err(Error::message("the engine is not there yet"))
    }
}
