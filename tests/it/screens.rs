//! Screens: a script of keys in tests/screens/NAME.txt, and what is on the screen after it at each size.
//! `UPDATE=1` writes the screens anew. The engine's part is played by [`world`].

mod made;
mod world;

pub use made::now;
use made::{ran, result, schema};
use std::collections::{HashMap, VecDeque};
use std::fs;
use std::path::PathBuf;
use std::sync::Arc;
use world::{library, world};

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use kqlhunt::app::look::{Depth, Look, ascii_terminal};
use kqlhunt::app::mouse::{Does, Mouse};
use kqlhunt::app::msg::{Effect, Failure, Msg, Opened};
use kqlhunt::app::session::Ended;
use kqlhunt::app::vim::Vim;
use kqlhunt::app::{App, Start, update};
use kqlhunt::catalog::charts::{Form, KINDS};
use kqlhunt::hunt::pack;
use kqlhunt::tui::draw::draw;
use kqlhunt::tui::theme::Theme;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

const SIZES: [(u16, u16); 2] = [(80, 24), (120, 40)];

#[test]
fn screens() {
    let folder = crate::project("tests/screens");
    let mut files: Vec<PathBuf> = fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    assert!(files.len() > 10, "the screens are missing");
    let mut wrong = Vec::new();
    for file in files {
        let text = fs::read_to_string(&file).unwrap();
        let script: String = text.split("\n--- ").next().unwrap().trim_end().to_string();
        let mut now = script.clone() + "\n";
        for size in sizes(&script) {
            now.push_str(&format!("--- {}x{}\n{}", size.0, size.1, play(&script, size)));
        }
        if now != text && std::env::var_os("UPDATE").is_some() {
            fs::write(&file, &now).unwrap();
        } else if now != text {
            wrong.push(format!("{}\n{now}", file.display()));
        }
    }
    assert!(wrong.is_empty(), "differ (UPDATE=1 accepts):\n{}", wrong.join("\n"));
}

/// `sizes 40x10 60x16` in the script, or the usual two.
fn sizes(script: &str) -> Vec<(u16, u16)> {
    let number = |text: &str| text.parse().unwrap();
    let line = script.lines().find_map(|line| line.strip_prefix("sizes "));
    line.map(|line| {
        line.split(' ')
            .map(|size| size.split_once('x').map(|(w, h)| (number(w), number(h))).unwrap())
            .collect()
    })
    .unwrap_or(SIZES.to_vec())
}

/// Runs a script and gives the screen as text.
fn play(script: &str, size: (u16, u16)) -> String {
    let stage = played(script, size);
    let styles = script.lines().any(|line| line == "styles");
    stage.screen() + &if styles { stage.styles() } else { String::new() }
}

/// The stage at the end of a script.
pub fn played(script: &str, size: (u16, u16)) -> Stage {
    let asks = |word: &str| script.lines().any(|line| line == word);
    // `term TERM [COLORTERM]`: a terminal of that name.
    let term = script.lines().find_map(|line| line.strip_prefix("term "));
    let (term, color) = term.map(|line| line.split_once(' ').unwrap_or((line, ""))).unwrap_or_default();
    let mut stage = Stage::new(size, asks("ascii") || ascii_terminal(term));
    if !term.is_empty() {
        stage.depth = Depth::of(term, color);
    }
    stage.app.vim = asks("vim").then(Vim::default);
    if asks("no color") {
        stage.depth = Depth::Mono;
    }
    for line in script.lines().filter(|line| !line.starts_with('#') && !line.is_empty()) {
        stage.line(line);
    }
    stage
}

pub struct Stage {
    pub app: App,
    pub depth: Depth,
    pub look: Look,
    pub at: u64,
    pub effects: Vec<Effect>,
    /// The text of each run.
    pub ran: HashMap<u64, String>,
    /// While answers are held back, those that wait.
    held: Option<VecDeque<Msg>>,
}

impl Stage {
    pub fn new(size: (u16, u16), ascii: bool) -> Stage {
        let app = App::new(Start {
            size,
            ascii,
            keymap: Arc::default(),
            vim: false,
            mouse: false,
            show_empty: false,
            zone: Default::default(),
            title: "sample".into(),
            clock: None,
            hunts: Arc::new(pack::shipped().unwrap()),
        });
        let (depth, look) = (Depth::Ansi, Look::default());
        Stage { app, depth, look, at: 0, effects: Vec::new(), ran: HashMap::new(), held: None }
    }

