//! Cutting a byte stream into records without understanding them: where each begins and ends, and on
//! which line. Every byte that is not white space or punctuation between records is part of a record, so
//! nothing can be lost between two of them. Knows no columns, no tables, no JSON values.

mod csv;
mod document;
mod lines;

pub use csv::{Csv, records, split, width};
pub use document::Document;
pub use lines::Lines;

/// The longest record that is read.
pub const RECORD_MAX_BYTES: usize = 16 << 20;
/// How much of a longer one is kept for the quarantine.
pub const KEPT_BYTES: usize = 64 << 10;

/// A record within a buffer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    pub start: usize,
    pub end: usize,
    /// The line on which it begins, from 1.
    pub line: u64,
    pub what: What,
    /// The file does not end right behind it: nothing can be added to it later.
    pub closed: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum What {
    Row,
    Blank,
    /// It cannot be a row, and why. With `cut` only its beginning lies in the buffer.
    Broken {
        reason: String,
        cut: bool,
    },
}

/// The ways to cut.
pub enum Cutter {
    Lines(Lines),
    Document(Document),
    Csv(Csv),
}

impl Cutter {
    /// Cuts what is whole off the front of `bytes`; with `eof` everything. Gives how many bytes are done
    /// with; the caller passes the rest again, with more behind it.
    pub fn cut(&mut self, bytes: &[u8], eof: bool, records: &mut Vec<Record>) -> usize {
        match self {
            Cutter::Lines(lines) => lines.cut(bytes, eof, records),
            Cutter::Document(document) => document.cut(bytes, eof, records),
            Cutter::Csv(csv) => csv.cut(bytes, eof, records),
        }
    }
}

/// How far behind `at` a record is followed before it is given up as endless.
fn too_long(bytes: &[u8], at: usize) -> bool {
    bytes.len() - at > RECORD_MAX_BYTES
}

fn broken(start: usize, end: usize, line: u64, reason: impl Into<String>, cut: bool) -> Record {
    Record { start, end, line, what: What::Broken { reason: reason.into(), cut }, closed: true }
}

fn newlines(bytes: &[u8]) -> u64 {
    memchr::memchr_iter(b'\n', bytes).count() as u64
}

/// Where the line that holds `at` ends, without its line feed; `None` when that is not known yet.
fn line_end(bytes: &[u8], at: usize, eof: bool) -> Option<usize> {
    match memchr::memchr(b'\n', &bytes[at..]) {
        Some(length) => Some(at + length),
        None => eof.then_some(bytes.len()),
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// Cuts a text that arrives in pieces of `size` bytes; gives text and line of each record.
    pub fn cut_all(mut cutter: Cutter, text: &[u8], size: usize) -> Vec<(String, u64, What)> {
        let (mut found, mut buffer, mut fed) = (Vec::new(), Vec::new(), 0);
        loop {
            let next = (fed + size).min(text.len());
            buffer.extend_from_slice(&text[fed..next]);
            fed = next;
            let mut records = Vec::new();
            let eof = fed == text.len();
            let done = cutter.cut(&buffer, eof, &mut records);
            for record in records {
                let raw = String::from_utf8_lossy(&buffer[record.start..record.end]).into_owned();
                found.push((raw, record.line, record.what));
            }
            buffer.drain(..done);
            if eof {
                assert!(buffer.is_empty(), "bytes are left over");
                return found;
            }
        }
    }

    pub fn rows(found: &[(String, u64, What)]) -> Vec<(&str, u64)> {
        found
            .iter()
            .filter(|(_, _, what)| *what == What::Row)
            .map(|(raw, line, _)| (raw.as_str(), *line))
            .collect()
    }
}
