//! All that can happen to the workbench, and all that it can ask of the world. Plain data.

mod conditions;

pub use conditions::Conditions;

use std::path::PathBuf;
use std::sync::Arc;

use crossterm::event::KeyEvent;

use super::clock::Clock;
use super::columns::Why;
use super::completion::Found;
pub use super::counts::{Follow, Followed};
use super::diff::Compared;
use super::mouse::Mouse;
use super::report::Wanted;
use super::session::Session;
use super::sweep::State;
use super::written::{Exported, Over, Reported};
use crate::compile::Compiled;
use crate::diag::Diagnostic;
use crate::facts::Outside;
use crate::hunt::notes::Note;
use crate::hunt::pack::Hunt;
use crate::hunt::ready::Ready;
use crate::hunt::sweep::Row;
use crate::ide::complete::Ask;
use crate::schema::Schema;
use crate::types::ColumnType;
use crate::value::{Grid, Value};

/// What happened.
#[derive(Clone, Debug)]
pub enum Msg {
    Key(KeyEvent),
    /// A bracketed paste.
    Paste(String),
    /// Columns and rows of the terminal.
    Resize(u16, u16),
    /// A moment that [`super::App::wake_at`] asked for came; how far the running query is, from 0 to 1, and how
    /// many rows of it have come.
    Wake((Option<f64>, u64)),
    /// The terminal is ours again after a suspension.
    Resumed,
    /// The database is open.
    Opened(Opened),
    OpenFailed(String),
    /// The session of the last time, if there was one.
    Restored(Session),
    /// What is wrong with the text of this version, from byte `offset` on.
    Checked {
        version: u64,
        offset: usize,
        diagnostics: Vec<Diagnostic>,
    },
    /// First rows of a run that goes on.
    First {
        run: u64,
        compiled: Arc<Compiled>,
        rows: Vec<Vec<Value>>,
    },
    /// A run's result is kept under the run's number.
    Ran {
        run: u64,
        compiled: Arc<Compiled>,
        /// The first of them.
        rows: Vec<Vec<Value>>,
        total: u64,
        /// Values that were copied to keep it.
        values: u64,
        ms: u64,
        /// When it ended, by the wall clock, in ticks.
        ended: i64,
        warnings: Vec<Diagnostic>,
        /// Results of the text before this one, which are not shown.
        skipped: usize,
        /// What is to be said of its rows.
        said: String,
    },
    Failed {
        run: u64,
        failure: Failure,
        /// That had come before.
        rows: u64,
        ms: u64,
    },
    Window {
        window: Window,
        rows: Result<Rows, String>,
    },
    Surveyed {
        survey: Survey,
        /// A table for each pipe.
        answer: Result<Vec<Grid>, String>,
    },
    Found {
        find: Find,
        found: Result<FoundRow, String>,
    },
    /// How old each table of a query is.
    Ages {
        purpose: AgePurpose,
        ages: Result<Vec<TableAge>, String>,
    },
    Answered {
        question: Question,
        ticket: u64,
        answer: Result<Grid, String>,
    },
    /// A note is kept, with the time of the wall clock.
    Noted(Note),
    /// The lines of the notes on these data.
    Notes(Result<String, String>),
    Followed {
        ticket: u64,
        answer: Result<Followed, String>,
    },
    FileRead {
        path: PathBuf,
        text: Result<String, String>,
    },
    /// The text came back from the user's editor.
    Edited(Result<String, String>),
    FileWritten {
        path: PathBuf,
        version: u64,
        /// What the file holds now.
        result: Result<String, String>,
    },
    /// How a load goes: one line.
    Loading(String),
    /// A load ended; the schema afterwards.
    Loaded {
        result: Result<Loaded, String>,
        schema: Option<Arc<Schema>>,
    },
    Exported(Result<Exported, String>),
    Reported(Result<Reported, String>),
    /// A chart was written: where, its bytes, and whether there is a file beside it that says how it came to be.
    ChartWritten(Result<(PathBuf, u64, bool), String>),
    /// A layer was written: where, and its bytes.
    LayerWritten(Result<(PathBuf, u64), String>),
    Copied(Result<Copied, String>),
    /// What the data say for completion.
    Mouse(Mouse),
    /// What the terminal sent while keys are tested.
    Bytes(Vec<u8>),
    /// What the folders that the user names hold.
    Outside(Arc<Outside>),
    Learned {
        ask: Ask,
        found: Result<Found, String>,
    },
    /// The hunts there are, and for each whether it can be run; what of the user's folders cannot be read.
    Library {
        hunts: Arc<Vec<Hunt>>,
        ready: Vec<Ready>,
        problems: Vec<String>,
    },
    /// A sweep begins, or goes on: its clock, and how many of its hunts were done before.
    Sweeping {
        ticket: u64,
        now: i64,
        before: usize,
    },
    /// One hunt of a sweep is done.
    Swept {
        ticket: u64,
        row: Row,
    },
    SweepEnded {
        ticket: u64,
        state: State,
    },
    /// A thread of ours is gone; what it said.
    Broken(String),
}

