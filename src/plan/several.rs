//! Calls that give several values: `series_fit_line(y)`, `array_sort_asc(a, b)`. As an item of an operator
//! such a call stands for one column a value; anywhere else one is taken with an index.

use std::borrow::Cow;

use super::check::{Binder, Checked, Stop};
use super::env::Env;
use super::expr::Cx;
use super::path::{ConstStep, PathStep, path_expr};
use super::{Column, Expr};
use crate::catalog;
use crate::catalog::func::Func;
use crate::diag::code;
use crate::span::Span;
use crate::syntax::ast::{self, Arg, ExprKind as Ast, Literal, Name, Named};
use crate::types::Type;

/// What becomes of the values that an item gives no names to, where it names some.
#[derive(Clone, Copy, PartialEq)]
pub enum Unnamed {
    /// They get the names that the function gives.
    Kept,
    /// `extend (a, b) = ...` has these two and no more (the page of series_stats(), and recorded), and so
    /// has print (Kusto's binder).
    Dropped,
}

/// A call of a function of the catalog that gives several values.
pub fn gives_several(expr: &ast::Expr) -> Option<(&'static Func, &Name, &[Arg])> {
    let Ast::Call { name, args } = &expr.kind else { return None };
    let row = catalog::function(&name.text).filter(|row| !row.parts.is_empty())?;
    Some((row, name, args))
}

impl Binder<'_> {
    /// The items, of which each that gives several values is one for each of them.
    pub fn apart<'n>(
        &mut self,
        items: &'n [Named],
        env: &Env,
        cols: &[Column],
        unnamed: Unnamed,
    ) -> Cow<'n, [Named]> {
        let counts: Vec<Option<usize>> =
            items.iter().map(|item| self.values_of(item, env, cols, unnamed)).collect();
        if counts.iter().all(Option::is_none) {
            return Cow::Borrowed(items);
        }
        let parts = items.iter().zip(counts).flat_map(|(item, count)| match count {
            None => vec![item.clone()],
            Some(count) => (0..count).map(|at| part(item, at)).collect(),
        });
        Cow::Owned(parts.collect())
    }

    /// How many items this one stands for, if for its values.
    fn values_of(&mut self, item: &Named, env: &Env, cols: &[Column], unnamed: Unnamed) -> Option<usize> {
        let count = match gives_several(&item.expr) {
            Some((_, name, _)) if env.get(&name.text).is_some() => return None,
            Some(_) if unnamed == Unnamed::Dropped && !item.names.is_empty() => item.names.len(),
            Some((row, ..)) => row.parts.len(),
            None => Some(self.sorted_arrays(&item.expr, env, cols)).filter(|count| *count > 1)?,
        };
        let most = gives_several(&item.expr).map_or(count, |(row, ..)| row.parts.len());
        (item.names.len() <= most).then_some(count)
    }

    /// `series_stats(y)[2]`, where the step after the call is a number.
    pub fn part_of_several(
        &mut self,
        expr: &ast::Expr,
        step: Option<&PathStep>,
        span: Span,
        cx: &mut Cx<'_>,
    ) -> Option<Checked<Expr>> {
        let (row, name, args) =
            gives_several(expr).filter(|(_, name, _)| cx.env.get(&name.text).is_none())?;
        let Some(PathStep::At(at)) = step else { return None };
        let (_, ty) = *row.parts.get(usize::try_from(*at).ok()?)?;
        let mut bound = Vec::new();
        for arg in args {
            match self.expr(&arg.expr, cx) {
                Ok(arg) => bound.push(arg),
                Err(Stop) => return Some(Err(Stop)),
            }
        }
        self.warn_of_lenience(name, &bound);
        Some(self.apply(row, &name.text, bound, name.span).map(|all| {
            let part = path_expr(all, &mut vec![ConstStep::At(*at)], span);
            if ty == Type::Dynamic { part } else { self.convert(part, ty) }
        }))
    }

    /// Several values where one must stand.
    pub fn stands_for_one(&mut self, row: &Func, name: &Name) -> Checked<()> {
        if row.parts.is_empty() {
            return Ok(());
        }
        let names: Vec<&str> = row.parts.iter().map(|(name, _)| *name).collect();
        let message = format!("'{}' gives {} values where one must stand", name.text, names.len());
        let help = format!(
            "Take one, as in {}(...)[0], or name them in extend: they are {}.",
            name.text,
            names.join(", ")
        );
        self.error(code::OPERANDS, name.span, message, help);
        Err(Stop)
    }
}

fn part(item: &Named, at: usize) -> Named {
    let span = item.expr.span;
    let index = ast::Expr { kind: Ast::Literal(Literal::Long(at as i64)), span };
    let expr = ast::Expr { kind: Ast::Index(Box::new(item.expr.clone()), Box::new(index)), span };
    Named { names: item.names.get(at).cloned().into_iter().collect(), expr, span: item.span }
}
