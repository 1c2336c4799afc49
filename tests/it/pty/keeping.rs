//! What is kept: tabs, results, sessions.

use std::os::unix::fs::PermissionsExt;

use super::{CTRL_O, CTRL_Q, F5};
use crate::terminal::{Setup, Terminal};

const CTRL_N: &str = "\x0e";
const CTRL_PAGE_UP: &str = "\x1b[5;5~";

#[test]
fn tabs_come_back_after_a_dropped_line_and_it_is_said() {
    let mut terminal = Terminal::ready(Setup::default());
    terminal.send("print First = 41");
    terminal.send(CTRL_N);
    terminal.wait("[2 (empty)]");
    terminal.send("print Second = 43");
    terminal.send(F5);
    terminal.wait("1 row ");
    terminal.send(CTRL_PAGE_UP);
    terminal.wait("[1 print]  2 print");
    terminal.wait("print First = 41");
    terminal.send(F5);
    terminal
        .wait_until("the other result goes", |screen| screen.contains("First ") && !screen.contains("43"));
    terminal.send(CTRL_O);
    terminal.settle();
    terminal.hang_up();
    terminal.end();
    let home = terminal.home.clone();
    let mut again = Terminal::ready(Setup { home: Some(home.clone()), ..Setup::default() });
    again.wait("restored 2 tabs from ");
    again.wait("Z, link lost");
    again.wait("[1 print]  2 print");

    // A second workbench does not write over the session of the first.
    let mut second = Terminal::ready(Setup { home: Some(home), ..Setup::default() });
    second.wait("another workbench has these data open; this is number 2");
    second.send("print Third = 47");
    second.send(CTRL_Q);
    second.end();
    again.send(CTRL_Q);
    again.end();
    let kept = again.sessions();
    assert_eq!(kept.len(), 2, "{kept:?}");
    assert!(kept.iter().any(|one| one.contains("Second = 43") && !one.contains("Third")), "{kept:?}");
}

#[test]
fn the_users_editor_has_the_terminal_and_the_line() {
    let home = std::sync::Arc::new(tempfile::tempdir().unwrap());
    let script = home.path().join("nano");
    let typed = "#!/bin/sh\necho your name?; read name\n\
        echo \"// $name began at $1 with $(stat -c %a \"$2\")\" >> \"$2\"\n";
    std::fs::write(&script, typed).unwrap();
    std::fs::set_permissions(&script, std::fs::Permissions::from_mode(0o700)).unwrap();
    let program = script.display().to_string();
    let variables = [("EDITOR", program.as_str())];
    let setup = Setup { home: Some(home.clone()), variables: &variables, ..Setup::default() };
    let mut terminal = Terminal::ready(setup);
    terminal.send("print 1\r| take 1\x18");
    terminal.wait("your name?");
    // None of it is a key of ours.
    terminal.send("amy\r");
    terminal.wait("// amy began at +2 with 600");
    terminal.wait("the text is as the editor left it");
    terminal.send("x");
    terminal.wait("| take 1x");
}

#[test]
fn a_result_is_a_table() {
    let mut terminal = Terminal::ready(Setup { size: (120, 40), ..Setup::default() });
    let mut run = |query: &str, wanted: &str| {
        terminal.send(CTRL_N);
        terminal.send(query);
        terminal.send(F5);
        terminal.wait(wanted);
    };
    run("OfficeActivity | summarize Hits = count() by UserId | top 3 by Hits", "3 rows");
    run("Last | summarize Sum = sum(Hits), Users = dcount(UserId)", "[2/2] Result2  1 row");
    run("OfficeActivity", "[3/3] Result3");
    run("Result3 | where UserId in (Result1) | count", "[4/4] Result4  1 row");
    run("Result1 | where Hits < 0 | union Result2 | count", "[5/5] Result5  1 row");
    run("search * | where $table startswith 'Result' | count", "[6/6] Result6  1 row");
    run("Last", "[7/7] Result7  1 row");
    // A tab without a result shows them too.
    run("Result9", "unknown table");
    terminal.send(CTRL_O);
    terminal.send("1");
    terminal.wait("[1/7] Result1  3 rows");
}
