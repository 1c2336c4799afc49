//! Queries, data and results in files.

use std::path::PathBuf;

use super::nothing;
use super::panes::propose;
use crate::app::msg::{Effect, ToLoad};
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
    let (text, version) = (app.editor.text().to_owned(), app.editor.version);
    if let (true, Some(file)) = (typed.trim().is_empty(), &app.editor.file) {
        return vec![Effect::WriteFile { path: file.clone(), text, version, over: true }];
    }
    match path(app, typed, ":w FILE") {
        Ok(path) => {
            let over = app.editor.file.as_ref() == Some(&path);
            vec![Effect::WriteFile { path, text, version, over }]
        }
        Err(effects) => effects,
    }
}

pub fn write_over(app: &mut App, typed: &str) -> Vec<Effect> {
    let (text, version) = (app.editor.text().to_owned(), app.editor.version);
    match path(app, typed, ":w! FILE") {
        Ok(path) => vec![Effect::WriteFile { path, text, version, over: true }],
        Err(effects) => effects,
    }
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
