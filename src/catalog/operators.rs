//! Tabular operators that Kusto has and kqlhunt has not: each with a way to say the same. Data only.

/// An operator that is refused, and what to write instead: one sentence that can be acted on.
pub struct Refused {
    pub name: &'static str,
    pub instead: &'static str,
}

const fn row(name: &'static str, instead: &'static str) -> Refused {
    Refused { name, instead }
}

const GRAPH: &str = "Follow edges with join, one join for each step.";

pub static REFUSED: &[Refused] = &[
    row("assert-schema", "Leave it out: getschema shows the columns and their types."),
    row("graph-mark-components", GRAPH),
    row("graph-match", GRAPH),
    row("graph-shortest-paths", GRAPH),
    row("graph-to-table", GRAPH),
    row("graph-where-edges", GRAPH),
    row("graph-where-nodes", GRAPH),
    row("inline_external_table", "Load the file with kqlhunt ingest --table NAME FILE and query that table."),
    row("macro-expand", "Write the parts out and put them together with union."),
    row("make-graph", GRAPH),
    row("materialized-view-combine", "Query the table itself."),
    row("reduce", "Use summarize count() by a part of the text, such as extract() gives."),
];

/// Operators that work part by part inside mv-apply and partition, under each of their spellings.
pub static PART_BY_PART: &[&str] = &[
    "count",
    "distinct",
    "extend",
    "filter",
    "limit",
    "make-series",
    "mv-apply",
    "mv-expand",
    "mvapply",
    "mvexpand",
    "order",
    "parse",
    "parse-kv",
    "parse-where",
    "project",
    "project-away",
    "project-by-names",
    "project-keep",
    "project-rename",
    "project-reorder",
    "sample",
    "sample-distinct",
    "scan",
    "serialize",
    "sort",
    "summarize",
    "take",
    "top",
    "top-hitters",
    "where",
];

/// What to write instead of an operator that is refused.
pub fn instead(name: &str) -> &'static str {
    let found = REFUSED.iter().find(|row| row.name == name);
    found.map_or("Leave it out; only Kusto's own service needs it.", |row| row.instead)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_way_out_is_a_sentence_and_every_name_stands_once() {
        for (at, row) in REFUSED.iter().enumerate() {
            assert!(row.instead.ends_with('.') && row.instead.len() > 20, "{}", row.name);
            assert!(REFUSED[at + 1..].iter().all(|other| other.name != row.name), "{}", row.name);
        }
    }
}
