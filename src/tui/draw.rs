//! The whole screen from the state: lines and titles, then each pane, then what lies over them. Changes
//! nothing and sends nothing.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::style::Style;

use super::paint::{put, put_right};
use super::panes;
use super::theme::Theme;
use crate::app::grid::Extent;
use crate::app::keys::Context;
use crate::app::layout::{self, Layout, Pane, Part};
use crate::app::{App, DatabaseState, Focus, commands, text};
use crate::ide::signature::Signature;

/// Draws into a buffer of the terminal's size; gives the place of the cursor if it is to be seen.
pub fn draw(app: &App, theme: &Theme, buffer: &mut Buffer) -> Option<Position> {
    let layout = layout::layout(app);
    let screen = Rect { x: 0, y: 0, width: app.size.0, height: app.size.1 }.intersection(buffer.area);
    if buffer.area.width < app.size.0 || buffer.area.height < app.size.1 {
        // The terminal has just become smaller; the event that says so follows.
        return None;
    }
    if layout.too_small {
        put(buffer, screen, 0, 0, "kqlhunt needs 40 by 10", theme.bold(), theme.ascii);
        return None;
    }
    lines(&layout, theme, buffer);
    let mut cursor = None;
    for pane in &layout.panes {
        title(app, theme, buffer, &layout, pane);
        match pane.part {
            Part::Editor => cursor = panes::editor::draw(app, theme, pane.inner, buffer),
            Part::Grid => panes::grid::draw(app, theme, pane.inner, buffer),
            Part::Record => panes::record::draw(app, theme, pane.inner, buffer),
            Part::Chart => panes::chart::draw(app, theme, pane.inner, buffer),
            Part::Users => panes::hits::users(app, theme, pane.inner, buffer),
            Part::Events => panes::hits::events(app, theme, pane.inner, buffer),
            Part::Card => panes::hits::card(app, theme, pane.inner, buffer),
        }
    }
    status(app, theme, &layout, buffer);
    hints(app, theme, layout.hints, buffer);
    if let Some(cursor) = cursor.filter(|_| app.context() == Context::Completion) {
        panes::completion::draw(app, theme, cursor, Rect { height: layout.status.y, ..screen }, buffer);
    }
    match panes::popup::draw(app, theme, buffer) {
        Some(over) => over,
        None => cursor.filter(|_| app.focus == Focus::Editor && app.stepper.is_none()),
    }
}

/// The lines between the panes, joined where they meet.
fn lines(layout: &Layout, theme: &Theme, buffer: &mut Buffer) {
    let body = layout.body;
    if !layout.framed {
        for pane in &layout.panes {
            let line = theme.joint(false, true, false, true).repeat(usize::from(pane.title.width));
            put(buffer, pane.title, 0, 0, &line, theme.line(), theme.ascii);
        }
        return;
    }
    let bottom = body.bottom();
    let horizontal = |x: u16, y: u16| {
        y == bottom || layout.panes.iter().any(|pane| pane.title.contains(Position { x, y }))
    };
    let vertical = |x: u16, y: u16| {
        layout.panes.iter().any(|pane| {
            let edges = [pane.title.left(), pane.title.right() - 1];
            edges.contains(&x) && (pane.title.y..=pane.inner.bottom()).contains(&y)
        })
    };
    for y in body.top()..=bottom {
        for x in body.left()..body.right() {
            let (flat, upright) = (horizontal(x, y), vertical(x, y));
            if !flat && !upright {
                continue;
            }
            let up = upright && y > body.top() && vertical(x, y - 1) && below_start(layout, x, y);
            let down = upright && y < bottom && above_end(layout, x, y);
            let left = flat && x > body.left() && horizontal(x - 1, y);
            let right = flat && x + 1 < body.right() && horizontal(x + 1, y);
            buffer[(x, y)].set_symbol(theme.joint(up, right, down, left)).set_style(theme.line());
        }
    }
}

/// Whether an edge of some pane comes from above to this cell.
fn below_start(layout: &Layout, x: u16, y: u16) -> bool {
    layout.panes.iter().any(|pane| {
        [pane.title.left(), pane.title.right() - 1].contains(&x)
            && pane.title.y < y
            && y <= pane.inner.bottom()
    })
}

