//! A hunt database as a [`Sink`]. The only file of loading that knows the engine.

use std::path::Path;

use super::{Options, Sink, Source, Summary, Tick, quarantine_folder, run};
use crate::batch::Batch;
use crate::engine;
use crate::engine::store::{NewColumn, Store};
use crate::error::{Error, Result};
use crate::schema::{LoadedFile, Schema, Shadow, TableColumn};

impl Sink for Store {
    fn schema(&self) -> Result<Schema> {
        Ok(Store::schema(self))
    }

    fn loaded(&self) -> Result<Vec<LoadedFile>> {
        self.files()
    }

    fn begin(&mut self) -> Result<()> {
        Store::begin(self)
    }

    fn ensure(&mut self, table: &str, columns: &[TableColumn]) -> Result<()> {
        let new = |column: &TableColumn| NewColumn {
            name: column.name.clone(),
            ty: column.ty,
            alias_of: column.alias_of.clone(),
            unlisted: column.unlisted,
            varied: column.varied,
        };
        self.ensure_table(table, &columns.iter().map(new).collect::<Vec<_>>())
    }

    fn rows(&self, table: &str) -> Result<u64> {
        Store::rows(self, table)
    }

    fn ensure_shadows(&mut self, table: &str, wanted: &[(&str, &Shadow)]) -> Result<()> {
        Store::ensure_shadows(self, table, wanted)
    }

    fn append(
        &mut self,
        table: &str,
        columns: &[&str],
        shadows: &[(&str, &Shadow)],
        batch: &Batch,
    ) -> Result<()> {
        self.append_shadowed(table, columns, shadows, batch)
    }

    fn distrust(&mut self, table: &str, shadow: (&str, &Shadow)) -> Result<()> {
        Store::distrust(self, table, shadow)
    }

    fn commit(&mut self, file: Option<&LoadedFile>) -> Result<()> {
        if let Some(file) = file {
            self.add_file(file)?;
        }
        Store::commit(self)
    }

    fn rollback(&mut self) -> Result<()> {
        Store::rollback(self)
    }
}

/// Loads sources into a hunt file, which is made when missing; what cannot be loaded is kept beside it.
/// When it returns, all is on disk. A file that would be made for nothing is not: it would be what kqlhunt opens
/// from then on.
pub fn into_file(
    database: &Path,
    options: &Options,
    engine: &engine::Options,
    sources: &[Source],
    tick: Tick<'_>,
) -> Result<Summary> {
    let new = !database.exists();
    let mut store = Store::open(database, engine)?;
    let quarantine = options.quarantine.clone().or_else(|| Some(quarantine_folder(database)));
    let options = Options { quarantine, ..options.clone() };
    let summary = run(&options, sources, &mut store, tick);
    // What was committed before a failure is made durable too.
    store.finish()?;
    let nothing = summary.as_ref().is_ok_and(|summary| summary.loaded == 0);
    if new && nothing {
        std::fs::remove_file(database).map_err(|source| Error::file(database, source))?;
    }
    summary
}
