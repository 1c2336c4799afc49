//! Arrays: slicing, sorting, searching, sets. What is no array makes no array: null, unless the Kusto
//! reference says otherwise. Knows JSON text; no column.

use super::Phys::{Bool, Long, Real, Text};
use super::dynamic::{array, inner};
use super::json::{self, Kind};
use super::{Cell, Kernel, fail, infallible, lenient, strict};
use std::borrow::Cow;
use std::collections::HashSet;

pub const KERNELS: &[Kernel] = &infallible([
    lenient("kql_array_concat", &[], Text, concat).rest(Text),
    lenient("kql_array_iff", &[Text, Text, Text], Text, iff),
    strict("kql_array_index_of", &[Text, Text, Long, Long, Long], Long, index_of),
    strict("kql_array_reverse", &[Text], Text, reverse),
    strict("kql_array_rotate_left", &[Text, Long], Text, |args, out| rotate(args, 1, out)),
    strict("kql_array_rotate_right", &[Text, Long], Text, |args, out| rotate(args, -1, out)),
    lenient("kql_array_shift_left", &[Text, Long, Text], Text, |args, out| shift(args, 1, out)),
    lenient("kql_array_shift_right", &[Text, Long, Text], Text, |args, out| shift(args, -1, out)),
    strict("kql_array_slice", &[Text, Long, Long], Text, slice),
    strict("kql_array_split", &[Text, Text], Text, split),
    strict("kql_array_sum", &[Text], Real, sum).fallible(),
    lenient("kql_zip", &[], Text, zip).rest(Text),
    lenient("kql_repeat", &[Text, Long], Text, repeat).late(),
    strict("kql_set_union", &[], Text, set_union).rest(Text),
    strict("kql_set_intersect", &[], Text, set_intersect).rest(Text),
    strict("kql_set_difference", &[], Text, set_difference).rest(Text),
    strict("kql_set_equals", &[Text, Text], Bool, set_equals),
    strict("kql_set_has_element", &[Text, Text], Bool, set_has_element),
    lenient("kql_is_in", &[Text, Text], Bool, is_in),
    strict("kql_jaccard_index", &[Text, Text], Real, jaccard_index),
]);

pub fn elements<'a>(cell: Cell<'a>) -> Option<Vec<&'a str>> {
    let json = cell.text()?;
    (json::kind(json) == Some(Kind::Array)).then(|| json::elements(json).collect())
}

pub fn write<'a>(values: &[&str], out: &'a mut String) -> Cell<'a> {
    array(values.iter().copied(), out);
    Cell::Text(out)
}

/// Passes over what is no array (t1-dynamic-json-0006); null when there is none at all.
fn concat<'a>(args: &[Cell<'a>], out: &'a mut String) -> Cell<'a> {
    let arrays: Vec<Vec<&str>> = args.iter().filter_map(|cell| elements(*cell)).collect();
    if arrays.is_empty() { Cell::Null } else { write(&arrays.concat(), out) }
}

/// A condition that is neither bool nor number gives null; so does a branch that is too short.
fn iff<'a>(args: &[Cell<'a>], out: &'a mut String) -> Cell<'a> {
    let Some(conditions) = elements(args[0]) else { return Cell::Null };
    let branch = |cell: Cell<'a>, at: usize| match elements(cell) {
        Some(values) => values.get(at).copied().unwrap_or("null"),
        None => inner(cell),
    };
    let values = conditions.iter().enumerate().map(|(at, condition)| match condition_of(condition) {
        Some(true) => branch(args[1], at),
        Some(false) => branch(args[2], at),
        None => "null",
    });
    array(values, out);
    Cell::Text(out)
}

fn condition_of(json: &str) -> Option<bool> {
    match json {
        "true" => Some(true),
        "false" => Some(false),
        number => number.parse::<f64>().ok().map(|value| value != 0.0),
    }
}

