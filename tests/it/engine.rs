//! The engine through its public interface: runs, kept results, windows, the store, what is refused.

use std::io::BufRead;
use std::time::{Duration, Instant};

use kqlhunt::batch::{Batch, Buffer, Data as Values};
use kqlhunt::engine::store::{LoadedFile, NewColumn, Store};
use kqlhunt::engine::{Cancel, Data, Engine, Options, Order, ResultId, RowIds, Sql};
use kqlhunt::error::{Error, Result};
use kqlhunt::sql::quote;
use kqlhunt::types::{ColumnType, Type};
use kqlhunt::value::Value;
use proptest::prelude::*;

pub fn sql(text: &str, types: &[Type]) -> Sql {
    let columns = types.iter().enumerate().map(|(at, ty)| ColumnType::new(format!("Column{at}"), *ty));
    Sql { text: text.into(), columns: columns.collect(), streams: true, bare_table: None, row_ids: None }
}

fn empty() -> Engine {
    Engine::open(&Data::Empty, &Options::default()).expect("opens")
}

fn fetch(engine: &mut Engine, text: &str, types: &[Type]) -> Result<Vec<Vec<Value>>> {
    Ok(engine.fetch(&sql(text, types), &Cancel::new())?.rows)
}

/// One value of a SELECT without a FROM.
fn one(engine: &mut Engine, expr: &str, ty: Type) -> Result<Value> {
    Ok(fetch(engine, &format!("SELECT {expr}"), &[ty])?.remove(0).remove(0))
}

#[test]
fn every_type_comes_back() {
    let mut engine = empty();
    let text = "SELECT true, 5::INTEGER, 6::BIGINT, 1.5::DOUBLE, 'a', '{\"b\":1}', 'x-y', '1.10', 7::BIGINT, 8::BIGINT";
    let types = [
        Type::Bool,
        Type::Int,
        Type::Long,
        Type::Real,
        Type::String,
        Type::Dynamic,
        Type::Guid,
        Type::Decimal,
        Type::Datetime,
        Type::Timespan,
    ];
    let rows = fetch(&mut engine, text, &types).expect("runs");
    let expected = vec![
        Value::Bool(true),
        Value::Int(5),
        Value::Long(6),
        Value::Real(1.5),
        Value::String("a".into()),
        Value::Dynamic("{\"b\":1}".into()),
        Value::Guid("x-y".into()),
        Value::Decimal("1.10".into()),
        Value::Datetime(7),
        Value::Timespan(8),
    ];
    assert_eq!(rows, [expected]);
    for ty in types {
        let null = if ty == Type::String { Value::String("".into()) } else { Value::Null };
        assert_eq!(one(&mut engine, "NULL", ty).expect("runs"), null, "{ty:?}");
    }
}

/// A batch of whole columns.
fn batch(columns: Vec<(Type, Vec<Value>)>) -> Batch {
    let rows = columns.first().map_or(0, |(_, values)| values.len());
    let buffers = columns.into_iter().map(|(ty, values)| {
        let mut buffer = Buffer::new(ty);
        for value in values {
            push(&mut buffer, value);
        }
        buffer
    });
    Batch { rows, columns: buffers.collect() }
}

fn push(buffer: &mut Buffer, value: Value) {
    if value.is_null() {
        return buffer.pad(buffer.len() + 1);
    }
    match (&mut buffer.data, value) {
        (Values::Bool(values), Value::Bool(value)) => values.push(value),
        (Values::Int(values), Value::Int(value)) => values.push(value),
        (Values::Long(values), Value::Long(value) | Value::Datetime(value) | Value::Timespan(value)) => {
            values.push(value);
        }
        (Values::Real(values), Value::Real(value)) => values.push(value),
        (Values::Text(texts), value) => texts.push(&value.text()),
        (_, value) => panic!("{value:?} in a column of another type"),
    }
    buffer.present();
}

fn new_column(name: &str, ty: Type) -> NewColumn {
    NewColumn { name: name.into(), ty, alias_of: None, unlisted: false }
}

/// `2026-05-14T12:00:00.1234567Z`.
const TICKS: i64 = 639_143_568_001_234_567;

