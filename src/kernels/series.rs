//! The arrays of make-series: one element a bin, the default where a bin had no rows; below it the
//! functions over such arrays. Knows no plan.

pub mod decompose;
pub mod elements;
pub mod fill;
pub mod filter;
pub mod fit;
pub mod fourier;
pub mod outliers;
pub mod periods;
pub mod polynomial;
pub mod stats;
pub mod values;

use super::Phys::{Bool, Long, Real, Text, Texts};
use super::{Cell, Kernel, fail, lenient};
use crate::ticks;

/// The values come as "bin value" texts, in any order; then first bin, stop, step, whether the stop is
/// exclusive, and the default as JSON. NULL among first, stop and step gives NULL.
pub const KERNELS: &[Kernel] = &[
    lenient("kql_series_long", &[Texts, Long, Long, Long, Bool, Text], Text, |args, out| {
        let axis = || WholeAxis::of(&args[1..5]);
        values(args, axis(), |axis, bin| axis.index(bin.parse().ok()?), out)
    }),
    lenient("kql_series_real", &[Texts, Real, Real, Real, Bool, Text], Text, |args, out| {
        let axis = || RealAxis::of(&args[1..5]);
        values(args, axis(), |axis, bin| axis.index(bin.parse().ok()?), out)
    }),
    lenient("kql_axis_long", &[Long, Long, Long, Bool], Text, |args, out| {
        whole(args, |value, out| out.push_str(&value.to_string()), out)
    }),
    lenient("kql_axis_datetime", &[Long, Long, Long, Bool], Text, |args, out| {
        whole(args, |value, out| out.extend(["\"", &ticks::iso_full(value), "\""]), out)
    }),
    lenient("kql_axis_timespan", &[Long, Long, Long, Bool], Text, |args, out| {
        whole(args, |value, out| out.extend(["\"", &ticks::timespan_text(value), "\""]), out)
    }),
    lenient("kql_axis_real", &[Real, Real, Real, Bool], Text, real),
];

/// Values that Kusto puts into one series at most ("make-series operator").
const SERIES_MAX: usize = 1 << 20;

/// Why there is no axis.
enum Fault {
    Null,
    Step,
    Long(String),
}

fn wrong<'a>(fault: Fault, out: &'a mut String) -> Cell<'a> {
    match fault {
        Fault::Null => Cell::Null,
        Fault::Step => fail(out, "the step of make-series is not above zero"),
        Fault::Long(count) => fail(
            out,
            format_args!("make-series would give {count} values in one series, and at most {SERIES_MAX} fit"),
        ),
    }
}

/// Equal steps, and how many there are.
trait Axis {
    fn count(&self) -> usize;
}

/// Ticks and whole numbers.
struct WholeAxis {
    first: i64,
    step: i64,
    count: usize,
}

impl Axis for WholeAxis {
    fn count(&self) -> usize {
        self.count
    }
}

impl WholeAxis {
    fn of(args: &[Cell<'_>]) -> Result<WholeAxis, Fault> {
        let [Some(first), Some(stop), Some(step)] = [args[0].long(), args[1].long(), args[2].long()] else {
            return Err(Fault::Null);
        };
        if step <= 0 {
            return Err(Fault::Step);
        }
        let last = i128::from(stop) - i128::from(args[3].bool() == Some(true));
        let distance = last - i128::from(first);
        let count = if distance < 0 { 0 } else { distance / i128::from(step) + 1 };
        match usize::try_from(count) {
            Ok(count) if count <= SERIES_MAX => Ok(WholeAxis { first, step, count }),
            _ => Err(Fault::Long(count.to_string())),
        }
    }

    fn index(&self, bin: i64) -> Option<usize> {
        let distance = i128::from(bin) - i128::from(self.first);
        usize::try_from(distance / i128::from(self.step)).ok()
    }
}

struct RealAxis {
    first: f64,
    step: f64,
    count: usize,
}

impl Axis for RealAxis {
    fn count(&self) -> usize {
        self.count
    }
}

impl RealAxis {
    fn of(args: &[Cell<'_>]) -> Result<RealAxis, Fault> {
        let [Some(first), Some(stop), Some(step)] = [args[0].real(), args[1].real(), args[2].real()] else {
            return Err(Fault::Null);
        };
        if step.is_nan() || step <= 0.0 {
            return Err(Fault::Step);
        }
        let exclusive = args[3].bool() == Some(true);
        let within = |index: usize| {
            let value = first + index as f64 * step;
            if exclusive { value < stop } else { value <= stop }
        };
        let steps = (stop - first) / step;
        if steps.is_nan() || steps > SERIES_MAX as f64 || within(SERIES_MAX) {
            return Err(Fault::Long(format!("{:.0}", steps.floor() + 1.0)));
        }
        // The quotient may be off by its last digit.
        let mut count = if steps < 0.0 { 0 } else { steps as usize };
        while within(count) {
            count += 1;
        }
        while count > 0 && !within(count - 1) {
            count -= 1;
        }
        Ok(RealAxis { first, step, count })
    }

    fn index(&self, bin: f64) -> Option<usize> {
        let index = ((bin - self.first) / self.step).round();
        (index >= 0.0 && index < self.count as f64).then_some(index as usize)
    }
}

fn values<'a, A: Axis>(
    args: &[Cell<'a>],
    axis: Result<A, Fault>,
    index: impl Fn(&A, &str) -> Option<usize>,
    out: &'a mut String,
) -> Cell<'a> {
    let axis = match axis {
        Ok(axis) => axis,
        Err(fault) => return wrong(fault, out),
    };
    let mut found: Vec<&str> = vec![args[5].text().unwrap_or("null"); axis.count()];
    for packed in args[0].texts().unwrap_or_default().iter().flatten() {
        let place = packed.split_once(' ').and_then(|(bin, value)| Some((index(&axis, bin)?, value)));
        match place.and_then(|(at, value)| Some((found.get_mut(at)?, value))) {
            Some((slot, value)) => *slot = value,
            None => return fail(out, format_args!("'{packed}' lies outside its series")),
        }
    }
    super::dynamic::array(found.into_iter(), out);
    Cell::Text(out)
}

fn whole<'a>(args: &[Cell<'a>], push: impl Fn(i64, &mut String), out: &'a mut String) -> Cell<'a> {
    let axis = match WholeAxis::of(args) {
        Ok(axis) => axis,
        Err(fault) => return wrong(fault, out),
    };
    out.push('[');
    let mut value = Some(axis.first);
    for number in 0..axis.count {
        let Some(at) = value else { break };
        if number > 0 {
            out.push(',');
        }
        push(at, out);
        value = at.checked_add(axis.step);
    }
    out.push(']');
    Cell::Text(out)
}

