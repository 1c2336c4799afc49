//! `kqlhunt query`: compiles a text, runs it, writes its results.

use std::io::{self, BufWriter, IsTerminal, StdoutLock, Write};
use std::path::Path;
use std::time::Instant;

use super::data::{self, Chosen};
use super::exit::{Exit, Failure};
use super::{Global, QueryArgs, empty, journal, report, signals};
use crate::compile::{Compiled, Looked, Options};

use crate::display::count;
use crate::engine::{Cancel, Engine, Sql};
use crate::error::Error;
use crate::export::{self, Exporter, Format, file::FileWriter};
use crate::journal::{DataName, Digest, Entry, Outcome, Read, Sidecar, Summed};
use crate::outside::Folders;
use crate::sys::wall_clock;

/// Runs the query and writes all of its results, one after the other.
pub fn run(global: &Global, args: &QueryArgs) -> Result<Exit, Failure> {
    let source = args.query.text.read()?;
    // A target that cannot be made shall not cost a query.
    let format = format(args)?;
    let mut output = Output::open(args)?;
    let terminal = output.is_terminal();
    refuse(format, terminal, 1)?;
    let cancel = Cancel::new();
    let asked = cancel.clone();
    let stopped = signals::watch(move || asked.cancel())?;
    let chosen = Chosen::tables_or(global, args.schema.as_deref())?;
    data::announce(&chosen);
    let mut engine = data::open(global, &chosen)?;
    for note in engine.notes() {
        report::say(note);
    }

    let folders = Folders { missing_is_empty: args.schema.is_some(), ..global.folders() };
    let options = Options { params: args.query.param.clone(), ..data::options(global, engine.clock()) };
    let missing = folders.supply(&mut engine, &source.text, &options).map_err(Failure::supply)?;
    report::show(&source, &missing, global.color, Exit::NoInput)?;
    let compilation = engine.compile(&source.text, &options, &cancel);
    let compilation = compilation.map_err(|error| stopped.failure(error.into()))?;
    report::show(&source, &compilation.diagnostics, global.color, Exit::Query)?;
    let results = compilation.results.len();
    refuse(format, terminal, results)?;
    if let Some(said) = format.together(results) {
        report::say(&said);
    }

    let started = Instant::now();
    let mut exporter = exporter(global, args, format, (terminal, results));
    let mut query = Query { engine, source: &source.text, options: &options, cancel };
    // Who keeps no record need not wait for what only a record tells.
    let told = !global.no_journal || matches!(output, Output::File(_));
    let written = query.write(&compilation.results, exporter.as_mut(), told, &mut output);
    let outcomes = written.map_err(|failure| stopped.failure(failure))?;
    exporter.finish(&mut output)?;
    // To tell the data of a large file takes a moment.
    let data = if told { journal::data_name(&chosen, &mut query.engine)? } else { DataName::default() };
    let ms = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
    let run = Entry::new(&source.text, &options, wall_clock(), data);
    let read = Read::all(folders.digests(&compilation.results, &options.outside));
    let run = Entry { ms, read, results: outcomes, ..run };
    let sql = compilation.results.iter().map(|compiled| compiled.sql.clone()).collect();
    output.commit(args, format, sql, &run)?;
    if args.schema.is_none() {
        journal::keep(global, &run);
    }
    query.explain(&compilation.results, &run.results, global.now.is_some())?;
    match exporter.neutralised() {
        0 => {}
        cells => report::say(&format!(
            "{} that a spreadsheet would run got a leading apostrophe; --csv-raw leaves them",
            count(cells, "cell")
        )),
    }
    if io::stderr().is_terminal() {
        let rows = run.results.iter().map(|outcome| outcome.rows).sum();
        report::say(&format!("{} in {:.3} s", count(rows, "row"), started.elapsed().as_secs_f64()));
    }
    Ok(Exit::Done)
}

/// A query without mistakes, and what runs it.
struct Query<'q> {
    engine: Engine,
    source: &'q str,
    options: &'q Options,
    cancel: Cancel,
}

impl Query<'_> {
    /// Writes every result. `told` says that a record of them is kept.
    fn write(
        &mut self,
        results: &[Compiled],
        exporter: &mut dyn Exporter,
        told: bool,
        out: &mut dyn Write,
    ) -> Result<Vec<Outcome>, Failure> {
        let mut outcomes = Vec::new();
        for (at, compiled) in results.iter().enumerate() {
            let mut digest = Digest::of(compiled);
            write_result(&mut self.engine, compiled, &self.cancel, exporter, Some(&mut digest), out)?;
            // The rows are out already.
            let looked = match told {
                true => self.engine.looked(self.source, at, compiled, self.options, &self.cancel),
                false => Looked::Nothing,
            };
            outcomes.push(Outcome::new(compiled, digest, looked));
        }
        Ok(outcomes)
    }

    /// Says why results are empty, and what is later than a clock that was given.
    fn explain(&mut self, results: &[Compiled], outcomes: &[Outcome], clock: bool) -> Result<(), Failure> {
        for (compiled, _) in results.iter().zip(outcomes).filter(|(_, outcome)| outcome.rows == 0) {
            empty::explain(&mut self.engine, compiled, &self.cancel)?;
        }
        for compiled in results.iter().filter(|_| clock && self.options.seen.is_none()) {
            empty::later(&mut self.engine, compiled, &self.cancel)?;
        }
        Ok(())
    }
}

