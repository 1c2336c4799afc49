//! Hunt files: loading from inside, transactions, permissions, files in use, damaged and of others.

use std::io::BufRead;
use std::time::Duration;

use kqlhunt::engine::store::Store;
use kqlhunt::engine::{Cancel, Data, Engine, Options, Pick, ResultId, Sql};
use kqlhunt::error::{Error, Result};
use kqlhunt::schema::LoadedFile;
use kqlhunt::types::Type;
use kqlhunt::value::Value;

use super::{TICKS, batch, empty, fetch, fill, new_column, select, whole};

#[test]
fn loading_from_inside_keeps_results_and_brings_new_rows() {
    let folder = tempfile::tempdir().expect("makes a folder");
    let path = folder.path().join("h.duckdb");
    let mut store = Store::open(&path, &Options::default()).expect("opens");
    fill(&mut store).expect("fills");
    store.finish().expect("finishes");
    let mut engine = Engine::open(&Data::File(path.clone()), &Options::default()).expect("opens");
    let mut reader = engine.handle().reader().expect("connects");
    let mut other = engine.handle().engine().expect("connects");
    let cancel = Cancel::new();
    let count = "SELECT count(*) FROM hunt.main.\"Events\"";
    assert_eq!(fetch(&mut other, count, &[Type::Long]).expect("runs"), [[Value::Long(5000)]]);
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
    assert_eq!(fetch(&mut engine, count, &[Type::Long]).expect("runs"), [[Value::Long(5001)]]);
    // Another engine that was there before knows of it once it is asked to look.
    other.refresh().expect("reads the schema");
    assert_eq!(other.schema().table("Events").map(|table| table.listed().count()), Some(8));
    assert_eq!(fetch(&mut other, count, &[Type::Long]).expect("runs"), [[Value::Long(5001)]]);
    for (id, rows) in [(1, 5000), (2, 1000)] {
        let mut count = 0;
        reader
            .rows(ResultId(id), &Pick::default(), &cancel, &mut |grid| {
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
    let notes = || {
        let engine = Engine::open(&Data::File(path.clone()), &Options::default()).expect("opens");
        engine.notes().join("\n")
    };
    assert_eq!(notes(), "");
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o640)).expect("sets");
    assert!(notes().contains("others on this machine can read"), "{}", notes());
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
    std::fs::write(&path, "").expect("writes");
    assert!(refusal(&path).contains("is empty"), "{}", refusal(&path));
    std::fs::write(&path, "PAR1 and no more").expect("writes");
    assert!(refusal(&path).contains("as if it were cut off"), "{}", refusal(&path));
    std::fs::write(&path, "hello".repeat(1000)).expect("writes");
    assert!(refusal(&path).contains("holds text and is not a DuckDB database"), "{}", refusal(&path));
    std::fs::remove_file(&path).expect("removes");
    for (name, content, is) in [
        ("a.jsonl", &b"{\"a\":1}\n"[..], "holds JSON and is not a DuckDB database"),
        ("a.json", b"\xef\xbb\xbf [1]", "holds JSON and is not a DuckDB database"),
        ("a.csv", b"a,b\n1,2\n", "holds text and is not a DuckDB database"),
        ("a.json.gz", b"\x1f\x8b\x08", "is a compressed file and not a DuckDB database"),
        ("b", &[0, 1, 0xff].repeat(3000), "is not a DuckDB database"),
        ("e.json", b"", "is empty; copy or export it again, or fill it with kqlhunt ingest --db"),
    ] {
        let other = folder.path().join(name);
        std::fs::write(&other, content).expect("writes");
        assert!(refusal(&other).contains(is), "{}", refusal(&other));
        if !content.is_empty() {
            assert!(Store::open(&other, &Options::default()).is_err(), "rows would go nowhere");
        }
    }
    // A database may be called like a file of JSON; what is loaded is in it.
    let called = folder.path().join("hunt.json");
    let mut store = Store::open(&called, &Options::default()).expect("opens");
    fill(&mut store).expect("fills");
    store.finish().expect("finishes");
    assert_eq!(refusal(&called), "opened");
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
    let mut store = Store::open(path.as_ref(), &Options::default()).expect("opens");
    store.set_clock(TICKS).expect("writes");
    println!("held");
    let _ = std::io::stdin().read_line(&mut String::new());
}

/// A process that holds the file until its input ends.
fn holder(path: &std::path::Path) -> std::process::Child {
    let mut child = std::process::Command::new(std::env::current_exe().expect("is known"))
        .args(["--exact", "engine::files::holds_a_file", "--ignored", "--nocapture"])
        .env("KQLHUNT_TEST_HOLDS", path)
        .stdin(std::process::Stdio::piped())
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::null())
        .spawn()
        .expect("starts");
    let output = std::io::BufReader::new(child.stdout.take().expect("is piped"));
    assert!(output.lines().map_while(std::result::Result::ok).any(|line| line.contains("held")));
    child
}

