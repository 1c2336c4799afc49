//! Windows of kept results, on a connection of their own, so that an old result scrolls while a query runs.

use std::fmt::Write;
use std::sync::Arc;

use super::ffi::Connection;
use super::layout::number;
use super::results::{Kept, Matches, Pick, Picked, Shared, drop_table};
use super::{Cancel, ResultId};
use crate::error::{Error, Result};
use crate::schema::Table;
use crate::sql::{order_key, quote};
use crate::value::Grid;

/// Reads kept results. `Send`: give it a thread of its own.
pub struct Reader {
    pub(super) connection: Connection,
    pub(super) shared: Arc<Shared>,
}

/// A row that was looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Match {
    /// `None` when there is none.
    pub row: Option<u64>,
    /// How many there are, and which of them this one is, from 1.
    pub total: u64,
    pub place: u64,
    /// It lies on the other side of an end.
    pub wrapped: bool,
}

/// A column of a result and its direction, as KQL's `sort` takes them: nulls come first when ascending.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Order {
    pub column: usize,
    pub ascending: bool,
}

/// Choices of rows of one result that are remembered; each is a table of numbers.
const PICKS: usize = 8;

impl Reader {
    /// At most `limit` of the picked rows from `offset` on, and how many there are in all. The first window
    /// of a pick reads or sorts the whole result once.
    pub fn window(
        &mut self,
        id: ResultId,
        pick: &Pick,
        offset: u64,
        limit: u64,
        cancel: &Cancel,
    ) -> Result<(Grid, u64)> {
        let mut all = Grid::default();
        let range = offset..offset.saturating_add(limit);
        let total = self.range(id, pick, range, true, cancel, &mut |grid| {
            if all.columns.is_empty() {
                all = grid;
            } else {
                all.rows.extend(grid.rows);
            }
            Ok(())
        })?;
        Ok((all, total))
    }

    /// Every picked row in batches, for export; the first batch comes even when there are no rows. An error
    /// of `each` ends it and is returned.
    pub fn rows(
        &mut self,
        id: ResultId,
        pick: &Pick,
        cancel: &Cancel,
        each: &mut dyn FnMut(Grid) -> Result<()>,
    ) -> Result<u64> {
        self.range(id, pick, 0..u64::MAX, true, cancel, each)
    }

    /// Every row in batches, in any order, for which DuckDB needs no memory of its own; else as [`Reader::rows`].
    pub fn rows_in_any_order(
        &mut self,
        id: ResultId,
        cancel: &Cancel,
        each: &mut dyn FnMut(Grid) -> Result<()>,
    ) -> Result<u64> {
        self.range(id, &Pick::default(), 0..u64::MAX, false, cancel, each)
    }

    /// The table that holds a result's rows, among others perhaps, under a name for queries. What they give
    /// as row numbers is what a [`Pick`] takes.
    pub fn source(&self, id: ResultId, name: &str) -> Result<Table> {
        let kept = self.kept(id)?;
        Ok(kept.as_table(name, kept.from.clone()))
    }

    /// As [`Handle::kept_table`](super::Handle::kept_table), of the picked rows alone, in no order. Only for as long
    /// as few other choices of rows are made.
    pub fn picked_table(&mut self, id: ResultId, pick: &Pick, name: &str, cancel: &Cancel) -> Result<Table> {
        let kept = self.kept(id)?;
        let shared = self.shared.clone();
        let _attached = kept.in_hunt.then(|| shared.attached());
        let ids = self.picked(id, &kept, pick, cancel)?.table;
        let from = format!("(SELECT t.* FROM {ids} AS i JOIN {} AS t ON t.rowid = i.row)", kept.from);
        Ok(kept.as_table(name, from))
    }

