//! The command line: arguments, and one file a command. stdout is for data, stderr for everything
//! else. Knows every layer but the workbench.

mod check;
mod completions;
mod config;
#[cfg(feature = "engine")]
mod coverage;
mod data;
#[cfg(feature = "engine")]
mod diff;
#[cfg(feature = "engine")]
mod empty;
pub mod exit;
#[cfg(feature = "engine")]
mod finding;
mod format;
mod hunts;
#[cfg(feature = "engine")]
mod ingest;
mod input;
#[cfg(feature = "engine")]
mod journal;
#[cfg(feature = "engine")]
mod kept;
mod keys;
mod library;
mod man;
#[cfg(feature = "engine")]
mod opened;
mod preferences;
#[cfg(feature = "engine")]
mod query;
#[cfg(feature = "engine")]
mod replay;
mod report;
mod schema;
mod serve;
mod settings;
#[cfg(feature = "engine")]
mod signals;
#[cfg(feature = "engine")]
mod sweep;
mod table;
mod translate;
#[cfg(feature = "engine")]
mod why;

use std::io;
use std::path::{Path, PathBuf};

use clap::builder::PossibleValue;
use clap::{Args, CommandFactory, Parser, Subcommand};

use crate::diag::nearest;
use crate::export;
use crate::outside::Folders;
use crate::ticks::{self, parse_datetime};
use exit::{Exit, Failure};
use input::Text;
use report::Color;

pub use config::complete;
pub use data::Chosen;
#[cfg(feature = "engine")]
pub use data::engine_options;
#[cfg(not(feature = "engine"))]
pub use data::no_engine;
pub use preferences::{ascii_on, ascii_on_screen, clock, needs_screen, preferences};
pub use report::say;

/// The engine's version; a test asks the engine itself.
pub const ENGINE: &str = "DuckDB 2.0.0";

const VERSION: &str = concat!(env!("CARGO_PKG_VERSION"), " (DuckDB 2.0.0)");

