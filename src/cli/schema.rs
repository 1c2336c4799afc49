//! `kqlhunt schema`: the tables of the data, or the columns of one.

use super::data::Binder;
use super::exit::{Exit, Failure};
use super::{Global, SchemaArgs, table};
use crate::catalog::tables;
use crate::catalog::views::{self, View};
use crate::diag;
use crate::types::{ColumnType, Type};
use crate::value::Value;

/// Prints the list in the format asked for.
pub fn run(global: &Global, args: &SchemaArgs) -> Result<Exit, Failure> {
    let binder = Binder::open(global, None)?;
    let (names, rows) = match &args.table {
        None => (["Table", "Columns", "Description"], list_tables(&binder)),
        Some(name) => (["Column", "Type", "Description"], list_columns(&binder, name)?),
    };
    let columns =
        names.map(|name| ColumnType::new(name, if name == "Columns" { Type::Long } else { Type::String }));
    table::write(global, &args.format, &columns, &rows)?;
    Ok(Exit::Done)
}

fn list_tables(binder: &Binder) -> Vec<Vec<Value>> {
    let row = |table: &crate::schema::Table| {
        let doc = tables::TABLES.iter().find(|row| row.name == table.name).map_or("", |row| row.doc);
        let columns = i64::try_from(table.listed().count()).unwrap_or(i64::MAX);
        vec![Value::String(table.name.clone()), Value::Long(columns), Value::String(doc.into())]
    };
    let view = |view: &View| {
        let columns = i64::try_from(view.columns.len()).unwrap_or(i64::MAX);
        vec![Value::String(view.name.into()), Value::Long(columns), Value::String(view.doc.into())]
    };
    binder.schema.tables.iter().map(row).chain(views::of(&binder.schema).map(view)).collect()
}

fn list_columns(binder: &Binder, name: &str) -> Result<Vec<Vec<Value>>, Failure> {
    if let Some(view) = views::of(&binder.schema).find(|view| view.name == name) {
        let row = |column: &tables::Column| {
            [column.name, column.ty.name(), column.doc].map(|text| Value::String(text.into())).to_vec()
        };
        return Ok(view.columns.iter().map(row).collect());
    }
    let Some(table) = binder.schema.table(name) else {
        let known = binder.schema.tables.iter().map(|table| table.name.as_str());
        let near = diag::nearest(name, known.chain(views::of(&binder.schema).map(|view| view.name)));
        let help = near.map(|near| format!("; did you mean '{near}'?")).unwrap_or_default();
        return Err(Failure::new(Exit::Usage, format!("no table is called '{name}'{help}")));
    };
    let official = tables::TABLES.iter().find(|row| row.name == name);
    let doc = |column: &str| {
        let row = official.and_then(|row| row.columns.iter().find(|row| row.name == column));
        Value::String(row.map_or("", |row| row.doc).into())
    };
    let row = |column: &crate::schema::TableColumn| {
        let ty = Value::String(column.ty.name().into());
        vec![Value::String(column.name.clone()), ty, doc(&column.name)]
    };
    Ok(table.listed().map(row).collect())
}
