//! What SQL cannot do, and texts and names that look like SQL.

use kqlhunt::engine::store::{NewColumn, Store};
use kqlhunt::engine::{Cancel, Data, Engine, Options, ResultId};
use kqlhunt::error::{Error, Result};
use kqlhunt::sql::quote;
use kqlhunt::types::Type;
use kqlhunt::value::Value;
use proptest::prelude::*;

use super::{batch, empty, fetch, fill, new_column, one, sql, whole};

/// Each of these reads or writes outside of the database, loads code, changes a setting, or is no SELECT.
const REFUSED: &[&str] = &[
    "SELECT * FROM read_csv('/etc/passwd')",
    "SELECT * FROM read_csv_auto('/etc/passwd')",
    "SELECT * FROM read_text('/etc/passwd')",
    "SELECT * FROM read_blob('/etc/passwd')",
    "SELECT * FROM read_json('/etc/passwd')",
    "SELECT * FROM read_ndjson('/etc/passwd')",
    "SELECT * FROM read_json_objects('/etc/passwd')",
    "SELECT * FROM read_parquet('/etc/passwd')",
    "SELECT * FROM parquet_metadata('/etc/passwd')",
    "SELECT Delimiter FROM sniff_csv('/etc/passwd')",
    "SELECT * FROM glob('/etc/*')",
    "SELECT * FROM '/etc/passwd'",
    "SELECT * FROM '/etc/*.csv'",
    "SELECT * FROM \"/etc/passwd\"",
    "SELECT * FROM 'https://example.com/x.csv'",
    "SELECT * FROM read_csv('https://example.com/x.csv')",
    "SELECT * FROM read_parquet('s3://bucket/x')",
    "SELECT * FROM read_duckdb('/tmp/x.duckdb')",
    "SELECT * FROM query('COPY (SELECT 1) TO ''/tmp/kqlhunt-canary''')",
    "SELECT getenv('HOME')",
    "SELECT 'x' FROM enable_logging(storage = 'file', storage_path = '/tmp/kqlhunt-canary')",
    "SELECT 'x' FROM enable_logging()",
    "SELECT 'x' FROM enable_profiling(save_location = '/tmp/kqlhunt-canary')",
    "SELECT 'x' FROM load_aws_credentials()",
    "SELECT 'x' FROM import_database('/tmp/kqlhunt-canary')",
    "COPY (SELECT 1) TO '/tmp/kqlhunt-canary'",
    "COPY (SELECT 1) TO '/dev/stdout'",
    "EXPORT DATABASE '/tmp/kqlhunt-canary'",
    "IMPORT DATABASE '/tmp/kqlhunt-canary'",
    "ATTACH '/tmp/kqlhunt-canary.duckdb' AS other",
    "ATTACH ':memory:' AS other",
    "INSTALL httpfs",
    "LOAD httpfs",
    "LOAD '/tmp/kqlhunt-canary.so'",
    "SET threads = 1",
    "SET enable_external_access = true",
    "SET lock_configuration = false",
    "SET allowed_directories = ['/']",
    "SET memory_limit = '1TB'",
    "SET temp_directory = '/tmp'",
    "RESET memory_limit",
    "PRAGMA enable_profiling",
    "CREATE TABLE x (a INTEGER)",
    "CREATE TABLE x AS SELECT 1",
    "CREATE SECRET s (TYPE s3)",
    "CREATE MACRO m(a) AS a",
    "INSERT INTO canary VALUES (1)",
    "DELETE FROM canary",
    "UPDATE canary SET a = 2",
    "DROP TABLE canary",
    "DETACH hunt",
    "USE hunt",
    "CHECKPOINT",
    "CALL pragma_version()",
    "EXPLAIN SELECT 1",
    "EXPLAIN ANALYZE DROP TABLE canary",
    "PREPARE p AS SELECT 1",
    "EXECUTE p",
    "BEGIN",
    "VACUUM",
    "SELECT 'a'; SELECT 'b'",
    "SELECT 'a'; DROP TABLE canary",
    "DROP TABLE canary; SELECT 1",
    "SELECT 'a';\nDROP TABLE canary;",
    "WITH x AS (DELETE FROM canary RETURNING a) SELECT * FROM x",
    "",
    ";",
    "-- nothing",
];