/// Start, length and occurrence; a negative start counts from the end, a negative length is no limit.
fn index_of<'a>(args: &[Cell<'a>], _: &'a mut String) -> Cell<'a> {
    let Some(values) = elements(args[0]) else { return Cell::Null };
    let long = |at: usize, default: i64| args[at].long().unwrap_or(default);
    let (start, length, occurrence) = (long(2, 0), long(3, -1), long(4, 1));
    if length < -1 || occurrence < 0 {
        return Cell::Null;
    }
    let count = values.len() as i64;
    let start = if start < 0 { (count + start).max(0) } else { start.min(count) };
    let end = if length < 0 { count } else { start.saturating_add(length).min(count) };
    let wanted = inner(args[1]);
    let mut found = (start..end).filter(|at| same(values[*at as usize], wanted));
    let nth = usize::try_from(occurrence.saturating_sub(1)).ok().and_then(|nth| found.nth(nth));
    Cell::Long(nth.unwrap_or(-1))
}

/// Are two values equal? Numbers are by their value: 15 is 15.0 (agent-probe-0006).
pub fn same(left: &str, right: &str) -> bool {
    left == right || key(left) == key(right)
}

/// The text by which values are told apart; equal numbers have one.
fn key(json: &str) -> Cow<'_, str> {
    let json = json::trim(json);
    if json::kind(json) == Some(Kind::Number)
        && json::whole_number(json).is_none()
        && let Ok(value) = json.parse::<f64>()
        && value.fract() == 0.0
        && value.abs() < 9e15
    {
        return format!("{value:.0}").into();
    }
    super::collect::canonical(json)
}

fn reverse<'a>(args: &[Cell<'a>], out: &'a mut String) -> Cell<'a> {
    let Some(mut values) = elements(args[0]) else { return Cell::Null };
    values.reverse();
    write(&values, out)
}

fn rotate<'a>(args: &[Cell<'a>], sign: i64, out: &'a mut String) -> Cell<'a> {
    let (Some(mut values), Some(by)) = (elements(args[0]), args[1].long()) else { return Cell::Null };
    if !values.is_empty() {
        let by = by.wrapping_mul(sign).rem_euclid(values.len() as i64);
        values.rotate_left(by as usize);
    }
    write(&values, out)
}

/// What comes in is the third argument, else null, else among strings the empty one.
fn shift<'a>(args: &[Cell<'a>], sign: i64, out: &'a mut String) -> Cell<'a> {
    let (Some(values), Some(by)) = (elements(args[0]), args[1].long()) else { return Cell::Null };
    let strings = !values.is_empty() && values.iter().all(|value| value.starts_with('"'));
    let fill = args[2].text().unwrap_or(if strings { "\"\"" } else { "null" });
    let by = i128::from(by) * i128::from(sign);
    let shifted = (0..values.len() as i128)
        .map(|at| usize::try_from(at + by).ok().and_then(|from| values.get(from)).copied().unwrap_or(fill));
    array(shifted, out);
    Cell::Text(out)
}

/// Both ends belong to the slice; negative ones count from the end.
fn slice<'a>(args: &[Cell<'a>], out: &'a mut String) -> Cell<'a> {
    let Some(values) = elements(args[0]) else { return Cell::Null };
    let count = values.len() as i64;
    let at = |index: Option<i64>| {
        let index = index.unwrap_or_default();
        if index < 0 { index + count } else { index }
    };
    let start = at(args[1].long()).clamp(0, count);
    let end = at(args[2].long()).saturating_add(1).clamp(start, count);
    write(&values[start as usize..end as usize], out)
}

/// At one index or at an array of them; a negative one counts from the end.
fn split<'a>(args: &[Cell<'a>], out: &'a mut String) -> Cell<'a> {
    let Some(values) = elements(args[0]) else { return Cell::Null };
    let indices = elements(args[1]).unwrap_or_else(|| vec![inner(args[1])]);
    let mut cuts = Vec::new();
    for index in indices {
        let Some(index) = json::whole_number(index) else { return Cell::Null };
        let count = values.len() as i64;
        cuts.push((if index < 0 { index + count } else { index }).clamp(0, count) as usize);
    }
    cuts.push(values.len());
    out.push('[');
    let mut start = 0;
    for (number, cut) in cuts.into_iter().enumerate() {
        if number > 0 {
            out.push(',');
        }
        array(values[start..cut.max(start)].iter().copied(), out);
        start = cut.max(start);
    }
    out.push(']');
    Cell::Text(out)
}

