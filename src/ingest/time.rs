//! Times as exports write them, to ticks. Pure: no clock, no zone but offsets. (What `todatetime` accepts
//! in a query is Kusto's matter, not this file's.)

use crate::ticks::{Civil, DATETIME_MAX, HOUR, MINUTE, SECOND};

/// Which number of `6/4/2021` is the month.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DateOrder {
    MonthFirst,
    DayFirst,
}

/// A time that was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Read {
    pub ticks: i64,
    /// Nothing was cut off: there were no digits but zeros beyond the seventh of the second.
    pub exact: bool,
}

/// What slash dates say of their own order.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Evidence {
    /// There are dates with slashes.
    pub slashes: bool,
    /// The first number of one is above 12, so it is a day.
    pub day_first: bool,
    /// The second number of one is above 12.
    pub month_first: bool,
}

impl Evidence {
    pub fn merge(&mut self, other: Evidence) {
        self.slashes |= other.slashes;
        self.day_first |= other.day_first;
        self.month_first |= other.month_first;
    }
}

/// Reads a time. `offset` in ticks is taken off when the text names no zone (local time of that offset).
/// `None` when the text is no time or no datetime of KQL.
pub fn read(text: &str, order: DateOrder, offset: i64, evidence: &mut Evidence) -> Option<Read> {
    let text = text.trim();
    let bytes = text.as_bytes();
    match bytes.iter().position(|byte| !byte.is_ascii_digit())? {
        4 if bytes[4] == b'-' => iso(bytes, offset),
        at @ (1 | 2) if bytes[at] == b'.' => dotted(bytes, offset),
        1 | 2 => slashes(text, order, offset, evidence),
        0 => worded(bytes, offset),
        _ => None,
    }
    .or_else(|| iso_date(bytes, offset))
}

/// `2026-05-14`, nothing behind it.
fn iso_date(bytes: &[u8], offset: i64) -> Option<Read> {
    (bytes.len() == 10 && bytes[4] == b'-').then(|| Cursor { bytes, at: 0 }.date())??.read(true, offset)
}

/// ISO 8601 as `2026-05-14T12:00[:00[.1234567]][Z|+02:00]`; a space will do for the T.
fn iso(bytes: &[u8], offset: i64) -> Option<Read> {
    let mut cursor = Cursor { bytes, at: 0 };
    let date = cursor.date()?;
    cursor.one_of(b"Tt ")?;
    let (time, exact) = cursor.time(2)?;
    let offset = cursor.zone()?.unwrap_or(offset);
    cursor.end()?;
    time.on(date).read(exact, offset)
}

/// As portals write it by locale: `6/4/2021, 4:00:37.371 PM`, `5/18/2021 9:13:33 PM`, `11/4/2020 21:11`.
fn slashes(text: &str, order: DateOrder, offset: i64, evidence: &mut Evidence) -> Option<Read> {
    let mut cursor = Cursor { bytes: text.as_bytes(), at: 0 };
    let first = cursor.number(1, 2)?;
    cursor.one_of(b"/")?;
    let second = cursor.number(1, 2)?;
    cursor.one_of(b"/")?;
    let year = cursor.number(4, 4)?;
    evidence.slashes = true;
    evidence.day_first |= first > 12;
    evidence.month_first |= second > 12;
    let (month, day) = match order {
        DateOrder::MonthFirst => (first, second),
        DateOrder::DayFirst => (second, first),
    };
    time_of_day(cursor, day_of(year, month, day), offset)
}

/// Dates with dots have the day first wherever they are written: `14.5.2026, 16:00:37`, `14.05.2026 16:00`.
fn dotted(bytes: &[u8], offset: i64) -> Option<Read> {
    let mut cursor = Cursor { bytes, at: 0 };
    let day = cursor.number(1, 2)?;
    cursor.one_of(b".")?;
    let month = cursor.number(1, 2)?;
    cursor.one_of(b".")?;
    let year = cursor.number(4, 4)?;
    time_of_day(cursor, day_of(year, month, day), offset)
}

