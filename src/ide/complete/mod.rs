//! Completion: what may be written at a cursor. Works on any text, most of all on broken ones. What only
//! the data know, such as the values of a column, the caller supplies.

mod arguments;
mod context;
mod frames;
mod offer;
mod path;
mod place;
mod scope;
mod steps;
mod texts;

use std::collections::BTreeMap;

use crate::compile::{Known, Outline};
use crate::facts::Options;
use crate::ide::fuzzy;
use crate::schema::Schema;
use crate::span::Span;
use crate::syntax::token::TokenKind;
use context::Inside;
use offer::Offer;
use place::{Place, Wants, place};
use scope::{Scope, scope};

/// What an item is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    Column,
    Table,
    /// A value that `let` names.
    Name,
    Function,
    Aggregate,
    /// A tabular operator.
    Operator,
    /// Between operands, or between the parts of an operator.
    Word,
    Parameter,
    Value,
    Type,
    Chart,
    /// A property of a dynamic column.
    Path,
    Statement,
}

impl Kind {
    /// What a list calls it.
    pub fn name(self) -> &'static str {
        match self {
            Kind::Column => "column",
            Kind::Table => "table",
            Kind::Name => "let",
            Kind::Function => "function",
            Kind::Aggregate => "aggregate",
            Kind::Operator => "operator",
            Kind::Word => "word",
            Kind::Parameter => "parameter",
            Kind::Value => "value",
            Kind::Type => "type",
            Kind::Chart => "chart",
            Kind::Path => "property",
            Kind::Statement => "statement",
        }
    }
}

/// Something that may be written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    pub label: String,
    pub kind: Kind,
    /// What is put in place of [`Completion::span`].
    pub insert: String,
    /// Characters from the end of it back to where the cursor goes.
    pub back: usize,
    /// A type, or how it is called.
    pub detail: String,
    /// Sentences; may be empty.
    pub doc: String,
}

impl AsRef<str> for Item {
    fn as_ref(&self) -> &str {
        &self.label
    }
}

/// A stored column, or a property of one.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Source {
    pub table: String,
    pub column: String,
    pub path: Vec<String>,
}

/// What would be offered if the data were asked for it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Ask {
    /// The commonest values.
    Values(Source),
    /// The properties of a dynamic column.
    Paths(Source),
}

/// What was learned from the data.
#[derive(Clone, Debug, Default)]
pub struct Learned {
    /// The commonest values of a column or property, each with its rows.
    pub values: BTreeMap<Source, Vec<(String, u64)>>,
    /// The properties of a dynamic column, each from its top.
    pub paths: BTreeMap<Source, Vec<Vec<String>>>,
}

/// What may be written at a cursor.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Completion {
    /// What a choice replaces.
    pub span: Span,
    /// What of it stands before the cursor.
    pub typed: String,
    /// Everything that fits the place, whatever is typed.
    pub items: Vec<Item>,
    /// What the data were to be asked for more items.
    pub asks: Option<Ask>,
}

impl Completion {
    /// The indexes of the items that fit what is typed, the best first.
    pub fn ranked(&self) -> Vec<usize> {
        fuzzy::beginning(&self.typed, &self.items)
    }
}

/// Completes, and remembers the names and columns of the last place: while a word is typed they stay.
#[derive(Default)]
pub struct Completer {
    last: Option<(Scope, Outline, Outline)>,
}

impl Completer {
    /// Forgets what was worked out; needed when the schema or the options are others.
    pub fn forget(&mut self) {
        self.last = None;
    }

    /// The names that a cursor sees.
    pub fn names(&mut self, text: &str, cursor: usize, schema: &Schema, options: &Options) -> &[Known] {
        self.look(&place(text, cursor), schema, options);
        self.last.as_ref().map_or(&[], |last| &last.1.names)
    }

    /// Works out what a place sees, unless the last one saw the same.
    fn look(&mut self, place: &Place<'_>, schema: &Schema, options: &Options) {
        let scope = scope(place, schema);
        if self.last.as_ref().is_none_or(|last| last.0 != scope) {
            let outline = scope.outline(schema, options);
            let right = scope.right_outline(schema, options);
            self.last = Some((scope, outline, right));
        }
    }

    /// What may be written at a cursor, a byte of the text.
    pub fn complete(
        &mut self,
        text: &str,
        cursor: usize,
        schema: &Schema,
        options: &Options,
        learned: &Learned,
    ) -> Completion {
        let place = place(text, cursor);
        if place.wants == Wants::Nothing {
            return Completion { span: place.span, typed: place.typed.to_owned(), ..Completion::default() };
        }
        self.look(&place, schema, options);
        let Some((_, outline, right)) = &self.last else { return Completion::default() };
        let mut offer =
            Offer { place: &place, schema, options, learned, outline, right, items: Vec::new(), asks: None };
        offer.fill();
        Completion {
            span: place.span,
            typed: place.typed.to_owned(),
            asks: offer.asks,
            items: unique(offer.items),
        }
    }
}

/// The innermost call that a cursor is in: its name, and the index of the argument.
pub fn call_at(text: &str, cursor: usize) -> Option<(String, usize)> {
    let place = place(text, cursor);
    let inner = place.inside.iter().enumerate().rev();
    let (frame, name) = inner.take_while(|(_, inside)| **inside != Inside::Statements).find_map(
        |(at, inside)| match inside {
            Inside::Args(name) => Some((at, *name)),
            _ => None,
        },
    )?;
    let items = &place.view.frames[frame].items;
    let commas = items.iter().filter(|item| place.view.kind(**item) == TokenKind::Comma).count();
    Some((name.to_owned(), commas))
}

/// Each label once: what a query names hides what has the same name further out.
fn unique(items: Vec<Item>) -> Vec<Item> {
    let mut seen = std::collections::HashSet::new();
    items.into_iter().filter(|item| seen.insert(item.label.clone())).collect()
}
