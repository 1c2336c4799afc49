//! Plugins that KQL can say: a query over the table `T`, whose columns have names of our own there, so that no
//! name of the data can stand in its way.

use super::Given;
use crate::diag::Diagnostic;
use crate::plan::check::{Binder, Checked, Stop};
use crate::plan::env::{Binding, Env};
use crate::plan::names::Namer;
use crate::plan::ops::cols::projected;
use crate::plan::{Column, Expr, Node, Rel};
use crate::span::Span;
use crate::syntax;
use crate::syntax::ast::{Arg, StatementKind};
use crate::types::Type;
use crate::value::Value;

/// The rows of a plugin, under the names that its query has for them.
pub struct Told {
    table: usize,
}

impl Binder<'_> {
    /// The rows with just these columns, to be read as `T`.
    pub fn told(&mut self, input: Rel, columns: &[(String, Column)], span: Span) -> Told {
        let cols =
            columns.iter().map(|(name, column)| Column { name: name.as_str().into(), ..column.clone() });
        let rows = projected(input, cols.collect(), Vec::new(), span);
        Told { table: self.add_let("T", rows, true) }
    }

    /// The rows of a query over `T`. What it says is no text of the user's, so that remarks on it are on the plugin.
    pub fn said(&mut self, query: &str, told: &Told, given: &Given<'_>) -> Checked<Rel> {
        let (script, problems) = syntax::parse(query);
        debug_assert!(!problems.iter().any(Diagnostic::is_error), "{query}: {problems:?}");
        let mut env = Env::default().with("T", Binding::Table(told.table));
        let before = self.diagnostics.len();
        let mut rows = Err(Stop);
        for statement in &script.statements {
            match &statement.kind {
                StatementKind::Let(item) => env = self.bind_let(item, &env)?,
                StatementKind::Query(pipe) => rows = self.pipe(pipe, &env, None),
                _ => {}
            }
        }
        let mut found = self.diagnostics.split_off(before);
        found.retain(Diagnostic::is_error);
        self.diagnostics.extend(found.into_iter().map(|one| Diagnostic {
            span: given.name.span,
            fix: None,
            ..one
        }));
        rows
    }

    /// Whether the data have a row in a relation; `None` when nobody can be asked.
    pub fn any_row_in(&mut self, rel: Rel, span: Span) -> Checked<Option<bool>> {
        if self.ask.is_none() {
            return Ok(None);
        }
        let cols = rel.cols.iter().take(1).cloned().collect();
        let node = Node::Limit { input: Box::new(rel), count: Expr::long(1, span) };
        let rows = self.ask(Rel { node, cols, order: Vec::new(), span }, span)?;
        Ok(rows.map(|rows| !rows.is_empty()))
    }

    /// A constant whole number from 1 on.
    pub fn whole(&mut self, arg: &Arg, given: &Given<'_>, env: &Env) -> Checked<i64> {
        match self.scalar(&arg.expr, env, &[])?.literal() {
            Some(Value::Int(number @ 1..)) => Ok(i64::from(*number)),
            Some(Value::Long(number @ 1..)) => Ok(*number),
            _ => Err(self.wrong_arguments(
                given,
                arg.expr.span,
                "wants a constant whole number from 1 on here",
            )),
        }
    }

    /// A column that rows are told apart by.
    pub fn sliced_by(&mut self, arg: &Arg, given: &Given<'_>, input: &Rel, env: &Env) -> Checked<Column> {
        let column = self.column_argument(arg, given, &input.cols, env)?;
        if column.ty == Type::Dynamic && !self.unknown.contains(&column.id) {
            let what = format!("'{}' by a dynamic", given.name.text);
            self.refuse(arg.expr.span, &what, "Make it a string before, with tostring().");
            return Err(Stop);
        }
        Ok(column)
    }

    /// Columns that rows are told apart by, as the query names them: `part0`, `part1` and so on.
    pub fn parts(
        &mut self,
        args: &[Arg],
        given: &Given<'_>,
        input: &Rel,
        env: &Env,
    ) -> Checked<Vec<(String, Column)>> {
        let mut parts = Vec::new();
        for (at, arg) in args.iter().enumerate() {
            parts.push((format!("part{at}"), self.sliced_by(arg, given, input, env)?));
        }
        Ok(parts)
    }
}

/// The names of columns, each after a comma.
pub fn listed(parts: &[(String, Column)]) -> String {
    parts.iter().map(|(name, _)| format!(", {name}")).collect()
}

/// The names of a result's columns: what its bins are of, what tells rows apart, what is counted.
pub fn headed(first: &Column, parts: &[(String, Column)], last: &str) -> Vec<String> {
    let names = [first].into_iter().chain(parts.iter().map(|(_, column)| column));
    names.map(|column| column.name.to_string()).chain([last.to_owned()]).collect()
}

/// The columns of a result, under these names.
pub fn named(mut rows: Rel, names: impl Iterator<Item = String>) -> Rel {
    let mut namer = Namer::default();
    for (column, name) in rows.cols.iter_mut().zip(names) {
        column.name = namer.free(&name);
    }
    rows
}
