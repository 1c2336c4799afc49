//! The same operators over a dynamic. Most documents have not the needle, and that is seen in their JSON
//! text as it is stored: only those that may have it are printed as `tostring()` does.

use std::cell::RefCell;

use memchr::{memchr_iter, memchr3_iter};

use super::{Edges, List, PREFIX, SUFFIX, WHOLE, has, prepared};
use crate::kernels::dynamic::unwrapped;
use crate::kernels::fold::{self, Needle};
use crate::kernels::{Cell, Kernel, Phys, infallible, lenient};

const TWO: &[Phys] = &[Phys::Text, Phys::Text];

pub const KERNELS: &[Kernel] = &infallible([
    lenient("kql_has_dynamic", TWO, Phys::Bool, |args, _| term(args, true, WHOLE)),
    lenient("kql_has_cs_dynamic", TWO, Phys::Bool, |args, _| term(args, false, WHOLE)),
    lenient("kql_hasprefix_dynamic", TWO, Phys::Bool, |args, _| term(args, true, PREFIX)),
    lenient("kql_hasprefix_cs_dynamic", TWO, Phys::Bool, |args, _| term(args, false, PREFIX)),
    lenient("kql_hassuffix_dynamic", TWO, Phys::Bool, |args, _| term(args, true, SUFFIX)),
    lenient("kql_hassuffix_cs_dynamic", TWO, Phys::Bool, |args, _| term(args, false, SUFFIX)),
    lenient("kql_contains_dynamic", TWO, Phys::Bool, |args, _| part(args, true)),
    lenient("kql_contains_cs_dynamic", TWO, Phys::Bool, |args, _| part(args, false)),
    lenient("kql_has_any_dynamic", &[Phys::Text], Phys::Bool, |args, _| has_any(args)).rest(Phys::Text),
]);

/// The kernel that takes the dynamic itself where this one takes its text.
pub fn of_dynamic(text_kernel: &str) -> Option<&'static str> {
    let same = |kernel: &&Kernel| kernel.name.strip_suffix("_dynamic") == Some(text_kernel);
    KERNELS.iter().find(same).map(|kernel| kernel.name)
}

thread_local! {
    static LAST: RefCell<(List, Option<Kept>)> = RefCell::default();
}

fn term<'a>(args: &[Cell<'a>], folding: bool, edges: Edges) -> Cell<'a> {
    one(args, folding, |needle, text| has(text, needle, edges))
}

fn part<'a>(args: &[Cell<'a>], folding: bool) -> Cell<'a> {
    one(args, folding, |needle, text| needle.any(text, |_, _| true))
}

/// A dynamic null has the empty text.
fn one<'a>(args: &[Cell<'a>], folding: bool, test: impl Fn(&Needle, &str) -> bool) -> Cell<'a> {
    let Some(needle) = args[1].text() else { return Cell::Null };
    let json = args[0].text().unwrap_or("");
    let found = prepared(needle, folding, |needle| {
        let absent = Kept::of(needle.text())
            .is_some_and(|kept| !needle.any(json, |_, _| true) && !kept.may_change(json));
        !absent && test(needle, unwrapped(json, &mut String::new()))
    });
    Cell::Bool(found)
}

fn has_any<'a>(args: &[Cell<'a>]) -> Cell<'a> {
    let json = args[0].text().unwrap_or("");
    LAST.with_borrow_mut(|(list, kept)| {
        if let Some(other) = list.other(&args[1..]) {
            *kept = Kept::of_all(other.needles.iter().map(Needle::text));
            *list = other;
        }
        let absent = kept.is_some_and(|kept| !list.reaches(json) && !kept.may_change(json));
        Cell::Bool(!absent && list.any(unwrapped(json, &mut String::new())))
    })
}

impl List {
    /// Whether a needle stands anywhere, in whole terms or not.
    fn reaches(&self, text: &str) -> bool {
        match self.automaton() {
            Some(automaton) => automaton.is_match(text) || fold::reaches_ascii(text),
            None => self.needles.iter().any(|needle| needle.any(text, |_, _| true)),
        }
    }
}

/// A needle that stands in the printed text only where it stands in the stored one, but for what
/// [`Kept::may_change`] says. Printing drops white space between values and writes escapes and numbers in one
/// way; so the needle must hold nothing that stands between values or in an escape.
#[derive(Clone, Copy)]
struct Kept {
    /// It can stand inside of a number.
    numeric: bool,
}

impl Kept {
    fn of(needle: &str) -> Option<Kept> {
        let plain = |byte: u8| byte.is_ascii_graphic() && !b"\"\\/,:{}[]".contains(&byte);
        let numeric = |byte: u8| byte.is_ascii_digit() || b"+-.eE".contains(&byte);
        let usable = !needle.is_empty() && needle.bytes().all(plain);
        usable.then(|| Kept { numeric: needle.bytes().all(numeric) })
    }

