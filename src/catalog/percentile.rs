//! Percentiles, plain and weighted, which are aggregates. Knows `kernels::percentile` by name.

use super::func::Lower::{Build, Refuse, Sql};
use super::func::Ret::{Arg, Is};
use super::func::{
    ANY, Arg as Given, DATETIME, DYN, Func, LONG, Label, Param, REAL, Shape, Sig, TIMESPAN, constant, f,
    named, rest, shaped, sig, within,
};
use crate::types::Type::{Datetime, Dynamic, Long, Real, Timespan};

/// What has an order and is no text.
const RANKED: Param = Param { types: &[Real, Datetime, Timespan], ..named("value", DATETIME) };
const FLOAT: Param = Param { types: &[Real], ..named("value", REAL) };
const WEIGHT: Param = named("weight", LONG);
const PERCENT: Param = within(named("percent", REAL), 0, 100);
const PERCENTS: Param = constant(named("percents", shaped(Shape::Array, DYN)));
/// The nearest rank. As a decimal the percentage is exact: 0.55 * 100 is a little more than 55.
const RANK: &str = "quantile_disc({0}, CAST({1} / 100 AS DECIMAL(18, 9)))";
const WEIGHTED_LONG: &str =
    "kql_percentilew_long(list(CAST({0} AS VARCHAR) || ' ' || CAST({1} AS VARCHAR)), {2})";
const WEIGHTED_REAL: &str =
    "kql_percentilew_real(list(CAST({0} AS VARCHAR) || ' ' || CAST({1} AS VARCHAR)), {2})";

const OF_LONGS: Sig = sig(&[LONG, PERCENT], Is(Long), Sql(RANK));
const OF_OTHERS: Sig = sig(&[RANKED, PERCENT], Arg(0), Sql(RANK));
const WEIGHTED: &[Sig] = &[
    sig(&[LONG, WEIGHT, PERCENT], Is(Long), Sql(WEIGHTED_LONG)),
    sig(&[FLOAT, WEIGHT, PERCENT], Is(Real), Sql(WEIGHTED_REAL)),
    sig(&[DATETIME, WEIGHT, PERCENT], Is(Datetime), Sql(WEIGHTED_LONG)),
    sig(&[TIMESPAN, WEIGHT, PERCENT], Is(Timespan), Sql(WEIGHTED_LONG)),
];
/// The plan makes the columns itself where they stand alone.
const SEVERAL: &[Sig] = &[
    OF_LONGS,
    OF_OTHERS,
    sig(
        &[RANKED, PERCENT, rest(PERCENT)],
        Arg(0),
        Refuse("Several percentiles are several columns; let percentiles() stand alone in summarize."),
    ),
];
const SEVERAL_WEIGHTED: &[Sig] = &[sig(
    &[ANY, WEIGHT, PERCENT, rest(PERCENT)],
    Arg(0),
    Refuse("Several percentiles are several columns; let percentilesw() stand alone in summarize."),
)];
const ARRAY: &[Sig] = &[
    sig(
        &[LONG, PERCENTS],
        Is(Dynamic),
        Sql("kql_percentilesw_long(list(CAST({0} AS VARCHAR) || ' 1'), {1})"),
    ),
    sig(
        &[FLOAT, PERCENTS],
        Is(Dynamic),
        Sql("kql_percentilesw_real(list(CAST({0} AS VARCHAR) || ' 1'), {1})"),
    ),
    sig(&[LONG, PERCENT, rest(PERCENT)], Is(Dynamic), Build(percentiles_array)),
    sig(&[RANKED, PERCENT, rest(PERCENT)], Is(Dynamic), Build(percentiles_array)),
];
const WEIGHTED_ARRAY: &[Sig] = &[
    sig(
        &[LONG, WEIGHT, PERCENTS],
        Is(Dynamic),
        Sql("kql_percentilesw_long(list(CAST({0} AS VARCHAR) || ' ' || CAST({1} AS VARCHAR)), {2})"),
    ),
    sig(
        &[FLOAT, WEIGHT, PERCENTS],
        Is(Dynamic),
        Sql("kql_percentilesw_real(list(CAST({0} AS VARCHAR) || ' ' || CAST({1} AS VARCHAR)), {2})"),
    ),
    sig(&[LONG, WEIGHT, PERCENT, rest(PERCENT)], Is(Dynamic), Build(percentilesw_array)),
    sig(&[RANKED, WEIGHT, PERCENT, rest(PERCENT)], Is(Dynamic), Build(percentilesw_array)),
];

pub static ROWS: &[Func] = &[
    f("percentile", &[OF_LONGS, OF_OTHERS])
        .label(Label::PrefixAndNumber("percentile"))
        .doc("The value that is not below so many percent of all, by nearest rank.")
        .trap("Exact here; Kusto estimates over large numbers of rows.")
        .example("range x from 1 to 100 step 1 | summarize percentile(x, 55)", "55"),
    f("percentiles", SEVERAL)
        .label(Label::Prefix("percentile"))
        .doc("Several percentiles, each in a column of its own.")
        .example("range x from 1 to 100 step 1 | summarize percentiles(x, 5, 95)", "5"),
    f("percentiles_array", ARRAY)
        .label(Label::Prefix("percentiles"))
        .doc("Several percentiles in one array.")
        .example("range x from 1 to 100 step 1 | summarize percentiles_array(x, 5, 95)", "[5,95]"),
    f("percentilew", WEIGHTED)
        .label(Label::PrefixAndNumber("percentile"))
        .doc("A percentile of values that each stand for as many rows as their weight says.")
        .trap("Exact here; Kusto estimates over large numbers of rows.")
        .example("range x from 1 to 4 step 1 | summarize percentilew(x, x * x, 50)", "4"),
    f("percentilesw", SEVERAL_WEIGHTED)
        .label(Label::Prefix("percentile"))
        .doc("Several percentiles of weighted values, each in a column of its own.")
        .example("range x from 1 to 4 step 1 | summarize percentilesw(x, 5 - x, 40, 90)", "1"),
    f("percentilesw_array", WEIGHTED_ARRAY)
        .label(Label::Prefix("percentiles"))
        .doc("Several percentiles of weighted values in one array.")
        .example("range x from 1 to 4 step 1 | summarize percentilesw_array(x, 5 - x, 40, 90)", "[1,3]"),
];

fn percentiles_array(args: &[Given<'_>]) -> String {
    let Some((value, ranks)) = args.split_first() else { return "NULL".to_owned() };
    packed(value, ranks, &RANK.replace("{0}", value.sql).replace("{1}", "{2}"))
}

fn percentilesw_array(args: &[Given<'_>]) -> String {
    let [value, weight, ranks @ ..] = args else { return "NULL".to_owned() };
    let template = if value.ty == Real { WEIGHTED_REAL } else { WEIGHTED_LONG };
    packed(value, ranks, &template.replace("{0}", value.sql).replace("{1}", weight.sql))
}

/// An array of the template with each rank in the place of `{2}`.
fn packed(value: &Given<'_>, ranks: &[Given<'_>], template: &str) -> String {
    let json = super::dynamic::json_of(value.ty);
    let parts = ranks.iter().map(|rank| json.replace("{0}", &template.replace("{2}", rank.sql)));
    format!("kql_pack_array({})", parts.collect::<Vec<_>>().join(", "))
}
