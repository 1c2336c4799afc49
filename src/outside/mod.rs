//! What lies outside of the database and queries name: files for `externaldata`, watchlists, stored
//! functions, where addresses are, what user agents name. All of it stands in folders that the user names; nothing is fetched, and
//! what is not there is said, and never taken for empty unless all tables are. Knows no KQL and no screen.

#[cfg(feature = "engine")]
mod agents;
#[cfg(feature = "engine")]
mod digest;
mod find;
#[cfg(feature = "engine")]
mod geo;
#[cfg(feature = "engine")]
mod load;
mod path;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::facts::{FunctionFile, Outside};
use crate::ingest::external;
use crate::sys;

/// The folders and files that the user names.
#[derive(Clone, Debug, Default)]
pub struct Folders {
    /// Files that URLs stand for; watchlists in its folder `watchlists`, and the rules for user agents.
    pub files: Option<PathBuf>,
    /// Stored functions, `name.kql` each.
    pub functions: Option<PathBuf>,
    /// Where addresses are; without it `geo.mmdb` or `geo.csv` among the files.
    pub geo: Option<PathBuf>,
    /// What is not there is empty, and only warned of: for runs on empty tables, which try a query out.
    pub missing_is_empty: bool,
}

/// The folder of watchlists among the files.
const WATCHLISTS: &str = "watchlists";
/// The rules for user agents among the files.
const USER_AGENTS: &str = "regexes.yaml";
/// Files of one ending in a folder that are looked at.
const LISTED_MAX: usize = 5_000;
/// Files that completion offers for `externaldata`, and how deep they lie.
const PATHS_MAX: usize = 1_000;
const DEPTH_MAX: usize = 6;
/// A longer function is none.
const FUNCTION_MAX_BYTES: u64 = 1 << 20;
/// All functions together; they are read whenever something is compiled.
const FUNCTIONS_MAX_BYTES: u64 = 64 << 20;

impl Folders {
    /// What a compiler must know of them; reads them anew.
    pub fn listing(&self) -> Arc<Outside> {
        Arc::new(Outside {
            files: self.files.is_some(),
            watchlists: self.files.as_deref().map(watchlists).unwrap_or_default(),
            functions: self.functions.as_deref().map(functions).unwrap_or_default(),
            paths: self.files.as_deref().map(paths).unwrap_or_default(),
        })
    }
}

/// The files below a folder that are neither watchlists nor hidden, not through links.
fn paths(files: &Path) -> Vec<String> {
    let mut found = Vec::new();
    let mut folders = vec![(files.to_path_buf(), 0)];
    while let Some((folder, depth)) = folders.pop() {
        let Ok(entries) = fs::read_dir(&folder) else { continue };
        for entry in entries.flatten().take(PATHS_MAX) {
            let (path, Ok(kind)) = (entry.path(), entry.file_type()) else { continue };
            let Some(name) = path.strip_prefix(files).ok().and_then(Path::to_str) else { continue };
            if name.rsplit('/').next().is_some_and(|last| last.starts_with('.')) || name == WATCHLISTS {
                continue;
            }
            if kind.is_dir() && depth < DEPTH_MAX {
                folders.push((path, depth + 1));
            } else if kind.is_file() && name != USER_AGENTS {
                found.push(name.to_owned());
            }
            if found.len() >= PATHS_MAX {
                folders.clear();
                break;
            }
        }
    }
    found.sort();
    found
}

fn watchlists(files: &Path) -> BTreeMap<String, Result<Vec<String>, String>> {
    let columns = |real: Result<PathBuf, String>| {
        real.and_then(|real| external::header(&real).map_err(|error| error.to_string()))
    };
    listed(files, &[WATCHLISTS.to_owned()], "csv")
        .into_iter()
        .map(|(alias, _, real)| (alias, columns(real)))
        .collect()
}

fn functions(folder: &Path) -> BTreeMap<String, FunctionFile> {
    let mut left = FUNCTIONS_MAX_BYTES;
    let mut text = |real: PathBuf| {
        let text = function(&real)?;
        left = left.checked_sub(text.len() as u64).ok_or("the files of its folder take more than 64 MB")?;
        Ok(text)
    };
    let mut file = |path: PathBuf, real: Result<PathBuf, String>| FunctionFile {
        path: path.display().to_string(),
        text: real.and_then(&mut text),
    };
    listed(folder, &[], "kql").into_iter().map(|(name, path, real)| (name, file(path, real))).collect()
}

fn function(path: &Path) -> Result<String, String> {
    let bytes = sys::read_at_most(path, FUNCTION_MAX_BYTES).map_err(|error| error.to_string())?;
    String::from_utf8(bytes).map_err(|_| "it is not UTF-8".to_owned())
}

/// The files of a folder with this ending: name without it, path, and where it leads or why it may not.
fn listed(root: &Path, below: &[String], ending: &str) -> Vec<(String, PathBuf, Result<PathBuf, String>)> {
    let folder = below.iter().fold(root.to_path_buf(), |path, part| path.join(part));
    // A folder that cannot be listed has nothing; what a query then names is missing, and that is said.
    let Ok(Some(_)) = path::inside(root, below) else { return Vec::new() };
    let Ok(entries) = fs::read_dir(&folder) else { return Vec::new() };
    let named = entries.flatten().filter_map(|entry| {
        let path = entry.path();
        let name = path.file_stem().and_then(|name| name.to_str())?.to_owned();
        path.extension().is_some_and(|other| other == ending).then_some((entry, path, name))
    });
    let mut found = Vec::new();
    for (entry, path, name) in named.take(LISTED_MAX) {
        let mut parts = below.to_vec();
        parts.push(entry.file_name().to_string_lossy().into_owned());
        let real = path::inside(root, &parts).and_then(|real| real.ok_or_else(|| "it is gone".to_owned()));
        if real.as_ref().is_ok_and(|real| !real.is_file()) {
            continue;
        }
        found.push((name, path, real));
    }
    found
}
