//! What is kept: tabs, results, sessions.

use super::terminal::{Setup, Terminal};
use super::{CTRL_O, CTRL_Q, F5};

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
