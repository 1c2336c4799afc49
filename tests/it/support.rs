//! `docs/kql-support.md`: made of the catalog's rows, whose examples are run here. `UPDATE=1` rewrites it.

use std::fmt::Write;

use kqlhunt::catalog::construct::{self, Construct};
use kqlhunt::catalog::func::{Arity, Func, Lower, Sig};
use kqlhunt::catalog::plugins::{self, Does};
use kqlhunt::catalog::{self, outside, settings};
use kqlhunt::compile::{Compilation, Options, compile};
use kqlhunt::diag::any_error;
use kqlhunt::engine::{self, Cancel, Engine, Sql};

use crate::cases::NOW;

const INTRODUCTION: &str = "# What KQL kqlhunt knows

Made from the rows of `src/catalog`, which the checker and the SQL writer read too; a test holds that this
page is what they give, and runs every example. What has an example gives Kusto's answer. What is
not supported, a `no` and the reason, is refused by name, with its place, and never run in another way.
";

#[test]
fn the_page_is_what_the_catalog_gives() {
    let path = crate::project("docs/kql-support.md");
    let page = page();
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(&path, &page).expect("writes the page");
    }
    let kept = std::fs::read_to_string(&path).unwrap_or_default();
    let line = page.lines().zip(kept.lines()).find(|(made, kept)| made != kept);
    assert!(
        page == kept,
        "docs/kql-support.md is not what the catalog gives: {line:?}; run it with UPDATE=1"
    );
}

