//! The indicators that results name, and how they are written so that nobody opens one by accident.

use std::collections::{BTreeMap, HashMap};

use super::Tlp;
use crate::kernels::json;
use crate::value::{Grid, Value};

/// What asks for all of them; its columns are read by their place.
pub const OBSERVABLES: &str = "ThreatIntelObservables \
    | where isnotempty(ObservableValue) and Operator in ('=', 'IN') \
    | project ObservableValue, ObservableType, Confidence, ValidUntil, TLP, Name, Source";

/// One value that an indicator looks for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Indicator {
    pub value: String,
    /// Such as `ipv4-addr`.
    pub kind: String,
    pub confidence: String,
    pub valid_until: String,
    pub tlp: Option<Tlp>,
    pub name: String,
    pub source: String,
}

/// Those of an answer to [`OBSERVABLES`], by their values; of several about one value the first, with the strictest
/// marking of all.
pub fn observables(grid: &Grid) -> HashMap<String, Indicator> {
    let mut all: HashMap<String, Indicator> = HashMap::new();
    for row in &grid.rows {
        let text = |at: usize| row.get(at).map(Value::text).unwrap_or_default();
        let value = text(0);
        let one = Indicator {
            value: value.clone(),
            kind: text(1),
            confidence: text(2),
            valid_until: text(3),
            tlp: Tlp::of(&text(4)),
            name: text(5),
            source: text(6),
        };
        all.entry(value.to_lowercase()).and_modify(|known| known.tlp = known.tlp.max(one.tlp)).or_insert(one);
    }
    all
}

/// Those that a cell of the rows names: as its whole text, an element of an array, or an address with a port.
pub fn found<'a>(
    rows: impl Iterator<Item = &'a Vec<Value>>,
    known: &HashMap<String, Indicator>,
) -> BTreeMap<String, Indicator> {
    let mut found = BTreeMap::new();
    let mut look = |text: &str| {
        for spelling in spellings(text) {
            if let Some(one) = known.get(&spelling) {
                found.insert(spelling, one.clone());
            }
        }
    };
    for value in rows.flatten() {
        match value {
            Value::String(text) => look(text),
            Value::Dynamic(text) if json::kind(text) == Some(json::Kind::Array) => {
                let inside = json::elements(text).filter_map(json::string_inside);
                inside.for_each(|inside| look(&json::unescape(inside)));
            }
            Value::Dynamic(text) => look(&serde_json::from_str::<String>(text).unwrap_or_default()),
            _ => {}
        }
    }
    found
}

/// The text itself, and the host of `host:port`, `[v6]:port` and `::ffff:v4`.
pub fn spellings(text: &str) -> Vec<String> {
    let text = text.trim().to_lowercase();
    let mut all = vec![text.clone()];
    if let Some((host, port)) = text.rsplit_once(':')
        && !port.is_empty()
        && port.bytes().all(|digit| digit.is_ascii_digit())
        && (!host.contains(':') || host.ends_with(']'))
    {
        all.push(host.trim_start_matches('[').trim_end_matches(']').to_owned());
    }
    let mapped: Vec<String> =
        all.iter().filter_map(|one| one.strip_prefix("::ffff:").map(str::to_owned)).collect();
    all.extend(mapped);
    all
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::types::{ColumnType, Type};

    #[test]
    fn values_are_found_in_cells_and_sets_and_with_ports() {
        let text = |text: &str| Value::String(text.into());
        let row = |value: &str, tlp: &str| {
            let mut row = vec![text(value), text("ipv4-addr"), Value::Int(80), Value::Null, text(tlp)];
            row.extend([text("n"), text("s")]);
            row
        };
        let rows = vec![
            row("203.0.113.9", "Green"),
            row("203.0.113.9", "Amber"),
            row("192.0.2.1", ""),
            row("2001:db8::1", ""),
            row("198.51.100.7", ""),
        ];
        let known = observables(&Grid { columns: vec![ColumnType::new("x", Type::String)], rows });
        let cells = [
            vec![text("203.0.113.9:443"), Value::Dynamic("[\"192.0.2.1\",7]".into())],
            vec![text("[2001:DB8::1]:443"), text("about 198.51.100.7")],
        ];
        let found = found(cells.iter(), &known);
        assert_eq!(
            found.keys().map(String::as_str).collect::<Vec<_>>(),
            ["192.0.2.1", "2001:db8::1", "203.0.113.9"]
        );
        assert_eq!(found["203.0.113.9"].tlp, Some(Tlp::Amber));
    }
}
