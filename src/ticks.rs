//! KQL's time: ticks of 100 ns, datetimes counted from 0001-01-01T00:00:00Z to the end of year 9999.
//! Pure arithmetic of the proleptic Gregorian calendar; knows no clock and no time zone but UTC.

mod parse;

pub use parse::{UNITS, parse_datetime, parse_timespan};

pub const SECOND: i64 = 10_000_000;
pub const MINUTE: i64 = 60 * SECOND;
pub const HOUR: i64 = 60 * MINUTE;
pub const DAY: i64 = 24 * HOUR;
/// 9999-12-31T23:59:59.9999999Z; a datetime beyond it, or below zero, is null.
pub const DATETIME_MAX: i64 = 3_652_059 * DAY - 1;
/// 1970-01-01T00:00:00Z.
pub const UNIX_EPOCH: i64 = 719_162 * DAY;

/// A datetime in its parts. `tick` is the fraction of the second in ticks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Civil {
    pub year: i64,
    pub month: i64,
    pub day: i64,
    pub hour: i64,
    pub minute: i64,
    pub second: i64,
    pub tick: i64,
}

/// The ticks, when they are a datetime at all.
pub fn datetime(ticks: i64) -> Option<i64> {
    (0..=DATETIME_MAX).contains(&ticks).then_some(ticks)
}

/// Days from 0001-01-01 to this date. After Howard Hinnant's `days_from_civil`.
pub fn days_from_civil(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let month_from_march = (month + 9) % 12;
    let day_of_year = (153 * month_from_march + 2) / 5 + day - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    era * 146_097 + day_of_era - 306
}

/// Year, month and day of the day that is `days` after 0001-01-01.
pub fn civil_from_days(days: i64) -> (i64, i64, i64) {
    let shifted = days + 306;
    let era = shifted.div_euclid(146_097);
    let day_of_era = shifted.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = if month_from_march < 10 { month_from_march + 3 } else { month_from_march - 9 };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    (year, month, day)
}

pub fn leap_year(year: i64) -> bool {
    year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
}

