//! union: which tables its parts are, and the columns of all of them.

use crate::catalog;
use crate::diag::{Diagnostic, code};
use crate::plan::check::{Any, Binder, Checked, Stop};
use crate::plan::env::{Binding, Env};
use crate::plan::names::Namer;
use crate::plan::{Column, ColumnName, Expr, Node, Rel};
use crate::quick::QuickMap;
use crate::span::Span;
use crate::syntax::ast::{self, ExprKind as Ast, Literal, OpParam};
use crate::types::Type;
use crate::value::Value;

use super::param_word;

/// The spellings of a union's kinds, and whether only the columns that all parts have stay.
const KINDS: [(&str, bool); 2] = [("outer", false), ("inner", true)];

impl Binder<'_> {
    pub fn union(
        &mut self,
        params: &[OpParam],
        tables: &[ast::Expr],
        input: Option<Rel>,
        env: &Env,
        span: Span,
    ) -> Checked<Rel> {
        let fuzzy = self.flag(params, "isfuzzy")?;
        let inner = self.kind(params, "union", &KINDS)?.unwrap_or(false);
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
            return self.matching_tables(name, fuzzy, env);
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
            Err(Stop) if fuzzy => self.without_table(table, before),
            Err(Stop) => Err(Stop),
        }
    }

    /// The tables that a pattern names.
    fn matching_tables(
        &mut self,
        pattern: &ast::Name,
        fuzzy: bool,
        env: &Env,
    ) -> Checked<Vec<(Option<String>, Rel)>> {
        let found = self.tables_like(&pattern.text, env, pattern.span)?;
        if found.is_empty() {
            let message = format!("no table matches '{}'", pattern.text);
            let help = "kqlhunt schema lists the tables.";
            if !fuzzy {
                self.error(code::UNKNOWN_NAME, pattern.span, message, help);
                return Err(Stop);
            }
            self.warn(code::UNKNOWN_NAME, pattern.span, message, help);
        }
        Ok(found.into_iter().map(|(name, rel)| (Some(name), rel)).collect())
    }

    /// A part of a fuzzy union that did not bind, with what was said of it since `before`: it is left out where
    /// its table does not exist. Other mistakes in it stay mistakes.
    fn without_table(&mut self, table: &ast::Expr, before: usize) -> Checked<Vec<(Option<String>, Rel)>> {
        let found = &self.diagnostics[before..];
        let source = match &table.kind {
            Ast::Pipe(pipe) => pipe.source.as_deref().unwrap_or(table),
            _ => table,
        };
        // `table("T")` says in its argument which table it is.
        let named = match &source.kind {
            Ast::Call { name, args } if name.text == "table" => args.first().map(|arg| arg.expr.span),
            _ => None,
        };
        let (source, named) = (source.span, named.unwrap_or(source.span));
        let absent = |found: &Diagnostic| {
            matches!(found.code, code::UNKNOWN_TABLE | code::UNKNOWN_FUNCTION)
                && found.span.start == named.start
        };
        if found.iter().any(|found| found.is_error() && !absent(found)) {
            return Err(Stop);
        }
        let missing = found.iter().any(absent);
        self.diagnostics.truncate(before);
        self.advise_names_in(table);
        if missing {
            let message = "this part of the union is left out: its table does not exist here";
            self.warn(code::FUZZY, source, message, "Load the table with kqlhunt ingest.");
        }
        Ok(Vec::new())
    }

    /// Columns by name; one name with several types becomes one column for each, `x_long` and `x_string`.
    pub fn unioned(
        &mut self,
        inputs: Vec<(String, Rel)>,
        withsource: Option<String>,
        inner: bool,
        span: Span,
    ) -> Rel {
        // The columns that one name is split into stand together.
        let mut names: Vec<(ColumnName, Vec<Type>)> = Vec::new();
        let mut places: QuickMap<ColumnName, usize> = QuickMap::default();
        for column in inputs.iter().flat_map(|(_, rel)| &rel.cols).filter(|column| !column.hidden) {
            let at = *places.entry(column.name.clone()).or_insert(names.len());
            if at == names.len() {
                names.push((column.name.clone(), Vec::new()));
            }
            let has =
                |rel: &Rel| rel.cols.iter().any(|other| other.name == column.name && other.ty == column.ty);
            let types = &mut names[at].1;
            if !types.contains(&column.ty) && (!inner || inputs.iter().all(|(_, rel)| has(rel))) {
                types.push(column.ty);
            }
        }
        let slots: Vec<(ColumnName, Type)> = names
            .into_iter()
            .flat_map(|(name, types)| types.into_iter().map(move |ty| (name.clone(), ty)))
            .collect();
        let mut cols = Vec::with_capacity(slots.len() + 1);
        if let Some(name) = &withsource {
            cols.push(self.new_column(name.clone(), Type::String));
        }
        let split: Vec<bool> = (0..slots.len())
            .map(|at| {
                let same =
                    |other: Option<&(ColumnName, Type)>| other.is_some_and(|slot| slot.0 == slots[at].0);
                same(at.checked_sub(1).and_then(|before| slots.get(before))) || same(slots.get(at + 1))
            })
            .collect();
        // Names that stay go before those of parts (union-operator-06).
        let whole = slots.iter().zip(&split).filter(|(_, split)| !**split);
        let mut namer = Namer::with(whole.map(|((name, _), _)| name.clone()));
        for ((name, ty), split) in slots.iter().zip(split) {
            let shown = if split { namer.free(format!("{name}_{}", ty.name())) } else { name.clone() };
            cols.push(self.new_column(shown, *ty));
        }
        let lacked: Vec<Expr> = slots
            .iter()
            .map(|(_, ty)| match ty {
                Type::String => Expr::lit(Value::String(String::new()), *ty, span),
                _ => Expr::lit(Value::Null, *ty, span),
            })
            .collect();
        let slot_of: QuickMap<&(ColumnName, Type), usize> =
            slots.iter().enumerate().map(|(at, slot)| (slot, at)).collect();
        let mut carriers: Vec<Vec<&Column>> = vec![Vec::new(); slots.len()];
        let mut maps = Vec::with_capacity(inputs.len());
        for (source, rel) in &inputs {
            let mut map = lacked.clone();
            // Of two columns of one name the first counts.
            for column in rel.cols.iter().rev() {
                if let Some(at) = slot_of.get(&(column.name.clone(), column.ty)) {
                    map[*at] = Expr::col(column, span);
                    carriers[*at].push(column);
                }
            }
            if withsource.is_some() {
                map.insert(0, Expr::lit(Value::String(source.clone()), Type::String, span));
            }
            maps.push(map);
        }
        // Of a column that several tables share Kusto's analyzers say nothing, nor of a fuzzy union with one
        // table left.
        for ((column, (name, _)), carriers) in
            cols[cols.len() - slots.len()..].iter().zip(&slots).zip(&carriers)
        {
            let only = if let [only] = carriers[..] { Some(only) } else { None };
            if inputs.len() > 1 && column.name == *name && only.is_some_and(|part| self.is_stored(part)) {
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
