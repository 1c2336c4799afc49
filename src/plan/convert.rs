//! From one type to another: what KQL converts without being asked, and what it refuses.

use super::check::{Binder, Checked, Stop};
use super::{Expr, ExprKind};
use crate::diag::code;
use crate::kernels::convert::guid_text;
use crate::kernels::decimal::Decimal;
use crate::span::Span;
use crate::types::Type;
use crate::value::Value;

impl Binder<'_> {
    /// A boolean, from a dynamic too.
    pub fn condition(&mut self, expr: Expr, place: Span) -> Checked<Expr> {
        match expr.ty {
            Type::Bool => Ok(expr),
            Type::Dynamic => Ok(self.convert(expr, Type::Bool)),
            _ => {
                let at = if expr.span.length() > 0 { expr.span } else { place };
                self.error(
                    code::TYPES,
                    at,
                    format!("{} stands where a bool must", expr.ty.one()),
                    "Compare it with a value.",
                );
                Err(Stop)
            }
        }
    }

    /// A string literal as a value of another type, where KQL reads it so.
    pub fn read_literal(&mut self, expr: &Expr, ty: Type) -> Option<Expr> {
        let Some(Value::String(text)) = expr.literal() else { return None };
        let value = match ty {
            Type::Datetime => crate::ticks::parse_datetime(text).map_or(Value::Null, Value::Datetime),
            Type::Timespan => crate::ticks::parse_timespan(text).map_or(Value::Null, Value::Timespan),
            Type::Guid => guid_text(text).map_or(Value::Null, Value::Guid),
            Type::Bool
            | Type::Decimal
            | Type::Dynamic
            | Type::Int
            | Type::Long
            | Type::Real
            | Type::String => return None,
        };
        Some(Expr::lit(value, ty, expr.span))
    }

    /// To another type, silently, as KQL's own operators do.
    pub fn convert(&mut self, expr: Expr, to: Type) -> Expr {
        if expr.ty == to {
            return expr;
        }
        if to == Type::Dynamic {
            self.inside(expr.ty);
        }
        let span = expr.span;
        let literal = match (expr.literal(), to) {
            (Some(Value::Null), Type::String) => Some(Value::String(String::new())),
            (Some(Value::Null), _) => Some(Value::Null),
            (Some(Value::Int(value)), Type::Long) => Some(Value::Long(i64::from(*value))),
            (Some(Value::Int(value)), Type::Real) => Some(Value::Real(f64::from(*value))),
            (Some(Value::Long(value)), Type::Real) => Some(Value::Real(*value as f64)),
            (Some(Value::Int(value)), Type::Decimal) => {
                Some(Value::Decimal(Decimal::of_long((*value).into()).text()))
            }
            (Some(Value::Long(value)), Type::Decimal) => {
                Some(Value::Decimal(Decimal::of_long(*value).text()))
            }
            _ => None,
        };
        if let (Some(Value::Real(value)), Type::Decimal) = (expr.literal(), to) {
            match Decimal::of_real(*value) {
                Ok(value) => return Expr::lit(Value::Decimal(value.text()), to, span),
                Err(_) => {
                    self.refuse(span, "this real as a decimal", "Write decimal(...) around its digits.")
                }
            }
        }
        match literal {
            Some(value) => Expr::lit(value, to, span),
            None => Expr::new(ExprKind::Convert(Box::new(expr)), to, span),
        }
    }

    /// To a declared type: parameters, datatable cells, defaults.
    pub fn coerce(&mut self, expr: Expr, to: Type, what: &str) -> Checked<Expr> {
        if expr.ty == to {
            return Ok(expr);
        }
        if let Some(value) = expr.literal() {
            let value = match (value, to) {
                (Value::Null, _) => {
                    Some(if to == Type::String { Value::String(String::new()) } else { Value::Null })
                }
                (Value::Long(value), Type::Int) => i32::try_from(*value).ok().map(Value::Int),
                (Value::Bool(value), Type::Int) => Some(Value::Int(i32::from(*value))),
                (Value::Bool(value), Type::Long) => Some(Value::Long(i64::from(*value))),
                (Value::Long(value), Type::Bool) => Some(Value::Bool(*value != 0)),
                (Value::Real(value), Type::Long) if value.fract() == 0.0 => Some(Value::Long(*value as i64)),
                _ => None,
            };
            if let Some(value) = value {
                return Ok(Expr::lit(value, to, expr.span));
            }
            if let Some(read) = self.read_literal(&expr, to) {
                return Ok(read);
            }
        }
        let widens = widest(expr.ty, to) == Some(to);
        if widens || expr.ty == Type::Dynamic || to == Type::Dynamic {
            return Ok(self.convert(expr, to));
        }
        self.error(
            code::TYPE,
            expr.span,
            format!("{what} is {}, not {}", expr.ty.one(), to.one()),
            format!("Convert it with to{}().", to.name()),
        );
        Err(Stop)
    }
}

/// The type that two numbers share: int, long, real, decimal, in this order.
pub fn widest(left: Type, right: Type) -> Option<Type> {
    let rank = |ty| match ty {
        Type::Int => Some(0),
        Type::Long => Some(1),
        Type::Real => Some(2),
        Type::Decimal => Some(3),
        Type::Bool | Type::Datetime | Type::Dynamic | Type::Guid | Type::String | Type::Timespan => None,
    };
    if left == right && left != Type::Dynamic {
        return Some(left);
    }
    Some(if rank(left)? >= rank(right)? { left } else { right })
}
