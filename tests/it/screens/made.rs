//! Made-up tables and results for the screens.

use std::sync::Arc;

use kqlhunt::app::diff;
use kqlhunt::app::msg::Msg;
use kqlhunt::compile::{Compiled, Origin, Render, TableUse};
use kqlhunt::schema::{Schema, Table, TableColumn};
use kqlhunt::ticks::{DAY, HOUR, MINUTE, SECOND, days_from_civil};
use kqlhunt::types::{ColumnType, Type};
use kqlhunt::value::Value;

pub fn day(month: i64, day: i64) -> i64 {
    days_from_civil(2026, month, day) * DAY
}

pub fn now() -> i64 {
    day(5, 14) + 12 * HOUR
}

pub fn text(value: impl Into<String>) -> Value {
    Value::String(value.into())
}

pub fn columns(list: &[(&str, Type)]) -> Vec<ColumnType> {
    list.iter().map(|(name, ty)| ColumnType::new(*name, *ty)).collect()
}

pub fn schema() -> Schema {
    let table = |name: &str, columns: &[(&str, Type)]| Table {
        name: name.into(),
        from: format!("\"{name}\""),
        columns: columns
            .iter()
            .map(|(name, ty)| TableColumn {
                name: name.to_string(),
                ty: *ty,
                stored: name.to_string(),
                alias_of: None,
                unlisted: false,
                shadows: vec![],
                varied: false,
            })
            .collect(),
    };
    Schema {
        tables: vec![
            table("CloudAppEvents", &[("Timestamp", Type::Datetime), ("ActionType", Type::String)]),
            table(
                "OfficeActivity",
                &[("TimeGenerated", Type::Datetime), ("UserId", Type::String), ("ClientIP", Type::String)],
            ),
            table("ThreatIntelIndicators", &[("TimeGenerated", Type::Datetime), ("Pattern", Type::String)]),
        ],
        ..Schema::default()
    }
}

fn compiled(columns: Vec<ColumnType>) -> Compiled {
    Compiled::of_columns(columns, now())
}

/// The end of a run that gave these rows.
pub fn ran(run: u64, compiled: Arc<Compiled>, rows: Vec<Vec<Value>>, total: u64, ms: u64, said: &str) -> Msg {
    let (values, ended, warnings, skipped) = (total, now(), Vec::new(), 0);
    Msg::Ran { run, compiled, rows, total, values, ms, ended, warnings, skipped, said: said.into() }
}

/// The result of a query, by a word in it.
pub fn result(text: &str) -> (Compiled, Vec<Vec<Value>>, u64) {
    let word = |word: &str| text.contains(word);
    let (compiled, rows) = match () {
        () if word("CloudAppEvents") => releases(word("ActionType, 1d")),
        () if word("SecurityAlert") => alerts(text),
        () if word("OfficeActivity") => hits(),
        () if word("Wide") => wide(),
        () if word("Raw") => raw(),
        () if word("Hostile") => hostile(),
        () if word("Big") => {
            let compiled = compiled(columns(&[("N", Type::Long), ("Square", Type::Long)]));
            let rows = (0..300).map(big).collect();
            return (compiled, rows, 1_000_000);
        }
        () => (compiled(columns(&[("print_0", Type::Long)])), Vec::new()),
    };
    let total = rows.len() as u64;
    (compiled, rows, total)
}

pub fn big(at: u64) -> Vec<Value> {
    vec![Value::Long(at as i64), Value::Long((at * at) as i64)]
}

/// May 2026 with four days without a release, and one series or two.
fn releases(two: bool) -> (Compiled, Vec<Vec<Value>>) {
    let mut made = compiled(columns(&[("Timestamp", Type::Datetime), ("Releases", Type::Long)]));
    made.render = Some(Render {
        kind: "timechart".into(),
        properties: vec![("title".into(), "Quarantine Releases by Day".into())],
    });
    let mut rows = Vec::new();
    for at in (1..=31).filter(|at| ![7, 8, 20, 25].contains(at)) {
        let count = if at == 14 { 41 } else { at * 7 % 13 };
        rows.push(vec![Value::Datetime(day(5, at)), Value::Long(count)]);
        if two {
            rows.push(vec![Value::Datetime(day(5, at)), Value::Long(at)]);
        }
    }
    if two {
        made.columns.push(ColumnType::new("ActionType", Type::String));
        made.origins.push(None);
        for (at, row) in rows.iter_mut().enumerate() {
            row.push(text(if at % 2 == 0 { "Release" } else { "Preview" }));
        }
    }
    (made, rows)
}

/// Alerts by severity, drawn as the text has it.
fn alerts(text: &str) -> (Compiled, Vec<Vec<Value>>) {
    let mut made = compiled(columns(&[("AlertSeverity", Type::String), ("count_", Type::Long)]));
    let kind = text.split_once("render ").map(|(_, kind)| kind.trim().to_string());
    made.render = kind.map(|kind| Render { kind, properties: Vec::new() });
    let counts = [("Critical", 3), ("High", 41), ("Medium", 120), ("evil\u{1b}[2J", 7)];
    (made, counts.map(|(name, count)| vec![self::text(name), Value::Long(count)]).into())
}

