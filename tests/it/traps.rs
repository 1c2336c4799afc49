//! The traps of functions and aggregates, as cases in files: a sentence, a query, the values of its rows.

use std::fs;

use kqlhunt::compile::{Options, compile};
use kqlhunt::engine::{self, Cancel, Data, Engine, Sql};
use kqlhunt::schema::Schema;

/// Rows as a case writes them: values parted by ` ; `, a dynamic string still quoted.
fn rows(engine: &mut Engine, kql: &str) -> Vec<String> {
    let mut compilation = compile(kql, &Schema::default(), &Options::default());
    let Some(compiled) = compilation.results.pop() else {
        return compilation.diagnostics.into_iter().map(|found| found.message).collect();
    };
    match engine.fetch(&Sql::from(&compiled), &Cancel::new()) {
        Ok(grid) => grid
            .rows
            .iter()
            .map(|row| row.iter().map(|value| value.text()).collect::<Vec<_>>().join(" ; "))
            .collect(),
        Err(error) => vec![error.to_string()],
    }
}

#[test]
fn functions_do_what_kusto_does() {
    let folder = crate::project("tests/cases/functions");
    let mut engine = Engine::open(&Data::Empty, &engine::Options::default()).expect("opens");
    let mut wrong = Vec::new();
    let mut cases = 0;
    for file in fs::read_dir(folder).expect("is there") {
        let text = fs::read_to_string(file.expect("is readable").path()).expect("is text");
        for case in text.split("\n\n").map(str::trim_start) {
            let mut lines = case.lines();
            let (title, kql) = (lines.next().unwrap_or_default(), lines.next().unwrap_or_default());
            assert!(title.starts_with("# "), "a case begins with a sentence: {case}");
            let expected: Vec<&str> = lines.collect();
            let found = rows(&mut engine, kql);
            if found != expected {
                wrong.push(format!("{title}\n{kql}\n  expected {expected:?}\n  found    {found:?}"));
            }
            cases += 1;
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
    assert!(cases > 30, "{cases} cases");
}
