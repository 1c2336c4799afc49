//! What is offered inside of a text: values of a column, names of watchlists and files, what an argument may be.

use super::offer::Offer;
use super::{Ask, Kind};
use crate::catalog;
use crate::display;
use crate::syntax::words::escaped;

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
            self.add(Kind::Value, value, rows, from.clone()).insert = escaped(value);
        }
    }

    pub fn files(&mut self) {
        for path in &self.options.outside.paths {
            self.add(Kind::Value, path, "file", "").insert = escaped(path);
        }
    }

    pub fn choices(&mut self, name: &str, argument: usize) {
        if (name, argument) == ("_GetWatchlist", 0) {
            for (alias, columns) in &self.options.outside.watchlists {
                let doc = match columns {
                    Ok(columns) => format!("Columns: {}.", columns.join(", ")),
                    Err(why) => format!("It cannot be read: {why}."),
                };
                self.add(Kind::Value, alias, "watchlist", doc).insert = escaped(alias);
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
