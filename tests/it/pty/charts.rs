//! Charts: a range of the axis into the query, and the drawing into a file.

use std::fs;

use super::{CTRL_Q, F3, F5, F8};
use crate::terminal::{Setup, Terminal};

const LEFT: &str = "\x1b[D";
const END: &str = "\x1b[F";

#[test]
fn a_range_goes_into_the_query_and_the_chart_into_a_file() {
    let mut terminal = Terminal::ready(Setup::default());
    terminal.send(F3);
    terminal.wait("Shipped hunts");
    terminal.send("\r");
    terminal.wait("F5 runs it");
    terminal.send(F5);
    terminal.wait("max 19 on 05-12");
    terminal.send(F8);
    terminal.settle();
    terminal.send(F8);
    terminal.send(END);
    terminal.wait("2026-05-14  ");
    terminal.send("B");
    terminal.send(LEFT);
    terminal.send(LEFT);
    terminal.wait("2026-05-12 .. 2026-05-14");
    terminal.send("f");
    terminal.wait("3 of 21 rows");
    terminal.send("|");
    terminal.wait("Timestamp between (datetime(2026-05-12T00:00:00Z) .. datetime(");
    terminal.send(F5);
    terminal.wait("3 rows");

    let file = terminal.home.path().join("trend.svg");
    terminal.settle();
    terminal.send(":");
    terminal.send(&format!("export-chart {}\r", file.display()));
    terminal.wait("chart to ");
    let drawn = fs::read_to_string(&file).expect("is there");
    assert!(drawn.starts_with("<svg ") && drawn.contains("Quarantine Releases by Day"), "{drawn}");
    terminal.send(CTRL_Q);
    assert_eq!(terminal.end().exit_code(), 0);
}
