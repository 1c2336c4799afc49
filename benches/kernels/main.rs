//! What a kernel costs a row, each against DuckDB's nearest function over the same column.
//!
//! `cargo bench --bench kernels [-- NAME]` prints how fast memory is read, and a Markdown table: nanoseconds of CPU
//! a row, the median of interleaved pairs, and how many bytes of the column that is. The table in a database file
//! is made once, in the target folder.
//! `KERNEL_ROWS` (2,000,000) and `KERNEL_PAIRS` (9) change what is measured.

mod data;
mod patterns;
mod row;
mod searches;
mod texts;
mod values;

use std::fs;
use std::hint::black_box;
use std::path::{Path, PathBuf};

use data::DATA;
use kqlhunt::engine::{Cancel, Data, Engine, Options, Sql};
use kqlhunt::types::{ColumnType, Type};
use row::Row;

fn number(name: &str, default: usize) -> usize {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(default)
}

/// The file, made when it is not there. A row's text, addresses and numbers come from a hash of its number.
fn database(rows: usize) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let path = folder.join(format!("kernels-{rows}.duckdb"));
    if !path.exists() {
        let making = folder.join(format!("kernels-{rows}.making"));
        let _ = fs::remove_file(&making);
        let connection = duckdb::Connection::open(&making).expect("a file of DuckDB's");
        connection.execute_batch(&DATA.replace("ROWS", &rows.to_string())).expect("makes the table");
        connection.close().expect("closes");
        fs::rename(&making, &path).expect("moves the file");
    }
    path
}

/// CPU time of this thread, in nanoseconds; queries run on it, as there is no other.
fn cpu() -> f64 {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
    time.tv_sec as f64 * 1e9 + time.tv_nsec as f64
}

/// How many bytes of memory this thread reads in a nanosecond: a plain sum over more than any cache holds.
fn bandwidth() -> f64 {
    let numbers = vec![1_u64; 64 << 20];
    let times = (0..9).map(|_| {
        let before = cpu();
        black_box(black_box(&numbers[..]).iter().fold(0_u64, |sum, number| sum.wrapping_add(*number)));
        cpu() - before
    });
    size_of_val(&numbers[..]) as f64 / median(times.collect())
}

fn run(engine: &mut Engine, expression: &str, row: &Row) -> (f64, String) {
    time(engine, row.gives.query(expression, row.table))
}

/// What the query takes, and its one value.
fn time(engine: &mut Engine, text: String) -> (f64, String) {
    let columns = vec![ColumnType::new("n", Type::Long)];
    let sql = Sql { text, columns, streams: true, bare_table: None, row_ids: None };
    let before = cpu();
    let grid = engine.fetch(&sql, &Cancel::new()).unwrap_or_else(|error| panic!("{}: {error}", sql.text));
    (cpu() - before, grid.rows[0][0].text())
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

fn main() {
    let wanted = std::env::args().skip(1).find(|arg| !arg.starts_with('-')).unwrap_or_default();
    let (rows, pairs) = (number("KERNEL_ROWS", 2_000_000), number("KERNEL_PAIRS", 9));
    let options = Options { threads: Some(1), memory_bytes: Some(3 << 30), ..Options::default() };
    let mut engine = Engine::open(&Data::File(database(rows)), &options).expect("opens");
    println!("Memory, read by one thread: {:.1} GB/s.\n", bandwidth());
    println!("| kernel | column | ns a row | GB/s | DuckDB | ns a row | ratio | bar |");
    println!("|---|---|---:|---:|---|---:|---:|---:|");
    let all = [searches::SEARCHES, patterns::PATTERNS, texts::TEXTS, values::VALUES];
    for row in all.into_iter().flatten().filter(|row| row.name.contains(&wanted)) {
        let scanned = if row.table == "docs" { rows / 10 } else { rows } as f64;
        let (mut ours, mut theirs, mut ratios) = (Vec::new(), Vec::new(), Vec::new());
        for pair in 0..=pairs {
            let (our_time, our_result) = run(&mut engine, &row.ours.text(), row);
            let (their_time, their_result) = run(&mut engine, &row.theirs.text(), row);
            if row.same {
                assert_eq!(our_result, their_result, "{}", row.name);
            }
            // The first pair reads the file.
            if pair > 0 {
                ours.push(our_time / scanned);
                theirs.push(their_time / scanned);
                ratios.push(our_time / their_time);
            }
        }
        let our_time = median(ours);
        let (_, bytes) =
            time(&mut engine, format!("SELECT sum({})::BIGINT FROM hunt.main.{}", row.bytes(), row.table));
        let bytes: f64 = bytes.parse().expect("is a number");
        let bar = row.bar.map_or(String::new(), |bar| bar.to_string());
        println!(
            "| {} | {} | {:.1} | {:.1} | {} | {:.1} | {:.2} | {bar} |",
            row.name,
            row.column,
            our_time,
            bytes / scanned / our_time,
            row.rival,
            median(theirs),
            median(ratios),
        );
    }
}
