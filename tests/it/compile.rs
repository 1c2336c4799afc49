//! Properties of the compiler: no text makes it panic, and what it makes of a query holds on data.

use kqlhunt::catalog::tables;
use kqlhunt::compile::{Options, compile};
use kqlhunt::diag::Severity;
use kqlhunt::facts::Seen;
use kqlhunt::schema::{Schema, Table, TableColumn};
use kqlhunt::types::Type;
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
    "OfficeActivity | mv-apply P = parse_json(Parameters) on (where P.Name == 'x' | summarize n = count(), make_list(P.Value))",
    "OfficeActivity | partition by UserId (top 2 by TimeGenerated | extend before = prev(Operation))",
    "OfficeActivity | top-nested 2 of UserId with others = 'rest' by count(), top-nested 1 of Operation by dcount(ClientIP)",
    "OfficeActivity | fork (take 1) n = (count) | render table",
];

/// Operators that may follow each other inside mv-apply, over `k`, `d` and the element `x`.
const APPLIED: &[&str] = &[
    "where k > 1",
    "extend k = k + 1, before = prev(k)",
    "extend n = row_number(), d = dynamic([1, 2])",
    "project k = strlen(tostring(k)), d",
    "project-away n",
    "summarize k = count()",
    "summarize d = make_list(k) by k",
    "summarize k = max(k), arg_max(k, *)",
    "distinct k",
    "sort by k asc",
    "top 2 by k",
    "take 1",
    "top-hitters 2 of k",
    "mv-expand d",
    "mv-expand with_itemindex=i d to typeof(long)",
    "mv-apply y = d on (take 1)",
    "mv-apply d on (summarize k = sum(tolong(d)))",
    "partition by k (summarize d = make_list(k), k = min(k))",
    "count | extend k = Count, d = dynamic([3])",
    "serialize s = row_cumsum(k)",
    "scan declare (k2:long = 0) with (step s: true => k2 = s.k2 + 1;)",
    "parse tostring(k) with k",
    "extend r = row_rank_dense(k)",
    "join kind=inner (print k = 1) on k",
];

#[test]
fn each_branch_of_a_fork_is_a_result_of_its_own() {
    let schema = tables::schema();
    let columns = |text: &str| {
        let compilation = compile(text, &schema, &Options::default());
        assert_eq!(compilation.diagnostics, []);
        let names = |result: &kqlhunt::compile::Compiled| {
            result.columns.iter().map(|column| column.name.clone()).collect::<Vec<_>>().join(",")
        };
        compilation.results.iter().map(names).collect::<Vec<_>>()
    };
    assert_eq!(columns("print x = 1, y = 2 | fork (take 1) n = (summarize z = count())"), ["x,y", "z"]);
    assert_eq!(
        columns("print x = 1, y = 2 | facet by x, y with (project y); print a = 1"),
        ["y", "x,count_x", "y,count_y", "a"]
    );
    let named =
        compile("print x = 1 | fork (take 1) n = (count) (take 2 | as m)", &schema, &Options::default());
    let names: Vec<Option<&str>> = named.results.iter().map(|result| result.name.as_deref()).collect();
    assert_eq!(names, [None, Some("n"), Some("m")]);
}

