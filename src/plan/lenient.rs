//! Calls that Kusto's binder refuses and its engine answers (recorded): they run, with the binder's code as
//! a warning.

use super::Expr;
use super::check::Binder;
use crate::diag::{Diagnostic, code};
use crate::syntax::ast::Name;
use crate::types::Type;

impl Binder<'_> {
    /// On a call whose arguments are bound.
    pub fn warn_of_lenience(&mut self, name: &Name, args: &[Expr]) {
        match (name.text.as_str(), args) {
            ("count", [counted]) if counted.ty != Type::Bool => {
                let message = "count() counts all rows, whatever its argument is";
                let help = "Write count(), or countif(isnotempty(x)) for the rows that have a value.";
                self.remark(Diagnostic::warning(code::TYPE, counted.span, message).help(help));
            }
            ("make_timespan", [_, _, _, seconds]) if seconds.ty == Type::Real => {
                let message = "Kusto's editors want whole seconds here; the engine takes parts of them";
                let help = "Write whole seconds, and add the rest as a timespan such as 500ms.";
                self.remark(Diagnostic::warning(code::INTEGER, seconds.span, message).help(help));
            }
            _ => {}
        }
    }
}
