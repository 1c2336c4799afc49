//! Sketches: aggregates that make them, and functions that merge and read them. What a sketch looks like
//! is our own, so that it may be read, and not shown. Knows `kernels::distinct` and `kernels::spread` by
//! name.

use super::func::Lower::{Build, Kernel, Refuse, Sql};
use super::func::Ret::Is;
use super::func::{
    ANY, Arg, BOOL, DATETIME, DYN, Func, LONG, Label, ONLY_STR, Param, REAL, Ret, Sig, TIMESPAN, TYPE,
    constant, f, named, opt, rest, sig,
};
use crate::types::Type::{Bool, Datetime, Dynamic, Int, Long, Real, Timespan};

const IF: Param = named("condition", BOOL);
const ACCURACY: Param = opt(constant(named("accuracy", LONG)));
const FLOAT: Param = Param { types: &[Real], ..named("value", REAL) };
const WEIGHT: Param = named("weight", LONG);
const SKETCH: Param = named("sketch", DYN);
const PERCENT: Param = named("percent", REAL);
const PERCENTS: Param = named("percents", DYN);
const RANKED: Param = Param { types: &[Int, Long, Real, Datetime, Timespan], ..named("value", DATETIME) };

// Values that are equal have one text: two spellings of a dynamic are one value, 0.0 and -0.0 are one number,
// and a text is none of the numbers.
const HLL: &[Sig] = &[
    sig(&[DYN, ACCURACY], Is(Dynamic), Sql("kql_hll(list(DISTINCT kql_json_canonical({0})))")),
    sig(&[ONLY_STR, ACCURACY], Is(Dynamic), Sql("kql_hll(list(DISTINCT '\"' || {0}))")),
    sig(&[FLOAT, ACCURACY], Is(Dynamic), Sql("kql_hll(list(DISTINCT CAST({0} + 0 AS VARCHAR)))")),
    sig(&[ANY, ACCURACY], Is(Dynamic), Sql("kql_hll(list(DISTINCT CAST({0} AS VARCHAR)))")),
];
const HLL_IF: &[Sig] = &[
    sig(
        &[DYN, IF, ACCURACY],
        Is(Dynamic),
        Sql("kql_hll(list(DISTINCT kql_json_canonical({0})) FILTER (WHERE {1}))"),
    ),
    sig(
        &[ONLY_STR, IF, ACCURACY],
        Is(Dynamic),
        Sql("kql_hll(list(DISTINCT '\"' || {0}) FILTER (WHERE {1}))"),
    ),
    sig(
        &[FLOAT, IF, ACCURACY],
        Is(Dynamic),
        Sql("kql_hll(list(DISTINCT CAST({0} + 0 AS VARCHAR)) FILTER (WHERE {1}))"),
    ),
    sig(
        &[ANY, IF, ACCURACY],
        Is(Dynamic),
        Sql("kql_hll(list(DISTINCT CAST({0} AS VARCHAR)) FILTER (WHERE {1}))"),
    ),
];
const TDIGEST: &[Sig] = &[
    sig(&[LONG], Is(Dynamic), Sql("kql_tdigest(list(CAST({0} AS VARCHAR) || ' 1'), 'long')")),
    sig(
        &[LONG, WEIGHT],
        Is(Dynamic),
        Sql("kql_tdigest(list(CAST({0} AS VARCHAR) || ' ' || CAST({1} AS VARCHAR)), 'long')"),
    ),
    sig(&[FLOAT], Is(Dynamic), Sql("kql_tdigest(list(CAST({0} AS VARCHAR) || ' 1'), 'real')")),
    sig(
        &[FLOAT, WEIGHT],
        Is(Dynamic),
        Sql("kql_tdigest(list(CAST({0} AS VARCHAR) || ' ' || CAST({1} AS VARCHAR)), 'real')"),
    ),
    sig(&[DATETIME], Is(Dynamic), Sql("kql_tdigest(list(CAST({0} AS VARCHAR) || ' 1'), 'datetime')")),
    sig(
        &[DATETIME, WEIGHT],
        Is(Dynamic),
        Sql("kql_tdigest(list(CAST({0} AS VARCHAR) || ' ' || CAST({1} AS VARCHAR)), 'datetime')"),
    ),
    sig(&[TIMESPAN], Is(Dynamic), Sql("kql_tdigest(list(CAST({0} AS VARCHAR) || ' 1'), 'timespan')")),
    sig(
        &[TIMESPAN, WEIGHT],
        Is(Dynamic),
        Sql("kql_tdigest(list(CAST({0} AS VARCHAR) || ' ' || CAST({1} AS VARCHAR)), 'timespan')"),
    ),
];
const VALID: &[Sig] = &[sig(
    &[rest(ANY)],
    Is(Bool),
    Refuse("What its arguments mean is not documented; use isnotnull() on the sketch."),
)];

