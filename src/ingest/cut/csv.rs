//! CSV records, RFC 4180: quoted fields may hold the delimiter, quotes (doubled) and line feeds. A stray
//! quote costs its own line, not the lines behind it.

use std::borrow::Cow;

use super::{KEPT_BYTES, Record, What, broken, line_end, newlines, too_long};
use crate::display::count;

pub struct Csv {
    delimiter: u8,
    /// How many fields each record must have, as the header has.
    width: usize,
    /// Lines before the header.
    preamble: usize,
    header: bool,
    line: u64,
    /// Inside of a line that was given up.
    skipping: bool,
}

impl Csv {
    /// The first record behind `preamble` lines is the header: neither is among the records.
    pub fn new(delimiter: u8, width: usize, preamble: usize) -> Csv {
        Csv { delimiter, width, preamble, header: true, line: 1, skipping: false }
    }

    pub fn cut(&mut self, bytes: &[u8], eof: bool, records: &mut Vec<Record>) -> usize {
        let mut at = 0;
        while at < bytes.len() {
            if self.skipping {
                let Some(end) = line_end(bytes, at, false) else { return bytes.len() };
                self.skipping = false;
                self.line += 1;
                at = end + 1;
                continue;
            }
            if self.preamble > 0 {
                let Some(end) = line_end(bytes, at, eof) else { return at };
                self.preamble -= 1;
                self.line += 1;
                at = (end + 1).min(bytes.len());
                continue;
            }
            let Some((record, next)) = self.record(bytes, at, eof) else { return at };
            self.line += newlines(&bytes[at..next]);
            if self.header && record.what != What::Blank {
                self.header = false;
            } else {
                records.push(record);
            }
            at = next;
        }
        at
    }

    /// The record at `start` and where the next one begins; `None` when more bytes are needed.
    fn record(&mut self, bytes: &[u8], start: usize, eof: bool) -> Option<(Record, usize)> {
        let line = self.line;
        match follow(&bytes[start..], self.delimiter, eof) {
            Follow::Record { length, next, fields } => {
                let (end, next) = (start + length, start + next);
                let raw = &bytes[start..end];
                let closed = next > end;
                let what = if raw.iter().all(u8::is_ascii_whitespace) {
                    What::Blank
                } else if fields == self.width {
                    What::Row
                } else {
                    return self.broken_line(
                        bytes,
                        start,
                        eof,
                        format!("it has {}, the header {}", count(fields as u64, "field"), self.width),
                    );
                };
                Some((Record { start, end, line, what, closed }, next))
            }
            Follow::Stray => self.broken_line(bytes, start, eof, "text follows a closing quote".into()),
            Follow::More if eof => self.broken_line(bytes, start, eof, "a quote is not closed".into()),
            Follow::More if too_long(bytes, start) => {
                if memchr::memchr(b'\n', &bytes[start..]).is_some() {
                    return self.broken_line(bytes, start, eof, "a quote is not closed within 16 MB".into());
                }
                self.skipping = true;
                let end = start + KEPT_BYTES;
                Some((broken(start, end, line, "the line is longer than 16 MB", true), bytes.len()))
            }
            Follow::More => None,
        }
    }

    /// Gives up the line on which a record begins, and goes on behind that line.
    fn broken_line(&self, bytes: &[u8], start: usize, eof: bool, reason: String) -> Option<(Record, usize)> {
        let end = line_end(bytes, start, eof)?;
        let next = (end + 1).min(bytes.len());
        let mut record = broken(start, end, self.line, reason, false);
        record.closed = next > end;
        Some((record, next))
    }
}

/// How many fields a record has with this delimiter; none when its quotes do not agree with it.
pub fn width(record: &str, delimiter: u8) -> usize {
    match follow(record.as_bytes(), delimiter, true) {
        Follow::Record { fields, .. } => fields,
        Follow::Stray | Follow::More => 0,
    }
}

enum Follow {
    /// A record's length without its line end, where the next begins, and its number of fields.
    Record {
        length: usize,
        next: usize,
        fields: usize,
    },
    Stray,
    More,
}

fn follow(bytes: &[u8], delimiter: u8, eof: bool) -> Follow {
    let (mut at, mut fields) = (0, 1);
    loop {
        if bytes.get(at) == Some(&b'"') {
            match quoted_end(bytes, at) {
                Some(end) => at = end,
                None => return Follow::More,
            }
            match &bytes[at..] {
                [] if eof => return Follow::Record { length: at, next: at, fields },
                [] => return Follow::More,
                [b'\r'] if eof => return Follow::Record { length: at + 1, next: at + 1, fields },
                [b'\r'] => return Follow::More,
                [b'\n', ..] => return Follow::Record { length: at, next: at + 1, fields },
                [b'\r', b'\n', ..] => return Follow::Record { length: at + 1, next: at + 2, fields },
                [byte, ..] if *byte == delimiter => {}
                _ => return Follow::Stray,
            }
        } else {
            match memchr::memchr2(delimiter, b'\n', &bytes[at..]) {
                Some(length) if bytes[at + length] == b'\n' => {
                    return Follow::Record { length: at + length, next: at + length + 1, fields };
                }
                Some(length) => at += length,
                None if eof => return Follow::Record { length: bytes.len(), next: bytes.len(), fields },
                None => return Follow::More,
            }
        }
        at += 1;
        fields += 1;
        if at == bytes.len() && !eof {
            return Follow::More;
        }
    }
}

