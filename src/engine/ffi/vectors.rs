//! What a kernel sees of a chunk: arguments as cells, a memo of equal texts, and the result vector.

use std::ffi::c_char;

use duckdb::ffi;

use super::chunk::{Column, Entry, INLINE_BYTES};
use crate::kernels::{Cell, Phys, items};

type Result<T> = std::result::Result<T, String>;

/// A chunk's columns.
pub(super) struct Arguments<'v> {
    pub columns: Vec<Argument<'v>>,
    pub rows: usize,
}

pub(super) struct Argument<'v> {
    column: Column<'v>,
    /// The child's texts, when this is a list.
    texts: Vec<Option<&'v str>>,
    /// All rows have the same value.
    pub constant: bool,
}

impl<'v> Arguments<'v> {
    /// # Safety
    /// `input` is flat, its entries that are not NULL are initialised, and it is not changed during `'v`.
    pub unsafe fn of(input: ffi::duckdb_data_chunk) -> Result<Arguments<'v>> {
        // SAFETY: the chunk is valid.
        let (rows, count) = unsafe {
            (ffi::duckdb_data_chunk_get_size(input) as usize, ffi::duckdb_data_chunk_get_column_count(input))
        };
        let columns = (0..count).map(|index| {
            // SAFETY: the index is below the number of columns; the caller vouches for the rest.
            unsafe { Argument::of(ffi::duckdb_data_chunk_get_vector(input, index), rows) }
        });
        Ok(Arguments { columns: columns.collect::<Result<_>>()?, rows })
    }

    /// A memo, when one text varies from row to row and the rest is constant.
    pub fn memo(&self) -> Option<Memo> {
        let mut varying = self.columns.iter().enumerate().filter(|(_, column)| !column.constant);
        let (index, column) = varying.next()?;
        let alone = varying.next().is_none() && self.rows > Memo::TRIAL;
        (alone && column.column.is_text()).then(|| Memo::new(index))
    }

    /// The first row's cells.
    pub fn first(&self) -> Result<Vec<Cell<'_>>> {
        if self.rows == 0 {
            return Ok(Vec::new());
        }
        self.columns.iter().map(|column| column.cell(0)).collect()
    }
}

impl<'v> Argument<'v> {
    /// # Safety
    /// As for [`Arguments::of`].
    unsafe fn of(vector: ffi::duckdb_vector, rows: usize) -> Result<Argument<'v>> {
        // SAFETY: the caller vouches.
        let column = unsafe { Column::of(vector, rows) }.map_err(unknown)?;
        let mut texts = Vec::new();
        if column.is_list() {
            // SAFETY: a list vector; its child has as many entries as DuckDB says, and is flattened with it.
            let child = unsafe {
                let count = ffi::duckdb_list_vector_get_size(vector) as usize;
                (Column::of(ffi::duckdb_list_vector_get_child(vector), count).map_err(unknown)?, count)
            };
            for row in 0..child.1 {
                texts.push(match child.0.entry(row) {
                    Entry::Null => None,
                    Entry::Text(bytes) => Some(text(bytes)?),
                    other => return Err(format!("a list of {other:?}")),
                });
            }
        }
        let constant = (1..rows).all(|row| column.same(row, 0));
        Ok(Argument { column, texts, constant })
    }

    pub fn cell<'a>(&'a self, row: usize) -> Result<Cell<'a>> {
        Ok(match self.column.entry(row) {
            Entry::Null => Cell::Null,
            Entry::Bool(value) => Cell::Bool(value),
            Entry::Int(value) => Cell::Int(value),
            Entry::Long(value) => Cell::Long(value),
            Entry::Huge(value) => Cell::Huge(value),
            Entry::Real(value) => Cell::Real(value),
            Entry::Text(bytes) => Cell::Text(text(bytes)?),
            Entry::List { start, length } => {
                let texts = self.texts.get(start..start + length);
                Cell::Texts(texts.ok_or("a list beyond its entries")?)
            }
        })
    }
}

