//! Calls that Kusto's binder refuses. Those that its engine answers (recorded) run, with the binder's code as
//! a warning.

use super::Expr;
use super::check::{Binder, Checked, Stop};
use super::elements::Inside;
use super::path::PathStep;
use crate::catalog::func::Shape;
use crate::diag::{Diagnostic, code};
use crate::kernels::json::{self, Kind};
use crate::span::Span;
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
            ("make_timespan", [_, _, seconds] | [_, _, _, seconds]) if seconds.ty == Type::Real => {
                let message = "Kusto's editors want whole seconds here; the engine takes parts of them";
                let help = "Write whole seconds, and add the rest as a timespan such as 500ms.";
                self.remark(Diagnostic::warning(code::INTEGER, seconds.span, message).help(help));
            }
            ("series_fit_poly", [_, _, degree]) if degree.ty == Type::Long => {
                let message = "Kusto's editors want an int here; the engine takes a long";
                let help = "Write toint() around the degree.";
                self.remark(Diagnostic::warning(code::TYPE, degree.span, message).help(help));
            }
            ("not", [number]) if number.ty.integer() => {
                let message = "Kusto's editors want a condition in not(); the engine takes a number";
                let help = "Compare the number: write not(x != 0), or x == 0.";
                self.remark(Diagnostic::warning(code::TYPE, number.span, message).help(help));
            }
            ("toguid", [guid]) if guid.ty == Type::Guid => {
                let message = "this is a guid already, which Kusto's editors do not take in toguid()";
                let help = "Leave toguid() out.";
                self.remark(Diagnostic::warning(code::TYPES, guid.span, message).help(help));
            }
            _ => {}
        }
    }

    /// `split(s, ',')["0"]`: an array has elements, and no property of any name.
    pub fn warn_of_key(&mut self, base: &Expr, steps: &[PathStep], place: Span) {
        let by_name = match steps.first() {
            Some(PathStep::Key(_)) => true,
            Some(PathStep::Computed(index)) => index.ty == Type::String,
            Some(PathStep::At(_)) | None => false,
        };
        if by_name && matches!(self.insides_of(base), Some(Inside::Values(_))) {
            let message = "an array has no properties: this is null in every row";
            let help = "Write the number of an element, such as [0].";
            self.remark(Diagnostic::warning(code::TYPES, place, message).help(help));
        }
    }

    /// Whether an argument that is known to be an array, a bag or neither may stand here.
    pub fn check_shape(&mut self, name: &str, shape: Shape, arg: &Expr) -> Checked<()> {
        let known = if shape == Shape::Any { None } else { self.shape(arg) };
        let Some(kind) = known.and_then(|json| json::kind(&json)).filter(|kind| *kind != Kind::Null) else {
            return Ok(());
        };
        let several = matches!(kind, Kind::Array | Kind::Object);
        let (code, wanted, fits) = match shape {
            Shape::Any => return Ok(()),
            Shape::Plain => (code::TYPE, "a single value", !several),
            Shape::Array | Shape::ArrayOrNull => (code::ARRAY, "an array", kind == Kind::Array),
            Shape::Bag | Shape::BagOrNull => (code::BAG, "a bag", kind == Kind::Object),
        };
        if fits {
            return Ok(());
        }
        let message = format!("{name}() wants {wanted}, and this is none");
        if matches!(shape, Shape::ArrayOrNull | Shape::BagOrNull) {
            self.remark(Diagnostic::warning(code, arg.span, message).help("Give it another value."));
            return Ok(());
        }
        let help = match shape {
            Shape::Plain => "Take one element of it, or write tostring(...) around it.",
            _ => "Give it another value.",
        };
        self.error(code, arg.span, message, help);
        Err(Stop)
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
