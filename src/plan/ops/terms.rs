//! What search and find look for: terms that stand in any column, beside conditions as of where.

mod shape;

use std::cell::Cell;

use crate::catalog::binary;
use crate::diag::code;
use crate::plan::binary::op_text;
use crate::plan::check::{Binder, Checked, Stop};
use crate::plan::env::Env;
use crate::plan::{Column, Expr, ExprKind};
use crate::span::Span;
use crate::syntax::ast::{self, BinaryOp, ExprKind as Ast, ListOp, Literal};
use crate::types::Type;
use crate::value::Value;

use shape::Place;

/// The columns that a predicate may name, in which a term may stand.
pub struct Scope<'s> {
    pub cols: &'s [Column],
    /// `search kind=case_sensitive`
    pub case_sensitive: bool,
    /// Set once something is looked for in all columns.
    pub anywhere: Cell<bool>,
}

impl<'s> Scope<'s> {
    pub fn new(cols: &'s [Column], case_sensitive: bool) -> Scope<'s> {
        Scope { cols, case_sensitive, anywhere: Cell::new(false) }
    }
}

impl Binder<'_> {
    pub fn term_predicate(&mut self, expr: &ast::Expr, scope: &Scope<'_>, env: &Env) -> Checked<Expr> {
        match &expr.kind {
            Ast::Star => {
                scope.anywhere.set(true);
                Ok(Expr::lit(Value::Bool(true), Type::Bool, expr.span))
            }
            Ast::Literal(Literal::String(text)) => self.term(text, expr.span, scope),
            Ast::Literal(Literal::Long(_) | Literal::Int(_) | Literal::Real(_)) => {
                self.refuse(
                    expr.span,
                    "a bare number to look for",
                    "Put it between quotes, or name its column.",
                );
                Err(Stop)
            }
            Ast::Name(name) if !scope.cols.iter().any(|column| column.name == name.text) => {
                let bound = self.scalar(expr, env, scope.cols)?;
                match bound.literal() {
                    Some(Value::String(text)) => self.term(&text.clone(), expr.span, scope),
                    _ => self.condition(bound, expr.span),
                }
            }
            Ast::Call { name, args } if name.text == "not" && args.len() == 1 => {
                self.warn_of_negated_term(&args[0].expr);
                let inner = self.term_predicate(&args[0].expr, scope, env)?;
                self.apply(&binary::NOT, "not", vec![inner], expr.span)
            }
            Ast::Binary { op: BinaryOp::And | BinaryOp::Or, .. } => self.term_chain(expr, scope, env),
            Ast::Binary { op: BinaryOp::Colon, op_span, left, right } => {
                self.term_in_column(left, right, *op_span, scope, env)
            }
            Ast::Binary { op, op_span, left, right } if matches!(left.kind, Ast::Star) => {
                self.folds_case(*op, *op_span, scope)?;
                let right = self.scalar(right, env, scope.cols)?;
                scope.anywhere.set(true);
                self.in_any_column(*op, *op_span, right, expr.span, scope.cols)
            }
            Ast::Binary { op, op_span, .. } => {
                self.folds_case(*op, *op_span, scope)?;
                let bound = self.scalar(expr, env, scope.cols)?;
                self.condition(bound, expr.span)
            }
            Ast::In {
                op: ListOp::InFold | ListOp::NotInFold | ListOp::HasAny | ListOp::HasAll,
                op_span,
                ..
            } if scope.case_sensitive => self.refuse_folding(*op_span),
            _ => {
                let bound = self.scalar(expr, env, scope.cols)?;
                self.condition(bound, expr.span)
            }
        }
    }

    /// Chains of `and` and `or` lean left; they are walked in a loop.
    fn term_chain(&mut self, expr: &ast::Expr, scope: &Scope<'_>, env: &Env) -> Checked<Expr> {
        let mut rights = Vec::new();
        let mut at = expr;
        while let Ast::Binary { op: op @ (BinaryOp::And | BinaryOp::Or), op_span, left, right } = &at.kind {
            rights.push((*op, *op_span, right, at.span));
            at = left;
        }
        let mut value = self.term_predicate(at, scope, env);
        while let Some((op, op_span, right, span)) = rights.pop() {
            let right = self.term_predicate(right, scope, env);
            value = match (value, right) {
                (Ok(left), Ok(right)) => self.logical(op, op_span, left, right, span),
                _ => Err(Stop),
            };
        }
        value
    }

    /// `Column:"term"`
    fn term_in_column(
        &mut self,
        left: &ast::Expr,
        right: &ast::Expr,
        op_span: Span,
        scope: &Scope<'_>,
        env: &Env,
    ) -> Checked<Expr> {
        let column = self.scalar(left, env, scope.cols)?;
        let text = self.scalar(right, env, &[])?;
        let (Type::String | Type::Dynamic, Some(Value::String(text))) = (column.ty, text.literal()) else {
            let help = "Write Column:\"term\", or compare numbers with ==.";
            self.error(code::TYPE, op_span, "':' takes a column of strings and a constant string", help);
            return Err(Stop);
        };
        let (op, term) = self.term_op(text, right.span, scope.case_sensitive)?;
        let term = Expr::lit(Value::String(term), Type::String, right.span);
        self.binary_op(op, op_span, column, term, op_span)
    }

