//! Datetimes and timespans as ticks. What lies before year 1 or after year 9999 is null. Knows the
//! calendar through `ticks`; no clock.

use super::Phys::{Int, Long, Real, Text};
use super::json::{self, Kind};
use super::math::longs;
use super::{Cell, Kernel, fail, infallible, strict};
use crate::ticks::{self, Civil, DAY, HOUR, MINUTE, SECOND, days_from_civil, days_in_month};

pub const KERNELS: &[Kernel] = &infallible([
    strict("kql_todatetime", &[Text], Long, |args, _| args[0].text().and_then(ticks::parse_datetime).into()),
    strict("kql_totimespan", &[Text], Long, |args, _| args[0].text().and_then(totimespan).into()),
    strict("kql_totimespan_real", &[Real], Long, |args, _| args[0].real().and_then(ticks_of_real).into()),
    strict("kql_totimespan_json", &[Text], Long, totimespan_json),
    strict("kql_datetime_add", &[Long, Long], Long, |args, _| longs(args, add)),
    strict("kql_datetime_sub", &[Long, Long], Long, |args, _| longs(args, sub)),
    strict("kql_startofday", &[Long, Long], Long, |args, _| longs(args, start_of_day)),
    strict("kql_startofweek", &[Long, Long], Long, |args, _| longs(args, start_of_week)),
    strict("kql_startofmonth", &[Long, Long], Long, |args, _| longs(args, start_of_month)),
    strict("kql_startofyear", &[Long, Long], Long, |args, _| longs(args, start_of_year)),
    strict("kql_endofday", &[Long, Long], Long, |args, _| longs(args, |at, n| end(at, n, start_of_day))),
    strict("kql_endofweek", &[Long, Long], Long, |args, _| longs(args, end_of_week)),
    strict("kql_endofmonth", &[Long, Long], Long, |args, _| longs(args, |at, n| end(at, n, start_of_month))),
    strict("kql_endofyear", &[Long, Long], Long, |args, _| longs(args, |at, n| end(at, n, start_of_year))),
    strict("kql_bin_at_datetime", &[Long, Long, Long], Long, bin_at_datetime),
    strict("kql_getyear", &[Long], Int, |args, _| civil(args, |at| at.year)),
    strict("kql_getmonth", &[Long], Int, |args, _| civil(args, |at| at.month)),
    strict("kql_dayofmonth", &[Long], Int, |args, _| civil(args, |at| at.day)),
    strict("kql_dayofyear", &[Long], Int, |args, _| int_cell(args[0].long().map(day_of_year))),
    strict("kql_week_of_year", &[Long], Int, |args, _| int_cell(args[0].long().map(week_of_year))),
    strict("kql_datetime_part", &[Text, Long], Int, datetime_part).fallible(),
    strict("kql_datetime_add_part", &[Text, Long, Long], Long, datetime_add).fallible(),
    strict("kql_datetime_diff", &[Text, Long, Long], Long, datetime_diff).fallible(),
    strict("kql_make_datetime", &[Long, Long, Long, Long, Long, Real], Long, make_datetime),
    strict("kql_make_timespan", &[Long, Long, Long, Real], Long, make_timespan),
]);

/// A bare number is a timespan as a literal only, `time(2)`; in a text it is none.
pub(super) fn totimespan(text: &str) -> Option<i64> {
    let number = |byte: u8| byte.is_ascii_digit() || matches!(byte, b'-' | b'+' | b'.');
    let bare = text.bytes().all(|byte| number(byte) || byte.is_ascii_whitespace());
    if bare { None } else { ticks::parse_timespan(text) }
}

/// A number of ticks, cut to a whole one.
fn ticks_of_real(value: f64) -> Option<i64> {
    (value.is_finite() && value.abs() < 9.3e18).then_some(value as i64)
}

/// A number in a dynamic is ticks.
fn totimespan_json<'a>(args: &[Cell<'a>], _: &'a mut String) -> Cell<'a> {
    let Some(json) = args[0].text() else { return Cell::Null };
    match json::kind(json) {
        Some(Kind::String) => {
            let inside = json::string_inside(json).map(json::unescape);
            inside.and_then(|text| totimespan(&text)).into()
        }
        Some(Kind::Number) => {
            let real = || json.trim().parse().ok().and_then(ticks_of_real);
            json::whole_number(json).or_else(real).into()
        }
        Some(Kind::Bool) => Cell::Long(i64::from(json.trim() == "true")),
        Some(Kind::Null | Kind::Array | Kind::Object) | None => Cell::Null,
    }
}