/// Whether an edge of some pane goes down from this cell.
fn above_end(layout: &Layout, x: u16, y: u16) -> bool {
    layout.panes.iter().any(|pane| {
        [pane.title.left(), pane.title.right() - 1].contains(&x)
            && pane.title.y <= y
            && y < pane.inner.bottom()
    })
}

fn focused(app: &App, part: Part) -> bool {
    match part {
        Part::Editor => app.focus == Focus::Editor,
        Part::Grid => app.focus == Focus::Grid,
        Part::Record => app.focus == Focus::Record,
        Part::Chart => app.focus == Focus::Chart,
        Part::Events => app.focus != Focus::Record,
        Part::Users | Part::Card => false,
    }
}

/// The title of a pane to the left, what belongs to it to the right.
fn title(app: &App, theme: &Theme, buffer: &mut Buffer, layout: &Layout, pane: &Pane) {
    let (left, right) = match pane.part {
        Part::Editor => (editor_title(app, layout, pane.title.width), clock_shown(app)),
        Part::Grid => panes::grid::title(app, theme),
        Part::Record => panes::record::title(app),
        Part::Chart => panes::chart::title(app, usize::from(pane.inner.width)),
        Part::Users => panes::hits::users_title(app),
        Part::Events => panes::hits::events_title(app),
        Part::Card => panes::hits::card_title(app),
    };
    let edge = 1 + u16::from(layout.framed);
    let area =
        Rect { x: pane.title.x + edge, width: pane.title.width.saturating_sub(2 * edge), ..pane.title };
    let style = theme.title(focused(app, pane.part));
    let right_style = if pane.part == Part::Editor { theme.clock() } else { style };
    // The clock is never cut: a wrong one is the commonest reason for an empty result.
    let (left, right) = (format!(" {left} "), format!(" {right} "));
    let wide = |said: &str| text::width(said) as u16;
    let kept = match pane.part {
        Part::Editor => wide(&right),
        _ => wide(&right).min(area.width.saturating_sub(wide(&left))),
    };
    let room = Rect { width: area.width.saturating_sub(kept), ..area };
    put(buffer, room, 0, 0, &left, style, theme.ascii);
    if right.trim().is_empty() || kept < 6 {
        return;
    }
    let room = Rect { x: area.right() - kept.min(area.width), width: kept.min(area.width), ..area };
    put(buffer, room, 0, 0, &right, right_style, theme.ascii);
}

/// The query clock, and the zone of what is shown.
fn clock_shown(app: &App) -> String {
    let zone = app.zone.name().map(|name| format!("  tz {name}")).unwrap_or_default();
    format!("{}{zone}", app.clock.shown())
}

fn editor_title(app: &App, layout: &Layout, width: u16) -> String {
    let mut title = format!("kqlhunt  {}", text::shown(&app.database.title, app.ascii));
    if app.database.state == DatabaseState::Opening {
        title.push_str(" (opening)");
    }
    if app.tabs.count() > 1 {
        // The clock and the edges have the rest of the line.
        let room =
            usize::from(width).saturating_sub(text::width(&title) + text::width(&clock_shown(app)) + 10);
        title.push_str(&format!("  {}", panes::tabs::strip(app, room)));
    } else if let Some(file) = &app.editor.file {
        let name = file.file_name().unwrap_or(file.as_os_str()).to_string_lossy();
        let mark = if app.editor.unsaved() { "*" } else { "" };
        title.push_str(&format!("  {}{mark}", text::shown(&name, app.ascii)));
    }
    if layout.hidden > 1 {
        title.push_str("  (F6: other panes)");
    }
    title
}

/// What happens or happened to the left, where the reader is to the right.
fn status(app: &App, theme: &Theme, layout: &Layout, buffer: &mut Buffer) {
    let place = place(app);
    let room = usize::from(layout.status.width);
    let (said, style) = match (&app.running, &app.database.loading) {
        (Some(running), _) => {
            let elapsed = text::elapsed(app.at.saturating_sub(running.since));
            let part = running.fraction.map(|part| format!("  {:.0} %", part * 100.0)).unwrap_or_default();
            let rows = match running.rows {
                0 => String::new(),
                rows => format!("  {}+ rows so far", text::thousands(rows)),
            };
            let said = match running.cancelling {
                true => format!("stopping after {elapsed}..."),
                // What is said of a key goes before how far the query is.
                false if !app.note.text.is_empty() => format!("running {elapsed}: {}", app.note.text),
                false => format!("running {elapsed}{part}{rows}  Ctrl-C stops it"),
            };
            (said, theme.clock())
        }
        (None, Some(line)) => (line.clone(), theme.clock()),
        (None, None) if app.note.text.is_empty() && call_here(app).is_some() => {
            return call(app, theme, layout, &place, buffer);
        }
        (None, None) => (app.note.text.clone(), theme.note(app.note.kind)),
    };
    let wide = text::width(&place) + 2;
    let left = if room > text::width(&said) + wide || said.is_empty() { room - wide.min(room) } else { room };
    let area = Rect { width: left as u16, ..layout.status };
    put(buffer, area, 1, 0, &said, style, theme.ascii);
    if left < room {
        put_right(
            buffer,
            Rect { width: layout.status.width - 1, ..layout.status },
            0,
            &place,
            theme.dim(),
            theme.ascii,
        );
    }
}

