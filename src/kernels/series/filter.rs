//! Filters over a series: what came before it counts as 0.

use super::values::{Element, Fault, complete, elements, numbers, push_elements, push_reals};
use crate::kernels::Phys::{Bool, Text};
use crate::kernels::{Cell, Kernel, fail, lenient, strict};

pub const KERNELS: &[Kernel] = &[
    lenient("kql_series_fir", &[Text, Text, Bool, Bool], Text, finite),
    strict("kql_series_iir", &[Text, Text, Text], Text, infinite),
];

/// Multiplications that one call may take.
const WORK_MAX: usize = 1 << 31;

const TOO_LONG: &str = "the filter of series_fir() or series_iir() is too long for so long a series";

fn too_long(series: &[f64], filter: &[f64]) -> bool {
    series.len().saturating_mul(filter.len()) > WORK_MAX
}

fn finite<'a>(args: &[Cell<'a>], out: &'a mut String) -> Cell<'a> {
    let read = || -> Result<_, Fault> {
        let (series, filter) = (elements(args[0])?, elements(args[1])?);
        let (reals, factors) = (complete(&series)?, complete(&filter)?);
        Ok((longs(&series).zip(longs(&filter)), reals, factors))
    };
    let (longs, series, filter) = match read() {
        Ok(all) => all,
        Err(fault) => return fault.cell(out),
    };
    if too_long(&series, &filter) {
        return fail(out, TOO_LONG);
    }
    let negative = filter.iter().any(|value| *value < 0.0);
    let normalized = args[2].bool().unwrap_or(!negative);
    if normalized && negative {
        return Cell::Null;
    }
    let centered = args[3].bool() == Some(true);
    if centered && filter.len() % 2 == 0 {
        return fail(
            out,
            "a centered series_fir() with an even number of coefficients is not supported; use an odd one",
        );
    }
    let window = Window { length: series.len(), shift: if centered { filter.len() / 2 } else { 0 } };
    if let (Some((series, filter)), false) = (longs, normalized) {
        // Longs stay longs where nothing is divided (recorded).
        let product = |(back, at): (usize, usize)| filter[back].wrapping_mul(series[at]);
        let sum = |at| window.terms(at, filter.len()).map(product).fold(0, i64::wrapping_add);
        push_elements((0..series.len()).map(|at| Element::Whole(sum(at))), out);
        return Cell::Text(out);
    }
    let divisor = if normalized { filter.iter().sum() } else { 1.0 };
    let product = |(back, at): (usize, usize)| filter[back] * series[at];
    let sum = |at| window.terms(at, filter.len()).map(product).sum::<f64>() / divisor;
    push_elements((0..series.len()).map(|at| Element::Real(sum(at))), out);
    Cell::Text(out)
}

/// A series of longs alone.
fn longs(elements: &[Element]) -> Option<Vec<i64>> {
    let long = |element: &Element| match element {
        Element::Whole(value) => Some(*value),
        Element::Missing | Element::Real(_) => None,
    };
    elements.iter().map(long).collect()
}

/// Which elements of a series a filter sees.
struct Window {
    length: usize,
    /// How far it looks ahead.
    shift: usize,
}

impl Window {
    /// The coefficients that count at a place, each with the element that it is for.
    fn terms(&self, at: usize, coefficients: usize) -> impl Iterator<Item = (usize, usize)> {
        let front = at + self.shift;
        let first = (front + 1).saturating_sub(self.length);
        (first..coefficients.min(front + 1)).map(move |back| (back, front - back))
    }
}

/// The reference's formula.
fn infinite<'a>(args: &[Cell<'a>], out: &'a mut String) -> Cell<'a> {
    let read = numbers(args[0]).and_then(|x| Ok((x, numbers(args[1])?, numbers(args[2])?)));
    let (series, numerators, denominators) = match read {
        Ok(all) => all,
        Err(fault) => return fault.cell(out),
    };
    let Some(first) = denominators.first().copied().filter(|first| *first != 0.0) else {
        return fail(out, "the first denominator of series_iir() is 0 or missing");
    };
    if too_long(&series, &numerators) || too_long(&series, &denominators) {
        return fail(out, TOO_LONG);
    }
    let mut values: Vec<f64> = Vec::with_capacity(series.len());
    for at in 0..series.len() {
        let back = |factors: &[f64], of: &[f64], from: usize| -> f64 {
            (from..factors.len().min(at + 1)).map(|back| factors[back] * of[at - back]).sum()
        };
        let value = (back(&numerators, &series, 0) - back(&denominators, &values, 1)) / first;
        values.push(value);
    }
    push_reals(&values, out);
    Cell::Text(out)
}

#[cfg(test)]
mod tests {
    use crate::kernels::Cell::{Bool, Null, Text};
    use crate::kernels::testing::{call, texts};

    #[test]
    fn a_finite_filter_looks_back_or_around() {
        let fir = |series, filter, normalized, centered| {
            call("kql_series_fir", &[Text(series), Text(filter), normalized, centered])
        };
        assert_eq!(fir("[5,15,10]", "[1,-1]", Null, Null), "[5,10,-5]");
        assert_eq!(fir("[3,6,9]", "[1,1,1]", Null, Null), "[1.0,3.0,6.0]");
        assert_eq!(fir("[3,6,9]", "[1,1,1]", Bool(true), Bool(true)), "[3.0,6.0,5.0]");
        assert_eq!(fir("[3,6,9]", "[1,2,3]", Bool(false), Bool(true)), "[12,30,36]");
        assert_eq!(fir("[9007199254740993]", "[1]", Bool(false), Null), "[9007199254740993]");
        assert_eq!(fir("[3.5]", "[2,1]", Bool(false), Null), "[7.0]");
        assert_eq!(fir("[3]", "[1,-1]", Bool(true), Null), "NULL");
        assert!(fir("[3]", "[1,1]", Null, Bool(true)).starts_with("error: a centered"));
    }

    #[test]
    fn an_infinite_filter_sums_up() {
        assert_eq!(texts("kql_series_iir", &["[1,2,3]", "[1]", "[1,-1]"]), "[1.0,3.0,6.0]");
        assert_eq!(texts("kql_series_iir", &["[4,0,0]", "[1,1]", "[2]"]), "[2.0,2.0,0.0]");
        assert!(texts("kql_series_iir", &["[1]", "[1]", "[0]"]).starts_with("error: the first denominator"));
    }
}
