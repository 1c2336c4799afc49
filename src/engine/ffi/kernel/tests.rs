//! Kernels of every shape, called through SQL.

use std::sync::atomic::{AtomicI64, Ordering};

use super::*;
use crate::contained::is_contained;
use crate::engine::ffi::Database;
use crate::engine::layout;
use crate::kernels::{ITEM_END, fail, lenient, strict};
use crate::types::Type;

fn echo<'a>(args: &[Cell<'a>], _: &'a mut String) -> Cell<'a> {
    args[0]
}

fn join<'a>(args: &[Cell<'a>], out: &'a mut String) -> Cell<'a> {
    for text in args[0].texts().unwrap_or_default() {
        out.push_str(text.unwrap_or("<null>"));
        out.push(';');
    }
    Cell::Text(out)
}

fn split<'a>(args: &[Cell<'a>], out: &'a mut String) -> Cell<'a> {
    for part in args[0].text().unwrap_or_default().split_terminator(',') {
        out.push_str(part);
        out.push(ITEM_END);
    }
    Cell::Text(out)
}

fn shape<'a>(args: &[Cell<'a>], _: &'a mut String) -> Cell<'a> {
    let nulls = args.iter().filter(|cell| cell.is_null()).count();
    Cell::Long((nulls * 100 + args.len()) as i64)
}

fn small<'a>(args: &[Cell<'a>], _: &'a mut String) -> Cell<'a> {
    assert!(is_contained());
    assert!(args[0].long() < Some(4500), "too large");
    args[0]
}

static COUNTED: AtomicI64 = AtomicI64::new(0);
/// Runs over texts that begin so: other tests run the same function at the same time.
static RUNS: AtomicI64 = AtomicI64::new(0);
const RUNS_OF: &str = "a text of some length ";

fn upper<'a>(args: &[Cell<'a>], out: &'a mut String) -> Cell<'a> {
    let text = args[0].text().unwrap_or_default();
    if text.starts_with(RUNS_OF) {
        RUNS.fetch_add(1, Ordering::SeqCst);
    }
    if text.ends_with('0') {
        return Cell::Null;
    }
    out.push_str(&text.to_uppercase());
    out.push_str(args[1].text().unwrap_or_default());
    Cell::Text(out)
}

static KERNELS: [Kernel; 15] = [
    strict("t_bool", &[Phys::Bool], Phys::Bool, echo),
    strict("t_int", &[Phys::Int], Phys::Int, echo),
    strict("t_long", &[Phys::Long], Phys::Long, echo),
    strict("t_huge", &[Phys::Huge], Phys::Huge, echo),
    strict("t_real", &[Phys::Real], Phys::Real, echo),
    strict("t_text", &[Phys::Text], Phys::Text, echo),
    strict("t_join", &[Phys::Texts], Phys::Text, join),
    strict("t_split", &[Phys::Text], Phys::Texts, split),
    lenient("t_shape", &[Phys::Long], Phys::Long, shape).rest(Phys::Text),
    strict("t_fail", &[Phys::Text], Phys::Long, |args, out| fail(out, args[0].text().unwrap_or_default())),
    strict("t_small", &[Phys::Long], Phys::Long, small),
    strict("t_wrong", &[Phys::Long], Phys::Text, echo),
    strict("t_count", &[], Phys::Long, |_, _| Cell::Long(COUNTED.fetch_add(1, Ordering::SeqCst))).volatile(),
    strict("t_upper", &[Phys::Text, Phys::Text], Phys::Text, upper).infallible(),
    strict("t_upper_or_fail", &[Phys::Text, Phys::Text], Phys::Text, upper),
];

fn open() -> Connection {
    let connection = Database::in_memory().and_then(|database| database.connect()).expect("opens");
    register(&connection, KERNELS.iter()).expect("registers");
    connection
}

