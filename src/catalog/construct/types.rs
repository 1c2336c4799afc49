//! Scalar types ("Scalar data types" in the Kusto reference). Data only.

use super::{Construct, row};

pub static ROWS: &[Construct] = &[
    row("bool", "True or false.", ("print x = 1 == 1 | getschema | project ColumnType", "bool"))
        .also(&["boolean"]),
    row(
        "datetime",
        "A point in time in UTC, to 100 ns, in the years 1 to 9999.",
        ("print datetime(2026-05-14 08:30)", "2026-05-14T08:30:00Z"),
    )
    .also(&["date"]),
    row("decimal", "A decimal number of up to 34 digits.", ("print decimal(0.1) + decimal(0.2)", "0.3")),
    row(
        "dynamic",
        "An array, a property bag or one value of another type.",
        ("print tostring(dynamic({'a': [1, 2]}).a[1])", "2"),
    ),
    row(
        "guid",
        "An identifier of 128 bits.",
        (
            "print tostring(guid(74BE27DE-1E4E-49D9-B579-FE0B331D3642))",
            "74be27de-1e4e-49d9-b579-fe0b331d3642",
        ),
    )
    .also(&["uuid", "uniqueid"]),
    row("int", "A whole number of 32 bits.", ("print x = int(7) | getschema | project ColumnType", "int")),
    row(
        "long",
        "A whole number of 64 bits, which wraps.",
        ("print 9223372036854775807 + 1", "-9223372036854775808"),
    ),
    row("real", "A number of double precision, with NaN and infinity.", ("print 1.0 / 0 > 5", "true"))
        .also(&["double"]),
    row("string", "Text in Unicode; never null.", ("print isnull(tostring(int(null)))", "false")),
    row("timespan", "A span of time, to 100 ns.", ("print 1d / 1h", "24.0")).also(&["time"]),
];
