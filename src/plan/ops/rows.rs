//! Operators that choose or order rows: where, take, top, sort, distinct, count, serialize.

use super::cols::all_kept;
use crate::diag::code;
use crate::facts::TableUse;
use crate::plan::check::{Binder, Checked, Stop};
use crate::plan::env::Env;
use crate::plan::expr::Cx;
use crate::plan::{ColId, Column, CompareOp, Expr, ExprKind, Node, OrderKey, Rel};
use crate::schema::Schema;
use crate::span::Span;
use crate::syntax::ast::{self, Name, Named, SortKey};
use crate::types::Type;
use crate::value::Value;

impl Binder<'_> {
    pub fn filter(&mut self, predicate: &ast::Expr, input: Rel, env: &Env, span: Span) -> Checked<Rel> {
        // A wrong condition changes no column, so the operators after it can still be checked.
        let mut cx = Cx { windows: Some(Vec::new()), ..Cx::new(env, &input.cols) };
        let bound = self.expr(predicate, &mut cx).and_then(|bound| self.condition(bound, predicate.span));
        let windows = cx.windows.take().unwrap_or_default();
        let Ok(predicate) = bound else { return Ok(input) };
        let input = self.with_windows(input, windows)?;
        self.advise_condition(&predicate);
        note_lookback(&mut self.tables, &predicate, &input.cols, self.schema);
        let (cols, order) = (input.cols.clone(), input.order.clone());
        Ok(Rel { node: Node::Filter { input: Box::new(input), predicate }, cols, order, span })
    }

    pub fn take(&mut self, count: &ast::Expr, input: Rel, env: &Env, span: Span) -> Checked<Rel> {
        let count = self.row_count(count, env)?;
        Ok(self.limited(input, count, span))
    }

    pub fn row_count(&mut self, count: &ast::Expr, env: &Env) -> Checked<Expr> {
        let bound = self.scalar(count, env, &[])?;
        if !bound.ty.integer() {
            let message = format!("the number of rows is {}", bound.ty.one());
            self.error(code::INTEGER, count.span, message, "Write a whole number.");
            return Err(Stop);
        }
        Ok(bound)
    }

    pub fn top(
        &mut self,
        count: &ast::Expr,
        by: &SortKey,
        input: Rel,
        env: &Env,
        span: Span,
    ) -> Checked<Rel> {
        let count = self.row_count(count, env)?;
        let sorted = self.sort(std::slice::from_ref(by), input, env, span)?;
        Ok(self.limited(sorted, count, span))
    }

    /// `sort by`: descending unless it says asc; nulls first when ascending, last when descending.
    pub fn sort(&mut self, keys: &[SortKey], input: Rel, env: &Env, span: Span) -> Checked<Rel> {
        let mut order: Vec<OrderKey> = self.part_key(&input).into_iter().collect();
        let mut hidden = Vec::new();
        let mut stopped = false;
        for key in keys {
            let Ok(bound) = self.scalar(&key.expr, env, &input.cols) else {
                stopped = true;
                continue;
            };
            if bound.ty == Type::Dynamic && !self.is_unknown(&bound) {
                let help = "Convert it, with tostring() or tolong().";
                self.error(code::TYPE, key.expr.span, "rows cannot be sorted by a dynamic", help);
                stopped = true;
                continue;
            }
            let ascending = key.ascending.unwrap_or(false);
            let nulls_first = key.nulls_first.unwrap_or(ascending);
            let ty = bound.ty;
            let col = match bound.kind {
                ExprKind::Col(id) => id,
                _ => {
                    let id = self.new_col();
                    hidden.push((id, bound));
                    id
                }
            };
            order.push(OrderKey { col, ty, ascending, nulls_first });
        }
        if stopped {
            return Err(Stop);
        }
        // Rows with equal keys stay as they were.
        let known: Vec<OrderKey> = input.order.clone();
        order.extend(
            known
                .into_iter()
                .filter(|key| self.natural.contains(&key.col) || self.positions.contains(&key.col)),
        );
        let rel = if hidden.is_empty() { input } else { with_hidden(input, hidden, span) };
        Ok(Rel { order, span, ..rel })
    }

    pub fn distinct(&mut self, items: &[Named], input: Rel, env: &Env, span: Span) -> Checked<Rel> {
        let input = if items.is_empty() { input } else { self.project(items, input, env, span)? };
        let mut groups = Vec::new();
        let mut cols = Vec::new();
        for column in input.cols.iter().filter(|column| !column.hidden) {
            if column.ty == Type::Dynamic && !self.unknown.contains(&column.id) {
                let message = format!("distinct cannot compare '{}', which is dynamic", column.name);
                self.error(code::TYPE, span, message, "Convert it with tostring().");
                return Err(Stop);
            }
            let new = Column { id: self.new_col(), ..column.clone() };
            self.hand_on(new.id, &Expr::col(column, span));
            groups.push((new.id, Expr::col(column, span)));
            cols.push(new);
        }
        Ok(Rel { cols, ..self.grouped(input, groups, Vec::new(), span) })
    }

    pub fn count(&mut self, name: Option<&Name>, input: Rel, span: Span) -> Checked<Rel> {
        let Some(row) = crate::catalog::aggregate("count") else { return Err(Stop) };
        let call = self.apply(row, "count", Vec::new(), span)?;
        let column = self.new_column(name.map_or("Count", |name| &name.text), Type::Long);
        let aggs = vec![(column.id, call)];
        Ok(Rel { cols: vec![column], ..self.grouped(input, Vec::new(), aggs, span) })
    }

    pub fn serialize(&mut self, items: &[Named], input: Rel, env: &Env, span: Span) -> Checked<Rel> {
        // The order of groups that nobody asked for counts as none.
        let asked = !input.order.is_empty() && self.serialized(&input);
        let rel = if asked { input } else { self.positioned(input) };
        if items.is_empty() { Ok(rel) } else { self.extend(items, rel, env, span) }
    }
}

