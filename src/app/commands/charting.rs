//! The chart: its kind, the part of it that is seen, its series, and its file.

use std::path::PathBuf;

use super::panes::{palette, propose, put_query};
use super::{Command, filters, has_chart, keyed, nothing, row};
use crate::app::chart::{change, open, with_view};
use crate::app::keys::Context;
use crate::app::msg::Effect;
use crate::app::statement;
use crate::app::{App, Focus, NoteKind, text};
use crate::chart::{Body, Place, Style, View, svg, text as drawn_text};
use crate::compile::{Render, literal, reference};
use crate::hunt::condition;
use crate::ticks;
use crate::types::Type;
use crate::value::Value;
use crate::zone::Zone;

/// Columns of a chart that is written as text.
const TEXT_COLUMNS: usize = 100;
/// Whole numbers beyond it are not exact in a chart.
const EXACT_MAX: f64 = 9_007_199_254_740_992.0;

/// In the order of the hint bar.
pub const ROWS: &[Command] = &[
    row("brush", &["brush"], "", "brush", "Begins a range at the cursor, or gives it up.", has_chart, brush),
    row(
        "brush-filter",
        &["brush-filter"],
        "",
        "rows",
        "Keeps the rows of the range, or of what is under the cursor.",
        has_chart,
        brush_filter,
    ),
    row(
        "brush-query",
        &["brush-query"],
        "",
        "query",
        "Writes the range, or what is under the cursor, into the query.",
        has_chart,
        brush_query,
    ),
    row(
        "zoom-in",
        &["zoom-in"],
        "",
        "zoom",
        "Shows half of the axis, around the cursor.",
        has_chart,
        zoom_in,
    ),
    row(
        "log-axis",
        &["log"],
        "",
        "log",
        "Makes the value axis one of powers of ten, or not.",
        has_chart,
        log_axis,
    ),
    row("fill-gaps", &["fill"], "", "fill", "Draws missing bins as 0, or as gaps.", has_chart, fill_gaps),
    row("next-series", &["next-series"], "", "series", "Chooses the next series.", has_chart, next_series),
    row(
        "switch-series",
        &["series"],
        "",
        "on/off",
        "Switches the chosen series off or on.",
        has_chart,
        switch_series,
    ),
    row("zoom-out", &["zoom-out"], "", "", "Shows twice as much of the axis.", has_chart, zoom_out),
    row("zoom-all", &["zoom-all"], "", "", "Shows all of the axis.", has_chart, zoom_all),
    row("pan-left", &["pan-left"], "", "", "Goes back by half of what is seen.", has_chart, pan_left),
    row("pan-right", &["pan-right"], "", "", "Goes on by half of what is seen.", has_chart, pan_right),
    row(
        "previous-series",
        &["previous-series"],
        "",
        "",
        "Chooses the series before.",
        has_chart,
        previous_series,
    ),
    row("all-series", &["all-series"], "", "", "Shows all series, or the greatest.", has_chart, all_series),
    row(
        "export-chart",
        &["export-chart"],
        "FILE.svg|FILE.txt",
        "export",
        "Writes the chart as it is seen.",
        has_chart,
        export_chart,
    ),
];

/// Shows or hides the chart; with the name of a kind, draws that.
pub fn chart(app: &mut App, typed: &str) -> Vec<Effect> {
    if !typed.trim().is_empty() {
        return change(app, typed.trim());
    }
    let Some(pane) = &mut app.chart else {
        app.stepper = None;
        let effects = open(app, Render::default());
        if !effects.is_empty() {
            app.focus = Focus::Chart;
        }
        return effects;
    };
    pane.shown = !pane.shown;
    let shown = pane.shown;
    app.stepper = None;
    app.focus = match (shown, app.focus) {
        (true, _) => Focus::Chart,
        (false, Focus::Chart) => Focus::Grid,
        (false, focus) => focus,
    };
    app.dirty = true;
    nothing()
}

pub fn chart_type(app: &mut App, _: &str) -> Vec<Effect> {
    palette(app, "chart ")
}

