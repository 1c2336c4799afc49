//! What lies over the panes.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::style::Style;

use super::super::paint::{clear, frame, put};
use super::super::theme::Theme;
use super::matrix;
use crate::app::popup::{List, ListKind, Popup, Text};
use crate::app::{App, commands, coverage, days, items, lists, sweep, text};
use crate::display;

/// Draws the popup if there is one; then gives the place of the cursor, or that it is hidden.
pub fn draw(app: &App, theme: &Theme, buffer: &mut Buffer) -> Option<Option<Position>> {
    let popup = app.popup.as_ref()?;
    let (width, height) = lists::popup_size(app);
    let area = Rect {
        x: (app.size.0.saturating_sub(width)) / 2,
        y: (app.size.1.saturating_sub(height + 2)) / 2,
        width: width.min(app.size.0),
        height: height.min(app.size.1),
    };
    clear(buffer, area, Style::new());
    let inner = Rect { x: area.x + 2, y: area.y + 1, width: area.width - 4, height: area.height - 2 };
    match popup {
        Popup::List(list) => {
            frame(theme, area, &list_title(app, list), list_keys(list), buffer);
            Some(Some(draw_list(app, theme, list, inner, buffer)))
        }
        Popup::Text(said) => {
            let rows = said.rows(usize::from(inner.width));
            frame(theme, area, &said.title, &text_place(said, rows.len(), inner), buffer);
            for (y, line) in rows.iter().skip(said.top).take(usize::from(inner.height)).enumerate() {
                put(buffer, inner, 0, y as u16, line, Style::new(), theme.ascii);
            }
            Some(None)
        }
    }
}

fn text_place(said: &Text, rows: usize, inner: Rect) -> String {
    match rows.saturating_sub(usize::from(inner.height)).saturating_sub(said.top) {
        0 => "Esc closes".into(),
        more => format!("{}  Esc closes", display::count(more as u64, "more line")),
    }
}

fn list_title(app: &App, list: &List) -> String {
    match list.kind {
        ListKind::Palette => "Commands".into(),
        // Without folders of the user's there are only those.
        ListKind::Hunts if app.hunts.iter().all(|hunt| hunt.path.is_empty()) => "Shipped hunts".into(),
        ListKind::Hunts => format!("{} hunts", app.hunts.len()),
        ListKind::Schema => "Tables and columns".into(),
        ListKind::History => "What was run".into(),
        ListKind::Sweep => app.sweep.as_ref().map(sweep::title).unwrap_or_default(),
        ListKind::Coverage => coverage::title(app),
        ListKind::Days => days::title(app),
        ListKind::Parameters => "Parameters: 7, 1d, datetime(...) as they are, all else is text".into(),
        ListKind::Filters => "Filters of the result".into(),
        ListKind::Values => commands::values::title(app),
    }
}

fn list_keys(list: &List) -> &'static str {
    match list.kind {
        ListKind::Filters => "Enter turns on or off  Tab drops  Esc closes",
        ListKind::Values => "Enter keeps these rows only  Tab leaves them out  Esc closes",
        ListKind::Sweep => "Left Right day  Enter opens it  Esc closes",
        ListKind::Coverage => "Enter lists its hunts  Tab writes a layer  Esc closes",
        ListKind::Days => "Enter goes to that day  Esc closes",
        ListKind::Schema => "Enter writes it  Tab shows rows  Esc closes",
        _ => "Enter chooses  Esc closes",
    }
}

fn draw_list(app: &App, theme: &Theme, list: &List, area: Rect, buffer: &mut Buffer) -> Position {
    let prompt = match list.kind {
        ListKind::Palette => ":",
        ListKind::Parameters => "=",
        _ => "/",
    };
    put(buffer, area, 0, 0, prompt, theme.bold(), theme.ascii);
    let shown = text::shown(&list.input.text, theme.ascii);
    let before: String = list.input.text.chars().take(list.input.cursor).collect();
    let column = text::width(&text::shown(&before, theme.ascii));
    let room = usize::from(area.width).saturating_sub(2);
    // The end of a long path is what is being typed.
    let skip = column.saturating_sub(room.saturating_sub(1));
    let visible: String = shown.chars().skip(skip).collect();
    put(buffer, area, 1, 0, &visible, Style::new(), theme.ascii);
    if list.kind == ListKind::Sweep {
        put(buffer, area, 0, 1, &sweep::ruler(app), theme.dim(), theme.ascii);
    }
    let items = items(app, list);
    let rows = lists::popup_rows(app);
    if lists::matrix_shown(app, list) {
        let legend = matrix::legend(app, &items, list.selected, area.width);
        put(buffer, area, 0, 1, &legend, theme.dim(), theme.ascii);
        let room = Rect { y: area.y + 2, height: (rows as u16).min(area.height.saturating_sub(2)), ..area };
        matrix::draw(app, theme, &items, list.selected, room, buffer);
    }
    let rows = if lists::matrix_shown(app, list) { 0 } else { rows };
    let left_width = lists::left_width(&items, usize::from(area.width));
    for (y, (at, item)) in items.iter().enumerate().skip(list.top).take(rows).enumerate() {
        let style = if at == list.selected { theme.selected() } else { Style::new() };
        let y = y as u16 + 2;
        let width = lists::row_width(item, left_width, usize::from(area.width));
        let left = Rect { width: width as u16, ..area };
        put(buffer, left, 0, y, &item.left, style, theme.ascii);
        let gone = left.width + lists::GAP as u16;
        let right = Rect { x: area.x + gone, width: area.width.saturating_sub(gone), ..area };
        put(buffer, right, 0, y, &item.right, theme.dim(), theme.ascii);
    }
    if items.is_empty() {
        put(buffer, area, 0, 2, "nothing fits", theme.dim(), theme.ascii);
    }
    let told = lists::description(app, list, usize::from(area.width));
    let first = area.height.saturating_sub(lists::described_rows(app, list) as u16);
    for (y, line) in (first..area.height).zip(told) {
        put(buffer, area, 0, y, &line, Style::new(), theme.ascii);
    }
    Position { x: area.x + 1 + (column - skip) as u16, y: area.y }
}
