//! Conversions, times, addresses and JSON.

use super::row::Call::{Fixed, Listed};
use super::row::Gives::{Bool, Number, Text};
use super::row::{Row, row};

fn range(at: usize) -> String {
    format!("{}.{}.0.0/16", 11 + at % 150, at / 150 % 256)
}

pub const VALUES: &[Row] = &[
    row(
        "tolong",
        "n as text",
        Number,
        Fixed("kql_tolong_text(n::VARCHAR)"),
        "TRY_CAST",
        Fixed("TRY_CAST(n::VARCHAR AS BIGINT)"),
    ),
    row(
        "todatetime",
        "time as text",
        Number,
        Fixed("kql_todatetime(time::VARCHAR)"),
        "TRY_CAST",
        Fixed("epoch_us(TRY_CAST(time::VARCHAR AS TIMESTAMP))"),
    )
    .other(),
    row(
        "bin by a day",
        "ticks",
        Number,
        Fixed("ticks // 864000000000 * 864000000000"),
        "date_trunc",
        Fixed("epoch_us(date_trunc('day', time))"),
    )
    .bar(1.2)
    .other(),
    row(
        "format_datetime",
        "ticks",
        Text,
        Fixed("kql_format_datetime(ticks, 'yyyy-MM-dd HH:mm')"),
        "strftime",
        Fixed("strftime(time, '%Y-%m-%d %H:%M')"),
    ),
    row(
        "ipv4_is_in_range",
        "ip",
        Bool,
        Fixed("kql_ipv4_is_match(ip, '10.0.0.0/8', NULL)"),
        "prefix",
        Fixed("prefix(ip, '10.')"),
    ),
    row(
        "ipv4_is_in_any_range, 1,000 ranges",
        "ip",
        Bool,
        Listed("kql_ipv4_is_in_any_range(ip, JSON)", 1_000, range),
        "IN of the first two numbers",
        Listed("regexp_extract(ip, '^[0-9]+[.][0-9]+') || '.0.0/16' IN (LIST)", 1_000, range),
    ),
    row(
        "ipv4_is_private",
        "ip",
        Bool,
        Fixed("kql_ipv4_is_private(ip)"),
        "regexp_matches",
        Fixed(r"regexp_matches(ip, '^(10\.|192\.168\.|172\.(1[6-9]|2[0-9]|3[01])\.)')"),
    ),
    row(
        "parse_ipv4",
        "ip",
        Number,
        Fixed("kql_parse_ipv4(ip, NULL)"),
        "split_part",
        Fixed(
            "split_part(ip, '.', 1)::BIGINT * 16777216 + split_part(ip, '.', 2)::BIGINT * 65536 + split_part(ip, '.', 3)::BIGINT * 256 + split_part(ip, '.', 4)::BIGINT",
        ),
    ),
    row(
        "has_ipv4",
        "line",
        Bool,
        Fixed("kql_has_any_ipv4(line, '203.0.113.7')"),
        "contains",
        Fixed("contains(line, '203.0.113.7')"),
    ),
    row("parse_json", "json", Text, Fixed("kql_parse_json(json)"), "CAST to JSON", Fixed("json::JSON"))
        .docs(),
    row(
        "one property",
        "json",
        Text,
        Fixed("coalesce(kql_json_tostring(kql_json_get(json, 'k6:UserId')), '')"),
        "->>",
        Fixed("json->>'$.UserId'"),
    )
    .docs(),
    row(
        "a property of an element",
        "json",
        Text,
        Fixed("coalesce(kql_json_tostring(kql_json_get(json, 'k10:Parametersi1:k5:Value')), '')"),
        "->>",
        Fixed("json->>'$.Parameters[1].Value'"),
    )
    .docs(),
    row(
        "has in JSON",
        "json",
        Bool,
        Fixed("kql_has(json, 'mimikatz')"),
        "contains",
        Fixed("contains(json, 'Mimikatz')"),
    )
    .docs(),
];
