//! The chart: its kind, the part of it that is seen, its series, and its file.

use std::path::PathBuf;

use super::brushing::{brush, brush_filter, brush_query};
use super::panes::{palette, propose};
use super::{Command, has_chart, nothing, row};
use crate::app::chart::{change, open, with_view};
use crate::app::keys::Context;
use crate::app::msg::Effect;
use crate::app::{App, Focus, NoteKind};
use crate::chart::{Style, View, svg, text as drawn_text};
use crate::compile::Render;
use crate::zone::Zone;

/// Columns of a chart that is written as text.
const TEXT_COLUMNS: usize = 100;

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

/// Whether a command of a chart does nothing before that is drawn: moves, and all of them but a file's.
pub fn needs_drawing(command: &Command) -> bool {
    const MOVES: [&str; 9] = ["down", "up", "left", "right", "page-down", "page-up", "top", "bottom", "open"];
    let own = ROWS.iter().any(|row| row.name == command.name && row.name != "export-chart");
    own || MOVES.contains(&command.name)
}

/// Does what was asked of a chart before it was drawn, unless the keys went elsewhere meanwhile.
pub fn on_chart(app: &mut App, command: &Command) -> Vec<Effect> {
    if app.context() == Context::Chart { (command.run)(app, "") } else { nothing() }
}

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
