//! Kept results and windows of them.

use kqlhunt::engine::{Cancel, Data, Engine, Options, Order, Pick, ResultId, RowIds, Sql};
use kqlhunt::error::{Error, Result};
use kqlhunt::sql::quote;
use kqlhunt::types::Type;
use kqlhunt::value::Value;

use super::{batch, fetch, fill, new_column, select, whole};
use kqlhunt::engine::store::Store;

#[test]
fn windows_anywhere_in_any_order() {
    let mut engine = Engine::open(&Data::Memory(fill), &Options::default()).expect("opens");
    let mut reader = engine.handle().reader().expect("connects");
    let cancel = Cancel::new();
    let part = select(&engine, "Events", &["rowid", "ISP", "Timestamp"], "WHERE \"B\" OR rowid_2 = 7");
    for (id, sql) in [(ResultId(1), whole(&engine, "Events")), (ResultId(2), part)] {
        let mut first: Vec<Vec<Value>> = Vec::new();
        let stored = engine.store(id, &sql, &cancel, &mut |grid| {
            assert_eq!(grid.columns, sql.columns);
            first.extend(grid.rows);
        });
        let stored = stored.expect("stores");
        let expected = engine.fetch(&sql, &cancel).expect("runs");
        assert_eq!(stored.rows, expected.rows.len() as u64);
        assert!(first == expected.rows[..500], "{} first rows", first.len());
        for (offset, limit) in [(0, 10), (490, 100), (stored.rows - 3, 10), (stored.rows + 5, 10), (17, 0)] {
            let grid = reader.window(id, &Pick::default(), offset, limit, &cancel).expect("reads").0;
            let end = (offset + limit).min(stored.rows) as usize;
            assert!(grid.rows == expected.rows[(offset as usize).min(end)..end], "{offset} {limit}");
            assert_eq!(grid.columns, sql.columns);
        }
        let place = |name: &str| sql.columns.iter().position(|column| column.name == name).expect("is there");
        let (isp, time) = (place("ISP"), place("Timestamp"));
        let order = vec![Order { column: isp, ascending: false }, Order { column: time, ascending: true }];
        let order = Pick { order, ..Pick::default() };
        let mut sorted = expected.rows.clone();
        let key = |value: &Value| if let Value::Datetime(ticks) = value { *ticks } else { -1 };
        sorted.sort_by(|a, b| b[isp].text().cmp(&a[isp].text()).then(key(&a[time]).cmp(&key(&b[time]))));
        for offset in [0, 300, stored.rows - 5] {
            let grid = reader.window(id, &order, offset, 40, &cancel).expect("reads").0;
            let end = (offset as usize + 40).min(sorted.len());
            assert!(grid.rows == sorted[offset as usize..end], "{:?}", grid.rows);
        }
        let mut all = Vec::new();
        let count = reader.rows(id, &order, &cancel, &mut |grid| {
            all.extend(grid.rows);
            Ok(())
        });
        assert_eq!(count.expect("reads"), stored.rows);
        assert!(all == sorted);
        // Under the same name again: what was there is freed.
        let few = select(&engine, "Events", &["N"], "LIMIT 3");
        engine.store(id, &few, &cancel, &mut |_| ()).expect("stores");
        assert_eq!(reader.window(id, &Pick::default(), 0, 10, &cancel).expect("reads").0.rows.len(), 3);
        let all = whole(&engine, "Events");
        engine.store(id, &all, &cancel, &mut |_| ()).expect("stores");
        reader.drop_result(id).expect("drops");
        assert!(matches!(reader.window(id, &Pick::default(), 0, 1, &cancel), Err(Error::Message(_))));
    }
    let left = fetch(
        &mut engine,
        "SELECT table_name FROM duckdb_tables() WHERE schema_name = 'result'",
        &[Type::String],
    );
    assert_eq!(left.expect("runs"), Vec::<Vec<Value>>::new());
}

