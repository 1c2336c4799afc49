//! Rows that a text reads and that stand in no stored table.

use std::collections::BTreeSet;

use crate::syntax::ast::{Expr, ExprKind, LetValue, OpKind, Pipe, Script, StatementKind};
use crate::syntax::below::{Part, below_expr, below_op};

/// What they stand in, for people.
pub(super) fn aside(script: &Script) -> BTreeSet<&'static str> {
    let mut found = BTreeSet::new();
    for statement in &script.statements {
        match &statement.kind {
            StatementKind::Let(given) => of_value(&given.value, &mut found),
            StatementKind::Query(pipe) => of_pipe(pipe, &mut found),
            _ => {}
        }
    }
    found
}

fn of_value(value: &LetValue, found: &mut BTreeSet<&'static str>) {
    match value {
        LetValue::Expr(expr) => of_expr(expr, found),
        LetValue::Function(function) => {
            function.lets.iter().for_each(|given| of_value(&given.value, found));
            of_expr(&function.body, found);
        }
    }
}

fn of_pipe(pipe: &Pipe, found: &mut BTreeSet<&'static str>) {
    pipe.source.iter().for_each(|source| of_expr(source, found));
    for op in &pipe.ops {
        found.extend(match op.kind {
            OpKind::Datatable { .. } => Some("a datatable"),
            OpKind::Externaldata { .. } => Some("externaldata"),
            OpKind::Print(_) => Some("a print"),
            _ => None,
        });
        below_op(op).into_iter().for_each(|part| of_part(part, found));
    }
}

fn of_expr(expr: &Expr, found: &mut BTreeSet<&'static str>) {
    if let ExprKind::Call { name, .. } = &expr.kind
        && name.text == "_GetWatchlist"
    {
        found.insert("a watchlist");
    }
    below_expr(expr).into_iter().for_each(|part| of_part(part, found));
}

fn of_part(part: Part, found: &mut BTreeSet<&'static str>) {
    match part {
        Part::Expr(expr) => of_expr(expr, found),
        Part::Pipe(pipe) => of_pipe(pipe, found),
    }
}