fn hits() -> (Compiled, Vec<Vec<Value>>) {
    let names = columns(&[
        ("TimeGenerated", Type::Datetime),
        ("UserId", Type::String),
        ("MaliciousIP", Type::String),
        ("ThreatSeverity", Type::Int),
        ("HitCount", Type::Long),
        ("Operations", Type::Dynamic),
        ("FirstSeen", Type::Datetime),
        ("AlertSeverity", Type::String),
    ]);
    let mut made = compiled(names);
    let from = |column: &str| Some(Origin { table: "OfficeActivity".into(), column: column.into() });
    (made.origins[1], made.origins[2]) = (from("UserId"), from("ClientIP"));
    made.sources = made.origins.iter().map(|origin| origin.iter().cloned().collect()).collect();
    made.tables = vec![TableUse {
        table: "OfficeActivity".into(),
        time_column: Some("TimeGenerated".into()),
        since: Some(now() - HOUR + 1),
        until: None,
        readings: 1,
    }];
    let row = |minute: i64, user: &str, address: &str, count, severity: &str| {
        vec![
            Value::Datetime(now() - minute * MINUTE - 19 * SECOND),
            text(user),
            text(address),
            Value::Int(95),
            Value::Long(count),
            Value::Dynamic(
                r#"["New-InboxRule","FileDownloaded",{"Name":"x","Deep":{"Deeper":[1,2]}}]"#.into(),
            ),
            Value::Datetime(now() - HOUR + minute * SECOND),
            text(severity),
        ]
    };
    let rows = vec![
        row(9, "cy@contoso.com", "198.51.100.7", 12, "Medium"),
        row(2, "amy@contoso.com", "203.0.113.9", 42, "Critical"),
        row(18, "bo@contoso.com", "203.0.113.9", 9, "High"),
        row(11, "amy@contoso.com", "198.51.100.7", 3, "Low"),
        row(31, "dee@contoso.com", "192.0.2.44", 1, "Low"),
    ];
    (made, rows)
}

/// One user came, one went, one has more hits.
pub fn difference(run: u64) -> Msg {
    let names = columns(&[
        ("Change", Type::String),
        ("Columns", Type::String),
        ("UserId", Type::String),
        ("HitCount", Type::Long),
        ("AlertSeverity", Type::String),
    ]);
    let row = |change: &str, columns: &str, user: &str, hits: i64, severity: &str| {
        vec![text(change), text(columns), text(user), Value::Long(hits), text(severity)]
    };
    let rows = vec![
        row("removed", "", "bo@contoso.com", 9, "High"),
        row("before", "HitCount, AlertSeverity", "amy@contoso.com", 12, "High"),
        row("after", "HitCount, AlertSeverity", "amy@contoso.com", 42, "Critical"),
        row("added", "", "dee@contoso.com", 1, "Low"),
    ];
    let (compiled, total) = (Arc::new(diff::compiled(names, now())), rows.len() as u64);
    ran(run, compiled, rows, total, 12, "by UserId: 1 added, 1 removed, 1 changed, 3 the same")
}

fn wide() -> (Compiled, Vec<Vec<Value>>) {
    let names: Vec<String> = (1..=200).map(|at| format!("Column{at}")).collect();
    let list: Vec<_> = names.iter().map(|name| (name.as_str(), Type::String)).collect();
    let row = |at: usize| names.iter().map(|name| text(format!("{name} row {at}"))).collect();
    (compiled(columns(&list)), (0..3).map(row).collect())
}

/// Rows of a wide table as they lie, most columns without a value.
fn raw() -> (Compiled, Vec<Vec<Value>>) {
    let names: Vec<String> = (1..=40).map(|at| format!("Column{at}")).collect();
    let list: Vec<_> = names.iter().map(|name| (name.as_str(), Type::String)).collect();
    let value = |at: usize, row: usize| {
        if at.is_multiple_of(9) { format!("{} row {row}", names[at]) } else { "".into() }
    };
    let row = |row: usize| (0..names.len()).map(|at| text(value(at, row))).collect();
    (compiled(columns(&list)), (0..3).map(row).collect())
}

pub const PAYLOADS: [&str; 12] = [
    "\x1b[2J\x1b[H",
    "\x1b]0;title\x07",
    "\x1b]52;c;aGk=\x1b\\",
    "\x1b]8;;http://evil\x1b\\text",
    "\u{9b}31m",
    "\u{202e}gpj.exe",
    "evil\u{200b}.com",
    "good\rEVIL",
    "two\nlines\tand tab",
    "\0nul\u{7f}",
    "e\u{301}\u{301}\u{301}\u{301}\u{301}\u{301}\u{301}\u{301}",
    "漢字 \u{1f600} ok",
];

fn hostile() -> (Compiled, Vec<Vec<Value>>) {
    let names = columns(&[("Col\x1b[31m\u{202e}", Type::String), ("After", Type::Long)]);
    let rows = PAYLOADS.iter().enumerate().map(|(at, payload)| vec![text(*payload), Value::Long(at as i64)]);
    (compiled(names), rows.collect())
}
