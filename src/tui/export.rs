//! A whole result or a chart to a file, with the one beside it that says how it came to be; on a thread of its own.

use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::mpsc::Sender;
use std::thread;

use super::files::expanded;
use super::ledger::{Known, Ledger};
use super::picks;
use super::run::Event;
use crate::app::msg::{Conditions, Msg};
use crate::app::written::Exported;
use crate::engine::{Cancel, Handle, ResultId};
use crate::error::{Error, Result};
use crate::export::{self, Format, Options, file::FileWriter};
use crate::journal::{Part, Sidecar, Summed, beside};
use crate::types::ColumnType;

/// Some rows of a result, in an order.
pub struct Export {
    pub result: u64,
    pub columns: Vec<ColumnType>,
    pub order: Vec<(usize, bool)>,
    pub filters: Conditions,
    pub hidden: usize,
    pub path: PathBuf,
    pub raw: bool,
    pub over: bool,
}

/// A drawing of a result.
pub struct Drawing {
    pub result: u64,
    pub path: PathBuf,
    pub content: String,
    pub over: bool,
}

pub fn start(
    export: Export,
    handle: Handle,
    ledger: Ledger,
    cancel: Cancel,
    events: Sender<Event>,
) -> io::Result<()> {
    thread::Builder::new().name("export".into()).spawn(move || {
        let written = write(&export, &handle, &ledger, &cancel);
        let done = written.map_err(|error| refused(error, export.over, ":export!"));
        let _ = events.send(Event::Msg(Msg::Exported(done)));
    })?;
    Ok(())
}

pub fn draw(drawing: Drawing, ledger: Ledger, events: Sender<Event>) -> io::Result<()> {
    thread::Builder::new().name("export".into()).spawn(move || {
        let path = expanded(&drawing.path);
        let written = write_drawing(&path, &drawing, &ledger);
        let done = written.map_err(|error| refused(error, drawing.over, ":export-chart!"));
        let done = done.map(|(bytes, described)| (path, bytes, described));
        let _ = events.send(Event::Msg(Msg::ChartWritten(done)));
    })?;
    Ok(())
}

/// Writes a layer for ATT&CK Navigator.
pub fn layer(path: PathBuf, content: String, over: bool, events: Sender<Event>) -> io::Result<()> {
    thread::Builder::new().name("export".into()).spawn(move || {
        let path = expanded(&path);
        let write = || -> Result<()> {
            let mut file = FileWriter::create(&path, over)?;
            file.write_all(content.as_bytes())?;
            file.commit()?;
            Ok(())
        };
        let done = write().map_err(|error| refused(error, over, ":coverage!"));
        let _ = events.send(Event::Msg(Msg::LayerWritten(done.map(|()| (path, content.len() as u64)))));
    })?;
    Ok(())
}

/// `way` is the command that writes over a file.
pub fn refused(error: Error, over: bool, way: &str) -> String {
    match error {
        Error::File { path, source } if source.kind() == io::ErrorKind::AlreadyExists && !over => {
            format!("{} is there already; {way} writes over it", path.display())
        }
        other => format!("nothing was exported: {other}"),
    }
}

/// A file that is being written, and the one beside it.
struct Files {
    path: PathBuf,
    file: Summed<FileWriter>,
    beside: FileWriter,
}

impl Files {
    fn create(path: &Path, over: bool) -> Result<Files> {
        let file = Summed::new(FileWriter::create(path, over)?);
        Ok(Files { path: path.to_path_buf(), file, beside: Sidecar::open(path, over)? })
    }

    /// Puts both in place, and gives the bytes of the first. Of a run that nothing is known of there is one file.
    fn commit(self, format: &str, known: Option<Known>, part: Option<Part>) -> Result<u64> {
        let Files { path, file, beside } = self;
        let (bytes, file_sha256) = (file.bytes, file.sha256());
        file.inner.commit()?;
        let Some(known) = known else { return Ok(bytes) };
        let sidecar = Sidecar {
            file: path.file_name().unwrap_or_default().to_string_lossy().into_owned(),
            format: format.to_owned(),
            bytes,
            file_sha256,
            sql: Some(known.compiled.sql.clone()).filter(|sql| !sql.is_empty()).into_iter().collect(),
            part,
            run: known.entry,
            compared_with: known.pair.map(|pair| pair.before),
        };
        sidecar.write(beside)?;
        Ok(bytes)
    }
}

