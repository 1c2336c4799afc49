//! What can be read only once: pipes, sockets, terminals. While nothing comes, who asked for it can still end it.
//! Knows nothing of what the bytes say.

use std::fs::File;
use std::io::{self, Cursor, ErrorKind, Read, Write};
use std::os::fd::{AsFd, BorrowedFd};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use rustix::event::{PollFd, PollFlags, Timespec};

use crate::error::{Error, Result};

/// Asked with the number of bytes read so far; an error ends the reading.
pub type GoOn<'t> = &'t mut dyn FnMut(u64) -> Result<()>;

/// How long nothing but input is waited for.
const WAIT: Timespec = Timespec { tv_sec: 0, tv_nsec: 100_000_000 };
const BLOCK_BYTES: usize = 256 << 10;
/// So much is held of the beginning: what is looked at before rows are loaded.
const FIRST_BYTES: usize = 5 << 20;

/// A stream of which the beginning was read.
pub enum Begun {
    /// There is no more.
    Whole(Arc<[u8]>),
    More(Stream),
}

pub struct Stream {
    first: Arc<[u8]>,
    /// While nobody has read it.
    rest: Mutex<Option<File>>,
    stopped: Arc<AtomicBool>,
}

impl Begun {
    /// Reads the beginning.
    pub fn new(mut file: File, go_on: GoOn<'_>) -> Result<Begun> {
        let mut first = Vec::new();
        let ended = pull(&mut file, 0, go_on, &mut |bytes| {
            first.extend_from_slice(bytes);
            Ok(first.len() < FIRST_BYTES)
        })?;
        let first = first.into();
        Ok(match ended {
            true => Begun::Whole(first),
            false => Begun::More(Stream { first, rest: Mutex::new(Some(file)), stopped: Arc::default() }),
        })
    }
}

impl Stream {
    pub fn first(&self) -> Arc<[u8]> {
        self.first.clone()
    }

    /// All of it; the second time an error.
    pub fn open(&self) -> Result<impl Read + Send + use<>> {
        let rest = Waiting { file: self.rest()?, stopped: self.stopped.clone() };
        Ok(Cursor::new(self.first()).chain(rest))
    }

    /// A copy of all of it without a name in the file system, and its length.
    pub fn spool(&self, go_on: GoOn<'_>) -> Result<(File, u64)> {
        let mut copy = tempfile::tempfile()?;
        copy.write_all(&self.first)?;
        let mut size = self.first.len() as u64;
        pull(&mut self.rest()?, size, go_on, &mut |bytes| {
            copy.write_all(bytes)?;
            size += bytes.len() as u64;
            Ok(true)
        })?;
        Ok((copy, size))
    }

    /// Whoever reads it gets an error soon, also where nothing comes.
    pub fn stop(&self) {
        self.stopped.store(true, Ordering::Relaxed);
    }

    fn rest(&self) -> Result<File> {
        let rest = self.rest.lock().ok().and_then(|mut rest| rest.take());
        rest.ok_or_else(|| Error::message("it can be read only once"))
    }
}

/// Hands on what comes until `put` has enough, and says whether the stream has ended.
fn pull(
    file: &mut File,
    before: u64,
    go_on: GoOn<'_>,
    put: &mut dyn FnMut(&[u8]) -> Result<bool>,
) -> Result<bool> {
    let (mut block, mut size) = (vec![0; BLOCK_BYTES], before);
    loop {
        go_on(size)?;
        match read_soon(file, &mut block)? {
            Some(0) => return Ok(true),
            Some(count) => {
                size += count as u64;
                if !put(&block[..count])? {
                    return Ok(false);
                }
            }
            None => {}
        }
    }
}

/// Reads the rest of a stream until it is stopped.
struct Waiting {
    file: File,
    stopped: Arc<AtomicBool>,
}

impl Read for Waiting {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            if self.stopped.load(Ordering::Relaxed) {
                return Err(io::Error::other("the reading was stopped"));
            }
            if let Some(count) = read_soon(&mut self.file, buffer)? {
                return Ok(count);
            }
        }
    }
}

/// Waits a little for something to read, or for the end.
fn read_soon(file: &mut File, buffer: &mut [u8]) -> io::Result<Option<usize>> {
    if !readable_soon(file.as_fd())? {
        return Ok(None);
    }
    match file.read(buffer) {
        Err(error) if matches!(error.kind(), ErrorKind::Interrupted | ErrorKind::WouldBlock) => Ok(None),
        read => read.map(Some),
    }
}

fn readable_soon(stream: BorrowedFd<'_>) -> io::Result<bool> {
    match rustix::event::poll(&mut [PollFd::new(&stream, PollFlags::IN)], Some(&WAIT)) {
        Ok(count) => Ok(count > 0),
        Err(rustix::io::Errno::INTR) => Ok(false),
        Err(error) => Err(error.into()),
    }
}
