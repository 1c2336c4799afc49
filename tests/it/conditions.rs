//! Conditions that are made from a cell: each finds its own row, and its opposite all the others.

use kqlhunt::app::msg::Conditions;
use kqlhunt::app::text;
use kqlhunt::compile::{Options, compile, literal};
use kqlhunt::engine::{Cancel, Data, Engine, Sql};
use kqlhunt::hunt::condition;
use kqlhunt::schema::Schema;
use kqlhunt::types::{ColumnType, Type};
use kqlhunt::value::{Grid, Value};
use kqlhunt::zone::Zone;

fn fetch(engine: &mut Engine, kql: &str) -> Grid {
    let compilation = compile(kql, &Schema::default(), &Options::default());
    assert_eq!(compilation.results.len(), 1, "{kql}\n{:?}", compilation.diagnostics);
    engine.fetch(&Sql::from(&compilation.results[0]), &Cancel::new()).expect(kql)
}

fn values() -> Vec<(Type, Vec<Value>)> {
    let texts =
        |list: &[&str], make: fn(String) -> Value| list.iter().map(|text| make(text.to_string())).collect();
    let guids = ["12345678-1234-4234-8234-123456789abc", "00000000-0000-0000-0000-000000000000"];
    let texts_of_all_kinds =
        ["", "a", "A", "it's \"so\"", "\\", "two\nlines", "\u{202e}gpj.exe", "漢字", "null"];
    let json =
        ["{\"a\":1,\"b\":[1.5,null]}", "{\"price\":1.50}", "[1,2]", "\"text\"", "\"C:\\\\a\"", "1e3", "7"];
    let longs = [i64::MIN, -7, 0, 7, i64::MAX];
    let reals = [-1.5, 0.0, 1e300, 1e20, 0.1, 10.0 / 3.0, f64::INFINITY, f64::NEG_INFINITY, f64::NAN];
    let ticks = [-10_000_000, 0, 1, 864_000_000_000, i64::MIN, i64::MAX];
    vec![
        (Type::String, texts(&texts_of_all_kinds, Value::String)),
        (Type::Dynamic, texts(&json, Value::Dynamic)),
        (Type::Guid, texts(&guids, Value::Guid)),
        (Type::Decimal, texts(&["1.5", "-0.0001", "100000000000000000000"], Value::Decimal)),
        (Type::Bool, vec![Value::Bool(true), Value::Bool(false), Value::Null]),
        (Type::Int, vec![Value::Int(i32::MIN), Value::Int(7), Value::Null]),
        (Type::Long, longs.map(Value::Long).into_iter().chain([Value::Null]).collect()),
        (Type::Real, reals.map(Value::Real).into_iter().chain([Value::Null]).collect()),
        (Type::Timespan, ticks.map(Value::Timespan).into_iter().chain([Value::Null]).collect()),
        (Type::Datetime, vec![Value::Datetime(0), Value::Datetime(639_143_640_000_000_001), Value::Null]),
    ]
}

/// Queries of many shapes: what is defined first, what gives the rows, what follows.
const SHAPES: [(&str, &str, &str); 9] = [
    ("", "T", ""),
    ("", "T | summarize n = sum(n) by Who", ""),
    ("", "T | order by n desc | take 3", " // the first three"),
    ("let least = 1;\n", "T | where n > least", " | render barchart with (title='a // b')"),
    ("let seen = (w: string) { T | where Who has w };\n\n", "seen('wren')", "\n| render table"),
    ("", "T\n| extend Url = 'https://contoso.example//a'\n// a note\n| project-reorder Url", ";\n"),
    ("", "T | as Q | union (Q | take 1)", "\n\n// the end"),
    ("", "T | top 4 by n asc\n| distinct Who, n", "\n// one\n// two\n"),
    ("let least = 1; let unused = 2; ", "union (T | where n > least), (T | where Who == '')", ""),
];
const PILLS: [&[&str]; 5] = [
    &["n > 1"],
    &["Who == 'wren' or n == 3"],
    &["n >= 2 // twice and more"],
    &["Who has 'wren'", "n != 3 // not thrice"],
    &["isnotempty(Who) // a user", "Who !in ('a//b')"],
];