const AFTER_HELP: &str = "\
Examples:
  kqlhunt                                               the workbench, on your data or the sample
  kqlhunt query --sample 'OfficeActivity | count'       one query
  kqlhunt hunts quarantine-release-trend | kqlhunt query --sample
  kqlhunt ingest export/*.jsonl.gz indicators.json      load files into the default database

Without --db and --sample: $KQLHUNT_DB, else db of $XDG_CONFIG_HOME/kqlhunt/config.yaml, else
$XDG_DATA_HOME/kqlhunt/hunt.duckdb if it exists, else the sample.

Exit codes: 0 done, 1 not formatted, hits (--exit-code) or a replay that differs or was counted only, 2 usage, 3 mistake in the query, 4 engine, 5 cancelled, 65 rows quarantined,
66 input missing, 73 output cannot be made, 74 input or output failed, 128+n signal n";

/// Hunt in Microsoft 365 and Sentinel data with KQL.
#[derive(Parser, Debug)]
#[command(name = "kqlhunt", version = VERSION, after_help = AFTER_HELP, max_term_width = 100)]
pub struct Cli {
    #[command(flatten)]
    pub global: Global,
    /// Open the workbench with this query file
    #[arg(value_name = "FILE.kql")]
    pub file: Option<PathBuf>,
    #[command(subcommand)]
    pub command: Option<Command>,
}

/// The query file to open. One that is not there may be meant as a command.
///
/// # Errors
/// It cannot be looked at.
pub fn query_file(file: Option<&Path>) -> Result<Option<&Path>, Failure> {
    let Some((path, Err(error))) = file.map(|path| (path, std::fs::metadata(path))) else { return Ok(file) };
    let commands = Cli::command();
    let names = commands.get_subcommands().map(clap::Command::get_name);
    let near = path.to_str().and_then(|typed| nearest(typed, names));
    let meant = near.map(|near| format!("; did you mean kqlhunt {near}?")).unwrap_or_default();
    Err(Failure::new(Exit::NoInput, format!("{}: {error}{meant}", path.display())))
}

/// What every command takes.
#[derive(Args, Clone, Debug, Default)]
pub struct Global {
    /// The database to work on
    #[arg(long, global = true, value_name = "FILE", conflicts_with = "sample")]
    pub db: Option<PathBuf>,
    /// Work on the sample data, at their clock
    #[arg(long, global = true)]
    pub sample: bool,
    /// The clock of now() and ago(), such as 2026-05-14T12:00:00Z
    #[arg(long, global = true, value_name = "TIME", value_parser = time)]
    pub now: Option<i64>,
    /// The clock, and no row that is later is seen: what a query gave at that time
    #[arg(long, global = true, value_name = "TIME", value_parser = time, conflicts_with = "now")]
    pub as_of: Option<i64>,
    /// Only rows of so long before the clock, such as 1d or 6h, and none later, as under a portal's time picker
    #[arg(long, global = true, value_name = "SPAN", value_parser = span)]
    pub last: Option<i64>,
    /// Memory for queries, such as 2GB; default: 4GB or half of what there is
    #[arg(long, global = true, value_name = "SIZE", env = "KQLHUNT_MEMORY", hide_env = true, value_parser = size)]
    pub memory: Option<u64>,
    /// Threads for queries; default: one for each core
    #[arg(long, global = true, value_name = "N", env = "KQLHUNT_THREADS", hide_env = true)]
    pub threads: Option<std::num::NonZeroUsize>,
    /// Files that externaldata reads instead of URLs, and watchlists in its folder watchlists
    #[arg(long, global = true, value_name = "DIR", env = "KQLHUNT_FILES", hide_env = true)]
    pub files: Option<PathBuf>,
    /// Functions that queries may call, one NAME.kql each
    #[arg(long, global = true, value_name = "DIR", env = "KQLHUNT_FUNCTIONS", hide_env = true)]
    pub functions: Option<PathBuf>,
    /// Where addresses are: a GeoLite2 City database, or a CSV file of networks
    #[arg(long, global = true, value_name = "FILE", env = "KQLHUNT_GEO", hide_env = true)]
    pub geo: Option<PathBuf>,
    /// A folder of hunts: Sentinel's YAML, KQL, Markdown; may be given again
    #[arg(long, global = true, value_name = "DIR", env = "KQLHUNT_LIBRARY", hide_env = true)]
    pub library: Vec<PathBuf>,
    /// Do not write runs into the journal
    #[arg(long, global = true)]
    pub no_journal: bool,
    /// When to colour messages
    #[arg(long, global = true, value_name = "WHEN", value_enum, default_value_t)]
    pub color: Color,
    /// Draw with ASCII characters only
    #[arg(long, global = true)]
    pub ascii: bool,
}

impl Global {
    /// The folders and files outside of the database that queries may name.
    pub fn folders(&self) -> Folders {
        Folders {
            files: self.files.clone(),
            functions: self.functions.clone(),
            geo: self.geo.clone(),
            missing_is_empty: false,
        }
    }

    /// The option that says when, or how far back, a command looks.
    fn clock(&self) -> Option<&'static str> {
        let given = [("--now", self.now), ("--as-of", self.as_of), ("--last", self.last)];
        given.into_iter().find_map(|(option, value)| value.map(|_| option))
    }
}

#[derive(Subcommand, Debug)]
pub enum Command {
    /// Run a query and print its results
    Query(QueryArgs),
    /// Say what is wrong with a query and which columns it gives, without running it
    Check(CheckArgs),
    /// Print the SQL that a query becomes
    Translate(TranslateArgs),
    /// Print a query with one operator a line
    Format(FormatArgs),
    /// List the tables, or one table's columns
    Schema(SchemaArgs),
    /// Load files into a database
    #[cfg(feature = "engine")]
    Ingest(ingest::IngestArgs),
    /// Say where a query loses the rows that name a value
    #[cfg(feature = "engine")]
    Why(why::WhyArgs),
    /// List the hunts, or print one's query
    Hunts(HuntsArgs),
    /// Run all hunts of folders on each of the last days
    #[cfg(feature = "engine")]
    Sweep(sweep::SweepArgs),
    /// List the techniques of ATT&CK that hunts are for, and whether these can be run
    #[cfg(feature = "engine")]
    Coverage(coverage::CoverageArgs),
    /// Say which rows two queries, or a query at two clocks, have apart
    #[cfg(feature = "engine")]
    Diff(diff::DiffArgs),
    /// Write queries, their results, indicators and triage as one document that can be replayed
    #[cfg(feature = "engine")]
    Report(finding::ReportArgs),
    /// Run what a journal, a report or an export's .meta.json tells of again, and say whether it gives the same
    #[cfg(feature = "engine")]
    Replay(replay::ReplayArgs),
    /// List every action of the workbench with its keys
    Keys(KeysArgs),
    /// Show the settings
    Config(ConfigArgs),
    /// Print what a shell needs to complete kqlhunt's commands and options
    Completions { shell: clap_complete::Shell },
    /// Print the page of the manual
    Man {
        /// Write a page for every command into this folder
        #[arg(long, value_name = "DIR")]
        folder: Option<PathBuf>,
    },
}

/// What a query's text comes with.
#[derive(Args, Clone, Debug)]
pub struct QueryText {
    #[command(flatten)]
    pub text: Text,
    /// A value for one of the query's declared parameters
    #[arg(long, value_name = "NAME=VALUE", value_parser = parameter)]
    pub param: Vec<(String, String)>,
}

#[derive(Args, Clone, Debug)]
pub struct QueryArgs {
    #[command(flatten)]
    pub query: QueryText,
    /// Run on empty tables, those of this file: {"Table": [["Column","type"], ...]}; files, watchlists and
    /// places that are not supplied are empty as well, with a warning
    #[arg(long, value_name = "FILE.json", conflicts_with_all = ["db", "sample"])]
    pub schema: Option<PathBuf>,
    /// How to write the results; without it as the name of -o says, else as a table. Several are one array of
    /// arrays in json, and stand one below the other in csv, tsv and jsonl
    #[arg(long, value_name = "FORMAT", value_parser = format_names())]
    pub format: Option<String>,
    /// Write to a file, whole or not at all; it must not exist
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// Replace the file that -o names
    #[arg(long, requires = "output")]
    pub force: bool,
    /// Leave CSV and TSV cells that a spreadsheet would run as formulas as they are
    #[arg(long)]
    pub csv_raw: bool,
    /// Answer JSON lines: {"id","kql"} in, {"id","ok","result"} or {"id","ok","error"} out
    #[arg(long, conflicts_with_all = ["kql", "file", "output", "format"])]
    pub serve: bool,
}

#[derive(Args, Clone, Debug)]
pub struct CheckArgs {
    #[command(flatten)]
    pub query: QueryText,
    /// Bind against the tables of this file: {"Table": [["Column","type"], ...]}
    #[arg(long, value_name = "FILE.json", conflicts_with_all = ["db", "sample"])]
    pub schema: Option<PathBuf>,
    /// How to write the findings
    #[arg(long, value_name = "FORMAT", default_value = "text", value_parser = ["text", "json"])]
    pub format: String,
    /// Answer JSON lines: {"id","kql"} in, {"id","diagnostics","columns"} out
    #[arg(long, conflicts_with_all = ["kql", "file", "format"])]
    pub serve: bool,
}

#[derive(Args, Clone, Debug)]
pub struct TranslateArgs {
    #[command(flatten)]
    pub query: QueryText,
    /// Mark which operator made each part
    #[arg(long)]
    pub trace: bool,
}

#[derive(Args, Clone, Debug)]
pub struct FormatArgs {
    #[command(flatten)]
    pub text: Text,
    /// Print nothing; exit with 1 when formatting would change the text
    #[arg(long)]
    pub check: bool,
}

#[derive(Args, Clone, Debug)]
pub struct SchemaArgs {
    /// The table whose columns to list
    #[arg(value_name = "TABLE")]
    pub table: Option<String>,
    /// How to write the list
    #[arg(long, value_name = "FORMAT", default_value = "table", value_parser = list_names())]
    pub format: String,
}

#[derive(Args, Clone, Debug)]
pub struct HuntsArgs {
    /// The hunt whose query to print; without one, or with the word list, all are listed
    #[arg(value_name = "HUNT")]
    pub name: Option<String>,
    /// Only those with these letters in their name, key, tactics, techniques or tags; the best first
    #[arg(long, value_name = "TEXT")]
    pub find: Option<String>,
    /// Only hunts of this tactic, such as InitialAccess
    #[arg(long, value_name = "TACTIC")]
    pub tactic: Option<String>,
    /// Only hunts whose tables are there and whose text makes sense
    #[arg(long)]
    pub runnable: bool,
    /// How to write the list
    #[arg(long, value_name = "FORMAT", default_value = "table", value_parser = list_names())]
    pub format: String,
}

#[derive(Args, Clone, Debug)]
pub struct KeysArgs {
    /// How to write the list
    #[arg(long, value_name = "FORMAT", default_value = "table", value_parser = list_names())]
    pub format: String,
}

#[derive(Args, Clone, Debug)]
pub struct ConfigArgs {
    #[command(subcommand)]
    pub command: ConfigCommand,
}

#[derive(Subcommand, Clone, Debug)]
pub enum ConfigCommand {
    /// Print each setting with its value
    Show {
        /// Say who sets it: an option, the environment, a line of the file, or nobody
        #[arg(long)]
        origin: bool,
    },
}

/// Runs one command to its end.
///
/// # Errors
/// What stopped it, with the exit code; the message is not yet on stderr.
pub fn run(global: &Global, command: &Command) -> Result<Exit, Failure> {
    report::in_ascii(ascii_on(global, &io::stderr()));
    if let (Some(name), Some(option)) = (without_clock(command), global.clock()) {
        let said = format!("{name} asks no rows by their time; leave {option} out");
        return Err(Failure::new(Exit::Usage, said));
    }
    match command {
        Command::Query(args) if args.serve => serve::query(global, args),
        #[cfg(feature = "engine")]
        Command::Query(args) => query::run(global, args),
        #[cfg(not(feature = "engine"))]
        Command::Query(_) => Err(data::no_engine()),
        Command::Check(args) if args.serve => serve::check(global, args),
        Command::Check(args) => check::run(global, args),
        Command::Translate(args) => translate::run(global, args),
        Command::Format(args) => format::run(global, args),
        Command::Schema(args) => schema::run(global, args),
        #[cfg(feature = "engine")]
        Command::Ingest(args) => ingest::run(global, args),
        #[cfg(feature = "engine")]
        Command::Why(args) => why::run(global, args),
        Command::Hunts(args) => hunts::run(global, args),
        #[cfg(feature = "engine")]
        Command::Sweep(args) => sweep::run(global, args),
        #[cfg(feature = "engine")]
        Command::Coverage(args) => coverage::run(global, args),
        #[cfg(feature = "engine")]
        Command::Diff(args) => diff::run(global, args),
        #[cfg(feature = "engine")]
        Command::Report(args) => finding::run(global, args),
        #[cfg(feature = "engine")]
        Command::Replay(args) => replay::run(global, args),
        Command::Keys(args) => keys::run(global, args),
        Command::Config(args) => settings::run(args),
        Command::Completions { shell } => completions::completions(*shell),
        Command::Man { folder } => man::pages(folder.as_deref()),
    }
}

/// The name of a command for which a clock or a span means nothing: who gives one takes it for done.
fn without_clock(command: &Command) -> Option<&'static str> {
    Some(match command {
        Command::Format(_) => "format",
        Command::Schema(_) => "schema",
        #[cfg(feature = "engine")]
        Command::Ingest(_) => "ingest",
        #[cfg(feature = "engine")]
        Command::Replay(_) => "replay",
        Command::Keys(_) => "keys",
        Command::Config(_) => "config",
        _ => return None,
    })
}

/// What `--format` takes: names, and the endings of files that are no other format's.
fn format_names() -> Vec<PossibleValue> {
    export::FORMATS.iter().map(named).collect()
}

fn named(format: &export::Format) -> PossibleValue {
    let ending = Some(format.extension)
        .filter(|ending| export::format(ending).is_some_and(|known| known.name == format.name));
    PossibleValue::new(format.name).aliases(ending.filter(|ending| *ending != format.name))
}

/// The formats that a list can be written in.
fn list_names() -> Vec<PossibleValue> {
    export::FORMATS.iter().filter(|format| !format.draws).map(named).collect()
}

fn time(text: &str) -> Result<i64, String> {
    parse_datetime(text).ok_or_else(|| "not a time; write it as 2026-05-14T12:00:00Z".to_string())
}

fn span(text: &str) -> Result<i64, String> {
    ticks::period(text).ok_or_else(|| "write it as 1d, 6h or 30m".to_string())
}

fn parameter(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((name, value)) if !name.is_empty() => Ok((name.to_string(), value.to_string())),
        Some(_) | None => Err("write it as name=value".to_string()),
    }
}

/// Bytes, written as DuckDB does: `512MB`, `2GB`, `1GiB`, or a bare number.
fn size(text: &str) -> Result<u64, String> {
    let digits = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let unit: u64 = match text[digits..].trim().to_ascii_lowercase().as_str() {
        "" | "b" => 1,
        "kb" => 1_000,
        "mb" => 1_000_000,
        "g" | "gb" => 1_000_000_000,
        "kib" => 1 << 10,
        "mib" => 1 << 20,
        "gib" => 1 << 30,
        _ => return Err("write it as 512MB, 2GB or 1GiB".to_string()),
    };
    let number: u64 = text[..digits].parse().map_err(|_| "write it as 512MB, 2GB or 1GiB".to_string())?;
    number.checked_mul(unit).ok_or_else(|| "too large".to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_arguments_are_consistent() {
        Cli::command().debug_assert();
        assert!(VERSION.contains(ENGINE));
    }

    #[test]
    fn sizes_and_parameters() {
        assert_eq!(size("2GB"), Ok(2_000_000_000));
        assert_eq!(size("1 GiB"), Ok(1 << 30));
        assert!(size("lots").is_err() && size("").is_err() && size("99999999999999GB").is_err());
        assert_eq!(parameter("a=b=c"), Ok(("a".into(), "b=c".into())));
        assert!(parameter("=b").is_err() && parameter("a").is_err());
    }
}
