//! Workbooks of Excel: a sheet a result, streamed, so that none is held in memory. A value is in its cell as it is,
//! or the whole file is refused by column and row: what Excel would round (longs of more than 15 digits, decimals)
//! or lose ticks of (datetimes, timespans) is text, and text is text whatever it looks like, no formula and no link.

mod archive;
mod parts;

use std::fmt::Write as _;
use std::io::{self, Write};

use archive::Archive;
use parts::{INTEGER, NAME, TEXT, WAY_OUT};

use super::Exporter;
use crate::display::{count, thousands};
use crate::types::ColumnType;
use crate::value::{Value, real_text};

/// The most of a sheet, the row of names among them, and of a cell, in units of UTF-16.
const ROWS_MAX: u64 = 1_048_576;
const COLUMNS_MAX: usize = 16_384;
const CELL_MAX: usize = 32_767;

/// Longs from here on have more digits than Excel shows.
const DIGITS_MAX: u64 = 1_000_000_000_000_000;

/// Results as a workbook.
#[derive(Default)]
pub struct Xlsx {
    archive: Archive,
    columns: Vec<ColumnType>,
    /// What the columns are called in references: A, B and so on.
    letters: Vec<String>,
    /// Rows of the sheet so far, that of the names among them.
    rows: u64,
    sheets: Vec<parts::Sheet>,
    title: Option<String>,
}

impl Xlsx {
    fn text(&self, line: &mut String, at: usize, style: u8, text: &str) -> io::Result<()> {
        // A text has no more units than bytes.
        if text.len() > CELL_MAX {
            let units = text.encode_utf16().count();
            if units > CELL_MAX {
                let (name, row) = (&self.columns[at].name, self.rows);
                let place =
                    if row == 0 { "the name".to_owned() } else { format!("row {row} of column '{name}'") };
                return Err(io::Error::other(format!(
                    "{place} has {}, and a cell of Excel at most {}; {WAY_OUT}",
                    count(units as u64, "character"),
                    thousands(CELL_MAX as u64)
                )));
            }
        }
        let (letter, row) = (&self.letters[at], self.rows + 1);
        let _ =
            write!(line, r#"<c r="{letter}{row}" s="{style}" t="inlineStr"><is><t xml:space="preserve">"#);
        parts::escape(line, text);
        line.push_str("</t></is></c>");
        Ok(())
    }

    fn cell(&self, line: &mut String, at: usize, value: &Value) -> io::Result<()> {
        let (letter, row) = (&self.letters[at], self.rows + 1);
        let number = |line: &mut String, style: u8, kind: &str, text: &str| {
            let _ = write!(line, r#"<c r="{letter}{row}" s="{style}" t="{kind}"><v>{text}</v></c>"#);
        };
        match value {
            Value::Null => {}
            Value::Bool(value) => number(line, 0, "b", if *value { "1" } else { "0" }),
            Value::Int(value) => number(line, INTEGER, "n", &value.to_string()),
            Value::Long(value) if value.unsigned_abs() < DIGITS_MAX => {
                number(line, INTEGER, "n", &value.to_string());
            }
            // Excel makes 0 of smaller ones.
            Value::Real(value) if value.is_normal() || *value == 0.0 => {
                number(line, 0, "n", &real_text(*value).to_uppercase());
            }
            Value::String(text) | Value::Dynamic(text) => {
                if !text.is_empty() {
                    self.text(line, at, TEXT, text)?;
                }
            }
            Value::Long(_)
            | Value::Real(_)
            | Value::Decimal(_)
            | Value::Datetime(_)
            | Value::Timespan(_)
            | Value::Guid(_) => self.text(line, at, TEXT, &value.text())?,
        }
        Ok(())
    }
}

impl Exporter for Xlsx {
    fn title(&mut self, name: &str) {
        self.title = Some(name.to_owned());
    }

    fn begin(&mut self, columns: &[ColumnType], out: &mut dyn Write) -> io::Result<()> {
        if columns.len() > COLUMNS_MAX {
            return Err(io::Error::other(format!(
                "the result has {}, and a sheet of Excel at most {}; {WAY_OUT}",
                count(columns.len() as u64, "column"),
                thousands(COLUMNS_MAX as u64)
            )));
        }
        if self.sheets.is_empty() {
            for (name, content) in parts::FIRST {
                self.archive.part(name, content.as_bytes(), out)?;
            }
        }
        let name = parts::sheet_name(self.title.take(), &self.sheets);
        self.columns = columns.to_vec();
        self.letters = (0..columns.len()).map(parts::letters).collect();
        self.sheets.push(parts::Sheet { name, area: String::new() });
        self.rows = 0;
        self.archive.begin(&parts::sheet_path(self.sheets.len()), out)?;
        let mut line = parts::sheet_start(columns, self.sheets.len() == 1);
        line.push_str(r#"<row r="1">"#);
        for (at, column) in columns.iter().enumerate() {
            self.text(&mut line, at, NAME, &column.name)?;
        }
        line.push_str("</row>");
        self.rows = 1;
        self.archive.write(line.as_bytes(), out)
    }

    fn rows(&mut self, rows: &[Vec<Value>], out: &mut dyn Write) -> io::Result<()> {
        let mut line = String::new();
        for row in rows {
            if self.rows == ROWS_MAX {
                return Err(io::Error::other(format!(
                    "the result has more than {}, which is all that a sheet of Excel holds; {WAY_OUT}",
                    count(ROWS_MAX - 1, "row")
                )));
            }
            line.clear();
            let _ = write!(line, r#"<row r="{}">"#, self.rows + 1);
            for (at, value) in row.iter().enumerate().take(self.columns.len()) {
                self.cell(&mut line, at, value)?;
            }
            line.push_str("</row>");
            self.rows += 1;
            self.archive.write(line.as_bytes(), out)?;
        }
        Ok(())
    }

    fn end(&mut self, out: &mut dyn Write) -> io::Result<()> {
        let last = self.letters.last().map_or("A", String::as_str);
        let end = parts::sheet_end(last, self.rows);
        if let Some(sheet) = self.sheets.last_mut() {
            sheet.area = format!("$A$1:${last}${}", self.rows);
        }
        self.archive.write(end.as_bytes(), out)?;
        self.archive.end(out)
    }

    fn finish(&mut self, out: &mut dyn Write) -> io::Result<()> {
        if self.sheets.is_empty() {
            return Err(io::Error::other("a workbook needs a sheet, and there is no result"));
        }
        for (name, content) in parts::last(&self.sheets) {
            self.archive.part(name, content.as_bytes(), out)?;
        }
        self.archive.finish(out)
    }

    fn neutralised(&self) -> u64 {
        0
    }
}
