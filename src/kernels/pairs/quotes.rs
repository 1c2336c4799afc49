//! Texts between quotes, with escapes inside.

use std::borrow::Cow;

pub struct Quotes<'a> {
    /// Opening and closing characters in turn.
    pairs: &'a str,
    escapes: &'a str,
}

impl<'a> Quotes<'a> {
    pub fn new(pairs: &'a str, escapes: &'a str) -> Quotes<'a> {
        Quotes { pairs, escapes }
    }

    /// What stands between the quotes that the text begins with, and what follows them; `None` when it
    /// begins with none.
    ///
    /// # Errors
    ///
    /// The quote is never closed, or something is escaped that needs no escape: what Kusto makes of either
    /// is not known.
    pub fn open<'t>(&self, text: &'t str) -> Result<Option<(Cow<'t, str>, &'t str)>, String> {
        let Some(first) = text.chars().next() else { return Ok(None) };
        let closes = self.pairs.chars().step_by(2).zip(self.pairs.chars().skip(1).step_by(2));
        let Some((open, close)) = closes.clone().find(|(open, _)| *open == first) else { return Ok(None) };
        let start = first.len_utf8();
        let mut unescaped: Option<String> = None;
        let mut copied = start;
        let mut characters = text[start..].char_indices();
        while let Some((at, character)) = characters.next() {
            let at = start + at;
            if self.escapes.contains(character) {
                let Some((_, next)) = characters.next() else { break };
                if next != open && next != close && !self.escapes.contains(next) {
                    return Err(format!(
                        "parse-kv meets the escape '{character}{next}', which stands for nothing; leave escape out"
                    ));
                }
                let inside = unescaped.get_or_insert_default();
                inside.push_str(&text[copied..at]);
                inside.push(next);
                copied = at + character.len_utf8() + next.len_utf8();
            } else if character == close {
                let rest = &text[at + close.len_utf8()..];
                let value = match unescaped {
                    None => Cow::Borrowed(&text[start..at]),
                    Some(inside) => Cow::Owned(inside + &text[copied..at]),
                };
                return Ok(Some((value, rest)));
            }
        }
        Err(format!("parse-kv meets {open} without {close} after it; leave quote out"))
    }
}
