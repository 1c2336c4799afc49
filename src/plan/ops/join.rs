//! join and lookup.

use crate::diag::code;
use crate::plan::check::{Binder, Checked, Stop};
use crate::plan::convert::widest;
use crate::plan::env::Env;
use crate::plan::expr::Cx;
use crate::plan::names::Namer;
use crate::plan::{ColId, Column, Expr, ExprKind, JoinItem, JoinKind, Node, Rel};
use crate::span::Span;
use crate::syntax::ast::{self, BinaryOp, ExprKind as Ast, OpParam};
use crate::types::Type;

/// The spellings of join kinds ("join operator" in the Kusto reference).
const KINDS: [(&str, JoinKind); 12] = [
    ("innerunique", JoinKind::InnerUnique),
    ("inner", JoinKind::Inner),
    ("leftouter", JoinKind::LeftOuter),
    ("rightouter", JoinKind::RightOuter),
    ("fullouter", JoinKind::FullOuter),
    ("leftsemi", JoinKind::LeftSemi),
    ("rightsemi", JoinKind::RightSemi),
    ("leftanti", JoinKind::LeftAnti),
    ("anti", JoinKind::LeftAnti),
    ("leftantisemi", JoinKind::LeftAnti),
    ("rightanti", JoinKind::RightAnti),
    ("rightantisemi", JoinKind::RightAnti),
];

/// Those of `lookup`.
const LOOKUP_KINDS: [(&str, JoinKind); 2] = [("leftouter", JoinKind::LeftOuter), ("inner", JoinKind::Inner)];

/// What the keys of a join are: equal pairs, and the right columns that are keys by name.
#[derive(Default)]
pub struct Keys {
    pub on: Vec<(Expr, Expr)>,
    pub right: Vec<ColId>,
    /// As in [`Node::Join`].
    pub ranges: Vec<(Expr, Expr)>,
}