fn survives(text: &str) {
    let schema = tables::schema();
    let compilation = compile(text, &schema, &Options::default());
    for found in &compilation.diagnostics {
        assert!(found.span.start <= found.span.end && found.span.end as usize <= text.len(), "{found:?}");
        assert!(!found.message.is_empty());
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: crate::random::many(192), failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text_compiles_or_is_refused(text in ".{0,120}") {
        survives(&text);
    }

    #[test]
    fn any_words_compile_or_are_refused(words in prop::collection::vec(prop::sample::select(WORDS), 0..30)) {
        survives(&words.join(" "));
    }

    #[test]
    fn any_subquery_compiles_or_is_refused(body in prop::collection::vec(prop::sample::select(APPLIED), 1..7)) {
        let body = body.join(" | ");
        let source = "datatable(k:long, d:dynamic)[1, dynamic([1, 2]), 2, dynamic([])]";
        survives(&format!("{source} | mv-apply x = d to typeof(long) on ({body})"));
        survives(&format!("{source} | sort by k | mv-apply d on ({body}) | take 3"));
        survives(&format!("{source} | partition by k ({body})"));
        survives(&format!("OfficeActivity | extend k = 1, d = parse_json(Parameters) | mv-apply x = d on ({body}) | project UserId"));
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

/// The warnings of a filter on a table with a column of each type, and the texts of their fixes.
fn warnings(predicate: &str) -> Vec<(String, Option<String>)> {
    let column = |name: &str, ty| TableColumn::new(name, ty);
    let columns = vec![
        column("Text", Type::String),
        column("Code", Type::Int),
        column("Flag", Type::Bool),
        column("At", Type::Datetime),
    ];
    let schema = Schema {
        tables: vec![Table { name: "T".into(), from: "\"T\"".into(), columns }],
        ..Schema::default()
    };
    let found = compile(&format!("let two = \"2\"; T | where {predicate}"), &schema, &Options::default());
    assert!(!found.results.is_empty(), "{predicate}: {:?}", found.diagnostics);
    let shown = found.diagnostics.into_iter();
    shown.map(|remark| (remark.message, remark.fix.map(|fix| fix.text))).collect()
}

#[test]
fn a_comparison_across_types_is_told_with_a_fix() {
    let one = |predicate: &str| warnings(predicate).remove(0);
    let told = |message: &str, fix: Option<&str>| (message.to_owned(), fix.map(str::to_owned));
    assert_eq!(one("Text == 0"), told("a string is compared with a long", Some("\"0\"")));
    assert_eq!(one("Code == \"4624\""), told("a string is compared with an int", Some("4624")));
    assert_eq!(one("Code == two"), told("a string is compared with an int", None));
    assert_eq!(one("Flag == 1"), told("a bool is compared with a long", Some("true")));
    assert_eq!(one("Flag == \"x\""), told("'x' is no bool, so nothing equals it", None));
    assert_eq!(one("At == \"x\""), told("'x' is no datetime, so nothing equals it", None));
    assert_eq!(warnings("Text in (1, 2)").len(), 2);
}

#[test]
fn what_kusto_reads_itself_is_not_told() {
    for predicate in ["At == \"2026-05-14\"", "Code == 5.0", "Text == \"0\"", "Flag == true"] {
        assert_eq!(warnings(predicate), [], "{predicate}");
    }
}

#[test]
fn a_name_near_a_known_one_is_answered_with_it() {
    for (query, near) in [
        ("Stored | where Txet == 'a'", "Text"),
        ("Stord | take 1", "Stored"),
        ("Stored | extend a = tostrng(Text)", "tostring"),
        ("Stored | summarize dcout(Text)", "dcount"),
        ("Stored | summarise count()", "summarize"),
        ("Stored | summarize count() by Text | render piechrt", "piechart"),
        ("Stored | summarize count() by Text | render piechart with (titel='a')", "title"),
        ("Stored | join kind=iner (Stored) on Text", "inner"),
        ("Stored | lookup kind=iner (Stored) on Text", "inner"),
        ("union kind=outr Stored, Stored", "outer"),
        ("datatable(a:strng)['x']", "string"),
        ("let threshold = 5; print thresold", "threshold"),
        ("Stored | evaluate bag_unpak(Text)", "bag_unpack"),
        ("Stored | parse kind=rgex Text with b", "regex"),
        ("search kind=case_sensitve 'a'", "case_sensitive"),
        ("externaldata(a:string)['https://feeds.example/x'] with (format='cvs')", "csv"),
    ] {
        let found = compile(query, &stored(), &Options::default()).diagnostics;
        let help = found.first().and_then(|it| it.help.clone());
        assert_eq!(help, Some(format!("Did you mean '{near}'?")), "{query}");
    }
}

#[test]
fn definitions_alone_are_no_mistake_of_the_text() {
    let severity = |advice| {
        let options = Options { advice, ..Options::default() };
        let found = compile("let Watched = dynamic(['eve']);", &stored(), &options);
        assert!(found.results.is_empty());
        found.diagnostics.first().map(|it| (it.message.clone(), it.severity))
    };
    let said = |severity| Some(("the text holds no query".to_owned(), severity));
    assert_eq!(severity(true), said(Severity::Warning));
    assert_eq!(severity(false), said(Severity::Error));
}

/// Columns that only the data know are columns from where they are first named, as Microsoft's binder has it.
#[test]
fn a_column_that_is_named_where_any_may_be_is_one() {
    let bag = "Stored | project Bag = parse_json(Text) | evaluate bag_unpack(Bag)";
    for (rest, columns) in [
        ("where Port == 443 | sort by Host asc", "Port:unknown Host:unknown"),
        (
            "where Port == 443 | extend Peer = Host | extend Both = strcat(Peer, Port)",
            "Port:unknown Host:unknown Peer:unknown Both:string",
        ),
        ("where Port == 443 | project-away Port, Host", ""),
        ("where Port == 443 | summarize count() by Host", "Host:unknown count_:long"),
        ("extend Port = toint(Port)", "Port:int"),
        (
            "where Port == 1 | join kind=inner (Stored | where Text == 'a') on $left.Port == $right.Text | where Name != ''",
            "Port:unknown Text:string Name:unknown",
        ),
    ] {
        let found = compile(&format!("{bag} | {rest}"), &stored(), &Options::default());
        let named = found.results.first().map(|result| {
            result.named_types().map(|(name, ty)| format!("{name}:{ty}")).collect::<Vec<_>>().join(" ")
        });
        assert_eq!(named.as_deref(), Some(columns), "{rest}: {:?}", found.diagnostics);
    }
}

/// One stored table with a column of text.
fn stored() -> Schema {
    let columns = vec![TableColumn::new("Text", Type::String)];
    Schema {
        tables: vec![Table { name: "Stored".into(), from: "\"Stored\"".into(), columns }],
        ..Schema::default()
    }
}

#[test]
fn contains_is_advised_against_only_on_stored_columns() {
    let schema = stored();
    let options = Options { advice: true, ..Options::default() };
    for (query, told) in [
        ("Stored | where Text contains 'mail'", true),
        ("Stored | project-rename Other = Text | where Other contains 'mail'", false),
        ("Stored | extend Other = tolower(Text) | where Other contains 'mail'", false),
        ("Stored | where Text contains 'ab'", false),
        ("union Stored, (print Other = 1) | where Text contains 'mail'", true),
        ("union Stored, Stored | where Text contains 'mail'", false),
        ("Stored | union (Stored | project Text) | where Text contains 'mail'", false),
        ("union isfuzzy=true Stored, Missing | where Text contains 'mail'", false),
        ("union Stored, (Stored | extend Text = tolower(Text)) | where Text contains 'mail'", false),
    ] {
        let remarks = compile(query, &schema, &options).diagnostics;
        assert_eq!(remarks.iter().any(|remark| remark.code == "KS500"), told, "{query}");
    }
}

#[test]
fn only_a_whole_table_has_its_name_in_a_union() {
    for (part, named) in [
        ("Stored", true),
        ("Mail", true),
        ("Old", false),
        ("(Stored | take 5)", false),
        ("(Stored | project-rename Words = Text)", false),
        ("(Mail | sort by Text)", false),
    ] {
        let query = format!(
            "let Office = Stored; let Mail = Office; let Old = Stored | where Text == 'x';
             union withsource=From {part}, (print a = 1)"
        );
        let compilation = compile(&query, &stored(), &Options::default());
        assert_eq!(compilation.results[0].sql.contains("'Stored'"), named, "{part}");
    }
}

#[test]
fn old_names_are_told_in_parts_of_a_union_that_are_left_out() {
    let options = Options { advice: true, ..Options::default() };
    let query = "union isfuzzy=true Stored, (Missing | extend Names = makeset(toupper(Name)))";
    let remarks = compile(query, &stored(), &options).diagnostics;
    assert_eq!(remarks.iter().filter(|remark| remark.code == "KS507").count(), 1, "{remarks:?}");
}

#[test]
fn the_length_of_a_dynamic_is_advised_against_where_it_may_hold_an_array() {
    let options = Options { advice: true, ..Options::default() };
    let advised = |query: &str| {
        let remarks = compile(query, &stored(), &options).diagnostics;
        remarks.iter().filter(|remark| remark.code == "KS516").count()
    };
    let parts = "print parts = split('cmd /c whoami', ' ')";
    assert_eq!(advised(&format!("{parts} | extend n = strlen(parts)")), 1);
    assert_eq!(advised(&format!("{parts} | mv-expand parts | extend n = strlen(parts)")), 0);
    assert_eq!(advised(&format!("{parts} | extend n = strlen(parts[1])")), 0);
    assert_eq!(advised("print a = 1 | summarize s = make_set(a) | mv-expand s | extend strlen(s)"), 0);
    assert_eq!(advised("print strlen(dynamic([1, 'a']))"), 1);
}

#[test]
fn each_advice_is_given_on_its_example_and_its_fix_settles_it() {
    let options = Options { advice: true, ..Options::default() };
    let schema = stored();
    for advice in kqlhunt::plan::advice::ALL {
        let (query, fixed) = advice.example;
        let given = |query: &str| compile(query, &schema, &options).diagnostics;
        let found = given(query);
        assert!(!found.iter().any(|remark| remark.is_error()), "{query}: {found:?}");
        let own = found.iter().find(|remark| remark.code == advice.code).expect(query);
        assert_eq!(own.fix_differs, advice.differs, "{query}");
        let change = |fix: &kqlhunt::diag::Fix| {
            let (start, end) = (fix.span.start as usize, fix.span.end as usize);
            format!("{}{}{}", &query[..start], fix.text, &query[end..])
        };
        assert_eq!(own.fix.as_ref().map(change).unwrap_or_default(), fixed);
        let left = if fixed.is_empty() { Vec::new() } else { given(fixed) };
        assert!(left.iter().all(|remark| remark.code != advice.code), "{fixed}: {left:?}");
        let quiet = compile(query, &schema, &Options::default()).diagnostics;
        assert!(quiet.iter().all(|remark| remark.code != advice.code), "{query}: only where asked for");
    }
}

#[path = "../../benches/texts/mod.rs"]
mod texts;

fn selects(text: &str) -> usize {
    let compilation = compile(text, &tables::schema(), &Options::default());
    assert_eq!(compilation.diagnostics, []);
    compilation.results[0].sql.matches("SELECT").count()
}

#[test]
fn long_pipelines_are_few_blocks() {
    for (name, text) in texts::all() {
        assert!(selects(&text) > 0, "{name}");
    }
    assert_eq!(selects(&texts::forty_operators()), 2);
    // Each of its 15 joins has a table of its own and what was joined before it.
    let text = texts::three_hundred_lines();
    assert_eq!(text.lines().count(), 300);
    assert!(selects(&text) <= 80, "{}", selects(&text));
}

#[test]
fn a_table_without_a_time_is_seen_whole_and_that_is_said() {
    let options = Options { seen: Some(Seen::as_of(0, None)), ..Options::default() };
    let told = |query: &str, schema: &Schema| {
        let found = compile(query, schema, &options).diagnostics;
        found.into_iter().map(|diagnostic| (diagnostic.severity, diagnostic.message)).collect::<Vec<_>>()
    };
    let said = "'Stored' has no datetime column TimeGenerated or Timestamp, so that all of its rows are seen";
    assert_eq!(told("Stored | count", &stored()), [(Severity::Warning, said.to_owned())]);
    assert_eq!(told("OfficeActivity | count", &tables::schema()), []);
}
