//! Arithmetic as Kusto's engine does it: longs wrap, integer division truncates, the remainder is never
//! negative, dividing an integer by zero is null. Knows numbers only.

use super::Phys::{Huge, Int, Long, Real};
use super::{Cell, Kernel, infallible, lenient, strict};

pub const KERNELS: &[Kernel] = &infallible([
    strict("kql_wrap", &[Huge], Long, wrap),
    strict("kql_int_sum", &[Huge], Int, int_sum).fallible(),
    strict("kql_only_rank", &[Long, Long], Long, only_rank).fallible(),
    strict("kql_add", &[Long, Long], Long, |args, _| longs(args, |a, b| Some(a.wrapping_add(b)))),
    strict("kql_sub", &[Long, Long], Long, |args, _| longs(args, |a, b| Some(a.wrapping_sub(b)))),
    strict("kql_mul", &[Long, Long], Long, |args, _| longs(args, |a, b| Some(a.wrapping_mul(b)))),
    strict("kql_neg", &[Long], Long, |args, _| args[0].long().map(i64::wrapping_neg).into()),
    strict("kql_div", &[Long, Long], Long, |args, _| longs(args, divide)),
    strict("kql_mod", &[Long, Long], Long, |args, _| longs(args, remainder)),
    strict("kql_mod_real", &[Real, Real], Real, |args, _| reals(args, remainder_real)),
    strict("kql_bin_long", &[Long, Long], Long, |args, _| longs(args, bin)),
    strict("kql_bin_at", &[Long, Long, Long], Long, |args, _| {
        let [value, size, fixed] = [0, 1, 2].map(|at| args[at].long().unwrap_or_default());
        bin_at(value, size, fixed).into()
    }),
    strict("kql_bin_at_real", &[Real, Real, Real], Real, |args, _| {
        let [value, size, fixed] = [0, 1, 2].map(|at| args[at].real().unwrap_or(f64::NAN));
        bin_real(value - fixed, size).map(|binned| binned + fixed).into()
    }),
    strict("kql_bin_real", &[Real, Real], Real, |args, _| reals(args, bin_real)),
    strict("kql_abs", &[Long], Long, |args, _| args[0].long().map(i64::wrapping_abs).into()),
    strict("kql_shift_left", &[Long, Long], Long, |args, _| longs(args, shift_left)),
    strict("kql_shift_right", &[Long, Long], Long, |args, _| longs(args, shift_right)),
    strict("kql_count_ones", &[Long], Long, |args, _| {
        args[0].long().map(|value| i64::from(value.count_ones())).into()
    }),
    strict("kql_round", &[Real, Long], Real, |args, _| {
        args[0].real().zip(args[1].long()).map(|(value, digits)| round(value, digits)).into()
    }),
    lenient("kql_sign", &[Real], Real, |args, _| Cell::Real(args[0].real().map_or(0.0, sign))),
    strict("kql_sqrt", &[Real], Real, |args, _| real(args, f64::sqrt)),
    strict("kql_pow", &[Real, Real], Real, |args, _| reals(args, |a, b| Some(a.powf(b)))),
    strict("kql_exp", &[Real], Real, |args, _| real(args, f64::exp)),
    strict("kql_exp2", &[Real], Real, |args, _| real(args, f64::exp2)),
    strict("kql_exp10", &[Real], Real, |args, _| real(args, |value| 10f64.powf(value))),
    strict("kql_log", &[Real], Real, |args, _| logarithm(args, f64::ln)),
    strict("kql_log2", &[Real], Real, |args, _| logarithm(args, f64::log2)),
    strict("kql_log10", &[Real], Real, |args, _| logarithm(args, f64::log10)),
    strict("kql_sin", &[Real], Real, |args, _| real(args, f64::sin)),
    strict("kql_cos", &[Real], Real, |args, _| real(args, f64::cos)),
    strict("kql_tan", &[Real], Real, |args, _| real(args, f64::tan)),
    strict("kql_cot", &[Real], Real, |args, _| real(args, |value| 1.0 / value.tan())),
    strict("kql_asin", &[Real], Real, |args, _| arc(args, f64::asin)),
    strict("kql_acos", &[Real], Real, |args, _| arc(args, f64::acos)),
    strict("kql_atan", &[Real], Real, |args, _| real(args, f64::atan)),
    strict("kql_atan2", &[Real, Real], Real, |args, _| reals(args, |a, b| Some(a.atan2(b)))),
    strict("kql_degrees", &[Real], Real, |args, _| real(args, f64::to_degrees)),
    strict("kql_radians", &[Real], Real, |args, _| real(args, f64::to_radians)),
    strict("kql_gamma", &[Real], Real, |args, _| real(args, libm::tgamma)),
    strict("kql_loggamma", &[Real], Real, |args, _| real(args, libm::lgamma)),
    strict("kql_erf", &[Real], Real, |args, _| real(args, libm::erf)),
    strict("kql_erfc", &[Real], Real, |args, _| real(args, libm::erfc)),
]);

