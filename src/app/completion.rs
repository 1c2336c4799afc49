//! Completion in the query pane: when it is shown, what is selected, what taking it does. What may be
//! written says `ide`.

use std::collections::BTreeSet;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use super::grid::Step;
use super::msg::Effect;
use super::popup::stepped;
use super::{App, DatabaseState, Focus, statement, vim};
use crate::facts::Options;
use crate::ide::complete::{Ask, Completer, Completion, Item, Kind, Learned};
use crate::ide::hover::{self, Hover};
use crate::ide::signature::Signature;

/// Rows of the list.
pub const ROWS: usize = 8;

/// What stays from one completion to the next.
#[derive(Default)]
pub struct Desk {
    completer: Completer,
    learned: Learned,
    /// What the data were asked for already.
    asked: BTreeSet<Ask>,
    /// Where the answer was wanted: version of the text, cursor. Elsewhere nothing comes by itself.
    awaited: Option<(u64, (usize, usize))>,
}

impl Desk {
    /// Another database, or more data: what was learned does not hold.
    pub fn forget(&mut self) {
        *self = Desk::default();
    }
}

/// What is shown.
pub struct Suggestions {
    completion: Completion,
    /// Those items that fit what is typed, the best first.
    ranked: Vec<usize>,
    /// The first byte of what a choice replaces, in the whole text.
    offset: usize,
    pub selected: usize,
    pub top: usize,
    /// The user has moved in the list.
    moved: bool,
}

impl Suggestions {
    pub fn items(&self) -> impl Iterator<Item = &Item> {
        self.ranked.iter().map(|at| &self.completion.items[*at])
    }

    pub fn selected_item(&self) -> Option<&Item> {
        self.ranked.get(self.selected).map(|at| &self.completion.items[*at])
    }

    pub fn count(&self) -> usize {
        self.ranked.len()
    }

    /// Characters of the text that a choice replaces before the cursor.
    pub fn typed(&self) -> &str {
        &self.completion.typed
    }

    /// Whether Enter is meant for the list: a word is begun that the choice goes on with, or the user has
    /// chosen. A choice that merely has the letters of the word takes Tab: the word may be all that is meant.
    pub fn changes_something(&self) -> bool {
        let typed = self.typed().to_lowercase();
        let goes_on =
            |item: &Item| item.label != self.typed() && item.label.to_lowercase().starts_with(&typed);
        self.moved || !typed.is_empty() && self.selected_item().is_some_and(goes_on)
    }
}

/// Shows what may be written at the cursor; asks the data for what is not known yet.
pub fn open(app: &mut App) -> Vec<Effect> {
    app.dirty = true;
    let Some((completion, offset)) = completion(app) else { return Vec::new() };
    let asks = completion.asks.clone();
    app.desk.awaited = asks.is_some().then(|| place(app));
    show(app, completion, offset);
    asks.map_or(Vec::new(), |ask| asked(app, ask))
}

fn place(app: &App) -> (u64, (usize, usize)) {
    (app.editor.version, app.editor.cursor())
}

fn show(app: &mut App, completion: Completion, offset: usize) {
    let ranked = completion.ranked();
    let moved = app.suggestions.as_ref().is_some_and(|shown| shown.moved && shown.offset == offset);
    let kept = app.suggestions.as_ref().filter(|_| moved).and_then(|shown| {
        let label = &shown.selected_item()?.label;
        ranked.iter().position(|at| completion.items[*at].label == *label)
    });
    let done = matches!(ranked.as_slice(), [only] if completion.items[*only].label == completion.typed);
    app.suggestions = (!ranked.is_empty() && !done).then(|| {
        let selected = kept.unwrap_or(0);
        let top = (selected + 1).saturating_sub(ROWS);
        Suggestions { completion, ranked, offset, selected, top, moved: kept.is_some() }
    });
}

/// What may be written at the cursor, and where in the text its statement begins.
fn completion(app: &mut App) -> Option<(Completion, usize)> {
    if app.database.state != DatabaseState::Open || app.focus != Focus::Editor || app.stepper.is_some() {
        return None;
    }
    let (text, start) = statement::around(app);
    let cursor = app.editor.cursor_byte().checked_sub(start)?;
    let options = options(app);
    let desk = &mut app.desk;
    let found = desk.completer.complete(&text, cursor, &app.database.schema, &options, &desk.learned);
    let offset = start + found.span.start as usize;
    Some((found, offset))
}

fn options(app: &App) -> Options {
    let (now, outside) = (app.clock.now().unwrap_or_default(), app.outside.clone());
    Options { now, outside, ..Options::default() }
}

fn asked(app: &mut App, ask: Ask) -> Vec<Effect> {
    if app.desk.asked.insert(ask.clone()) { vec![Effect::Learn(ask)] } else { Vec::new() }
}

