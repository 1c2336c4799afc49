//! Which columns of a table are shown, in which order, how wide, and which stay while others scroll.
//! Knows numbers of columns only; the rows are the same whatever is shown of them.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

/// A column is no wider than this while others want room.
const COLUMN_MAX: usize = 40;
/// Frozen columns leave this part of the view to the others.
const FREE_PART: usize = 3;
/// A frozen column that would get less than this scrolls with the others.
const FROZEN_MIN: usize = 6;

/// How the columns of a table are arranged. By default all of them in their own order.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Columns {
    /// Every column, in the order in which they are shown; empty for their own order.
    order: Vec<usize>,
    /// How many at the start of `order` stay while the others scroll.
    frozen: usize,
    hidden: BTreeSet<usize>,
    /// Those that have no value in any row, while they are set aside for that. Of other rows it says nothing.
    #[serde(skip)]
    empty: BTreeSet<usize>,
    /// The reader wants to see them.
    empty_shown: bool,
    /// Those that have the same value in every row, while they are set aside for that.
    #[serde(skip)]
    same: BTreeSet<usize>,
    /// The reader wants them out of the way.
    same_aside: bool,
    /// Widths that were chosen.
    widths: BTreeMap<usize, usize>,
    /// The one whose values color the rows.
    painting: Option<usize>,
}

/// Why columns that nobody hid are not shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Why {
    /// No row has a value there.
    Empty,
    /// All rows have the same value there.
    Same,
}

/// A column in a view: which, where it begins, how wide it is.
pub type Placed = (usize, usize, usize);

impl Columns {
    /// The columns that are shown of `count`, in order.
    pub fn shown(&self, count: usize) -> Vec<usize> {
        let shown =
            |at: &usize| !self.hidden.contains(at) && !self.empty.contains(at) && !self.same.contains(at);
        self.ordered(count).into_iter().filter(shown).collect()
    }

    fn ordered(&self, count: usize) -> Vec<usize> {
        if self.order.len() == count { self.order.clone() } else { (0..count).collect() }
    }

    pub fn hidden(&self) -> usize {
        self.hidden.iter().filter(|at| !self.empty.contains(at) && !self.same.contains(at)).count()
    }

    /// Whether a column is set aside for having no value.
    pub fn is_empty(&self, column: usize) -> bool {
        self.empty.contains(&column)
    }

    /// How many columns are set aside; one without a value counts as such.
    pub fn aside(&self, why: Why) -> usize {
        match why {
            Why::Empty => self.empty.len(),
            Why::Same => self.same.difference(&self.empty).count(),
        }
    }

    pub fn is_frozen(&self, column: usize) -> bool {
        self.order.iter().take(self.frozen).any(|at| *at == column)
    }

    pub fn hide(&mut self, column: usize) {
        self.hidden.insert(column);
    }

    pub fn unhide(&mut self, column: usize) {
        self.hidden.remove(&column);
        self.empty.remove(&column);
        self.same.remove(&column);
    }

    pub fn unhide_all(&mut self) {
        self.hidden.clear();
        self.show_aside(Why::Empty);
        self.show_aside(Why::Same);
    }

    /// Leaves these out of what is shown.
    pub fn set_aside(&mut self, why: Why, columns: BTreeSet<usize>) {
        match why {
            Why::Empty => (self.empty, self.empty_shown) = (columns, false),
            Why::Same => (self.same, self.same_aside) = (columns, true),
        }
    }

    /// Shows those that were set aside, and leaves them shown.
    pub fn show_aside(&mut self, why: Why) {
        match why {
            Why::Empty => (self.empty, self.empty_shown) = (BTreeSet::new(), true),
            Why::Same => (self.same, self.same_aside) = (BTreeSet::new(), false),
        }
    }

    /// Whether columns of this kind are to be set aside, as far as there are such; empty ones only where there is
    /// no room for them.
    pub fn sets_aside(&self, why: Why) -> bool {
        match why {
            Why::Empty => !self.empty_shown,
            Why::Same => self.same_aside,
        }
    }

    /// Other rows came: what was empty or the same may not be.
    pub fn forget_aside(&mut self) {
        self.empty.clear();
        self.same.clear();
    }

    /// Without what the reader hid: what is set aside is not hidden from copies.
    pub fn wanted(&self, count: usize) -> Vec<usize> {
        self.ordered(count).into_iter().filter(|at| !self.hidden.contains(at)).collect()
    }

    /// The column whose values color the rows.
    pub fn painting(&self) -> Option<usize> {
        self.painting
    }

    /// Colors the rows by a column's values, or no longer.
    pub fn toggle_painting(&mut self, column: usize) {
        self.painting = (self.painting != Some(column)).then_some(column);
    }

    /// Lets a column stay at the left edge behind those that do, or scroll again.
    pub fn toggle_freeze(&mut self, column: usize, count: usize) {
        self.order = self.ordered(count);
        let Some(at) = self.order.iter().position(|other| *other == column) else { return };
        self.order.remove(at);
        if at < self.frozen {
            self.frozen -= 1;
            self.order.insert(self.frozen, column);
        } else {
            self.order.insert(self.frozen, column);
            self.frozen += 1;
        }
    }

    /// Changes places with the shown column beside it. False at an edge, and between what stays and what scrolls.
    pub fn shift(&mut self, column: usize, count: usize, right: bool) -> bool {
        let shown = self.shown(count);
        let beside = shown.iter().position(|other| *other == column).and_then(|at| match right {
            true => shown.get(at + 1),
            false => shown.get(at.checked_sub(1)?),
        });
        let Some(beside) = beside.filter(|other| self.is_frozen(**other) == self.is_frozen(column)) else {
            return false;
        };
        self.order = self.ordered(count);
        let place = |wanted: usize| self.order.iter().position(|other| *other == wanted);
        if let (Some(one), Some(other)) = (place(column), place(*beside)) {
            self.order.swap(one, other);
        }
        true
    }

