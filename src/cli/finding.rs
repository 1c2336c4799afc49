//! `kqlhunt report`: queries, their results and what is thought of them, as one document.

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use clap::Args;

use super::data;
use super::exit::{Exit, Failure};
use super::input::Source;
use super::kept::Kept;
use super::{Global, journal, library, report, signals};
use crate::chart;
use crate::compile::{Looked, Options};
use crate::display::count;
use crate::engine::{Cancel, Engine, Sql};
use crate::export::file::FileWriter;
use crate::hunt::notes::Notes;
use crate::hunt::pack::Hunt;
use crate::journal::{DataName, Digest, Entry, KeptRun, Outcome, Read, entries, notes_file, read};
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
    engine: Engine,
    name: DataName,
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
    let (chosen, mut engine) = data::opened(global)?;
    let name = journal::data_name(&chosen, &mut engine)?;
    let options = data::options(global, engine.clock());
    let found = engine.rows(OBSERVABLES, &options, &cancel);
    let (observables, unread) = answered(found, &engine.schema());
    let notes = Notes::read(&read(&notes_file(name.path.as_deref())?)?);
    let gathered = Gathered::new(&observables, notes);
    let mut desk = Desk { global, engine, name, options, cancel, gathered };
    let findings: Result<Vec<Finding>, Failure> = wanted.iter().map(|one| desk.finding(one)).collect();
    let findings = findings.map_err(|failure| stopped.failure(failure))?;
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

fn wanted(global: &Global, files: &[PathBuf]) -> Result<Vec<Wanted>, Failure> {
    library::check(files)?;
    let mut wanted = Vec::new();
    for file in files {
        let known = file.extension().is_some_and(|extension| extension == "json" || extension == "jsonl");
        let found: Vec<Wanted> = match known {
            true => entries(&read(file)?).into_iter().map(|entry| Wanted::Run(Box::new(entry))).collect(),
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
    fn finding(&mut self, wanted: &Wanted) -> Result<Finding, Failure> {
        match wanted {
            Wanted::Hunt(hunt) => {
                let finding = self.ran(&hunt.name, &hunt.query, self.options.clone(), &[])?;
                Ok(Finding {
                    description: hunt.description.clone(),
                    tactics: hunt.tactics.clone(),
                    techniques: hunt.techniques.clone(),
                    ..finding
                })
            }
            Wanted::Run(entry) => {
                let outside = self.options.outside.clone();
                let options = entry.options().map(|options| Options { outside, ..options });
                let options = options.unwrap_or_else(|| self.options.clone());
                let name = entry.query.split_whitespace().take(8).collect::<Vec<_>>().join(" ");
                let kept = Kept::made(self.global, &mut self.engine, entry, &self.cancel)?;
                let finding = self.ran(&name, &entry.query, options, &entry.kept);
                kept.forget(&mut self.engine)?;
                let finding = finding?;
                let verdicts = entry.results.iter().zip(&finding.run.results);
                let words: Vec<String> =
                    verdicts.map(|(before, again)| before.compared(again).words()).collect();
                Ok(Finding { again: Some(words.join("; ")), ..finding })
            }
        }
    }

    fn ran(
        &mut self,
        name: &str,
        text: &str,
        options: Options,
        kept: &[KeptRun],
    ) -> Result<Finding, Failure> {
        let folders = self.global.folders();
        let mut problems = folders.supply(&mut self.engine, text, &options).map_err(Failure::supply)?;
        let compilation = self.engine.compile(text, &options, &self.cancel)?;
        problems.extend(compilation.diagnostics);
        let source = Source { name: name.to_owned(), text: text.to_owned() };
        report::show(&source, &problems, self.global.color, Exit::Query)?;
        let started = std::time::Instant::now();
        let mut run = Entry::new(text, &options, wall_clock(), self.name.clone());
        let mut finding = Finding { name: name.to_owned(), ..Finding::default() };
        run.read = Read::all(folders.digests(&compilation.results, &options.outside));
        run.read.extend(kept.iter().map(KeptRun::read));
        run.kept = kept.to_vec();
        for (at, compiled) in compilation.results.iter().enumerate() {
            let mut digest = Digest::of(compiled);
            let mut grid = Grid { columns: compiled.columns.clone(), rows: Vec::new() };
            let most = if compiled.render.is_some() { chart::ROWS_MAX as usize } else { ROWS_SHOWN };
            let gathered = &mut self.gathered;
            self.engine.stream(&Sql::from(compiled), &self.cancel, &mut |part| {
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
                true => self.engine.looked(text, at, compiled, &options, &self.cancel),
                false => Looked::Nothing,
            };
            run.results.push(Outcome::new(compiled, digest, looked));
        }
        run.ms = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
        journal::keep(self.global, &run);
        finding.run = run;
        Ok(finding)
    }
}
