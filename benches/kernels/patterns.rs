//! Regular expressions.

use super::row::Call::Fixed;
use super::row::Gives::{Bool, Text};
use super::row::{Row, row};

pub const PATTERNS: &[Row] = &[
    row(
        "matches regex, a literal in it",
        "line",
        Bool,
        Fixed(r"kql_matches_known(line, '(?i)invoke-\w+')"),
        "regexp_matches",
        Fixed(r"regexp_matches(line, '(?i)invoke-\w+')"),
    )
    .bar(1.0),
    row(
        "matches regex, base64",
        "line",
        Bool,
        Fixed("kql_matches_known(line, 'EncodedCommand [A-Za-z0-9+/=]{20,}')"),
        "regexp_matches",
        Fixed("regexp_matches(line, 'EncodedCommand [A-Za-z0-9+/=]{20,}')"),
    )
    .bar(1.0),
    row(
        "matches regex, no literal",
        "line",
        Bool,
        Fixed("kql_matches_known(line, '[A-Za-z0-9+/]{36,}={0,2}')"),
        "regexp_matches",
        Fixed("regexp_matches(line, '[A-Za-z0-9+/]{36,}={0,2}')"),
    )
    .bar(1.0),
    row(
        "extract, a group",
        "line",
        Text,
        Fixed("kql_extract_known('--url https?://([^/]+)/', 1, line)"),
        "regexp_extract",
        Fixed("regexp_extract(line, '--url https?://([^/]+)/', 1)"),
    )
    .bar(1.0),
    row(
        "extract, a number",
        "line",
        Text,
        Fixed("kql_extract_known('/id:([0-9]+)', 1, line)"),
        "regexp_extract",
        Fixed("regexp_extract(line, '/id:([0-9]+)', 1)"),
    )
    .bar(1.0),
    row(
        "extract_all",
        "line",
        Text,
        Fixed("kql_extract_all('([0-9]+)', NULL, line)"),
        "regexp_extract_all to JSON",
        Fixed("to_json(regexp_extract_all(line, '([0-9]+)', 1))::VARCHAR"),
    )
    .bar(1.0),
    row(
        "replace_regex",
        "line",
        Text,
        Fixed("kql_replace_known(line, '[0-9]+', 'N')"),
        "regexp_replace",
        Fixed("regexp_replace(line, '[0-9]+', 'N', 'g')"),
    )
    .bar(1.0),
];
