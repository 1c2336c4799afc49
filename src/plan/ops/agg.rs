//! summarize. Aggregates become columns of an aggregate node; what is computed from them comes above it.

use crate::catalog;
use crate::diag::code;
use crate::plan::argument::other_number;
use crate::plan::check::{Binder, Checked, Stop};
use crate::plan::env::Env;
use crate::plan::expr::Cx;
use crate::plan::names::Namer;
use crate::plan::several::Unnamed;
use crate::plan::{ColId, Column, Expr, ExprKind, Rel, constant};
use crate::span::Span;
use crate::syntax::ast::{self, Arg, ExprKind as Ast, Name, Named};
use crate::types::Type;
use crate::value::Value;

use super::cols::{origin_of, projected};

/// One summarize in the making.
pub(super) struct Summary<'s, 'b, 'a> {
    pub binder: &'s mut Binder<'b>,
    input: &'a Rel,
    env: &'a Env,
    namer: Namer,
    /// A constant may stand where an aggregate must: it is the value of each group.
    pub constants: bool,
    pub groups: Vec<(Column, Expr)>,
    pub aggs: Vec<(ColId, Expr)>,
    /// The output after the groups, computed from groups and aggregates.
    pub outputs: Vec<(Column, Expr)>,
    /// The window functions of the groups, where they may have some: computed below.
    windows: Option<Vec<(Column, Expr)>>,
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
        let aggs = &self.apart(aggs, env, &input.cols, Unnamed::Kept);
        let mut summary = Summary::new(self, &input, env, aggs.iter().chain(by));
        summary.windows = Some(Vec::new());
        let mut stopped = false;
        for item in by {
            stopped |= summary.group(item).is_err();
        }
        for item in aggs.iter() {
            stopped |= summary.item(item).is_err();
        }
        if stopped {
            return Err(Stop);
        }
        let Summary { groups, aggs, outputs, windows, .. } = summary;
        let cols = groups.iter().chain(&outputs).map(|(column, _)| column.clone()).collect();
        let set = outputs.into_iter().map(|(column, expr)| (column.id, expr)).collect();
        let groups = groups.into_iter().map(|(column, expr)| (column.id, expr)).collect();
        let input = self.with_windows(input, windows.unwrap_or_default())?;
        let grouped = self.grouped(input, groups, aggs, span);
        Ok(projected(grouped, cols, set, span))
    }
}

