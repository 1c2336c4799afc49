//! Sets and maps of names and columns by a hash that costs a few instructions; the standard one takes ten times as
//! long. Only where the program chooses the keys, or where how many there are is bounded (`plan::limits`), so that
//! chosen collisions cost little.

use std::collections::{HashMap, HashSet};
use std::hash::{BuildHasherDefault, Hasher};

pub type QuickSet<T> = HashSet<T, BuildHasherDefault<Quick>>;
pub type QuickMap<K, V> = HashMap<K, V, BuildHasherDefault<Quick>>;

#[derive(Clone, Copy, Default)]
pub struct Quick(u64);

/// 2^64 divided by the golden ratio: its multiples are spread evenly.
const SPREAD: u64 = 0x9e37_79b9_7f4a_7c15;

impl Hasher for Quick {
    fn write(&mut self, bytes: &[u8]) {
        let (words, rest) = bytes.as_chunks::<8>();
        words.iter().for_each(|word| self.write_u64(u64::from_le_bytes(*word)));
        // The last eight bytes once more, or all where there are fewer; the last one decides most, as numbers are last.
        let last = match bytes.last_chunk::<8>() {
            Some(last) => u64::from_be_bytes(*last),
            None => rest.iter().fold(0, |word, byte| word << 8 | u64::from(*byte)),
        };
        self.write_u64(last ^ (bytes.len() as u64) << 56);
    }

    fn write_u8(&mut self, byte: u8) {
        self.write_u64(u64::from(byte));
    }

    fn write_u32(&mut self, word: u32) {
        self.write_u64(u64::from(word));
    }

    fn write_u64(&mut self, word: u64) {
        self.0 = (self.0.rotate_left(5) ^ word).wrapping_mul(SPREAD);
    }

    fn finish(&self) -> u64 {
        self.0 ^ (self.0 >> 32)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::hash::BuildHasher;

    #[test]
    fn names_that_are_alike_have_other_hashes() {
        let hashes = BuildHasherDefault::<Quick>::default();
        let of = |at: usize| hashes.hash_one(format!("Property{at}"));
        let low: HashSet<u64> = (0..1000).map(|at| of(at) % 4096).collect();
        assert!(low.len() > 800, "{}", low.len());
        assert_ne!(hashes.hash_one("ab"), hashes.hash_one("ab\0"));
    }
}
