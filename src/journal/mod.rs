//! What was run: on which data, at which clock, and what came out, as hashes that do not depend on the order in
//! which an engine gives its rows. Lines that are only added to files of their own; never into the evidence.

mod diff;
mod digest;
mod lines;
mod sidecar;

pub use diff::{Change, Diff, Side, diff, few_enough};
pub use digest::{Digest, ROWS_MAX};
pub use lines::{append, read};
pub use sidecar::{Exported, Part, Sidecar, Summed, beside};

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::compile::{Compiled, Looked, Options, Seen, Steady};
use crate::display::thousands;
use crate::error::Result;
use crate::{places, ticks};

/// One text that was run to its end.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// When it ended, by the wall clock.
    pub at: String,
    pub query: String,
    /// Values of its declared parameters.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub params: Vec<(String, String)>,
    /// What `now()` gave.
    pub clock: String,
    /// Which rows of tables it saw, where not all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seen: Option<Span>,
    pub data: DataName,
    /// The version that ran it.
    pub kqlhunt: String,
    pub ms: u64,
    /// Results of the text before those that are told of; they were not run.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub skipped: usize,
    /// What it read besides the data.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub read: Vec<Read>,
    /// The runs that made the kept results that it read.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub kept: Vec<KeptRun>,
    pub results: Vec<Outcome>,
}

/// The run that made a kept result.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeptRun {
    /// What the query calls the result, such as `Last`.
    pub name: String,
    pub run: Entry,
}

impl KeptRun {
    /// Its result, as something that was read.
    pub fn read(&self) -> Read {
        let sha256 = self.run.results.last().and_then(|result| result.sha256.clone());
        Read { name: format!("{KEPT_RESULT}{}", self.name), sha256: sha256.unwrap_or_default() }
    }
}

/// Runs behind a run that an entry holds, one below the other, and bytes of them. More would not be read again.
const KEPT_DEEP: usize = 16;
const KEPT_BYTES: usize = 256 << 10;

impl Read {
    /// Of names and hashes.
    pub fn all(found: Vec<(String, String)>) -> Vec<Read> {
        found.into_iter().map(|(name, sha256)| Read { name, sha256 }).collect()
    }
}

/// What the name of a kept result, which only its session had, begins with.
pub const KEPT_RESULT: &str = "kept result ";

impl Entry {
    /// What it read and is another now, for people; `now` is what the same query reads.
    pub fn read_otherwise(&self, now: &[Read]) -> Vec<String> {
        let said = |read: &Read| {
            if let Some(name) = read.name.strip_prefix(KEPT_RESULT) {
                let known = self.kept.iter().any(|kept| kept.name == name);
                return (!known).then(|| format!("it read {name}, a result that only its session had"));
            }
            match now.iter().find(|other| other.name == read.name) {
                None => Some(format!("it read the {}, which it does not read now", read.name)),
                Some(other) => {
                    (other.sha256 != read.sha256).then(|| format!("the {} is another than it was", read.name))
                }
            }
        };
        let new = now.iter().filter(|read| self.read.iter().all(|other| other.name != read.name));
        let new = new.map(|read| format!("it reads the {}, which it did not read then", read.name));
        self.read.iter().filter_map(said).chain(new).collect()
    }
}

fn is_zero(count: &usize) -> bool {
    *count == 0
}

/// Something besides the data that a run read: a file, a watchlist, a stored function, a kept result.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Read {
    /// For people, such as `watchlist Admins`.
    pub name: String,
    /// Of its bytes, or of a kept result's rows; empty when those were not hashed.
    pub sha256: String,
}

/// A span of time, both ends included.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Span {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since: Option<String>,
    pub until: String,
}

impl Span {
    /// For people.
    pub fn words(&self) -> String {
        match &self.since {
            Some(since) => format!("rows from {since} to {}", self.until),
            None => format!("rows to {}, none later", self.until),
        }
    }
}

/// Which data it ran on.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct DataName {
    /// For people.
    pub title: String,
    /// Where it is; none for data in memory, such as the sample.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub path: Option<PathBuf>,
    /// Of tables, their columns, how many rows they have, and the files that were loaded or are read in place.
    pub fingerprint: String,
}

