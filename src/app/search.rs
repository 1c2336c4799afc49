//! Looking for a text in a result: rows by the engine, which knows all of them; columns here.

use std::collections::VecDeque;
use std::ops::Range;

use super::columns::Why;
use super::grid::Grid;
use super::msg::{Effect, Find, FoundRow};
use super::{App, NoteKind, text};
use crate::hunt::condition;
use crate::types::ColumnType;

/// What is looked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Search {
    pub text: String,
    /// What was asked and is not answered.
    asked: Option<Find>,
    /// The row was found, and the cell goes to the column when its values are there.
    toward: Option<bool>,
    /// Steps that were asked for meanwhile, and whether each goes forward.
    more: VecDeque<bool>,
}

/// Keys that are held down go no further ahead than this.
const STEPS_AHEAD: usize = 100;

/// The places of a text in another, whatever the case: byte ranges.
pub fn places(text: &str, wanted: &str) -> Vec<Range<usize>> {
    if wanted.is_empty() {
        return Vec::new();
    }
    let wanted: String = wanted.chars().flat_map(char::to_lowercase).collect();
    if text.is_ascii() {
        let folded = text.to_ascii_lowercase();
        return folded.match_indices(&wanted).map(|(at, found)| at..at + found.len()).collect();
    }
    // Folding may change how many bytes and letters there are: each keeps the place of the letter that it is of.
    let (mut folded, mut origins) = (String::with_capacity(text.len()), Vec::with_capacity(text.len() + 1));
    for (at, letter) in text.char_indices() {
        folded.extend(letter.to_lowercase());
        origins.resize(folded.len(), at);
    }
    origins.push(text.len());
    let found = folded.match_indices(&wanted).map(|(at, found)| (at, at + found.len()));
    let whole = |at: usize| at == 0 || origins[at] != origins[at - 1];
    found
        .filter(|(from, to)| whole(*from) && whole(*to))
        .map(|(from, to)| origins[from]..origins[to])
        .collect()
}

/// Begins a search with the cell, which may be the first place.
pub fn begin(app: &mut App, wanted: &str) -> Vec<Effect> {
    let Some(grid) = &mut app.grid else { return Vec::new() };
    if let Some(why) = grid.extent.unfinished("the result can be searched") {
        return app.say(NoteKind::Warning, why);
    }
    grid.search = Some(Search { text: wanted.to_owned(), asked: None, toward: None, more: VecDeque::new() });
    let from = grid.view.row.checked_sub(1);
    ask(app, from, true)
}

/// Goes on in the row, then to another.
pub fn go(app: &mut App, forward: bool) -> Vec<Effect> {
    app.dirty = true;
    let ascii = app.ascii;
    let Some(grid) = &mut app.grid else { return Vec::new() };
    if let Some(search) =
        grid.search.as_mut().filter(|search| search.asked.is_some() || search.toward.is_some())
    {
        // It counts from the place that is being looked for.
        if search.more.len() < STEPS_AHEAD {
            search.more.push_back(forward);
        }
        return Vec::new();
    }
    let columns = columns_with(grid, ascii);
    let shown = grid.view.columns.shown(grid.compiled.columns.len());
    let place = |column: usize| shown.iter().position(|other| *other == column);
    let here = place(grid.view.column);
    let next = match forward {
        true => columns.iter().find(|column| place(**column) > here),
        false => columns.iter().rev().find(|column| place(**column) < here),
    };
    if let Some(column) = next {
        grid.view.column = *column;
        return Vec::new();
    }
    let from = grid.view.row;
    ask(app, Some(from), forward)
}

fn ask(app: &mut App, from: Option<u64>, forward: bool) -> Vec<Effect> {
    let Some(grid) = &mut app.grid else { return Vec::new() };
    let (result, order, filters) = (grid.run, grid.order.clone(), grid.conditions());
    let Some(wanted) = wanted(grid) else { return Vec::new() };
    let Some(search) = &mut grid.search else { return Vec::new() };
    let find = Find { result, order, filters, wanted, from, forward };
    search.asked = Some(find.clone());
    app.say(NoteKind::Plain, "looking...");
    vec![Effect::Find(find)]
}

/// The condition that the rows meet in which it is found: in the columns that are shown.
pub fn wanted(grid: &Grid) -> Option<String> {
    let search = grid.search.as_ref()?;
    let shown = grid.view.columns.shown(grid.compiled.columns.len());
    let columns = shown.iter().filter_map(|at| grid.compiled.columns.get(*at));
    Some(condition::shows(columns, &search.text, &grid.view.zone))
}

