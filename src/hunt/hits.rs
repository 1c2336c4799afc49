//! Hits of a hunt: which columns of a result are the user, the address, the severity and the count, and
//! the users by severity and hits. Pure; knows no query and no screen.

use std::collections::HashMap;
use std::net::IpAddr;

use crate::compile::Origin;
use crate::types::{ColumnType, Type};
use crate::value::Value;

/// What the columns of a result are to a hunter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Roles {
    pub user: usize,
    pub address: usize,
    pub severity: Option<usize>,
    /// Events in a row of the result; without it each row is one.
    pub count: Option<usize>,
    /// How sure the indicator is.
    pub confidence: Option<usize>,
}

/// One user with the rows of the result that are theirs.
#[derive(Clone, Debug, PartialEq)]
pub struct User {
    pub name: String,
    /// The worst severity of the rows, as the result spells it; empty without one.
    pub severity: String,
    pub hits: u64,
    /// The greatest of the rows, 0 without one.
    pub confidence: i64,
    /// Rows of the result, the worst first.
    pub rows: Vec<usize>,
}

/// Names of user columns in the tables of Defender and Sentinel, the surest first.
const USERS: [&str; 13] = [
    "UserId",
    "UserPrincipalName",
    "AccountUpn",
    "UserUpn",
    "UserKey",
    "AccountObjectId",
    "AccountDisplayName",
    "AccountName",
    "MailboxOwnerUPN",
    "Account",
    "User",
    "Actor",
    "Identity",
];
/// As [`USERS`], of addresses.
pub const ADDRESSES: [&str; 11] = [
    "ClientIP",
    "ClientIPAddress",
    "Client_IPAddress",
    "IPAddress",
    "IpAddress",
    "MaliciousIP",
    "ActorIpAddress",
    "SourceIP",
    "SrcIpAddr",
    "RemoteIP",
    "CallerIpAddress",
];
/// Words of severities from the mildest on.
const SEVERITIES: [&str; 5] = ["informational", "low", "medium", "high", "critical"];

impl Roles {
    /// The error says what is missing: one sentence, lower case.
    pub fn of(
        columns: &[ColumnType],
        origins: &[Option<Origin>],
        sources: &[Vec<Origin>],
        rows: &[Vec<Value>],
    ) -> Result<Roles, String> {
        let result = Known { columns, origins, sources, rows };
        let user = result
            .best(&USERS, |_| true, |word| matches!(word, "user" | "upn" | "account" | "actor"))
            .ok_or("the hits of a result need a column of users, such as UserId")?;
        let address = result
            .best(&ADDRESSES, holds_address, |word| matches!(word, "ip" | "ipv4" | "ipv6"))
            .ok_or("the hits of a result need a column of addresses, such as ClientIP")?;
        let severity = (0..columns.len()).find(|at| {
            columns[*at].ty == Type::String
                && words(&columns[*at].name).iter().any(|word| word == "severity")
                && rows.iter().any(|row| rank(&row[*at].text()).is_some())
        });
        let numbers = || (0..columns.len()).filter(|at| columns[*at].ty.integer());
        let named = |wanted: &str| {
            numbers().find(|at| words(&columns[*at].name).iter().any(|word| word.starts_with(wanted)))
        };
        let count = named("hit").or_else(|| named("count"));
        // The shipped hunts call the confidence a severity, as a number.
        let confidence = named("confidence").or_else(|| named("severity"));
        Ok(Roles { user, address, severity, count, confidence })
    }
}

/// What is known of a result.
struct Known<'r> {
    columns: &'r [ColumnType],
    origins: &'r [Option<Origin>],
    sources: &'r [Vec<Origin>],
    rows: &'r [Vec<Value>],
}

