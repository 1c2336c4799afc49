//! Patterns of texts that look alike: the algorithm SLCT ("A Data Clustering Algorithm for Mining Patterns From
//! Event Logs", Vaarandi 2003), on which the operator reduce is based. What its page adds by example: a term of
//! digits alone is always a wildcard, the characters that are named change sides between terms and separators,
//! and what they separate from a wildcard goes with it. Knows texts only.

use std::collections::HashMap;

use super::Phys::{Real, Text, Texts};
use super::{Cell, Kernel, fail, json, lenient};

/// Texts are `rows text`; then the threshold as a part of all rows, and the characters that change sides.
pub const KERNELS: &[Kernel] = &[lenient("kql_reduce", &[Texts, Real, Text], Text, reduce)];

/// Different terms that are counted, by their place in a text.
const TERMS_MAX: usize = 5_000_000;
/// What no pattern has.
const OTHERS: &str = "others";
const WILDCARD: &str = "*";

/// A text with how many rows have it.
struct Counted<'t> {
    rows: u64,
    text: &'t str,
}

/// The rows of one pattern.
struct Group<'t> {
    rows: u64,
    /// The text that most of them have.
    example: &'t str,
    most: u64,
}

fn reduce<'a>(args: &[Cell<'a>], out: &'a mut String) -> Cell<'a> {
    let (threshold, characters) = (args[1].real().unwrap_or_default(), args[2].text().unwrap_or_default());
    let mut texts: Vec<Counted<'_>> =
        args[0].texts().unwrap_or_default().iter().flatten().filter_map(|text| counted(text)).collect();
    // The same order however many threads made the list.
    texts.sort_unstable_by_key(|counted| counted.text);
    let least = threshold * texts.iter().map(|counted| counted.rows as f64).sum::<f64>();
    let Some(terms) = frequent(&texts, characters, least) else {
        return fail(out, "reduce meets more than 5 million different terms; reduce fewer or shorter texts");
    };
    let mut groups: HashMap<String, Group<'_>> = HashMap::new();
    for counted in &texts {
        let pattern = pattern(counted.text, characters, &terms);
        let group = groups.entry(pattern).or_insert(Group { rows: 0, example: "", most: 0 });
        group.rows += counted.rows;
        if counted.rows > group.most {
            (group.example, group.most) = (counted.text, counted.rows);
        }
    }
    write(groups, least, out);
    Cell::Text(out)
}

fn counted(text: &str) -> Option<Counted<'_>> {
    let (rows, text) = text.split_once(' ')?;
    Some(Counted { rows: rows.parse().ok()?, text })
}

/// The patterns of enough rows, then all other rows together.
fn write(groups: HashMap<String, Group<'_>>, least: f64, out: &mut String) {
    let (mut kept, left): (Vec<_>, Vec<_>) = groups
        .into_iter()
        .partition(|(pattern, group)| group.rows as f64 > least && pattern.contains(char::is_alphanumeric));
    kept.sort_unstable_by(|(one, left), (other, right)| {
        right.rows.cmp(&left.rows).then_with(|| one.cmp(other))
    });
    let others: u64 = left.iter().map(|(_, group)| group.rows).sum();
    if others > 0 {
        kept.push((OTHERS.to_owned(), Group { rows: others, example: "", most: 0 }));
    }
    out.push('[');
    for (at, (pattern, group)) in kept.into_iter().enumerate() {
        out.push_str(if at > 0 { ",[" } else { "[" });
        json::quote(&pattern, out);
        out.push_str(&format!(",{},", group.rows));
        json::quote(group.example, out);
        out.push(']');
    }
    out.push(']');
}

/// Terms by their place that stand in more than so many rows; `None` when there are too many to count.
fn frequent<'t>(
    texts: &[Counted<'t>],
    characters: &str,
    least: f64,
) -> Option<HashMap<(usize, &'t str), u64>> {
    let mut found: HashMap<(usize, &str), u64> = HashMap::new();
    for counted in texts {
        let terms = Pieces::of(counted.text, characters).filter(|piece| piece.term && !number(piece.text));
        for (place, term) in terms.enumerate() {
            *found.entry((place, term.text)).or_default() += counted.rows;
        }
        if found.len() > TERMS_MAX {
            return None;
        }
    }
    found.retain(|_, rows| *rows as f64 > least);
    Some(found)
}

