//! Functions over IPv4 and IPv6 addresses. Knows `kernels::net` by name.

use super::func::Lower::{Kernel, Sql};
use super::func::Ret::Is;
use super::func::{
    ANY, Func, LONG, ONLY_STR, PLAIN, Param, SCALAR, STR, Shape, f, named, opt, rest, shaped, sig,
};
use crate::types::Type::{Bool, Dynamic, Guid, Int, Long, String};

const IP: Param = named("ip", PLAIN);
const IP1: Param = named("ip1", PLAIN);
const IP2: Param = named("ip2", PLAIN);
/// Here Kusto's binder takes any dynamic.
const ADDRESS: Param = named("ip", STR);
const PREFIX: Param = named("prefix", LONG);
const SOURCE: Param = named("source", STR);

/// A text, or an array of texts as its JSON.
const fn texts(name: &'static str) -> Param {
    one_text(named(name, shaped(Shape::Array, ANY)))
}

/// A text, and no array: one of several arguments.
const fn text(name: &'static str) -> Param {
    one_text(named(name, shaped(Shape::Plain, ANY)))
}

const fn one_text(mut param: Param) -> Param {
    param.types = &[String, Dynamic];
    param
}

/// An address as text or as its number.
const fn address() -> Param {
    let mut param = named("ip", SCALAR);
    param.types = &[String, Int, Long, Dynamic];
    param.convert = Some(String);
    param
}

