//! make-series: aggregates in bins along an axis, then one array for each of them.

use crate::catalog::func::Sig;
use crate::catalog::series::{self, Axis};
use crate::diag::code;
use crate::plan::check::{Binder, Checked, Stop};
use crate::plan::env::Env;
use crate::plan::{Column, CompareOp, Expr, ExprKind, Node, Rel};
use crate::span::Span;
use crate::syntax::ast::{self, Named, OpParam};
use crate::types::Type;
use crate::value::Value;

use super::agg::Summary;
use super::cols::projected;
use super::param_word;

/// make-series as it is written.
pub struct Series<'s> {
    pub aggs: &'s [(Named, Option<ast::Expr>)],
    pub axis: &'s Named,
    pub from: Option<&'s ast::Expr>,
    pub to: Option<&'s ast::Expr>,
    pub step: &'s ast::Expr,
    /// `in range(from, to, step)`: `to` belongs to the series, and the bins are those of bin().
    pub in_range: bool,
    pub by: &'s [Named],
    pub params: &'s [OpParam],
}

/// Its axis, bound.
struct Bounds {
    rules: &'static Axis,
    axis: Expr,
    name: Option<String>,
    from: Option<Expr>,
    to: Option<Expr>,
    step: Expr,
}

impl Binder<'_> {
    pub fn make_series(&mut self, series: &Series<'_>, input: Rel, env: &Env, span: Span) -> Checked<Rel> {
        let nonempty = self.nonempty(series)?;
        let bounds = self.bounds(series, &input, env)?;
        let input = self.within(&bounds, series.in_range, input, span);
        let bin = self.bin(&bounds, series.in_range, span)?;
        let parts = self.series_parts(series, &bounds, &input, env)?;

        let bins = self.new_column("", bounds.rules.ty);
        let mut groups: Vec<_> =
            parts.groups.iter().map(|(column, expr)| (column.id, expr.clone())).collect();
        groups.push((bins.id, bin));
        let binned = self.grouped(input, groups, parts.aggs, span);

        // One row for each series: the values with their bins, and the bins at both ends.
        let on = Expr::col(&bins, span);
        let mut aggs = Vec::new();
        let mut packed = Vec::new();
        for (_, value) in &parts.values {
            let column = self.new_column("", Type::Dynamic);
            let json = self.convert(value.clone(), Type::Dynamic);
            aggs.push((
                column.id,
                call("make_list", &bounds.rules.packed, vec![on.clone(), json], Type::Dynamic),
            ));
            packed.push(column);
        }
        let least = self.new_column("", bounds.rules.ty);
        aggs.push((least.id, call("min", &bounds.rules.least, vec![on.clone()], bounds.rules.ty)));
        let greatest = self.new_column("", bounds.rules.ty);
        aggs.push((greatest.id, call("max", &bounds.rules.greatest, vec![on], bounds.rules.ty)));
        let groups = parts.groups.iter().map(|(column, _)| (column.id, Expr::col(column, span))).collect();
        let mut rows = self.grouped(binned, groups, aggs, span);
        if series.by.is_empty() && !nonempty {
            let any = self.apply_named("isnotnull", vec![Expr::col(&least, span)], span)?;
            let order = rows.order.clone();
            let node = Node::Filter { input: Box::new(rows), predicate: any };
            rows = Rel { node, cols: Vec::new(), order, span };
        }

        let line = self.line(&bounds, series.in_range, &least, &greatest, span)?;
        let mut cols: Vec<Column> = parts.groups.into_iter().map(|(column, _)| column).collect();
        let mut set = Vec::new();
        for (((column, _), values), default) in parts.values.into_iter().zip(&packed).zip(parts.defaults) {
            let mut args = vec![Expr::col(values, span)];
            args.extend(line.iter().cloned());
            args.push(default);
            set.push((column.id, call("make-series", &bounds.rules.values, args, Type::Dynamic)));
            cols.push(Column { ty: Type::Dynamic, origin: None, ..column });
        }
        self.inside(bounds.axis.ty);
        set.push((parts.axis.id, call("make-series", &bounds.rules.axis, line.to_vec(), Type::Dynamic)));
        cols.push(parts.axis);
        Ok(projected(rows, cols, set, span))
    }

    /// First bin, stop, step, and whether the stop is exclusive.
    fn line(
        &mut self,
        bounds: &Bounds,
        in_range: bool,
        least: &Column,
        greatest: &Column,
        span: Span,
    ) -> Checked<[Expr; 4]> {
        let (first, exclusive) = match &bounds.from {
            Some(from) if in_range => {
                (self.apply_named("bin", vec![from.clone(), bounds.step.clone()], span)?, false)
            }
            Some(from) => (from.clone(), bounds.to.is_some()),
            None => (Expr::col(least, span), false),
        };
        let stop = bounds.to.clone().unwrap_or_else(|| Expr::col(greatest, span));
        let exclusive = Expr::lit(Value::Bool(exclusive), Type::Bool, span);
        Ok([first, stop, bounds.step.clone(), exclusive])
    }

    /// `kind=nonempty`: no rows still give one series.
    fn nonempty(&mut self, series: &Series<'_>) -> Checked<bool> {
        let Some((_, place)) = param_word(series.params, "kind") else { return Ok(false) };
        self.kind(series.params, "make-series", &[("nonempty", ())])?;
        if !series.by.is_empty() || series.from.is_none() || series.to.is_none() {
            let help = "Leave kind=nonempty out, or write from and to, and no 'by'.";
            self.refuse(place, "kind=nonempty with 'by', or without from and to", help);
            return Err(Stop);
        }
        Ok(true)
    }

    fn bounds(&mut self, series: &Series<'_>, input: &Rel, env: &Env) -> Checked<Bounds> {
        let axis = self.scalar(&series.axis.expr, env, &input.cols)?;
        let axis = if axis.ty == Type::Int { self.convert(axis, Type::Long) } else { axis };
        let Some(rules) = series::axis(axis.ty) else {
            let message = format!("a series cannot run along {}", axis.ty.one());
            let help = "Take a datetime, a timespan or a number.";
            self.error(code::TYPE, series.axis.expr.span, message, help);
            return Err(Stop);
        };
        if let (Some(to), None) = (series.to, series.from) {
            self.refuse(
                to.span,
                "make-series with 'to' and without 'from'",
                "Write where the series starts: from.",
            );
            return Err(Stop);
        }
        let step = self.scalar(series.step, env, &[])?;
        let step = self.coerce(step, rules.step, "the step")?;
        if matches!(step.literal(), Some(Value::Long(..=0) | Value::Timespan(..=0)))
            || matches!(step.literal(), Some(Value::Real(size)) if *size <= 0.0)
        {
            self.error(code::TYPE, step.span, "the step of make-series is not above zero", "Step by more.");
            return Err(Stop);
        }
        let mut bound = |expr: Option<&ast::Expr>, what: &str| match expr {
            None => Ok(None),
            Some(expr) => {
                let value = self.scalar(expr, env, &[])?;
                self.coerce(value, rules.ty, what).map(Some)
            }
        };
        let (from, to) = (bound(series.from, "the start")?, bound(series.to, "the end")?);
        let name = self.infer(&series.axis.expr, &input.cols);
        Ok(Bounds { rules, axis, name, from, to, step })
    }

    /// The rows between the bounds; a row without a place on the axis belongs to no series.
    fn within(&mut self, bounds: &Bounds, in_range: bool, input: Rel, span: Span) -> Rel {
        let compare = |op, left: &Expr, right: &Expr| {
            let kind = ExprKind::Compare { op, left: Box::new(left.clone()), right: Box::new(right.clone()) };
            Expr::new(kind, Type::Bool, span)
        };
        let mut conditions = Vec::new();
        if let Some(from) = &bounds.from {
            conditions.push(compare(CompareOp::Ge, &bounds.axis, from));
        }
        if let Some(to) = &bounds.to {
            conditions.push(compare(if in_range { CompareOp::Le } else { CompareOp::Lt }, &bounds.axis, to));
        }
        if conditions.is_empty() {
            // Equal to itself: neither null nor NaN.
            conditions.push(compare(CompareOp::Ge, &bounds.axis, &bounds.axis));
        }
        let predicate = Expr::new(ExprKind::And(conditions), Type::Bool, span);
        let (cols, order) = (input.cols.clone(), input.order.clone());
        Rel { node: Node::Filter { input: Box::new(input), predicate }, cols, order, span }
    }

    fn bin(&mut self, bounds: &Bounds, in_range: bool, span: Span) -> Checked<Expr> {
        let mut args = vec![bounds.axis.clone(), bounds.step.clone()];
        match &bounds.from {
            Some(from) if !in_range => {
                args.push(from.clone());
                self.apply_named("bin_at", args, span)
            }
            _ => self.apply_named("bin", args, span),
        }
    }

    fn series_parts(
        &mut self,
        series: &Series<'_>,
        bounds: &Bounds,
        input: &Rel,
        env: &Env,
    ) -> Checked<Parts> {
        let named = || series.by.iter().chain(series.aggs.iter().map(|(agg, _)| agg));
        let mut summary = Summary::new(self, input, env, named());
        summary.constants = true;
        let mut stopped = false;
        for item in series.by {
            stopped |= summary.group(item).is_err();
        }
        for (item, _) in series.aggs {
            let before = summary.outputs.len();
            stopped |= summary.item(item).is_err();
            if !stopped && summary.outputs.len() != before + 1 {
                let help = "Aggregate each of them by itself, such as percentile(x, 95).";
                summary.binder.refuse(item.span, "an aggregate of several columns in make-series", help);
                stopped = true;
            }
        }
        let given = summary.binder.single_name(series.axis)?;
        let wanted = given.map(|name| name.text.clone()).or_else(|| bounds.name.clone());
        if let Some(twice) = named().find(|item| item.names.first().map(|name| &name.text) == wanted.as_ref())
            && wanted.is_some()
        {
            let message = format!("'{}' is the axis already", wanted.unwrap_or_default());
            summary.binder.error(code::SYNTAX, twice.span, message, "Give one of them another name.");
            stopped = true;
        }
        let axis = summary.column(given, bounds.name.clone(), None, &bounds.axis);
        let Summary { groups, aggs, outputs: values, .. } = summary;
        if stopped {
            return Err(Stop);
        }
        let mut defaults = Vec::new();
        for ((item, default), (_, value)) in series.aggs.iter().zip(&values) {
            defaults.push(self.default(item, default.as_ref(), value.ty, env)?);
        }
        let axis = Column { ty: Type::Dynamic, origin: None, ..axis? };
        Ok(Parts { groups, aggs, values, defaults, axis })
    }

    /// What stands in bins without rows, as JSON of the aggregate's type.
    fn default(&mut self, item: &Named, given: Option<&ast::Expr>, ty: Type, env: &Env) -> Checked<Expr> {
        if ty == Type::Decimal {
            self.refuse(item.expr.span, "a series of decimals", "Aggregate toreal() of the values.");
            return Err(Stop);
        }
        if !ty.numeric() {
            let message = format!("make-series makes series of numbers, not of {}", ty.name());
            self.error(code::TYPE, item.expr.span, message, "Use summarize by bin() for other values.");
            return Err(Stop);
        }
        let value = match given {
            Some(expr) => self.scalar(expr, env, &[])?,
            None => Expr::long(0, item.span),
        };
        if value.ty == Type::Real && ty.integer() && !whole(&value) {
            let help = "Write a whole number, or aggregate toreal() of the values.";
            self.refuse(value.span, "a real default in a series of whole numbers", help);
            return Err(Stop);
        }
        let value = self.coerce(value, ty, "the default")?;
        Ok(self.convert(value, Type::Dynamic))
    }
}

/// Groups, aggregates and what is computed from them, with the names of the output.
struct Parts {
    groups: Vec<(Column, Expr)>,
    aggs: Vec<(crate::plan::ColId, Expr)>,
    values: Vec<(Column, Expr)>,
    defaults: Vec<Expr>,
    axis: Column,
}

/// Null, or a number without a fraction.
fn whole(value: &Expr) -> bool {
    match value.literal() {
        Some(Value::Real(number)) => number.fract() == 0.0,
        Some(other) => other.is_null(),
        None => false,
    }
}

fn call(name: &'static str, sig: &'static Sig, args: Vec<Expr>, ty: Type) -> Expr {
    let span = args.first().map_or(Span::default(), |arg| arg.span);
    Expr::new(ExprKind::Call { name, sig, args }, ty, span)
}
