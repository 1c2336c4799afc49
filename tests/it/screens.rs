//! Screens: a script of keys in tests/screens/NAME.txt, and what is on the screen after it at each size.
//! `UPDATE=1` writes the screens anew. The engine's part is played by [`World`].

use std::collections::{HashMap, VecDeque};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use kqlhunt::app::columns::Why;
use kqlhunt::app::completion::Found;
use kqlhunt::app::days::Days;
use kqlhunt::app::diff;
use kqlhunt::app::look::{Depth, Look, ascii_terminal};
use kqlhunt::app::mouse::{Does, Mouse};
use kqlhunt::app::msg::{
    AgePurpose, Conditions, Copied, CopyText, Effect, Failure, Find, Follow, Followed, FoundRow, Loaded, Msg,
    Opened, Purpose, Question, Rows, Survey, TableAge, Topic, Window,
};
use kqlhunt::app::session::Ended;
use kqlhunt::app::sweep::State;
use kqlhunt::app::vim::Vim;
use kqlhunt::app::written::{Exported, Reported};
use kqlhunt::app::{App, Start, update};
use kqlhunt::compile::{Compiled, Origin, Render, TableUse};
use kqlhunt::diag::{Diagnostic, code};
use kqlhunt::hunt::pack;
use kqlhunt::hunt::ready::Ready;
use kqlhunt::hunt::sweep::{Outcome, Row};
use kqlhunt::hunt::tlp::Tlp;
use kqlhunt::ide::complete::Ask;
use kqlhunt::schema::{Schema, Table, TableColumn};
use kqlhunt::span::Span;
use kqlhunt::ticks::{DAY, HOUR, MINUTE, SECOND, days_from_civil};
use kqlhunt::trace;
use kqlhunt::tui::draw::draw;
use kqlhunt::tui::theme::Theme;
use kqlhunt::types::{ColumnType, Type};
use kqlhunt::value::{Grid, Value};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

const SIZES: [(u16, u16); 2] = [(80, 24), (120, 40)];

#[test]
fn screens() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/screens");
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

fn day(month: i64, day: i64) -> i64 {
    days_from_civil(2026, month, day) * DAY
}

pub fn now() -> i64 {
    day(5, 14) + 12 * HOUR
}

fn text(value: impl Into<String>) -> Value {
    Value::String(value.into())
}

fn columns(list: &[(&str, Type)]) -> Vec<ColumnType> {
    list.iter().map(|(name, ty)| ColumnType::new(*name, *ty)).collect()
}

pub fn schema() -> Schema {
    let table = |name: &str, columns: &[(&str, Type)]| Table {
        name: name.into(),
        from: format!("\"{name}\""),
        columns: columns
            .iter()
            .map(|(name, ty)| TableColumn {
                name: name.to_string(),
                ty: *ty,
                stored: name.to_string(),
                alias_of: None,
                unlisted: false,
                shadows: vec![],
                varied: false,
            })
            .collect(),
    };
    Schema {
        tables: vec![
            table("CloudAppEvents", &[("Timestamp", Type::Datetime), ("ActionType", Type::String)]),
            table(
                "OfficeActivity",
                &[("TimeGenerated", Type::Datetime), ("UserId", Type::String), ("ClientIP", Type::String)],
            ),
            table("ThreatIntelIndicators", &[("TimeGenerated", Type::Datetime), ("Pattern", Type::String)]),
        ],
        ..Schema::default()
    }
}

fn compiled(columns: Vec<ColumnType>) -> Compiled {
    Compiled::of_columns(columns, now())
}

/// The end of a run that gave these rows.
fn ran(run: u64, compiled: Arc<Compiled>, rows: Vec<Vec<Value>>, total: u64, ms: u64, said: &str) -> Msg {
    let (values, ended, warnings, skipped) = (total, now(), Vec::new(), 0);
    Msg::Ran { run, compiled, rows, total, values, ms, ended, warnings, skipped, said: said.into() }
}

