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
    /// The editor with vim's keys, outside of insertion.
    Normal,
    Visual,
    /// A popup with a list and, mostly, a line of input.
    List,
    /// A popup of text.
    Text,
}

impl Context {
    /// As the settings and `kqlhunt keys` name it.
    pub fn name(self) -> &'static str {
        CONTEXTS.iter().find(|(context, _)| *context == self).map_or("", |row| row.1)
    }

    pub fn by_name(name: &str) -> Option<Context> {
        CONTEXTS.iter().find(|row| row.1 == name).map(|row| row.0)
    }

    /// Whether a plain letter is typed there, so that no command can have it.
    pub fn types_letters(self) -> bool {
        matches!(self, Context::Editor | Context::Completion | Context::List)
    }
}

/// All contexts with their names.
pub const CONTEXTS: &[(Context, &str)] = &[
    (Context::Global, "global"),
    (Context::Editor, "editor"),
    (Context::Completion, "completion"),
    (Context::Normal, "normal"),
    (Context::Visual, "visual"),
    (Context::Grid, "results"),
    (Context::Record, "record"),
    (Context::Chart, "chart"),
    (Context::Hits, "hits"),
    (Context::List, "list"),
    (Context::Text, "text"),
];

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
        (Global, "Ctrl-N", "new-tab"),
        (Global, "Ctrl-PgDn", "next-tab"),
        (Global, "Ctrl-PgUp", "previous-tab"),
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
        (Editor, "Ctrl-X", "edit"),
        (Editor, "Ctrl-F", "find"),
        (Editor, "Alt-g", "previous-problem"),
        (Editor, "Alt-.", "fix"),
        (Editor, "Alt-a", "select-all"),
        (Editor, "Alt-w", "copy-query"),
        (Editor, "Ctrl-Insert", "copy-query"),
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
        (Grid, "y", "copy-cell"),
        (Grid, "Y", "copy-row"),
        (Grid, "gy", "copy-column"),
        (Grid, "\"", "copy-list"),
        (Grid, "gD", "copy-defanged"),
        (Grid, "/", "search"),
        (Grid, "n", "search-next"),
        (Grid, "N", "search-previous"),
        (Grid, "Esc", "search-end"),
        (Grid, "f", "filter-equal"),
        (Grid, "F", "filter-not"),
        (Grid, "~", "filter-has"),
        (Grid, "=", "filter-edit"),
        (Grid, "&", "filter-found"),
        (Grid, "D", "duplicates"),
        (Grid, "x", "filter-drop"),
        (Grid, "X", "filters-toggle"),
        (Grid, "gf", "filters"),
        (Grid, "|", "filters-write"),
        (Grid, "v", "values"),
        (Grid, "V", "statistics"),
        (Grid, "s", "sort"),
        (Grid, "S", "sort-more"),
        (Grid, "!", "freeze"),
        (Grid, "p", "paint"),
        (Grid, "-", "hide"),
        (Grid, "+", "unhide"),
        (Grid, "_", "hide-empty"),
        (Grid, "a", "hide-same"),
        (Grid, "<", "move-left"),
        (Grid, ">", "move-right"),
        (Grid, "w", "widen"),
        (Grid, "0", "first-column"),
        (Grid, "^", "first-column"),
        (Grid, "$", "last-column"),
        (Grid, "u", "undo-view"),
        (Grid, "Enter", "open"),
        (Grid, "z", "record"),
        (Grid, "o", "rows-behind"),
        (Grid, "M", "mouse"),
        (Grid, "e", "export"),
        (Grid, "c", "chart"),
        (Grid, "C", "chart-type"),
        (Grid, "H", "hits"),
        (Grid, "gl", "hunts"),
        (Grid, "gc", "count-rows"),
        (Grid, "W", "why-not"),
        (Hits, "W", "why-not"),
        (Grid, "gs", "schema"),
        (Grid, "gS", "sweep"),
        (Grid, "gd", "diff"),
        (Grid, "gt", "next-tab"),
        (Grid, "1", "kept-result"),
        (Grid, "2", "kept-result"),
        (Grid, "3", "kept-result"),
        (Grid, "4", "kept-result"),
        (Grid, "5", "kept-result"),
        (Grid, "6", "kept-result"),
        (Grid, "7", "kept-result"),
        (Grid, "8", "kept-result"),
        (Grid, "9", "kept-result"),
        (Grid, "gh", "hits"),
        (Grid, "Alt-u", "undo"),
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
        (Record, "y", "copy-value"),
        (Record, "Y", "copy-path"),
        (Record, "f", "keep-value"),
        (Record, "F", "drop-value"),
        (Record, "~", "value-has"),
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
        (Chart, "Down", "down"),
        (Chart, "j", "down"),
        (Chart, "Up", "up"),
        (Chart, "k", "up"),
        (Chart, "PgDn", "page-down"),
        (Chart, "PgUp", "page-up"),
        (Chart, "c", "chart"),
        (Chart, "C", "chart-type"),
        (Chart, "+", "zoom-in"),
        (Chart, "=", "zoom-in"),
        (Chart, "-", "zoom-out"),
        (Chart, "r", "zoom-all"),
        (Chart, "<", "pan-left"),
        (Chart, ">", "pan-right"),
        (Chart, "L", "log-axis"),
        (Chart, "0", "fill-gaps"),
        (Chart, "B", "brush"),
        (Chart, "|", "brush-query"),
        (Chart, "Enter", "open"),
        (Chart, "f", "brush-filter"),
        (Chart, "n", "next-series"),
        (Chart, "p", "previous-series"),
        (Chart, "Space", "switch-series"),
        (Chart, "a", "all-series"),
        (Chart, "e", "export-chart"),
        (Chart, "?", "help"),
        (Chart, ":", "palette"),
        (Chart, "Esc", "close"),
        (Chart, "Alt-u", "undo"),
        (Chart, "Ctrl-Z", "suspend"),
        (Hits, "n", "next-hit"),
        (Hits, "p", "previous-hit"),
        (Hits, "N", "next-user"),
        (Hits, "P", "previous-user"),
        (Hits, "i", "indicators"),
        (Hits, "t", "triage"),
        (Hits, "b", "bookmark"),
        (Hits, "]", "wider"),
        (Hits, "[", "narrower"),
        (Hits, ".", "others"),
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
        (List, "Left", "left"),
        (List, "Right", "right"),
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

