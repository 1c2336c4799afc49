//! Shadows in the store: properties of dynamic columns as columns of their own, which no KQL names. Notes of
//! them are in `hunt.kqlhunt.shadows`.

use super::ffi::Connection;
use super::layout::{self, StoredTable};
use super::store;
use crate::error::{Error, Result};
use crate::kernels::json;
use crate::schema::{Shadow, TRUSTS, Table, Trust};
use crate::sql::quote;
use crate::types::Type;
use crate::value::Value;

/// Puts the shadows that are noted into their columns.
pub fn read(connection: &Connection, tables: &mut [StoredTable]) -> Result<()> {
    let columns = ["table_stored", "column_stored", "path", "type", "stored", "trust"];
    let sql = format!("SELECT {} FROM hunt.kqlhunt.shadows ORDER BY rowid", columns.join(", "));
    for row in layout::rows(connection, &sql, &columns.map(|name| (name, Type::String)))? {
        let [table, column, path, ty, stored, trust] = layout::fields(row)?.map(|value: Value| value.text());
        let unknown = || Error::message(format!("a stored type '{ty}'"));
        let ty = Type::by_name(&ty).ok_or_else(unknown)?;
        // What a later version means by another word is not known here.
        let trust = TRUSTS.iter().find(|(_, name)| *name == trust).map_or(Trust::None, |(trust, _)| *trust);
        let tables = tables.iter_mut().filter(|known| known.stored == table);
        let columns = tables.flat_map(|known| &mut known.table.columns);
        let mut own = columns.filter(|known| known.stored == column && known.alias_of.is_none());
        if let Some(column) = own.next() {
            column.shadows.push(Shadow { path, ty, stored, trust, varied: false });
        }
    }
    Ok(())
}

/// The names in DuckDB that a table's columns and shadows have.
pub fn taken(table: &Table) -> impl Iterator<Item = &str> + Clone {
    let own = table.columns.iter().filter(|column| column.alias_of.is_none());
    own.flat_map(|column| {
        let shadows = column.shadows.iter().map(|shadow| shadow.stored.as_str());
        std::iter::once(column.stored.as_str()).chain(shadows)
    })
}

/// The table's own shadow for a column and a path.
///
/// Errors: there is none, or it has another type.
pub fn find<'t>(table: &'t Table, column: &str, wanted: &Shadow) -> Result<&'t Shadow> {
    let shadows = table.column(column).map_or([].as_slice(), |column| &column.shadows);
    let found = shadows.iter().find(|shadow| shadow.path == wanted.path && shadow.ty == wanted.ty);
    found.ok_or_else(|| Error::message(format!("no shadow '{}' of '{column}'", wanted.path)))
}

/// As [`super::store::Store::ensure_shadows`].
pub fn ensure(connection: &Connection, stored: &mut StoredTable, wanted: &[(&str, &Shadow)]) -> Result<()> {
    let rows = layout::number(connection, &format!("SELECT count(*) FROM {}", stored.table.from))?;
    let filled = rows.is_some_and(|rows| rows > 0);
    if filled {
        connection.register_kernels()?;
    }
    for (name, shadow) in wanted {
        let StoredTable { table, stored: table_stored } = &mut *stored;
        let missing = || Error::message(format!("no column '{name}' in '{}'", table.name));
        let index = table.columns.iter().position(|column| column.name == *name).ok_or_else(missing)?;
        let column = &table.columns[index];
        if column.shadows.iter().any(|known| known.path == shadow.path) {
            continue;
        }
        let spoken = format!("{}{}", column.stored, spoken(&shadow.path));
        let own = layout::stored_name(&spoken, taken(table));
        let mut new = Shadow { stored: own, trust: Trust::Full, ..(*shadow).clone() };
        connection.execute(&format!("ALTER TABLE {} ADD COLUMN {}", table.from, definition(&new)))?;
        if filled {
            new.trust = if is_list(&new) {
                Trust::None
            } else {
                fill(connection, &table.from, &column.stored, &new)?
            };
        }
        connection.execute(&format!(
            "INSERT INTO hunt.kqlhunt.shadows VALUES ({}, {}, {}, {}, {}, {})",
            quote::text(table_stored),
            quote::text(&column.stored),
            quote::text(&new.path),
            quote::text(new.ty.name()),
            quote::text(&new.stored),
            quote::text(word(new.trust))
        ))?;
        table.columns[index].shadows.push(new);
    }
    Ok(())
}

