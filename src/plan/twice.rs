//! Stored rows that are read twice where that is cheaper than once: first the columns that decide, then the others for
//! what is left. Only where conditions below cost next to nothing. Call it when all else is done, and
//! [`super::prune`] before it.

mod codes;
mod source;

use super::contest::counted;
use super::expr::{columns_of, conjuncts};
use super::ops::rename;
use super::{ColId, Column, CompareOp, Expr, ExprKind, LetRel, Node, OrderKey, Plan, Rel};
use crate::catalog::func::{Func, Holds, LONG, Lower, Ret, Sig, sig};
use crate::catalog::{aggregate, binary};
use crate::kernels::net;
use crate::span::Span;
use crate::types::Type;
use crate::value::Value;
use source::Source;

/// From so many rows on a group must have it is worth while to look for such groups first: a million rows of 23,000
/// accounts took 0.65 of the time for 100 rows, 0.98 for 10.
const ROWS_MIN: i64 = 100;

/// More first rows than this are no small part of a table.
const FIRST_MAX: i64 = 1000;

/// Texts and documents that are read beside the key.
const TEXTS_MIN: usize = 2;

static PRESENT: Sig = sig(&[LONG], Ret::Is(Type::Long), Lower::Sql("count({0})"));
static ABSENT: Sig = sig(&[LONG], Ret::Is(Type::Bool), Lower::Sql("({0} IS NULL)"));

/// Has rows read twice where that helps.
pub fn read_twice(plan: &mut Plan) {
    let mut twice = Twice { next: plan.next_col };
    plan.lets.iter_mut().for_each(|item| twice.within(&mut item.rel, false));
    twice.within(&mut plan.root, false);
    twice.first_rows(&mut plan.root, &mut plan.lets);
    twice.number_kinds(&mut plan.root, &mut plan.lets);
    plan.next_col = twice.next;
}

struct Twice {
    next: u32,
}

impl Twice {
    fn fresh(&mut self) -> ColId {
        let id = ColId(self.next);
        self.next += 1;
        id
    }

    /// `grouped`: no row goes on before all are read.
    fn within(&mut self, rel: &mut Rel, grouped: bool) {
        ask_groups(rel);
        match &mut rel.node {
            Node::Scan { .. } | Node::Let { .. } | Node::Values { .. } | Node::Range { .. } => {}
            Node::Filter { input, predicate } => {
                self.large_groups(input, predicate);
                if grouped {
                    self.addresses(input, predicate);
                }
                self.within(input, grouped);
            }
            Node::Aggregate { input, .. } => self.within(input, true),
            Node::Project { input, .. } | Node::Unnest { input, .. } => self.within(input, grouped),
            Node::Window { input, .. } | Node::Walk { input, .. } | Node::Limit { input, .. } => {
                self.within(input, false);
            }
            Node::Join { left, right, .. } => {
                [left, right].into_iter().for_each(|side| self.within(side, false))
            }
            Node::Union { inputs, .. } => {
                inputs.iter_mut().for_each(|input| self.within(input, grouped));
            }
        }
    }

    /// A condition on addresses and on what a subquery gives is asked of each address once: DuckDB would ask it of each
    /// row, as it pushes conditions of one column alone into the scan, where equal texts are one. Addresses repeat.
    fn addresses(&mut self, input: &Rel, predicate: &mut Expr) {
        let items = conjuncts_mut(predicate);
        if !items.iter().any(|item| address(item).is_some()) {
            return;
        }
        let Some(mut source) = Source::of(input) else { return };
        for item in &*items {
            source.also(item);
        }
        for item in items {
            let Some(column) = address(item) else { continue };
            let Some(stored) = source.text(column) else { continue };
            let (rows, ids) = source.again(&[stored], &mut || self.fresh());
            let value = self.fresh();
            let span = item.span;
            let texts = grouped(rows, (value, column_of(ids[0], Type::String, span)), Vec::new());
            let mut asked = item.clone();
            rename(&mut asked, &|id| (id == column).then_some(value));
            *item = is_in(column, filtered(texts, asked), value, span);
        }
    }

