//! Which data a command works on, and what a query may name in it.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::Global;
use super::exit::{Exit, Failure};
#[cfg(feature = "engine")]
use super::report;
use crate::catalog::tables;
use crate::compile::{Options, Seen};
#[cfg(feature = "engine")]
use crate::engine::{Data, Engine};
use crate::schema::{Schema, Table, TableColumn};
use crate::sql::quote;
use crate::sys::{self, wall_clock};
use crate::types::Type;
use crate::{places, ticks};

/// The data that the arguments choose.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Chosen {
    /// By `--db`, $KQLHUNT_DB or the settings.
    Database(PathBuf),
    /// By `--sample`.
    Sample,
    /// By `--schema`: its tables, without rows.
    Tables(Arc<Schema>),
    /// By nothing: there is a database at the default place.
    DefaultDatabase(PathBuf),
    /// By nothing: there is none.
    DefaultSample,
}

impl Chosen {
    pub fn by(global: &Global) -> Result<Chosen, Failure> {
        if let Some(path) = &global.db {
            return Ok(Chosen::Database(path.clone()));
        }
        if global.sample {
            return Ok(Chosen::Sample);
        }
        // Without a home there is no default database either.
        match places::default_database() {
            Ok(path) if path.exists() => Ok(Chosen::DefaultDatabase(path)),
            Ok(_) | Err(_) => Ok(Chosen::DefaultSample),
        }
    }

    /// The tables of `schema_file`, else what the arguments choose.
    pub fn tables_or(global: &Global, schema_file: Option<&Path>) -> Result<Chosen, Failure> {
        match schema_file {
            Some(path) => Ok(Chosen::Tables(Arc::new(read_schema(path)?))),
            None => Chosen::by(global),
        }
    }

    /// For the engine.
    #[cfg(feature = "engine")]
    pub fn data(&self) -> Data {
        match self {
            Chosen::Database(path) | Chosen::DefaultDatabase(path) => Data::File(path.clone()),
            Chosen::Sample | Chosen::DefaultSample => Data::Memory(crate::ingest::sample::fill),
            Chosen::Tables(schema) => Data::Tables(schema.clone()),
        }
    }

    /// For the screen.
    pub fn title(&self) -> String {
        match self {
            Chosen::Database(path) | Chosen::DefaultDatabase(path) => {
                path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned()
            }
            Chosen::Sample | Chosen::DefaultSample => "sample data".into(),
            Chosen::Tables(_) => "empty tables".into(),
        }
    }

    /// The same data, as if somebody had named them.
    #[cfg(feature = "engine")]
    pub fn named(self) -> Chosen {
        match self {
            Chosen::DefaultDatabase(path) => Chosen::Database(path),
            Chosen::DefaultSample => Chosen::Sample,
            chosen => chosen,
        }
    }

    /// What stderr says about a choice that nobody made.
    pub fn note(&self) -> Option<String> {
        match self {
            Chosen::Database(_) | Chosen::Sample | Chosen::Tables(_) => None,
            Chosen::DefaultDatabase(path) => Some(format!("data: {}", path.display())),
            Chosen::DefaultSample => Some("data: the sample (load your own with kqlhunt ingest)".into()),
        }
    }
}

/// What a query is compiled against.
pub struct Binder {
    pub schema: Arc<Schema>,
    /// The data's own clock, in ticks.
    pub clock: Option<i64>,
}

impl Binder {
    /// The tables of `schema_file`, else of the data; when nothing chooses data, the tables that every
    /// database has.
    pub fn open(global: &Global, schema_file: Option<&Path>) -> Result<Binder, Failure> {
        match Chosen::tables_or(global, schema_file)? {
            Chosen::Tables(schema) => Ok(Binder { schema, clock: None }),
            Chosen::DefaultSample => Ok(Binder { schema: Arc::new(tables::schema()), clock: None }),
            chosen => Binder::of_data(global, &chosen),
        }
    }

    #[cfg(feature = "engine")]
    fn of_data(global: &Global, chosen: &Chosen) -> Result<Binder, Failure> {
        let engine = open(global, chosen)?;
        Ok(Binder { schema: engine.schema(), clock: engine.clock() })
    }