/// Two longs in, one out.
pub fn longs<'a>(args: &[Cell<'a>], run: fn(i64, i64) -> Option<i64>) -> Cell<'a> {
    args[0].long().zip(args[1].long()).and_then(|(a, b)| run(a, b)).into()
}

fn reals<'a>(args: &[Cell<'a>], run: fn(f64, f64) -> Option<f64>) -> Cell<'a> {
    args[0].real().zip(args[1].real()).and_then(|(a, b)| run(a, b)).into()
}

fn real<'a>(args: &[Cell<'a>], run: fn(f64) -> f64) -> Cell<'a> {
    args[0].real().map(run).into()
}

/// Null, not NaN, below zero (agent-type-casts-coercion-0031); of zero it is -inf.
fn logarithm<'a>(args: &[Cell<'a>], run: fn(f64) -> f64) -> Cell<'a> {
    args[0].real().filter(|value| value.is_nan() || *value >= 0.0).map(run).into()
}

/// Null outside -1 to 1, where C gives NaN; NaN of NaN.
fn arc<'a>(args: &[Cell<'a>], run: fn(f64) -> f64) -> Cell<'a> {
    args[0].real().filter(|value| value.is_nan() || value.abs() <= 1.0).map(run).into()
}

/// Zero of NaN, as of null (measured).
fn sign(value: f64) -> f64 {
    f64::from(i8::from(value > 0.0) - i8::from(value < 0.0))
}

/// Half away from zero, of the value that the real has: `round(1.005, 2)` is 1.
fn round(value: f64, digits: i64) -> f64 {
    let digits = digits.clamp(-400, 400) as i32;
    let power = 10f64.powi(digits.abs());
    let rounded = if digits < 0 { (value / power).round() * power } else { (value * power).round() / power };
    // The power does not fit: there is nothing to round, or nothing left.
    match rounded.is_nan() || rounded.is_infinite() {
        true if digits >= 0 => value,
        true => 0.0,
        false => rounded,
    }
}

/// Null for a negative shift; one of 64 bits and more starts anew ("binary_shift_left()").
fn shift_left(value: i64, by: i64) -> Option<i64> {
    (by >= 0).then(|| value << (by % 64))
}

fn shift_right(value: i64, by: i64) -> Option<i64> {
    (by >= 0).then(|| value >> (by % 64))
}

/// A running sum of ints stays an int; what Kusto makes of one beyond 32 bits is not recorded.
fn int_sum<'a>(args: &[Cell<'a>], out: &'a mut String) -> Cell<'a> {
    let Cell::Huge(sum) = args[0] else { return Cell::Null };
    match i32::try_from(sum) {
        Ok(sum) => Cell::Int(sum),
        Err(_) => super::fail(out, "row_cumsum() of an int goes beyond 32 bits; sum tolong() of it"),
    }
}

/// The rank of a value: the number of the first row in its stretch, and of the first that has it at all. Kusto's
/// reference means the latter; whether its pass over the rows can is not recorded where they differ.
fn only_rank<'a>(args: &[Cell<'a>], out: &'a mut String) -> Cell<'a> {
    if args[0] == args[1] {
        return args[0];
    }
    super::fail(out, "row_rank_min() of a value that comes back after others; sort by the value first")
}

/// The low 64 bits, as a sum of longs has them after wrapping.
fn wrap<'a>(args: &[Cell<'a>], _: &'a mut String) -> Cell<'a> {
    match args[0] {
        Cell::Huge(value) => Cell::Long(value as i64),
        _ => Cell::Null,
    }
}

/// Truncates toward zero.
pub fn divide(a: i64, b: i64) -> Option<i64> {
    (b != 0).then(|| a.wrapping_div(b))
}

/// Euclidean: `-5 % 3` is 1, `5 % -3` is 2.
pub fn remainder(a: i64, b: i64) -> Option<i64> {
    (b != 0).then(|| a.wrapping_rem_euclid(b))
}

pub fn remainder_real(a: f64, b: f64) -> Option<f64> {
    (b != 0.0).then(|| a.rem_euclid(b))
}

/// The multiple of `size` at or below; null for a size that is not above zero.
pub fn bin(value: i64, size: i64) -> Option<i64> {
    // Below zero the last bin of the range wraps around (measured).
    let dividend = if value < 0 { value.wrapping_sub(size).wrapping_add(1) } else { value };
    (size > 0).then(|| dividend / size * size)
}

