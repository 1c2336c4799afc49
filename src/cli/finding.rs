//! `kqlhunt report`: queries, their results and what is thought of them, as one document.

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use clap::Args;

use super::data::{self, Chosen};
use super::exit::{Exit, Failure};
use super::input::Source;
use super::kept::Kept;
use super::opened::{self, Open};
use super::{Global, journal, library, report, signals};
use crate::chart;
use crate::compile::{Looked, Options};
use crate::display::count;
use crate::engine::{Cancel, Sql};
use crate::export::file::FileWriter;
use crate::hunt::notes::Notes;
use crate::hunt::pack::Hunt;
use crate::journal::{Digest, Entry, KeptRun, Outcome, Read, entries, notes_file, read, unread};
use crate::report::{Finding, Gathered, OBSERVABLES, ROWS_SHOWN, Report, Tlp, answered, html, markdown};
use crate::sys::wall_clock;
use crate::ticks;
use crate::value::Grid;

#[derive(Args, Clone, Debug)]
pub struct ReportArgs {
    /// Hunts (Sentinel's YAML, KQL, Markdown, or folders of them), journals, and the .meta.json of exports
    #[arg(value_name = "FILE", required = true)]
    pub sources: Vec<PathBuf>,
    /// How to write it: Markdown, or one HTML file that names no other; without it as the name of -o says, else
    /// Markdown
    #[arg(long, value_name = "FORMAT", value_parser = ["md", "html"])]
    pub format: Option<String>,
    /// Write to a file, whole or not at all; it must not exist
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// Replace the file that -o names
    #[arg(long, requires = "output")]
    pub force: bool,
    /// Its marking, such as amber; that of the indicators when it is stricter
    #[arg(long, value_name = "TLP", value_parser = marking)]
    pub tlp: Option<Tlp>,
    /// What stands above it
    #[arg(long, value_name = "TEXT", default_value = "Hunt report")]
    pub title: String,
}

impl ReportArgs {
    fn is_html(&self) -> bool {
        let extension = self.output.as_deref().and_then(Path::extension).unwrap_or_default();
        match &self.format {
            Some(format) => format == "html",
            None => extension.eq_ignore_ascii_case("html") || extension.eq_ignore_ascii_case("htm"),
        }
    }
}

fn marking(text: &str) -> Result<Tlp, String> {
    Tlp::named(text).ok_or_else(|| "one of clear, green, amber, amber+strict, red".to_string())
}

/// What is to be run: a hunt at the clock, or a run once more.
enum Wanted {
    Hunt(Box<Hunt>),
    Run(Box<Entry>),
}

/// What every run of a report needs.
struct Desk<'a> {
    global: &'a Global,
    open: Open,
    /// Of a hunt.
    options: Options,
    cancel: Cancel,
    gathered: Gathered,
}

/// Runs all that is named and writes the document.
pub fn run(global: &Global, args: &ReportArgs) -> Result<Exit, Failure> {
    let wanted = wanted(global, &args.sources)?;
    let output = args.output.as_deref().map(|path| FileWriter::create(path, args.force));
    let output = output.transpose().map_err(Failure::output)?;
    let cancel = Cancel::new();
    let asked = cancel.clone();
    let stopped = signals::watch(move || asked.cancel())?;
    let mut open = opened(global, &wanted)?;
    let options = data::options(global, open.engine.clock());
    let found = open.engine.rows(OBSERVABLES, &options, &cancel);
    let (observables, unread) = answered(found, &open.engine.schema());
    let notes = Notes::read(&read(&notes_file(open.name.path.as_deref())?)?);
    let gathered = Gathered::new(&observables, notes);
    let mut desk = Desk { global, open, options, cancel, gathered };
    let findings: Result<Vec<Vec<Finding>>, Failure> = wanted.iter().map(|one| desk.findings(one)).collect();
    let findings = findings.map_err(|failure| stopped.failure(failure))?.concat();
    let (title, made) = (args.title.clone(), ticks::iso_second(wall_clock()));
    let document = Report { title, made, findings, unread, ..desk.gathered.report(args.tlp) };
    if document.unread_notes > 0 {
        report::say(&format!("{} of the notes cannot be read", count(document.unread_notes as u64, "line")));
    }
    if let Some(why) = &document.unread {
        report::say(&format!("the indicators cannot be read: {why}"));
    }
    if let (Some(asked), Some(strictest)) = (args.tlp, document.strictest)
        && asked < strictest
    {
        report::say(&format!("marked {}, as an indicator in it is", strictest.name()));
    }
    let text = if args.is_html() { html(&document) } else { markdown(&document) };
    match output {
        Some(mut file) => {
            file.write_all(text.as_bytes())?;
            file.commit().map_err(Failure::output)?;
        }
        None => io::stdout().lock().write_all(text.as_bytes())?,
    }
    Ok(Exit::Done)
}

