//! `in`, `has_any` and their kin: a value against a list, an array or a table.

use super::binary::list_op_text;
use super::check::{Binder, Checked, Stop};
use super::convert::widest;
use super::env::Binding;
use super::expr::Cx;
use super::ops::filtered;
use super::{Column, CompareOp, Expr, ExprKind, Node, Rel, UnnestItem};
use crate::catalog::binary;
use crate::diag::code;
use crate::span::Span;
use crate::syntax::ast::{self, ExprKind as Ast, ListOp, Name};
use crate::types::Type;
use crate::value::Value;

impl Binder<'_> {
    pub fn list_op(
        &mut self,
        op: ListOp,
        op_span: Span,
        expr: &ast::Expr,
        list: &[ast::Expr],
        span: Span,
        cx: &mut Cx<'_>,
    ) -> Checked<Expr> {
        if matches!(expr.kind, Ast::Star) {
            let mut found = Vec::new();
            let cols: Vec<Column> = cx
                .cols
                .iter()
                .filter(|column| column.ty == Type::String && !column.hidden)
                .cloned()
                .collect();
            for column in cols {
                found.push(self.list_op_on(op, op_span, Expr::col(&column, expr.span), list, span, cx)?);
            }
            return Ok(Expr::new(ExprKind::Or(found), Type::Bool, span));
        }
        let needle = self.expr(expr, cx)?;
        self.list_op_on(op, op_span, needle, list, span, cx)
    }

    pub fn list_op_on(
        &mut self,
        op: ListOp,
        op_span: Span,
        needle: Expr,
        list: &[ast::Expr],
        span: Span,
        cx: &mut Cx<'_>,
    ) -> Checked<Expr> {
        if let [only] = list
            && let Some(rel) = self.table_in_list(only, cx)?
        {
            return self.in_table(op, op_span, needle, rel, span);
        }
        let mut items = Vec::new();
        let mut written = true;
        for item in list {
            let item = self.expr(item, cx)?;
            match item.literal() {
                Some(Value::Dynamic(json)) => {
                    let elements = dynamic_items(json, item.span);
                    let texts = matches!(op, ListOp::HasAny | ListOp::HasAll);
                    // An array with something else than values stays whole, as the array of a column does.
                    match texts && elements.iter().any(|element| element.ty == Type::Dynamic) {
                        true => items.push(item),
                        false => items.extend(elements),
                    }
                    written = false;
                }
                _ => items.push(item),
            }
        }
        match op {
            ListOp::In | ListOp::NotIn => self.in_items(op == ListOp::NotIn, op_span, needle, items, span),
            ListOp::InFold | ListOp::NotInFold => {
                let needle = self.folded(needle, op_span)?;
                let mut folded = Vec::new();
                for item in items {
                    let item = self.as_text(item, op_span)?;
                    folded.push(match item.ty {
                        Type::Dynamic => self.apply(&binary::FOLD_ARRAY, "in~", vec![item], op_span)?,
                        _ => self.folded(item, op_span)?,
                    });
                }
                self.in_items(op == ListOp::NotInFold, op_span, needle, folded, span)
            }
            ListOp::HasAny | ListOp::HasAll => {
                if op == ListOp::HasAny && written {
                    self.advise_addresses(op_span, &needle, &items, span);
                }
                self.has_items(op, op_span, needle, items, span)
            }
        }
    }

    fn has_items(
        &mut self,
        op: ListOp,
        op_span: Span,
        needle: Expr,
        items: Vec<Expr>,
        span: Span,
    ) -> Checked<Expr> {
        let name = list_op_text(op);
        let (row, of_array) = match op {
            ListOp::HasAny => (&binary::HAS_ANY, &binary::HAS_ANY_OF),
            _ => (&binary::HAS_ALL, &binary::HAS_ALL_OF),
        };
        let (arrays, texts): (Vec<Expr>, Vec<Expr>) =
            items.into_iter().partition(|item| item.ty == Type::Dynamic);
        let mut asked = Vec::new();
        if !texts.is_empty() || arrays.is_empty() {
            let mut args = vec![needle.clone()];
            for text in texts {
                args.push(self.as_text(text, op_span)?);
            }
            asked.push(self.apply(row, name, args, op_span)?);
        }
        for array in arrays {
            asked.push(self.apply(of_array, name, vec![needle.clone(), array], op_span)?);
        }
        if asked.len() == 1 {
            return Ok(Expr { span, ..asked.swap_remove(0) });
        }
        let all = if op == ListOp::HasAny { ExprKind::Or(asked) } else { ExprKind::And(asked) };
        Ok(Expr::new(all, Type::Bool, span))
    }

    /// An item of a list of texts; another type is remarked on and written as `tostring()` does.
    fn as_text(&mut self, item: Expr, op_span: Span) -> Checked<Expr> {
        if matches!(item.ty, Type::String | Type::Dynamic) {
            return Ok(item);
        }
        let message = format!("{} stands in a list of strings", item.ty.one());
        self.warn(code::CONVERTED, op_span, message, "It is looked for as tostring() writes it.");
        self.apply_named("tostring", vec![item], op_span)
    }

    pub fn folded(&mut self, expr: Expr, op_span: Span) -> Checked<Expr> {
        self.apply(&binary::FOLD, "in~", vec![expr], op_span)
    }

    pub fn in_items(
        &mut self,
        negated: bool,
        op_span: Span,
        needle: Expr,
        items: Vec<Expr>,
        span: Span,
    ) -> Checked<Expr> {
        self.drawn_once(&needle, "in")?;
        let mut needle = needle;
        let mut plain = Vec::new();
        let mut arrays = Vec::new();
        for item in items {
            if item.ty == Type::Dynamic { arrays.push(item) } else { plain.push(item) }
        }
        // A dynamic is read as the type that the items share, else as that of each item.
        let shared = plain.iter().try_fold(None, |shared: Option<Type>, item| match shared {
            Some(shared) => widest(shared, item.ty).map(Some),
            None => Some(Some(item.ty)),
        });
        let mut whole = None;
        if needle.ty == Type::Dynamic
            && let Some(ty) = shared
        {
            if matches!(ty, Some(Type::Int | Type::Long)) {
                whole = Some(self.is_whole(&needle));
            }
            needle = self.convert(needle, ty.unwrap_or(Type::String));
        }
        for item in &plain {
            if let Some(ty) = widest(needle.ty, item.ty) {
                needle = self.convert(needle, ty);
            }
        }
        let mut found = Vec::new();
        if !plain.is_empty() || arrays.is_empty() {
            found = self.in_plain(op_span, &needle, plain, span)?;
        }
        if let Some(whole) = whole {
            let listed = Expr::new(ExprKind::Or(found), Type::Bool, span);
            found = vec![Expr::new(ExprKind::And(vec![listed, whole]), Type::Bool, span)];
        }
        for array in arrays {
            found.push(self.apply(&binary::IN_ARRAY, "in", vec![needle.clone(), array], op_span)?);
        }
        let any = match found.len() {
            1 => found.swap_remove(0),
            _ => Expr::new(ExprKind::Or(found), Type::Bool, span),
        };
        if !negated {
            return Ok(Expr { span, ..any });
        }
        if let ExprKind::In { needle, items, .. } = any.kind {
            return Ok(Expr::new(ExprKind::In { negated: true, needle, items }, Type::Bool, span));
        }
        self.apply(&binary::NOT_TRUE, "!in", vec![any], span)
    }

    /// Whether a value is one of these, with one list for each type that it is read as.
    fn in_plain(&mut self, op_span: Span, needle: &Expr, items: Vec<Expr>, span: Span) -> Checked<Vec<Expr>> {
        let mut lists: Vec<(Expr, Vec<Expr>)> = Vec::new();
        for item in items {
            let (needle, item) = self.equals(needle.clone(), item, op_span)?;
            if is_nan(&item) {
                // It equals nothing, where DuckDB lets it equal itself.
                continue;
            }
            match lists.iter_mut().find(|(known, _)| known.ty == needle.ty) {
                Some((_, items)) => items.push(item),
                None => lists.push((needle, vec![item])),
            }
        }
        if lists.is_empty() {
            lists.push((needle.clone(), Vec::new()));
        }
        let one = |(needle, items): (Expr, Vec<Expr>)| {
            let computed = needle.ty == Type::Real && items.iter().any(|item| item.literal().is_none());
            let number = computed.then(|| is_number(&needle));
            let kind = ExprKind::In { negated: false, needle: Box::new(needle), items };
            let found = Expr::new(kind, Type::Bool, span);
            match number {
                Some(number) => Expr::new(ExprKind::And(vec![found, number]), Type::Bool, span),
                None => found,
            }
        };
        Ok(lists.into_iter().map(one).collect())
    }

    /// Whether a dynamic is a whole number: as a long, 2.7 would be 2.
    fn is_whole(&mut self, value: &Expr) -> Expr {
        let real = self.convert(value.clone(), Type::Real);
        let long = self.convert(value.clone(), Type::Long);
        let rounded = self.convert(long, Type::Real);
        equal(real, rounded)
    }

    /// A list of one element that is a table: `in (T)`, `has_any ((T | project x))`.
    pub fn table_in_list(&mut self, item: &ast::Expr, cx: &Cx<'_>) -> Checked<Option<Rel>> {
        let tabular = match &item.kind {
            Ast::Pipe(_) => true,
            Ast::Name(name) => {
                let column = cx.cols.iter().any(|column| column.name == name.text);
                !column
                    && match cx.env.get(&name.text) {
                        Some(Binding::Table(_)) => true,
                        // Called by its name alone ("User-defined functions", functions without arguments).
                        Some(Binding::Function(function)) => function.function.params.is_empty(),
                        Some(
                            Binding::Scalar(_) | Binding::OfRow { .. } | Binding::Pattern(_) | Binding::Wrong,
                        ) => false,
                        None => self.schema.table(&name.text).is_some(),
                    }
            }
            Ast::Call { name, .. } => {
                name.text == "materialize" || matches!(cx.env.get(&name.text), Some(Binding::Function(_)))
            }
            _ => false,
        } || cx.env.mention(item).is_some();
        if !tabular {
            return Ok(None);
        }
        let called: Option<(&Name, &[ast::Arg])> = match &item.kind {
            Ast::Call { name, args } => Some((name, args)),
            Ast::Name(name) => Some((name, &[])),
            _ => None,
        };
        if let Some((name, args)) = called
            && let Some(Binding::Function(function)) = cx.env.get(&name.text)
        {
            let function = function.clone();
            return match self.call_user(&function, name, args, cx.env, &[], item.span) {
                Ok(super::check::Any::Table(rel)) => Ok(Some(rel)),
                Ok(super::check::Any::Scalar(_)) => Ok(None),
                Err(stop) => Err(stop),
            };
        }
        self.source(item, cx.env).map(Some)
    }

    pub fn in_table(
        &mut self,
        op: ListOp,
        op_span: Span,
        needle: Expr,
        rel: Rel,
        span: Span,
    ) -> Checked<Expr> {
        let Some(first) = rel.cols.first().cloned() else { return Err(Stop) };
        let item = Expr::col(&first, rel.span);
        let (negated, fold) = match op {
            ListOp::In => (false, false),
            ListOp::NotIn => (true, false),
            ListOp::InFold => (false, true),
            ListOp::NotInFold => (true, true),
            ListOp::HasAny | ListOp::HasAll => return self.has_table(op, op_span, needle, rel, item, span),
        };
        let (mut needle, item) = self.settled_both(needle, item);
        let (mut rel, item) =
            if item.ty == Type::Dynamic { self.elements(rel, first, op_span)? } else { (rel, item) };
        let mut whole = None;
        match (needle.ty, item.ty) {
            (Type::Dynamic, Type::Dynamic) if !fold => {
                let array = self.as_array(op, rel, item, span)?;
                let found = self.apply(&binary::IN_ARRAY, list_op_text(op), vec![needle, array], op_span)?;
                let found = Expr { span, ..found };
                return if negated {
                    self.apply(&binary::NOT_TRUE, "!in", vec![found], span)
                } else {
                    Ok(found)
                };
            }
            // As in a list whose items are of one type.
            (Type::Dynamic, ty) => {
                if !fold && matches!(ty, Type::Int | Type::Long) {
                    whole = Some(self.is_whole(&needle));
                }
                needle = self.convert(needle, if fold { Type::String } else { ty });
            }
            (Type::Int | Type::Long, Type::Dynamic) if !fold => {
                let predicate = self.is_whole(&item);
                rel = filtered(rel, predicate);
            }
            _ => {}
        }
        let (needle, item) = if fold {
            (self.folded(needle, op_span)?, self.folded(item, op_span)?)
        } else {
            self.equals(needle, item, op_span)?
        };
        if item.ty == Type::Real {
            rel = filtered(rel, is_number(&item));
        }
        self.any_inside = true;
        let one_negated = negated && whole.is_none();
        let (needle, item) = (Box::new(needle), Box::new(item));
        let kind = ExprKind::InRel { negated: one_negated, needle, rel: Box::new(rel), item };
        let found = Expr::new(kind, Type::Bool, span);
        let Some(whole) = whole else { return Ok(found) };
        let both = Expr::new(ExprKind::And(vec![found, whole]), Type::Bool, span);
        if negated { self.apply(&binary::NOT_TRUE, "!in", vec![both], span) } else { Ok(both) }
    }

    /// The elements of a dynamic first column, as hunts mean it that look up in `T | summarize make_set(x)`.
    fn elements(&mut self, rel: Rel, first: Column, op_span: Span) -> Checked<(Rel, Expr)> {
        let message = format!("the list is a table whose first column, '{}', is dynamic", first.name);
        let help = "The elements of its arrays are looked up; mv-expand them to say so.";
        self.warn(code::CONVERTED, op_span, message, help);
        let span = rel.span;
        let column = self.new_column(first.name.clone(), Type::Dynamic);
        let item = UnnestItem::new(column.id, Expr::col(&first, span));
        let node = Node::Unnest { input: Box::new(rel), items: vec![item], index: None, limit: None };
        let rel = Rel { node, cols: vec![column.clone()], order: Vec::new(), span };
        let predicate = self.apply_named("isnotnull", vec![Expr::col(&column, span)], span)?;
        let node = Node::Filter { input: Box::new(rel), predicate };
        let element = Expr::col(&column, span);
        Ok((Rel { node, cols: vec![column], order: Vec::new(), span }, element))
    }

    /// `has_any (table)`: the table's first column becomes one array, once.
    pub fn has_table(
        &mut self,
        op: ListOp,
        op_span: Span,
        needle: Expr,
        rel: Rel,
        item: Expr,
        span: Span,
    ) -> Checked<Expr> {
        let array = self.as_array(op, rel, item, span)?;
        let row = if op == ListOp::HasAny { &binary::HAS_ANY_OF } else { &binary::HAS_ALL_OF };
        self.apply(row, list_op_text(op), vec![needle, array], op_span).map(|expr| Expr { span, ..expr })
    }

    /// The values of a table's column as one array.
    fn as_array(&mut self, op: ListOp, rel: Rel, item: Expr, span: Span) -> Checked<Expr> {
        let list = self.apply(&binary::ARRAY, list_op_text(op), vec![item], span)?;
        let column = self.new_column("", Type::Dynamic);
        let node =
            Node::Aggregate { input: Box::new(rel), groups: Vec::new(), aggs: vec![(column.id, list)] };
        let array = Rel { node, cols: vec![column], order: Vec::new(), span };
        Ok(self.scalar_of(array, Type::Dynamic, span))
    }
}

