//! Aggregates: what stands in `summarize`. A template's `{order}` becomes ` ORDER BY ...` where the
//! input has an order that the result shows, and nothing elsewhere; the other placeholders are those of
//! [`Lower::Sql`]. Knows SQL aggregates and `kernels::collect`; no plan.

use super::func::Lower::{Refuse, Sql};
use super::func::Ret::{Arg, Is};
use super::func::{
    ANY, BOOL, DATETIME, DECIMAL, DYN, Elements, Func, Holds, Keeps, LONG, Label, ONLY_STR, Param, REAL,
    Shape, Sig, TIMESPAN, constant, f, named, opt, rest, shaped, sig,
};
use crate::types::Type::{self, Bool, Datetime, Decimal, Dynamic, Guid, Int, Long, Real, String, Timespan};

const fn takes(name: &'static str, types: &'static [Type], convert: Option<Type>) -> Param {
    let mut param = named(name, ANY);
    param.types = types;
    param.convert = convert;
    param
}

const INTEGER: Param = takes("number", &[Int, Long], None);
const FLOAT: Param = takes("number", &[Real], None);
/// The sum of an int fits into a long, however many there are.
const AVERAGED: Param = takes("number", &[Int, Real], None);
/// Everything but strings and dynamics that has an order, and no NaN; of guids Kusto has none.
const ORDERED: Param = takes("value", &[Int, Long, Datetime, Timespan, Bool], None);
/// Anything but dynamic.
const COUNTED: Param =
    takes("value", &[Bool, Datetime, Decimal, Guid, Int, Long, Real, String, Timespan], None);
/// A scalar as JSON text.
const AS_JSON: Param =
    takes("value", &[Bool, Datetime, Decimal, Guid, Int, Long, Real, String, Timespan], Some(Dynamic));
const SIZE: Param = opt(constant(named("size", LONG)));
const IF: Param = named("condition", BOOL);
const ACCURACY: Param = opt(constant(named("accuracy", LONG)));
/// Values that lists and sets of the old names keep, unless a size is given; as in their templates.
const LEGACY_MOST: i64 = 128;

