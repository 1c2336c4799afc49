//! Parentheses that nobody needs. Texts of expressions have them, so that they may stand anywhere.

use super::block::BREAK;

/// A text without the parentheses around all of it. Where `OR` would then stand bare, it keeps them if something
/// may follow that binds tighter.
pub fn bare(text: &str, followed: bool) -> &str {
    let mut text = text;
    while let Some(inner) = inside(text) {
        if followed && inner.or {
            break;
        }
        text = inner.text;
    }
    text
}

struct Inside<'t> {
    text: &'t str,
    /// Holds an `OR` that no parentheses are around.
    or: bool,
}

/// What stands between the first character and the last, if they are a pair of parentheses.
fn inside(text: &str) -> Option<Inside<'_>> {
    // A line break follows that of a subquery, which needs it.
    let inner = text.strip_prefix('(')?.strip_suffix(')').filter(|inner| !inner.starts_with(BREAK))?;
    let (mut depth, mut or, mut quote) = (0_usize, false, None);
    let bytes = inner.as_bytes();
    for (at, byte) in bytes.iter().enumerate() {
        match (quote, byte) {
            (Some(open), byte) if open == *byte => quote = None,
            (Some(_), _) => {}
            (None, b'\'' | b'"') => quote = Some(*byte),
            (None, b'(') => depth += 1,
            (None, b')') => depth = depth.checked_sub(1)?,
            (None, b' ') => or |= depth == 0 && bytes[at..].starts_with(b" OR "),
            (None, _) => {}
        }
    }
    Some(Inside { text: inner, or })
}

#[cfg(test)]
mod tests {
    use super::bare;

    #[test]
    fn only_a_pair_around_all_of_it_goes() {
        for (text, alone, followed) in [
            ("((c1 <> ''))", "c1 <> ''", "c1 <> ''"),
            ("(a OR b)", "a OR b", "(a OR b)"),
            ("((a OR b) AND c)", "(a OR b) AND c", "(a OR b) AND c"),
            ("(a) = (b)", "(a) = (b)", "(a) = (b)"),
            ("(c1 = ') OR (')", "c1 = ') OR ('", "c1 = ') OR ('"),
            ("(c1 = 'it''s (')", "c1 = 'it''s ('", "c1 = 'it''s ('"),
            ("(\"a)\" = 1)", "\"a)\" = 1", "\"a)\" = 1"),
            ("f(a)", "f(a)", "f(a)"),
            ("(\u{1}>SELECT 1\u{1}<)", "(\u{1}>SELECT 1\u{1}<)", "(\u{1}>SELECT 1\u{1}<)"),
            ("()", "", ""),
            ("", "", ""),
        ] {
            assert_eq!((bare(text, false), bare(text, true)), (alone, followed), "{text}");
        }
    }
}
