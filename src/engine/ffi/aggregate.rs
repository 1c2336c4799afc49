//! Aggregates of our own in DuckDB: the sets of `kernels::set` and the counts of `kernels::different`, one as the
//! state of each group.

use std::ffi::{CString, c_void};
use std::slice;
use std::sync::atomic::{AtomicUsize, Ordering};

use duckdb::ffi;

use super::chunk::{Column, Entry};
use super::kernel::{TEXT_MAX_BYTES, contained};
use super::vectors::{Output, text, type_of};
use super::{Connection, MORE_MEMORY, c_text};
use crate::error::{Error, Result};
use crate::kernels::different::{DIFFERENT, Different, Marks};
use crate::kernels::set::{Form, SETS, Set};
use crate::kernels::{Cell, Phys, QUERY_ERROR};

/// Bytes that the states of all running queries take. DuckDB's own limit does not count them.
static TAKEN: AtomicUsize = AtomicUsize::new(0);

/// What an aggregate of texts keeps of a group.
trait Gathers: Default {
    /// How its result is written.
    type Form: Copy;
    /// A text, and what else it is told with each.
    const TAKES: &'static [Phys];
    const GIVES: Phys;
    /// What is known of the texts of one vector.
    type Met<'t>: Default;

    /// Bytes of memory that it holds.
    fn memory(&self) -> usize;

    /// Takes a text; `size` is the number beside it.
    fn take<'t>(
        &mut self,
        text: &'t [u8],
        met: &mut Self::Met<'t>,
        size: impl FnOnce() -> Option<i64>,
    ) -> Outcome;

    /// Takes what another has, which came later.
    fn absorb(&mut self, other: &mut Self) -> Outcome;

    /// Its result, for which `out` has room.
    fn give<'o>(&self, form: Self::Form, out: &'o mut String) -> Cell<'o>;
}

impl Gathers for Set {
    type Form = Form;
    const TAKES: &'static [Phys] = &[Phys::Text, Phys::Long];
    const GIVES: Phys = Phys::Text;
    type Met<'t> = ();

    fn memory(&self) -> usize {
        self.memory()
    }

    #[inline]
    fn take(&mut self, bytes: &[u8], (): &mut (), size: impl FnOnce() -> Option<i64>) -> Outcome {
        if self.is_new() {
            self.keep(size());
        }
        if self.is_full() { Ok(()) } else { self.add(text(bytes)?).map_err(|_| too_large()) }
    }

    fn absorb(&mut self, other: &mut Set) -> Outcome {
        self.absorb(other).map_err(|_| too_large())
    }

    fn give<'o>(&self, form: Form, out: &'o mut String) -> Cell<'o> {
        self.write(form, out);
        Cell::Text(out)
    }
}

impl Gathers for Different {
    type Form = ();
    const TAKES: &'static [Phys] = &[Phys::Text];
    const GIVES: Phys = Phys::Long;
    type Met<'t> = Marks<'t>;

    fn memory(&self) -> usize {
        self.memory()
    }

    #[inline]
    fn take<'t>(&mut self, bytes: &'t [u8], met: &mut Marks<'t>, _: impl FnOnce() -> Option<i64>) -> Outcome {
        self.put(met.of(bytes));
        Ok(())
    }

    fn absorb(&mut self, other: &mut Different) -> Outcome {
        self.absorb(other);
        Ok(())
    }

    fn give<'o>(&self, (): (), _: &'o mut String) -> Cell<'o> {
        Cell::Long(self.count() as i64)
    }
}

/// What an aggregate knows when it runs.
struct Known<F> {
    form: F,
    /// What [`TAKEN`] may become.
    memory: usize,
}

type Outcome = std::result::Result<(), String>;

/// Makes the aggregates callable in all connections of the database, which may take so many bytes.
pub(super) fn register(connection: &Connection, memory: usize) -> Result<()> {
    SETS.into_iter()
        .try_for_each(|(name, form)| register_one::<Set>(connection, name, Known { form, memory }))?;
    register_one::<Different>(connection, DIFFERENT, Known { form: (), memory })
}

