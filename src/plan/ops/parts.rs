//! Subqueries that run once for each part of the rows: mv-apply, partition. All parts go through the
//! operators at once. The first key of the order names the part of a row; operators that group, cut or
//! number rows do so part by part, and hand the key on.

use std::rc::Rc;

use super::cols::all_kept;
use super::rows;
use crate::catalog::binary;
use crate::catalog::construct;
use crate::plan::check::{Binder, Checked, Stop};
use crate::plan::{
    ColId, Column, CompareOp, Expr, ExprKind, JoinItem, JoinKind, Node, OrderKey, Rel, WindowFunc, constant,
};
use crate::span::Span;
use crate::syntax::ast::Op;
use crate::types::Type;
use crate::value::Value;

/// All parts, those without a row too: a tabular `let` with one row for each.
#[derive(Clone, Debug)]
pub struct Parts {
    pub index: usize,
    /// The column there that names the part.
    pub key: ColId,
    /// Columns that come out of the subquery whatever it does: there, and in the result.
    pub carried: Vec<(ColId, ColId)>,
}

impl Binder<'_> {
    /// The key that names the part of a row, inside a subquery that runs part by part.
    pub fn part_key(&self, rel: &Rel) -> Option<OrderKey> {
        rel.order.first().filter(|key| self.parts.contains_key(&key.col)).copied()
    }

    /// Operators that are not known to keep parts apart are refused.
    pub fn keeps_parts(&mut self, op: &Op, input: &Rel) -> Checked<()> {
        let name = &op.name.text;
        if self.part_key(input).is_none() || construct::operator(name).is_some_and(|row| row.by_parts) {
            return Ok(());
        }
        let what = format!("'{name}' in a subquery for each row or part");
        self.refuse(op.name.span, &what, "Put it after the subquery.");
        Err(Stop)
    }

    /// The first rows, of each part where there are parts.
    pub fn limited(&mut self, input: Rel, count: Expr, span: Span) -> Rel {
        let Some(key) = self.part_key(&input) else { return rows::limit(input, count, span) };
        let (cols, order) = (input.cols.clone(), input.order.clone());
        let number = self.new_col();
        let kind = ExprKind::Over { func: WindowFunc::Position, args: Vec::new() };
        let items = vec![(number, Expr::new(kind, Type::Long, span))];
        let node = Node::Window { input: Box::new(input), parts: vec![key.col], items };
        let numbered = Rel { node, cols: cols.clone(), order: order.clone(), span };
        let number = Box::new(Expr::new(ExprKind::Col(number), Type::Long, span));
        let kind = ExprKind::Compare { op: CompareOp::Le, left: number, right: Box::new(count) };
        let predicate = Expr::new(kind, Type::Bool, span);
        Rel { node: Node::Filter { input: Box::new(numbered), predicate }, cols, order, span }
    }

    /// Groups inside each part. Without groups of their own, parts that have no row give their row too.
    pub fn grouped_by_part(
        &mut self,
        mut input: Rel,
        key: OrderKey,
        mut groups: Vec<(ColId, Expr)>,
        mut aggs: Vec<(ColId, Expr)>,
        span: Span,
    ) -> Rel {
        let part = Expr::new(ExprKind::Col(key.col), key.ty, span);
        if groups.is_empty() {
            input.order.remove(0);
            return self.total_by_part(input, key, aggs, span);
        }
        // Groups come in the order of their first rows.
        let mut input = self.positioned(input);
        input.order.remove(0);
        let mut order = vec![key];
        if let [position] = input.order.as_slice() {
            let first = self.new_col();
            self.natural.insert(first);
            let value = Expr::new(ExprKind::Col(position.col), Type::Long, span);
            let kind = ExprKind::Call { name: "min", sig: &binary::FIRST, args: vec![value] };
            aggs.push((first, Expr::new(kind, Type::Long, span)));
            order.push(OrderKey { col: first, ty: Type::Long, ascending: true, nulls_first: true });
        }
        groups.insert(0, (key.col, part));
        let node = Node::Aggregate { input: Box::new(input), groups, aggs };
        Rel { node, cols: Vec::new(), order, span }
    }

    /// One row for each part: its aggregates, or those of no row at all.
    fn total_by_part(&mut self, input: Rel, key: OrderKey, aggs: Vec<(ColId, Expr)>, span: Span) -> Rel {
        let Some(parts) = self.parts.get(&key.col).cloned() else {
            unreachable!("a part key is entered with its parts")
        };
        let group = self.new_col();
        let groups = vec![(group, Expr::new(ExprKind::Col(key.col), key.ty, span))];
        let mut found = Vec::new();
        let mut items = Vec::new();
        let marker = self.new_col();
        for (id, agg) in aggs {
            let inner = self.new_col();
            let nothing = self.of_no_row(&agg, span);
            let value = Expr::new(ExprKind::Col(inner), agg.ty, span);
            let expr = choose(marker, value, nothing, span);
            items.push(JoinItem { id, expr, padded: false });
            found.push((inner, agg));
        }
        let count = ExprKind::Call { name: "count", sig: &binary::ROWS, args: Vec::new() };
        found.push((marker, Expr::new(count, Type::Long, span)));
        let node = Node::Aggregate { input: Box::new(input), groups, aggs: found };
        let right = Rel { node, cols: Vec::new(), order: Vec::new(), span };
        let (left, here) = self.all_parts(&parts, span);
        let of = |there: ColId| here.iter().find(|(from, _)| *from == there).map(|(_, to)| to.clone());
        let Some(all) = of(parts.key) else { unreachable!("parts hold their key") };
        items.push(JoinItem { id: key.col, expr: Expr { ty: key.ty, ..all.clone() }, padded: false });
        for (there, id) in &parts.carried {
            if let Some(expr) = of(*there).filter(|_| *id != key.col) {
                items.push(JoinItem { id: *id, expr, padded: false });
            }
        }
        let on = vec![(all, Expr::new(ExprKind::Col(group), key.ty, span))];
        let node = Node::Join {
            kind: JoinKind::LeftOuter,
            left: Box::new(left),
            right: Box::new(right),
            on,
            ranges: Vec::new(),
            items,
        };
        Rel { node, cols: Vec::new(), order: vec![key], span }
    }

    /// A mention of the parts, and each of their columns as an expression over it.
    fn all_parts(&mut self, parts: &Parts, span: Span) -> (Rel, Vec<(ColId, Expr)>) {
        let rel = self.let_rel(parts.index, span);
        let types: Vec<(ColId, Type)> = rel.cols.iter().map(|column| (column.id, column.ty)).collect();
        let Node::Let { items, .. } = &rel.node else { unreachable!("a let is mentioned as one") };
        let here = items
            .iter()
            .map(|(here, there)| {
                let ty = types.iter().find(|(id, _)| id == here).map_or(Type::Long, |(_, ty)| *ty);
                (*there, Expr::new(ExprKind::Col(*here), ty, span))
            })
            .collect();
        (rel, here)
    }

    /// What an aggregate gives when it sees no row.
    fn of_no_row(&mut self, agg: &Expr, span: Span) -> Expr {
        let mut agg = agg.clone();
        for arg in agg.children_mut() {
            if !constant(arg) {
                let value = if arg.ty == Type::String { Value::String(String::new()) } else { Value::Null };
                *arg = Expr::lit(value, arg.ty, arg.span);
            }
        }
        let ty = agg.ty;
        let nothing = Node::Values { items: Vec::new(), rows: Vec::new() };
        let input = Rel { node: nothing, cols: Vec::new(), order: Vec::new(), span };
        let id = self.new_col();
        let aggs = vec![(id, agg)];
        let node = Node::Aggregate { input: Box::new(input), groups: Vec::new(), aggs };
        let column = Column { id, name: "".into(), ty, origin: None, hidden: true };
        let rel = Rel { node, cols: vec![column], order: Vec::new(), span };
        self.scalar_of(rel, ty, span)
    }

    /// Hands columns of the subquery's source on to its end, through whatever it does. False where that
    /// cannot be.
    pub fn carry(&mut self, rel: &mut Rel, mut wanted: Vec<(ColId, Type)>) -> bool {
        wanted.retain(|(id, _)| !gives(rel, *id));
        if wanted.is_empty() {
            return true;
        }
        let span = rel.span;
        let same = |(id, ty): &(ColId, Type)| (*id, Expr::new(ExprKind::Col(*id), *ty, span));
        match &mut rel.node {
            Node::Filter { input, .. }
            | Node::Limit { input, .. }
            | Node::Window { input, .. }
            | Node::Walk { input, .. }
            | Node::Unnest { input, .. } => self.carry(input, wanted),
            Node::Project { input, kept, .. } => {
                kept.extend(wanted.iter().map(|(id, _)| *id));
                self.carry(input, wanted)
            }
            Node::Aggregate { input, aggs, .. } => {
                aggs.extend(wanted.iter().map(same).map(|(id, value)| {
                    let ty = value.ty;
                    let kind = ExprKind::Call { name: "first", sig: &binary::SAME, args: vec![value] };
                    (id, Expr::new(kind, ty, span))
                }));
                self.carry(input, wanted)
            }
            Node::Join { left, items, kind: JoinKind::LeftOuter, .. } => {
                let carried = wanted.iter().map(same);
                items.extend(carried.map(|(id, expr)| JoinItem { id, expr, padded: false }));
                self.carry(left, wanted)
            }
            Node::Let { index, items } => {
                let index = *index;
                items.extend(wanted.iter().map(|(id, _)| (*id, *id)));
                let empty = Node::Values { items: Vec::new(), rows: Vec::new() };
                let empty = Rel { node: empty, cols: Vec::new(), order: Vec::new(), span };
                let mut inner = std::mem::replace(&mut self.lets[index].rel, empty);
                let carried = self.carry(&mut inner, wanted);
                self.lets[index].rel = inner;
                carried
            }
            Node::Scan { .. }
            | Node::Values { .. }
            | Node::Range { .. }
            | Node::Join { .. }
            | Node::Union { .. } => false,
        }
    }

    /// Ends the subquery: its rows are in order, and belong to no part any more.
    pub fn leave_parts(&mut self, rel: Rel, span: Span) -> Rel {
        let Some(key) = self.part_key(&rel) else { return rel };
        let left = OrderKey { col: self.new_col(), ..key };
        self.natural.insert(left.col);
        let part = (left.col, Expr::new(ExprKind::Col(key.col), key.ty, span));
        let mut order = rel.order.clone();
        order[0] = left;
        let cols = rel.cols.clone();
        let kept = all_kept(&cols, &order[1..]);
        let node = Node::Project { input: Box::new(rel), kept, items: vec![part] };
        Rel { node, cols, order, span }
    }

    /// Remembers a mention of a let, one row a part, as the source of a subquery.
    pub fn enter_parts(&mut self, index: usize, source: &Rel, key: ColId) {
        let Node::Let { items, .. } = &source.node else { unreachable!("parts are a let") };
        let carried = items.iter().map(|(here, there)| (*there, *here)).collect();
        let there = items.iter().find(|(here, _)| *here == key).map(|(_, there)| *there);
        let Some(there) = there else { unreachable!("the key is a column of the parts") };
        self.parts.insert(key, Rc::new(Parts { index, key: there, carried }));
    }
}

