//! What a query depends on besides its text, and what is known of it besides its SQL: plain data that the
//! plan fills and every later layer reads.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use crate::span::Span;
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
    /// Remark on what is right but slow, obsolete or easily misread.
    pub advice: bool,
    /// What the user has put into folders for queries to name.
    pub outside: Arc<Outside>,
    /// The rows of stored tables that the query sees, as a portal's time picker limits them; all without it.
    pub seen: Option<Seen>,
}

/// A span of time, in ticks, both ends included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Seen {
    pub since: Option<i64>,
    pub until: i64,
}

impl Seen {
    /// What was there at a clock: nothing later, and with `back` nothing older than so long before it.
    pub fn as_of(clock: i64, back: Option<i64>) -> Seen {
        Seen { since: back.map(|back| clock.saturating_sub(back).max(0)), until: clock }
    }

    /// How far it goes back.
    pub fn back(self) -> Option<i64> {
        self.since.map(|since| self.until - since)
    }
}

/// What lies outside of the database, as far as a compiler must know it: names and columns, no rows.
#[derive(Clone, Debug, Default)]
pub struct Outside {
    /// A folder for files is named, so a list of what is there is a whole list.
    pub files: bool,
    /// The columns of each watchlist by its alias, or why its file cannot be read.
    pub watchlists: BTreeMap<String, Result<Vec<String>, String>>,
    /// Stored functions by name.
    pub functions: BTreeMap<String, FunctionFile>,
    /// The files that `externaldata` reads, each below the folder as a query may name it.
    pub paths: Vec<String>,
}

/// A stored function: a file of KQL.
#[derive(Clone, Debug)]
pub struct FunctionFile {
    /// For messages.
    pub path: String,
    /// What the file says, or why it cannot be read.
    pub text: Result<String, String>,
}

/// Rows that a query reads from outside of the database. Before the query runs they must be in the engine,
/// in a table of this name with these columns.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Input {
    pub source: InputSource,
    /// Unique to source and columns; a name that needs no quotes.
    pub table: String,
    /// Stored as c0, c1, ...
    pub columns: Vec<ColumnType>,
    /// Where the query names it.
    pub span: Span,
}

/// Where inputs are in the engine.
pub const INPUT_SCHEMA: &str = "memory.input";

/// Where rows from outside come from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum InputSource {
    /// `externaldata`: the files that URLs stand for, one behind the other.
    Files { uris: Vec<String>, layout: FileLayout },
    /// `_GetWatchlist`: a file by alias. Without columns of its own the file was not there.
    Watchlist { alias: String },
    /// `_GetWatchlistAlias`: needs the folder, and no file of it.
    Watchlists,
    /// `geo_info_from_ip_address`: where addresses are; no table.
    Places,
    /// `parse_user_agent`: the rules for user agents; no table.
    UserAgents,
}

/// As it is named where it lacks.
impl fmt::Display for InputSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            InputSource::Files { uris, .. } => f.write_str(&uris.join(", ")),
            InputSource::Watchlist { alias } => write!(f, "the watchlist '{alias}'"),
            InputSource::Watchlists => f.write_str("a folder of watchlists"),
            InputSource::Places => f.write_str("a file that says where addresses are"),
            InputSource::UserAgents => f.write_str("the rules for user agents"),
        }
    }
}

/// How a file is cut into records and cells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileLayout {
    pub format: FileFormat,
    /// The first record of each file is no row.
    pub skip_first: bool,
    /// For each column where its value stands; without it cells go by their order, properties by name.
    pub mapping: Option<Vec<CellSource>>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileFormat {
    /// Cells between delimiters, quoted as in CSV.
    Delimited(u8),
    /// Each line is a value.
    Lines,
    /// The whole file is a value.
    Whole,
    /// JSON values one behind the other, arrays unfolded.
    Json,
}

/// Where a column's value stands in a record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CellSource {
    /// Nowhere: it is empty.
    Nothing,
    /// The cell at this place, from 0.
    Ordinal(usize),
    /// A path in the encoding of `kernels::json`; an empty one is the whole record.
    Path(String),
    Constant(String),
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
    /// How often the text reads it; of several readings the bounds are those of all together.
    pub readings: usize,
}

/// How much of a value every run on the same data gives alike.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Steady {
    #[default]
    Exact,
    /// A real but for its last digits, as sums of reals are.
    Rounded,
    /// An array but for the order of its elements: a set.
    AnyOrder,
    /// Nothing: the value of any row, elements of a set with a size.
    Free,
}

/// What has been looked for in the data of a result and is not there, so that the result is steadier than its query.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Looked {
    #[default]
    Nothing,
    /// Rows that tie for being greatest, least or first.
    Ties,
    /// Ties, and more values than `take_any()`, a list or a set takes.
    Choices,
}

/// What of a result every run on the same data gives alike.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Steadiness {
    /// For each column of the result.
    pub columns: Vec<Steady>,
    /// Whether the rows are always the same ones; not those of `take`.
    pub rows: bool,
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
