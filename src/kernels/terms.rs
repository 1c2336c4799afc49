//! The string operators: has, contains, startswith and their kin, over one needle or a list.
//! Knows text and JSON lists; no patterns, no plan.
//!
//! A term is a longest run of letters and digits, any script; `_` separates. A needle needs a
//! boundary at an end only where its own character there is a letter or a digit (Kusto's answers:
//! `'x ab y' hasprefix ' a'` is true). How long a term is does not change an answer.

use std::cell::RefCell;

use super::fold::{self, Needle};
use super::text::each_element;
use super::{Cell, Kernel, Phys, json, strict};

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
        fold::push_folded(text, out);
        Cell::Text(out)
    }),
    // The needles one by one, and as the JSON text of a dynamic.
    strict("kql_has_any", &[Phys::Text], Phys::Bool, |args, _| listed(args, Asks::Any)).rest(Phys::Text),
    strict("kql_has_all", &[Phys::Text], Phys::Bool, |args, _| listed(args, Asks::All)).rest(Phys::Text),
    strict("kql_has_any_json", &[Phys::Text, Phys::Text], Phys::Bool, |args, _| in_json(args, Asks::Any)),
    strict("kql_has_all_json", &[Phys::Text, Phys::Text], Phys::Bool, |args, _| in_json(args, Asks::All)),
    strict("kql_has_any_index", &[Phys::Text, Phys::Text], Phys::Long, |args, _| {
        with_json(args, |text, needles| match needles.iter().position(|needle| has(text, needle, WHOLE)) {
            Some(at) => Cell::Long(at as i64),
            None => Cell::Long(-1),
        })
    }),
];

const PREFIX: Edges = Edges { start: true, end: false };
const SUFFIX: Edges = Edges { start: false, end: true };

#[derive(Clone, Copy)]
enum Asks {
    Any,
    All,
}

thread_local! {
    static LAST: [RefCell<Option<Needle>>; 2] = const { [RefCell::new(None), RefCell::new(None)] };
    static LAST_LIST: RefCell<Vec<Needle>> = const { RefCell::new(Vec::new()) };
    static LAST_JSON: RefCell<(String, Vec<Needle>)> = const { RefCell::new((String::new(), Vec::new())) };
}

/// Prepares the needle unless the row before had the same.
fn one<'a>(args: &[Cell<'a>], folding: bool, test: impl Fn(&Needle, &str) -> bool) -> Cell<'a> {
    let (Some(text), Some(needle)) = (args[0].text(), args[1].text()) else {
        return Cell::Null;
    };
    LAST.with(|last| {
        let mut last = last[usize::from(folding)].borrow_mut();
        let prepared = match last.take() {
            Some(prepared) if prepared.text() == needle => prepared,
            _ => Needle::new(needle, folding),
        };
        Cell::Bool(test(last.insert(prepared), text))
    })
}

fn term<'a>(args: &[Cell<'a>], folding: bool, edges: Edges) -> Cell<'a> {
    one(args, folding, |needle, text| has(text, needle, edges))
}

fn has(text: &str, needle: &Needle, edges: Edges) -> bool {
    let wants_start = edges.start && needle.text().chars().next().is_some_and(char::is_alphanumeric);
    let wants_end = edges.end && needle.text().chars().next_back().is_some_and(char::is_alphanumeric);
    needle.any(text, |start, end| {
        (!wants_start || !text[..start].chars().next_back().is_some_and(char::is_alphanumeric))
            && (!wants_end || !text[end..].chars().next().is_some_and(char::is_alphanumeric))
    })
}

fn asked(text: &str, needles: &[Needle], asks: Asks) -> Cell<'static> {
    Cell::Bool(match asks {
        Asks::Any => needles.iter().any(|needle| has(text, needle, WHOLE)),
        Asks::All => needles.iter().all(|needle| has(text, needle, WHOLE)),
    })
}

fn listed<'a>(args: &[Cell<'a>], asks: Asks) -> Cell<'a> {
    let Some(text) = args[0].text() else {
        return Cell::Null;
    };
    LAST_LIST.with_borrow_mut(|needles| {
        let given = || args[1..].iter().map(|arg| arg.text().unwrap_or(""));
        if !given().eq(needles.iter().map(Needle::text)) {
            *needles = given().map(|needle| Needle::new(needle, true)).collect();
        }
        asked(text, needles, asks)
    })
}

fn in_json<'a>(args: &[Cell<'a>], asks: Asks) -> Cell<'a> {
    with_json(args, |text, needles| asked(text, needles, asks))
}

fn with_json<'a>(args: &[Cell<'a>], ask: impl Fn(&str, &[Needle]) -> Cell<'static>) -> Cell<'a> {
    let (Some(text), Some(json)) = (args[0].text(), args[1].text()) else {
        return Cell::Null;
    };
    LAST_JSON.with_borrow_mut(|(last, needles)| {
        if last != json {
            last.clear();
            last.push_str(json);
            needles.clear();
            each_text(json, &mut |needle| needles.push(Needle::new(needle, true)));
        }
        ask(text, needles)
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
    fn folded_text_of_plain_ascii_is_the_argument() {
        assert_eq!(call("kql_fold", &[Cell::Text("MixedÄ")]), "mixedä");
        assert_eq!(call("kql_fold", &[Cell::Text("plain 1")]), "plain 1");
        assert!(ask("kql_equals_fold", "ПРИВЕТ", "привет"));
    }

    proptest! {
        #[test]
        fn has_is_a_run_of_whole_terms(text in "[ab1é_ .]{0,10}", needle in "[ab1é]{1,3}") {
            let terms: Vec<&str> = text.split(|c: char| !c.is_alphanumeric()).collect();
            prop_assert_eq!(ask("kql_has_cs", &text, &needle), terms.contains(&needle.as_str()));
            prop_assert_eq!(ask("kql_hasprefix_cs", &text, &needle), terms.iter().any(|term| term.starts_with(&needle)));
            prop_assert_eq!(ask("kql_hassuffix_cs", &text, &needle), terms.iter().any(|term| term.ends_with(&needle)));
        }
    }
}
