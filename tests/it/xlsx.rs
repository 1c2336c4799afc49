//! What is exported as a workbook of Excel reads back as it was: unpacked by a reader that is not ours, its texts as
//! Excel reads them.

use std::io::{self, Cursor, Read};

use kqlhunt::export::{self, Options};
use kqlhunt::ticks::UNIX_EPOCH;
use kqlhunt::types::{ColumnType, Type};
use kqlhunt::value::Value;
use proptest::prelude::*;
use regex::{Captures, Regex};

type Table<'t> = (Option<&'t str>, &'t [ColumnType], &'t [Vec<Value>]);

fn exported(tables: &[Table<'_>]) -> io::Result<Vec<u8>> {
    let mut exporter = (export::format("xlsx").expect("is a format").exporter)(Options::default());
    let mut out = Vec::new();
    for (title, columns, rows) in tables {
        title.iter().for_each(|title| exporter.title(title));
        exporter.begin(columns, &mut out)?;
        for batch in rows.chunks(2_048) {
            exporter.rows(batch, &mut out)?;
        }
        exporter.end(&mut out)?;
    }
    exporter.finish(&mut out)?;
    Ok(out)
}

/// A cell as Excel takes it.
#[derive(Clone, Debug, PartialEq)]
enum Data {
    Empty,
    Bool(bool),
    Float(f64),
    String(String),
}

/// The cells of the sheet with this number, that of the names first.
fn cells(file: &[u8], sheet: usize) -> Vec<Vec<Data>> {
    let pattern = r#"<row r="\d+">|<c r="([A-Z])(\d+)" s="\d" t="(\w+)">(?s:(.*?))</c>"#;
    let (pattern, mut rows) = (Regex::new(pattern).expect("is one"), Vec::<Vec<Data>>::new());
    for found in pattern.captures_iter(&part(file, &format!("xl/worksheets/sheet{sheet}.xml"))) {
        let Some(kind) = found.get(3) else {
            rows.push(Vec::new());
            continue;
        };
        assert_eq!(found[2], rows.len().to_string());
        let row = rows.last_mut().expect("a row begins before its cells");
        row.resize(usize::from(found[1].as_bytes()[0] - b'A'), Data::Empty);
        let between = |start: &str, end: &str| {
            found[4]
                .strip_prefix(start)
                .and_then(|rest| rest.strip_suffix(end))
                .expect("is a cell")
                .to_owned()
        };
        row.push(match kind.as_str() {
            "n" => Data::Float(between("<v>", "</v>").parse().expect("is a number")),
            "b" => Data::Bool(between("<v>", "</v>") == "1"),
            _ => Data::String(read(&between("<is><t xml:space=\"preserve\">", "</t></is>"))),
        });
    }
    rows
}

/// A text out of XML, and then without the escapes of Excel.
fn read(text: &str) -> String {
    let bad = |letter: char| letter < ' ' && !"\t\n".contains(letter) || "\u{fffe}\u{ffff}".contains(letter);
    assert!(!text.contains(bad), "{text:?}");
    let text = quick_xml::escape::unescape(text).expect("is XML");
    let escape = Regex::new("_x([0-9A-Fa-f]{4})_").expect("is one");
    let unit = |found: &Captures<'_>| {
        let unit = u32::from_str_radix(&found[1], 16).expect("are digits");
        char::from_u32(unit).expect("no half of a pair is written so").to_string()
    };
    escape.replace_all(&text, unit).into_owned()
}

fn names(file: &[u8]) -> Vec<String> {
    let pattern = Regex::new("<sheet name=\"([^\"]*)\"").expect("is one");
    let workbook = part(file, "xl/workbook.xml");
    let unescaped = |name: &str| quick_xml::escape::unescape(name).expect("is XML").into_owned();
    pattern.captures_iter(&workbook).map(|found| unescaped(&found[1])).collect()
}

fn part(file: &[u8], name: &str) -> String {
    let mut archive = zip::ZipArchive::new(Cursor::new(file)).expect("is an archive");
    let mut text = String::new();
    archive.by_name(name).expect("is there").read_to_string(&mut text).expect("is text");
    text
}

fn strings(names: &[&str]) -> Vec<ColumnType> {
    names.iter().map(|name| ColumnType::new(*name, Type::String)).collect()
}

