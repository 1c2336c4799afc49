//! What is exported as Parquet reads back as it was, by a reader of rows and by DuckDB.

use std::io;

use kqlhunt::export::{self, Options};
use kqlhunt::ticks::UNIX_EPOCH;
use kqlhunt::types::{ColumnType, Type};
use kqlhunt::value::Value;
use parquet::basic::{LogicalType, TimeUnit};
use parquet::file::reader::{FileReader, SerializedFileReader};
use parquet::record::Field;

/// Rows that a row group has at most.
const GROUP: usize = 122_880;

fn exported(columns: &[ColumnType], rows: &[Vec<Value>]) -> io::Result<Vec<u8>> {
    let mut exporter = (export::format("parquet").expect("is a format").exporter)(Options::default());
    let mut out = Vec::new();
    exporter.begin(columns, &mut out)?;
    for batch in rows.chunks(2_048) {
        exporter.rows(batch, &mut out)?;
    }
    exporter.end(&mut out)?;
    exporter.finish(&mut out)?;
    Ok(out)
}

fn reader(file: Vec<u8>) -> SerializedFileReader<bytes::Bytes> {
    SerializedFileReader::new(file.into()).expect("is Parquet")
}

/// The rows, null as `None`.
fn read(file: Vec<u8>) -> Vec<Vec<Option<Field>>> {
    let some = |field: &Field| Some(field.clone()).filter(|field| *field != Field::Null);
    let reader = reader(file);
    let rows = reader.get_row_iter(None).expect("reads").map(|row| row.expect("reads"));
    rows.map(|row| row.get_column_iter().map(|(_, field)| some(field)).collect()).collect()
}

fn columns() -> Vec<ColumnType> {
    [
        ("s", Type::String),
        ("b", Type::Bool),
        ("i", Type::Int),
        ("l", Type::Long),
        ("r", Type::Real),
        ("At", Type::Datetime),
        ("took a 'while'.x", Type::Timespan),
        ("ü", Type::Decimal),
        ("id", Type::Guid),
        ("bag", Type::Dynamic),
    ]
    .map(|(name, ty)| ColumnType::new(name, ty))
    .to_vec()
}

const GUID: &str = "74be27de-1e4e-49d9-b579-fe0b331d3642";

fn full(row: usize) -> Vec<Value> {
    let number = i64::try_from(row).expect("is small");
    vec![
        Value::String(format!("user {} \0\u{202e}", row % 7)),
        Value::Bool(row.is_multiple_of(2)),
        Value::Int(i32::MIN),
        Value::Long(i64::MAX - number),
        Value::Real(0.1 + row as f64),
        Value::Datetime(UNIX_EPOCH + 17_788_392_001_234_567 + number),
        Value::Timespan(-36_000_000_001 - number),
        Value::Decimal("-12345678901234567890.10".into()),
        Value::Guid(GUID.into()),
        Value::Dynamic(format!("{{\"b\": 1.10, \"a\": [null, {row}]}}")),
    ]
}

fn empty() -> Vec<Value> {
    let mut row = vec![Value::Null; columns().len()];
    row[0] = Value::String(String::new());
    row
}

/// As the reader of rows gives it.
fn field(value: &Value) -> Option<Field> {
    Some(match value {
        Value::Null => return None,
        Value::Bool(value) => Field::Bool(*value),
        Value::Int(value) => Field::Int(*value),
        Value::Long(value) => Field::Long(*value),
        Value::Real(value) => Field::Double(*value),
        Value::Datetime(ticks) => Field::Long((ticks - UNIX_EPOCH) * 100),
        Value::Guid(_) => Field::Bytes(
            vec![
                0x74, 0xbe, 0x27, 0xde, 0x1e, 0x4e, 0x49, 0xd9, 0xb5, 0x79, 0xfe, 0x0b, 0x33, 0x1d, 0x36,
                0x42,
            ]
            .into(),
        ),
        Value::Timespan(_) | Value::Decimal(_) | Value::String(_) | Value::Dynamic(_) => {
            Field::Str(value.text())
        }
    })
}

#[test]
fn every_value_reads_back_from_several_row_groups() {
    let mut rows: Vec<Vec<Value>> = (0..GROUP + 5).map(full).collect();
    rows[3] = empty();
    rows[GROUP + 1] = empty();
    let file = exported(&columns(), &rows).expect("writes");
    assert_eq!(reader(file.clone()).metadata().num_row_groups(), 2);
    let found = read(file);
    assert_eq!(found.len(), rows.len());
    for (at, (found, row)) in found.iter().zip(&rows).enumerate() {
        let expected: Vec<Option<Field>> = row.iter().map(field).collect();
        assert_eq!(*found, expected, "row {at}");
    }
}

#[test]
fn columns_have_their_types_and_names() {
    let reader = reader(exported(&columns(), &[]).expect("writes"));
    assert_eq!((reader.metadata().file_metadata().num_rows(), reader.metadata().num_row_groups()), (0, 0));
    let fields = reader.metadata().file_metadata().schema().get_fields().to_vec();
    let names: Vec<&str> = fields.iter().map(|field| field.name()).collect();
    assert_eq!(names, columns().iter().map(|column| column.name.as_str()).collect::<Vec<_>>());
    let logical = |at: usize| fields[at].get_basic_info().logical_type_ref().cloned();
    assert_eq!(logical(5), Some(LogicalType::timestamp(true, TimeUnit::NANOS)));
    assert_eq!((logical(8), logical(9)), (Some(LogicalType::Uuid), Some(LogicalType::Json)));
    assert_eq!((logical(0), logical(6)), (Some(LogicalType::String), Some(LogicalType::String)));
    let optional: Vec<bool> = fields.iter().map(|field| field.is_optional()).collect();
    assert_eq!((optional[0], optional.iter().filter(|is| **is).count()), (false, 9));
}

