//! The hunt database open for writing: the one way to put rows into it. Tables keep their KQL names and
//! types beside them, since DuckDB folds case. Knows no file formats.

use std::fs::File;
use std::path::Path;

use super::Options;
use super::ffi::{Appender, Connection};
use super::layout::{self, Kind, StoredTable};
use super::open::{Access, Instance};
use super::shadows;
use crate::batch::Batch;
use crate::error::{Error, Result};
use crate::schema::{LoadedFile, Schema, Shadow, Table, TableColumn, Trust};
use crate::sql::quote;
use crate::sys;
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
    /// Its texts nearly all differ, and are stored as they are: a compression of them saves little, and costs every
    /// reader.
    pub varied: bool,
}

/// A hunt database open for writing. Between [`Store::begin`] and [`Store::commit`] all or nothing is
/// done, tables and columns included; outside of them each call is. What was not committed is gone when the
/// store is dropped.
pub struct Store {
    connection: Connection,
    tables: Vec<StoredTable>,
    /// Of a file; memory belongs to the engine.
    instance: Option<Instance>,
}

impl Store {
    /// Opens a hunt file for writing; makes it (mode 0600) and its folder (0700) when missing.
    ///
    /// Errors: held by another process, newer, damaged, or a DuckDB file that is not ours.
    pub fn open(path: &Path, options: &Options) -> Result<Store> {
        if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
            sys::private_folder(folder)?;
        }
        let (instance, connection) = Instance::new(options, Some(path), Access::Write)?;
        instance.lock(&connection)?;
        let store = Store::on(connection, Some(instance))?;
        Ok(store)
    }

    /// On the catalog `hunt` of a connection.
    pub(super) fn on(connection: Connection, instance: Option<Instance>) -> Result<Store> {
        match layout::kind(&connection)? {
            Kind::Ours if layout::format(&connection)? < layout::FORMAT => {
                let format = layout::set_meta("format", layout::FORMAT);
                connection.execute(&format!("BEGIN; {} {format} COMMIT;", layout::SHADOWS))?;
            }
            Kind::Ours => {}
            Kind::Empty => connection.execute(&format!("BEGIN; {} COMMIT;", layout::create()))?,
            Kind::Foreign => {
                return Err(Error::message(
                    "this DuckDB file was not made by kqlhunt, which therefore does not write into it; \
                     name another file with --db",
                ));
            }
        }
        let tables = layout::tables(&connection)?;
        Ok(Store { connection, tables, instance })
    }

    /// The tables as they are now.
    pub fn schema(&self) -> Schema {
        layout::schema(&self.tables)
    }

    fn table(&self, name: &str) -> Option<usize> {
        self.tables.iter().position(|stored| stored.table.name == name)
    }

    /// Makes the table, or adds the columns that it lacks. A table without rows is made anew where a column is asked
    /// to be stored in another way: DuckDB cannot change that later.
    ///
    /// Errors: a column exists with another type, or an alias of a column that does not exist.
    pub fn ensure_table(&mut self, name: &str, columns: &[NewColumn]) -> Result<()> {
        let index = self.table(name);
        let (stored, mut table) = match index {
            Some(index) => (self.tables[index].stored.clone(), self.tables[index].table.clone()),
            None => {
                let taken = self.tables.iter().map(|table| table.stored.as_str());
                let stored = layout::stored_name(name, taken);
                let from = layout::from(&stored);
                (stored, Table { name: name.into(), from, columns: Vec::new() })
            }
        };
        let before = table.columns.len();
        for column in columns {
            add_column(&mut table, column)?;
        }
        let asked = |known: &TableColumn| columns.iter().any(|new| new.varied && new.name == known.name);
        let otherwise = table.columns.iter().any(|known| asked(known) && !known.varied);
        let anew = before == 0 || otherwise && self.rows(name)? == 0;
        if anew {
            table.columns.iter_mut().filter(|known| asked(known)).for_each(|known| known.varied = true);
        }
        let added = &table.columns[before..];
        // A file may tell of a table without columns; DuckDB has none such.
        if added.is_empty() && (!anew || table.columns.is_empty()) {
            return Ok(());
        }
        let mut sql: Vec<String> = if anew {
            let all = table.columns.iter().filter(|column| column.alias_of.is_none()).flat_map(definitions);
            vec![format!("CREATE OR REPLACE TABLE {} ({})", table.from, all.collect::<Vec<_>>().join(", "))]
        } else {
            let new = added.iter().filter(|column| column.alias_of.is_none()).flat_map(definitions);
            new.map(|column| format!("ALTER TABLE {} ADD COLUMN {column}", table.from)).collect()
        };
        if !added.is_empty() {
            let notes = (before..).zip(added).map(|(ordinal, column)| note(name, &stored, ordinal, column));
            let notes: Vec<_> = notes.collect();
            sql.push(format!("INSERT INTO hunt.kqlhunt.columns VALUES {}", notes.join(", ")));
        }
        self.connection.execute(&sql.join("; "))?;
        match index {
            Some(index) => self.tables[index].table = table,
            None => self.tables.push(StoredTable { table, stored }),
        }
        Ok(())
    }

    /// Makes the tables of a schema, all or none.
    ///
    /// Errors: as [`Store::ensure_table`].
    pub fn make_tables(&mut self, schema: &Schema) -> Result<()> {
        self.begin()?;
        for table in &schema.tables {
            let columns: Vec<NewColumn> = table.columns.iter().map(new_column).collect();
            self.ensure_table(&table.name, &columns)?;
        }
        self.commit()
    }

    pub fn begin(&mut self) -> Result<()> {
        self.connection.execute("BEGIN")
    }

    pub fn commit(&mut self) -> Result<()> {
        self.connection.execute("COMMIT")
    }

    /// Undoes all since [`Store::begin`].
    pub fn rollback(&mut self) -> Result<()> {
        self.connection.execute("ROLLBACK")?;
        self.tables = layout::tables(&self.connection)?;
        Ok(())
    }

    /// How many rows a table has; none when there is no such table.
    pub fn rows(&self, table: &str) -> Result<u64> {
        let Some(index) = self.table(table) else { return Ok(0) };
        let sql = format!("SELECT count(*) FROM {}", self.tables[index].table.from);
        Ok(layout::number(&self.connection, &sql)?.unwrap_or_default() as u64)
    }

    /// Makes the shadows that the table lacks, each given with the name of its column, and fills them for the
    /// rows that there are. Their stored names and trusts are the store's own.
    ///
    /// Errors: an unknown table or column.
    pub fn ensure_shadows(&mut self, table: &str, wanted: &[(&str, &Shadow)]) -> Result<()> {
        let index = self.index(table)?;
        shadows::ensure(&self.connection, &mut self.tables[index], wanted)
    }

    /// Notes that a shadow, given with the name of its column, may not be read as far as before.
    pub fn distrust(&mut self, table: &str, shadow: (&str, &Shadow)) -> Result<()> {
        let index = self.index(table)?;
        shadows::distrust(&self.connection, &mut self.tables[index], shadow)
    }

    fn index(&self, table: &str) -> Result<usize> {
        self.table(table).ok_or_else(|| Error::message(format!("no table '{table}'")))
    }

    /// Appends a batch without shadows: those of the columns that it fills can be trusted no more.
    ///
    /// Errors: as [`Store::append_shadowed`].
    pub fn append(&mut self, table: &str, columns: &[&str], batch: &Batch) -> Result<()> {
        let index = self.index(table)?;
        for name in columns {
            let shadows = self.tables[index].table.column(name).map(|column| column.shadows.clone());
            for shadow in shadows.unwrap_or_default() {
                self.distrust(table, (name, &Shadow { trust: Trust::None, ..shadow }))?;
            }
        }
        self.append_shadowed(table, columns, &[], batch)
    }

    /// Appends a batch: one buffer for each of `columns` (KQL names) of `table`, then one for each of
    /// `shadows`; the others get their defaults. Best with 10,000 rows or more at a time.
    ///
    /// Errors: an unknown table, column or shadow, an alias, or a buffer of another type.
    pub fn append_shadowed(
        &mut self,
        table: &str,
        columns: &[&str],
        shadows: &[(&str, &Shadow)],
        batch: &Batch,
    ) -> Result<()> {
        let StoredTable { table, stored: target } = &self.tables[self.index(table)?];
        if columns.len() + shadows.len() != batch.columns.len() {
            return Err(Error::message(format!(
                "{} names for {} columns",
                columns.len() + shadows.len(),
                batch.columns.len()
            )));
        }
        let mut stored = Vec::with_capacity(batch.columns.len());
        for (name, buffer) in columns.iter().zip(&batch.columns) {
            let column = table.column(name).filter(|column| column.alias_of.is_none());
            match column {
                Some(column) if column.ty == buffer.ty => stored.push(column.stored.as_str()),
                _ => {
                    let (ty, table) = (buffer.ty.name(), &table.name);
                    return Err(Error::message(format!("no column '{name}' of type {ty} in '{table}'")));
                }
            }
        }
        for (column, shadow) in shadows {
            stored.push(&shadows::find(table, column, shadow)?.stored);
        }
        let mut appender = Appender::new(&self.connection, ["hunt", "main", target], &stored)?;
        appender.batch(batch)?;
        appender.flush()
    }

    /// The manifest, oldest first.
    pub fn files(&self) -> Result<Vec<LoadedFile>> {
        let columns = [
            ("path", Type::String),
            ("table_name", Type::String),
            ("length", Type::Long),
            ("sha256", Type::String),
            ("resume", Type::Long),
            ("rows", Type::Long),
            ("quarantined", Type::Long),
            ("blank", Type::Long),
            ("time", Type::Long),
        ];
        let sql = "SELECT path, table_name, length, sha256, resume, rows, quarantined, blank, time \
            FROM hunt.kqlhunt.files ORDER BY rowid";
        layout::rows(&self.connection, sql, &columns)?.into_iter().map(loaded_file).collect()
    }

    pub fn add_file(&mut self, file: &LoadedFile) -> Result<()> {
        let LoadedFile { path, table, length, sha256, resume, rows, quarantined, blank, time } = file;
        let [path, table, sha256] = [path, table, sha256].map(|text| quote::text(text));
        self.connection.execute(&format!(
            "INSERT INTO hunt.kqlhunt.files VALUES ({path}, {table}, {length}, {sha256}, {resume}, \
             {rows}, {quarantined}, {blank}, {time})"
        ))
    }

    /// The data's own clock, in ticks.
    pub fn clock(&self) -> Result<Option<i64>> {
        layout::clock(&self.connection)
    }

    pub fn set_clock(&mut self, ticks: i64) -> Result<()> {
        self.connection.execute(&layout::set_meta("clock", ticks))
    }

    /// CHECKPOINT and fsync, the folder's entry too. A file is whole after it, and free for others.
    pub fn finish(self) -> Result<()> {
        let Some(instance) = self.instance else { return Ok(()) };
        self.connection.execute("CHECKPOINT hunt; DETACH hunt;")?;
        drop(self.connection);
        let file = instance.file.clone();
        drop(instance);
        let Some(path) = file else { return Ok(()) };
        // Only now: closing any handle on the file gives up DuckDB's lock on it.
        let sync = |path: &Path| File::open(path).and_then(|file| file.sync_all());
        sync(&path).map_err(|source| Error::file(&path, source))?;
        match path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
            Some(folder) => sync(folder).map_err(|source| Error::file(folder, source)),
            None => sync(Path::new(".")).map_err(Error::from),
        }
    }
}