const COUNT: &[Sig] = &[sig(&[opt(ANY)], Is(Long), Sql("count(*)"))];
const SUM: &[Sig] = &[
    sig(&[INTEGER], Is(Long), Sql("kql_wrap(coalesce(sum({0}), 0))")),
    sig(&[FLOAT], Is(Real), Sql("coalesce(sum({0}), 0)")),
    sig(&[TIMESPAN], Is(Timespan), Sql("kql_wrap(coalesce(sum({0}), 0))")),
    sig(&[DECIMAL], Is(Decimal), Sql("kql_decimal_sum(list({0}))")),
];
const SUM_IF: &[Sig] = &[
    sig(&[INTEGER, IF], Is(Long), Sql("kql_wrap(coalesce(sum({0}) FILTER (WHERE {1}), 0))")),
    sig(&[FLOAT, IF], Is(Real), Sql("coalesce(sum({0}) FILTER (WHERE {1}), 0)")),
    sig(&[TIMESPAN, IF], Is(Timespan), Sql("kql_wrap(coalesce(sum({0}) FILTER (WHERE {1}), 0))")),
    sig(&[DECIMAL, IF], Is(Decimal), Sql("kql_decimal_sum(list({0}) FILTER (WHERE {1}))")),
];
const AVG: &[Sig] = &[
    sig(&[AVERAGED], Is(Real), Sql("coalesce(avg({0}), 'nan'::DOUBLE)")),
    sig(
        &[INTEGER],
        Is(Real),
        Sql("coalesce(kql_wrap(sum({0})) / nullif(count({0}), 0)::DOUBLE, 'nan'::DOUBLE)"),
    ),
    sig(&[TIMESPAN], Is(Timespan), Sql("kql_wrap(sum({0}) // count({0}))")),
    sig(&[DATETIME], Is(Datetime), Sql("kql_wrap(sum({0}) // count({0}))")),
    sig(&[DECIMAL], Is(Decimal), Sql("kql_decimal_avg(list({0}))")),
];
const AVG_IF: &[Sig] = &[
    sig(
        &[INTEGER, IF],
        Is(Real),
        Sql(
            "coalesce(kql_wrap(sum({0}) FILTER (WHERE {1})) / nullif(count({0}) FILTER (WHERE {1}), 0)::DOUBLE, 'nan'::DOUBLE)",
        ),
    ),
    sig(&[FLOAT, IF], Is(Real), Sql("coalesce(avg({0}) FILTER (WHERE {1}), 'nan'::DOUBLE)")),
    sig(
        &[TIMESPAN, IF],
        Is(Timespan),
        Sql("kql_wrap(sum({0}) FILTER (WHERE {1}) // count({0}) FILTER (WHERE {1}))"),
    ),
    sig(
        &[DATETIME, IF],
        Is(Datetime),
        Sql("kql_wrap(sum({0}) FILTER (WHERE {1}) // count({0}) FILTER (WHERE {1}))"),
    ),
    sig(&[DECIMAL, IF], Is(Decimal), Sql("kql_decimal_avg(list({0}) FILTER (WHERE {1}))")),
];
const MIN: &[Sig] = &[
    sig(&[ORDERED], Arg(0), Sql("min({0})")),
    sig(&[FLOAT], Is(Real), Sql("CASE WHEN bool_or(isnan({0})) THEN 'nan'::DOUBLE ELSE min({0}) END")),
    sig(&[ONLY_STR], Arg(0), Sql("coalesce(min({0}), '')")),
    sig(&[DECIMAL], Is(Decimal), Sql("arg_min({0}, kql_decimal_order({0}))")),
];
const MIN_IF: &[Sig] = &[
    sig(&[ORDERED, IF], Arg(0), Sql("min({0}) FILTER (WHERE {1})")),
    sig(
        &[FLOAT, IF],
        Is(Real),
        Sql("CASE WHEN bool_or({1} AND isnan({0})) THEN 'nan'::DOUBLE ELSE min({0}) FILTER (WHERE {1}) END"),
    ),
    sig(&[ONLY_STR, IF], Arg(0), Sql("coalesce(min({0}) FILTER (WHERE {1}), '')")),
    sig(&[DECIMAL, IF], Is(Decimal), Sql("arg_min({0}, kql_decimal_order({0})) FILTER (WHERE {1})")),
];
// DuckDB puts NaN above all other numbers, so the greatest is NaN as it is in Kusto.
const MAX: &[Sig] = &[
    sig(&[ORDERED], Arg(0), Sql("max({0})")),
    sig(&[FLOAT], Is(Real), Sql("max({0})")),
    sig(&[ONLY_STR], Arg(0), Sql("coalesce(max({0}), '')")),
    sig(&[DECIMAL], Is(Decimal), Sql("arg_max({0}, kql_decimal_order({0}))")),
];
const MAX_IF: &[Sig] = &[
    sig(&[ORDERED, IF], Arg(0), Sql("max({0}) FILTER (WHERE {1})")),
    sig(&[FLOAT, IF], Is(Real), Sql("max({0}) FILTER (WHERE {1})")),
    sig(&[ONLY_STR, IF], Arg(0), Sql("coalesce(max({0}) FILTER (WHERE {1}), '')")),
    sig(&[DECIMAL, IF], Is(Decimal), Sql("arg_max({0}, kql_decimal_order({0})) FILTER (WHERE {1})")),
];
// Two spellings of one dynamic value are one value.
const DISTINCT: &[Sig] = &[
    sig(&[DYN, ACCURACY], Is(Long), Sql("count(DISTINCT kql_json_canonical({0}))")),
    sig(&[ANY, ACCURACY], Is(Long), Sql("count(DISTINCT {0})")),
];
const DISTINCT_IF: &[Sig] = &[
    sig(&[DYN, IF, ACCURACY], Is(Long), Sql("count(DISTINCT kql_json_canonical({0})) FILTER (WHERE {1})")),
    sig(&[ANY, IF, ACCURACY], Is(Long), Sql("count(DISTINCT {0}) FILTER (WHERE {1})")),
];
/// The same of texts, counted by an aggregate of ours, which keeps marks of all that differ in memory: in place of
/// DuckDB's, which can go to the disk.
pub static IN_MEMORY: Sig = sig(&[ONLY_STR], Is(Long), Sql("kql_different({0})"));
pub static IN_MEMORY_IF: Sig = sig(&[ONLY_STR, IF], Is(Long), Sql("kql_different({0}) FILTER (WHERE {1})"));
const EXACTLY_DISTINCT: &[Sig] = &[sig(&[COUNTED], Is(Long), Sql("count(DISTINCT {0})"))];
const EXACTLY_DISTINCT_IF: &[Sig] =
    &[sig(&[COUNTED, IF], Is(Long), Sql("count(DISTINCT {0}) FILTER (WHERE {1})"))];
