//! Tabular operators, by family. Each takes a relation and gives one. Knows no SQL.

mod agg;
mod apply;
mod by_names;
mod cols;
mod each_input;
mod expand;
mod external;
mod find;
mod join;
mod kinds;
mod parse;
mod parse_kv;
mod partition;
mod parts;
mod plugins;
mod reduce;
mod render;
mod rows;
mod sample;
mod scan;
mod search;
mod series;
mod source;
mod terms;
mod top_nested;
mod union;
mod walk;

pub use each_input::filtered;
pub use parts::{Parts, rename};
pub use rows::limit;

use self::plugins::Evaluated;
use super::advice;
use super::check::{Binder, Checked, Stop};
use super::env::{Binding, Env};
use super::{ColId, Column, Expr, ExprKind, Node, OrderKey, Rel, WindowFunc};
use crate::catalog::{self, binary, construct};
use crate::diag::code;
use crate::span::Span;
use crate::syntax::ast::{self, ExprKind as Ast, Literal, Op, OpKind, OpParam};
use crate::types::Type;

impl Binder<'_> {
    pub fn op(&mut self, op: &Op, input: Option<Rel>, env: &mut Env) -> Checked<Rel> {
        if let Some(input) = &input {
            self.keeps_parts(op, input)?;
        }
        match &op.kind {
            OpKind::Print(items) => self.print(items, env, op.span),
            OpKind::Range { name, from, to, step } => self.range(name, [from, to, step], env, op.span),
            OpKind::Datatable { columns, values } => self.datatable(columns, values, env, op.span),
            OpKind::Union { params, tables } => self.union(params, tables, input, env, op.span),
            OpKind::Search { params, tables, predicate } => {
                self.search(params, tables, predicate, input, env, op.span)
            }
            OpKind::Fork(_) | OpKind::Facet(..) => {
                let what = format!("'{}' inside a subquery or a let", op.name.text);
                self.refuse(op.name.span, &what, "It ends a query, since it gives several results.");
                Err(Stop)
            }
            OpKind::Find { params, tables, predicate, project, project_away, .. } => {
                let wanted = find::Wanted { params, tables, predicate, project, project_away };
                self.find(&wanted, input, env, op.span)
            }
            OpKind::Error => Err(Stop),
            OpKind::Other(name) => self.not_yet(op, name),
            OpKind::Externaldata { columns, uris, params } => {
                self.externaldata(columns, uris, params, env, op.span)
            }
            OpKind::Where(_)
            | OpKind::Take(_)
            | OpKind::Top { .. }
            | OpKind::Sort { .. }
            | OpKind::Distinct(_)
            | OpKind::Count(_)
            | OpKind::Serialize(_)
            | OpKind::Scan(_)
            | OpKind::Extend(_)
            | OpKind::Parse { .. }
            | OpKind::ParseKv { .. }
            | OpKind::Project(_)
            | OpKind::ProjectAway(_)
            | OpKind::ProjectKeep(_)
            | OpKind::ProjectReorder(_)
            | OpKind::ProjectRename(_)
            | OpKind::Getschema
            | OpKind::Summarize { .. }
            | OpKind::MakeSeries { .. }
            | OpKind::Join { .. }
            | OpKind::Lookup { .. }
            | OpKind::MvExpand { .. }
            | OpKind::Sample(_)
            | OpKind::SampleDistinct { .. }
            | OpKind::TopHitters { .. }
            | OpKind::TopNested(_)
            | OpKind::ProjectByNames(_)
            | OpKind::AssertSchema(_)
            | OpKind::Reduce { .. }
            | OpKind::Consume
            | OpKind::MvApply { .. }
            | OpKind::Partition { .. }
            | OpKind::Evaluate { .. }
            | OpKind::As { .. }
            | OpKind::Invoke(_)
            | OpKind::Render { .. } => match input {
                Some(input) => self.op_on(op, input, env),
                None => {
                    if let OpKind::Evaluate { params, call, .. } = &op.kind {
                        self.known_plugin(params, call)?;
                    }
                    let message = format!("'{}' needs a table before it", op.name.text);
                    self.error(code::SYNTAX, op.name.span, message, "Start with a table, then a pipe.");
                    Err(Stop)
                }
            },
        }
    }

    fn op_on(&mut self, op: &Op, input: Rel, env: &mut Env) -> Checked<Rel> {
        match &op.kind {
            OpKind::Where(predicate) => self.filter(predicate, input, env, op.span),
            OpKind::Take(count) | OpKind::Sample(count) => self.take(count, input, env, op.span),
            OpKind::Top { count, by, .. } => self.top(count, by, input, env, op.span),
            OpKind::Sort { keys, .. } => self.sort(keys, input, env, op.span),
            OpKind::Distinct(items) => self.distinct(items, input, env, op.span),
            OpKind::Count(name) => self.count(name.as_ref(), input, op.span),
            OpKind::Invoke(call) => self.invoke(call, input, env),
            OpKind::Serialize(items) => self.serialize(items, input, env, op.span),
            OpKind::Scan(scan) => self.scan(scan, input, env, op.span),
            OpKind::Extend(items) => self.extend(items, input, env, op.span),
            OpKind::Parse { params, expr, steps, only_matches } => {
                let pattern = self.parse_pattern(params, steps, *only_matches)?;
                self.parse(&pattern, expr, *only_matches, input, env, op.span)
            }
            OpKind::ParseKv { expr, columns, params } => {
                let layout = self.pair_layout(params, columns, op.span)?;
                self.parse_kv(&layout, expr, columns, input, env, op.span)
            }
            OpKind::Project(items) => self.project(items, input, env, op.span),
            OpKind::ProjectAway(patterns) => self.project_away(patterns, input),
            OpKind::ProjectKeep(patterns) => self.project_keep(patterns, input),
            OpKind::ProjectReorder(patterns) => self.project_reorder(patterns, input),
            OpKind::ProjectRename(renames) => self.project_rename(renames, input),
            OpKind::Getschema => Ok(self.getschema(&input, op.span)),
            OpKind::Summarize { aggs, by, .. } => self.summarize(aggs, by, input, env, op.span),
            OpKind::MakeSeries { aggs, axis, from, to, step, in_range, by, params } => {
                let (from, to, in_range) = (from.as_ref(), to.as_ref(), *in_range);
                let series = series::Series { aggs, axis, from, to, step, in_range, by, params };
                self.make_series(&series, input, env, op.span)
            }
            OpKind::Join { params, right, on } => {
                self.advise_params(&advice::KIND, &op.name, op.name.span, params, "kind=innerunique");
                self.join(params, (input, right), on, env, op.span)
            }
            OpKind::Lookup { params, right, on } => self.lookup(params, (input, right), on, env, op.span),
            OpKind::MvExpand { params, items, limit } => {
                let legacy = op.name.text == "mvexpand";
                self.mv_expand(params, items, limit.as_ref(), legacy, input, env, op.span)
            }
            OpKind::SampleDistinct { count, of } => self.sample_distinct(count, of, input, env, op.span),
            OpKind::TopHitters { count, of, by } => {
                self.top_hitters(count, of, by.as_ref(), input, env, op.span)
            }
            OpKind::TopNested(levels) => self.top_nested(levels, input, env, op.span),
            OpKind::Reduce { params, by } => self.reduce(params, by, input, env, op),
            OpKind::ProjectByNames(names) => self.project_by_names(names, input, env, op.span),
            OpKind::AssertSchema(columns) => self.assert_schema(columns, input, op.name.span),
            OpKind::Consume => Ok(self.consume(input, op.span)),
            OpKind::MvApply { params, items, limit, body } => {
                self.mv_apply(params, items, limit.as_ref(), body, input, env, op.span)
            }
            OpKind::Partition { params, by, body } => {
                self.advise_params(&advice::LEGACY, &op.name, op.span, params, "hint.strategy=native");
                self.partition(params, by, body, input, env, op.span)
            }
            OpKind::Evaluate { params, call, schema, keeps_input } => {
                let evaluated =
                    Evaluated { params, call, schema: schema.as_deref(), keeps_input: *keeps_input };
                self.evaluate(&evaluated, input, env, op.span)
            }
            OpKind::As { name, .. } => {
                let index = self.add_let(&name.text, input, true);
                self.lets[index].labelled = true;
                *env = env.with(&name.text, Binding::Table(index));
                Ok(self.let_rel(index, op.span))
            }
            OpKind::Render { kind, by, properties } => self.render(kind, by, properties, input),
            other => unreachable!("op() hands on only operators that take a table, not {other:?}"),
        }
    }

    fn not_yet(&mut self, op: &Op, name: &str) -> Checked<Rel> {
        let known = construct::operator(name).filter(|row| !row.refused.is_empty());
        let instead = known.map_or("Leave it out; only Kusto's own service needs it.", |row| row.refused);
        self.refuse(op.name.span, &format!("the operator '{name}'"), instead);
        Err(Stop)
    }

    /// The input, with the window functions of its expressions computed below them.
    pub fn with_windows(&mut self, input: Rel, windows: Vec<(Column, Expr)>) -> Checked<Rel> {
        let Some((_, first)) = windows.first() else { return Ok(input) };
        if !self.serialized(&input) {
            let help = "Put 'sort by' or 'serialize' before this operator.";
            self.error(code::SYNTAX, first.span, "window functions need rows in an order", help);
            return Err(Stop);
        }
        let mut rel = self.positioned(input);
        let parts: Vec<ColId> = self.part_key(&rel).map(|key| key.col).into_iter().collect();
        // A function that reads another one's column comes one layer later.
        let mut layer: Vec<(ColId, Expr)> = Vec::new();
        for (column, expr) in windows {
            if let ExprKind::Over { func: WindowFunc::Session, args } = &expr.kind {
                if !layer.is_empty() {
                    rel = over(rel, &parts, std::mem::take(&mut layer));
                }
                rel = self.sessions(&column, args, rel)?;
                continue;
            }
            let reads = super::expr::columns_of(&expr);
            if layer.iter().any(|(id, _)| reads.contains(id)) {
                rel = over(rel, &parts, std::mem::take(&mut layer));
            }
            layer.push((column.id, expr));
        }
        Ok(if layer.is_empty() { rel } else { over(rel, &parts, layer) })
    }

    /// Rows whose order is one position column, so that every window function sees the same one.
    pub fn positioned(&mut self, input: Rel) -> Rel {
        let part = self.part_key(&input);
        if let [key] = &input.order[usize::from(part.is_some())..]
            && self.positions.contains(&key.col)
        {
            return input;
        }
        let position = self.new_col();
        self.positions.insert(position);
        let kind = ExprKind::Over { func: WindowFunc::Position, args: Vec::new() };
        let item = (position, Expr::new(kind, Type::Long, input.span));
        let parts: Vec<ColId> = part.iter().map(|key| key.col).collect();
        let mut rel = over(input, &parts, vec![item]);
        rel.order = part.into_iter().collect();
        rel.order.push(OrderKey { col: position, ty: Type::Long, ascending: true, nulls_first: true });
        rel
    }

    /// Kusto calls rows serialized when an operator has put them into an order.
    pub fn serialized(&self, rel: &Rel) -> bool {
        // Elements come in the order of their array.
        if self.part_key(rel).is_some() {
            return true;
        }
        if !rel.order.is_empty() {
            return rel.order.iter().any(|key| !self.natural.contains(&key.col));
        }
        match &rel.node {
            Node::Range { .. } => true,
            Node::Filter { input, .. }
            | Node::Project { input, .. }
            | Node::Window { input, .. }
            | Node::Walk { input, .. } => self.serialized(input),
            Node::Let { index, .. } => self.serialized(&self.lets[*index].rel),
            Node::Scan { .. }
            | Node::Values { .. }
            | Node::Limit { .. }
            | Node::Aggregate { .. }
            | Node::Join { .. }
            | Node::Union { .. }
            | Node::Unnest { .. } => false,
        }
    }

    /// Groups of rows that are written in the query come in the order of their first rows, as the recorded
    /// answers have it; groups of stored rows come in no order, and pay nothing for one.
    fn grouped(
        &mut self,
        input: Rel,
        groups: Vec<(ColId, Expr)>,
        mut aggs: Vec<(ColId, Expr)>,
        span: Span,
    ) -> Rel {
        if let Some(key) = self.part_key(&input) {
            return self.grouped_by_part(input, key, groups, aggs, span);
        }
        if groups.is_empty() || !self.written(&input) {
            let node = Node::Aggregate { input: Box::new(input), groups, aggs };
            return Rel { node, cols: Vec::new(), order: Vec::new(), span };
        }
        let (ordered, position) = match self.positioned(input) {
            rel if rel.order.len() == 1 => {
                let position = rel.order[0].col;
                (rel, position)
            }
            rel => {
                let node = Node::Aggregate { input: Box::new(rel), groups, aggs };
                return Rel { node, cols: Vec::new(), order: Vec::new(), span };
            }
        };
        let first = self.new_col();
        self.natural.insert(first);
        let value = Expr::new(ExprKind::Col(position), Type::Long, span);
        let kind = ExprKind::Call { name: "min", sig: &binary::FIRST, args: vec![value] };
        aggs.push((first, Expr::new(kind, Type::Long, span)));
        let order = vec![OrderKey { col: first, ty: Type::Long, ascending: true, nulls_first: true }];
        Rel {
            node: Node::Aggregate { input: Box::new(ordered), groups, aggs },
            cols: Vec::new(),
            order,
            span,
        }
    }

    /// Whether all of its rows stand in the text of the query.
    pub fn written(&self, rel: &Rel) -> bool {
        // Most begin with a stored table, which is found without a look into all that was done with it.
        !matches!(self.beginning(rel), Node::Scan { .. }) && self.all_written(rel)
    }

    /// Where a pipeline begins, through lets and the left sides of joins.
    fn beginning<'r>(&'r self, rel: &'r Rel) -> &'r Node {
        let mut rel = rel;
        loop {
            rel = match &rel.node {
                Node::Let { index, .. } => &self.lets[*index].rel,
                Node::Filter { input, .. }
                | Node::Project { input, .. }
                | Node::Aggregate { input, .. }
                | Node::Limit { input, .. }
                | Node::Unnest { input, .. }
                | Node::Window { input, .. }
                | Node::Walk { input, .. } => input,
                Node::Join { left, .. } => left,
                node
                @ (Node::Scan { .. } | Node::Values { .. } | Node::Range { .. } | Node::Union { .. }) => {
                    return node;
                }
            };
        }
    }

    fn all_written(&self, rel: &Rel) -> bool {
        match &rel.node {
            Node::Scan { .. } => false,
            Node::Let { index, .. } => self.all_written(&self.lets[*index].rel),
            Node::Values { .. } | Node::Range { .. } => true,
            Node::Filter { .. }
            | Node::Project { .. }
            | Node::Aggregate { .. }
            | Node::Limit { .. }
            | Node::Join { .. }
            | Node::Union { .. }
            | Node::Unnest { .. }
            | Node::Window { .. }
            | Node::Walk { .. } => {
                let mut written = true;
                each_below(rel, &mut |below| written = written && self.all_written(below));
                written
            }
        }
    }
}

