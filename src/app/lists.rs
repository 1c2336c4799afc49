//! What is in a list popup, and what choosing it does.

use super::commands::{self, COMMANDS, filters, values};
use super::grid::Step;
use super::keys::Context;
use super::msg::Effect;
use super::popup::{Input, List, ListKind, Popup};
use super::session::Past;
use super::{
    App, Focus, NoteKind, arguments, coverage, days, matrix, parameters, results, samples, sweep, text,
    update,
};
use crate::catalog::views;
use crate::hunt::pack::Hunt;
use crate::hunt::pivot;
use crate::hunt::ready::Ready;
use crate::ide::fuzzy::matching;

/// Rows of a popup that are not its list: a frame, a line of input, a line below.
const LIST_EDGE: u16 = 4;
const TEXT_EDGE: u16 = 2;
/// Lines in which the palette says what the selected command does.
const DOC_ROWS: usize = 2;
/// Rows of a list that what is told of one leaves to it.
const LIST_ROWS_MIN: usize = 3;
/// No popup is larger; each fits into 60 by 16.
pub const POPUP_SIZE: (u16, u16) = (100, 30);

/// A row of a list: safe for the screen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    pub left: String,
    pub right: String,
    pub choice: Choice,
}

/// What the row stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Choice {
    Command(&'static str),
    /// What a command of the palette is given.
    Argument {
        command: &'static str,
        argument: String,
    },
    Hunt(usize),
    /// A rule of the sweep.
    Swept(usize),
    Tactic(String),
    /// A technique of ATT&CK, below one of its tactics.
    Technique {
        tactic: String,
        technique: String,
    },
    /// A day of those that were counted, from the oldest on.
    Day(usize),
    /// What was run, by its place in the history.
    Past(usize),
    /// A table or a column of it, as queries name them.
    Schema {
        name: String,
        table: String,
    },
    Parameter,
    Filter(usize),
    Value(usize),
}

/// What the list offers for what is typed.
pub fn items(app: &App, list: &List) -> Vec<Item> {
    let all = match list.kind {
        ListKind::Palette => match arguments(app, list) {
            arguments if arguments.is_empty() => palette(app, &list.input.text),
            arguments => return arguments,
        },
        ListKind::Hunts => hunts(app),
        ListKind::Schema => schema(app),
        ListKind::History => history(app),
        ListKind::Sweep => sweep::items(app),
        ListKind::Coverage => coverage::items(app),
        ListKind::Days => days::items(app),
        ListKind::Parameters => return parameters::items(app, list),
        ListKind::Filters => filters::items(app),
        ListKind::Values => values::items(app),
    };
    let texts: Vec<String> = match list.kind {
        ListKind::Palette => all.iter().map(|item| item.left.clone()).collect(),
        ListKind::Hunts => {
            all.iter().zip(app.hunts.iter()).map(|(item, hunt)| hunt_text(item, hunt)).collect()
        }
        _ => all.iter().map(|item| format!("{} {}", item.left, item.right)).collect(),
    };
    let typed = match list.kind {
        // With its word typed, the command is what is looked for; the rest is for it.
        ListKind::Palette if typed_command(&list.input.text).is_some() => "",
        _ => list.input.text.as_str(),
    };
    let mut found = matching(typed, &texts);
    if list.kind == ListKind::Coverage {
        // What belongs together stays together.
        found.sort_unstable();
    }
    found.into_iter().map(|at| all[at].clone()).collect()
}

/// What the command whose word is typed, and a space behind it, can be given of what is typed then.
fn arguments(app: &App, list: &List) -> Vec<Item> {
    match typed_command(&list.input.text) {
        Some((command, rest)) if list.input.text.contains(' ') => arguments::items(app, command, rest),
        _ => Vec::new(),
    }
}

