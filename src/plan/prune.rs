//! Drops columns and orders that nobody reads, from the root down: wide tables are read as narrow ones.

use super::{ColId, ColSet, Expr, ExprKind, Node, Plan, Rel, UnnestItem, reads_order};

type Needed = ColSet;

/// Prunes a plan in place. What a tabular `let` must give is the union of what its mentions read.
pub fn prune(plan: &mut Plan) {
    let mut wanted: Vec<Needed> = vec![Needed::default(); plan.lets.len()];
    let needed = plan.root.cols.iter().map(|column| column.id).collect();
    rel(&mut plan.root, needed, true, &mut wanted);
    // A let can only mention those before it.
    for index in (0..plan.lets.len()).rev() {
        let needed = std::mem::take(&mut wanted[index]);
        rel(&mut plan.lets[index].rel, needed, true, &mut wanted);
    }
}

/// `ordered` says whether somebody reads the order of the rows here.
fn rel(rel_: &mut Rel, mut needed: Needed, ordered: bool, wanted: &mut [Needed]) {
    if !ordered {
        rel_.order.clear();
    }
    needed.extend(rel_.order.iter().map(|key| key.col));
    match &mut rel_.node {
        Node::Scan { items, .. } => items.retain(|(id, ..)| needed.contains(*id)),
        Node::Values { rows, items } => {
            let keep: Vec<bool> = items.iter().map(|(id, _)| needed.contains(*id)).collect();
            retain(items, &keep);
            for row in rows {
                retain(row, &keep);
                row.iter_mut().for_each(|value| expr(value, &mut Needed::default(), wanted));
            }
        }
        Node::Range { from, to, step, .. } => {
            [from, to, step].into_iter().for_each(|value| expr(value, &mut Needed::default(), wanted));
        }
        Node::Let { index, items } => {
            items.retain(|(here, _)| needed.contains(*here));
            wanted[*index].extend(items.iter().map(|(_, there)| *there));
        }
        Node::Filter { input, predicate } => {
            expr(predicate, &mut needed, wanted);
            rel(input, needed, false, wanted);
        }
        Node::Project { input, kept, items } => {
            kept.retain(|id| needed.contains(*id));
            items.retain(|(id, _)| needed.contains(*id));
            pack_less(input, kept, items);
            let mut below: Needed = kept.iter().copied().collect();
            items.iter_mut().for_each(|(_, value)| expr(value, &mut below, wanted));
            rel(input, below, false, wanted);
        }
        Node::Window { input, parts, items } => {
            items.retain(|(id, _)| needed.contains(*id));
            items.iter_mut().for_each(|(_, value)| expr(value, &mut needed, wanted));
            if !items.is_empty() {
                needed.extend(parts.iter().copied());
            }
            rel(input, needed, !items.is_empty(), wanted);
        }
        Node::Walk { input, parts, number, state, layers } => {
            needed.extend(parts.iter().copied());
            needed.insert(*number);
            let exprs = state.iter_mut().chain(layers.iter_mut().flatten());
            exprs.for_each(|(_, value)| expr(value, &mut needed, wanted));
            rel(input, needed, false, wanted);
        }
        Node::Aggregate { input, groups, aggs } => {
            aggs.retain(|(id, _)| needed.contains(*id));
            let mut below = Needed::default();
            groups.iter_mut().chain(aggs.iter_mut()).for_each(|(_, value)| expr(value, &mut below, wanted));
            rel(input, below, reads_order(aggs), wanted);
        }
        Node::Limit { input, count } => {
            expr(count, &mut Needed::default(), wanted);
            rel(input, needed, true, wanted);
        }
        Node::Join { left, right, on, ranges, items, .. } => {
            items.retain(|item| needed.contains(item.id));
            let mut below = Needed::default();
            for (one, other) in on.iter_mut().chain(ranges) {
                expr(one, &mut below, wanted);
                expr(other, &mut below, wanted);
            }
            items.iter_mut().for_each(|item| expr(&mut item.expr, &mut below, wanted));
            rel(left, below.clone(), false, wanted);
            rel(right, below, false, wanted);
        }
        Node::Union { inputs, items, maps } => {
            let keep: Vec<bool> = items.iter().map(|(id, _)| needed.contains(*id)).collect();
            retain(items, &keep);
            for (input, map) in inputs.iter_mut().zip(maps) {
                retain(map, &keep);
                let mut below = Needed::default();
                map.iter_mut().for_each(|value| expr(value, &mut below, wanted));
                rel(input, below, false, wanted);
            }
        }
        Node::Unnest { input, items, index, limit } => {
            *index = index.filter(|id| needed.contains(*id));
            expand_less(items, &needed);
            items.iter_mut().for_each(|item| expr(&mut item.array, &mut needed, wanted));
            limit.iter_mut().for_each(|value| expr(value, &mut Needed::default(), wanted));
            rel(input, needed, false, wanted);
        }
    }
}

