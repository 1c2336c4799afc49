//! Arithmetic as Kusto's engine does it: longs wrap, integer division truncates, the remainder is never
//! negative, dividing an integer by zero is null. Knows numbers only.

use super::Phys::{Huge, Long, Real};
use super::{Cell, Kernel, strict};

pub const KERNELS: &[Kernel] = &[
    strict("kql_wrap", &[Huge], Long, wrap),
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
];

/// Two longs in, one out.
pub fn longs<'a>(args: &[Cell<'a>], run: fn(i64, i64) -> Option<i64>) -> Cell<'a> {
    args[0].long().zip(args[1].long()).and_then(|(a, b)| run(a, b)).into()
}

fn reals<'a>(args: &[Cell<'a>], run: fn(f64, f64) -> Option<f64>) -> Cell<'a> {
    args[0].real().zip(args[1].real()).and_then(|(a, b)| run(a, b)).into()
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
    (size > 0).then(|| value.wrapping_sub(value.rem_euclid(size)))
}

/// As [`bin`], counted from `fixed`.
pub fn bin_at(value: i64, size: i64, fixed: i64) -> Option<i64> {
    if size <= 0 {
        return None;
    }
    let binned = i128::from(value) - (i128::from(value) - i128::from(fixed)).rem_euclid(i128::from(size));
    i64::try_from(binned).ok()
}

pub fn bin_real(value: f64, size: f64) -> Option<f64> {
    (size > 0.0).then(|| (value / size).floor() * size)
}
