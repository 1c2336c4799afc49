//! Lines through a series, whose elements stand at 1, 2, 3 and so on.

use super::values::{Bag, Parts, numbers};
use crate::kernels::Phys::Text;
use crate::kernels::{Cell, Kernel, fail, strict};

pub const KERNELS: &[Kernel] = &[
    strict("kql_series_fit_line", &[Text], Text, |args, out| match numbers(args[0]) {
        Ok(values) => line_apart(&values, out),
        Err(fault) => fault.cell(out),
    }),
    strict("kql_series_fit_line_dynamic", &[Text], Text, |args, out| match numbers(args[0]) {
        Ok(values) => line_as_bag(&values, out),
        Err(fault) => fault.cell(out),
    }),
    strict("kql_series_fit_2lines", &[Text], Text, |args, out| two_lines(args, out, two_apart)),
    strict("kql_series_fit_2lines_dynamic", &[Text], Text, |args, out| two_lines(args, out, two_as_bag)),
];

/// The line nearest to a series by least squares.
#[derive(Clone, Copy, Debug)]
pub struct Line {
    pub slope: f64,
    /// Its value at 0, one place before the first element.
    pub interception: f64,
}

impl Line {
    pub fn through(values: &[f64]) -> Line {
        let count = values.len() as f64;
        let middle = (count + 1.0) / 2.0;
        let mean = values.iter().sum::<f64>() / count;
        let (mut together, mut alone) = (0.0, 0.0);
        for (at, value) in values.iter().enumerate() {
            let from_middle = (at + 1) as f64 - middle;
            together += from_middle * (value - mean);
            alone += from_middle * from_middle;
        }
        // One point has a line of any slope.
        let slope = if values.len() == 1 { 0.0 } else { together / alone };
        Line { slope, interception: mean - slope * middle }
    }

    /// At an element's index, counted from 0.
    pub fn at(self, index: usize) -> f64 {
        self.slope * (index + 1) as f64 + self.interception
    }
}

/// How a fitted series lies to the series.
pub struct Quality {
    pub rsquare: f64,
    pub variance: f64,
    /// Of what is left.
    pub rvariance: f64,
}

impl Quality {
    pub fn of(values: &[f64], fitted: &[f64]) -> Quality {
        let mean = values.iter().sum::<f64>() / values.len() as f64;
        let all: f64 = values.iter().map(|value| (value - mean).powi(2)).sum();
        let left: f64 = values.iter().zip(fitted).map(|(value, fitted)| (value - fitted).powi(2)).sum();
        let freedom = values.len() as f64 - 1.0;
        Quality { rsquare: 1.0 - left / all, variance: all / freedom, rvariance: left / freedom }
    }
}

/// A line with what it gives for the elements it was made of.
struct Fitted {
    line: Line,
    quality: Quality,
    values: Vec<f64>,
}

impl Fitted {
    fn of(values: &[f64]) -> Fitted {
        let line = Line::through(values);
        let fitted: Vec<f64> = (0..values.len()).map(|at| line.at(at)).collect();
        Fitted { line, quality: Quality::of(values, &fitted), values: fitted }
    }
}

fn line_apart<'a>(values: &[f64], out: &'a mut String) -> Cell<'a> {
    let Fitted { line, quality, values } = Fitted::of(values);
    Parts::new(out)
        .real(quality.rsquare)
        .real(line.slope)
        .real(quality.variance)
        .real(quality.rvariance)
        .real(line.interception)
        .reals(&values)
        .cell()
}

/// The keys in the order that is recorded.
fn line_as_bag<'a>(values: &[f64], out: &'a mut String) -> Cell<'a> {
    let Fitted { line, quality, values } = Fitted::of(values);
    Bag::new(out)
        .real("slope", line.slope)
        .real("interception", line.interception)
        .real("rsquare", quality.rsquare)
        .real("variance", quality.variance)
        .real("rvariance", quality.rvariance)
        .reals("line_fit", &values)
        .cell()
}

/// Points that a line needs.
const LINE_MIN: usize = 2;

struct TwoLines {
    /// Where the right line starts, counted from 0.
    split: usize,
    left: Fitted,
    right: Fitted,
    quality: Quality,
    values: Vec<f64>,
}

fn two_lines<'a>(
    args: &[Cell<'a>],
    out: &'a mut String,
    shown: for<'o> fn(&TwoLines, &'o mut String) -> Cell<'o>,
) -> Cell<'a> {
    let values = match numbers(args[0]) {
        Ok(values) => values,
        Err(fault) => return fault.cell(out),
    };
    if values.len() < 2 * LINE_MIN {
        let message = "series_fit_2lines() of fewer than four values is not supported; use series_fit_line()";
        return fail(out, message);
    }
    let split = best_split(&values);
    let (left, right) = (Fitted::of(&values[..split]), Fitted::of(&values[split..]));
    let fitted = [left.values.as_slice(), &right.values].concat();
    let quality = Quality::of(&values, &fitted);
    shown(&TwoLines { split, left, right, quality, values: fitted }, out)
}

