//! Where a search found something in a short text, kept for when the same text comes again: addresses and
//! accounts do, many times, even where DuckDB does not store them as a dictionary. Knows bytes only.

use super::hash::xxhash64;

/// Longer texts are searched each time: they seldom come again.
const LONGEST: usize = 44;
/// A power of two. What is in use of 3 MB has room for the addresses of several row groups, of which DuckDB asks for
/// each once a group where it keeps them as a dictionary.
const SLOTS: usize = 1 << 16;
/// After so many texts it is seen whether the memo pays, ...
const TRIED: u32 = 1 << 16;
/// ... which it does where one in so many was known ...
const KNOWN_OF: u32 = 8;
/// ... and if not, so many are searched before it is tried again.
const RESTED: u32 = 1 << 18;

/// One text and where its group was found: the group, the length, start and end, the text. Nothing was found where the
/// start is behind the end. An empty text is never kept, so that no length is no text. Bytes, since memory for zeros
/// is not touched before it is used.
type Slot = [u8; 4 + LONGEST];

/// Of one pattern, on one thread.
#[derive(Default)]
pub struct Memo {
    slots: Vec<Slot>,
    asked: u32,
    known: u32,
    resting: u32,
}

impl Memo {
    /// What `search` gives for the group and the text, as a range of bytes: the last answer where it is known.
    pub fn places(
        &mut self,
        group: usize,
        text: &str,
        search: impl FnOnce() -> Option<(usize, usize)>,
    ) -> Option<(usize, usize)> {
        let bytes = text.as_bytes();
        let (Ok(group), 1..=LONGEST) = (u8::try_from(group), bytes.len()) else {
            return search();
        };
        if self.resting > 0 {
            self.resting -= 1;
            return search();
        }
        if self.slots.is_empty() {
            self.slots = vec![[0; 4 + LONGEST]; SLOTS];
        }
        let at = (xxhash64(bytes) as usize ^ usize::from(group)) % SLOTS;
        let [known_group, length, start, end, kept @ ..] = &mut self.slots[at];
        self.asked += 1;
        if *known_group == group && kept.get(..usize::from(*length)) == Some(bytes) {
            self.known += 1;
            let (start, end) = (usize::from(*start), usize::from(*end));
            return (start <= end).then_some((start, end));
        }
        let found = search();
        // No place in a text of 44 bytes is behind the 44th.
        (*start, *end) = found.map_or((1, 0), |(start, end)| (start as u8, end as u8));
        (*known_group, *length) = (group, bytes.len() as u8);
        kept[..bytes.len()].copy_from_slice(bytes);
        self.rest_unless_it_pays();
        found
    }

    fn rest_unless_it_pays(&mut self) {
        if self.asked >= TRIED {
            if self.known < self.asked / KNOWN_OF {
                self.resting = RESTED;
            }
            (self.asked, self.known) = (0, 0);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;

    /// Where the first digit is, and how often that was searched for.
    fn digit<'t>(searches: &'t Cell<u32>, text: &'t str) -> impl FnOnce() -> Option<(usize, usize)> + 't {
        move || {
            searches.set(searches.get() + 1);
            text.find(|c: char| c.is_ascii_digit()).map(|at| (at, at + 1))
        }
    }

    #[test]
    fn a_text_is_searched_once() {
        let (mut memo, searches) = (Memo::default(), Cell::new(0));
        for _ in 0..3 {
            assert_eq!(memo.places(1, "ab4", digit(&searches, "ab4")), Some((2, 3)));
            assert_eq!(memo.places(1, "abc", digit(&searches, "abc")), None);
            assert_eq!(memo.places(1, "ab", digit(&searches, "ab")), None, "not what begins so");
        }
        assert_eq!(searches.get(), 3);
        assert_eq!(memo.places(2, "ab4", || Some((0, 1))), Some((0, 1)), "another group");
    }

    #[test]
    fn each_text_has_its_own_answer_however_many_there_are() {
        let (mut memo, searches) = (Memo::default(), Cell::new(0));
        let texts: Vec<String> =
            (0..SLOTS + SLOTS / 2).map(|n| format!("{}{n}", "x".repeat(n % 40))).collect();
        for text in texts.iter().chain(&texts) {
            assert_eq!(memo.places(1, text, digit(&searches, text)), digit(&searches, text)(), "{text}");
        }
    }

    #[test]
    fn empty_and_long_texts_are_searched_each_time() {
        let (mut memo, searches) = (Memo::default(), Cell::new(0));
        let long = "1".repeat(LONGEST + 1);
        for text in ["", "", &long, &long] {
            memo.places(1, text, digit(&searches, text));
        }
        assert_eq!(searches.get(), 4);
        assert_eq!(memo.places(256, "7", digit(&searches, "7")), Some((0, 1)), "a group without a byte");
    }

    #[test]
    fn rests_while_no_text_comes_again() {
        let (mut memo, searches) = (Memo::default(), Cell::new(0));
        for n in 0..TRIED {
            let text = n.to_string();
            memo.places(1, &text, digit(&searches, &text));
        }
        for _ in 0..2 {
            memo.places(1, "7", digit(&searches, "7"));
        }
        assert_eq!(searches.get(), TRIED + 2);
    }
}
