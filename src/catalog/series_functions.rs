//! Functions over arrays of numbers, as make-series and make_list() give them. Knows the kernels by name;
//! no plan.

use super::func::Lower::{Kernel, Sql};
use super::func::Ret::Is;
use super::func::{
    BOOL, DYN, Func, LONG, Label, ONLY_STR, Param, REAL, Shape, Sig, f, named, one_of, opt, rest, shaped, sig,
};
use crate::types::Type::{Dynamic, Int, Long, Real};

const SERIES: Param = named("series", shaped(Shape::Array, DYN));
/// A number for each element, or one for all.
const OTHER: Param = shaped(Shape::Array, number("other"));
const MISSING: Param = opt(number("missing"));
const CONSTANT: Param = number("constant");
const POINTS: Param = named("points", LONG);
const SEASON: Param = opt(named("seasonality", LONG));
const TREND: Param = opt(one_of(&["avg", "linefit", "none"], named("trend", ONLY_STR)));
const METHOD: Param = opt(one_of(&["ctukey", "tukey"], named("method", ONLY_STR)));
const SCORE: Param = opt(named("seasonality_threshold", REAL));

/// Any number, as JSON.
const fn number(name: &'static str) -> Param {
    Param {
        types: &[Dynamic, Int, Long, Real],
        convert: Some(Dynamic),
        ..named(name, shaped(Shape::Plain, DYN))
    }
}

const PERIODS: (&str, &str) = (
    "finds periods by autocorrelation, as far as Kusto's method is published",
    "Give the period where it is known: a score near the threshold may be another one in Kusto.",
);
const ANOMALIES: (&str, &str) = (
    "follows the published description; Kusto's own code is not public",
    "Give the seasonality where it is known. Scores near the threshold may differ, and where most values are \
     equal every other one is an anomaly.",
);
const TWO_LINES: (&str, &str) = (
    "follows the published description, which leaves open what split_idx and the right line count from",
    "Here split_idx is the first value of the right line, which has a line of its own from there on.",
);

/// The two ways of a function whose one operand may be a number.
macro_rules! both_ways {
    ($ret:ident, $kernel:expr) => {
        &[sig(&[SERIES, OTHER], Is($ret), Kernel($kernel)), sig(&[OTHER, SERIES], Is($ret), Kernel($kernel))]
    };
}

/// A function of two series, element by element.
macro_rules! pairwise {
    ($name:literal, $doc:literal, $example:literal, $first:literal) => {
        f($name, both_ways!(Dynamic, concat!("kql_", $name)))
            .doc($doc)
            .trap("Where one of the two has no number there is null.")
            .example($example, $first)
    };
}

/// A function of each element of one series.
macro_rules! each {
    ($name:literal, $doc:literal, $example:literal, $first:literal) => {
        f($name, &[sig(&[SERIES], Is(Dynamic), Kernel(concat!("kql_", $name)))])
            .doc($doc)
            .example($example, $first)
    };
}

const FILL_LINEAR: &[Sig] = &[
    sig(
        &[SERIES, MISSING, opt(named("fill_edges", BOOL))],
        Is(Dynamic),
        Sql("kql_series_fill_linear({0}, {1}, {2}, '0.0')"),
    ),
    sig(
        &[SERIES, number("missing"), named("fill_edges", BOOL), CONSTANT],
        Is(Dynamic),
        Kernel("kql_series_fill_linear"),
    ),
];
const FIT_POLY: &[Sig] = &[sig(
    &[named("y_series", SERIES), opt(named("x_series", SERIES)), opt(named("degree", LONG))],
    Is(Dynamic),
    Kernel("kql_series_fit_poly"),
)];

