//! Stepping through hits.

use super::nothing;
use super::panes::popup;
use crate::app::grid::Extent;
use crate::app::msg::{Conditions, Effect, Purpose, Window};
use crate::app::popup::{Popup, Text};
use crate::app::stepper::{Cards, HITS_ROWS_MAX, Stepper, WINDOWS, card_fields};
use crate::app::{App, Focus, NoteKind, lists, text};
use crate::value::{Grid, Value};

/// Columns of the labels.
const INDENT: usize = 13;

/// Opens the stepper at once when all rows are at hand, else asks for them.
pub fn hits(app: &mut App, _: &str) -> Vec<Effect> {
    let Some(grid) = &app.grid else { return nothing() };
    if let Some(why) = grid.extent.unfinished("the hits can be stepped through") {
        return app.say(NoteKind::Warning, why);
    }
    if grid.whole() {
        let rows = grid.rows.clone();
        return open_hits(app, rows);
    }
    let limit = HITS_ROWS_MAX;
    let (order, filters) = (Vec::new(), Conditions::default());
    let window = Window { purpose: Purpose::Hits, result: grid.run, order, filters, offset: 0, limit };
    app.say(NoteKind::Plain, "reading the result...");
    vec![Effect::Read(window)]
}

/// The stepper on these rows of the result.
pub fn open_hits(app: &mut App, rows: Vec<Vec<Value>>) -> Vec<Effect> {
    let Some(grid) = &app.grid else { return nothing() };
    // All rows are read, whatever the filters leave of them.
    let Extent::All { total, .. } = grid.extent else { return nothing() };
    let rows_left = total.saturating_sub(rows.len() as u64);
    match Stepper::new(grid.compiled.clone(), rows, rows_left) {
        Ok(stepper) => {
            app.stepper = Some(stepper);
            app.record = None;
            app.focus = Focus::Grid;
            app.say(NoteKind::Plain, "");
            ask(app)
        }
        Err(why) => app.say(NoteKind::Warning, why),
    }
}

pub fn ask(app: &mut App) -> Vec<Effect> {
    let ticket = app.number();
    app.dirty = true;
    let schema = app.database.schema.clone();
    match &mut app.stepper {
        Some(stepper) => stepper.ask(&schema, ticket),
        None => nothing(),
    }
}

pub fn step_hits(app: &mut App, step: impl FnOnce(&mut Stepper) -> bool, end: &str) -> Vec<Effect> {
    let Some(stepper) = &mut app.stepper else { return nothing() };
    if !step(stepper) {
        return app.say(NoteKind::Plain, end);
    }
    app.say(NoteKind::Plain, "");
    app.record = None;
    app.focus = Focus::Grid;
    ask(app)
}

pub fn next_hit(app: &mut App, _: &str) -> Vec<Effect> {
    step_hits(app, |stepper| stepper.step_hit(true), "this is the last hit")
}

pub fn previous_hit(app: &mut App, _: &str) -> Vec<Effect> {
    step_hits(app, |stepper| stepper.step_hit(false), "this is the first hit")
}

pub fn next_user(app: &mut App, _: &str) -> Vec<Effect> {
    step_hits(app, |stepper| stepper.step_user(true), "this is the last user")
}

pub fn previous_user(app: &mut App, _: &str) -> Vec<Effect> {
    step_hits(app, |stepper| stepper.step_user(false), "this is the first user")
}

pub fn wider(app: &mut App, _: &str) -> Vec<Effect> {
    change_window(app, true)
}

pub fn narrower(app: &mut App, _: &str) -> Vec<Effect> {
    change_window(app, false)
}

fn change_window(app: &mut App, wider: bool) -> Vec<Effect> {
    let Some(stepper) = &mut app.stepper else { return nothing() };
    let changed = stepper.change_window(wider);
    let minutes = WINDOWS[stepper.window];
    match changed {
        true => app.say(NoteKind::Plain, format!("what the user did {minutes} minutes before and after")),
        false => {
            return app.say(NoteKind::Plain, format!("the window goes no further than {minutes} minutes"));
        }
    };
    ask(app)
}

/// Asks who else has the address.
pub fn others(app: &mut App, _: &str) -> Vec<Effect> {
    let Some(stepper) = &app.stepper else { return nothing() };
    let effects = stepper.ask_sightings(stepper.ticket);
    match effects.is_empty() {
        true => app.say(NoteKind::Warning, "the query does not say which table has the address"),
        false => {
            app.say(NoteKind::Plain, "looking for other users of the address...");
            effects
        }
    }
}

/// Who else has the address.
pub fn sighted(app: &mut App, answer: Result<Grid, String>) -> Vec<Effect> {
    let Some(stepper) = &app.stepper else { return nothing() };
    let title = format!("Other users of {}", text::shown(&stepper.address(), app.ascii));
    let grid = match answer {
        Ok(grid) => grid,
        Err(why) => {
            let why = text::shown(&why, app.ascii).into_owned();
            return app.say(NoteKind::Error, why);
        }
    };
    let widest = |at: usize| {
        let cells = grid.rows.iter().map(|row| text::width(&text::cell_in(&row[at], &app.zone, app.ascii)));
        cells.max().unwrap_or(0).max(grid.columns[at].name.len())
    };
    let widths: Vec<usize> = (0..grid.columns.len()).map(widest).collect();
    let line = |cells: Vec<String>| {
        let padded = cells
            .iter()
            .zip(&widths)
            .map(|(cell, wide)| format!("{cell}{}", " ".repeat(wide.saturating_sub(text::width(cell)))));
        padded.collect::<Vec<_>>().join("  ").trim_end().to_owned()
    };
    let mut lines = vec![line(grid.columns.iter().map(|column| column.name.clone()).collect())];
    let cell = |value| text::cell_in(value, &app.zone, app.ascii);
    lines.extend(grid.rows.iter().map(|row| line(row.iter().map(cell).collect())));
    if grid.rows.is_empty() {
        lines = vec!["no other user has events from it".into()];
    }
    app.say(NoteKind::Plain, "");
    popup(app, Popup::Text(Text::new(title, lines)))
}

pub fn indicators(app: &mut App, _: &str) -> Vec<Effect> {
    let Some(stepper) = &app.stepper else { return nothing() };
    let Cards::Found(cards) = &stepper.cards else { return nothing() };
    let now = stepper.compiled.now;
    let width = usize::from(lists::popup_size(app).0).saturating_sub(INDENT + 4);
    let mut lines = Vec::new();
    for card in cards {
        for (label, said) in card_fields(card, now) {
            let said = text::shown(&said, app.ascii).into_owned();
            let rows = text::wrap(&said, width).into_iter().enumerate();
            lines.extend(rows.map(|(at, row)| format!("{:<INDENT$}{row}", if at == 0 { label } else { "" })));
        }
        lines.push(String::new());
    }
    let title = format!("Indicators of {}", text::shown(&stepper.address(), app.ascii));
    popup(app, Popup::Text(Text::new(title, lines)))
}
