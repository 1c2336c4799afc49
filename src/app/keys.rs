//! Which key does what where: one literal table. Knows commands by name only.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

/// What a key is pressed in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Context {
    Global,
    Editor,
    /// The editor while it shows what may be written; other keys are the editor's.
    Completion,
    Grid,
    Record,
    Chart,
    Hits,
    /// A popup with a list and, mostly, a line of input.
    List,
    /// A popup of text.
    Text,
}

/// Context, key as [`name`] spells it (two letters: one after the other), command.
///
/// Every global command has routes of different kinds: byobu takes the F-keys, Windows Terminal
/// Alt-Enter, macOS has no Alt. Ctrl-Enter is not sent by tmux, and Ctrl-J is what a line break in a
/// paste looks like. Never bound: Ctrl-B (tmux), Ctrl-H to a command (PuTTY's Backspace).
pub const KEYS: &[(Context, &str, &str)] = {
    use Context::*;
    &[
        (Global, "F5", "run"),
        (Global, "Ctrl-R", "run"),
        (Global, "Alt-Enter", "run"),
        (Global, "Ctrl-C", "cancel"),
        (Global, "F6", "next-pane"),
        (Global, "Ctrl-O", "toggle"),
        (Global, "F2", "palette"),
        (Global, "Ctrl-P", "palette"),
        (Global, "F1", "help"),
        (Global, "F3", "hunts"),
        (Global, "F4", "schema"),
        (Global, "F7", "history"),
        (Global, "F8", "chart"),
        (Global, "F9", "hits"),
        (Global, "F10", "export"),
        (Global, "Ctrl-T", "clock"),
        (Global, "Ctrl-L", "repaint"),
        (Global, "Ctrl-Q", "quit"),
        (Editor, "Shift-Tab", "previous-pane"),
        (Editor, "Ctrl-Z", "undo"),
        (Editor, "Alt-u", "undo"),
        (Editor, "Ctrl-Y", "redo"),
        (Editor, "Alt-z", "redo"),
        (Editor, "Ctrl-G", "next-problem"),
        (Editor, "Ctrl-A", "line-start"),
        (Editor, "Home", "line-start"),
        (Editor, "Ctrl-E", "line-end"),
        (Editor, "End", "line-end"),
        (Editor, "Ctrl-K", "kill-line"),
        (Editor, "Ctrl-U", "kill-to-start"),
        (Editor, "Ctrl-W", "kill-word"),
        (Editor, "Alt-Backspace", "kill-word"),
        (Editor, "Alt-b", "word-left"),
        (Editor, "Ctrl-Left", "word-left"),
        (Editor, "Alt-f", "word-right"),
        (Editor, "Ctrl-Right", "word-right"),
        (Global, "Shift-F5", "run-all"),
        (Editor, "F11", "format"),
        (Editor, "Alt-q", "format"),
        (Editor, "F12", "docs"),
        (Editor, "Alt-k", "docs"),
        (Editor, "Alt-d", "definition"),
        (Editor, "Alt-r", "rename"),
        (Editor, "Ctrl-_", "comment"),
        (Editor, "Ctrl-7", "comment"),
        (Editor, "Alt-;", "comment"),
        (Editor, "Ctrl-F", "find"),
        (Editor, "Alt-g", "previous-problem"),
        (Editor, "Alt-.", "fix"),
        (Editor, "Tab", "complete-or-indent"),
        (Editor, "Ctrl-Space", "complete"),
        (Completion, "Tab", "accept"),
        (Completion, "Enter", "accept-or-newline"),
        (Completion, "Down", "down"),
        (Completion, "Ctrl-N", "down"),
        (Completion, "Up", "up"),
        (Completion, "Ctrl-P", "up"),
        (Completion, "PgDn", "page-down"),
        (Completion, "PgUp", "page-up"),
        (Completion, "Esc", "close"),
        (Grid, "Tab", "next-pane"),
        (Grid, "Shift-Tab", "previous-pane"),
        (Grid, "j", "down"),
        (Grid, "Down", "down"),
        (Grid, "k", "up"),
        (Grid, "Up", "up"),
        (Grid, "h", "left"),
        (Grid, "Left", "left"),
        (Grid, "l", "right"),
        (Grid, "Right", "right"),
        (Grid, "gg", "top"),
        (Grid, "Home", "top"),
        (Grid, "G", "bottom"),
        (Grid, "End", "bottom"),
        (Grid, "Ctrl-D", "page-down"),
        (Grid, "PgDn", "page-down"),
        (Grid, "Space", "page-down"),
        (Grid, "Ctrl-U", "page-up"),
        (Grid, "PgUp", "page-up"),
        (Grid, "?", "help"),
        (Grid, ":", "palette"),
        (Grid, "s", "sort"),
        (Grid, "Enter", "open"),
        (Grid, "z", "open"),
        (Grid, "e", "export"),
        (Grid, "c", "chart"),
        (Grid, "H", "hits"),
        (Grid, "gl", "hunts"),
        (Grid, "gc", "count-rows"),
        (Grid, "W", "why-not"),
        (Hits, "W", "why-not"),
        (Grid, "gs", "schema"),
        (Grid, "gh", "hits"),
        (Grid, "Ctrl-Z", "suspend"),
        (Record, "Tab", "next-pane"),
        (Record, "Shift-Tab", "previous-pane"),
        (Record, "j", "down"),
        (Record, "Down", "down"),
        (Record, "k", "up"),
        (Record, "Up", "up"),
        (Record, "Ctrl-D", "page-down"),
        (Record, "PgDn", "page-down"),
        (Record, "Space", "page-down"),
        (Record, "Ctrl-U", "page-up"),
        (Record, "PgUp", "page-up"),
        (Record, "gg", "top"),
        (Record, "Home", "top"),
        (Record, "G", "bottom"),
        (Record, "End", "bottom"),
        (Record, "Enter", "fold"),
        (Record, "z", "fold"),
        (Record, "h", "fold"),
        (Record, "Left", "fold"),
        (Record, "l", "fold"),
        (Record, "Right", "fold"),
        (Record, "n", "next-record"),
        (Record, "p", "previous-record"),
        (Record, "?", "help"),
        (Record, ":", "palette"),
        (Record, "Esc", "close"),
        (Record, "Ctrl-Z", "suspend"),
        (Chart, "Tab", "next-pane"),
        (Chart, "Shift-Tab", "previous-pane"),
        (Chart, "h", "left"),
        (Chart, "Left", "left"),
        (Chart, "l", "right"),
        (Chart, "Right", "right"),
        (Chart, "Home", "top"),
        (Chart, "End", "bottom"),
        (Chart, "c", "chart"),
        (Chart, "?", "help"),
        (Chart, ":", "palette"),
        (Chart, "Esc", "close"),
        (Chart, "Ctrl-Z", "suspend"),
        (Hits, "n", "next-hit"),
        (Hits, "p", "previous-hit"),
        (Hits, "N", "next-user"),
        (Hits, "P", "previous-user"),
        (Hits, "i", "indicators"),
        (Hits, "j", "down"),
        (Hits, "Down", "down"),
        (Hits, "k", "up"),
        (Hits, "Up", "up"),
        (Hits, "h", "left"),
        (Hits, "Left", "left"),
        (Hits, "l", "right"),
        (Hits, "Right", "right"),
        (Hits, "Ctrl-D", "page-down"),
        (Hits, "PgDn", "page-down"),
        (Hits, "Space", "page-down"),
        (Hits, "Ctrl-U", "page-up"),
        (Hits, "PgUp", "page-up"),
        (Hits, "gg", "top"),
        (Hits, "Home", "top"),
        (Hits, "G", "bottom"),
        (Hits, "End", "bottom"),
        (Hits, "Enter", "open"),
        (Hits, "z", "open"),
        (Hits, "?", "help"),
        (Hits, ":", "palette"),
        (Hits, "Esc", "close"),
        (Hits, "Ctrl-Z", "suspend"),
        (List, "Enter", "accept"),
        (List, "Tab", "complete-input"),
        (List, "Down", "down"),
        (List, "Ctrl-N", "down"),
        (List, "Up", "up"),
        (List, "Ctrl-P", "up"),
        (List, "PgDn", "page-down"),
        (List, "PgUp", "page-up"),
        (List, "Esc", "close"),
        (List, "Ctrl-C", "close"),
        (Text, "Down", "down"),
        (Text, "j", "down"),
        (Text, "Ctrl-N", "down"),
        (Text, "Up", "up"),
        (Text, "k", "up"),
        (Text, "Ctrl-P", "up"),
        (Text, "PgDn", "page-down"),
        (Text, "Space", "page-down"),
        (Text, "PgUp", "page-up"),
        (Text, "Enter", "close"),
        (Text, "Esc", "close"),
        (Text, "Ctrl-C", "close"),
    ]
};

