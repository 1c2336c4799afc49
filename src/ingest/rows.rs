//! Fields of a row into the columns of a table. Every field ends in its column or in the bag
//! [`EXTRA`]; none is dropped. Knows no file formats.

use std::collections::HashMap;

use super::cell::{self, Fit, Raw, Reading};
use super::json;
use super::shadow::{self, Tree};
use crate::batch::{Batch, Buffer, Data};
use crate::catalog::tables::{self, EXTRA, TableRow};
use crate::schema::{Shadow, Table, TableColumn, Trust};
use crate::types::Type;

/// The columns of one table as data meet them.
#[derive(Clone, Debug)]
pub struct Layout {
    pub table: String,
    /// All that the store shall have, [`EXTRA`] and aliases too.
    pub columns: Vec<TableColumn>,
    /// The names that batches fill, in the order of their buffers; [`EXTRA`] is the last.
    pub names: Vec<String>,
    types: Vec<Type>,
    /// Exact names, then aliases and names in lower case: an exact name wins over the rest.
    exact: HashMap<String, usize>,
    folded: HashMap<String, usize>,
    mirrors: Vec<(usize, usize)>,
    type_column: Option<usize>,
    /// Which columns have shadows, by their place in `names`, in the order in which batches have those behind
    /// the columns.
    pub shadows: Vec<(usize, Shadow)>,
    /// The catalog does not know the table: its columns come from the data.
    pub grows: bool,
}

/// One field of a row.
#[derive(Clone, Copy, Debug)]
pub struct Item<'a> {
    pub key: &'a str,
    pub raw: Raw<'a>,
    /// In ticks, for a time that names no zone.
    pub offset: i64,
    /// It belongs to the wrapping of the row: into the bag, whatever its name.
    pub wrapping: bool,
}

/// What was noticed beside the rows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Aside {
    /// Values whose column cannot hold them, or holds less than they say; all are in the bag.
    pub misfits: u64,
    /// Fields without a column; all are in the bag.
    pub unknown: u64,
}

/// The table has a field that its layout does not know, and its columns come from the data.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Grows;

impl Layout {
    pub fn official(row: &TableRow) -> Layout {
        let index = |name: &str| row.columns.iter().position(|column| column.name == name);
        let mirrors =
            row.mirrors.iter().filter_map(|(left, right)| Some((index(left)?, index(right)?))).collect();
        let mut layout = Layout::new(row.name, row.table("").columns);
        layout.mirrors = mirrors;
        layout.type_column = layout.exact.get("Type").copied();
        layout
    }

    /// A table that the catalog does not know, with the columns that the store or the data give it.
    pub fn free(table: &str, mut columns: Vec<TableColumn>) -> Layout {
        columns.retain(|column| column.name != EXTRA);
        columns.push(TableColumn { unlisted: true, ..TableColumn::new(EXTRA, Type::Dynamic) });
        let mut layout = Layout::new(table, columns);
        layout.grows = true;
        layout
    }

    /// A table as it is in the store; the catalog's columns when it knows the table.
    pub fn stored(table: &Table) -> Layout {
        match tables::find(&table.name) {
            Some(row) => Layout::official(row),
            None => Layout::free(&table.name, table.columns.clone()),
        }
    }

    fn new(table: &str, columns: Vec<TableColumn>) -> Layout {
        let stored: Vec<&TableColumn> = columns.iter().filter(|column| column.alias_of.is_none()).collect();
        let names: Vec<String> = stored.iter().map(|column| column.name.clone()).collect();
        let types = stored.iter().map(|column| column.ty).collect();
        // A field of that name would claim our own bag: it goes into it instead.
        let exact: HashMap<_, _> = names
            .iter()
            .cloned()
            .enumerate()
            .map(|(at, name)| (name, at))
            .filter(|(name, _)| name != EXTRA)
            .collect();
        let mut folded = HashMap::new();
        for (at, name) in names.iter().enumerate().filter(|(_, name)| *name != EXTRA) {
            folded.entry(name.to_lowercase()).or_insert(at);
        }
        for column in &columns {
            let official = column.alias_of.as_ref().and_then(|official| exact.get(official));
            if let Some(at) = official {
                folded.entry(column.name.to_lowercase()).or_insert(*at);
            }
        }
        let table = table.to_owned();
        Layout {
            table,
            columns,
            names,
            types,
            exact,
            folded,
            mirrors: vec![],
            type_column: None,
            shadows: vec![],
            grows: false,
        }
    }

    /// The dynamic columns, by their place in `names`.
    pub fn dynamics(&self) -> impl Iterator<Item = usize> {
        (0..self.types.len()).filter(|at| self.types[*at] == Type::Dynamic)
    }