fn add_column(table: &mut Table, new: &NewColumn) -> Result<()> {
    let NewColumn { name, ty, alias_of, unlisted, varied } = new;
    let conflict = |what: String| Err(Error::message(format!("column '{name}' of '{}' {what}", table.name)));
    if let Some(known) = table.column(name) {
        let same = known.ty == *ty && known.alias_of == *alias_of;
        return if same { Ok(()) } else { conflict(format!("is {} already", known.ty.name())) };
    }
    let stored = match alias_of {
        Some(official) => match table.column(official) {
            Some(target) if target.ty == *ty => target.stored.clone(),
            _ => return conflict(format!("stands for '{official}', which is not there")),
        },
        None => layout::stored_name(name, shadows::taken(table)),
    };
    let (alias_of, unlisted, varied) = (alias_of.clone(), *unlisted, *varied);
    let shadows = Vec::new();
    table.columns.push(TableColumn {
        name: name.clone(),
        ty: *ty,
        stored,
        alias_of,
        unlisted,
        shadows,
        varied,
    });
    Ok(())
}

fn new_column(column: &TableColumn) -> NewColumn {
    let TableColumn { name, ty, alias_of, unlisted, varied, .. } = column.clone();
    NewColumn { name, ty, alias_of, unlisted, varied }
}