    fn term(&mut self, text: &str, span: Span, scope: &Scope<'_>) -> Checked<Expr> {
        let (op, term) = self.term_op(text, span, scope.case_sensitive)?;
        let term = Expr::lit(Value::String(term), Type::String, span);
        scope.anywhere.set(true);
        self.in_any_column(op, span, term, span, scope.cols)
    }

    /// A term with `*` at its ends ("search operator", the table of literals).
    fn term_op(&mut self, text: &str, span: Span, case_sensitive: bool) -> Checked<(BinaryOp, String)> {
        let (open, rest) = text.strip_prefix('*').map_or((false, text), |rest| (true, rest));
        let (closed, term) = rest.strip_suffix('*').map_or((false, rest), |rest| (true, rest));
        if term.contains('*') {
            let help = "Write * matches regex, with the expression that you mean.";
            self.refuse(span, "* inside a term", help);
            return Err(Stop);
        }
        let op = match (open, closed, case_sensitive) {
            (false, false, false) => BinaryOp::Has,
            (false, false, true) => BinaryOp::HasCs,
            (true, false, false) => BinaryOp::HasSuffix,
            (true, false, true) => BinaryOp::HasSuffixCs,
            (false, true, false) => BinaryOp::HasPrefix,
            (false, true, true) => BinaryOp::HasPrefixCs,
            (true, true, false) => BinaryOp::Contains,
            (true, true, true) => BinaryOp::ContainsCs,
        };
        Ok((op, term.to_owned()))
    }

    /// `* has "x"`: terms are looked for in the texts of numbers too (recorded), other tests in strings only.
    pub fn in_any_column(
        &mut self,
        op: BinaryOp,
        op_span: Span,
        right: Expr,
        span: Span,
        cols: &[Column],
    ) -> Checked<Expr> {
        let place = Place::of(op);
        if op_text(op).starts_with('!') || right.ty != Type::String {
            let what = format!("'* {}' with {}", op_text(op), right.ty.one());
            self.refuse(op_span, &what, "Name the columns.");
            return Err(Stop);
        }
        let mut found = Vec::new();
        for column in cols.iter().filter(|column| !column.hidden) {
            let looked = match (column.ty, place) {
                (Type::String | Type::Dynamic, _) => true,
                (ty, None) => {
                    self.never_read(column, ty, &right, span)?;
                    false
                }
                (Type::Bool | Type::Datetime | Type::Timespan, Some(place)) => {
                    self.never_there(column, place, &right, span)?;
                    false
                }
                (Type::Decimal | Type::Guid | Type::Int | Type::Long | Type::Real, Some(_)) => true,
            };
            if looked {
                let text = self.convert(Expr::col(column, op_span), Type::String);
                found.push(self.binary_op(op, op_span, text, right.clone(), span)?);
            }
        }
        Ok(match found.len() {
            1 => found.swap_remove(0),
            _ => Expr::new(ExprKind::Or(found), Type::Bool, span),
        })
    }

    /// Whether Kusto looks for terms in the texts of these types is not known, so none may stand there.
    fn never_there(&mut self, column: &Column, place: Place, term: &Expr, span: Span) -> Checked<()> {
        let possible = match term.literal() {
            Some(Value::String(text)) => shape::may_hold(column.ty, place, text),
            _ => true,
        };
        let what = format!("a term that may stand in '{}', {}", column.name, column.ty.one());
        let help = "Name the column to look into: Column:\"term\", or Column has \"term\".";
        self.never(possible, span, &what, help)
    }

    /// Whether Kusto reads the string as a value of these types is not known, so it must be none.
    fn never_read(&mut self, column: &Column, ty: Type, value: &Expr, span: Span) -> Checked<()> {
        let wide = if ty == Type::Decimal { Type::Real } else { ty };
        let reads = match self.typed(value.clone(), wide, span)?.literal() {
            Some(read) => !read.is_null() && may_be(ty, value),
            None => true,
        };
        let what = format!("a value that may be one of '{}', {}", column.name, column.ty.one());
        self.never(reads, span, &what, "Name the columns to look into.")
    }

    fn never(&mut self, possible: bool, span: Span, what: &str, help: &str) -> Checked<()> {
        if !possible {
            return Ok(());
        }
        self.refuse(span, what, help);
        Err(Stop)
    }

    /// `kind=case_sensitive` changes these operators; what it makes of each is not known.
    fn folds_case(&mut self, op: BinaryOp, op_span: Span, scope: &Scope<'_>) -> Checked<()> {
        let text = op_text(op);
        let exact = text.ends_with("_cs") || !text.contains(|c: char| c.is_alphabetic() || c == '~');
        if !scope.case_sensitive || exact || op == BinaryOp::MatchesRegex {
            return Ok(());
        }
        self.refuse_folding(op_span).map(|_: Expr| ())
    }

    fn refuse_folding<T>(&mut self, op_span: Span) -> Checked<T> {
        let help = "Write the operator that minds case, such as has_cs.";
        self.refuse(op_span, "this operator with kind=case_sensitive", help);
        Err(Stop)
    }
}

/// Not every text spells a guid.
fn may_be(ty: Type, value: &Expr) -> bool {
    match value.literal() {
        Some(Value::String(text)) if ty == Type::Guid => text.len() >= 32,
        _ => true,
    }
}
