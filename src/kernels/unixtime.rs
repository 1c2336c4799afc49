//! Datetimes counted from 1970. Knows ticks; no calendar.

use super::Phys::{Int, Long, Real};
use super::datetime::add;
use super::{Cell, Kernel, fail, infallible, strict};
use crate::ticks::{self, UNIX_EPOCH};

pub const KERNELS: &[Kernel] = &infallible([
    strict("kql_unixtime", &[Long, Int], Long, unixtime),
    strict("kql_unixtime_real", &[Real, Int], Long, unixtime_real),
    strict("kql_ticks_of_nanoseconds", &[Long], Long, ticks_of_nanoseconds).fallible(),
]);

/// The second argument is the power of ten of the units in a second: 0, 3, 6, 9.
fn unixtime<'a>(args: &[Cell<'a>], _: &'a mut String) -> Cell<'a> {
    let (Some(value), Some(power)) = (args[0].long(), args[1].long()) else { return Cell::Null };
    let nanoseconds = i128::from(value) * 10i128.pow(9 - power.clamp(0, 9) as u32);
    let ticks = nanoseconds.div_euclid(100) + i128::from(UNIX_EPOCH);
    i64::try_from(ticks).ok().and_then(ticks::datetime).into()
}

/// Nanoseconds since 1970 of a file that others made: all of them have ticks within the years 1 to 9999, but
/// a tick is a hundred of them.
fn ticks_of_nanoseconds<'a>(args: &[Cell<'a>], out: &'a mut String) -> Cell<'a> {
    let Some(nanoseconds) = args[0].long() else { return Cell::Null };
    let ticks = nanoseconds.div_euclid(100) + UNIX_EPOCH;
    match nanoseconds.rem_euclid(100) {
        0 => Cell::Long(ticks),
        more => fail(
            out,
            format_args!(
                "a time in the file is {} and {more} ns, which no datetime holds: have the program that wrote the file \
                 round to 100 ns, or project the column away",
                ticks::iso(ticks)
            ),
        ),
    }
}

fn unixtime_real<'a>(args: &[Cell<'a>], _: &'a mut String) -> Cell<'a> {
    let (Some(value), Some(power)) = (args[0].real(), args[1].long()) else { return Cell::Null };
    let ticks = (value * 10f64.powi(7 - power as i32)).floor();
    if !(-1e18..4e18).contains(&ticks) {
        return Cell::Null;
    }
    add(UNIX_EPOCH, ticks as i64).into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernels::testing::call;

    fn when(name: &str, args: &[Cell<'_>]) -> String {
        let ticks = call(name, args);
        ticks.parse().map_or(ticks, ticks::iso)
    }

    #[test]
    fn unix_times() {
        let unix = |value: i64, power: i32| when("kql_unixtime", &[Cell::Long(value), Cell::Int(power)]);
        assert_eq!(unix(1_546_300_800, 0), "2019-01-01T00:00:00Z");
        assert_eq!(unix(-1, 3), "1969-12-31T23:59:59.999Z");
        assert_eq!(unix(1_546_300_800_123_456_789, 9), "2019-01-01T00:00:00.1234567Z");
        assert_eq!(unix(1_546_300_800_000, 0), "NULL");
        let real = |value: f64| when("kql_unixtime_real", &[Cell::Real(value), Cell::Int(0)]);
        assert_eq!(real(1_546_300_800.5), "2019-01-01T00:00:00.5Z");
        assert_eq!(real(f64::NAN), "NULL");
    }

    #[test]
    fn a_time_between_two_ticks_is_refused() {
        let of = |nanoseconds| when("kql_ticks_of_nanoseconds", &[Cell::Long(nanoseconds)]);
        assert_eq!(of(-100), "1969-12-31T23:59:59.9999999Z");
        assert!(of(-1).contains("is 1969-12-31T23:59:59.9999999Z and 99 ns"), "{}", of(-1));
    }
}
