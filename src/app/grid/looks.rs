//! How a result looks: its order, its filters and columns, and the way back to what it looked like before.

use serde::{Deserialize, Serialize};

use super::super::columns::Columns;
use super::super::msg::Window;
use super::super::text;
use super::Grid;
use crate::types::Type;

/// What a reader has made of a result: which columns, in which order, which rows.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Look {
    /// Columns and whether each ascends; rows that are equal in the first are in the order of the second.
    pub order: Vec<(usize, bool)>,
    pub filters: Vec<Filter>,
    pub columns: Columns,
    /// Rows that are equal in all columns shown are shown once.
    #[serde(default)]
    pub distinct: bool,
}

/// A condition that rows are picked by.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Filter {
    /// An expression of KQL.
    pub kql: String,
    pub on: bool,
    /// The brush made it, whose next one takes its place.
    #[serde(default)]
    pub brushed: bool,
}

/// Changes of a look that can be undone.
const LOOKS: usize = 100;

impl Grid {
    pub fn look(&self) -> Look {
        let (order, filters) = (self.order.clone(), self.filters.clone());
        Look { order, filters, columns: self.view.columns.clone(), distinct: self.distinct }
    }

    /// Changes how the result looks, in a way that can be undone.
    pub fn change<T>(&mut self, change: impl FnOnce(&mut Grid) -> T) -> T {
        let before = self.look();
        let outcome = change(self);
        self.changed(&before);
        if before != self.look() {
            self.looks.push(before);
            let more = self.looks.len().saturating_sub(LOOKS);
            self.looks.drain(..more);
        }
        outcome
    }

    /// Takes the last change back; false when there is none.
    pub fn undo(&mut self) -> bool {
        let Some(look) = self.looks.pop() else { return false };
        let before = self.look();
        self.wear(look);
        self.changed(&before);
        true
    }

    /// Looks as another result of the same columns did, which can be undone.
    pub fn put_on(&mut self, look: Look) {
        self.change(|grid| grid.wear(look));
    }

    /// Looks as another result of the same columns does, and as that did before where changes are undone.
    pub fn take_after(&mut self, other: &Grid) {
        self.put_on(other.look());
        self.looks.clone_from(&other.looks);
    }

    /// Other rows came: which columns are empty or the same says nothing of them.
    pub fn forget_aside(&mut self) {
        self.view.columns.forget_aside();
        self.looks.iter_mut().for_each(|look| look.columns.forget_aside());
    }

    fn wear(&mut self, look: Look) {
        (self.order, self.filters, self.view.columns) = (look.order, look.filters, look.columns);
        self.distinct = look.distinct;
    }

    /// Goes without what a window that failed was to bring first, so that nothing is shown as if it applied. Gives
    /// what that was.
    pub fn give_up(&mut self, window: &Window) -> Vec<String> {
        if self.waiting.as_ref() != Some(window) {
            return Vec::new();
        }
        let mut given_up = Vec::new();
        let picked = &self.picked;
        let new = |filter: &&mut Filter| filter.on && !picked.filters.kql.contains(&filter.kql);
        for filter in self.filters.iter_mut().filter(new) {
            filter.on = false;
            given_up.push(format!("the filter {}", filter.kql));
        }
        if self.distinct && picked.filters.distinct != window.filters.distinct {
            self.distinct = false;
            given_up.push("hiding equal rows".into());
        }
        if self.order != picked.order {
            self.order.clone_from(&picked.order);
            given_up.push("the new order".into());
        }
        given_up
    }

    /// Other rows are read from the first on; a column that is not shown has no cell.
    fn changed(&mut self, before: &Look) {
        let columns = |columns: &Columns| self.distinct.then(|| self.told_apart(columns));
        let same_rows = before.distinct == self.distinct
            && columns(&before.columns) == columns(&self.view.columns)
            && before.filters == self.filters;
        if before.order != self.order || !same_rows {
            (self.view.row, self.view.top) = (0, 0);
        }
        let shown = before.columns.shown(self.compiled.columns.len());
        self.view.leave_hidden(&shown);
    }

    /// Sorts by the column of the cell: numbers and times from the greatest on, text from A; then the
    /// other way; then not at all. With `more`, rows that the order so far leaves equal.
    pub fn sort(&mut self, more: bool) {
        let at = self.view.column;
        let Some(column) = self.compiled.columns.get(at) else { return };
        let first = !(column.ty.numeric() || matches!(column.ty, Type::Datetime | Type::Timespan));
        let place = self.order.iter().position(|(sorted, _)| *sorted == at);
        let next = match place.map(|place| self.order[place].1) {
            Some(ascending) if ascending == first => Some(!first),
            Some(_) => None,
            None => Some(first),
        };
        match (more, place, next) {
            (false, _, next) => self.order = next.map(|ascending| (at, ascending)).into_iter().collect(),
            (true, Some(place), Some(ascending)) => self.order[place].1 = ascending,
            (true, Some(place), None) => drop(self.order.remove(place)),
            (true, None, next) => self.order.extend(next.map(|ascending| (at, ascending))),
        }
        // Room for the arrow, and its number where there are several.
        let arrow = if self.order.len() > 1 { 2 } else { 1 };
        for (at, _) in &self.order {
            let name = text::width(&text::shown(&self.compiled.columns[*at].name, false));
            self.view.widths[*at] = self.view.widths[*at].max(name + arrow);
        }
    }
}
