//! Everything that goes wrong and is not a mistake in a query.

use std::path::PathBuf;

#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// DuckDB refused or failed. When it refuses SQL that we wrote, that is our bug.
    #[error("the engine failed: {message}")]
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
