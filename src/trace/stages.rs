//! How many rows come out of each operator of a text.

use super::edits::Edits;
use super::map::{Map, Place};
use super::{Ask, number};
use crate::span::Span;
use crate::stack::on_own_stack;
use crate::syntax::ast::{OpKind, StatementKind};
use crate::syntax::parse;

/// An operator or a source, and the query that ends with it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Counted {
    /// Where the operator stands, from its keyword on.
    pub span: Span,
    pub kql: String,
}

/// The beginnings of all pipelines of a text, in its order. Functions that the text defines have none, nor have
/// subqueries that run for each group or element.
pub fn stages(text: &str) -> Vec<Counted> {
    on_own_stack(text, || {
        let (script, _) = parse(text);
        let map = Map::of(&script);
        let mut found = Vec::new();
        for (at, line) in map.lines.iter().enumerate() {
            let mut add = |op: Option<usize>, span| {
                let kql = prefix(text, &map, &Edits::default(), Place { line: at, op });
                found.push(Counted { span, kql });
            };
            if let Some(source) = &line.pipe.source {
                add(None, source.span);
            }
            for (position, op) in line.pipe.ops.iter().enumerate() {
                match op.kind {
                    OpKind::Render { .. } | OpKind::Consume => continue,
                    OpKind::Fork(_) | OpKind::Facet(..) | OpKind::Other(_) | OpKind::Error => break,
                    _ => add(Some(position), op.span),
                }
            }
        }
        found.sort_by_key(|stage| stage.span.start);
        found
    })
}

/// The rows of each stage; one that cannot be asked alone has none.
pub fn count(stages: &[Counted], ask: &mut Ask) -> Vec<(Span, Option<u64>)> {
    stages.iter().map(|stage| (stage.span, number(ask, &stage.kql).ok())).collect()
}

/// The query that ends at a place: the statements before it, and its pipeline up to there.
pub(super) fn prefix(text: &str, map: &Map, edits: &Edits, at: Place) -> String {
    let line = &map.lines[at.line];
    let mut kql = String::new();
    for before in &map.script.statements[..line.statement] {
        if !matches!(before.kind, StatementKind::Query(_) | StatementKind::Error) {
            kql.push_str(&edits.cut(text, before.span));
            kql.push_str(";\n");
        }
    }
    let pipe = line.pipe;
    let end = match at.op {
        Some(op) => pipe.ops[op].span.end,
        None => pipe.source.as_ref().map_or(pipe.span.start, |source| source.span.end),
    };
    kql.push_str(&edits.cut(text, Span { start: pipe.span.start, end }));
    kql
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_operator_ends_a_query_with_what_stands_before() {
        let text = "let A = T\n| where x > 1;\nlet f = () { T };\nprint 1;\nA | join (A | take 2) on x | render table";
        let found = stages(text);
        let shown: Vec<_> = found.iter().map(|one| (one.span.text(text), one.kql.as_str())).collect();
        let lets = "let A = T\n| where x > 1;\nlet f = () { T };\n";
        assert_eq!(shown[0], ("T", "T"));
        assert_eq!(shown[1], ("where x > 1", "T\n| where x > 1"));
        assert_eq!(shown[2], ("print 1", format!("{lets}print 1").as_str()));
        assert_eq!(shown[3], ("A", format!("{lets}A").as_str()));
        assert_eq!(shown[4].1, format!("{lets}A | join (A | take 2) on x"));
        assert_eq!(shown[5].1, format!("{lets}A"));
        assert_eq!(shown[6].1, format!("{lets}A | take 2"));
        assert_eq!(shown.len(), 7);
    }

    #[test]
    fn unfinished_texts_are_counted_as_far_as_they_go() {
        assert_eq!(stages("").len(), 0);
        assert_eq!(stages("T | where").first().map(|one| one.kql.as_str()), Some("T"));
    }
}
