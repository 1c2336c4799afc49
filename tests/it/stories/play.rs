//! One story, played.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::{Arc, LazyLock};
use std::thread;
use std::time::{Duration, Instant};

use regex::Regex;
use tempfile::TempDir;

use super::Story;
use crate::terminal::{self, Setup, Terminal, keys};

/// A screen that is not the right one after this long without a byte will not become it.
const QUIET: Duration = Duration::from_secs(6);
/// After this long without a byte a screen is taken to be finished, where nothing says what it is to be.
const FINISHED: Duration = Duration::from_millis(1_500);
/// What goes on changing, such as the time that a query takes, is looked at no longer than this.
const RESTLESS: Duration = Duration::from_secs(20);
/// tmux waits this long for what may follow an Esc; so do we where nothing does.
const ESCAPE: Duration = Duration::from_millis(600);

pub struct Play {
    home: Arc<TempDir>,
    size: (u16, u16),
    arguments: Vec<String>,
    variables: Vec<(String, String)>,
    terminal: Option<Terminal>,
    tmux: bool,
    update: bool,
}

impl Play {
    pub fn new(tmux: bool, update: bool) -> Play {
        // Of the same length everywhere, since paths are cut where they do not fit.
        let home = Arc::new(tempfile::tempdir_in("/tmp").unwrap());
        let sample = crate::project("sample-data");
        std::os::unix::fs::symlink(sample, home.path().join("sample-data")).unwrap();
        Play {
            home,
            size: (80, 24),
            arguments: Vec::new(),
            variables: Vec::new(),
            terminal: None,
            tmux,
            update,
        }
    }

    /// A cut line is tmux's to survive, codes and stops come from what is its child, not ours, and it decides
    /// which terminal there is.
    pub fn outside_of_tmux(step: &str) -> bool {
        ["cut", "end", "stop", "variable TERM=", "variable COLORTERM="]
            .iter()
            .any(|word| step.starts_with(word))
    }

    pub fn play(mut self, story: &mut Story) -> Result<(), String> {
        for step in &mut story.steps {
            let seen = std::mem::take(&mut step.seen);
            let (word, rest) = step.said.split_once(' ').unwrap_or((&step.said, ""));
            step.seen = self.step(word, rest, &seen);
            if !self.update && step.seen != seen {
                return Err(format!("> {}\n{}", step.said, difference(&seen, &step.seen)));
            }
        }
        Ok(())
    }

