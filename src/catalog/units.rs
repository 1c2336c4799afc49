//! Units of measure. Knows `kernels::units` by name.

use super::func::Lower::Kernel;
use super::func::Ret::Is;
use super::func::{Func, ONLY_STR, Param, REAL, Sig, f, named, sig};
use crate::types::Type::Real;

const CONVERTED: &[Param] = &[REAL, named("from", ONLY_STR), named("to", ONLY_STR)];

macro_rules! sigs {
    ($($name:ident $kernel:literal;)*) => {
        $(const $name: &[Sig] = &[sig(CONVERTED, Is(Real), Kernel($kernel))];)*
    };
}

sigs! {
    ANGLE "kql_convert_angle";
    ENERGY "kql_convert_energy";
    FORCE "kql_convert_force";
    LENGTH "kql_convert_length";
    MASS "kql_convert_mass";
    SPEED "kql_convert_speed";
    TEMPERATURE "kql_convert_temperature";
    VOLUME "kql_convert_volume";
}

const fn unit(name: &'static str, sigs: &'static [Sig]) -> Func {
    f(name, sigs).trap("Null for a unit that is none of its kind; names are those of Kusto's page, as Foot.")
}

pub static ROWS: &[Func] = &[
    unit("convert_angle", ANGLE)
        .doc("An angle in another unit of measure.")
        .example("print convert_angle(90, 'Degree', 'Gradian')", "100.0"),
    unit("convert_energy", ENERGY)
        .doc("An energy in another unit of measure.")
        .example("print convert_energy(1, 'KilowattHour', 'Megajoule')", "3.6"),
    unit("convert_force", FORCE)
        .doc("A force in another unit of measure.")
        .example("print convert_force(2, 'Kilonewton', 'Newton')", "2000.0"),
    unit("convert_length", LENGTH)
        .doc("A length in another unit of measure.")
        .example("print convert_length(2, 'Kilometer', 'Meter')", "2000.0"),
    unit("convert_mass", MASS)
        .doc("A mass in another unit of measure.")
        .example("print convert_mass(2, 'Tonne', 'Kilogram')", "2000.0"),
    unit("convert_speed", SPEED)
        .doc("A speed in another unit of measure.")
        .example("print convert_speed(36, 'KilometerPerHour', 'MeterPerSecond')", "10.0"),
    unit("convert_temperature", TEMPERATURE)
        .doc("A temperature in another unit of measure.")
        .example("print convert_temperature(20, 'DegreeCelsius', 'Kelvin')", "293.15"),
    unit("convert_volume", VOLUME)
        .doc("A volume in another unit of measure.")
        .example("print convert_volume(2, 'Liter', 'CubicCentimeter')", "2000.0"),
];
