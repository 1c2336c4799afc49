//! Columns for people to read, the same on a terminal and in a pipe. Every byte from data comes
//! through `display`, so a value can neither move the cursor nor forge a row. Nothing is cut: in a terminal
//! that the table fits into, long cells are folded within their columns. Elsewhere a row is one line, for
//! `grep` and `wc`, and a cell beyond its column's width pushes what follows it no further than it must.

mod layout;

use std::io::{self, Write};

use unicode_width::UnicodeWidthStr;

use super::{Exporter, Options};
use crate::display;
use crate::types::{ColumnType, Type};
use crate::value::Value;

/// Rows that decide the columns' widths; the rest is written as it comes.
const ROWS_MEASURED: usize = 1_000;

/// Rows in aligned columns.
pub struct Table {
    options: Options,
    header: Vec<String>,
    right: Vec<bool>,
    widths: Vec<usize>,
    /// Cells that are wider than their columns take several lines.
    folds: bool,
    /// Rows seen before the widths are known.
    waiting: Vec<Vec<String>>,
    started: bool,
    results: usize,
    /// Stands above the next result.
    title: Option<String>,
}

impl Table {
    pub fn new(options: Options) -> Self {
        Table {
            options,
            header: Vec::new(),
            right: Vec::new(),
            widths: Vec::new(),
            folds: false,
            waiting: Vec::new(),
            started: false,
            results: 0,
            title: None,
        }
    }

    fn shown(&self, text: &str) -> String {
        if self.options.ascii {
            display::safe_ascii(text).into_owned()
        } else {
            display::safe(text).into_owned()
        }
    }

    fn start(&mut self, out: &mut dyn Write) -> io::Result<()> {
        self.started = true;
        let folded = match self.options.terminal {
            true => layout::folded(&self.header, &self.waiting, self.options.columns),
            false => None,
        };
        self.folds = folded.is_some();
        self.widths = folded.unwrap_or_else(|| layout::one_line(&self.header, &self.waiting));
        let rule = if self.options.ascii { "-" } else { "─" };
        self.row(&self.header, out)?;
        let rules: Vec<String> = self.widths.iter().map(|width| rule.repeat((*width).max(1))).collect();
        self.line(&rules, out)?;
        for row in std::mem::take(&mut self.waiting) {
            self.row(&row, out)?;
        }
        Ok(())
    }

    fn row(&self, cells: &[String], out: &mut dyn Write) -> io::Result<()> {
        let fits = |(cell, width): (&String, &usize)| cell.width() <= *width;
        if !self.folds || cells.iter().zip(&self.widths).all(fits) {
            return self.line(cells, out);
        }
        let folded = cells.iter().zip(&self.widths).map(|(cell, width)| layout::fold(cell, *width));
        let folded: Vec<Vec<&str>> = folded.collect();
        let height = folded.iter().map(Vec::len).max().unwrap_or(0);
        for at in 0..height {
            let cells: Vec<&str> = folded.iter().map(|lines| lines.get(at).copied().unwrap_or("")).collect();
            self.line(&cells, out)?;
        }
        Ok(())
    }

    fn line(&self, cells: &[impl AsRef<str>], out: &mut dyn Write) -> io::Result<()> {
        let mut line = String::with_capacity(128);
        // How far the cells before this one reach into its column.
        let mut behind = 0;
        for (at, cell) in cells.iter().enumerate() {
            let (cell, width) = (cell.as_ref(), self.widths.get(at).copied().unwrap_or(0));
            let used = behind + cell.width();
            let space = width.saturating_sub(used);
            behind = used.saturating_sub(width);
            if at > 0 {
                line.extend(std::iter::repeat_n(' ', layout::GAP));
            }
            if self.right.get(at).copied().unwrap_or(false) {
                line.extend(std::iter::repeat_n(' ', space));
                line.push_str(cell);
            } else {
                line.push_str(cell);
                if at + 1 < cells.len() {
                    line.extend(std::iter::repeat_n(' ', space));
                }
            }
        }
        line.truncate(line.trim_end_matches(' ').len());
        line.push('\n');
        out.write_all(line.as_bytes())
    }
}

/// Numbers line up at their last digit.
pub fn aligns_right(ty: Type) -> bool {
    match ty {
        Type::Int | Type::Long | Type::Real | Type::Decimal => true,
        Type::Bool | Type::Datetime | Type::Dynamic | Type::Guid | Type::String | Type::Timespan => false,
    }
}

impl Exporter for Table {
    fn title(&mut self, name: &str) {
        self.title = Some(self.shown(name));
    }

    fn begin(&mut self, columns: &[ColumnType], out: &mut dyn Write) -> io::Result<()> {
        if self.results > 0 {
            out.write_all(b"\n")?;
        }
        self.results += 1;
        if let Some(title) = self.title.take() {
            writeln!(out, "{title}:")?;
        }
        self.started = false;
        self.header = columns.iter().map(|column| self.shown(&column.name)).collect();
        self.right = columns.iter().map(|column| aligns_right(column.ty)).collect();
        Ok(())
    }

    fn rows(&mut self, rows: &[Vec<Value>], out: &mut dyn Write) -> io::Result<()> {
        for row in rows {
            let cells: Vec<String> = row.iter().map(|value| self.shown(&value.text())).collect();
            if self.started {
                self.row(&cells, out)?;
                continue;
            }
            self.waiting.push(cells);
            if self.waiting.len() >= ROWS_MEASURED {
                self.start(out)?;
            }
        }
        Ok(())
    }

