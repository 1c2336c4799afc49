//! What the README shows is so, and so are the command pages under tests/cmd.

use std::io::{Read, Write};
use std::num::NonZero;
use std::sync::mpsc;
use std::time::{Duration, Instant};

use portable_pty::{CommandBuilder, PtySize, native_pty_system};

use crate::pages;
use crate::sandbox::Sandbox;

#[test]
fn the_commands_of_the_readme() {
    pages::check_page("README.md");
    pages::check_page("docs/WORKBENCH.md");
}

#[test]
fn the_command_pages() {
    for page in pages::pages("tests/cmd") {
        pages::check_page(&page);
    }
}

/// A terminal of 80x24 with the workbench in it.
struct Terminal {
    child: Box<dyn portable_pty::Child + Send + Sync>,
    keys: Box<dyn Write + Send>,
    bytes: mpsc::Receiver<Vec<u8>>,
    screen: vt100::Parser,
}

impl Terminal {
    fn open(sandbox: &Sandbox) -> Terminal {
        let size = PtySize { rows: 24, cols: 80, pixel_width: 0, pixel_height: 0 };
        let pair = native_pty_system().openpty(size).expect("opens");
        let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_kqlhunt"));
        command.args(["--sample", "--color", "never"]);
        command.cwd(sandbox.path());
        command.env("HOME", sandbox.path());
        command.env("TERM", "xterm-256color");
        command.env("LANG", "C.UTF-8");
        for name in
            ["LC_ALL", "XDG_DATA_HOME", "XDG_STATE_HOME", "XDG_CACHE_HOME", "XDG_CONFIG_HOME", "KQLHUNT_DB"]
        {
            command.env_remove(name);
        }
        let child = pair.slave.spawn_command(command).expect("starts");
        let mut reader = pair.master.try_clone_reader().expect("reads");
        let keys = pair.master.take_writer().expect("writes");
        let (sender, bytes) = mpsc::channel();
        std::thread::spawn(move || {
            // The terminal lives as long as somebody reads it.
            let _master = pair.master;
            let mut buffer = [0; 4096];
            while let Ok(count @ 1..) = reader.read(&mut buffer) {
                if sender.send(buffer[..count].to_vec()).is_err() {
                    return;
                }
            }
        });
        let (rows, columns) =
            (NonZero::new(24).expect("is not zero"), NonZero::new(80).expect("is not zero"));
        Terminal { child, keys, bytes, screen: vt100::Parser::new(rows, columns, 0) }
    }

    fn press(&mut self, keys: &str) {
        self.keys.write_all(keys.as_bytes()).expect("writes");
        self.keys.flush().expect("writes");
    }

    /// The screen, once it shows the text.
    fn wait_for(&mut self, text: &str) -> String {
        let deadline = Instant::now() + Duration::from_secs(30);
        loop {
            let shown = self.screen.screen().contents();
            if shown.contains(text) {
                return shown;
            }
            assert!(Instant::now() < deadline, "no '{text}' on\n{shown}");
            if let Ok(bytes) = self.bytes.recv_timeout(Duration::from_millis(100)) {
                self.screen.process(&bytes);
            }
        }
    }
}

/// The 30-second tour, as far as its second step, ends on the screen that the README shows.
#[test]
fn the_screen_of_the_readme() {
    let readme = crate::project("README.md");
    let text = std::fs::read_to_string(&readme).expect("reads");
    let start = text.find("```text\n").expect("shows a screen") + "```text\n".len();
    let end = start + text[start..].find("```\n").expect("ends the screen");

    let sandbox = Sandbox::new();
    let mut terminal = Terminal::open(&sandbox);
    terminal.wait_for("F3");
    terminal.press("\x1bOR");
    terminal.wait_for("Quarantine release trend");
    terminal.press("\r");
    terminal.wait_for("project-rename");
    terminal.press("\x1b[15~");
    terminal.wait_for("Quarantine Releases by Day ─");
    let shown = terminal.wait_for("21 rows");
    terminal.press("\x11");
    terminal.child.wait().expect("ends");

    // The time of the run differs from run to run.
    let time = regex::Regex::new(r" [0-9.]+ m?s ─*").expect("is a pattern");
    let plain = |screen: &str| {
        let lines: Vec<&str> = screen.lines().map(str::trim_end).collect();
        time.replace_all(lines.join("\n").trim_end(), " TIME ").into_owned()
    };
    if std::env::var_os("UPDATE").is_some() {
        let lines: Vec<&str> = shown.lines().map(str::trim_end).collect();
        let new = format!("{}{}\n{}", &text[..start], lines.join("\n").trim_end(), &text[end..]);
        std::fs::write(&readme, new).expect("writes");
    } else {
        assert_eq!(plain(&text[start..end]), plain(&shown));
    }
}
