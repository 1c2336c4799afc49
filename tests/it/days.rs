//! What a query gives on each of the last days is what it gives on data that end at that day's clock.

use kqlhunt::app::clock::Clock;
use kqlhunt::compile::Options;
use kqlhunt::engine::{self, Cancel, Data, Engine};
use kqlhunt::hunt::pack::Hunt;
use kqlhunt::hunt::sweep::{Outcome, Row};
use kqlhunt::ingest::sample;
use kqlhunt::outside::Folders;
use kqlhunt::sweep::{self, Order};
use kqlhunt::ticks::{self, DAY};
use kqlhunt::value::Value;

const DAYS: usize = 6;
/// Tables in braces; each rule has times of its own, of several tables.
const RULES: [&str; 8] = [
    "{OfficeActivity} | where TimeGenerated > ago(1d) | summarize count() by UserId",
    "{OfficeActivity} | where TimeGenerated > ago(3d) | summarize count() by bin(TimeGenerated, 1d)",
    "{OfficeActivity} | where TimeGenerated > ago(1d) | join kind=inner ({ThreatIntelIndicators} | where TimeGenerated > ago(14d) | extend Address = extract(\"'([^']+)'\", 1, Pattern) | distinct Address) on $left.ClientIP == $right.Address",
    "union ({OfficeActivity} | where TimeGenerated > ago(6h) | project UserId), ({CloudAppEvents} | where Timestamp between (ago(2d) .. ago(1d)) | project UserId = AccountDisplayName)",
    "let Before = {OfficeActivity} | where TimeGenerated between (ago(7d) .. ago(1d)) | distinct UserId; {OfficeActivity} | where TimeGenerated > ago(1d) | where UserId !in (Before) | distinct UserId",
    "{CloudAppEvents} | where Timestamp > ago(2d) | summarize Last = max(Timestamp) by ActionType | where Last < ago(1d)",
    // Without a look-back of their own they see a day.
    "{OfficeActivity} | summarize Files = dcount(OfficeObjectId) by UserId",
    "{CloudAppEvents} | where ActionType has 'Quarantine' | join kind=leftouter ({OfficeActivity} | distinct UserId) on $left.AccountDisplayName == $right.UserId",
];

#[test]
fn each_day_is_that_of_data_that_end_then() {
    let options = engine::Options { memory_bytes: None, threads: Some(1), settings: "" };
    let mut engine = Engine::open(&Data::Memory(sample::fill), &options).expect("opens");
    let now = engine.clock().expect("the sample has a clock");
    let mut hits = 0;
    for rule in RULES {
        let query = rule.replace(['{', '}'], "");
        let rules = vec![Hunt { query, ..Hunt::default() }];
        let order = Order { rules, now, days: DAYS, folders: Folders::default(), workers: 1 };
        let Row { outcome, back, .. } = sweep::one(&mut engine, &order, &Cancel::new()).expect("runs");
        let Outcome::Ran(days) = outcome else { panic!("{outcome:?}\n{rule}") };
        let clock = |day: usize| now - i64::try_from(DAYS - 1 - day).expect("is few") * DAY;
        let wanted: Vec<u64> = (0..DAYS).map(|day| count(&mut engine, rule, clock(day), back)).collect();
        assert_eq!(days, wanted, "{rule}");
        // What one sees who opens the day, or asks for it on the command line.
        let opened: Vec<u64> =
            (0..DAYS).map(|day| opened(&mut engine, rule, Clock::AsOf { at: clock(day), back })).collect();
        assert_eq!(days, opened, "{rule}");
        hits += days.iter().filter(|rows| **rows > 0).count();
    }
    assert!(hits > 12, "{hits} days have rows");
}

/// The rows of the query as of a clock.
fn opened(engine: &mut Engine, rule: &str, clock: Clock) -> u64 {
    let now = clock.now().expect("is fixed");
    let options = Options { now, seen: clock.seen(), ..Options::default() };
    number(engine, &rule.replace(['{', '}'], ""), &options)
}

/// The rows of the query at a clock, on tables that end there.
fn count(engine: &mut Engine, rule: &str, clock: i64, back: Option<i64>) -> u64 {
    let (since, until) = (ticks::iso(back.map_or(0, |back| clock - back)), ticks::iso(clock));
    let mut text = rule.to_owned();
    for (table, time) in [
        ("OfficeActivity", "TimeGenerated"),
        ("ThreatIntelIndicators", "TimeGenerated"),
        ("CloudAppEvents", "Timestamp"),
    ] {
        let ended = format!("({table} | where {time} between (datetime({since}) .. datetime({until})))");
        text = text.replace(&format!("{{{table}}}"), &ended);
    }
    number(engine, &text, &Options { now: clock, ..Options::default() })
}

fn number(engine: &mut Engine, text: &str, options: &Options) -> u64 {
    let grid = engine.rows(&format!("{text}\n| count"), options, &Cancel::new()).expect(text);
    match grid.rows[0][0] {
        Value::Long(rows) => u64::try_from(rows).expect("is a count"),
        ref other => panic!("{other:?}"),
    }
}
