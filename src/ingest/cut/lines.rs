//! One record a line.

use super::{KEPT_BYTES, Record, What, broken, too_long};

#[derive(Default)]
pub struct Lines {
    /// Line feeds so far.
    line: u64,
    /// Inside of a line that was given up.
    skipping: bool,
}

impl Lines {
    pub fn cut(&mut self, bytes: &[u8], eof: bool, records: &mut Vec<Record>) -> usize {
        let mut at = 0;
        while at < bytes.len() {
            let Some(length) = memchr::memchr(b'\n', &bytes[at..]) else {
                return self.last(bytes, at, eof, records);
            };
            self.record(bytes, at, at + length, true, records);
            self.line += 1;
            at += length + 1;
        }
        at
    }

    fn last(&mut self, bytes: &[u8], at: usize, eof: bool, records: &mut Vec<Record>) -> usize {
        if self.skipping || eof {
            self.record(bytes, at, bytes.len(), false, records);
            return bytes.len();
        }
        if too_long(bytes, at) {
            records.push(long_line(at, self.line + 1));
            self.skipping = true;
            return bytes.len();
        }
        at
    }

    fn record(&mut self, bytes: &[u8], start: usize, end: usize, closed: bool, records: &mut Vec<Record>) {
        let line = self.line + 1;
        if self.skipping {
            self.skipping = !closed;
        } else if end - start > super::RECORD_MAX_BYTES {
            records.push(long_line(start, line));
        } else if bytes[start..end].iter().all(u8::is_ascii_whitespace) {
            records.push(Record { start, end, line, what: What::Blank, closed });
        } else {
            records.push(Record { start, end, line, what: What::Row, closed });
        }
    }
}

fn long_line(start: usize, line: u64) -> Record {
    broken(start, start + KEPT_BYTES, line, "the line is longer than 16 MB", true)
}

#[cfg(test)]
mod tests {
    use super::super::tests::cut_all;
    use super::super::{Cutter, RECORD_MAX_BYTES};
    use super::*;

    fn cut(text: &[u8], size: usize) -> Vec<(String, u64, What)> {
        cut_all(Cutter::Lines(Lines::default()), text, size)
    }

    #[test]
    fn lines_and_blanks_are_numbered() {
        let text = b"a\r\n\n \t\nbb\n\xff\nlast";
        for size in 1..=text.len() {
            let found = cut(text, size);
            let lines: Vec<_> =
                found.iter().map(|(raw, line, what)| (raw.as_str(), *line, what.clone())).collect();
            let expected = [
                ("a\r", 1, What::Row),
                ("", 2, What::Blank),
                (" \t", 3, What::Blank),
                ("bb", 4, What::Row),
                ("\u{fffd}", 5, What::Row),
                ("last", 6, What::Row),
            ];
            assert_eq!(lines, expected, "in pieces of {size}");
        }
    }

    #[test]
    fn an_endless_line_does_not_stop_the_rest() {
        let mut text = b"a\n".to_vec();
        text.resize(RECORD_MAX_BYTES * 3, b'x');
        text.extend_from_slice(b"\nb\n");
        let found = cut(&text, 1 << 20);
        let shape: Vec<_> = found.iter().map(|(raw, line, _)| (raw.len(), *line)).collect();
        assert_eq!(shape, [(1, 1), (KEPT_BYTES, 2), (1, 3)]);
        assert!(matches!(found[1].2, What::Broken { cut: true, .. }));
    }
}