    /// Performs a step and gives what it shows.
    ///
    /// - `size WxH`, `variable NAME=VALUE`, `file NAME TEXT`, `start ARGUMENTS`: before the workbench.
    /// - `keys NAMES`, `type TEXT`, `paste TEXT`: `\n` is Enter, in a paste a line break, and
    ///   `\t` and `\e` there a tab and an Esc.
    /// - `wait TEXT`, `gone TEXT`: until the screen has it, or has it no more.
    /// - `result`: until a result is whole, which says how long it took; its first rows come before.
    /// - `screen`: all of it but the last row, the hints; `screen all`; `rows A-B`, counted from 1.
    /// - `styled TEXT`: the runs of letters of a row that has the text, with colour and weight.
    /// - `resize WxH`, `quiet MS` (no byte for so long), `copied` (the last text for the clipboard).
    /// - `read FILE`, `sh COMMAND` (with kqlhunt on the path): what is in it, what it prints.
    /// - `cut` (the line is lost and the process ends), `stop` and `go on`, `end CODE`, `again`.
    fn step(&mut self, word: &str, rest: &str, seen: &[String]) -> Vec<String> {
        let unescaped = || rest.replace("\\n", "\n").replace("\\t", "\t").replace("\\e", "\x1b");
        match word {
            "size" => self.size = size(rest),
            "variable" => {
                let (name, value) = rest.split_once('=').unwrap();
                self.variables.push((name.to_string(), value.to_string()));
            }
            "file" => {
                let (name, text) = rest.split_once(' ').unwrap();
                fs::write(self.home.path().join(name), text.replace("\\n", "\n")).unwrap();
            }
            "start" => {
                self.arguments = rest.split_whitespace().map(str::to_string).collect();
                self.start();
            }
            "again" => self.start(),
            "keys" => rest.split_whitespace().for_each(|name| self.key(name)),
            "type" => self.send(&rest.replace("\\n", "\r")),
            "paste" => self.send(&format!("\x1b[200~{}\x1b[201~", unescaped())),
            "wait" => self.shown().wait(rest),
            "result" => self.shown().wait_until("a whole result", has_result),
            "gone" => self.shown().wait_until(&format!("{rest} goes"), |screen| !screen.contains(rest)),
            "screen" | "rows" | "styled" => return self.awaited(seen, |play| play.look(word, rest)),
            "copied" => return self.awaited(seen, |play| copied(&play.shown().bytes())),
            "read" => return self.awaited(seen, |play| play.read(rest)),
            "resize" => {
                let (width, height) = size(rest);
                self.size = (width, height);
                self.shown().resize(width, height + u16::from(self.tmux));
            }
            "quiet" => self.quiet(Duration::from_millis(rest.parse().unwrap())),
            "sh" => return self.shell(rest),
            "cut" => self.cut(),
            "stop" => self.wait_for_state('T'),
            "go" => self.shown().signal(rustix::process::Signal::CONT),
            "end" => {
                let status = self.terminal.as_mut().unwrap().end();
                let shown = || self.shown().screen();
                assert_eq!(status.exit_code().to_string(), rest, "{status:?}\n{}", shown());
            }
            other => panic!("no such step: {other}"),
        }
        Vec::new()
    }

    fn start(&mut self) {
        let arguments: Vec<&str> = self.arguments.iter().map(String::as_str).collect();
        let variables: Vec<(&str, &str)> =
            self.variables.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        let (home, size) = (Some(self.home.clone()), self.size);
        let setup = Setup {
            arguments: &arguments,
            variables: &variables,
            size,
            home,
            tmux: self.tmux,
            ..Setup::default()
        };
        self.terminal = Some(Terminal::ready(setup));
    }

    fn shown(&self) -> &Terminal {
        self.terminal.as_ref().expect("the story has started the workbench")
    }

    fn send(&mut self, text: &str) {
        self.terminal.as_mut().unwrap().send(text);
    }

    fn key(&mut self, name: &str) {
        self.send(&keys::bytes(name));
        if name == "Esc" {
            thread::sleep(ESCAPE);
        }
    }

    /// Looks until it sees what is wanted, or nothing changes any more.
    fn awaited(&self, seen: &[String], look: impl Fn(&Play) -> Vec<String>) -> Vec<String> {
        let (mut sent, mut since, started) = (None, Instant::now(), Instant::now());
        let (patience, most) = if self.update { (FINISHED, 3 * FINISHED) } else { (QUIET, RESTLESS) };
        loop {
            let now = self.shown().sent();
            if sent != Some(now) {
                (sent, since) = (Some(now), Instant::now());
            }
            let came = look(self);
            let enough = since.elapsed() > patience || started.elapsed() > most;
            if !self.update && came == seen || enough {
                return came;
            }
            thread::sleep(Duration::from_millis(15));
        }
    }

    fn look(&self, word: &str, rest: &str) -> Vec<String> {
        let screen = self.shown().screen();
        let mut rows: Vec<String> = screen.lines().map(|line| self.masked(line.trim_end())).collect();
        rows.resize(usize::from(self.size.1) + usize::from(self.tmux), String::new());
        rows.truncate(usize::from(self.size.1));
        match (word, rest) {
            ("screen", "all") => rows,
            ("screen", _) => rows[..rows.len() - 1].to_vec(),
            ("rows", _) => {
                let (from, to) = rest.split_once('-').unwrap_or((rest, rest));
                let number = |text: &str| text.parse::<usize>().unwrap();
                rows[number(from) - 1..number(to)].to_vec()
            }
            _ => self.shown().styles(rest),
        }
    }

