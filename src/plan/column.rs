//! Columns inside a plan: ids, shared names, and sets of ids. Made to be copied often, since every operator
//! hands on all columns of a wide table.

use std::borrow::Borrow;
use std::fmt;
use std::ops::Deref;
use std::rc::Rc;

use crate::facts::Origin;
use crate::schema::Schema;
use crate::types::Type;

/// A column inside a plan; unique in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ColId(pub u32);

impl ColId {
    /// A column that the plan has not made; no plan has more than one.
    pub const OUTSIDE: ColId = ColId(u32::MAX);
}

#[derive(Clone, Debug, PartialEq)]
pub struct Column {
    pub id: ColId,
    pub name: ColumnName,
    pub ty: Type,
    /// The stored column whose values it holds unchanged.
    pub origin: Option<StoredId>,
    /// Resolves by name but is never listed: not by `*`, take, getschema, search or union.
    pub hidden: bool,
}

/// A name that many columns share.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ColumnName(Rc<str>);

impl Deref for ColumnName {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

impl ColumnName {
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Borrow<str> for ColumnName {
    fn borrow(&self) -> &str {
        &self.0
    }
}

impl From<&str> for ColumnName {
    fn from(name: &str) -> Self {
        ColumnName(name.into())
    }
}

impl From<String> for ColumnName {
    fn from(name: String) -> Self {
        ColumnName(name.into())
    }
}

impl From<&String> for ColumnName {
    fn from(name: &String) -> Self {
        ColumnName(name.as_str().into())
    }
}

impl From<&ColumnName> for ColumnName {
    fn from(name: &ColumnName) -> Self {
        name.clone()
    }
}

impl PartialEq<str> for ColumnName {
    fn eq(&self, other: &str) -> bool {
        *self.0 == *other
    }
}

impl PartialEq<&str> for ColumnName {
    fn eq(&self, other: &&str) -> bool {
        *self.0 == **other
    }
}

impl PartialEq<String> for ColumnName {
    fn eq(&self, other: &String) -> bool {
        *self.0 == **other
    }
}

impl PartialEq<ColumnName> for String {
    fn eq(&self, other: &ColumnName) -> bool {
        other == self
    }
}

impl fmt::Display for ColumnName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for ColumnName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}

/// A column of a stored table, by its places in the schema.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StoredId {
    pub table: u32,
    pub column: u32,
}

impl StoredId {
    pub fn table(self, schema: &Schema) -> &str {
        &schema.at(self.table as usize).name
    }

    pub fn column(self, schema: &Schema) -> &str {
        &schema.at(self.table as usize).columns[self.column as usize].name
    }

    pub fn named(self, schema: &Schema) -> Origin {
        Origin { table: self.table(schema).to_owned(), column: self.column(schema).to_owned() }
    }
}

/// A set of columns of one plan.
#[derive(Clone, Debug, Default)]
pub struct ColSet {
    /// A bit for each id.
    words: Vec<u64>,
    outside: bool,
}

impl ColSet {
    pub fn insert(&mut self, id: ColId) {
        if id == ColId::OUTSIDE {
            self.outside = true;
            return;
        }
        let (word, bit) = (id.0 as usize / 64, id.0 % 64);
        if word >= self.words.len() {
            self.words.resize(word + 1, 0);
        }
        self.words[word] |= 1 << bit;
    }

    pub fn contains(&self, id: ColId) -> bool {
        if id == ColId::OUTSIDE {
            return self.outside;
        }
        self.words.get(id.0 as usize / 64).is_some_and(|word| word >> (id.0 % 64) & 1 == 1)
    }
}

impl Extend<ColId> for ColSet {
    fn extend<I: IntoIterator<Item = ColId>>(&mut self, ids: I) {
        ids.into_iter().for_each(|id| self.insert(id));
    }
}

impl FromIterator<ColId> for ColSet {
    fn from_iter<I: IntoIterator<Item = ColId>>(ids: I) -> Self {
        let mut set = ColSet::default();
        set.extend(ids);
        set
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_set_holds_what_was_put_in() {
        let mut set: ColSet = [ColId(3), ColId(64), ColId(1000)].into_iter().collect();
        let held = |set: &ColSet, ids: &[u32]| ids.iter().all(|id| set.contains(ColId(*id)));
        assert!(held(&set, &[3, 64, 1000]));
        assert!(![0, 2, 4, 63, 65, 999, 5000].into_iter().any(|id| set.contains(ColId(id))));
        assert!(!set.contains(ColId::OUTSIDE));
        set.insert(ColId::OUTSIDE);
        assert!(set.contains(ColId::OUTSIDE));
    }

    #[test]
    fn names_compare_as_texts() {
        let name = ColumnName::from("UserId");
        assert_eq!(name, "UserId");
        assert_eq!(name, "UserId".to_owned());
        assert_ne!(name, ColumnName::from("userid"));
        assert_eq!(format!("{name} {name:?}"), "UserId \"UserId\"");
    }
}