    /// The shadows of one column and their numbers.
    fn tree(&self, column: usize) -> Tree {
        let mut tree = Tree::default();
        let own = self.shadows.iter().enumerate().filter(|(_, (of, _))| *of == column);
        own.for_each(|(number, (_, shadow))| tree.add(&shadow.path, number));
        tree
    }

    /// The column of a field, and whether the name is its own.
    pub fn find(&self, key: &str) -> Option<(usize, bool)> {
        match self.exact.get(key) {
            Some(at) => Some((*at, true)),
            None => self.folded.get(&key.to_lowercase()).map(|at| (*at, false)),
        }
    }

    fn extra(&self) -> usize {
        self.names.len() - 1
    }
}

/// Collects rows of one table into a batch.
pub struct Builder<'l> {
    pub layout: &'l Layout,
    batch: Batch,
    /// Rows of one export have the same fields in the same order: what stood here last time, most
    /// often stands here again.
    expected: Vec<(String, Option<(usize, bool)>)>,
    /// For each column the row (from 1) that filled it last, and by which item.
    owners: Vec<(usize, usize, bool)>,
    touched: Vec<usize>,
    bagged: Vec<usize>,
    bag: String,
    /// Of each column that has shadows.
    trees: Vec<(usize, Tree)>,
    /// How many documents were read into shadows.
    documents: u64,
    scratch: String,
    /// How far each shadow of the batch can be trusted.
    pub trusts: Vec<Trust>,
}

impl<'l> Builder<'l> {
    pub fn new(layout: &'l Layout) -> Self {
        let trees: Vec<_> = layout.dynamics().map(|column| (column, layout.tree(column))).collect();
        Builder {
            trees: if layout.shadows.is_empty() { Vec::new() } else { trees },
            documents: 0,
            scratch: String::new(),
            trusts: vec![Trust::Full; layout.shadows.len()],
            layout,
            batch: empty_batch(layout),
            expected: Vec::new(),
            owners: vec![(0, 0, false); layout.names.len()],
            touched: Vec::new(),
            bagged: Vec::new(),
            bag: String::new(),
        }
    }

    pub fn rows(&self) -> usize {
        self.batch.rows
    }

    /// The rows so far; the next ones begin a new batch.
    pub fn take(&mut self) -> Batch {
        self.owners.fill((0, 0, false));
        std::mem::replace(&mut self.batch, empty_batch(self.layout))
    }

