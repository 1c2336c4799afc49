//! What `arg_max()` and its kin take of the row where something is greatest or least.

use super::block::Block;
use super::expr::ordered;
use super::node::Writer;
use crate::plan::{Expr, ExprKind};
use crate::types::Type;

impl Writer<'_> {
    /// Values of one row as one struct.
    pub fn row_of_most(&mut self, greatest: bool, by: &Expr, values: &[Expr], block: &Block) -> String {
        let (by_text, may_be_null) = self.compared(greatest, by, block);
        let mut fields = String::from("{");
        for (at, value) in values.iter().enumerate() {
            let before = if at > 0 { ", 'f" } else { "'f" };
            fields.extend([before, &at.to_string(), "': ", &self.expr(value, block)]);
        }
        fields.push('}');
        let func = if greatest { "arg_max" } else { "arg_min" };
        if !may_be_null {
            return format!("{func}({fields}, {by_text})");
        }
        // Rows without a value to compare count only when the group has no other.
        format!("coalesce({func}({fields}, {by_text}), any_value({fields}))")
    }

    /// One value as it is. DuckDB keeps the first of rows that tie, and decides alike for each of these.
    pub fn value_of_most(&mut self, greatest: bool, by: &Expr, value: &Expr, block: &Block) -> String {
        let text = self.expr(value, block);
        let itself =
            matches!((&value.kind, &by.kind), (ExprKind::Col(one), ExprKind::Col(other)) if one == other);
        if itself && by.ty == Type::Datetime {
            return [if greatest { "max(" } else { "min(" }, &text, ")"].concat();
        }
        let (by_text, _) = self.compared(greatest, by, block);
        // Without `_null` DuckDB passes over rows in which the value is NULL.
        let func = match (greatest, value.nullable()) {
            (true, true) => "arg_max_null(",
            (true, false) => "arg_max(",
            (false, true) => "arg_min_null(",
            (false, false) => "arg_min(",
        };
        [func, &text, ", ", &by_text, ")"].concat()
    }

    /// What decides, and whether it may be NULL.
    fn compared(&mut self, greatest: bool, by: &Expr, block: &Block) -> (String, bool) {
        let text = contended(&self.expr(by, block), by.ty, greatest);
        match (by.ty, greatest) {
            (Type::Real, false) => (text, true),
            // No datetime lies beyond these.
            (Type::Datetime, true) => (format!("coalesce({text}, -1)"), false),
            (Type::Datetime, false) => (format!("coalesce({text}, {})", i64::MAX), false),
            _ => (text, by.nullable()),
        }
    }
}

/// What `arg_max()` and `arg_min()` compare of a value.
pub fn contended(text: &str, ty: Type, greatest: bool) -> String {
    match (ty, greatest) {
        // NaN goes before every number, whether the greatest or the least is asked for.
        (Type::Real, false) => format!("CASE WHEN isnan({text}) THEN '-inf'::DOUBLE ELSE {text} END"),
        _ => ordered(text, ty),
    }
}
