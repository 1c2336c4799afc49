//! A report to a file, on a thread of its own: of results that are kept, so that nothing is run again.

use std::io::{self, Write};
use std::path::Path;
use std::sync::mpsc::Sender;
use std::thread;

use super::export::refused;
use super::files::expanded;
use super::ledger::{Known, Ledger};
use super::picks;
use super::run::Event;
use crate::app::msg::Msg;
use crate::app::report::{Reading, Wanted};
use crate::app::written::Reported;
use crate::chart;
use crate::compile::Options;
use crate::engine::{Cancel, Handle, Pick, Reader, ResultId};
use crate::error::{Error, Result};
use crate::export::file::FileWriter;
use crate::journal::Part;
use crate::report::{Finding, Gathered, OBSERVABLES, ROWS_SHOWN, Report, answered, html, markdown};
use crate::sys::wall_clock;
use crate::ticks;
use crate::value::Grid;

pub fn start(
    wanted: Wanted,
    handle: Handle,
    ledger: Ledger,
    cancel: Cancel,
    events: Sender<Event>,
) -> io::Result<()> {
    let work = move || {
        let written = write(&wanted, &handle, &ledger, &cancel);
        let done = written.map_err(|error| refused(error, wanted.over, ":report!"));
        let _ = events.send(Event::Msg(Msg::Reported(done)));
    };
    thread::Builder::new().name("report".into()).spawn(work).map(drop)
}

fn write(wanted: &Wanted, handle: &Handle, ledger: &Ledger, cancel: &Cancel) -> Result<Reported> {
    let path = expanded(&wanted.path);
    let mut file = FileWriter::create(&path, wanted.over)?;
    let known: Vec<Known> = wanted
        .results
        .iter()
        .map(|one| {
            ledger
                .known(one.run)
                .ok_or_else(|| Error::message("a result is not known any more; run it again"))
        })
        .collect::<Result<_>>()?;
    let now = known.iter().map(|known| known.compiled.now).max().unwrap_or_else(wall_clock);
    let options = Options { now, ..Options::default() };
    let mut engine = handle.engine()?;
    let found = engine.rows(OBSERVABLES, &options, cancel);
    let (observables, unread) = answered(found, &engine.schema());
    let mut gathered = Gathered::new(&observables, wanted.notes.clone());
    let mut reader = handle.reader()?;
    let findings = wanted
        .results
        .iter()
        .zip(known)
        .map(|(one, known)| finding(&mut reader, one, known, &mut gathered, cancel))
        .collect::<Result<_>>()?;
    let report = Report {
        title: "Hunt report".into(),
        made: ticks::iso_second(wall_clock()),
        findings,
        unread,
        ..gathered.report(wanted.tlp)
    };
    let text = if is_html(&path) { html(&report) } else { markdown(&report) };
    file.write_all(text.as_bytes())?;
    file.commit()?;
    let (results, left_out) = (wanted.results.len(), wanted.left_out.clone());
    Ok(Reported { path, results, left_out, marking: report.marking() })
}

fn is_html(path: &Path) -> bool {
    let ending = path.extension().unwrap_or_default();
    ending.eq_ignore_ascii_case("html") || ending.eq_ignore_ascii_case("htm")
}

fn finding(
    reader: &mut Reader,
    one: &Reading,
    known: Known,
    gathered: &mut Gathered,
    cancel: &Cancel,
) -> Result<Finding> {
    let id = ResultId(one.run);
    let mut all = Grid { columns: known.compiled.columns.clone(), rows: Vec::new() };
    let drawn = if one.render.is_some() { chart::ROWS_MAX as usize } else { 0 };
    let rows = reader.rows(id, &Pick::default(), cancel, &mut |part| {
        gathered.rows(&known.compiled, &part.rows);
        let room = drawn - all.rows.len().min(drawn);
        all.rows.extend(part.rows.into_iter().take(room));
        Ok(())
    })?;
    let pick = picks::pick(reader, one.run, &one.order, &one.filters)?;
    let (shown, left) = reader.window(id, &pick, 0, ROWS_SHOWN as u64, cancel)?;
    let mut chart = one.render.as_ref().and_then(|render| chart::chart(&all.columns, &all.rows, render).ok());
    if let Some(chart) = &mut chart {
        chart.rows_left(rows.saturating_sub(all.rows.len() as u64));
    }
    let name = |at: usize| all.columns.get(at).map(|column| column.name.to_string()).unwrap_or_default();
    let sorted = |(at, ascending): &(usize, bool)| {
        format!("{} {}", name(*at), if *ascending { "asc" } else { "desc" })
    };
    let some = !one.order.is_empty() || !one.filters.none();
    let part = some.then(|| Part {
        rows: left,
        filters: one.filters.kql.clone(),
        sorted_by: one.order.iter().map(sorted).collect(),
        distinct_by: one.filters.distinct.iter().map(|at| name(*at)).collect(),
    });
    Ok(Finding {
        name: one.name.clone(),
        description: one.description.clone(),
        tactics: one.tactics.clone(),
        techniques: one.techniques.clone(),
        result: known.entry.results.len().saturating_sub(1),
        run: known.entry,
        rows,
        shown: picked(shown, &one.columns),
        part,
        left_out: (0..all.columns.len()).filter(|at| !one.columns.contains(at)).map(name).collect(),
        chart,
        compared: known.pair.map(|pair| (pair.before, pair.summary)),
        again: None,
    })
}

/// The columns that are wanted, in their order.
fn picked(grid: Grid, columns: &[usize]) -> Grid {
    let row = |row: Vec<crate::value::Value>| columns.iter().filter_map(|at| row.get(*at).cloned()).collect();
    Grid {
        columns: columns.iter().filter_map(|at| grid.columns.get(*at).cloned()).collect(),
        rows: grid.rows.into_iter().map(row).collect(),
    }
}