pub fn zoom_in(app: &mut App, _: &str) -> Vec<Effect> {
    with_view(app, |view, chart, _| view.zoom(chart, true))
}

pub fn zoom_out(app: &mut App, _: &str) -> Vec<Effect> {
    with_view(app, |view, chart, _| view.zoom(chart, false))
}

pub fn zoom_all(app: &mut App, _: &str) -> Vec<Effect> {
    with_view(app, |view, _, _| view.window = None)
}

pub fn pan_left(app: &mut App, _: &str) -> Vec<Effect> {
    with_view(app, |view, chart, _| view.pan(chart, false))
}

pub fn pan_right(app: &mut App, _: &str) -> Vec<Effect> {
    with_view(app, |view, chart, _| view.pan(chart, true))
}

pub fn log_axis(app: &mut App, _: &str) -> Vec<Effect> {
    with_view(app, |view, _, _| view.other_log = !view.other_log)
}

pub fn fill_gaps(app: &mut App, _: &str) -> Vec<Effect> {
    let bins = app.chart.as_ref().and_then(|pane| pane.chart.as_ref()?.axis()).map(|(x, _)| x.bins());
    if bins.flatten().is_none() {
        return app.say(NoteKind::Plain, "the chart has no bins, so none is missing");
    }
    with_view(app, |view, _, _| view.fill = !view.fill)
}

pub fn next_series(app: &mut App, _: &str) -> Vec<Effect> {
    with_view(app, |view, chart, _| view.choose(chart, true))
}

pub fn previous_series(app: &mut App, _: &str) -> Vec<Effect> {
    with_view(app, |view, chart, _| view.choose(chart, false))
}

pub fn switch_series(app: &mut App, _: &str) -> Vec<Effect> {
    with_view(app, |view, chart, _| {
        if view.chosen.is_none() {
            view.choose(chart, true);
        }
        view.switch();
    })
}

pub fn all_series(app: &mut App, _: &str) -> Vec<Effect> {
    with_view(app, |view, chart, _| view.switch_all(chart))
}

