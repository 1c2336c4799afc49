//! `kqlhunt diff`: what is different between a query at two clocks, or between two queries.

use std::path::{Path, PathBuf};

use clap::Args;

use super::data;
use super::exit::{Exit, Failure};
use super::input::{Source, Text};
use super::{Global, list_names, report, signals, table, time};
use crate::compile::{Options, Seen};
use crate::engine::{Cancel, Engine, Sql};
use crate::error::Error;
use crate::journal::{Side, diff, few_enough};
use crate::value::Grid;

#[derive(Args, Clone, Debug)]
pub struct DiffArgs {
    /// The query before; - reads it from stdin
    #[arg(value_name = "FILE.kql")]
    pub before: PathBuf,
    /// The query after; without it the same one, at another clock
    #[arg(value_name = "FILE.kql", required_unless_present = "then")]
    pub after: Option<PathBuf>,
    /// The clock of the query before, such as 2026-05-07T12:00:00Z, which sees nothing later; that of the query after
    /// is --now or --as-of
    #[arg(long, value_name = "TIME", value_parser = time)]
    pub then: Option<i64>,
    /// The columns that say which row is which; default: the first ones whose values no two rows share
    #[arg(long, value_name = "COLUMNS", value_delimiter = ',')]
    pub key: Option<Vec<String>>,
    /// Exit with 1 when there is a difference
    #[arg(long)]
    pub exit_code: bool,
    /// How to write the rows that differ
    #[arg(long, value_name = "FORMAT", default_value = "table", value_parser = list_names())]
    pub format: String,
}

/// Runs both and writes the rows that were added, removed or changed.
pub fn run(global: &Global, args: &DiffArgs) -> Result<Exit, Failure> {
    table::format(&args.format)?;
    let before = read(&args.before)?;
    let after = args.after.as_deref().map(read).transpose()?;
    let cancel = Cancel::new();
    let asked = cancel.clone();
    let stopped = signals::watch(move || asked.cancel())?;
    let (_, mut engine) = data::opened(global)?;
    let new = data::options(global, engine.clock());
    let old = match args.then {
        Some(then) => Options { now: then, seen: Some(Seen::as_of(then, global.last)), ..new.clone() },
        None => new.clone(),
    };
    let sides = side(global, &mut engine, &before, &old, &cancel).and_then(|old| {
        let new = side(global, &mut engine, after.as_ref().unwrap_or(&before), &new, &cancel)?;
        Ok((old, new))
    });
    let (old, new) = sides.map_err(|failure| stopped.failure(failure))?;
    let found =
        diff(&old, &new, args.key.as_deref()).map_err(|message| Failure::new(Exit::Usage, message))?;
    table::write(global, &args.format, &found.table_columns(), &found.rows())?;
    for remark in &found.remarks {
        report::say(remark);
    }
    report::say(&found.summary());
    Ok(if args.exit_code && found.differs() { Exit::Found } else { Exit::Done })
}

fn read(file: &Path) -> Result<Source, Failure> {
    match file.to_str() {
        Some("-") => Text { kql: Some("-".into()), file: None }.read(),
        _ => Text { kql: None, file: Some(file.to_path_buf()) }.read(),
    }
}

/// The result of a query.
fn side(
    global: &Global,
    engine: &mut Engine,
    source: &Source,
    options: &Options,
    cancel: &Cancel,
) -> Result<Side, Failure> {
    let folders = global.folders();
    let mut found = folders.supply(engine, &source.text, options).map_err(Failure::supply)?;
    let compilation = engine.compile(&source.text, options, cancel)?;
    found.extend(compilation.diagnostics);
    report::show(source, &found, global.color, Exit::Query)?;
    let compiled = match compilation.results.as_slice() {
        [] => return Err(Failure::silent(Exit::Query)),
        [one] => one,
        several => {
            let (name, results) = (&source.name, several.len());
            let message = format!(
                "{name} gives {results} results, and one is compared; put each query into a file of its own"
            );
            return Err(Failure::new(Exit::Usage, message));
        }
    };
    let mut grid = Grid { columns: compiled.columns.clone(), rows: Vec::new() };
    engine.stream(&Sql::from(compiled), cancel, &mut |part| {
        grid.rows.extend(part.rows);
        few_enough(&grid).map_err(Error::message)
    })?;
    Ok(Side { grid, steady: compiled.steadiness.columns.clone() })
}
