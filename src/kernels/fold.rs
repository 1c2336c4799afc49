//! Case folding and substring search, folded or not. Knows text only; no terms, no patterns.
//!
//! Folding is Unicode's simple folding: one character for one, no locale ("ß" is not "ss").

use memchr::memmem;

use super::wide::wide;

/// The character that stands for `c` and all that differ from it by case only.
pub fn fold_char(c: char) -> char {
    if c.is_ascii() {
        return c.to_ascii_lowercase();
    }
    match c {
        // The dotted and the dotless i fold only in Turkic locales.
        'İ' | 'ı' => c,
        // The two that upper and lower case do not reach from each other.
        '\u{1fd3}' => '\u{390}',
        '\u{1fe3}' => '\u{3b0}',
        'ﬅ' => 'ﬆ',
        // Cherokee folds upwards.
        '\u{13a0}'..='\u{13f5}' => c,
        '\u{13f8}'..='\u{13fd}' | '\u{ab70}'..='\u{abbf}' => upper_char(c),
        _ => lower_char(upper_char(c)),
    }
}

/// Simple lower case: unchanged where the full mapping gives more than one character.
pub fn lower_char(c: char) -> char {
    let mut mapped = c.to_lowercase();
    match (mapped.next(), mapped.next()) {
        (Some(lower), None) => lower,
        _ => c,
    }
}

/// Simple upper case: unchanged where the full mapping gives more than one character.
pub fn upper_char(c: char) -> char {
    let mut mapped = c.to_uppercase();
    match (mapped.next(), mapped.next()) {
        (Some(upper), None) => upper,
        _ => c,
    }
}

/// Writes the folded text.
pub fn push_folded(text: &str, out: &mut String) {
    if is_ascii(text.as_bytes()) {
        let start = out.len();
        out.push_str(text);
        out[start..].make_ascii_lowercase();
    } else {
        out.extend(text.chars().map(fold_char));
    }
}

/// Whether a text is known to be as it is folded: ASCII without capitals.
pub fn is_folded(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii() && !byte.is_ascii_uppercase())
}

/// Equal but for case.
pub fn equals(left: &str, right: &str) -> bool {
    if left.is_ascii() && right.is_ascii() {
        return left.eq_ignore_ascii_case(right);
    }
    left.chars().map(fold_char).eq(right.chars().map(fold_char))
}

/// A text to be looked for in many others: prepared once, then no allocation.
pub struct Needle {
    text: String,
    exact: Option<memmem::Finder<'static>>,
    /// The folded text, when it is ASCII.
    ascii: Option<Vec<u8>>,
    folded: Vec<char>,
    /// Where in `ascii` its two rarest bytes are, the first before the second; the same place in a needle of one.
    anchors: [usize; 2],
    /// A k or an s is in it: two characters beyond ASCII fold to those.
    stretches: bool,
}

impl Needle {
    /// `folding` when case does not matter.
    pub fn new(text: &str, folding: bool) -> Needle {
        let folded: Vec<char> = text.chars().map(fold_char).collect();
        let ascii: Option<Vec<u8>> =
            folded.iter().map(|c| c.is_ascii().then_some(*c as u8)).collect::<Option<_>>();
        let bytes = ascii.as_deref().unwrap_or_default();
        let rarest = |but: Option<usize>| {
            let places = (0..bytes.len()).filter(|at| Some(*at) != but);
            places.min_by_key(|at| commonness(bytes[*at]))
        };
        let first = rarest(None);
        let (first, second) = (first.unwrap_or(0), rarest(first).or(first).unwrap_or(0));
        let anchors = [first.min(second), first.max(second)];
        let stretches = bytes.iter().any(|byte| matches!(byte, b'k' | b's'));
        // Only a letter has another case; nothing beyond ASCII folds to a digit or a sign.
        let caseless =
            !text.is_empty() && text.bytes().all(|byte| byte.is_ascii() && !byte.is_ascii_alphabetic());
        let exact = (!folding || caseless).then(|| memmem::Finder::new(text).into_owned());
        Needle { text: text.to_owned(), exact, ascii, folded, anchors, stretches }
    }

    /// The text that was given.
    pub fn text(&self) -> &str {
        &self.text
    }

    pub fn is_empty(&self) -> bool {
        self.text.is_empty()
    }

    /// The folded text, when it is ASCII.
    pub fn folded_ascii(&self) -> Option<&[u8]> {
        self.ascii.as_deref()
    }

    /// Calls `accept` with the bounds of each place, overlapping ones too, until it says yes.
    pub fn any(&self, haystack: &str, accept: impl Fn(usize, usize) -> bool) -> bool {
        if let Some(finder) = &self.exact {
            return self.any_exact(finder, haystack, accept);
        }
        match &self.ascii {
            Some(needle) => {
                self.any_ascii(needle, haystack.as_bytes(), &accept)
                    || self.stretches && reaches_ascii(haystack) && self.any_folded(haystack, accept)
            }
            None => !is_ascii(haystack.as_bytes()) && self.any_folded(haystack, accept),
        }
    }