/// The command whose word is typed, and what follows the word.
fn typed_command(typed: &str) -> Option<(&'static commands::Command, &str)> {
    let typed = typed.trim_start().trim_start_matches(':');
    let (word, rest) = typed.split_once(' ').unwrap_or((typed, ""));
    if !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_digit()) {
        // `:42`, as in editors.
        return commands::by_name("line").map(|command| (command, word));
    }
    commands::by_word(word).map(|command| (command, rest.trim()))
}

fn palette(app: &App, typed: &str) -> Vec<Item> {
    let named = typed_command(typed).map(|(command, _)| command.name);
    COMMANDS
        .iter()
        .filter(|command| !command.words.is_empty())
        .filter(|command| named.is_none_or(|name| name == command.name))
        .map(|command| {
            let keys = app.keymap.keys_of(Context::Global, command.name);
            let key = keys.first().map(|key| format!(" ({key})")).unwrap_or_default();
            Item {
                left: format!("{} {}", command.words[0], command.args).trim_end().to_string(),
                right: format!("{}{key}", command.doc),
                choice: Choice::Command(command.name),
            }
        })
        .collect()
}

fn hunts(app: &App) -> Vec<Item> {
    let shown = |part: &str| text::shown(part, app.ascii).into_owned();
    app.hunts
        .iter()
        .enumerate()
        .map(|(at, hunt)| Item {
            left: shown(&hunt.name),
            right: shown(&hunt_tags(hunt, app.ready.get(at))),
            choice: Choice::Hunt(at),
        })
        .collect()
}

/// What stands in a hunt's way, else how severe it is; and its techniques.
fn hunt_tags(hunt: &Hunt, ready: Option<&Ready>) -> String {
    let first = match ready {
        Some(Ready::NoTable(tables)) => format!("! no {}", tables.join(", ")),
        Some(Ready::Wrong(_)) => "! mistake".into(),
        Some(Ready::Yes) | None => hunt.severity.clone().unwrap_or_else(|| "query".into()),
    };
    format!("{first}  {}", hunt.techniques.join(" "))
}

/// What a hunt is found by: what is shown of it, tactics, tags, its file, and the word runnable.
fn hunt_text(item: &Item, hunt: &Hunt) -> String {
    let runnable = if item.right.starts_with('!') { "" } else { "runnable" };
    let (tactics, tags) = (hunt.tactics.join(" "), hunt.tags.join(" "));
    format!("{} {} {tactics} {tags} {} {runnable}", item.left, item.right, hunt.key)
}

fn schema(app: &App) -> Vec<Item> {
    let shown = |part: &str| text::shown(part, app.ascii).into_owned();
    let of = |name: &str, table: &str| Choice::Schema { name: name.into(), table: table.into() };
    let mut items = Vec::new();
    for (name, kept) in app.results.named() {
        let (rows, text) = (text::count(kept.past.rows, "row"), text::one_line(&kept.ran));
        let right = format!("{rows} of {}", shown(&text));
        items.push(Item { left: name.clone(), right, choice: of(&name, &name) });
    }
    for table in &app.database.schema.tables {
        let columns = text::count(table.listed().count() as u64, "column");
        let name = pivot::name(&table.name);
        items.push(Item { left: shown(&table.name), right: columns, choice: of(&name, &name) });
        for column in table.listed() {
            items.push(Item {
                left: format!("  {}", shown(&column.name)),
                right: format!("{}  {}", column.ty.name(), shown(&table.name)),
                choice: of(&pivot::name(&column.name), &name),
            });
        }
    }
    for view in views::of(&app.database.schema) {
        let columns = text::count(view.columns.len() as u64, "column");
        let right = format!("{columns}, computed from {}", view.reads);
        items.push(Item { left: view.name.into(), right, choice: of(view.name, view.name) });
        for column in view.columns {
            items.push(Item {
                left: format!("  {}", column.name),
                right: format!("{}  {}", column.ty.name(), view.name),
                choice: of(column.name, view.name),
            });
        }
    }
    items
}

