//! Arrays in the order of their elements, or of another array's. Knows JSON text; no column.

use super::Phys::{Bool, Text};
use super::array::{beyond_json, elements, text_or_number, write};
use super::json::{self, Kind};
use super::{Cell, Kernel, fail, strict};
use std::borrow::Cow;
use std::cmp::Ordering;

pub const KERNELS: &[Kernel] = &[
    strict("kql_array_sort_asc", &[Text, Bool], Text, |args, out| {
        sort([args[0], args[0]], args[1], false, out)
    }),
    strict("kql_array_sort_desc", &[Text, Bool], Text, |args, out| {
        sort([args[0], args[0]], args[1], true, out)
    }),
    strict("kql_array_sort_asc_by", &[Text, Text, Bool], Text, |args, out| {
        sort([args[0], args[1]], args[2], false, out)
    }),
    strict("kql_array_sort_desc_by", &[Text, Text, Bool], Text, |args, out| {
        sort([args[0], args[1]], args[2], true, out)
    }),
];

/// The second array in the order that sorts the first; null when it has another length ("array_sort_asc()").
fn sort<'a>(arrays: [Cell<'a>; 2], nulls_last: Cell<'a>, descending: bool, out: &'a mut String) -> Cell<'a> {
    let ([Some(keys), Some(values)], Some(nulls_last)) = (arrays.map(elements), nulls_last.bool()) else {
        return Cell::Null;
    };
    if keys.len() != values.len() {
        return Cell::Null;
    }
    // Texts by themselves are in the order of these reals too; NaN has none.
    if keys.iter().any(|key| rank(key) == 0)
        && let Some(value) = keys.iter().find(|key| beyond_json(key))
    {
        let name = if descending { "array_sort_desc" } else { "array_sort_asc" };
        return fail(out, text_or_number(name, value));
    }
    let mut pairs: Vec<(&str, &str)> = keys.into_iter().zip(values).collect();
    pairs.sort_by(|(left, _), (right, _)| ordered(left, right, nulls_last, descending));
    write(&pairs.into_iter().map(|(_, value)| value).collect::<Vec<_>>(), out)
}

/// Numbers go before strings and those before the rest, which keeps its order; nulls go to one end.
fn ordered(left: &str, right: &str, nulls_last: bool, descending: bool) -> Ordering {
    let at_end = |value: &str| (value == "null") == nulls_last;
    at_end(left).cmp(&at_end(right)).then_with(|| rank(left).cmp(&rank(right))).then_with(|| {
        let order = compare(left, right);
        if descending { order.reverse() } else { order }
    })
}

fn rank(json: &str) -> u8 {
    match json::kind(json) {
        Some(Kind::Number) => 0,
        Some(Kind::String) => 1,
        Some(Kind::Null | Kind::Bool | Kind::Array | Kind::Object) | None => 2,
    }
}

fn compare(left: &str, right: &str) -> Ordering {
    match rank(left) {
        0 => match (json::whole_number(left), json::whole_number(right)) {
            (Some(left), Some(right)) => left.cmp(&right),
            _ => real(left).total_cmp(&real(right)),
        },
        1 => string(left).cmp(&string(right)),
        _ => Ordering::Equal,
    }
}

fn real(json: &str) -> f64 {
    json.parse().unwrap_or(f64::NAN)
}

fn string(json: &str) -> Cow<'_, str> {
    json::string_inside(json).map(json::unescape).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use crate::kernels::Cell::{Bool, Text};
    use crate::kernels::testing::call;

    #[test]
    fn sorting() {
        let asc = |values: &'static str| call("kql_array_sort_asc", &[Text(values), Bool(true)]);
        assert_eq!(asc("[3,null,1.5,-2,10]"), "[-2,1.5,3,10,null]");
        assert_eq!(asc("[\"b\",true,2,\"A\",[1]]"), "[2,\"A\",\"b\",true,[1]]");
        assert_eq!(asc("[9007199254740993,9007199254740992]"), "[9007199254740992,9007199254740993]");
        assert_eq!(call("kql_array_sort_desc", &[Text("[1,null,2]"), Bool(false)]), "[null,2,1]");
        assert_eq!(asc("[\"NaN\",\"Infinity\",\"-Infinity\"]"), "[\"-Infinity\",\"Infinity\",\"NaN\"]");
        assert!(
            asc("[1.5,\"Infinity\"]").starts_with("error: array_sort_asc() cannot tell whether \"Infinity\"")
        );
    }

    #[test]
    fn sorting_by_another() {
        let by = |keys: &'static str, values: &'static str| {
            call("kql_array_sort_desc_by", &[Text(keys), Text(values), Bool(true)])
        };
        assert_eq!(by("[3,null,9]", "[\"c\",\"n\",\"i\"]"), "[\"i\",\"c\",\"n\"]");
        assert_eq!(by("[3,1]", "[1]"), "NULL");
        assert_eq!(by("[3,1]", "{}"), "NULL");
    }
}
