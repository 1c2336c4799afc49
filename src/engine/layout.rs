//! How a hunt database keeps what DuckDB's own catalog cannot: KQL's names and types, the data's clock,
//! which files were loaded. The tables are in `hunt.main`, these notes in `hunt.kqlhunt`.

use super::ffi::Connection;
use super::shadows;
use crate::error::{Error, Result};
use crate::schema::{Schema, Sizes, Table, TableColumn};
use crate::sql::quote;
use crate::types::{ColumnType, Type};
use crate::value::Value;

/// Raised when an older kqlhunt could not read or go on with a file any more. Since 2 there are shadows: one
/// that does not know them would add rows without. Since 3 some of them are lists.
pub const FORMAT: i64 = 3;

/// What a file of format 1 lacks, and later ones have.
pub const SHADOWS: &str = "CREATE TABLE IF NOT EXISTS hunt.kqlhunt.shadows (table_stored VARCHAR NOT NULL, \
    column_stored VARCHAR NOT NULL, path VARCHAR NOT NULL, type VARCHAR NOT NULL, stored VARCHAR NOT NULL, \
    trust VARCHAR NOT NULL);";

const CREATE: &str = "\
    CREATE SCHEMA hunt.kqlhunt; \
    CREATE TABLE hunt.kqlhunt.meta (key VARCHAR NOT NULL, value BIGINT NOT NULL); \
    CREATE TABLE hunt.kqlhunt.columns (table_name VARCHAR NOT NULL, table_stored VARCHAR NOT NULL, \
        ordinal INTEGER NOT NULL, name VARCHAR NOT NULL, type VARCHAR NOT NULL, stored VARCHAR NOT NULL, \
        alias_of VARCHAR, unlisted BOOLEAN NOT NULL); \
    CREATE TABLE hunt.kqlhunt.files (path VARCHAR NOT NULL, table_name VARCHAR NOT NULL, \
        length BIGINT NOT NULL, sha256 VARCHAR NOT NULL, resume BIGINT NOT NULL, \
        rows BIGINT NOT NULL, quarantined BIGINT NOT NULL, blank BIGINT NOT NULL, time BIGINT NOT NULL);";

/// The SQL that makes the notes of an empty database.
pub fn create() -> String {
    format!("{CREATE} {SHADOWS} {}", set_meta("format", FORMAT))
}

/// What `hunt` holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Empty,
    Ours,
    Foreign,
}

/// Errors: ours, but of a later format.
pub fn kind(connection: &Connection) -> Result<Kind> {
    // Asked first, since a list of all tables takes DuckDB a quarter of the time of opening a file.
    if let Ok(Some(1..=FORMAT)) = format_noted(connection) {
        return Ok(Kind::Ours);
    }
    let count = |sql: &str| number(connection, sql).map(Option::unwrap_or_default);
    let ours = "SELECT count(*) FROM duckdb_tables() \
        WHERE database_name = 'hunt' AND schema_name = 'kqlhunt' AND table_name = 'meta'";
    if count(ours)? == 0 {
        let any = "SELECT count(*) FROM duckdb_tables() WHERE database_name = 'hunt'";
        return Ok(if count(any)? == 0 { Kind::Empty } else { Kind::Foreign });
    }
    match format_noted(connection)? {
        Some(1..=FORMAT) => Ok(Kind::Ours),
        Some(later) if later > FORMAT => Err(Error::message(format!(
            "the database has format {later}, and this kqlhunt knows formats up to {FORMAT}; use a newer one"
        ))),
        _ => Err(Error::message("the database's own notes are damaged; load its sources into a new file")),
    }
}

/// The format of a database of ours.
pub fn format(connection: &Connection) -> Result<i64> {
    Ok(format_noted(connection)?.unwrap_or_default())
}

fn format_noted(connection: &Connection) -> Result<Option<i64>> {
    meta(connection, "format")
}

pub fn clock(connection: &Connection) -> Result<Option<i64>> {
    meta(connection, "clock")
}

fn meta(connection: &Connection, key: &str) -> Result<Option<i64>> {
    number(connection, &format!("SELECT max(value) FROM hunt.kqlhunt.meta WHERE key = {}", quote::text(key)))
}

/// The SQL that sets a note.
pub fn set_meta(key: &str, value: i64) -> String {
    let key = quote::text(key);
    format!(
        "DELETE FROM hunt.kqlhunt.meta WHERE key = {key}; \
         INSERT INTO hunt.kqlhunt.meta VALUES ({key}, {value});"
    )
}

/// A table and its name in DuckDB, unquoted.
pub struct StoredTable {
    pub table: Table,
    pub stored: String,
}

