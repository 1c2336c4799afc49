//! One file into the sink: sniffed, looked up in the manifest, planned, parsed by threads, appended in
//! order, committed as a whole. Knows no SQL.

mod dates;
mod notes;

use std::collections::{BTreeMap, BTreeSet};
use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use super::adapter::{Cut, Format, HEAD_BYTES, Head, Shape, sniff};
use super::chunk::{Chunks, Earlier};
use super::cut::{Cutter, What};
use super::known::{Known, before, grown, identical, known, looked, replaced};
use super::misfit::Misfits;
use super::naming::{Naming, computed, of_columns, valid};
use super::parallel::each_chunk;
use super::parse::{Counts, Parsed, Plan};
use super::quarantine::Quarantine;
use super::read::{Place, Reader};
use super::rows::Layout;
use super::scout::Scout;
use super::shadow::{first_chunks, plan_storage};
use super::sink::Sink;
use super::source::Input;
use super::stix::{self, Feed};
use super::time::{DateOrder, Evidence};
use super::{Options, Summary, Tick};
use crate::catalog::tables::{self, TABLES};
use crate::error::{Error, Result};
use crate::schema::{LoadedFile, Shadow, Trust};

/// So many records of the head are looked at to find the table.
const SAMPLE_ROWS: u64 = 50;

/// Loads one file. Errors of the file itself are `Error::Message`s that name it; errors of the sink are
/// passed on as they are, and nothing of the file counts. A stream whose tables or dates may show only later is
/// copied aside.
pub(super) fn load(
    input: &mut Input,
    options: &Options,
    sink: &mut dyn Sink,
    summary: &mut Summary,
    tick: Tick<'_>,
) -> Result<()> {
    let read = Arc::new(AtomicU64::new(0));
    let (text, whole) = head(input, &read)?;
    let name = input.name.clone();
    let head = Head::new(&name, &text, whole);
    let format = if head.text.trim().is_empty() && whole {
        Format { cut: Cut::Lines, shape: Shape::Rows }
    } else {
        sniff(&head).map_err(Error::Message)?
    };
    if !once_is_enough(&format, options) {
        input.spool(&mut super::reading(&name, summary.rows_in, tick))?;
    }
    let input = &*input;
    let before = before(options, sink)?;
    let resume = match known(input, &before, &read, tick)? {
        Known::Identical(time) => {
            identical(input, time, summary);
            return Ok(());
        }
        Known::Grown(resume) => {
            grown(input, summary);
            Some(resume)
        }
        Known::New => None,
    };
    let mut plan = plan(input, &head, format, options, sink)?;
    if plan.format.shape == Shape::Stix {
        scout(input, &mut plan, &read, tick)?;
    }
    let (resume, is_grown) = (resume.unwrap_or(0), resume.is_some());
    let job = Job { input, options, before, resume, is_grown, read };
    // A second and third time when the first showed what had to be known before.
    for _ in 0..4 {
        match job.attempt(&mut plan, sink, summary, tick)? {
            Outcome::Done => return Ok(()),
            _ if input.is_stream() => {
                return Err(Error::message(
                    "it has dates with the day first, as a later row shows, and can be read only once; \
                     say so with --date-order",
                ));
            }
            Outcome::Scout => scout(input, &mut plan, &job.read, tick)?,
            Outcome::DayFirst => plan.order = DateOrder::DayFirst,
        }
    }
    Err(Error::message("its tables or dates could not be settled"))
}

/// Whether nothing further on can show what had to be known before: all rows go into a table whose columns are
/// known, and nobody has to find out the order of their dates. JSON hardly has dates with slashes.
fn once_is_enough(format: &Format, options: &Options) -> bool {
    let official =
        |table: &String| TABLES.iter().any(|known| known.name.eq_ignore_ascii_case(table.as_str()));
    match format.shape {
        Shape::Rows => options.table.as_ref().is_some_and(official),
        Shape::Csv(_) => options.table.as_ref().is_some_and(official) && options.date_order.is_some(),
        // Times within audit records have one form.
        Shape::Audit | Shape::AuditCsv(_) => options.table.as_ref().is_none_or(official),
        Shape::Stix => false,
    }
}

