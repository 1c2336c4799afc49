//! find: rows of several tables in which a term stands, in the columns that the tables share; the others go
//! into a bag.

use crate::diag::{code, nearest};
use crate::plan::check::{Binder, Checked, Stop};
use crate::plan::env::Env;
use crate::plan::expr::columns_of;
use crate::plan::{Column, Expr, Node, Rel};
use crate::span::Span;
use crate::syntax::ast::{self, BinaryOp, ColumnPattern, ExprKind as Ast, Name, Named, OpParam};
use crate::types::Type;
use crate::value::Value;

use super::cols::{matches, projected};
use super::each_input::of_input;
use super::param_word;
use super::terms::Scope;

/// The operator as it is written.
pub struct Wanted<'w> {
    pub params: &'w [OpParam],
    pub tables: &'w [ast::Expr],
    pub predicate: &'w ast::Expr,
    pub project: &'w [Named],
    pub project_away: &'w [ColumnPattern],
}

/// The columns of the result, besides that of the source.
struct Output {
    columns: Vec<(String, Type)>,
    /// Columns of tables become those of the types above, and not one for each type that they have.
    typed: bool,
    /// A bag of the columns that are left.
    pack: bool,
}

/// A table and what it is called.
type Source = (String, Rel);

/// The tables to look into, and the columns that the predicate names.
type Chosen = (Vec<Source>, Vec<(String, Type)>);

const SOURCE: &str = "source_";
const PACK: &str = "pack_";

