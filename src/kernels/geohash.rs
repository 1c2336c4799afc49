//! Geohashes: boxes on the earth by halving longitude and latitude in turn. Knows text and numbers only.

use super::Phys::{Long, Real, Text};
use super::real::push_real;
use super::sphere::valid;
use super::{Cell, Kernel, lenient, strict};

const LETTERS: &[u8; 32] = b"0123456789bcdefghjkmnpqrstuvwxyz";
const LONGEST: usize = 18;

pub const KERNELS: &[Kernel] = &[
    lenient("kql_geohash", &[Real, Real, Long], Text, |args, out| {
        let length = args[2].long().and_then(|length| usize::try_from(length).ok());
        if let (Some(longitude), Some(latitude), Some(length)) = (args[0].real(), args[1].real(), length)
            && valid(longitude, latitude)
            && (1..=LONGEST).contains(&length)
        {
            write(longitude, latitude, length, out);
        }
        Cell::Text(out)
    }),
    strict("kql_geohash_center", &[Text], Text, |args, out| match args[0].text().and_then(read) {
        Some([longitude, latitude]) => {
            out.push_str("{\"type\":\"Point\",\"coordinates\":");
            push_point(longitude.middle(), latitude.middle(), out);
            out.push('}');
            Cell::Text(out)
        }
        None => Cell::Null,
    }),
    strict("kql_geohash_polygon", &[Text], Text, |args, out| match args[0].text().and_then(read) {
        Some([longitude, latitude]) => {
            out.push_str("{\"type\":\"Polygon\",\"coordinates\":[[");
            let (west, east, south, north) = (longitude.low, longitude.high, latitude.low, latitude.high);
            let corners = [(west, south), (east, south), (east, north), (west, north), (west, south)];
            for (at, (longitude, latitude)) in corners.into_iter().enumerate() {
                if at > 0 {
                    out.push(',');
                }
                push_point(longitude, latitude, out);
            }
            out.push_str("]]}");
            Cell::Text(out)
        }
        None => Cell::Null,
    }),
];

#[derive(Clone, Copy)]
struct Range {
    low: f64,
    high: f64,
}

impl Range {
    fn middle(self) -> f64 {
        (self.low + self.high) / 2.0
    }

    fn halve(&mut self, upper: bool) {
        let middle = self.middle();
        *(if upper { &mut self.low } else { &mut self.high }) = middle;
    }
}

/// Longitude and latitude, which is halved first.
const EARTH: [Range; 2] = [Range { low: -180.0, high: 180.0 }, Range { low: -90.0, high: 90.0 }];

fn write(longitude: f64, latitude: f64, length: usize, out: &mut String) {
    let (degrees, mut ranges) = ([longitude, latitude], EARTH);
    let mut axes = [0, 1].into_iter().cycle();
    for _ in 0..length {
        let letter = axes.by_ref().take(5).fold(0, |letter, axis| {
            let upper = degrees[axis] >= ranges[axis].middle();
            ranges[axis].halve(upper);
            letter << 1 | usize::from(upper)
        });
        out.push(char::from(LETTERS[letter]));
    }
}

/// The box of a geohash; `None` for what is none.
fn read(text: &str) -> Option<[Range; 2]> {
    if !(1..=LONGEST).contains(&text.len()) {
        return None;
    }
    let mut ranges = EARTH;
    let mut axes = [0, 1].into_iter().cycle();
    for byte in text.bytes() {
        let letter = LETTERS.iter().position(|letter| *letter == byte)?;
        for (bit, axis) in (0..5).rev().zip(axes.by_ref()) {
            ranges[axis].halve(letter >> bit & 1 == 1);
        }
    }
    Some(ranges)
}

fn push_point(longitude: f64, latitude: f64, out: &mut String) {
    out.push('[');
    push_real(longitude, out);
    out.push(',');
    push_real(latitude, out);
    out.push(']');
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn hash(longitude: f64, latitude: f64, length: i64) -> String {
        let mut out = String::new();
        let args = [Cell::Real(longitude), Cell::Real(latitude), Cell::Long(length)];
        (KERNELS[0].run)(&args, &mut out).text().unwrap().to_owned()
    }

    fn text(at: usize, hash: &str) -> Option<String> {
        let mut out = String::new();
        (KERNELS[at].run)(&[Cell::Text(hash)], &mut out).text().map(str::to_owned)
    }

    #[test]
    fn known_boxes() {
        assert_eq!(hash(-5.6, 42.6, 5), "ezs42", "the example of the geohash's inventor");
        assert_eq!(hash(180.0, 90.0, 3), "zzz");
        assert_eq!(hash(-180.0, -90.0, 18), "0".repeat(18));
        for wrong in [hash(180.5, 0.0, 5), hash(0.0, f64::NAN, 5), hash(0.0, 0.0, 19), hash(0.0, 0.0, 0)] {
            assert_eq!(wrong, "");
        }
    }

    #[test]
    fn boxes_as_geojson() {
        assert_eq!(text(1, "s").unwrap(), r#"{"type":"Point","coordinates":[22.5,22.5]}"#);
        assert_eq!(
            text(2, "s").unwrap(),
            r#"{"type":"Polygon","coordinates":[[[0.0,0.0],[45.0,0.0],[45.0,45.0],[0.0,45.0],[0.0,0.0]]]}"#
        );
        for none in ["", "a", "ezs4i", "é", "0000000000000000000"] {
            assert_eq!(text(1, none), None, "{none}");
        }
    }

    proptest! {
        #[test]
        fn a_point_lies_in_its_box(longitude in -180.0..180.0, latitude in -90.0..90.0, length in 1i64..=18) {
            let hash = hash(longitude, latitude, length);
            let [across, up] = read(&hash).unwrap();
            prop_assert!((across.low..=across.high).contains(&longitude));
            prop_assert!((up.low..=up.high).contains(&latitude));
        }

        #[test]
        fn the_middle_of_a_box_has_its_hash(hash in "[0-9b-hjkmnp-z]{1,9}") {
            let [across, up] = read(&hash).unwrap();
            prop_assert_eq!(super::tests::hash(across.middle(), up.middle(), hash.len() as i64), hash);
        }
    }
}