impl Binder<'_> {
    pub fn join(
        &mut self,
        params: &[OpParam],
        sides: (Rel, &ast::Expr),
        on: &[ast::Expr],
        env: &Env,
        span: Span,
    ) -> Checked<Rel> {
        let kind = self.kind(params, "join", &KINDS)?.unwrap_or(JoinKind::InnerUnique);
        self.join_as(kind, sides, on, false, env, span)
    }

    /// A join that drops the right side's keys; leftouter unless it says inner.
    pub fn lookup(
        &mut self,
        params: &[OpParam],
        sides: (Rel, &ast::Expr),
        on: &[ast::Expr],
        env: &Env,
        span: Span,
    ) -> Checked<Rel> {
        let kind = self.kind(params, "lookup", &LOOKUP_KINDS)?.unwrap_or(JoinKind::LeftOuter);
        self.join_as(kind, sides, on, true, env, span)
    }

    fn join_as(
        &mut self,
        kind: JoinKind,
        (left, right): (Rel, &ast::Expr),
        on: &[ast::Expr],
        drop_keys: bool,
        env: &Env,
        span: Span,
    ) -> Checked<Rel> {
        let right = self.source(right, env)?;
        let keys = self.keys(on, &left, &right, env, span)?;
        Ok(self.joined(kind, left, right, keys, drop_keys, span))
    }

    pub fn joined(
        &mut self,
        kind: JoinKind,
        left: Rel,
        right: Rel,
        keys: Keys,
        drop_keys: bool,
        span: Span,
    ) -> Rel {
        use JoinKind::*;
        let (keep_left, keep_right) = match kind {
            InnerUnique | Inner | LeftOuter | RightOuter | FullOuter => (true, true),
            LeftSemi | LeftAnti => (true, false),
            RightSemi | RightAnti => (false, true),
        };
        let (pad_left, pad_right) = match kind {
            LeftOuter => (false, true),
            RightOuter => (true, false),
            FullOuter => (true, true),
            InnerUnique | Inner | LeftSemi | RightSemi | LeftAnti | RightAnti => (false, false),
        };
        let mut namer = Namer::default();
        namer.reserve_columns(left.cols.iter().chain(&right.cols));
        let width = left.cols.len() + right.cols.len();
        let (mut cols, mut items) = (Vec::with_capacity(width), Vec::with_capacity(width));
        let mut side = |binder: &mut Self, rel: &Rel, padded: bool, skip: &[ColId]| {
            for column in rel.cols.iter().filter(|column| !column.hidden && !skip.contains(&column.id)) {
                let (id, name, expr) = (binder.new_col(), namer.free(&column.name), Expr::col(column, span));
                binder.hand_on(id, &expr);
                items.push(JoinItem { id, expr, padded });
                let (ty, origin, hidden) = (column.ty, column.origin, column.hidden);
                cols.push(Column { id, name, ty, origin, hidden });
            }
        };
        if keep_left {
            side(self, &left, pad_left, &[]);
        }
        if keep_right {
            side(self, &right, pad_right, if drop_keys { &keys.right } else { &[] });
        }
        let (left, right) = (Box::new(left), Box::new(right));
        let node = Node::Join { kind, left, right, on: keys.on, ranges: keys.ranges, items };
        Rel { node, cols, order: Vec::new(), span }
    }

    fn keys(&mut self, on: &[ast::Expr], left: &Rel, right: &Rel, env: &Env, span: Span) -> Checked<Keys> {
        let mut keys = Keys::default();
        let mut stopped = false;
        if on.is_empty() {
            self.error(
                code::MISSING,
                span,
                "a join needs its keys",
                "Write on Column, or on $left.a == $right.b.",
            );
            return Err(Stop);
        }
        let mut conditions: Vec<&ast::Expr> = on.iter().rev().collect();
        while let Some(condition) = conditions.pop() {
            if let Ast::Binary { op: BinaryOp::And, left, right, .. } = &condition.kind {
                conditions.push(right);
                conditions.push(left);
                continue;
            }
            match self.key(condition, left, right, env) {
                Ok((one, other)) => {
                    if let ExprKind::Col(id) = &other.kind {
                        keys.right.push(*id);
                    }
                    match self.key_types(one, other, condition.span) {
                        Ok(pair) => keys.on.push(pair),
                        Err(Stop) => stopped = true,
                    }
                }
                Err(Stop) => stopped = true,
            }
        }
        if stopped { Err(Stop) } else { Ok(keys) }
    }

    pub fn key(
        &mut self,
        condition: &ast::Expr,
        left: &Rel,
        right: &Rel,
        env: &Env,
    ) -> Checked<(Expr, Expr)> {
        match &condition.kind {
            Ast::Name(_) => {
                let one = self.expr(condition, &mut Cx::new(env, &left.cols))?;
                let other = self.expr(condition, &mut Cx::new(env, &right.cols))?;
                Ok((one, other))
            }
            Ast::Binary { op: BinaryOp::Eq, left: one, right: other, .. } => {
                let mut cx = Cx { right: Some(&right.cols), ..Cx::new(env, &left.cols) };
                let swapped = side(one) == Some("$right") || side(other) == Some("$left");
                let (first, second) = if swapped { (other, one) } else { (one, other) };
                if side(first) == Some("$right") || side(second) == Some("$left") {
                    self.error(
                        code::SIDE,
                        condition.span,
                        "both keys are of one side",
                        "Compare a $left column with a $right column.",
                    );
                    return Err(Stop);
                }
                let first = self.expr(first, &mut cx)?;
                let second = match side(second) {
                    Some(_) => self.expr(second, &mut cx)?,
                    None => self.expr(second, &mut Cx::new(env, &right.cols))?,
                };
                Ok((first, second))
            }
            _ => {
                let help = "Join on equal columns; put other conditions into a where after the join.";
                self.error(
                    code::CONDITION,
                    condition.span,
                    "a join's condition must be an equality of columns",
                    help,
                );
                Err(Stop)
            }
        }
    }

    pub fn key_types(&mut self, left: Expr, right: Expr, span: Span) -> Checked<(Expr, Expr)> {
        let (left, right) = self.settled_both(left, right);
        if left.ty == Type::Dynamic || right.ty == Type::Dynamic {
            let help = "Convert the keys first: extend k = tostring(x).";
            self.error(code::MISMATCH, span, "a join key cannot be dynamic", help);
            return Err(Stop);
        }
        match widest(left.ty, right.ty) {
            Some(ty) => Ok((self.convert(left, ty), self.convert(right, ty))),
            None => {
                let message =
                    format!("the join keys have different types: {} and {}", left.ty.name(), right.ty.name());
                self.error(code::KEYS, span, message, "Convert one of them before the join.");
                Err(Stop)
            }
        }
    }
}

/// `$left` or `$right`, when the expression is a column of that side.
fn side(expr: &ast::Expr) -> Option<&str> {
    match &expr.kind {
        Ast::Path(base, _) => match &base.kind {
            Ast::Name(name) if name.text == "$left" || name.text == "$right" => Some(&name.text),
            _ => side(base),
        },
        _ => None,
    }
}
