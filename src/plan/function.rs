//! Functions of the query: arguments become names, the body is bound anew at each call.

use std::collections::HashSet;
use std::rc::Rc;

use super::argument::other_number;
use super::check::{Any, Binder, CALLS_DEEP, Checked, Stop};
use super::env::{Binding, Env, UserFunction};
use super::expr::columns_of;
use super::{Column, Expr, Rel};
use crate::diag::code;
use crate::span::Span;
use crate::syntax::ast::{self, ColumnDecl, Function, Name, Param, ParamType};
use crate::types::Type;

impl Binder<'_> {
    /// Calls a function of the query: its parameters become names, its body is bound anew.
    pub fn call_user(
        &mut self,
        function: &Rc<UserFunction>,
        name: &Name,
        args: &[ast::Arg],
        env: &Env,
        cols: &[Column],
        span: Span,
    ) -> Checked<Any> {
        if self.calls_deep >= CALLS_DEEP {
            self.error(
                code::LIMIT,
                span,
                format!("'{}' is called more than {CALLS_DEEP} functions deep", name.text),
                "KQL functions cannot call themselves.",
            );
            return Err(Stop);
        }
        let inner = self.arguments(&function.function, name, args, env, &function.env, cols)?;
        self.calls_deep += 1;
        let constant = function.function.params.is_empty().then(|| function.clone());
        let outer = std::mem::replace(&mut self.constant, constant);
        let result = self.inside_of(function, name, |binder| binder.body(&function.function, inner));
        self.constant = outer;
        self.calls_deep -= 1;
        result
    }

    pub fn body(&mut self, function: &Function, mut env: Env) -> Checked<Any> {
        let mut declared: HashSet<String> =
            function.params.iter().map(|param| param.name.text.clone()).collect();
        for item in &function.lets {
            self.declare(&item.name, &mut declared);
            env = self.bind_let(item, &env)?;
        }
        self.any(&function.body, &env)
    }

    pub fn table_of_call(
        &mut self,
        function: &Rc<UserFunction>,
        name: &Name,
        args: &[ast::Arg],
        env: &Env,
        span: Span,
    ) -> Checked<Rel> {
        match self.call_user(function, name, args, env, &[], span)? {
            Any::Table(rel) => Ok(rel),
            Any::Scalar(_) => {
                self.error(
                    code::TYPE,
                    span,
                    format!("'{}' gives a scalar, not a table", name.text),
                    "Use it inside an expression.",
                );
                Err(Stop)
            }
        }
    }

    pub fn arguments(
        &mut self,
        function: &Function,
        name: &Name,
        args: &[ast::Arg],
        outer: &Env,
        inner: &Env,
        cols: &[Column],
    ) -> Checked<Env> {
        let mut env = inner.clone();
        if args.len() > function.params.len() {
            let takes = function.params.len().to_string();
            let message = other_number(&name.text, &takes, args.len());
            self.error(code::ARITY, name.span, message, "Drop the surplus ones.");
            return Err(Stop);
        }
        for (at, param) in function.params.iter().enumerate() {
            let by_name =
                args.iter().find(|arg| arg.name.as_ref().is_some_and(|given| given.text == param.name.text));
            let given = by_name.or_else(|| args.get(at).filter(|arg| arg.name.is_none()));
            let binding = match (&param.ty, given) {
                (ParamType::Table(needed), Some(arg)) => {
                    let rel = self.table_argument(needed, name, arg, outer)?;
                    Binding::Table(self.add_let(&param.name.text, rel, false))
                }
                (ParamType::Scalar(ty, _), Some(arg)) => {
                    let value = self.scalar(&arg.expr, outer, cols)?;
                    let value = match (value.ty, ty) {
                        (Type::Long, Type::Int) if value.literal().is_none() => {
                            self.narrowed(value, &param.name.text)?
                        }
                        _ => value,
                    };
                    let value = self.coerce(value, *ty, &format!("the argument '{}'", param.name.text))?;
                    self.scalar_binding(value)
                }
                (ParamType::Scalar(ty, _), None) if let Some(default) = &param.default => {
                    let value = self.scalar(default, inner, &[])?;
                    let what = format!("the default of '{}'", param.name.text);
                    Binding::Scalar(self.coerce(value, *ty, &what)?)
                }
                (_, None) => return self.missing_argument(name, param),
            };
            env = env.with(&param.name.text, binding);
        }
        Ok(env)
    }

    /// A long for a parameter of type int: the function library of the Kusto reference gives its functions such.
    fn narrowed(&mut self, value: Expr, param: &str) -> Checked<Expr> {
        let message = format!("the argument '{param}' is a long, and is taken as an int");
        self.warn(
            code::CONVERTED,
            value.span,
            message,
            "Beyond the range of an int it wraps, as by toint().",
        );
        let span = value.span;
        self.apply_named("toint", vec![value], span)
    }

    /// A table for a parameter that needs these columns.
    fn table_argument(
        &mut self,
        needed: &[ColumnDecl],
        function: &Name,
        arg: &ast::Arg,
        env: &Env,
    ) -> Checked<Rel> {
        let rel = self.source(&arg.expr, env)?;
        for column in needed {
            let found = rel.column(&column.name.text);
            if !found.is_some_and(|found| found.ty == column.ty || self.unknown.contains(&found.id)) {
                self.lacks_column(&rel, column, function, arg.expr.span);
                return Err(Stop);
            }
        }
        Ok(rel)
    }

    /// Of the table that an argument is.
    fn lacks_column(&mut self, table: &Rel, wanted: &ColumnDecl, function: &Name, span: Span) {
        let (column, ty) = (&wanted.name.text, wanted.ty.name());
        let (message, help) = match table.column(column) {
            None => (
                format!("the table has no column '{column}', which '{}' needs", function.text),
                "Give a table that has it.",
            ),
            Some(found) => (
                format!("'{}' needs '{column}' of type {ty}, not {}", function.text, found.ty.name()),
                "Convert it before, with extend.",
            ),
        };
        self.error(code::COLUMNS, span, message, help);
    }

    /// What a name stands for from now on whose value this is.
    pub fn scalar_binding(&self, value: Expr) -> Binding {
        match columns_of(&value).is_empty() {
            true => Binding::Scalar(value),
            false => Binding::OfRow { value, depth: self.tables_deep },
        }
    }

    /// A mention of [`Binding::OfRow`]. Kusto has no tables for each row (user-defined functions,
    /// "Limitations").
    pub fn of_row(&mut self, value: &Expr, depth: usize, name: &Name) -> Checked<Expr> {
        if depth == self.tables_deep {
            return self.copied(value, name.span);
        }
        self.error(
            code::SCALAR,
            name.span,
            format!("'{}' differs from row to row, and a table inside a function cannot read it", name.text),
            "Bring the two together with join or lookup, or give the function a constant.",
        );
        Err(Stop)
    }

    pub fn missing_argument(&mut self, name: &Name, param: &Param) -> Checked<Env> {
        self.error(
            code::ARITY,
            name.span,
            format!("'{}' lacks its argument '{}'", name.text, param.name.text),
            "Give it.",
        );
        Err(Stop)
    }
}
