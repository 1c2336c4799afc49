//! Counts of different texts that grow row by row, for `dcount()`: what is kept of each text is a mark of it. Knows
//! texts; no aggregate's name, no DuckDB.

use std::hash::BuildHasher;
use std::sync::LazyLock;

use ahash::RandomState;

/// The aggregate that the engine registers, of a text. It leaves out what is NULL.
pub const DIFFERENT: &str = "kql_different";

/// The room of a count that has its second text.
const ROOM_MIN: usize = 8;

/// What is kept of a text: never 0. In two parts, as DuckDB aligns states for those.
pub type Mark = [u64; 2];

const FREE: Mark = [0; 2];

/// Which texts were there, by marks of 127 bits: that two of a thousand million texts share one has a chance of one in
/// 10^20, and nobody can choose texts that do, since how they are made is secret and differs from process to process.
#[derive(Default)]
pub struct Different {
    /// The only one, while there is one.
    first: Mark,
    /// All of several, at their own bits or behind. A power of two of them, at most three of four taken.
    marks: Vec<Mark>,
    taken: usize,
}

impl Different {
    /// Bytes of memory that it holds.
    pub fn memory(&self) -> usize {
        self.marks.capacity() * size_of::<Mark>()
    }

    pub fn count(&self) -> usize {
        self.taken
    }

    /// Takes the texts of another, which is of no use then.
    pub fn absorb(&mut self, other: &mut Different) {
        if self.taken < other.taken {
            std::mem::swap(self, other);
        }
        match other.taken {
            0 => {}
            1 => self.put(other.first),
            _ => other.marks.iter().filter(|mark| **mark != FREE).for_each(|mark| self.put(*mark)),
        }
    }

    /// Takes the mark of a text.
    #[inline]
    pub fn put(&mut self, mark: Mark) {
        if self.taken < 2 {
            if self.taken == 0 {
                (self.first, self.taken) = (mark, 1);
                return;
            }
            if self.first == mark {
                return;
            }
            self.marks = vec![FREE; ROOM_MIN];
            let slot = self.slot(self.first);
            self.marks[slot] = self.first;
        } else if (self.taken + 1) * 4 > self.marks.len() * 3 {
            self.grow();
        }
        let slot = self.slot(mark);
        if self.marks[slot] == FREE {
            self.marks[slot] = mark;
            self.taken += 1;
        }
    }

    /// Where the mark is, or may be put.
    #[inline]
    fn slot(&self, mark: Mark) -> usize {
        let mask = self.marks.len() - 1;
        let mut slot = mark[1] as usize & mask;
        while self.marks[slot] != FREE && self.marks[slot] != mark {
            slot = (slot + 1) & mask;
        }
        slot
    }

    #[cold]
    fn grow(&mut self) {
        let room = vec![FREE; self.marks.len() * 2];
        for mark in std::mem::replace(&mut self.marks, room) {
            if mark != FREE {
                let slot = self.slot(mark);
                self.marks[slot] = mark;
            }
        }
    }
}

/// Marks of the texts that were met last, by where they stand: columns of few different texts say each of them once. No
/// text that was met may change while this lives.
pub struct Marks<'t> {
    met: [(&'t [u8], Mark); MET],
}

/// A vector has 2,048 rows.
const MET: usize = 256;

impl Default for Marks<'_> {
    fn default() -> Self {
        Marks { met: [(&[], FREE); MET] }
    }
}

impl<'t> Marks<'t> {
    #[inline]
    pub fn of(&mut self, text: &'t [u8]) -> Mark {
        let place = text.as_ptr() as usize;
        let (met, known) = &mut self.met[(place >> 4 ^ place >> 12) % MET];
        if !std::ptr::eq(*met, text) || *known == FREE {
            (*met, *known) = (text, mark(text));
        }
        *known
    }
}

#[inline]
fn mark(text: &[u8]) -> Mark {
    static HASHES: LazyLock<[RandomState; 2]> = LazyLock::new(|| [secret(), secret()]);
    let [one, other] = HASHES.each_ref().map(|hashes| hashes.hash_one(text));
    [one | 1, other]
}

/// Hashes with keys that the operating system chose.
fn secret() -> RandomState {
    let key = |number: u64| std::hash::RandomState::new().hash_one(number);
    RandomState::with_seeds(key(0), key(1), key(2), key(3))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn different(texts: &[String]) -> Different {
        let mut different = Different::default();
        let mut marks = Marks::default();
        texts.iter().for_each(|text| different.put(marks.of(text.as_bytes())));
        different
    }

    proptest! {
        #[test]
        fn counts_what_a_set_has(texts in prop::collection::vec("[a-c]{0,5}", 0..400), part in 0..400usize) {
            let expected = texts.iter().collect::<std::collections::HashSet<_>>().len();
            let (early, late) = texts.split_at(part.min(texts.len()));
            let mut whole = different(early);
            whole.absorb(&mut different(late));
            prop_assert_eq!(whole.count(), expected);
            prop_assert_eq!(different(&texts).count(), expected);
        }
    }
}
