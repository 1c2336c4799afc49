//! Operators as rows: what stands between two operands and what each becomes. Comparisons, `and`, `or`
//! and `in` over lists are the plan's own. Knows types and kernels; no plan.

use super::func::Lower::{self, Kernel, Refuse, Sql};
use super::func::Ret::{Arg, Is};
use super::func::{
    ANY, BOOL, DATETIME, DECIMAL, DYN, Func, JSON, LONG, ONLY_STR, Param, REAL, STR, Sig, TEXT, TIMESPAN,
    TO_DECIMAL, f, known, named, pattern, rest, sig,
};
use crate::types::Type::{Bool, Datetime, Decimal, Dynamic, Int, Long, Real, String, Timespan};

const NEEDLE: Param = named("needle", STR);
const PATTERN: Param = pattern(named("pattern", STR));
/// Anything as text, for `has_any` over numbers.
const LEFT: Param = named("left", LONG);
const KEY: Param = named("key", ONLY_STR);

/// How Kusto rounds the ticks is not recorded.
const TICKS_AND_DECIMAL: Lower = Refuse("Convert the decimal: toreal().");
const TIMESPAN_BY_DECIMAL: Sig = sig(&[TIMESPAN, DECIMAL], Is(Timespan), TICKS_AND_DECIMAL);
const DECIMAL_BY_TIMESPAN: Sig = sig(&[DECIMAL, TIMESPAN], Is(Timespan), TICKS_AND_DECIMAL);

const ADD: &[Sig] = &[
    sig(&[LEFT, LONG], Is(Long), Kernel("kql_add")),
    sig(&[REAL, REAL], Is(Real), Sql("{0} + {1}")),
    sig(&[DATETIME, TIMESPAN], Is(Datetime), Kernel("kql_datetime_add")),
    sig(&[TIMESPAN, DATETIME], Is(Datetime), Sql("kql_datetime_add({1}, {0})")),
    sig(&[TIMESPAN, TIMESPAN], Is(Timespan), Kernel("kql_add")),
    sig(&[TO_DECIMAL, TO_DECIMAL], Is(Decimal), Kernel("kql_decimal_add")),
];
const SUBTRACT: &[Sig] = &[
    sig(&[LEFT, LONG], Is(Long), Kernel("kql_sub")),
    sig(&[REAL, REAL], Is(Real), Sql("{0} - {1}")),
    sig(&[DATETIME, DATETIME], Is(Timespan), Kernel("kql_sub")),
    sig(&[DATETIME, TIMESPAN], Is(Datetime), Kernel("kql_datetime_sub")),
    sig(&[TIMESPAN, TIMESPAN], Is(Timespan), Kernel("kql_sub")),
    sig(&[TO_DECIMAL, TO_DECIMAL], Is(Decimal), Kernel("kql_decimal_sub")),
];
const MULTIPLY: &[Sig] = &[
    sig(&[LEFT, LONG], Is(Long), Kernel("kql_mul")),
    sig(&[REAL, REAL], Is(Real), Sql("{0} * {1}")),
    sig(&[TIMESPAN, LONG], Is(Timespan), Kernel("kql_mul")),
    sig(&[LONG, TIMESPAN], Is(Timespan), Kernel("kql_mul")),
    sig(&[TIMESPAN, REAL], Is(Timespan), Sql("TRY_CAST(trunc({0} * {1}) AS BIGINT)")),
    sig(&[REAL, TIMESPAN], Is(Timespan), Sql("TRY_CAST(trunc({0} * {1}) AS BIGINT)")),
    sig(&[TO_DECIMAL, TO_DECIMAL], Is(Decimal), Kernel("kql_decimal_mul")),
    TIMESPAN_BY_DECIMAL,
    DECIMAL_BY_TIMESPAN,
];
// Whole numbers divide to whole numbers, towards zero, and to null by zero; timespans to a real.
const DIVIDE: &[Sig] = &[
    sig(&[LEFT, LONG], Is(Long), Kernel("kql_div")),
    sig(&[REAL, REAL], Is(Real), Sql("{0} / {1}")),
    sig(&[TIMESPAN, TIMESPAN], Is(Real), Sql("{0}::DOUBLE / {1}::DOUBLE")),
    sig(&[TIMESPAN, LONG], Is(Timespan), Kernel("kql_div")),
    sig(&[TIMESPAN, REAL], Is(Timespan), Sql("TRY_CAST(trunc({0} / {1}) AS BIGINT)")),
    sig(&[TO_DECIMAL, TO_DECIMAL], Is(Decimal), Kernel("kql_decimal_div")),
    TIMESPAN_BY_DECIMAL,
];
const MODULO: &[Sig] = &[
    sig(&[LEFT, LONG], Is(Long), Kernel("kql_mod")),
    sig(&[REAL, REAL], Is(Real), Kernel("kql_mod_real")),
    sig(&[TIMESPAN, TIMESPAN], Is(Timespan), Kernel("kql_mod")),
    sig(&[DATETIME, TIMESPAN], Is(Timespan), Kernel("kql_mod")),
    sig(&[TO_DECIMAL, TO_DECIMAL], Is(Decimal), Kernel("kql_decimal_mod")),
];