    fn any_exact(
        &self,
        finder: &memmem::Finder<'_>,
        haystack: &str,
        accept: impl Fn(usize, usize) -> bool,
    ) -> bool {
        let bytes = haystack.as_bytes();
        let step = self.text.chars().next().map_or(1, char::len_utf8);
        let mut from = 0;
        while let Some(at) = bytes.get(from..).and_then(|rest| finder.find(rest)) {
            let start = from + at;
            if accept(start, start + self.text.len()) {
                return true;
            }
            from = start + step;
        }
        false
    }

    fn any_ascii(&self, needle: &[u8], haystack: &[u8], accept: &impl Fn(usize, usize) -> bool) -> bool {
        if needle.is_empty() {
            return accept(0, 0);
        }
        // As many places as the needle can begin at.
        let Some(places) = (haystack.len() + 1).checked_sub(needle.len()) else {
            return false;
        };
        let [one, other] = self.anchors.map(|at| &haystack[at..at + places]);
        let [wanted, also] = self.anchors.map(|at| Folded::new(needle[at]));
        let found = |start: usize| {
            let place = &haystack[start..start + needle.len()];
            place.eq_ignore_ascii_case(needle) && accept(start, start + needle.len())
        };
        let some = |from: usize, to: usize| {
            (from..to).any(|at| wanted.is(one[at]) & also.is(other[at]) == 1 && found(at))
        };
        let mut from = 0;
        while let Some(at) = next_near((one, wanted), (other, also), from) {
            if some(at, at + BLOCK) {
                return true;
            }
            from = at + BLOCK;
        }
        // The last block begins early enough to be a whole one.
        match places.checked_sub(BLOCK) {
            Some(last) => {
                next_near((&one[last..], wanted), (&other[last..], also), 0).is_some() && some(last, places)
            }
            None => some(0, places),
        }
    }

    fn any_folded(&self, haystack: &str, accept: impl Fn(usize, usize) -> bool) -> bool {
        let Some(&first) = self.folded.first() else {
            return accept(0, 0);
        };
        haystack.char_indices().any(|(start, c)| {
            fold_char(c) == first
                && self.ends_at(&haystack[start..]).is_some_and(|length| accept(start, start + length))
        })
    }

    /// How many bytes of `text` the needle takes when it stands at its beginning, folded.
    fn ends_at(&self, text: &str) -> Option<usize> {
        let mut chars = text.char_indices();
        for wanted in &self.folded {
            let (_, c) = chars.next()?;
            if fold_char(c) != *wanted {
                return None;
            }
        }
        Some(chars.offset())
    }

    /// Stands at the beginning.
    pub fn starts(&self, haystack: &str) -> bool {
        if self.exact.is_some() {
            return haystack.starts_with(&self.text);
        }
        match (&self.ascii, haystack.as_bytes().get(..self.text.len())) {
            (Some(needle), Some(head)) if head.is_ascii() && needle.len() == self.text.len() => {
                head.eq_ignore_ascii_case(needle)
            }
            _ => self.ends_at(haystack).is_some(),
        }
    }

    /// Stands at the end.
    pub fn ends(&self, haystack: &str) -> bool {
        if self.exact.is_some() {
            return haystack.ends_with(&self.text);
        }
        let tail = haystack.len().checked_sub(self.text.len()).map(|start| &haystack.as_bytes()[start..]);
        if let (Some(needle), Some(tail)) = (&self.ascii, tail)
            && tail.is_ascii()
            && needle.len() == self.text.len()
        {
            return tail.eq_ignore_ascii_case(needle);
        }
        let mut chars = haystack.chars().rev();
        self.folded.iter().rev().all(|wanted| chars.next().is_some_and(|c| fold_char(c) == *wanted))
    }
}

/// How many places are looked at together.
const BLOCK: usize = 64;

/// A byte to be looked for, in both cases.
#[derive(Clone, Copy)]
struct Folded {
    byte: u8,
    /// The bit between the cases, of a letter.
    case: u8,
}

impl Folded {
    fn new(byte: u8) -> Folded {
        Folded { byte, case: if byte.is_ascii_lowercase() { 0x20 } else { 0 } }
    }

    /// 1 or 0.
    #[inline(always)]
    fn is(self, byte: u8) -> u8 {
        u8::from(byte | self.case == self.byte)
    }
}

wide! {
    /// Where the next whole block begins, from that place on, in which both bytes stand at one place of their texts, which
    /// have one length.
    fn next_near(one: (&[u8], Folded), other: (&[u8], Folded), from: usize) -> Option<usize> {
        let (blocks, _) = one.0[from..].as_chunks::<BLOCK>();
        let (others, _) = other.0[from..].as_chunks::<BLOCK>();
        let mut pairs = blocks.iter().zip(others);
        let near = pairs.position(|(block, beside)| {
            // Without a branch and with bytes, which become vector instructions; with bools they do not.
            let mut any = 0;
            for at in 0..BLOCK {
                any |= one.1.is(block[at]) & other.1.is(beside[at]);
            }
            any == 1
        })?;
        Some(from + near * BLOCK)
    }
}

