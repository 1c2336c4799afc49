//! Reading vectors: typed views of DuckDB's columns, and from them values by their KQL type.

use std::ffi::c_void;
use std::marker::PhantomData;
use std::mem::MaybeUninit;
use std::slice;

use duckdb::ffi;

use super::Connection;
use crate::error::{Error, Result};
use crate::types::{ColumnType, Type};
use crate::value::Value;

/// Some rows of a result, at most [`Chunk::ROWS`]. Its memory is the database's, which `'c` keeps open.
pub struct Chunk<'c> {
    raw: ffi::duckdb_data_chunk,
    connection: PhantomData<&'c Connection>,
}

impl Chunk<'_> {
    /// DuckDB's vector size: what a chunk holds at most.
    pub const ROWS: usize = 2048;

    /// # Safety
    /// `raw` is a chunk that a result of the connection gave, and nobody else frees it.
    pub(super) unsafe fn from_result(raw: ffi::duckdb_data_chunk) -> Self {
        Chunk { raw, connection: PhantomData }
    }

    pub(super) fn raw(&self) -> ffi::duckdb_data_chunk {
        self.raw
    }

    pub fn rows(&self) -> usize {
        // SAFETY: the chunk is valid as long as `self` lives.
        unsafe { ffi::duckdb_data_chunk_get_size(self.raw) as usize }
    }

    fn columns(&self) -> usize {
        // SAFETY: as above.
        unsafe { ffi::duckdb_data_chunk_get_column_count(self.raw) as usize }
    }

    /// Appends its rows to `rows`, as values of `columns`.
    ///
    /// Errors: the columns are not those of the chunk, which is a mistake in our SQL.
    pub fn decode(&self, columns: &[ColumnType], rows: &mut Vec<Vec<Value>>) -> Result<()> {
        if columns.len() != self.columns() {
            return Err(mistake(format!("{} columns instead of {}", self.columns(), columns.len())));
        }
        let (base, count) = (rows.len(), self.rows());
        rows.resize_with(base + count, || Vec::with_capacity(columns.len()));
        for (index, column) in columns.iter().enumerate() {
            // SAFETY: the index is below the number of columns, and chunks of results are flat; the view
            // does not outlive `self`.
            let view = unsafe {
                Column::of(ffi::duckdb_data_chunk_get_vector(self.raw, index as ffi::idx_t), count)
            };
            let view = view.map_err(|kind| unexpected(column, kind))?;
            for row in 0..count {
                rows[base + row].push(value(&view, row, column)?);
            }
        }
        Ok(())
    }
}

impl Drop for Chunk<'_> {
    fn drop(&mut self) {
        // SAFETY: ours; freed once, here.
        unsafe { ffi::duckdb_destroy_data_chunk(&mut self.raw) }
    }
}

/// One value of a column.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Entry<'v> {
    Null,
    Bool(bool),
    Int(i32),
    Long(i64),
    Huge(i128),
    Real(f64),
    /// VARCHAR. DuckDB lets nothing but UTF-8 in, but a file may be damaged.
    Text(&'v [u8]),
    /// Where the row's entries are in the child.
    List {
        start: usize,
        length: usize,
    },
}

/// A view of a vector.
#[derive(Clone, Copy)]
pub(super) struct Column<'v> {
    data: Data<'v>,
    /// A bit for each entry, 1 when it is not NULL; `None` when none is.
    validity: Option<&'v [u64]>,
    /// Which entry each row has; in the order of the rows without it.
    selection: Option<&'v [u32]>,
}

