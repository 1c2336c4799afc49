//! join, lookup and union.

use crate::catalog;
use crate::diag::{Diagnostic, code, did_you_mean};
use crate::plan::check::{Any, Binder, Checked, Stop};
use crate::plan::convert::widest;
use crate::plan::env::{Binding, Env};
use crate::plan::expr::Cx;
use crate::plan::names::Namer;
use crate::plan::{ColId, Column, ColumnName, Expr, ExprKind, JoinItem, JoinKind, Node, Rel};
use crate::span::Span;
use crate::syntax::ast::{self, BinaryOp, ExprKind as Ast, Literal, OpParam};
use crate::types::Type;
use crate::value::Value;

use super::param_word;

/// The spellings of join kinds ("join operator" in the Kusto reference).
const KINDS: [(&str, JoinKind); 12] = [
    ("innerunique", JoinKind::InnerUnique),
    ("inner", JoinKind::Inner),
    ("leftouter", JoinKind::LeftOuter),
    ("rightouter", JoinKind::RightOuter),
    ("fullouter", JoinKind::FullOuter),
    ("leftsemi", JoinKind::LeftSemi),
    ("rightsemi", JoinKind::RightSemi),
    ("leftanti", JoinKind::LeftAnti),
    ("anti", JoinKind::LeftAnti),
    ("leftantisemi", JoinKind::LeftAnti),
    ("rightanti", JoinKind::RightAnti),
    ("rightantisemi", JoinKind::RightAnti),
];

/// What the keys of a join are: equal pairs, and the right columns that are keys by name.
#[derive(Default)]
pub struct Keys {
    pub on: Vec<(Expr, Expr)>,
    pub right: Vec<ColId>,
    /// As in [`Node::Join`].
    pub ranges: Vec<(Expr, Expr)>,
}

