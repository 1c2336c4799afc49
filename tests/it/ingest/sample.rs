//! The shipped sample: made by its script, clean, and with the story in it that its README tells. The
//! hunts are followed here in plain Rust, so that the engine's answers have something to be equal to.

use std::collections::{BTreeMap, BTreeSet};
use std::net::{Ipv4Addr, Ipv6Addr};
use std::process::Command;

use kqlhunt::ingest::sample::{CLOCK, FILES, load};
use kqlhunt::ticks::{DAY, HOUR};
use kqlhunt::value::Value;
use regex::Regex;

use super::memory::Memory;

fn sample() -> Memory {
    let mut sink = Memory::default();
    for summary in load(&mut sink).expect("the sink does not fail") {
        assert_eq!((summary.files, summary.quarantined, summary.blank, summary.surrogates), (1, 0, 0, 0));
        assert_eq!((summary.kept_aside, summary.without_column), (0, 0), "{summary:?}");
        assert!(summary.failed.is_empty() && summary.loaded > 0, "{summary:?}");
    }
    sink
}

#[test]
fn the_files_are_what_the_script_writes() {
    let root = crate::project("");
    let folder = tempfile::tempdir().expect("makes a folder");
    let made = Command::new("python3").arg(root.join("scripts/sample-data")).arg(folder.path()).status();
    let Ok(status) = made else {
        eprintln!("no python3 here: the sample is not compared with its script");
        return;
    };
    assert!(status.success());
    for file in FILES {
        let made = std::fs::read(folder.path().join(file.name)).expect("the script writes every file");
        assert!(made == file.bytes, "{} differs: run scripts/sample-data", file.name);
    }
    let size: usize = FILES.iter().map(|file| file.bytes.len()).sum();
    assert!(size < 2 << 20, "the sample is in every binary: {size} bytes");
}

#[test]
fn addresses_are_those_reserved_for_documentation() {
    let v4 = Regex::new(r"(?:^|[^0-9./A-Za-z])(\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3})(?:[^0-9.]|$)")
        .expect("compiles");
    let v6 = Regex::new(r"[0-9A-Fa-f]*(?::[0-9A-Fa-f]*){2,}").expect("compiles");
    let nets = [[192, 0, 2], [198, 51, 100], [203, 0, 113]];
    let mut seen = BTreeSet::new();
    for file in FILES {
        let text = std::str::from_utf8(file.bytes).expect("is UTF-8");
        for found in v4.captures_iter(text) {
            let Ok(address) = found[1].parse::<Ipv4Addr>() else { continue };
            assert!(
                nets.contains(&[address.octets()[0], address.octets()[1], address.octets()[2]]),
                "{address}"
            );
            seen.insert(address.to_string());
        }
        for found in v6.find_iter(text) {
            let Ok(address) = found.as_str().parse::<Ipv6Addr>() else { continue };
            let documentation = address.segments()[..2] == [0x2001, 0xdb8];
            // Loopback, link-local and IPv4 within IPv6 are nobody's address either.
            let nobodys =
                address.is_loopback() || address.is_unicast_link_local() || address.segments()[..5] == [0; 5];
            assert!(documentation || nobodys, "{address}");
            seen.insert(address.to_string());
        }
    }
    assert!(seen.len() > 30 && seen.contains("2001:db8:bad::7"), "{seen:?}");
}

#[test]
fn releases_come_on_some_days_and_not_on_others() {
    let sink = sample();
    // From 14 April to 14 May.
    let mut days = [0; 31];
    for (table, row) in &sink.state.rows {
        if table != "CloudAppEvents" {
            continue;
        }
        let Value::Datetime(time) = row["Timestamp"] else { panic!("a datetime") };
        assert!(time <= CLOCK && row["TimeGenerated"] == row["Timestamp"]);
        if row["ActionType"] == Value::String("QuarantineReleaseMessage".into()) {
            days[(time / DAY - CLOCK / DAY + 30) as usize] += 1;
        }
    }
    let expected =
        [2, 1, 3, 2, 0, 0, 1, 3, 2, 0, 4, 0, 0, 2, 1, 2, 0, 3, 0, 0, 2, 4, 1, 2, 3, 0, 0, 5, 19, 11, 4];
    assert_eq!(days, expected);
}

type Row = BTreeMap<String, Value>;

fn text<'a>(row: &'a Row, column: &str) -> &'a str {
    match row.get(column) {
        Some(Value::String(text)) => text,
        _ => "",
    }
}

fn time(row: &Row, column: &str) -> Option<i64> {
    match row.get(column) {
        Some(Value::Datetime(ticks)) => Some(*ticks),
        _ => None,
    }
}

const RISKY: &[&str] = &[
    "FileDownloaded",
    "FileSyncDownloadedFull",
    "MailItemsAccessed",
    "New-InboxRule",
    "SharingInvitationCreated",
    "AnonymousLinkCreated",
    "AnonymousLinkUsed",
    "MessageCreated",
    "MemberAdded",
    "Add-MailboxPermission",
    "New-MailboxExportRequest",
];

/// Hits of the last hour by user and address, with their severity.
fn hits(
    sink: &Memory,
    malicious: &BTreeSet<String>,
    addresses: fn(&Row) -> Vec<String>,
) -> BTreeMap<(String, String), (usize, &'static str)> {
    let mut found: BTreeMap<(String, String), (usize, usize)> = BTreeMap::new();
    let rows = sink.state.rows.iter().filter(|(table, _)| table == "OfficeActivity").map(|(_, row)| row);
    for row in rows.filter(|row| time(row, "TimeGenerated").is_some_and(|time| time > CLOCK - HOUR)) {
        for address in addresses(row).into_iter().filter(|address| malicious.contains(address)) {
            let hit = found.entry((text(row, "UserId").into(), address)).or_default();
            hit.0 += 1;
            hit.1 += usize::from(RISKY.contains(&text(row, "Operation")));
        }
    }
    let severity = |(hits, risky)| match (hits, risky) {
        (_, 5..) => "Critical",
        (_, 1..) => "High",
        (10.., _) => "Medium",
        _ => "Low",
    };
    found.into_iter().map(|(key, hit)| (key, (hit.0, severity(hit)))).collect()
}

