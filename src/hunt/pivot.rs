//! From a row of a result to follow-up queries, as KQL text: the events behind a hit, the indicators of an
//! address. Every value in them goes through [`quote`]. Runs nothing.

use crate::catalog::tables;
use crate::compile::{Compiled, Origin, TableUse, literal, quoted, reference};
use crate::hunt::hits::ADDRESSES;
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
    /// At least one.
    pub parts: Vec<Part>,
    /// The column that the rows are in order of.
    pub time_column: Option<String>,
    pub kql: String,
    /// What the reader must know about the conditions.
    pub remark: Option<String>,
}

/// Rows of one table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    pub table: String,
    /// As the table has it.
    pub time_column: Option<String>,
    /// The conditions, one a line, as shown: of the user, of the address, others.
    pub conditions: Vec<String>,
}

/// Columns that rows of several tables get: which table each is of, and when it happened.
pub const EVENT_TABLE: &str = "EventTable";
const EVENT_TIME: &str = "EventTime";

impl Part {
    fn shown(&self) -> String {
        format!("{} | where {}", self.table, self.conditions.join(" and "))
    }

    /// The rows that meet conditions; beside those of other tables with columns that all have.
    fn rows(&self, conditions: &[String], several: bool) -> String {
        let mut kql = name(&self.table);
        for condition in conditions {
            kql.push_str(&format!("\n| where {condition}"));
        }
        if several {
            if let Some(time) = &self.time_column {
                kql.push_str(&format!("\n| project-rename {EVENT_TIME} = {}", name(time)));
            }
            kql.push_str(&format!("\n| extend {EVENT_TABLE} = {}", quote(&self.table)));
        }
        kql
    }
}

impl Pivot {
    /// Where the events are looked for, for people.
    pub fn shown(&self) -> String {
        self.parts.iter().map(Part::shown).collect::<Vec<_>>().join("; ")
    }
}

/// One query, or several as one.
fn together(parts: &[String]) -> String {
    match parts {
        [one] => one.clone(),
        several => format!("union ({})", several.join("), (")),
    }
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
    let found = schema.table(table)?;
    let times = || found.listed().filter(|column| column.ty == Type::Datetime);
    let usual = tables::times(table).find_map(|name| times().find(|column| column.name == name));
    usual.or_else(|| times().next()).map(|column| column.name.clone())
}

/// The events behind a hit: rows of the query's event table whose user and address are the hit's,
/// inside the query's look-back, in time order. The error says why there is no such query.
pub fn events(
    compiled: &Compiled,
    schema: &Schema,
    user: (usize, &str),
    address: (usize, &str),
) -> Result<Pivot, String> {
    let named = |at: usize| compiled.columns.get(at).map_or("", |column| column.name.as_str());
    let tables = event_tables(compiled, user.0, address.0);
    if tables.is_empty() {
        return Err(format!(
            "the query makes '{}' itself, so no table holds the events behind it",
            named(user.0)
        ));
    }
    let (mut parts, mut remarks, mut errors) = (Vec::new(), Vec::new(), Vec::new());
    for table in tables {
        match part(compiled, schema, table, (user, named(user.0)), (address, named(address.0))) {
            Ok((part, said)) => {
                parts.push(part);
                remarks.extend(said);
            }
            Err(why) => errors.push(why),
        }
    }
    if parts.is_empty() {
        return Err(errors.join("; "));
    }
    remarks.extend(errors);
    let several = parts.len() > 1;
    let time_column = match several {
        true => parts.iter().all(|part| part.time_column.is_some()).then(|| EVENT_TIME.to_owned()),
        false => parts[0].time_column.clone(),
    };
    let rows: Vec<String> = parts.iter().map(|part| part.rows(&part.conditions, several)).collect();
    let mut kql = together(&rows);
    if let Some(time) = &time_column {
        kql.push_str(&format!("\n| sort by {} asc", name(time)));
    }
    kql.push_str(&format!("\n| take {}", EVENTS_MAX + 1));
    let remark = (!remarks.is_empty()).then(|| remarks.join("; "));
    Ok(Pivot { parts, time_column, kql, remark })
}

