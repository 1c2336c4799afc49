//! The techniques of ATT&CK that hunts are for: by tactic, with the hunts that can be run and those that found
//! something; and as a layer for Navigator.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use super::lists::{Choice, Item};
use super::msg::Effect;
use super::popup::{List, ListKind, Popup};
use super::{App, NoteKind, matrix, text};
use crate::hunt::attack::{self, TACTICS};
use crate::hunt::coverage::{self, Cell, Standing};
use crate::hunt::pack::Hunt;
use crate::hunt::ready::Ready;

/// `:coverage` lists the techniques; `:coverage layer.json` writes a layer for ATT&CK Navigator, and `:coverage gaps
/// layer.json` one that has the techniques without a hunt too.
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
        let known = matrix::known(app);
        let has_hunts = |item: &Item| match &item.choice {
            Choice::Technique { tactic, technique } => {
                known.contains_key(&(tactic.clone(), technique.clone()))
            }
            _ => false,
        };
        let selected = items(app).iter().position(has_hunts).unwrap_or_default();
        let list = List { selected, top: selected.saturating_sub(1), ..List::new(ListKind::Coverage, "") };
        app.popup = Some(Popup::List(list));
        app.dirty = true;
        return Vec::new();
    }
    let (gaps, file) = match typed.trim().split_once(' ') {
        Some(("gaps", file)) => (true, file.trim()),
        _ => (false, typed.trim()),
    };
    let content = format!("{:#}\n", coverage::navigator(hunts(app), gaps));
    vec![Effect::WriteLayer { path: PathBuf::from(file), content, over }]
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

/// Each hunt with what is known of it: whether a sweep that ran it had rows on any day.
pub fn hunts(app: &App) -> impl Iterator<Item = (&Hunt, Standing)> {
    app.hunts.iter().enumerate().map(|(at, hunt)| {
        let swept = app.sweep.as_ref().and_then(|sweep| {
            // The sweep has rules of its own, of when it began.
            let rule = sweep.rules.iter().position(|rule| rule == hunt)?;
            sweep.rows.iter().find(|row| row.rule == rule)
        });
        let runnable = app.ready.get(at) == Some(&Ready::Yes);
        (hunt, Standing { runnable, hit: swept.and_then(|row| row.outcome.hit()) })
    })
}

pub fn title(app: &App) -> String {
    let (some, all) = coverage::covered(app.hunts.iter());
    let hits = match &app.sweep {
        Some(_) => "hits of the sweep",
        None => "gS counts hits",
    };
    let hunts = text::count(app.hunts.len() as u64, "hunt");
    format!("ATT&CK {}  {some} of {all} techniques  {hunts}  {hits}", attack::version())
}

/// A row for each technique below its tactic, in ATT&CK's order: first those with hunts, then those without.
pub fn items(app: &App) -> Vec<Item> {
    let mut items = Vec::new();
    let mut hunts: BTreeMap<String, u64> = BTreeMap::new();
    for hunt in app.hunts.iter() {
        let tactics: BTreeSet<String> =
            coverage::places(hunt).into_iter().map(|(tactic, _)| tactic).collect();
        tactics.into_iter().for_each(|tactic| *hunts.entry(tactic).or_default() += 1);
    }
    for (tactic, cells) in by_tactic(app) {
        let left = named(app, &tactic, "no tactic");
        let right = text::count(hunts.get(&tactic).copied().unwrap_or(0), "hunt") + &share(&tactic, &cells);
        items.push(Item { left, right, choice: Choice::Tactic(tactic.clone()) });
        for (technique, cell) in cells {
            let id = named(app, &technique, "no technique");
            let name = attack::name(&technique).unwrap_or_default();
            let left = format!("  {id:<9} {}", text::shown(&name, app.ascii)).trim_end().to_owned();
            let choice = Choice::Technique { tactic: tactic.clone(), technique };
            items.push(Item { left, right: counts(app, &cell), choice });
        }
    }
    items
}

/// ` 3/11`: of how many of ATT&CK's techniques there are hunts.
fn share(tactic: &str, cells: &[(String, Cell)]) -> String {
    let all: Vec<&str> = coverage::of_tactic(tactic).collect();
    let named = cells.iter().filter(|(_, cell)| cell.rules > 0).map(|(id, _)| attack::main(id));
    let with: BTreeSet<&str> = named.filter(|id| all.contains(id)).collect();
    if all.is_empty() { String::new() } else { format!(" {}/{}", with.len(), all.len()) }
}

fn named(app: &App, name: &str, without: &str) -> String {
    if name.is_empty() { without.to_owned() } else { text::shown(name, app.ascii).into_owned() }
}

/// The techniques of each tactic.
fn by_tactic(app: &App) -> Vec<(String, Vec<(String, Cell)>)> {
    let mut found: Vec<(String, Vec<(String, Cell)>)> =
        TACTICS.iter().map(|tactic| (String::from(*tactic), Vec::new())).collect();
    for ((tactic, technique), cell) in coverage::with_gaps(coverage::cells(hunts(app))) {
        let at = found.iter().position(|(known, _)| *known == tactic).unwrap_or_else(|| {
            found.push((tactic, Vec::new()));
            found.len() - 1
        });
        found[at].1.push((technique, cell));
    }
    found
}

fn counts(app: &App, cell: &Cell) -> String {
    if cell.rules == 0 {
        return "no hunt".into();
    }
    let mut said = format!("{}, {} runnable", text::count(cell.rules, "hunt"), cell.runnable);
    if app.sweep.is_some() {
        said.push_str(&format!(", {} hit", cell.hit));
    }
    said
}

/// What is known of the selected row: its counts and the names of its hunts.
pub fn told(app: &App, (name, counts): (&str, &str), choice: &Choice, width: usize) -> Vec<String> {
    let of = |hunt: &&Hunt| match choice {
        Choice::Technique { tactic, technique } => {
            coverage::places(hunt).contains(&(tactic.clone(), technique.clone()))
        }
        _ => false,
    };
    let names: Vec<&str> = app.hunts.iter().filter(of).map(|hunt| hunt.name.as_str()).collect();
    let colon = if names.is_empty() { "" } else { ": " };
    let name = name.split_whitespace().collect::<Vec<_>>().join(" ");
    let said = format!("{name}  {counts}{colon}{}", names.join("; "));
    text::wrap(&text::shown(&said, app.ascii), width)
}

/// Lists the hunts of a technique or a tactic.
pub fn open(app: &mut App, name: &str) -> Vec<Effect> {
    if name.is_empty() {
        return app.say(NoteKind::Plain, "these hunts name none; F3 lists all hunts");
    }
    if attack::find(name).is_some()
        && !app.hunts.iter().any(|hunt| hunt.techniques.iter().any(|one| one == name))
    {
        let known = attack::name(name).unwrap_or_default();
        return app.say(NoteKind::Plain, format!("no hunt is for {name} {}", text::shown(&known, app.ascii)));
    }
    app.popup = Some(Popup::List(List::new(ListKind::Hunts, name)));
    app.dirty = true;
    Vec::new()
}
