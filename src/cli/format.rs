//! `kqlhunt format`: a query with one operator a line.

use std::io::{self, Write};

use super::exit::{Exit, Failure};
use super::{FormatArgs, Global, report};
use crate::ide::format;

/// Prints the formatted text, or says whether it is formatted already.
pub fn run(global: &Global, args: &FormatArgs) -> Result<Exit, Failure> {
    let source = args.text.read()?;
    let formatted = match format::format(&source.text) {
        Ok(formatted) => formatted,
        Err(mistakes) => {
            report::show(&source, &mistakes, global.color, Exit::Query)?;
            return Err(Failure::silent(Exit::Query));
        }
    };
    if !args.check {
        io::stdout().lock().write_all(report::for_stdout(&formatted).as_bytes())?;
    } else if formatted.trim_end() != source.text.trim_end() {
        return Ok(Exit::Found);
    }
    Ok(Exit::Done)
}
