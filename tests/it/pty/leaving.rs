//! Ways out of the program, wanted or not: the terminal is given back, the text is kept.

use super::*;

#[test]
fn a_cut_link_ends_the_process_and_keeps_the_text() {
    for ignore_hang_up in [false, true] {
        for running in [false, true] {
            let mut terminal = Terminal::ready(Setup { ignore_hang_up, ..Setup::default() });
            terminal.send(ENDLESS);
            terminal.wait("sum(a * b)");
            if running {
                terminal.send(F5);
                terminal.wait("Ctrl-C stops it");
            }
            terminal.send("\x01// kept ");
            terminal.wait("// kept range");
            // To the end of the text: a pty that is closed types a line break and Ctrl-D before it goes.
            terminal.send("\x05");
            terminal.settle();
            terminal.hang_up();
            terminal.end();
            assert!(terminal.session().contains("// kept range"), "{}", terminal.session());
            let home = terminal.home.clone();
            let mut again = Terminal::ready(Setup { home: Some(home), ..Setup::default() });
            again.send("\x01");
            again.wait("// kept range");
        }
    }
}

#[test]
fn a_signal_gives_the_terminal_back() {
    for (signal, code) in [(Signal::TERM, 143), (Signal::INT, 130), (Signal::HUP, 129)] {
        let mut terminal = Terminal::ready(Setup::default());
        terminal.send("print 5");
        terminal.wait("print 5");
        terminal.signal(signal);
        let status = terminal.end();
        assert_eq!(status.exit_code(), code);
        assert!(terminal.session().contains("print 5"));
        wait_for_clean_end(&terminal);
    }
}

/// Until the other screen is left and pastes are keys again.
fn wait_for_clean_end(terminal: &Terminal) {
    terminal.wait_until("the terminal is given back", |_| {
        let bytes = String::from_utf8_lossy(&terminal.bytes()).into_owned();
        let left = bytes.rfind("\x1b[?1049l");
        left > bytes.rfind("\x1b[?1049h") && bytes.rfind("\x1b[?2004l") > bytes.rfind("\x1b[?2004h")
    });
}

#[test]
fn a_panic_in_any_thread_gives_the_terminal_back() {
    for (place, key) in [("screen", CTRL_L), ("engine", F5)] {
        let variables = [("KQLHUNT_REHEARSE_PANIC", place)];
        let before = Terminal::modes_before();
        let mut terminal = Terminal::ready(Setup { variables: &variables, ..Setup::default() });
        assert_ne!(terminal.modes(), before);
        terminal.send("print 6");
        terminal.wait("print 6");
        terminal.send(key);
        assert_eq!(terminal.end().exit_code(), 101);
        assert_eq!(terminal.modes(), before);
        wait_for_clean_end(&terminal);
        terminal.wait("rehearsed");
        terminal.wait(".json away");
        assert!(terminal.session().contains("print 6"));
    }
}

#[test]
fn a_panic_of_the_compiler_is_a_diagnostic() {
    let variables = [("KQLHUNT_REHEARSE_PANIC", "compiler")];
    let mut terminal = Terminal::ready(Setup { variables: &variables, ..Setup::default() });
    terminal.send("print 8");
    terminal.wait("a mistake of kqlhunt: rehearsed in the compiler");
    terminal.send(" + 1");
    terminal.send(F5);
    terminal.wait("rehearsed in the compiler");
    terminal.send(CTRL_Q);
    assert_eq!(terminal.end().exit_code(), 0);
    assert!(terminal.session().contains("print 8 + 1"));
}

#[test]
fn suspended_and_back() {
    let mut terminal = Terminal::ready(Setup::default());
    terminal.send("print 7");
    terminal.send(F5);
    terminal.wait("1 row ");
    terminal.send(CTRL_O);
    terminal.send(CTRL_Z);
    let started = Instant::now();
    while terminal.processor().1 != 'T' {
        assert!(started.elapsed() < PATIENCE, "it does not stop");
        thread::sleep(Duration::from_millis(5));
    }
    wait_for_clean_end(&terminal);
    terminal.signal(Signal::CONT);
    terminal.wait("1 row ");
    terminal.send(CTRL_Q);
    assert_eq!(terminal.end().exit_code(), 0);
}
