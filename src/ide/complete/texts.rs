//! What is offered inside of a text: values of a column, names of watchlists and files, what an argument may be.

use super::offer::Offer;
use super::{Ask, Kind};
use crate::catalog::{self, clauses, settings, views};
use crate::compile::Sort;
use crate::display;
use crate::syntax::words::{escaped, escaped_between, verbatim};

impl Offer<'_> {
    pub fn texts(&mut self, path: &[&str]) {
        let Some(source) = self.source(path) else { return };
        let Some(values) = self.learned.values.get(&source) else {
            self.asks = Some(Ask::Values(source));
            return;
        };
        let from = format!("A value of {}.", source.column);
        for (value, count) in values {
            let rows = display::count(*count, "row");
            let Some(inside) = self.in_literal(value) else { continue };
            self.add(Kind::Value, value, rows, from.clone()).insert = inside;
        }
    }

    pub fn files(&mut self) {
        for path in &self.options.outside.paths {
            let Some(inside) = self.in_literal(path) else { continue };
            self.add(Kind::Value, path, "file", "").insert = inside;
        }
    }

    /// A text as it stands in the literal around the cursor, outside of one as between double quotes; none where that
    /// literal cannot hold it.
    pub fn in_literal(&self, text: &str) -> Option<String> {
        let mut before = self.place.view.text[..self.place.span.start as usize].chars().rev();
        match (before.next(), before.next()) {
            (Some(quote @ ('"' | '\'')), Some('@')) => verbatim(quote, text),
            (Some('\''), _) => Some(escaped_between('\'', text)),
            _ => Some(escaped(text)),
        }
    }

    pub fn choices(&mut self, name: &str, argument: usize) {
        if (name, argument) == ("_GetWatchlist", 0) {
            for (alias, columns) in &self.options.outside.watchlists {
                let doc = match columns {
                    Ok(columns) => format!("Columns: {}.", columns.join(", ")),
                    Err(why) => format!("It cannot be read: {why}."),
                };
                let Some(inside) = self.in_literal(alias) else { continue };
                self.add(Kind::Value, alias, "watchlist", doc).insert = inside;
            }
        }
        if (name, argument) == ("table", 0) {
            for table in self.table_names() {
                let Some(inside) = self.in_literal(&table) else { continue };
                self.add(Kind::Table, table, "", "").insert = inside;
            }
        }
        for text in choices_of(name, argument) {
            self.add(Kind::Value, text, "", "");
        }
    }

    pub fn quoted_choices(&mut self, name: &str, argument: usize) {
        if (name, argument) == ("table", 0) {
            for table in self.table_names() {
                self.add(Kind::Table, format!("'{}'", escaped_between('\'', &table)), "", "");
            }
        }
        for text in choices_of(name, argument) {
            self.add(Kind::Value, format!("'{text}'"), "", "");
        }
    }

    /// What `table()` can be given.
    fn table_names(&self) -> Vec<String> {
        let of_text = self.outline.names.iter().filter(|known| known.sort == Sort::Table);
        let of_text = of_text.map(|known| known.name.clone());
        let stored = self.schema.tables.iter().map(|table| table.name.clone());
        let views = views::of(self.schema).map(|view| view.name.to_owned());
        let results = self.schema.results.iter().map(|result| result.name.clone());
        of_text.chain(stored).chain(views).chain(results).collect()
    }

    /// Values that stand in most calls of a function.
    pub fn usual(&mut self, name: &str, argument: usize) {
        let usual = clauses::special(name).filter(|_| argument == 0).map_or(&[][..], |row| row.usual);
        for value in usual {
            self.add(Kind::Value, *value, "", "");
        }
    }

    /// Options of `set`, those that are followed first.
    pub fn settings(&mut self) {
        for row in settings::FOLLOWED {
            self.add(Kind::Parameter, row.name, "", row.doc).insert = format!("{} = ", row.name);
        }
        for name in settings::KNOWN {
            self.add(Kind::Parameter, *name, "", "It steers Kusto's service, and changes no answer here.");
        }
    }
}

/// The texts that an argument may be.
fn choices_of(name: &str, argument: usize) -> Vec<&'static str> {
    let rows = [catalog::function(name), catalog::aggregate(name)];
    let sigs = rows.into_iter().flatten().flat_map(|row| row.sigs);
    let mut found = Vec::new();
    for param in sigs.filter_map(|sig| sig.params.get(argument)) {
        for text in param.one_of.iter().copied().chain(param.only) {
            if !found.contains(&text) {
                found.push(text);
            }
        }
    }
    found
}
