//! Operators that look for a text or a word in a text.

use super::row::Call::{Fixed, Listed};
use super::row::Gives::{Bool, Text};
use super::row::{Row, row};

fn user(at: usize) -> String {
    format!("user{}@contoso.example", at * 17 + 3)
}

fn word(at: usize) -> String {
    format!("tool{at}x")
}

pub const SEARCHES: &[Row] = &[
    row("reading the text alone", "line", Text, Fixed("line"), "the same", Fixed("line")),
    row(
        "has",
        "line",
        Bool,
        Fixed("kql_has(line, 'Invoke')"),
        "regexp_matches",
        Fixed(r"regexp_matches(line, '(?i)\bInvoke\b')"),
    )
    .bar(0.2),
    row("has", "line", Bool, Fixed("kql_has(line, 'Invoke')"), "contains", Fixed("contains(line, 'Invoke')"))
        .bar(1.5),
    row(
        "has, a usual word",
        "line",
        Bool,
        Fixed("kql_has(line, 'powershell')"),
        "contains",
        Fixed("contains(line, 'powershell')"),
    )
    .bar(1.5),
    row(
        "has, absent",
        "line",
        Bool,
        Fixed("kql_has(line, 'sekurlsa')"),
        "contains",
        Fixed("contains(line, 'sekurlsa')"),
    )
    .bar(1.5),
    row(
        "has_cs",
        "line",
        Bool,
        Fixed("kql_has_cs(line, 'Invoke')"),
        "contains",
        Fixed("contains(line, 'Invoke')"),
    ),
    row(
        "hasprefix",
        "line",
        Bool,
        Fixed("kql_hasprefix(line, 'mimi')"),
        "ILIKE",
        Fixed("line ILIKE '%mimi%'"),
    ),
    row(
        "contains",
        "line",
        Bool,
        Fixed("kql_contains(line, 'mimikatz')"),
        "ILIKE",
        Fixed("line ILIKE '%mimikatz%'"),
    )
    .bar(1.0),
    row(
        "contains, a usual word",
        "line",
        Bool,
        Fixed("kql_contains(line, 'shell')"),
        "ILIKE",
        Fixed("line ILIKE '%shell%'"),
    )
    .bar(1.0),
    row(
        "contains_cs",
        "line",
        Bool,
        Fixed("kql_contains_cs(line, 'Mimikatz')"),
        "contains",
        Fixed("contains(line, 'Mimikatz')"),
    ),
    row(
        "startswith",
        "line",
        Bool,
        Fixed("kql_startswith(line, 'POWERSHELL')"),
        "ILIKE",
        Fixed("line ILIKE 'POWERSHELL%'"),
    ),
    row(
        "startswith_cs",
        "line",
        Bool,
        Fixed("kql_startswith_cs(line, 'powershell')"),
        "prefix",
        Fixed("prefix(line, 'powershell')"),
    ),
    row(
        "endswith",
        "account",
        Bool,
        Fixed("kql_endswith(account, '7@CONTOSO.example')"),
        "ILIKE",
        Fixed("account ILIKE '%7@CONTOSO.example'"),
    ),
    row(
        "=~",
        "account",
        Bool,
        Fixed("kql_equals_fold(account, 'USER77@contoso.example')"),
        "lower and =",
        Fixed("lower(account) = 'user77@contoso.example'"),
    ),
    row(
        "has, of 7 texts",
        "operation",
        Bool,
        Fixed("kql_has(operation, 'inboxrule')"),
        "ILIKE",
        Fixed("operation ILIKE '%inboxrule%'"),
    )
    .bar(1.5),
    row(
        "contains, of 7 texts",
        "operation",
        Bool,
        Fixed("kql_contains(operation, 'INBOX')"),
        "ILIKE",
        Fixed("operation ILIKE '%INBOX%'"),
    )
    .bar(1.0),
    row(
        "matches regex, of 7 texts",
        "operation",
        Bool,
        Fixed("kql_matches_known(operation, '^New-.*Rule$')"),
        "regexp_matches",
        Fixed("regexp_matches(operation, '^New-.*Rule$')"),
    )
    .bar(1.0),
    row(
        "tolower, of 7 texts",
        "operation",
        Text,
        Fixed("kql_tolower(operation)"),
        "lower",
        Fixed("lower(operation)"),
    ),
    row(
        "has_any, 10 words",
        "line",
        Bool,
        Listed("kql_has_any_json(line, JSON)", 10, word),
        "regexp_matches",
        Listed(r"regexp_matches(line, '(?i)\b(PATTERN)\b')", 10, word),
    ),
    row(
        "has_any, 1,000 words",
        "line",
        Bool,
        Listed("kql_has_any_json(line, JSON)", 1_000, word),
        "regexp_matches",
        Listed(r"regexp_matches(line, '(?i)\b(PATTERN)\b')", 1_000, word),
    ),
    row(
        "in~, 10 values",
        "account",
        Bool,
        Listed("kql_fold(account) IN (LIST)", 10, user),
        "lower and IN",
        Listed("lower(account) IN (LIST)", 10, user),
    ),
    row(
        "in~, 1,000 values",
        "account",
        Bool,
        Listed("kql_among(kql_fold(account), JSON)", 1_000, user),
        "lower and IN",
        Listed("lower(account) IN (LIST)", 1_000, user),
    ),
    row(
        "in~, 10,000 values",
        "account",
        Bool,
        Listed("kql_among(kql_fold(account), JSON)", 10_000, user),
        "lower and IN",
        Listed("lower(account) IN (LIST)", 10_000, user),
    ),
];