/// A column of the result: its place and value, and its name.
type Sought<'a> = ((usize, &'a str), &'a str);

/// The events of a hit in one table, and what must be said of how they are found.
fn part(
    compiled: &Compiled,
    schema: &Schema,
    table: &str,
    (user, user_name): Sought<'_>,
    (address, address_name): Sought<'_>,
) -> Result<(Part, Vec<String>), String> {
    let (of_user, said_of_user) = wanted(compiled, table, user)
        .ok_or_else(|| format!("{table} has no column that '{user_name}' comes from"))?;
    let (condition, said_of_address) = match wanted(compiled, table, address) {
        Some(found) => found,
        None => other_address(schema, table, address.1, address_name)?,
    };
    let used = compiled.tables.iter().find(|used| used.table == *table);
    let time = used.and_then(|used| used.time_column.clone()).or_else(|| time_column(schema, table));
    let mut conditions = vec![of_user, condition];
    let mut remarks: Vec<String> = said_of_user.into_iter().chain(said_of_address).collect();
    // Several readings have bounds of their own; those that exclude each other come from two readings in one.
    let sound = |used: &&TableUse| used.since.zip(used.until).is_none_or(|(since, until)| since <= until);
    match (used.filter(sound), &time) {
        (Some(used), Some(_)) if used.readings > 1 && (used.since.is_some() || used.until.is_some()) => {
            remarks.push(format!("the query reads {table} {} times: events of all times", used.readings));
        }
        (Some(used), Some(time)) => conditions.extend(look_back(used, time)),
        _ => {}
    }
    Ok((Part { table: table.to_owned(), time_column: time, conditions }, remarks))
}

/// The tables that a hit's events are in: those that both the user and the address come from, such as the parts of a
/// union; without any the first that the user comes from.
fn event_tables(compiled: &Compiled, user: usize, address: usize) -> Vec<&str> {
    let sources = |at: usize| compiled.sources.get(at).map(Vec::as_slice).unwrap_or_default();
    let both = |one: &&Origin| sources(address).iter().any(|other| other.table == one.table);
    let mut tables: Vec<&str> = Vec::new();
    for one in sources(user).iter().filter(both) {
        if !tables.contains(&one.table.as_str()) {
            tables.push(&one.table);
        }
    }
    if tables.is_empty() {
        tables.extend(sources(user).first().map(|one| one.table.as_str()));
    }
    tables
}

/// The condition that a row of the table has a column's value, and what must be said of it; `None` when the column
/// does not come from the table.
fn wanted(compiled: &Compiled, table: &str, (at, value): (usize, &str)) -> Option<(String, Option<String>)> {
    if let Some(origin) = compiled.origins.get(at)?.as_ref().filter(|origin| origin.table == table) {
        return Some((format!("{} == {}", name(&origin.column), quote(value)), None));
    }
    let sources = compiled.sources.get(at)?.iter().filter(|source| source.table == table);
    let stored: Vec<String> = sources.map(|source| name(&source.column)).collect();
    if stored.is_empty() {
        return None;
    }
    let made = &compiled.columns.get(at)?.name;
    let remark =
        format!("the query makes '{made}' itself: events are those whose {} has it", stored.join(" or "));
    Some((has(&stored, value), Some(remark)))
}

/// That one of these columns has a text in it, or in another spelling an address.
fn has(columns: &[String], value: &str) -> String {
    let value = quote(value);
    let mut any: Vec<String> = columns.iter().map(|column| format!("{column} has {value}")).collect();
    if value.contains(':') {
        let same = |column: &String| format!("kqlhunt_address({column}) == kqlhunt_address({value})");
        any.push(format!(
            "isnotempty(kqlhunt_address({value})) and ({})",
            columns.iter().map(same).collect::<Vec<_>>().join(" or ")
        ));
    }
    match any.as_slice() {
        [one] => one.clone(),
        several => format!("({})", several.join(" or ")),
    }
}