/// The one column of a SELECT, as text; "NULL" for null.
fn column(connection: &Connection, expr: &str, rest: &str) -> Result<Vec<String>> {
    let sql = format!("SELECT CAST({expr} AS VARCHAR) {rest}");
    let rows = layout::rows(connection, &sql, &[("value", Type::Dynamic)])?;
    Ok(rows.iter().map(|row| if row[0].is_null() { "NULL".into() } else { row[0].text() }).collect())
}

fn one(connection: &Connection, expr: &str) -> String {
    column(connection, expr, "").expect(expr).remove(0)
}

#[test]
fn every_type_in_and_out() {
    let connection = open();
    let long = "'a text beyond the twelve bytes that fit inside, with é and 漢'";
    let cases: [(&str, &str, &[&str]); 6] = [
        ("t_bool", "BOOLEAN", &["true", "NULL", "false"]),
        ("t_int", "INTEGER", &["-2147483648", "NULL", "2147483647"]),
        ("t_long", "BIGINT", &["-9223372036854775808", "NULL", "9223372036854775807"]),
        (
            "t_huge",
            "HUGEINT",
            &["170141183460469231731687303715884105727", "NULL", "-1", "-18446744073709551617"],
        ),
        ("t_real", "DOUBLE", &["'-0.0'", "NULL", "1.5e300", "'inf'", "'nan'"]),
        (
            "t_text",
            "VARCHAR",
            &["''", "NULL", "'twelve bytes'", "'thirteen byte'", long, "'a' || chr(0) || 'b'"],
        ),
    ];
    for (function, ty, values) in cases {
        connection.execute(&format!("CREATE OR REPLACE TABLE t (x {ty})")).expect("makes");
        for value in values {
            connection.execute(&format!("INSERT INTO t VALUES (CAST({value} AS {ty}))")).expect("inserts");
            let folded = one(&connection, &format!("{function}(CAST({value} AS {ty}))"));
            assert_eq!(folded, one(&connection, &format!("CAST({value} AS {ty})")));
        }
        let stored = column(&connection, "x", "FROM t").expect("reads");
        assert_eq!(stored.len(), values.len());
        assert_eq!(column(&connection, &format!("{function}(x)"), "FROM t").expect("runs"), stored);
    }
}

#[test]
fn lists_in_and_out() {
    let connection = open();
    assert_eq!(
        one(&connection, "t_join(['a', NULL, 'a long text of many bytes'])"),
        "a;<null>;a long text of many bytes;"
    );
    assert_eq!(one(&connection, "t_join(CAST([] AS VARCHAR[]))"), "");
    assert_eq!(one(&connection, "t_join(NULL)"), "NULL");
    assert_eq!(
        one(&connection, "to_json(t_split('a,,a long text of many bytes'))"),
        r#"["a",null,"a long text of many bytes"]"#
    );
    assert_eq!(one(&connection, "len(t_split(''))"), "0");
    // More entries than a vector has rows, over several chunks, some of them NULL.
    let rest = "FROM (SELECT i, CASE WHEN i % 7 > 0 THEN repeat(i || ',', 5) END AS x FROM range(5000) r(i)) ORDER BY i";
    let expected: Vec<String> =
        (0..5000).map(|i| if i % 7 > 0 { format!("{i};").repeat(5) } else { "NULL".into() }).collect();
    assert_eq!(column(&connection, "t_join(t_split(x))", rest).expect("runs"), expected);
    let grouped =
        "FROM (SELECT i % 3 AS g, list(i::VARCHAR ORDER BY i) AS l FROM range(9) r(i) GROUP BY g ORDER BY g)";
    assert_eq!(column(&connection, "t_join(l)", grouped).expect("runs"), ["0;3;6;", "1;4;7;", "2;5;8;"]);
}

