//! Functions over dynamic values: arrays, bags, sets and JSON text. Knows `kernels::dynamic` by name.

use super::func::Lower::Kernel;
use super::func::Ret::Is;
use super::func::{DYN, Func, JSON, Label, ONLY_STR, Sig, f, rest, sig};
use crate::types::Type::{self, Dynamic, Long, String};

/// The SQL that makes JSON text of a value of this type.
pub const fn json_of(ty: Type) -> &'static str {
    match ty {
        Type::Bool | Type::Int | Type::Long => "CAST({0} AS VARCHAR)",
        Type::Real => "kql_json_of_real({0})",
        Type::Datetime => "kql_json_of_datetime({0})",
        Type::Timespan => "kql_json_of_timespan({0})",
        Type::Guid | Type::Decimal | Type::String => "kql_json_of_string({0})",
        Type::Dynamic => "{0}",
    }
}

const PARSE: &[Sig] = &[
    sig(&[ONLY_STR], Is(Dynamic), Kernel("kql_parse_json")),
    sig(&[DYN], Is(Dynamic), super::func::Lower::Sql("{0}")),
    sig(&[JSON], Is(Dynamic), super::func::Lower::Sql("{0}")),
];

pub static ROWS: &[Func] = &[
    f("parse_json", PARSE)
        .aliases(&["parsejson", "todynamic", "toobject"])
        .label(Label::FirstArg)
        .doc("The value that a JSON text spells.")
        .trap("Text that is no JSON becomes a string; empty text becomes null (agent-null-and-edge-0028).")
        .example("print parse_json('{\"a\": [1, 2]}').a[1]", "2"),
    f("array_length", &[sig(&[DYN], Is(Long), Kernel("kql_array_length"))])
        .aliases(&["arraylength"])
        .doc("How many elements an array has; null for anything else.")
        .example("print array_length(dynamic([1, 2, 3]))", "3"),
    f("pack_array", &[sig(&[rest(JSON)], Is(Dynamic), Kernel("kql_pack_array"))])
        .doc("An array of the arguments.")
        .example("print pack_array(1, 'a', 2.5)", "[1,\"a\",2.5]"),
    f("bag_pack", &[sig(&[rest(JSON)], Is(Dynamic), Kernel("kql_bag_pack"))])
        .aliases(&["pack", "pack_dictionary"])
        .doc("A bag of keys and values, given in turn.")
        .example("print bag_pack('a', 1, 'b', 'x')", "{\"a\":1,\"b\":\"x\"}"),
    f(
        "gettype",
        &[
            sig(&[DYN], Is(String), Kernel("kql_gettype")),
            sig(&[JSON], Is(String), super::func::Lower::Build(type_name)),
        ],
    )
    .doc("The name of the type of a value; of a dynamic, what it holds.")
    .example("print gettype(dynamic({\"a\": 1}))", "dictionary"),
];

fn type_name(args: &[super::func::Arg<'_>]) -> std::string::String {
    args.first().map_or_else(std::string::String::new, |arg| format!("'{}'", arg.ty.name()))
}