const MAKE_LIST: &[Sig] = &[
    sig(&[ONLY_STR, SIZE], Is(Dynamic), Sql("kql_make_list_text(list({0}{order}), {1})")),
    sig(&[DYN, SIZE], Is(Dynamic), Sql("kql_make_list_dynamic(list({0}{order}), {1})")),
    sig(&[AS_JSON, SIZE], Is(Dynamic), Sql("kql_make_list(list({0}{order}), {1})")),
];
const MAKE_LIST_IF: &[Sig] = &[
    sig(
        &[ONLY_STR, IF, SIZE],
        Is(Dynamic),
        Sql("kql_make_list_text(list({0}{order}) FILTER (WHERE {1}), {2})"),
    ),
    sig(
        &[DYN, IF, SIZE],
        Is(Dynamic),
        Sql("kql_make_list_dynamic(list({0}{order}) FILTER (WHERE {1}), {2})"),
    ),
    sig(&[AS_JSON, IF, SIZE], Is(Dynamic), Sql("kql_make_list(list({0}{order}) FILTER (WHERE {1}), {2})")),
];
const MAKE_LIST_WITH_NULLS: &[Sig] = &[
    sig(&[DYN], Is(Dynamic), Sql("kql_make_list_dynamic(list({0}{order}), NULL)")),
    sig(&[AS_JSON], Is(Dynamic), Sql("kql_make_list_with_nulls(list({0}{order}), NULL)")),
];
const MAKE_SET: &[Sig] = &[
    sig(&[ONLY_STR, SIZE], Is(Dynamic), Sql("kql_set_text({0}, {1}{order})")),
    sig(&[DYN, SIZE], Is(Dynamic), Sql("kql_make_set_dynamic(list({0}{order}), {1})")),
    sig(&[AS_JSON, SIZE], Is(Dynamic), Sql("kql_set_json({0}, {1}{order})")),
];
const MAKE_SET_IF: &[Sig] = &[
    sig(&[ONLY_STR, IF, SIZE], Is(Dynamic), Sql("kql_set_text({0}, {2}{order}) FILTER (WHERE {1})")),
    sig(&[DYN, IF, SIZE], Is(Dynamic), Sql("kql_make_set_dynamic(list({0}{order}) FILTER (WHERE {1}), {2})")),
    sig(&[AS_JSON, IF, SIZE], Is(Dynamic), Sql("kql_set_json({0}, {2}{order}) FILTER (WHERE {1})")),
];
const BAG: Param = shaped(Shape::Bag, DYN);
const MAKE_BAG: &[Sig] = &[sig(&[BAG, SIZE], Is(Dynamic), Sql("kql_make_bag(list({0}{order}), {1})"))];
const MAKE_BAG_LEGACY: &[Sig] =
    &[sig(&[BAG, SIZE], Is(Dynamic), Sql("kql_make_bag(list({0}{order}), coalesce({1}, 128))"))];
const MAKE_BAG_IF: &[Sig] =
    &[sig(&[BAG, IF, SIZE], Is(Dynamic), Sql("kql_make_bag(list({0}{order}) FILTER (WHERE {1}), {2})"))];
// A value before a null, a text before an empty one: take-any-aggregation-function.
const TAKE_ANY: &[Sig] = &[
    sig(&[ONLY_STR], Arg(0), Sql("coalesce(any_value({0}) FILTER (WHERE {0} <> ''), '')")),
    sig(&[ANY], Arg(0), Sql("any_value({0})")),
];
const TAKE_ANY_IF: &[Sig] = &[
    sig(&[ONLY_STR, IF], Arg(0), Sql("coalesce(any_value({0}) FILTER (WHERE {0} <> '' AND {1}), '')")),
    sig(&[ANY, IF], Arg(0), Sql("any_value({0}) FILTER (WHERE {1})")),
];

