//! What a text that may be unfinished has named so far: for who helps to write it. What is wrong is passed
//! over: an operator that cannot be bound leaves the rows as they were.

use super::check::{Any, Binder, Stop};
use super::env::{Binding, Env};
use super::{Column, Rel};
use crate::facts::{Options, Origin};
use crate::schema::Schema;
use crate::syntax::ast::{Expr, ExprKind, Let, LetValue, OpKind, ParamType, Pipe, Script, StatementKind};
use crate::types::Type;

/// The names and columns at the end of a text.
#[derive(Clone, Debug, Default)]
pub struct Outline {
    /// What `let` and parameters name, the latest first; each name once.
    pub names: Vec<Known>,
    /// The columns of the last query statement, or else of the last tabular name; none that are hidden.
    pub columns: Vec<Seen>,
    /// Some columns are known only when the data are there.
    pub open: bool,
}

/// A column as its user sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seen {
    pub name: String,
    pub ty: Type,
    /// The stored column whose values it holds unchanged.
    pub origin: Option<Origin>,
}

/// A name of the text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Known {
    pub name: String,
    pub sort: Sort,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Sort {
    Scalar(Type),
    Table,
    /// A function, with its parameters as they are written.
    Function(Vec<(String, String)>),
    /// Its statement is wrong.
    Wrong,
}

/// Names and columns of a script; never fails.
pub fn outline<'a>(script: &Script, text: &'a str, schema: &'a Schema, options: &'a Options) -> Outline {
    let mut binder = Binder::new(text, schema, options, None);
    let mut env = Env::default();
    let mut rel = None;
    for statement in &script.statements {
        match &statement.kind {
            StatementKind::Let(item) => {
                env = binder.forgiving_let(item, &env);
            }
            StatementKind::Parameters(params) => env = binder.query_parameters(params, env),
            StatementKind::Pattern(pattern) => {
                env = binder.bind_pattern(pattern, &env).unwrap_or(env);
            }
            StatementKind::Query(pipe) => rel = binder.forgiving(pipe, &env),
            StatementKind::Set { .. } | StatementKind::Other(_) | StatementKind::Error => {}
        }
    }
    let columns = rel.map(|rel| rel.cols).unwrap_or_default();
    let seen = |column: Column| Seen {
        name: column.name.as_str().to_owned(),
        ty: column.ty,
        origin: column.origin.map(|origin| origin.named(schema)),
    };
    Outline {
        names: binder.known(&env),
        columns: columns.into_iter().filter(|column| !column.hidden).map(seen).collect(),
        open: binder.unseen,
    }
}

impl Binder<'_> {
    /// A pipeline that is wrong keeps what is right of it.
    fn forgiving_let(&mut self, item: &Let, env: &Env) -> Env {
        let name = &item.name.text;
        if let LetValue::Expr(Expr { kind: ExprKind::Pipe(pipe), .. }) = &item.value {
            let binding = match self.forgiving(pipe, env) {
                Some(rel) => Binding::Table(self.add_let(name, rel, false)),
                None => Binding::Wrong,
            };
            return env.with(name, binding);
        }
        self.bind_let(item, env).unwrap_or_else(|Stop| env.with(name, Binding::Wrong))
    }

    /// A pipeline without those operators that are wrong.
    fn forgiving(&mut self, pipe: &Pipe, env: &Env) -> Option<Rel> {
        let mut rel = match &pipe.source {
            Some(source) => match self.any(source, env) {
                Ok(Any::Table(rel)) => Some(rel),
                Ok(Any::Scalar(_)) | Err(Stop) => return None,
            },
            None => None,
        };
        let mut env = env.clone();
        for op in pipe.ops.iter().filter(|op| op.kind != OpKind::Error) {
            let given = self.deeper(op.span, |binder| {
                let given = binder.op(op, rel.clone(), &mut env)?;
                binder.not_too_wide(given)
            });
            if let Ok(given) = given {
                rel = Some(given);
            }
        }
        rel
    }

    fn known(&self, env: &Env) -> Vec<Known> {
        let mut known: Vec<Known> = Vec::new();
        for (name, binding) in env.bindings() {
            if known.iter().any(|one| one.name == name) {
                continue;
            }
            let sort = match binding {
                Binding::Scalar(expr) | Binding::OfRow { value: expr, .. } => Sort::Scalar(expr.ty),
                Binding::Table(_) => Sort::Table,
                Binding::Function(function) => {
                    let params = function.function.params.iter().map(|param| {
                        let ty = match &param.ty {
                            ParamType::Scalar(ty, _) => ty.name().to_owned(),
                            ParamType::Table(_) => "table".to_owned(),
                        };
                        (param.name.text.clone(), ty)
                    });
                    Sort::Function(params.collect())
                }
                Binding::Pattern(pattern) => {
                    let string = |name: &String| (name.clone(), Type::String.name().to_owned());
                    Sort::Function(pattern.params.iter().map(string).collect())
                }
                Binding::Wrong => Sort::Wrong,
            };
            known.push(Known { name: name.to_owned(), sort });
        }
        known
    }
}
