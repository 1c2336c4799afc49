//! bag_unpack: a column for each property of a bag. Which there are and of which types, the data say,
//! unless the query does.

use std::collections::BTreeMap;

use super::{Evaluated, Given};
use crate::catalog::plugins::SLOTS;
use crate::diag::code;
use crate::plan::check::{Binder, Checked, Stop};
use crate::plan::env::Env;
use crate::plan::ops::cols::projected;
use crate::plan::path::{ConstStep, path_expr};
use crate::plan::{ColId, Column, Expr, ExprKind, Node, Rel, UnnestItem};
use crate::span::Span;
use crate::syntax::ast::{Arg, ColumnDecl};
use crate::types::Type;
use crate::value::Value;

/// More columns are refused.
const COLUMNS_MAX: i64 = 2_000;

/// What becomes of a property that is called like a column of the source.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Conflict {
    Error,
    ReplaceSource,
    KeepSource,
}

const CONFLICTS: [(&str, Conflict); 3] = [
    ("error", Conflict::Error),
    ("replace_source", Conflict::ReplaceSource),
    ("keep_source", Conflict::KeepSource),
];

/// What is unpacked, and how.
struct Unpack {
    bag: Column,
    prefix: String,
    conflict: Conflict,
    ignored: Vec<String>,
}

/// A property and the column that it becomes.
struct Slot {
    /// `None` for one that is ignored: its column stays empty.
    key: Option<String>,
    column: Column,
}

impl Unpack {
    /// The other column of the source that is called so.
    fn source<'c>(&self, name: &str, input: &'c Rel) -> Option<&'c Column> {
        input.column(name).filter(|column| column.id != self.bag.id)
    }
}

