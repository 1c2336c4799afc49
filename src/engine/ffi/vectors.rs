//! What a kernel sees of a chunk: arguments as cells, a memo of equal texts, and the result vector.

use std::ffi::{c_char, c_void};
use std::{ptr, slice};

use duckdb::ffi;

use super::chunk::{Column, Entry, INLINE_BYTES};
use super::second::{self, Handle, View};
use crate::kernels::fold::is_ascii;
use crate::kernels::{Cell, Kernel, Phys, items};

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
    /// `info` is that of a running call of this kernel; its arguments are not changed during `'v`.
    pub unsafe fn of(info: Handle, kernel: &Kernel) -> Result<Arguments<'v>> {
        let (mut rows, mut fixed, mut variadic) = (0, 0, 0);
        let none = ptr::null_mut();
        // SAFETY: the caller vouches for the call; the out pointers are valid for writes or null.
        unsafe {
            done(second::duckdb_v2_scalar_function_exec_get_row_count(info, &mut rows, none))?;
            done(second::duckdb_v2_scalar_function_exec_get_arg_count(
                info,
                &mut fixed,
                &mut variadic,
                none.cast(),
                none.cast(),
                none,
            ))?;
        }
        let mut columns = Vec::with_capacity((fixed + variadic) as usize);
        for (index, phys) in (0..fixed + variadic).zip(kernel.arguments()) {
            let mut vector = ptr::null_mut();
            // SAFETY: the index is below the number of arguments; the caller vouches for the rest.
            columns.push(unsafe {
                done(second::duckdb_v2_scalar_function_exec_get_arg(info, index, &mut vector, none))?;
                Argument::of(vector, phys, rows as usize)
            }?);
        }
        Ok(Arguments { columns, rows: rows as usize })
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
    /// As for [`Arguments::of`]: an argument of this type with so many rows.
    unsafe fn of(vector: Handle, phys: Phys, rows: usize) -> Result<Argument<'v>> {
        if phys == Phys::Texts {
            // SAFETY: the caller vouches.
            return unsafe { Argument::list(vector, rows) };
        }
        let none = ptr::null_mut();
        let mut kind = second::VECTOR_OTHER;
        let mut view = View { data: ptr::null(), validity: ptr::null(), selection: ptr::null(), count: 0 };
        // SAFETY: the vector is valid; what is no array with or without a selection becomes one.
        let column = unsafe {
            done(second::duckdb_v2_vector_get_vector_type(vector, &mut kind, none))?;
            if kind == second::VECTOR_OTHER {
                done(second::duckdb_v2_vector_flatten(vector, none))?;
            }
            done(second::duckdb_v2_vector_get_view(vector, &mut view, none))?;
            // A constant has one entry, and a selection of zeros that is as long as a chunk.
            let selects = kind == second::VECTOR_DICTIONARY && !view.selection.is_null();
            let selection = selects.then(|| slice::from_raw_parts(view.selection, rows));
            let entries = if kind == second::VECTOR_CONSTANT { 1 } else { rows };
            Column::at(view.data.cast_mut(), view.validity.cast_mut(), selection, entries, type_of(phys))
        };
        let column = column.map_err(unknown)?;
        Ok(Argument { column, texts: Vec::new(), constant: kind == second::VECTOR_CONSTANT })
    }

    /// # Safety
    /// As for [`Argument::of`]: a list of texts.
    unsafe fn list(vector: Handle, rows: usize) -> Result<Argument<'v>> {
        let none = ptr::null_mut();
        // SAFETY: the caller vouches. Both the list and its child are made flat before they are seen as that,
        // and the child has as many entries as DuckDB says. Vectors are the same in both APIs.
        let (column, child, count) = unsafe {
            done(second::duckdb_v2_vector_flatten(vector, none))?;
            let column = Column::of(vector.cast(), rows).map_err(unknown)?;
            let count = ffi::duckdb_list_vector_get_size(vector.cast()) as usize;
            let child = ffi::duckdb_list_vector_get_child(vector.cast());
            done(second::duckdb_v2_vector_flatten(child.cast(), none))?;
            (column, Column::of(child, count).map_err(unknown)?, count)
        };
        let texts = (0..count).map(|row| match child.entry(row) {
            Entry::Null => Ok(None),
            Entry::Text(bytes) => text(bytes).map(Some),
            other => Err(format!("a list of {other:?}")),
        });
        Ok(Argument { column, texts: texts.collect::<Result<_>>()?, constant: false })
    }

    /// The text of a row of an argument that is one; `None` for NULL.
    #[inline]
    pub fn text(&self, row: usize) -> Result<Option<&'v str>> {
        self.column.text(row).map(text).transpose()
    }

    #[inline]
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

/// What a call on an argument says of itself.
fn done(code: second::Code) -> Result<()> {
    if code == 0 { Ok(()) } else { Err(format!("DuckDB does not show an argument: error {code}")) }
}

/// DuckDB's type of the entries; lists are read by [`Argument::list`].
pub(super) fn type_of(phys: Phys) -> u32 {
    match phys {
        Phys::Bool => ffi::DUCKDB_TYPE_DUCKDB_TYPE_BOOLEAN,
        Phys::Int => ffi::DUCKDB_TYPE_DUCKDB_TYPE_INTEGER,
        Phys::Long => ffi::DUCKDB_TYPE_DUCKDB_TYPE_BIGINT,
        Phys::Huge => ffi::DUCKDB_TYPE_DUCKDB_TYPE_HUGEINT,
        Phys::Real => ffi::DUCKDB_TYPE_DUCKDB_TYPE_DOUBLE,
        Phys::Text => ffi::DUCKDB_TYPE_DUCKDB_TYPE_VARCHAR,
        Phys::Texts => ffi::DUCKDB_TYPE_DUCKDB_TYPE_LIST,
    }
}

#[inline]
pub(super) fn text(bytes: &[u8]) -> Result<&str> {
    if is_ascii(bytes) {
        // SAFETY: ASCII is UTF-8. Most texts are, and this test is several times faster than the other.
        return Ok(unsafe { std::str::from_utf8_unchecked(bytes) });
    }
    std::str::from_utf8(bytes).map_err(|_| "a stored text is not UTF-8; the file is damaged".into())
}

fn unknown(kind: u32) -> String {
    format!("an argument of DuckDB's type {kind}")
}

/// Remembers in which row of the chunk a text was last seen: a column that is stored as a dictionary comes
/// with the same entry for equal texts, and its function then runs once for each of them. DuckDB does this
/// itself, for functions that cannot fail and dictionaries that it reads from storage.
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
    data: *mut c_void,
    phys: Phys,
    rows: usize,
    /// Null until a row is NULL.
    validity: *mut u64,
}

impl Output {
    /// # Safety
    /// A flat vector of this type with room for `rows` rows, which nobody else uses.
    pub unsafe fn of(vector: ffi::duckdb_vector, phys: Phys, rows: usize) -> Output {
        // SAFETY: the vector is valid.
        let data = unsafe { ffi::duckdb_vector_get_data(vector) };
        Output { vector, data, phys, rows, validity: ptr::null_mut() }
    }

    /// Writes a cell; false when it is of another type.
    #[must_use]
    #[inline]
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
        unsafe { self.data.cast::<T>().add(row).write(value) }
    }

    fn copy<T: Copy>(&mut self, row: usize, earlier: usize) {
        assert!(row < self.rows && earlier < row);
        // SAFETY: as in `write`; the earlier row was written, as it is not NULL.
        unsafe {
            let data = self.data.cast::<T>();
            data.add(row).write(data.add(earlier).read());
        }
    }
}
