//! Records of Microsoft 365's unified audit log as rows of OfficeActivity, as Sentinel's connector makes them. The
//! mapping is that of Microsoft's table reference and of the Management Activity API's schema. Knows no files.

mod codes;

use std::borrow::Cow;

use super::cell::Raw;
use super::json::{self, Field, Kind};
use super::rows::Item;
use codes::Names;

pub const TABLE: &str = "OfficeActivity";
/// The column of a search's CSV, and the field of a search by Microsoft Graph, that hold the record.
pub const CSV_COLUMN: &str = "AuditData";
pub const GRAPH_FIELD: &str = "auditData";
/// What every record has.
pub const REQUIRED: &[&str] = &["CreationTime", "Operation", "Workload"];

/// Fields whose columns have other names; all others go by their own.
const RENAMED: &[(&str, &[&str])] = &[
    ("CreationTime", &["TimeGenerated"]),
    ("Id", &["OfficeId", "SourceRecordId"]),
    ("Workload", &["OfficeWorkload"]),
    ("ObjectId", &["OfficeObjectId"]),
    ("OrganizationId", &["OrganizationId", "OfficeTenantId"]),
    // Mailbox events; other records have ClientIP.
    ("ClientIPAddress", &["Client_IPAddress"]),
    ("LogonType", &["Logon_Type"]),
    ("Site", &["Site_"]),
    ("SiteUrl", &["Site_Url"]),
    ("Source", &["Source_Name"]),
    ("EventData", &["Event_Data"]),
    ("StartTime", &["Start_Time"]),
    ("AzureActiveDirectoryEventType", &["AzureActiveDirectory_EventType"]),
    ("CrossMailboxOperation", &["CrossMailboxOperations"]),
];

/// Fields with numbers in records, whose columns have names.
const NAMED: &[(&str, Names)] = &[
    ("RecordType", codes::RECORD_TYPES),
    ("UserType", codes::USER_TYPES),
    ("LogonType", codes::LOGON_TYPES),
];

/// Sentinel's connector takes these alone.
const WORKLOADS: &[&str] = &["Exchange", "SharePoint", "OneDrive", "MicrosoftTeams"];

/// A record with the keys of its fields.
pub struct Record<'a> {
    text: &'a str,
    fields: Vec<(Cow<'a, str>, &'a Field)>,
}

impl<'a> Record<'a> {
    /// Errors: it lacks a field that every record has.
    pub fn new(text: &'a str, fields: &'a [Field]) -> Result<Record<'a>, String> {
        let fields: Vec<_> = fields.iter().map(|field| (json::unescape(text, &field.key), field)).collect();
        match REQUIRED.iter().find(|name| !fields.iter().any(|(key, _)| key == *name)) {
            Some(missing) => Err(format!("it has no '{missing}', as audit records have")),
            None => Ok(Record { text, fields }),
        }
    }

    /// Whether Sentinel's table would have it.
    pub fn is_elsewhere(&self) -> bool {
        let workload = self.fields.iter().find(|(key, _)| key == "Workload");
        workload.is_some_and(|(_, field)| !WORKLOADS.contains(&self.string(field).as_ref()))
    }

    pub fn items(&self) -> Vec<Item<'_>> {
        // Graph says the types of some fields in others.
        let fields = self.fields.iter().filter(|(key, _)| !key.contains("@odata."));
        let mut items = Vec::with_capacity(self.fields.len() + 2);
        for (key, field) in fields {
            let raw = self.named(key, field).unwrap_or(Raw::Json(self.text, &field.value));
            match RENAMED.iter().find(|(name, _)| name == key) {
                Some((_, columns)) => items.extend(columns.iter().map(|column| item(column, raw, false))),
                // The column of that name holds the table's.
                None => items.push(item(key, raw, key.eq_ignore_ascii_case("Type"))),
            }
        }
        items
    }

    /// The name of a field's number; a number without one stays.
    fn named(&self, key: &str, field: &Field) -> Option<Raw<'static>> {
        let (_, names) = NAMED.iter().find(|(name, _)| *name == key)?;
        codes::name(names, &self.string(field)).map(Raw::Text)
    }

    fn string(&self, field: &'a Field) -> Cow<'a, str> {
        match field.value.kind {
            Kind::String => json::unescape(self.text, &field.value),
            Kind::Null | Kind::Bool | Kind::Number | Kind::Array | Kind::Object => {
                self.text[field.value.at.clone()].into()
            }
        }
    }
}

/// What stands around a record, and says much the same, is kept beside it.
pub fn around<'a>(key: &'a str, raw: Raw<'a>) -> Item<'a> {
    item(key, raw, true)
}

fn item<'a>(key: &'a str, raw: Raw<'a>, wrapping: bool) -> Item<'a> {
    Item { key, raw, offset: 0, wrapping }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::tables;

    #[test]
    fn every_column_is_one_of_the_table() {
        let table = tables::find(TABLE).expect("is known");
        for column in RENAMED.iter().flat_map(|(_, columns)| *columns) {
            assert!(table.column(column).is_some(), "{column}");
        }
        for (key, _) in NAMED {
            let renamed =
                RENAMED.iter().find(|(name, _)| name == key).map_or(key, |(_, columns)| &columns[0]);
            assert!(table.column(renamed).is_some(), "{renamed}");
        }
    }
}
