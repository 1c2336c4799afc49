//! Stepping through the hits of a result: users, their hits, the events behind a hit, the indicator.
//! Which rows are hits is decided in `hunt`; this is where the reader is.

use std::collections::BTreeSet;
use std::sync::Arc;

use ratatui::layout::Rect;

use super::clock::{self, Clock};
use super::grid::View;
use super::msg::{Effect, Question};
use super::text;
use crate::compile::Compiled;
use crate::hunt::card::{self, Card};
use crate::hunt::hits::{self, Roles, User};
use crate::hunt::notes::{Notes, Subject, Verdict};
use crate::hunt::pivot::{self, EVENTS_MAX, Pivot};
use crate::schema::Schema;
use crate::ticks;
use crate::types::{ColumnType, Type};
use crate::value::{Grid, Value};

/// Rows of a result that are stepped through; beyond it the pane says so.
pub const HITS_ROWS_MAX: u64 = 20_000;
/// Minutes before and after an event of a hit.
pub const WINDOWS: [i64; 6] = [0, 1, 5, 15, 60, 240];
const WINDOW: usize = 3;
/// Rows that say what the events are found by: no more, and no more than this part of the pane.
const FILTER_ROWS_MAX: usize = 3;
const FILTER_PART: u16 = 4;
/// What a hunter wants to see of an event first, in this order.
const FIRST_COLUMNS: [&str; 15] = [
    pivot::EVENT_TABLE,
    "TimeGenerated",
    "Timestamp",
    "Operation",
    "ActionType",
    "OfficeWorkload",
    "Application",
    "ResultStatus",
    "ClientIP",
    "IPAddress",
    "SourceFileName",
    "OfficeObjectId",
    "ObjectName",
    "Item",
    "UserAgent",
];

pub struct Stepper {
    pub compiled: Arc<Compiled>,
    pub rows: Vec<Vec<Value>>,
    /// Rows of the result that were not read, since it has too many.
    pub rows_left: u64,
    pub roles: Roles,
    pub users: Vec<User>,
    /// The user, and which of their rows.
    pub user: usize,
    pub hit: usize,
    pub events: Events,
    pub cards: Cards,
    /// How far around the events other events of the user are shown: an index into [`WINDOWS`].
    pub window: usize,
    /// The question whose answer is waited for; older answers are dropped.
    pub ticket: u64,
}

pub enum Events {
    Loading(Pivot),
    /// Why there are none to show.
    None(String),
    Rows(Box<EventRows>),
}

pub struct EventRows {
    pub pivot: Pivot,
    pub columns: Vec<ColumnType>,
    pub rows: Vec<Vec<Value>>,
    /// There are more than were read.
    pub more: bool,
    /// Which rows are events of the hit; the others are what the user did around them.
    pub hits: Vec<bool>,
    /// The events as they came, for when others come.
    found: Grid,
    /// Columns that have no value in any of the rows, and are not shown.
    pub empty: usize,
    pub view: View,
}

pub enum Cards {
    Loading,
    Failed(String),
    Found(Vec<Card>),
}

impl Stepper {
    pub fn new(compiled: Arc<Compiled>, rows: Vec<Vec<Value>>, rows_left: u64) -> Result<Stepper, String> {
        let roles = Roles::of(&compiled.columns, &compiled.origins, &compiled.sources, &rows)?;
        let users = hits::users(&rows, roles);
        if users.is_empty() {
            return Err("the result has no rows to step through".into());
        }
        let events = Events::None(String::new());
        Ok(Stepper {
            compiled,
            rows,
            rows_left,
            roles,
            users,
            user: 0,
            hit: 0,
            events,
            cards: Cards::Loading,
            window: WINDOW,
            ticket: 0,
        })
    }

