//! Datetimes and timespans out of text, in the forms that the Kusto reference lists ("The datetime data
//! type", "The timespan data type"). Knows no clock: a text without a zone is UTC.

use super::{Civil, DAY, HOUR, MINUTE, SECOND, datetime};

/// ISO 8601, RFC 822, RFC 850, `M/d/yyyy`; offsets are taken off, so that the result is UTC. `None` for
/// anything else and for what lies outside the years 1 to 9999. Digits after the seventh are dropped.
pub fn parse_datetime(text: &str) -> Option<i64> {
    let mut cursor = Cursor { text: text.trim() };
    cursor.weekday();
    let (year, month, day) = cursor.date()?;
    let mut at = Civil { year, month, day, hour: 0, minute: 0, second: 0, tick: 0 };
    let mut offset = 0;
    if !cursor.time_mark() {
        return at.ticks();
    }
    (at.hour, at.minute) = cursor.hour_minute()?;
    if cursor.eat(':') {
        at.second = cursor.number(1, 2)?;
        if cursor.eat('.') || cursor.eat(',') {
            at.tick = cursor.fraction()?;
        }
    }
    cursor.spaces();
    at.hour = cursor.half_day(at.hour)?;
    cursor.spaces();
    if !cursor.text.is_empty() {
        offset = cursor.zone()?;
    }
    datetime(at.ticks()? - offset)
}

/// `[-][d.]hh:mm[:ss[.fffffff]]`, a number of days, or a number with a unit such as `90s`.
pub fn parse_timespan(text: &str) -> Option<i64> {
    let text = text.trim();
    let (negative, text) = match text.strip_prefix('-') {
        Some(rest) => (true, rest.trim_start()),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    let ticks = if text.contains(':') { clock(text)? } else { amount(text)? };
    i64::try_from(if negative { -ticks } else { ticks }).ok()
}

fn clock(text: &str) -> Option<i128> {
    let mut cursor = Cursor { text };
    let colon = text.find(':')?;
    let mut days = 0;
    if text[..colon].contains('.') {
        days = cursor.number(1, 8)?;
        cursor.eat('.');
    }
    let (hour, minute) = cursor.hour_minute()?;
    let (mut second, mut tick) = (0, 0);
    if cursor.eat(':') {
        second = cursor.number(1, 2)?;
        if cursor.eat('.') {
            tick = cursor.fraction()?;
        }
    }
    if !cursor.text.is_empty() || hour > 23 || minute > 59 || second > 59 {
        return None;
    }
    let within = hour * HOUR + minute * MINUTE + second * SECOND + tick;
    Some(i128::from(days) * i128::from(DAY) + i128::from(within))
}

/// The units of timespan literals, in nanoseconds, with all their spellings.
pub const UNITS: &[(&[&str], i64)] = &[
    (&["d", "day", "days"], 100 * DAY),
    (&["h", "hr", "hrs", "hour", "hours"], 100 * HOUR),
    (&["m", "min", "minute", "minutes"], 100 * MINUTE),
    (&["s", "sec", "second", "seconds"], 1_000_000_000),
    (&["ms", "milli", "millis", "millisec", "millisecond", "milliseconds"], 1_000_000),
    (&["micro", "micros", "microsec", "microsecond", "microseconds"], 1_000),
    (&["nano", "nanos", "nanosec", "nanosecond", "nanoseconds"], 1),
    (&["tick", "ticks"], 100),
];

/// A number with a unit; days without one. What is finer than a tick is cut off.
fn amount(text: &str) -> Option<i128> {
    let end = text.find(|at: char| !at.is_ascii_digit() && at != '.').unwrap_or(text.len());
    let (number, unit) = (&text[..end], text[end..].trim_start());
    let unit = if unit.is_empty() { "d" } else { unit };
    let nanoseconds = UNITS.iter().find(|(names, _)| names.contains(&unit))?.1;
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    if (whole.is_empty() && fraction.is_empty()) || fraction.contains('.') || number.len() > 20 {
        return None;
    }
    let scale = 10i128.pow(fraction.len() as u32);
    let digits: i128 = format!("{whole}{fraction}").parse().ok()?;
    Some(digits * i128::from(nanoseconds) / (scale * 100))
}

const MONTHS: [&str; 12] = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
];
const WEEKDAYS: [&str; 7] = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];

/// What is left to read.
struct Cursor<'a> {
    text: &'a str,
}

impl<'a> Cursor<'a> {
    fn spaces(&mut self) {
        self.text = self.text.trim_start();
    }

    fn eat(&mut self, wanted: char) -> bool {
        match self.text.strip_prefix(wanted) {
            Some(rest) => {
                self.text = rest;
                true
            }
            None => false,
        }
    }

    fn digits(&self) -> usize {
        self.text.bytes().take_while(u8::is_ascii_digit).count()
    }

