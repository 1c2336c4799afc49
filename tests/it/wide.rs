//! What is many times as wide as what one writes by hand: tables of which each has columns that the others lack, as a
//! workspace has them; conditions of hundreds of alternatives, as a list of pairs makes them.

use kqlhunt::compile::{Options, compile};
use kqlhunt::engine::{self, Cancel, Data, Engine, Sql};
use kqlhunt::schema::Schema;
use kqlhunt::value::Value;

const TABLES: usize = 30;
const OWN: usize = 12;

/// `T3` has the columns User, Text3_0, Number3_0, Text3_1 and so on, and one row.
fn tables() -> String {
    let table = |at: usize| {
        let columns: Vec<String> =
            (0..OWN).map(|own| format!("Text{at}_{own}:string, Number{at}_{own}:long")).collect();
        let values: Vec<String> = (0..OWN).map(|own| format!("'t{at}-{own}', {}", at * 100 + own)).collect();
        let (columns, values) = (columns.join(", "), values.join(", "));
        format!("let T{at} = view () {{ datatable(User:string, {columns})['u{at}', {values}] }};\n")
    };
    (0..TABLES).map(table).collect()
}

fn rows(kql: &str) -> (String, Vec<Vec<Value>>) {
    let mut engine = Engine::open(&Data::Empty, &engine::Options::default()).expect("opens");
    let mut compilation = compile(&format!("{}{kql}", tables()), &Schema::default(), &Options::default());
    assert_eq!(compilation.diagnostics, []);
    let compiled = compilation.results.remove(0);
    let grid = engine.fetch(&Sql::from(&compiled), &Cancel::new()).expect(kql);
    (compiled.sql, grid.rows)
}

#[test]
fn a_union_gives_each_row_its_own_columns_and_nothing_in_the_others() {
    let (sql, found) = rows("union withsource=Table T* | sort by strlen(Table) asc, Table asc");
    assert!(sql.contains("UNION ALL BY NAME"), "most values are not written out: {sql}");
    let row = |at: usize| {
        let mut row = vec![Value::String(format!("T{at}")), Value::String(format!("u{at}"))];
        for table in 0..TABLES {
            for own in 0..OWN {
                let (text, number) = match table == at {
                    true => (format!("t{at}-{own}"), Value::Long((at * 100 + own) as i64)),
                    false => (String::new(), Value::Null),
                };
                row.extend([Value::String(text), number]);
            }
        }
        row
    };
    assert_eq!(found, (0..TABLES).map(row).collect::<Vec<_>>());
    let (_, empty) = rows("union T* | where Text4_1 == '' and isnull(Number4_1)");
    assert_eq!(empty.len(), TABLES - 1, "a text that is not there is empty");
}

#[test]
fn a_term_is_looked_for_in_each_table_by_itself() {
    let (sql, found) = rows("search 't17-3' | project $table, User, Number17_3, Text4_1");
    let text = |text: &str| Value::String(text.into());
    assert_eq!(found, [[text("T17"), text("u17"), Value::Long(1703), text("")]]);
    let looked = sql.matches("'t17-3')").count();
    assert_eq!(looked, TABLES * (1 + 2 * OWN), "each of a table's columns once");
    let (sql, found) = rows("find withsource=Table where 't17-3' | project Table");
    assert_eq!(found, [[text("T17")]]);
    assert_eq!(sql.matches("'t17-3')").count(), looked, "in find too");
    let (_, none) = rows("search 't17' and User == 'u4' | count");
    assert_eq!(none, [[Value::Long(0)]]);
    let (_, others) = rows("search Text17_3 == '' and User has 'u2' | project $table");
    assert_eq!(others, [[text("T2")]]);
}

/// DuckDB looks for what alternatives share, which takes the third power of their number: 300 are asked as they are.
#[test]
fn a_condition_of_many_parts_picks_the_rows_of_its_parts() {
    const NUMBER: usize = 300;
    let any: Vec<String> = (0..NUMBER).map(|at| format!("(A == {at} and B == 'b{at}')")).collect();
    let none: Vec<String> = (0..NUMBER).map(|at| format!("(A != {at} or B != 'b{at}')")).collect();
    let table =
        "datatable(A:long, B:string)[0, 'b0', 7, 'b7', 7, 'b8', long(null), 'b9', 299, 'b299', 300, 'b300']";
    let found = |kql: String| {
        let (sql, rows) = rows(&kql);
        (sql.matches(" IS TRUE").count(), rows.into_iter().map(|row| row[1].text()).collect::<Vec<_>>())
    };
    assert_eq!(
        found(format!("{table} | where B startswith 'b' and ({})", any.join(" or "))),
        (1, vec!["b0".into(), "b7".into(), "b299".into()])
    );
    // The null of A is another than any number.
    assert_eq!(
        found(format!("{table} | where {}", none.join(" and "))),
        (NUMBER, vec!["b8".into(), "b9".into(), "b300".into()])
    );
    let few = format!("{table} | where {}", any[..20].join(" or "));
    assert_eq!(found(few), (0, vec!["b0".into(), "b7".into()]));
}
