//! The parser against real queries, golden cases and hostile texts.

mod dump;
mod golden;
mod hostile;
mod properties;

use kqlhunt::diag::Diagnostic;
use kqlhunt::syntax::parse;
use std::path::PathBuf;

/// A file of the folder of real queries, which lies beside the repository and is not part of it.
fn shared(path: &str) -> Option<String> {
    let file: PathBuf = crate::project("../shared").join(path);
    match std::fs::read_to_string(&file) {
        Ok(text) => Some(text),
        Err(_) => {
            eprintln!("SKIPPED: {} is not there, so nothing is checked against it", file.display());
            None
        }
    }
}

fn errors(kql: &str) -> Vec<Diagnostic> {
    parse(kql).1.into_iter().filter(Diagnostic::is_error).collect()
}

fn explain(kql: &str, error: &Diagnostic) -> String {
    let (line, column) = kqlhunt::span::line_column(kql, error.span.start);
    let text = kql.lines().nth(line - 1).unwrap_or("").trim_end();
    format!("{line}:{column} {} {} | {text}", error.code, error.message)
}

/// Their datetime literals are a time of day without a date, and a text to be filled in: Kusto's editor
/// takes anything between the parentheses, we refuse what we cannot give a value.
const NEED_A_CLOCK_OR_ARE_BLANK: [&str; 2] = ["3547b7b541de", "2fb5bc21b516"];

#[test]
fn real_queries_parse_and_broken_ones_do_not() {
    let Some(queries) = shared("hunting/queries-dev.jsonl") else { return };
    let (mut valid, mut valid_refused, mut invalid, mut invalid_accepted) = (0, 0, 0, 0);
    for line in queries.lines() {
        let query: serde_json::Value = serde_json::from_str(line).unwrap();
        let kql = query["kql"].as_str().unwrap();
        let errors = errors(kql);
        if query["syntax_valid"] == true {
            valid += 1;
            if NEED_A_CLOCK_OR_ARE_BLANK.contains(&query["id"].as_str().unwrap()) {
                assert!(errors.iter().all(|error| error.message.contains("literal of type datetime")));
            } else if let Some(error) = errors.first() {
                valid_refused += 1;
                eprintln!("REFUSED {} {}", query["id"], explain(kql, error));
            }
        } else {
            invalid += 1;
            if errors.is_empty() {
                invalid_accepted += 1;
                eprintln!("ACCEPTED {}", query["id"]);
            }
        }
    }
    eprintln!("{valid} valid, {valid_refused} refused; {invalid} broken, {invalid_accepted} accepted");
    assert_eq!(valid_refused, 0);
    assert!(invalid_accepted * 20 <= invalid);
}

#[test]
fn recorded_cases_parse() {
    let Some(cases) = shared("conformance/dev.jsonl") else { return };
    let mut refused = 0;
    for line in cases.lines() {
        let case: serde_json::Value = serde_json::from_str(line).unwrap();
        let kql = case["kql"].as_str().unwrap();
        if let Some(error) = errors(kql).first() {
            refused += 1;
            eprintln!("REFUSED {} {}", case["id"], explain(kql, error));
        }
    }
    assert_eq!(refused, 0);
}