/// A real; nulls count nothing, what is no number makes it null.
fn sum<'a>(args: &[Cell<'a>], out: &'a mut String) -> Cell<'a> {
    let Some(values) = elements(args[0]) else { return Cell::Null };
    let (mut sum, mut unclear) = (0.0, None);
    for value in values.into_iter().filter(|value| *value != "null") {
        match (json::kind(value), value.parse::<f64>()) {
            (Some(Kind::Number), Ok(number)) => sum += number,
            _ if beyond_json(value) => unclear = Some(value),
            _ => return Cell::Null,
        }
    }
    match unclear {
        Some(value) => fail(out, text_or_number("array_sum", value)),
        None => Cell::Real(sum),
    }
}

/// A text of JSON as reals are written in it that JSON has no number for.
pub fn beyond_json(value: &str) -> bool {
    matches!(value, "\"NaN\"" | "\"Infinity\"" | "\"-Infinity\"")
}

/// Why such a text among numbers is not taken for either.
pub fn text_or_number(function: &str, value: &str) -> String {
    format!(
        "{function}() cannot tell whether {value} among the numbers of an array is a text or a real; leave it out \
         before, as with isfinite()"
    )
}

/// As long as the longest; nulls fill the others. A value that is no array is one of one element.
fn zip<'a>(args: &[Cell<'a>], out: &'a mut String) -> Cell<'a> {
    let arrays: Vec<Vec<&str>> =
        args.iter().map(|cell| elements(*cell).unwrap_or_else(|| vec![inner(*cell)])).collect();
    let longest = arrays.iter().map(Vec::len).max().unwrap_or(0);
    out.push('[');
    for at in 0..longest {
        if at > 0 {
            out.push(',');
        }
        array(arrays.iter().map(|values| values.get(at).copied().unwrap_or("null")), out);
    }
    out.push(']');
    Cell::Text(out)
}

fn repeat<'a>(args: &[Cell<'a>], out: &'a mut String) -> Cell<'a> {
    let Some(count) = args[1].long().and_then(|count| usize::try_from(count).ok()) else { return Cell::Null };
    array(std::iter::repeat_n(inner(args[0]), count.min(super::range::ELEMENTS_MAX)), out);
    Cell::Text(out)
}

/// The different elements in the order of first sight, with their keys.
fn set<'a>(values: &[&'a str]) -> Vec<(Cow<'a, str>, &'a str)> {
    let mut seen = HashSet::new();
    let keyed = values.iter().map(|value| (key(value), *value));
    keyed.filter(|(key, _)| seen.insert(key.clone())).collect()
}

fn sets<'a>(args: &[Cell<'a>]) -> Option<Vec<Vec<&'a str>>> {
    args.iter().map(|cell| elements(*cell)).collect()
}

fn set_union<'a>(args: &[Cell<'a>], out: &'a mut String) -> Cell<'a> {
    let Some(sets) = sets(args) else { return Cell::Null };
    let all = sets.concat();
    array(set(&all).iter().map(|(_, value)| *value), out);
    Cell::Text(out)
}

fn chosen<'a>(args: &[Cell<'a>], keep: fn(bool) -> bool, out: &'a mut String) -> Cell<'a> {
    let Some(sets) = sets(args) else { return Cell::Null };
    let Some((first, others)) = sets.split_first() else { return Cell::Null };
    let others: Vec<HashSet<Cow<'_, str>>> =
        others.iter().map(|values| values.iter().map(|value| key(value)).collect()).collect();
    let values = set(first);
    let kept = values.iter().filter(|(key, _)| others.iter().all(|other| keep(other.contains(key))));
    array(kept.map(|(_, value)| *value), out);
    Cell::Text(out)
}

fn set_intersect<'a>(args: &[Cell<'a>], out: &'a mut String) -> Cell<'a> {
    chosen(args, |found| found, out)
}

fn set_difference<'a>(args: &[Cell<'a>], out: &'a mut String) -> Cell<'a> {
    chosen(args, |found| !found, out)
}

/// How many elements two sets have in common, and how many in all.
fn overlap(args: &[Cell<'_>]) -> Option<(usize, usize)> {
    let sets = sets(args)?;
    let left: HashSet<Cow<'_, str>> = sets.first()?.iter().map(|value| key(value)).collect();
    let right: HashSet<Cow<'_, str>> = sets.get(1)?.iter().map(|value| key(value)).collect();
    Some((left.intersection(&right).count(), left.union(&right).count()))
}

fn set_equals<'a>(args: &[Cell<'a>], _: &'a mut String) -> Cell<'a> {
    overlap(args).map(|(common, all)| common == all).into()
}

