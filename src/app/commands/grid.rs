//! What can be done with a result in the grid: a row each.

use super::columns::{
    column, columns_as_they_came, first_column, freeze, hide, hide_empty, hide_same, last_column, move_left,
    move_right, paint, undo_view, unhide, widen, width,
};
use super::copying::{copy_as, copy_cell, copy_column, copy_defanged, copy_list, copy_row};
use super::filters::{
    duplicates, filter, filter_drop, filter_edit, filter_equal, filter_found, filter_has, filter_not,
    filters, filters_toggle, filters_write,
};
use super::running::{sort, sort_more};
use super::searching::{search, search_end, search_next, search_previous};
use super::values::{statistics, values};
use super::{Command, has_result, row};
use crate::app::App;

/// In the order of the hint bar.
pub const ROWS: &[Command] = &[
    row(
        "sort",
        &["sort"],
        "",
        "sort",
        "Sorts by the column: one way, the other way, not at all.",
        has_result,
        sort,
    ),
    row(
        "sort-more",
        &["sort-more"],
        "",
        "",
        "Sorts rows that are equal so far by the column too; again, the other way, not by it.",
        has_result,
        sort_more,
    ),
    row("copy-cell", &[], "", "copy", "Copies the cell.", has_cell, copy_cell),
    row("copy-row", &[], "", "", "Copies the row as JSON.", has_cell, copy_row),
    row("copy-column", &[], "", "", "Copies the column, a value a line.", has_cell, copy_column),
    row("copy-list", &[], "", "", "Copies the column as a list of KQL.", has_cell, copy_list),
    row("copy-defanged", &[], "", "", "Copies the cell so that nothing opens it.", has_cell, copy_defanged),
    row(
        "copy",
        &["copy"],
        "cell|row|column|list [defanged]",
        "",
        "Copies to the clipboard and to clip.txt; defanged, so that nothing opens it.",
        has_cell,
        copy_as,
    ),
    row(
        "search",
        &["search"],
        "TEXT",
        "",
        "Looks for a text in all rows and column names.",
        has_result,
        search,
    ),
    row("search-next", &[], "", "", "Goes to the next place of what is looked for.", has_search, search_next),
    row("search-previous", &[], "", "", "Goes to the place before.", has_search, search_previous),
    row("search-end", &["nosearch"], "", "", "Ends the search.", has_search, search_end),
    row(
        "filter",
        &["filter"],
        "CONDITION",
        "",
        "Keeps the rows that meet a condition of KQL.",
        has_result,
        filter,
    ),
    row(
        "filter-equal",
        &[],
        "",
        "filter",
        "Keeps the rows with the value of the cell.",
        has_cell,
        filter_equal,
    ),
    row("filter-not", &[], "", "", "Leaves out the rows with the value of the cell.", has_cell, filter_not),
    row(
        "filter-has",
        &[],
        "",
        "",
        "Begins a filter for rows that have the cell's text.",
        has_cell,
        filter_has,
    ),
    row(
        "filter-edit",
        &[],
        "",
        "",
        "Begins a filter on the column, to be typed to its end.",
        has_cell,
        filter_edit,
    ),
    row(
        "filter-found",
        &[],
        "",
        "",
        "Keeps the rows that show what is looked for.",
        has_search,
        filter_found,
    ),
    row("filter-drop", &["filter-drop"], "", "", "Drops the last filter.", has_filters, filter_drop),
    row(
        "filters-toggle",
        &["filters-toggle"],
        "",
        "",
        "Turns all filters off, or on.",
        has_filters,
        filters_toggle,
    ),
    row(
        "filters",
        &["filters"],
        "",
        "",
        "Lists the filters, to turn them off or drop them.",
        has_filters,
        filters,
    ),
    row(
        "filters-write",
        &["where"],
        "",
        "",
        "Writes the filters that are on into the query.",
        has_filters,
        filters_write,
    ),
    row(
        "duplicates",
        &["duplicates"],
        "",
        "",
        "Shows rows that are equal in all columns shown once, or all of them again.",
        has_result,
        duplicates,
    ),
    row("values", &["values"], "", "values", "Shows the commonest values of the column.", has_result, values),
    row("statistics", &["stats"], "", "", "Shows the statistics of the column.", has_result, statistics),
    row(
        "freeze",
        &["freeze"],
        "",
        "",
        "Lets the column stay at the left, or scroll again.",
        has_result,
        freeze,
    ),
    row(
        "paint",
        &["paint"],
        "",
        "",
        "Colors the rows by the values of the column, each value alike wherever it is; again, no longer.",
        has_result,
        paint,
    ),
    row("hide", &["hide"], "", "", "Hides the column.", has_result, hide),
    row("unhide", &["unhide"], "[COLUMN]", "", "Shows hidden columns again.", has_result, unhide),
    row(
        "hide-empty",
        &["hide-empty"],
        "",
        "",
        "Hides columns without a value in any row, or shows them again.",
        has_result,
        hide_empty,
    ),
    row(
        "hide-same",
        &["hide-same"],
        "",
        "",
        "Sets columns aside that have one value in all rows, and says it, or shows them again.",
        has_result,
        hide_same,
    ),
    row("move-left", &["move-left"], "", "", "Moves the column to the left.", has_result, move_left),
    row("move-right", &["move-right"], "", "", "Moves the column to the right.", has_result, move_right),
    row("widen", &[], "", "", "Shows the column in full width, or as usual again.", has_result, widen),
    row("width", &["width"], "NUMBER|auto", "", "Sets the width of the column.", has_result, width),
    row("column", &["column", "col"], "NAME", "", "Goes to a column.", has_result, column),
    row(
        "columns-reset",
        &["columns"],
        "",
        "",
        "Shows all columns in their own order and width.",
        has_result,
        columns_as_they_came,
    ),
    row("first-column", &[], "", "", "Goes to the first column.", has_result, first_column),
    row("last-column", &[], "", "", "Goes to the last column.", has_result, last_column),
    row(
        "undo-view",
        &["undo-view"],
        "",
        "",
        "Takes back the last change of columns, order or filters.",
        has_result,
        undo_view,
    ),
];

fn has_cell(app: &App) -> bool {
    app.grid.as_ref().is_some_and(|grid| grid.current().is_some())
}

fn has_filters(app: &App) -> bool {
    app.grid.as_ref().is_some_and(|grid| !grid.filters.is_empty())
}

fn has_search(app: &App) -> bool {
    app.grid.as_ref().is_some_and(|grid| grid.search.is_some())
}
