//! What is known of the insides of a dynamic without the data: that it is one value, or an array of such.

use super::check::Binder;
use super::{ColId, Expr, ExprKind};
use crate::kernels::json::{self, Kind};
use crate::types::Type;
use crate::value::Value;

/// Of a dynamic.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Inside {
    /// Neither an array nor a bag.
    Value,
    /// An array of such values.
    Values,
}

/// Functions that give arrays of texts.
const TEXTS: &[&str] = &["split", "bag_keys"];
/// Functions that give arrays of what their arguments hold.
const ARRAYS_OF_ARRAYS: &[&str] =
    &["set_union", "set_intersect", "set_difference", "array_slice", "array_reverse", "array_sort_asc"];
/// Functions and aggregates that give arrays of their arguments.
const ARRAYS_OF_VALUES: &[&str] = &["pack_array", "make_set", "make_set_if", "make_list", "make_list_if"];

impl Binder<'_> {
    pub fn insides_of(&self, expr: &Expr) -> Option<Inside> {
        match &expr.kind {
            ExprKind::Col(id) => self.insides.get(id).copied(),
            ExprKind::Lit(Value::Dynamic(json)) => of_json(json),
            ExprKind::Convert(inner) => (inner.ty != Type::Dynamic).then_some(Inside::Value),
            ExprKind::Call { name, .. } if TEXTS.contains(name) => Some(Inside::Values),
            ExprKind::Call { name, args, .. } if ARRAYS_OF_VALUES.contains(name) => {
                let plain =
                    |arg: &Expr| arg.ty != Type::Dynamic || self.insides_of(arg) == Some(Inside::Value);
                let values = if *name == "pack_array" { &args[..] } else { args.get(..1)? };
                values.iter().all(plain).then_some(Inside::Values)
            }
            ExprKind::Call { name, args, .. } if ARRAYS_OF_ARRAYS.contains(name) => {
                let arrays = args.iter().filter(|arg| arg.ty == Type::Dynamic);
                arrays
                    .map(|arg| self.insides_of(arg))
                    .all(|inside| inside.is_some())
                    .then_some(Inside::Values)
            }
            ExprKind::Path { base, path } if path.starts_with('i') && path.ends_with(':') => {
                let element = path.matches(':').count() == 1 && self.insides_of(base) == Some(Inside::Values);
                element.then_some(Inside::Value)
            }
            _ => None,
        }
    }

    /// Keeps what is known of a column that this expression fills.
    pub fn keep_inside(&mut self, column: ColId, expr: &Expr) {
        if expr.ty == Type::Dynamic
            && let Some(inside) = self.insides_of(expr)
        {
            self.insides.insert(column, inside);
        }
    }

    /// The same of a column of the elements of this array.
    pub fn keep_element(&mut self, column: ColId, array: &Expr) {
        if self.insides_of(array).is_some() {
            self.insides.insert(column, Inside::Value);
        }
    }
}

fn of_json(text: &str) -> Option<Inside> {
    let plain =
        |text: &str| !matches!(json::kind(text), Some(Kind::Array | Kind::Object | Kind::Null) | None);
    match json::kind(text)? {
        Kind::Array => {
            let first = json::kind(json::elements(text).next()?);
            let alike = json::elements(text).all(|value| plain(value) && json::kind(value) == first);
            alike.then_some(Inside::Values)
        }
        _ => plain(text).then_some(Inside::Value),
    }
}
