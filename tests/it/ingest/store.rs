//! Loading into a hunt file: the same rows as into memory, private files, and nothing half after a kill.

use std::collections::BTreeMap;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::{Duration, Instant};

use kqlhunt::engine::store::Store;
use kqlhunt::engine::{Cancel, Data, Engine, Options, Sql};
use kqlhunt::ingest::{Source, into_file, quarantine_folder, sample};
use kqlhunt::schema::Table;
use kqlhunt::sql::quote;
use kqlhunt::types::ColumnType;
use kqlhunt::value::Value;

use super::memory::State;
use super::{Bench, goldens};
use crate::sandbox::Sandbox;

/// All rows of a table, in stored order: columns with a value, by name.
fn rows(engine: &mut Engine, table: &Table) -> Vec<BTreeMap<String, Value>> {
    let columns: Vec<_> = table.columns.iter().filter(|column| column.alias_of.is_none()).collect();
    let names: Vec<_> = columns.iter().map(|column| quote::name(&column.stored)).collect();
    let sql = Sql {
        text: format!("SELECT {} FROM {} ORDER BY rowid", names.join(", "), table.from),
        columns: columns.iter().map(|column| ColumnType::new(&column.name, column.ty)).collect(),
        streams: false,
        bare_table: None,
        row_ids: None,
    };
    let grid = engine.fetch(&sql, &Cancel::new()).expect("reads");
    let row = |values: Vec<Value>| {
        let named = columns.iter().map(|column| column.name.clone()).zip(values);
        named.filter(|(_, value)| !value.is_null() && *value != Value::String(String::new())).collect()
    };
    grid.rows.into_iter().map(row).collect()
}

fn assert_same(database: &Path, state: &State, name: &str) {
    if !database.exists() {
        // It would have been made for nothing.
        return assert!(state.rows.is_empty(), "{name}");
    }
    let mut engine = Engine::open(&Data::File(database.into()), &Options::default()).expect("opens");
    let schema = engine.schema();
    for table in &schema.tables {
        let expected: Vec<_> =
            state.rows.iter().filter(|(name, _)| *name == table.name).map(|(_, row)| row.clone()).collect();
        assert_eq!(rows(&mut engine, table), expected, "{name}: {}", table.name);
        let listed = |columns: &[kqlhunt::schema::TableColumn]| -> Vec<String> {
            columns
                .iter()
                .filter(|column| column.alias_of.is_none() && !column.unlisted)
                .map(|column| column.name.clone())
                .collect()
        };
        assert_eq!(listed(&table.columns), listed(&state.tables[&table.name]), "{name}");
    }
    assert_eq!(schema.tables.len(), state.tables.len(), "{name}");
}

#[test]
fn a_store_holds_what_memory_holds() {
    for case in goldens::cases() {
        let name = case.file_name().expect("has a name").to_string_lossy().into_owned();
        let mut bench = Bench::new();
        let sources = goldens::prepare(&case, &mut bench);
        let in_memory = bench.sources(&sources);
        let database = bench.folder.path().join("store.duckdb");
        bench.options.quarantine = None;
        let in_store = into_file(&database, &bench.options, &Options::default(), &sources, &mut |_| {
            std::ops::ControlFlow::Continue(())
        })
        .expect("loads");
        assert_eq!((in_store.rows_in, in_store.loaded), (in_memory.rows_in, in_memory.loaded), "{name}");
        assert_same(&database, &bench.sink.state, &name);
        let mode = |path: &Path| std::fs::metadata(path).expect("is there").permissions().mode() & 0o777;
        assert_eq!(database.exists(), in_store.loaded > 0, "{name}");
        if database.exists() {
            assert_eq!(mode(&database), 0o600);
        }
        let kept = quarantine_folder(&database);
        assert_eq!(kept.exists(), in_store.quarantined > 0, "{name}");
        if kept.exists() {
            assert_eq!((mode(&kept), mode(&in_store.quarantine[0])), (0o700, 0o600));
        }
    }
}

