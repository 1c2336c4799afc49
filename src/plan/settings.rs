//! `set` and `declare query_parameters`: what a query takes from outside.

use super::Expr;
use super::check::{Binder, Checked, Stop};
use super::env::{Binding, Env};
use crate::catalog::settings;
use crate::diag::{Diagnostic, code, nearest};
use crate::span::Span;
use crate::syntax::ast::{self, Name, Param, ParamType, Script, Statement, StatementKind};
use crate::types::Type;
use crate::value::Value;

/// What `bin_auto()` rounds to, as set statements give it.
#[derive(Default)]
pub struct Bins {
    pub size: Option<Expr>,
    pub at: Option<Expr>,
}

impl Binder<'_> {
    /// `set query_now` moves the clock, two options make the bins of `bin_auto()`, one cuts results; the options that only steer Kusto's service change nothing here.
    pub fn set(&mut self, name: &Name, value: Option<&ast::Expr>) {
        if let Some(row) = settings::refused(&name.text) {
            self.refuse(name.span, &format!("'set {}'", row.name), row.instead);
            return;
        }
        self.warn_of_option(name);
        if !settings::FOLLOWED.iter().any(|row| row.name == name.text) {
            return;
        }
        let Some(value) = value else { return };
        let bound = self.scalar(value, &Env::default(), &[]);
        match name.text.as_str() {
            "query_bin_auto_size" => self.bins.size = bound.ok(),
            "query_bin_auto_at" => self.bins.at = bound.ok(),
            "query_take_max_records" => self.set_records(bound, value.span),
            _ => self.set_now(bound, value.span),
        }
    }

    /// Kusto takes any name. One that is nearly an option is meant as that option.
    fn warn_of_option(&mut self, name: &Name) {
        let known = || settings::KNOWN.iter().copied().chain(settings::REFUSED.iter().map(|row| row.name));
        if known().any(|option| option == name.text) {
            return;
        }
        if let Some(near) = nearest(&name.text, known()) {
            let message = format!("'{}' is no option, and changes nothing", name.text);
            let warning = Diagnostic::warning(code::SUSPICIOUS, name.span, message);
            self.remark(warning.mean(Some(near), ""));
        }
    }

    fn set_now(&mut self, bound: Checked<Expr>, span: Span) {
        match bound.ok().as_ref().and_then(Expr::literal) {
            Some(Value::Datetime(ticks)) => self.now = *ticks,
            Some(_) | None => {
                self.error(
                    code::TYPE,
                    span,
                    "query_now wants a datetime",
                    "Write set query_now = datetime(2026-05-14T12:00:00Z);",
                );
            }
        }
    }

    /// Results of this many rows at most; of several numbers the least holds ("Query limits").
    fn set_records(&mut self, bound: Checked<Expr>, span: Span) {
        match bound.ok().as_ref().and_then(Expr::literal) {
            Some(Value::Long(records @ 0..)) => {
                self.records_max = Some(self.records_max.map_or(*records, |known| known.min(*records)));
            }
            Some(_) | None => {
                let help = "Write set query_take_max_records = 100;";
                self.error(code::TYPE, span, "query_take_max_records wants a number of rows", help);
            }
        }
    }

    pub fn query_parameters(&mut self, params: &[Param], mut env: Env) -> Env {
        for param in params {
            let ParamType::Scalar(ty, _) = &param.ty else {
                self.refuse(param.name.span, "a tabular query parameter", "Declare scalar parameters only.");
                continue;
            };
            let mut all = self.options.params.iter().filter(|(name, _)| *name == param.name.text);
            let given = all.next();
            if all.next().is_some() {
                self.error(
                    code::GIVEN,
                    param.name.span,
                    format!("--param {} is given more than once", param.name.text),
                    "Give each parameter one value.",
                );
            }
            let value = match (given, &param.default) {
                (Some((_, text)), _) => self.parameter_value(text, *ty, param.name.span),
                (None, Some(default)) => {
                    self.scalar(default, &env, &[]).and_then(|expr| self.coerce(expr, *ty, "the default"))
                }
                (None, None) => {
                    let help = format!("Give it on the command line: --param {}=VALUE.", param.name.text);
                    self.error(
                        code::UNKNOWN_NAME,
                        param.name.span,
                        format!("the query parameter '{}' has no value", param.name.text),
                        help,
                    );
                    Err(Stop)
                }
            };
            let binding = value.map_or(Binding::Wrong, Binding::Scalar);
            env = env.with(&param.name.text, binding);
        }
        env
    }

    /// A value for a parameter that the text does not declare reaches nothing.
    pub fn undeclared(&mut self, script: &Script) {
        let Some(first) = script.statements.first() else { return };
        let statements = script.statements.iter();
        let declares = |statement: &&Statement| matches!(statement.kind, StatementKind::Parameters(_));
        let place = statements.clone().find(declares).unwrap_or(first).span;
        let declared = statements.flat_map(|statement| match &statement.kind {
            StatementKind::Parameters(params) => params.as_slice(),
            _ => &[],
        });
        let declared: Vec<&str> = declared.map(|param| param.name.text.as_str()).collect();
        let options = self.options;
        for (name, _) in options.params.iter().filter(|(name, _)| !declared.contains(&name.as_str())) {
            let help = match nearest(name, declared.iter().copied()) {
                Some(near) => format!("Did you mean '{near}'?"),
                None => format!("Declare it: declare query_parameters({name}:string);"),
            };
            let message = format!("no parameter is declared that --param {name} could fill");
            self.warn(code::SUSPICIOUS, place, message, help);
        }
    }

    /// The value of a parameter as the command line gives it: a string as it is, the rest as a KQL literal.
    pub fn parameter_value(&mut self, text: &str, ty: Type, span: Span) -> Checked<Expr> {
        if ty == Type::String {
            return Ok(Expr::lit(Value::String(text.to_owned()), ty, span));
        }
        for form in [format!("print {}({text})", ty.name()), format!("print {text}")] {
            let (script, problems) = crate::syntax::parse(&form);
            if !problems.is_empty() {
                continue;
            }
            // A value that ends the form and goes on is more than a value.
            if let [Statement { kind: StatementKind::Query(pipe), .. }] = script.statements.as_slice()
                && let [ast::Op { kind: ast::OpKind::Print(items), .. }] = pipe.ops.as_slice()
                && let [item] = items.as_slice()
                && item.names.is_empty()
            {
                let before = self.diagnostics.len();
                if let Ok(mut expr) = self
                    .scalar(&item.expr, &Env::default(), &[])
                    .and_then(|expr| self.coerce(expr, ty, "the value"))
                    && expr.literal().is_some()
                {
                    expr.span = span;
                    return Ok(expr);
                }
                self.diagnostics.truncate(before);
            }
        }
        self.error(
            code::TYPE,
            span,
            format!("'{text}' is not {}", ty.one()),
            "Write one value as KQL does, without quotes around it.",
        );
        Err(Stop)
    }
}
