//! The string operators: has, contains, startswith and their kin, over one needle or a list.
//! Knows text and JSON lists; no patterns, no plan.
//!
//! A term is a longest run of letters and digits, any script; `_` separates. A needle needs a
//! boundary at an end only where its own character there is a letter or a digit (Kusto's answers:
//! `'x ab y' hasprefix ' a'` is true). How long a term is does not change an answer.

pub mod document;

use std::cell::RefCell;

use aho_corasick::AhoCorasick;

use super::fold::{self, Needle};
use super::text::each_element;
use super::{Cell, Kernel, Phys, dynamic, json, strict};

/// Which ends of a needle must be ends of a term.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Edges {
    start: bool,
    end: bool,
}

const WHOLE: Edges = Edges { start: true, end: true };

pub const KERNELS: &[Kernel] = &[
    strict("kql_has", &[Phys::Text, Phys::Text], Phys::Bool, |args, _| term(args, true, WHOLE)),
    strict("kql_has_cs", &[Phys::Text, Phys::Text], Phys::Bool, |args, _| term(args, false, WHOLE)),
    strict("kql_hasprefix", &[Phys::Text, Phys::Text], Phys::Bool, |args, _| term(args, true, PREFIX)),
    strict("kql_hasprefix_cs", &[Phys::Text, Phys::Text], Phys::Bool, |args, _| term(args, false, PREFIX)),
    strict("kql_hassuffix", &[Phys::Text, Phys::Text], Phys::Bool, |args, _| term(args, true, SUFFIX)),
    strict("kql_hassuffix_cs", &[Phys::Text, Phys::Text], Phys::Bool, |args, _| term(args, false, SUFFIX)),
    strict("kql_contains", &[Phys::Text, Phys::Text], Phys::Bool, |args, _| {
        one(args, true, |needle, text| needle.any(text, |_, _| true))
    }),
    strict("kql_contains_cs", &[Phys::Text, Phys::Text], Phys::Bool, |args, _| {
        one(args, false, |needle, text| needle.any(text, |_, _| true))
    }),
    strict("kql_startswith", &[Phys::Text, Phys::Text], Phys::Bool, |args, _| {
        one(args, true, Needle::starts)
    }),
    strict("kql_startswith_cs", &[Phys::Text, Phys::Text], Phys::Bool, |args, _| {
        one(args, false, Needle::starts)
    }),
    strict("kql_endswith", &[Phys::Text, Phys::Text], Phys::Bool, |args, _| one(args, true, Needle::ends)),
    strict("kql_endswith_cs", &[Phys::Text, Phys::Text], Phys::Bool, |args, _| {
        one(args, false, Needle::ends)
    }),
    strict("kql_equals_fold", &[Phys::Text, Phys::Text], Phys::Bool, |args, _| {
        match (args[0].text(), args[1].text()) {
            (Some(left), Some(right)) => Cell::Bool(fold::equals(left, right)),
            _ => Cell::Null,
        }
    }),
    strict("kql_fold", &[Phys::Text], Phys::Text, |args, out| {
        let Some(text) = args[0].text() else {
            return Cell::Null;
        };
        if text.bytes().all(|byte| byte.is_ascii() && !byte.is_ascii_uppercase()) {
            return Cell::Text(text);
        }
        if text.is_ascii() {
            out.push_str(text);
            out.make_ascii_lowercase();
        } else {
            fold::push_folded(text, out);
        }
        Cell::Text(out)
    }),
    strict("kql_fold_json", &[Phys::Text], Phys::Text, fold_strings),
    // The needles one by one, and as the JSON text of a dynamic.
    strict("kql_has_any", &[Phys::Text], Phys::Bool, |args, _| listed(args, Asks::Any)).rest(Phys::Text),
    strict("kql_has_all", &[Phys::Text], Phys::Bool, |args, _| listed(args, Asks::All)).rest(Phys::Text),
    strict("kql_has_any_json", &[Phys::Text, Phys::Text], Phys::Bool, |args, _| in_json(args, Asks::Any)),
    strict("kql_has_all_json", &[Phys::Text, Phys::Text], Phys::Bool, |args, _| in_json(args, Asks::All)),
    strict("kql_has_any_index", &[Phys::Text, Phys::Text], Phys::Long, |args, _| in_json(args, Asks::Index)),
];

