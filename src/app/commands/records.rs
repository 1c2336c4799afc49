//! The record view.

use super::moving::move_rows;
use super::nothing;
use super::running::newest;
use crate::app::grid::Step;
use crate::app::layout::{self, Part};
use crate::app::msg::Effect;
use crate::app::record::{Line, Record, Row};
use crate::app::{App, Focus};

pub fn open_record(app: &mut App, _: &str) -> Vec<Effect> {
    if app.stepper.is_none() && app.ages.is_some() && app.current_row().is_none() {
        return newest(app, true);
    }
    if app.current_row().is_some() {
        app.record = Some(Record::default());
        app.focus = Focus::Record;
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
