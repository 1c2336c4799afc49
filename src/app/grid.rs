//! A table on the screen: the part of a kept result that is at hand, and the window through which it is
//! seen. Rows stay with the engine; knows how to ask for those that are missing.

use std::sync::Arc;

use super::msg::{Purpose, Window};
use super::text;
use crate::compile::Compiled;
use crate::types::{ColumnType, Type};
use crate::value::Value;

/// Rows that one window brings.
pub const WINDOW_ROWS: u64 = 300;
/// A column is no wider than this while others want room.
const COLUMN_MAX: usize = 40;
/// A column is at least this wide, so that its name can be told.
const COLUMN_MIN: usize = 4;

/// Where a reader is in a table: a cell, and what is in view. Rows and columns count from 0.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct View {
    pub row: u64,
    pub column: usize,
    pub top: u64,
    pub left: usize,
    /// What each column's content wants, name included.
    pub widths: Vec<usize>,
}

/// How to move in a table or a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    Up,
    Down,
    Left,
    Right,
    Top,
    Bottom,
    PageUp,
    PageDown,
}

impl View {
    /// Moves the cell; `rows` is how many there are, `page` how many are in view.
    pub fn step(&mut self, step: Step, rows: u64, columns: usize, page: u64) {
        let last = rows.saturating_sub(1);
        let page = page.max(1);
        match step {
            Step::Up => self.row = self.row.saturating_sub(1),
            Step::Down => self.row = (self.row + 1).min(last),
            Step::Left => self.column = self.column.saturating_sub(1),
            Step::Right => self.column = (self.column + 1).min(columns.saturating_sub(1)),
            Step::Top => self.row = 0,
            Step::Bottom => self.row = last,
            Step::PageUp => {
                self.row = self.row.saturating_sub(page);
                self.top = self.top.saturating_sub(page);
            }
            Step::PageDown => {
                self.row = (self.row + page).min(last);
                self.top = (self.top + page).min(rows.saturating_sub(page));
            }
        }
    }

    /// Scrolls so that the cell is in view.
    pub fn scroll_into(&mut self, width: usize, page: u64) {
        let page = page.max(1);
        if self.row < self.top {
            self.top = self.row;
        } else if self.row >= self.top + page {
            self.top = self.row + 1 - page;
        }
        self.left = self.left.min(self.column);
        while self.left < self.column && !self.columns_in(width).any(|(at, ..)| at == self.column) {
            self.left += 1;
        }
    }

    /// The columns in a view of this width from `left` on: index, place, width. The last is cut at the
    /// edge only when it is the first too; what room is left goes to columns that want it.
    pub fn columns_in(&self, width: usize) -> impl Iterator<Item = (usize, usize, usize)> + use<> {
        let mut shown: Vec<(usize, usize)> = Vec::new();
        let mut used = 0;
        for (at, wanted) in self.widths.iter().enumerate().skip(self.left) {
            let wide = (*wanted).min(COLUMN_MAX);
            if used + wide > width && !shown.is_empty() {
                break;
            }
            shown.push((at, wide.min(width)));
            used += wide + 1;
        }
        let mut spare = (width + 1).saturating_sub(used);
        for (at, wide) in &mut shown {
            let more = self.widths[*at].saturating_sub(*wide).min(spare);
            *wide += more;
            spare -= more;
        }
        let mut place = 0;
        shown.into_iter().map(move |(at, wide)| {
            let start = place;
            place += wide + 1;
            (at, start, wide)
        })
    }

    /// Makes room for what these rows hold; a column never gets narrower, so that scrolling is calm.
    pub fn measure(&mut self, columns: &[ColumnType], rows: &[Vec<Value>], ascii: bool) {
        self.widths.resize(columns.len(), 0);
        for (at, column) in columns.iter().enumerate() {
            let name = text::width(&text::shown(&column.name, ascii));
            self.widths[at] = self.widths[at].max(name).max(COLUMN_MIN);
        }
        for row in rows {
            for (wide, value) in self.widths.iter_mut().zip(row) {
                *wide = (*wide).max(text::width(&text::cell(value, ascii)));
            }
        }
    }
}

/// Whether values of this type stand to the right.
pub fn right_aligned(ty: Type) -> bool {
    ty.numeric() || ty == Type::Timespan
}

/// How much of the result there is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Extent {
    /// First rows only, the run goes on.
    Growing,
    /// First rows only; the run was stopped.
    Stopped,
    All {
        total: u64,
        ms: u64,
    },
}

/// A result in the grid.
pub struct Grid {
    /// The run that made it, by which it is kept.
    pub run: u64,
    pub compiled: Arc<Compiled>,
    pub extent: Extent,
    /// Rows at hand, from `start` on, in the order of `rows_order`.
    pub rows: Vec<Vec<Value>>,
    pub start: u64,
    pub rows_order: Vec<(usize, bool)>,
    pub view: View,
    /// The order that is wanted: columns and whether each ascends.
    pub order: Vec<(usize, bool)>,
    /// The window that was asked for and has not come.
    pub waiting: Option<Window>,
    /// The statement whose result it is.
    pub text: String,
}

