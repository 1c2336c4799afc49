//! What stands directly below a part of the tree, in the order of the text: for who looks for something
//! anywhere in a query and need not know all the operators.

use super::ast::{Expr, ExprKind, Named, Op, OpKind, OpParam, Pipe, SortKey};

/// An expression, or a pipeline inside an operator.
#[derive(Clone, Copy, Debug)]
pub enum Part<'t> {
    Expr(&'t Expr),
    Pipe(&'t Pipe),
}

/// The expressions and pipelines of an operator.
pub fn below_op(op: &Op) -> Vec<Part<'_>> {
    let mut found = Found(Vec::new());
    found.op(&op.kind);
    found.0
}

/// The expressions and pipelines directly below an expression.
pub fn below_expr(expr: &Expr) -> Vec<Part<'_>> {
    let mut found = Found(Vec::new());
    found.inside(&expr.kind);
    found.0
}

struct Found<'t>(Vec<Part<'t>>);

impl<'t> Found<'t> {
    fn expr(&mut self, expr: &'t Expr) {
        self.0.push(Part::Expr(expr));
    }

    fn pipe(&mut self, pipe: &'t Pipe) {
        self.0.push(Part::Pipe(pipe));
    }

    fn exprs(&mut self, exprs: impl IntoIterator<Item = &'t Expr>) {
        self.0.extend(exprs.into_iter().map(Part::Expr));
    }

    fn named(&mut self, items: &'t [Named]) {
        self.exprs(items.iter().map(|item| &item.expr));
    }

    fn keys(&mut self, keys: &'t [SortKey]) {
        self.exprs(keys.iter().map(|key| &key.expr));
    }

    fn params(&mut self, params: &'t [OpParam]) {
        self.exprs(params.iter().map(|param| &param.value));
    }

    fn op(&mut self, kind: &'t OpKind) {
        match kind {
            OpKind::Print(items)
            | OpKind::Distinct(items)
            | OpKind::Serialize(items)
            | OpKind::Extend(items)
            | OpKind::Project(items) => self.named(items),
            OpKind::Range { from, to, step, .. } => self.exprs([from, to, step]),
            OpKind::Datatable { values, .. } => self.exprs(values),
            OpKind::Externaldata { uris, .. } => self.exprs(uris),
            OpKind::Union { tables, .. } => self.exprs(tables),
            OpKind::Search { tables, predicate, .. } => {
                self.exprs(tables);
                self.expr(predicate);
            }
            OpKind::Find { tables, predicate, project, .. } => {
                self.exprs(tables);
                self.expr(predicate);
                self.named(project);
            }
            OpKind::Where(expr)
            | OpKind::Take(expr)
            | OpKind::Sample(expr)
            | OpKind::Invoke(expr)
            | OpKind::ParseKv { expr, .. }
            | OpKind::Parse { expr, .. }
            | OpKind::Reduce { by: expr, .. } => self.expr(expr),
            OpKind::Top { count, by, .. } => self.exprs([count, &by.expr]),
            OpKind::Sort { keys, .. } => self.keys(keys),
            OpKind::SampleDistinct { count, of } => self.exprs([count, of]),
            OpKind::Scan(scan) => {
                self.exprs(scan.variables.iter().filter_map(|variable| variable.default.as_ref()));
                for step in &scan.steps {
                    self.expr(&step.condition);
                    self.exprs(step.assignments.iter().map(|(_, value)| value));
                }
            }
            OpKind::ProjectByNames(exprs) => self.exprs(exprs),
            OpKind::Summarize { aggs, by, params } => {
                self.params(params);
                self.named(aggs);
                self.named(by);
            }
            OpKind::MakeSeries { aggs, axis, from, to, step, by, .. } => {
                for (agg, default) in aggs {
                    self.expr(&agg.expr);
                    self.exprs(default);
                }
                self.expr(&axis.expr);
                self.exprs(from.iter().chain(to));
                self.expr(step);
                self.named(by);
            }
            OpKind::TopHitters { count, of, by } => {
                self.exprs([count, of]);
                self.exprs(by);
            }
            OpKind::TopNested(levels) => {
                for level in levels {
                    self.exprs(&level.count);
                    self.expr(&level.of.expr);
                    self.exprs(&level.others);
                    self.expr(&level.by.expr);
                }
            }
            OpKind::Join { right, on, .. } | OpKind::Lookup { right, on, .. } => {
                self.expr(right);
                self.exprs(on);
            }
            OpKind::MvExpand { items, limit, .. } => {
                self.exprs(items.iter().map(|item| &item.item.expr));
                self.exprs(limit);
            }
            OpKind::MvApply { items, limit, body, .. } => {
                self.exprs(items.iter().map(|item| &item.item.expr));
                self.exprs(limit);
                self.pipe(body);
            }
            OpKind::Evaluate { call, .. } => self.expr(call),
            OpKind::Partition { by, body, .. } => {
                self.expr(by);
                self.pipe(body);
            }
            OpKind::Fork(parts) => parts.iter().for_each(|(_, pipe)| self.pipe(pipe)),
            OpKind::Facet(_, pipe) => {
                if let Some(pipe) = pipe {
                    self.pipe(pipe);
                }
            }
            OpKind::Render { properties, .. } => self.params(properties),
            OpKind::Count(_)
            | OpKind::ProjectAway(_)
            | OpKind::ProjectKeep(_)
            | OpKind::ProjectReorder(_)
            | OpKind::ProjectRename(_)
            | OpKind::Getschema
            | OpKind::AssertSchema(_)
            | OpKind::As { .. }
            | OpKind::Consume
            | OpKind::Other(_)
            | OpKind::Error => {}
        }
    }

    fn inside(&mut self, kind: &'t ExprKind) {
        match kind {
            ExprKind::Path(base, _) | ExprKind::Sign { expr: base, .. } => self.expr(base),
            ExprKind::PathCall(left, right)
            | ExprKind::Index(left, right)
            | ExprKind::Binary { left, right, .. } => self.exprs([&**left, right]),
            ExprKind::Call { args, .. } => self.exprs(args.iter().map(|arg| &arg.expr)),
            ExprKind::Chain { first, rest } => {
                self.expr(first);
                self.exprs(rest.iter().map(|link| &link.right));
            }
            ExprKind::Between { expr, low, high, .. } => self.exprs([&**expr, low, high]),
            ExprKind::In { expr, list, .. } => {
                self.expr(expr);
                self.exprs(list);
            }
            ExprKind::Pipe(pipe) => self.pipe(pipe),
            ExprKind::List(items) => self.exprs(items),
            ExprKind::Literal(_)
            | ExprKind::Name(_)
            | ExprKind::Star
            | ExprKind::TypeLiteral(_)
            | ExprKind::Error => {}
        }
    }
}
