//! A table of our own making to stdout, in the format that was asked for.

use std::io::{self, IsTerminal, Write};

use super::Global;
use super::exit::{Exit, Failure};
use crate::export::{self, Options};
use crate::types::ColumnType;
use crate::value::Value;

/// Writes all rows.
pub fn write(
    global: &Global,
    format: &str,
    columns: &[ColumnType],
    rows: &[Vec<Value>],
) -> Result<(), Failure> {
    let found = export::format(format)
        .ok_or_else(|| Failure::new(Exit::Usage, format!("no format is called '{format}'")))?;
    let mut out = io::stdout().lock();
    let options = Options { ascii: global.ascii, terminal: out.is_terminal(), ..Options::default() };
    let mut exporter = (found.exporter)(options);
    exporter.begin(columns, &mut out)?;
    exporter.rows(rows, &mut out)?;
    exporter.end(&mut out)?;
    exporter.finish(&mut out)?;
    Ok(out.flush()?)
}
