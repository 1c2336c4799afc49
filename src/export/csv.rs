//! CSV and TSV as RFC 4180 says. Field values are written by attackers and opened in spreadsheets:
//! unless asked for raw, a text cell that a spreadsheet would run as a formula gets a leading
//! apostrophe. Several results are separated by an empty line.

use std::borrow::Cow;
use std::io::{self, Write};

use csv::{QuoteStyle, Terminator, WriterBuilder};

use super::{Exporter, Options};
use crate::display;
use crate::types::{ColumnType, Type};
use crate::value::Value;

/// Rows as separated values.
pub struct Separated {
    builder: WriterBuilder,
    line_end: &'static str,
    options: Options,
    types: Vec<Type>,
    results: usize,
    neutralised: u64,
}

impl Separated {
    /// Commas, and CRLF as the RFC has it.
    pub fn comma(options: Options) -> Self {
        Separated::new(b',', Terminator::CRLF, "\r\n", options)
    }

    /// Tabs, quoted as in CSV, and plain line feeds for the tools of a shell.
    pub fn tab(options: Options) -> Self {
        Separated::new(b'\t', Terminator::Any(b'\n'), "\n", options)
    }

    fn new(delimiter: u8, end: Terminator, line_end: &'static str, options: Options) -> Self {
        let mut builder = WriterBuilder::new();
        builder.delimiter(delimiter).terminator(end).flexible(true);
        Separated { builder, line_end, options, types: Vec::new(), results: 0, neutralised: 0 }
    }

    fn cell<'a>(&mut self, text: Cow<'a, str>, written_by_people: bool) -> Cow<'a, str> {
        let text = if self.options.terminal { Cow::Owned(shown(&text, self.options.ascii)) } else { text };
        if self.options.raw || !written_by_people || !runs_as_formula(&text) {
            return text;
        }
        self.neutralised += 1;
        Cow::Owned(format!("'{text}"))
    }
}

fn shown(text: &str, ascii: bool) -> String {
    if ascii { display::safe_ascii(text).into_owned() } else { display::safe(text).into_owned() }
}

/// Whether a spreadsheet may take the text for a formula. The first characters are those of OWASP's
/// page "CSV Injection" and NUL, which some readers skip; with their full-width forms.
pub fn runs_as_formula(text: &str) -> bool {
    // What a reader trims, or does not see, hides nothing.
    let hidden = |character: char| character == ' ' || character == '\u{a0}' || character == '\u{feff}';
    matches!(
        text.trim_start_matches(hidden).chars().next(),
        Some('=' | '+' | '-' | '@' | '\t' | '\r' | '\0' | '＝' | '＋' | '－' | '＠')
    )
}

/// Numbers, times and identifiers keep their signs; a dynamic value that is a number does too.
fn written_by_people(ty: Type, text: &str) -> bool {
    match ty {
        Type::String => true,
        Type::Dynamic => text.parse::<f64>().is_err(),
        Type::Bool
        | Type::Datetime
        | Type::Decimal
        | Type::Guid
        | Type::Int
        | Type::Long
        | Type::Real
        | Type::Timespan => false,
    }
}

impl Exporter for Separated {
    fn begin(&mut self, columns: &[ColumnType], out: &mut dyn Write) -> io::Result<()> {
        if self.results > 0 {
            out.write_all(self.line_end.as_bytes())?;
        }
        self.results += 1;
        self.types = columns.iter().map(|column| column.ty).collect();
        // A file that starts with this mark would lose it to its reader.
        let marked = columns.first().is_some_and(|column| column.name.starts_with('\u{feff}'));
        let style = if marked { QuoteStyle::Always } else { QuoteStyle::Necessary };
        let mut writer = self.builder.quote_style(style).from_writer(out);
        for column in columns {
            let cell = self.cell(Cow::Borrowed(&column.name), true);
            writer.write_field(cell.as_bytes()).map_err(as_it_was)?;
        }
        writer.write_record(None::<&[u8]>).map_err(as_it_was)?;
        writer.flush()
    }

