//! The workbench in a terminal of its own: the real program, real keys, real bytes.

mod charts;
mod finding;
mod grid;
mod keeping;
mod kinds;
mod leaving;
mod lost;
mod running;

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::thread;
use std::time::{Duration, Instant};

use rustix::process::Signal;

use crate::terminal::{PATIENCE, Setup, Terminal};

const F3: &str = "\x1bOR";
const F5: &str = "\x1b[15~";
const F8: &str = "\x1b[19~";
const F9: &str = "\x1b[20~";
const DOWN: &str = "\x1b[B";
const CTRL_C: &str = "\x03";
const CTRL_L: &str = "\x0c";
const CTRL_O: &str = "\x0f";
const CTRL_Q: &str = "\x11";
const CTRL_Z: &str = "\x1a";
/// It runs until it is stopped.
const ENDLESS: &str = "range a from 1 to 100000000 step 1 | extend k = a % 3 | join kind=inner (range b from 1 to 100000000 step 1 | extend k = b % 3) on k | summarize sum(a * b)";

fn paste(text: &str) -> String {
    format!("\x1b[200~{text}\x1b[201~")
}

#[test]
fn the_quarantine_hunt_draws_its_chart_and_the_other_lists_its_hits() {
    let mut terminal = Terminal::ready(Setup::default());
    terminal.send(F3);
    terminal.wait("Shipped hunts");
    terminal.send("\r");
    terminal.wait("F5 runs it");
    terminal.send(F5);
    terminal.wait("21 rows");
    terminal.wait("max 19 on 05-12");
    terminal.wait("10 of 31 days without rows");
    assert!(terminal.screen().contains('█'), "{}", terminal.screen());
    terminal.send(F8);
    terminal.wait_until("the chart goes", |screen| !screen.contains("max 19"));

    terminal.send(F3);
    terminal.wait("Shipped hunts");
    terminal.send(DOWN);
    terminal.send("\r");
    terminal.wait("F5 runs it");
    terminal.send(F5);
    terminal.wait("8 rows");
    terminal.send(F9);
    terminal.wait("7 users");
    terminal.wait("9 events");
    terminal.wait("Hit 1/2 of ana.ruiz@contoso.com: events from 203.0.113.45");
    terminal.wait("ipv4-addr, confidence 95");
    terminal.send("n");
    terminal.wait("Hit 2/2 of ana.ruiz@contoso.com: events from 198.51.100.23");
    terminal.wait("2 events");
    terminal.wait("Bulletproof hosting");
    terminal.send("t");
    terminal.wait("true positive (1 of");
    terminal.send("]");
    terminal.wait("60 minutes before and after");
    terminal.send(".");
    terminal.wait("Other users of 198.51.100.23");
    terminal.wait("User");
    terminal.send("\x1b");
    terminal.wait_until("the list goes", |screen| !screen.contains("Other users"));
    terminal.send("N");
    terminal.wait("Hit 1/1 of bo.larsen@contoso.com");
    terminal.wait("4 events");
    terminal.send("P");
    terminal.wait("Hit 1/2 of ana.ruiz@contoso.com");
    terminal.wait("9 events");
    terminal.send("\r");
    terminal.wait("─ Record ");
    terminal.wait("FileAccessed");
    terminal.send(CTRL_Q);
    assert_eq!(terminal.end().exit_code(), 0);
}

#[test]
fn the_missions_own_queries_run_as_they_are() {
    let seeds = crate::project("../shared/seeds");
    let Ok(hits) = fs::read_to_string(seeds.join("office-activity-known-malicious-ip.kql")) else {
        eprintln!("../shared/seeds is not here: the hunts as their authors wrote them were not run");
        return;
    };
    let releases = fs::read_to_string(seeds.join("quarantine-release-trend.kql")).unwrap();
    let mut terminal = Terminal::ready(Setup { size: (120, 40), ..Setup::default() });
    terminal.send(&paste(&releases));
    terminal.send(F5);
    terminal.wait("Quarantine Releases by Day");
    terminal.wait("21 rows");
    terminal.send(CTRL_Z);
    terminal.send(&paste(&hits));
    terminal.send(F5);
    terminal.wait("8 rows");
    terminal.wait("ana.ruiz@contoso.com");
}

#[test]
fn a_mistake_is_shown_in_its_place_and_can_be_mended() {
    let mut terminal = Terminal::ready(Setup::default());
    terminal.send("OfficeActivity | where UserIdd == 'x' | count");
    terminal.send("\x12");
    terminal.wait("^^^^^^^");
    terminal.wait("UserId");
    assert!(terminal.row(1).starts_with("E  1 OfficeActivity"), "{}", terminal.screen());
    terminal.send("\x01\x0bOfficeActivity | count");
    terminal.send("\x1b\r");
    terminal.wait("1 row ");
    terminal.wait_until("the message goes", |screen| !screen.contains("^^^^^^^"));
}

