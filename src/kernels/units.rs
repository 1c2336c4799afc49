//! Numbers from one unit of measure to another. Knows numbers and the names of units; see `rows`.

mod rows;

use super::Phys::{Real, Text};
use super::{Cell, Kernel, fail, strict};

pub const KERNELS: &[Kernel] = &[
    strict("kql_convert_angle", &[Real, Text, Text], Real, |args, out| convert(rows::ANGLE, args, out)),
    strict("kql_convert_energy", &[Real, Text, Text], Real, |args, out| convert(rows::ENERGY, args, out)),
    strict("kql_convert_force", &[Real, Text, Text], Real, |args, out| convert(rows::FORCE, args, out)),
    strict("kql_convert_length", &[Real, Text, Text], Real, |args, out| convert(rows::LENGTH, args, out)),
    strict("kql_convert_mass", &[Real, Text, Text], Real, |args, out| convert(rows::MASS, args, out)),
    strict("kql_convert_speed", &[Real, Text, Text], Real, |args, out| convert(rows::SPEED, args, out)),
    strict("kql_convert_temperature", &[Real, Text, Text], Real, |args, out| {
        convert(rows::TEMPERATURE, args, out)
    }),
    strict("kql_convert_volume", &[Real, Text, Text], Real, |args, out| convert(rows::VOLUME, args, out)),
];

/// One operation on the way from a unit to another. The order counts for the last digit.
#[derive(Clone, Copy, Debug)]
enum Step {
    Times(f64),
    Over(f64),
    Plus(f64),
    Minus(f64),
    Sin,
    Asin,
}

/// One unit of its kind.
struct Unit {
    name: &'static str,
    /// What the letters before the unit's name multiply it with: 1000 for kilo.
    prefix: Option<f64>,
    rule: Rule,
}

/// How a number in the unit becomes one in the base unit; back it is the opposite.
enum Rule {
    Times(f64),
    Over(f64),
    Steps { to_base: &'static [Step], from_base: &'static [Step] },
}

const fn unit(name: &'static str, rule: Rule) -> Unit {
    Unit { name, prefix: None, rule }
}

/// The base unit itself, or one with a prefix.
const fn base(name: &'static str) -> Unit {
    unit(name, Rule::Times(1.0))
}

/// So many base units are one of it.
const fn times(name: &'static str, factor: f64) -> Unit {
    unit(name, Rule::Times(factor))
}

/// So many of it are one base unit.
const fn over(name: &'static str, factor: f64) -> Unit {
    unit(name, Rule::Over(factor))
}

const fn steps(name: &'static str, to_base: &'static [Step], from_base: &'static [Step]) -> Unit {
    unit(name, Rule::Steps { to_base, from_base })
}

impl Unit {
    const fn prefixed(mut self, factor: f64) -> Unit {
        self.prefix = Some(factor);
        self
    }

    fn to_base(&self, value: f64) -> f64 {
        let plain = match self.rule {
            Rule::Times(factor) => value * factor,
            Rule::Over(factor) => value / factor,
            Rule::Steps { to_base, .. } => run(to_base, value),
        };
        self.prefix.map_or(plain, |prefix| plain * prefix)
    }

    fn of_base(&self, value: f64) -> f64 {
        let plain = match self.rule {
            Rule::Times(factor) => value / factor,
            Rule::Over(factor) => value * factor,
            Rule::Steps { from_base, .. } => run(from_base, value),
        };
        self.prefix.map_or(plain, |prefix| plain / prefix)
    }
}

fn run(steps: &[Step], value: f64) -> f64 {
    steps.iter().fold(value, |value, step| match step {
        Step::Times(factor) => value * factor,
        Step::Over(factor) => value / factor,
        Step::Plus(term) => value + term,
        Step::Minus(term) => value - term,
        Step::Sin => value.sin(),
        Step::Asin => value.asin(),
    })
}

/// Null for a unit that is none of its kind ("convert_length()").
fn convert<'a>(units: &[Unit], args: &[Cell<'a>], out: &'a mut String) -> Cell<'a> {
    let (Some(value), Some(from), Some(to)) = (args[0].real(), args[1].text(), args[2].text()) else {
        return Cell::Null;
    };
    // Whether Kusto reads names in any case is not recorded.
    for name in [from, to] {
        let near = units.iter().find(|unit| unit.name != name && unit.name.eq_ignore_ascii_case(name));
        if let Some(unit) = near {
            return fail(out, format_args!("no unit is called '{name}'; did you mean '{}'", unit.name));
        }
    }
    let named = |name: &str| units.iter().find(|unit| unit.name == name);
    match (named(from), named(to)) {
        (Some(_), Some(_)) if from == to => Cell::Real(value),
        (Some(from), Some(to)) => Cell::Real(to.of_base(from.to_base(value))),
        _ => Cell::Null,
    }
}

#[cfg(test)]
mod tests {
    use super::{Unit, rows};
    use crate::kernels::Cell;
    use crate::kernels::testing::call;

    fn converted(kind: &str, value: f64, from: &str, to: &str) -> String {
        call(&format!("kql_convert_{kind}"), &[Cell::Real(value), Cell::Text(from), Cell::Text(to)])
    }

    #[test]
    fn between_units() {
        for (kind, value, from, to, result) in [
            ("length", 2.0, "Inch", "Centimeter", "5.08"),
            ("length", 3.0, "Kilometer", "Meter", "3000.0"),
            ("mass", 1.0, "Kilotonne", "Kilogram", "1000000.0"),
            ("angle", 90.0, "Degree", "Radian", "1.5707963267948966"),
            ("temperature", 100.0, "DegreeCelsius", "DegreeFahrenheit", "212.0"),
            ("energy", 1.0, "KilowattHour", "Megajoule", "3.6"),
            ("speed", 36.0, "KilometerPerHour", "MeterPerSecond", "10.0"),
            ("volume", 1.0, "Liter", "CubicCentimeter", "1000.0"),
            ("force", 1.0, "Kilonewton", "Newton", "1000.0"),
            ("length", 1.0, "Meter", "Second", "NULL"),
        ] {
            assert_eq!(converted(kind, value, from, to), result, "{value} {from} in {to}");
        }
        assert!(converted("length", 1.0, "meter", "Foot").starts_with("error: "));
    }

    #[test]
    fn there_and_back_is_the_same() {
        let kinds: [&[Unit]; 8] = [
            rows::ANGLE,
            rows::ENERGY,
            rows::FORCE,
            rows::LENGTH,
            rows::MASS,
            rows::SPEED,
            rows::TEMPERATURE,
            rows::VOLUME,
        ];
        for unit in kinds.into_iter().flatten() {
            let back = unit.of_base(unit.to_base(0.5));
            assert!((back - 0.5).abs() < 1e-9, "{}: {back}", unit.name);
        }
    }
}
