//! A hunt, and those that ship: files that are built into the binary.

use super::forms;
use crate::error::{Error, Result};

/// One hunt.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Hunt {
    /// What the command line calls it: its file without the ending, with the folders below the library's.
    pub key: String,
    /// The rule's own identifier, a GUID; may be empty.
    pub id: String,
    pub name: String,
    pub description: String,
    /// High, Medium, Low or Informational; hunting queries have none.
    pub severity: Option<String>,
    /// As ATT&CK's pages write them without spaces: InitialAccess.
    pub tactics: Vec<String>,
    /// Of MITRE ATT&CK, such as T1078.004.
    pub techniques: Vec<String>,
    pub tags: Vec<String>,
    /// The tables that its author says it reads.
    pub tables: Vec<String>,
    /// How far back a rule's data go, in ticks; hunting queries say it in their text.
    pub period: Option<i64>,
    pub query: String,
    /// The file that it is from; empty for those that ship.
    pub path: String,
}

/// Key and text of each shipped hunt, in the order in which they are listed.
pub const SHIPPED: &[(&str, &str)] = &[
    ("quarantine-release-trend", include_str!("../../assets/hunts/quarantine-release-trend.yaml")),
    (
        "office-activity-from-malicious-ip",
        include_str!("../../assets/hunts/office-activity-from-malicious-ip.yaml"),
    ),
    (
        "office-activity-from-malicious-ip-hardened",
        include_str!("../../assets/hunts/office-activity-from-malicious-ip-hardened.yaml"),
    ),
    (
        "office-activity-from-malicious-ip-hardened-portable",
        include_str!("../../assets/hunts/office-activity-from-malicious-ip-hardened-portable.yaml"),
    ),
];

/// Every shipped hunt.
///
/// # Errors
/// Never, for the files that ship: a test reads them.
pub fn shipped() -> Result<Vec<Hunt>> {
    let one = |(key, yaml): &(&str, &str)| {
        let found =
            forms::sentinel(key, yaml).map_err(|error| Error::message(format!("'{key}': {error}")))?;
        found.ok_or_else(|| Error::message(format!("'{key}' has no query")))
    };
    SHIPPED.iter().map(one).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shipped_hunts_read_and_differ() {
        let hunts = shipped().expect("reads");
        assert_eq!(hunts.len(), SHIPPED.len());
        for (at, hunt) in hunts.iter().enumerate() {
            assert!(hunt.description.ends_with('.'), "{}", hunt.key);
            assert!(!hunt.tables.is_empty() && !hunt.techniques.is_empty(), "{}", hunt.key);
            assert_eq!(hunt.id.len(), 36, "{}", hunt.key);
            assert!(hunts[..at].iter().all(|other| other.id != hunt.id && other.name != hunt.name));
        }
        let quarantine = &hunts[0];
        assert!(quarantine.query.starts_with("CloudAppEvents\n| where"));
        assert_eq!(quarantine.tables, ["CloudAppEvents"]);
        assert_eq!(hunts[1].severity.as_deref(), Some("High"));
        assert_eq!(hunts[1].tables, ["OfficeActivity", "ThreatIntelIndicators"]);
    }
}