fn text(bytes: &[u8]) -> Result<&str> {
    std::str::from_utf8(bytes).map_err(|_| "a stored text is not UTF-8; the file is damaged".into())
}

fn unknown(kind: u32) -> String {
    format!("an argument of DuckDB's type {kind}")
}

/// Remembers in which row of the chunk a text was last seen: a column that is stored as a dictionary comes
/// with the same entry for equal texts, and its function then runs once for each of them. DuckDB does this
/// itself for its own functions only, as those of others count as able to fail.
pub(super) struct Memo {
    column: usize,
    slots: Vec<Slot>,
    asked: usize,
    found: usize,
}

#[derive(Clone, Copy, Default)]
struct Slot {
    bits: [u64; 2],
    /// The row after it; 0 is an empty slot.
    next_row: usize,
}

impl Memo {
    /// After so many rows a memo that found less than half of them gives up.
    const TRIAL: usize = 256;
    const SLOTS: usize = 512;

    fn new(column: usize) -> Memo {
        Memo { column, slots: vec![Slot::default(); Memo::SLOTS], asked: 0, found: 0 }
    }

    /// The row with the same arguments, if one is remembered; else remembers this one.
    pub fn find(&mut self, arguments: &Arguments<'_>, row: usize) -> Option<usize> {
        if self.asked >= Memo::TRIAL && self.found * 2 < self.asked {
            return None;
        }
        let bits = arguments.columns[self.column].column.text_bits(row)?;
        self.asked += 1;
        let mixed = (bits[0] ^ bits[1].rotate_left(29)).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        let slot = &mut self.slots[(mixed >> 55) as usize];
        if slot.next_row > 0 && slot.bits == bits {
            self.found += 1;
            return Some(slot.next_row - 1);
        }
        *slot = Slot { bits, next_row: row + 1 };
        None
    }
}

/// The vector that a function fills.
pub(super) struct Output {
    vector: ffi::duckdb_vector,
    phys: Phys,
    rows: usize,
    /// Null until a row is NULL.
    validity: *mut u64,
}

impl Output {
    /// # Safety
    /// A flat vector of this type with room for `rows` rows, which nobody else uses.
    pub unsafe fn of(vector: ffi::duckdb_vector, phys: Phys, rows: usize) -> Output {
        Output { vector, phys, rows, validity: std::ptr::null_mut() }
    }

    /// Writes a cell; false when it is of another type.
    #[must_use]
    pub fn set(&mut self, row: usize, cell: Cell<'_>) -> bool {
        match (self.phys, cell) {
            (_, Cell::Null) => self.null(row),
            (Phys::Bool, Cell::Bool(value)) => self.write(row, u8::from(value)),
            (Phys::Int, Cell::Int(value)) => self.write(row, value),
            (Phys::Long, Cell::Long(value)) => self.write(row, value),
            (Phys::Long, Cell::Int(value)) => self.write(row, i64::from(value)),
            (Phys::Huge, Cell::Huge(value)) => {
                self.write(row, ffi::duckdb_hugeint { lower: value as u64, upper: (value >> 64) as i64 })
            }
            (Phys::Real, Cell::Real(value)) => self.write(row, value),
            (Phys::Text, Cell::Text(value)) => self.text(row, value),
            (Phys::Texts, Cell::Text(value)) => return self.list(row, value),
            _ => return false,
        }
        true
    }

    /// Gives a row the value of an earlier one.
    pub fn repeat(&mut self, row: usize, earlier: usize) {
        if self.is_null(earlier) {
            return self.null(row);
        }
        match self.phys {
            Phys::Bool => self.copy::<u8>(row, earlier),
            Phys::Int => self.copy::<i32>(row, earlier),
            Phys::Long => self.copy::<i64>(row, earlier),
            Phys::Huge => self.copy::<ffi::duckdb_hugeint>(row, earlier),
            Phys::Real => self.copy::<f64>(row, earlier),
            // Both entries then point to the same text of this vector, which is how DuckDB shares them too.
            Phys::Text => self.copy::<ffi::duckdb_string_t>(row, earlier),
            Phys::Texts => self.copy::<ffi::duckdb_list_entry>(row, earlier),
        }
    }