pub static MAKERS: &[Func] = &[
    f("hll", HLL)
        .label(Label::Prefix("hll"))
        .doc("A sketch of how many different values there are.")
        .trap("Exact up to 262144 values, then an estimate within 0.2 % as a rule.")
        .example("range x from 1 to 9 step 1 | summarize dcount_hll(hll(x % 4))", "4"),
    f("hll_if", HLL_IF)
        .label(Label::Prefix("hll_if"))
        .doc("A sketch of how many different values there are where a condition holds.")
        .example("range x from 1 to 9 step 1 | summarize dcount_hll(hll_if(x % 4, x < 3))", "2"),
    f("hll_merge", &[sig(&[SKETCH], Is(Dynamic), Sql("kql_hll_merge(list({0}))"))])
        .label(Label::Prefix("hll_merge"))
        .doc("One sketch of many, of different values.")
        .example(
            "range x from 1 to 9 step 1 | summarize h = hll(x % 4) by x % 2 | summarize dcount_hll(hll_merge(h))",
            "4",
        ),
    f("tdigest", TDIGEST)
        .label(Label::Prefix("tdigest"))
        .doc("A sketch of how values are spread.")
        .trap("Exact up to 65536 different values, then neighbours stand for each other.")
        .example("range x from 1 to 9 step 1 | summarize percentile_tdigest(tdigest(x), 50)", "5"),
    f("tdigest_merge", &[sig(&[SKETCH], Is(Dynamic), Sql("kql_tdigest_merge(list({0}))"))])
        .aliases(&["merge_tdigest"])
        .label(Label::Prefix("merge_tdigests"))
        .doc("One sketch of many, of how values are spread.")
        .example(
            "range x from 1 to 9 step 1 | summarize t = tdigest(x) by x % 2 | summarize percentile_tdigest(tdigest_merge(t), 50)",
            "5",
        ),
];

pub static READERS: &[Func] = &[
    f("dcount_hll", &[sig(&[SKETCH], Is(Long), Kernel("kql_dcount_hll"))])
        .label(Label::NameAndFirstArg)
        .doc("How many different values a sketch of hll() has seen.")
        .example("range x from 1 to 9 step 1 | summarize h = hll(x % 4) | project dcount_hll(h)", "4"),
    f("hll_merge", &[sig(&[SKETCH, rest(SKETCH)], Is(Dynamic), Sql("kql_hll_merge([{*}])"))])
        .label(Label::Fixed("hll_merged_result"))
        .doc("One sketch of several, of different values.")
        .example(
            "range x from 1 to 9 step 1 | summarize a = hll(x), b = hll(x + 1) | project dcount_hll(hll_merge(a, b))",
            "10",
        ),
    f("tdigest_merge", &[sig(&[SKETCH, rest(SKETCH)], Is(Dynamic), Sql("kql_tdigest_merge([{*}])"))])
        .aliases(&["merge_tdigest"])
        .label(Label::Fixed("tdigests_merge_result"))
        .doc("One sketch of several, of how values are spread.")
        .example(
            "range x from 1 to 9 step 1 | summarize a = tdigest(x), b = tdigest(x + 9) | project rank_tdigest(tdigest_merge(a, b), 10)",
            "10.0",
        ),
    f(
        "percentile_tdigest",
        &[
            sig(&[SKETCH, PERCENT], Is(Dynamic), Kernel("kql_percentile_tdigest")),
            sig(&[SKETCH, PERCENT, TYPE], Ret::Typeof, Kernel("kql_percentile_tdigest")),
        ],
    )
    .label(Label::NameAndFirstArg)
    .doc("The value that is not below so many percent of those that a sketch of tdigest() has seen.")
    .trap("A dynamic, unless a type is given.")
    .example(
        "range x from 1 to 100 step 1 | summarize t = tdigest(x) | project percentile_tdigest(t, 55, typeof(long))",
        "55",
    ),
    f(
        "percentiles_array_tdigest",
        &[
            sig(&[SKETCH, PERCENTS], Is(Dynamic), Kernel("kql_percentiles_tdigest")),
            sig(&[SKETCH, PERCENT, rest(PERCENT)], Is(Dynamic), Build(percentiles)),
        ],
    )
    .label(Label::Prefix("percentile_tdigest"))
    .doc("Several percentiles of a sketch of tdigest() in one array.")
    .example(
        "range x from 1 to 100 step 1 | summarize t = tdigest(x) | project percentiles_array_tdigest(t, 5, 95)",
        "[5,95]",
    ),
    f(
        "rank_tdigest",
        &[sig(&[SKETCH, RANKED], Is(Real), Sql("kql_rank_tdigest({0}, CAST({1} AS VARCHAR))"))],
    )
    .doc("How many values that a sketch of tdigest() has seen are not above this one.")
    .example("range x from 1 to 50 step 1 | summarize t = tdigest(x) | project rank_tdigest(t, 7)", "7.0"),
    f(
        "percentrank_tdigest",
        &[sig(&[SKETCH, RANKED], Is(Real), Sql("kql_percentrank_tdigest({0}, CAST({1} AS VARCHAR))"))],
    )
    .doc("What percentage of the values that a sketch of tdigest() has seen are not above this one.")
    .example(
        "range x from 1 to 50 step 1 | summarize t = tdigest(x) | project percentrank_tdigest(t, 7)",
        "14.0",
    ),
    f("hll_isvalid", VALID).doc("Whether a value is a sketch of hll()."),
    f("tdigest_isvalid", VALID).doc("Whether a value is a sketch of tdigest()."),
];

/// Functions whose results tell nothing of how a sketch looks.
pub const READING: &[&str] = &[
    "dcount_hll",
    "dcount_intersect",
    "percentile_tdigest",
    "percentiles_array_tdigest",
    "rank_tdigest",
    "percentrank_tdigest",
    "isnull",
    "isnotnull",
];

/// Functions and aggregates whose results are sketches.
pub fn makes(name: &str) -> bool {
    MAKERS.iter().any(|row| row.name == name)
}

fn percentiles(args: &[Arg<'_>]) -> String {
    let Some((sketch, percents)) = args.split_first() else { return "NULL".to_owned() };
    let percents: Vec<String> =
        percents.iter().map(|percent| format!("kql_json_of_real({})", percent.sql)).collect();
    format!("kql_percentiles_tdigest({}, kql_pack_array({}))", sketch.sql, percents.join(", "))
}