/// Where two lines leave least of the squares, from running sums.
fn best_split(values: &[f64]) -> usize {
    let mean = values.iter().sum::<f64>() / values.len() as f64;
    // Sums of y, y * y and x * y of all before a place; x as it is in the series.
    let mut sums = vec![(0.0, 0.0, 0.0)];
    let mut last = (0.0, 0.0, 0.0);
    for (at, value) in values.iter().enumerate() {
        let value = value - mean;
        last = (last.0 + value, last.1 + value * value, last.2 + at as f64 * value);
        sums.push(last);
    }
    let left_over = |from: usize, to: usize| {
        let (start, end) = (sums[from], sums[to]);
        let count = (to - from) as f64;
        let middle = (from + to - 1) as f64 / 2.0;
        let (sum, squares) = (end.0 - start.0, end.1 - start.1);
        let together = end.2 - start.2 - middle * sum;
        let alone = count * (count * count - 1.0) / 12.0;
        squares - sum * sum / count - together * together / alone
    };
    let both = |split: usize| left_over(0, split) + left_over(split, values.len());
    let places = LINE_MIN..=values.len() - LINE_MIN;
    places.min_by(|one, other| both(*one).total_cmp(&both(*other))).unwrap_or(LINE_MIN)
}

fn two_apart<'a>(lines: &TwoLines, out: &'a mut String) -> Cell<'a> {
    let parts = Parts::new(out)
        .real(lines.quality.rsquare)
        .long(lines.split)
        .real(lines.quality.variance)
        .real(lines.quality.rvariance)
        .reals(&lines.values);
    let side = |parts: Parts<'a>, side: &Fitted| {
        parts
            .real(side.quality.rsquare)
            .real(side.line.slope)
            .real(side.line.interception)
            .real(side.quality.variance)
            .real(side.quality.rvariance)
    };
    side(side(parts, &lines.right), &lines.left).cell()
}

fn two_as_bag<'a>(lines: &TwoLines, out: &'a mut String) -> Cell<'a> {
    let side = |side: &Fitted, bag: Bag<'_>| {
        bag.real("rsquare", side.quality.rsquare)
            .real("slope", side.line.slope)
            .real("interception", side.line.interception)
            .real("variance", side.quality.variance)
            .real("rvariance", side.quality.rvariance)
            .cell();
    };
    Bag::new(out)
        .real("rsquare", lines.quality.rsquare)
        .long("split_idx", lines.split)
        .real("variance", lines.quality.variance)
        .real("rvariance", lines.quality.rvariance)
        .reals("line_fit", &lines.values)
        .bag("right", |bag| side(&lines.right, bag))
        .bag("left", |bag| side(&lines.left, bag))
        .cell()
}

#[cfg(test)]
mod tests {
    use super::best_split;
    use crate::kernels::testing::texts;
    use proptest::prelude::*;

    #[test]
    fn a_line_and_its_quality() {
        assert_eq!(
            texts("kql_series_fit_line", &["[3,5,7,9]"]),
            "[1.0,2.0,6.666666666666667,0.0,1.0,[3.0,5.0,7.0,9.0]]"
        );
        assert_eq!(
            texts("kql_series_fit_line_dynamic", &["[1,1,4]"]),
            "{\"slope\":1.5,\"interception\":-1.0,\"rsquare\":0.75,\"variance\":3.0,\"rvariance\":0.75,\"line_fit\":[0.5,2.0,3.5]}"
        );
        assert_eq!(texts("kql_series_fit_line", &["null"]), "NULL");
    }

    #[test]
    fn two_lines_meet_where_the_trend_changes() {
        let parts = texts("kql_series_fit_2lines", &["[1,2,3,4,14,13,12,11]"]);
        assert!(parts.starts_with("[1.0,4,"), "{parts}");
        assert!(parts.contains(",[1.0,2.0,3.0,4.0,14.0,13.0,12.0,11.0],1.0,-1.0,15.0,"), "{parts}");
        let bag = texts("kql_series_fit_2lines_dynamic", &["[1,2,3,4,14,13,12,11]"]);
        assert!(bag.contains("\"left\":{\"rsquare\":1.0,\"slope\":1.0,\"interception\":0.0,"), "{bag}");
        assert!(crate::kernels::json::check(&bag) && bag.ends_with("}}"), "{bag}");
        assert!(texts("kql_series_fit_2lines", &["[1,2,3]"]).starts_with("error:"));
    }

    proptest! {
        #[test]
        fn no_other_place_is_better(values in prop::collection::vec(-100.0..100.0f64, 4..40)) {
            let left_over = |values: &[f64]| {
                let line = super::Line::through(values);
                values.iter().enumerate().map(|(at, value)| (value - line.at(at)).powi(2)).sum::<f64>()
            };
            let both = |split: usize| left_over(&values[..split]) + left_over(&values[split..]);
            let found = both(best_split(&values));
            for split in 2..=values.len() - 2 {
                prop_assert!(found <= both(split) + 1e-6);
            }
        }
    }
}
