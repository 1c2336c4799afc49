//! Going from pane to pane, opening and closing what lies over them.

use super::{COMMANDS, nothing};
use crate::app::keys::{Context, KEYS};
use crate::app::msg::Effect;
use crate::app::popup::{List, ListKind, Popup, Text};
use crate::app::{App, Focus, NoteKind, completion, lists, text};
use crate::hunt::pack::Hunt;

/// Where the words of the help begin, after keys and commands.
const HELP_COLUMN: usize = 27;

pub fn next_pane(app: &mut App, _: &str) -> Vec<Effect> {
    cycle(app, true)
}

pub fn previous_pane(app: &mut App, _: &str) -> Vec<Effect> {
    cycle(app, false)
}

pub fn panes(app: &App) -> Vec<Focus> {
    let mut panes = vec![Focus::Editor, Focus::Grid];
    panes.extend(app.record.is_some().then_some(Focus::Record));
    panes.extend(app.chart_shown().then_some(Focus::Chart));
    panes
}

pub fn cycle(app: &mut App, forward: bool) -> Vec<Effect> {
    app.dirty = true;
    if app.stepper.is_some() {
        let other = if app.focus == Focus::Record { Focus::Grid } else { Focus::Record };
        app.focus = if app.record.is_some() { other } else { Focus::Grid };
        return nothing();
    }
    let panes = panes(app);
    let at = panes.iter().position(|pane| *pane == app.focus).unwrap_or(0);
    let next = if forward { at + 1 } else { at + panes.len() - 1 } % panes.len();
    app.focus = panes[next];
    nothing()
}

pub fn toggle(app: &mut App, _: &str) -> Vec<Effect> {
    app.dirty = true;
    app.focus = if app.focus == Focus::Editor { Focus::Grid } else { Focus::Editor };
    app.stepper = None;
    nothing()
}

pub fn popup(app: &mut App, popup: Popup) -> Vec<Effect> {
    app.popup = Some(popup);
    app.dirty = true;
    nothing()
}

pub fn palette(app: &mut App, typed: &str) -> Vec<Effect> {
    popup(app, Popup::List(List::new(ListKind::Palette, typed)))
}

/// The palette with a command and a proposal for what it takes.
pub fn propose(app: &mut App, command: &str, proposal: &str) -> Vec<Effect> {
    popup(app, Popup::List(List::offering(ListKind::Palette, &format!("{command} "), proposal)))
}

pub fn hunts(app: &mut App, typed: &str) -> Vec<Effect> {
    popup(app, Popup::List(List::new(ListKind::Hunts, typed)))
}

pub fn history(app: &mut App, _: &str) -> Vec<Effect> {
    if app.history.is_empty() {
        return app.say(NoteKind::Plain, "nothing was run yet");
    }
    popup(app, Popup::List(List::new(ListKind::History, "")))
}

pub fn schema(app: &mut App, typed: &str) -> Vec<Effect> {
    app.sample = None;
    popup(app, Popup::List(List::new(ListKind::Schema, typed)))
}

pub fn help(app: &mut App, _: &str) -> Vec<Effect> {
    let here = match app.context() {
        Context::List | Context::Text => Context::Global,
        Context::Completion | Context::Normal | Context::Visual => Context::Editor,
        context => context,
    };
    let lines = help_lines(app, here);
    popup(app, Popup::Text(Text::new("Keys and commands", lines)))
}

