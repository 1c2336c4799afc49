//! Conversions between types. Knows `kernels::convert` by name; datetimes are elsewhere.

use super::func::Lower::{Kernel, Refuse, Sql};
use super::func::Ret::Is;
use super::func::{
    ANY, BOOL, DATETIME, DECIMAL, DYN, Func, GUID, LONG, Label, ONLY_STR, Param, REAL, STR, Sig, TIMESPAN, f,
    named, opt, sig,
};
use crate::types::Type::{self, Bool, Guid, Int, Long, Real, String};

const fn only(ty: &'static [Type]) -> Param {
    let mut param = ANY;
    param.types = ty;
    param
}

const INT: Param = only(&[Int]);
const INTEGER: Param = only(&[Int, Long]);
const REAL_ONLY: Param = only(&[Real]);
const TICKS: Param = only(&[Type::Datetime, Type::Timespan]);
const LENGTH: Param = opt(named("minLength", LONG));

/// The SQL that makes a string of a value of this type: what `tostring()` does, and every place
/// where a string is wanted.
pub const fn string_of(ty: Type) -> &'static str {
    match ty {
        Type::Bool => "CASE {0} WHEN TRUE THEN 'True' WHEN FALSE THEN 'False' ELSE '' END",
        Type::Int | Type::Long => "coalesce(CAST({0} AS VARCHAR), '')",
        Type::Real => "kql_tostring_real({0})",
        Type::Datetime => "kql_tostring_datetime({0})",
        Type::Timespan => "kql_tostring_timespan({0})",
        Type::Guid | Type::Decimal => "coalesce({0}, '')",
        Type::Dynamic => "kql_json_tostring({0})",
        Type::String => "{0}",
    }
}

const TOSTRING: &[Sig] = &[
    sig(&[ONLY_STR], Is(String), Sql(string_of(Type::String))),
    sig(&[BOOL], Is(String), Sql(string_of(Type::Bool))),
    sig(&[INTEGER], Is(String), Sql(string_of(Type::Long))),
    sig(&[REAL_ONLY], Is(String), Sql(string_of(Type::Real))),
    sig(&[DATETIME], Is(String), Sql(string_of(Type::Datetime))),
    sig(&[TIMESPAN], Is(String), Sql(string_of(Type::Timespan))),
    sig(&[GUID], Is(String), Sql(string_of(Type::Guid))),
    sig(&[DECIMAL], Is(String), Sql(string_of(Type::Decimal))),
    sig(&[DYN], Is(String), Sql(string_of(Type::Dynamic))),
];

const TOLONG: &[Sig] = &[
    sig(&[INTEGER], Is(Long), Sql("CAST({0} AS BIGINT)")),
    sig(&[ONLY_STR], Is(Long), Kernel("kql_tolong_text")),
    sig(&[REAL_ONLY], Is(Long), Kernel("kql_tolong_real")),
    sig(&[BOOL], Is(Long), Sql("CAST({0} AS BIGINT)")),
    sig(&[TICKS], Is(Long), Sql("{0}")),
    sig(&[DYN], Is(Long), Kernel("kql_tolong_json")),
    sig(&[DECIMAL], Is(Long), Kernel("kql_decimal_to_long")),
];

const TOINT: &[Sig] = &[
    sig(&[INT], Is(Int), Sql("{0}")),
    sig(&[INTEGER], Is(Int), Kernel("kql_toint_long")),
    sig(&[ONLY_STR], Is(Int), Kernel("kql_toint_text")),
    sig(&[REAL_ONLY], Is(Int), Kernel("kql_toint_real")),
    sig(&[BOOL], Is(Int), Sql("CAST({0} AS INTEGER)")),
    sig(&[TICKS], Is(Int), Kernel("kql_toint_long")),
    sig(&[DYN], Is(Int), Kernel("kql_toint_json")),
    sig(&[DECIMAL], Is(Int), Kernel("kql_decimal_to_int")),
];

const TOREAL: &[Sig] = &[
    sig(&[REAL], Is(Real), Sql("{0}")),
    sig(&[ONLY_STR], Is(Real), Kernel("kql_toreal_text")),
    sig(&[BOOL], Is(Real), Sql("CAST(CAST({0} AS INTEGER) AS DOUBLE)")),
    sig(&[TICKS], Is(Real), Sql("CAST({0} AS DOUBLE)")),
    sig(&[DYN], Is(Real), Kernel("kql_toreal_json")),
    sig(&[DECIMAL], Is(Real), Kernel("kql_decimal_to_real")),
];