#[test]
fn sql_reaches_nothing_outside_and_is_one_select() {
    fn canary(store: &mut Store) -> Result<()> {
        store.ensure_table("canary", &[new_column("a", Type::Long)])?;
        store.append("canary", &["a"], &batch(vec![(Type::Long, vec![Value::Long(1)])]))
    }
    let mut engine = Engine::open(&Data::Memory(canary), &Options::default()).expect("opens");
    let mut handle = engine.handle().engine().expect("connects");
    for text in REFUSED {
        let text =
            text.replace("canary", "hunt.main.canary").replace("kqlhunt-hunt.main.canary", "kqlhunt-canary");
        for engine in [&mut engine, &mut handle] {
            let got = fetch(engine, &text, &[Type::Dynamic]);
            let refusal = got.expect_err(&text).to_string();
            assert!(!refusal.contains("the SQL gives"), "{text} ran: {refusal}");
            let kept = engine.store(ResultId(9), &sql(&text, &[Type::Dynamic]), &Cancel::new(), &mut |_| ());
            assert!(kept.is_err(), "{text} was stored");
        }
    }
    for (text, expected) in [
        ("SELECT a FROM hunt.main.canary", 1),
        ("SELECT count(*) FROM duckdb_tables() WHERE schema_name <> 'kqlhunt'", 1),
        ("SELECT count(*) FROM duckdb_databases() WHERE NOT internal", 2),
        ("SELECT 1;", 1),
    ] {
        assert_eq!(fetch(&mut engine, text, &[Type::Long]).expect(text), [[Value::Long(expected)]]);
    }
    assert!(!std::path::Path::new("/tmp/kqlhunt-canary").exists());
}

#[test]
fn results_of_other_types_or_widths_are_our_mistake() {
    let mut engine = empty();
    for (text, types) in [
        ("SELECT 1.5::DOUBLE", vec![Type::Long]),
        ("SELECT 'a'", vec![Type::Long]),
        ("SELECT 1", vec![Type::String]),
        ("SELECT 1.5", vec![Type::Real]),
        ("SELECT 1, 2", vec![Type::Long]),
        ("SELECT 2147483648", vec![Type::Int]),
        ("SELECT 9223372036854775808", vec![Type::Long]),
    ] {
        assert!(matches!(fetch(&mut engine, text, &types), Err(Error::Engine { .. })), "{text}");
        let kept = engine.store(ResultId(1), &sql(text, &types), &Cancel::new(), &mut |_| ());
        assert!(matches!(kept, Err(Error::Engine { .. })), "{text}");
    }
    assert_eq!(one(&mut engine, "sum(i) FROM range(3) r(i)", Type::Long).expect("runs"), Value::Long(3));
}

#[test]
fn a_query_beyond_its_memory_says_so_and_the_next_one_runs() {
    let options = Options { memory_bytes: Some(20 << 20), threads: Some(1), ..Options::default() };
    let mut engine = Engine::open(&Data::Empty, &options).expect("opens");
    // A list is one value, which cannot be spilled in parts, and so is a set.
    for collected in ["length(list(t))", "length(kql_set_text(t, NULL))"] {
        let text = format!(
            "SELECT {collected} FROM (SELECT i::VARCHAR || repeat('x', 200) AS t FROM range(3000000) r(i))"
        );
        let error = fetch(&mut engine, &text, &[Type::Long]).expect_err("is too large");
        assert!(matches!(&error, Error::Message(text) if text.contains("--memory")), "{error:?}");
    }
    let text = "SELECT count(DISTINCT s) FROM (SELECT kql_set_text(i::VARCHAR, 2) AS s FROM range(60000) r(i) GROUP BY i // 3)";
    assert_eq!(fetch(&mut engine, text, &[Type::Long]).expect("runs"), [[Value::Long(20_000)]]);
    // Sorting spills.
    let text = "SELECT count(*) FROM (SELECT i FROM range(1000000) r(i) ORDER BY hash(i) LIMIT 900000)";
    assert_eq!(fetch(&mut engine, text, &[Type::Long]).expect("runs"), [[Value::Long(900_000)]]);
}

