//! A report of what is on the table: the result of each tab, as its reader has it.

use std::path::PathBuf;

use super::chart::ChartPane;
use super::diff;
use super::grid::{Extent, Grid};
use super::msg::{Conditions, Effect};
use super::{App, NoteKind, tabs, text};
use crate::compile::Render;
use crate::hunt::notes::Notes;
use crate::hunt::tlp::Tlp;

/// What is to be written.
#[derive(Clone, Debug, PartialEq)]
pub struct Wanted {
    pub path: PathBuf,
    pub over: bool,
    /// At least this marking.
    pub tlp: Option<Tlp>,
    pub notes: Notes,
    pub results: Vec<Reading>,
    /// The tabs, from 1, whose results are not all there.
    pub left_out: Vec<usize>,
}

/// A kept result, as it is to be read.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Reading {
    pub run: u64,
    pub name: String,
    pub description: String,
    pub tactics: Vec<String>,
    pub techniques: Vec<String>,
    pub render: Option<Render>,
    /// Columns and whether each ascends; empty is the query's own order.
    pub order: Vec<(usize, bool)>,
    /// Conditions of KQL that the rows shown meet, and their clock.
    pub filters: Conditions,
    /// The columns that are shown, in order.
    pub columns: Vec<usize>,
}

/// Asks for the report. `typed` is a file, after a marking perhaps.
pub fn start(app: &mut App, typed: &str, over: bool) -> Vec<Effect> {
    let typed = typed.trim();
    let marked = typed.split_once(' ').and_then(|(first, rest)| Some((Tlp::named(first)?, rest.trim())));
    let (tlp, file) = marked.map_or((None, typed), |(tlp, file)| (Some(tlp), file));
    if file.is_empty() {
        return app.say(NoteKind::Warning, "which file? :report finding.md, or finding.html");
    }
    let (whole, rest): (Vec<_>, Vec<_>) =
        tabs::results(app).into_iter().partition(|(_, grid, _)| matches!(grid.extent, Extent::All { .. }));
    let results: Vec<Reading> = whole.into_iter().map(|(_, grid, chart)| reading(app, grid, chart)).collect();
    let left_out: Vec<usize> = rest.iter().map(|(tab, ..)| tab + 1).collect();
    if results.is_empty() {
        let why = rest.first().and_then(|(_, grid, _)| grid.extent.unfinished("a report can be written"));
        if let Some(why) = why {
            return app.say(NoteKind::Warning, why);
        }
        return app.say(NoteKind::Warning, "there is no result to report on yet; F5 runs a query");
    }
    let said = format!("writing {} to a report...", text::count(results.len() as u64, "result"));
    let wanted = Wanted { path: PathBuf::from(file), over, tlp, notes: app.notes.clone(), results, left_out };
    app.say(NoteKind::Plain, said);
    vec![Effect::Report(Box::new(wanted))]
}

fn reading(app: &App, grid: &Grid, chart: Option<&ChartPane>) -> Reading {
    let hunt = app.hunts.iter().find(|hunt| hunt.query.trim() == grid.text.trim());
    let hunt = hunt.cloned().unwrap_or_default();
    let name = if hunt.name.is_empty() { first_line(&grid.ran) } else { hunt.name };
    let name = if diff::is_difference(&grid.compiled) { format!("Difference: {name}") } else { name };
    let chart = chart.filter(|chart| chart.run == grid.run && chart.shown).map(|chart| chart.render.clone());
    Reading {
        run: grid.run,
        name,
        description: hunt.description,
        tactics: hunt.tactics,
        techniques: hunt.techniques,
        render: chart.or_else(|| grid.compiled.render.clone()),
        order: grid.order.clone(),
        filters: grid.conditions(),
        columns: grid.view.columns.shown(grid.compiled.columns.len()),
    }
}

/// What a query is called that has no name: its first comment, else the first words of it.
fn first_line(text: &str) -> String {
    let line = text.lines().map(str::trim).find(|line| !line.is_empty()).unwrap_or("query");
    match line.strip_prefix("//") {
        Some(comment) if !comment.trim().is_empty() => comment.trim().to_owned(),
        _ => text.split_whitespace().take(8).collect::<Vec<_>>().join(" "),
    }
}
