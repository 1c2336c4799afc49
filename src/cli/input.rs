//! The KQL that a command works on: an argument, a file, or stdin.

use std::io::{self, IsTerminal, Read};
use std::path::{Path, PathBuf};

use clap::Args;

use super::exit::{Exit, Failure};
use crate::sys;

/// Where the KQL is.
#[derive(Args, Clone, Debug, Default)]
pub struct Text {
    /// The query; - or nothing at all reads it from stdin
    #[arg(value_name = "KQL")]
    pub kql: Option<String>,
    /// Read the query from a file
    #[arg(short, long, value_name = "FILE", conflicts_with = "kql")]
    pub file: Option<PathBuf>,
}

/// A query text and the name that messages give it.
pub struct Source {
    pub name: String,
    pub text: String,
}

/// The longest query text read, in bytes; the compiler has its own, smaller limit.
const TEXT_MAX: u64 = 4 << 20;

impl Text {
    pub fn read(&self) -> Result<Source, Failure> {
        if let Some(path) = &self.file {
            let bytes = sys::read_at_most(path, TEXT_MAX).map_err(|error| Failure::input(path, &error))?;
            return source(&path.display().to_string(), bytes);
        }
        match self.kql.as_deref() {
            // As a query it would be the property `kql` of a table that is not there.
            Some(text) if text.ends_with(".kql") && Path::new(text).is_file() => {
                Err(Failure::new(Exit::Usage, format!("'{text}' is a file; -f {text} reads it")))
            }
            Some(text) if text != "-" => Ok(Source { name: "query".into(), text: text.into() }),
            None if io::stdin().is_terminal() => {
                Err(Failure::new(Exit::Usage, "no query: give one as an argument, with -f FILE, or on stdin"))
            }
            Some(_) | None => {
                let mut bytes = Vec::new();
                io::stdin().lock().take(TEXT_MAX).read_to_end(&mut bytes)?;
                source("stdin", bytes)
            }
        }
    }
}

fn source(name: &str, bytes: Vec<u8>) -> Result<Source, Failure> {
    let text = String::from_utf8(bytes)
        .map_err(|error| Failure::new(Exit::NoInput, format!("{name}: the text is not UTF-8: {error}")))?;
    // Editors on Windows leave this mark.
    let text = text.strip_prefix('\u{feff}').map(str::to_string).unwrap_or(text);
    Ok(Source { name: name.into(), text })
}
