//! A look through a file before it is loaded: which columns tables have that nobody knows, of which types,
//! and who made the indicators. Stores nothing.

use std::collections::{BTreeSet, HashMap};

use super::cell::{Raw, bool_of};
use super::json::{Field, Kind};
use super::misfit::SHOWN;
use super::naming::{NO_TABLE, Naming, Said};
use super::number::{decimals, is_padded_real, is_plain_long, is_plain_real, keeps_digits, real_of};
use super::quarantine::Bad;
use super::read::Target;
use super::rows::{Grows, Item, Layout, growable};
use super::stix;
use super::time::{self, DateOrder, Evidence};
use crate::display::{count, thousands};
use crate::schema::TableColumn;
use crate::types::Type;

/// So many columns a table gets from data; further fields go into the bag.
const COLUMNS_MAX: usize = 2_000;
/// So many tables one file may bring.
const TABLES_MAX: usize = 500;
/// A column is strings because of a few odd values when these are one of so many, or fewer.
const ODD_EACH: u64 = 4;
/// So many such columns are told of a file.
const ODD_TOLD: usize = 5;

pub struct Scout<'n> {
    naming: &'n Naming,
    /// Of every row that was seen.
    pub keys: BTreeSet<String>,
    /// Rows that say their own table.
    pub told: u64,
    pub rows: u64,
    /// Where the record begins that is being read.
    pub line: u64,
    pub identities: HashMap<String, String>,
    tables: HashMap<String, Seen>,
}

/// The columns of one table, in the order in which they came.
#[derive(Default)]
struct Seen {
    columns: Vec<(String, Forms)>,
    index: HashMap<String, usize>,
}

/// Which forms the values of a column have, and how many have each.
#[derive(Clone, Debug, Default)]
struct Forms {
    bool: u64,
    long: u64,
    real: u64,
    datetime: u64,
    /// Text that holds a JSON object or array.
    json: u64,
    nested: u64,
    /// Everything else, with numbers that would print otherwise than they are written.
    text: u64,
    /// Reals that are written as `2.0` is: beside a `2` one of them would lose its spelling.
    pointed: u64,
    /// Texts that are written as `12.50` is: numbers where all numbers have as many decimals, and none of them is whole.
    padded: u64,
    /// How many decimals the first real has, and whether the others have as many.
    decimals: Option<usize>,
    ragged: bool,
    /// The first text that is no time, and the first that is no number: its line and its beginning.
    no_time: Option<(u64, String)>,
    no_number: Option<(u64, String)>,
}

