//! Files that kqlhunt did not make, of DuckDB or Parquet: their tables as KQL sees them. Values whose DuckDB
//! type has an exact counterpart are converted in a view over the table; other columns are left out, by name.
//! Columns of instants are there a second time as they are, as shadows of themselves: only of those DuckDB
//! knows without reading them which rows are too early or too late.

use std::io::Read;
use std::path::Path;

use super::ffi::Connection;
use super::layout;
use crate::error::{Error, Result};
use crate::schema::{Schema, Shadow, Table, TableColumn, Trust};
use crate::sql::quote;
use crate::types::Type;

/// Makes the views over the tables of `hunt`, and gives the tables and a note for each column that is left out.
pub fn schema(connection: &Connection) -> Result<(Schema, Vec<String>)> {
    let sql = "SELECT c.table_name, c.column_name, c.data_type FROM duckdb_columns() AS c \
        JOIN duckdb_tables() AS t ON t.database_name = c.database_name AND t.schema_name = c.schema_name \
            AND t.table_name = c.table_name \
        WHERE c.database_name = 'hunt' AND c.schema_name = 'main' ORDER BY c.table_name, c.column_index";
    views(connection, sql, &[], &layout::from)
}

/// Makes the view over a Parquet file, as [`schema`] does: its one table is called as the file is.
pub fn parquet(connection: &Connection, path: &Path) -> Result<(Schema, Vec<String>)> {
    let shown = path.to_str().ok_or_else(|| Error::message("the path of the file is not UTF-8"))?;
    let source = format!("read_parquet({})", quote::text(shown));
    let wide = wide_decimals(connection, shown)?;
    let stem = path.file_stem().unwrap_or_default().to_string_lossy();
    let plain = |character: char| if character.is_alphanumeric() { character } else { '_' };
    let table: String = stem.chars().map(plain).collect();
    let sql = format!(
        "SELECT {} AS table_name, column_name, column_type FROM (DESCRIBE SELECT * FROM {source})",
        quote::text(&table)
    );
    views(connection, &sql, &wide, &|_| source.clone())
}

/// The columns of a Parquet file whose decimals have more digits than a DECIMAL of DuckDB, which reads them as DOUBLE;
/// with their types. The first that is read of a file: what is not whole fails here.
fn wide_decimals(connection: &Connection, path: &str) -> Result<Vec<(String, String)>> {
    let sql = format!(
        "SELECT name, coalesce(precision, 0)::BIGINT, coalesce(scale, 0)::BIGINT FROM parquet_schema({}) \
         WHERE precision > {DECIMAL_DIGITS}",
        quote::text(path)
    );
    let columns = [("name", Type::String), ("precision", Type::Long), ("scale", Type::Long)];
    let rows = layout::rows(connection, &sql, &columns).map_err(|error| match error {
        Error::Engine { message, .. } => Error::message(format!(
            "'{path}' cannot be read as Parquet, as if it were cut off or damaged ({}); copy or export it again",
            message.lines().next().unwrap_or("")
        )),
        other => other,
    })?;
    let wide = rows.into_iter().map(|row| {
        let [name, precision, scale] = layout::fields(row)?.map(|value| value.text());
        Ok((name, format!("DECIMAL({precision},{scale})")))
    });
    wide.collect()
}

/// Whether a file begins as Parquet does.
pub fn is_parquet(path: &Path) -> bool {
    let mut head = [0; 4];
    std::fs::File::open(path).and_then(|mut file| file.read_exact(&mut head)).is_ok() && head == *b"PAR1"
}