const MAKE_LIST_LEGACY: &[Sig] = &[
    sig(&[ONLY_STR, SIZE], Is(Dynamic), Sql("kql_make_list_text(list({0}{order}), coalesce({1}, 128))")),
    sig(&[DYN, SIZE], Is(Dynamic), Sql("kql_make_list_dynamic(list({0}{order}), coalesce({1}, 128))")),
    sig(&[AS_JSON, SIZE], Is(Dynamic), Sql("kql_make_list(list({0}{order}), coalesce({1}, 128))")),
];
const MAKE_SET_LEGACY: &[Sig] = &[
    sig(&[ONLY_STR, SIZE], Is(Dynamic), Sql("kql_set_text({0}, coalesce({1}, 128){order})")),
    sig(&[DYN, SIZE], Is(Dynamic), Sql("kql_make_set_dynamic(list({0}{order}), coalesce({1}, 128))")),
    sig(&[AS_JSON, SIZE], Is(Dynamic), Sql("kql_set_json({0}, coalesce({1}, 128){order})")),
];
// Of one value, and of none, Kusto's spread is 0 where SQL's is NULL (agent-aggregation-0017).
const STDEV: &[Sig] = &[sig(&[REAL], Is(Real), Sql("coalesce(stddev_samp({0}), 0)"))];
const STDEV_IF: &[Sig] =
    &[sig(&[REAL, IF], Is(Real), Sql("coalesce(stddev_samp({0}) FILTER (WHERE {1}), 0)"))];
const STDEVP: &[Sig] = &[sig(&[REAL], Is(Real), Sql("coalesce(stddev_pop({0}), 0)"))];
const VARIANCE: &[Sig] = &[sig(&[REAL], Is(Real), Sql("coalesce(var_samp({0}), 0)"))];
const VARIANCE_IF: &[Sig] =
    &[sig(&[REAL, IF], Is(Real), Sql("coalesce(var_samp({0}) FILTER (WHERE {1}), 0)"))];
const VARIANCEP: &[Sig] = &[sig(&[REAL], Is(Real), Sql("coalesce(var_pop({0}), 0)"))];
const VARIANCEP_IF: &[Sig] =
    &[sig(&[REAL, IF], Is(Real), Sql("coalesce(var_pop({0}) FILTER (WHERE {1}), 0)"))];
const COVARIANCE: &[Sig] = &[sig(&[REAL, REAL], Is(Real), Sql("coalesce(covar_samp({0}, {1}), 0)"))];
const COVARIANCE_IF: &[Sig] =
    &[sig(&[REAL, REAL, IF], Is(Real), Sql("coalesce(covar_samp({0}, {1}) FILTER (WHERE {2}), 0)"))];
const COVARIANCEP: &[Sig] = &[sig(&[REAL, REAL], Is(Real), Sql("coalesce(covar_pop({0}, {1}), 0)"))];
const COVARIANCEP_IF: &[Sig] =
    &[sig(&[REAL, REAL, IF], Is(Real), Sql("coalesce(covar_pop({0}, {1}) FILTER (WHERE {2}), 0)"))];
