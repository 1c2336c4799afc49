//! mv-expand: one row for each element of an array or each property of a bag.

use crate::catalog::dynamic;
use crate::diag::code;
use crate::plan::check::{Binder, Checked, Stop};
use crate::plan::env::Env;
use crate::plan::names::Namer;
use crate::plan::{ColId, Column, ColumnName, Expr, ExprKind, Node, OrderKey, Rel, UnnestItem};
use crate::span::Span;
use crate::syntax::ast::{self, Expand, OpParam};
use crate::types::Type;

use super::cols::projected;
use super::param_word;

/// Rows with their elements, and the position of an element in its array.
pub struct Expansion {
    pub rel: Rel,
    pub index: OrderKey,
}

/// What becomes of a bag, and whether each property becomes a pair of its name and value.
const PAIRS: [(&str, bool); 2] = [("bag", false), ("array", true)];
/// How many rows the old spelling of mv-expand makes of one ("mv-expand operator").
const LEGACY_LIMIT: i64 = 128;

impl Binder<'_> {
    #[expect(clippy::too_many_arguments)]
    pub fn mv_expand(
        &mut self,
        params: &[OpParam],
        items: &[Expand],
        limit: Option<&ast::Expr>,
        legacy: bool,
        input: Rel,
        env: &Env,
        span: Span,
    ) -> Checked<Rel> {
        let pairs = match self.kind_by("bagexpansion", params, "mv-expand", &PAIRS)? {
            Some(pairs) => pairs,
            None => self.kind(params, "mv-expand", &PAIRS)?.unwrap_or(false),
        };
        let index = param_word(params, "with_itemindex").map(|(name, _)| name);
        let limit = match limit {
            Some(limit) => Some(self.scalar(limit, env, &[])?),
            None => legacy.then(|| Expr::long(LEGACY_LIMIT, span)),
        };
        let Expansion { mut rel, index } = self.expansion(pairs, index, items, limit, input, env, span)?;
        // Elements stay in the order of their array, where their rows are in one.
        if !rel.order.is_empty() {
            rel.order.push(index);
        }
        Ok(rel)
    }

    /// One row for each element; `pairs` makes a bag's properties pairs of name and value. `index` names a
    /// column for the position of the element, from 0.
    #[expect(clippy::too_many_arguments)]
    pub fn expansion(
        &mut self,
        pairs: bool,
        index: Option<String>,
        items: &[Expand],
        limit: Option<Expr>,
        input: Rel,
        env: &Env,
        span: Span,
    ) -> Checked<Expansion> {
        let mut cols = input.cols.clone();
        let mut namer: Option<Namer> = None;
        let names = |cols: &[Column]| Namer::with(cols.iter().map(|column| column.name.clone()));
        let mut unnest = Vec::new();
        let mut set = Vec::new();
        for item in items {
            let (array, value) = self.element(pairs, item, &input.cols, env)?;
            let Expand { item, .. } = item;
            let name = match self.single_name(item)? {
                Some(name) => ColumnName::from(&name.text),
                None => match self.infer(&item.expr, &input.cols) {
                    Some(name) => name.into(),
                    None => namer.get_or_insert_with(|| names(&cols)).unnamed(&input.cols),
                },
            };
            let expanded = |column: &&Column| set.iter().any(|(id, _)| column.id == *id);
            if item.names.is_empty() && cols.iter().filter(expanded).any(|column| column.name == name) {
                let message = format!("'{name}' is expanded twice");
                self.error(code::TAKEN, item.expr.span, message, "Name it once.");
                return Err(Stop);
            }
            if let Some(namer) = &mut namer {
                namer.take(&name);
            }
            let column = self.new_column(name.clone(), value.ty);
            if value.ty == Type::Dynamic {
                self.hand_on(column.id, &array.array);
                self.keep_element(column.id, &array.array);
            }
            set.push((column.id, value));
            unnest.push(array);
            match cols.iter_mut().find(|known| known.name == name) {
                Some(known) => *known = column,
                None => cols.push(column),
            }
        }
        let position = self.new_col();
        self.natural.insert(position);
        if let Some(name) = index {
            let name = namer.get_or_insert_with(|| names(&cols)).free(&name);
            let column = self.new_column(name, Type::Long);
            set.push((column.id, Expr::new(ExprKind::Col(position), Type::Long, span)));
            cols.push(column);
        }
        let (inner_cols, order) = (input.cols.clone(), input.order.clone());
        let node = Node::Unnest { input: Box::new(input), items: unnest, index: Some(position), limit };
        let expanded = Rel { node, cols: inner_cols, order, span };
        let mut rel = projected(expanded, cols, set, span);
        hand_on(&mut rel, position);
        let index = OrderKey { col: position, ty: Type::Long, ascending: true, nulls_first: true };
        Ok(Expansion { rel, index })
    }

    /// The array of one item, and its element as the type that was asked for.
    fn element(
        &mut self,
        pairs: bool,
        Expand { item, to }: &Expand,
        cols: &[Column],
        env: &Env,
    ) -> Checked<(UnnestItem, Expr)> {
        let array = self.scalar(&item.expr, env, cols)?;
        if array.ty != Type::Dynamic {
            let message = format!("only a dynamic has elements, not {}", array.ty.one());
            let help = if array.ty == Type::String {
                "Put parse_json(...) around it."
            } else {
                "Only arrays and bags have elements."
            };
            self.error(code::TYPES, item.expr.span, message, help);
            return Err(Stop);
        }
        let array =
            if pairs { self.apply(&dynamic::PAIRS, "mv-expand", vec![array], item.span)? } else { array };
        let element = self.new_col();
        let mut value = Expr::new(ExprKind::Col(element), Type::Dynamic, item.span);
        if let Some((ty, place)) = to {
            self.warn_of_texts(&array, *ty, *place);
            value = self.element_as(value, *ty, *place)?;
        }
        Ok((UnnestItem::new(element, array), value))
    }

    /// Numbers are not read out of texts, so that nothing of them is left.
    fn warn_of_texts(&mut self, array: &Expr, ty: Type, place: Span) {
        let texts = matches!(array.kind, ExprKind::Call { name: "split" | "extract_all", .. });
        if texts && matches!(ty, Type::Bool | Type::Int | Type::Long | Type::Real) {
            let message = format!("the elements are texts: as {} each is null", ty.name());
            let help = format!("Write to typeof(string), and then to{}().", ty.name());
            self.warn(code::SUSPICIOUS, place, message, help);
        }
    }

    fn element_as(&mut self, element: Expr, ty: Type, place: Span) -> Checked<Expr> {
        if matches!(ty, Type::String | Type::Dynamic) {
            return Ok(self.convert(element, ty));
        }
        let Some(row) = dynamic::element(ty) else {
            let name = ty.name();
            let help = format!("Leave it out, and then: | extend x = to{name}(x).");
            self.refuse(place, &format!("to typeof({name})"), &help);
            return Err(Stop);
        };
        let span = element.span;
        self.apply(row, row.name, vec![element], span)
    }
}

fn hand_on(rel: &mut Rel, column: ColId) {
    if let Node::Project { kept, .. } = &mut rel.node {
        kept.push(column);
    }
}
