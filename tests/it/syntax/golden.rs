//! Files of `tests/cases/syntax`: each case is a `--- kql` section, what the parser makes of it, and its
//! diagnostics. `UPDATE=1` rewrites them; the difference is to be read, not trusted.

use super::dump;
use kqlhunt::diag::{Diagnostic, Severity};
use kqlhunt::syntax::parse;
use std::fmt::Write;

fn diagnostic(kql: &str, it: &Diagnostic) -> String {
    let severity = match it.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
    };
    let help = it.help.as_deref().unwrap_or("-");
    let place = it.span.text(kql);
    format!("{}..{} {place:?} {severity} {} {}\n    {help}", it.span.start, it.span.end, it.code, it.message)
}

fn rendered(kql: &str) -> String {
    let (script, diagnostics) = parse(kql);
    let mut text = format!("--- kql\n{kql}\n--- tree\n{}", dump::script(&script));
    if !diagnostics.is_empty() {
        text.push_str("--- diagnostics\n");
    }
    for it in &diagnostics {
        writeln!(text, "{}", diagnostic(kql, it)).unwrap();
    }
    text
}

#[test]
fn cases_hold() {
    let folder = crate::project("tests/cases/syntax");
    let mut files: Vec<_> = std::fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    assert!(files.len() > 5, "the cases are in {}", folder.display());
    let mut wrong = Vec::new();
    for file in files {
        let text = std::fs::read_to_string(&file).unwrap();
        let queries = text.split("--- kql\n").skip(1).map(|case| {
            let end = case.find("\n--- ").unwrap_or(case.trim_end().len());
            &case[..end]
        });
        let now: String = queries.map(rendered).collect::<Vec<_>>().join("\n");
        if std::env::var_os("UPDATE").is_some() {
            std::fs::write(&file, &now).unwrap();
        } else if now != text {
            let line = now.lines().zip(text.lines()).position(|(now, then)| now != then);
            let line = line.unwrap_or(now.lines().count().min(text.lines().count()));
            let (now, then) = (now.lines().nth(line), text.lines().nth(line));
            wrong.push(format!("{}:{}\n  is {now:?}\n  not {then:?}", file.display(), line + 1));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
