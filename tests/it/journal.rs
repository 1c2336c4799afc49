//! What is written about runs, and that running again gives the same.

use kqlhunt::compile::{Options, Steady};
use kqlhunt::engine::{Cancel, Data, Engine, Options as EngineOptions, Sql};
use kqlhunt::ingest::sample;
use kqlhunt::journal::{Digest, Outcome, Verdict};
use proptest::prelude::*;

const NOW: &str = "2026-05-14T12:00:00Z";

fn engine(threads: usize) -> Engine {
    let options = EngineOptions { threads: Some(threads), ..EngineOptions::default() };
    Engine::open(&Data::Memory(sample::fill), &options).expect("opens")
}

/// What a query gives; `None` when it does not compile.
fn outcome(engine: &mut Engine, text: &str) -> Option<Outcome> {
    let now = kqlhunt::ticks::parse_datetime(NOW).expect("is a time");
    let options = Options { now, ..Options::default() };
    let compilation = engine.compile(text, &options, &Cancel::new()).expect("is asked");
    let compiled = compilation.results.first()?;
    let mut digest = Digest::of(compiled);
    let each = &mut |grid: kqlhunt::value::Grid| {
        digest.add(&grid.rows);
        Ok(())
    };
    engine.stream(&Sql::from(compiled), &Cancel::new(), each).expect("runs");
    let looked = engine.looked(text, 0, compiled, &options, &Cancel::new());
    Some(Outcome::new(compiled, digest, looked))
}

/// Operators that leave open what they give, and others that do not.
const OPERATORS: &[&str] = &[
    "where Operation has_any ('Mail', 'File')",
    "extend Domain = tostring(split(UserId, '@')[1])",
    "summarize Events=count(), ClientIP=take_any(ClientIP), Seen=make_set(Operation) by UserId",
    "summarize Few=make_set(Operation, 2), TimeGenerated=max(TimeGenerated) by UserId, ClientIP",
    "summarize arg_max(TimeGenerated, *) by UserId",
    "summarize Mean=avg(todouble(strlen(UserId))), TimeGenerated=min(TimeGenerated) by ClientIP",
    "distinct UserId, ClientIP",
    "summarize ClientIP=take_any(ClientIP), Some=make_list(Operation, 3) by UserId, TimeGenerated",
    "summarize Seen=make_set(UserId, 3), take_anyif(UserId, isnotempty(UserId)) by ClientIP",
    "take 4",
    "top 3 by TimeGenerated desc",
    "join kind=inner (OfficeActivity | summarize Last=max(TimeGenerated) by UserId) on UserId",
    "join (OfficeActivity | project UserId, Other=ClientIP) on UserId",
    "sort by TimeGenerated asc | extend Before=prev(UserId)",
    "mv-expand Seen",
    "where array_length(Seen) > 1",
    "count",
];

proptest! {
    #![proptest_config(ProptestConfig { cases: crate::random::many(96), failure_persistence: None, ..ProptestConfig::default() })]

    /// With any number of threads, and whatever was run before.
    #[test]
    fn running_again_gives_the_same(chosen in proptest::collection::vec(0..OPERATORS.len(), 1..4)) {
        thread_local! {
            static ENGINES: std::cell::RefCell<(Engine, Engine)> = std::cell::RefCell::new((engine(1), engine(3)));
        }
        let operators: Vec<&str> = chosen.iter().map(|at| OPERATORS[*at]).collect();
        let text = format!("OfficeActivity | {}", operators.join(" | "));
        ENGINES.with_borrow_mut(|(one, other)| {
            let (Some(first), Some(again)) = (outcome(one, &text), outcome(other, &text)) else { return Ok(()) };
            let verdict = first.compared(&again);
            prop_assert!(verdict.holds(), "{text}: {verdict:?}");
            prop_assert_eq!(first.compared(&outcome(one, &text).expect("compiles")), Verdict::Same, "{}", text);
            Ok(())
        })?;
    }
}

