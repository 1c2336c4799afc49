//! Rows from outside of the database, for queries that read them: tables of the main database, kept while
//! what they were read from stays as it was.

use super::Engine;
use super::ffi::Appender;
use crate::batch::Batch;
use crate::error::Result;
use crate::facts::{INPUT_SCHEMA, Input, InputSource};
use crate::sql::quote;
use crate::types::{ColumnType, Type};

/// Where inputs are.
pub const CREATE: &str = "CREATE SCHEMA memory.input";

/// More are not kept from run to run.
const KEPT_MAX: usize = 32;

impl Engine {
    /// Whether the input is there as it was read under this stamp.
    pub fn has_input(&self, table: &str, stamp: u64) -> bool {
        self.handle.shared.inputs().get(table) == Some(&stamp)
    }

    /// Whether the input's rows are there, whatever they were read from.
    pub fn is_supplied(&self, input: &Input) -> bool {
        match input.source {
            InputSource::Files { .. } | InputSource::Watchlist { .. } => {
                self.handle.shared.inputs().contains_key(&input.table)
            }
            InputSource::Watchlists | InputSource::Places | InputSource::UserAgents => true,
        }
    }

    /// Puts an input there, in place of what it was before. Its columns become c0, c1, ...
    pub fn put_input(
        &mut self,
        table: &str,
        columns: &[ColumnType],
        batch: &Batch,
        stamp: u64,
    ) -> Result<()> {
        self.handle.shared.inputs().remove(table);
        let from = format!("{INPUT_SCHEMA}.{}", quote::name(table));
        let names: Vec<String> = (0..columns.len()).map(|at| format!("c{at}")).collect();
        let definition = |(name, column): (&String, &ColumnType)| {
            let default = if column.ty == Type::String { " NOT NULL DEFAULT ''" } else { "" };
            format!("{name} {}{default}", column.ty.sql())
        };
        let definitions: Vec<String> = names.iter().zip(columns).map(definition).collect();
        let create = format!("CREATE OR REPLACE TABLE {from} ({})", definitions.join(", "));
        self.writing.execute(&format!("BEGIN; {create}"))?;
        let filled = self.fill(table, &names, batch).and_then(|()| self.writing.execute("COMMIT"));
        if filled.is_err() {
            // The first error is the one that says why.
            let _ = self.writing.execute("ROLLBACK");
            return filled;
        }
        self.handle.shared.inputs().insert(table.to_owned(), stamp);
        Ok(())
    }

    fn fill(&self, table: &str, names: &[String], batch: &Batch) -> Result<()> {
        let (catalog, schema) = INPUT_SCHEMA.split_once('.').unwrap_or(("memory", INPUT_SCHEMA));
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let mut appender = Appender::new(&self.writing, [catalog, schema, table], &names)?;
        appender.batch(batch)?;
        appender.flush()
    }

    /// Frees inputs beyond a few that a query does not need.
    pub fn forget_inputs(&mut self, needed: &[&str]) -> Result<()> {
        let mut known = self.handle.shared.inputs();
        let surplus = known.len().saturating_sub(KEPT_MAX);
        let others = known.keys().filter(|table| !needed.contains(&table.as_str()));
        let others: Vec<String> = others.take(surplus).cloned().collect();
        for table in others {
            self.writing.execute(&format!("DROP TABLE IF EXISTS {INPUT_SCHEMA}.{}", quote::name(&table)))?;
            known.remove(&table);
        }
        Ok(())
    }
}
