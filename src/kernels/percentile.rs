//! Percentiles of weighted values, by nearest rank. Knows numbers only.

use std::cmp::Ordering;
use std::str::FromStr;

use super::Phys::{Long, Real, Text, Texts};
use super::dynamic::array;
use super::real::real_text;
use super::{Cell, Kernel, fail, json, strict};

/// The first argument holds `value weight` pairs, the second a percentage or a JSON array of some.
pub const KERNELS: &[Kernel] = &[
    strict("kql_percentilew_long", &[Texts, Real], Long, |args, out| match weighted(args[0], i64::cmp) {
        Ok(values) => args[1].real().and_then(|percent| at(&values, percent)).into(),
        Err(message) => fail(out, message),
    }),
    strict("kql_percentilew_real", &[Texts, Real], Real, |args, out| {
        match weighted(args[0], f64::total_cmp) {
            Ok(values) => args[1].real().and_then(|percent| at(&values, percent)).into(),
            Err(message) => fail(out, message),
        }
    }),
    strict("kql_percentilesw_long", &[Texts, Text], Text, |args, out| {
        several(args, i64::cmp, |value| value.to_string(), out)
    }),
    strict("kql_percentilesw_real", &[Texts, Text], Text, |args, out| {
        several(args, f64::total_cmp, json_real, out)
    }),
];

/// As a dynamic has it: what JSON cannot spell is a string.
pub fn json_real(value: f64) -> String {
    let text = real_text(value);
    if value.is_finite() { text } else { format!("\"{text}\"") }
}

/// The values in order, each with the weight of itself and all before it.
fn weighted<T: FromStr>(
    pairs: Cell<'_>,
    order: fn(&T, &T) -> Ordering,
) -> Result<Vec<(T, i128)>, &'static str> {
    let mut values: Vec<(T, i128)> = Vec::new();
    for pair in pairs.texts().unwrap_or_default().iter().flatten() {
        let Some((value, weight)) = pair.split_once(' ') else { continue };
        let (Ok(value), Ok(weight)) = (value.parse(), weight.parse()) else { continue };
        match weight {
            ..0 => return Err("a weight of a percentile is below zero"),
            0 => {}
            _ => values.push((value, weight)),
        }
    }
    values.sort_by(|(a, _), (b, _)| order(a, b));
    let mut sum = 0;
    for (_, weight) in &mut values {
        sum += *weight;
        *weight = sum;
    }
    Ok(values)
}

/// The value at this percentage, of values each with the weight of itself and all before it.
pub fn at<T: Copy>(values: &[(T, i128)], percent: f64) -> Option<T> {
    let (last, total) = values.last()?;
    let found = values.iter().find(|(_, sum)| *sum as f64 * 100.0 >= percent * *total as f64);
    Some(found.map_or(*last, |(value, _)| *value))
}

fn several<'a, T: FromStr + Copy>(
    args: &[Cell<'a>],
    order: fn(&T, &T) -> Ordering,
    text: fn(T) -> String,
    out: &'a mut String,
) -> Cell<'a> {
    let values = match weighted(args[0], order) {
        Ok(values) => values,
        Err(message) => return fail(out, message),
    };
    let percents = args[1].text().map(json::elements).into_iter().flatten();
    let found: Vec<String> = percents
        .map(|percent| {
            let percent: Option<f64> = percent.trim().parse().ok();
            percent.and_then(|percent| at(&values, percent)).map_or_else(|| "null".to_owned(), text)
        })
        .collect();
    array(found.iter().map(String::as_str), out);
    Cell::Text(out)
}

#[cfg(test)]
mod tests {
    use super::at;
    use crate::kernels::Cell::{Real, Text, Texts};
    use crate::kernels::testing::call;
    use proptest::prelude::*;

    const PAIRS: &[Option<&str>] =
        &[Some("30 3"), Some("10 8"), None, Some("40 1"), Some("20 6"), Some("50 0")];

    #[test]
    fn the_nearest_rank() {
        for (percent, value) in [(0.0, "10"), (50.0, "20"), (75.0, "20"), (99.9, "40"), (100.0, "40")] {
            assert_eq!(call("kql_percentilew_long", &[Texts(PAIRS), Real(percent)]), value);
        }
        let several = call("kql_percentilesw_real", &[Texts(PAIRS), Text("[50, 99.9]")]);
        assert_eq!(several, "[20.0,40.0]");
        assert_eq!(call("kql_percentilew_long", &[Texts(&[]), Real(50.0)]), "NULL");
        assert!(call("kql_percentilew_long", &[Texts(&[Some("1 -1")]), Real(50.0)]).starts_with("error: "));
    }

    proptest! {
        #[test]
        fn a_weight_is_so_many_rows(rows in prop::collection::vec((-9i64..9, 0i64..5), 1..9), percent in 0.0..100.0f64) {
            let pairs: Vec<String> = rows.iter().map(|(value, weight)| format!("{value} {weight}")).collect();
            let cells: Vec<Option<&str>> = pairs.iter().map(|pair| Some(pair.as_str())).collect();
            let mut all: Vec<i64> =
                rows.iter().flat_map(|(value, weight)| std::iter::repeat_n(*value, *weight as usize)).collect();
            all.sort_unstable();
            let single: Vec<(i64, i128)> = all.iter().copied().zip(1..).collect();
            let wanted = at(&single, percent).map_or_else(|| "NULL".to_owned(), |value| value.to_string());
            prop_assert_eq!(call("kql_percentilew_long", &[Texts(&cells), Real(percent)]), wanted);
        }
    }
}