/// As [`super::store::Store::distrust`].
pub fn distrust(
    connection: &Connection,
    stored: &mut StoredTable,
    (name, seen): (&str, &Shadow),
) -> Result<()> {
    let StoredTable { table, stored: table_stored } = stored;
    let mut columns = table.columns.iter_mut().filter(|column| column.name == name);
    let Some(column) = columns.next() else { return Ok(()) };
    let mut shadows = column.shadows.iter_mut().filter(|shadow| shadow.path == seen.path);
    let Some(shadow) = shadows.next().filter(|shadow| shadow.trust < seen.trust) else { return Ok(()) };
    shadow.trust = seen.trust;
    connection.execute(&format!(
        "UPDATE hunt.kqlhunt.shadows SET trust = {} \
         WHERE table_stored = {} AND column_stored = {} AND path = {}",
        quote::text(word(seen.trust)),
        quote::text(table_stored),
        quote::text(&column.stored),
        quote::text(&seen.path)
    ))
}

/// The column of a shadow in the words of CREATE TABLE.
pub fn definition(shadow: &Shadow) -> String {
    store::definition(&shadow.stored, shadow.ty, is_list(shadow), shadow.varied)
}

fn is_list(shadow: &Shadow) -> bool {
    json::split_every(&shadow.path).is_some()
}

fn word(trust: Trust) -> &'static str {
    TRUSTS[trust as usize].1
}

/// Fills a new shadow from the documents that are stored, and says how far it can be trusted.
fn fill(connection: &Connection, from: &str, column: &str, shadow: &Shadow) -> Result<Trust> {
    let (own, column) = (quote::name(&shadow.stored), quote::name(column));
    let json = format!("kql_json_get({column}, {})", quote::text(&shadow.path));
    // What the shadow says, and the JSON text that it stands for.
    let (value, back) = match shadow.ty {
        Type::String => (format!("kql_json_tostring({json})"), format!("kql_json_of_string({own})")),
        Type::Dynamic => (json.clone(), own.clone()),
        ty => (format!("TRY_CAST({json} AS {})", ty.sql()), format!("{own}::VARCHAR")),
    };
    connection.execute(&format!("UPDATE {from} SET {own} = {value} WHERE {column} IS NOT NULL"))?;
    let count = |what: &str| {
        let sql = format!("SELECT count(*) FROM {from} WHERE {json} IS NOT NULL AND {what}");
        Ok::<bool, Error>(layout::number(connection, &sql)?.is_some_and(|count| count > 0))
    };
    if shadow.ty != Type::String {
        if count(&format!("{back} IS DISTINCT FROM {json}"))? {
            return Ok(Trust::None);
        }
        let wide = format!("{own} NOT BETWEEN {} AND {}", i32::MIN, i32::MAX);
        return Ok(if shadow.ty == Type::Long && count(&wide)? { Trust::Part } else { Trust::Full });
    }
    if count(&format!("left({json}, 1) <> '\"'"))? {
        return Ok(Trust::None);
    }
    let odd = count(&format!("({own} = '' OR {back} <> {json})"))?;
    Ok(if odd { Trust::Part } else { Trust::Full })
}

/// A path as people write it: `.a.b[0]`.
fn spoken(path: &str) -> String {
    let mut out = String::new();
    let mut rest = path;
    while let Some((number, after)) = rest.get(1..).and_then(|rest| rest.split_once(':')) {
        let length = if rest.starts_with('k') { number.parse().unwrap_or(after.len()) } else { 0 };
        match after.get(..length).filter(|key| !key.is_empty()) {
            Some(key) => out.extend([".", key]),
            None => out.extend(["[", number, "]"]),
        }
        rest = after.get(length..).unwrap_or_default();
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn trusts_have_their_names_in_order() {
        assert!(TRUSTS.iter().all(|(trust, name)| word(*trust) == *name));
    }

    #[test]
    fn a_path_is_spoken_as_it_is_written() {
        assert_eq!(spoken("k1:ak3:b:ci-1:"), ".a.b:c[-1]");
        assert_eq!(spoken("k1:ae:k4:Name"), ".a[].Name");
        assert_eq!(spoken(""), "");
    }
}