impl Binder<'_> {
    pub fn find(&mut self, wanted: &Wanted<'_>, input: Option<Rel>, env: &Env, span: Span) -> Checked<Rel> {
        let Wanted { params, predicate, .. } = *wanted;
        if let Some(input) = input {
            self.refuse(input.span, "find after a pipe", "Write find in (T) where ...");
            return Err(Stop);
        }
        let source = param_word(params, "withsource").or_else(|| param_word(params, "with_source"));
        let source = source.map_or_else(|| SOURCE.to_owned(), |(name, _)| name);
        let tables = self.found_tables(wanted.tables, env, span)?;
        let (tables, named) = self.tables_named(tables, predicate, env)?;
        let output = if wanted.project.is_empty() {
            Self::shared_columns(&tables, named)
        } else {
            self.projected_columns(&tables, wanted.project)?
        };
        let mut inputs = Vec::new();
        for (name, rel) in &tables {
            let rel = self.found_in(rel.clone(), &tables, predicate, &output, env, span)?;
            inputs.push((name.clone(), rel));
        }
        let mut rel = self.unioned(inputs, Some(source), false, span);
        let away = |column: &Column| {
            let mut patterns = wanted.project_away.iter();
            patterns.any(|pattern| matches(&pattern.pattern.text, &column.name))
        };
        let (first, rest) = rel.cols.split_first().ok_or(Stop)?;
        let kept = rest.iter().filter(|column| !away(column)).cloned();
        rel.cols = std::iter::once(first.clone()).chain(kept).collect();
        Ok(rel)
    }

    fn found_tables(&mut self, tables: &[ast::Expr], env: &Env, span: Span) -> Checked<Vec<Source>> {
        if tables.is_empty() {
            return self.every_table(env, span);
        }
        let mut found = Vec::new();
        for table in tables {
            for (name, rel) in self.union_part(table, false, env)? {
                let Some(name) = name else {
                    let help = "Give it a name: let T = view () { ... }; find in (T) where ...";
                    self.refuse(table.span, "a subquery in find", help);
                    return Err(Stop);
                };
                found.push((name, rel));
            }
        }
        Ok(found)
    }

    /// The tables with a column that the predicate names, and those columns in their order; all tables when
    /// it looks into all columns.
    fn tables_named(&mut self, tables: Vec<Source>, predicate: &ast::Expr, env: &Env) -> Checked<Chosen> {
        let all = every_column(&tables);
        let columns: Vec<Column> = all.iter().map(|(name, ty)| self.new_column(name.clone(), *ty)).collect();
        let scope = Scope::new(&columns, false);
        let bound = self.term_predicate(predicate, &scope, env)?;
        let named: Vec<(String, Type)> = if scope.anywhere.get() {
            self.named_beside_terms(predicate, &columns, env)?
        } else {
            columns_of(&bound)
                .iter()
                .filter_map(|id| columns.iter().find(|column| column.id == *id))
                .map(|column| (column.name.to_string(), column.ty))
                .collect()
        };
        let mut distinct: Vec<(String, Type)> = Vec::new();
        for column in named {
            if !distinct.contains(&column) {
                distinct.push(column);
            }
        }
        let has = |rel: &Rel| distinct.iter().any(|(name, _)| shown(rel, name).is_some());
        if tables.len() == 1 || scope.anywhere.get() {
            return Ok((tables, distinct));
        }
        let kept: Vec<Source> = tables.into_iter().filter(|(_, rel)| has(rel)).collect();
        if kept.is_empty() {
            self.error(code::UNKNOWN_NAME, predicate.span, "no table has a column of this", "Name one.");
            return Err(Stop);
        }
        Ok((kept, distinct))
    }

    /// What a predicate names besides the terms that it looks for everywhere.
    fn named_beside_terms(
        &mut self,
        predicate: &ast::Expr,
        columns: &[Column],
        env: &Env,
    ) -> Checked<Vec<(String, Type)>> {
        let mut named = Vec::new();
        let mut parts = vec![predicate];
        while let Some(part) = parts.pop() {
            match &part.kind {
                Ast::Binary { op: BinaryOp::And | BinaryOp::Or, left, right, .. } => {
                    parts.extend([&**right, &**left]);
                }
                Ast::Call { name, args } if name.text == "not" && args.len() == 1 => {
                    parts.push(&args[0].expr)
                }
                _ => {
                    let scope = Scope::new(columns, false);
                    let bound = self.term_predicate(part, &scope, env)?;
                    let ids = if scope.anywhere.get() { Vec::new() } else { columns_of(&bound) };
                    let found = ids.iter().filter_map(|id| columns.iter().find(|column| column.id == *id));
                    named.extend(found.map(|column| (column.name.to_string(), column.ty)));
                }
            }
        }
        Ok(named)
    }

    /// "If the project clause references a column that [...] has multiple types, a type must follow."
    fn one_type(&mut self, tables: &[Source], name: &str, span: Span, help: &str) -> Checked<()> {
        let mut types: Vec<Type> = tables.iter().filter_map(|(_, rel)| shown(rel, name)).collect();
        types.dedup();
        if types.len() < 2 {
            return Ok(());
        }
        self.error(code::TYPES, span, format!("'{name}' has several types"), help);
        Err(Stop)
    }

    /// project-smart: what all tables have, what the predicate names, and a bag of the rest. A column with
    /// several types becomes one for each, as in a union ("find operator").
    fn shared_columns(tables: &[Source], named: Vec<(String, Type)>) -> Output {
        let mut columns: Vec<(String, Type)> = Vec::new();
        for (name, ty) in every_column(tables) {
            if tables.iter().all(|(_, rel)| shown(rel, &name).is_some()) {
                columns.push((name, ty));
            }
        }
        let further: Vec<(String, Type)> =
            named.into_iter().filter(|column| !columns.contains(column)).collect();
        columns.extend(further);
        let left = |rel: &Rel| rel.cols.iter().any(|column| !column.hidden && !holds(&columns, &column.name));
        let pack = tables.iter().any(|(_, rel)| left(rel));
        Output { columns, typed: false, pack }
    }

    fn projected_columns(&mut self, tables: &[Source], project: &[Named]) -> Checked<Output> {
        let mut output = Output { columns: Vec::new(), typed: true, pack: false };
        for (at, item) in project.iter().enumerate() {
            match &item.expr.kind {
                Ast::Call { name, .. } if matches!(name.text.as_str(), "pack" | "pack_all") => {
                    if at + 1 < project.len() {
                        self.error(code::SYNTAX, item.span, "the bag comes last", "Move it to the end.");
                        return Err(Stop);
                    }
                    output.pack = true;
                }
                Ast::Name(name) => {
                    let ty = self.found_type(tables, name)?;
                    self.one_type(tables, &name.text, name.span, &format!("Write {}:string.", name.text))?;
                    output.columns.push((name.text.clone(), ty));
                }
                Ast::Binary { op: BinaryOp::Colon, left, right, .. } => {
                    let (Ast::Name(name), Ast::TypeLiteral(ty)) = (&left.kind, &right.kind) else {
                        return Err(Stop);
                    };
                    self.found_type(tables, name)?;
                    output.columns.push((name.text.clone(), *ty));
                }
                _ => {
                    let help = "Project columns, and pack(*) last.";
                    self.error(code::SYNTAX, item.span, "find projects columns only", help);
                    return Err(Stop);
                }
            }
        }
        Ok(output)
    }

    fn found_type(&mut self, tables: &[Source], name: &Name) -> Checked<Type> {
        if let Some(ty) = tables.iter().find_map(|(_, rel)| shown(rel, &name.text)) {
            return Ok(ty);
        }
        let known = every_column(tables);
        let near = nearest(&name.text, known.iter().map(|(name, _)| name.as_str()));
        let message = format!("unknown column '{}'", name.text);
        self.error_near(code::UNKNOWN_NAME, name.span, message, near, || {
            "Name a column of the tables.".into()
        });
        Err(Stop)
    }

    /// The rows of one table that the predicate holds for, where columns that it lacks are null.
    fn found_in(
        &mut self,
        rel: Rel,
        tables: &[Source],
        predicate: &ast::Expr,
        output: &Output,
        env: &Env,
        span: Span,
    ) -> Checked<Rel> {
        let own: Vec<Column> = rel.cols.iter().filter(|column| !column.hidden).cloned().collect();
        let mut cols = own.clone();
        let mut set = Vec::new();
        for (name, ty) in every_column(tables) {
            if own.iter().all(|column| column.name != name) {
                let column = self.new_column(name, ty);
                set.push((column.id, missing(ty, span)));
                cols.push(column);
            }
        }
        let rel = projected(rel, cols, set.clone(), span);
        let scope = Scope::new(&rel.cols, false);
        let predicate = self.term_predicate(predicate, &scope, env)?;
        let predicate = of_input(&predicate, &set.iter().map(|(id, value)| (*id, value)).collect());
        let cols = rel.cols.clone();
        let node = Node::Filter { input: Box::new(rel), predicate };
        let rel = Rel { node, cols: cols.clone(), order: Vec::new(), span };
        let mut shown = Vec::new();
        let mut set = Vec::new();
        for (name, ty) in &output.columns {
            let Some(column) = cols.iter().find(|column| column.name == *name) else { return Err(Stop) };
            let ty = if output.typed { *ty } else { column.ty };
            let value = self.retyped(Expr::col(column, span), ty)?;
            let column = self.new_column(name.clone(), ty);
            set.push((column.id, value));
            shown.push(column);
        }
        if output.pack {
            let rest: Vec<Column> =
                own.into_iter().filter(|column| !holds(&output.columns, &column.name)).collect();
            let bag = match rest.is_empty() {
                true => Expr::lit(Value::Dynamic("{}".to_owned()), Type::Dynamic, span),
                false => self.pack("bag_pack", &rest, span)?,
            };
            let column = self.new_column(PACK, Type::Dynamic);
            set.push((column.id, bag));
            shown.push(column);
        }
        Ok(projected(rel, shown, set, span))
    }

    fn retyped(&mut self, value: Expr, ty: Type) -> Checked<Expr> {
        let span = value.span;
        match (value.ty, ty) {
            (from, to) if from == to => Ok(value),
            (_, Type::String | Type::Dynamic) => Ok(self.convert(value, ty)),
            _ => self.typed(value, ty, span),
        }
    }
}

/// The listed columns of all tables by name, each with the type that it has first.
fn every_column(tables: &[Source]) -> Vec<(String, Type)> {
    let mut columns: Vec<(String, Type)> = Vec::new();
    let mut seen = std::collections::HashSet::new();
    for column in tables.iter().flat_map(|(_, rel)| &rel.cols).filter(|column| !column.hidden) {
        if seen.insert(column.name.as_str()) {
            columns.push((column.name.to_string(), column.ty));
        }
    }
    columns
}

fn shown(rel: &Rel, name: &str) -> Option<Type> {
    rel.cols.iter().find(|column| !column.hidden && column.name == name).map(|column| column.ty)
}

fn holds(columns: &[(String, Type)], name: &str) -> bool {
    columns.iter().any(|(known, _)| known == name)
}

fn missing(ty: Type, span: Span) -> Expr {
    let value = if ty == Type::String { Value::String(String::new()) } else { Value::Null };
    Expr::lit(value, ty, span)
}