fn fill(store: &mut Store) -> Result<()> {
    let alias = NewColumn { alias_of: Some("ISP".into()), ..new_column("OldIsp", Type::String) };
    let extra = NewColumn { unlisted: true, ..new_column("Extra_", Type::Dynamic) };
    let columns = [
        new_column("Timestamp", Type::Datetime),
        new_column("ISP", Type::String),
        new_column("Isp", Type::String),
        new_column("rowid", Type::Long),
        new_column("N", Type::Int),
        new_column("B", Type::Bool),
        new_column("R", Type::Real),
        extra,
        alias,
    ];
    store.ensure_table("Events", &columns)?;
    let rows = 5000;
    let column = |make: &dyn Fn(i64) -> Value| (0..rows).map(make).collect::<Vec<_>>();
    let data = batch(vec![
        (Type::Datetime, column(&|row| if row == 7 { Value::Null } else { Value::Datetime(TICKS + row) })),
        (Type::String, column(&|row| Value::String(format!("provider number {}", row % 3)))),
        (Type::String, column(&|row| if row % 2 == 0 { Value::Null } else { Value::String("o\0dd".into()) })),
        (Type::Long, column(&Value::Long)),
        (Type::Bool, column(&|row| Value::Bool(row % 5 == 0))),
        (
            Type::Dynamic,
            column(&|row| if row == 1 { Value::Dynamic("{\"a\":1}".into()) } else { Value::Null }),
        ),
    ]);
    store.append("Events", &["Timestamp", "ISP", "Isp", "rowid", "B", "Extra_"], &data)?;
    store.set_clock(TICKS)
}

/// The SELECT of some columns of a table, by their KQL names.
fn select(engine: &Engine, table: &str, columns: &[&str], rest: &str) -> Sql {
    let schema = engine.schema();
    let table = schema.table(table).expect("the table is there");
    let columns: Vec<_> =
        columns.iter().map(|name| table.column(name).expect("the column is there")).collect();
    let exprs: Vec<_> = columns.iter().map(|column| quote::name(&column.stored)).collect();
    Sql {
        text: format!("SELECT {} FROM {} {rest}", exprs.join(", "), table.from),
        columns: columns.iter().map(|column| ColumnType::new(&column.name, column.ty)).collect(),
        streams: true,
        bare_table: None,
        row_ids: None,
    }
}

fn whole(engine: &Engine, table: &str) -> Sql {
    let schema = engine.schema();
    let names: Vec<&str> = schema.table(table).expect("is there").listed().map(|c| c.name.as_str()).collect();
    Sql { bare_table: Some(table.into()), ..select(engine, table, &names, "") }
}

fn check_events(engine: &mut Engine) {
    assert_eq!(engine.clock(), Some(TICKS));
    let names = ["Timestamp", "ISP", "Isp", "rowid", "N", "B", "R", "Extra_", "OldIsp"];
    let all = select(engine, "Events", &names, "");
    let grid = engine.fetch(&all, &Cancel::new()).expect("runs");
    assert_eq!(grid.rows.len(), 5000);
    let string = |text: &str| Value::String(text.into());
    assert_eq!(
        grid.rows[1],
        [
            Value::Datetime(TICKS + 1),
            string("provider number 1"),
            string("o\0dd"),
            Value::Long(1),
            Value::Null,
            Value::Bool(false),
            Value::Null,
            Value::Dynamic("{\"a\":1}".into()),
            string("provider number 1"),
        ]
    );
    assert_eq!(grid.rows[0][0].text(), "2026-05-14T12:00:00.1234567Z");
    assert_eq!(grid.rows[7][0], Value::Null);
    assert_eq!(grid.rows[4998][2], string(""));
    let exact = select(engine, "Events", &["rowid"], &format!("WHERE \"Timestamp\" = {}", TICKS + 4321));
    assert_eq!(engine.fetch(&exact, &Cancel::new()).expect("runs").rows, [[Value::Long(4321)]]);
}

