//! Opening: the settings, the hunt file behind them, and the lock after which no SQL can change either.

use std::fs::{self, File};
use std::io::Read;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use super::Options;
use super::ffi::{self, Connection, Database};
use super::spill::Spill;
use super::{foreign, layout};
use crate::error::{Error, Result};
use crate::sql::quote;
use crate::sys;

/// How long another process may hold the file before we say so: a load that ends takes less.
const LOCK_WAIT: Duration = Duration::from_secs(2);
const LOCK_POLL: Duration = Duration::from_millis(50);

/// Of a file that is no database, to say what it is.
const START_BYTES: u64 = 1 << 10;

/// With less than this, memory that is free is given back at once.
const LITTLE_MEMORY_BYTES: u64 = 1 << 30;

/// What is kept of the memory for what DuckDB does not count, above all the texts of vectors: one of so many parts,
/// and not more than [`UNCOUNTED_MAX_BYTES`].
const UNCOUNTED_PART: u64 = 8;
const UNCOUNTED_MAX_BYTES: u64 = 64 << 20;

/// The least of this and half of the memory is the default limit.
const MEMORY_BYTES: u64 = 4 << 30;

/// A DuckDB instance with its settings. The data are the catalog `hunt` in it.
pub struct Instance {
    pub database: Arc<Database>,
    /// The hunt file, when the data are not in memory.
    pub file: Option<PathBuf>,
    /// The Parquet file that is read in place; `hunt` is empty then.
    pub parquet: Option<PathBuf>,
    /// Bytes that queries may take.
    pub memory: u64,
    /// What others opened of the files: closing any handle on a file gives up DuckDB's lock on it.
    opened: Mutex<Vec<File>>,
    /// Dropped after the database, whose files are in it.
    #[allow(dead_code)]
    spill: Spill,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    Read,
    Write,
}

impl Instance {
    /// Makes an instance with `hunt` attached: a file, or an empty database in memory.
    pub fn new(options: &Options, file: Option<&Path>, access: Access) -> Result<(Instance, Connection)> {
        if let Some(file) = file {
            check_kind(file)?;
        }
        sys::make_files_private();
        if memory_bytes(options) < LITTLE_MEMORY_BYTES {
            ffi::return_memory();
        }
        let spill = Spill::new()?;
        let database = Database::in_memory()?;
        let connection = database.connect()?;
        let (parquet, file) = match file {
            Some(file) if foreign::is_parquet(file) => (Some(file), None),
            file => (None, file),
        };
        if let (Some(file), Access::Write) = (parquet, access) {
            return Err(Error::message(format!(
                "'{}' is a Parquet file, into which nothing is loaded; name another file with --db",
                file.display()
            )));
        }
        let [file_kept, parquet] = [file, parquet].map(|path| path.map(Path::to_path_buf));
        let memory = memory_bytes(options);
        let instance =
            Instance { database, file: file_kept, parquet, memory, opened: Mutex::default(), spill };
        connection.execute(&settings(options, &instance.spill.path)?)?;
        match file {
            Some(file) => {
                if access == Access::Write && !has_content(file) {
                    create(&connection, file)?;
                }
                attach(&connection, file, access)?;
            }
            None => connection.execute("ATTACH ':memory:' AS hunt")?,
        }
        Ok((instance, connection))
    }

    /// Keeps a handle on one of the files as long as DuckDB has it.
    pub fn keep_open(&self, file: File) {
        self.opened.lock().unwrap_or_else(PoisonError::into_inner).push(file);
    }

    /// From here on no SQL reads files, reaches the network, or changes a setting. The hunt file alone can
    /// be attached again.
    pub fn lock(&self, connection: &Connection) -> Result<()> {
        let mut paths = Vec::new();
        if let Some(file) = &self.parquet {
            paths = vec![quote::text(path_text(file)?)];
        }
        if let Some(file) = &self.file {
            paths = vec![quote::text(path_text(file)?), quote::text(path_text(&wal(file))?)];
        }
        // A connection that is opened later must still be able to turn its progress on, and a run to say how soon it
        // wants its first rows.
        connection.execute(&format!(
            "SET allowed_paths = [{}]; \
             SET allowed_configs = ['enable_progress_bar', 'enable_progress_bar_print', 'streaming_buffer_size']; \
             SET enable_external_access = false; \
             SET lock_configuration = true;",
            paths.join(", ")
        ))
    }
}

/// A further connection, which keeps count of its progress.
pub fn connect(database: &Arc<Database>) -> Result<Connection> {
    let connection = database.connect()?;
    connection.execute("SET enable_progress_bar = true; SET enable_progress_bar_print = false;")?;
    Ok(connection)
}

/// The bytes that queries may use.
pub fn memory_bytes(options: &Options) -> u64 {
    options.memory_bytes.unwrap_or_else(|| (sys::memory_bytes() / 2).min(MEMORY_BYTES))
}

/// More of them are a slip of the finger, and DuckDB starts them all.
const THREADS_MAX: usize = 1024;