fn head(input: &Input, read: &Arc<AtomicU64>) -> Result<(String, bool)> {
    let (mut bytes, whole) = input.head(HEAD_BYTES, read)?;
    if !whole {
        // The last line may end inside of a character.
        let end = memchr::memrchr(b'\n', &bytes).unwrap_or(bytes.len());
        bytes.truncate(end);
    }
    Ok((String::from_utf8_lossy(&bytes).into_owned(), whole))
}

fn plan(input: &Input, head: &Head<'_>, format: Format, options: &Options, sink: &dyn Sink) -> Result<Plan> {
    let schema = sink.schema()?;
    let mut layouts: Vec<Layout> = TABLES.iter().map(Layout::official).collect();
    layouts
        .extend(schema.tables.iter().filter(|table| tables::find(&table.name).is_none()).map(Layout::stored));
    let described = options.tables.iter().filter(|table| {
        let same = |layout: &Layout| layout.table.eq_ignore_ascii_case(&table.name);
        !layouts.iter().any(same) && computed(&table.name).is_none()
    });
    let described: Vec<Layout> = described.map(Layout::stored).collect();
    layouts.extend(described);
    let known = layouts.iter().map(|layout| layout.table.as_str());
    let mut naming = Naming::new(known, options.table.as_deref());
    if let Some(table) = &naming.fixed {
        if !valid(table) {
            return Err(Error::message(format!(
                "'{table}' is no name for a table: use letters, digits and underscores"
            )));
        }
        if let Some(reason) = computed(table) {
            return Err(Error::message(reason));
        }
        if format.shape == Shape::Stix && table != stix::TABLE {
            return Err(Error::message(format!(
                "it is STIX, which goes into {} only, not {table}",
                stix::TABLE
            )));
        }
    }
    let feed = Feed {
        source: options.source.clone(),
        time: options.ingested_at.unwrap_or(options.now),
        ..Feed::default()
    };
    if naming.fixed.is_none() && format.shape != Shape::Stix {
        naming.fallback = naming.of_path(&input.name);
        if naming.fallback.is_none() {
            naming.fallback = by_columns(head, &format, &naming, &layouts, &feed)?;
        }
    }
    let order = options.date_order.unwrap_or(DateOrder::MonthFirst);
    Ok(Plan { format, naming, layouts, order, feed, scouted: false, notes: Vec::new() })
}

/// The table that the first rows look like; an error when they say nothing of their table at all.
fn by_columns(
    head: &Head<'_>,
    format: &Format,
    naming: &Naming,
    layouts: &[Layout],
    feed: &Feed,
) -> Result<Option<String>> {
    let mut scout = Scout::new(naming);
    let mut records = Vec::new();
    format.cutter().cut(head.text.as_bytes(), head.whole, &mut records);
    let mut reader = Reader::new(&format.shape, feed);
    for record in records.iter().filter(|record| record.what == What::Row) {
        let place = Place { line: record.line, offset: 0 };
        // A scout takes every row.
        let _ = reader.read(&head.text.as_bytes()[record.start..record.end], place, &mut scout);
        if scout.rows >= SAMPLE_ROWS {
            break;
        }
    }
    if scout.rows == 0 || scout.told == scout.rows {
        return Ok(None);
    }
    let found = of_columns(&scout.keys, layouts).map(str::to_owned);
    if found.is_none() && scout.told == 0 {
        return Err(Error::message(
            "its table is not clear; name it with --table, such as --table OfficeActivity",
        ));
    }
    Ok(found)
}

