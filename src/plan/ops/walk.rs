//! Rows visited one by one, each with what was remembered of those before: what scan and
//! row_window_session() need and SQL's windows cannot say.

use std::collections::HashMap;

use crate::diag::code;
use crate::plan::check::{Binder, Checked, Stop};
use crate::plan::{ColId, Column, CompareOp, Expr, ExprKind, Node, OrderKey, Rel, WindowFunc};
use crate::span::Span;
use crate::syntax::ast::BinaryOp;
use crate::types::Type;
use crate::value::Value;

/// Something remembered from row to row.
pub struct Slot {
    id: ColId,
    start: Expr,
    /// What it holds at this point of the turn.
    pub now: Expr,
}

/// A turn in the making: what is remembered, and the layers of columns that are computed for one row.
#[derive(Default)]
pub struct Walk {
    slots: Vec<Slot>,
    layers: Vec<Vec<(ColId, Expr)>>,
}

impl Walk {
    /// A place that holds `start` before the first row.
    pub fn remember(&mut self, column: &Column, start: Expr) -> usize {
        self.slots.push(Slot { id: column.id, now: Expr::col(column, start.span), start });
        self.slots.len() - 1
    }

    pub fn now(&self, slot: usize) -> Expr {
        self.slots[slot].now.clone()
    }

    /// What the place holds after the turn.
    pub fn after(&self, slot: usize) -> Expr {
        let slot = &self.slots[slot];
        Expr::new(ExprKind::Col(slot.id), slot.start.ty, slot.start.span)
    }

    /// Starts a layer: what is computed from now on may read all before it.
    pub fn layer(&mut self) {
        self.layers.push(Vec::new());
    }

    /// A column computed for this row.
    pub fn compute(&mut self, column: &Column, value: Expr) -> Expr {
        let span = value.span;
        if self.layers.is_empty() {
            self.layer();
        }
        if let Some(layer) = self.layers.last_mut() {
            layer.push((column.id, value));
        }
        Expr::col(column, span)
    }

    pub fn set(&mut self, slot: usize, now: Expr) {
        self.slots[slot].now = now;
    }

    /// The rows with what is remembered after each of them; `input` comes from [`Binder::walkable`].
    pub fn over(self, input: Rel) -> Rel {
        let (cols, order, span) = (input.cols.clone(), input.order.clone(), input.span);
        let keys: Vec<ColId> = order.iter().map(|key| key.col).collect();
        let (number, parts) =
            keys.split_last().map_or((ColId::OUTSIDE, &[][..]), |(last, rest)| (*last, rest));
        let parts = parts.to_vec();
        let (state, next) =
            self.slots.into_iter().map(|slot| ((slot.id, slot.start), (slot.id, slot.now))).unzip();
        let mut layers = self.layers;
        layers.push(next);
        Rel { node: Node::Walk { input: Box::new(input), parts, number, state, layers }, cols, order, span }
    }
}

impl Binder<'_> {
    /// Rows in an order, each with its number from 1 in its part: that number is the order of the result.
    pub fn walkable(&mut self, input: Rel, span: Span, what: &str) -> Checked<Rel> {
        if !self.serialized(&input) {
            let help = "Put 'sort by' or 'serialize' before this operator.";
            self.error(code::SYNTAX, span, format!("{what} needs rows in an order"), help);
            return Err(Stop);
        }
        let number = self.new_col();
        self.positions.insert(number);
        let kind = ExprKind::Over { func: WindowFunc::Position, args: Vec::new() };
        let part = self.part_key(&input);
        let parts: Vec<ColId> = part.iter().map(|key| key.col).collect();
        let mut rel = super::over(input, &parts, vec![(number, Expr::new(kind, Type::Long, span))]);
        rel.order = part.into_iter().collect();
        rel.order.push(OrderKey { col: number, ty: Type::Long, ascending: true, nulls_first: true });
        Ok(rel)
    }

    /// `one` where the condition holds, else `other`; null does not hold.
    pub fn choose(&mut self, condition: &Expr, one: Expr, other: Expr) -> Checked<Expr> {
        let span = one.span;
        self.apply_named("iff", vec![condition.clone(), one, other], span)
    }

    /// True or false, never null.
    pub fn holds(&mut self, condition: Expr) -> Checked<Expr> {
        let truth = |value| Expr::lit(Value::Bool(value), Type::Bool, condition.span);
        let (yes, no) = (truth(true), truth(false));
        self.choose(&condition, yes, no)
    }

    /// `row_window_session(time, longest, gap, restart)` as a column of the rows.
    pub fn sessions(&mut self, column: &Column, args: &[Expr], input: Rel) -> Checked<Rel> {
        let [time, longest, gap, restart @ ..] = args else { return Err(Stop) };
        let span = time.span;
        let input = self.walkable(input, span, "row_window_session()")?;
        let null = Expr::lit(Value::Null, Type::Datetime, span);
        let mut walk = Walk::default();
        let session = walk.remember(column, null.clone());
        let before = self.new_column("", Type::Datetime);
        let before = walk.remember(&before, null);
        let mut reasons = vec![
            self.apply_named("isnull", vec![time.clone()], span)?,
            self.apply_named("isnull", vec![walk.now(session)], span)?,
        ];
        for (from, distance) in [(session, longest), (before, gap)] {
            let end = self.binary_op(BinaryOp::Add, span, walk.now(from), distance.clone(), span)?;
            let kind =
                ExprKind::Compare { op: CompareOp::Ge, left: Box::new(time.clone()), right: Box::new(end) };
            reasons.push(Expr::new(kind, Type::Bool, span));
        }
        reasons.extend(restart.iter().cloned());
        let starts = Expr::new(ExprKind::Or(reasons), Type::Bool, span);
        let now = self.choose(&starts, time.clone(), walk.now(session))?;
        walk.set(session, now);
        walk.set(before, time.clone());
        Ok(walk.over(input))
    }
}

/// The expression with columns replaced.
pub fn substitute(mut expr: Expr, by: &HashMap<ColId, Expr>) -> Expr {
    replace(&mut expr, by);
    expr
}

fn replace(expr: &mut Expr, by: &HashMap<ColId, Expr>) {
    if let ExprKind::Col(id) = &expr.kind
        && let Some(value) = by.get(id)
    {
        expr.kind = value.kind.clone();
        return;
    }
    for child in expr.children_mut() {
        replace(child, by);
    }
}
