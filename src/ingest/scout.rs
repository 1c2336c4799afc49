//! A look through a file before it is loaded: which columns tables have that nobody knows, of which types,
//! and who made the indicators. Stores nothing.

use std::collections::{BTreeSet, HashMap};

use super::cell::{Raw, bool_of};
use super::json::{Field, Kind};
use super::naming::{NO_TABLE, Naming, Said};
use super::quarantine::Bad;
use super::read::Target;
use super::rows::{Grows, Item, Layout, growable};
use super::stix;
use super::time::{self, DateOrder, Evidence};
use crate::schema::TableColumn;
use crate::types::Type;

/// So many columns a table gets from data; further fields go into the bag.
const COLUMNS_MAX: usize = 2_000;
/// So many tables one file may bring.
const TABLES_MAX: usize = 500;

pub struct Scout<'n> {
    naming: &'n Naming,
    /// Of every row that was seen.
    pub keys: BTreeSet<String>,
    /// Rows that say their own table.
    pub told: u64,
    pub rows: u64,
    pub identities: HashMap<String, String>,
    tables: HashMap<String, Seen>,
}

/// The columns of one table, in the order in which they came.
#[derive(Default)]
struct Seen {
    columns: Vec<(String, Forms)>,
    index: HashMap<String, usize>,
}

/// Which forms the values of a column have.
#[derive(Clone, Copy, Debug, Default)]
struct Forms {
    bool: bool,
    long: bool,
    real: bool,
    datetime: bool,
    /// Text that holds a JSON object or array.
    json: bool,
    nested: bool,
    text: bool,
}

impl<'n> Scout<'n> {
    pub fn new(naming: &'n Naming) -> Self {
        Scout {
            naming,
            keys: BTreeSet::new(),
            told: 0,
            rows: 0,
            identities: HashMap::new(),
            tables: HashMap::new(),
        }
    }

    /// The known layouts, and behind them the tables and columns that are new.
    pub fn layouts(&self, known: &[Layout]) -> Vec<Layout> {
        let mut layouts: Vec<Layout> = known.to_vec();
        let mut names: Vec<&String> = self.tables.keys().collect();
        names.sort();
        for name in names {
            let seen = &self.tables[name];
            let place = layouts.iter().position(|layout| layout.table == *name);
            let old = place.map(|at| layouts[at].columns.clone()).unwrap_or_default();
            let known: BTreeSet<String> = old.iter().map(|column| column.name.to_lowercase()).collect();
            let room = COLUMNS_MAX.saturating_sub(old.len());
            let new = seen.columns.iter().filter(|(name, _)| !known.contains(&name.to_lowercase()));
            let new = new.take(room).map(|(name, forms)| TableColumn::new(name, forms.ty()));
            let layout = Layout::free(name, old.iter().cloned().chain(new).collect());
            match place {
                Some(at) if layouts[at].grows => layouts[at] = layout,
                Some(_) => {}
                None => layouts.push(layout),
            }
        }
        for layout in &mut layouts {
            // Everything was seen: what has no column now shall have none.
            layout.grows = false;
        }
        layouts
    }
}

impl Target for Scout<'_> {
    fn row(&mut self, said: &Said<'_>, items: &[Item<'_>]) -> Result<Option<&'static str>, Grows> {
        self.rows += 1;
        for item in items.iter().filter(|item| !item.wrapping) {
            if self.keys.len() < COLUMNS_MAX && !self.keys.contains(item.key) {
                self.keys.insert(item.key.to_owned());
            }
        }
        let table = match self.naming.table(said) {
            Ok(table) => table,
            Err(reason) => {
                // A row that names a table for which there are no data is told all the same.
                self.told += u64::from(reason != NO_TABLE);
                return Ok(Some(reason));
            }
        };
        self.told += 1;
        if !self.tables.contains_key(table) {
            if self.tables.len() == TABLES_MAX {
                return Ok(None);
            }
            self.tables.insert(table.to_owned(), Seen::default());
        }
        let Some(seen) = self.tables.get_mut(table) else { unreachable!("it was put there above") };
        for item in items.iter().filter(|item| !item.wrapping && growable(item.key)) {
            let folded = item.key.to_lowercase();
            let at = *seen.index.entry(folded).or_insert_with(|| {
                seen.columns.push((item.key.to_owned(), Forms::default()));
                seen.columns.len() - 1
            });
            if !item.raw.is_empty() {
                seen.columns[at].1.see(item);
            }
        }
        Ok(None)
    }

    fn bad(&mut self, _: Bad) {}

    fn other(&mut self, text: &str, fields: &[Field]) {
        self.identities.extend(stix::identity(text, fields));
    }
}

