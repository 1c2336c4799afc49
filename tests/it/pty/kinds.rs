//! Terminals of other kinds than the usual, and what a file of settings makes of the workbench.

use std::fs;

use super::{CTRL_O, CTRL_Q, F5, paste};
use crate::terminal::{Setup, Terminal};

const QUERY: &str = "OfficeActivity | summarize Events = count() by OfficeWorkload // by workload";

/// Everything that a run of a query sends.
fn sent(variables: &[(&str, &str)], arguments: &[&str]) -> String {
    let mut terminal = Terminal::ready(Setup { arguments, variables, ..Setup::default() });
    terminal.send(&paste(QUERY));
    terminal.send(F5);
    terminal.wait("4 rows");
    terminal.settle();
    terminal.send(CTRL_Q);
    assert_eq!(terminal.end().exit_code(), 0);
    String::from_utf8(terminal.bytes()).expect("is UTF-8")
}

fn colored(text: &str) -> bool {
    let pattern = regex::Regex::new("\x1b\\[[0-9;]*(3[0-9]|4[0-9]|9[0-7])[0-9;]*m").expect("is a pattern");
    pattern.is_match(text)
}

#[test]
fn each_kind_of_terminal_is_sent_what_it_knows() {
    for term in ["xterm-256color", "tmux-256color", "screen-256color", "screen", "linux", "xterm", "putty"] {
        let text = sent(&[("TERM", term)], &["--sample"]);
        assert!(colored(&text) && !text.contains(";5;") && !text.contains(";2;"), "{term}");
        assert!(!text.is_ascii(), "{term}");
    }
    for term in ["vt100", "vt220"] {
        let text = sent(&[("TERM", term)], &["--sample"]);
        assert!(!colored(&text) && text.is_ascii(), "{term}");
    }
    let plain = sent(&[("NO_COLOR", "1")], &["--sample"]);
    assert!(!colored(&plain) && !plain.is_ascii());
    assert!(sent(&[("LANG", "C")], &["--sample"]).is_ascii());
    assert!(sent(&[], &["--sample", "--ascii"]).is_ascii());
}

#[test]
fn what_a_query_gives_is_ascii_on_a_terminal_that_has_no_more() {
    for (format, text) in [("chart", QUERY), ("table", "print A = 'ä' | as T"), ("csv", "print A = 'ä'")] {
        for (term, ascii) in [("vt100", true), ("xterm", false)] {
            let arguments = ["query", "--sample", "--format", format, text];
            let variables = [("TERM", term)];
            let mut terminal =
                Terminal::start(Setup { arguments: &arguments, variables: &variables, ..Setup::default() });
            assert_eq!(terminal.end().exit_code(), 0);
            assert_eq!(terminal.bytes().is_ascii(), ascii, "{format} {term}");
        }
    }
}

#[test]
fn a_terminal_that_cannot_move_its_cursor_gets_no_screen() {
    let variables = [("TERM", "dumb")];
    let mut terminal =
        Terminal::start(Setup { arguments: &["--sample"], variables: &variables, ..Setup::default() });
    assert_eq!(terminal.end().exit_code(), 2);
    let said = String::from_utf8(terminal.bytes()).expect("is UTF-8");
    assert!(said.contains("TERM is dumb; to run one query: kqlhunt query"), "{said}");
    assert!(!said.contains("\x1b[?1049h"), "{said:?}");
}

#[test]
fn a_table_folds_long_cells_where_it_is_written_to_a_terminal() {
    let query =
        "print User = 'ana', Note = 'opened a mail from bo, then wrote a rule that moves mail', N = 7";
    let arguments = ["query", "--sample", "--format", "table", query];
    let mut terminal = Terminal::start(Setup { arguments: &arguments, size: (40, 10), ..Setup::default() });
    assert_eq!(terminal.end().exit_code(), 0);
    let rows: Vec<String> = (0..4).map(|row| terminal.row(row).trim_end().to_owned()).collect();
    let expected = [
        "User  Note                             N",
        "────  ───────────────────────────────  ─",
        "ana   opened a mail from bo, then      7",
        "      wrote a rule that moves mail",
    ];
    assert_eq!(rows, expected);
}

