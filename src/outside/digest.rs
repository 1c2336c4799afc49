//! Hashes of what queries read from outside of the database: for those who ask later what was there.

use std::collections::HashMap;
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::{LazyLock, Mutex, PoisonError};
use std::time::SystemTime;

use sha2::{Digest, Sha256};

use super::Folders;
use crate::compile::Compiled;
use crate::facts::{Input, InputSource, Outside};

/// The hash of each file as it was last seen. A large one, such as of places, is not read at each run.
static KNOWN: LazyLock<Mutex<HashMap<PathBuf, (Stamp, String)>>> = LazyLock::new(Mutex::default);

type Stamp = (u64, Option<SystemTime>);

impl Folders {
    /// What these queries read, by names for people, each with its SHA-256; that is empty for what cannot be read.
    pub fn digests(&self, results: &[Compiled], outside: &Outside) -> Vec<(String, String)> {
        let mut found: Vec<(String, String)> = Vec::new();
        let mut add = |name: String, sum: String| {
            if found.iter().all(|(known, _)| *known != name) {
                found.push((name, sum));
            }
        };
        for result in results {
            for name in &result.functions {
                let text = outside.functions.get(name).and_then(|file| file.text.as_ref().ok());
                add(
                    format!("function {name}"),
                    text.map(|text| hex(Sha256::digest(text))).unwrap_or_default(),
                );
            }
            for input in &result.inputs {
                let files = self.find(input).unwrap_or_default();
                for (at, file) in files.iter().enumerate() {
                    add(name(input, at), sum(file).unwrap_or_default());
                }
            }
        }
        found
    }
}

fn name(input: &Input, at: usize) -> String {
    match &input.source {
        InputSource::Files { uris, .. } => format!("file {}", uris.get(at).map_or("", String::as_str)),
        InputSource::Watchlist { alias } => format!("watchlist {alias}"),
        InputSource::Watchlists => "watchlists".into(),
        InputSource::Places => "places of addresses".into(),
        InputSource::UserAgents => "rules for user agents".into(),
    }
}

fn sum(file: &Path) -> io::Result<String> {
    let data = fs::metadata(file)?;
    let stamp = (data.len(), data.modified().ok());
    let known = || KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some((_, sum)) = known().get(file).filter(|(then, _)| *then == stamp) {
        return Ok(sum.clone());
    }
    let mut hash = Hash(Sha256::new());
    io::copy(&mut File::open(file)?, &mut hash)?;
    let sum = hex(hash.0.finalize());
    known().insert(file.to_path_buf(), (stamp, sum.clone()));
    Ok(sum)
}

struct Hash(Sha256);

impl Write for Hash {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.update(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn hex(bytes: impl AsRef<[u8]>) -> String {
    bytes.as_ref().iter().map(|byte| format!("{byte:02x}")).collect()
}
