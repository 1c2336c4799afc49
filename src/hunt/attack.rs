//! The techniques of MITRE ATT&CK for enterprises: identifiers, tactics and names, without descriptions. The file is
//! made by `scripts/attack`, of the version that its first line says.

use std::sync::OnceLock;

const FILE: &str = include_str!("../../assets/attack.tsv");

/// Its tactics, in its order.
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

/// A technique or sub-technique.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Technique {
    /// Such as `T1078`, or `T1078.004`.
    pub id: &'static str,
    /// As [`TACTICS`] writes them.
    pub tactics: Vec<&'static str>,
    pub name: &'static str,
}

impl Technique {
    pub fn is_main(&self) -> bool {
        !self.id.contains('.')
    }
}

/// Such as `18.1`.
pub fn version() -> &'static str {
    let words = FILE.split_whitespace().find(|word| word.starts_with(|first: char| first.is_ascii_digit()));
    words.unwrap_or_default().trim_end_matches(',')
}

/// All of them, by their identifiers.
pub fn techniques() -> &'static [Technique] {
    static ALL: OnceLock<Vec<Technique>> = OnceLock::new();
    ALL.get_or_init(|| {
        let lines = FILE.lines().filter(|line| !line.starts_with('#'));
        let read = |line: &'static str| {
            let mut fields = line.split('\t');
            let (id, tactics, name) = (fields.next()?, fields.next()?, fields.next()?);
            Some(Technique { id, tactics: tactics.split(',').collect(), name })
        };
        lines.filter_map(read).collect()
    })
}

pub fn find(id: &str) -> Option<&'static Technique> {
    let all = techniques();
    all.binary_search_by(|one| one.id.cmp(id)).ok().map(|at| &all[at])
}

/// The technique that a sub-technique belongs to, itself for others.
pub fn main(id: &str) -> &str {
    id.split_once('.').map_or(id, |(main, _)| main)
}

/// `Valid Accounts: Cloud Accounts`; nothing for what is not in this version.
pub fn name(id: &str) -> Option<String> {
    let own = find(id)?;
    let above = find(main(id)).filter(|above| above.id != own.id);
    Some(above.map_or_else(|| own.name.to_owned(), |above| format!("{}: {}", above.name, own.name)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_is_a_technique_of_known_tactics() {
        let all = techniques();
        assert_eq!(all.len(), FILE.lines().filter(|line| line.starts_with('T')).count());
        assert!(all.is_sorted_by(|one, next| one.id < next.id));
        for one in all {
            assert!(one.tactics.iter().all(|tactic| TACTICS.contains(tactic)), "{one:?}");
            assert!(!one.name.is_empty() && find(main(one.id)).is_some_and(Technique::is_main), "{one:?}");
        }
        assert!(version().split('.').all(|part| part.parse::<u32>().is_ok()), "{}", version());
    }

    #[test]
    fn a_sub_technique_has_the_name_of_both() {
        assert_eq!(name("T1078.004").as_deref(), Some("Valid Accounts: Cloud Accounts"));
        assert_eq!(name("T1530").as_deref(), Some("Data from Cloud Storage"));
        assert_eq!((name("T0000"), find("")), (None, None));
    }
}
