//! Files that were written: results, charts, reports, and what is said of each.

use std::path::{Path, PathBuf};

use super::msg::Effect;
use super::{App, NoteKind, text};

/// Whether what a file holds may be replaced.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Over {
    Never,
    /// If it is still this, which was read or written last.
    Still(String),
    Always,
}

/// A result in a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exported {
    pub path: PathBuf,
    pub rows: u64,
    pub bytes: u64,
    /// Cells that a spreadsheet would have taken for formulas.
    pub neutralised: u64,
    /// How many of the columns were not shown.
    pub hidden: usize,
    pub raw: bool,
    /// The file beside it that says how it came to be.
    pub described: Option<PathBuf>,
}

/// A report that is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reported {
    pub path: PathBuf,
    pub results: usize,
    /// The tabs, from 1, whose results are not in it, since they are not all there.
    pub left_out: Vec<usize>,
    /// Such as `TLP:RED`.
    pub marking: String,
}

pub fn exported(app: &mut App, result: Result<Exported, String>) -> Vec<Effect> {
    match result {
        Ok(done) => {
            let cells = match (done.raw, done.neutralised) {
                (true, _) => "; raw: formulas are as they were".to_string(),
                (false, 0) => String::new(),
                (false, cells) => {
                    format!("; {} neutralised", text::count(cells, "formula"))
                }
            };
            let path = text::shown(&done.path.display().to_string(), app.ascii).into_owned();
            let columns = match done.hidden {
                0 => String::new(),
                hidden => format!(" with {}", text::count(hidden as u64, "hidden column")),
            };
            let described = if done.described.is_some() { " and its .meta.json" } else { "" };
            let rows = text::count(done.rows, "row");
            app.say(NoteKind::Good, format!("{rows}{columns} to {path}{described}{cells}"))
        }
        Err(why) => {
            let why = text::shown(&why, app.ascii).into_owned();
            app.say(NoteKind::Error, why)
        }
    }
}

pub fn chart_written(app: &mut App, result: Result<(PathBuf, u64, bool), String>) -> Vec<Effect> {
    match result {
        Ok((path, bytes, described)) => {
            let path = text::shown(&path.display().to_string(), app.ascii).into_owned();
            let described = if described { " and its .meta.json" } else { "" };
            app.say(NoteKind::Good, format!("chart to {path}{described}, {}", text::count(bytes, "byte")))
        }
        Err(why) => {
            let why = text::shown(&why, app.ascii).into_owned();
            app.say(NoteKind::Error, why)
        }
    }
}

/// The report is written, or is not.
pub fn reported(app: &mut App, done: Result<Reported, String>) -> Vec<Effect> {
    match done {
        Ok(done) => {
            let path = text::shown(&shown(&done.path), app.ascii).into_owned();
            let results = text::count(done.results as u64, "result");
            let tabs: Vec<String> = done.left_out.iter().map(usize::to_string).collect();
            let (kind, less) = match tabs.is_empty() {
                true => (NoteKind::Good, String::new()),
                false => {
                    let less = format!("; without tab {}, whose result is not all there", tabs.join(", "));
                    (NoteKind::Warning, less)
                }
            };
            app.say(kind, format!("{results} to {path}, {}{less}", done.marking))
        }
        Err(why) => {
            let why = text::shown(&why, app.ascii).into_owned();
            app.say(NoteKind::Error, why)
        }
    }
}

fn shown(path: &Path) -> String {
    path.display().to_string()
}
