//! The workbench as a state machine: [`update`] takes what happened and gives what shall be done. Knows
//! keys and plain data; does no I/O, asks no clock, and has no frame to draw on.

mod arguments;
mod arrivals;
pub mod aside;
pub mod chart;
pub mod clock;
pub mod columns;
pub mod commands;
pub mod completion;
pub mod counts;
pub mod coverage;
pub mod days;
pub mod diff;
pub mod editor;
mod ended;
pub mod grid;
pub mod hue;
pub mod keymap;
pub mod keys;
pub mod keytest;
pub mod layout;
pub mod lists;
pub mod look;
pub mod matrix;
pub mod mouse;
pub mod msg;
pub mod parameters;
pub mod popup;
pub mod preferences;
pub mod record;
pub mod remarks;
pub mod report;
mod resize;
pub mod results;
pub mod samples;
pub mod search;
pub mod session;
pub mod several;
pub mod severity;
mod statement;
mod statistics;
pub mod stepper;
pub mod surveys;
pub mod sweep;
pub mod tabs;
pub mod text;
mod update;
pub mod vim;
pub mod written;

use std::sync::Arc;

use crate::zone::Zone;
use chart::ChartPane;
use clock::Clock;
use completion::{Desk, Suggestions};
use counts::Counts;
use days::Days;
use editor::Editor;
use grid::Grid;
use keymap::Keymap;
use keys::Context;
use msg::{Effect, TableAge};
use parameters::{Asked, Filled};
use popup::Popup;
use record::Record;
use results::Results;
use session::{Ended, Left, Past, Session};
use stepper::Stepper;
use sweep::Sweep;
use tabs::Tabs;
use vim::Vim;

use crate::facts::Outside;
use crate::hunt::notes::Notes;
use crate::hunt::pack::Hunt;
use crate::hunt::ready::Ready;
use crate::ide::signature::Signature;
use crate::schema::Schema;
use crate::types::ColumnType;
use crate::value::Value;

pub use lists::items;
pub use update::update;

/// A second Ctrl-C within this time ends the program.
const QUIT_MS: u64 = 2_000;
/// The text is checked this long after the last edit, and saved this long after it.
const CHECK_MS: u64 = 400;
const SAVE_MS: u64 = 1_000;
/// The elapsed time of a running query is drawn this often.
const ELAPSED_MS: u64 = 500;

