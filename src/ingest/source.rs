//! Where bytes come from: files, folders, standard input, bytes in the program. Gives the content after
//! decompression and as UTF-8, any number of times. Knows nothing of what the bytes say.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Cursor, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use flate2::bufread::MultiGzDecoder;

use crate::error::{Error, Result};

/// What to load.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// A file, or a folder with all its files.
    Path(PathBuf),
    Stdin,
    /// Data that the program holds.
    Bytes {
        name: String,
        bytes: &'static [u8],
    },
}

/// One file's worth of bytes that can be opened more than once.
pub struct Input {
    /// For people, and for guessing the table.
    pub name: String,
    /// It was named by the user, not found in a folder.
    pub named: bool,
    /// Bytes as stored, when that is known.
    pub size: Option<u64>,
    origin: Origin,
}

enum Origin {
    Path(PathBuf),
    /// A copy of what can be read only once; it has no name in the file system.
    Spool(File),
    Bytes(&'static [u8]),
}

/// A compressed file may grow this much, once it is past [`RATIO_FREE_BYTES`].
const RATIO_MAX: u64 = 200;
const RATIO_FREE_BYTES: u64 = 64 << 20;
const BLOCK_BYTES: usize = 256 << 10;

/// The files that a source stands for, in order of their paths; those that cannot be listed with why.
pub fn expand(source: &Source) -> (Vec<PathBuf>, Vec<(String, Error)>) {
    let (mut files, mut failed) = (Vec::new(), Vec::new());
    if let Source::Path(path) = source {
        if path.is_dir() {
            walk(path, &mut files, &mut failed);
        } else {
            files.push(path.clone());
        }
    }
    (files, failed)
}

/// Hidden files, our own databases and quarantine, and links to folders are passed over.
fn walk(folder: &Path, files: &mut Vec<PathBuf>, failed: &mut Vec<(String, Error)>) {
    let listed = std::fs::read_dir(folder).and_then(Iterator::collect::<io::Result<Vec<_>>>);
    let mut entries = match listed {
        Ok(entries) => entries,
        Err(error) => return failed.push((folder.display().to_string(), Error::file(folder, error))),
    };
    entries.sort_by_key(std::fs::DirEntry::file_name);
    for entry in entries {
        let path = entry.path();
        let name = entry.file_name().to_string_lossy().into_owned();
        let ours = [".duckdb", ".duckdb.wal", ".quarantine"].iter().any(|end| name.ends_with(end));
        if name.starts_with('.') || ours {
            continue;
        }
        match entry.file_type() {
            Ok(kind) if kind.is_dir() => walk(&path, files, failed),
            Ok(_) if path.is_file() => files.push(path),
            Ok(_) => {}
            Err(error) => failed.push((name, Error::file(path, error))),
        }
    }
}

impl Input {
    /// Opens a file. What is no regular file (a pipe, say) is copied aside first.
    pub fn file(path: &Path, named: bool) -> Result<Input> {
        let data = std::fs::metadata(path).map_err(|error| Error::file(path, error))?;
        let name = path.display().to_string();
        if data.is_file() {
            let origin = Origin::Path(path.into());
            return Ok(Input { name, named, size: Some(data.len()), origin });
        }
        let mut file = File::open(path).map_err(|error| Error::file(path, error))?;
        Input::spool(name, &mut file)
    }

    pub fn stdin() -> Result<Input> {
        Input::spool("standard input".into(), &mut io::stdin().lock())
    }

    pub fn bytes(name: &str, bytes: &'static [u8]) -> Input {
        Input { name: name.into(), named: true, size: Some(bytes.len() as u64), origin: Origin::Bytes(bytes) }
    }

    /// Copies a stream aside, since it must be read more than once.
    pub fn spool(name: String, stream: &mut dyn Read) -> Result<Input> {
        let mut copy = tempfile::tempfile()?;
        let size = io::copy(stream, &mut copy)?;
        Ok(Input { name, named: true, size: Some(size), origin: Origin::Spool(copy) })
    }

    /// The content from its start: decompressed, UTF-16 as UTF-8. `read` counts the stored bytes.
    pub fn open(&self, read: &Arc<AtomicU64>) -> Result<Box<dyn Read + Send>> {
        let failed = |error| Error::message(format!("'{}': {error}", self.name));
        let stored: Box<dyn Read + Send> = match &self.origin {
            Origin::Path(path) => Box::new(File::open(path).map_err(|error| Error::file(path, error))?),
            Origin::Spool(copy) => Box::new(At { file: copy.try_clone().map_err(failed)?, at: 0 }),
            Origin::Bytes(bytes) => Box::new(Cursor::new(*bytes)),
        };
        read.store(0, Ordering::Relaxed);
        let counted = Counted { inner: stored, read: read.clone() };
        let mut stored = BufReader::with_capacity(BLOCK_BYTES, counted);
        let zipped = stored.fill_buf().map_err(failed)?.starts_with(&[0x1f, 0x8b]);
        let mut plain: Box<dyn BufRead + Send> = if zipped {
            let guard = Guard { inner: MultiGzDecoder::new(stored), read: read.clone(), given: 0 };
            Box::new(BufReader::with_capacity(BLOCK_BYTES, guard))
        } else {
            Box::new(stored)
        };
        let wide = match plain.fill_buf().map_err(failed)? {
            [0xff, 0xfe, ..] => Some(false),
            [0xfe, 0xff, ..] => Some(true),
            _ => None,
        };
        Ok(match wide {
            Some(big) => Box::new(Utf16 { inner: plain, big, ready: Vec::new(), given: 0, high: None }),
            None => Box::new(plain),
        })
    }
}

/// Reads a shared file handle at its own place.
struct At {
    file: File,
    at: u64,
}

impl Read for At {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = std::os::unix::fs::FileExt::read_at(&self.file, buffer, self.at)?;
        self.at += count as u64;
        Ok(count)
    }
}