fn number(term: &str) -> bool {
    term.bytes().all(|byte| byte.is_ascii_digit())
}

/// The text with a wildcard for each term that is not frequent.
fn pattern(text: &str, characters: &str, frequent: &HashMap<(usize, &str), u64>) -> String {
    let mut pattern = String::new();
    let mut place = 0;
    let mut skipped = "";
    for piece in Pieces::of(text, characters) {
        if !piece.term {
            skipped = piece.text;
            continue;
        }
        let known = !number(piece.text) && {
            place += 1;
            frequent.contains_key(&(place - 1, piece.text))
        };
        let own = |text: &str| text.chars().all(|letter| characters.contains(letter));
        if known || !own(skipped) {
            pattern.push_str(skipped);
        }
        skipped = "";
        pattern.push_str(if known { piece.text } else { WILDCARD });
    }
    pattern + skipped
}

/// A run of letters and digits, or what separates them.
struct Piece<'t> {
    term: bool,
    text: &'t str,
}

struct Pieces<'t, 'c> {
    rest: &'t str,
    characters: &'c str,
}

impl<'t, 'c> Pieces<'t, 'c> {
    fn of(text: &'t str, characters: &'c str) -> Pieces<'t, 'c> {
        Pieces { rest: text, characters }
    }
}

impl<'t> Iterator for Pieces<'t, '_> {
    type Item = Piece<'t>;

    fn next(&mut self) -> Option<Piece<'t>> {
        let inside = |letter: char| letter.is_ascii_alphanumeric() != self.characters.contains(letter);
        let term = inside(self.rest.chars().next()?);
        let end = self.rest.find(|letter| inside(letter) != term).unwrap_or(self.rest.len());
        let (text, rest) = self.rest.split_at(end);
        self.rest = rest;
        Some(Piece { term, text })
    }
}

#[cfg(test)]
mod tests {
    use crate::kernels::Cell::{Null, Real, Text, Texts};
    use crate::kernels::testing::call;

    fn reduced(texts: &[&str], threshold: f64, characters: &str) -> String {
        let texts: Vec<Option<&str>> = texts.iter().map(|text| Some(*text)).collect();
        call("kql_reduce", &[Texts(&texts), Real(threshold), Text(characters)])
    }

    /// The forms of the examples on the page of reduce.
    #[test]
    fn as_the_page_shows() {
        let machines: Vec<String> = (0..10).map(|at| format!("100 LearningX{at}")).collect();
        let machines: Vec<&str> = machines.iter().map(String::as_str).collect();
        assert_eq!(reduced(&machines, 0.001, "X"), r#"[["Learning*",1000,"LearningX0"]]"#);
        let hosts: Vec<String> = (1..=10).map(|at| format!("1 hostZ{at}")).collect();
        let hosts: Vec<&str> = hosts.iter().map(String::as_str).collect();
        assert_eq!(reduced(&hosts, 0.1, ""), r#"[["others",10,""]]"#);
        assert_eq!(reduced(&hosts, 0.1, "Z"), r#"[["host*",10,"hostZ1"]]"#);
    }

    #[test]
    fn terms_count_at_their_place() {
        let logs = [
            "5 wren signed in from 192.0.2.7",
            "4 finch signed in from 192.0.2.9",
            "3 rule added by wren",
            "1 in from signed",
        ];
        assert_eq!(
            reduced(&logs, 0.2, ""),
            r#"[["wren signed in from *.*.*.*",5,"wren signed in from 192.0.2.7"],["finch signed in from *.*.*.*",4,"finch signed in from 192.0.2.9"],["rule added by wren",3,"rule added by wren"],["others",1,""]]"#
        );
        assert_eq!(
            reduced(&logs[..2], 0.6, "."),
            r#"[["* signed in from *",9,"wren signed in from 192.0.2.7"]]"#
        );
        assert_eq!(reduced(&[], 0.1, ""), "[]");
        assert_eq!(call("kql_reduce", &[Null, Real(0.1), Text("")]), "[]");
        assert_eq!(reduced(&["2 ", "1 --"], 0.1, ""), r#"[["others",3,""]]"#);
    }
}