    /// Groups of which many rows, or many different values, are wanted have many rows: others are dropped before their
    /// values are collected.
    fn large_groups(&mut self, input: &mut Rel, predicate: &Expr) {
        let needed = rows_needed(input, predicate).filter(|needed| *needed >= ROWS_MIN);
        let Some(needed) = needed else { return };
        let below = match &mut input.node {
            Node::Project { input, .. } => &mut input.node,
            node => node,
        };
        let Node::Aggregate { input, groups, aggs } = below else { return };
        let [(_, key)] = &groups[..] else { return };
        let ExprKind::Col(column) = key.kind else { return };
        if aggs.iter().all(|(_, agg)| is_light(agg)) {
            return;
        }
        let Some(source) = Source::of(input) else { return };
        let Some(stored) = source.text(column) else { return };
        let span = input.span;
        let (rows, ids) = source.again(&[stored], &mut || self.fresh());
        let (value, count) = (self.fresh(), self.fresh());
        let rows_of = Expr::new(
            ExprKind::Call { name: "count", sig: &binary::ROWS, args: Vec::new() },
            Type::Long,
            span,
        );
        let texts = grouped(rows, (value, column_of(ids[0], Type::String, span)), vec![(count, rows_of)]);
        let many = compare(CompareOp::Ge, column_of(count, Type::Long, span), Expr::long(needed, span));
        let large = filtered(texts, many);
        let (cols, order) = (input.cols.clone(), input.order.clone());
        let below = std::mem::replace(&mut **input, Rel { node: nothing(), cols, order, span });
        let predicate = is_in(column, large, value, span);
        input.node = Node::Filter { input: Box::new(below), predicate };
    }

    /// The first rows by a number: the least number among them is looked for first, in this column alone. Texts are then
    /// read of the rows that have at least that, and of those without a number if there are too few with one.
    /// Times are as good as sorted where they are stored, so that DuckDB skips the others anyway.
    fn first_rows(&mut self, rel: &mut Rel, lets: &mut Vec<LetRel>) {
        match &mut rel.node {
            Node::Project { input, .. } => self.first_rows(input, lets),
            Node::Limit { input, count } => {
                if let Some(rows) = self.rows_of_greatest(input, count, lets) {
                    replace_source(input, rows);
                }
            }
            _ => {}
        }
    }

    fn rows_of_greatest(&mut self, input: &Rel, count: &Expr, lets: &mut Vec<LetRel>) -> Option<Node> {
        let wanted = counted(count).filter(|count| (1..=FIRST_MAX).contains(count))?;
        let key = *input.order.first()?;
        if key.ascending || key.nulls_first || !matches!(key.ty, Type::Int | Type::Long) {
            return None;
        }
        let source = Source::of(input)?;
        let stored = source.stored(key.col).filter(|_| source.has_more_texts(TEXTS_MIN))?;
        let span = input.span;
        let (greatest, number) = self.greatest(&source, OrderKey { col: stored, ..key }, count);
        let index = lets.len();
        lets.push(greatest);
        let least = self.of_numbers(index, number, &binary::FIRST, key.ty, span);
        let present = self.of_numbers(index, number, &PRESENT, Type::Long, span);
        let items = source.columns();
        let all: Vec<ColId> = items.iter().map(|(id, _)| *id).collect();
        let place = all.iter().position(|id| *id == stored)?;
        let mut branch = |condition: &dyn Fn(Expr) -> Expr| {
            let (rows, ids) = source.again(&all, &mut || self.fresh());
            let condition = condition(column_of(ids[place], key.ty, span));
            let map = items.iter().zip(&ids).map(|((_, ty), id)| column_of(*id, *ty, span)).collect();
            (filtered(rows, condition), map)
        };
        let at_least = branch(&|number| compare(CompareOp::Ge, number, least.clone()));
        let without = branch(&|number| {
            let absent = Expr::new(
                ExprKind::Call { name: "isnull", sig: &ABSENT, args: vec![number] },
                Type::Bool,
                span,
            );
            let few = compare(CompareOp::Lt, present.clone(), Expr::long(wanted, span));
            Expr::new(ExprKind::And(vec![absent, few]), Type::Bool, span)
        });
        let (inputs, maps) = [at_least, without].into_iter().unzip();
        Some(Node::Union { inputs, items, maps })
    }