#[test]
fn a_result_goes_to_a_file_whole_and_harmless() {
    let mut terminal = Terminal::ready(Setup::default());
    terminal.send("print Name = '=1+1', Other = 'a,b'");
    terminal.send(F5);
    terminal.wait("1 row ");
    terminal.send(CTRL_O);
    terminal.send("e");
    terminal.wait(":export result-1.csv");
    terminal.send("\x15export out.csv\r");
    terminal.wait("1 row to out.csv and its .meta.json; 1 formula neutralised");
    let file = terminal.file("out.csv");
    assert_eq!(fs::read_to_string(&file).unwrap(), "Name,Other\r\n'=1+1,\"a,b\"\r\n");
    assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    terminal.send(":export out.csv\r");
    terminal.wait(":export! writes over it");
    terminal.send(":export! raw out.csv\r");
    terminal.wait("raw: formulas are as they were");
    assert_eq!(fs::read_to_string(&file).unwrap(), "Name,Other\r\n=1+1,\"a,b\"\r\n");
}

#[test]
fn a_storm_of_sizes_ends_in_the_right_screen() {
    let mut terminal = Terminal::ready(Setup::default());
    terminal.send("range N from 1 to 500 step 1");
    terminal.send(F5);
    terminal.wait("500 rows");
    for at in 0..200u16 {
        terminal.resize(20 + at * 7 % 160, 3 + at % 50);
        thread::sleep(Duration::from_millis(10));
    }
    terminal.resize(120, 40);
    terminal.send(CTRL_L);
    terminal.wait_until("the frame", |screen| screen.lines().next().is_some_and(|row| row.ends_with("─┐")));
    terminal.settle();
    assert!(terminal.row(37).starts_with("└──"), "{}", terminal.screen());
    assert!(terminal.screen().contains("500 rows"));
}

#[test]
fn a_paste_is_text_and_nothing_else() {
    let mut terminal = Terminal::ready(Setup::default());
    terminal.send(&paste("print 1\r\n| take 5\n:q\n\x1b[15~\x11\x03"));
    terminal.wait("| take 5");
    terminal.wait(":q");
    terminal.settle();
    assert!(terminal.child.try_wait().unwrap().is_none());
    assert!(!terminal.screen().contains("1 row"), "{}", terminal.screen());
    terminal.send(CTRL_Z);
    terminal.wait("type a query");
    let long = "OfficeActivity | where UserId == 'x'\n".repeat(500);
    let asked = Instant::now();
    terminal.send(&paste(&long));
    terminal.wait("501:1");
    eprintln!("500 lines pasted in {:?}", asked.elapsed());
    terminal.send(CTRL_Z);
    terminal.wait("type a query");
}

#[test]
fn nothing_of_the_data_reaches_the_terminal_as_it_is() {
    let rows = r#"datatable(Name: string, Bag: dynamic) [
        "\u001b[2J\u001b[H", dynamic({"\u001b]0;t\u0007": 1}),
        "\u001b]52;c;aGk=\u001b\\", dynamic(["\u202e"]),
        "\u001b]8;;http://evil\u001b\\x", dynamic(null),
        "\u009b31m", dynamic("\u001bP+q544e\u001b\\"),
        "\u202egpj.exe evil\u200b.com good\rEVIL two\nlines", dynamic({})]"#;
    for arguments in [&["--sample"][..], &["--sample", "--ascii"]] {
        let mut terminal = Terminal::ready(Setup { arguments, ..Setup::default() });
        terminal.send(&paste(rows));
        terminal.send(F5);
        terminal.wait("5 rows");
        terminal.send(CTRL_O);
        terminal.send("jjjj\r");
        terminal.wait("─ Record 5".trim_start_matches(if arguments.len() > 1 { "─ " } else { "" }));
        terminal.send("pppp");
        terminal.wait("Record 1");
        terminal.settle();
        let bytes = terminal.bytes();
        let text = String::from_utf8(bytes).unwrap();
        for part in sequences(&text) {
            assert!(part.starts_with("\x1b["), "{part:?}");
            let last = part.chars().next_back().unwrap();
            assert!("mCHJKhl".contains(last) && part.len() < 24, "{part:?}");
        }
        let raw = |letter: char| {
            letter.is_control() && letter != '\x1b'
                || matches!(letter, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}')
                || arguments.len() > 1 && !letter.is_ascii()
        };
        assert!(!text.contains(raw), "{:?}", text.chars().find(|letter| raw(*letter)));
    }
}