    /// `None` leaves the width to what the column holds.
    pub fn set_width(&mut self, column: usize, width: Option<usize>) {
        match width {
            Some(width) => self.widths.insert(column, width.max(1)),
            None => self.widths.remove(&column),
        };
    }

    pub fn chosen_width(&self, column: usize) -> Option<usize> {
        self.widths.get(&column).copied()
    }

    /// The columns in a view of this width: those that stay, then the others from the `left`th on. The last
    /// is cut at the edge only when it is the only one; what room is left goes to columns that want it.
    pub fn placed(&self, wanted: &[usize], left: usize, width: usize) -> Vec<Placed> {
        let shown = self.shown(wanted.len());
        let mut placed = self.staying(&shown, wanted, width);
        let stay = placed.len();
        let mut used: usize = placed.iter().map(|(_, wide)| wide + 1).sum();
        for at in shown.iter().skip(stay + left) {
            let wide = self.width(*at, wanted);
            if used + wide > width && placed.len() > stay {
                break;
            }
            placed.push((*at, wide.min(width.saturating_sub(used))));
            used += wide + 1;
        }
        let mut spare = (width + 1).saturating_sub(used);
        for (at, wide) in placed.iter_mut().filter(|(at, _)| !self.widths.contains_key(at)) {
            let more = wanted[*at].saturating_sub(*wide).min(spare);
            *wide += more;
            spare -= more;
        }
        let mut start = 0;
        let mut begin = |wide: usize| {
            start += wide + 1;
            start - wide - 1
        };
        placed.into_iter().map(|(at, wide)| (at, begin(wide), wide)).collect()
    }

    /// How many of the frozen columns there is room for, so that others can be seen beside them.
    pub fn stay(&self, wanted: &[usize], width: usize) -> usize {
        self.staying(&self.shown(wanted.len()), wanted, width).len()
    }

    fn staying(&self, shown: &[usize], wanted: &[usize], width: usize) -> Vec<(usize, usize)> {
        let mut room = width - width / FREE_PART;
        let mut staying = Vec::new();
        for at in shown.iter().take_while(|at| self.is_frozen(**at)) {
            let wide = self.width(*at, wanted).min(room.saturating_sub(1));
            if wide < FROZEN_MIN.min(self.width(*at, wanted)) || wide == 0 {
                break;
            }
            staying.push((*at, wide));
            room -= wide + 1;
        }
        staying
    }

    fn width(&self, column: usize, wanted: &[usize]) -> usize {
        self.chosen_width(column).unwrap_or_else(|| wanted[column].min(COLUMN_MAX))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(placed: &[Placed]) -> Vec<usize> {
        placed.iter().map(|(at, ..)| *at).collect()
    }

    #[test]
    fn frozen_columns_stay_and_the_others_scroll_beside_them() {
        let wanted = [10; 200];
        let mut columns = Columns::default();
        columns.toggle_freeze(7, 200);
        columns.toggle_freeze(3, 200);
        let placed = columns.placed(&wanted, 50, 78);
        assert_eq!(at(&placed), [7, 3, 52, 53, 54, 55, 56]);
        assert_eq!(placed[2], (52, 22, 10));
        columns.toggle_freeze(7, 200);
        assert_eq!(at(&columns.placed(&wanted, 0, 33)), [3, 7, 0]);
    }

    #[test]
    fn frozen_columns_never_take_the_whole_view() {
        let wanted = [40; 10];
        let mut columns = Columns::default();
        for column in 0..10 {
            columns.toggle_freeze(column, 10);
        }
        let placed = columns.placed(&wanted, 0, 78);
        assert_eq!(at(&placed), [0, 1, 2]);
        assert!(placed.iter().all(|(_, start, wide)| start + wide <= 78), "{placed:?}");
        // Every column can be reached.
        assert_eq!(at(&columns.placed(&wanted, 7, 78)), [0, 1, 9]);
    }

    #[test]
    fn hidden_columns_come_back_to_their_places() {
        let mut columns = Columns::default();
        columns.hide(1);
        columns.set_aside(Why::Empty, [1, 2].into());
        assert_eq!(columns.shown(4), [0, 3]);
        assert_eq!((columns.hidden(), columns.aside(Why::Empty)), (0, 2));
        columns.set_aside(Why::Same, [2, 3].into());
        assert_eq!((columns.shown(4), columns.aside(Why::Same)), (vec![0], 1));
        columns.show_aside(Why::Same);
        assert!(columns.shift(0, 4, true));
        assert_eq!(columns.shown(4), [3, 0]);
        columns.unhide(2);
        assert_eq!(columns.shown(4), [3, 2, 0]);
        columns.unhide_all();
        assert_eq!(columns.shown(4), [3, 1, 2, 0]);
        assert!(!columns.shift(0, 4, true) && !columns.shift(3, 4, false));
    }

    #[test]
    fn a_width_is_kept_as_it_was_chosen() {
        let mut columns = Columns::default();
        columns.set_width(0, Some(5));
        assert_eq!(columns.placed(&[100, 10], 0, 78), [(0, 0, 5), (1, 6, 10)]);
        columns.set_width(0, Some(60));
        assert_eq!(columns.placed(&[100, 10], 0, 78), [(0, 0, 60), (1, 61, 10)]);
        columns.set_width(0, None);
        assert_eq!(columns.placed(&[100, 10], 0, 78), [(0, 0, 67), (1, 68, 10)]);
    }
}
