//! A text with several results. Each is kept as if it had been run by itself: the earlier ones as texts of their own,
//! with the definitions above them, the last as the whole text. Knows no engine.

use std::collections::VecDeque;

use super::commands::run_statement;
use super::msg::Effect;
use super::statement::Statement;
use super::{App, parameters};
use crate::schema::LAST;
use crate::syntax;
use crate::syntax::ast::StatementKind;

/// What is run one after the other, until the user runs something else.
pub struct Several {
    waiting: VecDeque<Statement>,
    pub number: usize,
    /// The tab and the version of the text that all of them are of.
    tab: u64,
    version: u64,
}

/// Runs a statement, whose parameters are known: all of its results.
pub fn run(app: &mut App, statement: Statement) -> Vec<Effect> {
    let mut waiting = parts(&statement);
    if waiting.is_empty() {
        return run_statement(app, statement);
    }
    waiting.push_back(statement);
    let (number, tab, version) = (waiting.len(), app.tabs.number, app.editor.version);
    app.several = Some(Several { waiting, number, tab, version });
    next(app)
}

/// Runs the next one, if one waits and its tab is still there to be seen.
pub fn next(app: &mut App) -> Vec<Effect> {
    let Some(mut several) = app.several.take().filter(|several| several.tab == app.tabs.number) else {
        return Vec::new();
    };
    let Some(statement) = several.waiting.pop_front() else { return Vec::new() };
    let effects = run_statement(app, statement);
    if let Some(running) = &mut app.running {
        running.version = several.version;
    }
    app.several = Some(several);
    effects
}

/// The texts of all results but the last, each with nothing of the queries before it; every place stays as it is. A
/// text with parameters is no query before they are put in, and stays whole; so does one that names the newest result,
/// which would be another each time.
fn parts(statement: &Statement) -> VecDeque<Statement> {
    let text = &statement.text;
    let mut words = text.split(|letter: char| !letter.is_alphanumeric() && letter != '_');
    if !parameters::places(text).is_empty() || words.any(|word| word == LAST) {
        return VecDeque::new();
    }
    let (script, _) = syntax::parse(text);
    let starts = script.statements.iter().map(|one| one.span.start as usize).skip(1).chain([text.len()]);
    let queries = script.statements.iter().zip(starts);
    let queries = queries.filter(|(one, _)| matches!(one.kind, StatementKind::Query(_)));
    let mut parts: VecDeque<Statement> = VecDeque::new();
    let mut left = text.clone();
    for (query, behind) in queries {
        let (start, end) = (query.span.start as usize, query.span.end as usize);
        parts.push_back(Statement { offset: statement.offset, text: left[..end].to_owned() });
        left.replace_range(start..behind, &blank(&left[start..behind]));
    }
    parts.pop_back();
    parts
}

/// As long, with the lines as they are.
fn blank(text: &str) -> String {
    text.bytes().map(|byte| if byte == b'\n' { '\n' } else { ' ' }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(text: &str) -> Vec<String> {
        parts(&Statement { offset: 7, text: text.into() }).into_iter().map(|part| part.text).collect()
    }

    #[test]
    fn each_result_but_the_last_has_its_definitions_alone() {
        assert_eq!(
            texts("let a = 1;\nprint a; // ü\nlet b = 2;\nprint b;\nprint a + b"),
            ["let a = 1;\nprint a", "let a = 1;\n              \nlet b = 2;\nprint b"]
        );
        assert!(texts("let a = 1; print a").is_empty());
        assert!(texts("let a = 1").is_empty());
        assert!(texts("print 1; print {Name}").is_empty());
        assert!(texts("print 1; Last | count").is_empty());
        assert_eq!(texts("print 1; print LastSeen = 2"), ["print 1"]);
    }
}
