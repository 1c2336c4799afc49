//! Columns without a value in any row: they are hidden while a result has more columns than there is room
//! for, until the reader asks for them. What is copied or exported has them all the same.

use std::collections::BTreeSet;

use super::grid::{Extent, Grid};
use super::layout::{self, Part};
use super::msg::{Conditions, Effect, Survey, Topic};
use super::{App, NoteKind, text};
use crate::compile::reference;
use crate::types::{ColumnType, Type};
use crate::value::{self, Value};

/// What is known of a result's columns.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Emptiness {
    /// Nothing yet, since it made no difference.
    #[default]
    Unknown,
    Asked {
        survey: Survey,
        /// The columns that the survey is of: in the rows at hand they have no value.
        columns: Vec<usize>,
        /// The reader asked, and is told what came of it.
        told: bool,
    },
    Known,
}

/// Hides empty columns of a result that has more than there is room for. Asks the engine only for columns
/// that have no value in the rows at hand.
pub fn settle(app: &mut App) -> Vec<Effect> {
    let width = match layout::table_width(layout::layout(app).inner(Part::Grid)) {
        0 => usize::from(app.size.0),
        width => width,
    };
    let hides = app.hide_empty;
    let Some(grid) = app.grid.as_mut().filter(|_| hides) else { return Vec::new() };
    let done = matches!(grid.extent, Extent::All { total: 1.., .. });
    if !done
        || grid.rows.is_empty()
        || grid.emptiness != Emptiness::Unknown
        || grid.view.columns.shows_empty()
    {
        return Vec::new();
    }
    let (columns, widths) = (&grid.view.columns, &grid.view.widths);
    if columns.placed(widths, 0, width).len() == columns.shown(widths.len()).len() {
        return Vec::new();
    }
    ask(app, false)
}

/// Shows the empty columns, or hides them wherever there is room.
pub fn toggle(app: &mut App) -> Vec<Effect> {
    let Some(grid) = &mut app.grid else { return Vec::new() };
    if grid.view.columns.hidden_as_empty() > 0 {
        grid.change(|grid| grid.view.columns.show_empty());
        app.dirty = true;
        return Vec::new();
    }
    if let Some(why) = grid.extent.unfinished("that can be told") {
        return app.say(NoteKind::Warning, why);
    }
    app.say(NoteKind::Plain, "reading...");
    ask(app, true)
}

fn ask(app: &mut App, told: bool) -> Vec<Effect> {
    let Some(grid) = &mut app.grid else { return Vec::new() };
    let empty = |at: &usize| grid.rows.iter().all(|row| row.get(*at).is_none_or(empty));
    let columns: Vec<usize> = (0..grid.compiled.columns.len()).filter(empty).collect();
    if columns.is_empty() || grid.whole() {
        grid.emptiness = Emptiness::Known;
        return hide(app, columns.into_iter().collect(), told);
    }
    let (topic, filters) = (Topic::EmptyColumns, Conditions::default());
    let counts = columns.iter().map(|at| with_value(&grid.compiled.columns[*at]));
    let pipes = vec![format!("| summarize {}", counts.collect::<Vec<_>>().join(", "))];
    let survey = Survey { topic, result: grid.run, filters, pipes };
    grid.emptiness = Emptiness::Asked { survey: survey.clone(), columns, told };
    vec![Effect::Survey(survey)]
}

/// Whether a value is none; of documents only those that say so at a glance.
fn empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.is_empty(),
        Value::Dynamic(json) => matches!(json.as_str(), "" | "null" | "\"\""),
        _ => false,
    }
}

/// The number of rows that have a value in a column, in KQL.
fn with_value(column: &ColumnType) -> String {
    let name = reference(&column.name);
    match column.ty {
        Type::String => format!("countif(isnotempty({name}))"),
        Type::Dynamic => format!("countif(isnotempty(tostring({name})))"),
        _ => format!("countif(isnotnull({name}))"),
    }
}

/// The counts came.
pub fn came(app: &mut App, survey: &Survey, answer: Result<Vec<value::Grid>, String>) -> Vec<Effect> {
    let Some(grid) = &mut app.grid else { return Vec::new() };
    let (columns, told) = match &grid.emptiness {
        Emptiness::Asked { survey: asked, columns, told } if asked == survey => (columns.clone(), *told),
        Emptiness::Asked { .. } | Emptiness::Unknown | Emptiness::Known => return Vec::new(),
    };
    grid.emptiness = Emptiness::Known;
    let tables = match answer {
        Ok(tables) => tables,
        Err(why) if told => {
            let said = format!("that cannot be told of the result: {}", text::shown(&why, app.ascii));
            return app.say(NoteKind::Error, said);
        }
        Err(_) => return Vec::new(),
    };
    let counts = tables.first().and_then(|table| table.rows.first()).map_or(&[][..], Vec::as_slice);
    let none = columns.into_iter().zip(counts).filter(|(_, count)| **count == Value::Long(0));
    hide(app, none.map(|(column, _)| column).collect(), told)
}

fn hide(app: &mut App, empty: BTreeSet<usize>, told: bool) -> Vec<Effect> {
    let Some(grid) = &mut app.grid else { return Vec::new() };
    app.dirty = true;
    let (some, all) = (empty.len(), empty.len() == grid.compiled.columns.len());
    if some == 0 || all {
        let said =
            if all { "no column has a value in any row" } else { "every column has a value in some row" };
        return if told { app.say(NoteKind::Plain, said) } else { Vec::new() };
    }
    match told {
        true => grid.change(|grid| grid.view.columns.hide_empty(empty)),
        // Nobody did that, so that nobody takes it back with what was done.
        false => {
            let before = grid.view.columns.shown(grid.compiled.columns.len());
            grid.view.columns.hide_empty(empty);
            grid.view.leave_hidden(&before);
            return Vec::new();
        }
    }
    let noun = text::count(some as u64, "column");
    app.say(NoteKind::Good, format!("{noun} without a value in any row hidden; _ shows them"))
}

/// A result in the grid is another one, or was out of sight: what was asked is asked again.
pub fn forget(grid: &mut Grid) {
    if let Emptiness::Asked { .. } = grid.emptiness {
        grid.emptiness = Emptiness::Unknown;
    }
}
