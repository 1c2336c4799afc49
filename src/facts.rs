//! What a query depends on besides its text, and what is known of it besides its SQL: plain data that the
//! plan fills and every later layer reads.

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
    /// The constant's lower and upper bounds, in ticks, where there are such. Both are inclusive: of
    /// `TimeGenerated > x` it is one tick after `x`.
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
