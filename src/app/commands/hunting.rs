//! The hunts of the library all at once: what they found, and what they are for.

use super::running::as_of;
use super::{Command, always, row};
use crate::app::{coverage, sweep};

/// In the order of the hint bar.
pub const ROWS: &[Command] = &[
    row(
        "sweep",
        &["sweep"],
        "[DAYS] [fresh|stop]",
        "",
        "Runs all hunts on each of the last days, goes on where it was stopped, or shows how far that is.",
        always,
        sweep::command,
    ),
    row(
        "coverage",
        &["coverage"],
        "[[gaps] FILE]",
        "",
        "Shows the techniques of ATT&CK with and without hunts as a matrix, or writes a layer for Navigator.",
        always,
        coverage::command,
    ),
    row(
        "coverage-over",
        &["coverage!"],
        "[gaps] FILE",
        "",
        "As coverage, over a file that exists.",
        always,
        coverage::command_over,
    ),
    row(
        "as-of",
        &["asof"],
        "[T|-7d]",
        "",
        "Sets the clock back so that rows later than it are not seen; without a time, hides them or shows them again.",
        always,
        as_of,
    ),
];