pub fn limit(input: Rel, count: Expr, span: Span) -> Rel {
    let (cols, order) = (input.cols.clone(), input.order.clone());
    Rel { node: Node::Limit { input: Box::new(input), count }, cols, order, span }
}

/// The input with more columns that its user does not see.
fn with_hidden(input: Rel, hidden: Vec<(ColId, Expr)>, span: Span) -> Rel {
    let cols = input.cols.clone();
    let kept = all_kept(&cols, &input.order);
    let node = Node::Project { input: Box::new(input), kept, items: hidden };
    Rel { node, cols, order: Vec::new(), span }
}

/// Remembers `TimeGenerated > ago(1h)` and the like, so that an empty result can say what it did not see.
fn note_lookback(tables: &mut [TableUse], predicate: &Expr, cols: &[Column], schema: &Schema) {
    match &predicate.kind {
        ExprKind::And(items) => items.iter().for_each(|item| note_lookback(tables, item, cols, schema)),
        ExprKind::Compare { op, left, right } => {
            let (column, bound, op) = match (&left.kind, right.literal(), left.literal(), &right.kind) {
                (ExprKind::Col(id), Some(Value::Datetime(bound)), _, _) => (id, *bound, *op),
                (_, _, Some(Value::Datetime(bound)), ExprKind::Col(id)) => (id, *bound, op.mirrored()),
                _ => return,
            };
            let origin = cols.iter().find(|found| found.id == *column).and_then(|found| found.origin);
            let Some(origin) = origin.map(|origin| origin.named(schema)) else { return };
            let Some(table) = tables.iter_mut().find(|table| table.table == origin.table) else { return };
            if table.time_column.as_ref().is_some_and(|known| *known != origin.column) {
                return;
            }
            table.time_column = Some(origin.column);
            // Both bounds are inclusive.
            let bound = match op {
                CompareOp::Gt => bound.saturating_add(1),
                CompareOp::Lt => bound.saturating_sub(1),
                CompareOp::Ge | CompareOp::Le | CompareOp::Eq | CompareOp::Ne => bound,
            };
            match op {
                CompareOp::Gt | CompareOp::Ge => {
                    table.since = Some(table.since.map_or(bound, |old| old.max(bound)));
                }
                CompareOp::Lt | CompareOp::Le => {
                    table.until = Some(table.until.map_or(bound, |old| old.min(bound)));
                }
                CompareOp::Eq | CompareOp::Ne => {}
            }
        }
        _ => {}
    }
}