/// The size of a popup on this screen: no larger than a text needs; a list keeps its size while it narrows.
pub fn popup_size(app: &App) -> (u16, u16) {
    let (width, height) = app.size;
    if let Some(Popup::List(list)) = &app.popup
        && matrix_shown(app, list)
    {
        return (width.saturating_sub(4), height.saturating_sub(3));
    }
    let width = popup_width(app);
    let wanted = match &app.popup {
        Some(Popup::Text(text)) => text.rows(text_width(app)).len() as u16 + TEXT_EDGE,
        Some(Popup::List(list)) if list.kind == ListKind::Parameters => {
            parameters::count(app) as u16 + LIST_EDGE
        }
        Some(Popup::List(_)) | None => POPUP_SIZE.1,
    };
    (width, wanted.min(POPUP_SIZE.1).min(height.saturating_sub(3)).max(3))
}

fn popup_width(app: &App) -> u16 {
    POPUP_SIZE.0.min(app.size.0.saturating_sub(4)).max(20)
}

/// Columns of what is in a popup.
pub fn text_width(app: &App) -> usize {
    usize::from(popup_width(app) - 4)
}

/// Whether the list is drawn as a matrix.
pub fn matrix_shown(app: &App, list: &List) -> bool {
    list.kind == ListKind::Coverage && matrix::fits(app)
}

/// Rows of a popup that move.
pub fn popup_rows(app: &App) -> usize {
    let edge = match &app.popup {
        Some(Popup::List(list)) => LIST_EDGE + described_rows(app, list) as u16,
        Some(Popup::Text(_)) | None => TEXT_EDGE,
    };
    usize::from(popup_size(app).1.saturating_sub(edge))
}

/// Columns between the two halves of a list.
pub const GAP: usize = 2;

/// How wide the left half of a list is.
pub fn left_width(items: &[Item], width: usize) -> usize {
    items.iter().map(|item| text::width(&item.left)).max().unwrap_or(0).min(width * 3 / 5)
}

/// How wide the left half of one row is: one that would be cut takes what its right half leaves.
pub fn row_width(item: &Item, left: usize, width: usize) -> usize {
    let room = width.saturating_sub(GAP + text::width(&item.right));
    text::width(&item.left).min(room).max(left)
}

/// Lines below the list that tell more of what is selected.
pub fn described_rows(app: &App, list: &List) -> usize {
    let room = usize::from(popup_size(app).1.saturating_sub(LIST_EDGE));
    let height = usize::from(popup_size(app).1);
    // The list comes first.
    let most = room.saturating_sub(LIST_ROWS_MIN);
    match list.kind {
        ListKind::Hunts => (height / 2).min(most),
        ListKind::History => (height / 3).min(most),
        ListKind::Sweep => (height / 4).min(most),
        ListKind::Palette => DOC_ROWS.min(most),
        ListKind::Schema => samples::height(app).min(most),
        ListKind::Parameters | ListKind::Filters | ListKind::Values | ListKind::Days => 0,
        ListKind::Coverage if matrix::fits(app) => DOC_ROWS,
        ListKind::Coverage => 0,
    }
}

/// What was run: its first lines, and when, how many rows, how long.
fn history(app: &App) -> Vec<Item> {
    let item = |(at, past): (usize, &Past)| {
        let ran = parameters::filled(&past.text, &past.values);
        let line = text::one_line(ran.as_ref().map_or(&past.text, |ran| &ran.text));
        let ended = crate::ticks::minute(past.ended);
        let (rows, took) = (text::count(past.rows, "row"), text::elapsed(past.ms));
        let kept = app.results.of(past).map(|kept| format!("  kept as {}", kept.name())).unwrap_or_default();
        Item {
            left: text::shown(&line, app.ascii).into_owned(),
            right: format!("{ended}  {rows}  {took}{kept}"),
            choice: Choice::Past(at),
        }
    };
    app.history.iter().enumerate().map(item).collect()
}