#[test]
fn pills_that_are_written_into_a_query_pick_the_rows_that_they_picked() {
    let mut engine = Engine::open(&Data::Empty, &kqlhunt::engine::Options::default()).expect("opens");
    let table =
        "let T = datatable(n:long, Who:string)[1, 'wren', 2, '', 3, 'finch', 2, 'wren', 5, 'a//b'];\n";
    for (definitions, rows, after) in SHAPES {
        for pills in PILLS {
            let kql: Vec<String> = pills.iter().map(|pill| pill.to_string()).collect();
            let query = format!("{table}{definitions}{rows}{after}");
            let written = condition::added(&query, &kql).unwrap_or_else(|why| panic!("{query}: {why}"));
            let picked = Conditions { kql, ..Conditions::default() }.over("Result", "");
            let picked = format!("{table}{definitions}let Result = {rows}\n;\n{picked}");
            let texts = |grid: Grid| {
                let row = |row: &Vec<Value>| row.iter().map(Value::text).collect::<Vec<_>>().join("|");
                let mut rows: Vec<String> = grid.rows.iter().map(row).collect();
                rows.sort();
                rows
            };
            let (picked, came) = (fetch(&mut engine, &picked), fetch(&mut engine, &written));
            assert_eq!(texts(picked), texts(came), "{written}");
            let drawn =
                |text: &str| compile(text, &Schema::default(), &Options::default()).results[0].render.clone();
            assert_eq!(drawn(&query), drawn(&written), "{written}");
        }
    }
}

#[test]
fn a_cells_condition_finds_its_row() {
    let mut engine = Engine::open(&Data::Empty, &kqlhunt::engine::Options::default()).expect("opens");
    for (ty, values) in values() {
        let column = ColumnType::new("The value", ty);
        let cells: Vec<String> =
            values.iter().enumerate().map(|(at, value)| format!("{at}, {}", literal(value, ty))).collect();
        let table = format!("datatable(At:long, ['The value']:{})[{}]", ty.name(), cells.join(", "));
        let all = fetch(&mut engine, &table).rows;
        for (row, value) in all.iter().zip(&values) {
            assert_eq!(row[1].text(), value.text(), "{ty:?}");
            let found =
                fetch(&mut engine, &format!("{table} | where {}", condition::equal(&column, &row[1])));
            assert_eq!(found.rows.len(), 1, "{ty:?} {row:?}");
            assert_eq!(found.rows[0][0], row[0]);
            let others = format!("{table} | where {}", condition::not_equal(&column, &row[1]));
            assert_eq!(fetch(&mut engine, &others).rows.len(), all.len() - 1, "{ty:?} {row:?} {others}");
        }
    }
}

#[test]
fn values_that_are_picked_together_find_their_rows() {
    let mut engine = Engine::open(&Data::Empty, &kqlhunt::engine::Options::default()).expect("opens");
    for (ty, values) in values() {
        let column = ColumnType::new("The value", ty);
        let cells: Vec<String> = values
            .iter()
            .enumerate()
            .map(|(at, value)| format!("{at}, {}, {}", literal(value, ty), at % 2 == 0))
            .collect();
        let table =
            format!("datatable(At:long, ['The value']:{}, Even:bool)[{}]", ty.name(), cells.join(", "));
        let rows = fetch(&mut engine, &table).rows;
        let mut found = |kql: &str| -> Vec<Value> {
            let rows = fetch(&mut engine, &format!("{table} | where {kql} | sort by At asc")).rows;
            rows.into_iter().map(|row| row[0].clone()).collect()
        };
        for at in 0..rows.len() {
            let some = &rows[at..rows.len().min(at + 3)];
            let ats: Vec<Value> = some.iter().map(|row| row[0].clone()).collect();
            let values: Vec<&Value> = some.iter().map(|row| &row[1]).collect();
            assert_eq!(found(&condition::among(&column, &values)), ats, "{ty:?} {values:?}");
            let even = ColumnType::new("Even", Type::Bool);
            let named: Vec<_> = some.iter().map(|row| vec![(&column, &row[1]), (&even, &row[2])]).collect();
            assert_eq!(found(&condition::combined(&named)), ats, "{ty:?} {values:?}");
        }
    }
}