/// A result in the grid has the order that `sort by` gives it; dynamic values, by which KQL does not sort, one of their own.
#[test]
fn a_result_is_sorted_as_kql_sorts() {
    let mut engine = Engine::open(&Data::Empty, &Options::default()).expect("opens");
    let mut reader = engine.handle().reader().expect("connects");
    let cancel = Cancel::new();
    let compiled = |kql: &str| {
        let (schema, options) = (kqlhunt::schema::Schema::default(), kqlhunt::compile::Options::default());
        let compilation = kqlhunt::compile::compile(kql, &schema, &options);
        Sql::from(
            compilation.results.first().unwrap_or_else(|| panic!("{kql}: {:?}", compilation.diagnostics)),
        )
    };
    let table = "datatable(R:real, S:string, M:decimal, T:timespan, B:bool, D:dynamic)[\
        10.0, 'b', decimal(9.5), 1h, true, dynamic(9), real(nan), '', decimal(10), timespan(null), bool(null), dynamic(1000), \
        real(null), 'B', decimal(null), -1s, false, dynamic('x'), 3.5, 'ä', decimal(-2), 2d, true, dynamic(null), \
        real(-inf), 'a', decimal(9.50), 1h, false, dynamic(20.5)]";
    let sql = compiled(table);
    engine.store(ResultId(1), &sql, &cancel, &mut |_| ()).expect("stores");
    let mut picked = |column: usize, ascending: bool| {
        let order = Pick { order: vec![Order { column, ascending }], ..Pick::default() };
        let rows = reader.window(ResultId(1), &order, 0, 10, &cancel).expect("reads").0.rows;
        rows.iter().map(|row| row[column].text()).collect::<Vec<_>>()
    };
    for (column, name) in ["R", "S", "M", "T", "B"].into_iter().enumerate() {
        for (ascending, way) in [(true, "asc"), (false, "desc")] {
            let sorted = compiled(&format!("{table} | sort by {name} {way}"));
            let sorted = engine.fetch(&sorted, &cancel).expect("runs").rows;
            let sorted: Vec<String> = sorted.iter().map(|row| row[column].text()).collect();
            assert_eq!(picked(column, ascending), sorted, "{name} {way}");
        }
    }
    assert_eq!(picked(5, true), ["", "9", "20.5", "1000", "\"x\""]);
    assert_eq!(picked(5, false), ["\"x\"", "1000", "20.5", "9", ""]);
}

#[test]
fn large_results_of_stored_rows_are_not_copied() {
    fn wide(store: &mut Store) -> Result<()> {
        store.ensure_table("W", &[new_column("a", Type::Long), new_column("A", Type::String)])?;
        let longs = (0..130_000).map(|n| Value::Long(n * 7919 % 130_000)).collect();
        let texts = (0..130_000).map(|n| Value::String(format!("row {n}"))).collect();
        store.append("W", &["a", "A"], &batch(vec![(Type::Long, longs), (Type::String, texts)]))
    }
    let mut engine = Engine::open(&Data::Memory(wide), &Options::default()).expect("opens");
    let mut reader = engine.handle().reader().expect("connects");
    let cancel = Cancel::new();
    // In the order of the table, in another order, small enough to be copied, and not of stored rows.
    let cases = [
        ("WHERE a % 10 < 9", true, true),
        ("WHERE a % 10 < 9 ORDER BY a", false, true),
        ("WHERE a < 5", true, true),
        ("WHERE a % 10 < 9", true, false),
        ("WHERE a % 10 < 9 ORDER BY a", false, false),
    ];
    for (at, (rest, streams, stored_rows)) in cases.into_iter().enumerate() {
        let id = ResultId(at as u64);
        let mut sql = Sql { streams, ..select(&engine, "W", &["A", "a"], rest) };
        let text = format!("SELECT rowid FROM hunt.main.\"W\" {rest}");
        let columns = vec!["A".into(), "a".into()];
        sql.row_ids = stored_rows.then(|| RowIds { table: "W".into(), columns, text });
        let expected = engine.fetch(&sql, &cancel).expect("runs").rows;
        let mut first = Vec::new();
        let stored = engine.store(id, &sql, &cancel, &mut |grid| first.extend(grid.rows)).expect("stores");
        assert_eq!(stored.rows, expected.len() as u64);
        assert!(first[..] == expected[..500.min(expected.len())]);
        let width = format!("SELECT count(*) FROM duckdb_columns() WHERE table_name = 'r{at}'");
        let copied = fetch(&mut engine, &width, &[Type::Long]).expect("runs") == [[Value::Long(2)]];
        assert_eq!(copied, at >= 2);
        for offset in [0, 3, stored.rows / 2, stored.rows - 2] {
            let grid = reader.window(id, &Pick::default(), offset, 50, &cancel).expect("reads").0;
            let end = (offset as usize + 50).min(expected.len());
            assert!(grid.rows == expected[offset as usize..end]);
        }
        let order = Pick { order: vec![Order { column: 0, ascending: false }], ..Pick::default() };
        let mut sorted = expected.clone();
        sorted.sort_by_key(|row| std::cmp::Reverse(row[0].text()));
        let grid = reader.window(id, &order, stored.rows / 2, 50, &cancel).expect("reads").0;
        let start = stored.rows as usize / 2;
        assert!(grid.rows == sorted[start..(start + 50).min(sorted.len())]);
        // Those of its rows that a condition picks, whatever else its table holds.
        let source = reader.source(id, "Result").expect("is there");
        let place = quote::name(&source.columns[1].stored);
        let rows = format!("SELECT rowid FROM {} WHERE {place} % 3 = 0", source.from);
        let picked = Pick { rows: Some(rows), ..order.clone() };
        sorted.retain(|row| matches!(row[1], Value::Long(n) if n % 3 == 0));
        let (grid, total) = reader.window(id, &picked, 1, 5, &cancel).expect("reads");
        assert_eq!(total, sorted.len() as u64);
        assert!(grid.rows == sorted[1.min(sorted.len())..6.min(sorted.len())]);
        let whole = engine.handle().kept_table(id, "Result").expect("is there");
        let count = fetch(&mut engine, &format!("SELECT count(*) FROM {} AS t", whole.from), &[Type::Long]);
        assert_eq!(count.expect("runs"), [[Value::Long(stored.rows as i64)]]);
        let wrong =
            Pick { rows: Some("DELETE FROM hunt.main.\"W\" RETURNING rowid".into()), ..Pick::default() };
        assert!(reader.window(id, &wrong, 0, 1, &cancel).is_err());
        reader.drop_result(id).expect("drops");
    }
}