    /// One event, and what the world answers to it.
    pub fn send(&mut self, msg: Msg) {
        let mut queue = VecDeque::from([msg]);
        while let Some(msg) = queue.pop_front() {
            for effect in update(&mut self.app, self.at, msg) {
                if let Effect::Run { run, text, .. } = &effect {
                    self.ran.insert(*run, text.clone());
                }
                let answers = world(&effect, &self.ran);
                self.held.as_mut().unwrap_or(&mut queue).extend(answers);
                self.effects.push(effect);
            }
        }
    }

    pub fn line(&mut self, line: &str) {
        let (word, rest) = line.split_once(' ').unwrap_or((line, ""));
        match word {
            "ascii" | "vim" | "no" | "styles" | "sizes" | "term" => {}
            "theme" => {
                let (name, style) = rest.split_once(' ').unwrap();
                self.look.set(name, style).unwrap();
            }
            "open" => self.send(Msg::Opened(Opened {
                schema: Arc::new(schema()),
                clock: Some(now()),
                title: None,
                notes: Vec::new(),
            })),
            "type" => {
                for letter in rest.replace("\\n", "\n").chars() {
                    let code = if letter == '\n' { KeyCode::Enter } else { KeyCode::Char(letter) };
                    self.send(Msg::Key(KeyEvent::new(code, KeyModifiers::NONE)));
                }
            }
            "paste" => self.send(Msg::Paste(rest.replace("\\n", "\r").replace("\\e", "\x1b"))),
            "library" => self.send(library()),
            "stopped" => {
                let run = *self.ran.keys().max().unwrap();
                self.send(Msg::Failed { run, failure: Failure::Cancelled, rows: 12_481, ms: 1_500 });
            }
            // Answers wait; the next of them comes; all come; none comes.
            "hold" => self.held = Some(VecDeque::new()),
            "answer" => {
                let next = self.held.as_mut().and_then(VecDeque::pop_front);
                self.send(next.expect("an answer waits"));
            }
            "release" => {
                for answer in self.held.take().into_iter().flatten() {
                    self.send(answer);
                }
            }
            "lose" => self.held = None,
            "wait" => {
                self.at += rest.parse::<u64>().unwrap();
                self.send(Msg::Wake((Some(0.25), 12_000)));
            }
            "resize" => {
                let (width, height) = rest.split_once('x').unwrap();
                self.send(Msg::Resize(width.parse().unwrap(), height.parse().unwrap()));
            }
            "lines" => {
                let (count, line) = rest.split_once(' ').unwrap();
                self.send(Msg::Paste(format!("{line}\n").repeat(count.parse().unwrap())));
            }
            "bytes" => {
                let byte = |hex: &str| u8::from_str_radix(hex, 16).unwrap();
                self.send(Msg::Bytes(rest.split(' ').map(byte).collect()));
            }
            "mouse" => {
                let words: Vec<&str> = rest.split(' ').collect();
                let does = if words[0] == "press" { Does::Press } else { Does::Down };
                self.send(Msg::Mouse(Mouse {
                    x: words[1].parse().unwrap(),
                    y: words[2].parse().unwrap(),
                    does,
                }));
            }
            // The program ends, and another begins with what it left.
            "again" => {
                let (mut session, size, ascii) = (self.app.session(), self.app.size, self.app.ascii);
                session.ended = Ended::LinkLost;
                *self = Stage::new(size, ascii);
                self.line("open");
                self.send(Msg::Restored(session));
            }
            "keys" => {
                for name in rest.split_whitespace() {
                    self.send(Msg::Key(key(name)));
                }
            }
            other => panic!("no such step: {other}"),
        }
    }

    pub fn buffer(&self) -> (Buffer, Option<(u16, u16)>) {
        let mut buffer = Buffer::empty(Rect { x: 0, y: 0, width: self.app.size.0, height: self.app.size.1 });
        let theme = Theme::new(&self.look, self.depth, self.app.ascii);
        let cursor = draw(&self.app, &theme, &mut buffer);
        (buffer, cursor.map(|place| (place.x, place.y)))
    }

    /// Rows of text; where the cursor is stands below.
    pub fn screen(&self) -> String {
        let (buffer, cursor) = self.buffer();
        let mut text = String::new();
        for y in 0..self.app.size.1 {
            let mut row = String::new();
            let mut skip = 0;
            for x in 0..self.app.size.0 {
                let symbol = buffer[(x, y)].symbol();
                if skip == 0 {
                    row.push_str(symbol);
                    skip = unicode_width::UnicodeWidthStr::width(symbol).max(1);
                }
                skip -= 1;
            }
            text.push_str(row.trim_end());
            text.push('\n');
        }
        match cursor {
            Some((x, y)) => text.push_str(&format!("(cursor {x},{y})\n")),
            None => text.push_str("(no cursor)\n"),
        }
        text
    }
}

