//! reduce: texts that look alike, as one pattern each. The work is one kernel's, over the different texts.

use crate::catalog::parsing::REDUCE;
use crate::diag::code;
use crate::plan::check::{Binder, Checked, Stop};
use crate::plan::env::Env;
use crate::plan::path::{ConstStep, path_expr};
use crate::plan::{Column, Expr, ExprKind, Node, Rel, UnnestItem};
use crate::span::Span;
use crate::syntax::ast::{self, Op, OpParam};
use crate::types::Type;
use crate::value::Value;

use super::cols::projected;

/// "reduce operator" in the Kusto reference.
const THRESHOLD: f64 = 0.1;

impl Binder<'_> {
    pub fn reduce(
        &mut self,
        params: &[OpParam],
        by: &ast::Expr,
        input: Rel,
        env: &Env,
        op: &Op,
    ) -> Checked<Rel> {
        let (threshold, characters) = self.reduce_params(params)?;
        let text = self.scalar(by, env, &input.cols)?;
        if text.ty != Type::String && !self.is_unknown(&text) {
            let message = format!("reduce wants a string, not {}", text.ty.one());
            self.error(code::TYPES, by.span, message, "Convert it with tostring().");
            return Err(Stop);
        }
        let text = self.convert(text, Type::String);
        let message = "Kusto's own patterns may differ: its reference names the algorithm, and not all of it";
        let help = "Read the patterns as an overview, and count what matters with where and summarize.";
        self.warn(code::UNCERTAIN, op.name.span, message, help);
        let counted = self.counted_texts(text, input, op.span)?;
        self.patterns(threshold, characters, counted, op.span)
    }

    fn reduce_params(&mut self, params: &[OpParam]) -> Checked<(f64, String)> {
        let (mut threshold, mut characters) = (THRESHOLD, String::new());
        for OpParam { name, value } in params {
            let bound = match &value.kind {
                ast::ExprKind::Literal(_) => Some(self.scalar(value, &Env::default(), &[])?),
                _ => None,
            };
            match (name.text.as_str(), bound.as_ref().and_then(Expr::literal)) {
                ("threshold", Some(Value::Real(part))) if (0.0..=1.0).contains(part) => threshold = *part,
                ("threshold", Some(Value::Long(part @ 0..=1))) => threshold = *part as f64,
                ("threshold", _) => {
                    let message = "the threshold of reduce is a number from 0 to 1";
                    self.error(code::NUMBER, value.span, message, "Write threshold=0.1.");
                    return Err(Stop);
                }
                ("characters", Some(Value::String(text))) => characters.clone_from(text),
                ("characters", _) => {
                    let message = "the characters of reduce are a string";
                    self.error(code::TYPE, value.span, message, "Write characters=\"-_\".");
                    return Err(Stop);
                }
                ("kind", _) => {
                    let help = "Leave it out: Kusto's documents do not agree on the columns that it gives.";
                    self.refuse(name.span, "the kind of reduce", help);
                    return Err(Stop);
                }
                (hint, _) if hint.starts_with("hint.") => {}
                (other, _) => {
                    let message = format!("reduce has no parameter '{other}'");
                    self.error(code::UNKNOWN_NAME, name.span, message, "It takes threshold and characters.");
                    return Err(Stop);
                }
            }
        }
        Ok((threshold, characters))
    }

    /// A row for each different text: how many rows have it, a space, the text.
    fn counted_texts(&mut self, text: Expr, input: Rel, span: Span) -> Checked<(Rel, Column)> {
        let Some(row) = crate::catalog::aggregate("count") else { return Err(Stop) };
        let call = self.apply(row, "count", Vec::new(), span)?;
        let (key, rows) = (self.new_column("", Type::String), self.new_column("", Type::Long));
        let node = Node::Aggregate {
            input: Box::new(input),
            groups: vec![(key.id, text)],
            aggs: vec![(rows.id, call)],
        };
        let groups = Rel { node, cols: vec![key.clone(), rows.clone()], order: Vec::new(), span };
        let rows = self.convert(Expr::col(&rows, span), Type::String);
        let space = Expr::lit(Value::String(" ".to_owned()), Type::String, span);
        let both = self.apply_named("strcat", vec![rows, space, Expr::col(&key, span)], span)?;
        let column = self.new_column("", Type::String);
        let rel = projected(groups, vec![column.clone()], vec![(column.id, both)], span);
        Ok((rel, column))
    }

    fn patterns(
        &mut self,
        threshold: f64,
        characters: String,
        (texts, column): (Rel, Column),
        span: Span,
    ) -> Checked<Rel> {
        let args = vec![
            Expr::col(&column, span),
            Expr::lit(Value::Real(threshold), Type::Real, span),
            Expr::lit(Value::String(characters), Type::String, span),
        ];
        let call = self.apply(&REDUCE, "reduce", args, span)?;
        let all = self.new_column("", Type::Dynamic);
        let node = Node::Aggregate { input: Box::new(texts), groups: Vec::new(), aggs: vec![(all.id, call)] };
        let all_patterns = Rel { node, cols: vec![all.clone()], order: Vec::new(), span };
        let element = self.new_col();
        let items = vec![UnnestItem::new(element, Expr::col(&all, span))];
        let node = Node::Unnest { input: Box::new(all_patterns), items, index: None, limit: None };
        let expanded = Rel { node, cols: vec![all], order: Vec::new(), span };
        let mut cols = Vec::new();
        let mut set = Vec::new();
        for (at, (name, ty)) in
            [("Pattern", Type::String), ("Count", Type::Long), ("Representative", Type::String)]
                .into_iter()
                .enumerate()
        {
            let column = self.new_column(name, ty);
            let element = Expr::new(ExprKind::Col(element), Type::Dynamic, span);
            let value = path_expr(element, &mut vec![ConstStep::At(at as i64)], span);
            set.push((column.id, self.typed(value, ty, span)?));
            cols.push(column);
        }
        Ok(projected(expanded, cols, set, span))
    }
}