impl Binder<'_> {
    pub fn join(
        &mut self,
        params: &[OpParam],
        right: &ast::Expr,
        on: &[ast::Expr],
        left: Rel,
        env: &Env,
        span: Span,
    ) -> Checked<Rel> {
        let kind = match param_word(params, "kind") {
            None => JoinKind::InnerUnique,
            Some((word, place)) => match KINDS.iter().find(|(name, _)| *name == word) {
                Some((_, kind)) => *kind,
                None => {
                    let names: Vec<&str> = KINDS.iter().map(|(name, _)| *name).collect();
                    let message = format!("unknown join kind '{word}'");
                    self.error(
                        code::EXPECTED,
                        place,
                        message,
                        did_you_mean(
                            &word,
                            names.iter().copied(),
                            format!("The kinds are {}.", names.join(", ")),
                        ),
                    );
                    return Err(Stop);
                }
            },
        };
        let right = self.source(right, env)?;
        let keys = self.keys(on, &left, &right, env, span)?;
        Ok(self.joined(kind, left, right, keys, false, span))
    }

    /// A join that drops the right side's keys; leftouter unless it says inner.
    pub fn lookup(
        &mut self,
        params: &[OpParam],
        right: &ast::Expr,
        on: &[ast::Expr],
        left: Rel,
        env: &Env,
        span: Span,
    ) -> Checked<Rel> {
        let kind = match param_word(params, "kind") {
            None => JoinKind::LeftOuter,
            Some((word, _)) if word == "leftouter" => JoinKind::LeftOuter,
            Some((word, _)) if word == "inner" => JoinKind::Inner,
            Some((word, place)) => {
                let message = format!("unknown lookup kind '{word}'");
                let help = did_you_mean(&word, ["leftouter", "inner"], "The kinds are leftouter and inner.");
                self.error(code::EXPECTED, place, message, help);
                return Err(Stop);
            }
        };
        let right = self.source(right, env)?;
        let keys = self.keys(on, &left, &right, env, span)?;
        Ok(self.joined(kind, left, right, keys, true, span))
    }

    pub fn joined(
        &mut self,
        kind: JoinKind,
        left: Rel,
        right: Rel,
        keys: Keys,
        drop_keys: bool,
        span: Span,
    ) -> Rel {
        use JoinKind::*;
        let (keep_left, keep_right) = match kind {
            InnerUnique | Inner | LeftOuter | RightOuter | FullOuter => (true, true),
            LeftSemi | LeftAnti => (true, false),
            RightSemi | RightAnti => (false, true),
        };
        let (pad_left, pad_right) = match kind {
            LeftOuter => (false, true),
            RightOuter => (true, false),
            FullOuter => (true, true),
            InnerUnique | Inner | LeftSemi | RightSemi | LeftAnti | RightAnti => (false, false),
        };
        let mut namer = Namer::default();
        namer.reserve_columns(left.cols.iter().chain(&right.cols));
        let width = left.cols.len() + right.cols.len();
        let (mut cols, mut items) = (Vec::with_capacity(width), Vec::with_capacity(width));
        let mut side = |binder: &mut Self, rel: &Rel, padded: bool, skip: &[ColId]| {
            for column in rel.cols.iter().filter(|column| !column.hidden && !skip.contains(&column.id)) {
                let (id, name, expr) = (binder.new_col(), namer.free(&column.name), Expr::col(column, span));
                binder.hand_on(id, &expr);
                items.push(JoinItem { id, expr, padded });
                let (ty, origin, hidden) = (column.ty, column.origin, column.hidden);
                cols.push(Column { id, name, ty, origin, hidden });
            }
        };
        if keep_left {
            side(self, &left, pad_left, &[]);
        }
        if keep_right {
            side(self, &right, pad_right, if drop_keys { &keys.right } else { &[] });
        }
        let (left, right) = (Box::new(left), Box::new(right));
        let node = Node::Join { kind, left, right, on: keys.on, ranges: keys.ranges, items };
        Rel { node, cols, order: Vec::new(), span }
    }

    fn keys(&mut self, on: &[ast::Expr], left: &Rel, right: &Rel, env: &Env, span: Span) -> Checked<Keys> {
        let mut keys = Keys::default();
        let mut stopped = false;
        if on.is_empty() {
            self.error(
                code::MISSING,
                span,
                "a join needs its keys",
                "Write on Column, or on $left.a == $right.b.",
            );
            return Err(Stop);
        }
        let mut conditions: Vec<&ast::Expr> = on.iter().rev().collect();
        while let Some(condition) = conditions.pop() {
            if let Ast::Binary { op: BinaryOp::And, left, right, .. } = &condition.kind {
                conditions.push(right);
                conditions.push(left);
                continue;
            }
            match self.key(condition, left, right, env) {
                Ok((one, other)) => {
                    if let ExprKind::Col(id) = &other.kind {
                        keys.right.push(*id);
                    }
                    match self.key_types(one, other, condition.span) {
                        Ok(pair) => keys.on.push(pair),
                        Err(Stop) => stopped = true,
                    }
                }
                Err(Stop) => stopped = true,
            }
        }
        if stopped { Err(Stop) } else { Ok(keys) }
    }

    pub fn key(
        &mut self,
        condition: &ast::Expr,
        left: &Rel,
        right: &Rel,
        env: &Env,
    ) -> Checked<(Expr, Expr)> {
        match &condition.kind {
            Ast::Name(_) => {
                let one = self.expr(condition, &mut Cx::new(env, &left.cols))?;
                let other = self.expr(condition, &mut Cx::new(env, &right.cols))?;
                Ok((one, other))
            }
            Ast::Binary { op: BinaryOp::Eq, left: one, right: other, .. } => {
                let mut cx = Cx { right: Some(&right.cols), ..Cx::new(env, &left.cols) };
                let swapped = side(one) == Some("$right") || side(other) == Some("$left");
                let (first, second) = if swapped { (other, one) } else { (one, other) };
                if side(first) == Some("$right") || side(second) == Some("$left") {
                    self.error(
                        code::SIDE,
                        condition.span,
                        "both keys are of one side",
                        "Compare a $left column with a $right column.",
                    );
                    return Err(Stop);
                }
                let first = self.expr(first, &mut cx)?;
                let second = match side(second) {
                    Some(_) => self.expr(second, &mut cx)?,
                    None => self.expr(second, &mut Cx::new(env, &right.cols))?,
                };
                Ok((first, second))
            }
            _ => {
                let help = "Join on equal columns; put other conditions into a where after the join.";
                self.error(
                    code::CONDITION,
                    condition.span,
                    "a join's condition must be an equality of columns",
                    help,
                );
                Err(Stop)
            }
        }
    }

    pub fn key_types(&mut self, left: Expr, right: Expr, span: Span) -> Checked<(Expr, Expr)> {
        let (left, right) = self.settled_both(left, right);
        if left.ty == Type::Dynamic || right.ty == Type::Dynamic {
            let help = "Convert the keys first: extend k = tostring(x).";
            self.error(code::MISMATCH, span, "a join key cannot be dynamic", help);
            return Err(Stop);
        }
        match widest(left.ty, right.ty) {
            Some(ty) => Ok((self.convert(left, ty), self.convert(right, ty))),
            None => {
                let message =
                    format!("the join keys have different types: {} and {}", left.ty.name(), right.ty.name());
                self.error(code::KEYS, span, message, "Convert one of them before the join.");
                Err(Stop)
            }
        }
    }

    pub fn union(
        &mut self,
        params: &[OpParam],
        tables: &[ast::Expr],
        input: Option<Rel>,
        env: &Env,
        span: Span,
    ) -> Checked<Rel> {
        let fuzzy = self.flag(params, "isfuzzy")?;
        let inner = match param_word(params, "kind") {
            None => false,
            Some((word, _)) if word == "outer" => false,
            Some((word, _)) if word == "inner" => true,
            Some((word, place)) => {
                let message = format!("unknown union kind '{word}'");
                let help = did_you_mean(&word, ["outer", "inner"], "The kinds are outer and inner.");
                self.error(code::EXPECTED, place, message, help);
                return Err(Stop);
            }
        };
        let mut inputs: Vec<(String, Rel)> = Vec::new();
        if let Some(input) = input {
            let name = self.label(&input).unwrap_or_else(|| "union_arg0".to_owned());
            inputs.push((name, input));
        }
        let mut stopped = false;
        for table in tables {
            match self.union_part(table, fuzzy, env) {
                Ok(rels) => {
                    for (name, rel) in rels {
                        let name = name.unwrap_or_else(|| format!("union_arg{}", inputs.len()));
                        inputs.push((name, rel));
                    }
                }
                Err(Stop) => stopped = true,
            }
        }
        if stopped {
            return Err(Stop);
        }
        if inputs.is_empty() {
            self.error(
                code::UNKNOWN_NAME,
                span,
                "none of the tables of this union exists",
                "Load one of them with kqlhunt ingest.",
            );
            return Err(Stop);
        }
        let withsource = param_word(params, "withsource").or_else(|| param_word(params, "with_source"));
        Ok(self.unioned(inputs, withsource.map(|(name, _)| name), inner, span))
    }

    /// An operator's parameter that is true or false.
    fn flag(&mut self, params: &[OpParam], name: &str) -> Checked<bool> {
        match params.iter().find(|param| param.name.text == name).map(|param| &param.value) {
            None => Ok(false),
            Some(ast::Expr { kind: Ast::Literal(Literal::Bool(value)), .. }) => Ok(*value),
            Some(value) => {
                let message = format!("'{name}' is true or false");
                self.error(code::BOOL_LITERAL, value.span, message, "Write true or false.");
                Err(Stop)
            }
        }
    }

    /// What withsource calls an input: a stored table, a view or an `as` by its name; others have none.
    pub fn source_name(&self, written: &ast::Expr, rel: &Rel, env: &Env) -> Option<String> {
        if let Ast::Name(name) | Ast::Call { name, .. } = &written.kind
            && let Some(Binding::Function(function)) = env.get(&name.text)
            && function.function.view
        {
            return Some(name.text.clone());
        }
        self.label(rel)
    }

    pub fn label(&self, rel: &Rel) -> Option<String> {
        match &rel.node {
            Node::Scan { table, items, .. } => {
                let names = items.iter().map(|(_, name, _)| name);
                (rel.order.is_empty() && names.eq(shown_names(rel))).then(|| table.clone())
            }
            Node::Let { index, .. } => {
                let named = &self.lets[*index];
                if named.labelled {
                    return Some(named.name.clone());
                }
                // Another name of a table is none of its own (measured).
                let bare = rel.order.is_empty() && shown_names(&named.rel).eq(shown_names(rel));
                self.label(&named.rel).filter(|_| bare)
            }
            _ => None,
        }
    }

    /// The tables that one place names, each with what withsource calls it.
    pub fn union_part(
        &mut self,
        table: &ast::Expr,
        fuzzy: bool,
        env: &Env,
    ) -> Checked<Vec<(Option<String>, Rel)>> {
        if let Ast::Name(name) = &table.kind
            && name.is_pattern()
        {
            let found = self.tables_like(&name.text, env, name.span)?;
            if found.is_empty() {
                let message = format!("no table matches '{}'", name.text);
                let help = "kqlhunt schema lists the tables.";
                if !fuzzy {
                    self.error(code::UNKNOWN_NAME, name.span, message, help);
                    return Err(Stop);
                }
                self.warn(code::UNKNOWN_NAME, name.span, message, help);
            }
            return Ok(found.into_iter().map(|(name, rel)| (Some(name), rel)).collect());
        }
        let before = self.diagnostics.len();
        // A name that is nothing yet is meant as a table.
        let unknown = match &table.kind {
            Ast::Name(name) => env.get(&name.text).is_none(),
            Ast::Call { name, .. } => {
                env.get(&name.text).is_none() && catalog::function(&name.text).is_none()
            }
            _ => false,
        };
        let part = if unknown { self.source(table, env).map(Any::Table) } else { self.any(table, env) };
        match part {
            Ok(Any::Table(rel)) => Ok(vec![(self.source_name(table, &rel, env), rel)]),
            Ok(Any::Scalar(_)) => {
                self.error(
                    code::TYPE,
                    table.span,
                    "a union takes tables",
                    "Put the pipeline into parentheses.",
                );
                Err(Stop)
            }
            Err(Stop) if fuzzy => {
                // Other mistakes in such a part stay mistakes.
                let found = &self.diagnostics[before..];
                let source = match &table.kind {
                    Ast::Pipe(pipe) => pipe.source.as_ref().map_or(table.span, |source| source.span),
                    _ => table.span,
                };
                let absent = |found: &Diagnostic| {
                    matches!(found.code, code::UNKNOWN_TABLE | code::UNKNOWN_FUNCTION)
                        && found.span.start == source.start
                };
                if found.iter().any(|found| found.is_error() && !absent(found)) {
                    return Err(Stop);
                }
                let missing = found.iter().any(absent);
                self.diagnostics.truncate(before);
                self.advise_names_in(table);
                if missing {
                    self.warn(
                        code::FUZZY,
                        source,
                        "this part of the union is left out: its table does not exist here",
                        "Load the table with kqlhunt ingest.",
                    );
                }
                Ok(Vec::new())
            }
            Err(Stop) => Err(Stop),
        }
    }

    /// Columns by name; one name with several types becomes one column for each, `x_long` and `x_string`.
    pub fn unioned(
        &mut self,
        inputs: Vec<(String, Rel)>,
        withsource: Option<String>,
        inner: bool,
        span: Span,
    ) -> Rel {
        let mut slots: Vec<(ColumnName, Type)> = Vec::new();
        for column in inputs.iter().flat_map(|(_, rel)| &rel.cols).filter(|column| !column.hidden) {
            let slot = (column.name.clone(), column.ty);
            let has = |rel: &Rel| rel.cols.iter().any(|other| (&other.name, other.ty) == (&slot.0, slot.1));
            if slots.contains(&slot) || (inner && !inputs.iter().all(|(_, rel)| has(rel))) {
                continue;
            }
            // The columns that one name is split into stand together.
            let last = slots.iter().rposition(|(name, _)| *name == slot.0);
            slots.insert(last.map_or(slots.len(), |last| last + 1), slot);
        }
        let mut cols = Vec::with_capacity(slots.len() + 1);
        if let Some(name) = &withsource {
            cols.push(self.new_column(name.clone(), Type::String));
        }
        let split = |name: &ColumnName| slots.iter().filter(|(other, _)| other == name).count() > 1;
        // Names that stay go before those of parts (union-operator-06).
        let mut namer =
            Namer::with(slots.iter().filter(|(name, _)| !split(name)).map(|(name, _)| name.clone()));
        for (name, ty) in &slots {
            let shown = if split(name) { namer.free(format!("{name}_{}", ty.name())) } else { name.clone() };
            cols.push(self.new_column(shown, *ty));
        }
        let mut maps = Vec::with_capacity(inputs.len());
        for (source, rel) in &inputs {
            let mut map = Vec::with_capacity(cols.len());
            if withsource.is_some() {
                map.push(Expr::lit(Value::String(source.clone()), Type::String, span));
            }
            for (name, ty) in &slots {
                map.push(match rel.cols.iter().find(|column| column.name == *name && column.ty == *ty) {
                    Some(column) => Expr::col(column, span),
                    None if *ty == Type::String => Expr::lit(Value::String(String::new()), *ty, span),
                    None => Expr::lit(Value::Null, *ty, span),
                });
            }
            maps.push(map);
        }
        for column in &cols {
            let mut parts = inputs
                .iter()
                .filter_map(|(_, rel)| rel.cols.iter().find(|part| part.name == column.name))
                .peekable();
            // Of a fuzzy union with one table left Kusto's analyzers say nothing.
            if inputs.len() > 1 && parts.peek().is_some() && parts.all(|part| self.is_stored(part)) {
                self.stored_unions.insert(column.id);
            }
        }
        let items = cols.iter().map(|column| (column.id, column.ty)).collect();
        let inputs = inputs.into_iter().map(|(_, rel)| rel).collect();
        Rel { node: Node::Union { inputs, items, maps }, cols, order: Vec::new(), span }
    }
}

fn shown_names(rel: &Rel) -> impl Iterator<Item = &ColumnName> {
    rel.cols.iter().map(|column| &column.name)
}

/// `$left` or `$right`, when the expression is a column of that side.
fn side(expr: &ast::Expr) -> Option<&str> {
    match &expr.kind {
        Ast::Path(base, _) => match &base.kind {
            Ast::Name(name) if name.text == "$left" || name.text == "$right" => Some(&name.text),
            _ => side(base),
        },
        _ => None,
    }
}
