//! How often each column is read, anywhere in a plan. What is read once may be written where it is read.

use super::block::Block;
use crate::plan::{ColId, Expr, ExprKind, Node, Plan, Rel, each_below, own_exprs};

/// For each column how many expressions, orders and results read it; columns that only go on are not counted.
#[derive(Default)]
pub struct Uses(Vec<u32>);

impl Uses {
    pub fn of(plan: &Plan) -> Uses {
        let mut uses = Uses::default();
        let mut rels: Vec<&Rel> = plan.lets.iter().map(|item| &item.rel).chain([&plan.root]).collect();
        plan.root.cols.iter().for_each(|column| uses.add(column.id));
        while let Some(rel) = rels.pop() {
            uses.add_all(rel);
            each_below(rel, &mut |below| rels.push(below));
        }
        uses
    }

    fn add_all(&mut self, rel: &Rel) {
        own_exprs(rel, &mut |expr| self.add_expr(expr));
        rel.order.iter().for_each(|key| self.add(key.col));
        match &rel.node {
            Node::Let { items, .. } => items.iter().for_each(|(_, there)| self.add(*there)),
            Node::Window { parts, .. } => parts.iter().for_each(|id| self.add(*id)),
            Node::Walk { parts, number, .. } => {
                parts.iter().chain([number]).for_each(|id| self.add(*id));
            }
            _ => {}
        }
    }

    fn add_expr(&mut self, expr: &Expr) {
        expr.walk(&mut |inner| match &inner.kind {
            ExprKind::Col(id) => self.add(*id),
            ExprKind::Scalar(rel) => rel.cols.iter().take(1).for_each(|first| self.add(first.id)),
            ExprKind::InRel { item, .. } => self.add_expr(item),
            _ => {}
        });
    }

    fn add(&mut self, id: ColId) {
        if id == ColId::OUTSIDE {
            return;
        }
        let at = id.0 as usize;
        if at >= self.0.len() {
            self.0.resize(at + 1, 0);
        }
        self.0[at] += 1;
    }

    /// Whether the column is read in one place only.
    pub fn once(&self, id: ColId) -> bool {
        self.0.get(id.0 as usize) == Some(&1)
    }

    /// Drops the columns that this expression alone reads.
    pub fn spend(&self, expr: &Expr, block: &mut Block) {
        expr.walk(&mut |inner| {
            if let ExprKind::Col(id) = &inner.kind
                && self.once(*id)
            {
                block.items.retain(|(known, _)| known != id);
            }
        });
    }
}
