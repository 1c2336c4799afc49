//! What unnamed columns are called: Kusto's ResultNameKind rules, and suffixes against clashes.

use std::collections::HashSet;

use crate::catalog;
use crate::catalog::func::Label;
use crate::syntax::ast::{Expr, ExprKind, Literal};

/// The name that an expression brings along, if it has one.
pub fn infer(expr: &Expr) -> Option<String> {
    match &expr.kind {
        ExprKind::Name(name) => Some(name.text.clone()),
        ExprKind::Path(base, name) => {
            let base = infer(base).filter(|base| base != "$left" && base != "$right");
            Some(base.map_or_else(|| name.text.clone(), |base| format!("{base}_{}", name.text)))
        }
        ExprKind::Index(base, index) => {
            let base = infer(base)?;
            match &index.kind {
                ExprKind::Literal(Literal::String(key)) if plain(key) => Some(format!("{base}_{key}")),
                ExprKind::Literal(Literal::Long(at)) => Some(format!("{base}_{at}")),
                _ => Some(base),
            }
        }
        ExprKind::Call { name, args } => {
            let first = || args.first().and_then(|arg| infer(&arg.expr));
            match label(&name.text)? {
                Label::None => None,
                Label::FirstArg => first(),
                Label::Prefix(prefix) => Some(format!("{prefix}_{}", first().unwrap_or_default())),
                Label::NameAndFirstArg => first().map(|first| format!("{}_{first}", name.text)),
            }
        }
        _ => None,
    }
}

fn plain(key: &str) -> bool {
    !key.is_empty() && key.chars().all(|character| character.is_alphanumeric() || character == '_')
}

/// The rule of a function; the ones that the plan knows itself follow Kusto's own table too.
fn label(name: &str) -> Option<Label> {
    match name {
        "prev" | "next" | "column_ifexists" | "columnifexists" | "toscalar" => Some(Label::FirstArg),
        "any" => Some(Label::Prefix("any")),
        _ => catalog::aggregate(name).or_else(|| catalog::function(name)).map(|row| row.label),
    }
}

/// Names of one output: a clash gets 1, 2, ... and what has no name `Column1`, `Column2`, ...
#[derive(Default)]
pub struct Namer {
    used: HashSet<String>,
    unnamed: usize,
}

impl Namer {
    /// Takes names that are there already.
    pub fn with(names: impl IntoIterator<Item = String>) -> Namer {
        Namer { used: names.into_iter().collect(), unnamed: 0 }
    }

    /// A name that is free, made from this one.
    pub fn free(&mut self, wanted: &str) -> String {
        let mut name = wanted.to_owned();
        let mut at = 0;
        while !self.used.insert(name.clone()) {
            at += 1;
            name = format!("{wanted}{at}");
        }
        name
    }

    /// Whether the name is free; takes it.
    pub fn take(&mut self, name: &str) -> bool {
        self.used.insert(name.to_owned())
    }

    /// The next `ColumnN`.
    pub fn unnamed(&mut self) -> String {
        self.unnamed += 1;
        let wanted = format!("Column{}", self.unnamed);
        self.free(&wanted)
    }
}