#[test]
fn a_killed_load_loses_nothing_that_was_committed() {
    let folder = tempfile::tempdir().expect("makes a folder");
    let path = folder.path().join("h.duckdb");
    let mut child = holder(&path);
    child.kill().expect("is killed");
    child.wait().expect("ends");
    let engine = Engine::open(&Data::File(path.clone()), &Options::default()).expect("opens");
    assert_eq!(engine.clock(), Some(TICKS));
    assert!(engine.notes().join("").contains("did not end"), "{:?}", engine.notes());
    drop(engine);
    Store::open(&path, &Options::default()).and_then(Store::finish).expect("opens");
    let engine = Engine::open(&Data::File(path), &Options::default()).expect("opens");
    assert_eq!((engine.clock(), engine.notes()), (Some(TICKS), &[][..]));
}

#[test]
fn a_file_in_use_names_its_process() {
    let folder = tempfile::tempdir().expect("makes a folder");
    let path = folder.path().join("h.duckdb");
    Store::open(&path, &Options::default()).and_then(Store::finish).expect("makes");
    let mut child = holder(&path);
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
                 d DECIMAL(9, 2), u UUID, wide HUGEINT, raw BLOB, list INTEGER[], kind ENUM ('x', 'y')); \
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
    for column in ["'wide' of 'Logs'", "'raw' of 'Logs'", "'list' of 'Logs'", "'l' of 'lists'"] {
        assert!(notes.contains(column), "{notes}");
    }
    assert_eq!(engine.schema().tables.len(), 1);
    let all = whole(&engine, "Logs");
    let got = engine.fetch(&all, &Cancel::new()).expect("runs");
    let texts: Vec<Vec<String>> = got.rows.iter().map(|row| row.iter().map(Value::text).collect()).collect();
    let guid = "0a0b0c0d-0000-0000-0000-0000000000ff";
    let whole_row =
        ["2026-05-14T12:00:00.123456Z", "2026-05-14T00:00:00Z", "a", "1", "2", "1.5", "1.5", guid, "y"];
    assert_eq!(texts, [whole_row, [""; 9]]);
    assert_eq!((&got.rows[1][0], &got.rows[1][2]), (&Value::Null, &Value::String("".into())));
    let mut first = 0;
    let stored = engine.store(ResultId(1), &all, &Cancel::new(), &mut |grid| first += grid.rows.len());
    assert_eq!((stored.expect("stores").rows, first), (2, 2));
    assert!(
        Store::open(&path, &Options::default()).is_err_and(|error| error.to_string().contains("not made by"))
    );
}

