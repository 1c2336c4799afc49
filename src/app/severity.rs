//! Values that shall catch the eye, by rules: which column, which word, how grave.

/// How grave a value is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    Low,
    Medium,
    High,
    Critical,
}

impl Level {
    /// Where there are no colors, a letter says it.
    pub fn letter(self) -> char {
        match self {
            Level::Low => 'L',
            Level::Medium => 'M',
            Level::High => 'H',
            Level::Critical => 'C',
        }
    }
}

use Level::{Critical, High, Low, Medium};

/// The end of a column's name, a value in it, and how grave that is; neither minds the case. The words are
/// those of the tables of Defender XDR and Sentinel.
pub const RULES: &[(&str, &str, Level)] = &[
    ("Severity", "Critical", Critical),
    ("Severity", "High", High),
    ("Severity", "Medium", Medium),
    ("Severity", "Low", Low),
    ("Severity", "Informational", Low),
    ("RiskLevel", "High", High),
    ("RiskLevel", "Medium", Medium),
    ("RiskLevel", "Low", Low),
    ("RiskLevelAggregated", "High", High),
    ("RiskLevelAggregated", "Medium", Medium),
    ("RiskLevelAggregated", "Low", Low),
    ("RiskLevelDuringSignIn", "High", High),
    ("RiskLevelDuringSignIn", "Medium", Medium),
    ("RiskLevelDuringSignIn", "Low", Low),
    ("RiskState", "ConfirmedCompromised", Critical),
    ("RiskState", "AtRisk", High),
    ("ExposureLevel", "High", High),
    ("ExposureLevel", "Medium", Medium),
    ("ExposureLevel", "Low", Low),
    ("ThreatTypes", "Malware", High),
    ("ThreatTypes", "Phish", High),
    ("ThreatTypes", "Spam", Medium),
    ("Verdict", "Malicious", Critical),
    ("Verdict", "Suspicious", High),
    ("LastVerdict", "Malicious", Critical),
    ("LastVerdict", "Suspicious", High),
];

/// How grave a value of this column is, if a rule says so.
pub fn level(column: &str, value: &str) -> Option<Level> {
    // Longer texts are no words of a rule.
    if value.is_empty() || value.len() > 24 {
        return None;
    }
    let ends = |column: &str, end: &str| {
        let start = column.len().checked_sub(end.len());
        start.and_then(|start| column.get(start..)).is_some_and(|tail| tail.eq_ignore_ascii_case(end))
    };
    let fits = |rule: &&(&str, &str, Level)| ends(column, rule.0) && rule.1.eq_ignore_ascii_case(value);
    RULES.iter().find(fits).map(|rule| rule.2)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_look_at_column_and_value() {
        assert_eq!(level("AlertSeverity", "HIGH"), Some(High));
        assert_eq!(level("severity", "critical"), Some(Critical));
        assert_eq!(level("UserId", "High"), None);
        assert_eq!(level("é", "High"), None);
        assert_eq!(level("AlertSeverity", ""), None);
        assert!(Critical > High && High > Medium && Medium > Low);
    }
}
