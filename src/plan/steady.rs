//! What of a result every run on the same data gives alike: for hashes that a replay compares. Says rather too much
//! of what may differ than too little.

use super::contest::{Picked, condition, counted, picked, plain};
use super::{ColId, Expr, ExprKind, JoinKind, Node, OrderKey, Plan, Rel};
use crate::catalog;
use crate::catalog::func::Keeps;
use crate::facts::{Looked, Steadiness, Steady};
use crate::quick::QuickMap;
use crate::types::Type;
use crate::value::Value;

/// Functions that see a set's elements and not their order.
const ORDER_BLIND: &[&str] =
    &["array_length", "set_has_element", "isempty", "isnotempty", "isnull", "isnotnull"];

/// What may differ in the result of a plan.
pub fn steadiness(plan: &Plan) -> Steadiness {
    found(plan, Looked::Nothing)
}

/// The same for data in which no rows tie for being greatest, least or first, and for those in which there is no choice
/// at all; `None` where either makes no difference to what is before it.
pub fn untied(plan: &Plan, tied: &Steadiness) -> [Option<Steadiness>; 2] {
    if tied.rows && !tied.columns.contains(&Steady::Free) {
        return [None, None];
    }
    let (untied, settled) = (found(plan, Looked::Ties), found(plan, Looked::Choices));
    let settled = (settled != untied).then_some(settled);
    [(untied != *tied).then_some(untied), settled]
}

fn found(plan: &Plan, looked: Looked) -> Steadiness {
    let lets = Lets::of(plan, looked);
    let found = of_rel(&plan.root, &lets);
    Steadiness {
        columns: plan.root.cols.iter().map(|column| found.of(column.id)).collect(),
        rows: !found.rows_vary,
    }
}

/// What is known of the tabular lets so far, and what is taken for granted.
pub struct Lets {
    found: Vec<Found>,
    /// What is known not to be in the data.
    looked: Looked,
}

impl Lets {
    fn of(plan: &Plan, looked: Looked) -> Lets {
        let mut lets = Lets { found: Vec::with_capacity(plan.lets.len()), looked };
        for definition in &plan.lets {
            let found = of_rel(&definition.rel, &lets);
            lets.found.push(found);
        }
        lets
    }

    /// Where no rows tie.
    pub fn untied(plan: &Plan) -> Lets {
        Lets::of(plan, Looked::Ties)
    }

    /// What rows are sorted by as far as it is the same in each run. Where they were before may follow.
    pub fn leading<'r>(&self, rel: &'r Rel) -> &'r [OrderKey] {
        leading(&rel.order, &of_rel(rel, self))
    }
}

fn leading<'r>(order: &'r [OrderKey], found: &Found) -> &'r [OrderKey] {
    let open = order.iter().position(|key| found.of(key.col) != Steady::Exact);
    &order[..open.unwrap_or(order.len())]
}

/// What may differ in the rows of a relation: columns that are not listed are exact.
#[derive(Default)]
struct Found {
    /// By the number of the column, as far as there are any.
    loose: Vec<Steady>,
    /// Of each row that `arg_max()` packs the values by their place.
    packed: QuickMap<ColId, Vec<Steady>>,
    rows_vary: bool,
}

impl Found {
    fn of(&self, id: ColId) -> Steady {
        self.loose.get(id.0 as usize).copied().unwrap_or_default()
    }

    fn set(&mut self, id: ColId, steady: Steady) {
        if steady == Steady::Exact || id == ColId::OUTSIDE {
            return;
        }
        let at = id.0 as usize;
        if at >= self.loose.len() {
            self.loose.resize(at + 1, Steady::Exact);
        }
        self.loose[at] = steady;
    }

