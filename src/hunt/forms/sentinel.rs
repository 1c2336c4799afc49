//! Sentinel's YAML form of analytic rules and hunting queries.

use serde::Deserialize;
use serde_json::Value as Json;
use serde_saphyr::options::NonFiniteFloatPolicy;

use super::{tactic, techniques};
use crate::hunt::pack::Hunt;
use crate::ticks::period;

/// Reads one rule; `None` where it has no query and so is something else.
///
/// # Errors
/// What is wrong with the YAML, and where: lower case, no full stop.
pub fn sentinel(key: &str, yaml: &str) -> Result<Option<Hunt>, String> {
    // What looks like a number beyond all others, as 12e3456 does, may be an id.
    let lenient = serde_saphyr::options! { non_finite_float_policy: NonFiniteFloatPolicy::PassThrough };
    let rule: Json =
        serde_saphyr::from_str_with_options(yaml, lenient).map_err(|error| problem(&error.to_string()))?;
    let text = |name: &str| rule[name].as_str().unwrap_or_default().trim().to_owned();
    let query = rule["query"].as_str().unwrap_or_default().trim_end();
    if query.trim().is_empty() {
        return Ok(None);
    }
    let connectors = rule["requiredDataConnectors"].as_array().into_iter().flatten();
    let written = match (&rule["id"], &rule["name"]) {
        (Json::String(_), Json::String(_)) => Written { id: text("id"), name: text("name") },
        _ => serde_saphyr::from_str(yaml).unwrap_or_default(),
    };
    let name = Some(written.name).filter(|name| !name.is_empty()).unwrap_or_else(|| key.to_owned());
    Ok(Some(Hunt {
        key: key.to_owned(),
        id: written.id,
        name,
        description: text("description"),
        severity: Some(text("severity")).filter(|severity| !severity.is_empty()),
        tactics: once(words(&rule["tactics"]).iter().map(|written| tactic(written))),
        techniques: once(words(&rule["relevantTechniques"]).iter().flat_map(|written| techniques(written))),
        tags: once(words(&rule["tags"]).into_iter()),
        tables: once(connectors.flat_map(|connector| words(&connector["dataTypes"]))),
        period: rule["queryPeriod"].as_str().and_then(period),
        query: query.to_owned(),
        path: String::new(),
    }))
}

/// What is text whatever it looks like: `id: 198366` is no number.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Written {
    id: String,
    name: String,
}

/// The first line of what the reader of YAML says; the others show the place in the text.
fn problem(said: &str) -> String {
    let first = said.lines().next().unwrap_or_default();
    let first = first.strip_prefix("error: ").unwrap_or(first);
    match first.split_once("budget breached") {
        Some((place, _)) => {
            format!("its YAML grows too large by its anchors, {}", place.trim_end_matches([' ', ':']))
        }
        None => format!("no YAML: {first}"),
    }
}

/// A list of texts, or one text.
fn words(value: &Json) -> Vec<String> {
    match value {
        Json::String(word) => vec![word.clone()],
        Json::Array(items) => items.iter().filter_map(Json::as_str).map(str::to_owned).collect(),
        _ => Vec::new(),
    }
}

fn once(words: impl Iterator<Item = String>) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    for word in words {
        if !found.contains(&word) {
            found.push(word);
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ticks::DAY;

    #[test]
    fn a_rule_is_read() {
        let yaml = "id: 1\nname: Mail rules that hide\ndescription: |\n  One.\n\n  Two.\nseverity: Medium\n\
            requiredDataConnectors:\n  - connectorId: a\n    dataTypes: [OfficeActivity]\n  - connectorId: b\n    \
            dataTypes: [OfficeActivity, CloudAppEvents]\nqueryPeriod: 14d\ntactics: Defense Evasion\n\
            relevantTechniques:\n  - T1564.008\ntags:\n  - mail\nquery: |\n  OfficeActivity\n  | count\n";
        let hunt = sentinel("a/b", yaml).unwrap().unwrap();
        assert_eq!((hunt.key.as_str(), hunt.name.as_str()), ("a/b", "Mail rules that hide"));
        assert_eq!(hunt.tables, ["OfficeActivity", "CloudAppEvents"]);
        assert_eq!(
            (hunt.tactics, hunt.techniques),
            (vec!["DefenseEvasion".into()], vec!["T1564.008".into()])
        );
        assert_eq!((hunt.period, hunt.query.as_str()), (Some(14 * DAY), "OfficeActivity\n| count"));
        assert_eq!(hunt.description, "One.\n\nTwo.");
    }

    #[test]
    fn ids_and_names_are_text() {
        for id in ["198366e64863", "12345678", "0x1f", "true", "1e5"] {
            let hunt = sentinel("k", &format!("id: {id}\nname: 2026\nquery: T\n")).unwrap().unwrap();
            assert_eq!((hunt.id.as_str(), hunt.name.as_str()), (id, "2026"));
        }
    }

    #[test]
    fn fields_may_be_missing_or_odd() {
        let hunt =
            sentinel("k", "query: T\nrelevantTechniques:\ntactics: [1, x]\nseverity: 3\n").unwrap().unwrap();
        assert_eq!((hunt.name.as_str(), hunt.tactics), ("k", vec!["X".to_owned()]));
        assert_eq!((hunt.severity, hunt.techniques.len()), (None, 0));
    }
}