fn real<'a>(args: &[Cell<'a>], out: &'a mut String) -> Cell<'a> {
    let axis = match RealAxis::of(args) {
        Ok(axis) => axis,
        Err(fault) => return wrong(fault, out),
    };
    out.push('[');
    for number in 0..axis.count {
        if number > 0 {
            out.push(',');
        }
        super::real::push_real(axis.first + number as f64 * axis.step, out);
    }
    out.push(']');
    Cell::Text(out)
}

#[cfg(test)]
mod tests {
    use crate::kernels::Cell::{Bool, Long, Null, Real, Text, Texts};
    use crate::kernels::testing::call;

    #[test]
    fn bins_without_rows_get_the_default() {
        let packed = [Some("4 30"), Some("-2 10"), None];
        let run = |stop: i64, exclusive: bool| {
            let args = [Texts(&packed), Long(-2), Long(stop), Long(3), Bool(exclusive), Text("0")];
            call("kql_series_long", &args)
        };
        assert_eq!(run(7, true), "[10,0,30]");
        assert_eq!(run(7, false), "[10,0,30,0]");
        assert_eq!(run(5, true), "[10,0,30]");
        assert_eq!(run(4, true), "error: '4 30' lies outside its series");
        let real = [Some("0.30000000000000004 1.5"), Some("0.0 null")];
        let args = [Texts(&real), Real(0.0), Real(0.5), Real(0.1), Bool(true), Text("0.0")];
        assert_eq!(call("kql_series_real", &args), "[null,0.0,0.0,1.5,0.0]");
    }

    #[test]
    fn an_axis_stops_before_or_at_its_end() {
        let whole = |first, stop, step, exclusive| {
            call("kql_axis_long", &[Long(first), Long(stop), Long(step), Bool(exclusive)])
        };
        assert_eq!(whole(1, 10, 3, true), "[1,4,7]");
        assert_eq!(whole(1, 10, 3, false), "[1,4,7,10]");
        assert_eq!(whole(5, 5, 3, true), "[]");
        assert_eq!(whole(5, 1, 3, false), "[]");
        assert_eq!(whole(i64::MAX - 1, i64::MAX, 1, false), "[9223372036854775806,9223372036854775807]");
        assert_eq!(call("kql_axis_long", &[Null, Long(1), Long(1), Bool(true)]), "NULL");
        let args = [Real(0.0), Real(0.3), Real(0.1), Bool(true)];
        assert_eq!(call("kql_axis_real", &args), "[0.0,0.1,0.2]");
    }

    #[test]
    fn too_long_a_series_is_refused_before_it_is_made() {
        let whole = |stop, step| call("kql_axis_datetime", &[Long(0), Long(stop), Long(step), Bool(true)]);
        assert!(whole(1 << 20, 1).starts_with("[\"0001-01-01T00:00:00.0000000Z\""));
        assert_eq!(
            whole((1 << 20) + 1, 1),
            "error: make-series would give 1048577 values in one series, and at most 1048576 fit"
        );
        assert_eq!(whole(10, 0), "error: the step of make-series is not above zero");
        let args = [Real(0.0), Real(f64::INFINITY), Real(1.0), Bool(true)];
        assert!(call("kql_axis_real", &args).starts_with("error: make-series would give"));
    }
}
