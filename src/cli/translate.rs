//! `kqlhunt translate`: the SQL that a query becomes.

use std::io::{self, Write};

use super::data::{self, Binder};
use super::exit::{Exit, Failure};
use super::report;
use super::{Global, TranslateArgs};
use crate::compile::{self, Options};

/// Prints the SQL of each result, as the engine gets it.
pub fn run(global: &Global, args: &TranslateArgs) -> Result<Exit, Failure> {
    let source = args.query.text.read()?;
    let binder = Binder::open(global, None)?;
    let params = args.query.param.clone();
    let options = Options { params, trace: args.trace, ..data::options(global, binder.clock) };
    let compilation = compile::compile(&source.text, &binder.schema, &options);
    report::show(&source, &compilation.diagnostics, global.color, Exit::Query)?;
    if compilation.results.iter().any(|compiled| compiled.sql.is_empty()) {
        let message = "the columns of a plugin depend on the data, so there is no SQL without them; \
            declare them after it: evaluate bag_unpack(d) : (Name:string)";
        return Err(Failure::new(Exit::Query, message));
    }
    let mut out = io::stdout().lock();
    for (at, compiled) in compilation.results.iter().enumerate() {
        let space = if at > 0 { "\n" } else { "" };
        writeln!(out, "{space}{};", report::for_stdout(&compiled.sql))?;
    }
    Ok(Exit::Done)
}
