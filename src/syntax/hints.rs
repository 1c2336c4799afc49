//! `hint.strategy=shuffle`: what operators are told about how Kusto's service should run them. No hint changes an
//! answer; but one that Kusto does not know may be a parameter misspelt, and its grammar refuses it.

use super::ast::Name;
use super::parser::Parser;
use crate::diag::{Diagnostic, code, nearest};

/// Hints, without `hint.` before them. Which values one may have is in `catalog::clauses`.
///
/// The names are those of Kusto's language service (QueryOperatorParameters.cs of microsoft/Kusto-Query-Language), which
/// passes over a known hint at an operator that has no use for it.
const HINTS: &[&str] = &[
    "concurrency",
    "distribution",
    "materialized",
    "num_partitions",
    "pass_filters",
    "pass_filters_column",
    "progressive_top",
    "remote",
    "shufflekey",
    "spread",
    "strategy",
];

impl Parser<'_> {
    /// Refuses a hint that Kusto has not.
    pub(super) fn known_hint(&mut self, param: &Name) {
        let Some(name) = param.text.strip_prefix("hint.").filter(|name| !HINTS.contains(name)) else {
            return;
        };
        let near = nearest(name, HINTS.iter().copied()).map(|near| format!("hint.{near}"));
        let error =
            Diagnostic::error(code::UNKNOWN_NAME, param.span, format!("unknown hint '{}'", param.text));
        let otherwise = format!("Leave it out, which changes no answer; hints are {}.", HINTS.join(", "));
        self.report(error.mean(near.as_deref(), otherwise));
    }
}
