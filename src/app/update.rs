//! The hub: each event to the pane or command that it is for. Holds no logic of its own beyond that.

use crossterm::event::{KeyCode, KeyEvent, KeyEventKind, KeyModifiers};

use super::arrivals::{ages_came, file_read, file_written, loaded, window_came};
use super::clock::Clock;
use super::commands::Command;
use super::grid::{Extent, Grid};
use super::keys::{self, Context};
use super::keytest;
use super::layout::{self, Part};
use super::mouse;
use super::msg::{Effect, Msg, Question};
use super::popup::{ListKind, Popup};
use super::session::{Past, Session, remember};
use super::stepper::Events;
use super::{
    App, CHECK_MS, DatabaseState, ELAPSED_MS, Focus, Note, NoteKind, Running, SAVE_MS, aside, chart,
    commands, completion, counts, coverage, ended, parameters, resize, results, samples, search, several,
    statement, surveys, sweep, tabs, text, vim, written,
};
use crate::zone::Zone;

/// Handles one event at a time, in milliseconds since the start. The only way in which an [`App`] changes.
pub fn update(app: &mut App, at: u64, msg: Msg) -> Vec<Effect> {
    app.at = at;
    let version = app.editor.version;
    let (asked, said) = (app.quit_until, app.said);
    let acted = match &msg {
        Msg::Key(key) => key.kind != KeyEventKind::Release,
        msg => matches!(msg, Msg::Paste(_) | Msg::Mouse(_)),
    };
    // A wake or a check may change nothing that is seen, and then nothing is drawn.
    app.dirty |= !matches!(msg, Msg::Wake(_) | Msg::Checked { .. } | Msg::Outside(_) | Msg::Noted(_));
    let mut effects = match tabs::owner(app, &msg) {
        Some(tab) => tabs::within(app, tab, |app| handle(app, msg)),
        None => handle(app, msg),
    };
    // The second Ctrl-C ends the program only right after the first.
    if acted && asked > 0 && app.quit_until == asked {
        app.quit_until = 0;
        if app.said == said {
            app.hush();
        }
    }
    app.editor.settle_step();
    if app.editor.version != version {
        app.check_at = Some(at + CHECK_MS);
        app.save_at = Some(at + SAVE_MS);
        app.dirty = true;
    }
    let arranged = tabs::arrangement(app);
    if app.arranged != arranged {
        app.arranged = arranged;
        app.save_at = Some(at + SAVE_MS);
    }
    effects.extend(settle(app));
    effects
}

