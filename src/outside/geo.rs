//! Files that say where addresses are: MaxMind's database of cities, or a CSV file of networks.

use std::fs;
use std::net::IpAddr;
use std::path::Path;
use std::sync::Arc;

use maxminddb::{Reader, geoip2};
use serde_json::{Map, Value as Json};

use crate::error::{Error, Result};
use crate::ingest::external;
use crate::kernels::geo::{self, Places};

/// The fields of `geo_info_from_ip_address` in their order.
const FIELDS: [&str; 5] = ["country", "state", "city", "latitude", "longitude"];

/// A larger database is none: MaxMind's largest take some 100 MB.
const DATABASE_MAX_BYTES: u64 = 1 << 30;

/// Reads a file whole.
pub fn open(path: &Path) -> Result<Arc<dyn Places>> {
    if path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("mmdb")) {
        let data = fs::metadata(path).map_err(|error| Error::file(path, error))?;
        if data.len() > DATABASE_MAX_BYTES {
            return Err(Error::message("it is larger than 1 GB"));
        }
        let reader = Reader::open_readfile(path).map_err(|error| Error::message(error.to_string()))?;
        return Ok(Arc::new(Cities(reader)));
    }
    Ok(Arc::new(Networks::read(&external::content(path)?)?))
}

struct Cities(Reader<Vec<u8>>);

impl Places for Cities {
    fn find(&self, address: IpAddr, out: &mut String) -> std::result::Result<bool, String> {
        let failed = |error: maxminddb::MaxMindDbError| format!("the file of places is damaged: {error}");
        if address.is_ipv6() && self.0.metadata().ip_version == 4 {
            return Ok(false);
        }
        let found = self.0.lookup(address).map_err(failed)?;
        let Some(city) = found.decode::<geoip2::City>().map_err(failed)? else { return Ok(false) };
        let state = city.subdivisions.first().and_then(|state| state.names.english);
        let texts = [city.country.names.english, state, city.city.names.english];
        let numbers = [city.location.latitude, city.location.longitude];
        let texts = texts.map(|text| text.map(Json::from));
        let values = texts.into_iter().chain(numbers.map(|number| number.map(Json::from)));
        Ok(write(values, out))
    }
}

/// Networks in order of their first addresses; of two that overlap the smaller one counts.
struct Networks(Vec<Network>);

struct Network {
    first: u128,
    last: u128,
    /// The network that this one lies in.
    outer: Option<usize>,
    place: String,
}

impl Networks {
    /// A header with `network` and any of the fields, and a row for each network.
    fn read(text: &str) -> Result<Networks> {
        let rows = external::table(text)?;
        let Some(((_, header), rows)) = rows.split_first() else {
            return Err(Error::message("it has no header"));
        };
        let place = |name: &str| header.iter().position(|cell| cell.trim().eq_ignore_ascii_case(name));
        let Some(network) = place("network") else {
            return Err(Error::message("its header has no column 'network'"));
        };
        let fields = FIELDS.map(place);
        if fields.iter().all(Option::is_none) {
            return Err(Error::message(format!("its header has none of {}", FIELDS.join(", "))));
        }
        let mut found = Vec::new();
        for (line, cells) in rows {
            let cell = |at: usize| cells.get(at).map_or("", AsRef::as_ref).trim();
            let Some((first, last)) = geo::network(cell(network)) else {
                let message = format!("line {line}: '{}' is no network", cell(network));
                return Err(Error::message(message));
            };
            let values = fields.iter().enumerate().map(|(at, column)| {
                let text = column.map(cell).filter(|text| !text.is_empty())?;
                if at < 3 { Some(Json::from(text)) } else { text.parse::<f64>().ok().map(Json::from) }
            });
            let mut place = String::new();
            write(values, &mut place);
            found.push(Network { first, last, outer: None, place });
        }
        found.sort_by_key(|network| (network.first, u128::MAX - network.last));
        nest(&mut found);
        Ok(Networks(found))
    }
}

/// Links each network to the one around it.
fn nest(networks: &mut [Network]) {
    let mut open: Vec<usize> = Vec::new();
    for at in 0..networks.len() {
        while open.last().is_some_and(|outer| networks[*outer].last < networks[at].first) {
            open.pop();
        }
        networks[at].outer = open.last().copied();
        open.push(at);
    }
}

impl Places for Networks {
    fn find(&self, address: IpAddr, out: &mut String) -> std::result::Result<bool, String> {
        let wanted = geo::number(address);
        let mut at = self.0.partition_point(|network| network.first <= wanted).checked_sub(1);
        while let Some(network) = at.map(|at| &self.0[at]) {
            if network.last >= wanted {
                out.push_str(&network.place);
                return Ok(!network.place.is_empty());
            }
            at = network.outer;
        }
        Ok(false)
    }
}