#[test]
fn a_decimal_that_no_type_holds_is_left_out_by_name() {
    use parquet::data_type::{DoubleType, FixedLenByteArrayType};
    let folder = tempfile::tempdir().expect("makes a folder");
    let path = folder.path().join("Wide.parquet");
    let text = "message m { required fixed_len_byte_array(21) Sum (DECIMAL(50,2)); required double Rate; }";
    let schema = parquet::schema::parser::parse_message_type(text).expect("is a schema");
    let file = std::fs::File::create(&path).expect("makes a file");
    let mut writer =
        parquet::file::writer::SerializedFileWriter::new(file, schema.into(), Default::default())
            .expect("begins");
    let mut group = writer.next_row_group().expect("begins");
    let mut column = group.next_column().expect("begins").expect("is there");
    let sum = [vec![1; 21].into()];
    column.typed::<FixedLenByteArrayType>().write_batch(&sum, None, None).expect("writes");
    column.close().expect("ends");
    let mut column = group.next_column().expect("begins").expect("is there");
    column.typed::<DoubleType>().write_batch(&[1.5], None, None).expect("writes");
    column.close().expect("ends");
    group.close().expect("ends");
    writer.close().expect("ends");
    let engine = Engine::open(&Data::File(path), &Options::default()).expect("opens");
    let schema = engine.schema();
    let names: Vec<&str> = schema.tables[0].columns.iter().map(|column| column.name.as_str()).collect();
    assert_eq!(names, ["Rate"]);
    let said = engine.notes().join("");
    assert!(said.contains("'Sum'") && said.contains("DECIMAL(50,2)"), "{said}");
}

#[test]
fn a_parquet_file_is_read_in_place() {
    let folder = tempfile::tempdir().expect("makes a folder");
    let path = folder.path().join("sign-ins 'x'.parquet");
    let database = duckdb::Connection::open_in_memory().expect("opens");
    let quoted = path.to_str().expect("is UTF-8").replace('\'', "''");
    database
        .execute_batch(&format!(
            "COPY (SELECT '2026-05-14 12:00:00.123456'::TIMESTAMP AS \"When\", 'a' AS s, 1::BIGINT AS n, [1] AS list, \
                 '1969-12-31 23:59:59.1234567'::TIMESTAMP_NS AS fine, '2026-05-14 12:00:00.123456789'::TIMESTAMP_NS AS finer \
             UNION ALL SELECT 'infinity'::TIMESTAMP, NULL, NULL, NULL, 'infinity'::TIMESTAMP_NS, NULL) TO '{quoted}'"
        ))
        .expect("writes");
    let mut engine = Engine::open(&Data::File(path.clone()), &Options::default()).expect("opens");
    assert!(engine.notes().join("").contains("'list'"), "{:?}", engine.notes());
    let schema = engine.schema();
    let names: Vec<&str> = schema.tables.iter().map(|table| table.name.as_str()).collect();
    assert_eq!(names, ["sign_ins__x_"]);
    let count = |engine: &mut Engine, filter: &str| {
        let kql = format!("sign_ins__x_ | where {filter} | count");
        let compilation = kqlhunt::compile::compile(&kql, &engine.schema(), &Default::default());
        let fetched = engine.fetch(&Sql::from(&compilation.results[0]), &Cancel::new());
        fetched.map(|grid| grid.rows[0][0].text()).map_err(|error| error.to_string())
    };
    for (filter, rows) in [
        ("fine == datetime(1969-12-31T23:59:59.1234567Z)", "1"),
        ("isnull(fine) and isnull(When)", "1"),
        ("When == datetime(2026-05-14T12:00:00.123456Z)", "1"),
        ("When >= datetime(2026-05-14T12:00:00.1234561Z)", "0"),
        (
            "When > datetime(2026-05-14T12:00:00.1234559Z) and When <= datetime(2026-05-14T12:00:00.123456Z)",
            "1",
        ),
        ("When < datetime(2026-05-14T12:00:00.123456Z)", "0"),
        ("When < datetime(9999-12-31T23:59:59.9999999Z)", "1"),
        ("not(When < datetime(2026-05-14T12:00:01Z))", "0"),
        ("isnull(When) and s == ''", "1"),
    ] {
        assert_eq!(count(&mut engine, filter).as_deref(), Ok(rows), "{filter}");
    }
    let between_ticks = count(&mut engine, "finer > datetime(2026-05-14)").expect_err("no datetime holds it");
    assert!(between_ticks.contains("is 2026-05-14T12:00:00.1234567Z and 89 ns"), "{between_ticks}");
    let loaded: Result<()> = engine.detached(|_| Ok(()));
    assert!(loaded.is_err_and(|error| error.to_string().contains("Parquet")));
    let written = Store::open(&path, &Options::default());
    assert!(written.is_err_and(|error| error.to_string().contains("is a Parquet file")));
}
