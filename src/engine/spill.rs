//! Where DuckDB spills rows that do not fit into memory: a folder of the process, gone at its end.

use std::fs;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};

use crate::error::Result;
use crate::{places, sys};

const PREFIX: &str = "spill-";

/// Several databases may be open in one process.
static NEXT: AtomicU32 = AtomicU32::new(0);

/// `spill-PID-N` in the cache folder, mode 0700; removed when dropped.
pub struct Spill {
    pub path: PathBuf,
}

impl Spill {
    /// Makes one, and removes those that dead processes left.
    pub fn new() -> Result<Spill> {
        let cache = places::cache_folder()?;
        sys::private_folder(&cache)?;
        sys::sweep(&cache, PREFIX);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let path = cache.join(format!("{PREFIX}{}-{number}", std::process::id()));
        sys::private_folder(&path)?;
        Ok(Spill { path })
    }
}

impl Drop for Spill {
    fn drop(&mut self) {
        // What stays is swept at the next start.
        let _ = fs::remove_dir_all(&self.path);
    }
}
