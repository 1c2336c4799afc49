//! IPv4 and IPv6 addresses, their prefixes, and addresses inside text. Knows text and numbers only.
//!
//! An address may carry a prefix, `192.0.2.7/24`. Where two are compared the shortest prefix of all
//! that are given counts ("IP-prefix notation" in the Kusto reference, and its recorded examples).

mod ranges;

use std::net::{Ipv4Addr, Ipv6Addr};

use ranges::{RANGES_V4, RANGES_V6, Span, given, in_any_range, prepared};

use super::json::Kind;
use super::text::{each_element, push_texts};
use super::{Cell, Kernel, Phys, infallible, json, lenient, strict};

const TT: &[Phys] = &[Phys::Text, Phys::Text];
const TTL: &[Phys] = &[Phys::Text, Phys::Text, Phys::Long];
const TL: &[Phys] = &[Phys::Text, Phys::Long];

pub const KERNELS: &[Kernel] = &infallible([
    lenient("kql_parse_ipv4", TL, Phys::Long, |args, _| {
        v4_of(args[0], args[1]).map(|net| i64::from(net.masked())).into()
    }),
    strict("kql_ipv4_last", &[Phys::Text], Phys::Long, |args, _| {
        args[0].text().and_then(V4::parse).map(|net| i64::from(net.masked() | !mask_v4(net.prefix))).into()
    }),
    lenient("kql_format_ipv4", TL, Phys::Text, |args, out| format_v4(args, false, out)),
    lenient("kql_format_ipv4_mask", TL, Phys::Text, |args, out| format_v4(args, true, out)),
    lenient("kql_ipv4_compare", TTL, Phys::Long, |args, _| compare_v4(args).map(|order| order as i64).into()),
    lenient("kql_ipv4_is_match", TTL, Phys::Bool, |args, _| {
        compare_v4(args).map(|order| order.is_eq()).into()
    }),
    strict("kql_ipv4_is_in_any_range", &[Phys::Text], Phys::Bool, |args, _| {
        in_any_range(args, &RANGES_V4, V4::span)
    })
    .rest(Phys::Text)
    .prepare(|rest| prepared(rest, &RANGES_V4, V4::span)),
    strict("kql_ipv4_is_private", &[Phys::Text], Phys::Bool, |args, _| {
        args[0].text().and_then(V4::parse).map(V4::private).into()
    }),
    strict("kql_ipv4_netmask_suffix", &[Phys::Text], Phys::Long, |args, _| {
        args[0].text().and_then(V4::parse).map(|net| i64::from(net.prefix)).into()
    }),
    strict("kql_ipv4_range_to_cidr_list", TT, Phys::Text, cidr_list),
    lenient("kql_parse_ipv6", TL, Phys::Text, parse_v6),
    strict("kql_ipv6_first", &[Phys::Text], Phys::Text, |args, out| {
        edge_v6(args, out, |bits, mask| bits & mask)
    }),
    strict("kql_ipv6_last", &[Phys::Text], Phys::Text, |args, out| {
        edge_v6(args, out, |bits, mask| bits | !mask)
    }),
    lenient("kql_ipv6_compare", TTL, Phys::Long, |args, _| compare_v6(args).map(|order| order as i64).into()),
    lenient("kql_ipv6_is_match", TTL, Phys::Bool, |args, _| {
        compare_v6(args).map(|order| order.is_eq()).into()
    }),
    strict("kql_ipv6_is_in_any_range", &[Phys::Text], Phys::Bool, |args, _| {
        in_any_range(args, &RANGES_V6, V6::span)
    })
    .rest(Phys::Text)
    .prepare(|rest| prepared(rest, &RANGES_V6, V6::span)),
    strict("kql_has_any_ipv4", &[Phys::Text], Phys::Bool, |args, _| {
        has_any(args, |sought, found| sought == found && address(sought).is_some())
    })
    .rest(Phys::Text),
    strict("kql_has_any_ipv4_prefix", &[Phys::Text], Phys::Bool, |args, _| {
        has_any(args, |sought, found| found.starts_with(sought) && valid_prefix(sought))
    })
    .rest(Phys::Text),
]);