#[test]
fn what_is_stored_comes_back_from_memory_and_from_a_file() {
    check_events(&mut Engine::open(&Data::Memory(fill), &Options::default()).expect("opens"));
    let folder = tempfile::tempdir().expect("makes a folder");
    let path = folder.path().join("deep").join("hunt.duckdb");
    let mut store = Store::open(&path, &Options::default()).expect("opens");
    fill(&mut store).expect("fills");
    store.finish().expect("finishes");
    check_events(&mut Engine::open(&Data::File(path), &Options::default()).expect("opens"));
}

#[test]
fn windows_anywhere_in_any_order() {
    let mut engine = Engine::open(&Data::Memory(fill), &Options::default()).expect("opens");
    let mut reader = engine.handle().reader().expect("connects");
    let cancel = Cancel::new();
    let part = select(&engine, "Events", &["rowid", "ISP", "Timestamp"], "WHERE \"B\" OR rowid_2 = 7");
    for (id, sql) in [(ResultId(1), whole(&engine, "Events")), (ResultId(2), part)] {
        let mut first: Vec<Vec<Value>> = Vec::new();
        let stored = engine.store(id, &sql, &cancel, &mut |grid| {
            assert_eq!(grid.columns, sql.columns);
            first.extend(grid.rows);
        });
        let stored = stored.expect("stores");
        let expected = engine.fetch(&sql, &cancel).expect("runs");
        assert_eq!(stored.rows, expected.rows.len() as u64);
        assert!(first == expected.rows[..500], "{} first rows", first.len());
        for (offset, limit) in [(0, 10), (490, 100), (stored.rows - 3, 10), (stored.rows + 5, 10), (17, 0)] {
            let grid = reader.window(id, &[], offset, limit, &cancel).expect("reads");
            let end = (offset + limit).min(stored.rows) as usize;
            assert!(grid.rows == expected.rows[(offset as usize).min(end)..end], "{offset} {limit}");
            assert_eq!(grid.columns, sql.columns);
        }
        let place = |name: &str| sql.columns.iter().position(|column| column.name == name).expect("is there");
        let (isp, time) = (place("ISP"), place("Timestamp"));
        let order = [Order { column: isp, ascending: false }, Order { column: time, ascending: true }];
        let mut sorted = expected.rows.clone();
        let key = |value: &Value| if let Value::Datetime(ticks) = value { *ticks } else { -1 };
        sorted.sort_by(|a, b| b[isp].text().cmp(&a[isp].text()).then(key(&a[time]).cmp(&key(&b[time]))));
        for offset in [0, 300, stored.rows - 5] {
            let grid = reader.window(id, &order, offset, 40, &cancel).expect("reads");
            let end = (offset as usize + 40).min(sorted.len());
            assert!(grid.rows == sorted[offset as usize..end], "{:?}", grid.rows);
        }
        let mut all = Vec::new();
        let count = reader.rows(id, &order, &cancel, &mut |grid| {
            all.extend(grid.rows);
            Ok(())
        });
        assert_eq!(count.expect("reads"), stored.rows);
        assert!(all == sorted);
        reader.drop_result(id).expect("drops");
        assert!(matches!(reader.window(id, &[], 0, 1, &cancel), Err(Error::Message(_))));
    }
    let left = fetch(
        &mut engine,
        "SELECT table_name FROM duckdb_tables() WHERE schema_name = 'result'",
        &[Type::String],
    );
    assert_eq!(left.expect("runs"), Vec::<Vec<Value>>::new());
}

