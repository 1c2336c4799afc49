//! Going from kept result to kept result.

use super::nothing;
use crate::app::msg::Effect;
use crate::app::{App, NoteKind, results};

/// By the key: the place among those that are kept.
pub fn kept(app: &mut App, typed: &str) -> Vec<Effect> {
    match typed.trim().parse::<usize>() {
        Ok(place) if place > 0 => results::show(app, place - 1),
        Ok(_) | Err(_) => nothing(),
    }
}

/// By its name or the number in it.
pub fn result(app: &mut App, typed: &str) -> Vec<Effect> {
    let typed = typed.trim();
    let wanted = |name: &str| name.eq_ignore_ascii_case(typed) || name.strip_prefix("Result") == Some(typed);
    let found = app.results.named().into_iter().find(|(name, _)| wanted(name)).map(|(_, kept)| kept.run);
    if let Some(place) = found.and_then(|run| app.results.place(run)) {
        return results::show(app, place);
    }
    let names: Vec<String> = app.results.kept.iter().map(results::Kept::name).collect();
    let said = match names.is_empty() {
        true => "no result is kept yet".to_owned(),
        false => format!("kept are {}", names.join(", ")),
    };
    app.say(NoteKind::Plain, said)
}
