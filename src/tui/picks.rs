//! Conditions and pipelines of KQL over a kept result: it is a table like any other, and compiled as one.

use crate::app::msg::{Conditions, Find, FoundRow, Survey};
use crate::compile::{self, Compiled};
use crate::engine::{Cancel, Engine, Handle, Match, Order, Pick, Reader, ResultId, Sql};
use crate::error::{Error, Result};
use crate::schema::{Schema, Table};
use crate::value::Grid;

/// What the rows are called while they are asked for; nobody sees it.
const NAME: &str = "Result";

/// The rows of a result that meet all conditions, in this order.
///
/// # Errors
/// A condition is none of KQL, or not one of a row alone.
pub fn pick(reader: &Reader, result: u64, order: &[(usize, bool)], filters: &Conditions) -> Result<Pick> {
    let order = order.iter().map(|(column, ascending)| Order { column: *column, ascending: *ascending });
    let (order, distinct) = (order.collect(), filters.distinct.clone());
    if filters.kql.is_empty() {
        return Ok(Pick { rows: None, order, distinct });
    }
    let table = reader.source(ResultId(result), NAME)?;
    let row_ids = compiled(table, filters, "")?.row_ids;
    let row_ids = row_ids.ok_or_else(|| Error::message("a condition gives other rows each time"))?;
    Ok(Pick { rows: Some(row_ids.sql), order, distinct })
}

/// The next row that meets a condition.
pub fn find(reader: &mut Reader, find: &Find, cancel: &Cancel) -> Result<FoundRow> {
    let id = ResultId(find.result);
    let among = pick(reader, find.result, &find.order, &find.filters)?;
    let (kql, now) = (vec![find.wanted.clone()], find.filters.now);
    let wanted = Conditions { kql, now, ..Conditions::default() };
    let found = match pick(reader, find.result, &[], &wanted)?.rows {
        Some(wanted) => reader.find(id, &among, &wanted, find.from, find.forward, cancel)?,
        None => return Err(Error::message("nothing is looked for")),
    };
    let Match { row, total, place, wrapped } = found;
    Ok(FoundRow { row, total, place, wrapped })
}

/// A table for each pipe of a survey.
pub fn survey(engine: &mut Engine, handle: &Handle, survey: &Survey, cancel: &Cancel) -> Result<Vec<Grid>> {
    let id = ResultId(survey.result);
    let (table, filters) = match survey.filters.distinct.is_empty() {
        true => (handle.kept_table(id, NAME)?, survey.filters.clone()),
        false => {
            let mut reader = handle.reader()?;
            let pick = pick(&reader, survey.result, &[], &survey.filters)?;
            (reader.picked_table(id, &pick, NAME, cancel)?, Conditions::default())
        }
    };
    let filters = Conditions { now: survey.filters.now, ..filters };
    let answer = |pipe: &String| {
        let compiled = compiled(table.clone(), &filters, pipe)?;
        engine.fetch(&Sql::from(&compiled), cancel)
    };
    survey.pipes.iter().map(answer).collect()
}

fn compiled(table: Table, filters: &Conditions, pipe: &str) -> Result<Compiled> {
    let schema = Schema { tables: vec![table], ..Schema::default() };
    let options = compile::Options { now: filters.now, ..compile::Options::default() };
    let text = filters.over(NAME, pipe);
    let compilation = compile::compile(&text, &schema, &options);
    let first = compilation.diagnostics.into_iter().find(|one| one.is_error());
    match (compilation.results.into_iter().next(), first) {
        (Some(compiled), None) => Ok(compiled),
        (_, first) => Err(Error::message(first.map_or_else(|| "no query".into(), |one| one.message))),
    }
}