    /// Adds the columns of another relation.
    fn add(&mut self, other: Found) {
        self.rows_vary |= other.rows_vary;
        self.packed.extend(other.packed);
        if self.loose.len() < other.loose.len() {
            self.loose.resize(other.loose.len(), Steady::Exact);
        }
        let known = self.loose.iter_mut().zip(other.loose);
        known.filter(|(_, steady)| *steady != Steady::Exact).for_each(|(known, steady)| *known = steady);
    }

    /// A row is there or not by what may differ.
    fn decided_by(&mut self, steady: Steady) {
        self.rows_vary |= steady != Steady::Exact;
    }
}

/// Of two values that become one.
fn both(one: Steady, other: Steady) -> Steady {
    match (one, other) {
        (Steady::Exact, steady) | (steady, Steady::Exact) => steady,
        (one, other) if one == other => one,
        _ => Steady::Free,
    }
}

fn of_rel(rel: &Rel, lets: &Lets) -> Found {
    match &rel.node {
        Node::Scan { .. } => Found::default(),
        Node::Values { items, rows } => {
            let mut found = Found::default();
            for (at, (id, _)) in items.iter().enumerate() {
                let cells = rows.iter().filter_map(|row| row.get(at));
                let worst =
                    cells.map(|cell| of_expr(cell, &Found::default(), lets)).fold(Steady::Exact, both);
                found.set(*id, worst);
            }
            found
        }
        Node::Range { col, from, to, step, .. } => {
            let mut found = Found::default();
            let ends = [from, to, step].map(|end| of_expr(end, &Found::default(), lets));
            if ends.iter().any(|end| *end != Steady::Exact) {
                found.rows_vary = true;
                found.set(*col, Steady::Free);
            }
            found
        }
        Node::Let { index, items } => {
            let Some(there) = lets.found.get(*index) else {
                return Found { rows_vary: true, ..Found::default() };
            };
            let mut found = Found { rows_vary: there.rows_vary, ..Found::default() };
            items.iter().for_each(|(here, id)| found.set(*here, there.of(*id)));
            found
        }
        Node::Filter { input, predicate } => {
            let mut found = of_rel(input, lets);
            found.decided_by(of_expr(predicate, &found, lets));
            found
        }
        Node::Project { input, items, .. } => {
            let mut found = of_rel(input, lets);
            computed(&mut found, items, lets);
            found
        }
        Node::Aggregate { input, groups, aggs } => aggregated(&of_rel(input, lets), groups, aggs, lets),
        // Which rows are first among those that tie, or without an order at all.
        Node::Limit { input, count } => {
            let mut found = of_rel(input, lets);
            let known = lets.looked >= Looked::Ties
                && counted(count).is_some()
                && !leading(&input.order, &found).is_empty();
            found.rows_vary |= !known;
            found
        }
        Node::Join { .. } => joined(rel, lets),
        Node::Union { inputs, items, maps } => {
            let mut found = Found::default();
            let mut columns = vec![Steady::Exact; items.len()];
            for (input, map) in inputs.iter().zip(maps) {
                let below = of_rel(input, lets);
                found.rows_vary |= below.rows_vary;
                for (column, value) in columns.iter_mut().zip(map) {
                    *column = both(*column, of_expr(value, &below, lets));
                }
            }
            items.iter().zip(columns).for_each(|((id, _), steady)| found.set(*id, steady));
            found
        }
        Node::Unnest { input, items, index, .. } => {
            let mut found = of_rel(input, lets);
            let arrays: Vec<Steady> = items.iter().map(|item| of_expr(&item.array, &found, lets)).collect();
            for (item, array) in items.iter().zip(arrays) {
                let steady = changed(array, Type::Dynamic);
                found.decided_by(steady);
                found.set(item.element, steady);
            }
            let numbered = if found.rows_vary { Steady::Free } else { Steady::Exact };
            index.iter().for_each(|id| found.set(*id, numbered));
            found
        }
        // What comes before and after a row depends on how ties were sorted.
        Node::Window { input, items, .. } => {
            let mut found = of_rel(input, lets);
            items.iter().for_each(|(id, _)| found.set(*id, Steady::Free));
            found
        }
        Node::Walk { input, state, layers, .. } => {
            let mut found = of_rel(input, lets);
            let ids = state.iter().chain(layers.iter().flatten()).map(|(id, _)| *id);
            ids.for_each(|id| found.set(id, Steady::Free));
            found
        }
    }
}

