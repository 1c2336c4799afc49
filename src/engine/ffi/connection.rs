//! Databases, connections, and running SQL on them.

use std::cell::Cell;
use std::ffi::CString;
use std::marker::PhantomData;
use std::ptr;
use std::sync::{Arc, Weak};

use duckdb::ffi;

use super::second::{self, Handle};
use super::{Chunk, aggregate, c_text, chunk, failure, kernel, message};
use crate::error::{Error, Result};
use crate::types::ColumnType;

/// A DuckDB instance whose main database is in memory. Closed with its last connection.
pub struct Database {
    environment: Handle,
    instance: Handle,
}

// SAFETY: `duckdb_v2_connection_create` is the only call made with the handles while they are shared, and
// DuckDB allows it from any thread; destroying them needs `&mut`.
unsafe impl Send for Database {}
// SAFETY: as above.
unsafe impl Sync for Database {}

impl Database {
    /// Errors: the library is of another release than [`second::RELEASE`], or gives a reason.
    pub fn in_memory() -> Result<Arc<Database>> {
        // SAFETY: a static text of the library's.
        let release = unsafe { message(ffi::duckdb_library_version()) };
        if release != second::RELEASE {
            return Err(Error::message(format!(
                "this program needs the DuckDB library {}, and found {release}",
                second::RELEASE
            )));
        }
        let mut database = Database { environment: ptr::null_mut(), instance: ptr::null_mut() };
        // SAFETY: handles are given to the calls that made them valid; names and paths are borrowed for the
        // call, and null options are none. What is made is destroyed in `Drop`.
        unsafe {
            database.environment = second::made(|out, slot| second::duckdb_v2_environment_create(out, slot))?;
            database.instance =
                second::made(|out, slot| second::duckdb_v2_instance_create(database.environment, out, slot))?;
            let (name, path) = (second::text("memory"), second::text(":memory:"));
            second::done(|slot| {
                second::duckdb_v2_instance_attach(
                    database.instance,
                    &name,
                    &path,
                    ptr::null_mut(),
                    true,
                    slot,
                )
            })?;
        }
        Ok(Arc::new(database))
    }

    pub fn connect(self: &Arc<Database>) -> Result<Connection> {
        // SAFETY: the instance is open as long as `self` lives; the out pointer is valid for writes.
        let raw = unsafe {
            second::made(|out, slot| second::duckdb_v2_connection_create(self.instance, out, slot))
        };
        // The first API takes it for its own: in C++ a connection of the second one is a class that adds
        // fields behind those of a connection of the first. Only making and destroying them differ.
        let link = Arc::new(Link { raw: raw?, database: self.clone() });
        Ok(Connection { link, one_thread: PhantomData })
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        // SAFETY: every connection holds an `Arc` of this, so none is left; null, or freed once, here.
        unsafe {
            second::duckdb_v2_instance_destroy(&mut self.instance);
            second::duckdb_v2_environment_destroy(&mut self.environment);
        }
    }
}

/// The raw connection, shared with those who may only interrupt it or ask how far it is.
struct Link {
    raw: Handle,
    /// Keeps the database open.
    #[allow(dead_code)]
    database: Arc<Database>,
}

// SAFETY: a shared `Link` is used for `duckdb_interrupt` and `duckdb_query_progress` only, which set and
// read atomics of the connection; all else goes through `Connection`, which is not `Sync`.
unsafe impl Send for Link {}
// SAFETY: as above.
unsafe impl Sync for Link {}

impl Drop for Link {
    fn drop(&mut self) {
        // SAFETY: the last owner; freed once, here, before the database.
        unsafe { second::duckdb_v2_connection_destroy(&mut self.raw) };
    }
}

/// One connection. It can move to another thread but is used by one at a time.
pub struct Connection {
    link: Arc<Link>,
    one_thread: PhantomData<Cell<()>>,
}

/// Reaches into a connection from another thread; does nothing once that is gone.
#[derive(Clone)]
pub struct Interrupt {
    link: Weak<Link>,
}

impl Interrupt {
    /// Ends what the connection executes now; lost when it does not execute yet.
    pub fn interrupt(&self) {
        if let Some(link) = self.link.upgrade() {
            // SAFETY: the upgraded `Arc` keeps the connection open during the call, and DuckDB allows
            // this call from any thread.
            unsafe { ffi::duckdb_interrupt(link.raw.cast()) }
        }
    }

    /// How much of the running query is done, 0 to 1; `None` when DuckDB cannot tell.
    pub fn progress(&self) -> Option<f64> {
        let link = self.link.upgrade()?;
        // SAFETY: as in `interrupt`.
        let progress = unsafe { ffi::duckdb_query_progress(link.raw.cast()) };
        let known = progress.percentage >= 0.0 && progress.total_rows_to_process > 0;
        known.then(|| (progress.percentage / 100.0).clamp(0.0, 1.0))
    }
}