/// Numbers are told apart as numbers are, also where a conversion would cut them; booleans by their text.
#[test]
fn a_part_of_a_document_finds_its_row_and_its_opposite_the_others() {
    let mut engine = Engine::open(&Data::Empty, &kqlhunt::engine::Options::default()).expect("opens");
    // The last two are one real.
    let parts = ["5", "5.9", "-0.1", "7", "true", "false", "null", "1e300", "\"so\""];
    let parts = parts.into_iter().chain(["9007199254740992", "9007199254740993"]);
    let parts: Vec<String> = parts.map(str::to_owned).collect();
    let cells = parts.iter().enumerate().map(|(at, json)| format!(r#"{at}, dynamic({{"a":{json}}})"#));
    let table = format!("datatable(At:long, D:dynamic)[{}]", cells.collect::<Vec<_>>().join(", "));
    for (at, json) in (0..).zip(&parts) {
        let mut found = |not: bool| -> Vec<Value> {
            let kql = condition::part("D.a", json, not).expect(json);
            fetch(&mut engine, &format!("{table} | where {kql} | project At | sort by At asc")).rows.concat()
        };
        assert_eq!(found(false), [Value::Long(at)], "{json}");
        let others = (0..parts.len() as i64).filter(|other| *other != at).map(Value::Long);
        assert_eq!(found(true), others.collect::<Vec<_>>(), "{json}");
    }
    // One number has many spellings.
    let table =
        r#"datatable(At:long, D:dynamic)[0, dynamic({"a":5}), 1, dynamic({"a":5.0}), 2, dynamic({"a":5e0})]"#;
    for json in ["5", "5.00"] {
        let kql = condition::part("D.a", json, false).expect(json);
        assert_eq!(fetch(&mut engine, &format!("{table} | where {kql}")).rows.len(), 3, "{json}");
    }
}

/// Decimals as a chart reads them: the nearest real of their text, however many digits they have.
#[test]
fn a_range_has_its_ends() {
    let mut engine = Engine::open(&Data::Empty, &kqlhunt::engine::Options::default()).expect("opens");
    let real = |text: &str| Value::Real(text.parse().expect("is a number"));
    let span = |seconds: i64| Value::Timespan(seconds * 10_000_000);
    let long_text = "0.10000000000000000555";
    let cases = [
        (Type::Decimal, vec!["0.05", long_text, "7.25", "9.1"], real(long_text), real("7.25")),
        (Type::Timespan, vec!["1s", "2s", "3h", "4h"], span(2), span(3 * 3600)),
        (Type::Real, vec!["-1.5", "0.1", "2.5", "9.0"], real("0.1"), real("2.5")),
    ];
    for (ty, texts, first, last) in cases {
        let cells: Vec<String> =
            texts.iter().enumerate().map(|(at, text)| format!("{at}, {}({text})", ty.name())).collect();
        let table = format!("datatable(At:long, V:{})[{}]", ty.name(), cells.join(", "));
        let column = ColumnType::new("V", ty);
        let mut found = |first: &Value, last: &Value| -> Vec<Value> {
            let kql = format!("{table} | where {} | project At", condition::between(&column, first, last));
            fetch(&mut engine, &kql).rows.concat()
        };
        assert_eq!(found(&first, &last), [Value::Long(1), Value::Long(2)], "{ty:?}");
        assert_eq!(found(&first, &first), [Value::Long(1)], "{ty:?}");
    }
}

#[test]
fn what_a_cell_shows_is_found_in_every_zone() {
    let mut engine = Engine::open(&Data::Empty, &kqlhunt::engine::Options::default()).expect("opens");
    // The ends of KQL's years, where some zones have no time; winter and summer; with and without a fraction.
    let times = [0, 3_155_378_975_999_999_999, 639_143_640_000_000_001, 639_043_640_000_000_000];
    let mut all = values();
    all.push((Type::Datetime, times.map(Value::Datetime).into_iter().chain([Value::Null]).collect()));
    // What is shown in place of control characters is nowhere in the text.
    let plain = |shown: &str| !shown.is_empty() && shown.chars().all(|one| !"\u{2400}".contains(one));
    for zone in ["UTC", "Europe/Berlin", "America/New_York", "Asia/Kolkata"] {
        let zone = Zone::named(zone).expect(zone);
        for (ty, values) in &all {
            let column = ColumnType::new("The value", *ty);
            let cells: Vec<String> = values
                .iter()
                .enumerate()
                .map(|(at, value)| format!("{at}, {}", literal(value, *ty)))
                .collect();
            let table = format!("datatable(At:long, ['The value']:{})[{}]", ty.name(), cells.join(", "));
            let rows = fetch(&mut engine, &table).rows;
            for row in &rows {
                let shown = text::cell_in(&row[1], &zone, false);
                if !plain(&shown) || shown != text::shown(&shown, false) || shown.contains(['\u{240a}', '<'])
                {
                    continue;
                }
                let has = condition::has(&column, &row[1], &zone);
                let shows = condition::shows([&column].into_iter(), &shown, &zone);
                for wanted in [shows, has] {
                    let found = fetch(&mut engine, &format!("{table} | where {wanted}")).rows;
                    assert!(found.iter().any(|one| one[0] == row[0]), "{zone:?} {ty:?} {shown} {wanted}");
                    if let Value::Datetime(_) = row[1] {
                        assert_eq!(found.len(), 1, "{zone:?} {shown} {wanted}");
                    }
                }
            }
        }
    }
}