#[test]
fn the_sample_comes_with_its_clock() {
    let mut engine = Engine::open(&Data::Memory(sample::fill), &Options::default()).expect("opens");
    assert_eq!(engine.clock(), Some(sample::CLOCK));
    let schema = engine.schema();
    let counts: Vec<_> =
        schema.tables.iter().map(|table| (table.name.clone(), rows(&mut engine, table).len())).collect();
    let expected = [("CloudAppEvents", 301), ("OfficeActivity", 491), ("ThreatIntelIndicators", 50)];
    assert_eq!(counts, expected.map(|(name, count)| (name.to_owned(), count)));
}

const ROWS: usize = 2_000;
const ROUNDS: u32 = 8;

/// A file of rows with a broken line at its end; of several chunks, so that a kill can come between two.
fn file(folder: &Path, name: &str) -> PathBuf {
    let row =
        |number| format!("{{\"TimeGenerated\":\"2026-05-14T11:00:00Z\",\"OfficeId\":\"{name}-{number}\"}}\n");
    let text: String = (0..ROWS).map(row).chain(["broken\n".into()]).collect();
    let path = folder.join(format!("{name}-OfficeActivity.json"));
    std::fs::write(&path, text).expect("writes");
    path
}

#[test]
fn a_killed_load_leaves_whole_files_only() {
    let sandbox = Sandbox::new();
    let files = ["a", "b", "c"].map(|name| file(sandbox.path(), name));
    let command = || {
        let mut command = sandbox.command("kqlhunt");
        command.args(["ingest", "--db", "x.duckdb"]).args(&files).stdout(Stdio::null()).stderr(Stdio::null());
        command
    };
    let database = sandbox.path().join("x.duckdb");
    let started = Instant::now();
    assert_eq!(command().status().expect("runs").code(), Some(65));
    let whole = started.elapsed();
    let (mut cut_short, mut seen) = (0, Vec::new());
    for round in 0..ROUNDS {
        for path in [database.clone(), quarantine_folder(&database), sandbox.path().join("x.duckdb.wal")] {
            let _ = std::fs::remove_file(&path).or_else(|_| std::fs::remove_dir_all(&path));
        }
        let mut child = command().spawn().expect("starts");
        std::thread::sleep(whole.mul_f64(f64::from(round) / f64::from(ROUNDS)).max(Duration::from_millis(5)));
        child.kill().expect("is killed");
        cut_short += u32::from(child.wait().expect("ends").code().is_none());
        let kept = counted(&database);
        assert_eq!(kept.0, kept.1 * ROWS, "rows of whole files: {kept:?}");
        seen.push(kept.1);
        // What is missing comes with the next run, once.
        assert_eq!(command().status().expect("runs").code(), Some(if kept.1 == 3 { 0 } else { 65 }));
        assert_eq!(counted(&database), (3 * ROWS, 3));
    }
    assert!(cut_short > 0, "no load was killed on its way: {seen:?}");
}

/// Rows of OfficeActivity, and files in the manifest; none when the file is not there yet or empty.
fn counted(database: &Path) -> (usize, usize) {
    if !std::fs::metadata(database).is_ok_and(|data| data.len() > 0) {
        return (0, 0);
    }
    let store = Store::open(database, &Options::default()).expect("opens after a kill");
    let files = store.files().expect("reads").len();
    store.finish().expect("closes");
    let mut engine = Engine::open(&Data::File(database.into()), &Options::default()).expect("opens");
    let schema = engine.schema();
    (schema.table("OfficeActivity").map_or(0, |table| rows(&mut engine, table).len()), files)
}

#[test]
fn a_folder_is_loaded_into_a_new_file_in_a_new_folder() {
    let bench = Bench::new();
    let path = bench.write("in/OfficeActivity.csv", "TimeGenerated,UserId\n2026-05-14,a\n");
    let database = bench.folder.path().join("new/folder/hunt.duckdb");
    let sources = [Source::Path(path.parent().expect("is inside").into())];
    let go_on = &mut |_: &kqlhunt::ingest::Now| std::ops::ControlFlow::Continue(());
    let summary = into_file(&database, &bench.options, &Options::default(), &sources, go_on).expect("loads");
    assert_eq!((summary.files, summary.loaded), (1, 1));
    assert_eq!(counted(&database), (1, 1));
}