/// A test of a text against a needle: one row, by the kernel's name.
const fn test(name: &'static str, sigs: &'static [Sig]) -> Func {
    f(name, sigs)
}

macro_rules! tests {
    ($($name:literal, $negated:literal, $template:literal, $kernel:literal;)*) => {
        [$(
            test($name, &[sig(&[STR, NEEDLE], Is(Bool), Kernel($kernel))]),
            test($negated, &[sig(&[STR, NEEDLE], Is(Bool), Sql($template))]),
        )*]
    };
}

static TESTS: [Func; 26] = tests![
    "has", "!has", "NOT kql_has({0}, {1})", "kql_has";
    "has_cs", "!has_cs", "NOT kql_has_cs({0}, {1})", "kql_has_cs";
    "hasprefix", "!hasprefix", "NOT kql_hasprefix({0}, {1})", "kql_hasprefix";
    "hasprefix_cs", "!hasprefix_cs", "NOT kql_hasprefix_cs({0}, {1})", "kql_hasprefix_cs";
    "hassuffix", "!hassuffix", "NOT kql_hassuffix({0}, {1})", "kql_hassuffix";
    "hassuffix_cs", "!hassuffix_cs", "NOT kql_hassuffix_cs({0}, {1})", "kql_hassuffix_cs";
    "contains", "!contains", "NOT kql_contains({0}, {1})", "kql_contains";
    "contains_cs", "!contains_cs", "NOT kql_contains_cs({0}, {1})", "kql_contains_cs";
    "startswith", "!startswith", "NOT kql_startswith({0}, {1})", "kql_startswith";
    "startswith_cs", "!startswith_cs", "NOT kql_startswith_cs({0}, {1})", "kql_startswith_cs";
    "endswith", "!endswith", "NOT kql_endswith({0}, {1})", "kql_endswith";
    "endswith_cs", "!endswith_cs", "NOT kql_endswith_cs({0}, {1})", "kql_endswith_cs";
    "=~", "!~", "NOT kql_equals_fold({0}, {1})", "kql_equals_fold";
];

static ARITHMETIC: [Func; 6] = [
    f("+", ADD),
    f("-", SUBTRACT),
    f("*", MULTIPLY),
    f("/", DIVIDE),
    f("%", MODULO),
    f(
        "matches regex",
        &[
            sig(&[STR, known(PATTERN)], Is(Bool), Kernel("kql_matches_known")),
            sig(&[STR, PATTERN], Is(Bool), Kernel("kql_matches_regex")),
        ],
    ),
];

/// The row of an operator, by its KQL text.
pub fn row(text: &str) -> Option<&'static Func> {
    ARITHMETIC.iter().chain(&TESTS).find(|row| row.name == text)
}

/// Whether the operator computes with numbers.
pub fn computes(text: &str) -> bool {
    ["+", "-", "*", "/", "%"].contains(&text)
}

