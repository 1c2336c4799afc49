//! Tabular operators: one row each, one parse function each, in files by family. A parse function starts
//! after the operator's word and reads its clauses; it knows nothing of the operators around it.

mod columns;
mod groups;
mod joins;
mod nested;
mod output;
mod rows;
mod scan;
mod sources;

use super::ast::OpKind;
use super::parser::{Parsed, Parser};

/// Whether an operator can stand without a table before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Start {
    Source,
    Piped,
}

/// How one operator is written and read.
pub struct Operator {
    pub name: &'static str,
    pub start: Start,
    pub(super) parse: fn(&mut Parser<'_>) -> Parsed<OpKind>,
}

type Parse = fn(&mut Parser<'_>) -> Parsed<OpKind>;

const fn source(name: &'static str, parse: Parse) -> Operator {
    Operator { name, start: Start::Source, parse }
}

const fn piped(name: &'static str, parse: Parse) -> Operator {
    Operator { name, start: Start::Piped, parse }
}

/// Every operator that Kusto's parser knows, under each of its spellings, in alphabetical order of bytes.
pub const OPERATORS: &[Operator] = &[
    piped("__executeAndCache", |parser| output::other(parser, "__executeAndCache")),
    piped("__partitionby", |parser| output::other(parser, "__partitionby")),
    piped("as", output::as_),
    piped("assert-schema", columns::assert_schema),
    piped("consume", output::consume),
    piped("count", rows::count),
    source("datatable", sources::datatable),
    piped("distinct", rows::distinct),
    source("evaluate", nested::evaluate),
    piped("extend", columns::extend),
    source("external_data", sources::externaldata),
    source("externaldata", sources::externaldata),
    piped("facet", output::facet),
    piped("filter", rows::where_),
    source("find", sources::find),
    piped("fork", output::fork),
    piped("getschema", columns::getschema),
    piped("graph-mark-components", |parser| output::other(parser, "graph-mark-components")),
    piped("graph-match", |parser| output::other(parser, "graph-match")),
    piped("graph-shortest-paths", |parser| output::other(parser, "graph-shortest-paths")),
    piped("graph-to-table", |parser| output::other(parser, "graph-to-table")),
    piped("graph-where-edges", |parser| output::other(parser, "graph-where-edges")),
    piped("graph-where-nodes", |parser| output::other(parser, "graph-where-nodes")),
    source("inline_external_table", |parser| output::other(parser, "inline_external_table")),
    piped("invoke", nested::invoke),
    piped("join", joins::join),
    piped("limit", rows::take),
    piped("lookup", joins::lookup),
    source("macro-expand", |parser| output::other(parser, "macro-expand")),
    piped("make-graph", |parser| output::other(parser, "make-graph")),
    piped("make-series", groups::make_series),
    source("materialized-view-combine", |parser| output::other(parser, "materialized-view-combine")),
    piped("mv-apply", nested::mv_apply),
    piped("mv-expand", nested::mv_expand),
    piped("mvapply", nested::mv_apply),
    piped("mvexpand", nested::mv_expand),
    piped("order", rows::sort),
    piped("parse", |parser| columns::parse(parser, false)),
    piped("parse-kv", columns::parse_kv),
    piped("parse-where", |parser| columns::parse(parser, true)),
    piped("partition", nested::partition),
    source("print", sources::print),
    piped("project", columns::project),
    piped("project-away", columns::project_away),
    piped("project-by-names", columns::project_by_names),
    piped("project-keep", columns::project_keep),
    piped("project-rename", columns::project_rename),
    piped("project-reorder", columns::project_reorder),
    source("range", sources::range),
    piped("reduce", groups::reduce),
    piped("render", output::render),
    piped("sample", rows::sample),
    piped("sample-distinct", rows::sample_distinct),
    piped("scan", scan::scan),
    source("search", sources::search),
    piped("serialize", rows::serialize),
    piped("sort", rows::sort),
    piped("summarize", groups::summarize),
    piped("take", rows::take),
    piped("top", rows::top),
    piped("top-hitters", groups::top_hitters),
    piped("top-nested", groups::top_nested),
    source("union", sources::union),
    piped("where", rows::where_),
];

/// The operator of this word.
pub(super) fn find(word: &str) -> Option<&'static Operator> {
    let at = OPERATORS.binary_search_by_key(&word, |row| row.name).ok()?;
    Some(&OPERATORS[at])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::syntax::words;

    #[test]
    fn operators_are_sorted_and_known_words() {
        assert!(OPERATORS.windows(2).all(|pair| pair[0].name < pair[1].name));
        assert!(OPERATORS.iter().all(|row| words::known(row.name).is_some()));
    }
}
