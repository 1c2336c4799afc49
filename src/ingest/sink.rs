//! Where rows go, as loading sees it. Knows no engine.

use crate::batch::Batch;
use crate::error::Result;
use crate::schema::{LoadedFile, Schema, Shadow, TableColumn};

/// A store that takes whole files: all between `begin` and `commit` counts together, or not at all.
pub trait Sink {
    /// The tables as they are now.
    fn schema(&self) -> Result<Schema>;
    /// What was loaded before.
    fn loaded(&self) -> Result<Vec<LoadedFile>>;
    fn begin(&mut self) -> Result<()>;
    /// Makes the table, or adds the columns that it lacks.
    fn ensure(&mut self, table: &str, columns: &[TableColumn]) -> Result<()>;
    /// How many rows the table has.
    fn rows(&self, table: &str) -> Result<u64>;
    /// Makes the shadows that the table lacks, each given with its column.
    fn ensure_shadows(&mut self, table: &str, wanted: &[(&str, &Shadow)]) -> Result<()>;
    /// Appends rows: one buffer for each of these columns of the table, then one for each of its shadows.
    fn append(
        &mut self,
        table: &str,
        columns: &[&str],
        shadows: &[(&str, &Shadow)],
        batch: &Batch,
    ) -> Result<()>;
    /// A shadow may not be read as far as before.
    fn distrust(&mut self, table: &str, shadow: (&str, &Shadow)) -> Result<()>;
    /// Makes it count, with the file's entry in the manifest when it was one.
    fn commit(&mut self, file: Option<&LoadedFile>) -> Result<()>;
    fn rollback(&mut self) -> Result<()>;
}
