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
}

impl Session {
    /// The pane with a file just read.
    pub fn of_file(file: PathBuf, text: String) -> Session {
        let (cursor, unsaved) = ((0, 0), false);
        Session { text: text.clone(), cursor, clock: None, file: Some(file), unsaved, file_text: Some(text) }
    }
}
