//! Aggregates of our own in DuckDB: the sets of `kernels::set`, one as the state of each group.

use std::ffi::{CString, c_void};
use std::slice;
use std::sync::atomic::{AtomicUsize, Ordering};

use duckdb::ffi;

use super::chunk::{Column, Entry};
use super::kernel::{TEXT_MAX_BYTES, contained};
use super::vectors::{Output, text, type_of};
use super::{Connection, MORE_MEMORY, c_text};
use crate::error::{Error, Result};
use crate::kernels::set::{Form, SETS, Set};
use crate::kernels::{Cell, Phys, QUERY_ERROR};

/// Bytes that the sets of all running queries take. DuckDB's own limit does not count them.
static TAKEN: AtomicUsize = AtomicUsize::new(0);

/// What an aggregate knows when it runs.
struct Known {
    form: Form,
    /// What [`TAKEN`] may become.
    memory: usize,
}

type Outcome = std::result::Result<(), String>;

/// Makes the sets callable in all connections of the database, which may take so many bytes.
pub(super) fn register(connection: &Connection, memory: usize) -> Result<()> {
    for (name, form) in SETS {
        let name = c_text(name)?;
        let known = Box::into_raw(Box::new(Known { form, memory })).cast::<c_void>();
        let types = [Phys::Text, Phys::Long].map(type_of);
        // SAFETY: the function and the types are ours, and freed below; DuckDB copies them. It owns `known`
        // from then on, and frees it with `forget`. The callbacks are of the types that it calls, and the
        // state's size and its first content are those of a `Set`.
        let state = unsafe {
            let mut function = ffi::duckdb_create_aggregate_function();
            ffi::duckdb_aggregate_function_set_name(function, name.as_ptr());
            for (at, kind) in types.into_iter().enumerate() {
                let mut ty = ffi::duckdb_create_logical_type(kind);
                ffi::duckdb_aggregate_function_add_parameter(function, ty);
                if at == 0 {
                    ffi::duckdb_aggregate_function_set_return_type(function, ty);
                }
                ffi::duckdb_destroy_logical_type(&mut ty);
            }
            ffi::duckdb_aggregate_function_set_functions(
                function,
                Some(size),
                Some(start),
                Some(update),
                Some(combine),
                Some(finish),
            );
            ffi::duckdb_aggregate_function_set_destructor(function, Some(destroy));
            ffi::duckdb_aggregate_function_set_extra_info(function, known, Some(forget));
            let state = ffi::duckdb_register_aggregate_function(connection.raw(), function);
            ffi::duckdb_destroy_aggregate_function(&mut function);
            state
        };
        if state != ffi::DuckDBSuccess {
            return Err(Error::message("DuckDB takes no aggregate of ours"));
        }
    }
    Ok(())
}

unsafe extern "C" fn forget(known: *mut c_void) {
    // SAFETY: made by `register`; DuckDB calls this once.
    drop(unsafe { Box::from_raw(known.cast::<Known>()) });
}

unsafe extern "C" fn size(_: ffi::duckdb_function_info) -> ffi::idx_t {
    size_of::<Set>() as ffi::idx_t
}

unsafe extern "C" fn start(_: ffi::duckdb_function_info, state: ffi::duckdb_aggregate_state) {
    // SAFETY: room for a `Set`, aligned as DuckDB aligns all states.
    unsafe { state.cast::<Set>().write(Set::default()) };
}

unsafe extern "C" fn update(
    info: ffi::duckdb_function_info,
    input: ffi::duckdb_data_chunk,
    states: *mut ffi::duckdb_aggregate_state,
) {
    // SAFETY: DuckDB gives flat vectors of the types that `register` named, and a state for each row, all of
    // them started; nobody else uses them meanwhile. A group of several rows has one state.
    run(info, |known| unsafe {
        let rows = ffi::duckdb_data_chunk_get_size(input) as usize;
        let column = |at| Column::of(ffi::duckdb_data_chunk_get_vector(input, at), rows);
        let (Ok(texts), Ok(sizes)) = (column(0), column(1)) else {
            return Err("a set of something that is no text".into());
        };
        let mut grown = Grown::default();
        for (row, state) in slice::from_raw_parts(states, rows).iter().copied().enumerate() {
            let Entry::Text(bytes) = texts.entry(row) else { continue };
            let set = &mut *state.cast::<Set>();
            if set.is_new() {
                set.keep(match sizes.entry(row) {
                    Entry::Long(size) => Some(size),
                    _ => None,
                });
            }
            if !set.is_full() {
                grown.of(set, |set| set.add(text(bytes)?).map_err(|_| too_large()))?;
            }
        }
        grown.check(known)
    });
}

