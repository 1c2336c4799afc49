//! Whether data leave open what `arg_max()` and `arg_min()` take.

use super::{Cancel, Engine, Sql};
use crate::compile::{self, Compiled, Options};
use crate::types::{ColumnType, Type};
use crate::value::Value;

impl Engine {
    /// Whether no rows tie for what the `at`-th result of a text takes of them, so that it is as steady as
    /// [`Compiled::untied`] says. False too when that makes no difference, or cannot be found out.
    pub fn untied(
        &mut self,
        text: &str,
        at: usize,
        compiled: &Compiled,
        options: &Options,
        cancel: &Cancel,
    ) -> bool {
        if compiled.untied.is_none() {
            return false;
        }
        let counts = compile::ties(text, &self.schema(), options).into_iter().nth(at).flatten();
        counts.is_some_and(|counts| counts.into_iter().all(|text| self.none(text, cancel)))
    }

    fn none(&mut self, text: String, cancel: &Cancel) -> bool {
        let columns = vec![ColumnType::new("Count", Type::Long)];
        let sql = Sql { text, columns, streams: false, bare_table: None, row_ids: None };
        let found = self.fetch(&sql, cancel).ok();
        found.is_some_and(|grid| grid.rows.first().is_some_and(|row| row.first() == Some(&Value::Long(0))))
    }
}