pub fn add(at: i64, span: i64) -> Option<i64> {
    at.checked_add(span).and_then(ticks::datetime)
}

pub fn sub(at: i64, span: i64) -> Option<i64> {
    at.checked_sub(span).and_then(ticks::datetime)
}

fn civil<'a>(args: &[Cell<'a>], part: fn(Civil) -> i64) -> Cell<'a> {
    int_cell(args[0].long().map(|at| part(Civil::from_ticks(at))))
}

/// Parts of a datetime are ints; a second has no more than 999,999,999 nanoseconds.
fn int_cell<'a>(part: Option<i64>) -> Cell<'a> {
    part.and_then(|part| i32::try_from(part).ok()).map_or(Cell::Null, Cell::Int)
}

fn start_of_day(at: i64, offset: i64) -> Option<i64> {
    add(at - at.rem_euclid(DAY), offset.checked_mul(DAY)?)
}

/// Weeks start on Sunday; 0001-01-01 was a Monday.
fn start_of_week(at: i64, offset: i64) -> Option<i64> {
    let day = at.div_euclid(DAY);
    let sunday = day - (day + 1).rem_euclid(7);
    add(sunday * DAY, offset.checked_mul(7 * DAY)?)
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

/// Null for the last week, which does not end before year 10000.
fn end_of_week(at: i64, offset: i64) -> Option<i64> {
    Some(start_of_week(at, offset.checked_add(1)?)? - 1)
}

/// The last tick of a day, month or year: one before the start of the next.
fn end(at: i64, offset: i64, start: fn(i64, i64) -> Option<i64>) -> Option<i64> {
    match start(at, offset.checked_add(1)?) {
        Some(next) => Some(next - 1),
        // The period that ends with year 9999 has no next one.
        None => start(at, offset).map(|_| ticks::DATETIME_MAX),
    }
}

/// The multiple of the size, counted from the fixed point, at or below.
fn bin_at_datetime<'a>(args: &[Cell<'a>], _: &'a mut String) -> Cell<'a> {
    let [Some(at), Some(size), Some(fixed)] = [args[0].long(), args[1].long(), args[2].long()] else {
        return Cell::Null;
    };
    let binned = super::math::bin_at(at, size, fixed);
    binned.and_then(ticks::datetime).into()
}

fn day_of_year(at: i64) -> i64 {
    let days = at.div_euclid(DAY);
    days - days_from_civil(Civil::from_ticks(at).year, 1, 1) + 1
}

/// ISO 8601: the week, from Monday on, belongs to the year of its Thursday.
fn week_of_year(at: i64) -> i64 {
    let days = at.div_euclid(DAY);
    let thursday = days - days.rem_euclid(7) + 3;
    (day_of_year(thursday * DAY) - 1) / 7 + 1
}

/// The parts of a datetime by their names in any case, `week_of_year` and `weekofyear` alike.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Part {
    Year,
    Quarter,
    Month,
    Week,
    Day,
    DayOfYear,
    Hour,
    Minute,
    Second,
    Millisecond,
    Microsecond,
    Nanosecond,
}

/// Names without underscores, in lower case.
const PARTS: &[(&str, Part)] = &[
    ("year", Part::Year),
    ("quarter", Part::Quarter),
    ("month", Part::Month),
    ("week", Part::Week),
    ("weekofyear", Part::Week),
    ("day", Part::Day),
    ("dayofyear", Part::DayOfYear),
    ("hour", Part::Hour),
    ("minute", Part::Minute),
    ("second", Part::Second),
    ("millisecond", Part::Millisecond),
    ("microsecond", Part::Microsecond),
    ("nanosecond", Part::Nanosecond),
];

impl Part {
    fn named(name: &str) -> Option<Part> {
        let same = |known: &str| {
            let letters = name.bytes().filter(|byte| *byte != b'_');
            letters.map(|byte| byte.to_ascii_lowercase()).eq(known.bytes())
        };
        PARTS.iter().find(|(known, _)| same(known)).map(|(_, part)| *part)
    }

    /// Nanoseconds in one, for the parts that are of one length.
    fn nanoseconds(self) -> Option<i128> {
        let ticks = match self {
            Part::Year | Part::Quarter | Part::Month => return None,
            Part::Week => 7 * DAY,
            Part::Day | Part::DayOfYear => DAY,
            Part::Hour => HOUR,
            Part::Minute => MINUTE,
            Part::Second => SECOND,
            Part::Millisecond => SECOND / 1_000,
            Part::Microsecond => SECOND / 1_000_000,
            Part::Nanosecond => return Some(1),
        };
        Some(i128::from(ticks) * 100)
    }
}

