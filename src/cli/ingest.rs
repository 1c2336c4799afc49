//! `kqlhunt ingest`: loads files into a database, and says what became of every row.

use std::io::{self, IsTerminal, Write};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use clap::{Args, ValueEnum};

use super::exit::{Exit, Failure};
use super::{Global, data, report, signals, time};
use crate::ingest::{self, DateOrder, Now, Options, Source, Summary};
use crate::sys::wall_clock;
use crate::{display, engine, places};

#[derive(Args, Clone, Debug)]
pub struct IngestArgs {
    /// Files and folders to load; - is stdin
    #[arg(value_name = "FILE|DIR|-", required = true)]
    pub paths: Vec<PathBuf>,
    /// The table for all rows; without it rows, file names and columns say theirs
    #[arg(long, value_name = "TABLE")]
    pub table: Option<String>,
    /// Columns and types of tables that the database does not have yet: {"Table": [["Column","type"], ...]}; without
    /// it their data say
    #[arg(long, value_name = "FILE.json")]
    pub schema: Option<PathBuf>,
    /// The source of indicators from STIX bundles; without it the bundle says
    #[arg(long, value_name = "NAME")]
    pub source: Option<String>,
    /// The TimeGenerated of indicators from STIX bundles; without it now
    #[arg(long, value_name = "TIME", value_parser = time)]
    pub ingested_at: Option<i64>,
    /// Load also what was loaded before
    #[arg(long)]
    pub again: bool,
    /// How 1/2/2026 is meant; without it the file shows it, or the month comes first
    #[arg(long, value_name = "ORDER")]
    pub date_order: Option<Order>,
    /// How to write the summary
    #[arg(long, value_name = "FORMAT", default_value = "text", value_parser = ["text", "json"])]
    pub format: String,
}

/// Which comes first in a date of three numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Order {
    MonthFirst,
    DayFirst,
}