impl<'n> Scout<'n> {
    pub fn new(naming: &'n Naming) -> Self {
        Scout {
            naming,
            keys: BTreeSet::new(),
            told: 0,
            rows: 0,
            line: 0,
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

    /// Which new columns are strings because of a few odd values, one sentence each.
    pub fn odd(&self, file: &str, known: &[Layout]) -> Vec<String> {
        let mut names: Vec<&String> = self.tables.keys().collect();
        names.sort();
        let columns = names.into_iter().flat_map(|name| {
            let layout = known.iter().find(|layout| layout.table == *name);
            let new = move |key: &str| layout.is_none_or(|layout| layout.grows && layout.find(key).is_none());
            self.tables[name].columns.iter().filter(move |(key, _)| new(key))
        });
        let told = columns.filter_map(|(key, forms)| Some(format!("'{file}': {}", forms.odd(key)?)));
        told.take(ODD_TOLD).collect()
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
                seen.columns[at].1.see(item, self.line);
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
    fn see(&mut self, item: &Item<'_>, line: u64) {
        match item.raw {
            Raw::Bool(_) => self.bool += 1,
            Raw::Ticks(_) => self.datetime += 1,
            Raw::Text(text) => self.see_text(text.trim(), true, item.offset, line),
            Raw::Json(text, slice) => match slice.kind {
                Kind::Null => {}
                Kind::Bool => self.bool += 1,
                Kind::Number => self.see_number(&text[slice.at.clone()]),
                Kind::Array | Kind::Object => self.nested += 1,
                Kind::String => {
                    self.see_text(super::json::unescape(text, slice).trim(), false, item.offset, line);
                }
            },
        }
    }

    fn see_number(&mut self, text: &str) {
        let whole = text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-');
        match text.parse::<i64>() {
            Ok(_) => self.long += 1,
            // A whole number beyond 64 bits would lose its last digits as a real.
            Err(_) if whole => self.text += 1,
            Err(_) => self.real += 1,
        }
    }

    /// CSV has texts only: `words` says that numbers and bools stand as texts.
    fn see_text(&mut self, text: &str, words: bool, offset: i64, line: u64) {
        let first = text.bytes().next().unwrap_or(b' ');
        let time = |text| {
            time::read(text, DateOrder::MonthFirst, offset, &mut Evidence::default()).is_some()
                || time::read(text, DateOrder::DayFirst, offset, &mut Evidence::default()).is_some()
        };
        let odd = || Some((line, text.chars().take(SHOWN).collect()));
        let padded = words && is_padded_real(text);
        if words && bool_of(text).is_some() && first.is_ascii_alphabetic() {
            self.bool += 1;
        } else if words && is_plain_long(text) && text.parse::<i64>().is_ok() {
            self.long += 1;
        } else if words && is_plain_real(text) && !is_plain_long(text) && holds(text) {
            self.real += 1;
            self.pointed += u64::from(text.ends_with(".0"));
            self.see_decimals(text);
        } else if first.is_ascii_alphanumeric() && time(text) {
            self.datetime += 1;
            self.no_number = self.no_number.take().or_else(odd);
            return;
        } else if matches!(first, b'{' | b'[') && super::json::value(text).is_ok() {
            self.json += 1;
        } else {
            self.text += 1;
            if padded {
                self.padded += 1;
                self.see_decimals(text);
            }
            self.no_number = self.no_number.take().or_else(odd);
        }
        self.no_time = self.no_time.take().or_else(odd);
    }

    fn see_decimals(&mut self, text: &str) {
        let seen = decimals(text);
        self.ragged |= *self.decimals.get_or_insert(seen) != seen;
    }

    fn ty(&self) -> Type {
        let respelled = self.pointed > 0 && self.long > 0;
        let fixed = self.padded > 0 && self.padded == self.text && self.long == 0 && !self.ragged;
        let (text, real) = if fixed { (&0, &(self.real + self.padded)) } else { (&self.text, &self.real) };
        let Forms { bool, long, datetime, json, nested, .. } = self;
        let [bool, long, real, datetime, json, nested, text] =
            [bool, long, real, datetime, json, nested, text].map(|seen| *seen > 0);
        match (bool, long || real, datetime, json || nested, text) {
            (true, false, false, false, false) => Type::Bool,
            (false, true, false, false, false) if respelled => Type::String,
            (false, true, false, false, false) if real => Type::Real,
            (false, true, false, false, false) => Type::Long,
            (false, false, true, false, false) => Type::Datetime,
            (false, false, false, true, false) => Type::Dynamic,
            _ if nested => Type::Dynamic,
            _ => Type::String,
        }
    }

    /// Why a column of this name is strings when nearly all of its values are times or numbers.
    fn odd(&self, name: &str) -> Option<String> {
        let all = self.bool + self.long + self.real + self.datetime + self.json + self.nested + self.text;
        let numbers = self.long + self.real;
        let (ty, fitting, odd) = if self.datetime > numbers {
            ("datetime", self.datetime, self.no_time.as_ref())
        } else {
            (if self.real > 0 { "real" } else { "long" }, numbers, self.no_number.as_ref())
        };
        let ((line, odd), few) = (odd?, all - fitting);
        (self.ty() == Type::String && few > 0 && few * ODD_EACH <= all).then(|| {
            let clock = if name == "TimeGenerated" { ", and --last and --as-of do not see its times" } else { "" };
            format!(
                "{name} is string, not {ty}: line {line} has '{odd}', and {} of {} cannot be {ty} as they are \
                 written{clock}; correct them and load the file into a new table, or convert with to{ty}()",
                thousands(few),
                count(all, "value"),
            )
        })
    }
}

/// Whether a real has all that a number's text says.
fn holds(text: &str) -> bool {
    real_of(text, false).is_some_and(|value| keeps_digits(text, value))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ty(words: bool, texts: &[&str]) -> Type {
        let mut forms = Forms::default();
        for text in texts {
            forms.see_text(text, words, 0, 1);
        }
        forms.ty()
    }

    #[test]
    fn types_are_those_that_hold_every_value() {
        assert_eq!(ty(true, &["1", "-2"]), Type::Long);
        assert_eq!(ty(true, &["1", "2.5"]), Type::Real);
        assert_eq!(ty(true, &["1", "007"]), Type::String);
        assert_eq!(ty(true, &["9223372036854775808"]), Type::String);
        for odd in ["+1", "1.10", "12e5", "-0", "0.12345678901234567890123"] {
            assert_eq!(ty(true, &["1.5", odd]), Type::String, "{odd}");
        }
        assert_eq!(ty(true, &["2.0", "1e-05", "0.10000000000000001"]), Type::Real);
        assert_eq!(ty(true, &["2.0", "2"]), Type::String);
        assert_eq!(ty(true, &["12.50", "0.75", "-3.00"]), Type::Real);
        assert_eq!(ty(true, &["12.50", "1.5"]), Type::String);
        assert_eq!(ty(true, &["12.50", "3"]), Type::String);
        assert_eq!(ty(true, &["12.50", "3.10", "no"]), Type::String);
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
