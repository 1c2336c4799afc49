//! A table of our own making to stdout, in the format that was asked for.

use std::io::{self, IsTerminal, Write};

use super::exit::{Exit, Failure};
use super::{Global, ascii_on};
use crate::export::{self, Format, Options};
use crate::types::ColumnType;
use crate::value::Value;

/// The format of this name, unless stdout cannot take it; what takes long asks before it begins.
pub fn format(name: &str) -> Result<&'static Format, Failure> {
    let wrong = |wrong: String| Failure::new(Exit::Usage, wrong);
    let found = export::format(name).ok_or_else(|| wrong(format!("no format is called '{name}'")))?;
    found.refusal(io::stdout().is_terminal(), 1).map_or(Ok(found), |why| Err(wrong(why)))
}

/// Writes all rows.
pub fn write(
    global: &Global,
    name: &str,
    columns: &[ColumnType],
    rows: &[Vec<Value>],
) -> Result<(), Failure> {
    let format = format(name)?;
    let mut out = io::stdout().lock();
    let options =
        Options { ascii: ascii_on(global, &out), terminal: out.is_terminal(), ..Options::default() };
    let mut exporter = (format.exporter)(options);
    exporter.begin(columns, &mut out)?;
    exporter.rows(rows, &mut out)?;
    exporter.end(&mut out)?;
    exporter.finish(&mut out)?;
    Ok(out.flush()?)
}