fn computed(found: &mut Found, items: &[(ColId, Expr)], lets: &Lets) {
    let new: Vec<Steady> = items.iter().map(|(_, value)| of_expr(value, found, lets)).collect();
    items.iter().zip(new).for_each(|((id, _), steady)| found.set(*id, steady));
}

fn aggregated(below: &Found, groups: &[(ColId, Expr)], aggs: &[(ColId, Expr)], lets: &Lets) -> Found {
    let mut found = Found { rows_vary: below.rows_vary && !groups.is_empty(), ..Found::default() };
    for (id, key) in groups {
        let steady = of_expr(key, below, lets);
        found.decided_by(steady);
        found.set(*id, steady);
    }
    for (id, agg) in aggs {
        if let (ExprKind::ArgMost { by, values, .. }, false) = (&agg.kind, below.rows_vary) {
            found.packed.insert(*id, taken(by, values, groups, below, lets));
        }
        let steady =
            if found.rows_vary || below.rows_vary { Steady::Free } else { of_aggregate(agg, below, lets) };
        found.set(*id, steady);
    }
    found
}

/// The values that are taken of one row of each group: where rows tie, only what they have in common is known.
fn taken(by: &Expr, values: &[Expr], groups: &[(ColId, Expr)], below: &Found, lets: &Lets) -> Vec<Steady> {
    let same = |value: &Expr, other: &Expr| match (&value.kind, &other.kind) {
        (ExprKind::Col(one), ExprKind::Col(other)) => one == other,
        _ => false,
    };
    // Of other types values may be equal that are not written alike.
    let common =
        |value: &Expr| same(value, by) && plain(by.ty) || groups.iter().any(|(_, key)| same(value, key));
    let open = of_expr(by, below, lets) != Steady::Exact;
    let steady = |value: &Expr| match open || lets.looked < Looked::Ties && !common(value) {
        true => Steady::Free,
        false => of_expr(value, below, lets),
    };
    values.iter().map(steady).collect()
}

/// A call of an aggregate, or an expression of several.
fn of_aggregate(agg: &Expr, below: &Found, lets: &Lets) -> Steady {
    let ExprKind::Call { name, sig, args } = &agg.kind else {
        return match &agg.kind {
            // What is taken out of it is known by its place.
            ExprKind::ArgMost { .. } | ExprKind::ArgMostOf { .. } => Steady::Free,
            ExprKind::Col(_) | ExprKind::Lit(_) => of_expr(agg, below, lets),
            _ => agg.children().map(|child| of_aggregate(child, below, lets)).fold(Steady::Exact, both),
        };
    };
    let worst = args.iter().map(|arg| of_expr(arg, below, lets)).fold(Steady::Exact, both);
    // Whether there was a choice has been looked at.
    if lets.looked == Looked::Choices
        && let Some(picked) = picked(agg)
    {
        let decided = condition(agg).is_none_or(|one| of_expr(one, below, lets) == Steady::Exact);
        return match (picked, args.first().map(|value| of_expr(value, below, lets))) {
            (Picked::Any { .. }, Some(steady)) if decided => steady,
            (Picked::Set(_) | Picked::List(_), Some(Steady::Exact)) if decided => Steady::AnyOrder,
            _ => Steady::Free,
        };
    }
    if worst == Steady::Free || worst == Steady::AnyOrder {
        return Steady::Free;
    }
    match catalog::aggregate(name).and_then(|row| row.keeps) {
        Some(Keeps::Any | Keeps::Bag) => Steady::Free,
        Some(Keeps::Set(Some(_)) | Keeps::List(Some(_))) => Steady::Free,
        Some(Keeps::Set(None) | Keeps::List(None)) if is_capped(sig.params.len(), args) => Steady::Free,
        Some(Keeps::End) => worst,
        _ if sig.reads_order() => Steady::AnyOrder,
        // The last digits of a sum depend on the order of what is added.
        _ if agg.ty == Type::Real => Steady::Rounded,
        _ => worst,
    }
}

