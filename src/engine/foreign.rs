//! DuckDB files that kqlhunt did not make: their tables as KQL sees them. Values whose DuckDB type has an
//! exact counterpart are converted in a view over the table; other columns are left out, by name.

use super::ffi::Connection;
use super::layout;
use crate::error::Result;
use crate::schema::{Schema, Table, TableColumn};
use crate::sql::quote;
use crate::types::Type;

/// Makes the views, and gives the tables and a note for each column that is left out.
pub fn schema(connection: &Connection) -> Result<(Schema, Vec<String>)> {
    let columns = [("table_name", Type::String), ("column_name", Type::String), ("data_type", Type::String)];
    let sql = "SELECT c.table_name, c.column_name, c.data_type FROM duckdb_columns() AS c \
        JOIN duckdb_tables() AS t ON t.database_name = c.database_name AND t.schema_name = c.schema_name \
            AND t.table_name = c.table_name \
        WHERE c.database_name = 'hunt' AND c.schema_name = 'main' ORDER BY c.table_name, c.column_index";
    let (mut schema, mut notes, mut exprs) = (Schema::default(), Vec::new(), Vec::<Vec<String>>::new());
    for row in layout::rows(connection, sql, &columns)? {
        let [table, column, sql_type] = layout::fields(row)?.map(|value| value.text());
        let Some((ty, expr)) = conversion(&sql_type) else {
            notes.push(format!("column '{column}' of '{table}' is left out: KQL has no type for {sql_type}"));
            continue;
        };
        let column = TableColumn { stored: column.clone(), ..TableColumn::new(column, ty) };
        let name = quote::name(&column.stored);
        let expr = format!("{} AS {name}", expr.replace("{}", &name));
        match (schema.tables.last_mut(), exprs.last_mut()) {
            (Some(last), Some(exprs)) if last.name == table => {
                last.columns.push(column);
                exprs.push(expr);
            }
            _ => {
                let from = format!("memory.other_file.{}", quote::name(&table));
                schema.tables.push(Table { from, name: table, columns: vec![column] });
                exprs.push(vec![expr]);
            }
        }
    }
    connection.execute("CREATE SCHEMA IF NOT EXISTS memory.other_file")?;
    for (table, exprs) in schema.tables.iter().zip(exprs) {
        let (view, exprs, source) = (&table.from, exprs.join(", "), layout::from(&table.name));
        connection.execute(&format!("CREATE OR REPLACE VIEW {view} AS SELECT {exprs} FROM {source}"))?;
    }
    Ok((schema, notes))
}

/// The KQL type of a DuckDB type and how to get from the one to the other (`{}` is the column), if that
/// loses nothing. A timestamp of nanoseconds may lose its last two digits, a wide integer its first ones.
fn conversion(sql_type: &str) -> Option<(Type, &'static str)> {
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
        _ => return None,
    })
}

/// Ticks since year 1 (719,162 days before 1970); null beyond the years 1 to 9999, as an infinite date is.
const DATETIME: &str = "CASE WHEN {} >= '0001-01-01' AND {} <= '9999-12-31 23:59:59.999999' \
    THEN epoch_us({}) * 10 + 621355968000000000 END";

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
            ["TIMESTAMP_NS", "HUGEINT", "UBIGINT", "INTERVAL", "BLOB", "INTEGER[]", "STRUCT(a INTEGER)"]
        {
            assert!(conversion(lossy).is_none(), "{lossy}");
        }
    }
}
