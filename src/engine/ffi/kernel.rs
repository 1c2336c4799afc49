//! Kernels as DuckDB's scalar functions: arguments are read in place, row by row; errors and panics of a
//! kernel become errors of the query.

use std::any::Any;
use std::cell::Cell as Flag;
use std::ffi::{CString, c_void};
use std::panic::{AssertUnwindSafe, catch_unwind};

use duckdb::ffi;

use super::vectors::{Arguments, Output};
use super::{Connection, c_text};
use crate::error::{Error, Result};
use crate::kernels::{Cell, Kernel, Nulls, Phys, QUERY_ERROR};

/// What the texts of one vector may take: DuckDB's limit does not count them, and one text of each of 2048
/// rows may be long.
const TEXT_MAX_BYTES: usize = if cfg!(test) { 4 << 20 } else { 1 << 30 };

thread_local! {
    static RUNNING: Flag<bool> = const { Flag::new(false) };
}

/// Whether this thread runs a kernel, whose panic ends a query and no more. For panic hooks.
pub fn panic_is_contained() -> bool {
    RUNNING.get()
}

/// Makes a kernel callable in all connections of the database.
pub(super) fn register(connection: &Connection, kernel: &'static Kernel) -> Result<()> {
    let name = c_text(kernel.name)?;
    let mut function = Function::new();
    // SAFETY: the function is valid, the name NUL-terminated; DuckDB copies both types and name. The extra
    // information is a `&'static Kernel`, so nothing frees it, and `call` reads it as that.
    let state = unsafe {
        ffi::duckdb_scalar_function_set_name(function.raw, name.as_ptr());
        for phys in kernel.params {
            with_type(*phys, |ty| ffi::duckdb_scalar_function_add_parameter(function.raw, ty));
        }
        if let Some(phys) = kernel.rest {
            with_type(phys, |ty| ffi::duckdb_scalar_function_set_varargs(function.raw, ty));
        }
        with_type(kernel.returns, |ty| ffi::duckdb_scalar_function_set_return_type(function.raw, ty));
        if kernel.nulls == Nulls::Handle {
            ffi::duckdb_scalar_function_set_special_handling(function.raw);
        }
        if kernel.volatile {
            ffi::duckdb_scalar_function_set_volatile(function.raw);
        }
        let kernel: *const Kernel = kernel;
        ffi::duckdb_scalar_function_set_extra_info(function.raw, kernel.cast_mut().cast::<c_void>(), None);
        ffi::duckdb_scalar_function_set_function(function.raw, Some(call));
        ffi::duckdb_register_scalar_function(connection.raw(), function.raw)
    };
    function.free();
    if state == ffi::DuckDBSuccess {
        Ok(())
    } else {
        Err(Error::Engine { message: format!("function '{}' was not accepted", kernel.name), sql: None })
    }
}

struct Function {
    raw: ffi::duckdb_scalar_function,
}

impl Function {
    fn new() -> Function {
        // SAFETY: always allowed.
        Function { raw: unsafe { ffi::duckdb_create_scalar_function() } }
    }

    fn free(&mut self) {
        // SAFETY: ours; the call sets it to null, so it is freed once.
        unsafe { ffi::duckdb_destroy_scalar_function(&mut self.raw) }
    }
}

fn with_type(phys: Phys, each: impl FnOnce(ffi::duckdb_logical_type)) {
    let kind = match phys {
        Phys::Bool => ffi::DUCKDB_TYPE_DUCKDB_TYPE_BOOLEAN,
        Phys::Int => ffi::DUCKDB_TYPE_DUCKDB_TYPE_INTEGER,
        Phys::Long => ffi::DUCKDB_TYPE_DUCKDB_TYPE_BIGINT,
        Phys::Huge => ffi::DUCKDB_TYPE_DUCKDB_TYPE_HUGEINT,
        Phys::Real => ffi::DUCKDB_TYPE_DUCKDB_TYPE_DOUBLE,
        Phys::Text | Phys::Texts => ffi::DUCKDB_TYPE_DUCKDB_TYPE_VARCHAR,
    };
    // SAFETY: each type is made here and freed here, once; `each` gets a valid one.
    unsafe {
        let mut ty = ffi::duckdb_create_logical_type(kind);
        if phys == Phys::Texts {
            let mut list = ffi::duckdb_create_list_type(ty);
            each(list);
            ffi::duckdb_destroy_logical_type(&mut list);
        } else {
            each(ty);
        }
        ffi::duckdb_destroy_logical_type(&mut ty);
    }
}

