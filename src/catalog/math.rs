//! Numbers: roots, powers, logarithms, angles, bits, tests. Most are kernels, since DuckDB's functions
//! raise errors outside their domain where Kusto gives NaN or null. Knows `kernels::math` by name.

use super::func::Lower::{Build, Kernel, Sql};
use super::func::Ret::{Common, Is};
use super::func::{
    Arg, DECIMAL, Fixed, Func, LONG, Label, Mixed, PLAIN, Param, REAL, SCALAR, Sig, TIMESPAN, f, fixed,
    named, rest, sig,
};
use crate::types::Type::{Bool, Datetime, Decimal, Guid, Int, Long, Real, String, Timespan};

/// Any number, as a real.
const NUMBER: Param = Param { types: &[Decimal, Int, Long, Real], ..REAL };
const DIGITS: Param = fixed(Fixed::Constant, named("digits", LONG));
const UNIT: Param = named("unit", PLAIN);
const SECOND_LONG: Param = named("other", LONG);
/// Anything but a dynamic.
const ORDERED: Param =
    Param { types: &[Bool, Datetime, Decimal, Guid, Int, Long, Real, String, Timespan], ..SCALAR };
const ABS: &[Sig] = &[
    sig(&[LONG], Is(Long), Kernel("kql_abs")),
    sig(&[REAL], Is(Real), Sql("abs({0})")),
    sig(&[TIMESPAN], Is(Timespan), Kernel("kql_abs")),
    sig(&[DECIMAL], Is(Decimal), Kernel("kql_decimal_abs")),
];
const ROUND: &[Sig] = &[
    sig(&[REAL], Is(Real), Sql("kql_round({0}, 0)")),
    sig(&[REAL, DIGITS], Is(Real), Kernel("kql_round")),
    sig(&[DECIMAL], Is(Decimal), Sql("kql_decimal_round({0}, 0)")),
    sig(&[DECIMAL, DIGITS], Is(Decimal), Kernel("kql_decimal_round")),
];
const RAND: &[Sig] =
    &[sig(&[], Is(Real), Sql("random()")), sig(&[LONG], Is(Real), Sql("floor(random() * {0})"))];
const FORMAT_BYTES: &[Sig] = &[
    sig(&[REAL], Is(String), Sql("kql_format_bytes({0}, 0, '', 1024)")),
    sig(&[REAL, DIGITS], Is(String), Sql("kql_format_bytes({*}, '', 1024)")),
    sig(&[REAL, DIGITS, UNIT], Is(String), Sql("kql_format_bytes({*}, 1024)")),
    sig(&[REAL, DIGITS, UNIT, named("base", LONG)], Is(String), Kernel("kql_format_bytes")),
];
const ALPHA: Param = named("alpha", REAL);
const BETA: Param = named("beta", REAL);
const WELCH: &[Sig] = &[sig(
    &[
        named("mean1", REAL),
        named("variance1", REAL),
        named("count1", REAL),
        named("mean2", REAL),
        named("variance2", REAL),
        named("count2", REAL),
    ],
    Is(Real),
    Kernel("kql_welch_test"),
)];

const fn real_to_real(name: &'static str, sigs: &'static [Sig]) -> Func {
    f(name, sigs).label(Label::FirstArg)
}

