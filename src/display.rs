//! The one way of text from data to a terminal. Field values are written by attackers: control,
//! bidirectional and zero-width characters are made visible here and never sent. Measures and cuts what is safe.

use std::borrow::Cow;

use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;

/// A base character and this many marks on it; the rest of a heap of marks is cut.
const MARKS_MAX: usize = 4;

/// The text with every character that a terminal would obey, reorder or hide replaced by a visible
/// one: C0 controls and DEL by their Unicode pictures, the rest by `<U+202E>`. Line breaks and tabs too.
pub fn safe(text: &str) -> Cow<'_, str> {
    if !text.chars().any(dangerous) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len() + 16);
    for character in text.chars() {
        match character {
            '\0'..='\x1f' => shown.push(char::from_u32(0x2400 + character as u32).unwrap_or('?')),
            '\x7f' => shown.push('\u{2421}'),
            _ if dangerous(character) => shown.push_str(&format!("<U+{:04X}>", character as u32)),
            _ => shown.push(character),
        }
    }
    Cow::Owned(shown)
}

/// As [`safe`], of a text whose line feeds and tabs are meant: a query, or SQL.
pub fn safe_lines(text: &str) -> Cow<'_, str> {
    let dangerous = |character: char| dangerous(character) && !matches!(character, '\n' | '\t');
    if !text.chars().any(dangerous) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len() + 16);
    for part in text.split_inclusive(['\n', '\t']) {
        let end = part.strip_suffix(['\n', '\t']).unwrap_or(part).len();
        shown.push_str(&safe(&part[..end]));
        shown.push_str(&part[end..]);
    }
    Cow::Owned(shown)
}

/// As [`safe`], in ASCII only: `\n`, `\x1b`, and `<U+00E9>` for everything else.
pub fn safe_ascii(text: &str) -> Cow<'_, str> {
    if text.bytes().all(|byte| (0x20..0x7f).contains(&byte)) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len() + 16);
    for character in text.chars() {
        match character {
            '\n' => shown.push_str("\\n"),
            '\r' => shown.push_str("\\r"),
            '\t' => shown.push_str("\\t"),
            '\0'..='\x1f' | '\x7f' => shown.push_str(&format!("\\x{:02x}", character as u32)),
            ' '..='~' => shown.push(character),
            _ => shown.push_str(&format!("<U+{:04X}>", character as u32)),
        }
    }
    Cow::Owned(shown)
}

/// Controls, separators of lines and paragraphs, marks and overrides of direction, characters of no
/// width, variation and tag characters, shades of emoji, which terminals draw beside or on them, unassigned and
/// private ones that fonts draw at will.
pub fn dangerous(character: char) -> bool {
    matches!(character,
        '\0'..='\x1f' | '\x7f'..='\u{9f}' | '\u{ad}' | '\u{34f}' | '\u{61c}'
        | '\u{115f}'..='\u{1160}' | '\u{17b4}'..='\u{17b5}' | '\u{180b}'..='\u{180f}'
        | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
        | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}'
        | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}' | '\u{1f3fb}'..='\u{1f3ff}' | '\u{e0000}'..='\u{e0fff}')
}

/// Any text that we did not write ourselves, safe for the terminal.
pub fn shown(text: &str, ascii: bool) -> Cow<'_, str> {
    if ascii { safe_ascii(text) } else { safe(text) }
}

/// Columns that a safe text takes.
pub fn width(text: &str) -> usize {
    if text.is_ascii() { text.len() } else { text.width() }
}

/// The mark of what is cut.
pub fn ellipsis(ascii: bool) -> &'static str {
    if ascii { ">" } else { "…" }
}

/// A safe text cut to `columns`, its last column then being a mark that something is missing.
pub fn fit(text: &str, columns: usize, ascii: bool) -> Cow<'_, str> {
    if text.is_ascii() && text.len() <= columns {
        return Cow::Borrowed(text);
    }
    let (mut out, mut used) = (String::new(), 0);
    let mut kept = (0, 0);
    for grapheme in text.graphemes(true) {
        let grapheme = match grapheme.char_indices().nth(MARKS_MAX + 1) {
            Some((at, _)) => &grapheme[..at],
            None => grapheme,
        };
        let wide = grapheme.width();
        if used + wide > columns {
            out.truncate(kept.0);
            if columns > 0 {
                out.push_str(ellipsis(ascii));
            }
            return Cow::Owned(out);
        }
        out.push_str(grapheme);
        used += wide;
        if used < columns {
            kept = (out.len(), used);
        }
    }
    Cow::Owned(out)
}

/// `12,481`.
pub fn thousands(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// `1 row`, `7 rows`.
pub fn count(number: u64, noun: &str) -> String {
    format!("{} {noun}{}", thousands(number), if number == 1 { "" } else { "s" })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_of_a_query_stay_lines() {
        assert_eq!(safe_lines("a\n\tb"), "a\n\tb");
        assert_eq!(safe_lines("a\r\n\tb\x1b[2J\n"), "a\u{240d}\n\tb\u{241b}[2J\n");
        assert_eq!(safe_lines("\u{202e}x\n"), "<U+202E>x\n");
    }

    #[test]
    fn nothing_that_a_terminal_obeys_is_left() {
        assert_eq!(safe("plain é 漢"), "plain é 漢");
        assert_eq!(safe("a\x1b]52;c;x\x07b"), "a␛]52;c;x␇b");
        assert_eq!(safe("\u{202e}gpj.exe\u{9b}2J\u{200d}"), "<U+202E>gpj.exe<U+009B>2J<U+200D>");
        assert_eq!(safe_ascii("é\n\x1b"), "<U+00E9>\\n\\x1b");
    }

    #[test]
    fn cut_text_shows_that_it_is_cut() {
        assert_eq!(fit("abcdef", 6, false), "abcdef");
        assert_eq!(fit("abcdef", 5, false), "abcd…");
        assert_eq!(fit("abcdef", 5, true), "abcd>");
        assert_eq!(fit("漢字漢", 5, false), "漢字…");
        assert_eq!(fit("漢字漢", 4, false), "漢…");
        assert_eq!(fit("ab", 0, false), "");
        assert_eq!(fit(&format!("a{}", "\u{301}".repeat(300)), 3, false).chars().count(), 5);
    }

    #[test]
    fn thousands_are_parted() {
        assert_eq!(thousands(1_234_567), "1,234,567");
        assert_eq!(thousands(12), "12");
        assert_eq!((count(1, "row").as_str(), count(1_200, "row").as_str()), ("1 row", "1,200 rows"));
    }
}