/// What is said of the selected row, wrapped to a width.
pub fn description(app: &App, list: &List, width: usize) -> Vec<String> {
    let items = items(app, list);
    if let Some(Item { choice: Choice::Past(at), .. }) = items.get(list.selected) {
        let Some(past) = app.history.get(*at) else { return Vec::new() };
        let told = parameters::told(&past.values);
        let told = Some(told.as_str()).filter(|told| !told.is_empty());
        let lines = told.into_iter().chain(past.text.lines());
        return lines.flat_map(|line| text::wrap(&text::shown(line, app.ascii), width)).collect();
    }
    if let Some(Item { choice: Choice::Command(_), right, .. }) = items.get(list.selected) {
        // Said again only where the list has cut it off.
        let cut = left_width(&items, width) + GAP + text::width(right) > width;
        return if cut { text::wrap(right, width) } else { Vec::new() };
    }
    if let Some(Item { choice: Choice::Tactic(_) | Choice::Technique { .. }, left, right }) =
        items.get(list.selected)
    {
        return coverage::told(app, (left.trim(), right), &items[list.selected].choice, width);
    }
    if list.kind == ListKind::Schema {
        return samples::lines(app, list, width);
    }
    let hunt = match items.get(list.selected).map(|item| &item.choice) {
        Some(Choice::Hunt(at)) => app.hunts.get(*at),
        Some(Choice::Swept(at)) => app.sweep.as_ref().and_then(|sweep| sweep.rules.get(*at)),
        _ => None,
    };
    let Some(hunt) = hunt else { return Vec::new() };
    let shown = |part: &str| text::shown(part, app.ascii).into_owned();
    let mut lines = Vec::new();
    if let Some(Item { choice: Choice::Swept(at), .. }) = items.get(list.selected) {
        lines.extend(text::wrap(&sweep::told(app, *at), width));
    }
    for paragraph in hunt.description.trim().split("\n\n") {
        lines.extend(text::wrap(&shown(&paragraph.replace('\n', " ")), width));
    }
    if !hunt.tactics.is_empty() {
        lines.extend(text::wrap(&shown(&format!("Tactics: {}", hunt.tactics.join(", "))), width));
    }
    lines
}

pub fn step(app: &mut App, step: Step) {
    let page = popup_rows(app);
    let Some(Popup::List(list)) = &app.popup else { return };
    let (count, form) = (items(app, list).len(), list.kind == ListKind::Parameters);
    if let (ListKind::Sweep, Step::Left | Step::Right) = (list.kind, step) {
        return sweep::turn(app, step == Step::Right);
    }
    if matrix_shown(app, list) {
        let selected = matrix::stepped(&items(app, list), list.selected, step, page);
        if let Some(Popup::List(list)) = &mut app.popup {
            list.selected = selected;
        }
        app.dirty = true;
        return;
    }
    if form {
        parameters::take(app);
    }
    if let Some(Popup::List(list)) = &mut app.popup {
        match step {
            Step::Left => list.input.step(false),
            Step::Right => list.input.step(true),
            _ => list.step(step, count, page),
        }
    }
    if form {
        parameters::give(app);
    }
}

/// Tab in the palette: the word of the selected command, ready for what it takes.
pub fn complete(app: &mut App) -> Vec<Effect> {
    let Some(Popup::List(list)) = &app.popup else { return Vec::new() };
    match list.kind {
        ListKind::Parameters => {
            step(app, Step::Down);
            return Vec::new();
        }
        ListKind::Coverage => return coverage::ask_layer(app),
        ListKind::Schema => return samples::toggle(app),
        _ => {}
    }
    let selected = items(app, list).into_iter().nth(list.selected);
    if let (ListKind::Palette, Some(Item { choice: Choice::Command(name), .. })) = (list.kind, &selected)
        && typed_command(&list.input.text).is_none()
        && let Some(command) = commands::by_name(name)
    {
        type_out(app, format!("{} ", command.words[0]));
        return Vec::new();
    }
    match selected.map(|item| item.choice) {
        Some(Choice::Argument { command, argument }) => {
            let word = commands::by_name(command).map_or(command, |command| command.words[0]);
            type_out(app, format!("{word} {argument}"));
            Vec::new()
        }
        Some(Choice::Filter(at)) => filters::drop_one(app, at),
        Some(Choice::Value(at)) => values::exclude(app, at),
        _ => Vec::new(),
    }
}