pub static ROWS: &[Func] = &[
    pairwise!(
        "series_add",
        "The sums of two series, element by element.",
        "print series_add(dynamic([1, 2]), dynamic([10, 20]))",
        "[11,22]"
    ),
    pairwise!(
        "series_subtract",
        "The differences of two series, element by element.",
        "print series_subtract(dynamic([5, 2]), 2)",
        "[3,0]"
    ),
    pairwise!(
        "series_multiply",
        "The products of two series, element by element.",
        "print series_multiply(dynamic([5, 2]), 3)",
        "[15,6]"
    ),
    pairwise!(
        "series_divide",
        "The quotients of two series as reals, element by element.",
        "print series_divide(dynamic([1, 2]), dynamic([4, 2]))",
        "[0.25,1.0]"
    ),
    pairwise!(
        "series_pow",
        "The elements of one series to the powers of another.",
        "print series_pow(dynamic([2, 3]), dynamic([3, 2]))",
        "[8.0,9.0]"
    ),
    pairwise!(
        "series_greater",
        "Which elements of one series are greater than those of another.",
        "print series_greater(dynamic([1, 20, 3]), 15)",
        "[false,true,false]"
    ),
    pairwise!(
        "series_greater_equals",
        "Which elements of one series are at least those of another.",
        "print series_greater_equals(dynamic([1, 20]), dynamic([1, 21]))",
        "[true,false]"
    ),
    pairwise!(
        "series_less",
        "Which elements of one series are less than those of another.",
        "print series_less(dynamic([1, 20]), dynamic([1, 21]))",
        "[false,true]"
    ),
    pairwise!(
        "series_less_equals",
        "Which elements of one series are at most those of another.",
        "print series_less_equals(dynamic([1, 22]), dynamic([1, 21]))",
        "[true,false]"
    ),
    pairwise!(
        "series_equals",
        "Which elements of two series are equal.",
        "print series_equals(dynamic([1, 22]), dynamic([1.0, 21]))",
        "[true,false]"
    ),
    pairwise!(
        "series_not_equals",
        "Which elements of two series differ.",
        "print series_not_equals(dynamic([1, 22]), dynamic([1.0, 21]))",
        "[false,true]"
    ),
    each!(
        "series_abs",
        "The elements of a series without their signs.",
        "print series_abs(dynamic([-6.5, 0, 8.2]))",
        "[6.5,0.0,8.2]"
    ),
    each!(
        "series_sign",
        "For each element of a series -1, 0 or 1.",
        "print series_sign(dynamic([-6, 0, 8]))",
        "[-1,0,1]"
    ),
    each!("series_exp", "The powers of e.", "print series_exp(dynamic([0]))", "[1.0]"),
    each!("series_log", "The natural logarithms.", "print series_log(dynamic([1]))", "[0.0]"),
    each!(
        "series_floor",
        "The greatest whole numbers that are not above the elements, as reals.",
        "print series_floor(dynamic([-1.5, 1, 2.5]))",
        "[-2.0,1.0,2.0]"
    ),
    each!(
        "series_ceiling",
        "The least whole numbers that are not below the elements, as reals.",
        "print series_ceiling(dynamic([-1.5, 1, 2.5]))",
        "[-1.0,1.0,3.0]"
    ),
    each!("series_sin", "The sines.", "print series_sin(dynamic([0]))", "[0.0]"),
    each!("series_cos", "The cosines.", "print series_cos(dynamic([0]))", "[1.0]"),
    each!("series_tan", "The tangents.", "print series_tan(dynamic([0]))", "[0.0]"),
    each!("series_asin", "The arcsines.", "print series_asin(dynamic([0]))", "[0.0]"),
    each!("series_acos", "The arccosines.", "print series_acos(dynamic([1]))", "[0.0]"),
    each!("series_atan", "The arctangents.", "print series_atan(dynamic([0]))", "[0.0]"),
    f("series_sum", &[sig(&[SERIES], Is(Real), Kernel("kql_series_sum"))])
        .doc("The sum of a series as a real.")
        .example("print series_sum(dynamic([1, 2, 3]))", "6.0"),
    f("series_product", &[sig(&[SERIES], Is(Real), Kernel("kql_series_product"))])
        .doc("The product of a series as a real.")
        .example("print series_product(dynamic([1, 2, 3, 4]))", "24.0"),
    f("series_magnitude", &[sig(&[SERIES], Is(Real), Kernel("kql_series_magnitude"))])
        .doc("The root of the sum of the squares of a series.")
        .example("print series_magnitude(dynamic([3, 4]))", "5.0"),
    f("series_dot_product", both_ways!(Real, "kql_series_dot_product"))
        .doc("The sum of the products of two series' elements.")
        .trap("The longer series is cut; what is no number is passed over.")
        .example("print series_dot_product(dynamic([1, 2, 4]), dynamic([4, 2, 1]))", "12.0"),
    f(
        "series_cosine_similarity",
        &[sig(
            &[SERIES, SERIES, opt(named("magnitude1", REAL)), opt(named("magnitude2", REAL))],
            Is(Real),
            Kernel("kql_series_cosine_similarity"),
        )],
    )
    .doc("The cosine of the angle between two series as vectors.")
    .example("print series_cosine_similarity(dynamic([3, 4]), dynamic([4, 3]))", "0.96"),
    f(
        "series_pearson_correlation",
        &[sig(&[SERIES, SERIES], Is(Real), Kernel("kql_series_pearson_correlation"))],
    )
    .doc("How far two series go along with each other, from -1 to 1.")
    .trap("Null where the series have different lengths or one has something else than numbers.")
    .example("print series_pearson_correlation(dynamic([1, 2, 3]), dynamic([2, 4, 6]))", "1.0"),
    f(
        "series_stats",
        &[sig(&[SERIES, opt(named("ignore_nonfinite", BOOL))], Is(Dynamic), Kernel("kql_series_stats"))],
    )
    .parts(&[
        ("min", Real),
        ("min_idx", Long),
        ("max", Real),
        ("max_idx", Long),
        ("avg", Real),
        ("stdev", Real),
        ("variance", Real),
    ])
    .doc("Least, greatest and average value of a series, where they stand, and how far they spread.")
    .trap("All are null where the series has a null, unless those are to be passed over.")
    .example("print (Least, At) = series_stats(dynamic([3, 1, 4]))", "1.0"),
    f(
        "series_stats_dynamic",
        &[sig(
            &[SERIES, opt(named("ignore_nonfinite", BOOL))],
            Is(Dynamic),
            Kernel("kql_series_stats_dynamic"),
        )],
    )
    .doc("The statistics of a series in a bag, with its sum and length.")
    .example("print series_stats_dynamic(dynamic([3, 1, 4])).max", "4.0"),
    f(
        "series_fill_const",
        &[sig(&[SERIES, CONSTANT, MISSING], Is(Dynamic), Kernel("kql_series_fill_const"))],
    )
    .label(Label::FirstArg)
    .doc("The series with a constant for its nulls, or for another value that stands for missing ones.")
    .example("print series_fill_const(dynamic([1, null, 3]), 0)", "[1,0,3]"),
    f("series_fill_forward", &[sig(&[SERIES, MISSING], Is(Dynamic), Kernel("kql_series_fill_forward"))])
        .label(Label::FirstArg)
        .doc("The series with the value before them for its nulls.")
        .example("print series_fill_forward(dynamic([null, 1, null, 3]))", "[null,1,1,3]"),
    f("series_fill_backward", &[sig(&[SERIES, MISSING], Is(Dynamic), Kernel("kql_series_fill_backward"))])
        .label(Label::FirstArg)
        .doc("The series with the value after them for its nulls.")
        .example("print series_fill_backward(dynamic([1, null, 3, null]))", "[1,3,3,null]"),
    f("series_fill_linear", FILL_LINEAR)
        .label(Label::FirstArg)
        .doc("The series with the values on the line between their neighbours for its nulls.")
        .trap("Between longs the fraction is cut off.")
        .example("print series_fill_linear(dynamic([1.0, null, 2.0, null]))", "[1.0,1.5,2.0,2.0]"),
    f(
        "series_fir",
        &[sig(
            &[SERIES, named("filter", SERIES), opt(named("normalize", BOOL)), opt(named("center", BOOL))],
            Is(Dynamic),
            Kernel("kql_series_fir"),
        )],
    )
    .label(Label::FirstArg)
    .doc("A series through a filter that looks back: moving averages, differences.")
    .trap("Divided by the sum of the coefficients unless one is below zero.")
    .example("print series_fir(dynamic([5, 15, 10]), dynamic([1, -1]))", "[5,10,-5]"),
    f(
        "series_iir",
        &[sig(
            &[SERIES, named("numerators", SERIES), named("denominators", SERIES)],
            Is(Dynamic),
            Kernel("kql_series_iir"),
        )],
    )
    .label(Label::FirstArg)
    .doc("A series through a filter that looks back at its own results: running sums, smoothing.")
    .example("print series_iir(dynamic([1, 2, 3]), dynamic([1]), dynamic([1, -1]))", "[1.0,3.0,6.0]"),
    f(
        "series_fft",
        &[sig(&[SERIES, opt(named("imaginary", SERIES))], Is(Dynamic), Kernel("kql_series_fft"))],
    )
    .parts(&[("real", Dynamic), ("imag", Dynamic)])
    .doc("The frequencies of a series, by Fourier's transform.")
    .example("print (Real, Imaginary) = series_fft(dynamic([1, 1]))", "[2.0,0.0]"),
    f(
        "series_ifft",
        &[sig(&[SERIES, opt(named("imaginary", SERIES))], Is(Dynamic), Kernel("kql_series_ifft"))],
    )
    .parts(&[("real", Dynamic), ("imag", Dynamic)])
    .doc("The series that has these frequencies.")
    .example("print (Real, Imaginary) = series_ifft(dynamic([2, 0]))", "[1.0,1.0]"),
    f("series_fit_line", &[sig(&[SERIES], Is(Dynamic), Kernel("kql_series_fit_line"))])
        .parts(&[
            ("rsquare", Real),
            ("slope", Real),
            ("variance", Real),
            ("rvariance", Real),
            ("interception", Real),
            ("line_fit", Dynamic),
        ])
        .doc("The line nearest to a series, and how near it is.")
        .trap("The elements stand at 1, 2, 3 and so on.")
        .example("print (RSquare, Slope) = series_fit_line(dynamic([3, 5, 7]))", "1.0"),
    f("series_fit_line_dynamic", &[sig(&[SERIES], Is(Dynamic), Kernel("kql_series_fit_line_dynamic"))])
        .doc("The line nearest to a series in a bag.")
        .example("print series_fit_line_dynamic(dynamic([3, 5, 7])).slope", "2.0"),
    f("series_fit_2lines", &[sig(&[SERIES], Is(Dynamic), Kernel("kql_series_fit_2lines"))])
        .parts(&[
            ("rsquare", Real),
            ("split_idx", Long),
            ("variance", Real),
            ("rvariance", Real),
            ("line_fit", Dynamic),
            ("right_rsquare", Real),
            ("right_slope", Real),
            ("right_interception", Real),
            ("right_variance", Real),
            ("right_rvariance", Real),
            ("left_rsquare", Real),
            ("left_slope", Real),
            ("left_interception", Real),
            ("left_variance", Real),
            ("left_rvariance", Real),
        ])
        .doc("The two lines, one after the other, that are nearest to a series.")
        .caveat(TWO_LINES.0, TWO_LINES.1)
        .example("print (RSquare, Split) = series_fit_2lines(dynamic([1, 2, 3, 3, 2, 1]))", "1.0"),
    f("series_fit_2lines_dynamic", &[sig(&[SERIES], Is(Dynamic), Kernel("kql_series_fit_2lines_dynamic"))])
        .doc("The two lines nearest to a series in a bag.")
        .caveat(TWO_LINES.0, TWO_LINES.1)
        .example("print series_fit_2lines_dynamic(dynamic([1, 2, 3, 9, 8, 7])).left.slope", "1.0"),
    f("series_fit_poly", FIT_POLY)
        .parts(&[
            ("rsquare", Real),
            ("coefficients", Dynamic),
            ("variance", Real),
            ("rvariance", Real),
            ("poly_fit", Dynamic),
        ])
        .doc("The polynomial nearest to a series, and how near it is; of degree 1 unless another is given.")
        .example(
            "print x = series_fit_poly(dynamic([1, 4, 9, 16]), dynamic([1, 2, 3, 4]), 2)[1] | project round(todouble(x[0]), 6)",
            "1.0",
        ),
    f(
        "series_outliers",
        &[sig(
            &[
                SERIES,
                opt(one_of(&["tukey", "ctukey"], named("kind", ONLY_STR))),
                opt(number("ignore_val")),
                opt(named("min_percentile", REAL)),
                opt(named("max_percentile", REAL)),
            ],
            Is(Dynamic),
            Kernel("kql_series_outliers"),
        )],
    )
    .label(Label::FirstArg)
    .doc("A score for each element: 0 where it is usual, above 1.5 or below -1.5 where it is an outlier.")
    .trap("Other percentiles than 10 and 90, or 25 and 75, end the query: how Kusto scales them is not published.")
    .example("print series_outliers(dynamic([1, 2, 3, 4, 13]), 'tukey')", "[-0.5,0.0,0.0,0.0,4.5]"),
    f(
        "series_periods_detect",
        &[sig(
            &[SERIES, named("min_period", REAL), named("max_period", REAL), named("num_periods", LONG)],
            Is(Dynamic),
            Kernel("kql_series_periods_detect"),
        )],
    )
    .parts(&[("periods", Dynamic), ("scores", Dynamic)])
    .doc("After how many elements a series repeats itself, with scores from 0 to 1.")
    .caveat(PERIODS.0, PERIODS.1)
    .example(
        "print (Periods, Scores) = series_periods_detect(repeat(1, 0), 0, 50, 2)",
        "[0.0,0.0]",
    ),
    f(
        "series_periods_validate",
        &[sig(
            &[SERIES, number("period"), rest(number("period"))],
            Is(Dynamic),
            Kernel("kql_series_periods_validate"),
        )],
    )
    .parts(&[("periods", Dynamic), ("scores", Dynamic)])
    .doc("Whether a series repeats itself after so many elements, as scores from 0 to 1.")
    .caveat(PERIODS.0, PERIODS.1)
    .example("print (Periods, Scores) = series_periods_validate(dynamic([1, 2, 1, 2]), 2.0)", "[2.0]"),
    f(
        "series_seasonal",
        &[sig(&[SERIES, opt(named("period", LONG))], Is(Dynamic), Kernel("kql_series_seasonal"))],
    )
    .doc("What of a series repeats itself: the median of the elements at one place of a period.")
    .caveat(PERIODS.0, PERIODS.1)
    .example("print series_seasonal(dynamic([1, 3, 5, 2, 4, 6]), 3)", "[1.5,3.5,5.5,1.5,3.5,5.5]"),
    f(
        "series_decompose",
        &[sig(
            &[SERIES, SEASON, TREND, opt(POINTS), SCORE],
            Is(Dynamic),
            Kernel("kql_series_decompose"),
        )],
    )
    .parts(&[("baseline", Dynamic), ("seasonal", Dynamic), ("trend", Dynamic), ("residual", Dynamic)])
    .doc("A series as season, trend and what is left.")
    .caveat(ANOMALIES.0, ANOMALIES.1)
    .example("print (Baseline, Seasonal) = series_decompose(dynamic([1, 3]), 0)", "[2.0,2.0]"),
    f(
        "series_decompose_forecast",
        &[sig(
            &[SERIES, POINTS, SEASON, TREND, SCORE],
            Is(Dynamic),
            Kernel("kql_series_decompose_forecast"),
        )],
    )
    .parts(&[("baseline", Dynamic), ("seasonal", Dynamic), ("trend", Dynamic), ("residual", Dynamic)])
    .doc("What the last points of a series would be by its season and trend.")
    .trap("The trend is a line unless another is asked for (recorded; the reference says the average).")
    .caveat(ANOMALIES.0, ANOMALIES.1)
    .example(
        "print (Baseline, Seasonal) = series_decompose_forecast(dynamic([1, 2, 3, 0]), 1, 0)",
        "[1.0,2.0,3.0,4.0]",
    ),
    f(
        "series_decompose_anomalies",
        &[sig(
            &[SERIES, opt(named("threshold", REAL)), SEASON, TREND, opt(POINTS), METHOD, SCORE],
            Is(Dynamic),
            Kernel("kql_series_decompose_anomalies"),
        )],
    )
    .parts(&[("ad_flag", Dynamic), ("ad_score", Dynamic), ("baseline", Dynamic)])
    .doc("Which elements of a series lie far from its season and trend: 1 above, -1 below, else 0.")
    .caveat(ANOMALIES.0, ANOMALIES.1)
    .example("print (Flag, Score) = series_decompose_anomalies(dynamic([1, 2, 3, 2, 90]), 1.5, 0)", "[0,0,0,0,1]"),
];
