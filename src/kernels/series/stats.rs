//! One number, or a few, for a whole series.

use super::elements::Operand;
use super::values::{Bag, Element, Fault, Parts, complete, elements, numbers};
use crate::kernels::Phys::{Bool, Real, Text};
use crate::kernels::{Cell, Kernel, lenient, strict};

pub const KERNELS: &[Kernel] = &[
    lenient("kql_series_stats", &[Text, Bool], Text, |args, out| summed_up(args, out, shown_apart)),
    lenient("kql_series_stats_dynamic", &[Text, Bool], Text, |args, out| summed_up(args, out, shown_as_bag)),
    strict("kql_series_sum", &[Text], Real, |args, out| match numbers(args[0]) {
        Ok(values) => Cell::Real(values.iter().sum()),
        Err(fault) => fault.cell(out),
    }),
    strict("kql_series_product", &[Text], Real, |args, out| match numbers(args[0]) {
        Ok(values) => Cell::Real(values.iter().product()),
        Err(fault) => fault.cell(out),
    }),
    strict("kql_series_magnitude", &[Text], Real, |args, out| match elements(args[0]) {
        Ok(values) => Cell::Real(magnitude(&values)),
        Err(fault) => fault.cell(out),
    }),
    strict("kql_series_dot_product", &[Text, Text], Real, dot_product),
    lenient("kql_series_cosine_similarity", &[Text, Text, Real, Real], Real, cosine_similarity),
    strict("kql_series_pearson_correlation", &[Text, Text], Real, pearson),
];

struct Stats {
    min: (usize, f64),
    max: (usize, f64),
    avg: f64,
    variance: f64,
    sum: f64,
    length: usize,
}

fn shown_apart<'a>(stats: &Stats, out: &'a mut String) -> Cell<'a> {
    Parts::new(out)
        .real(stats.min.1)
        .long(stats.min.0)
        .real(stats.max.1)
        .long(stats.max.0)
        .real(stats.avg)
        .real(stats.variance.sqrt())
        .real(stats.variance)
        .cell()
}

/// The keys in the order that is recorded.
fn shown_as_bag<'a>(stats: &Stats, out: &'a mut String) -> Cell<'a> {
    Bag::new(out)
        .real("min", stats.min.1)
        .long("min_idx", stats.min.0)
        .real("max", stats.max.1)
        .long("max_idx", stats.max.0)
        .real("avg", stats.avg)
        .real("stdev", stats.variance.sqrt())
        .real("variance", stats.variance)
        .real("sum", stats.sum)
        .long("len", stats.length)
        .cell()
}

/// Null where a value is not finite, unless those are to be passed over.
fn summed_up<'a>(
    args: &[Cell<'a>],
    out: &'a mut String,
    shown: for<'o> fn(&Stats, &'o mut String) -> Cell<'o>,
) -> Cell<'a> {
    let values = match elements(args[0]) {
        Ok(values) => values,
        Err(fault) => return fault.cell(out),
    };
    let passes_over = args[1].bool() == Some(true);
    let finite = values
        .iter()
        .enumerate()
        .filter_map(|(at, value)| Some((at, value.real().filter(|value| value.is_finite())?)));
    let finite: Vec<(usize, f64)> = finite.collect();
    if finite.len() < values.len() && !passes_over {
        return Cell::Null;
    }
    match stats(&finite, values.len()) {
        Some(stats) => shown(&stats, out),
        None => Cell::Null,
    }
}

fn stats(values: &[(usize, f64)], length: usize) -> Option<Stats> {
    let first = *values.first()?;
    let count = values.len() as f64;
    let sum: f64 = values.iter().map(|(_, value)| value).sum();
    let squares = squares(values);
    let least = |least: (usize, f64), next: &(usize, f64)| if next.1 < least.1 { *next } else { least };
    let most = |most: (usize, f64), next: &(usize, f64)| if next.1 > most.1 { *next } else { most };
    Some(Stats {
        min: values.iter().fold(first, least),
        max: values.iter().fold(first, most),
        avg: sum / count,
        // As of the aggregate variance(), one value has none.
        variance: if values.len() > 1 { squares / (count - 1.0) } else { 0.0 },
        sum,
        length,
    })
}

/// The squares of the distances to the mean, summed up by Welford's method: to the recorded digit.
fn squares(values: &[(usize, f64)]) -> f64 {
    let (mut mean, mut squares) = (0.0, 0.0);
    for (at, (_, value)) in values.iter().enumerate() {
        let distance = value - mean;
        mean += distance / (at + 1) as f64;
        squares += distance * (value - mean);
    }
    squares
}

fn magnitude(values: &[Element]) -> f64 {
    values.iter().filter_map(|value| value.real()).map(|value| value * value).sum::<f64>().sqrt()
}

