//! `hint.strategy=shuffle`: what operators are told about how Kusto's service should run them. No hint changes an
//! answer; but one that Kusto does not know may be a parameter misspelt, and its grammar refuses it.

use super::ast::OpParam;
use super::parser::Parser;
use crate::diag::{Diagnostic, code, nearest};

/// A hint, without `hint.` before it, and the words that it may be; none where it takes other things than words.
///
/// The names are those of Kusto's language service (QueryOperatorParameters.cs of microsoft/Kusto-Query-Language), which
/// passes over a known hint at an operator that has no use for it.
pub const HINTS: &[(&str, &[&str])] = &[
    ("concurrency", &[]),
    ("distribution", &["default", "per_node", "per_shard", "single"]),
    ("materialized", &[]),
    ("num_partitions", &[]),
    ("pass_filters", &[]),
    ("pass_filters_column", &[]),
    ("progressive_top", &[]),
    ("remote", &["auto", "left", "local", "right", "unresolved"]),
    ("shufflekey", &[]),
    ("spread", &[]),
    ("strategy", &["auto", "broadcast", "centralized", "shuffle"]),
];

impl Parser<'_> {
    /// Refuses a hint that Kusto has not, and warns of one that cannot be this.
    pub(super) fn known_hint(&mut self, param: &OpParam) {
        let Some(name) = param.name.text.strip_prefix("hint.") else { return };
        let Some((_, values)) = HINTS.iter().find(|(known, _)| *known == name) else {
            let near =
                nearest(name, HINTS.iter().map(|(known, _)| *known)).map(|near| format!("hint.{near}"));
            let known: Vec<&str> = HINTS.iter().map(|(known, _)| *known).collect();
            let message = format!("unknown hint '{}'", param.name.text);
            let error = Diagnostic::error(code::UNKNOWN_NAME, param.name.span, message);
            let otherwise = format!("Leave it out, which changes no answer; hints are {}.", known.join(", "));
            return self.report(error.mean(near.as_deref(), otherwise));
        };
        let value = param.value.span.text(self.text);
        if !values.is_empty() && !values.contains(&value) {
            let message = format!("'{value}' is no value of '{}'", param.name.text);
            // Kusto's parser takes it, its binder does not, and published queries have it.
            let warning = Diagnostic::warning(code::EXPECTED, param.value.span, message);
            let otherwise = format!("It may be {}.", values.join(", "));
            self.report(warning.mean(nearest(value, values.iter().copied()), otherwise));
        }
    }
}
