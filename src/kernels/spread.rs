//! Sketches of how values are spread: values in their order, each with its weight. Up to [`KEPT_MAX`]
//! different values a sketch is exact. Above it neighbours are put together, few at both ends and more in
//! the middle, by the scale function k1 of Dunning and Ertl's t-digest; the greatest of them stands for
//! all, so that every answer is a value that was there. The text is no text of Kusto's. Knows texts only.

use std::cmp::Ordering;
use std::fmt::Write;

use super::Phys::{Real, Text, Texts};
use super::dynamic::array;
use super::percentile::{at, json_real};
use super::{Cell, Kernel, fail, json, lenient, strict};
use crate::ticks;

/// The texts of `kql_tdigest` are `value weight` pairs, those of `kql_tdigest_merge` sketches. A value that
/// is ranked is a number as text.
pub const KERNELS: &[Kernel] = &[
    lenient("kql_tdigest", &[Texts, Text], Text, tdigest),
    lenient("kql_tdigest_merge", &[Texts], Text, merge),
    strict("kql_percentile_tdigest", &[Text, Real], Text, |args, out| {
        let Some(sketch) = args[0].text().and_then(Sketch::read) else { return fail(out, FOREIGN) };
        match args[1].real().and_then(|percent| at(&sketch.sums(), percent)) {
            Some(value) => {
                out.push_str(&sketch.kind.json(value));
                Cell::Text(out)
            }
            None => Cell::Null,
        }
    }),
    strict("kql_percentiles_tdigest", &[Text, Text], Text, percentiles),
    strict("kql_rank_tdigest", &[Text, Text], Real, |args, out| ranked(args, out, |rank, _| rank)),
    strict("kql_percentrank_tdigest", &[Text, Text], Real, |args, out| {
        ranked(args, out, |rank, total| rank * 100.0 / total)
    }),
];

/// Different values that a sketch keeps.
pub const KEPT_MAX: usize = 1 << 16;
/// The t-digest's compression: a sketch that is full is put together into fewer than twice so many values.
const COMPRESSION: f64 = (KEPT_MAX / 4) as f64;

const OPENING: &str = "{\"tdigest\":\"";
const CLOSING: &str = "\"}";
const FOREIGN: &str = "a value is no sketch that tdigest() or tdigest_merge() made in this query";
const NEGATIVE: &str = "a weight of a tdigest is below zero";
const MIXED: &str = "sketches of values of different types cannot be merged";

/// The type of the values: what a percentile is shown as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Long,
    Real,
    Datetime,
    Timespan,
}

const KINDS: [(&str, Kind); 4] =
    [("long", Kind::Long), ("real", Kind::Real), ("datetime", Kind::Datetime), ("timespan", Kind::Timespan)];

#[derive(Clone, Copy, Debug)]
enum Number {
    Whole(i64),
    Real(f64),
}

impl Number {
    fn read(text: &str) -> Option<Number> {
        text.parse().map(Number::Whole).or_else(|_| text.parse().map(Number::Real)).ok()
    }

    fn real(self) -> f64 {
        match self {
            Number::Whole(value) => value as f64,
            Number::Real(value) => value,
        }
    }

    fn order(&self, other: &Number) -> Ordering {
        match (self, other) {
            (Number::Whole(one), Number::Whole(other)) => one.cmp(other),
            _ => self.real().total_cmp(&other.real()),
        }
    }
}

impl Kind {
    fn named(name: &str) -> Option<Kind> {
        KINDS.iter().find(|(known, _)| *known == name).map(|(_, kind)| *kind)
    }

    fn name(self) -> &'static str {
        KINDS.iter().find(|(_, kind)| *kind == self).map_or("", |(name, _)| name)
    }

    /// A value as a dynamic holds it.
    fn json(self, value: Number) -> String {
        match (self, value) {
            (Kind::Datetime, Number::Whole(value)) => format!("\"{}\"", ticks::iso_full(value)),
            (Kind::Timespan, Number::Whole(value)) => format!("\"{}\"", ticks::timespan_text(value)),
            (Kind::Long, Number::Whole(value)) => value.to_string(),
            (_, value) => json_real(value.real()),
        }
    }

    /// The type of values of both types.
    fn with(self, other: Kind) -> Option<Kind> {
        match (self, other) {
            (Kind::Long, Kind::Real) | (Kind::Real, Kind::Long) => Some(Kind::Real),
            _ => (self == other).then_some(self),
        }
    }
}

struct Sketch {
    kind: Kind,
    /// The least value first, each once.
    values: Vec<(Number, i128)>,
}