    /// Without what differs from run to run.
    fn masked(&self, line: &str) -> String {
        let home = self.home.path().display().to_string();
        masked(&line.replace(&home, "~"))
    }

    fn read(&self, name: &str) -> Vec<String> {
        let text = fs::read_to_string(self.home.path().join(name)).unwrap_or_default();
        text.lines().map(|line| self.masked(line)).collect()
    }

    fn shell(&self, line: &str) -> Vec<String> {
        let folder = Path::new(env!("CARGO_BIN_EXE_kqlhunt")).parent().unwrap().display();
        let path = std::env::var("PATH").unwrap_or_default();
        let mut command = Command::new("sh");
        command
            .args(["-c", &format!("exec 2>&1\n{line}")])
            .current_dir(self.home.path())
            .stdin(Stdio::null());
        for name in terminal::AMBIENT {
            command.env_remove(name);
        }
        command.envs(terminal::surroundings(self.home.path())).env("PATH", format!("{folder}:{path}"));
        let output = command.output().unwrap();
        let text = String::from_utf8(output.stdout).unwrap();
        text.lines().map(|line| self.masked(line)).collect()
    }

    fn quiet(&self, time: Duration) {
        self.shown().settle();
        if self.tmux {
            // Its status line has a clock.
            return;
        }
        // Beside other work what was asked for may come late: it is awaited, not looked at once.
        let started = Instant::now();
        loop {
            let sent = self.shown().sent();
            thread::sleep(time);
            if self.shown().sent() == sent {
                return;
            }
            assert!(started.elapsed() < RESTLESS, "bytes while nothing happens");
        }
    }

    fn cut(&mut self) {
        let terminal = self.terminal.as_mut().unwrap();
        terminal.hang_up();
        terminal.end();
    }

    fn wait_for_state(&self, state: char) {
        let started = Instant::now();
        while self.shown().processor().1 != state {
            assert!(started.elapsed() < terminal::PATIENCE, "it does not stop");
            thread::sleep(Duration::from_millis(5));
        }
    }
}

/// Durations, shares of running queries and times of the day at which something was run become marks. The
/// next run of a rule or of spaces takes up the difference in width.
fn masked(line: &str) -> String {
    const DATE: &str = r"20\d\d-\d\d-\d\d \d\d:\d\dZ";
    static PASSING: LazyLock<Regex> = LazyLock::new(|| {
        let kinds = [
            r"(?<duration>\d+ min \d+ s|\d+(?:\.\d+)? m?s)\b",
            r"(?<share>\d+ %  Ctrl-C)",
            r"(?<ran>of 20\d\d-\d\d-\d\d \d\d:\d\d(:\d\d)?Z)",
            &format!("(?<restored>from {DATE})"),
            &format!(r"{DATE}(?<rows>  [\d,]+ row)"),
        ];
        Regex::new(&format!(r"\b(?:{})", kinds.join("|"))).unwrap()
    });
    let (mut out, mut rest) = (String::new(), line.to_string());
    while let Some(found) = PASSING.captures(&rest) {
        let whole = found.get(0).unwrap();
        let mark = if found.name("duration").is_some() {
            "# ms".to_string()
        } else if found.name("share").is_some() {
            "# %  Ctrl-C".to_string()
        } else if found.name("ran").is_some() {
            "of ####-##-## ##:##:##Z".to_string()
        } else if found.name("restored").is_some() {
            "from ####-##-## ##:##Z".to_string()
        } else {
            format!("####-##-## ##:##Z{}", &found["rows"])
        };
        out.push_str(&rest[..whole.start()]);
        out.push_str(&mark);
        let after = &rest[whole.end()..];
        let (was, is) = (whole.as_str().chars().count(), mark.chars().count());
        rest = refilled(after, was as isize - is as isize);
    }
    (out + &rest).trim_end().to_string()
}