    fn rows(&mut self, rows: &[Vec<Value>], out: &mut dyn Write) -> io::Result<()> {
        let mut writer = self.builder.quote_style(QuoteStyle::Necessary).from_writer(out);
        for row in rows {
            for (at, value) in row.iter().enumerate() {
                let text = text(value);
                let ty = self.types.get(at).copied().unwrap_or(Type::String);
                let by_people = written_by_people(ty, &text);
                let cell = self.cell(text, by_people);
                writer.write_field(cell.as_bytes()).map_err(as_it_was)?;
            }
            writer.write_record(None::<&[u8]>).map_err(as_it_was)?;
        }
        writer.flush()
    }

    fn end(&mut self, _out: &mut dyn Write) -> io::Result<()> {
        Ok(())
    }

    fn finish(&mut self, _out: &mut dyn Write) -> io::Result<()> {
        Ok(())
    }

    fn neutralised(&self) -> u64 {
        self.neutralised
    }
}

/// The error of what is written to: inside of another one its kind would be lost, such as that of a reader who left.
fn as_it_was(error: csv::Error) -> io::Error {
    let said = error.to_string();
    match error.into_kind() {
        csv::ErrorKind::Io(error) => error,
        _ => io::Error::other(said),
    }
}

fn text(value: &Value) -> Cow<'_, str> {
    match value {
        Value::String(text) | Value::Dynamic(text) => Cow::Borrowed(text),
        other => Cow::Owned(other.text()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::slice::from_ref;

    fn written(mut exporter: Separated, ty: Type, cells: &[Value]) -> (String, u64) {
        let mut out = Vec::new();
        exporter.begin(&[ColumnType::new("a", ty)], &mut out).expect("writes");
        let rows: Vec<Vec<Value>> = cells.iter().map(|cell| vec![cell.clone()]).collect();
        exporter.rows(&rows, &mut out).expect("writes");
        exporter.end(&mut out).expect("writes");
        exporter.finish(&mut out).expect("writes");
        (String::from_utf8(out).expect("is text"), exporter.neutralised())
    }

    #[test]
    fn formula_cells_are_neutralised_and_counted() {
        for start in ["=", "+", "-", "@", "\t", "\r", "\0", "＝", "＋", "－", "＠", " =", "\u{feff}="] {
            let cell = Value::String(format!("{start}1+1"));
            let (safe, count) = written(Separated::comma(Options::default()), Type::String, from_ref(&cell));
            assert!(safe.contains(&format!("'{start}1+1")), "{safe:?}");
            assert_eq!(count, 1);
            let raw = Options { raw: true, ..Options::default() };
            let (raw, count) = written(Separated::comma(raw), Type::String, from_ref(&cell));
            assert!(!raw.contains('\''), "{raw:?}");
            assert_eq!(count, 0);
        }
    }

    #[test]
    fn a_column_name_is_text_too() {
        let mut exporter = Separated::comma(Options::default());
        let mut out = Vec::new();
        exporter.begin(&[ColumnType::new("=1", Type::Long)], &mut out).expect("writes");
        assert_eq!((out.as_slice(), exporter.neutralised()), (b"'=1\r\n".as_slice(), 1));
    }

    #[test]
    fn numbers_keep_their_signs() {
        let (text, count) =
            written(Separated::comma(Options::default()), Type::Long, &[Value::Long(-5), Value::Null]);
        assert_eq!((text.as_str(), count), ("a\r\n-5\r\n\"\"\r\n", 0));
        let cells = [Value::Dynamic("-5.5".into()), Value::Dynamic("=1".into())];
        let (text, count) = written(Separated::tab(Options::default()), Type::Dynamic, &cells);
        assert_eq!((text.as_str(), count), ("a\n-5.5\n'=1\n", 1));
    }

    #[test]
    fn a_terminal_gets_no_control_bytes() {
        let options = Options { terminal: true, ..Options::default() };
        let cell = Value::String("\x1b[2J\r\nforged,row".into());
        let (text, _) = written(Separated::comma(options), Type::String, &[cell]);
        assert_eq!(text, "a\r\n\"␛[2J␍␊forged,row\"\r\n");
    }
}
