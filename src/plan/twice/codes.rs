//! Kinds as numbers: where rows are grouped by the text of a kind beside something else, and different values are
//! counted, DuckDB keeps each combination with its texts. The few kinds are numbered first, and their numbers kept.

use super::source::Source;
use super::{
    ColId, LetRel, Node, Rel, Twice, column_of, grouped, is_light, mentioned_twice, nothing, row_of, unnamed,
};
use crate::catalog::func::Holds;
use crate::catalog::tables::KINDS;
use crate::plan::different::counted_in_memory;
use crate::plan::ops::rename;
use crate::plan::{Expr, ExprKind, JoinItem, JoinKind, WindowFunc};
use crate::span::Span;
use crate::types::Type;

impl Twice {
    /// Numbers the kinds of the query's last groups.
    pub fn number_kinds(&mut self, rel: &mut Rel, lets: &mut Vec<LetRel>) {
        match &mut rel.node {
            Node::Project { input, .. } | Node::Filter { input, .. } | Node::Limit { input, .. } => {
                self.number_kinds(input, lets);
            }
            Node::Aggregate { .. } => {
                if let Some(kind) = kind(rel) {
                    self.numbered(rel, kind, lets);
                }
            }
            _ => {}
        }
    }

    /// `kind`: the place of the group, and its stored column.
    fn numbered(&mut self, rel: &mut Rel, kind: (usize, ColId), lets: &mut Vec<LetRel>) {
        let (place, stored) = kind;
        let span = rel.span;
        let Node::Aggregate { input, groups, aggs } = &mut rel.node else { return };
        let Some(source) = Source::of(input) else { return };
        let (rows, ids) = source.again(&[stored], &mut || self.fresh());
        let (text, number) = (self.fresh(), self.fresh());
        let kinds = grouped(rows, (text, column_of(ids[0], Type::String, span)), Vec::new());
        let index = lets.len();
        lets.push(numbers(kinds, (text, number)));

        let ExprKind::Col(column) = groups[place].1.kind else { return };
        let below = std::mem::replace(&mut **input, Rel { node: nothing(), ..empty(span) });
        let read: Vec<(ColId, Type)> = columns(groups.iter().chain(aggs.iter()));
        let renamed: Vec<(ColId, ColId)> = read.iter().map(|(id, _)| (*id, self.fresh())).collect();
        let new = |id: ColId| renamed.iter().find(|(old, _)| *old == id).map(|(_, new)| *new);
        let (here, code, kept) = (self.fresh(), self.fresh(), self.fresh());
        let mut items: Vec<JoinItem> = (read.iter().zip(&renamed))
            .map(|((id, ty), (_, new))| item(*new, column_of(*id, *ty, span)))
            .collect();
        items.push(item(kept, column_of(code, Type::Long, span)));
        let on = (column_of(column, Type::String, span), column_of(here, Type::String, span));
        let right = mention(index, [(here, text), (code, number)], span);
        **input = joined(below, right, on, items);

        groups.iter_mut().chain(aggs.iter_mut()).for_each(|(_, expr)| rename(expr, &new));
        groups[place].1 = column_of(kept, Type::Long, span);
        let (shown, of_group, back) = (self.fresh(), self.fresh(), self.fresh());
        let mut items = Vec::new();
        for (at, (id, expr)) in groups.iter_mut().chain(aggs).enumerate() {
            let inside = if at == place { of_group } else { self.fresh() };
            let value = match at == place {
                true => column_of(shown, Type::String, span),
                false => column_of(inside, expr.ty, span),
            };
            items.push(item(std::mem::replace(id, inside), value));
        }
        let on = (column_of(of_group, Type::Long, span), column_of(back, Type::Long, span));
        let right = mention(index, [(shown, text), (back, number)], span);
        let (cols, order) = (rel.cols.clone(), rel.order.clone());
        let counted = std::mem::replace(rel, Rel { node: nothing(), cols, order, span });
        rel.node = joined(counted, right, on, items).node;
    }
}

/// The place of a group that is a kind, and its stored column, where numbers help.
fn kind(rel: &Rel) -> Option<(usize, ColId)> {
    let Node::Aggregate { input, groups, aggs } = &rel.node else { return None };
    let counts = |agg: &Expr| {
        let text = agg.children().next().is_some_and(|arg| arg.ty == Type::String);
        let kept = row_of(agg).is_some_and(|row| row.holds == Holds::Different);
        text && kept && !counted_in_memory(agg)
    };
    // Lists keep the order of rows, which a join does not.
    let known = aggs.iter().all(|(_, agg)| counts(agg) || is_light(agg));
    if groups.len() < 2 || !known || !aggs.iter().any(|(_, agg)| counts(agg)) {
        return None;
    }
    let source = Source::of(input)?;
    groups.iter().enumerate().find_map(|(place, (_, key))| {
        let ExprKind::Col(column) = key.kind else { return None };
        let stored = source.text(column)?;
        KINDS.contains(&source.name(stored)?).then_some((place, stored))
    })
}

/// Each text with its number.
fn numbers(texts: Rel, (text, number): (ColId, ColId)) -> LetRel {
    let span = texts.span;
    let over = ExprKind::Over { func: WindowFunc::Position, args: Vec::new() };
    let items = vec![(number, Expr::new(over, Type::Long, span))];
    let node = Node::Window { input: Box::new(texts), parts: Vec::new(), items };
    let cols = vec![unnamed(text, Type::String), unnamed(number, Type::Long)];
    mentioned_twice(Rel { node, cols, order: Vec::new(), span })
}

fn mention(index: usize, items: [(ColId, ColId); 2], span: Span) -> Rel {
    Rel { node: Node::Let { index, items: items.to_vec() }, ..empty(span) }
}

fn joined(left: Rel, right: Rel, on: (Expr, Expr), items: Vec<JoinItem>) -> Rel {
    let span = left.span;
    let node = Node::Join {
        kind: JoinKind::Inner,
        left: Box::new(left),
        right: Box::new(right),
        on: vec![on],
        ranges: Vec::new(),
        items,
    };
    Rel { node, ..empty(span) }
}

fn item(id: ColId, expr: Expr) -> JoinItem {
    JoinItem { id, expr, padded: false }
}

fn empty(span: Span) -> Rel {
    Rel { node: nothing(), cols: Vec::new(), order: Vec::new(), span }
}

/// The columns that expressions read, each once.
fn columns<'e>(exprs: impl Iterator<Item = &'e (ColId, Expr)>) -> Vec<(ColId, Type)> {
    let mut found: Vec<(ColId, Type)> = Vec::new();
    for (_, expr) in exprs {
        expr.walk(&mut |inner| match inner.kind {
            ExprKind::Col(id) if found.iter().all(|(known, _)| *known != id) => found.push((id, inner.ty)),
            _ => {}
        });
    }
    found
}