#[test]
fn a_terminal_without_a_size_is_taken_for_a_usual_one() {
    let mut terminal = Terminal::ready(Setup { sizeless: true, ..Setup::default() });
    terminal.send(&paste("print 1"));
    terminal.send(F5);
    terminal.wait("1 row ");
    assert!(terminal.row(23).contains("F5 RUN"), "{}", terminal.screen());
    terminal.send(CTRL_Q);
    assert_eq!(terminal.end().exit_code(), 0);
}

#[test]
fn settings_make_keys_and_colors() {
    let first = Terminal::ready(Setup::default());
    let home = first.home.clone();
    drop(first);
    let folder = home.path().join("xdg_config_home/kqlhunt");
    fs::create_dir_all(&folder).expect("makes a folder");
    let config = "keys: vim\ntheme:\n  string: \"#a3be8c\"\nkeymap:\n  global:\n    run: [Ctrl-Y]\n";
    fs::write(folder.join("config.yaml"), config).expect("writes");
    let variables = [("COLORTERM", "truecolor")];
    let setup = Setup { home: Some(home), variables: &variables, ..Setup::default() };
    let mut terminal = Terminal::start(setup);
    terminal.wait("config.yaml:6: global: Ctrl-Y is not 'run' in editor");
    terminal.wait_until("the database opens", |screen| !screen.contains("(opening)"));
    terminal.send("iprint 'x'\x1b");
    terminal.wait("NORMAL  1:9");
    assert!(String::from_utf8_lossy(&terminal.bytes()).contains("38;2;163;190;140"));
    terminal.send("0cwextend\x1b");
    terminal.wait("extend 'x'");
    // Esc and what follows at once would be Alt.
    terminal.wait("NORMAL  1:6");
    terminal.send("u");
    terminal.wait("print 'x'");
    terminal.send("\x0f\x19");
    terminal.wait("1 row ");
    terminal.send(CTRL_Q);
    assert_eq!(terminal.end().exit_code(), 0);
}

#[test]
fn settings_say_the_zone_of_times_and_where_copies_go() {
    let first = Terminal::ready(Setup::default());
    let home = first.home.clone();
    drop(first);
    let folder = home.path().join("xdg_config_home/kqlhunt");
    fs::create_dir_all(&folder).expect("makes a folder");
    fs::write(folder.join("config.yaml"), "tz: Asia/Kolkata\nclipboard: file\n").expect("writes");
    let mut terminal = Terminal::ready(Setup { home: Some(home.clone()), ..Setup::default() });
    terminal.wait("tz Asia/Kolkata");
    terminal.send("print At = datetime(2026-05-14 12:00)");
    terminal.send(F5);
    terminal.wait("2026-05-14T17:30:00+05:30");
    terminal.send(CTRL_O);
    terminal.send("y");
    // What is copied stays in UTC, and the terminal is sent nothing.
    terminal.wait("cell copied: 20 bytes to ");
    let clip = home.path().join("xdg_state_home/kqlhunt/clip.txt");
    assert_eq!(fs::read_to_string(clip).expect("is written"), "2026-05-14T12:00:00Z");
    assert!(!String::from_utf8_lossy(&terminal.bytes()).contains("\x1b]52;"));
    terminal.send(":tz utc\r");
    terminal.wait("times are shown in UTC");
    terminal.send(CTRL_Q);
    assert_eq!(terminal.end().exit_code(), 0);
    // What was chosen goes before what is set.
    fs::write(folder.join("config.yaml"), "tz: Asia/Kolkata\nclipboard: none\n").expect("writes");
    let mut terminal = Terminal::ready(Setup { home: Some(home), ..Setup::default() });
    terminal.send(F5);
    terminal.wait("2026-05-14T12:00:00Z");
    terminal.send(CTRL_O);
    terminal.send("y");
    terminal.wait("the settings have 'clipboard: none'");
    terminal.send(CTRL_Q);
    assert_eq!(terminal.end().exit_code(), 0);
}
