//! Characters that start no token: what was meant by those that word processors, chats and web pages put in the
//! place of others, and what is said of the rest.

use crate::display::dangerous;

/// Characters with the ASCII that they stand in for.
const LOOKALIKES: &[(&str, &str)] = &[
    ("“”„‟«»″〝〞", "\""),
    ("‘’‚‛′´", "'"),
    ("‐‑‒–—―−﹣", "-"),
    ("×∗", "*"),
    ("÷∕", "/"),
    ("≠", "!="),
    ("≤", "<="),
    ("≥", ">="),
    ("…", ".."),
    ("¦∣", "|"),
];
/// The forms of `!` to `~` that are as wide as Chinese characters, and how far they are from those.
const WIDE: std::ops::RangeInclusive<char> = '\u{ff01}'..='\u{ff5e}';
const WIDE_SHIFT: u32 = 0xfee0;

/// What stands for this character in KQL: nothing at all for one that is not seen; `None` if nobody knows.
pub fn meant(letter: char) -> Option<String> {
    if dangerous(letter) {
        return Some(String::new());
    }
    if WIDE.contains(&letter) {
        return char::from_u32(letter as u32 - WIDE_SHIFT).map(String::from);
    }
    let row = LOOKALIKES.iter().find(|(letters, _)| letters.contains(letter));
    row.map(|(_, plain)| (*plain).to_owned())
}

/// A message and a help for a run of characters before `rest`.
pub fn explain(run: &str, rest: &[u8]) -> (String, String) {
    if let Some(letter) = run.chars().next().filter(|letter| dangerous(*letter)) {
        return (format!("U+{:04X} is a character that is not seen", letter as u32), "Delete it.".into());
    }
    let help = match run {
        "&" => "Write 'and'.",
        "!" if rest.first().is_some_and(u8::is_ascii_alphabetic) => {
            "Write !=, !~, !in, !has, !contains, !startswith, !endswith or !between; or not(...)."
        }
        "!" => "Write not(...).",
        "^" => "Use pow(base, exponent), or binary_xor(a, b).",
        _ if !run.is_ascii() => match run.chars().next().and_then(meant).as_deref() {
            Some(quote @ ("\"" | "'")) => return (unknown(run), format!("Use a straight quote: {quote}.")),
            Some("-") => "Use a plain minus: -.",
            Some(plain) => return (unknown(run), format!("Write {plain} for it.")),
            None => "Names outside a-z, 0-9 and _ stand in brackets: ['name'].",
        },
        _ => "Delete it, or put it between quotes.",
    };
    (unknown(run), help.to_owned())
}

fn unknown(run: &str) -> String {
    format!("unknown character '{run}'")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::syntax::parse;

    /// The text after every change that its remarks know.
    fn mended(text: &str) -> String {
        let mut mended = text.to_owned();
        let mut fixes: Vec<_> = parse(text).1.into_iter().filter_map(|remark| remark.fix).collect();
        fixes.sort_by_key(|fix| std::cmp::Reverse(fix.span.start));
        for fix in fixes {
            mended.replace_range(fix.span.start as usize..fix.span.end as usize, &fix.text);
        }
        mended
    }

    #[test]
    fn what_a_word_processor_wrote_is_mended() {
        assert_eq!(
            mended("T | where User has “ana” and Id == ‘x’"),
            "T | where User has \"ana\" and Id == 'x'"
        );
        assert_eq!(mended("T | where N > 3 – 1 and M ≠ −1"), "T | where N > 3 - 1 and M != -1");
        assert_eq!(mended("T ｜ where N ＝＝ 1"), "T | where N == 1");
        assert_eq!(mended("T | where\u{2060} N == 1\u{ad}0"), "T | where N == 10");
        assert_eq!(mended("print \"ana”"), "print \"ana\"");
        assert_eq!(mended("print Größe = 1"), "print Größe = 1");
    }

    #[test]
    fn what_is_not_seen_is_named() {
        assert_eq!(explain("\u{2060}", b"").0, "U+2060 is a character that is not seen");
        assert_eq!(explain("≤", b"").1, "Write <= for it.");
    }
}
