//! summarize. Aggregates become columns of an aggregate node; what is computed from them comes above it.

use crate::catalog;
use crate::diag::code;
use crate::plan::check::{Binder, Checked, Stop};
use crate::plan::env::Env;
use crate::plan::expr::Cx;
use crate::plan::names::Namer;
use crate::plan::{ColId, Column, Expr, ExprKind, Rel};
use crate::span::Span;
use crate::syntax::ast::{Arg, ExprKind as Ast, Name, Named};
use crate::types::Type;

use super::cols::{origin_of, projected};

/// What summarize has gathered so far.
struct Summary {
    groups: Vec<(ColId, Expr)>,
    aggs: Vec<(ColId, Expr)>,
    /// The output after the groups, computed from groups and aggregates.
    outputs: Vec<(Column, Expr)>,
}

impl Binder<'_> {
    pub fn summarize(
        &mut self,
        aggs: &[Named],
        by: &[Named],
        input: Rel,
        env: &Env,
        span: Span,
    ) -> Checked<Rel> {
        let mut namer = Namer::default();
        namer.reserve(aggs.iter().chain(by));
        let mut stopped = false;
        let mut cols = Vec::new();
        let mut summary = Summary { groups: Vec::new(), aggs: Vec::new(), outputs: Vec::new() };
        for item in by {
            match self.group(item, &input, env, &mut namer) {
                Ok((column, expr)) => {
                    summary.groups.push((column.id, expr));
                    cols.push(column);
                }
                Err(Stop) => stopped = true,
            }
        }
        for item in aggs {
            stopped |= self.aggregate(item, &input, &cols, env, &mut namer, &mut summary).is_err();
        }
        if stopped {
            return Err(Stop);
        }
        let mut set = Vec::new();
        for (column, expr) in summary.outputs {
            set.push((column.id, expr));
            cols.push(column);
        }
        // Lists and sets keep the order of the rows, so a sort below still counts for them.
        let grouped = self.grouped(input, summary.groups, summary.aggs, span);
        Ok(projected(grouped, cols, set, span))
    }

    fn group(&mut self, item: &Named, input: &Rel, env: &Env, namer: &mut Namer) -> Checked<(Column, Expr)> {
        let expr = self.scalar(&item.expr, env, &input.cols)?;
        if expr.ty == Type::Dynamic {
            let help = "Convert it, with tostring() or tolong().";
            self.error(code::TYPE, item.expr.span, "rows cannot be grouped by a dynamic", help);
            return Err(Stop);
        }
        let name = match (item.names.first(), self.infer(&item.expr, &input.cols)) {
            (Some(name), _) => self.given(name, namer)?,
            (None, Some(name)) => namer.free(&name),
            (None, None) => namer.unnamed(&input.cols),
        };
        let column = Column { origin: origin_of(&expr, &input.cols), ..self.new_column(name, expr.ty) };
        Ok((column, expr))
    }

    fn aggregate(
        &mut self,
        item: &Named,
        input: &Rel,
        groups: &[Column],
        env: &Env,
        namer: &mut Namer,
        summary: &mut Summary,
    ) -> Checked<()> {
        if let Ast::Call { name, args } = &item.expr.kind {
            match name.text.as_str() {
                "arg_max" | "argmax" => {
                    return self.arg_most_columns(true, item, name, args, input, groups, env, namer, summary);
                }
                "arg_min" | "argmin" => {
                    return self
                        .arg_most_columns(false, item, name, args, input, groups, env, namer, summary);
                }
                "percentile" | "percentiles" => {
                    return self.percentiles(item, name, args, input, env, namer, summary);
                }
                "take_any" | "any"
                    if args.len() > 1 || args.iter().any(|arg| matches!(arg.expr.kind, Ast::Star)) =>
                {
                    return self.any_columns(item, name, args, input, groups, env, namer, summary);
                }
                _ => {}
            }
        }
        let mut cx = Cx { aggs: Some(Vec::new()), ..Cx::new(env, &input.cols) };
        let expr = self.expr(&item.expr, &mut cx)?;
        let found = cx.aggs.take().unwrap_or_default();
        if found.is_empty() {
            let help = "Put it after 'by', or into an aggregate such as take_any().";
            self.error(code::SYNTAX, item.expr.span, "no aggregate in this expression", help);
            return Err(Stop);
        }
        summary.aggs.extend(found.into_iter().map(|(column, call)| (column.id, call)));
        let name = match (item.names.as_slice(), self.infer(&item.expr, &input.cols)) {
            ([name], _) => self.given(name, namer)?,
            ([], Some(name)) => namer.free(&name),
            ([], None) => namer.unnamed(&input.cols),
            _ => {
                self.error(code::SYNTAX, item.span, "several names for one value", "Give it one name.");
                return Err(Stop);
            }
        };
        let column = self.new_column(name, expr.ty);
        summary.outputs.push((column, expr));
        Ok(())
    }

    /// `arg_max(by, a, b)` gives `by`, `a`, `b`; `arg_max(by, *)` all columns that are not grouped by.
    #[allow(clippy::too_many_arguments)]
    fn arg_most_columns(
        &mut self,
        greatest: bool,
        item: &Named,
        name: &Name,
        args: &[Arg],
        input: &Rel,
        groups: &[Column],
        env: &Env,
        namer: &mut Namer,
        summary: &mut Summary,
    ) -> Checked<()> {
        let [by, values @ ..] = args else {
            self.error(
                code::ARITY,
                name.span,
                format!("{}() wants what to compare", name.text),
                "Write arg_max(TimeGenerated, *).",
            );
            return Err(Stop);
        };
        let by_expr = self.scalar(&by.expr, env, &input.cols)?;
        if by_expr.ty == Type::Dynamic {
            self.error(
                code::TYPE,
                by.expr.span,
                "a dynamic has no greatest value",
                "Convert it, with tolong() or tostring().",
            );
            return Err(Stop);
        }
        let mut outputs: Vec<(Option<String>, Expr)> =
            vec![(self.infer(&by.expr, &input.cols), by_expr.clone())];
        for value in values {
            if matches!(value.expr.kind, Ast::Star) {
                let by_name = self.infer(&by.expr, &input.cols);
                let rest = input.cols.iter().filter(|column| {
                    Some(&column.name) != by_name.as_ref()
                        && !groups.iter().any(|group| group.name == column.name)
                });
                outputs.extend(
                    rest.map(|column| (Some(column.name.clone()), Expr::col(column, value.expr.span))),
                );
            } else {
                outputs.push((
                    self.infer(&value.expr, &input.cols),
                    self.scalar(&value.expr, env, &input.cols)?,
                ));
            }
        }
        let legacy = name.text == "argmax" || name.text == "argmin";
        let prefix = if greatest { "max" } else { "min" };
        let packed = self.new_col();
        let values: Vec<Expr> = outputs.iter().map(|(_, expr)| expr.clone()).collect();
        let origins: Vec<_> = values.iter().map(|value| origin_of(value, &input.cols)).collect();
        let by_name = self.infer(&by.expr, &input.cols).unwrap_or_default();
        let span = item.span;
        let kind = ExprKind::ArgMost { greatest, by: Box::new(by_expr), values };
        summary.aggs.push((packed, Expr::new(kind, Type::Dynamic, span)));
        for (index, (inferred, expr)) in outputs.into_iter().enumerate() {
            let base = Box::new(Expr::new(ExprKind::Col(packed), Type::Dynamic, span));
            let field = Expr::new(ExprKind::Field { base, index }, expr.ty, span);
            let name = match (item.names.get(index), inferred) {
                (Some(name), _) => self.given(name, namer)?,
                // The obsolete spelling names its columns max_by and max_by_column.
                (None, Some(inferred)) if legacy && index > 0 => {
                    namer.free(&format!("{prefix}_{by_name}_{inferred}"))
                }
                (None, Some(inferred)) if legacy => namer.free(&format!("{prefix}_{inferred}")),
                (None, Some(inferred)) => namer.free(&inferred),
                (None, None) => namer.free(&format!("{prefix}_")),
            };
            let column = Column { origin: origins[index].clone(), ..self.new_column(name, expr.ty) };
            summary.outputs.push((column, field));
        }
        Ok(())
    }

    /// `take_any(a, b)` and `take_any(*)`: the values of one row.
    #[allow(clippy::too_many_arguments)]
    fn any_columns(
        &mut self,
        item: &Named,
        name: &Name,
        args: &[Arg],
        input: &Rel,
        groups: &[Column],
        env: &Env,
        namer: &mut Namer,
        summary: &mut Summary,
    ) -> Checked<()> {
        let mut outputs: Vec<(Option<String>, Expr)> = Vec::new();
        for arg in args {
            if matches!(arg.expr.kind, Ast::Star) {
                let rest =
                    input.cols.iter().filter(|column| !groups.iter().any(|group| group.name == column.name));
                outputs
                    .extend(rest.map(|column| (Some(column.name.clone()), Expr::col(column, arg.expr.span))));
            } else {
                let value = self.scalar(&arg.expr, env, &input.cols)?;
                outputs.push((self.infer(&arg.expr, &input.cols), value));
            }
        }
        let prefix = if name.text == "any" { "any_" } else { "" };
        let by = Expr::long(1, item.span);
        let values = outputs.iter().map(|(_, value)| value.clone()).collect();
        let packed = self.new_col();
        let kind = ExprKind::ArgMost { greatest: true, by: Box::new(by), values };
        summary.aggs.push((packed, Expr::new(kind, Type::Dynamic, item.span)));
        for (index, (inferred, value)) in outputs.into_iter().enumerate() {
            let base = Box::new(Expr::new(ExprKind::Col(packed), Type::Dynamic, item.span));
            let field = Expr::new(ExprKind::Field { base, index }, value.ty, item.span);
            let output = match (item.names.get(index), inferred) {
                (Some(name), _) => self.given(name, namer)?,
                (None, Some(inferred)) => namer.free(&format!("{prefix}{inferred}")),
                (None, None) => namer.unnamed(&input.cols),
            };
            let column =
                Column { origin: origin_of(&value, &input.cols), ..self.new_column(output, value.ty) };
            summary.outputs.push((column, field));
        }
        Ok(())
    }

    /// `percentiles(x, 5, 50)` gives one column for each.
    #[allow(clippy::too_many_arguments)]
    fn percentiles(
        &mut self,
        item: &Named,
        name: &Name,
        args: &[Arg],
        input: &Rel,
        env: &Env,
        namer: &mut Namer,
        summary: &mut Summary,
    ) -> Checked<()> {
        let Some((value, ranks)) = args.split_first().filter(|(_, ranks)| !ranks.is_empty()) else {
            self.error(
                code::ARITY,
                name.span,
                "percentiles() wants a value and one or more percentages",
                "Write percentiles(x, 50, 95).",
            );
            return Err(Stop);
        };
        let Some(row) = catalog::aggregate("percentile") else { return Err(Stop) };
        let bound = self.scalar(&value.expr, env, &input.cols)?;
        for (index, rank) in ranks.iter().enumerate() {
            let percent = self.scalar(&rank.expr, env, &[])?;
            let shown =
                percent.literal().map(crate::value::Value::text).unwrap_or_default().replace('.', "_");
            let call = self.apply(row, "percentile", vec![bound.clone(), percent], name.span)?;
            let inferred =
                format!("percentile_{}_{shown}", self.infer(&value.expr, &input.cols).unwrap_or_default());
            let output = match item.names.get(index) {
                Some(name) => self.given(name, namer)?,
                None => namer.free(&inferred),
            };
            let agg = self.new_col();
            let ty = call.ty;
            summary.aggs.push((agg, call));
            let column = self.new_column(output, ty);
            summary.outputs.push((column, Expr::new(ExprKind::Col(agg), ty, item.span)));
        }
        Ok(())
    }
}
