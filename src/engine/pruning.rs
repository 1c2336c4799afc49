//! Tests: of a table or a Parquet file a query over the last hour reads only the row groups that it must.

use std::path::Path;

use super::ffi::Connection;
use super::open::{Access, Instance};
use super::store::{NewColumn, Store};
use super::{Options, foreign, layout};
use crate::batch::{Batch, Buffer, Data};
use crate::compile::{self, compile};
use crate::error::Result;
use crate::schema::Schema;
use crate::sql::quote;
use crate::ticks::{SECOND, parse_datetime};
use crate::types::Type;

/// What DuckDB keeps the least and the greatest value of.
const GROUP_ROWS: usize = 122_880;
const GROUPS: usize = 4;
/// Rows a second: a row group is 20 minutes long.
const PACE: i64 = 102;

const QUERIES: [(&str, u64); 5] = [
    ("T | where TimeGenerated > ago(10m) | count", 1),
    ("let since = ago(30m); T | where TimeGenerated between (since .. now()) | summarize count()", 2),
    (
        "T | extend x = 1 | where x == 1 and TimeGenerated >= ago(10m) | where TimeGenerated < now() | count",
        1,
    ),
    ("T | where TimeGenerated < ago(70m) | project TimeGenerated", 1),
    ("T | where tostring(TimeGenerated) != '' | count", GROUPS as u64),
];

/// The last row's instant.
fn now() -> i64 {
    parse_datetime("2026-05-14T12:00:00Z").expect("is one")
}

/// How many row groups each query reads.
fn assert_pruned(connection: &Connection, schema: &Schema, folder: &Path) -> Result<()> {
    connection.register_kernels()?;
    let profile = folder.join("profile.json");
    let path = quote::text(profile.to_str().expect("is UTF-8"));
    connection.execute(&format!("SET enable_profiling = 'json'; SET profiling_output = {path}"))?;
    for (kql, expected) in QUERIES {
        let compilation = compile(kql, schema, &compile::Options { now: now(), ..Default::default() });
        let compiled = compilation.results.first().expect("compiles");
        let mut rows = connection.query(&compiled.sql, &compiled.columns)?;
        while rows.chunk()?.is_some() {}
        drop(rows);
        let text = std::fs::read_to_string(&profile)?;
        let number = |name: &str| -> Option<u64> {
            let (_, rest) = text.split_once(&format!("\"{name}\":"))?;
            rest.split([',', '\n', '}']).next()?.trim().parse().ok()
        };
        let (read, all) = (number("row_groups_scanned"), number("total_row_groups_to_scan"));
        let fine = (read, all) == (Some(expected), Some(GROUPS as u64));
        assert!(fine, "{kql} reads {read:?} of {all:?}:\n{}\n{text}", compiled.sql);
    }
    connection.execute("SET enable_profiling = 'no_output'")
}

#[test]
fn a_table_is_read_as_far_as_its_times_go() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("h.duckdb");
    let mut store = Store::open(&path, &Options::default())?;
    let column =
        |name: &str, ty| NewColumn { name: name.into(), ty, alias_of: None, unlisted: false, varied: false };
    store.ensure_table("T", &[column("TimeGenerated", Type::Datetime), column("Name", Type::String)])?;
    let rows = GROUPS * GROUP_ROWS;
    let mut buffer = Buffer::new(Type::Datetime);
    buffer.pad(rows);
    let ticks = (0..rows as i64).map(|row| now() - (rows as i64 - 1 - row) * SECOND / PACE);
    buffer.data = Data::Long(ticks.collect());
    buffer.valid.fill(u64::MAX);
    store.append("T", &["TimeGenerated"], &Batch { rows, columns: vec![buffer] })?;
    store.finish()?;
    let (_instance, connection) = Instance::new(&Options::default(), Some(&path), Access::Read)?;
    let schema = layout::schema(&layout::tables(&connection)?);
    assert_pruned(&connection, &schema, folder.path())
}

#[test]
fn a_parquet_file_is_read_as_far_as_its_times_go() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("T.parquet");
    let (_writer, connection) = Instance::new(&Options::default(), None, Access::Read)?;
    for ty in ["TIMESTAMP", "TIMESTAMPTZ"] {
        let rows = GROUPS * GROUP_ROWS;
        connection.execute(&format!(
            "COPY (SELECT ('2026-05-14T12:00:00Z'::TIMESTAMP - to_microseconds(({rows} - 1 - i) * 1000000 // {PACE}))::{ty} \
             AS \"TimeGenerated\" FROM range({rows}) AS r(i)) TO {} (ROW_GROUP_SIZE {GROUP_ROWS})",
            quote::text(path.to_str().expect("is UTF-8"))
        ))?;
        let (instance, connection) = Instance::new(&Options::default(), Some(&path), Access::Read)?;
        assert!(instance.parquet.is_some());
        let (schema, notes) = foreign::parquet(&connection, &path)?;
        assert!(notes.is_empty());
        assert_pruned(&connection, &schema, folder.path())?;
    }
    Ok(())
}
