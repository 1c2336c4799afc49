//! Loading files into tables: every shape in [`adapter::ADAPTERS`], nothing loaded twice, nothing lost:
//! rows in = loaded + quarantined + blank. Knows values, tables and a [`Sink`]; no SQL, no KQL, no screen.

pub mod adapter;
mod audit;
mod cell;
mod chunk;
mod cut;
pub mod external;
mod foreign;
mod header;
mod json;
mod known;
mod load;
mod misfit;
mod naming;
mod number;
mod parallel;
mod parse;
mod quarantine;
mod read;
mod rows;
pub mod sample;
mod scout;
mod shadow;
mod sink;
mod source;
mod stix;
#[cfg(feature = "engine")]
mod store;
mod stream;
mod time;
mod varied;
mod walk;

use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

pub use sink::Sink;
pub use source::Source;
#[cfg(feature = "engine")]
pub use store::into_file;
pub use time::DateOrder;

use crate::catalog::tables::TABLES;
use crate::error::{Error, Result};
use crate::schema::Table;
use parse::Counts;
use source::{Input, STDIN};
use walk::{Found, expand};

/// How to load.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// Every row goes there; without it rows, file names and columns say where.
    pub table: Option<String>,
    /// Name of the source of STIX indicators; without it the file says.
    pub source: Option<String>,
    /// TimeGenerated of STIX indicators, in ticks; without it `now`.
    pub ingested_at: Option<i64>,
    /// The wall clock, in ticks.
    pub now: i64,
    /// Load even what was loaded before.
    pub again: bool,
    /// How `1/2/2026` is meant; without it the file shows it, or the month comes first.
    pub date_order: Option<DateOrder>,
    /// The folder for records that could not be loaded: see [`quarantine_folder`].
    pub quarantine: Option<PathBuf>,
    /// Columns and types of tables that neither the catalog nor the database knows; without them the data say.
    pub tables: Vec<Table>,
}

/// What a load did. `rows_in` is the sum of `loaded`, `quarantined` and `blank`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Summary {
    /// Files that were loaded, in whole or in part.
    pub files: u64,
    pub rows_in: u64,
    pub loaded: u64,
    pub quarantined: u64,
    pub blank: u64,
    /// Files whose bytes were loaded before.
    pub identical: u64,
    /// Rows by table.
    pub tables: BTreeMap<String, u64>,
    /// Values that do not fit their column; their originals are in `Extra_`.
    pub kept_aside: u64,
    /// Fields without a column; they are in `Extra_`.
    pub without_column: u64,
    /// Dynamics that hold half a surrogate pair, stored as JSON strings of themselves.
    pub surrogates: u64,
    /// The quarantine files.
    pub quarantine: Vec<PathBuf>,
    /// The first reasons for quarantine: file, line and why.
    pub reasons: Vec<String>,
    /// Remarks, one sentence each, without a full stop.
    pub notes: Vec<String>,
    /// Files of which nothing was loaded, and why.
    pub failed: Vec<(String, String)>,
    /// Files found in a folder whose shape or table is not clear, and why.
    pub passed_over: Vec<(String, String)>,
}

/// How far the load is.
#[derive(Clone, Debug)]
pub struct Now {
    pub file: String,
    /// Bytes read of it as it is stored, and how many it has.
    pub read: u64,
    pub size: Option<u64>,
    /// Rows so far, of all files.
    pub rows: u64,
}

/// Called often; a break cancels the load, and nothing of the current file counts.
pub type Tick<'t> = &'t mut dyn FnMut(&Now) -> ControlFlow<()>;

pub(crate) const REASONS_MAX: usize = 5;

/// Where what could not be loaded into this database is kept.
pub fn quarantine_folder(database: &Path) -> PathBuf {
    let mut name = database.as_os_str().to_owned();
    name.push(".quarantine");
    name.into()
}