/// Kernels whose first argument is an address, of which there are few different ones among many rows.
pub const ADDRESS_TESTS: &[&str] = &[
    "kql_ipv4_is_match",
    "kql_ipv4_is_in_any_range",
    "kql_ipv6_is_match",
    "kql_ipv6_is_in_any_range",
    "kql_address_is_in",
];

/// An IPv4 address and how many of its leading bits count.
#[derive(Clone, Copy)]
struct V4 {
    bits: u32,
    prefix: u32,
}

/// Four decimal numbers to 255, no more digits than needed: `010.0.0.1` is read differently by
/// different programs and is none here.
fn address(text: &str) -> Option<u32> {
    let (mut bits, mut number, mut digits, mut dots) = (0, 0, 0, 0);
    for byte in text.bytes() {
        match byte {
            b'0'..=b'9' if digits == 0 || (number > 0 && digits < 3) => {
                number = number * 10 + u32::from(byte - b'0');
                digits += 1;
            }
            b'.' if digits > 0 && dots < 3 && number < 256 => {
                bits = bits << 8 | number;
                (number, digits, dots) = (0, 0, dots + 1);
            }
            _ => return None,
        }
    }
    (dots == 3 && digits > 0 && number < 256).then_some(bits << 8 | number)
}

/// The part after a slash, as a number of bits to `max`; all of them without a slash.
fn with_prefix(text: &str, max: u32) -> Option<(&str, u32)> {
    let Some((ip, prefix)) = text.split_once('/') else {
        return Some((text, max));
    };
    let digits = prefix.bytes().all(|byte| byte.is_ascii_digit());
    let prefix = prefix.parse().ok().filter(|prefix| digits && *prefix <= max)?;
    Some((ip, prefix))
}

fn mask_v4(prefix: u32) -> u32 {
    u32::MAX.checked_shl(32 - prefix).unwrap_or(0)
}

impl V4 {
    fn parse(text: &str) -> Option<V4> {
        // Most have no prefix.
        if let Some(bits) = address(text) {
            return Some(V4 { bits, prefix: 32 });
        }
        let (ip, prefix) = with_prefix(text, 32)?;
        Some(V4 { bits: address(ip)?, prefix })
    }

    fn masked(self) -> u32 {
        self.bits & mask_v4(self.prefix)
    }

    fn span(text: &str) -> Option<Span> {
        let net = V4::parse(text)?;
        Some((net.masked().into(), (net.masked() | !mask_v4(net.prefix)).into()))
    }

    fn compare(self, other: V4, prefix: u32) -> std::cmp::Ordering {
        let mask = mask_v4(self.prefix.min(other.prefix).min(prefix));
        (self.bits & mask).cmp(&(other.bits & mask))
    }

    fn private(self) -> bool {
        const RANGES: [(u32, u32); 3] = [(0x0a00_0000, 8), (0xac10_0000, 12), (0xc0a8_0000, 16)];
        RANGES.iter().any(|(bits, prefix)| self.prefix >= *prefix && self.bits & mask_v4(*prefix) == *bits)
    }
}

/// A prefix argument: left out is all bits, out of range is null.
fn bits(arg: Option<&Cell<'_>>, max: u32) -> Option<u32> {
    match arg {
        None | Some(Cell::Null) => Some(max),
        Some(arg) => u32::try_from(arg.long()?).ok().filter(|prefix| *prefix <= max),
    }
}

fn v4_of(ip: Cell<'_>, prefix: Cell<'_>) -> Option<V4> {
    let net = V4::parse(ip.text()?)?;
    Some(V4 { prefix: net.prefix.min(bits(Some(&prefix), 32)?), ..net })
}

