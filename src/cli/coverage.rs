//! `kqlhunt coverage`: which of ATT&CK's techniques the hunts are for, and which of them can be run here.

use std::io::{self, Write};
use std::path::PathBuf;

use clap::Args;
use clap::builder::PossibleValue;

use super::data;
use super::exit::{Exit, Failure};
use super::{Global, library, list_names, sweep, table};
use crate::export::json::escaped;
use crate::hunt::attack;
use crate::hunt::coverage::{self, Cell, Standing};
use crate::hunt::ready::Ready;
use crate::hunt::sweep::Row;
use crate::types::{ColumnType, Type};
use crate::value::Value;

/// The format that ATT&CK Navigator opens.
const NAVIGATOR: &str = "navigator";

#[derive(Args, Clone, Debug)]
pub struct CoverageArgs {
    /// Folders or files of hunts; without any those of --library, and those that ship
    #[arg(value_name = "DIR")]
    pub folders: Vec<PathBuf>,
    /// Run the hunts too, and count those that find something on the last day
    #[arg(long)]
    pub hits: bool,
    /// The techniques of ATT&CK that no hunt is for as well
    #[arg(long)]
    pub gaps: bool,
    /// How to write it: a format of tables, or a layer for ATT&CK Navigator
    #[arg(long, value_name = "FORMAT", default_value = "table", value_parser = formats())]
    pub format: String,
}

fn formats() -> Vec<PossibleValue> {
    let mut names = list_names();
    names.push(NAVIGATOR.into());
    names
}

/// Lists tactics and techniques with their hunts, or writes a layer.
pub fn run(global: &Global, args: &CoverageArgs) -> Result<Exit, Failure> {
    library::check(&args.folders)?;
    if args.format != NAVIGATOR {
        table::format(&args.format)?;
    }
    let hunts = library::hunts(global, &args.folders)?;
    let (_, mut engine) = data::opened(global)?;
    let now = data::now(global, engine.clock());
    let mut order = sweep::order(global, hunts, now, 1, None);
    let standings: Vec<Standing> = if args.hits {
        let rows = sweep::swept(global, &mut engine, &mut order, true)?;
        let standing = |row: &Row| Standing { runnable: row.outcome.hit().is_some(), hit: row.outcome.hit() };
        rows.iter().map(standing).collect()
    } else {
        let schema = engine.schema();
        let ready = library::standing(global, &schema, now);
        order.rules.iter().map(|hunt| Standing { runnable: ready(hunt) == Ready::Yes, hit: None }).collect()
    };
    let hunts = || order.rules.iter().zip(standings.iter().copied());
    if args.format == NAVIGATOR {
        let layer = format!("{:#}", coverage::navigator(hunts(), args.gaps));
        writeln!(io::stdout().lock(), "{}", escaped(&layer))?;
        return Ok(Exit::Done);
    }
    let numbers = ["Rules", "Runnable", "WithHits"].map(|name| ColumnType::new(name, Type::Long));
    let names = ["Tactic", "Technique", "Name"].map(|name| ColumnType::new(name, Type::String));
    let columns: Vec<ColumnType> = names.into_iter().chain(numbers).collect();
    let number = |count: u64| Value::Long(i64::try_from(count).unwrap_or(i64::MAX));
    let row = |((tactic, technique), cell): ((String, String), Cell)| {
        let hit = if args.hits { number(cell.hit) } else { Value::Null };
        let name = attack::name(&technique).unwrap_or_default();
        let texts = [tactic, technique, name].map(Value::String);
        texts.into_iter().chain([number(cell.rules), number(cell.runnable), hit]).collect()
    };
    let mut cells = coverage::cells(hunts());
    if args.gaps {
        cells = coverage::with_gaps(cells);
    }
    let rows: Vec<Vec<Value>> = cells.into_iter().map(row).collect();
    table::write(global, &args.format, &columns, &rows)?;
    Ok(Exit::Done)
}
