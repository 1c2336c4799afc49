//! How long the seasons of a series are.
//!
//! Kusto's own code is not public. What is: periods have at least 4 values and at most half of the series;
//! scores go from 0 to 1; the reference's example has 14 with 0.84 and no second period, and 10 with 0.0;
//! its examples of series_seasonal() have 6 of 25 values, 5 of 20, and none of 12. The method here gives
//! all of these: autocorrelation, of which only a hill that stands above its surroundings counts.

use super::fourier::{Complex, inverted, transform};
use super::values::{Element, Parts, element, numbers};
use crate::kernels::Phys::{Long, Real, Text};
use crate::kernels::{Cell, Kernel, fail, strict};

pub const KERNELS: &[Kernel] = &[
    strict("kql_series_periods_detect", &[Text, Real, Real, Long], Text, detect),
    strict("kql_series_periods_validate", &[Text], Text, validate).rest(Text),
];

/// "The algorithm can detect periods containing at least 4 points."
const PERIOD_MIN: usize = 4;

/// Up to this length sums are quicker than transforms.
const SUMS_MAX: usize = 512;

/// Periods that one call gives at most.
const PERIODS_MAX: i64 = 1 << 20;

/// Periods that one call may ask about ("up to 16 periods").
const VALIDATED_MAX: usize = 16;

pub struct Period {
    pub length: usize,
    pub score: f64,
}

/// The periods of a series, the best first; multiples of a better one left out.
pub fn periods(values: &[f64]) -> Vec<Period> {
    let scores = scores(values);
    // Below Bartlett's bound a correlation may well be chance.
    let bound = 1.96 / (values.len() as f64).sqrt();
    let mut hills: Vec<Period> = (PERIOD_MIN..scores.len())
        .filter(|at| is_hill(&scores, *at) && scores[*at] > bound)
        .map(|at| Period { length: at, score: scores[at].min(1.0) })
        .collect();
    hills.sort_by(|one, other| other.score.total_cmp(&one.score));
    let mut found: Vec<Period> = Vec::new();
    for hill in hills {
        if !found.iter().any(|better| hill.length % better.length == 0) {
            found.push(hill);
        }
    }
    found
}

/// Above everything a quarter of its length around. What may not look beyond half of the series is none.
fn is_hill(scores: &[f64], at: usize) -> bool {
    let around = (at / 4).max(1);
    let inside = at + 1 < scores.len();
    let to = (at + around + 1).min(scores.len());
    inside && scores[at - around..to].iter().all(|score| *score <= scores[at])
}

/// The score of each lag from 0 to half of the series: the autocorrelation, where the sum of fewer products
/// counts by the root of their number.
fn scores(values: &[f64]) -> Vec<f64> {
    let length = values.len();
    let mean = values.iter().sum::<f64>() / length as f64;
    let centered: Vec<f64> = values.iter().map(|value| value - mean).collect();
    let lags = length / 2;
    let sums = if length <= SUMS_MAX { by_sums(&centered, lags) } else { by_transform(&centered, lags) };
    let all = sums.first().copied().unwrap_or_default();
    if all.is_nan() || all <= 0.0 {
        return Vec::new();
    }
    let score = |(lag, sum): (usize, &f64)| sum / all * (length as f64 / (length - lag) as f64).sqrt();
    sums.iter().enumerate().map(score).collect()
}

fn by_sums(values: &[f64], lags: usize) -> Vec<f64> {
    let sum = |lag: usize| values.iter().zip(&values[lag..]).map(|(a, b)| a * b).sum();
    if values.is_empty() { Vec::new() } else { (0..=lags).map(sum).collect() }
}

fn by_transform(values: &[f64], lags: usize) -> Vec<f64> {
    let mut padded = vec![Complex::ZERO; (2 * values.len()).next_power_of_two()];
    padded.iter_mut().zip(values).for_each(|(slot, value)| slot.real = *value);
    let power =
        |value: Complex| Complex::new(value.real * value.real + value.imaginary * value.imaginary, 0.0);
    let powers: Vec<Complex> = transform(&padded).into_iter().map(power).collect();
    inverted(&powers).iter().take(lags + 1).map(|value| value.real).collect()
}