fn register_one<G: Gathers>(connection: &Connection, name: &str, known: Known<G::Form>) -> Result<()> {
    let name = c_text(name)?;
    let known = Box::into_raw(Box::new(known)).cast::<c_void>();
    // SAFETY: the function and the types are ours, and freed below; DuckDB copies them. It owns `known`
    // from then on, and frees it with `forget`. The callbacks are of the types that it calls, and the
    // state's size and its first content are those of a `G`.
    let state = unsafe {
        let mut function = ffi::duckdb_create_aggregate_function();
        ffi::duckdb_aggregate_function_set_name(function, name.as_ptr());
        for phys in G::TAKES {
            let mut ty = ffi::duckdb_create_logical_type(type_of(*phys));
            ffi::duckdb_aggregate_function_add_parameter(function, ty);
            ffi::duckdb_destroy_logical_type(&mut ty);
        }
        let mut ty = ffi::duckdb_create_logical_type(type_of(G::GIVES));
        ffi::duckdb_aggregate_function_set_return_type(function, ty);
        ffi::duckdb_destroy_logical_type(&mut ty);
        ffi::duckdb_aggregate_function_set_functions(
            function,
            Some(size::<G>),
            Some(start::<G>),
            Some(update::<G>),
            Some(combine::<G>),
            Some(finish::<G>),
        );
        ffi::duckdb_aggregate_function_set_destructor(function, Some(destroy::<G>));
        ffi::duckdb_aggregate_function_set_extra_info(function, known, Some(forget::<G>));
        let state = ffi::duckdb_register_aggregate_function(connection.raw(), function);
        ffi::duckdb_destroy_aggregate_function(&mut function);
        state
    };
    if state == ffi::DuckDBSuccess {
        Ok(())
    } else {
        Err(Error::message("DuckDB takes no aggregate of ours"))
    }
}

unsafe extern "C" fn forget<G: Gathers>(known: *mut c_void) {
    // SAFETY: made by `register_one`; DuckDB calls this once.
    drop(unsafe { Box::from_raw(known.cast::<Known<G::Form>>()) });
}

unsafe extern "C" fn size<G: Gathers>(_: ffi::duckdb_function_info) -> ffi::idx_t {
    size_of::<G>() as ffi::idx_t
}

unsafe extern "C" fn start<G: Gathers>(_: ffi::duckdb_function_info, state: ffi::duckdb_aggregate_state) {
    // SAFETY: room for a `G`, aligned as DuckDB aligns all states.
    unsafe { state.cast::<G>().write(G::default()) };
}

unsafe extern "C" fn update<G: Gathers>(
    info: ffi::duckdb_function_info,
    input: ffi::duckdb_data_chunk,
    states: *mut ffi::duckdb_aggregate_state,
) {
    // SAFETY: DuckDB gives flat vectors of the types that `register_one` named, and a state for each row, all of
    // them started; nobody else uses them meanwhile. A group of several rows has one state.
    run::<G>(info, |known| unsafe {
        let rows = ffi::duckdb_data_chunk_get_size(input) as usize;
        let column = |at| Column::of(ffi::duckdb_data_chunk_get_vector(input, at), rows);
        let sizes = if G::TAKES.len() > 1 { column(1).ok() } else { None };
        let Ok(texts) = column(0) else { return Err("what is gathered is no text".into()) };
        let (mut grown, mut met) = (Grown::default(), G::Met::default());
        for (row, state) in slice::from_raw_parts(states, rows).iter().copied().enumerate() {
            let Entry::Text(bytes) = texts.entry(row) else { continue };
            let size = || match sizes.as_ref()?.entry(row) {
                Entry::Long(size) => Some(size),
                _ => None,
            };
            grown.of(&mut *state.cast::<G>(), |group| group.take(bytes, &mut met, size))?;
        }
        grown.check(known.memory)
    });
}

