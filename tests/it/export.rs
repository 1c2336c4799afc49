//! What is exported reads back as it was, by parsers that are not ours.

use std::io::Write;

use kqlhunt::export::{self, Options};
use kqlhunt::types::{ColumnType, Type};
use kqlhunt::value::Value;
use proptest::prelude::*;

fn written(format: &str, options: Options, columns: &[ColumnType], rows: &[Vec<Value>]) -> String {
    let mut exporter = (export::format(format).expect("is a format").exporter)(options);
    let mut out: Vec<u8> = Vec::new();
    exporter.begin(columns, &mut out).expect("writes");
    // In two batches, as an engine hands them out.
    let (first, second) = rows.split_at(rows.len() / 2);
    exporter.rows(first, &mut out).expect("writes");
    exporter.rows(second, &mut out).expect("writes");
    exporter.end(&mut out).expect("writes");
    exporter.finish(&mut out).expect("writes");
    out.flush().expect("writes");
    String::from_utf8(out).expect("is text")
}

/// Text as hostile as log data is: quotes, separators, line ends, controls, formula characters.
fn hostile() -> impl Strategy<Value = String> {
    proptest::collection::vec(
        prop_oneof![
            Just('"'),
            Just(','),
            Just(';'),
            Just('\t'),
            Just('\n'),
            Just('\r'),
            Just('\0'),
            Just('='),
            Just('\''),
            Just('|'),
            Just('\\'),
            Just('`'),
            Just('\u{2028}'),
            Just('\u{feff}'),
            any::<char>(),
        ],
        0..8,
    )
    .prop_map(|characters| characters.into_iter().collect())
}

fn table() -> impl Strategy<Value = (Vec<String>, Vec<Vec<String>>)> {
    (1usize..4).prop_flat_map(|width| {
        (
            proptest::collection::vec(hostile(), width),
            proptest::collection::vec(proptest::collection::vec(hostile(), width), 0..6),
        )
    })
}

fn strings(names: &[String], rows: &[Vec<String>]) -> (Vec<ColumnType>, Vec<Vec<Value>>) {
    let columns = names.iter().map(|name| ColumnType::new(name.as_str(), Type::String)).collect();
    let rows = rows.iter().map(|row| row.iter().map(|cell| Value::String(cell.clone())).collect()).collect();
    (columns, rows)
}

fn parsed(text: &str, delimiter: u8) -> Vec<Vec<String>> {
    csv::ReaderBuilder::new()
        .has_headers(false)
        .delimiter(delimiter)
        .from_reader(text.as_bytes())
        .records()
        .map(|record| record.expect("is CSV").iter().map(str::to_string).collect())
        .collect()
}

/// Optimised builds are what CI tests; the others are for quick loops.
const CASES: u32 = if cfg!(debug_assertions) { 300 } else { 10_000 };

proptest! {
    #![proptest_config(ProptestConfig { cases: CASES, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn csv_reads_back((names, rows) in table()) {
        let (columns, values) = strings(&names, &rows);
        let options = Options { raw: true, ..Options::default() };
        let mut expected = vec![names];
        expected.extend(rows);
        prop_assert_eq!(parsed(&written("csv", options, &columns, &values), b','), expected.clone());
        prop_assert_eq!(parsed(&written("tsv", options, &columns, &values), b'\t'), expected);
    }

    #[test]
    fn no_cell_runs_in_a_spreadsheet((names, rows) in table()) {
        let (columns, values) = strings(&names, &rows);
        let mut expected = vec![names];
        expected.extend(rows);
        let read = parsed(&written("csv", Options::default(), &columns, &values), b',');
        for (read, cell) in read.iter().flatten().zip(expected.iter().flatten()) {
            let guard = if export::csv::runs_as_formula(cell) { "'" } else { "" };
            prop_assert_eq!(read, &format!("{guard}{cell}"));
            prop_assert!(!export::csv::runs_as_formula(read));
        }
    }

    #[test]
    fn json_reads_back((names, rows) in table()) {
        let (columns, values) = strings(&names, &rows);
        let text = written("kusto", Options::default(), &columns, &values);
        prop_assert_eq!(text.lines().count(), 1);
        let read: serde_json::Value = serde_json::from_str(&text).expect("is JSON");
        let read_names: Vec<&str> = read["Tables"][0]["Columns"]
            .as_array().expect("is there").iter().map(|column| column["ColumnName"].as_str().expect("is text")).collect();
        prop_assert_eq!(&read_names, &names);
        prop_assert_eq!(&read["Tables"][0]["Rows"], &serde_json::json!(rows));
        let lines = written("jsonl", Options::default(), &columns, &values);
        prop_assert_eq!(lines.lines().count(), rows.len());
        let array: Vec<serde_json::Value> =
            serde_json::from_str(&written("json", Options::default(), &columns, &values)).expect("is JSON");
        for ((line, element), row) in lines.lines().zip(&array).zip(&rows) {
            let object: serde_json::Value = serde_json::from_str(line).expect("is JSON");
            prop_assert_eq!(&object, element);
            for (name, cell) in names.iter().zip(row).rev().take(1) {
                prop_assert_eq!(object[name].as_str(), Some(cell.as_str()));
            }
        }
    }

    #[test]
    fn a_row_of_markdown_has_its_cells_and_no_more((names, rows) in table()) {
        let (columns, values) = strings(&names, &rows);
        let text = written("markdown", Options::default(), &columns, &values);
        prop_assert_eq!(text.lines().count(), rows.len() + 2);
        for line in text.lines() {
            // A bar behind a backslash is text; a backslash takes what follows it along.
            let mut bars = 0;
            let mut signs = line.chars();
            while let Some(sign) = signs.next() {
                match sign {
                    '\\' => drop(signs.next()),
                    '|' => bars += 1,
                    _ => {}
                }
            }
            prop_assert_eq!(bars, names.len() + 1, "{}", line);
        }
    }

    #[test]
    fn a_terminal_gets_nothing_to_obey((names, rows) in table()) {
        let (columns, values) = strings(&names, &rows);
        let options = Options { terminal: true, ..Options::default() };
        // What is no chart is no image either; what is no text is never sent there.
        for format in export::FORMATS.iter().filter(|format| format.name != "svg" && !format.binary) {
            let text = written(format.name, options, &columns, &values);
            let bad = text.chars().find(|c| kqlhunt::display::dangerous(*c) && !matches!(c, '\n' | '\r' | '\t'));
            prop_assert_eq!(bad, None, "{}: {:?}", format.name, text);
        }
    }
}
