//! Files that are written whole or not at all: a temporary file in the same folder, synced, then
//! moved into place. Mode 0600; never through a link, never over a file unless told to.

use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use tempfile::NamedTempFile;

use crate::error::{Error, Result};

/// Names of temporary files begin with it, so that leftovers of a killed process are known.
const PREFIX: &str = ".kqlhunt-export-";
/// An unfinished file that nobody has written to for so long has lost its writer.
const LEFTOVER_AGE: Duration = Duration::from_secs(3600);

/// A file on its way. Dropped before [`FileWriter::commit`] it leaves nothing behind.
pub struct FileWriter {
    target: PathBuf,
    folder: PathBuf,
    force: bool,
    file: BufWriter<NamedTempFile>,
}

impl FileWriter {
    /// Starts to write `target`. Without `force` anything already there is an error, a link too.
    /// With it a file or a link to a file is replaced; a device, pipe or folder never is.
    pub fn create(target: &Path, force: bool) -> Result<FileWriter> {
        check_target(target, force)?;
        let folder = match target.parent() {
            Some(parent) if !parent.as_os_str().is_empty() => parent.to_path_buf(),
            _ => PathBuf::from("."),
        };
        sweep(&folder);
        let file = tempfile::Builder::new()
            .prefix(PREFIX)
            .tempfile_in(&folder)
            .map_err(|source| Error::file(target, without_path(source)))?;
        Ok(FileWriter { target: target.to_path_buf(), folder, force, file: BufWriter::new(file) })
    }

    /// Makes the file appear under its name, complete.
    pub fn commit(self) -> Result<()> {
        let FileWriter { target, folder, force, file } = self;
        let fail = |source: io::Error| Error::file(&target, without_path(source));
        let file = file.into_inner().map_err(|error| fail(error.into_error()))?;
        file.as_file().sync_all().map_err(fail)?;
        // The target may have come into being since the first look.
        check_target(&target, force)?;
        let moved = if force { file.persist(&target) } else { file.persist_noclobber(&target) };
        moved.map_err(|error| fail(error.error))?;
        File::open(&folder).and_then(|folder| folder.sync_all()).map_err(fail)
    }
}

impl Write for FileWriter {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.file.write(bytes).map_err(|source| named(&self.target, source))
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush().map_err(|source| named(&self.target, source))
    }
}

/// The error of the system alone: `tempfile` writes the temporary name behind it, which means nothing to anybody,
/// and keeps the system's own error to itself.
fn without_path(error: io::Error) -> io::Error {
    match error.to_string().split_once(" at path ") {
        Some((alone, _)) => io::Error::new(error.kind(), alone),
        None => error,
    }
}

/// The error with the name that the file was to have.
fn named(target: &Path, error: io::Error) -> io::Error {
    let error = without_path(error);
    io::Error::new(error.kind(), format!("{}: {error}", target.display()))
}

fn check_target(target: &Path, force: bool) -> Result<()> {
    let refuse = |why: &str| {
        Err(Error::File {
            path: target.to_path_buf(),
            source: io::Error::new(io::ErrorKind::AlreadyExists, why.to_string()),
        })
    };
    let Ok(found) = fs::symlink_metadata(target) else {
        return Ok(());
    };
    if !force {
        return refuse("is already there; give another name, or --force to replace it");
    }
    // A link to nothing is replaced as a file is; a link to a device is as precious as the device.
    let behind = fs::metadata(target).unwrap_or(found);
    if behind.is_file() || behind.is_symlink() {
        Ok(())
    } else {
        refuse("is not a file and is never replaced; without -o the output goes to stdout")
    }
}