    /// The next of the picked rows, behind `from` or before it, whose number is one that the SELECT of
    /// numbers in `wanted` gives; on from the other end when there is none. Numbers of rows are those of
    /// [`Reader::window`]. The first search of a text reads the whole result once.
    pub fn find(
        &mut self,
        id: ResultId,
        pick: &Pick,
        wanted: &str,
        from: Option<u64>,
        forward: bool,
        cancel: &Cancel,
    ) -> Result<Match> {
        let kept = self.kept(id)?;
        let shared = self.shared.clone();
        let _attached = kept.in_hunt.then(|| shared.attached());
        let table = self.matches(id, &kept, pick, wanted, cancel)?;
        let number = |sql: &str| {
            let found = number(&self.connection, &format!("SELECT {sql} FROM {table}"))?;
            Ok::<_, Error>(found.map(i64::unsigned_abs))
        };
        let total = number("count(*)")?.unwrap_or_default();
        let (best, beyond) = if forward { ("min(place)", ">") } else { ("max(place)", "<") };
        let near = match from {
            Some(from) => number(&format!("{best} FILTER (WHERE place {beyond} {from})"))?,
            None => number(best)?,
        };
        let row = if near.is_some() { near } else { number(best)? };
        let place = match row {
            Some(row) => number(&format!("count(*) FILTER (WHERE place <= {row})"))?.unwrap_or_default(),
            None => 0,
        };
        Ok(Match { row, total, place, wrapped: near.is_none() })
    }

    /// The table of the places, among the picked rows, of those that are wanted.
    fn matches(
        &self,
        id: ResultId,
        kept: &Kept,
        pick: &Pick,
        wanted: &str,
        cancel: &Cancel,
    ) -> Result<String> {
        let known = kept.matches.iter().find(|known| known.pick == *pick && known.wanted == wanted);
        if let Some(known) = known {
            return Ok(known.table.clone());
        }
        self.connection.prove_select(wanted)?;
        let ids = match *pick == Pick::default() {
            true => kept.ids.clone(),
            false => Some(self.picked(id, kept, pick, cancel)?.table),
        };
        let Kept { from, rows, .. } = kept;
        let table = format!("memory.result.m{}_{}", id.0, self.shared.number());
        let source = match ids {
            None => format!("SELECT rowid AS place FROM {from} WHERE rowid < {rows} AND rowid IN ({wanted})"),
            Some(ids) => format!("SELECT rowid AS place FROM {ids} WHERE row IN ({wanted})"),
        };
        let sql = format!("CREATE TABLE {table} AS {source}");
        cancel.guard(&self.connection, || self.connection.execute(&sql))?;
        let older = {
            let mut results = self.shared.results();
            let kept = results.get_mut(&id).ok_or_else(|| Error::message(GONE))?;
            let (pick, wanted) = (pick.clone(), wanted.to_owned());
            kept.matches.replace(Matches { pick, wanted, table: table.clone() })
        };
        older.map_or(Ok(()), |older| drop_table(&self.connection, &older.table))?;
        Ok(table)
    }

    /// Frees a result; unknown ones too.
    pub fn drop_result(&mut self, id: ResultId) -> Result<()> {
        let Some(kept) = self.shared.results().remove(&id) else { return Ok(()) };
        kept.drop_tables(&self.connection)
    }

    fn kept(&self, id: ResultId) -> Result<Kept> {
        let kept = self.shared.results().get(&id).cloned();
        kept.ok_or_else(|| Error::message(GONE))
    }

