//! partition: a subquery for the rows of each value of a column.

use super::cols::all_kept;
use super::param_word;
use crate::diag::code;
use crate::plan::check::{Binder, Checked, Stop};
use crate::plan::env::Env;
use crate::plan::{Column, Expr, ExprKind, JoinItem, JoinKind, Node, OrderKey, Rel};
use crate::span::Span;
use crate::syntax::ast::{self, ExprKind as Ast, Op, OpKind, OpParam, Pipe};
use crate::types::Type;
use crate::value::Value;

use super::parts::{Parts, mentioned};

const STRATEGIES: [&str; 3] = ["legacy", "native", "shuffle"];

impl Binder<'_> {
    pub fn partition(
        &mut self,
        params: &[OpParam],
        by: &ast::Expr,
        body: &Pipe,
        input: Rel,
        env: &Env,
        span: Span,
    ) -> Checked<Rel> {
        if let Some((word, place)) = param_word(params, "hint.strategy")
            && !STRATEGIES.contains(&word.as_str())
        {
            let message = format!("unknown strategy '{word}'");
            self.error(code::UNKNOWN_NAME, place, message, "The strategies are legacy, native and shuffle.");
            return Err(Stop);
        }
        let value = self.scalar(by, env, &input.cols)?;
        if value.ty == Type::Dynamic {
            let help = "Convert it first: extend k = tostring(x).";
            self.error(code::TYPE, by.span, "rows cannot be parted by a dynamic", help);
            return Err(Stop);
        }
        let name = self.infer(by, &input.cols).unwrap_or_default();
        let whole = self.add_let("partition", input, true);
        let (all, key) = self.part_values(whole, &value, span);
        let (own, rest) = own_source(body);
        let source = match own {
            Some(own) => {
                let own = self.pipe(&own, env, None)?;
                self.each_part(own, all, key, &name, span)
            }
            None => self.own_rows(whole, &value, key, span),
        };
        let result = self.pipe(&rest, env, Some(source))?;
        self.lets[whole].rel.order.clear();
        Ok(self.leave_parts(result, span))
    }

    /// A let of the different values of the column, and what names a part from now on.
    fn part_values(&mut self, whole: usize, value: &Expr, span: Span) -> (usize, OrderKey) {
        let input = self.let_rel(whole, span);
        let value = mentioned(&input, value);
        let column = self.new_column("key", value.ty);
        let there = column.id;
        let node = Node::Aggregate { input: Box::new(input), groups: vec![(there, value)], aggs: Vec::new() };
        let key = OrderKey { col: there, ty: column.ty, ascending: true, nulls_first: true };
        let all = Rel { node, cols: vec![column], order: Vec::new(), span };
        let index = self.add_let("parts", all, true);
        let key = OrderKey { col: self.new_col(), ..key };
        self.parts.insert(key.col, std::rc::Rc::new(Parts { index, key: there, carried: Vec::new() }));
        (index, key)
    }

    /// The rows of each part, as they stand in the input.
    fn own_rows(&mut self, whole: usize, value: &Expr, key: OrderKey, span: Span) -> Rel {
        let input = self.let_rel(whole, span);
        let value = mentioned(&input, value);
        let (cols, order) = (input.cols.clone(), input.order.clone());
        let kept = all_kept(&cols, &order);
        let order = std::iter::once(key).chain(order).collect();
        let node = Node::Project { input: Box::new(input), kept, items: vec![(key.col, value)] };
        Rel { node, cols, order, span }
    }

    /// A table of the subquery's own, once for each part. The value of the part is `toscalar(Column)` there.
    fn each_part(&mut self, right: Rel, all: usize, key: OrderKey, name: &str, span: Span) -> Rel {
        let left = self.let_rel(all, span);
        let value = Expr::new(ExprKind::Col(left.cols[0].id), key.ty, span);
        let mut items = vec![JoinItem { id: key.col, expr: value, padded: false }];
        let mut cols = Vec::new();
        let mut order = vec![key];
        for column in &right.cols {
            let new = Column { id: self.new_col(), ..column.clone() };
            items.push(JoinItem { id: new.id, expr: Expr::col(column, span), padded: false });
            cols.push(new);
        }
        for inner in &right.order {
            let id = self.new_col();
            let expr = Expr::new(ExprKind::Col(inner.col), inner.ty, span);
            items.push(JoinItem { id, expr, padded: false });
            order.push(OrderKey { col: id, ..*inner });
        }
        let hidden =
            Column { id: key.col, name: scalar_name(name).into(), ty: key.ty, origin: None, hidden: true };
        cols.push(hidden);
        let always = || Expr::lit(Value::Bool(true), Type::Bool, span);
        let node = Node::Join {
            kind: JoinKind::Inner,
            left: Box::new(left),
            right: Box::new(right),
            on: vec![(always(), always())],
            ranges: Vec::new(),
            items,
        };
        Rel { node, cols, order, span }
    }

    /// The value of the part, where `toscalar(Column)` stands in a subquery with a table of its own.
    pub fn part_scalar(&self, expr: &ast::Expr, cols: &[Column]) -> Option<Expr> {
        let Ast::Name(name) = &expr.kind else { return None };
        let wanted = scalar_name(&name.text);
        let column =
            cols.iter().find(|column| column.name == wanted && self.parts.contains_key(&column.id))?;
        Some(Expr::col(column, expr.span))
    }
}

/// The table that a subquery brings along, and the operators after it.
fn own_source(body: &Pipe) -> (Option<Pipe>, Pipe) {
    let sources =
        |op: &&Op| matches!(op.kind, OpKind::Print(_) | OpKind::Range { .. } | OpKind::Datatable { .. });
    let first: Vec<Op> = body.ops.iter().take(1).filter(sources).cloned().collect();
    let rest = Pipe { source: None, ops: body.ops[first.len()..].to_vec(), span: body.span };
    if body.source.is_none() && first.is_empty() {
        return (None, rest);
    }
    (Some(Pipe { source: body.source.clone(), ops: first, span: body.span }), rest)
}

/// The hidden column that holds the value of the part.
fn scalar_name(name: &str) -> String {
    format!("toscalar({name})")
}
