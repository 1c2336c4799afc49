//! top-nested: the greatest values of one expression, and inside each of them those of the next.

use super::parts::{mentioned, rename};
use crate::catalog::binary;
use crate::diag::code;
use crate::plan::check::{Binder, Checked, Stop};
use crate::plan::env::Env;
use crate::plan::expr::Cx;
use crate::plan::names::Namer;
use crate::plan::{
    ColId, Column, ColumnName, CompareOp, Expr, ExprKind, JoinItem, JoinKind, Node, OrderKey, Rel, WindowFunc,
};
use crate::span::Span;
use crate::syntax::ast::TopNested;
use crate::types::Type;
use crate::value::Value;

/// One level, over the columns of the input.
struct Level {
    key: Expr,
    name: ColumnName,
    aggs: Vec<(ColId, Expr)>,
    /// Computed from the aggregates.
    value: Expr,
    value_name: ColumnName,
    count: Option<Expr>,
    others: Option<Expr>,
    ascending: bool,
}

/// The values that a level keeps, below those of the levels before it: a let, and its columns there.
struct Kept {
    index: usize,
    /// Key, aggregate and rank of each level so far.
    levels: Vec<[ColId; 3]>,
}

impl Binder<'_> {
    pub fn top_nested(&mut self, levels: &[TopNested], input: Rel, env: &Env, span: Span) -> Checked<Rel> {
        let mut namer = Namer::default();
        let mut bound = Vec::new();
        for level in levels {
            bound.push(self.level(level, &input, env, &mut namer)?);
        }
        let whole = self.add_let("top-nested", input, true);
        let mut kept: Vec<Kept> = Vec::new();
        for depth in 0..bound.len() {
            let next = self.kept(whole, &bound[..=depth], kept.last(), span);
            kept.push(next);
        }
        let rel = self.nested_result(whole, &bound, &kept, span);
        self.lets[whole].rel.order.clear();
        Ok(rel)
    }

    fn level(&mut self, level: &TopNested, input: &Rel, env: &Env, namer: &mut Namer) -> Checked<Level> {
        let TopNested { count, of, others, by, ascending } = level;
        let count = match count {
            Some(count) => Some(self.row_count(count, env)?),
            None => None,
        };
        let key = self.scalar(&of.expr, env, &input.cols)?;
        if key.ty == Type::Dynamic {
            let help = "Convert it, with tostring() or tolong().";
            self.error(code::TYPE, of.expr.span, "rows cannot be grouped by a dynamic", help);
            return Err(Stop);
        }
        let others = match others {
            Some(others) => {
                let value = self.scalar(others, env, &[])?;
                Some(self.coerce(value, key.ty, "the name of the others")?)
            }
            None => None,
        };
        let given = self.single_name(of)?.map(|name| name.text.clone());
        let Some(name) = given.or_else(|| self.infer(&of.expr, &input.cols)) else {
            let help = "Give it a name: top-nested 3 of Name = expression by count().";
            self.refuse(of.span, "top-nested of an expression without a name", help);
            return Err(Stop);
        };
        let mut cx = Cx { aggs: Some(Vec::new()), ..Cx::new(env, &input.cols) };
        let value = self.expr(&by.expr, &mut cx)?;
        let aggs: Vec<_> =
            cx.aggs.take().unwrap_or_default().into_iter().map(|(column, call)| (column.id, call)).collect();
        if aggs.is_empty() {
            self.error(code::SYNTAX, by.span, "no aggregate in this expression", "Write by count().");
            return Err(Stop);
        }
        let value_name =
            self.single_name(by)?.map_or_else(|| format!("aggregated_{name}"), |name| name.text.clone());
        let (name, value_name) = (namer.free(&name), namer.free(&value_name));
        Ok(Level { key, name, aggs, value, value_name, count, others, ascending: *ascending })
    }

    /// The rows of the input, grouped by the keys of all these levels, with the aggregates of the last.
    fn nested_groups(&mut self, whole: usize, levels: &[Level], span: Span) -> (Rel, Vec<ColId>, Expr) {
        let mention = self.let_rel(whole, span);
        let keys: Vec<ColId> = levels.iter().map(|_| self.new_col()).collect();
        let groups =
            keys.iter().zip(levels).map(|(id, level)| (*id, mentioned(&mention, &level.key))).collect();
        let Some(last) = levels.last() else { unreachable!("there is a level") };
        let (aggs, value) = self.renewed(Some(&mention), last);
        (self.grouped(mention, groups, aggs, span), keys, value)
    }

    /// The aggregates of a level under ids of their own, over a mention of the input or its own columns.
    fn renewed(&mut self, mention: Option<&Rel>, level: &Level) -> (Vec<(ColId, Expr)>, Expr) {
        let renamed: Vec<(ColId, ColId)> = level.aggs.iter().map(|(id, _)| (*id, self.new_col())).collect();
        let to = |id: ColId| renamed.iter().find(|(old, _)| *old == id).map(|(_, new)| *new);
        let aggs = level.aggs.iter().zip(&renamed);
        let over = |agg: &Expr| mention.map_or_else(|| agg.clone(), |mention| mentioned(mention, agg));
        let aggs = aggs.map(|((_, agg), (_, new))| (*new, over(agg))).collect();
        let mut value = level.value.clone();
        rename(&mut value, &to);
        (aggs, value)
    }

    fn kept(&mut self, whole: usize, levels: &[Level], before: Option<&Kept>, span: Span) -> Kept {
        let Some(last) = levels.last() else { unreachable!("there is a level") };
        let (groups, keys, value) = self.nested_groups(whole, levels, span);
        let natural = groups.order.clone();
        let (value_id, rank) = (self.new_col(), self.new_col());
        let kept = keys.iter().copied().chain(natural.iter().map(|key| key.col)).collect();
        let node = Node::Project { input: Box::new(groups), kept, items: vec![(value_id, value)] };
        let mut rel = Rel { node, cols: Vec::new(), order: Vec::new(), span };
        let mut found = Vec::new();
        if let Some(before) = before {
            let (joined, ids) = self.below_kept(before, levels, rel, &keys, span);
            rel = joined;
            found = ids;
            let Node::Join { items, .. } = &mut rel.node else { unreachable!("it was joined") };
            let own = [(keys[keys.len() - 1], last.key.ty), (value_id, last.value.ty)];
            let own = own.into_iter().chain(natural.iter().map(|key| (key.col, key.ty)));
            items.extend(own.map(|(id, ty)| JoinItem { id, expr: column(id, ty, span), padded: false }));
        }
        let parts: Vec<ColId> = found.iter().map(|[_, _, rank]| *rank).collect();
        let (ascending, ty) = (last.ascending, last.value.ty);
        let mut order = vec![OrderKey { col: value_id, ty, ascending, nulls_first: ascending }];
        order.extend(natural);
        rel.order = order;
        let kind = ExprKind::Over { func: WindowFunc::Position, args: Vec::new() };
        let window = vec![(rank, Expr::new(kind, Type::Long, span))];
        let node = Node::Window { input: Box::new(rel), parts, items: window };
        let mut rel = Rel { node, cols: Vec::new(), order: Vec::new(), span };
        if let Some(count) = &last.count {
            let kind = ExprKind::Compare {
                op: CompareOp::Le,
                left: Box::new(column(rank, Type::Long, span)),
                right: Box::new(count.clone()),
            };
            let predicate = Expr::new(kind, Type::Bool, span);
            let node = Node::Filter { input: Box::new(rel), predicate };
            rel = Rel { node, cols: Vec::new(), order: Vec::new(), span };
        }
        found.push([keys[keys.len() - 1], value_id, rank]);
        rel.cols = found.iter().zip(levels).flat_map(|(ids, level)| columns(ids, level)).collect();
        Kept { index: self.add_let("top-nested", rel, true), levels: found }
    }

    /// Groups below the values that the levels before keep: a join whose items are those levels' columns.
    fn below_kept(
        &mut self,
        before: &Kept,
        levels: &[Level],
        groups: Rel,
        keys: &[ColId],
        span: Span,
    ) -> (Rel, Vec<[ColId; 3]>) {
        let left = self.let_rel(before.index, span);
        let here = left.cols.clone();
        let mut items = Vec::new();
        let mut found = Vec::new();
        let mut on = Vec::new();
        for (at, ids) in before.levels.iter().enumerate() {
            let new = ids.map(|_| self.new_col());
            for (at, id) in (3 * at..).zip(new) {
                items.push(JoinItem { id, expr: Expr::col(&here[at], span), padded: false });
            }
            on.push((Expr::col(&here[3 * at], span), column(keys[at], levels[at].key.ty, span)));
            found.push(new);
        }
        let kind = JoinKind::Inner;
        let node =
            Node::Join { kind, left: Box::new(left), right: Box::new(groups), on, ranges: Vec::new(), items };
        (Rel { node, cols: Vec::new(), order: Vec::new(), span }, found)
    }

    /// The kept values; below them the others of each level, the deepest first.
    fn nested_result(&mut self, whole: usize, levels: &[Level], kept: &[Kept], span: Span) -> Rel {
        let Some(last) = kept.last() else { unreachable!("there is a level") };
        let main = self.let_rel(last.index, span);
        let mut inputs = vec![(main.cols.iter().map(|column| Expr::col(column, span)).collect(), main)];
        for depth in (0..levels.len()).rev() {
            if levels[depth..].iter().any(|level| level.others.is_some()) {
                inputs.push(self.others(whole, levels, kept, depth, span));
            }
        }
        let mut items: Vec<(ColId, Type)> = vec![(self.new_col(), Type::Long)];
        let mut cols = Vec::new();
        let mut order = vec![key(items[0].0)];
        for level in levels {
            let ids = [(); 3].map(|()| self.new_col());
            let [value, agg, rank] = columns(&ids, level);
            items.extend([&value, &agg, &rank].map(|column| (column.id, column.ty)));
            order.push(key(rank.id));
            cols.extend([value, agg]);
        }
        let mut maps = Vec::new();
        let mut rels = Vec::new();
        for (at, (map, rel)) in (0_i64..).zip(inputs) {
            let mut all = vec![Expr::long(at, span)];
            all.extend::<Vec<Expr>>(map);
            maps.push(all);
            rels.push(rel);
        }
        Rel { node: Node::Union { inputs: rels, items, maps }, cols, order, span }
    }

    /// What a level leaves out, as one row for each value kept above it: its key and its aggregate, and those
    /// of the levels below, where they ask for others; null elsewhere.
    fn others(
        &mut self,
        whole: usize,
        levels: &[Level],
        kept: &[Kept],
        depth: usize,
        span: Span,
    ) -> (Vec<Expr>, Rel) {
        let (keys, rest) = self.left_out(whole, &levels[..=depth], &kept[depth], span);
        let groups =
            keys[..depth].iter().zip(levels).map(|(id, level)| (*id, column(*id, level.key.ty, span)));
        let groups: Vec<_> = groups.collect();
        let marker = self.new_col();
        let rows = ExprKind::Call { name: "count", sig: &binary::ROWS, args: Vec::new() };
        let mut aggs = vec![(marker, Expr::new(rows, Type::Long, span))];
        let mut map = Vec::new();
        for level in &levels[depth..] {
            match &level.others {
                Some(others) => {
                    let (found, value) = self.renewed(None, level);
                    aggs.extend(found);
                    map.extend([others.clone(), value, null(Type::Long, span)]);
                }
                None => map.extend([level.key.ty, level.value.ty, Type::Long].map(|ty| null(ty, span))),
            }
        }
        let node = Node::Aggregate { input: Box::new(rest), groups, aggs: aggs.clone() };
        let grouped = Rel { node, cols: Vec::new(), order: Vec::new(), span };
        let kind = ExprKind::Compare {
            op: CompareOp::Gt,
            left: Box::new(column(marker, Type::Long, span)),
            right: Box::new(Expr::long(0, span)),
        };
        let predicate = Expr::new(kind, Type::Bool, span);
        let node = Node::Filter { input: Box::new(grouped), predicate };
        let mut rel = Rel { node, cols: Vec::new(), order: Vec::new(), span };
        let mut above = Vec::new();
        if let Some(before) = depth.checked_sub(1).map(|at| &kept[at]) {
            let (joined, found) = self.below_kept(before, levels, rel, &keys, span);
            rel = joined;
            let Node::Join { items, .. } = &mut rel.node else { unreachable!("it was joined") };
            items.extend(aggs.iter().map(|(id, agg)| JoinItem {
                id: *id,
                expr: column(*id, agg.ty, span),
                padded: false,
            }));
            for (ids, level) in found.iter().zip(levels) {
                above.extend(columns(ids, level).iter().map(|column| Expr::col(column, span)));
            }
        }
        above.extend(map);
        (above, rel)
    }

    /// The rows of the input that a level does not keep, with the keys of the levels so far.
    fn left_out(&mut self, whole: usize, levels: &[Level], kept: &Kept, span: Span) -> (Vec<ColId>, Rel) {
        let input = self.lets[whole].rel.cols.clone();
        let mention = self.let_rel(whole, span);
        let keys: Vec<ColId> = levels.iter().map(|_| self.new_col()).collect();
        let here = mention.cols.clone();
        let all = here.iter().map(|column| column.id).collect();
        let items =
            keys.iter().zip(levels).map(|(id, level)| (*id, mentioned(&mention, &level.key))).collect();
        let node = Node::Project { input: Box::new(mention), kept: all, items };
        let left = Rel { node, cols: Vec::new(), order: Vec::new(), span };
        let right = self.let_rel(kept.index, span);
        let mut on = Vec::new();
        for (at, level) in levels.iter().enumerate() {
            on.push((column(keys[at], level.key.ty, span), Expr::col(&right.cols[3 * at], span)));
        }
        // The columns of the input under their own ids, as the aggregates name them.
        let mut items: Vec<JoinItem> = Vec::new();
        for (there, here) in input.iter().zip(&here) {
            items.push(JoinItem { id: there.id, expr: Expr::col(here, span), padded: false });
        }
        for (id, level) in keys.iter().zip(levels) {
            items.push(JoinItem { id: *id, expr: column(*id, level.key.ty, span), padded: false });
        }
        let kind = JoinKind::LeftAnti;
        let node =
            Node::Join { kind, left: Box::new(left), right: Box::new(right), on, ranges: Vec::new(), items };
        (keys, Rel { node, cols: Vec::new(), order: Vec::new(), span })
    }
}

/// The columns of a level: key, aggregate, rank.
fn columns(ids: &[ColId; 3], level: &Level) -> [Column; 3] {
    let make = |id: ColId, name: &ColumnName, ty: Type| Column {
        id,
        name: name.clone(),
        ty,
        origin: None,
        hidden: false,
    };
    [
        make(ids[0], &level.name, level.key.ty),
        make(ids[1], &level.value_name, level.value.ty),
        make(ids[2], &"".into(), Type::Long),
    ]
}

fn column(id: ColId, ty: Type, span: Span) -> Expr {
    Expr::new(ExprKind::Col(id), ty, span)
}

fn key(col: ColId) -> OrderKey {
    OrderKey { col, ty: Type::Long, ascending: true, nulls_first: true }
}

fn null(ty: Type, span: Span) -> Expr {
    let value = if ty == Type::String { Value::String(String::new()) } else { Value::Null };
    Expr::lit(value, ty, span)
}