/// As Defender's portal exports it: `May 14, 2026 4:00:37 PM`, the month in full or by its first letters.
fn worded(bytes: &[u8], offset: i64) -> Option<Read> {
    let mut cursor = Cursor { bytes, at: 0 };
    let month = cursor.month()?;
    cursor.spaces();
    let day = cursor.number(1, 2)?;
    cursor.one_of(b",")?;
    cursor.spaces();
    let year = cursor.number(4, 4)?;
    time_of_day(cursor, day_of(year, month, day), offset)
}

fn day_of(year: i64, month: i64, day: i64) -> Civil {
    Civil { year, month, day, hour: 0, minute: 0, second: 0, tick: 0 }
}

/// What stands behind a date: nothing, or a time with or without AM and PM.
fn time_of_day(mut cursor: Cursor<'_>, date: Civil, offset: i64) -> Option<Read> {
    let _ = cursor.one_of(b",");
    cursor.spaces();
    if cursor.end().is_some() {
        return date.read(true, offset);
    }
    let (mut time, exact) = cursor.time(1)?;
    cursor.spaces();
    if cursor.end().is_none() {
        let half = match cursor.rest().to_ascii_uppercase().as_str() {
            "AM" => 0,
            "PM" => 12,
            _ => return None,
        };
        if !(1..=12).contains(&time.hour) {
            return None;
        }
        time.hour = time.hour % 12 + half;
    }
    time.on(date).read(exact, offset)
}

/// The offset that a portal puts behind a column's name: `[UTC]`, `[UTC+01:00]`, `[UTC-5]`; in ticks.
pub fn zone_offset(zone: &str) -> Option<i64> {
    let rest = zone.strip_prefix("UTC").or_else(|| zone.strip_prefix("GMT"))?;
    if rest.is_empty() || rest == "Z" {
        return Some(0);
    }
    let sign = if rest.starts_with('-') { -1 } else { 1 };
    let mut cursor = Cursor { bytes: rest.as_bytes(), at: 0 };
    cursor.one_of(b"+-")?;
    let hours = cursor.number(1, 2)?;
    let minutes = if cursor.one_of(b":").is_some() { cursor.number(2, 2)? } else { 0 };
    cursor.end()?;
    (hours <= 14 && minutes < 60).then_some(sign * (hours * HOUR + minutes * MINUTE))
}

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

trait Parts {
    fn on(self, date: Civil) -> Civil;
    fn read(self, exact: bool, offset: i64) -> Option<Read>;
}

impl Parts for Civil {
    fn on(self, date: Civil) -> Civil {
        Civil { year: date.year, month: date.month, day: date.day, ..self }
    }

    fn read(self, exact: bool, offset: i64) -> Option<Read> {
        let ticks = self.ticks()? - offset;
        (0..=DATETIME_MAX).contains(&ticks).then_some(Read { ticks, exact })
    }
}

