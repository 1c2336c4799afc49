//! The techniques of ATT&CK that hunts are for: by tactic, with the hunts that can be run and those that found
//! something; and as a layer for Navigator.

use std::path::PathBuf;

use super::lists::{Choice, Item};
use super::msg::Effect;
use super::popup::{List, ListKind, Popup};
use super::{App, NoteKind, text};
use crate::hunt::coverage::{self, Cell, Standing, TACTICS};
use crate::hunt::pack::Hunt;
use crate::hunt::ready::Ready;

/// Of this many hunts a bar is as long as it gets.
const BAR: u64 = 8;

/// `:coverage` lists the techniques; `:coverage layer.json` writes a layer for ATT&CK Navigator.
pub fn command(app: &mut App, typed: &str) -> Vec<Effect> {
    write(app, typed, false)
}

/// As [`command`], over a file that exists.
pub fn command_over(app: &mut App, typed: &str) -> Vec<Effect> {
    write(app, typed, true)
}

fn write(app: &mut App, typed: &str, over: bool) -> Vec<Effect> {
    if app.hunts.is_empty() {
        return app.say(NoteKind::Warning, "there are no hunts yet");
    }
    if typed.trim().is_empty() {
        let first = items(app).iter().position(|item| matches!(item.choice, Choice::Technique { .. }));
        let selected = first.unwrap_or_default();
        let list = List { selected, top: selected.saturating_sub(1), ..List::new(ListKind::Coverage, "") };
        app.popup = Some(Popup::List(list));
        app.dirty = true;
        return Vec::new();
    }
    let content = format!("{:#}\n", coverage::navigator(hunts(app)));
    vec![Effect::WriteLayer { path: PathBuf::from(typed.trim()), content, over }]
}

/// Asks for the file of a layer.
pub fn ask_layer(app: &mut App) -> Vec<Effect> {
    app.popup = Some(Popup::List(List::new(ListKind::Palette, "coverage attack-layer.json")));
    app.dirty = true;
    Vec::new()
}

/// The layer is written, or is not.
pub fn written(app: &mut App, result: Result<(PathBuf, u64), String>) -> Vec<Effect> {
    let shown = |said: &str, app: &App| text::shown(said, app.ascii).into_owned();
    match result {
        Ok((path, bytes)) => {
            let path = shown(&path.display().to_string(), app);
            app.say(NoteKind::Good, format!("layer to {path}, {}", text::count(bytes, "byte")))
        }
        Err(why) => {
            let why = shown(&why, app);
            app.say(NoteKind::Error, why)
        }
    }
}

/// Each hunt with what is known of it: the rows of the last day where a sweep ran it.
pub fn hunts(app: &App) -> impl Iterator<Item = (&Hunt, Standing)> {
    app.hunts.iter().enumerate().map(|(at, hunt)| {
        let swept = app.sweep.as_ref().and_then(|sweep| {
            // The sweep has rules of its own, of when it began.
            let rule = sweep.rules.iter().position(|rule| rule == hunt)?;
            sweep.rows.iter().find(|row| row.rule == rule)
        });
        let runnable = app.ready.get(at) == Some(&Ready::Yes);
        (hunt, Standing { runnable, hits: swept.and_then(|row| row.outcome.hits()) })
    })
}

pub fn title(app: &App) -> String {
    let techniques: std::collections::BTreeSet<&String> =
        app.hunts.iter().flat_map(|hunt| &hunt.techniques).collect();
    let hits = match &app.sweep {
        Some(_) => "hits of the sweep",
        None => "gS counts hits",
    };
    let (techniques, hunts) =
        (text::count(techniques.len() as u64, "technique"), text::count(app.hunts.len() as u64, "hunt"));
    format!("ATT&CK  {techniques}  {hunts}  {hits}")
}

/// A row for each technique below its tactic, in ATT&CK's order; tactics that no hunt is for as well.
pub fn items(app: &App) -> Vec<Item> {
    let mut items = Vec::new();
    for (tactic, cells) in by_tactic(app) {
        let of_tactic = app.hunts.iter().filter(|hunt| match tactic.is_empty() {
            true => hunt.tactics.is_empty(),
            false => hunt.tactics.contains(&tactic),
        });
        let left = named(app, &tactic, "no tactic");
        let right = text::count(of_tactic.count() as u64, "hunt");
        items.push(Item { left, right, choice: Choice::Tactic(tactic.clone()) });
        for (technique, cell) in cells {
            let name = named(app, &technique, "no technique");
            let left = format!("  {name:<12} {}", bar(&cell, app.ascii));
            let choice = Choice::Technique { tactic: tactic.clone(), technique };
            items.push(Item { left, right: counts(app, &cell), choice });
        }
    }
    items
}

fn named(app: &App, name: &str, without: &str) -> String {
    if name.is_empty() { without.to_owned() } else { text::shown(name, app.ascii).into_owned() }
}

/// The techniques of each tactic.
fn by_tactic(app: &App) -> Vec<(String, Vec<(String, Cell)>)> {
    let mut found: Vec<(String, Vec<(String, Cell)>)> =
        TACTICS.iter().map(|tactic| (String::from(*tactic), Vec::new())).collect();
    for ((tactic, technique), cell) in coverage::cells(hunts(app)) {
        let at = found.iter().position(|(known, _)| *known == tactic).unwrap_or_else(|| {
            found.push((tactic, Vec::new()));
            found.len() - 1
        });
        found[at].1.push((technique, cell));
    }
    found
}

/// Hunts that can be run are full, others are not.
fn bar(cell: &Cell, ascii: bool) -> String {
    let (full, empty) = if ascii { ("#", ".") } else { ("█", "░") };
    let runnable = cell.runnable.min(BAR);
    let others = (cell.rules - cell.runnable).min(BAR - runnable);
    let times = |sign: &str, count: u64| sign.repeat(usize::try_from(count).unwrap_or(0));
    format!("{}{}", times(full, runnable), times(empty, others))
}

fn counts(app: &App, cell: &Cell) -> String {
    let mut said = format!("{}, {} runnable", text::count(cell.rules, "hunt"), cell.runnable);
    if app.sweep.is_some() {
        said.push_str(&format!(", {} hit", cell.hit));
    }
    said
}

/// What is known of the selected row: its counts and the names of its hunts.
pub fn told(app: &App, (name, counts): (&str, &str), choice: &Choice, width: usize) -> Vec<String> {
    let name = name.split_whitespace().next().unwrap_or_default();
    let of = |hunt: &&Hunt| match choice {
        Choice::Technique { tactic, technique } => {
            let has =
                |names: &[String], name: &String| names.contains(name) || name.is_empty() && names.is_empty();
            has(&hunt.tactics, tactic) && has(&hunt.techniques, technique)
        }
        _ => false,
    };
    let names: Vec<&str> = app.hunts.iter().filter(of).map(|hunt| hunt.name.as_str()).collect();
    let colon = if names.is_empty() { "" } else { ": " };
    let said = format!("{name}  {counts}{colon}{}", names.join("; "));
    text::wrap(&text::shown(&said, app.ascii), width)
}

/// Lists the hunts of a technique or a tactic.
pub fn open(app: &mut App, name: &str) -> Vec<Effect> {
    if name.is_empty() {
        return app.say(NoteKind::Plain, "these hunts name none; F3 lists all hunts");
    }
    app.popup = Some(Popup::List(List::new(ListKind::Hunts, name)));
    app.dirty = true;
    Vec::new()
}