/// The result of a query, by a word in it.
fn result(text: &str) -> (Compiled, Vec<Vec<Value>>, u64) {
    let word = |word: &str| text.contains(word);
    let (compiled, rows) = match () {
        () if word("CloudAppEvents") => releases(word("ActionType, 1d")),
        () if word("SecurityAlert") => alerts(text),
        () if word("OfficeActivity") => hits(),
        () if word("Wide") => wide(),
        () if word("Raw") => raw(),
        () if word("Hostile") => hostile(),
        () if word("Big") => {
            let compiled = compiled(columns(&[("N", Type::Long), ("Square", Type::Long)]));
            let rows = (0..300).map(big).collect();
            return (compiled, rows, 1_000_000);
        }
        () => (compiled(columns(&[("print_0", Type::Long)])), Vec::new()),
    };
    let total = rows.len() as u64;
    (compiled, rows, total)
}

fn big(at: u64) -> Vec<Value> {
    vec![Value::Long(at as i64), Value::Long((at * at) as i64)]
}

/// May 2026 with four days without a release, and one series or two.
fn releases(two: bool) -> (Compiled, Vec<Vec<Value>>) {
    let mut made = compiled(columns(&[("Timestamp", Type::Datetime), ("Releases", Type::Long)]));
    made.render = Some(Render {
        kind: "timechart".into(),
        properties: vec![("title".into(), "Quarantine Releases by Day".into())],
    });
    let mut rows = Vec::new();
    for at in (1..=31).filter(|at| ![7, 8, 20, 25].contains(at)) {
        let count = if at == 14 { 41 } else { at * 7 % 13 };
        rows.push(vec![Value::Datetime(day(5, at)), Value::Long(count)]);
        if two {
            rows.push(vec![Value::Datetime(day(5, at)), Value::Long(at)]);
        }
    }
    if two {
        made.columns.push(ColumnType::new("ActionType", Type::String));
        made.origins.push(None);
        for (at, row) in rows.iter_mut().enumerate() {
            row.push(text(if at % 2 == 0 { "Release" } else { "Preview" }));
        }
    }
    (made, rows)
}

/// Alerts by severity, drawn as the text has it.
fn alerts(text: &str) -> (Compiled, Vec<Vec<Value>>) {
    let mut made = compiled(columns(&[("AlertSeverity", Type::String), ("count_", Type::Long)]));
    let kind = text.split_once("render ").map(|(_, kind)| kind.trim().to_string());
    made.render = kind.map(|kind| Render { kind, properties: Vec::new() });
    let counts = [("Critical", 3), ("High", 41), ("Medium", 120), ("evil\u{1b}[2J", 7)];
    (made, counts.map(|(name, count)| vec![self::text(name), Value::Long(count)]).into())
}

fn hits() -> (Compiled, Vec<Vec<Value>>) {
    let names = columns(&[
        ("TimeGenerated", Type::Datetime),
        ("UserId", Type::String),
        ("MaliciousIP", Type::String),
        ("ThreatSeverity", Type::Int),
        ("HitCount", Type::Long),
        ("Operations", Type::Dynamic),
        ("FirstSeen", Type::Datetime),
        ("AlertSeverity", Type::String),
    ]);
    let mut made = compiled(names);
    let from = |column: &str| Some(Origin { table: "OfficeActivity".into(), column: column.into() });
    (made.origins[1], made.origins[2]) = (from("UserId"), from("ClientIP"));
    made.sources = made.origins.iter().map(|origin| origin.iter().cloned().collect()).collect();
    made.tables = vec![TableUse {
        table: "OfficeActivity".into(),
        time_column: Some("TimeGenerated".into()),
        since: Some(now() - HOUR + 1),
        until: None,
        readings: 1,
    }];
    let row = |minute: i64, user: &str, address: &str, count, severity: &str| {
        vec![
            Value::Datetime(now() - minute * MINUTE - 19 * SECOND),
            text(user),
            text(address),
            Value::Int(95),
            Value::Long(count),
            Value::Dynamic(
                r#"["New-InboxRule","FileDownloaded",{"Name":"x","Deep":{"Deeper":[1,2]}}]"#.into(),
            ),
            Value::Datetime(now() - HOUR + minute * SECOND),
            text(severity),
        ]
    };
    let rows = vec![
        row(9, "cy@contoso.com", "198.51.100.7", 12, "Medium"),
        row(2, "amy@contoso.com", "203.0.113.9", 42, "Critical"),
        row(18, "bo@contoso.com", "203.0.113.9", 9, "High"),
        row(11, "amy@contoso.com", "198.51.100.7", 3, "Low"),
        row(31, "dee@contoso.com", "192.0.2.44", 1, "Low"),
    ];
    (made, rows)
}

