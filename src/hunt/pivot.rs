//! From a row of a result to follow-up queries, as KQL text: the events behind a hit, the indicators of an
//! address. Every value in them goes through [`quote`]. Runs nothing.

use crate::compile::{Compiled, Origin, TableUse, literal, quoted, reference};
use crate::schema::Schema;
use crate::ticks;
use crate::types::Type;
use crate::value::Value;

/// Events that are read for one hit; one more is asked for, to know whether there are more.
pub const EVENTS_MAX: usize = 2_000;
/// Other users that are listed.
const SIGHTINGS_MAX: usize = 50;
/// Versions of indicators that are read for one address.
const INDICATORS_MAX: usize = 200;
/// Where an indicator's card comes from.
pub const INDICATOR_TABLE: &str = "ThreatIntelIndicators";

/// A follow-up query.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pivot {
    pub table: String,
    /// The column that the rows are in order of.
    pub time_column: Option<String>,
    /// The conditions, one a line, as shown.
    pub conditions: Vec<String>,
    pub kql: String,
    /// What the reader must know about the conditions.
    pub remark: Option<String>,
}

/// A KQL string literal of any text ("The string data type", escapes).
pub fn quote(text: &str) -> String {
    quoted(text)
}

/// A table or column in KQL, bracketed when it is no plain identifier.
pub fn name(text: &str) -> String {
    reference(text)
}

/// The datetime column that a table's rows are ordered by, when the query does not say it.
pub fn time_column(schema: &Schema, table: &str) -> Option<String> {
    let table = schema.table(table)?;
    let usual = ["TimeGenerated", "Timestamp"].into_iter().find(|name| table.column(name).is_some());
    let any = || table.listed().find(|column| column.ty == Type::Datetime).map(|column| column.name.clone());
    usual.map(str::to_string).or_else(any)
}

/// The events behind a hit: rows of the query's event table whose user and address are the hit's,
/// inside the query's look-back, in time order. The error says why there is no such query.
pub fn events(
    compiled: &Compiled,
    schema: &Schema,
    user: (usize, &str),
    address: (usize, &str),
) -> Result<Pivot, String> {
    let origin = |at: usize| compiled.origins.get(at).and_then(Option::as_ref);
    let named = |at: usize| compiled.columns.get(at).map_or("", |column| column.name.as_str());
    let from = origin(user.0).ok_or_else(|| {
        format!("the query makes '{}' itself, so no table holds the events behind it", named(user.0))
    })?;
    let (condition, remark) = match origin(address.0).filter(|other| other.table == from.table) {
        Some(other) => (format!("{} == {}", name(&other.column), quote(address.1)), None),
        None => derived_address(schema, from, address.1, named(address.0))?,
    };
    let used = compiled.tables.iter().find(|used| used.table == from.table);
    let time = used.and_then(|used| used.time_column.clone()).or_else(|| time_column(schema, &from.table));
    let mut conditions = vec![format!("{} == {}", name(&from.column), quote(user.1)), condition];
    // Bounds that exclude each other come from two readings of the table, which have one of them each.
    let sound = |used: &&TableUse| used.since.zip(used.until).is_none_or(|(since, until)| since <= until);
    if let (Some(used), Some(time)) = (used.filter(sound), &time) {
        conditions.extend(look_back(used, time));
    }
    let mut kql = name(&from.table);
    for condition in &conditions {
        kql.push_str(&format!("\n| where {condition}"));
    }
    if let Some(time) = &time {
        kql.push_str(&format!("\n| sort by {} asc", name(time)));
    }
    kql.push_str(&format!("\n| take {}", EVENTS_MAX + 1));
    Ok(Pivot { table: from.table.clone(), time_column: time, conditions, kql, remark })
}

/// Stretches of time that are asked for one by one; more of them are asked for as one.
const STRETCHES_MAX: usize = 40;

/// What the same user did around these times, the events themselves left out: up to `window` ticks before and after.
/// `None` without a time.
pub fn context(events: &Pivot, times: &[i64], window: i64) -> Option<String> {
    let time = name(events.time_column.as_ref()?);
    let (user, rest) = events.conditions.split_first()?;
    let stretches = stretches(times, window);
    let between = |(from, to): &(i64, i64)| {
        let at = |ticks: i64| literal(&Value::Datetime(ticks), Type::Datetime);
        format!("{time} between ({} .. {})", at(*from), at(*to))
    };
    let around = stretches.iter().map(between).collect::<Vec<_>>();
    if around.is_empty() {
        return None;
    }
    Some(format!(
        "{}\n| where {user}\n| where not({})\n| where {}\n| sort by {time} asc\n| take {EVENTS_MAX}",
        name(&events.table),
        rest.join(" and "),
        around.join(" or "),
    ))
}

/// The times with what is around them, those that touch as one.
fn stretches(times: &[i64], window: i64) -> Vec<(i64, i64)> {
    let mut times = times.to_vec();
    times.sort_unstable();
    let mut found: Vec<(i64, i64)> = Vec::new();
    for at in times {
        let (from, to) = ((at - window).max(0), at.saturating_add(window).min(ticks::DATETIME_MAX));
        match found.last_mut().filter(|last| last.1 >= from) {
            Some(last) => last.1 = to,
            None => found.push((from, to)),
        }
    }
    match (found.len(), found.first(), found.last()) {
        (count, Some(first), Some(last)) if count > STRETCHES_MAX => vec![(first.0, last.1)],
        _ => found,
    }
}

