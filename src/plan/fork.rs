//! fork and facet: one statement with several results. Each result is a pipeline of its own.

use std::borrow::Cow;

use super::check::{Binder, Checked, Stop};
use crate::diag::code;
use crate::span::Span;
use crate::syntax::ast::{Arg, Expr, ExprKind as Ast, Name, Named, Op, OpKind, Pipe};

/// How many results one statement may have.
pub const RESULTS_MAX: usize = 64;

impl Binder<'_> {
    /// The pipelines that a statement stands for: one, or those of the fork or facet that ends it; each with
    /// the name that the query gives it.
    pub fn results_of<'p>(&mut self, pipe: &'p Pipe) -> Checked<Vec<(Option<String>, Cow<'p, Pipe>)>> {
        let ends = |op: &Op| matches!(op.kind, OpKind::Fork(_) | OpKind::Facet(..));
        let Some(at) = pipe.ops.iter().position(ends) else { return Ok(vec![(None, Cow::Borrowed(pipe))]) };
        let (before, op, after) = (&pipe.ops[..at], &pipe.ops[at], &pipe.ops[at + 1..]);
        if let Some(next) = after.iter().find(|op| !matches!(op.kind, OpKind::Render { .. } | OpKind::Error))
        {
            let what = format!("'{}' after {}", next.name.text, op.name.text);
            self.refuse(next.name.span, &what, "Put it into the branches.");
            return Err(Stop);
        }
        let branches: Vec<(Option<String>, Vec<Op>)> = match &op.kind {
            OpKind::Fork(branches) => branches.iter().map(branch).collect(),
            OpKind::Facet(by, with) => {
                let rows = with.iter().map(|with| (None, with.ops.clone()));
                rows.chain(by.iter().map(|name| (None, vec![counted(name, op.span)]))).collect()
            }
            _ => Vec::new(),
        };
        if branches.len() > RESULTS_MAX {
            let message = format!("{} results of one statement", branches.len());
            let help = format!("At most {RESULTS_MAX} can be asked for at once.");
            self.error(code::LIMIT, op.name.span, message, help);
            return Err(Stop);
        }
        self.copies(before.len() * branches.len(), op.span)?;
        let whole = |(name, branch): (Option<String>, Vec<Op>)| {
            let ops = before.iter().cloned().chain(branch).chain(after.iter().cloned()).collect();
            (name, Cow::Owned(Pipe { source: pipe.source.clone(), ops, span: pipe.span }))
        };
        Ok(branches.into_iter().map(whole).collect())
    }
}

/// A branch of fork, called as it says itself, or as an `as` that ends it ("fork operator").
fn branch((given, pipe): &(Option<Name>, Pipe)) -> (Option<String>, Vec<Op>) {
    let named = match pipe.ops.last().map(|op| &op.kind) {
        Some(OpKind::As { name, .. }) => Some(name),
        _ => None,
    };
    let name = given.as_ref().or(named).map(|name| name.text.clone());
    (name, pipe.ops.clone())
}

/// `summarize count_X = count() by X`, as facet has it ("facet operator").
fn counted(name: &Name, span: Span) -> Op {
    let named = |text: &str| Name { text: text.to_owned(), span: name.span };
    let expr = |kind: Ast| Expr { kind, span: name.span };
    let count = expr(Ast::Call { name: named("count"), args: Vec::<Arg>::new() });
    let agg = Named { names: vec![named(&format!("count_{}", name.text))], expr: count, span: name.span };
    let by = Named { names: Vec::new(), expr: expr(Ast::Name(name.clone())), span: name.span };
    let kind = OpKind::Summarize { aggs: vec![agg], by: vec![by], params: Vec::new() };
    Op { kind, name: named("facet"), span }
}
