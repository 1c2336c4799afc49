//! The chart of a result: what is drawn, what of it is seen, how its kind changes. Knows no cells.

mod look;

pub use look::ChartLook;

use super::commands::{self, Command};
use super::grid::{Extent, Grid, Step};
use super::keys::Context;
use super::layout::{self, Part};
use super::msg::{Conditions, Effect, Purpose, Window};
use super::{App, Focus, NoteKind, text};
use crate::catalog::charts::{Form, KINDS, kind_of};
use crate::chart::{self, Body, Chart, ROWS_MAX, Turn, View};
use crate::compile::Render;
use crate::value::Value;

pub struct ChartPane {
    /// Of this run.
    pub run: u64,
    /// `None` until the rows are there.
    pub chart: Option<Chart>,
    /// The rows were asked for, and nobody else's since.
    pub asked: bool,
    pub view: View,
    pub shown: bool,
    /// The query's own, or what was chosen; without a kind the rows decide.
    pub render: Render,
    /// The kind that it has when nobody chooses one, where that is known.
    own: Option<String>,
    /// What it is to look like once it is drawn.
    left: Option<ChartLook>,
    /// Rows of the result that are not drawn, since it has too many.
    pub rows_left: u64,
    /// Commands for the drawing that is not there yet.
    held_back: Vec<&'static Command>,
}

/// Whether this kind is drawn, and not shown as the table.
pub fn drawn(kind: &str) -> bool {
    kind_of(kind).is_some_and(|kind| kind.form != Form::Rows)
}

/// What a chart of the result in the grid looks like, or will once it is drawn; `None` without one.
pub fn look_of(pane: Option<&ChartPane>, grid: Option<&Grid>) -> Option<ChartLook> {
    pane.map(ChartPane::look).or_else(|| grid?.chart_left.clone())
}

/// Draws the result in the grid as its chart was left, if there was one; else as the query asks for.
pub fn take_up(app: &mut App) -> Vec<Effect> {
    let Some(grid) = &mut app.grid else { return Vec::new() };
    let (left, own) = (grid.chart_left.take(), grid.compiled.render.clone());
    let own = own.filter(|render| drawn(&render.kind));
    let chosen = left.as_ref().and_then(|left| left.kind.clone()).filter(|kind| drawn(kind));
    let render = match (own, chosen) {
        (None, None) => return Vec::new(),
        (own, Some(kind)) => Render { kind, ..own.unwrap_or_default() },
        (Some(own), None) => own,
    };
    let effects = open(app, render);
    if let (Some(pane), Some(left)) = (&mut app.chart, left) {
        pane.shown = !left.closed;
        pane.left = Some(left);
    }
    effects
}

/// Asks for the rows of the result in the grid, to draw them.
pub fn open(app: &mut App, render: Render) -> Vec<Effect> {
    let Some((run, extent)) = app.grid.as_ref().map(|grid| (grid.run, grid.extent)) else {
        return Vec::new();
    };
    if let Some(why) = extent.unfinished("the result can be drawn") {
        return app.say(NoteKind::Warning, why);
    }
    let total = if let Extent::All { total, .. } = extent { total } else { 0 };
    let rows_left = total.saturating_sub(ROWS_MAX);
    let view = View::default();
    let own = app.grid.as_ref().and_then(|grid| grid.compiled.render.as_ref());
    let own = own.map(|render| render.kind.clone()).filter(|kind| drawn(kind));
    let (chart, asked, shown, left, held_back) = (None, false, true, None, Vec::new());
    app.chart = Some(ChartPane { run, chart, asked, view, shown, render, own, left, rows_left, held_back });
    app.dirty = true;
    missing(app)
}

/// Asks for the rows of a chart that is to be drawn, once.
pub fn missing(app: &mut App) -> Vec<Effect> {
    let wanted = |pane: &&mut ChartPane| pane.chart.is_none() && !pane.asked;
    let Some(pane) = app.chart.as_mut().filter(wanted) else { return Vec::new() };
    pane.asked = true;
    vec![read(Purpose::Chart, pane.run)]
}

/// All rows that are drawn.
fn read(purpose: Purpose, result: u64) -> Effect {
    let (order, filters) = (Vec::new(), Conditions::default());
    Effect::Read(Window { purpose, result, order, filters, offset: 0, limit: ROWS_MAX })
}

/// Opens what made the point at the cursor, or in the range: asks for the rows that were drawn.
pub fn open_point(app: &mut App) -> Vec<Effect> {
    let wanted = app.chart.as_ref().and_then(|pane| Some((pane.run, pane.chart.as_ref()?, &pane.view)));
    let Some((run, drawn, view)) = wanted else { return Vec::new() };
    if view.cursor.is_none() && !matches!(drawn.body, Body::Card(_)) {
        return app.say(NoteKind::Warning, "move the cursor first; B begins a range");
    }
    vec![read(Purpose::Point, run)]
}

