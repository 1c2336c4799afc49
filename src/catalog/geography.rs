//! Points on the earth. Knows `kernels::{sphere, geohash}` by name. Lines, areas and cells of other grids are in
//! [`super::absent`].

use super::func::Lower::{Kernel, Refuse, Sql};
use super::func::Ret::Is;
use super::func::{BOOL, Func, LONG, PLAIN, Param, REAL, f, named, sig};
use crate::types::Type::{Bool, Dynamic, Real, String};

const LONGITUDE: Param = named("longitude", REAL);
const LATITUDE: Param = named("latitude", REAL);
const GEOHASH: Param = named("geohash", PLAIN);

pub static ROWS: &[Func] = &[
    f(
        "geo_distance_2points",
        &[
            sig(&[LONGITUDE, LATITUDE, LONGITUDE, LATITUDE], Is(Real), Kernel("kql_geo_distance")),
            sig(
                &[LONGITUDE, LATITUDE, LONGITUDE, LATITUDE, named("use_spheroid", BOOL)],
                Is(Real),
                Refuse("How Kusto measures on a spheroid is not published; leave the last argument out to measure on a sphere."),
            ),
        ],
    )
    .doc("The shortest way between two points on the earth, in meters.")
    .trap("The longitude comes before the latitude; a point that is on no globe gives null.")
    .example("print round(geo_distance_2points(8.54, 47.37, 2.35, 48.86))", "488314.0"),
    f(
        "geo_point_in_circle",
        &[sig(
            &[LONGITUDE, LATITUDE, LONGITUDE, LATITUDE, named("radius", REAL)],
            Is(Bool),
            Kernel("kql_geo_in_circle"),
        )],
    )
    .doc("Whether a point lies within so many meters around another.")
    .trap("A radius that is not above zero gives null.")
    .example("print geo_point_in_circle(8.54, 47.37, 8.55, 47.37, 1000)", "true"),
    f(
        "geo_azimuth",
        &[sig(&[LONGITUDE, LATITUDE, LONGITUDE, LATITUDE], Is(Real), Kernel("kql_geo_azimuth"))],
    )
    .doc("The direction from one point to another, in radians clockwise from north.")
    .trap("It is null between a point and itself, and between points on opposite sides of the earth.")
    .example("print round(degrees(geo_azimuth(0, 0, 5, 0)))", "90.0"),
    f(
        "geo_angle",
        &[sig(
            &[LONGITUDE, LATITUDE, LONGITUDE, LATITUDE, LONGITUDE, LATITUDE],
            Is(Real),
            Kernel("kql_geo_angle"),
        )],
    )
    .doc("The angle at the second of three points, in radians clockwise from the first line to the second.")
    .trap("It is null where two points that follow each other are one, or on opposite sides of the earth.")
    .example("print round(degrees(geo_angle(0, 5, 0, 0, 5, 0)))", "90.0"),
    f(
        "geo_point_to_geohash",
        &[
            sig(&[LONGITUDE, LATITUDE], Is(String), Sql("kql_geohash({0}, {1}, 5)")),
            sig(&[LONGITUDE, LATITUDE, named("accuracy", LONG)], Is(String), Kernel("kql_geohash")),
        ],
    )
    .doc("The geohash of a point, with 5 letters or as many as asked for, up to 18.")
    .trap("Two points that are close to each other may have geohashes that differ from the first letter on.")
    .example("print geo_point_to_geohash(-5.6, 42.6)", "ezs42"),
    f("geo_geohash_to_central_point", &[sig(&[GEOHASH], Is(Dynamic), Kernel("kql_geohash_center"))])
        .doc("The middle of a geohash's box, as a point in GeoJSON.")
        .trap("The longitude comes before the latitude; what is no geohash gives null.")
        .example("print tostring(geo_geohash_to_central_point('s').coordinates)", "[22.5,22.5]"),
    f("geo_geohash_to_polygon", &[sig(&[GEOHASH], Is(Dynamic), Kernel("kql_geohash_polygon"))])
        .doc("A geohash's box, as a polygon in GeoJSON.")
        .example("print array_length(geo_geohash_to_polygon('ezs42').coordinates[0])", "5"),
];
