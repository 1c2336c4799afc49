//! Short texts that ask for more than any machine has, and long ones that lean as far as a text can: each
//! is compiled on a small stack, in little time, to SQL or to a limit that is named.

use std::time::{Duration, Instant};

use kqlhunt::compile::{Compilation, Options, compile};
use kqlhunt::diag::{any_error, code};
use kqlhunt::schema::{Schema, Table, TableColumn};
use kqlhunt::types::Type;

/// Less than any thread of ours has.
const STACK_BYTES: usize = 512 << 10;

fn schema() -> Schema {
    let columns = vec![
        TableColumn::new("a", Type::Long),
        TableColumn::new("s", Type::String),
        TableColumn::new("d", Type::Dynamic),
        TableColumn::new("r", Type::Real),
        TableColumn::new("t", Type::Datetime),
    ];
    Schema { tables: vec![Table { name: "T".into(), from: "T".into(), columns }], ..Schema::default() }
}

/// Compiles on a small stack; a debug build may take ten times the second that a release build has.
fn compiled(text: &str) -> Compilation {
    let text = text.to_owned();
    let run = move || {
        let start = Instant::now();
        let compilation = compile(&text, &schema(), &Options::default());
        let shown: String = text.chars().take(60).collect();
        // Only what does not end is a finding; how fast it is, benches say.
        assert!(start.elapsed() < Duration::from_secs(180), "{shown}: {:?}", start.elapsed());
        compilation
    };
    std::thread::Builder::new().stack_size(STACK_BYTES).spawn(run).expect("starts").join().expect("ends")
}

fn limited(text: &str) {
    let compilation = compiled(text);
    let shown: String = text.chars().take(60).collect();
    let first = compilation.diagnostics.iter().find(|found| found.is_error());
    assert_eq!(first.map(|found| found.code), Some(code::LIMIT), "{shown}: {first:?}");
    assert!(compilation.results.is_empty());
}

fn translated(text: &str) {
    let compilation = compiled(text);
    let shown: String = text.chars().take(60).collect();
    assert!(!any_error(&compilation.diagnostics), "{shown}: {:?}", compilation.diagnostics.first());
}

/// `first`, then `count` statements that each use the one before twice, then `last` of the final one.
fn doubling(first: &str, each: &str, last: &str, count: usize) -> String {
    let mut text = format!("{first};\n");
    for at in 1..=count {
        let statement = each.replace("NEW", &format!("x{at}")).replace("OLD", &format!("x{}", at - 1));
        text.push_str(&format!("{statement};\n"));
    }
    text + &last.replace("OLD", &format!("x{count}"))
}

#[test]
fn what_doubles_with_each_name_ends_in_a_limit() {
    for (first, each, last) in [
        ("let x0 = rand()", "let NEW = OLD + OLD", "print OLD"),
        ("let x0 = 'a'", "let NEW = strcat(OLD, OLD)", "print OLD"),
        ("let x0 = (v:long) { v + 1 }", "let NEW = (v:long) { OLD(v) + OLD(v) }", "print OLD(1)"),
        ("let x0 = (v:long) { v + v }", "let NEW = (v:long) { OLD(OLD(v)) }", "print OLD(1)"),
        ("let x0 = () { T | take 1 }", "let NEW = () { OLD() | union (OLD()) }", "OLD()"),
        ("let x0 = T", "let NEW = OLD | union OLD", "OLD | count"),
        ("let x0 = datatable(a:long)[1]", "let NEW = union OLD, OLD", "OLD | summarize count() by a"),
        ("let x0 = T", "let NEW = OLD | join kind=inner OLD on a", "OLD | count"),
        ("let x0 = T | extend b = 1", "let NEW = OLD | where a in ((OLD | project a))", "OLD"),
        ("let x0 = toscalar(T | count)", "let NEW = OLD + OLD", "print OLD"),
    ] {
        limited(&doubling(first, each, last, 31));
        translated(&doubling(first, each, last, 3));
    }
}

