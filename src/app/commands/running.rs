//! Running, the clock, what is wrong with the text.

use super::nothing;
use super::panes::palette;
use crate::app::clock::{self, Clock, Wanted};
use crate::app::diff::Compared;
use crate::app::editor::Editor;
use crate::app::msg::{AgePurpose, Effect};
use crate::app::parameters::{self, Then};
use crate::app::remarks::Remark;
use crate::app::statement::{self, Statement};
use crate::app::{App, DatabaseState, Focus, NoteKind, QUIT_MS, Running, sweep, text};
use crate::diag::Severity;
use crate::zone::Zone;

pub fn run(app: &mut App, _: &str) -> Vec<Effect> {
    let statement = statement::current(app);
    start(app, statement)
}

fn start(app: &mut App, statement: Statement) -> Vec<Effect> {
    match &app.database.state {
        DatabaseState::Opening => {
            app.run_when_open = true;
            return app.say(NoteKind::Plain, "the query runs as soon as the database is open");
        }
        DatabaseState::Failed(why) => {
            let said = format!("there is no database: {why}");
            return app.say(NoteKind::Error, said);
        }
        DatabaseState::Open => {}
    }
    if statement.text.trim().is_empty() {
        return app.say(NoteKind::Warning, "there is no query at the cursor; F3 lists the shipped hunts");
    }
    parameters::ask(app, statement, Then::Run)
}

/// Runs a statement whose parameters are known.
pub fn run_statement(app: &mut App, statement: Statement) -> Vec<Effect> {
    let filled = parameters::filled(&statement.text, &app.parameters).unwrap_or_default();
    let run = app.number();
    app.several = None;
    let stopped = app.running.as_ref().filter(|running| running.tab != app.tabs.number);
    let stopped = stopped.and_then(|running| app.tabs.place(running.tab));
    app.running = Some(Running {
        run,
        tab: app.tabs.number,
        stopped,
        since: app.at,
        offset: statement.offset,
        version: app.editor.version,
        fraction: None,
        rows: 0,
        cancelling: false,
        text: statement.text,
        filled: filled.clone(),
        said: String::new(),
    });
    app.drawn_at = app.at;
    app.stepper = None;
    app.check_at = None;
    app.save_at = None;
    app.say(NoteKind::Plain, "");
    vec![Effect::Save(app.session()), Effect::Run { run, text: filled.text, clock: app.clock }]
}

/// Runs a query that stands in no editor, at the clock of the result that it comes from.
pub fn run_beside(app: &mut App, text: String, said: String) -> Vec<Effect> {
    let clock = app.grid.as_ref().map_or(app.clock, |grid| Clock::of(&grid.compiled));
    let effects = run_statement(app, Statement { offset: 0, text });
    if let Some(running) = &mut app.running {
        // No mistake of it is a mistake of the text in the pane.
        (running.version, running.said) = (u64::MAX, said);
    }
    let at = |effect| match effect {
        Effect::Run { run, text, .. } => Effect::Run { run, text, clock },
        other => other,
    };
    effects.into_iter().map(at).collect()
}

/// Compares two results as a run of its own, which stands for the statement of the newer one.
pub fn run_compared(app: &mut App, compared: &Compared, text: String) -> Vec<Effect> {
    let effects = run_beside(app, text, String::new());
    let compare = |effect| match effect {
        Effect::Run { run, .. } => Effect::Compare { run, compared: compared.clone() },
        other => other,
    };
    effects.into_iter().map(compare).collect()
}

pub fn cancel(app: &mut App, _: &str) -> Vec<Effect> {
    if let Some(running) = &mut app.running {
        let first = !running.cancelling;
        running.cancelling = true;
        app.dirty = true;
        return if first { vec![Effect::Cancel] } else { nothing() };
    }
    if std::mem::take(&mut app.run_when_open) {
        return app.say(NoteKind::Plain, "the query will not run");
    }
    if app.database.loading.is_some() {
        app.database.loading = Some("stopping the load...".into());
        app.dirty = true;
        return vec![Effect::Cancel];
    }
    let stopped = sweep::stop(app);
    if !stopped.is_empty() {
        return stopped;
    }
    if app.at < app.quit_until {
        return vec![Effect::Quit];
    }
    app.quit_until = app.at + QUIT_MS;
    app.say(NoteKind::Plain, "nothing runs; Ctrl-C again ends kqlhunt")
}

pub fn sort(app: &mut App, _: &str) -> Vec<Effect> {
    sort_by(app, false)
}

pub fn sort_more(app: &mut App, _: &str) -> Vec<Effect> {
    sort_by(app, true)
}

fn sort_by(app: &mut App, more: bool) -> Vec<Effect> {
    let Some(grid) = &mut app.grid else { return nothing() };
    if let Some(why) = grid.extent.unfinished("the result can be sorted") {
        return app.say(NoteKind::Warning, why);
    }
    grid.change(|grid| grid.sort(more));
    app.dirty = true;
    nothing()
}

pub fn clock(app: &mut App, typed: &str) -> Vec<Effect> {
    if typed.is_empty() {
        return palette(app, "now ");
    }
    match clock::parse(typed) {
        Ok(Wanted::Newest) => newest(app, false),
        Ok(Wanted::Set(clock)) => set_clock(app, clock),
        Ok(Wanted::Shift(ticks)) => shift(app, ticks, Clock::moved),
        Err(why) => {
            let said = text::shown(&why, app.ascii).into_owned();
            app.say(NoteKind::Error, said)
        }
    }
}

