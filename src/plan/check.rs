//! Statements to plans: lets, settings, parameters, pipelines. Knows no SQL.

use std::collections::HashSet;
use std::rc::Rc;

use super::env::{Binding, Env, UserFunction};
use super::{ColId, Column, Expr, LetRel, Node, OrderKey, Plan, Rel};
use crate::compile::{Options, Origin, Render, TableUse};
use crate::diag::{Diagnostic, code, nearest};
use crate::schema::Schema;
use crate::span::Span;
use crate::syntax::ast::{
    self, ExprKind as Ast, Function, LetValue, Name, Param, ParamType, Pipe, Script, StatementKind,
};
use crate::types::Type;
use crate::value::Value;

/// How deep user functions may call each other; KQL has no recursion.
const CALLS_DEEP: usize = 32;
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
}

/// Resolves and types a script.
pub fn bind(script: &Script, schema: &Schema, options: &Options) -> Bound {
    let mut binder = Binder::new(schema, options);
    let plans = binder.script(script);
    Bound { plans, diagnostics: binder.diagnostics, now: binder.now }
}

/// A scalar or a table: what `let`, function bodies and arguments may be.
pub enum Any {
    Scalar(Expr),
    Table(Rel),
}

pub struct Binder<'a> {
    pub schema: &'a Schema,
    pub options: &'a Options,
    pub now: i64,
    pub diagnostics: Vec<Diagnostic>,
    pub lets: Vec<LetRel>,
    pub tables: Vec<TableUse>,
    pub render: Option<Render>,
    pub next_col: u32,
    pub calls_deep: usize,
    /// Columns that number the rows of an order.
    pub positions: HashSet<ColId>,
    /// Positions that no operator of the query asked for; they make groups come in a steady order.
    pub natural: HashSet<ColId>,
}

