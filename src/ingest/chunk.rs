//! A file's content in pieces of whole records, with a running hash. Knows no JSON, no rows.

use std::collections::VecDeque;
use std::io::Read;

use sha2::{Digest, Sha256};

use super::cut::{Cutter, Record, What};
use crate::error::Result;

const BLOCK_BYTES: usize = 1 << 20;

/// A content that was loaded earlier. This one may begin with it, which shows while it is read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Earlier {
    pub length: u64,
    /// Lower-case hex.
    pub sha256: String,
    /// Where to go on behind it.
    pub resume: u64,
    /// When it was loaded, in ticks.
    pub time: i64,
    /// It gave no row: a header, or blank lines.
    pub empty: bool,
}

/// Some whole records, one behind the other.
pub struct Chunk {
    pub number: u64,
    /// All before it, and of this one what is not among the records, was loaded earlier.
    pub anew: bool,
    /// Where `bytes` begins in the content.
    pub offset: u64,
    pub bytes: Vec<u8>,
    pub records: Vec<Record>,
}

/// Reads a content to its end.
pub struct Chunks {
    content: Box<dyn Read + Send>,
    pub cutter: Cutter,
    /// What lies before was loaded earlier.
    resume: u64,
    /// The contents that this one may begin with, the shortest first.
    earlier: VecDeque<Earlier>,
    /// The longest of those that it does begin with.
    pub begins_with: Option<Earlier>,
    /// No chunk has said so yet.
    pub anew: bool,
    buffer: Vec<u8>,
    offset: u64,
    number: u64,
    hash: Sha256,
    eof: bool,
    /// Where the last record begins, when the file may yet add to it.
    pub open: Option<u64>,
}

impl Chunks {
    pub fn new(content: Box<dyn Read + Send>, cutter: Cutter, resume: u64) -> Chunks {
        Chunks {
            content,
            cutter,
            resume,
            earlier: VecDeque::new(),
            begins_with: None,
            anew: false,
            buffer: Vec::new(),
            offset: 0,
            number: 0,
            hash: Sha256::new(),
            eof: false,
            open: None,
        }
    }

    /// For a content that cannot be looked through first: finds on the way whether it begins with one of these.
    pub fn after(mut self, mut earlier: Vec<Earlier>) -> Chunks {
        earlier.retain(|one| one.length > 0);
        earlier.sort_by_key(|one| (one.length, one.time));
        self.earlier = earlier.into();
        self
    }

    /// Hashes what was read behind `before`, and stops where a content ends that was loaded earlier.
    fn hash(&mut self, before: usize) {
        let start = self.offset + before as u64;
        let mut done = before;
        while let Some(next) = self.earlier.front()
            && next.length <= self.offset + self.buffer.len() as u64
        {
            let end = before + (next.length - start) as usize;
            self.hash.update(&self.buffer[done..end]);
            done = end;
            let known = self.earlier.pop_front().filter(|one| hex(self.hash.clone()) == one.sha256);
            if let Some(mut known) = known {
                known.empty &= self.begins_with.as_ref().is_none_or(|before| before.empty);
                if !known.empty {
                    self.resume = known.resume;
                    self.anew = true;
                }
                self.begins_with = Some(known);
            }
        }
        self.hash.update(&self.buffer[done..]);
    }

    /// Whether it goes on behind a content that was loaded earlier.
    pub fn goes_on(&self) -> bool {
        self.begins_with.as_ref().is_some_and(|known| !known.empty)
    }

    /// All that was read: its length and hash. Final once `next` has given `None`.
    pub fn read(&self) -> (u64, String) {
        (self.offset + self.buffer.len() as u64, hex(self.hash.clone()))
    }

    /// The next records; `None` at the end.
    pub fn next(&mut self) -> std::io::Result<Option<Chunk>> {
        while !self.eof {
            let before = self.buffer.len();
            let room = BLOCK_BYTES as u64;
            (&mut self.content).take(room).read_to_end(&mut self.buffer)?;
            self.hash(before);
            self.eof = self.buffer.len() - before < BLOCK_BYTES;
            let mark = if self.offset == 0 && self.buffer.starts_with(b"\xef\xbb\xbf") { 3 } else { 0 };
            let mut records = Vec::new();
            let done = mark + self.cutter.cut(&self.buffer[mark..], self.eof, &mut records);
            for record in &mut records {
                record.start += mark;
                record.end += mark;
            }
            let rest = self.buffer.split_off(done);
            let bytes = std::mem::replace(&mut self.buffer, rest);
            let offset = self.offset;
            self.offset += bytes.len() as u64;
            if let Some(last) = records.last().filter(|last| self.eof && !last.closed) {
                self.open = Some(offset + last.start as u64);
            }
            if offset < self.resume {
                records.retain_mut(|record| new(record, &bytes, offset, self.resume));
            }
            if !records.is_empty() {
                self.number += 1;
                let anew = std::mem::take(&mut self.anew);
                return Ok(Some(Chunk { number: self.number - 1, anew, offset, bytes, records }));
            }
        }
        Ok(None)
    }
}

