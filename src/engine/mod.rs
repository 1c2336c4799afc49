//! The engine: DuckDB behind plain types. Runs SELECTs that others wrote, keeps results, reads windows
//! of them, and answers for the data when the facade compiles. Knows values, types and where tables are
//! stored; knows nothing of KQL, plans or screens.

mod cancel;
mod ffi;
mod fingerprint;
mod foreign;
mod inputs;
mod kept;
mod layout;
mod open;
mod probe;
#[cfg(test)]
mod pruning;
mod reader;
mod results;
mod shadows;
mod spill;
pub mod store;
mod ties;

pub use cancel::{Cancel, Progress};
pub use reader::{Match, Order, Reader};
pub use results::Pick;

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, PoisonError};

use crate::compile::Compiled;
use crate::error::{Error, Result};
use crate::schema::{Schema, Table};
use crate::types::{ColumnType, Type};
use crate::value::{Grid, Value};
use ffi::Connection;
use layout::Kind;
use open::{Access, Instance};
use results::{Run, Shared};
use store::Store;

/// Which data a process works on.
#[derive(Clone, Debug)]
pub enum Data {
    /// Tables in memory that this function fills.
    Memory(fn(&mut Store) -> Result<()>),
    /// A hunt file, opened read-only; also another's DuckDB file, or a Parquet file.
    File(PathBuf),
    /// Tables of this schema, without rows.
    Tables(Arc<Schema>),
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
    /// Further settings, as SQL statements each with its semicolon: how tests make DuckDB go other ways.
    pub settings: &'static str,
}

/// A compiled query, as the engine needs it.
#[derive(Clone, Debug)]
pub struct Sql {
    /// Exactly one SELECT.
    pub text: String,
    /// What its columns are, in order.
    pub columns: Vec<ColumnType>,
    /// First rows can come before the last are known, and a second run gives the same.
    pub streams: bool,
    /// The query is this whole table, all listed columns in stored order.
    pub bare_table: Option<String>,
    /// Its rows are rows of one table: a large result is kept as their numbers, and no row is copied.
    pub row_ids: Option<RowIds>,
}

/// Which rows of a stored table a result has.
#[derive(Clone, Debug)]
pub struct RowIds {
    pub table: String,
    /// For each column of the result the KQL name of the table's column whose values it holds.
    pub columns: Vec<String>,
    /// Exactly one SELECT of their `rowid`, in the result's order.
    pub text: String,
}

impl From<&Compiled> for Sql {
    fn from(compiled: &Compiled) -> Sql {
        let row_ids = compiled.row_ids.as_ref().map(|ids| RowIds {
            table: ids.table.clone(),
            columns: compiled.origins.iter().flatten().map(|origin| origin.column.clone()).collect(),
            text: ids.sql.clone(),
        });
        Sql {
            text: compiled.sql.clone(),
            columns: compiled.columns.clone(),
            streams: compiled.streams,
            bare_table: compiled.bare_table.clone(),
            row_ids,
        }
    }
}

/// The name of a kept result, given by the caller; unique in a process.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ResultId(pub u64);

/// A kept result.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stored {
    pub rows: u64,
    /// Values that were copied to keep it; none where its rows are those of a stored table.
    pub values: u64,
}

/// One open database with a connection that runs queries, one at a time. `Send`, not `Sync`.
pub struct Engine {
    connection: Connection,
    /// Writes results while `connection` streams them.
    writing: Connection,
    schema: Arc<Schema>,
    clock: Option<i64>,
    kind: Kind,
    notes: Vec<String>,
    /// Of the data as they are since they were opened or loaded, once it was asked for.
    fingerprint: Option<fingerprint::Known>,
    /// The loads that the schema knows of.
    loads: u64,
    handle: Handle,
    /// Rows of the running query that have come.
    arrived: Arc<AtomicU64>,
}

/// Makes engines and readers on the same database; `Clone`, `Send` and `Sync`.
#[derive(Clone)]
pub struct Handle {
    instance: Arc<Instance>,
    shared: Arc<Shared>,
}

impl Engine {
    /// Opens the data and locks the settings: from then on no SQL reads files or the network.
    ///
    /// Errors: the file is missing, held by another process (named by its PID), newer, or damaged.
    pub fn open(data: &Data, options: &Options) -> Result<Engine> {
        let file = match data {
            Data::Memory(_) | Data::Tables(_) | Data::Empty => None,
            Data::File(path) => Some(std::path::absolute(path)?),
        };
        let (instance, connection) = Instance::new(options, file.as_deref(), Access::Read)?;
        connection.register_kernels()?;
        connection.register_sets(open::memory_bytes(options))?;
        connection.execute(results::CREATE)?;
        connection.execute(inputs::CREATE)?;
        match data {
            Data::Memory(fill) => fill(&mut Store::on(instance.database.connect()?, None)?)?,
            Data::Tables(schema) => Store::on(instance.database.connect()?, None)?.make_tables(schema)?,
            Data::Empty => drop(Store::on(instance.database.connect()?, None)?),
            Data::File(_) => {}
        }
        instance.lock(&connection)?;
        let handle = Handle { instance: Arc::new(instance), shared: Arc::default() };
        Engine::on(connection, handle)
    }