/// The call that the cursor is in, unless a list covers what it says.
fn call_here(app: &App) -> Option<&(Signature, usize)> {
    app.call.as_ref().filter(|_| app.context() == Context::Editor || app.vim.is_some())
}

/// How the function is called, with the parameter that is being written.
fn call(app: &App, theme: &Theme, layout: &Layout, place: &str, buffer: &mut Buffer) {
    let Some((sig, argument)) = call_here(app) else { return };
    let area =
        Rect { width: layout.status.width.saturating_sub(text::width(place) as u16 + 2), ..layout.status };
    let mut x = put(buffer, area, 1, 0, &format!("{}(", sig.name), Style::new(), theme.ascii);
    for (at, param) in sig.params.iter().enumerate() {
        let style = if sig.param(*argument) == Some(at) { theme.selected() } else { Style::new() };
        x = put(buffer, area, x, 0, &text::shown(param, theme.ascii), style, theme.ascii);
        let end = if at + 1 < sig.params.len() { ", " } else { "" };
        x = put(buffer, area, x, 0, end, Style::new(), theme.ascii);
    }
    x = put(buffer, area, x, 0, ")  ", Style::new(), theme.ascii);
    put(buffer, area, x, 0, &text::shown(&sig.doc, theme.ascii), theme.dim(), theme.ascii);
    let room = Rect { width: layout.status.width - 1, ..layout.status };
    put_right(buffer, room, 0, place, theme.dim(), theme.ascii);
}

fn place(app: &App) -> String {
    if let Some(stepper) = &app.stepper {
        let (hit, hits) = stepper.place();
        let (user, users) = (stepper.user + 1, stepper.users.len());
        return format!("hit {}/{hits}  user {user}/{users}  {}", hit + 1, app.clock.shown());
    }
    match (app.focus, &app.grid) {
        (Focus::Editor, _) => {
            let (line, column) = app.editor.cursor();
            let mode = app.vim.as_ref().map(|vim| vim.shown() + "  ").unwrap_or_default();
            format!("{}{}:{}", text::shown(&mode, app.ascii), line + 1, column + 1)
        }
        (_, Some(grid)) if grid.reachable() > 0 => {
            let (row, column) = (grid.view.row + 1, grid.view.column + 1);
            let rows = match grid.extent {
                Extent::All { .. } => text::thousands(grid.reachable()),
                Extent::Growing | Extent::Stopped { .. } => format!("{}+", text::thousands(grid.reachable())),
            };
            format!("row {}/{rows}  col {column}/{}", text::thousands(row), grid.compiled.columns.len())
        }
        _ => String::new(),
    }
}

/// As many hints as fit, the last first to go; running, help and the way out are the last of all.
fn hints(app: &App, theme: &Theme, area: Rect, buffer: &mut Buffer) {
    let mut hints = commands::hints(app);
    let wide =
        |hints: &[(&str, &str)]| hints.iter().map(|(key, word)| key.len() + word.len() + 3).sum::<usize>();
    while wide(&hints) > usize::from(area.width) {
        let kept = |hint: &(&str, &str)| matches!(hint.1, "RUN" | "help" | "close");
        match hints.iter().rposition(|hint| !kept(hint)) {
            Some(at) => hints.remove(at),
            None => break,
        };
    }
    let mut x = 1;
    for (key, word) in hints {
        x = put(buffer, area, x, 0, key, theme.bold(), theme.ascii);
        x = put(buffer, area, x + 1, 0, word, theme.dim(), theme.ascii) + 1;
    }
}
