//! What is known of the insides of a dynamic without the data: that it is one value, or an array of such.

use super::check::Binder;
use super::{ColId, Expr, ExprKind};
use crate::kernels::json::{self, Kind};
use crate::types::Type;
use crate::value::Value;

/// Of a dynamic; the type is what the values had before, where that is known.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Inside {
    /// Neither an array nor a bag.
    Value(Option<Type>),
    /// An array of such values.
    Values(Option<Type>),
}

impl Inside {
    pub fn ty(self) -> Option<Type> {
        match self {
            Inside::Value(ty) | Inside::Values(ty) => ty,
        }
    }
}

/// Functions that give arrays of texts.
const TEXTS: &[&str] = &["split", "bag_keys"];
/// Functions that give arrays of what their arguments hold.
const ARRAYS_OF_ARRAYS: &[&str] = &[
    "set_union",
    "set_intersect",
    "set_difference",
    "array_slice",
    "array_reverse",
    "array_rotate_left",
    "array_rotate_right",
    "array_sort_asc",
    "array_sort_desc",
];
/// Functions and aggregates that give arrays of their arguments, all but `pack_array` of values of the first.
const ARRAYS_OF_VALUES: &[&str] =
    &["pack_array", "range", "make_set", "make_set_if", "make_list", "make_list_if"];

impl Binder<'_> {
    pub fn insides_of(&self, expr: &Expr) -> Option<Inside> {
        match &expr.kind {
            ExprKind::Col(id) => self.insides.get(id).copied(),
            ExprKind::Lit(Value::Dynamic(json)) => of_json(json),
            ExprKind::Convert(inner) => (inner.ty != Type::Dynamic).then_some(Inside::Value(Some(inner.ty))),
            ExprKind::Call { name, .. } if TEXTS.contains(name) => Some(Inside::Values(Some(Type::String))),
            ExprKind::Call { name, args, .. } if ARRAYS_OF_VALUES.contains(name) => {
                let values = if *name == "pack_array" { &args[..] } else { args.get(..1)? };
                let types = values.iter().map(|value| match value.ty {
                    Type::Dynamic => match self.insides_of(value)? {
                        Inside::Value(ty) => Some(ty),
                        Inside::Values(_) => None,
                    },
                    ty => Some(Some(ty)),
                });
                Some(Inside::Values(shared(types)?))
            }
            ExprKind::Call { name, args, .. } if ARRAYS_OF_ARRAYS.contains(name) => {
                let arrays = args.iter().filter(|arg| arg.ty == Type::Dynamic);
                Some(Inside::Values(shared(arrays.map(|arg| self.insides_of(arg).map(Inside::ty)))?))
            }
            ExprKind::Path { base, path } if path.starts_with('i') && path.matches(':').count() == 1 => {
                match self.insides_of(base)? {
                    Inside::Values(ty) => Some(Inside::Value(ty)),
                    Inside::Value(_) => None,
                }
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
        if let Some(inside) = self.insides_of(array) {
            self.insides.insert(column, Inside::Value(inside.ty()));
        }
    }
}

/// The one type that all of these are known to have; nothing when one of them is not known at all.
fn shared(types: impl Iterator<Item = Option<Option<Type>>>) -> Option<Option<Type>> {
    let types: Vec<Option<Type>> = types.collect::<Option<_>>()?;
    let first = types.first().copied()?;
    Some(first.filter(|_| types.iter().all(|ty| *ty == first)))
}

fn of_json(text: &str) -> Option<Inside> {
    let plain =
        |text: &str| !matches!(json::kind(text), Some(Kind::Array | Kind::Object | Kind::Null) | None);
    match json::kind(text)? {
        Kind::Array => {
            let first = json::kind(json::elements(text).next()?);
            let alike = json::elements(text).all(|value| plain(value) && json::kind(value) == first);
            alike.then_some(Inside::Values(None))
        }
        _ => plain(text).then_some(Inside::Value(None)),
    }
}
