//! Points on the earth, taken as a sphere, by longitude and latitude in degrees. The radius is that of the S2
//! library: with it lengths equal Kusto's to the last digit (geo-line-length-function-00). Knows numbers only.

use std::f64::consts::PI;

use super::Phys::{Bool, Real};
use super::{Cell, Kernel, strict};

const RADIUS: f64 = 6_371_010.0;

/// Points closer than this, in radians, are one point.
const SAME: f64 = 1e-15;

pub const KERNELS: &[Kernel] = &[
    strict("kql_geo_distance", &[Real; 4], Real, |args, _| {
        let [from, to] = points(args);
        Option::zip(from, to).map(|(from, to)| from.arc(to) * RADIUS).into()
    }),
    strict("kql_geo_in_circle", &[Real; 5], Bool, |args, _| {
        let [point, center] = points(args);
        let radius = args[4].real().filter(|radius| *radius > 0.0);
        let all = point.zip(center).zip(radius);
        all.map(|((point, center), radius)| point.arc(center) * RADIUS <= radius).into()
    }),
    strict("kql_geo_azimuth", &[Real; 4], Real, |args, _| {
        let [from, to] = points(args);
        Option::zip(from, to).and_then(|(from, to)| from.azimuth(to)).into()
    }),
    strict("kql_geo_angle", &[Real; 6], Real, |args, _| {
        let [first, second, third] = points(args);
        first.zip(second).zip(third).and_then(|((first, second), third)| angle(first, second, third)).into()
    }),
];

/// In radians.
#[derive(Clone, Copy)]
struct Point {
    longitude: f64,
    latitude: f64,
}

/// Each two arguments are a point; `None` for what lies on no globe.
fn points<const N: usize>(args: &[Cell<'_>]) -> [Option<Point>; N] {
    std::array::from_fn(|at| point(args[at * 2].real()?, args[at * 2 + 1].real()?))
}

fn point(longitude: f64, latitude: f64) -> Option<Point> {
    valid(longitude, latitude)
        .then(|| Point { longitude: longitude.to_radians(), latitude: latitude.to_radians() })
}

/// Whether these degrees are a place.
pub fn valid(longitude: f64, latitude: f64) -> bool {
    (-180.0..=180.0).contains(&longitude) && (-90.0..=90.0).contains(&latitude)
}

impl Point {
    /// The shortest way between two points, in radians.
    fn arc(self, other: Point) -> f64 {
        let north = ((other.latitude - self.latitude) / 2.0).sin();
        let east = ((other.longitude - self.longitude) / 2.0).sin();
        let square = north * north + east * east * self.latitude.cos() * other.latitude.cos();
        2.0 * square.min(1.0).sqrt().asin()
    }

    /// Neither one point with another nor on the other side of the earth: there is one shortest way.
    fn apart(self, other: Point) -> bool {
        (SAME..PI - SAME).contains(&self.arc(other))
    }

    /// The direction from here to there: clockwise from north, in radians from 0 to below a whole turn.
    fn azimuth(self, other: Point) -> Option<f64> {
        let east = other.longitude - self.longitude;
        let sideways = east.sin() * other.latitude.cos();
        let ahead = self.latitude.cos() * other.latitude.sin()
            - self.latitude.sin() * other.latitude.cos() * east.cos();
        self.apart(other).then(|| below_a_turn(sideways.atan2(ahead).rem_euclid(2.0 * PI)))
    }

    fn vector(self) -> [f64; 3] {
        let across = self.latitude.cos();
        [self.longitude.cos() * across, self.longitude.sin() * across, self.latitude.sin()]
    }
}

/// Clockwise from the line that leads to the second point to the one that leads on from there.
fn angle(first: Point, second: Point, third: Point) -> Option<f64> {
    if !first.apart(second) || !second.apart(third) {
        return None;
    }
    let [first, second, third] = [first, second, third].map(Point::vector);
    let (before, after) = (cross(first, second), cross(second, third));
    let turn = length(cross(before, after)).atan2(dot(before, after));
    let left = dot(first, after) > 0.0;
    Some(below_a_turn(if left { PI - turn } else { PI + turn }))
}

fn below_a_turn(angle: f64) -> f64 {
    if angle < 2.0 * PI { angle } else { 0.0 }
}

fn cross(a: [f64; 3], b: [f64; 3]) -> [f64; 3] {
    [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]]
}

fn dot(a: [f64; 3], b: [f64; 3]) -> f64 {
    a[0] * b[0] + a[1] * b[1] + a[2] * b[2]
}

