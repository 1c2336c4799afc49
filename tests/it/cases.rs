//! Golden cases: KQL in; SQL, columns, rows or diagnostics out. Every file below `tests/cases`, the
//! parser's own excepted, runs against one engine, and every difference is reported.
//!
//! A file holds one or more cases, remarks before the first. A case starts with `--- kql`; the sections
//! after it are compared, those that are left out are not:
//!
//! ```text
//! --- kql
//! print x = 1, y = long(null)
//! --- columns
//! x:long, y:long
//! --- rows
//! 1<tab>(null)
//! ```
//!
//! - `sql`: the text that runs. A word after it, `sql trace`, marks the operators in it.
//! - `columns`: `name:type, ...`.
//! - `rows`: one a line, values by `Value::text` with tabs between them; null is `(null)`, the empty string
//!   `(empty)`, and line breaks and tabs inside a value are `⏎` and `⇥`. `rows unordered` compares them sorted.
//! - `diagnostics`: `code line:column..line:column message / help`; a warning has `warning ` before it.
//! - `error`: what the run itself answers.
//!
//! The known tables are there, without rows. `UPDATE=1` rewrites the sections that are there, and adds
//! columns and rows (or diagnostics) to a case that has nothing but its query: review the difference against
//! the Kusto reference by hand.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use kqlhunt::compile::{Compiled, Options};
use kqlhunt::diag::{Diagnostic, Severity};
use kqlhunt::engine::{self, Cancel, Engine, Sql};
use kqlhunt::span::line_column;
use kqlhunt::value::{Grid, Value};

/// 2026-05-14T12:00:00Z: the clock of every case.
pub const NOW: i64 = 639_143_568_000_000_000;

#[test]
fn cases_give_what_they_say() {
    let update = std::env::var_os("UPDATE").is_some();
    let only = std::env::var("CASES").unwrap_or_default();
    let wrong = differences(&mut crate::data::empty_tables(&engine::Options::default()), update, &only);
    assert!(wrong.is_empty(), "{} cases differ\n\n{}", wrong.len(), wrong.join("\n"));
}

/// The cases of the files with `only` in their paths that give something else than they say.
pub fn differences(engine: &mut Engine, update: bool, only: &str) -> Vec<String> {
    let root = crate::project("tests/cases");
    let mut files = Vec::new();
    collect(&root, &mut files);
    files.sort();
    assert!(!files.is_empty(), "no cases in {}", root.display());
    let files = files.iter().filter(|file| file.to_string_lossy().contains(only));
    files.flat_map(|file| check(file, engine, update)).collect()
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("reads the folder") {
        let path = entry.expect("reads the folder").path();
        // The parser's cases hold syntax trees; see syntax.rs.
        if path.is_dir() && !path.ends_with("syntax") {
            collect(&path, files);
        } else if path.extension().is_some_and(|ending| ending == "txt") {
            files.push(path);
        }
    }
}

/// One case: its sections in the order of the file, `kql` first.
struct Case {
    line: usize,
    sections: Vec<Section>,
}

struct Section {
    name: String,
    option: String,
    text: String,
}

/// Runs a file's cases and describes those that differ; with `update` it rewrites the file instead.
fn check(file: &Path, engine: &mut Engine, update: bool) -> Vec<String> {
    let text = fs::read_to_string(file).expect("reads the file");
    let (head, mut cases) = read(&text, file);
    let mut wrong = Vec::new();
    for case in &mut cases {
        let kql = case.sections[0].text.clone();
        let trace = case.sections.iter().any(|section| section.name == "sql" && section.option == "trace");
        let found = outcome(&kql, trace, engine);
        if update && case.sections.len() == 1 {
            let names: &[&str] =
                if found.contains_key("columns") { &["columns", "rows"] } else { &["diagnostics"] };
            case.sections.extend(names.iter().map(|name| Section {
                name: (*name).to_owned(),
                option: String::new(),
                text: String::new(),
            }));
        }
        let place = format!("{}:{}", file.display(), case.line);
        if case.sections.len() == 1 {
            wrong.push(format!("{place}: the case expects nothing"));
        }
        for section in &mut case.sections[1..] {
            let found = found.get(section.name.as_str()).cloned().unwrap_or_default();
            if sorted(section, &found) == sorted(section, &section.text) {
                continue;
            }
            if update {
                section.text = found;
            } else {
                let (kql, option) = (kql.trim_end(), &section.option);
                let lines = difference(&section.text, &found);
                wrong.push(format!("{place}: {} {option}\n{kql}\n{lines}", section.name));
            }
        }
        let unexpected = ["diagnostics", "error"].into_iter().find(|name| {
            found.get(name).is_some_and(|text| !text.starts_with("warning"))
                && !case.sections.iter().any(|section| section.name == *name)
        });
        if let Some(name) = unexpected {
            wrong.push(format!("{place}: {name}\n{}\n{}", kql.trim_end(), found[name]));
        }
    }
    if update {
        fs::write(file, written(&head, &cases)).expect("writes the file");
    }
    wrong
}