/// One user came, one went, one has more hits.
fn difference(run: u64) -> Msg {
    let names = columns(&[
        ("Change", Type::String),
        ("Columns", Type::String),
        ("UserId", Type::String),
        ("HitCount", Type::Long),
        ("AlertSeverity", Type::String),
    ]);
    let row = |change: &str, columns: &str, user: &str, hits: i64, severity: &str| {
        vec![text(change), text(columns), text(user), Value::Long(hits), text(severity)]
    };
    let rows = vec![
        row("removed", "", "bo@contoso.com", 9, "High"),
        row("before", "HitCount, AlertSeverity", "amy@contoso.com", 12, "High"),
        row("after", "HitCount, AlertSeverity", "amy@contoso.com", 42, "Critical"),
        row("added", "", "dee@contoso.com", 1, "Low"),
    ];
    let (compiled, total) = (Arc::new(diff::compiled(names, now())), rows.len() as u64);
    ran(run, compiled, rows, total, 12, "by UserId: 1 added, 1 removed, 1 changed, 3 the same")
}

fn wide() -> (Compiled, Vec<Vec<Value>>) {
    let names: Vec<String> = (1..=200).map(|at| format!("Column{at}")).collect();
    let list: Vec<_> = names.iter().map(|name| (name.as_str(), Type::String)).collect();
    let row = |at: usize| names.iter().map(|name| text(format!("{name} row {at}"))).collect();
    (compiled(columns(&list)), (0..3).map(row).collect())
}

/// Rows of a wide table as they lie, most columns without a value.
fn raw() -> (Compiled, Vec<Vec<Value>>) {
    let names: Vec<String> = (1..=40).map(|at| format!("Column{at}")).collect();
    let list: Vec<_> = names.iter().map(|name| (name.as_str(), Type::String)).collect();
    let value = |at: usize, row: usize| {
        if at.is_multiple_of(9) { format!("{} row {row}", names[at]) } else { "".into() }
    };
    let row = |row: usize| (0..names.len()).map(|at| text(value(at, row))).collect();
    (compiled(columns(&list)), (0..3).map(row).collect())
}

pub const PAYLOADS: [&str; 12] = [
    "\x1b[2J\x1b[H",
    "\x1b]0;title\x07",
    "\x1b]52;c;aGk=\x1b\\",
    "\x1b]8;;http://evil\x1b\\text",
    "\u{9b}31m",
    "\u{202e}gpj.exe",
    "evil\u{200b}.com",
    "good\rEVIL",
    "two\nlines\tand tab",
    "\0nul\u{7f}",
    "e\u{301}\u{301}\u{301}\u{301}\u{301}\u{301}\u{301}\u{301}",
    "漢字 \u{1f600} ok",
];

fn hostile() -> (Compiled, Vec<Vec<Value>>) {
    let names = columns(&[("Col\x1b[31m\u{202e}", Type::String), ("After", Type::Long)]);
    let rows = PAYLOADS.iter().enumerate().map(|(at, payload)| vec![text(*payload), Value::Long(at as i64)]);
    (compiled(names), rows.collect())
}

