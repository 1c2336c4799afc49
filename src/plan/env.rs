//! Names that `let` and parameters give: a chain from the innermost outwards. Knows no columns.

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;
use std::sync::Arc;

use super::Expr;
use crate::span::Span;
use crate::syntax::ast;

/// What a name stands for.
#[derive(Clone)]
pub enum Binding {
    /// A macro: its expression is used anew at each mention, so `rand()` differs.
    Scalar(Expr),
    /// A scalar that reads columns of the row at hand, which no table inside the function can see. `depth`
    /// says how many tables its place stands in.
    OfRow {
        value: Expr,
        depth: usize,
    },
    /// A tabular `let`, by index into the plan's lets.
    Table(usize),
    Function(Rc<UserFunction>),
    Pattern(Rc<DeclaredPattern>),
    /// Its `let` is wrong, which is told there; mentions of it are silent.
    Wrong,
}

/// A function of the query and the names that it sees: those before its own `let`.
pub struct UserFunction {
    pub function: Arc<ast::Function>,
    pub env: Env,
    /// Of a stored function: the file that its places are in.
    pub file: Option<Arc<StoredText>>,
    /// Where it has no parameters: the tables that its toscalar() calls compute once, by the places of the calls.
    pub once: RefCell<HashMap<Span, usize>>,
}

/// `declare pattern`: what each combination of values stands for.
pub struct DeclaredPattern {
    pub name: String,
    /// The names of the values that it is called with.
    pub params: Vec<String>,
    /// Whether the last value is written behind the call: `App("x").y`.
    pub has_path: bool,
    /// The last ones of several with the same values are never reached, and refused where they stand.
    pub cases: Vec<(Vec<String>, Rc<UserFunction>)>,
}

/// The text that a stored function was parsed from.
pub struct StoredText {
    pub path: String,
    pub text: String,
    /// How many bytes further a place stands in what was parsed; below 0 where a beginning was left out.
    pub shift: i64,
    /// It ships with kqlhunt: what is odd in it is not the user's to mend.
    pub shipped: bool,
}

impl Drop for Frame {
    /// In a loop: a text may hold more names than a stack has room for.
    fn drop(&mut self) {
        let mut outer = self.outer.0.take();
        while let Some(mut frame) = outer.and_then(|frame| Rc::try_unwrap(frame).ok()) {
            outer = frame.outer.0.take();
        }
    }
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
        self.frames().find(|frame| frame.name == name).map(|frame| &frame.binding)
    }

    /// Every visible name, the innermost first.
    pub fn names(&self) -> Vec<&str> {
        self.frames().map(|frame| frame.name.as_str()).collect()
    }

    /// Every visible name with what it stands for, the innermost first.
    pub fn bindings(&self) -> impl Iterator<Item = (&str, &Binding)> {
        self.frames().map(|frame| (frame.name.as_str(), &frame.binding))
    }

    /// The names that stand for tables.
    pub fn tables(&self) -> Vec<&str> {
        let tabular = |frame: &&Frame| matches!(frame.binding, Binding::Table(_));
        self.frames().filter(tabular).map(|frame| frame.name.as_str()).collect()
    }

    /// The views without parameters, in the order of their `let`s: `search` and `find` look into them.
    pub fn views(&self) -> Vec<(&str, Rc<UserFunction>)> {
        let mut views: Vec<(&str, Rc<UserFunction>)> = Vec::new();
        for frame in self.frames() {
            if let Binding::Function(function) = &frame.binding
                && function.function.view
                && function.function.params.is_empty()
                && !views.iter().any(|(name, _)| *name == frame.name)
            {
                views.push((&frame.name, function.clone()));
            }
        }
        views.reverse();
        views
    }

    fn frames(&self) -> impl Iterator<Item = &Frame> {
        std::iter::successors(self.0.as_deref(), |frame| frame.outer.0.as_deref())
    }
}