/// Loads every source, file by file, each in a transaction of its own.
///
/// A file that cannot be read goes into [`Summary::failed`] and the rest is loaded. Errors: the sink
/// failed, or the load was cancelled; files before that stay loaded.
pub fn run(options: &Options, sources: &[Source], sink: &mut dyn Sink, tick: Tick<'_>) -> Result<Summary> {
    let mut summary = Summary::default();
    official_tables(sink)?;
    let before = sink.schema()?;
    for source in sources {
        match source {
            Source::Bytes { name, bytes } => {
                file(Input::bytes(name, bytes), options, sink, &mut summary, tick)?
            }
            Source::Stdin => {
                let input = Input::stdin(&mut reading(STDIN, summary.rows_in, tick));
                file(input?, options, sink, &mut summary, tick)?
            }
            Source::Path(path) => folder_or_file(path, options, sink, &mut summary, tick)?,
        }
    }
    for table in options.tables.iter().filter(|table| summary.tables.contains_key(&table.name)) {
        let kept = before.table(&table.name).and_then(|known| otherwise(known, table));
        summary.notes.extend(kept);
    }
    Ok(summary)
}

/// What is said of a table that was there before the one that is described, and differs from it.
fn otherwise(known: &Table, described: &Table) -> Option<String> {
    let other = described
        .columns
        .iter()
        .find(|column| known.column(&column.name).is_none_or(|known| known.ty != column.ty))?;
    Some(format!(
        "'{}' was there before and keeps its columns and types, though '{}' is {} in the schema; load it into a new \
         database to have those",
        known.name,
        other.name,
        other.ty.one()
    ))
}

fn folder_or_file(
    path: &Path,
    options: &Options,
    sink: &mut dyn Sink,
    summary: &mut Summary,
    tick: Tick<'_>,
) -> Result<()> {
    let Found { files, failed, passed_over } = expand(path);
    for (name, error) in &failed {
        summary.failed.push((name.clone(), reason(name, error)));
    }
    summary.passed_over.extend(passed_over);
    for found in &files {
        let name = found.display().to_string();
        let input = Input::path(found, found == path, &mut reading(&name, summary.rows_in, tick));
        match input {
            Ok(input) => file(input, options, sink, summary, tick)?,
            Err(Error::Cancelled) => return Err(Error::Cancelled),
            Err(error) => {
                let reason = reason(&name, &error);
                summary.failed.push((name, reason));
            }
        }
    }
    Ok(())
}

/// Tells how much of a stream has been read, and hears whether to go on.
fn reading(name: &str, rows: u64, tick: Tick<'_>) -> impl FnMut(u64) -> Result<()> {
    move |read| match tick(&Now { file: name.to_owned(), read, size: None, rows }) {
        ControlFlow::Continue(()) => Ok(()),
        ControlFlow::Break(()) => Err(Error::Cancelled),
    }
}

/// Why a file was not loaded, without its name when that stands beside it.
fn reason(name: &str, error: &Error) -> String {
    match error {
        Error::File { path, source } if path.display().to_string() == name => source.to_string(),
        _ => error.to_string(),
    }
}

/// Makes the catalog's tables: a hunt over a table without rows finds nothing; it does not fail. All in one
/// transaction, since a kill in between would leave a table without its columns' names.
fn official_tables(sink: &mut dyn Sink) -> Result<()> {
    let schema = sink.schema()?;
    if TABLES.iter().all(|row| schema.table(row.name).is_some()) {
        return Ok(());
    }
    sink.begin()?;
    let made = TABLES.iter().try_for_each(|row| sink.ensure(row.name, &row.table("").columns));
    let made = made.and_then(|()| sink.commit(None));
    if made.is_err() {
        // The first error is the one that says why.
        let _ = sink.rollback();
    }
    made
}

fn file(
    mut input: Input,
    options: &Options,
    sink: &mut dyn Sink,
    summary: &mut Summary,
    tick: Tick<'_>,
) -> Result<()> {
    match load::load(&mut input, options, sink, summary, tick) {
        Ok(()) => Ok(()),
        Err(Error::Message(reason)) if !input.named => {
            summary.passed_over.push((input.name, reason));
            Ok(())
        }
        Err(error @ (Error::Message(_) | Error::Io(_) | Error::File { .. })) => {
            let reason = reason(&input.name, &error);
            summary.failed.push((input.name, reason));
            Ok(())
        }
        Err(error @ (Error::Engine { .. } | Error::Cancelled)) => Err(error),
    }
}

impl Summary {
    fn add(&mut self, counts: &Counts) {
        self.files += 1;
        self.rows_in += counts.rows_in;
        self.loaded += counts.loaded;
        self.quarantined += counts.quarantined;
        self.blank += counts.blank;
        self.kept_aside += counts.aside.misfits;
        self.without_column += counts.aside.unknown;
        self.surrogates += counts.surrogates;
    }
}
