//! `kqlhunt check`: what is wrong with a query, and which columns it gives, without running it.

use std::io::{self, IsTerminal, Write};

use serde_json::{Value as Json, json};

use super::data::{self, Binder};
use super::exit::{Exit, Failure};
use super::report;
use super::{CheckArgs, Global};
use crate::compile::{self, Compilation, Options};
use crate::diag::{self, Diagnostic, Severity};
use crate::export::json::escaped;

/// Prints the findings. The exit code is 3 when there is an error, 0 with warnings only.
pub fn run(global: &Global, args: &CheckArgs) -> Result<Exit, Failure> {
    let source = args.query.text.read()?;
    let binder = Binder::open(global, args.schema.as_deref())?;
    let compilation = compile(&source.text, global, args, &binder);
    let failed = diag::any_error(&compilation.diagnostics);
    let mut out = io::stdout().lock();
    if args.format == "json" {
        writeln!(out, "{}", escaped(&findings(&source.text, &compilation).to_string()))?;
    } else {
        let color = global.color.on_stderr() && io::stdout().is_terminal();
        write!(out, "{}", report::render(&source, &compilation.diagnostics, color))?;
        for (name, type_name) in compilation.results.last().iter().flat_map(|result| result.named_types()) {
            writeln!(out, "{}: {type_name}", report::shown(name))?;
        }
    }
    Ok(if failed { Exit::Query } else { Exit::Done })
}

/// Compiles for the clock and parameters of the arguments, and says what a run would lack.
pub fn compile(text: &str, global: &Global, args: &CheckArgs, binder: &Binder) -> Compilation {
    let folders = global.folders();
    let params = args.query.param.clone();
    let options = Options { params, advice: true, ..data::options(global, binder.clock) };
    let mut compilation = compile::compile(text, &binder.schema, &options);
    compilation.diagnostics.extend(folders.missing(&compilation.results));
    compilation.diagnostics.sort_by_key(|found| found.span);
    compilation
}

/// Diagnostics and the columns of the last result as one JSON object. Places count characters.
pub fn findings(text: &str, compilation: &Compilation) -> Json {
    let columns: Vec<Json> = compilation
        .results
        .last()
        .iter()
        .flat_map(|result| result.named_types())
        .map(|(name, type_name)| json!({ "name": name, "type": type_name }))
        .collect();
    json!({ "diagnostics": told(text, &compilation.diagnostics), "columns": columns })
}

/// Diagnostics of a text, each as an object; places and lengths count characters.
pub fn told(text: &str, diagnostics: &[Diagnostic]) -> Vec<Json> {
    diagnostics
        .iter()
        .map(|diagnostic| {
            let severity = match diagnostic.severity {
                Severity::Error => "error",
                Severity::Warning => "warning",
            };
            let start = characters(text, 0, diagnostic.span.start);
            let length = characters(text, diagnostic.span.start, diagnostic.span.end);
            let fix = diagnostic.fix.as_ref().map(|fix| {
                json!({
                    "start": characters(text, 0, fix.span.start),
                    "length": characters(text, fix.span.start, fix.span.end),
                    "text": fix.text,
                    "differs": diagnostic.fix_differs,
                })
            });
            json!({
                "code": diagnostic.code, "severity": severity, "start": start, "length": length,
                "message": diagnostic.message, "help": diagnostic.help, "fix": fix,
            })
        })
        .collect()
}

/// Characters that begin between two bytes of the text.
fn characters(text: &str, from: u32, to: u32) -> usize {
    let range = from as usize..to as usize;
    text.char_indices().filter(|(at, _)| range.contains(at)).count()
}
