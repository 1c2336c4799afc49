//! A query that runs: it is stopped, asks the data, or keeps the screen's own questions waiting.

use super::*;

#[test]
fn a_query_is_stopped_at_once_and_the_next_one_runs() {
    let mut terminal = Terminal::ready(Setup::default());
    terminal.send(ENDLESS);
    terminal.send(F5);
    terminal.wait("Ctrl-C stops it");
    terminal.wait("running 1");
    // An old result, keys and all still work: the pane is edited while the query runs.
    terminal.send("x");
    terminal.wait("sum(a * b)x");
    terminal.send(CTRL_C);
    terminal.wait("cancelled after");
    terminal.send("\x15print Word = strcat('wood', 'lark')");
    terminal.send(F5);
    terminal.wait("1 row ");
    terminal.wait("woodlark");
}

#[test]
fn rows_that_have_come_are_counted_while_a_query_runs_and_stay_when_it_is_stopped() {
    let mut terminal = Terminal::ready(Setup::default());
    // Some rows at once, and never another.
    let text =
        "range N from 1 to 1000000000000 step 1 | where N <= 50000 or hash_sha256(tostring(N)) == 'none'";
    terminal.send(&paste(text));
    terminal.send(F5);
    terminal.wait("first 500 rows, more to come");
    terminal.wait("50,000+ rows so far");
    terminal.send(CTRL_O);
    terminal.send("G");
    terminal.wait("row 500/500+");
    terminal.send("s");
    terminal.wait(": the result can be sorted once the query is done");
    terminal.send(CTRL_C);
    terminal.wait("stopped at 50,000 rows, the first 500 are here");
    terminal.wait_until("the count goes", |screen| !screen.contains("rows so far"));
    terminal.send("V");
    terminal.wait("stopped");
    terminal.send("\r");
    terminal.wait("─ Record 500 ");
    terminal.wait("N 500");
    terminal.send("\x1b");
    terminal.send(":export rows.csv\r");
    terminal.settle();
    assert!(!terminal.file("rows.csv").exists(), "{}", terminal.screen());
}

#[test]
fn a_run_that_is_stopped_before_its_first_row_leaves_the_older_result() {
    let mut terminal = Terminal::ready(Setup::default());
    terminal.send("print Word = strcat('wood', 'lark')");
    terminal.send(F5);
    terminal.wait("1 row ");
    terminal.send(&format!("\x15{ENDLESS}"));
    terminal.send(F5);
    terminal.wait("(of the run before)");
    terminal.send(CTRL_C);
    terminal.wait("cancelled after");
    terminal.wait_until("the mark goes", |screen| !screen.contains("(of the run before)"));
    terminal.wait("woodlark");
}

#[test]
fn a_plugin_asks_the_data_without_holding_the_screen() {
    let mut terminal = Terminal::ready(Setup::default());
    terminal.send(&format!("{ENDLESS} | project d = bag_pack('n', sum_) | evaluate bag_unpack(d)"));
    terminal.send(F5);
    terminal.wait("Ctrl-C stops it");
    terminal.send("x");
    terminal.wait("bag_unpack(d)x");
    terminal.send(CTRL_C);
    terminal.wait("cancelled after");
    terminal.send("\x15print d = dynamic({'Port': 8443}) | evaluate bag_unpack(d) | where Port > 1");
    terminal.send(F5);
    terminal.wait("1 row ");
    terminal.wait("8443");
}

#[test]
fn a_long_plan_does_not_hold_the_next_query() {
    let mut terminal = Terminal::ready(Setup::default());
    // DuckDB folds constants while it plans, and looks for no interrupt meanwhile.
    terminal.send("print array_length(array_sort_asc(range(0, 3000000, 1)))");
    terminal.send(F5);
    thread::sleep(Duration::from_millis(300));
    terminal.send(CTRL_C);
    terminal.wait_until("an end", |screen| screen.contains("cancelled") || screen.contains("row "));
    terminal.send("\x15print Word = strcat('wood', 'lark')");
    terminal.send(F5);
    terminal.wait("woodlark");
}