impl Stage {
    /// A letter for the style of each cell, `.` for none, and below what the letters stand for.
    fn styles(&self) -> String {
        let (buffer, _) = self.buffer();
        let mut known: Vec<String> = Vec::new();
        let mut text = String::new();
        for y in 0..self.app.size.1 {
            let mut row = String::new();
            for x in 0..self.app.size.0 {
                let cell = &buffer[(x, y)];
                let mut style = format!("{} {:?}", cell.fg, cell.modifier).to_lowercase();
                if cell.bg != ratatui::style::Color::Reset {
                    style.push_str(&format!(" on {}", cell.bg));
                }
                let style = style.replace("modifier", "").replace("(0x0)", "").replace("reset", "");
                let style = style.trim_matches(['(', ')', ' ']).replace("none", "");
                if style.is_empty() {
                    row.push('.');
                    continue;
                }
                let at = known.iter().position(|other| *other == style).unwrap_or_else(|| {
                    known.push(style);
                    known.len() - 1
                });
                row.push(char::from(b'a' + at as u8));
            }
            text.push_str(row.trim_end_matches('.'));
            text.push('\n');
        }
        for (at, style) in known.iter().enumerate() {
            text.push_str(&format!("{} {style}\n", char::from(b'a' + at as u8)));
        }
        text
    }
}

/// A key as the table of keys spells it.
pub fn key(name: &str) -> KeyEvent {
    let mut modifiers = KeyModifiers::NONE;
    let mut rest = name;
    for (prefix, modifier) in
        [("Ctrl-", KeyModifiers::CONTROL), ("Alt-", KeyModifiers::ALT), ("Shift-", KeyModifiers::SHIFT)]
    {
        if let Some(after) = rest.strip_prefix(prefix) {
            modifiers |= modifier;
            rest = after;
        }
    }
    let code = match rest {
        "Enter" => KeyCode::Enter,
        "Esc" => KeyCode::Esc,
        "Tab" if modifiers == KeyModifiers::SHIFT => KeyCode::BackTab,
        "Tab" => KeyCode::Tab,
        "Space" => KeyCode::Char(' '),
        "Backspace" => KeyCode::Backspace,
        "Delete" => KeyCode::Delete,
        "Left" => KeyCode::Left,
        "Right" => KeyCode::Right,
        "Up" => KeyCode::Up,
        "Down" => KeyCode::Down,
        "Home" => KeyCode::Home,
        "End" => KeyCode::End,
        "PgUp" => KeyCode::PageUp,
        "PgDn" => KeyCode::PageDown,
        _ if rest.len() > 1 && rest.starts_with('F') => KeyCode::F(rest[1..].parse().unwrap()),
        _ if modifiers == KeyModifiers::CONTROL => KeyCode::Char(rest.to_lowercase().chars().next().unwrap()),
        _ => KeyCode::Char(rest.chars().next().unwrap()),
    };
    KeyEvent::new(code, modifiers)
}

#[test]
fn every_kind_of_chart_beside_a_filtered_result_says_that_it_is_of_all_rows() {
    for kind in KINDS.iter().filter(|kind| kind.form != Form::Rows) {
        for cursor in ["", " Right"] {
            let name = kind.name;
            let script = format!(
                "open\ntype CloudAppEvents\nkeys F5 Ctrl-O Right f C\ntype {name}\nkeys Enter{cursor}"
            );
            let stage = played(&script, (80, 24));
            if stage.app.chart.is_some() {
                assert!(stage.screen().contains("  of all rows"), "{name}{cursor}\n{}", stage.screen());
            }
        }
    }
}

