//! A table on the screen: the part of a kept result that is at hand, and the window through which it is
//! seen. Rows stay with the engine; knows how to ask for those that are missing.

mod looks;

use std::sync::Arc;

pub use looks::{Filter, Look};

use super::aside::KnownColumns;
use super::chart::ChartLook;
use super::columns::{Columns, Placed};
use super::msg::{Conditions, Purpose, Rows, Survey, Window};
use super::search::Search;
use super::surveys::Values;
use super::text;
use crate::compile::Compiled;
use crate::types::{ColumnType, Type};
use crate::value::Value;
use crate::zone::Zone;

/// Rows that one window brings.
pub const WINDOW_ROWS: u64 = 300;
/// A column is at least this wide, so that its name can be told.
const COLUMN_MIN: usize = 4;

/// Where a reader is in a table: a cell, and what is in view. Rows and columns count from 0.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct View {
    pub row: u64,
    /// By its number in the result, wherever it is shown.
    pub column: usize,
    pub top: u64,
    /// How many of the columns that scroll are left of the view.
    pub left: usize,
    /// What each column's content wants, name included.
    pub widths: Vec<usize>,
    pub columns: Columns,
    /// Where times are shown as they are there.
    pub zone: Zone,
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
    pub fn step(&mut self, step: Step, rows: u64, page: u64) {
        let last = rows.saturating_sub(1);
        let page = page.max(1);
        match step {
            Step::Up => self.row = self.row.saturating_sub(1),
            Step::Down => self.row = (self.row + 1).min(last),
            Step::Left => self.step_column(false),
            Step::Right => self.step_column(true),
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

    fn step_column(&mut self, right: bool) {
        let shown = self.columns.shown(self.widths.len());
        let at = shown.iter().position(|column| *column == self.column).unwrap_or(0);
        let at = if right { (at + 1).min(shown.len().saturating_sub(1)) } else { at.saturating_sub(1) };
        self.column = shown.get(at).copied().unwrap_or(0);
    }

    /// To the first or the last column.
    pub fn to_edge(&mut self, last: bool) {
        let shown = self.columns.shown(self.widths.len());
        let column = if last { shown.last() } else { shown.first() };
        self.column = column.copied().unwrap_or(0);
    }

    /// Scrolls so that the cell is in view.
    pub fn scroll_into(&mut self, width: usize, page: u64) {
        let page = page.max(1);
        if self.row < self.top {
            self.top = self.row;
        } else if self.row >= self.top + page {
            self.top = self.row + 1 - page;
        }
        let stay = self.columns.stay(&self.widths, width);
        let shown = self.columns.shown(self.widths.len());
        let Some(place) = shown.iter().position(|column| *column == self.column) else { return };
        let Some(place) = place.checked_sub(stay) else { return };
        self.left = self.left.min(place);
        while self.left < place && !self.columns_in(width).iter().any(|(at, ..)| *at == self.column) {
            self.left += 1;
        }
    }

    /// Leaves no room free that rows or columns out of view could take; the cell stays in view.
    pub fn refit(&mut self, rows: u64, page: u64) {
        self.top = self.top.min(rows.saturating_sub(page));
        self.left = 0;
    }

    /// The columns in a view of this width.
    pub fn columns_in(&self, width: usize) -> Vec<Placed> {
        self.columns.placed(&self.widths, self.left, width)
    }

    /// Moves off a column that is not shown, to the one that took its place or the last.
    pub fn leave_hidden(&mut self, before: &[usize]) {
        let shown = self.columns.shown(self.widths.len());
        if shown.contains(&self.column) {
            return;
        }
        let at = before.iter().position(|column| *column == self.column).unwrap_or(0);
        let next = before[at..].iter().find(|column| shown.contains(column)).or(shown.last());
        self.column = next.copied().unwrap_or(0);
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
                *wide = (*wide).max(text::width(&text::cell_in(value, &self.zone, ascii)));
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
    /// First rows only; the run was stopped when so many had come.
    Stopped {
        rows: u64,
    },
    All {
        total: u64,
        ms: u64,
    },
}

impl Extent {
    /// Why something is not done with a result that is not all there; `what` such as `the result can be sorted`.
    pub fn unfinished(self, what: &str) -> Option<String> {
        match self {
            Extent::Growing => Some(format!("{what} once the query is done")),
            Extent::Stopped { rows } => Some(format!(
                "stopped at {}: this is not the whole result; F5 runs the query again",
                text::count(rows, "row")
            )),
            Extent::All { .. } => None,
        }
    }
}

/// A result in the grid.
pub struct Grid {
    /// The run that made it, by which it is kept.
    pub run: u64,
    pub compiled: Arc<Compiled>,
    /// The statement that it is the result of, as it was written, and as it ran: its parameters put in.
    pub text: String,
    pub ran: String,
    pub extent: Extent,
    /// Rows at hand, from `start` on, of those that `picked` says.
    pub rows: Vec<Vec<Value>>,
    pub start: u64,
    picked: Picked,
    pub view: View,
    /// The order that is wanted: columns and whether each ascends.
    pub order: Vec<(usize, bool)>,
    pub filters: Vec<Filter>,
    /// Rows that are equal in all columns shown are shown once.
    pub distinct: bool,
    /// What it looked like before, the latest last.
    looks: Vec<Look>,
    /// The window that was asked for and has not come.
    pub waiting: Option<Window>,
    /// The question about its rows that waits for an answer.
    pub survey: Option<Survey>,
    /// What is known of its columns without a value, and of those with the same in every row.
    pub known: KnownColumns,
    /// What is looked for in it.
    pub search: Option<Search>,
    /// The commonest values of a column, as they were told last.
    pub values: Option<Values>,
    /// How the chart of the same statement was left, until there is one of this result.
    pub chart_left: Option<ChartLook>,
}

/// Which rows are at hand: all that meet these conditions, in this order, and how many there are.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Picked {
    order: Vec<(usize, bool)>,
    filters: Conditions,
    count: u64,
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
        let count = match extent {
            Extent::Growing | Extent::Stopped { .. } => rows.len() as u64,
            Extent::All { total, .. } => total,
        };
        Grid {
            run,
            compiled,
            text: String::new(),
            ran: String::new(),
            extent,
            rows,
            start: 0,
            picked: Picked { count, ..Picked::default() },
            view,
            order: Vec::new(),
            filters: Vec::new(),
            distinct: false,
            looks: Vec::new(),
            waiting: None,
            survey: None,
            known: KnownColumns::default(),
            search: None,
            values: None,
            chart_left: None,
        }
    }

    /// Rows that can be moved to.
    pub fn reachable(&self) -> u64 {
        self.picked.count
    }

    pub fn row(&self, at: u64) -> Option<&Vec<Value>> {
        let index = usize::try_from(at.checked_sub(self.start)?).ok()?;
        self.rows.get(index)
    }

    pub fn current(&self) -> Option<&Vec<Value>> {
        self.row(self.view.row)
    }

    /// The conditions that are on.
    pub fn conditions(&self) -> Conditions {
        let on = self.filters.iter().filter(|filter| filter.on);
        let kql: Vec<String> = on.map(|filter| filter.kql.clone()).collect();
        // Without conditions the clock says nothing.
        let now = if kql.is_empty() { 0 } else { self.compiled.now };
        let distinct = if self.distinct { self.told_apart(&self.view.columns) } else { Vec::new() };
        Conditions { kql, now, distinct }
    }

    /// The columns that are shown, in an order of which moving them changes nothing.
    fn told_apart(&self, columns: &Columns) -> Vec<usize> {
        let mut shown = columns.shown(self.compiled.columns.len());
        shown.sort_unstable();
        shown
    }

    /// Whether the rows at hand are those that are wanted, in the order that is.
    pub fn settled(&self) -> bool {
        self.sorted() && self.filtered()
    }

    /// Whether the rows at hand are in the order that is wanted.
    pub fn sorted(&self) -> bool {
        self.order == self.picked.order
    }

    /// Whether the rows at hand are of those that are wanted.
    pub fn filtered(&self) -> bool {
        self.conditions() == self.picked.filters
    }

    /// Whether every row of the result is at hand as the query gave it.
    pub fn whole(&self) -> bool {
        let as_it_came = Picked { count: self.rows.len() as u64, ..Picked::default() };
        self.start == 0 && self.picked == as_it_came
    }

    /// The window to ask for, when rows in view are not at hand and were not asked for yet.
    pub fn missing(&mut self, page: u64) -> Option<Window> {
        let Extent::All { .. } = self.extent else { return None };
        let (first, last) = (self.view.top, (self.view.top + page).min(self.picked.count));
        let at_hand = self.start + self.rows.len() as u64;
        if self.settled() && (first >= self.start && last <= at_hand || self.picked.count == 0) {
            self.waiting = None;
            return None;
        }
        let window = Window {
            purpose: Purpose::Grid,
            result: self.run,
            order: self.order.clone(),
            filters: self.conditions(),
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
    pub fn take(&mut self, window: &Window, found: Rows, ascii: bool) -> bool {
        if self.waiting.as_ref() != Some(window) {
            return false;
        }
        self.waiting = None;
        self.view.measure(&self.compiled.columns, &found.rows, ascii);
        self.start = window.offset;
        let (order, filters) = (window.order.clone(), window.filters.clone());
        self.picked = Picked { order, filters, count: found.total };
        self.rows = found.rows;
        self.view.row = self.view.row.min(found.total.saturating_sub(1));
        self.view.top = self.view.top.min(self.view.row);
        true
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
            assert!(view.columns_in(78).iter().any(|(at, ..)| *at == column));
            let end = view.columns_in(78).iter().map(|(_, start, wide)| start + wide).max().unwrap();
            assert!(end <= 78, "{end}");
        }
        view.column = 0;
        view.scroll_into(78, 10);
        assert_eq!(view.left, 0);
    }

    #[test]
    fn a_lone_wide_column_takes_the_whole_view() {
        let wide = view(&[500]);
        assert_eq!(wide.columns_in(78), [(0, 0, 78)]);
        let two = view(&[100, 10]);
        assert_eq!(two.columns_in(78), [(0, 0, 67), (1, 68, 10)]);
        let narrow = view(&[100, 100]);
        assert_eq!(narrow.columns_in(20), [(0, 0, 20)]);
    }

    #[test]
    fn pages_keep_the_cell_in_view() {
        let mut view = view(&[4]);
        view.step(Step::PageDown, 25, 10);
        view.scroll_into(10, 10);
        assert_eq!((view.row, view.top), (10, 10));
        view.step(Step::PageDown, 25, 10);
        view.step(Step::PageDown, 25, 10);
        view.scroll_into(10, 10);
        assert_eq!((view.row, view.top), (24, 15));
        view.step(Step::Top, 25, 10);
        view.scroll_into(10, 10);
        assert_eq!((view.row, view.top), (0, 0));
    }
}
