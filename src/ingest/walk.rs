//! The files that a path stands for. What a folder holds and is not read is said, each with its reason.

use std::io;
use std::path::{Path, PathBuf};

use crate::error::Error;

/// What was found under a path.
#[derive(Debug, Default)]
pub struct Found {
    /// In order of their paths.
    pub files: Vec<PathBuf>,
    /// What cannot be listed, and why.
    pub failed: Vec<(String, Error)>,
    /// What was left out, and why.
    pub passed_over: Vec<(String, String)>,
}

/// The path itself, or all files of the folder that it names.
pub fn expand(path: &Path) -> Found {
    let mut found = Found::default();
    if path.is_dir() {
        found.walk(path);
    } else {
        found.files.push(path.to_owned());
    }
    found
}

impl Found {
    fn walk(&mut self, folder: &Path) {
        let listed = std::fs::read_dir(folder).and_then(Iterator::collect::<io::Result<Vec<_>>>);
        let mut entries = match listed {
            Ok(entries) => entries,
            Err(error) => {
                return self.failed.push((folder.display().to_string(), Error::file(folder, error)));
            }
        };
        entries.sort_by_key(std::fs::DirEntry::file_name);
        for entry in entries {
            let path = entry.path();
            match entry.file_type() {
                Ok(kind) => self.entry(path, &entry.file_name().to_string_lossy(), kind.is_dir()),
                Err(error) => self.failed.push((path.display().to_string(), Error::file(path, error))),
            }
        }
    }

    fn entry(&mut self, path: PathBuf, name: &str, is_folder: bool) {
        let reason = if name.ends_with(".quarantine") {
            // It holds what an earlier load has named already.
            return;
        } else if name.starts_with('.') {
            "it is hidden; name it to load it"
        } else if name.ends_with(".duckdb") || name.ends_with(".duckdb.wal") {
            "it is a database, to be opened with --db"
        } else if is_folder {
            return self.walk(&path);
        } else if path.is_file() {
            return self.files.push(path);
        } else if path.is_dir() {
            "it is a link to a folder; name it to load that"
        } else if path.exists() {
            "it is no file; name it to read it"
        } else {
            "it is a link to nothing"
        };
        self.passed_over.push((path.display().to_string(), reason.to_owned()));
    }
}
