//! Columns that say little: those without a value in any row, and those with the same in every row. The first are set
//! aside while a result has more columns than there is room for, the second when the reader asks. What is copied or
//! exported has them all the same.

use std::collections::BTreeSet;

use super::columns::Why;
use super::grid::{Extent, Grid};
use super::layout::{self, Part};
use super::msg::{Conditions, Effect, Survey, Topic};
use super::{App, NoteKind, text};
use crate::compile::{quoted, reference};
use crate::hunt::condition;
use crate::types::{ColumnType, Type};
use crate::value::{self, Value};

/// What is known of which columns of a result are of one kind.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Known {
    /// Nothing yet, since it made no difference.
    #[default]
    Nothing,
    Asked {
        survey: Survey,
        /// The columns that the survey is of: in the rows at hand they are so.
        columns: Vec<usize>,
        /// The reader asked, and is told what came of it.
        told: bool,
    },
    All,
}

/// What is known of the columns of a result, by kind.
#[derive(Clone, Debug, Default)]
pub struct KnownColumns {
    empty: Known,
    same: Known,
}

impl KnownColumns {
    fn of(&self, why: Why) -> &Known {
        match why {
            Why::Empty => &self.empty,
            Why::Same => &self.same,
        }
    }

    fn of_mut(&mut self, why: Why) -> &mut Known {
        match why {
            Why::Empty => &mut self.empty,
            Why::Same => &mut self.same,
        }
    }
}

/// A value that takes more bytes cannot be told in a line, and its column stays.
const VALUE_MAX: usize = 200;

/// Sets columns aside that are to be, as far as that is not known yet. Asks the engine only for columns that are so in
/// the rows at hand.
pub fn settle(app: &mut App) -> Vec<Effect> {
    let width = match layout::table_width(layout::layout(app).inner(Part::Grid)) {
        0 => usize::from(app.size.0),
        width => width,
    };
    let hides_empty = app.hide_empty;
    let Some(grid) = &app.grid else { return Vec::new() };
    if !matches!(grid.extent, Extent::All { total: 1.., .. }) || grid.rows.is_empty() {
        return Vec::new();
    }
    let (columns, widths) = (&grid.view.columns, &grid.view.widths);
    let room = columns.placed(widths, 0, width).len() == columns.shown(widths.len()).len();
    let wanted = |why: Why| match why {
        Why::Empty => hides_empty && !room && columns.sets_aside(why),
        Why::Same => columns.sets_aside(why),
    };
    let open = |why: &Why| {
        wanted(*why) && (*why == Why::Empty || several(grid)) && *grid.known.of(*why) == Known::Nothing
    };
    let open: Vec<Why> = [Why::Empty, Why::Same].into_iter().filter(open).collect();
    open.into_iter().flat_map(|why| ask(app, why, false)).collect()
}

/// Shows the columns that are set aside, or sets them aside.
pub fn toggle(app: &mut App, why: Why) -> Vec<Effect> {
    let Some(grid) = &mut app.grid else { return Vec::new() };
    if grid.view.columns.aside(why) > 0 {
        grid.change(|grid| grid.view.columns.show_aside(why));
        app.dirty = true;
        return Vec::new();
    }
    if let Some(why) = grid.extent.unfinished("that can be told") {
        return app.say(NoteKind::Warning, why);
    }
    if why == Why::Same && !several(grid) {
        return app.say(
            NoteKind::Plain,
            "one value in all rows is told of rows that are in view, and of two at least",
        );
    }
    app.say(NoteKind::Plain, "reading...");
    ask(app, why, true)
}

/// Whether values of the result can be alike: it has two rows, and one is at hand.
fn several(grid: &Grid) -> bool {
    matches!(grid.extent, Extent::All { total: 2.., .. }) && !grid.rows.is_empty()
}

fn ask(app: &mut App, why: Why, told: bool) -> Vec<Effect> {
    let Some(grid) = &mut app.grid else { return Vec::new() };
    let columns: Vec<usize> = (0..grid.compiled.columns.len()).filter(|at| so_far(grid, why, *at)).collect();
    if columns.is_empty() || grid.whole() {
        *grid.known.of_mut(why) = Known::All;
        return set_aside(app, why, columns.into_iter().collect(), told);
    }
    let first = grid.rows.first();
    let others = columns.iter().map(|at| {
        let column = &grid.compiled.columns[*at];
        match (why, first.and_then(|row| row.get(*at))) {
            (Why::Same, Some(value)) => others(column, value),
            (Why::Same | Why::Empty, _) => with_value(column),
        }
    });
    let pipes = vec![format!("| summarize {}", others.collect::<Vec<_>>().join(", "))];
    let survey = Survey { topic: Topic::Aside(why), result: grid.run, filters: Conditions::default(), pipes };
    *grid.known.of_mut(why) = Known::Asked { survey: survey.clone(), columns, told };
    vec![Effect::Survey(survey)]
}

