//! search: rows of several tables in which a term stands.

use std::rc::Rc;

use crate::diag::code;
use crate::plan::check::{Binder, Checked, Stop};
use crate::plan::env::{Env, UserFunction};
use crate::plan::expr::columns_of;
use crate::plan::{ColId, Column, Expr, ExprKind, Node, Rel};
use crate::span::Span;
use crate::syntax::ast::{self, Name, OpParam};
use crate::types::Type;
use crate::value::Value;

use super::cols::{matches, projected};
use super::each_input::filtered;
use super::terms::Scope;

/// The first column of the result.
const TABLE: &str = "$table";
/// The spellings of its kinds, and whether case counts.
const KINDS: [(&str, bool); 3] = [("default", false), ("case_insensitive", false), ("case_sensitive", true)];

impl Binder<'_> {
    pub fn search(
        &mut self,
        params: &[OpParam],
        tables: &[ast::Expr],
        predicate: &ast::Expr,
        input: Option<Rel>,
        env: &Env,
        span: Span,
    ) -> Checked<Rel> {
        let case_sensitive = self.kind(params, "search", &KINDS)?.unwrap_or(false);
        if let Some(input) = input {
            let input = self.searched_input(input, tables, span)?;
            let (bound, _) = self.searched(&input, predicate, case_sensitive, env)?;
            return Ok(filtered(input, bound));
        }
        let inputs = self.searched_tables(tables, env, span)?;
        let all = self.unioned(inputs.clone(), Some(TABLE.to_owned()), false, span);
        let (bound, named) = self.searched(&all, predicate, case_sensitive, env)?;
        let kept = with_columns(inputs, named.as_deref(), &all);
        if kept.is_empty() {
            return Ok(filtered(all, bound));
        }
        let some = self.unioned(kept, Some(TABLE.to_owned()), false, span);
        let (bound, _) = self.searched(&some, predicate, case_sensitive, env)?;
        Ok(filtered(some, bound))
    }

    /// The predicate over these rows, and the columns that it names; none when it looks into all.
    fn searched(
        &mut self,
        rel: &Rel,
        predicate: &ast::Expr,
        case_sensitive: bool,
        env: &Env,
    ) -> Checked<(Expr, Option<Vec<ColId>>)> {
        let columns: Vec<Column> = rel.cols.iter().skip(1).cloned().collect();
        let scope = Scope::new(&columns, case_sensitive);
        let predicate = self.term_predicate(predicate, &scope, env)?;
        let named = (!scope.anywhere.get()).then(|| columns_of(&predicate));
        Ok((predicate, named))
    }

    /// Rows that come through the pipe are of one table, whatever they were before.
    fn searched_input(&mut self, input: Rel, tables: &[ast::Expr], span: Span) -> Checked<Rel> {
        if let Some(table) = tables.first() {
            let help = "Leave the table before the pipe out.";
            self.error(code::SYNTAX, table.span, "search in (...) stands first in a query", help);
            return Err(Stop);
        }
        if input.column(TABLE).is_some() {
            self.refuse(span, "search after search", "Put both into one search, with and.");
            return Err(Stop);
        }
        if matches!(input.node, Node::Union { .. }) {
            self.refuse(span, "search after union", "Name the tables in the search: search in (T1, T2).");
            return Err(Stop);
        }
        let name = self.label(&input).unwrap_or_else(|| "search_arg0".to_owned());
        let table = self.new_column(TABLE, Type::String);
        let value = Expr::lit(Value::String(name), Type::String, span);
        let shown = input.cols.iter().filter(|column| !column.hidden).cloned();
        let cols = std::iter::once(table.clone()).chain(shown).collect();
        Ok(projected(input, cols, vec![(table.id, value)], span))
    }

    /// The tables that are named, or all with the views in reach; each with its name.
    fn searched_tables(
        &mut self,
        tables: &[ast::Expr],
        env: &Env,
        span: Span,
    ) -> Checked<Vec<(String, Rel)>> {
        let mut inputs = Vec::new();
        for table in tables {
            for (name, rel) in self.union_part(table, false, env)? {
                inputs.push((name.unwrap_or_else(|| format!("search_arg{}", inputs.len())), rel));
            }
        }
        if tables.is_empty() {
            inputs = self.every_table(env, span)?;
        }
        Ok(inputs)
    }

    /// All stored tables, then the views in reach.
    pub fn every_table(&mut self, env: &Env, span: Span) -> Checked<Vec<(String, Rel)>> {
        let inputs = self.tables_like("*", env, span)?;
        if inputs.is_empty() {
            self.error(code::UNKNOWN_NAME, span, "there is no table to look into", "Load one first.");
            return Err(Stop);
        }
        Ok(inputs)
    }

    /// The stored tables whose names have this pattern, then such views in reach.
    pub fn tables_like(&mut self, pattern: &str, env: &Env, span: Span) -> Checked<Vec<(String, Rel)>> {
        let tables = self.schema.tables.iter().map(|table| &table.name);
        let names: Vec<String> = tables.filter(|table| matches(pattern, table)).cloned().collect();
        let views = env.views().into_iter().filter(|(name, _)| matches(pattern, name));
        let views: Vec<(String, Rc<UserFunction>)> =
            views.map(|(name, view)| (name.to_owned(), view)).collect();
        let mut inputs = Vec::new();
        for name in names {
            let rel = self.table(&name, span, env)?;
            inputs.push((name, rel));
        }
        for (text, view) in views {
            let name = Name { text: text.clone(), span };
            let rel = self.table_of_call(&view, &name, &[], env, span)?;
            inputs.push((text, rel));
        }
        Ok(inputs)
    }
}

/// The inputs that have one of the columns that a predicate names, when others have none (recorded).
fn with_columns(inputs: Vec<(String, Rel)>, named: Option<&[ColId]>, all: &Rel) -> Vec<(String, Rel)> {
    let (Some(named), Node::Union { items, maps, .. }) = (named, &all.node) else { return Vec::new() };
    let has = |map: &Vec<Expr>| {
        let mut both = items.iter().zip(map);
        both.any(|((id, _), value)| named.contains(id) && matches!(value.kind, ExprKind::Col(_)))
    };
    let kept: Vec<bool> = maps.iter().map(has).collect();
    if kept.iter().all(|kept| *kept) {
        return Vec::new();
    }
    inputs.into_iter().zip(kept).filter(|(_, kept)| *kept).map(|(input, _)| input).collect()
}
