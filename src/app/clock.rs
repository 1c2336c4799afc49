//! The query clock: what `now()` gives. Reads what the user types for it; knows no wall clock.

use serde::{Deserialize, Serialize};

use super::msg::TableAge;
use crate::compile::{Compiled, Seen};
use crate::ticks::{self, parse_datetime};
use crate::trace;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Clock {
    /// The time at which a query starts.
    Wall,
    /// Ticks.
    Fixed(i64),
    /// The same, and what came later is not seen, nor what is older than `back` ticks before it.
    AsOf { at: i64, back: Option<i64> },
}

/// What was typed after `:now`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wanted {
    Set(Clock),
    /// The newest row of the query's tables.
    Newest,
    /// So many ticks later, or earlier.
    Shift(i64),
}

impl Clock {
    /// That of a result.
    pub fn of(compiled: &Compiled) -> Clock {
        match compiled.seen {
            Some(seen) => Clock::AsOf { at: seen.until, back: seen.back() },
            None => Clock::Fixed(compiled.now),
        }
    }

    pub fn now(self) -> Option<i64> {
        match self {
            Clock::Wall => None,
            Clock::Fixed(at) | Clock::AsOf { at, .. } => Some(at),
        }
    }

    /// The rows of tables that are seen, where not all.
    pub fn seen(self) -> Option<Seen> {
        match self {
            Clock::Wall | Clock::Fixed(_) => None,
            Clock::AsOf { at, back } => Some(Seen::as_of(at, back)),
        }
    }

    /// The same at another time.
    pub fn moved(self, at: i64) -> Clock {
        match self {
            Clock::Wall | Clock::Fixed(_) => Clock::Fixed(at),
            Clock::AsOf { back, .. } => Clock::AsOf { at, back },
        }
    }

    /// For the status line.
    pub fn shown(self) -> String {
        match self {
            Clock::Wall => "now = wall clock".into(),
            Clock::Fixed(at) => format!("now {} fixed", short(at)),
            Clock::AsOf { at, back: None } => format!("as of {}", short(at)),
            Clock::AsOf { at, back: Some(back) } => {
                format!("as of {}, {} back", short(at), trace::distance(back.unsigned_abs()))
            }
        }
    }

    /// What is said when it is set.
    pub fn said(self) -> String {
        match self {
            Clock::Wall => "now() is the time at which a query starts".into(),
            Clock::Fixed(at) => format!("now() is {}; F5 runs again", ticks::iso(at)),
            Clock::AsOf { at, back: None } => {
                format!("as of {}: no row that is later is seen; F5 runs again", ticks::iso(at))
            }
            Clock::AsOf { at, back: Some(back) } => format!(
                "as of {}: rows of {} before are seen, none later; F5 runs again",
                ticks::iso(at),
                trace::distance(back.unsigned_abs())
            ),
        }
    }
}

/// `2026-05-14 12:00Z`, with seconds where they are not zero.
pub fn short(ticks: i64) -> String {
    let text = ticks::iso(ticks).replace('T', " ");
    match text.strip_suffix(":00Z") {
        Some(short) => format!("{short}Z"),
        None => text,
    }
}

/// Reads the argument of `:now`: `newest`, `wall`, a time, or a distance such as `-7d`.
/// The error is one sentence, lower case.
pub fn parse(text: &str) -> Result<Wanted, String> {
    let text = text.trim();
    match text {
        "newest" => return Ok(Wanted::Newest),
        "wall" => return Ok(Wanted::Set(Clock::Wall)),
        _ => {}
    }
    let bad = || format!("'{text}' is no time: try 2026-05-14T12:00:00Z, -7d, newest or wall");
    if text.starts_with(['-', '+']) {
        return distance(text).map(Wanted::Shift).ok_or_else(bad);
    }
    parse_datetime(text).map(|at| Wanted::Set(Clock::Fixed(at))).ok_or_else(bad)
}

/// `-7d`, `+12h`, `-30m`, `+5s`.
fn distance(text: &str) -> Option<i64> {
    let unit = match text.chars().next_back()? {
        'd' => ticks::DAY,
        'h' => ticks::HOUR,
        'm' => ticks::MINUTE,
        's' => ticks::SECOND,
        _ => return None,
    };
    text[..text.len() - 1].parse::<i64>().ok()?.checked_mul(unit)
}

/// The clock at which the newest events are just past: the next whole second after the newest row of the
/// table with the shortest look-back, since indicators are kept for weeks and looked at for longer than
/// events. Without look-backs, after the newest row of all.
pub fn newest(ages: &[TableAge]) -> Option<(i64, String)> {
    let dated = || ages.iter().filter_map(|age| age.newest.map(|newest| (age, newest)));
    let shortest = dated()
        .filter_map(|(age, newest)| age.since.map(|since| (age.now.saturating_sub(since), age, newest)))
        .min_by_key(|(length, _, newest)| (*length, std::cmp::Reverse(*newest)))
        .map(|(_, age, newest)| (age, newest));
    let (age, newest) = shortest.or_else(|| dated().max_by_key(|(_, newest)| *newest))?;
    let second = (newest.div_euclid(ticks::SECOND) + 1) * ticks::SECOND;
    Some((second.min(ticks::DATETIME_MAX), age.table.clone()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_that_people_type() {
        let set = |text: &str| match parse(text) {
            Ok(Wanted::Set(Clock::Fixed(at))) => ticks::iso(at),
            other => format!("{other:?}"),
        };
        assert_eq!(set("2026-05-14"), "2026-05-14T00:00:00Z");
        assert_eq!(set("2026-05-14 12:30"), "2026-05-14T12:30:00Z");
        assert_eq!(set("2026-05-14T12:30:01.25Z"), "2026-05-14T12:30:01.25Z");
        assert_eq!(parse("-7d"), Ok(Wanted::Shift(-7 * ticks::DAY)));
        assert_eq!(parse("wall"), Ok(Wanted::Set(Clock::Wall)));
        for bad in ["", "yesterday", "2026-13-01", "2026-05-14T25:00", "-7", "-d", "+99999999999999d", "-é"]
        {
            assert!(parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn the_shortest_look_back_decides() {
        let age = |table: &str, newest, since| TableAge {
            table: table.into(),
            time_column: "TimeGenerated".into(),
            newest,
            since,
            until: None,
            now: 1_000 * ticks::DAY,
            later: 0,
        };
        let events = age("Events", Some(10 * ticks::DAY + 5), Some(999 * ticks::DAY));
        let indicators = age("Indicators", Some(20 * ticks::DAY), Some(986 * ticks::DAY));
        assert!(events.outside() && indicators.outside());
        let (at, table) = newest(&[indicators.clone(), events]).unwrap();
        assert_eq!((at, table.as_str()), (10 * ticks::DAY + ticks::SECOND, "Events"));
        assert_eq!(newest(&[age("E", None, None), indicators]).unwrap().1, "Indicators");
        assert_eq!(newest(&[]), None);
        assert_eq!(short(12 * ticks::HOUR), "0001-01-01 12:00Z");
    }
}
