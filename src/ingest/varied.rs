//! Which texts are worth a compression: not those that nearly all differ. A dictionary of them saves little room, and
//! every reader has to undo it.

use std::collections::HashSet;
use std::hash::{BuildHasher, RandomState};

use super::rows::Layout;
use crate::batch::{Batch, Data};
use crate::types::Type;

/// A sample of fewer rows with a text says nothing.
const ROWS_MIN: usize = 100;
/// Of the rows with a text, so many of so many must bring one that was not there before.
const FRESH: (usize, usize) = (2, 3);
/// Texts of which the longest is no more than so many of so many parts of the shortest have nearly one length.
const ALIKE: (usize, usize) = (6, 5);
/// Texts that are longer than this on average, in bytes, are compressed whatever they are: the room counts more.
const BYTES_MAX: usize = 256;

/// What was seen of the texts of a column, row by row. A row of a list of texts has several.
#[derive(Default)]
pub struct Varied {
    hasher: RandomState,
    /// Hashes of what the rows before have.
    seen: HashSet<u64>,
    rows: usize,
    bytes: usize,
    /// The row that is told, and the hash of its texts so far.
    row: Option<(usize, u64)>,
    /// The lengths of the shortest text and of the longest.
    lengths: Option<(usize, usize)>,
}

impl Varied {
    /// A text of the row of this number. Rows come in order; empty texts cost nothing and are not told.
    pub fn see(&mut self, text: &str, row: usize) {
        self.bytes += text.len();
        let (shortest, longest) = self.lengths.unwrap_or((text.len(), text.len()));
        self.lengths = Some((shortest.min(text.len()), longest.max(text.len())));
        let before = match self.row {
            Some((known, hash)) if known == row => hash,
            ended => {
                self.seen.extend(ended.map(|(_, hash)| hash));
                self.rows += 1;
                0
            }
        };
        self.row = Some((row, self.hasher.hash_one((before, text))));
    }

    /// Whether the texts nearly all differ, as far as they were seen. Those of nearly one length are ids and hashes,
    /// which a compression halves and few queries read many of.
    pub fn is_varied(&self) -> bool {
        let Varied { seen, rows, bytes, row, lengths, .. } = self;
        let alike = lengths.is_none_or(|(shortest, longest)| longest * ALIKE.1 <= shortest * ALIKE.0);
        let last = row.is_some_and(|(_, hash)| !seen.contains(&hash));
        let different = seen.len() + usize::from(last);
        *rows >= ROWS_MIN && different * FRESH.1 >= rows * FRESH.0 && bytes / rows <= BYTES_MAX && !alike
    }
}

/// Notes the string columns of a layout whose texts nearly all differ in these rows.
pub fn note(layout: &mut Layout, sample: &[&Batch]) {
    for (at, name) in layout.names.iter().enumerate() {
        let mut varied = Varied::default();
        let buffers =
            sample.iter().map(|batch| &batch.columns[at]).filter(|buffer| buffer.ty == Type::String);
        let texts = buffers.filter_map(|buffer| match &buffer.data {
            Data::Text(texts) => Some((0..texts.ends.len()).filter_map(|row| texts.get(row))),
            Data::Bool(_) | Data::Int(_) | Data::Long(_) | Data::Real(_) | Data::Texts(_) => None,
        });
        texts
            .flatten()
            .enumerate()
            .filter(|(_, text)| !text.is_empty())
            .for_each(|(row, text)| varied.see(text, row));
        let columns = layout.columns.iter_mut().filter(|column| column.name == *name);
        columns.for_each(|column| column.varied = varied.is_varied());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn varied(texts: impl Iterator<Item = (usize, String)>) -> bool {
        let mut varied = Varied::default();
        texts.for_each(|(row, text)| varied.see(&text, row));
        varied.is_varied()
    }

    #[test]
    fn texts_are_varied_when_two_rows_of_three_bring_another() {
        assert!(varied((0..300).map(|row| (row, (row % 200).to_string()))));
        assert!(!varied((0..300).map(|row| (row, (row % 199).to_string()))));
        assert!(!varied((0..99).map(|row| (row, row.to_string()))));
        assert!(!varied((0..300).map(|row| (row, format!("{row:0300}?{}", "!".repeat(row % 2))))));
    }

    #[test]
    fn texts_of_nearly_one_length_are_ids() {
        assert!(!varied((0..300).map(|row| (row, format!("{row:08x}")))));
        assert!(!varied((0..300).map(|row| (row, format!("{row:010}{}", "0".repeat(row % 3))))));
        assert!(varied((0..300).map(|row| (row, format!("{row:010}{}", "0".repeat(row % 4))))));
    }

    #[test]
    fn a_list_is_varied_when_it_differs_as_a_whole() {
        assert!(varied(
            (0..1200).map(|at| (at / 4, if at % 4 == 0 { at.to_string() } else { "same".into() }))
        ));
        assert!(varied(
            (0..900).map(|at| (at / 3, (at / 3 / 9_usize.pow(at as u32 % 3) % 9 * 99).to_string()))
        ));
        assert!(!varied((0..1200).map(|at| (at / 4, (at % 4 * 99).to_string()))));
    }
}