/// The command of a key, first in `context`, then everywhere.
pub fn lookup(context: Context, key: &str) -> Option<&'static str> {
    let beside = (context == Context::Completion).then(|| lookup_in(Context::Editor, key)).flatten();
    lookup_in(context, key).or(beside).or_else(|| lookup_in(Context::Global, key))
}

pub fn lookup_in(context: Context, key: &str) -> Option<&'static str> {
    KEYS.iter().find(|(at, name, _)| *at == context && *name == key).map(|row| row.2)
}

/// Whether some two-letter binding of the context begins with this key.
pub fn prefix(context: Context, key: &str) -> bool {
    key.chars().count() == 1
        && KEYS.iter().any(|(at, name, _)| {
            *at == context
                && name.len() == 2
                // One key, not two letters.
                && *name != "Up"
                && name.starts_with(key)
                && name.bytes().all(|byte| byte.is_ascii_alphabetic())
        })
}

/// The keys of a command: those of the context first.
pub fn keys_of(context: Context, command: &str) -> Vec<&'static str> {
    let of =
        |place| KEYS.iter().filter(move |(at, _, name)| *at == place && *name == command).map(|row| row.1);
    let mut keys: Vec<_> = of(context).collect();
    if context != Context::Global {
        keys.extend(of(Context::Global));
    }
    keys
}