/// Series, least and greatest period, how many.
fn detect<'a>(args: &[Cell<'a>], out: &'a mut String) -> Cell<'a> {
    let values = match numbers(args[0]) {
        Ok(values) => values,
        Err(fault) => return fault.cell(out),
    };
    let (Some(least), Some(most), Some(count)) = (args[1].real(), args[2].real(), args[3].long()) else {
        return Cell::Null;
    };
    if !(0..=PERIODS_MAX).contains(&count) {
        return fail(out, format_args!("{count} periods are asked for; 0 to {PERIODS_MAX} may be"));
    }
    let within = |period: &Period| (least..=most).contains(&(period.length as f64));
    let found: Vec<Period> = periods(&values).into_iter().filter(within).collect();
    let filled = |of: fn(&Period) -> f64| -> Vec<f64> {
        (0..count as usize).map(|at| found.get(at).map_or(0.0, of)).collect()
    };
    let (lengths, scores) = (filled(|period| period.length as f64), filled(|period| period.score));
    Parts::new(out).reals(&lengths).reals(&scores).cell()
}

/// Series, then periods, which come back as they were given.
fn validate<'a>(args: &[Cell<'a>], out: &'a mut String) -> Cell<'a> {
    let values = match numbers(args[0]) {
        Ok(values) => values,
        Err(fault) => return fault.cell(out),
    };
    if args.len() > 1 + VALIDATED_MAX {
        return fail(out, format_args!("series_periods_validate() takes at most {VALIDATED_MAX} periods"));
    }
    let scores = scores(&values);
    let asked = args[1..].iter().map(|arg| arg.text().and_then(|json| element(json).ok()));
    let asked: Vec<Element> = asked.map(|element| element.unwrap_or(Element::Missing)).collect();
    let score = |element: &Element| match element.real() {
        Some(period)
            if period.fract() == 0.0 && (PERIOD_MIN as f64..scores.len() as f64).contains(&period) =>
        {
            let at = period as usize;
            if is_hill(&scores, at) { scores[at].clamp(0.0, 1.0) } else { 0.0 }
        }
        _ => 0.0,
    };
    let given: Vec<f64> = asked.iter().map(score).collect();
    Parts::new(out).elements(asked.iter().copied()).reals(&given).cell()
}

#[cfg(test)]
mod tests {
    use super::{by_sums, by_transform, periods};
    use crate::kernels::Cell::{Long, Real, Text};
    use crate::kernels::testing::{call, texts};
    use proptest::prelude::*;

    fn lengths(values: &[f64]) -> Vec<usize> {
        periods(values).iter().map(|period| period.length).collect()
    }

    #[test]
    fn what_comes_again_is_found() {
        let daily = |at: usize| if (8..18).contains(&(at % 24)) { 20.0 } else { 3.0 };
        let weekly = |at: usize| if (at / 24) % 7 < 5 { daily(at) } else { 3.0 + (at % 24) as f64 / 10.0 };
        let series: Vec<f64> = (0..24 * 21).map(weekly).collect();
        assert_eq!(lengths(&series)[..2], [168, 24]);
        let even: Vec<f64> = (0..64).map(daily).collect();
        assert_eq!(lengths(&even), [24]);
        assert!(lengths(&[5.0; 40]).is_empty());
        assert!(lengths(&[]).is_empty());
        assert!(lengths(&[1.0, 2.0, 3.0]).is_empty());
    }

    #[test]
    fn periods_of_too_few_values_and_of_half_a_series_are_none() {
        assert!(lengths(&[1.0, 5.0, 9.0, 1.0, 5.0, 9.0, 1.0, 5.0, 9.0]).is_empty());
        assert!(lengths(&[1.0, 3.0, 4.0, 2.0, 7.0, 6.0, 1.0, 3.0, 4.0, 2.0, 7.0, 6.0]).is_empty());
    }

    #[test]
    fn missing_periods_are_zeros() {
        let series = Text("[1,5,9,2,1,5,9,2,1,5,9,2,1,5,9,2]");
        let found = call("kql_series_periods_detect", &[series, Real(0.0), Real(50.0), Long(2)]);
        assert!(found.starts_with("[[4.0,0.0],[0.8"), "{found}");
        let none = call("kql_series_periods_detect", &[series, Real(5.0), Real(50.0), Long(1)]);
        assert_eq!(none, "[[0.0],[0.0]]");
        let known = texts("kql_series_periods_validate", &["[1,5,9,2,1,5,9,2,1,5,9,2,1,5,9,2]", "4.0", "5"]);
        assert!(known.starts_with("[[4.0,5],[0.8") && known.ends_with(",0.0]]"), "{known}");
        assert!(
            call("kql_series_periods_detect", &[series, Real(0.0), Real(1.0), Long(-1)])
                .starts_with("error:")
        );
    }

    proptest! {
        #[test]
        fn sums_and_transforms_agree(values in prop::collection::vec(-9.0..9.0f64, 1..90)) {
            let lags = values.len() / 2;
            for (one, other) in by_sums(&values, lags).iter().zip(by_transform(&values, lags)) {
                prop_assert!((one - other).abs() < 1e-6);
            }
        }
    }
}