#[test]
fn large_values_fill_a_row_group_before_its_rows_do() {
    let rows = vec![vec![Value::String("x".repeat(1 << 20))]; 70];
    let file = exported(&[ColumnType::new("s", Type::String)], &rows).expect("writes");
    let groups =
        reader(file.clone()).metadata().row_groups().iter().map(|group| group.num_rows()).collect::<Vec<_>>();
    assert_eq!(groups, [32, 32, 6]);
    assert_eq!(read(file).len(), 70);
}

#[test]
fn what_parquet_cannot_hold_is_refused_by_its_place() {
    let refused = |columns: &[ColumnType], rows: &[Vec<Value>]| {
        exported(columns, rows).map(|file| file.len()).expect_err("is refused").to_string()
    };
    let at = [ColumnType::new("Expires", Type::Datetime)];
    let fine = Value::Datetime(UNIX_EPOCH);
    for (ticks, shown) in [
        (kqlhunt::ticks::parse_datetime("9999-12-31").expect("is one"), "9999-12-31T00:00:00Z"),
        (0, "0001-01-01T00:00:00Z"),
    ] {
        let said = refused(&at, &[vec![fine.clone()], vec![Value::Null], vec![Value::Datetime(ticks)]]);
        assert!(
            said.starts_with(&format!("{shown} in row 3 of column 'Expires' (datetime) is not")),
            "{said}"
        );
        assert!(said.contains("tostring()"), "{said}");
    }
    // The first and the last tick that nanoseconds hold, and those beyond.
    for (ticks, holds) in [(92_233_720_368_547_758_i64, true), (92_233_720_368_547_759, false)] {
        for ticks in [ticks, -ticks] {
            let file = exported(&at, &[vec![Value::Datetime(UNIX_EPOCH + ticks)]]);
            assert_eq!(file.is_ok(), holds, "{ticks}");
        }
    }
    assert!(refused(&[], &[]).contains("without columns"));
    assert!(refused(&at, &[vec![Value::Bool(true)]]).contains("is no datetime"));
    let mut exporter = (export::format("parquet").expect("is a format").exporter)(Options::default());
    exporter.begin(&at, &mut io::sink()).expect("begins");
    exporter.end(&mut io::sink()).expect("ends");
    assert!(exporter.begin(&at, &mut io::sink()).is_err());
}

/// All of them, as DuckDB reads them and as KQL does.
#[test]
#[cfg(feature = "engine")]
fn engines_read_the_file() {
    use crate::sandbox::Sandbox;

    let sandbox = Sandbox::new();
    let mut told = columns();
    told.push(ColumnType::new("it's \"x\"", Type::String));
    let mut rows = vec![full(0), empty()];
    rows.iter_mut().for_each(|row| row.push(Value::String("=1+1".into())));
    let path = sandbox.path().join("hits.parquet");
    std::fs::write(&path, exported(&told, &rows).expect("writes")).expect("writes");
    let database = duckdb::Connection::open_in_memory().expect("opens");
    let sql = format!(
        "SELECT string_agg(column_type, ' '), (SELECT epoch_ns(\"At\") FROM '{0}' WHERE \"At\" IS NOT NULL), \
         (SELECT count(*) FROM '{0}' WHERE s = '') FROM (DESCRIBE FROM '{0}')",
        path.display()
    );
    let found = database.query_row(&sql, [], |row| {
        Ok((row.get::<_, String>(0)?, row.get::<_, i64>(1)?, row.get::<_, i64>(2)?))
    });
    let types = "VARCHAR BOOLEAN INTEGER BIGINT DOUBLE TIMESTAMPTZ_NS VARCHAR VARCHAR UUID JSON VARCHAR";
    assert_eq!(found.expect("reads"), (types.to_owned(), 1_778_839_200_123_456_700, 1));
    let kql = "hits | extend span = totimespan(['took a \\'while\\'.x']), exact = todecimal(['ü']) \
               | project s, b, i, l, r, At, span, exact, id, bag, ['it\\'s \"x\"']";
    let mut command = sandbox.command("kqlhunt");
    let output =
        command.args(["query", "--db", "hits.parquet", "--format", "kusto", kql]).output().expect("runs");
    let answer: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap_or_default();
    let names = answer["Tables"][0]["Columns"].as_array().cloned().unwrap_or_default();
    let types: Vec<&str> = names.iter().filter_map(|column| column["ColumnType"].as_str()).collect();
    let expected = "string bool int long real datetime timespan decimal guid dynamic string";
    assert_eq!(types.join(" "), expected, "{}", String::from_utf8_lossy(&output.stderr));
    let row = |row: usize| answer["Tables"][0]["Rows"][row].to_string();
    assert_eq!(
        row(0),
        format!(
            "[\"user 0 \\u0000\u{202e}\",true,-2147483648,9223372036854775807,0.1,\"2026-05-15T10:00:00.1234567Z\",\"-01:00:00.0000001\",\
             \"-12345678901234567890.1\",\"{GUID}\",{{\"b\":1.10,\"a\":[null,0]}},\"=1+1\"]"
        )
    );
    assert_eq!(row(1), "[\"\",null,null,null,null,null,null,null,null,null,\"=1+1\"]");
}
