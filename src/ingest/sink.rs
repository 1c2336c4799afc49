//! Where rows go, as loading sees it. Knows no engine.

use crate::batch::Batch;
use crate::error::Result;
use crate::schema::{Schema, Shadow, TableColumn};

/// One file in the manifest of what was loaded.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Loaded {
    pub path: String,
    /// The tables that got rows, in alphabetical order with commas.
    pub table: String,
    /// Bytes of content, after decompression.
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

/// A store that takes whole files: all between `begin` and `commit` counts together, or not at all.
pub trait Sink {
    /// The tables as they are now.
    fn schema(&self) -> Result<Schema>;
    /// What was loaded before.
    fn loaded(&self) -> Result<Vec<Loaded>>;
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
    fn commit(&mut self, file: Option<&Loaded>) -> Result<()>;
    fn rollback(&mut self) -> Result<()>;
}