fn no_part<'a>(function: &str, name: &str, out: &'a mut String) -> Cell<'a> {
    fail(out, format_args!("{function}() knows no part '{name}' of a datetime"))
}

fn datetime_part<'a>(args: &[Cell<'a>], out: &'a mut String) -> Cell<'a> {
    let (Some(name), Some(ticks)) = (args[0].text(), args[1].long()) else { return Cell::Null };
    let at = Civil::from_ticks(ticks);
    int_cell(Some(match Part::named(name) {
        Some(Part::Year) => at.year,
        Some(Part::Quarter) => (at.month + 2) / 3,
        Some(Part::Month) => at.month,
        Some(Part::Week) => week_of_year(ticks),
        Some(Part::Day) => at.day,
        Some(Part::DayOfYear) => day_of_year(ticks),
        Some(Part::Hour) => at.hour,
        Some(Part::Minute) => at.minute,
        Some(Part::Second) => at.second,
        Some(Part::Millisecond) => at.tick / 10_000,
        Some(Part::Microsecond) => at.tick / 10,
        Some(Part::Nanosecond) => at.tick * 100,
        None => return no_part("datetime_part", name, out),
    }))
}

fn datetime_add<'a>(args: &[Cell<'a>], out: &'a mut String) -> Cell<'a> {
    let (Some(name), Some(amount), Some(at)) = (args[0].text(), args[1].long(), args[2].long()) else {
        return Cell::Null;
    };
    let Some(part) = Part::named(name) else { return no_part("datetime_add", name, out) };
    match part {
        Part::Year => amount.checked_mul(12).and_then(|months| add_months(at, months)),
        Part::Quarter => amount.checked_mul(3).and_then(|months| add_months(at, months)),
        Part::Month => add_months(at, amount),
        part => {
            let nanoseconds = part.nanoseconds().unwrap_or_default() * i128::from(amount);
            i64::try_from(nanoseconds / 100).ok().and_then(|span| add(at, span))
        }
    }
    .into()
}

/// A day that the month does not have is its last.
fn add_months(at: i64, months: i64) -> Option<i64> {
    let civil = Civil::from_ticks(at);
    let month = (civil.year * 12 + civil.month - 1).checked_add(months)?;
    let (year, month) = (month.div_euclid(12), month.rem_euclid(12) + 1);
    let day = civil.day.min(days_in_month(year, month));
    Civil { year, month, day, ..civil }.ticks()
}

/// Counts the borders of the calendar between two datetimes, not the time that passed: from
/// 2019-12-31 to 2020-01-31 is one year (agent-datetime-timespan-0028).
fn datetime_diff<'a>(args: &[Cell<'a>], out: &'a mut String) -> Cell<'a> {
    let (Some(name), Some(left), Some(right)) = (args[0].text(), args[1].long(), args[2].long()) else {
        return Cell::Null;
    };
    let Some(part) = Part::named(name) else { return no_part("datetime_diff", name, out) };
    let count = |at: i64| -> i128 {
        let civil = Civil::from_ticks(at);
        i128::from(match part {
            Part::Year => civil.year,
            Part::Quarter => civil.year * 4 + (civil.month - 1) / 3,
            Part::Month => civil.year * 12 + civil.month,
            // Weeks start on Sunday, 0001-01-01 was a Monday.
            Part::Week => (at.div_euclid(DAY) + 1).div_euclid(7),
            part => return (i128::from(at) * 100).div_euclid(part.nanoseconds().unwrap_or(1)),
        })
    };
    i64::try_from(count(left) - count(right)).ok().into()
}

/// Seconds as a real, to the nearest tick.
fn seconds(value: f64) -> Option<i64> {
    let ticks = (value * SECOND as f64).round();
    (ticks >= 0.0 && ticks < 60.0 * SECOND as f64).then_some(ticks as i64)
}

fn make_datetime<'a>(args: &[Cell<'a>], _: &'a mut String) -> Cell<'a> {
    let long = |at: usize| args[at].long().unwrap_or(-1);
    let Some(ticks) = args[5].real().and_then(seconds) else { return Cell::Null };
    let at = Civil {
        year: long(0),
        month: long(1),
        day: long(2),
        hour: long(3),
        minute: long(4),
        second: ticks / SECOND,
        tick: ticks % SECOND,
    };
    at.ticks().into()
}

