//! `kqlhunt replay`: runs that a file tells of, again, and whether they give the same.

use std::io::{self, Write};
use std::path::PathBuf;

use clap::Args;

use super::data::{self, Chosen};
use super::exit::{Exit, Failure};
use super::kept::Kept;
use super::{Global, ascii_on, journal, signals};
use crate::compile::{Looked, Options};
use crate::diag;
use crate::display::{count, safe, safe_ascii};
use crate::engine::{Cancel, Engine, Sql};
use crate::journal::{DataName, Digest, Entry, Outcome, Read, entries, read};

#[derive(Args, Clone, Debug)]
pub struct ReplayArgs {
    /// A report, a journal, or the .meta.json of an export
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
}

/// The data that are open.
struct Open {
    chosen: Chosen,
    engine: Engine,
    name: DataName,
}

/// Runs each entry of the file at its clock, on the data that it names or that the user names instead.
pub fn run(global: &Global, args: &ReplayArgs) -> Result<Exit, Failure> {
    if let Err(error) = std::fs::metadata(&args.file) {
        return Err(Failure::input(&args.file, &error));
    }
    let entries = entries(&read(&args.file)?);
    if entries.is_empty() {
        let message = format!(
            "{}: nothing in it was run by kqlhunt; name a report, a journal or the .meta.json of an export",
            args.file.display()
        );
        return Err(Failure::new(Exit::NoInput, message));
    }
    let cancel = Cancel::new();
    let asked = cancel.clone();
    let stopped = signals::watch(move || asked.cancel())?;
    let mut open: Option<Open> = None;
    let mut differ = 0;
    let mut out = io::stdout().lock();
    let ascii = ascii_on(global, &out);
    for (at, entry) in entries.iter().enumerate() {
        let data = opened(global, entry, &mut open)?;
        let told = again(global, entry, data, &cancel).map_err(|failure| stopped.failure(failure))?;
        differ += usize::from(!told.holds);
        let query = entry.query.split_whitespace().collect::<Vec<_>>().join(" ");
        let head = format!("{}. {} at {}: {query}", at + 1, entry.data.title, entry.clock);
        for line in [head].into_iter().chain(told.lines.iter().map(|line| format!("   {line}"))) {
            writeln!(out, "{}", if ascii { safe_ascii(&line) } else { safe(&line) })?;
        }
    }
    let all = entries.len();
    writeln!(out, "{} of {all} give what they gave", all - differ)?;
    Ok(if differ == 0 { Exit::Done } else { Exit::Found })
}

/// The data of an entry, opened unless they are open already.
fn opened<'o>(global: &Global, entry: &Entry, open: &'o mut Option<Open>) -> Result<&'o mut Open, Failure> {
    let chosen = match (&global.db, &entry.data.path) {
        (Some(path), _) | (None, Some(path)) if !global.sample => Chosen::Database(path.clone()),
        _ => Chosen::Sample,
    };
    let open_already = open.take().filter(|open| open.chosen == chosen);
    let data = match open_already {
        Some(data) => data,
        None => {
            let mut engine = match &chosen {
                Chosen::Database(path) if global.db.is_none() && !path.exists() => {
                    let path = safe(&path.display().to_string()).into_owned();
                    let message = format!(
                        "the data of this run are not at '{path}'; --db FILE says where they are now"
                    );
                    return Err(Failure::new(Exit::NoInput, message));
                }
                _ => data::open(global, &chosen)?,
            };
            let name = journal::data_name(&chosen, &mut engine)?;
            Open { chosen, engine, name }
        }
    };
    Ok(open.insert(data))
}

/// What came of a run.
struct Told {
    holds: bool,
    lines: Vec<String>,
}

fn again(global: &Global, entry: &Entry, data: &mut Open, cancel: &Cancel) -> Result<Told, Failure> {
    let mut lines = Vec::new();
    match entry.data.fingerprint.as_str() {
        "" => lines.push("what the data were is not known".to_owned()),
        before if before != data.name.fingerprint => {
            lines.push("the data are others than they were".to_owned())
        }
        _ => {}
    }
    if entry.kqlhunt != env!("CARGO_PKG_VERSION") {
        lines.push(format!("it was run by kqlhunt {}", entry.kqlhunt));
    }
    let Some(options) = entry.options() else {
        lines.push(format!("its clock is no time: {}", entry.clock));
        return Ok(Told { holds: false, lines });
    };
    let options = Options { outside: global.folders().listing(), ..options };
    let kept = Kept::made(global, &mut data.engine, entry, cancel)?;
    lines.extend(kept.lines.iter().cloned());
    let told = compared(global, entry, data, &options, cancel);
    kept.forget(&mut data.engine)?;
    let told = told?;
    lines.extend(told.lines);
    Ok(Told { lines, ..told })
}

/// The results of a run beside what they were.
fn compared(
    global: &Global,
    entry: &Entry,
    data: &mut Open,
    options: &Options,
    cancel: &Cancel,
) -> Result<Told, Failure> {
    let (mut lines, folders) = (Vec::new(), global.folders());
    let mut found = folders.supply(&mut data.engine, &entry.query, options).map_err(Failure::supply)?;
    let mut results = Vec::new();
    if !diag::any_error(&found) {
        let compilation = data.engine.compile(&entry.query, options, cancel)?;
        found.extend(compilation.diagnostics);
        results = compilation.results;
    }
    if let Some(first) = found.iter().find(|one| one.is_error()) {
        lines.push(format!("it cannot be run: {}", first.message));
        return Ok(Told { holds: false, lines });
    }
    let read = Read::all(folders.digests(&results, &options.outside));
    lines.extend(entry.read_otherwise(&read));
    let results = results.split_off(entry.skipped.min(results.len()));
    let mut holds = results.len() == entry.results.len();
    if !holds {
        lines.push(format!("{} results, and were {}", results.len(), entry.results.len()));
    }
    for (at, (compiled, before)) in results.iter().zip(&entry.results).enumerate() {
        let mut digest = Digest::of(compiled);
        data.engine.stream(&Sql::from(compiled), cancel, &mut |grid| {
            digest.add(&grid.rows);
            Ok(())
        })?;
        let looked = match entry.kept.is_empty() {
            true => data.engine.looked(&entry.query, entry.skipped + at, compiled, options, cancel),
            false => Looked::Nothing,
        };
        let now = Outcome::new(compiled, digest, looked);
        let verdict = before.compared(&now);
        holds &= verdict.holds();
        lines.push(format!("{}: {}", count(now.rows, "row"), verdict.words()));
    }
    Ok(Told { holds, lines })
}