fn handle(app: &mut App, msg: Msg) -> Vec<Effect> {
    match msg {
        Msg::Key(key) => return press(app, &key),
        Msg::Paste(pasted) => paste(app, &pasted),
        Msg::Resize(width, height) => resize::resize(app, width, height),
        Msg::Wake(progress) => return wake(app, progress),
        Msg::Resumed => return vec![Effect::Repaint],
        Msg::Opened(opened) => {
            app.database.state = DatabaseState::Open;
            results::put_schema(app, &opened.schema);
            app.desk.forget();
            if !app.clock_chosen {
                app.clock = opened.clock.map_or(Clock::Wall, Clock::Fixed);
            }
            let mut forgotten = None;
            if let Some(title) = opened.title {
                app.database.title = title;
                forget_results(app);
                tabs::forget_results(app);
                forgotten = Some(results::forget(app));
            }
            app.dirty = true;
            if let Some(note) = opened.notes.first() {
                let note = text::shown(note, app.ascii).into_owned();
                app.say(NoteKind::Warning, note);
            }
            app.check_at = (!app.editor.blank()).then_some(app.at);
            let mut effects: Vec<Effect> = forgotten.into_iter().collect();
            if std::mem::take(&mut app.run_when_open) {
                effects.extend(by_name(app, "run"));
            }
            return effects;
        }
        Msg::OpenFailed(why) => {
            let why = text::shown(&why, app.ascii).into_owned();
            app.database.state = DatabaseState::Failed(why.clone());
            return app.say(NoteKind::Error, why);
        }
        Msg::Restored(session) => return restore(app, session),
        Msg::Checked { version, offset, diagnostics } => {
            let diagnostics = app.checked.written(&diagnostics);
            app.dirty |= app.editor.remark(version, offset, &diagnostics);
        }
        Msg::First { run, compiled, rows } => {
            if is_current(app, run) {
                let mut grid = Grid::new(run, compiled, rows, Extent::Growing, app.ascii);
                (grid.text, grid.ran) = texts(app);
                return show(app, grid);
            }
        }
        Msg::Ran { run, compiled, rows, total, values: copied, ms, ended, warnings, skipped, said } => {
            if !is_current(app, run) {
                return vec![Effect::Drop(run)];
            }
            if let (false, Some(running)) = (said.is_empty(), &mut app.running) {
                running.said = said;
            }
            let mut grid = Grid::new(run, compiled, rows, Extent::All { total, ms }, app.ascii);
            let (text, ran) = texts(app);
            (grid.text, grid.ran) = (text.clone(), ran.clone());
            let values = app.running.as_ref().map(|running| running.filled.values.clone());
            let past = Past { text, ended, rows: total, ms, values: values.unwrap_or_default() };
            remember(&mut app.history, past.clone());
            let kept = grid.compiled.clone();
            let mut effects = ended::finish(app, grid, &warnings, skipped);
            effects.extend(results::keep(app, run, (past, ran), kept, copied));
            effects.extend(several::next(app));
            return effects;
        }
        Msg::Failed { run, failure, rows, ms } => return ended::fail(app, run, failure, (rows, ms)),
        Msg::Window { window, rows } => return window_came(app, &window, rows),
        Msg::Found { find, found } => return search::came(app, &find, found),
        Msg::Surveyed { survey, answer } => return surveys::came(app, &survey, answer),
        Msg::Ages { purpose, ages } => return ages_came(app, purpose, ages),
        Msg::Answered { question: Question::Sample, ticket, answer } => {
            return samples::came(app, ticket, answer);
        }
        Msg::Answered { question, ticket, answer } => {
            let ascii = app.ascii;
            let Some(stepper) = app.stepper.as_mut().filter(|stepper| stepper.ticket == ticket) else {
                return Vec::new();
            };
            app.dirty = true;
            if question == Question::Sightings {
                return commands::sighted(app, answer);
            }
            return stepper.answer(question, answer, ascii);
        }
        Msg::Notes(lines) => return commands::noted(app, lines),
        Msg::Noted(note) => commands::timed(app, note),
        Msg::Followed { ticket, answer } => return counts::came(app, ticket, answer),
        Msg::FileRead { path, text } => return file_read(app, path, text),
        Msg::Edited(edited) => return super::arrivals::edited(app, edited),
        Msg::FileWritten { path, version, result } => return file_written(app, path, version, result),
        Msg::Loading(line) => {
            app.database.loading = Some(text::shown(&line, app.ascii).into_owned());
            app.dirty = true;
        }
        Msg::Loaded { result, schema } => {
            app.database.loading = None;
            if let Some(schema) = schema {
                results::put_schema(app, &schema);
            }
            app.desk.forget();
            return loaded(app, result);
        }
        Msg::Exported(result) => return written::exported(app, result),
        Msg::Reported(result) => return written::reported(app, result),
        Msg::LayerWritten(result) => return coverage::written(app, result),
        Msg::ChartWritten(result) => return written::chart_written(app, result),
        Msg::Mouse(event) => return mouse::mouse(app, event),
        Msg::Bytes(bytes) => return keytest::bytes(app, &bytes),
        Msg::Outside(outside) => app.outside = outside,
        Msg::Copied(outcome) => return commands::copied(app, outcome),
        Msg::Learned { ask, found } => return completion::learned(app, ask, found),
        Msg::Library { hunts, ready, problems } => return sweep::library(app, hunts, ready, &problems),
        Msg::Sweeping { ticket, now, before } => return sweep::begun(app, ticket, now, before),
        Msg::Swept { ticket, row } => return sweep::swept(app, ticket, row),
        Msg::SweepEnded { ticket, state } => return sweep::ended(app, ticket, state),
        Msg::Broken(why) => {
            let why = text::shown(&why, app.ascii).into_owned();
            return app.say(NoteKind::Error, why);
        }
    }
    Vec::new()
}

/// What runs, as it was written and with its parameters put in.
fn texts(app: &App) -> (String, String) {
    let texts = |running: &Running| (running.text.clone(), running.filled.text.clone());
    app.running.as_ref().map(texts).unwrap_or_default()
}

pub fn is_current(app: &App, run: u64) -> bool {
    app.running.as_ref().is_some_and(|running| running.run == run)
}

pub fn by_name(app: &mut App, name: &str) -> Vec<Effect> {
    match commands::by_name(name) {
        Some(command) => (command.run)(app, ""),
        None => Vec::new(),
    }
}

