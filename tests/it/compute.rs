//! What queries give on generated rows, against plain Rust: filters split a table, joins pair what they say.

use std::cell::RefCell;

use kqlhunt::compile::{Options, compile};
use kqlhunt::engine::{Cancel, Data, Engine, Sql};
use kqlhunt::schema::Schema;
use kqlhunt::value::Value;
use proptest::prelude::*;

fn rows(engine: &RefCell<Engine>, kql: &str) -> Vec<Vec<Option<i64>>> {
    let compilation = compile(kql, &Schema::default(), &Options::default());
    assert_eq!(compilation.results.len(), 1, "{kql}\n{:?}", compilation.diagnostics);
    let grid = engine.borrow_mut().fetch(&Sql::from(&compilation.results[0]), &Cancel::new()).expect(kql);
    let cell = |value: Value| match value {
        Value::Long(value) => Some(value),
        Value::Null => None,
        other => panic!("{other:?}"),
    };
    grid.rows.into_iter().map(|row| row.into_iter().map(cell).collect()).collect()
}

type Pairs = Vec<(Option<i64>, Option<i64>)>;

fn table(key: &str, value: &str, rows: &Pairs) -> String {
    let text = |value: &Option<i64>| value.map_or("long(null)".to_owned(), |value| format!("long({value})"));
    let cells: Vec<String> = rows.iter().map(|(k, v)| format!("{}, {}", text(k), text(v))).collect();
    format!("datatable({key}:long, {value}:long)[{}]", cells.join(", "))
}

/// Every pairing of a join by nested loops; null keys match each other.
fn paired(kind: &str, left: &Pairs, right: &Pairs) -> Vec<Vec<Option<i64>>> {
    let matches = |one: &Pairs, key: Option<i64>| one.iter().any(|(other, _)| *other == key);
    let mut out = Vec::new();
    match kind {
        "leftsemi" | "leftanti" => {
            let wanted = kind == "leftsemi";
            out.extend(left.iter().filter(|(k, _)| matches(right, *k) == wanted).map(|(k, v)| vec![*k, *v]));
        }
        "rightsemi" | "rightanti" => {
            let wanted = kind == "rightsemi";
            out.extend(right.iter().filter(|(k, _)| matches(left, *k) == wanted).map(|(k, v)| vec![*k, *v]));
        }
        _ => {
            for (k, v) in left {
                out.extend(right.iter().filter(|(o, _)| o == k).map(|(o, w)| vec![*k, *v, *o, *w]));
                if matches!(kind, "leftouter" | "fullouter") && !matches(right, *k) {
                    out.push(vec![*k, *v, None, None]);
                }
            }
            if matches!(kind, "rightouter" | "fullouter") {
                let lone = right.iter().filter(|(o, _)| !matches(left, *o));
                out.extend(lone.map(|(o, w)| vec![None, None, *o, *w]));
            }
        }
    }
    out.sort();
    out
}

fn pairs() -> impl Strategy<Value = Pairs> {
    prop::collection::vec((prop::option::of(0i64..3), prop::option::of(-2i64..3)), 0..6)
}

#[test]
fn joins_and_filters_agree_with_plain_loops() {
    let engine = RefCell::new(Engine::open(&Data::Empty, &Default::default()).expect("opens"));
    let config = ProptestConfig {
        cases: crate::random::many(24),
        failure_persistence: None,
        ..ProptestConfig::default()
    };
    proptest!(config, |(left in pairs(), right in pairs())| {
        let (one, other) = (table("k", "v", &left), table("k", "w", &right));
        for kind in ["inner", "leftouter", "rightouter", "fullouter", "leftsemi", "leftanti", "rightsemi", "rightanti"] {
            let mut found = rows(&engine, &format!("{one} | join kind={kind} ({other}) on k"));
            found.sort();
            prop_assert_eq!(&found, &paired(kind, &left, &right), "{}", kind);
        }
        let count = |tail: &str| rows(&engine, &format!("{one} | {tail} | count"))[0][0];
        let parts = [count("where v > 0"), count("where not(v > 0)"), count("where isnull(v > 0)")];
        prop_assert_eq!(parts.iter().flatten().sum::<i64>(), left.len() as i64);
        let sorted = rows(&engine, &format!("{one} | sort by v asc, k asc"));
        let first = rows(&engine, &format!("{one} | sort by v asc, k asc | take 2"));
        prop_assert_eq!(&sorted[..sorted.len().min(2)], &first[..]);
        prop_assert_eq!(rows(&engine, &format!("{one} | summarize count()")), rows(&engine, &format!("{one} | count")));
    });
}