/// A file or a folder to load.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ToLoad {
    pub path: PathBuf,
    /// The table for all rows; without it rows, file names and columns say theirs.
    pub table: Option<String>,
}

/// What a load did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Loaded {
    /// For people.
    pub lines: Vec<String>,
    pub rows: u64,
}

/// A database, open.
#[derive(Clone, Debug)]
pub struct Opened {
    pub schema: Arc<Schema>,
    /// The data's own clock, in ticks.
    pub clock: Option<i64>,
    /// Its name, when it is not the one that was asked for at the start.
    pub title: Option<String>,
    /// What the user should know of it.
    pub notes: Vec<String>,
}

/// Why a run gave no result.
#[derive(Clone, Debug)]
pub enum Failure {
    /// Mistakes in the query; spans count from the statement's first byte.
    Query(Vec<Diagnostic>),
    Cancelled,
    Other(String),
}

/// Rows of a kept result that a pane asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Window {
    pub purpose: Purpose,
    pub result: u64,
    /// Columns and whether each ascends; empty is the query's own order.
    pub order: Vec<(usize, bool)>,
    pub filters: Conditions,
    pub offset: u64,
    pub limit: u64,
}

/// The rows of a window, and how many there are in all that meet its conditions.
#[derive(Clone, Debug, PartialEq)]
pub struct Rows {
    pub rows: Vec<Vec<Value>>,
    pub total: u64,
}

/// A question about the rows of a kept result.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Survey {
    pub topic: Topic,
    pub result: u64,
    pub filters: Conditions,
    /// What follows the rows, such as `| summarize count()`: for each a table of the answer.
    pub pipes: Vec<String>,
}

/// What a survey is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Topic {
    /// Which columns say little.
    Aside(Why),
    /// The commonest values of a column.
    Values {
        column: usize,
    },
    Statistics {
        column: usize,
    },
    /// How the values lie between the least and the greatest.
    Histogram {
        column: usize,
    },
}

/// A row of a result that meets a condition, looked for from another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Find {
    pub result: u64,
    pub order: Vec<(usize, bool)>,
    pub filters: Conditions,
    /// The condition, in KQL.
    pub wanted: String,
    /// The row to begin behind; `None` to begin with the first, or the last.
    pub from: Option<u64>,
    pub forward: bool,
}

/// What was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FoundRow {
    /// The row, none when no row meets the condition.
    pub row: Option<u64>,
    /// How many rows meet it, and which of them this one is, from 1.
    pub total: u64,
    pub place: u64,
    /// It lies on the other side of the end of the result.
    pub wrapped: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    Grid,
    Chart,
    /// What the rows are that the chart's cursor is on.
    Point,
    Hits,
}

/// Why the ages of tables are asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AgePurpose {
    /// A run gave no rows.
    Empty { run: u64 },
    /// The clock is to be set to the newest row, and the query run again if `run`.
    Clock { run: bool },
    /// How many rows are later than the clock of this run, which saw them.
    Later { run: u64 },
}

/// The newest row of a table that a query reads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TableAge {
    pub table: String,
    pub time_column: String,
    /// In ticks; `None` when the table is empty.
    pub newest: Option<i64>,
    /// The query's look-back, in ticks, inclusive.
    pub since: Option<i64>,
    pub until: Option<i64>,
    /// The clock that the look-back was reckoned from.
    pub now: i64,
    /// Rows that are later than that, where the query looks at them.
    pub later: u64,
}