/// The first run of three or more fillers is longer by so much.
fn refilled(text: &str, by: isize) -> String {
    static FILL: LazyLock<Regex> = LazyLock::new(|| Regex::new("─{3,}| {3,}|-{3,}").unwrap());
    let Some(fill) = FILL.find(text) else { return text.to_string() };
    let letter = fill.as_str().chars().next().unwrap();
    let wide = fill.as_str().chars().count().saturating_add_signed(by);
    format!("{}{}{}", &text[..fill.start()], letter.to_string().repeat(wide), &text[fill.end()..])
}

#[test]
fn what_passes_is_masked() {
    let lines = ["Result  1 row  1.4 s  by N ─────── x", "Result  1 row  141 ms  by N ────── x"];
    assert_eq!(lines.map(masked), ["Result  1 row  # ms  by N ──────── x"; 2]);
    assert_eq!(
        masked("2027-05-14 12:00Z  9 rows  7 min 9 s  to 2026-05-14 12:00Z"),
        "####-##-## ##:##Z  9 rows  # ms  to 2026-05-14 12:00Z"
    );
}

/// Line by line, `-` for what was wanted and `+` for what came.
fn difference(wanted: &[String], came: &[String]) -> String {
    let empty = String::new();
    let pairs = (0..wanted.len().max(came.len())).map(|at| (wanted.get(at), came.get(at)));
    pairs
        .map(|(wanted, came)| (wanted.unwrap_or(&empty), came.unwrap_or(&empty)))
        .map(
            |(wanted, came)| {
                if wanted == came { format!("  {came}\n") } else { format!("- {wanted}\n+ {came}\n") }
            },
        )
        .collect()
}

impl Drop for Play {
    fn drop(&mut self) {
        if self.tmux {
            let socket = self.home.path().join("tmux.socket");
            // The server may have gone with its last session.
            let _ = Command::new("tmux").arg("-S").arg(socket).arg("kill-server").output();
        }
    }
}

/// `120x40`.
fn size(text: &str) -> (u16, u16) {
    let (width, height) = text.split_once('x').unwrap();
    (width.parse().unwrap(), height.parse().unwrap())
}

/// Whether a title says the rows and the time of a result, as it does once all have come.
fn has_result(screen: &str) -> bool {
    static WHOLE: LazyLock<Regex> =
        LazyLock::new(|| Regex::new(r"\d rows?  [\d.,]+ m?s").expect("a pattern"));
    WHOLE.is_match(screen)
}

/// The text of the last sequence that puts something into the terminal's clipboard.
fn copied(bytes: &[u8]) -> Vec<String> {
    let text = String::from_utf8_lossy(bytes);
    let Some((_, last)) = text.rsplit_once("\x1b]52;") else { return Vec::new() };
    let end = last.find(['\x07', '\x1b']).unwrap_or(last.len());
    let encoded = last[..end].split_once(';').map_or("", |(_, encoded)| encoded);
    String::from_utf8(unpacked(encoded)).unwrap().lines().map(str::to_string).collect()
}

/// Base64, as OSC 52 carries text.
fn unpacked(text: &str) -> Vec<u8> {
    const LETTERS: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let (mut bytes, mut bits, mut count) = (Vec::new(), 0u32, 0);
    for letter in text.trim_end_matches('=').chars() {
        bits = bits << 6 | LETTERS.find(letter).expect("is base64") as u32;
        count += 6;
        if count >= 8 {
            count -= 8;
            bytes.push((bits >> count & 0xff) as u8);
        }
    }
    bytes
}

#[test]
fn what_is_copied_is_read() {
    let bytes = b"\x1b[H\x1b]52;c;YQ==\x07x\x1b]52;c;MjAzLjAuMTEzLjkKYg==\x1b\\";
    assert_eq!(copied(bytes), ["203.0.113.9", "b"]);
}