/// What the world answers to an effect, at once.
/// The first operator gives 12,481 rows, each further one a tenth; the last of four cannot be counted.
fn followed(follow: &Follow, text: &str) -> Result<Followed, String> {
    let mut rows = 124_810;
    let mut tenth = |at: usize| {
        rows /= 10;
        (at != 3).then_some(rows)
    };
    let stages = trace::stages(text).into_iter().enumerate();
    match follow {
        Follow::Counts => {
            Ok(Followed::Counts(stages.map(|(at, stage)| (stage.span.start as usize, tenth(at))).collect()))
        }
        Follow::Why(value) => Ok(Followed::Report {
            title: format!("Why not {value}"),
            lines: vec!["No row of the result names it.".into(), format!("    {}", "long ".repeat(40))],
        }),
        Follow::Behind { rows, bins, .. } => Ok(Followed::Query {
            kql: "Big | take 3".into(),
            said: match (rows.as_slice(), bins) {
                ([row], None) => format!("rows behind: UserId == \"{}\"", row[1].text()),
                (rows, bins) => format!("rows behind: {} groups, bins {bins:?}", rows.len()),
            },
        }),
        Follow::Days(days) => {
            let rows = (0..*days as u64).map(|day| day * day % 97 * 13).collect();
            Ok(Followed::Days(Days { now: now(), back: Some(DAY), rows }))
        }
        Follow::Health => Err("OfficeActivity\u{1b} cannot be read".into()),
    }
}

/// A sweep of seven days ends; one of others goes on.
fn swept(ticket: u64, days: usize) -> Vec<Msg> {
    let ran = |counts: &[u64]| Outcome::Ran(counts[..days.min(counts.len())].to_vec());
    let outcomes = [
        ran(&[2, 2, 1, 4, 1, 19, 11]),
        Outcome::NoTable(vec!["Signin\x1bLogs".into()]),
        ran(&[0, 0, 0, 0, 0, 3, 12_481]),
        Outcome::Wrong("3:9: KS142 unknown column 'Ip' in OfficeActivity".into()),
    ];
    let row = |(rule, outcome): (usize, Outcome)| {
        let seen = outcome.hits().map(|_| (now() - 2 * DAY, now() - 17 * MINUTE));
        Msg::Swept { ticket, row: Row { rule, outcome, back: Some(DAY), seen, milliseconds: 37 } }
    };
    let before = if days == 3 { 2 } else { 0 };
    let mut msgs = vec![Msg::Sweeping { ticket, now: now(), before }];
    msgs.extend(outcomes.into_iter().enumerate().map(row));
    if days == 7 {
        msgs.push(Msg::SweepEnded { ticket, state: State::Done });
    } else {
        msgs.pop();
    }
    msgs
}

/// The shipped hunts and two of a folder, one of which cannot be run here.
fn library() -> Msg {
    let mut hunts = pack::shipped().unwrap();
    let hunt = |name: &str, tactic: &str, technique: &str| pack::Hunt {
        key: format!("lib/{name}"),
        name: name.into(),
        description: "Of a folder.".into(),
        tactics: vec![tactic.into()],
        techniques: vec![technique.into()],
        query: "OfficeActivity | count".into(),
        path: format!("/lib/{name}.yaml"),
        ..pack::Hunt::default()
    };
    let mut ready = vec![Ready::Yes; hunts.len()];
    hunts.push(hunt("Sign-ins from a proxy", "CredentialAccess", "T1557"));
    ready.push(Ready::NoTable(vec!["SigninLogs".into()]));
    hunts.push(hunt("Mailbox rules that hide", "DefenseEvasion", "T1564.008"));
    ready.push(Ready::Yes);
    let problems = vec!["/lib/x.yaml: no YAML: line 3".into(), "/lib/y.kql: it is not UTF-8".into()];
    Msg::Library { hunts: Arc::new(hunts), ready, problems }
}

