//! Operators between two operands: logic, comparison, arithmetic, tests of texts, between.

use super::check::{Binder, Checked, Stop};
use super::convert::widest;
use super::expr::{CHAIN_MAX, Cx};
use super::ops::volatile_expr;
use super::{CompareOp, Expr, ExprKind};
use crate::catalog::binary;
use crate::diag::code;
use crate::span::Span;
use crate::syntax::ast::{self, BinaryOp, ExprKind as Ast, ListOp};
use crate::types::Type;
use crate::value::Value;

/// Characters of an operand that a message repeats.
const OPERAND_SHOWN: usize = 40;

impl Binder<'_> {
    pub fn chain_fits(&mut self, links: usize, span: Span) -> Checked<()> {
        if links <= CHAIN_MAX {
            return Ok(());
        }
        let help = format!("At most {CHAIN_MAX} may follow each other; use strcat(), or a let.");
        self.error(code::LIMIT, span, format!("{links} operators in one chain"), help);
        Err(Stop)
    }

    /// Chains of one precedence lean left; they are walked in a loop, so that a long one cannot overflow the stack.
    pub fn binary(&mut self, expr: &ast::Expr, cx: &mut Cx<'_>) -> Checked<Expr> {
        let mut rights = Vec::new();
        let mut at = expr;
        while let Ast::Binary { op, op_span, left, right } = &at.kind {
            rights.push((*op, *op_span, &**right, at.span));
            at = left;
        }
        let chain = rights.iter().filter(|(op, ..)| !matches!(op, BinaryOp::And | BinaryOp::Or)).count();
        self.chain_fits(chain, expr.span)?;
        let mut stopped = false;
        let mut value = if let (Ast::Star, Some((op, op_span, right, span))) = (&at.kind, rights.last()) {
            let found = self.any_column(*op, *op_span, right, *span, cx);
            rights.pop();
            found
        } else {
            self.expr(at, cx)
        };
        while let Some((op, op_span, right, span)) = rights.pop() {
            // Both sides are bound even when one is wrong, so that each mistake is told.
            let bound = self.expr(right, cx);
            value = match (value, bound) {
                (Ok(left), Ok(right)) => {
                    self.advise_operator(op_text(op), op_span, (&left, &right), span, cx.cols);
                    self.binary_op(op, op_span, left, right, span)
                }
                _ => Err(Stop),
            };
            stopped |= value.is_err();
        }
        if stopped { Err(Stop) } else { value }
    }

    /// `* has "x"`: any column.
    pub fn any_column(
        &mut self,
        op: BinaryOp,
        op_span: Span,
        right: &ast::Expr,
        span: Span,
        cx: &mut Cx<'_>,
    ) -> Checked<Expr> {
        let right = self.expr(right, cx)?;
        self.in_any_column(op, op_span, right, span, cx.cols)
    }

    pub fn binary_op(
        &mut self,
        op: BinaryOp,
        op_span: Span,
        left: Expr,
        right: Expr,
        span: Span,
    ) -> Checked<Expr> {
        match op {
            BinaryOp::And | BinaryOp::Or => self.logical(op, op_span, left, right, span),
            BinaryOp::Eq => self.compare(CompareOp::Eq, op_span, left, right, span),
            BinaryOp::Ne => self.compare(CompareOp::Ne, op_span, left, right, span),
            BinaryOp::Lt => self.compare(CompareOp::Lt, op_span, left, right, span),
            BinaryOp::Le => self.compare(CompareOp::Le, op_span, left, right, span),
            BinaryOp::Gt => self.compare(CompareOp::Gt, op_span, left, right, span),
            BinaryOp::Ge => self.compare(CompareOp::Ge, op_span, left, right, span),
            _ => {
                let text = op_text(op);
                match binary::row(text) {
                    // Terms are looked for in a text or a stored dynamic, never for a constant one.
                    Some(_)
                        if text.trim_start_matches('!').starts_with("has")
                            && right.ty == Type::Dynamic
                            && super::constant(&right) =>
                    {
                        let message = format!("'{text}' is not defined for {} and a dynamic", left.ty.one());
                        self.error(code::OPERANDS, op_span, message, "Use has_any, has_all or in.");
                        Err(Stop)
                    }
                    Some(row) => {
                        let (left, right) = if binary::computes(text) {
                            self.operands(left, right, op_span)?
                        } else {
                            (left, right)
                        };
                        self.apply(row, text, vec![left, right], op_span).map(|expr| Expr { span, ..expr })
                    }
                    None => {
                        self.refuse(op_span, &format!("the operator '{text}'"), "Use has or contains.");
                        Err(Stop)
                    }
                }
            }
        }
    }

    /// A dynamic beside a number is read as a number of its type.
    fn operands(&mut self, left: Expr, right: Expr, span: Span) -> Checked<(Expr, Expr)> {
        match (left.ty, right.ty) {
            (Type::Dynamic, Type::Int | Type::Long | Type::Real) => {
                Ok((self.operand(left, right.ty, span)?, right))
            }
            (Type::Int | Type::Long | Type::Real, Type::Dynamic) => {
                let right = self.operand(right, left.ty, span)?;
                Ok((left, right))
            }
            _ => Ok((left, right)),
        }
    }

    fn operand(&mut self, dynamic: Expr, other: Type, span: Span) -> Checked<Expr> {
        let row = if other == Type::Real { &binary::REAL_OPERAND } else { &binary::WHOLE_OPERAND };
        let place = if dynamic.span.length() > 0 { dynamic.span } else { span };
        // Its text is its place: with a line and a column the same operand would be another one each time.
        let written = Value::String(place.text(self.text).chars().take(OPERAND_SHOWN).collect());
        self.apply(row, row.name, vec![dynamic, Expr::lit(written, Type::String, place)], span)
    }

    pub fn logical(
        &mut self,
        op: BinaryOp,
        op_span: Span,
        left: Expr,
        right: Expr,
        span: Span,
    ) -> Checked<Expr> {
        for side in [&left, &right] {
            if !matches!(side.ty, Type::Bool | Type::Dynamic) {
                let message = format!(
                    "'{}' is not defined for a {} and a {}",
                    op_text(op),
                    left.ty.name(),
                    right.ty.name()
                );
                self.error(code::OPERANDS, op_span, message, "Compare each side with a value.");
                return Err(Stop);
            }
        }
        let left = self.condition(left, op_span)?;
        let right = self.condition(right, op_span)?;
        let mut items = Vec::new();
        for side in [left, right] {
            match (side.kind, op) {
                (ExprKind::And(inner), BinaryOp::And) | (ExprKind::Or(inner), BinaryOp::Or) => {
                    items.extend(inner)
                }
                (kind, _) => items.push(Expr { kind, ty: side.ty, span: side.span }),
            }
        }
        let kind = if op == BinaryOp::And { ExprKind::And(items) } else { ExprKind::Or(items) };
        Ok(Expr::new(kind, Type::Bool, span))
    }

    /// Comparisons: numbers widen, a string literal beside a datetime, timespan, guid or bool is read as one,
    /// a dynamic is read as the other side's type.
    pub fn compare(
        &mut self,
        op: CompareOp,
        op_span: Span,
        left: Expr,
        right: Expr,
        span: Span,
    ) -> Checked<Expr> {
        let (left, right) = self.settled_both(left, right);
        match (left.ty, right.ty) {
            (Type::Dynamic, Type::Int | Type::Long) => return Ok(self.compare_number(op, left, right, span)),
            (Type::Int | Type::Long, Type::Dynamic) => {
                return Ok(self.compare_number(op.mirrored(), right, left, span));
            }
            _ => {}
        }
        if matches!(op, CompareOp::Eq | CompareOp::Ne) {
            let (left, right) = self.equals(left, right, op_span)?;
            return Ok(Expr::new(
                ExprKind::Compare { op, left: Box::new(left), right: Box::new(right) },
                Type::Bool,
                span,
            ));
        }
        let (left, right) = self.ordered(left, right, op_span)?;
        if left.ty == Type::Guid {
            self.error(code::OPERANDS, op_span, "guids have no order", "Compare with == or !=.");
            return Err(Stop);
        }
        Ok(Expr::new(
            ExprKind::Compare { op, left: Box::new(left), right: Box::new(right) },
            Type::Bool,
            span,
        ))
    }

    /// A dynamic may hold 5.5, so it is compared with a whole number as a real; and where both are equal then, as
    /// a long, if the whole number may be too large for a real.
    fn compare_number(&mut self, op: CompareOp, value: Expr, number: Expr, span: Span) -> Expr {
        let exact = number.ty == Type::Int
            || matches!(number.literal(), Some(Value::Long(known)) if known.unsigned_abs() < 1 << 53);
        let mut as_type = |op, ty| {
            let (left, right) = (self.convert(value.clone(), ty), self.convert(number.clone(), ty));
            Expr::new(
                ExprKind::Compare { op, left: Box::new(left), right: Box::new(right) },
                Type::Bool,
                span,
            )
        };
        if exact {
            return as_type(op, Type::Real);
        }
        let long = as_type(op, Type::Long);
        let (real, both): (CompareOp, fn(Vec<Expr>) -> ExprKind) = match op {
            CompareOp::Eq => (op, ExprKind::And),
            CompareOp::Ne => (op, ExprKind::Or),
            CompareOp::Lt | CompareOp::Le | CompareOp::Gt | CompareOp::Ge => {
                let equal = as_type(CompareOp::Eq, Type::Real);
                let strict =
                    if matches!(op, CompareOp::Lt | CompareOp::Le) { CompareOp::Lt } else { CompareOp::Gt };
                let equal = Expr::new(ExprKind::And(vec![equal, long]), Type::Bool, span);
                return Expr::new(ExprKind::Or(vec![as_type(strict, Type::Real), equal]), Type::Bool, span);
            }
        };
        Expr::new(both(vec![long, as_type(real, Type::Real)]), Type::Bool, span)
    }

    /// Both sides as one type, for `==`, `!=` and `in`, which take more than the other comparisons do.
    pub fn equals(&mut self, left: Expr, right: Expr, op_span: Span) -> Checked<(Expr, Expr)> {
        let known = left.ty == right.ty
            || widest(left.ty, right.ty).is_some()
            || self.read_literal(&right, left.ty).is_some_and(|read| read.literal() != Some(&Value::Null))
            || self.read_literal(&left, right.ty).is_some_and(|read| read.literal() != Some(&Value::Null));
        if !known && let Some(both) = self.equated(&left, &right, op_span)? {
            return Ok(both);
        }
        self.comparable(left, right, op_span)
    }

    /// Both sides as one type, for the comparisons that need an order: numbers have one, and what is of one type.
    fn ordered(&mut self, left: Expr, right: Expr, op_span: Span) -> Checked<(Expr, Expr)> {
        let counts = |one: Type, other: Type| {
            matches!(one, Type::Bool | Type::Dynamic) && other.numeric() || one == other
        };
        if counts(left.ty, right.ty) || counts(right.ty, left.ty) || widest(left.ty, right.ty).is_some() {
            return self.equals(left, right, op_span);
        }
        let message = format!("{} and {} have no order", left.ty.one(), right.ty.one());
        let other = if matches!(left.ty, Type::String | Type::Dynamic) { right.ty } else { left.ty };
        let help = format!("Convert one side, such as with to{}().", other.name());
        self.error(code::OPERANDS, op_span, message, help);
        Err(Stop)
    }

    /// Both sides as one type, as every comparison takes them.
    pub fn comparable(&mut self, left: Expr, right: Expr, op_span: Span) -> Checked<(Expr, Expr)> {
        if left.ty == right.ty && left.ty != Type::Dynamic {
            return Ok((left, right));
        }
        if let Some(ty) = widest(left.ty, right.ty) {
            return Ok((self.convert(left, ty), self.convert(right, ty)));
        }
        if let Some(read) = self.read_literal(&right, left.ty) {
            return Ok((left, read));
        }
        if let Some(read) = self.read_literal(&left, right.ty) {
            return Ok((read, right));
        }
        match (left.ty, right.ty) {
            (Type::Dynamic, Type::Dynamic) => {
                // The literal dynamic(null) beside a dynamic: neither is ever equal to a value.
                self.error(
                    code::MISMATCH,
                    op_span,
                    "two dynamic values cannot be compared",
                    "Convert both sides, with tostring() or tolong().",
                );
                Err(Stop)
            }
            (Type::Dynamic, other) => Ok((self.convert(left, other), right)),
            (other, Type::Dynamic) => Ok((left, self.convert(right, other))),
            (one, other) => {
                let help = match (one, other) {
                    (Type::String, _) | (_, Type::String) => format!(
                        "Convert one side: tostring() or to{}().",
                        if one == Type::String { other.name() } else { one.name() }
                    ),
                    _ => "Convert one side.".to_owned(),
                };
                self.error(
                    code::MISMATCH,
                    op_span,
                    format!("{} cannot be compared with {}", one.one(), other.one()),
                    help,
                );
                Err(Stop)
            }
        }
    }

    pub fn between(
        &mut self,
        negated: bool,
        op_span: Span,
        value: Expr,
        low: Expr,
        high: Expr,
        span: Span,
    ) -> Checked<Expr> {
        if value.ty == Type::String {
            self.error(code::OPERANDS, op_span, "between does not take strings", "Use >= and <=.");
            return Err(Stop);
        }
        self.drawn_once(&value, "between")?;
        // `t between (start .. 3d)`: the timespan is a duration from the start.
        let high = if value.ty == Type::Datetime && high.ty == Type::Timespan && low.ty == Type::Datetime {
            self.binary_op(BinaryOp::Add, op_span, low.clone(), high, span)?
        } else {
            high
        };
        let from = self.compare(CompareOp::Ge, op_span, value.clone(), low, span)?;
        let until = self.compare(CompareOp::Le, op_span, value, high, span)?;
        let both = Expr::new(ExprKind::And(vec![from, until]), Type::Bool, span);
        // Null stays null, as the peers measured; only the negated operators on strings and lists hold for it.
        if negated { self.apply(&binary::NOT, "not", vec![both], span) } else { Ok(both) }
    }

    /// Refuses an operand that SQL says more than once where each time would draw another value.
    pub fn drawn_once(&mut self, operand: &Expr, operator: &str) -> Checked<()> {
        if !volatile_expr(operand) {
            return Ok(());
        }
        let help = "Give it a name with extend before, and write the name here.";
        self.refuse(operand.span, &format!("a random value before '{operator}'"), help);
        Err(Stop)
    }
}

/// An operator that takes a list, as KQL spells it.
pub fn list_op_text(op: ListOp) -> &'static str {
    crate::syntax::LIST_OPS.iter().find(|row| row.1 == op).map_or("", |row| row.0)
}

/// An operator as KQL spells it.
pub fn op_text(op: BinaryOp) -> &'static str {
    crate::syntax::BINARY_OPS.iter().find(|row| row.1 == op).map_or("", |row| row.0)
}
