//! `kqlhunt sweep`: all hunts of folders against the data, day by day.

use std::collections::BTreeSet;
use std::io::{self, IsTerminal, Write};
use std::path::PathBuf;

use clap::Args;

use super::data;
use super::exit::{Exit, Failure};
use super::{Global, ascii_on, empty, library, list_names, report, signals, table};
use crate::engine::{Cancel, Engine};
use crate::hunt::forms::ENDINGS;
use crate::hunt::heat::cells;
use crate::hunt::pack::Hunt;
use crate::hunt::sweep::{Outcome, Row};
use crate::sweep::{self, Clock, Heard, Order, Stop};
use crate::ticks;
use crate::types::{ColumnType, Type};
use crate::value::Value;

#[derive(Args, Clone, Debug)]
pub struct SweepArgs {
    /// Folders or files of hunts; without any those of --library, and those that ship
    #[arg(value_name = "DIR")]
    pub folders: Vec<PathBuf>,
    /// Days up to the clock, each run at its own clock
    #[arg(long, value_name = "N", default_value = "7", value_parser = clap::value_parser!(u16).range(1..=366))]
    pub days: u16,
    /// Only hunts of this tactic, such as InitialAccess
    #[arg(long, value_name = "TACTIC")]
    pub tactic: Option<String>,
    /// Rules that run at once; default: one for each core
    #[arg(long, value_name = "N")]
    pub jobs: Option<std::num::NonZeroUsize>,
    /// Begin anew, whatever a sweep that was stopped has done
    #[arg(long)]
    pub fresh: bool,
    /// Exit with 1 when there are hits
    #[arg(long)]
    pub exit_code: bool,
    /// How to write the list
    #[arg(long, value_name = "FORMAT", default_value = "table", value_parser = list_names())]
    pub format: String,
}

/// Runs the hunts and lists what they found.
pub fn run(global: &Global, args: &SweepArgs) -> Result<Exit, Failure> {
    library::check(&args.folders)?;
    table::format(&args.format)?;
    let mut rules = library::hunts(global, &args.folders)?;
    let tactics: BTreeSet<String> = rules.iter().flat_map(|rule| &rule.tactics).cloned().collect();
    let all = rules.len();
    library::of_tactic(&mut rules, args.tactic.as_deref());
    if rules.is_empty() {
        return Err(none_chosen(args, all, tactics));
    }
    let (_, mut engine) = data::opened(global)?;
    let now = data::now(global, engine.clock());
    let mut order = order(global, rules, now, usize::from(args.days), args.jobs);
    let rows = swept(global, &mut engine, &mut order, args.fresh)?;
    write(global, args, &order, &rows)?;
    let days = i64::from(args.days).saturating_mul(ticks::DAY);
    empty::stale(&mut engine, order.now.saturating_sub(days), &Cancel::new())?;
    let count = |wanted: fn(&Outcome) -> bool| rows.iter().filter(|row| wanted(&row.outcome)).count();
    let wrong = count(|outcome| matches!(outcome, Outcome::Wrong(_)));
    let failed = count(|outcome| matches!(outcome, Outcome::Failed(_)));
    let hit = count(Outcome::found);
    report::say(&format!(
        "{} rules: {} ran, {hit} of them with hits; {} without their tables, {}{wrong} wrong, {failed} failed",
        rows.len(),
        count(|outcome| matches!(outcome, Outcome::Ran(_))),
        count(|outcome| matches!(outcome, Outcome::NoTable(_))),
        match count(|outcome| matches!(outcome, Outcome::NoFile(_))) {
            0 => String::new(),
            rules => format!("{rules} without their files, "),
        },
    ));
    Ok(match (failed, wrong) {
        (1.., _) => Exit::Engine,
        (0, 1..) => Exit::Query,
        (0, 0) if args.exit_code && hit > 0 => Exit::Found,
        (0, 0) => Exit::Done,
    })
}

/// A sweep of no rule would look like one that found nothing; `all` are there without the tactic.
fn none_chosen(args: &SweepArgs, all: usize, tactics: BTreeSet<String>) -> Failure {
    let folders: Vec<String> = args.folders.iter().map(|folder| folder.display().to_string()).collect();
    let tactic = args.tactic.as_deref().filter(|_| all > 0);
    let message = match tactic {
        None => {
            format!("there is no hunt in {}; hunts are files of {}", folders.join(", "), ENDINGS.join(", "))
        }
        Some(tactic) if tactics.is_empty() => format!("no hunt is of the tactic '{tactic}': none names one"),
        Some(tactic) => {
            let there: Vec<String> = tactics.into_iter().collect();
            format!("no hunt is of the tactic '{tactic}'; there are {}", there.join(", "))
        }
    };
    Failure::new(Exit::Usage, message)
}

/// What a command sweeps.
pub fn order(
    global: &Global,
    rules: Vec<Hunt>,
    now: i64,
    days: usize,
    jobs: Option<std::num::NonZeroUsize>,
) -> Order {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let workers = jobs.or(global.threads).map_or(cores, usize::from);
    let period = |rule: Hunt| Hunt { period: global.last.or(rule.period), ..rule };
    let rules = rules.into_iter().map(period).collect();
    Order { rules, now, days, folders: global.folders(), workers }
}