fn type_out(app: &mut App, text: String) {
    if let Some(Popup::List(list)) = &mut app.popup {
        list.input = Input::new(text);
        (list.selected, list.top) = (0, 0);
    }
    app.dirty = true;
}

pub fn accept(app: &mut App) -> Vec<Effect> {
    let Some(Popup::List(list)) = &app.popup else { return Vec::new() };
    let selected = items(app, list).into_iter().nth(list.selected);
    let choice = selected.map(|item| item.choice);
    let given = matches!(choice, Some(Choice::Argument { .. }));
    if let (ListKind::Palette, false, Some((command, rest))) =
        (list.kind, given, typed_command(&list.input.text))
    {
        let rest = rest.to_string();
        return perform(app, command, &rest);
    }
    match choice {
        Some(Choice::Argument { command, argument }) => match commands::by_name(command) {
            Some(command) => perform(app, command, &argument),
            None => Vec::new(),
        },
        Some(Choice::Command(name)) => match commands::by_name(name) {
            Some(command) if needs_args(command) => complete(app),
            Some(command) => perform(app, command, ""),
            None => Vec::new(),
        },
        Some(Choice::Hunt(at)) => match app.hunts.get(at).cloned() {
            Some(hunt) => commands::put_hunt(app, &hunt),
            None => Vec::new(),
        },
        Some(Choice::Swept(at)) => sweep::open(app, at),
        Some(Choice::Technique { technique, .. }) if !technique.is_empty() => coverage::open(app, &technique),
        Some(Choice::Tactic(tactic) | Choice::Technique { tactic, .. }) => coverage::open(app, &tactic),
        Some(Choice::Day(day)) => days::open(app, day),
        Some(Choice::Past(at)) => match app.history.get(at).cloned() {
            Some(past) => {
                app.parameters.extend(past.values.clone());
                let mut effects = commands::put_query(app, &past.text, "from the history");
                let kept = app.results.of(&past).map(|kept| (kept.run, kept.name()));
                if let Some((run, name)) = kept {
                    let place = app.results.place(run).unwrap_or_default();
                    effects.extend(results::show(app, place));
                    app.say(
                        NoteKind::Good,
                        format!("{name} is shown as it was kept; F5 runs the query again"),
                    );
                }
                effects
            }
            None => Vec::new(),
        },
        Some(Choice::Filter(at)) => filters::toggle_one(app, at),
        Some(Choice::Value(at)) => values::keep(app, at),
        Some(Choice::Schema { name, .. }) => {
            app.popup = None;
            app.focus = Focus::Editor;
            app.editor.insert(&name);
            app.dirty = true;
            Vec::new()
        }
        Some(Choice::Parameter) => parameters::accept(app),
        None => app.say(NoteKind::Warning, "nothing fits what is typed"),
    }
}

fn needs_args(command: &commands::Command) -> bool {
    !command.args.is_empty() && !command.args.starts_with('[')
}

fn perform(app: &mut App, command: &'static commands::Command, rest: &str) -> Vec<Effect> {
    app.popup = None;
    app.dirty = true;
    if !(command.when)(app) {
        let said = format!("':{}' has nothing to work on now", command.words[0]);
        return app.say(NoteKind::Warning, said);
    }
    update::act(app, command, rest)
}