impl Binder<'_> {
    pub fn bag_unpack(
        &mut self,
        given: &Given<'_>,
        evaluated: &Evaluated<'_>,
        input: Rel,
        env: &Env,
        span: Span,
    ) -> Checked<Rel> {
        let unpack = self.unpack(given, &input, env)?;
        match evaluated.schema {
            Some(schema) => self.unpack_declared(&unpack, schema, evaluated.keeps_input, input, span),
            None => match self.slots_of_data(&unpack, given, &input)? {
                Some(slots) => {
                    self.asks_inside(span, "bag_unpack", &[Type::Timespan, Type::Guid, Type::Decimal]);
                    Ok(unpacked(&unpack, slots, input, span))
                }
                None => {
                    let unknown = Slot { key: None, column: self.unknown_columns() };
                    Ok(unpacked(&unpack, vec![unknown], input, span))
                }
            },
        }
    }

    /// By position: the column, the prefix, the conflict, the ignored properties; the last two by name too.
    fn unpack(&mut self, given: &Given<'_>, input: &Rel, env: &Env) -> Checked<Unpack> {
        let [bag, rest @ ..] = given.args else {
            return Err(self.wrong_arguments(given, given.name.span, "wants a column"));
        };
        let bag = self.column_argument(bag, given, &input.cols, env)?;
        if bag.ty != Type::Dynamic {
            let message = format!("bag_unpack wants a dynamic, not {}", bag.ty.one());
            let help = format!("Read it before: extend d = parse_json({}).", bag.name);
            self.error(code::TYPE, given.args[0].expr.span, message, help);
            return Err(Stop);
        }
        let mut unpack =
            Unpack { bag, prefix: String::new(), conflict: Conflict::Error, ignored: Vec::new() };
        for (at, arg) in rest.iter().enumerate() {
            let name = match &arg.name {
                Some(name) => name.text.as_str(),
                None => given.plugin.optional().nth(at).unwrap_or(""),
            };
            self.unpack_option(&mut unpack, name, arg, given, env)?;
        }
        Ok(unpack)
    }

    fn unpack_option(
        &mut self,
        unpack: &mut Unpack,
        name: &str,
        arg: &Arg,
        given: &Given<'_>,
        env: &Env,
    ) -> Checked<()> {
        let value = self.scalar(&arg.expr, env, &[])?;
        match (name, value.literal()) {
            ("OutputColumnPrefix", Some(Value::String(prefix))) => unpack.prefix.clone_from(prefix),
            ("columnsConflict", Some(Value::String(word))) => {
                let Some((_, conflict)) = CONFLICTS.iter().find(|(known, _)| known == word) else {
                    let words: Vec<&str> = CONFLICTS.iter().map(|(known, _)| *known).collect();
                    let message = format!("unknown columnsConflict '{word}'");
                    self.error(
                        code::UNKNOWN_NAME,
                        arg.expr.span,
                        message,
                        format!("It is one of {}.", words.join(", ")),
                    );
                    return Err(Stop);
                };
                unpack.conflict = *conflict;
            }
            ("ignoredProperties", Some(Value::Dynamic(json)))
                if serde_json::from_str::<Vec<String>>(json).is_ok() =>
            {
                unpack.ignored = serde_json::from_str(json).unwrap_or_default();
            }
            _ => return Err(self.wrong_arguments(given, arg.expr.span, "has no such argument")),
        }
        Ok(())
    }

    /// The columns that the query declares, out of the source or the bag.
    fn unpack_declared(
        &mut self,
        unpack: &Unpack,
        schema: &[ColumnDecl],
        keeps_input: bool,
        input: Rel,
        span: Span,
    ) -> Checked<Rel> {
        let mut slots = Vec::new();
        let mut kept: Vec<Column> = Vec::new();
        for declared in schema {
            let name = &declared.name.text;
            let mut before = kept.iter().chain(slots.iter().map(|slot: &Slot| &slot.column));
            if before.any(|column| column.name == *name) {
                let message = format!("'{name}' is declared twice");
                self.error(code::SYNTAX, declared.name.span, message, "Declare it once.");
                return Err(Stop);
            }
            let source = unpack.source(name, &input);
            match source.filter(|_| unpack.conflict != Conflict::ReplaceSource) {
                Some(source) => kept.push(self.declared_of_source(declared, source)?),
                None => slots.push(self.declared_of_bag(declared, unpack)?),
            }
        }
        if unpack.conflict == Conflict::Error && !kept.is_empty() {
            self.no_conflicts(unpack, &kept, &input, span)?;
        }
        if keeps_input {
            return Ok(unpacked(unpack, slots, input, span));
        }
        let order: Vec<ColId> = schema
            .iter()
            .filter_map(|declared| {
                let columns = kept.iter().chain(slots.iter().map(|slot| &slot.column));
                columns.into_iter().find(|column| column.name == declared.name.text).map(|column| column.id)
            })
            .collect();
        let mut rel = unpacked(unpack, slots, input, span);
        rel.cols.retain(|column| order.contains(&column.id));
        rel.cols.sort_by_key(|column| order.iter().position(|id| *id == column.id));
        Ok(rel)
    }

    /// A declared column that the source has.
    fn declared_of_source(&mut self, declared: &ColumnDecl, source: &Column) -> Checked<Column> {
        if source.ty == declared.ty {
            return Ok(source.clone());
        }
        let (name, is) = (&declared.name.text, source.ty.name());
        let message = format!("the source's '{name}' is a {is}, not {}", declared.ty.one());
        self.error(code::TYPE, declared.ty_span, message, format!("Declare {name}:{is}."));
        Err(Stop)
    }

    /// A declared column that is a property of the bag, or null where that is ignored.
    fn declared_of_bag(&mut self, declared: &ColumnDecl, unpack: &Unpack) -> Checked<Slot> {
        let name = &declared.name.text;
        if declared.ty == Type::Decimal {
            self.refuse(declared.ty_span, "the type decimal", "Use real.");
            return Err(Stop);
        }
        let Some(key) = name.strip_prefix(unpack.prefix.as_str()) else {
            let message = format!("'{name}' does not begin with the prefix '{}'", unpack.prefix);
            let help = "Declare the names with their prefix.";
            self.error(code::UNKNOWN_NAME, declared.name.span, message, help);
            return Err(Stop);
        };
        let ignored = unpack.ignored.iter().any(|ignored| ignored == key);
        let key = (!ignored).then(|| key.to_owned());
        Ok(Slot { key, column: self.new_column(name.clone(), declared.ty) })
    }

    /// Refuses properties that are called like the columns that are kept.
    fn no_conflicts(&mut self, unpack: &Unpack, kept: &[Column], input: &Rel, span: Span) -> Checked<()> {
        let Some(found) = self.slots_found(unpack, input, span)? else { return Ok(()) };
        let key = |column: &Column| column.name.strip_prefix(unpack.prefix.as_str()).map(str::to_owned);
        match kept.iter().find(|column| key(column).is_some_and(|key| found.contains_key(&key))) {
            Some(column) => Err(self.conflict(&column.name, span)),
            None => Ok(()),
        }
    }

    fn conflict(&mut self, name: &str, span: Span) -> Stop {
        let message = format!("a property of the bag is called like the column '{name}'");
        let help =
            "Give a prefix as the second argument, or columnsConflict='keep_source' or 'replace_source'.";
        self.error(code::SYNTAX, span, message, help);
        Stop
    }

    /// The columns that the properties of all rows make, by their names (as the page's examples have them).
    fn slots_of_data(
        &mut self,
        unpack: &Unpack,
        given: &Given<'_>,
        input: &Rel,
    ) -> Checked<Option<Vec<Slot>>> {
        let Some(found) = self.slots_found(unpack, input, given.name.span)? else { return Ok(None) };
        let mut slots = Vec::new();
        for (key, letters) in found {
            let name = format!("{}{key}", unpack.prefix);
            if let Some(source) = unpack.source(&name, input) {
                match unpack.conflict {
                    Conflict::Error => return Err(self.conflict(&source.name, given.name.span)),
                    Conflict::KeepSource => continue,
                    Conflict::ReplaceSource => {}
                }
            }
            if name.is_empty() {
                let help = "Leave it out: ignoredProperties=dynamic(['']); or give a prefix.";
                self.refuse(given.name.span, "a property without a name", help);
                return Err(Stop);
            }
            if letters == "t" {
                let message =
                    format!("all values of '{key}' look like datetimes; kqlhunt gives them as strings");
                let help = "Put todatetime() around it, or declare it after the plugin.";
                self.warn(code::SUSPICIOUS, given.name.span, message, help);
            }
            slots.push(Slot { key: Some(key), column: self.new_column(name, type_of(&letters)) });
        }
        Ok(Some(slots))
    }

    /// Each property of all rows, and the letters of its types in their order (see `kernels::bag`).
    fn slots_found(
        &mut self,
        unpack: &Unpack,
        input: &Rel,
        place: Span,
    ) -> Checked<Option<BTreeMap<String, String>>> {
        let shapes = self.apply(&SLOTS, "bag_unpack", vec![Expr::col(&unpack.bag, place)], place)?;
        let (shape, element) = (self.new_col(), self.new_col());
        let value = |id| Expr::new(ExprKind::Col(id), Type::Dynamic, place);
        // Few shapes stand for many rows, so they are made different before they are taken apart.
        let node = distinct(input.clone(), vec![(shape, shapes)]);
        let node = Node::Unnest {
            input: Box::new(unordered(node, Vec::new(), place)),
            items: vec![UnnestItem::new(element, value(shape))],
            index: None,
            limit: None,
        };
        let text = self.convert(value(element), Type::String);
        let slot = self.new_column("slot", Type::String);
        let node = distinct(unordered(node, Vec::new(), place), vec![(slot.id, text)]);
        let input = Box::new(unordered(node, vec![slot.clone()], place));
        let node = Node::Limit { input, count: Expr::long(COLUMNS_MAX + 1, place) };
        let Some(rows) = self.ask(unordered(node, vec![slot], place), place)? else { return Ok(None) };
        self.columns_of_data = Some("bag_unpack");
        let mut slots: Vec<String> = rows.into_iter().flatten().map(|value| value.text()).collect();
        if slots.len() > COLUMNS_MAX as usize {
            let message = format!("the bags have more than {COLUMNS_MAX} different properties");
            self.error(
                code::LIMIT,
                place,
                message,
                "Declare those that you need after the plugin: (Name:string).",
            );
            return Err(Stop);
        }
        slots.sort();
        let mut found = BTreeMap::new();
        for slot in &slots {
            if let Some((letter, key)) = slot.split_once(':')
                && !unpack.ignored.iter().any(|ignored| ignored == key)
            {
                found.entry(key.to_owned()).or_insert_with(String::new).push_str(letter);
            }
        }
        Ok(Some(found))
    }
}