/// Hours, minutes and seconds stay within their clock, days are not negative
/// (agent-datetime-timespan-0012).
fn make_timespan<'a>(args: &[Cell<'a>], _: &'a mut String) -> Cell<'a> {
    let [Some(day), Some(hour), Some(minute)] = [args[0].long(), args[1].long(), args[2].long()] else {
        return Cell::Null;
    };
    let Some(ticks) = args[3].real().and_then(seconds) else { return Cell::Null };
    if day < 0 || !(0..24).contains(&hour) || !(0..60).contains(&minute) {
        return Cell::Null;
    }
    day.checked_mul(DAY).and_then(|days| days.checked_add(hour * HOUR + minute * MINUTE + ticks)).into()
}

#[cfg(test)]
mod tests {
    use crate::kernels::{Cell, find};
    use crate::ticks::{self, iso, parse_datetime};
    use proptest::prelude::*;

    fn at(text: &str) -> Cell<'static> {
        parse_datetime(text).into()
    }

    fn run(name: &str, args: &[Cell<'_>]) -> String {
        let mut out = String::new();
        match (find(name).unwrap().run)(args, &mut out) {
            Cell::Long(value) => value.to_string(),
            Cell::Int(value) => value.to_string(),
            Cell::Error(message) => format!("error: {message}"),
            Cell::Null => "null".into(),
            other => format!("{other:?}"),
        }
    }

    /// A kernel that gives a datetime.
    fn when(name: &str, args: &[Cell<'_>]) -> String {
        match run(name, args).parse() {
            Ok(ticks) => iso(ticks),
            Err(_) => run(name, args),
        }
    }

    #[test]
    fn periods_start_and_end() {
        let day = at("2024-02-29T13:14:15.1234567Z");
        let period = |name: &str, offset: i64| when(name, &[day, Cell::Long(offset)]);
        assert_eq!(period("kql_startofday", 0), "2024-02-29T00:00:00Z");
        assert_eq!(period("kql_startofday", -1), "2024-02-28T00:00:00Z");
        assert_eq!(period("kql_startofweek", 0), "2024-02-25T00:00:00Z");
        assert_eq!(period("kql_endofweek", 1), "2024-03-09T23:59:59.9999999Z");
        assert_eq!(period("kql_startofmonth", -14), "2022-12-01T00:00:00Z");
        assert_eq!(period("kql_endofmonth", 0), "2024-02-29T23:59:59.9999999Z");
        assert_eq!(period("kql_endofyear", -1), "2023-12-31T23:59:59.9999999Z");
        assert_eq!(period("kql_startofyear", 7_976), "null");
        assert_eq!(period("kql_startofday", i64::MAX), "null");
        let last = at("9999-12-31T12:00:00Z");
        for name in ["kql_endofday", "kql_endofmonth", "kql_endofyear"] {
            assert_eq!(when(name, &[last, Cell::Long(0)]), "9999-12-31T23:59:59.9999999Z");
        }
        assert_eq!(when("kql_endofweek", &[last, Cell::Long(0)]), "null");
        // The first week began on a Sunday of no year.
        assert_eq!(when("kql_startofweek", &[at("0001-01-06"), Cell::Long(0)]), "null");
        assert_eq!(when("kql_startofweek", &[at("0001-01-07"), Cell::Long(0)]), "0001-01-07T00:00:00Z");
    }

    #[test]
    fn parts() {
        let day = at("2017-10-30T01:02:03.7654321Z");
        let part = |name: &'static str| run("kql_datetime_part", &[Cell::Text(name), day]);
        assert_eq!(part("Year"), "2017");
        assert_eq!(part("quarter"), "4");
        assert_eq!(part("week_of_year"), "44");
        assert_eq!(part("weekOfYear"), "44");
        assert_eq!(part("dayofyear"), "303");
        assert_eq!(part("Millisecond"), "765");
        assert_eq!(part("microsecond"), "765432");
        assert_eq!(part("nanosecond"), "765432100");
        assert_eq!(part("fortnight"), "error: datetime_part() knows no part 'fortnight' of a datetime");
        assert_eq!(run("kql_week_of_year", &[at("2021-01-03")]), "53");
        assert_eq!(run("kql_week_of_year", &[at("2018-12-31")]), "1");
        assert_eq!(run("kql_dayofyear", &[at("2020-12-31")]), "366");
    }

    #[test]
    fn adding_keeps_to_the_month() {
        let add = |part: &'static str, n: i64, to: &str| {
            when("kql_datetime_add_part", &[Cell::Text(part), Cell::Long(n), at(to)])
        };
        assert_eq!(add("month", 1, "2023-01-31"), "2023-02-28T00:00:00Z");
        assert_eq!(add("month", -13, "2023-01-31T01:00"), "2021-12-31T01:00:00Z");
        assert_eq!(add("year", 1, "2024-02-29"), "2025-02-28T00:00:00Z");
        assert_eq!(add("quarter", 1, "2023-11-30"), "2024-02-29T00:00:00Z");
        assert_eq!(add("nanosecond", 250, "2023-01-01"), "2023-01-01T00:00:00.0000002Z");
        assert_eq!(add("year", 9_000, "2023-01-01"), "null");
        assert_eq!(add("day", i64::MIN, "2023-01-01"), "null");
    }

    #[test]
    fn differences_count_borders() {
        let diff = |part: &'static str, left: &str, right: &str| {
            run("kql_datetime_diff", &[Cell::Text(part), at(left), at(right)])
        };
        assert_eq!(diff("year", "2024-01-01", "2023-12-31T23:59:59.9999999"), "1");
        assert_eq!(diff("quarter", "2024-01-01", "2023-03-31"), "4");
        assert_eq!(diff("month", "2023-01-31", "2023-03-01"), "-2");
        // From Saturday to Sunday.
        assert_eq!(diff("week", "2024-03-03", "2024-03-02"), "1");
        assert_eq!(diff("week", "2024-03-09", "2024-03-03"), "0");
        assert_eq!(diff("hour", "2024-03-03T01:00", "2024-03-03T00:59:59.9999999"), "1");
        assert_eq!(diff("nanosecond", "2024-03-03T00:00:00.0000003", "2024-03-03"), "300");
    }

    #[test]
    fn making() {
        let made = |y: i64, m: i64, d: i64, h: i64, s: f64| {
            let parts = [y, m, d, h, 0].map(Cell::Long);
            when("kql_make_datetime", &[&parts[..], &[Cell::Real(s)]].concat())
        };
        assert_eq!(made(2020, 2, 29, 23, 59.9999999), "2020-02-29T23:00:59.9999999Z");
        assert_eq!(made(2020, 13, 1, 0, 0.0), "null");
        assert_eq!(made(2020, 1, 1, 0, 59.99999999), "null");
        let span = |d: i64, h: i64, m: i64, s: f64| {
            let ticks =
                run("kql_make_timespan", &[Cell::Long(d), Cell::Long(h), Cell::Long(m), Cell::Real(s)]);
            ticks.parse().map_or(ticks, ticks::timespan_text)
        };
        assert_eq!(span(1, 12, 30, 55.123), "1.12:30:55.1230000");
        assert_eq!(span(0, 25, 0, 0.0), "null");
        assert_eq!(span(0, -1, 0, 0.0), "null");
        assert_eq!(span(i64::MAX, 0, 0, 0.0), "null");
    }

    #[test]
    fn timespans_of_values() {
        assert_eq!(run("kql_totimespan", &[Cell::Text(" 1d ")]), ticks::DAY.to_string());
        assert_eq!(run("kql_totimespan", &[Cell::Text("10")]), "null");
        assert_eq!(run("kql_totimespan", &[Cell::Text("0.5")]), "null");
        assert_eq!(run("kql_totimespan", &[Cell::Text("-")]), "null");
        assert_eq!(run("kql_totimespan_json", &[Cell::Text("\"00:00:01\"")]), ticks::SECOND.to_string());
        assert_eq!(run("kql_totimespan_json", &[Cell::Text("20.5")]), "20");
        assert_eq!(run("kql_totimespan_real", &[Cell::Real(f64::INFINITY)]), "null");
    }

    proptest! {
        #[test]
        fn periods_hold_their_datetime(ticks in 7 * ticks::DAY..ticks::DATETIME_MAX - 7 * ticks::DAY) {
            for period in ["day", "week", "month", "year"] {
                let edge = |which: &str| {
                    run(&format!("kql_{which}of{period}"), &[Cell::Long(ticks), Cell::Long(0)])
                        .parse::<i64>()
                        .unwrap()
                };
                prop_assert!(edge("start") <= ticks && ticks <= edge("end"));
                prop_assert_eq!(edge("start") % ticks::DAY, 0);
            }
        }

        #[test]
        fn a_difference_added_comes_near(left in 0..=ticks::DATETIME_MAX, right in 0..=ticks::DATETIME_MAX) {
            for (name, most) in [("year", 366), ("month", 31), ("week", 7), ("day", 1)] {
                let n = run("kql_datetime_diff", &[Cell::Text(name), Cell::Long(left), Cell::Long(right)]);
                let n = Cell::Long(n.parse().unwrap());
                if let Ok(near) =
                    run("kql_datetime_add_part", &[Cell::Text(name), n, Cell::Long(right)]).parse::<i64>()
                {
                    prop_assert!((left - near).abs() <= most * ticks::DAY, "{name}");
                }
            }
        }
    }
}