/// As `[u8]::is_ascii`, at an even pace: that one takes 3 to 90 ns for 320 bytes, by what is left over after its
/// blocks, this one 4.
pub fn is_ascii(bytes: &[u8]) -> bool {
    let word = |bytes: &[u8; 8]| u64::from_ne_bytes(*bytes);
    let (blocks, rest) = bytes.as_chunks::<64>();
    let mut any = [0; 8];
    for block in blocks {
        let (words, _) = block.as_chunks::<8>();
        for at in 0..8 {
            any[at] |= word(&words[at]);
        }
    }
    let (words, rest) = rest.as_chunks::<8>();
    let all = any.into_iter().chain(words.iter().map(word)).fold(0, |all, word| all | word);
    let last = rest.iter().fold(0, |all, byte| all | byte);
    all & 0x8080_8080_8080_8080 == 0 && last < 0x80
}

/// Has one of the two characters beyond ASCII that fold to ASCII: the long s and the kelvin sign.
pub fn reaches_ascii(text: &str) -> bool {
    !is_ascii(text.as_bytes()) && text.chars().any(|c| matches!(c, '\u{17f}' | '\u{212a}'))
}

/// How usual a lower-case byte is in logs: a search that starts from an unusual one stops less often.
fn commonness(byte: u8) -> usize {
    const USUAL: &[u8] = b"@\\_#%+&=zqjxkvbwygpfmuhcdlrsn\",/:9876543210-.otiae ";
    USUAL.iter().position(|usual| *usual == byte).map_or(0, |at| at + 1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn folds_as_the_regex_crate_does() {
        // Newer than the tables of the regex crate.
        let known =
            |c: &char| !('\u{a7ce}'..='\u{a7d5}').contains(c) && !('\u{16ea0}'..='\u{16ed3}').contains(c);
        for c in ('\u{80}'..='\u{1ffff}').filter(known).filter(|c| fold_char(*c) != *c) {
            let pattern = regex::Regex::new(&format!("(?i)^{c}$")).unwrap();
            assert!(pattern.is_match(&fold_char(c).to_string()), "{c:?} {:?}", fold_char(c));
        }
        let cased = ('\u{80}'..='\u{1ffff}').filter(known).filter(|c| c.is_lowercase() || c.is_uppercase());
        for c in cased {
            let pattern = regex::Regex::new(&format!("(?i)^{c}$")).unwrap();
            for other in [upper_char(c), lower_char(c), fold_char(c)] {
                assert_eq!(
                    pattern.is_match(&other.to_string()),
                    fold_char(other) == fold_char(c),
                    "{c:?} {other:?}"
                );
            }
        }
    }

    #[test]
    fn stretches_to_the_kelvin_sign() {
        assert!(equals("\u{212a}usto", "kusto"));
        assert!(Needle::new("KU", true).any("a \u{212a}u b", |_, _| true));
        assert!(!Needle::new("KU", false).any("a \u{212a}u b", |_, _| true));
        assert!(!equals("straße", "strasse"));
        assert!(equals("ΟΔΟΣ", "οδος"));
    }

    /// Every place by comparing folded characters one by one.
    fn slow(haystack: &str, needle: &str) -> Vec<usize> {
        let hay: Vec<char> = haystack.chars().map(fold_char).collect();
        let needle: Vec<char> = needle.chars().map(fold_char).collect();
        (0..=hay.len()).filter(|at| hay[*at..].starts_with(&needle)).collect()
    }

    proptest! {
        #[test]
        fn ascii_is_ascii(ascii in "[ -~]{0,200}", at in 0usize..200, other in any::<char>()) {
            prop_assert!(is_ascii(ascii.as_bytes()));
            let mut text = ascii;
            text.insert(at.min(text.len()), other);
            prop_assert_eq!(is_ascii(text.as_bytes()), other.is_ascii());
        }

        #[test]
        fn finds_what_a_slow_search_finds(haystack in "[aAbBsSkKßé\u{212a}\u{17f} _.-]{0,12}[aAxXyYkK_ ]{0,90}", needle in "[aAbBsSkKéÉ\u{17f} _]{0,3}") {
            let folded = Needle::new(&needle, true);
            prop_assert_eq!(folded.any(&haystack, |_, _| true), !slow(&haystack, &needle).is_empty());
            let at_start = slow(&haystack, &needle).contains(&0);
            prop_assert_eq!(folded.starts(&haystack), at_start);
            let length = haystack.chars().count().checked_sub(needle.chars().count());
            prop_assert_eq!(folded.ends(&haystack), length.is_some_and(|at| slow(&haystack, &needle).contains(&at)));
            let exact = Needle::new(&needle, false);
            prop_assert_eq!(exact.any(&haystack, |_, _| true), haystack.contains(&needle));
            // The last place is reached too.
            if let Some(last) = slow(&haystack, &needle).last() && !needle.is_empty() {
                let skipped = haystack.chars().take(*last).map(char::len_utf8).sum::<usize>();
                prop_assert!(folded.any(&haystack, |start, _| start == skipped));
            }
        }
    }
}
