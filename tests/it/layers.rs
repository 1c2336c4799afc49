//! The house rules that a compiler does not hold: who imports whom, where `unsafe` may be, how long
//! a file may grow.

use std::fs;
use std::path::PathBuf;

/// The vocabulary, which every layer may use and which uses only itself.
const BASE: &str =
    "span diag error types ticks zone value display schema batch places facts quick contained stack";

/// Each other module of `src`, and those that it may name besides itself and the vocabulary.
const LAYERS: &[(&str, &str)] = &[
    ("sys", ""),
    ("heap", ""),
    ("stix", ""),
    ("kernels", "stix"),
    ("syntax", ""),
    ("catalog", "kernels"),
    ("plan", "kernels syntax catalog"),
    ("sql", "kernels catalog plan"),
    ("compile", "syntax catalog plan sql"),
    ("ide", "syntax catalog plan compile"),
    ("hunt", "stix kernels catalog compile"),
    ("library", "sys hunt"),
    ("trace", "syntax catalog compile hunt"),
    ("chart", "catalog compile"),
    ("export", "catalog compile chart"),
    ("journal", "sys kernels compile chart export"),
    ("report", "kernels compile hunt chart export journal"),
    ("engine", "sys kernels catalog sql compile"),
    ("ingest", "sys stix kernels catalog sql engine"),
    ("outside", "sys kernels catalog compile engine ingest"),
    ("sweep", "compile hunt engine outside"),
    ("app", "syntax catalog compile ide hunt chart trace export"),
    (
        "tui",
        "sys kernels syntax catalog plan sql compile ide hunt chart library trace export journal report engine ingest outside sweep app",
    ),
    (
        "cli",
        "sys kernels syntax catalog plan sql compile ide hunt chart library trace export journal report engine ingest outside sweep app",
    ),
    ("lib", ""),
    ("main", "sys cli tui"),
];

/// The places of `unsafe`, each block with its reason.
const UNSAFE: &[&str] = &["kernels/", "engine/ffi", "heap.rs"];

const LINES_MAX: usize = 500;

fn source_files() -> Vec<(String, String)> {
    let files = rust_files("src");
    assert!(files.len() > 20, "the sources are not where this test looks");
    files
}

fn rust_files(folder: &str) -> Vec<(String, String)> {
    let root = crate::project(folder);
    let mut folders = vec![root.clone()];
    let mut files = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).expect("lists") {
            let path: PathBuf = entry.expect("lists").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let name = path.strip_prefix(&root).expect("is inside").to_string_lossy().into_owned();
                files.push((name, fs::read_to_string(&path).expect("reads")));
            }
        }
    }
    files.sort();
    files
}

fn module(file: &str) -> &str {
    let first = file.split('/').next().unwrap_or(file);
    first.strip_suffix(".rs").unwrap_or(first)
}

/// The first names of paths that start at this crate's root, of imports in braces too.
fn named(line: &str) -> Vec<&str> {
    let mut names = Vec::new();
    for start in ["crate::", "kqlhunt::"] {
        for (at, _) in line.match_indices(start) {
            let rest = &line[at + start.len()..];
            let list = rest.strip_prefix('{').map(|inner| inner.split('}').next().unwrap_or(inner));
            for part in list.map_or(vec![rest], |list| list.split(',').collect()) {
                let part = part.trim();
                let end = part.find(|c: char| !(c.is_alphanumeric() || c == '_')).unwrap_or(part.len());
                names.push(&part[..end]);
            }
        }
    }
    names
}

fn code_lines(text: &str) -> impl Iterator<Item = (usize, &str)> {
    text.lines().enumerate().filter(|(_, line)| !line.trim_start().starts_with("//"))
}

#[test]
fn imports_go_down() {
    let mut wrong = Vec::new();
    for (file, text) in source_files() {
        let own = module(&file);
        let in_base = BASE.split(' ').any(|name| name == own);
        let allowed = LAYERS.iter().find(|(name, _)| *name == own).map(|(_, allowed)| *allowed);
        if allowed.is_none() && !in_base {
            wrong.push(format!("{file}: the folder has no row in LAYERS"));
        }
        for (number, line) in code_lines(&text) {
            for name in named(line) {
                let is_module = BASE.split(' ').chain(LAYERS.iter().map(|row| row.0)).any(|row| row == name);
                let mut fine = BASE.split(' ').chain(allowed.unwrap_or("").split(' ')).chain([own]);
                if is_module && !fine.any(|fine| fine == name) {
                    wrong.push(format!("{file}:{}: may not use {name}", number + 1));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn unsafe_stays_in_its_places_and_says_why() {
    let mut wrong = Vec::new();
    for (file, text) in source_files() {
        let lines: Vec<&str> = text.lines().collect();
        for (number, line) in code_lines(&text) {
            let words = line.split(|c: char| !(c.is_alphanumeric() || c == '_'));
            if !words.clone().any(|word| word == "unsafe") {
                continue;
            }
            if !UNSAFE.iter().any(|place| file.starts_with(place)) {
                wrong.push(format!("{file}:{}: unsafe outside its places", number + 1));
            }
            let before = &lines[number.saturating_sub(6)..=number];
            let type_only = line.contains("unsafe extern") || line.contains("unsafe_code");
            if !type_only && !before.iter().any(|near| near.contains("SAFETY") || near.contains("# Safety")) {
                wrong.push(format!("{file}:{}: unsafe without a SAFETY comment", number + 1));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn files_stay_small_and_say_what_they_are_for() {
    let mut wrong = Vec::new();
    for (file, text) in source_files().into_iter().chain(rust_files("benches")).chain(rust_files("tests")) {
        let lines = text.lines().count();
        if lines > LINES_MAX && !file.starts_with("catalog/") {
            wrong.push(format!("{file}: {lines} lines, more than {LINES_MAX}; split it by family"));
        }
        if file == "main.rs" && lines > 60 {
            wrong.push(format!("{file}: {lines} lines; main only dispatches"));
        }
        if !text.starts_with("//!") {
            wrong.push(format!("{file}: no //! header"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn this_test_reads_paths() {
    assert_eq!(named("use crate::plan::{Rel, Node};"), ["plan"]);
    assert_eq!(named("use crate::{plan::Rel, sql};"), ["plan", "sql"]);
    assert_eq!(named("let x = crate::tui::run();"), ["tui"]);
    assert_eq!(module("plan/ops/rows.rs"), "plan");
    assert_eq!(module("span.rs"), "span");
}
