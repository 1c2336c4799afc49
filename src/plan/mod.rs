//! What a query means: names resolved, types decided, columns as ids. Knows no SQL.
//!
//! The order of rows is a property of a [`Rel`], not a node: `sort` sets it, operators that keep rows
//! in place hand it on, and `take`, window functions and the end of the query read it.

pub mod advice;
mod apart;
mod argument;
mod ask;
mod binary;
mod call;
mod check;
mod column;
mod contest;
mod convert;
mod different;
mod elements;
mod env;
mod equal;
mod expr;
mod fold;
mod fork;
mod function;
mod lanes;
mod lenient;
mod limits;
mod lineage;
mod list;
mod names;
mod open;
mod ops;
mod outline;
mod outside;
mod path;
mod pattern;
mod prune;
mod row_ids;
mod seen;
mod settings;
mod several;
mod shadow;
mod sketch;
mod source;
mod special;
mod steady;
mod stored;
mod together;
mod twice;
mod typed;
mod window;

pub use apart::take_apart;
pub use ask::Ask;
pub use check::{Bound, bind};
pub use column::{ColId, ColSet, Column, ColumnName, StoredId};
pub use contest::{Contest, Pick, Picked, contests};
pub use different::count_in_memory;
pub use expr::{columns_of, conjuncts};
pub use lineage::lineage;
pub use ops::{below, each_below, own_exprs, volatile_expr};
pub use outline::{Known, Outline, Sort, outline};
pub use prune::prune;
pub use row_ids::to_row_ids;
pub use shadow::use_shadows;
pub use steady::steadiness;
pub use together::{is_packed, read_together};
pub use twice::read_twice;

use crate::catalog::func::Sig;
use crate::facts::{Input, Render, TableUse};
use crate::span::Span;
use crate::types::Type;
use crate::value::Value;

/// Rows: a node, the columns that its user sees, and the order that they are in.
#[derive(Clone, Debug)]
pub struct Rel {
    pub node: Node,
    pub cols: Vec<Column>,
    /// Most significant first; empty when rows are in no particular order. The columns may be hidden.
    pub order: Vec<OrderKey>,
    pub span: Span,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OrderKey {
    pub col: ColId,
    pub ty: Type,
    pub ascending: bool,
    pub nulls_first: bool,
}

#[derive(Clone, Debug)]
pub enum Node {
    /// A stored table; `(column, stored name)`.
    Scan {
        table: String,
        from: String,
        items: Vec<(ColId, ColumnName, Type)>,
    },
    /// Rows written in the query. Without columns: one row of nothing, for `print`.
    Values {
        items: Vec<(ColId, Type)>,
        rows: Vec<Vec<Expr>>,
    },
    /// `range`: from, to and step of one type, long, real, datetime or timespan.
    Range {
        col: ColId,
        ty: Type,
        from: Expr,
        to: Expr,
        step: Expr,
    },
    /// A tabular `let`, by its index; `(column here, column there)`.
    Let {
        index: usize,
        items: Vec<(ColId, ColId)>,
    },
    Filter {
        input: Box<Rel>,
        predicate: Expr,
    },
    /// Every column that goes on: those that are kept come as they are, the others are computed.
    Project {
        input: Box<Rel>,
        kept: Vec<ColId>,
        items: Vec<(ColId, Expr)>,
    },
    Aggregate {
        input: Box<Rel>,
        groups: Vec<(ColId, Expr)>,
        aggs: Vec<(ColId, Expr)>,
    },
    /// The first rows in the input's order.
    Limit {
        input: Box<Rel>,
        count: Expr,
    },
    Join {
        kind: JoinKind,
        left: Box<Rel>,
        right: Box<Rel>,
        /// Equal pairs, of the left and the right side; null equals null.
        on: Vec<(Expr, Expr)>,
        /// Pairs of both sides whose first is at most their second; null never is.
        ranges: Vec<(Expr, Expr)>,
        items: Vec<JoinItem>,
    },
    /// For each output column its expression in each input, in order.
    Union {
        inputs: Vec<Rel>,
        items: Vec<(ColId, Type)>,
        maps: Vec<Vec<Expr>>,
    },
    /// One row for each element; every column of the input goes on.
    Unnest {
        input: Box<Rel>,
        items: Vec<UnnestItem>,
        index: Option<ColId>,
        limit: Option<Expr>,
    },
    /// Adds columns computed over the input's order, in each part for itself when `parts` names columns;
    /// every column of the input goes on.
    Window {
        input: Box<Rel>,
        parts: Vec<ColId>,
        items: Vec<(ColId, Expr)>,
    },
    /// Visits the rows by their `number`, 1, 2 and so on in each part, and adds what is remembered after each: `state`
    /// with its values before the first row. Each layer computes columns from those below it, the last
    /// one the state again; every column of the input goes on.
    Walk {
        input: Box<Rel>,
        parts: Vec<ColId>,
        number: ColId,
        state: Vec<(ColId, Expr)>,
        layers: Vec<Vec<(ColId, Expr)>>,
    },
}

/// An array or bag to expand: `element` holds each item as JSON.
#[derive(Clone, Debug)]
pub struct UnnestItem {
    pub element: ColId,
    pub array: Expr,
    /// `array` is no array but a stored list of strings, of the elements of the item that gives this column:
    /// what [`use_shadows`] finds.
    pub list_of: Option<ColId>,
}

impl UnnestItem {
    pub fn new(element: ColId, array: Expr) -> UnnestItem {
        UnnestItem { element, array, list_of: None }
    }

