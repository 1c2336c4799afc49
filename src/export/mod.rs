//! Results as text and as files of tables: one row of `FORMATS` a format. Writers take rows as they come and keep none,
//! except the table, which looks at the first ones to align them, and charts. Knows values and column types;
//! nothing of queries, engines or screens.

pub mod chart;
pub mod csv;
pub mod file;
pub mod json;
pub mod kusto;
pub mod markdown;
pub mod parquet;
pub mod table;
pub mod xlsx;

use std::io::{self, Write};
use std::path::Path;

use crate::compile::Render;
use crate::types::ColumnType;
use crate::value::Value;

/// How a result is written, whatever the format.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Options {
    /// Leave formula cells of CSV and TSV as they are.
    pub raw: bool,
    /// The output goes to a terminal: no byte from data may reach it unchecked.
    pub terminal: bool,
    /// Draw and escape with ASCII only.
    pub ascii: bool,
    /// Columns that a drawing may take; 0 where nobody says.
    pub columns: usize,
    /// Results that are written, which a format of one document frames; 0 where there is one.
    pub results: usize,
}

/// Writes results in one format. The order of calls: for each result `begin`, `rows` any number of
/// times, `end`; at last `finish`.
pub trait Exporter {
    /// What the query calls the result that begins next; formats without a place for it leave it out.
    fn title(&mut self, _name: &str) {}
    /// The chart that the query asks for, said before each result begins.
    fn render(&mut self, _render: Option<&Render>) {}
    fn begin(&mut self, columns: &[ColumnType], out: &mut dyn Write) -> io::Result<()>;
    fn rows(&mut self, rows: &[Vec<Value>], out: &mut dyn Write) -> io::Result<()>;
    fn end(&mut self, out: &mut dyn Write) -> io::Result<()>;
    fn finish(&mut self, out: &mut dyn Write) -> io::Result<()>;
    /// How many cells were changed so that a spreadsheet does not run them.
    fn neutralised(&self) -> u64;
}

/// One format.
pub struct Format {
    /// What `--format` calls it.
    pub name: &'static str,
    /// Of the files that hold it, without a point.
    pub extension: &'static str,
    pub doc: &'static str,
    /// Its readers want a picture, so that it is no choice for a list.
    pub draws: bool,
    /// It is no text, so that a terminal never gets it.
    pub binary: bool,
    /// What a file of it is, where it holds one result and no more.
    pub single: Option<&'static str>,
    /// What lies between two results that its readers take for one.
    pub between: Option<&'static str>,
    pub exporter: fn(Options) -> Box<dyn Exporter>,
}

pub const FORMATS: &[Format] = &[
    Format {
        name: "table",
        extension: "txt",
        doc: "Aligned columns for people; nothing is cut.",
        draws: false,
        binary: false,
        single: None,
        between: None,
        exporter: |options| Box::new(table::Table::new(options)),
    },
    Format {
        name: "csv",
        extension: "csv",
        doc: "RFC 4180; cells that a spreadsheet would run get a leading apostrophe.",
        draws: false,
        binary: false,
        single: None,
        between: Some("an empty line"),
        exporter: |options| Box::new(csv::Separated::comma(options)),
    },
    Format {
        name: "tsv",
        extension: "tsv",
        doc: "As csv, with tabs and plain line feeds.",
        draws: false,
        binary: false,
        single: None,
        between: Some("an empty line"),
        exporter: |options| Box::new(csv::Separated::tab(options)),
    },
    Format {
        name: "json",
        extension: "json",
        doc: "An array of objects; several results are one array of such arrays.",
        draws: false,
        binary: false,
        single: None,
        between: None,
        exporter: |options| Box::new(json::Json::array(options)),
    },
    Format {
        name: "jsonl",
        extension: "jsonl",
        doc: "One object a line.",
        draws: false,
        binary: false,
        single: None,
        between: Some("nothing"),
        exporter: |_| Box::new(json::Json::lines()),
    },
    Format {
        name: "kusto",
        extension: "json",
        doc: "Kusto v1 JSON, as the service answers.",
        draws: false,
        binary: false,
        single: None,
        between: None,
        exporter: |_| Box::new(kusto::Kusto::default()),
    },
    Format {
        name: "markdown",
        extension: "md",
        doc: "A table of Markdown as GitHub shows it; values that could be markup or a link stand as code.",
        draws: false,
        binary: false,
        single: None,
        between: None,
        exporter: |options| Box::new(markdown::Markdown::new(options)),
    },
    Format {
        name: "parquet",
        extension: "parquet",
        doc: "One table of typed columns, compressed; times in nanoseconds.",
        draws: false,
        binary: true,
        single: Some("one table"),
        between: None,
        exporter: |_| Box::new(parquet::Parquet::default()),
    },
    Format {
        name: "xlsx",
        extension: "xlsx",
        doc: "A workbook of Excel, a sheet a result; no text runs as a formula, no digit is rounded.",
        draws: false,
        binary: true,
        single: None,
        between: None,
        exporter: |_| Box::new(xlsx::Xlsx::default()),
    },
    Format {
        name: "chart",
        extension: "txt",
        doc: "The chart that the query's render asks for, as text; a table where there is none.",
        draws: true,
        binary: false,
        single: None,
        between: None,
        exporter: |options| Box::new(chart::Drawing::text(options)),
    },
    Format {
        name: "svg",
        extension: "svg",
        doc: "The chart as an image.",
        draws: true,
        binary: false,
        single: Some("one chart"),
        between: None,
        exporter: |options| Box::new(chart::Drawing::svg(options)),
    },
];

