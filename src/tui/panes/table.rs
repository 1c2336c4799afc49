//! Rows and columns, as the result and the events behind a hit are shown.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

use super::super::paint::put;
use super::super::theme::Theme;
use crate::app::grid::{View, right_aligned};
use crate::app::layout::{self, MARGIN};
use crate::app::text;
use crate::types::ColumnType;
use crate::value::Value;

/// What is drawn: `row` gives a row by its number, and `None` for one that is not at hand yet.
pub struct Table<'a> {
    pub columns: &'a [ColumnType],
    pub rows: u64,
    pub row: &'a dyn Fn(u64) -> Option<&'a Vec<Value>>,
    pub view: &'a View,
    /// The column that rows are sorted by, and whether it ascends.
    pub sorted: Option<(usize, bool)>,
    pub focused: bool,
    /// Rows that are there for the sake of others.
    pub dim: &'a dyn Fn(u64) -> bool,
}

pub fn draw(table: &Table<'_>, theme: &Theme, area: Rect, buffer: &mut Buffer) {
    let width = layout::table_width(area);
    let columns: Vec<_> = table.view.columns_in(width).collect();
    for (at, start, wide) in &columns {
        let column = &table.columns[*at];
        let arrow = match table.sorted {
            Some((sorted, true)) if sorted == *at => "^",
            Some((sorted, false)) if sorted == *at => "v",
            Some(_) | None => "",
        };
        let name = text::shown(&column.name, theme.ascii);
        let name = format!("{}{arrow}", text::fit(&name, wide - arrow.len().min(*wide), theme.ascii));
        let style = if table.focused && *at == table.view.column {
            theme.header().patch(theme.selected())
        } else {
            theme.header()
        };
        cell(theme, area, (*start, *wide), 0, &name, right_aligned(column.ty), style, buffer);
    }
    for y in 1..area.height {
        let at = table.view.top + u64::from(y) - 1;
        if at >= table.rows {
            break;
        }
        let current = at == table.view.row;
        let style = if current && table.focused { theme.selected() } else { Style::new() };
        if current {
            put(buffer, area, 0, y, ">", if table.focused { Style::new() } else { theme.dim() }, theme.ascii);
        }
        let Some(row) = (table.row)(at) else {
            put(buffer, area, MARGIN, y, "...", theme.dim(), theme.ascii);
            continue;
        };
        for (column, start, wide) in &columns {
            let shown = text::cell(&row[*column], theme.ascii);
            let right = right_aligned(table.columns[*column].ty);
            let style = match style == Style::new() {
                true if (table.dim)(at) => theme.dim(),
                true => severity(theme, table, *column, &shown),
                false => style,
            };
            cell(theme, area, (*start, *wide), y, &shown, right, style, buffer);
        }
    }
}

/// The severities of a hunt catch the eye.
fn severity(theme: &Theme, table: &Table<'_>, column: usize, shown: &str) -> Style {
    if table.columns[column].name.ends_with("Severity") { theme.severity(shown) } else { Style::new() }
}

#[allow(clippy::too_many_arguments)]
fn cell(
    theme: &Theme,
    area: Rect,
    (start, wide): (usize, usize),
    y: u16,
    shown: &str,
    right: bool,
    style: Style,
    buffer: &mut Buffer,
) {
    let shown = text::fit(shown, wide, theme.ascii);
    let gap = if right { wide - text::width(&shown).min(wide) } else { 0 };
    let room = Rect { x: area.x + MARGIN + start as u16, width: wide as u16, ..area };
    put(buffer, room, gap as u16, y, &shown, style, theme.ascii);
}
