//! The engine through its public interface: runs, kept results, windows, the store, what is refused.

mod files;
mod refused;
mod results;
mod stopping;

use kqlhunt::batch::{Batch, Buffer, Data as Values};
use kqlhunt::engine::store::{NewColumn, Store};
use kqlhunt::engine::{Cancel, Data, Engine, Options, Sql};
use kqlhunt::error::Result;
use kqlhunt::sql::quote;
use kqlhunt::types::{ColumnType, Type};
use kqlhunt::value::Value;

fn sql(text: &str, types: &[Type]) -> Sql {
    let columns = types.iter().enumerate().map(|(at, ty)| ColumnType::new(format!("Column{at}"), *ty));
    Sql { text: text.into(), columns: columns.collect(), streams: true, bare_table: None, row_ids: None }
}

fn empty() -> Engine {
    Engine::open(&Data::Empty, &Options::default()).expect("opens")
}

fn fetch(engine: &mut Engine, text: &str, types: &[Type]) -> Result<Vec<Vec<Value>>> {
    Ok(engine.fetch(&sql(text, types), &Cancel::new())?.rows)
}

/// One value of a SELECT without a FROM.
fn one(engine: &mut Engine, expr: &str, ty: Type) -> Result<Value> {
    Ok(fetch(engine, &format!("SELECT {expr}"), &[ty])?.remove(0).remove(0))
}

#[test]
fn every_type_comes_back() {
    let mut engine = empty();
    let text = "SELECT true, 5::INTEGER, 6::BIGINT, 1.5::DOUBLE, 'a', '{\"b\":1}', 'x-y', '1.10', 7::BIGINT, 8::BIGINT";
    let types = [
        Type::Bool,
        Type::Int,
        Type::Long,
        Type::Real,
        Type::String,
        Type::Dynamic,
        Type::Guid,
        Type::Decimal,
        Type::Datetime,
        Type::Timespan,
    ];
    let rows = fetch(&mut engine, text, &types).expect("runs");
    let expected = vec![
        Value::Bool(true),
        Value::Int(5),
        Value::Long(6),
        Value::Real(1.5),
        Value::String("a".into()),
        Value::Dynamic("{\"b\":1}".into()),
        Value::Guid("x-y".into()),
        Value::Decimal("1.10".into()),
        Value::Datetime(7),
        Value::Timespan(8),
    ];
    assert_eq!(rows, [expected]);
    for ty in types {
        let null = if ty == Type::String { Value::String("".into()) } else { Value::Null };
        assert_eq!(one(&mut engine, "NULL", ty).expect("runs"), null, "{ty:?}");
    }
}

/// A batch of whole columns.
fn batch(columns: Vec<(Type, Vec<Value>)>) -> Batch {
    let rows = columns.first().map_or(0, |(_, values)| values.len());
    let buffers = columns.into_iter().map(|(ty, values)| {
        let mut buffer = Buffer::new(ty);
        for value in values {
            push(&mut buffer, value);
        }
        buffer
    });
    Batch { rows, columns: buffers.collect() }
}

fn push(buffer: &mut Buffer, value: Value) {
    if value.is_null() {
        return buffer.pad(buffer.len() + 1);
    }
    match (&mut buffer.data, value) {
        (Values::Bool(values), Value::Bool(value)) => values.push(value),
        (Values::Int(values), Value::Int(value)) => values.push(value),
        (Values::Long(values), Value::Long(value) | Value::Datetime(value) | Value::Timespan(value)) => {
            values.push(value);
        }
        (Values::Real(values), Value::Real(value)) => values.push(value),
        (Values::Text(texts), value) => texts.push(&value.text()),
        (_, value) => panic!("{value:?} in a column of another type"),
    }
    buffer.present();
}

fn new_column(name: &str, ty: Type) -> NewColumn {
    NewColumn { name: name.into(), ty, alias_of: None, unlisted: false, varied: false }
}

/// `2026-05-14T12:00:00.1234567Z`.
const TICKS: i64 = 639_143_568_001_234_567;

