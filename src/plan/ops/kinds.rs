//! `kind=` after an operator's name, and what else says it.

use super::param_word;
use crate::diag::{code, did_you_mean};
use crate::plan::check::{Binder, Checked, Stop};
use crate::syntax::ast::OpParam;

impl Binder<'_> {
    /// Which of these kinds an operator's parameter names; `None` without it.
    pub fn kind<K: Copy>(
        &mut self,
        params: &[OpParam],
        operator: &str,
        kinds: &[(&str, K)],
    ) -> Checked<Option<K>> {
        let named = param_word(params, "kind").or_else(|| param_word(params, "bagexpansion"));
        let Some((word, place)) = named else { return Ok(None) };
        if let Some((_, kind)) = kinds.iter().find(|(name, _)| *name == word) {
            return Ok(Some(*kind));
        }
        let names: Vec<&str> = kinds.iter().map(|(name, _)| *name).collect();
        let otherwise = match names.as_slice() {
            [only] => format!("The only kind is {only}."),
            [first @ .., last] => format!("The kinds are {} and {last}.", first.join(", ")),
            [] => String::new(),
        };
        let help = did_you_mean(&word, names.iter().copied(), otherwise);
        self.error(code::EXPECTED, place, format!("unknown {operator} kind '{word}'"), help);
        Err(Stop)
    }
}
