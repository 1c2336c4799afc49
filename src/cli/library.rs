//! The hunts that a command works on: those that ship and those of folders.

use std::path::{Path, PathBuf};

use super::exit::{Exit, Failure};
use super::{Global, report};
use crate::compile::Options;
use crate::hunt::pack::{self, Hunt};
use crate::hunt::ready::{Ready, ready};
use crate::library;
use crate::schema::Schema;

/// The hunts of these folders; without any those of the libraries that the user has named, and those that ship.
/// What cannot be read is said.
pub fn hunts(global: &Global, folders: &[PathBuf]) -> Result<Vec<Hunt>, Failure> {
    let mut hunts = if folders.is_empty() { pack::shipped()? } else { Vec::new() };
    let folders = if folders.is_empty() { &global.library } else { folders };
    let library = library::read(folders);
    for problem in &library.problems {
        report::say(&format!("{}: {}", problem.path.display(), problem.what));
    }
    hunts.extend(library.hunts);
    Ok(hunts)
}

/// A folder that is named and not there would look like one without hunts.
pub fn check(folders: &[PathBuf]) -> Result<(), Failure> {
    match folders.iter().find(|folder| !Path::exists(folder)) {
        Some(folder) => {
            Err(Failure::new(Exit::NoInput, format!("{}: there is no such folder", folder.display())))
        }
        None => Ok(()),
    }
}

/// Keeps the hunts of one tactic, written in any way.
pub fn of_tactic(hunts: &mut Vec<Hunt>, tactic: Option<&str>) {
    let plain = |name: &str| -> String {
        name.chars().filter(char::is_ascii_alphanumeric).map(|letter| letter.to_ascii_lowercase()).collect()
    };
    if let Some(wanted) = tactic.map(plain) {
        hunts.retain(|hunt| hunt.tactics.iter().any(|tactic| plain(tactic) == wanted));
    }
}

/// Whether each hunt can be run on these tables.
pub fn standing<'h>(global: &Global, schema: &'h Schema, now: i64) -> impl Fn(&Hunt) -> Ready + use<'h> {
    let options = Options { now, outside: global.folders().listing(), ..Options::default() };
    move |hunt| ready(&hunt.query, schema, &options)
}