impl Sketch {
    /// Puts the values into order, and neighbours together where they are too many.
    fn new(kind: Kind, mut values: Vec<(Number, i128)>) -> Sketch {
        values.sort_by(|(one, _), (other, _)| one.order(other));
        values.dedup_by(|(value, weight), (known, sum)| {
            let same = value.order(known) == Ordering::Equal;
            if same {
                *sum += *weight;
            }
            same
        });
        let values = if values.len() > KEPT_MAX { compressed(&values) } else { values };
        Sketch { kind, values }
    }

    fn read(json: &str) -> Option<Sketch> {
        let inside = json.strip_prefix(OPENING)?.strip_suffix(CLOSING)?;
        let (kind, pairs) = inside.split_once(' ').unwrap_or((inside, ""));
        let values = pairs.split_terminator(' ').map(|pair| {
            let (value, weight) = pair.split_once(':')?;
            Some((Number::read(value)?, weight.parse().ok()?))
        });
        Some(Sketch { kind: Kind::named(kind)?, values: values.collect::<Option<_>>()? })
    }

    fn write<'a>(&self, out: &'a mut String) -> Cell<'a> {
        out.extend([OPENING, self.kind.name()]);
        for (value, weight) in &self.values {
            // Writing to a String cannot fail.
            let _ = match value {
                Number::Whole(value) => write!(out, " {value}:{weight}"),
                Number::Real(value) => write!(out, " {value:?}:{weight}"),
            };
        }
        out.push_str(CLOSING);
        Cell::Text(out)
    }

    /// The values, each with the weight of itself and all before it.
    fn sums(&self) -> Vec<(Number, i128)> {
        let mut sum = 0i128;
        let mut up_to = |weight: i128| {
            sum = sum.saturating_add(weight);
            sum
        };
        self.values.iter().map(|(value, weight)| (*value, up_to(*weight))).collect()
    }
}

fn compressed(values: &[(Number, i128)]) -> Vec<(Number, i128)> {
    let total = values.iter().map(|(_, weight)| *weight as f64).sum::<f64>();
    let scale = |sum: f64| {
        let share = (sum / total).clamp(0.0, 1.0);
        COMPRESSION / std::f64::consts::TAU * (2.0 * share - 1.0).asin()
    };
    let mut kept: Vec<(Number, i128)> = Vec::new();
    let (mut before, mut sum) = (0.0, 0.0);
    for (value, weight) in values {
        let after = sum + *weight as f64;
        match kept.last_mut() {
            Some(last) if scale(after) - scale(before) <= 1.0 => *last = (*value, last.1 + weight),
            _ => {
                kept.push((*value, *weight));
                before = sum;
            }
        }
        sum = after;
    }
    kept
}

fn tdigest<'a>(args: &[Cell<'a>], out: &'a mut String) -> Cell<'a> {
    let Some(kind) = args[1].text().and_then(Kind::named) else { return Cell::Null };
    let mut values = Vec::new();
    for pair in args[0].texts().unwrap_or_default().iter().flatten() {
        let Some((value, weight)) = pair.split_once(' ') else { continue };
        match (Number::read(value), weight.parse::<i64>()) {
            (Some(_), Ok(..=-1)) => return fail(out, NEGATIVE),
            (Some(value), Ok(weight @ 1..)) => values.push((value, i128::from(weight))),
            _ => {}
        }
    }
    Sketch::new(kind, values).write(out)
}

fn merge<'a>(args: &[Cell<'a>], out: &'a mut String) -> Cell<'a> {
    let (mut kind, mut values) = (None, Vec::new());
    for json in args[0].texts().unwrap_or_default().iter().flatten() {
        let Some(sketch) = Sketch::read(json) else { return fail(out, FOREIGN) };
        kind = match kind {
            None => Some(sketch.kind),
            Some(known) => match sketch.kind.with(known) {
                None => return fail(out, MIXED),
                both => both,
            },
        };
        values.extend(sketch.values);
    }
    match kind {
        Some(kind) => Sketch::new(kind, values).write(out),
        None => Cell::Null,
    }
}

fn percentiles<'a>(args: &[Cell<'a>], out: &'a mut String) -> Cell<'a> {
    let Some(sketch) = args[0].text().and_then(Sketch::read) else { return fail(out, FOREIGN) };
    let sums = sketch.sums();
    let found = args[1].text().map(json::elements).into_iter().flatten().map(|percent| {
        let value = percent.trim().parse().ok().and_then(|percent| at(&sums, percent));
        value.map_or_else(|| "null".to_owned(), |value| sketch.kind.json(value))
    });
    let found: Vec<String> = found.collect();
    array(found.iter().map(String::as_str), out);
    Cell::Text(out)
}

