//! A row of the bench of kernels: what is called over which column, and what DuckDB has beside it.

/// One comparison.
pub struct Row {
    /// The KQL function or operator.
    pub name: &'static str,
    /// What it is called over, for the table.
    pub column: &'static str,
    pub table: &'static str,
    pub gives: Gives,
    pub ours: Call,
    /// DuckDB's function, for the table.
    pub rival: &'static str,
    pub theirs: Call,
    /// The most that the ratio may be.
    pub bar: Option<f64>,
    /// Both give the same over these rows.
    pub same: bool,
}

/// What an expression gives, which a query must use up.
#[derive(Clone, Copy)]
pub enum Gives {
    Bool,
    Text,
    Number,
}

/// An expression of SQL.
pub enum Call {
    Fixed(&'static str),
    /// With as many values of a list instead of `LIST`, and as JSON instead of `JSON`.
    Listed(&'static str, usize, fn(usize) -> String),
}

impl Gives {
    pub fn query(self, expression: &str, table: &str) -> String {
        match self {
            Gives::Bool => format!("SELECT count(*) FROM hunt.main.{table} WHERE {expression}"),
            Gives::Text => format!("SELECT sum(strlen({expression}))::BIGINT FROM hunt.main.{table}"),
            Gives::Number => format!("SELECT max({expression})::BIGINT FROM hunt.main.{table}"),
        }
    }
}

impl Call {
    pub fn text(&self) -> String {
        match self {
            Call::Fixed(text) => (*text).to_owned(),
            Call::Listed(text, count, value) => {
                let values: Vec<String> = (0..*count).map(value).collect();
                let list: Vec<String> = values.iter().map(|value| format!("'{value}'")).collect();
                let json: Vec<String> = values.iter().map(|value| format!("\"{value}\"")).collect();
                text.replace("LIST", &list.join(", "))
                    .replace("JSON", &format!("'[{}]'", json.join(",")))
                    .replace("PATTERN", &values.join("|"))
            }
        }
    }
}

/// A comparison over the table of rows, without a bar, both sides giving the same.
pub const fn row(
    name: &'static str,
    column: &'static str,
    gives: Gives,
    ours: Call,
    rival: &'static str,
    theirs: Call,
) -> Row {
    Row { name, column, table: "rows", gives, ours, rival, theirs, bar: None, same: true }
}

impl Row {
    /// SQL for how many bytes of its column a row has, as they are read.
    pub fn bytes(&self) -> String {
        match self.column {
            "ticks" => "8".to_owned(),
            "n as text" => "strlen(n::VARCHAR)".to_owned(),
            "time as text" => "strlen(time::VARCHAR)".to_owned(),
            column => format!("strlen({column})"),
        }
    }

    pub const fn bar(mut self, bar: f64) -> Row {
        self.bar = Some(bar);
        self
    }

    /// The nearest that DuckDB has does something else.
    pub const fn other(mut self) -> Row {
        self.same = false;
        self
    }

    pub const fn docs(mut self) -> Row {
        self.table = "docs";
        self
    }
}
