//! Polynomials through a series, by least squares.

use super::fit::Quality;
use super::values::{Fault, Parts, numbers};
use crate::kernels::Phys::{Long, Text};
use crate::kernels::{Cell, Kernel, fail, lenient};

/// y, perhaps x, perhaps the degree.
pub const KERNELS: &[Kernel] = &[lenient("kql_series_fit_poly", &[Text, Text, Long], Text, fitted)];

/// The greatest degree: above it even normalized series lose all digits.
const DEGREE_MAX: usize = 30;

fn fitted<'a>(args: &[Cell<'a>], out: &'a mut String) -> Cell<'a> {
    let (y, x) = match series(args) {
        Ok(series) => series,
        Err(fault) => return fault.cell(out),
    };
    let degree = args[2].long().map_or(Some(1), |degree| usize::try_from(degree).ok());
    let Some(degree) = degree.filter(|degree| *degree <= DEGREE_MAX) else {
        return fail(out, format_args!("the degree of series_fit_poly() is none of 0 to {DEGREE_MAX}"));
    };
    if x.len() != y.len() || y.len() <= degree {
        return fail(
            out,
            "series_fit_poly() is not supported here: both series need the same number of values, and more \
             than the degree",
        );
    }
    let coefficients = least_squares(&x, &y, degree + 1);
    let fitted: Vec<f64> = x.iter().map(|x| value_at(&coefficients, *x)).collect();
    let quality = Quality::of(&y, &fitted);
    Parts::new(out)
        .real(quality.rsquare)
        .reals(&coefficients)
        .real(quality.variance)
        .real(quality.rvariance)
        .reals(&fitted)
        .cell()
}

/// Without x the elements stand at 1, 2, 3 and so on.
fn series(args: &[Cell<'_>]) -> Result<(Vec<f64>, Vec<f64>), Fault> {
    let y = numbers(args[0])?;
    let x = match args[1] {
        Cell::Null => (0..y.len()).map(|at| (at + 1) as f64).collect(),
        x => numbers(x)?,
    };
    Ok((y, x))
}

/// The highest power first.
fn value_at(coefficients: &[f64], x: f64) -> f64 {
    coefficients.iter().fold(0.0, |value, coefficient| value * x + coefficient)
}

/// Householder's reflections on the matrix of powers, which keeps more digits than normal equations do.
fn least_squares(x: &[f64], y: &[f64], columns: usize) -> Vec<f64> {
    // Column by column, the highest power first.
    let mut matrix: Vec<Vec<f64>> = (0..columns)
        .map(|column| x.iter().map(|x| x.powi((columns - 1 - column) as i32)).collect())
        .collect();
    let mut right = y.to_vec();
    let mut diagonal = vec![0.0; columns];
    for step in 0..columns {
        let norm = matrix[step][step..].iter().map(|value| value * value).sum::<f64>().sqrt();
        let head = matrix[step][step];
        let alpha = if head > 0.0 { -norm } else { norm };
        diagonal[step] = alpha;
        matrix[step][step] = head - alpha;
        let (done, rest) = matrix.split_at_mut(step + 1);
        let mirror = &done[step][step..];
        let scale = mirror.iter().map(|value| value * value).sum::<f64>() / 2.0;
        if scale == 0.0 {
            continue;
        }
        for column in rest.iter_mut().chain(std::iter::once(&mut right)) {
            let tail = &mut column[step..];
            let part = mirror.iter().zip(&*tail).map(|(a, b)| a * b).sum::<f64>() / scale;
            tail.iter_mut().zip(mirror).for_each(|(value, mirror)| *value -= part * mirror);
        }
    }
    let mut solution = vec![0.0; columns];
    for row in (0..columns).rev() {
        let known: f64 = (row + 1..columns).map(|column| matrix[column][row] * solution[column]).sum();
        solution[row] = (right[row] - known) / diagonal[row];
    }
    solution
}

#[cfg(test)]
mod tests {
    use super::least_squares;
    use crate::kernels::Cell::{Long, Null, Text};
    use crate::kernels::testing::call;
    use proptest::prelude::*;

    #[test]
    fn a_polynomial_is_found_again() {
        let run = |y, x, degree| call("kql_series_fit_poly", &[Text(y), x, degree]);
        let line = run("[3,5,7]", Null, Null);
        assert!(line.starts_with("[1.0,["), "{line}");
        assert!(run("[1]", Null, Null).starts_with("error: series_fit_poly() is not supported here"));
        assert!(run("[1,2]", Null, Long(-1)).starts_with("error: the degree"));
        assert_eq!(call("kql_series_fit_poly", &[Null, Null, Null]), "NULL");
    }

    proptest! {
        #[test]
        fn coefficients_come_back(wanted in prop::collection::vec(-9.0..9.0f64, 1..6)) {
            let x: Vec<f64> = (0..20).map(|at| f64::from(at) / 10.0 - 1.0).collect();
            let y: Vec<f64> = x.iter().map(|x| super::value_at(&wanted, *x)).collect();
            for (found, wanted) in least_squares(&x, &y, wanted.len()).iter().zip(&wanted) {
                prop_assert!((found - wanted).abs() < 1e-9);
            }
        }
    }
}