impl Connection {
    pub fn interrupt(&self) -> Interrupt {
        Interrupt { link: Arc::downgrade(&self.link) }
    }

    pub(super) fn raw(&self) -> ffi::duckdb_connection {
        self.link.raw.cast()
    }

    /// For calls of the second API.
    pub(super) fn handle(&self) -> Handle {
        self.link.raw
    }

    /// Makes every kernel callable, in all connections of the database.
    pub fn register_kernels(&self) -> Result<()> {
        kernel::register(self, crate::kernels::all())
    }

    /// Makes the aggregates of `kernels::set` callable, in all connections of the database. All that run may
    /// take so many bytes together.
    pub fn register_sets(&self, memory: u64) -> Result<()> {
        aggregate::register(self, usize::try_from(memory).unwrap_or(usize::MAX))
    }

    /// Runs statements of our own, one or several, to their end.
    pub fn execute(&self, sql: &str) -> Result<()> {
        let text = c_text(sql)?;
        let mut result = ResultHandle::empty();
        // SAFETY: the connection is open, the text NUL-terminated, and the result ours to write.
        let state = unsafe { ffi::duckdb_query(self.raw(), text.as_ptr(), &mut result.raw) };
        if state == ffi::DuckDBSuccess { Ok(()) } else { Err(result.error(sql)) }
    }

    /// Runs a SELECT whose columns are `columns`, and hands its rows over as they come.
    ///
    /// This is the one way for SQL that a compiler wrote. Errors: the text is not exactly one statement, it
    /// is not a SELECT (nothing of it has run then), it writes, or its columns are of other types.
    pub fn select(&self, sql: &str, columns: &[ColumnType]) -> Result<Rows<'_>> {
        // A SELECT can hold a DELETE ... RETURNING in its WITH.
        let transaction = Transaction { connection: self };
        self.execute("BEGIN TRANSACTION READ ONLY")?;
        let mut rows = self.query(sql, columns)?;
        rows.transaction = Some(transaction);
        Ok(rows)
    }

    /// As [`Connection::select`], for SELECTs of our own: part of the transaction that is open, if one is.
    pub fn query(&self, sql: &str, columns: &[ColumnType]) -> Result<Rows<'_>> {
        let statement = self.prepare_select(sql)?;
        let mut pending = Pending { raw: ptr::null_mut() };
        let mut result = ResultHandle::empty();
        // SAFETY: the statement is prepared; the out pointer is valid for writes. DuckDB fills `pending`
        // on failure too, and it is destroyed in `Drop` either way.
        let state = unsafe { ffi::duckdb_pending_prepared_streaming(statement.raw, &mut pending.raw) };
        if state != ffi::DuckDBSuccess {
            // SAFETY: the message belongs to `pending`, which lives until the end of this block.
            let text = unsafe { message(ffi::duckdb_pending_error(pending.raw)) };
            return Err(failure(text, Some(sql)));
        }
        // SAFETY: `pending` is a valid pending result; the result is ours to write.
        let state = unsafe { ffi::duckdb_execute_pending(pending.raw, &mut result.raw) };
        if state != ffi::DuckDBSuccess {
            return Err(result.error(sql));
        }
        let mut rows = Rows { result, sql: sql.into(), connection: PhantomData, transaction: None };
        rows.check(columns)?;
        Ok(rows)
    }

    /// Errors: the text is not exactly one SELECT that can be run.
    pub fn prove_select(&self, sql: &str) -> Result<()> {
        self.prepare_select(sql).map(drop)
    }

    fn prepare_select(&self, sql: &str) -> Result<Prepared> {
        let text = c_text(sql)?;
        let statements = self.extract(&text, sql)?;
        if statements.count != 1 {
            return Err(not_one_select(sql));
        }
        let mut prepared = Prepared { raw: ptr::null_mut() };
        // SAFETY: index 0 exists as there is one statement; `prepared` is filled on failure too and
        // destroyed in `Drop`.
        let state = unsafe {
            ffi::duckdb_prepare_extracted_statement(self.raw(), statements.raw, 0, &mut prepared.raw)
        };
        if state != ffi::DuckDBSuccess {
            // SAFETY: the message belongs to `prepared`, which lives until the end of this block.
            let text = unsafe { message(ffi::duckdb_prepare_error(prepared.raw)) };
            return Err(failure(text, Some(sql)));
        }
        // SAFETY: the statement is prepared.
        let kind = unsafe { ffi::duckdb_prepared_statement_type(prepared.raw) };
        if kind == ffi::duckdb_statement_type_DUCKDB_STATEMENT_TYPE_SELECT {
            Ok(prepared)
        } else {
            Err(not_one_select(sql))
        }
    }

    fn extract(&self, text: &CString, sql: &str) -> Result<Extracted> {
        let mut statements = Extracted { raw: ptr::null_mut(), count: 0 };
        // SAFETY: the connection is open, the text NUL-terminated, the out pointer valid for writes.
        statements.count =
            unsafe { ffi::duckdb_extract_statements(self.raw(), text.as_ptr(), &mut statements.raw) };
        if statements.count == 0 {
            // SAFETY: the message belongs to `statements`, which lives until the end of this block.
            let text = unsafe { message(ffi::duckdb_extract_statements_error(statements.raw)) };
            return Err(failure(text, Some(sql)));
        }
        Ok(statements)
    }
}

