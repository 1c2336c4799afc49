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

    fn shifted(&self, at: i64) -> Option<String> {
        let zone = self.0.as_ref()?;
        let moment = Timestamp::from_second((at - UNIX_EPOCH).div_euclid(SECOND)).ok()?;
        let offset = zone.to_offset(moment).seconds();
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
        assert!(Zone::named("Mars/Phobos").is_err() && Zone::named("").is_err());
    }
}