/// Removes unfinished files of processes that were killed. Failing to is no reason to stop.
fn sweep(folder: &Path) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    for entry in entries.flatten() {
        let old = entry
            .metadata()
            .and_then(|found| found.modified())
            .is_ok_and(|at| at.elapsed().is_ok_and(|age| age > LEFTOVER_AGE));
        if old && entry.file_name().to_string_lossy().starts_with(PREFIX) {
            let _ = fs::remove_file(entry.path());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::{PermissionsExt, symlink};

    fn write(target: &Path, text: &str, force: bool) -> Result<()> {
        let mut file = FileWriter::create(target, force)?;
        file.write_all(text.as_bytes())?;
        file.commit()
    }

    /// /dev/full stands for a full disk: its writes fail as those of one do.
    #[test]
    fn errors_name_the_file_that_was_asked_for() {
        let Err(missing) = FileWriter::create(Path::new("/nowhere/hits.csv"), false) else {
            panic!("a file in a folder that is not there");
        };
        assert_eq!(missing.to_string(), "/nowhere/hits.csv: No such file or directory (os error 2)");
        let full = tempfile::NamedTempFile::from_parts(
            File::options().write(true).open("/dev/full").expect("opens"),
            tempfile::TempPath::try_from_path("/nowhere/.kqlhunt-export-1").expect("is absolute"),
        );
        let mut writer = FileWriter {
            target: "hits.csv".into(),
            folder: ".".into(),
            force: false,
            file: BufWriter::new(full),
        };
        let error = writer.write_all(b"rows").and_then(|()| writer.flush()).expect_err("is full");
        assert_eq!(error.to_string(), "hits.csv: No space left on device (os error 28)");
    }

    fn names(folder: &Path) -> Vec<String> {
        let mut names: Vec<String> = fs::read_dir(folder)
            .expect("lists")
            .map(|entry| entry.expect("lists").file_name().to_string_lossy().into_owned())
            .collect();
        names.sort();
        names
    }

    #[test]
    fn only_the_owner_reads_it_and_nothing_else_is_left() {
        let folder = tempfile::tempdir().expect("makes a folder");
        let target = folder.path().join("hits.csv");
        write(&target, "a", false).expect("writes");
        assert_eq!(fs::metadata(&target).expect("is there").permissions().mode() & 0o777, 0o600);
        drop(FileWriter::create(&folder.path().join("given-up.csv"), false).expect("starts"));
        assert_eq!(names(folder.path()), ["hits.csv"]);
    }

    #[test]
    fn nothing_there_is_replaced_without_force() {
        let folder = tempfile::tempdir().expect("makes a folder");
        let target = folder.path().join("hits.csv");
        write(&target, "old", false).expect("writes");
        assert!(write(&target, "new", false).is_err());
        assert_eq!(fs::read_to_string(&target).expect("reads"), "old");
        write(&target, "new", true).expect("replaces");
        assert_eq!(fs::read_to_string(&target).expect("reads"), "new");
    }

    #[test]
    fn a_file_that_appears_meanwhile_is_kept() {
        let folder = tempfile::tempdir().expect("makes a folder");
        let target = folder.path().join("hits.csv");
        let file = FileWriter::create(&target, false).expect("starts");
        fs::write(&target, "theirs").expect("writes");
        assert!(file.commit().is_err());
        assert_eq!(fs::read_to_string(&target).expect("reads"), "theirs");
        assert_eq!(names(folder.path()), ["hits.csv"]);
    }

    #[test]
    fn links_are_never_followed() {
        let folder = tempfile::tempdir().expect("makes a folder");
        let outside = folder.path().join("outside");
        fs::write(&outside, "theirs").expect("writes");
        let link = folder.path().join("hits.csv");
        symlink(&outside, &link).expect("links");
        assert!(write(&link, "new", false).is_err());
        write(&link, "new", true).expect("replaces the link");
        assert_eq!(fs::read_to_string(&outside).expect("reads"), "theirs");
        assert_eq!(fs::read_to_string(&link).expect("reads"), "new");
        let dangling = folder.path().join("dangling");
        symlink(folder.path().join("nowhere"), &dangling).expect("links");
        assert!(write(&dangling, "new", false).is_err());
        assert!(!folder.path().join("nowhere").exists());
    }

    #[test]
    fn devices_and_folders_are_never_replaced() {
        let folder = tempfile::tempdir().expect("makes a folder");
        assert!(write(Path::new("/dev/null"), "x", true).is_err());
        assert!(write(folder.path(), "x", true).is_err());
        let link = folder.path().join("null");
        symlink("/dev/null", &link).expect("links");
        assert!(write(&link, "x", true).is_err());
        assert!(fs::symlink_metadata(&link).expect("is there").is_symlink());
    }

    #[test]
    fn leftovers_of_killed_processes_go() {
        let folder = tempfile::tempdir().expect("makes a folder");
        let old = folder.path().join(format!("{PREFIX}old"));
        let file = File::create(&old).expect("writes");
        file.set_modified(std::time::SystemTime::now() - LEFTOVER_AGE * 2).expect("sets");
        fs::write(folder.path().join(format!("{PREFIX}new")), "").expect("writes");
        write(&folder.path().join("a"), "", false).expect("writes");
        assert_eq!(names(folder.path()), [format!("{PREFIX}new"), "a".into()]);
    }
}