    /// A number of `least` to `most` digits, `most` below 19.
    fn number(&mut self, least: usize, most: usize) -> Option<i64> {
        let digits = self.digits();
        if !(least..=most).contains(&digits) {
            return None;
        }
        let (number, rest) = self.text.split_at(digits);
        self.text = rest;
        number.parse().ok()
    }

    fn fraction(&mut self) -> Option<i64> {
        let digits = self.digits();
        if digits == 0 {
            return None;
        }
        let (fraction, rest) = self.text.split_at(digits);
        self.text = rest;
        let kept = &fraction[..digits.min(7)];
        Some(kept.parse::<i64>().ok()? * 10i64.pow(7 - kept.len() as u32))
    }

    fn word(&self) -> &'a str {
        let end = self.text.find(|at: char| !at.is_ascii_alphabetic()).unwrap_or(self.text.len());
        &self.text[..end]
    }

    /// Takes a word that one of the names begins with (three letters at least); its index.
    fn name(&mut self, names: &[&str]) -> Option<usize> {
        let word = self.word();
        if word.len() < 3 {
            return None;
        }
        let index = names.iter().position(|name| name.starts_with(&word.to_ascii_lowercase()))?;
        self.text = &self.text[word.len()..];
        Some(index)
    }

    /// The weekday says nothing: the date decides.
    fn weekday(&mut self) {
        if self.name(&WEEKDAYS).is_some() {
            self.eat(',');
            self.spaces();
        }
    }

    fn separator(&mut self) -> Option<char> {
        self.spaces();
        let found = self.text.chars().next().filter(|at| matches!(at, '-' | '/' | '.' | ','))?;
        self.eat(found);
        self.spaces();
        Some(found)
    }

    fn date(&mut self) -> Option<(i64, i64, i64)> {
        if let Some(month) = self.name(&MONTHS) {
            self.spaces();
            let day = self.number(1, 2)?;
            self.eat(',');
            self.spaces();
            return Some((self.number(4, 4)?, month as i64 + 1, day));
        }
        match self.digits() {
            8 => {
                let all = self.number(8, 8)?;
                Some((all / 10_000, all / 100 % 100, all % 100))
            }
            4 => {
                let year = self.number(4, 4)?;
                self.separator()?;
                let month = self.number(1, 2)?;
                let before = self.text;
                if self.separator().is_none() {
                    self.text = before;
                    return Some((year, month, 1));
                }
                Some((year, month, self.number(1, 2)?))
            }
            1 | 2 => {
                let first = self.number(1, 2)?;
                let dash = self.separator().is_some();
                if let Some(month) = self.name(&MONTHS) {
                    if dash != self.separator().is_some() {
                        return None;
                    }
                    return Some((self.year()?, month as i64 + 1, first));
                }
                let second = self.number(1, 2)?;
                self.separator()?;
                Some((self.year()?, first, second))
            }
            _ => None,
        }
    }

    /// Two digits are a year from 1950 to 2049.
    fn year(&mut self) -> Option<i64> {
        if self.digits() == 4 {
            return self.number(4, 4);
        }
        let year = self.number(2, 2)?;
        Some(if year < 50 { year + 2000 } else { year + 1900 })
    }

    /// Is there a time after the date? Takes what stands between.
    fn time_mark(&mut self) -> bool {
        if self.text.is_empty() {
            return false;
        }
        if !self.eat('T') && !self.eat('t') {
            self.eat(',');
            self.spaces();
        }
        true
    }

    fn hour_minute(&mut self) -> Option<(i64, i64)> {
        let hour = self.number(1, 2)?;
        self.eat(':').then_some(())?;
        Some((hour, self.number(1, 2)?))
    }

    /// Turns the hour of a clock with AM and PM into that of the day.
    fn half_day(&mut self, hour: i64) -> Option<i64> {
        let word = self.word();
        let afternoon = word.eq_ignore_ascii_case("pm");
        if !afternoon && !word.eq_ignore_ascii_case("am") {
            return Some(hour);
        }
        self.text = &self.text[word.len()..];
        (1..=12).contains(&hour).then(|| hour % 12 + if afternoon { 12 } else { 0 })
    }

    /// The zone's offset from UTC in ticks; it must be the last thing.
    fn zone(&mut self) -> Option<i64> {
        let word = self.word();
        if !word.is_empty() {
            let utc = ["z", "utc", "gmt", "ut"].contains(&word.to_ascii_lowercase().as_str());
            return (utc && word.len() == self.text.len()).then_some(0);
        }
        let negative = self.eat('-');
        if !negative && !self.eat('+') {
            return None;
        }
        let (hour, minute) = if self.digits() == 4 {
            let all = self.number(4, 4)?;
            (all / 100, all % 100)
        } else {
            let hour = self.number(1, 2)?;
            (hour, if self.eat(':') { self.number(2, 2)? } else { 0 })
        };
        if !self.text.is_empty() || hour > 23 || minute > 59 {
            return None;
        }
        let offset = hour * HOUR + minute * MINUTE;
        Some(if negative { -offset } else { offset })
    }
}

