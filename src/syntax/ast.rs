//! What was written, with its places. Knows nothing of types, tables or meaning.

mod operator;
mod scan;

pub use operator::{BinaryOp, ListOp};
pub use scan::{Scan, ScanOutput, ScanStep, ScanVariable};

use std::sync::Arc;

use crate::span::Span;
use crate::types::Type;

/// A whole text: statements separated by `;`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Script {
    pub statements: Vec<Statement>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Statement {
    pub kind: StatementKind,
    pub span: Span,
}

#[derive(Clone, Debug, PartialEq)]
pub enum StatementKind {
    Let(Let),
    /// `set name = value`; without a value the option is just switched on.
    Set {
        name: Name,
        value: Option<Expr>,
    },
    /// `declare query_parameters(a:string = "x", ...)`.
    Parameters(Vec<Param>),
    Pattern(Pattern),
    Query(Pipe),
    /// `alias database`, `restrict access to`: recognised by name, refused later.
    Other(&'static str),
    /// What the parser could not read; its diagnostic is already given.
    Error,
}

/// A name with the place where it stands. Brackets and quotes are gone from `text`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Name {
    pub text: String,
    pub span: Span,
}

impl Name {
    /// Whether `*` in it stands for any text: so it does in bare names, and not between quotes.
    pub fn is_pattern(&self) -> bool {
        self.text.contains('*') && self.span.length() as usize == self.text.len()
    }
}

#[derive(Clone, Debug, PartialEq)]
pub struct Let {
    pub name: Name,
    pub value: LetValue,
}

#[derive(Clone, Debug, PartialEq)]
pub enum LetValue {
    /// An expression or a pipeline ([`ExprKind::Pipe`]); a bare name may be either.
    Expr(Expr),
    /// Shared, since each call and each query that reads a computed table needs it.
    Function(Arc<Function>),
}

/// `(T:(x:long), a:string, b:int = 5) { let ...; body }`, with or without `view` before it.
#[derive(Clone, Debug, PartialEq)]
pub struct Function {
    pub view: bool,
    pub params: Vec<Param>,
    /// `let` statements inside the braces.
    pub lets: Vec<Let>,
    pub body: Box<Expr>,
    pub span: Span,
}

/// `declare pattern name = (a:string)[b:string] { ("x").["y"] = { body }; }`; without what follows the name it
/// declares no case.
#[derive(Clone, Debug, PartialEq)]
pub struct Pattern {
    pub name: Name,
    /// The name in brackets is the last one.
    pub params: Vec<Param>,
    pub has_path: bool,
    pub cases: Vec<PatternCase>,
}

