//! Calls: which row of the catalog, which signature, what becomes of the arguments; and the few
//! functions whose meaning needs the plan itself. Knows no SQL.

use super::argument::{accepts, other_number, param_at};
use super::check::{Any, Binder, Checked, Stop};
use super::convert::widest;
use super::expr::Cx;
use super::{Expr, ExprKind};
use crate::catalog::func::{Arity, Func, Lower, Mixed, Ret, Sig};
use crate::catalog::{self, clauses};
use crate::diag::{code, nearest};
use crate::span::Span;
use crate::syntax::ast::{self, ExprKind as Ast, Name};
use crate::types::Type;
use crate::value::Value;

impl Binder<'_> {
    pub fn call(&mut self, name: &Name, args: &[ast::Arg], span: Span, cx: &mut Cx<'_>) -> Checked<Expr> {
        if let Some(function) = self.callable(name, cx.env)? {
            return match self.call_user(&function, name, args, cx.env, cx.cols, span)? {
                Any::Scalar(expr) => Ok(Expr { span, ..expr }),
                Any::Table(_) => {
                    self.error(
                        code::SCALAR,
                        span,
                        format!("'{}' gives a table, not a scalar", name.text),
                        "Put toscalar(...) around it.",
                    );
                    Err(Stop)
                }
            };
        }
        self.advise_name(name);
        if let Some(special) = self.special(name, args, span, cx) {
            return special;
        }
        // hll_merge() and tdigest_merge() are both.
        let scalar = cx.aggs.is_none() && catalog::function(&name.text).is_some();
        if let Some(row) = catalog::aggregate(&name.text).filter(|_| !scalar) {
            return self.aggregate_call(row, name, args, span, cx);
        }
        if let Some(row) = catalog::function(&name.text) {
            return self.function_call(row, name, args, span, cx);
        }
        self.unknown_function(name, cx);
        Err(Stop)
    }

    fn function_call(
        &mut self,
        row: &'static Func,
        name: &Name,
        args: &[ast::Arg],
        span: Span,
        cx: &mut Cx<'_>,
    ) -> Checked<Expr> {
        if let Some((last, args)) = args.split_last()
            && let Ast::TypeLiteral(ty) = &last.expr.kind
            && row.sigs.iter().any(|sig| sig.ret == Ret::Typeof)
            && !args.iter().any(|arg| matches!(arg.expr.kind, Ast::TypeLiteral(_)))
        {
            let text = self.call(name, args, span, cx)?;
            return self.typed(text, *ty, span);
        }
        let mut bound = Vec::with_capacity(args.len());
        let mut stopped = false;
        for arg in args {
            match self.expr(&arg.expr, cx) {
                Ok(expr) => bound.push(expr),
                Err(Stop) => stopped = true,
            }
        }
        if stopped {
            return Err(Stop);
        }
        self.stands_for_one(row, name)?;
        if bound.len() > row.most {
            let message = other_number(&name.text, &format!("at most {}", row.most), bound.len());
            self.error(code::ARITY_RANGE, name.span, message, row.doc);
            return Err(Stop);
        }
        self.advise_call(name, &bound, span);
        self.warn_of_lenience(name, &bound);
        self.apply(row, &name.text, bound, name.span).map(|expr| Expr { span, ..expr })
    }

    /// `extract(..., typeof(long))`: the text, converted as by `tolong()` and its kin.
    pub fn typed(&mut self, text: Expr, ty: Type, span: Span) -> Checked<Expr> {
        let name = match ty {
            Type::Bool => "tobool",
            Type::Datetime => "todatetime",
            Type::Decimal => "todecimal",
            Type::Dynamic => "todynamic",
            Type::Guid => "toguid",
            Type::Int => "toint",
            Type::Long => "tolong",
            Type::Real => "todouble",
            Type::String if text.ty == Type::String => return Ok(text),
            Type::String => "tostring",
            Type::Timespan => "totimespan",
        };
        self.apply_named(name, vec![text], span)
    }

    fn unknown_function(&mut self, name: &Name, cx: &Cx<'_>) {
        if self.unknown_stored(name) {
            return;
        }
        let mut names = cx.env.names();
        let special = clauses::SPECIAL.iter().map(|row| row.name);
        let known = catalog::names().chain(special).chain(["datatable", "externaldata", "view"]);
        known.for_each(|name| names.push(name));
        let near = nearest(&name.text, names.iter().copied());
        let message = format!("unknown function '{}'", name.text);
        self.error_near(code::UNKNOWN_FUNCTION, name.span, message, near, || {
            let file = format!("{}.kql, in the folder that --functions names", name.text);
            format!("Define it with let, or put a function that a workspace stores into {file}.")
        });
    }

    fn aggregate_call(
        &mut self,
        row: &'static Func,
        name: &Name,
        args: &[ast::Arg],
        span: Span,
        cx: &mut Cx<'_>,
    ) -> Checked<Expr> {
        self.advise_sum(name, args, span);
        let bound = self.aggregate_args(name, args, span, cx)?;
        let call = self.apply(row, &name.text, bound, name.span)?;
        Ok(self.collect(Expr { span, ..call }, cx))
    }

    /// Arguments of an aggregate are bound with no aggregate allowed inside.
    fn aggregate_args(
        &mut self,
        name: &Name,
        args: &[ast::Arg],
        _span: Span,
        cx: &mut Cx<'_>,
    ) -> Checked<Vec<Expr>> {
        let Some(aggs) = cx.aggs.take() else {
            self.error(
                code::AGGREGATE,
                name.span,
                format!("the aggregate '{}' cannot stand here", name.text),
                "Aggregates belong into summarize.",
            );
            return Err(Stop);
        };
        let mut bound = Vec::with_capacity(args.len());
        let mut stopped = false;
        for arg in args {
            // count(*) and count(x) count rows alike.
            if matches!(arg.expr.kind, Ast::Star) && name.text == "count" {
                continue;
            }
            match self.expr(&arg.expr, cx) {
                Ok(expr) => bound.push(expr),
                Err(Stop) => stopped = true,
            }
        }
        cx.aggs = Some(aggs);
        self.warn_of_lenience(name, &bound);
        if stopped { Err(Stop) } else { Ok(bound) }
    }

    /// Makes the aggregate a column of its own and returns that column.
    pub fn collect(&mut self, call: Expr, cx: &mut Cx<'_>) -> Expr {
        let column = self.new_column("", call.ty);
        let (id, ty, span) = (column.id, call.ty, call.span);
        self.hand_on(id, &call);
        if let Some(aggs) = &mut cx.aggs {
            aggs.push((column, call));
        }
        Expr::new(ExprKind::Col(id), ty, span)
    }

    pub fn apply_named(&mut self, name: &'static str, args: Vec<Expr>, span: Span) -> Checked<Expr> {
        match catalog::function(name) {
            Some(row) => self.apply(row, name, args, span),
            None => Err(Stop),
        }
    }

    /// Chooses the signature, converts the arguments, folds constants.
    pub fn apply(&mut self, row: &'static Func, name: &str, args: Vec<Expr>, span: Span) -> Checked<Expr> {
        if let [Sig { lower: Lower::Refuse(reason), .. }] = row.sigs {
            self.refuse(span, &format!("'{name}'"), reason);
            return Err(Stop);
        }
        if let Some(open) = self.apply_open(row, name, &args, span) {
            return open;
        }
        let Some(sig) = row.sigs.iter().find(|sig| accepts(sig, &args)) else {
            self.no_signature(row, name, &args, span);
            return Err(Stop);
        };
        if let Lower::Refuse(reason) = sig.lower {
            self.refuse(span, &format!("'{name}' with these arguments"), reason);
            return Err(Stop);
        }
        if let Some((message, help)) = row.caveat {
            self.warn(code::UNCERTAIN, span, format!("'{name}' {message}"), help);
        }
        if let Some(instead) = row.extension {
            self.advise_extension(&format!("the function '{name}'"), instead, span);
        }
        self.call_asks_inside(row, &args, span);
        self.warn_of_groups(row, &args);
        self.pairs(row, name, &args, span)?;
        let mut converted = Vec::with_capacity(args.len());
        for (at, arg) in args.into_iter().enumerate() {
            let param = param_at(sig, at);
            if let Some(param) = param {
                self.argument_allowed(name, at, param, &arg)?;
            }
            let wanted = param.and_then(|param| param.convert);
            self.warn_of_zeros(row, wanted, &arg);
            converted.push(match wanted {
                Some(ty) => self.convert(arg, ty),
                None => arg,
            });
        }
        let ty = self.result_type((row, sig), &mut converted, name, span)?;
        for param in sig.params.iter().skip(converted.len()).filter(|param| param.arity == Arity::Optional) {
            let ty = param.convert.or(param.types.first().copied()).unwrap_or(Type::Long);
            converted.push(Expr::lit(Value::Null, ty, span));
        }
        if row.name == "range" {
            converted.iter().for_each(|arg| self.inside(arg.ty));
        }
        self.any_volatile |= row.volatile;
        self.any_sketch |= crate::catalog::sketch::makes(row.name);
        let expr = Expr::new(ExprKind::Call { name: row.name, sig, args: converted }, ty, span);
        Ok(super::fold::fold(expr))
    }

    fn result_type(
        &mut self,
        (row, sig): (&Func, &Sig),
        args: &mut [Expr],
        name: &str,
        span: Span,
    ) -> Checked<Type> {
        match sig.ret {
            // The call before the conversion; see `typed`.
            Ret::Typeof => Ok(Type::String),
            Ret::Is(ty) => Ok(ty),
            Ret::Arg(at) => args.get(usize::from(at)).map(|arg| arg.ty).ok_or(Stop),
            Ret::Promoted(at) => {
                let ty = args.get(usize::from(at)).map(|arg| arg.ty).ok_or(Stop)?;
                Ok(if ty == Type::Int { Type::Long } else { ty })
            }
            Ret::Common(from, mixed) => {
                let places: Vec<usize> = match row.pairs {
                    Some(_) => (0..args.len()).filter(|at| at % 2 == 1 || at + 1 == args.len()).collect(),
                    None => (usize::from(from)..args.len()).collect(),
                };
                let types: Vec<Type> = places.iter().map(|at| args[*at].ty).collect();
                let values: Vec<&Expr> = places.iter().map(|at| &args[*at]).collect();
                let Some(ty) = common(&types, &values, mixed) else {
                    let names: Vec<&str> = types.iter().map(|ty| ty.name()).collect();
                    self.error(
                        if mixed == Mixed::Unwrapped { code::MISMATCH } else { code::COMMON },
                        span,
                        format!("the values of '{name}' have different types: {}", names.join(", ")),
                        "Convert them to one type.",
                    );
                    return Err(Stop);
                };
                for at in places {
                    let arg = std::mem::replace(&mut args[at], Expr::long(0, span));
                    args[at] = self.convert(arg, ty);
                }
                Ok(ty)
            }
        }
    }
}

/// One type for all.
fn common(types: &[Type], args: &[&Expr], mixed: Mixed) -> Option<Type> {
    let numbers = mixed == Mixed::Numbers;
    let unwraps = mixed != Mixed::Strict;
    let mut result: Option<Type> = None;
    for (ty, arg) in types.iter().zip(args) {
        if matches!(arg.literal(), Some(Value::Null))
            && types.iter().any(|other| other != ty)
            && *ty == Type::Dynamic
        {
            continue;
        }
        result = Some(match result {
            None => *ty,
            Some(known) if known == *ty => known,
            Some(Type::Dynamic) if unwraps => *ty,
            Some(known) if unwraps && *ty == Type::Dynamic => known,
            // iff(c, 1, 2.0) is refused by Kusto (agent-type-casts-coercion-0028).
            Some(known) if numbers || (known.integer() && ty.integer()) => widest(known, *ty)?,
            Some(_) => return None,
        });
    }
    result.or_else(|| types.first().copied())
}
