//! The same operators over a dynamic. Most documents have not the needle, and that is seen in their JSON
//! text as it is stored: only those that may have it are printed as `tostring()` does.

use std::cell::RefCell;

use memchr::memchr_iter;

use super::{Edges, List, PREFIX, SUFFIX, WHOLE, has, prepared};
use crate::kernels::dynamic::unwrapped;
use crate::kernels::fold::{self, Needle};
use crate::kernels::wide::wide;
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

/// So many places are looked at together: first the many, then the few.
const MANY: usize = 64;
const FEW: usize = 16;
/// A place is the third of so many bytes.
const AROUND: usize = 4;
/// The bytes around so many places.
const MANY_BYTES: usize = MANY + AROUND - 1;
const FEW_BYTES: usize = FEW + AROUND - 1;

wide! {
    /// Whether there is a number with a point or an exponent outside of strings, or what looks like one.
    fn has_real(json: &[u8]) -> bool {
        // A number alone is a short text.
        if !matches!(json.first(), Some(b'{' | b'[' | b'"')) || is_real(json, 1) {
            return true;
        }
        for at in (0..json.len()).step_by(MANY) {
            // Behind the end nothing begins.
            let mut last = [0; MANY_BYTES];
            let many: &[u8; MANY_BYTES] = json[at..].first_chunk().unwrap_or_else(|| {
                last[..json.len() - at].copy_from_slice(&json[at..]);
                &last
            });
            let begun = marks::<MANY, MANY_BYTES>(many).iter().fold(0, |any, mark| any | mark);
            if begun == 0 {
                continue;
            }
            for part in (0..MANY).step_by(FEW) {
                let Some(few) = many[part..].first_chunk::<FEW_BYTES>() else { break };
                let mut left = u128::from_le_bytes(marks(few));
                while left != 0 {
                    let place = at + part + left.trailing_zeros() as usize / 8;
                    if is_real(json, place + 2) {
                        return true;
                    }
                    left &= left - 1;
                }
            }
        }
        false
    }
}

/// [`begins`] of each place.
#[inline(always)]
fn marks<const PLACES: usize, const BYTES: usize>(text: &[u8; BYTES]) -> [u8; PLACES] {
    // Without a branch and with bytes, which become vector instructions; with bools, or `..=`, they do not.
    let mut marks = [0; PLACES];
    for at in 0..PLACES.min(BYTES - (AROUND - 1)) {
        marks[at] = begins([text[at], text[at + 1], text[at + 2], text[at + 3]]);
    }
    marks
}

/// 1 where the third of these bytes may begin a number and the fourth go on with it, else 0.
#[inline(always)]
fn begins(around: [u8; AROUND]) -> u8 {
    // Signs, the point, the slash and the digits.
    let digit = |byte: u8| u8::from(byte.wrapping_sub(b'-') < 13);
    let goes_on = digit(around[3]) | u8::from(around[3] | 0x20 == b'e');
    let after_name = u8::from(around[1] == b':') & u8::from(around[0] <= b'"');
    let after =
        after_name | u8::from(around[1] == b',') | u8::from(around[1] == b'[') | u8::from(around[1] <= b' ');
    digit(around[2]) & goes_on & after
}

/// Whether a number with a point or an exponent begins there, behind a name, a comma or a bracket.
fn is_real(json: &[u8], at: usize) -> bool {
    let Some((before, number)) = json.split_at_checked(at) else { return false };
    let number = number.strip_prefix(b"-").unwrap_or(number);
    let digits = number.iter().take_while(|byte| byte.is_ascii_digit()).count();
    if !matches!(number.get(digits), Some(b'.' | b'e' | b'E')) {
        return false;
    }
    let mut before = before.iter().rev().filter(|byte| !byte.is_ascii_whitespace());
    match before.next() {
        Some(b':') => before.next() == Some(&b'"'),
        other => matches!(other, None | Some(b',' | b'[')),
    }
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
    fn numbers_are_seen_wherever_they_stand() {
        let real = |json: &str| has_real(json.as_bytes());
        for json in
            ["[1.5]", "[0,1e3]", "{\"n\":-0.5}", "{\"n\" : 2E1}", "[ 1.5]", "{\"n\":\n[1, 1.5]}", "1.5", " 1"]
        {
            assert!(real(json), "{json}");
        }
        for json in [
            "[]",
            "{\"ip\":\"192.0.2.1\"}",
            "[\"12:34:56.7\",15,-3]",
            "{\"n\":[true,1],\"v\":\"a 1.5\"}",
            "\"1.5\"",
        ] {
            assert!(!real(json), "{json}");
        }
        for pad in 0..300 {
            let text = "x:1.5 ".repeat(50);
            let json = |number: &str| format!("{{\"p\":\"{}\",\"n\":{number}}}", &text[..pad]);
            assert!(real(&json("1.5")) && real(&json("1e9")), "{pad}");
            assert!(!real(&json("15")), "{pad}");
        }
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
            1 => format!("{{\"b\"{space}:{space}{}}}", items[0]),
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
