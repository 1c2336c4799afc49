//! Where bytes come from: files, folders, standard input, bytes in the program. Gives the content after
//! decompression and as UTF-8, any number of times. Knows nothing of what the bytes say.

use std::fs::{File, OpenOptions};
use std::io::{self, BufRead, BufReader, Cursor, ErrorKind, Read};
use std::os::fd::AsFd;
use std::os::unix::fs::{FileTypeExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use flate2::bufread::MultiGzDecoder;

use super::foreign;
use super::stream::{Begun, GoOn, Stream};
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

/// One file's worth of bytes. All but streams can be opened more than once.
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
    Stream(Stream),
    /// A copy of a stream; it has no name in the file system.
    Spool(File),
    /// A stream that was short.
    Held(Arc<[u8]>),
    Bytes(&'static [u8]),
}

/// A compressed file may grow this much, once it is past [`RATIO_FREE_BYTES`].
const RATIO_MAX: u64 = 200;
const RATIO_FREE_BYTES: u64 = 64 << 20;
const BLOCK_BYTES: usize = 256 << 10;

/// What standard input is called.
pub const STDIN: &str = "standard input";

impl Input {
    /// A regular file.
    pub fn file(path: &Path, named: bool) -> Result<Input> {
        let data = std::fs::metadata(path).map_err(|error| Error::file(path, error))?;
        if !data.is_file() {
            return Err(Error::message("it is no file"));
        }
        let origin = Origin::Path(path.into());
        Ok(Input { name: path.display().to_string(), named, size: Some(data.len()), origin })
    }

    /// A file, or what can be read only once: a pipe, a socket or a terminal. `go_on` is asked often, with the
    /// bytes so far, while one of these is read.
    pub fn path(path: &Path, named: bool, go_on: GoOn<'_>) -> Result<Input> {
        let failed = |error| Error::file(path, error);
        let kind = std::fs::metadata(path).map_err(failed)?.file_type();
        if kind.is_file() {
            return Input::file(path, named);
        }
        // Otherwise a pipe that nobody writes to would hold us for ever.
        let waiting = rustix::fs::OFlags::NONBLOCK.bits() as i32;
        let file = OpenOptions::new().read(true).custom_flags(waiting).open(path).map_err(failed)?;
        if kind.is_block_device() || (kind.is_char_device() && !rustix::termios::isatty(&file)) {
            return Err(Error::message("it is a device, not a file"));
        }
        Input::stream(path.display().to_string(), file, go_on)
    }

    /// Standard input; `go_on` as for [`Input::path`].
    pub fn stdin(go_on: GoOn<'_>) -> Result<Input> {
        let stdin = File::from(io::stdin().as_fd().try_clone_to_owned()?);
        Input::stream(STDIN.into(), stdin, go_on)
    }

    pub fn bytes(name: &str, bytes: &'static [u8]) -> Input {
        Input { name: name.into(), named: true, size: Some(bytes.len() as u64), origin: Origin::Bytes(bytes) }
    }

    fn stream(name: String, file: File, go_on: GoOn<'_>) -> Result<Input> {
        let (size, origin) = match Begun::new(file, go_on)? {
            Begun::Whole(bytes) => (Some(bytes.len() as u64), Origin::Held(bytes)),
            Begun::More(stream) => (None, Origin::Stream(stream)),
        };
        Ok(Input { name, named: true, size, origin })
    }

    /// Whether its content can be opened only once.
    pub fn is_stream(&self) -> bool {
        matches!(self.origin, Origin::Stream(_))
    }

    /// Ends the reading of a stream, also where nothing comes.
    pub fn stop(&self) {
        if let Origin::Stream(stream) = &self.origin {
            stream.stop();
        }
    }

    /// Copies a stream aside, so that it can be opened any number of times; `go_on` as for [`Input::path`].
    pub fn spool(&mut self, go_on: GoOn<'_>) -> Result<()> {
        if let Origin::Stream(stream) = &self.origin {
            let (copy, size) = stream.spool(go_on)?;
            (self.size, self.origin) = (Some(size), Origin::Spool(copy));
        }
        Ok(())
    }

    /// The first so many bytes of the content, and whether they are all of it. A stream stays as it is.
    pub fn head(&self, bytes: usize, read: &Arc<AtomicU64>) -> Result<(Vec<u8>, bool)> {
        let mut head = Vec::new();
        let Origin::Stream(stream) = &self.origin else {
            self.open(read)?.take(bytes as u64).read_to_end(&mut head)?;
            let whole = head.len() < bytes;
            return Ok((head, whole));
        };
        let content = content(Box::new(Cursor::new(stream.first())), read)?;
        // Compressed, what is held ends in the middle of something; what came before is what it says.
        let _ = content.take(bytes as u64).read_to_end(&mut head);
        Ok((head, false))
    }

    /// The content from its start: decompressed, UTF-16 as UTF-8. `read` counts the stored bytes.
    pub fn open(&self, read: &Arc<AtomicU64>) -> Result<Box<dyn Read + Send>> {
        let stored: Box<dyn Read + Send> = match &self.origin {
            Origin::Path(path) => Box::new(File::open(path).map_err(|error| Error::file(path, error))?),
            Origin::Stream(stream) => Box::new(stream.open()?),
            Origin::Spool(copy) => Box::new(At { file: copy.try_clone()?, at: 0 }),
            Origin::Held(bytes) => Box::new(Cursor::new(bytes.clone())),
            Origin::Bytes(bytes) => Box::new(Cursor::new(*bytes)),
        };
        content(stored, read)
    }
}

fn content(stored: Box<dyn Read + Send>, read: &Arc<AtomicU64>) -> Result<Box<dyn Read + Send>> {
    read.store(0, Ordering::Relaxed);
    let counted = Counted { inner: stored, read: read.clone() };
    let mut stored = BufReader::with_capacity(BLOCK_BYTES, counted);
    let zipped = stored.fill_buf()?.starts_with(&[0x1f, 0x8b]);
    let mut plain: Box<dyn BufRead + Send> = if zipped {
        let guard = Guard { inner: MultiGzDecoder::new(stored), read: read.clone(), given: 0 };
        Box::new(BufReader::with_capacity(BLOCK_BYTES, guard))
    } else {
        Box::new(stored)
    };
    let start = plain.fill_buf()?;
    if let Some(reason) = foreign::refusal(start) {
        return Err(Error::message(reason));
    }
    let wide = match start {
        // Text has no NUL, so that even without a byte order mark it is UTF-16.
        [0xff, 0xfe, ..] | [1..=255, 0, 1..=255, 0, ..] => Some(false),
        [0xfe, 0xff, ..] | [0, 1..=255, 0, 1..=255, ..] => Some(true),
        _ => None,
    };
    Ok(match wide {
        Some(big) => Box::new(Utf16 { inner: plain, big, ready: Vec::new(), given: 0, high: None }),
        None => Box::new(plain),
    })
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
        let given = self.given;
        let count = self.inner.read(buffer).map_err(|error| match error.kind() {
            ErrorKind::InvalidInput | ErrorKind::InvalidData | ErrorKind::UnexpectedEof => io::Error::new(
                error.kind(),
                format!(
                    "its gzip data are damaged or cut off after {given} bytes of content: {error}; \
                     decompress what can be saved yourself"
                ),
            ),
            _ => error,
        })?;
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
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(bytes).unwrap();
        std::io::Seek::rewind(&mut file).unwrap();
        let input = Input::stream("x".into(), file, &mut |_| Ok(())).unwrap();
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
        let torn = content(&zipped).unwrap_err().to_string();
        assert!(torn.contains("cut off after 3 bytes"), "a torn file is an error, not a short one: {torn}");
    }

    #[test]
    fn utf_16_becomes_utf_8() {
        let wide = |text: &str| -> Vec<u8> { text.encode_utf16().flat_map(u16::to_le_bytes).collect() };
        assert_eq!(content(&wide("\u{feff}é😀\n")).unwrap(), "\u{feff}é😀\n".as_bytes());
        assert_eq!(content(&wide("{é\n")).unwrap(), "{é\n".as_bytes(), "without a mark");
        let big: Vec<u8> = "a,é".encode_utf16().flat_map(u16::to_be_bytes).collect();
        assert_eq!(content(&big).unwrap(), "a,é".as_bytes());
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