/// What DuckDB calls for each chunk, from any of its threads.
unsafe extern "C" fn call(
    info: ffi::duckdb_function_info,
    input: ffi::duckdb_data_chunk,
    output: ffi::duckdb_vector,
) {
    // A panic must not unwind into C++.
    let outcome = catch_unwind(AssertUnwindSafe(|| {
        RUNNING.set(true);
        // SAFETY: `register` set the extra information to a `&'static Kernel`; DuckDB flattens the input
        // before the call, and input and output are ours until it returns.
        unsafe {
            let kernel: &'static Kernel = &*ffi::duckdb_scalar_function_get_extra_info(info).cast();
            run(kernel, input, output)
        }
    }));
    RUNNING.set(false);
    let message = match outcome {
        Ok(Ok(())) => return,
        Ok(Err(message)) => message,
        Err(panic) => format!("a function panicked: {}", panic_text(&*panic)),
    };
    let message = CString::new(message.replace('\0', "\u{2400}")).unwrap_or_default();
    // SAFETY: the message is NUL-terminated; DuckDB copies it.
    unsafe { ffi::duckdb_scalar_function_set_error(info, message.as_ptr()) }
}

fn panic_text(panic: &(dyn Any + Send)) -> &str {
    panic
        .downcast_ref::<String>()
        .map(String::as_str)
        .or_else(|| panic.downcast_ref::<&str>().copied())
        .unwrap_or("without a message")
}

/// # Safety
/// `input` is flat, and `output` a vector of the kernel's return type with room for its rows.
unsafe fn run(
    kernel: &'static Kernel,
    input: ffi::duckdb_data_chunk,
    output: ffi::duckdb_vector,
) -> std::result::Result<(), String> {
    // SAFETY: the caller vouches for both; the views end with this function.
    let (arguments, mut output) = unsafe {
        let arguments = Arguments::of(input)?;
        let output = Output::of(output, kernel.returns, arguments.rows);
        (arguments, output)
    };
    let mut memo = if kernel.volatile { None } else { arguments.memo() };
    let mut cells = arguments.first()?;
    let mut text = String::new();
    let mut written = 0;
    for row in 0..arguments.rows {
        if let Some(same) = memo.as_mut().and_then(|memo| memo.find(&arguments, row)) {
            output.repeat(row, same);
            continue;
        }
        for (cell, argument) in cells.iter_mut().zip(&arguments.columns) {
            if !argument.constant {
                *cell = argument.cell(row)?;
            }
        }
        if kernel.nulls == Nulls::Propagate && cells.iter().any(|cell| cell.is_null()) {
            output.null(row);
            continue;
        }
        text.clear();
        match (kernel.run)(&cells, &mut text) {
            Cell::Error(message) => return Err(format!("{QUERY_ERROR}{message}")),
            cell if output.set(row, cell) => {}
            _ => return Err(format!("function '{}' gave a value of a wrong type", kernel.name)),
        }
        written += text.len();
        if written > TEXT_MAX_BYTES {
            let megabytes = TEXT_MAX_BYTES >> 20;
            return Err(format!(
                "{QUERY_ERROR}the values that a function gives for {} rows take more than {megabytes} MB; \
                 give it fewer rows, or make the values smaller",
                arguments.rows
            ));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests;