fn not_one_select(sql: &str) -> Error {
    Error::Engine { message: "the SQL is not exactly one SELECT".into(), sql: Some(sql.into()) }
}

struct Extracted {
    raw: ffi::duckdb_extracted_statements,
    count: u64,
}

impl Drop for Extracted {
    fn drop(&mut self) {
        // SAFETY: null or ours; freed once, here.
        unsafe { ffi::duckdb_destroy_extracted(&mut self.raw) }
    }
}

struct Prepared {
    raw: ffi::duckdb_prepared_statement,
}

impl Drop for Prepared {
    fn drop(&mut self) {
        // SAFETY: null or ours; freed once, here.
        unsafe { ffi::duckdb_destroy_prepare(&mut self.raw) }
    }
}

struct Pending {
    raw: ffi::duckdb_pending_result,
}

impl Drop for Pending {
    fn drop(&mut self) {
        // SAFETY: null or ours; freed once, here.
        unsafe { ffi::duckdb_destroy_pending(&mut self.raw) }
    }
}

struct ResultHandle {
    raw: ffi::duckdb_result,
}

impl ResultHandle {
    fn empty() -> ResultHandle {
        // SAFETY: a struct of integers and pointers for which zero means "no result".
        ResultHandle { raw: unsafe { std::mem::zeroed() } }
    }

    fn error(&mut self, sql: &str) -> Error {
        // SAFETY: the result is zero or filled by DuckDB; the message belongs to it.
        let (kind, text) = unsafe {
            let kind = ffi::duckdb_result_error_type(&mut self.raw);
            (kind, message(ffi::duckdb_result_error(&mut self.raw)))
        };
        if kind == ffi::duckdb_error_type_DUCKDB_ERROR_INTERRUPT {
            return Error::Cancelled;
        }
        failure(text, Some(sql))
    }
}

impl Drop for ResultHandle {
    fn drop(&mut self) {
        // SAFETY: zero or ours; freed once, here.
        unsafe { ffi::duckdb_destroy_result(&mut self.raw) }
    }
}

/// The rows of a running SELECT.
pub struct Rows<'c> {
    result: ResultHandle,
    sql: String,
    /// The connection runs nothing else, and stays open, until these are dropped.
    connection: PhantomData<&'c Connection>,
    /// Ends after the result, as fields are dropped in their order.
    transaction: Option<Transaction<'c>>,
}

/// A transaction that ends with its reader.
struct Transaction<'c> {
    connection: &'c Connection,
}

impl Drop for Transaction<'_> {
    fn drop(&mut self) {
        // An interrupt that is still repeated may hit this statement too.
        while let Err(Error::Cancelled) = self.connection.execute("ROLLBACK") {}
    }
}

impl<'c> Rows<'c> {
    fn check(&mut self, columns: &[ColumnType]) -> Result<()> {
        // SAFETY: the result is valid.
        let count = unsafe { ffi::duckdb_column_count(&mut self.result.raw) };
        let wrong = |message| Err(Error::Engine { message, sql: Some(self.sql.clone()) });
        if count != columns.len() as ffi::idx_t {
            return wrong(format!("the SQL gives {count} columns instead of {}", columns.len()));
        }
        for (index, column) in columns.iter().enumerate() {
            // SAFETY: the result is valid and has so many columns.
            let kind = unsafe { ffi::duckdb_column_type(&mut self.result.raw, index as ffi::idx_t) };
            if !chunk::holds(kind, column.ty) {
                let (name, ty) = (&column.name, column.ty.name());
                return wrong(format!("the SQL gives DuckDB's type {kind} for column '{name}' of type {ty}"));
            }
        }
        Ok(())
    }

    /// The next rows; `None` after the last.
    pub fn chunk(&mut self) -> Result<Option<Chunk<'c>>> {
        // SAFETY: the result is valid; the chunk is ours from here on.
        let raw = unsafe { ffi::duckdb_fetch_chunk(self.result.raw) };
        if !raw.is_null() {
            // SAFETY: a chunk fresh from a result is flat, and nobody else has it.
            return Ok(Some(unsafe { Chunk::from_result(raw) }));
        }
        // SAFETY: the result is valid; null means that there is no error.
        if unsafe { ffi::duckdb_result_error(&mut self.result.raw) }.is_null() {
            Ok(None)
        } else {
            Err(self.result.error(&self.sql))
        }
    }
}