/// Behind the quote that closes the one at `at`; `None` when that is not in sight, or at the very end,
/// where it may be the first of two.
fn quoted_end(bytes: &[u8], at: usize) -> Option<usize> {
    let mut at = at + 1;
    loop {
        at += memchr::memchr(b'"', bytes.get(at..)?)? + 1;
        if bytes.get(at) != Some(&b'"') {
            return Some(at);
        }
        at += 1;
    }
}

/// All records of a whole text with the lines on which they begin, empty lines left out. On a mistake its
/// line and what is wrong.
pub fn records(text: &str, delimiter: u8) -> Result<Vec<(u64, &str)>, (u64, &'static str)> {
    let bytes = text.as_bytes();
    let (mut found, mut at, mut line) = (Vec::new(), 0, 1);
    while at < bytes.len() {
        let (length, next) = match follow(&bytes[at..], delimiter, true) {
            Follow::Record { length, next, .. } => (length, next),
            Follow::Stray => return Err((line, "text follows a closing quote")),
            Follow::More => return Err((line, "a quote is not closed")),
        };
        let record = &text[at..at + length];
        if !matches!(record, "" | "\r") {
            found.push((line, record));
        }
        line += newlines(&bytes[at..at + next]);
        at += next;
    }
    Ok(found)
}

/// The fields of a record that was cut before, quotes undone.
pub fn split(record: &str, delimiter: u8) -> Vec<Cow<'_, str>> {
    let record = record.strip_suffix('\r').unwrap_or(record);
    let bytes = record.as_bytes();
    let (mut fields, mut at) = (Vec::new(), 0);
    loop {
        let end = if bytes.get(at) == Some(&b'"') {
            let end = quoted_end(bytes, at).unwrap_or(bytes.len());
            let inside = record.get(at + 1..end - 1).unwrap_or("");
            fields.push(if inside.contains('"') {
                Cow::Owned(inside.replace("\"\"", "\""))
            } else {
                Cow::Borrowed(inside)
            });
            end
        } else {
            let end = memchr::memchr(delimiter, &bytes[at..]).map_or(bytes.len(), |length| at + length);
            fields.push(Cow::Borrowed(&record[at..end]));
            end
        };
        if end >= bytes.len() {
            return fields;
        }
        at = end + 1;
    }
}

#[cfg(test)]
mod tests {
    use super::super::Cutter;
    use super::super::tests::{cut_all, rows};
    use super::*;

    fn cut(text: &str, width: usize, size: usize) -> Vec<(String, u64, What)> {
        cut_all(Cutter::Csv(Csv::new(b',', width, 0)), text.as_bytes(), size)
    }

    #[test]
    fn quotes_hold_line_feeds_and_delimiters() {
        let text = "a,b\r\n\"x,\"\"\ny\",1\r\n\n2,\"\"\r\n,\nlast,3";
        for size in 1..=text.len() {
            let found = cut(text, 2, size);
            let expected = [("\"x,\"\"\ny\",1\r", 2), ("2,\"\"\r", 5), (",", 6), ("last,3", 7)];
            assert_eq!(rows(&found), expected, "in pieces of {size}");
            assert_eq!(found.len(), 5, "and a blank line");
        }
        assert_eq!(split("\"x,\"\"\ny\",1\r", b','), ["x,\"\ny", "1"]);
        assert_eq!(split("2,\"\"", b','), ["2", ""]);
        assert_eq!(split(",", b','), ["", ""]);
        assert_eq!(split("a \"b\" c,\"d\"", b','), ["a \"b\" c", "d"]);
    }

    #[test]
    fn lines_before_the_header_are_counted_and_left_out() {
        let text = b"#TYPE X\r\na,b\n1,2\n";
        for size in 1..=text.len() {
            let found = cut_all(Cutter::Csv(Csv::new(b',', 2, 1)), text, size);
            assert_eq!(rows(&found), [("1,2", 3)], "in pieces of {size}");
        }
    }

    #[test]
    fn a_whole_text_is_cut_into_records() {
        let text = "a,\"x\ny\"\r\n\r\nb,\n,\nlast";
        let found = records(text, b',');
        assert_eq!(found, Ok(vec![(1, "a,\"x\ny\"\r"), (4, "b,"), (5, ","), (6, "last")]));
        assert_eq!(records("\t\n\n", b'\t'), Ok(vec![(1, "\t")]));
        assert_eq!(records("a\n\"b\"c", b','), Err((2, "text follows a closing quote")));
        assert_eq!(records("a\n\"b", b','), Err((2, "a quote is not closed")));
    }

    #[test]
    fn a_stray_quote_costs_one_line() {
        let text = "a,b\n1,\"x\n2,\"y\"\n3,z\n\"4\"5,z\n6\n7,8,9\n10,11\n";
        for size in 1..=text.len() {
            let found = cut(text, 2, size);
            assert_eq!(rows(&found), [("2,\"y\"", 3), ("3,z", 4), ("10,11", 8)], "in pieces of {size}");
            assert_eq!(found.iter().map(|(_, line, _)| *line).collect::<Vec<_>>(), [2, 3, 4, 5, 6, 7, 8]);
        }
    }

    #[test]
    fn an_open_quote_costs_one_line_at_the_end_of_the_file_too() {
        let text = "a,b\n1,\"x\n2,3\n4,5";
        for size in 1..=text.len() {
            let found = cut(text, 2, size);
            assert_eq!(rows(&found), [("2,3", 3), ("4,5", 4)], "in pieces of {size}");
        }
    }
}