/// Runs one result into an exporter and gives its number of rows.
pub fn write_result(
    engine: &mut Engine,
    compiled: &Compiled,
    cancel: &Cancel,
    exporter: &mut dyn Exporter,
    mut digest: Option<&mut Digest>,
    out: &mut dyn Write,
) -> Result<u64, Failure> {
    if let Some(name) = &compiled.name {
        exporter.title(name);
    }
    exporter.render(compiled.render.as_ref());
    exporter.begin(&compiled.columns, out)?;
    let mut rows: u64 = 0;
    engine.stream(&Sql::from(compiled), cancel, &mut |grid| {
        rows += grid.rows.len() as u64;
        if let Some(digest) = &mut digest {
            digest.add(&grid.rows);
        }
        exporter.rows(&grid.rows, out)?;
        out.flush().map_err(Error::from)
    })?;
    exporter.end(out)?;
    Ok(rows)
}

fn format(args: &QueryArgs) -> Result<&'static Format, Failure> {
    let wrong = |wrong: String| Failure::new(Exit::Usage, wrong);
    if let Some(name) = &args.format {
        return export::format(name).ok_or_else(|| wrong(format!("no format is called '{name}'")));
    }
    let said = args.output.as_deref().map_or(Ok(None), |path| export::of_file(path, "kqlhunt report"));
    let said = said.map_err(|why| wrong(format!("{why}; --format names another")))?;
    Ok(said.unwrap_or(&export::FORMATS[0]))
}

fn refuse(format: &Format, terminal: bool, results: usize) -> Result<(), Failure> {
    format.refusal(terminal, results).map_or(Ok(()), |why| Err(Failure::new(Exit::Usage, why)))
}

fn exporter(
    global: &Global,
    args: &QueryArgs,
    format: &Format,
    (terminal, results): (bool, usize),
) -> Box<dyn Exporter> {
    let ascii = global.ascii || terminal && super::ascii_on_screen(global);
    let columns = columns(terminal);
    (format.exporter)(export::Options { raw: args.csv_raw, terminal, ascii, columns, results })
}

/// What `COLUMNS` says, else the terminal; 0 where neither does.
fn columns(terminal: bool) -> usize {
    let said = std::env::var("COLUMNS").ok().and_then(|columns| columns.parse().ok());
    let shown = || crossterm::terminal::size().ok().filter(|_| terminal).map(|size| usize::from(size.0));
    said.or_else(shown).unwrap_or(0)
}

/// Where the results go.
enum Output {
    Stdout(BufWriter<StdoutLock<'static>>),
    /// The file, and the one beside it that says how it came to be.
    File(Box<(Summed<FileWriter>, FileWriter)>),
}

impl Output {
    fn open(args: &QueryArgs) -> Result<Output, Failure> {
        match &args.output {
            Some(path) if path.as_os_str() != "-" => {
                let file = FileWriter::create(path, args.force).map_err(Failure::output)?;
                let sidecar = Sidecar::open(path, args.force).map_err(Failure::output)?;
                Ok(Output::File(Box::new((Summed::new(file), sidecar))))
            }
            Some(_) | None => Ok(Output::Stdout(BufWriter::new(io::stdout().lock()))),
        }
    }

    fn is_terminal(&self) -> bool {
        match self {
            Output::Stdout(_) => io::stdout().is_terminal(),
            Output::File(_) => false,
        }
    }

    fn commit(self, args: &QueryArgs, format: &Format, sql: Vec<String>, run: &Entry) -> Result<(), Failure> {
        match self {
            Output::Stdout(mut stdout) => Ok(stdout.flush()?),
            Output::File(files) => {
                let (file, beside) = *files;
                let name = args.output.as_deref().and_then(Path::file_name).unwrap_or_default();
                let sidecar = Sidecar {
                    file: name.to_string_lossy().into_owned(),
                    format: format.name.to_owned(),
                    bytes: file.bytes,
                    file_sha256: file.sha256(),
                    sql,
                    part: None,
                    run: run.clone(),
                    compared_with: None,
                };
                file.inner.commit().and_then(|()| sidecar.write(beside)).map_err(Failure::output)
            }
        }
    }
}

impl Write for Output {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Output::Stdout(stdout) => stdout.write(bytes),
            Output::File(files) => files.0.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Output::Stdout(stdout) => stdout.flush(),
            // Batches need not reach the disk one by one.
            Output::File(_) => Ok(()),
        }
    }
}
