//! What a column holds: its commonest values and its statistics.

use super::filters::add;
use super::nothing;
use crate::app::lists::{Choice, Item};
use crate::app::msg::{Effect, Topic};
use crate::app::surveys::{self, Values};
use crate::app::{App, statistics as told, text};
use crate::hunt::condition;
use crate::types::{ColumnType, Type};
use crate::value::Value;

/// Cells of the longest bar.
const BAR: u64 = 20;

pub fn values(app: &mut App, _: &str) -> Vec<Effect> {
    let Some(column) = app.grid.as_ref().map(|grid| grid.view.column) else { return nothing() };
    surveys::ask(app, Topic::Values { column }, |grid| surveys::commonest(&grid.compiled.columns[column]))
}

pub fn statistics(app: &mut App, _: &str) -> Vec<Effect> {
    let Some(column) = app.grid.as_ref().map(|grid| grid.view.column) else { return nothing() };
    surveys::ask(app, Topic::Statistics { column }, |grid| told::pipes(&grid.compiled.columns[column]))
}

fn found(app: &App) -> Option<(&Values, &ColumnType)> {
    let grid = app.grid.as_ref()?;
    let values = grid.values.as_ref()?;
    Some((values, grid.compiled.columns.get(values.column)?))
}

pub fn title(app: &App) -> String {
    let Some((values, column)) = found(app) else { return String::new() };
    let (name, rows) = (text::shown(&column.name, app.ascii), text::count(values.rows, "row"));
    format!("{name}: {} distinct in {rows}", text::thousands(values.distinct))
}

/// Each value with its rows, its share, and a bar of it.
pub fn items(app: &App) -> Vec<Item> {
    let Some((values, _)) = found(app) else { return Vec::new() };
    let most = values.values.iter().map(|(_, rows)| *rows).max().unwrap_or(1).max(1);
    let digits = text::thousands(most).len();
    let item = |(at, (value, rows)): (usize, &(Value, u64))| {
        let shown = match value {
            Value::Null => "(null)".into(),
            Value::String(text) if text.is_empty() => "(empty)".into(),
            value => text::cell_in(value, &app.zone, app.ascii),
        };
        let share = *rows as f64 * 100.0 / values.rows.max(1) as f64;
        let bar = (rows * BAR).div_ceil(most) as usize;
        let bar = if app.ascii { "#" } else { "█" }.repeat(bar);
        let right = format!("{:>digits$} {share:>5.1} %  {bar}", text::thousands(*rows));
        Item { left: shown, right, choice: Choice::Value(at) }
    };
    values.values.iter().enumerate().map(item).collect()
}

/// Keeps the rows with a value.
pub fn keep(app: &mut App, at: usize) -> Vec<Effect> {
    filter(app, at, condition::equal)
}

/// Leaves out the rows with a value.
pub fn exclude(app: &mut App, at: usize) -> Vec<Effect> {
    filter(app, at, condition::not_equal)
}

fn filter(app: &mut App, at: usize, made: fn(&ColumnType, &Value) -> String) -> Vec<Effect> {
    let kql = found(app).and_then(|(values, column)| {
        let (value, _) = values.values.get(at)?;
        // Dynamic values were grouped by their text.
        let value = match (column.ty, value) {
            (Type::Dynamic, Value::String(text)) => Value::Dynamic(serde_json::to_string(text).ok()?),
            _ => value.clone(),
        };
        Some(made(column, &value))
    });
    app.popup = None;
    app.dirty = true;
    match kql {
        Some(kql) => add(app, &kql),
        None => nothing(),
    }
}
