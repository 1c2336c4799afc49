//! Statements to plans: lets, settings, parameters, pipelines. Knows no SQL.

use std::cell::RefCell;
use std::collections::{HashMap, HashSet};
use std::rc::Rc;

use super::ask::Ask;
use super::elements::Inside;
use super::env::{Binding, Env, UserFunction};
use super::limits::Used;
use super::ops::Parts;
use super::settings::Bins;
use super::typed::Typed;
use super::{ColId, ColSet, Column, ColumnName, Expr, ExprKind, LetRel, Node, OrderKey, Plan, Rel};
use crate::catalog::construct;
use crate::diag::{Diagnostic, code};
use crate::facts::{Input, Options, Render, TableUse};
use crate::quick::{QuickMap, QuickSet};
use crate::schema::Schema;
use crate::span::Span;
use crate::syntax::ast::{self, ExprKind as Ast, LetValue, Pipe, Script, StatementKind};
use crate::syntax::words::reference;
use crate::types::Type;

/// How deep user functions may call each other; KQL has no recursion.
pub const CALLS_DEEP: usize = 32;

/// How many operators one pipeline may have.
pub const OPERATORS_MAX: usize = 256;

/// Something is wrong, and its diagnostic is already given.
pub struct Stop;

pub type Checked<T> = Result<T, Stop>;

/// What a whole text means: a plan for each query statement.
pub struct Bound {
    pub plans: Vec<Plan>,
    pub diagnostics: Vec<Diagnostic>,
    /// The clock in force after `set query_now`.
    pub now: i64,
    /// Columns depend on data that nobody could be asked for: what is known holds, but nothing can be run.
    pub unseen: bool,
}

/// Resolves and types a script; `text` is what it was parsed from. `ask` answers for the data.
pub fn bind<'a>(
    script: &Script,
    text: &'a str,
    schema: &'a Schema,
    options: &'a Options,
    ask: Option<&'a mut (dyn Ask + 'a)>,
) -> Bound {
    let mut binder = Binder::new(text, schema, options, ask);
    let plans = binder.script(script);
    binder.warn_of_types_inside();
    Bound { plans, diagnostics: binder.diagnostics, now: binder.now, unseen: binder.unseen }
}

/// A scalar or a table: what `let`, function bodies and arguments may be.
pub enum Any {
    Scalar(Expr),
    Table(Rel),
}

pub struct Binder<'a> {
    pub text: &'a str,
    pub schema: &'a Schema,
    pub options: &'a Options,
    pub now: i64,
    pub bins: Bins,
    pub diagnostics: Vec<Diagnostic>,
    pub lets: Vec<LetRel>,
    pub tables: Vec<TableUse>,
    pub render: Option<Render>,
    pub next_col: u32,
    pub calls_deep: usize,
    /// How many pipelines and scalars that are computed once the place at hand stands in.
    pub tables_deep: usize,
    /// What the text has grown into so far.
    pub used: Used,
    /// Columns that number the rows of an order.
    pub positions: QuickSet<ColId>,
    /// Positions that no operator of the query asked for; they make groups come in a steady order.
    pub natural: QuickSet<ColId>,
    /// The columns that name the part which a subquery's row belongs to.
    pub parts: QuickMap<ColId, Rc<Parts>>,
    /// Columns that hold one dynamic literal in all rows: its JSON text.
    pub shapes: QuickMap<ColId, Rc<str>>,
    pub ask: Option<&'a mut (dyn Ask + 'a)>,
    /// As in [`Bound`].
    pub unseen: bool,
    /// Whether anything was called so far that gives something else each time, or a sketch.
    pub any_volatile: bool,
    pub any_sketch: bool,
    /// Whether a table stands inside of any expression so far.
    pub any_inside: bool,
    /// What the text reads from outside of the database.
    pub inputs: Vec<Input>,
    /// The columns of the tables that were named so far, by the table's place in the schema.
    pub stored_tables: QuickMap<usize, Rc<Vec<(Column, ColumnName)>>>,
    /// Columns of unions that hold nothing but values of stored columns of their name.
    pub stored_unions: ColSet,
    /// The function without parameters whose body is being bound.
    pub constant: Option<Rc<UserFunction>>,
    /// Stored functions that were parsed, and those that are being bound, the outermost first.
    pub stored: HashMap<String, Rc<UserFunction>>,
    pub stored_calls: Vec<String>,
    /// Columns of unknown type, and those that stand for unknown columns; see `open`.
    pub unknown: QuickSet<ColId>,
    /// Columns that are strings only because columns of watchlists are, and those that stand for all of them.
    pub supposed: QuickSet<ColId>,
    pub any_supposed: QuickSet<ColId>,
    /// The names that stood for one of those, and are not columns yet.
    pub met: Vec<(ColId, String)>,
    /// How many rows a result has at most.
    pub records_max: Option<i64>,
    /// The plugin that gave the columns of the data last.
    pub columns_of_data: Option<&'static str>,
    /// What is known of the insides of columns.
    pub insides: QuickMap<ColId, Inside>,
    /// Values of KQL's own types that became part of dynamic values.
    pub typed: Typed,
}