/// Puts the brush down at the cursor, or takes it up.
pub fn brush(app: &mut App, _: &str) -> Vec<Effect> {
    let time =
        app.chart.as_ref().and_then(|pane| pane.chart.as_ref()).is_some_and(|chart| match &chart.body {
            Body::Plot(plot) => !chart.lies() && !plot.stops.is_empty(),
            Body::Card(_) | Body::Tree(_) | Body::Lanes(_) => false,
        });
    if !time {
        return app.say(NoteKind::Plain, "there is nothing to brush over");
    }
    with_view(app, |view, chart, columns| {
        if view.cursor.is_none() {
            view.turn(chart, crate::chart::Turn::On, columns);
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
    let Some(after) = condition::added(&before, std::slice::from_ref(&wanted)) else {
        return app.say(NoteKind::Warning, "the query of this result does not end in rows to filter");
    };
    match statement::place(app, &before) {
        Some(place) => app.editor.replace(place, &after, 0),
        None => drop(put_query(app, &after, "")),
    }
    if let Some(pane) = &mut app.chart {
        pane.view.anchor = None;
    }
    let wanted = text::shown(&wanted, app.ascii).into_owned();
    let back = keyed(app, Context::Chart, "undo", "brings the old text back");
    app.say(NoteKind::Good, format!("{wanted}: F5 runs it, {back}"))
}

/// Keeps the rows of the range of the brush, or of what is under the cursor, in place of the range before.
pub fn brush_filter(app: &mut App, _: &str) -> Vec<Effect> {
    let wanted = match wanted(app) {
        Ok(wanted) => wanted,
        Err(why) => return app.say(NoteKind::Warning, why),
    };
    let ranges = wanted.split_once(" between (").map(|(column, _)| format!("{column} between ("));
    if let (Some(ranges), Some(grid)) = (ranges, &mut app.grid) {
        grid.change(|grid| grid.filters.retain(|filter| !filter.kql.starts_with(&ranges)));
    }
    let effects = filters::add(app, &wanted);
    if let (Some(pane), true) = (&mut app.chart, app.note.text.is_empty()) {
        // It stays to be seen what the rows are of.
        let range = pane.view.anchor.is_some();
        let said = if range { "the rows of this range" } else { "the rows of this place" };
        app.say(NoteKind::Good, format!("{said}: x in the results drops the filter"));
    }
    effects
}

/// The condition of KQL on the result for what is brushed.
fn wanted(app: &App) -> Result<String, String> {
    let nothing_read = || "move the cursor first; B begins a range".to_string();
    let pane = app.chart.as_ref().ok_or_else(nothing_read)?;
    let (drawn, grid) = pane.chart.as_ref().zip(app.grid.as_ref()).ok_or_else(nothing_read)?;
    let (first, last) = drawn.brushed(&pane.view).ok_or_else(nothing_read)?;
    let (axis, column) = drawn.axis().ok_or("this chart has no axis to filter by")?;
    let column = grid.compiled.columns.get(column).ok_or_else(nothing_read)?;
    let value = |place: Place| match (place, column.ty) {
        (Place::Ticks(at), Type::Datetime) => Some(Value::Datetime(at)),
        (Place::Number(at), Type::Real) => Some(Value::Real(at)),
        (Place::Number(at), Type::Int | Type::Long) => {
            Some(Value::Long(at as i64)).filter(|_| at.abs() < EXACT_MAX)
        }
        _ => None,
    };
    let no_filter =
        || format!("a range of '{}' cannot be written as a filter", text::shown(&column.name, app.ascii));
    if let Place::Label(_) = first {
        // Labels have no order, so that no range of them is begun.
        let label = axis.label(first).and_then(|label| labelled(label, column.ty));
        return label.map(|label| condition::equal(column, &label)).ok_or_else(no_filter);
    }
    let (first, last) = value(first).zip(value(last)).ok_or_else(no_filter)?;
    let written = |value: &Value| literal(value, column.ty);
    Ok(format!("{} between ({} .. {})", reference(&column.name), written(&first), written(&last)))
}

/// The value that a label is of.
fn labelled(label: &str, ty: Type) -> Option<Value> {
    match ty {
        Type::String => Some(Value::String(label.to_owned())),
        _ if label.is_empty() => Some(Value::Null),
        Type::Int | Type::Long => label.parse().ok().map(Value::Long),
        Type::Real => label.parse().ok().map(Value::Real),
        Type::Bool => label.parse().ok().map(Value::Bool),
        Type::Datetime => ticks::parse_datetime(label).map(Value::Datetime),
        Type::Guid => Some(Value::Guid(label.to_owned())),
        Type::Decimal | Type::Dynamic | Type::Timespan => None,
    }
}

/// Writes the chart as it is seen: SVG when the name ends so, else text.
pub fn export_chart(app: &mut App, typed: &str) -> Vec<Effect> {
    export_chart_to(app, typed, false)
}

pub fn export_chart_over(app: &mut App, typed: &str) -> Vec<Effect> {
    export_chart_to(app, typed, true)
}

fn export_chart_to(app: &mut App, typed: &str, over: bool) -> Vec<Effect> {
    let Some((run, drawn, view)) =
        app.chart.as_ref().and_then(|pane| Some((pane.run, pane.chart.as_ref()?, &pane.view)))
    else {
        return app.say(NoteKind::Warning, "the chart is not drawn yet");
    };
    // Files have UTC, as exports have.
    let view = &View { zone: Zone::default(), ..view.clone() };
    if typed.trim().is_empty() {
        return propose(app, "export-chart", &format!("chart-{run}.svg"));
    }
    let path = PathBuf::from(typed.trim());
    let content = match path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("svg")) {
        true => svg(drawn, view),
        false => drawn_text(drawn, view, TEXT_COLUMNS, Style { ascii: app.ascii }),
    };
    vec![Effect::WriteChart { result: run, path, content, over }]
}
