//! How far values lie outside of the usual, by Tukey's fences.

use super::values::{Element, Fault, element, elements, push_reals};
use crate::kernels::Phys::{Real, Text};
use crate::kernels::{Cell, Kernel, fail, lenient};

/// Series, kind, value to pass over, lower and upper percentile.
pub const KERNELS: &[Kernel] =
    &[lenient("kql_series_outliers", &[Text, Text, Text, Real, Real], Text, outliers)];

/// Between which percentiles values are usual, and what scores are multiplied by.
pub struct Fences {
    low: f64,
    high: f64,
    factor: f64,
}

/// The standard test.
const TUKEY: Fences = Fences { low: 0.25, high: 0.75, factor: 1.0 };

/// The factor makes a score of 1.5 what it is in the standard test, by Kusto's approximation of a normal
/// distribution; this one is out of recorded scores.
const CUSTOM: Fences = Fences { low: 0.10, high: 0.90, factor: 2.772_605_605_507_916 };

/// By the name of a method; without one the custom fences.
pub fn fences(kind: Option<&str>) -> Option<Fences> {
    match kind {
        None => Some(CUSTOM),
        Some(kind) if kind.eq_ignore_ascii_case("ctukey") => Some(CUSTOM),
        Some(kind) if kind.eq_ignore_ascii_case("tukey") => Some(TUKEY),
        Some(_) => None,
    }
}

impl Fences {
    /// With percentiles from 0 to 100 of a call's own: the ones whose factor is known.
    fn at(self, low: Option<f64>, high: Option<f64>) -> Option<Fences> {
        match (low.unwrap_or(10.0), high.unwrap_or(90.0)) {
            // The standard test has no others.
            _ if self.factor == TUKEY.factor => Some(self),
            (10.0, 90.0) => Some(CUSTOM),
            (25.0, 75.0) => Some(TUKEY),
            _ => None,
        }
    }

    /// The scores of the values; of none for `None`, and 0.0 of what is usual.
    pub fn scores(&self, values: &[Option<f64>]) -> Vec<f64> {
        let mut sorted: Vec<f64> = values.iter().flatten().copied().collect();
        sorted.sort_by(f64::total_cmp);
        let (low, high) = (percentile(&sorted, self.low), percentile(&sorted, self.high));
        let score = |value: f64| match value {
            value if value > high => (value - high) / (high - low) * self.factor,
            value if value < low => (value - low) / (high - low) * self.factor,
            _ => 0.0,
        };
        values.iter().map(|value| value.map_or(0.0, score)).collect()
    }
}

/// Between two values by the line through them; NaN of none.
fn percentile(sorted: &[f64], part: f64) -> f64 {
    let Some(last) = sorted.len().checked_sub(1) else { return f64::NAN };
    let place = last as f64 * part;
    let (below, above) = (sorted[place.floor() as usize], sorted[place.ceil() as usize]);
    below + (above - below) * place.fract()
}

fn outliers<'a>(args: &[Cell<'a>], out: &'a mut String) -> Cell<'a> {
    let values = match read(args[0], args[2]) {
        Ok(values) => values,
        Err(fault) => return fault.cell(out),
    };
    let Some(fences) = fences(args[1].text()) else {
        return fail(out, "the kind of series_outliers() is none of tukey, ctukey");
    };
    let Some(fences) = fences.at(args[3].real(), args[4].real()) else {
        return fail(
            out,
            "series_outliers() with these percentiles is not supported: how Kusto scales its scores is known \
             for 10 and 90 and for 25 and 75 only",
        );
    };
    push_reals(&fences.scores(&values), out);
    Cell::Text(out)
}

/// Nulls and the value to pass over are none.
fn read(series: Cell<'_>, ignored: Cell<'_>) -> Result<Vec<Option<f64>>, Fault> {
    let ignored = ignored.text().and_then(|json| element(json).ok()).and_then(Element::real);
    let usable = |element: Element| element.real().filter(|value| Some(*value) != ignored);
    Ok(elements(series)?.into_iter().map(usable).collect())
}

#[cfg(test)]
mod tests {
    use crate::kernels::Cell::{Null, Real, Text};
    use crate::kernels::testing::call;

    #[test]
    fn only_what_lies_outside_has_a_score() {
        let run =
            |series, kind, ignored| call("kql_series_outliers", &[Text(series), kind, ignored, Null, Null]);
        assert_eq!(run("[1,2,3,4,5,null,13]", Text("Tukey"), Null), "[-0.5,-0.1,0.0,0.0,0.1,0.0,3.3]");
        assert_eq!(run("[1,2,3,4,5,99]", Text("tukey"), Text("99")), "[-0.5,0.0,0.0,0.0,0.5,0.0]");
        assert_eq!(run("[0,10]", Null, Null), "[-0.3465757006884895,0.3465757006884895]");
        assert_eq!(run("[0,0,0,0,0,0,0,0,0,0,0,0,7]", Null, Null).matches("Infinity").count(), 1);
        assert_eq!(run("[]", Null, Null), "[]");
        assert!(run("[1]", Text("other"), Null).starts_with("error: the kind"));
    }

    #[test]
    fn percentiles_without_a_known_factor_are_refused() {
        let run = |low, high| {
            call("kql_series_outliers", &[Text("[1,2,3,4,9]"), Text("ctukey"), Null, Real(low), Real(high)])
        };
        assert!(run(5.0, 95.0).starts_with("error: series_outliers() with these percentiles"));
        assert_eq!(run(25.0, 75.0), "[-0.5,0.0,0.0,0.0,2.5]");
    }
}
