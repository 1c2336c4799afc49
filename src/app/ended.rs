//! What becomes of a run that has ended: its result in the grid, or why there is none.

use super::grid::{Extent, Grid};
use super::keys::Context;
use super::layout::{self, Part};
use super::msg::{Effect, Failure};
use super::popup::{Popup, Text};
use super::update::{is_current, show};
use super::{App, Focus, NoteKind, commands, results, tabs, text};
use crate::diag::Diagnostic;

pub fn finish(app: &mut App, grid: Grid, warnings: &[Diagnostic], skipped: usize) -> Vec<Effect> {
    let Some(running) = app.running.take() else { return Vec::new() };
    let (compiled, run) = (grid.compiled.clone(), grid.run);
    let read = results::read(app, &compiled);
    let in_chart = app.focus == Focus::Chart;
    let total = grid.reachable();
    let mut effects = show(app, grid);
    tabs::take_up(app);
    if app.editor.remark(running.version, running.offset, &running.filled.written(warnings)) {
        app.editor.explained = !warnings.is_empty();
    }
    match (warnings.first(), skipped) {
        (_, 1..) => {
            let said = match app.several.as_ref().map(|several| several.number) {
                Some(number) if number == skipped + 1 => {
                    format!("the last of {number} results is shown; keys 1 to 9 show the ones before it")
                }
                _ => format!("the last of {} results is shown; kqlhunt query prints them all", skipped + 1),
            };
            app.say(NoteKind::Warning, said);
        }
        (Some(first), _) => {
            let said = text::shown(&first.message, app.ascii).into_owned();
            app.say(NoteKind::Warning, said);
        }
        (None, _) => {
            let stopped =
                running.stopped.map(|tab| format!("the query of tab {} was stopped for this one", tab + 1));
            let said = stopped.unwrap_or_else(|| text::shown(&running.said, app.ascii).into_owned());
            let said = if said.is_empty() { read } else { said };
            // What was said since the run began, such as of a copy of its first rows, stays to be read.
            if !said.is_empty() {
                app.say(NoteKind::Plain, said);
            }
        }
    }
    if app.note.text.is_empty()
        && layout::layout(app).inner(Part::Grid).height == 0
        && app.focus == Focus::Editor
    {
        // On a small screen the query covers its result.
        let said = format!(
            "{}; {}",
            text::count(total, "row"),
            commands::keyed(app, Context::Editor, "next-pane", "shows the result")
        );
        app.say(NoteKind::Good, said);
    }
    effects.extend(results::present(app, run, &running.filled.text, &compiled, total));
    // Who reads a chart and runs its query again reads the chart.
    if in_chart && app.chart_shown() {
        app.focus = Focus::Chart;
    }
    effects
}

pub fn fail(app: &mut App, run: u64, failure: Failure, (rows, ms): (u64, u64)) -> Vec<Effect> {
    if !is_current(app, run) {
        return Vec::new();
    }
    let Some(running) = app.running.take() else { return Vec::new() };
    app.several = None;
    if let Some(grid) = app.grid.as_mut().filter(|grid| grid.run == run) {
        grid.extent = Extent::Stopped { rows: rows.max(grid.reachable()) };
    }
    match failure {
        Failure::Query(diagnostics) => {
            let first = diagnostics.iter().find(|one| one.is_error()).or(diagnostics.first());
            let message = first.map_or("the query has errors", |one| one.message.as_str());
            let errors = diagnostics.iter().filter(|one| one.is_error()).count();
            let diagnostics = running.filled.written(&diagnostics);
            app.editor.remark(running.version, running.offset, &diagnostics);
            app.editor.explained = true;
            let more = match (errors, app.editor.fixes().len()) {
                (0 | 1, 0) => String::new(),
                (0 | 1, _) => format!(" ({})", commands::keyed(app, Context::Editor, "fix", "mends it")),
                (_, 0) => format!(
                    " ({errors} errors; {})",
                    commands::keyed(app, Context::Editor, "next-problem", "goes to the next")
                ),
                (_, 1) => format!(
                    " ({errors} errors; {})",
                    commands::keyed(app, Context::Editor, "fix", "mends one")
                ),
                (_, fixes) => format!(" ({errors} errors; :fix all mends {fixes})"),
            };
            let said = format!("{}{more}", text::shown(message, app.ascii));
            app.say(NoteKind::Error, said)
        }
        Failure::Cancelled => {
            let said = format!("cancelled after {}", text::elapsed(ms));
            app.say(NoteKind::Warning, said)
        }
        Failure::Other(why) => {
            let lines: Vec<String> =
                why.lines().map(|line| text::shown(line, app.ascii).into_owned()).collect();
            if lines.len() > 1 {
                app.popup = Some(Popup::Text(Text::new("The query failed", lines.clone())));
            }
            app.say(NoteKind::Error, lines.into_iter().next().unwrap_or_default())
        }
    }
}
