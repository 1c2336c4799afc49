//! Queries, data and results in files.

use std::path::PathBuf;

use super::nothing;
use super::panes::propose;
use crate::app::msg::{Effect, ToLoad};
use crate::app::written::Over;
use crate::app::{App, DatabaseState, NoteKind};

/// `~` is the home folder only for the world; here a path is what was typed.
pub fn path(app: &mut App, typed: &str, usage: &str) -> Result<PathBuf, Vec<Effect>> {
    match typed.trim() {
        "" => Err(app.say(NoteKind::Warning, format!("which file? {usage}"))),
        typed => Ok(PathBuf::from(typed)),
    }
}

pub fn open_file(app: &mut App, typed: &str) -> Vec<Effect> {
    match path(app, typed, ":open FILE") {
        Ok(path) => vec![Effect::ReadFile(path)],
        Err(effects) => effects,
    }
}

pub fn write(app: &mut App, typed: &str) -> Vec<Effect> {
    match written(app, typed, ":w FILE") {
        Ok(path) => {
            let own = app.editor.file.as_ref() == Some(&path);
            let over = match app.editor.file_text.clone().filter(|_| own) {
                Some(held) => Over::Still(held),
                None => Over::Never,
            };
            vec![write_to(app, path, over)]
        }
        Err(effects) => effects,
    }
}

pub fn write_over(app: &mut App, typed: &str) -> Vec<Effect> {
    match written(app, typed, ":w! FILE") {
        Ok(path) => vec![write_to(app, path, Over::Always)],
        Err(effects) => effects,
    }
}

/// The file that is named, or that of the text.
fn written(app: &mut App, typed: &str, usage: &str) -> Result<PathBuf, Vec<Effect>> {
    match &app.editor.file {
        Some(file) if typed.trim().is_empty() => Ok(file.clone()),
        _ => path(app, typed, usage),
    }
}

fn write_to(app: &App, path: PathBuf, over: Over) -> Effect {
    Effect::WriteFile { path, text: app.editor.text().to_owned(), version: app.editor.version, over }
}

pub fn load(app: &mut App, typed: &str) -> Vec<Effect> {
    if app.database.state != DatabaseState::Open {
        return app.say(NoteKind::Warning, "data can be loaded once the database is open");
    }
    if app.database.loading.is_some() {
        return app.say(NoteKind::Warning, "a load runs already");
    }
    // As of kqlhunt ingest.
    let named = typed.trim().strip_prefix("--table ").map(str::trim_start);
    let (table, typed) = match named.map(|rest| rest.split_once(' ').unwrap_or((rest, ""))) {
        Some((table, rest)) => (Some(table.to_owned()), rest.trim()),
        None => (None, typed),
    };
    match path(app, typed, ":load [--table NAME] FILE") {
        Ok(path) => {
            app.database.loading = Some("loading...".into());
            app.dirty = true;
            vec![Effect::Load(ToLoad { path, table })]
        }
        Err(effects) => effects,
    }
}

pub fn export(app: &mut App, typed: &str) -> Vec<Effect> {
    export_to(app, typed, false)
}

pub fn export_over(app: &mut App, typed: &str) -> Vec<Effect> {
    export_to(app, typed, true)
}

pub fn export_to(app: &mut App, typed: &str, over: bool) -> Vec<Effect> {
    let Some(grid) = &app.grid else { return nothing() };
    if let Some(why) = grid.extent.unfinished("the result can be exported") {
        return app.say(NoteKind::Warning, why);
    }
    if typed.trim().is_empty() {
        let proposal = format!("result-{}.csv", grid.run);
        return propose(app, "export", &proposal);
    }
    let (raw, typed) = match typed.trim().strip_prefix("raw ") {
        Some(rest) => (true, rest),
        None => (false, typed),
    };
    let effect = Effect::Export {
        result: grid.run,
        columns: grid.compiled.columns.clone(),
        order: grid.order.clone(),
        filters: grid.conditions(),
        hidden: grid.compiled.columns.len() - grid.view.columns.shown(grid.compiled.columns.len()).len(),
        path: PathBuf::from(typed.trim()),
        raw,
        over,
    };
    let said = match grid.conditions().none() {
        true => "exporting...",
        false => "exporting the rows that are left...",
    };
    app.say(NoteKind::Plain, said);
    vec![effect]
}
