//! What comes back from the world beside the runs: windows, ages, files, loads, exports.

use std::path::PathBuf;

use super::clock::{self, Clock};
use super::msg::{AgePurpose, Effect, Loaded, Purpose, Rows, TableAge, Window};
use super::popup::{Popup, Text};
use super::{App, Focus, NoteKind, commands, text};

pub fn window_came(app: &mut App, window: &Window, rows: Result<Rows, String>) -> Vec<Effect> {
    let Some(grid) = app.grid.as_mut().filter(|grid| grid.run == window.result) else { return Vec::new() };
    let found = match rows {
        Ok(found) => found,
        Err(why) => {
            super::search::forget(grid);
            let mut said = format!("rows cannot be read: {}", text::shown(&why, app.ascii));
            let given_up = grid.give_up(window).join(", ");
            if !given_up.is_empty() {
                said.push_str(&format!("; off now: {}", text::shown(&given_up, app.ascii)));
            }
            return app.say(NoteKind::Error, said);
        }
    };
    app.dirty = true;
    match window.purpose {
        Purpose::Grid => {
            if grid.take(window, found, app.ascii) {
                return super::search::settle(app);
            }
        }
        Purpose::Hits => return commands::open_hits(app, found.rows),
        Purpose::Point => return super::chart::pointed(app, window, &found.rows),
        Purpose::Chart => return super::chart::came(app, window, &found.rows),
    }
    Vec::new()
}

pub fn ages_came(app: &mut App, purpose: AgePurpose, ages: Result<Vec<TableAge>, String>) -> Vec<Effect> {
    let ages = match ages {
        Ok(ages) => ages,
        Err(why) => {
            let said = format!("the newest rows cannot be read: {}", text::shown(&why, app.ascii));
            return app.say(NoteKind::Warning, said);
        }
    };
    match purpose {
        AgePurpose::Empty { run } => {
            if app.grid.as_ref().is_some_and(|grid| grid.run == run) {
                app.ages = Some(ages);
                app.dirty = true;
            }
            Vec::new()
        }
        AgePurpose::Later { run } => {
            let ours = app.grid.as_ref().is_some_and(|grid| grid.run == run);
            match told_later(&ages).filter(|_| ours) {
                Some(later) => {
                    let said = [app.note.text.as_str(), later.as_str()];
                    let said =
                        said.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("; ");
                    let said = text::shown(&said, app.ascii).into_owned();
                    app.say(NoteKind::Warning, said)
                }
                None => Vec::new(),
            }
        }
        AgePurpose::Clock { run } => match clock::newest(&ages) {
            None => app.say(NoteKind::Warning, "the tables have no rows with a time"),
            Some((at, _)) => {
                let mut effects = commands::set_clock(app, Clock::Fixed(at));
                if run {
                    effects.extend(super::update::by_name(app, "run"));
                }
                effects
            }
        },
    }
}

/// Rows that a query saw although they are later than its clock.
fn told_later(ages: &[TableAge]) -> Option<String> {
    let later = |age: &TableAge| format!("{} of {}", text::count(age.later, "row"), age.table);
    let later: Vec<String> = ages.iter().filter(|age| age.later > 0).map(later).collect();
    (!later.is_empty()).then(|| format!("later than the clock: {}; :asof leaves them out", later.join(", ")))
}

pub fn file_read(app: &mut App, path: PathBuf, read: Result<String, String>) -> Vec<Effect> {
    match read {
        Ok(content) => {
            let shown = text::shown(&path.display().to_string(), app.ascii).into_owned();
            app.editor.open(path, &content);
            app.focus = Focus::Editor;
            app.say(NoteKind::Good, format!("opened {shown}; undo brings the old text back"))
        }
        Err(why) => {
            let why = text::shown(&why, app.ascii).into_owned();
            app.say(NoteKind::Error, why)
        }
    }
}

/// One step of undo; the cursor stays on its line as far as that is there.
pub fn edited(app: &mut App, edited: Result<String, String>) -> Vec<Effect> {
    match edited {
        Ok(edited) if edited == app.editor.text() => app.say(NoteKind::Plain, "the text came back as it was"),
        Ok(edited) => {
            let (line, column) = app.editor.cursor();
            app.editor.replace_all(&edited);
            app.editor.set_cursor(line.min(app.editor.lines().len() - 1), column);
            app.focus = Focus::Editor;
            app.say(NoteKind::Good, "the text is as the editor left it; undo brings the old text back")
        }
        Err(why) => {
            let why = text::shown(&why, app.ascii).into_owned();
            app.say(NoteKind::Error, why)
        }
    }
}

pub fn file_written(
    app: &mut App,
    path: PathBuf,
    version: u64,
    result: Result<String, String>,
) -> Vec<Effect> {
    match result {
        Ok(written) => {
            let shown = text::shown(&path.display().to_string(), app.ascii).into_owned();
            app.editor.file = Some(path);
            app.editor.saved = version;
            app.editor.file_text = Some(written);
            app.say(NoteKind::Good, format!("wrote {shown}"));
            vec![Effect::Save(app.session())]
        }
        Err(why) => {
            let why = text::shown(&why, app.ascii).into_owned();
            app.say(NoteKind::Error, why)
        }
    }
}

pub fn loaded(app: &mut App, result: Result<Loaded, String>) -> Vec<Effect> {
    match result {
        Ok(Loaded { lines, rows }) => {
            let lines = lines.iter().map(|line| text::shown(line, app.ascii).into_owned()).collect();
            app.popup = Some(Popup::Text(Text::new("Load", lines)));
            app.check_at = Some(app.at);
            match rows {
                0 => app.say(NoteKind::Warning, "no rows were loaded"),
                rows => app.say(NoteKind::Good, format!("{} loaded", text::count(rows, "row"))),
            }
        }
        Err(why) => {
            let why = text::shown(&why, app.ascii).into_owned();
            app.say(NoteKind::Error, why)
        }
    }
}
