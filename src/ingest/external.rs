//! Files that queries read as they run: `externaldata` and watchlists. Cells become values as Kusto's
//! ingestion makes them: what does not fit is null. A file that cannot be cut into records is refused as a
//! whole. Knows no folders and no store.

use std::borrow::Cow;
use std::io::Read;
use std::path::Path;
use std::sync::Arc;

use serde_json::value::RawValue;

use super::cell::{self, Raw, Reading};
use super::cut::{records, split};
use super::json;
use super::source::Input;
use super::time::DateOrder;
use crate::batch::{Batch, Buffer, Data};
use crate::error::{Error, Result};
use crate::facts::{CellSource, FileFormat, FileLayout};
use crate::kernels::json as paths;
use crate::ticks::parse_datetime;
use crate::types::{ColumnType, Type};

/// Content after decompression. Kusto reads tables of up to 100 MB so.
const CONTENT_MAX_BYTES: u64 = 256 << 20;

/// As much of a file as a header may take.
const HEADER_MAX_BYTES: u64 = 64 << 10;

/// A file's text, decompressed. Errors: it cannot be read, is too large, or is no UTF-8.
pub fn content(path: &Path) -> Result<String> {
    let text = beginning(path, CONTENT_MAX_BYTES + 1)?;
    if text.len() as u64 > CONTENT_MAX_BYTES {
        let megabytes = CONTENT_MAX_BYTES >> 20;
        let message = format!("it is larger than {megabytes} MB; load it as a table with kqlhunt ingest");
        return Err(Error::message(message));
    }
    String::from_utf8(text).map_err(|error| {
        let valid = error.utf8_error().valid_up_to();
        let line = memchr::memchr_iter(b'\n', &error.as_bytes()[..valid]).count() + 1;
        Error::message(format!("line {line} is not UTF-8"))
    })
}

fn beginning(path: &Path, bytes: u64) -> Result<Vec<u8>> {
    let mut found = Vec::new();
    Input::file(path, true)?.open(&Arc::default())?.take(bytes).read_to_end(&mut found)?;
    if found.starts_with(b"\xef\xbb\xbf") {
        found.drain(..3);
    }
    Ok(found)
}

/// The names in a CSV file's first record, which no two share.
pub fn header(path: &Path) -> Result<Vec<String>> {
    let bytes = beginning(path, HEADER_MAX_BYTES)?;
    let end = memchr::memrchr(b'\n', &bytes).map(|at| at + 1);
    if end.is_none() && bytes.len() as u64 >= HEADER_MAX_BYTES {
        return Err(Error::message("its header is longer than 64 KB"));
    }
    let whole = end.unwrap_or(bytes.len());
    let text = String::from_utf8_lossy(&bytes[..whole]);
    let (_, record) = match records(&text, b',') {
        Ok(found) => *found.first().ok_or_else(|| Error::message("it has no header"))?,
        // A mistake further down is told when the rows are read.
        Err(_) => (1, text.lines().find(|line| !line.is_empty()).unwrap_or("")),
    };
    names(record)
}

fn names(record: &str) -> Result<Vec<String>> {
    let names: Vec<String> = split(record, b',').iter().map(|name| name.trim().to_owned()).collect();
    for (at, name) in names.iter().enumerate() {
        if name.is_empty() {
            return Err(Error::message(format!("column {} of its header has no name", at + 1)));
        }
        if names[..at].contains(name) {
            return Err(Error::message(format!("its header names '{name}' twice")));
        }
    }
    Ok(names)
}

/// A record's line and cells.
pub type Record<'t> = (u64, Vec<Cow<'t, str>>);

/// The records of a CSV text, the header among them.
pub fn table(text: &str) -> Result<Vec<Record<'_>>> {
    let found = records(text, b',').map_err(|(line, what)| wrong(line, what))?;
    Ok(found.into_iter().map(|(line, record)| (line, split(record, b','))).collect())
}

/// Rows of columns, filled cell by cell.
pub struct Table {
    pub batch: Batch,
    reading: Reading,
}

impl Table {
    pub fn new(columns: &[ColumnType]) -> Table {
        let columns = columns.iter().map(|column| Buffer::new(column.ty)).collect();
        Table { batch: Batch { rows: 0, columns }, reading: Reading::new(DateOrder::MonthFirst) }
    }

    /// Appends the rows of one file.
    pub fn file(&mut self, text: &str, columns: &[ColumnType], layout: &FileLayout) -> Result<()> {
        let mapping = layout.mapping.as_deref();
        match layout.format {
            FileFormat::Delimited(delimiter) => {
                let found = records(text, delimiter).map_err(|(line, what)| wrong(line, what))?;
                for (_, record) in found.into_iter().skip(usize::from(layout.skip_first)) {
                    self.cells(&split(record, delimiter), mapping);
                }
            }
            FileFormat::Lines => {
                let lines = text.split('\n').map(|line| line.strip_suffix('\r').unwrap_or(line));
                for line in lines.filter(|line| !line.is_empty()).skip(usize::from(layout.skip_first)) {
                    self.cells(&[Cow::Borrowed(line)], mapping);
                }
            }
            FileFormat::Whole => self.cells(&[Cow::Borrowed(text)], mapping),
            FileFormat::Json => self.documents(text, columns, mapping)?,
        }
        Ok(())
    }