    fn of_all<'n>(mut needles: impl Iterator<Item = &'n str>) -> Option<Kept> {
        needles.try_fold(Kept { numeric: false }, |all, needle| {
            Some(Kept { numeric: all.numeric | Kept::of(needle)?.numeric })
        })
    }

    /// Whether printing may bring the needle about: by an escape of a letter, or a number in other digits.
    fn may_change(self, json: &str) -> bool {
        let bytes = json.as_bytes();
        memchr_iter(b'\\', bytes).any(|at| bytes.get(at + 1) == Some(&b'u'))
            || self.numeric && has_real(bytes)
    }
}

/// Whether there is a number with a point or an exponent outside of strings, or what looks like one.
fn has_real(json: &[u8]) -> bool {
    memchr3_iter(b'.', b'e', b'E', json).any(|at| {
        let before = json[..at].iter().rev().skip_while(|byte| byte.is_ascii_digit());
        let mut before = before.skip_while(|byte| matches!(byte, b'-' | b'+' | b'.'));
        at > 0
            && json[at - 1].is_ascii_digit()
            && before.find(|byte| !byte.is_ascii_whitespace()).is_none_or(|byte| b":,[".contains(byte))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernels::testing::{bool_of, call};
    use proptest::prelude::*;

    #[test]
    fn escapes_and_numbers_are_looked_through() {
        let has =
            |json: &str, needle: &str| bool_of("kql_has_dynamic", &[Cell::Text(json), Cell::Text(needle)]);
        assert!(has(r#"{"a":"\u0046orwardTo"}"#, "ForwardTo"));
        assert!(has(r#"{"a":1.5e1}"#, "15"));
        assert!(has("{\"a\": 1.5e1 }", "15"));
        assert!(!has(r#"{"a":"1.5e1"}"#, "15"));
        assert!(has(r#"{"ForwardTo":"\\Inbox"}"#, "forwardto"));
        assert!(!has(r#"{"ForwardTon":1}"#, "ForwardTo"));
        assert!(bool_of("kql_has_dynamic", &[Cell::Null, Cell::Text("")]), "a null is the empty text");
        assert!(!bool_of("kql_has_dynamic", &[Cell::Null, Cell::Text("null")]));
    }

    #[test]
    fn each_has_its_kernel_of_texts() {
        for kernel in KERNELS {
            let text = kernel.name.trim_end_matches("_dynamic");
            assert!(crate::kernels::find(text).is_some(), "{text}");
            assert_eq!(of_dynamic(text), Some(kernel.name));
        }
    }

    /// JSON with what printing changes: white space, escapes, numbers.
    fn json() -> impl Strategy<Value = String> {
        let text = prop::collection::vec(
            prop::sample::select(vec![
                "a", "b", "K", "\u{212a}", "1", "5", ".", "e", "-", " ", "_", "\\u0061", "\\u212A", "\\n",
                "\\/", "\\\"", "\\\\",
            ]),
            0..8,
        )
        .prop_map(|parts| format!("\"{}\"", parts.concat()));
        let number = prop::sample::select(vec![
            "15",
            "1.5",
            "15.0",
            "1.5e1",
            "-1.5E1",
            "1e2",
            "0.1e2",
            "151515151515151515151.0",
        ]);
        let leaf = prop_oneof![
            text,
            number.prop_map(str::to_owned),
            Just("null".to_owned()),
            Just("true".to_owned())
        ];
        (prop::collection::vec(leaf, 1..4), 0..4_u8, "[ ]{0,1}").prop_map(|(items, shape, space)| match shape
        {
            0 => items[0].clone(),
            1 => format!("{{\"b\":{space}{}}}", items[0]),
            _ => format!("[{space}{}{space}]", items.join(&format!("{space},"))),
        })
    }

    proptest! {
        #[test]
        fn the_answer_is_that_of_the_printed_text(json in json(), needles in prop::collection::vec("[abkK15eE.,_ -]{0,3}", 1..6)) {
            let text = call("kql_json_tostring", &[Cell::Text(&json)]);
            for kernel in &KERNELS[..8] {
                let plain = kernel.name.trim_end_matches("_dynamic");
                for needle in &needles {
                    let needle = Cell::Text(needle);
                    let expected = bool_of(plain, &[Cell::Text(&text), needle]);
                    prop_assert_eq!(bool_of(kernel.name, &[Cell::Text(&json), needle]), expected, "{} {:?}", kernel.name, needle.text());
                }
            }
            let with = |first| std::iter::once(first).chain(needles.iter().map(|needle| Cell::Text(needle))).collect::<Vec<_>>();
            // Twice, so that both ways are taken.
            for _ in 0..2 {
                let expected = bool_of("kql_has_any", &with(Cell::Text(&text)));
                prop_assert_eq!(bool_of("kql_has_any_dynamic", &with(Cell::Text(&json))), expected);
            }
        }
    }
}
