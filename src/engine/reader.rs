//! Windows of kept results, on a connection of their own, so that an old result scrolls while a query runs.

use super::{Cancel, ResultId};
use crate::error::{Error, Result};
use crate::value::Grid;

/// Reads kept results. `Send`: give it a thread of its own.
pub struct Reader {}

/// A column of a result and its direction. As KQL's `sort`, nulls are least.
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
        let _ = (id, order, offset, limit, cancel);
        Err(Error::message("the engine is not there yet"))
    }

    /// Every row in batches, for export. An error of `each` ends it and is returned.
    pub fn rows(
        &mut self,
        id: ResultId,
        order: &[Order],
        cancel: &Cancel,
        each: &mut dyn FnMut(Grid) -> Result<()>,
    ) -> Result<u64> {
        let _ = (id, order, cancel, each);
        Err(Error::message("the engine is not there yet"))
    }

    /// Frees a result; unknown ones too.
    pub fn drop_result(&mut self, id: ResultId) -> Result<()> {
        let _ = id;
        Err(Error::message("the engine is not there yet"))
    }
}