impl Format {
    /// Why so many results cannot be written so, with a way out. It is known before a query runs.
    pub fn refusal(&self, terminal: bool, results: usize) -> Option<String> {
        let Format { name, extension, .. } = self;
        match self.single {
            _ if self.binary && terminal => Some(format!(
                "{name} is no text, which a terminal could show; send it into a file or a pipe, as in > hits.{extension}"
            )),
            Some(one) if results > 1 => Some(format!(
                "a file of {name} holds {one}, and the query gives {results} results; \
                 write each with a query of its own, or all of them as json, csv or kusto"
            )),
            Some(_) | None => None,
        }
    }

    /// What is to be said of so many results in one text.
    pub fn together(&self, results: usize) -> Option<String> {
        let between = self.between.filter(|_| results > 1)?;
        Some(format!("{results} results with {between} between them; json and kusto keep them apart"))
    }
}

/// The format of this name, or else whose files end so.
pub fn format(name: &str) -> Option<&'static Format> {
    let ends_so = || FORMATS.iter().find(|format| format.extension == name);
    FORMATS.iter().find(|format| format.name == name).or_else(ends_so)
}

/// Other endings of files, and the one that they stand for.
const ALSO: &[(&str, &str)] = &[("ndjson", "jsonl"), ("markdown", "md")];
/// Endings of files in which another is compressed.
const COMPRESSED: &[&str] = &["gz", "tgz", "zst", "bz2", "xz", "zip"];

/// The format of a file of this name, by its extension; `None` where it has none. `report` is how a report is written.
/// Errors: no format has this extension, or as `.html` the values of any would become markup.
pub fn of_file(path: &Path, report: &str) -> Result<Option<&'static Format>, String> {
    let Some(extension) = path.extension() else { return Ok(None) };
    let extension = extension.to_string_lossy().to_lowercase();
    let meant = ALSO.iter().find(|(other, _)| *other == extension).map_or(extension.as_str(), |(_, own)| own);
    if let found @ Some(_) = FORMATS.iter().find(|format| format.extension == meant) {
        return Ok(found);
    }
    if matches!(meant, "html" | "htm" | "xhtml") {
        return Err(format!("a result is not written as HTML; a report is, by {report}"));
    }
    if COMPRESSED.contains(&meant) {
        let plain = path.file_stem().unwrap_or_default().to_string_lossy();
        return Err(format!(
            "nothing is written compressed, as '.{meant}' says; write {plain} and compress that"
        ));
    }
    let own =
        FORMATS.iter().filter(|known| format(known.extension).is_some_and(|first| first.name == known.name));
    let own = own.map(|format| format.extension);
    let known: Vec<&str> = own.chain(ALSO.iter().map(|(other, _)| *other)).collect();
    Err(format!("no format has files that end in '.{meant}'; known are .{}", known.join(", .")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_of_a_file_says_its_format() {
        let of = |name: &str| of_file(Path::new(name), "x").map(|format| format.map(|format| format.name));
        assert_eq!(of("hits.CSV"), Ok(Some("csv")));
        assert_eq!(of("hits.json"), Ok(Some("json")));
        assert_eq!(of("a/chart.svg"), Ok(Some("svg")));
        assert_eq!(of("hits.txt"), Ok(Some("table")));
        assert_eq!(of("hits.ndjson"), Ok(Some("jsonl")));
        for none in ["hits", "-", ".hits"] {
            assert_eq!(of(none), Ok(None));
        }
        assert!(of("hits.html").is_err_and(|why| why.ends_with("a report is, by x")));
        assert!(of("hits.csv.GZ").is_err_and(|why| why.ends_with("write hits.csv and compress that")));
        assert_eq!(
            of("hits.docx").expect_err("is none"),
            "no format has files that end in '.docx'; \
             known are .txt, .csv, .tsv, .json, .jsonl, .md, .parquet, .xlsx, .svg, .ndjson, .markdown"
        );
    }

    #[test]
    fn what_cannot_be_written_so_is_said_with_a_way_out() {
        let refused = |name: &str, terminal, results| {
            format(name).expect("is a format").refusal(terminal, results).unwrap_or_default()
        };
        assert!(refused("parquet", true, 1).ends_with("as in > hits.parquet"));
        assert!(refused("parquet", false, 2).starts_with("a file of parquet holds one table, and the query"));
        assert!(refused("svg", true, 2).contains("one chart"));
        for fine in [("parquet", false, 1), ("csv", true, 2), ("svg", true, 1)] {
            assert_eq!(refused(fine.0, fine.1, fine.2), "");
        }
    }

    #[test]
    fn names_differ_and_every_doc_is_a_sentence() {
        for (at, row) in FORMATS.iter().enumerate() {
            assert!(row.doc.ends_with('.'), "{}", row.name);
            assert!(FORMATS[..at].iter().all(|other| other.name != row.name), "{}", row.name);
        }
        assert!(format("csv").is_some() && format("xls").is_none());
    }
}