/// As [`bin`], counted from `fixed`.
pub fn bin_at(value: i64, size: i64, fixed: i64) -> Option<i64> {
    if size <= 0 {
        return None;
    }
    let binned = i128::from(value) - (i128::from(value) - i128::from(fixed)).rem_euclid(i128::from(size));
    i64::try_from(binned).ok()
}

/// NaN for a size of zero (measured), null for one below ("bin function").
pub fn bin_real(value: f64, size: f64) -> Option<f64> {
    (size >= 0.0).then(|| (value / size).floor() * size)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernels::testing::call;
    use proptest::prelude::*;

    fn one(name: &str, value: f64) -> String {
        call(name, &[Cell::Real(value)])
    }

    #[test]
    fn outside_their_domain() {
        assert_eq!(one("kql_sqrt", -1.0), "NaN");
        assert_eq!(one("kql_log", -1.0), "NULL");
        assert_eq!(one("kql_log10", 0.0), "-inf");
        assert_eq!(one("kql_log2", f64::NAN), "NaN");
        assert_eq!(one("kql_asin", 1.5), "NULL");
        assert_eq!(one("kql_acos", f64::NAN), "NaN");
        assert_eq!(one("kql_cot", 0.0), "inf");
        assert_eq!(one("kql_exp", 1e9), "inf");
        assert_eq!(one("kql_sign", f64::NAN), "0.0");
        assert_eq!(one("kql_sign", -2.5), "-1.0");
        assert_eq!(call("kql_sign", &[Cell::Null]), "0.0");
        assert_eq!(one("kql_gamma", 5.0), "24.0");
    }

    #[test]
    fn rounding_is_half_away_from_zero() {
        assert_eq!(round(2.5, 0), 3.0);
        assert_eq!(round(-2.5, 0), -3.0);
        assert_eq!(round(1.005, 2), 1.0);
        assert_eq!(round(1250.0, -2), 1300.0);
        assert_eq!(round(1e300, 200), 1e300);
        assert_eq!(round(1.5, -400), 0.0);
        assert!(round(f64::NAN, 1).is_nan());
        assert_eq!(round(f64::INFINITY, 1), f64::INFINITY);
    }

    #[test]
    fn bits() {
        assert_eq!(shift_left(1, 64), Some(1));
        assert_eq!(shift_left(1, -1), None);
        assert_eq!(shift_right(-8, 1), Some(-4));
        assert_eq!(call("kql_count_ones", &[Cell::Long(-1)]), "64");
        assert_eq!(call("kql_abs", &[Cell::Long(i64::MIN)]), i64::MIN.to_string());
    }

    #[test]
    fn bins_of_reals() {
        assert_eq!(bin_real(-2.5, 1.5), Some(-3.0));
        assert!(bin_real(4.5, 0.0).is_some_and(f64::is_nan));
        assert_eq!(bin_real(4.5, -1.0), None);
        assert_eq!(bin(i64::MIN + 2, 4), Some(9_223_372_036_854_775_804));
        assert_eq!(bin(-5, 2), Some(-6));
        assert_eq!(call("kql_bin_at_real", &[6.5, 2.5, 7.0].map(Cell::Real)), "4.5");
    }

    proptest! {
        #[test]
        fn as_wide_arithmetic_does(a: i64, b: i64, small in -50..50i64) {
            for (a, b) in [(a, b), (a, small), (small, b), (i64::MIN, small)] {
                let (wide_a, wide_b) = (i128::from(a), i128::from(b));
                if b == 0 {
                    prop_assert_eq!(divide(a, b).or(remainder(a, b)), None);
                } else {
                    prop_assert_eq!(divide(a, b), Some((wide_a / wide_b) as i64));
                    prop_assert_eq!(remainder(a, b).map(i128::from), Some(wide_a.rem_euclid(wide_b)));
                }
                prop_assert_eq!(call("kql_wrap", &[Cell::Huge(wide_a * wide_b)]), a.wrapping_mul(b).to_string());
                if b <= 0 || a.checked_sub(b).is_some() {
                    let reference = (b > 0).then(|| (wide_a.div_euclid(wide_b) * wide_b) as i64);
                    prop_assert_eq!(bin(a, b), reference);
                }
            }
        }

        #[test]
        fn bins_from_a_fixed_point(value in -1_000_000..1_000_000i64, size in 1..1_000i64, fixed: i64) {
            if let Some(binned) = bin_at(value, size, fixed) {
                prop_assert!(binned <= value && value - binned < size);
                prop_assert_eq!((i128::from(binned) - i128::from(fixed)) % i128::from(size), 0);
            }
        }
    }
}