/// Stretches of time that are asked for one by one; more of them are asked for as one.
const STRETCHES_MAX: usize = 40;

/// What the same user did around these times, the events themselves left out: up to `window` ticks before and after.
/// `None` without a time.
pub fn context(events: &Pivot, times: &[i64], window: i64) -> Option<String> {
    let stretches = stretches(times, window);
    let time = events.time_column.as_ref().filter(|_| !stretches.is_empty())?;
    let around = |part: &Part| {
        let time = name(part.time_column.as_ref()?);
        let (user, rest) = part.conditions.split_first()?;
        let between = |(from, to): &(i64, i64)| {
            let at = |ticks: i64| literal(&Value::Datetime(ticks), Type::Datetime);
            format!("{time} between ({} .. {})", at(*from), at(*to))
        };
        let around = stretches.iter().map(between).collect::<Vec<_>>().join(" or ");
        let conditions = [user.clone(), format!("not({})", rest.join(" and ")), around];
        Some(part.rows(&conditions, events.parts.len() > 1))
    };
    let rows: Option<Vec<String>> = events.parts.iter().map(around).collect();
    Some(format!("{}\n| sort by {} asc\n| take {EVENTS_MAX}", together(&rows?), name(time)))
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
    let of = |part: &Part| {
        let source = compiled.sources.get(user)?.iter().find(|one| one.table == part.table)?;
        let (this, rest) = part.conditions.split_first()?;
        let (address, _) = rest.split_first()?;
        let time = part.time_column.as_ref().map(|time| format!(", At = {}", name(time))).unwrap_or_default();
        let conditions = [address.clone(), format!("not({this})")];
        Some(format!("{}\n| project User = {}{time}", part.rows(&conditions, false), name(&source.column)))
    };
    let rows: Option<Vec<String>> = events.parts.iter().map(of).collect();
    let times = if events.time_column.is_some() { ", First = min(At), Last = max(At)" } else { "" };
    let all = together(&rows?);
    Some(format!("{all}\n| summarize Events = count(){times} by User\n| top {SIGHTINGS_MAX} by Events"))
}

/// The address of the result comes from elsewhere, such as an indicator: the addresses of the table are looked at.
fn other_address(
    schema: &Schema,
    table: &str,
    address: &str,
    column: &str,
) -> Result<(String, Option<String>), String> {
    let there = |name: &&str| schema.table(table).is_some_and(|found| found.column(name).is_some());
    let stored: Vec<String> = ADDRESSES.iter().filter(|name| there(name)).map(|one| name(one)).collect();
    if stored.is_empty() {
        return Err(format!("the query makes '{column}' itself, and {table} has no address"));
    }
    let remark =
        format!("the query makes '{column}' itself: events are those whose {} has it", stored.join(" or "));
    Ok((has(&stored, address), Some(remark)))
}

/// The bounds of a [`TableUse`] are inclusive.
fn look_back(used: &TableUse, time: &str) -> Vec<String> {
    let bound = |sign: &str, at: Option<i64>| {
        at.map(|at| format!("{} {sign} {}", name(time), literal(&Value::Datetime(at), Type::Datetime)))
    };
    [bound(">=", used.since), bound("<=", used.until)].into_iter().flatten().collect()
}

