//! Names that `let` and parameters give: a chain from the innermost outwards. Knows no columns.

use std::rc::Rc;

use super::Expr;
use crate::syntax::ast;

/// What a name stands for.
#[derive(Clone)]
pub enum Binding {
    /// A macro: its expression is used anew at each mention, so `rand()` differs.
    Scalar(Expr),
    /// A tabular `let`, by index into the plan's lets.
    Table(usize),
    Function(Rc<UserFunction>),
}

/// A function of the query and the names that it sees: those before its own `let`.
pub struct UserFunction {
    pub function: ast::Function,
    pub env: Env,
}

/// An immutable chain; the innermost name wins.
#[derive(Clone, Default)]
pub struct Env(Option<Rc<Frame>>);

struct Frame {
    name: String,
    binding: Binding,
    outer: Env,
}

impl Env {
    pub fn with(&self, name: &str, binding: Binding) -> Env {
        Env(Some(Rc::new(Frame { name: name.to_owned(), binding, outer: self.clone() })))
    }

    pub fn get(&self, name: &str) -> Option<&Binding> {
        let mut at = self;
        while let Some(frame) = &at.0 {
            if frame.name == name {
                return Some(&frame.binding);
            }
            at = &frame.outer;
        }
        None
    }

    /// Every visible name, the innermost first.
    pub fn names(&self) -> Vec<&str> {
        let mut names = Vec::new();
        let mut at = self;
        while let Some(frame) = &at.0 {
            names.push(frame.name.as_str());
            at = &frame.outer;
        }
        names
    }
}