/// The keys of everywhere and of the place, in the order of the table of keys, then the words of the palette.
/// What is looked for first comes first: in the query what all begins with, elsewhere the place's own keys.
fn help_lines(app: &App, here: Context) -> Vec<String> {
    let width = usize::from(lists::popup_size(app).0.saturating_sub(4));
    let everywhere = (Context::Global, "Everywhere");
    let parts = match here {
        Context::Global => vec![everywhere],
        Context::Editor => vec![everywhere, (here, "In the query")],
        _ => vec![(here, "Here"), everywhere],
    };
    let mut lines = Vec::new();
    for (context, title) in parts {
        lines.push(title.to_string());
        let mut commands: Vec<_> = COMMANDS.iter().collect();
        commands.sort_by_key(|command| place_in_table(context, command.name));
        for command in commands {
            let keys: Vec<_> = app.keymap.keys_in(context, command.name).collect();
            if !keys.is_empty() {
                lines.extend(help_line(&keys.join(" "), command.doc, width));
            }
        }
        lines.push(String::new());
    }
    lines.push("Words: press : outside the query, or F2".to_string());
    for command in COMMANDS.iter().filter(|command| !command.words.is_empty()) {
        let usage = format!(":{} {}", command.words[0], command.args);
        lines.extend(help_line(&usage, command.doc, width));
    }
    lines
}

/// Where a command comes in the table of keys; what only the user has bound comes last.
fn place_in_table(context: Context, name: &str) -> usize {
    KEYS.iter().position(|row| row.0 == context && row.2 == name).unwrap_or(KEYS.len())
}

/// What does something, and beside it what it does, on as many lines as that takes.
fn help_line(what: &str, doc: &str, width: usize) -> Vec<String> {
    // On a small screen what it does stands below.
    let column = if width < 2 * HELP_COLUMN { 4 } else { HELP_COLUMN };
    let rest = text::wrap(doc, width.saturating_sub(column));
    let begins = format!("  {what:<0$}", HELP_COLUMN - 3);
    let mut lines = Vec::new();
    let mut rest = rest.into_iter();
    // What is too long for the column has a line of its own.
    if text::width(&begins) >= column {
        lines.push(begins.trim_end().to_owned());
    } else {
        lines.push(format!("{begins} {}", rest.next().unwrap_or_default()));
    }
    lines.extend(rest.map(|line| format!("{:column$}{line}", "")));
    lines
}

pub fn close(app: &mut App, _: &str) -> Vec<Effect> {
    app.dirty = true;
    if app.suggestions.take().is_some() || app.popup.take().is_some() {
        return nothing();
    }
    if app.record.take().is_some() || app.stepper.take().is_some() {
        app.focus = Focus::Grid;
    } else if app.focus == Focus::Chart {
        let brush = app.chart.as_mut().and_then(|pane| pane.view.anchor.take());
        return if brush.is_some() { nothing() } else { super::charting::chart(app, "") };
    }
    nothing()
}

/// Puts a hunt above what was there, as one edit.
pub fn put_hunt(app: &mut App, hunt: &Hunt) -> Vec<Effect> {
    put_query(app, &hunt.query, &hunt.name)
}

/// Puts a query above what was there, as one edit.
pub fn put_query(app: &mut App, query: &str, name: &str) -> Vec<Effect> {
    let before = app.editor.text();
    let query = query.trim();
    let text = if app.editor.blank() || before.trim() == query {
        format!("{query}\n")
    } else {
        format!("{query}\n\n{}", before.trim_start())
    };
    app.editor.replace_all(&text);
    app.popup = None;
    app.stepper = None;
    app.record = None;
    app.focus = Focus::Editor;
    let name = text::shown(name, app.ascii).into_owned();
    app.say(NoteKind::Good, format!("{name}: F5 runs it; undo brings the old text back"))
}

pub fn accept(app: &mut App, _: &str) -> Vec<Effect> {
    if app.suggestions.is_some() {
        return completion::accept(app);
    }
    lists::accept(app)
}

pub fn complete_input(app: &mut App, _: &str) -> Vec<Effect> {
    lists::complete(app)
}

pub fn quit(_: &mut App, _: &str) -> Vec<Effect> {
    vec![Effect::Quit]
}

pub fn repaint(_: &mut App, _: &str) -> Vec<Effect> {
    vec![Effect::Repaint]
}

pub fn suspend(_: &mut App, _: &str) -> Vec<Effect> {
    vec![Effect::Suspend]
}