/// Whether a record lies behind `resume`. One that was loaded when it was shorter cannot be loaded again.
fn new(record: &mut Record, bytes: &[u8], offset: u64, resume: u64) -> bool {
    if offset + record.start as u64 >= resume {
        return true;
    }
    let known = resume.saturating_sub(offset).min(record.end as u64) as usize;
    let longer = !bytes[known.max(record.start)..record.end].iter().all(u8::is_ascii_whitespace);
    if longer {
        let reason = "it was loaded before it was whole, as the file stood then".into();
        record.what = What::Broken { reason, cut: false };
    }
    longer
}

/// Length and hash of some beginnings of a content, and its own length where known.
pub type Prefixes = (Vec<(u64, String)>, Option<u64>);

/// Hashes of the first bytes of a content, for each of these lengths that it has; and its own length, if
/// that is not beyond all of them.
/// `each` is called for each block read; its error ends the reading.
pub fn prefixes(
    content: &mut dyn Read,
    lengths: &[u64],
    each: &mut dyn FnMut() -> Result<()>,
) -> Result<Prefixes> {
    let mut lengths = lengths.to_vec();
    lengths.sort_unstable();
    lengths.dedup();
    let (mut hash, mut done, mut found) = (Sha256::new(), 0, Vec::new());
    let mut block = vec![0; BLOCK_BYTES];
    for length in lengths {
        while done < length {
            let room = block.len().min((length - done) as usize);
            let count = content.read(&mut block[..room])?;
            each()?;
            if count == 0 {
                return Ok((found, Some(done)));
            }
            hash.update(&block[..count]);
            done += count as u64;
        }
        found.push((length, hex(hash.clone())));
    }
    let ends = content.read(&mut block[..1])? == 0;
    Ok((found, ends.then_some(done)))
}

fn hex(hash: Sha256) -> String {
    hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ingest::cut::Lines;

    fn records(text: &'static str, resume: u64) -> (Vec<(String, u64, bool)>, Option<u64>) {
        let mut chunks = Chunks::new(Box::new(text.as_bytes()), Cutter::Lines(Lines::default()), resume);
        let mut found = Vec::new();
        while let Some(chunk) = chunks.next().unwrap() {
            for record in chunk.records {
                let raw = String::from_utf8(chunk.bytes[record.start..record.end].to_vec()).unwrap();
                found.push((raw, record.line, record.what == What::Row));
            }
        }
        (found, chunks.open)
    }

    #[test]
    fn a_tail_begins_behind_what_was_loaded() {
        assert_eq!(records("a\nb", 0), (vec![("a".into(), 1, true), ("b".into(), 2, true)], Some(2)));
        assert_eq!(records("a\nb\r\nc\n", 3).0, [("c".into(), 3, true)]);
        assert_eq!(records("a\nb\n\nc\n", 4).0, [("".into(), 3, false), ("c".into(), 4, true)]);
        assert_eq!(records("a\nbb\nc\n", 3).0, [("bb".into(), 2, false), ("c".into(), 3, true)]);
        assert_eq!(records("a\nb\nc\n", 6).0, []);
    }

    #[test]
    fn the_hash_is_that_of_the_content() {
        let mut chunks = Chunks::new(Box::new(&b"abc"[..]), Cutter::Lines(Lines::default()), 0);
        while chunks.next().unwrap().is_some() {}
        // FIPS 180-2, appendix B.1.
        let abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!(chunks.read(), (3, abc.into()));
        let found = vec![(3, abc.into())];
        let go_on = &mut || Ok(());
        assert_eq!(prefixes(&mut &b"abcd"[..], &[9, 3], go_on).unwrap(), (found.clone(), Some(4)));
        assert_eq!(prefixes(&mut &b"abcd"[..], &[3], go_on).unwrap(), (found.clone(), None));
        assert_eq!(prefixes(&mut &b"abc"[..], &[3], go_on).unwrap(), (found, Some(3)));
    }
}
