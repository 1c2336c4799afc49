//! Filters of the result: conditions of KQL on its columns, compiled as any query is.

use super::panes::{palette, popup, put_query};
use super::{keyed, nothing};
use crate::app::grid::{Filter, Grid};
use crate::app::keys::Context;
use crate::app::lists::{Choice, Item};
use crate::app::msg::{Conditions, Effect};
use crate::app::popup::{List, ListKind, Popup};
use crate::app::{App, NoteKind, search, statement, text};
use crate::compile::{self, Options};
use crate::hunt::condition;
use crate::schema::{Schema, Table, TableColumn};
use crate::types::ColumnType;
use crate::value::Value;

/// What the rows are called while a condition is checked.
const NAME: &str = "Result";

fn cell(app: &App) -> Option<(&ColumnType, &Value)> {
    let grid = app.grid.as_ref()?;
    let column = grid.view.column;
    Some((grid.compiled.columns.get(column)?, grid.current()?.get(column)?))
}

pub fn filter_equal(app: &mut App, _: &str) -> Vec<Effect> {
    of_cell(app, condition::equal)
}

pub fn filter_not(app: &mut App, _: &str) -> Vec<Effect> {
    of_cell(app, condition::not_equal)
}

fn of_cell(app: &mut App, made: fn(&ColumnType, &Value) -> String) -> Vec<Effect> {
    match cell(app).map(|(column, value)| made(column, value)) {
        Some(kql) => add(app, &kql),
        None => nothing(),
    }
}

pub fn filter_has(app: &mut App, _: &str) -> Vec<Effect> {
    let zone = app.zone.clone();
    begin(app, |column, value| condition::has(column, value, &zone))
}

pub fn filter_edit(app: &mut App, _: &str) -> Vec<Effect> {
    begin(app, condition::begun)
}

/// Puts a condition on the line of commands, to be finished there.
fn begin(app: &mut App, made: impl Fn(&ColumnType, &Value) -> String) -> Vec<Effect> {
    match cell(app).map(|(column, value)| made(column, value)) {
        Some(kql) => palette(app, &format!("filter {kql}")),
        None => nothing(),
    }
}

pub fn filter(app: &mut App, typed: &str) -> Vec<Effect> {
    if typed.is_empty() {
        return palette(app, "filter ");
    }
    add(app, typed)
}

/// Adds a condition that holds for the result; one that does not is refused with its reason.
pub fn add(app: &mut App, kql: &str) -> Vec<Effect> {
    put(app, kql, false)
}

/// As [`add`], in place of the condition that the brush made before.
pub fn add_brushed(app: &mut App, kql: &str) -> Vec<Effect> {
    put(app, kql, true)
}

fn put(app: &mut App, kql: &str, brushed: bool) -> Vec<Effect> {
    let Some(grid) = &mut app.grid else { return nothing() };
    if let Some(why) = grid.extent.unfinished("the result can be filtered") {
        return app.say(NoteKind::Warning, why);
    }
    if let Err(why) = check(grid, kql) {
        let said = format!("no filter: {}", text::shown(&why, app.ascii));
        return app.say(NoteKind::Error, said);
    }
    grid.change(|grid| {
        grid.filters.retain(|filter| filter.kql != kql && !(brushed && filter.brushed));
        grid.filters.push(Filter { kql: kql.to_owned(), on: true, brushed });
    });
    app.say(NoteKind::Plain, "")
}

/// Keeps the rows that the search finds.
pub fn filter_found(app: &mut App, _: &str) -> Vec<Effect> {
    match app.grid.as_ref().and_then(search::wanted) {
        Some(kql) => add(app, &kql),
        None => nothing(),
    }
}

/// Shows rows that are equal in all columns shown once, or all of them.
pub fn duplicates(app: &mut App, _: &str) -> Vec<Effect> {
    let Some(grid) = &mut app.grid else { return nothing() };
    if let Some(why) = grid.extent.unfinished("equal rows can be hidden") {
        return app.say(NoteKind::Warning, why);
    }
    grid.change(|grid| grid.distinct = !grid.distinct);
    let hidden = grid.view.columns.hidden() as u64;
    let said = match (grid.distinct, hidden) {
        (false, _) => "all rows are shown".to_owned(),
        (true, 0) => "equal rows are shown once".to_owned(),
        (true, hidden) => {
            let hidden = text::count(hidden, "hidden column");
            format!("equal rows are shown once; {hidden} may tell them apart")
        }
    };
    app.say(NoteKind::Plain, said)
}

