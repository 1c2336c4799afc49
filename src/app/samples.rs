//! A few rows of a table, below the list of tables, for who does not know yet what is in it.

use super::lists::{self, Choice};
use super::msg::{Effect, Question};
use super::popup::{List, Popup};
use super::{App, text};
use crate::hunt::pivot;
use crate::value::{Grid, Value};

/// Rows that are asked for.
pub const ROWS: usize = 5;
/// A column among others takes no more than this.
const COLUMN_MAX: usize = 24;

/// The rows that are shown, or waited for.
#[derive(Clone, Debug)]
pub struct Sample {
    ticket: u64,
    /// As a query names it.
    table: String,
    answer: Option<Result<Grid, String>>,
}

/// Asks for rows of the selected table, or of the one whose column is selected; again, takes them away.
pub fn toggle(app: &mut App) -> Vec<Effect> {
    let Some(Popup::List(list)) = &app.popup else { return Vec::new() };
    let selected = lists::items(app, list).into_iter().nth(list.selected);
    let Some(Choice::Schema { table, .. }) = selected.map(|item| item.choice) else { return Vec::new() };
    app.dirty = true;
    if app.sample.as_ref().is_some_and(|sample| sample.table == table) {
        app.sample = None;
        return Vec::new();
    }
    let ticket = app.number();
    let kql = format!("{table} | take {ROWS}");
    app.sample = Some(Sample { ticket, table, answer: None });
    // The list got shorter.
    let page = lists::popup_rows(app);
    if let Some(Popup::List(list)) = &mut app.popup {
        list.scroll_into(page);
    }
    vec![Effect::Ask { question: Question::Sample, ticket, kql, clock: app.clock }]
}

pub fn came(app: &mut App, ticket: u64, answer: Result<Grid, String>) -> Vec<Effect> {
    if let Some(sample) = app.sample.as_mut().filter(|sample| sample.ticket == ticket) {
        sample.answer = Some(answer);
        app.dirty = true;
    }
    Vec::new()
}

/// Lines that they take below the list.
pub fn height(app: &App) -> usize {
    // Above them a line of its own, and one of names.
    if app.sample.is_some() { ROWS + 2 } else { 0 }
}

/// What is told below the list: rows of the table, or what they have in the column.
pub fn lines(app: &App, list: &List, width: usize) -> Vec<String> {
    let Some(sample) = &app.sample else { return Vec::new() };
    let selected = lists::items(app, list).into_iter().nth(list.selected);
    let Some(Choice::Schema { name, table }) = selected.map(|item| item.choice) else { return Vec::new() };
    if table != sample.table {
        return vec![String::new(), format!("Tab shows rows of {}", text::shown(&table, app.ascii))];
    }
    let mut lines = vec![String::new()];
    match &sample.answer {
        None => lines.push("reading...".into()),
        Some(Err(why)) => lines.extend(text::wrap(&text::shown(why, app.ascii), width)),
        Some(Ok(grid)) if grid.rows.is_empty() => lines.push("no rows".into()),
        Some(Ok(grid)) => lines.extend(table_lines(app, grid, (name != table).then_some(name.as_str()))),
    }
    lines
}

/// Names, then rows; columns without a value are left out. With a name that column alone, in full.
fn table_lines(app: &App, grid: &Grid, name: Option<&str>) -> Vec<String> {
    let most = if name.is_some() { usize::MAX } else { COLUMN_MAX };
    let mut lines = vec![String::new(); grid.rows.len() + 1];
    for (at, column) in grid.columns.iter().enumerate() {
        let cell = |row: &Vec<Value>| match row.get(at) {
            Some(value) => text::cell_in(value, &app.zone, app.ascii),
            None => String::new(),
        };
        let mut cells: Vec<String> = grid.rows.iter().map(cell).collect();
        match name {
            Some(name) if pivot::name(&column.name) != name => continue,
            None if cells.iter().all(String::is_empty) => continue,
            Some(_) => {
                cells.iter_mut().filter(|cell| cell.is_empty()).for_each(|cell| *cell = "(empty)".into())
            }
            None => {}
        }
        cells.insert(0, text::shown(&column.name, app.ascii).into_owned());
        let wide = cells.iter().map(|cell| text::width(cell)).max().unwrap_or(0).min(most);
        for (line, cell) in lines.iter_mut().zip(&cells) {
            let cell = text::fit(cell, wide, app.ascii);
            let gap = if line.is_empty() { "" } else { "  " };
            line.push_str(&format!("{gap}{cell}{:1$}", "", wide.saturating_sub(text::width(&cell))));
        }
    }
    lines
}