    fn on(connection: Connection, handle: Handle) -> Result<Engine> {
        let writing = handle.instance.database.connect()?;
        let (schema, clock, kind, notes) = (Arc::default(), None, Kind::Empty, Vec::new());
        let (fingerprint, loads) = (None, 0);
        let arrived = Arc::default();
        let mut engine =
            Engine { connection, writing, schema, clock, kind, notes, fingerprint, loads, handle, arrived };
        engine.read_schema()?;
        Ok(engine)
    }

    /// Reads the schema again if another engine on the same database has loaded rows since it was read.
    pub fn refresh(&mut self) -> Result<()> {
        if self.loads == self.handle.shared.loads.load(Ordering::SeqCst) {
            return Ok(());
        }
        self.read_schema()
    }

    fn read_schema(&mut self) -> Result<()> {
        self.loads = self.handle.shared.loads.load(Ordering::SeqCst);
        self.fingerprint = None;
        let notes = self.handle.instance.file.as_deref().map(open::notes).unwrap_or_default();
        self.kind = layout::kind(&self.connection)?;
        let parquet = self.handle.instance.parquet.clone();
        if parquet.is_some() {
            self.kind = Kind::Foreign;
        }
        (self.schema, self.clock, self.notes) = match self.kind {
            Kind::Empty => (Arc::default(), None, Vec::new()),
            Kind::Ours => {
                let mut schema = layout::schema(&layout::tables(&self.connection)?);
                schema.sizes = layout::sizes(&self.connection, self.handle.instance.memory)?;
                (Arc::new(schema), layout::clock(&self.connection)?, Vec::new())
            }
            Kind::Foreign => {
                let (schema, notes) = match &parquet {
                    Some(path) => foreign::parquet(&self.connection, path)?,
                    None => foreign::schema(&self.connection)?,
                };
                (Arc::new(schema), None, notes)
            }
        };
        self.notes.extend(notes);
        Ok(())
    }

    /// The tables that a query may name, and the kept results that have names; a new one after
    /// [`Engine::detached`].
    pub fn schema(&self) -> Arc<Schema> {
        let named = self.handle.shared.named().clone();
        if named.is_empty() {
            return self.schema.clone();
        }
        // One that was just dropped has a name for a moment more.
        let results = named.iter().filter_map(|(name, id)| self.handle.kept_table(*id, name).ok()).collect();
        let Schema { tables, sizes, .. } = &*self.schema;
        Arc::new(Schema { tables: tables.clone(), results, sizes: sizes.clone() })
    }

    /// The data's own clock in ticks, such as the sample's.
    pub fn clock(&self) -> Option<i64> {
        self.clock
    }

    /// What the user should know about the data: columns of another's file that cannot be read exactly, a
    /// load that did not end, a file that others can read.
    pub fn notes(&self) -> &[String] {
        &self.notes
    }