fn read(text: &str, file: &Path) -> (String, Vec<Case>) {
    let mut head = String::new();
    let mut cases: Vec<Case> = Vec::new();
    for (at, line) in text.split_inclusive('\n').enumerate() {
        let place = format!("{}:{}", file.display(), at + 1);
        if let Some(title) = line.strip_prefix("--- ") {
            let (name, option) = title.trim_end().split_once(' ').unwrap_or((title.trim_end(), ""));
            let known = ["kql", "sql", "columns", "rows", "diagnostics", "error"].contains(&name);
            assert!(known, "{place}: no section is called '{name}'");
            let section = Section { name: name.into(), option: option.into(), text: String::new() };
            match cases.last_mut() {
                Some(case) if name != "kql" => case.sections.push(section),
                _ => {
                    assert_eq!(name, "kql", "{place}: a case starts with its query");
                    cases.push(Case { line: at + 1, sections: vec![section] });
                }
            }
        } else if let Some(case) = cases.last_mut() {
            case.sections.last_mut().expect("has one").text.push_str(line);
        } else {
            head.push_str(line);
        }
    }
    (head, cases)
}

fn written(head: &str, cases: &[Case]) -> String {
    let mut text = head.to_owned();
    for section in cases.iter().flat_map(|case| &case.sections) {
        let option = if section.option.is_empty() { String::new() } else { format!(" {}", section.option) };
        text.push_str(&format!("--- {}{option}\n{}", section.name, section.text));
        if !section.text.is_empty() && !section.text.ends_with('\n') {
            text.push('\n');
        }
    }
    text
}

/// What comes of a query, by section name.
fn outcome(kql: &str, trace: bool, engine: &mut Engine) -> BTreeMap<&'static str, String> {
    let options = Options { now: NOW, trace, ..Options::default() };
    let mut found = BTreeMap::new();
    let compilation = match engine.compile(kql, &options, &Cancel::new()) {
        Ok(compilation) => compilation,
        Err(error) => {
            found.insert("error", error.to_string());
            return found;
        }
    };
    if !compilation.diagnostics.is_empty() {
        let lines: Vec<String> = compilation.diagnostics.iter().map(|found| remark(kql, found)).collect();
        found.insert("diagnostics", lines.join("\n"));
    }
    let Some(compiled) = compilation.results.into_iter().next() else { return found };
    found.insert("sql", compiled.sql.clone());
    let columns: Vec<String> =
        compiled.columns.iter().map(|column| format!("{}:{}", column.name, column.ty.name())).collect();
    found.insert("columns", columns.join(", "));
    match run(engine, &compiled) {
        Ok(grid) => {
            found.insert("rows", grid.rows.iter().map(|row| line(row)).collect::<Vec<_>>().join("\n"))
        }
        Err(error) => found.insert("error", error),
    };
    found
}

fn run(engine: &mut Engine, compiled: &Compiled) -> Result<Grid, String> {
    engine.fetch(&Sql::from(compiled), &Cancel::new()).map_err(|error| error.to_string())
}

fn line(row: &[Value]) -> String {
    let cells: Vec<String> = row
        .iter()
        .map(|value| match (value, value.text()) {
            (Value::Null, _) => "(null)".to_owned(),
            (_, text) if text.is_empty() => "(empty)".to_owned(),
            (_, text) => text.replace('\n', "⏎").replace('\t', "⇥"),
        })
        .collect();
    cells.join("\t")
}

fn remark(kql: &str, found: &Diagnostic) -> String {
    let ((line, column), (end_line, end_column)) =
        (line_column(kql, found.span.start), line_column(kql, found.span.end));
    let severity = if found.severity == Severity::Warning { "warning " } else { "" };
    let help = found.help.as_deref().map_or(String::new(), |help| format!(" / {help}"));
    let code = found.code;
    format!("{severity}{code} {line}:{column}..{end_line}:{end_column} {}{help}", found.message)
}

/// The lines that are compared: blank ones at the end do not count.
fn sorted<'t>(section: &Section, text: &'t str) -> Vec<&'t str> {
    let mut lines: Vec<&str> = text.trim_end().lines().map(str::trim_end).collect();
    if section.option == "unordered" {
        lines.sort_unstable();
    }
    lines
}

fn difference(expected: &str, found: &str) -> String {
    let mark = |sign: &str, text: &str| -> String {
        text.trim_end().lines().map(|line| format!("  {sign} {line}\n")).collect()
    };
    format!("{}{}", mark("expected", expected), mark("found   ", found))
}