/// Whether the size of a list or set, its last parameter, is given.
fn is_capped(parameters: usize, args: &[Expr]) -> bool {
    args.len() == parameters && args.last().is_some_and(|size| size.literal() != Some(&Value::Null))
}

fn joined(rel: &Rel, lets: &Lets) -> Found {
    let Node::Join { kind, left, right, on, ranges, items } = &rel.node else { return Found::default() };
    let (mut one, other) = (of_rel(left, lets), of_rel(right, lets));
    let keys: Vec<&Expr> = on.iter().map(|(key, _)| key).collect();
    if *kind == JoinKind::InnerUnique {
        // Of the left rows with one key any stays.
        let is_key = |id: ColId| keys.iter().any(|key| matches!(key.kind, ExprKind::Col(col) if col == id));
        left.cols
            .iter()
            .filter(|column| !is_key(column.id))
            .for_each(|column| one.set(column.id, Steady::Free));
    }
    let mut found = one;
    found.add(other);
    for (key, value) in on.iter().chain(ranges) {
        found.decided_by(of_expr(key, &found, lets));
        found.decided_by(of_expr(value, &found, lets));
    }
    let new: Vec<Steady> = items.iter().map(|item| of_expr(&item.expr, &found, lets)).collect();
    items.iter().zip(new).for_each(|(item, steady)| found.set(item.id, steady));
    found
}

fn of_expr(expr: &Expr, below: &Found, lets: &Lets) -> Steady {
    let children = || expr.children().map(|child| of_expr(child, below, lets)).fold(Steady::Exact, both);
    match &expr.kind {
        ExprKind::Col(id) => below.of(*id),
        ExprKind::Lit(_) => Steady::Exact,
        ExprKind::Call { name, .. } if catalog::volatile(name) => Steady::Free,
        ExprKind::Call { name, .. } => match children() {
            Steady::AnyOrder if ORDER_BLIND.contains(name) => Steady::Exact,
            steady => changed(steady, expr.ty),
        },
        ExprKind::Scalar(rel) => of_table(rel, lets),
        ExprKind::InRel { rel, .. } => both(of_table(rel, lets), changed(children(), expr.ty)),
        ExprKind::Over { .. } | ExprKind::ArgMost { .. } | ExprKind::ArgMostOf { .. } => Steady::Free,
        ExprKind::Field { base, index } => match &base.kind {
            ExprKind::Col(packed) => below
                .packed
                .get(packed)
                .and_then(|values| values.get(*index))
                .copied()
                .unwrap_or_else(|| changed(children(), expr.ty)),
            _ => changed(children(), expr.ty),
        },
        ExprKind::Convert(_)
        | ExprKind::Compare { .. }
        | ExprKind::And(_)
        | ExprKind::Or(_)
        | ExprKind::In { .. }
        | ExprKind::Path { .. } => changed(children(), expr.ty),
    }
}

/// What is made of a value that may differ: only of reals something that differs in the last digits.
fn changed(steady: Steady, ty: Type) -> Steady {
    match steady {
        Steady::Exact => Steady::Exact,
        Steady::Rounded if ty == Type::Real => Steady::Rounded,
        _ => Steady::Free,
    }
}

fn of_table(rel: &Rel, lets: &Lets) -> Steady {
    let found = of_rel(rel, lets);
    let first = rel.cols.first().map_or(Steady::Exact, |column| found.of(column.id));
    match found.rows_vary || first != Steady::Exact {
        true => Steady::Free,
        false => Steady::Exact,
    }
}