#[test]
fn large_results_of_stored_rows_are_not_copied() {
    fn wide(store: &mut Store) -> Result<()> {
        store.ensure_table("W", &[new_column("a", Type::Long), new_column("A", Type::String)])?;
        let longs = (0..130_000).map(|n| Value::Long(n * 7919 % 130_000)).collect();
        let texts = (0..130_000).map(|n| Value::String(format!("row {n}"))).collect();
        store.append("W", &["a", "A"], &batch(vec![(Type::Long, longs), (Type::String, texts)]))
    }
    let mut engine = Engine::open(&Data::Memory(wide), &Options::default()).expect("opens");
    let mut reader = engine.handle().reader().expect("connects");
    let cancel = Cancel::new();
    // In the order of the table, in another order, small enough to be copied, and not of stored rows.
    let cases = [
        ("WHERE a % 10 < 9", true, true),
        ("WHERE a % 10 < 9 ORDER BY a", false, true),
        ("WHERE a < 5", true, true),
        ("WHERE a % 10 < 9", true, false),
        ("WHERE a % 10 < 9 ORDER BY a", false, false),
    ];
    for (at, (rest, streams, stored_rows)) in cases.into_iter().enumerate() {
        let id = ResultId(at as u64);
        let mut sql = Sql { streams, ..select(&engine, "W", &["A", "a"], rest) };
        let text = format!("SELECT rowid FROM hunt.main.\"W\" {rest}");
        let columns = vec!["A".into(), "a".into()];
        sql.row_ids = stored_rows.then(|| RowIds { table: "W".into(), columns, text });
        let expected = engine.fetch(&sql, &cancel).expect("runs").rows;
        let mut first = Vec::new();
        let stored = engine.store(id, &sql, &cancel, &mut |grid| first.extend(grid.rows)).expect("stores");
        assert_eq!(stored.rows, expected.len() as u64);
        assert!(first[..] == expected[..500.min(expected.len())]);
        let width = format!("SELECT count(*) FROM duckdb_columns() WHERE table_name = 'r{at}'");
        let copied = fetch(&mut engine, &width, &[Type::Long]).expect("runs") == [[Value::Long(2)]];
        assert_eq!(copied, at >= 2);
        for offset in [0, 3, stored.rows / 2, stored.rows - 2] {
            let grid = reader.window(id, &[], offset, 50, &cancel).expect("reads");
            let end = (offset as usize + 50).min(expected.len());
            assert!(grid.rows == expected[offset as usize..end]);
        }
        let order = [Order { column: 0, ascending: false }];
        let mut sorted = expected.clone();
        sorted.sort_by_key(|row| std::cmp::Reverse(row[0].text()));
        let grid = reader.window(id, &order, stored.rows / 2, 50, &cancel).expect("reads");
        let start = stored.rows as usize / 2;
        assert!(grid.rows == sorted[start..(start + 50).min(sorted.len())]);
        reader.drop_result(id).expect("drops");
    }
}

#[test]
fn compiled_queries_say_which_rows_they_are() {
    let engine = Engine::open(&Data::Memory(fill), &Options::default()).expect("opens");
    let schema = engine.schema();
    let compile = |kql: &str| {
        let compilation = kqlhunt::compile::compile(kql, &schema, &kqlhunt::compile::Options::default());
        assert!(!compilation.results.is_empty(), "{kql}: {:?}", compilation.diagnostics);
        compilation.results
    };
    let engine = std::cell::RefCell::new(engine);
    for (kql, rows_of_table) in [
        ("Events", true),
        ("Events | where Isp == 'x' or rowid < 40", true),
        ("Events | where rowid < 4000 | project Other = ISP, B, rowid | where B | sort by rowid desc", true),
        ("Events | where B | take 7 | project-away N", true),
        ("Events | project OldIsp, R | where OldIsp endswith '2'", true),
        ("Events | extend M = rowid * -1 | sort by M asc | project rowid, ISP | take 9", true),
        ("let E = Events | where B; E", false),
        ("Events | extend M = rowid + 1", false),
        ("Events | where rand() < 0.5", false),
        ("Events | distinct ISP", false),
        ("Events | summarize count() by ISP", false),
        ("Events | union Events", false),
        ("Events | join kind=inner Events on rowid", false),
    ] {
        for compiled in compile(kql) {
            let sql = Sql::from(&compiled);
            assert_eq!(sql.row_ids.is_some(), rows_of_table, "{kql}");
            let Some(row_ids) = &sql.row_ids else { continue };
            assert_eq!(row_ids.columns.len(), sql.columns.len());
            let rows = engine.borrow_mut().fetch(&sql, &Cancel::new()).expect(kql).rows;
            let ids = fetch(&mut engine.borrow_mut(), &row_ids.text, &[Type::Long]).expect(kql);
            let by_id = ids.iter().map(|id| {
                let columns: Vec<&str> = row_ids.columns.iter().map(String::as_str).collect();
                let one =
                    select(&engine.borrow(), "Events", &columns, &format!("WHERE rowid = {}", id[0].text()));
                engine.borrow_mut().fetch(&one, &Cancel::new()).expect(kql).rows.remove(0)
            });
            assert!(by_id.take(20).eq(rows.iter().take(20).cloned()), "{kql}");
            assert_eq!(ids.len(), rows.len(), "{kql}");
        }
    }
}

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
    let options = Options { memory_bytes: Some(20 << 20), threads: Some(1) };
    let mut engine = Engine::open(&Data::Empty, &options).expect("opens");
    // A list is one value, which cannot be spilled in parts.
    let text = "SELECT length(list(i::VARCHAR || repeat('x', 200))) FROM range(3000000) r(i)";
    let error = fetch(&mut engine, text, &[Type::Long]).expect_err("is too large");
    assert!(matches!(&error, Error::Message(text) if text.contains("--memory")), "{error:?}");
    // Sorting spills.
    let text = "SELECT count(*) FROM (SELECT i FROM range(1000000) r(i) ORDER BY hash(i) LIMIT 900000)";
    assert_eq!(fetch(&mut engine, text, &[Type::Long]).expect("runs"), [[Value::Long(900_000)]]);
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
        cases: 40,
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

