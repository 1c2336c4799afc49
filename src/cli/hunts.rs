//! `kqlhunt hunts`: the hunts that ship with the binary and those of the user's folders.

use std::io::{self, Write};

use super::data::{self, Binder};
use super::exit::{Exit, Failure};
use super::{Global, HuntsArgs, library, report, table};
use crate::diag;
use crate::hunt::pack::Hunt;
use crate::hunt::ready::Ready;
use crate::ide::fuzzy::matching;
use crate::types::{ColumnType, Type};
use crate::value::Value;

/// Lists the hunts, or prints one's query, ready for `kqlhunt query`.
pub fn run(global: &Global, args: &HuntsArgs) -> Result<Exit, Failure> {
    let mut hunts = library::hunts(global, &[])?;
    if let Some(name) = args.name.as_deref().filter(|name| *name != "list") {
        let Some(hunt) = hunts.iter().find(|hunt| hunt.key == name) else {
            let near = diag::nearest(name, hunts.iter().map(|hunt| hunt.key.as_str()));
            let help = near.map(|near| format!("; did you mean '{near}'?")).unwrap_or_default();
            return Err(Failure::new(Exit::Usage, format!("no hunt is called '{name}'{help}")));
        };
        writeln!(io::stdout().lock(), "{}", report::for_stdout(&hunt.query))?;
        return Ok(Exit::Done);
    }
    library::of_tactic(&mut hunts, args.tactic.as_deref());
    if args.runnable {
        let binder = Binder::open(global, None)?;
        let standing = library::standing(global, &binder.schema, data::now(global, binder.clock));
        hunts.retain(|hunt| standing(hunt) == Ready::Yes);
    }
    if let Some(typed) = &args.find {
        let texts: Vec<String> = hunts.iter().map(said).collect();
        hunts = matching(typed, &texts).into_iter().map(|at| hunts[at].clone()).collect();
    }
    list(global, args, &hunts)
}

/// All that a hunt may be found by.
fn said(hunt: &Hunt) -> String {
    let lists = [&hunt.tactics, &hunt.techniques, &hunt.tags].map(|words| words.join(" "));
    format!("{} {} {}", hunt.name, hunt.key, lists.join(" "))
}

/// What a table for people shows; the other formats have more.
const SHORT: usize = 4;
const COLUMNS: [&str; 8] = ["Hunt", "Severity", "Tables", "Name", "Tactics", "Techniques", "Tags", "Path"];

fn list(global: &Global, args: &HuntsArgs, hunts: &[Hunt]) -> Result<Exit, Failure> {
    let shown = if args.format == "table" { SHORT } else { COLUMNS.len() };
    let columns: Vec<ColumnType> =
        COLUMNS[..shown].iter().map(|name| ColumnType::new(*name, Type::String)).collect();
    let row = |hunt: &Hunt| -> Vec<Value> {
        let texts = [
            hunt.key.clone(),
            hunt.severity.clone().unwrap_or_default(),
            hunt.tables.join(", "),
            hunt.name.clone(),
            hunt.tactics.join(", "),
            hunt.techniques.join(", "),
            hunt.tags.join(", "),
            hunt.path.clone(),
        ];
        texts.into_iter().take(shown).map(Value::String).collect()
    };
    let rows: Vec<Vec<Value>> = hunts.iter().map(row).collect();
    table::write(global, &args.format, &columns, &rows)?;
    Ok(Exit::Done)
}