fn over(input: Rel, parts: &[ColId], items: Vec<(ColId, Expr)>) -> Rel {
    let (cols, order, span) = (input.cols.clone(), input.order.clone(), input.span);
    Rel { node: Node::Window { input: Box::new(input), parts: parts.to_vec(), items }, cols, order, span }
}

/// An operator's parameter as a word: `inner`, `true`, `"x"`.
pub fn param_word(params: &[OpParam], name: &str) -> Option<(String, Span)> {
    let param = params.iter().find(|param| param.name.text == name)?;
    word(&param.value).map(|word| (word, param.value.span))
}

fn word(expr: &ast::Expr) -> Option<String> {
    match &expr.kind {
        Ast::Name(name) => Some(name.text.clone()),
        Ast::Literal(Literal::String(text)) => Some(text.clone()),
        Ast::Literal(Literal::Bool(value)) => Some(value.to_string()),
        Ast::Literal(Literal::Long(value)) => Some(value.to_string()),
        Ast::Literal(Literal::Real(value)) => Some(value.to_string()),
        _ => None,
    }
}

/// The relations directly below, those inside expressions too.
pub fn below(rel: &Rel) -> Vec<&Rel> {
    let mut found = Vec::new();
    each_below(rel, &mut |below| found.push(below));
    found
}

