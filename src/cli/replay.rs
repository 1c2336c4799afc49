//! `kqlhunt replay`: runs that a file tells of, again, and whether they give the same.

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use clap::Args;

use super::exit::{Exit, Failure};
use super::kept::Kept;
use super::opened::{self, Open};
use super::{Global, ascii_on, signals};
use crate::compile::{Looked, Options};
use crate::diag;
use crate::display::{count, safe, safe_ascii};
use crate::engine::{Cancel, Sql};
use crate::journal::{Digest, Entry, Exported, Outcome, Read, entries, read, unread};

#[derive(Args, Clone, Debug)]
pub struct ReplayArgs {
    /// A report, a journal, or the .meta.json of an export
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
}

/// Runs each entry of the file at its clock, on the data that it names or that the user names instead.
pub fn run(global: &Global, args: &ReplayArgs) -> Result<Exit, Failure> {
    if let Err(error) = std::fs::metadata(&args.file) {
        return Err(Failure::input(&args.file, &error));
    }
    let text = read(&args.file)?;
    let entries = entries(&text);
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
    let (mut same, mut uncompared, mut gone) = (0, 0, None);
    let mut out = io::stdout().lock();
    let ascii = ascii_on(global, &out);
    let mut say = |line: &str| writeln!(out, "{}", if ascii { safe_ascii(line) } else { safe(line) });
    let changed = changed(&args.file, &text);
    changed.iter().try_for_each(|line| say(line))?;
    for (at, entry) in entries.iter().enumerate() {
        let told = match opened(global, entry, &mut open) {
            Ok(data) => again(global, entry, data, &cancel).map_err(|failure| stopped.failure(failure))?,
            Err(failure) => {
                let lines = vec![format!("not run: {}", failure.message)];
                gone.get_or_insert(failure);
                Told { holds: false, compares: true, lines }
            }
        };
        same += usize::from(told.holds && told.compares);
        uncompared += usize::from(told.holds && !told.compares);
        let query = entry.query.split_whitespace().collect::<Vec<_>>().join(" ");
        say(&format!("{}. {} at {}: {query}", at + 1, entry.data.title, entry.clock))?;
        told.lines.iter().try_for_each(|line| say(&format!("   {line}")))?;
    }
    let all = entries.len();
    let rest = match uncompared {
        0 => String::new(),
        _ => format!("; of {uncompared} only the rows were counted"),
    };
    say(&format!("{same} of {all} give what they gave{rest}"))?;
    if let lines @ 1.. = unread(&text) {
        say(&format!("{} of the journal cannot be read", count(lines as u64, "line")))?;
    }
    match gone {
        Some(failure) => Err(failure),
        None if same == all && changed.is_none() => Ok(Exit::Done),
        None => Ok(Exit::Found),
    }
}

/// What is to be said of the file that a sidecar lies beside, where it is not what was exported.
fn changed(sidecar: &Path, text: &str) -> Option<String> {
    let (exported, file) = (Exported::read(text)?, Exported::file(sidecar)?);
    match exported.is(&file) {
        Ok(true) => None,
        Ok(false) => Some(format!("{} was changed since it was written", file.display())),
        Err(error) => Some(format!("{} cannot be compared with what was written: {error}", file.display())),
    }
}

/// The data of an entry, opened unless they are open already.
fn opened<'o>(global: &Global, entry: &Entry, open: &'o mut Option<Open>) -> Result<&'o mut Open, Failure> {
    let chosen = opened::chosen(global, entry);
    let data = match open.take().filter(|open| open.chosen == chosen) {
        Some(data) => data,
        None => Open::new(global, chosen)?,
    };
    Ok(open.insert(data))
}

/// What came of a run.
struct Told {
    holds: bool,
    /// Whether values were compared, where it holds.
    compares: bool,
    lines: Vec<String>,
}

fn again(global: &Global, entry: &Entry, data: &mut Open, cancel: &Cancel) -> Result<Told, Failure> {
    let mut lines = Vec::new();
    lines.extend(data.otherwise(entry).map(str::to_owned));
    if entry.kqlhunt != env!("CARGO_PKG_VERSION") {
        lines.push(format!("it was run by kqlhunt {}", entry.kqlhunt));
    }
    let Some(options) = entry.options() else {
        lines.push(format!("its clock is no time: {}", entry.clock));
        return Ok(Told { holds: false, compares: true, lines });
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
        return Ok(Told { holds: false, compares: true, lines });
    }
    let read = Read::all(folders.digests(&results, &options.outside));
    lines.extend(entry.read_otherwise(&read));
    let results = results.split_off(entry.skipped.min(results.len()));
    let mut compares = true;
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
        compares &= verdict.compares();
        lines.push(format!("{}: {}", count(now.rows, "row"), verdict.words()));
    }
    Ok(Told { holds, compares, lines })
}
