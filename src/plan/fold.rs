//! Constants: a call whose arguments are all literals becomes its result, by the same kernel that the
//! engine would run. So `ago(1d)`, `datetime - timespan` and the like are literals for what follows.

use super::{CompareOp, Expr, ExprKind};
use crate::catalog::func::Lower;
use crate::kernels::{self, Cell, Nulls, Phys};
use crate::types::Type;
use crate::value::Value;

/// A longer argument or result, in bytes, stays a call: it would be worked on at every step to the engine.
const BYTES_MAX: usize = 1 << 14;

/// The expression, or its value where that is known without any row.
pub fn fold(expr: Expr) -> Expr {
    let ExprKind::Call { sig, args, .. } = &expr.kind else { return expr };
    let name = match sig.lower {
        Lower::Kernel(name) => name,
        // The value itself: todouble() of a real.
        Lower::Sql("{0}") => return alone(expr),
        _ => return expr,
    };
    let Some(kernel) = kernels::find(name) else { return expr };
    let waits = kernel.volatile || kernel.late || kernel.params.contains(&Phys::Texts);
    if waits || args.len() < kernel.params.len() {
        return expr;
    }
    let mut cells = Vec::new();
    for (at, arg) in args.iter().enumerate() {
        let Some(value) = arg.literal() else { return expr };
        let Some(phys) = kernel.params.get(at).copied().or(kernel.rest) else { return expr };
        match cell(value, phys) {
            Some(Cell::Text(text)) if text.len() > BYTES_MAX => return expr,
            Some(cell) => cells.push(cell),
            None => return expr,
        }
    }
    if kernel.nulls == Nulls::Propagate && cells.contains(&Cell::Null) {
        return null(&expr);
    }
    let mut out = String::new();
    match value((kernel.constant.unwrap_or(kernel.run))(&cells, &mut out), expr.ty) {
        Some(Value::String(text) | Value::Dynamic(text)) if text.len() > BYTES_MAX => expr,
        Some(value) => Expr::lit(value, expr.ty, expr.span),
        None => expr,
    }
}

/// The one argument of a call, where it is a literal of the call's type.
fn alone(expr: Expr) -> Expr {
    match &expr.kind {
        ExprKind::Call { args, .. } if args.len() == 1 && args[0].ty == expr.ty => match args[0].literal() {
            Some(value) => Expr::lit(value.clone(), expr.ty, expr.span),
            None => expr,
        },
        _ => expr,
    }
}

/// Whether a condition holds, where that is known without any row.
pub fn holds(condition: &Expr) -> Option<bool> {
    match &condition.kind {
        ExprKind::Lit(Value::Bool(value)) => Some(*value),
        ExprKind::Compare { op, left, right } => {
            let order = order(left.literal()?, right.literal()?)?;
            Some(match op {
                CompareOp::Eq => order.is_eq(),
                CompareOp::Ne => order.is_ne(),
                CompareOp::Lt => order.is_lt(),
                CompareOp::Le => order.is_le(),
                CompareOp::Gt => order.is_gt(),
                CompareOp::Ge => order.is_ge(),
            })
        }
        ExprKind::And(parts) => parts.iter().map(holds).try_fold(true, |all, part| Some(all & part?)),
        ExprKind::Or(parts) => parts.iter().map(holds).try_fold(false, |any, part| Some(any | part?)),
        _ => None,
    }
}

fn order(left: &Value, right: &Value) -> Option<std::cmp::Ordering> {
    match (left, right) {
        (Value::Long(left), Value::Long(right)) => Some(left.cmp(right)),
        (Value::Int(left), Value::Int(right)) => Some(left.cmp(right)),
        (Value::Real(left), Value::Real(right)) => left.partial_cmp(right),
        (Value::String(left), Value::String(right)) => Some(left.cmp(right)),
        (Value::Datetime(left), Value::Datetime(right)) => Some(left.cmp(right)),
        (Value::Timespan(left), Value::Timespan(right)) => Some(left.cmp(right)),
        _ => None,
    }
}

fn null(expr: &Expr) -> Expr {
    let value = if expr.ty == Type::String { Value::String(String::new()) } else { Value::Null };
    Expr::lit(value, expr.ty, expr.span)
}

fn cell(value: &Value, phys: Phys) -> Option<Cell<'_>> {
    Some(match (value, phys) {
        (Value::Null, _) => Cell::Null,
        (Value::Bool(value), Phys::Bool) => Cell::Bool(*value),
        (Value::Int(value), Phys::Int) => Cell::Int(*value),
        (Value::Int(value), Phys::Long) => Cell::Long(i64::from(*value)),
        (Value::Long(value) | Value::Datetime(value) | Value::Timespan(value), Phys::Long) => {
            Cell::Long(*value)
        }
        (Value::Real(value), Phys::Real) => Cell::Real(*value),
        (
            Value::String(text) | Value::Guid(text) | Value::Decimal(text) | Value::Dynamic(text),
            Phys::Text,
        ) => Cell::Text(text),
        _ => return None,
    })
}

fn value(cell: Cell<'_>, ty: Type) -> Option<Value> {
    Some(match (cell, ty) {
        (Cell::Null, Type::String) => Value::String(String::new()),
        (Cell::Null, _) => Value::Null,
        (Cell::Bool(value), Type::Bool) => Value::Bool(value),
        (Cell::Int(value), Type::Int) => Value::Int(value),
        (Cell::Long(value), Type::Int) => Value::Int(i32::try_from(value).ok()?),
        (Cell::Int(value), Type::Long) => Value::Long(i64::from(value)),
        (Cell::Long(value), Type::Long | Type::Datetime | Type::Timespan) => Value::from_long(ty, value),
        (Cell::Real(value), Type::Real) => Value::Real(value),
        (Cell::Text(text), Type::String | Type::Dynamic | Type::Guid | Type::Decimal) => {
            Value::from_text(ty, text.to_owned())
        }
        _ => return None,
    })
}
