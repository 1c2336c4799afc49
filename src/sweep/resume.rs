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

/// The file of one sweep: of these data, this clock and these days.
pub struct Resume {
    path: PathBuf,
    file: File,
    /// What was done, by what the rule says.
    done: HashMap<u64, Row>,
}

impl Resume {
    /// Opens the file of this sweep in `folder`, emptied where it begins anew. `data` tells the data from others, and
    /// from the same before a load.
    ///
    /// # Errors
    /// The file cannot be made.
    pub fn open(folder: &Path, data: &impl Hash, order: &Order, fresh: bool) -> Result<Resume> {
        let mut hasher = DefaultHasher::new();
        data.hash(&mut hasher);
        (order.now, order.days, env!("CARGO_PKG_VERSION")).hash(&mut hasher);
        std::fs::create_dir_all(folder)?;
        let path = folder.join(format!("sweep-{:016x}.jsonl", hasher.finish()));
        if fresh && path.exists() {
            std::fs::remove_file(&path)?;
        }
        let done = File::open(&path).map(read).unwrap_or_default();
        let file = OpenOptions::new().create(true).append(true).open(&path)?;
        Ok(Resume { path, file, done })
    }

    /// What was done of these rules, by their places.
    pub fn done(&self, order: &Order) -> Vec<Row> {
        let known = |(rule, hunt)| Some(Row { rule, ..self.done.get(&mark(hunt))?.clone() });
        order.rules.iter().enumerate().filter_map(known).collect()
    }

    /// Keeps a row.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn keep(&mut self, order: &Order, row: &Row) -> Result<()> {
        let line = json!({
            "rule": format!("{:016x}", mark(&order.rules[row.rule])),
            "state": row.outcome.word(),
            "days": if let Outcome::Ran(days) = &row.outcome { days.clone() } else { Vec::new() },
            "tables": if let Outcome::NoTable(tables) = &row.outcome { tables.clone() } else { Vec::new() },
            "problem": row.outcome.problem(),
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
        "wrong" => Outcome::Wrong(line["problem"].as_str()?.to_owned()),
        // What failed is tried again.
        _ => return None,
    };
    Some((mark, Row { rule: 0, outcome, milliseconds: line["milliseconds"].as_u64()? }))
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
        let order = Order { rules, now: 5, days: 2, folders: Folders::default(), workers: 1 };
        let row = |rule, outcome| Row { rule, outcome, milliseconds: 3 };
        let rows = [
            row(0, Outcome::Ran(vec![1, 2])),
            row(1, Outcome::NoTable(vec!["SigninLogs".into()])),
            row(3, Outcome::Failed("no memory".into())),
        ];
        let mut resume = Resume::open(folder.path(), &"data", &order, false).expect("opens");
        rows.iter().for_each(|row| resume.keep(&order, row).expect("writes"));
        drop(resume);
        let again = Resume::open(folder.path(), &"data", &order, false).expect("opens");
        assert_eq!(again.done(&order), rows[..2]);
        let other = Resume::open(folder.path(), &"other data", &order, false).expect("opens");
        assert_eq!(other.done(&order), []);
        again.finish().expect("removes");
        assert_eq!(Resume::open(folder.path(), &"data", &order, false).expect("opens").done(&order), []);
    }
}