    pub fn null(&mut self, row: usize) {
        assert!(row < self.rows);
        // SAFETY: the vector is valid, the row below its size; the mask exists after the first call.
        unsafe {
            if self.validity.is_null() {
                ffi::duckdb_vector_ensure_validity_writable(self.vector);
                self.validity = ffi::duckdb_vector_get_validity(self.vector);
            }
            ffi::duckdb_validity_set_row_invalid(self.validity, row as ffi::idx_t);
        }
    }

    fn is_null(&self, row: usize) -> bool {
        // SAFETY: null means that all rows are valid; else the mask has a bit for each row.
        !unsafe { ffi::duckdb_validity_row_is_valid(self.validity, row as ffi::idx_t) }
    }

    fn text(&mut self, row: usize, text: &str) {
        if text.len() <= INLINE_BYTES {
            let mut inlined: [c_char; INLINE_BYTES] = [0; INLINE_BYTES];
            for (to, from) in inlined.iter_mut().zip(text.bytes()) {
                *to = from as c_char;
            }
            let inlined =
                ffi::duckdb_string_t__bindgen_ty_1__bindgen_ty_2 { length: text.len() as u32, inlined };
            let value = ffi::duckdb_string_t__bindgen_ty_1 { inlined };
            return self.write(row, ffi::duckdb_string_t { value });
        }
        assert!(row < self.rows);
        // SAFETY: a VARCHAR vector, the row below its size; DuckDB copies; a `str` is valid UTF-8.
        unsafe {
            ffi::duckdb_unsafe_vector_assign_string_element_len(
                self.vector,
                row as ffi::idx_t,
                text.as_ptr().cast(),
                text.len() as ffi::idx_t,
            );
        }
    }

    /// Writes a list result; false when DuckDB has no memory for it.
    fn list(&mut self, row: usize, joined: &str) -> bool {
        let length = items(joined).count();
        // SAFETY: a list vector of VARCHAR. After the reserve its child has room for all its entries, and
        // each of them is written; DuckDB copies the texts. The child moves when it grows, so it is asked
        // for after that.
        unsafe {
            let start = ffi::duckdb_list_vector_get_size(self.vector);
            let end = start + length as ffi::idx_t;
            if ffi::duckdb_list_vector_reserve(self.vector, end) != ffi::DuckDBSuccess
                || ffi::duckdb_list_vector_set_size(self.vector, end) != ffi::DuckDBSuccess
            {
                return false;
            }
            let child = ffi::duckdb_list_vector_get_child(self.vector);
            for (index, item) in items(joined).enumerate() {
                let entry = start + index as ffi::idx_t;
                let text = item.unwrap_or_default();
                let bytes = text.as_ptr().cast();
                let length = text.len() as ffi::idx_t;
                ffi::duckdb_unsafe_vector_assign_string_element_len(child, entry, bytes, length);
                if item.is_none() {
                    ffi::duckdb_vector_ensure_validity_writable(child);
                    ffi::duckdb_validity_set_row_invalid(ffi::duckdb_vector_get_validity(child), entry);
                }
            }
            self.write(row, ffi::duckdb_list_entry { offset: start, length: length as u64 });
        }
        true
    }

    fn write<T: Copy>(&mut self, row: usize, value: T) {
        assert!(row < self.rows);
        // SAFETY: the callers pair each `Phys` with the Rust type of its DuckDB type, so the data is an array
        // of `T` with room for `rows` entries.
        unsafe { ffi::duckdb_vector_get_data(self.vector).cast::<T>().add(row).write(value) }
    }

    fn copy<T: Copy>(&mut self, row: usize, earlier: usize) {
        assert!(row < self.rows && earlier < row);
        // SAFETY: as in `write`; the earlier row was written, as it is not NULL.
        unsafe {
            let data = ffi::duckdb_vector_get_data(self.vector).cast::<T>();
            data.add(row).write(data.add(earlier).read());
        }
    }
}