/// Runs for minutes; executes almost at once.
const LONG: &str = "SELECT count(*) FROM range(3000000) a(x), range(3000000) b(y) WHERE x * 31 % 7 = y % 5";

#[test]
fn a_cancelled_run_ends_soon_wherever_it_is() {
    let mut engine = empty();
    let mut reader = engine.handle().reader().expect("connects");
    let wide = sql("SELECT range AS a FROM range(2000000)", &[Type::Long]);
    engine.store(ResultId(5), &wide, &Cancel::new(), &mut |_| ()).expect("stores");
    for wait_ms in [0, 1, 5, 200] {
        for kind in 0..4 {
            let cancel = Cancel::new();
            let asked = std::thread::spawn({
                let cancel = cancel.clone();
                move || {
                    std::thread::sleep(Duration::from_millis(wait_ms));
                    cancel.cancel();
                    Instant::now()
                }
            });
            let long = sql(LONG, &[Type::Long]);
            let order = [Order { column: 0, ascending: false }];
            let outcome = match kind {
                0 => engine.fetch(&long, &cancel).map(drop),
                1 => engine.store(ResultId(6), &long, &cancel, &mut |_| ()).map(drop),
                2 => {
                    let endless =
                        sql("SELECT x FROM range(3000000) a(x), range(3000000) b(y)", &[Type::Long]);
                    engine.stream(&endless, &cancel, &mut |_| Ok(()))
                }
                _ => loop {
                    // Sorting takes less than the longest wait; reading goes on.
                    if let Err(error) = reader.rows(ResultId(5), &order, &cancel, &mut |_| Ok(())) {
                        break Err(error);
                    }
                },
            };
            let asked = asked.join().expect("cancels");
            assert!(matches!(outcome, Err(Error::Cancelled)), "{kind}: {outcome:?}");
            assert!(asked.elapsed() < Duration::from_millis(1000), "{kind} took {:?}", asked.elapsed());
        }
    }
    assert_eq!(one(&mut engine, "1", Type::Long).expect("still runs"), Value::Long(1));
    let kept = fetch(
        &mut engine,
        "SELECT table_name FROM duckdb_tables() WHERE table_name LIKE 'r%'",
        &[Type::String],
    );
    assert_eq!(kept.expect("runs"), [[Value::String("r5".into())]]);
}

#[test]
fn no_moment_loses_a_cancel() {
    let mut engine = empty();
    // DuckDB forgets an interrupt that comes just before it plans or executes. A forgotten one lets this
    // query end by itself, after some seconds.
    let slow = "SELECT count(*) FROM range(300000) a(x), range(30000) b(y) WHERE x * 31 % 7 = y % 5";
    let slow = sql(slow, &[Type::Long]);
    for wait_us in (0..3000).step_by(10) {
        let cancel = Cancel::new();
        let asked = std::thread::spawn({
            let cancel = cancel.clone();
            move || {
                let start = Instant::now();
                while start.elapsed() < Duration::from_micros(wait_us) {
                    std::hint::spin_loop();
                }
                cancel.cancel();
            }
        });
        let outcome = engine.fetch(&slow, &cancel);
        assert!(matches!(outcome, Err(Error::Cancelled)), "after {wait_us} microseconds: {outcome:?}");
        asked.join().expect("cancels");
    }
}

