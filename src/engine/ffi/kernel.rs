//! Kernels as DuckDB's scalar functions: arguments are read in place, row by row; errors and panics of a
//! kernel become errors of the query.

use std::ffi::c_void;
use std::ptr;
use std::rc::Rc;

use super::Connection;
use super::second::{self, Handle};
use super::vectors::{Arguments, Output};
use crate::error::Result;
use crate::kernels::{Cell, Kernel, Nulls, Phys, QUERY_ERROR, Test};

/// What the texts of one vector may take: DuckDB's limit does not count them, and one text of each of 2048
/// rows may be long.
pub(super) const TEXT_MAX_BYTES: usize = if cfg!(test) { 4 << 20 } else { 1 << 30 };

/// Makes kernels callable in all connections of the database.
pub(super) fn register(
    connection: &Connection,
    kernels: impl Iterator<Item = &'static Kernel>,
) -> Result<()> {
    // SAFETY: the connection is open; the factory lives as long as it.
    let factory = unsafe {
        second::made(|out, slot| second::duckdb_v2_connection_get_factory(connection.handle(), out, slot))
    }?;
    let types = Types::new(factory)?;
    for kernel in kernels {
        let function = Function::new(factory)?;
        function.describe(kernel, &types)?;
        // SAFETY: both are valid; DuckDB copies the function.
        unsafe {
            second::done(|slot| {
                second::duckdb_v2_connection_register_scalar_function(connection.handle(), function.raw, slot)
            })
        }?;
    }
    Ok(())
}

/// DuckDB's types by [`Phys`].
struct Types {
    made: Vec<(Phys, Handle)>,
}

impl Types {
    fn new(factory: Handle) -> Result<Types> {
        let mut types = Types { made: Vec::new() };
        for (phys, name) in [
            (Phys::Bool, "BOOLEAN"),
            (Phys::Int, "INTEGER"),
            (Phys::Long, "BIGINT"),
            (Phys::Huge, "HUGEINT"),
            (Phys::Real, "DOUBLE"),
            (Phys::Text, "VARCHAR"),
            (Phys::Texts, "VARCHAR[]"),
        ] {
            let name = second::text(name);
            // SAFETY: the factory is valid, the text borrowed for the call; the type is freed in `Drop`.
            let made = unsafe {
                second::made(|out, slot| {
                    second::duckdb_v2_factory_create_type_from_text(factory, &name, out, slot)
                })
            };
            types.made.push((phys, made?));
        }
        Ok(types)
    }

    fn of(&self, phys: Phys) -> Handle {
        self.made.iter().find(|(known, _)| *known == phys).map_or(ptr::null_mut(), |(_, ty)| *ty)
    }
}

impl Drop for Types {
    fn drop(&mut self) {
        for (_, ty) in &mut self.made {
            // SAFETY: ours; freed once, here.
            unsafe { second::duckdb_v2_logical_type_destroy(ty) };
        }
    }
}

struct Function {
    raw: Handle,
}

impl Function {
    fn new(factory: Handle) -> Result<Function> {
        // SAFETY: the factory is valid; the function is freed in `Drop`.
        let raw =
            unsafe { second::made(|out, slot| second::duckdb_v2_scalar_function_create(factory, out, slot)) };
        Ok(Function { raw: raw? })
    }

    fn describe(&self, kernel: &'static Kernel, types: &Types) -> Result<()> {
        let name = second::text(kernel.name);
        let mut kept = second::Kept {
            value: std::ptr::from_ref(kernel).cast_mut().cast::<c_void>(),
            destroy: None,
            equals: None,
        };
        // SAFETY: the function is valid, and the signature as long as it; texts and types are borrowed for
        // the calls. What is kept is a `&'static Kernel`, so nothing frees it, and `call` reads it as that.
        unsafe {
            second::done(|slot| second::duckdb_v2_scalar_function_set_name(self.raw, &name, slot))?;
            second::done(|slot| second::duckdb_v2_scalar_function_set_user_data(self.raw, &mut kept, slot))?;
            second::done(|slot| second::duckdb_v2_scalar_function_set_exec_callback(self.raw, call, slot))?;
            let signature = second::made(|out, slot| {
                second::duckdb_v2_scalar_function_get_signature(self.raw, out, slot)
            })?;
            let kinds = kernel.params.iter().map(|phys| (*phys, second::POSITIONAL_ONLY));
            let rest = kernel.rest.map(|phys| (phys, second::POSITIONAL_VARIADIC));
            for (at, (phys, kind)) in kinds.chain(rest).enumerate() {
                let name = format!("p{at}");
                let (name, none) = (second::text(&name), ptr::null_mut());
                second::done(|slot| {
                    let ty = types.of(phys);
                    second::duckdb_v2_function_signature_add_parameter(signature, &name, ty, none, kind, slot)
                })?;
            }
            second::done(|slot| {
                let ty = types.of(kernel.returns);
                second::duckdb_v2_function_signature_set_return_type(signature, ty, slot)
            })?;
            for (wanted, key, value) in [
                (kernel.fallible == Some(false), second::FALLIBILITY, second::INFALLIBLE),
                (kernel.nulls == Nulls::Handle, second::NULL_HANDLING, second::NULL_HANDLING_SPECIAL),
                (kernel.volatile, second::STABILITY, second::STABILITY_VOLATILE),
            ] {
                if wanted {
                    second::done(|slot| {
                        second::duckdb_v2_scalar_function_set_property(self.raw, key, value, slot)
                    })?;
                }
            }
        }
        Ok(())
    }
}