/// Calls `visit` for the relations that an operator works on.
pub fn each_input<'r>(rel: &'r Rel, visit: &mut dyn FnMut(&'r Rel)) {
    match &rel.node {
        Node::Scan { .. } | Node::Let { .. } | Node::Values { .. } | Node::Range { .. } => {}
        Node::Filter { input, .. }
        | Node::Project { input, .. }
        | Node::Window { input, .. }
        | Node::Walk { input, .. }
        | Node::Aggregate { input, .. }
        | Node::Limit { input, .. }
        | Node::Unnest { input, .. } => visit(input),
        Node::Join { left, right, .. } => [left, right].into_iter().for_each(|side| visit(side)),
        Node::Union { inputs, .. } => inputs.iter().for_each(visit),
    }
}

/// As [`each_input`], to change them.
pub fn each_input_mut(rel: &mut Rel, visit: &mut dyn FnMut(&mut Rel)) {
    match &mut rel.node {
        Node::Scan { .. } | Node::Let { .. } | Node::Values { .. } | Node::Range { .. } => {}
        Node::Filter { input, .. }
        | Node::Project { input, .. }
        | Node::Window { input, .. }
        | Node::Walk { input, .. }
        | Node::Aggregate { input, .. }
        | Node::Limit { input, .. }
        | Node::Unnest { input, .. } => visit(input),
        Node::Join { left, right, .. } => [left, right].into_iter().for_each(|side| visit(side)),
        Node::Union { inputs, .. } => inputs.iter_mut().for_each(visit),
    }
}