const PREFIX: Edges = Edges { start: true, end: false };
const SUFFIX: Edges = Edges { start: false, end: true };

#[derive(Clone, Copy)]
enum Asks {
    Any,
    All,
    Index,
}

thread_local! {
    static LAST: [RefCell<Option<Needle>>; 2] = const { [RefCell::new(None), RefCell::new(None)] };
    static LAST_LIST: RefCell<List> = RefCell::default();
    static LAST_JSON: RefCell<(String, List)> = RefCell::default();
}

/// The array with its strings folded.
fn fold_strings<'a>(args: &[Cell<'a>], out: &'a mut String) -> Cell<'a> {
    let items = args[0].text().filter(|json| json::kind(json) == Some(json::Kind::Array));
    let Some(items) = items.map(json::elements) else { return args[0] };
    let fold = |item: &str| {
        let Some(inside) = json::string_inside(item) else { return item.to_owned() };
        let (mut folded, mut quoted) = (String::new(), String::new());
        fold::push_folded(&json::unescape(inside), &mut folded);
        json::quote(&folded, &mut quoted);
        quoted
    };
    let folded: Vec<String> = items.map(fold).collect();
    dynamic::array(folded.iter().map(String::as_str), out);
    Cell::Text(out)
}

/// Prepares the needle unless the row before had the same.
fn one<'a>(args: &[Cell<'a>], folding: bool, test: impl Fn(&Needle, &str) -> bool) -> Cell<'a> {
    let (Some(text), Some(needle)) = (args[0].text(), args[1].text()) else {
        return Cell::Null;
    };
    Cell::Bool(prepared(needle, folding, |needle| test(needle, text)))
}

fn prepared(needle: &str, folding: bool, test: impl FnOnce(&Needle) -> bool) -> bool {
    LAST.with(|last| {
        let mut last = last[usize::from(folding)].borrow_mut();
        let prepared = last.get_or_insert_with(|| Needle::new(needle, folding));
        if prepared.text() != needle {
            *prepared = Needle::new(needle, folding);
        }
        test(prepared)
    })
}

fn term<'a>(args: &[Cell<'a>], folding: bool, edges: Edges) -> Cell<'a> {
    one(args, folding, |needle, text| has(text, needle, edges))
}

fn has(text: &str, needle: &Needle, edges: Edges) -> bool {
    needle.any(text, |start, end| bounded(text, needle, edges, start, end))
}

/// The place of the needle begins and ends where a term does, as far as the edges ask for it.
fn bounded(text: &str, needle: &Needle, edges: Edges, start: usize, end: usize) -> bool {
    let inside = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
    let wanted = needle.text();
    let cut_before = inside(wanted.chars().next()) && inside(text[..start].chars().next_back());
    let cut_after = inside(wanted.chars().next_back()) && inside(text[end..].chars().next());
    !(edges.start && cut_before || edges.end && cut_after)
}

/// Fewer needles are faster looked for one by one.
const AUTOMATON_MIN: usize = 4;

/// The needles of a list. One that serves several rows also gets an automaton, which finds any of
/// hundreds of them in one pass over a text.
#[derive(Default)]
struct List {
    needles: Vec<Needle>,
    rows: u32,
    automaton: Option<AhoCorasick>,
}

impl List {
    fn new(needles: Vec<Needle>) -> List {
        List { needles, rows: 0, automaton: None }
    }

