//! The same rows whichever way DuckDB goes: with one thread and many, without its optimizer, and with
//! operators that write to disk.

use kqlhunt::compile::Options;
use kqlhunt::diag::any_error;
use kqlhunt::engine::{self, Cancel, Engine, Sql};
use kqlhunt::value::{Grid, Value};
use serde_json::Value as Json;

use crate::{cases, data};

const fn threads(threads: usize) -> engine::Options {
    engine::Options { memory_bytes: None, threads: Some(threads), settings: "" }
}

const fn setting(settings: &'static str) -> engine::Options {
    engine::Options { memory_bytes: None, threads: Some(2), settings }
}

const VARIANTS: &[(&str, engine::Options)] = &[
    ("1 thread", threads(1)),
    ("2 threads", threads(2)),
    ("8 threads", threads(8)),
    ("no optimizer", setting("PRAGMA disable_optimizer;")),
    ("external", setting("SET debug_force_external = true;")),
];

#[test]
fn cases_give_the_same_in_every_way() {
    let mut wrong = Vec::new();
    for (name, options) in VARIANTS {
        let found = cases::differences(&mut data::empty_tables(options), false, "");
        wrong.extend(found.into_iter().map(|text| format!("{name}: {text}")));
    }
    assert!(wrong.is_empty(), "{} cases differ\n\n{}", wrong.len(), wrong.join("\n"));
}

/// A filter above a join that keeps any one row of each key: which one it finds is not said.
const ANY_ROW: &[&str] = &["docs-emu/join-innerunique-03"];

/// One line of a file of recorded answers: `kql`, the columns that its rows are ordered by, and whether
/// they are the same twice.
struct Recorded {
    id: String,
    kql: String,
    keys: Vec<String>,
}

/// The values of the columns that rows are ordered by, and the rows themselves, sorted.
#[derive(Debug, PartialEq)]
struct Answer {
    keys: Vec<Vec<String>>,
    rows: Vec<Vec<String>>,
}

fn recorded(line: &str) -> Option<Recorded> {
    let case: Json = serde_json::from_str(line).expect("is JSON");
    let text = |name: &str| case[name].as_str().unwrap_or_default().to_owned();
    let is = |name: &str| case[name].as_bool().unwrap_or_default();
    let steady =
        !is("nondeterministic") && !is("unordered_arrays") && !ANY_ROW.contains(&text("id").as_str());
    let keys = case["order_keys"].as_array().into_iter().flatten();
    let keys = keys.filter_map(|key| key.as_str().map(str::to_owned)).collect();
    steady.then(|| Recorded { id: text("id"), kql: text("kql"), keys })
}

fn answer(engine: &mut Engine, case: &Recorded) -> Option<Answer> {
    let options = Options { now: cases::NOW, ..Options::default() };
    let failed = |error: &dyn std::fmt::Display| vec![vec![error.to_string()]];
    let compilation = match engine.compile(&case.kql, &options, &Cancel::new()) {
        Ok(compilation) => compilation,
        Err(error) => return Some(Answer { keys: Vec::new(), rows: failed(&error) }),
    };
    if any_error(&compilation.diagnostics) {
        return None;
    }
    let mut answer = Answer { keys: Vec::new(), rows: Vec::new() };
    for compiled in &compilation.results {
        let place = |key: &String| compiled.columns.iter().position(|column| column.name == *key);
        let keys: Vec<usize> = case.keys.iter().filter_map(place).collect();
        let rows = match engine.fetch(&Sql::from(compiled), &Cancel::new()) {
            Ok(grid) => shown(&grid),
            Err(error) => failed(&error),
        };
        let of_keys = |row: &Vec<String>| keys.iter().filter_map(|key| row.get(*key).cloned()).collect();
        answer.keys.extend(rows.iter().map(of_keys));
        answer.rows.extend(rows);
    }
    answer.rows.sort();
    Some(answer)
}

/// Reals to the digits that do not depend on the order of a sum.
fn shown(grid: &Grid) -> Vec<Vec<String>> {
    let cell = |value: &Value| match value {
        Value::Real(value) if value.is_finite() => format!("{value:.9e}"),
        other => other.text(),
    };
    grid.rows.iter().map(|row| row.iter().map(cell).collect()).collect()
}

/// Compares the answers to every query of the JSON lines in the file that `KQLHUNT_CASES` names.
#[test]
#[ignore = "needs a file of queries"]
fn recorded_cases_give_the_same_in_every_way() {
    let file = std::env::var("KQLHUNT_CASES").expect("KQLHUNT_CASES names a file");
    let text = std::fs::read_to_string(file).expect("reads the file");
    let recorded: Vec<Recorded> = text.lines().filter_map(recorded).collect();
    let mut plain = data::empty_tables(&engine::Options::default());
    let expected: Vec<Option<Answer>> = recorded.iter().map(|case| answer(&mut plain, case)).collect();
    let mut wrong = Vec::new();
    for (name, options) in VARIANTS {
        let mut engine = data::empty_tables(options);
        for (case, expected) in recorded.iter().zip(&expected) {
            let found = answer(&mut engine, case);
            if found != *expected {
                wrong.push(format!("{name}: {}\n{}\n{expected:?}\n{found:?}\n", case.id, case.kql));
            }
        }
    }
    let ran = expected.iter().flatten().count();
    println!("{ran} of {} cases ran in {} ways", recorded.len(), VARIANTS.len());
    assert!(wrong.is_empty(), "{} answers differ\n\n{}", wrong.len(), wrong.join("\n"));
}