/// Whether a condition is one of KQL on the result's columns, and of a row alone.
fn check(grid: &Grid, kql: &str) -> Result<(), String> {
    let column = |column: &ColumnType| TableColumn::new(column.name.as_str(), column.ty);
    let columns = grid.compiled.columns.iter().map(column).collect();
    let schema =
        Schema { tables: vec![Table { name: NAME.into(), from: NAME.into(), columns }], ..Schema::default() };
    let text = Conditions { kql: vec![kql.to_owned()], now: grid.compiled.now, ..Conditions::default() };
    let text = text.over(NAME, "");
    let options = Options { now: grid.compiled.now, ..Options::default() };
    let compilation = compile::compile(&text, &schema, &options);
    if let Some(first) = compilation.diagnostics.iter().find(|one| one.is_error()) {
        return Err(first.message.clone());
    }
    match compilation.results.first().map(|result| result.row_ids.is_some()) {
        Some(_) if !compile::one_condition(kql) => Err("it is more than one condition".into()),
        Some(true) => Ok(()),
        Some(false) | None => Err("it does not pick rows, or picks others each time".into()),
    }
}

fn change(app: &mut App, change: impl FnOnce(&mut Vec<Filter>)) -> Vec<Effect> {
    if let Some(grid) = &mut app.grid {
        grid.change(|grid| change(&mut grid.filters));
    }
    app.dirty = true;
    nothing()
}

pub fn filter_drop(app: &mut App, _: &str) -> Vec<Effect> {
    change(app, |filters| drop(filters.pop()))
}

pub fn filters_toggle(app: &mut App, _: &str) -> Vec<Effect> {
    change(app, |filters| {
        let on = !filters.iter().any(|filter| filter.on);
        filters.iter_mut().for_each(|filter| filter.on = on);
    })
}

pub fn filters(app: &mut App, _: &str) -> Vec<Effect> {
    popup(app, Popup::List(List::new(ListKind::Filters, "")))
}

pub fn toggle_one(app: &mut App, at: usize) -> Vec<Effect> {
    change(app, |filters| {
        if let Some(filter) = filters.get_mut(at) {
            filter.on = !filter.on;
        }
    })
}

pub fn drop_one(app: &mut App, at: usize) -> Vec<Effect> {
    let effects = change(app, |filters| {
        if at < filters.len() {
            filters.remove(at);
        }
    });
    if let Some(Popup::List(list)) = &mut app.popup {
        list.selected = list.selected.saturating_sub(usize::from(list.selected == at && at > 0));
    }
    effects
}

pub fn items(app: &App) -> Vec<Item> {
    let filters = app.grid.iter().flat_map(|grid| &grid.filters).enumerate();
    let item = |(at, filter): (usize, &Filter)| Item {
        left: text::shown(&filter.kql, app.ascii).into_owned(),
        right: if filter.on { "on" } else { "off" }.into(),
        choice: Choice::Filter(at),
    };
    filters.map(item).collect()
}

/// Puts the conditions that are on behind the query that the result is of.
pub fn filters_write(app: &mut App, _: &str) -> Vec<Effect> {
    let Some(grid) = &app.grid else { return nothing() };
    let (before, conditions) = (grid.text.clone(), grid.conditions().kql);
    if conditions.is_empty() {
        return app.say(NoteKind::Plain, "every filter is off; X turns them on");
    }
    let after = match condition::added(&before, &conditions) {
        Ok(after) => after,
        Err(why) => return app.say(NoteKind::Warning, why),
    };
    let noun = text::count(conditions.len() as u64, "filter");
    match statement::place(app, &before) {
        Some(place) => app.editor.replace(place, &after, 0),
        None => drop(put_query(app, &after, "")),
    }
    let back = keyed(app, Context::Grid, "undo", "brings the old text back");
    app.say(NoteKind::Good, format!("{noun} written into the query; F5 runs it, {back}"))
}