fn settings(options: &Options, spill: &Path) -> Result<String> {
    if let Some(threads) = options.threads.filter(|threads| *threads > THREADS_MAX) {
        return Err(Error::message(format!("{threads} threads are too many; {THREADS_MAX} can be had")));
    }
    let memory = memory_bytes(options);
    let memory = memory - (memory / UNCOUNTED_PART).min(UNCOUNTED_MAX_BYTES);
    let cores = std::thread::available_parallelism().map_or(1, |cores| cores.get());
    Ok(format!(
        // Without these a query that names a function of an extension fetches it from the network.
        "SET autoinstall_known_extensions = false; \
         SET autoload_known_extensions = false; \
         SET allow_community_extensions = false; \
         SET allow_persistent_secrets = false; \
         SET memory_limit = '{memory}B'; \
         SET threads = {threads}; \
         SET temp_directory = {spill}; \
         SET preserve_insertion_order = true; \
         SET error_on_division_by_zero = false; \
         SET order_by_non_integer_literal = true; \
         SET late_materialization_max_rows = 1000; \
         SET enable_progress_bar = true; \
         SET enable_progress_bar_print = false; {further}",
        further = options.settings,
        threads = options.threads.unwrap_or(cores).max(1),
        spill = quote::text(path_text(spill)?),
    ))
}

fn has_content(file: &Path) -> bool {
    file.metadata().is_ok_and(|data| data.len() > 0)
}

/// Makes a hunt file with its layout and no tables. It appears whole: DuckDB writes its first blocks one
/// after the other, and does not open what a killed process left of them.
fn create(connection: &Connection, file: &Path) -> Result<()> {
    let name = file.file_name().unwrap_or_default().to_string_lossy();
    sys::sweep(file.parent().unwrap_or(Path::new("")), &format!("{name}.new-"));
    let own = file.with_file_name(format!("{name}.new-{}", std::process::id()));
    attach(connection, &own, Access::Write)?;
    connection.execute(&format!("{} CHECKPOINT hunt; DETACH hunt;", layout::create()))?;
    // Another process may have been quicker.
    let outcome = if has_content(file) { fs::remove_file(&own) } else { fs::rename(&own, file) };
    outcome.map_err(|source| Error::file(file, source))
}

/// Attaches a file as `hunt`.
///
/// Errors: none there (when reading), held by another process for longer than [`LOCK_WAIT`], or not
/// readable as a DuckDB file; each says what to do.
pub fn attach(connection: &Connection, file: &Path, access: Access) -> Result<()> {
    // Without its type a file is taken for what its name says: of one named .jsonl DuckDB attaches an empty database in
    // memory, and every row that is loaded into that is lost.
    let option = match access {
        Access::Read => " (TYPE duckdb, READ_ONLY)",
        Access::Write => " (TYPE duckdb)",
    };
    let sql = format!("ATTACH {} AS hunt{option}", quote::text(path_text(file)?));
    let start = Instant::now();
    loop {
        let reason = match connection.execute(&sql) {
            Err(Error::Engine { message, .. }) => message,
            other => return other,
        };
        let Some(holder) = lock_holder(&reason) else { return Err(not_opened(file, &reason)) };
        if start.elapsed() > LOCK_WAIT {
            return Err(Error::message(format!(
                "'{}' is in use by process {holder}; wait until it has loaded its files, or end it",
                file.display()
            )));
        }
        std::thread::sleep(LOCK_POLL);
    }
}

/// What the file's surroundings say, before anything is read from it.
pub fn notes(file: &Path) -> Vec<String> {
    let shown = file.display();
    let mut notes = Vec::new();
    if wal(file).metadata().is_ok_and(|data| data.len() > 0) {
        notes.push(format!(
            "the last load into '{shown}' did not end; load its files again, what is there is not loaded twice"
        ));
    }
    let mode = file.metadata().map_or(0, |data| data.permissions().mode() & 0o777);
    if mode & 0o077 != 0 {
        notes.push(format!(
            "others on this machine can read '{shown}' (mode {mode:03o}); chmod 600 '{shown}'"
        ));
    }
    notes
}

/// DuckDB's write-ahead log beside a file.
pub fn wal(file: &Path) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(".wal");
    name.into()
}

/// A device would be replaced by a new database, and a pipe waited for without end.
fn check_kind(file: &Path) -> Result<()> {
    match file.metadata() {
        Ok(found) if !found.is_file() => Err(Error::message(format!(
            "'{}' is a folder, a device or a pipe; a database is a file",
            file.display()
        ))),
        Ok(_) | Err(_) => Ok(()),
    }
}

/// The PID in `Conflicting lock is held in /usr/bin/x (PID 12) by user y`.
fn lock_holder(reason: &str) -> Option<&str> {
    let (_, rest) = reason.split_once("Could not set lock on file")?;
    Some(
        rest.split_once("(PID ").and_then(|(_, rest)| rest.split_once(')')).map_or("unknown", |(pid, _)| pid),
    )
}