/// `Ctrl-R`, `Alt-Enter`, `Shift-F5`, `g`, `G`. Letters keep their case unless Ctrl is held.
pub fn name(key: &KeyEvent) -> String {
    let mut text = String::new();
    let control = key.modifiers.contains(KeyModifiers::CONTROL);
    if control {
        text.push_str("Ctrl-");
    }
    if key.modifiers.contains(KeyModifiers::ALT) {
        text.push_str("Alt-");
    }
    let shift = key.modifiers.contains(KeyModifiers::SHIFT);
    if key.code == KeyCode::BackTab || shift && !matches!(key.code, KeyCode::Char(_)) {
        text.push_str("Shift-");
    }
    match key.code {
        KeyCode::Char(' ') => text.push_str("Space"),
        KeyCode::Char(letter) if control => text.extend(letter.to_uppercase()),
        KeyCode::Char(letter) => text.push(letter),
        KeyCode::F(number) => text.push_str(&format!("F{number}")),
        KeyCode::BackTab | KeyCode::Tab => text.push_str("Tab"),
        KeyCode::PageDown => text.push_str("PgDn"),
        KeyCode::PageUp => text.push_str("PgUp"),
        other => text.push_str(&format!("{other:?}")),
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_key_twice_in_a_context() {
        for (at, row) in KEYS.iter().enumerate() {
            assert!(!KEYS[..at].iter().any(|other| (other.0, other.1) == (row.0, row.1)), "{row:?}");
        }
    }

    #[test]
    fn letters_of_a_list_are_typed() {
        for letter in 'A'..='z' {
            assert!(!prefix(Context::List, &letter.to_string()), "{letter}");
            assert!(!prefix(Context::Completion, &letter.to_string()), "{letter}");
        }
        assert!(prefix(Context::Grid, "g"));
    }

    #[test]
    fn keys_have_the_names_of_the_table() {
        let name = |code, modifiers| name(&KeyEvent::new(code, modifiers));
        assert_eq!(name(KeyCode::Char('r'), KeyModifiers::CONTROL), "Ctrl-R");
        assert_eq!(name(KeyCode::Enter, KeyModifiers::ALT), "Alt-Enter");
        assert_eq!(name(KeyCode::BackTab, KeyModifiers::SHIFT), "Shift-Tab");
        assert_eq!(name(KeyCode::Char('H'), KeyModifiers::SHIFT), "H");
        assert_eq!(name(KeyCode::Char(' '), KeyModifiers::NONE), "Space");
        assert_eq!(name(KeyCode::Esc, KeyModifiers::NONE), "Esc");
    }
}
