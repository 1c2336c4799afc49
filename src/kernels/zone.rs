//! What the clocks of a time zone show. The zones are those of the tz database inside `jiff`, so that
//! an answer does not hang on the machine.

use super::Phys::{Long, Text};
use super::datetime::{add, sub};
use super::text::push_texts;
use super::{Cell, Kernel, fail, strict};
use crate::ticks::{SECOND, UNIX_EPOCH};
use jiff::Timestamp;
use jiff::tz::{AmbiguousOffset, TimeZone};

pub const KERNELS: &[Kernel] = &[
    strict("kql_utc_to_local", &[Long, Text], Long, utc_to_local),
    strict("kql_local_to_utc", &[Long, Text], Long, local_to_utc),
    strict("kql_timezones", &[], Text, |_, out| {
        let mut names: Vec<String> = jiff::tz::db().available().map(|name| name.to_string()).collect();
        // The zone of a clock that nobody has set is none of Kusto's (datetime-list-timezones-00).
        names.retain(|name| name != "Factory");
        names.sort_unstable();
        push_texts(&mut names.iter().map(String::as_str), out);
        Cell::Text(out)
    }),
];

fn zone(name: &str) -> Option<TimeZone> {
    TimeZone::get(name).ok()
}

fn no_zone<'a>(name: &str, out: &'a mut String) -> Cell<'a> {
    fail(out, format_args!("unknown time zone '{name}'"))
}

fn timestamp(at: i64) -> Option<Timestamp> {
    Timestamp::from_nanosecond(i128::from(at - UNIX_EPOCH) * 100).ok()
}

fn utc_to_local<'a>(args: &[Cell<'a>], out: &'a mut String) -> Cell<'a> {
    let (Some(at), Some(name)) = (args[0].long(), args[1].text()) else { return Cell::Null };
    let Some(zone) = zone(name) else { return no_zone(name, out) };
    let offset = timestamp(at).map(|timestamp| zone.to_offset(timestamp));
    offset.and_then(|offset| add(at, i64::from(offset.seconds()) * SECOND)).into()
}

/// A local time that the clocks leave out, and one that they show twice, is the earlier of both readings
/// (datetime-local-to-utc-function-01 shows the first).
fn local_to_utc<'a>(args: &[Cell<'a>], out: &'a mut String) -> Cell<'a> {
    let (Some(at), Some(name)) = (args[0].long(), args[1].text()) else { return Cell::Null };
    let Some(zone) = zone(name) else { return no_zone(name, out) };
    let Some(local) = timestamp(at).map(|timestamp| TimeZone::UTC.to_datetime(timestamp)) else {
        return Cell::Null;
    };
    let offset = match zone.to_ambiguous_timestamp(local).offset() {
        AmbiguousOffset::Unambiguous { offset } => offset,
        AmbiguousOffset::Gap { after, .. } => after,
        AmbiguousOffset::Fold { before, .. } => before,
    };
    sub(at, i64::from(offset.seconds()) * SECOND).into()
}

#[cfg(test)]
mod tests {
    use crate::kernels::Cell;
    use crate::kernels::testing::call;
    use crate::ticks::{iso, parse_datetime};

    fn when(name: &str, text: &str, zone: &str) -> String {
        let shown = call(name, &[parse_datetime(text).into(), Cell::Text(zone)]);
        shown.parse().map(iso).unwrap_or(shown)
    }

    #[test]
    fn zones() {
        let local = |text: &str, zone: &'static str| when("kql_utc_to_local", text, zone);
        let utc = |text: &str, zone: &'static str| when("kql_local_to_utc", text, zone);
        assert_eq!(local("2024-07-01T12:00", "Europe/Paris"), "2024-07-01T14:00:00Z");
        assert_eq!(local("2024-01-01T12:00", "US/Pacific"), "2024-01-01T04:00:00Z");
        assert_eq!(utc("2024-01-01T12:00", "US/Pacific"), "2024-01-01T20:00:00Z");
        // 02:30 does not exist on this day.
        assert_eq!(utc("2022-03-27T02:30", "Europe/Brussels"), "2022-03-27T00:30:00Z");
        assert_eq!(utc("2022-10-30T02:30", "Europe/Brussels"), "2022-10-30T00:30:00Z");
        assert_eq!(local("2024-01-01", "Mars/Olympus"), "error: unknown time zone 'Mars/Olympus'");
        assert_eq!(local("0001-01-01T00:00", "US/Pacific"), "NULL");
        assert_eq!(utc("9999-12-31T23:00", "US/Pacific"), "NULL");
    }
}