    /// What the events are found by, as rows of the screen: KQL, cut after [`FILTER_ROWS_MAX`] rows.
    pub fn filter(&self, area: Rect, ascii: bool) -> Vec<String> {
        let pivot = match &self.events {
            Events::Loading(pivot) => pivot,
            Events::Rows(events) => &events.pivot,
            Events::None(_) => return Vec::new(),
        };
        let mut said = pivot.shown();
        if let Some(remark) = &pivot.remark {
            said.push_str(&format!(" ({remark})"));
        }
        let width = usize::from(area.width.saturating_sub(2));
        let mut rows = text::wrap(&text::shown(&said, ascii), width);
        // The events are what the pane is for.
        let most = usize::from(area.height / FILTER_PART).clamp(1, FILTER_ROWS_MAX);
        if rows.len() > most {
            rows.truncate(most);
            rows[most - 1].push_str(text::ellipsis(ascii));
        }
        rows
    }

    /// The row of the result that is looked at.
    pub fn row(&self) -> &[Value] {
        &self.rows[self.users[self.user].rows[self.hit]]
    }

    pub fn address(&self) -> String {
        self.row()[self.roles.address].text()
    }

    /// What a note on the hit is about: its user and its address, by the stored columns where they are known.
    pub fn subject(&self) -> Subject {
        self.subject_of(self.row())
    }

    fn subject_of(&self, row: &[Value]) -> Subject {
        let named = |at: usize| {
            let stored = self.compiled.origins.get(at).and_then(Option::as_ref);
            let name = stored.map_or(&self.compiled.columns[at].name, |origin| &origin.column);
            (name.clone(), row[at].text())
        };
        Subject::new([named(self.roles.user), named(self.roles.address)])
    }

    /// The subjects of all hits, each once.
    pub fn subjects(&self) -> BTreeSet<Subject> {
        self.rows.iter().map(|row| self.subject_of(row)).collect()
    }

    /// What is noted of a user's hits: the verdict when they all have the same, and whether one is bookmarked.
    pub fn noted(&self, user: &User, notes: &Notes) -> (Option<Verdict>, bool) {
        let found: Vec<_> =
            user.rows.iter().map(|row| notes.about(&self.subject_of(&self.rows[*row]))).collect();
        let verdicts: BTreeSet<_> = found.iter().map(|note| note.and_then(|note| note.verdict)).collect();
        let same = verdicts.first().copied().flatten().filter(|_| verdicts.len() == 1);
        (same, found.iter().any(|note| note.is_some_and(|note| note.bookmarked)))
    }

    /// Hits before this one, over all users, and how many there are.
    pub fn place(&self) -> (usize, usize) {
        let before: usize = self.users[..self.user].iter().map(|user| user.rows.len()).sum();
        (before + self.hit, self.users.iter().map(|user| user.rows.len()).sum())
    }

    /// To the next or previous hit, over to the neighbouring user at the end. False at the very end.
    pub fn step_hit(&mut self, forward: bool) -> bool {
        if forward && self.hit + 1 < self.users[self.user].rows.len() {
            self.hit += 1;
        } else if forward && self.user + 1 < self.users.len() {
            (self.user, self.hit) = (self.user + 1, 0);
        } else if !forward && self.hit > 0 {
            self.hit -= 1;
        } else if !forward && self.user > 0 {
            self.user -= 1;
            self.hit = self.users[self.user].rows.len() - 1;
        } else {
            return false;
        }
        true
    }

    pub fn step_user(&mut self, forward: bool) -> bool {
        let next = if forward { self.user + 1 } else { self.user.wrapping_sub(1) };
        if next >= self.users.len() {
            return false;
        }
        (self.user, self.hit) = (next, 0);
        true
    }

    /// Asks for the events and the indicators of the hit.
    pub fn ask(&mut self, schema: &Schema, ticket: u64) -> Vec<Effect> {
        self.ticket = ticket;
        let row = self.row();
        let (user, address) = (row[self.roles.user].text(), self.address());
        let clock = Clock::of(&self.compiled);
        let mut effects = Vec::new();
        let pivot =
            pivot::events(&self.compiled, schema, (self.roles.user, &user), (self.roles.address, &address));
        self.events = match pivot {
            Ok(pivot) => {
                let kql = pivot.kql.clone();
                effects.push(Effect::Ask { question: Question::Events, ticket, kql, clock });
                Events::Loading(pivot)
            }
            Err(why) => Events::None(why),
        };
        self.cards = if schema.table(pivot::INDICATOR_TABLE).is_none() {
            Cards::Failed(format!("there is no {} table", pivot::INDICATOR_TABLE))
        } else {
            let kql = pivot::indicators(&address, self.compiled.now);
            effects.push(Effect::Ask { question: Question::Indicators, ticket, kql, clock });
            Cards::Loading
        };
        effects
    }

