//! What is offered inside of a text: values of a column, names of watchlists and files, what an argument may be.

use super::offer::Offer;
use super::{Ask, Kind};
use crate::catalog;
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
        for text in choices_of(name, argument) {
            self.add(Kind::Value, text, "", "");
        }
    }

    pub fn quoted_choices(&mut self, name: &str, argument: usize) {
        for text in choices_of(name, argument) {
            self.add(Kind::Value, format!("'{text}'"), "", "");
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