fn length(a: [f64; 3]) -> f64 {
    dot(a, a).sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn run(name: &str, degrees: &[f64]) -> Cell<'static> {
        let kernel = KERNELS.iter().find(|kernel| kernel.name == name).unwrap();
        let args: Vec<Cell<'_>> = degrees.iter().map(|degree| Cell::Real(*degree)).collect();
        match (kernel.run)(&args, &mut String::new()) {
            Cell::Real(value) => Cell::Real(value),
            Cell::Bool(value) => Cell::Bool(value),
            _ => Cell::Null,
        }
    }

    /// A quarter of the earth's girth, in meters.
    const QUARTER: f64 = RADIUS * PI / 2.0;

    #[test]
    fn ways_between_known_places() {
        let way = |degrees: [f64; 4]| run("kql_geo_distance", &degrees).real().unwrap();
        assert!((way([0.0, 0.0, 90.0, 0.0]) - QUARTER).abs() < 1e-6);
        assert!((way([10.0, 90.0, 77.0, 0.0]) - QUARTER).abs() < 1e-6, "from the pole");
        assert!((way([-180.0, 12.0, 180.0, 12.0])).abs() < 1e-6, "the meridian where days change is one");
        assert_eq!(way([8.5, 47.3, 8.5, 47.3]), 0.0);
        assert_eq!(run("kql_geo_distance", &[181.0, 0.0, 0.0, 0.0]), Cell::Null);
        assert_eq!(run("kql_geo_distance", &[0.0, 0.0, 0.0, f64::NAN]), Cell::Null);
    }

    #[test]
    fn a_circle_has_its_rim_and_a_radius_above_zero() {
        let inside = |radius| run("kql_geo_in_circle", &[0.0, 0.0, 0.0, 1.0, radius]);
        assert_eq!(inside(111_000.0), Cell::Bool(false));
        assert_eq!(inside(112_000.0), Cell::Bool(true));
        assert_eq!(inside(1e12), Cell::Bool(true), "the whole earth");
        assert_eq!(inside(0.0), Cell::Null);
        assert_eq!(inside(-5.0), Cell::Null);
    }

    #[test]
    fn directions_go_clockwise_from_north() {
        let to = |longitude, latitude| run("kql_geo_azimuth", &[0.0, 0.0, longitude, latitude]).real();
        let near = |found: Option<f64>, wanted: f64| (found.unwrap() - wanted).abs() < 1e-12;
        assert!(near(to(0.0, 5.0), 0.0) && near(to(5.0, 0.0), PI / 2.0));
        assert!(near(to(0.0, -5.0), PI) && near(to(-5.0, 0.0), PI * 1.5));
        assert_eq!(to(0.0, 0.0), None, "nowhere");
        assert_eq!(to(180.0, 0.0), None, "every direction leads there");
    }

    #[test]
    fn angles_go_clockwise_from_the_first_line() {
        let corner = |longitude, latitude| {
            run("kql_geo_angle", &[0.0, 5.0, 0.0, 0.0, longitude, latitude]).real().unwrap()
        };
        assert!((corner(5.0, 0.0) - PI / 2.0).abs() < 1e-12);
        assert!((corner(0.0, -5.0) - PI).abs() < 1e-12);
        assert!((corner(-5.0, 0.0) - PI * 1.5).abs() < 1e-12);
        assert_eq!(run("kql_geo_angle", &[0.0, 5.0, 0.0, 5.0, 1.0, 1.0]), Cell::Null);
    }

    proptest! {
        #[test]
        fn the_way_back_is_as_long(a in -180.0..180.0, b in -90.0..90.0, c in -180.0..180.0, d in -90.0..90.0) {
            let there = run("kql_geo_distance", &[a, b, c, d]).real().unwrap();
            let back = run("kql_geo_distance", &[c, d, a, b]).real().unwrap();
            prop_assert!((there - back).abs() < 1e-6);
            prop_assert!((0.0..=2.0 * QUARTER).contains(&there));
        }

        #[test]
        fn an_angle_lies_between_two_directions(a in -80.0..80.0, b in -80.0..80.0, c in -80.0..80.0, d in -80.0..80.0) {
            let first = run("kql_geo_azimuth", &[1.0, 2.0, a, b]).real();
            let third = run("kql_geo_azimuth", &[1.0, 2.0, c, d]).real();
            let angle = run("kql_geo_angle", &[a, b, 1.0, 2.0, c, d]).real();
            if let (Some(first), Some(third), Some(angle)) = (first, third, angle) {
                let between = (third - first).rem_euclid(2.0 * PI);
                let off = (angle - between).abs();
                prop_assert!(off < 1e-6 || (off - 2.0 * PI).abs() < 1e-6, "{angle} {between}");
            }
        }
    }
}
