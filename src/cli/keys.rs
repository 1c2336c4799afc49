//! `kqlhunt keys`: every action of the workbench, where it has which keys, and its word.

use super::config::File;
use super::exit::{Exit, Failure};
use super::preferences::{conflicts, keymap, vim};
use super::{Global, KeysArgs, report, table};
use crate::app::commands::COMMANDS;
use crate::app::keymap::Keymap;
use crate::app::keys::{CONTEXTS, Context};
use crate::app::vim::{Does, In, VIM};
use crate::types::{ColumnType, Type};
use crate::value::Value;

const COLUMNS: [&str; 6] = ["Context", "Action", "Keys", "Word", "From", "Description"];

/// Prints the list; what in the settings may not be as wanted goes to stderr.
pub fn run(global: &Global, args: &KeysArgs) -> Result<Exit, Failure> {
    let file = File::read()?;
    let keymap = keymap(&file)?;
    for said in conflicts(&file, &keymap) {
        report::say(&said);
    }
    let columns = COLUMNS.map(|name| ColumnType::new(name, Type::String));
    let mut rows = rows(&file, &keymap);
    if vim(&file) {
        rows.extend(vim_rows());
    }
    table::write(global, &args.format, &columns, &rows)?;
    Ok(Exit::Done)
}

/// A row for each context in which an action has keys; for one without keys, a row of everywhere.
fn rows(file: &File, keymap: &Keymap) -> Vec<Vec<Value>> {
    let mut rows = Vec::new();
    for (context, place) in CONTEXTS {
        for command in COMMANDS {
            let keys: Vec<&str> = keymap.keys_in(*context, command.name).collect();
            let anywhere = || CONTEXTS.iter().any(|row| keymap.keys_in(row.0, command.name).next().is_some());
            if keys.is_empty() && (*context != Context::Global || anywhere()) {
                continue;
            }
            let word = command.words.first().map(|word| format!(":{word} {}", command.args));
            let word = word.unwrap_or_default().trim_end().to_string();
            let cells = [
                place.to_string(),
                command.name.to_string(),
                keys.join(" "),
                word,
                from(file, keymap, *context, command.name),
                command.doc.to_string(),
            ];
            rows.push(cells.into_iter().map(Value::String).collect());
        }
    }
    rows
}

/// Vim's own keys of the query pane.
fn vim_rows() -> Vec<Vec<Value>> {
    let row = |(modes, key, _, doc): &(In, &str, Does, &str)| {
        let cells = [modes.name(), "vim", key, "", "default", doc];
        cells.into_iter().map(|cell| Value::String(cell.into())).collect()
    };
    VIM.iter().map(row).collect()
}

/// Who says that an action has its keys.
fn from(file: &File, keymap: &Keymap, context: Context, command: &str) -> String {
    let of =
        |binding: &&crate::app::keymap::Binding| (binding.context, binding.command) == (context, command);
    match keymap.bindings().iter().find(of).and_then(|binding| binding.line) {
        Some(line) => {
            let name = file.path.file_name().unwrap_or_default().to_string_lossy();
            format!("{name}:{line}")
        }
        None => "default".to_string(),
    }
}
