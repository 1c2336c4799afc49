//! The string operators: has, contains, startswith and their kin, over one needle or a list.
//! Knows text and JSON lists; no patterns, no plan.
//!
//! A term is a longest run of letters and digits, any script; `_` separates. A needle needs a
//! boundary at an end only where its own character there is a letter or a digit (Kusto's answers:
//! `'x ab y' hasprefix ' a'` is true). How long a term is does not change an answer.

pub mod document;

use std::cell::{Cell as Flag, OnceCell, RefCell};
use std::rc::Rc;

use aho_corasick::AhoCorasick;

use super::fold::{self, Needle};
use super::text::each_element;
use super::{Cell, Kernel, Phys, Test, dynamic, infallible, json, strict};

/// Which ends of a needle must be ends of a term.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Edges {
    start: bool,
    end: bool,
}

const WHOLE: Edges = Edges { start: true, end: true };

/// A test of a text against one needle: the kernel's name, whether case does not matter, and the test.
type Row = (&'static str, bool, fn(&Needle, &str) -> bool);

const TESTS: [Row; 12] = [
    ("kql_has", true, |needle, text| has(text, needle, WHOLE)),
    ("kql_has_cs", false, |needle, text| has(text, needle, WHOLE)),
    ("kql_hasprefix", true, |needle, text| has(text, needle, PREFIX)),
    ("kql_hasprefix_cs", false, |needle, text| has(text, needle, PREFIX)),
    ("kql_hassuffix", true, |needle, text| has(text, needle, SUFFIX)),
    ("kql_hassuffix_cs", false, |needle, text| has(text, needle, SUFFIX)),
    ("kql_contains", true, |needle, text| needle.any(text, |_, _| true)),
    ("kql_contains_cs", false, |needle, text| needle.any(text, |_, _| true)),
    ("kql_startswith", true, Needle::starts),
    ("kql_startswith_cs", false, Needle::starts),
    ("kql_endswith", true, Needle::ends),
    ("kql_endswith_cs", false, Needle::ends),
];

/// The kernel of a row of [`TESTS`].
const fn tested<const ROW: usize>() -> Kernel {
    strict(TESTS[ROW].0, &[Phys::Text, Phys::Text], Phys::Bool, |args, _| one::<ROW>(args))
        .prepare(known::<ROW>)
}

pub const KERNELS: &[Kernel] = &infallible([
    tested::<0>(),
    tested::<1>(),
    tested::<2>(),
    tested::<3>(),
    tested::<4>(),
    tested::<5>(),
    tested::<6>(),
    tested::<7>(),
    tested::<8>(),
    tested::<9>(),
    tested::<10>(),
    tested::<11>(),
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
        if fold::is_folded(text) {
            return Cell::Text(text);
        }
        fold::push_folded(text, out);
        Cell::Text(out)
    }),
    strict("kql_fold_json", &[Phys::Text], Phys::Text, fold_strings),
    // The needles one by one, and as the JSON text of a dynamic.
    strict("kql_has_any", &[Phys::Text], Phys::Bool, |args, _| listed(args, Asks::Any))
        .rest(Phys::Text)
        .prepare(|rest| Some(Rc::new(KnownList(written(rest), Asks::Any)))),
    strict("kql_has_all", &[Phys::Text], Phys::Bool, |args, _| listed(args, Asks::All))
        .rest(Phys::Text)
        .prepare(|rest| Some(Rc::new(KnownList(written(rest), Asks::All)))),
    strict("kql_has_any_json", &[Phys::Text, Phys::Text], Phys::Bool, |args, _| in_json(args, Asks::Any))
        .prepare(|rest| known_json(rest, Asks::Any)),
    strict("kql_has_all_json", &[Phys::Text, Phys::Text], Phys::Bool, |args, _| in_json(args, Asks::All))
        .prepare(|rest| known_json(rest, Asks::All)),
    strict("kql_has_any_index", &[Phys::Text, Phys::Text], Phys::Long, |args, _| in_json(args, Asks::Index))
        .prepare(|rest| known_json(rest, Asks::Index)),
]);

const PREFIX: Edges = Edges { start: true, end: false };
const SUFFIX: Edges = Edges { start: false, end: true };

#[derive(Clone, Copy)]
enum Asks {
    Any,
    All,
    Index,
}

thread_local! {
    static LAST: [RefCell<Option<Rc<Needle>>>; 2] = const { [RefCell::new(None), RefCell::new(None)] };
    static LAST_LIST: RefCell<Rc<List>> = RefCell::default();
    static LAST_JSON: RefCell<(String, Rc<List>)> = RefCell::default();
}