/// Whether a column is of a kind in the rows at hand.
fn so_far(grid: &Grid, why: Why, at: usize) -> bool {
    let mut values = grid.rows.iter().map(|row| row.get(at));
    match why {
        Why::Empty => values.all(|value| value.is_none_or(empty)),
        Why::Same => {
            let first = grid.rows.first().and_then(|row| row.get(at));
            let short = first.is_some_and(|value| value.text().len() <= VALUE_MAX);
            // One without a value is set aside as such, or shown on purpose.
            short && !grid.view.columns.is_empty(at) && values.all(|value| value == first)
        }
    }
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

/// The number of rows that have another value in a column, in KQL.
fn others(column: &ColumnType, value: &Value) -> String {
    match value {
        // In an array the text `7` and the number are not alike.
        Value::Dynamic(json) => {
            let text = |kql: &str| format!("tostring(pack_array({kql}))");
            let (name, json) = (reference(&column.name), format!("parse_json({})", quoted(json)));
            format!("countif({} != {})", text(&name), text(&json))
        }
        value => format!("countif({})", condition::not_equal(column, value)),
    }
}

/// The counts came.
pub fn came(
    app: &mut App,
    why: Why,
    survey: &Survey,
    answer: Result<Vec<value::Grid>, String>,
) -> Vec<Effect> {
    let Some(grid) = &mut app.grid else { return Vec::new() };
    let (columns, told) = match grid.known.of(why) {
        Known::Asked { survey: asked, columns, told } if asked == survey => (columns.clone(), *told),
        Known::Asked { .. } | Known::Nothing | Known::All => return Vec::new(),
    };
    *grid.known.of_mut(why) = Known::All;
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
    set_aside(app, why, none.map(|(column, _)| column).collect(), told)
}

fn set_aside(app: &mut App, why: Why, columns: BTreeSet<usize>, told: bool) -> Vec<Effect> {
    let Some(grid) = &mut app.grid else { return Vec::new() };
    app.dirty = true;
    let count = grid.compiled.columns.len();
    let all = match why {
        Why::Empty => columns.len() == count,
        Why::Same => grid.view.columns.shown(count).iter().all(|at| columns.contains(at)),
    };
    let some = columns.len();
    if some == 0 || all {
        let said = match (why, all) {
            (Why::Empty, true) => "no column has a value in any row",
            (Why::Empty, false) => "every column has a value in some row",
            (Why::Same, true) => "every column has one value in all rows; they stay",
            (Why::Same, false) => "no column has one value in all rows",
        };
        return if told { app.say(NoteKind::Plain, said) } else { Vec::new() };
    }
    if !told {
        // Nobody did that, so that nobody takes it back with what was done.
        let before = grid.view.columns.shown(grid.compiled.columns.len());
        grid.view.columns.set_aside(why, columns);
        grid.view.leave_hidden(&before);
        return Vec::new();
    }
    let noun = text::count(some as u64, "column");
    let said = match why {
        Why::Empty => format!("{noun} without a value in any row hidden; _ shows them"),
        Why::Same => {
            let values = columns.iter().map(|at| same(grid, *at, app.ascii)).collect::<Vec<_>>().join(", ");
            format!("{noun} with one value in all rows set aside, a shows them: {values}")
        }
    };
    grid.change(|grid| grid.view.columns.set_aside(why, columns));
    app.say(NoteKind::Good, said)
}

/// A column and its value.
fn same(grid: &Grid, at: usize, ascii: bool) -> String {
    let name = text::shown(&grid.compiled.columns[at].name, ascii);
    let value = grid.rows.first().and_then(|row| row.get(at));
    let value = value.map(|value| text::cell_in(value, &grid.view.zone, ascii)).unwrap_or_default();
    format!("{name} {}", if value.is_empty() { "(empty)" } else { &value })
}

/// A result in the grid is another one, or was out of sight: what was asked is asked again.
pub fn forget(grid: &mut Grid) {
    for why in [Why::Empty, Why::Same] {
        if let Known::Asked { .. } = grid.known.of(why) {
            *grid.known.of_mut(why) = Known::Nothing;
        }
    }
}