/// Runs all rules, those of a sweep that was stopped before only where they are not done; in the order of the rules.
pub fn swept(
    global: &Global,
    engine: &mut Engine,
    order: &mut Order,
    fresh: bool,
) -> Result<Vec<Row>, Failure> {
    let clock =
        if global.now.or(global.as_of).or(engine.clock()).is_some() { Clock::Given } else { Clock::Wall };
    let (all, stop) = (order.rules.len(), Stop::new(order.workers));
    let asked = stop.clone();
    let stopped = signals::watch(move || asked.stop())?;
    let mut rows = Vec::new();
    let mut progress = Progress { shown: io::stderr().is_terminal(), done: 0, all };
    let ended = sweep::run(engine, order, (clock, fresh), &stop, &mut |heard| match heard {
        Heard::NotKept(error) => {
            report::say(&format!("the sweep cannot be resumed when it is stopped: {error}"));
        }
        Heard::Begun { now, before } => {
            if !before.is_empty() {
                let (done, at) = (before.len(), ticks::iso(now));
                report::say(&format!(
                    "{done} of {all} rules were done before, at the clock {at}; --fresh begins anew"
                ));
            }
            progress.done = before.len();
            rows = before;
        }
        Heard::Done(row) => {
            progress.step();
            rows.push(row);
        }
    });
    progress.end();
    if let Err(error) = ended {
        let failure = stopped.failure(error.into());
        return Err(match failure.exit {
            Exit::Cancelled => {
                let done = format!("stopped after {} of {all} rules; the same command goes on", rows.len());
                Failure::new(Exit::Interrupted, done)
            }
            _ => failure,
        });
    }
    rows.sort_by_key(|row| row.rule);
    Ok(rows)
}

/// How far the sweep is, on one line of a terminal.
struct Progress {
    shown: bool,
    done: usize,
    all: usize,
}

impl Progress {
    fn step(&mut self) {
        self.done += 1;
        if self.shown {
            let _ = write!(io::stderr(), "\r{} of {} rules", self.done, self.all);
        }
    }

    fn end(&self) {
        if self.shown {
            let _ = write!(io::stderr(), "\r\x1b[K");
        }
    }
}

fn write(global: &Global, args: &SweepArgs, order: &Order, rows: &[Row]) -> Result<(), Failure> {
    let ascii = ascii_on(global, &io::stdout());
    let shown = |row: &Row| match args.format.as_str() {
        "table" => for_people(order, row, ascii),
        _ => in_full(order, row),
    };
    // A heat map is read from its hottest row.
    let mut sorted: Vec<&Row> = rows.iter().collect();
    sorted.sort_by_key(|row| (std::cmp::Reverse(row.outcome.hits()), row.rule));
    let columns: Vec<ColumnType> =
        columns(&args.format).iter().map(|(name, ty)| ColumnType::new(*name, *ty)).collect();
    table::write(global, &args.format, &columns, &sorted.into_iter().map(shown).collect::<Vec<_>>())
}

fn columns(format: &str) -> &'static [(&'static str, Type)] {
    match format {
        "table" => &[
            ("Hits", Type::Long),
            ("Change", Type::Long),
            ("Days", Type::String),
            ("First", Type::String),
            ("Last", Type::String),
            ("ms", Type::Long),
            ("Rule", Type::String),
            ("Problem", Type::String),
        ],
        _ => &[
            ("Rule", Type::String),
            ("Name", Type::String),
            ("Severity", Type::String),
            ("Tactics", Type::Dynamic),
            ("Techniques", Type::Dynamic),
            ("State", Type::String),
            ("Hits", Type::Long),
            ("Change", Type::Long),
            ("Days", Type::Dynamic),
            ("First", Type::Datetime),
            ("Last", Type::Datetime),
            ("Problem", Type::String),
            ("Milliseconds", Type::Long),
            ("Path", Type::String),
        ],
    }
}

fn for_people(order: &Order, row: &Row, ascii: bool) -> Vec<Value> {
    let rule = &order.rules[row.rule];
    let days = match &row.outcome {
        Outcome::Ran(days) => format!("|{}|", cells(days, ascii)),
        _ => String::new(),
    };
    vec![
        long(row.outcome.hits().map(count)),
        long(row.outcome.change()),
        Value::String(days),
        Value::String(row.seen.map(|seen| ticks::minute(seen.0)).unwrap_or_default()),
        Value::String(row.seen.map(|seen| ticks::minute(seen.1)).unwrap_or_default()),
        Value::Long(count(row.milliseconds)),
        Value::String(rule.name.clone()),
        Value::String(row.outcome.problem()),
    ]
}

fn in_full(order: &Order, row: &Row) -> Vec<Value> {
    let rule = &order.rules[row.rule];
    let text = |text: &str| Value::String(text.to_owned());
    let words = |words: &[String]| Value::Dynamic(serde_json::json!(words).to_string());
    let days = match &row.outcome {
        Outcome::Ran(days) => Value::Dynamic(serde_json::json!(days).to_string()),
        _ => Value::Null,
    };
    vec![
        text(&rule.key),
        text(&rule.name),
        text(rule.severity.as_deref().unwrap_or_default()),
        words(&rule.tactics),
        words(&rule.techniques),
        text(row.outcome.word()),
        long(row.outcome.hits().map(count)),
        long(row.outcome.change()),
        days,
        row.seen.map_or(Value::Null, |seen| Value::Datetime(seen.0)),
        row.seen.map_or(Value::Null, |seen| Value::Datetime(seen.1)),
        text(&row.outcome.problem()),
        Value::Long(count(row.milliseconds)),
        text(&rule.path),
    ]
}

fn long(number: Option<i64>) -> Value {
    number.map_or(Value::Null, Value::Long)
}

fn count(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}
