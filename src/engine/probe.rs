//! Answers for the data while a query is compiled, on the engine that will run it.

use super::{Cancel, Engine, Sql};
use crate::compile::{Compilation, Options, Probe, compile_on};
use crate::error::{Error, Result};
use crate::facts::Input;
use crate::types::ColumnType;
use crate::value::{Grid, Value};

/// An engine that is asked, and the error that ended a question.
struct Asked<'e> {
    engine: &'e mut Engine,
    cancel: &'e Cancel,
    failed: Option<Error>,
}

impl Probe for Asked<'_> {
    fn rows(
        &mut self,
        sql: &str,
        columns: &[ColumnType],
        inputs: &[Input],
    ) -> std::result::Result<Vec<Vec<Value>>, String> {
        if !inputs.iter().all(|input| self.engine.is_supplied(input)) {
            return Err("rows from outside of the database are not supplied".to_owned());
        }
        let sql = Sql {
            text: sql.to_owned(),
            columns: columns.to_vec(),
            streams: false,
            bare_table: None,
            row_ids: None,
        };
        self.engine.fetch(&sql, self.cancel).map(|grid| grid.rows).map_err(|error| {
            let message = error.to_string();
            self.failed = Some(error);
            message
        })
    }
}

impl Engine {
    /// Compiles a text against the engine's tables; where columns depend on the data, these are asked.
    ///
    /// Errors: a question failed or was cancelled. Mistakes of the text are in the compilation.
    pub fn compile(&mut self, text: &str, options: &Options, cancel: &Cancel) -> Result<Compilation> {
        let schema = self.schema();
        let mut asked = Asked { engine: self, cancel, failed: None };
        let compilation = compile_on(text, &schema, options, &mut asked);
        match asked.failed {
            Some(error) => Err(error),
            None => Ok(compilation),
        }
    }

    /// All rows of a text that gives one result: for questions that the program itself asks.
    ///
    /// Errors: the first mistake of the text; the run failed or was cancelled.
    pub fn rows(&mut self, text: &str, options: &Options, cancel: &Cancel) -> Result<Grid> {
        let compilation = self.compile(text, options, cancel)?;
        match compilation.results.first() {
            Some(compiled) => self.fetch(&Sql::from(compiled), cancel),
            None => {
                let first = compilation.diagnostics.into_iter().find(|one| one.is_error());
                Err(Error::message(first.map_or_else(|| "no query".into(), |one| one.message)))
            }
        }
    }
}