#[test]
fn a_cancel_before_the_run_is_kept() {
    let mut engine = empty();
    let cancel = Cancel::new();
    cancel.cancel();
    assert!(matches!(engine.fetch(&sql("SELECT 1", &[Type::Long]), &cancel), Err(Error::Cancelled)));
}

#[test]
fn progress_is_told_while_a_query_runs() {
    let mut engine = empty();
    let wide = sql("SELECT range AS a FROM range(3000000)", &[Type::Long]);
    engine.store(ResultId(1), &wide, &Cancel::new(), &mut |_| ()).expect("stores");
    let mut second = engine.handle().engine().expect("connects");
    let progress = second.progress();
    assert_eq!(progress.fraction(), None);
    let worker = std::thread::spawn(move || {
        let text = "SELECT sum(length(repeat(c0::VARCHAR, 20))) FROM memory.result.r1";
        fetch(&mut second, text, &[Type::Long])
    });
    let mut seen = Vec::new();
    while !worker.is_finished() {
        seen.extend(progress.fraction());
        std::thread::sleep(Duration::from_millis(2));
    }
    worker.join().expect("ends").expect("runs");
    assert!(seen.iter().all(|fraction| (0.0..=1.0).contains(fraction)));
    assert!(seen.iter().any(|fraction| *fraction > 0.0), "{seen:?}");
}

#[test]
fn loading_from_inside_keeps_results_and_brings_new_rows() {
    let folder = tempfile::tempdir().expect("makes a folder");
    let path = folder.path().join("h.duckdb");
    let mut store = Store::open(&path, &Options::default()).expect("opens");
    fill(&mut store).expect("fills");
    store.finish().expect("finishes");
    let mut engine = Engine::open(&Data::File(path.clone()), &Options::default()).expect("opens");
    let mut reader = engine.handle().reader().expect("connects");
    let cancel = Cancel::new();
    let all = whole(&engine, "Events");
    engine.store(ResultId(1), &all, &cancel, &mut |_| ()).expect("stores");
    let part = select(&engine, "Events", &["rowid"], "WHERE \"B\"");
    engine.store(ResultId(2), &part, &cancel, &mut |_| ()).expect("stores");
    engine
        .detached(|path| {
            let mut store = Store::open(path, &Options::default())?;
            store.begin()?;
            store.ensure_table("Events", &[new_column("New", Type::String)])?;
            store.append(
                "Events",
                &["New"],
                &batch(vec![(Type::String, vec![Value::String("n".into())])]),
            )?;
            store.commit()?;
            store.finish()
        })
        .expect("loads");
    assert_eq!(engine.schema().table("Events").map(|table| table.listed().count()), Some(8));
    let rows = fetch(&mut engine, "SELECT count(*) FROM hunt.main.\"Events\"", &[Type::Long]);
    assert_eq!(rows.expect("runs"), [[Value::Long(5001)]]);
    for (id, rows) in [(1, 5000), (2, 1000)] {
        let mut count = 0;
        reader
            .rows(ResultId(id), &[], &cancel, &mut |grid| {
                count += grid.rows.len();
                Ok(())
            })
            .expect("reads");
        assert_eq!(count, rows);
    }
    // What fails inside leaves the data attached.
    let failed: Result<()> = engine.detached(|_| Err(Error::message("no")));
    assert!(failed.is_err());
    assert!(engine.fetch(&part, &cancel).is_ok());
    assert!(empty().detached(|_| Ok(())).is_err());
}