#[test]
fn examples_of_constructs_give_what_they_say() {
    let mut engine = crate::data::empty_tables(&engine::Options::default());
    let mut wrong = Vec::new();
    for row in construct::FAMILIES.iter().flat_map(|family| family.rows) {
        let (kql, expected) = row.example;
        let compilation = compile(kql, &engine.schema(), &Options { now: NOW, ..Options::default() });
        let found = if row.refused.is_empty() {
            first_value(&mut engine, &compilation, expected)
        } else {
            refusal(&compilation, row)
        };
        if found != expected {
            wrong.push(format!("{}: {kql}\n  says  {expected}\n  gives {found}", row.name));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The first value of the first row as text; nothing when that is all that the example promises.
fn first_value(engine: &mut Engine, compilation: &Compilation, expected: &str) -> String {
    let Some(compiled) = compilation.results.first() else {
        return compilation.diagnostics.iter().map(|found| found.message.as_str()).collect();
    };
    if expected.is_empty() {
        return String::new();
    }
    match engine.fetch(&Sql::from(compiled), &Cancel::new()) {
        Ok(grid) => {
            grid.rows.first().and_then(|row| row.first()).map_or("no rows".into(), |value| value.text())
        }
        Err(error) => error.to_string(),
    }
}

/// Nothing when it is refused with the way out of its row.
fn refusal(compilation: &Compilation, row: &Construct) -> String {
    let told = compilation.diagnostics.iter().any(|found| found.help.as_deref() == Some(row.refused));
    if any_error(&compilation.diagnostics) && told {
        return String::new();
    }
    format!("{:?}", compilation.diagnostics)
}

fn page() -> String {
    let mut page = INTRODUCTION.to_owned();
    page.push_str(&summary());
    for family in construct::FAMILIES {
        let _ = write!(
            page,
            "\n## {}\n\n| name | what it is | example | gives |\n|---|---|---|---|\n",
            family.title
        );
        for row in family.rows {
            page.push_str(&construct_line(row));
        }
    }
    for (title, rows) in catalog::FAMILIES {
        functions(&mut page, &format!("Functions: {}", title.to_lowercase()), rows.iter());
    }
    functions(&mut page, "Aggregates", catalog::aggregates());
    plugins(&mut page);
    outside(&mut page);
    page
}

/// How many of each there are.
fn summary() -> String {
    let mut text = "\n| | supported | refused by name |\n|---|---:|---:|\n".to_owned();
    let mut line = |title: &str, all: usize, refused: usize| {
        let _ = writeln!(text, "| {title} | {} | {refused} |", all - refused);
    };
    for family in construct::FAMILIES {
        let refused = family.rows.iter().filter(|row| !row.refused.is_empty()).count();
        line(family.title, family.rows.len(), refused);
    }
    let (rows, aggregates): (Vec<_>, Vec<_>) =
        (catalog::functions().collect(), catalog::aggregates().collect());
    for (title, rows) in [("Scalar functions", rows), ("Aggregates", aggregates)] {
        line(title, rows.len(), rows.iter().filter(|row| reason(row).is_some()).count());
    }
    let refused = plugins::PLUGINS.iter().filter(|row| matches!(row.does, Does::Refuse(_))).count();
    line("Plugins of evaluate", plugins::PLUGINS.len(), refused);
    text
}

fn construct_line(row: &Construct) -> String {
    let what = [row.doc, row.note].join(" ");
    let (example, gives) = match row.refused {
        "" => (code(row.example.0), code(row.example.1)),
        refused => (format!("no: {refused}"), String::new()),
    };
    format!(
        "| {} | {} | {example} | {gives} |\n",
        names(std::iter::once(row.name).chain(row.aliases.iter().copied())),
        cell(what.trim())
    )
}

fn functions(page: &mut String, title: &str, rows: impl Iterator<Item = &'static Func>) {
    let _ = write!(page, "\n## {title}\n\n| name | what it gives | example | gives |\n|---|---|---|---|\n");
    let mut rows: Vec<&Func> = rows.collect();
    rows.sort_by_key(|row| row.name);
    for row in rows {
        let (example, gives) = match reason(row) {
            None => (code(row.example.0), code(row.example.1)),
            Some(reason) => (format!("no: {reason}"), String::new()),
        };
        let mut what = [row.doc, row.trap].join(" ").trim().to_owned();
        if let Some((message, _)) = row.caveat {
            let _ = write!(what, " Each use is warned of: it {message}.");
        }
        if let Some(instead) = row.extension {
            let _ = write!(what, " kqlhunt's own, which check says. {instead}");
        }
        for sig in row.sigs.iter().filter(|_| reason(row).is_none()) {
            if let Lower::Refuse(reason) = sig.lower {
                let _ = write!(what, " Refused with ({}): {reason}", parameters(sig));
            }
        }
        let _ = writeln!(page, "| {} | {} | {example} | {gives} |", names(row.names()), cell(&what));
    }
}

fn plugins(page: &mut String) {
    page.push_str(
        "\n## Plugins of evaluate\n\n| plugin | what it gives | example | gives |\n|---|---|---|---|\n",
    );
    for row in plugins::PLUGINS {
        let (example, gives) = match row.does {
            Does::Refuse(reason) => (format!("no: {reason}"), String::new()),
            _ => (code(row.example.0), code(row.example.1)),
        };
        let _ = writeln!(page, "| {} | {} | {example} | {gives} |", code(row.name), cell(row.doc));
    }
}

/// What a query names that is not in the database, and options that are refused.
fn outside(page: &mut String) {
    page.push_str("\n## Functions that others keep\n\nTheir KQL goes into the folder of --functions.\n");
    page.push_str("\n| name | what it is |\n|---|---|\n");
    for row in outside::STORED {
        let _ = writeln!(page, "| {} | {} |", code(row.pattern), cell(row.doc));
    }
    page.push_str("\n## Options of set that are refused\n\nThe others change no answer.\n");
    page.push_str("\n| option | instead |\n|---|---|\n");
    for row in settings::REFUSED {
        let _ = writeln!(page, "| {} | {} |", code(row.name), cell(row.instead));
    }
}

/// Why a function is refused in all of its forms.
fn reason(row: &Func) -> Option<&'static str> {
    let mut reasons = row.sigs.iter().map(|sig| match sig.lower {
        Lower::Refuse(reason) => Some(reason),
        _ => None,
    });
    if !row.example.0.is_empty() {
        return None;
    }
    reasons.next().flatten()
}

fn parameters(sig: &Sig) -> String {
    let names = sig.params.iter().map(|param| match param.arity {
        Arity::One => param.name.to_owned(),
        Arity::Optional => format!("[{}]", param.name),
        Arity::Rest => format!("{}, ...", param.name),
    });
    names.collect::<Vec<_>>().join(", ")
}

fn names<'n>(all: impl Iterator<Item = &'n str>) -> String {
    all.map(code).collect::<Vec<_>>().join(", ")
}

/// Text inside of a Markdown table.
fn cell(text: &str) -> String {
    text.replace('|', "\\|").replace('\n', " ")
}

fn code(text: &str) -> String {
    match text {
        "" => String::new(),
        text if text.contains('`') => format!("`` {} ``", cell(text)),
        text => format!("`{}`", cell(text)),
    }
}
