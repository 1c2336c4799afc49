//! A whole result to a file, on a thread of its own.

use std::io::{self, Write};
use std::path::PathBuf;
use std::sync::mpsc::Sender;
use std::thread;

use super::files::expanded;
use super::picks;
use super::run::Event;
use crate::app::msg::{Conditions, Exported, Msg};
use crate::engine::{Cancel, Handle, ResultId};
use crate::error::{Error, Result};
use crate::export::{self, Options, file::FileWriter};
use crate::types::ColumnType;

pub struct Export {
    pub result: u64,
    pub columns: Vec<ColumnType>,
    pub order: Vec<(usize, bool)>,
    pub filters: Conditions,
    pub path: PathBuf,
    pub raw: bool,
    pub over: bool,
}

pub fn start(export: Export, handle: Handle, cancel: Cancel, events: Sender<Event>) -> io::Result<()> {
    thread::Builder::new().name("export".into()).spawn(move || {
        let done = write(&export, &handle, &cancel).map_err(|error| match error {
            Error::File { path, source } if source.kind() == io::ErrorKind::AlreadyExists && !export.over => {
                format!("{} is there already; :export! writes over it", path.display())
            }
            other => format!("nothing was exported: {other}"),
        });
        let _ = events.send(Event::Msg(Msg::Exported(done)));
    })?;
    Ok(())
}

fn write(export: &Export, handle: &Handle, cancel: &Cancel) -> Result<Exported> {
    let path = expanded(&export.path);
    let format = export::format("csv").unwrap_or(&export::FORMATS[0]);
    let mut exporter = (format.exporter)(Options { raw: export.raw, ..Options::default() });
    let mut file = Counted { file: FileWriter::create(&path, export.over)?, bytes: 0 };
    let mut reader = handle.reader()?;
    let mut rows = 0;
    let pick = picks::pick(&reader, export.result, &export.order, &export.filters)?;
    exporter.begin(&export.columns, &mut file)?;
    reader.rows(ResultId(export.result), &pick, cancel, &mut |grid| {
        rows += grid.rows.len() as u64;
        Ok(exporter.rows(&grid.rows, &mut file)?)
    })?;
    exporter.end(&mut file)?;
    exporter.finish(&mut file)?;
    let bytes = file.bytes;
    file.file.commit()?;
    Ok(Exported { path, rows, bytes, neutralised: exporter.neutralised(), raw: export.raw })
}

struct Counted {
    file: FileWriter,
    bytes: u64,
}

impl Write for Counted {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.file.write(bytes)?;
        self.bytes += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}
