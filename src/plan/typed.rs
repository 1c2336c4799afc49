//! Values of KQL's own types inside dynamic values. JSON has no datetimes, timespans, guids and decimals: here they
//! are texts once they are inside, and what asks for their type is warned.

use super::Expr;
use super::check::Binder;
use super::elements::Inside;
use crate::catalog::dynamic::TEXTS;
use crate::catalog::func::Func;
use crate::diag::code;
use crate::span::Span;
use crate::types::Type;

/// What a text has put into dynamic values, and where it asks what is inside.
#[derive(Default)]
pub struct Typed {
    inside: Vec<Type>,
    asked: Vec<(Span, &'static str, &'static [Type])>,
}

impl Binder<'_> {
    /// A value of this type became part of a dynamic.
    pub fn inside(&mut self, ty: Type) {
        if TEXTS.contains(&ty) && !self.typed.inside.contains(&ty) {
            self.typed.inside.push(ty);
        }
    }

    /// A literal of a dynamic: KQL's other literals may stand in it.
    pub fn inside_literal(&mut self, span: Span) {
        let written = self.text.get(span.start as usize..span.end as usize).unwrap_or_default();
        for ty in TEXTS {
            if written.contains(&format!("{}(", ty.name())) {
                self.inside(*ty);
            }
        }
    }

    /// `what` tells these types inside of a dynamic from texts.
    pub fn asks_inside(&mut self, span: Span, what: &'static str, types: &'static [Type]) {
        self.typed.asked.push((span, what, types));
    }

    /// A call does, unless it is known what its arguments hold.
    pub fn call_asks_inside(&mut self, row: &'static Func, args: &[Expr], span: Span) {
        let told = |arg: &Expr| {
            let known = self.insides_of(arg).and_then(Inside::ty);
            arg.ty == Type::Dynamic && known.is_none_or(|ty| row.tells.contains(&ty))
        };
        let mixed =
            |arg: &Expr| arg.ty == Type::Dynamic && self.insides_of(arg).and_then(Inside::ty).is_none();
        let (told, mixed) = (args.iter().any(told), args.iter().any(mixed));
        if told && !row.tells.is_empty() {
            self.asks_inside(span, row.name, row.tells);
        }
        if mixed && !row.tells_mixed.is_empty() {
            self.asks_inside(span, row.name, row.tells_mixed);
        }
    }

    /// Warns of each question whose answer a type decides that is a text here.
    pub fn warn_of_types_inside(&mut self) {
        let typed = std::mem::take(&mut self.typed);
        for (span, what, types) in typed.asked {
            let Some(ty) = typed.inside.iter().find(|ty| types.contains(ty)) else { continue };
            let name = ty.name();
            let message = format!("'{what}' takes a {name} inside of a dynamic for a text here");
            let help = format!(
                "Kusto may know its type still. Keep the {name} in a column of its own, or convert what comes out."
            );
            self.warn(code::UNCERTAIN, span, message, help);
        }
    }
}