fn press(app: &mut App, key: &KeyEvent) -> Vec<Effect> {
    if key.kind == KeyEventKind::Release {
        return Vec::new();
    }
    let context = app.context();
    let name = keys::name(key);
    if let Some(effects) = keytest::key(app, &name) {
        return effects;
    }
    if app.prefix.is_none()
        && let Some(effects) = vim::press(app, &name, key)
    {
        return effects;
    }
    let name = match app.prefix.take() {
        Some(first) => first + &name,
        None if app.keymap.prefix(context, &name) => {
            app.prefix = Some(name);
            return Vec::new();
        }
        None => name,
    };
    if let Some(command) = app.keymap.lookup(context, &name).and_then(commands::by_name) {
        if matches!(context, Context::List | Context::Text) && app.keymap.lookup_in(context, &name).is_none()
        {
            app.popup = None;
            app.dirty = true;
        }
        // What is shown of the cursor does not outlive a command of another kind.
        if app.keymap.lookup_in(context, &name).is_none() {
            app.suggestions = None;
        }
        // A digit says which.
        let digit = Some(name.as_str()).filter(|name| name.len() == 1 && name.as_bytes()[0].is_ascii_digit());
        return if chart::holds_back(app, context, command) {
            Vec::new()
        } else if (command.when)(app) {
            act(app, command, digit.unwrap_or_default())
        } else {
            // An Esc too many does no harm and needs no word.
            let said = if name == "Esc" { String::new() } else { nothing_for(&name, command.doc) };
            app.say(NoteKind::Plain, said)
        };
    }
    match (context, &mut app.popup) {
        (Context::List, Some(Popup::List(list))) => {
            if list.input.key(key) && list.kind != ListKind::Parameters {
                (list.selected, list.top) = (0, 0);
            }
            app.dirty = true;
        }
        (Context::Editor | Context::Completion | Context::Normal | Context::Visual, _) => {
            return edit(app, key);
        }
        _ => {}
    }
    Vec::new()
}

/// Runs a command. What was said before goes with a change of what is on the screen, and outlives a move.
pub fn act(app: &mut App, command: &Command, argument: &str) -> Vec<Effect> {
    let (scene, said) = (tabs::scene(app), app.said);
    let effects = (command.run)(app, argument);
    if app.said == said && scene != tabs::scene(app) {
        app.hush();
    }
    effects
}

/// That a key has nothing to work on, and what it would do: the first part of its line in the help.
fn nothing_for(key: &str, doc: &str) -> String {
    let does = doc.split(['.', ';', ':']).next().unwrap_or_default();
    let mut letters = does.chars();
    let first = letters.next().map(|letter| letter.to_lowercase().to_string()).unwrap_or_default();
    format!("nothing here for {key}, which {first}{}", letters.as_str())
}

fn edit(app: &mut App, key: &KeyEvent) -> Vec<Effect> {
    let page = usize::from(layout::layout(app).inner(Part::Editor).height).max(2) - 1;
    let select = key.modifiers.contains(KeyModifiers::SHIFT);
    match key.code {
        KeyCode::PageDown => app.editor.page(page, true, select),
        KeyCode::PageUp => app.editor.page(page, false, select),
        _ => {
            app.editor.key(key, app.at);
        }
    }
    if !app.note.text.is_empty() {
        app.say(NoteKind::Plain, "");
    }
    app.dirty = true;
    completion::after_key(app, key)
}

/// A paste goes into the line that is typed in, else into the query; it never runs anything.
fn paste(app: &mut App, pasted: &str) {
    app.dirty = true;
    match &mut app.popup {
        Some(Popup::List(list)) => {
            list.input.insert(pasted);
            if list.kind != ListKind::Parameters {
                (list.selected, list.top) = (0, 0);
            }
        }
        Some(Popup::Text(_)) => unpasted(app, Context::Text),
        None if app.stepper.is_some() => unpasted(app, Context::Hits),
        None => {
            let elsewhere = app.focus != Focus::Editor;
            app.focus = Focus::Editor;
            app.suggestions = None;
            app.editor.insert(pasted);
            vim::pasted(app, pasted);
            // What was said of the text before says nothing of this one.
            app.note = Note::default();
            if elsewhere {
                let back = commands::keyed(app, Context::Editor, "toggle", "goes back");
                app.say(NoteKind::Plain, format!("pasted into the query, which has the keys now; {back}"));
            }
        }
    }
}

/// Says that there is nothing to paste into.
fn unpasted(app: &mut App, context: Context) {
    let close = commands::keyed(app, context, "close", "closes this");
    app.say(NoteKind::Warning, format!("nothing was pasted, since nothing is typed here; {close}"));
}

fn wake(app: &mut App, (fraction, rows): (Option<f64>, u64)) -> Vec<Effect> {
    let mut effects = Vec::new();
    let due = |at: Option<u64>| at.is_some_and(|at| at <= app.at);
    let (check, save) = (due(app.check_at), due(app.save_at));
    if check {
        app.check_at = None;
        let statement = statement::current(app);
        let filled = parameters::filled(&statement.text, &app.parameters);
        if let (DatabaseState::Open, Some(filled)) = (&app.database.state, filled)
            && !filled.text.trim().is_empty()
        {
            let text = filled.text.clone();
            app.checked = filled;
            effects.push(Effect::Check {
                version: app.editor.version,
                offset: statement.offset,
                text,
                clock: app.clock,
            });
        }
    }
    if save {
        app.save_at = None;
        effects.push(Effect::Save(app.session()));
    }
    if let Some(running) = &mut app.running
        && app.drawn_at + ELAPSED_MS <= app.at
    {
        running.fraction = fraction.or(running.fraction);
        running.rows = running.rows.max(rows);
        app.drawn_at = app.at;
        app.dirty = true;
    }
    effects
}