/// Loads the files and prints the summary. The exit code is 65 when rows were quarantined, 66 when a
/// file could not be read.
pub fn run(global: &Global, args: &IngestArgs) -> Result<Exit, Failure> {
    if global.sample {
        return Err(Failure::new(
            Exit::Usage,
            "the sample data cannot be loaded into; name a database with --db",
        ));
    }
    let database = match &global.db {
        Some(path) => path.clone(),
        None => places::default_database()?,
    };
    let options = Options {
        table: args.table.clone(),
        source: args.source.clone(),
        ingested_at: args.ingested_at,
        now: wall_clock(),
        again: args.again,
        date_order: args.date_order.map(|order| match order {
            Order::MonthFirst => DateOrder::MonthFirst,
            Order::DayFirst => DateOrder::DayFirst,
        }),
        quarantine: None,
        tables: match &args.schema {
            Some(path) => data::read_schema(path)?.tables,
            None => Vec::new(),
        },
    };
    let source = |path: &PathBuf| {
        if path.as_os_str() == "-" { Source::Stdin } else { Source::Path(path.clone()) }
    };
    let sources: Vec<Source> = args.paths.iter().map(source).collect();

    let stop = Arc::new(AtomicBool::new(false));
    let asked = stop.clone();
    let stopped = signals::watch(move || asked.store(true, Ordering::SeqCst))?;
    let mut bar = Bar::new();
    let engine: engine::Options = data::engine_options(global);
    let loaded = ingest::into_file(&database, &options, &engine, &sources, &mut |now| {
        bar.show(now);
        if stop.load(Ordering::SeqCst) { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    });
    bar.clear();
    let summary = loaded.map_err(|error| stopped.failure(Failure::from(error)))?;
    tell(&summary, &database, args)?;
    Ok(match (summary.failed.is_empty(), summary.quarantined) {
        (false, _) => Exit::NoInput,
        (true, 0) => Exit::Done,
        (true, _) => Exit::BadData,
    })
}

fn tell(summary: &Summary, database: &Path, args: &IngestArgs) -> Result<(), Failure> {
    for (name, why) in &summary.failed {
        report::say_line(&format!("{name}: not loaded: {why}"));
    }
    for (name, why) in &summary.passed_over {
        report::say_line(&format!("{name}: passed over: {why}"));
    }
    for reason in &summary.reasons {
        report::say_line(&format!("quarantined: {reason}"));
    }
    if summary.quarantined > summary.reasons.len() as u64 {
        report::say_line(&format!("and {} more", summary.quarantined - summary.reasons.len() as u64));
    }
    for path in &summary.quarantine {
        report::say_line(&format!("what could not be loaded is in {}", path.display()));
    }
    for note in &summary.notes {
        report::say_line(note);
    }
    let mut out = io::stdout().lock();
    let Summary { files, rows_in, loaded, quarantined, blank, .. } = summary;
    if args.format == "json" {
        let line = serde_json::json!({
            "files": files, "rows_in": rows_in, "loaded": loaded, "quarantined": quarantined, "blank": blank,
            "identical": summary.identical, "tables": summary.tables, "kept_aside": summary.kept_aside,
            "without_column": summary.without_column, "surrogates": summary.surrogates,
            "quarantine": paths(&summary.quarantine), "reasons": summary.reasons, "notes": summary.notes,
            "failed": named(&summary.failed), "passed_over": named(&summary.passed_over),
        });
        return Ok(writeln!(out, "{line}")?);
    }
    let width = summary.tables.keys().map(|name| name.chars().count()).max().unwrap_or(0);
    for (table, rows) in &summary.tables {
        writeln!(out, "{:width$}  {}", display::safe(table), display::count(*rows, "row"))?;
    }
    let sum = [
        (summary.identical, "file", "loaded before and left out"),
        (summary.kept_aside, "value", "that did not fit a column, kept in Extra_"),
        (summary.without_column, "field", "without a column, kept in Extra_"),
        (summary.surrogates, "dynamic value", "with half a surrogate pair, kept as a string"),
    ];
    for (count, what, became) in sum {
        if count > 0 {
            writeln!(out, "{} {became}", display::count(count, what))?;
        }
    }
    let name = database.display().to_string();
    let (files, name) = (display::count(*files, "file"), display::safe(&name));
    match loaded {
        0 => writeln!(out, "{files} read, no row into {name}")?,
        _ => writeln!(out, "{files} into {name}")?,
    }
    writeln!(out, "{rows_in} rows in = {loaded} loaded + {quarantined} quarantined + {blank} blank")?;
    Ok(())
}

fn paths(found: &[PathBuf]) -> Vec<String> {
    found.iter().map(|path| path.display().to_string()).collect()
}

/// Files with what is to be said of them.
fn named(found: &[(String, String)]) -> Vec<serde_json::Value> {
    found.iter().map(|(file, why)| serde_json::json!({"file": file, "reason": why})).collect()
}

/// One line on stderr, when that is a terminal, drawn again a few times a second.
struct Bar {
    on: bool,
    started: Instant,
    drawn: Option<Instant>,
}

const REDRAW: Duration = Duration::from_millis(100);
/// Of the file's name, in characters.
const NAME_MAX: usize = 32;

impl Bar {
    fn new() -> Bar {
        Bar { on: io::stderr().is_terminal(), started: Instant::now(), drawn: None }
    }

    fn show(&mut self, now: &Now) {
        if !self.on || self.drawn.is_some_and(|drawn| drawn.elapsed() < REDRAW) {
            return;
        }
        self.drawn = Some(Instant::now());
        let _ = write!(io::stderr(), "\r{}\x1b[K", line(now, self.started.elapsed()));
    }

    fn clear(&self) {
        if self.drawn.is_some() {
            let _ = write!(io::stderr(), "\r\x1b[K");
        }
    }
}

fn line(now: &Now, elapsed: Duration) -> String {
    let shown = display::safe(&now.file);
    let count = shown.chars().count();
    let name: String = shown.chars().skip(count.saturating_sub(NAME_MAX)).collect();
    let rate = now.rows as f64 / elapsed.as_secs_f64().max(0.001);
    let share = match now.size {
        Some(size) if size > 0 => format!("{:3} %", 100 * now.read.min(size) / size),
        Some(_) | None => format!("{} MB", now.read / 1_000_000),
    };
    format!("{name}  {share}  {} rows  {rate:.0} rows/s", now.rows)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bar_shows_the_end_of_a_name_and_never_controls() {
        let now = Now {
            file: "a/very/long/folder/name/with/\x1b[2Jmany.jsonl".into(),
            read: 50,
            size: Some(200),
            rows: 1_000,
        };
        let shown = line(&now, Duration::from_secs(2));
        assert_eq!(
            shown,
            "long/folder/name/with/␛[2Jmany.jsonl".chars().skip(4).collect::<String>()
                + "   25 %  1000 rows  500 rows/s"
        );
        let now = Now { size: None, read: 3_000_000, ..now };
        assert!(line(&now, Duration::ZERO).contains("3 MB"));
    }
}