pub struct App {
    pub size: (u16, u16),
    /// Milliseconds since the start, of what is being handled.
    pub at: u64,
    pub ascii: bool,
    pub keymap: Arc<Keymap>,
    /// Something that is seen has changed.
    pub dirty: bool,
    pub database: Database,
    pub clock: Clock,
    /// Where times are shown as they are there.
    pub zone: Zone,
    /// The zone of who chooses none.
    home: Zone,
    pub focus: Focus,
    /// The tabs that are not open; the fields from here to `stepper` are of the open one.
    pub tabs: Tabs,
    pub editor: Editor,
    /// With vim's keys, their state.
    pub vim: Option<Vim>,
    /// Whether presses and the wheel come here.
    pub mouse: bool,
    /// Whether empty columns are hidden where there is no room for all.
    pub hide_empty: bool,
    /// While keys are tested, the bytes of the last one.
    pub key_test: Option<Vec<u8>>,
    pub running: Option<Running>,
    pub grid: Option<Grid>,
    pub results: Results,
    /// What is said when the result has no rows.
    pub ages: Option<Vec<TableAge>>,
    pub record: Option<Record>,
    pub chart: Option<ChartPane>,
    pub stepper: Option<Stepper>,
    /// How the result of this tab was left in the last session.
    left: Option<Left>,
    pub popup: Option<Popup>,
    /// Rows of a table in the list of tables.
    sample: Option<samples::Sample>,
    /// What may be written at the cursor, while it is shown.
    pub suggestions: Option<Suggestions>,
    pub desk: Desk,
    /// What queries may name outside of the database.
    pub outside: Arc<Outside>,
    pub counts: Counts,
    /// What was noted on hits of these data.
    pub notes: Notes,
    /// The call that the cursor is in, and the index of its argument.
    pub call: Option<(Signature, usize)>,
    /// Text and cursor that `call` was worked out for.
    called: (u64, (usize, usize)),
    pub hunts: Arc<Vec<Hunt>>,
    /// For each hunt whether it can be run; nothing as long as nobody has looked.
    pub ready: Vec<Ready>,
    pub sweep: Option<Sweep>,
    /// Those that were counted last.
    pub days: Option<Days>,
    pub note: Note,
    /// How often something was said.
    said: u64,
    /// The first of two keys.
    pub prefix: Option<String>,
    /// Until when another Ctrl-C ends the program.
    pub quit_until: u64,
    /// A run was asked for before the database was open.
    run_when_open: bool,
    /// What runs after what runs now.
    several: Option<several::Several>,
    /// Whether the clock was chosen, so that the data's own clock does not replace it.
    clock_chosen: bool,
    check_at: Option<u64>,
    save_at: Option<u64>,
    arranged: tabs::Arrangement,
    drawn_at: u64,
    numbers: u64,
    /// What was run, the latest first.
    pub history: Vec<Past>,
    /// What was typed for parameters of queries.
    pub parameters: parameters::Values,
    /// The statement whose parameters are asked for.
    asked: Option<Asked>,
    /// What is being checked.
    checked: Filled,
}

/// What the workbench starts with.
#[derive(Clone, Debug, Default)]
pub struct Start {
    pub size: (u16, u16),
    pub ascii: bool,
    pub keymap: Arc<Keymap>,
    /// Vim's keys in the query pane.
    pub vim: bool,
    pub mouse: bool,
    /// Where times are shown as they are there, until another zone is chosen.
    pub zone: Zone,
    /// Empty columns are shown even where there is no room for all.
    pub show_empty: bool,
    /// The data as the status line names it, such as `sample` or a file name.
    pub title: String,
    /// What the command line says of it.
    pub clock: Option<Clock>,
    pub hunts: Arc<Vec<Hunt>>,
}

pub struct Database {
    pub title: String,
    pub state: DatabaseState,
    pub schema: Arc<Schema>,
    /// A load runs; its last line.
    pub loading: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DatabaseState {
    Opening,
    Open,
    Failed(String),
}

/// Which pane the keys go to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Focus {
    Editor,
    Grid,
    Record,
    Chart,
}

/// A query that runs.
#[derive(Clone, Debug)]
pub struct Running {
    pub run: u64,
    /// The number of the tab that it was started in.
    pub tab: u64,
    /// The place of another tab whose query was stopped for it.
    pub stopped: Option<usize>,
    pub since: u64,
    /// The statement's place in the text of this version.
    pub offset: usize,
    pub version: u64,
    pub fraction: Option<f64>,
    /// Rows that have come, at least.
    pub rows: u64,
    pub cancelling: bool,
    /// The statement as it was written.
    pub text: String,
    /// What is said of its rows.
    pub said: String,
    /// The statement as it runs.
    pub filled: Filled,
}

/// The line above the hints.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Note {
    pub text: String,
    pub kind: NoteKind,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum NoteKind {
    #[default]
    Plain,
    Good,
    Warning,
    Error,
}