/// Both series, and how long the shorter one is; none of an empty one.
fn cut(args: &[Cell<'_>]) -> Result<(Operand, Operand, usize), Fault> {
    let (left, right) = (Operand::of(args[0])?, Operand::of(args[1])?);
    let length = left.length().into_iter().chain(right.length()).min().filter(|length| *length > 0);
    Ok((left, right, length.ok_or(Fault::None)?))
}

fn product_of(left: &Operand, right: &Operand, length: usize) -> f64 {
    let both = |at| Some(left.at(at).real()? * right.at(at).real()?);
    (0..length).filter_map(both).sum()
}

fn dot_product<'a>(args: &[Cell<'a>], out: &'a mut String) -> Cell<'a> {
    match cut(args) {
        Ok((left, right, length)) => Cell::Real(product_of(&left, &right, length)),
        Err(fault) => fault.cell(out),
    }
}

/// Magnitudes that are not given are those of the series as they were cut.
fn cosine_similarity<'a>(args: &[Cell<'a>], out: &'a mut String) -> Cell<'a> {
    let (left, right, length) = match cut(args) {
        Ok(operands) => operands,
        Err(fault) => return fault.cell(out),
    };
    let of = |operand: &Operand| magnitude(&(0..length).map(|at| operand.at(at)).collect::<Vec<_>>());
    let first = args[2].real().unwrap_or_else(|| of(&left));
    let second = args[3].real().unwrap_or_else(|| of(&right));
    Cell::Real(product_of(&left, &right, length) / (first * second))
}

/// Null where an element has no number beside it.
fn pearson<'a>(args: &[Cell<'a>], out: &'a mut String) -> Cell<'a> {
    let read = elements(args[0]).and_then(|left| Ok((left, elements(args[1])?)));
    let (left, right) = match read {
        Ok(both) => both,
        Err(fault) => return fault.cell(out),
    };
    match (complete(&left), complete(&right)) {
        (Ok(left), Ok(right)) if left.len() == right.len() && !left.is_empty() => {
            Cell::Real(correlation(&left, &right))
        }
        _ => Cell::Null,
    }
}

fn correlation(left: &[f64], right: &[f64]) -> f64 {
    let mean = |values: &[f64]| values.iter().sum::<f64>() / values.len() as f64;
    let (left_mean, right_mean) = (mean(left), mean(right));
    let (mut together, mut of_left, mut of_right) = (0.0, 0.0, 0.0);
    for (left, right) in left.iter().zip(right) {
        let (left, right) = (left - left_mean, right - right_mean);
        together += left * right;
        of_left += left * left;
        of_right += right * right;
    }
    together / (of_left * of_right).sqrt()
}

#[cfg(test)]
mod tests {
    use crate::kernels::Cell::{Bool, Null, Real, Text};
    use crate::kernels::testing::{call, texts};

    #[test]
    fn a_series_in_a_few_numbers() {
        let stats = |series, passes| call("kql_series_stats", &[Text(series), passes]);
        assert_eq!(stats("[3,1,4,1]", Null), "[1.0,1,4.0,2,2.25,1.5,2.25]");
        assert_eq!(stats("[3,null,1]", Null), "NULL");
        assert_eq!(stats("[3,null,1,\"NaN\"]", Bool(true)), "[1.0,2,3.0,0,2.0,1.4142135623730952,2.0]");
        let digits = stats("[23,46,23,87,4,8,3,75,2,56,13,75,32,16,29]", Null);
        assert_eq!(digits, "[2.0,8,87.0,3,32.8,28.50363385354827,812.4571428571429]");
        assert_eq!(stats("[]", Null), "NULL");
        assert_eq!(stats("{}", Null), "NULL");
        assert_eq!(
            call("kql_series_stats_dynamic", &[Text("[3,null]"), Bool(true)]),
            "{\"min\":3.0,\"min_idx\":0,\"max\":3.0,\"max_idx\":0,\"avg\":3.0,\"stdev\":0.0,\"variance\":0.0,\"sum\":3.0,\"len\":2}"
        );
    }

    #[test]
    fn two_series_in_one_number() {
        assert_eq!(texts("kql_series_dot_product", &["[1,2,4]", "[4,2]"]), "8.0");
        assert_eq!(texts("kql_series_dot_product", &["[1,2,4]", "1"]), "7.0");
        assert_eq!(texts("kql_series_dot_product", &["[1,null]", "[3,5]"]), "3.0");
        assert_eq!(texts("kql_series_dot_product", &["[]", "[3]"]), "NULL");
        assert_eq!(texts("kql_series_pearson_correlation", &["[1,2,3]", "[2,4,6]"]), "1.0");
        assert_eq!(texts("kql_series_pearson_correlation", &["[1,2,3]", "[2,4]"]), "NULL");
        let similar = |first, second| {
            call("kql_series_cosine_similarity", &[Text("[3,4]"), Text("[4,3]"), first, second])
        };
        assert_eq!(similar(Null, Null), "0.96");
        assert_eq!(similar(Real(10.0), Null), "0.48");
        assert_eq!(texts("kql_series_magnitude", &["[3,4,\"x\"]"]), "5.0");
        assert!(texts("kql_series_sum", &["[3,null]"]).starts_with("error: a series function"));
    }
}