/// The data of all that is wanted. Notes and indicators are those of one database, and so is a report.
fn opened(global: &Global, wanted: &[Wanted]) -> Result<Open, Failure> {
    let (mut all, mut hunted): (Vec<Chosen>, bool) = (Vec::new(), false);
    for one in wanted {
        let chosen = match one {
            Wanted::Run(entry) => opened::chosen(global, entry),
            Wanted::Hunt(_) => {
                let chosen = Chosen::by(global)?;
                if !hunted {
                    data::announce(&chosen);
                }
                hunted = true;
                chosen.named()
            }
        };
        if !all.contains(&chosen) {
            all.push(chosen);
        }
    }
    match all.len() {
        0 | 1 => Open::new(global, all.pop().unwrap_or(Chosen::Sample)),
        _ => {
            let titles: Vec<String> = all.iter().map(Chosen::title).collect();
            let message = format!(
                "a report is about one database, and these are about {}; --db FILE or --sample runs all on one",
                titles.join(" and ")
            );
            Err(Failure::new(Exit::Usage, message))
        }
    }
}

fn wanted(global: &Global, files: &[PathBuf]) -> Result<Vec<Wanted>, Failure> {
    library::check(files)?;
    let mut wanted = Vec::new();
    for file in files {
        let known = file.extension().is_some_and(|extension| extension == "json" || extension == "jsonl");
        let found: Vec<Wanted> = match known {
            true => {
                let text = read(file)?;
                if let lines @ 1.. = unread(&text) {
                    let lines = count(lines as u64, "line");
                    report::say(&format!("{}: {lines} of it cannot be read", file.display()));
                }
                entries(&text).into_iter().map(|entry| Wanted::Run(Box::new(entry))).collect()
            }
            false => {
                let hunts = library::hunts(global, std::slice::from_ref(file))?;
                hunts.into_iter().map(|hunt| Wanted::Hunt(Box::new(hunt))).collect()
            }
        };
        if found.is_empty() {
            let message = format!("{}: nothing in it is a query or was run by kqlhunt", file.display());
            return Err(Failure::new(Exit::NoInput, message));
        }
        wanted.extend(found);
    }
    Ok(wanted)
}