/// One result.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outcome {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Names and types.
    pub columns: Vec<(String, String)>,
    pub rows: u64,
    /// Over all columns.
    pub sha256: Option<String>,
    /// Why there is no hash: it has more than [`ROWS_MAX`] rows, the program ended first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unhashed: Option<String>,
    /// Over the columns that are not free, where some are.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sha256_fixed: Option<String>,
    /// Columns that another run on the same data may fill with other values: those of `take_any`, of sets with a
    /// size.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub free: Vec<String>,
    /// Arrays whose elements are hashed in sorted order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub any_order: Vec<String>,
    /// Reals of which ten digits are hashed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub rounded: Vec<String>,
    /// Another run on the same data may give other rows: `take` without an order.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub rows_vary: bool,
}

impl Outcome {
    /// What is known of a result whose rows have all gone into the digest, on data in which so much is known not to be.
    pub fn new(compiled: &Compiled, digest: Digest, looked: Looked) -> Outcome {
        let steadiness = compiled.steadier(looked);
        let named = |wanted: Steady| {
            let columns = compiled.columns.iter().zip(&steadiness.columns);
            columns.filter(|(_, steady)| **steady == wanted).map(|(column, _)| column.name.clone()).collect()
        };
        let rows = digest.rows();
        let unhashed = (rows > ROWS_MAX).then(too_many);
        let (sha256, sha256_fixed) = digest.sums(looked);
        Outcome {
            unhashed,
            name: compiled.name.clone(),
            columns: compiled.named_types().map(|(name, ty)| (name.to_owned(), ty.to_owned())).collect(),
            rows,
            sha256,
            sha256_fixed,
            free: named(Steady::Free),
            any_order: named(Steady::AnyOrder),
            rounded: named(Steady::Rounded),
            rows_vary: !steadiness.rows,
        }
    }

    /// What is known of a result whose rows were counted only.
    pub fn counted(compiled: &Compiled, rows: u64, why: &str) -> Outcome {
        let none = Outcome::new(compiled, Digest::of(compiled), Looked::Nothing);
        let why = if rows > ROWS_MAX { too_many() } else { why.to_owned() };
        Outcome { rows, sha256: None, sha256_fixed: None, unhashed: Some(why), ..none }
    }

    /// How another run of the same query compares with this one.
    pub fn compared(&self, again: &Outcome) -> Verdict {
        if self.columns != again.columns {
            return Verdict::Other("other columns".into());
        }
        let same = |one: &Option<String>, other: &Option<String>| one.is_some() && one == other;
        let counts = match self.rows == again.rows {
            true => "other values".to_owned(),
            false => format!("there were {}", self.rows),
        };
        match () {
            () if same(&self.sha256, &again.sha256) => Verdict::Same,
            () if self.sha256.is_none() && self.rows == again.rows => {
                Verdict::Counted(self.unhashed.clone().unwrap_or_else(too_many))
            }
            () if same(&self.sha256_fixed, &again.sha256_fixed) => Verdict::ButFree(self.free.clone()),
            () if self.rows_vary => Verdict::Open(counts),
            () => Verdict::Other(counts),
        }
    }
}

fn too_many() -> String {
    format!("it has more than {} rows", thousands(ROWS_MAX))
}

/// How two runs of a query compare.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    Same,
    /// As many rows; why their values are not known.
    Counted(String),
    /// The same but for these columns, which the query leaves open.
    ButFree(Vec<String>),
    /// Different, and the query leaves open which rows it gives; what is different.
    Open(String),
    /// Different; what is.
    Other(String),
}

impl Verdict {
    /// Whether the result is what it was, as far as the query says what it is.
    pub fn holds(&self) -> bool {
        !matches!(self, Verdict::Other(_))
    }

    /// Whether values were compared at all.
    pub fn compares(&self) -> bool {
        !matches!(self, Verdict::Counted(_))
    }

