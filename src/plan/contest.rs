//! Where `arg_max()` and `arg_min()` take a row, and which rows could tie for it.

use super::{ColId, Column, Expr, ExprKind, Node, Plan, Rel, below};
use crate::types::Type;

/// A plan of the keys of groups, and behind them of the value that decides in each.
pub struct Contest {
    pub plan: Plan,
    /// How many keys there are.
    pub groups: usize,
    pub greatest: bool,
}

/// Every place where a row is taken; `None` when one of them cannot be looked at from outside.
pub fn contests(plan: &Plan) -> Option<Vec<Contest>> {
    let mut rels: Vec<&Rel> = plan.lets.iter().map(|item| &item.rel).chain([&plan.root]).collect();
    let mut found = Vec::new();
    while let Some(rel) = rels.pop() {
        rels.extend(below(rel));
        let Node::Aggregate { input, groups, aggs } = &rel.node else { continue };
        for (_, agg) in aggs {
            let ExprKind::ArgMost { greatest, by, .. } = &agg.kind else { continue };
            if !plain(by.ty) {
                return None;
            }
            let plan = keys(plan, input, groups, by);
            found.push(Contest { plan, groups: groups.len(), greatest: *greatest });
        }
    }
    Some(found)
}

/// Types whose greatest value is what a plain comparison says, and whose equal values are written alike.
pub fn plain(ty: Type) -> bool {
    matches!(ty, Type::Datetime | Type::Timespan | Type::Long | Type::Int | Type::String)
}

fn keys(plan: &Plan, input: &Rel, groups: &[(ColId, Expr)], by: &Expr) -> Plan {
    let span = input.span;
    let mut next_col = plan.next_col;
    let mut items = Vec::new();
    let mut cols = Vec::new();
    for expr in groups.iter().map(|(_, key)| key).chain([by]) {
        let id = ColId(next_col);
        next_col += 1;
        let name = format!("k{}", cols.len()).as_str().into();
        cols.push(Column { id, name, ty: expr.ty, origin: None, hidden: false });
        items.push((id, expr.clone()));
    }
    let node = Node::Project { input: Box::new(input.clone()), kept: Vec::new(), items };
    Plan {
        name: None,
        lets: plan.lets.clone(),
        root: Rel { node, cols, order: Vec::new(), span },
        render: None,
        tables: Vec::new(),
        inputs: plan.inputs.clone(),
        untyped: Vec::new(),
        functions: Vec::new(),
        next_col,
    }
}
