//! What is known of the insides of a dynamic without the data: that it is one value, or an array of such.

use super::check::Binder;
use super::{ColId, Expr, ExprKind};
use crate::catalog;
use crate::catalog::func::Elements;
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

impl Binder<'_> {
    pub fn insides_of(&self, expr: &Expr) -> Option<Inside> {
        match &expr.kind {
            ExprKind::Col(id) => self.insides.get(id).copied(),
            ExprKind::Lit(Value::Dynamic(json)) => of_json(json),
            ExprKind::Convert(inner) => (inner.ty != Type::Dynamic).then_some(Inside::Value(Some(inner.ty))),
            ExprKind::Call { name, args, .. } if expr.ty == Type::Dynamic => {
                let row = catalog::function(name).or_else(|| catalog::aggregate(name))?;
                let elements = match row.elements? {
                    Elements::Texts => Some(Type::String),
                    Elements::OfFirst => self.shared_by(args.get(..1)?)?,
                    Elements::OfAll => self.shared_by(args)?,
                    Elements::OfArrays => {
                        let arrays = args.iter().filter(|arg| arg.ty == Type::Dynamic);
                        shared(arrays.map(|arg| self.insides_of(arg).map(Inside::ty)))?
                    }
                };
                Some(Inside::Values(elements))
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

    /// The one type that these are known to have as elements, as [`shared`] gives it.
    fn shared_by(&self, values: &[Expr]) -> Option<Option<Type>> {
        shared(values.iter().map(|value| match value.ty {
            Type::Dynamic => match self.insides_of(value)? {
                Inside::Value(ty) => Some(ty),
                Inside::Values(_) => None,
            },
            ty => Some(Some(ty)),
        }))
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
