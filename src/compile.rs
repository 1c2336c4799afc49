//! The facade: KQL text and a schema in, SQL and diagnostics out. Runs nothing.

use crate::diag::Diagnostic;
use crate::schema::Schema;
use crate::types::ColumnType;

/// What a query's meaning depends on besides its text and the schema.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// The query clock, in ticks: what `now()` gives. `set query_now` in the text wins over it.
    pub now: i64,
    /// Values for `declare query_parameters`, as written on the command line.
    pub params: Vec<(String, String)>,
    /// Mark in the SQL which operator made each part.
    pub trace: bool,
}

/// What a text compiles to: one result for each query statement, none when there are errors.
#[derive(Clone, Debug, Default)]
pub struct Compilation {
    pub results: Vec<Compiled>,
    pub diagnostics: Vec<Diagnostic>,
}

/// One query, ready to run.
#[derive(Clone, Debug)]
pub struct Compiled {
    /// Exactly one SELECT. Its columns are the result's in order, under internal names.
    pub sql: String,
    pub columns: Vec<ColumnType>,
    /// For each column the stored column whose values it holds unchanged, if there is one.
    pub origins: Vec<Option<Origin>>,
    pub render: Option<Render>,
    /// The stored tables that it reads, in the order of the text.
    pub tables: Vec<TableUse>,
    /// The clock that it was compiled for, in ticks.
    pub now: i64,
    /// It needs no sort, group or join: first rows can come before the last are known.
    pub streams: bool,
    /// The whole query is a bare table, in stored order: its rows can be read in place.
    pub bare_table: Option<String>,
}

/// A column of a stored table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin {
    pub table: String,
    pub column: String,
}

/// A stored table in a query, and how far back the query looks in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TableUse {
    pub table: String,
    /// The datetime column that the query compares with a constant: `TimeGenerated > ago(1h)`.
    pub time_column: Option<String>,
    /// The constant's lower and upper bounds, in ticks, where there are such.
    pub since: Option<i64>,
    pub until: Option<i64>,
}

/// What `render` asks for; property names and kinds as KQL spells them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Render {
    pub kind: String,
    pub properties: Vec<(String, String)>,
}

impl Render {
    pub fn property(&self, name: &str) -> Option<&str> {
        self.properties.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }
}

/// Compiles a text. Never panics; every mistake is a diagnostic with its place.
pub fn compile(text: &str, schema: &Schema, options: &Options) -> Compilation {
    let _ = (text, schema, options);
    Compilation::default()
}