#[test]
fn the_hunt_for_known_addresses_has_every_severity() {
    let sink = sample();
    let pattern = Regex::new(r"ipv4-addr:value\s*=\s*'([^']+)'").expect("compiles");
    let indicators = sink.state.rows.iter().filter(|(table, _)| table == "ThreatIntelIndicators");
    let malicious: BTreeSet<String> = indicators
        .filter(|(_, row)| time(row, "TimeGenerated").is_some_and(|time| time > CLOCK - 14 * DAY))
        .filter(|(_, row)| row["IsActive"] == Value::Bool(true))
        .filter(|(_, row)| time(row, "ValidUntil").is_none_or(|until| until > CLOCK))
        .filter_map(|(_, row)| Some(pattern.captures(text(row, "Pattern"))?[1].to_owned()))
        .collect();
    let found = hits(&sink, &malicious, |row| vec![text(row, "ClientIP").to_owned()]);
    let lines: Vec<String> = found
        .iter()
        .map(|((user, address), (hits, severity))| format!("{user} {address} {hits} {severity}"))
        .collect();
    assert_eq!(
        lines,
        [
            "Ana.Ruiz@contoso.com 203.0.113.45 1 Low",
            "ana.ruiz@contoso.com 198.51.100.23 2 High",
            "ana.ruiz@contoso.com 203.0.113.45 9 Critical",
            "bo.larsen@contoso.com 198.51.100.23 4 High",
            "chen.wei@contoso.com 203.0.113.77 12 Medium",
            "dana.novak@contoso.com 192.0.2.144 2 Low",
            "eli.stern@contoso.com 192.0.2.200 2 High",
            "svc-backup@contoso.com 192.0.2.222 1 Low",
        ]
    );
}

/// What is an address in a field, without port, brackets and host name.
fn bare(field: &str) -> Option<String> {
    let inner = field.trim_start_matches('[').split(']').next().unwrap_or("");
    let inner = inner.split(" (").last().unwrap_or("").trim_end_matches(')');
    let inner = inner.split('%').next().unwrap_or("");
    if let Ok(v6) = inner.parse::<Ipv6Addr>() {
        return Some(v6.to_ipv4_mapped().map_or(v6.to_string(), |v4| v4.to_string()));
    }
    inner.split([':', '-']).next()?.parse::<Ipv4Addr>().ok().map(|v4| v4.to_string())
}

#[test]
fn the_hardened_hunt_finds_more_and_drops_what_is_false() {
    let sink = sample();
    let mut newest: BTreeMap<&str, &Row> = BTreeMap::new();
    for (_, row) in sink.state.rows.iter().filter(|(table, _)| table == "ThreatIntelIndicators") {
        let before = newest.entry(text(row, "Id")).or_insert(row);
        if time(row, "TimeGenerated") >= time(before, "TimeGenerated") {
            *before = row;
        }
    }
    let quoted = Regex::new(r"'([^']*)'").expect("compiles");
    let malicious: BTreeSet<String> = newest
        .values()
        .filter(|row| row["IsActive"] == Value::Bool(true))
        .filter(|row| time(row, "ValidUntil").is_none_or(|until| until > CLOCK))
        .filter(|row| time(row, "ValidFrom").is_none_or(|from| from <= CLOCK))
        .flat_map(|row| {
            quoted.captures_iter(text(row, "Pattern")).map(|found| found[1].to_owned()).collect::<Vec<_>>()
        })
        .filter_map(|value| bare(&value).filter(|_| !value.contains('/')))
        .collect();
    let found = hits(&sink, &malicious, |row| {
        let both: BTreeSet<String> =
            ["ClientIP", "Client_IPAddress"].iter().filter_map(|column| bare(text(row, column))).collect();
        both.into_iter().collect()
    });
    let lines: Vec<String> = found
        .iter()
        .map(|((user, address), (hits, severity))| format!("{user} {address} {hits} {severity}"))
        .collect();
    assert_eq!(
        lines,
        [
            "Ana.Ruiz@contoso.com 203.0.113.45 1 Low",
            "ana.ruiz@contoso.com 198.51.100.23 2 High",
            "ana.ruiz@contoso.com 203.0.113.45 10 Critical",
            "bo.larsen@contoso.com 192.0.2.66 2 High",
            "bo.larsen@contoso.com 198.51.100.23 4 High",
            "bo.larsen@contoso.com 203.0.113.45 1 Low",
            "chen.wei@contoso.com 198.51.100.99 1 High",
            "chen.wei@contoso.com 2001:db8:bad::7 1 High",
            "chen.wei@contoso.com 203.0.113.77 12 Medium",
            "dana.novak@contoso.com 192.0.2.144 2 Low",
            "dana.novak@contoso.com 198.51.100.23 1 Low",
            "dana.novak@contoso.com 203.0.113.46 2 High",
            "eli.stern@contoso.com 203.0.113.77 6 Critical",
            "fatima.khan@contoso.com 192.0.2.81 1 High",
            "fatima.khan@contoso.com 2001:db8:bad::7 1 High",
            "fatima.khan@contoso.com 203.0.113.77 1 High",
        ]
    );
}