/// Looks through the whole file, so that the plan knows every table, column and identity in it.
fn scout(input: &Input, plan: &mut Plan, read: &Arc<AtomicU64>, tick: Tick<'_>) -> Result<()> {
    let mut chunks = Chunks::new(input.open(read)?, plan.format.cutter(), 0);
    let mut scout = Scout::new(&plan.naming);
    let mut reader = Reader::new(&plan.format.shape, &plan.feed);
    while let Some(chunk) = chunks.next()? {
        looked(input, read, tick)?;
        for record in chunk.records.iter().filter(|record| record.what == What::Row) {
            let place = Place { line: record.line, offset: 0 };
            scout.line = record.line;
            let _ = reader.read(&chunk.bytes[record.start..record.end], place, &mut scout);
        }
    }
    let layouts = scout.layouts(&plan.layouts);
    plan.notes = scout.odd(&input.name, &plan.layouts);
    let identities = std::mem::take(&mut scout.identities);
    let system = match &chunks.cutter {
        Cutter::Document(document) => {
            let found = document.outer.iter().find(|(key, _)| key == "sourcesystem");
            found.and_then(|(_, value)| serde_json::from_str(value).ok())
        }
        Cutter::Lines(_) | Cutter::Csv(_) => None,
    };
    plan.layouts = layouts;
    plan.scouted = true;
    plan.feed.identities = identities;
    plan.feed.system = system;
    Ok(())
}

enum Outcome {
    Done,
    Scout,
    DayFirst,
}

struct Job<'a> {
    input: &'a Input,
    options: &'a Options,
    before: Vec<LoadedFile>,
    resume: u64,
    /// It goes on behind what was loaded before; of a stream that shows on the way.
    is_grown: bool,
    read: Arc<AtomicU64>,
}

/// What an attempt gathers on its way.
#[derive(Default)]
struct Progress {
    counts: Counts,
    evidence: Evidence,
    misfits: Misfits,
    tables: BTreeMap<usize, u64>,
    /// Of each layout, how far its shadows can be trusted.
    trusts: BTreeMap<usize, Vec<Trust>>,
    quarantine: Quarantine,
    /// Offsets of what was quarantined last.
    last_bad: Option<u64>,
    name: String,
    reasons: Vec<String>,
}

