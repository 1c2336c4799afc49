//! Values in equal steps: the arrays of `range()`, and how many rows the operator `range` has. Knows numbers and
//! ticks; no column.

use super::Phys::{Long, Real, Text};
use super::real::push_real;
use super::{Cell, Kernel, fail, infallible, strict};
use crate::ticks;

pub const KERNELS: &[Kernel] = &infallible([
    strict("kql_range_long", &[Long, Long, Long], Text, range_long).late(),
    strict("kql_range_real", &[Real, Real, Real], Text, range_real).late(),
    strict("kql_range_datetime", &[Long, Long, Long], Text, |args, out| {
        range_ticks(args, ticks::iso_full, out)
    })
    .late(),
    strict("kql_range_timespan", &[Long, Long, Long], Text, |args, out| {
        range_ticks(args, ticks::timespan_text, out)
    })
    .late(),
    strict("kql_range_last", &[Long, Long, Long], Long, |args, out| match longs(args) {
        Some([from, to, step]) => listed(last(from, to, step), out),
        None => Cell::Null,
    })
    .fallible(),
    strict("kql_range_last_real", &[Real, Real, Real], Long, |args, out| match reals(args) {
        Some([from, to, step]) => listed(last_real(from, to, step), out),
        None => Cell::Null,
    })
    .fallible(),
]);

/// Elements that Kusto's range() makes at most.
pub const ELEMENTS_MAX: usize = 1 << 20;

/// The most rows that a range has whose ends are computed: DuckDB makes a list of them first.
const LISTED_MAX: i64 = u32::MAX as i64;

/// Up to here a real names one whole number.
const EXACT_MAX: f64 = (1_u64 << 53) as f64;

/// A mistake in a constant, or in what was computed.
pub const BY_ZERO: &str = "a range cannot step by zero";

fn range_long<'a>(args: &[Cell<'a>], out: &'a mut String) -> Cell<'a> {
    spread(args, |value, out| out.push_str(&value.to_string()), out)
}

fn range_ticks<'a>(args: &[Cell<'a>], text: fn(i64) -> String, out: &'a mut String) -> Cell<'a> {
    spread(args, |value, out| out.extend(["\"", &text(value), "\""]), out)
}

fn spread<'a>(args: &[Cell<'a>], push: impl Fn(i64, &mut String), out: &'a mut String) -> Cell<'a> {
    let Some([start, stop, step]) = longs(args) else { return Cell::Null };
    if step == 0 {
        return Cell::Null;
    }
    out.push('[');
    let mut value = Some(start);
    for number in 0..ELEMENTS_MAX {
        let Some(at) = value.filter(|at| if step > 0 { *at <= stop } else { *at >= stop }) else { break };
        if number > 0 {
            out.push(',');
        }
        push(at, out);
        value = at.checked_add(step);
    }
    out.push(']');
    Cell::Text(out)
}

fn range_real<'a>(args: &[Cell<'a>], out: &'a mut String) -> Cell<'a> {
    let Some([start, stop, step]) = reals(args) else { return Cell::Null };
    let numbers = [start, stop, step].iter().all(|value| value.is_finite());
    if step == 0.0 || !numbers {
        return Cell::Null;
    }
    out.push('[');
    for number in 0..ELEMENTS_MAX {
        let value = start + number as f64 * step;
        if if step > 0.0 { value > stop } else { value < stop } {
            break;
        }
        if number > 0 {
            out.push(',');
        }
        push_real(value, out);
    }
    out.push(']');
    Cell::Text(out)
}

fn longs(args: &[Cell<'_>]) -> Option<[i64; 3]> {
    Some([args[0].long()?, args[1].long()?, args[2].long()?])
}

fn reals(args: &[Cell<'_>]) -> Option<[f64; 3]> {
    Some([args[0].real()?, args[1].real()?, args[2].real()?])
}

fn listed<'a>(last: Result<i64, &'static str>, out: &'a mut String) -> Cell<'a> {
    match last {
        Ok(last) if last >= LISTED_MAX => {
            fail(out, format_args!("a range whose ends are computed has at most {LISTED_MAX} rows"))
        }
        Ok(last) => Cell::Long(last),
        Err(what) => fail(out, what),
    }
}

/// The number of the last value of a range, whose first one has 0; a negative one where it has none.
fn last(from: i64, to: i64, step: i64) -> Result<i64, &'static str> {
    let (way, step) = (i128::from(to) - i128::from(from), i128::from(step));
    let last = match step {
        0 => return Err(BY_ZERO),
        1.. => way.div_euclid(step),
        _ => (-way).div_euclid(-step),
    };
    Ok(i64::try_from(last).unwrap_or(i64::MAX))
}

/// As [`last`]. Errors: a sentence, lower case, no full stop.
pub fn last_real(from: f64, to: f64, step: f64) -> Result<i64, &'static str> {
    if step == 0.0 {
        return Err(BY_ZERO);
    }
    if ![from, to, step].iter().all(|value| value.is_finite()) {
        return Err("a range cannot begin, end or step with NaN or infinity");
    }
    let last = ((to - from) / step).floor();
    // Above it a step of one would be lost in the sum.
    if last > EXACT_MAX { Err("a range of reals has at most 2^53 rows") } else { Ok(last as i64) }
}

#[cfg(test)]
mod tests {
    use super::super::testing::call;
    use super::*;
    use Cell::{Long, Real};

    #[test]
    fn arrays() {
        let range = |from: i64, to: i64, by: i64| call("kql_range_long", &[Long(from), Long(to), Long(by)]);
        assert_eq!(range(1, 8, 3), "[1,4,7]");
        assert_eq!(range(3, 1, -1), "[3,2,1]");
        assert_eq!(range(3, 1, 1), "[]");
        assert_eq!(range(1, 2, 0), "NULL");
        assert_eq!(range(i64::MAX - 1, i64::MAX, 1), "[9223372036854775806,9223372036854775807]");
        assert_eq!(call("kql_range_real", &[Real(0.0), Real(1.0), Real(0.5)]), "[0.0,0.5,1.0]");
        let hour = crate::ticks::HOUR;
        assert_eq!(
            call("kql_range_timespan", &[Long(hour), Long(2 * hour), Long(hour)]),
            "[\"01:00:00\",\"02:00:00\"]"
        );
    }

    #[test]
    fn rows() {
        assert_eq!(last(1, 8, 3), Ok(2));
        assert_eq!(last(3, 0, -2), Ok(1));
        assert_eq!(last(3, 1, 1), Ok(-2));
        assert_eq!(last(i64::MIN, i64::MAX, 1), Ok(i64::MAX));
        assert_eq!(last(1, 2, 0), Err(BY_ZERO));
        assert_eq!(last_real(0.0, 1.0, 0.4), Ok(2));
        assert_eq!(last_real(1.0, 0.0, -0.5), Ok(2));
        assert_eq!(last_real(0.0, -1.0, 0.5), Ok(-2));
        assert!(last_real(0.0, f64::INFINITY, 1.0).is_err());
        assert!(last_real(0.0, 1e19, 1.0).is_err());
    }
}
