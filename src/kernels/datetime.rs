//! Datetimes and timespans as ticks. What lies before year 1 or after year 9999 is null. Knows the
//! calendar through `ticks`; no clock.

use super::Phys::Long;
use super::math::longs;
use super::{Kernel, strict};
use crate::ticks::{self, Civil, DAY};

pub const KERNELS: &[Kernel] = &[
    strict("kql_datetime_add", &[Long, Long], Long, |args, _| longs(args, add)),
    strict("kql_datetime_sub", &[Long, Long], Long, |args, _| longs(args, sub)),
    strict("kql_startofday", &[Long, Long], Long, |args, _| longs(args, start_of_day)),
    strict("kql_startofweek", &[Long, Long], Long, |args, _| longs(args, start_of_week)),
    strict("kql_startofmonth", &[Long, Long], Long, |args, _| longs(args, start_of_month)),
    strict("kql_startofyear", &[Long, Long], Long, |args, _| longs(args, start_of_year)),
    strict("kql_endofday", &[Long, Long], Long, |args, _| longs(args, |at, n| end(at, n, start_of_day))),
    strict("kql_endofweek", &[Long, Long], Long, |args, _| longs(args, |at, n| end(at, n, start_of_week))),
    strict("kql_endofmonth", &[Long, Long], Long, |args, _| longs(args, |at, n| end(at, n, start_of_month))),
    strict("kql_endofyear", &[Long, Long], Long, |args, _| longs(args, |at, n| end(at, n, start_of_year))),
];

pub fn add(at: i64, span: i64) -> Option<i64> {
    at.checked_add(span).and_then(ticks::datetime)
}

pub fn sub(at: i64, span: i64) -> Option<i64> {
    at.checked_sub(span).and_then(ticks::datetime)
}

fn periods(start: i64, offset: i64, length: i64) -> Option<i64> {
    add(start, offset.checked_mul(length)?)
}

fn start_of_day(at: i64, offset: i64) -> Option<i64> {
    periods(at - at.rem_euclid(DAY), offset, DAY)
}

/// Weeks start on Sunday; 0001-01-01 was a Monday.
fn start_of_week(at: i64, offset: i64) -> Option<i64> {
    let day = at.div_euclid(DAY);
    let sunday = day - (day + 1).rem_euclid(7);
    (sunday * DAY).checked_add(offset.checked_mul(7 * DAY)?).and_then(ticks::datetime)
}

fn start_of_month(at: i64, offset: i64) -> Option<i64> {
    let at = Civil::from_ticks(at);
    let month = (at.year * 12 + at.month - 1).checked_add(offset)?;
    start(month.div_euclid(12), month.rem_euclid(12) + 1)
}

fn start_of_year(at: i64, offset: i64) -> Option<i64> {
    start(Civil::from_ticks(at).year.checked_add(offset)?, 1)
}

fn start(year: i64, month: i64) -> Option<i64> {
    Civil { year, month, day: 1, hour: 0, minute: 0, second: 0, tick: 0 }.ticks()
}

/// The last tick of the period: one before the start of the next.
fn end(at: i64, offset: i64, start: fn(i64, i64) -> Option<i64>) -> Option<i64> {
    match start(at, offset.checked_add(1)?) {
        Some(next) => Some(next - 1),
        // The period that ends with year 9999 has no next one.
        None => start(at, offset).map(|_| ticks::DATETIME_MAX),
    }
}
