//! The pipelines of a text and the names in them that may be tables, each with its place.

use crate::span::Span;
use crate::syntax::ast::{Expr, ExprKind, LetValue, ListOp, Name, Op, OpKind, Pipe, Script, StatementKind};
use crate::syntax::below::{Part, below_expr, below_op};

/// A pipeline that can be run with the statements before it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Line<'t> {
    pub pipe: &'t Pipe,
    pub statement: usize,
    /// The operator of another pipeline that it is part of.
    pub outer: Option<Place>,
}

/// A part of a pipeline.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Place {
    pub line: usize,
    /// An operator, by its position; without it the source.
    pub op: Option<usize>,
}

/// A name that is read.
#[derive(Clone, Copy, Debug)]
pub(super) struct Use<'t> {
    pub name: &'t Name,
    pub statement: usize,
    /// Without it the name is the whole value of a `let`.
    pub place: Option<Place>,
    pub role: Role,
}

/// What becomes of the rows that a name stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    /// They go on, alone or joined with others.
    Rows,
    /// A single value is taken from them.
    Value,
    /// Other rows are left out because of them.
    Excludes,
}

/// A text's pipelines and names, in its order. Bodies of functions are not entered: what their names mean
/// depends on the call.
pub(super) struct Map<'t> {
    pub script: &'t Script,
    pub lines: Vec<Line<'t>>,
    pub uses: Vec<Use<'t>>,
    /// The names of functions that the text defines.
    pub functions: Vec<&'t Name>,
}

#[derive(Clone, Copy)]
struct Context {
    statement: usize,
    place: Option<Place>,
    role: Role,
}

impl<'t> Map<'t> {
    pub fn of(script: &'t Script) -> Map<'t> {
        let mut map = Map { script, lines: Vec::new(), uses: Vec::new(), functions: Vec::new() };
        for (statement, item) in script.statements.iter().enumerate() {
            let context = Context { statement, place: None, role: Role::Rows };
            match &item.kind {
                StatementKind::Let(given) => match &given.value {
                    LetValue::Expr(expr) => map.expr(expr, context),
                    LetValue::Function(_) => map.functions.push(&given.name),
                },
                StatementKind::Query(pipe) => map.pipe(pipe, context),
                StatementKind::Set { .. }
                | StatementKind::Parameters(_)
                | StatementKind::Pattern(_)
                | StatementKind::Other(_)
                | StatementKind::Error => {}
            }
        }
        map
    }

    /// The statement whose name this use is an instance of: the last one before it.
    pub fn gives(&self, wanted: &Use) -> Option<usize> {
        (0..wanted.statement).rev().find(|at| match &self.script.statements[*at].kind {
            StatementKind::Let(given) => given.name.text == wanted.name.text,
            _ => false,
        })
    }

    pub fn op(&self, place: Place) -> Option<&'t Op> {
        self.lines[place.line].pipe.ops.get(place.op?)
    }

    fn pipe(&mut self, pipe: &'t Pipe, context: Context) {
        let line = self.lines.len();
        self.lines.push(Line { pipe, statement: context.statement, outer: context.place });
        let at = |op| Context { place: Some(Place { line, op }), ..context };
        if let Some(source) = &pipe.source {
            self.expr(source, at(None));
        }
        for (position, op) in pipe.ops.iter().enumerate() {
            // What stands in a subquery for each group or element is no query of its own.
            if matches!(op.kind, OpKind::MvApply { .. } | OpKind::Partition { .. }) {
                continue;
            }
            for part in below_op(op) {
                if let Part::Expr(expr) = part {
                    self.expr(expr, at(Some(position)));
                }
            }
        }
    }

    fn expr(&mut self, expr: &'t Expr, context: Context) {
        let role = role(expr, context.role);
        match &expr.kind {
            ExprKind::Name(name) => {
                let Context { statement, place, role } = context;
                self.uses.push(Use { name, statement, place, role });
            }
            _ => {
                for part in below_expr(expr) {
                    match part {
                        Part::Expr(inner) => self.expr(inner, Context { role, ..context }),
                        Part::Pipe(pipe) => self.pipe(pipe, Context { role, ..context }),
                    }
                }
            }
        }
    }
}

fn role(expr: &Expr, around: Role) -> Role {
    match &expr.kind {
        _ if around != Role::Rows => around,
        ExprKind::In { op: ListOp::NotIn | ListOp::NotInFold, .. } => Role::Excludes,
        ExprKind::Call { name, .. } if name.text == "toscalar" => Role::Value,
        _ => Role::Rows,
    }
}

/// The operand of an operator that holds this place.
pub(super) fn operand(op: &Op, inner: Span) -> Option<Span> {
    below_op(op).into_iter().find_map(|part| match part {
        Part::Expr(expr) if expr.span.start <= inner.start && inner.end <= expr.span.end => Some(expr.span),
        Part::Expr(_) | Part::Pipe(_) => None,
    })
}