fn world(effect: &Effect, ran: &HashMap<u64, String>) -> Vec<Msg> {
    match effect {
        Effect::Run { run, text, clock: _ } => outcome(*run, text),
        Effect::Compare { run, .. } => vec![difference(*run)],
        Effect::Report(wanted) => vec![Msg::Reported(match wanted.path.to_str() {
            Some("there.md") => Err("there.md is there already; :report! writes over it".into()),
            _ => Ok(Reported {
                path: wanted.path.clone(),
                results: wanted.results.len(),
                left_out: wanted.left_out.clone(),
                marking: wanted.tlp.map_or("TLP:GREEN", Tlp::name).into(),
            }),
        })],
        Effect::Read(window) => {
            let rows = match window.purpose {
                Purpose::Grid => window_of(window, &ran[&window.result]),
                Purpose::Chart | Purpose::Point | Purpose::Hits => {
                    let rows = result(&ran[&window.result]).1;
                    Rows { total: rows.len() as u64, rows }
                }
            };
            vec![Msg::Window { window: window.clone(), rows: Ok(rows) }]
        }
        Effect::Check { version, offset, text, .. } => {
            vec![Msg::Checked { version: *version, offset: *offset, diagnostics: mistakes(text) }]
        }
        Effect::Ages { purpose, text, .. } => {
            let later = if matches!(purpose, AgePurpose::Later { .. }) { 1_204 } else { 0 };
            let ages =
                ages(text).into_iter().map(|age| TableAge { later, ..age }).skip(usize::from(later > 0));
            vec![Msg::Ages { purpose: *purpose, ages: Ok(ages.collect()) }]
        }
        Effect::Ask { question, ticket, kql, .. } => {
            let answer = Ok(answer(*question, kql));
            vec![Msg::Answered { question: *question, ticket: *ticket, answer }]
        }
        Effect::Follow { follow, ticket, text, .. } => {
            vec![Msg::Followed { ticket: *ticket, answer: followed(follow, text) }]
        }
        Effect::Sweep { ticket, days, .. } => swept(*ticket, *days),
        Effect::StopSweep => Vec::new(),
        Effect::Survey(survey) => {
            let answer = Ok(surveyed(survey, &ran[&survey.result]));
            vec![Msg::Surveyed { survey: survey.clone(), answer }]
        }
        Effect::Copy { what, text, defang } => {
            let bytes = if let CopyText::Ready(text) = text { text.len() as u64 } else { 1_234 };
            let ways = vec!["the terminal".into(), "/home/amy/.local/state/kqlhunt/clip.txt".into()];
            let (what, defanged, doubt) = (*what, *defang, false);
            vec![Msg::Copied(Ok(Copied { what, bytes, defanged, ways, doubt }))]
        }
        Effect::Find(find) => {
            vec![Msg::Found { find: find.clone(), found: Ok(found(find, &ran[&find.result])) }]
        }
        Effect::Learn(ask) => vec![Msg::Learned { ask: ask.clone(), found: Ok(learned(ask)) }],
        Effect::ReadFile(path) => vec![Msg::FileRead {
            path: path.clone(),
            text: match path.to_str() {
                Some("missing.kql") => Err("missing.kql: No such file or directory".into()),
                _ => Ok("// from a file\nBig\n| take 5\n".into()),
            },
        }],
        Effect::WriteFile { path, version, .. } => {
            vec![Msg::FileWritten { path: path.clone(), version: *version, result: Ok(()) }]
        }
        Effect::Load(_) => vec![Msg::Loaded {
            result: Ok(Loaded {
                lines: vec![
                    "OfficeActivity  3 files".into(),
                    "  12,481 rows in = 12,479 loaded + 2 quarantined + 0 blank".into(),
                    "  quarantined lines: /data/kqlhunt/quarantine/office\x1b.jsonl".into(),
                ],
                rows: 12_479,
            }),
            schema: None,
        }],
        Effect::Export { path, raw, hidden, .. } => vec![Msg::Exported(Ok(Exported {
            hidden: *hidden,
            path: path.clone(),
            rows: 5,
            bytes: 812,
            neutralised: 3,
            raw: *raw,
            described: Some("result.csv.meta.json".into()),
        }))],
        Effect::WriteLayer { path, content, .. } => {
            vec![Msg::LayerWritten(Ok((path.clone(), content.len() as u64)))]
        }
        Effect::WriteChart { path, content, .. } => {
            vec![Msg::ChartWritten(Ok((path.clone(), content.len() as u64, true)))]
        }
        Effect::Cancel
        | Effect::Drop(_)
        | Effect::NameResults(_)
        | Effect::Save(_)
        | Effect::Edit { .. }
        | Effect::Repaint
        | Effect::Suspend
        | Effect::Mouse(_)
        | Effect::KeyTest(_)
        | Effect::Note(_)
        | Effect::Quit => Vec::new(),
    }
}

