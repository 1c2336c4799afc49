//! Sets of texts that grow row by row, for `make_set()`: each value once, in the order of first sight. Knows
//! texts; no aggregate's name, no DuckDB.

use std::hash::{BuildHasher, RandomState};
use std::sync::LazyLock;

use super::collect::SIZE_MAX;
use super::dynamic::array;
use super::text::push_texts;

/// What the texts of a set are, and so how it is written as an array.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// Plain texts, which become JSON when the set is complete.
    Text,
    /// JSON texts.
    Json,
}

/// The aggregates that the engine registers, of a text and the most elements to keep; NULL, or what is not above
/// zero, is [`SIZE_MAX`]. They leave out what is NULL, and give the JSON text of an array.
pub const SETS: [(&str, Form); 2] = [("kql_set_text", Form::Text), ("kql_set_json", Form::Json)];

/// Up to so many texts are compared one by one.
const COMPARED_MAX: usize = 8;

/// Texts that are found by comparing while they are few, and by their hashes from then on.
#[derive(Default)]
pub struct Set {
    bytes: Vec<u8>,
    /// Where each text ends in `bytes`.
    ends: Vec<u32>,
    /// Numbers of texts from 1 on, at their hashes or behind; 0 is free. More than twice as many as texts.
    slots: Vec<u32>,
    /// How many it keeps; 0 until that is known.
    most: u32,
}

/// The texts of one set would take more than it can count.
#[derive(Debug, PartialEq, Eq)]
pub struct TooLong;

impl Set {
    /// Bytes of memory that it holds.
    pub fn memory(&self) -> usize {
        self.bytes.capacity() + 4 * (self.ends.capacity() + self.slots.capacity())
    }

    /// Says how many texts it keeps; nothing, or what is not above zero, is [`SIZE_MAX`].
    pub fn keep(&mut self, size: Option<i64>) {
        let size = size.and_then(|size| usize::try_from(size).ok()).filter(|size| *size > 0);
        self.most = size.map_or(SIZE_MAX, |size| size.min(SIZE_MAX)) as u32;
    }

    /// Nobody said how many texts it keeps.
    pub fn is_new(&self) -> bool {
        self.most == 0
    }

    /// It takes no more texts.
    #[inline]
    pub fn is_full(&self) -> bool {
        self.ends.len() >= self.most as usize
    }

    /// Takes a text, unless it has it or is full.
    #[inline]
    pub fn add(&mut self, text: &str) -> Result<(), TooLong> {
        if self.is_full() {
            return Ok(());
        }
        if self.slots.is_empty() {
            if self.is_among_few(text.as_bytes()) {
                return Ok(());
            }
            self.push(text)?;
            if self.ends.len() > COMPARED_MAX {
                self.spread();
            }
            return Ok(());
        }
        let slot = self.slot(text.as_bytes());
        if self.slots[slot] == 0 {
            self.push(text)?;
            self.slots[slot] = self.ends.len() as u32;
            if self.ends.len() * 2 >= self.slots.len() {
                self.spread();
            }
        }
        Ok(())
    }

    fn is_among_few(&self, text: &[u8]) -> bool {
        let mut start = 0;
        self.ends.iter().any(|end| {
            let known = &self.bytes[start..*end as usize];
            start = *end as usize;
            known == text
        })
    }

    /// Takes the texts of another, which came later.
    pub fn absorb(&mut self, other: &mut Set) -> Result<(), TooLong> {
        if self.ends.is_empty() {
            std::mem::swap(self, other);
            return Ok(());
        }
        other.texts().try_for_each(|text| self.add(text))
    }

    fn push(&mut self, text: &str) -> Result<(), TooLong> {
        let end = u32::try_from(self.bytes.len() + text.len()).map_err(|_| TooLong)?;
        self.bytes.extend_from_slice(text.as_bytes());
        self.ends.push(end);
        Ok(())
    }

    fn at(&self, index: usize) -> &[u8] {
        let start = index.checked_sub(1).map_or(0, |before| self.ends[before]);
        &self.bytes[start as usize..self.ends[index] as usize]
    }

    /// Where the text is, or may be put.
    fn slot(&self, text: &[u8]) -> usize {
        // Hashes are secret, since whoever writes the field could make them collide.
        static HASHES: LazyLock<RandomState> = LazyLock::new(RandomState::new);
        let mask = self.slots.len() - 1;
        let mut slot = HASHES.hash_one(text) as usize & mask;
        while let number @ 1.. = self.slots[slot]
            && self.at(number as usize - 1) != text
        {
            slot = (slot + 1) & mask;
        }
        slot
    }

    /// Makes room among the slots.
    fn spread(&mut self) {
        self.slots = vec![0; (self.ends.len() * 4).next_power_of_two()];
        for index in 0..self.ends.len() {
            let slot = self.slot(self.at(index));
            self.slots[slot] = index as u32 + 1;
        }
    }

    /// The texts in the order in which they came.
    pub fn texts(&self) -> impl Iterator<Item = &str> {
        // Each of them came as a text.
        (0..self.ends.len()).map(|index| std::str::from_utf8(self.at(index)).unwrap_or_default())
    }

    /// Writes it as a JSON array.
    pub fn write(&self, form: Form, out: &mut String) {
        match form {
            Form::Text => push_texts(&mut self.texts(), out),
            Form::Json => array(self.texts(), out),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn set<'t>(texts: impl IntoIterator<Item = &'t str>, size: Option<i64>) -> Set {
        let mut set = Set::default();
        set.keep(size);
        texts.into_iter().for_each(|text| set.add(text).unwrap());
        set
    }

    fn written(texts: &[&str], size: Option<i64>, form: Form) -> String {
        let set = set(texts.iter().copied(), size);
        let mut out = String::new();
        set.write(form, &mut out);
        out
    }

    #[test]
    fn values_stay_in_the_order_of_first_sight() {
        assert_eq!(written(&["b", "a\"c", "b", ""], None, Form::Text), r#"["b","a\"c",""]"#);
        assert_eq!(written(&["2", "[1]", "2"], Some(5), Form::Json), "[2,[1]]");
        assert_eq!(written(&["b", "a", "c"], Some(2), Form::Text), r#"["b","a"]"#);
        assert_eq!(written(&["b", "a"], Some(0), Form::Text), r#"["b","a"]"#);
        assert_eq!(written(&[], None, Form::Text), "[]");
    }

    proptest! {
        #[test]
        fn has_what_a_hash_set_has(
            texts in prop::collection::vec("[a-c]{0,4}", 0..200),
            size in 1..50i64,
            part in 0..200usize,
        ) {
            let mut seen = std::collections::HashSet::new();
            let mut expected: Vec<&str> = texts.iter().map(String::as_str).filter(|text| seen.insert(*text)).collect();
            expected.truncate(size as usize);
            let (early, late) = texts.split_at(part.min(texts.len()));
            let mut whole = set(early.iter().map(String::as_str), Some(size));
            whole.absorb(&mut set(late.iter().map(String::as_str), Some(size))).unwrap();
            prop_assert_eq!(whole.texts().collect::<Vec<_>>(), expected);
            prop_assert!(whole.memory() >= whole.bytes.len());
        }
    }
}