fn equal(left: Expr, right: Expr) -> Expr {
    let span = left.span;
    let kind = ExprKind::Compare { op: CompareOp::Eq, left: Box::new(left), right: Box::new(right) };
    Expr::new(kind, Type::Bool, span)
}

/// A real that is no NaN: those equal nothing, themselves neither.
fn is_number(real: &Expr) -> Expr {
    equal(real.clone(), real.clone())
}

fn is_nan(item: &Expr) -> bool {
    matches!(item.literal(), Some(Value::Real(value)) if value.is_nan())
}

/// The elements of a constant array, each with its own type; anything else is one element.
pub fn dynamic_items(json: &str, span: Span) -> Vec<Expr> {
    let parsed: Result<Vec<serde_json::Value>, _> = serde_json::from_str(json);
    let Ok(items) = parsed else {
        return vec![Expr::lit(Value::Dynamic(json.to_owned()), Type::Dynamic, span)];
    };
    items
        .into_iter()
        .map(|item| match item {
            serde_json::Value::String(text) => Expr::lit(Value::String(text), Type::String, span),
            serde_json::Value::Bool(value) => Expr::lit(Value::Bool(value), Type::Bool, span),
            serde_json::Value::Number(number) => match (number.as_i64(), number.as_f64()) {
                (Some(value), _) => Expr::long(value, span),
                (None, Some(value)) => Expr::lit(Value::Real(value), Type::Real, span),
                (None, None) => Expr::lit(Value::Null, Type::Long, span),
            },
            other => Expr::lit(Value::Dynamic(other.to_string()), Type::Dynamic, span),
        })
        .collect()
}