pub static ROWS: &[Func] = &[
    f("count", COUNT)
        .label(Label::Prefix("count"))
        .holds(Holds::Little)
        .counts()
        .doc("Rows in the group.")
        .trap("count(x) ignores its argument and counts nulls too (agent-null-and-edge-0005).")
        .example("range x from 1 to 3 step 1 | summarize count()", "3"),
    f("countif", &[sig(&[IF], Is(Long), Sql("count(*) FILTER (WHERE {0})"))])
        .label(Label::Prefix("countif"))
        .holds(Holds::Little)
        .counts()
        .doc("Rows in the group for which the condition holds.")
        .example("range x from 1 to 5 step 1 | summarize countif(x > 3)", "2"),
    f("sum", SUM)
        .label(Label::Prefix("sum"))
        .holds(Holds::Little)
        .doc("Sum of the values; 0 when there is none.")
        .trap("A sum of longs wraps at 64 bits.")
        .example("range x from 1 to 4 step 1 | summarize sum(x)", "10"),
    f("sumif", SUM_IF)
        .label(Label::Prefix("sumif"))
        .holds(Holds::Little)
        .doc("Sum of the values of the rows for which the condition holds.")
        .example("range x from 1 to 4 step 1 | summarize sumif(x, x > 2)", "7"),
    f("avg", AVG)
        .label(Label::Prefix("avg"))
        .holds(Holds::Little)
        .combines()
        .doc("Mean of the values that are not null.")
        .trap("NaN, not null, when there is no value; the sum below it wraps (agent-aggregation-0033).")
        .example("range x from 1 to 4 step 1 | summarize avg(x)", "2.5"),
    f("avgif", AVG_IF)
        .label(Label::Prefix("avgif"))
        .holds(Holds::Little)
        .doc("Mean of the values of the rows for which the condition holds.")
        .example("range x from 1 to 4 step 1 | summarize avgif(x, x > 2)", "3.5"),
    f("min", MIN)
        .label(Label::Prefix("min"))
        .keeps(Keeps::End)
        .holds(Holds::Little)
        .doc("The least value.")
        .trap("One NaN among the values makes it NaN (agent-aggregation-0002).")
        .example("range x from 3 to 5 step 1 | summarize min(x)", "3"),
    f("minif", MIN_IF)
        .label(Label::Prefix("minif"))
        .keeps(Keeps::End)
        .holds(Holds::Little)
        .doc("The least value of the rows for which the condition holds.")
        .example("range x from 3 to 5 step 1 | summarize minif(x, x > 3)", "4"),
    f("max", MAX)
        .label(Label::Prefix("max"))
        .keeps(Keeps::End)
        .holds(Holds::Little)
        .doc("The greatest value.")
        .trap("One NaN among the values makes it NaN (agent-aggregation-0002).")
        .example("range x from 3 to 5 step 1 | summarize max(x)", "5"),
    f("maxif", MAX_IF)
        .label(Label::Prefix("maxif"))
        .keeps(Keeps::End)
        .holds(Holds::Little)
        .doc("The greatest value of the rows for which the condition holds.")
        .example("range x from 3 to 5 step 1 | summarize maxif(x, x < 5)", "4"),
    f("dcount", DISTINCT)
        .label(Label::Prefix("dcount"))
        .holds(Holds::Different)
        .counts()
        .doc("How many different values there are; nulls do not count.")
        .trap("Exact here; Kusto estimates large numbers.")
        .example("range x from 1 to 9 step 1 | summarize dcount(x % 4)", "4"),
    f("dcountif", DISTINCT_IF)
        .label(Label::Prefix("dcountif"))
        .holds(Holds::Different)
        .counts()
        .doc("How many different values there are in the rows for which the condition holds.")
        .example("range x from 1 to 9 step 1 | summarize dcountif(x % 4, x < 3)", "2"),
    f("make_list", MAKE_LIST)
        .label(Label::Prefix("list"))
        .keeps(Keeps::List(None))
        .elements(Elements::OfFirst)
        .doc("An array of the values that are not null, in the order of the rows; at most size of them.")
        .trap("Arrays among dynamic values are flattened, and their nulls stay (agent-aggregation-0039).")
        .example("range x from 1 to 3 step 1 | summarize make_list(x)", "[1,2,3]"),
    f("make_list_if", MAKE_LIST_IF)
        .label(Label::Prefix("list"))
        .keeps(Keeps::List(None))
        .elements(Elements::OfFirst)
        .doc("An array of the values of the rows for which the condition holds.")
        .example("range x from 1 to 5 step 1 | summarize make_list_if(x, x > 3)", "[4,5]"),
    f("make_list_with_nulls", MAKE_LIST_WITH_NULLS)
        .label(Label::Prefix("list"))
        .keeps(Keeps::List(None))
        .doc("An array of the values, nulls among them.")
        .example(
            "range x from 1 to 3 step 1 | summarize make_list_with_nulls(iff(x == 2, long(null), x))",
            "[1,null,3]",
        ),
    f("make_set", MAKE_SET)
        .label(Label::Prefix("set"))
        .keeps(Keeps::Set(None))
        .elements(Elements::OfFirst)
        .doc("An array of the different values, in the order of first sight; at most size of them.")
        .trap("An empty string is a value; arrays among dynamic values are flattened.")
        .example("range x from 1 to 5 step 1 | summarize make_set(x % 2)", "[1,0]"),
    f("make_set_if", MAKE_SET_IF)
        .label(Label::Prefix("set"))
        .keeps(Keeps::Set(None))
        .elements(Elements::OfFirst)
        .doc("An array of the different values of the rows for which the condition holds.")
        .example("range x from 1 to 5 step 1 | summarize make_set_if(x % 2, x > 1)", "[0,1]"),
    f("make_bag", MAKE_BAG)
        .label(Label::Prefix("bag"))
        .keeps(Keeps::Bag)
        .doc("One bag of the properties of all bags.")
        .trap("Of several values of one key the first stays (agent-aggregation-0006).")
        .example(
            "range x from 1 to 2 step 1 | summarize make_bag(bag_pack(strcat('k', x), x))",
            "{\"k1\":1,\"k2\":2}",
        ),
    f("make_bag_if", MAKE_BAG_IF)
        .label(Label::Prefix("bag"))
        .keeps(Keeps::Bag)
        .doc("One bag of the properties of all bags of the rows for which the condition holds.")
        .example(
            "range x from 1 to 2 step 1 | summarize make_bag_if(bag_pack(strcat('k', x), x), x > 1)",
            "{\"k2\":2}",
        ),
    f("take_any", TAKE_ANY)
        .label(Label::Suffix("", "any_arg0"))
        .keeps(Keeps::Any)
        .holds(Holds::Little)
        .doc("The value of some row; a row with a value goes before one without.")
        .example("range x from 7 to 7 step 1 | summarize take_any(x)", "7"),
    f("any", TAKE_ANY)
        .successor("take_any")
        .label(Label::Prefix("any"))
        .keeps(Keeps::Any)
        .holds(Holds::Little)
        .doc("The old name of take_any; its column is called any_x.")
        .example("range x from 7 to 7 step 1 | summarize any(x)", "7"),
    f("take_anyif", TAKE_ANY_IF)
        .label(Label::FirstArg)
        .keeps(Keeps::Any)
        .holds(Holds::Little)
        .doc("The value of some row for which the condition holds.")
        .example("range x from 7 to 9 step 1 | summarize take_anyif(x, x == 8)", "8"),
    f("anyif", TAKE_ANY_IF)
        .successor("take_anyif")
        .label(Label::Prefix("anyif"))
        .keeps(Keeps::Any)
        .holds(Holds::Little)
        .doc("The old name of take_anyif; its column is called anyif_x.")
        .example("range x from 7 to 9 step 1 | summarize anyif(x, x == 8)", "8"),
    f("makelist", MAKE_LIST_LEGACY)
        .successor("make_list")
        .label(Label::Prefix("list"))
        .keeps(Keeps::List(Some(LEGACY_MOST)))
        .doc("The old name of make_list, which keeps 128 values unless a size is given.")
        .example("range x from 1 to 300 step 1 | summarize array_length(makelist(x))", "128"),
    f("makeset", MAKE_SET_LEGACY)
        .successor("make_set")
        .label(Label::Prefix("set"))
        .keeps(Keeps::Set(Some(LEGACY_MOST)))
        .doc("The old name of make_set, which keeps 128 values unless a size is given.")
        .example("range x from 1 to 300 step 1 | summarize array_length(makeset(x))", "128"),
    f("make_dictionary", MAKE_BAG_LEGACY)
        .label(Label::Prefix("dictionary"))
        .keeps(Keeps::Bag)
        .doc("The old name of make_bag, which keeps 128 keys unless a size is given.")
        .example(
            "range x from 1 to 300 step 1 | summarize make_dictionary(bag_pack(strcat('k', x), x)) \
             | project array_length(bag_keys(dictionary_))",
            "128",
        ),
    f("count_distinct", EXACTLY_DISTINCT)
        .label(Label::Prefix("count_distinct"))
        .estimate("dcount")
        .holds(Holds::Different)
        .counts()
        .doc("How many different values there are, exactly; nulls do not count.")
        .example("range x from 1 to 9 step 1 | summarize count_distinct(x % 4)", "4"),
    f("count_distinctif", EXACTLY_DISTINCT_IF)
        .label(Label::Prefix("count_distinctif"))
        .estimate("dcountif")
        .holds(Holds::Different)
        .counts()
        .doc("How many different values there are in the rows for which the condition holds.")
        .example("range x from 1 to 9 step 1 | summarize count_distinctif(x % 4, x < 3)", "2"),
    f("stdev", STDEV)
        .label(Label::Prefix("stdev"))
        .holds(Holds::Little)
        .doc("The standard deviation of a sample; 0 of a single value.")
        .example("range x from 1 to 2 step 1 | summarize stdev(x)", "0.7071067811865476"),
    f("stdevif", STDEV_IF)
        .label(Label::Prefix("stdevif"))
        .holds(Holds::Little)
        .doc("The standard deviation of a sample of the rows for which the condition holds.")
        .example("range x from 1 to 5 step 1 | summarize stdevif(x, x in (1, 2))", "0.7071067811865476"),
    f("stdevp", STDEVP)
        .label(Label::Prefix("stdevp"))
        .holds(Holds::Little)
        .doc("The standard deviation of a whole population.")
        .example("range x from 1 to 2 step 1 | summarize stdevp(x)", "0.5"),
    f("variance", VARIANCE)
        .label(Label::Prefix("variance"))
        .holds(Holds::Little)
        .doc("The variance of a sample; 0 of a single value.")
        .example("range x from 1 to 2 step 1 | summarize variance(x)", "0.5"),
    f("varianceif", VARIANCE_IF)
        .label(Label::Prefix("varianceif"))
        .holds(Holds::Little)
        .doc("The variance of a sample of the rows for which the condition holds.")
        .example("range x from 1 to 5 step 1 | summarize varianceif(x, x in (1, 2))", "0.5"),
    f("variancep", VARIANCEP)
        .label(Label::Prefix("variancep"))
        .holds(Holds::Little)
        .doc("The variance of a whole population.")
        .example("range x from 1 to 5 step 1 | summarize variancep(x)", "2.0"),
    f("variancepif", VARIANCEP_IF)
        .label(Label::Prefix("variancepif"))
        .holds(Holds::Little)
        .doc("The variance of a whole population of the rows for which the condition holds.")
        .example("range x from 1 to 9 step 1 | summarize variancepif(x, x < 6)", "2.0"),
    f("covariance", COVARIANCE)
        .label(Label::PrefixAndTwoArgs("covariance"))
        .holds(Holds::Little)
        .doc("The covariance of a sample of pairs.")
        .example("range x from 1 to 2 step 1 | summarize covariance(x, -x)", "-0.5"),
    f("covarianceif", COVARIANCE_IF)
        .label(Label::PrefixAndTwoArgs("covarianceif"))
        .holds(Holds::Little)
        .doc("The covariance of a sample of the pairs for which the condition holds.")
        .example("range x from 1 to 9 step 1 | summarize covarianceif(x, -x, x < 3)", "-0.5"),
    f("covariancep", COVARIANCEP)
        .label(Label::PrefixAndTwoArgs("covariancep"))
        .holds(Holds::Little)
        .doc("The covariance of a whole population of pairs.")
        .example("range x from 1 to 5 step 1 | summarize covariancep(x, x)", "2.0"),
    f("covariancepif", COVARIANCEP_IF)
        .label(Label::PrefixAndTwoArgs("covariancepif"))
        .holds(Holds::Little)
        .doc("The covariance of a whole population of the pairs for which the condition holds.")
        .example("range x from 1 to 9 step 1 | summarize covariancepif(x, x, x < 6)", "2.0"),
    f("binary_all_and", &[sig(&[INTEGER], Arg(0), Sql("bit_and({0})"))])
        .label(Label::FirstArg)
        .holds(Holds::Little)
        .doc("The bits that all values have.")
        .example("range x from 6 to 7 step 1 | summarize binary_all_and(x)", "6"),
    f("binary_all_or", &[sig(&[INTEGER], Arg(0), Sql("bit_or({0})"))])
        .label(Label::FirstArg)
        .holds(Holds::Little)
        .doc("The bits that one of the values has.")
        .example("range x from 1 to 4 step 1 | summarize binary_all_or(x)", "7"),
    f("binary_all_xor", &[sig(&[INTEGER], Arg(0), Sql("bit_xor({0})"))])
        .label(Label::FirstArg)
        .holds(Holds::Little)
        .doc("The bits that an odd number of values has.")
        .example("range x from 1 to 2 step 1 | summarize binary_all_xor(x)", "3"),
    f("buildschema", &[sig(&[BAG], Is(Dynamic), Sql("kql_buildschema(list({0}{order}))"))])
        .label(Label::Prefix("schema"))
        .tells(super::dynamic::TEXTS)
        .doc("The least schema that all values fit.")
        .trap(
            "A null inside of a value, arrays that are all empty, and an array where another value has a bag end the query: their schema is not documented.",
        )
        .example(
            "datatable(d: dynamic)[dynamic({'port': 443}), dynamic({'port': 'https'})] | summarize buildschema(d)",
            "{\"port\":[\"long\",\"string\"]}",
        ),
    f("arg_max", ARG)
        .formerly(&["argmax"])
        .label(Label::Prefix("max"))
        .doc("The greatest value and, from the same row, other columns; * is all of them.")
        .trap("Columns keep their names: arg_max(t, a) gives t and a.")
        .example("datatable(n:long, u:string)[1, 'a', 5, 'b'] | summarize arg_max(n, *) | project u", "b"),
    f("arg_min", ARG)
        .formerly(&["argmin"])
        .label(Label::Prefix("min"))
        .doc("The least value and, from the same row, other columns; * is all of them.")
        .trap("Columns keep their names: arg_min(t, a) gives t and a.")
        .example("datatable(n:long, u:string)[1, 'a', 5, 'b'] | summarize arg_min(n, *) | project u", "a"),
    f("cnt", &[sig(&[], Is(Long), Sql("count(*)"))])
        .successor("count")
        .label(Label::Prefix("cnt"))
        .holds(Holds::Little)
        .counts()
        .doc("Another spelling of count.")
        .example("range x from 1 to 3 step 1 | summarize cnt()", "3"),
    f(
        "passthrough",
        &[sig(
            &[ANY],
            Arg(0),
            Refuse("It belongs to Kusto's own query plans; use take_any() for the value of some row."),
        )],
    )
    .label(Label::FirstArg)
    .doc("A value that Kusto's engine hands through an aggregation."),
];