    /// Gives the rows of a range, and says how many were picked in all.
    fn range(
        &mut self,
        id: ResultId,
        pick: &Pick,
        range: std::ops::Range<u64>,
        ordered: bool,
        cancel: &Cancel,
        each: &mut dyn FnMut(Grid) -> Result<()>,
    ) -> Result<u64> {
        let kept = self.kept(id)?;
        let shared = self.shared.clone();
        let _attached = kept.in_hunt.then(|| shared.attached());
        let (ids, rows) = match *pick == Pick::default() {
            true => (kept.ids.clone(), kept.rows),
            false => {
                let picked = self.picked(id, &kept, pick, cancel)?;
                (Some(picked.table), picked.rows)
            }
        };
        let (start, end) = (range.start.min(rows), range.end.min(rows));
        let from = &kept.from;
        let columns: Vec<String> =
            kept.stored.iter().map(|name| format!("t.{}", quote::name(name))).collect();
        let columns = columns.join(", ");
        let order = |key: &str| if ordered { format!(" ORDER BY {key}") } else { String::new() };
        let sql = match ids {
            None => format!(
                "SELECT {columns} FROM {from} AS t WHERE rowid >= {start} AND rowid < {end}{}",
                order("rowid")
            ),
            Some(ids) => format!(
                "SELECT {columns} FROM (SELECT rowid AS at, row FROM {ids} WHERE rowid >= {start} AND rowid < {end}) \
                 AS i JOIN {from} AS t ON t.rowid = i.row{}",
                order("i.at")
            ),
        };
        cancel.guard(&self.connection, || {
            let mut result = self.connection.select(&sql, &kept.columns)?;
            let mut some = false;
            while let Some(chunk) = result.chunk()? {
                cancel.check()?;
                let mut grid = Grid { columns: kept.columns.clone(), rows: Vec::new() };
                chunk.decode(&kept.columns, &mut grid.rows)?;
                some |= !grid.rows.is_empty();
                each(grid)?;
            }
            if !some {
                each(Grid { columns: kept.columns.clone(), rows: Vec::new() })?;
            }
            Ok(rows)
        })
    }

    /// The table of the numbers of the picked rows, made when it is not there yet.
    fn picked(&self, id: ResultId, kept: &Kept, pick: &Pick, cancel: &Cancel) -> Result<Picked> {
        if let Some((_, picked)) = kept.picks.iter().find(|(known, _)| known == pick) {
            return Ok(picked.clone());
        }
        let table = format!("memory.result.s{}_{}", id.0, self.shared.number());
        let mut keys = String::new();
        for Order { column, ascending } in &pick.order {
            let (name, ty) = match (kept.stored.get(*column), kept.columns.get(*column)) {
                (Some(name), Some(column)) => (quote::name(name), column.ty),
                _ => return Err(Error::message(format!("the result has no column {}", column + 1))),
            };
            // Writing to a String cannot fail.
            let _ = write!(keys, "{}, ", order_key(&format!("t.{name}"), ty, *ascending, *ascending));
        }
        let Kept { from, rows, .. } = kept;
        pick.rows.as_ref().map_or(Ok(()), |rows| self.connection.prove_select(rows))?;
        let meeting = pick.rows.as_ref();
        let meeting = meeting.map(|rows| format!(" AND t.rowid IN ({rows})")).unwrap_or_default();
        let (all, place) = match &kept.ids {
            None => (format!("{from} AS t WHERE t.rowid < {rows}{meeting}"), "t.rowid"),
            Some(ids) => {
                (format!("{ids} AS i JOIN {from} AS t ON t.rowid = i.row WHERE true{meeting}"), "i.rowid")
            }
        };
        let apart: Option<Vec<String>> =
            pick.distinct.iter().map(|at| kept.stored.get(*at).map(|name| quote::name(name))).collect();
        let apart = apart.ok_or_else(|| Error::message("the result has no such column"))?;
        let first = match apart.is_empty() {
            true => String::new(),
            false => {
                let keys = apart.iter().map(|name| format!("t.{name}")).collect::<Vec<_>>().join(", ");
                format!(" AND {place} IN (SELECT min({place}) FROM {all} GROUP BY {keys})")
            }
        };
        let source = format!("{all}{first} ORDER BY {keys}{place}");
        let sql = format!("CREATE TABLE {table} AS SELECT t.rowid AS row FROM {source}");
        cancel.guard(&self.connection, || self.connection.execute(&sql))?;
        let rows = number(&self.connection, &format!("SELECT count(*) FROM {table}"))?;
        let picked = Picked { table, rows: rows.unwrap_or_default().unsigned_abs() };
        let older = {
            let mut results = self.shared.results();
            let kept = results.get_mut(&id).ok_or_else(|| Error::message(GONE))?;
            kept.picks.push((pick.clone(), picked.clone()));
            (kept.picks.len() > PICKS).then(|| kept.picks.remove(0))
        };
        older.map_or(Ok(()), |(_, older)| drop_table(&self.connection, &older.table))?;
        Ok(picked)
    }
}

const GONE: &str = "the result is gone; run the query again";
