//! `kqlhunt why`: where a query loses the rows that name a value.

use std::cell::RefCell;
use std::io::{self, Write};

use clap::Args;

use super::data;
use super::exit::{Exit, Failure};
use super::{Global, QueryText, ascii_on, report, signals};
use crate::compile::Options;
use crate::display::{safe, safe_ascii};
use crate::engine::Cancel;
use crate::export::json::escaped;
use crate::trace::{self, Beyond};

#[derive(Args, Clone, Debug)]
pub struct WhyArgs {
    #[command(flatten)]
    pub query: QueryText,
    /// The value to follow: an address, a domain, a hash, a user
    #[arg(long, value_name = "VALUE")]
    pub ioc: String,
    /// How to write the answer
    #[arg(long, value_name = "FORMAT", default_value = "text", value_parser = ["text", "json"])]
    pub format: String,
}

/// Runs the beginnings of the query and says where the value is lost. An unknown value is an answer.
pub fn run(global: &Global, args: &WhyArgs) -> Result<Exit, Failure> {
    let source = args.query.text.read()?;
    let cancel = Cancel::new();
    let asked = cancel.clone();
    let stopped = signals::watch(move || asked.cancel())?;
    let (_, mut engine) = data::opened(global)?;
    let folders = global.folders();
    let options = Options { params: args.query.param.clone(), ..data::options(global, engine.clock()) };
    let mut found = folders.supply(&mut engine, &source.text, &options).map_err(Failure::supply)?;
    let compilation = engine.compile(&source.text, &options, &cancel).map_err(Failure::from);
    let compilation = compilation.map_err(|failure| stopped.failure(failure))?;
    let reads = trace::reads(&compilation.results);
    found.extend(compilation.diagnostics);
    report::show(&source, &found, global.color, Exit::Query)?;
    let schema = engine.schema();
    let all = Options { seen: None, ..options.clone() };
    let engine = RefCell::new(engine);
    let rows = |kql: &str, options: &Options| {
        engine.borrow_mut().rows(kql, options, &cancel).map_err(|error| error.to_string())
    };
    let (mut ask, mut ask_all) = (|kql: &str| rows(kql, &options), |kql: &str| rows(kql, &all));
    let beyond = options.seen.map(|seen| Beyond { seen, ask: &mut ask_all });
    let answer = trace::why(&source.text, &args.ioc, &schema, &reads, &mut ask, beyond);
    if cancel.cancelled() {
        return Err(stopped.failure(Failure::new(Exit::Cancelled, "cancelled")));
    }
    let mut stdout = io::stdout().lock();
    if args.format == "json" {
        writeln!(stdout, "{}", escaped(&trace::json(&answer, &source.text).to_string()))?;
        return Ok(Exit::Done);
    }
    let ascii = ascii_on(global, &stdout);
    for line in trace::lines(&answer, &source.text) {
        writeln!(stdout, "{}", if ascii { safe_ascii(&line) } else { safe(&line) })?;
    }
    Ok(Exit::Done)
}
