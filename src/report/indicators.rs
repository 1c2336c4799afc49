//! The indicators that results name, and how they are written so that nobody opens one by accident.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::net::IpAddr;

use super::Tlp;
use crate::kernels::json;
use crate::schema::Schema;
use crate::value::{Grid, Value};

/// What asks for all of them; its columns are read by their place.
pub const OBSERVABLES: &str = "ThreatIntelObservables \
    | where isnotempty(ObservableValue) and Operator in ('=', 'IN', 'ISSUBSET') \
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

/// An answer to [`OBSERVABLES`]; with the reason, where data that have indicators gave none.
pub fn answered<E: ToString>(found: Result<Grid, E>, schema: &Schema) -> (Grid, Option<String>) {
    let there = schema.table("ThreatIntelIndicators").is_some();
    match found {
        Ok(grid) => (grid, None),
        Err(error) => (Grid::default(), there.then(|| error.to_string())),
    }
}

/// Those that the data know.
#[derive(Clone, Debug, Default)]
pub struct Known {
    /// By their values in small letters.
    values: HashMap<String, Indicator>,
    /// Networks by their length and their first address, with the value that names them.
    networks: HashMap<(Bits, u128), String>,
    lengths: BTreeSet<Bits>,
}

/// Of which family, and how many bits of an address say that it is in a network.
type Bits = (bool, u32);

impl Known {
    /// Those of an answer to [`OBSERVABLES`]; of several about one value the most confident, with the strictest marking
    /// of all.
    pub fn new(grid: &Grid) -> Known {
        let mut known = Known::default();
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
            known.add(value.to_lowercase(), one);
        }
        known
    }

    fn add(&mut self, value: String, one: Indicator) {
        if let Some((bits, first)) = network(&value) {
            self.lengths.insert(bits);
            self.networks.insert((bits, first), value.clone());
        }
        let confidence = |of: &Indicator| of.confidence.parse::<u32>().ok();
        match self.values.get_mut(&value) {
            Some(known) => {
                let tlp = known.tlp.max(one.tlp);
                if confidence(&one) > confidence(known) {
                    *known = one;
                }
                known.tlp = tlp;
            }
            None => drop(self.values.insert(value, one)),
        }
    }

    /// Whether a word is one of them, however it is written.
    pub fn names(&self, word: &str) -> bool {
        spellings(word).iter().any(|spelling| self.values.contains_key(spelling))
    }

    /// Those that a word is, and those whose network holds it.
    fn look(&self, word: &str, found: &mut BTreeMap<String, Indicator>) {
        for spelling in spellings(word) {
            let address = spelling.parse::<IpAddr>().ok().map(|address| address.to_canonical());
            let holding = address.into_iter().flat_map(|address| {
                let holds = move |bits: &&Bits| bits.0 == address.is_ipv6();
                let first = move |bits: &Bits| (*bits, first_of(address, bits.1));
                self.lengths.iter().filter(holds).filter_map(move |bits| self.networks.get(&first(bits)))
            });
            for value in [&spelling].into_iter().chain(holding) {
                if let Some(one) = self.values.get(value) {
                    found.insert(value.clone(), one.clone());
                }
            }
        }
    }
}

/// What a network like `198.51.100.0/24` holds.
fn network(text: &str) -> Option<(Bits, u128)> {
    let (address, length) = text.split_once('/')?;
    let (address, length) = (address.parse::<IpAddr>().ok()?, length.parse::<u32>().ok()?);
    let longest = if address.is_ipv6() { 128 } else { 32 };
    (length <= longest).then(|| ((address.is_ipv6(), length), first_of(address, length)))
}

/// The first address of the network of this length that an address is in.
fn first_of(address: IpAddr, length: u32) -> u128 {
    let (number, width) = match address {
        IpAddr::V4(address) => (u128::from(address.to_bits()), 32),
        IpAddr::V6(address) => (address.to_bits(), 128),
    };
    let others = width - length.min(width);
    number.checked_shr(others).and_then(|rest| rest.checked_shl(others)).unwrap_or(0)
}

/// Those that a cell of the rows names: as its whole text, an element of an array, an address with a port or in a
/// network, or between the quotes of a pattern.
pub fn found<'a>(rows: impl Iterator<Item = &'a Vec<Value>>, known: &Known) -> BTreeMap<String, Indicator> {
    let mut found = BTreeMap::new();
    let mut look = |text: &str| {
        known.look(text, &mut found);
        text.split('\'').skip(1).step_by(2).for_each(|quoted| known.look(quoted, &mut found));
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
            let confidence = Value::Int(if tlp == "Green" { 90 } else { 80 });
            let mut row = vec![text(value), text("ipv4-addr"), confidence, Value::Null, text(tlp)];
            row.extend([text("n"), text("s")]);
            row
        };
        let rows = vec![
            row("203.0.113.9", "Green"),
            row("203.0.113.9", "Amber"),
            row("192.0.2.1", ""),
            row("2001:db8::1", ""),
            row("198.51.100.7", ""),
            row("198.51.100.128/25", "Red"),
            row("2001:db8:5::/48", ""),
            row("0.0.0.0/0", "Clear"),
        ];
        let known = Known::new(&Grid { columns: vec![ColumnType::new("x", Type::String)], rows });
        let cells = [
            vec![text("203.0.113.9:443"), Value::Dynamic("[\"192.0.2.1\",7]".into())],
            vec![text("[2001:DB8::1]:443"), text("about 198.51.100.7")],
            vec![text("[ipv4-addr:value = '198.51.100.200' OR url:value = 'x']"), text("2001:db8:5:1::9")],
        ];
        let found = found(cells.iter(), &known);
        assert_eq!(
            found.keys().map(String::as_str).collect::<Vec<_>>(),
            ["0.0.0.0/0", "192.0.2.1", "198.51.100.128/25", "2001:db8:5::/48", "2001:db8::1", "203.0.113.9"]
        );
        let twice = &found["203.0.113.9"];
        assert_eq!((twice.tlp, twice.confidence.as_str()), (Some(Tlp::Amber), "90"));
        assert!(known.names("203.0.113.9:443") && !known.names("198.51.100.200"));
    }
}