    /// Adds one row. Of two fields with one name the last is taken, as Kusto does; the other is bagged.
    /// On an error nothing was added.
    pub fn row(&mut self, items: &[Item<'_>], reading: &mut Reading, aside: &mut Aside) -> Result<(), Grows> {
        let row = self.batch.rows;
        self.touched.clear();
        self.bagged.clear();
        let (mut doubles, mut wrapping) = (0, 0);
        for (at, item) in items.iter().enumerate() {
            if item.wrapping {
                self.bagged.push(at);
                wrapping += 1;
                continue;
            }
            match self.target(at, item.key) {
                Some((column, own)) => {
                    let (stamp, before, before_own) = self.owners[column];
                    if stamp != row + 1 {
                        self.touched.push(column);
                        self.owners[column] = (row + 1, at, own);
                    } else {
                        let (loser, owner) = if own >= before_own {
                            (before, (row + 1, at, own))
                        } else {
                            (at, self.owners[column])
                        };
                        self.owners[column] = owner;
                        if !items[loser].raw.is_empty() {
                            self.bagged.push(loser);
                            doubles += 1;
                        }
                    }
                }
                None if item.raw.is_empty() => {}
                None if self.layout.grows && growable(item.key) => {
                    self.owners.iter_mut().filter(|owner| owner.0 == row + 1).for_each(|owner| owner.0 = 0);
                    return Err(Grows);
                }
                None => self.bagged.push(at),
            }
        }
        aside.unknown += self.bagged.len() as u64 - doubles - wrapping;
        aside.misfits += doubles;
        for at in 0..self.touched.len() {
            let column = self.touched[at];
            let item = self.owners[column].1;
            self.put(row, column, item, &items[item], reading, aside);
        }
        self.mirror(row, items, reading);
        if let Some(column) =
            self.layout.type_column.filter(|column| self.batch.columns[*column].len() <= row)
        {
            let name = Raw::Text(&self.layout.table);
            cell::put(&mut self.batch.columns[column], row, name, 0, reading);
        }
        self.fill_bag(row, items);
        self.fill_shadows(row);
        self.batch.rows += 1;
        Ok(())
    }

    fn put(
        &mut self,
        row: usize,
        column: usize,
        at: usize,
        item: &Item<'_>,
        reading: &mut Reading,
        aside: &mut Aside,
    ) {
        let buffer = &mut self.batch.columns[column];
        match cell::put(buffer, row, item.raw, item.offset, reading) {
            Fit::Stored | Fit::Empty => {}
            fit @ (Fit::Cut | Fit::Misfit) => {
                aside.misfits += 1;
                self.bagged.push(at);
                if fit == Fit::Misfit {
                    reading.misfits.add(
                        &self.layout.names[column],
                        self.layout.types[column],
                        item.raw.shown(),
                    );
                }
            }
        }
    }

    /// Where only one of two columns of the same meaning has a value, the other gets it too.
    fn mirror(&mut self, row: usize, items: &[Item<'_>], reading: &mut Reading) {
        for (left, right) in &self.layout.mirrors {
            for (from, to) in [(*left, *right), (*right, *left)] {
                let columns = &mut self.batch.columns;
                if columns[from].is_valid(row) && !columns[to].is_valid(row) {
                    let item = &items[self.owners[from].1];
                    cell::put(&mut columns[to], row, item.raw, item.offset, reading);
                }
            }
        }
    }

    fn fill_bag(&mut self, row: usize, items: &[Item<'_>]) {
        if self.bagged.is_empty() {
            return;
        }
        self.bag.clear();
        for (count, at) in self.bagged.iter().enumerate() {
            self.bag.push(if count == 0 { '{' } else { ',' });
            json::quote(items[*at].key, &mut self.bag);
            self.bag.push(':');
            match items[*at].raw {
                Raw::Json(text, slice) if slice.lone => {
                    json::quote(&text[slice.at.clone()], &mut self.bag);
                }
                Raw::Json(text, slice) => json::compact_into(text, slice, &mut self.bag),
                Raw::Text(text) => json::quote(text, &mut self.bag),
                Raw::Ticks(ticks) => json::quote(&crate::ticks::iso(ticks), &mut self.bag),
                Raw::Bool(value) => self.bag.push_str(if value { "true" } else { "false" }),
            }
        }
        self.bag.push('}');
        let buffer = &mut self.batch.columns[self.layout.extra()];
        buffer.pad(row);
        if let Data::Text(values) = &mut buffer.data {
            values.push(&self.bag);
        }
        buffer.present();
    }

    fn fill_shadows(&mut self, row: usize) {
        let (columns, shadows) = self.batch.columns.split_at_mut(self.layout.names.len());
        for (column, tree) in &mut self.trees {
            let Data::Text(texts) = &columns[*column].data else { continue };
            let Some(document) = texts.get(row) else { continue };
            self.documents += 1;
            tree.walk(document, self.documents, &mut |number, found| {
                let trust = shadow::put(&mut shadows[number], row, found, &mut self.scratch);
                self.trusts[number] = self.trusts[number].max(trust);
            });
        }
    }

    fn target(&mut self, at: usize, key: &str) -> Option<(usize, bool)> {
        if let Some((expected, target)) = self.expected.get(at)
            && expected == key
        {
            return *target;
        }
        let target = self.layout.find(key);
        if at < self.expected.len() {
            self.expected[at] = (key.to_owned(), target);
        } else if at == self.expected.len() {
            self.expected.push((key.to_owned(), target));
        }
        target
    }
}

/// Names that become columns when data bring them; the rest lives in the bag.
pub fn growable(key: &str) -> bool {
    !key.is_empty()
        && key.len() <= 256
        && !key.eq_ignore_ascii_case(EXTRA)
        && !key.chars().any(|character| character.is_control() || character == char::REPLACEMENT_CHARACTER)
}

fn empty_batch(layout: &Layout) -> Batch {
    let shadows = layout.shadows.iter().map(|(_, shadow)| {
        if shadow::is_list(&shadow.path) { Buffer::lists() } else { Buffer::new(shadow.ty) }
    });
    Batch { rows: 0, columns: layout.types.iter().map(|ty| Buffer::new(*ty)).chain(shadows).collect() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ingest::time::DateOrder;
    use crate::value::Value;

    /// One row of JSON into a layout; gives the batch and what was put aside.
    fn load(layout: &Layout, lines: &[&str]) -> (Batch, Aside) {
        let mut builder = Builder::new(layout);
        let (mut reading, mut aside) = (Reading::new(DateOrder::MonthFirst), Aside::default());
        for line in lines {
            let (mut fields, mut inner) = (Vec::new(), Vec::new());
            json::object(line, "", &mut fields, &mut inner).unwrap();
            let keys: Vec<_> = fields.iter().map(|field| json::unescape(line, &field.key)).collect();
            let items: Vec<_> = fields
                .iter()
                .zip(&keys)
                .map(|(field, key)| Item {
                    key,
                    raw: Raw::Json(line, &field.value),
                    offset: 0,
                    wrapping: false,
                })
                .collect();
            builder.row(&items, &mut reading, &mut aside).unwrap();
        }
        (builder.take(), aside)
    }

    fn value(layout: &Layout, batch: &Batch, row: usize, column: &str) -> Value {
        let at = layout.names.iter().position(|name| name == column).unwrap();
        batch.columns[at].value(row)
    }

    fn text(text: &str) -> Value {
        Value::String(text.into())
    }

    fn bag(json: &str) -> Value {
        Value::Dynamic(json.into())
    }

    #[test]
    fn names_match_without_case_and_by_alias() {
        let layout = Layout::official(tables::find("CloudAppEvents").unwrap());
        let (batch, aside) = load(&layout, &[r#"{"isp":"A","Isp":"B","ISP":"C","iSp":"D"}"#]);
        assert_eq!(value(&layout, &batch, 0, "ISP"), text("C"));
        assert_eq!(value(&layout, &batch, 0, EXTRA), bag(r#"{"isp":"A","Isp":"B","iSp":"D"}"#));
        assert_eq!(aside, Aside { misfits: 3, unknown: 0 });
        let layout = Layout::official(tables::find("OfficeActivity").unwrap());
        let (batch, _) = load(&layout, &[r#"{"ObjectId":"x"}"#, r#"{"OfficeObjectId":"y","ObjectId":"x"}"#]);
        assert_eq!(value(&layout, &batch, 0, "OfficeObjectId"), text("x"));
        assert_eq!(value(&layout, &batch, 1, "OfficeObjectId"), text("y"));
    }

    #[test]
    fn the_last_of_two_fields_counts_and_the_first_is_kept() {
        let layout = Layout::official(tables::find("OfficeActivity").unwrap());
        let (batch, aside) = load(&layout, &[r#"{"UserId":"a","UserId":"b"}"#]);
        assert_eq!(value(&layout, &batch, 0, "UserId"), text("b"));
        assert_eq!(value(&layout, &batch, 0, EXTRA), bag(r#"{"UserId":"a"}"#));
        assert_eq!(aside.misfits, 1);
    }

    #[test]
    fn what_has_no_column_or_does_not_fit_is_bagged() {
        let layout = Layout::official(tables::find("OfficeActivity").unwrap());
        let lines = [
            r#"{"TimeGenerated":"soon","New":{ "a":1 },"Extra_":2,"None":null}"#,
            r#"{"TimeGenerated":"2026-05-14T12:00:00.1234567Z"}"#,
        ];
        let (batch, aside) = load(&layout, &lines);
        assert_eq!(value(&layout, &batch, 0, "TimeGenerated"), Value::Null);
        assert_eq!(
            value(&layout, &batch, 0, EXTRA),
            bag(r#"{"New":{"a":1},"Extra_":2,"TimeGenerated":"soon"}"#)
        );
        assert_eq!(aside, Aside { misfits: 1, unknown: 2 });
        assert_eq!(value(&layout, &batch, 1, EXTRA), Value::Null);
        assert_eq!(value(&layout, &batch, 1, "Type"), text("OfficeActivity"));
        assert_eq!(batch.rows, 2);
    }

    #[test]
    fn columns_of_one_meaning_mirror_each_other() {
        let layout = Layout::official(tables::find("CloudAppEvents").unwrap());
        let lines = [
            r#"{"Timestamp":"2026-05-14T12:00:00Z"}"#,
            r#"{"TimeGenerated":"2026-05-14T12:00:00Z","Timestamp":null}"#,
            r#"{"TimeGenerated":"2026-05-14T12:00:00Z","Timestamp":"2026-05-14T11:00:00Z"}"#,
        ];
        let (batch, _) = load(&layout, &lines);
        for row in 0..2 {
            let time = value(&layout, &batch, row, "Timestamp");
            assert!(!time.is_null());
            assert_eq!(time, value(&layout, &batch, row, "TimeGenerated"));
        }
        assert_ne!(value(&layout, &batch, 2, "Timestamp"), value(&layout, &batch, 2, "TimeGenerated"));
    }

    #[test]
    fn a_free_table_asks_for_new_columns() {
        let layout = Layout::free("T", vec![TableColumn::new("a", Type::Long)]);
        let mut builder = Builder::new(&layout);
        let (mut reading, mut aside) = (Reading::new(DateOrder::MonthFirst), Aside::default());
        let item = |key, raw| Item { key, raw, offset: 0, wrapping: false };
        let new = [item("A", Raw::Text("1")), item("b", Raw::Text("2"))];
        assert_eq!(builder.row(&new, &mut reading, &mut aside), Err(Grows));
        let known = [item("A", Raw::Text("1")), item("b", Raw::Text(""))];
        assert_eq!(builder.row(&known, &mut reading, &mut aside), Ok(()));
        assert_eq!(value(&layout, &builder.take(), 0, "a"), Value::Long(1));
    }
}
