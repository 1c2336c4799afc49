//! The shipped hunts: Sentinel's YAML form of rules and hunting queries, read from files that are
//! built into the binary. Knows the form, not the query language.

use serde::Deserialize;

use crate::error::{Error, Result};

/// One hunt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hunt {
    /// What the command line calls it: the name of its file.
    pub key: String,
    /// The rule's own identifier, a GUID.
    pub id: String,
    pub name: String,
    pub description: String,
    /// High, Medium, Low or Informational; hunting queries have none.
    pub severity: Option<String>,
    pub tactics: Vec<String>,
    /// Of MITRE ATT&CK, such as T1078.004.
    pub techniques: Vec<String>,
    /// The tables that it reads.
    pub tables: Vec<String>,
    pub query: String,
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
];

/// The fields that we read; the form has more.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Rule {
    id: String,
    name: String,
    description: String,
    severity: Option<String>,
    #[serde(default)]
    required_data_connectors: Vec<Connector>,
    #[serde(default)]
    tactics: Vec<String>,
    #[serde(default)]
    relevant_techniques: Vec<String>,
    query: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Connector {
    #[serde(default)]
    data_types: Vec<String>,
}

/// Every shipped hunt.
///
/// # Errors
/// Never, for the files that ship: a test reads them.
pub fn shipped() -> Result<Vec<Hunt>> {
    SHIPPED.iter().map(|(key, yaml)| read(key, yaml)).collect()
}

/// Reads one rule in Sentinel's YAML form.
///
/// # Errors
/// A message that says what is wrong with the YAML, and where.
pub fn read(key: &str, yaml: &str) -> Result<Hunt> {
    let rule: Rule = serde_saphyr::from_str(yaml)
        .map_err(|error| Error::message(format!("'{key}' is not a hunt in Sentinel's YAML form: {error}")))?;
    let mut tables: Vec<String> = Vec::new();
    for table in rule.required_data_connectors.into_iter().flat_map(|connector| connector.data_types) {
        if !tables.contains(&table) {
            tables.push(table);
        }
    }
    Ok(Hunt {
        key: key.to_string(),
        id: rule.id,
        name: rule.name,
        description: rule.description.trim_end().to_string(),
        severity: rule.severity,
        tactics: rule.tactics,
        techniques: rule.relevant_techniques,
        tables,
        query: rule.query.trim_end().to_string(),
    })
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

    #[test]
    fn what_is_no_rule_is_refused() {
        assert!(read("x", "name: no query").is_err());
        assert!(read("x", &"[".repeat(10_000)).is_err());
    }
}
