//! The tables that a query may name. Knows where each column is stored, not how the store is read.

use crate::types::Type;

/// One stored column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TableColumn {
    /// The KQL name, case-sensitive.
    pub name: String,
    pub ty: Type,
    /// The column's name in DuckDB, unquoted. DuckDB folds case, so it may differ from `name`.
    pub stored: String,
    /// Set for a name that resolves but is never listed: the official column that it stands for.
    pub alias_of: Option<String>,
    /// Also resolves without being listed, but stands for itself: the bag of fields without a column.
    pub unlisted: bool,
}

impl TableColumn {
    /// A listed column that is stored under its own name.
    pub fn new(name: impl Into<String>, ty: Type) -> Self {
        let name = name.into();
        TableColumn { stored: name.clone(), name, ty, alias_of: None, unlisted: false }
    }
}

/// One table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Table {
    pub name: String,
    /// What FROM names in DuckDB, already quoted, such as `hunt.main."OfficeActivity"`.
    pub from: String,
    pub columns: Vec<TableColumn>,
}

impl Table {
    /// The columns that `*`, take, getschema and union list.
    pub fn listed(&self) -> impl Iterator<Item = &TableColumn> {
        self.columns.iter().filter(|column| column.alias_of.is_none() && !column.unlisted)
    }

    /// The official column that a name stands for.
    pub fn alias(&self, name: &str) -> Option<&str> {
        let named = |column: &&TableColumn| column.alias_of.is_some() && column.name == name;
        self.columns.iter().find(named)?.alias_of.as_deref()
    }

    pub fn column(&self, name: &str) -> Option<&TableColumn> {
        self.columns.iter().find(|column| column.name == name)
    }
}

/// Every table that a query may name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Schema {
    pub tables: Vec<Table>,
}

impl Schema {
    pub fn table(&self, name: &str) -> Option<&Table> {
        self.tables.iter().find(|table| table.name == name)
    }
}