/// What follows from any change: the cursors in view, missing rows asked for.
fn settle(app: &mut App) -> Vec<Effect> {
    let layout = layout::layout(app);
    let editor = layout.inner(Part::Editor);
    if editor.height > 0 {
        let width = layout::text_width(editor, app.editor.lines().len());
        app.editor.scroll_into(width, usize::from(editor.height), app.ascii);
    }
    let place = (app.editor.version, app.editor.cursor());
    if app.focus == Focus::Editor && app.called != place {
        app.called = place;
        app.call = completion::call(app);
        app.editor.pair_brackets();
    }
    in_zone(app);
    let mut effects = aside::settle(app);
    effects.extend(chart::missing(app));
    if let Some(stepper) = &mut app.stepper {
        let area = layout.inner(Part::Events);
        let filter = stepper.filter(area, app.ascii).len() as u16;
        if let Events::Rows(events) = &mut stepper.events {
            let page = u64::from(area.height.saturating_sub(1 + filter));
            events.view.scroll_into(layout::table_width(area), page);
        }
    }
    if let Some(grid) = &mut app.grid {
        let area = layout.inner(Part::Grid);
        let page = u64::from(area.height.saturating_sub(1));
        if page > 0 {
            grid.view.scroll_into(layout::table_width(area), page);
            effects.extend(grid.missing(page).map(Effect::Read));
        } else if grid.current().is_none() || !grid.settled() {
            // The record view covers the grid, steps through its rows and filters them.
            effects.extend(grid.missing_row().map(Effect::Read));
        }
    }
    effects
}

/// Times are shown as they are in the zone that was chosen last.
fn in_zone(app: &mut App) {
    if let Some(grid) = app.grid.as_mut().filter(|grid| grid.view.zone != app.zone) {
        grid.view.zone = app.zone.clone();
        grid.view.measure(&grid.compiled.columns, &grid.rows, app.ascii);
    }
    if let Some(Events::Rows(events)) = app.stepper.as_mut().map(|stepper| &mut stepper.events)
        && events.view.zone != app.zone
    {
        events.view.zone = app.zone.clone();
        events.view.measure(&events.columns, &events.rows, app.ascii);
    }
    if let Some(pane) = app.chart.as_mut().filter(|pane| pane.view.zone != app.zone) {
        pane.view.zone = app.zone.clone();
    }
    if let Some(record) = app.record.as_mut().filter(|record| record.zone != app.zone) {
        record.zone = app.zone.clone();
    }
}

fn restore(app: &mut App, session: Session) -> Vec<Effect> {
    let said = session.said();
    tabs::restore(app, session.tabs, session.open);
    app.history = session.history;
    app.parameters = session.parameters;
    app.zone = session.zone.and_then(|name| Zone::named(&name).ok()).unwrap_or_else(|| app.home.clone());
    if let (Some(clock), false) = (session.clock, app.clock_chosen) {
        app.clock = clock;
        app.clock_chosen = true;
    }
    app.check_at = Some(app.at);
    app.dirty = true;
    said.map(|said| app.say(NoteKind::Plain, said)).unwrap_or_default()
}

/// What was read from another database is gone with it.
fn forget_results(app: &mut App) {
    app.grid = None;
    app.ages = None;
    app.record = None;
    app.stepper = None;
    app.chart = None;
    if app.focus != Focus::Editor {
        app.focus = Focus::Grid;
    }
}

/// Puts a result into the grid in place of the old one. When that has first rows of the same run, the
/// reader stays where they are, in an open record too.
pub fn show(app: &mut App, mut grid: Grid) -> Vec<Effect> {
    app.dirty = true;
    if let Some(old) = app.grid.as_ref().filter(|old| old.run == grid.run) {
        grid.view = old.view.clone();
        grid.view.measure(&grid.compiled.columns, &grid.rows, app.ascii);
        grid.take_after(old);
        grid.chart_left.clone_from(&old.chart_left);
        app.grid = Some(grid);
        return Vec::new();
    }
    results::leave(app);
    let chart = chart::look_of(app.chart.as_ref(), app.grid.as_ref());
    // The same statement again is looked at as before.
    if let Some(old) = app
        .grid
        .take()
        .filter(|old| matches!(old.extent, Extent::All { .. }))
        .filter(|old| old.text == grid.text && old.compiled.columns == grid.compiled.columns)
    {
        grid.take_after(&old);
        grid.forget_aside();
        grid.chart_left = chart;
    }
    forget_results(app);
    app.grid = Some(grid);
    Vec::new()
}