/// Calls `visit` for the relations directly below, those inside expressions too.
pub fn each_below<'r>(rel: &'r Rel, visit: &mut dyn FnMut(&'r Rel)) {
    each_input(rel, visit);
    own_exprs(rel, &mut |expr| {
        if !expr.is_leaf() {
            tables_in(expr, visit);
        }
    });
}

fn tables_in<'r>(expr: &'r Expr, visit: &mut dyn FnMut(&'r Rel)) {
    if let ExprKind::Scalar(rel) | ExprKind::InRel { rel, .. } = &expr.kind {
        visit(rel);
    }
    // Most are columns; wide tables have many of them.
    expr.children().filter(|child| !child.is_leaf()).for_each(|child| tables_in(child, visit));
}

/// Calls `visit` for each expression of a relation's own node.
pub fn own_exprs<'r>(rel: &'r Rel, visit: &mut dyn FnMut(&'r Expr)) {
    match &rel.node {
        Node::Scan { .. } | Node::Let { .. } => {}
        Node::Values { rows, .. } => rows.iter().flatten().for_each(visit),
        Node::Range { from, to, step, .. } => [from, to, step].into_iter().for_each(visit),
        Node::Filter { predicate, .. } => visit(predicate),
        Node::Project { items, .. } | Node::Window { items, .. } => {
            items.iter().for_each(|(_, expr)| visit(expr));
        }
        Node::Walk { state, layers, .. } => {
            state.iter().chain(layers.iter().flatten()).for_each(|(_, expr)| visit(expr));
        }
        Node::Aggregate { groups, aggs, .. } => {
            groups.iter().chain(aggs).for_each(|(_, expr)| visit(expr));
        }
        Node::Limit { count, .. } => visit(count),
        Node::Join { on, ranges, items, .. } => {
            on.iter().chain(ranges).flat_map(|(left, right)| [left, right]).for_each(&mut *visit);
            items.iter().for_each(|item| visit(&item.expr));
        }
        Node::Union { maps, .. } => maps.iter().flatten().for_each(visit),
        Node::Unnest { items, limit, .. } => {
            items.iter().map(|item| &item.array).chain(limit).for_each(visit);
        }
    }
}

/// Whether it gives something else each time it is evaluated: `rand()`, `new_guid()`.
pub fn volatile(rel: &Rel) -> bool {
    let mut found = false;
    own_exprs(rel, &mut |expr| found = found || volatile_expr(expr));
    each_below(rel, &mut |below| found = found || volatile(below));
    found
}

/// Whether an expression of the relation's own node calls this function.
pub fn calls(rel: &Rel, function: &str) -> bool {
    let mut found = false;
    own_exprs(rel, &mut |expr| {
        expr.walk(&mut |inner| {
            found |= matches!(&inner.kind, ExprKind::Call { name, .. } if *name == function);
        });
    });
    found
}

pub fn volatile_expr(expr: &Expr) -> bool {
    match &expr.kind {
        ExprKind::Col(_) | ExprKind::Lit(_) => false,
        ExprKind::Call { name, args, .. } => catalog::volatile(name) || args.iter().any(volatile_expr),
        _ => expr.children().any(volatile_expr),
    }
}