impl<'a> Binder<'a> {
    fn new(schema: &'a Schema, options: &'a Options) -> Self {
        Binder {
            schema,
            options,
            now: options.now,
            diagnostics: Vec::new(),
            lets: Vec::new(),
            tables: Vec::new(),
            render: None,
            next_col: 0,
            calls_deep: 0,
            positions: HashSet::new(),
            natural: HashSet::new(),
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
        for statement in &script.statements {
            match &statement.kind {
                StatementKind::Let(item) => {
                    if let Ok(next) = self.bind_let(item, &env) {
                        env = next;
                    }
                }
                StatementKind::Set { .. } | StatementKind::Error => {}
                StatementKind::Parameters(params) => env = self.query_parameters(params, env),
                StatementKind::Query(pipe) => {
                    self.render = None;
                    if let Ok(root) = self.pipe(pipe, &env, None) {
                        let tables = self.tables_of(&root);
                        plans.push(Plan {
                            lets: self.lets.clone(),
                            root,
                            render: self.render.take(),
                            tables,
                        });
                    }
                }
                StatementKind::Other(what) => self.refuse(
                    statement.span,
                    &format!("the statement '{what}'"),
                    "Remove it; kqlhunt reads the tables of one database.",
                ),
            }
        }
        if plans.is_empty() && !crate::diag::any_error(&self.diagnostics) {
            let end = script.statements.last().map_or(Span::default(), |last| last.span);
            self.error(
                code::SYNTAX,
                end,
                "the text holds no query",
                "End it with a table or an expression that gives rows.",
            );
        }
        plans
    }

    /// The stored tables below a relation, through the lets that it mentions.
    fn tables_of(&self, root: &Rel) -> Vec<TableUse> {
        let mut names = Vec::new();
        let mut rels = vec![root];
        while let Some(rel) = rels.pop() {
            match &rel.node {
                Node::Scan { table, .. } => names.push(table),
                Node::Let { index, .. } => rels.push(&self.lets[*index].rel),
                _ => {}
            }
            rels.extend(super::ops::below(rel));
        }
        self.tables.iter().filter(|item| names.contains(&&item.table)).cloned().collect()
    }

    /// `set query_now` moves the clock; the options that only steer Kusto's service change nothing here.
    fn set(&mut self, name: &Name, value: Option<&ast::Expr>) {
        if name.text != "query_now" {
            return;
        }
        let Some(value) = value else { return };
        let bound = self.scalar(value, &Env::default(), &[]);
        match bound.ok().as_ref().and_then(Expr::literal) {
            Some(Value::Datetime(ticks)) => self.now = *ticks,
            Some(_) | None => {
                self.error(
                    code::TYPE,
                    value.span,
                    "query_now wants a datetime",
                    "Write set query_now = datetime(2026-05-14T12:00:00Z);",
                );
            }
        }
    }

    fn query_parameters(&mut self, params: &[Param], mut env: Env) -> Env {
        for param in params {
            let ParamType::Scalar(ty, ty_span) = &param.ty else {
                self.refuse(param.name.span, "a tabular query parameter", "Declare scalar parameters only.");
                continue;
            };
            let given = self.options.params.iter().find(|(name, _)| *name == param.name.text);
            let value = match (given, &param.default) {
                (Some((_, text)), _) => self.parameter_value(text, *ty, param.name.span),
                (None, Some(default)) => {
                    self.scalar(default, &env, &[]).and_then(|expr| self.coerce(expr, *ty, "the default"))
                }
                (None, None) => {
                    let help = format!("Give it on the command line: --param {}=VALUE.", param.name.text);
                    self.error(
                        code::UNKNOWN_NAME,
                        param.name.span,
                        format!("the query parameter '{}' has no value", param.name.text),
                        help,
                    );
                    Err(Stop)
                }
            };
            if let Ok(value) = value {
                env = env.with(&param.name.text, Binding::Scalar(value));
            }
            let _ = ty_span;
        }
        env
    }

    /// The value of a parameter as the command line gives it: a string as it is, the rest as a KQL literal.
    fn parameter_value(&mut self, text: &str, ty: Type, span: Span) -> Checked<Expr> {
        if ty == Type::String {
            return Ok(Expr::lit(Value::String(text.to_owned()), ty, span));
        }
        for form in [format!("print {}({text})", ty.name()), format!("print {text}")] {
            let (script, problems) = crate::syntax::parse(&form);
            if !problems.is_empty() {
                continue;
            }
            if let Some(StatementKind::Query(pipe)) = script.statements.first().map(|first| &first.kind)
                && let Some(ast::OpKind::Print(items)) = pipe.ops.first().map(|op| &op.kind)
                && let [item] = items.as_slice()
            {
                let before = self.diagnostics.len();
                if let Ok(mut expr) = self
                    .scalar(&item.expr, &Env::default(), &[])
                    .and_then(|expr| self.coerce(expr, ty, "the value"))
                    && expr.literal().is_some()
                {
                    expr.span = span;
                    return Ok(expr);
                }
                self.diagnostics.truncate(before);
            }
        }
        self.error(
            code::TYPE,
            span,
            format!("'{text}' is not a {}", ty.name()),
            "Write the value as KQL does, without quotes around it.",
        );
        Err(Stop)
    }

    fn bind_let(&mut self, item: &ast::Let, env: &Env) -> Checked<Env> {
        let name = &item.name.text;
        let binding = match &item.value {
            LetValue::Function(function) => {
                Binding::Function(Rc::new(UserFunction { function: function.clone(), env: env.clone() }))
            }
            LetValue::Expr(expr) => match self.any(expr, env)? {
                Any::Scalar(expr) => Binding::Scalar(expr),
                Any::Table(rel) => Binding::Table(self.add_let(name, rel, materialized(expr))),
            },
        };
        Ok(env.with(name, binding))
    }

    pub fn add_let(&mut self, name: &str, rel: Rel, materialize: bool) -> usize {
        let volatile = super::ops::volatile(&rel);
        self.lets.push(LetRel {
            name: name.to_owned(),
            rel,
            uses: 0,
            materialize,
            labelled: false,
            volatile,
        });
        self.lets.len() - 1
    }

    /// Binds what may be a scalar or a table.
    pub fn any(&mut self, expr: &ast::Expr, env: &Env) -> Checked<Any> {
        match &expr.kind {
            Ast::Pipe(pipe) => self.pipe(pipe, env, None).map(Any::Table),
            Ast::Name(name) => match env.get(&name.text) {
                Some(Binding::Scalar(value)) => Ok(Any::Scalar(Expr { span: expr.span, ..value.clone() })),
                Some(Binding::Table(_) | Binding::Function(_)) => self.source(expr, env).map(Any::Table),
                None if self.schema.table(&name.text).is_some() => self.source(expr, env).map(Any::Table),
                None => self.scalar(expr, env, &[]).map(Any::Scalar),
            },
            Ast::Call { name, args } => {
                if let Some(Binding::Function(function)) = env.get(&name.text) {
                    let function = function.clone();
                    return self.call_user(&function, name, args, env, &[], expr.span);
                }
                if matches!(name.text.as_str(), "materialize" | "table" | "view") {
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
        match &expr.kind {
            Ast::Pipe(pipe) => self.pipe(pipe, env, None),
            Ast::Name(name) => match env.get(&name.text) {
                Some(Binding::Table(index)) => Ok(self.let_rel(*index, expr.span)),
                Some(Binding::Function(function)) if function.function.params.is_empty() => {
                    let function = function.clone();
                    self.table_of_call(&function, name, &[], env, expr.span)
                }
                Some(Binding::Scalar(_) | Binding::Function(_)) => {
                    self.error(
                        code::TYPE,
                        name.span,
                        format!("'{}' is not a table", name.text),
                        "A pipeline starts with a table.",
                    );
                    Err(Stop)
                }
                None => self.table(&name.text, name.span, env),
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

    fn source_call(&mut self, name: &Name, args: &[ast::Arg], expr: &ast::Expr, env: &Env) -> Checked<Rel> {
        if let Some(Binding::Function(function)) = env.get(&name.text) {
            let function = function.clone();
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
                        let table = table.clone();
                        self.table(&table, arg.expr.span, env)
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
            _ => {
                let candidates = env.names();
                let help = nearest(&name.text, candidates).map_or_else(
                    || {
                        "Functions that are stored in a workspace are not known here; define it with let."
                            .to_owned()
                    },
                    |near| format!("Did you mean '{near}'?"),
                );
                self.error(
                    code::UNKNOWN_FUNCTION,
                    name.span,
                    format!("unknown tabular function '{}'", name.text),
                    help,
                );
                Err(Stop)
            }
        }
    }

    /// A stored table with all of its columns; pruning drops what nobody reads.
    pub fn table(&mut self, name: &str, span: Span, env: &Env) -> Checked<Rel> {
        let Some(table) = self.schema.table(name) else {
            let stored = self.schema.tables.iter().map(|table| table.name.as_str());
            let names: Vec<&str> = stored.chain(env.tables()).collect();
            let load = format!("load it with kqlhunt ingest --table {name} FILE");
            let help = match nearest(name, names.iter().copied()) {
                Some(near) => format!("Did you mean '{near}'?"),
                None if names.is_empty() => format!("There is no table yet; {load}."),
                None => format!("Known are {}; or {load}.", names.join(", ")),
            };
            self.error(code::UNKNOWN_NAME, span, format!("unknown table '{name}'"), help);
            return Err(Stop);
        };
        if !self.tables.iter().any(|item| item.table == name) {
            self.tables.push(TableUse {
                table: name.to_owned(),
                time_column: None,
                since: None,
                until: None,
            });
        }
        let mut cols = Vec::new();
        let mut items = Vec::new();
        for column in table.listed() {
            let id = self.new_col();
            items.push((id, column.stored.clone(), column.ty));
            cols.push(Column {
                id,
                name: column.name.clone(),
                ty: column.ty,
                origin: Some(Origin { table: name.to_owned(), column: column.name.clone() }),
            });
        }
        let node = Node::Scan { table: name.to_owned(), from: table.from.clone(), items };
        Ok(Rel { node, cols, order: Vec::new(), span })
    }

    /// A mention of a tabular `let`, with fresh columns.
    pub fn let_rel(&mut self, index: usize, span: Span) -> Rel {
        self.lets[index].uses += 1;
        let there = self.lets[index].rel.cols.clone();
        let order = self.lets[index].rel.order.clone();
        let mut items = Vec::new();
        let mut cols = Vec::new();
        for column in there {
            let id = self.new_col();
            items.push((id, column.id));
            cols.push(Column { id, ..column });
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
                OrderKey { col: here, ..key }
            })
            .collect();
        Rel { node: Node::Let { index, items }, cols, order, span }
    }

    pub fn pipe(&mut self, pipe: &Pipe, env: &Env, input: Option<Rel>) -> Checked<Rel> {
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
        for op in &pipe.ops {
            rel = Some(self.op(op, rel, &mut env)?);
        }
        rel.ok_or(Stop)
    }

    /// Calls a function of the query: its parameters become names, its body is bound anew.
    pub fn call_user(
        &mut self,
        function: &Rc<UserFunction>,
        name: &Name,
        args: &[ast::Arg],
        env: &Env,
        cols: &[Column],
        span: Span,
    ) -> Checked<Any> {
        if self.calls_deep >= CALLS_DEEP {
            self.error(
                code::LIMIT,
                span,
                format!("'{}' is called more than {CALLS_DEEP} functions deep", name.text),
                "KQL functions cannot call themselves.",
            );
            return Err(Stop);
        }
        let inner = self.arguments(&function.function, name, args, env, &function.env, cols)?;
        self.calls_deep += 1;
        let result = self.body(&function.function, inner);
        self.calls_deep -= 1;
        result
    }

    fn body(&mut self, function: &Function, mut env: Env) -> Checked<Any> {
        for item in &function.lets {
            env = self.bind_let(item, &env)?;
        }
        self.any(&function.body, &env)
    }

    fn table_of_call(
        &mut self,
        function: &Rc<UserFunction>,
        name: &Name,
        args: &[ast::Arg],
        env: &Env,
        span: Span,
    ) -> Checked<Rel> {
        match self.call_user(function, name, args, env, &[], span)? {
            Any::Table(rel) => Ok(rel),
            Any::Scalar(_) => {
                self.error(
                    code::TYPE,
                    span,
                    format!("'{}' gives a scalar, not a table", name.text),
                    "Use it inside an expression.",
                );
                Err(Stop)
            }
        }
    }

    fn arguments(
        &mut self,
        function: &Function,
        name: &Name,
        args: &[ast::Arg],
        outer: &Env,
        inner: &Env,
        cols: &[Column],
    ) -> Checked<Env> {
        let mut env = inner.clone();
        if args.len() > function.params.len() {
            self.error(
                code::ARITY,
                name.span,
                format!(
                    "'{}' takes {} arguments, {} are given",
                    name.text,
                    function.params.len(),
                    args.len()
                ),
                "Drop the surplus ones.",
            );
            return Err(Stop);
        }
        for (at, param) in function.params.iter().enumerate() {
            let by_name =
                args.iter().find(|arg| arg.name.as_ref().is_some_and(|given| given.text == param.name.text));
            let given = by_name.or_else(|| args.get(at).filter(|arg| arg.name.is_none()));
            let binding = match (&param.ty, given) {
                (ParamType::Table(needed), Some(arg)) => {
                    let rel = self.source(&arg.expr, outer)?;
                    for column in needed {
                        if rel.column(&column.name.text).is_none() {
                            self.error(
                                code::UNKNOWN_NAME,
                                arg.expr.span,
                                format!(
                                    "the table has no column '{}', which '{}' needs",
                                    column.name.text, name.text
                                ),
                                "Give a table that has it.",
                            );
                            return Err(Stop);
                        }
                    }
                    Binding::Table(self.add_let(&param.name.text, rel, false))
                }
                (ParamType::Scalar(ty, _), Some(arg)) => {
                    let value = self.scalar(&arg.expr, outer, cols)?;
                    Binding::Scalar(self.coerce(
                        value,
                        *ty,
                        &format!("the argument '{}'", param.name.text),
                    )?)
                }
                (ParamType::Scalar(ty, _), None) => match &param.default {
                    Some(default) => {
                        let value = self.scalar(default, inner, &[])?;
                        Binding::Scalar(self.coerce(
                            value,
                            *ty,
                            &format!("the default of '{}'", param.name.text),
                        )?)
                    }
                    None => return self.missing_argument(name, param),
                },
                (ParamType::Table(_), None) => return self.missing_argument(name, param),
            };
            env = env.with(&param.name.text, binding);
        }
        Ok(env)
    }

    fn missing_argument(&mut self, name: &Name, param: &Param) -> Checked<Env> {
        self.error(
            code::ARITY,
            name.span,
            format!("'{}' lacks its argument '{}'", name.text, param.name.text),
            "Give it.",
        );
        Err(Stop)
    }

    pub fn new_col(&mut self) -> ColId {
        self.next_col += 1;
        ColId(self.next_col - 1)
    }

    pub fn new_column(&mut self, name: impl Into<String>, ty: Type) -> Column {
        Column { id: self.new_col(), name: name.into(), ty, origin: None }
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

    pub fn warn(
        &mut self,
        code: &'static str,
        span: Span,
        message: impl Into<String>,
        help: impl Into<String>,
    ) {
        let warning = Diagnostic::warning(code, span, message).help(help);
        if !self.diagnostics.contains(&warning) {
            self.diagnostics.push(warning);
        }
    }

    pub fn refuse(&mut self, span: Span, what: &str, help: &str) {
        self.diagnostics.push(Diagnostic::unsupported(span, what, help));
    }
}

fn materialized(expr: &ast::Expr) -> bool {
    matches!(&expr.kind, Ast::Call { name, .. } if name.text == "materialize")
}

/// `database("x")`, `cluster("y").database("x")`, `workspace("z")`.
fn names_a_database(expr: &ast::Expr) -> bool {
    match &expr.kind {
        Ast::Call { name, .. } => {
            matches!(name.text.as_str(), "database" | "cluster" | "workspace" | "app" | "resource")
        }
        Ast::Path(base, _) => names_a_database(base),
        _ => false,
    }
}
