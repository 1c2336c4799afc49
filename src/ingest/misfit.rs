//! Values that their column cannot hold, told by column: how many, and what the first one was.

use std::collections::BTreeMap;

use crate::display::count;
use crate::types::Type;

/// So many columns are told of a file.
const TOLD: usize = 5;
/// So much of a value is shown, in characters.
pub const SHOWN: usize = 60;

/// What did not fit, by column.
#[derive(Clone, Debug, Default)]
pub struct Misfits(BTreeMap<(String, Type), (u64, String)>);

impl Misfits {
    pub fn add(&mut self, column: &str, ty: Type, value: &str) {
        let shown = || (0, value.chars().take(SHOWN).collect());
        let (count, _) = self.0.entry((column.to_owned(), ty)).or_insert_with(shown);
        *count += 1;
    }

    /// Adds those of rows further down.
    pub fn merge(&mut self, other: Misfits) {
        for (column, (more, first)) in other.0 {
            self.0.entry(column).or_insert((0, first)).0 += more;
        }
    }

    /// One sentence a column, those with most of them first.
    pub fn notes(&self, file: &str) -> Vec<String> {
        let mut found: Vec<_> = self.0.iter().collect();
        found.sort_by_key(|(_, (count, _))| std::cmp::Reverse(*count));
        let more = found.len().saturating_sub(TOLD);
        let told = found.into_iter().take(TOLD).map(|((column, ty), (values, first))| {
            let (values, ty) = (count(*values, "value"), ty.name());
            format!("'{file}': {values} of {column} cannot be {ty}, such as {first}; kept in Extra_")
        });
        let rest =
            (more > 0).then(|| format!("'{file}': so are values of {}", count(more as u64, "other column")));
        told.chain(rest).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_value_and_the_count_of_each_column_are_told() {
        let (mut first, mut second) = (Misfits::default(), Misfits::default());
        first.add("Time", Type::Datetime, "yesterday");
        second.add("Time", Type::Datetime, "today");
        second.add("Port", Type::Int, &"9".repeat(100));
        first.merge(second);
        let notes = first.notes("a.csv");
        assert_eq!(
            notes[0],
            "'a.csv': 2 values of Time cannot be datetime, such as yesterday; kept in Extra_"
        );
        assert!(notes[1].contains(&format!("such as {};", "9".repeat(60))), "{notes:?}");
        for column in ["A", "B", "C", "D"] {
            first.add(column, Type::Long, "x");
        }
        assert_eq!(first.notes("a.csv").len(), 6);
        assert_eq!(first.notes("a.csv")[5], "'a.csv': so are values of 1 other column");
    }
}