struct Cursor<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl Cursor<'_> {
    fn number(&mut self, least: usize, most: usize) -> Option<i64> {
        let digits = self.bytes[self.at..].iter().take(most).take_while(|byte| byte.is_ascii_digit()).count();
        if digits < least {
            return None;
        }
        let value = self.bytes[self.at..self.at + digits]
            .iter()
            .fold(0, |sum, digit| sum * 10 + i64::from(digit - b'0'));
        self.at += digits;
        Some(value)
    }

    fn one_of(&mut self, wanted: &[u8]) -> Option<u8> {
        let byte = *self.bytes.get(self.at)?;
        wanted.contains(&byte).then(|| {
            self.at += 1;
            byte
        })
    }

    /// Blanks of every kind that stand before AM and PM: newer browsers write U+202F there.
    fn spaces(&mut self) {
        loop {
            let rest = &self.bytes[self.at..];
            let width = match rest {
                [b' ', ..] => 1,
                [0xc2, 0xa0, ..] => 2,
                [0xe2, 0x80, 0xaf, ..] => 3,
                _ => return,
            };
            self.at += width;
        }
    }

    fn end(&self) -> Option<()> {
        (self.at == self.bytes.len()).then_some(())
    }

    fn rest(&self) -> &str {
        std::str::from_utf8(&self.bytes[self.at..]).unwrap_or("")
    }

    fn date(&mut self) -> Option<Civil> {
        let year = self.number(4, 4)?;
        self.one_of(b"-")?;
        let month = self.number(2, 2)?;
        self.one_of(b"-")?;
        let day = self.number(2, 2)?;
        Some(day_of(year, month, day))
    }

    /// The number of a month by its English name: in full, or its first three letters.
    fn month(&mut self) -> Option<i64> {
        let letters = self.bytes[self.at..].iter().take_while(|byte| byte.is_ascii_alphabetic()).count();
        let word = &self.bytes[self.at..self.at + letters];
        let named = |name: &&str| {
            let name = name.as_bytes();
            word.eq_ignore_ascii_case(name) || word.eq_ignore_ascii_case(&name[..3])
        };
        let found = MONTHS.iter().position(named)?;
        self.at += letters;
        i64::try_from(found + 1).ok()
    }

    /// Hour, minute and maybe second with a fraction; the date is not set. Also whether it is exact.
    fn time(&mut self, hour_digits: usize) -> Option<(Civil, bool)> {
        let hour = self.number(hour_digits, 2)?;
        self.one_of(b":")?;
        let minute = self.number(2, 2)?;
        let (mut second, mut tick, mut exact) = (0, 0, true);
        if self.one_of(b":").is_some() {
            second = self.number(2, 2)?;
            if self.one_of(b".").is_some() {
                (tick, exact) = self.fraction()?;
            }
        }
        Some((Civil { year: 1, month: 1, day: 1, hour, minute, second, tick }, exact))
    }

    fn fraction(&mut self) -> Option<(i64, bool)> {
        let digits = self.bytes[self.at..].iter().take_while(|byte| byte.is_ascii_digit()).count();
        let (mut tick, mut unit, mut exact) = (0, SECOND / 10, true);
        for digit in &self.bytes[self.at..self.at + digits] {
            tick += i64::from(digit - b'0') * unit;
            exact &= unit > 0 || *digit == b'0';
            unit /= 10;
        }
        self.at += digits;
        (digits > 0).then_some((tick, exact))
    }

    /// `Z` or an offset as `+02:00`, `+0200`, `+02`; `Some(None)` when there is none.
    fn zone(&mut self) -> Option<Option<i64>> {
        if self.end().is_some() {
            return Some(None);
        }
        match self.one_of(b"Zz+-")? {
            b'Z' | b'z' => Some(Some(0)),
            sign => {
                let hours = self.number(2, 2)?;
                let _ = self.one_of(b":");
                let minutes = if self.end().is_some() { 0 } else { self.number(2, 2)? };
                if hours > 14 || minutes > 59 {
                    return None;
                }
                let offset = hours * HOUR + minutes * MINUTE;
                Some(Some(if sign == b'-' { -offset } else { offset }))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ticks::iso_full;

    fn text(given: &str) -> Option<String> {
        read(given, DateOrder::MonthFirst, 0, &mut Evidence::default()).map(|read| iso_full(read.ticks))
    }

    #[test]
    fn every_form_is_exact_to_the_tick() {
        let cases = [
            ("2026-07-18T17:00:07.0526253Z", "2026-07-18T17:00:07.0526253Z"),
            ("2021-05-18T21:13:33", "2021-05-18T21:13:33.0000000Z"),
            ("2021-05-18 21:13", "2021-05-18T21:13:00.0000000Z"),
            ("2021-05-18", "2021-05-18T00:00:00.0000000Z"),
            ("2026-01-01T00:00:00+02:00", "2025-12-31T22:00:00.0000000Z"),
            ("2026-01-01T00:00:00.5-0530", "2026-01-01T05:30:00.5000000Z"),
            ("6/4/2021, 4:00:37.371 PM", "2021-06-04T16:00:37.3710000Z"),
            ("6/4/2021, 12:00:37.371 AM", "2021-06-04T00:00:37.3710000Z"),
            ("6/4/2021, 12:00:37\u{202f}PM", "2021-06-04T12:00:37.0000000Z"),
            ("5/18/2021 9:13:33 PM", "2021-05-18T21:13:33.0000000Z"),
            ("11/4/2020 21:11", "2020-11-04T21:11:00.0000000Z"),
            ("9999-12-31T23:59:59.9999999Z", "9999-12-31T23:59:59.9999999Z"),
            ("0001-01-01T00:00:00Z", "0001-01-01T00:00:00.0000000Z"),
        ];
        for (given, expected) in cases {
            assert_eq!(text(given).as_deref(), Some(expected), "{given}");
        }
    }

    #[test]
    fn what_is_no_time_is_none() {
        for given in [
            "",
            "x",
            "2026",
            "2026-13-01",
            "2026-02-29T00:00:00Z",
            "2026-01-01T24:00:00Z",
            "2026-01-01T",
            "20260101",
            "2026-01-01T00:00:00Zx",
            "2026-01-01T00:00:00+15:00",
            "1/1/26",
            "13/1/2026",
            "1/1/2026 13:00 PM",
            "1/1/2026 0:00 AM",
            "0001-01-01T00:00:00+01:00",
            "2026-01-01T00:00:00.Z",
            "1700000000",
            "20/2008",
        ] {
            assert_eq!(text(given), None, "{given}");
        }
    }

    #[test]
    fn portals_write_months_as_words_and_days_with_dots() {
        let same = Some("2026-05-03T22:20:30.0000000Z".to_owned());
        for given in [
            "May 3, 2026 10:20:30 PM",
            "may 3, 2026, 10:20:30\u{202f}PM",
            "3.5.2026, 22:20:30",
            "03.05.2026 22:20:30",
        ] {
            assert_eq!(text(given), same, "{given}");
        }
        assert_eq!(text("September 30, 2026").as_deref(), Some("2026-09-30T00:00:00.0000000Z"));
        assert_eq!(text("13.12.2026 9:05:00.25").as_deref(), Some("2026-12-13T09:05:00.2500000Z"));
        for given in
            ["Mayor 3, 2026", "Ma 3, 2026", "May 2026", "May 32, 2026", "12.13.2026", "1.2.3.4", "1.2"]
        {
            assert_eq!(text(given), None, "{given}");
        }
    }

    #[test]
    fn slash_dates_say_what_they_know() {
        let mut evidence = Evidence::default();
        let day_first = read("4/6/2021", DateOrder::DayFirst, 0, &mut evidence).unwrap();
        assert_eq!(iso_full(day_first.ticks), "2021-06-04T00:00:00.0000000Z");
        assert_eq!(evidence, Evidence { slashes: true, ..Evidence::default() });
        assert_eq!(read("13/6/2021", DateOrder::MonthFirst, 0, &mut evidence), None);
        assert!(evidence.day_first && !evidence.month_first);
    }

    #[test]
    fn cut_digits_are_said() {
        let read = |text| read(text, DateOrder::MonthFirst, 0, &mut Evidence::default()).unwrap();
        assert!(!read("2026-01-01T00:00:00.12345678Z").exact);
        assert!(read("2026-01-01T00:00:00.123456700Z").exact);
    }

    #[test]
    fn zones_of_headers() {
        assert_eq!(zone_offset("UTC"), Some(0));
        assert_eq!(zone_offset("UTC+01:00"), Some(HOUR));
        assert_eq!(zone_offset("UTC-5"), Some(-5 * HOUR));
        assert_eq!(zone_offset("Local Time"), None);
        let shifted = read("1/1/2026 0:30", DateOrder::MonthFirst, HOUR, &mut Evidence::default()).unwrap();
        assert_eq!(iso_full(shifted.ticks), "2025-12-31T23:30:00.0000000Z");
    }
}
