//! Where rows come from: stored tables, tabular lets, pipelines.

use std::rc::Rc;

use super::check::{Any, Binder, Checked, OPERATORS_MAX, Stop};
use super::env::{Binding, Env};
use super::{ColId, Column, ColumnName, Node, OrderKey, Rel, StoredId};
use crate::catalog::{self, views};
use crate::diag::{code, nearest};
use crate::facts::TableUse;
use crate::schema::{Table, names_result};
use crate::span::Span;
use crate::syntax::ast::{self, ExprKind as Ast, Name, Pipe};
use crate::value::Value;

impl Binder<'_> {
    /// Binds what may be a scalar or a table.
    pub fn any(&mut self, expr: &ast::Expr, env: &Env) -> Checked<Any> {
        if let Some(mention) = env.mention(expr) {
            return self.of_pattern(&mention, env, expr.span);
        }
        match &expr.kind {
            Ast::Pipe(pipe) => self.pipe(pipe, env, None).map(Any::Table),
            Ast::Name(name) => match env.get(&name.text) {
                Some(Binding::Scalar(value)) => self.copied(value, expr.span).map(Any::Scalar),
                Some(Binding::OfRow { value, depth }) => self.of_row(value, *depth, name).map(Any::Scalar),
                Some(Binding::Function(function)) if function.function.params.is_empty() => {
                    self.call_user(&function.clone(), name, &[], env, &[], expr.span)
                }
                Some(Binding::Table(_) | Binding::Function(_) | Binding::Pattern(_)) => {
                    self.source(expr, env).map(Any::Table)
                }
                Some(Binding::Wrong) => Err(Stop),
                None if self.schema.table(&name.text).is_some() || self.is_kept(&name.text) => {
                    self.source(expr, env).map(Any::Table)
                }
                None => self.scalar(expr, env, &[]).map(Any::Scalar),
            },
            Ast::Call { name, args } => {
                if let Some(function) = self.callable(name, env)? {
                    return self.call_user(&function, name, args, env, &[], expr.span);
                }
                if matches!(
                    name.text.as_str(),
                    "materialize" | "table" | "view" | "_GetWatchlist" | "_GetWatchlistAlias"
                ) {
                    return self.source(expr, env).map(Any::Table);
                }
                self.scalar(expr, env, &[]).map(Any::Scalar)
            }
            Ast::Path(base, _) if names_a_database(base) => self.source(expr, env).map(Any::Table),
            _ => self.scalar(expr, env, &[]).map(Any::Scalar),
        }
    }

    /// Binds what must be a table: the source of a pipeline, the right side of a join.
    pub fn source(&mut self, expr: &ast::Expr, env: &Env) -> Checked<Rel> {
        if let Some(mention) = env.mention(expr) {
            return match self.of_pattern(&mention, env, expr.span)? {
                Any::Table(rel) => Ok(rel),
                Any::Scalar(_) => {
                    let help = "A pipeline starts with a table.";
                    self.error(code::TYPE, expr.span, "this case of the pattern gives a scalar", help);
                    Err(Stop)
                }
            };
        }
        match &expr.kind {
            Ast::Pipe(pipe) => self.pipe(pipe, env, None),
            Ast::Name(name) => match env.get(&name.text) {
                Some(Binding::Table(index)) => Ok(self.let_rel(*index, expr.span)),
                Some(Binding::Function(function)) if function.function.params.is_empty() => {
                    let function = function.clone();
                    self.table_of_call(&function, name, &[], env, expr.span)
                }
                Some(
                    Binding::Scalar(_) | Binding::OfRow { .. } | Binding::Function(_) | Binding::Pattern(_),
                ) => {
                    self.error(
                        code::TYPE,
                        name.span,
                        format!("'{}' is not a table", name.text),
                        "A pipeline starts with a table.",
                    );
                    Err(Stop)
                }
                Some(Binding::Wrong) => Err(Stop),
                None if self.schema.table(&name.text).is_some() => self.table(&name.text, name.span, env),
                None => match self.callable(name, env)? {
                    Some(function) => self.table_of_call(&function, name, &[], env, expr.span),
                    None => self.table(&name.text, name.span, env),
                },
            },
            Ast::Call { name, args } => self.source_call(name, args, expr, env),
            Ast::Path(base, name) if names_a_database(base) => {
                let help = format!("Write just {}: kqlhunt reads the tables of one database.", name.text);
                self.refuse(expr.span, "a table of another cluster or database", &help);
                Err(Stop)
            }
            Ast::Error => Err(Stop),
            _ => {
                self.error(
                    code::SYNTAX,
                    expr.span,
                    "expected a table here",
                    "A pipeline starts with a table, a `let` that holds one, print, range or datatable.",
                );
                Err(Stop)
            }
        }
    }

    pub fn source_call(
        &mut self,
        name: &Name,
        args: &[ast::Arg],
        expr: &ast::Expr,
        env: &Env,
    ) -> Checked<Rel> {
        if let Some(function) = self.callable(name, env)? {
            return self.table_of_call(&function, name, args, env, expr.span);
        }
        match (name.text.as_str(), args) {
            ("materialize", [arg]) => {
                let rel = self.source(&arg.expr, env)?;
                let index = self.add_let("materialized", rel, true);
                Ok(self.let_rel(index, expr.span))
            }
            ("view", [arg]) => self.source(&arg.expr, env),
            ("table", [arg, ..]) => {
                let bound = self.scalar(&arg.expr, env, &[])?;
                match bound.literal() {
                    Some(Value::String(table)) => {
                        let (text, span) = (table.clone(), arg.expr.span);
                        // A table goes before a let or function of its name ("table()" in the Kusto reference).
                        if self.schema.table(&text).is_some() {
                            return self.table(&text, span, env);
                        }
                        self.source(&ast::Expr { kind: Ast::Name(Name { text, span }), span }, env)
                    }
                    Some(_) | None => {
                        self.error(
                            code::TYPE,
                            arg.expr.span,
                            "table() wants the name of a table as a constant string",
                            "Write the name itself.",
                        );
                        Err(Stop)
                    }
                }
            }
            ("_GetWatchlist", args) => self.watchlist(name, args, env, expr.span),
            ("_GetWatchlistAlias", []) => Ok(self.watchlists(expr.span)),
            _ if names_a_database(expr) => {
                let help = "Name the table alone: kqlhunt reads the tables of one database.";
                self.refuse(name.span, &format!("'{}()'", name.text), help);
                Err(Stop)
            }
            _ => {
                self.unknown_tabular(name, env);
                Err(Stop)
            }
        }
    }

    pub fn unknown_tabular(&mut self, name: &Name, env: &Env) {
        if self.unknown_stored(name) {
            return;
        }
        if catalog::function(&name.text).or_else(|| catalog::aggregate(&name.text)).is_some() {
            let message = format!("'{}' gives a value, and a table is wanted here", name.text);
            self.error(code::TABULAR, name.span, message, "Name a table, or write print before it.");
            return;
        }
        let outside = self.options.outside.clone();
        let candidates = env.names().into_iter().chain(outside.functions.keys().map(String::as_str));
        let near = nearest(&name.text, candidates);
        let message = format!("unknown tabular function '{}'", name.text);
        self.error_near(code::UNKNOWN_FUNCTION, name.span, message, near, || {
            let file = format!("{}.kql, in the folder that --functions names", name.text);
            format!("Define it with let, or put a function that a workspace stores into {file}.")
        });
    }

    /// A stored table with all of its columns; pruning drops what nobody reads.
    pub fn table(&mut self, name: &str, span: Span, env: &Env) -> Checked<Rel> {
        let schema = self.schema;
        let Some(at) = schema.place(name) else {
            if self.unknown_stored(&Name { text: name.to_owned(), span }) {
                return Err(Stop);
            }
            let message = format!("unknown table '{name}'");
            if names_result(name) {
                let help = no_result(&self.schema.results);
                self.error(code::UNKNOWN_TABLE, span, message, help);
                return Err(Stop);
            }
            let stored = self.schema.tables.iter().map(|table| table.name.as_str());
            let views = views::of(self.schema).map(|view| view.name);
            let names: Vec<&str> = stored.chain(env.tables()).chain(views).collect();
            let load = format!("load it with kqlhunt ingest --table {name} FILE");
            let near = nearest(name, names.iter().copied());
            self.error_near(code::UNKNOWN_TABLE, span, message, near, || match names.is_empty() {
                true => format!("There is no table yet; {load}."),
                false => format!("Known are {}; or {load}.", names.join(", ")),
            });
            return Err(Stop);
        };
        match self.tables.iter_mut().find(|item| item.table == name) {
            Some(known) => known.readings += 1,
            None => self.tables.push(TableUse {
                table: name.to_owned(),
                time_column: None,
                since: None,
                until: None,
                readings: 1,
            }),
        }
        let stored = self.stored_columns(at);
        let mut cols = Vec::with_capacity(stored.len());
        let mut items = Vec::with_capacity(stored.len());
        for (column, stored) in stored.iter() {
            let id = self.new_col();
            items.push((id, stored.clone(), column.ty));
            cols.push(Column { id, ..column.clone() });
        }
        let from = schema.at(at).from.clone();
        let node = Node::Scan { table: name.to_owned(), from, items };
        Ok(self.seen(name, Rel { node, cols, order: Vec::new(), span }, span))
    }

    /// The columns of a table, each with the name that it is stored under. They share their names with all
    /// mentions of the table.
    fn stored_columns(&mut self, table: usize) -> Rc<Vec<(Column, ColumnName)>> {
        if let Some(known) = self.stored_tables.get(&table) {
            return known.clone();
        }
        let place = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
        let columns = self.schema.at(table).columns.iter().enumerate();
        let columns = columns.filter(|(_, column)| column.alias_of.is_none());
        let columns = columns.map(|(at, column)| {
            let name = ColumnName::from(&column.name);
            let stored = if name == column.stored { name.clone() } else { ColumnName::from(&column.stored) };
            let origin = Some(StoredId { table: place(table), column: place(at) });
            (Column { id: ColId::OUTSIDE, name, ty: column.ty, origin, hidden: column.unlisted }, stored)
        });
        let mut listed = Vec::with_capacity(self.schema.at(table).columns.len());
        listed.extend(columns);
        let columns = Rc::new(listed);
        self.stored_tables.insert(table, columns.clone());
        columns
    }

    /// A mention of a tabular `let`, with fresh columns.
    pub fn let_rel(&mut self, index: usize, span: Span) -> Rel {
        self.lets[index].uses += 1;
        let mut cols = self.lets[index].rel.cols.clone();
        let order = self.lets[index].rel.order.clone();
        let mut items = Vec::with_capacity(cols.len());
        for column in &mut cols {
            let there = std::mem::replace(&mut column.id, self.new_col());
            items.push((column.id, there));
            self.hand_on_all(column.id, there);
        }
        let order = order
            .into_iter()
            .map(|key| {
                let here = items.iter().find(|(_, there)| *there == key.col).map(|(here, _)| *here);
                let here = here.unwrap_or_else(|| {
                    let id = self.new_col();
                    items.push((id, key.col));
                    id
                });
                for known in [&mut self.positions, &mut self.natural] {
                    if known.contains(&key.col) {
                        known.insert(here);
                    }
                }
                if let Some(parts) = self.parts.get(&key.col) {
                    self.parts.insert(here, parts.clone());
                }
                OrderKey { col: here, ..key }
            })
            .collect();
        Rel { node: Node::Let { index, items }, cols, order, span }
    }

    pub fn pipe(&mut self, pipe: &Pipe, env: &Env, input: Option<Rel>) -> Checked<Rel> {
        self.deeper(pipe.span, |binder| {
            binder.tables_deep += 1;
            let rel = binder.operators(pipe, env, input);
            binder.tables_deep -= 1;
            binder.measured(rel?)
        })
    }

    fn operators(&mut self, pipe: &Pipe, env: &Env, input: Option<Rel>) -> Checked<Rel> {
        if pipe.ops.len() > OPERATORS_MAX {
            let help =
                format!("At most {OPERATORS_MAX} operators stand in one pipeline; put a part into a let.");
            self.error(code::LIMIT, pipe.span, format!("{} operators in one pipeline", pipe.ops.len()), help);
            return Err(Stop);
        }
        let mut rel = match (&pipe.source, input) {
            (Some(source), _) => Some(self.source(source, env)?),
            (None, input) => input,
        };
        let mut env = env.clone();
        for (at, op) in pipe.ops.iter().enumerate() {
            if at + 1 < pipe.ops.len() {
                self.warn_of_render(op);
            }
            let given = self.op(op, rel, &mut env)?;
            let given = self.still_open(given);
            rel = Some(self.not_too_wide(given)?);
        }
        rel.ok_or(Stop)
    }
}

/// `database("x")`, `cluster("y").database("x")`, `workspace("z")`.
pub fn names_a_database(expr: &ast::Expr) -> bool {
    match &expr.kind {
        Ast::Call { name, .. } => {
            matches!(
                name.text.as_str(),
                "database" | "cluster" | "workspace" | "app" | "resource" | "adx" | "arg"
            )
        }
        Ast::Path(base, _) | Ast::PathCall(base, _) => names_a_database(base),
        _ => false,
    }
}

/// Why a name of a kept result is none, and the way to one.
fn no_result(kept: &[Table]) -> String {
    let names: Vec<&str> = kept.iter().map(|table| table.name.as_str()).collect();
    let again = "Run its query again; the history of the workbench has it";
    match names.is_empty() {
        true => format!("Results have such names while the workbench that made them is open. {again}."),
        false => format!("Kept are {}; others are dropped. {again}.", names.join(", ")),
    }
}
