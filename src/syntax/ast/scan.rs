//! The parts of scan.

use super::{ColumnDecl, Expr, Name};
use crate::span::Span;

/// `scan with_match_id=m declare (c:long=0) with (step s1: x > 1 => c = s1.c + 1;)`
#[derive(Clone, Debug, PartialEq)]
pub struct Scan {
    pub match_id: Option<Name>,
    pub variables: Vec<ScanVariable>,
    pub steps: Vec<ScanStep>,
}

/// A declared column, and what it holds where no step sets it.
#[derive(Clone, Debug, PartialEq)]
pub struct ScanVariable {
    pub column: ColumnDecl,
    pub default: Option<Expr>,
}

/// Which rows of a step come out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ScanOutput {
    All,
    Last,
    None,
}

#[derive(Clone, Debug, PartialEq)]
pub struct ScanStep {
    pub name: Name,
    pub output: ScanOutput,
    /// The place of `all`, `last` or `none`.
    pub output_span: Span,
    pub condition: Expr,
    pub assignments: Vec<(Name, Expr)>,
}
