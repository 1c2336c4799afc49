//! Where addresses are: `geo_info_from_ip_address` over what the user supplies. One source serves the whole
//! process, as one file does.

use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Arc, PoisonError, RwLock};

use super::{Cell, Kernel, Phys, fail, lenient};

/// Knows places by address.
pub trait Places: Send + Sync {
    /// Writes the place as a JSON object; false when it knows none. Errors: a sentence, lower case, no full
    /// stop.
    fn find(&self, address: IpAddr, out: &mut String) -> Result<bool, String>;
}

/// No address has a place.
pub struct Nowhere;

impl Places for Nowhere {
    fn find(&self, _: IpAddr, _: &mut String) -> Result<bool, String> {
        Ok(false)
    }
}

pub static KERNELS: &[Kernel] = &[lenient("kql_geo_info", &[Phys::Text], Phys::Text, info).late()];

static SOURCE: RwLock<Option<Arc<dyn Places>>> = RwLock::new(None);

/// From here on places come from `places`.
pub fn set(places: Arc<dyn Places>) {
    *SOURCE.write().unwrap_or_else(PoisonError::into_inner) = Some(places);
}

/// Null for what is no address, and for an address without a place.
fn info<'a>(args: &[Cell<'a>], out: &'a mut String) -> Cell<'a> {
    let Some(address) = args[0].text().and_then(|text| text.trim().parse::<IpAddr>().ok()) else {
        return Cell::Null;
    };
    let source = SOURCE.read().unwrap_or_else(PoisonError::into_inner).clone();
    let Some(source) = source else {
        return fail(out, "no file says where addresses are; name one with --geo FILE");
    };
    match source.find(canonical(address), out) {
        Ok(true) => Cell::Text(out),
        Ok(false) => Cell::Null,
        Err(why) => fail(out, why),
    }
}

/// `::ffff:192.0.2.1` is 192.0.2.1.
fn canonical(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V6(v6) => v6.to_ipv4_mapped().map_or(IpAddr::V6(v6), IpAddr::V4),
        IpAddr::V4(_) => address,
    }
}

/// An address as a number; those of version 4 stand where IPv6 maps them.
pub fn number(address: IpAddr) -> u128 {
    match address {
        IpAddr::V4(v4) => v4.to_ipv6_mapped(),
        IpAddr::V6(v6) => v6,
    }
    .to_bits()
}

/// The first and last address of `192.0.2.0/24`, of `192.0.2.1-192.0.2.9` or of one address.
pub fn network(text: &str) -> Option<(u128, u128)> {
    let address = |text: &str| text.trim().parse::<IpAddr>().ok();
    if let Some((first, last)) = text.split_once('-') {
        let (first, last) = (address(first)?, address(last)?);
        let (from, to) = (number(first), number(last));
        return (first.is_ipv4() == last.is_ipv4() && from <= to).then_some((from, to));
    }
    let Some((base, prefix)) = text.split_once('/') else {
        return address(text).map(|address| (number(address), number(address)));
    };
    let base = address(base)?;
    let prefix: u32 = prefix.trim().parse().ok()?;
    let width = if base.is_ipv4() { 32 } else { Ipv6Addr::BITS };
    let free = width.checked_sub(prefix)?;
    let mask = u128::MAX.checked_shl(free).unwrap_or(0);
    Some((number(base) & mask, number(base) | !mask))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn networks_are_ranges() {
        let at = |text: &str| number(text.parse().expect("an address"));
        assert_eq!(network("192.0.2.7/24"), Some((at("192.0.2.0"), at("192.0.2.255"))));
        assert_eq!(network("0.0.0.0/0"), Some((at("0.0.0.0"), at("255.255.255.255"))));
        assert_eq!(
            network("2001:db8::/32"),
            Some((at("2001:db8::"), at("2001:db8:ffff:ffff:ffff:ffff:ffff:ffff")))
        );
        assert_eq!(network("::/0"), Some((0, u128::MAX)));
        assert_eq!(network("192.0.2.1 - 192.0.2.9"), Some((at("192.0.2.1"), at("192.0.2.9"))));
        for wrong in ["", "192.0.2.0/33", "192.0.2.9-192.0.2.1", "192.0.2.1-::1", "host", "1.2.3/8"] {
            assert_eq!(network(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn what_is_no_address_has_no_place() {
        let mut out = String::new();
        assert_eq!(info(&[Cell::Text("host")], &mut out), Cell::Null);
        assert_eq!(info(&[Cell::Null], &mut out), Cell::Null);
    }
}