pub static ROWS: &[Func] = &[
    f("parse_ipv4", &[sig(&[IP], Is(Long), Sql("kql_parse_ipv4({0}, NULL)"))])
        .doc("An IPv4 address as a number, its prefix applied; null when it is none.")
        .trap("A port makes it no address: cut it off first.")
        .example("print parse_ipv4('192.0.2.77/24')", "3221225984"),
    f("parse_ipv4_mask", &[sig(&[IP, PREFIX], Is(Long), Kernel("kql_parse_ipv4"))])
        .doc("The leading bits of an IPv4 address as a number; null when it is none.")
        .trap("The shorter one of the two prefixes counts.")
        .example("print parse_ipv4_mask('192.0.2.77', 24)", "3221225984"),
    f("format_ipv4", &[sig(&[address(), opt(PREFIX)], Is(String), Kernel("kql_format_ipv4"))])
        .doc("An IPv4 address, given as text or number, with all bits after the prefix cleared.")
        .trap("What is no address becomes the empty text.")
        .example("print format_ipv4('192.0.2.77', 24)", "192.0.2.0"),
    f("format_ipv4_mask", &[sig(&[address(), opt(PREFIX)], Is(String), Kernel("kql_format_ipv4_mask"))])
        .doc("An IPv4 address in prefix notation, with all bits after the prefix cleared.")
        .trap("What is no address becomes the empty text.")
        .example("print format_ipv4_mask('192.0.2.77', 24)", "192.0.2.0/24"),
    f("ipv4_compare", &[sig(&[IP1, IP2, opt(PREFIX)], Is(Long), Kernel("kql_ipv4_compare"))])
        .doc("-1, 0 or 1 as the first IPv4 address is below, equal to or above the second.")
        .trap("The shortest of all prefixes counts: two addresses of one range are equal.")
        .example("print ipv4_compare('192.0.2.9', '192.0.2.10')", "-1"),
    f("ipv4_is_match", &[sig(&[IP1, IP2, opt(PREFIX)], Is(Bool), Kernel("kql_ipv4_is_match"))])
        .doc("Whether two IPv4 addresses are equal in the bits of the shortest prefix.")
        .example("print ipv4_is_match('192.0.2.9', '192.0.2.0/24')", "true"),
    f(
        "ipv4_is_in_range",
        &[sig(&[IP, named("range", PLAIN)], Is(Bool), Sql("kql_ipv4_is_match({0}, {1}, NULL)"))],
    )
    .doc("Whether an IPv4 address is in a range; null when one of the two is not valid.")
    .example("print ipv4_is_in_range('192.0.2.9', '192.0.2.0/24')", "true"),
    f(
        "ipv4_is_in_any_range",
        &[
            sig(&[ADDRESS, texts("range")], Is(Bool), Kernel("kql_ipv4_is_in_any_range")),
            sig(&[ADDRESS, text("range"), rest(text("range"))], Is(Bool), Kernel("kql_ipv4_is_in_any_range")),
        ],
    )
    .doc("Whether an IPv4 address is in one of several ranges, given one by one or as an array.")
    .trap("Null when the address is not valid, or when none fits and a range is not valid.")
    .example("print ipv4_is_in_any_range('192.0.2.9', dynamic(['10.0.0.0/8', '192.0.2.0/24']))", "true"),
    f("ipv4_is_private", &[sig(&[IP], Is(Bool), Kernel("kql_ipv4_is_private"))])
        .doc("Whether an IPv4 address is in 10.0.0.0/8, 172.16.0.0/12 or 192.168.0.0/16.")
        .trap("Loopback and link-local addresses are not private; what is no address gives null.")
        .example("print ipv4_is_private('172.20.1.1')", "true"),
    f("ipv4_netmask_suffix", &[sig(&[IP], Is(Long), Kernel("kql_ipv4_netmask_suffix"))])
        .doc("The prefix length of an IPv4 address, 32 without one.")
        .example("print ipv4_netmask_suffix('192.0.2.0/24')", "24"),
    f(
        "ipv4_range_to_cidr_list",
        &[sig(
            &[named("start", PLAIN), named("end", PLAIN)],
            Is(Dynamic),
            Kernel("kql_ipv4_range_to_cidr_list"),
        )],
    )
    .doc("The fewest prefix ranges that hold all addresses from the first to the last.")
    .example(
        "print ipv4_range_to_cidr_list('192.0.2.0', '192.0.2.4')",
        "[\"192.0.2.0/30\",\"192.0.2.4/32\"]",
    ),
    f("parse_ipv6", &[sig(&[IP], Is(String), Sql("kql_parse_ipv6({0}, NULL)"))])
        .doc("An IPv6 or IPv4 address as eight groups of four digits, its prefix applied.")
        .trap("What is no address becomes the empty text.")
        .example("print parse_ipv6('2001:db8::1')", "2001:0db8:0000:0000:0000:0000:0000:0001"),
    f("parse_ipv6_mask", &[sig(&[IP, PREFIX], Is(String), Kernel("kql_parse_ipv6"))])
        .doc("The leading bits of an IPv6 or IPv4 address as eight groups of four digits.")
        .trap("An IPv4 address has its bits after the first 96.")
        .example("print parse_ipv6_mask('192.0.2.77', 120)", "0000:0000:0000:0000:0000:ffff:c000:0200"),
    f("ipv6_compare", &[sig(&[IP1, IP2, opt(PREFIX)], Is(Long), Kernel("kql_ipv6_compare"))])
        .doc("-1, 0 or 1 as the first IPv6 or IPv4 address is below, equal to or above the second.")
        .trap("The shortest of all prefixes counts; that of an IPv4 address counts 96 more.")
        .example("print ipv6_compare('2001:db8::2', '2001:db8::1')", "1"),
    f("ipv6_is_match", &[sig(&[IP1, IP2, opt(PREFIX)], Is(Bool), Kernel("kql_ipv6_is_match"))])
        .doc("Whether two IPv6 or IPv4 addresses are equal in the bits of the shortest prefix.")
        .example("print ipv6_is_match('192.0.2.9', '::ffff:c000:209')", "true"),
    f(
        "ipv6_is_in_range",
        &[sig(&[IP, named("range", PLAIN)], Is(Bool), Sql("kql_ipv6_is_match({0}, {1}, NULL)"))],
    )
    .doc("Whether an IPv6 address is in a range; null when one of the two is not valid.")
    .example("print ipv6_is_in_range('2001:db8::9', '2001:db8::/32')", "true"),
    f(
        "ipv6_is_in_any_range",
        &[
            sig(&[ADDRESS, texts("range")], Is(Bool), Kernel("kql_ipv6_is_in_any_range")),
            sig(&[ADDRESS, text("range"), rest(text("range"))], Is(Bool), Kernel("kql_ipv6_is_in_any_range")),
        ],
    )
    .doc("Whether an IPv6 address is in one of several ranges, given one by one or as an array.")
    .trap("Null when the address is not valid, or when none fits and a range is not valid.")
    .example("print ipv6_is_in_any_range('2001:db8::9', '2001:db9::/32', '2001:db8::/32')", "true"),
    f("has_ipv4", &[sig(&[SOURCE, IP], Is(Bool), Kernel("kql_has_any_ipv4"))])
        .doc("Whether a text has an IPv4 address with no letter or digit beside it.")
        .example("print has_ipv4('src=192.0.2.1:443', '192.0.2.1')", "true"),
    f("has_ipv4_prefix", &[sig(&[SOURCE, PREFIX_TEXT], Is(Bool), Kernel("kql_has_any_ipv4_prefix"))])
        .doc("Whether a text has an IPv4 address that begins so, with no letter or digit beside it.")
        .trap("The beginning of an address ends with a dot: '192.0.' and not '192.0'.")
        .example("print has_ipv4_prefix('src=192.0.2.1:443', '192.0.')", "true"),
    f(
        "has_any_ipv4",
        &[
            sig(&[SOURCE, texts("ip")], Is(Bool), Kernel("kql_has_any_ipv4")),
            sig(&[SOURCE, text("ip"), rest(text("ip"))], Is(Bool), Kernel("kql_has_any_ipv4")),
        ],
    )
    .doc("Whether a text has one of several IPv4 addresses, given one by one or as an array.")
    .example("print has_any_ipv4('src=192.0.2.1', dynamic(['192.0.2.9', '192.0.2.1']))", "true"),
    f(
        "has_any_ipv4_prefix",
        &[
            sig(&[SOURCE, texts("prefix")], Is(Bool), Kernel("kql_has_any_ipv4_prefix")),
            sig(&[SOURCE, text("prefix"), rest(text("prefix"))], Is(Bool), Kernel("kql_has_any_ipv4_prefix")),
        ],
    )
    .doc("Whether a text has an IPv4 address that begins in one of several ways.")
    .trap("The beginning of an address ends with a dot: '192.0.' and not '192.0'.")
    .example("print has_any_ipv4_prefix('src=192.0.2.1', '198.51.', '192.0.')", "true"),
    f("geo_info_from_ip_address", &[sig(&[PLAIN], Is(Dynamic), Kernel("kql_geo_info"))])
        .doc("Country, state, city, latitude and longitude of an address, from the file that --geo names.")
        .trap("What another file says may differ from what Kusto's says.")
        .example("print isnull(geo_info_from_ip_address('no address'))", "true"),
];

/// The first address of a network, in a form that has an order; internal, as the next three.
pub static FIRST_V4: Func = f("ipv4_lookup", &[sig(&[ONLY_STR], Is(Long), Sql("kql_parse_ipv4({0}, NULL)"))]);
pub static LAST_V4: Func = f("ipv4_lookup", &[sig(&[ONLY_STR], Is(Long), Kernel("kql_ipv4_last"))]);
pub static FIRST_V6: Func = f("ipv6_lookup", &[sig(&[ONLY_STR], Is(Guid), Kernel("kql_ipv6_first"))]);
pub static LAST_V6: Func = f("ipv6_lookup", &[sig(&[ONLY_STR], Is(Guid), Kernel("kql_ipv6_last"))]);

const PREFIX_TEXT: Param = named("prefix", PLAIN);
