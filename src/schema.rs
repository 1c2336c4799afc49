//! The tables that a query may name. Knows where each column is stored, not how the store is read.

use crate::types::Type;

/// One stored column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TableColumn {
    /// The KQL name, case-sensitive.
    pub name: String,
    pub ty: Type,
    /// The column's name in DuckDB, unquoted. DuckDB folds case, so it may differ from `name`.
    pub stored: String,
    /// Set for a name that resolves but is never listed: the official column that it stands for.
    pub alias_of: Option<String>,
    /// Also resolves without being listed, but stands for itself: the bag of fields without a column.
    pub unlisted: bool,
    /// Of a dynamic column: properties that are stored beside it.
    pub shadows: Vec<Shadow>,
    /// Asked of a column that is not there yet: its texts nearly all differ, and are stored as they are.
    pub varied: bool,
}

/// A property of the documents of a dynamic column, stored beside it as a column of its own. The document
/// stays the truth: what the shadow says is what reading the property says, as far as its [`Trust`] goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shadow {
    /// Where the property is, in the encoding of `kernels::json`.
    pub path: String,
    /// What the property is wherever it is there: a string, a bool, a long whose text is as short as can be.
    /// As a dynamic, anything: its JSON text.
    pub ty: Type,
    /// The column's name in DuckDB, unquoted.
    pub stored: String,
    pub trust: Trust,
    /// As [`TableColumn::varied`].
    pub varied: bool,
}

/// How far a shadow may be read in place of its document.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Trust {
    /// It says all that the property says.
    #[default]
    Full,
    /// A string: it says the property's text, but one is empty where others are missing, or is spelled with more
    /// escapes than it needs. A long: it says the number, but one does not fit into 32 bits.
    Part,
    /// Nothing: a document has something of another type there.
    None,
}

/// The name of each trust, as a database keeps it.
pub const TRUSTS: [(Trust, &str); 3] = [(Trust::Full, "full"), (Trust::Part, "part"), (Trust::None, "none")];

impl TableColumn {
    /// A listed column that is stored under its own name.
    pub fn new(name: impl Into<String>, ty: Type) -> Self {
        let name = name.into();
        let stored = name.clone();
        TableColumn { name, ty, stored, alias_of: None, unlisted: false, shadows: Vec::new(), varied: false }
    }
}

/// One table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Table {
    pub name: String,
    /// What FROM names in DuckDB, already quoted, such as `hunt.main."OfficeActivity"`.
    pub from: String,
    pub columns: Vec<TableColumn>,
}

impl Table {
    /// The columns that `*`, take, getschema and union list.
    pub fn listed(&self) -> impl Iterator<Item = &TableColumn> {
        self.columns.iter().filter(|column| column.alias_of.is_none() && !column.unlisted)
    }

    /// The official column that a name stands for.
    pub fn alias(&self, name: &str) -> Option<&str> {
        let named = |column: &&TableColumn| column.alias_of.is_some() && column.name == name;
        self.columns.iter().find(named)?.alias_of.as_deref()
    }

    pub fn column(&self, name: &str) -> Option<&TableColumn> {
        self.columns.iter().find(|column| column.name == name)
    }
}

/// What the newest kept result is called, and what the names of all begin with; a number follows.
pub const LAST: &str = "Last";
pub const RESULT: &str = "Result";

/// Whether this is the name of a kept result where no table has it.
pub fn names_result(name: &str) -> bool {
    let numbered = |number: &str| !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
    name == LAST || name.strip_prefix(RESULT).is_some_and(numbered)
}

/// Every table that a query may name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Schema {
    pub tables: Vec<Table>,
    /// Kept results: each resolves by its name where no table has it, and is in no list of all tables.
    pub results: Vec<Table>,
    pub sizes: Sizes,
}

/// How much there is to read, and room for it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sizes {
    /// Names of tables, as FROM has them, and how many rows each has at most; not all are known.
    pub rows: Vec<(String, u64)>,
    /// Bytes of memory that queries may take.
    pub memory: u64,
}

impl Schema {
    pub fn table(&self, name: &str) -> Option<&Table> {
        self.place(name).map(|place| self.at(place))
    }

    /// Where a table or a result is, for [`Schema::at`].
    pub fn place(&self, name: &str) -> Option<usize> {
        self.tables.iter().chain(&self.results).position(|table| table.name == name)
    }

    /// The table at a place that [`Schema::place`] gave.
    pub fn at(&self, place: usize) -> &Table {
        self.tables.get(place).unwrap_or_else(|| &self.results[place - self.tables.len()])
    }
}

/// A file that was loaded, as the manifest of a hunt database keeps it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LoadedFile {
    pub path: String,
    /// The tables that got rows, in alphabetical order with commas.
    pub table: String,
    /// Bytes of content, after decompression.
    pub length: u64,
    /// Lower-case hex of the SHA-256 of those bytes.
    pub sha256: String,
    /// Where to go on when the file has grown: at `length`, or before a last line that was not whole.
    pub resume: u64,
    pub rows: u64,
    pub quarantined: u64,
    pub blank: u64,
    /// When, in ticks.
    pub time: i64,
}
