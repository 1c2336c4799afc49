//! Runs a query and the hand-written SQL for it in turns, each on its own database in one engine, and prints
//! what each run took as one JSON object. `scripts/bench` calls it; `pairs` alone says how.
//!
//! Measured is what comes after the translation: DuckDB plans the SQL, runs it, and all rows are read. CPU
//! time is that of all threads of the process.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, anyhow, bail};
use clap::Parser;
use kqlhunt::compile::Options;
use kqlhunt::engine::{self, Cancel, Data, Engine, Sql};
use kqlhunt::ticks;
use kqlhunt::value::{Grid, Value};
use rustix::time::{ClockId, clock_gettime};
use serde_json::{Value as Json, json};

#[derive(Parser)]
struct Arguments {
    /// The database that kqlhunt made
    #[arg(long)]
    db: PathBuf,
    /// The query
    #[arg(long)]
    kql: PathBuf,
    /// The database of the hand-written SQL; without it only the query runs
    #[arg(long, requires = "sql")]
    hand: Option<PathBuf>,
    /// The SQL for it; its columns have the types in which the engine keeps the query's
    #[arg(long)]
    sql: Option<PathBuf>,
    /// How often each runs, after one run that does not count
    #[arg(long, default_value_t = 15)]
    pairs: usize,
    /// The clock of now() and ago()
    #[arg(long, default_value = "2026-05-14T12:00:00Z")]
    now: String,
    /// Bytes that DuckDB may use
    #[arg(long)]
    memory: Option<u64>,
    #[arg(long)]
    threads: Option<usize>,
    /// Print the plan of each run with the time of each operator
    #[arg(long)]
    profile: bool,
    /// Print the SQL of the query first
    #[arg(long)]
    show: bool,
}

/// What one run took.
struct Run {
    cpu: Duration,
    wall: Duration,
}

/// One of the two that are compared.
struct Side {
    engine: Engine,
    sql: Sql,
    runs: Vec<Run>,
}

fn main() -> Result<()> {
    let arguments = Arguments::parse();
    let kql = read(&arguments.kql)?;
    let mut ours = open(&arguments, &arguments.db)?;
    let now = ticks::parse_datetime(&arguments.now).context("--now is no time")?;
    let options = Options { now, ..Options::default() };
    let started = Instant::now();
    let compilation = ours.compile(&kql, &options, &Cancel::new())?;
    let translation = started.elapsed();
    let [compiled] = &compilation.results[..] else {
        bail!("{}: not one result: {:?}", arguments.kql.display(), compilation.diagnostics);
    };
    let mut ours = Side { engine: ours, sql: Sql::from(compiled), runs: Vec::new() };
    if arguments.show {
        println!("{}", ours.sql.text);
    }
    let mut hand = match (&arguments.hand, &arguments.sql) {
        (Some(file), Some(sql)) => {
            let sql = Sql { text: read(sql)?, row_ids: None, bare_table: None, ..ours.sql.clone() };
            Some(Side { engine: open(&arguments, file)?, sql, runs: Vec::new() })
        }
        _ => None,
    };
    let rows = ours.run()?;
    let difference = hand.as_mut().map(|hand| Ok::<_, anyhow::Error>(difference(&rows, &hand.run()?)));
    for _ in 0..arguments.pairs {
        ours.measure()?;
        hand.as_mut().map_or(Ok(()), Side::measure)?;
    }
    let answer = json!({
        "rows": rows.rows.len(),
        "difference": difference.transpose()?.flatten(),
        "translation_us": translation.as_micros() as u64,
        "ours": ours.numbers(),
        "hand": hand.as_ref().map(Side::numbers),
        "peak_kb": peak_kb(),
    });
    println!("{answer}");
    Ok(())
}

fn read(path: &Path) -> Result<String> {
    fs::read_to_string(path).with_context(|| path.display().to_string())
}

fn open(arguments: &Arguments, file: &Path) -> Result<Engine> {
    let options = engine::Options {
        memory_bytes: arguments.memory,
        threads: arguments.threads,
        settings: if arguments.profile { "SET enable_profiling = 'query_tree';" } else { "" },
    };
    Engine::open(&Data::File(file.to_path_buf()), &options).with_context(|| file.display().to_string())
}

impl Side {
    fn run(&mut self) -> Result<Grid> {
        self.engine.fetch(&self.sql, &Cancel::new()).map_err(|error| anyhow!("{error}\n{}", self.sql.text))
    }

    fn measure(&mut self) -> Result<()> {
        let (cpu, wall) = (cpu_time(), Instant::now());
        drop(self.run()?);
        self.runs.push(Run { cpu: cpu_time() - cpu, wall: wall.elapsed() });
        Ok(())
    }

    /// Milliseconds of each run.
    fn numbers(&self) -> Json {
        let each = |take: fn(&Run) -> Duration| -> Vec<f64> {
            self.runs.iter().map(|run| take(run).as_secs_f64() * 1e3).collect()
        };
        json!({ "cpu_ms": each(|run| run.cpu), "wall_ms": each(|run| run.wall) })
    }
}

fn cpu_time() -> Duration {
    let time = clock_gettime(ClockId::ProcessCPUTime);
    Duration::new(time.tv_sec.unsigned_abs(), u32::try_from(time.tv_nsec).unwrap_or_default())
}

/// The most memory that was resident.
fn peak_kb() -> Option<u64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.trim().strip_suffix("kB")?.trim().parse().ok()
}

/// A row that only one of the two has. The order of rows does not count, nor that inside of arrays, which is
/// that of a set.
fn difference(ours: &Grid, hand: &Grid) -> Option<String> {
    let mut counts: BTreeMap<String, i64> = BTreeMap::new();
    for (grid, step) in [(ours, 1), (hand, -1)] {
        for row in &grid.rows {
            *counts.entry(row.iter().map(canonical).collect::<Vec<_>>().join(" | ")).or_default() += step;
        }
    }
    let (row, count) = counts.into_iter().find(|(_, count)| *count != 0)?;
    Some(format!("{}: {row}", if count > 0 { "ours only" } else { "hand only" }))
}

fn canonical(value: &Value) -> String {
    let text = value.text();
    match serde_json::from_str::<Vec<Json>>(&text) {
        Ok(items) => {
            let mut items: Vec<String> = items.iter().map(Json::to_string).collect();
            items.sort();
            items.join(",")
        }
        Err(_) => text,
    }
}