impl Known<'_> {
    /// A column that is known by its name or by that of the stored column it comes from, else one that the query made
    /// of such a column and that looks like it, else one by a word in its name.
    fn best(&self, known: &[&str], looks: fn(&str) -> bool, word: fn(&str) -> bool) -> Option<usize> {
        let texts = || (0..self.columns.len()).filter(|at| self.columns[*at].ty == Type::String);
        let origin = |at: usize| self.origins.get(at).and_then(Option::as_ref);
        let by_name = |wanted: &&str| {
            texts().find(|at| {
                self.columns[*at].name == **wanted || origin(*at).is_some_and(|from| from.column == **wanted)
            })
        };
        let made_of = |wanted: &&str| {
            let from = |at: &usize| {
                self.sources.get(*at).is_some_and(|from| from.iter().any(|one| one.column == **wanted))
            };
            texts().filter(from).find(|at| self.looks(*at, looks))
        };
        let by_word = |at: &usize| words(&self.columns[*at].name).iter().any(|one| word(one));
        known.iter().find_map(by_name).or_else(|| known.iter().find_map(made_of)).or_else(|| {
            let mut candidates: Vec<_> = texts().filter(by_word).collect();
            candidates.sort_by_key(|at| origin(*at).is_none());
            candidates.first().copied()
        })
    }

    /// Whether the first values that there are look as they should.
    fn looks(&self, column: usize, looks: fn(&str) -> bool) -> bool {
        let values = self.rows.iter().map(|row| row[column].text()).filter(|text| !text.is_empty());
        values.take(LOOKED_AT).all(|text| looks(&text))
    }
}

/// Values of a column that decide whether it is one of addresses.
const LOOKED_AT: usize = 20;

/// An address, perhaps with brackets and a port.
fn holds_address(text: &str) -> bool {
    let text = text.trim();
    let inside = text.strip_prefix('[').and_then(|rest| rest.split(']').next()).unwrap_or(text);
    let inside = inside.split('%').next().unwrap_or(inside);
    let alone = text.split([':', '-']).next().unwrap_or(text);
    inside.parse::<IpAddr>().is_ok() || alone.parse::<IpAddr>().is_ok()
}

/// `MaliciousIP` is `malicious`, `ip`; `count_` is `count`.
fn words(name: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let mut lower_before = false;
    for letter in name.chars() {
        let starts = !letter.is_alphanumeric() || letter.is_uppercase() && lower_before;
        if starts || words.is_empty() {
            words.push(String::new());
        }
        if let Some(word) = words.last_mut().filter(|_| letter.is_alphanumeric()) {
            word.extend(letter.to_lowercase());
        }
        lower_before = letter.is_lowercase();
    }
    words
}

fn rank(severity: &str) -> Option<usize> {
    SEVERITIES.iter().position(|word| word.eq_ignore_ascii_case(severity.trim()))
}

