//! Rows on their way through the query: counts, why not, how healthy the data are.

use super::records::open_record;
use crate::app::msg::{Effect, Follow};
use crate::app::{App, Focus, NoteKind};
use crate::app::{chart, counts, diff};
use crate::hunt::hits::Roles;
use crate::trace;
use crate::value::Value;

pub fn count_rows(app: &mut App, _: &str) -> Vec<Effect> {
    counts::toggle(app)
}

/// The rows that an aggregation made this one of.
pub fn behind(app: &mut App, _: &str) -> Vec<Effect> {
    counts::behind(app)
}

/// Opens what there is behind a row: the rows that it was made of, else all of its columns.
pub fn open(app: &mut App, argument: &str) -> Vec<Effect> {
    if app.focus == Focus::Chart && app.stepper.is_none() {
        let aggregated = app.grid.as_ref().is_some_and(|grid| trace::aggregates(&grid.ran));
        return if aggregated { chart::open_point(app) } else { super::brushing::brush_query(app, argument) };
    }
    let aggregated = app.stepper.is_none()
        && app.grid.as_ref().is_some_and(|grid| {
            grid.current().is_some() && trace::aggregates(&grid.ran) && !diff::is_difference(&grid.compiled)
        });
    if aggregated { counts::behind(app) } else { open_record(app, argument) }
}

/// Days that are shown unless a number is given, and at most.
const DAYS: usize = 14;
const DAYS_MAX: usize = 90;

/// What the query would have given on the days before its clock.
pub fn days(app: &mut App, argument: &str) -> Vec<Effect> {
    let days = match argument.trim() {
        "" => Some(DAYS),
        typed => typed.parse().ok().filter(|days| (1..=DAYS_MAX).contains(days)),
    };
    match days {
        Some(days) => counts::ask(app, Follow::Days(days), "running the query at the clock of each day..."),
        None => app.say(NoteKind::Warning, format!("say how many days, 1 to {DAYS_MAX}: :days {DAYS}")),
    }
}

pub fn health(app: &mut App, _: &str) -> Vec<Effect> {
    counts::ask(app, Follow::Health, "reading the tables of the query...")
}

/// Of a value that is typed, else of the cell at the cursor.
pub fn why_not(app: &mut App, value: &str) -> Vec<Effect> {
    let value = match (value.trim(), cell(app)) {
        ("", Some(cell)) => cell,
        ("", None) => return app.say(NoteKind::Warning, "say which value: :why 203.0.113.9"),
        (typed, _) => typed.to_owned(),
    };
    counts::ask(app, Follow::Why(value), "following the rows that name it...")
}

fn cell(app: &App) -> Option<String> {
    if let Some(stepper) = &app.stepper {
        return Some(stepper.address()).filter(|address| !address.is_empty());
    }
    let grid = app.grid.as_ref()?;
    let row = grid.current()?;
    let text = |at: usize| match row.get(at) {
        Some(Value::String(text)) if !text.is_empty() => Some(text.clone()),
        Some(_) | None => None,
    };
    // A time or a number names nothing; what the row is about does.
    let made = &grid.compiled;
    let roles = || Roles::of(&made.columns, &made.origins, &made.sources, &grid.rows).ok();
    text(grid.view.column).or_else(|| text(roles()?.address))
}
