//! Addresses in the forms that logs and indicators write them: with ports, brackets, scopes, IPv4 inside of IPv6.
//! Knows text only.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::net::each_rest;
use super::{Cell, Kernel, Phys, infallible, strict};

pub const KERNELS: &[Kernel] = &infallible([
    strict("kql_address", &[Phys::Text], Phys::Text, |args, out| {
        if let Some(found) = args[0].text().and_then(endpoint) {
            out.push_str(&found.address.to_string());
        }
        Cell::Text(out)
    }),
    strict("kql_address_port", &[Phys::Text], Phys::Long, |args, _| {
        args[0].text().and_then(endpoint).and_then(|found| found.port).map(i64::from).into()
    }),
    strict("kql_address_network", &[Phys::Text], Phys::Text, |args, out| {
        if let Some(found) = args[0].text().and_then(Network::parse) {
            out.push_str(&found.to_string());
        }
        Cell::Text(out)
    }),
    strict("kql_address_is_in", &[Phys::Text], Phys::Bool, is_in).rest(Phys::Text),
]);

/// An address, and the port beside it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Endpoint {
    /// IPv4 where it is one, also when it is written as IPv6.
    pub address: IpAddr,
    pub port: Option<u16>,
}

/// The address of a field: `192.0.2.7`, `192.0.2.7:443`, `192.0.2.7-443`, `[2001:db8::7]:443`, `::ffff:192.0.2.7`,
/// `fe80::1%16`, `[HOST (192.0.2.7)]`. A host name alone is none.
pub fn endpoint(field: &str) -> Option<Endpoint> {
    let field = field.trim();
    if let Some(address) = bare(field) {
        return Some(Endpoint { address, port: None });
    }
    if let Some((inside, rest)) = field.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        let address = bare(inside).or_else(|| beside_host(inside))?;
        return Some(Endpoint { address, port: port(rest)? });
    }
    if let Some(address) = beside_host(field) {
        return Some(Endpoint { address, port: None });
    }
    let (host, rest) = field.split_at(field.find([':', '-'])?);
    let address = host.parse::<Ipv4Addr>().ok()?;
    Some(Endpoint { address: address.into(), port: port(rest)? })
}

/// `HOST (192.0.2.7)`
fn beside_host(text: &str) -> Option<IpAddr> {
    let (_, inside) = text.strip_suffix(')')?.rsplit_once(" (")?;
    bare(inside)
}

/// `:443`, `-443` or nothing; `None` for anything else.
fn port(rest: &str) -> Option<Option<u16>> {
    if rest.is_empty() {
        return Some(None);
    }
    let digits = rest.strip_prefix([':', '-'])?;
    let digits = Some(digits).filter(|digits| digits.bytes().all(|byte| byte.is_ascii_digit()))?;
    digits.parse().ok().map(Some)
}

/// An address without a port; the scope of an IPv6 address counts for nothing.
fn bare(text: &str) -> Option<IpAddr> {
    if let Ok(v4) = text.parse::<Ipv4Addr>() {
        return Some(v4.into());
    }
    let (address, scope) = text.split_once('%').unwrap_or((text, "0"));
    let v6 = address.parse::<Ipv6Addr>().ok()?;
    let scoped = !scope.is_empty() && scope.bytes().all(|byte| byte.is_ascii_graphic() && byte != b']');
    scoped.then(|| plain(v6))
}

fn plain(v6: Ipv6Addr) -> IpAddr {
    v6.to_ipv4_mapped().map_or(v6.into(), IpAddr::from)
}

/// A network, or one address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Network {
    first: IpAddr,
    prefix: u32,
}

impl Network {
    /// `192.0.2.0/24`, `2001:db8::/32`, or an address in any form. Bits after the prefix are cleared.
    pub fn parse(text: &str) -> Option<Network> {
        let text = text.trim();
        let Some((address, prefix)) = text.split_once('/') else {
            let address = endpoint(text)?.address;
            return Some(Network { first: address, prefix: width(address) });
        };
        let digits =
            !prefix.is_empty() && prefix.len() <= 3 && prefix.bytes().all(|byte| byte.is_ascii_digit());
        let prefix: u32 = prefix.parse().ok().filter(|_| digits)?;
        let written: IpAddr = address.parse().ok()?;
        let (address, prefix) = match (written, bare(address)?) {
            // IPv4 written as IPv6: the prefix counts the bits before it too.
            (IpAddr::V6(_), v4 @ IpAddr::V4(_)) => (v4, prefix.checked_sub(96)?),
            (_, address) => (address, prefix),
        };
        (prefix <= width(address)).then(|| Network { first: cleared(address, prefix), prefix })
    }

    pub fn is_one_address(self) -> bool {
        self.prefix == width(self.first)
    }

    pub fn has(self, address: IpAddr) -> bool {
        width(address) == width(self.first) && cleared(address, self.prefix) == self.first
    }

    pub fn is_v4(self) -> bool {
        self.first.is_ipv4()
    }
}

/// A network in prefix notation, one address without.
impl fmt::Display for Network {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.is_one_address() {
            true => write!(out, "{}", self.first),
            false => write!(out, "{}/{}", self.first, self.prefix),
        }
    }
}

fn width(address: IpAddr) -> u32 {
    match address {
        IpAddr::V4(_) => 32,
        IpAddr::V6(_) => 128,
    }
}

fn cleared(address: IpAddr, prefix: u32) -> IpAddr {
    match address {
        IpAddr::V4(v4) => {
            let mask = u32::MAX.checked_shl(32 - prefix).unwrap_or(0);
            Ipv4Addr::from(u32::from(v4) & mask).into()
        }
        IpAddr::V6(v6) => {
            let mask = u128::MAX.checked_shl(128 - prefix).unwrap_or(0);
            Ipv6Addr::from(u128::from(v6) & mask).into()
        }
    }
}