/// What comes of the weight of all values up to this one, and of all.
fn ranked<'a>(args: &[Cell<'a>], out: &'a mut String, give: fn(f64, f64) -> f64) -> Cell<'a> {
    let Some(sketch) = args[0].text().and_then(Sketch::read) else { return fail(out, FOREIGN) };
    let Some(value) = args[1].text().and_then(Number::read) else { return Cell::Null };
    let sums = sketch.sums();
    let Some((_, total)) = sums.last() else { return Cell::Null };
    let upto = sums.partition_point(|(known, _)| known.order(&value) != Ordering::Greater);
    let rank = upto.checked_sub(1).map_or(0, |last| sums[last].1);
    Cell::Real(give(rank as f64, *total as f64))
}

#[cfg(test)]
mod tests {
    use super::{KEPT_MAX, Kind, Number, Sketch};
    use crate::kernels::Cell::{Null, Real, Text, Texts};
    use crate::kernels::percentile::at;
    use crate::kernels::testing::call;

    fn sketch(kind: &str, pairs: &[&str]) -> String {
        let pairs: Vec<Option<&str>> = pairs.iter().map(|pair| Some(*pair)).collect();
        call("kql_tdigest", &[Texts(&pairs), Text(kind)])
    }

    #[test]
    fn exact_while_all_values_are_kept() {
        let one = sketch("long", &["30 3", "10 8", "40 1", "20 6", "50 0"]);
        for (percent, value) in [(0.0, "10"), (50.0, "20"), (99.9, "40"), (100.0, "40")] {
            assert_eq!(call("kql_percentile_tdigest", &[Text(&one), Real(percent)]), value);
        }
        assert_eq!(call("kql_percentiles_tdigest", &[Text(&one), Text("[50,99.9]")]), "[20,40]");
        for (value, rank) in [("9", "0.0"), ("10", "8.0"), ("29.5", "14.0"), ("99", "18.0")] {
            assert_eq!(call("kql_rank_tdigest", &[Text(&one), Text(value)]), rank);
        }
        assert_eq!(call("kql_percentrank_tdigest", &[Text(&one), Text("25")]), "77.77777777777777");
    }

    #[test]
    fn merged_values_keep_their_weights_and_widen() {
        let (one, other) = (sketch("long", &["1 2", "2 1"]), sketch("real", &["1.5 1", "2.0 1", "NaN 1"]));
        let merged = call("kql_tdigest_merge", &[Texts(&[Some(&one), None, Some(&other)])]);
        let all = call("kql_percentiles_tdigest", &[Text(&merged), Text("[0, 50, 60, 100]")]);
        assert_eq!(all, "[1.0,1.5,2.0,\"NaN\"]");
        let other = sketch("timespan", &["1 1"]);
        let mixed = call("kql_tdigest_merge", &[Texts(&[Some(&one), Some(&other)])]);
        assert!(mixed.starts_with("error: "));
        assert_eq!(call("kql_percentile_tdigest", &[Text(&other), Real(50.0)]), "\"00:00:00.0000001\"");
    }

    #[test]
    fn none_and_foreign_ones() {
        let empty = call("kql_tdigest", &[Null, Text("long")]);
        assert_eq!(call("kql_percentile_tdigest", &[Text(&empty), Real(50.0)]), "NULL");
        assert_eq!(call("kql_rank_tdigest", &[Text(&empty), Text("1")]), "NULL");
        for json in ["1", "[[7],[800],[5]]", "{\"tdigest\":\"long 1\"}"] {
            assert!(call("kql_rank_tdigest", &[Text(json), Text("1")]).starts_with("error: "));
        }
        assert!(sketch("long", &["1 -1"]).starts_with("error: "));
    }

    #[test]
    fn of_many_values_the_ends_are_exact_and_the_middle_is_near() {
        let count = 5 * KEPT_MAX as i64;
        let sketch = Sketch::new(Kind::Long, (1..=count).map(|value| (Number::Whole(value), 1)).collect());
        assert!(sketch.values.len() <= KEPT_MAX / 2, "{}", sketch.values.len());
        let sums = sketch.sums();
        for (percent, off) in [(0.0, 0.0), (1.0, 1e-4), (50.0, 2e-4), (99.0, 1e-4), (100.0, 0.0)] {
            let Some(Number::Whole(found)) = at(&sums, percent) else { panic!("{percent}") };
            let wanted = (percent / 100.0 * count as f64).ceil().max(1.0);
            assert!((found as f64 - wanted).abs() <= off * count as f64, "{percent}: {found} for {wanted}");
        }
    }
}
