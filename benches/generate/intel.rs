//! ThreatIntelIndicators as Log Analytics exports them: each indicator is published four times in the month,
//! and of its versions the last one counts.

use crate::json::{Object, array, object};
use crate::random::{Random, guid, mix};
use crate::world::{WORKSPACE, indicated_address, iso, time};

const VERSIONS: u64 = 4;

/// One in so many indicators is a network.
const NETWORK_IN: u64 = 25;

const TAGS: &[&str] = &["c2", "botnet", "scanner", "phishing", "anonymization", "malware"];

/// What an indicator looks for: key and value of its pattern.
fn observable(number: u64, bits: u64) -> (&'static str, String) {
    if number.is_multiple_of(NETWORK_IN) {
        // Whole networks, inside of what events come from now and then.
        return ("ipv4-addr:value", format!("100.{}.{}.0/24", 64 + (bits & 63), bits >> 6 & 255));
    }
    match bits % 20 {
        0..=13 => ("ipv4-addr:value", indicated_address(mix(number))),
        14..=16 => ("domain-name:value", format!("host{number}.bad.example")),
        17 | 18 => {
            ("file:hashes.'SHA-256'", format!("{:016x}{:016x}{:016x}{:016x}", bits, mix(bits), !bits, number))
        }
        _ => ("url:value", format!("https://bad.example/{number}/login.php")),
    }
}

pub fn row(random: &mut Random, row: u64, rows: u64, line: &mut String) {
    let indicators = (rows / VERSIONS).max(1);
    let (number, version) = (row % indicators, row / indicators);
    let bits = mix(number + 12_345);
    let (key, value) = observable(number, bits);
    let pattern = format!("[{key} = '{value}']");
    let stix = format!("indicator--{}", guid(bits, mix(bits)));
    let micros = time(random, row, rows);
    let (from, until) = (
        iso(micros - 86_400_000_000 * (1 + bits % 60), 0),
        iso(micros + 86_400_000_000 * (5 + bits % 90), 0),
    );
    let modified = iso(micros, 3) + "Z";
    let revoked = version + 1 == VERSIONS && bits.is_multiple_of(50);
    let tags = array([format!("{:?}", TAGS[(bits >> 8) as usize % TAGS.len()]), format!("{:?}", "osint")]);
    let confidence = 10 * (bits >> 16 & 7) + 25;
    let data = object(|data| {
        data.text("type", "indicator")
            .text("spec_version", "2.1")
            .text("id", &stix)
            .text("created", "2026-04-01T08:00:00.000Z")
            .text("modified", &modified)
            .text("name", &format!("{} {number}", TAGS[(bits >> 8) as usize % TAGS.len()]))
            .text("description", &format!("Seen by sensor {}; State: active", number % 997))
            .raw("indicator_types", r#"["malicious-activity"]"#)
            .text("pattern", &pattern)
            .text("pattern_type", "stix")
            .text("valid_from", &(from.clone() + "Z"))
            .text("valid_until", &(until.clone() + "Z"))
            .raw("labels", &tags)
            .number("confidence", confidence)
            .raw("object_marking_refs", r#"["marking-definition--5e57c739-391a-4eb3-b6be-7d15ca92d5ed"]"#);
    });
    let mut out = Object::begin(line);
    out.text("TimeGenerated", &(iso(micros, 6) + "Z"))
        .text("TenantId", WORKSPACE)
        .text("Id", &format!("RXhhbXBsZSBUaHJlYXQgRmVlZA==---{stix}"))
        .raw("Data", &data)
        .text("Pattern", &pattern)
        .text("ObservableKey", key)
        .text("ObservableValue", &value)
        .number("Confidence", confidence)
        .text("Created", "2026-04-01T08:00:00Z")
        .text("Modified", &modified)
        .text("ValidFrom", &(from + "Z"))
        .text("ValidUntil", &(until + "Z"))
        .raw("IsActive", if revoked { "false" } else { "true" })
        .raw("IsDeleted", "false")
        .raw("Revoked", if revoked { "true" } else { "false" })
        .text("Tags", &tags)
        .raw("AdditionalFields", r#"{"TLPLevel":"Red"}"#)
        .text("SourceSystem", "Example Threat Feed")
        .text("Type", "ThreatIntelIndicators")
        .end();
}
