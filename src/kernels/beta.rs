//! The beta distribution, and Welch's test, which comes down to it. The formulas are those of the pages
//! that Kusto's reference names. Knows numbers only.

use super::Phys::Real;
use super::{Cell, Kernel, fail, strict};

pub const KERNELS: &[Kernel] = &[
    strict("kql_beta_cdf", &[Real, Real, Real], Real, |args, out| {
        let [x, alpha, beta] = reals(args);
        if (0.0..=1.0).contains(&x) && (alpha <= 0.0 || beta <= 0.0) {
            if x > 0.0 && x < 1.0 && continued_to_one(alpha, beta) {
                return Cell::Real(1.0);
            }
            return fail(out, "beta_cdf() wants an alpha and a beta above zero");
        }
        Cell::Real(cdf([x, alpha, beta]))
    }),
    strict("kql_beta_pdf", &[Real, Real, Real], Real, |args, _| Cell::Real(pdf(reals(args)))),
    strict("kql_beta_inv", &[Real, Real, Real], Real, |args, out| {
        let [probability, alpha, beta] = reals(args);
        if alpha > PARAMETER_MAX || beta > PARAMETER_MAX {
            return fail(out, "beta_inv() takes an alpha and a beta of at most 10000");
        }
        // NaN and null stand the other way round on the page (beta-inv-function-00 shows these).
        match probability {
            _ if !(alpha > 0.0 && beta > 0.0) => Cell::Real(f64::NAN),
            _ if probability == 1.0 => Cell::Real(1.0),
            _ if probability > 0.0 && probability < 1.0 => Cell::Real(inverse(probability, alpha, beta)),
            _ => Cell::Null,
        }
    }),
    strict("kql_welch_test", &[Real, Real, Real, Real, Real, Real], Real, |args, out| {
        match welch(reals(args)) {
            Some(probability) => Cell::Real(probability),
            None => {
                fail(out, "welch_test() needs two values or more in both series, and variances above zero")
            }
        }
    }),
];

/// Above it, `beta_cdf()` is NaN.
const PARAMETER_MAX: f64 = 10_000.0;
/// Far more rounds than the fraction takes for any of the parameters: some hundred.
const ROUNDS_MAX: u32 = 100_000;