/// As the file's name says, else CSV.
fn format_of(path: &Path) -> Result<&'static Format> {
    match export::of_file(path, ":report") {
        Ok(Some(format)) if !format.draws => Ok(format),
        Ok(Some(format)) => {
            Err(Error::message(format!("rows are not written as {}; a chart is", format.name)))
        }
        Ok(None) => Ok(export::format("csv").unwrap_or(&export::FORMATS[0])),
        Err(why) => Err(Error::message(why)),
    }
}

/// Refuses names of files that are no text and no image.
fn drawing_named(path: &Path) -> Result<()> {
    match export::of_file(path, ":report").map_err(Error::message)? {
        Some(format) if !matches!(format.extension, "txt" | "svg") => {
            Err(Error::message(format!("a chart is not written as {}, but as .txt or .svg", format.name)))
        }
        Some(_) | None => Ok(()),
    }
}

fn write(export: &Export, handle: &Handle, ledger: &Ledger, cancel: &Cancel) -> Result<Exported> {
    let path = expanded(&export.path);
    let format = format_of(&path)?;
    let mut exporter = (format.exporter)(Options { raw: export.raw, ..Options::default() });
    let mut files = Files::create(&path, export.over)?;
    let mut reader = handle.reader()?;
    let mut rows = 0;
    let pick = picks::pick(&reader, export.result, &export.order, &export.filters)?;
    exporter.begin(&export.columns, &mut files.file)?;
    reader.rows(ResultId(export.result), &pick, cancel, &mut |grid| {
        rows += grid.rows.len() as u64;
        Ok(exporter.rows(&grid.rows, &mut files.file)?)
    })?;
    exporter.end(&mut files.file)?;
    exporter.finish(&mut files.file)?;
    let known = ledger.known(export.result);
    let described = known.as_ref().map(|_| beside(&path, "meta.json"));
    let bytes = files.commit(format.name, known, export.part(rows))?;
    let neutralised = exporter.neutralised();
    let (hidden, raw) = (export.hidden, export.raw);
    Ok(Exported { path, rows, bytes, neutralised, hidden, raw, described })
}

fn write_drawing(path: &Path, drawing: &Drawing, ledger: &Ledger) -> Result<(u64, bool)> {
    drawing_named(path)?;
    let mut files = Files::create(path, drawing.over)?;
    files.file.write_all(drawing.content.as_bytes())?;
    if !drawing.content.ends_with('\n') {
        files.file.write_all(b"\n")?;
    }
    let ending = path.extension().unwrap_or_default().to_string_lossy().to_lowercase();
    let format = if ending == "svg" { "chart as SVG" } else { "chart as text" };
    let known = ledger.known(drawing.result);
    let described = known.is_some();
    Ok((files.commit(format, known, None)?, described))
}

impl Export {
    /// Which part of the result it is, unless it is all of it as it came.
    fn part(&self, rows: u64) -> Option<Part> {
        if self.filters.none() && self.order.is_empty() {
            return None;
        }
        let name = |at: &usize| self.columns.get(*at).map_or("", |column| column.name.as_str());
        let key = |(at, ascending): &(usize, bool)| {
            format!("{} {}", name(at), if *ascending { "asc" } else { "desc" })
        };
        Some(Part {
            rows,
            filters: self.filters.kql.clone(),
            sorted_by: self.order.iter().map(key).collect(),
            distinct_by: self.filters.distinct.iter().map(|at| name(at).to_owned()).collect(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_written_as_the_name_of_the_file_says() {
        let of = |name: &str| {
            format_of(Path::new(name)).map(|format| format.name).map_err(|error| error.to_string())
        };
        assert_eq!(of("hits.csv").as_deref(), Ok("csv"));
        assert_eq!(of("hits.json").as_deref(), Ok("json"));
        assert_eq!(of("hits").as_deref(), Ok("csv"));
        assert_eq!(of("hits.svg").unwrap_err(), "rows are not written as svg; a chart is");
        assert!(of("hits.html").unwrap_err().ends_with("a report is, by :report"));
        assert!(of("hits.docx").unwrap_err().starts_with("no format has files that end in '.docx'"));
        assert!(of("hits.csv.gz").unwrap_err().ends_with("write hits.csv and compress that"));
    }

    #[test]
    fn a_chart_is_text_or_an_image() {
        let of = |name: &str| drawing_named(Path::new(name)).map_err(|error| error.to_string());
        for fine in ["chart", "chart.txt", "chart.SVG"] {
            assert_eq!(of(fine), Ok(()));
        }
        assert_eq!(of("chart.csv").unwrap_err(), "a chart is not written as csv, but as .txt or .svg");
        assert!(of("chart.png").unwrap_err().starts_with("no format has files that end in '.png'"));
    }
}
