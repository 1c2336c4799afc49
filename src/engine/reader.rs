//! Windows of kept results, on a connection of their own, so that an old result scrolls while a query runs.

use std::fmt::Write;
use std::sync::Arc;

use super::ffi::Connection;
use super::results::{Kept, Shared};
use super::{Cancel, ResultId};
use crate::error::{Error, Result};
use crate::types::Type;
use crate::value::Grid;

/// Reads kept results. `Send`: give it a thread of its own.
pub struct Reader {
    pub(super) connection: Connection,
    pub(super) shared: Arc<Shared>,
}

/// A column of a result and its direction. As in KQL's `sort`, nulls come first when ascending.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Order {
    pub column: usize,
    pub ascending: bool,
}

impl Reader {
    /// At most `limit` rows from `offset` on. The first window of an order sorts the whole result once;
    /// without an order rows come as the query gave them.
    pub fn window(
        &mut self,
        id: ResultId,
        order: &[Order],
        offset: u64,
        limit: u64,
        cancel: &Cancel,
    ) -> Result<Grid> {
        let mut all = Grid::default();
        self.range(id, order, offset..offset.saturating_add(limit), cancel, &mut |grid| {
            if all.columns.is_empty() {
                all = grid;
            } else {
                all.rows.extend(grid.rows);
            }
            Ok(())
        })?;
        Ok(all)
    }

    /// Every row in batches, for export; the first batch comes even when there are no rows. An error of
    /// `each` ends it and is returned.
    pub fn rows(
        &mut self,
        id: ResultId,
        order: &[Order],
        cancel: &Cancel,
        each: &mut dyn FnMut(Grid) -> Result<()>,
    ) -> Result<u64> {
        self.range(id, order, 0..u64::MAX, cancel, each)
    }

    /// Frees a result; unknown ones too.
    pub fn drop_result(&mut self, id: ResultId) -> Result<()> {
        let Some(kept) = self.shared.results().remove(&id) else { return Ok(()) };
        kept.drop_tables(&self.connection)
    }

    fn range(
        &mut self,
        id: ResultId,
        order: &[Order],
        range: std::ops::Range<u64>,
        cancel: &Cancel,
        each: &mut dyn FnMut(Grid) -> Result<()>,
    ) -> Result<u64> {
        let kept = self.shared.results().get(&id).cloned();
        let kept = kept.ok_or_else(|| Error::message("the result is gone; run the query again"))?;
        let (start, end) = (range.start.min(kept.rows), range.end.min(kept.rows));
        let shared = self.shared.clone();
        let _attached = kept.in_hunt.then(|| shared.attached());
        let ids =
            if order.is_empty() { kept.ids.clone() } else { Some(self.sorted(id, &kept, order, cancel)?) };
        let Kept { from, exprs, .. } = &kept;
        let exprs: Vec<String> = exprs.iter().map(|expr| format!("t.{expr}")).collect();
        let exprs = exprs.join(", ");
        let sql = match ids {
            None => format!(
                "SELECT {exprs} FROM {from} AS t WHERE rowid >= {start} AND rowid < {end} ORDER BY rowid"
            ),
            Some(ids) => format!(
                "SELECT {exprs} FROM (SELECT rowid AS at, row FROM {ids} WHERE rowid >= {start} AND rowid < {end}) \
                 AS i JOIN {from} AS t ON t.rowid = i.row ORDER BY i.at"
            ),
        };
        cancel.guard(&self.connection, || {
            let mut result = self.connection.select(&sql, &kept.columns)?;
            let mut rows = 0;
            while let Some(chunk) = result.chunk()? {
                cancel.check()?;
                let mut grid = Grid { columns: kept.columns.clone(), rows: Vec::new() };
                chunk.decode(&kept.columns, &mut grid.rows)?;
                rows += grid.rows.len() as u64;
                each(grid)?;
            }
            if rows == 0 {
                each(Grid { columns: kept.columns.clone(), rows: Vec::new() })?;
            }
            Ok(rows)
        })
    }

    /// The table of row numbers in this order, made when it is not there yet.
    fn sorted(&self, id: ResultId, kept: &Kept, order: &[Order], cancel: &Cancel) -> Result<String> {
        if let Some((_, table)) = kept.orders.iter().find(|(known, _)| known == order) {
            return Ok(table.clone());
        }
        let table = format!("memory.result.s{}_{}", id.0, kept.orders.len());
        let mut keys = String::new();
        for Order { column, ascending } in order {
            let (expr, ty) = match (kept.exprs.get(*column), kept.columns.get(*column)) {
                (Some(expr), Some(column)) => (expr, column.ty),
                _ => return Err(Error::message(format!("the result has no column {}", column + 1))),
            };
            let direction = if *ascending { "ASC NULLS FIRST" } else { "DESC NULLS LAST" };
            // Writing to a String cannot fail.
            let _ = write!(keys, "{} {direction}, ", sort_key(&format!("t.{expr}"), ty));
        }
        let Kept { from, rows, .. } = kept;
        let source = match &kept.ids {
            None => format!("{from} AS t WHERE t.rowid < {rows} ORDER BY {keys}t.rowid"),
            Some(ids) => format!("{ids} AS i JOIN {from} AS t ON t.rowid = i.row ORDER BY {keys}i.rowid"),
        };
        let sql = format!("CREATE OR REPLACE TABLE {table} AS SELECT t.rowid AS row FROM {source}");
        cancel.guard(&self.connection, || self.connection.execute(&sql))?;
        match self.shared.results().get_mut(&id) {
            Some(kept) => kept.orders.push((order.to_vec(), table.clone())),
            None => return Err(Error::message("the result is gone; run the query again")),
        }
        Ok(table)
    }
}

/// Decimals are texts; they sort as numbers.
fn sort_key(expr: &str, ty: Type) -> String {
    match ty {
        Type::Decimal => format!("kql_decimal_order({expr})"),
        _ => expr.into(),
    }
}