#[test]
fn compiled_queries_say_which_rows_they_are() {
    let engine = Engine::open(&Data::Memory(fill), &Options::default()).expect("opens");
    let schema = engine.schema();
    let compile = |kql: &str| {
        let compilation = kqlhunt::compile::compile(kql, &schema, &kqlhunt::compile::Options::default());
        assert!(!compilation.results.is_empty(), "{kql}: {:?}", compilation.diagnostics);
        compilation.results
    };
    let engine = std::cell::RefCell::new(engine);
    for (kql, rows_of_table) in [
        ("Events", true),
        ("Events | where Isp == 'x' or rowid < 40", true),
        ("Events | where rowid < 4000 | project Other = ISP, B, rowid | where B | sort by rowid desc", true),
        ("Events | where B | take 7 | project-away N", true),
        ("Events | project OldIsp, R | where OldIsp endswith '2'", true),
        ("Events | extend M = rowid * -1 | sort by M asc | project rowid, ISP | take 9", true),
        ("let E = Events | where B; E", false),
        ("Events | extend M = rowid + 1", false),
        ("Events | where rand() < 0.5", false),
        ("Events | distinct ISP", false),
        ("Events | summarize count() by ISP", false),
        ("Events | union Events", false),
        ("Events | join kind=inner Events on rowid", false),
    ] {
        for compiled in compile(kql) {
            let sql = Sql::from(&compiled);
            assert_eq!(sql.row_ids.is_some(), rows_of_table, "{kql}");
            let Some(row_ids) = &sql.row_ids else { continue };
            assert_eq!(row_ids.columns.len(), sql.columns.len());
            let rows = engine.borrow_mut().fetch(&sql, &Cancel::new()).expect(kql).rows;
            let ids = fetch(&mut engine.borrow_mut(), &row_ids.text, &[Type::Long]).expect(kql);
            let by_id = ids.iter().map(|id| {
                let columns: Vec<&str> = row_ids.columns.iter().map(String::as_str).collect();
                let one =
                    select(&engine.borrow(), "Events", &columns, &format!("WHERE rowid = {}", id[0].text()));
                engine.borrow_mut().fetch(&one, &Cancel::new()).expect(kql).rows.remove(0)
            });
            assert!(by_id.take(20).eq(rows.iter().take(20).cloned()), "{kql}");
            assert_eq!(ids.len(), rows.len(), "{kql}");
        }
    }
}
