//! What is kept from one start to the next: text, cursor, clock. Knows no file.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::clock::Clock;

/// The state of the query pane, as the session file holds it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Session {
    pub text: String,
    /// Line and character of the cursor, from 0.
    pub cursor: (usize, usize),
    /// `None` leaves the data's own.
    pub clock: Option<Clock>,
    pub file: Option<PathBuf>,
    /// Whether the text differs from the file.
    pub unsaved: bool,
    /// What the file held when it was read or written.
    pub file_text: Option<String>,
    /// What was run, the latest first.
    #[serde(default)]
    pub history: Vec<Past>,
}

/// A query that was run to its end.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Past {
    pub text: String,
    /// When it ended, by the wall clock, in ticks.
    pub ended: i64,
    pub rows: u64,
    pub ms: u64,
}

/// Queries that are kept, and the bytes of one; a longer text is not.
const PAST: usize = 200;
const PAST_BYTES: usize = 64 << 10;

/// Puts a query first; the same text stands in the list once.
pub fn remember(history: &mut Vec<Past>, past: Past) {
    if past.text.len() > PAST_BYTES {
        return;
    }
    history.retain(|older| older.text != past.text);
    history.insert(0, past);
    history.truncate(PAST);
}

impl Session {
    /// The pane with a file just read.
    pub fn of_file(file: PathBuf, text: String) -> Session {
        let (cursor, unsaved) = ((0, 0), false);
        let (file, file_text, history) = (Some(file), Some(text.clone()), Vec::new());
        Session { text, cursor, clock: None, file, unsaved, file_text, history }
    }
}
