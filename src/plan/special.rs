//! The functions whose meaning needs the plan itself: the clock, a table, the columns in reach, the order
//! of rows.

use super::check::{Any, Binder, Checked, Stop};
use super::expr::Cx;
use super::ops::{volatile, volatile_expr};
use super::{Column, Expr, Node, Rel, WindowFunc};
use crate::catalog::{self, clauses};
use crate::diag::code;
use crate::facts::InputSource;
use crate::kernels::hash::xxhash64;
use crate::span::Span;
use crate::syntax::ast::{self, Name};
use crate::types::Type;
use crate::value::Value;

impl Binder<'_> {
    /// Functions that read the clock, a table, the columns in reach, or the order of rows.
    pub fn special(
        &mut self,
        name: &Name,
        args: &[ast::Arg],
        span: Span,
        cx: &mut Cx<'_>,
    ) -> Option<Checked<Expr>> {
        let called = clauses::special(&name.text).map_or(name.text.as_str(), |row| row.name);
        Some(match called {
            "now" => self.clock(name, args, span, cx, 1),
            "ago" => self.clock(name, args, span, cx, -1),
            "bin_auto" => return self.bin_auto(args, span, cx),
            "toscalar" => self.toscalar(name, args, span, cx),
            "column_ifexists" => self.column_ifexists(name, args, span, cx),
            "pack_all" if args.len() > 1 => self.arity(name, "at most whether empty values are left out"),
            "pack_all" => self.pack_all(args, span, cx),
            "pack_array" => return self.pack_every_column(args, span, cx),
            "iscolumnexists" => return self.is_column(args, span, cx),
            "assert" => return self.assert(args, span, cx),
            "column_names_of" => match args {
                [table] => self.column_names_of(&table.expr, cx.env, span),
                _ => self.arity(name, "one table"),
            },
            "bag_pack_columns" => self.bag_pack_columns(args, span, cx),
            "arg_max" | "argmax" | "arg_min" | "argmin" => self.arg_most(name, span),
            "row_number" => self.window(WindowFunc::RowNumber, name, args, span, cx),
            "prev" => self.window(WindowFunc::Prev, name, args, span, cx),
            "next" => self.window(WindowFunc::Next, name, args, span, cx),
            "row_cumsum" => self.window(WindowFunc::RowCumsum, name, args, span, cx),
            "ingestion_time" => {
                self.warn_ingestion_time(span);
                return None;
            }
            "base64_decode_toguid" => {
                let help = "It undoes base64_encode_fromguid(), as hunts use it on token identifiers.";
                let message = "Kusto's reference shows another order of two bytes in its one example of this";
                self.warn(code::UNCERTAIN, span, message, help);
                return None;
            }
            "hash" | "hash_xxhash64" => return self.hash_remainder(args, span, cx),
            "geo_info_from_ip_address" => {
                self.needs_file(InputSource::Places, span);
                return None;
            }
            "parse_user_agent" => {
                self.needs_file(InputSource::UserAgents, span);
                return None;
            }
            "row_rank_dense" => self.window(WindowFunc::RankDense, name, args, span, cx),
            "row_rank_min" => self.window(WindowFunc::RankMin, name, args, span, cx),
            "row_window_session" => self.window(WindowFunc::Session, name, args, span, cx),
            "isnull" | "isnotnull" | "notnull" => return self.null_test(name, args, span, cx),
            "gettype" => return self.type_name(args, span, cx),
            "typeof" => {
                self.error(
                    code::SYNTAX,
                    span,
                    "typeof(...) cannot stand here",
                    "It belongs after 'to' in mv-expand.",
                );
                Err(Stop)
            }
            _ => return None,
        })
    }

    /// Strings are never null, so the answer is known before any row (engine trap 1).
    pub fn null_test(
        &mut self,
        name: &Name,
        args: &[ast::Arg],
        span: Span,
        cx: &mut Cx<'_>,
    ) -> Option<Checked<Expr>> {
        let [arg] = args else { return None };
        let Ok(bound) = self.expr(&arg.expr, cx) else { return Some(Err(Stop)) };
        self.advise_call(name, std::slice::from_ref(&bound), span);
        if bound.ty != Type::String {
            let row = catalog::function(&name.text)?;
            return Some(
                self.apply(row, &name.text, vec![bound], name.span).map(|expr| Expr { span, ..expr }),
            );
        }
        Some(Ok(Expr::lit(Value::Bool(name.text != "isnull"), Type::Bool, span)))
    }

    /// `hash('text', 100)`: the remainder of a constant's hash, where that is positive however it is read. How
    /// Kusto reduces a hash with the highest bit set is not recorded.
    fn hash_remainder(&mut self, args: &[ast::Arg], span: Span, cx: &mut Cx<'_>) -> Option<Checked<Expr>> {
        let [text, modulus] = args else { return None };
        let (Ok(text), Ok(modulus)) = (self.expr(&text.expr, cx), self.expr(&modulus.expr, cx)) else {
            return Some(Err(Stop));
        };
        let hash = match text.literal() {
            Some(Value::String(text)) => xxhash64(text.as_bytes()),
            Some(Value::Datetime(ticks)) => xxhash64(&ticks.to_le_bytes()),
            _ => return None,
        };
        let modulus = match modulus.literal() {
            Some(Value::Int(modulus @ 1..)) => i64::from(*modulus),
            Some(Value::Long(modulus @ 1..)) => *modulus,
            _ => return None,
        };
        let hash = i64::try_from(hash).ok()?;
        Some(Ok(Expr::long(hash % modulus, span)))
    }

    /// Only a dynamic has its type in its value.
    pub fn type_name(&mut self, args: &[ast::Arg], span: Span, cx: &mut Cx<'_>) -> Option<Checked<Expr>> {
        let [arg] = args else { return None };
        let Ok(bound) = self.expr(&arg.expr, cx) else { return Some(Err(Stop)) };
        if bound.ty == Type::Dynamic {
            return Some(self.apply_named("gettype", vec![bound], span));
        }
        Some(Ok(Expr::lit(Value::String(bound.ty.name().to_owned()), Type::String, span)))
    }

    pub fn clock(
        &mut self,
        name: &Name,
        args: &[ast::Arg],
        span: Span,
        cx: &mut Cx<'_>,
        sign: i64,
    ) -> Checked<Expr> {
        let now = Expr::lit(Value::Datetime(self.now), Type::Datetime, span);
        let [arg] = args else {
            if args.is_empty() && sign > 0 {
                return Ok(now);
            }
            let what = match sign > 0 {
                true => "now() wants one timespan, or nothing",
                false => "ago() wants one timespan",
            };
            self.error(code::ARITY, name.span, what, "Write ago(7d).");
            return Err(Stop);
        };
        let offset = self.expr(&arg.expr, cx)?;
        if offset.ty != Type::Timespan {
            let message = format!("the offset is {}, not a timespan", offset.ty.one());
            self.error(code::TYPE, offset.span, message, "Write it as 7d or 1h, without quotes.");
            return Err(Stop);
        }
        let op = if sign > 0 { ast::BinaryOp::Add } else { ast::BinaryOp::Sub };
        self.binary_op(op, span, now, offset, span)
    }

    /// `bin()` with the size that the query sets, or `bin_at()` where it sets a fixed point too.
    pub fn bin_auto(&mut self, args: &[ast::Arg], span: Span, cx: &mut Cx<'_>) -> Option<Checked<Expr>> {
        let [arg] = args else { return None };
        let Ok(value) = self.expr(&arg.expr, cx) else { return Some(Err(Stop)) };
        let Some(size) = self.bins.size.clone() else {
            self.refuse(
                span,
                "'bin_auto' without a size",
                "Write set query_bin_auto_size = 1h; before the query.",
            );
            return Some(Err(Stop));
        };
        Some(match self.bins.at.clone() {
            None => self.apply_named("bin", vec![value, size], span),
            Some(at) => self.apply_named("bin_at", vec![value, size, at], span),
        })
    }

    pub fn toscalar(&mut self, name: &Name, args: &[ast::Arg], span: Span, cx: &mut Cx<'_>) -> Checked<Expr> {
        let [arg] = args else {
            self.error(
                code::ARITY,
                name.span,
                "toscalar() wants one table or scalar",
                "Write toscalar(T | summarize max(x)).",
            );
            return Err(Stop);
        };
        if let Some(key) = self.part_scalar(&arg.expr, cx.cols) {
            return Ok(key);
        }
        self.tables_deep += 1;
        let value = self.any(&arg.expr, cx.env);
        self.tables_deep -= 1;
        let rel = match value? {
            Any::Scalar(expr) if volatile_expr(&expr) => self.one_value(expr),
            Any::Scalar(expr) => return Ok(expr),
            Any::Table(rel) => rel,
        };
        let Some(first) = rel.cols.first() else { return Err(Stop) };
        let ty = first.ty;
        // Computed once for the whole query, wherever and however often it is mentioned.
        let rel = if self.any_volatile && volatile(&rel) { self.computed_once(rel, span) } else { rel };
        Ok(self.scalar_of(rel, ty, span))
    }

    /// A table of one value.
    fn one_value(&mut self, value: Expr) -> Rel {
        let column = self.new_column("", value.ty);
        let span = value.span;
        let node = Node::Values { items: vec![(column.id, value.ty)], rows: vec![vec![value]] };
        Rel { node, cols: vec![column], order: Vec::new(), span }
    }

    /// A table that is computed once, by its mention; in a function without parameters once for all calls ("Optimize
    /// queries that use named expressions").
    fn computed_once(&mut self, rel: Rel, span: Span) -> Rel {
        let function = self.constant.clone();
        let known = function.as_ref().and_then(|function| function.once.borrow().get(&span).copied());
        let index = known.unwrap_or_else(|| self.add_let("toscalar", rel, true));
        if let Some(function) = function {
            function.once.borrow_mut().insert(span, index);
        }
        self.let_rel(index, span)
    }

    pub fn column_ifexists(
        &mut self,
        name: &Name,
        args: &[ast::Arg],
        span: Span,
        cx: &mut Cx<'_>,
    ) -> Checked<Expr> {
        let [column, default] = args else {
            self.error(
                code::ARITY,
                name.span,
                format!("{}() wants a column name and a default", name.text),
                "Write column_ifexists(\"Name\", \"\").",
            );
            return Err(Stop);
        };
        let bound = self.scalar(&column.expr, cx.env, &[])?;
        let Some(Value::String(wanted)) = bound.literal() else {
            self.error(
                code::TYPE,
                column.expr.span,
                "the column's name must be a constant string",
                "Put it between quotes.",
            );
            return Err(Stop);
        };
        if let Some(found) = cx.cols.iter().find(|candidate| candidate.name == *wanted) {
            return Ok(Expr::col(found, span));
        }
        self.expr(&default.expr, cx)
    }

    /// Known before any row: whether the input has a column of this name.
    fn is_column(&mut self, args: &[ast::Arg], span: Span, cx: &mut Cx<'_>) -> Option<Checked<Expr>> {
        let [arg] = args else { return None };
        let Ok(name) = self.expr(&arg.expr, cx) else { return Some(Err(Stop)) };
        let Some(Value::String(name)) = name.literal() else { return None };
        let found = cx.cols.iter().any(|column| column.name == *name);
        Some(Ok(Expr::lit(Value::Bool(found), Type::Bool, span)))
    }

    /// A condition that Kusto decides while it reads the query; where it does not hold there is no query.
    fn assert(&mut self, args: &[ast::Arg], span: Span, cx: &mut Cx<'_>) -> Option<Checked<Expr>> {
        let [condition, message] = args else { return None };
        let (Ok(condition), Ok(message)) = (self.expr(&condition.expr, cx), self.expr(&message.expr, cx))
        else {
            return Some(Err(Stop));
        };
        let (Some(holds), Some(Value::String(message))) = (super::fold::holds(&condition), message.literal())
        else {
            let help =
                "Both its arguments must be known before the query runs; put other conditions into where.";
            self.error(code::TYPE, span, "assert() wants a constant condition and a constant text", help);
            return Some(Err(Stop));
        };
        if holds {
            return Some(Ok(Expr::lit(Value::Bool(true), Type::Bool, span)));
        }
        let help = "This is what assert() says when its condition does not hold.";
        let message = message.trim();
        let said = if message.is_empty() { "the condition of assert() does not hold" } else { message };
        self.error(code::TYPE, span, said, help);
        Some(Err(Stop))
    }

    pub fn pack_all(&mut self, args: &[ast::Arg], span: Span, cx: &mut Cx<'_>) -> Checked<Expr> {
        let mut function = "bag_pack";
        if let Some(arg) = args.first() {
            let bound = self.expr(&arg.expr, cx)?;
            function = match bound.literal() {
                Some(Value::Bool(false)) => "bag_pack",
                Some(Value::Bool(true)) => "pack_all",
                _ => {
                    let help = "Write true or false.";
                    self.error(code::TYPE, bound.span, "pack_all() wants a constant bool", help);
                    return Err(Stop);
                }
            };
        }
        let cols: Vec<Column> = cx.cols.iter().filter(|column| !column.hidden).cloned().collect();
        self.pack(function, &cols, span)
    }

    /// `pack_array(*)`: all columns in one array ("pack_array()").
    fn pack_every_column(&mut self, args: &[ast::Arg], span: Span, cx: &Cx<'_>) -> Option<Checked<Expr>> {
        let [ast::Arg { expr: ast::Expr { kind: ast::ExprKind::Star, .. }, .. }] = args else { return None };
        let cols = cx.cols.iter().filter(|column| !column.hidden);
        Some(self.apply_named("pack_array", cols.map(|column| Expr::col(column, span)).collect(), span))
    }

    pub fn bag_pack_columns(&mut self, args: &[ast::Arg], span: Span, cx: &mut Cx<'_>) -> Checked<Expr> {
        let mut pairs = Vec::new();
        for arg in args {
            let value = self.expr(&arg.expr, cx)?;
            let key = self.infer(&arg.expr, cx.cols).unwrap_or_default();
            pairs.push(Expr::lit(Value::String(key), Type::String, arg.expr.span));
            pairs.push(value);
        }
        self.apply_named("bag_pack", pairs, span)
    }

    pub fn pack(&mut self, function: &'static str, cols: &[Column], span: Span) -> Checked<Expr> {
        let pairs = cols.iter().flat_map(|column| {
            [Expr::lit(Value::String(column.name.to_string()), Type::String, span), Expr::col(column, span)]
        });
        self.apply_named(function, pairs.collect(), span)
    }

    pub fn arity(&mut self, name: &Name, wants: &str) -> Checked<Expr> {
        self.error(code::ARITY, name.span, format!("{}() wants {wants}", name.text), "Give them.");
        Err(Stop)
    }

    /// Standing alone in summarize it gives several columns, see `ops::agg`; here it is part of something.
    pub fn arg_most(&mut self, name: &Name, span: Span) -> Checked<Expr> {
        let help = "Let it stand alone in summarize, or use max() or min().";
        self.refuse(span, &format!("{}() inside an expression", name.text), help);
        Err(Stop)
    }
}