/// Every escape sequence of a stream.
fn sequences(text: &str) -> Vec<&str> {
    let ends = |part: &str| {
        let letter =
            |(at, letter): (usize, char)| (at > 1 && ('@'..='~').contains(&letter)).then_some(at + 1);
        part.char_indices().find_map(letter).unwrap_or(part.len())
    };
    text.match_indices('\x1b').map(|(at, _)| &text[at..at + ends(&text[at..])]).collect()
}

#[test]
fn idle_costs_nothing_and_a_key_little() {
    let mut terminal = Terminal::ready(Setup::default());
    let first = terminal.bytes().len();
    let text =
        "OfficeActivity\n| where TimeGenerated > ago(1h)\n| where ClientIP == '203.0.113.45'\n".repeat(20);
    terminal.send(&paste(&text));
    terminal.wait("61:1");
    // After the last save and check, which a busy machine delays.
    let started = Instant::now();
    loop {
        let (before, sent) = (terminal.processor().0, terminal.sent());
        thread::sleep(Duration::from_secs(3));
        if terminal.sent() == sent && terminal.processor().0 <= before + 1 {
            break;
        }
        assert!(started.elapsed() < PATIENCE, "bytes or processor time while idle");
    }
    let mut worst = (Duration::ZERO, 0);
    for at in 0..20 {
        let (sent, asked) = (terminal.sent(), Instant::now());
        terminal.send("x");
        while terminal.sent() == sent {
            thread::sleep(Duration::from_micros(100));
            assert!(asked.elapsed() < PATIENCE);
        }
        let took = asked.elapsed();
        thread::sleep(Duration::from_millis(20));
        if at > 0 {
            worst = (worst.0.max(took), worst.1.max(terminal.sent() - sent));
        }
    }
    eprintln!("first screen {first} bytes; a typed character at most {:?} and {} bytes", worst.0, worst.1);
    assert!(worst.1 <= 160, "{} bytes", worst.1);
}

#[test]
fn an_empty_result_says_where_the_data_are() {
    let mut terminal =
        Terminal::ready(Setup { arguments: &["--sample", "--now", "2026-11-21"], ..Setup::default() });
    terminal.wait("now 2026-11-21 00:00Z fixed");
    terminal.send("OfficeActivity | where TimeGenerated > ago(1h)");
    terminal.send(F5);
    terminal.wait("begins 2026-11-20T23:00:00.0000001Z");
    terminal.wait(":now newest sets the clock to 2026-05-14T1");
    terminal.send(CTRL_O);
    terminal.send("\r");
    terminal.wait("now 2026-05-14 1");
    terminal.wait_until("rows", |screen| screen.contains(" rows ") && !screen.contains("no rows"));
}

#[test]
fn files_are_loaded_from_inside() {
    let mut terminal = Terminal::ready(Setup { arguments: &[], ..Setup::default() });
    let row = r#"{"TimeGenerated":"2026-05-14T11:00:00.1234567Z","Operation":"Op","UserId":"u@contoso.com","ClientIP":"203.0.113.9","OfficeWorkload":"Exchange","RecordType":"ExchangeItem"}"#;
    fs::write(terminal.file("office.jsonl"), format!("{row}\n{{broken\n")).unwrap();
    terminal.wait("sample data");
    terminal.send(CTRL_O);
    terminal.send(":load office.jsonl\r");
    terminal.wait("2 rows in = 1 loaded + 1 quarantined + 0 blank");
    terminal.wait("quarantine file");
    terminal.send("\r");
    terminal.wait("hunt.duckdb");
    terminal.send(CTRL_O);
    terminal.send("OfficeActivity | project TimeGenerated, UserId");
    terminal.send(F5);
    terminal.wait("2026-05-14T11:00:00.1234567Z");
    // Loaded once more, into the file that is open now: nothing new.
    terminal.send(CTRL_O);
    terminal.send(":load office.jsonl\r");
    terminal.wait("1 loaded before");
    terminal.send("\r");
    terminal.wait("1 row ");
}

