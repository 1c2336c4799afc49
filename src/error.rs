//! Everything that goes wrong and is not a mistake in a query.

use std::path::PathBuf;

#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// DuckDB refused or failed. When it refuses SQL that we wrote, that is our bug.
    #[error("{}", engine_text(message, sql.as_deref()))]
    Engine { message: String, sql: Option<String> },
    #[error("cancelled")]
    Cancelled,
    #[error("{path}: {source}", path = path.display())]
    File { path: PathBuf, source: std::io::Error },
    #[error(transparent)]
    Io(#[from] std::io::Error),
    /// Anything that a sentence says best: lower case, no full stop, with a way out.
    #[error("{0}")]
    Message(String),
}

pub type Result<T> = std::result::Result<T, Error>;

impl Error {
    pub fn message(text: impl Into<String>) -> Self {
        Error::Message(text.into())
    }

    pub fn file(path: impl Into<PathBuf>, source: std::io::Error) -> Self {
        Error::File { path: path.into(), source }
    }
}

/// How DuckDB's messages begin that are not about SQL: the disk, another process, a damaged file.
const NOT_OURS: &[&str] = &["IO Error", "Permission Error", "Connection Error", "FATAL Error", "Fatal Error"];

/// How those begin that say that stored data are not what was written.
const DAMAGED: &str = "Data Corruption Error";

/// How they begin of a Parquet file whose parts are not what its end tells of.
const UNREADABLE: &str = "Invalid Input Error: Failed to read file";

fn engine_text(message: &str, sql: Option<&str>) -> String {
    match sql {
        _ if message.starts_with(DAMAGED) => {
            format!("the database is damaged ({message}); load its sources into a new file")
        }
        _ if message.starts_with(UNREADABLE) => {
            format!(
                "the data cannot be read, as if they were damaged ({message}); copy or export the file again"
            )
        }
        Some(sql) if !NOT_OURS.iter().any(|start| message.starts_with(start)) => format!(
            "the engine refused our SQL: {message}\n\
             this is a mistake of kqlhunt; please report it with the query and this SQL:\n{sql}"
        ),
        Some(_) | None => format!("the engine failed: {message}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sql_that_the_engine_refuses_is_our_mistake() {
        let text = |message: &str, sql: Option<&str>| {
            Error::Engine { message: message.into(), sql: sql.map(str::to_owned) }.to_string()
        };
        for message in
            ["Binder Error: no column x", "Conversion Error: not a number", "Out of Range Error: x"]
        {
            let said = text(message, Some("SELECT x"));
            assert!(said.contains("a mistake of kqlhunt") && said.ends_with("SELECT x"), "{said}");
        }
        assert_eq!(text("IO Error: short read", Some("SELECT 1")), "the engine failed: IO Error: short read");
        let damaged = text("Data Corruption Error: Corrupt database file: x", Some("SELECT 1"));
        assert_eq!(
            damaged,
            "the database is damaged (Data Corruption Error: Corrupt database file: x); \
             load its sources into a new file"
        );
        let unreadable = text("Invalid Input Error: Failed to read file \"a\": Snappy", Some("SELECT 1"));
        assert!(unreadable.starts_with("the data cannot be read"), "{unreadable}");
        assert_eq!(text("no further connection", None), "the engine failed: no further connection");
    }
}