#[test]
fn what_a_query_leaves_open_is_known() {
    use Steady::{AnyOrder, Exact, Free, Rounded};
    let mut engine = engine(1);
    let cases: &[(&str, &[Steady], bool)] = &[
        ("where Operation == 'x' | project UserId | sort by UserId", &[Exact], true),
        ("project UserId | take 5", &[Exact], false),
        ("summarize make_set(ClientIP), count() by UserId", &[Exact, AnyOrder, Exact], true),
        ("summarize make_set(ClientIP, 5) by UserId", &[Exact, Free], true),
        ("summarize makeset(ClientIP) by UserId", &[Exact, Free], true),
        ("summarize S=make_set(ClientIP) by UserId | extend S=array_length(S)", &[Exact, Exact], true),
        ("summarize S=make_set(ClientIP) by UserId | extend S=tostring(S[0])", &[Exact, Free], true),
        ("summarize S=make_set(ClientIP) by UserId | mv-expand S", &[Exact, Free], false),
        ("summarize M=avg(todouble(strlen(UserId)))", &[Rounded], true),
        ("summarize take_any(ClientIP) by UserId", &[Exact, Free], true),
        (
            "summarize A=take_any(ClientIP) by UserId | where A == '203.0.113.9' | project UserId",
            &[Exact],
            false,
        ),
        ("where UserId in ((OfficeActivity | project UserId | take 3)) | count", &[Free], true),
        ("project UserId, R=rand()", &[Exact, Free], true),
        (
            "project UserId, TimeGenerated | join kind=innerunique (OfficeActivity | distinct UserId) on UserId \
          | project UserId, TimeGenerated",
            &[Exact, Free],
            true,
        ),
    ];
    for (text, columns, rows) in cases {
        let text = format!("OfficeActivity | {text}");
        let compilation = engine.compile(&text, &Options::default(), &Cancel::new()).expect("is asked");
        let compiled = compilation.results.first().unwrap_or_else(|| panic!("{:?}", compilation.diagnostics));
        assert_eq!(
            (compiled.steadiness.columns.as_slice(), compiled.steadiness.rows),
            (*columns, *rows),
            "{text}"
        );
    }
}

/// Of events of one user at one time any may be taken; where times differ, nothing is left open.
#[test]
fn what_is_taken_is_open_only_where_rows_tie() {
    let mut engine = engine(2);
    let mut open = |text: &str| {
        let outcome = outcome(&mut engine, text).expect("runs");
        (outcome.free, outcome.rows_vary)
    };
    let none = (Vec::new(), false);
    let times = "datatable(User:string, At:datetime, Host:string) [
        'ada', datetime(2026-05-14), 'a', 'ada', datetime(2026-05-13), 'b',
        'lee', datetime(2026-05-14), 'c', 'lee', datetime(null), 'd']";
    assert_eq!(open(&format!("{times} | summarize arg_max(At, *) by User | where Host != 'b'")), none);
    assert_eq!(
        open(&format!("{times} | summarize arg_min(At, Host) by User | summarize make_set(Host)")),
        none
    );
    assert!(open(&format!("let t = {times} | summarize arg_max(At, Host); t | where Host == 'a'")).1);
    assert_eq!(open(&format!("{times} | summarize arg_max(Host, At) by User")), none);
    let free = vec!["Host".to_owned()];
    assert_eq!(open(&format!("union {times}, {times} | summarize arg_max(At, Host) by User")), (free, false));
    // One value, or as many as a set or list holds, is no choice.
    assert_eq!(
        open(&format!("{times} | summarize take_any(User), make_set(Host, 2), make_list(Host, 2) by User")),
        none
    );
    assert_eq!(
        open(&format!("{times} | summarize take_anyif(Host, Host < 'c') by User == 'lee'")).0,
        ["Host"]
    );
    assert_eq!(open(&format!("{times} | summarize take_anyif(Host, Host == 'c') by User")), none);
    assert_eq!(open(&format!("{times} | summarize Hosts = make_set(Host, 1) by User")).0, ["Hosts"]);
    assert_eq!(open(&format!("{times} | summarize Hosts = strcat(take_any(Host), '') by User")).0, ["Hosts"]);
    assert_eq!(open(&format!("{times} | summarize Hosts = make_list(Host, 1) by User")).0, ["Hosts"]);
    assert_eq!(
        open(&format!("{times} | summarize Any = take_any(Host) by User, At | where Any == 'c'")),
        none
    );
    // Whatever the type of what is compared.
    for (ty, values) in [
        ("real", ["1.5", "real(nan)", "2.5", "real(null)"]),
        ("decimal", ["decimal(1.5)", "decimal(1.25)", "decimal(2.5)", "decimal(null)"]),
        ("bool", ["true", "false", "false", "bool(null)"]),
    ] {
        let [a, b, c, d] = values;
        let rows = format!(
            "datatable(User:string, By:{ty}, Host:string) [
            'ada', {a}, 'a', 'ada', {b}, 'b', 'lee', {c}, 'c', 'lee', {d}, 'd']"
        );
        for pick in ["arg_max", "arg_min"] {
            let text = format!("{rows} | summarize {pick}(By, Host) by User");
            assert_eq!(open(&text), none, "{text}");
            let twice = format!(
                "union ({rows}), ({rows} | extend Host=strcat(Host, Host)) | summarize {pick}(By, Host) by User"
            );
            assert_eq!(open(&twice).0.last().map(String::as_str), Some("Host"), "{twice}");
        }
    }
    // 1.0 and 1.00 are equal and written differently.
    let decimals = "datatable(By:decimal, Host:string) [decimal(1.0), 'a', decimal(1.00), 'b']";
    assert_eq!(open(&format!("{decimals} | summarize arg_max(By, Host)")).0, ["By", "Host"]);
    let hunt = "ThreatIntelIndicators | summarize arg_max(TimeGenerated, *) by Id | where IsActive == true \
        | summarize Confidence=max(Confidence), Name=take_any(Id)";
    assert_eq!(open(&format!("{hunt} by Pattern")), none, "each pattern has one identifier");
    assert_eq!(open(&format!("{hunt} by ObservableKey")), (vec!["Name".to_owned()], false));
}

