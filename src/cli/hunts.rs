//! `kqlhunt hunts`: the hunts that ship with the binary.

use std::io::{self, Write};

use super::Global;
use super::exit::{Exit, Failure};
use crate::diag;
use crate::export::{self, Exporter};
use crate::hunt::pack;
use crate::types::{ColumnType, Type};
use crate::value::Value;

/// Lists the hunts, or prints one's query, ready for `kqlhunt query`.
pub fn run(global: &Global, name: Option<&str>) -> Result<Exit, Failure> {
    let hunts = pack::shipped()?;
    let mut out = io::stdout().lock();
    if let Some(name) = name {
        let Some(hunt) = hunts.iter().find(|hunt| hunt.key == name) else {
            let near = diag::nearest(name, hunts.iter().map(|hunt| hunt.key.as_str()));
            let help = near.map(|near| format!("; did you mean '{near}'?")).unwrap_or_default();
            return Err(Failure::new(Exit::Usage, format!("no hunt is called '{name}'{help}")));
        };
        writeln!(out, "{}", hunt.query)?;
        return Ok(Exit::Done);
    }
    let columns = ["Hunt", "Severity", "Tables", "Name"].map(|name| ColumnType::new(name, Type::String));
    let text = |text: &str| Value::String(text.to_string());
    let rows: Vec<Vec<Value>> = hunts
        .iter()
        .map(|hunt| {
            let severity = hunt.severity.as_deref().unwrap_or("");
            vec![text(&hunt.key), text(severity), text(&hunt.tables.join(", ")), text(&hunt.name)]
        })
        .collect();
    let options = export::Options { ascii: global.ascii, ..export::Options::default() };
    let mut table = export::table::Table::new(options);
    table.begin(&columns, &mut out)?;
    table.rows(&rows, &mut out)?;
    table.end(&mut out)?;
    Ok(Exit::Done)
}
