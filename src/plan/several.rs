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
use crate::value::Value;

/// What becomes of the values that an item gives no names to, where it names some.
#[derive(Clone, Copy, PartialEq)]
pub enum Unnamed {
    /// They get the names that the function gives.
    Kept,
    /// `extend (a, b) = series_stats(y)` has these two and no more (the page of series_stats(), and recorded);
    /// of `extend a = array_sort_asc(x, y)` both arrays stay (Kusto's binder).
    DroppedOfListed,
    /// `print` has what is named and no more, of both (Kusto's binder).
    Dropped,
}

/// A call that gives several values.
#[derive(Clone, Copy)]
pub struct Several<'e> {
    pub name: &'e Name,
    pub args: &'e [Arg],
    pub values: Values,
}

/// What the values are.
#[derive(Clone, Copy)]
pub enum Values {
    /// Those that a function of the catalog lists, with names and types of their own.
    Listed(&'static Func),
    /// The arrays that are the arguments, each in the order of the first as this function sorts it. The last
    /// argument may say where nulls go.
    Sorted(&'static Func),
}

/// As far as the text tells.
pub fn gives_several(expr: &ast::Expr) -> Option<Several<'_>> {
    let Ast::Call { name, args } = &expr.kind else { return None };
    let row = catalog::function(&name.text)?;
    let values = match row.sorts_by {
        Some(by) => Values::Sorted(by),
        None if row.parts.is_empty() => return None,
        None => Values::Listed(row),
    };
    let flag = args.last().filter(|arg| matches!(arg.expr.kind, Ast::Literal(Literal::Bool(_))));
    let one = matches!(values, Values::Sorted(_)) && args.len() <= 1 + usize::from(flag.is_some());
    (!one).then_some(Several { name, args, values })
}

/// `series_stats(y)[2]`: the call, and which of its values.
pub fn value_taken(expr: &ast::Expr) -> Option<(Several<'_>, usize)> {
    let Ast::Index(base, index) = &expr.kind else { return None };
    let Ast::Literal(Literal::Long(at)) = &index.kind else { return None };
    let several = gives_several(base)?;
    let at = usize::try_from(*at).ok()?;
    match several.values {
        Values::Listed(row) if at >= row.parts.len() => None,
        Values::Listed(_) | Values::Sorted(_) => Some((several, at)),
    }
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
        let several = called(&item.expr, env)?;
        let (most, dropped) = match several.values {
            Values::Listed(row) => (row.parts.len(), unnamed != Unnamed::Kept),
            Values::Sorted(_) => (self.arrays(several.args, env, cols), unnamed == Unnamed::Dropped),
        };
        let named = item.names.len();
        (most > 1 && named <= most).then_some(if dropped && named > 0 { named } else { most })
    }

    /// How many of the arguments are arrays: all, or all but the last.
    fn arrays(&mut self, args: &[Arg], env: &Env, cols: &[Column]) -> usize {
        let before = self.diagnostics.len();
        let last = args.last().and_then(|arg| self.scalar(&arg.expr, env, cols).ok());
        self.diagnostics.truncate(before);
        args.len() - usize::from(last.is_some_and(|last| last.ty == Type::Bool))
    }

    /// `series_stats(y)[2]`, where the step after the call is a number.
    pub fn part_of_several(
        &mut self,
        expr: &ast::Expr,
        step: Option<&PathStep>,
        span: Span,
        cx: &mut Cx<'_>,
    ) -> Option<Checked<Expr>> {
        let Several { name, args, values } = called(expr, cx.env)?;
        let Some(PathStep::At(at)) = step else { return None };
        let index = usize::try_from(*at).ok()?;
        if matches!(values, Values::Listed(row) if index >= row.parts.len()) {
            return None;
        }
        let mut bound = Vec::new();
        for arg in args {
            match self.expr(&arg.expr, cx) {
                Ok(arg) => bound.push(arg),
                Err(Stop) => return Some(Err(Stop)),
            }
        }
        match values {
            Values::Listed(row) => {
                self.warn_of_lenience(name, &bound);
                let (_, ty) = row.parts[index];
                Some(self.apply(row, &name.text, bound, name.span).map(|all| {
                    let part = path_expr(all, &mut vec![ConstStep::At(*at)], span);
                    if ty == Type::Dynamic { part } else { self.convert(part, ty) }
                }))
            }
            Values::Sorted(row) => {
                let nulls_last = bound
                    .pop_if(|last| last.ty == Type::Bool)
                    .unwrap_or_else(|| Expr::lit(Value::Bool(true), Type::Bool, span));
                let wanted = bound.get(index).cloned()?;
                let [first, _, ..] = bound.as_slice() else { return None };
                Some(self.apply(row, &name.text, vec![first.clone(), wanted, nulls_last], name.span))
            }
        }
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

/// A call that gives several values, and is none of a function of the query's own.
fn called<'e>(expr: &'e ast::Expr, env: &Env) -> Option<Several<'e>> {
    gives_several(expr).filter(|several| env.get(&several.name.text).is_none())
}

fn part(item: &Named, at: usize) -> Named {
    let span = item.expr.span;
    let index = ast::Expr { kind: Ast::Literal(Literal::Long(at as i64)), span };
    let expr = ast::Expr { kind: Ast::Index(Box::new(item.expr.clone()), Box::new(index)), span };
    Named { names: item.names.get(at).cloned().into_iter().collect(), expr, span: item.span }
}