fn compare_v4(args: &[Cell<'_>]) -> Option<std::cmp::Ordering> {
    let prefix = bits(args.get(2), 32)?;
    Some(V4::parse(args[0].text()?)?.compare(V4::parse(args[1].text()?)?, prefix))
}

/// The address may be its number in decimal digits.
fn format_v4<'a>(args: &[Cell<'a>], mask: bool, out: &'a mut String) -> Cell<'a> {
    let number = args[0].text().and_then(|text| text.parse::<u32>().ok());
    let net = match number {
        Some(number) => bits(args.get(1), 32).map(|prefix| V4 { bits: number, prefix }),
        None => v4_of(args[0], args[1]),
    };
    if let Some(net) = net {
        out.push_str(&Ipv4Addr::from(net.masked()).to_string());
        if mask {
            out.push('/');
            out.push_str(&net.prefix.to_string());
        }
    }
    Cell::Text(out)
}

/// The fewest ranges that hold all addresses from the first to the last.
fn cidr_list<'a>(args: &[Cell<'a>], out: &'a mut String) -> Cell<'a> {
    let (Some(first), Some(last)) = (args[0].text().and_then(address), args[1].text().and_then(address))
    else {
        return Cell::Null;
    };
    let mut ranges = Vec::new();
    let (mut at, last) = (u64::from(first), u64::from(last));
    while at <= last {
        let aligned = if at == 0 { 32 } else { at.trailing_zeros().min(32) };
        let fitting = (last - at + 1).ilog2();
        let size = aligned.min(fitting);
        ranges.push(format!("{}/{}", Ipv4Addr::from(at as u32), 32 - size));
        at += 1 << size;
    }
    push_texts(&mut ranges.iter().map(String::as_str), out);
    Cell::Text(out)
}

/// An IPv6 address, or an IPv4 one in its place, and how many of its leading bits count.
#[derive(Clone, Copy)]
struct V6 {
    bits: u128,
    prefix: u32,
    /// Its last 32 bits were written as an IPv4 address.
    dotted: bool,
}

fn mask_v6(prefix: u32) -> u128 {
    u128::MAX.checked_shl(128 - prefix).unwrap_or(0)
}

impl V6 {
    /// The prefix of an address that ends in IPv4 notation counts IPv4 bits (recorded).
    fn parse(text: &str) -> Option<V6> {
        if !text.contains('.') {
            let (ip, prefix) = with_prefix(text, 128)?;
            return Some(V6 { bits: ip.parse::<Ipv6Addr>().ok()?.into(), prefix, dotted: false });
        }
        let (ip, prefix) = with_prefix(text, 32)?;
        let bits = match address(ip) {
            Some(bits) => Ipv4Addr::from(bits).to_ipv6_mapped(),
            None => ip.parse::<Ipv6Addr>().ok()?,
        };
        Some(V6 { bits: bits.into(), prefix: prefix + 96, dotted: true })
    }

    /// `::192.0.2.1` equals `192.0.2.1` in comparisons, though it is written without `ffff` (recorded).
    fn comparable(self) -> u128 {
        const MAPPED: u128 = 0xffff_0000_0000;
        if self.dotted && self.bits >> 32 == 0 { self.bits | MAPPED } else { self.bits }
    }

    fn span(text: &str) -> Option<Span> {
        let net = V6::parse(text)?;
        let mask = mask_v6(net.prefix);
        Some((net.comparable() & mask, net.comparable() | !mask))
    }

    fn compare(self, other: V6, prefix: u32) -> std::cmp::Ordering {
        let mask = mask_v6(self.prefix.min(other.prefix).min(prefix));
        (self.comparable() & mask).cmp(&(other.comparable() & mask))
    }
}

fn compare_v6(args: &[Cell<'_>]) -> Option<std::cmp::Ordering> {
    let prefix = bits(args.get(2), 128)?;
    Some(V6::parse(args[0].text()?)?.compare(V6::parse(args[1].text()?)?, prefix))
}

/// The first or last address of a network as 32 digits, whose order is that of the addresses.
fn edge_v6<'a>(args: &[Cell<'a>], out: &'a mut String, edge: fn(u128, u128) -> u128) -> Cell<'a> {
    let Some(net) = args[0].text().and_then(V6::parse) else { return Cell::Null };
    out.push_str(&format!("{:032x}", edge(net.comparable(), mask_v6(net.prefix))));
    Cell::Text(out)
}