pub static ROWS: &[Func] = &[
    f("abs", ABS)
        .label(Label::FirstArg)
        .doc("The value without its sign; of timespans too.")
        .example("print abs(-5)", "5"),
    f("round", ROUND)
        .label(Label::FirstArg)
        .doc("The nearest number with so many digits after the point, half away from zero.")
        .trap("A real, also of an integer; 1.005 is a little less than it looks and rounds down.")
        .example("print round(-2.5)", "-3.0"),
    f("ceiling", &[
        sig(&[REAL], Is(Real), Sql("ceil({0})")),
        sig(&[DECIMAL], Is(Decimal), Kernel("kql_decimal_ceiling")),
    ])
        .label(Label::FirstArg)
        .doc("The least whole number that is not below the value, as a real.")
        .example("print ceiling(0.9)", "1.0"),
    f("sign", &[sig(&[REAL], Is(Real), Kernel("kql_sign"))])
        .doc("1, 0 or -1, as a real; 0 of null.")
        .example("print sign(-2.5)", "-1.0"),
    real_to_real("sqrt", &[sig(&[NUMBER], Is(Real), Kernel("kql_sqrt"))])
        .doc("The square root; NaN below zero.")
        .example("print sqrt(6.25)", "2.5"),
    f("pow", &[sig(&[NUMBER, named("exponent", NUMBER)], Is(Real), Kernel("kql_pow"))])
        .label(Label::FirstArg)
        .doc("The first argument to the power of the second.")
        .example("print pow(2, 0.5)", "1.4142135623730951"),
    real_to_real("exp", &[sig(&[NUMBER], Is(Real), Kernel("kql_exp"))])
        .doc("The exponential function to the base e.")
        .example("print exp(0)", "1.0"),
    real_to_real("exp2", &[sig(&[NUMBER], Is(Real), Kernel("kql_exp2"))])
        .doc("Two to the power of the value.")
        .example("print exp2(3)", "8.0"),
    real_to_real("exp10", &[sig(&[NUMBER], Is(Real), Kernel("kql_exp10"))])
        .doc("Ten to the power of the value.")
        .example("print exp10(2)", "100.0"),
    real_to_real("log", &[sig(&[NUMBER], Is(Real), Kernel("kql_log"))])
        .doc("The natural logarithm.")
        .trap("Null below zero, where sqrt gives NaN; -inf of zero.")
        .example("print isnull(log(-1))", "true"),
    real_to_real("log2", &[sig(&[NUMBER], Is(Real), Kernel("kql_log2"))])
        .doc("The logarithm to the base 2.")
        .example("print log2(8)", "3.0"),
    real_to_real("log10", &[sig(&[NUMBER], Is(Real), Kernel("kql_log10"))])
        .doc("The logarithm to the base 10.")
        .example("print log10(1000)", "3.0"),
    real_to_real("sin", &[sig(&[NUMBER], Is(Real), Kernel("kql_sin"))])
        .doc("The sine of an angle in radians.")
        .example("print sin(0)", "0.0"),
    real_to_real("cos", &[sig(&[NUMBER], Is(Real), Kernel("kql_cos"))])
        .doc("The cosine of an angle in radians.")
        .example("print cos(0)", "1.0"),
    real_to_real("tan", &[sig(&[NUMBER], Is(Real), Kernel("kql_tan"))])
        .doc("The tangent of an angle in radians.")
        .example("print tan(0)", "0.0"),
    f("cot", &[sig(&[NUMBER], Is(Real), Kernel("kql_cot"))])
        .doc("The cotangent of an angle in radians.")
        .example("print isinf(cot(0))", "true"),
    real_to_real("asin", &[sig(&[NUMBER], Is(Real), Kernel("kql_asin"))])
        .doc("The angle in radians with this sine.")
        .trap("Null outside -1 to 1.")
        .example("print isnull(asin(2))", "true"),
    real_to_real("acos", &[sig(&[NUMBER], Is(Real), Kernel("kql_acos"))])
        .doc("The angle in radians with this cosine.")
        .trap("Null outside -1 to 1.")
        .example("print acos(1)", "0.0"),
    real_to_real("atan", &[sig(&[NUMBER], Is(Real), Kernel("kql_atan"))])
        .doc("The angle in radians with this tangent.")
        .example("print atan(1)", "0.7853981633974483"),
    real_to_real("atan2", &[sig(&[named("y", NUMBER), named("x", NUMBER)], Is(Real), Kernel("kql_atan2"))])
        .doc("The angle in radians between the x axis and the point (x, y); y comes first.")
        .example("print atan2(0, -1)", "3.141592653589793"),
    f("degrees", &[sig(&[NUMBER], Is(Real), Kernel("kql_degrees"))])
        .doc("An angle in degrees of one in radians.")
        .example("print degrees(pi())", "180.0"),
    f("radians", &[sig(&[NUMBER], Is(Real), Kernel("kql_radians"))])
        .doc("An angle in radians of one in degrees.")
        .example("print radians(180)", "3.141592653589793"),
    f("pi", &[sig(&[], Is(Real), Sql("pi()"))])
        .doc("The ratio of a circle's circumference to its diameter.")
        .example("print pi()", "3.141592653589793"),
    real_to_real("gamma", &[sig(&[NUMBER], Is(Real), Kernel("kql_gamma"))])
        .doc("The gamma function.")
        .example("print gamma(5)", "24.0"),
    real_to_real("loggamma", &[sig(&[NUMBER], Is(Real), Kernel("kql_loggamma"))])
        .doc("The logarithm of the absolute value of the gamma function.")
        .example("print loggamma(1)", "0.0"),
    real_to_real("erf", &[sig(&[NUMBER], Is(Real), Kernel("kql_erf"))])
        .doc("The error function.")
        .example("print erf(0)", "0.0"),
    real_to_real("erfc", &[sig(&[NUMBER], Is(Real), Kernel("kql_erfc"))])
        .doc("One less the error function.")
        .example("print erfc(0)", "1.0"),
    f("beta_cdf", &[sig(&[REAL, ALPHA, BETA], Is(Real), Kernel("kql_beta_cdf"))])
        .doc("The cumulative beta distribution of an alpha and a beta above zero; NaN outside of its domain.")
        .trap("Its page says NaN for an alpha below zero, a recorded answer 1, as the continued function has it at whole ones: so is ours there, with a beta above -alpha; others are refused.")
        .example("print round(beta_cdf(0.5, 2, 2), 6)", "0.5"),
    f("beta_inv", &[sig(&[REAL, ALPHA, BETA], Is(Real), Kernel("kql_beta_inv"))])
        .doc("The value at which the cumulative beta distribution has this probability.")
        .trap("Null for a probability that is none, NaN for an alpha or a beta that is not above zero.")
        .example("print round(beta_inv(0.5, 2, 2), 6)", "0.5"),
    f("beta_pdf", &[sig(&[REAL, ALPHA, BETA], Is(Real), Kernel("kql_beta_pdf"))])
        .doc("The density of the beta distribution; NaN outside of its domain.")
        .example("print round(beta_pdf(0.25, 2, 2), 6)", "1.125"),
    f("welch_test", WELCH)
        .doc("How probable it is that two series of the same mean differ as much as these: the p-value of Welch's test.")
        .example("print round(welch_test(3, 1, 2, 1, 1, 2), 6)", "0.183503"),
    f("rand", RAND)
        .volatile()
        .label(Label::FirstArg)
        .doc("A random real from 0 to below 1, or a random whole number from 0 to below n.")
        .trap("Each use of a let variable that holds rand() is a new number.")
        .example("print rand(1)", "0.0"),
    f("format_bytes", FORMAT_BYTES)
        .label(Label::FirstArg)
        .doc("A number of bytes as people read it, with digits after the point, a unit, and a base of 1024 or 1000.")
        .example("print format_bytes(20010332, 2)", "19.08 MB"),
    f("isnan", &[sig(&[REAL], Is(Bool), Sql("isnan({0})"))])
        .doc("Whether a real is NaN.")
        .example("print isnan(sqrt(-1))", "true"),
    f("isinf", &[sig(&[REAL], Is(Bool), Sql("isinf({0})"))])
        .doc("Whether a real is positive or negative infinity.")
        .example("print isinf(1.0 / 0.0)", "true"),
    f("isfinite", &[sig(&[REAL], Is(Bool), Sql("isfinite({0})"))])
        .doc("Whether a real is neither infinite nor NaN.")
        .example("print isfinite(0.5)", "true"),
    f("min_of", &[sig(&[ORDERED, rest(ORDERED)], Common(0, Mixed::Numbers), Build(min_of))])
        .most(64)
        .combines()
        .doc("The least of the arguments that are not null.")
        .trap("NaN when one of them is NaN.")
        .example("print min_of(10, 1, -3)", "-3"),
    f("max_of", &[sig(&[ORDERED, rest(ORDERED)], Common(0, Mixed::Numbers), Build(max_of))])
        .most(64)
        .combines()
        .doc("The greatest of the arguments that are not null.")
        .trap("NaN when one of them is NaN.")
        .example("print max_of(10, long(null), 17)", "17"),
    f("binary_and", &[sig(&[LONG, SECOND_LONG], Is(Long), Sql("({0} & {1})"))])
        .label(Label::FirstArg)
        .doc("The bits that both numbers have.")
        .example("print binary_and(6, 3)", "2"),
    f("binary_or", &[sig(&[LONG, SECOND_LONG], Is(Long), Sql("({0} | {1})"))])
        .label(Label::FirstArg)
        .doc("The bits that one of the numbers has.")
        .example("print binary_or(5, 3)", "7"),
    f("binary_xor", &[sig(&[LONG, SECOND_LONG], Is(Long), Sql("xor({0}, {1})"))])
        .label(Label::FirstArg)
        .doc("The bits that exactly one of the numbers has.")
        .example("print binary_xor(6, 3)", "5"),
    f("binary_not", &[sig(&[LONG], Is(Long), Sql("(~{0})"))])
        .label(Label::FirstArg)
        .doc("All bits turned over.")
        .example("print binary_not(0)", "-1"),
    f("binary_shift_left", &[sig(&[LONG, named("by", LONG)], Is(Long), Kernel("kql_shift_left"))])
        .label(Label::FirstArg)
        .doc("The bits moved up by the second argument modulo 64; null when that is negative.")
        .example("print binary_shift_left(1, 4)", "16"),
    f("binary_shift_right", &[sig(&[LONG, named("by", LONG)], Is(Long), Kernel("kql_shift_right"))])
        .label(Label::FirstArg)
        .doc("The bits moved down by the second argument modulo 64; null when that is negative.")
        .example("print binary_shift_right(16, 4)", "1"),
    f("bitset_count_ones", &[sig(&[LONG], Is(Long), Kernel("kql_count_ones"))])
        .label(Label::FirstArg)
        .doc("How many bits are set.")
        .example("print bitset_count_ones(7)", "3"),
];

fn joined(args: &[Arg<'_>]) -> std::string::String {
    args.iter().map(|arg| arg.sql).collect::<Vec<_>>().join(", ")
}

fn max_of(args: &[Arg<'_>]) -> std::string::String {
    if args.iter().any(|arg| arg.ty == Decimal) {
        return format!("kql_decimal_greatest({})", joined(args));
    }
    format!("greatest({})", joined(args))
}

/// DuckDB puts NaN above all other numbers, so its least passes over it.
fn min_of(args: &[Arg<'_>]) -> std::string::String {
    if args.iter().any(|arg| arg.ty == Decimal) {
        return format!("kql_decimal_least({})", joined(args));
    }
    let least = format!("least({})", joined(args));
    if args.iter().all(|arg| arg.ty != Real) {
        return least;
    }
    let tests: Vec<std::string::String> = args.iter().map(|arg| format!("isnan({})", arg.sql)).collect();
    format!("CASE WHEN {} THEN 'nan'::DOUBLE ELSE {least} END", tests.join(" OR "))
}
