//! Why a result may be empty: for each table of the query its newest row, and whether the query looks
//! there at all. An empty result that only means a wrong clock looks like good news.

use super::exit::Failure;
use super::report;
use crate::catalog::{tables, views};
use crate::compile::{Compiled, Options, TableUse, reference};
use crate::display::count;
use crate::engine::{Cancel, Engine};
use crate::schema::Table;
use crate::ticks;
use crate::types::Type;
use crate::value::Value;

/// Says on stderr what an empty result may be due to.
pub fn explain(engine: &mut Engine, compiled: &Compiled, cancel: &Cancel) -> Result<(), Failure> {
    for used in &compiled.tables {
        let schema = engine.schema();
        let Some(column) = schema.table(&used.table).and_then(|table| time_column(table, used)) else {
            continue;
        };
        let newest = newest(engine, &used.table, &column, cancel)?;
        report::say(&sentence(used, &column, newest));
    }
    Ok(())
}

/// Says on stderr which rows are later than a clock that the user chose, where the query looks at them.
pub fn later(engine: &mut Engine, compiled: &Compiled, cancel: &Cancel) -> Result<(), Failure> {
    for used in &compiled.tables {
        if used.until.is_some_and(|until| until <= compiled.now) {
            continue;
        }
        let schema = engine.schema();
        let Some(column) = schema.table(&used.table).and_then(|table| time_column(table, used)) else {
            continue;
        };
        let (table, time) = (reference(&used.table), reference(&column));
        let kql = format!("{table} | summarize countif({time} > datetime({}))", ticks::iso(compiled.now));
        let grid = engine.rows(&kql, &Options::default(), cancel)?;
        if let Some(Value::Long(later @ 1..)) = grid.rows.first().and_then(|row| row.first()) {
            let rows = count(later.unsigned_abs(), "row");
            report::say(&format!(
                "{rows} of {} later than the clock; --as-of in place of --now leaves such rows out",
                used.table
            ));
        }
    }
    Ok(())
}

/// Says on stderr which tables of events have no row from a time on, and where theirs end: rules find nothing there.
pub fn stale(engine: &mut Engine, from: i64, cancel: &Cancel) -> Result<(), Failure> {
    let schema = engine.schema();
    for table in &schema.tables {
        // An indicator holds for longer than it is news.
        if views::VIEWS.iter().any(|view| view.reads == table.name) {
            continue;
        }
        let known = tables::find(&table.name).map(|row| row.time.to_string());
        let Some(column) = known.or_else(|| first_time(table)) else { continue };
        if let Some(newest) = newest(engine, &table.name, &column, cancel)?.filter(|newest| *newest < from) {
            let (name, at, from) = (&table.name, ticks::iso(newest), ticks::iso_second(from));
            report::say(&format!(
                "{name} has no rows from {from} on: its newest is of {at}; --now {at} moves the clock there"
            ));
        }
    }
    Ok(())
}

fn first_time(table: &Table) -> Option<String> {
    table.listed().find(|column| column.ty == Type::Datetime).map(|column| column.name.clone())
}

/// The column that the query compares with the clock, else the one that says when it happened.
fn time_column(table: &Table, used: &TableUse) -> Option<String> {
    let known = tables::find(&table.name).map(|row| row.time.to_string());
    used.time_column.clone().or(known).or_else(|| first_time(table))
}

fn newest(engine: &mut Engine, table: &str, column: &str, cancel: &Cancel) -> Result<Option<i64>, Failure> {
    let kql = format!("{} | summarize max({})", reference(table), reference(column));
    let grid = engine.rows(&kql, &Options::default(), cancel)?;
    match grid.rows.first().and_then(|row| row.first()) {
        Some(Value::Datetime(at)) => Ok(Some(*at)),
        Some(_) | None => Ok(None),
    }
}

/// To the second: `> ago(1h)` begins a tick after the hour.
fn sentence(used: &TableUse, column: &str, newest: Option<i64>) -> String {
    let table = &used.table;
    let Some(newest) = newest else { return format!("no rows: {table} has none with a {column}") };
    let at = ticks::iso(newest);
    match (used.since, used.until) {
        (Some(since), _) if newest < since => format!(
            "no rows: the newest of {table} is of {at}, before the query's look-back, which begins {}; --now {at} moves its clock there",
            ticks::iso_second(since)
        ),
        (_, Some(until)) if newest > until => format!(
            "no rows: {table} goes on to {at}, after the query's look-back, which ends {}",
            ticks::iso_second(until)
        ),
        (_, _) => format!("no rows: the newest of {table} is of {at}, which the query looks at"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_old_table_is_told_from_an_empty_one() {
        let day = |days: i64| ticks::UNIX_EPOCH + days * ticks::DAY;
        let used = TableUse {
            table: "OfficeActivity".into(),
            time_column: Some("TimeGenerated".into()),
            since: Some(day(10)),
            until: None,
            readings: 1,
        };
        let said = |newest| sentence(&used, "TimeGenerated", newest);
        assert!(said(Some(day(2))).contains("--now 1970-01-03T00:00:00Z"));
        assert!(said(Some(day(11))).contains("looks at"));
        assert!(said(None).contains("has none"));
    }
}
