//! The brush: a range of a chart, or what is under its cursor, as a filter of the rows or a part of the query.

use super::panes::put_query;
use super::{filters, keyed};
use crate::app::chart::with_view;
use crate::app::keys::Context;
use crate::app::msg::Effect;
use crate::app::{App, NoteKind, statement, text};
use crate::chart::{Body, Chart, Picked, Place, Turn};
use crate::compile::reference;
use crate::hunt::condition;
use crate::ticks::SECOND;
use crate::types::{ColumnType, Type};
use crate::value::Value;

/// Whole numbers beyond it are not exact in a chart.
const EXACT_MAX: f64 = 9_007_199_254_740_992.0;
/// Ticks beyond it do not come back from seconds.
const EXACT_TICKS_MAX: f64 = EXACT_MAX / 4.0;
/// Names of one filter.
const NAMES_MAX: usize = 500;

/// Puts the brush down at the cursor, or takes it up.
pub fn brush(app: &mut App, _: &str) -> Vec<Effect> {
    let places = |chart: &Chart| !matches!(chart.body, Body::Card(_)) && chart.length() > 0;
    if !app.chart.as_ref().and_then(|pane| pane.chart.as_ref()).is_some_and(places) {
        return app.say(NoteKind::Plain, "there is nothing to brush over");
    }
    with_view(app, |view, chart, columns| {
        if view.cursor.is_none() {
            view.turn(chart, Turn::On, columns);
        }
        view.anchor = if view.anchor.is_some() { None } else { view.cursor };
    })
}

/// Puts the range of the brush, or what is under the cursor, behind the query that the result is of.
pub fn brush_query(app: &mut App, _: &str) -> Vec<Effect> {
    let wanted = match wanted(app) {
        Ok(wanted) => wanted,
        Err(why) => return app.say(NoteKind::Warning, why),
    };
    let before = app.grid.as_ref().map(|grid| grid.text.clone()).unwrap_or_default();
    let filter = format!("where {}", wanted.kql);
    let operators: Vec<String> = wanted.unfolded.into_iter().chain([filter]).collect();
    let after = match condition::piped(&before, &operators) {
        Ok(after) => after,
        Err(why) => return app.say(NoteKind::Warning, why),
    };
    match statement::place(app, &before) {
        Some(place) => app.editor.replace(place, &after, 0),
        None => drop(put_query(app, &after, "")),
    }
    if let Some(pane) = &mut app.chart {
        pane.view.anchor = None;
    }
    let kql = text::shown(&wanted.kql, app.ascii).into_owned();
    let back = keyed(app, Context::Chart, "undo", "brings the old text back");
    app.say(NoteKind::Good, format!("F5 runs it, {back}: {kql}"))
}

/// Keeps the rows of the range of the brush, or of what is under the cursor, in place of those before.
pub fn brush_filter(app: &mut App, _: &str) -> Vec<Effect> {
    let wanted = match wanted(app) {
        Ok(wanted) => wanted,
        Err(why) => return app.say(NoteKind::Warning, why),
    };
    if wanted.unfolded.is_some() {
        let way = keyed(app, Context::Chart, "brush-query", "writes the range into the query");
        return app.say(NoteKind::Warning, format!("each row holds all places of its series: {way}"));
    }
    let effects = filters::add_brushed(app, &wanted.kql);
    if let (Some(pane), true) = (&mut app.chart, app.note.text.is_empty()) {
        // It stays to be seen what the rows are of.
        let range = pane.view.anchor.is_some();
        let said = if range { "the rows of this range" } else { "the rows of this place" };
        app.say(NoteKind::Good, format!("{said}: x in the results drops the filter"));
    }
    effects
}

/// What is brushed, as KQL on the result.
struct Wanted {
    /// The operator that makes a row of each place, where a row holds a whole series.
    unfolded: Option<String>,
    /// The condition on the rows.
    kql: String,
}

fn wanted(app: &App) -> Result<Wanted, String> {
    let nothing_read = || "move the cursor first; B begins a range".to_string();
    let pane = app.chart.as_ref().ok_or_else(nothing_read)?;
    let (drawn, grid) = pane.chart.as_ref().zip(app.grid.as_ref()).ok_or_else(nothing_read)?;
    if let Body::Card(_) = drawn.body {
        return Err("a card is one row, so there is nothing to filter by".into());
    }
    let picked = drawn.picked(&pane.view).ok_or_else(nothing_read)?;
    if let Picked::Any(all) = &picked
        && all.len() > NAMES_MAX
    {
        let names = text::thousands(all.len() as u64);
        return Err(format!("{names} names are too many for a filter; brush {NAMES_MAX} or fewer"));
    }
    let columns = &grid.compiled.columns;
    let arrays = drawn.arrays();
    if let Some((x, ty)) = arrays.first() {
        let x = ColumnType::new(&*columns[*x].name, *ty);
        let one =
            |(at, ty): &(usize, Type)| format!("{} to typeof({})", reference(&columns[*at].name), ty.name());
        let listed = arrays.iter().map(one).collect::<Vec<_>>().join(", ");
        let kql = match &picked {
            Picked::Range { first, last, .. } => range(&x, (*first, *last), app.ascii)?,
            Picked::Any(all) => {
                condition::among(&x, &all.iter().flatten().map(|(_, value)| value).collect::<Vec<_>>())
            }
        };
        return Ok(Wanted { unfolded: Some(format!("mv-expand {listed}")), kql });
    }
    let kql = match &picked {
        Picked::Range { column, first, last } => range(&columns[*column], (*first, *last), app.ascii)?,
        Picked::Any(all) => of_values(columns, all).ok_or("these rows have no name to filter by")?,
    };
    Ok(Wanted { unfolded: None, kql })
}

fn range(column: &ColumnType, (first, last): (Place, Place), ascii: bool) -> Result<String, String> {
    let exact = |at: f64, most: f64| Some(at as i64).filter(|_| at.abs() < most);
    let value = |place: Place| match (place, column.ty) {
        (Place::Ticks(at), Type::Datetime) => Some(Value::Datetime(at)),
        (Place::Number(at), Type::Real | Type::Decimal) => Some(Value::Real(at)),
        (Place::Number(at), Type::Int | Type::Long) => exact(at, EXACT_MAX).map(Value::Long),
        // Timespans are drawn as seconds.
        (Place::Number(at), Type::Timespan) => {
            exact((at * SECOND as f64).round(), EXACT_TICKS_MAX).map(Value::Timespan)
        }
        _ => None,
    };
    let (first, last) = value(first).zip(value(last)).ok_or_else(|| {
        let name = text::shown(&column.name, ascii);
        format!("a chart holds numbers of '{name}' too roughly for a filter; write it in the query")
    })?;
    Ok(condition::between(column, &first, &last))
}

/// The rows that have every value of one of these; `None` where nothing names them.
fn of_values(columns: &[ColumnType], all: &[Vec<(usize, Value)>]) -> Option<String> {
    if all.iter().any(Vec::is_empty) {
        return None;
    }
    let named: Vec<Vec<_>> =
        all.iter().map(|one| one.iter().map(|(at, value)| (&columns[*at], value)).collect()).collect();
    Some(condition::combined(&named))
}
