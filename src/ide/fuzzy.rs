//! Which items a typed text fits, the best first.

use nucleo_matcher::pattern::{CaseMatching, Normalization, Pattern};
use nucleo_matcher::{Config, Matcher, Utf32Str};

/// The indexes of the items that a typed text fits, the best first; all of them when nothing is typed.
pub fn matching<T: AsRef<str>>(typed: &str, items: &[T]) -> Vec<usize> {
    let typed = typed.trim();
    if typed.is_empty() {
        return (0..items.len()).collect();
    }
    let mut found = scored(&Pattern::parse(typed, CaseMatching::Ignore, Normalization::Smart), items);
    found.sort_by_key(|(score, at)| (std::cmp::Reverse(*score), *at));
    found.into_iter().map(|(_, at)| at).collect()
}

/// As [`matching`] for the beginning of a word: what begins with it comes before what merely has its
/// letters, and whole words come first of all.
pub fn beginning<T: AsRef<str>>(typed: &str, items: &[T]) -> Vec<usize> {
    if typed.is_empty() {
        return (0..items.len()).collect();
    }
    let kind = nucleo_matcher::pattern::AtomKind::Fuzzy;
    // One letter is in most items.
    let fuzzy = typed.chars().nth(1).is_some();
    let mut found = scored(&Pattern::new(typed, CaseMatching::Ignore, Normalization::Smart, kind), items);
    let lower = typed.to_lowercase();
    let class = |at: usize| {
        let item = items[at].as_ref();
        match item {
            _ if item == typed => 0,
            _ if item.starts_with(typed) => 1,
            _ if item.to_lowercase().starts_with(&lower) => 2,
            _ => 3,
        }
    };
    found.retain(|(_, at)| fuzzy || class(*at) < 3);
    found.sort_by_cached_key(|(score, at)| match class(*at) {
        3 => (3, std::cmp::Reverse(*score), *at),
        class => (class, std::cmp::Reverse(0), *at),
    });
    found.into_iter().map(|(_, at)| at).collect()
}

fn scored<T: AsRef<str>>(pattern: &Pattern, items: &[T]) -> Vec<(u32, usize)> {
    let mut matcher = Matcher::new(Config::DEFAULT);
    let mut buffer = Vec::new();
    let score = |(at, item): (usize, &T)| {
        let text = Utf32Str::new(item.as_ref(), &mut buffer);
        pattern.score(text, &mut matcher).map(|score| (score, at))
    };
    items.iter().enumerate().filter_map(score).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_best_match_comes_first() {
        let items = ["export result", "hits", "help"];
        assert_eq!(matching("h", &items)[0..2].iter().filter(|at| **at > 0).count(), 2);
        assert_eq!(matching("exp", &items), [0]);
        assert_eq!(matching("", &items), [0, 1, 2]);
    }

    #[test]
    fn beginnings_come_before_letters() {
        let items = ["count_distinct", "Account", "count", "Country", "dcount"];
        assert_eq!(beginning("count", &items)[..3], [2, 0, 3]);
        assert_eq!(beginning("cd", &items), [0]);
        assert_eq!(beginning("d", &items), [4]);
        assert_eq!(beginning("zz", &items), [] as [usize; 0]);
    }
}
