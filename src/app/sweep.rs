//! All hunts on each of the last days: what came of them so far, and the list that shows it.

use std::sync::Arc;

use super::clock::Clock;
use super::lists::{Choice, Item};
use super::msg::Effect;
use super::popup::{List, ListKind, Popup};
use super::{App, DatabaseState, NoteKind, commands, text};
use crate::hunt::heat::cells;
use crate::hunt::pack::Hunt;
use crate::hunt::ready::Ready;
use crate::hunt::sweep::{Outcome, Row};
use crate::ticks::{self, DAY};

/// Days of a sweep that is asked for without a number.
const DAYS: usize = 7;

/// A sweep that runs or has run.
pub struct Sweep {
    pub ticket: u64,
    pub rules: Arc<Vec<Hunt>>,
    /// Those with the most rows on the last day first.
    pub rows: Vec<Row>,
    pub days: usize,
    /// The clock of the last day, in ticks, once it is known.
    pub now: Option<i64>,
    /// The day that is looked at, from the oldest on.
    pub day: usize,
    /// Hunts that a sweep that was stopped had done already.
    pub before: usize,
    pub state: State,
}

impl Sweep {
    /// The clock of the day that is looked at.
    fn clock(&self) -> Option<i64> {
        let back = i64::try_from(self.days.saturating_sub(self.day + 1)).ok()?;
        Some((self.now? - back * DAY).max(0))
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum State {
    Running,
    Done,
    Stopped,
    Failed(String),
}

/// `:sweep` shows the sweep there is, or begins one or goes on with one; `:sweep 14` begins one of 14 days,
/// `:sweep fresh` begins anew, `:sweep stop` ends it.
pub fn command(app: &mut App, typed: &str) -> Vec<Effect> {
    if typed.trim() == "stop" {
        return stop(app);
    }
    let (mut days, mut fresh) = (DAYS, false);
    for word in typed.split_whitespace() {
        match (word, word.parse()) {
            ("fresh", _) => fresh = true,
            (_, Ok(number @ 1..=366)) => days = number,
            _ => return app.say(NoteKind::Warning, "how many days, from 1 to 366? :sweep 7, :sweep 7 fresh"),
        }
    }
    let mut effects = Vec::new();
    if app.sweep.is_none() || !typed.trim().is_empty() {
        if app.database.state != DatabaseState::Open {
            return app.say(NoteKind::Warning, "hunts can be run once the database is open");
        }
        effects.extend(stop(app));
        let ticket = app.number();
        let rules = app.hunts.clone();
        app.sweep = Some(Sweep {
            ticket,
            rules: rules.clone(),
            rows: Vec::new(),
            days,
            now: None,
            day: days - 1,
            before: 0,
            state: State::Running,
        });
        effects.push(Effect::Sweep { ticket, rules, now: app.clock.now(), days, fresh });
    }
    app.popup = Some(Popup::List(List::new(ListKind::Sweep, "")));
    app.dirty = true;
    effects
}

/// The sweep begins at this clock, or goes on.
pub fn begun(app: &mut App, ticket: u64, now: i64, before: usize) -> Vec<Effect> {
    if let Some(sweep) = app.sweep.as_mut().filter(|sweep| sweep.ticket == ticket) {
        (sweep.now, sweep.before) = (Some(now), before);
        app.dirty = true;
    }
    Vec::new()
}

/// Looks at the day before, or after.
pub fn turn(app: &mut App, on: bool) {
    if let Some(sweep) = &mut app.sweep {
        let day = if on { sweep.day + 1 } else { sweep.day.saturating_sub(1) };
        sweep.day = day.min(sweep.days - 1);
    }
}

/// The rule in the query pane, at the clock of the day that is looked at.
pub fn open(app: &mut App, rule: usize) -> Vec<Effect> {
    let Some(sweep) = &app.sweep else { return Vec::new() };
    let Some(hunt) = sweep.rules.get(rule).cloned() else { return Vec::new() };
    let found = sweep.rows.iter().find(|row| row.rule == rule);
    let day = found.and_then(|row| match &row.outcome {
        Outcome::Ran(days) => Some((row.back, days.get(sweep.day).copied()?)),
        _ => None,
    });
    let day = sweep.clock().zip(day);
    let mut effects = commands::put_hunt(app, &hunt);
    if let Some((at, (back, rows))) = day {
        effects.extend(as_of_day(app, Clock::AsOf { at, back }, rows));
    }
    effects
}

/// Sets the clock to that of a day whose rows were counted, so that a run sees what the count did.
pub fn as_of_day(app: &mut App, clock: Clock, rows: u64) -> Vec<Effect> {
    let effects = commands::set_clock(app, clock);
    let counted = text::count(rows, "row");
    app.say(NoteKind::Good, format!("{}: that day had {counted}; F5 runs it", clock.shown()));
    effects
}

/// What stands above the shades: which day is looked at.
pub fn ruler(app: &App) -> String {
    let Some(sweep) = &app.sweep else { return String::new() };
    let clock = sweep.clock().map(ticks::minute).unwrap_or_default();
    format!("{}v {clock}", " ".repeat(sweep.day + 1))
}

/// What came of a rule on the day that is looked at, and when it first and last hit.
pub fn told(app: &App, rule: usize) -> String {
    let Some(sweep) = &app.sweep else { return String::new() };
    let Some(row) = sweep.rows.iter().find(|row| row.rule == rule) else { return String::new() };
    let mut said = match &row.outcome {
        Outcome::Ran(days) => {
            let rows = days.get(sweep.day).copied().unwrap_or(0);
            let clock = sweep.clock().map(ticks::minute).unwrap_or_default();
            format!("{} at {clock}", text::count(rows, "row"))
        }
        other => other.problem(),
    };
    if let Some((first, last)) = row.seen {
        said.push_str(&format!("; first hit {}, last {}", ticks::minute(first), ticks::minute(last)));
    }
    text::shown(&said, app.ascii).into_owned()
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
    let hit = count(Outcome::found);
    let missing = count(|outcome| matches!(outcome, Outcome::NoTable(_)));
    let wrong = count(|outcome| matches!(outcome, Outcome::Wrong(_) | Outcome::Failed(_)));
    let (done, all) = (sweep.rows.len(), sweep.rules.len());
    let far = match &sweep.state {
        State::Running => format!("{done} of {all} hunts"),
        State::Done => text::count(all as u64, "hunt"),
        State::Stopped => format!("stopped after {done} of {all} hunts"),
        State::Failed(why) => format!("{why} after {done} of {all} hunts"),
    };
    let before = match sweep.before {
        0 => String::new(),
        before => format!(" ({before} before)"),
    };
    let unsupplied = match count(|outcome| matches!(outcome, Outcome::NoFile(_))) {
        0 => String::new(),
        rules => format!("  {rules} no file"),
    };
    format!("Sweep  {far}{before}  {hit} hit  {missing} no table{unsupplied}  {wrong} wrong")
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
        _ => {
            format!("|{}| {:>6} {:>6}  {name}", "-".repeat(sweep.days), "", "")
        }
    };
    let right = match row.outcome.problem() {
        problem if problem.is_empty() => text::elapsed(row.milliseconds),
        problem => text::shown(&problem, app.ascii).into_owned(),
    };
    Item { left, right, choice: Choice::Swept(row.rule) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hit_of_any_day_is_counted() {
        let row = |rule, days: &[u64]| Row {
            rule,
            outcome: Outcome::Ran(days.to_vec()),
            back: None,
            seen: None,
            milliseconds: 1,
        };
        let sweep = Sweep {
            ticket: 1,
            rules: Arc::default(),
            rows: vec![row(0, &[3, 0]), row(1, &[0, 1]), row(2, &[0, 0])],
            days: 2,
            now: None,
            day: 1,
            before: 0,
            state: State::Done,
        };
        assert!(title(&sweep).contains("  2 hit  "), "{}", title(&sweep));
    }
}