/// The tables of a database of ours, in the order in which they were made.
pub fn tables(connection: &Connection) -> Result<Vec<StoredTable>> {
    let columns = [
        ("table_name", Type::String),
        ("table_stored", Type::String),
        ("name", Type::String),
        ("type", Type::String),
        ("stored", Type::String),
        // A null string would come as ''.
        ("alias_of", Type::Dynamic),
        ("unlisted", Type::Bool),
    ];
    let sql = "SELECT table_name, table_stored, name, type, stored, alias_of, unlisted \
        FROM hunt.kqlhunt.columns ORDER BY min(rowid) OVER (PARTITION BY table_name), ordinal";
    let mut tables: Vec<StoredTable> = Vec::new();
    for row in rows(connection, sql, &columns)? {
        let [table, table_stored, name, ty, stored, alias_of, unlisted] = fields(row)?;
        let (table, ty) = (table.text(), ty.text());
        let column = TableColumn {
            name: name.text(),
            ty: Type::by_name(&ty).ok_or_else(|| Error::message(format!("a stored type '{ty}'")))?,
            stored: stored.text(),
            alias_of: (!alias_of.is_null()).then(|| alias_of.text()),
            unlisted: unlisted == Value::Bool(true),
            shadows: Vec::new(),
            varied: false,
        };
        match tables.last_mut() {
            Some(last) if last.table.name == table => last.table.columns.push(column),
            _ => {
                let stored = table_stored.text();
                let table = Table { from: from(&stored), name: table, columns: vec![column] };
                tables.push(StoredTable { table, stored });
            }
        }
    }
    if format(connection)? > 1 {
        shadows::read(connection, &mut tables)?;
    }
    Ok(tables)
}

pub fn schema(tables: &[StoredTable]) -> Schema {
    Schema { tables: tables.iter().map(|stored| stored.table.clone()).collect(), ..Schema::default() }
}

/// How many rows the tables have at most, as DuckDB knows without reading them.
pub fn sizes(connection: &Connection, memory: u64) -> Result<Sizes> {
    let columns = [("table_name", Type::String), ("estimated_size", Type::Long)];
    let sql = "SELECT table_name, estimated_size FROM duckdb_tables() \
        WHERE database_name = 'hunt' AND schema_name = 'main'";
    let mut sizes = Sizes { rows: Vec::new(), memory };
    for row in rows(connection, sql, &columns)? {
        let [name, size] = fields(row)?;
        if let Value::Long(size) = size {
            sizes.rows.push((from(&name.text()), size.unsigned_abs()));
        }
    }
    Ok(sizes)
}

/// What FROM names for a stored table.
pub fn from(stored: &str) -> String {
    format!("hunt.main.{}", quote::name(stored))
}

/// A name under which DuckDB can keep `name` beside those of `taken`: DuckDB folds case, a name must not be
/// empty or hold a null character, and `rowid` is what its own row numbers are called.
pub fn stored_name<'a>(name: &str, taken: impl Iterator<Item = &'a str> + Clone) -> String {
    let folded = |name: &str| name.to_lowercase();
    let free = |name: &str| {
        !name.is_empty()
            && folded(name) != "rowid"
            && taken.clone().all(|other| folded(other) != folded(name))
    };
    let base = name.replace('\0', "\u{2400}");
    let mut candidate = base.clone();
    for number in 2.. {
        if free(&candidate) {
            break;
        }
        candidate = format!("{base}_{number}");
    }
    candidate
}

/// Runs a SELECT of ours and gives all its rows.
pub fn rows(connection: &Connection, sql: &str, columns: &[(&str, Type)]) -> Result<Vec<Vec<Value>>> {
    let columns: Vec<ColumnType> = columns.iter().map(|(name, ty)| ColumnType::new(*name, *ty)).collect();
    let mut result = connection.query(sql, &columns)?;
    let mut all = Vec::new();
    while let Some(chunk) = result.chunk()? {
        chunk.decode(&columns, &mut all)?;
    }
    Ok(all)
}

/// The one number that a SELECT of ours gives.
pub fn number(connection: &Connection, sql: &str) -> Result<Option<i64>> {
    Ok(match rows(connection, sql, &[("number", Type::Long)])?.pop().and_then(|mut row| row.pop()) {
        Some(Value::Long(number)) => Some(number),
        _ => None,
    })
}

pub fn fields<const N: usize>(row: Vec<Value>) -> Result<[Value; N]> {
    row.try_into().map_err(|_| Error::message("a row of another width"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stored_names_differ_where_duckdb_folds() {
        let taken = ["ISP", "Ä"];
        let stored = |name| stored_name(name, taken.iter().copied());
        assert_eq!(stored("Isp"), "Isp_2");
        assert_eq!(stored("ä"), "ä_2");
        assert_eq!(stored("RowId"), "RowId_2");
        assert_eq!(stored(""), "_2");
        assert_eq!(stored("a\0b"), "a\u{2400}b");
        assert_eq!(stored("Other"), "Other");
    }
}
