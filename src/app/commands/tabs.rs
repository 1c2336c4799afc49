//! Query tabs.

use super::nothing;
use crate::app::msg::Effect;
use crate::app::session::TabState;
use crate::app::tabs::{self, TABS_MAX};
use crate::app::{App, NoteKind};

pub fn new_tab(app: &mut App, _: &str) -> Vec<Effect> {
    added(app, TabState::default(), "a new tab; Ctrl-PgUp or :tabp goes back")
}

fn added(app: &mut App, state: TabState, said: &str) -> Vec<Effect> {
    match tabs::add(app, state) {
        Some(()) => {
            app.suggestions = None;
            app.say(NoteKind::Plain, said)
        }
        None => {
            let said = format!("there are {TABS_MAX} tabs already; :close closes one");
            app.say(NoteKind::Warning, said)
        }
    }
}

pub fn next_tab(app: &mut App, typed: &str) -> Vec<Effect> {
    if let Ok(place) = typed.trim().parse::<usize>() {
        let to = place.clamp(1, app.tabs.count()) - 1;
        return tabs::go(app, to);
    }
    let to = (app.tabs.open + 1) % app.tabs.count();
    go(app, to)
}

pub fn previous_tab(app: &mut App, _: &str) -> Vec<Effect> {
    let to = (app.tabs.open + app.tabs.count() - 1) % app.tabs.count();
    go(app, to)
}

fn go(app: &mut App, to: usize) -> Vec<Effect> {
    match app.tabs.count() {
        1 => app.say(NoteKind::Plain, "there is one tab; Ctrl-N or :new opens another"),
        _ => tabs::go(app, to),
    }
}

pub fn close_tab(app: &mut App, _: &str) -> Vec<Effect> {
    if app.running.as_ref().is_some_and(|running| running.tab == app.tabs.number) {
        return app.say(NoteKind::Warning, "the query of this tab runs; Ctrl-C stops it");
    }
    match tabs::close(app) {
        Some(()) => {
            app.suggestions = None;
            app.say(NoteKind::Plain, "closed; :reopen brings its text back")
        }
        None => app.say(NoteKind::Plain, "this is the only tab; Ctrl-Q ends kqlhunt"),
    }
}

pub fn reopen_tab(app: &mut App, _: &str) -> Vec<Effect> {
    match tabs::closed(app) {
        Some(state) => added(app, state, "here it is again"),
        None => {
            app.say(NoteKind::Plain, "no tab was closed");
            nothing()
        }
    }
}
