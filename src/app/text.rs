//! Text on its way to the screen: made safe, measured, cut. Knows no pane and no terminal.

use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;

use crate::value::Value;
use crate::zone::Zone;

pub use crate::display::{count, ellipsis, fit, shown, thousands, width};

/// No more of a cell than this is looked at for the grid; the record view shows all of it.
const CELL_BYTES_MAX: usize = 1_000;

/// A value as the grid shows it: one line, safe, cut after [`CELL_BYTES_MAX`]; times as they are in a zone.
pub fn cell_in(value: &Value, zone: &Zone, ascii: bool) -> String {
    match value {
        Value::Datetime(at) => zone.text(*at),
        value => cell(value, ascii),
    }
}

fn cell(value: &Value, ascii: bool) -> String {
    let text = value.text();
    let head = head(&text, CELL_BYTES_MAX);
    let mut shown = shown(head, ascii).into_owned();
    if head.len() < text.len() {
        shown.push_str(ellipsis(ascii));
    }
    shown
}

/// The longest beginning of at most `bytes` bytes.
pub fn head(text: &str, bytes: usize) -> &str {
    if text.len() <= bytes {
        return text;
    }
    let mut end = bytes;
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}

/// A text with spaces for its line breaks, and no two of them.
pub fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Breaks a safe text into lines of at most `columns`, at spaces where there are some.
pub fn wrap(text: &str, columns: usize) -> Vec<String> {
    let columns = columns.max(1);
    let (mut lines, mut line, mut used) = (Vec::new(), String::new(), 0);
    for word in text.split_inclusive(' ') {
        let wide = width(word.trim_end());
        if used > 0 && used + wide > columns {
            lines.push(std::mem::take(&mut line).trim_end().to_string());
            used = 0;
        }
        for grapheme in word.graphemes(true) {
            let wide = grapheme.width();
            if used + wide > columns && grapheme != " " {
                lines.push(std::mem::take(&mut line));
                used = 0;
            }
            line.push_str(grapheme);
            used += wide;
        }
    }
    if !line.is_empty() || lines.is_empty() {
        lines.push(line.trim_end().to_string());
    }
    lines
}

/// `41 ms`, `1.4 s`, `2 min 5 s`.
pub fn elapsed(ms: u64) -> String {
    match ms {
        0..1_000 => format!("{ms} ms"),
        1_000..60_000 => format!("{}.{} s", ms / 1_000, ms % 1_000 / 100),
        _ => format!("{} min {} s", ms / 60_000, ms % 60_000 / 1_000),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wrapping_keeps_every_character() {
        assert_eq!(wrap("one two three", 8), ["one two", "three"]);
        assert_eq!(wrap("abcdefghij kl", 4), ["abcd", "efgh", "ij", "kl"]);
        assert_eq!(wrap("", 4), [""]);
    }

    #[test]
    fn numbers_read_easily() {
        assert_eq!(elapsed(1_450), "1.4 s");
    }
}