impl Job<'_> {
    /// Loads the file with this plan, or finds that the plan lacks something and leaves no trace.
    fn attempt(
        &self,
        plan: &mut Plan,
        sink: &mut dyn Sink,
        summary: &mut Summary,
        tick: Tick<'_>,
    ) -> Result<Outcome> {
        let mut chunks = Chunks::new(self.input.open(&self.read)?, plan.format.cutter(), self.resume);
        if self.input.is_stream() {
            chunks = chunks.after(self.before.iter().map(Earlier::from).collect());
        }
        let head = first_chunks(&mut chunks)?;
        plan_storage(plan, &head, sink)?;
        let plan = &*plan;
        let mut progress = self.progress();
        sink.begin()?;
        let rows_before = summary.rows_in;
        let mut load = |parsed: Option<Parsed>| -> Result<ControlFlow<Outcome>> {
            if let Some(parsed) = parsed {
                if parsed.grows {
                    return Ok(ControlFlow::Break(Outcome::Scout));
                }
                if parsed.anew {
                    sink.rollback()?;
                    progress = self.progress();
                    sink.begin()?;
                }
                take(parsed, plan, &mut progress, sink)?;
            }
            let now = super::Now {
                file: self.input.name.clone(),
                read: self.read.load(Ordering::Relaxed),
                size: self.input.size,
                rows: rows_before + progress.counts.rows_in,
            };
            if tick(&now).is_break() { Err(Error::Cancelled) } else { Ok(ControlFlow::Continue(())) }
        };
        let flow = each_chunk(head, &mut chunks, plan, &mut |parsed| {
            let flow = load(parsed);
            if !matches!(flow, Ok(ControlFlow::Continue(()))) {
                self.input.stop();
            }
            flow
        });
        if let (Ok(ControlFlow::Continue(())), Some(known)) = (&flow, &chunks.begins_with) {
            if known.length == chunks.read().0 {
                sink.rollback()?;
                identical(self.input, known.time, summary);
                return Ok(Outcome::Done);
            }
            if chunks.anew {
                sink.rollback()?;
                progress = self.progress();
                sink.begin()?;
            }
            if chunks.goes_on() {
                grown(self.input, summary);
            }
        }
        let outcome = match flow {
            Ok(ControlFlow::Break(outcome)) => Ok(outcome),
            Ok(ControlFlow::Continue(())) => self.settle(plan, &chunks, &mut progress, tick),
            Err(error) => Err(error),
        };
        let done = match outcome {
            Ok(Outcome::Done) => self.commit(plan, &chunks, progress, sink, summary),
            Ok(again) => {
                sink.rollback()?;
                return Ok(again);
            }
            Err(error) => Err(error),
        };
        if done.is_err() {
            // The first error is the one that says why.
            let _ = sink.rollback();
        }
        done.map(|()| Outcome::Done)
    }

    fn progress(&self) -> Progress {
        Progress {
            quarantine: Quarantine::new(self.options.quarantine.as_deref(), &self.input.name),
            name: self.input.name.clone(),
            ..Progress::default()
        }
    }

    fn commit(
        &self,
        plan: &Plan,
        chunks: &Chunks,
        mut progress: Progress,
        sink: &mut dyn Sink,
        summary: &mut Summary,
    ) -> Result<()> {
        let counts = progress.counts;
        let (length, sha256) = chunks.read();
        let open = chunks.open.filter(|open| progress.last_bad == Some(*open));
        let names: BTreeSet<&str> =
            progress.tables.keys().map(|at| plan.layouts[*at].table.as_str()).collect();
        for (at, trusts) in &progress.trusts {
            let layout = &plan.layouts[*at];
            for ((column, shadow), trust) in layout.shadows.iter().zip(trusts) {
                let seen = Shadow { trust: *trust, ..shadow.clone() };
                if *trust > shadow.trust {
                    sink.distrust(&layout.table, (&layout.names[*column], &seen))?;
                }
            }
        }
        let quarantine = progress.quarantine.keep()?;
        sink.commit(Some(&LoadedFile {
            path: self.input.name.clone(),
            table: match &plan.naming.fixed {
                Some(table) => table.clone(),
                None => names.into_iter().collect::<Vec<_>>().join(","),
            },
            length,
            sha256,
            resume: open.unwrap_or(length),
            rows: counts.loaded,
            quarantined: counts.quarantined,
            blank: counts.blank,
            time: self.options.now,
        }))?;
        let evidence = progress.evidence;
        summary.add(&counts);
        if !self.is_grown && !chunks.goes_on() {
            summary.notes.extend(replaced(self.input, &self.before));
        }
        summary.notes.extend(plan.notes.iter().cloned());
        summary.notes.extend(progress.misfits.notes(&self.input.name));
        for (at, rows) in &progress.tables {
            *summary.tables.entry(plan.layouts[*at].table.clone()).or_default() += rows;
        }
        summary.quarantine.extend(quarantine);
        summary.reasons.extend(progress.reasons);
        summary.reasons.truncate(super::REASONS_MAX);
        summary.notes.extend(self.notes(plan, chunks, &counts, evidence));
        Ok(())
    }
}

/// Appends what a chunk gave.
fn take(parsed: Parsed, plan: &Plan, progress: &mut Progress, sink: &mut dyn Sink) -> Result<()> {
    progress.counts.add(&parsed.counts);
    progress.evidence.merge(parsed.evidence);
    progress.misfits.merge(parsed.misfits);
    for ((at, batch), trusts) in parsed.batches.iter().zip(&parsed.trusts) {
        let layout = &plan.layouts[*at];
        let shadows: Vec<(&str, &Shadow)> =
            layout.shadows.iter().map(|(column, shadow)| (layout.names[*column].as_str(), shadow)).collect();
        if !progress.tables.contains_key(at) {
            sink.ensure(&layout.table, &layout.columns)?;
            sink.ensure_shadows(&layout.table, &shadows)?;
        }
        let names: Vec<&str> = layout.names.iter().map(String::as_str).collect();
        sink.append(&layout.table, &names, &shadows, batch)?;
        *progress.tables.entry(*at).or_default() += batch.rows as u64;
        let known = progress.trusts.entry(*at).or_insert_with(|| trusts.clone());
        known.iter_mut().zip(trusts).for_each(|(known, new)| *known = (*known).max(*new));
    }
    for bad in &parsed.bad {
        progress.quarantine.add(bad)?;
        progress.last_bad = Some(bad.offset);
        if progress.reasons.len() < super::REASONS_MAX {
            progress.reasons.push(format!("'{}' line {}: {}", progress.name, bad.line, bad.reason));
        }
    }
    Ok(())
}
