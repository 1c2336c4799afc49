//! Writing rows: batches copied into DuckDB's vectors, and its appender, which takes them.

use std::marker::PhantomData;
use std::ops::Range;
use std::ptr;

use duckdb::ffi;

use super::{Chunk, Connection, c_text, failure, message};
use crate::batch::{Batch, Buffer, Data, Text, Texts};
use crate::error::{Error, Result};
use crate::types::Type;

/// After so many bytes of text the appender hands over what it holds, so that wide rows do not pile up.
const BUFFER_BYTES: usize = 64 << 20;

/// Strings of so many bytes stand in DuckDB's struct itself.
const INLINED_MAX: usize = 12;

/// Appends to some columns of one table; the others get their defaults. What was not flushed is lost.
pub struct Appender<'c> {
    raw: ffi::duckdb_appender,
    /// Bytes of text since the last flush.
    bytes: usize,
    connection: PhantomData<&'c Connection>,
}

impl<'c> Appender<'c> {
    /// Names are as DuckDB has them, unquoted.
    pub fn new(
        connection: &'c Connection,
        [catalog, schema, table]: [&str; 3],
        columns: &[&str],
    ) -> Result<Appender<'c>> {
        let (catalog, schema, table) = (c_text(catalog)?, c_text(schema)?, c_text(table)?);
        let mut appender = Appender { raw: ptr::null_mut(), bytes: 0, connection: PhantomData };
        // SAFETY: the connection outlives the appender (`'c`); the names are NUL-terminated; the out
        // pointer is valid for writes, and filled on failure too.
        let state = unsafe {
            ffi::duckdb_appender_create_ext(
                connection.raw(),
                catalog.as_ptr(),
                schema.as_ptr(),
                table.as_ptr(),
                &mut appender.raw,
            )
        };
        appender.check(state)?;
        for name in columns {
            let name = c_text(name)?;
            // SAFETY: the appender is valid, the name NUL-terminated.
            let state = unsafe { ffi::duckdb_appender_add_column(appender.raw, name.as_ptr()) };
            appender.check(state)?;
        }
        Ok(appender)
    }

    /// Appends all rows of a result's chunk; its columns must be those of the appender.
    pub fn chunk(&mut self, chunk: &Chunk<'_>) -> Result<()> {
        // SAFETY: both are valid; the appender copies.
        let state = unsafe { ffi::duckdb_append_data_chunk(self.raw, chunk.raw()) };
        self.check(state)
    }

    /// Appends all rows of a batch; it has a buffer for each column of the appender.
    pub fn batch(&mut self, batch: &Batch) -> Result<()> {
        for start in (0..batch.rows).step_by(Chunk::ROWS) {
            let count = Chunk::ROWS.min(batch.rows - start);
            let mut target = Target::new(&batch.columns, count)?;
            for (index, buffer) in batch.columns.iter().enumerate() {
                self.bytes += target.fill(index, buffer, start)?;
            }
            // SAFETY: both are valid, and all rows of the chunk are written; the appender copies.
            let state = unsafe { ffi::duckdb_append_data_chunk(self.raw, target.raw) };
            self.check(state)?;
            if self.bytes > BUFFER_BYTES {
                self.flush()?;
            }
        }
        Ok(())
    }

    /// Makes what was appended part of the connection's transaction.
    pub fn flush(&mut self) -> Result<()> {
        self.bytes = 0;
        // SAFETY: the appender is valid.
        let state = unsafe { ffi::duckdb_appender_flush(self.raw) };
        self.check(state)
    }

    fn check(&self, state: ffi::duckdb_state) -> Result<()> {
        if state == ffi::DuckDBSuccess {
            return Ok(());
        }
        // SAFETY: null or valid; the message belongs to the error, which is ours and freed below.
        let text = unsafe {
            let mut error = ffi::duckdb_appender_error_data(self.raw);
            let text = message(ffi::duckdb_error_data_message(error));
            ffi::duckdb_destroy_error_data(&mut error);
            text
        };
        Err(failure(text, None))
    }
}

impl Drop for Appender<'_> {
    fn drop(&mut self) {
        // SAFETY: null or ours; freed once, here. Without the clear it would flush what was given up.
        unsafe {
            ffi::duckdb_appender_clear(self.raw);
            ffi::duckdb_appender_destroy(&mut self.raw);
        }
    }
}

