//! How a process ends: its exit code, and the one line on stderr that says why.

use std::io;
use std::path::Path;

use crate::error::Error;

/// The exit codes, as `--help` documents them. From 64 on they are those of sysexits.h.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    Done = 0,
    /// What was asked for is there: a text to format, by `format --check`; hits, by `sweep --exit-code`; a result
    /// that is another one, or whose values cannot be compared, by `replay`.
    Found = 1,
    /// Arguments that make no sense, or a workbench without a terminal.
    Usage = 2,
    /// A mistake in a query.
    Query = 3,
    /// The engine failed, or the database cannot be opened.
    Engine = 4,
    /// Stopped by Ctrl-C.
    Cancelled = 5,
    /// Rows were quarantined.
    BadData = 65,
    /// An input is missing or unreadable.
    NoInput = 66,
    /// An output cannot be made.
    NoOutput = 73,
    Io = 74,
    /// 128 + SIGHUP.
    HungUp = 129,
    /// 128 + SIGINT: a sweep that can be resumed.
    Interrupted = 130,
    /// 128 + SIGPIPE: the reader of our output went away.
    Pipe = 141,
    /// 128 + SIGTERM.
    Terminated = 143,
}

/// Why a command stopped early. An empty message has been said already, or need not be.
#[derive(Debug)]
pub struct Failure {
    pub exit: Exit,
    pub message: String,
}

impl Failure {
    pub fn new(exit: Exit, message: impl Into<String>) -> Failure {
        Failure { exit, message: message.into() }
    }

    pub fn silent(exit: Exit) -> Failure {
        Failure::new(exit, "")
    }

    pub fn input(path: &Path, error: &io::Error) -> Failure {
        Failure::new(Exit::NoInput, format!("{}: {error}", path.display()))
    }

    /// The workbench was asked for where it cannot be drawn; `that` says what the terminal would have to do.
    pub fn without_terminal(that: &str) -> Failure {
        let needs = format!("the workbench needs a terminal{that}");
        Failure::new(
            Exit::Usage,
            format!("{needs}; to run one query: kqlhunt query 'OfficeActivity | count'"),
        )
    }

    /// What a query needs from outside of the database is missing or unreadable.
    pub fn supply(error: Error) -> Failure {
        match error {
            Error::Engine { .. } | Error::Cancelled => error.into(),
            Error::File { .. } | Error::Io(_) | Error::Message(_) => {
                Failure::new(Exit::NoInput, error.to_string())
            }
        }
    }

    /// An error of the export's target.
    pub fn output(error: Error) -> Failure {
        match Failure::from(error) {
            Failure { exit: Exit::NoInput, message } => Failure::new(Exit::NoOutput, message),
            other => other,
        }
    }
}

/// Prints help, the version, or what is wrong with the arguments.
pub fn said(asked: &clap::Error) -> Result<Exit, Failure> {
    asked.print()?;
    Ok(if asked.use_stderr() { Exit::Usage } else { Exit::Done })
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Failure {
        match error.kind() {
            io::ErrorKind::BrokenPipe => Failure::silent(Exit::Pipe),
            _ => Failure::new(Exit::Io, error.to_string()),
        }
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Failure {
        match error {
            Error::Io(error) => Failure::from(error),
            Error::File { .. } => Failure::new(Exit::NoInput, error.to_string()),
            Error::Cancelled => Failure::new(Exit::Cancelled, "cancelled"),
            Error::Message(_) | Error::Engine { .. } => Failure::new(Exit::Engine, error.to_string()),
        }
    }
}