/// What is known of the word at the cursor.
pub fn docs(app: &mut App) -> Option<Hover> {
    let (text, start) = statement::whole(app);
    let cursor = app.editor.cursor_byte().checked_sub(start)?;
    let options = options(app);
    hover::hover(&mut app.desk.completer, &text, cursor, &app.database.schema, &options)
}

/// The call that the cursor is in, and the parameter that is being written.
pub fn call(app: &mut App) -> Option<(Signature, usize)> {
    let (text, start) = statement::whole(app);
    let cursor = app.editor.cursor_byte().checked_sub(start)?;
    let options = options(app);
    hover::call(&mut app.desk.completer, &text, cursor.min(text.len()), &app.database.schema, &options)
}

/// What follows from a key that the editor took.
pub fn after_key(app: &mut App, key: &KeyEvent) -> Vec<Effect> {
    let plain = !key.modifiers.intersects(KeyModifiers::CONTROL | KeyModifiers::ALT);
    match key.code {
        KeyCode::Char(letter) if plain => after_letter(app, letter),
        KeyCode::Backspace if app.suggestions.is_some() => {
            let effects = open(app);
            if app.suggestions.as_ref().is_some_and(|shown| shown.typed().is_empty()) {
                app.suggestions = None;
            }
            effects
        }
        _ => {
            app.suggestions = None;
            Vec::new()
        }
    }
}

fn after_letter(app: &mut App, letter: char) -> Vec<Effect> {
    let word = letter.is_alphanumeric() || matches!(letter, '_' | '$' | '-');
    if !word && !matches!(letter, ' ' | '=' | '.' | '"' | '\'' | '(' | ':' | '!') {
        app.suggestions = None;
        return Vec::new();
    }
    let effects = open(app);
    let Some(shown) = &app.suggestions else { return effects };
    // Where nothing is begun, only short lists that leave little else to write come by themselves.
    let few = |item: &Item| {
        matches!(
            item.kind,
            Kind::Operator | Kind::Value | Kind::Chart | Kind::Path | Kind::Type | Kind::Parameter
        )
    };
    let typed = shown.typed();
    let number = typed.starts_with(|first: char| first.is_ascii_digit());
    if number || typed.is_empty() && !shown.items().all(few) {
        app.suggestions = None;
    }
    effects
}

/// The data answered.
pub fn learned(app: &mut App, ask: Ask, found: Result<Found, String>) -> Vec<Effect> {
    let Ok(found) = found else { return Vec::new() };
    match (ask, found) {
        (Ask::Values(source), Found::Values(values)) => {
            app.desk.learned.values.insert(source, values);
        }
        (Ask::Paths(source), Found::Paths(paths)) => {
            app.desk.learned.paths.insert(source, paths);
        }
        (Ask::Values(_), Found::Paths(_)) | (Ask::Paths(_), Found::Values(_)) => return Vec::new(),
    }
    // The cursor may still be where that was wanted.
    let here = app.desk.awaited == Some(place(app));
    let wanted = here && app.suggestions.is_none() && app.popup.is_none();
    if wanted
        && let Some((completion, offset)) = completion(app)
        && !completion.items.is_empty()
        && completion.items.iter().all(|item| matches!(item.kind, Kind::Value | Kind::Path))
    {
        show(app, completion, offset);
        app.dirty = true;
    }
    Vec::new()
}

/// What the data answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Found {
    Values(Vec<(String, u64)>),
    Paths(Vec<Vec<String>>),
}

pub fn step(app: &mut App, step: Step) {
    let Some(shown) = &mut app.suggestions else { return };
    shown.selected = stepped(shown.selected, step, shown.ranked.len(), ROWS);
    shown.top = shown.top.clamp((shown.selected + 1).saturating_sub(ROWS), shown.selected);
    shown.moved = true;
    app.dirty = true;
}

/// Puts what is selected into the text.
pub fn accept(app: &mut App) -> Vec<Effect> {
    app.dirty = true;
    let Some(shown) = app.suggestions.take() else { return Vec::new() };
    let Some(item) = shown.selected_item() else { return Vec::new() };
    let length = (shown.completion.span.end - shown.completion.span.start) as usize;
    let insert = item.insert.clone();
    let text = app.editor.text();
    let letters = |range| text.get(range).map_or(0, |part: &str| part.chars().count());
    let cursor = app.editor.cursor_byte();
    let gone = (letters(shown.offset..cursor), letters(cursor..shown.offset + length));
    vim::chosen(app, gone, &insert, item.back);
    app.editor.replace(shown.offset..shown.offset + length, &insert, item.back);
    // What goes on after it: the kinds of a join after `kind=`, columns after `$left.`.
    if insert.ends_with(['=', '.']) || item.kind == Kind::Parameter { open(app) } else { Vec::new() }
}