/// A chunk of our own, filled column by column.
struct Target {
    raw: ffi::duckdb_data_chunk,
    rows: usize,
}

impl Target {
    /// `rows` is at most [`Chunk::ROWS`].
    fn new(columns: &[Buffer], rows: usize) -> Result<Target> {
        let mut logical: Vec<ffi::duckdb_logical_type> = columns.iter().map(logical_type).collect();
        // SAFETY: an array of valid types and its length.
        let raw = unsafe { ffi::duckdb_create_data_chunk(logical.as_mut_ptr(), columns.len() as ffi::idx_t) };
        for ty in &mut logical {
            // SAFETY: ours; freed once, here. The chunk has copies.
            unsafe { ffi::duckdb_destroy_logical_type(ty) }
        }
        if raw.is_null() {
            return Err(Error::Engine { message: "no memory for a chunk".into(), sql: None });
        }
        // SAFETY: the chunk is valid; every row is written before anyone reads it.
        unsafe { ffi::duckdb_data_chunk_set_size(raw, rows as ffi::idx_t) };
        Ok(Target { raw, rows })
    }

    /// Fills a column from the buffer's rows from `start` on, and gives its bytes of text. Rows beyond the
    /// buffer get the default.
    fn fill(&mut self, index: usize, buffer: &Buffer, start: usize) -> Result<usize> {
        // SAFETY: `new` made a column for each of the batch's buffers.
        let vector = unsafe { ffi::duckdb_data_chunk_get_vector(self.raw, index as ffi::idx_t) };
        match &buffer.data {
            Data::Bool(values) => {
                let bytes: Vec<u8> =
                    values.iter().skip(start).take(self.rows).map(|v| u8::from(*v)).collect();
                self.fixed(vector, &bytes);
            }
            Data::Int(values) => self.fixed(vector, values.get(start..).unwrap_or_default()),
            Data::Long(values) => self.fixed(vector, values.get(start..).unwrap_or_default()),
            Data::Real(values) => self.fixed(vector, values.get(start..).unwrap_or_default()),
            Data::Text(values) => {
                let range = start.min(values.ends.len())..(start + self.rows).min(values.ends.len());
                let bytes = texts(vector, values, range, self.rows);
                // A string's default is ''.
                if buffer.ty != Type::String {
                    self.nulls(vector, buffer, start);
                }
                return Ok(bytes);
            }
            Data::Texts(values) => {
                let bytes = self.lists(vector, values, start)?;
                self.nulls(vector, buffer, start);
                return Ok(bytes);
            }
        }
        self.nulls(vector, buffer, start);
        Ok(0)
    }

    fn fixed<T: Copy + Default>(&mut self, vector: ffi::duckdb_vector, values: &[T]) {
        let count = values.len().min(self.rows);
        // SAFETY: `T` is the Rust type of the column's DuckDB type, as `fill` and `logical_type` pair them,
        // and the vector has room for `rows` of them; `values` is other memory.
        unsafe {
            let data = ffi::duckdb_vector_get_data(vector).cast::<T>();
            ptr::copy_nonoverlapping(values.as_ptr(), data, count);
            for row in count..self.rows {
                data.add(row).write(T::default());
            }
        }
    }

    /// Rows beyond the buffer get empty lists, which are NULL then.
    fn lists(&mut self, vector: ffi::duckdb_vector, lists: &Texts, start: usize) -> Result<usize> {
        let first = lists.list(start).start;
        let mut end = first;
        // SAFETY: a list vector has room for `rows` entries. Its child has room for all of theirs after the
        // reserve, and is asked for after that, since it moves when it grows; `texts` writes them all.
        unsafe {
            let entries = ffi::duckdb_vector_get_data(vector).cast::<ffi::duckdb_list_entry>();
            for row in 0..self.rows {
                let list = lists.list(start + row);
                let list = list.start.max(first)..list.end;
                let offset = (list.start - first) as u64;
                end = end.max(list.end);
                entries.add(row).write(ffi::duckdb_list_entry { offset, length: list.len() as u64 });
            }
            let count = end - first;
            if ffi::duckdb_list_vector_reserve(vector, count as ffi::idx_t) != ffi::DuckDBSuccess
                || ffi::duckdb_list_vector_set_size(vector, count as ffi::idx_t) != ffi::DuckDBSuccess
            {
                return Err(Error::Engine { message: "no memory for lists".into(), sql: None });
            }
            let child = ffi::duckdb_list_vector_get_child(vector);
            Ok(texts(child, &lists.entries, first..end, count))
        }
    }

