//! `format_bytes`, `format_datetime` and `format_timespan`: the few specifiers and delimiters that Kusto has, not those
//! of .NET ("format_datetime()", "format_timespan()" in the Kusto reference). Knows ticks only.

use super::Phys::{Long, Real, Text};
use super::{Cell, Kernel, fail, lenient};
use crate::ticks::{Civil, DAY, HOUR, MINUTE, SECOND};
use std::fmt::Write;

pub const KERNELS: &[Kernel] = &[
    lenient("kql_format_datetime", &[Long, Text], Text, format_datetime),
    lenient("kql_format_bytes", &[Real, Long, Text, Long], Text, format_bytes),
    lenient("kql_format_timespan", &[Long, Text], Text, format_timespan),
];

const UNITS: [&str; 7] = ["Bytes", "KB", "MB", "GB", "TB", "PB", "EB"];

/// Value, digits after the point, unit (empty for the largest that fits), base.
fn format_bytes<'a>(args: &[Cell<'a>], out: &'a mut String) -> Cell<'a> {
    let (Some(value), Some(digits)) = (args[0].real(), args[1].long()) else { return Cell::Text("") };
    let unit = args[2].text().unwrap_or("");
    let base: f64 = if args[3].long() == Some(1000) { 1000.0 } else { 1024.0 };
    let power = match UNITS.iter().position(|known| known.eq_ignore_ascii_case(unit)) {
        Some(power) => power,
        None if unit.is_empty() => {
            (1..UNITS.len()).take_while(|power| value.abs() >= base.powi(*power as i32)).count()
        }
        None => return fail(out, format_args!("format_bytes() knows no unit '{unit}'")),
    };
    let digits = digits.clamp(0, 17) as usize;
    // Writing to a String cannot fail.
    let _ = write!(out, "{:.digits$} {}", value / base.powi(power as i32), UNITS[power]);
    Cell::Text(out)
}

const DELIMITERS: &[u8] = b" /-:,._[]";

/// The specifiers of one letter, longest first: there is no `ddd`, so `dddd` is `dd` twice
/// (agent-datetime-timespan-0041).
fn datetime_run(letter: u8) -> &'static [usize] {
    match letter {
        b'y' => &[4, 2, 1],
        b'M' | b'd' | b'H' | b'h' | b'm' | b's' => &[2, 1],
        b't' => &[2],
        b'f' | b'F' => &[7, 6, 5, 4, 3, 2, 1],
        _ => &[],
    }
}

fn timespan_run(letter: u8) -> &'static [usize] {
    match letter {
        b'd' => &[8, 7, 6, 5, 4, 3, 2, 1],
        b'H' | b'h' | b'm' | b's' => &[2, 1],
        b'f' | b'F' => &[7, 6, 5, 4, 3, 2, 1],
        _ => &[],
    }
}

fn format_datetime<'a>(args: &[Cell<'a>], out: &'a mut String) -> Cell<'a> {
    let (Some(ticks), Some(format)) = (args[0].long(), args[1].text()) else { return Cell::Text("") };
    let at = Civil::from_ticks(ticks);
    let write = |letter: u8, width: usize, out: &mut String| match letter {
        b'y' if width == 4 => number(at.year, 4, out),
        b'y' => number(at.year % 100, width, out),
        b'M' => number(at.month, width, out),
        b'd' => number(at.day, width, out),
        b'H' => number(at.hour, width, out),
        b'h' => number((at.hour + 11) % 12 + 1, width, out),
        b'm' => number(at.minute, width, out),
        b's' => number(at.second, width, out),
        b't' => out.push_str(if at.hour < 12 { "AM" } else { "PM" }),
        _ => fraction(at.tick, letter, width, out),
    };
    match expand(format, datetime_run, write, out) {
        Ok(()) => Cell::Text(out),
        Err(wrong) => fail(out, format_args!("format_datetime() knows no '{wrong}' in '{format}'")),
    }
}

fn format_timespan<'a>(args: &[Cell<'a>], out: &'a mut String) -> Cell<'a> {
    let (Some(ticks), Some(format)) = (args[0].long(), args[1].text()) else { return Cell::Text("") };
    if ticks < 0 {
        out.push('-');
    }
    let ticks = i128::from(ticks).abs();
    let part = |unit: i64, wrap: i64| (ticks / i128::from(unit) % i128::from(wrap)) as i64;
    let write = |letter: u8, width: usize, out: &mut String| match letter {
        b'd' => number(part(DAY, i64::MAX), width, out),
        b'H' | b'h' => number(part(HOUR, 24), width, out),
        b'm' => number(part(MINUTE, 60), width, out),
        b's' => number(part(SECOND, 60), width, out),
        _ => fraction(part(1, SECOND), letter, width, out),
    };
    match expand(format, timespan_run, write, out) {
        Ok(()) => Cell::Text(out),
        Err(wrong) => fail(out, format_args!("format_timespan() knows no '{wrong}' in '{format}'")),
    }
}

