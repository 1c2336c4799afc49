//! What a sweep that was stopped has done already, in a file of its own: one line of JSON a rule. It is there only as
//! long as the sweep has not come to its end.

use std::collections::HashMap;
use std::fs::{File, OpenOptions};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};

use serde_json::{Value as Json, json};

use super::Order;
use crate::error::Result;
use crate::hunt::sweep::{Outcome, Row};
use crate::ticks::DAY;

/// The file of one sweep: of these data, this clock and these days.
pub struct Resume {
    path: PathBuf,
    file: File,
    /// What was done, by what the rule says.
    done: HashMap<u64, Row>,
}

/// Where the clock of a sweep comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Clock {
    /// It was given: another clock is another sweep.
    Given,
    /// The wall's: a sweep of the last day goes on at the clock that it began with.
    Wall,
}

impl Resume {
    /// Opens the file of this sweep in `folder`, emptied where it begins anew; the order's clock becomes that of the
    /// sweep that goes on. `data` tells the data from others, and from the same before a load.
    ///
    /// # Errors
    /// The file cannot be made.
    pub fn open(
        folder: &Path,
        data: &impl Hash,
        order: &mut Order,
        clock: Clock,
        fresh: bool,
    ) -> Result<Resume> {
        let mut hasher = DefaultHasher::new();
        data.hash(&mut hasher);
        (order.days, env!("CARGO_PKG_VERSION"), clock).hash(&mut hasher);
        if clock == Clock::Given {
            order.now.hash(&mut hasher);
        }
        std::fs::create_dir_all(folder)?;
        let path = folder.join(format!("sweep-{:016x}.jsonl", hasher.finish()));
        let begun = File::open(&path).ok().and_then(begun);
        let goes_on = begun.filter(|began| !fresh && (order.now - DAY..=order.now).contains(began));
        if goes_on.is_none() && path.exists() {
            std::fs::remove_file(&path)?;
        }
        let done = File::open(&path).map(read).unwrap_or_default();
        let mut file = OpenOptions::new().create(true).append(true).open(&path)?;
        match goes_on {
            Some(began) => order.now = began,
            None => writeln!(file, "{}", json!({ "clock": order.now }))?,
        }
        Ok(Resume { path, file, done })
    }

    /// What was done of these rules, by their places.
    pub fn done(&self, order: &Order) -> Vec<Row> {
        let known = |(rule, hunt)| Some(Row { rule, ..self.done.get(&mark(hunt))?.clone() });
        order.rules.iter().enumerate().filter_map(known).collect()
    }

    /// Keeps a row. What failed is tried again, and what is wrong, as files may be mended meanwhile.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn keep(&mut self, order: &Order, row: &Row) -> Result<()> {
        if !matches!(row.outcome, Outcome::Ran(_) | Outcome::NoTable(_)) {
            return Ok(());
        }
        let line = json!({
            "rule": format!("{:016x}", mark(&order.rules[row.rule])),
            "state": row.outcome.word(),
            "days": if let Outcome::Ran(days) = &row.outcome { days.clone() } else { Vec::new() },
            "tables": if let Outcome::NoTable(tables) = &row.outcome { tables.clone() } else { Vec::new() },
            "back": row.back,
            "first": row.seen.map(|seen| seen.0),
            "last": row.seen.map(|seen| seen.1),
            "milliseconds": row.milliseconds,
        });
        Ok(writeln!(self.file, "{line}")?)
    }

    /// The sweep came to its end: nothing is left to resume.
    ///
    /// # Errors
    /// The file cannot be removed.
    pub fn finish(self) -> Result<()> {
        Ok(std::fs::remove_file(&self.path)?)
    }
}

/// What a rule asks.
fn mark(hunt: &crate::hunt::pack::Hunt) -> u64 {
    let mut hasher = DefaultHasher::new();
    (&hunt.query, hunt.period).hash(&mut hasher);
    hasher.finish()
}

/// The clock of the sweep that a file is of.
fn begun(file: File) -> Option<i64> {
    let first = BufReader::new(file).lines().next()?.ok()?;
    serde_json::from_str::<Json>(&first).ok()?["clock"].as_i64()
}

/// The lines that are whole; a process that was killed may leave half of one.
fn read(file: File) -> HashMap<u64, Row> {
    let lines = BufReader::new(file).lines().map_while(std::result::Result::ok);
    lines.filter_map(|line| row(&serde_json::from_str(&line).ok()?)).collect()
}

fn row(line: &Json) -> Option<(u64, Row)> {
    let mark = u64::from_str_radix(line["rule"].as_str()?, 16).ok()?;
    let outcome = match line["state"].as_str()? {
        "ran" => Outcome::Ran(line["days"].as_array()?.iter().map(Json::as_u64).collect::<Option<_>>()?),
        "no table" => {
            let tables = line["tables"].as_array()?.iter().map(|name| name.as_str().map(str::to_owned));
            Outcome::NoTable(tables.collect::<Option<_>>()?)
        }
        _ => return None,
    };
    let seen = line["first"].as_i64().zip(line["last"].as_i64());
    let back = line["back"].as_i64();
    Some((mark, Row { rule: 0, outcome, back, seen, milliseconds: line["milliseconds"].as_u64()? }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hunt::pack::Hunt;
    use crate::outside::Folders;

    #[test]
    fn what_was_done_is_known_again() {
        let folder = tempfile::tempdir().expect("makes a folder");
        let rule = |query: &str| Hunt { query: query.into(), ..Hunt::default() };
        let rules = ["A", "B", "C", "D"].map(rule).to_vec();
        let now = 5 * DAY;
        let mut order = Order { rules, now, days: 2, folders: Folders::default(), workers: 1 };
        let mut open = |data: &str, clock, at: i64| {
            order.now = at;
            Resume::open(folder.path(), &data, &mut order, clock, false).map(|resume| (resume, order.clone()))
        };
        let row = |rule, outcome| Row { rule, outcome, back: Some(DAY), seen: Some((7, 8)), milliseconds: 3 };
        let rows = [
            row(0, Outcome::Ran(vec![1, 2])),
            row(1, Outcome::NoTable(vec!["SigninLogs".into()])),
            row(3, Outcome::Failed("no memory".into())),
        ];
        for clock in [Clock::Given, Clock::Wall] {
            let (mut resume, order) = open("data", clock, now).expect("opens");
            rows.iter().for_each(|row| resume.keep(&order, row).expect("writes"));
            drop(resume);
            let (other, order) = open("other data", clock, now).expect("opens");
            assert_eq!(other.done(&order), []);
            other.finish().expect("removes");
            let (later, order) = open("data", clock, now + 7).expect("opens");
            match clock {
                Clock::Given => assert_eq!((later.done(&order), order.now), (Vec::new(), now + 7)),
                Clock::Wall => assert_eq!((later.done(&order), order.now), (rows[..2].to_vec(), now)),
            }
            drop(later);
            let (again, order) = open("data", clock, now).expect("opens");
            assert_eq!(again.done(&order), rows[..2]);
            again.finish().expect("removes");
            let (anew, order) = open("data", clock, now).expect("opens");
            assert_eq!(anew.done(&order), []);
            drop(anew);
        }
        let (stale, order) = open("data", Clock::Wall, now + 2 * DAY).expect("opens");
        assert_eq!((stale.done(&order), order.now), (Vec::new(), now + 2 * DAY));
    }
}