    /// Takes these needles unless it has them already.
    fn replace(&mut self, needles: &[Cell<'_>]) -> bool {
        let given = || needles.iter().map(|needle| needle.text().unwrap_or(""));
        let other = !given().eq(self.needles.iter().map(Needle::text));
        if other {
            *self = List::new(given().map(|needle| Needle::new(needle, true)).collect());
        }
        other
    }

    /// Counts a row and builds the automaton when it begins to pay.
    fn next_row(&mut self) {
        self.rows = self.rows.saturating_add(1);
        if self.rows != 2 || self.needles.len() < AUTOMATON_MIN {
            return;
        }
        let plain: Option<Vec<&[u8]>> = self.needles.iter().map(Needle::folded_ascii).collect();
        if let Some(plain) = plain {
            // One that is too big to build is done without.
            self.automaton = AhoCorasick::builder().ascii_case_insensitive(true).build(plain).ok();
        }
    }

    fn any(&self, text: &str) -> bool {
        let Some(automaton) = &self.automaton else {
            return self.needles.iter().any(|needle| has(text, needle, WHOLE));
        };
        // Most texts have none, which the first search says at once; overlaps need the second.
        if automaton.is_match(text) {
            let found = automaton.find_overlapping_iter(text).any(|found| {
                bounded(text, &self.needles[found.pattern().as_usize()], WHOLE, found.start(), found.end())
            });
            if found {
                return true;
            }
        }
        fold::reaches_ascii(text) && self.needles.iter().any(|needle| has(text, needle, WHOLE))
    }

    fn ask(&self, text: &str, asks: Asks) -> Cell<'static> {
        match asks {
            Asks::Any => Cell::Bool(self.any(text)),
            Asks::All => Cell::Bool(self.needles.iter().all(|needle| has(text, needle, WHOLE))),
            Asks::Index if self.automaton.is_some() && !self.any(text) => Cell::Long(-1),
            Asks::Index => match self.needles.iter().position(|needle| has(text, needle, WHOLE)) {
                Some(at) => Cell::Long(at as i64),
                None => Cell::Long(-1),
            },
        }
    }
}

fn listed<'a>(args: &[Cell<'a>], asks: Asks) -> Cell<'a> {
    let Some(text) = args[0].text() else {
        return Cell::Null;
    };
    LAST_LIST.with_borrow_mut(|list| {
        list.replace(&args[1..]);
        list.next_row();
        list.ask(text, asks)
    })
}

fn in_json<'a>(args: &[Cell<'a>], asks: Asks) -> Cell<'a> {
    let (Some(text), Some(json)) = (args[0].text(), args[1].text()) else {
        return Cell::Null;
    };
    LAST_JSON.with_borrow_mut(|(last, list)| {
        if last != json {
            last.clear();
            last.push_str(json);
            let mut needles = Vec::new();
            each_text(json, &mut |needle| needles.push(Needle::new(needle, true)));
            *list = List::new(needles);
        }
        list.next_row();
        list.ask(text, asks)
    })
}