#[test]
fn queries_are_opened_and_written() {
    let home = std::sync::Arc::new(tempfile::tempdir().unwrap());
    fs::write(home.path().join("q.kql"), "print Answer = 42\n").unwrap();
    let start = || {
        Terminal::ready(Setup {
            arguments: &["--sample", "q.kql"],
            home: Some(home.clone()),
            ..Setup::default()
        })
    };
    let mut terminal = start();
    terminal.wait("print Answer = 42");
    terminal.wait("q.kql");
    terminal.send("// mine ");
    terminal.wait("q.kql*");
    // Not written; the next start has it all the same, since the file is what it was.
    terminal.send(CTRL_Q);
    assert_eq!(terminal.end().exit_code(), 0);
    let mut terminal = start();
    terminal.wait("// mine print");
    terminal.send(CTRL_O);
    terminal.send(":w\r");
    terminal.wait("wrote q.kql");
    assert_eq!(fs::read_to_string(home.path().join("q.kql")).unwrap(), "// mine print Answer = 42\n");
    terminal.send(":w other.kql\r");
    terminal.wait("wrote other.kql");
    terminal.send(":open q.kql\r");
    terminal.wait("opened q.kql");
    terminal.send(CTRL_Q);
    terminal.end();
    let missing = Terminal::start(Setup { arguments: &["--sample", "nowhere.kql"], ..Setup::default() });
    missing.wait("nowhere.kql");
}

#[test]
fn rows_are_followed_through_the_query() {
    let mut terminal = Terminal::ready(Setup::default());
    terminal.send(F3);
    terminal.wait("Shipped hunts");
    terminal.send(DOWN);
    terminal.send("\r");
    terminal.wait("F5 runs it");
    terminal.send(&format!("{CTRL_O}:counts\r"));
    terminal.wait("rows that come out of each operator");
    terminal.send("\x10why 192.0.2.10\r");
    terminal.wait("Why not 192.0.2.10");
    terminal.wait("4 d 12 h before now()");
    terminal.send("\x1b");
    terminal.wait_until("the report goes", |screen| !screen.contains("4 d 12 h"));
    terminal.send(F5);
    terminal.wait("8 rows");
    terminal.send("\r");
    terminal.wait("rows behind: ");
    terminal.wait("9 rows");
    terminal.send("\x10days 3\r");
    terminal.wait("2026-05-12 12:00Z          0");
    terminal.wait("2026-05-14 12:00Z          8  ████");
    terminal.send(CTRL_C);
    terminal.wait_until("the report goes", |screen| !screen.contains("05-12 12:00Z"));
    terminal.send("\x10health\r");
    terminal.wait("Data of the query");
    terminal.wait("rows per hour");
    terminal.send(CTRL_C);
    terminal.send(CTRL_Q);
    assert_eq!(terminal.end().exit_code(), 0);
}

/// What `:keytest` shows are the bytes themselves, from the first key on; keys work again after it.
#[test]
fn keys_are_tested_by_their_bytes() {
    let mut terminal = Terminal::ready(Setup::default());
    terminal.send("\x1bOQ");
    terminal.wait("Commands");
    terminal.send("keytest\r");
    terminal.wait("Keys that arrive");
    // The reader is woken for it.
    thread::sleep(Duration::from_millis(300));
    terminal.send("\x12");
    terminal.wait("12                       Ctrl-R       run (global)");
    terminal.send(F5);
    terminal.wait("1b 5b 31 35 7e           F5           run (global)");
    terminal.send("\x1b");
    terminal.wait("1b                       Esc");
    terminal.send("\x1b");
    terminal.wait_until("the test is over", |screen| !screen.contains("Keys that arrive"));
    thread::sleep(Duration::from_millis(200));
    terminal.send("print 42");
    terminal.wait("print 42");
    terminal.send(CTRL_Q);
    assert_eq!(terminal.end().exit_code(), 0);
}

/// The terminal is asked for the mouse when it is wanted, and told when it is no longer.
#[test]
fn the_mouse_is_off_until_it_is_asked_for() {
    let mut terminal = Terminal::ready(Setup::default());
    let text = |terminal: &Terminal| String::from_utf8_lossy(&terminal.bytes()).into_owned();
    assert!(!text(&terminal).contains("\x1b[?1000h"));
    terminal.send("\x1bOQ");
    terminal.wait("Commands");
    terminal.send("mouse\r");
    terminal.wait("the mouse is on");
    terminal.wait_until("the mouse is asked for", |_| text(&terminal).contains("\x1b[?1000h\x1b[?1006h"));
    terminal.send("print 1\nprint 2");
    terminal.wait("print 2");
    // A press on the first line, before its second letter.
    terminal.send("\x1b[<0;7;2M\x1b[<0;7;2m");
    terminal.send("X");
    terminal.wait("pXrint 1");
    terminal.send(CTRL_Q);
    assert_eq!(terminal.end().exit_code(), 0);
    assert!(text(&terminal).contains("\x1b[?1006l\x1b[?1000l"));
}
