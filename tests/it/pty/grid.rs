//! The grid on real results: what is filtered, sorted, looked for and told is asked of the engine.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use super::{CTRL_O, CTRL_Q, F5, paste};
use crate::terminal::{Setup, Terminal};

/// The query has run, and the keys go to its result.
fn on_result(query: &str, size: (u16, u16), rows: &str) -> Terminal {
    let mut terminal = Terminal::ready(Setup { size, ..Setup::default() });
    terminal.send(&paste(query));
    terminal.send(F5);
    terminal.wait(rows);
    terminal.send(CTRL_O);
    terminal
}

/// A million rows; of 7 kinds, in 1,000 groups, one value in three missing.
const MILLION: &str = "range N from 1 to 1000000 step 1 \
    | extend Kind = strcat('kind ', N % 7), Group = N % 1000, Part = iff(N % 3 == 0, long(null), N), Nothing = ''";

#[test]
fn a_result_is_filtered_by_its_cells_and_the_filters_become_the_query() {
    let mut terminal = on_result(MILLION, (120, 40), "1,000,000 rows");
    terminal.send("lf");
    terminal.wait("142,858 of 1,000,000 rows");
    terminal.wait("[Kind == \"kind 1\"]");
    terminal.send(":filter Group between (10 .. 12)\r");
    terminal.wait("429 of 1,000,000 rows");
    terminal.send(":filter Group + Nope == 1\r");
    terminal.wait("no filter: unknown column 'Nope'");
    terminal.send(":filter N > 1) | take (5\r");
    terminal.wait("no filter: it is more than one condition");
    terminal.send(":filter Part == 1 or isnull(Part)\r");
    terminal.wait("143 of 1,000,000 rows");
    terminal.send("|");
    terminal.wait("3 filters written into the query");
    terminal.send(F5);
    terminal.wait("Result2  143 rows");
    terminal.send(CTRL_Q);
    assert_eq!(terminal.end().exit_code(), 0);
}

#[test]
fn a_text_is_found_wherever_it_is_in_a_million_rows() {
    let mut terminal = on_result(MILLION, (120, 40), "1,000,000 rows");
    terminal.send("/99999\r");
    terminal.wait("'99999': 1 of 19 rows");
    terminal.wait("row 99,999/1,000,000");
    terminal.send("n");
    terminal.wait("'99999': 2 of 19 rows");
    terminal.wait("row 199,999/");
    terminal.wait("199999 kind");
    // In the row the next column, before the next row.
    terminal.send("n");
    terminal.wait("col 4/5");
    terminal.send("N");
    terminal.wait("col 1/5");
    terminal.send("N");
    terminal.wait("'99999': 1 of 19 rows");
    terminal.send("N");
    terminal.wait("on from the last row");
    terminal.send("/nowhere to be found\r");
    terminal.wait("'nowhere to be found' is nowhere in the result");
}

#[test]
fn a_column_tells_its_commonest_values_and_its_statistics() {
    let mut terminal = on_result(MILLION, (120, 40), "1,000,000 rows");
    terminal.send("lv");
    terminal.wait("Kind: 7 distinct in 1,000,000 rows");
    terminal.wait("kind 1  142,858");
    terminal.send("\t");
    terminal.wait("857,142 of 1,000,000 rows");
    terminal.wait("[Kind != \"kind 1\"]");
    terminal.send("llV");
    terminal.wait("Part (long)");
    terminal.wait("median");
    terminal.wait("in tenths of the way");
    terminal.send("\r_");
    terminal.wait("1 column without a value in any row hidden");
    terminal.wait("1 empty hidden");
    terminal.send("uu");
    terminal.wait("Result  1,000,000 rows");
}

#[test]
fn rows_are_sorted_by_several_columns() {
    let mut terminal = on_result(MILLION, (120, 40), "1,000,000 rows");
    terminal.send("lls");
    terminal.wait("sorted by Group v");
    terminal.send("hS");
    terminal.wait("sorted by Group v, Kind ^");
    terminal.wait_until("the greatest group comes first, by kinds", |screen| {
        screen.lines().any(|line| line.contains("> ") && line.contains("kind 0") && line.contains("999"))
    });
}

#[test]
fn what_is_copied_goes_to_the_terminal_and_to_a_file() {
    let query = "datatable(Address:string, At:datetime)['203.0.113.9', datetime(2026-05-14), 'a\"b', datetime(null), \
        '203.0.113.9', datetime(2026-05-14)]";
    let mut terminal = on_result(query, (120, 40), "3 rows");
    let clip = terminal.file("xdg_state_home/kqlhunt/clip.txt");
    let copied = |terminal: &mut Terminal, keys: &str, said: &str, text: &str| {
        terminal.send(keys);
        terminal.wait(said);
        assert_eq!(fs::read_to_string(&clip).unwrap(), text);
    };
    copied(&mut terminal, "y", "cell copied: 11 bytes to the terminal and", "203.0.113.9");
    let sent = String::from_utf8_lossy(&terminal.bytes()).into_owned();
    assert!(sent.contains("\x1b]52;c;MjAzLjAuMTEzLjk=\x07"), "{sent:?}");
    copied(&mut terminal, "gD", "cell copied, defanged: 17 bytes", "203[.]0[.]113[.]9");
    let row = r#"{"Address":"203.0.113.9","At":"2026-05-14T00:00:00Z"}"#;
    copied(&mut terminal, "Y", "row copied: ", row);
    copied(&mut terminal, "gy", "column copied: 27 bytes", "203.0.113.9\na\"b\n203.0.113.9");
    copied(&mut terminal, "\"", "list copied: ", r#"dynamic(["203.0.113.9", "a\"b"])"#);
    copied(&mut terminal, "ly", "cell copied: 20 bytes", "2026-05-14T00:00:00Z");
    copied(&mut terminal, "\"", "list copied: 32 bytes", "(datetime(2026-05-14T00:00:00Z))");
    assert_eq!(fs::metadata(&clip).unwrap().permissions().mode() & 0o777, 0o600);
}

#[test]
fn columns_without_a_value_are_not_in_the_way() {
    // The rows behind lie in a wide table; what has a value is seen at once.
    let mut terminal = on_result("OfficeActivity", (80, 24), "empty hidden (_)");
    terminal.send(":export all.csv\r");
    terminal.wait("hidden columns to all.csv");
    let header = fs::read_to_string(terminal.file("all.csv")).unwrap();
    assert!(header.lines().next().unwrap().split(',').count() > 50, "{header}");
    terminal.send("_");
    terminal.wait_until("they are shown", |screen| !screen.contains("empty hidden"));
    terminal.send("_");
    terminal.wait("columns without a value in any row hidden");
}

#[test]
fn a_key_that_the_link_has_split_is_the_key() {
    let columns: Vec<String> = (1..=200).map(|at| format!("Column{at} = {at}")).collect();
    let query = format!("print {}", columns.join(", "));
    let mut terminal =
        Terminal::ready(Setup { variables: &[("SSH_CONNECTION", "a 1 b 2")], ..Setup::default() });
    terminal.send(&paste(&query));
    terminal.send(F5);
    terminal.wait("1 row  ");
    terminal.send(CTRL_O);
    terminal.wait("col 1/200");
    for at in 2..=20 {
        terminal.send("\x1b");
        std::thread::sleep(std::time::Duration::from_millis(3));
        terminal.send("[C");
        terminal.wait(&format!("col {at}/200"));
    }
    terminal.send("\x1b[C".repeat(200).as_str());
    terminal.wait("col 200/200");
}
