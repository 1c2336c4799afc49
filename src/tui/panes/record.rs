//! One row as a list of columns and trees.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

use super::super::paint::put;
use super::super::theme::Theme;
use crate::app::record::Record;
use crate::app::{App, Focus};

pub fn title(app: &App) -> (String, String) {
    let row = match (&app.stepper, &app.grid) {
        (None, Some(grid)) => format!("Record {}", grid.view.row + 1),
        _ => "Record".into(),
    };
    (row, "Esc closes".into())
}

pub fn draw(app: &App, theme: &Theme, area: Rect, buffer: &mut Buffer) {
    let Some(record) = &app.record else { return };
    let Some((columns, row)) = app.current_row() else {
        put(buffer, area, 0, 0, "...", theme.dim(), theme.ascii);
        return;
    };
    let lines = record.lines(columns, row, app.ascii);
    let rows = Record::rows(&lines, usize::from(area.width), app.ascii);
    let focused = app.focus == Focus::Record;
    for (y, row) in rows.iter().skip(record.top).take(usize::from(area.height)).enumerate() {
        let current = row.line == record.line && focused;
        let name = if current { theme.selected() } else { theme.bold() };
        let value = if row.remark { theme.dim() } else { Style::new() };
        put(buffer, area, 0, y as u16, &row.name, name, theme.ascii);
        put(buffer, area, row.indent as u16, y as u16, &row.value, value, theme.ascii);
    }
}