#[test]
fn nothing_raw_reaches_a_cell() {
    for ascii in [false, true] {
        for size in [(80, 24), (120, 40), (40, 10), (60, 16)] {
            let mut stage = Stage::new(size, ascii);
            for line in ["open", "type Hostile", "keys F5 Tab Enter", "keys Esc F4"] {
                stage.line(line);
                let (buffer, _) = stage.buffer();
                let dangerous = |letter: char| {
                    letter.is_control()
                        || matches!(letter, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
                        || ascii && !letter.is_ascii()
                };
                let symbols: String = buffer.content().iter().map(|cell| cell.symbol()).collect();
                assert!(!symbols.chars().any(dangerous), "{line} {size:?} {symbols:?}");
            }
        }
    }
}

#[test]
fn no_size_breaks_a_screen() {
    let scripts = [
        "open\ntype CloudAppEvents\nkeys F5 Tab Tab Right",
        "open\ntype OfficeActivity\nkeys F5 Tab H",
        "open\ntype OfficeActivity\nkeys F5 Tab Enter",
        "open\ntype Nope\nkeys F5 F1",
        "open\ntype Empty\nkeys F5 F3",
    ];
    for script in scripts {
        for width in (1..=60).step_by(3).chain([40, 79, 99, 100, 110, 119, 300]) {
            for height in (1..=20).step_by(2).chain([10, 24, 60]) {
                play(script, (width, height));
            }
        }
    }
}

#[test]
fn a_paste_is_one_edit_and_runs_nothing() {
    let mut stage = Stage::new((80, 24), false);
    stage.line("open");
    stage.line("paste Big\\n| take 5\\n:q\\n\\e[15~");
    assert!(stage.effects.is_empty(), "{:?}", stage.effects);
    assert_eq!(stage.app.editor.text(), "Big\n| take 5\n:q\n[15~");
    stage.line("keys Ctrl-Z");
    assert_eq!(stage.app.editor.text(), "");
}

#[test]
fn an_answer_to_an_older_run_is_dropped() {
    let mut stage = Stage::new((80, 24), false);
    stage.line("open");
    stage.line("type Slow");
    stage.line("keys F5 F5");
    let (compiled, rows, total) = result("OfficeActivity");
    let came = |run| ran(run, Arc::new(compiled.clone()), rows.clone(), total, 1, "");
    stage.send(came(1));
    assert!(stage.app.grid.is_none() && stage.app.running.is_some());
    assert_eq!(stage.effects.last(), Some(&Effect::Drop(1)));
    stage.send(came(2));
    assert!(stage.app.grid.is_some() && stage.app.running.is_none());
}

#[test]
fn a_record_of_the_first_rows_stays_open_when_the_rest_comes() {
    let mut stage = Stage::new((80, 24), false);
    stage.line("open");
    stage.line("type Slow");
    stage.line("keys F5");
    let (compiled, rows, total) = result("OfficeActivity");
    let compiled = Arc::new(compiled);
    stage.send(Msg::First { run: 1, compiled: compiled.clone(), rows: rows.clone() });
    stage.line("keys Ctrl-O j j Enter");
    stage.send(ran(1, compiled, rows, total, 1, ""));
    assert!(stage.app.record.is_some());
    assert_eq!(stage.app.grid.as_ref().unwrap().view.row, 2);
    assert!(stage.screen().contains("bo@contoso.com"), "{}", stage.screen());
}

#[test]
fn what_was_said_of_the_first_rows_stays_when_the_rest_comes() {
    let mut stage = Stage::new((80, 24), false);
    stage.line("open");
    stage.line("type Slow");
    stage.line("keys F5");
    let (compiled, rows, total) = result("OfficeActivity");
    let compiled = Arc::new(compiled);
    stage.send(Msg::First { run: 1, compiled: compiled.clone(), rows: rows.clone() });
    // They are this run's own, which goes on.
    assert!(stage.screen().contains("more to come ─"), "{}", stage.screen());
    stage.line("keys Ctrl-O y");
    let said = stage.app.note.text.clone();
    assert!(said.starts_with("cell copied: "), "{said}");
    stage.send(ran(1, compiled, rows, total, 1, ""));
    assert_eq!(stage.app.note.text, said);
}

#[test]
fn only_ctrl_c_twice_in_a_row_ends_the_program() {
    let mut stage = Stage::new((80, 24), false);
    stage.line("open");
    for between in ["keys Down", "paste x"] {
        stage.line("keys Ctrl-C");
        assert!(stage.app.note.text.contains("again"), "{}", stage.app.note.text);
        stage.line(between);
        assert_eq!(stage.app.note.text, "", "{between}");
    }
    stage.line("keys Ctrl-C");
    assert!(!stage.effects.contains(&Effect::Quit));
    stage.line("keys Ctrl-C");
    assert!(stage.effects.contains(&Effect::Quit));
}

#[test]
fn nothing_wakes_an_idle_screen() {
    let mut stage = Stage::new((80, 24), false);
    stage.line("open");
    stage.line("type OfficeActivity");
    assert!(stage.app.wake_at().is_some());
    stage.line("wait 1000");
    assert_eq!(stage.app.wake_at(), None);
    assert!(
        matches!(stage.effects.last(), Some(Effect::Save(session)) if session.tabs[0].text == "OfficeActivity")
    );
    // What was run is kept once, and then nothing is to be done.
    stage.line("keys F5");
    stage.line("wait 1000");
    assert_eq!(stage.app.wake_at(), None);
    stage.app.dirty = false;
    stage.line("wait 5000");
    assert!(!stage.app.dirty);
}