    fn end(&mut self, out: &mut dyn Write) -> io::Result<()> {
        if self.started { Ok(()) } else { self.start(out) }
    }

    fn finish(&mut self, _out: &mut dyn Write) -> io::Result<()> {
        Ok(())
    }

    fn neutralised(&self) -> u64 {
        0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(options: Options, rows: &[Vec<Value>]) -> String {
        let mut out = Vec::new();
        let mut exporter = Table::new(options);
        let columns = [
            ColumnType::new("User", Type::String),
            ColumnType::new("Hits", Type::Long),
            ColumnType::new("Note", Type::String),
        ];
        exporter.begin(&columns, &mut out).expect("writes");
        exporter.rows(rows, &mut out).expect("writes");
        exporter.end(&mut out).expect("writes");
        String::from_utf8(out).expect("is text")
    }

    fn row(user: &str, hits: i64, note: &str) -> Vec<Value> {
        vec![Value::String(user.into()), Value::Long(hits), Value::String(note.into())]
    }

    #[test]
    fn columns_line_up_by_what_a_terminal_shows() {
        let text = written(Options::default(), &[row("漢字", 5, "x"), row("bob", 12, "")]);
        assert_eq!(text, "User  Hits  Note\n────  ────  ────\n漢字     5  x\nbob     12\n");
    }

    #[test]
    fn a_title_stands_above_its_own_result() {
        let (mut table, mut out) = (Table::new(Options { ascii: true, ..Options::default() }), Vec::new());
        let columns = [ColumnType::new("n", Type::Long)];
        for title in [Some("busy\u{1b}[2J"), None] {
            if let Some(title) = title {
                table.title(title);
            }
            table.begin(&columns, &mut out).expect("writes");
            table.rows(&[vec![Value::Long(7)]], &mut out).expect("writes");
            table.end(&mut out).expect("writes");
        }
        let text = String::from_utf8(out).expect("is text");
        assert!(text.starts_with("busy") && text.ends_with(":\nn\n-\n7\n\nn\n-\n7\n"), "{text:?}");
        assert!(!text.contains('\u{1b}'));
    }

    #[test]
    fn a_value_forges_nothing() {
        let text = written(
            Options { ascii: true, ..Options::default() },
            &[row("eve\r\nroot  0  ok\x1b[2J", 1, "\u{202e}")],
        );
        assert_eq!(text.lines().count(), 3);
        assert!(text.is_ascii() && !text.contains('\x1b'), "{text:?}");
    }

    #[test]
    fn nothing_is_cut_and_later_rows_stream() {
        let long = "x".repeat(500);
        let mut rows = vec![row("a", 1, "n"); ROWS_MEASURED];
        rows.push(row(&long, 2, "last"));
        let text = written(Options::default(), &rows);
        assert!(text.ends_with(&format!("{long}  2  last\n")), "{}", &text[text.len() - 40..]);
        assert_eq!(text.lines().count(), ROWS_MEASURED + 3);
    }

    #[test]
    fn a_long_cell_pushes_what_follows_no_further_than_it_must() {
        let columns = ["Agent", "Operation", "User"].map(|name| ColumnType::new(name, Type::String));
        let rows = [["x", "FileAccessed", "ana"], ["y", "Send", "bo"], [&"z".repeat(90), "Send", "eli"]];
        let rows = rows.map(|row| row.map(|cell| Value::String(cell.into())).to_vec());
        let (mut table, mut out) = (Table::new(Options { ascii: true, ..Options::default() }), Vec::new());
        table.begin(&columns, &mut out).expect("writes");
        table.rows(&rows[..2], &mut out).expect("writes");
        // As a row after the first thousand is.
        table.start(&mut out).expect("writes");
        let longer = ["agent/1.0", "Send", "eli"].map(|cell| Value::String(cell.into())).to_vec();
        table.rows(&[longer, rows[2].clone()], &mut out).expect("writes");
        let text = String::from_utf8(out).expect("is text");
        let expected = [
            "Agent  Operation     User",
            "-----  ------------  ----",
            "x      FileAccessed  ana",
            "y      Send          bo",
            "agent/1.0  Send      eli",
            &format!("{}  Send  eli", "z".repeat(90)),
        ];
        assert_eq!(text.lines().collect::<Vec<_>>(), expected);
    }

    #[test]
    fn long_cells_are_folded_in_a_terminal() {
        let options = Options { terminal: true, columns: 34, ascii: true, ..Options::default() };
        let text =
            written(options, &[row("ana", 5, "opened a mail from bo"), row("eve", 7, &"x".repeat(30))]);
        let expected = [
            "User  Hits  Note",
            "----  ----  ----------------------",
            "ana      5  opened a mail from bo",
            "eve      7  xxxxxxxxxxxxxxxxxxxxxx",
            "            xxxxxxxx",
        ];
        assert_eq!(text.lines().collect::<Vec<_>>(), expected);
        // Too narrow for any: the terminal breaks the lines.
        let narrow = written(Options { columns: 20, ..options }, &[row("eve", 7, &"x".repeat(30))]);
        assert!(narrow.ends_with(&format!("eve      7  {}\n", "x".repeat(30))), "{narrow}");
    }

    #[test]
    fn no_rows_still_name_the_columns() {
        assert_eq!(written(Options::default(), &[]), "User  Hits  Note\n────  ────  ────\n");
    }
}
