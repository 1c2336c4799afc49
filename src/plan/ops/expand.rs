//! mv-expand: one row for each element of an array or each property of a bag.

use crate::catalog::dynamic;
use crate::diag::code;
use crate::plan::check::{Binder, Checked, Stop};
use crate::plan::env::Env;
use crate::plan::names::Namer;
use crate::plan::{ColId, Column, Expr, ExprKind, Node, Rel, UnnestItem};
use crate::span::Span;
use crate::syntax::ast::{self, Expand, OpParam};
use crate::types::Type;

use super::cols::projected;
use super::param_word;

impl Binder<'_> {
    pub fn mv_expand(
        &mut self,
        params: &[OpParam],
        items: &[Expand],
        limit: Option<&ast::Expr>,
        input: Rel,
        env: &Env,
        span: Span,
    ) -> Checked<Rel> {
        let bags = param_word(params, "bagexpansion").or_else(|| param_word(params, "kind"));
        let pairs = bags.is_some_and(|(word, _)| word == "array");
        let limit = match limit {
            Some(limit) => Some(self.scalar(limit, env, &[])?),
            None => None,
        };
        let mut cols = input.cols.clone();
        let mut namer = Namer::with(cols.iter().map(|column| column.name.clone()));
        let mut unnest = Vec::new();
        let mut set = Vec::new();
        for Expand { item, to } in items {
            let array = self.scalar(&item.expr, env, &input.cols)?;
            if array.ty != Type::Dynamic {
                let message = format!("mv-expand takes a dynamic, not a {}", array.ty.name());
                let help = if array.ty == Type::String {
                    "Put parse_json(...) around it."
                } else {
                    "Only arrays and bags have elements."
                };
                self.error(code::TYPE, item.expr.span, message, help);
                return Err(Stop);
            }
            let array =
                if pairs { self.apply(&dynamic::PAIRS, "mv-expand", vec![array], item.span)? } else { array };
            let element = self.new_col();
            let mut value = Expr::new(ExprKind::Col(element), Type::Dynamic, item.span);
            if let Some((ty, place)) = to {
                if *ty == Type::Decimal {
                    self.refuse(*place, "the type decimal", "Use real.");
                    return Err(Stop);
                }
                value = self.convert(value, *ty);
            }
            let name = match item.names.first() {
                Some(name) => name.text.clone(),
                None => self.infer(&item.expr, &input.cols).unwrap_or_else(|| namer.unnamed(&input.cols)),
            };
            namer.take(&name);
            let column = self.new_column(name.clone(), value.ty);
            set.push((column.id, value));
            unnest.push(UnnestItem { element, array });
            match cols.iter_mut().find(|known| known.name == name) {
                Some(known) => *known = column,
                None => cols.push(column),
            }
        }
        let index = self.item_index(params, &mut cols, &mut namer, &mut set, span);
        let (inner_cols, order) = (input.cols.clone(), input.order.clone());
        let node = Node::Unnest { input: Box::new(input), items: unnest, index, limit };
        let expanded = Rel { node, cols: inner_cols, order, span };
        Ok(projected(expanded, cols, set, span))
    }

    /// `with_itemindex=i` adds the position of the element, from 0.
    fn item_index(
        &mut self,
        params: &[OpParam],
        cols: &mut Vec<Column>,
        namer: &mut Namer,
        set: &mut Vec<(ColId, Expr)>,
        span: Span,
    ) -> Option<ColId> {
        let (name, _) = param_word(params, "with_itemindex")?;
        let index = self.new_col();
        let column = self.new_column(namer.free(&name), Type::Long);
        set.push((column.id, Expr::new(ExprKind::Col(index), Type::Long, span)));
        cols.push(column);
        Some(index)
    }
}
