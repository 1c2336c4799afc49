//! Operators that need no table before them: print, range, datatable.

use crate::diag::code;
use crate::kernels::decimal::Decimal;
use crate::kernels::range;
use crate::kernels::real::real_text;
use crate::plan::check::{Binder, Checked, Stop};
use crate::plan::env::Env;
use crate::plan::names::Namer;
use crate::plan::several::Unnamed;
use crate::plan::{Column, Expr, Node, Rel};
use crate::span::Span;
use crate::syntax::ast::{self, ColumnDecl, Name, Named};
use crate::types::Type;
use crate::value::Value;

/// How many values one datatable may hold.
const VALUES_MAX: usize = 200_000;

impl Binder<'_> {
    pub fn print(&mut self, items: &[Named], env: &Env, span: Span) -> Checked<Rel> {
        let mut namer = Namer::default();
        let mut cols = Vec::new();
        let mut row = Vec::new();
        let mut stopped = false;
        for item in self.apart(items, env, &[], Unnamed::Dropped).iter() {
            let Ok(expr) = self.scalar(&item.expr, env, &[]) else {
                stopped = true;
                continue;
            };
            let name = match self.single_name(item)? {
                Some(name) => name.text.clone(),
                None => {
                    self.printed(&item.expr, items.iter().position(|one| one.span == item.span).unwrap_or(0))
                }
            };
            let name = namer.free(&name);
            let column = self.new_column(name, expr.ty);
            self.keep_shape(column.id, &expr);
            self.keep_inside(column.id, &expr);
            cols.push(column);
            row.push(expr);
        }
        if stopped {
            return Err(Stop);
        }
        let items = cols.iter().map(|column| (column.id, column.ty)).collect();
        Ok(Rel { node: Node::Values { items, rows: vec![row] }, cols, order: Vec::new(), span })
    }

    /// The end is inclusive; all three are of one type.
    pub fn range(&mut self, name: &Name, bounds: [&ast::Expr; 3], env: &Env, span: Span) -> Checked<Rel> {
        let [from, to, step] = bounds;
        let mut from = self.scalar(from, env, &[])?;
        let mut to = self.scalar(to, env, &[])?;
        let mut step = self.scalar(step, env, &[])?;
        let ty = match (from.ty, to.ty, step.ty) {
            (Type::Datetime, Type::Datetime, Type::Timespan) => Type::Datetime,
            (Type::Timespan, Type::Timespan, Type::Timespan) => Type::Timespan,
            (from, to, step) if [from, to, step].iter().all(|ty| ty.integer()) => Type::Long,
            (from, to, step) if [from, to, step].iter().all(|ty| ty.integer() || *ty == Type::Real) => {
                Type::Real
            }
            (from, to, step) if [from, to, step].iter().all(|ty| ty.numeric()) => {
                self.refuse(
                    span,
                    "a range of decimals",
                    "Make it of reals, and convert each with todecimal().",
                );
                return Err(Stop);
            }
            (from, to, step) => {
                let message =
                    format!("range does not take ({}, {}, {})", from.name(), to.name(), step.name());
                self.error(code::TYPE, span, message, "Take numbers, or two datetimes and a timespan.");
                return Err(Stop);
            }
        };
        if ty.numeric() {
            from = self.convert(from, ty);
            to = self.convert(to, ty);
            step = self.convert(step, ty);
        }
        if matches!(step.literal(), Some(Value::Long(0) | Value::Timespan(0))) {
            self.error(code::TYPE, step.span, range::BY_ZERO, "Step by another number.");
            return Err(Stop);
        }
        if let [Some(Value::Real(first)), Some(Value::Real(end)), Some(Value::Real(by))] =
            [from.literal(), to.literal(), step.literal()]
            && let Err(what) = range::last_real(*first, *end, *by)
        {
            self.error(code::TYPE, from.span.to(step.span), what, "Take other numbers.");
            return Err(Stop);
        }
        let column = self.new_column(name.text.clone(), ty);
        let node = Node::Range { col: column.id, ty, from, to, step };
        Ok(Rel { node, cols: vec![column], order: Vec::new(), span })
    }

    pub fn datatable(
        &mut self,
        columns: &[ColumnDecl],
        values: &[ast::Expr],
        env: &Env,
        span: Span,
    ) -> Checked<Rel> {
        if columns.is_empty() || !values.len().is_multiple_of(columns.len()) {
            let message = format!("{} values do not fill rows of {} columns", values.len(), columns.len());
            self.error(code::ARITY, span, message, "Give each row a value for every column.");
            return Err(Stop);
        }
        if values.len() > VALUES_MAX {
            let message = format!("{} values in one datatable", values.len());
            self.error(
                code::LIMIT,
                span,
                message,
                format!("At most {VALUES_MAX}; load bigger tables with kqlhunt ingest."),
            );
            return Err(Stop);
        }
        self.declared_once(columns, code::TAKEN)?;
        let cols: Vec<Column> =
            columns.iter().map(|column| self.new_column(column.name.text.clone(), column.ty)).collect();
        let mut rows = Vec::new();
        let mut stopped = false;
        for values in values.chunks(columns.len()) {
            let mut row: Vec<Expr> = Vec::new();
            for (value, column) in values.iter().zip(&cols) {
                let what = format!("the value of '{}'", column.name);
                match self.scalar(value, env, &[]).and_then(|expr| self.cell(expr, column.ty, &what)) {
                    Ok(expr) => row.push(expr),
                    Err(Stop) => stopped = true,
                }
            }
            rows.push(row);
        }
        if stopped {
            return Err(Stop);
        }
        let items = cols.iter().map(|column| (column.id, column.ty)).collect();
        Ok(Rel { node: Node::Values { items, rows }, cols, order: Vec::new(), span })
    }

    /// Refuses a column that is declared twice.
    pub fn declared_once(&mut self, columns: &[ColumnDecl], code: &'static str) -> Checked<()> {
        let mut namer = Namer::default();
        let Some(twice) = columns.iter().find(|column| !namer.take(&column.name.text)) else { return Ok(()) };
        let message = format!("'{}' is declared twice", twice.name.text);
        self.error(code, twice.name.span, message, "Leave one of them out, or give it another name.");
        Err(Stop)
    }

    /// A cell may be written as a string that reads as the column's type, and a text as a whole number.
    fn cell(&mut self, expr: Expr, ty: Type, what: &str) -> Checked<Expr> {
        if matches!(expr.literal(), Some(Value::String(_))) && !matches!(ty, Type::String | Type::Dynamic) {
            let span = expr.span;
            return self.typed(expr, ty, span);
        }
        // Whole numbers have one text; hunts write ports and flags so, and Kusto's binder takes them.
        if let (Some(Value::Int(_) | Value::Long(_)), Type::String) = (expr.literal(), ty) {
            let span = expr.span;
            return self.typed(expr, ty, span);
        }
        // So does a real that is written as tostring() would: 4.5, and not 4.50.
        if let (Some(Value::Real(value)), Type::String) = (expr.literal(), ty)
            && expr.span.text(self.text) == real_text(*value)
        {
            return Ok(Expr::lit(Value::String(real_text(*value)), ty, expr.span));
        }
        if let (Some(Value::Real(value)), Type::Decimal) = (expr.literal(), ty)
            && let Ok(value) = Decimal::of_cell(*value)
        {
            return Ok(Expr::lit(Value::Decimal(value.text()), ty, expr.span));
        }
        self.coerce(expr, ty, what)
    }
}
