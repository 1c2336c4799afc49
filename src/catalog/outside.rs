//! What hunts name and no database of ours holds: stored functions of Microsoft's portals, properties and
//! formats of `externaldata`, the columns of a watchlist. Data only.

use crate::facts::FileFormat;
use crate::types::Type;

/// A function that others keep for a query. Its KQL is not shipped; the user puts it into a file.
pub struct Stored {
    /// The name, or with a star at its end the beginning of many names.
    pub pattern: &'static str,
    /// Where it comes from and what it gives: one sentence.
    pub doc: &'static str,
}

const fn row(pattern: &'static str, doc: &'static str) -> Stored {
    Stored { pattern, doc }
}

const ASIM: &str = "An ASIM parser of Microsoft Sentinel: rows of many sources in one normal form.";
const WATCHLIST: &str = "A watchlist function of a Sentinel workspace.";

pub static STORED: &[Stored] = &[
    row("AADSignInLogs*", "A union of sign-in tables that a workspace keeps as a function."),
    row("ASim*", ASIM),
    row("AssignedIPAddresses", "A function of Defender XDR: the addresses that a device had."),
    row("AWSIdentityRole", "A function of a workspace that names the AWS identity of each event."),
    row("DeviceFromIP", "A function of Defender XDR: the devices that had an address."),
    row("FileProfile", "A function of Defender XDR: how common a file is and who signed it."),
    row("SeenBy", "A function of Defender XDR: which onboarded devices saw a device."),
    row("Sysmon*", "A Sysmon parser that a workspace keeps as a function."),
    row("UnifySignInLogs", "A union of sign-in tables that a workspace keeps as a function."),
    row("_ASim_*", ASIM),
    row("_GetWatchlist*", WATCHLIST),
    row("_Im_*", ASIM),
    row("imAuditEvent", ASIM),
    row("imAuthentication", ASIM),
    row("imDhcp", ASIM),
    row("imDns", ASIM),
    row("imFileEvent", ASIM),
    row("imNetworkSession", ASIM),
    row("imProcess*", ASIM),
    row("imRegistry*", ASIM),
    row("imUserManagement", ASIM),
    row("imWebSession", ASIM),
    row("vim*", ASIM),
];

/// The row of a stored function that hunts are known to call.
pub fn stored(name: &str) -> Option<&'static Stored> {
    STORED.iter().find(|row| match row.pattern.strip_suffix('*') {
        Some(start) => name.starts_with(start),
        None => row.pattern == name,
    })
}

/// A format of `externaldata`, by the name in `format=` and as a file's ending.
pub struct Format {
    pub name: &'static str,
    /// `None` where it is not read.
    pub format: Option<FileFormat>,
}

const fn format(name: &'static str, format: Option<FileFormat>) -> Format {
    Format { name, format }
}

/// "Data formats supported for ingestion" in the Kusto reference.
pub static FORMATS: &[Format] = &[
    format("csv", Some(FileFormat::Delimited(b','))),
    format("tsv", Some(FileFormat::Delimited(b'\t'))),
    format("psv", Some(FileFormat::Delimited(b'|'))),
    format("scsv", Some(FileFormat::Delimited(b';'))),
    format("sohsv", Some(FileFormat::Delimited(1))),
    format("txt", Some(FileFormat::Lines)),
    format("raw", Some(FileFormat::Whole)),
    format("json", Some(FileFormat::Json)),
    format("multijson", Some(FileFormat::Json)),
    format("singlejson", Some(FileFormat::Json)),
    format("apacheavro", None),
    format("avro", None),
    format("orc", None),
    format("parquet", None),
    format("sstream", None),
    format("tsve", None),
    format("w3clogfile", None),
];

/// The columns that every watchlist has before its own ("Watchlists in Microsoft Sentinel").
pub const WATCHLIST_COLUMNS: [(&str, Type); 4] = [
    ("_DTItemId", Type::String),
    ("LastUpdatedTimeUTC", Type::Datetime),
    ("SearchKey", Type::String),
    ("WatchlistItem", Type::Dynamic),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_beginnings_are_found() {
        assert!(stored("FileProfile").is_some() && stored("FileProfiles").is_none());
        assert!(stored("_Im_Dns").is_some() && stored("imDns").is_some() && stored("image").is_none());
        assert!(STORED.iter().all(|row| row.doc.ends_with('.')));
    }
}
