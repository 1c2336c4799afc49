//! Tabs, kept results, lines of a record, the zone of times: a row each.

use super::records::{copy_path, copy_value, drop_value, keep_value, value_has};
use super::results::{kept, result};
use super::running::zone;
use super::tabs::{close_tab, new_tab, next_tab, previous_tab, reopen_tab};
use super::{Command, always, has_record, row};

/// In the order of the hint bar.
pub const ROWS: &[Command] = &[
    row("copy-value", &[], "", "value", "Copies the value of the line.", has_record, copy_value),
    row(
        "copy-path",
        &[],
        "",
        "path",
        "Copies the KQL that gives the line, such as Raw.Item[0].Name.",
        has_record,
        copy_path,
    ),
    row(
        "keep-value",
        &[],
        "",
        "filter",
        "Keeps the rows that have this value there.",
        has_record,
        keep_value,
    ),
    row("drop-value", &[], "", "", "Leaves out the rows that have this value there.", has_record, drop_value),
    row(
        "value-has",
        &[],
        "",
        "",
        "Begins a filter for rows that have this text there.",
        has_record,
        value_has,
    ),
    row("kept-result", &[], "", "", "Shows a kept result, by its place among them.", always, kept),
    row("result", &["result"], "NAME", "", "Shows a kept result, such as Result3 or Last.", always, result),
    row(
        "zone",
        &["tz"],
        "ZONE",
        "",
        "Shows times as they are in a zone, such as Europe/Berlin.",
        always,
        zone,
    ),
    row("new-tab", &["new"], "", "", "Opens a query tab.", always, new_tab),
    row(
        "next-tab",
        &["tabn", "tab"],
        "[N]",
        "",
        "Goes to the next query tab, or to tab N.",
        always,
        next_tab,
    ),
    row("previous-tab", &["tabp"], "", "", "Goes to the query tab before.", always, previous_tab),
    row("close-tab", &["close"], "", "", "Closes the query tab; its result stays kept.", always, close_tab),
    row("reopen-tab", &["reopen"], "", "", "Opens the tab that was closed last.", always, reopen_tab),
];