#[test]
fn what_was_not_committed_is_gone() {
    let folder = tempfile::tempdir().expect("makes a folder");
    let path = folder.path().join("h.duckdb");
    let row = |text: &str| batch(vec![(Type::String, vec![Value::String(text.into())])]);
    let file = |path: &str| LoadedFile {
        path: path.into(),
        table: "T".into(),
        length: 5,
        sha256: "ab".into(),
        resume: 4,
        rows: 3,
        quarantined: 2,
        blank: 1,
        time: TICKS,
    };
    let mut store = Store::open(&path, &Options::default()).expect("opens");
    store.ensure_table("T", &[new_column("a", Type::String)]).expect("makes");
    for (text, keep) in [("one", true), ("two", false), ("three", true)] {
        store.begin().expect("begins");
        store.ensure_table("T", &[new_column(text, Type::Long)]).expect("adds");
        store.append("T", &["a"], &row(text)).expect("appends");
        store.add_file(&file(text)).expect("notes");
        if keep { store.commit().expect("commits") } else { store.rollback().expect("undoes") }
    }
    assert_eq!(store.files().expect("reads"), [file("one"), file("three")]);
    assert!(store.append("T", &["two"], &batch(vec![(Type::Long, vec![Value::Long(1)])])).is_err());
    assert!(store.append("T", &["a"], &batch(vec![(Type::Long, vec![Value::Long(1)])])).is_err());
    assert!(store.ensure_table("T", &[new_column("a", Type::Long)]).is_err());
    store.begin().expect("begins");
    store.append("T", &["a"], &row("lost")).expect("appends");
    drop(store);
    let mut engine = Engine::open(&Data::File(path), &Options::default()).expect("opens");
    let names: Vec<String> =
        engine.schema().tables[0].columns.iter().map(|column| column.name.clone()).collect();
    assert_eq!(names, ["a", "one", "three"]);
    let rows = fetch(&mut engine, "SELECT a FROM hunt.main.\"T\"", &[Type::String]).expect("runs");
    assert_eq!(rows, [[Value::String("one".into())], [Value::String("three".into())]]);
}

#[test]
fn files_are_for_their_user_alone() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().expect("makes a folder");
    let path = folder.path().join("data").join("h.duckdb");
    let mut store = Store::open(&path, &Options::default()).expect("opens");
    fill(&mut store).expect("fills");
    let mode = |path: &std::path::Path| path.metadata().expect("is there").permissions().mode() & 0o777;
    assert_eq!(mode(&path.with_extension("duckdb.wal")), 0o600);
    store.finish().expect("finishes");
    assert_eq!((mode(&path), mode(path.parent().expect("has one"))), (0o600, 0o700));
    assert!(!path.with_extension("duckdb.wal").exists());
}

#[test]
fn what_a_killed_process_left_is_no_obstacle() {
    let folder = tempfile::tempdir().expect("makes a folder");
    let path = folder.path().join("h.duckdb");
    for left in [path.clone(), folder.path().join("h.duckdb.new-2147483647")] {
        std::fs::write(&left, "").expect("writes");
    }
    Store::open(&path, &Options::default()).and_then(Store::finish).expect("opens");
    assert_eq!(refusal(&path), "opened");
    assert_eq!(std::fs::read_dir(folder.path()).expect("lists").count(), 1);
}

/// What opening a file gives.
fn refusal(path: &std::path::Path) -> String {
    match Engine::open(&Data::File(path.into()), &Options::default()) {
        Ok(_) => "opened".into(),
        Err(error) => error.to_string(),
    }
}

#[test]
fn files_that_cannot_be_opened_say_why() {
    let folder = tempfile::tempdir().expect("makes a folder");
    let path = folder.path().join("h.duckdb");
    assert!(refusal(&path).contains("there is no database"), "{}", refusal(&path));
    std::fs::write(&path, "hello".repeat(1000)).expect("writes");
    assert!(refusal(&path).contains("is not a DuckDB database"), "{}", refusal(&path));
    std::fs::remove_file(&path).expect("removes");
    let mut store = Store::open(&path, &Options::default()).expect("opens");
    fill(&mut store).expect("fills");
    store.finish().expect("finishes");
    assert_eq!(refusal(&path), "opened");
    let mut bytes = std::fs::read(&path).expect("reads");
    bytes[5000] ^= 1;
    std::fs::write(&path, bytes).expect("writes");
    assert!(refusal(&path).contains("is damaged"), "{}", refusal(&path));
}

/// Not a test of its own: the process that holds the file in [`a_file_in_use_names_its_process`].
#[test]
#[ignore = "runs as a child of another test"]
fn holds_a_file() {
    let path = std::env::var("KQLHUNT_TEST_HOLDS").expect("is set");
    let _store = Store::open(path.as_ref(), &Options::default()).expect("opens");
    println!("held");
    let _ = std::io::stdin().read_line(&mut String::new());
}

