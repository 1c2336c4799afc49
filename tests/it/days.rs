//! What a query gives on each of the last days is what it gives on data that end at that day's clock.

use kqlhunt::compile::Options;
use kqlhunt::engine::{self, Cancel, Data, Engine};
use kqlhunt::hunt::pack::Hunt;
use kqlhunt::hunt::sweep::Outcome;
use kqlhunt::ingest::sample;
use kqlhunt::outside::Folders;
use kqlhunt::sweep::{self, Order};
use kqlhunt::ticks::{self, DAY};
use kqlhunt::value::Value;

const DAYS: usize = 6;
/// Tables in braces; each rule has times of its own, of several tables.
const RULES: [&str; 6] = [
    "{OfficeActivity} | where TimeGenerated > ago(1d) | summarize count() by UserId",
    "{OfficeActivity} | where TimeGenerated > ago(3d) | summarize count() by bin(TimeGenerated, 1d)",
    "{OfficeActivity} | where TimeGenerated > ago(1d) | join kind=inner ({ThreatIntelIndicators} | where TimeGenerated > ago(14d) | extend Address = extract(\"'([^']+)'\", 1, Pattern) | distinct Address) on $left.ClientIP == $right.Address",
    "union ({OfficeActivity} | where TimeGenerated > ago(6h) | project UserId), ({CloudAppEvents} | where Timestamp between (ago(2d) .. ago(1d)) | project UserId = AccountDisplayName)",
    "let Before = {OfficeActivity} | where TimeGenerated between (ago(7d) .. ago(1d)) | distinct UserId; {OfficeActivity} | where TimeGenerated > ago(1d) | where UserId !in (Before) | distinct UserId",
    "{CloudAppEvents} | where Timestamp > ago(2d) | summarize Last = max(Timestamp) by ActionType | where Last < ago(1d)",
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
        let outcome = sweep::one(&mut engine, &order, &Cancel::new()).expect("runs");
        let Outcome::Ran(days) = outcome else { panic!("{outcome:?}\n{rule}") };
        let wanted: Vec<u64> = (0..DAYS)
            .map(|day| count(&mut engine, rule, now - i64::try_from(DAYS - 1 - day).expect("is few") * DAY))
            .collect();
        assert_eq!(days, wanted, "{rule}");
        hits += days.iter().filter(|rows| **rows > 0).count();
    }
    assert!(hits > 12, "{hits} days have rows");
}

/// The rows of the query at a clock, on tables that end there.
fn count(engine: &mut Engine, rule: &str, clock: i64) -> u64 {
    let until = ticks::iso(clock);
    let mut text = rule.to_owned();
    for (table, time) in [
        ("OfficeActivity", "TimeGenerated"),
        ("ThreatIntelIndicators", "TimeGenerated"),
        ("CloudAppEvents", "Timestamp"),
    ] {
        let ended = format!("({table} | where {time} <= datetime({until}))");
        text = text.replace(&format!("{{{table}}}"), &ended);
    }
    let options = Options { now: clock, ..Options::default() };
    let grid = engine.rows(&format!("{text}\n| count"), &options, &Cancel::new()).expect(rule);
    match grid.rows[0][0] {
        Value::Long(rows) => u64::try_from(rows).expect("is a count"),
        ref other => panic!("{other:?}"),
    }
}