/// What the rows of the result say, as an engine would.
fn surveyed(survey: &Survey, text: &str) -> Vec<Grid> {
    let long = |names: &[&str]| names.iter().map(|name| ColumnType::new(*name, Type::Long)).collect();
    let (compiled, _, _) = result(text);
    let rows = picked(text, &survey.filters, &[]);
    match survey.topic {
        Topic::Aside(Why::Same) => {
            let none = survey.pipes[0].matches("countif(").map(|_| Value::Long(0));
            vec![Grid { columns: Vec::new(), rows: vec![none.collect()] }]
        }
        Topic::Aside(Why::Empty) => {
            let asked = |name: &str| survey.pipes[0].contains(&format!("({name})"));
            let asked = |at: &usize| asked(&compiled.columns[*at].name);
            let count = |at: usize| rows.iter().filter(|row| !row[at].text().is_empty()).count() as i64;
            let counts = (0..compiled.columns.len()).filter(asked).map(|at| Value::Long(count(at)));
            vec![Grid { columns: Vec::new(), rows: vec![counts.collect()] }]
        }
        Topic::Values { column } => {
            let mut counts: Vec<(Value, i64)> = Vec::new();
            for row in &rows {
                match counts.iter_mut().find(|(value, _)| *value == row[column]) {
                    Some((_, count)) => *count += 1,
                    None => counts.push((row[column].clone(), 1)),
                }
            }
            counts.sort_by_key(|(value, count)| (-count, value.text()));
            let all = vec![vec![Value::Long(rows.len() as i64), Value::Long(counts.len() as i64)]];
            let columns = vec![
                ColumnType::new("Value", compiled.columns[column].ty),
                ColumnType::new("Rows", Type::Long),
            ];
            let counts = counts.into_iter().map(|(value, count)| vec![value, Value::Long(count)]);
            vec![
                Grid { columns, rows: counts.collect() },
                Grid { columns: long(&["sum_Rows", "count_"]), rows: all },
            ]
        }
        Topic::Statistics { .. } => {
            let row = (1..=survey.pipes[0].matches("), ").count() as i64 + 1).map(Value::Long).collect();
            vec![Grid { columns: Vec::new(), rows: vec![row] }]
        }
        Topic::Histogram { .. } => {
            let row = |(bin, rows): (i64, i64)| vec![Value::Long(bin), Value::Long(rows)];
            let rows = [(0, 2), (3, 1_204), (9, 40)].into_iter().map(row).collect();
            vec![Grid { columns: long(&["Bin", "Rows"]), rows }]
        }
    }
}

fn window_of(window: &Window, text: &str) -> Rows {
    if text.contains("Big") {
        let rows = (window.offset..(window.offset + window.limit).min(1_000_000)).map(big).collect();
        return Rows { rows, total: 1_000_000 };
    }
    let rows = picked(text, &window.filters, &window.order);
    let total = rows.len() as u64;
    let (offset, limit) = (window.offset as usize, window.limit as usize);
    Rows { rows: rows.into_iter().skip(offset).take(limit).collect(), total }
}

