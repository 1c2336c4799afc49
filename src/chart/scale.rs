//! The value axis: from where to where, and its marks.

use super::{Bounds, number};

/// The value axis of a drawing.
#[derive(Clone, Debug, PartialEq)]
pub struct Scale {
    pub least: f64,
    pub most: f64,
    pub log: bool,
    /// Value and label, from below.
    pub marks: Vec<(f64, String)>,
}

impl Scale {
    /// Makes an axis for values between two bounds on so many rows. With `zero` it begins there.
    pub fn new((least, most): (f64, f64), bounds: Bounds, zero: bool, rows: usize) -> Scale {
        if bounds.log {
            return Scale::log(least, most, bounds, rows);
        }
        let near_zero = least > 0.0 && least <= most / 2.0 || most < 0.0 && most >= least / 2.0;
        let (mut least, mut most) = (least, most);
        if zero || near_zero {
            (least, most) = (least.min(0.0), most.max(0.0));
        }
        if least >= most {
            (least, most) = match least {
                _ if least > 0.0 && zero => (0.0, least),
                _ if least == 0.0 => (0.0, 1.0),
                _ => (least - least.abs() / 10.0, least + least.abs() / 10.0),
            };
        }
        let (asked_least, asked_most) = (bounds.min.unwrap_or(least), bounds.max.unwrap_or(most));
        if asked_least < asked_most {
            (least, most) = (asked_least, asked_most);
        }
        let step = step(least, most, rows, if bounds.spans { round_up_span } else { round_up });
        let mut scale = Scale { least, most, log: false, marks: Vec::new() };
        if bounds.min.is_none() {
            scale.least = ((least / step).floor() * step).max(f64::MIN);
        }
        if bounds.max.is_none() {
            scale.most = ((most / step).ceil() * step).min(f64::MAX);
        }
        let (first, last) = ((scale.least / step).ceil() as i64, (scale.most / step + 1e-9).floor() as i64);
        let marks = (first..=last.min(first.saturating_add(100))).map(|at| at as f64 * step);
        let marks = marks.filter(|at| at.is_finite());
        scale.marks = marks.map(|at| (at, mark(at, step, bounds.spans))).collect();
        scale
    }

    /// Powers of ten. Values at or below zero have no place; the caller leaves them out.
    fn log(least: f64, most: f64, bounds: Bounds, rows: usize) -> Scale {
        let positive = |value: Option<f64>| value.filter(|value| *value > 0.0);
        let least = positive(bounds.min).or(positive(Some(least))).unwrap_or(1.0);
        let most = positive(bounds.max).or(positive(Some(most))).unwrap_or(10.0).max(least);
        // Beyond those there is no power of ten among the reals.
        let (low, high) = (least.log10().floor().max(-307.0) as i32, most.log10().ceil() as i32);
        let (low, high) = (low.min(307), high.clamp(low.min(307) + 1, 308));
        let every = ((high - low) as usize).div_ceil((rows / 2).max(1)).max(1);
        let marks = (low..=high).step_by(every).map(|power| 10f64.powi(power));
        let (bottom, top) = (positive(bounds.min), positive(bounds.max));
        Scale {
            least: bottom.unwrap_or(10f64.powi(low)),
            most: top.unwrap_or(10f64.powi(high)),
            log: true,
            marks: marks.map(|at| (at, mark(at, at, bounds.spans))).collect(),
        }
    }

    /// From 0 at the bottom to 1 at the top; beyond when the value is.
    pub fn part(&self, value: f64) -> f64 {
        match self.log {
            true if value <= 0.0 => f64::NEG_INFINITY,
            // Logarithms first, since the quotient of two reals may be more than a real.
            true => (value.log10() - self.least.log10()) / (self.most.log10() - self.least.log10()),
            // Halves, since the distance of two reals may be more than a real.
            false => (value / 2.0 - self.least / 2.0) / (self.most / 2.0 - self.least / 2.0),
        }
    }
}

/// A mark of an axis whose marks are `step` apart.
pub fn mark(value: f64, step: f64, spans: bool) -> String {
    if spans { number::span(value) } else { number::mark(value, step) }
}

/// The distance of marks, a round one as `round_up` knows them. Of those that fit the rows the one that leaves the
/// least of the axis empty.
fn step(least: f64, most: f64, rows: usize, round_up: fn(f64) -> f64) -> f64 {
    let span = (most / 2.0 - least / 2.0) * 2.0;
    let span = if span.is_finite() { span } else { f64::MAX / 4.0 };
    let (few, many) = (rows.div_ceil(4).max(1), (rows / 2 + 1).max(1));
    let steps = (few..=many).rev().map(|count| round_up(span / count as f64));
    let covered = |step: f64| ((most / step).ceil() - (least / step).floor()) * step;
    steps
        .min_by(|left, right| covered(*left).total_cmp(&covered(*right)))
        .filter(|step| *step > 0.0)
        .unwrap_or(1.0)
}

