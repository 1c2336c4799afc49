//! The techniques of ATT&CK as a matrix, where there is room for one: tactics side by side, below each its techniques.
//! The same rows as the list has, and the same one is selected.

use std::collections::BTreeMap;

use super::grid::Step;
use super::lists::{Choice, Item};
use super::{App, coverage};
use crate::hunt::coverage::{Cell, cells};

/// How wide a column is, with what parts it from the next.
pub const COLUMN: usize = 16;
/// Screens that are smaller have the list.
const LEAST: (u16, u16) = (60, 20);

/// What is known of a technique, the strongest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    Hit,
    /// A hunt can be run, and none has found anything.
    Runnable,
    /// Hunts for it want other tables, or are wrong.
    Stuck,
    /// No hunt is for it.
    None,
}

impl State {
    pub fn of(cell: &Cell) -> State {
        match (cell.hit, cell.runnable, cell.rules) {
            (1.., _, _) => State::Hit,
            (0, 1.., _) => State::Runnable,
            (0, 0, 1..) => State::Stuck,
            (0, 0, 0) => State::None,
        }
    }

    /// For screens without colors too.
    pub fn sign(self) -> char {
        match self {
            State::Hit => '!',
            State::Runnable => '+',
            State::Stuck => '-',
            State::None => ' ',
        }
    }
}

/// A column: the places of its rows among the items, the tactic first.
pub type Column = Vec<usize>;

/// Whether there is room.
pub fn fits(app: &App) -> bool {
    app.size.0 >= LEAST.0 && app.size.1 >= LEAST.1
}

/// The columns of these items.
pub fn columns(items: &[Item]) -> Vec<Column> {
    let mut columns: Vec<(&str, Column)> = Vec::new();
    for (at, item) in items.iter().enumerate() {
        let (Choice::Tactic(tactic) | Choice::Technique { tactic, .. }) = &item.choice else { continue };
        match columns.iter_mut().find(|(known, _)| known == tactic) {
            Some((_, column)) => column.push(at),
            None => columns.push((tactic, vec![at])),
        }
    }
    columns.into_iter().map(|(_, column)| column).collect()
}

/// The column and the row of an item.
pub fn place(columns: &[Column], selected: usize) -> (usize, usize) {
    let row = |column: &Column| column.iter().position(|at| *at == selected);
    columns.iter().enumerate().find_map(|(at, column)| Some((at, row(column)?))).unwrap_or_default()
}

/// The item that a step leads to.
pub fn stepped(items: &[Item], selected: usize, step: Step, page: usize) -> usize {
    let columns = columns(items);
    let (column, row) = place(&columns, selected);
    let last = |column: usize| columns.get(column).map_or(0, |column| column.len().saturating_sub(1));
    let (column, row) = match step {
        Step::Left => (column.saturating_sub(1), row),
        Step::Right => ((column + 1).min(columns.len().saturating_sub(1)), row),
        Step::Up => (column, row.saturating_sub(1)),
        Step::Down => (column, row + 1),
        Step::PageUp => (column, row.saturating_sub(page)),
        Step::PageDown => (column, row + page),
        Step::Top => (column, 0),
        Step::Bottom => (column, usize::MAX),
    };
    let there = columns.get(column).and_then(|found| found.get(row.min(last(column))));
    there.copied().unwrap_or(selected)
}

/// What is known of each technique of each tactic.
pub fn known(app: &App) -> BTreeMap<(String, String), Cell> {
    cells(coverage::hunts(app)).into_iter().collect()
}

/// The number of a technique's hunts, with those that hit behind it once a sweep has looked.
pub fn counts(cell: &Cell, swept: bool) -> String {
    match (cell.rules, swept) {
        (0, _) => String::new(),
        (rules, true) => format!("{rules}:{}", cell.hit),
        (rules, false) => rules.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn items() -> Vec<Item> {
        let item = |choice| Item { left: String::new(), right: String::new(), choice };
        let tactic = |name: &str| item(Choice::Tactic(name.into()));
        let technique = |tactic: &str, name: &str| {
            item(Choice::Technique { tactic: tactic.into(), technique: name.into() })
        };
        vec![
            tactic("InitialAccess"),
            technique("InitialAccess", "T1078"),
            technique("InitialAccess", "T1566"),
            tactic("Execution"),
            tactic("Impact"),
            technique("Impact", "T1486"),
        ]
    }

    #[test]
    fn steps_stay_inside() {
        let items = items();
        assert_eq!(columns(&items), [vec![0, 1, 2], vec![3], vec![4, 5]]);
        let go = |from: usize, step| stepped(&items, from, step, 10);
        assert_eq!([go(0, Step::Down), go(2, Step::Down), go(0, Step::Up)], [1, 2, 0]);
        assert_eq!([go(2, Step::Right), go(3, Step::Right), go(5, Step::Right)], [3, 4, 5]);
        assert_eq!([go(5, Step::Left), go(0, Step::Left), go(0, Step::PageDown)], [3, 0, 2]);
        assert_eq!(stepped(&[], 7, Step::Right, 1), 7);
    }

    #[test]
    fn the_strongest_state_counts() {
        let cell = |rules, runnable, hit| State::of(&Cell { rules, runnable, hit });
        assert_eq!(
            [cell(3, 2, 1), cell(3, 2, 0), cell(3, 0, 0), cell(0, 0, 0)].map(State::sign),
            ['!', '+', '-', ' ']
        );
        assert_eq!(counts(&Cell { rules: 3, runnable: 2, hit: 1 }, true), "3:1");
    }
}
