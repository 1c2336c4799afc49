//! `kind=` after an operator's name.

use super::param_word;
use crate::diag::{Diagnostic, code, nearest};
use crate::plan::check::{Binder, Checked, Stop};
use crate::syntax::ast::OpParam;

impl Binder<'_> {
    /// Which of these kinds the parameter `kind` of an operator names; `None` without it.
    pub fn kind<K: Copy>(
        &mut self,
        params: &[OpParam],
        operator: &str,
        kinds: &[(&str, K)],
    ) -> Checked<Option<K>> {
        self.kind_by("kind", params, operator, kinds)
    }

    /// The same by a parameter of another name.
    pub fn kind_by<K: Copy>(
        &mut self,
        parameter: &str,
        params: &[OpParam],
        operator: &str,
        kinds: &[(&str, K)],
    ) -> Checked<Option<K>> {
        let Some((word, place)) = param_word(params, parameter) else { return Ok(None) };
        if let Some((_, kind)) = kinds.iter().find(|(name, _)| *name == word) {
            return Ok(Some(*kind));
        }
        let names: Vec<&str> = kinds.iter().map(|(name, _)| *name).collect();
        let otherwise = match names.as_slice() {
            [only] => format!("The only kind is {only}."),
            [first @ .., last] => format!("The kinds are {} and {last}.", first.join(", ")),
            [] => String::new(),
        };
        let message = format!("unknown {operator} kind '{word}'");
        let near = nearest(&word, names.iter().copied());
        self.diagnostics.push(Diagnostic::error(code::EXPECTED, place, message).mean(near, otherwise));
        Err(Stop)
    }
}