/// The value, or what stands for it where the part has no row: the marker counts rows, and is then null.
fn choose(marker: ColId, value: Expr, nothing: Expr, span: Span) -> Expr {
    let ty = value.ty;
    let marker = Expr::new(ExprKind::Col(marker), Type::Long, span);
    let kind = ExprKind::Call { name: "iff", sig: &binary::PRESENT, args: vec![marker, value, nothing] };
    Expr::new(kind, ty, span)
}

/// Whether the relation's own node gives the column.
fn gives(rel: &Rel, id: ColId) -> bool {
    match &rel.node {
        Node::Scan { items, .. } => items.iter().any(|(known, ..)| *known == id),
        Node::Values { items, .. } => items.iter().any(|(known, _)| *known == id),
        Node::Range { col, .. } => *col == id,
        Node::Let { items, .. } => items.iter().any(|(here, _)| *here == id),
        Node::Project { kept, items, .. } => {
            kept.contains(&id) || items.iter().any(|(known, _)| *known == id)
        }
        Node::Window { items, .. } => items.iter().any(|(known, _)| *known == id),
        Node::Walk { state, .. } => state.iter().any(|(known, _)| *known == id),
        Node::Aggregate { groups, aggs, .. } => groups.iter().chain(aggs).any(|(known, _)| *known == id),
        Node::Join { items, .. } => items.iter().any(|item| item.id == id),
        Node::Union { items, .. } => items.iter().any(|(known, _)| *known == id),
        Node::Unnest { items, index, .. } => {
            *index == Some(id) || items.iter().any(|item| item.element == id)
        }
        Node::Filter { .. } | Node::Limit { .. } => false,
    }
}

/// An expression over the rows of a let, over this mention of it.
pub fn mentioned(mention: &Rel, value: &Expr) -> Expr {
    let mut value = value.clone();
    let Node::Let { items, .. } = &mention.node else { unreachable!("a let is mentioned as one") };
    rename(&mut value, &|id| items.iter().find(|(_, there)| *there == id).map(|(here, _)| *here));
    value
}

/// The same expression over columns under other ids.
pub fn rename(expr: &mut Expr, to: &dyn Fn(ColId) -> Option<ColId>) {
    if let ExprKind::Col(id) = &mut expr.kind
        && let Some(new) = to(*id)
    {
        *id = new;
    }
    for child in expr.children_mut() {
        rename(child, to);
    }
}
