//! `array_sort_asc(a, b)`: several arrays in the order of the first. Each is a value of its own; see
//! `several`.

use super::check::{Binder, Checked, Stop};
use super::env::Env;
use super::expr::Cx;
use super::path::PathStep;
use super::{Column, Expr};
use crate::catalog::dynamic::{SORT_BY_ASC, SORT_BY_DESC};
use crate::span::Span;
use crate::syntax::ast::{self, Arg, ExprKind as Ast, Literal, Name};
use crate::types::Type;
use crate::value::Value;

/// A call that sorts several arrays, as it may be: the last argument may say where nulls go.
pub fn sorts_several(expr: &ast::Expr) -> Option<(&Name, &[Arg])> {
    match &expr.kind {
        Ast::Call { name, args } if matches!(name.text.as_str(), "array_sort_asc" | "array_sort_desc") => {
            let flagged =
                args.last().is_some_and(|arg| matches!(arg.expr.kind, Ast::Literal(Literal::Bool(_))));
            (args.len() > 1 + usize::from(flagged)).then_some((name, args))
        }
        _ => None,
    }
}

impl Binder<'_> {
    /// How many arrays such a call sorts; 1 for anything else.
    pub fn sorted_arrays(&mut self, expr: &ast::Expr, env: &Env, cols: &[Column]) -> usize {
        sorts_several(expr).map_or(1, |(_, args)| self.arrays(args, env, cols))
    }

    /// How many of the arguments are arrays: all, or all but the last.
    fn arrays(&mut self, args: &[Arg], env: &Env, cols: &[Column]) -> usize {
        let before = self.diagnostics.len();
        let last = args.last().and_then(|arg| self.scalar(&arg.expr, env, cols).ok());
        self.diagnostics.truncate(before);
        args.len() - usize::from(last.is_some_and(|last| last.ty == Type::Bool))
    }

    /// `array_sort_asc(a, b)[1]`, where the step after the call is a number. None of one array.
    pub fn sorted_part(
        &mut self,
        expr: &ast::Expr,
        step: Option<&PathStep>,
        span: Span,
        cx: &mut Cx<'_>,
    ) -> Option<Checked<Expr>> {
        let (name, args) = sorts_several(expr)?;
        let Some(PathStep::At(at)) = step else { return None };
        let mut bound = Vec::new();
        for arg in args {
            match self.expr(&arg.expr, cx) {
                Ok(arg) => bound.push(arg),
                Err(Stop) => return Some(Err(Stop)),
            }
        }
        let nulls_last = match bound.pop_if(|last| last.ty == Type::Bool) {
            Some(nulls_last) => nulls_last,
            None => Expr::lit(Value::Bool(true), Type::Bool, span),
        };
        let wanted = usize::try_from(*at).ok().and_then(|at| bound.get(at).cloned());
        let (Some(wanted), [first, _, ..]) = (wanted, bound.as_slice()) else { return None };
        let row = if name.text == "array_sort_asc" { &SORT_BY_ASC } else { &SORT_BY_DESC };
        Some(self.apply(row, &name.text, vec![first.clone(), wanted, nulls_last], name.span))
    }
}
