//! Numbers as charts write them: short on an axis, whole where a value is read.

use crate::display::thousands;
use crate::ticks::{SECOND, timespan_text};
use crate::value::real_text;

/// Whole numbers beyond it are not exact in a real.
const EXACT_MAX: f64 = 9_007_199_254_740_992.0;
/// Beyond it an axis counts in millions and more.
const PLAIN_MAX: f64 = 10_000_000.0;

/// `12,481`, `0.25`, `~9,300,000,000,000,000,000`: the value, with a sign where a digit may be wrong.
pub fn reading(value: f64) -> String {
    if !value.is_finite() || value.abs() >= 1e19 || value != 0.0 && value.abs() < 1e-4 {
        return real_text(value);
    }
    let sign = if value < 0.0 { "-" } else { "" };
    let about = if value.abs() >= EXACT_MAX { "~" } else { "" };
    let whole = thousands(value.abs().trunc() as u64);
    if value.fract() == 0.0 {
        return format!("{about}{sign}{whole}");
    }
    // Nine digits behind the point are more than a reader wants, and hide what a sum of reals adds.
    let rounded = format!("{:.6}", value.abs());
    let (units, fraction) = rounded.split_once('.').unwrap_or((&rounded, ""));
    let units = units.parse().map(thousands).unwrap_or(whole);
    match fraction.trim_end_matches('0') {
        "" => format!("{sign}{units}"),
        fraction => format!("{sign}{units}.{fraction}"),
    }
}

/// A number of seconds as KQL prints a timespan, without zeros at the end of a fraction.
pub fn span(seconds: f64) -> String {
    let ticks = (seconds * SECOND as f64).round();
    if ticks.abs() >= i64::MAX as f64 {
        return format!("{} s", reading(seconds));
    }
    let about = if ticks.abs() >= EXACT_MAX { "~" } else { "" };
    let text = timespan_text(ticks as i64);
    let text = if ticks as i64 % SECOND == 0 { &text } else { text.trim_end_matches('0') };
    format!("{about}{text}")
}

/// A mark of an axis whose marks are `step` apart.
pub fn mark(value: f64, step: f64) -> String {
    let value = if value.abs() < step.abs() / 1e6 { 0.0 } else { value };
    let size = value.abs();
    for (unit, name) in [(1e12_f64, "T"), (1e9, "G"), (1e6, "M")] {
        if size >= unit.max(PLAIN_MAX) && size < 1e15 {
            return format!("{}{name}", decimals(value / unit, step / unit));
        }
    }
    match size {
        _ if size >= 1e15 || size != 0.0 && size < 1e-4 => format!("{value:.1e}"),
        _ if step.fract() == 0.0 && value.fract() == 0.0 => reading(value),
        _ => decimals(value, step),
    }
}

/// As many digits behind the point as tell `step` apart.
fn decimals(value: f64, step: f64) -> String {
    let digits = (0..=6).find(|digits| {
        let scaled = step.abs() * 10f64.powi(*digits);
        (scaled - scaled.round()).abs() < 1e-6 && scaled >= 0.5
    });
    let text = format!("{value:.*}", digits.unwrap_or(6) as usize);
    if digits.is_some() || !text.contains('.') {
        return text;
    }
    text.trim_end_matches('0').trim_end_matches('.').to_string()
}

/// `1 row`, `7 rows`.
pub fn count(number: u64, noun: &str) -> String {
    format!("{} {noun}{}", thousands(number), if number == 1 { "" } else { "s" })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_read_whole() {
        assert_eq!(reading(1_234_567.0), "1,234,567");
        assert_eq!(reading(-12.5), "-12.5");
        assert_eq!(reading(0.1 + 0.2), "0.3");
        assert_eq!(reading(0.0), "0");
        assert_eq!(reading(9_223_372_036_854_775_807.0), "~9,223,372,036,854,775,808");
        assert_eq!(reading(f64::NAN), "NaN");
        assert_eq!(reading(1e300), "1e300");
        assert_eq!(reading(1_999.999_999_9), "2,000");
    }

    #[test]
    fn timespans_are_written_as_kql_prints_them() {
        assert_eq!(span(5_400.0), "01:30:00");
        assert_eq!(span(-93_600.0), "-1.02:00:00");
        assert_eq!(span(0.0), "00:00:00");
        assert_eq!(span(0.25), "00:00:00.25");
        assert_eq!(span(1e-7), "00:00:00.0000001");
        assert_eq!(span(1e9), "~11574.01:46:40");
        assert_eq!(span(1e300), "1e300 s");
    }

    #[test]
    fn marks_are_short() {
        assert_eq!(mark(50.0, 10.0), "50");
        assert_eq!(mark(2_500_000.0, 500_000.0), "2,500,000");
        assert_eq!(mark(25_000_000.0, 5_000_000.0), "25M");
        assert_eq!(mark(1.5e9, 5e8), "1.5G");
        assert_eq!(mark(0.25, 0.05), "0.25");
        assert_eq!(mark(3e15, 1e15), "3.0e15");
        assert_eq!(mark(-0.000_000_1, 0.5), "0.0");
    }
}
