//! Arrays in the order of their elements, or of another array's; an order for dynamic values. Knows JSON text; no column.

use super::Phys::{Bool, Text};
use super::array::{beyond_json, elements, text_or_number, write};
use super::json::{self, Kind};
use super::{Cell, Kernel, fail, strict};
use std::borrow::Cow;
use std::cmp::Ordering;
use std::fmt::Write;

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
    strict("kql_dynamic_order", &[Text], Text, |args, out| {
        order(args[0].text().unwrap_or_default(), out);
        Cell::Text(out)
    })
    .infallible(),
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

/// A text whose order, byte by byte, is that of [`ordered`]; values that are alike there are in the order of their JSON.
fn order(json: &str, out: &mut String) {
    let json = json::trim(json);
    let rank = rank(json);
    // Writing to a String cannot fail.
    let _ = match rank {
        0 => {
            // Zero has one sign, and of wholes that are one real the lesser comes first.
            let real = real(json) + 0.0;
            let bits = real.to_bits();
            let bits = if real.is_sign_negative() { !bits } else { bits | SIGN };
            let whole = json::whole_number(json).unwrap_or(real as i64);
            write!(out, "{rank}{bits:016x}{:016x}", whole.cast_unsigned() ^ SIGN)
        }
        1 => write!(out, "{rank}{}", string(json)),
        _ => write!(out, "{rank}{json}"),
    };
}

/// The bit of the sign, in a real and in a whole number.
const SIGN: u64 = 1 << 63;

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
    fn dynamic_values_have_an_order() {
        let values =
            ["-1e300", "-7", "0", "1.5", "9", "20.0", "1000", "9007199254740992", "9007199254740993"];
        let rest = [r#""A""#, r#""a\"b""#, r#""b""#, "[1]", "false", "true", r#"{"a":1}"#];
        let keys: Vec<String> =
            values.into_iter().chain(rest).map(|json| call("kql_dynamic_order", &[Text(json)])).collect();
        assert!(keys.is_sorted_by(|one, next| one < next), "{keys:?}");
        assert_eq!(call("kql_dynamic_order", &[Text("-0.0")]), call("kql_dynamic_order", &[Text("0")]));
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