/// Sets the clock to so many ticks later, or earlier.
fn shift(app: &mut App, ticks: i64, clock: fn(Clock, i64) -> Clock) -> Vec<Effect> {
    let Some(at) = app.clock.now() else {
        return app.say(NoteKind::Warning, "a distance needs a fixed clock; try :now newest");
    };
    match at.checked_add(ticks).and_then(crate::ticks::datetime) {
        Some(at) => set_clock(app, clock(app.clock, at)),
        None => app.say(NoteKind::Error, "that is before year 1 or after year 9999"),
    }
}

/// Sets the clock so that what came later is not seen; without a word, at the clock as it is, or sees all again.
pub fn as_of(app: &mut App, typed: &str) -> Vec<Effect> {
    let clock = |_, at| Clock::AsOf { at, back: None };
    match (typed.trim(), app.clock) {
        ("", Clock::AsOf { at, .. }) => set_clock(app, Clock::Fixed(at)),
        ("", _) => shift(app, 0, clock),
        (typed, before) => match clock::parse(typed) {
            Ok(Wanted::Shift(ticks)) => shift(app, ticks, clock),
            Ok(Wanted::Set(Clock::Fixed(at) | Clock::AsOf { at, .. })) => set_clock(app, clock(before, at)),
            Ok(Wanted::Set(Clock::Wall) | Wanted::Newest) | Err(_) => {
                let said = text::shown(typed, app.ascii).into_owned();
                app.say(NoteKind::Error, format!("'{said}' is no time: try 2026-05-14T12:00:00Z or -7d"))
            }
        },
    }
}

/// Shows times as they are somewhere.
pub fn zone(app: &mut App, typed: &str) -> Vec<Effect> {
    if typed.is_empty() {
        return palette(app, "tz ");
    }
    match Zone::named(typed) {
        Ok(zone) => {
            let said = match zone.name() {
                Some(name) => {
                    format!("times are shown as in {name}; exports, copies and filters stay in UTC")
                }
                None => "times are shown in UTC".to_owned(),
            };
            app.zone = zone;
            app.say(NoteKind::Good, said);
            vec![Effect::Save(app.session())]
        }
        Err(why) => {
            let said = text::shown(&why, app.ascii).into_owned();
            app.say(NoteKind::Error, said)
        }
    }
}

/// Asks for the newest rows, to set the clock by them.
pub fn newest(app: &mut App, run: bool) -> Vec<Effect> {
    let text = statement::current(app).text;
    app.say(NoteKind::Plain, "looking for the newest rows...");
    vec![Effect::Ages { purpose: AgePurpose::Clock { run }, text, clock: app.clock }]
}

pub fn set_clock(app: &mut App, clock: Clock) -> Vec<Effect> {
    app.clock = clock;
    app.clock_chosen = true;
    app.check_at = Some(app.at);
    app.say(NoteKind::Good, clock.said());
    vec![Effect::Save(app.session())]
}

pub fn next_problem(app: &mut App, _: &str) -> Vec<Effect> {
    go_to_problem(app, Editor::next_remark)
}

pub fn previous_problem(app: &mut App, _: &str) -> Vec<Effect> {
    go_to_problem(app, Editor::previous_remark)
}

/// Follows the help of the remark at the cursor or the next, where a change of the text says all of it; or of all errors.
pub fn fix(app: &mut App, typed: &str) -> Vec<Effect> {
    if typed == "all" {
        return fix_all(app);
    }
    let found = app.editor.fixable().and_then(|remark| Some((remark.fix.clone()?, remark.fix_differs)));
    let Some(((place, text), differs)) = found else {
        return app.say(NoteKind::Plain, NO_FIX);
    };
    let differs = if differs { " and may give other rows" } else { "" };
    let (back, line) = (text.chars().count(), app.editor.place_of(place.start).0 + 1);
    app.editor.replace(place, &text, back);
    app.say(NoteKind::Good, format!("line {line} is changed{differs}; undo brings it back"))
}

const NO_FIX: &str = "no change is known for what is said of the text";

fn fix_all(app: &mut App) -> Vec<Effect> {
    let fixes = app.editor.fixes();
    let (Some(last), Some(first)) = (fixes.first(), fixes.last()) else {
        let advised = app.editor.fixable().is_some();
        let said =
            if advised { "no error that a change mends; :fix takes advice one by one" } else { NO_FIX };
        return app.say(NoteKind::Plain, said);
    };
    let (start, end, cursor) = (first.0.start, last.0.end, app.editor.cursor());
    let mut changed = app.editor.text()[start..end].to_owned();
    for (place, text) in &fixes {
        changed.replace_range(place.start - start..place.end - start, text);
    }
    app.editor.remarks.retain(|remark| remark.fix.is_none() || remark.severity != Severity::Error);
    app.editor.replace(start..end, &changed, 0);
    app.editor.set_cursor(cursor.0, cursor.1);
    let said = format!("{} changed; undo brings the old text back", text::count(fixes.len() as u64, "place"));
    app.say(NoteKind::Good, said)
}

/// Runs all statements, those that blank lines part too; of several results the last is shown, all are kept.
pub fn run_all(app: &mut App, _: &str) -> Vec<Effect> {
    let text = statement::joined(&app.editor);
    start(app, Statement { offset: 0, text })
}

fn go_to_problem(app: &mut App, go: fn(&mut Editor) -> Option<&Remark>) -> Vec<Effect> {
    app.focus = Focus::Editor;
    let said = match go(&mut app.editor) {
        Some(remark) => remark.said(),
        None => return app.say(NoteKind::Good, "no problem is known"),
    };
    app.editor.explained = true;
    let said = text::shown(&said, app.ascii).into_owned();
    app.say(NoteKind::Warning, said)
}
