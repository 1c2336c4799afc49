//! Literals and the words that functions know.

use kqlhunt::types::Type;

use super::Random;

pub const WORDS: &[&str] = &[
    "'day'",
    "'week_of_year'",
    "'Hour'",
    "'minute'",
    "'second'",
    "'nanosecond'",
    "'month'",
    "'year'",
    "'quarter'",
    "'yyyy-MM-dd HH:mm:ss.fffffff'",
    "'d.hh:mm'",
    "'$.a[0]'",
    "'UTC'",
    "'Europe/Berlin'",
    "'US/Pacific'",
    "'a'",
    "','",
    "'10.0.0.0/8'",
    "'192.168.1.1'",
    "'::1'",
    "'fe80::/10'",
    "'https://user:pw@example.com:8080/p/a?q=1#f'",
    "'KB'",
    "'GB'",
    "'{\"a\": [1, 2]}'",
    "'YWJj'",
    "'{{'",
    "'g'",
    "'1.2.3.4'",
    "'%20'",
];

pub fn literal(random: &mut Random, ty: Type) -> &'static str {
    let all: &[&'static str] = match ty {
        Type::Bool => &["true", "false", "bool(null)"],
        Type::Datetime => &[
            "datetime(2026-05-14)",
            "datetime(2026-05-14 12:34:56.1234567)",
            "datetime(0001-01-01)",
            "datetime(9999-12-31 23:59:59.9999999)",
            "datetime(1969-12-31 23:59:59)",
            "datetime(null)",
            "now()",
        ],
        Type::Decimal => &["decimal(1.5)", "decimal(null)"],
        Type::Dynamic => &[
            "dynamic({'a': [1, {'b': null}], 'b c': 'x'})",
            "dynamic([1, 2.5, 'x', null, true, [3]])",
            "dynamic([])",
            "dynamic({})",
            "dynamic(null)",
            "dynamic('text')",
            "dynamic(42)",
            "dynamic([3, 1, 2])",
            "dynamic(['b', 'a', 'b'])",
        ],
        Type::Guid => &["guid(74be27de-1e4e-49d9-b579-fe0b331d3642)", "guid(null)"],
        Type::Int => &["int(1)", "int(-7)", "int(2147483647)", "int(null)"],
        Type::Long => &[
            "1",
            "0",
            "-1",
            "42",
            "3",
            "2",
            "9223372036854775807",
            "-9223372036854775807",
            "long(null)",
            "1000000000000",
        ],
        Type::Real => {
            &["1.5", "0.0", "-2.25", "real(nan)", "real(+inf)", "real(-inf)", "1e308", "1e-308", "real(null)"]
        }
        Type::String => &[
            "'a'",
            "''",
            "'Hello World'",
            "'1'",
            "'2026-05-14T00:00:00Z'",
            "'{\"a\": 1}'",
            "'10.0.0.1'",
            "'a,b;c d'",
            "'\u{e9}\u{1f600}'",
            "'\\\\x'",
            "'tab\\there'",
            "\"it's\"",
        ],
        Type::Timespan => {
            &["1d", "-1h", "0s", "1.5m", "1tick", "timespan(null)", "time(1.02:03:04.0000001)", "10675199d"]
        }
    };
    random.pick::<&'static str>(all)
}