#[test]
fn what_doubles_inside_one_expression_ends_in_a_limit() {
    let nested = |before: &str, after: &str, depth: usize| {
        format!("T | extend x = {}a{}", before.repeat(depth), after.repeat(depth))
    };
    for (before, after) in [
        ("iff(", " between (1 .. 2), 1, 2)"),
        ("tolong(", " == d.x)"),
        ("bin(", ", 5)"),
        ("(a == ", ")"),
        ("iff(tolong(", ") == 1, r, 2.0)"),
        ("round(", ", 1)"),
        ("case(", " == 1, 1, 2)"),
    ] {
        let compilation = compiled(&nested(before, after, 60));
        let error = compilation.diagnostics.iter().find(|found| found.is_error());
        // Some do not double; none may hang or be wrong in silence.
        assert_eq!(error.is_some(), compilation.results.is_empty(), "{before}: {error:?}");
        assert!(error.is_none_or(|found| found.code == code::LIMIT), "{before}: {error:?}");
        translated(&nested(before, after, 3));
    }
}

#[test]
fn long_chains_of_names_and_operators() {
    let lets: String = (1..5_000).map(|at| format!("let x{at} = x{} + 1;\n", at - 1)).collect();
    limited(&format!("let x0 = rand();\n{lets}print x4999"));
    let lets: String = (1..5_000).map(|at| format!("let x{at} = x{} | where a > 1;\n", at - 1)).collect();
    limited(&format!("let x0 = T;\n{lets}x4999"));
    let lets: String = (0..20_000).map(|at| format!("let x{at} = {at};\n")).collect();
    translated(&format!("{lets}print x7"));
    translated(&"print 1;\n".repeat(5_000));
    translated(&format!("T | where {}", vec!["a == 1"; 10_000].join(" or ")));
    translated(&format!("T | where {}", vec!["s has 'x'"; 10_000].join(" and ")));
    limited(&format!("print {}", vec!["1"; 100_000].join(" + ")));
    translated(&format!("T | where a in ({})", vec!["1"; 100_000].join(", ")));
    translated(&format!("datatable(a:long)[{}]", vec!["1"; 100_000].join(", ")));
    translated(&format!("T{}", " | where a == 1".repeat(256)));
    translated(&format!("T{}", " | extend a = a + 1".repeat(250)));
    translated(&format!("T{}", " | summarize a = count() by s".repeat(250)));
    translated(&format!("print ['{}'] = 1", "x".repeat(100_000)));
}

#[test]
fn what_nests_as_deep_as_the_parser_allows() {
    let deep = |before: &str, middle: &str, after: &str, depth: usize| {
        before.repeat(depth) + middle + &after.repeat(depth)
    };
    for (before, middle, after) in [
        ("(", "a", ")"),
        ("-(", "a", ")"),
        ("abs(", "a", ")"),
        ("iff(a == 1, 1, ", "a", ")"),
        ("tostring(parse_json(", "s", "))"),
        ("not(", "true", ")"),
        ("case(a == 1, 2, a == 2, ", "a", ", 3)"),
        ("d[tostring(", "s", ")]"),
        ("(1 + ", "a", ")"),
        ("toscalar(T | summarize max(a + ", "1", "))"),
    ] {
        for depth in [10, 30, 60, 90, 190, 100_000] {
            let compilation = compiled(&format!("T | extend x = {}", deep(before, middle, after, depth)));
            let error = compilation.diagnostics.iter().find(|found| found.is_error());
            assert_eq!(error.is_some(), compilation.results.is_empty());
            assert!(depth < 100_000 || error.is_some());
            assert!(
                error.is_none_or(|found| matches!(found.code, code::LIMIT)),
                "{before} {depth}: {error:?}"
            );
        }
    }
    for (before, after) in [
        ("(", " | where a > 1 | where a > 2)"),
        ("T | join kind=inner (", ") on a"),
        ("union T, (", " | where a > 1)"),
        ("T | where a in (", ")"),
    ] {
        for depth in [10, 60, 190, 50_000] {
            let compilation = compiled(&deep(before, "T", after, depth));
            assert_eq!(any_error(&compilation.diagnostics), compilation.results.is_empty());
        }
    }
    let functions: String = (1..30)
        .map(|at| {
            let body = deep("abs(", &format!("x{}(v)", at - 1), ")", 90);
            format!("let x{at} = (v:long) {{ {body} }};\n")
        })
        .collect();
    let compilation = compiled(&format!("let x0 = (v:long) {{ v }};\n{functions}print x29(1)"));
    assert_eq!(any_error(&compilation.diagnostics), compilation.results.is_empty());
}