/// The rows of a result that meet conditions of the kind `Name == "text"`, in an order.
fn picked(text: &str, filters: &Conditions, order: &[(usize, bool)]) -> Vec<Vec<Value>> {
    let (compiled, mut rows, _) = result(text);
    for condition in &filters.kql {
        if let Some((name, range)) = condition.split_once(" between (") {
            let column = compiled.columns.iter().position(|column| column.name == name).unwrap();
            let ends = range.trim_end_matches(')').split(" .. ").map(|end| {
                let end = end.trim_start_matches("datetime(").trim_end_matches(')');
                kqlhunt::ticks::parse_datetime(end).unwrap()
            });
            let ends: Vec<i64> = ends.collect();
            rows.retain(
                |row| matches!(row[column], Value::Datetime(at) if (ends[0]..=ends[1]).contains(&at)),
            );
            continue;
        }
        let [name, sign, wanted] = condition.splitn(3, ' ').collect::<Vec<_>>()[..] else {
            panic!("the world does not know {condition}")
        };
        let column = compiled.columns.iter().position(|column| column.name == name).unwrap();
        let wanted = wanted.trim_matches('"');
        rows.retain(|row| match sign {
            "==" => row[column].text() == wanted,
            "!=" => row[column].text() != wanted,
            "has" => row[column].text().contains(wanted),
            other => panic!("the world does not know {other}"),
        });
    }
    for (column, ascending) in order.iter().rev() {
        let key = |row: &Vec<Value>| match &row[*column] {
            Value::Long(number) => (*number, String::new()),
            other => (0, other.text()),
        };
        rows.sort_by(|one, other| match ascending {
            true => key(one).cmp(&key(other)),
            false => key(other).cmp(&key(one)),
        });
    }
    rows
}

fn found(find: &Find, text: &str) -> FoundRow {
    let wanted = find.wanted.split('"').nth(1).unwrap().to_lowercase();
    let rows = picked(text, &find.filters, &find.order);
    let has = |row: &Vec<Value>| row.iter().any(|value| value.text().to_lowercase().contains(&wanted));
    let all: Vec<u64> = (0..).zip(&rows).filter(|(_, row)| has(row)).map(|(at, _)| at).collect();
    let near = match (find.from, find.forward) {
        (None, _) => None,
        (Some(from), true) => all.iter().find(|at| **at > from),
        (Some(from), false) => all.iter().rev().find(|at| **at < from),
    };
    let wrapped = near.is_none() && find.from.is_some();
    let row = near.or(if find.forward { all.first() } else { all.last() }).copied();
    let place = all.iter().position(|at| Some(*at) == row).map_or(0, |at| at as u64 + 1);
    FoundRow { row, total: all.len() as u64, place, wrapped }
}

fn learned(ask: &Ask) -> Found {
    match ask {
        Ask::Values(_) => Found::Values(vec![
            ("FileDownloaded".into(), 1_204),
            ("New-InboxRule".into(), 12),
            ("evil\x1b[2J\u{202e}".into(), 1),
        ]),
        Ask::Paths(_) => Found::Paths(vec![vec!["Workload".into()], vec!["Workload".into(), "Name".into()]]),
    }
}

fn outcome(run: u64, text: &str) -> Vec<Msg> {
    if text.contains("Slow | first") {
        let (compiled, rows, _) = result("Big");
        return vec![Msg::First { run, compiled: Arc::new(compiled), rows }];
    }
    if text.contains("Slow") {
        return Vec::new();
    }
    let diagnostics = mistakes(text);
    if !diagnostics.is_empty() {
        return vec![Msg::Failed { run, failure: Failure::Query(diagnostics), rows: 0, ms: 1 }];
    }
    let (compiled, rows, total) = result(text);
    vec![ran(run, Arc::new(compiled), rows, total, 41, "")]
}