/// The other users whose events have the address of these, those with most of them first.
pub fn sightings(compiled: &Compiled, events: &Pivot, user: usize) -> Option<String> {
    let user = name(&compiled.origins.get(user)?.as_ref()?.column);
    let (this, rest) = events.conditions.split_first()?;
    let (address, _) = rest.split_first()?;
    let times = match &events.time_column {
        Some(time) => format!(", First = min({0}), Last = max({0})", name(time)),
        None => String::new(),
    };
    Some(format!(
        "{}\n| where {address}\n| where not({this})\n| summarize Events = count(){times} by User = {user}\n\
         | top {SIGHTINGS_MAX} by Events",
        name(&events.table),
    ))
}

/// The address of the result was cut out of a stored one, such as `IP:port`.
fn derived_address(
    schema: &Schema,
    user: &Origin,
    address: &str,
    column: &str,
) -> Result<(String, Option<String>), String> {
    let stored = ["ClientIP", "ClientIPAddress", "IPAddress"]
        .into_iter()
        .find(|name| schema.table(&user.table).is_some_and(|table| table.column(name).is_some()))
        .ok_or_else(|| format!("the query makes '{column}' itself, and {} has no address", user.table))?;
    let remark = format!("the query makes '{column}' itself: events are those whose {stored} has it");
    Ok((format!("{stored} has {}", quote(address)), Some(remark)))
}

/// The bounds of a [`TableUse`] are inclusive.
fn look_back(used: &TableUse, time: &str) -> Vec<String> {
    let bound = |sign: &str, at: Option<i64>| {
        at.map(|at| format!("{} {sign} {}", name(time), literal(&Value::Datetime(at), Type::Datetime)))
    };
    [bound(">=", used.since), bound("<=", used.until)].into_iter().flatten().collect()
}

/// Every version of every indicator whose pattern names exactly this address, known at the clock, the
/// newest first. STIX patterns hold values between single quotes.
pub fn indicators(address: &str, now: i64) -> String {
    format!(
        "{INDICATOR_TABLE}\n| where TimeGenerated <= {}\n| where Pattern contains {}\n\
         | sort by TimeGenerated desc\n| take {INDICATORS_MAX}",
        literal(&Value::Datetime(now), Type::Datetime),
        quote(&format!("'{address}'")),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::types::ColumnType;

    fn compiled() -> Compiled {
        let from = |column: &str| Some(Origin { table: "OfficeActivity".into(), column: column.into() });
        let column = |name: &str| ColumnType::new(name, Type::String);
        Compiled {
            name: None,
            sql: String::new(),
            columns: vec![column("UserId"), column("MaliciousIP"), column("Cut")],
            untyped: vec![false; 3],
            origins: vec![from("UserId"), from("ClientIP"), None],
            render: None,
            inputs: Vec::new(),
            tables: vec![TableUse {
                table: "OfficeActivity".into(),
                time_column: Some("TimeGenerated".into()),
                since: Some(ticks::UNIX_EPOCH + 1),
                until: None,
            }],
            now: 0,
            streams: false,
            steadiness: Default::default(),
            untied: None,
            functions: Vec::new(),
            bare_table: None,
            row_ids: None,
        }
    }

    #[test]
    fn events_follow_renames_and_the_look_back() {
        let pivot = events(&compiled(), &Schema::default(), (0, "o'neil \"x\\"), (1, "203.0.113.9")).unwrap();
        assert_eq!(
            pivot.kql,
            "OfficeActivity\n| where UserId == \"o'neil \\\"x\\\\\"\n| where ClientIP == \"203.0.113.9\"\n\
             | where TimeGenerated >= datetime(1970-01-01T00:00:00.0000001Z)\n\
             | sort by TimeGenerated asc\n| take 2001"
        );
    }

    #[test]
    fn what_is_around_the_events_is_asked_in_stretches() {
        let pivot = events(&compiled(), &Schema::default(), (0, "amy"), (1, "203.0.113.9")).unwrap();
        let hour = |hours: i64| ticks::UNIX_EPOCH + hours * ticks::HOUR;
        let asked = context(&pivot, &[hour(3), hour(1), hour(2), hour(9)], ticks::HOUR / 2).unwrap();
        assert_eq!(
            asked,
            "OfficeActivity\n| where UserId == \"amy\"\n| where not(ClientIP == \"203.0.113.9\" and \
             TimeGenerated >= datetime(1970-01-01T00:00:00.0000001Z))\n| where TimeGenerated between \
             (datetime(1970-01-01T00:30:00Z) .. datetime(1970-01-01T03:30:00Z)) or TimeGenerated between \
             (datetime(1970-01-01T08:30:00Z) .. datetime(1970-01-01T09:30:00Z))\n\
             | sort by TimeGenerated asc\n| take 2000"
        );
        assert_eq!(context(&pivot, &[], ticks::HOUR), None);
        let many: Vec<i64> = (0..100).map(|at| hour(at * 10)).collect();
        assert_eq!(stretches(&many, ticks::HOUR), [(hour(-1), hour(991))]);
        let others = sightings(&compiled(), &pivot, 0).unwrap();
        assert!(others.contains("| where not(UserId == \"amy\")"), "{others}");
    }

    #[test]
    fn what_the_query_makes_itself_is_said() {
        let error = events(&compiled(), &Schema::default(), (2, "x"), (1, "y")).unwrap_err();
        assert!(error.contains("'Cut'"), "{error}");
        assert!(events(&compiled(), &Schema::default(), (0, "x"), (2, "y")).is_err());
    }

    #[test]
    fn no_value_leaves_its_literal() {
        assert_eq!(quote("\" | take 0 //\r\n\u{7}"), "\"\\\" | take 0 //\\r\\n\\u0007\"");
        assert_eq!(name("a b\"]"), "[\"a b\\\"]\"]");
        assert_eq!(name("Time_1"), "Time_1");
        assert_eq!(name("1st"), "[\"1st\"]");
    }
}
