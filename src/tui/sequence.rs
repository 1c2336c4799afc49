//! Sequences of keys that a link has split behind their first byte: crossterm takes that for Esc, and the rest
//! for letters, which would be typed or would be commands.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

/// Letters of a sequence; what is longer is none.
const LENGTH_MAX: usize = 24;

/// What a sequence is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Whole {
    Key(KeyEvent),
    /// A bracketed paste begins.
    Paste,
    /// Something else, such as the mouse. It is not typed.
    Other,
}

/// The letters behind Esc so far.
pub struct Sequence(String);

impl Sequence {
    /// Begins with the letter behind Esc, where that is one that begins sequences.
    pub fn begun(key: &KeyEvent) -> Option<Sequence> {
        let letter = letter(key)?;
        matches!(letter, '[' | 'O').then(|| Sequence(letter.to_string()))
    }

    /// Takes a letter; says what the sequence is when that was its last.
    pub fn push(&mut self, letter: char) -> Option<Whole> {
        self.0.push(letter);
        let last = self.0.starts_with('O') || ('@'..='~').contains(&letter) || self.0.len() > LENGTH_MAX;
        last.then(|| whole(&self.0))
    }
}

/// The letter that a key is, if it is only one.
pub fn letter(key: &KeyEvent) -> Option<char> {
    match key.code {
        KeyCode::Char(letter) if (key.modifiers - KeyModifiers::SHIFT).is_empty() => Some(letter),
        _ => None,
    }
}

fn whole(text: &str) -> Whole {
    let (Some(body), Some(last)) = (text.get(1..text.len() - 1), text.chars().last()) else {
        return Whole::Other;
    };
    let numbers: Vec<u32> = body.split(';').map(|number| number.parse().unwrap_or(0)).collect();
    let first = numbers.first().copied().unwrap_or(0);
    let code = match last {
        'A' => KeyCode::Up,
        'B' => KeyCode::Down,
        'C' => KeyCode::Right,
        'D' => KeyCode::Left,
        'H' => KeyCode::Home,
        'F' => KeyCode::End,
        'Z' => return Whole::Key(KeyEvent::new(KeyCode::BackTab, KeyModifiers::SHIFT)),
        'P'..='S' => KeyCode::F(last as u8 - b'P' + 1),
        '~' => match first {
            1 | 7 => KeyCode::Home,
            2 => KeyCode::Insert,
            3 => KeyCode::Delete,
            4 | 8 => KeyCode::End,
            5 => KeyCode::PageUp,
            6 => KeyCode::PageDown,
            11..=15 => KeyCode::F(first as u8 - 10),
            17..=21 => KeyCode::F(first as u8 - 11),
            23 | 24 => KeyCode::F(first as u8 - 12),
            200 => return Whole::Paste,
            _ => return Whole::Other,
        },
        _ => return Whole::Other,
    };
    // One more than the bits of Shift, Alt and Ctrl.
    let held = numbers.get(1).copied().unwrap_or(1).saturating_sub(1);
    let held = [(1, KeyModifiers::SHIFT), (2, KeyModifiers::ALT), (4, KeyModifiers::CONTROL)]
        .into_iter()
        .filter(|(bit, _)| held & bit != 0)
        .fold(KeyModifiers::NONE, |all, (_, one)| all | one);
    Whole::Key(KeyEvent::new(code, held))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::keys::name;

    /// What comes of letters behind Esc.
    fn made(letters: &str) -> String {
        let mut letters = letters.chars();
        let first = KeyEvent::new(KeyCode::Char(letters.next().expect("a letter")), KeyModifiers::SHIFT);
        let Some(mut sequence) = Sequence::begun(&first) else { return "none".into() };
        match letters.find_map(|letter| sequence.push(letter)) {
            Some(Whole::Key(key)) => name(&key),
            Some(other) => format!("{other:?}"),
            None => "open".into(),
        }
    }

    #[test]
    fn what_was_split_is_one_key_again() {
        for (letters, key) in [
            ("[C", "Right"),
            ("OA", "Up"),
            ("[1;5D", "Ctrl-Left"),
            ("[15~", "F5"),
            ("[15;2~", "Shift-F5"),
            ("[24~", "F12"),
            ("OR", "F3"),
            ("[6~", "PgDn"),
            ("[Z", "Shift-Tab"),
            ("[200~", "Paste"),
            ("[<0;7;2M", "Other"),
            ("[1;", "open"),
            ("x", "none"),
        ] {
            assert_eq!(made(letters), key, "{letters}");
        }
        assert_eq!(made(&format!("[{}", "1".repeat(200))), "Other");
    }
}