impl<'s, 'b, 'a> Summary<'s, 'b, 'a> {
    /// A summary of these rows; the names that `items` give are kept away from suffixes.
    pub fn new<'n>(
        binder: &'s mut Binder<'b>,
        input: &'a Rel,
        env: &'a Env,
        items: impl Iterator<Item = &'n Named>,
    ) -> Self {
        let mut namer = Namer::default();
        namer.reserve(items);
        let (groups, aggs, outputs) = (Vec::new(), Vec::new(), Vec::new());
        Summary { binder, input, env, namer, constants: false, groups, aggs, outputs, windows: None }
    }

    pub fn group(&mut self, item: &Named) -> Checked<()> {
        let mut cx = Cx { windows: self.windows.take(), ..Cx::new(self.env, &self.input.cols) };
        let bound = self.binder.expr(&item.expr, &mut cx);
        self.windows = cx.windows;
        let expr = bound?;
        if expr.ty == Type::Dynamic && !self.binder.is_unknown(&expr) {
            let help = "Convert it, with tostring() or tolong().";
            self.binder.error(code::TYPE, item.expr.span, "rows cannot be grouped by a dynamic", help);
            return Err(Stop);
        }
        let given = self.binder.single_name(item)?;
        let inferred = || self.binder.infer(&item.expr, &self.input.cols);
        let inferred = if given.is_none() { inferred() } else { None };
        let column = self.column(given, inferred, Some(&item.expr), &expr)?;
        self.groups.push((column, expr));
        Ok(())
    }

    /// A column of the output: its given name, else the inferred one, else the next `ColumnN`.
    pub fn column(
        &mut self,
        given: Option<&Name>,
        inferred: Option<String>,
        bare: Option<&ast::Expr>,
        expr: &Expr,
    ) -> Checked<Column> {
        let name = match (given, inferred) {
            (Some(name), _) => self.binder.given(name, &mut self.namer)?,
            (None, Some(name)) => match bare {
                Some(bare) => self.binder.named(bare, name, &mut self.namer)?,
                None => self.namer.free(&name),
            },
            (None, None) => self.namer.unnamed(&self.input.cols),
        };
        let origin = origin_of(expr, &self.input.cols);
        let column = self.binder.new_column(name, expr.ty);
        self.binder.hand_on(column.id, expr);
        Ok(Column { origin, ..column })
    }

    pub fn item(&mut self, item: &Named) -> Checked<()> {
        if let Ast::Call { name, args } = &item.expr.kind {
            let several = args.len() > 1 || args.iter().any(|arg| matches!(arg.expr.kind, Ast::Star));
            self.binder.advise_name(name);
            match name.text.as_str() {
                "arg_max" | "argmax" => return self.extreme(true, item, name, args),
                "arg_min" | "argmin" => return self.extreme(false, item, name, args),
                "percentile" | "percentiles" => return self.percentiles(item, name, "percentile", args),
                "percentilew" | "percentilesw" => {
                    return self.percentiles(item, name, "percentilew", args);
                }
                "take_any" | "any" if several => return self.any_row(item, name, args),
                _ => {}
            }
        }
        let mut cx = Cx { aggs: Some(Vec::new()), ..Cx::new(self.env, &self.input.cols) };
        let expr = self.binder.expr(&item.expr, &mut cx)?;
        let found = cx.aggs.take().unwrap_or_default();
        if found.is_empty() && !(self.constants && constant(&expr)) {
            let help = "Put it after 'by', or into an aggregate such as take_any().";
            self.binder.error(code::NO_AGGREGATE, item.expr.span, "no aggregate in this expression", help);
            return Err(Stop);
        }
        self.aggs.extend(found.into_iter().map(|(column, call)| (column.id, call)));
        let given = self.binder.single_name(item)?;
        let inferred = || self.binder.infer(&item.expr, &self.input.cols).or_else(|| nameless(&item.expr));
        let inferred = if given.is_none() { inferred() } else { None };
        let column = self.column(given, inferred, None, &expr)?;
        self.outputs.push((column, expr));
        Ok(())
    }

    /// `arg_max(by, a, b)` gives `by`, `a`, `b`; `arg_max(by, *)` all columns that are not grouped by.
    fn extreme(&mut self, greatest: bool, item: &Named, name: &Name, args: &[Arg]) -> Checked<()> {
        let [by, values @ ..] = args else {
            let message = format!("{}() wants what to compare", name.text);
            self.binder.error(code::ARITY_RANGE, name.span, message, "Write arg_max(TimeGenerated, *).");
            return Err(Stop);
        };
        let key = self.binder.scalar(&by.expr, self.env, &self.input.cols)?;
        if matches!(key.ty, Type::Dynamic | Type::Guid) && !self.binder.is_unknown(&key) {
            let message = format!("{} has no greatest value", key.ty.one());
            let help = match key.ty == Type::Guid {
                true => "Compare its text: write tostring(...) around it.",
                false => "Convert it, with tolong() or tostring().",
            };
            self.binder.error(code::ORDER, by.expr.span, message, help);
            return Err(Stop);
        }
        let by_name = self.binder.infer_argument(by, &self.input.cols);
        let mut fields = vec![(by_name.clone(), key.clone())];
        fields.extend(self.fields(values, Some(&key))?);
        let prefix = if greatest { "max" } else { "min" };
        let legacy = matches!(name.text.as_str(), "argmax" | "argmin");
        let by_name = by_name.unwrap_or_default();
        let names = move |index: usize, inferred: Option<String>| match inferred {
            // The obsolete spelling names its columns max_by and max_by_column.
            Some(inferred) if legacy && index > 0 => format!("{prefix}_{by_name}_{inferred}"),
            Some(inferred) if legacy => format!("{prefix}_{inferred}"),
            Some(inferred) => inferred,
            None if index > 0 => format!("{prefix}_{by_name}_arg{index}"),
            None => format!("{prefix}_"),
        };
        self.row(greatest, key, item, fields, &names)
    }

    /// `take_any(a, b)` and `take_any(*)`: the values of one row.
    fn any_row(&mut self, item: &Named, name: &Name, args: &[Arg]) -> Checked<()> {
        let fields = self.fields(args, None)?;
        let prefix = if name.text == "any" { "any_" } else { "" };
        let names = move |index: usize, inferred: Option<String>| match inferred {
            Some(inferred) => format!("{prefix}{inferred}"),
            None => format!("any_arg{index}"),
        };
        self.row(true, Expr::long(1, item.span), item, fields, &names)
    }

    /// The arguments with their names; `*` is every column that is neither grouped by, compared nor listed
    /// before.
    fn fields(&mut self, args: &[Arg], key: Option<&Expr>) -> Checked<Vec<(Option<String>, Expr)>> {
        let mut fields: Vec<(Option<String>, Expr)> = Vec::new();
        for arg in args {
            if matches!(arg.expr.kind, Ast::Star) {
                let listed = fields.clone();
                let groups = self.groups.iter().map(|(_, group)| group);
                let taken = groups.chain(key).chain(listed.iter().map(|(_, value)| value));
                let rest = self.input.cols.iter().filter(|column| {
                    !column.hidden
                        && !taken
                            .clone()
                            .any(|expr| matches!(expr.kind, ExprKind::Col(id) if id == column.id))
                });
                fields.extend(
                    rest.map(|column| (Some(column.name.to_string()), Expr::col(column, arg.expr.span))),
                );
            } else {
                let value = self.binder.scalar(&arg.expr, self.env, &self.input.cols)?;
                fields.push((self.binder.infer_argument(arg, &self.input.cols), value));
            }
        }
        Ok(fields)
    }

    /// Several values out of the one row where `key` is greatest or least.
    fn row(
        &mut self,
        greatest: bool,
        key: Expr,
        item: &Named,
        fields: Vec<(Option<String>, Expr)>,
        names: &dyn Fn(usize, Option<String>) -> String,
    ) -> Checked<()> {
        let packed = self.binder.new_col();
        let values = fields.iter().map(|(_, value)| value.clone()).collect();
        let kind = ExprKind::ArgMost { greatest, by: Box::new(key), values };
        self.aggs.push((packed, Expr::new(kind, Type::Dynamic, item.span)));
        self.namer.room(fields.len());
        self.outputs.reserve(fields.len());
        for (index, (inferred, value)) in fields.into_iter().enumerate() {
            let base = Box::new(Expr::new(ExprKind::Col(packed), Type::Dynamic, item.span));
            let field = Expr::new(ExprKind::Field { base, index }, value.ty, item.span);
            let column = self.column(item.names.get(index), Some(names(index, inferred)), None, &value)?;
            self.outputs.push((column, field));
        }
        Ok(())
    }

    /// `percentiles(x, 5, 50)` gives one column for each; `percentilesw` has the weight before the ranks.
    fn percentiles(&mut self, item: &Named, name: &Name, one: &'static str, args: &[Arg]) -> Checked<()> {
        let weighted = one == "percentilew";
        let parts = args.split_at_checked(1 + usize::from(weighted));
        let Some((values, ranks)) = parts.filter(|(_, ranks)| !ranks.is_empty()) else {
            let wants = if weighted { "a value, its weight" } else { "a value" };
            let message = format!("{}() wants {wants} and one or more percentages", name.text);
            self.binder.error(code::ARITY, name.span, message, "Write percentiles(x, 50, 95).");
            return Err(Stop);
        };
        if name.text == one && ranks.len() > 1 {
            let message = other_number(one, &(values.len() + 1).to_string(), args.len());
            self.binder.error(
                code::ARITY,
                name.span,
                message,
                "Write percentiles() for several percentages.",
            );
            return Err(Stop);
        }
        if item.names.len() > ranks.len() {
            let message = "more names than percentages";
            self.binder.error(code::SYNTAX, item.span, message, "Give each percentage one name.");
            return Err(Stop);
        }
        let Some(row) = catalog::aggregate(one) else { return Err(Stop) };
        let mut bound = Vec::new();
        for value in values {
            bound.push(self.binder.scalar(&value.expr, self.env, &self.input.cols)?);
        }
        let of = self.binder.infer_argument(&values[0], &self.input.cols).unwrap_or_default();
        for (index, rank) in ranks.iter().enumerate() {
            let percent = self.binder.scalar(&rank.expr, self.env, &[])?;
            // A number that is computed shows in no name.
            let plain = matches!(rank.expr.kind, Ast::Literal(_) | Ast::Name(_));
            let shown = percent.literal().filter(|_| plain).map(Value::text).unwrap_or_default();
            let shown = shown.replace('.', "_");
            let args = bound.iter().cloned().chain([percent]).collect();
            let call = self.binder.apply(row, one, args, name.span)?;
            let agg = self.binder.new_col();
            let output = Expr::new(ExprKind::Col(agg), call.ty, item.span);
            self.aggs.push((agg, call));
            let column =
                self.column(item.names.get(index), Some(format!("percentile_{of}_{shown}")), None, &output)?;
            self.outputs.push((column, output));
        }
        Ok(())
    }
}

/// What take_any() calls a value without a name, where it stands alone.
fn nameless(expr: &ast::Expr) -> Option<String> {
    let Ast::Call { name, .. } = &expr.kind else { return None };
    (name.text == "take_any").then(|| "any_arg0".to_owned())
}