#[test]
fn nulls_are_passed_or_kept_away() {
    let connection = open();
    assert_eq!(one(&connection, "t_long(NULL)"), "NULL");
    assert_eq!(one(&connection, "t_shape(NULL)"), "101");
    assert_eq!(one(&connection, "t_shape(1, 'a', NULL, 'b')"), "104");
    assert_eq!(
        column(&connection, "t_shape(x, y)", "FROM (VALUES (NULL, 'a'), (1, NULL)) v(x, y)").expect("runs"),
        ["102", "102"]
    );
}

#[test]
fn errors_and_panics_end_the_query_only() {
    let connection = open();
    let failure = |expr: &str, rest: &str| column(&connection, expr, rest).expect_err(expr).to_string();
    assert!(failure("t_fail('no such ''thing''')", "").contains("no such 'thing'"));
    assert!(failure("t_fail('a' || chr(0) || 'b')", "").contains("a␀b"));
    assert!(failure("t_small(i)", "FROM range(5000) r(i)").contains("panicked: too large"));
    assert!(failure("t_wrong(1)", "").contains("'t_wrong'"));
    assert!(!is_contained());
    assert_eq!(one(&connection, "t_small(5)"), "5");
}

#[test]
fn texts_of_one_vector_that_take_too_much_end_the_query() {
    let connection = open();
    let rows = "FROM range(2000) r(i)";
    let failure = column(&connection, "t_upper(repeat('x', 5000) || i, 'y')", rows).expect_err("too much");
    assert!(failure.to_string().contains("take more than 4 MB"), "{failure}");
    let texts = column(&connection, "t_upper(repeat('x', 500) || i, 'y')", rows).expect("runs");
    assert_eq!(texts.len(), 2000);
}

#[test]
fn a_volatile_function_runs_for_every_row() {
    let connection = open();
    let mut seen = column(&connection, "t_count()", "FROM range(5000)").expect("runs");
    seen.sort();
    seen.dedup();
    assert_eq!(seen.len(), 5000);
}

#[test]
fn equal_texts_of_a_dictionary_run_once() {
    let connection = open();
    connection
        .execute(&format!(
            "ATTACH ':memory:' AS packed (COMPRESS); CREATE TABLE packed.main.t AS \
             SELECT CASE WHEN i % 11 > 0 THEN '{RUNS_OF}' || (i % 5) END AS x FROM range(200000) r(i); \
             CHECKPOINT packed;"
        ))
        .expect("makes");
    let expected: Vec<String> = (0..200_000)
        .map(|i| match (i % 11, i % 5) {
            (0, _) | (_, 0) => "NULL".to_owned(),
            (_, digit) => format!("A TEXT OF SOME LENGTH {digit}!"),
        })
        .collect();
    // 98 chunks in two row groups: once a row group, or once a chunk and what came before a memo was made.
    for (name, most) in [("t_upper", 100), ("t_upper_or_fail", 10_000)] {
        RUNS.store(0, Ordering::SeqCst);
        let got = column(&connection, &format!("{name}(x, '!')"), "FROM packed.main.t ORDER BY rowid");
        assert!(got.expect("runs") == expected, "{name}");
        let runs = RUNS.load(Ordering::SeqCst);
        assert!((5..most).contains(&runs), "{runs} runs of {name}");
    }
}

#[test]
fn a_join_repeats_entries() {
    let connection = open();
    connection
        .execute("CREATE TABLE k AS SELECT i, 'key number ' || i AS x FROM range(10) r(i)")
        .expect("makes");
    let rest = "FROM (SELECT i % 12 AS i FROM range(6000) r(i)) AS t LEFT JOIN k USING (i) ORDER BY t.i";
    let got = column(&connection, "t_upper_or_fail(x, '!') || t_upper(x, '?')", rest).expect("runs");
    assert_eq!((got[0].as_str(), got[600].as_str()), ("NULL", "KEY NUMBER 1!KEY NUMBER 1?"));
    assert_eq!(got.iter().filter(|text| *text == "NULL").count(), 1500);
}