/// True when one network has the address; else null when one of them, or the address, is none.
fn is_in<'a>(args: &[Cell<'a>], _out: &'a mut String) -> Cell<'a> {
    let Some(found) = args[0].text().and_then(endpoint) else { return Cell::Null };
    let (mut has, mut odd) = (false, false);
    each_rest(&args[1..], &mut |text| match Network::parse(text) {
        Some(network) => has |= network.has(found.address),
        None => odd = true,
    });
    match (has, odd) {
        (true, _) => Cell::Bool(true),
        (false, true) => Cell::Null,
        (false, false) => Cell::Bool(false),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernels::testing::texts;
    use proptest::prelude::*;

    #[test]
    fn addresses_in_all_forms() {
        let cases = [
            ("198.51.100.132", "198.51.100.132", "NULL"),
            ("198.51.100.214:52378", "198.51.100.214", "52378"),
            ("203.0.113.7-51234", "203.0.113.7", "51234"),
            ("[2001:db8:207:5d::5]:47254", "2001:db8:207:5d::5", "47254"),
            ("2001:DB8:0:0::13", "2001:db8::13", "NULL"),
            ("::1", "::1", "NULL"),
            ("[192.0.2.13]:12345", "192.0.2.13", "12345"),
            ("[192.0.2.13]", "192.0.2.13", "NULL"),
            ("::ffff:192.0.2.13", "192.0.2.13", "NULL"),
            ("::FFFF:c000:20d", "192.0.2.13", "NULL"),
            ("[::ffff:192.0.2.13]:443", "192.0.2.13", "443"),
            ("[2001:db8::abcd]", "2001:db8::abcd", "NULL"),
            ("fe80::1%16", "fe80::1", "NULL"),
            ("[fe80::1%eth0]:80", "fe80::1", "80"),
            (" 192.0.2.1 ", "192.0.2.1", "NULL"),
            ("[MAILHOST (192.0.2.13)]", "192.0.2.13", "NULL"),
            ("MAILHOST (2001:db8::1)", "2001:db8::1", "NULL"),
        ];
        for (field, address, port) in cases {
            assert_eq!(texts("kql_address", &[field]), address, "{field}");
            assert_eq!(texts("kql_address_port", &[field]), port, "{field}");
        }
    }

    #[test]
    fn what_is_no_address_gives_none() {
        for field in [
            "",
            "localhost",
            "localhost:12345",
            "[cool.client.local]:12345",
            "MAILHOST (10.9000.0.1)",
            "192.0.2.1:",
            "192.0.2.1:99999",
            "192.0.2.1:+5",
            "192.0.2.1x",
            "[192.0.2.1",
            "192.0.2.256",
            "010.0.0.1",
            "fe80::1%",
            "192.0.2.0/24",
            "x192.0.2.1",
            "2001:db8::1:99999",
        ] {
            assert_eq!(texts("kql_address", &[field]), "", "{field}");
            assert_eq!(texts("kql_address_port", &[field]), "NULL", "{field}");
        }
    }

    #[test]
    fn networks_have_one_form() {
        for (text, form) in [
            ("198.51.100.77/24", "198.51.100.0/24"),
            ("198.51.100.77/32", "198.51.100.77"),
            ("2001:DB8::9/32", "2001:db8::/32"),
            ("::ffff:198.51.100.77/120", "198.51.100.0/24"),
            ("0.0.0.0/0", "0.0.0.0/0"),
            ("::/0", "::/0"),
            ("198.51.100.7:443", "198.51.100.7"),
            ("198.51.100.0/33", ""),
            ("198.51.100.0/", ""),
            ("198.51.100.0/+8", ""),
            ("::ffff:198.51.100.0/24", ""),
            ("host/24", ""),
        ] {
            assert_eq!(texts("kql_address_network", &[text]), form, "{text}");
        }
    }

    #[test]
    fn addresses_are_in_networks_of_their_kind() {
        let is_in = |args: &[&str]| texts("kql_address_is_in", args);
        assert_eq!(is_in(&["[::ffff:198.51.100.7]:443", "198.51.100.0/24"]), "true");
        assert_eq!(is_in(&["198.51.100.7", "::/0"]), "false");
        assert_eq!(is_in(&["2001:db8::7", "198.51.100.0/24", "2001:db8::/32"]), "true");
        assert_eq!(is_in(&["2001:db8::7", r#"["198.51.100.0/24","2001:db8::/32"]"#]), "true");
        assert_eq!(is_in(&["198.51.100.7", "x", "198.51.100.7"]), "true");
        assert_eq!(is_in(&["198.51.100.7", "x"]), "NULL");
        assert_eq!(is_in(&["x", "198.51.100.7"]), "NULL");
    }

    proptest! {
        #[test]
        fn a_port_and_a_spelling_change_no_address(bits: u128, v4: u32, port: u16) {
            let v6 = plain(Ipv6Addr::from(bits));
            prop_assert_eq!(endpoint(&format!("[{v6}]:{port}")), Some(Endpoint { address: v6, port: Some(port) }));
            let v4 = Ipv4Addr::from(v4);
            let found = Some(Endpoint { address: v4.into(), port: Some(port) });
            prop_assert_eq!(endpoint(&format!("{v4}:{port}")), found);
            prop_assert_eq!(endpoint(&format!("[::ffff:{v4}]:{port}")), found);
        }

        #[test]
        fn an_address_is_in_its_networks(bits: u32, prefix in 0u32..33) {
            let text = format!("{}/{prefix}", Ipv4Addr::from(bits));
            prop_assert!(Network::parse(&text).unwrap().has(Ipv4Addr::from(bits).into()));
        }
    }
}