    /// `start` is a multiple of [`Chunk::ROWS`], so that words of bits stay whole.
    fn nulls(&mut self, vector: ffi::duckdb_vector, buffer: &Buffer, start: usize) {
        let words =
            (0..self.rows.div_ceil(64)).map(|at| buffer.valid.get(start / 64 + at).copied().unwrap_or(0));
        let full = |(at, word): (usize, u64)| word.count_ones() as usize == (self.rows - at * 64).min(64);
        if words.clone().enumerate().all(full) {
            return;
        }
        // SAFETY: the vector is valid; after the first call it has a mask with a bit for each row.
        unsafe {
            ffi::duckdb_vector_ensure_validity_writable(vector);
            let mask = ffi::duckdb_vector_get_validity(vector);
            words.enumerate().for_each(|(at, word)| mask.add(at).write(word));
        }
    }
}

impl Drop for Target {
    fn drop(&mut self) {
        // SAFETY: ours; freed once, here.
        unsafe { ffi::duckdb_destroy_data_chunk(&mut self.raw) }
    }
}

/// Fills a VARCHAR vector, which has room for so many `rows`, with texts, and gives their bytes. Rows beyond
/// the texts get the default.
fn texts(vector: ffi::duckdb_vector, texts: &Text, range: Range<usize>, rows: usize) -> usize {
    let before =
        range.start.checked_sub(1).and_then(|last| texts.ends.get(last)).copied().unwrap_or_default();
    let (mut begin, mut bytes) = (before, 0);
    // SAFETY: the vector has room for `rows` strings; zeros are the empty string, the default.
    let strings = unsafe {
        let strings = ffi::duckdb_vector_get_data(vector).cast::<ffi::duckdb_string_t>();
        ptr::write_bytes(strings, 0, rows);
        strings
    };
    for (row, end) in texts.ends[range].iter().copied().take(rows).enumerate() {
        let text = texts.bytes.get(begin..end).unwrap_or_default();
        begin = end;
        bytes += text.len();
        match text.len() {
            0 => {}
            length @ 1..=INLINED_MAX => {
                // SAFETY: the row is below the vector's size; a string this short stands in the struct
                // itself, behind its length, and the rest is zero.
                unsafe {
                    let inlined = &mut (*strings.add(row)).value.inlined;
                    inlined.length = length as u32;
                    ptr::copy_nonoverlapping(text.as_ptr().cast(), inlined.inlined.as_mut_ptr(), length);
                }
            }
            // SAFETY: as above; DuckDB copies; a `str` is valid UTF-8.
            length => unsafe {
                ffi::duckdb_unsafe_vector_assign_string_element_len(
                    vector,
                    row as ffi::idx_t,
                    text.as_ptr().cast(),
                    length as ffi::idx_t,
                );
            },
        }
    }
    bytes
}

/// The type of what [`Target::fill`] writes.
fn logical_type(buffer: &Buffer) -> ffi::duckdb_logical_type {
    let kind = match buffer.data {
        Data::Bool(_) => ffi::DUCKDB_TYPE_DUCKDB_TYPE_BOOLEAN,
        Data::Int(_) => ffi::DUCKDB_TYPE_DUCKDB_TYPE_INTEGER,
        Data::Long(_) => ffi::DUCKDB_TYPE_DUCKDB_TYPE_BIGINT,
        Data::Real(_) => ffi::DUCKDB_TYPE_DUCKDB_TYPE_DOUBLE,
        Data::Text(_) | Data::Texts(_) => ffi::DUCKDB_TYPE_DUCKDB_TYPE_VARCHAR,
    };
    // SAFETY: any type number is allowed; the caller frees what comes. A list's type has a copy of its entries'.
    unsafe {
        let mut entry = ffi::duckdb_create_logical_type(kind);
        if !matches!(buffer.data, Data::Texts(_)) {
            return entry;
        }
        let list = ffi::duckdb_create_list_type(entry);
        ffi::duckdb_destroy_logical_type(&mut entry);
        list
    }
}
