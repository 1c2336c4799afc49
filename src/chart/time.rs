//! Times on an axis: marks at whole minutes, hours, days, months, years, and labels that say no more than they
//! must.

use crate::ticks::{self, Civil, DAY, HOUR, MINUTE, SECOND};
use crate::zone::Zone;

/// Distances between marks, from a tick to an hour; days, months and years are of the calendar.
const STEPS: [i64; 40] = {
    const MS: i64 = SECOND / 1_000;
    [
        1,
        2,
        5,
        10,
        20,
        50,
        100,
        200,
        500,
        1_000,
        2_000,
        5_000,
        MS,
        2 * MS,
        5 * MS,
        10 * MS,
        20 * MS,
        50 * MS,
        100 * MS,
        200 * MS,
        500 * MS,
        SECOND,
        2 * SECOND,
        5 * SECOND,
        10 * SECOND,
        15 * SECOND,
        30 * SECOND,
        MINUTE,
        2 * MINUTE,
        5 * MINUTE,
        10 * MINUTE,
        15 * MINUTE,
        30 * MINUTE,
        HOUR,
        2 * HOUR,
        3 * HOUR,
        6 * HOUR,
        12 * HOUR,
        DAY,
        2 * DAY,
    ]
};
const MONTHS: [i64; 15] = [1, 2, 3, 6, 12, 24, 60, 120, 240, 600, 1_200, 2_400, 6_000, 12_000, 24_000];

/// The distance between two marks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Step {
    Ticks(i64),
    Months(i64),
}

/// The marks of an axis of so many columns, with labels that have room beside each other: moments, at whole
/// hours or days of a zone.
pub fn marks(from: i64, to: i64, columns: usize, zone: &Zone) -> Vec<(i64, String)> {
    if to - from <= 1 {
        return vec![(from, place(from, None, zone))];
    }
    let marks = marks_of(zone.local(from), zone.local(to), columns).into_iter();
    let moments = marks.map(|(at, label)| (at, zone.moment(at), label));
    // A local time that the zone skips is no moment: it would stand where another time is.
    let shown = moments.filter(|(local, at, _)| zone.local(*at) == *local);
    let shown = shown.map(|(_, at, label)| (at, label));
    shown.filter(|(at, _)| (from..=to.max(from)).contains(at)).collect()
}

fn marks_of(from: i64, to: i64, columns: usize) -> Vec<(i64, String)> {
    let weeks = [4, 7, 14].map(|days| Step::Ticks(days * DAY));
    let steps = STEPS.iter().map(|step| Step::Ticks(*step)).chain(weeks);
    let steps = steps.chain(MONTHS.iter().map(|months| Step::Months(*months)));
    let span = (to - from).max(1) as f64;
    for step in steps {
        let (length, wide) = match step {
            Step::Ticks(ticks) => (ticks as f64, width(ticks, from, to)),
            Step::Months(months) => (months as f64 * 30.0 * DAY as f64, 7),
        };
        if (wide + 2) as f64 * (span / length) <= columns as f64 {
            return places(step, from, to).into_iter().map(|at| (at, label(at, step, from, to))).collect();
        }
    }
    vec![(from, label(from, Step::Months(12), from, to))]
}

fn width(step: i64, from: i64, to: i64) -> usize {
    label(to, Step::Ticks(step), from, to).len()
}

fn places(step: Step, from: i64, to: i64) -> Vec<i64> {
    match step {
        Step::Ticks(step) => {
            // Weeks and other numbers of days are counted from where the axis begins.
            let first =
                if step > DAY { from + (DAY - from % DAY) % DAY } else { from + (step - from % step) % step };
            (0..).map(|at| first + at * step).take_while(|at| *at <= to).collect()
        }
        Step::Months(months) => {
            let start = Civil::from_ticks(from);
            let first = (start.year * 12 + start.month - 1).div_euclid(months) * months;
            let at = |number: i64| {
                let month = first + number * months;
                ticks::days_from_civil(month.div_euclid(12), month.rem_euclid(12) + 1, 1) * DAY
            };
            (0..).map(at).skip_while(|at| *at < from).take_while(|at| *at <= to).collect()
        }
    }
}

/// As short as the axis allows: the year where there are several, the day where there are several, the
/// fraction of a second where marks are closer.
fn label(at: i64, step: Step, from: i64, to: i64) -> String {
    let time = Civil::from_ticks(at);
    let several_years = Civil::from_ticks(from).year != Civil::from_ticks(to).year;
    match step {
        Step::Months(months) if months % 12 == 0 => format!("{:04}", time.year),
        Step::Months(_) => format!("{:04}-{:02}", time.year, time.month),
        Step::Ticks(step) if step >= DAY => match several_years {
            true => format!("{:04}-{:02}-{:02}", time.year, time.month, time.day),
            false => format!("{:02}-{:02}", time.month, time.day),
        },
        Step::Ticks(step) => {
            let clock = clock(time, step);
            if from / DAY == to / DAY { clock } else { format!("{:02}-{:02} {clock}", time.month, time.day) }
        }
    }
}