/// Writes the format with its specifiers replaced, or gives the first character that is none.
fn expand(
    format: &str,
    runs: fn(u8) -> &'static [usize],
    write: impl Fn(u8, usize, &mut String),
    out: &mut String,
) -> Result<(), char> {
    let mut rest = format.as_bytes();
    while let Some(&letter) = rest.first() {
        if DELIMITERS.contains(&letter) {
            out.push(char::from(letter));
            rest = &rest[1..];
            continue;
        }
        let same = rest.iter().take_while(|&&byte| byte == letter).count();
        let Some(&width) = runs(letter).iter().find(|&&width| width <= same) else {
            let at = format.len() - rest.len();
            return Err(format[at..].chars().next().unwrap_or_default());
        };
        write(letter, width, out);
        rest = &rest[width..];
    }
    Ok(())
}

fn number(value: i64, width: usize, out: &mut String) {
    // Writing to a String cannot fail.
    let _ = write!(out, "{value:0width$}");
}

/// `F` writes nothing for a fraction of zero; else it is as `f`, zeros at the end and all.
fn fraction(tick: i64, letter: u8, width: usize, out: &mut String) {
    let digits = tick / 10i64.pow(7 - width as u32);
    if letter == b'f' || digits > 0 {
        number(digits, width, out);
    }
}

#[cfg(test)]
mod tests {
    use crate::kernels::{Cell, find};
    use crate::ticks::{parse_datetime, parse_timespan};

    fn run(name: &str, ticks: Option<i64>, format: &str) -> String {
        let mut out = String::new();
        match (find(name).unwrap().run)(&[ticks.into(), Cell::Text(format)], &mut out) {
            Cell::Text(text) => text.to_owned(),
            Cell::Error(message) => format!("error: {message}"),
            other => format!("{other:?}"),
        }
    }

    #[test]
    fn datetimes() {
        let show =
            |format: &str| run("kql_format_datetime", parse_datetime("2009-03-07T15:04:05.0617500Z"), format);
        assert_eq!(show("yyyy-MM-dd HH:mm:ss.fffffff"), "2009-03-07 15:04:05.0617500");
        assert_eq!(show("y yy yyyy"), "9 09 2009");
        assert_eq!(show("M/d/yyyy h:m:s tt"), "3/7/2009 3:4:5 PM");
        assert_eq!(show("dddd,ddd,MMMM"), "0707,077,0303");
        assert_eq!(show("f ff fff F FF FFFFFFF"), "0 06 061  06 0617500");
        assert_eq!(show("yyyyMMdd"), "20090307");
        assert_eq!(show("yyyy-MM-ddTHH"), "error: format_datetime() knows no 'T' in 'yyyy-MM-ddTHH'");
        assert_eq!(run("kql_format_datetime", parse_datetime("2009-03-07"), "hh tt"), "12 AM");
        assert_eq!(run("kql_format_datetime", parse_datetime("2009-03-07 12:00"), "h tt"), "12 PM");
    }

    #[test]
    fn bytes() {
        let show = |value: f64, digits: i64, unit: &str| {
            let args = [Cell::Real(value), Cell::Long(digits), Cell::Text(unit), Cell::Long(1024)];
            crate::kernels::testing::call("kql_format_bytes", &args)
        };
        assert_eq!(show(564.0, 0, ""), "564 Bytes");
        assert_eq!(show(10_332.0, 1, ""), "10.1 KB");
        assert_eq!(show(20_010_332.0, 0, "KB"), "19541 KB");
        assert_eq!(show(1.0, 0, "XB"), "error: format_bytes() knows no unit 'XB'");
    }

    #[test]
    fn timespans() {
        let show = |span: &str, format: &str| run("kql_format_timespan", parse_timespan(span), format);
        assert_eq!(show("15.13:45:09.61754", "d.hh:mm:ss [fffffff]"), "15.13:45:09 [6175400]");
        assert_eq!(show("15.13:45:09.61754", "ddd H m s FF"), "015 13 45 9 61");
        assert_eq!(show("-02:30", "hh:mm"), "-02:30");
        assert_eq!(show("-10675199.02:48:05.4775808", "d.h"), "-10675199.2");
        assert_eq!(show("1d", "%d"), "error: format_timespan() knows no '%' in '%d'");
    }
}