#[cfg(test)]
mod tests {
    use super::super::{DATETIME_MAX, iso, iso_full, timespan_text};
    use super::*;
    use proptest::prelude::*;

    fn shown(text: &str) -> Option<String> {
        parse_datetime(text).map(iso)
    }

    #[test]
    fn forms_of_the_reference() {
        for text in [
            "2014-11-08T15:05:25Z",
            "2014-11-08T15:05:25",
            "2014-11-08 15:05:25Z",
            "2014-11-08 15:05:25 GMT",
            "2014-11-8 15:05:25",
            "Sat, 8 Nov 14 15:05:25 GMT",
            "Sat, 8 Nov 14 15:05:25",
            "8 Nov 14 15:05:25 GMT",
            "8 Nov 2014 15:05:25",
            "Saturday, 08-Nov-14 15:05:25 GMT",
            "08-Nov-14 15:05:25",
            "11/8/2014 15:05:25",
            "11/8/2014 3:05:25 PM",
            "11/08/2014, 3:05:25.000 PM",
            "11.08.2014 15:05:25",
            "Nov 8, 2014 15:05:25",
            "20141108 15:05:25",
            " 2014/11/08 15:05:25 ",
            "2014 - 11 - 08 15:05:25",
            "2014, 11, 8 15:05:25",
            "2014-11-08T17:05:25+02:00",
            "2014-11-08T17:05:25.0+0200",
            "2014-11-08T10:05:25 -05",
        ] {
            assert_eq!(shown(text).as_deref(), Some("2014-11-08T15:05:25Z"), "{text}");
        }
        assert_eq!(shown("2014-05-25T08:20").as_deref(), Some("2014-05-25T08:20:00Z"));
        assert_eq!(shown("2014-05-25").as_deref(), Some("2014-05-25T00:00:00Z"));
        assert_eq!(shown("2025, 6").as_deref(), Some("2025-06-01T00:00:00Z"));
        assert_eq!(shown("2020-01-01T00:00:00.123456789Z").as_deref(), Some("2020-01-01T00:00:00.1234567Z"));
        assert_eq!(shown("1/1/2020 12:00 AM").as_deref(), Some("2020-01-01T00:00:00Z"));
    }

    #[test]
    fn what_is_no_datetime() {
        for text in [
            "",
            "x",
            "not a date",
            "2025",
            "13-01-2022",
            "2021-02-29",
            "2020-01-01T24:00",
            "2020-01-01T10:60",
            "2020-01-01T10",
            "2020-01-01x",
            "2020-01-01 10:00 EST",
            "0000-01-01",
            "0001-01-01T00:00+01:00",
            "9999-12-31T23:59:59-01:00",
            "2020-01-01T13:00 PM",
            "2020-01-01T10:00Zulu",
            "1e5",
            "-1",
            "12345",
        ] {
            assert_eq!(shown(text), None, "{text}");
        }
    }

    #[test]
    fn timespans() {
        for (text, expected) in [
            ("1.02:03:04.5", "1.02:03:04.5000000"),
            ("-1.02:03:04.5", "-1.02:03:04.5000000"),
            ("0:0:0.001", "00:00:00.0010000"),
            ("13:00", "13:00:00"),
            ("1d", "1.00:00:00"),
            ("90s", "00:01:30"),
            ("15 seconds", "00:00:15"),
            ("1.5h", "01:30:00"),
            ("2", "2.00:00:00"),
            ("150nanos", "00:00:00.0000001"),
            ("3ticks", "00:00:00.0000003"),
            ("10675199.02:48:05.4775807", "10675199.02:48:05.4775807"),
            ("-10675199.02:48:05.4775808", "-10675199.02:48:05.4775808"),
        ] {
            assert_eq!(parse_timespan(text).map(timespan_text).as_deref(), Some(expected), "{text}");
        }
        for text in [
            "",
            "garbage",
            "1us",
            "24:00:00",
            "1:60",
            "1:",
            "1.:00",
            "10675199.02:48:05.4775808",
            "1..2d",
            ".",
            "1d2h",
        ] {
            assert_eq!(parse_timespan(text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn there_and_back(ticks in 0..=DATETIME_MAX, span: i64) {
            prop_assert_eq!(parse_datetime(&iso_full(ticks)), Some(ticks));
            prop_assert_eq!(parse_datetime(&iso(ticks)), Some(ticks));
            prop_assert_eq!(parse_timespan(&timespan_text(span)), Some(span));
        }

        #[test]
        fn never_panics(text in "\\PC{0,24}|[0-9:./, TZ+\\-apmdhs]{0,20}") {
            let _ = (parse_datetime(&text), parse_timespan(&text));
        }
    }
}