/// The texts of a list, nested lists too; null is the empty text, which every text has.
fn each_text(json: &str, take: &mut impl FnMut(&str)) {
    if json::kind(json) == Some(json::Kind::Array) {
        json::elements(json).for_each(|element| each_text(element, take));
    } else {
        each_element(json, take);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernels::testing::{bool_of, call};
    use proptest::prelude::*;

    fn ask(name: &str, text: &str, needle: &str) -> bool {
        bool_of(name, &[Cell::Text(text), Cell::Text(needle)])
    }

    #[test]
    fn a_term_ends_where_letters_and_digits_end() {
        assert!(ask("kql_has", "alpha_beta", "BETA"), "the underscore separates");
        assert!(!ask("kql_has", "alphabet", "alpha"));
        assert!(!ask("kql_has", "überall", "berall"), "letters of any script");
        assert!(ask("kql_has", "10.2.30.4", "30"));
        assert!(ask("kql_has", "a-b-c", "-b"), "no boundary before a sign");
        assert!(!ask("kql_has", "a-bc", "-b"));
        assert!(ask("kql_hasprefix", "x ab y", " a"));
        assert!(!ask("kql_hasprefix", "xab", "ab"));
        assert!(ask("kql_hassuffix", "xab cd", "AB"));
        assert!(!ask("kql_hassuffix_cs", "xab cd", "AB"));
        assert!(ask("kql_has", "aab ab", "ab"), "a later place counts");
        assert!(ask("kql_has", "", ""));
    }

    #[test]
    fn percent_and_backslash_are_plain() {
        assert!(!ask("kql_contains", "50 off", "%"));
        assert!(ask("kql_contains", "a\\B", "\\b"));
        assert!(!ask("kql_startswith", "abc", "a_"));
    }

    #[test]
    fn lists() {
        let one_of = |texts: &[&str]| {
            bool_of("kql_has_any", &texts.iter().map(|text| Cell::Text(text)).collect::<Vec<_>>())
        };
        assert!(one_of(&["Disk full", "quota", "FULL"]));
        assert!(!one_of(&["Disk full", "ful"]));
        assert!(!one_of(&["Disk full"]), "none of none");
        assert!(ask("kql_has_any_json", "port 443", "[[\"x\"],443]"), "nested lists, numbers");
        assert!(ask("kql_has_any_json", "anything", "[null]"), "every text has a null");
        assert!(ask("kql_has_all_json", "anything", "[]"), "all of none");
        assert!(!ask("kql_has_all_json", "disk is full", "[\"disk\",\"quota\"]"));
        assert_eq!(call("kql_has_any_index", &[Cell::Text("b c"), Cell::Text("[\"a\",\"C\"]")]), "1");
    }

    #[test]
    fn folding_reaches_strings_only() {
        assert_eq!(
            call("kql_fold_json", &[Cell::Text(r#"["Ab","\u00C9\"",1,{"K":"V"}]"#)]),
            r#"["ab","é\"",1,{"K":"V"}]"#
        );
        assert_eq!(call("kql_fold_json", &[Cell::Text("\"Ab\"")]), "\"Ab\"");
    }

    #[test]
    fn folded_text_of_plain_ascii_is_the_argument() {
        assert_eq!(call("kql_fold", &[Cell::Text("MixedÄ")]), "mixedä");
        assert_eq!(call("kql_fold", &[Cell::Text("plain 1")]), "plain 1");
        assert!(ask("kql_equals_fold", "ПРИВЕТ", "привет"));
    }

    proptest! {
        #[test]
        fn lists_find_what_their_needles_find(texts in prop::collection::vec("[abskKé\u{212a} ._-]{0,8}", 4), needles in prop::collection::vec("[abskSé .]{0,3}", 0..7)) {
            let json = serde_json::to_string(&needles).unwrap();
            // Several rows, so that both ways are taken.
            for text in &texts {
                let slow = needles.iter().position(|needle| ask("kql_has", text, needle));
                prop_assert_eq!(ask("kql_has_any_json", text, &json), slow.is_some());
                let index = call("kql_has_any_index", &[Cell::Text(text), Cell::Text(&json)]);
                prop_assert_eq!(index, slow.map_or(-1, |at| at as i64).to_string());
            }
        }

        #[test]
        fn has_is_a_run_of_whole_terms(text in "[ab1é_ .]{0,10}", needle in "[ab1é]{1,3}") {
            let terms: Vec<&str> = text.split(|c: char| !c.is_alphanumeric()).collect();
            prop_assert_eq!(ask("kql_has_cs", &text, &needle), terms.contains(&needle.as_str()));
            prop_assert_eq!(ask("kql_hasprefix_cs", &text, &needle), terms.iter().any(|term| term.starts_with(&needle)));
            prop_assert_eq!(ask("kql_hassuffix_cs", &text, &needle), terms.iter().any(|term| term.ends_with(&needle)));
        }
    }
}
