//! Where a query takes some rows of several, and which rows could tie for it.

use super::steady::Lets;
use super::{ColId, Column, Expr, ExprKind, Node, OrderKey, Plan, Rel, below};
use crate::types::Type;
use crate::value::Value;

/// A place where rows may tie.
pub enum Contest {
    /// `arg_max()`, `arg_min()`: a plan of the keys of groups, and behind them of the value that decides in each.
    Most {
        plan: Box<Plan>,
        /// How many keys there are.
        groups: usize,
        greatest: bool,
        ty: Type,
    },
    /// `top`, or `take` of rows in an order: what these are sorted by, of as many as are taken, and of one more.
    First { taken: Box<Plan>, more: Box<Plan> },
}

/// Every place where rows may tie.
pub fn contests(plan: &Plan) -> Vec<Contest> {
    let lets = Lets::untied(plan);
    let mut rels: Vec<&Rel> = plan.lets.iter().map(|item| &item.rel).chain([&plan.root]).collect();
    let mut found = Vec::new();
    while let Some(rel) = rels.pop() {
        rels.extend(below(rel));
        if let Node::Limit { input, count } = &rel.node
            && let Some(count) = counted(count)
            && let order = lets.leading(input)
            && !order.is_empty()
        {
            let of = |count: i64| Box::new(first(plan, input, order, count));
            found.push(Contest::First { taken: of(count), more: of(count.saturating_add(1)) });
        }
        let Node::Aggregate { input, groups, aggs } = &rel.node else { continue };
        for (_, agg) in aggs {
            let ExprKind::ArgMost { greatest, by, .. } = &agg.kind else { continue };
            let plan = Box::new(keys(plan, input, groups, by));
            found.push(Contest::Most { plan, groups: groups.len(), greatest: *greatest, ty: by.ty });
        }
    }
    found
}

/// How many rows are taken, where the text says so.
pub fn counted(count: &Expr) -> Option<i64> {
    match count.literal() {
        Some(Value::Long(count)) => Some(*count),
        Some(_) | None => None,
    }
}

/// Types whose equal values are written alike: not 0.0 and -0.0, 1.0 and 1.00.
pub fn plain(ty: Type) -> bool {
    !matches!(ty, Type::Real | Type::Decimal)
}

/// What the first rows are sorted by.
fn first(plan: &Plan, input: &Rel, order: &[OrderKey], count: i64) -> Plan {
    let span = input.span;
    let mut cols: Vec<Column> = Vec::new();
    for OrderKey { col, ty, .. } in order {
        if cols.iter().all(|column| column.id != *col) {
            let name = format!("k{}", cols.len()).as_str().into();
            cols.push(Column { id: *col, name, ty: *ty, origin: None, hidden: false });
        }
    }
    let node = Node::Limit { input: Box::new(input.clone()), count: Expr::long(count, span) };
    only(plan, Rel { node, cols, order: Vec::new(), span }, plan.next_col)
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
    only(plan, Rel { node, cols, order: Vec::new(), span }, next_col)
}

/// A plan of these rows beside a whole plan.
fn only(plan: &Plan, root: Rel, next_col: u32) -> Plan {
    Plan {
        name: None,
        lets: plan.lets.clone(),
        root,
        render: None,
        tables: Vec::new(),
        inputs: plan.inputs.clone(),
        untyped: Vec::new(),
        functions: Vec::new(),
        next_col,
    }
}