impl Grid {
    pub fn new(
        run: u64,
        compiled: Arc<Compiled>,
        rows: Vec<Vec<Value>>,
        extent: Extent,
        ascii: bool,
    ) -> Grid {
        let mut view = View::default();
        view.measure(&compiled.columns, &rows, ascii);
        Grid {
            run,
            compiled,
            extent,
            rows,
            start: 0,
            rows_order: Vec::new(),
            view,
            order: Vec::new(),
            waiting: None,
            text: String::new(),
        }
    }

    /// Rows that can be moved to.
    pub fn reachable(&self) -> u64 {
        match self.extent {
            Extent::Growing | Extent::Stopped => self.rows.len() as u64,
            Extent::All { total, .. } => total,
        }
    }

    pub fn row(&self, at: u64) -> Option<&Vec<Value>> {
        let index = usize::try_from(at.checked_sub(self.start)?).ok()?;
        self.rows.get(index)
    }

    pub fn current(&self) -> Option<&Vec<Value>> {
        self.row(self.view.row)
    }

    /// Whether the rows at hand are in the order that is wanted.
    pub fn settled(&self) -> bool {
        self.order == self.rows_order
    }

    /// The window to ask for, when rows in view are not at hand and were not asked for yet.
    pub fn missing(&mut self, page: u64) -> Option<Window> {
        let Extent::All { total, .. } = self.extent else { return None };
        let (first, last) = (self.view.top, (self.view.top + page).min(total));
        let at_hand = self.start + self.rows.len() as u64;
        if self.settled() && first >= self.start && last <= at_hand || total == 0 {
            self.waiting = None;
            return None;
        }
        let window = Window {
            purpose: Purpose::Grid,
            result: self.run,
            order: self.order.clone(),
            offset: first.saturating_sub(WINDOW_ROWS.saturating_sub(page) / 2),
            limit: WINDOW_ROWS.max(page * 2),
        };
        if self.waiting.as_ref() == Some(&window) {
            return None;
        }
        self.waiting = Some(window.clone());
        Some(window)
    }

    /// As [`Grid::missing`] while a record covers the grid: only the row of the cell is in view.
    pub fn missing_row(&mut self) -> Option<Window> {
        self.view.top = self.view.row.saturating_sub(1);
        self.missing(2)
    }

    /// Takes a window that came. False when it is not the one that is waited for.
    pub fn take(&mut self, window: &Window, rows: Vec<Vec<Value>>, ascii: bool) -> bool {
        if self.waiting.as_ref() != Some(window) {
            return false;
        }
        self.waiting = None;
        self.view.measure(&self.compiled.columns, &rows, ascii);
        self.start = window.offset;
        self.rows_order = window.order.clone();
        self.rows = rows;
        true
    }

    /// Sorts by the column of the cell: numbers and times from the greatest on, text from A; then the
    /// other way; then not at all.
    pub fn sort(&mut self) {
        let at = self.view.column;
        let Some(column) = self.compiled.columns.get(at) else { return };
        let first = !(column.ty.numeric() || matches!(column.ty, Type::Datetime | Type::Timespan));
        self.order = match self.order.first() {
            Some((sorted, ascending)) if *sorted == at && *ascending == first => vec![(at, !first)],
            Some((sorted, _)) if *sorted == at => Vec::new(),
            Some(_) | None => vec![(at, first)],
        };
        // Room for the arrow.
        let name = text::width(&text::shown(&column.name, false)) + 1;
        self.view.widths[at] = self.view.widths[at].max(name);
        (self.view.row, self.view.top) = (0, 0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn view(widths: &[usize]) -> View {
        View { widths: widths.to_vec(), ..View::default() }
    }

    #[test]
    fn every_column_can_be_reached_and_the_room_is_used() {
        let mut view = view(&[10; 200]);
        for column in 0..200 {
            view.column = column;
            view.scroll_into(78, 10);
            assert!(view.columns_in(78).any(|(at, ..)| at == column));
            let end = view.columns_in(78).map(|(_, start, wide)| start + wide).max().unwrap();
            assert!(end <= 78, "{end}");
        }
        view.column = 0;
        view.scroll_into(78, 10);
        assert_eq!(view.left, 0);
    }

    #[test]
    fn a_lone_wide_column_takes_the_whole_view() {
        let wide = view(&[500]);
        assert_eq!(wide.columns_in(78).collect::<Vec<_>>(), [(0, 0, 78)]);
        let two = view(&[100, 10]);
        assert_eq!(two.columns_in(78).collect::<Vec<_>>(), [(0, 0, 67), (1, 68, 10)]);
        let narrow = view(&[100, 100]);
        assert_eq!(narrow.columns_in(20).collect::<Vec<_>>(), [(0, 0, 20)]);
    }

    #[test]
    fn pages_keep_the_cell_in_view() {
        let mut view = view(&[4]);
        view.step(Step::PageDown, 25, 1, 10);
        view.scroll_into(10, 10);
        assert_eq!((view.row, view.top), (10, 10));
        view.step(Step::PageDown, 25, 1, 10);
        view.step(Step::PageDown, 25, 1, 10);
        view.scroll_into(10, 10);
        assert_eq!((view.row, view.top), (24, 15));
        view.step(Step::Top, 25, 1, 10);
        view.scroll_into(10, 10);
        assert_eq!((view.row, view.top), (0, 0));
    }
}
