//! What could not be loaded, kept byte for byte in JSON Lines beside the database. Knows no formats.

use std::fs::{DirBuilder, File, OpenOptions};
use std::io::{BufWriter, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use super::json;
use crate::error::{Error, Result};
use crate::kernels::encode::base64;

/// A record that is no row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bad {
    /// The line on which it begins, from 1.
    pub line: u64,
    /// Where it begins in the content, in bytes.
    pub offset: u64,
    pub reason: String,
    pub raw: Vec<u8>,
    /// `raw` is only its beginning.
    pub cut: bool,
}

/// The quarantine file of one input; made when the first record comes.
#[derive(Default)]
pub struct Quarantine {
    folder: Option<PathBuf>,
    source: String,
    file: Option<(PathBuf, BufWriter<File>)>,
    line: String,
}

impl Quarantine {
    /// Without a folder nothing is written.
    pub fn new(folder: Option<&Path>, source: &str) -> Quarantine {
        Quarantine {
            folder: folder.map(Path::to_owned),
            source: source.into(),
            file: None,
            line: String::new(),
        }
    }

    /// Adds a record as `{"file","line","offset","reason","raw"}`; `raw_base64` when it is not UTF-8.
    pub fn add(&mut self, bad: &Bad) -> Result<()> {
        let Some(folder) = &self.folder else { return Ok(()) };
        let line = &mut self.line;
        line.clear();
        line.push_str("{\"file\":");
        json::quote(&self.source, line);
        line.push_str(&format!(",\"line\":{},\"offset\":{},\"reason\":", bad.line, bad.offset));
        json::quote(&bad.reason, line);
        match std::str::from_utf8(&bad.raw) {
            Ok(raw) => {
                line.push_str(",\"raw\":");
                json::quote(raw, line);
            }
            Err(_) => {
                line.push_str(",\"raw_base64\":");
                line.push('"');
                base64(&bad.raw, line);
                line.push('"');
            }
        }
        line.push_str(if bad.cut { ",\"cut\":true}\n" } else { "}\n" });
        if self.file.is_none() {
            let (path, file) = create(folder, &self.source)?;
            self.file = Some((path, BufWriter::new(file)));
        }
        if let Some((path, file)) = &mut self.file {
            file.write_all(line.as_bytes()).map_err(|error| Error::file(&*path, error))?;
        }
        Ok(())
    }

    /// Everything is on disk when this returns; gives the file, if there is one.
    pub fn keep(&mut self) -> Result<Option<PathBuf>> {
        let Some((path, mut file)) = self.file.take() else { return Ok(None) };
        let written = file.flush().and_then(|()| file.get_ref().sync_all());
        written.map_err(|error| Error::file(&path, error))?;
        Ok(Some(path))
    }
}

impl Drop for Quarantine {
    /// What belongs to a load that was rolled back goes with it.
    fn drop(&mut self) {
        if let Some((path, _)) = self.file.take() {
            let _ = std::fs::remove_file(path);
        }
    }
}

/// A new file `<name>-<n>.jsonl` with the first number that is free.
fn create(folder: &Path, source: &str) -> Result<(PathBuf, File)> {
    let made = DirBuilder::new().recursive(true).mode(0o700).create(folder);
    made.map_err(|error| Error::file(folder, error))?;
    let last = source.rsplit('/').next().unwrap_or(source);
    let name: String = last
        .chars()
        .take(100)
        .map(
            |character| {
                if character.is_alphanumeric() || "._-".contains(character) { character } else { '_' }
            },
        )
        .collect();
    for number in 1..u32::MAX {
        let path = folder.join(format!("{name}-{number}.jsonl"));
        match OpenOptions::new().write(true).create_new(true).mode(0o600).open(&path) {
            Ok(file) => return Ok((path, file)),
            Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(Error::file(path, error)),
        }
    }
    Err(Error::message(format!("no free name for the quarantine of '{source}'")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    fn bad(raw: &[u8]) -> Bad {
        Bad { line: 3, offset: 17, reason: "why \"so\"".into(), raw: raw.into(), cut: false }
    }

    #[test]
    fn raw_bytes_survive_and_files_are_private() {
        let folder = tempfile::tempdir().unwrap();
        let inside = folder.path().join("hunt.duckdb.quarantine");
        let mut quarantine = Quarantine::new(Some(&inside), "/data/a b.json");
        quarantine.add(&bad(b"{\"a\":\x01\"x\\\r")).unwrap();
        quarantine.add(&bad(b"\xff\xfe")).unwrap();
        let path = quarantine.keep().unwrap().unwrap();
        assert_eq!(path, inside.join("a_b.json-1.jsonl"));
        let lines: Vec<serde_json::Value> = std::fs::read_to_string(&path)
            .unwrap()
            .lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect();
        assert_eq!(lines[0]["raw"], "{\"a\":\u{1}\"x\\\r");
        assert_eq!(lines[0]["line"], 3);
        assert_eq!(lines[0]["offset"], 17);
        assert_eq!(lines[0]["reason"], "why \"so\"");
        assert_eq!(lines[1]["raw_base64"], "//4=");
        let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!((mode(&path), mode(&inside)), (0o600, 0o700));
    }

    #[test]
    fn what_is_not_kept_goes_away() {
        let folder = tempfile::tempdir().unwrap();
        let mut first = Quarantine::new(Some(folder.path()), "x");
        first.add(&bad(b"a")).unwrap();
        drop(first);
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
        for number in 1..3 {
            let mut next = Quarantine::new(Some(folder.path()), "x");
            next.add(&bad(b"a")).unwrap();
            assert!(next.keep().unwrap().unwrap().ends_with(format!("x-{number}.jsonl")));
        }
    }
}
