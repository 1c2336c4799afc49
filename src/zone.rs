//! The time zone that times are shown in. What is exported, copied or made a filter stays in UTC.

use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::ticks::{self, SECOND, UNIX_EPOCH};

/// A zone of the tz database, or UTC.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Zone(Option<TimeZone>);

impl Zone {
    /// Reads `UTC` or a name such as `Europe/Berlin`, in any case.
    ///
    /// Errors: there is no such zone; one sentence, lower case.
    pub fn named(name: &str) -> Result<Zone, String> {
        let name = name.trim();
        if name.eq_ignore_ascii_case("utc") || name.eq_ignore_ascii_case("z") {
            return Ok(Zone::default());
        }
        let zone = TimeZone::get(name);
        let unknown = |_| format!("'{name}' is no time zone: try Europe/Berlin, America/New_York or UTC");
        zone.map(|zone| Zone(Some(zone))).map_err(unknown)
    }

    /// `None` for UTC.
    pub fn name(&self) -> Option<&str> {
        self.0.as_ref()?.iana_name()
    }

    /// `2026-05-14T13:50:41+02:00`; with `Z` in UTC, and where the zone would leave the years 1 to 9999.
    pub fn text(&self, at: i64) -> String {
        self.shifted(at).unwrap_or_else(|| ticks::iso(at))
    }

    /// What a clock there shows at a moment, as if it were in UTC; the moment itself where the zone would leave
    /// the years 1 to 9999.
    pub fn local(&self, at: i64) -> i64 {
        let local = self.offset(at).and_then(|offset| at.checked_add(i64::from(offset) * SECOND));
        local.and_then(ticks::datetime).unwrap_or(at)
    }

    /// The moment at which a clock there shows this; the later one of two.
    pub fn moment(&self, local: i64) -> i64 {
        let back = |offset: i32| local.saturating_sub(i64::from(offset) * SECOND);
        let about = self.offset(local).map_or(local, back);
        self.offset(about).map_or(local, back)
    }

    /// Seconds to the east, if it is no zone of UTC.
    fn offset(&self, at: i64) -> Option<i32> {
        let moment = Timestamp::from_second((at.checked_sub(UNIX_EPOCH)?).div_euclid(SECOND)).ok()?;
        Some(self.0.as_ref()?.to_offset(moment).seconds())
    }

    fn shifted(&self, at: i64) -> Option<String> {
        let offset = self.offset(at)?;
        let local = ticks::datetime(at.checked_add(i64::from(offset) * SECOND)?)?;
        let (sign, apart) = if offset < 0 { ('-', -offset) } else { ('+', offset) };
        let text = ticks::iso(local);
        let text = text.strip_suffix('Z')?;
        let (hours, minutes, seconds) = (apart / 3600, apart / 60 % 60, apart % 60);
        // Before zones there were the sun's own times, which have seconds.
        let seconds = if seconds == 0 { String::new() } else { format!(":{seconds:02}") };
        Some(format!("{text}{sign}{hours:02}:{minutes:02}{seconds}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ticks::{DATETIME_MAX, DAY, HOUR, days_from_civil};

    #[test]
    fn times_are_those_of_the_zone() {
        let summer = days_from_civil(2026, 5, 14) * DAY + 23 * HOUR + 1;
        let winter = days_from_civil(2026, 1, 14) * DAY;
        let berlin = Zone::named("europe/berlin").unwrap();
        assert_eq!(berlin.text(summer), "2026-05-15T01:00:00.0000001+02:00");
        assert_eq!(berlin.text(winter), "2026-01-14T01:00:00+01:00");
        assert_eq!(berlin.text(0), "0001-01-01T00:53:28+00:53:28");
        assert_eq!(berlin.text(DATETIME_MAX), ticks::iso(DATETIME_MAX));
        assert_eq!(Zone::named("America/New_York").unwrap().text(winter), "2026-01-13T19:00:00-05:00");
        assert_eq!(Zone::named("Asia/Kolkata").unwrap().text(winter), "2026-01-14T05:30:00+05:30");
        assert_eq!(Zone::named(" utc").unwrap().text(winter), "2026-01-14T00:00:00Z");
        assert_eq!((berlin.local(summer), berlin.moment(summer)), (summer + 2 * HOUR, summer - 2 * HOUR));
        // An hour that is twice, and one that is not.
        for day in [days_from_civil(2026, 10, 25) * DAY, days_from_civil(2026, 3, 29) * DAY] {
            for hour in 0..6 {
                let at = berlin.moment(day + hour * HOUR);
                assert!((berlin.local(at) - day - hour * HOUR).abs() <= HOUR);
            }
        }
        assert!(Zone::named("Mars/Phobos").is_err() && Zone::named("").is_err());
    }
}
