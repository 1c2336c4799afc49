//! What is offered at a place, in the order in which it is of use.

use super::place::{Operand, Place, Side, Wants};
use super::{Ask, Item, Kind, Learned, Source};
use crate::catalog::clauses::{Parameter, SPECIAL, Takes, Values};
use crate::catalog::construct::{self, Construct};
use crate::catalog::func::Func;
use crate::catalog::plugins::{Does, PIVOTED};
use crate::catalog::{self, charts, plugins, views};
use crate::compile::{Outline, Sort};
use crate::facts::Options;
use crate::ide::signature::{self, signatures};
use crate::schema::Schema;
use crate::syntax::words::reference;
use crate::syntax::{OPERATORS, Start};
use crate::types::Type;

/// What there is to offer: names, columns, what is known of the data.
pub struct Offer<'a> {
    pub place: &'a Place<'a>,
    pub schema: &'a Schema,
    pub options: &'a Options,
    pub learned: &'a Learned,
    pub outline: &'a Outline,
    pub right: &'a Outline,
    pub items: Vec<Item>,
    /// What would be offered if it were known.
    pub asks: Option<Ask>,
}

impl Offer<'_> {
    pub fn fill(&mut self) {
        match &self.place.wants {
            Wants::Nothing => {}
            Wants::Statement => {
                self.tables();
                self.sources();
                self.statements();
            }
            Wants::Source => {
                self.tables();
                self.sources();
            }
            Wants::Operator => {
                self.operators();
                if self.place.typed == "project-" {
                    self.negated();
                }
            }
            Wants::Operand(operand) => self.operand(operand),
            Wants::Infix { left, compared, words } => self.infix(*left, *compared, words),
            Wants::Words(words) => self.words(words),
            Wants::Option => self.settings(),
            Wants::Value(values) => self.values(*values),
            Wants::Hints(params) => self.hints(params),
            Wants::Side(Side::Left) => self.columns(self.outline),
            Wants::Side(Side::Right) => self.columns(self.right),
            Wants::Path(path) => self.path(path),
            Wants::Text(path) => self.texts(path),
            Wants::Choice(name, argument) => self.choices(name, *argument),
            Wants::File => self.files(),
            Wants::Type => self.types(),
            Wants::Property(names) => self.properties(names),
        }
    }

    pub fn add(
        &mut self,
        kind: Kind,
        label: impl Into<String>,
        detail: impl Into<String>,
        doc: impl Into<String>,
    ) -> &mut Item {
        let label = label.into();
        let insert = label.clone();
        let at = self.items.len();
        self.items.push(Item { label, kind, insert, back: 0, detail: detail.into(), doc: doc.into() });
        &mut self.items[at]
    }

    fn columns(&mut self, outline: &Outline) {
        for column in &outline.columns {
            let from = column
                .origin
                .as_ref()
                .map_or(String::new(), |origin| format!("{} of {}.", origin.column, origin.table));
            self.add(Kind::Column, &column.name, column.ty.name(), from).insert = reference(&column.name);
        }
    }

    fn tables(&mut self) {
        for known in self.outline.names.iter().filter(|known| known.sort == Sort::Table) {
            self.add(Kind::Table, &known.name, "let", "A table of this query.").insert =
                reference(&known.name);
        }
        self.functions_of_text();
        for table in &self.schema.tables {
            let count = table.listed().count();
            let detail = if count == 1 { "1 column".to_owned() } else { format!("{count} columns") };
            self.add(Kind::Table, &table.name, detail, "").insert = reference(&table.name);
        }
        for view in views::of(self.schema) {
            let detail = format!("{} columns", view.columns.len());
            self.add(Kind::Table, view.name, detail, format!("{} kqlhunt's own.", view.doc));
        }
        for result in &self.schema.results {
            let detail = format!("{} columns", result.columns.len());
            self.add(Kind::Table, &result.name, detail, "A kept result.").insert = reference(&result.name);
        }
        for (name, function) in &self.options.outside.functions {
            self.add(Kind::Function, name, "stored function", format!("From {}.", function.path));
        }
        for row in SPECIAL.iter().filter(|row| !row.scalar) {
            self.call(Kind::Function, row.name, row.signature, row.doc, true);
        }
        let watchlist = "The rows of a watchlist, from the folder for watchlists.";
        self.call(Kind::Function, "_GetWatchlist", "_GetWatchlist(alias)", watchlist, true);
    }

    fn functions_of_text(&mut self) {
        for known in &self.outline.names {
            if let Sort::Function(params) = &known.sort {
                let shown = signature::of_text(&known.name, params).shown();
                self.call(
                    Kind::Function,
                    &known.name,
                    &shown,
                    "A function of this query.",
                    !params.is_empty(),
                );
            }
        }
    }

    /// A call, the cursor between its brackets when it takes arguments. Brackets that stand there stay.
    fn call(&mut self, kind: Kind, name: &str, detail: &str, doc: &str, takes: bool) {
        let called = self.place.view.text[self.place.span.end as usize..].starts_with('(');
        let item = self.add(kind, name, detail, doc);
        if !called {
            item.insert = format!("{name}()");
            item.back = usize::from(takes);
        }
    }

    /// Operators that begin a pipeline.
    fn sources(&mut self) {
        let begins =
            |row: &&Construct| OPERATORS.iter().any(|one| one.name == row.name && one.start == Start::Source);
        let rows: Vec<&Construct> = construct::operators().iter().filter(works).filter(begins).collect();
        for row in rows {
            self.construct(Kind::Operator, row);
        }
    }

    fn operators(&mut self) {
        let rest = |row: &Construct| !FIRST.contains(&row.name);
        let rows = construct::operators();
        let first = FIRST.iter().filter_map(|name| rows.iter().find(|row| row.name == *name));
        let piped = |row: &&Construct| {
            OPERATORS.iter().any(|one| one.name == row.name && one.start == Start::Piped)
                || matches!(row.name, "union" | "search" | "evaluate")
        };
        let all: Vec<&Construct> =
            first.chain(rows.iter().filter(|row| rest(row))).filter(works).filter(piped).collect();
        for row in all {
            self.construct(Kind::Operator, row);
            for alias in row.aliases.iter().filter(|alias| matches!(**alias, "order" | "limit" | "filter")) {
                let doc = format!("As {}. {}", row.name, row.doc);
                self.add(Kind::Operator, *alias, "", doc).insert = format!("{alias} ");
            }
        }
    }

    /// `project-strlen(UserId)` is `project -strlen(UserId)`.
    fn negated(&mut self) {
        let before = self.items.len();
        let operand =
            Operand { takes: Takes::Exprs, tables: false, words: Vec::new(), params: &[], call: None };
        self.scalars(&operand);
        self.items.retain(|item| item.kind != Kind::Value);
        for item in &mut self.items[before..] {
            item.label = format!("project -{}", item.label);
            item.insert = format!("project -{}", item.insert);
        }
    }

    fn construct(&mut self, kind: Kind, row: &Construct) {
        let doc = match row.note {
            "" => row.doc.to_owned(),
            note => format!("{} {note}", row.doc),
        };
        let alone = matches!(row.name, "count" | "getschema" | "consume" | "datatable");
        let goes_on = matches!(kind, Kind::Operator | Kind::Statement | Kind::Word);
        let gap = if goes_on && !alone { " " } else { "" };
        self.add(kind, row.name, "", doc).insert = format!("{}{gap}", row.name);
    }

    fn statements(&mut self) {
        let rows = construct::statements().iter().filter(works).filter(|row| row.name != "query");
        let rows: Vec<&Construct> = rows.collect();
        for row in rows {
            self.construct(Kind::Statement, row);
        }
    }

    fn operand(&mut self, operand: &Operand<'_>) {
        let row_of_values =
            !matches!(operand.takes, Takes::Nothing | Takes::Chart | Takes::Plugin | Takes::Function);
        match operand.takes {
            Takes::Chart => self.charts(),
            Takes::Plugin => self.plugins(),
            Takes::Function => self.functions_of_text(),
            Takes::Tables => {
                self.tables();
                self.sources();
            }
            Takes::Keys => self.keys(),
            Takes::Nothing => {}
            Takes::Columns | Takes::Renames => self.columns(self.outline),
            _ if row_of_values => self.scalars(operand),
            _ => {}
        }
        self.words(&operand.words);
        self.parameters(operand.params);
    }

    fn scalars(&mut self, operand: &Operand<'_>) {
        if let Some((name, argument)) = operand.call {
            self.usual(name, argument);
            self.quoted_choices(name, argument);
            self.named_arguments(name, argument);
        }
        let aggregates = operand.takes.aggregates();
        if aggregates {
            self.rows(catalog::aggregates(), Kind::Aggregate);
        } else if let Some((name, 1..)) = operand.call
            && plugins::find(name).is_some_and(|plugin| plugin.does == Does::Pivot)
        {
            let pivoted = |row: &&Func| PIVOTED.iter().any(|(name, _)| *name == row.name);
            self.rows(catalog::aggregates().filter(pivoted), Kind::Aggregate);
        }
        if operand.takes == Takes::Number {
            for number in ["10", "100", "1000"] {
                self.add(Kind::Value, number, "", "");
            }
        } else {
            self.columns(self.outline);
        }
        for known in &self.outline.names {
            if let Sort::Scalar(ty) = known.sort {
                self.add(Kind::Name, &known.name, ty.name(), "A value of this query.").insert =
                    reference(&known.name);
            }
        }
        for name in self.place.step_names() {
            self.add(Kind::Name, name, "step", "The last row that the step took.");
        }
        if operand.tables || operand.call.is_some_and(|(name, argument)| self.takes_table(name, argument)) {
            self.tables();
            self.sources();
        } else {
            self.functions_of_text();
        }
        self.rows(catalog::functions(), Kind::Function);
        for row in SPECIAL.iter().filter(|row| row.scalar) {
            self.call(Kind::Function, row.name, row.signature, row.doc, true);
        }
        for row in construct::types().iter().filter(works) {
            self.call(Kind::Type, row.name, "literal", row.doc, true);
        }
        if operand.takes != Takes::Number {
            for value in ["true", "false"] {
                self.add(Kind::Value, value, "bool", "");
            }
        }
    }

    fn rows(&mut self, rows: impl Iterator<Item = &'static Func>, kind: Kind) {
        let works = |row: &&Func| !row.example.0.is_empty();
        let mut names: Vec<(&str, &Func)> = rows
            .filter(works)
            .filter(|row| row.successor.is_none())
            .flat_map(|row| {
                std::iter::once(row.name).chain(row.aliases.iter().copied()).map(move |name| (name, row))
            })
            .collect();
        names.sort_by_key(|(name, _)| *name);
        for (name, row) in names {
            let sigs = signatures(name, &[]);
            let detail = sigs.first().map(|sig| sig.shown()).unwrap_or_default();
            let doc = match row.trap {
                "" => row.doc.to_owned(),
                trap => format!("{} {trap}", row.doc),
            };
            let takes = row.sigs.iter().any(|sig| !sig.params.is_empty());
            self.call(kind, name, &detail, &doc, takes);
        }
    }

    fn infix(&mut self, left: Option<&str>, compared: bool, words: &[&'static str]) {
        let column = |name: &str| self.outline.columns.iter().find(|column| column.name == name);
        let ty = left.and_then(column).map(|column| column.ty);
        let fits = |row: &&Construct| match (compared, ty) {
            (true, _) => matches!(row.name, "and" | "or" | "+" | "-" | "*" | "/" | "%"),
            (false, None) => true,
            (false, Some(ty)) => fits(row.name, ty),
        };
        self.words(words);
        let rows: Vec<&Construct> = construct::scalars().iter().filter(works).filter(fits).collect();
        for row in rows {
            self.construct(Kind::Word, row);
        }
    }

    fn words(&mut self, words: &[&'static str]) {
        for word in words {
            let item = self.add(Kind::Word, *word, "", "");
            item.insert = match *word {
                "typeof" => "typeof()".to_owned(),
                word => format!("{word} "),
            };
            item.back = usize::from(*word == "typeof");
        }
    }

    fn parameters(&mut self, params: &'static [Parameter]) {
        for param in params {
            self.add(Kind::Parameter, param.name, "", param.doc).insert = format!("{}=", param.name);
        }
    }

    fn hints(&mut self, params: &'static [Parameter]) {
        for param in params {
            if let Some(name) = param.name.strip_prefix("hint.") {
                self.add(Kind::Parameter, name, "", param.doc).insert = format!("{name}=");
            }
        }
    }

    fn values(&mut self, values: Values) {
        match values {
            Values::Words(words) => {
                for word in words {
                    self.add(Kind::Value, *word, "", "");
                }
            }
            Values::Joins => {
                for row in construct::joins() {
                    self.construct(Kind::Value, row);
                    for alias in row.aliases {
                        self.add(Kind::Value, *alias, "", format!("As {}.", row.name));
                    }
                }
            }
            Values::Column => self.columns(self.outline),
            Values::Any => {}
        }
    }

    /// Columns that both sides have, and the sides themselves.
    fn keys(&mut self) {
        let both = Outline {
            columns: self
                .outline
                .columns
                .iter()
                .filter(|column| self.right.columns.iter().any(|other| other.name == column.name))
                .cloned()
                .collect(),
            ..Outline::default()
        };
        self.columns(&both);
        for (name, doc) in [("$left", "The rows before the join."), ("$right", "The rows that are joined.")] {
            self.add(Kind::Word, name, "", doc).insert = format!("{name}.");
        }
    }

    fn charts(&mut self) {
        for row in construct::chart_rows() {
            self.construct(Kind::Chart, row);
        }
    }

    fn plugins(&mut self) {
        for row in plugins::PLUGINS.iter().filter(|row| !row.example.0.is_empty()) {
            self.call(Kind::Function, row.name, row.signature, row.doc, true);
        }
    }

    fn types(&mut self) {
        for row in construct::types() {
            self.construct(Kind::Type, row);
        }
    }

    fn properties(&mut self, names: &'static [&'static str]) {
        let rows = charts::PROPERTIES.iter().map(|row| row.name);
        let names: Vec<&'static str> = if names.is_empty() { rows.collect() } else { names.to_vec() };
        for name in names {
            self.add(Kind::Parameter, name, "", "").insert = format!("{name}=");
        }
    }

    /// The stored column that a path begins with, and the rest of the path.
    pub fn source(&self, path: &[&str]) -> Option<Source> {
        let (first, rest) = path.split_first()?;
        let (outline, first, rest) = match *first {
            "$left" => (self.outline, rest.first()?, &rest[1..]),
            "$right" => (self.right, rest.first()?, &rest[1..]),
            _ => (self.outline, first, rest),
        };
        let origin = outline.columns.iter().find(|column| column.name == *first)?.origin.as_ref()?;
        Some(Source {
            table: origin.table.clone(),
            column: origin.column.clone(),
            path: rest.iter().map(|part| (*part).to_owned()).collect(),
        })
    }

    fn path(&mut self, path: &[&str]) {
        let Some(source) = self.source(path) else { return };
        let whole = Source { path: Vec::new(), ..source.clone() };
        let Some(paths) = self.learned.paths.get(&whole) else {
            self.asks = Some(Ask::Paths(whole));
            return;
        };
        let mut seen: Vec<&str> = Vec::new();
        for path in paths {
            let below = path.strip_prefix(source.path.as_slice());
            if let Some(next) =
                below.and_then(<[String]>::first).filter(|next| !seen.contains(&next.as_str()))
            {
                seen.push(next);
            }
        }
        let quoted = self.place.view.text[..self.place.span.start as usize].ends_with(['"', '\'']);
        let from = format!("Seen in {} of {}.", source.column, source.table);
        for name in seen {
            let written = if quoted { self.in_literal(name) } else { Some(reference(name)) };
            let Some(written) = written else { continue };
            self.add(Kind::Path, name, "", from.clone()).insert = written;
        }
    }
}

