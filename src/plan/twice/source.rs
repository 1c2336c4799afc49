//! The rows of a stored table, through conditions that cost next to nothing: what may be read again.

use super::{ColId, filtered};
use crate::catalog::func::Lower;
use crate::plan::expr::columns_of;
use crate::plan::ops::{rename, volatile_expr};
use crate::plan::{ColumnName, Expr, ExprKind, Node, Rel};
use crate::quick::QuickMap;
use crate::types::Type;

pub struct Source<'r> {
    table: &'r str,
    from: &'r str,
    items: &'r [(ColId, ColumnName, Type)],
    span: crate::span::Span,
    /// Over stored columns.
    conditions: Vec<Expr>,
    /// The stored column that each column is.
    names: QuickMap<ColId, ColId>,
}

impl<'r> Source<'r> {
    /// `None` when rows are not those of a table, or a condition costs something.
    pub fn of(rel: &'r Rel) -> Option<Source<'r>> {
        match &rel.node {
            Node::Scan { table, from, items } => {
                let names = items.iter().map(|(id, ..)| (*id, *id)).collect();
                Some(Source { table, from, items, span: rel.span, conditions: Vec::new(), names })
            }
            Node::Filter { input, predicate } => {
                let mut source = Source::of(input)?;
                source.also(predicate).then_some(source)
            }
            Node::Project { input, items, .. } => {
                let mut source = Source::of(input)?;
                for (id, expr) in items {
                    if let ExprKind::Col(below) = expr.kind
                        && let Some(stored) = source.names.get(&below).copied()
                    {
                        source.names.insert(*id, stored);
                    }
                }
                Some(source)
            }
            _ => None,
        }
    }

    /// Adds a condition where it is cheap, and says whether it was.
    pub fn also(&mut self, condition: &Expr) -> bool {
        let known = columns_of(condition).iter().all(|id| self.names.contains_key(id));
        let added = known && is_cheap(condition) && !volatile_expr(condition);
        if added {
            let mut condition = condition.clone();
            rename(&mut condition, &|id| self.names.get(&id).copied());
            self.conditions.push(condition);
        }
        added
    }

    /// The stored columns that are read.
    pub fn columns(&self) -> Vec<(ColId, Type)> {
        self.items.iter().map(|(id, _, ty)| (*id, *ty)).collect()
    }

    /// The stored column that a column is.
    pub fn stored(&self, column: ColId) -> Option<ColId> {
        self.names.get(&column).copied()
    }

    /// The name of a stored column.
    pub fn name(&self, stored: ColId) -> Option<&str> {
        self.items.iter().find(|(id, ..)| *id == stored).map(|(_, name, _)| name.as_str())
    }

    /// The same where it is one of texts, which are never null.
    pub fn text(&self, column: ColId) -> Option<ColId> {
        let stored = self.stored(column)?;
        self.items.iter().any(|(id, _, ty)| *id == stored && *ty == Type::String).then_some(stored)
    }

    /// Whether so many texts and documents are read that no condition reads.
    pub fn has_more_texts(&self, least: usize) -> bool {
        let decides = |id: ColId| self.conditions.iter().any(|condition| columns_of(condition).contains(&id));
        let long = |ty: Type| matches!(ty, Type::String | Type::Dynamic);
        self.items.iter().filter(|(id, _, ty)| long(*ty) && !decides(*id)).count() >= least
    }

    /// The rows once more, with these stored columns under the ids that are given.
    pub fn again(&self, wanted: &[ColId], fresh: &mut dyn FnMut() -> ColId) -> (Rel, Vec<ColId>) {
        let mut ids: QuickMap<ColId, ColId> = QuickMap::default();
        let read = self.conditions.iter().flat_map(columns_of);
        for id in wanted.iter().copied().chain(read) {
            ids.entry(id).or_insert_with(&mut *fresh);
        }
        let items =
            self.items.iter().filter_map(|(id, name, ty)| Some((*ids.get(id)?, name.clone(), *ty))).collect();
        let node = Node::Scan { table: self.table.to_owned(), from: self.from.to_owned(), items };
        let mut rows = Rel { node, cols: Vec::new(), order: Vec::new(), span: self.span };
        for condition in &self.conditions {
            let mut condition = condition.clone();
            rename(&mut condition, &|id| ids.get(&id).copied());
            rows = filtered(rows, condition);
        }
        let wanted = wanted.iter().map(|id| ids[id]).collect();
        (rows, wanted)
    }
}

/// Whether a condition costs no more than to read its columns, which are short.
fn is_cheap(condition: &Expr) -> bool {
    let leaf = |expr: &Expr| expr.is_leaf() && expr.ty != Type::Dynamic;
    match &condition.kind {
        ExprKind::And(items) | ExprKind::Or(items) => items.iter().all(is_cheap),
        ExprKind::Compare { left, right, .. } => leaf(left) && leaf(right),
        ExprKind::In { needle, items, .. } => leaf(needle) && items.iter().all(leaf),
        ExprKind::Call { sig, args, .. } => {
            matches!(sig.lower, Lower::Sql(_) | Lower::Build(_)) && args.iter().all(leaf)
        }
        _ => leaf(condition),
    }
}
