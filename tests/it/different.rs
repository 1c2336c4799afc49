//! Counts of different texts: in memory where they have room, by DuckDB where not, and both the same.

use kqlhunt::catalog::tables;
use kqlhunt::compile::{Options, compile};
use kqlhunt::engine::{Cancel, Data, Engine, Sql};
use kqlhunt::schema::{Schema, Sizes};
use kqlhunt::types::{ColumnType, Type};

/// The SQL of a query of tables that have so many rows each, with so many bytes of memory.
fn sql(query: &str, rows: u64, memory: u64) -> String {
    let schema = tables::schema();
    let rows = schema.tables.iter().map(|table| (table.from.clone(), rows)).collect();
    let schema = Schema { sizes: Sizes { rows, memory }, ..schema };
    let compilation = compile(query, &schema, &Options::default());
    compilation.results.into_iter().next().unwrap_or_else(|| panic!("{:?}", compilation.diagnostics)).sql
}

fn in_memory(query: &str, rows: u64, memory: u64) -> usize {
    sql(query, rows, memory).matches("kql_different(").count()
}

#[test]
fn texts_are_counted_in_memory_where_there_is_room() {
    let one =
        "OfficeActivity | where Operation == 'x' | summarize dcount(ClientIP) by bin(TimeGenerated, 1h)";
    assert_eq!(in_memory(one, 1_000, 256_000), 1);
    assert_eq!(in_memory(one, 1_001, 256_000), 0);
    let two = "OfficeActivity | summarize count_distinct(ClientIP), dcountif(UserId, Operation == 'x', 2), dcount(TimeGenerated) by bin(TimeGenerated, 1h), Operation";
    assert_eq!(in_memory(two, 500, 256_000), 2);
    assert_eq!(in_memory(two, 501, 256_000), 0);
    assert!(sql(two, 500, 256_000).contains("count(DISTINCT"));
}

#[test]
fn what_may_have_more_rows_than_a_table_is_counted_by_duckdb() {
    for query in [
        "OfficeActivity | join kind=inner (CloudAppEvents) on $left.UserId == $right.AccountId | summarize dcount(ClientIP) by bin(TimeGenerated, 1h)",
        "OfficeActivity | mv-expand x = range(1, 100) | summarize dcount(ClientIP) by bin(TimeGenerated, 1h)",
        "union OfficeActivity, OfficeActivity | summarize dcount(ClientIP) by bin(TimeGenerated, 1h)",
        "datatable(a:string, n:long)['x', 1] | summarize dcount(a) by n",
    ] {
        assert_eq!(in_memory(query, 1, u64::MAX), 0, "{query}");
    }
    assert_eq!(
        in_memory("OfficeActivity | summarize dcount(ClientIP) by bin(TimeGenerated, 1h)", 1, u64::MAX),
        1
    );
}

#[test]
fn both_ways_count_the_same() {
    let mut engine = Engine::open(&Data::Empty, &Default::default()).expect("opens");
    // Groups of one row and of many, texts that are long, short, empty and missing.
    let text = "SELECT count(*) FROM (
        SELECT g, count(DISTINCT t) AS a, kql_different(t) AS b,
            count(DISTINCT t) FILTER (WHERE i % 3 = 0) AS c, kql_different(t) FILTER (WHERE i % 3 = 0) AS d
        FROM (SELECT i, (i * i) % 997 % (1 + i % 50) AS g,
            CASE i % 7 WHEN 0 THEN NULL WHEN 1 THEN '' WHEN 2 THEN repeat('x', 40) || i % 800 ELSE (i % 3000)::VARCHAR END AS t
            FROM range(200000) r(i))
        GROUP BY g
    ) WHERE a <> b OR c <> d OR a + c = 0";
    let columns = vec![ColumnType::new("Wrong", Type::Long)];
    let sql = Sql { text: text.into(), columns, streams: true, bare_table: None, row_ids: None };
    let rows = engine.fetch(&sql, &Cancel::new()).expect("runs").rows;
    assert_eq!(rows, [[kqlhunt::value::Value::Long(0)]]);
}