/// What one combination of values stands for.
#[derive(Clone, Debug, PartialEq)]
pub struct PatternCase {
    pub values: Vec<Expr>,
    pub path: Option<Expr>,
    /// Its parameters are those of the pattern.
    pub body: Arc<Function>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Param {
    pub name: Name,
    pub ty: ParamType,
    pub default: Option<Expr>,
}

#[derive(Clone, Debug, PartialEq)]
pub enum ParamType {
    Scalar(Type, Span),
    /// The columns that the argument must have; `(*)` is any table, an empty list.
    Table(Vec<ColumnDecl>),
}

/// `name:type` in datatable, externaldata, parse, tabular parameters.
#[derive(Clone, Debug, PartialEq)]
pub struct ColumnDecl {
    pub name: Name,
    pub ty: Type,
    pub ty_span: Span,
}

/// A source and the operators after it. Operators that need no source (`print`, `range`, `datatable`,
/// `union`, `search`, `find`, `externaldata`) stand first in `ops`, with `source` empty.
#[derive(Clone, Debug, PartialEq)]
pub struct Pipe {
    pub source: Option<Box<Expr>>,
    pub ops: Vec<Op>,
    pub span: Span,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Op {
    pub kind: OpKind,
    /// The operator's keyword.
    pub name: Name,
    pub span: Span,
}

/// `kind=inner`, `hint.strategy=shuffle`, `isfuzzy=true`, `with_itemindex=i`.
#[derive(Clone, Debug, PartialEq)]
pub struct OpParam {
    pub name: Name,
    /// A name, a literal or a list; names are [`ExprKind::Name`].
    pub value: Expr,
}

/// `expr`, `name = expr` or `(a, b) = expr`.
#[derive(Clone, Debug, PartialEq)]
pub struct Named {
    pub names: Vec<Name>,
    pub expr: Expr,
    pub span: Span,
}

/// A column name or a pattern with `*` in it, as project-away and its family take.
#[derive(Clone, Debug, PartialEq)]
pub struct ColumnPattern {
    pub pattern: Name,
    pub order: ReorderOrder,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReorderOrder {
    None,
    Asc,
    Desc,
    GrannyAsc,
    GrannyDesc,
}

#[derive(Clone, Debug, PartialEq)]
pub struct SortKey {
    pub expr: Expr,
    /// `asc` or `desc`, when written.
    pub ascending: Option<bool>,
    /// `nulls first` or `nulls last`, when written.
    pub nulls_first: Option<bool>,
}

/// One expanded column of mv-expand or mv-apply: `[name =] expr [to typeof(type)]`.
#[derive(Clone, Debug, PartialEq)]
pub struct Expand {
    pub item: Named,
    pub to: Option<(Type, Span)>,
}

/// One step of a `parse` pattern.
#[derive(Clone, Debug, PartialEq)]
pub enum ParseStep {
    /// A text (or, with `kind=regex`, a pattern) to match.
    Text(String, Span),
    /// `*`: skip.
    Skip(Span),
    /// A column to fill; without a type it is a string.
    Column { name: Name, ty: Option<(Type, Span)> },
}

#[derive(Clone, Debug, PartialEq)]
pub enum OpKind {
    // Sources.
    Print(Vec<Named>),
    Range {
        name: Name,
        from: Expr,
        to: Expr,
        step: Expr,
    },
    /// Values in row order.
    Datatable {
        columns: Vec<ColumnDecl>,
        values: Vec<Expr>,
    },
    Externaldata {
        columns: Vec<ColumnDecl>,
        uris: Vec<Expr>,
        params: Vec<OpParam>,
    },
    /// As a source or after a pipe; each part is a table name, a name pattern with `*`, or a pipeline.
    Union {
        params: Vec<OpParam>,
        tables: Vec<Expr>,
    },
    Search {
        params: Vec<OpParam>,
        tables: Vec<Expr>,
        predicate: Expr,
    },
    Find {
        params: Vec<OpParam>,
        tables: Vec<Expr>,
        predicate: Expr,
        project: Vec<Named>,
        project_away: Vec<ColumnPattern>,
        project_smart: bool,
    },
    // Rows.
    Where(Expr),
    Take(Expr),
    Top {
        count: Expr,
        by: SortKey,
        params: Vec<OpParam>,
    },
    Sort {
        keys: Vec<SortKey>,
        params: Vec<OpParam>,
    },
    /// An empty list is `distinct *`.
    Distinct(Vec<Named>),
    /// `count`, perhaps `as` what its column is called.
    Count(Option<Name>),
    Sample(Expr),
    SampleDistinct {
        count: Expr,
        of: Expr,
    },
    Serialize(Vec<Named>),
    Scan(Box<Scan>),
    // Columns.
    Extend(Vec<Named>),
    Project(Vec<Named>),
    ProjectAway(Vec<ColumnPattern>),
    ProjectKeep(Vec<ColumnPattern>),
    ProjectReorder(Vec<ColumnPattern>),
    /// `new = old`.
    ProjectRename(Vec<(Name, Name)>),
    ProjectByNames(Vec<Expr>),
    Parse {
        params: Vec<OpParam>,
        expr: Expr,
        steps: Vec<ParseStep>,
        only_matches: bool,
    },
    ParseKv {
        expr: Expr,
        columns: Vec<ColumnDecl>,
        params: Vec<OpParam>,
    },
    Getschema,
    AssertSchema(Vec<ColumnDecl>),
    // Groups.
    Summarize {
        aggs: Vec<Named>,
        by: Vec<Named>,
        params: Vec<OpParam>,
    },
    MakeSeries {
        aggs: Vec<(Named, Option<Expr>)>,
        axis: Box<Named>,
        from: Option<Expr>,
        to: Option<Expr>,
        step: Expr,
        /// `in range(from, to, step)`: `to` is part of the series, and bins are those of `bin()`, not of
        /// `bin_at(from)` ("make-series operator", alternate syntax).
        in_range: bool,
        by: Vec<Named>,
        params: Vec<OpParam>,
    },
    TopHitters {
        count: Expr,
        of: Expr,
        by: Option<Expr>,
    },
    TopNested(Vec<TopNested>),
    // Several tables.
    Join {
        params: Vec<OpParam>,
        right: Box<Expr>,
        on: Vec<Expr>,
    },
    Lookup {
        params: Vec<OpParam>,
        right: Box<Expr>,
        on: Vec<Expr>,
    },
    Reduce {
        /// Before `by`, and after `with`.
        params: Vec<OpParam>,
        by: Expr,
    },
    // Nested rows.
    MvExpand {
        params: Vec<OpParam>,
        items: Vec<Expand>,
        limit: Option<Expr>,
    },
    MvApply {
        params: Vec<OpParam>,
        items: Vec<Expand>,
        limit: Option<Expr>,
        body: Box<Pipe>,
    },
    Evaluate {
        params: Vec<OpParam>,
        call: Expr,
        schema: Option<Vec<ColumnDecl>>,
        /// `: (*, ...)`: the schema adds to the input's columns.
        keeps_input: bool,
    },
    Invoke(Expr),
    Partition {
        params: Vec<OpParam>,
        by: Expr,
        body: Box<Pipe>,
    },
    // The rest.
    As {
        name: Name,
        params: Vec<OpParam>,
    },
    Render {
        kind: Name,
        by: Vec<Name>,
        properties: Vec<OpParam>,
    },
    Consume,
    /// Several results: `fork a = (take 1) (count)`.
    Fork(Vec<(Option<Name>, Pipe)>),
    /// Several results: the counts of each column, and perhaps a subquery's.
    Facet(Vec<Name>, Option<Box<Pipe>>),
    /// macro-expand, graph operators ...: recognised by name and skipped.
    Other(&'static str),
    /// What the parser could not read; its diagnostic is already given.
    Error,
}

#[derive(Clone, Debug, PartialEq)]
pub struct TopNested {
    pub count: Option<Expr>,
    pub of: Named,
    pub others: Option<Expr>,
    pub by: Named,
    pub ascending: bool,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Expr {
    pub kind: ExprKind,
    pub span: Span,
}

#[derive(Clone, Debug, PartialEq)]
pub enum ExprKind {
    Literal(Literal),
    /// A column, a `let`, a table; with `*` inside it is a pattern (union and search only).
    Name(Name),
    /// `*`, as in `count(*)`, `arg_max(x, *)`, `where * has "x"`.
    Star,
    /// `left.name`
    Path(Box<Expr>, Name),
    /// `left.call(...)`, as in `cluster("c").database("d")`; the right side is a [`ExprKind::Call`].
    PathCall(Box<Expr>, Box<Expr>),
    /// `left[index]`
    Index(Box<Expr>, Box<Expr>),
    Call {
        name: Name,
        args: Vec<Arg>,
    },
    /// `-x` or `+x`
    Sign {
        negative: bool,
        expr: Box<Expr>,
    },
    Binary {
        op: BinaryOp,
        op_span: Span,
        left: Box<Expr>,
        right: Box<Expr>,
    },
    /// A chain of `+ - * / %` of one precedence that is too long for nested [`ExprKind::Binary`] nodes:
    /// operators apply from the left. The parser keeps the tree's height bounded by it.
    Chain {
        first: Box<Expr>,
        rest: Vec<ChainLink>,
    },
    /// `x between (low .. high)`
    Between {
        negated: bool,
        op_span: Span,
        expr: Box<Expr>,
        low: Box<Expr>,
        high: Box<Expr>,
    },
    /// `x in (a, b)`, `x has_any (a, b)`; one element may be a pipeline or a dynamic array.
    In {
        op: ListOp,
        op_span: Span,
        expr: Box<Expr>,
        list: Vec<Expr>,
    },
    /// A parenthesised or argument pipeline with at least one operator or a source operator.
    Pipe(Box<Pipe>),
    /// `typeof(long)`, and the type names that some operators take.
    TypeLiteral(Type),
    /// Several names as the value of one [`OpParam`]: `ycolumns=a, b`.
    List(Vec<Expr>),
    /// What the parser could not read; its diagnostic is already given.
    Error,
}

/// One step of [`ExprKind::Chain`].
#[derive(Clone, Debug, PartialEq)]
pub struct ChainLink {
    pub op: BinaryOp,
    pub op_span: Span,
    pub right: Expr,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Arg {
    /// `name = value`, where functions take named arguments.
    pub name: Option<Name>,
    pub expr: Expr,
}

/// A literal, parsed to its value. Ticks are 100 ns; datetimes count from 0001-01-01T00:00:00Z.
#[derive(Clone, Debug, PartialEq)]
pub enum Literal {
    Bool(bool),
    Int(i32),
    Long(i64),
    Real(f64),
    /// The digits as written.
    Decimal(String),
    String(String),
    Datetime(i64),
    Timespan(i64),
    Guid(String),
    /// The JSON text as written, checked, with KQL's own literals inside turned to JSON.
    Dynamic(String),
    /// `int(null)`, `datetime(null)`, `dynamic(null)` ...
    Null(Type),
}
