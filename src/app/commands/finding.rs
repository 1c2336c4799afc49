//! From results to a finding: files over others, what differs between two, and a report of all that is on the table.

use super::charting::export_chart_over;
use super::files::export_over;
use super::panes::palette;
use super::{Command, always, has_chart, has_result, row};
use crate::app::msg::Effect;
use crate::app::{App, diff as difference, report as reporting};

/// In the order of the hint bar.
pub const ROWS: &[Command] = &[
    row(
        "export-chart-over",
        &["export-chart!"],
        "FILE",
        "",
        "As export-chart, over a file that exists.",
        has_chart,
        export_chart_over,
    ),
    row(
        "export-over",
        &["export!"],
        "[raw] FILE",
        "",
        "As export, over a file that exists.",
        has_result,
        export_over,
    ),
    row(
        "diff",
        &["diff"],
        "[RESULT|CLOCK] [by COLUMNS]",
        "",
        "Compares the result with another, or with the query at another clock, such as -1d.",
        has_result,
        diff,
    ),
    row(
        "report",
        &["report"],
        "[TLP] FILE",
        "",
        "Writes the results of all tabs as Markdown or HTML, with triage, indicators and what replays them.",
        always,
        report,
    ),
    row(
        "report-over",
        &["report!"],
        "[TLP] FILE",
        "",
        "As :report, over a file that is there.",
        always,
        report_over,
    ),
];

fn diff(app: &mut App, typed: &str) -> Vec<Effect> {
    difference::start(app, typed)
}

fn report(app: &mut App, typed: &str) -> Vec<Effect> {
    match typed.trim() {
        "" => palette(app, "report finding.html"),
        typed => reporting::start(app, typed, false),
    }
}

fn report_over(app: &mut App, typed: &str) -> Vec<Effect> {
    reporting::start(app, typed, true)
}
