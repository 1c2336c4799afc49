//! The tables that kqlhunt knows beforehand, as data: every official column, its KQL type and one
//! sentence on it. The store creates from these rows, and `check` binds against them without a store.
//! Knows types and the shape of a schema; nothing of files or SQL.

use crate::schema::{Schema, Table, TableColumn};
use crate::types::Type;

mod cloud_app_events;
mod office_activity;
mod threat_intel_indicators;

/// One table with its official columns, in the order in which they are listed.
pub struct TableRow {
    pub name: &'static str,
    /// One sentence with a full stop.
    pub doc: &'static str,
    pub columns: &'static [Column],
    /// Names that hunters use for an official column: they resolve, but are never listed.
    pub aliases: &'static [Alias],
    /// Datetime columns that mean the same instant: where data fill only one, the other gets it too.
    pub mirrors: &'static [(&'static str, &'static str)],
    /// The column that says when it happened.
    pub time: &'static str,
}

/// One official column.
pub struct Column {
    pub name: &'static str,
    pub ty: Type,
    /// One sentence with a full stop.
    pub doc: &'static str,
}

/// `name` stands for the column `official`.
pub struct Alias {
    pub name: &'static str,
    pub official: &'static str,
}

pub(super) const fn column(name: &'static str, ty: Type, doc: &'static str) -> Column {
    Column { name, ty, doc }
}

const fn alias(name: &'static str, official: &'static str) -> Alias {
    Alias { name, official }
}

/// The last column of every stored table, dynamic and unlisted: a bag with the fields of a row that
/// have no column, and the originals of values that do not fit theirs. No Microsoft table has it.
pub const EXTRA: &str = "Extra_";

pub const TABLES: &[TableRow] = &[
    TableRow {
        name: "CloudAppEvents",
        doc: "What accounts and apps did in Microsoft 365 and other cloud apps, from Defender for Cloud Apps.",
        columns: cloud_app_events::COLUMNS,
        // Defender's reference page writes Isp, live tables ISP.
        aliases: &[alias("Isp", "ISP")],
        mirrors: &[("Timestamp", "TimeGenerated")],
        time: "Timestamp",
    },
    TableRow {
        name: "OfficeActivity",
        doc: "The Microsoft 365 audit log: Exchange, SharePoint, OneDrive and Teams.",
        columns: office_activity::COLUMNS,
        // The audit record's own name, which Sentinel changes.
        aliases: &[alias("ObjectId", "OfficeObjectId")],
        mirrors: &[],
        time: "TimeGenerated",
    },
    TableRow {
        name: "ThreatIntelIndicators",
        doc: "Threat indicators in STIX form; each row is one version of an indicator.",
        columns: threat_intel_indicators::COLUMNS,
        aliases: &[],
        mirrors: &[],
        time: "TimeGenerated",
    },
];

/// Columns, of these tables and of others, whose names say that they have few different texts: kinds.
pub const KINDS: &[&str] = &[
    "ActionType",
    "ActivityType",
    "Category",
    "Level",
    "LogonType",
    "OfficeWorkload",
    "Operation",
    "OperationName",
    "OSPlatform",
    "Protocol",
    "RecordType",
    "ResultStatus",
    "ResultType",
    "Severity",
    "Type",
];

/// The row of a table; names are case-sensitive.
pub fn find(name: &str) -> Option<&'static TableRow> {
    TABLES.iter().find(|row| row.name == name)
}

/// The columns that say when something happened, in tables that nobody knows beforehand.
pub const TIMES: [&str; 2] = ["TimeGenerated", "Timestamp"];

/// The names that the time of a table's rows may have, the surest first.
pub fn times(table: &str) -> impl Iterator<Item = &'static str> {
    find(table).map(|row| row.time).into_iter().chain(TIMES)
}

impl TableRow {
    pub fn column(&self, name: &str) -> Option<&'static Column> {
        self.columns.iter().find(|column| column.name == name)
    }

    /// The table as a query sees it: official columns, [`EXTRA`], aliases. `from` is what FROM names,
    /// quoted. A column is stored under its own name, an alias reads the column that it stands for.
    pub fn table(&self, from: impl Into<String>) -> Table {
        let official = self.columns.iter().map(|column| TableColumn::new(column.name, column.ty));
        let extra = TableColumn { unlisted: true, ..TableColumn::new(EXTRA, Type::Dynamic) };
        let aliases = self.aliases.iter().filter_map(|alias| {
            let target = self.column(alias.official)?;
            Some(TableColumn {
                stored: target.name.into(),
                alias_of: Some(target.name.into()),
                ..TableColumn::new(alias.name, target.ty)
            })
        });
        Table {
            name: self.name.into(),
            from: from.into(),
            columns: official.chain([extra]).chain(aliases).collect(),
        }
    }
}

/// The schema to bind against when no database is open.
pub fn schema() -> Schema {
    Schema {
        tables: TABLES.iter().map(|row| row.table(format!("\"{}\"", row.name))).collect(),
        ..Schema::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_sound() {
        for row in TABLES {
            let mut names: Vec<_> = row.columns.iter().map(|column| column.name.to_lowercase()).collect();
            names.push(EXTRA.to_lowercase());
            names.sort();
            let count = names.len();
            names.dedup();
            // DuckDB folds case, even between quotes.
            assert_eq!(names.len(), count, "{}: two names differ by case only", row.name);
            for column in row.columns {
                assert!(column.doc.ends_with('.'), "{}.{}: no full stop", row.name, column.name);
            }
            for alias in row.aliases {
                assert!(row.column(alias.official).is_some(), "{}: no {}", row.name, alias.official);
                assert!(row.column(alias.name).is_none(), "{}: {} is official", row.name, alias.name);
            }
            let times = row.mirrors.iter().flat_map(|(left, right)| [*left, *right]).chain([row.time]);
            for name in times {
                assert_eq!(row.column(name).map(|column| column.ty), Some(Type::Datetime), "{name}");
            }
        }
    }

    #[test]
    fn kinds_are_texts() {
        for (name, row) in KINDS.iter().flat_map(|name| TABLES.iter().map(move |row| (name, row))) {
            let ty = row.column(name).map(|column| column.ty);
            assert!(ty.is_none_or(|ty| ty == Type::String), "{}.{name}: {ty:?}", row.name);
        }
    }

    /// The counts of Microsoft's references: CloudAppEvents is the union of two pages and the
    /// validator's schema, the other two are Log Analytics pages.
    #[test]
    fn every_official_column_is_there() {
        let counts: Vec<_> = TABLES.iter().map(|row| (row.name, row.columns.len())).collect();
        assert_eq!(counts, [("CloudAppEvents", 43), ("OfficeActivity", 133), ("ThreatIntelIndicators", 27)]);
    }

    #[test]
    fn aliases_and_extra_resolve_but_are_not_listed() {
        let schema = schema();
        let table = schema.table("OfficeActivity").unwrap();
        assert_eq!(table.listed().count(), 133);
        let alias = table.column("ObjectId").unwrap();
        assert_eq!(alias.stored, "OfficeObjectId");
        assert_eq!(alias.alias_of.as_deref(), Some("OfficeObjectId"));
        assert_eq!(table.column(EXTRA).unwrap().ty, Type::Dynamic);
    }
}
