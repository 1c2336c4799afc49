//! Equality between values of different types, which Kusto's binder accepts: a text is read as the other
//! side's type, a bool beside a number counts as 0 or 1. Each such comparison is remarked on.

use super::Expr;
use super::check::{Binder, Checked, Stop};
use crate::diag::{Diagnostic, code};
use crate::span::Span;
use crate::types::Type;
use crate::value::Value;

impl Binder<'_> {
    /// Both sides as one type; `None` when these types are never equal.
    pub fn equated(&mut self, left: &Expr, right: &Expr, op_span: Span) -> Checked<Option<(Expr, Expr)>> {
        Ok(match (left.ty, right.ty) {
            (Type::String, ty) => {
                self.read_text(left, right, ty, op_span)?.map(|read| (read, self.widened(right)))
            }
            (ty, Type::String) => {
                self.read_text(right, left, ty, op_span)?.map(|read| (self.widened(left), read))
            }
            (Type::Bool, ty) if ty.numeric() => {
                self.remark_on_number(right, op_span);
                Some((self.counted(left, ty)?, right.clone()))
            }
            (ty, Type::Bool) if ty.numeric() => {
                self.remark_on_number(left, op_span);
                Some((left.clone(), self.counted(right, ty)?))
            }
            _ => None,
        })
    }

    /// The text as a value of the other side's type.
    fn read_text(&mut self, text: &Expr, other: &Expr, ty: Type, op_span: Span) -> Checked<Option<Expr>> {
        if ty == Type::Decimal {
            self.refuse(op_span, "a text compared with a decimal", "Convert it with todecimal().");
            return Err(Stop);
        }
        if matches!(ty, Type::Dynamic | Type::String) {
            return Ok(None);
        }
        let wide = if ty == Type::Int { Type::Long } else { ty };
        let read = self.typed(text.clone(), wide, text.span)?;
        let message = format!("a string is compared with {}", ty.one());
        let warning =
            |help: String| Diagnostic::warning(code::CONVERTED, op_span, message.clone()).help(help);
        self.remark(match (text.literal(), read.literal(), other.literal()) {
            (Some(Value::String(known)), Some(Value::Null), _) => {
                let message = format!("'{known}' is no {}, so nothing equals it", ty.name());
                Diagnostic::warning(code::CONVERTED, op_span, message).help(format!("Write {}.", ty.one()))
            }
            (Some(_), Some(value), _) => {
                let plain = matches!(ty, Type::Bool | Type::Int | Type::Long | Type::Real);
                let found = warning(format!("It is read as {}; write it as {}.", ty.name(), ty.one()));
                match self.spelled_out(text) {
                    true if plain => found.fix(text.span, value.text()),
                    _ => found,
                }
            }
            (_, _, Some(value)) if self.spelled_out(other) => {
                let quoted = format!("\"{}\"", value.text());
                warning(format!(
                    "The text is read as by to{}(); write {quoted} to compare texts.",
                    function_of(wide)
                ))
                .fix(other.span, quoted)
            }
            _ => warning(format!(
                "The text is read as by to{}(); put that, or tostring() on the other side, into the query.",
                function_of(wide)
            )),
        });
        Ok(Some(read))
    }

    /// An int as a long, since the text beside it was read as one.
    fn widened(&mut self, expr: &Expr) -> Expr {
        let ty = if expr.ty == Type::Int { Type::Long } else { expr.ty };
        self.convert(expr.clone(), ty)
    }

    /// A bool as 0 or 1.
    fn counted(&mut self, expr: &Expr, ty: Type) -> Checked<Expr> {
        let number = self.apply_named("tolong", vec![expr.clone()], expr.span)?;
        Ok(self.convert(number, if ty == Type::Int { Type::Long } else { ty }))
    }

    fn remark_on_number(&mut self, number: &Expr, op_span: Span) {
        let message = format!("a bool is compared with {}", number.ty.one());
        let warning = Diagnostic::warning(code::CONVERTED, op_span, message)
            .help("The bool counts as 0 or 1; write true or false.");
        let word = match number.literal() {
            Some(Value::Int(1) | Value::Long(1)) => Some("true"),
            Some(Value::Int(0) | Value::Long(0)) => Some("false"),
            _ => None,
        };
        self.remark(match word {
            Some(word) if self.spelled_out(number) => warning.fix(number.span, word),
            _ => warning,
        });
    }

    /// Whether the literal stands there itself, not the name of a `let`.
    fn spelled_out(&self, literal: &Expr) -> bool {
        let text = literal.span.text(self.text);
        matches!(text, "true" | "false")
            || text.starts_with(|first: char| first.is_ascii_digit() || "\"'@-".contains(first))
    }
}

/// The conversion to a type, without its `to`.
fn function_of(ty: Type) -> &'static str {
    if ty == Type::Real { "double" } else { ty.name() }
}