unsafe extern "C" fn combine(
    info: ffi::duckdb_function_info,
    sources: *mut ffi::duckdb_aggregate_state,
    targets: *mut ffi::duckdb_aggregate_state,
    count: ffi::idx_t,
) {
    // SAFETY: so many started states on both sides, no target among the sources. Sources are not read
    // again, as no set is a window function.
    run(info, |known| unsafe {
        let sources = slice::from_raw_parts(sources, count as usize);
        let targets = slice::from_raw_parts(targets, count as usize);
        let mut grown = Grown::default();
        for (source, target) in sources.iter().copied().zip(targets.iter().copied()) {
            let (source, target) = (&mut *source.cast::<Set>(), &mut *target.cast::<Set>());
            let other = source.memory();
            grown.of(target, |target| target.absorb(source).map_err(|_| too_large()))?;
            grown.more += source.memory() as isize - other as isize;
        }
        grown.check(known)
    });
}

unsafe extern "C" fn finish(
    info: ffi::duckdb_function_info,
    states: *mut ffi::duckdb_aggregate_state,
    result: ffi::duckdb_vector,
    count: ffi::idx_t,
    offset: ffi::idx_t,
) {
    // SAFETY: so many started states, and a flat vector of texts with room for them behind the offset.
    run(info, |known| unsafe {
        let (count, offset) = (count as usize, offset as usize);
        let mut output = Output::of(result, Phys::Text, offset + count);
        let (mut out, mut written) = (String::new(), 0);
        for (at, state) in slice::from_raw_parts(states, count).iter().copied().enumerate() {
            out.clear();
            (*state.cast::<Set>()).write(known.form, &mut out);
            written += out.len();
            if written > TEXT_MAX_BYTES {
                return Err(too_large());
            }
            if !output.set(offset + at, Cell::Text(&out)) {
                return Err("a set is no text".into());
            }
        }
        Ok(())
    });
}

unsafe extern "C" fn destroy(states: *mut ffi::duckdb_aggregate_state, count: ffi::idx_t) {
    // SAFETY: so many started states, which nobody uses any more.
    unsafe {
        for state in slice::from_raw_parts(states, count as usize).iter().copied() {
            let set = std::mem::take(&mut *state.cast::<Set>());
            TAKEN.fetch_sub(set.memory(), Ordering::Relaxed);
        }
    }
}

/// Runs a callback; errors and panics become errors of the query.
fn run(info: ffi::duckdb_function_info, callback: impl FnOnce(&Known) -> Outcome) {
    // SAFETY: `register` gave every function its `Known`, which lives as long as the function.
    let known = unsafe { &*ffi::duckdb_aggregate_function_get_extra_info(info).cast::<Known>() };
    let Err(message) = contained(|| callback(known)) else { return };
    let message = CString::new(message).unwrap_or_default();
    // SAFETY: a running call; DuckDB copies the text.
    unsafe { ffi::duckdb_aggregate_function_set_error(info, message.as_ptr()) };
}

fn too_large() -> String {
    format!("{QUERY_ERROR}{MORE_MEMORY}")
}

/// How many bytes sets grew by in one call.
#[derive(Default)]
struct Grown {
    more: isize,
}

impl Grown {
    fn of(&mut self, set: &mut Set, change: impl FnOnce(&mut Set) -> Outcome) -> Outcome {
        let before = set.memory() as isize;
        let outcome = change(set);
        self.more += set.memory() as isize - before;
        outcome
    }

    /// Errors: all sets together take more than they may.
    fn check(&mut self, known: &Known) -> Outcome {
        let more = std::mem::take(&mut self.more);
        let before = TAKEN.fetch_add(more as usize, Ordering::Relaxed);
        if before.wrapping_add_signed(more) > known.memory { Err(too_large()) } else { Ok(()) }
    }
}

impl Drop for Grown {
    fn drop(&mut self) {
        // After an error too, what the sets hold is counted.
        TAKEN.fetch_add(self.more as usize, Ordering::Relaxed);
    }
}
