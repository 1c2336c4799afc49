//! A result as the chart that its `render` asks for: text, or SVG. A result that is no chart is a table.

use std::io::{self, Write};

use super::table::Table;
use super::{Exporter, Options};
use crate::catalog::charts::{Form, kind_of};
use crate::chart::{self, ROWS_MAX, Style, View};
use crate::compile::Render;
use crate::display;
use crate::types::ColumnType;
use crate::value::Value;

/// Columns where nobody says how many there are.
const COLUMNS: usize = 80;

pub struct Drawing {
    options: Options,
    svg: bool,
    render: Option<Render>,
    columns: Vec<ColumnType>,
    rows: Vec<Vec<Value>>,
    rows_left: u64,
    results: usize,
    name: Option<String>,
    /// Takes the rows as they come, when the table is what is asked for.
    table: Option<Table>,
}

impl Drawing {
    pub fn text(options: Options) -> Drawing {
        Drawing {
            options,
            svg: false,
            render: None,
            columns: Vec::new(),
            rows: Vec::new(),
            rows_left: 0,
            results: 0,
            name: None,
            table: None,
        }
    }

    pub fn svg(options: Options) -> Drawing {
        Drawing { svg: true, ..Drawing::text(options) }
    }

    /// Why there is no chart stands above the table.
    fn as_table(&mut self, why: &str, out: &mut dyn Write) -> io::Result<()> {
        writeln!(out, "no chart: {}", display::shown(why, self.options.ascii))?;
        let mut table = Table::new(self.options);
        table.begin(&self.columns, out)?;
        table.rows(&std::mem::take(&mut self.rows), out)?;
        if self.rows_left > 0 {
            return Err(io::Error::other("the rest of the rows was not kept; use --format table"));
        }
        table.end(out)
    }
}

impl Exporter for Drawing {
    fn title(&mut self, name: &str) {
        self.name = Some(name.to_string());
    }

    fn render(&mut self, render: Option<&Render>) {
        self.render = render.cloned();
    }

    fn begin(&mut self, columns: &[ColumnType], out: &mut dyn Write) -> io::Result<()> {
        if self.results > 0 && self.svg {
            return Err(io::Error::other("a file of SVG is one chart, and the query has several results"));
        }
        if self.results > 0 {
            out.write_all(b"\n")?;
        }
        self.results += 1;
        self.columns = columns.to_vec();
        self.rows_left = 0;
        if let (false, Some(name)) = (self.svg, self.name.take()) {
            writeln!(out, "{}:", display::shown(&name, self.options.ascii))?;
        }
        let kind = self.render.as_ref().and_then(|render| kind_of(&render.kind));
        self.table = None;
        if kind.is_some_and(|kind| kind.form == Form::Rows) && !self.svg {
            let mut table = Table::new(self.options);
            table.begin(columns, out)?;
            self.table = Some(table);
        }
        Ok(())
    }

    fn rows(&mut self, rows: &[Vec<Value>], out: &mut dyn Write) -> io::Result<()> {
        if let Some(table) = &mut self.table {
            return table.rows(rows, out);
        }
        let room = (ROWS_MAX as usize).saturating_sub(self.rows.len()).min(rows.len());
        self.rows.extend_from_slice(&rows[..room]);
        self.rows_left += (rows.len() - room) as u64;
        Ok(())
    }

    fn end(&mut self, out: &mut dyn Write) -> io::Result<()> {
        if let Some(table) = &mut self.table {
            return table.end(out);
        }
        let mut render = self.render.take().unwrap_or_default();
        if render.kind.is_empty() {
            render.kind = chart::guess(&self.columns, &self.rows).to_string();
        }
        match chart::chart(&self.columns, &self.rows, &render) {
            Ok(mut drawn) => {
                drawn.rows_left(self.rows_left);
                self.rows.clear();
                let view = View::new(&drawn);
                let style = Style { ascii: self.options.ascii };
                let columns = if self.options.columns == 0 { COLUMNS } else { self.options.columns };
                let text = if self.svg {
                    chart::svg(&drawn, &view)
                } else {
                    chart::text(&drawn, &view, columns, style)
                };
                out.write_all(text.as_bytes())
            }
            Err(why) if self.svg => Err(io::Error::other(format!("no chart: {why}"))),
            Err(why) => self.as_table(&why, out),
        }
    }

    fn finish(&mut self, _out: &mut dyn Write) -> io::Result<()> {
        Ok(())
    }

    fn neutralised(&self) -> u64 {
        0
    }
}