#[test]
fn no_digit_and_no_tick_is_lost() {
    let text = |text: &str| Data::String(text.into());
    let values = [
        (Type::String, Value::String("007".into()), text("007")),
        (Type::String, Value::String(String::new()), Data::Empty),
        (Type::Bool, Value::Bool(true), Data::Bool(true)),
        (Type::Int, Value::Int(i32::MIN), Data::Float(f64::from(i32::MIN))),
        (Type::Long, Value::Long(-999_999_999_999_999), Data::Float(-999_999_999_999_999.0)),
        (Type::Long, Value::Long(1_000_000_000_000_000), text("1000000000000000")),
        (Type::Long, Value::Long(9_007_199_254_740_993), text("9007199254740993")),
        (Type::Long, Value::Long(i64::MIN), text("-9223372036854775808")),
        (Type::Real, Value::Real(0.1 + 0.2), Data::Float(0.1 + 0.2)),
        (Type::Real, Value::Real(-1e300), Data::Float(-1e300)),
        (Type::Real, Value::Real(1e-300), Data::Float(1e-300)),
        (Type::Real, Value::Real(5e-324), text("5e-324")),
        (Type::Real, Value::Real(f64::NAN), text("NaN")),
        (Type::Real, Value::Real(f64::NEG_INFINITY), text("-Infinity")),
        (Type::Decimal, Value::Decimal("0.10".into()), text("0.10")),
        (Type::Datetime, Value::Datetime(UNIX_EPOCH + 1_234_567), text("1970-01-01T00:00:00.1234567Z")),
        (Type::Timespan, Value::Timespan(-36_000_000_001), text("-01:00:00.0000001")),
        (
            Type::Guid,
            Value::Guid("74be27de-1e4e-49d9-b579-fe0b331d3642".into()),
            text("74be27de-1e4e-49d9-b579-fe0b331d3642"),
        ),
        (Type::Dynamic, Value::Dynamic("{\"b\": 1.10}".into()), text("{\"b\": 1.10}")),
        (Type::Dynamic, Value::Dynamic("7".into()), text("7")),
        (Type::Datetime, Value::Null, Data::Empty),
        (Type::String, Value::String("end".into()), text("end")),
    ];
    let columns: Vec<ColumnType> =
        values.iter().enumerate().map(|(at, (ty, _, _))| ColumnType::new(format!("c{at}"), *ty)).collect();
    let row: Vec<Value> = values.iter().map(|(_, value, _)| value.clone()).collect();
    let found = cells(&exported(&[(None, &columns, &[row])]).expect("writes"), 1);
    for (at, (_, value, expected)) in values.iter().enumerate() {
        assert_eq!(found[0][at], Data::String(format!("c{at}")));
        assert_eq!(&found[1][at], expected, "{value:?}");
    }
}

#[test]
fn the_names_stay_in_sight_and_filter() {
    let columns: Vec<ColumnType> =
        (0..28).map(|at| ColumnType::new(format!("c{at}"), Type::String)).collect();
    let row = vec![Value::String("=HYPERLINK(\"http://evil.example\")".into()); 28];
    let file = exported(&[(None, &columns, &[row.clone(), row])]).expect("writes");
    let sheet = part(&file, "xl/worksheets/sheet1.xml");
    for held in [
        "ySplit=\"1\"",
        "state=\"frozen\"",
        "<autoFilter ref=\"A1:AB3\"/>",
        "<c r=\"AB1\" s=\"1\" t=\"inlineStr\">",
    ] {
        assert!(sheet.contains(held), "{held}");
    }
    // A text is a text, also when it is edited: its style says so (49).
    assert!(sheet.contains("<c r=\"A2\" s=\"2\" t=\"inlineStr\"><is><t xml:space=\"preserve\">=HYPERLINK("));
    assert!(!sheet.contains("<f>") && !sheet.contains("hyperlink"));
    let styles = part(&file, "xl/styles.xml");
    assert_eq!(styles.matches("numFmtId=\"49\" fontId=\"1\"").count(), 1);
    assert!(part(&file, "xl/workbook.xml").contains("hidden=\"1\">'Result 1'!$A$1:$AB$3</definedName>"));
}

