//! Files that lines are added to: for their user alone, by several processes at once, and not without end.

use std::fs::{self, File, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};

use super::beside;
use crate::error::{Error, Result};
use crate::sys;

/// A file of so many bytes is put aside, and a new one begun; of those that were put aside the last one stays.
const BYTES_MAX: u64 = 32 << 20;

/// A file that somebody names may be any file.
const READ_MAX_BYTES: u64 = 256 << 20;

/// Adds a line, in one piece.
///
/// # Errors
/// The file or its folder cannot be made or written.
pub fn append(file: &Path, line: &str) -> Result<()> {
    let fail = |source| Error::file(file, source);
    if let Some(folder) = file.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        sys::private_folder(folder)?;
    }
    put_aside(file, BYTES_MAX);
    let mut open = OpenOptions::new().create(true).append(true).open(file).map_err(fail)?;
    open.write_all(format!("{line}\n").as_bytes()).map_err(fail)
}

/// Where the older lines are.
fn older(file: &Path) -> PathBuf {
    beside(file, "old")
}

fn put_aside(file: &Path, bytes_max: u64) {
    let full = || fs::metadata(file).is_ok_and(|found| found.len() >= bytes_max);
    if !full() {
        return;
    }
    // Where there are no locks, or no right to make one, the file grows on.
    let Ok(lock) = File::open(file) else { return };
    if lock.try_lock().is_ok() && full() {
        let _ = fs::rename(file, older(file));
    }
}

/// All lines that are there, the older ones first; none when there is no file.
///
/// # Errors
/// A file is there and cannot be read.
pub fn read(file: &Path) -> Result<String> {
    let mut text = String::new();
    for part in [older(file), file.to_path_buf()] {
        let bytes = match sys::read_at_most(&part, READ_MAX_BYTES) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => continue,
            Err(source) => return Err(Error::file(&part, source)),
        };
        // A line that is no text is no line of ours, and the others are.
        text.push_str(&String::from_utf8_lossy(&bytes));
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    #[test]
    fn lines_are_added_and_a_full_file_is_put_aside() {
        let folder = tempfile::tempdir().expect("makes a folder");
        let file = folder.path().join("state").join("journal.jsonl");
        assert_eq!(read(&file).expect("is none"), "");
        append(&file, "1").expect("adds");
        append(&file, "2").expect("adds");
        assert_eq!(read(&file).expect("reads"), "1\n2\n");
        put_aside(&file, 4);
        append(&file, "3").expect("adds");
        assert_eq!(read(&file).expect("reads both"), "1\n2\n3\n");
        assert_eq!(fs::read_to_string(&file).expect("reads"), "3\n");
        let mode = |path: &Path| fs::metadata(path).expect("is there").permissions().mode() & 0o777;
        assert_eq!(mode(file.parent().expect("has one")), 0o700);
    }
}
