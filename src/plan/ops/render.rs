//! render: which chart, and what its properties may be. The rows go on as they are.

use super::word;
use crate::catalog::charts::{self, Takes};
use crate::catalog::construct;
use crate::diag::{Diagnostic, code, nearest};
use crate::facts::Render;
use crate::plan::Rel;
use crate::plan::check::{Binder, Checked, Stop};
use crate::span::Span;
use crate::syntax::ast::{self, ExprKind as Ast, Literal, Name, Op, OpKind, OpParam};
use crate::ticks;

impl Binder<'_> {
    pub fn render(&mut self, kind: &Name, by: &[Name], properties: &[OpParam], input: Rel) -> Checked<Rel> {
        let mut fine = self.one_of(&kind.text, kind.span, "a chart", &construct::charts());
        for name in by {
            fine &= self.has_column(name, &input);
        }
        // Kusto's parser takes it, and no page says what it does.
        if let (Some(first), Some(last)) = (by.first(), by.last()) {
            let message = "'by' of render is left out: what it does is not documented";
            self.warn(code::UNCERTAIN, first.span.to(last.span), message, "Say it in with (series=..).");
        }
        for (at, property) in properties.iter().enumerate() {
            fine &= self.property(property, &input);
            if properties[..at].iter().any(|other| other.name.text == property.name.text) {
                let message = format!("'{}' is given twice", property.name.text);
                self.error(code::GIVEN, property.name.span, message, "Give it once.");
                fine = false;
            }
        }
        if !fine {
            return Err(Stop);
        }
        self.render = Some(Render { kind: kind.text.clone(), properties: texts(properties) });
        Ok(input)
    }

    /// Of an operator that others follow: render must be the last ("render operator"), which Kusto's binder lets pass.
    pub fn warn_of_render(&mut self, op: &Op) {
        if matches!(op.kind, OpKind::Render { .. }) {
            let help = "Move it to the end; the rows are the same without it.";
            self.warn(code::SUSPICIOUS, op.name.span, "render is not the last operator", help);
        }
    }

    /// Whether the property exists and its value fits; says what is wrong.
    fn property(&mut self, property: &OpParam, input: &Rel) -> bool {
        let (name, value) = (&property.name, &property.value);
        let Some(row) = charts::property(&name.text) else {
            let names: Vec<&str> = charts::PROPERTIES.iter().map(|row| row.name).collect();
            return self.one_of(&name.text, name.span, "a property of render", &names);
        };
        match (row.takes, &value.kind) {
            (Takes::OneOf(words), _) => match word(value) {
                Some(word) => self.one_of(&word, value.span, &format!("a value of '{}'", name.text), words),
                None => true,
            },
            (Takes::Text, Ast::Literal(literal)) if !matches!(literal, Literal::String(_)) => {
                let message = format!("'{}' is a text", name.text);
                self.error(code::TYPES, value.span, message, "Put it between quotes.");
                false
            }
            (Takes::Bool, Ast::Literal(literal)) if !matches!(literal, Literal::Bool(_)) => {
                let message = format!("'{}' is true or false", name.text);
                self.error(code::BOOL_LITERAL, value.span, message, "Write true or false.");
                false
            }
            (Takes::Columns, Ast::List(items)) => items.iter().all(|item| self.column_named(item, input)),
            (Takes::Columns, _) => self.column_named(value, input),
            (Takes::Text | Takes::Bool | Takes::Any, _) => true,
        }
    }

    fn column_named(&mut self, expr: &ast::Expr, input: &Rel) -> bool {
        match &expr.kind {
            Ast::Name(name) => self.has_column(name, input),
            _ => true,
        }
    }

    fn has_column(&mut self, name: &Name, input: &Rel) -> bool {
        let known = input.column(&name.text).is_some();
        if !known {
            self.no_column(name, input);
        }
        known
    }

    fn one_of(&mut self, word: &str, span: Span, what: &str, words: &[&str]) -> bool {
        if words.contains(&word) {
            return true;
        }
        let near = nearest(word, words.iter().copied());
        let message = format!("'{word}' is not {what}");
        let error = Diagnostic::error(code::EXPECTED, span, message);
        self.diagnostics.push(error.mean(near, format!("Known are {}.", words.join(", "))));
        false
    }
}

fn texts(params: &[OpParam]) -> Vec<(String, String)> {
    let value = |expr: &ast::Expr| match &expr.kind {
        Ast::List(items) => Some(items.iter().filter_map(word).collect::<Vec<_>>().join(",")),
        // A bound of an axis.
        Ast::Sign { negative, expr } => {
            word(expr).map(|number| if *negative { format!("-{number}") } else { number })
        }
        Ast::Literal(Literal::Datetime(at)) => Some(ticks::iso(*at)),
        _ => word(expr),
    };
    params
        .iter()
        .filter_map(|param| value(&param.value).map(|value| (param.name.text.clone(), value)))
        .collect()
}
