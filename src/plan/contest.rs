//! Where a query takes some rows of several, and which rows could tie for it.

use super::steady::Lets;
use super::{ColId, Column, Expr, ExprKind, Node, OrderKey, Plan, Rel, below};
use crate::catalog;
use crate::catalog::func::Keeps;
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
    /// `take_any()`, and lists and sets that are cut off: a plan of the keys of groups, and behind them, for each, of
    /// the value and of whether it counts where that is said.
    Some { plan: Box<Plan>, groups: usize, picks: Vec<Pick> },
    /// `top`, or `take` of rows in an order: what these are sorted by, of as many as are taken, and of one more.
    First { taken: Box<Plan>, more: Box<Plan> },
}

/// What an aggregate takes of the values of a group.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Picked {
    /// One; of texts none that is empty, if there are others.
    Any { text: bool },
    /// As many different ones.
    Set(i64),
    /// As many.
    List(i64),
}

/// One aggregate that takes some of the values of a group.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pick {
    pub picked: Picked,
    /// A column behind that of the value says whether it counts.
    pub conditional: bool,
}

/// What of a call of an aggregate depends on the order of rows, and can be looked at; `None` for others.
pub fn picked(agg: &Expr) -> Option<Picked> {
    let ExprKind::Call { name, sig, args } = &agg.kind else { return None };
    let keeps = catalog::aggregate(name)?.keeps?;
    let value = args.first().filter(|value| plain(value.ty))?;
    let unsaid = match keeps {
        Keeps::Any => return Some(Picked::Any { text: value.ty == Type::String }),
        // Of arrays the elements are taken one by one.
        Keeps::Set(unsaid) | Keeps::List(unsaid) if value.ty != Type::Dynamic => unsaid,
        Keeps::Set(_) | Keeps::List(_) | Keeps::Bag | Keeps::End => return None,
    };
    let most = match args.last().filter(|_| args.len() == sig.params.len())?.literal()? {
        Value::Null => unsaid?,
        Value::Long(most) if *most > 0 => *most,
        _ => return None,
    };
    Some(if matches!(keeps, Keeps::Set(_)) { Picked::Set(most) } else { Picked::List(most) })
}

/// The condition of `take_anyif()` and its like.
pub fn condition(agg: &Expr) -> Option<&Expr> {
    let ExprKind::Call { args, .. } = &agg.kind else { return None };
    args.get(1).filter(|arg| arg.ty == Type::Bool)
}

/// Every place where rows may tie.
pub fn contests(plan: &Plan) -> Vec<Contest> {
    let lets = Lets::of(plan);
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
        let mut picks = Vec::new();
        aggs.iter().for_each(|(_, agg)| picked_in(agg, &mut picks));
        if !picks.is_empty() {
            let values = picks.iter().flat_map(|(_, values)| values.iter().copied());
            let plan = Box::new(keys(plan, input, groups, values));
            let picks = picks.iter().map(|(pick, _)| *pick).collect();
            found.push(Contest::Some { plan, groups: groups.len(), picks });
        }
        for (_, agg) in aggs {
            let ExprKind::ArgMost { greatest, by, .. } = &agg.kind else { continue };
            let plan = Box::new(keys(plan, input, groups, [by.as_ref()].into_iter()));
            found.push(Contest::Most { plan, groups: groups.len(), greatest: *greatest, ty: by.ty });
        }
    }
    found
}

/// The choices of an aggregate, or of an expression of several, each with its value and its condition.
fn picked_in<'e>(agg: &'e Expr, found: &mut Vec<(Pick, Vec<&'e Expr>)>) {
    match (&agg.kind, picked(agg)) {
        (ExprKind::Call { args, .. }, Some(picked)) => {
            let condition = condition(agg);
            let pick = Pick { picked, conditional: condition.is_some() };
            found.push((pick, args.iter().take(1).chain(condition).collect()));
        }
        (ExprKind::Call { .. } | ExprKind::ArgMost { .. }, _) => {}
        _ => agg.children().for_each(|child| picked_in(child, found)),
    }
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

fn keys<'e>(
    plan: &Plan,
    input: &Rel,
    groups: &'e [(ColId, Expr)],
    values: impl Iterator<Item = &'e Expr>,
) -> Plan {
    let span = input.span;
    let mut next_col = plan.next_col;
    let mut items = Vec::new();
    let mut cols = Vec::new();
    for expr in groups.iter().map(|(_, key)| key).chain(values) {
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
