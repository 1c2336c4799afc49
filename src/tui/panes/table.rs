//! Rows and columns, as the result and the events behind a hit are shown.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

use super::super::paint::put;
use super::super::theme::Theme;
use crate::app::columns::Placed;
use crate::app::diff::Mark;
use crate::app::grid::{View, right_aligned};
use crate::app::layout::{self, MARGIN};
use crate::app::{diff, hue, search, severity, text};
use crate::types::ColumnType;
use crate::value::Value;

/// What is drawn: `row` gives a row by its number, and `None` for one that is not at hand yet.
pub struct Table<'a> {
    pub columns: &'a [ColumnType],
    pub rows: u64,
    pub row: &'a dyn Fn(u64) -> Option<&'a Vec<Value>>,
    pub view: &'a View,
    /// The columns that rows are sorted by, and whether each ascends.
    pub sorted: &'a [(usize, bool)],
    /// What is looked for and shown where it stands.
    pub sought: &'a str,
    pub focused: bool,
    /// Rows are those of a difference, and have signs.
    pub difference: bool,
    /// Rows that are there for the sake of others.
    pub dim: &'a dyn Fn(u64) -> bool,
}

pub fn draw(table: &Table<'_>, theme: &Theme, area: Rect, buffer: &mut Buffer) {
    let width = layout::table_width(area);
    let columns = table.view.columns_in(width);
    for (at, start, wide) in &columns {
        let column = &table.columns[*at];
        let arrow = arrow(table.sorted, *at);
        let name = text::shown(&column.name, theme.ascii);
        let name = format!("{}{arrow}", text::fit(&name, wide - arrow.len().min(*wide), theme.ascii));
        let style = if table.focused && *at == table.view.column {
            theme.header().patch(theme.selected())
        } else {
            theme.header()
        };
        let place = Place { area, start: *start, wide: *wide, y: 0, right: right_aligned(column.ty) };
        cell(theme, &place, &name, style, table.sought, buffer);
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
        let mark = if table.difference { diff::mark(row) } else { None };
        if let Some(mark) = mark {
            put(buffer, area, 1, y, mark.sign(), theme.mark(mark), theme.ascii);
        }
        let painted = table.view.columns.painting().and_then(|column| hue::of(row.get(column)?));
        let painted = painted.filter(|_| mark.is_none() && !(table.dim)(at) && !theme.mono);
        let row_style = match painted {
            // In one piece, which takes fewer bytes than cell by cell.
            Some(hue) if style == Style::new() => {
                let width = columns.last().map_or(0, |(_, start, wide)| start + wide) as u16;
                let room = Rect { x: area.x + MARGIN, y: area.y + y, width, height: 1 };
                buffer.set_style(room, theme.hue(hue));
                theme.hue(hue)
            }
            Some(_) | None => style,
        };
        for (column, start, wide) in &columns {
            let mut shown = text::cell_in(&row[*column], &table.view.zone, theme.ascii);
            let right = right_aligned(table.columns[*column].ty);
            let level = severity::level(&table.columns[*column].name, &shown);
            if let (Some(level), true) = (level, theme.mono) {
                shown = format!("{} {shown}", level.letter());
            }
            let differs = || diff::differs(row, &table.columns[*column].name);
            let style = match (level, mark) {
                _ if style != Style::new() => style,
                _ if (table.dim)(at) => theme.dim(),
                (_, Some(Mark::Changed)) if differs() => theme.mark(Mark::Changed),
                (_, Some(mark @ (Mark::Added | Mark::Removed))) => theme.mark(mark),
                (Some(level), _) => theme.level(level),
                (None, _) => row_style,
            };
            let place = Place { area, start: *start, wide: *wide, y, right };
            cell(theme, &place, &shown, style, table.sought, buffer);
        }
    }
    edge(table, theme, area, &columns, buffer);
}

/// The line between the columns that stay and those that scroll.
fn edge(table: &Table<'_>, theme: &Theme, area: Rect, columns: &[Placed], buffer: &mut Buffer) {
    let stay = table.view.columns.stay(&table.view.widths, layout::table_width(area));
    let Some((_, start, wide)) = stay.checked_sub(1).and_then(|last| columns.get(last)) else { return };
    let x = MARGIN + (start + wide) as u16;
    let rows = u64::from(area.height.saturating_sub(1)).min(table.rows.saturating_sub(table.view.top));
    for y in 0..=rows as u16 {
        put(buffer, area, x, y, theme.joint(true, false, true, false), theme.line(), theme.ascii);
    }
}

/// The direction of a column that rows are sorted by, and its place where there are several.
fn arrow(sorted: &[(usize, bool)], column: usize) -> String {
    let Some(place) = sorted.iter().position(|(at, _)| *at == column) else { return String::new() };
    let way = if sorted[place].1 { "^" } else { "v" };
    if sorted.len() > 1 { format!("{way}{}", place + 1) } else { way.into() }
}

/// Where a cell is: columns of the table's area, a row of it, and on which side its text stands.
struct Place {
    area: Rect,
    start: usize,
    wide: usize,
    y: u16,
    right: bool,
}

fn cell(theme: &Theme, place: &Place, shown: &str, style: Style, sought: &str, buffer: &mut Buffer) {
    let shown = text::fit(shown, place.wide, theme.ascii);
    let gap = if place.right { place.wide - text::width(&shown).min(place.wide) } else { 0 };
    let x = place.area.x + MARGIN + place.start as u16;
    let room = Rect { x, width: place.wide as u16, ..place.area };
    put(buffer, room, gap as u16, place.y, &shown, style, theme.ascii);
    if sought.is_empty() {
        return;
    }
    for found in search::places(&shown, sought) {
        let before = gap + text::width(&shown[..found.start]);
        let style = style.patch(theme.found());
        put(buffer, room, before as u16, place.y, &shown[found], style, theme.ascii);
    }
}
