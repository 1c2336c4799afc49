//! The record view.

use super::filters;
use super::moving::move_rows;
use super::nothing;
use super::panes::palette;
use super::running::newest;
use crate::app::grid::Step;
use crate::app::layout::{self, Part};
use crate::app::msg::{CopyText, Effect, TableAge};
use crate::app::record::{self, Line, Place, Record, Row};
use crate::app::{App, Focus, NoteKind, text};
use crate::hunt::condition;
use crate::types::ColumnType;
use crate::value::Value;

pub fn open_record(app: &mut App, _: &str) -> Vec<Effect> {
    // Where newer rows would help, which the pane says.
    let older = app.ages.as_ref().is_some_and(|ages| ages.iter().any(TableAge::outside));
    if app.stepper.is_none() && older && app.current_row().is_none() {
        return newest(app, true);
    }
    if app.current_row().is_some() {
        app.record = Some(Record::default());
        app.focus = Focus::Record;
        let grid = app.grid.as_ref().filter(|_| app.stepper.is_none());
        let column = grid.and_then(|grid| grid.compiled.columns.get(grid.view.column));
        if let Some(name) = column.map(|column| column.name.to_string()) {
            with_record(app, |record, lines, rows, page| {
                record.line = lines.iter().position(|line| line.path == name).unwrap_or(0);
                record.scroll_into(rows, page);
            });
        }
        app.dirty = true;
    }
    nothing()
}

pub fn fold(app: &mut App, _: &str) -> Vec<Effect> {
    with_record(app, |record, lines, _, _| record.fold(lines));
    with_record(app, |record, _, rows, page| record.scroll_into(rows, page));
    nothing()
}

pub fn with_record(app: &mut App, change: impl FnOnce(&mut Record, &[Line], &[Row], usize)) {
    let area = layout::layout(app).inner(Part::Record);
    let Some(mut record) = app.record.take() else { return };
    if let Some((columns, row)) = app.current_row() {
        let lines = record.lines(columns, row, app.ascii);
        let rows = Record::rows(&lines, usize::from(area.width), app.ascii);
        change(&mut record, &lines, &rows, usize::from(area.height));
    }
    app.record = Some(record);
    app.dirty = true;
}

pub fn step_record(app: &mut App, step: Step) -> Vec<Effect> {
    move_rows(app, step);
    if let Some(record) = &mut app.record {
        (record.line, record.top) = (0, 0);
    }
    nothing()
}

pub fn next_record(app: &mut App, _: &str) -> Vec<Effect> {
    step_record(app, Step::Down)
}

pub fn previous_record(app: &mut App, _: &str) -> Vec<Effect> {
    step_record(app, Step::Up)
}

/// What the line of the cursor stands for, and its column.
fn here(app: &App) -> Option<(ColumnType, Place)> {
    let (columns, row) = app.current_row()?;
    let record = app.record.as_ref()?;
    let lines = record.lines(columns, row, app.ascii);
    let place = record::place(columns, row, &lines.get(record.line)?.path)?;
    Some((columns[place.column].clone(), place))
}

/// A text in a document as it reads, all else as it stands.
fn plain(value: &Value) -> String {
    match value {
        Value::Dynamic(json) => serde_json::from_str::<String>(json).unwrap_or_else(|_| json.clone()),
        value => value.text(),
    }
}

fn copy(app: &mut App, what: &'static str, text: fn(&Place) -> String) -> Vec<Effect> {
    match here(app) {
        Some((_, place)) => vec![Effect::Copy { what, text: CopyText::Ready(text(&place)), defang: false }],
        None => app.say(NoteKind::Plain, "there is nothing to copy in this line"),
    }
}

pub fn copy_value(app: &mut App, _: &str) -> Vec<Effect> {
    copy(app, "value", |place| plain(&place.value))
}

pub fn copy_path(app: &mut App, _: &str) -> Vec<Effect> {
    copy(app, "path", |place| place.kql.clone())
}

fn filter(app: &mut App, not: bool) -> Vec<Effect> {
    if app.stepper.is_some() {
        return app
            .say(NoteKind::Plain, "the events behind a hit have no filters; Esc goes back to the result");
    }
    let made = here(app).and_then(|(column, place)| match (&place.value, place.inner) {
        (Value::Dynamic(json), _) => condition::part(&place.kql, json, not),
        (value, _) if not => Some(condition::not_equal(&column, value)),
        (value, _) => Some(condition::equal(&column, value)),
    });
    match made {
        Some(kql) => {
            let effects = filters::add(app, &kql);
            if app.note.text.is_empty() {
                let said = format!("the result is filtered by {}", text::shown(&kql, app.ascii));
                app.say(NoteKind::Good, said);
            }
            effects
        }
        None => app.say(NoteKind::Plain, "a value makes a filter, a branch does not; open it and choose one"),
    }
}

pub fn keep_value(app: &mut App, _: &str) -> Vec<Effect> {
    filter(app, false)
}

pub fn drop_value(app: &mut App, _: &str) -> Vec<Effect> {
    filter(app, true)
}

pub fn value_has(app: &mut App, _: &str) -> Vec<Effect> {
    match here(app).filter(|_| app.stepper.is_none()) {
        Some((_, Place { kql, value: Value::Dynamic(json), inner: true, .. })) => {
            palette(app, &format!("filter {}", condition::part_has(&kql, &json)))
        }
        Some((column, Place { value, .. })) => {
            let kql = condition::has(&column, &value, &app.zone);
            palette(app, &format!("filter {kql}"))
        }
        None => nothing(),
    }
}
