//! What the terminal sends for a key: the bytes as they came, the key that they are, and what it would do.

use super::App;
use super::keys::{self, Context};
use super::msg::Effect;
use super::popup::{Popup, Text};

/// Lines that are kept; no popup is higher.
const LINES_MAX: usize = 12;
const ESC: u8 = 0x1b;
const INTRODUCTION: [&str; 3] = [
    "Press keys; each shows the bytes that came. Esc twice ends it.",
    "A key that shows nothing is kept by the terminal, tmux or the system.",
    "",
];

/// Begins the test: keys come as bytes.
pub fn start(app: &mut App, _: &str) -> Vec<Effect> {
    let lines = INTRODUCTION.map(str::to_string).to_vec();
    app.popup = Some(Popup::Text(Text::new("Keys that arrive", lines)));
    app.key_test = Some(Vec::new());
    app.dirty = true;
    vec![Effect::KeyTest(true)]
}

/// A key that was read already.
pub fn key(app: &mut App, name: &str) -> Option<Vec<Effect>> {
    let last = app.key_test.as_mut()?;
    if name == "Esc" && *last == [ESC] {
        return Some(end(app));
    }
    *last = if name == "Esc" { vec![ESC] } else { Vec::new() };
    let said = format!("{:<24} {name:<12} {}", "", does(app, name));
    say(app, said);
    Some(Vec::new())
}

/// Bytes that arrived in one go.
pub fn bytes(app: &mut App, bytes: &[u8]) -> Vec<Effect> {
    let Some(last) = app.key_test.replace(bytes.to_vec()) else { return Vec::new() };
    if bytes == [ESC] && last == [ESC] || bytes == [ESC, ESC] {
        return end(app);
    }
    let hex: Vec<String> = bytes.iter().take(8).map(|byte| format!("{byte:02x}")).collect();
    let name = decoded(bytes).unwrap_or_default();
    let said = format!("{:<24} {name:<12} {}", hex.join(" "), does(app, &name));
    say(app, said);
    Vec::new()
}

fn end(app: &mut App) -> Vec<Effect> {
    app.key_test = None;
    app.popup = None;
    app.dirty = true;
    vec![Effect::KeyTest(false)]
}

fn say(app: &mut App, said: String) {
    app.dirty = true;
    let Some(Popup::Text(text)) = &mut app.popup else { return };
    if text.lines.len() >= LINES_MAX {
        text.lines.remove(INTRODUCTION.len());
    }
    text.lines.push(said);
}

/// Where the key does what.
fn does(app: &App, name: &str) -> String {
    let bound = |(context, place): &(Context, &str)| {
        app.keymap.lookup_in(*context, name).map(|command| format!("{command} ({place})"))
    };
    keys::CONTEXTS.iter().filter_map(bound).take(2).collect::<Vec<_>>().join(", ")
}

/// The key that a terminal means with these bytes, as the table of keys spells it.
pub fn decoded(bytes: &[u8]) -> Option<String> {
    match bytes {
        [ESC, b'[' | b'O', rest @ ..] if !rest.is_empty() => sequence(rest),
        [ESC, rest @ ..] if !rest.is_empty() => decoded(rest).map(|key| format!("Alt-{key}")),
        [0] => Some("Ctrl-Space".into()),
        [9] => Some("Tab".into()),
        [13] => Some("Enter".into()),
        [ESC] => Some("Esc".into()),
        [b' '] => Some("Space".into()),
        [0x7f] => Some("Backspace".into()),
        [byte @ 1..=26] => Some(format!("Ctrl-{}", char::from(byte + b'@'))),
        [byte @ 0x1c..=0x1f] => Some(format!("Ctrl-{}", char::from(byte - 0x1c + b'4'))),
        bytes => {
            let mut letters = std::str::from_utf8(bytes).ok()?.chars();
            let letter = letters.next().filter(|letter| !letter.is_control())?;
            letters.next().is_none().then(|| letter.to_string())
        }
    }
}

/// What follows `ESC [` or `ESC O`.
fn sequence(rest: &[u8]) -> Option<String> {
    const NUMBERED: [(u16, &str); 22] = [
        (1, "Home"),
        (2, "Insert"),
        (3, "Delete"),
        (4, "End"),
        (5, "PgUp"),
        (6, "PgDn"),
        (7, "Home"),
        (8, "End"),
        (11, "F1"),
        (12, "F2"),
        (13, "F3"),
        (14, "F4"),
        (15, "F5"),
        (17, "F6"),
        (18, "F7"),
        (19, "F8"),
        (20, "F9"),
        (21, "F10"),
        (23, "F11"),
        (24, "F12"),
        (25, "F13"),
        (26, "F14"),
    ];
    const LETTERED: [(u8, &str); 11] = [
        (b'A', "Up"),
        (b'B', "Down"),
        (b'C', "Right"),
        (b'D', "Left"),
        (b'H', "Home"),
        (b'F', "End"),
        (b'P', "F1"),
        (b'Q', "F2"),
        (b'R', "F3"),
        (b'S', "F4"),
        (b'Z', "Shift-Tab"),
    ];
    // The console of Linux.
    if let [b'[', letter @ b'A'..=b'E'] = rest {
        return Some(format!("F{}", letter - b'A' + 1));
    }
    let (last, parameters) = rest.split_last()?;
    let text = std::str::from_utf8(parameters).ok()?;
    let numbers: Vec<u16> = text.split(';').filter_map(|number| number.parse().ok()).collect();
    let name = match last {
        b'~' => NUMBERED.iter().find(|row| numbers.first() == Some(&row.0)).map(|row| row.1)?,
        letter => LETTERED.iter().find(|row| row.0 == *letter).map(|row| row.1)?,
    };
    let held = numbers.get(1).copied().unwrap_or(1).saturating_sub(1);
    let mut key = String::new();
    for (bit, modifier) in [(4, "Ctrl-"), (2, "Alt-"), (1, "Shift-")] {
        if held & bit != 0 {
            key.push_str(modifier);
        }
    }
    Some(key + name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_as_terminals_send_them() {
        for (bytes, name) in [
            (&b"\x12"[..], "Ctrl-R"),
            (b"\x1b\r", "Alt-Enter"),
            (b"\x1b[15~", "F5"),
            (b"\x1b[15;2~", "Shift-F5"),
            (b"\x1b[15;5~", "Ctrl-F5"),
            (b"\x1bOP", "F1"),
            (b"\x1b[[E", "F5"),
            (b"\x1b[1;5C", "Ctrl-Right"),
            (b"\x1b[6;5~", "Ctrl-PgDn"),
            (b"\x1f", "Ctrl-7"),
            (b"\x00", "Ctrl-Space"),
            (b"\x08", "Ctrl-H"),
            (b"\x7f", "Backspace"),
            ("é".as_bytes(), "é"),
            (b"g", "g"),
        ] {
            assert_eq!(decoded(bytes).as_deref(), Some(name), "{bytes:?}");
        }
        assert_eq!(decoded(b"\x1b[?1;2c"), None);
        assert_eq!(decoded(b"\xff"), None);
        assert_eq!(decoded(b""), None);
    }
}
