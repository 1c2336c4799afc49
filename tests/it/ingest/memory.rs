//! A sink in memory with transactions.

use std::collections::BTreeMap;

use kqlhunt::batch::Batch;
use kqlhunt::error::{Error, Result};
use kqlhunt::ingest::Sink;
use kqlhunt::schema::{LoadedFile, Schema, Shadow, Table, TableColumn};
use kqlhunt::value::Value;

#[derive(Clone, Default)]
pub struct Memory {
    pub state: State,
    before: Option<State>,
    /// The append that shall fail, counted from 1.
    pub fail_at: Option<usize>,
    appends: usize,
}

#[derive(Clone, Default)]
pub struct State {
    pub tables: BTreeMap<String, Vec<TableColumn>>,
    /// Table and row: columns with a value, by name.
    pub rows: Vec<(String, BTreeMap<String, Value>)>,
    pub files: Vec<LoadedFile>,
}

impl Memory {
    /// The texts of one column in every row of a table.
    pub fn column(&self, table: &str, column: &str) -> Vec<String> {
        let rows = self.state.rows.iter().filter(|(name, _)| name == table);
        rows.map(|(_, row)| row.get(column).map_or(String::new(), Value::text)).collect()
    }
}

impl Sink for Memory {
    fn schema(&self) -> Result<Schema> {
        let tables = self.state.tables.iter().map(|(name, columns)| Table {
            name: name.clone(),
            from: String::new(),
            columns: columns.clone(),
        });
        Ok(Schema { tables: tables.collect(), ..Schema::default() })
    }

    fn loaded(&self) -> Result<Vec<LoadedFile>> {
        Ok(self.state.files.clone())
    }

    fn begin(&mut self) -> Result<()> {
        assert!(self.before.is_none(), "one transaction at a time");
        self.before = Some(self.state.clone());
        Ok(())
    }

    fn ensure(&mut self, table: &str, columns: &[TableColumn]) -> Result<()> {
        assert!(self.before.is_some(), "tables come within a transaction");
        let known = self.state.tables.entry(table.into()).or_default();
        for column in columns {
            match known.iter().find(|known| known.name == column.name) {
                Some(known) => assert_eq!(known.ty, column.ty, "{table}.{}", column.name),
                None => known.push(column.clone()),
            }
        }
        Ok(())
    }

    fn rows(&self, table: &str) -> Result<u64> {
        Ok(self.state.rows.iter().filter(|(name, _)| name == table).count() as u64)
    }

    fn ensure_shadows(&mut self, table: &str, wanted: &[(&str, &Shadow)]) -> Result<()> {
        let known = self.state.tables.get_mut(table).expect("the table was made");
        for (column, shadow) in wanted {
            let column = known.iter_mut().find(|known| known.name == *column).expect("the column was made");
            if !column.shadows.iter().any(|known| known.path == shadow.path) {
                column.shadows.push((*shadow).clone());
            }
        }
        Ok(())
    }

    fn distrust(&mut self, table: &str, (column, seen): (&str, &Shadow)) -> Result<()> {
        let known = self.state.tables.get_mut(table).expect("the table was made");
        let column = known.iter_mut().find(|known| known.name == column).expect("the column was made");
        let shadow = column.shadows.iter_mut().find(|known| known.path == seen.path);
        shadow.expect("the shadow was made").trust = seen.trust;
        Ok(())
    }

    fn append(
        &mut self,
        table: &str,
        columns: &[&str],
        shadows: &[(&str, &Shadow)],
        batch: &Batch,
    ) -> Result<()> {
        assert!(self.before.is_some(), "rows come within a transaction");
        self.appends += 1;
        if self.fail_at == Some(self.appends) {
            return Err(Error::Engine { message: "the disk is full".into(), sql: None });
        }
        let known = &self.state.tables[table];
        assert_eq!(columns.len() + shadows.len(), batch.columns.len());
        for row in 0..batch.rows {
            let mut values = BTreeMap::new();
            for (name, buffer) in columns.iter().zip(&batch.columns) {
                assert!(
                    known.iter().any(|column| column.name == *name && column.ty == buffer.ty),
                    "{table}.{name}"
                );
                assert!(buffer.len() <= batch.rows, "{table}.{name} has more values than rows");
                let value = buffer.value(row);
                if !value.is_null() && value != Value::String(String::new()) {
                    values.insert((*name).to_owned(), value);
                }
            }
            self.state.rows.push((table.into(), values));
        }
        Ok(())
    }

    fn commit(&mut self, file: Option<&LoadedFile>) -> Result<()> {
        self.before.take().expect("a transaction was begun");
        self.state.files.extend(file.cloned());
        Ok(())
    }

    fn rollback(&mut self) -> Result<()> {
        self.state = self.before.take().expect("a transaction was begun");
        Ok(())
    }
}
