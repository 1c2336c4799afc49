//! Random queries that are mostly well typed, from the rows of the catalog: every function, operator and
//! kind of join, over `T`, the known tables, and tables written in the query.

mod expressions;
mod literals;
mod operators;
mod random;

use std::fmt::Write;

use kqlhunt::types::Type;

use self::literals::literal;
pub use self::random::Random;
use super::checks::SCHEMA;

/// The types of values; decimal has literals and little else.
const SCALARS: &[Type] = &[
    Type::Bool,
    Type::Datetime,
    Type::Dynamic,
    Type::Guid,
    Type::Int,
    Type::Long,
    Type::Real,
    Type::String,
    Type::Timespan,
];

/// One query: perhaps lets, a source, operators.
pub fn query(random: &mut Random) -> String {
    let mut writer = Query { random, columns: Vec::new(), next: 0 };
    let mut text = String::new();
    if writer.random.one_in(4) {
        let mut table = String::new();
        writer.source(&mut table, 1);
        let (open, close) = *writer.random.pick(&[("", ""), ("", ""), ("materialize(", ")")]);
        write!(text, "let L = {open}{table}{close};\nL").ok();
        if writer.random.one_in(2) {
            text.push_str("\n| union L");
        }
    } else {
        writer.source(&mut text, 2);
    }
    for _ in 0..writer.random.below(5) {
        writer.operator(&mut text, 2);
    }
    text
}

struct Query<'r> {
    random: &'r mut Random,
    columns: Vec<(String, Type)>,
    /// For names that are not yet there.
    next: usize,
}

impl Query<'_> {
    fn name(&mut self) -> String {
        self.next += 1;
        format!("v{}", self.next)
    }

    fn source(&mut self, out: &mut String, depth: usize) {
        match self.random.below(8) {
            0 => {
                let count = 1 + self.random.below(4);
                let items = self.named(count, depth);
                write!(out, "print {items}").ok();
            }
            1 => {
                let name = self.name();
                let (from, to, step, ty) = *self.random.pick(&[
                    ("1", "5", "1", Type::Long),
                    ("0.5", "2.5", "0.5", Type::Real),
                    ("datetime(2026-05-01)", "datetime(2026-05-03)", "12h", Type::Datetime),
                    ("1d", "2d", "6h", Type::Timespan),
                    ("toint(1)", "toint(3)", "1", Type::Long),
                ]);
                write!(out, "range {name} from {from} to {to} step {step}").ok();
                self.columns = vec![(name, ty)];
            }
            2 | 3 => self.datatable(out),
            4 => {
                let table = self.random.pick(&SCHEMA.tables);
                out.push_str(&table.name);
                self.columns = table.listed().map(|column| (column.name.clone(), column.ty)).collect();
            }
            _ => {
                let table = &SCHEMA.tables[SCHEMA.tables.len() - 1];
                out.push_str(&table.name);
                self.columns = table.listed().map(|column| (column.name.clone(), column.ty)).collect();
            }
        }
    }

    fn datatable(&mut self, out: &mut String) {
        let count = 1 + self.random.below(4);
        self.columns = (0..count).map(|_| (self.name(), *self.random.pick(SCALARS))).collect();
        let declared: Vec<String> =
            self.columns.iter().map(|(name, ty)| format!("{name}: {}", ty.name())).collect();
        let cells: Vec<String> = (0..self.random.below(5))
            .flat_map(|_| self.columns.clone())
            .map(|(_, ty)| literal(self.random, ty).to_owned())
            .collect();
        write!(out, "datatable({})[{}]", declared.join(", "), cells.join(", ")).ok();
    }

    /// `v1 = ..., v2 = ...`, which become the columns.
    fn named(&mut self, count: usize, depth: usize) -> String {
        let mut items = Vec::new();
        let mut columns = Vec::new();
        for _ in 0..count {
            let ty = *self.random.pick(SCALARS);
            let text = self.expr(ty, depth);
            let name = self.name();
            items.push(format!("{name} = {text}"));
            columns.push((name, ty));
        }
        self.columns = columns;
        items.join(", ")
    }

    fn column(&mut self, ty: Type) -> Option<String> {
        let fitting: Vec<&String> =
            self.columns.iter().filter(|column| column.1 == ty).map(|column| &column.0).collect();
        if fitting.is_empty() { None } else { Some((*self.random.pick(&fitting)).clone()) }
    }

    fn any_column(&mut self) -> (String, Type) {
        match self.columns.is_empty() {
            true => ("'none'".to_owned(), Type::String),
            false => self.random.pick(&self.columns).clone(),
        }
    }
}
