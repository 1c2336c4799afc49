//! Columns of the result: which are shown, where, how wide. Each change can be undone.

use super::nothing;
use super::panes::palette;
use crate::app::columns::{Columns, Why};
use crate::app::grid::Grid;
use crate::app::layout::{self, Part};
use crate::app::msg::Effect;
use crate::app::{App, NoteKind, aside, text};

/// No column is made wider, so that no width is a mistake in typing.
const WIDTH_MAX: usize = 2_000;

fn change<T>(app: &mut App, change: impl FnOnce(&mut Grid) -> T) -> Option<T> {
    app.dirty = true;
    app.grid.as_mut().map(|grid| grid.change(change))
}

pub fn freeze(app: &mut App, _: &str) -> Vec<Effect> {
    let room = layout::table_width(layout::layout(app).inner(Part::Grid));
    let stays = change(app, |grid| {
        let (column, count) = (grid.view.column, grid.compiled.columns.len());
        grid.view.columns.toggle_freeze(column, count);
        let (columns, widths) = (&grid.view.columns, &grid.view.widths);
        let stay = columns.shown(count).into_iter().take(columns.stay(widths, room));
        !columns.is_frozen(column) || room == 0 || stay.into_iter().any(|other| other == column)
    });
    match stays {
        Some(false) => app.say(NoteKind::Warning, "there is no room for it to stay; it does once there is"),
        Some(true) | None => nothing(),
    }
}

/// Colors the rows by the values of the column, or no longer.
pub fn paint(app: &mut App, _: &str) -> Vec<Effect> {
    change(app, |grid| grid.view.columns.toggle_painting(grid.view.column));
    nothing()
}

pub fn hide(app: &mut App, _: &str) -> Vec<Effect> {
    let Some(grid) = &app.grid else { return nothing() };
    if grid.view.columns.shown(grid.compiled.columns.len()).len() < 2 {
        return app.say(NoteKind::Warning, "the last column stays; + brings the others back");
    }
    change(app, |grid| grid.view.columns.hide(grid.view.column));
    nothing()
}

/// Brings back the columns that are hidden, or the one that is named.
pub fn unhide(app: &mut App, typed: &str) -> Vec<Effect> {
    if typed.is_empty() {
        change(app, |grid| grid.view.columns.unhide_all());
        // What was said of hidden ones is no longer true.
        return app.say(NoteKind::Plain, "all columns are shown");
    }
    reveal(app, typed)
}

/// Goes to the named column, and brings it back where it is hidden.
fn reveal(app: &mut App, typed: &str) -> Vec<Effect> {
    match named(app, typed) {
        Ok(column) => {
            change(app, |grid| {
                grid.view.columns.unhide(column);
                grid.view.column = column;
            });
            nothing()
        }
        Err(effects) => effects,
    }
}

pub fn move_left(app: &mut App, _: &str) -> Vec<Effect> {
    shift(app, false)
}

pub fn move_right(app: &mut App, _: &str) -> Vec<Effect> {
    shift(app, true)
}

fn shift(app: &mut App, right: bool) -> Vec<Effect> {
    let moved = change(app, |grid| {
        let (column, count) = (grid.view.column, grid.compiled.columns.len());
        let frozen = grid.view.columns.is_frozen(column);
        (grid.view.columns.shift(column, count, right), frozen)
    });
    let said = match moved {
        Some((false, true)) if right => "a frozen column stays left of those that scroll; ! lets it scroll",
        Some((false, false)) if !right => "the column is left of all that scroll; ! freezes it",
        Some((false, _)) => "the column is at the edge",
        Some((true, _)) | None => return nothing(),
    };
    app.say(NoteKind::Plain, said)
}

/// Shows the whole of what the column holds as far as it is at hand, or no more than usual again.
pub fn widen(app: &mut App, _: &str) -> Vec<Effect> {
    let room = layout::table_width(layout::layout(app).inner(Part::Grid));
    change(app, |grid| {
        let column = grid.view.column;
        let wanted = grid.view.widths.get(column).copied().unwrap_or(1).min(room.max(1));
        let width = grid.view.columns.chosen_width(column).is_none().then_some(wanted);
        grid.view.columns.set_width(column, width);
    });
    nothing()
}

pub fn width(app: &mut App, typed: &str) -> Vec<Effect> {
    if typed.is_empty() {
        return palette(app, "width ");
    }
    let width = match (typed, typed.parse::<usize>()) {
        ("auto", _) => None,
        (_, Ok(width @ 1..=WIDTH_MAX)) => Some(width),
        _ => {
            let said = format!("a width is a number from 1 to {WIDTH_MAX}, or auto");
            return app.say(NoteKind::Warning, said);
        }
    };
    change(app, |grid| grid.view.columns.set_width(grid.view.column, width));
    nothing()
}

/// Asks which columns have no value in any row, or shows those that are hidden for that.
pub fn hide_empty(app: &mut App, _: &str) -> Vec<Effect> {
    aside::toggle(app, Why::Empty)
}

/// Asks which columns have the same value in every row, or shows those that are set aside for that.
pub fn hide_same(app: &mut App, _: &str) -> Vec<Effect> {
    aside::toggle(app, Why::Same)
}

pub fn first_column(app: &mut App, _: &str) -> Vec<Effect> {
    to_edge(app, false)
}

pub fn last_column(app: &mut App, _: &str) -> Vec<Effect> {
    to_edge(app, true)
}

fn to_edge(app: &mut App, last: bool) -> Vec<Effect> {
    if let Some(grid) = &mut app.grid {
        grid.view.to_edge(last);
    }
    app.dirty = true;
    nothing()
}

/// Goes to a column by its name or the beginning of it; one that is hidden comes back.
pub fn column(app: &mut App, typed: &str) -> Vec<Effect> {
    if typed.is_empty() {
        return palette(app, "column ");
    }
    reveal(app, typed)
}

/// The column of this name; else the first that begins with it, else that has it, whatever the case.
fn named(app: &mut App, typed: &str) -> Result<usize, Vec<Effect>> {
    let found = app.grid.as_ref().and_then(|grid| {
        let wanted = typed.to_lowercase();
        let find =
            |fits: &dyn Fn(&str) -> bool| grid.compiled.columns.iter().position(|column| fits(&column.name));
        find(&|name| name == typed)
            .or_else(|| find(&|name| name.to_lowercase().starts_with(&wanted)))
            .or_else(|| find(&|name| name.to_lowercase().contains(&wanted)))
    });
    found.ok_or_else(|| {
        let said = format!("the result has no column '{}'", text::shown(typed, app.ascii));
        app.say(NoteKind::Warning, said)
    })
}

/// Every column as it came, in its own order and width.
pub fn columns_as_they_came(app: &mut App, _: &str) -> Vec<Effect> {
    change(app, |grid| {
        grid.view.columns = Columns::default();
        grid.view.columns.show_aside(Why::Empty);
    });
    nothing()
}

/// Takes the last change of columns, order or filters back.
pub fn undo_view(app: &mut App, _: &str) -> Vec<Effect> {
    app.dirty = true;
    match app.grid.as_mut().map(Grid::undo) {
        Some(false) => app.say(NoteKind::Plain, "the result looks as it came"),
        Some(true) | None => nothing(),
    }
}