    /// A wider or narrower window around the events; false at its end.
    pub fn change_window(&mut self, wider: bool) -> bool {
        let next = if wider { self.window + 1 } else { self.window.wrapping_sub(1) };
        let there = next < WINDOWS.len();
        if there {
            self.window = next;
        }
        there
    }

    /// Asks for what the user did around the events.
    pub fn ask_context(&mut self, ticket: u64) -> Vec<Effect> {
        let Events::Rows(events) = &self.events else { return Vec::new() };
        let window = WINDOWS[self.window] * ticks::MINUTE;
        let asked = pivot::context(&events.pivot, &events.times(), window).filter(|_| window > 0);
        let Some(kql) = asked else { return Vec::new() };
        let question = Question::Context;
        vec![Effect::Ask { question, ticket, kql, clock: Clock::of(&self.compiled) }]
    }

    /// Asks for other users of the address.
    pub fn ask_sightings(&self, ticket: u64) -> Vec<Effect> {
        let pivot = match &self.events {
            Events::Rows(events) => &events.pivot,
            Events::Loading(pivot) => pivot,
            Events::None(_) => return Vec::new(),
        };
        let Some(kql) = pivot::sightings(&self.compiled, pivot, self.roles.user) else { return Vec::new() };
        vec![Effect::Ask { question: Question::Sightings, ticket, kql, clock: Clock::of(&self.compiled) }]
    }

    /// What was asked came; gives what is asked next.
    pub fn answer(&mut self, question: Question, answer: Result<Grid, String>, ascii: bool) -> Vec<Effect> {
        match question {
            // Shown over the panes, not in them.
            Question::Sightings | Question::Sample => {}
            Question::Context => {
                if let (Events::Rows(events), Ok(context)) = (&mut self.events, answer) {
                    events.put(Some(context), ascii);
                }
            }
            Question::Indicators => {
                self.cards = match answer {
                    Ok(grid) => Cards::Found(card::cards(&grid, self.compiled.now)),
                    Err(why) => Cards::Failed(why),
                };
            }
            Question::Events => {
                let Events::Loading(pivot) = &self.events else { return Vec::new() };
                self.events = match answer {
                    Ok(grid) => Events::Rows(Box::new(EventRows::new(pivot.clone(), grid, ascii))),
                    Err(why) => Events::None(why),
                };
                return self.ask_context(self.ticket);
            }
        }
        Vec::new()
    }
}

impl EventRows {
    fn new(pivot: Pivot, mut found: Grid, ascii: bool) -> EventRows {
        let more = found.rows.len() > EVENTS_MAX;
        found.rows.truncate(EVENTS_MAX);
        let mut events = EventRows {
            pivot,
            columns: Vec::new(),
            rows: Vec::new(),
            more,
            hits: Vec::new(),
            found,
            empty: 0,
            view: View::default(),
        };
        events.put(None, ascii);
        events
    }

    /// Times of the events of the hit, in ticks.
    fn times(&self) -> Vec<i64> {
        let Some(at) = self.time_column() else { return Vec::new() };
        let time = |row: &Vec<Value>| match row.get(at) {
            Some(Value::Datetime(ticks)) => Some(*ticks),
            _ => None,
        };
        self.found.rows.iter().filter_map(time).collect()
    }

    fn time_column(&self) -> Option<usize> {
        let name = self.pivot.time_column.as_ref()?;
        self.found.columns.iter().position(|column| column.name == *name)
    }