fn not_opened(file: &Path, reason: &str) -> Error {
    let shown = file.display();
    let text = if reason.contains("database does not exist") {
        format!("there is no database '{shown}'; make one with kqlhunt ingest --db '{shown}' FILE")
    } else if file.metadata().is_ok_and(|data| data.len() == 0) {
        format!(
            "'{shown}' is empty; copy or export it again, or fill it with kqlhunt ingest --db '{shown}' FILE"
        )
    } else if reason.contains("not a valid DuckDB database file") {
        let is = looks_like(file);
        format!("'{shown}' {is}; load it into one with kqlhunt ingest --db hunt.duckdb '{shown}'")
    } else if ["Corrupt database file", "Could not read enough bytes"]
        .iter()
        .any(|said| reason.contains(said))
    {
        format!("'{shown}' is damaged ({reason}); load its sources into a new file")
    } else if reason.contains("version number") || reason.contains("newer") {
        format!("'{shown}' was made by another version of DuckDB ({reason}); use a newer kqlhunt")
    } else {
        format!("'{shown}' cannot be opened: {reason}")
    };
    Error::message(text)
}

/// What a file that is no database begins as.
fn looks_like(file: &Path) -> &'static str {
    let mut start = Vec::new();
    let read = File::open(file).and_then(|file| file.take(START_BYTES).read_to_end(&mut start));
    let text = String::from_utf8_lossy(&start);
    match text.trim_start_matches('\u{feff}').trim_start().chars().next() {
        _ if read.is_err() => "is not a DuckDB database",
        _ if start.starts_with(&[0x1f, 0x8b]) => "is a compressed file and not a DuckDB database",
        Some('{' | '[') => "holds JSON and is not a DuckDB database",
        _ if !text.contains(['\0', '\u{fffd}']) => "holds text and is not a DuckDB database",
        _ => "is not a DuckDB database",
    }
}

fn path_text(path: &Path) -> Result<&str> {
    path.to_str().ok_or_else(|| Error::message(format!("the path '{}' is not UTF-8", path.display())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_locked_instance_keeps_its_settings_and_its_files() -> Result<()> {
        let (instance, connection) = Instance::new(&Options::default(), None, Access::Read)?;
        instance.lock(&connection)?;
        let second = connect(&instance.database)?;
        for sql in [
            "SET threads = 1",
            "SET enable_external_access = true",
            "SET lock_configuration = false",
            "SET allowed_configs = ['threads']",
            "SET allowed_directories = ['/']",
            "SET memory_limit = '1TB'",
            "SET temp_directory = '/tmp'",
            "SET profiling_output = '/tmp/kqlhunt-canary'",
            "SET log_query_path = '/tmp/kqlhunt-canary'",
            "RESET memory_limit",
            "COPY (SELECT 1) TO '/tmp/kqlhunt-canary'",
            "ATTACH '/tmp/kqlhunt-canary' AS other",
            "EXPORT DATABASE '/tmp/kqlhunt-canary'",
            "INSTALL httpfs",
            "LOAD httpfs",
        ] {
            for connection in [&connection, &second] {
                assert!(connection.execute(sql).is_err(), "{sql}");
            }
        }
        assert!(!Path::new("/tmp/kqlhunt-canary").exists());
        Ok(())
    }

    #[test]
    fn threads_without_end_are_refused() {
        let options = Options { threads: Some(THREADS_MAX + 1), ..Options::default() };
        let error = settings(&options, Path::new("/tmp")).expect_err("refuses");
        assert_eq!(error.to_string(), "1025 threads are too many; 1024 can be had");
    }

    #[test]
    fn only_a_file_is_a_database() {
        let folder = tempfile::tempdir().expect("makes a folder");
        let (pipe, link) = (folder.path().join("pipe"), folder.path().join("link"));
        let mode = rustix::fs::Mode::RUSR | rustix::fs::Mode::WUSR;
        rustix::fs::mkfifoat(rustix::fs::CWD, &pipe, mode).expect("makes a pipe");
        std::os::unix::fs::symlink(&pipe, &link).expect("links");
        for path in [&pipe, &link, folder.path()] {
            for access in [Access::Read, Access::Write] {
                let opened = Instance::new(&Options::default(), Some(path), access).map(drop);
                let error = opened.expect_err("refuses").to_string();
                assert!(error.ends_with("a database is a file"), "{error}");
            }
        }
        assert!(!pipe.metadata().expect("is there").is_file());
    }

    #[test]
    fn the_holder_of_a_lock_is_named() {
        let reason =
            "IO Error: Could not set lock on file \"h\": Conflicting lock is held in /bin/x (PID 5728) by u";
        assert_eq!(lock_holder(reason), Some("5728"));
        assert_eq!(lock_holder("IO Error: Could not set lock on file \"h\": Resource"), Some("unknown"));
        assert_eq!(lock_holder("IO Error: no"), None);
    }
}