/// The plan makes the columns itself; the row is there for its name and its documentation.
const ARG: &[Sig] = &[sig(
    &[ANY, rest(ANY)],
    Arg(0),
    Refuse("It gives several columns; let it stand alone in summarize, or use max() or min()."),
)];

#[cfg(test)]
mod tests {
    use super::*;

    fn templates(row: &Func) -> impl Iterator<Item = (&'static Sig, &'static str)> {
        row.sigs.iter().filter_map(|sig| match sig.lower {
            Sql(template) => Some((sig, template)),
            _ => None,
        })
    }

    #[test]
    fn what_rows_hold_is_what_their_sql_holds() {
        for row in ROWS {
            for (sig, template) in templates(row) {
                let values = ["list(", "kql_set", "kql_make"].iter().any(|held| template.contains(held));
                let holds = match template.contains("DISTINCT") {
                    true => Holds::Different,
                    false if values && sig.params[0].types != [Decimal] => Holds::Values,
                    false => Holds::Little,
                };
                assert_eq!(row.holds, holds, "{}: {template}", row.name);
                assert_eq!(row.counts, template.starts_with("count("), "{}: {template}", row.name);
            }
        }
    }

    #[test]
    fn a_condition_changes_nothing_of_what_an_aggregate_is() {
        let facts = |row: &Func| (row.keeps, row.holds, row.counts);
        let mut found = 0;
        for row in ROWS {
            let Some(bare) = row.name.strip_suffix("_if").or_else(|| row.name.strip_suffix("if")) else {
                continue;
            };
            let whole = ROWS.iter().find(|other| other.name == bare).expect(bare);
            assert_eq!(facts(row), facts(whole), "{}", row.name);
            found += 1;
        }
        assert!(found > 10, "{found}");
    }

    #[test]
    fn what_rows_keep_is_what_their_sql_keeps() {
        for row in ROWS {
            for (_, template) in templates(row) {
                let limited = template.contains(&format!(", {LEGACY_MOST})"));
                let fits = match row.keeps {
                    Some(Keeps::Any) => template.contains("any_value("),
                    Some(Keeps::End) => template.contains("min(") || template.contains("max("),
                    Some(Keeps::Set(most)) => template.contains("set") && most.is_some() == limited,
                    Some(Keeps::List(most)) => template.contains("list") && most.is_some() == limited,
                    Some(Keeps::Bag) => template.contains("bag"),
                    None => !limited && !template.contains("any_value("),
                };
                assert!(fits, "{}: {template}", row.name);
            }
        }
    }
}