/// Every version of every indicator whose pattern names this address or a network that holds it, known at the clock,
/// the newest first. STIX patterns hold values between single quotes.
pub fn indicators(address: &str, now: i64) -> String {
    let quoted = quote(address);
    format!(
        "{INDICATOR_TABLE}\n| where TimeGenerated <= {}\n\
         | where Pattern contains {} or Pattern has \"/\" and kqlhunt_in_network({quoted}, \
         extract(@\"'([0-9A-Fa-f.:]+/[0-9]{{1,3}})'\", 1, Pattern))\n\
         | sort by TimeGenerated desc\n| take {INDICATORS_MAX}",
        literal(&Value::Datetime(now), Type::Datetime),
        quote(&format!("'{address}'")),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compile::Origin;
    use crate::types::ColumnType;

    fn compiled() -> Compiled {
        let from = |column: &str| Some(Origin { table: "OfficeActivity".into(), column: column.into() });
        let column = |name: &str| ColumnType::new(name, Type::String);
        Compiled {
            origins: vec![from("UserId"), from("ClientIP"), None],
            sources: [from("UserId"), from("ClientIP"), None].map(|one| one.into_iter().collect()).to_vec(),
            tables: vec![TableUse {
                table: "OfficeActivity".into(),
                time_column: Some("TimeGenerated".into()),
                since: Some(ticks::UNIX_EPOCH + 1),
                until: None,
                readings: 1,
            }],
            ..Compiled::of_columns(vec![column("UserId"), column("MaliciousIP"), column("Cut")], 0)
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
    fn computed_columns_are_looked_for_in_what_they_are_made_of() {
        let mut made = compiled();
        let from = |column: &str| Origin { table: "OfficeActivity".into(), column: column.into() };
        made.sources[2] = vec![from("ClientIP"), from("Client_IPAddress")];
        made.tables[0].readings = 2;
        let pivot = events(&made, &Schema::default(), (0, "amy"), (2, "203.0.113.9")).unwrap();
        assert_eq!(
            pivot.parts[0].conditions,
            ["UserId == \"amy\"", "(ClientIP has \"203.0.113.9\" or Client_IPAddress has \"203.0.113.9\")"]
        );
        let said = pivot.remark.unwrap();
        assert!(
            said.contains("makes 'Cut' itself") && said.contains("2 times: events of all times"),
            "{said}"
        );
        let six = events(&made, &Schema::default(), (0, "amy"), (2, "2001:db8::1")).unwrap();
        assert!(
            six.parts[0].conditions[1]
                .contains("kqlhunt_address(ClientIP) == kqlhunt_address(\"2001:db8::1\")")
        );
    }

    #[test]
    fn all_parts_of_a_union_are_looked_at() {
        let mut both = compiled();
        let from = |column: &str| Origin { table: "SigninLogs".into(), column: column.into() };
        both.sources[0].push(from("UserPrincipalName"));
        let of = |compiled: &Compiled| {
            events(compiled, &Schema::default(), (0, "amy"), (1, "203.0.113.9")).unwrap()
        };
        // A key of a join, whose other side has no such address.
        assert_eq!(of(&both).parts.len(), 1);
        both.sources[1].push(from("IPAddress"));
        both.tables.push(TableUse {
            table: "SigninLogs".into(),
            time_column: Some("CreatedDateTime".into()),
            since: None,
            until: None,
            readings: 1,
        });
        let pivot = of(&both);
        assert_eq!(pivot.time_column.as_deref(), Some("EventTime"));
        for said in [
            "union (OfficeActivity\n| where UserId == \"amy\"",
            "| project-rename EventTime = TimeGenerated\n| extend EventTable = \"OfficeActivity\"), (SigninLogs",
            "| where UserPrincipalName has \"amy\"\n| where IPAddress has \"203.0.113.9\"",
            "\n| sort by EventTime asc",
        ] {
            assert!(pivot.kql.contains(said), "{said}: {}", pivot.kql);
        }
        let around = context(&pivot, &[ticks::UNIX_EPOCH], ticks::HOUR).unwrap();
        assert!(around.contains("| where CreatedDateTime between ("), "{around}");
        let others = sightings(&both, &pivot, 0).unwrap();
        assert!(others.contains("| project User = UserPrincipalName, At = CreatedDateTime)"), "{others}");
    }

    #[test]
    fn no_value_leaves_its_literal() {
        assert_eq!(quote("\" | take 0 //\r\n\u{7}"), "\"\\\" | take 0 //\\r\\n\\u0007\"");
        assert_eq!(name("a b\"]"), "[\"a b\\\"]\"]");
        assert_eq!(name("Time_1"), "Time_1");
        assert_eq!(name("1st"), "[\"1st\"]");
    }
}