/// The type of a property whose values have these types; of several it is dynamic ("bag_unpack plugin").
fn type_of(letters: &str) -> Type {
    match letters {
        "b" => Type::Bool,
        "l" => Type::Long,
        "r" => Type::Real,
        "s" | "t" | "st" => Type::String,
        _ => Type::Dynamic,
    }
}

/// The source without the bag, with the slots: one that is called like a column takes its place.
fn unpacked(unpack: &Unpack, mut slots: Vec<Slot>, input: Rel, span: Span) -> Rel {
    let mut set = Vec::new();
    for slot in &slots {
        let bag = Expr::col(&unpack.bag, span);
        let value = match &slot.key {
            Some(key) => path_expr(bag, &mut vec![ConstStep::Key(key.clone())], span),
            None => Expr::lit(Value::Null, Type::Dynamic, span),
        };
        let value = match slot.column.ty {
            Type::Dynamic => value,
            ty => Expr::new(ExprKind::Convert(Box::new(value)), ty, span),
        };
        set.push((slot.column.id, value));
    }
    let mut cols = Vec::new();
    for column in &input.cols {
        match slots.iter().position(|slot| slot.column.name == column.name) {
            Some(at) => cols.push(slots.remove(at).column),
            None if column.id == unpack.bag.id => {}
            None => cols.push(column.clone()),
        }
    }
    cols.extend(slots.into_iter().map(|slot| slot.column));
    projected(input, cols, set, span)
}

fn distinct(input: Rel, groups: Vec<(ColId, Expr)>) -> Node {
    Node::Aggregate { input: Box::new(input), groups, aggs: Vec::new() }
}

fn unordered(node: Node, cols: Vec<Column>, span: Span) -> Rel {
    Rel { node, cols, order: Vec::new(), span }
}