    /// For people.
    pub fn words(&self) -> String {
        match self {
            Verdict::Same => "the same".into(),
            Verdict::Counted(why) => format!("as many rows, whose values are not compared: {why}"),
            Verdict::ButFree(columns) => {
                format!("the same but for what the query leaves open: {}", columns.join(", "))
            }
            Verdict::Open(what) => format!("{what}; the query leaves open which rows it gives"),
            Verdict::Other(what) => format!("different: {what}"),
        }
    }
}

impl Entry {
    /// A run that ended at this wall clock, in ticks.
    pub fn new(query: &str, options: &Options, ended: i64, data: DataName) -> Entry {
        let span = |seen: Seen| Span { since: seen.since.map(ticks::iso), until: ticks::iso(seen.until) };
        Entry {
            at: ticks::iso(ended),
            query: query.to_owned(),
            params: options.params.clone(),
            clock: ticks::iso(options.now),
            seen: options.seen.map(span),
            data,
            kqlhunt: env!("CARGO_PKG_VERSION").into(),
            ..Entry::default()
        }
    }

    /// With the runs behind it, unless they are too many.
    pub fn with_kept(self, kept: Vec<KeptRun>) -> Entry {
        let with = Entry { kept, ..self };
        let few = with.depth() <= KEPT_DEEP && with.line().len() <= KEPT_BYTES;
        if few { with } else { Entry { kept: Vec::new(), ..with } }
    }

    fn depth(&self) -> usize {
        self.kept.iter().map(|kept| 1 + kept.run.depth()).max().unwrap_or(0)
    }

    /// Its line in the journal, without a line feed.
    pub fn line(&self) -> String {
        // Texts and numbers cannot fail to be JSON.
        serde_json::to_string(self).unwrap_or_default()
    }

    /// What its query meant, but for what lies outside; `None` when a time is none, in a file that somebody else
    /// wrote.
    pub fn options(&self) -> Option<Options> {
        let time = |text: &String| ticks::parse_datetime(text);
        let span = |span: &Span| {
            let since = span.since.as_ref().map(time);
            (since != Some(None)).then_some(())?;
            Some(Seen { since: since.flatten(), until: time(&span.until)? })
        };
        let seen = self.seen.as_ref().map(span);
        (seen != Some(None)).then_some(())?;
        let (now, params) = (time(&self.clock)?, self.params.clone());
        Some(Options { now, seen: seen.flatten(), params, ..Options::default() })
    }
}

/// What is read of a sidecar.
#[derive(Deserialize)]
struct Described {
    compared_with: Option<Entry>,
    #[serde(flatten)]
    run: Entry,
}

/// The entries of a text: a journal, a sidecar, or the lines of a report that are entries.
pub fn entries(text: &str) -> Vec<Entry> {
    if let Ok(one) = serde_json::from_str::<Described>(text) {
        return one.compared_with.into_iter().chain([one.run]).collect();
    }
    let lines = text.lines().map(str::trim).filter(|line| line.starts_with('{'));
    lines.filter_map(|line| serde_json::from_str(line).ok()).collect()
}

/// How many lines of a journal cannot be read, such as one that was cut off. Other texts have lines that are no
/// entries.
pub fn unread(text: &str) -> usize {
    let lines = || text.lines().map(str::trim).filter(|line| !line.is_empty());
    let journal = lines().next().is_some_and(|line| line.starts_with('{'));
    if !journal || serde_json::from_str::<Described>(text).is_ok() {
        return 0;
    }
    lines().filter(|line| serde_json::from_str::<Entry>(line).is_err()).count()
}

/// The journal of every run: `journal.jsonl` of the state folder.
pub fn journal_file() -> Result<PathBuf> {
    Ok(places::state_folder()?.join("journal.jsonl"))
}

/// Where the notes on a database are: beside it; of data in memory in the state folder.
pub fn notes_file(database: Option<&Path>) -> Result<PathBuf> {
    match database {
        Some(path) => Ok(beside(path, "notes.jsonl")),
        None => Ok(places::state_folder()?.join("sample.notes.jsonl")),
    }
}

/// Adds a run to the journal.
pub fn keep(entry: &Entry) -> Result<()> {
    append(&journal_file()?, &entry.line())
}