#[test]
fn some_memory_is_kept_for_what_duckdb_does_not_count() {
    for (given, counted) in [(256, "224.0 MiB"), (2048, "1.9 GiB")] {
        let options = Options { memory_bytes: Some(given << 20), ..Options::default() };
        let mut engine = Engine::open(&Data::Empty, &options).expect("opens");
        let found =
            fetch(&mut engine, "SELECT current_setting('memory_limit')", &[Type::String]).expect("runs");
        assert_eq!(found, [[Value::String(counted.into())]]);
    }
}

/// Texts that a lexer could take for its own, and any characters.
fn hostile() -> impl Strategy<Value = String> {
    const BITS: &[&str] = &[
        "'", "''", "\"", "\\", "\0", ";", "--", "/*", "*/", "$$", "$a$", "E'", "\n", "\r", "{", "chr(0)",
        "\u{a0}", "\u{2003}", "\u{202e}", "é", "x",
    ];
    prop_oneof![
        proptest::collection::vec(proptest::sample::select(BITS), 0..12).prop_map(|parts| parts.concat()),
        "\\PC{0,20}",
        proptest::collection::vec(any::<char>(), 0..20).prop_map(String::from_iter),
    ]
}

#[test]
fn every_text_survives_as_a_literal_and_as_a_name() {
    let engine = Engine::open(&Data::Memory(fill), &Options::default()).expect("opens");
    let engine = std::cell::RefCell::new(engine);
    let mut runner = proptest::test_runner::TestRunner::new(proptest::test_runner::Config {
        cases: crate::random::many(40),
        failure_persistence: None,
        ..Default::default()
    });
    let strategy = proptest::collection::vec((hostile(), hostile()), 50);
    let outcome = runner.run(&strategy, |pairs| {
        let exprs: Vec<String> = pairs
            .iter()
            .map(|(text, name)| {
                let name = name.replace('\0', "");
                let name = if name.is_empty() { "n".into() } else { name };
                format!("{} AS {}", quote::text(text), quote::name(&name))
            })
            .collect();
        let got =
            fetch(&mut engine.borrow_mut(), &format!("SELECT {}", exprs.join(", ")), &[Type::String; 50]);
        let expected: Vec<Value> = pairs.iter().map(|(text, _)| Value::String(text.clone())).collect();
        prop_assert_eq!(got.map_err(|error| TestCaseError::fail(error.to_string()))?, [expected]);
        Ok(())
    });
    outcome.expect("all texts come back");
    let left = fetch(&mut engine.borrow_mut(), "SELECT count(*) FROM hunt.main.\"Events\"", &[Type::Long]);
    assert_eq!(left.expect("runs"), [[Value::Long(5000)]]);
}

#[test]
fn every_name_can_be_a_table_and_a_column() {
    let names: Vec<String> =
        ["a\"b", "a.b", "a b", "select", "main", "Ä", "ä", "ROWID", "x\0y", "c0", "'; --", ""]
            .iter()
            .map(|name| name.to_string())
            .collect();
    let folder = tempfile::tempdir().expect("makes a folder");
    let path = folder.path().join("h.duckdb");
    let mut store = Store::open(&path, &Options::default()).expect("opens");
    let columns: Vec<NewColumn> = names.iter().map(|name| new_column(name, Type::String)).collect();
    for name in &names {
        store.ensure_table(name, &columns).expect("makes");
        let data =
            batch(names.iter().map(|name| (Type::String, vec![Value::String(name.clone())])).collect());
        let columns: Vec<&str> = names.iter().map(String::as_str).collect();
        store.append(name, &columns, &data).expect("appends");
    }
    store.finish().expect("finishes");
    let mut engine = Engine::open(&Data::File(path), &Options::default()).expect("opens");
    assert_eq!(engine.schema().tables.len(), names.len());
    for name in &names {
        let all = whole(&engine, name);
        let grid = engine.fetch(&all, &Cancel::new()).expect("runs");
        let expected: Vec<Value> = names.iter().map(|name| Value::String(name.clone())).collect();
        assert_eq!(grid.rows, [expected]);
        let own: Vec<&str> = grid.columns.iter().map(|column| column.name.as_str()).collect();
        assert_eq!(own, names);
    }
}
