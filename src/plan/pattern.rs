//! `declare pattern`: functions that are chosen by the constant strings that they are called with ("Pattern
//! statement" in the Kusto reference).

use std::cell::RefCell;
use std::rc::Rc;

use super::check::{Any, Binder, Checked, Stop};
use super::env::{Binding, DeclaredPattern, Env, UserFunction};
use crate::diag::code;
use crate::span::Span;
use crate::syntax::ast::{self, Arg, ExprKind as Ast, Literal, Name, ParamType, Pattern};
use crate::types::Type;

/// A mention of a pattern: `App("x")` or `App("x").y`.
pub struct Mention<'e> {
    pattern: Rc<DeclaredPattern>,
    name: &'e Name,
    args: &'e [Arg],
    path: Option<&'e Name>,
}

impl Env {
    /// The pattern that an expression mentions.
    pub fn mention<'e>(&self, expr: &'e ast::Expr) -> Option<Mention<'e>> {
        let (call, path) = match &expr.kind {
            Ast::Path(base, path) => (&base.kind, Some(path)),
            call => (call, None),
        };
        let Ast::Call { name, args } = call else { return None };
        match self.get(&name.text)? {
            Binding::Pattern(pattern) => Some(Mention { pattern: pattern.clone(), name, args, path }),
            _ => None,
        }
    }
}

impl Binder<'_> {
    pub fn bind_pattern(&mut self, declared: &Pattern, env: &Env) -> Checked<Env> {
        for param in &declared.params {
            let string = matches!(param.ty, ParamType::Scalar(Type::String, _)) && param.default.is_none();
            if !string {
                let message = format!("'{}' is no plain string", param.name.text);
                self.error(
                    code::TYPE,
                    param.name.span,
                    message,
                    "Write name:string: patterns take nothing else.",
                );
                return Err(Stop);
            }
        }
        let mut cases: Vec<(Vec<String>, Rc<UserFunction>)> = Vec::new();
        for case in &declared.cases {
            let written = case.values.iter().chain(&case.path);
            let Some(values) = written.map(text).collect::<Option<Vec<String>>>() else {
                let help = "Write each value between quotes.";
                self.error(code::TYPE, case.body.span, "a pattern's values must be constant strings", help);
                return Err(Stop);
            };
            if values.len() != declared.params.len() || case.path.is_some() != declared.has_path {
                let message = format!("these are not the values that '{}' has", declared.name.text);
                self.error(code::ARITY, case.body.span, message, "Give a value for each of its names.");
                return Err(Stop);
            }
            if cases.iter().any(|(known, _)| *known == values) {
                self.refuse(
                    case.body.span,
                    "a second meaning of the same values",
                    "Leave one of the two out.",
                );
                return Err(Stop);
            }
            let function = UserFunction {
                function: case.body.clone(),
                env: env.clone(),
                file: None,
                once: RefCell::default(),
            };
            cases.push((values, Rc::new(function)));
        }
        let (name, has_path) = (declared.name.text.clone(), declared.has_path);
        let called = declared.params.len() - usize::from(has_path);
        let params = declared.params.iter().take(called).map(|param| param.name.text.clone()).collect();
        let pattern = DeclaredPattern { name, params, has_path, cases };
        Ok(env.with(&declared.name.text, Binding::Pattern(Rc::new(pattern))))
    }

    /// What the values of a mention stand for.
    pub fn of_pattern(&mut self, mention: &Mention<'_>, env: &Env, span: Span) -> Checked<Any> {
        let Mention { pattern, name, args, path } = mention;
        if pattern.has_path && path.is_none() {
            let help = format!("Write {}(...).x, with one of the paths.", name.text);
            self.refuse(span, "a pattern without its path", &help);
            return Err(Stop);
        }
        let mut args = args.to_vec();
        if let Some(path) = path {
            let kind = Ast::Literal(Literal::String(path.text.clone()));
            args.push(Arg { name: None, expr: ast::Expr { kind, span: path.span } });
        }
        let values: Option<Vec<String>> = args.iter().map(|arg| text(&arg.expr)).collect();
        let Some(values) = values else {
            let help = "Write each value between quotes.";
            self.error(code::TYPE, span, "a pattern is called with constant strings", help);
            return Err(Stop);
        };
        match pattern.cases.iter().find(|(known, _)| *known == values) {
            Some((_, function)) => self.call_user(&function.clone(), name, &args, env, &[], span),
            None => {
                let message = format!("no case of the pattern '{}' has these values", pattern.name);
                self.error(
                    code::UNKNOWN_NAME,
                    span,
                    message,
                    "Declare it, or write values that it has, case and all.",
                );
                Err(Stop)
            }
        }
    }
}

fn text(expr: &ast::Expr) -> Option<String> {
    match &expr.kind {
        Ast::Literal(Literal::String(text)) => Some(text.clone()),
        _ => None,
    }
}
