//! Makes data for measuring: `generate TABLE ROWS [SEED] > FILE` writes that many rows of CloudAppEvents,
//! OfficeActivity or ThreatIntelIndicators as JSON Lines, in the shapes in which they are exported. The same
//! bytes each time for the same arguments. Everything is made up: names of contoso.com, and addresses of
//! ranges that no host on the internet has.
//!
//! A month of data in order of time, up to 2026-05-14T12:00:00Z. Few users and addresses make most events
//! (Zipf), raw events have 1 to 3 kB, and one event in 10,000 comes from an address that is indicated.

mod cloud;
mod intel;
mod json;
mod office;
mod random;
mod world;

use std::io::{self, BufWriter, Write};
use std::process::ExitCode;

use random::Random;

/// Writes the row of this number, of so many, and the line's end.
type Writer = fn(&mut Random, row: u64, rows: u64, line: &mut String);

const TABLES: [(&str, Writer); 3] =
    [("CloudAppEvents", cloud::row), ("OfficeActivity", office::row), ("ThreatIntelIndicators", intel::row)];

/// Lines are written to stdout by this many bytes.
const BUFFER_BYTES: usize = 1 << 20;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let table = arguments.first().and_then(|name| TABLES.iter().find(|(known, _)| known == name));
    let rows = arguments.get(1).and_then(|rows| rows.parse().ok());
    let seed = arguments.get(2).map_or(Some(1), |seed| seed.parse().ok());
    let (Some((name, write)), Some(rows), Some(seed)) = (table, rows, seed) else {
        eprintln!("usage: generate {} ROWS [SEED]", TABLES.map(|(name, _)| name).join("|"));
        return ExitCode::from(64);
    };
    match lines(*write, rows, Random::new(name, seed)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("generate: {error}");
            ExitCode::FAILURE
        }
    }
}

fn lines(write: Writer, rows: u64, mut random: Random) -> io::Result<()> {
    let mut out = BufWriter::with_capacity(BUFFER_BYTES, io::stdout().lock());
    let mut line = String::new();
    for row in 0..rows {
        line.clear();
        write(&mut random, row, rows, &mut line);
        line.push('\n');
        out.write_all(line.as_bytes())?;
    }
    out.flush()
}
