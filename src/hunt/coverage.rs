//! Which of ATT&CK's techniques hunts are for, as far as they say so. Pure.

use std::collections::BTreeMap;

use serde_json::{Value as Json, json};

use super::pack::Hunt;

/// What is known of one hunt beside its text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Standing {
    /// Its tables are there and its text makes sense.
    pub runnable: bool,
    /// Rows that it found, where it was run.
    pub hits: Option<u64>,
}

/// The hunts of one tactic and technique. A hunt that names several of either counts for each pair.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Cell {
    pub rules: u64,
    pub runnable: u64,
    /// Rules that found something.
    pub hit: u64,
}

/// Cells by tactic and technique, in ATT&CK's order of tactics; what a hunt does not name is empty.
pub fn cells<'h>(hunts: impl Iterator<Item = (&'h Hunt, Standing)>) -> Vec<((String, String), Cell)> {
    let mut found: BTreeMap<(usize, String, String), Cell> = BTreeMap::new();
    for (hunt, standing) in hunts {
        for tactic in or_none(&hunt.tactics) {
            for technique in or_none(&hunt.techniques) {
                let order = TACTICS.iter().position(|known| known == tactic).unwrap_or(TACTICS.len());
                found.entry((order, tactic.clone(), technique.clone())).or_default().add(standing);
            }
        }
    }
    found.into_iter().map(|((_, tactic, technique), cell)| ((tactic, technique), cell)).collect()
}

fn or_none(names: &[String]) -> &[String] {
    static NONE: [String; 1] = [String::new()];
    if names.is_empty() { &NONE } else { names }
}

impl Cell {
    fn add(&mut self, standing: Standing) {
        self.rules += 1;
        self.runnable += u64::from(standing.runnable);
        self.hit += u64::from(standing.hits.is_some_and(|hits| hits > 0));
    }
}

/// ATT&CK's tactics for enterprises, in its order.
pub const TACTICS: &[&str] = &[
    "Reconnaissance",
    "ResourceDevelopment",
    "InitialAccess",
    "Execution",
    "Persistence",
    "PrivilegeEscalation",
    "DefenseEvasion",
    "CredentialAccess",
    "Discovery",
    "LateralMovement",
    "Collection",
    "CommandAndControl",
    "Exfiltration",
    "Impact",
];

/// A layer for ATT&CK Navigator (layer format 4.5). A technique's score is the number of its runnable hunts; it is not
/// bound to a tactic, since hunts do not say which of theirs it is for.
pub fn navigator<'h>(hunts: impl Iterator<Item = (&'h Hunt, Standing)>) -> Json {
    let mut by_technique: BTreeMap<&str, (Cell, Vec<&str>)> = BTreeMap::new();
    for (hunt, standing) in hunts {
        for technique in &hunt.techniques {
            let (cell, names) = by_technique.entry(technique).or_default();
            cell.add(standing);
            names.push(&hunt.name);
        }
    }
    let most = by_technique.values().map(|(cell, _)| cell.runnable).max().unwrap_or(0).max(1);
    let technique = |(id, (cell, names)): (&&str, &(Cell, Vec<&str>))| {
        json!({
            "techniqueID": id,
            "score": cell.runnable,
            "enabled": true,
            "comment": names.join("\n"),
            "metadata": [
                { "name": "rules", "value": cell.rules.to_string() },
                { "name": "runnable", "value": cell.runnable.to_string() },
                { "name": "rules with hits", "value": cell.hit.to_string() },
            ],
            "showSubtechniques": id.contains('.'),
        })
    };
    json!({
        "name": "kqlhunt coverage",
        "versions": { "layer": "4.5", "navigator": "5.0.0" },
        "domain": "enterprise-attack",
        "description": "Score: hunts that can be run on the tables that are there.",
        "techniques": by_technique.iter().map(technique).collect::<Vec<_>>(),
        "gradient": { "colors": ["#ffffff", "#66b1ff"], "minValue": 0, "maxValue": most },
        "hideDisabled": false,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hunts() -> [(Hunt, Standing); 3] {
        let hunt = |name: &str, tactics: &[&str], techniques: &[&str]| Hunt {
            name: name.into(),
            tactics: tactics.iter().map(|tactic| (*tactic).into()).collect(),
            techniques: techniques.iter().map(|technique| (*technique).into()).collect(),
            ..Hunt::default()
        };
        [
            (hunt("a", &["Impact", "InitialAccess"], &["T1566"]), Standing { runnable: true, hits: Some(2) }),
            (hunt("b", &["InitialAccess"], &["T1566", "T1078.004"]), Standing::default()),
            (hunt("c", &[], &[]), Standing { runnable: true, hits: Some(0) }),
        ]
    }

    #[test]
    fn each_pair_is_counted() {
        let hunts = hunts();
        let told: Vec<_> = cells(hunts.iter().map(|(hunt, standing)| (hunt, *standing)))
            .into_iter()
            .map(|((tactic, technique), cell)| (tactic, technique, cell.rules, cell.runnable, cell.hit))
            .collect();
        let row = |tactic: &str, technique: &str, rules, runnable, hit| {
            (tactic.into(), technique.into(), rules, runnable, hit)
        };
        assert_eq!(
            told,
            [
                row("InitialAccess", "T1078.004", 1, 0, 0),
                row("InitialAccess", "T1566", 2, 1, 1),
                row("Impact", "T1566", 1, 1, 1),
                row("", "", 1, 1, 0),
            ]
        );
    }

    #[test]
    fn a_layer_scores_what_can_be_run() {
        let hunts = hunts();
        let layer = navigator(hunts.iter().map(|(hunt, standing)| (hunt, *standing)));
        let scores: Vec<_> = layer["techniques"]
            .as_array()
            .unwrap()
            .iter()
            .map(|technique| {
                (technique["techniqueID"].as_str().unwrap(), technique["score"].as_u64().unwrap())
            })
            .collect();
        assert_eq!(scores, [("T1078.004", 0), ("T1566", 1)]);
        assert_eq!(
            (layer["domain"].as_str(), layer["gradient"]["maxValue"].as_u64()),
            (Some("enterprise-attack"), Some(1))
        );
    }
}
