//! The names and columns that a cursor sees: the text before it, put together so that the plan can read it.

use super::context::{Inside, after_let};
use super::frames::View;
use super::place::Place;
use crate::catalog::clauses::Takes;
use crate::compile::{self, Outline};
use crate::facts::Options;
use crate::schema::Schema;
use crate::syntax::ast::{LetValue, ParamType, StatementKind};
use crate::syntax::parse;
use crate::syntax::token::TokenKind;
use crate::types::Type;

/// The text that gives a cursor's names and columns.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Scope {
    /// Statements that end with `;`.
    pub lets: String,
    /// The pipeline so far; empty where there is none.
    pub rows: String,
    /// The right side of the join whose keys are written.
    pub right: String,
    /// Columns go by their names in the tables, as in `find`, also where the tables give them other types.
    pub as_stored: bool,
}

impl Scope {
    pub fn outline(&self, schema: &Schema, options: &Options) -> Outline {
        let mut outline = compile::outline(&format!("{}\n{}", self.lets, self.rows), schema, options);
        if self.as_stored {
            let stored =
                |name: &str| schema.tables.iter().any(|table| table.listed().any(|one| one.name == name));
            for column in &mut outline.columns {
                let typed =
                    column.name.strip_suffix(column.ty.name()).and_then(|name| name.strip_suffix('_'));
                if let Some(name) = typed.filter(|name| !stored(&column.name) && stored(name)) {
                    column.name = name.to_owned();
                }
            }
        }
        outline
    }

    pub fn right_outline(&self, schema: &Schema, options: &Options) -> Outline {
        if self.right.is_empty() {
            return Outline::default();
        }
        compile::outline(&format!("{}\n{}", self.lets, self.right), schema, options)
    }
}

pub fn scope(place: &Place<'_>, schema: &Schema) -> Scope {
    let mut scope = Scope::default();
    for frame in 0..place.view.frames.len() {
        enter(place, frame, &mut scope);
    }
    let last = place.view.frames.len() - 1;
    let (items, piped) = place.segment(last);
    let Some(spot) = place.spot(&items, piped) else { return scope };
    if !piped {
        scope.as_stored = spot.shape.name == "find";
        scope.rows = match spot.shape.name {
            "search" | "find" => every_table(place, &items, schema),
            _ => String::new(),
        };
    }
    if spot.clause.takes == Takes::Keys {
        let end = items.iter().position(|item| place.view.word(*item) == spot.clause.word);
        if let Some(end) = end.filter(|end| *end > spot.operands) {
            scope.right = place.view.between(items[spot.operands], items[end - 1]).to_owned();
        }
    }
    scope
}

/// Goes into a frame: what it adds before the one inside of it.
fn enter(place: &Place<'_>, frame: usize, scope: &mut Scope) {
    let view = &place.view;
    let all = &view.frames[frame].items;
    match place.inside[frame] {
        Inside::Statements => {
            if frame > 0 {
                scope.lets.push_str(&parameters(place, frame));
            }
            let end = all.iter().rposition(|item| view.kind(*item) == TokenKind::Semicolon);
            if let Some(end) = end {
                scope.lets.push_str(view.between(all[0], all[end]));
                scope.lets.push('\n');
            }
            let items = after_let(view, view.statement(frame));
            scope.lets.push_str(&labels(view, items));
            scope.rows = before_bar(view, items);
        }
        Inside::Steps => scope.rows.push_str(&remembered(place, frame - 1)),
        Inside::Sub => {
            if let Some(expanded) = expanded(place, frame - 1) {
                scope.rows.push_str(&expanded);
            }
            let rows = before_bar(view, all);
            if !rows.is_empty() {
                scope.rows.push_str("\n| ");
                scope.rows.push_str(&rows);
            }
        }
        _ => {
            let bar = all.iter().position(|item| view.kind(*item) == TokenKind::Bar);
            let Some(bar) = bar else { return };
            let comma = all[..bar].iter().rposition(|item| view.kind(*item) == TokenKind::Comma);
            let items = &all[comma.map_or(0, |at| at + 1)..];
            scope.lets.push_str(&labels(view, items));
            scope.rows = before_bar(view, items);
        }
    }
}

