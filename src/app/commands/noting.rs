//! What a hunter thinks of a hit: verdict, bookmark, words.

use super::nothing;
use crate::app::msg::Effect;
use crate::app::{App, NoteKind, text};
use crate::hunt::notes::{Note, Notes, VERDICTS};

/// To the next verdict, and after the last one to none.
pub fn triage(app: &mut App, _: &str) -> Vec<Effect> {
    change(app, |note| {
        let next = note.verdict.map_or(0, |now| 1 + VERDICTS.iter().position(|one| *one == now).unwrap_or(0));
        note.verdict = VERDICTS.get(next).copied();
        note.verdict.map_or("no verdict".into(), |verdict| verdict.name().into())
    })
}

pub fn bookmark(app: &mut App, _: &str) -> Vec<Effect> {
    change(app, |note| {
        note.bookmarked = !note.bookmarked;
        if note.bookmarked { "bookmarked" } else { "no bookmark any more" }.into()
    })
}

/// Words about the hit; without any they are taken away.
pub fn note(app: &mut App, words: &str) -> Vec<Effect> {
    let words = words.trim().to_owned();
    change(app, |note| {
        let said = if words.is_empty() { "no words any more".into() } else { format!("noted: {words}") };
        note.text = words;
        said
    })
}

fn change(app: &mut App, edit: impl FnOnce(&mut Note) -> String) -> Vec<Effect> {
    let Some(stepper) = &app.stepper else { return nothing() };
    let subject = stepper.subject();
    let mut note = app.notes.about(&subject).cloned().unwrap_or_default();
    note.subject = subject;
    note.query = app.grid.as_ref().map(|grid| grid.ran.clone()).unwrap_or_default();
    let said = edit(&mut note);
    // The world gives it another.
    note.at.clear();
    app.notes.put(note.clone());
    let said = text::shown(&said, app.ascii).into_owned();
    app.say(NoteKind::Good, format!("{said} ({})", stepper_count(app)));
    vec![Effect::Note(note)]
}

/// How far the triage of this result is.
fn stepper_count(app: &App) -> String {
    let Some(stepper) = &app.stepper else { return String::new() };
    let subjects = stepper.subjects();
    let judged =
        subjects.iter().filter(|one| app.notes.about(one).is_some_and(|note| note.verdict.is_some()));
    format!("{} of {} judged", judged.count(), text::count(subjects.len() as u64, "hit"))
}

/// A note got its time, unless it was changed since.
pub fn timed(app: &mut App, note: Note) {
    let untimed = Note { at: String::new(), ..note.clone() };
    if app.notes.about(&note.subject) == Some(&untimed) {
        app.notes.put(note);
    }
}

/// The notes of the last times.
pub fn noted(app: &mut App, lines: Result<String, String>) -> Vec<Effect> {
    match lines {
        Ok(lines) => {
            app.notes = Notes::read(&lines);
            app.dirty = true;
            match app.notes.unread {
                0 => nothing(),
                unread => {
                    let said = format!("{} of the notes cannot be read", text::count(unread as u64, "line"));
                    app.say(NoteKind::Warning, said)
                }
            }
        }
        Err(why) => {
            let said = format!("the notes cannot be kept: {}", text::shown(&why, app.ascii));
            app.say(NoteKind::Error, said)
        }
    }
}