/// Seconds to whole parts of a minute, of an hour and of a day, and to days.
fn round_up_span(seconds: f64) -> f64 {
    const MINUTE: f64 = 60.0;
    const HOUR: f64 = 60.0 * MINUTE;
    const DAY: f64 = 24.0 * HOUR;
    if seconds <= 1.0 {
        return round_up(seconds);
    }
    let of = |unit: f64, counts: &'static [f64]| counts.iter().map(move |count| count * unit);
    let below_a_day = of(1.0, &[2.0, 5.0, 10.0, 15.0, 30.0])
        .chain(of(MINUTE, &[1.0, 2.0, 5.0, 10.0, 15.0, 30.0]))
        .chain(of(HOUR, &[1.0, 2.0, 3.0, 6.0, 12.0]));
    let mut steps = below_a_day.filter(|step| *step >= seconds * (1.0 - 1e-9));
    steps.next().unwrap_or_else(|| round_up((seconds / DAY).max(1.0)) * DAY)
}

/// To 1, 2 or 5 times a power of ten.
fn round_up(value: f64) -> f64 {
    let power = 10f64.powf(value.log10().floor());
    let steps = [1.0, 2.0, 5.0, 10.0];
    steps.iter().map(|step| step * power).find(|step| *step >= value * (1.0 - 1e-9)).unwrap_or(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn marks(range: (f64, f64), bounds: Bounds, rows: usize) -> Vec<String> {
        Scale::new(range, bounds, true, rows).marks.into_iter().map(|mark| mark.1).collect()
    }

    #[test]
    fn marks_are_round_and_the_axis_is_used() {
        assert_eq!(marks((0.0, 41.0), Bounds::default(), 5), ["0", "50"]);
        assert_eq!(marks((0.0, 41.0), Bounds::default(), 9), ["0", "10", "20", "30", "40", "50"]);
        assert_eq!(marks((-3.0, 8.0), Bounds::default(), 6), ["-5", "0", "5", "10"]);
        assert_eq!(marks((0.0, 0.0), Bounds::default(), 5), ["0.0", "0.5", "1.0"]);
        let asked = Bounds { min: Some(10.0), max: Some(20.0), ..Bounds::default() };
        assert_eq!(marks((0.0, 41.0), asked, 4), ["10", "15", "20"]);
    }

    #[test]
    fn marks_of_timespans_are_round_ones_of_a_clock() {
        let spans = Bounds { spans: true, ..Bounds::default() };
        assert_eq!(marks((0.0, 5_000.0), spans, 6), ["00:00:00", "00:30:00", "01:00:00", "01:30:00"]);
        assert_eq!(marks((0.0, 200_000.0), spans, 6), ["00:00:00", "1.00:00:00", "2.00:00:00", "3.00:00:00"]);
        assert_eq!(marks((0.0, 0.9), spans, 4), ["00:00:00", "00:00:00.5", "00:00:01"]);
        assert_eq!(marks((0.0, 1e7), spans, 4), ["00:00:00", "50.00:00:00", "100.00:00:00", "150.00:00:00"]);
    }

    #[test]
    fn powers_of_ten() {
        let log = Bounds { log: true, ..Bounds::default() };
        let scale = Scale::new((3.0, 40_000.0), log, true, 12);
        assert_eq!((scale.least, scale.most), (1.0, 100_000.0));
        assert!((scale.part(1_000.0) - 0.6).abs() < 1e-9);
        assert_eq!(scale.part(0.0), f64::NEG_INFINITY);
        assert_eq!(marks((3.0, 40_000.0), log, 12).last().map(String::as_str), Some("100,000"));
    }

    #[test]
    fn no_range_breaks_it() {
        for range in [(f64::MIN, f64::MAX), (5e-324, 1e-300), (1e308, 1e308), (-7.0, -7.0)] {
            for (log, spans) in [(false, false), (true, false), (false, true), (true, true)] {
                let scale = Scale::new(range, Bounds { log, spans, ..Bounds::default() }, false, 10);
                assert!(scale.least < scale.most && scale.marks.len() < 120, "{scale:?}");
                let parts = [range.0, range.1, 1.0].map(|value| scale.part(value.abs()));
                assert!(parts.iter().all(|part| part.is_finite()), "{parts:?} of {scale:?}");
            }
        }
    }
}