impl App {
    pub fn new(start: Start) -> App {
        App {
            size: start.size,
            at: 0,
            ascii: start.ascii,
            keymap: start.keymap,
            dirty: true,
            database: Database {
                title: start.title,
                state: DatabaseState::Opening,
                schema: Arc::new(Schema::default()),
                loading: None,
            },
            clock: start.clock.unwrap_or(Clock::Wall),
            zone: start.zone.clone(),
            home: start.zone,
            focus: Focus::Editor,
            tabs: Tabs::default(),
            editor: Editor::default(),
            vim: start.vim.then(Vim::default),
            mouse: start.mouse,
            hide_empty: !start.show_empty,
            key_test: None,
            running: None,
            grid: None,
            results: Results::default(),
            ages: None,
            record: None,
            chart: None,
            stepper: None,
            left: None,
            popup: None,
            sample: None,
            suggestions: None,
            desk: Desk::default(),
            outside: Arc::default(),
            counts: Counts::default(),
            notes: Notes::default(),
            call: None,
            called: (0, (0, 0)),
            hunts: start.hunts,
            ready: Vec::new(),
            sweep: None,
            days: None,
            note: Note::default(),
            said: 0,
            prefix: None,
            quit_until: 0,
            run_when_open: false,
            several: None,
            clock_chosen: start.clock.is_some(),
            check_at: None,
            save_at: None,
            arranged: tabs::Arrangement::default(),
            drawn_at: 0,
            numbers: 0,
            history: Vec::new(),
            parameters: parameters::Values::new(),
            asked: None,
            checked: Filled::default(),
        }
    }

    /// The next moment at which something is to be done without an event, if there is one.
    pub fn wake_at(&self) -> Option<u64> {
        let elapsed = self.running.as_ref().map(|_| self.drawn_at + ELAPSED_MS);
        [self.check_at, self.save_at, elapsed].into_iter().flatten().min()
    }

    /// Where keys go now.
    pub fn context(&self) -> Context {
        match (&self.popup, &self.stepper, self.focus) {
            (Some(Popup::List(_)), ..) => Context::List,
            (Some(Popup::Text(_)), ..) => Context::Text,
            (None, _, Focus::Record) if self.record.is_some() => Context::Record,
            (None, Some(_), _) => Context::Hits,
            (None, None, Focus::Editor) if self.suggestions.is_some() => Context::Completion,
            (None, None, Focus::Editor) => vim::context(self.vim.as_ref()).unwrap_or(Context::Editor),
            (None, None, Focus::Grid | Focus::Record) => Context::Grid,
            (None, None, Focus::Chart) => Context::Chart,
        }
    }

    pub fn chart_shown(&self) -> bool {
        self.stepper.is_none() && self.chart.as_ref().is_some_and(|chart| chart.shown)
    }

    pub fn session(&self) -> Session {
        Session {
            tabs: tabs::states(self),
            open: self.tabs.open,
            clock: self.clock_chosen.then_some(self.clock),
            zone: (self.zone != self.home).then(|| self.zone.name().unwrap_or("UTC").to_owned()),
            history: self.history.clone(),
            parameters: self.parameters.clone(),
            ended: Ended::Working,
            saved: None,
            place: 0,
        }
    }

    /// The row that a record view shows.
    pub fn current_row(&self) -> Option<(&[ColumnType], &[Value])> {
        match &self.stepper {
            Some(stepper) => match &stepper.events {
                stepper::Events::Rows(events) => {
                    let row = events.rows.get(usize::try_from(events.view.row).ok()?)?;
                    Some((&events.columns, row))
                }
                stepper::Events::Loading(_) | stepper::Events::None(_) => None,
            },
            None => {
                let grid = self.grid.as_ref()?;
                Some((&grid.compiled.columns, grid.current()?))
            }
        }
    }

    pub fn say(&mut self, kind: NoteKind, text: impl Into<String>) -> Vec<Effect> {
        self.note = Note { text: text.into(), kind };
        self.said += 1;
        self.dirty = true;
        Vec::new()
    }

    /// Forgets what was said; a warning stays until there is more to say.
    fn hush(&mut self) {
        if matches!(self.note.kind, NoteKind::Plain | NoteKind::Good) {
            self.note = Note::default();
        }
    }

    fn number(&mut self) -> u64 {
        self.numbers += 1;
        self.numbers
    }
}
