//! Counts of different texts in memory: where a table is so small that what has to be kept of each of its rows has room,
//! an aggregate of ours counts them, which takes half of the time of DuckDB's. Not where all keys are texts: DuckDB groups
//! the entries of stored dictionaries then, in place of rows.

use super::ops::each_input_mut;
use super::{Expr, ExprKind, Node, Plan, Rel};
use crate::catalog::agg::{IN_MEMORY, IN_MEMORY_IF};
use crate::catalog::aggregate;
use crate::catalog::func::{Holds, Sig};
use crate::schema::Sizes;
use crate::types::Type;

/// Bytes that are kept of a row at most: a mark in a table that has just grown, or the state of a group.
const ROW_BYTES: u64 = 64;

/// The part of the memory that counts may take, so that DuckDB has the rest.
const PART: u64 = 4;

/// Counts different texts in memory where they have room there.
pub fn count_in_memory(plan: &mut Plan, sizes: &Sizes) {
    plan.lets.iter_mut().for_each(|item| within(&mut item.rel, sizes));
    within(&mut plan.root, sizes);
}

fn within(rel: &mut Rel, sizes: &Sizes) {
    if let Node::Aggregate { input, groups, aggs } = &mut rel.node
        && groups.iter().any(|(_, key)| key.ty != Type::String)
        && let Some(rows) = rows_at_most(input, sizes)
    {
        let counts = aggs.iter().filter(|(_, agg)| of_texts(agg).is_some()).count() as u64;
        if rows.saturating_mul(counts).saturating_mul(ROW_BYTES) <= sizes.memory / PART {
            for (_, agg) in aggs {
                if let Some(in_memory) = of_texts(agg)
                    && let ExprKind::Call { sig, .. } = &mut agg.kind
                {
                    *sig = in_memory;
                }
            }
        }
    }
    each_input_mut(rel, &mut |input| within(input, sizes));
}

/// How a count of different texts is written in memory; none for all else.
fn of_texts(agg: &Expr) -> Option<&'static Sig> {
    let ExprKind::Call { name, args, .. } = &agg.kind else { return None };
    let counts = aggregate(name)?.holds == Holds::Different && args.first()?.ty == Type::String;
    counts.then(|| match args.get(1) {
        Some(condition) if condition.ty == Type::Bool => &IN_MEMORY_IF,
        Some(_) | None => &IN_MEMORY,
    })
}

/// Whether a count was taken into memory.
pub fn counted_in_memory(agg: &Expr) -> bool {
    let ExprKind::Call { sig, .. } = &agg.kind else { return false };
    [&IN_MEMORY, &IN_MEMORY_IF].into_iter().any(|one| std::ptr::eq(*sig, one))
}

/// How many rows come out of a relation at most; none where nothing is known of it.
fn rows_at_most(rel: &Rel, sizes: &Sizes) -> Option<u64> {
    match &rel.node {
        Node::Scan { from, .. } => sizes.rows.iter().find(|(name, _)| name == from).map(|(_, rows)| *rows),
        Node::Filter { input, .. } | Node::Project { input, .. } | Node::Limit { input, .. } => {
            rows_at_most(input, sizes)
        }
        _ => None,
    }
}