fn reals<const N: usize>(args: &[Cell<'_>]) -> [f64; N] {
    std::array::from_fn(|at| args.get(at).and_then(|arg| arg.real()).unwrap_or(f64::NAN))
}

fn cdf([x, alpha, beta]: [f64; 3]) -> f64 {
    let parameter = |value: f64| value > 0.0 && value <= PARAMETER_MAX;
    if !(0.0..=1.0).contains(&x) || !parameter(alpha) || !parameter(beta) {
        return f64::NAN;
    }
    regularized(x, alpha, beta)
}

fn pdf([x, alpha, beta]: [f64; 3]) -> f64 {
    if !(x > 0.0 && x < 1.0 && alpha > 0.0 && beta > 0.0) {
        return f64::NAN;
    }
    ((alpha - 1.0) * x.ln() + (beta - 1.0) * (-x).ln_1p() - ln_beta(alpha, beta)).exp()
}

fn ln_beta(alpha: f64, beta: f64) -> f64 {
    libm::lgamma(alpha) + libm::lgamma(beta) - libm::lgamma(alpha + beta)
}

/// The regularized incomplete beta function of an x from 0 to 1.
fn regularized(x: f64, alpha: f64, beta: f64) -> f64 {
    if x <= 0.0 || x >= 1.0 {
        return x;
    }
    let front = (alpha * x.ln() + beta * (-x).ln_1p() - ln_beta(alpha, beta)).exp();
    // The fraction converges fast on this side of the mean only.
    if x < (alpha + 1.0) / (alpha + beta + 2.0) {
        front * fraction(x, alpha, beta) / alpha
    } else {
        1.0 - front * fraction(1.0 - x, beta, alpha) / beta
    }
}

/// The continued fraction of the incomplete beta function (DLMF 8.17.22), from its front by Lentz's method.
fn fraction(x: f64, alpha: f64, beta: f64) -> f64 {
    let off_zero = |value: f64| if value.abs() < f64::MIN_POSITIVE { f64::MIN_POSITIVE } else { value };
    let mut numerator = 1.0;
    let mut denominator = 1.0 / off_zero(1.0 - (alpha + beta) * x / (alpha + 1.0));
    let mut value = denominator;
    for round in 1..ROUNDS_MAX {
        let m = f64::from(round);
        let even = m * (beta - m) * x / ((alpha + 2.0 * m - 1.0) * (alpha + 2.0 * m));
        let odd = -(alpha + m) * (alpha + beta + m) * x / ((alpha + 2.0 * m) * (alpha + 2.0 * m + 1.0));
        let mut step = 1.0;
        for term in [even, odd] {
            denominator = 1.0 / off_zero(1.0 + term * denominator);
            numerator = off_zero(1.0 + term / numerator);
            step = numerator * denominator;
            value *= step;
        }
        if (step - 1.0).abs() <= f64::EPSILON {
            break;
        }
    }
    value
}

/// Whether the function, continued beyond its domain, is 1 for every x between 0 and 1: I(x, a) = I(x, a + 1) +
/// x^a (1 - x)^b / (a B(a, b)) starts from I(x, 0) = 1, and the second term is 0 at a whole alpha below zero, where
/// 1 / gamma(alpha) is, as long as gamma(alpha + beta) is finite. The page says NaN for every alpha below zero;
/// the one recorded answer (beta-cdf-function-00, an alpha of -1) is this 1.
fn continued_to_one(alpha: f64, beta: f64) -> bool {
    (-PARAMETER_MAX..0.0).contains(&alpha) && alpha.fract() == 0.0 && beta > -alpha && beta <= PARAMETER_MAX
}

/// Halves the interval until two neighbouring numbers are left.
fn inverse(probability: f64, alpha: f64, beta: f64) -> f64 {
    let (mut low, mut high) = (0.0, 1.0);
    loop {
        let middle = f64::midpoint(low, high);
        if middle <= low || middle >= high {
            return high;
        }
        if regularized(middle, alpha, beta) < probability {
            low = middle;
        } else {
            high = middle;
        }
    }
}

/// How probable a difference of the means at least as great is, to either side.
fn welch([mean1, variance1, count1, mean2, variance2, count2]: [f64; 6]) -> Option<f64> {
    let (error1, error2) = (variance1 / count1, variance2 / count2);
    if !(count1 > 1.0 && count2 > 1.0 && error1 > 0.0 && error2 > 0.0) {
        return None;
    }
    let square = (mean1 - mean2).powi(2) / (error1 + error2);
    let freedom =
        (error1 + error2).powi(2) / (error1.powi(2) / (count1 - 1.0) + error2.powi(2) / (count2 - 1.0));
    Some(regularized(freedom / (freedom + square), freedom / 2.0, 0.5))
}

#[cfg(test)]
mod tests {
    use super::{Cell, inverse, pdf, regularized};
    use crate::kernels::testing::call;

    fn near(value: f64, expected: f64) {
        assert!((value / expected - 1.0).abs() < 1e-11, "{value} {expected}");
    }

    fn called(name: &str, args: &[f64]) -> String {
        call(name, &args.iter().map(|arg| Cell::Real(*arg)).collect::<Vec<_>>())
    }

    /// Closed forms: whole parameters give polynomials.
    #[test]
    fn distribution() {
        near(regularized(0.3, 2.0, 1.0), 0.09);
        near(regularized(0.3, 1.0, 3.0), 1.0 - 0.343);
        near(regularized(0.25, 2.0, 2.0), 3.0 * 0.0625 - 2.0 * 0.015_625);
        near(regularized(0.5, 9000.0, 9000.0), 0.5);
        near(pdf([0.25, 2.0, 2.0]), 1.125);
        near(inverse(0.09, 2.0, 1.0), 0.3);
        near(regularized(inverse(0.1, 10.0, 20.0), 10.0, 20.0), 0.1);
    }

    #[test]
    fn outside_of_the_domain() {
        assert_eq!(called("kql_beta_cdf", &[0.0, 2.0, 2.0]), "0.0");
        assert_eq!(called("kql_beta_cdf", &[1.5, 2.0, 2.0]), "NaN");
        assert_eq!(called("kql_beta_cdf", &[0.5, 10001.0, 2.0]), "NaN");
        assert!(called("kql_beta_cdf", &[0.5, -2.0, 2.0]).starts_with("error: "));
        assert!(called("kql_beta_cdf", &[0.5, 0.0, 2.0]).starts_with("error: "));
        assert!(called("kql_beta_cdf", &[0.5, -1.5, 2.0]).starts_with("error: "));
        assert_eq!(called("kql_beta_pdf", &[0.0, 2.0, 2.0]), "NaN");
        assert_eq!(called("kql_beta_inv", &[1.5, 2.0, 2.0]), "NULL");
        assert_eq!(called("kql_beta_inv", &[0.5, -1.0, 2.0]), "NaN");
        assert_eq!(called("kql_beta_inv", &[1.0, 2.0, 2.0]), "1.0");
    }

    /// What the recurrence of the function gives beside a whole alpha below zero, from values of its own domain.
    #[test]
    fn continued_beyond_its_domain() {
        for (x, alpha, beta) in [(0.5_f64, -1.0, 2.0_f64), (0.1, -1.0, 20.0), (0.3, -3.0, 4.5)] {
            let mut beside: f64 = alpha + 1e-9;
            let mut value = 0.0;
            while beside <= 0.0 {
                let beta_function = libm::tgamma(beside) * libm::tgamma(beta) / libm::tgamma(beside + beta);
                value += x.powf(beside) * (1.0 - x).powf(beta) / (beside * beta_function);
                beside += 1.0;
            }
            value += regularized(x, beside, beta);
            assert!((value - 1.0).abs() < 1e-5, "{value}");
            assert_eq!(called("kql_beta_cdf", &[x, alpha, beta]), "1.0");
        }
    }

    /// Two degrees of freedom: p = 1 - t / sqrt(2 + t * t).
    #[test]
    fn welch() {
        let p: f64 = called("kql_welch_test", &[3.0, 1.0, 2.0, 1.0, 1.0, 2.0]).parse().unwrap();
        near(p, 1.0 - 2.0 / 6f64.sqrt());
        assert!(called("kql_welch_test", &[3.0, 0.0, 2.0, 1.0, 1.0, 2.0]).starts_with("error: "));
    }
}
