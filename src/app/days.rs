//! What the query gave on each of the last days, as a list from which a day is opened.

use super::clock::Clock;
use super::lists::{Choice, Item};
use super::msg::Effect;
use super::popup::{List, ListKind, Popup};
use super::{App, Focus, NoteKind, sweep, text};
use crate::hunt::heat::bar;
use crate::ticks::{self, DAY};

/// Rows of each of the last days, each at its own clock.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Days {
    /// The clock of the last one, in ticks.
    pub now: i64,
    /// How far each looked back from its clock, in ticks; `None` for as far as the query's own text does.
    pub back: Option<i64>,
    /// The oldest first.
    pub rows: Vec<u64>,
}

impl Days {
    fn clock(&self, day: usize) -> i64 {
        let ago = i64::try_from(self.rows.len().saturating_sub(day + 1)).unwrap_or(0);
        (self.now - ago * DAY).max(0)
    }
}

/// Shows the list, at its last day.
pub fn show(app: &mut App, found: Days) -> Vec<Effect> {
    let mut list = List::new(ListKind::Days, "");
    list.selected = found.rows.len().saturating_sub(1);
    app.days = Some(found);
    app.popup = Some(Popup::List(list));
    app.say(NoteKind::Plain, "")
}

pub fn title(app: &App) -> String {
    let back = app.days.as_ref().and_then(|days| days.back);
    let seen = back.map(|back| format!(", of {} before it", crate::trace::distance(back.unsigned_abs())));
    format!("Rows as of each day{}", seen.unwrap_or_default())
}

/// One line a day, the oldest first.
pub fn items(app: &App) -> Vec<Item> {
    let Some(days) = &app.days else { return Vec::new() };
    let most = days.rows.iter().copied().max().unwrap_or(0);
    let item = |(day, rows): (usize, &u64)| Item {
        left: format!("{}  {:>9}", ticks::minute(days.clock(day)), text::thousands(*rows)),
        right: bar(*rows, most, app.ascii),
        choice: Choice::Day(day),
    };
    days.rows.iter().enumerate().map(item).collect()
}

/// Sets the clock to that of a day.
pub fn open(app: &mut App, day: usize) -> Vec<Effect> {
    let Some(days) = &app.days else { return Vec::new() };
    let Some(rows) = days.rows.get(day).copied() else { return Vec::new() };
    let clock = Clock::AsOf { at: days.clock(day), back: days.back };
    (app.popup, app.focus, app.dirty) = (None, Focus::Editor, true);
    sweep::as_of_day(app, clock, rows)
}