/// The rows that were drawn came: those of the point are opened.
pub fn pointed(app: &mut App, window: &Window, rows: &[Vec<Value>]) -> Vec<Effect> {
    let (Some(pane), Some(grid)) = (&app.chart, &app.grid) else { return Vec::new() };
    let Some(drawn) = pane.chart.as_ref().filter(|_| pane.run == window.result) else { return Vec::new() };
    match chart::source(drawn, &pane.view, &grid.compiled.columns, rows, &pane.render) {
        Ok(found) => {
            let rows = found.rows.iter().filter_map(|at| rows.get(*at).cloned()).collect();
            super::counts::behind_rows(app, rows, found.bins, found.remarks)
        }
        Err(why) => app.say(NoteKind::Warning, why),
    }
}

/// Draws the result as another kind.
pub fn change(app: &mut App, kind: &str) -> Vec<Effect> {
    if !drawn(kind) {
        if kind_of(kind).is_some() {
            app.chart = None;
            app.focus = if app.focus == Focus::Chart { Focus::Grid } else { app.focus };
            return app.say(NoteKind::Plain, format!("{kind}: the result is shown as the table"));
        }
        let kinds: Vec<_> =
            KINDS.iter().filter(|kind| kind.form != Form::Rows).map(|kind| kind.name).collect();
        let said = format!("'{}' is no chart; there are {}", text::shown(kind, app.ascii), kinds.join(", "));
        return app.say(NoteKind::Warning, said);
    }
    let own = app.grid.as_ref().and_then(|grid| grid.compiled.render.clone()).unwrap_or_default();
    let effects = open(app, Render { kind: kind.to_string(), ..own });
    app.stepper = None;
    if !effects.is_empty() {
        app.focus = Focus::Chart;
    }
    effects
}

/// Keeps a command for the drawing until there is one, so that keys may be pressed ahead.
pub fn holds_back(app: &mut App, context: Context, command: &'static Command) -> bool {
    let Some(pane) = app.chart.as_mut().filter(|pane| context == Context::Chart && pane.chart.is_none())
    else {
        return false;
    };
    let held_back = commands::needs_drawing(command);
    if held_back {
        pane.held_back.push(command);
    }
    held_back
}

/// The rows came.
pub fn came(app: &mut App, window: &Window, rows: &[Vec<Value>]) -> Vec<Effect> {
    let Some(columns) = app.grid.as_ref().map(|grid| grid.compiled.columns.clone()) else {
        return Vec::new();
    };
    let Some(pane) = app.chart.as_mut().filter(|pane| pane.run == window.result) else { return Vec::new() };
    let guessed = pane.render.kind.is_empty();
    if guessed {
        pane.render.kind = chart::guess(&columns, rows).to_string();
    }
    let fits = !guessed || drawn(&pane.render.kind);
    match chart::chart(&columns, rows, &pane.render) {
        Ok(mut drawn) => {
            drawn.rows_left(pane.rows_left);
            pane.view = View::new(&drawn);
            if let Some(left) = pane.left.take() {
                look::put_on(&mut pane.view, &drawn, &left);
            }
            pane.chart = Some(drawn);
            let held_back = std::mem::take(&mut pane.held_back);
            held_back.into_iter().flat_map(|command| commands::on_chart(app, command)).collect()
        }
        Err(why) => {
            app.chart = None;
            app.focus = if app.focus == Focus::Chart { Focus::Grid } else { app.focus };
            let why = if fits { why } else { NO_CHART.into() };
            let why = text::shown(&why, app.ascii).into_owned();
            app.say(NoteKind::Warning, why)
        }
    }
}

const NO_CHART: &str = "no chart fits: it takes rows with a number, and a time or names to draw it by";

/// Changes the view of the chart that is shown.
pub fn with_view(app: &mut App, change: impl FnOnce(&mut View, &Chart, usize)) -> Vec<Effect> {
    const AXIS: u16 = 8;
    let columns = usize::from(layout::layout(app).inner(Part::Chart).width.saturating_sub(AXIS)).max(1);
    if let Some(pane) = &mut app.chart
        && let Some(chart) = &pane.chart
    {
        change(&mut pane.view, chart, columns);
        app.dirty = true;
    }
    Vec::new()
}

/// Moves the cursor, or chooses a series where the cursor goes to the sides.
pub fn step(app: &mut App, step: Step) -> Vec<Effect> {
    with_view(app, |view, chart, columns| match step {
        Step::Down | Step::Up if !chart.lies() => view.choose(chart, step == Step::Down),
        Step::Left | Step::Up => view.turn(chart, Turn::Back, columns),
        Step::Right | Step::Down => view.turn(chart, Turn::On, columns),
        Step::PageUp => view.turn(chart, Turn::PageBack, columns),
        Step::PageDown => view.turn(chart, Turn::PageOn, columns),
        Step::Top => view.turn(chart, Turn::First, columns),
        Step::Bottom => view.turn(chart, Turn::Last, columns),
    })
}
