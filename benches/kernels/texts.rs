//! Functions that make a text of a text.

use super::row::Call::Fixed;
use super::row::Gives::{Number, Text};
use super::row::{Row, row};

pub const TEXTS: &[Row] = &[
    row("tolower", "line", Text, Fixed("kql_tolower(line)"), "lower", Fixed("lower(line)")),
    row("toupper", "account", Text, Fixed("kql_toupper(account)"), "upper", Fixed("upper(account)")),
    row(
        "substring",
        "line",
        Text,
        Fixed("kql_substring(line, 20::BIGINT, 40::BIGINT)"),
        "substring",
        Fixed("substring(line, 21, 40)"),
    ),
    row(
        "indexof",
        "line",
        Number,
        Fixed("kql_indexof(line, '--url', NULL::BIGINT, NULL::BIGINT, NULL::BIGINT)"),
        "instr",
        Fixed("instr(line, '--url') - 1"),
    ),
    row(
        "split",
        "url",
        Text,
        Fixed("kql_split(url, '/', NULL::BIGINT)"),
        "string_split to JSON",
        Fixed("to_json(string_split(url, '/'))::VARCHAR"),
    ),
    row(
        "split, one part",
        "url",
        Text,
        Fixed("coalesce(kql_json_tostring(kql_json_get(kql_split(url, '/', NULL::BIGINT), 'i2:')), '')"),
        "split_part",
        Fixed("split_part(url, '/', 3)"),
    ),
    row(
        "replace_string",
        "line",
        Text,
        Fixed("kql_replace_string(line, 'example', 'e')"),
        "replace",
        Fixed("replace(line, 'example', 'e')"),
    ),
    row(
        "trim",
        "account",
        Text,
        Fixed("kql_trim('[a-z]', account)"),
        "regexp_replace",
        Fixed("regexp_replace(account, '^([a-z])|([a-z])$', '', 'g')"),
    )
    .other(),
    row(
        "strcat",
        "account",
        Text,
        Fixed("(account || '-' || ip)"),
        "concat",
        Fixed("concat(account, '-', ip)"),
    ),
    row(
        "hash_sha256",
        "account",
        Text,
        Fixed("coalesce(sha256(nullif(account, '')), '')"),
        "sha256",
        Fixed("sha256(account)"),
    ),
    row(
        "parse_url",
        "url",
        Text,
        Fixed("kql_parse_url(url)"),
        "regexp_extract",
        Fixed("regexp_extract(url, '^([a-z]+)://([^/:]+)(:[0-9]+)?([^?]*)[?]([^#]*)#(.*)$', 4)"),
    )
    .other(),
    row(
        "base64_decode_tostring",
        "account",
        Text,
        Fixed("kql_base64_decode(kql_base64_encode(account))"),
        "base64 and from_base64",
        Fixed("decode(from_base64(base64(encode(account))))"),
    ),
];
