//! What terminals of the xterm family send for keys, by the names of the table of keys.

/// The bytes of one key, such as `Ctrl-R`, `Shift-F5`, `Alt-;` or `G`.
///
/// # Panics
/// There is no such key.
pub fn bytes(name: &str) -> String {
    let (mut shift, mut alt, mut control) = (false, false, false);
    let mut rest = name;
    loop {
        if let Some(after) = rest.strip_prefix("Shift-") {
            (shift, rest) = (true, after);
        } else if let Some(after) = rest.strip_prefix("Alt-") {
            (alt, rest) = (true, after);
        } else if let Some(after) = rest.strip_prefix("Ctrl-") {
            (control, rest) = (true, after);
        } else {
            break;
        }
    }
    let modifier = 1 + u8::from(shift) + 2 * u8::from(alt) + 4 * u8::from(control);
    if let Some((number, last)) = sequence(rest) {
        return match (number, last, modifier) {
            (1, 'P'..='S', 1) => format!("\x1bO{last}"),
            (1, _, 1) => format!("\x1b[{last}"),
            (_, _, 1) => format!("\x1b[{number}{last}"),
            _ => format!("\x1b[{number};{modifier}{last}"),
        };
    }
    let plain = match rest {
        "Tab" if shift => "\x1b[Z".to_string(),
        "Tab" => "\t".to_string(),
        "Enter" => "\r".to_string(),
        "Esc" => "\x1b".to_string(),
        "Backspace" => "\x7f".to_string(),
        "Space" if control => "\0".to_string(),
        "Space" => " ".to_string(),
        "_" | "7" if control => "\x1f".to_string(),
        letter if control => char::from(letter.as_bytes()[0] & 0x1f).to_string(),
        letter => letter.to_string(),
    };
    assert!(plain.chars().count() == 1 || plain.starts_with('\x1b'), "no such key: {name}");
    if alt { format!("\x1b{plain}") } else { plain }
}

/// Number and last letter of the sequence of a named key.
fn sequence(name: &str) -> Option<(u8, char)> {
    const NAMED: &[(&str, u8, char)] = &[
        ("Up", 1, 'A'),
        ("Down", 1, 'B'),
        ("Right", 1, 'C'),
        ("Left", 1, 'D'),
        ("End", 1, 'F'),
        ("Home", 1, 'H'),
        ("F1", 1, 'P'),
        ("F2", 1, 'Q'),
        ("F3", 1, 'R'),
        ("F4", 1, 'S'),
        ("Delete", 3, '~'),
        ("PgUp", 5, '~'),
        ("PgDn", 6, '~'),
        ("F5", 15, '~'),
        ("F6", 17, '~'),
        ("F7", 18, '~'),
        ("F8", 19, '~'),
        ("F9", 20, '~'),
        ("F10", 21, '~'),
        ("F11", 23, '~'),
        ("F12", 24, '~'),
    ];
    NAMED.iter().find(|(key, _, _)| *key == name).map(|(_, number, last)| (*number, *last))
}

#[test]
fn keys_are_what_xterm_sends() {
    let sent = [
        "F1",
        "F5",
        "Shift-F5",
        "Ctrl-PgDn",
        "Ctrl-Left",
        "Shift-Tab",
        "Alt-Enter",
        "Alt-;",
        "Ctrl-R",
        "Ctrl-_",
    ]
    .map(bytes);
    let known = [
        "\x1bOP",
        "\x1b[15~",
        "\x1b[15;2~",
        "\x1b[6;5~",
        "\x1b[1;5D",
        "\x1b[Z",
        "\x1b\r",
        "\x1b;",
        "\x12",
        "\x1f",
    ];
    assert_eq!(sent, known);
}