/// Of rows that are sorted alike any may be the last that `top` takes; where none are, it takes the same each time.
#[test]
fn what_is_first_is_open_only_where_rows_tie() {
    let mut engine = engine(2);
    let mut vary = |text: &str| {
        let outcome = outcome(&mut engine, text).unwrap_or_else(|| panic!("{text}"));
        outcome.rows_vary || !outcome.free.is_empty()
    };
    let rows = "datatable(User:string, Hits:long, Score:real) [
        'ada', 5, 0.5, 'lee', 3, 0.25, 'kim', 3, real(null), 'bo', 1, real(nan), 'cy', 1, 0.0]";
    for (operators, open) in [
        ("top 1 by Hits", false),
        ("top 2 by Hits", true),
        ("top 3 by Hits", false),
        ("top 4 by Hits", true),
        ("top 5 by Hits", false),
        ("top 50 by Hits", false),
        ("top 2 by Score asc", false),
        ("sort by Hits, User asc | take 2", false),
        ("sort by Hits | where Hits < 5 | take 1", true),
        ("take 2", true),
        ("top 1 by rand()", true),
        ("summarize Hits=sum(Hits) by Score | top 2 by Hits | count", true),
        ("summarize arg_max(Hits, *) by User | top 1 by Hits", false),
        ("top 2 by Hits | summarize arg_max(Score, User)", true),
    ] {
        assert_eq!(vary(&format!("{rows} | {operators}")), open, "{operators}");
    }
    // A sum of reals differs in its last digits from run to run.
    assert!(vary(&format!("{rows} | summarize Mean=avg(Score) by User | top 1 by Mean")));
}

#[test]
fn a_difference_is_said() {
    let mut engine = engine(1);
    let before = outcome(&mut engine, "OfficeActivity | project UserId").expect("runs");
    let fewer = outcome(&mut engine, "OfficeActivity | project UserId | where UserId != ''").expect("runs");
    let other = outcome(&mut engine, "OfficeActivity | project UserId=tolower(UserId)").expect("runs");
    let renamed = outcome(&mut engine, "OfficeActivity | project User=UserId").expect("runs");
    assert_eq!(before.compared(&before), Verdict::Same);
    for another in [fewer, other, renamed] {
        assert_eq!(before.compared(&another) == Verdict::Same, before.sha256 == another.sha256);
        assert_eq!(before.compared(&another).holds(), before.sha256 == another.sha256);
    }
    let one_more = "union OfficeActivity, (OfficeActivity | take 1) | project UserId";
    assert!(matches!(outcome(&mut engine, one_more), Some(outcome) if !before.compared(&outcome).holds()));
}

#[test]
fn the_same_data_have_the_same_fingerprint() {
    let first = engine(1).fingerprint().expect("is made");
    assert_eq!(engine(2).fingerprint().expect("is made"), first);
    let empty = Engine::open(&Data::Empty, &EngineOptions::default()).expect("opens").fingerprint();
    assert_ne!(empty.expect("is made"), first);
}
