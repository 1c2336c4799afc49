//! What tells data from other data, and from the same before a load.

use sha2::{Digest, Sha256};

use super::Engine;
use super::layout::{Kind, number, rows};
use crate::error::Result;
use crate::types::Type;

/// The files of which rows are stored, wherever they were.
const FILES: &str = "SELECT table_name, sha256, length, rows FROM hunt.kqlhunt.files ORDER BY ALL";

impl Engine {
    /// A SHA-256 of the tables, their columns, how many rows each has, and the hashes of the files that were loaded.
    /// The same files loaded into another database have the same one.
    ///
    /// Errors: a table cannot be counted.
    pub fn fingerprint(&mut self) -> Result<String> {
        if let Some(known) = &self.fingerprint {
            return Ok(known.clone());
        }
        let mut lines = Vec::new();
        for table in &self.schema.tables {
            let count = number(&self.connection, &format!("SELECT count(*) FROM {}", table.from))?;
            let columns: Vec<String> =
                table.listed().map(|column| format!("{:?} {}", column.name, column.ty.name())).collect();
            lines.push(format!("{:?} {} {}", table.name, count.unwrap_or_default(), columns.join(" ")));
        }
        lines.sort();
        if self.kind == Kind::Ours {
            let columns = [
                ("table", Type::String),
                ("sha256", Type::String),
                ("length", Type::Long),
                ("rows", Type::Long),
            ];
            for row in rows(&self.connection, FILES, &columns)? {
                lines.push(
                    row.iter().map(|value| format!("{:?}", value.text())).collect::<Vec<_>>().join(" "),
                );
            }
        }
        let hash: String =
            Sha256::digest(lines.join("\n")).iter().map(|byte| format!("{byte:02x}")).collect();
        self.fingerprint = Some(hash.clone());
        Ok(hash)
    }
}