    pub fn handle(&self) -> Handle {
        self.handle.clone()
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

    /// Runs a query and gives the number of its rows, which go nowhere.
    pub fn count(&mut self, sql: &Sql, cancel: &Cancel) -> Result<u64> {
        let counting = Sql {
            text: format!("SELECT count(*) FROM ({})", sql.text),
            columns: vec![ColumnType::new("Count", Type::Long)],
            streams: false,
            bare_table: None,
            row_ids: None,
        };
        match self.fetch(&counting, cancel)?.rows.first().and_then(|row| row.first()) {
            Some(Value::Long(count)) => Ok(u64::try_from(*count).unwrap_or(0)),
            Some(_) | None => Err(Error::message("a count without a number")),
        }
    }

    /// Runs a query and gives the number of its rows, and the least and the greatest of all times in these columns;
    /// the rows go nowhere.
    pub fn extent(
        &mut self,
        sql: &Sql,
        times: &[usize],
        cancel: &Cancel,
    ) -> Result<(u64, Option<(i64, i64)>)> {
        if times.is_empty() {
            return Ok((self.count(sql, cancel)?, None));
        }
        let names = |of: &mut dyn Iterator<Item = usize>| {
            of.map(|at| format!("k{at}")).collect::<Vec<_>>().join(", ")
        };
        let (all, times) = (names(&mut (0..sql.columns.len())), names(&mut times.iter().copied()));
        let measuring = Sql {
            text: format!(
                "SELECT count(*), min(least({times})), max(greatest({times})) FROM ({}) AS rows_({all})",
                sql.text
            ),
            columns: [("Count", Type::Long), ("First", Type::Datetime), ("Last", Type::Datetime)]
                .map(|(name, ty)| ColumnType::new(name, ty))
                .to_vec(),
            streams: false,
            bare_table: None,
            row_ids: None,
        };
        let mut rows = self.fetch(&measuring, cancel)?.rows;
        match rows.pop().as_deref() {
            Some([Value::Long(count), first, last]) => {
                let seen = match (first, last) {
                    (Value::Datetime(first), Value::Datetime(last)) => Some((*first, *last)),
                    _ => None,
                };
                Ok((u64::try_from(*count).unwrap_or(0), seen))
            }
            Some(_) | None => Err(Error::message("a count without a number")),
        }
    }

    /// Runs a query and gives its rows in batches of at most 2,048, the columns with each; the first batch
    /// comes even when there are no rows. An error of `each` ends the run and is returned.
    pub fn stream(
        &mut self,
        sql: &Sql,
        cancel: &Cancel,
        each: &mut dyn FnMut(Grid) -> Result<()>,
    ) -> Result<()> {
        let _attached = self.handle.shared.attached();
        cancel.guard(&self.connection, || {
            let mut result = self.connection.select(&sql.text, &sql.columns)?;
            let mut grid = Grid { columns: sql.columns.clone(), rows: Vec::new() };
            let mut some = false;
            while let Some(chunk) = result.chunk()? {
                cancel.check()?;
                chunk.decode(&sql.columns, &mut grid.rows)?;
                each(std::mem::replace(&mut grid, Grid { columns: sql.columns.clone(), rows: Vec::new() }))?;
                some = true;
            }
            if some { Ok(()) } else { each(grid) }
        })
    }

    /// Runs a query and keeps its rows for [`Reader`]s under `id`. `first` gets the first rows, 500 or all
    /// if there are less, in one or more pieces as they come: at least one, which may be empty. What was
    /// kept under `id` before is freed.
    pub fn store(
        &mut self,
        id: ResultId,
        sql: &Sql,
        cancel: &Cancel,
        first: &mut dyn FnMut(Grid),
    ) -> Result<Stored> {
        let shared = self.handle.shared.clone();
        let before = shared.results().remove(&id);
        before.map_or(Ok(()), |before| before.drop_tables(&self.writing))?;
        let attached = shared.attached();
        let run = Run {
            reading: &self.connection,
            writing: &self.writing,
            // A view of another's file has no row numbers.
            schema: (self.kind == Kind::Ours).then_some(&self.schema),
            id,
            sql,
            cancel,
            arrived: &self.arrived,
        };
        self.arrived.store(0, Ordering::Relaxed);
        let (kept, shown) = run.keep(first)?;
        drop(attached);
        let (rows, values) = (kept.rows, kept.values());
        shared.results().insert(id, kept);
        if !shown {
            first(self.handle.reader()?.window(id, &Pick::default(), 0, results::FIRST_ROWS, cancel)?.0);
        }
        Ok(Stored { rows, values })
    }

    /// Lets go of the hunt file while `work` writes to it, then opens it again and reads its schema.
    /// Kept results survive. Waits for windows that are being read. Without a file `work` gets nothing to
    /// write to, and this is an error.
    pub fn detached<T>(&mut self, work: impl FnOnce(&Path) -> Result<T>) -> Result<T> {
        let shared = self.handle.shared.clone();
        let _alone = shared.hunt.write().unwrap_or_else(PoisonError::into_inner);
        if self.handle.instance.parquet.is_some() {
            return Err(Error::message(
                "the data are a Parquet file; start with --db FILE of a database to load files",
            ));
        }
        let Some(file) = self.handle.instance.file.clone() else {
            return Err(Error::message("the data are in memory; start with --db FILE to load files"));
        };
        self.connection.execute("DETACH hunt")?;
        let outcome = work(&file);
        open::attach(&self.connection, &file, Access::Read)?;
        shared.loads.fetch_add(1, Ordering::SeqCst);
        self.read_schema()?;
        outcome
    }

    /// How far the running query is.
    pub fn progress(&self) -> Progress {
        Progress { interrupt: self.connection.interrupt(), arrived: self.arrived.clone() }
    }
}

impl Handle {
    /// A second connection for windows of kept results, for another thread.
    pub fn reader(&self) -> Result<Reader> {
        Ok(Reader { connection: open::connect(&self.instance.database)?, shared: self.shared.clone() })
    }

    /// Gives results names for queries, in place of all names before.
    pub fn name_results(&self, names: Vec<(String, ResultId)>) {
        *self.shared.named() = names;
    }

    /// The names that queries have for kept results.
    pub fn named_results(&self) -> Vec<(String, ResultId)> {
        self.shared.named().clone()
    }

    /// A kept result as a table for queries, under a name for them.
    pub fn kept_table(&self, id: ResultId, name: &str) -> Result<Table> {
        let kept = self.shared.results().get(&id).cloned();
        let kept = kept.ok_or_else(|| Error::message("the result is gone; run the query again"))?;
        Ok(kept.as_table(name, kept.rows_only()))
    }

    /// The file that the rows are in, when they are not in memory.
    pub fn file(&self) -> Option<&Path> {
        self.instance.parquet.as_deref().or(self.instance.file.as_deref())
    }

    /// A new engine on the same database, for when the first does not answer to a cancel in time.
    pub fn engine(&self) -> Result<Engine> {
        Engine::on(open::connect(&self.instance.database)?, self.clone())
    }
}