fn mistakes(text: &str) -> Vec<Diagnostic> {
    let slow = text.match_indices(" contains ").map(|(at, _)| {
        let span = Span::new(at + 1, at + 9);
        Diagnostic::warning("KS500", span, "contains looks at every character")
            .help("Use has where whole terms are meant.")
            .fix(span, "has")
    });
    let wrong = text.match_indices("Nope").map(|(at, word)| {
        Diagnostic::error(code::UNKNOWN_NAME, Span::new(at, at + word.len()), "unknown column 'Nope'")
            .help("Did you mean 'Name'?")
    });
    let characters = kqlhunt::syntax::parse(text).1.into_iter().filter(|remark| remark.fix.is_some());
    wrong.chain(slow).chain(characters).collect()
}

/// With a look-back where the text has one or says nothing of it.
fn ages(text: &str) -> Vec<TableAge> {
    let now = day(11, 21);
    let limited = text.contains("ago(") || !text.starts_with("Empty");
    let age = |table: &str, newest, since| TableAge {
        table: table.into(),
        time_column: "TimeGenerated".into(),
        newest: Some(newest),
        since: Some(since).filter(|_| limited),
        until: None,
        now,
        later: 0,
    };
    vec![
        age("ThreatIntelIndicators", day(5, 13), now - 14 * DAY),
        age("OfficeActivity", day(5, 14) + 11 * HOUR + 58 * MINUTE + 41 * SECOND, now - HOUR),
    ]
}

fn answer(question: Question, kql: &str) -> Grid {
    match question {
        Question::Events => {
            let columns = columns(&[
                ("UserId", Type::String),
                ("TenantId", Type::String),
                ("Operation", Type::String),
                ("TimeGenerated", Type::Datetime),
                ("ClientIP", Type::String),
                ("SourceFileName", Type::String),
            ]);
            let user = if kql.contains("amy") { "amy@contoso.com" } else { "someone@contoso.com" };
            let row = |at: i64| {
                vec![
                    text(user),
                    text(""),
                    text(["MailItemsAccessed", "New-InboxRule", "FileDownloaded"][at as usize % 3]),
                    Value::Datetime(now() - HOUR + at * MINUTE),
                    text("203.0.113.9"),
                    text(if at % 3 == 2 { "fin/Q2-forecast.xlsx" } else { "" }),
                ]
            };
            Grid { columns, rows: (0..7).map(row).collect() }
        }
        // Five minutes before the first event; and half a minute after it when a wider window is asked for.
        Question::Sample => {
            let (compiled, rows, _) = result(kql.split(' ').next().unwrap());
            Grid { columns: compiled.columns, rows }
        }
        Question::Context => {
            let Grid { columns, rows } = answer(Question::Events, kql);
            let wide = kql.contains("T10:00:00Z");
            let mut around = rows.into_iter().take(if wide { 2 } else { 1 }).collect::<Vec<_>>();
            for (row, at) in around.iter_mut().zip([now() - HOUR - 5 * MINUTE, now() - HOUR + 30 * SECOND]) {
                (row[2], row[3], row[4]) = (text("UserLoggedIn"), Value::Datetime(at), text("198.51.100.20"));
            }
            Grid { columns, rows: around }
        }
        Question::Sightings => Grid {
            columns: columns(&[("User", Type::String), ("Events", Type::Long)]),
            rows: vec![
                vec![text("bo@contoso.com"), Value::Long(9)],
                vec![text("x\u{1b}[31m@contoso.com"), Value::Long(1)],
            ],
        },
        Question::Indicators => Grid {
            columns: columns(&[
                ("Id", Type::String),
                ("Confidence", Type::Int),
                ("ValidFrom", Type::Datetime),
                ("ValidUntil", Type::Datetime),
                ("Data", Type::Dynamic),
                ("Pattern", Type::String),
                ("SourceSystem", Type::String),
            ]),
            rows: vec![vec![
                text("indicator--1"),
                Value::Int(95),
                Value::Datetime(day(5, 1)),
                Value::Datetime(day(6, 1)),
                Value::Dynamic(
                    r#"{"name":"relay","description":"Command and control relay","labels":["c2"]}"#.into(),
                ),
                text("[ipv4-addr:value = '203.0.113.9']"),
                text("MDTI"),
            ]],
        },
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