/// Keys that have a name of their own, as [`name`] spells them.
const NAMED: &[&str] = &[
    "Enter",
    "Tab",
    "Esc",
    "Space",
    "Backspace",
    "Delete",
    "Insert",
    "Left",
    "Right",
    "Up",
    "Down",
    "Home",
    "End",
    "PgUp",
    "PgDn",
];
/// What terminals send as another key.
const SAME: &[(&str, &str)] =
    &[("Ctrl-M", "Enter"), ("Ctrl-I", "Tab"), ("Ctrl-[", "Esc"), ("Ctrl-Enter", "Enter")];
const FUNCTION_KEYS: std::ops::RangeInclusive<u8> = 1..=12;

/// A key as a user writes it (`ctrl-r`, `pgdn`), in the spelling of [`name`]; or two letters.
///
/// # Errors
/// It is no key, or terminals do not send it.
pub fn spelled(written: &str) -> Result<String, String> {
    let mut rest = written;
    let mut text = String::new();
    for modifier in ["Ctrl-", "Alt-", "Shift-"] {
        if let Some(head) = rest.get(..modifier.len()).filter(|_| rest.len() > modifier.len())
            && head.eq_ignore_ascii_case(modifier)
        {
            text.push_str(modifier);
            rest = &rest[modifier.len()..];
        }
    }
    let mut letters = rest.chars();
    let number = rest.strip_prefix(['F', 'f']).and_then(|number| number.parse().ok());
    if let Some(named) = NAMED.iter().find(|named| named.eq_ignore_ascii_case(rest)) {
        text.push_str(named);
    } else if let Some(number) = number.filter(|number| FUNCTION_KEYS.contains(number)) {
        text.push_str(&format!("F{number}"));
    } else {
        match (letters.next(), letters.next(), letters.next()) {
            (Some(letter), None, None) if text.starts_with("Ctrl-") => text.extend(letter.to_uppercase()),
            (Some(letter), None, None) => text.push(letter),
            (Some(first), Some(second), None) if text.is_empty() && is_pair(first, second) => {
                text.extend([first, second]);
            }
            _ => return Err(format!("'{written}' is no key; write it as F5, Ctrl-R, Alt-Enter, g or gg")),
        }
    }
    match SAME.iter().find(|same| same.0 == text) {
        Some((_, other)) => Err(format!("{text} is what terminals send as {other}, or not at all")),
        None => Ok(text),
    }
}

/// Two letters that are pressed one after the other.
fn is_pair(first: char, second: char) -> bool {
    first.is_ascii_alphabetic() && second.is_ascii_alphabetic()
}

/// Whether a key's name is that of two letters, pressed one after the other.
pub fn is_sequence(key: &str) -> bool {
    // One key, not two letters.
    let mut letters = key.chars();
    match (letters.next(), letters.next(), letters.next()) {
        (Some(first), Some(second), None) => key != "Up" && is_pair(first, second),
        _ => false,
    }
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
    fn the_table_is_spelled_as_keys_are() {
        for (context, key, _) in KEYS {
            assert_eq!(spelled(key).as_deref(), Ok(*key));
            let letter = key.chars().count() == 1 || is_sequence(key);
            assert!(!(letter && context.types_letters()), "{context:?} {key} is typed");
        }
    }

    #[test]
    fn keys_as_users_write_them() {
        assert_eq!(spelled("ctrl-r").as_deref(), Ok("Ctrl-R"));
        assert_eq!(spelled("alt-enter").as_deref(), Ok("Alt-Enter"));
        assert_eq!(spelled("-").as_deref(), Ok("-"));
        assert_eq!(spelled("gg").as_deref(), Ok("gg"));
        for wrong in ["", "Ctrl-", "Ctrl-M", "F13", "Hyper-x", "g1", "abc"] {
            assert!(spelled(wrong).is_err(), "{wrong}");
        }
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