fn views(
    connection: &Connection,
    sql: &str,
    wide: &[(String, String)],
    source: &dyn Fn(&str) -> String,
) -> Result<(Schema, Vec<String>)> {
    let columns = [("table_name", Type::String), ("column_name", Type::String), ("data_type", Type::String)];
    let (mut schema, mut notes, mut exprs) = (Schema::default(), Vec::new(), Vec::<Vec<String>>::new());
    for row in layout::rows(connection, sql, &columns)? {
        let [table, column, mut sql_type] = layout::fields(row)?.map(|value| value.text());
        if let Some((_, real)) = wide.iter().find(|(name, _)| sql_type == "DOUBLE" && *name == column) {
            sql_type.clone_from(real);
        }
        let Some((ty, expr)) = conversion(&sql_type) else {
            notes.push(format!("column '{column}' of '{table}' is left out: KQL has no type for {sql_type}"));
            continue;
        };
        let mut column = TableColumn { stored: column.clone(), ..TableColumn::new(column, ty) };
        let name = quote::name(&column.stored);
        let mut own = vec![format!("{} AS {name}", expr.replace("{}", &name))];
        if INSTANTS.contains(&sql_type.as_str()) {
            let stored = format!("{}{RAW}", column.stored);
            own.push(format!("{name} AS {}", quote::name(&stored)));
            column.shadows.push(Shadow {
                path: String::new(),
                ty,
                stored,
                trust: Trust::Full,
                varied: false,
            });
        }
        match (schema.tables.last_mut(), exprs.last_mut()) {
            (Some(last), Some(exprs)) if last.name == table => {
                last.columns.push(column);
                exprs.extend(own);
            }
            _ => {
                let from = format!("memory.other_file.{}", quote::name(&table));
                schema.tables.push(Table { from, name: table, columns: vec![column] });
                exprs.push(own);
            }
        }
    }
    connection.execute("CREATE SCHEMA IF NOT EXISTS memory.other_file")?;
    for (table, exprs) in schema.tables.iter().zip(exprs) {
        let (view, exprs, source) = (&table.from, exprs.join(", "), source(&table.name));
        connection.execute(&format!("CREATE OR REPLACE VIEW {view} AS SELECT {exprs} FROM {source}"))?;
    }
    Ok((schema, notes))
}

/// Types whose values compare with a text such as `2026-05-14T12:00:00Z`, read as one of them.
const INSTANTS: [&str; 2] = ["TIMESTAMP", "TIMESTAMP WITH TIME ZONE"];

/// More digits a DECIMAL of DuckDB does not have.
const DECIMAL_DIGITS: u32 = 38;

/// What stands behind the name of an instant's column as it is. No column of a Parquet file ends so by chance,
/// and where one does, the view cannot be made, which is said.
const RAW: &str = " as stored";

/// The KQL type of a DuckDB type and how to get from the one to the other (`{}` is the column), if that
/// loses nothing. A wide integer may lose its first digits.
fn conversion(sql_type: &str) -> Option<(Type, &'static str)> {
    let digits =
        sql_type.strip_prefix("DECIMAL(").and_then(|rest| rest.split(',').next()?.parse::<u32>().ok());
    if digits.is_some_and(|digits| digits > DECIMAL_DIGITS) {
        return None;
    }
    let bare = match sql_type.split_once('(') {
        Some((name, rest)) if rest.ends_with(')') => name,
        _ => sql_type,
    };
    Some(match bare {
        "BOOLEAN" => (Type::Bool, "{}"),
        "TINYINT" | "SMALLINT" | "INTEGER" | "UTINYINT" | "USMALLINT" => (Type::Int, "CAST({} AS INTEGER)"),
        "BIGINT" | "UINTEGER" => (Type::Long, "CAST({} AS BIGINT)"),
        "FLOAT" | "DOUBLE" => (Type::Real, "CAST({} AS DOUBLE)"),
        "DECIMAL" => (Type::Decimal, "kql_decimal_of_text(CAST({} AS VARCHAR))"),
        "VARCHAR" | "ENUM" => (Type::String, "coalesce(CAST({} AS VARCHAR), '')"),
        "UUID" => (Type::Guid, "CAST({} AS VARCHAR)"),
        "JSON" => (Type::Dynamic, "CAST({} AS VARCHAR)"),
        "DATE" | "TIMESTAMP" | "TIMESTAMP_S" | "TIMESTAMP_MS" | "TIMESTAMP WITH TIME ZONE" => {
            (Type::Datetime, DATETIME)
        }
        "TIMESTAMP_NS" | "TIMESTAMPTZ_NS" => (Type::Datetime, NANOSECONDS),
        _ => return None,
    })
}

/// Ticks since year 1 (719,162 days before 1970); null beyond the years 1 to 9999, as an infinite date is.
const DATETIME: &str = "CASE WHEN {} >= '0001-01-01' AND {} <= '9999-12-31 23:59:59.999999' \
    THEN epoch_us({}) * 10 + 621355968000000000 END";

/// A time between two ticks ends the query, since most files have none.
const NANOSECONDS: &str = "kql_ticks_of_nanoseconds(epoch_ns({}))";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_epoch_is_ours() {
        assert!(DATETIME.contains(&format!("+ {} END", crate::ticks::UNIX_EPOCH)));
    }

    #[test]
    fn what_would_lose_digits_has_no_type() {
        assert_eq!(conversion("DECIMAL(18,3)").map(|(ty, _)| ty), Some(Type::Decimal));
        for lossy in
            ["DECIMAL(50,2)", "HUGEINT", "UBIGINT", "INTERVAL", "BLOB", "INTEGER[]", "STRUCT(a INTEGER)"]
        {
            assert!(conversion(lossy).is_none(), "{lossy}");
        }
    }
}