    /// The numbers of the first rows by this key.
    fn greatest(&mut self, source: &Source<'_>, key: OrderKey, count: &Expr) -> (LetRel, ColId) {
        let (mut rows, ids) = source.again(&[key.col], &mut || self.fresh());
        let number = ids[0];
        rows.order = vec![OrderKey { col: number, ..key }];
        let (cols, span) = (vec![unnamed(number, key.ty)], rows.span);
        let node = Node::Limit { input: Box::new(rows), count: count.clone() };
        (mentioned_twice(Rel { node, cols, order: Vec::new(), span }), number)
    }

    /// What an aggregate makes of the greatest numbers.
    fn of_numbers(&mut self, index: usize, number: ColId, sig: &'static Sig, ty: Type, span: Span) -> Expr {
        let (here, result) = (self.fresh(), self.fresh());
        let node = Node::Let { index, items: vec![(here, number)] };
        let numbers = Rel { node, cols: vec![unnamed(here, ty)], order: Vec::new(), span };
        let args = vec![column_of(here, ty, span)];
        let agg = Expr::new(ExprKind::Call { name: "aggregate", sig, args }, ty, span);
        let node =
            Node::Aggregate { input: Box::new(numbers), groups: Vec::new(), aggs: vec![(result, agg)] };
        let rel = Rel { node, cols: vec![unnamed(result, ty)], order: Vec::new(), span };
        Expr::new(ExprKind::Scalar(Box::new(rel)), ty, span)
    }
}

/// Puts rows in the place of a table and of the conditions on it. Projections below conditions are of stored columns, or
/// are read above them.
fn replace_source(rel: &mut Rel, rows: Node) {
    match &mut rel.node {
        Node::Project { input, .. } => replace_source(input, rows),
        Node::Filter { input, .. } => {
            rel.node = std::mem::replace(&mut input.node, nothing());
            replace_source(rel, rows);
        }
        _ => rel.node = rows,
    }
}

/// The same of rows that are grouped by their address, and counted: the groups are asked.
fn ask_groups(rel: &mut Rel) {
    let Node::Aggregate { input, groups, aggs } = &mut rel.node else { return };
    let [(value, key)] = &groups[..] else { return };
    let (value, ExprKind::Col(column)) = (*value, &key.kind) else { return };
    let column = *column;
    let Node::Filter { input: below, predicate } = &mut input.node else { return };
    let plain = Source::of(below).is_some_and(|source| source.text(column).is_some());
    if !plain || !aggs.iter().all(|(_, agg)| is_light(agg)) {
        return;
    }
    let (mut asked, others): (Vec<Expr>, Vec<Expr>) =
        conjuncts(predicate).iter().cloned().partition(|item| address(item) == Some(column));
    let Some(mut first) = asked.pop() else { return };
    if others.is_empty() && asked.is_empty() {
        input.node = std::mem::replace(&mut below.node, nothing());
    } else {
        predicate.kind = ExprKind::And(asked.into_iter().chain(others).collect());
    }
    rename(&mut first, &|id| (id == column).then_some(value));
    let (cols, order, span) = (rel.cols.clone(), rel.order.clone(), rel.span);
    let counted = std::mem::replace(rel, Rel { node: nothing(), cols, order, span });
    rel.node = Node::Filter { input: Box::new(counted), predicate: first };
}

/// What stands in a place until a node is put there.
fn nothing() -> Node {
    Node::Values { items: Vec::new(), rows: Vec::new() }
}

/// The column of addresses about which a condition asks what a subquery gives.
fn address(condition: &Expr) -> Option<ColId> {
    let ExprKind::Call { sig, args, .. } = &condition.kind else { return None };
    let Lower::Kernel(name) = sig.lower else { return None };
    if !net::ADDRESS_TESTS.contains(&name) {
        return None;
    }
    let (first, rest) = args.split_first()?;
    let ExprKind::Col(column) = first.kind else { return None };
    let mut asks = false;
    rest.iter().for_each(|arg| arg.walk(&mut |inner| asks |= matches!(inner.kind, ExprKind::Scalar(_))));
    let others = rest.iter().any(|arg| !columns_of(arg).is_empty());
    (asks && !others).then_some(column)
}

