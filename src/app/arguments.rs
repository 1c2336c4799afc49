//! What the palette lists behind the word of a command whose argument is one of a few that are known.

use super::commands::Command;
use super::lists::{Choice, Item};
use super::{App, text};
use crate::catalog::charts::{Form, KINDS};
use crate::ide::fuzzy::beginning;

/// An argument as it is given, and what is said of it; neither is safe for the screen yet.
type Known = (String, String);

type Find = fn(&App) -> Vec<Known>;

/// The name of a command, and what its argument can be.
const ARGUMENTS: &[(&str, Find)] = &[("chart", charts), ("column", columns), ("unhide", hidden)];

/// What fits the typed argument, the best first. What is typed in full comes first.
pub fn items(app: &App, command: &'static Command, typed: &str) -> Vec<Item> {
    let Some((_, known)) = ARGUMENTS.iter().find(|(name, _)| *name == command.name) else {
        return Vec::new();
    };
    let known = known(app);
    let names: Vec<&str> = known.iter().map(|(name, _)| name.as_str()).collect();
    let mut found = beginning(typed, &names);
    found.sort_by_key(|at| names[*at] != typed);
    let item = |at: usize| Item {
        left: text::shown(names[at], app.ascii).into_owned(),
        right: text::shown(&known[at].1, app.ascii).into_owned(),
        choice: Choice::Argument { command: command.name, argument: names[at].to_owned() },
    };
    found.into_iter().map(item).collect()
}

fn charts(_: &App) -> Vec<Known> {
    let drawn = KINDS.iter().filter(|kind| kind.form != Form::Rows);
    let table = ("table".to_owned(), "no chart".to_owned());
    drawn.map(|kind| (kind.name.to_owned(), String::new())).chain([table]).collect()
}

fn columns(app: &App) -> Vec<Known> {
    columns_where(app, |_| true)
}

fn hidden(app: &App) -> Vec<Known> {
    let shown = app.grid.as_ref().map(|grid| grid.view.columns.shown(grid.compiled.columns.len()));
    columns_where(app, |at| shown.as_ref().is_some_and(|shown| !shown.contains(&at)))
}

fn columns_where(app: &App, wanted: impl Fn(usize) -> bool) -> Vec<Known> {
    let columns = app.grid.iter().flat_map(|grid| &grid.compiled.columns).enumerate();
    let wanted = columns.filter(|(at, _)| wanted(*at));
    wanted.map(|(_, column)| (column.name.clone(), column.ty.name().to_owned())).collect()
}
