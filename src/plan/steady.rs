//! What of a result every run on the same data gives alike: for hashes that a replay compares. Says rather too much
//! of what may differ than too little.

use super::contest::{Picked, condition, counted, picked, plain};
use super::lanes::Lanes;
use super::{ColId, Expr, ExprKind, JoinKind, Node, OrderKey, Plan, Rel};
use crate::catalog;
use crate::catalog::func::Keeps;
use crate::facts::{Looked, Steadiness, Steady};
use crate::quick::QuickMap;
use crate::types::Type;
use crate::value::Value;

/// What may differ in the result of a plan. Then the same for data in which no rows tie for being greatest, least or
/// first, and for those in which there is no choice at all; `None` where either makes no difference to what is before it.
pub fn steadiness(plan: &Plan) -> (Steadiness, [Option<Steadiness>; 2]) {
    let found = of_rel(&plan.root, &Lets::of(plan));
    let of = |looked: Looked| Steadiness {
        columns: plan.root.cols.iter().map(|column| found.of(column.id).of(looked)).collect(),
        rows: found.rows_vary.of(looked) == Steady::Exact,
    };
    let tied = of(Looked::Nothing);
    if tied.rows && !tied.columns.contains(&Steady::Free) {
        return (tied, [None, None]);
    }
    let (untied, settled) = (of(Looked::Ties), of(Looked::Choices));
    let settled = (settled != untied).then_some(settled);
    let untied = (untied != tied).then_some(untied);
    (tied, [untied, settled])
}

/// What is known of the tabular lets so far.
pub struct Lets(Vec<Found>);

impl Lets {
    pub fn of(plan: &Plan) -> Lets {
        let mut lets = Lets(Vec::with_capacity(plan.lets.len()));
        for definition in &plan.lets {
            let found = of_rel(&definition.rel, &lets);
            lets.0.push(found);
        }
        lets
    }

    /// What rows are sorted by as far as it is the same in each run where no rows tie. Where they were before may follow.
    pub fn leading<'r>(&self, rel: &'r Rel) -> &'r [OrderKey] {
        let found = of_rel(rel, self);
        let open = rel.order.iter().position(|key| found.of(key.col).of(Looked::Ties) != Steady::Exact);
        &rel.order[..open.unwrap_or(rel.order.len())]
    }
}

/// What may differ in the rows of a relation: columns that are not listed are exact.
#[derive(Default)]
struct Found {
    /// By the number of the column, as far as there are any.
    loose: Vec<Lanes>,
    /// Of each row that `arg_max()` packs the values by their place.
    packed: QuickMap<ColId, Vec<Lanes>>,
    /// Free or exact.
    rows_vary: Lanes,
}

impl Found {
    fn of(&self, id: ColId) -> Lanes {
        self.loose.get(id.0 as usize).copied().unwrap_or_default()
    }

    fn set(&mut self, id: ColId, steady: Lanes) {
        if steady == Lanes::EXACT || id == ColId::OUTSIDE {
            return;
        }
        let at = id.0 as usize;
        if at >= self.loose.len() {
            self.loose.resize(at + 1, Lanes::EXACT);
        }
        self.loose[at] = steady;
    }

    /// Adds the columns of another relation.
    fn add(&mut self, other: Found) {
        self.rows_vary = self.rows_vary.and(other.rows_vary);
        self.packed.extend(other.packed);
        if self.loose.len() < other.loose.len() {
            self.loose.resize(other.loose.len(), Lanes::EXACT);
        }
        let known = self.loose.iter_mut().zip(other.loose);
        known.filter(|(_, steady)| *steady != Lanes::EXACT).for_each(|(known, steady)| *known = steady);
    }

