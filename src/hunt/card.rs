//! The indicators of an address, as a hunter reads them: rows of ThreatIntelIndicators to one card for each
//! indicator, its newest version. Pure; knows no screen.

use std::collections::HashSet;

use serde_json::Value as Json;

use crate::stix;
use crate::ticks::parse_datetime;
use crate::value::{Grid, Value};

/// One indicator, as it was known at the clock.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Card {
    pub id: String,
    /// The object paths of the pattern's comparisons: `ipv4-addr`, or several.
    pub kinds: Vec<String>,
    pub confidence: String,
    /// Ticks.
    pub valid_from: Option<i64>,
    pub valid_until: Option<i64>,
    /// When its author made it, and made this version of it.
    pub created: Option<i64>,
    pub modified: Option<i64>,
    pub state: State,
    pub name: String,
    pub description: String,
    pub labels: Vec<String>,
    pub pattern: String,
    pub source: String,
    /// Versions of it that were read.
    pub versions: usize,
}

/// Whether an indicator holds at the clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    Valid,
    NotYet,
    Expired,
    Revoked,
    Deleted,
}

impl State {
    pub fn word(self) -> &'static str {
        match self {
            State::Valid => "valid",
            State::NotYet => "not valid yet",
            State::Expired => "expired",
            State::Revoked => "revoked",
            State::Deleted => "deleted",
        }
    }
}

/// The cards of rows that come newest first; those that hold at `now` before those that do not.
pub fn cards(grid: &Grid, now: i64) -> Vec<Card> {
    let column = |name: &str| grid.columns.iter().position(|column| column.name == name);
    let places = [
        "Id",
        "Confidence",
        "ValidFrom",
        "ValidUntil",
        "IsDeleted",
        "Revoked",
        "Data",
        "Pattern",
        "Source",
        "SourceSystem",
        "Tags",
    ]
    .map(column);
    let mut cards: Vec<Card> = Vec::new();
    for row in &grid.rows {
        let value = |at: usize| places[at].and_then(|at| row.get(at)).unwrap_or(&Value::Null);
        let id = value(0).text();
        if let Some(known) = cards.iter_mut().find(|card| card.id == id && !id.is_empty()) {
            known.versions += 1;
            continue;
        }
        let ticks = |at: usize| match value(at) {
            Value::Datetime(ticks) => Some(*ticks),
            _ => None,
        };
        let (valid_from, valid_until) = (ticks(2), ticks(3));
        let state = match () {
            () if *value(4) == Value::Bool(true) => State::Deleted,
            () if *value(5) == Value::Bool(true) => State::Revoked,
            () if valid_until.is_some_and(|until| until <= now) => State::Expired,
            () if valid_from.is_some_and(|from| from > now) => State::NotYet,
            () => State::Valid,
        };
        let data: Json = serde_json::from_str(&value(6).text()).unwrap_or(Json::Null);
        let text = |key: &str| data[key].as_str().unwrap_or_default().to_string();
        let time = |key: &str| data[key].as_str().and_then(parse_datetime);
        let list = |key: &str| {
            let items = data[key].as_array().into_iter().flatten();
            items.filter_map(Json::as_str).map(str::to_string).collect::<Vec<_>>()
        };
        let pattern = value(7).text();
        let source = [value(8).text(), value(9).text()].into_iter().find(|text| !text.is_empty());
        let mut labels = list("indicator_types");
        labels.extend(list("labels"));
        labels.extend(tags(&value(10).text()));
        let mut seen = HashSet::new();
        labels.retain(|label| seen.insert(label.clone()));
        cards.push(Card {
            id: if text("id").is_empty() { id } else { text("id") },
            kinds: kinds(&pattern),
            confidence: value(1).text(),
            valid_from,
            valid_until,
            created: time("created"),
            modified: time("modified"),
            state,
            name: text("name"),
            description: text("description"),
            labels,
            pattern,
            source: source.unwrap_or_default(),
            versions: 1,
        });
    }
    cards.sort_by_key(|card| card.state != State::Valid);
    cards
}

/// Tags are one text in the table: a JSON array of words, or words.
fn tags(text: &str) -> Vec<String> {
    match serde_json::from_str(text) {
        Ok(words) => words,
        Err(_) if text.is_empty() => Vec::new(),
        Err(_) => vec![text.to_string()],
    }
}

/// The objects of a pattern's comparisons, each once; none where the text is no pattern.
fn kinds(pattern: &str) -> Vec<String> {
    let mut kinds: Vec<String> = Vec::new();
    for comparison in stix::parse(pattern).iter().flat_map(|pattern| pattern.comparisons()) {
        if !kinds.contains(&comparison.object) {
            kinds.push(comparison.object.clone());
        }
    }
    kinds
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::types::{ColumnType, Type};

    #[test]
    fn the_newest_version_counts_and_the_valid_come_first() {
        let columns = [("Id", Type::String), ("ValidUntil", Type::Datetime), ("Data", Type::Dynamic)];
        let row = |id: &str, until, data: &str| {
            vec![Value::String(id.into()), Value::Datetime(until), Value::Dynamic(data.into())]
        };
        let grid = Grid {
            columns: columns.map(|(name, ty)| ColumnType::new(name, ty)).to_vec(),
            rows: vec![
                row("a", 5, r#"{"description":"old relay"}"#),
                row("b", 50, r#"{"labels":["c2","apt"]}"#),
                row("a", 90, "{}"),
            ],
        };
        let cards = cards(&grid, 10);
        let states: Vec<_> = cards.iter().map(|card| (card.id.as_str(), card.state, card.versions)).collect();
        assert_eq!(states, [("b", State::Valid, 1), ("a", State::Expired, 2)]);
        assert_eq!(
            (cards[0].labels.join(","), cards[1].description.as_str()),
            ("c2,apt".into(), "old relay")
        );
    }

    #[test]
    fn kinds_are_objects_of_comparisons() {
        let pattern = "[ipv4-addr:value = '1:2' AND url:value = 'http://x'] OR [ipv4-addr:value='y']";
        assert_eq!(kinds(pattern), ["ipv4-addr", "url"]);
        assert!(kinds("rule x { strings: $a = \"a\" }").is_empty());
    }
}