/// What hunts write most, by how often real ones do.
const FIRST: &[&str] = &[
    "where",
    "project",
    "extend",
    "summarize",
    "join",
    "sort",
    "distinct",
    "mv-expand",
    "take",
    "count",
    "top",
    "union",
    "lookup",
    "parse",
    "render",
    "evaluate",
    "make-series",
    "mv-apply",
];

fn works(row: &&Construct) -> bool {
    row.refused.is_empty()
}

/// Whether what stands between operands fits a left one of this type.
fn fits(name: &str, ty: Type) -> bool {
    let alphabetic = name.trim_start_matches('!').starts_with(|letter: char| letter.is_ascii_alphabetic());
    match name {
        "==" | "!=" | "in" | "!in" => true,
        "and" | "or" => matches!(ty, Type::Bool | Type::Dynamic),
        "<" | "<=" | ">" | ">=" | "between" | "!between" => !matches!(ty, Type::Bool | Type::Guid),
        "+" | "-" | "*" | "/" | "%" => {
            ty.numeric() || matches!(ty, Type::Datetime | Type::Timespan | Type::Dynamic)
        }
        _ if alphabetic => matches!(ty, Type::String | Type::Dynamic | Type::Guid),
        _ => matches!(ty, Type::String | Type::Dynamic),
    }
}
