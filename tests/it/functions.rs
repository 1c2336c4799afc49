//! Every function's example, run, and what kernels do in SQL that a unit test cannot see.

use kqlhunt::catalog;
use kqlhunt::compile::{Compiled, Options, compile};
use kqlhunt::engine::{self, Cancel, Data, Engine, Sql};
use kqlhunt::error::Error;
use kqlhunt::facts::FunctionFile;
use kqlhunt::schema::{Schema, Table};

fn compiled(engine: &mut Engine, kql: &str) -> Result<Compiled, String> {
    let options = Options { now: 638_800_000_000_000_000, ..Options::default() };
    let mut compilation = engine.compile(kql, &options, &Cancel::new()).map_err(|error| error.to_string())?;
    if compilation.results.len() != 1 {
        let messages: Vec<&str> =
            compilation.diagnostics.iter().map(|found| found.message.as_str()).collect();
        return Err(format!("{} results: {}", compilation.results.len(), messages.join("; ")));
    }
    Ok(compilation.results.remove(0))
}

fn run(engine: &mut Engine, kql: &str) -> Result<kqlhunt::value::Grid, Error> {
    let compiled = compiled(engine, kql).map_err(Error::message)?;
    engine.fetch(&Sql::from(&compiled), &Cancel::new())
}

fn open() -> Engine {
    Engine::open(&Data::Empty, &engine::Options::default()).expect("opens")
}

#[test]
fn examples_give_what_they_say() {
    let mut engine = open();
    let mut wrong = Vec::new();
    let rows = catalog::functions().chain(catalog::aggregates()).map(|row| (row.name, row.example));
    let plugins = catalog::plugins::PLUGINS.iter().map(|row| (row.name, row.example));
    for (name, (kql, expected)) in rows.chain(plugins) {
        if kql.is_empty() {
            continue;
        }
        let found = match run(&mut engine, kql) {
            Ok(grid) => match grid.rows.first().and_then(|row| row.first()) {
                Some(value) => value.text(),
                None => "no rows".into(),
            },
            Err(error) => error.to_string(),
        };
        if found != expected {
            wrong.push(format!("{}: {kql}\n  says  {expected}\n  gives {found}", name));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_bad_pattern_is_the_mistake_of_the_query() {
    let error =
        run(&mut open(), "range x from 1 to 3 step 1 | where tostring(x) matches regex strcat('(', '')");
    match error {
        Err(Error::Message(message)) => {
            assert!(message.starts_with("invalid regular expression '('"), "{message}")
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_constant_pattern_is_checked_before_the_query_runs() {
    let kql = "print x = extract(@'a(?=b)', 0, 'ab')";
    let found = compile(kql, &Schema::default(), &Options::default()).diagnostics;
    let [only] = found.as_slice() else { panic!("{found:?}") };
    assert!(only.message.starts_with("invalid regular expression 'a(?=b)': "), "{}", only.message);
    assert_eq!(&kql[only.span.start as usize..only.span.end as usize], "@'a(?=b)'");
    let trimmed = compile("print trim(@'a)|(b', 'ab')", &Schema::default(), &Options::default());
    assert!(trimmed.diagnostics.is_empty(), "{:?}", trimmed.diagnostics);
}

#[test]
fn computed_tables_have_the_columns_that_they_say() {
    let schema = catalog::tables::schema();
    for view in catalog::views::VIEWS {
        let (results, diagnostics) = kqlhunt::compile::check(view.name, &schema, &Options::default());
        assert!(diagnostics.is_empty(), "{diagnostics:?}");
        let given: Vec<_> = results[0].iter().map(|column| (column.name.as_str(), column.ty)).collect();
        let said: Vec<_> = view.columns.iter().map(|column| (column.name, column.ty)).collect();
        assert_eq!(given, said, "{}", view.name);
        assert!(view.doc.ends_with('.') && view.columns.iter().all(|column| column.doc.ends_with('.')));
    }
}

#[test]
fn a_computed_table_means_what_each_query_has_it_mean() {
    let schema = catalog::tables::schema();
    let mut options = Options { now: 0, ..Options::default() };
    let sql = |schema: &Schema, options: &Options| {
        let compilation = compile("ThreatIntelObservables | project Id", schema, options);
        compilation.results.into_iter().next().map(|result| result.sql)
    };
    let first = sql(&schema, &options).expect("compiles");
    options.now = kqlhunt::ticks::UNIX_EPOCH;
    assert_ne!(sql(&schema, &options).expect("compiles"), first, "another clock");
    options.now = 0;
    let mut own = schema.clone();
    let table = schema.table("ThreatIntelIndicators").expect("is there").clone();
    own.tables.push(Table { name: "ThreatIntelObservables".into(), from: "own".into(), ..table });
    assert!(sql(&own, &options).expect("compiles").contains("FROM own"), "a table of its name");
    own.tables.retain(|table| !table.name.starts_with("ThreatIntel"));
    assert_eq!(sql(&own, &options), None, "without what it reads");
    let body = FunctionFile { path: "x.kql".into(), text: Ok("print Id = 'of the folder'".into()) };
    let mut outside = (*options.outside).clone();
    outside.functions.insert("ThreatIntelObservables".into(), body);
    options.outside = outside.into();
    assert!(sql(&schema, &options).expect("compiles").contains("of the folder"), "a function of its name");
    options.outside = Options::default().outside;
    assert_eq!(sql(&schema, &options).expect("compiles"), first);
}
