//! What the engine adds to DuckDB: calling kernels, keeping results, reading windows of them.
//! One million generated rows in memory.

use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use kqlhunt::batch::{Batch, Buffer, Data as Values};
use kqlhunt::engine::store::{NewColumn, Store};
use kqlhunt::engine::{Cancel, Data, Engine, Options, Order, Pick, ResultId, RowIds, Sql};
use kqlhunt::error::Result;
use kqlhunt::types::{ColumnType, Type};

const ROWS: usize = 1_000_000;

const COLUMNS: [(&str, Type); 4] =
    [("Time", Type::Datetime), ("Agent", Type::String), ("Operation", Type::String), ("N", Type::Long)];

fn fill(store: &mut Store) -> Result<()> {
    let new = |(name, ty): (&str, Type)| NewColumn {
        name: name.into(),
        ty,
        alias_of: None,
        unlisted: false,
        varied: false,
    };
    store.ensure_table("Events", &COLUMNS.map(new))?;
    let mut batch = Batch { rows: ROWS, columns: COLUMNS.map(|(_, ty)| Buffer::new(ty)).to_vec() };
    for row in 0..ROWS {
        let number = (row * 7919 % 100_003) as i64;
        for (at, buffer) in batch.columns.iter_mut().enumerate() {
            match &mut buffer.data {
                Values::Long(values) => values.push(if at == 0 { row as i64 * 10_000_000 } else { number }),
                Values::Text(texts) if at == 1 => {
                    texts.push(&format!("Mozilla/5.0 (Windows NT 10.0; Win64; x64) build {number} of {row}"));
                }
                Values::Text(texts) => texts.push(["FileDownloaded", "New-InboxRule", "Send"][row % 3]),
                Values::Bool(_) | Values::Int(_) | Values::Real(_) | Values::Texts(_) => {
                    unreachable!("no such column")
                }
            }
            buffer.present();
        }
    }
    store.append("Events", &COLUMNS.map(|(name, _)| name), &batch)
}

fn sql(text: &str, columns: &[(&str, Type)]) -> Sql {
    let columns = columns.iter().map(|(name, ty)| ColumnType::new(*name, *ty)).collect();
    Sql { text: text.into(), columns, streams: true, bare_table: None, row_ids: None }
}

fn kernels(criterion: &mut Criterion) {
    let mut engine = Engine::open(&Data::Memory(fill), &Options { threads: Some(1), ..Options::default() })
        .expect("the engine opens");
    let mut group = criterion.benchmark_group("kernels");
    group.throughput(Throughput::Elements(ROWS as u64)).sample_size(10);
    for expr in [
        "\"Agent\" LIKE 'x%'",
        "kql_startswith_cs(\"Agent\", 'x')",
        "kql_has(\"Agent\", 'absent')",
        "kql_has(\"Operation\", 'inboxrule')",
        "kql_toint_long(\"N\") > 0",
        "length(kql_tolower(\"Agent\")) > 0",
    ] {
        let query =
            sql(&format!("SELECT count(*) FROM hunt.main.\"Events\" WHERE {expr}"), &[("n", Type::Long)]);
        group.bench_function(expr, |bencher| {
            bencher.iter(|| black_box(engine.fetch(&query, &Cancel::new()).expect("runs")));
        });
    }
    group.finish();
}

fn results(criterion: &mut Criterion) {
    let mut engine = Engine::open(&Data::Memory(fill), &Options::default()).expect("the engine opens");
    let mut reader = engine.handle().reader().expect("the reader connects");
    let cancel = Cancel::new();
    let names = "\"Time\", \"Agent\", \"Operation\", \"N\"";
    let bare = Sql {
        bare_table: Some("Events".into()),
        ..sql(&format!("SELECT {names} FROM hunt.main.\"Events\""), &COLUMNS)
    };
    let filter = "FROM hunt.main.\"Events\" WHERE \"N\" % 2 = 0";
    let copied = sql(&format!("SELECT {names} {filter}"), &COLUMNS);
    let numbers = Sql {
        row_ids: Some(RowIds {
            table: "Events".into(),
            columns: COLUMNS.map(|(name, _)| name.to_owned()).to_vec(),
            text: format!("SELECT rowid {filter}"),
        }),
        ..copied.clone()
    };
    let mut group = criterion.benchmark_group("results");
    group.sample_size(10);
    for (at, (name, sql)) in [("bare", bare), ("copied", copied), ("numbers", numbers)].iter().enumerate() {
        let id = ResultId(at as u64);
        group.bench_function(format!("store, {name}"), |bencher| {
            bencher
                .iter(|| engine.store(id, sql, &cancel, &mut |rows| drop(black_box(rows))).expect("stores"));
        });
        let rows = engine.store(id, sql, &cancel, &mut |_| ()).expect("stores").rows;
        let by_number = Pick { order: vec![Order { column: 3, ascending: false }], ..Pick::default() };
        for (how, pick) in [("", &Pick::default()), (", sorted", &by_number)] {
            group.bench_function(format!("window, {name}{how}"), |bencher| {
                bencher.iter(|| reader.window(id, pick, rows / 2, 100, &cancel).expect("reads"));
            });
        }
    }
    group.finish();
}

criterion_group!(benches, kernels, results);
criterion_main!(benches);