    /// The element that it is of, in whole or in part.
    pub fn root(&self) -> ColId {
        self.list_of.unwrap_or(self.element)
    }
}

/// A column of a join's result.
#[derive(Clone, Debug)]
pub struct JoinItem {
    pub id: ColId,
    pub expr: Expr,
    /// The side may be missing from a row; a string is then empty, anything else null.
    pub padded: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum JoinKind {
    /// One arbitrary left row for each key, then inner.
    InnerUnique,
    Inner,
    LeftOuter,
    RightOuter,
    FullOuter,
    LeftSemi,
    RightSemi,
    LeftAnti,
    RightAnti,
}

#[derive(Clone, Debug)]
pub struct Expr {
    pub kind: ExprKind,
    pub ty: Type,
    pub span: Span,
}

#[derive(Clone, Debug)]
pub enum ExprKind {
    Col(ColId),
    Lit(Value),
    /// A row of the catalog: scalar function, aggregate or operator, by the signature that was chosen.
    Call {
        name: &'static str,
        sig: &'static Sig,
        args: Vec<Expr>,
    },
    /// To the expression's type, where KQL does it without being asked.
    Convert(Box<Expr>),
    Compare {
        op: CompareOp,
        left: Box<Expr>,
        right: Box<Expr>,
    },
    And(Vec<Expr>),
    Or(Vec<Expr>),
    /// `needle in (items)`; both sides already of one type, folded when the operator folds case.
    In {
        negated: bool,
        needle: Box<Expr>,
        items: Vec<Expr>,
    },
    /// `needle in (table)`: its first column.
    InRel {
        negated: bool,
        needle: Box<Expr>,
        rel: Box<Rel>,
        item: Box<Expr>,
    },
    /// First column of the first row; the type's empty value when there is none.
    Scalar(Box<Rel>),
    /// A property path below a dynamic, in the encoding of `kernels::json`.
    Path {
        base: Box<Expr>,
        path: String,
    },
    /// `arg_max(by, ...)`: these values from one row where `by` is greatest (or least), packed.
    ArgMost {
        greatest: bool,
        by: Box<Expr>,
        values: Vec<Expr>,
    },
    /// One of these values alone, of groups of rows that all have something to compare; see `apart`.
    ArgMostOf {
        greatest: bool,
        by: Box<Expr>,
        value: Box<Expr>,
    },
    /// A value out of a packed [`ExprKind::ArgMost`], by its position.
    Field {
        base: Box<Expr>,
        index: usize,
    },
    /// A window function over the input's order.
    Over {
        func: WindowFunc,
        args: Vec<Expr>,
    },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WindowFunc {
    /// start, and perhaps the run that it counts in
    RowNumber,
    /// value, offset, default
    Prev,
    Next,
    /// term, and perhaps the run that it sums in
    RowCumsum,
    /// condition, and perhaps the run: how often it held so far; numbers the runs between restarts
    RunCount,
    /// value, and perhaps the run; becomes [`WindowFunc::RunCount`] of changes
    RankDense,
    /// value, and perhaps the run: whether it is the run's first or differs from the one before it
    Changed,
    /// row number, changed, value, and perhaps the run
    RankMin,
    /// time, longest session, longest gap, and perhaps what starts another; see `ops::walk`
    Session,
    /// condition, how many rows back and how many rows on: whether it holds for one of them or the row itself
    Near,
    /// The position of the row; internal.
    Position,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CompareOp {
    Eq,
    Ne,
    Lt,
    Le,
    Gt,
    Ge,
}

impl CompareOp {
    /// The operator with its sides swapped.
    pub fn mirrored(self) -> CompareOp {
        match self {
            CompareOp::Eq => CompareOp::Eq,
            CompareOp::Ne => CompareOp::Ne,
            CompareOp::Lt => CompareOp::Gt,
            CompareOp::Le => CompareOp::Ge,
            CompareOp::Gt => CompareOp::Lt,
            CompareOp::Ge => CompareOp::Le,
        }
    }
}

/// A tabular `let` that is used: written once, read by [`Node::Let`].
#[derive(Clone, Debug)]
pub struct LetRel {
    pub name: String,
    pub rel: Rel,
    pub uses: usize,
    /// `materialize(...)` was asked for.
    pub materialize: bool,
    /// Named by `as`: withsource shows the name.
    pub labelled: bool,
    /// Different at each evaluation: `rand()`, `new_guid()`.
    pub volatile: bool,
}

/// One query statement with all that it needs.
#[derive(Clone, Debug)]
pub struct Plan {
    /// What the query calls this one of several results.
    pub name: Option<String>,
    pub lets: Vec<LetRel>,
    pub root: Rel,
    pub render: Option<Render>,
    pub tables: Vec<TableUse>,
    /// What it reads from outside of the database.
    pub inputs: Vec<Input>,
    /// The stored functions that the text calls.
    pub functions: Vec<String>,
    /// For each column of the root whether nobody knows its type before the data are there.
    pub untyped: Vec<bool>,
    /// Above the ids of all its columns.
    pub next_col: u32,
}

impl Plan {
    /// Each run on the same data gives the same rows: nothing in it is random.
    pub fn repeatable(&self) -> bool {
        !ops::volatile(&self.root) && !self.lets.iter().any(|rel| rel.volatile)
    }
}

impl Expr {
    pub fn new(kind: ExprKind, ty: Type, span: Span) -> Expr {
        Expr { kind, ty, span }
    }

    pub fn col(column: &Column, span: Span) -> Expr {
        Expr::new(ExprKind::Col(column.id), column.ty, span)
    }

    pub fn lit(value: Value, ty: Type, span: Span) -> Expr {
        Expr::new(ExprKind::Lit(value), ty, span)
    }

    pub fn long(value: i64, span: Span) -> Expr {
        Expr::lit(Value::Long(value), Type::Long, span)
    }

    /// Its constant, when it is written as one.
    pub fn literal(&self) -> Option<&Value> {
        match &self.kind {
            ExprKind::Lit(value) => Some(value),
            _ => None,
        }
    }

    /// Whether it is a column or a literal: nothing stands below it.
    pub fn is_leaf(&self) -> bool {
        matches!(self.kind, ExprKind::Col(_) | ExprKind::Lit(_))
    }

    /// Whether SQL may give NULL for it. Strings never do.
    pub fn nullable(&self) -> bool {
        match &self.kind {
            ExprKind::Lit(value) => value.is_null() && self.ty != Type::String,
            _ => self.ty != Type::String,
        }
    }

    /// Calls `visit` for this expression and everything below it, subqueries not entered.
    pub fn walk(&self, visit: &mut dyn FnMut(&Expr)) {
        visit(self);
        self.children().for_each(|child| child.walk(visit));
    }

    /// The expressions directly below.
    pub fn children(&self) -> impl Iterator<Item = &Expr> + use<'_> {
        let none: &[Expr] = &[];
        let (first, second, rest) = match &self.kind {
            ExprKind::Col(_) | ExprKind::Lit(_) | ExprKind::Scalar(_) => (None, None, none),
            ExprKind::Call { args, .. } | ExprKind::Over { args, .. } => (None, None, args.as_slice()),
            ExprKind::Convert(expr)
            | ExprKind::Path { base: expr, .. }
            | ExprKind::Field { base: expr, .. } => (Some(&**expr), None, none),
            ExprKind::Compare { left, right, .. } => (Some(&**left), Some(&**right), none),
            ExprKind::And(items) | ExprKind::Or(items) => (None, None, items.as_slice()),
            ExprKind::In { needle, items, .. } => (Some(&**needle), None, items.as_slice()),
            ExprKind::InRel { needle, .. } => (Some(&**needle), None, none),
            ExprKind::ArgMost { by, values, .. } => (Some(&**by), None, values.as_slice()),
            ExprKind::ArgMostOf { by, value, .. } => (Some(&**by), Some(&**value), none),
        };
        first.into_iter().chain(second).chain(rest)
    }

    /// The expressions directly below, to be changed.
    pub fn children_mut(&mut self) -> impl Iterator<Item = &mut Expr> + use<'_> {
        let none: &mut [Expr] = &mut [];
        let (first, second, rest) = match &mut self.kind {
            ExprKind::Col(_) | ExprKind::Lit(_) | ExprKind::Scalar(_) => (None, None, none),
            ExprKind::Call { args, .. } | ExprKind::Over { args, .. } => (None, None, args.as_mut_slice()),
            ExprKind::Convert(expr)
            | ExprKind::Path { base: expr, .. }
            | ExprKind::Field { base: expr, .. } => (Some(&mut **expr), None, none),
            ExprKind::Compare { left, right, .. } => (Some(&mut **left), Some(&mut **right), none),
            ExprKind::And(items) | ExprKind::Or(items) => (None, None, items.as_mut_slice()),
            ExprKind::In { needle, items, .. } => (Some(&mut **needle), None, items.as_mut_slice()),
            ExprKind::InRel { needle, .. } => (Some(&mut **needle), None, none),
            ExprKind::ArgMost { by, values, .. } => (Some(&mut **by), None, values.as_mut_slice()),
            ExprKind::ArgMostOf { by, value, .. } => (Some(&mut **by), Some(&mut **value), none),
        };
        first.into_iter().chain(second).chain(rest)
    }
}

/// Whether one of these aggregates gives its values in the order of the rows.
pub fn reads_order(aggs: &[(ColId, Expr)]) -> bool {
    let mut reads = false;
    for (_, agg) in aggs {
        agg.walk(&mut |expr| {
            if let ExprKind::Call { sig, .. } = &expr.kind {
                reads |= sig.reads_order();
            }
        });
    }
    reads
}

/// Whether the expression reads no column and no table.
pub fn constant(expr: &Expr) -> bool {
    let mut reads = false;
    expr.walk(&mut |inner| {
        reads |= matches!(inner.kind, ExprKind::Col(_) | ExprKind::Scalar(_) | ExprKind::InRel { .. });
    });
    !reads
}

impl Rel {
    pub fn column(&self, name: &str) -> Option<&Column> {
        self.cols.iter().find(|column| column.name == name)
    }
}
