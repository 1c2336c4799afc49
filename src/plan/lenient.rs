//! Calls that Kusto's binder refuses and its engine answers (recorded): they run, with the binder's code as
//! a warning.

use super::Expr;
use super::check::Binder;
use crate::diag::{Diagnostic, code};
use crate::kernels::json::{self, Kind};
use crate::syntax::ast::{self, ExprKind as Ast, Literal, Name};
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
            ("series_fit_poly", [_, _, degree]) if degree.ty == Type::Long => {
                let message = "Kusto's editors want an int here; the engine takes a long";
                let help = "Write toint() around the degree.";
                self.remark(Diagnostic::warning(code::TYPE, degree.span, message).help(help));
            }
            (name, [first, ..]) => self.warn_of_shape(name, first),
            _ => {}
        }
    }

    /// A function of arrays over what is known to be no array, or one of bags over no bag: it is null.
    fn warn_of_shape(&mut self, name: &str, arg: &Expr) {
        let Some(json) = self.shape(arg) else { return };
        let (code, wanted, there) = match json::kind(&json) {
            None | Some(Kind::Null) => return,
            Some(kind) if OF_ARRAYS.contains(&name) => (code::ARRAY, "an array", kind == Kind::Array),
            Some(kind) if OF_BAGS.contains(&name) => (code::BAG, "a bag", kind == Kind::Object),
            Some(_) => return,
        };
        if !there {
            let message = format!("{name}() wants {wanted}, and this is none");
            self.remark(Diagnostic::warning(code, arg.span, message).help("Give it another value."));
        }
    }

    /// `search not("x")`
    pub fn warn_of_negated_term(&mut self, term: &ast::Expr) {
        if let Ast::Literal(Literal::String(_)) = &term.kind {
            let message = "Kusto's editors want a condition in not(); search takes a term";
            let help = "Write not(* has \"...\").";
            self.remark(Diagnostic::warning(code::TYPE, term.span, message).help(help));
        }
    }
}

/// Functions whose first argument must be an array for Kusto's binder.
const OF_ARRAYS: &[&str] = &[
    "array_concat",
    "array_iff",
    "array_iif",
    "array_index_of",
    "array_length",
    "array_reverse",
    "array_rotate_left",
    "array_rotate_right",
    "array_shift_left",
    "array_shift_right",
    "array_slice",
    "array_sort_asc",
    "array_sort_desc",
    "array_split",
    "array_sum",
    "set_difference",
    "set_equals",
    "set_has_element",
    "set_intersect",
    "set_union",
    "strcat_array",
];

/// The same for bags.
const OF_BAGS: &[&str] = &["bag_has_key", "bag_keys", "bag_merge", "bag_remove_keys", "bag_set_key"];