#[test]
fn a_file_in_use_names_its_process() {
    let folder = tempfile::tempdir().expect("makes a folder");
    let path = folder.path().join("h.duckdb");
    Store::open(&path, &Options::default()).and_then(Store::finish).expect("makes");
    let mut child = std::process::Command::new(std::env::current_exe().expect("is known"))
        .args(["--exact", "engine::holds_a_file", "--ignored", "--nocapture"])
        .env("KQLHUNT_TEST_HOLDS", &path)
        .stdin(std::process::Stdio::piped())
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::null())
        .spawn()
        .expect("starts");
    let output = std::io::BufReader::new(child.stdout.take().expect("is piped"));
    assert!(output.lines().map_while(std::result::Result::ok).any(|line| line.contains("held")));
    let wanted = format!("in use by process {}", child.id());
    assert!(refusal(&path).contains(&wanted), "{}", refusal(&path));
    // It is waited for, when it ends soon.
    let opening = std::thread::spawn({
        let path = path.clone();
        move || refusal(&path)
    });
    std::thread::sleep(Duration::from_millis(300));
    drop(child.stdin.take());
    child.wait().expect("ends");
    assert_eq!(opening.join().expect("opens"), "opened");
    // Readers do not exclude each other.
    let reading = Engine::open(&Data::File(path.clone()), &Options::default()).expect("opens");
    assert_eq!(refusal(&path), "opened");
    drop(reading);
}

#[test]
fn files_of_others_are_read_as_far_as_nothing_is_lost() {
    let folder = tempfile::tempdir().expect("makes a folder");
    let path = folder.path().join("other.duckdb");
    let database = duckdb::Connection::open(&path).expect("opens");
    database
        .execute_batch(
            "CREATE TABLE \"Logs\" (\"When\" TIMESTAMP, day DATE, s VARCHAR, n INTEGER, big BIGINT, f FLOAT, \
                 d DECIMAL(9, 2), u UUID, ns TIMESTAMP_NS, raw BLOB, list INTEGER[], kind ENUM ('x', 'y')); \
             INSERT INTO \"Logs\" VALUES \
                 ('2026-05-14 12:00:00.123456', '2026-05-14', 'a', 1, 2, 1.5, 1.50, \
                  '0a0b0c0d-0000-0000-0000-0000000000ff', NULL, NULL, NULL, 'y'), \
                 ('infinity', '-infinity', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL); \
             CREATE VIEW v AS SELECT 1 AS a; CREATE TABLE lists (l INTEGER[]);",
        )
        .expect("fills");
    drop(database);
    let mut engine = Engine::open(&Data::File(path.clone()), &Options::default()).expect("opens");
    let notes = engine.notes().join("\n");
    for column in ["'ns' of 'Logs'", "'raw' of 'Logs'", "'list' of 'Logs'", "'l' of 'lists'"] {
        assert!(notes.contains(column), "{notes}");
    }
    assert_eq!(engine.schema().tables.len(), 1);
    let all = whole(&engine, "Logs");
    let got = engine.fetch(&all, &Cancel::new()).expect("runs");
    let texts: Vec<Vec<String>> = got.rows.iter().map(|row| row.iter().map(Value::text).collect()).collect();
    let guid = "0a0b0c0d-0000-0000-0000-0000000000ff";
    let whole_row =
        ["2026-05-14T12:00:00.123456Z", "2026-05-14T00:00:00Z", "a", "1", "2", "1.5", "1.50", guid, "y"];
    assert_eq!(texts, [whole_row, [""; 9]]);
    assert_eq!((&got.rows[1][0], &got.rows[1][2]), (&Value::Null, &Value::String("".into())));
    let mut first = 0;
    let stored = engine.store(ResultId(1), &all, &Cancel::new(), &mut |grid| first += grid.rows.len());
    assert_eq!((stored.expect("stores").rows, first), (2, 2));
    assert!(
        Store::open(&path, &Options::default()).is_err_and(|error| error.to_string().contains("not made by"))
    );
}