/// Of an array and the lists of its elements drops what nobody reads: each has as many entries as the others, so
/// that one is enough for the number of rows.
fn expand_less(items: &mut Vec<UnnestItem>, needed: &Needed) {
    let read = items.iter().filter(|item| needed.contains(item.element));
    let mut kept: ColSet = read.map(UnnestItem::root).collect();
    // From the back, where the lists stand, which are cheaper than arrays.
    let mut at = items.len();
    while at > 0 {
        at -= 1;
        if !needed.contains(items[at].element) {
            let root = items[at].root();
            if kept.contains(root) {
                items.remove(at);
            } else {
                kept.insert(root);
            }
        }
    }
}

/// Drops the values that [`ExprKind::ArgMost`] packs and nobody takes out: of `arg_max(TimeGenerated, *)` most.
/// `items` is a projection right above, and takes them out.
fn pack_less(input: &mut Rel, kept: &[ColId], items: &mut [(ColId, Expr)]) {
    let Node::Aggregate { aggs, .. } = &mut input.node else { return };
    for (packed, agg) in aggs.iter_mut().filter(|(id, _)| !kept.contains(id)) {
        let ExprKind::ArgMost { values, .. } = &mut agg.kind else { continue };
        let mut taken = vec![false; values.len()];
        if !items.iter().all(|(_, item)| takes(item, *packed, &mut taken)) {
            continue;
        }
        retain(values, &taken);
        let places: Vec<usize> = taken
            .iter()
            .scan(0, |next, taken| Some(std::mem::replace(next, *next + usize::from(*taken))))
            .collect();
        items.iter_mut().for_each(|(_, item)| renumber(item, *packed, &places));
    }
}

/// Notes which packed values an expression takes; false when it reads them as a whole.
pub(super) fn takes(expr: &Expr, packed: ColId, taken: &mut [bool]) -> bool {
    match &expr.kind {
        ExprKind::Field { base, index } if matches!(base.kind, ExprKind::Col(id) if id == packed) => {
            taken[*index] = true;
            true
        }
        ExprKind::Col(id) => *id != packed,
        _ => expr.children().all(|child| takes(child, packed, taken)),
    }
}

fn renumber(expr: &mut Expr, packed: ColId, places: &[usize]) {
    match &mut expr.kind {
        ExprKind::Field { base, index } if matches!(base.kind, ExprKind::Col(id) if id == packed) => {
            *index = places[*index];
        }
        _ => expr.children_mut().for_each(|child| renumber(child, packed, places)),
    }
}

fn retain<T>(items: &mut Vec<T>, keep: &[bool]) {
    let mut keep = keep.iter();
    items.retain(|_| *keep.next().unwrap_or(&true));
}

/// Notes what an expression reads, and prunes the tables inside it.
fn expr(value: &mut Expr, needed: &mut Needed, wanted: &mut [Needed]) {
    match &mut value.kind {
        ExprKind::Col(id) => return needed.insert(*id),
        ExprKind::Scalar(inner) => {
            let first = inner.cols.first().map(|column| column.id);
            rel(inner, first.into_iter().collect(), true, wanted);
        }
        ExprKind::InRel { rel: inner, item, .. } => {
            let mut below = Needed::default();
            expr(item, &mut below, wanted);
            rel(inner, below, false, wanted);
        }
        ExprKind::Lit(_)
        | ExprKind::Call { .. }
        | ExprKind::Convert(_)
        | ExprKind::Compare { .. }
        | ExprKind::And(_)
        | ExprKind::Or(_)
        | ExprKind::In { .. }
        | ExprKind::Path { .. }
        | ExprKind::ArgMost { .. }
        | ExprKind::ArgMostOf { .. }
        | ExprKind::Field { .. }
        | ExprKind::Over { .. } => {}
    }
    value.children_mut().for_each(|child| expr(child, needed, wanted));
}