#[test]
fn each_result_is_a_sheet_of_its_own() {
    let columns = strings(&["a"]);
    let long = "x".repeat(32);
    let titles =
        [Some("busy & 'idle"), None, Some("BUSY & 'IDLE"), Some("a/b"), Some("result 6"), Some(&long)];
    let values = ["a", "b", "c", "d", "e", "f"];
    let rows: Vec<Vec<Vec<Value>>> =
        values.iter().map(|value| vec![vec![Value::String((*value).into())]]).collect();
    let tables: Vec<Table<'_>> = titles
        .into_iter()
        .zip(&rows)
        .map(|(title, rows)| (title, columns.as_slice(), rows.as_slice()))
        .collect();
    let file = exported(&tables).expect("writes");
    let found = names(&file);
    assert_eq!(found, ["busy & 'idle", "Result 2", "Result 3", "Result 4", "result 6", "Result 7"]);
    for (at, value) in values.into_iter().enumerate() {
        assert_eq!(cells(&file, at + 1)[1][0], Data::String(value.into()));
    }
    assert!(exported(&[]).is_err_and(|error| error.to_string().contains("no result")));
    // The same rows are the same bytes.
    assert_eq!(exported(&tables).expect("writes"), file);
}

#[test]
fn what_a_sheet_cannot_hold_is_refused_by_its_place() {
    let said = |columns: &[ColumnType], rows: &[Vec<Value>]| {
        exported(&[(None, columns, rows)]).map(|file| file.len()).map_err(|error| error.to_string())
    };
    let columns = strings(&["a", "Raw"]);
    let row = |text: &str| vec![vec![Value::String("x".into()), Value::String(text.into())]];
    // A sign of two units, as Excel counts.
    let full = "😀".repeat(16_383);
    assert!(said(&columns, &row(&format!("{full}x"))).is_ok());
    let refused = said(&columns, &row(&format!("{full}xy"))).expect_err("is refused");
    assert_eq!(
        refused,
        "row 1 of column 'Raw' has 32,768 characters, and a cell of Excel at most 32,767; write csv or parquet"
    );
    let refused = said(&strings(&[&"n".repeat(32_768)]), &[]).expect_err("is refused");
    assert!(refused.starts_with("the name has 32,768 characters"), "{refused}");
    let wide = vec![ColumnType::new("c", Type::Long); 16_385];
    assert!(said(&wide[1..], &[]).is_ok());
    let refused = said(&wide, &[]).expect_err("is refused");
    assert!(
        refused.starts_with("the result has 16,385 columns") && refused.ends_with("write csv or parquet")
    );
    let mut exporter = (export::format("xlsx").expect("is a format").exporter)(Options::default());
    let rows = vec![vec![Value::Null]; 1_048_575];
    exporter.begin(&wide[..1], &mut io::sink()).expect("begins");
    exporter.rows(&rows, &mut io::sink()).expect("fit");
    let refused = exporter.rows(&rows[..1], &mut io::sink()).expect_err("is refused").to_string();
    assert!(refused.starts_with("the result has more than 1,048,575 rows"), "{refused}");
}

/// Text as hostile as log data is, and what Excel would read as an escape.
fn hostile() -> impl Strategy<Value = String> {
    let pieces = prop_oneof![
        Just("_x0041_"),
        Just("_x0041"),
        Just("_"),
        Just("x005F_"),
        Just("\0"),
        Just("\u{1}"),
        Just("\r\n"),
        Just("\u{ffff}"),
        Just(" "),
        Just("<&>\"'"),
        Just("=1+1"),
        Just("http://evil.example"),
        Just("]]>"),
        Just("😀"),
    ];
    let piece = prop_oneof![3 => pieces.prop_map(str::to_owned), 1 => any::<char>().prop_map(String::from)];
    proptest::collection::vec(piece, 1..6).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: if cfg!(debug_assertions) { 300 } else { 10_000 },
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn texts_read_back(texts in proptest::collection::vec(hostile(), 1..5)) {
        let columns: Vec<ColumnType> = texts.iter().map(|text| ColumnType::new(text, Type::String)).collect();
        let row: Vec<Value> = texts.iter().map(|text| Value::String(text.clone())).collect();
        let found = cells(&exported(&[(None, &columns, &[row])]).expect("writes"), 1);
        let expected: Vec<Data> = texts.into_iter().map(Data::String).collect();
        prop_assert_eq!(found, [expected.clone(), expected]);
    }
}