fn set_has_element<'a>(args: &[Cell<'a>], _: &'a mut String) -> Cell<'a> {
    let Some(json) = args[0].text().filter(|json| json::kind(json) == Some(Kind::Array)) else {
        return Cell::Null;
    };
    let wanted = inner(args[1]);
    Cell::Bool(json::elements(json).any(|value| same(value, wanted)))
}

/// Whether a value is one of an array, or the value itself that a dynamic holds, as `in` asks ("in operator": a
/// logical OR of comparisons); of null it is neither. As `==` does, it reads a text beside a number or a bool.
fn is_in<'a>(args: &[Cell<'a>], _: &'a mut String) -> Cell<'a> {
    let (Some(list), Some(_)) = (args[0].text(), args[1].text()) else { return Cell::Bool(false) };
    let wanted = inner(args[1]);
    let found = |value: &str| same(value, wanted) || read_as(value, wanted) || read_as(wanted, value);
    Cell::Bool(match json::kind(list) {
        Some(Kind::Array) => json::elements(list).any(found),
        Some(Kind::Null) | None => false,
        Some(_) => found(list),
    })
}

/// Whether a text says this number or bool.
fn read_as(text: &str, other: &str) -> bool {
    let read = |text: &str| match json::kind(other) {
        Some(Kind::Number) => json::kind(text) == Some(Kind::Number) && same(text, other),
        Some(Kind::Bool) => text.eq_ignore_ascii_case(json::trim(other)),
        _ => false,
    };
    json::string_inside(text).is_some_and(|inside| read(&json::unescape(inside)))
}

fn jaccard_index<'a>(args: &[Cell<'a>], _: &'a mut String) -> Cell<'a> {
    overlap(args).map(|(common, all)| common as f64 / all as f64).into()
}

#[cfg(test)]
mod tests {
    use crate::kernels::Cell::{Long, Null, Text};
    use crate::kernels::testing::call;

