//! All hunts on each of the last days: what came of them so far, and the list that shows it.

use std::sync::Arc;

use super::lists::{Choice, Item};
use super::msg::Effect;
use super::popup::{List, ListKind, Popup};
use super::{App, DatabaseState, NoteKind, text};
use crate::hunt::heat::cells;
use crate::hunt::pack::Hunt;
use crate::hunt::ready::Ready;
use crate::hunt::sweep::{Outcome, Row};

/// Days of a sweep that is asked for without a number.
const DAYS: usize = 7;

/// A sweep that runs or has run.
pub struct Sweep {
    pub ticket: u64,
    pub rules: Arc<Vec<Hunt>>,
    /// Those with the most rows on the last day first.
    pub rows: Vec<Row>,
    pub days: usize,
    pub state: State,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum State {
    Running,
    Done,
    Stopped,
    Failed(String),
}

/// `:sweep` shows the sweep there is, or begins one; `:sweep 14` begins one of 14 days, `:sweep stop` ends it.
pub fn command(app: &mut App, typed: &str) -> Vec<Effect> {
    let typed = typed.trim();
    if typed == "stop" {
        return stop(app);
    }
    let days = match typed {
        "" => DAYS,
        number => match number.parse() {
            Ok(days @ 1..=366) => days,
            _ => return app.say(NoteKind::Warning, "how many days, from 1 to 366? :sweep 7"),
        },
    };
    let mut effects = Vec::new();
    if app.sweep.is_none() || !typed.is_empty() {
        if app.database.state != DatabaseState::Open {
            return app.say(NoteKind::Warning, "hunts can be run once the database is open");
        }
        effects.extend(stop(app));
        let ticket = app.number();
        let rules = app.hunts.clone();
        app.sweep =
            Some(Sweep { ticket, rules: rules.clone(), rows: Vec::new(), days, state: State::Running });
        effects.push(Effect::Sweep { ticket, rules, now: app.clock.now(), days });
    }
    app.popup = Some(Popup::List(List::new(ListKind::Sweep, "")));
    app.dirty = true;
    effects
}

/// Ends a sweep that runs; what is done stays.
pub fn stop(app: &mut App) -> Vec<Effect> {
    match &app.sweep {
        Some(sweep) if sweep.state == State::Running => vec![Effect::StopSweep],
        Some(_) | None => Vec::new(),
    }
}

/// The folders are read. A hunt keeps its place as long as a sweep shows it: the sweep has rules of its own.
pub fn library(app: &mut App, hunts: Arc<Vec<Hunt>>, ready: Vec<Ready>, problems: &[String]) -> Vec<Effect> {
    (app.hunts, app.ready) = (hunts, ready);
    app.dirty = true;
    match problems {
        [] => Vec::new(),
        [first, rest @ ..] => {
            let more = if rest.is_empty() { String::new() } else { format!(" (and {} more)", rest.len()) };
            let said = format!("no hunt: {}{more}", text::shown(first, app.ascii));
            app.say(NoteKind::Warning, said)
        }
    }
}

/// One rule is done.
pub fn swept(app: &mut App, ticket: u64, row: Row) -> Vec<Effect> {
    if let Some(sweep) = app.sweep.as_mut().filter(|sweep| sweep.ticket == ticket) {
        let key = |row: &Row| (std::cmp::Reverse(row.outcome.hits()), row.rule);
        let at = sweep.rows.partition_point(|known| key(known) <= key(&row));
        sweep.rows.insert(at, row);
        app.dirty = true;
    }
    Vec::new()
}

/// The sweep is at its end.
pub fn ended(app: &mut App, ticket: u64, state: State) -> Vec<Effect> {
    let Some(sweep) = app.sweep.as_mut().filter(|sweep| sweep.ticket == ticket) else { return Vec::new() };
    sweep.state = state;
    let said = title(sweep);
    let kind = match sweep.state {
        State::Failed(_) => NoteKind::Error,
        State::Running | State::Done | State::Stopped => NoteKind::Plain,
    };
    app.say(kind, said)
}

/// How far it is.
pub fn title(sweep: &Sweep) -> String {
    let count = |wanted: fn(&Outcome) -> bool| sweep.rows.iter().filter(|row| wanted(&row.outcome)).count();
    let hit = count(|outcome| outcome.hits().is_some_and(|hits| hits > 0));
    let missing = count(|outcome| matches!(outcome, Outcome::NoTable(_)));
    let wrong = count(|outcome| matches!(outcome, Outcome::Wrong(_) | Outcome::Failed(_)));
    let (done, all) = (sweep.rows.len(), sweep.rules.len());
    let far = match &sweep.state {
        State::Running => format!("{done} of {all} hunts"),
        State::Done => text::count(all as u64, "hunt"),
        State::Stopped => format!("stopped after {done} of {all} hunts"),
        State::Failed(why) => format!("{why} after {done} of {all} hunts"),
    };
    format!("Sweep  {far}  {hit} hit  {missing} no table  {wrong} wrong")
}

/// A row for each rule that is done: shades of the days, rows of the last one, change, name.
pub fn items(app: &App) -> Vec<Item> {
    let Some(sweep) = &app.sweep else { return Vec::new() };
    sweep.rows.iter().map(|row| item(app, sweep, row)).collect()
}

fn item(app: &App, sweep: &Sweep, row: &Row) -> Item {
    let name = sweep.rules.get(row.rule).map_or("", |rule| rule.name.as_str());
    let name = text::shown(name, app.ascii);
    let left = match &row.outcome {
        Outcome::Ran(days) => {
            let change = row.outcome.change().filter(|change| *change != 0);
            let change = change.map(|change| format!("{change:+}")).unwrap_or_default();
            let hits = row.outcome.hits().unwrap_or(0);
            format!("|{}| {hits:>6} {change:>6}  {name}", cells(days, app.ascii))
        }
        Outcome::NoTable(_) | Outcome::Wrong(_) | Outcome::Failed(_) => {
            format!("|{}| {:>6} {:>6}  {name}", "-".repeat(sweep.days), "", "")
        }
    };
    let right = match row.outcome.problem() {
        problem if problem.is_empty() => text::elapsed(row.milliseconds),
        problem => text::shown(&problem, app.ascii).into_owned(),
    };
    Item { left, right, choice: Choice::Swept(row.rule) }
}