impl<'a> Binder<'a> {
    pub fn new(
        text: &'a str,
        schema: &'a Schema,
        options: &'a Options,
        ask: Option<&'a mut (dyn Ask + 'a)>,
    ) -> Self {
        Binder {
            text,
            schema,
            options,
            now: options.now,
            bins: Bins::default(),
            diagnostics: Vec::new(),
            lets: Vec::new(),
            tables: Vec::new(),
            render: None,
            next_col: 0,
            calls_deep: 0,
            tables_deep: 0,
            used: Used::default(),
            positions: QuickSet::default(),
            natural: QuickSet::default(),
            parts: QuickMap::default(),
            shapes: QuickMap::default(),
            ask,
            unseen: false,
            any_volatile: false,
            any_sketch: false,
            any_inside: false,
            inputs: Vec::new(),
            stored_tables: QuickMap::default(),
            stored_unions: ColSet::default(),
            constant: None,
            stored: HashMap::new(),
            stored_calls: Vec::new(),
            unknown: QuickSet::default(),
            supposed: QuickSet::default(),
            any_supposed: QuickSet::default(),
            met: Vec::new(),
            records_max: None,
            columns_of_data: None,
            insides: QuickMap::default(),
            typed: Typed::default(),
        }
    }

    fn script(&mut self, script: &Script) -> Vec<Plan> {
        let mut env = Env::default();
        let mut plans = Vec::new();
        // `set` holds for the whole text, wherever it stands.
        for statement in &script.statements {
            if let StatementKind::Set { name, value } = &statement.kind {
                self.set(name, value.as_ref());
            }
        }
        self.undeclared(script);
        let last = script.statements.len().saturating_sub(1);
        let mut declared = HashSet::new();
        for (at, statement) in script.statements.iter().enumerate() {
            match &statement.kind {
                StatementKind::Let(item) => {
                    self.declare(&item.name, &mut declared);
                    env = match self.bind_let(item, &env) {
                        Ok(next) => next,
                        Err(Stop) => env.with(&item.name.text, Binding::Wrong),
                    }
                }
                StatementKind::Set { .. } | StatementKind::Error => {}
                StatementKind::Parameters(params) => env = self.query_parameters(params, env),
                StatementKind::Pattern(pattern) => {
                    self.declare(&pattern.name, &mut declared);
                    env = match self.bind_pattern(pattern, &env) {
                        Ok(next) => next,
                        Err(Stop) => env.with(&pattern.name.text, Binding::Wrong),
                    }
                }
                StatementKind::Query(pipe) => {
                    let results = self.results_of(pipe).unwrap_or_default();
                    for (index, (name, pipe)) in results.iter().enumerate() {
                        if self.copies(self.lets.len(), pipe.span).is_err() {
                            return plans;
                        }
                        let Ok(mut plan) = self.result(pipe, &env, at == last && index + 1 == results.len())
                        else {
                            break;
                        };
                        plan.name.clone_from(name);
                        plans.push(plan);
                    }
                }
                StatementKind::Other(what) => {
                    let instead = construct::statement(what).map_or("Leave it out.", |row| row.refused);
                    self.refuse(statement.span, &format!("the statement '{what}'"), instead);
                }
            }
        }
        plans
    }

    /// The plan of one result; the last one takes the lets with it.
    fn result(&mut self, pipe: &Pipe, env: &Env, last: bool) -> Checked<Plan> {
        self.render = None;
        let root = self.pipe(pipe, env, None)?;
        let mut root = self.in_time(root);
        if let Some(records) = self.records_max {
            let span = root.span;
            root = super::ops::limit(root, Expr::long(records, span), span);
        }
        root.cols.retain(|column| !column.hidden);
        self.hides_sketches(&root)?;
        let tables = self.tables_of(&root);
        let inputs = self.inputs_of(&root);
        let lets = if last { std::mem::take(&mut self.lets) } else { self.lets.clone() };
        let untyped = root.cols.iter().map(|column| self.is_untyped(column.id)).collect();
        let (render, next_col) = (self.render.take(), self.next_col);
        let called = self
            .stored
            .iter()
            .filter(|(_, function)| function.file.as_ref().is_some_and(|file| !file.shipped));
        let mut functions: Vec<String> = called.map(|(name, _)| name.clone()).collect();
        functions.sort();
        Ok(Plan { name: None, lets, root, render, tables, inputs, functions, untyped, next_col })
    }

    /// Rows of a timechart that no operator has ordered come by time: Kusto promises no order, and people
    /// read the table beside the chart.
    fn in_time(&self, root: Rel) -> Rel {
        let timechart = self.render.as_ref().is_some_and(|render| render.kind == "timechart");
        let axis = root.cols.iter().find(|column| column.ty == Type::Datetime);
        match axis {
            Some(axis) if timechart && root.order.is_empty() => {
                let key = OrderKey { col: axis.id, ty: axis.ty, ascending: true, nulls_first: true };
                Rel { order: vec![key], ..root }
            }
            _ => root,
        }
    }

    /// The stored tables below a relation.
    fn tables_of(&self, root: &Rel) -> Vec<TableUse> {
        let names = self.scanned(root);
        self.tables.iter().filter(|item| names.contains(&item.table.as_str())).cloned().collect()
    }

    /// The tables that are read below a relation, through the lets that it mentions.
    pub fn scanned<'r>(&'r self, root: &'r Rel) -> Vec<&'r str> {
        let scan = |rel: &'r Rel| match &rel.node {
            Node::Scan { table, .. } => Some(table.as_str()),
            _ => None,
        };
        self.reached(root).into_iter().filter_map(scan).collect()
    }

    /// A relation and all below it, through the lets that it mentions, each of them once.
    pub fn reached<'r>(&'r self, root: &'r Rel) -> Vec<&'r Rel> {
        let (mut found, mut rels) = (Vec::new(), vec![root]);
        let mut entered = HashSet::new();
        while let Some(rel) = rels.pop() {
            if let Node::Let { index, .. } = &rel.node
                && entered.insert(*index)
            {
                rels.push(&self.lets[*index].rel);
            }
            self.each_below(rel, &mut |below| rels.push(below));
            found.push(rel);
        }
        found
    }

    /// As [`super::ops::each_below`], without a look into expressions where no table can be.
    pub fn each_below<'r>(&self, rel: &'r Rel, visit: &mut dyn FnMut(&'r Rel)) {
        if self.any_inside {
            super::ops::each_below(rel, visit);
        } else {
            super::ops::each_input(rel, visit);
        }
    }

    /// The first value of a table.
    pub fn scalar_of(&mut self, rel: Rel, ty: Type, span: Span) -> Expr {
        self.any_inside = true;
        Expr::new(ExprKind::Scalar(Box::new(rel)), ty, span)
    }

    /// One scope has each name once.
    pub fn declare(&mut self, name: &ast::Name, declared: &mut HashSet<String>) {
        if !declared.insert(name.text.clone()) {
            let message = format!("'{}' is declared twice", name.text);
            self.error(code::DECLARED, name.span, message, "Give one of them another name.");
        }
    }

    pub fn bind_let(&mut self, item: &ast::Let, env: &Env) -> Checked<Env> {
        let name = &item.name.text;
        let binding = match &item.value {
            LetValue::Function(function) => {
                let (function, env) = (function.clone(), env.clone());
                Binding::Function(Rc::new(UserFunction {
                    function,
                    env,
                    file: None,
                    once: RefCell::default(),
                }))
            }
            LetValue::Expr(expr) => match self.any(expr, env)? {
                Any::Scalar(expr) => self.scalar_binding(expr),
                Any::Table(rel) => Binding::Table(self.add_let(name, rel, materialized(expr))),
            },
        };
        Ok(env.with(name, binding))
    }

    pub fn add_let(&mut self, name: &str, rel: Rel, materialize: bool) -> usize {
        let volatile = self.any_volatile && super::ops::volatile(&rel);
        let item = LetRel { name: name.to_owned(), rel, uses: 0, materialize, labelled: false, volatile };
        self.note_let(&item);
        self.lets.push(item);
        self.lets.len() - 1
    }

    pub fn new_col(&mut self) -> ColId {
        self.next_col += 1;
        ColId(self.next_col - 1)
    }

    pub fn new_column(&mut self, name: impl Into<ColumnName>, ty: Type) -> Column {
        Column { id: self.new_col(), name: name.into(), ty, origin: None, hidden: false }
    }

    pub fn error(
        &mut self,
        code: &'static str,
        span: Span,
        message: impl Into<String>,
        help: impl Into<String>,
    ) {
        self.diagnostics.push(Diagnostic::error(code, span, message).help(help));
    }

    /// An error on a name: the help asks whether the one that is near was meant, with the change of the text.
    pub fn error_near(
        &mut self,
        code: &'static str,
        span: Span,
        message: String,
        near: Option<&str>,
        otherwise: impl FnOnce() -> String,
    ) {
        let error = Diagnostic::error(code, span, message);
        self.diagnostics.push(match near {
            Some(near) => error.help(format!("Did you mean '{near}'?")).fix(span, reference(near)),
            None => error.help(otherwise()),
        });
    }

    pub fn warn(
        &mut self,
        code: &'static str,
        span: Span,
        message: impl Into<String>,
        help: impl Into<String>,
    ) {
        self.remark(Diagnostic::warning(code, span, message).help(help));
    }

    /// A remark, unless the same was made already: functions are bound at each call.
    pub fn remark(&mut self, remark: Diagnostic) {
        if !self.diagnostics.contains(&remark) {
            self.diagnostics.push(remark);
        }
    }

    pub fn refuse(&mut self, span: Span, what: &str, help: &str) {
        self.diagnostics.push(Diagnostic::unsupported(span, what, help));
    }
}

fn materialized(expr: &ast::Expr) -> bool {
    matches!(&expr.kind, Ast::Call { name, .. } if name.text == "materialize")
}