    #[test]
    fn in_a_dynamic() {
        let is_in = |list: &str, wanted: &str| call("kql_is_in", &[Text(list), Text(wanted)]);
        assert_eq!(is_in(r#"[1,"x"]"#, r#""x""#), "true");
        assert_eq!(is_in(r#"[1,"x"]"#, "1.0"), "true");
        assert_eq!(is_in(r#"["5"]"#, "5"), "true", "a text beside a number");
        assert_eq!(is_in("[5,true]", r#""5""#), "true");
        assert_eq!(is_in("[5,true]", r#""True""#), "true");
        assert_eq!(is_in(r#"["5x","{}"]"#, "5"), "false");
        assert_eq!(is_in(r#""ann""#, r#""ann""#), "true", "one value");
        assert_eq!(is_in("443", r#""443""#), "true");
        assert_eq!(is_in(r#"{"a":1}"#, r#""a""#), "false");
        assert_eq!(is_in("null", "null"), "false");
        assert_eq!(call("kql_is_in", &[Null, Text("1")]), "false");
    }

    #[test]
    fn cutting() {
        let slice =
            |from: i64, to: i64| call("kql_array_slice", &[Text("[1,2,3,4,5]"), Long(from), Long(to)]);
        assert_eq!(slice(1, 2), "[2,3]");
        assert_eq!(slice(-3, -2), "[3,4]");
        assert_eq!(slice(0, 99), "[1,2,3,4,5]");
        assert_eq!(slice(3, 1), "[]");
        assert_eq!(slice(-99, 0), "[1]");
        assert_eq!(slice(9, 12), "[]");
        let split = |at: &'static str| call("kql_array_split", &[Text("[1,2,3,4,5]"), Text(at)]);
        assert_eq!(split("2"), "[[1,2],[3,4,5]]");
        assert_eq!(split("[1,-2]"), "[[1],[2,3],[4,5]]");
        assert_eq!(split("[3,1]"), "[[1,2,3],[],[4,5]]");
        assert_eq!(split("\"x\""), "NULL");
    }

    #[test]
    fn moving() {
        let rotate = |by: i64| call("kql_array_rotate_left", &[Text("[1,2,3]"), Long(by)]);
        assert_eq!(rotate(1), "[2,3,1]");
        assert_eq!(rotate(-4), "[3,1,2]");
        assert_eq!(call("kql_array_rotate_right", &[Text("[]"), Long(3)]), "[]");
        let left =
            |values: &'static str, by: i64| call("kql_array_shift_left", &[Text(values), Long(by), Null]);
        assert_eq!(left("[1,2,3]", 2), "[3,null,null]");
        assert_eq!(left("[\"a\",\"b\"]", -1), "[\"\",\"a\"]");
        assert_eq!(left("[1]", i64::MIN), "[null]");
        assert_eq!(call("kql_array_shift_right", &[Text("[1,2]"), Long(1), Text("0")]), "[0,1]");
        assert_eq!(call("kql_array_reverse", &[Text("{}")]), "NULL");
    }

    #[test]
    fn searching() {
        let find = |value: &'static str, rest: [i64; 3]| {
            let rest = rest.map(Long);
            call(
                "kql_array_index_of",
                &[&[Text("[\"a\",15,\"b\",\"a\",null]"), Text(value)], &rest[..]].concat(),
            )
        };
        assert_eq!(find("\"a\"", [0, -1, 1]), "0");
        assert_eq!(find("\"a\"", [1, -1, 1]), "3");
        assert_eq!(find("\"a\"", [0, -1, 2]), "3");
        assert_eq!(find("\"a\"", [0, -1, 3]), "-1");
        assert_eq!(find("\"a\"", [1, 2, 1]), "-1");
        assert_eq!(find("\"a\"", [-2, -1, 1]), "3");
        assert_eq!(find("\"a\"", [0, -2, 1]), "NULL");
        assert_eq!(find("\"a\"", [0, -1, -1]), "NULL");
        assert_eq!(find("15.0", [0, -1, 1]), "1");
        assert_eq!(find("\"15\"", [0, -1, 1]), "-1");
        assert_eq!(call("kql_set_has_element", &[Text("[1,\"x\"]"), Text("\"x\"")]), "true");
        assert_eq!(call("kql_set_has_element", &[Null, Text("\"x\"")]), "NULL");
    }

    #[test]
    fn sets() {
        let of = |name: &str, sets: &[&'static str]| {
            call(name, &sets.iter().map(|set| Text(set)).collect::<Vec<_>>())
        };
        assert_eq!(of("kql_set_union", &["[2,1,2]", "[1.0,3]"]), "[2,1,3]");
        assert_eq!(of("kql_set_intersect", &["[1,2,3,2]", "[2,3]", "[3,2]"]), "[2,3]");
        assert_eq!(of("kql_set_difference", &["[null,1,null,2]", "[null]"]), "[1,2]");
        assert_eq!(of("kql_set_difference", &["[1]", "2"]), "NULL");
        assert_eq!(of("kql_set_equals", &["[1,2,2]", "[2,1]"]), "true");
        assert_eq!(of("kql_jaccard_index", &["[1,2,3]", "[1,2,3,4]"]), "0.75");
        assert_eq!(of("kql_array_concat", &["[1]", "{}", "[2,[3]]"]), "[1,2,[3]]");
        assert_eq!(of("kql_zip", &["[1,2]", "[3]", "\"x\""]), "[[1,3,\"x\"],[2,null,null]]");
    }

    #[test]
    fn choosing() {
        let iff = |conditions: &'static str, then: &'static str| {
            call("kql_array_iff", &[Text(conditions), Text(then), Text("\"no\"")])
        };
        assert_eq!(iff("[true,0,50]", "\"yes\""), "[\"yes\",\"no\",\"yes\"]");
        assert_eq!(iff("[true,true,\"x\"]", "[1]"), "[1,null,null]");
    }

    #[test]
    fn making() {
        assert_eq!(call("kql_repeat", &[Text("1"), Long(3)]), "[1,1,1]");
        assert_eq!(call("kql_repeat", &[Text("1"), Long(-1)]), "NULL");
        assert_eq!(call("kql_array_sum", &[Text("[1,null,2.5]")]), "3.5");
        assert_eq!(call("kql_array_sum", &[Text("[1,\"2\"]")]), "NULL");
        assert_eq!(call("kql_array_sum", &[Text("[\"NaN\",\"2\"]")]), "NULL");
        assert!(
            call("kql_array_sum", &[Text("[1,\"-Infinity\"]")]).starts_with("error: array_sum() cannot tell")
        );
    }
}