    /// A record of cells: by their order, or as the mapping says. A record may have fewer or more cells than
    /// there are columns.
    fn cells(&mut self, cells: &[Cow<'_, str>], mapping: Option<&[CellSource]>) {
        for at in 0..self.batch.columns.len() {
            let text = match mapping.map(|mapping| &mapping[at]) {
                None => cells.get(at).map(AsRef::as_ref),
                Some(CellSource::Ordinal(ordinal)) => cells.get(*ordinal).map(AsRef::as_ref),
                Some(CellSource::Constant(text)) => Some(text.as_str()),
                Some(CellSource::Nothing | CellSource::Path(_)) => None,
            };
            if let Some(text) = text {
                self.put(at, Raw::Text(text));
            }
        }
        self.batch.rows += 1;
    }

    fn documents(
        &mut self,
        text: &str,
        columns: &[ColumnType],
        mapping: Option<&[CellSource]>,
    ) -> Result<()> {
        for value in serde_json::Deserializer::from_str(text).into_iter::<&RawValue>() {
            let value = value.map_err(|error| wrong(error.line() as u64, &error.to_string()))?.get();
            if value.starts_with('[') {
                let elements = json::array(value).map_err(|fault| Error::message(fault.what))?;
                for element in elements {
                    self.document(&value[element.at], columns, mapping)?;
                }
            } else {
                self.document(value, columns, mapping)?;
            }
        }
        Ok(())
    }

    fn document(
        &mut self,
        record: &str,
        columns: &[ColumnType],
        mapping: Option<&[CellSource]>,
    ) -> Result<()> {
        if mapping.is_none() && !record.starts_with('{') {
            return Err(Error::message(format!("record {} is no JSON object", self.batch.rows + 1)));
        }
        for (at, column) in columns.iter().enumerate() {
            let found = match mapping.map(|mapping| &mapping[at]) {
                None => paths::member(record, &column.name),
                Some(CellSource::Path(path)) => paths::get(record, path),
                Some(CellSource::Constant(text)) => {
                    self.put(at, Raw::Text(text));
                    None
                }
                Some(CellSource::Nothing | CellSource::Ordinal(_)) => None,
            };
            if let Some(found) = found {
                let slice = json::value(found).map_err(|fault| Error::message(fault.what))?;
                self.put(at, Raw::Json(found, &slice));
            }
        }
        self.batch.rows += 1;
        Ok(())
    }

    /// The cell of the row that is being filled; what does not fit leaves it null.
    fn put(&mut self, at: usize, raw: Raw<'_>) {
        let row = self.batch.rows;
        let buffer = &mut self.batch.columns[at];
        if buffer.ty == Type::Datetime {
            let text = match raw {
                Raw::Text(text) => Cow::Borrowed(text),
                Raw::Json(text, slice) if slice.kind == json::Kind::String => json::unescape(text, slice),
                Raw::Json(..) | Raw::Ticks(_) | Raw::Bool(_) => return,
            };
            if let Some(ticks) = parse_datetime(text.trim()) {
                put_ticks(buffer, row, ticks);
            }
            return;
        }
        cell::put(buffer, row, raw, 0, &mut self.reading);
    }

    /// Appends the rows of a watchlist. `columns` are those of [`crate::catalog::outside`] and then the
    /// file's own; `key` is the column that SearchKey repeats, `updated` the time of rows that name none.
    pub fn watchlist(&mut self, text: &str, columns: &[ColumnType], key: &str, updated: i64) -> Result<()> {
        let found = records(text, b',').map_err(|(line, what)| wrong(line, what))?;
        let Some(((_, first), rows)) = found.split_first() else {
            return Err(Error::message("it has no header"));
        };
        let names = names(first)?;
        let place = |name: &str| names.iter().position(|own| own == name);
        let known = names.iter().all(|name| columns.iter().any(|column| column.name == *name));
        let there = columns.iter().skip(4).all(|column| place(&column.name).is_some());
        if !known || !there {
            return Err(Error::message("its header has changed; run the query again"));
        }
        let Some(key_at) = place(key) else {
            return Err(Error::message(format!("it has no column '{key}' for SearchKey")));
        };
        for (line, record) in rows {
            let cells = split(record, b',');
            if cells.len() != names.len() {
                let what = format!("it has {} fields, the header {}", cells.len(), names.len());
                return Err(wrong(*line, &what));
            }
            for (at, column) in columns.iter().enumerate() {
                match place(&column.name) {
                    Some(own) => self.put(at, Raw::Text(&cells[own])),
                    None if column.ty == Type::Datetime => {
                        put_ticks(&mut self.batch.columns[at], self.batch.rows, updated);
                    }
                    None if column.ty == Type::Dynamic => self.put(at, Raw::Text(&bag(&names, &cells))),
                    None if column.name == "SearchKey" => self.put(at, Raw::Text(&cells[key_at])),
                    None => {}
                }
            }
            self.batch.rows += 1;
        }
        Ok(())
    }
}

fn put_ticks(buffer: &mut Buffer, row: usize, ticks: i64) {
    buffer.pad(row);
    if let Data::Long(values) = &mut buffer.data {
        values.push(ticks);
    }
    buffer.present();
}

/// A record as a property bag of strings.
fn bag(names: &[String], cells: &[Cow<'_, str>]) -> String {
    let mut out = String::from("{");
    for (name, value) in names.iter().zip(cells) {
        if out.len() > 1 {
            out.push(',');
        }
        json::quote(name, &mut out);
        out.push(':');
        json::quote(value, &mut out);
    }
    out.push('}');
    out
}

fn wrong(line: u64, what: &str) -> Error {
    Error::message(format!("line {line}: {what}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::Value;

    const CSV: FileFormat = FileFormat::Delimited(b',');

    fn rows(text: &str, columns: &[(&str, Type)], format: FileFormat, skip_first: bool) -> Vec<Vec<String>> {
        mapped(text, columns, FileLayout { format, skip_first, mapping: None }).expect("reads")
    }

    fn mapped(text: &str, columns: &[(&str, Type)], layout: FileLayout) -> Result<Vec<Vec<String>>> {
        let columns: Vec<ColumnType> = columns.iter().map(|(name, ty)| ColumnType::new(*name, *ty)).collect();
        let mut table = Table::new(&columns);
        table.file(text, &columns, &layout)?;
        let shown = |value: Value| if value.is_null() { "null".to_owned() } else { value.text() };
        let row = |row| table.batch.columns.iter().map(|buffer| shown(buffer.value(row))).collect();
        Ok((0..table.batch.rows).map(row).collect())
    }

    #[test]
    fn a_bad_cell_is_null_and_a_missing_one_too() {
        let columns =
            [("Ip", Type::String), ("Seen", Type::Datetime), ("Score", Type::Long), ("Bag", Type::Dynamic)];
        let text =
            "Ip,Seen,Score,Bag\n192.0.2.1,2026-05-01,7,\"{\"\"a\"\":1}\"\n192.0.2.2,soon,7.5\n\n,,,,more\n";
        let found = rows(text, &columns, CSV, true);
        assert_eq!(
            found,
            [
                ["192.0.2.1", "2026-05-01T00:00:00Z", "7", "{\"a\":1}"],
                ["192.0.2.2", "null", "null", "null"],
                ["", "null", "null", "null"],
            ]
        );
    }

    #[test]
    fn lines_and_whole_files_are_single_values() {
        let one = [("Line", Type::String), ("None", Type::Long)];
        assert_eq!(rows("# a\r\nb,c\n\nd", &one, FileFormat::Lines, true), [["b,c", "null"], ["d", "null"]]);
        assert_eq!(rows("a\nb\n", &one, FileFormat::Whole, false), [["a\nb\n", "null"]]);
    }

    #[test]
    fn json_goes_by_name_or_by_path() {
        let columns = [("name", Type::String), ("size", Type::Int)];
        let text = "{\"name\":\"x\",\"size\":3}\n[{\"size\":\"4\",\"other\":1},{\"name\":[1]}] ";
        assert_eq!(rows(text, &columns, FileFormat::Json, false), [["x", "3"], ["", "4"], ["[1]", "null"]]);
        let mapping = Some(vec![CellSource::Path(String::new()), CellSource::Path("k1:ak1:b".into())]);
        let layout = FileLayout { format: FileFormat::Json, skip_first: false, mapping };
        let found = mapped("[{\"a\":{\"b\":5}},7]", &columns, layout.clone()).expect("reads");
        assert_eq!(found, [["{\"a\":{\"b\":5}}", "5"], ["7", "null"]]);
        assert!(mapped("[{]", &columns, layout).is_err());
    }

    #[test]
    fn a_watchlist_knows_its_key_and_its_item() {
        let columns = [("_DTItemId", Type::String), ("LastUpdatedTimeUTC", Type::Datetime)];
        let more = [("SearchKey", Type::String), ("WatchlistItem", Type::Dynamic), ("Upn", Type::String)];
        let columns: Vec<ColumnType> =
            columns.into_iter().chain(more).map(|(name, ty)| ColumnType::new(name, ty)).collect();
        let mut table = Table::new(&columns);
        table.watchlist("Upn\nadele@example.com\n", &columns, "Upn", 0).expect("reads");
        let cell = |at: usize| table.batch.columns[at].value(0);
        assert_eq!(cell(2), Value::String("adele@example.com".into()));
        assert_eq!(cell(3), Value::Dynamic("{\"Upn\":\"adele@example.com\"}".into()));
        assert!(table.watchlist("Upn,New\na,b\n", &columns, "Upn", 0).is_err());
        assert!(table.watchlist("Upn\na,b\n", &columns, "Upn", 0).is_err());
    }
}
