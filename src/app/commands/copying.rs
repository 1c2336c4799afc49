//! Copying from the result: a cell, a row, a column.

use super::nothing;
use super::panes::palette;
use super::selecting::copy_query;
use crate::app::columns::Columns;
use crate::app::msg::{Copied, CopyText, Effect};
use crate::app::{App, NoteKind, text};
use crate::export::{self, Options};
use crate::hunt::defang::defanged;
use crate::types::ColumnType;
use crate::value::Value;

pub fn copy_cell(app: &mut App, _: &str) -> Vec<Effect> {
    copy(app, "cell", false)
}

pub fn copy_row(app: &mut App, _: &str) -> Vec<Effect> {
    copy(app, "row", false)
}

pub fn copy_column(app: &mut App, _: &str) -> Vec<Effect> {
    copy(app, "column", false)
}

pub fn copy_list(app: &mut App, _: &str) -> Vec<Effect> {
    copy(app, "list", false)
}

pub fn copy_defanged(app: &mut App, _: &str) -> Vec<Effect> {
    copy(app, "cell", true)
}

/// `:copy cell|row|column|list [defanged]`, or `:copy query`.
pub fn copy_as(app: &mut App, typed: &str) -> Vec<Effect> {
    if typed.is_empty() {
        return palette(app, "copy ");
    }
    if typed == "query" {
        return copy_query(app, "");
    }
    let (what, defang) = match typed.split_once(' ') {
        Some((what, rest)) if rest.trim() == "defanged" => (what, true),
        Some(_) => ("", false),
        None => (typed, false),
    };
    match ["cell", "row", "column", "list"].into_iter().find(|known| *known == what) {
        Some(what) => copy(app, what, defang),
        None => {
            app.say(NoteKind::Warning, "what? :copy cell, row, column, list ('defanged' behind it) or query")
        }
    }
}

/// What a row is called that is not all copied.
const WITHOUT: &str = "row without its hidden columns";

fn copy(app: &mut App, what: &'static str, defang: bool) -> Vec<Effect> {
    let Some(grid) = &app.grid else { return nothing() };
    let what = if what == "row" && grid.view.columns.hidden() > 0 { WITHOUT } else { what };
    let text = match (what, grid.current()) {
        ("cell", Some(row)) => row.get(grid.view.column).map(Value::text),
        ("row" | WITHOUT, Some(row)) => row_text(&grid.compiled.columns, &grid.view.columns, row),
        ("column" | "list", Some(_)) => {
            if let Some(why) = grid.extent.unfinished("a column can be copied") {
                return app.say(NoteKind::Warning, why);
            }
            let text = CopyText::Column {
                result: grid.run,
                column: grid.view.column,
                order: grid.order.clone(),
                filters: grid.conditions(),
                list: what == "list",
            };
            app.say(NoteKind::Plain, "copying...");
            return vec![Effect::Copy { what, text, defang }];
        }
        _ => None,
    };
    let Some(text) = text else {
        return app.say(NoteKind::Plain, "there is nothing to copy");
    };
    let text = if defang { defanged(&text) } else { text };
    vec![Effect::Copy { what, text: CopyText::Ready(text), defang }]
}

/// The row as a JSON object without the columns that the reader hid.
fn row_text(columns: &[ColumnType], view: &Columns, row: &[Value]) -> Option<String> {
    let shown = view.wanted(columns.len());
    let columns: Vec<ColumnType> = shown.iter().filter_map(|at| columns.get(*at)).cloned().collect();
    let row: Vec<Value> = shown.iter().filter_map(|at| row.get(*at)).cloned().collect();
    let format = export::format("jsonl")?;
    let mut exporter = (format.exporter)(Options::default());
    let mut line = Vec::new();
    exporter.begin(&columns, &mut line).and_then(|()| exporter.rows(&[row], &mut line)).ok()?;
    String::from_utf8(line).ok().map(|line| line.trim_end().to_owned())
}

/// Says how many bytes went where.
pub fn copied(app: &mut App, outcome: Result<Copied, String>) -> Vec<Effect> {
    match outcome {
        Ok(copied) => {
            let (what, bytes) = (copied.what, text::count(copied.bytes, "byte"));
            let defanged = if copied.defanged { ", defanged" } else { "" };
            let ways = text::shown(&copied.ways.join(" and "), app.ascii).into_owned();
            let kind = if copied.doubt { NoteKind::Warning } else { NoteKind::Good };
            app.say(kind, format!("{what} copied{defanged}: {bytes} to {ways}"))
        }
        Err(why) => {
            let said = format!("nothing was copied: {}", text::shown(&why, app.ascii));
            app.say(NoteKind::Error, said)
        }
    }
}
