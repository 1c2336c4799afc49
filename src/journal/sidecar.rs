//! What lies beside an exported file: how it came to be, and its hash.

use std::ffi::OsString;
use std::fs::File;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::Entry;
use super::digest::hex;
use crate::error::Result;
use crate::export::file::FileWriter;

/// `FILE.meta.json`.
#[derive(Clone, Debug, Serialize)]
pub struct Sidecar {
    /// The exported file's name.
    pub file: String,
    pub format: String,
    pub bytes: u64,
    /// Of the exported file's bytes.
    pub file_sha256: String,
    /// What was run, one SELECT for each result.
    pub sql: Vec<String>,
    /// Which part of the result the file has; all of it without this.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub part: Option<Part>,
    #[serde(flatten)]
    pub run: Entry,
    /// Of a difference the run that `run` is compared with.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub compared_with: Option<Entry>,
}

/// What a sidecar says of the file that it lies beside.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
pub struct Exported {
    pub bytes: u64,
    pub file_sha256: String,
}

impl Exported {
    /// Of the text of a sidecar; none of what is no sidecar.
    pub fn read(text: &str) -> Option<Exported> {
        serde_json::from_str(text).ok()
    }

    /// Where the file is, if its sidecar's name says so and it is there.
    pub fn file(sidecar: &Path) -> Option<PathBuf> {
        let name = sidecar.file_name()?.to_str()?.strip_suffix(".meta.json")?;
        // A pipe or a device may never end.
        Some(sidecar.with_file_name(name)).filter(|file| file.is_file())
    }

    /// Whether a file is what was exported.
    ///
    /// # Errors
    /// It cannot be read.
    pub fn is(&self, file: &Path) -> io::Result<bool> {
        let mut sum = Summed::new(io::sink());
        io::copy(&mut File::open(file)?, &mut sum)?;
        Ok(sum.bytes == self.bytes && sum.sha256() == self.file_sha256)
    }
}

/// Some rows of a result, in an order of their own.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Part {
    pub rows: u64,
    /// Conditions of KQL that they meet, all of them.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub filters: Vec<String>,
    /// Columns, the first one first, with `asc` or `desc`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub sorted_by: Vec<String>,
    /// Of rows that are equal in these columns it has the first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub distinct_by: Vec<String>,
}

impl Sidecar {
    /// Begins the file beside the exported one, so that one that cannot be made is known before the export.
    ///
    /// # Errors
    /// It is there already and `force` does not say that it may be replaced; it cannot be written.
    pub fn open(exported: &Path, force: bool) -> Result<FileWriter> {
        FileWriter::create(&beside(exported, "meta.json"), force)
    }

    /// Writes it, whole.
    pub fn write(&self, mut file: FileWriter) -> Result<()> {
        file.write_all(&serde_json::to_vec_pretty(self).map_err(io::Error::other)?)?;
        file.write_all(b"\n")?;
        file.commit()
    }
}

/// `path.suffix`.
pub fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = OsString::from(path.as_os_str());
    name.push(".");
    name.push(suffix);
    PathBuf::from(name)
}

/// Counts and hashes what is written.
pub struct Summed<W> {
    pub inner: W,
    pub bytes: u64,
    hash: Sha256,
}

impl<W> Summed<W> {
    pub fn new(inner: W) -> Summed<W> {
        Summed { inner, bytes: 0, hash: Sha256::new() }
    }

    /// The SHA-256 of what was written so far.
    pub fn sha256(&self) -> String {
        hex(&self.hash.clone().finalize())
    }
}

impl<W: Write> Write for Summed<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.inner.write(bytes)?;
        self.bytes += written as u64;
        self.hash.update(&bytes[..written]);
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}
