//! mv-apply: a subquery for the elements of each row's array. Every row is a part, named by its number.

use super::param_word;
use crate::diag::code;
use crate::plan::check::{Binder, Checked, Stop};
use crate::plan::env::Env;
use crate::plan::{Column, Expr, ExprKind, Node, OrderKey, Rel, WindowFunc};
use crate::span::Span;
use crate::syntax::ast::{self, Expand, ExprKind as Ast, OpParam, Pipe};
use crate::types::Type;

impl Binder<'_> {
    #[expect(clippy::too_many_arguments)]
    pub fn mv_apply(
        &mut self,
        params: &[OpParam],
        items: &[Expand],
        limit: Option<&ast::Expr>,
        body: &Pipe,
        input: Rel,
        env: &Env,
        span: Span,
    ) -> Checked<Rel> {
        if let Some(source) = &body.source {
            let help = "Start the subquery with an operator: its rows are the elements.";
            self.error(code::SYNTAX, source.span, "the subquery of mv-apply has no table of its own", help);
            return Err(Stop);
        }
        let (steady, outside) = (self.written(&input), input.order.len());
        let (whole, numbered) = self.numbered(input, span);
        let key = numbered.order[0];
        let outer = numbered.cols.clone();
        let outside: Vec<OrderKey> = numbered.order[1..=outside].to_vec();
        if let Some((word, place)) = param_word(params, "kind").or_else(|| param_word(params, "bagexpansion"))
            && word != "bag"
        {
            let help = "Expand the bag inside the subquery: on (mv-expand kind=array ...).";
            self.refuse(place, "pairs of a bag in mv-apply", help);
            return Err(Stop);
        }
        let index = param_word(params, "with_itemindex").map(|(name, _)| name);
        let limit = limit.map(|limit| self.scalar(limit, env, &[])).transpose()?;
        let expansion = self.expansion(false, index, items, limit, numbered, env, span)?;
        let elements = Rel { order: vec![key, expansion.index], ..expansion.rel };
        let result = self.pipe(body, env, Some(elements))?;
        self.lets[whole].rel.order.clear();
        // A column that is expanded under its own name comes from the subquery alone.
        let gone = |column: &Column| {
            items.iter().any(|Expand { item, .. }| {
                item.names.is_empty()
                    && matches!(&item.expr.kind, Ast::Name(name) if name.text == column.name)
            })
        };
        let outer: Vec<Column> = outer.into_iter().filter(|column| !gone(column)).collect();
        self.applied(result, outer, outside, steady, span)
    }

    /// The input with its rows numbered, as a let that can be read twice, and a mention of it. The first key
    /// of its order is the number.
    fn numbered(&mut self, input: Rel, span: Span) -> (usize, Rel) {
        let number = self.new_col();
        let (cols, order) = (input.cols.clone(), input.order.clone());
        let kind = ExprKind::Over { func: WindowFunc::Position, args: Vec::new() };
        let items = vec![(number, Expr::new(kind, Type::Long, span))];
        let unordered = Rel { order: Vec::new(), ..input };
        let node = Node::Window { input: Box::new(unordered), parts: Vec::new(), items };
        let key = OrderKey { col: number, ty: Type::Long, ascending: true, nulls_first: true };
        let order = std::iter::once(key).chain(order).collect();
        let index = self.add_let("mv-apply", Rel { node, cols, order, span }, true);
        let source = self.let_rel(index, span);
        self.enter_parts(index, &source, source.order[0].col);
        (index, source)
    }

    /// Joins the subquery's columns to those of the row that it ran for: a column of the same name takes
    /// the row's place, others come after.
    fn applied(
        &mut self,
        mut result: Rel,
        outer: Vec<Column>,
        outside: Vec<OrderKey>,
        steady: bool,
        span: Span,
    ) -> Checked<Rel> {
        let mut wanted: Vec<_> = outer.iter().map(|column| (column.id, column.ty)).collect();
        wanted.extend(outside.iter().map(|key| (key.col, key.ty)));
        if !self.carry(&mut result, wanted) {
            self.refuse(span, "mv-apply with this subquery", "Use mv-expand, then the same operators.");
            return Err(Stop);
        }
        let mut cols = outer;
        for column in result.cols.clone() {
            match cols.iter_mut().find(|known| known.name == column.name) {
                Some(known) => *known = column,
                None => cols.push(column),
            }
        }
        let sorted = result.order[1..].iter().any(|key| !self.natural.contains(&key.col));
        let carried = outside.iter().copied();
        result.cols = cols;
        result.order.extend(carried);
        let mut rel = self.leave_parts(result, span);
        rel.order.truncate(rel.order.len() - outside.len());
        let order = std::mem::take(&mut rel.order);
        if !outside.is_empty() || steady || sorted {
            rel.order = outside.into_iter().chain(order).collect();
        }
        Ok(rel)
    }
}
