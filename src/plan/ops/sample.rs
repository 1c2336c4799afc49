//! Operators that give some of the rows or values: sample, sample-distinct, top-hitters, consume. Kusto may
//! give any; these give the same at each run.

use crate::catalog;
use crate::diag::code;
use crate::plan::check::{Binder, Checked, Stop};
use crate::plan::env::Env;
use crate::plan::{Column, Expr, OrderKey, Rel};
use crate::span::Span;
use crate::syntax::ast::{self, ExprKind as Ast};
use crate::types::Type;

use super::cols::projected;

impl Binder<'_> {
    /// `sample-distinct 3 of x`: the least values.
    pub fn sample_distinct(
        &mut self,
        count: &ast::Expr,
        of: &ast::Expr,
        input: Rel,
        env: &Env,
        span: Span,
    ) -> Checked<Rel> {
        let count = self.row_count(count, env)?;
        let (key, column) = self.hitter(of, &input, env)?;
        let groups = vec![(column.id, key)];
        let grouped = self.grouped(input, groups, Vec::new(), span);
        let rel = self.by_value(Rel { cols: vec![column.clone()], ..grouped }, &column, true);
        Ok(self.limited(rel, count, span))
    }

    /// `top-hitters 3 of x by y`: Kusto approximates the counts and sums, these are exact.
    pub fn top_hitters(
        &mut self,
        count: &ast::Expr,
        of: &ast::Expr,
        by: Option<&ast::Expr>,
        input: Rel,
        env: &Env,
        span: Span,
    ) -> Checked<Rel> {
        let count = self.row_count(count, env)?;
        let (key, column) = self.hitter(of, &input, env)?;
        let (agg, args, name, ty) = match by {
            None => ("count", Vec::new(), format!("approximate_count_{}", column.name), Type::Long),
            Some(by) => {
                let value = self.scalar(by, env, &input.cols)?;
                if !matches!(value.ty, Type::Int | Type::Long | Type::Real) {
                    let message = format!("a sum is of numbers, not of {}", value.ty.one());
                    self.error(code::TYPE, by.span, message, "Name a column of numbers.");
                    return Err(Stop);
                }
                let name = self.infer(by, &input.cols).unwrap_or_default();
                let ty = value.ty;
                ("sum", vec![value], format!("approximate_sum_{name}"), ty)
            }
        };
        let Some(row) = catalog::aggregate(agg) else { return Err(Stop) };
        let call = self.apply(row, agg, args, span)?;
        let sum = self.new_column("", call.ty);
        let groups = vec![(column.id, key)];
        let value = Expr::col(&sum, span);
        let grouped = self.grouped(input, groups, vec![(sum.id, call)], span);
        let value = if ty == value.ty { value } else { self.apply_named("toint", vec![value], span)? };
        let hits = self.new_column(name, ty);
        let set = vec![(hits.id, value)];
        let rel = projected(grouped, vec![column, hits.clone()], set, span);
        let rel = self.by_value(rel, &hits, false);
        Ok(self.limited(rel, count, span))
    }

    /// The column whose values are asked for: a name, or a part of a dynamic made a scalar.
    fn hitter(&mut self, of: &ast::Expr, input: &Rel, env: &Env) -> Checked<(Expr, Column)> {
        let key = self.scalar(of, env, &input.cols)?;
        if key.ty == Type::Dynamic {
            let help = "Convert it first: extend k = tostring(x).";
            self.error(code::TYPE, of.span, "dynamic values cannot be compared", help);
            return Err(Stop);
        }
        let Ast::Name(name) = &of.kind else {
            let help = "Compute it first: extend k = ... and name k here.";
            self.error(code::SYNTAX, of.span, "a column must stand here", help);
            return Err(Stop);
        };
        let column = self.new_column(name.text.clone(), key.ty);
        Ok((key, column))
    }

    /// Rows in the order of a column, what was their order before coming second.
    fn by_value(&mut self, rel: Rel, column: &Column, ascending: bool) -> Rel {
        let part = self.part_key(&rel);
        let key = OrderKey { col: column.id, ty: column.ty, ascending, nulls_first: ascending };
        let before = rel.order.iter().skip(usize::from(part.is_some())).copied();
        let order = part.into_iter().chain([key]).chain(before).collect();
        Rel { order, ..rel }
    }

    /// No row comes out; the columns stay.
    pub fn consume(&mut self, input: Rel, span: Span) -> Rel {
        self.limited(input, Expr::long(0, span), span)
    }
}