/// The entries as DuckDB lays them out; those of rows that are NULL may be uninitialised.
#[derive(Clone, Copy)]
enum Data<'v> {
    /// 0 or 1; bytes, as a Rust `bool` must not hold anything else.
    Bool(&'v [MaybeUninit<u8>]),
    Tiny(&'v [MaybeUninit<i8>]),
    Small(&'v [MaybeUninit<i16>]),
    Int(&'v [MaybeUninit<i32>]),
    Long(&'v [MaybeUninit<i64>]),
    Huge(&'v [MaybeUninit<ffi::duckdb_hugeint>]),
    Float(&'v [MaybeUninit<f32>]),
    Real(&'v [MaybeUninit<f64>]),
    Text(&'v [MaybeUninit<ffi::duckdb_string_t>]),
    List(&'v [MaybeUninit<ffi::duckdb_list_entry>]),
    /// Of the type of `SELECT NULL`.
    Nothing,
}

/// Whether a column of DuckDB's type `kind` can give values of a KQL type. A wider integer may: its values
/// are checked one by one.
pub(super) fn holds(kind: u32, ty: Type) -> bool {
    let integer = matches!(
        kind,
        ffi::DUCKDB_TYPE_DUCKDB_TYPE_TINYINT
            | ffi::DUCKDB_TYPE_DUCKDB_TYPE_SMALLINT
            | ffi::DUCKDB_TYPE_DUCKDB_TYPE_INTEGER
            | ffi::DUCKDB_TYPE_DUCKDB_TYPE_BIGINT
            | ffi::DUCKDB_TYPE_DUCKDB_TYPE_HUGEINT
    );
    kind == ffi::DUCKDB_TYPE_DUCKDB_TYPE_SQLNULL
        || match ty {
            Type::Bool => kind == ffi::DUCKDB_TYPE_DUCKDB_TYPE_BOOLEAN,
            Type::Int | Type::Long | Type::Datetime | Type::Timespan => integer,
            Type::Real => {
                matches!(kind, ffi::DUCKDB_TYPE_DUCKDB_TYPE_DOUBLE | ffi::DUCKDB_TYPE_DUCKDB_TYPE_FLOAT)
            }
            Type::String | Type::Dynamic | Type::Guid | Type::Decimal => {
                kind == ffi::DUCKDB_TYPE_DUCKDB_TYPE_VARCHAR
            }
        }
}

impl<'v> Column<'v> {
    /// Views the first `rows` rows of a vector. Fails with the type when that is not one of [`Data`]'s.
    ///
    /// # Safety
    /// The vector is flat, has at least `rows` entries, those of rows that are not NULL initialised, and
    /// is not changed during `'v`.
    pub unsafe fn of(vector: ffi::duckdb_vector, rows: usize) -> std::result::Result<Column<'v>, u32> {
        // SAFETY: the vector is valid; the type is ours and freed below.
        let kind = unsafe {
            let mut logical = ffi::duckdb_vector_get_column_type(vector);
            let kind = ffi::duckdb_get_type_id(logical);
            ffi::duckdb_destroy_logical_type(&mut logical);
            kind
        };
        // SAFETY: the caller vouches for the vector; both calls only read.
        let (data, mask) =
            unsafe { (ffi::duckdb_vector_get_data(vector), ffi::duckdb_vector_get_validity(vector)) };
        // SAFETY: the data of a flat vector is an array of its type, and the mask has a bit for each row.
        unsafe { Column::at(data, mask, None, rows, kind) }
    }

    /// Views what stands at these places. Fails with the type when that is not one of [`Data`]'s.
    ///
    /// # Safety
    /// `data` is an array of DuckDB's type `kind` and `mask` null or bits in words of 64, both for all
    /// entries that the selection names, or for `rows` of them without one. Entries that are not NULL are
    /// initialised. Nothing of it is changed during `'v`.
    pub unsafe fn at(
        data: *mut c_void,
        mask: *mut u64,
        selection: Option<&'v [u32]>,
        rows: usize,
        kind: u32,
    ) -> std::result::Result<Column<'v>, u32> {
        let entries = match selection {
            Some(selection) => selection.iter().max().map_or(0, |last| *last as usize + 1),
            None => rows,
        };
        // SAFETY: the caller vouches for the mask.
        let validity =
            (!mask.is_null()).then(|| unsafe { slice::from_raw_parts(mask, entries.div_ceil(64)) });
        // SAFETY: the caller vouches for the data; this is DuckDB's documented layout for each type.
        let data = unsafe {
            match kind {
                ffi::DUCKDB_TYPE_DUCKDB_TYPE_BOOLEAN => Data::Bool(array(data, entries)),
                ffi::DUCKDB_TYPE_DUCKDB_TYPE_TINYINT => Data::Tiny(array(data, entries)),
                ffi::DUCKDB_TYPE_DUCKDB_TYPE_SMALLINT => Data::Small(array(data, entries)),
                ffi::DUCKDB_TYPE_DUCKDB_TYPE_INTEGER => Data::Int(array(data, entries)),
                ffi::DUCKDB_TYPE_DUCKDB_TYPE_BIGINT => Data::Long(array(data, entries)),
                ffi::DUCKDB_TYPE_DUCKDB_TYPE_HUGEINT => Data::Huge(array(data, entries)),
                ffi::DUCKDB_TYPE_DUCKDB_TYPE_FLOAT => Data::Float(array(data, entries)),
                ffi::DUCKDB_TYPE_DUCKDB_TYPE_DOUBLE => Data::Real(array(data, entries)),
                ffi::DUCKDB_TYPE_DUCKDB_TYPE_VARCHAR => Data::Text(array(data, entries)),
                ffi::DUCKDB_TYPE_DUCKDB_TYPE_LIST => Data::List(array(data, entries)),
                ffi::DUCKDB_TYPE_DUCKDB_TYPE_SQLNULL => Data::Nothing,
                other => return Err(other),
            }
        };
        Ok(Column { data, validity, selection })
    }

    /// Where among the entries that of a row is.
    fn place(&self, row: usize) -> usize {
        self.selection.map_or(row, |selection| selection[row] as usize)
    }

    /// The entry of a row below the view's number of rows.
    #[inline]
    pub fn entry(&self, row: usize) -> Entry<'v> {
        let row = self.place(row);
        if self.is_null(row) {
            return Entry::Null;
        }
        // SAFETY: the row is not NULL, and whoever made the view vouched that such entries are initialised
        // and that texts stay where they are during `'v`.
        unsafe {
            match self.data {
                Data::Bool(values) => Entry::Bool(values[row].assume_init() != 0),
                Data::Tiny(values) => Entry::Int(i32::from(values[row].assume_init())),
                Data::Small(values) => Entry::Int(i32::from(values[row].assume_init())),
                Data::Int(values) => Entry::Int(values[row].assume_init()),
                Data::Long(values) => Entry::Long(values[row].assume_init()),
                Data::Huge(values) => Entry::Huge(huge(values[row].assume_init())),
                Data::Float(values) => Entry::Real(f64::from(values[row].assume_init())),
                Data::Real(values) => Entry::Real(values[row].assume_init()),
                Data::Text(values) => Entry::Text(bytes(values[row].assume_init_ref())),
                Data::Nothing => Entry::Null,
                Data::List(values) => {
                    let entry = values[row].assume_init();
                    Entry::List { start: entry.offset as usize, length: entry.length as usize }
                }
            }
        }
    }

    /// The text of a row, `None` for NULL and for other types. Less work than [`Column::entry`].
    #[inline]
    pub fn text(&self, row: usize) -> Option<&'v [u8]> {
        let row = self.place(row);
        match self.data {
            // SAFETY: as in `entry`.
            Data::Text(values) if !self.is_null(row) => Some(unsafe { bytes(values[row].assume_init_ref()) }),
            _ => None,
        }
    }

    /// The 16 bytes of a text's entry, `None` for NULL and for other types. Equal ones in one vector are
    /// equal texts, since long ones include the address; equal texts may differ in them.
    pub fn text_bits(&self, row: usize) -> Option<[u64; 2]> {
        let row = self.place(row);
        match self.data {
            // SAFETY: the row is not NULL, so the entry is initialised; it is 16 bytes without padding,
            // of which DuckDB zeroes what a short text leaves.
            Data::Text(values) if !self.is_null(row) => Some(unsafe {
                std::mem::transmute::<ffi::duckdb_string_t, [u64; 2]>(values[row].assume_init())
            }),
            _ => None,
        }
    }

    pub fn is_text(&self) -> bool {
        matches!(self.data, Data::Text(_))
    }

    fn is_null(&self, place: usize) -> bool {
        self.validity.is_some_and(|mask| mask[place / 64] & (1 << (place % 64)) == 0)
    }
}

/// # Safety
/// `data` is null, or an aligned array of at least `rows` entries that nobody changes during `'v`.
unsafe fn array<'v, T>(data: *mut c_void, rows: usize) -> &'v [MaybeUninit<T>] {
    if data.is_null() {
        return &[];
    }
    // SAFETY: the caller vouches.
    unsafe { slice::from_raw_parts(data.cast(), rows) }
}

/// Up to this length the bytes of a text are inside its entry.
pub(super) const INLINE_BYTES: usize = 12;

/// # Safety
/// The text that a long entry points to stays where it is as long as the entry is borrowed.
unsafe fn bytes(entry: &ffi::duckdb_string_t) -> &[u8] {
    // SAFETY: both variants of the union begin with the length. Up to 12 bytes are inside the entry,
    // longer ones where it points to.
    unsafe {
        let length = entry.value.inlined.length as usize;
        let start = if length <= INLINE_BYTES {
            entry.value.inlined.inlined.as_ptr()
        } else {
            entry.value.pointer.ptr.cast_const()
        };
        slice::from_raw_parts(start.cast(), length)
    }
}

fn huge(value: ffi::duckdb_hugeint) -> i128 {
    (i128::from(value.upper) << 64) | i128::from(value.lower)
}

fn value(column: &Column<'_>, row: usize, expected: &ColumnType) -> Result<Value> {
    let entry = column.entry(row);
    let integer = match entry {
        Entry::Int(number) => Some(i128::from(number)),
        Entry::Long(number) => Some(i128::from(number)),
        Entry::Huge(number) => Some(number),
        Entry::Null | Entry::Bool(_) | Entry::Real(_) | Entry::Text(_) | Entry::List { .. } => None,
    };
    let found = match (expected.ty, entry) {
        // KQL's strings have no null.
        (Type::String, Entry::Null) => Some(Value::String(String::new())),
        (_, Entry::Null) => Some(Value::Null),
        (Type::Bool, Entry::Bool(value)) => Some(Value::Bool(value)),
        (Type::Real, Entry::Real(value)) => Some(Value::Real(value)),
        (Type::String | Type::Dynamic | Type::Guid | Type::Decimal, Entry::Text(bytes)) => {
            Some(Value::from_text(expected.ty, String::from_utf8_lossy(bytes).into_owned()))
        }
        (Type::Int, _) => integer.and_then(|number| i32::try_from(number).ok()).map(Value::Int),
        (ty @ (Type::Long | Type::Datetime | Type::Timespan), _) => {
            integer.and_then(|number| i64::try_from(number).ok()).map(|number| Value::from_long(ty, number))
        }
        (Type::Bool | Type::Real | Type::String | Type::Dynamic | Type::Guid | Type::Decimal, _) => None,
    };
    found.ok_or_else(|| {
        mistake(format!("column '{}' holds a value that is no {}", expected.name, expected.ty.name()))
    })
}

fn unexpected(column: &ColumnType, kind: u32) -> Error {
    mistake(format!("column '{}' has DuckDB's type {kind} where {} belongs", column.name, column.ty.name()))
}

fn mistake(message: String) -> Error {
    Error::Engine { message: format!("the SQL gives {message}"), sql: None }
}
