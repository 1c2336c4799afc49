//! Functions that only kqlhunt has: addresses in every form that logs write them, STIX patterns read as patterns, and
//! documents as they are spelled.
//! Knows `kernels::address` and `kernels::observable` by name.

use super::func::Lower::{Kernel, Sql};
use super::func::Ret::Is;
use super::func::{ANY, DYN, Func, Param, STR, f, named, rest, sig};
use crate::types::Type::{Bool, Dynamic, Long, String};

const FIELD: Param = named("field", STR);
const PATTERN: Param = named("pattern", STR);

/// A text, or a dynamic of texts as its JSON.
const NETWORK: Param = {
    let mut param = named("network", ANY);
    param.types = &[String, Dynamic];
    param
};

const PLAIN: &str = "For Kusto, cut the address out with extract(), and compare with ipv4_is_in_range() or ipv6_is_in_range().";
const REGEX: &str = "For Kusto, cut values out of the pattern with extract_all().";

pub static ROWS: &[Func] = &[
    f("kqlhunt_address", &[sig(&[FIELD], Is(String), Kernel("kql_address"))])
        .extension(PLAIN)
        .doc("The address in a field, without port, brackets, scope and host name; IPv4 written as IPv6 becomes IPv4.")
        .trap("A host name alone gives the empty text; IPv6 is given in its shortest spelling.")
        .example("print kqlhunt_address('[::ffff:203.0.113.7]:443')", "203.0.113.7"),
    f("kqlhunt_port", &[sig(&[FIELD], Is(Long), Kernel("kql_address_port"))])
        .extension(PLAIN)
        .doc("The port beside the address in a field; null where there is none.")
        .example("print kqlhunt_port('203.0.113.7:51234')", "51234"),
    f("kqlhunt_network", &[sig(&[FIELD], Is(String), Kernel("kql_address_network"))])
        .extension(PLAIN)
        .doc("A network in its one spelling, bits after the prefix cleared; an address alone where it is just one.")
        .trap("What is neither network nor address becomes the empty text.")
        .example("print kqlhunt_network('198.51.100.77/24')", "198.51.100.0/24"),
    f(
        "kqlhunt_in_network",
        &[sig(&[FIELD, NETWORK, rest(NETWORK)], Is(Bool), Kernel("kql_address_is_in"))],
    )
    .extension(PLAIN)
    .doc("Whether the address in a field is in one of several networks, IPv4 or IPv6, given one by one or as an array.")
    .trap("Null when the field has no address, or when none fits and one is no network.")
    .example("print kqlhunt_in_network('[2001:db8::7]:443', '198.51.100.0/24', '2001:db8::/32')", "true"),
    f("kqlhunt_stix_observables", &[sig(&[PATTERN], Is(Dynamic), Kernel("kql_stix_observables"))])
        .extension(REGEX)
        .doc("The values that a STIX pattern compares with: an array of bags of key, type, operator, value, written, network and alone.")
        .trap("Empty when the text is no pattern; alone says that one sighting of the value is a match.")
        .example(
            "print tostring(kqlhunt_stix_observables(\"[ipv4-addr:value ISSUBSET '198.51.100.7/24']\")[0].value)",
            "198.51.100.0/24",
        ),
    f("kqlhunt_stix_problem", &[sig(&[PATTERN], Is(String), Kernel("kql_stix_problem"))])
        .extension(REGEX)
        .doc("What makes a STIX pattern invalid, and at which byte; the empty text where nothing does.")
        .example("print kqlhunt_stix_problem('[file:size = ]')", "at 13: ] stands where a value is expected"),
    f("kqlhunt_written", &[sig(&[named("value", DYN)], Is(String), Sql("coalesce({0}, '')"))])
        .extension("For Kusto, use tostring(), which spells a document anew.")
        .doc("The JSON of a dynamic value as the data spell it, which is what the grid shows.")
        .trap("1.50 stays 1.50, of which tostring() makes 1.5; a string keeps its quotes.")
        .example("print kqlhunt_written(dynamic({\"price\":1.50}))", "{\"price\":1.50}"),
];