fn clock(time: Civil, step: i64) -> String {
    let minutes = format!("{:02}:{:02}", time.hour, time.minute);
    match step {
        _ if step % MINUTE == 0 => minutes,
        _ if step % SECOND == 0 => format!("{minutes}:{:02}", time.second),
        _ => {
            let digits = (1..=7).find(|digits| step % 10_i64.pow(7 - digits) == 0).unwrap_or(7);
            let fraction = format!("{:07}", time.tick);
            format!("{minutes}:{:02}.{}", time.second, &fraction[..digits as usize])
        }
    }
}

/// A bin as short as the axis allows: the year where there are several, the date where days differ, the time
/// where bins are shorter than a day.
pub fn short(at: i64, (from, to): (i64, i64), step: i64, zone: &Zone) -> String {
    let (at, from, to) = (zone.local(at), zone.local(from), zone.local(to));
    let time = Civil::from_ticks(at);
    let date = match Civil::from_ticks(from).year == Civil::from_ticks(to).year {
        true => format!("{:02}-{:02}", time.month, time.day),
        false => format!("{:04}-{:02}-{:02}", time.year, time.month, time.day),
    };
    if step % DAY == 0 && at % DAY == 0 {
        return date;
    }
    let clock = clock(time, step);
    if from / DAY == to / DAY { clock } else { format!("{date} {clock}") }
}

/// A place where values are read: without the clock when bins are days, of the zone.
pub fn place(at: i64, step: Option<i64>, zone: &Zone) -> String {
    let local = zone.local(at);
    match step {
        Some(step) if step % DAY == 0 && local % DAY == 0 => ticks::iso(local)[..10].to_string(),
        Some(_) | None => zone.text(at),
    }
}

/// `5 min`, `2 d`: the width of a bin.
pub fn width_text(step: i64) -> String {
    for (unit, name) in [(DAY, "d"), (HOUR, "h"), (MINUTE, "min"), (SECOND, "s")] {
        if step % unit == 0 {
            return format!("{} {name}", step / unit);
        }
    }
    ticks::timespan_text(step)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(from: &str, to: &str, columns: usize) -> Vec<String> {
        let at = |text| ticks::parse_datetime(text).unwrap();
        marks(at(from), at(to), columns, &Zone::default()).into_iter().map(|mark| mark.1).collect()
    }

    #[test]
    fn years_days_and_milliseconds_are_readable() {
        assert_eq!(
            labels("2025-11-20", "2026-11-20", 72),
            ["2026-01", "2026-03", "2026-05", "2026-07", "2026-09", "2026-11"]
        );
        assert_eq!(labels("2026-05-01", "2026-05-31", 40), ["05-01", "05-08", "05-15", "05-22", "05-29"]);
        assert_eq!(labels("2026-05-14 11:58:20", "2026-05-14 12:01:00", 40), ["11:59", "12:00", "12:01"]);
        assert_eq!(
            labels("2026-05-14 12:00:00.1", "2026-05-14 12:00:00.9", 60),
            ["12:00:00.2", "12:00:00.4", "12:00:00.6", "12:00:00.8"]
        );
        assert_eq!(labels("0001-01-01", "9999-12-31", 60), ["2000", "4000", "6000", "8000"]);
        assert_eq!(
            labels("2026-05-13 20:00", "2026-05-14 04:00", 40),
            ["05-13 21:00", "05-14 00:00", "05-14 03:00"]
        );
    }

    #[test]
    fn marks_stand_at_whole_hours_of_a_zone() {
        let zone = Zone::named("Asia/Kolkata").unwrap();
        let at = |text| ticks::parse_datetime(text).unwrap();
        let marks = marks(at("2026-05-14 12:10"), at("2026-05-14 16:10"), 40, &zone);
        let shown: Vec<_> = marks.iter().map(|(at, label)| (ticks::iso(*at), label.as_str())).collect();
        assert_eq!(shown[0], ("2026-05-14T12:30:00Z".to_string(), "18:00"));
        assert_eq!(place(at("2026-05-14"), Some(DAY), &zone), "2026-05-14T05:30:00+05:30");
        assert_eq!(short(at("2026-05-14"), (at("2026-05-01"), at("2026-05-31")), DAY, &zone), "05-14 05:30");
    }

    #[test]
    fn a_time_that_the_zone_skips_has_no_mark() {
        let zone = Zone::named("Europe/Berlin").unwrap();
        let at = |text| ticks::parse_datetime(text).unwrap();
        let marks = marks(at("2026-03-28 23:00"), at("2026-03-29 04:00"), 60, &zone);
        let labels: Vec<_> = marks.iter().map(|mark| mark.1.as_str()).collect();
        assert_eq!(labels, ["00:00", "01:00", "03:00", "04:00", "05:00", "06:00"]);
        assert_eq!(marks[2].0, at("2026-03-29 01:00"));
    }

    #[test]
    fn one_moment_has_one_mark() {
        assert_eq!(labels("2026-05-14", "2026-05-14", 40), ["2026-05-14T00:00:00Z"]);
        assert_eq!(labels("2026-05-14", "2026-05-14 00:00:00.0000001", 40), ["2026-05-14T00:00:00Z"]);
    }
}