    /// The events in order of time with others among them; the reader goes to the first event of the hit.
    fn put(&mut self, context: Option<Grid>, ascii: bool) {
        let others = context.map(|grid| grid.rows).unwrap_or_default();
        let hits = self.found.rows.iter().cloned().map(|row| (true, row));
        let mut rows: Vec<_> = hits.chain(others.into_iter().map(|row| (false, row))).collect();
        if let Some(at) = self.time_column() {
            let time = |row: &[Value]| match row.get(at) {
                Some(Value::Datetime(ticks)) => *ticks,
                _ => i64::MIN,
            };
            rows.sort_by_key(|(_, row)| time(row));
        }
        let order = self.shown_columns(&rows);
        self.empty = self.found.columns.len() - order.len();
        self.columns = order.iter().map(|at| self.found.columns[*at].clone()).collect();
        self.hits = rows.iter().map(|(hit, _)| *hit).collect();
        let pick = |(_, row): &(bool, Vec<Value>)| order.iter().map(|at| row[*at].clone()).collect();
        self.rows = rows.iter().map(pick).collect();
        let first = self.hits.iter().position(|hit| *hit).unwrap_or(0);
        self.view = View { row: first as u64, ..View::default() };
        self.view.measure(&self.columns, &self.rows, ascii);
    }

    /// Those that have a value, what a hunter wants to see first.
    fn shown_columns(&self, rows: &[(bool, Vec<Value>)]) -> Vec<usize> {
        let blank = |value: &Value| match value {
            Value::String(text) => text.is_empty(),
            other => other.is_null(),
        };
        let columns = &self.found.columns;
        let filled = |at: &usize| !rows.iter().all(|(_, row)| blank(&row[*at]));
        let mut order: Vec<usize> = (0..columns.len()).filter(filled).collect();
        let first = |at: usize| {
            let name = &columns[at].name;
            let wanted = FIRST_COLUMNS.iter().position(|first| first == name);
            // Beside the time that all parts have, one of their own tells nothing new.
            let again = self.pivot.parts.len() > 1 && columns[at].ty == Type::Datetime;
            let wanted = wanted.filter(|_| !again);
            let time = self.pivot.time_column.as_ref() == Some(name);
            if time { 0 } else { wanted.map_or(usize::MAX, |at| at + 1) }
        };
        order.sort_by_key(|at| (first(*at), *at));
        order
    }
}

/// Label and value of each line of a card; the second line says whether the indicator holds.
pub fn card_fields(card: &Card, now: i64) -> Vec<(&'static str, String)> {
    let time = |at: Option<i64>| at.map_or("open".to_string(), clock::short);
    let changed = ago("changed", card.modified.filter(|at| card.created != Some(*at)), now);
    let (from, until) = (time(card.valid_from), time(card.valid_until));
    let validity = format!("{}, {from} to {until}{changed}", card.state.word());
    let confidence = if card.confidence.is_empty() { "not given" } else { &card.confidence };
    let mut fields = vec![
        ("type", format!("{}, confidence {confidence}", card.kinds.join(", "))),
        ("validity", validity),
        ("pattern", card.pattern.clone()),
    ];
    let described: Vec<_> =
        [&card.name, &card.description].into_iter().filter(|text| !text.is_empty()).cloned().collect();
    if !described.is_empty() {
        fields.push(("description", described.join(": ")));
    }
    if !card.labels.is_empty() {
        fields.push(("labels", card.labels.join(", ")));
    }
    let versions = match card.versions {
        1 => String::new(),
        more => format!(", the newest of {more} versions"),
    };
    fields.push(("source", format!("{}{}{versions}", card.source, ago("made", card.created, now))));
    fields
}

/// How long before the clock something was: `, changed 3 d ago`; nothing where that is not known.
fn ago(word: &str, at: Option<i64>, now: i64) -> String {
    match at.map(|at| now - at) {
        None => String::new(),
        Some(..0) => format!(", {word} after the clock"),
        Some(age) if age < ticks::DAY => format!(", {word} {} h ago", age / ticks::HOUR),
        Some(age) => format!(", {word} {} d ago", age / ticks::DAY),
    }
}