/// The fields that are known as a JSON object; false when none is.
fn write(values: impl Iterator<Item = Option<Json>>, out: &mut String) -> bool {
    let known = FIELDS.iter().zip(values).filter_map(|(name, value)| Some(((*name).to_owned(), value?)));
    let object: Map<String, Json> = known.collect();
    if !object.is_empty() {
        out.push_str(&Json::from(object).to_string());
    }
    !out.is_empty()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(networks: &Networks, address: &str) -> String {
        let mut out = String::new();
        let found = networks.find(address.parse().expect("an address"), &mut out).expect("finds");
        assert_eq!(found, !out.is_empty());
        out
    }

    #[test]
    fn the_smallest_network_counts() {
        let text = "network,country,city,latitude\n192.0.2.0/24,Norway,,60.5\n\
            192.0.2.16/28,Norway,Oslo,x\n198.51.100.1,Peru,,\n2001:db8::/32,Kenya,,\n";
        let networks = Networks::read(text).expect("reads");
        assert_eq!(place(&networks, "192.0.2.1"), r#"{"country":"Norway","latitude":60.5}"#);
        assert_eq!(place(&networks, "192.0.2.17"), r#"{"country":"Norway","city":"Oslo"}"#);
        assert_eq!(place(&networks, "192.0.2.32"), r#"{"country":"Norway","latitude":60.5}"#);
        assert_eq!(place(&networks, "2001:db8::1"), r#"{"country":"Kenya"}"#);
        assert_eq!(place(&networks, "198.51.100.2") + &place(&networks, "10.0.0.1"), "");
    }

    #[test]
    fn a_file_that_is_none_is_refused() {
        for text in ["", "a,b\n", "network,x\n", "network,city\nhost,Oslo\n", "network,city\n\"x"] {
            assert!(Networks::read(text).is_err(), "{text}");
        }
    }

    /// MaxMind's format with one network, 0.0.0.0/1; see its specification of "MaxMind DB".
    fn database() -> Vec<u8> {
        let text = |text: &str| [&[2 << 5 | text.len() as u8], text.as_bytes()].concat();
        let map = |fields: &[(&str, Vec<u8>)]| {
            let inside = fields.iter().flat_map(|(key, value)| [text(key), value.clone()].concat());
            [7 << 5 | fields.len() as u8].into_iter().chain(inside).collect::<Vec<u8>>()
        };
        let short = |number: u8| vec![5 << 5 | 1, number];
        let long = |number: u8| vec![6 << 5 | 1, number];
        let real = |number: f64| [&[3 << 5 | 8], &number.to_be_bytes()[..]].concat();
        let list = |items: &[Vec<u8>]| [vec![items.len() as u8, 4], items.concat()].concat();
        let named = |name: &str| map(&[("names", map(&[("en", text(name))]))]);
        let place = map(&[
            ("country", named("Norway")),
            ("subdivisions", list(&[named("Viken")])),
            ("location", map(&[("latitude", real(59.5)), ("longitude", real(10.25))])),
        ]);
        // One node: its left side is the record at the data's start, its right side is empty.
        let tree = [0, 0, 17, 0, 0, 1];
        let meta = map(&[
            ("node_count", long(1)),
            ("record_size", short(24)),
            ("ip_version", short(4)),
            ("database_type", text("GeoLite2-City")),
            ("languages", list(&[text("en")])),
            ("binary_format_major_version", short(2)),
            ("binary_format_minor_version", short(0)),
            ("build_epoch", vec![1, 2, 1]),
            ("description", map(&[("en", text("one network"))])),
        ]);
        [&tree[..], &[0; 16], &place, b"\xab\xcd\xefMaxMind.com", &meta].concat()
    }

    #[test]
    fn a_database_of_cities_is_read() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("geo.mmdb");
        std::fs::write(&path, database()).expect("writes");
        let places = open(&path).expect("opens");
        let place = |address: &str| {
            let mut out = String::new();
            let found = places.find(address.parse().expect("an address"), &mut out).expect("finds");
            found.then_some(out)
        };
        let norway = r#"{"country":"Norway","state":"Viken","latitude":59.5,"longitude":10.25}"#;
        assert_eq!(place("10.0.0.1").as_deref(), Some(norway));
        assert_eq!(place("192.0.2.1"), None);
        assert_eq!(place("2001:db8::1"), None);
        std::fs::write(&path, b"no database").expect("writes");
        assert!(open(&path).is_err());
    }

    #[test]
    fn a_damaged_database_gives_an_error_or_no_place() {
        let whole = database();
        let mut refused = 0;
        for at in 0..whole.len() {
            for value in [0, 0x20, 0x3f, 0x7f, 0xe1, 0xff] {
                let mut damaged = whole.clone();
                damaged[at] = value;
                let places = Reader::from_source(damaged).map(Cities);
                let find = |address: &str| match &places {
                    Ok(places) => places.find(address.parse().expect("an address"), &mut String::new()),
                    Err(error) => Err(error.to_string()),
                };
                let found = ["10.0.0.1", "192.0.2.1", "2001:db8::1"].map(find);
                refused += usize::from(found.iter().any(std::result::Result::is_err));
            }
        }
        assert!(refused > whole.len(), "{refused}");
    }
}
