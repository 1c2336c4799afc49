//! Queries whose rows are rows of one stored table: the same plan, giving row numbers instead of columns.

use super::{ColId, Column, Node, Plan, Rel};
use crate::types::Type;

/// DuckDB's own name for the number of a stored row. No stored column has it.
const ROW_ID: &str = "rowid";

/// Turns the plan into one that gives the number of each row of this table. `None`, with the plan
/// in pieces, when rows are made, joined or merged, a column is computed, or each run has other rows.
pub fn to_row_ids(plan: &mut Plan, table: &str) -> Option<()> {
    if !plan.repeatable() {
        return None;
    }
    let root = &mut plan.root;
    let id = ColId::OUTSIDE;
    add_row_id(root, id, table)?;
    root.cols = vec![Column { id, name: ROW_ID.into(), ty: Type::Long, origin: None, hidden: false }];
    Some(())
}

fn add_row_id(rel: &mut Rel, id: ColId, expected: &str) -> Option<()> {
    match &mut rel.node {
        Node::Scan { table, items, .. } => {
            items.push((id, ROW_ID.into(), Type::Long));
            (table == expected).then_some(())
        }
        Node::Project { input, kept, .. } => {
            kept.push(id);
            add_row_id(input, id, expected)
        }
        Node::Filter { input, .. } | Node::Limit { input, .. } => add_row_id(input, id, expected),
        Node::Values { .. }
        | Node::Range { .. }
        | Node::Let { .. }
        | Node::Aggregate { .. }
        | Node::Join { .. }
        | Node::Union { .. }
        | Node::Unnest { .. }
        | Node::Window { .. }
        | Node::Walk { .. } => None,
    }
}