/// The users, the worst severity first, then the most hits, then the greatest confidence, then by name; a user's rows likewise.
pub fn users(rows: &[Vec<Value>], roles: Roles) -> Vec<User> {
    let severity = |row: usize| roles.severity.map(|at| rows[row][at].text()).unwrap_or_default();
    let hits = |row: usize| match roles.count.map(|at| &rows[row][at]) {
        Some(Value::Long(count)) => (*count).max(0) as u64,
        Some(Value::Int(count)) => (*count).max(0) as u64,
        Some(_) => 0,
        None => 1,
    };
    let confidence = |row: usize| match roles.confidence.map(|at| &rows[row][at]) {
        Some(Value::Long(value)) => *value,
        Some(Value::Int(value)) => i64::from(*value),
        Some(_) | None => 0,
    };
    let mut users: Vec<User> = Vec::new();
    let mut known: HashMap<String, usize> = HashMap::new();
    for (at, row) in rows.iter().enumerate() {
        let name = row[roles.user].text();
        let user = *known.entry(name.clone()).or_insert_with(|| {
            users.push(User { name, severity: String::new(), hits: 0, confidence: 0, rows: Vec::new() });
            users.len() - 1
        });
        users[user].hits += hits(at);
        users[user].confidence = users[user].confidence.max(confidence(at));
        users[user].rows.push(at);
        if rank(&severity(at)) > rank(&users[user].severity) {
            users[user].severity = severity(at);
        }
    }
    for user in &mut users {
        user.rows
            .sort_by_key(|at| (std::cmp::Reverse(rank(&severity(*at))), std::cmp::Reverse(hits(*at)), *at));
    }
    let worst = |user: &User| std::cmp::Reverse((rank(&user.severity), user.hits, user.confidence));
    users.sort_by(|left, right| worst(left).cmp(&worst(right)).then_with(|| left.name.cmp(&right.name)));
    users
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(value: &str) -> Value {
        Value::String(value.into())
    }

    fn columns(of: &[(&str, Type)]) -> Vec<ColumnType> {
        of.iter().map(|(name, ty)| ColumnType::new(*name, *ty)).collect()
    }

    #[test]
    fn the_columns_are_found_by_name_origin_and_word() {
        let shipped = columns(&[
            ("TimeGenerated", Type::Datetime),
            ("UserId", Type::String),
            ("MaliciousIP", Type::String),
            ("ThreatSeverity", Type::Int),
            ("HitCount", Type::Long),
            ("RiskyOps", Type::Long),
            ("AlertSeverity", Type::String),
        ]);
        let row = vec![
            Value::Null,
            text("amy"),
            text("203.0.113.9"),
            Value::Int(95),
            Value::Long(4),
            Value::Long(1),
            text("High"),
        ];
        let roles = Roles::of(&shipped, &[], &[], &[row]).unwrap();
        assert_eq!(
            roles,
            Roles { user: 1, address: 2, severity: Some(6), count: Some(4), confidence: Some(3) }
        );

        let renamed =
            columns(&[("Who", Type::String), ("From", Type::String), ("ShippingAddress", Type::String)]);
        let from = |column: &str| Some(Origin { table: "OfficeActivity".into(), column: column.into() });
        let roles = Roles::of(&renamed, &[from("UserId"), from("ClientIP"), None], &[], &[]).unwrap();
        assert_eq!((roles.user, roles.address), (0, 1));
        assert!(Roles::of(&renamed, &[None, None, None], &[], &[]).unwrap_err().contains("users"));
    }

    #[test]
    fn what_the_query_makes_is_known_by_what_it_is_made_of() {
        let made = columns(&[("Who", Type::String), ("Country", Type::String), ("From", Type::String)]);
        let of = |column: &str| vec![Origin { table: "OfficeActivity".into(), column: column.into() }];
        let sources = [of("UserId"), of("ClientIP"), of("ClientIP")];
        let row = |from: &str| vec![text("amy"), text("NL"), text(from)];
        for from in ["203.0.113.9", "203.0.113.9:443", "[2001:db8::1]:443", "fe80::1%16", ""] {
            let roles = Roles::of(&made, &[None, None, None], &sources, &[row(from), row("")]).unwrap();
            assert_eq!((roles.user, roles.address), (0, 2), "{from}");
        }
        let hashed = Roles::of(&made, &[None, None, None], &sources, &[row("9f86d081884c7d65")]);
        assert!(hashed.unwrap_err().contains("addresses"));
    }

    #[test]
    fn severity_ranks_before_hits() {
        let row = |user: &str, severity: &str, hits| vec![text(user), text(severity), Value::Long(hits)];
        let rows = [
            row("amy", "Low", 900),
            row("bo", "High", 1),
            row("cy", "Critical", 2),
            row("bo", "Critical", 3),
            row("dee", "", 7),
        ];
        let roles = Roles { user: 0, address: 0, severity: Some(1), count: Some(2), confidence: None };
        let users = users(&rows, roles);
        let order: Vec<_> = users.iter().map(|user| (user.name.as_str(), user.hits)).collect();
        assert_eq!(order, [("bo", 4), ("cy", 2), ("amy", 900), ("dee", 7)]);
        assert_eq!(users[0].rows, [3, 1]);
    }
}