impl TableAge {
    /// Whether the newest row is no part of what the query looks at.
    pub fn outside(&self) -> bool {
        if self.since.zip(self.until).is_some_and(|(since, until)| since > until) {
            return false;
        }
        self.newest.is_some_and(|newest| {
            self.since.is_some_and(|since| newest < since) || self.until.is_some_and(|until| newest > until)
        })
    }
}

/// A small query beside the running one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Question {
    Events,
    /// What the user did around them.
    Context,
    Indicators,
    /// Other users of the address.
    Sightings,
    /// Rows of a table, for the list of tables.
    Sample,
}

/// What is copied.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CopyText {
    Ready(String),
    /// A column of all rows that meet the conditions.
    Column {
        result: u64,
        column: usize,
        order: Vec<(usize, bool)>,
        filters: Conditions,
        /// As a list of KQL, each value once.
        list: bool,
    },
}

/// What was copied, and where it went.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Copied {
    pub what: &'static str,
    pub bytes: u64,
    pub defanged: bool,
    pub ways: Vec<String>,
    /// It is not in the clipboard.
    pub doubt: bool,
}

/// What shall happen. Effects of one kind are done newest first: an older one that still waits is dropped.
#[derive(Clone, Debug, PartialEq)]
pub enum Effect {
    /// Compiles a statement and runs it; the result is kept as `run`.
    /// Spans of what is wrong count from the statement's first byte.
    Run {
        run: u64,
        text: String,
        clock: Clock,
    },
    /// Compares two results; the difference is kept as `run`.
    Compare {
        run: u64,
        compared: Compared,
    },
    /// Stops the running query; asked for once.
    Cancel,
    /// Frees a kept result.
    Drop(u64),
    /// What queries call kept results, by their runs; in place of all names before.
    NameResults(Vec<(String, u64)>),
    Read(Window),
    Survey(Survey),
    Find(Find),
    Copy {
        what: &'static str,
        text: CopyText,
        /// Links and addresses are changed so that nothing opens them; a text that is ready is so already.
        defang: bool,
    },
    /// Compiles only.
    Check {
        version: u64,
        offset: usize,
        text: String,
        clock: Clock,
    },
    /// The newest row of each table of the statement, or of every table when it reads none.
    Ages {
        purpose: AgePurpose,
        text: String,
        clock: Clock,
    },
    Ask {
        question: Question,
        ticket: u64,
        kql: String,
        clock: Clock,
    },
    /// Adds a note, with the time of the wall clock.
    Note(Note),
    /// Follows the rows of a statement.
    Follow {
        follow: Follow,
        ticket: u64,
        text: String,
        clock: Clock,
    },
    /// Asks the data for what completion offers.
    Learn(Ask),
    /// Hands the text to the user's editor, which begins on a line, from 0.
    Edit {
        text: String,
        line: usize,
    },
    ReadFile(PathBuf),
    WriteFile {
        path: PathBuf,
        text: String,
        version: u64,
        over: Over,
    },
    Load(ToLoad),
    /// Runs these hunts on each of so many days; one sweep at a time.
    Sweep {
        ticket: u64,
        rules: Arc<Vec<Hunt>>,
        now: Option<i64>,
        days: usize,
        /// Begins anew, whatever one that was stopped has done.
        fresh: bool,
    },
    StopSweep,
    Export {
        result: u64,
        columns: Vec<ColumnType>,
        order: Vec<(usize, bool)>,
        filters: Conditions,
        /// How many of the columns are not shown; they are written all the same.
        hidden: usize,
        path: PathBuf,
        raw: bool,
        over: bool,
    },
    Report(Box<Wanted>),
    Save(Session),
    /// A drawing of a result, as it stands in the file.
    WriteChart {
        result: u64,
        path: PathBuf,
        content: String,
        over: bool,
    },
    /// A layer for ATT&CK Navigator, as it stands in the file.
    WriteLayer {
        path: PathBuf,
        content: String,
        over: bool,
    },
    /// Draws everything anew.
    Repaint,
    Suspend,
    /// Asks the terminal for the mouse, or no longer.
    Mouse(bool),
    /// Reads keys as bytes, or as keys again.
    KeyTest(bool),
    Quit,
}
