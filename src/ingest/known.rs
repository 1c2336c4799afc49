//! What was loaded before that a file may be, or go on from. Stores nothing.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use super::chunk::{Earlier, prefixes};
use super::sink::Sink;
use super::source::{Input, STDIN};
use super::{Options, Summary, Tick};
use crate::display::count;
use crate::error::{Error, Result};
use crate::schema::LoadedFile;

pub enum Known {
    /// And when it was loaded, in ticks.
    Identical(i64),
    Grown(u64),
    New,
}

/// What was loaded before that this may be, or go on from.
pub fn before(options: &Options, sink: &dyn Sink) -> Result<Vec<LoadedFile>> {
    if options.again {
        return Ok(Vec::new());
    }
    let mut before = sink.loaded()?;
    before.retain(|file| options.table.as_ref().is_none_or(|table| file.table.eq_ignore_ascii_case(table)));
    Ok(before)
}

/// Whether these bytes, or the first of them, were loaded before. Of a stream that shows on the way.
pub fn known(input: &Input, before: &[LoadedFile], read: &Arc<AtomicU64>, tick: Tick<'_>) -> Result<Known> {
    if input.is_stream() || before.is_empty() {
        return Ok(Known::New);
    }
    let lengths: Vec<u64> = before.iter().map(|file| file.length).collect();
    let (found, length) = prefixes(&mut input.open(read)?, &lengths, &mut || looked(input, read, tick))?;
    let same = |file: &&LoadedFile| {
        found.iter().any(|(length, hash)| *length == file.length && *hash == file.sha256)
    };
    // A file of a header alone is the beginning of every other one that has it.
    let gave_rows = before.iter().filter(same).any(gave_rows);
    Ok(match before.iter().filter(same).max_by_key(|file| (file.length, file.time)) {
        Some(file) if length == Some(file.length) => Known::Identical(file.time),
        Some(file) if gave_rows => Known::Grown(file.resume),
        _ => Known::New,
    })
}

/// Whether a load found more than a header and blank lines.
fn gave_rows(file: &LoadedFile) -> bool {
    file.rows + file.quarantined > 0
}

/// That a file of this name was loaded with another content, whose rows are there still.
pub fn replaced(input: &Input, before: &[LoadedFile]) -> Option<String> {
    let name = &input.name;
    // These stand for another content each time.
    if name == STDIN || ["/dev/fd/", "/dev/stdin", "/proc/"].iter().any(|start| name.starts_with(start)) {
        return None;
    }
    let earlier: Vec<&LoadedFile> =
        before.iter().filter(|file| file.path == *name && file.rows > 0).collect();
    let last = earlier.last()?;
    let rows = count(earlier.iter().map(|file| file.rows).sum(), "row");
    let (when, table) = (crate::ticks::iso(last.time), &last.table);
    Some(format!(
        "'{name}' was loaded before, at {when}, with another content, which gave {rows} to {table}: what both have is \
         there twice; nothing removes rows, so load it into a new database to have this content alone"
    ))
}

pub fn identical(input: &Input, time: i64, summary: &mut Summary) {
    let when = crate::ticks::iso(time);
    summary.notes.push(format!("'{}' was loaded before, at {when}: nothing to do", input.name));
    summary.identical += 1;
}

pub fn grown(input: &Input, summary: &mut Summary) {
    let note = format!("'{}' has grown since it was loaded: its new part is loaded", input.name);
    summary.notes.push(note);
}

/// Tells how far a look through the file is, before any of its rows counts.
pub fn looked(input: &Input, read: &Arc<AtomicU64>, tick: Tick<'_>) -> Result<()> {
    let read = read.load(Ordering::Relaxed);
    let now = super::Now { file: input.name.clone(), read, size: input.size, rows: 0 };
    if tick(&now).is_break() { Err(Error::Cancelled) } else { Ok(()) }
}

impl From<&LoadedFile> for Earlier {
    fn from(file: &LoadedFile) -> Earlier {
        Earlier {
            length: file.length,
            sha256: file.sha256.clone(),
            resume: file.resume,
            time: file.time,
            empty: !gave_rows(file),
        }
    }
}
