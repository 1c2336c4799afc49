//! From a result to a finding: the journal, what lies beside exports.

use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

use super::{CTRL_O, CTRL_Q, DOWN, F3, F5, F9};
use crate::terminal::{PATIENCE, Setup, Terminal, surroundings};

const QUERY: &str = "OfficeActivity | summarize Hits=count(), Seen=make_set(ClientIP) by UserId";

/// What the command line says, in the terminal's home.
fn said(terminal: &Terminal, arguments: &[&str]) -> String {
    let mut command = Command::new(env!("CARGO_BIN_EXE_kqlhunt"));
    command.args(arguments).envs(surroundings(terminal.home.path())).current_dir(terminal.home.path());
    String::from_utf8(command.output().unwrap().stdout).unwrap()
}

fn journal(terminal: &Terminal) -> Vec<serde_json::Value> {
    let file = terminal.file("xdg_state_home/kqlhunt/journal.jsonl");
    let text = std::fs::read_to_string(file).unwrap_or_default();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// Waits until the journal has so many runs: results are hashed after they are shown.
fn journaled(terminal: &Terminal, runs: usize) {
    let started = Instant::now();
    while journal(terminal).len() < runs {
        assert!(started.elapsed() < PATIENCE, "{:?}", journal(terminal));
        thread::sleep(Duration::from_millis(20));
    }
}

#[test]
fn a_run_is_in_the_journal_as_the_command_line_writes_it() {
    let mut terminal = Terminal::ready(Setup::default());
    terminal.send(QUERY);
    terminal.send(F5);
    terminal.wait("Result  10 rows");
    terminal.send("\x01\x0bprint 1; Last | summarize Users=count()");
    terminal.send(F5);
    terminal.wait("Result2  1 row");
    journaled(&terminal, 2);
    terminal.send(CTRL_Q);
    assert_eq!(terminal.end().exit_code(), 0);
    said(&terminal, &["query", "--sample", QUERY]);
    let entries = journal(&terminal);
    assert_eq!(entries.len(), 3, "{entries:?}");
    for name in ["query", "clock", "data", "kqlhunt", "results"] {
        assert_eq!(entries[0][name], entries[2][name], "{name}");
    }
    // Of several results the workbench runs the last; what it reads of another run is known by its hash.
    assert_eq!(entries[1]["skipped"], 1);
    assert_eq!(entries[1]["read"][0]["name"], "kept result Last");
    assert_eq!(entries[1]["read"][0]["sha256"], entries[0]["results"][0]["sha256"]);
}

#[test]
fn exports_and_charts_have_a_file_beside_them_that_can_be_replayed() {
    let mut terminal = Terminal::ready(Setup::default());
    terminal.send(&format!("{QUERY} | render barchart"));
    terminal.send(F5);
    terminal.wait("10 rows");
    terminal.send(CTRL_O);
    terminal.send(":filter UserId has 'dana'\r");
    terminal.wait("1 of 10 rows");
    terminal.send(":export ana.csv\r");
    terminal.wait("1 row to ana.csv and its .meta.json");
    terminal.send(":export-chart users.svg\r");
    terminal.wait("chart to users.svg and its .meta.json");
    let beside = |name: &str| {
        let text = std::fs::read_to_string(terminal.file(name)).unwrap();
        serde_json::from_str::<serde_json::Value>(&text).unwrap()
    };
    let (rows, chart) = (beside("ana.csv.meta.json"), beside("users.svg.meta.json"));
    assert_eq!(rows["part"]["rows"], 1, "{rows}");
    assert_eq!(rows["part"]["filters"][0], "UserId has 'dana'");
    assert_eq!(rows["results"][0]["rows"], 10);
    assert_eq!((&chart["format"], &chart["sql"]), (&"chart as SVG".into(), &rows["sql"]));
    assert_eq!(chart["file_sha256"].as_str().map(str::len), Some(64));
    for name in ["ana.csv.meta.json", "users.svg.meta.json"] {
        let again = said(&terminal, &["replay", name]);
        assert!(again.contains("10 rows: the same\n1 of 1 give what they gave"), "{again}");
    }
    terminal.send(CTRL_Q);
    terminal.end();
}

#[test]
fn nothing_is_in_the_journal_of_those_who_want_none() {
    let mut terminal =
        Terminal::ready(Setup { arguments: &["--sample", "--no-journal"], ..Setup::default() });
    terminal.send("print 40 + 2");
    terminal.send(F5);
    terminal.wait("1 row ");
    terminal.send(CTRL_Q);
    terminal.end();
    assert!(journal(&terminal).is_empty());
}

#[test]
fn a_finding_is_judged_written_down_and_replayed() {
    let mut terminal = Terminal::ready(Setup { size: (120, 40), ..Setup::default() });
    terminal.send(F3);
    terminal.wait("Shipped hunts");
    terminal.send(DOWN);
    terminal.send("\r");
    terminal.wait("F5 runs it");
    terminal.send(F5);
    terminal.wait("Result  8 rows");
    terminal.send(F9);
    terminal.wait("Hit 1/2 of ana.ruiz@contoso.com");
    terminal.send("t");
    terminal.wait("true positive (1 of 8 hits judged)");
    terminal.send(":note the relay of http://evil.example/x\r");
    terminal.wait("noted: the relay");
    terminal.send("\x1b");
    terminal.wait_until("the stepper goes", |screen| !screen.contains("Hit 1/2"));
    terminal.send("\x0e");
    terminal.wait("(empty)");
    terminal.send("// Releases of May\rCloudAppEvents | summarize Releases=count() by bin(Timestamp, 7d) | render timechart");
    terminal.send(F5);
    terminal.wait("[2/2] Result2");
    terminal.send(CTRL_O);
    terminal.send(":report clear finding.html\r");
    terminal.wait("2 results to finding.html, TLP:RED");
    terminal.send(":report finding.html\r");
    terminal.wait(":report! writes over it");
    terminal.send(":report! finding.html\r");
    terminal.wait("2 results to finding.html, TLP:RED");
    terminal.send(":report finding.md\r");
    terminal.wait("2 results to finding.md, TLP:RED");
    let page = std::fs::read_to_string(terminal.file("finding.html")).unwrap();
    for part in [
        "Office activity from a known malicious address",
        "Releases of May",
        "<svg",
        "Triage: 1 true positive.",
        "the relay of hxxp[:]//evil[.]example/x",
        "203[.]0[.]113[.]45",
        "https://attack.mitre.org/techniques/T1078/004/",
    ] {
        assert!(page.contains(part), "{part}: {page}");
    }
    for name in ["finding.html", "finding.md"] {
        let again = said(&terminal, &["replay", name]);
        assert!(again.ends_with("2 of 2 give what they gave\n"), "{again}");
    }
    terminal.send(CTRL_Q);
    terminal.end();
}

#[test]
fn a_result_is_compared_with_the_day_before() {
    let mut terminal = Terminal::ready(Setup::default());
    let query = "OfficeActivity | where TimeGenerated > ago(1d) | summarize Hits=count() by Operation";
    terminal.send(query);
    terminal.send(F5);
    terminal.wait("Result  ");
    terminal.send(CTRL_O);
    terminal.send(":diff -1d\r");
    terminal.wait("[2/2] Result2");
    terminal.wait("by Operation: ");
    terminal.wait("-removed");
    terminal.send("\x0f\x01\x0bLast | where Change == 'removed' | count");
    terminal.send(F5);
    terminal.wait("[3/3] Result3  1 row");
    terminal.send(CTRL_O);
    terminal.send("2:export changes.csv\r");
    terminal.wait("to changes.csv and its .meta.json");
    let again = said(&terminal, &["replay", "changes.csv.meta.json"]);
    assert!(
        again.contains("1. sample data at 2026-05-13T12:00:00Z") && again.contains("2 of 2 give"),
        "{again}"
    );
    journaled(&terminal, 3);
    let clocks: Vec<String> = journal(&terminal).iter().map(|run| run["clock"].to_string()).collect();
    let (day, before) = ("\"2026-05-14T12:00:00Z\"", "\"2026-05-13T12:00:00Z\"");
    assert_eq!(clocks, [day, before, day]);
    terminal.send("\x0f\x01\x0bprint 1");
    terminal.send(F5);
    terminal.wait("[4/4] Result4  1 row");
    terminal.send(CTRL_O);
    terminal.send("gd");
    terminal.wait("the two results have no column in common");
    terminal.send(CTRL_Q);
    terminal.end();
}

#[test]
fn a_run_is_in_the_journal_though_the_line_is_cut_while_it_is_hashed() {
    let mut terminal = Terminal::ready(Setup::default());
    terminal.send("range N from 1 to 900000 step 1");
    terminal.send(F5);
    terminal.wait("Result  900,000 rows");
    terminal.hang_up();
    terminal.end();
    let entries = journal(&terminal);
    assert_eq!(entries.len(), 1, "{entries:?}");
    let result = &entries[0]["results"][0];
    assert_eq!(result["rows"], 900_000);
    assert!(result["sha256"].is_string() || result["unhashed"] == "the workbench ended first", "{result}");
}

/// The number before a word on the screen.
fn number_before(screen: &str, words: &str) -> u64 {
    let before = screen.split(words).next().unwrap_or_default();
    let digits = before.rsplit(' ').next().unwrap_or_default().replace(',', "");
    digits.parse().unwrap_or_else(|_| panic!("no number before {words}:\n{screen}"))
}

#[test]
fn a_day_that_is_opened_has_as_many_rows_as_were_counted() {
    let mut terminal = Terminal::ready(Setup { size: (120, 40), ..Setup::default() });
    terminal
        .send("OfficeActivity | where TimeGenerated > ago(2d) | summarize Hits=count() by UserId, Operation");
    terminal.send(F5);
    terminal.wait("Result  ");
    terminal.send(CTRL_O);
    terminal.send(":days 5\r");
    terminal.wait("Rows as of each day");
    terminal.send("\x1b[A\x1b[A\r");
    terminal.wait("as of 2026-05-12 12:00Z: that day had ");
    let counted = number_before(&terminal.screen(), " rows; F5 runs it");
    terminal.send(F5);
    terminal.wait("[2/2] Result2");
    assert!(
        counted > 1 && terminal.screen().contains(&format!("Result2  {counted} rows")),
        "{}",
        terminal.screen()
    );
    // The same on the command line, and again from the journal.
    let query = "OfficeActivity | where TimeGenerated > ago(2d) | summarize by UserId, Operation | count";
    let there =
        said(&terminal, &["query", "--sample", "--as-of", "2026-05-12T12:00Z", "--format", "csv", query]);
    assert_eq!(there.lines().last(), Some(counted.to_string().as_str()), "{there}");
    journaled(&terminal, 3);
    let seen: Vec<String> = journal(&terminal).iter().map(|run| run["seen"]["until"].to_string()).collect();
    let day = "\"2026-05-12T12:00:00Z\"";
    assert_eq!(seen, ["null", day, day]);
    let again = said(&terminal, &["replay", "xdg_state_home/kqlhunt/journal.jsonl"]);
    assert!(again.ends_with("3 of 3 give what they gave\n"), "{again}");
    terminal.send(CTRL_O);
    terminal.send(":now -1d\r");
    terminal.wait("as of 2026-05-11T12:00:00Z: no row that is later is seen");
    terminal.send(":asof\r");
    terminal.wait("now() is 2026-05-11T12:00:00Z");
    terminal.send(CTRL_O);
    terminal.send(F5);
    terminal.wait("of OfficeActivity; :asof leaves them out");
    terminal.send(CTRL_Q);
    terminal.end();
}

#[test]
fn a_run_that_read_kept_results_is_replayed_elsewhere() {
    let mut terminal = Terminal::ready(Setup::default());
    terminal.send(QUERY);
    terminal.send(F5);
    terminal.wait("Result  10 rows");
    terminal.send("\x01\x0bLast | where Hits > 30");
    terminal.send(F5);
    terminal.wait("[2/2] Result2");
    terminal.send("\x01\x0bLast | join kind=inner (Result1) on UserId | count");
    terminal.send(F5);
    terminal.wait("[3/3] Result3  1 row");
    terminal.send(CTRL_O);
    terminal.send(":export both.csv\r");
    terminal.wait("1 row to both.csv and its .meta.json");
    terminal.send(":report both.md\r");
    terminal.wait("1 result to both.md");
    journaled(&terminal, 3);
    let kept = |entry: &serde_json::Value| -> Vec<String> {
        let names = entry["kept"].as_array().map(Vec::as_slice).unwrap_or_default();
        names.iter().map(|kept| kept["name"].as_str().unwrap_or_default().to_owned()).collect()
    };
    let last = &journal(&terminal)[2];
    assert_eq!(
        (kept(last), kept(&last["kept"][0]["run"])),
        (vec!["Last".into(), "Result1".into()], vec!["Last".into()])
    );
    terminal.send(CTRL_Q);
    terminal.end();
    for name in ["both.csv.meta.json", "both.md", "xdg_state_home/kqlhunt/journal.jsonl"] {
        let again = said(&terminal, &["replay", name]);
        let runs = if name.ends_with("jsonl") { 3 } else { 1 };
        assert!(
            again.ends_with(&format!("1 row: the same\n{runs} of {runs} give what they gave\n")),
            "{again}"
        );
    }
    // On other data the result that was kept is another one as well.
    let emptied = std::fs::read_to_string(terminal.file("both.csv.meta.json")).unwrap();
    std::fs::write(terminal.file("other.json"), emptied.replace("Hits > 30", "Hits > 300")).unwrap();
    let other = said(&terminal, &["replay", "other.json"]);
    assert!(
        other.contains("Last: different: there were") && other.ends_with("0 of 1 give what they gave\n"),
        "{other}"
    );
    let written = said(&terminal, &["report", "both.csv.meta.json"]);
    assert!(written.contains("the same") && written.contains("kept result Last"), "{written}");
}

#[test]
fn the_stepper_goes_through_all_parts_of_a_union() {
    let mut terminal = Terminal::ready(Setup { size: (160, 40), ..Setup::default() });
    terminal.send(
        "union (OfficeActivity | project User=UserId, Address=ClientIP, TimeGenerated), \
         (CloudAppEvents | project User=AccountId, Address=IPAddress, TimeGenerated=Timestamp) \
         | where Address == '192.0.2.30' | summarize Hits=count() by User, Address",
    );
    terminal.send(F5);
    terminal.wait("Result  ");
    terminal.send(F9);
    terminal.wait("EventTable");
    let screen = terminal.screen();
    for part in ["EventTime", " OfficeActivity", " CloudAppEvents"] {
        assert!(screen.contains(part), "{part}:\n{screen}");
    }
    terminal.send(".");
    terminal.wait("Other users of 192.0.2.30");
    terminal.send("\x1b");
    terminal.wait_until("the list goes", |screen| !screen.contains("Other users"));
    terminal.send(CTRL_Q);
    terminal.end();
}
