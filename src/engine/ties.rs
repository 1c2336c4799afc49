//! Whether data leave open what `arg_max()`, `take_any()` and the like take.

use super::{Cancel, Engine, Sql};
use crate::compile::{self, Compiled, Looked, Options};
use crate::types::{ColumnType, Type};
use crate::value::Value;

/// Of more rows it is not looked for choices, which takes up to twice the time of the query.
const ROWS_LOOKED_AT: i64 = 200_000;

impl Engine {
    /// What the data of the `at`-th result of a text are known not to leave open, so that it is as steady as
    /// [`Compiled::untied`] or [`Compiled::settled`] says. What makes no difference is not looked for, and nothing is
    /// known where it cannot be found out.
    pub fn looked(
        &mut self,
        text: &str,
        at: usize,
        compiled: &Compiled,
        options: &Options,
        cancel: &Cancel,
    ) -> Looked {
        let wanted = match (&compiled.untied, &compiled.settled) {
            (None, None) => return Looked::Nothing,
            (_, Some(_)) if self.few(compiled, cancel) => Looked::Choices,
            (None, _) => return Looked::Nothing,
            (Some(_), _) => Looked::Ties,
        };
        let counts = compile::ties(text, &self.schema(), options).into_iter().nth(at).flatten();
        let Some(counts) = counts else { return Looked::Nothing };
        let (ties, choices): (Vec<_>, Vec<_>) = counts.into_iter().partition(|one| one.0 == Looked::Ties);
        let mut none =
            |counts: Vec<(Looked, String)>| counts.into_iter().all(|(_, text)| self.none(text, cancel));
        match none(ties) {
            false => Looked::Nothing,
            true if wanted == Looked::Choices && none(choices) => Looked::Choices,
            true => Looked::Ties,
        }
    }

    /// Whether the tables of a query are small enough to look at each aggregate's values once more.
    fn few(&mut self, compiled: &Compiled, cancel: &Cancel) -> bool {
        let mut rows = 0;
        for used in &compiled.tables {
            let count = format!("{} | count", compile::reference(&used.table));
            let found = self.rows(&count, &Options::default(), cancel).ok();
            match found.as_ref().and_then(|grid| grid.rows.first()?.first()) {
                Some(Value::Long(count)) => rows += count,
                Some(_) | None => return false,
            }
        }
        rows <= ROWS_LOOKED_AT
    }

    fn none(&mut self, text: String, cancel: &Cancel) -> bool {
        let columns = vec![ColumnType::new("Count", Type::Long)];
        let sql = Sql { text, columns, streams: false, bare_table: None, row_ids: None };
        let found = self.fetch(&sql, cancel).ok();
        found.is_some_and(|grid| grid.rows.first().is_some_and(|row| row.first() == Some(&Value::Long(0))))
    }
}
