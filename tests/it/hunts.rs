//! The shipped hunts on the sample data, as it ships and as loaded from its files. What is in there is
//! told by sample-data/README.md; these are its tables.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use serde_json::Value as Json;

use crate::sandbox::Sandbox;

const CLOCK: &str = "2026-05-14T12:00:00Z";
const PLAIN: &str = "office-activity-from-malicious-ip";
const HARDENED: &str = "office-activity-from-malicious-ip-hardened";
const PORTABLE: &str = "office-activity-from-malicious-ip-hardened-portable";

/// The rows of a query, sorted, and their sets too: the hunts ask for no order. Of several descriptions they
/// take any, so that column is only there.
fn rows(sandbox: &Sandbox, arguments: &[&str]) -> Vec<Json> {
    let mut command = sandbox.command("kqlhunt");
    let output = command.args(["query", "--format", "jsonl"]).args(arguments).output().expect("runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).expect("is text");
    let mut rows: Vec<Json> = text.lines().map(|line| serde_json::from_str(line).expect("is JSON")).collect();
    for row in rows.iter_mut().filter_map(Json::as_object_mut) {
        if let Some(description) = row.remove("TIDescription") {
            assert!(description.as_str().is_some_and(|text| !text.is_empty()), "{row:?}");
        }
    }
    for value in rows.iter_mut().filter_map(Json::as_object_mut).flat_map(|row| row.values_mut()) {
        if let Json::Array(items) = value {
            items.sort_by_key(Json::to_string);
        }
    }
    rows.sort_by_key(Json::to_string);
    rows
}

fn hunt(name: &str) -> String {
    let hunts = kqlhunt::hunt::pack::shipped().expect("reads");
    hunts.into_iter().find(|hunt| hunt.key == name).expect("ships").query
}

/// User, address, hits and severity of each row, sorted.
fn hits(rows: &[Json]) -> BTreeSet<(String, String, i64, String)> {
    let text = |row: &Json, name: &str| row[name].as_str().expect("is text").to_string();
    let hit = |row: &Json| {
        let user = text(row, "UserId").replace("@contoso.com", "");
        (
            user,
            text(row, "MaliciousIP"),
            row["HitCount"].as_i64().expect("is a number"),
            text(row, "AlertSeverity"),
        )
    };
    rows.iter().map(hit).collect()
}

fn expected(table: &[(&str, &str, i64, &str)]) -> BTreeSet<(String, String, i64, String)> {
    table.iter().map(|row| (row.0.into(), row.1.into(), row.2, row.3.into())).collect()
}

const PLAIN_HITS: &[(&str, &str, i64, &str)] = &[
    ("ana.ruiz", "203.0.113.45", 9, "Critical"),
    ("ana.ruiz", "198.51.100.23", 2, "High"),
    ("Ana.Ruiz", "203.0.113.45", 1, "Low"),
    ("bo.larsen", "198.51.100.23", 4, "High"),
    ("chen.wei", "203.0.113.77", 12, "Medium"),
    ("dana.novak", "192.0.2.144", 2, "Low"),
    ("eli.stern", "192.0.2.200", 2, "High"),
    ("svc-backup", "192.0.2.222", 1, "Low"),
];

#[test]
fn the_plain_hunt_finds_what_it_can() {
    assert_eq!(hits(&rows(&Sandbox::new(), &["--sample", &hunt(PLAIN)])), expected(PLAIN_HITS));
}

#[test]
fn the_hardened_hunt_finds_networks_too() {
    let sandbox = Sandbox::new();
    let found = hits(&rows(&sandbox, &["--sample", &hunt(HARDENED)]));
    let portable = hits(&rows(&sandbox, &["--sample", &hunt(PORTABLE)]));
    let more: Vec<_> =
        found.difference(&portable).map(|hit| (hit.0.as_str(), hit.1.as_str(), hit.2)).collect();
    // In 198.51.100.128/25.
    assert_eq!(more, [("fatima.khan", "198.51.100.200", 1)]);
    assert!(portable.is_subset(&found));
}

#[test]
fn the_portable_hunt_finds_all_forms_and_drops_the_false_ones() {
    let found = hits(&rows(&Sandbox::new(), &["--sample", &hunt(PORTABLE)]));
    let pairs = |hits: &BTreeSet<(String, String, i64, String)>| -> BTreeSet<(String, String)> {
        hits.iter().map(|hit| (hit.0.clone(), hit.1.clone())).collect()
    };
    let plain = pairs(&expected(PLAIN_HITS));
    let now = pairs(&found);
    let dropped: Vec<_> = plain.difference(&now).map(|pair| pair.0.as_str()).collect();
    // Revoked on 13 May; valid from 20 May on.
    assert_eq!(dropped, ["eli.stern", "svc-backup"]);
    assert_eq!(now.difference(&plain).count(), 10);
    // One of them with a port, which the plain hunt does not see.
    assert!(found.contains(&("ana.ruiz".into(), "203.0.113.45".into(), 10, "Critical".into())));
    // MailItemsAccessed has its address in Client_IPAddress only.
    assert!(found.iter().any(|hit| hit.0 == "eli.stern" && hit.1 == "203.0.113.77" && hit.2 >= 5));
    assert!(found.iter().any(|hit| hit.1 == "2001:db8:bad::7"));
    assert!(found.iter().all(|hit| hit.1 != "198.51.100.200" && hit.1 != "192.0.2.10"));
}

#[test]
fn the_quarantine_hunt_counts_days() {
    let file = crate::project("sample-data/cloud-app-events.jsonl");
    let text = std::fs::read_to_string(file).expect("reads");
    let mut days: BTreeMap<String, i64> = BTreeMap::new();
    for line in text.lines() {
        let record: Json = serde_json::from_str(line).expect("is JSON");
        let event = record.get("properties").unwrap_or(&record);
        if event["ActionType"] == "QuarantineReleaseMessage" {
            let day = &event["Timestamp"].as_str().expect("has a time")[..10];
            *days.entry(format!("{day}T00:00:00Z")).or_default() += 1;
        }
    }
    let found: BTreeMap<String, i64> =
        rows(&Sandbox::new(), &["--sample", &hunt("quarantine-release-trend")])
            .iter()
            .map(|row| {
                (
                    row["Timestamp"].as_str().expect("is text").into(),
                    row["Releases"].as_i64().expect("counts"),
                )
            })
            .collect();
    assert_eq!((found.len(), found.values().sum::<i64>()), (21, 77));
    assert_eq!(found, days);
}

#[test]
fn loaded_files_give_the_same_hits_as_the_sample() {
    let sandbox = Sandbox::new();
    let ingest = |arguments: &[&str]| {
        let output = sandbox
            .command("kqlhunt")
            .args(["ingest", "--db", "own.duckdb"])
            .args(arguments)
            .output()
            .expect("runs");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    };
    ingest(&["sample-data/cloud-app-events.jsonl", "sample-data/office-activity.jsonl"]);
    for day in ["2026-04-20", "2026-05-06", "2026-05-13"] {
        ingest(&[
            "--ingested-at",
            &format!("{day}T06:00:00Z"),
            &format!("sample-data/threat-intel-{day}.json"),
        ]);
    }
    for (name, _) in kqlhunt::hunt::pack::SHIPPED {
        let own = rows(&sandbox, &["--db", "own.duckdb", "--now", CLOCK, &hunt(name)]);
        let sample = rows(&sandbox, &["--sample", &hunt(name)]);
        assert_eq!(own, sample, "{name}");
        assert!(!own.is_empty());
    }
}

/// The hunts as their authors wrote them are not ours to ship, but where they lie beside the project ours
/// must say the same.
#[test]
fn ours_say_the_same_as_the_originals() {
    let seeds = crate::project("../shared/seeds");
    let pairs = [
        ("quarantine-release-trend", "quarantine-release-trend.kql"),
        (PLAIN, "office-activity-known-malicious-ip.kql"),
    ];
    for (name, seed) in pairs {
        let path: PathBuf = seeds.join(seed);
        if !path.exists() {
            eprintln!("{} is not here: not compared", path.display());
            continue;
        }
        let sandbox = Sandbox::new();
        let original = rows(&sandbox, &["--sample", "-f", path.to_str().expect("is text")]);
        assert_eq!(rows(&sandbox, &["--sample", &hunt(name)]), original, "{name}");
        if name.starts_with("quarantine") {
            assert_eq!(std::fs::read_to_string(&path).expect("reads").trim_end(), hunt(name));
        }
    }
}

#[test]
fn observables_are_those_of_the_query_clock() {
    let sandbox = Sandbox::new();
    let valid = |clock: &str| {
        let kql = "ThreatIntelObservables | where ObservableValue == '192.0.2.200' | project Id, IsValid";
        let found = rows(&sandbox, &["--sample", "--now", clock, kql]);
        found.iter().map(|row| row["IsValid"].as_bool()).collect::<Vec<_>>()
    };
    // Not yet known, known, revoked.
    assert_eq!(valid("2026-05-01T00:00:00Z"), []);
    assert_eq!(valid("2026-05-10T00:00:00Z"), [Some(true)]);
    assert_eq!(valid(CLOCK), [Some(false)]);
    // Each indicator has a row, those too whose pattern is none of STIX's.
    let all = "ThreatIntelObservables | summarize Shown = dcount(Id) | extend Known = toscalar(ThreatIntelIndicators | \
        summarize dcount(Id))";
    let found = rows(&sandbox, &["--sample", all]);
    assert_eq!(found[0]["Shown"], found[0]["Known"]);
}