/// The array with its strings folded.
fn fold_strings<'a>(args: &[Cell<'a>], out: &'a mut String) -> Cell<'a> {
    let Some(json) = args[0].text() else { return Cell::Null };
    let fold = |item: &str| {
        let Some(inside) = json::string_inside(item) else { return item.to_owned() };
        let (mut folded, mut quoted) = (String::new(), String::new());
        fold::push_folded(&json::unescape(inside), &mut folded);
        json::quote(&folded, &mut quoted);
        quoted
    };
    match json::kind(json) {
        Some(json::Kind::Array) => {
            let folded: Vec<String> = json::elements(json).map(fold).collect();
            dynamic::array(folded.iter().map(String::as_str), out);
        }
        _ => out.push_str(&fold(json)),
    }
    Cell::Text(out)
}

/// Prepares the needle unless the time before had the same.
fn needle(text: &str, folding: bool) -> Rc<Needle> {
    LAST.with(|last| {
        let mut last = last[usize::from(folding)].borrow_mut();
        match &*last {
            Some(known) if known.text() == text => Rc::clone(known),
            _ => Rc::clone(last.insert(Rc::new(Needle::new(text, folding)))),
        }
    })
}

fn prepared(wanted: &str, folding: bool, test: impl FnOnce(&Needle) -> bool) -> bool {
    test(&needle(wanted, folding))
}

fn one<'a, const ROW: usize>(args: &[Cell<'a>]) -> Cell<'a> {
    let (_, folding, test) = TESTS[ROW];
    match (args[0].text(), args[1].text()) {
        (Some(text), Some(wanted)) => Cell::Bool(test(&needle(wanted, folding), text)),
        _ => Cell::Null,
    }
}

/// A test of one row whose needle is known.
struct Known<const ROW: usize>(Rc<Needle>);

impl<const ROW: usize> Test for Known<ROW> {
    fn test(&self, text: &str) -> Cell<'static> {
        let (_, _, test) = const { TESTS[ROW] };
        Cell::Bool(test(&self.0, text))
    }
}

fn known<const ROW: usize>(rest: &[Cell<'_>]) -> Option<Rc<dyn Test>> {
    let wanted = rest.first()?.text()?;
    Some(Rc::new(Known::<ROW>(needle(wanted, TESTS[ROW].1))))
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
    served: Flag<bool>,
    automaton: OnceCell<Option<AhoCorasick>>,
}

impl List {
    fn new(needles: Vec<Needle>) -> List {
        List { needles, ..List::default() }
    }

    /// The list of these needles, unless this is it.
    fn other(&self, needles: &[Cell<'_>]) -> Option<List> {
        let given = || needles.iter().map(|needle| needle.text().unwrap_or(""));
        let other = !given().eq(self.needles.iter().map(Needle::text));
        other.then(|| List::new(given().map(|needle| Needle::new(needle, true)).collect()))
    }

    /// The automaton, where there is one: not for the first row.
    fn automaton(&self) -> Option<&AhoCorasick> {
        if !self.served.replace(true) || self.needles.len() < AUTOMATON_MIN {
            return None;
        }
        let build = || {
            let plain: Vec<&[u8]> = self.needles.iter().map(Needle::folded_ascii).collect::<Option<_>>()?;
            // One that is too big to build is done without.
            AhoCorasick::builder().ascii_case_insensitive(true).build(plain).ok()
        };
        self.automaton.get_or_init(build).as_ref()
    }

    fn any(&self, text: &str) -> bool {
        let Some(automaton) = self.automaton() else {
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
            Asks::Index if self.needles.len() >= AUTOMATON_MIN && !self.any(text) => Cell::Long(-1),
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
    written(&args[1..]).ask(text, asks)
}

/// The needles one by one, unless the time before had the same.
fn written(needles: &[Cell<'_>]) -> Rc<List> {
    LAST_LIST.with_borrow_mut(|list| {
        if let Some(other) = list.other(needles) {
            *list = Rc::new(other);
        }
        Rc::clone(list)
    })
}

fn in_json<'a>(args: &[Cell<'a>], asks: Asks) -> Cell<'a> {
    match (args[0].text(), args[1].text()) {
        (Some(text), Some(json)) => list(json).ask(text, asks),
        _ => Cell::Null,
    }
}

/// Reads the needles unless the time before had the same.
fn list(json: &str) -> Rc<List> {
    LAST_JSON.with_borrow_mut(|(last, list)| {
        if last != json {
            json.clone_into(last);
            let mut needles = Vec::new();
            each_text(json, &mut |needle| needles.push(Needle::new(needle, true)));
            *list = Rc::new(List::new(needles));
        }
        Rc::clone(list)
    })
}

/// A question to a list that is known.
struct KnownList(Rc<List>, Asks);

impl Test for KnownList {
    fn test(&self, text: &str) -> Cell<'static> {
        self.0.ask(text, self.1)
    }
}

fn known_json(rest: &[Cell<'_>], asks: Asks) -> Option<Rc<dyn Test>> {
    Some(Rc::new(KnownList(list(rest.first()?.text()?), asks)))
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
        assert_eq!(call("kql_fold_json", &[Cell::Text("\"Ab\"")]), "\"ab\"");
        assert_eq!(call("kql_fold_json", &[Cell::Text(r#"{"K":"V"}"#)]), r#"{"K":"V"}"#);
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