/// The pipeline that the items begin, without what follows its last bar.
fn before_bar(view: &View<'_>, items: &[usize]) -> String {
    match view.last_bar(items) {
        Some(bar) if bar > 0 => view.between(items[0], items[bar - 1]).to_owned(),
        _ => String::new(),
    }
}

/// The names that `as` gives in a pipeline, as statements: what the pipeline holds so far sees them too.
fn labels(view: &View<'_>, items: &[usize]) -> String {
    let mut made = String::new();
    for (at, pair) in items.windows(2).enumerate().filter(|(at, _)| *at > 0) {
        if view.kind(pair[0]) != TokenKind::Bar || view.word(pair[1]) != "as" {
            continue;
        }
        let rest = &items[at + 2..];
        let Some(end) = rest.iter().position(|item| view.kind(*item) == TokenKind::Bar) else { continue };
        if let Some(name) = rest[..end].last() {
            let rows = view.between(items[0], items[at - 1]);
            made.push_str(&format!("let {} = {rows};\n", view.between(*name, *name)));
        }
    }
    made
}

/// What `mv-apply` makes of the rows before its subquery.
fn expanded(place: &Place<'_>, frame: usize) -> Option<String> {
    let view = &place.view;
    let (items, piped) = place.segment(frame);
    let spot = place.spot(&items, piped)?;
    if spot.shape.name != "mv-apply" {
        return None;
    }
    let end = items.iter().position(|item| view.word(*item) == "on").filter(|end| *end > 1)?;
    Some(format!("\n| mv-expand {}", view.between(items[1], items[end - 1])))
}

/// The parameters of the function whose body a frame is, as statements.
fn parameters(place: &Place<'_>, frame: usize) -> String {
    let view = &place.view;
    let outer = &view.frames[frame - 1].items;
    let Some(close) = outer.last().filter(|item| view.kind(**item) == TokenKind::RightParen) else {
        return String::new();
    };
    let named = declared(view.between(*close, *close)).into_iter();
    named.map(|(name, value)| format!("let {name} = {value};\n")).collect()
}

/// The columns that the `scan` around its steps declares, as an operator.
fn remembered(place: &Place<'_>, frame: usize) -> String {
    let view = &place.view;
    let (items, _) = place.segment(frame);
    let list = items.windows(2).find(|pair| view.word(pair[0]) == "declare" && view.kind(pair[1]).closes());
    let named = list.map_or_else(Vec::new, |pair| declared(view.between(pair[1], pair[1])));
    let columns: Vec<String> = named.into_iter().map(|(name, value)| format!("{name} = {value}")).collect();
    if columns.is_empty() { String::new() } else { format!("\n| extend {}", columns.join(", ")) }
}

/// What a list such as `(a: string, n: long = 0)` declares: each name as it is written, and a value of its type.
fn declared(list: &str) -> Vec<(String, String)> {
    let text = format!("let f = {list} {{ print 1 }};");
    let mut named = Vec::new();
    for statement in parse(&text).0.statements {
        let StatementKind::Let(item) = statement.kind else { continue };
        let LetValue::Function(function) = item.value else { continue };
        for param in &function.params {
            let name = crate::syntax::words::reference(&param.name.text);
            let value = match &param.ty {
                ParamType::Scalar(Type::String, _) => "\"\"".to_owned(),
                ParamType::Scalar(ty, _) => format!("{}(null)", ty.name()),
                ParamType::Table(columns) => {
                    let columns: Vec<String> = columns
                        .iter()
                        .map(|one| {
                            format!("{}:{}", crate::syntax::words::reference(&one.name.text), one.ty.name())
                        })
                        .collect();
                    format!("datatable({})[]", columns.join(", "))
                }
            };
            named.push((name, value));
        }
    }
    named
}

/// The rows that `search` and `find` look through.
fn every_table(place: &Place<'_>, items: &[usize], schema: &Schema) -> String {
    let view = &place.view;
    let listed = items.windows(2).find(|pair| view.word(pair[0]) == "in" && view.kind(pair[1]).closes());
    let tables = match listed {
        Some(pair) => {
            let list = view.between(pair[1], pair[1]);
            list.trim_start_matches('(').trim_end_matches(')').to_owned()
        }
        None => {
            let names = schema.tables.iter().map(|table| crate::syntax::words::reference(&table.name));
            names.collect::<Vec<_>>().join(", ")
        }
    };
    if tables.trim().is_empty() { String::new() } else { format!("union {tables}") }
}