/// All eight groups with all four digits; empty when it is no address.
fn parse_v6<'a>(args: &[Cell<'a>], out: &'a mut String) -> Cell<'a> {
    if let (Some(net), Some(prefix)) = (args[0].text().and_then(V6::parse), bits(args.get(1), 128)) {
        let masked = Ipv6Addr::from(net.bits & mask_v6(net.prefix.min(prefix)));
        let groups: Vec<String> = masked.segments().iter().map(|group| format!("{group:04x}")).collect();
        out.push_str(&groups.join(":"));
    }
    Cell::Text(out)
}

/// Texts; the JSON text of a dynamic stands for its elements or its string.
pub(super) fn each_rest(rest: &[Cell<'_>], take: &mut impl FnMut(&str)) {
    for text in given(rest) {
        match json::kind(text) {
            Some(Kind::Array | Kind::String) => each_element(text, take),
            _ => take(text),
        }
    }
}

/// A whole address, or its beginning up to a dot.
fn valid_prefix(text: &str) -> bool {
    let Some(begun) = text.strip_suffix('.') else {
        return address(text).is_some();
    };
    let dots = begun.bytes().filter(|byte| *byte == b'.').count();
    dots <= 2 && address(&format!("{begun}{}", ".0".repeat(3 - dots))).is_some()
}

/// Some sought text fits an address inside the source that has no letter or digit beside it.
fn has_any<'a>(args: &[Cell<'a>], fits: impl Fn(&str, &str) -> bool) -> Cell<'a> {
    let Some(source) = args[0].text() else {
        return Cell::Null;
    };
    let mut has = false;
    each_rest(&args[1..], &mut |sought| {
        // Most texts do not even have it as a part.
        has = has || source.contains(sought) && addresses(source).any(|found| fits(sought, found));
    });
    Cell::Bool(has)
}

