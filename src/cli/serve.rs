//! `--serve`: JSON lines in, JSON lines out, one engine for all. A mistake in a query, and even a panic,
//! is an answer; the process goes on until stdin ends.

use std::io::{self, BufRead, Write};

use serde::Deserialize;
use serde_json::{Value as Json, json};

use super::data::Binder;
use super::exit::{Exit, Failure};
use super::{CheckArgs, Global, check};
use crate::contained::contained;
use crate::export::json::escaped;

/// One line of input; other fields are ignored.
#[derive(Deserialize)]
struct Request {
    #[serde(default)]
    id: Json,
    kql: String,
}

/// Answers `{"id","kql"}` with `{"id","diagnostics","columns"}`.
pub fn check(global: &Global, args: &CheckArgs) -> Result<Exit, Failure> {
    let binder = Binder::open(global, args.schema.as_deref())?;
    answer_all(&mut |request| {
        let compilation = check::compile(&request.kql, global, args, &binder);
        let mut answer = json!({ "id": request.id });
        if let (Json::Object(answer), Json::Object(found)) =
            (&mut answer, check::findings(&request.kql, &compilation))
        {
            answer.extend(found);
        }
        escaped(&answer.to_string())
    })
}

/// Answers `{"id","kql"}` with `{"id","ok":true,"result"}` or `{"id","ok":false,"error"}`; what is warned of
/// stands in `diagnostics`, as `check` gives them.
#[cfg(feature = "engine")]
pub fn query(global: &Global, args: &super::QueryArgs) -> Result<Exit, Failure> {
    use super::{data, report};
    use crate::compile::Options;
    use crate::diag;
    use crate::engine::{Cancel, Engine};
    use crate::export::{Exporter, kusto::Kusto};
    use crate::outside::Folders;

    let chosen = data::Chosen::tables_or(global, args.schema.as_deref())?;
    data::announce(&chosen);
    let mut engine = data::open(global, &chosen)?;
    let params = args.query.param.clone();
    let folders = Folders { missing_is_empty: args.schema.is_some(), ..global.folders() };

    let answer = |engine: &mut Engine, kql: &str| -> Result<(String, Vec<Json>), String> {
        let options = Options { params: params.clone(), ..data::options(global, engine.clock()) };
        let mut told = folders.supply(engine, kql, &options).map_err(|error| error.to_string())?;
        if diag::any_error(&told) {
            return Err(report::lines(kql, &told));
        }
        let cancel = Cancel::new();
        let compilation = engine.compile(kql, &options, &cancel).map_err(|error| error.to_string())?;
        if diag::any_error(&compilation.diagnostics) {
            return Err(report::lines(kql, &compilation.diagnostics));
        }
        told.extend(compilation.diagnostics);
        let mut exporter = Kusto::default();
        let mut out: Vec<u8> = Vec::new();
        for compiled in &compilation.results {
            super::query::write_result(engine, compiled, &cancel, &mut exporter, None, &mut out)
                .map_err(|failure| failure.message)?;
        }
        exporter.finish(&mut out).map_err(|error| error.to_string())?;
        let result = String::from_utf8(out).map_err(|error| error.to_string())?;
        Ok((result, check::told(kql, &told)))
    };
    answer_all(&mut |request| match answer(&mut engine, &request.kql) {
        Ok((result, told)) => {
            let diagnostics = match told.is_empty() {
                true => String::new(),
                false => format!(r#","diagnostics":{}"#, escaped(&Json::from(told).to_string())),
            };
            let id = escaped(&request.id.to_string());
            format!(r#"{{"id":{id},"ok":true,"result":{}{diagnostics}}}"#, result.trim_end())
        }
        Err(error) => failed(&request.id, &error),
    })
}

#[cfg(not(feature = "engine"))]
pub fn query(_global: &Global, _args: &super::QueryArgs) -> Result<Exit, Failure> {
    Err(super::data::no_engine())
}

fn failed(id: &Json, error: &str) -> String {
    escaped(&json!({ "id": id, "ok": false, "error": error }).to_string())
}

fn answer_all(answer: &mut dyn FnMut(&Request) -> String) -> Result<Exit, Failure> {
    let mut input = io::stdin().lock();
    let mut line = Vec::new();
    loop {
        line.clear();
        if input.read_until(b'\n', &mut line)? == 0 {
            return Ok(Exit::Done);
        }
        if line.trim_ascii().is_empty() {
            continue;
        }
        let text = match serde_json::from_slice::<Request>(&line) {
            Ok(request) => contained(|| answer(&request))
                .unwrap_or_else(|said| failed(&request.id, &format!("a mistake of kqlhunt: {said}"))),
            Err(error) => failed(&Json::Null, &format!("not a request: {error}")),
        };
        let mut out = io::stdout().lock();
        writeln!(out, "{text}")?;
        out.flush()?;
    }
}
