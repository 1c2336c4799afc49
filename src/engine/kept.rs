//! Rows that no query gave, kept as the result of a query is.

use super::ffi::Appender;
use super::results::Kept;
use super::{Engine, ResultId, Stored};
use crate::batch::{Batch, Buffer};
use crate::error::Result;
use crate::types::ColumnType;
use crate::value::Value;

impl Engine {
    /// Keeps rows under `id` for [`Reader`](super::Reader)s; what was kept under it before is freed.
    ///
    /// Errors: memory is short, or DuckDB cannot be written to.
    pub fn keep(&mut self, id: ResultId, columns: &[ColumnType], rows: &[Vec<Value>]) -> Result<Stored> {
        let shared = self.handle.shared.clone();
        let before = shared.results().remove(&id);
        before.map_or(Ok(()), |before| before.drop_tables(&self.writing))?;
        let kept = Kept::copied(id, columns.to_vec(), rows.len() as u64);
        kept.create(&self.writing)?;
        let names: Vec<&str> = kept.stored.iter().map(String::as_str).collect();
        let mut appender = Appender::new(&self.writing, ["memory", "result", &Kept::table(id)], &names)?;
        appender.batch(&batch(columns, rows))?;
        appender.flush()?;
        drop(appender);
        let stored = Stored { rows: kept.rows, values: kept.values() };
        shared.results().insert(id, kept);
        Ok(stored)
    }
}

fn batch(columns: &[ColumnType], rows: &[Vec<Value>]) -> Batch {
    let mut buffers: Vec<Buffer> = columns.iter().map(|column| Buffer::new(column.ty)).collect();
    for row in rows {
        buffers.iter_mut().zip(row).for_each(|(buffer, value)| buffer.push(value));
    }
    Batch { rows: rows.len(), columns: buffers }
}