fn addresses(source: &str) -> impl Iterator<Item = &str> {
    let starts = source.char_indices().scan(false, |before, (at, c)| {
        let start = !*before && c.is_ascii_digit();
        *before = c.is_alphanumeric();
        Some(start.then_some(at))
    });
    starts.flatten().filter_map(|start| {
        let rest = &source[start..];
        let mut dots = 0;
        let end = rest.find(|c: char| {
            dots += usize::from(c == '.');
            !c.is_ascii_digit() && (c != '.' || dots > 3)
        });
        let found = &rest[..end.unwrap_or(rest.len())];
        let delimited = !rest[found.len()..].starts_with(char::is_alphanumeric);
        (delimited && address(found).is_some()).then_some(found)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernels::testing::{call, texts};
    use proptest::prelude::*;

    fn with(name: &str, args: &[&str], number: Option<i64>) -> String {
        let number = number.map_or(Cell::Null, Cell::Long);
        call(name, &args.iter().map(|arg| Cell::Text(arg)).chain([number]).collect::<Vec<_>>())
    }

    proptest! {
        #[test]
        fn an_address_is_what_the_standard_library_takes(
            text in "[0-9]{1,3}([.][0-9]{1,3}){3}|[0-9a./]{0,16}|(0|25[0-9]|[.]){1,8}",
            bits: u32,
        ) {
            for text in [text, Ipv4Addr::from(bits).to_string()] {
                prop_assert_eq!(address(&text), text.parse::<Ipv4Addr>().ok().map(u32::from), "{}", text);
            }
        }
    }

    #[test]
    fn v4_numbers() {
        assert_eq!(with("kql_parse_ipv4", &["192.0.2.255/28"], None), "3221226224");
        assert_eq!(with("kql_parse_ipv4", &["192.0.2.255/28"], Some(24)), "3221225984");
        assert_eq!(with("kql_parse_ipv4", &["10.0.0.1"], Some(0)), "0");
        for bad in
            ["192.0.2", "192.0.2.256", "192.0.2.1/33", "192.0.2.1/+8", "192.0.2.1:443", "", "010.0.0.1"]
        {
            assert_eq!(with("kql_parse_ipv4", &[bad], None), "NULL", "{bad}");
        }
        assert_eq!(with("kql_parse_ipv4", &["10.0.0.1"], Some(33)), "NULL");
        assert_eq!(with("kql_format_ipv4_mask", &["198.51.100.77"], Some(26)), "198.51.100.64/26");
        assert_eq!(with("kql_format_ipv4", &["3221225985"], None), "192.0.2.1");
        assert_eq!(with("kql_format_ipv4", &["nowhere"], None), "");
        assert_eq!(with("kql_format_ipv4", &["10.0.0.1"], Some(-1)), "");
    }

    #[test]
    fn v4_compared_by_the_shortest_prefix() {
        let compare = |left, right, prefix| with("kql_ipv4_compare", &[left, right], prefix);
        assert_eq!(compare("192.0.2.1", "192.0.2.2", None), "-1");
        assert_eq!(compare("192.0.2.1/24", "192.0.2.2", Some(31)), "0");
        assert_eq!(compare("192.0.3.1", "192.0.2.255/24", None), "1");
        assert_eq!(compare("x", "192.0.2.2", None), "NULL");
        assert_eq!(with("kql_ipv4_is_match", &["203.0.113.9", "203.0.0.0"], Some(16)), "true");
    }

    #[test]
    fn v4_ranges() {
        let any = |args: &[&str]| texts("kql_ipv4_is_in_any_range", args);
        assert_eq!(any(&["192.0.2.7", "10.0.0.0/8", "192.0.2.0/28"]), "true");
        assert_eq!(any(&["192.0.2.77", r#"["10.0.0.0/8","192.0.2.0/28"]"#]), "false");
        assert_eq!(any(&["10.0.0.1", r#""10.0.0.0/8""#]), "true", "a string inside a dynamic");
        assert_eq!(any(&["no", "10.0.0.0/8"]), "NULL");
        assert_eq!(any(&["10.1.1.1", "no", "10.0.0.0/8"]), "true");
        for (ip, private) in
            [("172.31.9.9", "true"), ("172.32.0.1", "false"), ("10.0.0.0/7", "false"), ("", "NULL")]
        {
            assert_eq!(texts("kql_ipv4_is_private", &[ip]), private, "{ip}");
        }
        assert_eq!(texts("kql_ipv4_netmask_suffix", &["10.0.0.0/9"]), "9");
        let list = |first, last| texts("kql_ipv4_range_to_cidr_list", &[first, last]);
        assert_eq!(list("192.0.2.1", "192.0.2.4"), r#"["192.0.2.1/32","192.0.2.2/31","192.0.2.4/32"]"#);
        assert_eq!(list("0.0.0.0", "255.255.255.255"), r#"["0.0.0.0/0"]"#);
        assert_eq!(list("192.0.2.2", "192.0.2.1"), "[]");
    }

    #[test]
    fn v6_texts() {
        let parse = |ip, prefix| with("kql_parse_ipv6", &[ip], prefix);
        assert_eq!(parse("2001:db8::1", None), "2001:0db8:0000:0000:0000:0000:0000:0001");
        assert_eq!(parse("2001:db8:ffff::1/40", None), "2001:0db8:ff00:0000:0000:0000:0000:0000");
        assert_eq!(parse("198.51.100.7", Some(120)), "0000:0000:0000:0000:0000:ffff:c633:6400");
        assert_eq!(parse("::198.51.100.7/24", None), "0000:0000:0000:0000:0000:0000:c633:6400");
        assert_eq!(parse("2001:db8::/129", None), "");
        assert_eq!(parse("[2001:db8::1]:443", None), "");
        let same = |left, right, prefix| with("kql_ipv6_is_match", &[left, right], prefix);
        assert_eq!(same("198.51.100.7", "::FFFF:c633:6407", None), "true");
        assert_eq!(same("::198.51.100.7", "198.51.100.0/24", None), "true");
        assert_eq!(same("2001:db8::1", "2001:db8::2", Some(126)), "true");
        assert_eq!(same("2001:db8::1", "2001:db8::2", None), "false");
        assert_eq!(same("2001:db8::1", "", None), "NULL");
        let any = |args: &[&str]| texts("kql_ipv6_is_in_any_range", args);
        assert_eq!(any(&["2001:db8::1", r#"["10.0.0.0/8","2001:db8::/32"]"#]), "true");
    }

    #[test]
    fn networks_have_edges() {
        assert_eq!(texts("kql_ipv4_last", &["192.0.2.7/24"]), "3221226239");
        assert_eq!(texts("kql_ipv4_last", &["0.0.0.0/0"]), "4294967295");
        assert_eq!(texts("kql_ipv4_last", &["192.0.2"]), "NULL");
        assert_eq!(texts("kql_ipv6_first", &["2001:db8::9/32"]), "20010db8000000000000000000000000");
        assert_eq!(texts("kql_ipv6_last", &["2001:db8::9/32"]), "20010db8ffffffffffffffffffffffff");
        assert_eq!(texts("kql_ipv6_first", &["::192.0.2.1"]), texts("kql_ipv6_first", &["192.0.2.1"]));
        assert_eq!(texts("kql_ipv6_last", &[""]), "NULL");
    }

    proptest! {
        /// What ipv4_lookup joins by: networks match just when their addresses overlap.
        #[test]
        fn matching_is_overlapping(bits: u32, change in 0u32..0xffff, prefix in 8u32..33, other in 8u32..33) {
            let text = |bits, prefix| format!("{}/{prefix}", Ipv4Addr::from(bits));
            let (left, right) = (text(bits, prefix), text(bits ^ change, other));
            let edge = |text: &str| {
                let net = V4::parse(text).unwrap();
                (net.masked(), net.masked() | !mask_v4(net.prefix))
            };
            let ((low, high), (other_low, other_high)) = (edge(&left), edge(&right));
            let same = texts("kql_ipv4_is_match", &[&left, &right]);
            prop_assert_eq!(same, (low <= other_high && other_low <= high).to_string());
        }
    }

    #[test]
    fn addresses_in_text_stand_alone() {
        let has = |args: &[&str]| texts("kql_has_any_ipv4", args);
        assert_eq!(has(&["src=192.0.2.1, port", "192.0.2.1"]), "true");
        assert_eq!(has(&["src192.0.2.1", "192.0.2.1"]), "false");
        assert_eq!(has(&["192.0.2.11", "192.0.2.1"]), "false");
        assert_eq!(has(&["to 192.0.2.999", "192.0.2.999"]), "false");
        assert_eq!(has(&["to (192.0.2.1:80)", r#"["198.51.100.1","192.0.2.1"]"#]), "true");
        let prefix = |args: &[&str]| texts("kql_has_any_ipv4_prefix", args);
        assert_eq!(prefix(&["to 192.0.2.1", "192.0."]), "true");
        assert_eq!(prefix(&["to 192.0.2.1", "192.0"]), "false");
        assert_eq!(prefix(&["to 192.0.2.1", "192.0.2.1"]), "true");
        assert_eq!(prefix(&["to 192.0.2.300", "192.0."]), "false");
        assert_eq!(prefix(&["to 192.0.2.1", "300."]), "false");
        assert_eq!(prefix(&["to 192.0.2.1", "."]), "false");
    }

    proptest! {
        #[test]
        fn cidr_lists_hold_just_the_range(first: u32, length in 0u32..5000) {
            let last = first.saturating_add(length);
            let text = |bits| Ipv4Addr::from(bits).to_string();
            let list = texts("kql_ipv4_range_to_cidr_list", &[&text(first), &text(last)]);
            let mut next = u64::from(first);
            each_element(&list, &mut |range| {
                let net = V4::parse(range).unwrap();
                assert_eq!(u64::from(net.masked()), next);
                next += 1u64 << (32 - net.prefix);
            });
            prop_assert_eq!(next, u64::from(last) + 1);
        }
    }
}
