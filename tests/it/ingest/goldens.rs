//! One folder a case: `options` (may be missing), one input of any name, `expected`.

use std::fmt::Write;
use std::path::{Path, PathBuf};

use kqlhunt::ingest::{DateOrder, Source, Summary};
use kqlhunt::types::Type;

use super::Bench;

#[test]
fn every_case() {
    let mut wrong = Vec::new();
    for case in cases() {
        let name = case.file_name().expect("has a name").to_string_lossy().into_owned();
        let found = found(&case);
        let file = case.join("expected");
        if std::env::var_os("UPDATE").is_some() {
            std::fs::write(&file, &found).expect("writes");
        }
        let expected = std::fs::read_to_string(&file).unwrap_or_default();
        if found != expected {
            wrong.push(format!("--- {name}: expected\n{expected}--- found\n{found}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

pub fn cases() -> Vec<PathBuf> {
    let root = crate::project("tests/cases/ingest");
    let mut cases: Vec<_> =
        std::fs::read_dir(&root).expect("lists").map(|entry| entry.expect("lists").path()).collect();
    cases.sort();
    assert!(cases.len() >= 10, "the cases are not where this test looks");
    cases
}

/// Sets the options of a case, and gives its inputs.
pub fn prepare(case: &Path, bench: &mut Bench) -> Vec<Source> {
    for line in std::fs::read_to_string(case.join("options")).unwrap_or_default().lines() {
        let (key, value) = line.split_once(' ').expect("an option has a value");
        match key {
            "table" => bench.options.table = Some(value.into()),
            "source" => bench.options.source = Some(value.into()),
            "ingested-at" => bench.options.ingested_at = kqlhunt::ticks::parse_datetime(value),
            "date-order" => {
                let order = if value == "dmy" { DateOrder::DayFirst } else { DateOrder::MonthFirst };
                bench.options.date_order = Some(order);
            }
            other => panic!("unknown option {other}"),
        }
    }
    let inputs = std::fs::read_dir(case).expect("lists").map(|entry| entry.expect("lists").path());
    let mut inputs: Vec<_> =
        inputs.filter(|path| !path.ends_with("options") && !path.ends_with("expected")).collect();
    inputs.sort();
    inputs.into_iter().map(Source::Path).collect()
}

fn found(case: &Path) -> String {
    let mut bench = Bench::new();
    let sources = prepare(case, &mut bench);
    let summary = bench.sources(&sources);
    let mut text = shown(&summary, case);
    for (name, columns) in &bench.sink.state.tables {
        if kqlhunt::catalog::tables::find(name).is_none() {
            let columns = columns.iter().filter(|column| !column.unlisted);
            let columns: Vec<_> =
                columns.map(|column| format!("{}:{}", column.name, column.ty.name())).collect();
            let _ = writeln!(text, "table {name}({})", columns.join(", "));
        }
    }
    for (table, row) in &bench.sink.state.rows {
        let _ = writeln!(text, "{table}");
        for (column, value) in row {
            let shape = match kqlhunt::catalog::tables::find(table).and_then(|table| table.column(column)) {
                Some(column) if column.ty != Type::String => format!(" {}", column.ty.name()),
                _ => String::new(),
            };
            let _ = writeln!(text, "  {column}{shape} = {}", value.text().escape_debug());
        }
    }
    for bad in Bench::quarantined(&summary) {
        let raw = if bad["raw"].is_string() { &bad["raw"] } else { &bad["raw_base64"] };
        let _ = writeln!(text, "line {} at {}: {} <- {raw}", bad["line"], bad["offset"], bad["reason"]);
    }
    text
}

fn shown(summary: &Summary, case: &Path) -> String {
    let Summary {
        files, rows_in, loaded, quarantined, blank, kept_aside, without_column, surrogates, ..
    } = summary;
    let mut text = format!(
        "files {files}: {rows_in} = {loaded} + {quarantined} + {blank}; aside {kept_aside}, no column \
         {without_column}, surrogates {surrogates}\n"
    );
    let folder = format!("{}/", case.display());
    for note in &summary.notes {
        let _ = writeln!(text, "note: {}", note.replace(&folder, ""));
    }
    for (name, reason) in &summary.failed {
        let _ = writeln!(text, "failed: {}: {reason}", name.replace(&folder, ""));
    }
    text
}
