//! Questions about the rows of a result as they are filtered, and what is made of the answers.

use super::grid::Grid;
use super::msg::{Effect, Survey, Topic};
use super::popup::{List, ListKind, Popup};
use super::{App, NoteKind, aside, statistics, text};
use crate::compile::reference;
use crate::types::{ColumnType, Type};
use crate::value::{self, Value};

/// Asks, unless the rows are not all there yet.
pub fn ask(app: &mut App, topic: Topic, pipes: impl FnOnce(&Grid) -> Vec<String>) -> Vec<Effect> {
    let Some(grid) = &mut app.grid else { return Vec::new() };
    if let Some(why) = grid.extent.unfinished("that can be told") {
        return app.say(NoteKind::Warning, why);
    }
    let (pipes, filters) = (pipes(grid), grid.conditions());
    let survey = Survey { topic, result: grid.run, filters, pipes };
    grid.survey = Some(survey.clone());
    app.say(NoteKind::Plain, "reading...");
    vec![Effect::Survey(survey)]
}

pub fn came(app: &mut App, survey: &Survey, answer: Result<Vec<value::Grid>, String>) -> Vec<Effect> {
    if let Topic::Aside(why) = survey.topic {
        return aside::came(app, why, survey, answer);
    }
    let Some(grid) = app.grid.as_mut().filter(|grid| grid.survey.as_ref() == Some(survey)) else {
        return Vec::new();
    };
    grid.survey = None;
    app.dirty = true;
    let tables = match answer {
        Ok(tables) => tables,
        Err(why) => {
            let said = format!("that cannot be told of the result: {}", text::shown(&why, app.ascii));
            return app.say(NoteKind::Error, said);
        }
    };
    match survey.topic {
        // It waits elsewhere.
        Topic::Aside(_) => Vec::new(),
        Topic::Values { column } => values(app, column, &tables),
        Topic::Statistics { column } => statistics::came(app, column, &tables),
        Topic::Histogram { column } => statistics::histogram_came(app, column, &tables),
    }
}

/// A column's values as rows can be grouped by them.
pub fn grouped(column: &ColumnType) -> String {
    let name = reference(&column.name);
    if column.ty == Type::Dynamic { format!("tostring({name})") } else { name }
}

/// The commonest values of a column.
#[derive(Clone, Debug, PartialEq)]
pub struct Values {
    pub column: usize,
    /// Each with the number of rows that have it, the commonest first.
    pub values: Vec<(Value, u64)>,
    pub rows: u64,
    pub distinct: u64,
}

/// Values that are listed.
const VALUES: usize = 1_000;

/// Values by the number of their rows, then how many there are of both.
pub fn commonest(column: &ColumnType) -> Vec<String> {
    let by = grouped(column);
    vec![
        format!("| summarize Rows = count() by Value = {by} | sort by Rows desc, Value asc | take {VALUES}"),
        format!("| summarize Rows = count() by Value = {by} | summarize sum(Rows), count()"),
    ]
}

pub fn count_of(value: Option<&Value>) -> u64 {
    match value {
        Some(Value::Long(count)) => count.unsigned_abs(),
        _ => 0,
    }
}

fn values(app: &mut App, column: usize, tables: &[value::Grid]) -> Vec<Effect> {
    let Some(grid) = &mut app.grid else { return Vec::new() };
    let place = |table: &value::Grid, name: &str| table.columns.iter().position(|one| one.name == name);
    let ([common, all], true) = (tables, column < grid.compiled.columns.len()) else { return Vec::new() };
    let (Some(value), Some(rows)) = (place(common, "Value"), place(common, "Rows")) else {
        return Vec::new();
    };
    let pair = |row: &Vec<Value>| (row[value].clone(), count_of(row.get(rows)));
    let all = all.rows.first();
    grid.values = Some(Values {
        column,
        values: common.rows.iter().map(pair).collect(),
        rows: count_of(all.and_then(|row| row.first())),
        distinct: count_of(all.and_then(|row| row.get(1))),
    });
    app.popup = Some(Popup::List(List::new(ListKind::Values, "")));
    app.say(NoteKind::Plain, "")
}
