//! The query pane: line numbers, the text in its colors, the selection, and remarks under their places.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::style::{Modifier, Style};
use unicode_width::UnicodeWidthChar;

use super::super::paint::put;
use super::super::theme::Theme;
use crate::app::editor::Editor;
use crate::app::layout;
use crate::app::remarks::drawn;
use crate::app::{App, text};
use crate::diag::Severity;

/// A letter and this many marks on it.
const MARKS_MAX: usize = 4;

pub fn draw(app: &App, theme: &Theme, area: Rect, buffer: &mut Buffer) -> Option<Position> {
    let editor = &app.editor;
    let lines = editor.lines().len();
    let (width, gutter) = (layout::text_width(area, lines), layout::gutter(lines));
    let cursor = editor.cursor();
    let mut place = None;
    let mut y = 0;
    if editor.blank() && editor.lines().len() == 1 {
        let said = "type a query; F5 runs it, F3 lists the shipped hunts, F1 helps";
        put(buffer, area, gutter, 0, said, theme.dim(), theme.ascii);
    }
    for (at, line) in editor.lines().iter().enumerate().skip(editor.top) {
        if y >= area.height {
            break;
        }
        number(editor, theme, Rect { width: gutter, ..area }, y, at, buffer);
        let row = Rect { x: area.x + gutter, y: area.y + y, width: width as u16, height: 1 };
        let column = draw_line(editor, theme, row, at, line, (at == cursor.0).then_some(cursor.1), buffer);
        counts(app, theme, row, at, buffer);
        place = place.or(column.map(|x| Position { x: row.x + x, y: row.y }));
        y += 1;
        for (indent, said, severity) in editor.notes_under(at, width, theme.ascii) {
            let style = match severity {
                Severity::Error => theme.error(),
                Severity::Warning => theme.warning(),
            };
            put(buffer, area, gutter + indent as u16, y, &said, style, theme.ascii);
            y += 1;
        }
    }
    place
}

/// The rows that come out of a line, at its end and over what is there.
fn counts(app: &App, theme: &Theme, row: Rect, at: usize, buffer: &mut Buffer) {
    let Some(shown) = app.counts.shown(app.editor.version, at) else { return };
    let shown = format!(" {shown}");
    let column = row.width.saturating_sub(text::width(&shown) as u16);
    put(buffer, row, column, 0, &shown, theme.dim(), theme.ascii);
}

/// A letter for what is wrong, the number of the line, and a mark of what is scrolled away before it.
fn number(editor: &Editor, theme: &Theme, area: Rect, y: u16, at: usize, buffer: &mut Buffer) {
    let worst = editor.remarks.iter().filter(|remark| remark.line == at).map(|remark| remark.severity);
    let (sign, style) = match worst.min_by_key(|severity| *severity != Severity::Error) {
        Some(Severity::Error) => ("E", theme.error()),
        Some(Severity::Warning) => ("W", theme.warning()),
        None => (" ", Style::new()),
    };
    put(buffer, area, 0, y, sign, style, theme.ascii);
    let wide = usize::from(area.width.saturating_sub(2));
    put(buffer, area, 1, y, &format!("{:>wide$}", at + 1), theme.dim(), theme.ascii);
    if editor.left > 0 && !editor.lines()[at].is_empty() {
        put(buffer, area, area.width - 1, y, "<", theme.dim(), theme.ascii);
    }
}

/// Draws a line character by character; gives the column of the cursor when it is in it.
fn draw_line(
    editor: &Editor,
    theme: &Theme,
    row: Rect,
    at: usize,
    line: &str,
    cursor: Option<usize>,
    buffer: &mut Buffer,
) -> Option<u16> {
    let selected = editor.selected_in(at);
    let (left, right) = (editor.left, editor.left + usize::from(row.width));
    let mut column = 0usize;
    let mut place = None;
    let count = line.chars().count();
    // The last cell that has a letter, for the marks on it; whether the line goes on beyond the pane.
    let (mut before, mut cut) = (None, false);
    let colors = editor.colors_of(at);
    let mut colors = colors.iter().peekable();
    for (index, (byte, letter)) in line.char_indices().chain([(line.len(), ' ')]).enumerate() {
        if cursor == Some(index) {
            place = column.checked_sub(left).filter(|x| *x < usize::from(row.width)).map(|x| x as u16);
        }
        while colors.next_if(|(range, _)| range.end <= byte).is_some() {}
        let color = colors.peek().filter(|(range, _)| range.contains(&byte));
        let mut style = color.map_or(Style::new(), |(_, class)| theme.syntax(*class));
        if editor.remarks.iter().any(|one| one.line == at && (one.start..one.end).contains(&index)) {
            style = style.add_modifier(Modifier::UNDERLINED);
            if let Some(remark) = editor.remarks.iter().find(|one| one.line == at) {
                style = style.patch(match remark.severity {
                    Severity::Error => theme.error(),
                    Severity::Warning => theme.warning(),
                });
            }
        }
        if editor.pair.is_some_and(|pair| pair.contains(&(at, index))) {
            style = style.add_modifier(Modifier::BOLD | Modifier::UNDERLINED);
        }
        if selected.is_some_and(|(start, end)| (start..end).contains(&index)) {
            style = style.add_modifier(Modifier::REVERSED);
        }
        if index == count && style == Style::new() {
            break;
        }
        let mut last = None;
        for part in drawn(letter, theme.ascii).chars() {
            let wide = part.width().unwrap_or(0);
            let x = row.x + column.saturating_sub(left) as u16;
            if column >= left && column + wide <= right && wide > 0 {
                buffer.set_stringn(x, row.y, part.encode_utf8(&mut [0; 4]), wide, style);
                last = Some((x, row.y));
            } else if wide == 0 {
                marked(buffer, last.or(before), part);
            }
            column += wide;
        }
        before = last.or(before);
        if column >= right {
            cut = index + 1 < count;
            break;
        }
    }
    if cut && place.is_none_or(|x| x + 1 < row.width) {
        put(buffer, row, row.width - 1, 0, ">", theme.dim(), theme.ascii);
    }
    place
}

/// Adds a character of no width to the one in a cell.
fn marked(buffer: &mut Buffer, cell: Option<(u16, u16)>, mark: char) {
    if let Some(cell) = cell.and_then(|place| buffer.cell_mut(place))
        && cell.symbol().chars().count() <= MARKS_MAX
    {
        let symbol = format!("{}{mark}", cell.symbol());
        cell.set_symbol(&symbol);
    }
}
