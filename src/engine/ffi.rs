//! DuckDB's C API behind safe types: with `kernels/`, `sys.rs` and `heap.rs` the only home of `unsafe`. Knows
//! pointers, vectors and errors; knows nothing of tables, results or settings.
//!
//! Every raw handle lives in one struct here that frees it once, in `Drop`, and whose lifetime or `Arc`
//! keeps what it hangs on alive: chunk and appender hang on a connection, a connection on its database.
#![allow(unsafe_code)]

mod aggregate;
mod append;
mod chunk;
mod connection;
mod kernel;
mod second;
mod vectors;

pub use append::Appender;
pub use chunk::Chunk;
pub use connection::{Connection, Database, Interrupt};

use std::ffi::{CStr, CString, c_char};

use crate::error::{Error, Result};

/// Makes the allocator give memory back as soon as it is freed, instead of keeping some for later: tens of
/// megabytes less, for a tenth more time where vectors of long texts come and go. Does nothing without glibc.
pub fn return_memory() {
    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    {
        use std::ffi::c_int;
        unsafe extern "C" {
            fn mallopt(parameter: c_int, value: c_int) -> c_int;
        }
        /// From so many bytes on each allocation is a mapping of its own.
        const M_MMAP_THRESHOLD: c_int = -3;
        // SAFETY: any thread may call it at any time; what it does not know it leaves as it is.
        unsafe { mallopt(M_MMAP_THRESHOLD, 1 << 20) };
    }
}

/// Text for the C API.
///
/// Errors: a NUL inside, which C would take for the end.
fn c_text(text: &str) -> Result<CString> {
    CString::new(text).map_err(|_| Error::message("a NUL character cannot be part of SQL or of a name"))
}

/// Copies a message of DuckDB's.
///
/// # Safety
/// `text` is null or points to a NUL-terminated string that stays as it is during the call.
unsafe fn message(text: *const c_char) -> String {
    if text.is_null() {
        return "DuckDB gave no reason".into();
    }
    // SAFETY: not null, and the caller vouches for the rest.
    unsafe { CStr::from_ptr(text) }.to_string_lossy().into_owned()
}

/// What a query is told that reaches the limit.
const MORE_MEMORY: &str =
    "the query needs more memory than it may have; narrow it, or raise the limit with --memory";

/// What DuckDB's message means. Most are mistakes in SQL that we wrote; some are the query's or the machine's.
fn failure(text: String, sql: Option<&str>) -> Error {
    if text.starts_with("INTERRUPT Error") {
        return Error::Cancelled;
    }
    // The query's own mistake, as an invalid regular expression is.
    if let Some((_, message)) = text.split_once(crate::kernels::QUERY_ERROR) {
        return Error::message(message);
    }
    if text.contains("Max expression depth limit") {
        return Error::message(
            "an expression nests deeper than the engine reads; put a part into an extend before it",
        );
    }
    if text.starts_with("Out of Memory Error") {
        let way_out = if text.contains("max_temp_directory_size") || text.contains("offload") {
            "the query needs more room for spilled rows than the disk of the cache folder has; \
             narrow it, or set XDG_CACHE_HOME to a larger disk"
        } else {
            MORE_MEMORY
        };
        return Error::message(way_out);
    }
    if text.contains("No space left on device") {
        return Error::message(format!("the disk is full: {}", text.lines().next().unwrap_or_default()));
    }
    Error::Engine { message: text, sql: sql.map(str::to_owned) }
}
