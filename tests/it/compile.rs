//! Properties of the compiler: no text makes it panic, and what it makes of a query holds on data.

use kqlhunt::catalog::tables;
use kqlhunt::compile::{Options, compile};
use proptest::prelude::*;

const WORDS: &[&str] = &[
    "OfficeActivity",
    "CloudAppEvents",
    "|",
    "where",
    "extend",
    "project",
    "summarize",
    "by",
    "join",
    "kind",
    "=",
    "inner",
    "on",
    "$left",
    ".",
    "$right",
    "==",
    "(",
    ")",
    "[",
    "]",
    ",",
    ";",
    "let",
    "x",
    "UserId",
    "print",
    "1",
    "1.5",
    "'a'",
    "datetime(2026-05-14)",
    "1h",
    "ago",
    "count",
    "make_set",
    "arg_max",
    "*",
    "union",
    "isfuzzy",
    "true",
    "mv-expand",
    "to",
    "typeof",
    "long",
    "dynamic",
    "{",
    "}",
    ":",
    "sort",
    "asc",
    "take",
    "top",
    "distinct",
    "datatable",
    "range",
    "from",
    "step",
    "in",
    "!in",
    "has_any",
    "between",
    "..",
    "and",
    "or",
    "not",
    "-",
    "+",
    "/",
    "%",
    "toscalar",
    "materialize",
    "as",
    "render",
    "timechart",
    "with",
    "prev",
    "row_number",
    "serialize",
    "set",
    "declare",
    "query_parameters",
    "project-away",
    "lookup",
    "getschema",
    "null",
    "\"",
    "@'",
    "```",
    "//",
    "\n",
];

const QUERIES: &[&str] = &[
    "CloudAppEvents | where ActionType == 'x' | summarize count() by bin(Timestamp, 1d) | render timechart",
    "let T = OfficeActivity | where TimeGenerated > ago(1h); T | join kind=leftouter (T | summarize n = count() by UserId) on UserId | project UserId, n",
    "datatable(a:long, d:dynamic)[1, dynamic([1, 2])] | mv-expand d to typeof(long) | extend r = d in (1, a) | sort by d asc nulls last",
    "union withsource=S (print x = 1), (print x = 'a') | summarize arg_max(x_long, *) by S",
];

fn survives(text: &str) {
    let schema = tables::schema();
    let compilation = compile(text, &schema, &Options::default());
    for found in &compilation.diagnostics {
        assert!(found.span.start <= found.span.end && found.span.end as usize <= text.len(), "{found:?}");
        assert!(!found.message.is_empty());
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 192, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text_compiles_or_is_refused(text in ".{0,120}") {
        survives(&text);
    }

    #[test]
    fn any_words_compile_or_are_refused(words in prop::collection::vec(prop::sample::select(WORDS), 0..30)) {
        survives(&words.join(" "));
    }

    #[test]
    fn any_damage_compiles_or_is_refused(
        query in prop::sample::select(QUERIES),
        cut in any::<prop::sample::Index>(),
        length in 0usize..20,
        word in prop::sample::select(WORDS),
    ) {
        let from = cut.index(query.len());
        let to = (from + length).min(query.len());
        survives(&query[..from]);
        survives(&format!("{}{}", &query[..from], &query[to..]));
        survives(&format!("{}{word}{}", &query[..from], &query[to..]));
    }
}