fn fill(store: &mut Store) -> Result<()> {
    let alias = NewColumn { alias_of: Some("ISP".into()), ..new_column("OldIsp", Type::String) };
    let extra = NewColumn { unlisted: true, ..new_column("Extra_", Type::Dynamic) };
    let columns = [
        new_column("Timestamp", Type::Datetime),
        new_column("ISP", Type::String),
        new_column("Isp", Type::String),
        new_column("rowid", Type::Long),
        new_column("N", Type::Int),
        new_column("B", Type::Bool),
        new_column("R", Type::Real),
        extra,
        alias,
    ];
    store.ensure_table("Events", &columns)?;
    let rows = 5000;
    let column = |make: &dyn Fn(i64) -> Value| (0..rows).map(make).collect::<Vec<_>>();
    let data = batch(vec![
        (Type::Datetime, column(&|row| if row == 7 { Value::Null } else { Value::Datetime(TICKS + row) })),
        (Type::String, column(&|row| Value::String(format!("provider number {}", row % 3)))),
        (Type::String, column(&|row| if row % 2 == 0 { Value::Null } else { Value::String("o\0dd".into()) })),
        (Type::Long, column(&Value::Long)),
        (Type::Bool, column(&|row| Value::Bool(row % 5 == 0))),
        (
            Type::Dynamic,
            column(&|row| if row == 1 { Value::Dynamic("{\"a\":1}".into()) } else { Value::Null }),
        ),
    ]);
    store.append("Events", &["Timestamp", "ISP", "Isp", "rowid", "B", "Extra_"], &data)?;
    store.set_clock(TICKS)
}

/// The SELECT of some columns of a table, by their KQL names.
fn select(engine: &Engine, table: &str, columns: &[&str], rest: &str) -> Sql {
    let schema = engine.schema();
    let table = schema.table(table).expect("the table is there");
    let columns: Vec<_> =
        columns.iter().map(|name| table.column(name).expect("the column is there")).collect();
    let exprs: Vec<_> = columns.iter().map(|column| quote::name(&column.stored)).collect();
    Sql {
        text: format!("SELECT {} FROM {} {rest}", exprs.join(", "), table.from),
        columns: columns.iter().map(|column| ColumnType::new(&column.name, column.ty)).collect(),
        streams: true,
        bare_table: None,
        row_ids: None,
    }
}

fn whole(engine: &Engine, table: &str) -> Sql {
    let schema = engine.schema();
    let names: Vec<&str> = schema.table(table).expect("is there").listed().map(|c| c.name.as_str()).collect();
    Sql { bare_table: Some(table.into()), ..select(engine, table, &names, "") }
}

fn check_events(engine: &mut Engine) {
    assert_eq!(engine.clock(), Some(TICKS));
    let names = ["Timestamp", "ISP", "Isp", "rowid", "N", "B", "R", "Extra_", "OldIsp"];
    let all = select(engine, "Events", &names, "");
    let grid = engine.fetch(&all, &Cancel::new()).expect("runs");
    assert_eq!(grid.rows.len(), 5000);
    let string = |text: &str| Value::String(text.into());
    assert_eq!(
        grid.rows[1],
        [
            Value::Datetime(TICKS + 1),
            string("provider number 1"),
            string("o\0dd"),
            Value::Long(1),
            Value::Null,
            Value::Bool(false),
            Value::Null,
            Value::Dynamic("{\"a\":1}".into()),
            string("provider number 1"),
        ]
    );
    assert_eq!(grid.rows[0][0].text(), "2026-05-14T12:00:00.1234567Z");
    assert_eq!(grid.rows[7][0], Value::Null);
    assert_eq!(grid.rows[4998][2], string(""));
    let exact = select(engine, "Events", &["rowid"], &format!("WHERE \"Timestamp\" = {}", TICKS + 4321));
    assert_eq!(engine.fetch(&exact, &Cancel::new()).expect("runs").rows, [[Value::Long(4321)]]);
}

#[test]
fn what_is_stored_comes_back_from_memory_and_from_a_file() {
    check_events(&mut Engine::open(&Data::Memory(fill), &Options::default()).expect("opens"));
    let folder = tempfile::tempdir().expect("makes a folder");
    let path = folder.path().join("deep").join("hunt.duckdb");
    let mut store = Store::open(&path, &Options::default()).expect("opens");
    fill(&mut store).expect("fills");
    store.finish().expect("finishes");
    check_events(&mut Engine::open(&Data::File(path), &Options::default()).expect("opens"));
}