/// The row of an aggregate; `None` for an expression of several.
fn row_of(agg: &Expr) -> Option<&'static Func> {
    let ExprKind::Call { name, .. } = &agg.kind else { return None };
    aggregate(name)
}

fn is_light(agg: &Expr) -> bool {
    row_of(agg).is_some_and(|row| row.holds == Holds::Little)
}

/// How many rows each group has at least that a condition keeps: it has no more different values than rows.
fn rows_needed(groups: &Rel, predicate: &Expr) -> Option<i64> {
    let needed = |condition: &Expr| {
        let ExprKind::Compare { op, left, right } = &condition.kind else { return None };
        let (op, column, bound) = match (&left.kind, &right.kind) {
            (ExprKind::Col(column), ExprKind::Lit(Value::Long(bound))) => (*op, *column, *bound),
            (ExprKind::Lit(Value::Long(bound)), ExprKind::Col(column)) => (op.mirrored(), *column, *bound),
            _ => return None,
        };
        match op {
            _ if !counts(groups, column) => None,
            CompareOp::Gt => bound.checked_add(1),
            CompareOp::Ge | CompareOp::Eq => Some(bound),
            CompareOp::Ne | CompareOp::Lt | CompareOp::Le => None,
        }
    };
    conjuncts(predicate).iter().filter_map(needed).max()
}

/// Whether a column is how many rows of a group there are, or how many different values.
fn counts(groups: &Rel, column: ColId) -> bool {
    match &groups.node {
        Node::Project { input, kept, items } => match items.iter().find(|(id, _)| *id == column) {
            Some((_, expr)) => matches!(expr.kind, ExprKind::Col(below) if counts(input, below)),
            None => kept.contains(&column) && counts(input, column),
        },
        Node::Aggregate { aggs, .. } => {
            aggs.iter().any(|(id, agg)| *id == column && row_of(agg).is_some_and(|row| row.counts))
        }
        _ => false,
    }
}

fn conjuncts_mut(predicate: &mut Expr) -> &mut [Expr] {
    match predicate.kind {
        ExprKind::And(_) => match &mut predicate.kind {
            ExprKind::And(items) => items,
            _ => &mut [],
        },
        _ => std::slice::from_mut(predicate),
    }
}

fn column_of(id: ColId, ty: Type, span: Span) -> Expr {
    Expr::new(ExprKind::Col(id), ty, span)
}

fn compare(op: CompareOp, left: Expr, right: Expr) -> Expr {
    let span = left.span;
    Expr::new(ExprKind::Compare { op, left: Box::new(left), right: Box::new(right) }, Type::Bool, span)
}

/// Whether the text in a column is one of those that a relation gives.
fn is_in(column: ColId, rel: Rel, item: ColId, span: Span) -> Expr {
    let needle = Box::new(column_of(column, Type::String, span));
    let item = Box::new(column_of(item, Type::String, span));
    Expr::new(ExprKind::InRel { negated: false, needle, rel: Box::new(rel), item }, Type::Bool, span)
}

fn grouped(input: Rel, key: (ColId, Expr), aggs: Vec<(ColId, Expr)>) -> Rel {
    let span = input.span;
    let node = Node::Aggregate { input: Box::new(input), groups: vec![key], aggs };
    Rel { node, cols: Vec::new(), order: Vec::new(), span }
}

fn filtered(input: Rel, predicate: Expr) -> Rel {
    let span = input.span;
    Rel {
        node: Node::Filter { input: Box::new(input), predicate },
        cols: Vec::new(),
        order: Vec::new(),
        span,
    }
}

/// Rows that are computed once and mentioned twice.
fn mentioned_twice(rel: Rel) -> LetRel {
    LetRel { name: String::new(), rel, uses: 2, materialize: true, labelled: false, volatile: false }
}

/// A column that no text names.
fn unnamed(id: ColId, ty: Type) -> Column {
    Column { id, name: "".into(), ty, origin: None, hidden: false }
}