impl Forms {
    fn see(&mut self, item: &Item<'_>) {
        match item.raw {
            Raw::Bool(_) => self.bool = true,
            Raw::Ticks(_) => self.datetime = true,
            Raw::Text(text) => self.see_text(text.trim(), true, item.offset),
            Raw::Json(text, slice) => match slice.kind {
                Kind::Null => {}
                Kind::Bool => self.bool = true,
                Kind::Number => self.see_number(&text[slice.at.clone()]),
                Kind::Array | Kind::Object => self.nested = true,
                Kind::String => self.see_text(super::json::unescape(text, slice).trim(), false, item.offset),
            },
        }
    }

    fn see_number(&mut self, text: &str) {
        let whole = text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-');
        match text.parse::<i64>() {
            Ok(_) => self.long = true,
            // A whole number beyond 64 bits would lose its last digits as a real.
            Err(_) if whole => self.text = true,
            Err(_) => self.real = true,
        }
    }

    /// CSV has texts only: `words` says that numbers and bools stand as texts.
    fn see_text(&mut self, text: &str, words: bool, offset: i64) {
        let first = text.bytes().next().unwrap_or(b' ');
        let time = |text| {
            time::read(text, DateOrder::MonthFirst, offset, &mut Evidence::default()).is_some()
                || time::read(text, DateOrder::DayFirst, offset, &mut Evidence::default()).is_some()
        };
        if words && bool_of(text).is_some() && first.is_ascii_alphabetic() {
            self.bool = true;
        } else if words && json_number(text) {
            self.see_number(text);
        } else if first.is_ascii_alphanumeric() && time(text) {
            self.datetime = true;
        } else if matches!(first, b'{' | b'[') && super::json::value(text).is_ok() {
            self.json = true;
        } else {
            self.text = true;
        }
    }

    fn ty(self) -> Type {
        let Forms { bool, long, real, datetime, json, nested, text } = self;
        match (bool, long || real, datetime, json || nested, text) {
            (true, false, false, false, false) => Type::Bool,
            (false, true, false, false, false) if real => Type::Real,
            (false, true, false, false, false) => Type::Long,
            (false, false, true, false, false) => Type::Datetime,
            (false, false, false, true, false) => Type::Dynamic,
            _ if nested => Type::Dynamic,
            _ => Type::String,
        }
    }
}

/// Written as JSON writes numbers: `007` and `+49` are texts.
fn json_number(text: &str) -> bool {
    super::json::value(text).is_ok_and(|slice| slice.kind == Kind::Number)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ty(words: bool, texts: &[&str]) -> Type {
        let mut forms = Forms::default();
        for text in texts {
            forms.see_text(text, words, 0);
        }
        forms.ty()
    }

    #[test]
    fn types_are_those_that_hold_every_value() {
        assert_eq!(ty(true, &["1", "-2"]), Type::Long);
        assert_eq!(ty(true, &["1", "2.5"]), Type::Real);
        assert_eq!(ty(true, &["1", "007"]), Type::String);
        assert_eq!(ty(true, &["9223372036854775808"]), Type::String);
        assert_eq!(ty(true, &["true", "FALSE"]), Type::Bool);
        assert_eq!(ty(true, &["true", "1"]), Type::String);
        assert_eq!(ty(true, &["2026-05-14T12:00:00Z", "2026-05-14"]), Type::Datetime);
        assert_eq!(ty(true, &["13/5/2026 10:00"]), Type::Datetime);
        assert_eq!(ty(true, &["2026-05-14T12:00:00Z", "-"]), Type::String);
        assert_eq!(ty(true, &["[1]", "{}"]), Type::Dynamic);
        assert_eq!(ty(true, &["[1]", "[x]"]), Type::String);
        assert_eq!(ty(false, &["1"]), Type::String);
        assert_eq!(ty(false, &["true"]), Type::String);
    }
}