    #[cfg(not(feature = "engine"))]
    fn of_data(_global: &Global, chosen: &Chosen) -> Result<Binder, Failure> {
        match chosen {
            Chosen::Sample | Chosen::DefaultSample => {
                Ok(Binder { schema: Arc::new(tables::schema()), clock: None })
            }
            Chosen::Tables(schema) => Ok(Binder { schema: schema.clone(), clock: None }),
            Chosen::Database(_) | Chosen::DefaultDatabase(_) => Err(no_engine()),
        }
    }
}

/// The clock of a query: `--now` or `--as-of`, else the data's, else the wall's.
pub fn now(global: &Global, clock: Option<i64>) -> i64 {
    global.now.or(global.as_of).or(clock).unwrap_or_else(wall_clock).clamp(0, ticks::DATETIME_MAX)
}

/// What a query means: its clock, and which rows it sees.
pub fn options(global: &Global, clock: Option<i64>) -> Options {
    let now = now(global, clock);
    Options { now, seen: seen(global, now), outside: global.folders().listing(), ..Options::default() }
}

/// The rows of tables that a query at a clock sees, where the user limits them.
pub fn seen(global: &Global, now: i64) -> Option<Seen> {
    let limited = global.as_of.is_some() || global.last.is_some();
    limited.then(|| Seen::as_of(now, global.last))
}

/// Opens the data that the arguments choose, and says which they are when nobody chose them.
#[cfg(feature = "engine")]
pub fn opened(global: &Global) -> Result<(Chosen, Engine), Failure> {
    let chosen = Chosen::by(global)?;
    announce(&chosen);
    let engine = open(global, &chosen)?;
    Ok((chosen, engine))
}

/// Opens the data that was chosen.
#[cfg(feature = "engine")]
pub fn open(global: &Global, chosen: &Chosen) -> Result<Engine, Failure> {
    Engine::open(&chosen.data(), &engine_options(global)).map_err(|error| match chosen {
        Chosen::Database(path) if !path.exists() => Failure::new(Exit::NoInput, error.to_string()),
        _ => error.into(),
    })
}

/// What the engine may use.
#[cfg(feature = "engine")]
pub fn engine_options(global: &Global) -> crate::engine::Options {
    crate::engine::Options {
        memory_bytes: global.memory,
        threads: global.threads.map(usize::from),
        settings: "",
    }
}

/// What a build without DuckDB says.
#[cfg(not(feature = "engine"))]
pub fn no_engine() -> Failure {
    Failure::new(Exit::Engine, "this kqlhunt was built without its engine and reads no data")
}

/// Says which data are used when nobody chose them.
#[cfg(feature = "engine")]
pub fn announce(chosen: &Chosen) {
    if let Some(note) = chosen.note() {
        report::say(&note);
    }
}

/// A schema of 700 tables has 2 MB.
const SCHEMA_MAX_BYTES: u64 = 64 << 20;

/// Reads `{"Table": [["Column","type"], ...]}`.
pub fn read_schema(path: &Path) -> Result<Schema, Failure> {
    let text = sys::read_at_most(path, SCHEMA_MAX_BYTES).map_err(|error| Failure::input(path, &error))?;
    let wrong = |what: String| Failure::new(Exit::NoInput, format!("{}: {what}", path.display()));
    let parsed: serde_json::Map<String, serde_json::Value> =
        serde_json::from_slice(&text).map_err(|error| wrong(error.to_string()))?;
    let mut schema = Schema::default();
    for (name, columns) in parsed {
        let columns: Vec<(String, String)> =
            serde_json::from_value(columns).map_err(|error| wrong(format!("table '{name}': {error}")))?;
        let column = |(column, ty): (String, String)| {
            let known = Type::by_name(&ty)
                .ok_or_else(|| wrong(format!("column '{column}' of '{name}': no type is called '{ty}'")))?;
            Ok(TableColumn::new(column, known))
        };
        let columns = columns.into_iter().map(column).collect::<Result<Vec<_>, Failure>>()?;
        schema.tables.push(Table { from: quote::name(&name), name, columns });
    }
    Ok(schema)
}