    /// A row is there or not by what may differ.
    fn decided_by(&mut self, steady: Lanes) {
        self.rows_vary = self.rows_vary.and(steady.loose());
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
                    cells.map(|cell| of_expr(cell, &Found::default(), lets)).fold(Lanes::EXACT, Lanes::and);
                found.set(*id, worst);
            }
            found
        }
        Node::Range { col, from, to, step, .. } => {
            let mut found = Found::default();
            let ends = [from, to, step].map(|end| of_expr(end, &Found::default(), lets));
            let open = ends.into_iter().fold(Lanes::EXACT, Lanes::and).loose();
            found.rows_vary = open;
            found.set(*col, open);
            found
        }
        Node::Let { index, items } => {
            let Some(there) = lets.0.get(*index) else {
                return Found { rows_vary: Lanes::FREE, ..Found::default() };
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
            let first = input.order.first().filter(|_| counted(count).is_some());
            let open = first.map_or(Lanes::FREE, |key| found.of(key.col));
            found.decided_by(open.with(Looked::Nothing, Steady::Free));
            found
        }
        Node::Join { .. } => joined(rel, lets),
        Node::Union { inputs, items, maps } => {
            let mut found = Found::default();
            let mut columns = vec![Lanes::EXACT; items.len()];
            for (input, map) in inputs.iter().zip(maps) {
                let below = of_rel(input, lets);
                found.rows_vary = found.rows_vary.and(below.rows_vary);
                for (column, value) in columns.iter_mut().zip(map) {
                    *column = column.and(of_expr(value, &below, lets));
                }
            }
            items.iter().zip(columns).for_each(|((id, _), steady)| found.set(*id, steady));
            found
        }
        Node::Unnest { input, items, index, .. } => {
            let mut found = of_rel(input, lets);
            let arrays: Vec<Lanes> = items.iter().map(|item| of_expr(&item.array, &found, lets)).collect();
            for (item, array) in items.iter().zip(arrays) {
                let steady = array.changed(Type::Dynamic);
                found.decided_by(steady);
                found.set(item.element, steady);
            }
            index.iter().for_each(|id| found.set(*id, found.rows_vary));
            found
        }
        // What comes before and after a row depends on how ties were sorted.
        Node::Window { input, items, .. } => {
            let mut found = of_rel(input, lets);
            items.iter().for_each(|(id, _)| found.set(*id, Lanes::FREE));
            found
        }
        Node::Walk { input, state, layers, .. } => {
            let mut found = of_rel(input, lets);
            let ids = state.iter().chain(layers.iter().flatten()).map(|(id, _)| *id);
            ids.for_each(|id| found.set(id, Lanes::FREE));
            found
        }
    }
}

fn computed(found: &mut Found, items: &[(ColId, Expr)], lets: &Lets) {
    let new: Vec<Lanes> = items.iter().map(|(_, value)| of_expr(value, found, lets)).collect();
    items.iter().zip(new).for_each(|((id, _), steady)| found.set(*id, steady));
}

fn aggregated(below: &Found, groups: &[(ColId, Expr)], aggs: &[(ColId, Expr)], lets: &Lets) -> Found {
    let rows_vary = if groups.is_empty() { Lanes::EXACT } else { below.rows_vary };
    let mut found = Found { rows_vary, ..Found::default() };
    for (id, key) in groups {
        let steady = of_expr(key, below, lets);
        found.decided_by(steady);
        found.set(*id, steady);
    }
    let open = found.rows_vary.and(below.rows_vary);
    for (id, agg) in aggs {
        if let ExprKind::ArgMost { by, values, .. } = &agg.kind {
            found.packed.insert(*id, taken(by, values, groups, below, lets));
        }
        found.set(*id, of_aggregate(agg, below, lets).and(open));
    }
    found
}

/// The values that are taken of one row of each group: where rows tie, only what they have in common is known.
fn taken(by: &Expr, values: &[Expr], groups: &[(ColId, Expr)], below: &Found, lets: &Lets) -> Vec<Lanes> {
    let same = |value: &Expr, other: &Expr| match (&value.kind, &other.kind) {
        (ExprKind::Col(one), ExprKind::Col(other)) => one == other,
        _ => false,
    };
    // Of other types values may be equal that are not written alike.
    let common =
        |value: &Expr| same(value, by) && plain(by.ty) || groups.iter().any(|(_, key)| same(value, key));
    let open = of_expr(by, below, lets).loose().and(below.rows_vary);
    let tied = open.with(Looked::Nothing, Steady::Free);
    let steady = |value: &Expr| of_expr(value, below, lets).and(if common(value) { open } else { tied });
    values.iter().map(steady).collect()
}