const TOBOOL: &[Sig] = &[
    sig(&[BOOL], Is(Bool), Sql("{0}")),
    sig(&[ONLY_STR], Is(Bool), Kernel("kql_tobool_text")),
    sig(&[INTEGER], Is(Bool), Sql("({0} <> 0)")),
    sig(&[REAL_ONLY], Is(Bool), Sql("({0} <> 0)")),
    sig(&[DYN], Is(Bool), Kernel("kql_tobool_json")),
];

const TODECIMAL: &[Sig] = &[
    sig(&[DECIMAL], Is(Type::Decimal), Sql("{0}")),
    sig(&[INTEGER], Is(Type::Decimal), Kernel("kql_decimal_of_long")),
    sig(&[REAL_ONLY], Is(Type::Decimal), Kernel("kql_decimal_of_real")),
    sig(&[ONLY_STR], Is(Type::Decimal), Kernel("kql_decimal_of_text")),
    sig(&[BOOL], Is(Type::Decimal), Sql("CAST(CAST({0} AS INTEGER) AS VARCHAR)")),
    sig(&[DYN], Is(Type::Decimal), Kernel("kql_decimal_of_json")),
    sig(
        &[TICKS],
        Is(Type::Decimal),
        Refuse(
            "What Kusto makes of a time as a decimal is not known; take tolong() of it, which is its ticks.",
        ),
    ),
];

pub static ROWS: &[Func] = &[
    f("tostring", TOSTRING)
        .label(Label::FirstArg)
        .doc("A value as text; null is the empty text.")
        .trap("A bool is True or False, a datetime always has seven digits.")
        .example("print tostring(0.1 + 0.2)", "0.30000000000000007"),
    f("tolong", TOLONG)
        .label(Label::FirstArg)
        .doc("A value as a whole number of 64 bits, null when it is none.")
        .trap("A text with a point is null: tolong('5.7'); a real is cut: tolong(5.7) is 5.")
        .example("print tolong('0x1F')", "31"),
    f("toint", TOINT)
        .label(Label::FirstArg)
        .doc("A value as a whole number of 32 bits, null when it is none.")
        .trap("A long that does not fit wraps around, a real becomes the nearest int, a text null.")
        .example("print toint(2147483648)", "-2147483648"),
    f("toreal", TOREAL)
        .aliases(&["todouble"])
        .label(Label::FirstArg)
        .doc("A value as a real, null when it is none.")
        .example("print toreal('1.5e3')", "1500.0"),
    f("tobool", TOBOOL)
        .aliases(&["toboolean"])
        .label(Label::FirstArg)
        .doc("A value as true or false, null when it is neither.")
        .trap("Of texts, true and false in any case and whole numbers count; ' true' with a blank does not.")
        .example("print tobool('TRUE')", "true"),
    f("toguid", &[sig(&[GUID], Is(Guid), Sql("{0}")), sig(&[STR], Is(Guid), Kernel("kql_toguid"))])
        .label(Label::FirstArg)
        .doc("The guid that the first 32 hexadecimal digits of a text spell, null when they spell none.")
        .example("print toguid('0F0E0D0C0B0A09080706050403020100')", "0f0e0d0c-0b0a-0908-0706-050403020100"),
    f(
        "tohex",
        &[
            sig(&[INT, LENGTH], Is(String), Kernel("kql_tohex_int")),
            sig(&[LONG, LENGTH], Is(String), Kernel("kql_tohex")),
        ],
    )
    .label(Label::FirstArg)
    .doc("A whole number in hexadecimal digits, at least as many as asked for.")
    .trap("A negative long has 16 digits, a negative int 8.")
    .example("print tohex(4096, 6)", "001000"),
    f("todecimal", TODECIMAL)
        .label(Label::FirstArg)
        .doc("A value as a decimal of up to 34 digits, null when it is none.")
        .trap("Zeros at the end of the fraction are not kept; a real that has no single reading ends the query.")
        .example("print todecimal('0.1') + todecimal('0.2')", "0.3"),
];