unsafe extern "C" fn combine<G: Gathers>(
    info: ffi::duckdb_function_info,
    sources: *mut ffi::duckdb_aggregate_state,
    targets: *mut ffi::duckdb_aggregate_state,
    count: ffi::idx_t,
) {
    // SAFETY: so many started states on both sides, no target among the sources. Sources are not read
    // again, as none is a window function.
    run::<G>(info, |known| unsafe {
        let sources = slice::from_raw_parts(sources, count as usize);
        let targets = slice::from_raw_parts(targets, count as usize);
        let mut grown = Grown::default();
        for (source, target) in sources.iter().copied().zip(targets.iter().copied()) {
            let (source, target) = (&mut *source.cast::<G>(), &mut *target.cast::<G>());
            let other = source.memory();
            grown.of(target, |target| target.absorb(source))?;
            grown.more += source.memory() as isize - other as isize;
        }
        grown.check(known.memory)
    });
}

unsafe extern "C" fn finish<G: Gathers>(
    info: ffi::duckdb_function_info,
    states: *mut ffi::duckdb_aggregate_state,
    result: ffi::duckdb_vector,
    count: ffi::idx_t,
    offset: ffi::idx_t,
) {
    // SAFETY: so many started states, and a flat vector of what is given with room for them behind the offset.
    run::<G>(info, |known| unsafe {
        let (count, offset) = (count as usize, offset as usize);
        let mut output = Output::of(result, G::GIVES, offset + count);
        let (mut out, mut written) = (String::new(), 0);
        for (at, state) in slice::from_raw_parts(states, count).iter().copied().enumerate() {
            out.clear();
            let given = (*state.cast::<G>()).give(known.form, &mut out);
            if let Cell::Text(text) = given {
                written += text.len();
            }
            if written > TEXT_MAX_BYTES {
                return Err(too_large());
            }
            if !output.set(offset + at, given) {
                return Err("an aggregate gives something else than it said".into());
            }
        }
        Ok(())
    });
}

unsafe extern "C" fn destroy<G: Gathers>(states: *mut ffi::duckdb_aggregate_state, count: ffi::idx_t) {
    // SAFETY: so many started states, which nobody uses any more.
    unsafe {
        for state in slice::from_raw_parts(states, count as usize).iter().copied() {
            let group = std::mem::take(&mut *state.cast::<G>());
            TAKEN.fetch_sub(group.memory(), Ordering::Relaxed);
        }
    }
}

/// Runs a callback; errors and panics become errors of the query.
fn run<G: Gathers>(info: ffi::duckdb_function_info, callback: impl FnOnce(&Known<G::Form>) -> Outcome) {
    // SAFETY: `register_one` gave every function its `Known`, which lives as long as the function.
    let known = unsafe { &*ffi::duckdb_aggregate_function_get_extra_info(info).cast::<Known<G::Form>>() };
    let Err(message) = contained(|| callback(known)) else { return };
    let message = CString::new(message).unwrap_or_default();
    // SAFETY: a running call; DuckDB copies the text.
    unsafe { ffi::duckdb_aggregate_function_set_error(info, message.as_ptr()) };
}

fn too_large() -> String {
    format!("{QUERY_ERROR}{MORE_MEMORY}")
}

/// How many bytes states grew by in one call.
#[derive(Default)]
struct Grown {
    more: isize,
}

impl Grown {
    #[inline]
    fn of<G: Gathers>(&mut self, group: &mut G, change: impl FnOnce(&mut G) -> Outcome) -> Outcome {
        let before = group.memory() as isize;
        let outcome = change(group);
        self.more += group.memory() as isize - before;
        outcome
    }

    /// Errors: all states together take more than they may.
    fn check(&mut self, memory: usize) -> Outcome {
        let more = std::mem::take(&mut self.more);
        let before = TAKEN.fetch_add(more as usize, Ordering::Relaxed);
        if before.wrapping_add_signed(more) > memory { Err(too_large()) } else { Ok(()) }
    }
}

impl Drop for Grown {
    fn drop(&mut self) {
        // After an error too, what the states hold is counted.
        TAKEN.fetch_add(self.more as usize, Ordering::Relaxed);
    }
}
