//! Where DuckDB spills rows that do not fit into memory: a folder of the process, gone at its end.

use std::fs;
use std::path::{Path, PathBuf};
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
        sweep(&cache);
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

fn sweep(cache: &Path) {
    let Ok(entries) = fs::read_dir(cache) else { return };
    for entry in entries.flatten() {
        let name = entry.file_name();
        let pid = name.to_str().and_then(|name| name.strip_prefix(PREFIX)?.split('-').next()?.parse().ok());
        if pid.is_some_and(|pid| !sys::process_lives(pid)) {
            let _ = fs::remove_dir_all(entry.path());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_folders_of_the_dead_are_swept() -> Result<()> {
        let cache = tempfile::tempdir()?;
        let own = format!("spill-{}-0", std::process::id());
        for name in ["spill-2147483647-0", &own, "hunts", "spill-x"] {
            fs::create_dir(cache.path().join(name))?;
        }
        sweep(cache.path());
        let left = |name: &str| cache.path().join(name).exists();
        assert!(!left("spill-2147483647-0"));
        assert!(left(&own) && left("hunts") && left("spill-x"));
        Ok(())
    }
}