pub fn days_in_month(year: i64, month: i64) -> i64 {
    match month {
        2 => 28 + i64::from(leap_year(year)),
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

impl Civil {
    pub fn from_ticks(ticks: i64) -> Civil {
        let (year, month, day) = civil_from_days(ticks.div_euclid(DAY));
        let rest = ticks.rem_euclid(DAY);
        Civil {
            year,
            month,
            day,
            hour: rest / HOUR,
            minute: rest % HOUR / MINUTE,
            second: rest % MINUTE / SECOND,
            tick: rest % SECOND,
        }
    }

    /// `None` when a part is out of its range, as `make_datetime(2020, 13, 1)` is.
    pub fn ticks(self) -> Option<i64> {
        let Civil { year, month, day, hour, minute, second, tick } = self;
        let fits = (1..=9999).contains(&year)
            && (1..=12).contains(&month)
            && (1..=days_in_month(year, month)).contains(&day)
            && (0..24).contains(&hour)
            && (0..60).contains(&minute)
            && (0..60).contains(&second)
            && (0..SECOND).contains(&tick);
        fits.then(|| {
            days_from_civil(year, month, day) * DAY + hour * HOUR + minute * MINUTE + second * SECOND + tick
        })
    }
}

/// `2026-05-14T12:00:00.1234567Z` with all seven digits, as `tostring(datetime)` gives.
pub fn iso_full(ticks: i64) -> String {
    let at = Civil::from_ticks(ticks);
    format!(
        "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:07}Z",
        at.year, at.month, at.day, at.hour, at.minute, at.second, at.tick
    )
}

/// As [`iso_full`] but without a fraction of zero and without its trailing zeros, as results show it.
pub fn iso(ticks: i64) -> String {
    let full = iso_full(ticks);
    let digits = full[..full.len() - 1].trim_end_matches('0').trim_end_matches('.');
    let digits = if digits.len() < 19 { &full[..19] } else { digits };
    format!("{digits}Z")
}

/// As [`iso`], to the second in which it is.
pub fn iso_second(ticks: i64) -> String {
    iso(ticks - ticks.rem_euclid(SECOND))
}

/// `2026-05-14 12:00Z`: the minute in which it is, for lists.
pub fn minute(ticks: i64) -> String {
    let at = Civil::from_ticks(ticks);
    format!("{:04}-{:02}-{:02} {:02}:{:02}Z", at.year, at.month, at.day, at.hour, at.minute)
}

/// `[-][d.]hh:mm:ss[.fffffff]`, as `tostring(timespan)` and results show it.
pub fn timespan_text(ticks: i64) -> String {
    let sign = if ticks < 0 { "-" } else { "" };
    let ticks = ticks.unsigned_abs();
    let (day, hour) = (ticks / DAY as u64, ticks % DAY as u64 / HOUR as u64);
    let (minute, second) = (ticks % HOUR as u64 / MINUTE as u64, ticks % MINUTE as u64 / SECOND as u64);
    let tick = ticks % SECOND as u64;
    let days = if day > 0 { format!("{day}.") } else { String::new() };
    let fraction = if tick > 0 { format!(".{tick:07}") } else { String::new() };
    format!("{sign}{days}{hour:02}:{minute:02}:{second:02}{fraction}")
}

/// `14d`, `5m` as Sentinel's repository writes it, or `P14D`, `PT1H`; in ticks.
pub fn period(written: &str) -> Option<i64> {
    let written = written.trim().to_ascii_uppercase();
    let (iso, rest) = match written.strip_prefix('P') {
        Some(rest) => (true, rest),
        None => (false, written.as_str()),
    };
    let (mut total, mut number, mut in_time) = (0_i64, String::new(), !iso);
    for letter in rest.chars() {
        let unit = match letter {
            '0'..='9' => {
                number.push(letter);
                continue;
            }
            'T' if iso && number.is_empty() => {
                in_time = true;
                continue;
            }
            'W' => DAY * 7,
            'D' => DAY,
            'H' if in_time => HOUR,
            'M' if in_time => MINUTE,
            'S' if in_time => SECOND,
            _ => return None,
        };
        total = total.checked_add(number.parse::<i64>().ok()?.checked_mul(unit)?)?;
        number.clear();
    }
    (number.is_empty() && total > 0).then_some(total)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_ends_and_the_epoch() {
        assert_eq!(iso_full(0), "0001-01-01T00:00:00.0000000Z");
        assert_eq!(iso_full(DATETIME_MAX), "9999-12-31T23:59:59.9999999Z");
        assert_eq!(iso(UNIX_EPOCH), "1970-01-01T00:00:00Z");
        assert_eq!(iso(UNIX_EPOCH + 1_200_000), "1970-01-01T00:00:00.12Z");
        assert_eq!(timespan_text(-(DAY + HOUR + 5)), "-1.01:00:00.0000005");
        assert_eq!(timespan_text(i64::MIN), "-10675199.02:48:05.4775808");
    }

    #[test]
    fn every_day_there_and_back() {
        for days in 0..3_652_059 {
            let (year, month, day) = civil_from_days(days);
            assert_eq!(days_from_civil(year, month, day), days);
        }
    }

    #[test]
    fn periods_in_both_forms() {
        let cases = [
            ("14d", Some(14 * DAY)),
            ("1h", Some(HOUR)),
            ("30m", Some(30 * MINUTE)),
            ("P14D", Some(14 * DAY)),
            ("PT1H", Some(HOUR)),
            ("P1DT12H", Some(36 * HOUR)),
            ("P2W", Some(14 * DAY)),
            ("P1M", None),
            ("soon", None),
            ("", None),
            ("99999999999999999999d", None),
        ];
        for (written, ticks) in cases {
            assert_eq!(period(written), ticks, "{written}");
        }
    }
}