/// A dynamic that stands beside a whole number, and one beside a real: the result has the other side's type
/// (Microsoft's binder), a whole number in the dynamic counts as such (measured). What Kusto makes of anything
/// else there is not known, so the query ends.
pub static WHOLE_OPERAND: Func = f("tolong", &[sig(&[DYN, WRITTEN], Is(Long), Kernel("kql_operand_whole"))]);
pub static REAL_OPERAND: Func = f("toreal", &[sig(&[DYN, WRITTEN], Is(Real), Kernel("kql_operand_real"))]);
/// How the query writes an operand.
const WRITTEN: Param = named("written", STR);
pub static NEGATE: Func = f(
    "-",
    &[
        sig(&[LONG], Is(Long), Kernel("kql_neg")),
        sig(&[TIMESPAN], Is(Timespan), Kernel("kql_neg")),
        sig(&[REAL], Is(Real), Sql("-{0}")),
        sig(&[DECIMAL], Is(Decimal), Kernel("kql_decimal_neg")),
    ],
);
/// `value["name"]` and `value[0]` where the name or the index is computed.
pub static AT_KEY: Func = f("[]", &[sig(&[DYN, KEY], Is(Dynamic), Kernel("kql_json_key"))]);
pub static AT_INDEX: Func = f("[]", &[sig(&[DYN, LONG], Is(Dynamic), Kernel("kql_json_at"))]);
pub static NOT: Func = f("not", &[sig(&[BOOL], Is(Bool), Sql("NOT {0}"))]);
/// `!in` holds for null (agent-null-and-edge cases).
pub static NOT_TRUE: Func = f("not", &[sig(&[BOOL], Is(Bool), Sql("{0} IS NOT TRUE"))]);
/// Case folding for `in~`.
pub static FOLD: Func = f("in~", &[sig(&[STR], Is(String), Kernel("kql_fold"))]);
/// Case folding of a string or the strings of an array, for `in~` over a computed one.
pub static FOLD_ARRAY: Func = f("in~", &[sig(&[DYN], Is(Dynamic), Kernel("kql_fold_json"))]);
pub static HAS_ANY: Func =
    f("has_any", &[sig(&[STR, rest(named("needle", TEXT))], Is(Bool), Kernel("kql_has_any"))]);
pub static HAS_ALL: Func =
    f("has_all", &[sig(&[STR, rest(named("needle", TEXT))], Is(Bool), Kernel("kql_has_all"))]);
pub static HAS_ANY_OF: Func = f("has_any", &[sig(&[STR, DYN], Is(Bool), Kernel("kql_has_any_json"))]);
pub static HAS_ALL_OF: Func = f("has_all", &[sig(&[STR, DYN], Is(Bool), Kernel("kql_has_all_json"))]);
/// `x in (y)` of a dynamic that is computed: an element of its array, or what it is itself.
pub static IN_ARRAY: Func =
    f("in", &[sig(&[JSON, named("array", DYN)], Is(Bool), Sql("kql_is_in({1}, {0})"))]);
/// The least position of a group's rows; internal.
pub static FIRST: Sig = sig(&[LONG], Is(Long), Sql("min({0})"));
/// The value that all rows of a group share; internal.
pub static SAME: Sig = sig(&[ANY], Arg(0), Sql("first({0})"));
/// How many rows a group has; internal.
pub static ROWS: Sig = sig(&[], Is(Long), Sql("count(*)"));
/// The second value where the first is there, else the third; internal.
pub static PRESENT: Sig = sig(&[ANY, ANY, ANY], Arg(1), Sql("CASE WHEN {0} IS NULL THEN {2} ELSE {1} END"));
/// As `toint()` of a long, which wraps around; DuckDB knows of most columns that none does; internal.
pub static INT_OF_LONG: Sig = sig(
    &[LONG],
    Is(Int),
    Sql(
        "CASE WHEN {0} BETWEEN -2147483648 AND 2147483647 THEN CAST({0} AS INTEGER) ELSE kql_toint_long({0}) END",
    ),
);
/// As `toint()` of a long that fits; internal.
pub static INT_OF_SMALL: Sig = sig(&[LONG], Is(Int), Sql("CAST({0} AS INTEGER)"));
/// An instant as a file has it against a text that names one; internal.
pub static NOT_BEFORE: Sig = sig(&[DATETIME, ONLY_STR], Is(Bool), Sql("{0} >= {1}"));
pub static NOT_AFTER: Sig = sig(&[DATETIME, ONLY_STR], Is(Bool), Sql("{0} <= {1}"));
/// A text of a document as the dynamic that it is there: an empty one is missing; internal.
pub static PRESENT_TEXT: Sig = sig(&[STR], Is(Dynamic), Sql("kql_json_of_string(nullif({0}, ''))"));
/// A table's first column as one array, for `has_any (table)`.
pub static ARRAY: Func =
    f("make_set", &[sig(&[JSON], Is(Dynamic), Sql("coalesce(kql_set_json({0}, NULL), '[]')"))]);

/// The operators that have a row.
#[cfg(test)]
pub fn names() -> impl Iterator<Item = &'static str> {
    ARITHMETIC.iter().chain(&TESTS).map(|row| row.name)
}
