//! What may be written at the cursor: a list below it (above where there is no room), and what is selected
//! told beside it, or below it on a narrow screen.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::style::Style;

use super::super::paint::{clear, frame, put, put_right};
use super::super::theme::Theme;
use crate::app::completion::{ROWS, Suggestions};
use crate::app::{App, text};
use crate::ide::complete::Item;

/// Columns of the list and of what is told of an item, their frames included.
const LIST_WIDTH: u16 = 44;
const TOLD_WIDTH: u16 = 50;
/// Rows of what is told below a list.
const TOLD_ROWS: u16 = 4;

pub fn draw(app: &App, theme: &Theme, cursor: Position, body: Rect, buffer: &mut Buffer) {
    let Some(shown) = &app.suggestions else { return };
    let Some(area) = place(shown, theme, cursor, body) else { return };
    let told = shown.selected_item().map(|item| told(item, theme)).unwrap_or_default();
    let right = body.right().saturating_sub(area.right());
    if told.is_empty() {
    } else if right >= TOLD_WIDTH || area.x >= body.x + TOLD_WIDTH {
        let x = if right >= TOLD_WIDTH { area.right() } else { area.x - TOLD_WIDTH };
        let width = usize::from(TOLD_WIDTH) - 4;
        let lines: Vec<String> = told.iter().flat_map(|line| text::wrap(line, width)).collect();
        let height = (lines.len() as u16 + 2).min(area.height.max(6)).min(body.bottom() - area.y);
        lines_in(theme, Rect { x, y: area.y, width: TOLD_WIDTH, height }, &lines, buffer);
    } else {
        let width = body.width.min(area.width.max(TOLD_WIDTH + 10));
        let lines: Vec<String> =
            told.iter().flat_map(|line| text::wrap(line, usize::from(width) - 4)).collect();
        let height = (lines.len() as u16).min(TOLD_ROWS) + 2;
        let below = area.y > cursor.y;
        let y = if below { area.bottom() } else { area.y.saturating_sub(height) };
        let x = area.x.min(body.right() - width);
        if y + height <= body.bottom() && (below || area.y >= body.y + height) {
            lines_in(theme, Rect { x, y, width, height }, &lines, buffer);
        }
    }
    list(shown, theme, area, buffer);
}

/// Where the list stands: its first letters below those that are typed.
fn place(shown: &Suggestions, theme: &Theme, cursor: Position, body: Rect) -> Option<Rect> {
    let rows = shown.count().min(ROWS) as u16;
    let wide = |item: &Item| {
        let label = text::width(&text::shown(&item.label, theme.ascii));
        label + text::width(&text::shown(&item.detail, theme.ascii)).min(24) + 3
    };
    let widest = shown.items().skip(shown.top).take(ROWS).map(wide).max().unwrap_or(0);
    let least = text::width(shown.selected_item().map_or("", |item| item.kind.name())) + 16;
    let width = (widest.max(least) as u16 + 4).min(LIST_WIDTH).min(body.width);
    let typed = text::width(&text::shown(shown.typed(), theme.ascii)) as u16;
    let x = cursor.x.saturating_sub(typed + 2).max(body.x).min(body.right().saturating_sub(width));
    let below = body.bottom().saturating_sub(cursor.y + 1);
    let above = cursor.y.saturating_sub(body.y);
    let height = rows + 2;
    match () {
        () if below >= height => Some(Rect { x, y: cursor.y + 1, width, height }),
        () if above >= height => Some(Rect { x, y: cursor.y - height, width, height }),
        () if below >= 4 => Some(Rect { x, y: cursor.y + 1, width, height: below }),
        () => None,
    }
}

fn list(shown: &Suggestions, theme: &Theme, area: Rect, buffer: &mut Buffer) {
    clear(buffer, area, Style::new());
    let kind = shown.selected_item().map_or("", |item| item.kind.name());
    let place = format!("{}/{}", shown.selected + 1, shown.count());
    frame(theme, area, "", &format!("{kind} {place}"), buffer);
    let inner = Rect { x: area.x + 1, y: area.y + 1, width: area.width - 2, height: area.height - 2 };
    // Where there is room for a few only, the selected one is among them.
    let top = shown.top.max((shown.selected + 1).saturating_sub(usize::from(inner.height)));
    for (y, (at, item)) in (0..inner.height).zip(shown.items().enumerate().skip(top)) {
        let style = if at == shown.selected { theme.selected() } else { Style::new() };
        if at == shown.selected {
            put(buffer, inner, 0, y, &" ".repeat(usize::from(inner.width)), style, theme.ascii);
        }
        let label = text::shown(&item.label, theme.ascii);
        let end = put(buffer, inner, 1, y, &label, style, theme.ascii);
        // What a function takes is told beside the list.
        let detail = if item.detail.contains('(') { "" } else { item.detail.as_str() };
        let room = Rect { x: inner.x + end + 1, width: inner.width.saturating_sub(end + 2), ..inner };
        put_right(buffer, room, y, &text::shown(detail, theme.ascii), style.patch(theme.dim()), theme.ascii);
    }
}

/// How an item is called, and what it is.
fn told(item: &Item, theme: &Theme) -> Vec<String> {
    let detail = if item.detail.contains('(') { item.detail.as_str() } else { "" };
    let parts = [detail, item.doc.as_str()];
    let parts = parts.iter().filter(|part| !part.is_empty());
    parts.map(|part| text::shown(part, theme.ascii).into_owned()).collect()
}

fn lines_in(theme: &Theme, area: Rect, lines: &[String], buffer: &mut Buffer) {
    clear(buffer, area, Style::new());
    frame(theme, area, "", "", buffer);
    let inner = Rect { x: area.x + 2, y: area.y + 1, width: area.width - 4, height: area.height - 2 };
    for (y, line) in (0..inner.height).zip(lines) {
        put(buffer, inner, 0, y, line, Style::new(), theme.ascii);
    }
}
