//! Running, the clock, what is wrong with the text.

use super::nothing;
use super::panes::palette;
use crate::app::clock::{self, Clock, Wanted};
use crate::app::grid::Extent;
use crate::app::msg::{AgePurpose, Effect};
use crate::app::{App, DatabaseState, Focus, NoteKind, QUIT_MS, Running, statement, text};

pub fn run(app: &mut App, _: &str) -> Vec<Effect> {
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
    let statement = statement::current(app);
    if statement.text.trim().is_empty() {
        return app.say(NoteKind::Warning, "there is no query at the cursor; F3 lists the shipped hunts");
    }
    let run = app.number();
    app.running = Some(Running {
        run,
        since: app.at,
        offset: statement.offset,
        version: app.editor.version,
        fraction: None,
        cancelling: false,
        text: statement.text.clone(),
    });
    app.drawn_at = app.at;
    app.stepper = None;
    app.check_at = None;
    app.save_at = None;
    app.say(NoteKind::Plain, "");
    vec![Effect::Save(app.session()), Effect::Run { run, text: statement.text, now: app.clock.now() }]
}

pub fn cancel(app: &mut App, _: &str) -> Vec<Effect> {
    if let Some(running) = &mut app.running {
        let first = !running.cancelling;
        running.cancelling = true;
        app.dirty = true;
        return if first { vec![Effect::Cancel] } else { nothing() };
    }
    if app.database.loading.is_some() {
        app.database.loading = Some("stopping the load...".into());
        app.dirty = true;
        return vec![Effect::Cancel];
    }
    if app.at < app.quit_until {
        return vec![Effect::Quit];
    }
    app.quit_until = app.at + QUIT_MS;
    app.say(NoteKind::Plain, "nothing runs; Ctrl-C again ends kqlhunt")
}

pub fn sort(app: &mut App, _: &str) -> Vec<Effect> {
    let Some(grid) = &mut app.grid else { return nothing() };
    if !matches!(grid.extent, Extent::All { .. }) {
        return app.say(NoteKind::Warning, "the result can be sorted once the query is done");
    }
    grid.sort();
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
        Ok(Wanted::Shift(ticks)) => match app.clock {
            Clock::Fixed(at) => match at.checked_add(ticks).and_then(crate::ticks::datetime) {
                Some(at) => set_clock(app, Clock::Fixed(at)),
                None => app.say(NoteKind::Error, "that is before year 1 or after year 9999"),
            },
            Clock::Wall => app.say(NoteKind::Warning, "a distance needs a fixed clock; try :now newest"),
        },
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
    vec![Effect::Ages { purpose: AgePurpose::Clock { run }, text, now: app.clock.now() }]
}

pub fn set_clock(app: &mut App, clock: Clock) -> Vec<Effect> {
    app.clock = clock;
    app.clock_chosen = true;
    app.check_at = Some(app.at);
    let said = match clock {
        Clock::Wall => "now() is the time at which a query starts".to_string(),
        Clock::Fixed(at) => format!("now() is {}; F5 runs again", crate::ticks::iso(at)),
    };
    app.say(NoteKind::Good, said);
    vec![Effect::Save(app.session())]
}

pub fn next_problem(app: &mut App, _: &str) -> Vec<Effect> {
    app.focus = Focus::Editor;
    let said = match app.editor.next_remark() {
        Some(remark) => remark.said(),
        None => return app.say(NoteKind::Good, "no problem is known"),
    };
    app.editor.explained = true;
    let said = text::shown(&said, app.ascii).into_owned();
    app.say(NoteKind::Warning, said)
}