/// A call of an aggregate, or an expression of several.
fn of_aggregate(agg: &Expr, below: &Found, lets: &Lets) -> Lanes {
    let ExprKind::Call { name, sig, args } = &agg.kind else {
        return match &agg.kind {
            // What is taken out of it is known by its place.
            ExprKind::ArgMost { .. } | ExprKind::ArgMostOf { .. } => Lanes::FREE,
            ExprKind::Col(_) | ExprKind::Lit(_) => of_expr(agg, below, lets),
            _ => agg.children().map(|child| of_aggregate(child, below, lets)).fold(Lanes::EXACT, Lanes::and),
        };
    };
    let worst = args.iter().map(|arg| of_expr(arg, below, lets)).fold(Lanes::EXACT, Lanes::and);
    let steady = match catalog::aggregate(name).and_then(|row| row.keeps) {
        Some(Keeps::Any | Keeps::Bag) => Lanes::FREE,
        Some(Keeps::Set(Some(_)) | Keeps::List(Some(_))) => Lanes::FREE,
        Some(Keeps::Set(None) | Keeps::List(None)) if is_capped(sig.params.len(), args) => Lanes::FREE,
        Some(Keeps::End) => worst,
        _ if sig.reads_order() => Lanes::all(Steady::AnyOrder),
        // The last digits of a sum depend on the order of what is added.
        _ if agg.ty == Type::Real => Lanes::all(Steady::Rounded),
        _ => worst,
    };
    let steady = steady.and(worst.unordered());
    // Whether there was a choice has been looked at.
    match picked(agg) {
        Some(picked) => steady.with(Looked::Choices, of_choice(&picked, agg, args, below, lets)),
        None => steady,
    }
}

/// What an aggregate gives that takes one of its values, or some, where it has no choice.
fn of_choice(picked: &Picked, agg: &Expr, args: &[Expr], below: &Found, lets: &Lets) -> Steady {
    let of = |expr: &Expr| of_expr(expr, below, lets).of(Looked::Choices);
    let decided = condition(agg).is_none_or(|one| of(one) == Steady::Exact);
    match (picked, args.first().map(of)) {
        (Picked::Any { .. }, Some(steady)) if decided => steady,
        (Picked::Set(_) | Picked::List(_), Some(Steady::Exact)) if decided => Steady::AnyOrder,
        _ => Steady::Free,
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
            .for_each(|column| one.set(column.id, Lanes::FREE));
    }
    let mut found = one;
    found.add(other);
    for (key, value) in on.iter().chain(ranges) {
        found.decided_by(of_expr(key, &found, lets));
        found.decided_by(of_expr(value, &found, lets));
    }
    let new: Vec<Lanes> = items.iter().map(|item| of_expr(&item.expr, &found, lets)).collect();
    items.iter().zip(new).for_each(|(item, steady)| found.set(item.id, steady));
    found
}

fn of_expr(expr: &Expr, below: &Found, lets: &Lets) -> Lanes {
    let children = || expr.children().map(|child| of_expr(child, below, lets)).fold(Lanes::EXACT, Lanes::and);
    match &expr.kind {
        ExprKind::Col(id) => below.of(*id),
        ExprKind::Lit(_) => Lanes::EXACT,
        ExprKind::Call { name, .. } if catalog::volatile(name) => Lanes::FREE,
        ExprKind::Call { name, .. } => {
            let read = children();
            let blind = read != Lanes::EXACT && catalog::function(name).is_some_and(|row| row.order_blind);
            if blind { read.in_order() } else { read }.changed(expr.ty)
        }
        ExprKind::Scalar(rel) => of_table(rel, lets),
        ExprKind::InRel { rel, .. } => of_table(rel, lets).and(children().changed(expr.ty)),
        ExprKind::Over { .. } | ExprKind::ArgMost { .. } | ExprKind::ArgMostOf { .. } => Lanes::FREE,
        ExprKind::Field { base, index } => match &base.kind {
            ExprKind::Col(packed) => below
                .packed
                .get(packed)
                .and_then(|values| values.get(*index))
                .copied()
                .unwrap_or_else(|| children().changed(expr.ty)),
            _ => children().changed(expr.ty),
        },
        ExprKind::Convert(_)
        | ExprKind::Compare { .. }
        | ExprKind::And(_)
        | ExprKind::Or(_)
        | ExprKind::In { .. }
        | ExprKind::Path { .. } => children().changed(expr.ty),
    }
}

fn of_table(rel: &Rel, lets: &Lets) -> Lanes {
    let found = of_rel(rel, lets);
    let first = rel.cols.first().map_or(Lanes::EXACT, |column| found.of(column.id));
    found.rows_vary.and(first).loose()
}