impl Desk<'_> {
    /// One for each result.
    fn findings(&mut self, wanted: &Wanted) -> Result<Vec<Finding>, Failure> {
        match wanted {
            Wanted::Hunt(hunt) => {
                let entry = Entry { query: hunt.query.clone(), ..Entry::default() };
                let findings = self.ran(&hunt.name, &entry, self.options.clone())?;
                let described = findings.into_iter().map(|finding| Finding {
                    description: hunt.description.clone(),
                    tactics: hunt.tactics.clone(),
                    techniques: hunt.techniques.clone(),
                    ..finding
                });
                Ok(described.collect())
            }
            Wanted::Run(entry) => {
                let Some(options) = entry.options() else {
                    let message =
                        format!("the clock of a run is no time, so that it cannot be run: {}", entry.clock);
                    return Err(Failure::new(Exit::NoInput, message));
                };
                let options = Options { outside: self.options.outside.clone(), ..options };
                let name = entry.query.split_whitespace().take(8).collect::<Vec<_>>().join(" ");
                let kept = Kept::made(self.global, &mut self.open.engine, entry, &self.cancel)?;
                let findings = self.ran(&name, entry, options);
                kept.forget(&mut self.open.engine)?;
                let again =
                    |finding: Finding| Finding { again: Some(self.again(entry, &finding)), ..finding };
                Ok(findings?.into_iter().map(again).collect())
            }
        }
    }

    /// How a result compares with what it was.
    fn again(&self, entry: &Entry, finding: &Finding) -> String {
        let (before, now) = (entry.results.get(finding.result), finding.run.results.get(finding.result));
        let verdict = match before.zip(now) {
            Some((before, now)) => before.compared(now).words(),
            None => "it was not there".to_owned(),
        };
        self.open
            .otherwise(entry)
            .map(str::to_owned)
            .into_iter()
            .chain([verdict])
            .collect::<Vec<_>>()
            .join("; ")
    }

    /// Runs what an entry tells of, but for the results that it skips.
    fn ran(&mut self, name: &str, entry: &Entry, options: Options) -> Result<Vec<Finding>, Failure> {
        let (folders, text, kept) = (self.global.folders(), entry.query.as_str(), &entry.kept);
        let engine = &mut self.open.engine;
        let mut problems = folders.supply(engine, text, &options).map_err(Failure::supply)?;
        let compilation = engine.compile(text, &options, &self.cancel)?;
        problems.extend(compilation.diagnostics);
        let source = Source { name: name.to_owned(), text: text.to_owned() };
        report::show(&source, &problems, self.global.color, Exit::Query)?;
        let started = std::time::Instant::now();
        let mut run = Entry::new(text, &options, wall_clock(), self.open.name.clone());
        run.skipped = entry.skipped;
        run.read = Read::all(folders.digests(&compilation.results, &options.outside));
        run.read.extend(kept.iter().map(KeptRun::read));
        run.kept = kept.clone();
        let (mut findings, all) = (Vec::new(), compilation.results.len().saturating_sub(entry.skipped));
        for (at, compiled) in compilation.results.iter().enumerate().skip(entry.skipped) {
            let result = at - entry.skipped;
            let several = all > 1;
            let name =
                if several { format!("{name} (result {} of {all})", result + 1) } else { name.to_owned() };
            let mut finding = Finding { name, result, ..Finding::default() };
            let mut digest = Digest::of(compiled);
            let mut grid = Grid { columns: compiled.columns.clone(), rows: Vec::new() };
            let most = if compiled.render.is_some() { chart::ROWS_MAX as usize } else { ROWS_SHOWN };
            let gathered = &mut self.gathered;
            engine.stream(&Sql::from(compiled), &self.cancel, &mut |part| {
                digest.add(&part.rows);
                gathered.rows(compiled, &part.rows);
                let room = most - grid.rows.len().min(most);
                grid.rows.extend(part.rows.into_iter().take(room));
                Ok(())
            })?;
            let drawn = compiled.render.as_ref();
            finding.chart = drawn.and_then(|render| chart::chart(&grid.columns, &grid.rows, render).ok());
            if let Some(chart) = &mut finding.chart {
                chart.rows_left(digest.rows().saturating_sub(grid.rows.len() as u64));
            }
            grid.rows.truncate(ROWS_SHOWN);
            (finding.shown, finding.rows) = (grid, digest.rows());
            let looked = match kept.is_empty() {
                true => engine.looked(text, at, compiled, &options, &self.cancel),
                false => Looked::Nothing,
            };
            run.results.push(Outcome::new(compiled, digest, looked));
            findings.push(finding);
        }
        run.ms = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
        journal::keep(self.global, &run);
        findings.iter_mut().for_each(|finding| finding.run = run.clone());
        Ok(findings)
    }
}
