//! Where DuckDB spills rows that do not fit into memory: a folder of the process, gone at its end.

use std::fs;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};

use crate::error::Result;
use crate::{places, sys};

const PREFIX: &str = "spill-";

/// Several databases may be open in one process.
static NEXT: AtomicU32 = AtomicU32::new(0);

/// `spill-PID-N` in the cache folder, or a folder for temporary files where that cannot be had, as with a home that
/// is read-only. Mode 0700; removed when dropped.
pub struct Spill {
    pub path: PathBuf,
}

impl Spill {
    /// Makes one, and removes those that dead processes left in the cache folder.
    pub fn new() -> Result<Spill> {
        Spill::within(places::cache_folder()).or_else(|_| {
            let folder = tempfile::Builder::new().prefix("kqlhunt-").tempdir()?;
            Ok(Spill { path: folder.keep() })
        })
    }

    fn within(cache: Result<PathBuf>) -> Result<Spill> {
        let cache = cache?;
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Error;

    #[test]
    fn it_is_in_the_cache_folder_where_that_can_be_written() {
        let cache = tempfile::tempdir().expect("makes a folder");
        let spill = Spill::within(Ok(cache.path().join("kqlhunt"))).expect("makes one");
        assert!(spill.path.starts_with(cache.path()) && spill.path.is_dir());
        let path = spill.path.clone();
        drop(spill);
        assert!(!path.exists());
        let file = cache.path().join("file");
        fs::write(&file, "").expect("writes");
        assert!(Spill::within(Ok(file.join("kqlhunt"))).is_err());
        assert!(Spill::within(Err(Error::message("no home"))).is_err());
    }
}