pub fn came(app: &mut App, find: &Find, found: Result<FoundRow, String>) -> Vec<Effect> {
    let ascii = app.ascii;
    let Some(grid) = &mut app.grid else { return Vec::new() };
    let Some(search) = grid.search.as_mut().filter(|search| search.asked.as_ref() == Some(find)) else {
        return Vec::new();
    };
    search.asked = None;
    let wanted = text::shown(&search.text, ascii).into_owned();
    let found = match found {
        Ok(found) => found,
        Err(why) => {
            search.more.clear();
            let said = format!("the result cannot be searched: {}", text::shown(&why, ascii));
            return app.say(NoteKind::Error, said);
        }
    };
    let names = named(grid, ascii);
    let Some(row) = found.row else {
        if let Some(search) = &mut grid.search {
            search.more.clear();
        }
        let Some(column) = names.first() else {
            let hidden = (grid.view.columns.hidden() + grid.view.columns.aside(Why::Same)) as u64;
            let less = match hidden {
                0 => String::new(),
                hidden => format!("; {} not looked at, + shows them", text::count(hidden, "hidden column")),
            };
            let said = format!("'{wanted}' is nowhere in the result{less}");
            return app.say(NoteKind::Warning, said);
        };
        grid.view.column = *column;
        return app.say(NoteKind::Plain, format!("'{wanted}' is in no row, only in the name of the column"));
    };
    search_to(grid, row, find.forward);
    let (place, total) = (text::thousands(found.place), text::count(found.total, "row"));
    let wrapped = match (found.wrapped, find.forward) {
        (true, true) => "; on from the first row",
        (true, false) => "; on from the last row",
        (false, _) => "",
    };
    let also = match names.len() as u64 {
        0 => String::new(),
        count => format!("; also in {}", text::count(count, "column name")),
    };
    app.say(NoteKind::Plain, format!("'{wanted}': {place} of {total}{also}{wrapped}"));
    settle(app)
}

fn search_to(grid: &mut Grid, row: u64, forward: bool) {
    grid.view.row = row;
    if let Some(search) = &mut grid.search {
        search.toward = Some(forward);
    }
}

/// Moves the cell to the column of a row that was found, once its values are at hand; then does the next step.
pub fn settle(app: &mut App) -> Vec<Effect> {
    let ascii = app.ascii;
    let Some(grid) = &mut app.grid else { return Vec::new() };
    let Some(forward) = grid.search.as_ref().and_then(|search| search.toward) else { return Vec::new() };
    if !grid.settled() || grid.current().is_none() {
        return Vec::new();
    }
    let columns = columns_with(grid, ascii);
    let column = if forward { columns.first() } else { columns.last() };
    if let Some(column) = column {
        grid.view.column = *column;
    }
    let next = grid.search.as_mut().and_then(|search| {
        search.toward = None;
        search.more.pop_front()
    });
    next.map(|forward| go(app, forward)).unwrap_or_default()
}

/// What was asked for does not come any more.
pub fn forget(grid: &mut Grid) {
    if let Some(search) = &mut grid.search {
        (search.asked, search.toward) = (None, None);
        search.more.clear();
    }
}

/// The columns of the row that show what is looked for, as they stand.
fn columns_with(grid: &Grid, ascii: bool) -> Vec<usize> {
    let (Some(search), Some(row)) = (&grid.search, grid.current()) else { return Vec::new() };
    let shows = |at: &usize| {
        let shown = row.get(*at).map(|value| text::cell_in(value, &grid.view.zone, ascii));
        shown.is_some_and(|shown| !places(&shown, &search.text).is_empty())
    };
    grid.view.columns.shown(grid.compiled.columns.len()).into_iter().filter(shows).collect()
}

/// The columns whose name has what is looked for.
fn named(grid: &Grid, ascii: bool) -> Vec<usize> {
    let Some(search) = &grid.search else { return Vec::new() };
    let name = |column: &ColumnType| text::shown(&column.name, ascii).into_owned();
    let has = |at: &usize| {
        let column = grid.compiled.columns.get(*at);
        column.is_some_and(|column| !places(&name(column), &search.text).is_empty())
    };
    grid.view.columns.shown(grid.compiled.columns.len()).into_iter().filter(has).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_found_whatever_the_case() {
        assert_eq!(places("Mail MAIL mäil", "mail"), [0..4, 5..9]);
        // A letter that is two in lower case.
        assert_eq!(places("İ MAIL i̇ mail", "mail"), [3..7, 12..16]);
        assert_eq!(places("İ MAIL i̇", "i̇"), [0..2, 8..11]);
        assert!(places("", "x").is_empty() && places("x", "").is_empty());
    }
}