struct Counted {
    inner: Box<dyn Read + Send>,
    read: Arc<AtomicU64>,
}

impl Read for Counted {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(buffer)?;
        self.read.fetch_add(count as u64, Ordering::Relaxed);
        Ok(count)
    }
}

/// Stops a file that is small on disk and endless in memory.
struct Guard<R> {
    inner: R,
    read: Arc<AtomicU64>,
    given: u64,
}

impl<R: Read> Read for Guard<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(buffer)?;
        self.given += count as u64;
        if self.given > RATIO_FREE_BYTES && self.given / RATIO_MAX > self.read.load(Ordering::Relaxed) {
            return Err(io::Error::other(
                "it grows more than 200 times when decompressed; decompress it yourself if it is to be trusted",
            ));
        }
        Ok(count)
    }
}

/// UTF-16 as UTF-8. Half a surrogate pair becomes bytes that are not UTF-8, so that its record is refused.
struct Utf16 {
    inner: Box<dyn BufRead + Send>,
    big: bool,
    ready: Vec<u8>,
    given: usize,
    high: Option<u16>,
}

impl Utf16 {
    fn fill(&mut self) -> io::Result<()> {
        self.ready.clear();
        self.given = 0;
        while self.ready.len() < BLOCK_BYTES {
            let mut pair = [0; 2];
            match self.inner.read(&mut pair[..1])? {
                0 => {
                    self.lone();
                    return Ok(());
                }
                _ if self.inner.read(&mut pair[1..])? == 0 => {
                    self.lone();
                    self.ready.push(0xff);
                    return Ok(());
                }
                _ => {}
            }
            let unit = if self.big { u16::from_be_bytes(pair) } else { u16::from_le_bytes(pair) };
            match (self.high.take(), unit) {
                (Some(high), 0xdc00..0xe000) => {
                    let code = 0x10000 + (u32::from(high - 0xd800) << 10) + u32::from(unit - 0xdc00);
                    self.push(char::from_u32(code));
                }
                (high, _) => {
                    self.high = high;
                    self.lone();
                    match unit {
                        0xd800..0xdc00 => self.high = Some(unit),
                        _ => self.push(char::from_u32(unit.into())),
                    }
                }
            }
        }
        Ok(())
    }

    fn lone(&mut self) {
        if self.high.take().is_some() {
            self.push(None);
        }
    }

    fn push(&mut self, character: Option<char>) {
        match character {
            Some(character) => self.ready.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes()),
            None => self.ready.push(0xff),
        }
    }
}

impl Read for Utf16 {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.given == self.ready.len() {
            self.fill()?;
        }
        let count = buffer.len().min(self.ready.len() - self.given);
        buffer[..count].copy_from_slice(&self.ready[self.given..self.given + count]);
        self.given += count;
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    fn content(bytes: &[u8]) -> io::Result<Vec<u8>> {
        let input = Input::spool("x".into(), &mut &bytes[..]).unwrap();
        let counter = Arc::default();
        for _ in 0..2 {
            let mut all = Vec::new();
            input.open(&counter).unwrap().read_to_end(&mut all)?;
        }
        let mut all = Vec::new();
        input.open(&counter).unwrap().read_to_end(&mut all)?;
        assert_eq!(counter.load(Ordering::Relaxed), bytes.len() as u64);
        Ok(all)
    }

    fn gzip(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }

    #[test]
    fn plain_and_zipped_content_are_the_same() {
        assert_eq!(content(b"a\nb").unwrap(), b"a\nb");
        let mut zipped = gzip(b"a\n");
        zipped.extend(gzip(b"b"));
        assert_eq!(content(&zipped).unwrap(), b"a\nb");
        zipped.truncate(zipped.len() - 4);
        assert!(content(&zipped).is_err(), "a torn file is an error, not a short one");
    }

    #[test]
    fn utf_16_becomes_utf_8() {
        let wide = |text: &str| -> Vec<u8> { text.encode_utf16().flat_map(u16::to_le_bytes).collect() };
        assert_eq!(content(&wide("\u{feff}é😀\n")).unwrap(), "\u{feff}é😀\n".as_bytes());
        let mut torn = wide("\u{feff}a");
        torn.extend([0x00, 0xd8, b'b', 0]);
        assert_eq!(content(&torn).unwrap(), b"\xef\xbb\xbfa\xffb");
    }

    #[test]
    fn a_bomb_is_stopped() {
        let bomb = gzip(&vec![b' '; 80 << 20]);
        assert!(bomb.len() < 1 << 20);
        let error = content(&bomb).unwrap_err();
        assert!(error.to_string().contains("200 times"), "{error}");
    }
}