impl Drop for Function {
    fn drop(&mut self) {
        // SAFETY: ours; freed once, here.
        unsafe { second::duckdb_v2_scalar_function_destroy(&mut self.raw) };
    }
}

/// Runs what DuckDB called: a panic, which must not unwind into C++, becomes an error. No message has a NUL.
pub(super) fn contained(
    run: impl FnOnce() -> std::result::Result<(), String>,
) -> std::result::Result<(), String> {
    let message = match crate::contained::contained(run) {
        Ok(Ok(())) => return Ok(()),
        Ok(Err(message)) => message,
        Err(panic) => format!("a function panicked: {panic}"),
    };
    Err(message.replace('\0', "\u{2400}"))
}

/// What DuckDB calls for each chunk, from any of its threads.
unsafe extern "C" fn call(info: Handle, _: Handle, slot: second::Slot) {
    let mut kept = ptr::null_mut();
    // SAFETY: `describe` set what is kept to a `&'static Kernel`.
    let kernel: &'static Kernel = unsafe {
        second::duckdb_v2_scalar_function_exec_get_user_data(info, &mut kept, ptr::null_mut());
        &*kept.cast()
    };
    // SAFETY: input and output are ours until this function returns.
    let Err(message) = contained(|| unsafe { run(kernel, info) }) else { return };
    // Of a function that cannot fail DuckDB takes errors of this kind as they are, when the text that it
    // gives is too long, or a file is damaged.
    let code = if kernel.fallible == Some(false) { second::INPUT_OBJECT_SIZE } else { second::INPUT_INVALID };
    // SAFETY: the slot holds an error that waits for its text; DuckDB copies it.
    unsafe {
        second::duckdb_v2_error_info_set_text(*slot, &second::text(&message));
        second::duckdb_v2_error_info_set_code(*slot, code);
    }
}

/// # Safety
/// `info` is that of a running call of this kernel.
unsafe fn run(kernel: &'static Kernel, info: Handle) -> std::result::Result<(), String> {
    let mut result = ptr::null_mut();
    // SAFETY: the caller vouches for the call; the views end with this function. The second API's vectors are
    // the first one's.
    let (arguments, mut output) = unsafe {
        let arguments = Arguments::of(info, kernel)?;
        second::duckdb_v2_scalar_function_exec_get_result(info, &mut result, ptr::null_mut());
        let output = Output::of(result.cast(), kernel.returns, arguments.rows);
        (arguments, output)
    };
    let cells = arguments.first()?;
    if let Some(test) = prepared(kernel, &arguments, &cells) {
        return tested(&*test, kernel, &arguments, &mut output);
    }
    called(kernel, &arguments, cells, &mut output)
}

/// Calls the kernel for each row.
fn called<'v>(
    kernel: &'static Kernel,
    arguments: &'v Arguments<'v>,
    mut cells: Vec<Cell<'v>>,
    output: &mut Output,
) -> std::result::Result<(), String> {
    let mut memo = if kernel.volatile { None } else { arguments.memo() };
    let mut text = String::new();
    let mut written = 0;
    for row in 0..arguments.rows {
        if let Some(same) = memo.as_mut().and_then(|memo| memo.find(arguments, row)) {
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
            _ => return Err(wrong_type(kernel)),
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

fn wrong_type(kernel: &Kernel) -> String {
    format!("function '{}' gave a value of a wrong type", kernel.name)
}

/// What the kernel makes of arguments of which only the first, a text, varies.
fn prepared(kernel: &Kernel, arguments: &Arguments<'_>, cells: &[Cell<'_>]) -> Option<Rc<dyn Test>> {
    let (first, rest) = arguments.columns.split_first()?;
    let known = !first.constant && rest.iter().all(|argument| argument.constant);
    if !known || arguments.rows == 0 || cells[1..].iter().any(|cell| cell.is_null()) {
        return None;
    }
    kernel.prepare?(&cells[1..])
}

/// Runs the test for each row.
fn tested(
    test: &dyn Test,
    kernel: &Kernel,
    arguments: &Arguments<'_>,
    output: &mut Output,
) -> std::result::Result<(), String> {
    let mut memo = arguments.memo();
    let texts = &arguments.columns[0];
    for row in 0..arguments.rows {
        if let Some(same) = memo.as_mut().and_then(|memo| memo.find(arguments, row)) {
            output.repeat(row, same);
            continue;
        }
        match texts.text(row)? {
            Some(text) if output.set(row, test.test(text)) => {}
            Some(_) => return Err(wrong_type(kernel)),
            None => output.null(row),
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests;