/// A column and its shadows in the words of CREATE TABLE.
fn definitions(column: &TableColumn) -> impl Iterator<Item = String> {
    let own = definition(&column.stored, column.ty, false, column.varied);
    std::iter::once(own).chain(column.shadows.iter().map(shadows::definition))
}

/// One column, or a list of such values. DuckDB keeps the compression with the column.
pub(super) fn definition(stored: &str, ty: Type, list: bool, varied: bool) -> String {
    let brackets = if list { "[]" } else { "" };
    let compression = if varied { " USING COMPRESSION uncompressed" } else { "" };
    let default = if ty == Type::String && !list { " NOT NULL DEFAULT ''" } else { "" };
    format!("{} {}{brackets}{compression}{default}", quote::name(stored), ty.sql())
}

fn note(table: &str, stored: &str, ordinal: usize, column: &TableColumn) -> String {
    format!(
        "({}, {}, {ordinal}, {}, {}, {}, {}, {})",
        quote::text(table),
        quote::text(stored),
        quote::text(&column.name),
        quote::text(column.ty.name()),
        quote::text(&column.stored),
        column.alias_of.as_deref().map_or("NULL".into(), quote::text),
        column.unlisted
    )
}

fn loaded_file(row: Vec<Value>) -> Result<LoadedFile> {
    let [path, table, length, sha256, resume, rows, quarantined, blank, time] = layout::fields(row)?;
    let number = |value: Value| match value {
        Value::Long(number) => u64::try_from(number).unwrap_or_default(),
        _ => 0,
    };
    Ok(LoadedFile {
        path: path.text(),
        table: table.text(),
        length: number(length),
        sha256: sha256.text(),
        resume: number(resume),
        rows: number(rows),
        quarantined: number(quarantined),
        blank: number(blank),
        time: if let Value::Long(time) = time { time } else { 0 },
    })
}
